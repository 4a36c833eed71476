package nixflex_test

import (
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// TestConformance takes Nixflex's documents both ways where they leave something
// open or contradict each other.
func TestConformance(t *testing.T) {
	for name, rules := range map[string]simulator.NixflexRules{
		"by the docs": {},
		"by the SDK":  {UnpagedNumbers: true, BareAgentList: true, SameAgentReimports: true, ReplaysWrites: true},
		"by the docs, with all in doubt against us": {
			CountsPage: true, PartialAnswers: true, ImportIgnoresPrompt: true, StaleAgentID: true, DeleteLeavesWebhooks: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			platformtest.Run(t, func(t *testing.T) platformtest.Subject { return conformanceSubject(t, rules) })
		})
	}
}

// conformanceSubject is Nixflex with two agents, and another number that the
// first of them has already.
func conformanceSubject(t *testing.T, rules simulator.NixflexRules) platformtest.Subject {
	t.Helper()
	const bystander = "+14155550199"
	rules.ReadsPerMinute, rules.WritesPerMinute = -1, -1
	w := platformtest.Start(t, simulator.WithNixflex(rules))
	for _, e164 := range []string{bystander, phone} {
		w.Twilio().AddNumber(simulator.TwilioNumber{
			PhoneNumber: e164, Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true},
		})
	}
	for _, id := range []string{support, sales} {
		w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
	}
	w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: bystander, AgentID: support})

	account := platform.Arguments{"account_sid": main, "auth_token": simulator.DefaultAuthToken}
	carrier := twilio.New(w.Client(t, twilio.Kind, twilio.Connect, twilio.Describe, account),
		main, platformtest.PollInterval)
	on := nixflex.New(w.Client(t, nixflex.Kind, nixflex.Connect, nixflex.Describe,
		platform.Arguments{"api_key": simulator.DefaultNixflexKey}), main, "")

	crowded := 0
	return platformtest.Subject{
		World: w, Kind: nixflex.Kind, Platform: on,
		Lifecycle: func() platformtest.Lifecycle {
			return lifecycle.New(lifecycle.Services{
				Kinds:     kinds.Table{twilio.Kind, nixflex.Kind},
				Carriers:  map[string]platform.Carrier{twilio.Kind.Name: carrier},
				Platforms: map[string]platform.Platform{nixflex.Kind.Name: on},
			})
		},
		Number: platform.Number{PhoneNumber: phone, Block: platform.Values{
			"custom_prompt": "Be brief.", "twilio_auth_token_wo": simulator.DefaultAuthToken,
		}},
		AgentField: "agent_id", Agent: support, OtherAgent: sales, NoAgent: "agent_00000000000000ee",
		Look: func() platformtest.State { return conformanceState(w) },
		Refusal: func(int) (body, words string) {
			return `{"error": {"type": "some_type", "code": "some_code", "message": "No."}}`, "some_code"
		},
		Hollow: `{"count": 0}`,

		ForeseesByItself: true,

		Secrets:   []string{simulator.DefaultNixflexKey, "nxfs_notarealsecret", simulator.DefaultAuthToken},
		ImportIDs: func() []string { return []string{phone} },

		Drop: platformtest.Can(func() { w.Nixflex().RemoveNumber(phone) }),
		Repoint: platformtest.Can(func() {
			w.Nixflex().UpdateNumber(phone, func(n *simulator.NixflexNumber) { n.AgentID = sales })
		}),
		Crowd: platformtest.Can(func() { // newer numbers are listed first
			for range 250 {
				crowded++
				w.Nixflex().AddNumber(simulator.NixflexNumber{
					PhoneNumber: fmt.Sprintf("+1628555%04d", crowded), AgentID: support,
				})
			}
		}),
		Slow:   platformtest.Cannot("Nixflex documents no deletion that goes on after its answer"),
		Engage: platformtest.Cannot("Nixflex documents no use that stands in the way of a deletion"),
		Spoil:  platformtest.Cannot("Nixflex's record goes first, and what is left at Twilio is cleared there"),
	}
}

// conformanceState is the number at Nixflex and at Twilio.
func conformanceState(w *platformtest.World) platformtest.State {
	var s platformtest.State
	for _, n := range w.Nixflex().Numbers() {
		if n.PhoneNumber == phone {
			s.Records++
			s.Agent = n.AgentID
			continue
		}
		s.Others += n.PhoneNumber + " of " + n.AgentID + "; "
	}
	for _, n := range w.Twilio().Numbers() {
		if n.PhoneNumber == phone {
			s.Owned = true
			s.Routed = n.VoiceURL == simulator.NixflexVoiceURL && n.SMSURL == simulator.NixflexSMSURL
			continue
		}
		s.Others += n.PhoneNumber + " to " + n.VoiceURL + "; "
	}
	return s
}
