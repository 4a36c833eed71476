package resemble_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// TestConformance takes Resemble's documents both ways where they leave something
// open or contradict each other.
func TestConformance(t *testing.T) {
	for name, rules := range map[string]simulator.ResembleRules{
		"by default": {},
		"the other way": {
			FailuresAre200: true, MissingStatus: http.StatusUnprocessableEntity, CreationsAre201: true,
			AgentsHoldSeveral: true, CreationLinks: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			platformtest.Run(t, func(t *testing.T) platformtest.Subject { return conformanceSubject(t, rules) })
		})
	}
}

// conformanceSubject is Resemble AI with three agents, of which another number
// has the third.
func conformanceSubject(t *testing.T, rules simulator.ResembleRules) platformtest.Subject {
	t.Helper()
	const (
		ours, bystander = "+14155550100", "+14155550199"

		oneAgent   = "00000000-0000-4000-8000-0000000000a1"
		otherAgent = "00000000-0000-4000-8000-0000000000a2"
		thirdAgent = "00000000-0000-4000-8000-0000000000a3"
		noAgent    = "00000000-0000-4000-8000-0000000000ae"
	)
	w := platformtest.Start(t, simulator.WithResemble(rules))
	for _, e164 := range []string{bystander, ours} {
		w.Twilio().AddNumber(simulator.TwilioNumber{
			PhoneNumber: e164, Capabilities: simulator.TwilioCapabilities{Voice: true},
		})
	}
	for _, uuid := range []string{oneAgent, otherAgent, thirdAgent} {
		w.Resemble().AddAgent(simulator.ResembleAgent{UUID: uuid, VoiceUUID: "v"})
	}
	w.Resemble().AddNumber(simulator.ResembleNumber{
		PhoneNumber: bystander, Label: "Sales", SupportsInbound: true, AgentUUID: thirdAgent,
	})

	account := platform.Arguments{"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken}
	carrier := twilio.New(w.Client(t, twilio.Kind, twilio.Connect, twilio.Describe, account),
		simulator.DefaultAccountSID, platformtest.PollInterval)
	on := resemble.New(w.Client(t, resemble.Kind, resemble.Connect, resemble.Describe,
		platform.Arguments{"api_key": simulator.DefaultResembleToken}),
		platform.Arguments{"account_sid": simulator.DefaultAccountSID}, platformtest.PollInterval)

	return platformtest.Subject{
		World: w, Kind: resemble.Kind, Platform: on,
		Lifecycle: func() platformtest.Lifecycle {
			return lifecycle.New(lifecycle.Services{
				Kinds:     kinds.Table{twilio.Kind, resemble.Kind},
				Carriers:  map[string]platform.Carrier{twilio.Kind.Name: carrier},
				Platforms: map[string]platform.Platform{resemble.Kind.Name: on},
			})
		},
		Number: platform.Number{PhoneNumber: ours, Block: platform.Values{
			"label": "Support", "twilio_auth_token_wo": simulator.DefaultAuthToken,
		}},
		AgentField: "agent_uuid", Agent: oneAgent, OtherAgent: otherAgent, NoAgent: noAgent,
		Look: func() platformtest.State { return conformanceState(w, ours) },
		Refusal: func(int) (body, words string) {
			return `{"success": false, "message": "No.", "errors": {"some_key": ["is wrong"]}}`, "some_key"
		},
		Hollow:  `{"success": true}`,
		Secrets: []string{simulator.DefaultResembleToken, simulator.DefaultAuthToken},
		ImportIDs: func() []string {
			n, _ := w.Resemble().Number(ours)
			return []string{ours, strconv.Itoa(n.ID)}
		},

		Drop: platformtest.Can(func() { w.Resemble().RemoveNumber(ours) }),
		Repoint: platformtest.Can(func() {
			w.Resemble().UpdateNumber(ours, func(n *simulator.ResembleNumber) { n.AgentUUID = otherAgent })
		}),
		Crowd: platformtest.Cannot("Resemble AI documents no paging of its lists"),
		Slow: platformtest.Can(func() {
			w.Resemble().SetRules(func(rules *simulator.ResembleRules) { rules.SlowDeletion = 5 })
		}),
		Engage: platformtest.Cannot("Resemble AI documents no use that stands in the way of a deletion"),
		Spoil:  platformtest.Can(func() { w.Resemble().FailNextCleanups(1) }),
	}
}

// conformanceState is the number at Resemble and at Twilio.
func conformanceState(w *platformtest.World, ours string) platformtest.State {
	var s platformtest.State
	for _, n := range w.Resemble().Numbers() {
		if n.PhoneNumber == ours {
			s.Records++
			s.Agent = n.AgentUUID
			continue
		}
		s.Others += fmt.Sprintf("%d: %s of %s, %s; ", n.ID, n.PhoneNumber, n.AgentUUID, n.Status)
	}
	trunks := w.Twilio().Trunks()
	for _, n := range w.Twilio().Numbers() {
		exists := slices.ContainsFunc(trunks, func(k simulator.TwilioTrunk) bool { return k.SID == n.TrunkSID })
		if n.PhoneNumber == ours {
			s.Owned, s.Routed = true, exists
			continue
		}
		s.Others += fmt.Sprintf("%s to %s, %t; ", n.PhoneNumber, n.TrunkSID, exists)
	}
	return s
}
