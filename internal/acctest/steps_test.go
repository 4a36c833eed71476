package acctest

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Steps that the Driver takes must fail as they do with the CLI. The acceptance tests
// themselves, which a sample takes through the CLI and a few through the Driver, show
// that they pass alike.
func TestStepsWithoutTheCLIFailWhereSomethingIsNotAsExpected(t *testing.T) {
	t.Parallel()
	rewired := func(sim *Simulation) func() {
		return func() {
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = "https://other.example" })
		}
	}
	voice := tfjsonpath.New("voice_url")
	for name, test := range map[string]struct {
		change func(sim *Simulation, step *resource.TestStep)
		want   string
	}{
		"nothing": {func(*Simulation, *resource.TestStep) {}, ""},
		"another action": {func(_ *Simulation, s *resource.TestStep) {
			s.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}
		}, "the plan is not as expected: .*Update"},
		"another value planned": {func(_ *Simulation, s *resource.TestStep) {
			s.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{plancheck.ExpectKnownValue(address, voice, knownvalue.Null())}
		}, "the plan is not as expected: .*voice_url"},
		"a value that is known": {func(_ *Simulation, s *resource.TestStep) {
			s.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{plancheck.ExpectUnknownValue(address, voice)}
		}, "the plan is not as expected: .*voice_url"},
		"another value in state": {func(_ *Simulation, s *resource.TestStep) {
			s.ConfigStateChecks = []statecheck.StateCheck{statecheck.ExpectKnownValue(address, voice, knownvalue.Null())}
		}, "the state is not as expected: .*voice_url"},
		"another value checked": {func(_ *Simulation, s *resource.TestStep) {
			s.Check = resource.TestCheckResourceAttr(address, "capabilities.0", "fax")
		}, "the check: .*capabilities.0"},
		"a check that fails": {func(_ *Simulation, s *resource.TestStep) {
			s.Check = func(*terraform.State) error { return errors.New("no") }
		}, "the check: no"},
		"a plan that is not empty": {func(sim *Simulation, s *resource.TestStep) {
			s.Check = func(*terraform.State) error { rewired(sim)(); return nil }
		}, "the plan after it .with a refresh: true. is not empty: update"},
		"a plan that is empty": {func(_ *Simulation, s *resource.TestStep) { s.ExpectNonEmptyPlan = true }, "the plan after it is empty"},
		"no error":             {func(_ *Simulation, s *resource.TestStep) { s.ExpectError = regexp.MustCompile("refused") }, "no error, want refused"},
		"another error": {func(_ *Simulation, s *resource.TestStep) {
			s.Config, s.ExpectError = strings.Replace(s.Config, "voice_url", "telex_url", 1), regexp.MustCompile("refused")
		}, "want an error that matches refused: .*Unsupported argument"},
		"an error": {func(_ *Simulation, s *resource.TestStep) {
			s.Config = strings.Replace(s.Config, "https", "gopher", 1)
		}, "the plan: .*Invalid"},
		"a provider that is refused": {func(_ *Simulation, s *resource.TestStep) {
			s.Config = strings.Replace(s.Config, simulator.DefaultAccountSID, "AC", 1)
		}, "the plan: .*account_sid"},
		"a destroy that fails": {func(sim *Simulation, s *resource.TestStep) {
			s.Check = func(*terraform.State) error {
				sim.Inject(simulator.Fault{Method: "POST", Path: "IncomingPhoneNumbers", Status: 400})
				return nil
			}
		}, "the destroy after the test: .*Unable to detach"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := newWorld(t)
			step := resource.TestStep{Config: sim.Provider() + `
				resource "telephony_phone_number" "this" {
					phone_number = "` + number + `"
					voice_url    = "https://example.com/voice"
				}`}
			test.change(sim, &step)
			f := newFolder(sim.Driver(t, nil))
			if !takes([]resource.TestStep{step}) {
				t.Fatal("the Driver does not take it")
			}
			got := ""
			if err := f.run([]resource.TestStep{step}); err != nil {
				got = strings.ReplaceAll(err.Error(), "\n", " ")
			}
			if !regexp.MustCompile(test.want).MatchString(got) || test.want == "" && got != "" {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// What takes more of Terraform than one resource is the CLI's.
func TestStepsThatTheDriverDoesNotTake(t *testing.T) {
	t.Parallel()
	one := func(arguments string) string {
		return "resource \"telephony_phone_number\" \"this\" {\n" + arguments + "\n}\n"
	}
	for name, step := range map[string]resource.TestStep{
		"a count":              {Config: one("count = 2")},
		"another resource":     {Config: one("") + `resource "terraform_data" "other" {}`},
		"a reference":          {Config: one("phone_number = terraform_data.other.output")},
		"a function":           {Config: one(`phone_number = trimspace("+1")`)},
		"a lifecycle":          {Config: one("lifecycle {\n prevent_destroy = true\n}")},
		"a dynamic block":      {Config: one("dynamic \"nixflex\" {\n for_each = []\n}")},
		"two numbers":          {Config: one("") + strings.Replace(one(""), "this", "that", 1)},
		"no number":            {Config: `output "x" { value = 1 }`},
		"an import that works": {Config: one(""), ImportState: true},
		"a query":              {Config: one(""), Query: true},
		"what is not HCL":      {Config: "resource {"},
	} {
		if takes([]resource.TestStep{step}) {
			t.Errorf("%s: the Driver takes it", name)
		}
	}
}
