package vapi_test

import (
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/vapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	phone   = "+14155550100"
	main    = simulator.DefaultAccountSID
	support = "00000000-0000-4000-8000-0000000000a1"
	sales   = "00000000-0000-4000-8000-0000000000a2"
	nobody  = "00000000-0000-4000-8000-0000000000ae"
)

// TestConformance takes what Vapi leaves open both ways, and a number of Twilio as
// well as one of Vapi's own.
func TestConformance(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.VapiRules
		own   bool
	}{
		"by the docs": {},
		"with all in doubt against us": {rules: simulator.VapiRules{
			DeleteClearsWebhooks: true, UpdateWritesWebhooks: true, ImportLeavesWebhooks: true, DuplicateIs409: true,
			SecretsHidden: true, MessageLists: true, SearchIgnored: true, BarePages: true, MaxLimit: 20,
		}},
		"Vapi's own number": {own: true},
	} {
		t.Run(name, func(t *testing.T) {
			platformtest.Run(t, func(t *testing.T) platformtest.Subject { return conformanceSubject(t, tc.rules, tc.own) })
		})
	}
}

// conformanceSubject is Vapi with two assistants, another number that the first of
// them has already, and one of Vapi's own. The number is Vapi's own, or one to be
// imported from Twilio.
func conformanceSubject(t *testing.T, rules simulator.VapiRules, own bool) platformtest.Subject {
	t.Helper()
	w := platformtest.Start(t, simulator.WithVapi(rules))
	w.Vapi().AddAssistant(support)
	w.Vapi().AddAssistant(sales)
	sms := simulator.TwilioCapabilities{Voice: true, SMS: true}
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550199", Capabilities: sms})
	w.Vapi().AddNumber(simulator.VapiNumber{Number: "+14155550199", AssistantID: support})
	w.Vapi().AddNumber(simulator.VapiNumber{Number: "+14155550198", Provider: simulator.VapiOwn})

	account := platform.Arguments{"account_sid": main, "auth_token": simulator.DefaultAuthToken}
	atTwilio := twilio.New(w.Client(t, twilio.Kind, twilio.Connect, twilio.Describe, account), main, platformtest.PollInterval)
	key := platform.Arguments{"api_key": simulator.DefaultVapiKey}
	carrier, on := vapi.New(w.Client(t, vapi.Kind, vapi.Connect, vapi.Describe, key), key, account)

	crowded := 0
	s := platformtest.Subject{
		World: w, Kind: vapi.Kind, Platform: on,
		Lifecycle: func() platformtest.Lifecycle {
			return lifecycle.New(lifecycle.Services{
				Kinds:     kinds.Table{twilio.Kind, vapi.Kind},
				Carriers:  map[string]platform.Carrier{twilio.Kind.Name: atTwilio, vapi.Kind.Name: carrier},
				Platforms: map[string]platform.Platform{vapi.Kind.Name: on},
			})
		},
		Number:     platform.Number{PhoneNumber: phone, Block: platform.Values{"name": "Front desk"}},
		AgentField: "assistant_id", Agent: support, OtherAgent: sales, NoAgent: nobody,
		Look: func() platformtest.State { return conformanceState(w) },
		Refusal: func(status int) (body, words string) {
			return fmt.Sprintf(`{"message": "Some reason.", "error": "Some error", "statusCode": %d}`, status), "Some reason."
		},
		Hollow:  `{"results": null, "metadata": {"itemsPerPage": 1, "totalItems": 1, "currentPage": 1}}`,
		Secrets: []string{simulator.DefaultVapiKey, simulator.DefaultAuthToken},
		ImportIDs: func() []string {
			n, _ := w.Vapi().Number(phone)
			return []string{phone, n.ID}
		},

		Drop: platformtest.Can(func() { w.Vapi().RemoveNumber(phone) }),
		Repoint: platformtest.Can(func() {
			w.Vapi().UpdateNumber(phone, func(n *simulator.VapiNumber) { n.AssistantID = sales })
		}),
		Crowd: platformtest.Can(func() { // newer numbers are listed first
			for range 250 {
				crowded++
				w.Vapi().AddNumber(simulator.VapiNumber{
					Number: fmt.Sprintf("+1628555%04d", crowded), Provider: simulator.VapiTelnyx, Name: phone,
				})
			}
		}),
		Slow:   platformtest.Cannot("Vapi documents no deletion that goes on after its answer"),
		Engage: platformtest.Cannot("Vapi documents no use that stands in the way of a deletion"),
		Spoil:  platformtest.Cannot("Vapi's record goes first, and what is left at Twilio is cleared there"),
	}
	if own {
		w.Vapi().AddNumber(simulator.VapiNumber{Number: phone, Provider: simulator.VapiOwn})
		s.Carrier = carrier
		s.Kind.Wires = nil // at nobody
		return s
	}
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone, Capabilities: sms})
	return s
}

// conformanceState is the number at Vapi and, unless it is Vapi's own, at Twilio.
func conformanceState(w *platformtest.World) platformtest.State {
	s := platformtest.State{}
	for _, n := range w.Vapi().Numbers() {
		if n.Number == phone {
			s.Records++
			s.Agent = n.AssistantID
			s.Owned = n.Provider == simulator.VapiOwn
			continue
		}
		s.Others += n.Number + " of " + n.AssistantID + "; "
	}
	for _, n := range w.Twilio().Numbers() {
		if n.PhoneNumber == phone {
			s.Owned = true
			s.Routed = n.VoiceURL == simulator.VapiVoiceURL && n.SMSURL == simulator.VapiSMSURL
			continue
		}
		s.Others += n.PhoneNumber + " to " + n.VoiceURL + "; "
	}
	return s
}
