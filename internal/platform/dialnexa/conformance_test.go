package dialnexa_test

import (
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/dialnexa"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// TestConformance takes both generations of DialNexa's documents, and both ways
// where they leave something open or contradict themselves.
func TestConformance(t *testing.T) {
	for name, rules := range map[string]simulator.DialNexaRules{
		"generation A by its schema":                 {},
		"generation A by its example":                {InboundAgentID: true, ExampleFields: true, UnofferedIs405: true},
		"generation A, with agents that can be read": {AgentsReadable: true, Agents2Readable: true},
		// Agents that can be read would refuse what the suite does in generation B: to
		// link a number again by a version that was published before.
		"generation B":                {Generation: simulator.DialNexaB},
		"generation B, the other way": {Generation: simulator.DialNexaB, UnofferedIs405: true, PublishClaimsStored: true},
	} {
		t.Run(name, func(t *testing.T) {
			platformtest.Run(t, func(t *testing.T) platformtest.Subject { return conformanceSubject(t, rules) })
		})
	}
}

// conformanceSubject is DialNexa with a number of ours, and another one that an
// agent has already.
func conformanceSubject(t *testing.T, rules simulator.DialNexaRules) platformtest.Subject {
	t.Helper()
	const bystander = "+14155550199"
	w := platformtest.Start(t, simulator.WithDialNexa(rules))
	for _, id := range []string{"agt_one", "agt_two", "agt_three"} {
		w.DialNexa().AddAgent(simulator.DialNexaAgent{ID: id})
	}
	w.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: bystander, AgentID: "agt_three"})
	w.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: phone, ID: numberID})

	carrier, on := dialnexa.New(w.Client(t, dialnexa.Kind, dialnexa.Connect, dialnexa.Describe,
		platform.Arguments{"api_key": simulator.DefaultDialNexaAPIKey}), platformtest.PollInterval)

	crowded := 0
	s := platformtest.Subject{
		World: w, Kind: dialnexa.Kind, Platform: on, Carrier: carrier,
		HidesAgents: !rules.AgentsReadable && !rules.Agents2Readable,
		Lifecycle: func() platformtest.Lifecycle {
			return lifecycle.New(lifecycle.Services{
				Kinds:     kinds.Table{dialnexa.Kind},
				Carriers:  map[string]platform.Carrier{dialnexa.Kind.Name: carrier},
				Platforms: map[string]platform.Platform{dialnexa.Kind.Name: on},
			})
		},
		Number: platform.Number{PhoneNumber: phone, Block: platform.Values{
			"agent_link": "number", "nickname": "Support", "label": "support",
		}},
		AgentField: "agent_id", Agent: "agt_one", OtherAgent: "agt_two", NoAgent: "agt_none",
		Look: func() platformtest.State { return conformanceState(w) },
		Refusal: func(status int) (body, words string) {
			return fmt.Sprintf(`{"statusCode": %d, "message": "Some reason", "error": "Some Error"}`, status), "Some reason"
		},
		Hollow:    `{"meta": {"page": 1}}`,
		Secrets:   []string{simulator.DefaultDialNexaAPIKey, "simulated-key-secret"},
		ImportIDs: func() []string { return []string{numberID, phone} },

		Drop: platformtest.Can(func() { w.DialNexa().RemoveNumber(phone) }),
		Repoint: platformtest.Can(func() {
			w.DialNexa().UpdateNumber(phone, func(n *simulator.DialNexaNumber) { n.AgentID = "agt_two" })
		}),
		Crowd: platformtest.Can(func() { // the oldest numbers are listed first
			n, _ := w.DialNexa().Number(phone)
			w.DialNexa().RemoveNumber(phone)
			for range 250 {
				crowded++
				w.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: fmt.Sprintf("+1628555%04d", crowded)})
			}
			w.DialNexa().AddNumber(n)
		}),
		Slow: platformtest.Cannot("DialNexa documents no deletion that goes on after its answer"),
		Engage: platformtest.Can(func() {
			w.DialNexa().UpdateNumber(phone, func(n *simulator.DialNexaNumber) {
				n.ActiveCampaign, n.ActiveWorkflows = true, true
			})
		}),
		Spoil: platformtest.Cannot("DialNexa documents no deletion that can stop half-way"),
	}
	if rules.ExampleFields {
		s.Unreported = []string{"label"}
	}
	if rules.Generation == simulator.DialNexaB {
		s.Number.Block = platform.Values{"agent_link": "agent", "agent_version": int64(1)}
		s.Repoint = platformtest.Cannot("nothing in generation B tells which agent a number has")
	}
	return s
}

// conformanceState is the number at DialNexa, which carries it.
func conformanceState(w *platformtest.World) platformtest.State {
	var s platformtest.State
	for _, n := range w.DialNexa().Numbers() {
		if n.PhoneNumber == phone {
			s.Records++
			s.Agent, s.Owned = n.AgentID, true
			continue
		}
		s.Others += n.PhoneNumber + " of " + n.AgentID + "; "
	}
	return s
}
