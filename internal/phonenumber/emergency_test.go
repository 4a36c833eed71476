package phonenumber_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// mustApply applies the configuration and fails the test where that fails.
func mustApply(t *testing.T, r *acctest.Resource, config acctest.Values) acctest.Diagnostics {
	t.Helper()
	_, diags := r.TerraformApply(config)
	if diags.Failed() {
		t.Fatalf("the apply fails: %+v", diags)
	}
	return diags
}

// expectSettled checks that a refresh and a plan find nothing to do, and nothing
// to say.
func expectSettled(t *testing.T, r *acctest.Resource, config acctest.Values) {
	t.Helper()
	if diags := r.Read(); len(diags) > 0 {
		t.Errorf("the refresh says %+v", diags)
	}
	plan := r.Plan(config)
	if plan.Action != acctest.NoOp || len(plan.Diagnostics) > 0 {
		t.Errorf("the next plan is %s, and says %+v\n%v\n%v", plan.Action, plan.Diagnostics, plan.Before, plan.After)
	}
}

// expectSays checks that one of the diagnostics has all the words.
func expectSays(t *testing.T, diags acctest.Diagnostics, severity string, phrases ...string) {
	t.Helper()
	for _, d := range diags {
		said := d.Summary + " " + strings.Join(strings.Fields(d.Detail), " ")
		all := d.Severity == severity
		for _, phrase := range phrases {
			all = all && strings.Contains(said, phrase)
		}
		if all {
			return
		}
	}
	t.Errorf("no %s says %q: %+v", severity, phrases, diags)
}

// registered seeds a number that has an emergency address, and returns that.
func registered(sim *acctest.Simulation, n simulator.TwilioNumber) string {
	n.EmergencyAddressSID = sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
	owned(sim, n)
	return n.EmergencyAddressSID
}

// emergencyAddress is that of the number at Twilio.
func emergencyAddress(sim *acctest.Simulation) string {
	n, _ := sim.Twilio().Number(number)
	return n.EmergencyAddressSID
}

// Only deregister_emergency_address = true takes an address off a number.
func TestEmergencyAddressStaysWhereTheConfigurationDoesNotNameIt(t *testing.T) {
	t.Parallel()
	const flat = `{"id": "PN00000000000000000000000000000042", "sid": "PN00000000000000000000000000000042",
		"account_sid": "` + simulator.DefaultAccountSID + `", "phone_number": "` + number + `",
		"emergency_address_sid": %q, "friendly_name": "Support"}`
	for name, bring := range map[string]func(r *acctest.Resource, address string) acctest.Diagnostics{
		"adoption": func(r *acctest.Resource, _ string) acctest.Diagnostics {
			_, diags := r.TerraformApply(acctest.Values{"phone_number": number})
			return diags
		},
		"import": func(r *acctest.Resource, _ string) acctest.Diagnostics { return r.Import(number) },
		"moved from Twilio's provider": func(r *acctest.Resource, address string) acctest.Diagnostics {
			return r.Move("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", 0,
				fmt.Sprintf(flat, address))
		},
		"moved and refreshed": func(r *acctest.Resource, address string) acctest.Diagnostics {
			return append(r.Move("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", 0,
				fmt.Sprintf(flat, address)), r.Read()...)
		},
		"its line is deleted": func(r *acctest.Resource, address string) acctest.Diagnostics {
			_, diags := r.TerraformApply(acctest.Values{"phone_number": number, "emergency_address_sid": address})
			return diags
		},
	} {
		for _, mayDeregister := range []bool{false, true} {
			if mayDeregister && name == "its line is deleted" {
				continue // that is the way to take it off
			}
			t.Run(fmt.Sprintf("%s, deregister_emergency_address = %t", name, mayDeregister), func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t)
				address := registered(sim, simulator.TwilioNumber{SID: "PN00000000000000000000000000000042"})
				r := sim.Driver(t, nil).Resource(oneNumber)
				if diags := bring(r, address); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
				config := acctest.Values{"phone_number": number, "deregister_emergency_address": mayDeregister}
				sim.ResetRequests()
				mustApply(t, r, config)
				expectWrites(t, sim)
				if got := emergencyAddress(sim); got != address {
					t.Errorf("the number has emergency address %q, not %s", got, address)
				}
				// An import cannot know yet whether the configuration names it.
				created := name == "adoption" || name == "its line is deleted"
				if got := r.State()["emergency_address_sid"]; created && got != nil {
					t.Errorf("state still has %v, which nothing manages", got)
				}
				expectSettled(t, r, config)
			})
		}
	}
}

