package policytest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// script is what a page has a reader run in a shell.
func script(t *testing.T, page, begins string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../templates", page))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		if strings.HasPrefix(match[1], begins) {
			return strings.ReplaceAll(match[1], "{{ .Name }}", "telephony_phone_number")
		}
	}
	t.Fatalf("%s has no script that begins with %q", page, begins)
	return ""
}

// runScript runs a script as it stands, where terraform is the CLI under test,
// conftest the pinned one, and nobody is asked to approve an apply.
func runScript(t *testing.T, cli *acctest.CLI, script string) string {
	t.Helper()
	conftest, err := buildConftest()
	if err != nil {
		t.Fatalf("building conftest: %v", err)
	}
	bin := t.TempDir()
	for name, exe := range map[string]string{"terraform": `"$TERRAFORM"`, "conftest": conftest} {
		stand := fmt.Sprintf("#!/bin/sh\nexec %s \"$@\"\n", exe)
		if err := os.WriteFile(filepath.Join(bin, name), []byte(stand), 0o700); err != nil { //nolint:gosec // it is to be run
			t.Fatal(err)
		}
	}
	cli.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cli.Setenv("TF_CLI_ARGS", "-no-color")
	cli.Setenv("TF_CLI_ARGS_apply", "-auto-approve")
	write(t, bin, "script.sh", []byte("set -eu\n"+script))
	got := cli.RunScript(filepath.Join(bin, "script.sh"))
	cli.Setenv("TF_CLI_ARGS", "")
	if got.Code != 0 {
		t.Fatalf("exit code %d\n%s\n%s\n%s", got.Code, script, got.Stdout, got.Stderr)
	}
	return got.Stdout
}

// The pipeline of the guide, with the policy beside it: a plan with changes is
// applied, and one without is not.
func TestAccGuidesPipelineRunsAsItStands(t *testing.T) {
	sim, cli := startGuide(t)
	pipeline := script(t, "guides/reviewing-releases.md.tmpl", "code=0\n")
	if err := os.CopyFS(filepath.Join(cli.Dir(), "policy"), os.DirFS(opaDir)); err != nil {
		t.Fatal(err)
	}
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550177"})
	cli.Configure("resource \"telephony_phone_number\" \"this\" {\n phone_number = \"+14155550177\"\n voice_url = \"https://example.com\"\n}\n")
	if said := runScript(t, cli, pipeline); !strings.Contains(said, "Apply complete! Resources: 1 added") {
		t.Errorf("nothing was applied:\n%s", said)
	}
	if said := runScript(t, cli, pipeline); !strings.Contains(said, "nothing to do") {
		t.Errorf("there is something to do:\n%s", said)
	}
}

// The filter of the resource's page, on a plan that gives a number up.
func TestAccResourcePagesFilterFindsAReleaseAsItStands(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("there is no jq")
	}
	sim, cli := startGuide(t)
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550177"})
	cli.Configure("resource \"telephony_phone_number\" \"this\" {\n phone_number = \"+14155550177\"\n release_on_destroy = \"release\"\n}\n")
	cli.Apply()
	cli.Must(0, "plan", "-destroy", "-out=plan.tfplan")
	said := runScript(t, cli, script(t, "resources/phone_number.md.tmpl", "terraform show"))
	if !strings.HasPrefix(said, "+14155550177\nRelease +14155550177 ") {
		t.Errorf("it says %q", said)
	}
}

// The commands that write the configuration of a whole account.
func TestAccGuideOnOnboardingGeneratesAsItStands(t *testing.T) {
	const page = "guides/onboarding-existing-numbers.md.tmpl"
	cli := onboard(t, "generate", namedConfigs(guides(t)["onboarding-existing-numbers.md.tmpl"]))
	if said := runScript(t, cli, script(t, page, "terraform apply\n")); !strings.Contains(said, " to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the plan says:\n%s", said)
	}
}
