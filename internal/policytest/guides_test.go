package policytest

import (
	"flag"
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

var update = flag.Bool("update", false, "write what the commands print into the guides")

const guidesDir = "../../templates/guides"

// What the guides show: configurations, which may have a name, and what a
// command prints. The marks are comments of the templates.
var (
	configBlock = regexp.MustCompile("(?s)(?:\\{\\{/\\* config: (\\S+) \\*/ -\\}\\}\n)?```terraform\n(.*?)```\n")
	outputBlock = regexp.MustCompile("(?s)(\\{\\{/\\* output: (.+?) \\*/ -\\}\\}\n```text\n)(.*?)(```\n)")
	shellBlock  = regexp.MustCompile("(?s)```shell\n(.*?)```\n")
	frontMatter = regexp.MustCompile(`^---\npage_title: "[^"\n]+"\nsubcategory: ""\ndescription: \|-\n  [^\n]+\n---\n\n# [^\n]+\n`)
)

// guideOutputs has an entry for each output that the guides show: what makes it,
// given the guide's configurations by name.
var guideOutputs = map[string]func(t *testing.T, configs map[string]string) string{
	"plan -destroy": func(t *testing.T, configs map[string]string) string {
		_, cli := startGuide(t)
		return "$ terraform plan -destroy -out=next.tfplan\n" + showDestroy(cli, configs["reviewed"])
	},
	"destroy of 1":  func(t *testing.T, configs map[string]string) string { return destroyOf(t, configs["many"], 1) },
	"destroy of 5":  func(t *testing.T, configs map[string]string) string { return destroyOf(t, configs["many"], 5) },
	"destroy of 50": func(t *testing.T, configs map[string]string) string { return destroyOf(t, configs["many"], 50) },
	"compact": func(t *testing.T, configs map[string]string) string {
		_, cli := startGuide(t)
		cli.Configure(configs["reviewed"])
		cli.Apply()
		said := tail(t, cli.Must(0, "plan", "-no-color", "-destroy", "-compact-warnings").Stdout, "Plan:")
		plan, warnings, _ := strings.Cut(said, "Warnings:\n\n")
		warnings, _, _ = strings.Cut(warnings, "\n\n") // then each CLI names itself
		each := strings.Split(warnings, "\n- ")
		each[0] = strings.TrimPrefix(each[0], "- ")
		slices.Sort(each)
		return "$ terraform plan -destroy -compact-warnings\n...\n" + plan + "Warnings:\n\n- " + strings.Join(each, "\n- ") + "\n"
	},
	"conftest": func(t *testing.T, configs map[string]string) string {
		_, cli := startGuide(t)
		showDestroy(cli, configs["reviewed"])
		dir := t.TempDir()
		plan := write(t, dir, "plan.json", []byte(cli.Must(0, "show", "-json", "next.tfplan").Stdout))
		said, _ := conftest(t, "test", "--no-color", "--policy="+opaDir, "--data="+opaDir+"/data.yaml", plan)
		return "$ terraform show -json next.tfplan > plan.json\n" +
			"$ conftest test --policy policy --data policy/data.yaml plan.json\n" + strings.ReplaceAll(said, dir+"/", "")
	},
	"report": func(t *testing.T, _ map[string]string) string {
		_, cli := everyChange(t)
		report, _, _ := reported(t, cli)
		return "$ sh policy/pipeline/report.sh policy/opa\n...\n" + strings.TrimRight(report, "\n") + "\n"
	},
	"prevented": func(t *testing.T, configs map[string]string) string {
		_, cli := startGuide(t)
		cli.Configure(strings.Replace(configs["prevented"], "prevent_release = true", "", 1))
		cli.Apply()
		cli.Configure(configs["prevented"])
		said := cli.Must(1, "plan", "-no-color", "-destroy").Stderr
		return "$ terraform plan -destroy\n...\n" + strings.TrimLeft(said, "\n")
	},
	"failed destroy": func(t *testing.T, configs map[string]string) string {
		cli := corrupt(t, configs["resemble"])
		return "$ terraform destroy\n...\n" + strings.TrimLeft(cli.Must(1, destroy...).Stderr, "\n")
	},
	"repair": func(t *testing.T, configs map[string]string) string {
		cli := corrupt(t, configs["resemble"])
		cli.Must(1, destroy...)
		return "$ terraform plan\n...\n" + tail(t, cli.Must(0, "plan", "-no-color").Stdout, "  # telephony")
	},
	"forced": func(t *testing.T, configs map[string]string) string {
		cli := corrupt(t, configs["resemble"])
		cli.Must(1, destroy...)
		cli.Configure(configs["forced"])
		left, _, _ := strings.Cut(tail(t, cli.Apply().Stdout, "Warning: Change of"), "\nWarning: ")
		return "$ terraform apply\n...\n" + left
	},
	"moved": func(t *testing.T, configs map[string]string) string {
		return planMove(t, configs, "moved", "  # twilio_phone_number.support has moved")
	},
	"inventory": func(t *testing.T, configs map[string]string) string {
		cli := onboard(t, "inventory", configs)
		return "$ terraform plan\n...\n" + tail(t, cli.Must(0, "plan", "-no-color").Stdout, "Changes to Outputs:")
	},
	"all": func(t *testing.T, configs map[string]string) string {
		cli := onboard(t, "all", configs)
		return "$ terraform plan\n...\n" + tail(t, cli.Must(0, "plan", "-no-color").Stdout, "Plan:")
	},
	"generate": func(t *testing.T, configs map[string]string) string {
		cli := onboard(t, "generate", configs)
		cli.Apply()
		blocks := cli.Must(0, "output", "-raw", "import_blocks").Stdout
		write(t, cli.Dir(), "imports.tf", []byte(blocks))
		said := cli.Must(0, "plan", "-no-color", "-generate-config-out=numbers.tf").Stdout
		cli.Apply()
		cli.Must(0, "plan", "-detailed-exitcode")
		plan, _, _ := strings.Cut(tail(t, said, "Plan:"), "\n\nWarning: ")
		return "$ terraform plan -generate-config-out=numbers.tf\n...\n" + strings.TrimRight(plan, "\n") + "\n"
	},
	"vapi": func(t *testing.T, configs map[string]string) string {
		return planMove(t, configs, "vapi", "  # telephony_phone_number.support will be")
	},
}

// guideStates are what the folder of a configuration has in state before, by the
// configuration's name: a number that another provider has written.
var guideStates = map[string]func(sim *acctest.Simulation, cli *acctest.CLI){
	"moved": nested, "imported": nested,
	"inventory": mixed, "all": mixed, "generate": mixed,
	"vapi": func(sim *acctest.Simulation, cli *acctest.CLI) {
		sim.Twilio().UpdateNumber("+14155550100", func(n *simulator.TwilioNumber) {
			n.VoiceURL, n.SMSURL = "https://api.vapi.ai/twilio/inbound_call", "https://api.vapi.ai/twilio/sms"
		})
		ofVapi(cli)
	},
	"stays": func(sim *acctest.Simulation, cli *acctest.CLI) {
		sim.Vapi().AddAssistant("3b8a2a2e-6f0c-4f0a-9d0b-0d5c2a4a1f11")
		sim.Vapi().AddNumber(simulator.VapiNumber{
			ID: "9c2a2c64-3b1e-4a52-8f0e-5b6a1c7d8e9f", Number: "+14155550100", Name: "Support",
			AssistantID: "3b8a2a2e-6f0c-4f0a-9d0b-0d5c2a4a1f11",
		})
		ofVapi(cli)
	},
}

// ofVapi is a number of kirillve/vapi.
func ofVapi(cli *acctest.CLI) {
	writtenBy(cli, "kirillve/vapi", "vapi_twilio_phone_number", `{
		"id": "9c2a2c64-3b1e-4a52-8f0e-5b6a1c7d8e9f", "name": "Support", "number": "+14155550100", "phone_provider": "twilio",
		"assistant_id": "3b8a2a2e-6f0c-4f0a-9d0b-0d5c2a4a1f11", "twilio_account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"twilio_auth_token": "e7c1f5a09b3d4e62a8f0c9d7b6a51423"
	}`)
}

// mixed puts one of Twilio's numbers on a platform and gives other carriers one.
func mixed(sim *acctest.Simulation, _ *acctest.CLI) {
	sim.Twilio().UpdateNumber("+14155550100", func(n *simulator.TwilioNumber) { n.VoiceURL = "https://example.com/voice" })
	sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: "+14155550120", AgentID: "agent_0123456789abcdef"})
	sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: "+12025550170", Bought: true})
	sim.DialNexa().AddAgent(simulator.DialNexaAgent{ID: "agt_f7w2kx5mb9qz"})
	sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: "+16285550180", AgentID: "agt_f7w2kx5mb9qz"})
}

