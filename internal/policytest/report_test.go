package policytest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const pipelineDir = "../../examples/policy/pipeline"

// reported has the pipeline's script plan and report in the folder of the CLI. It
// returns the report, the lines to approve, and what the script did.
func reported(t *testing.T, cli *acctest.CLI) (report string, approvals []string, told acctest.Result) {
	t.Helper()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("the pipeline's script needs jq")
	}
	if _, code := conftest(t, "--version"); code != 0 {
		t.Fatal("no conftest")
	}
	exe, _ := buildConftest()
	cli.Setenv("PATH", filepath.Dir(exe)+string(os.PathListSeparator)+os.Getenv("PATH"))
	paths := make([]string, 0, 2)
	for _, path := range []string{filepath.Join(pipelineDir, "report.sh"), opaDir} {
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	told = cli.RunScript(paths[0], paths[1])
	approval, err := os.ReadFile(filepath.Join(cli.Dir(), "approval.txt"))
	if err != nil {
		t.Fatalf("%v: %+v", err, told)
	}
	return read(t, cli.Dir(), "report.md"), strings.Split(strings.TrimSpace(string(approval)), "\n"), told
}

// everyChange is a folder whose next plan has every kind of change: numbers that
// are given up, bought, detached and repaired, and one that only changes.
func everyChange(t *testing.T) (*acctest.Simulation, *acctest.CLI) {
	t.Helper()
	sim, cli := start(t)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: "agent_0123456789abcdef"})
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550103"})
	provider := sim.Provider(fmt.Sprintf("nixflex {\napi_key = %q\nbase_url = \"%s/nixflex\"\n}", simulator.DefaultNixflexKey, sim.URL))
	kept := block("support", support, "nixflex {\nagent_id = \"agent_0123456789abcdef\"\n}")
	cli.Configure(provider + kept + block("campaign", sales, releasing) + block("reception", hotline, `voice_url = "https://example.com/voice"`) +
		block("sales", "+14155550103"))
	cli.Apply()
	sim.Nixflex().RemoveNumber(support)
	cli.Configure(provider + kept + block("sales", "+14155550103", `voice_url = "https://example.com/sales"`) +
		"resource \"telephony_phone_number\" \"line\" {\ncount = 2\npurchase {\ncountry = \"US\"\n}\n}\n")
	return sim, cli
}

func TestAccReportHasEveryKindOfChange(t *testing.T) {
	t.Parallel()
	sim, cli := everyChange(t)
	report, approvals, told := reported(t, cli)
	for _, want := range []string{
		"### Phone numbers: 1 given up, 2 bought, 1 detached, 1 repaired\n",
		"#### Given up\n\n| Number | Resource | Home | Cost and steps |\n| --- | --- | --- | --- |\n" +
			"| +14155550101 | `telephony_phone_number.campaign` | twilio | The carrier stops billing it.<br>1. Release +14155550101 at Twilio:",
		"#### Bought\n\n| Number | Resource | Home | Cost |\n| --- | --- | --- | --- |\n" +
			"| a number not known yet | `telephony_phone_number.line[0]` | twilio | US local, 1.15 USD a month |\n" +
			"| a number not known yet | `telephony_phone_number.line[1]` | twilio | US local, 1.15 USD a month |\n",
		"| +14155550102 | `telephony_phone_number.reception` | twilio | Stays billed as it is.<br>1. Clear voice_url of +14155550102",
		"| +14155550100 | `telephony_phone_number.support` | nixflex, carried by twilio | None: a repair never buys.<br>Twilio still routes +14155550100 to Nixflex",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if strings.Contains(report, "telephony_phone_number.sales") {
		t.Error("the report has what only changes")
	}
	if want := []string{
		"a number not known yet (telephony_phone_number.line[0]) is bought",
		"a number not known yet (telephony_phone_number.line[1]) is bought",
		"+14155550101 (telephony_phone_number.campaign) is given up",
	}; !slices.Equal(slices.Sorted(slices.Values(approvals)), slices.Sorted(slices.Values(want))) {
		t.Errorf("to approve: %q", approvals)
	}
	if told.Code == 0 || !strings.Contains(told.Stdout, "allowed_releases does not name it") {
		t.Errorf("the script lets an unapproved release pass: %+v", told)
	}
	if t.Failed() {
		t.Log(report)
	}
	if owned := len(sim.Twilio().Numbers()); owned != 4 {
		t.Errorf("%d numbers are owned after the plan", owned)
	}
}

// Only what is given up or bought waits for a person.
func TestAccReportAsksForNoApprovalOfWhatIsKept(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support), block("sales", sales))
	configure(sim, cli, block("support", support, `voice_url = "https://example.com/voice"`), block("hotline", hotline))
	report, approvals, told := reported(t, cli)
	if told.Code != 0 || !slices.Equal(approvals, []string{""}) || !strings.HasPrefix(report, "### Phone numbers: 1 detached\n") {
		t.Errorf("%+v\n%q\n%s", told, approvals, report)
	}
	cli.Must(0, "apply", "-input=false", "next.tfplan")
	report, approvals, told = reported(t, cli)
	if told.Code != 0 || !slices.Equal(approvals, []string{""}) ||
		report != "### Phone numbers: nothing is given up, bought, detached or repaired\n\n" {
		t.Errorf("%+v\n%q\n%q", told, approvals, report)
	}
}

