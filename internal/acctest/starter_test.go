package acctest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const starterDir = "starter"

// startStarter puts the starter with its variables before the CLI.
func startStarter(t *testing.T) (*Simulation, *CLI) {
	t.Helper()
	sim := startExample(t, starterDir+"/seed.json")
	cli := sim.CLI(t)
	var config strings.Builder
	for _, file := range []string{"variables.tf", "agents.tf", "main.tf", "checks.tf", "outputs.tf"} {
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