// onboard is the folder of the named configuration.
func onboard(t *testing.T, name string, configs map[string]string) *acctest.CLI {
	t.Helper()
	sim, cli := startGuide(t)
	guideStates[name](sim, cli)
	cli.Configure(configs[name])
	return cli
}

// nested is a number of RJPearson94/twilio, which has its wiring in blocks.
func nested(sim *acctest.Simulation, cli *acctest.CLI) {
	sim.Twilio().UpdateNumber("+14155550100", func(n *simulator.TwilioNumber) {
		n.FriendlyName, n.VoiceURL, n.VoiceMethod = "Support", "https://example.com/voice", "GET"
	})
	writtenBy(cli, "rjpearson94/twilio", "twilio_phone_number", `{
		"id": "PN0123456789abcdef0123456789abcdef", "sid": "PN0123456789abcdef0123456789abcdef",
		"account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "phone_number": "+14155550100", "friendly_name": "Support",
		"voice": [{
			"application_sid": "", "caller_id_lookup": false, "fallback_method": "POST", "fallback_url": "", "method": "GET",
			"url": "https://example.com/voice"
		}],
		"fax": [],
		"messaging": [{"application_sid": "", "fallback_method": "POST", "fallback_url": "", "method": "POST", "url": ""}]
	}`)
}

