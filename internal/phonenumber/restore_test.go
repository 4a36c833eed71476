package phonenumber_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// restoring are the homes of a number that Twilio carries, as arguments of the
// resource. Each replaces some of what foundWiring has.
func restoring() map[string]acctest.Values {
	return map[string]acctest.Values{
		"none":       {"voice_url": oursURL, "sms_url": oursURL},
		"nixflex":    {"nixflex": acctest.Values{"agent_id": nixflexSupport}},
		"synthflow":  {"synthflow": acctest.Values{"agent_id": synthflowSupport, "provider_name": "twilio", "termination_uri": "example.pstn.twilio.com", "bought_at_synthflow": false}},
		"resemble":   {"resemble": acctest.Values{"label": "Support", "agent_uuid": resembleSupport}},
		"retell":     {"trunk_sid": retellTrunk, "retell": acctest.Values{"inbound_agent_id": retellSupport, "termination_uri": "example.pstn.twilio.com"}},
		"vapi":       {"vapi": acctest.Values{"assistant_id": vapiSupport}},
		"elevenlabs": {"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport}},
	}
}

// startRestoring starts a world in which every platform has an agent, and a trunk
// of somebody else's takes the calls of the number.
func startRestoring(t *testing.T, options ...simulator.Option) (*acctest.Simulation, *acctest.Resource, simulator.TwilioNumber) {
	t.Helper()
	sim := acctest.Start(t, options...)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport})
	seedSynthflow(sim)
	sim.Retell().AddAgent(retellSupport)
	sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
	sim.Vapi().AddAssistant(vapiSupport)
	sim.ElevenLabs().AddAgent(elevenLabsSupport)
	found := simulator.TwilioNumber{
		VoiceURL: foundURL, VoiceMethod: "GET", SMSURL: foundURL, SMSMethod: "GET", StatusCallback: foundURL,
		StatusCallbackMethod: "GET", TrunkSID: sim.Twilio().AddTrunk(simulator.TwilioTrunk{}),
	}
	owned(sim, found)
	open := func(name, key string) acctest.Values {
		return acctest.Values{"api_key": key, "base_url": sim.URL + "/" + name}
	}
	r := sim.Driver(t, acctest.Values{
		"retell":     open("retell", simulator.DefaultRetellKey),
		"vapi":       open("vapi", simulator.DefaultVapiKey),
		"elevenlabs": open("elevenlabs", simulator.DefaultElevenLabsKey),
	}).Resource(oneNumber)
	return sim, r, found
}

// routingNames are the settings that say where calls and messages go.
var routingNames = []string{
	"voice_url", "voice_method", "trunk_sid", "voice_application_sid", "sms_url", "sms_method", "sms_application_sid",
	"status_callback", "status_callback_method",
}

// wiringAt is the wiring that the number has at Twilio.
func wiringAt(t *testing.T, sim *acctest.Simulation) map[string]any {
	t.Helper()
	at, wired := atTwilio(t, sim, number), map[string]any{}
	for _, name := range routingNames {
		if value := at[name]; value != nil && value != "" {
			wired[name] = value
		}
	}
	return wired
}

// What an adoption or an attach has replaced comes back in every way off a home,
// but for what somebody else has changed since, and what Twilio no longer takes.
func TestEveryHomeGivesBackWhatItReplaced(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 4, 1)
	for home := range restoring() {
		for _, since := range []string{"unchanged", "changed since", "gone invalid"} {
			for _, way := range []string{"detach", "force_delete", "move", "leave"} {
				for _, clears := range []bool{false, true} {
					cell := fmt.Sprintf("%s, %s, %s, the platform clears: %t", home, since, way, clears)
					if clears && home != "vapi" && home != "elevenlabs" || !cases.Tries(cell, oneOf) {
						continue
					}
					t.Run(cell, func(t *testing.T) {
						t.Parallel()
						testRestore(t, home, since, way, clears)
					})
				}
			}
		}
	}
}

