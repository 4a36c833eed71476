package phonenumber_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// askedTwilio says that one of the requests so far went to Twilio.
func askedTwilio(sim *acctest.Simulation) bool {
	for _, request := range sim.Requests() {
		if request.Service == simulator.Twilio {
			return true
		}
	}
	return false
}

// startDeparture applies the number on Nixflex at Twilio, where it had an URL before.
func startDeparture(t *testing.T, rules simulator.NixflexRules, more acctest.Values) (*acctest.Simulation, *acctest.Resource, acctest.Values) {
	t.Helper()
	sim, r := startTelnyx(t, rules)
	owned(sim, simulator.TwilioNumber{VoiceURL: "https://example.com/before"})
	before := acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}}
	after := onTelnyx(nixflexSupport, telnyxConnection, 1)
	maps.Copy(before, more)
	maps.Copy(after, more)
	mustApply(t, r, before)
	sim.ResetRequests()
	return sim, r, after
}

// A number that goes to another carrier on the same platform leaves nothing behind at
// the one that had it, whatever the platform cleans up itself, and stays owned there.
func TestNumberThatGoesToAnotherCarrierLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rules simulator.NixflexRules
		more  acctest.Values
		after simulator.TwilioNumber
	}{
		"cleaned up by the platform": {},
		"left by the platform":       {rules: simulator.NixflexRules{DeleteLeavesWebhooks: true}},
		"restored": {
			more:  acctest.Values{"restore_on_detach": true},
			after: simulator.TwilioNumber{VoiceURL: "https://example.com/before"},
		},
		"restored where the platform cleans nothing up": {
			rules: simulator.NixflexRules{DeleteLeavesWebhooks: true},
			more:  acctest.Values{"restore_on_detach": true},
			after: simulator.TwilioNumber{VoiceURL: "https://example.com/before"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, r, config := startDeparture(t, test.rules, test.more)
			p := r.Plan(config)
			expectDiagnostic(t, p.Diagnostics, "warning", `\+14155550100 is no longer managed at Twilio`,
				`carried by an external carrier.*webhooks of \+14155550100 to Nixflex.*Twilio keeps billing`)
			if p.After["carrier"] != "external" || p.After["account_sid"] != nil {
				t.Errorf("the plan is %v", p.After)
			}
			if diags := r.Apply(p); diags.Failed() {
				t.Fatalf("%+v", diags)
			}
			if at, _ := sim.Twilio().Number(number); at.VoiceURL != test.after.VoiceURL || at.SMSURL != "" || at.StatusCallback != "" {
				t.Errorf("Twilio has %+v", at)
			}
			if n, _ := sim.Nixflex().Number(number); n.TelnyxConnectionID != telnyxConnection {
				t.Errorf("Nixflex has %+v", n)
			}
			sim.ResetRequests()
			expectSettled(t, r, config)
			if state := r.State(); state["carrier"] != "external" || state["account_sid"] != nil || state["sid"] != "" {
				t.Errorf("the state is %v", state)
			}
			if _, diags := r.TerraformDestroy(config); diags.Failed() {
				t.Errorf("%+v", diags)
			}
			if nothingAtNixflex(t, sim); askedTwilio(sim) {
				t.Error("Twilio was asked after the number had gone")
			}
			expectOwned(t, sim, number)
		})
	}
}

// What somebody else has wired since is not cleared.
func TestNumberThatGoesToAnotherCarrierKeepsNewerWiring(t *testing.T) {
	t.Parallel()
	sim, r, config := startDeparture(t, simulator.NixflexRules{DeleteLeavesWebhooks: true}, nil)
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = "https://example.com/newer" })
	mustApply(t, r, config)
	if at, _ := sim.Twilio().Number(number); at.VoiceURL != "https://example.com/newer" || at.SMSURL != "" {
		t.Errorf("Twilio has %+v", at)
	}
}

// A carrier that refuses to be cleaned up stops the change before anything else, and
// state still has the number there.
func TestNumberThatCannotLeaveItsCarrierHasNotGone(t *testing.T) {
	t.Parallel()
	sim, r, config := startDeparture(t, simulator.NixflexRules{}, nil)
	sim.Inject(simulator.Fault{Service: simulator.Twilio, Method: "POST", Path: "IncomingPhoneNumbers", Status: 409, Body: `{"code": 20409, "status": 409}`})
	_, diags := r.TerraformApply(config)
	expectDiagnostic(t, diags, "error", "", `this step failed.*20409`)
	if state := r.State(); state["carrier"] != "twilio" || state["status"] != "active" || state["account_sid"] == nil {
		t.Errorf("the state is %v", state)
	}
	if wrote := strings.Join(writesEverywhere(sim), ", "); strings.Contains(wrote, "nixflex") {
		t.Errorf("it wrote %s", wrote)
	}
	sim.ClearFaults()
	mustApply(t, r, config)
	expectUnwired(t, sim, number)
	expectSettled(t, r, config)
}

// A move that stops half-way, at the platform, is finished by the next apply.
func TestNumberThatStopsHalfwayBetweenCarriersIsFinishedByTheNextApply(t *testing.T) {
	t.Parallel()
	sim, r, config := startDeparture(t, simulator.NixflexRules{}, nil)
	sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: "POST", Path: "/phone-numbers", Status: 400, Body: `{"error": {"code": "telnyx_auth_failed"}}`})
	if _, diags := r.TerraformApply(config); !diags.Failed() {
		t.Fatalf("the change was meant to fail: %+v", diags)
	}
	if state := r.State(); state["status"] != "corrupted" {
		t.Errorf("the state is %v", state)
	}
	sim.ClearFaults()
	if diags := r.Read(); diags.Failed() {
		t.Errorf("the refresh says %+v", diags)
	}
	mustApply(t, r, config)
	expectSettled(t, r, config)
	expectUnwired(t, sim, number)
	if state := r.State(); state["carrier"] != "external" || state["status"] != "active" {
		t.Errorf("the state is %v", state)
	}
}

