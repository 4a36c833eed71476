package phonenumber_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// expectDiagnostic looks for one of that severity whose summary and detail
// match the patterns.
func expectDiagnostic(t *testing.T, all []acctest.Diagnostic, severity, summary, detail string) {
	t.Helper()
	if !slices.ContainsFunc(all, func(d acctest.Diagnostic) bool {
		return d.Severity == severity && words(summary).MatchString(d.Summary) && words(detail).MatchString(d.Detail)
	}) {
		t.Errorf("no %s %q with detail %q among %+v", severity, summary, detail, all)
	}
}

// releasing applies a number that a destroy would release.
func releasing(t *testing.T, sim *acctest.Simulation, cli *acctest.CLI, arguments ...string) {
	t.Helper()
	owned(sim, simulator.TwilioNumber{})
	cli.Configure(hcl(sim, `
		phone_number       = "`+number+`"
		release_on_destroy = "release"
		`+strings.Join(arguments, "\n")))
	cli.Apply()
}

// prevented is the same configuration with the provider's veto.
func prevented(sim *acctest.Simulation, resources string) string {
	return sim.Provider("prevent_release = true") + resources
}

const releasingResource = `
resource "telephony_phone_number" "this" {
	phone_number       = "` + number + `"
	release_on_destroy = "release"
}`

func TestAccPlanOfADestroySaysWhatItWillDo(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	cli := sim.Terraform(t)
	releasing(t, sim, cli)
	diagnostics, plan := cli.Plan("-destroy")
	expectDiagnostic(t, diagnostics, "warning", `^Destroy of \+14155550100: release, gives the number up$`,
		`1\. Release \+14155550100 .*Twilio stops billing.*10 days.*State decides.*release_on_destroy = "detach"`)
	before, ok := plan.ResourceChanges[0].Change.Before.(map[string]any)
	if !ok || before["destroy_action"] != "release" || before["destroy_irreversible"] != true {
		t.Errorf("a policy tool reads %v", plan.ResourceChanges[0].Change.Before)
	}
	steps, _ := before["destroy_steps"].([]any)
	if len(steps) != 1 || !strings.HasPrefix(steps[0].(string), "Release "+number) { //nolint:forcetypeassert // the test fails
		t.Errorf("destroy_steps are %v", steps)
	}
}

func TestAccPlanOfAReplacementSaysWhatBecomesOfTheOldNumber(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	cli := sim.Terraform(t)
	releasing(t, sim, cli)
	owned(sim, simulator.TwilioNumber{PhoneNumber: "+14155550101"})
	cli.Configure(strings.ReplaceAll(sim.Provider()+releasingResource, number, "+14155550101"))
	diagnostics, _ := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `^Replacement of \+14155550100: release`, `1\. Release \+14155550100`)
}

func TestAccPlanSaysWhenAChangeOfTheEndBeginsToCount(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, `phone_number = "`+number+`"`))
	cli.Apply()
	cli.Configure(sim.Provider() + releasingResource)
	diagnostics, _ := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `from detach to release`, `only once it is applied`)
	// State decides: a destroy without that apply still detaches.
	cli.Apply("-destroy")
	expectOwned(t, sim, number)
}