func TestEmergencyAddressIsTakenOffOnlyWithPermission(t *testing.T) {
	t.Parallel()
	for name, removed := range map[string]any{"line removed": nil, "empty text": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			address := registered(sim, simulator.TwilioNumber{})
			r := sim.Driver(t, nil).Resource(oneNumber)
			mustApply(t, r, acctest.Values{
				"phone_number": number, "emergency_address_sid": address, "deregister_emergency_address": removed == nil,
			})
			config := acctest.Values{
				"phone_number": number, "emergency_address_sid": removed, "deregister_emergency_address": true,
			}
			plan := r.Plan(config)
			expectSays(t, plan.Diagnostics, "warning", number, "emergency address "+address, "deregister")
			if diags := r.Apply(plan); diags.Failed() {
				t.Fatalf("%+v", diags)
			}
			n, _ := sim.Twilio().Number(number)
			if n.EmergencyAddressSID != "" || n.EmergencyAddressStatus != "unregistered" {
				t.Errorf("the number has %q, which is %s", n.EmergencyAddressSID, n.EmergencyAddressStatus)
			}
			expectSettled(t, r, config)
		})
	}
}

// What the refresh has brought into state is not what this resource registered.
func TestEmergencyAddressOfSomebodyElseIsNotTakenOff(t *testing.T) {
	t.Parallel()
	for name, refresh := range map[string]bool{"refreshed": true, "not refreshed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			address := registered(sim, simulator.TwilioNumber{})
			r := sim.Driver(t, nil).Resource(oneNumber)
			config := acctest.Values{
				"phone_number": number, "emergency_address_sid": address, "deregister_emergency_address": true,
			}
			mustApply(t, r, config)
			other := sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.EmergencyAddressSID = other })
			if refresh {
				r.Read()
			}
			delete(config, "emergency_address_sid")
			if plan := r.Plan(config); !plan.Diagnostics.Failed() {
				r.Apply(plan)
			}
			if got := emergencyAddress(sim); got != other {
				t.Errorf("the number has %q, not %s of somebody else", got, other)
			}
		})
	}
}

// A setting that is not managed is in no state, but stays known.
func TestReleaseIsRefusedForAnEmergencyAddressThatNothingManages(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	address := registered(sim, simulator.TwilioNumber{})
	r := sim.Driver(t, nil).Resource(oneNumber)
	mustApply(t, r, acctest.Values{"phone_number": number, "release_on_destroy": "release"})
	expectSays(t, r.PlanDestroy().Diagnostics, "error", number, address, "deregister_emergency_address = true")
	expectSays(t, r.Destroy(), "error", number, address, "deregister_emergency_address = true")
	expectOwned(t, sim, number)

	mustApply(t, r, acctest.Values{
		"phone_number": number, "release_on_destroy": "release", "deregister_emergency_address": true,
	})
	plan := r.PlanDestroy()
	expectSays(t, plan.Diagnostics, "warning", "1. Deregister emergency address "+address, "2. Release "+number)
	if diags := r.Apply(plan); diags.Failed() {
		t.Errorf("%+v", diags)
	}
	expectOwned(t, sim)
}

func TestSettingsThatSayWhoANumberIsAreOnlyManagedWhenNamed(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"friendly_name", "address_sid", "bundle_sid", "identity_sid", "emergency_address_sid"} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			life := settings(sim)[field]
			r := sim.Driver(t, nil).Resource(oneNumber)
			named := acctest.Values{"phone_number": number, field: life.first}
			unnamed := acctest.Values{"phone_number": number}

			mustApply(t, r, unnamed)
			if got := r.State()[field]; got != nil {
				t.Errorf("not named, but in state as %v", got)
			}
			mustApply(t, r, named)
			expectSettled(t, r, named)
			sim.ResetRequests()
			plan := r.Plan(unnamed)
			if plan.Action != acctest.Update || plan.After[field] != nil {
				t.Errorf("no longer named: %s to %v", plan.Action, plan.After[field])
			}
			if diags := r.Apply(plan); len(diags) > 0 {
				t.Errorf("%+v", diags)
			}
			expectWrites(t, sim)
			if got := atTwilio(t, sim, number)[field]; got != life.first {
				t.Errorf("Twilio has %v, not %v as before", got, life.first)
			}
			expectSettled(t, r, unnamed)
		})
	}
}