// writtenBy gives the folder a state of that provider.
func writtenBy(cli *acctest.CLI, provider, resourceType, attributes string) {
	cli.Foreign([]string{
		"registry.terraform.io/" + provider, "registry.opentofu.org/" + provider, // of each CLI, its own
		"registry.terraform.io/hashicorp/" + strings.Split(provider, "/")[1],
		"registry.opentofu.org/hashicorp/" + strings.Split(provider, "/")[1],
	}, resourceType)
	cli.ForeignState("registry.terraform.io/"+provider, resourceType, "support", 0, attributes)
}

// planMove is the plan of the named configuration in its folder.
func planMove(t *testing.T, configs map[string]string, name, from string) string {
	t.Helper()
	sim, cli := startGuide(t)
	guideStates[name](sim, cli)
	cli.Configure(configs[name])
	said := tail(t, cli.Must(0, "plan", "-no-color").Stdout, from)
	return "$ terraform plan\n...\n" + changedList.ReplaceAllString(said, "        ...\n")
}

// changedList is an attribute whose elements each CLI compares in its own way.
var changedList = regexp.MustCompile(`(?m)^ +~ \w+ += \[\n(?:.*\n)*?^ +\]\n`)

var destroy = []string{"apply", "-no-color", "-destroy", "-auto-approve"}

// startGuide starts a simulator that has what the configurations of the guides
// name, and a CLI with access to all of its services by the environment.
func startGuide(t *testing.T) (*acctest.Simulation, *acctest.CLI) {
	t.Helper()
	sim := acctest.Start(t)
	for variable, value := range map[string]string{
		"TWILIO_ACCOUNT_SID":     simulator.DefaultAccountSID,
		"TWILIO_AUTH_TOKEN":      simulator.DefaultAuthToken,
		"TWILIO_BASE_URL":        sim.URL + "/twilio",
		"NIXFLEX_API_KEY":        simulator.DefaultNixflexKey,
		"NIXFLEX_BASE_URL":       sim.URL + "/nixflex",
		"SYNTHFLOW_API_KEY":      simulator.DefaultSynthflowAPIKey,
		"SYNTHFLOW_WORKSPACE_ID": simulator.DefaultSynthflowWorkspaceID,
		"SYNTHFLOW_BASE_URL":     sim.URL + "/synthflow",
		"DIALNEXA_API_KEY":       simulator.DefaultDialNexaAPIKey,
		"DIALNEXA_BASE_URL":      sim.URL + "/dialnexa",
		"RESEMBLE_API_KEY":       simulator.DefaultResembleToken,
		"RESEMBLE_BASE_URL":      sim.URL + "/resemble",
		"VAPI_BASE_URL":          sim.URL + "/vapi",
	} {
		t.Setenv(variable, value)
	}
	if err := sim.Seed(strings.NewReader(`{
		"twilio":   {"numbers": [
			{"phone_number": "+14155550100", "sid": "PN0123456789abcdef0123456789abcdef"},
			{"phone_number": "+14155550120", "sid": "PN123456789abcdef0123456789abcdef0"}
		]},
		"nixflex":  {"agents": [{"agent_id": "agent_0123456789abcdef"}]},
		"resemble": {"agents": [{"uuid": "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f", "voice_uuid": "voice"}]}
	}`)); err != nil {
		t.Fatal(err)
	}
	return sim, sim.CLI(t)
}