func TestAccPlanSaysThatAReleaseCannotSucceed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		seed func(sim *acctest.Simulation) simulator.TwilioNumber
		says string
	}{
		"emergency address": {func(sim *acctest.Simulation) simulator.TwilioNumber {
			address := sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
			return simulator.TwilioNumber{EmergencyAddressSID: address, EmergencyAddressStatus: "registered"}
		}, `emergency address.*deregister_emergency_address = true`},
		"hosted number": {func(*acctest.Simulation) simulator.TwilioNumber {
			return simulator.TwilioNumber{Origin: "hosted"}
		}, `release_on_destroy = "detach"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, test.seed(sim))
			cli := sim.Terraform(t)
			cli.Configure(hcl(sim, `phone_number = "`+number+`"`))
			cli.Apply()
			cli.Configure(sim.Provider() + releasingResource)
			diagnostics, _ := cli.Plan()
			expectDiagnostic(t, diagnostics, "warning", `from detach to release`, `would be refused.*`+test.says)
			cli.Apply()
			diagnostics, plan := cli.Plan("-destroy")
			expectDiagnostic(t, diagnostics, "error", "", test.says)
			if plan != nil {
				t.Error("the plan of the destroy was not refused")
			}
		})
	}
}

func TestAccPlanOfAnAdoptionNamesTheWiringThatIsLost(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{
		VoiceURL: "https://old.example/voice", SMSURL: "https://old.example/sms", StatusCallback: "https://same.example",
	})
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, `
		phone_number    = "`+number+`"
		sms_url         = "https://new.example/sms"
		status_callback = "https://same.example"`))
	diagnostics, _ := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `Adopting \+14155550100 overwrites its wiring`,
		`sms_url: "https://old.example/sms" -> "https://new.example/sms"`)
	for _, d := range diagnostics {
		if strings.Contains(d.Detail, "status_callback") || strings.Contains(d.Detail, "voice_url") {
			t.Errorf("a value that stays is called lost: %s", d.Detail)
		}
	}
}

func TestAccPlanWarnsOfANumberThatIsNotOwned(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, `phone_number = "`+number+`"`))
	diagnostics, plan := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `is not owned`, `purchase \{}.*nothing is bought`)
	if plan == nil {
		t.Error("the plan failed; a destroy, which plans first, would be blocked")
	}
}

func TestAccUnreachableTwilioLeavesThePlanOpen(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Inject(simulator.Fault{Status: http.StatusServiceUnavailable, Body: "<html>down</html>"})
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, "phone_number = \""+number+"\"\npurchase {}"))
	diagnostics, plan := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `Unable to look up`, `503`)
	unknown, _ := plan.ResourceChanges[0].Change.AfterUnknown.(map[string]any)
	if unknown["acquisition"] != true {
		t.Errorf("the plan promises an acquisition: %v", plan.ResourceChanges[0].Change.After)
	}
}

// Without a purchase block there is but one way to the number, so the final plan
// need not contradict the first one when only that finds Twilio out of reach.
func TestUnreachableTwilioLeavesAnAdoptionPlanned(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	r := sim.Driver(t, acctest.Values{"max_retries": 0}).Resource("telephony_phone_number")
	sim.Inject(simulator.Fault{Skip: 1, Times: 1, Status: http.StatusServiceUnavailable})
	if _, diags := r.TerraformApply(acctest.Values{"phone_number": number}); diags.Failed() {
		t.Errorf("the apply fails: %+v", diags)
	}
	if got := r.State(); got["acquisition"] != "adopted" {
		t.Errorf("state has acquisition %v", got["acquisition"])
	}
}

// The roads to Delete. A taint and -replace show the plan no destroy: what sees
// them is the refresh, and without one Delete's own guard.
func TestAccPreventReleaseHoldsOnEveryRoad(t *testing.T) {
	t.Parallel()
	const vetoed, lost = `Release of \+14155550100 is prevented`, `Replacement would lose phone number \+14155550100`
	for name, road := range map[string]struct {
		config string // after the veto is set; empty: the number as it was
		taint  bool
		args   []string
		atPlan bool
		says   string
	}{
		"destroy":                 {args: []string{"-destroy"}, atPlan: true, says: vetoed},
		"block removed":           {config: `output "nothing" { value = true }`, atPlan: true, says: vetoed},
		"taint":                   {taint: true, atPlan: true, says: lost},
		"taint without a refresh": {taint: true, args: []string{"-refresh=false"}, says: vetoed},
		"replace":                 {args: []string{"-replace=" + this}, atPlan: true, says: lost},
		"number changed": {
			config: strings.ReplaceAll(releasingResource, number, "+14155550101"), atPlan: true, says: vetoed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			cli := sim.Terraform(t)
			releasing(t, sim, cli)
			owned(sim, simulator.TwilioNumber{PhoneNumber: "+14155550101"})
			if road.taint {
				cli.Must(0, "taint", this)
			}
			config := road.config
			if config == "" {
				config = releasingResource
			}
			cli.Configure(prevented(sim, config))
			sim.ResetRequests()
			diagnostics, plan := cli.Plan(road.args...)
			if refused := plan == nil; refused != road.atPlan {
				t.Errorf("refused at plan: %t, want %t: %+v", refused, road.atPlan, diagnostics)
			}
			said := cli.Must(1, append([]string{"apply", "-no-color", "-auto-approve"}, road.args...)...)
			if !words(road.says).MatchString(said.Stderr) {
				t.Errorf("the error does not say why: %s", said.Stderr)
			}
			expectOwned(t, sim, number, "+14155550101")
			expectWrites(t, sim)
			if status := onlyNumber(t, cli.State())["status"]; status != "active" {
				t.Errorf("a refused release left status %v", status)
			}
		})
	}
}

func TestAccReplacementNeverLosesTheNumberItNeeds(t *testing.T) {
	t.Parallel()
	for name, road := range map[string]struct {
		taint bool
		args  []string
	}{
		"taint":                     {taint: true},
		"replace":                   {args: []string{"-replace=" + this}},
		"replace without a refresh": {args: []string{"-replace=" + this, "-refresh=false"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			cli := sim.Terraform(t)
			releasing(t, sim, cli, "purchase {}")
			if road.taint {
				cli.Must(0, "taint", this)
			}
			said := cli.Must(1, append([]string{"apply", "-no-color", "-auto-approve"}, road.args...)...)
			if !words(`Replacement would lose phone number \+14155550100.*untaint.*-replace`).MatchString(said.Stderr) {
				t.Errorf("the error does not say why: %s", said.Stderr)
			}
			expectOwned(t, sim, number)
			expectWrites(t, sim)
		})
	}
}

func TestAccReplacementOfADetachingNumberAdoptsItAgain(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, "phone_number = \""+number+"\"\nvoice_url = \"https://example.com\"\npurchase {}"))
	cli.Apply()
	cli.Apply("-replace=" + this)
	cli.Must(0, "plan", "-detailed-exitcode")
	expectOwned(t, sim, number)
	if bought := sim.Twilio().Purchases(); len(bought) > 0 {
		t.Errorf("bought %v", bought)
	}
}

func TestAccPreventReleaseDoesNotHinderCreationOrDetach(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	cli := sim.Terraform(t)
	cli.Configure(prevented(sim, releasingResource))
	cli.Apply()
	cli.Configure(prevented(sim, strings.Replace(releasingResource, `"release"`, `"detach"`, 1)))
	cli.Apply()
	cli.Apply("-destroy")
	expectOwned(t, sim, number)
}

func TestAccCreateBeforeDestroyKeepsTheNumber(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	cli := sim.Terraform(t)
	releasing(t, sim, cli, "lifecycle {\ncreate_before_destroy = true\n}")
	cli.Must(0, "taint", this)
	cli.Apply("-refresh=false") // a refresh would refuse the replacement
	expectOwned(t, sim, number)
	cli.Must(0, "plan", "-detailed-exitcode")
}

// onlyNumber is the one number in state.
func onlyNumber(t *testing.T, state *tfjson.State) map[string]any {
	t.Helper()
	if state.Values == nil || len(state.Values.RootModule.Resources) != 1 {
		t.Fatalf("state does not have one resource: %+v", state.Values)
	}
	return state.Values.RootModule.Resources[0].AttributeValues
}
