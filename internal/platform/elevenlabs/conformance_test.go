package elevenlabs_test

import (
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/elevenlabs"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	phone   = "+14155550100"
	main    = simulator.DefaultAccountSID
	support = "agent_0000000000000000000000a1"
	sales   = "agent_0000000000000000000000a2"
	nobody  = "agent_0000000000000000000000ae"
)

// TestConformance takes what ElevenLabs leaves open both ways.
func TestConformance(t *testing.T) {
	for name, rules := range map[string]simulator.ElevenLabsRules{
		"by the docs": {},
		"with all in doubt against us": {
			DeleteClearsWebhooks: true, ImportSetsStatus: true, AtUSHost: true, ImportIgnoresAgent: true, UnknownIs422: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			platformtest.Run(t, func(t *testing.T) platformtest.Subject { return conformanceSubject(t, rules) })
		})
	}
}

// conformanceSubject is ElevenLabs with two agents, another number that the first
// of them has already, and one that is reached over a SIP trunk.
func conformanceSubject(t *testing.T, rules simulator.ElevenLabsRules) platformtest.Subject {
	t.Helper()
	w := platformtest.Start(t, simulator.WithElevenLabs(rules))
	w.ElevenLabs().AddAgent(support)
	w.ElevenLabs().AddAgent(sales)
	for _, e164 := range []string{phone, "+14155550199"} {
		w.Twilio().AddNumber(simulator.TwilioNumber{
			PhoneNumber: e164, Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true},
		})
	}
	w.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: "+14155550199", AgentID: support})
	w.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: "+14155550198", Provider: simulator.ElevenLabsSIPTrunk})

	account := platform.Arguments{"account_sid": main, "auth_token": simulator.DefaultAuthToken}
	carrier := twilio.New(w.Client(t, twilio.Kind, twilio.Connect, twilio.Describe, account), main, platformtest.PollInterval)
	on := elevenlabs.New(w.Client(t, elevenlabs.Kind, elevenlabs.Connect, elevenlabs.Describe,
		platform.Arguments{"api_key": simulator.DefaultElevenLabsKey}), platform.Arguments{"account_sid": main})

	crowded := 0
	return platformtest.Subject{
		World: w, Kind: elevenlabs.Kind, Platform: on,
		Lifecycle: func() platformtest.Lifecycle {
			return lifecycle.New(lifecycle.Services{
				Kinds:     kinds.Table{twilio.Kind, elevenlabs.Kind},
				Carriers:  map[string]platform.Carrier{twilio.Kind.Name: carrier},
				Platforms: map[string]platform.Platform{elevenlabs.Kind.Name: on},
			})
		},
		Number: platform.Number{PhoneNumber: phone, Block: platform.Values{
			"label": "Front desk", "twilio_auth_token_wo": simulator.DefaultAuthToken,
		}},
		AgentField: "agent_id", Agent: support, OtherAgent: sales, NoAgent: nobody,
		Look: func() platformtest.State { return conformanceState(w, rules) },
		Refusal: func(int) (body, words string) {
			return `{"detail": {"status": "some_code", "message": "No."}}`, "some_code"
		},
		Hollow:    `{"phone_number": "` + phone + `"}`,
		BareArray: true,
		Secrets:   []string{simulator.DefaultElevenLabsKey, simulator.DefaultAuthToken},
		ImportIDs: func() []string {
			n, _ := w.ElevenLabs().Number(phone)
			return []string{phone, n.ID}
		},

		Drop: platformtest.Can(func() { w.ElevenLabs().RemoveNumber(phone) }),
		Repoint: platformtest.Can(func() {
			w.ElevenLabs().UpdateNumber(phone, func(n *simulator.ElevenLabsNumber) { n.AgentID = sales })
		}),
		Crowd: platformtest.Can(func() {
			for range 250 {
				crowded++
				w.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{
					PhoneNumber: fmt.Sprintf("+1628555%04d", crowded), Provider: simulator.ElevenLabsSIPTrunk,
				})
			}
		}),
		Slow:   platformtest.Cannot("ElevenLabs documents no deletion that goes on after its answer"),
		Engage: platformtest.Cannot("ElevenLabs documents no use that stands in the way of a deletion"),
		Spoil:  platformtest.Cannot("ElevenLabs' record goes first, and what is left at Twilio is cleared there"),
	}
}

// conformanceState is the number at ElevenLabs and at Twilio.
func conformanceState(w *platformtest.World, rules simulator.ElevenLabsRules) platformtest.State {
	var s platformtest.State
	for _, n := range w.ElevenLabs().Numbers() {
		if n.PhoneNumber == phone {
			s.Records++
			s.Agent = n.AgentID
			continue
		}
		s.Others += n.PhoneNumber + " of " + n.AgentID + "; "
	}
	voice := simulator.ElevenLabsVoiceURL
	if rules.AtUSHost {
		voice = "https://api.us.elevenlabs.io/twilio/inbound_call"
	}
	for _, n := range w.Twilio().Numbers() {
		if n.PhoneNumber == phone {
			s.Owned = true
			s.Routed = n.VoiceURL == voice && n.SMSURL != ""
			continue
		}
		s.Others += n.PhoneNumber + " to " + n.VoiceURL + "; "
	}
	return s
}
