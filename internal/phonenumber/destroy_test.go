package phonenumber_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// outage makes Twilio answer writes of this method with 500.
func outage(sim *acctest.Simulation, method string) func() {
	return func() {
		sim.Inject(simulator.Fault{Method: method, Path: "IncomingPhoneNumbers", Status: http.StatusInternalServerError})
	}
}

func TestAccFailedReleaseIsCorruptedAndFinishedByASecondDestroy(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	config := hcl(sim, `
		phone_number       = "`+number+`"
		release_on_destroy = "release"`)
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:   outage(sim, http.MethodDelete),
			Config:      config,
			Destroy:     true,
			ExpectError: words(`Unable to release phone number \+14155550100.*This step failed: Release.*500.*Destroy again`),
		},
		resource.TestStep{
			PreConfig: sim.ClearFaults,
			Config:    config,
			PlanOnly:  true,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(this, plancheck.ResourceActionUpdate),
				plans("status", text("active")),
			}},
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			RefreshState:       true,
			ExpectNonEmptyPlan: true,
			Check:              resource.TestMatchResourceAttr(this, "status_reason", regexp.MustCompile("A destroy stopped half-way")),
		},
		resource.TestStep{Config: config, Destroy: true},
	)
	expectOwned(t, sim)
	if released := sim.Twilio().Released(); len(released) != 1 {
		t.Errorf("released: %v, want it once", released)
	}
}

func TestAccFailedReleaseIsRepairedByAnApply(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	config := hcl(sim, `
		phone_number       = "`+number+`"
		release_on_destroy = "release"`)
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: outage(sim, http.MethodDelete), Config: config, Destroy: true, ExpectError: regexp.MustCompile("500"),
		},
		resource.TestStep{
			PreConfig:         sim.ClearFaults,
			Config:            config,
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, plans("status", text("active"))),
			ConfigStateChecks: []statecheck.StateCheck{state("status", text("active")), state("status_reason", text(""))},
		},
		resource.TestStep{Config: hcl(sim, `phone_number = "`+number+`"`)},
	)
	expectOwned(t, sim, number)
}

func TestAccFailedDetachIsFinishedByASecondDestroy(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	config := hcl(sim, `
		phone_number = "`+number+`"
		voice_url    = "https://example.com"`)
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: outage(sim, http.MethodPost), Config: config, Destroy: true,
			ExpectError: regexp.MustCompile(`Unable to detach phone number \+14155550100`),
		},
		resource.TestStep{PreConfig: sim.ClearFaults, Config: config, Destroy: true},
	)
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
}

func TestAccForceDeleteEndsWithAWarningWhatEverHappens(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	config := hcl(sim, `
		phone_number       = "`+number+`"
		release_on_destroy = "force_delete"
		voice_url          = "https://example.com"`)
	sim.Run(t,
		resource.TestStep{
			Config:           config,
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate, plans("destroy_irreversible", knownvalue.Bool(false))),
		},
		resource.TestStep{PreConfig: outage(sim, http.MethodPost), Config: config, Destroy: true},
	)
	expectOwned(t, sim, number)
	if left := atTwilio(t, sim, number)["voice_url"]; left != "https://example.com" {
		t.Errorf("the fault did not strike: voice_url is %v", left)
	}
}

func TestAccDetachLeavesNewerWiringOfSomebodyElse(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, `
		phone_number = "`+number+`"
		voice_url    = "https://example.com/voice"
		sms_url      = "https://example.com/sms"`))
	cli.Apply()
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = "https://newer.example/voice" })
	// Without a refresh, as when the change comes after the plan.
	said := cli.Apply("-destroy", "-refresh=false")
	expectOwned(t, sim, number)
	if left := atTwilio(t, sim, number); left["voice_url"] != "https://newer.example/voice" || left["sms_url"] != nil {
		t.Errorf("left at Twilio: voice_url %v, sms_url %v", left["voice_url"], left["sms_url"])
	}
	if !words(`voice_url of \+14155550100 was left as it is`).MatchString(said.Stdout) {
		t.Errorf("the destroy does not say what it left:\n%s", said.Stdout)
	}
}

