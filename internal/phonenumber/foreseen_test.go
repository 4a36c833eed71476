package phonenumber_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// previewed are the attributes that the plan of a creation knows where number and
// configuration do.
var previewed = []string{
	"id", "phone_number", "carrier", "platform", "acquisition", "destroy_action", "destroy_irreversible", "destroy_steps",
}

// blocks are a block of each platform that an agent answers on, and what each
// number needs besides.
func blocks(sim *acctest.Simulation) map[string]acctest.Values {
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport})
	sim.Vapi().AddAssistant(vapiSupport)
	sim.ElevenLabs().AddAgent(elevenLabsSupport)
	sim.Retell().AddAgent(retellSupport)
	sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
	seedSynthflow(sim)
	return map[string]acctest.Values{
		"none":                 {"voice_url": "https://example.com/voice", "sms_url": "https://example.com/sms"},
		"none, without wiring": {},
		"nixflex":              {"nixflex": acctest.Values{"agent_id": nixflexSupport}},
		"resemble":             {"resemble": acctest.Values{"label": "Support", "agent_uuid": resembleSupport}},
		"vapi":                 {"vapi": acctest.Values{"assistant_id": vapiSupport}},
		"vapi without messages": {
			"vapi": acctest.Values{"assistant_id": vapiSupport, "sms_enabled": false}, "sms_url": "https://example.com/sms",
		},
		"elevenlabs": {"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport}},
		"retell": {
			"trunk_sid": retellTrunk,
			"retell":    acctest.Values{"inbound_agent_id": retellSupport, "termination_uri": "example.pstn.twilio.com"},
		},
		"synthflow": {"synthflow": acctest.Values{
			"agent_id": synthflowSupport, "provider_name": "twilio", "termination_uri": "example.pstn.twilio.com",
		}},
	}
}

// everyPlatform opens the services that the driver does not by itself, and tries each
// call once.
func everyPlatform(sim *acctest.Simulation) acctest.Values {
	arguments := sim.OtherServices()
	arguments["max_retries"] = 0
	return arguments
}

// expectForeseen checks that the plan of a creation knows how the number will end.
func expectForeseen(t *testing.T, p *acctest.Plan) {
	t.Helper()
	if p.Diagnostics.Failed() {
		t.Fatalf("%+v", p.Diagnostics)
	}
	for _, name := range previewed {
		if value := p.After[name]; value == nil || value == acctest.Unknown {
			t.Errorf("%s is %v in the plan", name, value)
		}
	}
}

// A plan shows how a number will end before there is one, and what it shows is what
// is true of the number once it is there.
func TestPlanOfACreationSaysHowTheNumberWillEnd(t *testing.T) {
	t.Parallel()
	for home := range blocks(acctest.Start(t)) {
		for _, from := range []origin{adopted, bought} {
			for _, action := range []string{"detach", "release", "force_delete"} {
				t.Run(fmt.Sprintf("%s, %s, %s", home, from, action), func(t *testing.T) {
					t.Parallel()
					sim := acctest.Start(t)
					config := maps.Clone(blocks(sim)[home])
					config["phone_number"], config["release_on_destroy"] = number, action
					if from == bought {
						config["purchase"] = acctest.Values{}
						sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
					} else {
						owned(sim, simulator.TwilioNumber{VoiceURL: elsewhereURL, SMSURL: elsewhereURL})
					}
					r := sim.Driver(t, everyPlatform(sim)).Resource(phoneNumberType)
					p := r.Plan(config)
					expectForeseen(t, p)
					if diags := r.Apply(p); diags.Failed() || r.State()["status"] != "active" {
						t.Fatalf("%+v, %v", diags, r.State()["status_reason"])
					}
					if diags := r.Read(); diags.Failed() {
						t.Fatalf("%+v", diags)
					}
					for _, name := range previewed {
						if got := r.State()[name]; !reflect.DeepEqual(got, p.After[name]) {
							t.Errorf("%s was planned as %v, and is %v", name, p.After[name], got)
						}
					}
				})
			}
		}
	}
}