// What a service or a configuration has written into a plan is text, and nothing
// else, where the report is read.
func TestAccReportQuotesWhatItIsTold(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	hostile := "a | b\nc <img src=x> `d`"
	plan := altered(t, planned(t, cli, "-destroy"), func(number object) {
		before(number)["destroy_steps"], before(number)["carrier"], before(number)["id"] = []string{hostile}, hostile, hostile
	})
	report := reportOf(t, plan)
	const quoted = "a \\| b c &lt;img src=x> \\`d\\`"
	if got := strings.Count(report, quoted); got != 3 || strings.Contains(report, "<img") {
		t.Errorf("%d of 3 are quoted:\n%s", got, report)
	}
}

func TestAccReportOfWhatIsNotAPlanSaysSo(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{}", `"plan"`, `{"plan": null}`} {
		if report := reportOf(t, []byte(text)); !strings.Contains(report, "cannot be judged") {
			t.Errorf("%s: %s", text, report)
		}
	}
}

// reportOf is the report of a plan. Whether it asks for an approval, the report
// says in its own words too: these plans all need one.
func reportOf(t *testing.T, plan []byte) string {
	t.Helper()
	said := run(t, "test", "--strict", "--output=json", "--namespace=report", "--policy="+opaDir, write(t, t.TempDir(), "plan.json", plan))
	text, err := json.Marshal(said)
	if err != nil || len(said["data.report.warn_report"]) != 1 || len(said["data.report.deny_unapproved"]) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	return said["data.report.warn_report"][0]
}

// The workflows plan and judge by the script that is tested here, and ask where it
// says so.
func TestWorkflowsGoByTheTestedScript(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`open-policy-agent/conftest v(\S+)`).FindStringSubmatch(read(t, "../tools/conftest/go.mod"))
	if pinned == nil {
		t.Fatal("no version of conftest is pinned")
	}
	for name, wants := range map[string][]string{
		"github-actions.yml": {"conftest/releases/download/v" + pinned[1] + "/conftest_" + pinned[1] + "_", "environment: phone-numbers"},
		"gitlab-ci.yml":      {"when=manual", "when: $when"},
	} {
		workflow := read(t, pipelineDir, name)
		for _, want := range append(wants, "sh policy/pipeline/report.sh policy/opa", "[ -s approval.txt ]", "terraform apply -input=false next.tfplan") {
			if !strings.Contains(workflow, want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
}