func TestAccEmergencyAddressHoldsBackARelease(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	address := sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
	owned(sim, simulator.TwilioNumber{})
	config := func(allowed bool) string {
		return hcl(sim, fmt.Sprintf(`
			phone_number                 = %q
			emergency_address_sid        = %q
			release_on_destroy           = "release"
			deregister_emergency_address = %t`, number, address, allowed))
	}
	sim.Run(t,
		resource.TestStep{Config: config(false)},
		resource.TestStep{
			Config: config(false), Destroy: true,
			ExpectError: regexp.MustCompile(`(?s)has an emergency address.*deregister_emergency_address = true`),
		},
		resource.TestStep{
			Config: config(true),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("destroy_steps", knownvalue.ListPartial(
				map[int]knownvalue.Check{0: knownvalue.StringRegexp(regexp.MustCompile("^Deregister emergency address " + address))}))),
		},
	)
	expectOwned(t, sim)
}

func TestAccFailedDeregistrationReleasesNothing(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t, simulator.WithTwilio(simulator.TwilioRules{EmergencyStaysRegistered: true}))
	address := sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
	owned(sim, simulator.TwilioNumber{})
	config := hcl(sim, fmt.Sprintf(`
		phone_number                 = %q
		emergency_address_sid        = %q
		release_on_destroy           = "release"
		deregister_emergency_address = true`, number, address))
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{Config: config, Destroy: true, ExpectError: regexp.MustCompile(`unregistration-failure`)},
		resource.TestStep{Config: hcl(sim, `phone_number = "`+number+`"`)},
	)
	expectOwned(t, sim, number)
}

func TestAccHostedNumberIsNotReleased(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{Origin: "hosted"})
	config := hcl(sim, `
		phone_number       = "`+number+`"
		release_on_destroy = "release"`)
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{Config: config, Destroy: true, ExpectError: regexp.MustCompile(`hosted`)},
		resource.TestStep{Config: hcl(sim, `phone_number = "`+number+`"`)},
	)
	expectOwned(t, sim, number)
}

func TestAccDestroyWaitsNoLongerThanItsTimeout(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t, simulator.WithTwilio(simulator.TwilioRules{EmergencyReads: 1 << 30}))
	address := sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
	owned(sim, simulator.TwilioNumber{})
	config := hcl(sim, fmt.Sprintf(`
		phone_number                 = %q
		emergency_address_sid        = %q
		release_on_destroy           = "release"
		deregister_emergency_address = true
		timeouts { delete = "500ms" }`, number, address))
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{Config: config, Destroy: true, ExpectError: words(`not over yet.*pending-unregistration.*timeouts block`)},
		resource.TestStep{
			PreConfig: func() { sim.Twilio().SetRules(func(r *simulator.TwilioRules) { r.EmergencyReads = -1 }) },
			Config:    hcl(sim, `phone_number = "`+number+`"`),
		},
	)
	expectOwned(t, sim, number)
}

// A destroy plans as configured first, which must not block it.
func TestDestroyIsNotBlockedByANumberThatIsGone(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	seedSynthflow(sim)
	sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: number, Bought: true})
	config := acctest.Values{
		"phone_number": number, "release_on_destroy": "release", "synthflow": acctest.Values{"agent_id": synthflowSupport},
	}
	r := sim.Driver(t, nil).Resource("telephony_phone_number")
	if _, diags := r.TerraformApply(config); diags.Failed() {
		t.Fatalf("the creation fails: %+v", diags)
	}
	sim.Synthflow().RemoveNumber(number)
	if _, diags := r.TerraformDestroy(config); diags.Failed() || r.State() != nil {
		t.Errorf("the destroy fails: %+v", diags)
	}
	if _, diags := r.TerraformApply(config); !diags.Failed() {
		t.Error("a number that no carrier can release was created with release_on_destroy = release")
	}
}