// A number that its carrier no longer has, since it was ported to another one, is
// repaired by the configuration that says so.
func TestNumberThatWasPortedAwayIsRepairedAtItsNewCarrier(t *testing.T) {
	t.Parallel()
	sim, r, config := startDeparture(t, simulator.NixflexRules{}, nil)
	sim.Twilio().RemoveNumber(number)
	if diags := r.Read(); diags.Failed() || r.State()["status"] != "corrupted" {
		t.Fatalf("%v, %+v", r.State(), diags)
	}
	p := r.Plan(config)
	if p.Diagnostics.Failed() || p.After["status"] != "active" || p.After["carrier"] != "external" {
		t.Errorf("the plan is %v with %+v", p.After, p.Diagnostics)
	}
	if diags := r.Apply(p); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	expectSettled(t, r, config)
	if n, _ := sim.Nixflex().Number(number); n.TelnyxConnectionID != telnyxConnection {
		t.Errorf("Nixflex has %+v", n)
	}
}

// Back at Twilio the number is adopted there, and wired.
func TestNumberThatComesBackToTwilioIsWiredThere(t *testing.T) {
	t.Parallel()
	sim, r := startTelnyx(t, simulator.NixflexRules{})
	mustApply(t, r, onTelnyx(nixflexSupport, telnyxConnection, 1))
	config := acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}}
	owned(sim, simulator.TwilioNumber{TrunkSID: ""})
	mustApply(t, r, config)
	expectSettled(t, r, config)
	if at, _ := sim.Twilio().Number(number); at.VoiceURL != simulator.NixflexVoiceURL {
		t.Errorf("Twilio has %+v", at)
	}
	if state := r.State(); state["carrier"] != "twilio" || state["sid"] == "" || state["account_sid"] == nil {
		t.Errorf("the state is %v", state)
	}
}

// What the resource had wired itself beside the block goes, too.
func TestRetellNumberThatGoesToAnotherCarrierLeavesItsTrunk(t *testing.T) {
	t.Parallel()
	sim := startRetell(t)
	r := sim.Driver(t, acctest.Values{
		"retell": acctest.Values{"api_key": simulator.DefaultRetellKey, "base_url": sim.URL + "/retell"},
	}).Resource(oneNumber)
	before := acctest.Values{"phone_number": number, "trunk_sid": retellTrunk, "retell": acctest.Values{
		"inbound_agent_id": retellSupport, "termination_uri": "example.pstn.twilio.com",
	}}
	after := acctest.Values{"phone_number": number, "retell": acctest.Values{
		"inbound_agent_id": retellSupport, "termination_uri": "sip.telnyx.com", "provider_name": "custom",
	}}
	mustApply(t, r, before)
	mustApply(t, r, after)
	if at, _ := sim.Twilio().Number(number); at.TrunkSID != "" {
		t.Errorf("Twilio has %+v", at)
	}
	expectSettled(t, r, after)
	if n, _ := sim.Retell().Number(number); n.TerminationURI != "sip.telnyx.com" {
		t.Errorf("Retell AI has %+v", n)
	}
}

// Only Twilio has accounts and settings of its own.
func TestAttributesOfAnotherCarrierAreRefused(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, Provider: simulator.VapiOwn})
	blocks := map[string]acctest.Values{
		"nixflex, of Telnyx": {"nixflex": acctest.Values{"agent_id": nixflexSupport, "telnyx_connection_id": "1", "telnyx_api_key_wo": "KEY"}},
		"retell, custom":     {"retell": acctest.Values{"termination_uri": "sip.telnyx.com", "provider_name": "custom"}},
		"vapi, of Telnyx":    {"vapi": acctest.Values{"provider_name": "telnyx", "credential_id": vapiCredential}},
		"vapi's own":         {"vapi": acctest.Values{}},
		"synthflow":          {"synthflow": acctest.Values{"provider_name": "telnyx", "termination_uri": "sip.telnyx.com"}},
		"dialnexa":           {"dialnexa": acctest.Values{"agent_id": "agt_support"}},
	}
	for name, block := range blocks {
		for attribute, value := range map[string]string{
			"account_sid": simulator.DefaultAccountSID, "friendly_name": "Support", "sms_url": "https://example.com",
		} {
			t.Run(name+", "+attribute, func(t *testing.T) {
				t.Parallel()
				config := maps.Clone(block)
				config["phone_number"], config[attribute] = number, value
				r := sim.Driver(t, acctest.Values{
					"retell": acctest.Values{"api_key": simulator.DefaultRetellKey, "base_url": sim.URL + "/retell"},
					"vapi":   acctest.Values{"api_key": simulator.DefaultVapiKey, "base_url": sim.URL + "/vapi"},
				}).Resource(oneNumber)
				expectDiagnostic(t, r.Plan(config).Diagnostics, "error", "", attribute+` (belongs to numbers that Twilio carries.*Remove|cannot be set beside its block)`)
			})
		}
	}
}

// Vapi's record stays one of its carrier, so the plan refuses another one.
func TestVapiNumberThatGoesToAnotherCarrierIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	_, r := startVapi(t, simulator.VapiRules{})
	mustApply(t, r, atVapi(acctest.Values{"assistant_id": vapiSupport}))
	there := acctest.Values{"assistant_id": vapiSupport, "provider_name": "telnyx", "credential_id": vapiCredential}
	expectDiagnostic(t, r.Plan(atVapi(there)).Diagnostics, "error", "", `is at Vapi as a number of "twilio".*leave it out`)
}