// showDestroy applies the configuration and returns what a plan to destroy it
// shows, without what Terraform says before and after.
func showDestroy(cli *acctest.CLI, config string) string {
	cli.Configure(config)
	cli.Apply()
	said := cli.Must(0, "plan", "-no-color", "-destroy", "-out=next.tfplan").Stdout
	from := strings.Index(said, "Terraform used")
	if from < 0 {
		from = strings.Index(said, "OpenTofu used")
	}
	plan, warnings, _ := strings.Cut(said[max(from, 0):], "\nWarning: ")
	warnings, _, _ = strings.Cut(warnings, "\n─")
	// Terraform plans several numbers at once, so the order of their warnings is chance.
	each := strings.Split(warnings, "\nWarning: ")
	for i, warning := range each {
		each[i] = strings.TrimRight(warning, "\n") + "\n"
	}
	slices.Sort(each)
	return "...\n" + plan + "\nWarning: " + strings.Join(each, "\nWarning: ")
}

// destroyOf is what the plan to destroy that many numbers of the configuration says
// after its diff, with the warnings in the order of their titles. Of those that
// Terraform folds, it shows one by chance: here it is always the last number.
func destroyOf(t *testing.T, config string, numbers int) string {
	t.Helper()
	sim, cli := startGuide(t)
	for i := range numbers {
		sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", 200+i)})
	}
	cli.Configure(config)
	cli.Apply(fmt.Sprintf("-var=numbers=%d", numbers))
	said := tail(t, cli.Must(0, "plan", "-no-color", "-destroy", fmt.Sprintf("-var=numbers=%d", numbers)).Stdout, "Plan:")
	plan, warnings, _ := strings.Cut(said, "\nWarning: ")
	each := strings.Split(warnings, "\nWarning: ")
	for i, warning := range each {
		if strings.Contains(warning, "more similar warnings") {
			warning = regexp.MustCompile(`line\[\d+\]`).ReplaceAllString(warning, fmt.Sprintf("line[%d]", numbers-1))
			warning = regexp.MustCompile(`\+1415555\d{4}`).ReplaceAllString(warning, fmt.Sprintf("+1415555%04d", 200+numbers-1))
		}
		each[i] = strings.TrimRight(warning, "\n") + "\n"
	}
	slices.Sort(each)
	return "$ terraform plan -destroy\n...\n" + plan + "\nWarning: " + strings.Join(each, "\nWarning: ")
}

// corrupt applies a number on Resemble AI whose next cleanups at Twilio fail.
func corrupt(t *testing.T, config string) *acctest.CLI {
	t.Helper()
	sim, cli := startGuide(t)
	cli.Configure(config)
	cli.Apply()
	sim.Resemble().FailNextCleanups(9)
	return cli
}

// tail is the text from the first line that begins so, without the line that
// Terraform draws at its end and what it says below.
func tail(t *testing.T, text, from string) string {
	t.Helper()
	_, after, found := strings.Cut(text, "\n"+from)
	if !found {
		t.Fatalf("no line begins with %q:\n%s", from, text)
	}
	after, _, _ = strings.Cut(after, "\n─")
	return from + strings.TrimRight(after, "\n") + "\n"
}