func testRestore(t *testing.T, home, since, way string, clears bool) {
	t.Helper()
	const newURL = "https://newer.example"
	sim, r, found := startRestoring(t,
		simulator.WithVapi(simulator.VapiRules{DeleteClearsWebhooks: clears}),
		simulator.WithElevenLabs(simulator.ElevenLabsRules{DeleteClearsWebhooks: clears, ImportSetsStatus: clears}))
	want := wiringAt(t, sim)
	at := func(home string) acctest.Values {
		config := acctest.Values{"phone_number": number, "restore_on_detach": true}
		if way == "force_delete" {
			config["release_on_destroy"] = way
		}
		maps.Copy(config, restoring()[home])
		return config
	}
	bare := at(home)
	delete(bare, "restore_on_detach")
	mustApply(t, r, bare) // what is found is remembered in any case
	mustApply(t, r, at(home))
	expectSettled(t, r, at(home))

	switch since {
	case "changed since": // to a URL and to a trunk that hold off what was there
		sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL, n.VoiceMethod = newURL, "POST" })
		want["voice_url"], want["voice_method"] = newURL, "POST"
	case "gone invalid":
		sim.Twilio().RemoveTrunk(found.TrunkSID)
		delete(want, "trunk_sid")
	}
	switch way {
	case "move":
		other := "vapi"
		if home == other {
			other = "elevenlabs"
		}
		config := at(other)
		mustApply(t, r, config)
		expectSettled(t, r, config)
	case "leave":
		config := acctest.Values{"phone_number": number, "restore_on_detach": true}
		mustApply(t, r, config)
		expectSettled(t, r, config)
		switch home {
		case "none": // named and then removed, with what would outrank it
			want = map[string]any{"status_callback": foundURL, "status_callback_method": "GET"}
		case "retell":
			delete(want, "trunk_sid")
		}
		expectWiring(t, sim, want)
		return
	}
	mustRead(t, r)
	steps, _ := r.State()["destroy_steps"].([]string)
	sim.ResetRequests()
	diags := r.Apply(r.PlanDestroy())
	if diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	expectWiring(t, sim, want)
	expectSaid(t, sim, steps)
}

func expectWiring(t *testing.T, sim *acctest.Simulation, want map[string]any) {
	t.Helper()
	got := wiringAt(t, sim)
	for _, name := range routingNames {
		is, was := got[name], want[name]
		if (is == "POST" || is == nil) && (was == "POST" || was == nil) {
			continue
		}
		if is != was {
			t.Errorf("%s is %v, want %v", name, is, was)
		}
	}
}

var (
	putBack  = regexp.MustCompile(`([a-z_]+) back to "([^"]*)"`)
	verifies = regexp.MustCompile(`Verify at Twilio|clear (its|the) TrunkSid`) // of what the platform gave
)

// expectSaid holds the steps against the requests to Twilio: what is put back is
// sent, and what is sent stands in the steps.
func expectSaid(t *testing.T, sim *acctest.Simulation, steps []string) {
	t.Helper()
	text, sent := strings.Join(steps, "\n"), map[string][]string{}
	for _, request := range sim.Requests() {
		if request.Service != simulator.Twilio || request.Method != "POST" {
			continue
		}
		for field, values := range request.Form {
			sent[field] = append(sent[field], values...)
		}
	}
	promised := map[string]string{}
	for _, match := range putBack.FindAllStringSubmatch(text, -1) {
		promised[match[1]] = match[2]
	}
	names := map[string]string{
		"voice_url": "VoiceUrl", "voice_method": "VoiceMethod", "trunk_sid": "TrunkSid", "voice_application_sid": "VoiceApplicationSid",
		"sms_url": "SmsUrl", "sms_method": "SmsMethod", "sms_application_sid": "SmsApplicationSid",
		"status_callback": "StatusCallback", "status_callback_method": "StatusCallbackMethod",
	}
	for name, value := range promised {
		if !slices.Contains(sent[names[name]], value) {
			t.Errorf("the steps put %s back to %q, and the requests have %v:\n%s", name, value, sent[names[name]], text)
		}
	}
	for name, field := range names {
		withTrunk := name == "voice_application_sid" && sent["TrunkSid"] != nil
		if len(sent[field]) > 0 && !strings.Contains(text, name) && !verifies.MatchString(text) && !withTrunk {
			t.Errorf("%s=%v is sent, and in no step:\n%s", field, sent[field], text)
		}
	}
}