// Twilio answers 21631 to changes of the messaging settings of such a number.
func TestEmergencyAddressHoldsTheMessagingSettings(t *testing.T) {
	t.Parallel()
	const url, other = "https://example.com/one", "https://example.com/other"
	config := func(url string) acctest.Values {
		return acctest.Values{"phone_number": number, "voice_url": url, "sms_url": url}
	}
	start := func(t *testing.T, rules simulator.TwilioRules) (*acctest.Simulation, *acctest.Resource, string) {
		t.Helper()
		sim := acctest.Start(t, simulator.WithTwilio(rules))
		address := registered(sim, simulator.TwilioNumber{VoiceURL: url, SMSURL: url})
		r := sim.Driver(t, nil).Resource(oneNumber)
		mustApply(t, r, config(url))
		return sim, r, address
	}
	check := func(t *testing.T, sim *acctest.Simulation, voice, sms string) {
		t.Helper()
		if n, _ := sim.Twilio().Number(number); n.VoiceURL != voice || n.SMSURL != sms {
			t.Errorf("Twilio has voice_url %q and sms_url %q, not %q and %q", n.VoiceURL, n.SMSURL, voice, sms)
		}
	}
	explained := func(t *testing.T, diags acctest.Diagnostics, address string) {
		t.Helper()
		expectSays(t, diags, "error", number, "21631", "Remove the emergency address", "emergency address "+address,
			"messaging settings", "deregister_emergency_address = true", "Twilio Console")
		for _, d := range diags {
			if strings.Contains(d.Detail, "needs an address") {
				t.Errorf("it speaks of another address: %s", d.Detail)
			}
		}
	}
	t.Run("detach", func(t *testing.T) {
		t.Parallel()
		sim, r, address := start(t, simulator.TwilioRules{})
		plan := r.PlanDestroy()
		expectSays(t, plan.Diagnostics, "warning", "emergency address "+address, "sms_url")
		explained(t, r.Apply(plan), address)
		check(t, sim, "", url)
		if r.State() == nil {
			t.Fatal("the number left state")
		}
		explained(t, r.Destroy(), address) // as often as it is run
		sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) {
			n.EmergencyAddressSID, n.EmergencyAddressStatus = "", "unregistered"
		})
		if diags := r.Destroy(); diags.Failed() {
			t.Errorf("after the way out: %+v", diags)
		}
		check(t, sim, "", "")
	})
	t.Run("detach where Twilio lets messaging change", func(t *testing.T) {
		t.Parallel()
		sim, r, address := start(t, simulator.TwilioRules{EmergencyLetsMessagingChange: true})
		if diags := r.Apply(r.PlanDestroy()); diags.Failed() {
			t.Errorf("%+v", diags)
		}
		check(t, sim, "", "")
		if got := emergencyAddress(sim); got != address {
			t.Errorf("the detach took the emergency address off: %q", got)
		}
	})
	t.Run("force delete", func(t *testing.T) {
		t.Parallel()
		sim, r, address := start(t, simulator.TwilioRules{})
		forced := config(url)
		forced["release_on_destroy"] = "force_delete"
		mustApply(t, r, forced)
		diags := r.Apply(r.PlanDestroy())
		expectSays(t, diags, "warning", "Left behind by the force delete of "+number, "emergency address "+address, "sms_url")
		if diags.Failed() || r.State() != nil {
			t.Errorf("%+v", diags)
		}
		check(t, sim, "", url)
	})
	t.Run("change", func(t *testing.T) {
		t.Parallel()
		sim, r, address := start(t, simulator.TwilioRules{})
		_, diags := r.TerraformApply(config(other))
		explained(t, diags, address)
		check(t, sim, other, url)
		if s := r.State(); s["voice_url"] != other || s["sms_url"] != url {
			t.Errorf("state has voice_url %v and sms_url %v", s["voice_url"], s["sms_url"])
		}
	})
	t.Run("change where Twilio lets messaging change", func(t *testing.T) {
		t.Parallel()
		sim, r, _ := start(t, simulator.TwilioRules{EmergencyLetsMessagingChange: true})
		sim.ResetRequests()
		mustApply(t, r, config(other))
		check(t, sim, other, other)
		if sent := sim.Requests(); writing(sent) != 1 {
			t.Errorf("one request does: %v", sent)
		}
	})
	t.Run("the address is taken off by the same change", func(t *testing.T) {
		t.Parallel()
		sim, r, address := start(t, simulator.TwilioRules{})
		named := config(url)
		named["emergency_address_sid"], named["deregister_emergency_address"] = address, true
		mustApply(t, r, named)
		freed := config(other)
		freed["deregister_emergency_address"] = true
		mustApply(t, r, freed)
		check(t, sim, other, other)
		expectSettled(t, r, freed)
	})
	t.Run("a number that lacks the address that its country asks for", func(t *testing.T) {
		t.Parallel()
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		r := sim.Driver(t, nil).Resource(oneNumber)
		mustApply(t, r, acctest.Values{"phone_number": number})
		sim.Inject(simulator.Fault{
			Method: "POST", Status: http.StatusBadRequest,
			Body: `{"code": 21631, "message": "Phone Number Requires an Address", "status": 400}`,
		})
		_, diags := r.TerraformApply(config(url))
		expectSays(t, diags, "error", number, "21631", "needs an address")
	})
}

// writing counts the requests that change something.
func writing(sent []simulator.Request) int {
	count := 0
	for _, r := range sent {
		if r.Method != http.MethodGet {
			count++
		}
	}
	return count
}

// lettingMessagesChange is for tests to which it does not matter that an emergency
// address holds the messaging settings.
func lettingMessagesChange() simulator.Option {
	return simulator.WithTwilio(simulator.TwilioRules{EmergencyLetsMessagingChange: true})
}