// The promise outlives whatever stops the creation: Terraform takes no other
// result. The next refresh says what is true.
func TestCreationThatStopsHalfwayKeepsToItsPlan(t *testing.T) {
	t.Parallel()
	for home := range blocks(acctest.Start(t)) {
		for _, action := range []string{"detach", "release"} {
			t.Run(home+", "+action, func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t)
				config := maps.Clone(blocks(sim)[home])
				config["phone_number"], config["release_on_destroy"] = number, action
				config["friendly_name"] = "Support" // something to write in any case
				owned(sim, simulator.TwilioNumber{VoiceURL: elsewhereURL})
				sim.Inject(simulator.Fault{Match: changesAnOwnedNumber, Status: http.StatusInternalServerError})
				r := sim.Driver(t, everyPlatform(sim)).Resource(phoneNumberType)
				p := r.Plan(config)
				expectForeseen(t, p)
				if diags := r.Apply(p); diags.Failed() || r.State()["status"] != "corrupted" {
					t.Fatalf("%v: %+v", r.State()["status"], diags)
				}
				if !reflect.DeepEqual(r.State()["destroy_steps"], p.After["destroy_steps"]) {
					t.Errorf("planned %v, got %v", p.After["destroy_steps"], r.State()["destroy_steps"])
				}
				sim.ClearFaults()
				r.Read()
				if steps, _ := r.State()["destroy_steps"].([]string); r.State()["destroy_irreversible"] != false || len(steps) == 0 {
					t.Errorf("after a refresh: %v, %v", r.State()["destroy_irreversible"], steps)
				}
			})
		}
	}
}

// What is not known yet is left open, and nothing else.
func TestPlanLeavesOpenOnlyWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	restored := acctest.Values{"phone_number": number, "voice_url": oursURL, "restore_on_detach": true}
	deregistered := acctest.Values{"phone_number": number, "release_on_destroy": "release", "deregister_emergency_address": true}
	for name, tc := range map[string]struct {
		config  acctest.Values
		unowned bool
		open    []string // of previewed
	}{
		"search":             {config: acctest.Values{"purchase": acctest.Values{"country": "US"}}, open: []string{"id", "phone_number", "destroy_steps"}},
		"its URL":            {config: acctest.Values{"phone_number": number, "voice_url": acctest.Unknown}, open: []string{"destroy_steps"}},
		"its name":           {config: acctest.Values{"phone_number": number, "friendly_name": acctest.Unknown}},
		"its account":        {config: acctest.Values{"phone_number": number, "account_sid": acctest.Unknown}},
		"its agent's prompt": {config: acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport, "custom_prompt": acctest.Unknown}}},
		"the agent that is unlinked": {
			config: acctest.Values{"phone_number": number, "resemble": acctest.Values{"label": "Support", "agent_uuid": acctest.Unknown}},
			open:   []string{"destroy_steps"},
		},
		"its end": {
			config: acctest.Values{"phone_number": number, "release_on_destroy": acctest.Unknown},
			open:   []string{"destroy_action", "destroy_irreversible", "destroy_steps"},
		},
		"its carrier": {
			config: acctest.Values{"phone_number": number, "synthflow": acctest.Values{"provider_name": acctest.Unknown, "termination_uri": acctest.Unknown}},
			open:   []string{"carrier", "destroy_steps"},
		},
		"what is put back":                        {config: restored, open: []string{"destroy_steps"}},
		"what is put back, of what is bought":     {config: restored, unowned: true},
		"an emergency address":                    {config: deregistered, open: []string{"destroy_steps"}},
		"an emergency address, of what is bought": {config: deregistered, unowned: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			blocks(sim)
			config := maps.Clone(tc.config)
			if tc.unowned {
				sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
				config["purchase"] = acctest.Values{}
			} else {
				owned(sim, simulator.TwilioNumber{})
			}
			p := sim.Driver(t, nil).Resource(phoneNumberType).Plan(config)
			if p.Diagnostics.Failed() {
				t.Fatalf("%+v", p.Diagnostics)
			}
			for _, name := range previewed {
				if open := p.After[name] == acctest.Unknown; open != slices.Contains(tc.open, name) {
					t.Errorf("%s is %v", name, p.After[name])
				}
			}
		})
	}
}
