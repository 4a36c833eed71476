package synthflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// TestConformance takes both origins of a number, and both ways where
// Synthflow's documents leave something open or contradict each other.
func TestConformance(t *testing.T) {
	for name, rules := range map[string]simulator.SynthflowRules{
		"by default": {},
		"the other way": {
			UnknownIs404: true, Errors: simulator.SynthflowErrorsGateway, InboundNumberMoves: true, NotAttachedIs404: true,
			AgentListHasPools: true, MaxLimit: 20,
		},
	} {
		for _, bought := range []bool{false, true} {
			origin := "imported"
			if bought {
				origin = "bought"
			}
			t.Run(origin+", "+name, func(t *testing.T) {
				platformtest.Run(t, func(t *testing.T) platformtest.Subject { return conformanceSubject(t, rules, bought) })
			})
		}
	}
}

// conformanceSubject is Synthflow with two agents, and another number that the
// first of them has already. The number is one that Synthflow sold, or one to be
// imported from Twilio.
func conformanceSubject(t *testing.T, rules simulator.SynthflowRules, bought bool) platformtest.Subject {
	t.Helper()
	const (
		ours, bystander      = "+14155550100", "+14155550199"
		agent, other, nobody = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2",
			"00000000-0000-4000-8000-0000000000ae"
	)
	w := platformtest.Start(t, simulator.WithSynthflow(rules))
	w.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: bystander, TerminationURI: "sip.example"})
	w.Synthflow().AddAgent(simulator.SynthflowAgent{ID: agent, Numbers: []string{bystander}})
	w.Synthflow().AddAgent(simulator.SynthflowAgent{ID: other})

	account := platform.Arguments{"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken}
	atTwilio := twilio.New(w.Client(t, twilio.Kind, twilio.Connect, twilio.Describe, account),
		simulator.DefaultAccountSID, platformtest.PollInterval)
	carrier, on := synthflow.New(w.Client(t, synthflow.Kind, synthflow.Connect, synthflow.Describe,
		platform.Arguments{"api_key": simulator.DefaultSynthflowAPIKey}),
		simulator.DefaultSynthflowWorkspaceID, platformtest.PollInterval)

	crowded := 0
	s := platformtest.Subject{
		World: w, Kind: synthflow.Kind, Platform: on,
		Lifecycle: func() platformtest.Lifecycle {
			return lifecycle.New(lifecycle.Services{
				Kinds: kinds.Table{twilio.Kind, synthflow.Kind},
				Carriers: map[string]platform.Carrier{
					twilio.Kind.Name: atTwilio, synthflow.Kind.Name: carrier,
				},
				Platforms: map[string]platform.Platform{synthflow.Kind.Name: on},
			})
		},
		AgentField: "agent_id", Agent: agent, OtherAgent: other, NoAgent: nobody,
		Look: func() platformtest.State { return conformanceState(w, ours) },
		Refusal: func(int) (body, words string) {
			return `{"detail": {"status": "error", "description": "Some reason", "category": "some_category"}}`, "some_category"
		},
		Hollow:   `{"status": "ok", "response": {}}`,
		Secrets:  []string{simulator.DefaultSynthflowAPIKey, simulator.DefaultAuthToken, "trunk-secret"},
		BareList: true,
		ImportIDs: func() []string {
			return []string{simulator.DefaultSynthflowWorkspaceID + "/" + strings.TrimPrefix(ours, "+")}
		},

		Drop: platformtest.Can(func() { w.Synthflow().RemoveNumber(ours) }),
		Repoint: platformtest.Can(func() {
			for _, id := range []string{agent, other} {
				w.Synthflow().UpdateAgent(id, func(a *simulator.SynthflowAgent) {
					a.Numbers = slices.DeleteFunc(a.Numbers, func(number string) bool { return number == ours })
					if id == other {
						a.Numbers = append(a.Numbers, ours)
					}
				})
			}
		}),
		Crowd: platformtest.Can(func() { // the oldest numbers are listed first
			n, listed := w.Synthflow().Number(ours)
			agents := conformanceState(w, ours).Agent
			w.Synthflow().RemoveNumber(ours)
			for range 250 {
				crowded++
				w.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: fmt.Sprintf("+1628555%04d", crowded)})
			}
			if !listed {
				return
			}
			w.Synthflow().AddNumber(n)
			w.Synthflow().UpdateAgent(agents, func(a *simulator.SynthflowAgent) { a.Numbers = append(a.Numbers, ours) })
		}),
		Slow:   platformtest.Cannot("Synthflow documents no deletion that goes on after its answer"),
		Engage: platformtest.Cannot("Synthflow documents no use that stands in the way of a deletion"),
		Spoil:  platformtest.Cannot("Synthflow documents no deletion that can stop half-way"),
	}
	if bought {
		w.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: ours, Bought: true})
		s.Number = platform.Number{PhoneNumber: ours, Block: platform.Values{}}
		s.Carrier = carrier
		return s
	}
	w.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: ours, Capabilities: simulator.TwilioCapabilities{Voice: true},
	})
	s.Number = platform.Number{PhoneNumber: ours, Block: platform.Values{
		"provider_name": "twilio", "termination_uri": "example.pstn.twilio.com",
		"trunk_username": "trunk-user", "trunk_pwd_wo": "trunk-secret",
	}}
	// An import in doubt counts as bought, and the provider is then not looked at.
	s.Unreported = []string{"trunk_username", "provider_name"}
	return s
}

// conformanceState is the number at Synthflow and, unless it was bought there, at
// Twilio.
func conformanceState(w *platformtest.World, ours string) platformtest.State {
	var s platformtest.State
	var agents []string
	for _, n := range w.Synthflow().Numbers() {
		with := agentsOf(w, n.PhoneNumber)
		if n.PhoneNumber == ours {
			s.Records++
			s.Owned = n.Bought
			agents = with
			continue
		}
		s.Others += fmt.Sprintf("%s of %s; ", n.PhoneNumber, with)
	}
	s.Agent = strings.Join(agents, ", ")
	if _, owned := w.Twilio().Number(ours); owned {
		s.Owned = true
	}
	return s
}

// agentsOf are the agents that have the number.
func agentsOf(w *platformtest.World, phoneNumber string) []string {
	var ids []string
	for _, id := range []string{"00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"} {
		if a, _ := w.Synthflow().Agent(id); slices.Contains(a.Numbers, phoneNumber) {
			ids = append(ids, id)
		}
	}
	return ids
}
