package phonenumber_test

import (
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	outrankedTitle = "A Messaging Service takes the messages of a number first"
	unseenMessages = "Whether messages arrive as planned is not known"
	unseenCalls    = "Whether calls arrive as planned is not known"
)

// titled are the diagnostics of that summary.
func titled(diags acctest.Diagnostics, summary string) acctest.Diagnostics {
	var found acctest.Diagnostics
	for _, d := range diags {
		if d.Summary == summary {
			found = append(found, d)
		}
	}
	return found
}

// askedFor counts the requests to Twilio so far whose path begins so.
func askedFor(sim *acctest.Simulation, begin string) int {
	count := 0
	for _, request := range sim.Requests() {
		if request.Service == simulator.Twilio && strings.HasPrefix(request.Path, begin) {
			count++
		}
	}
	return count
}

// Who is to receive the messages of a number, by what a configuration names and by what
// the Service of the number does.
func TestMessagingServiceThatOutranksIsWarnedOf(t *testing.T) {
	t.Parallel()
	services := map[string]simulator.TwilioService{
		"its URL":      {InboundRequestURL: theirsURL},
		"discards":     {},
		"yields":       {InboundRequestURL: theirsURL, UseInboundWebhookOnNumber: true},
		"in no pool":   {InboundRequestURL: theirsURL},
		"no Services":  {},
		"cannot text":  {},
		"another acct": {InboundRequestURL: theirsURL},
	}
	for _, test := range []struct {
		name    string
		config  acctest.Values
		depends string // the setting by which messages are to arrive; empty: none
	}{
		{"nothing named", acctest.Values{}, ""},
		{"calls", acctest.Values{"voice_url": oursURL, "status_callback": oursURL}, ""},
		{"sms_url", acctest.Values{"sms_url": oursURL}, "sms_url"},
		{"sms_application_sid", acctest.Values{"sms_application_sid": "AP"}, "sms_application_sid"},
		{"nixflex", acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}}, "sms_url"},
		{"vapi", acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport}}, "sms_url"},
		{"vapi without SMS", acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport, "sms_enabled": false}}, ""},
		{
			"vapi without SMS, sms_url",
			acctest.Values{"sms_url": oursURL, "vapi": acctest.Values{"assistant_id": vapiSupport, "sms_enabled": false}}, "sms_url",
		},
		{"elevenlabs", acctest.Values{"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport}}, "sms_url"},
		{"elevenlabs without SMS", acctest.Values{"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport, "sms_enabled": false}}, ""},
		{"retell", acctest.Values{"trunk_sid": "TK", "retell": acctest.Values{
			"inbound_agent_id": retellSupport, "termination_uri": "a.pstn.twilio.com",
		}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for does, service := range services {
				sim := acctest.Start(t)
				n := simulator.TwilioNumber{SID: numberSID}
				if does == "another acct" {
					service.AccountSID = sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
					n.AccountSID = service.AccountSID
				}
				if does != "no Services" {
					service.SID = sim.Twilio().AddService(service)
				}
				if does != "in no pool" {
					n.MessagingServiceSID = service.SID
				}
				if does == "cannot text" {
					n.Capabilities, n.MessagingServiceSID = simulator.TwilioCapabilities{Voice: true}, ""
				}
				owned(sim, n)
				sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
				sim.Vapi().AddAssistant(vapiSupport)
				sim.ElevenLabs().AddAgent(elevenLabsSupport)
				sim.Retell().AddAgent(retellSupport)
				config := acctest.Values{"phone_number": number}
				for name, value := range test.config {
					config[name] = value
				}
				if n.AccountSID != "" {
					config["account_sid"] = n.AccountSID
				}
				if config["trunk_sid"] != nil {
					config["trunk_sid"] = sim.Twilio().AddTrunk(simulator.TwilioTrunk{})
				}
				if config["sms_application_sid"] != nil {
					config["sms_application_sid"] = sim.Twilio().AddApplication(simulator.DefaultAccountSID)
				}
				r := sim.Driver(t, everyPlatform(sim)).Resource(oneNumber)
				diags := r.Plan(config).Diagnostics
				warnings := titled(diags, outrankedTitle)
				if warned := test.depends != "" && (does == "its URL" || does == "discards"); warned {
					expectSays(t, warnings, "warning", number, service.SID, test.depends, "messaging_service_sid", "use_inbound_webhook_on_number")
				} else if len(warnings) > 0 {
					t.Errorf("%s: %+v", does, warnings)
				}
				asked := askedFor(sim, "/v1/Services")
				if lists := 2; test.depends == "" || does == "another acct" || does == "cannot text" {
					if asked > 0 {
						t.Errorf("%s: asked %d times for Services", does, asked)
					}
				} else if does == "no Services" && asked != 1 || asked > lists {
					t.Errorf("%s: asked %d times for Services", does, asked)
				}
			}
		})
	}
}
