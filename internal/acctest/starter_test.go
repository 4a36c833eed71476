package acctest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	starterDir = "starter"

	// starterWorld is what terraform.tfvars of the starter takes over.
	starterWorld = `{
		"twilio": {
			"trunks":  [{"sid": "TK0123456789abcdef0123456789abcdef"}],
			"numbers": [
				{"phone_number": "+14155550100"}, {"phone_number": "+14155550150"}, {"phone_number": "+14155550160"},
				{"phone_number": "+14155550170"}, {"phone_number": "+14155550190"}, {"phone_number": "+14155550110"},
				{"phone_number": "+14155550120"}
			]
		},
		"nixflex":   {"agents": [{"agent_id": "agent_0123456789abcdef"}]},
		"resemble":  {"agents": [{"uuid": "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f", "voice_uuid": "voice"}]},
		"retell":    {"agents": ["oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"]},
		"elevenlabs": {"agents": ["agent_7101k5zvyjhmfg983brhmhkd98n6"]},
		"vapi":      {"assistants": ["5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"]},
		"synthflow": {"agents": [{"id": "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"}]},
		"dialnexa":  {
			"agents":  [{"id": "agt_f7w2kx5mb9qz"}],
			"numbers": [{"phone_number": "+16285550180"}]
		}
	}`
)

// startStarter puts the starter with its variables before the CLI.
func startStarter(t *testing.T) (*Simulation, *CLI) {
	t.Helper()
	sim := startExample(t, starterWorld)
	cli := sim.CLI(t)
	var config strings.Builder
	for _, file := range []string{"variables.tf", "main.tf", "checks.tf", "outputs.tf"} {
		config.WriteString(readFile(t, filepath.Join(starterDir, file)) + "\n")
	}
	cli.Configure(config.String()) // which requires the provider, as versions.tf does
	variables := readFile(t, filepath.Join(starterDir, "terraform.tfvars"))
	if err := os.WriteFile(filepath.Join(cli.Dir(), "terraform.tfvars"), []byte(variables), 0o600); err != nil {
		t.Fatal(err)
	}
	return sim, cli
}

// expectWarnings checks all that a plan says: how each warning begins.
func expectWarnings(t *testing.T, diagnostics []Diagnostic, want ...string) {
	t.Helper()
	var got []string
	for _, d := range diagnostics {
		got = append(got, d.Severity+": "+d.Detail)
	}
	if !slices.EqualFunc(got, want, func(g, w string) bool { return strings.HasPrefix(g, "warning: "+w) }) {
		t.Errorf("the plan says %q, want %q", got, want)
	}
}

func TestAccStarterTakesNumbersOnEveryPlatformFromAMap(t *testing.T) {
	sim, cli := startStarter(t)
	cli.Apply()
	diagnostics, plan := cli.Plan()
	expectWarnings(t, diagnostics)
	if plan == nil {
		t.Fatal("the plan failed")
	}
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			t.Errorf("%s: %v", change.Address, change.Change.Actions)
		}
	}
	cli.Must(0, "plan", "-no-color", "-detailed-exitcode")

	var on []string
	for _, r := range cli.State().Values.RootModule.Resources {
		if platform, ok := r.AttributeValues["platform"].(string); ok {
			on = append(on, platform)
		}
	}
	slices.Sort(on)
	if want := []string{"dialnexa", "elevenlabs", "nixflex", "none", "resemble", "retell", "synthflow", "vapi"}; !slices.Equal(on, want) {
		t.Errorf("numbers are on %v, want %v", on, want)
	}

	cli.Apply("-destroy")
	if err := checkLeft(sim.Twilio().Numbers(), []string{
		"+14155550100", "+14155550110", "+14155550120", "+14155550150", "+14155550160", "+14155550170", "+14155550190",
	}); err != nil {
		t.Error(err)
	}
	if err := checkKept(sim, []string{"+16285550180"}); err != nil {
		t.Error(err)
	}
}

// A number that nobody manages is a warning, and one that is not in order fails
// the apply.
func TestAccStarterWarnsAndFails(t *testing.T) {
	sim, cli := startStarter(t)
	cli.Apply()

	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550199"})
	diagnostics, _ := cli.Plan()
	expectWarnings(t, diagnostics, "Not in this configuration: +14155550199.")
	sim.Twilio().RemoveNumber("+14155550199")

	sim.Nixflex().RemoveNumber("+14155550150")
	sim.Inject(simulator.Fault{
		Service: simulator.Nixflex, Method: "POST", Status: 400, Body: `{"error": {"code": "missing_field"}}`,
	})
	if result := cli.Run("apply", "-no-color", "-auto-approve"); result.Code == 0 {
		t.Errorf("the apply did not fail:\n%s", result.Stdout)
	}
	sim.ClearFaults()
	cli.Apply()
	cli.Must(0, "plan", "-no-color", "-detailed-exitcode")
}