// normal is an output without what differs between the CLIs, and without
// spaces at the ends of lines.
func normal(text string) string {
	text = strings.NewReplacer("OpenTofu", "Terraform", "tofu ", "terraform ").Replace(text)
	return regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(text, "")
}

// words are the words of an output, without the lines that another version
// of a CLI may render otherwise: how much is hidden, and what is write-only.
func words(text string) string {
	text = regexp.MustCompile(`(?m)^.*(unchanged \w+ hidden|write-only attribute)\)( -> null)?$`).ReplaceAllString(text, "")
	return strings.Join(strings.Fields(text), " ")
}

// guides are the texts of the guides that a reviewer reads, by file name.
func guides(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, name := range []string{
		"keeping-numbers-safe", "reviewing-releases", "recovering-a-corrupted-number",
		"moving-from-the-twilio-and-vapi-providers", "onboarding-existing-numbers",
	} {
		name += ".md.tmpl"
		texts[name] = read(t, guidesDir, name)
	}
	return texts
}

func namedConfigs(guide string) map[string]string {
	configs := map[string]string{}
	for _, match := range configBlock.FindAllStringSubmatch(guide, -1) {
		configs[match[1]] = match[2]
	}
	return configs
}

// What the guides show is what is printed now. If a message has changed, run
// this test with -update.
func TestAccGuidesShowRealOutput(t *testing.T) {
	shown := map[string]bool{}
	for name, guide := range guides(t) {
		fresh := outputBlock.ReplaceAllStringFunc(guide, func(found string) string {
			match := outputBlock.FindStringSubmatch(found)
			shown[match[2]] = true
			t.Run(name+": "+match[2], func(t *testing.T) {
				output, ok := guideOutputs[match[2]]
				if !ok {
					t.Fatal("nothing makes this output")
				}
				printed := normal(output(t, namedConfigs(guide)))
				if words(printed) == words(match[3]) {
					return
				}
				if !*update {
					t.Errorf("the guide is out of date: run make test TESTARGS='-run %s ./internal/policytest -update'\n"+
						"--- shown\n%s\n--- printed\n%s", "GuidesShowRealOutput", match[3], printed)
				}
				found = match[1] + printed + match[4]
			})
			return found
		})
		if *update && fresh != guide {
			if err := os.WriteFile(filepath.Join(guidesDir, name), []byte(fresh), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name := range guideOutputs {
		if !shown[name] {
			t.Errorf("no guide shows %q", name)
		}
	}
}

// Each configuration of a guide can be applied as it stands, then has nothing
// left to change, and can be destroyed unless it forbids that.
func TestAccGuideConfigurationsApply(t *testing.T) {
	_, formatted := startGuide(t)
	for name, guide := range guides(t) {
		for i, match := range configBlock.FindAllStringSubmatch(guide, -1) {
			t.Run(strings.TrimSuffix(name, ".md.tmpl"), func(t *testing.T) {
				sim, cli := startGuide(t)
				t.Logf("configuration %d: %s", i+1, match[1])
				if match[1] == "stays" {
					t.Setenv("VAPI_API_KEY", simulator.DefaultVapiKey)
				}
				if write, ok := guideStates[match[1]]; ok {
					write(sim, cli)
				}
				cli.Configure(match[2])
				cli.Apply()
				cli.Must(0, "plan", "-detailed-exitcode")
				formatted.Write(fmt.Sprintf("%s-%d.tf", name, i), match[2])
				if owned := len(sim.Twilio().Numbers()); owned != 2 {
					t.Errorf("%d numbers are owned after the apply, 2 before", owned)
				}
			})
		}
	}
	formatted.Must(0, "fmt", "-check")
}

func TestGuidesHaveFrontMatterAndShellThatParses(t *testing.T) {
	t.Parallel()
	for name, guide := range guides(t) {
		if !frontMatter.MatchString(guide) {
			t.Errorf("%s: no front matter, or no title", name)
		}
		for _, match := range shellBlock.FindAllStringSubmatch(guide, -1) {
			cmd := exec.CommandContext(t.Context(), "sh", "-n")
			cmd.Stdin = strings.NewReader(match[1])
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s\n%s", name, err, out, match[1])
			}
		}
	}
}
