package retell_test

import (
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/retell"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// TestConformance takes Retell's documents both ways where they leave something
// open, and where it has been seen to do something else.
func TestConformance(t *testing.T) {
	for name, rules := range map[string]simulator.RetellRules{
		"by the docs": {},
		"as seen":     {UnknownIs404: true, OmitsUnset: true, MaxLimit: 20},
	} {
		t.Run(name, func(t *testing.T) {
			platformtest.Run(t, func(t *testing.T) platformtest.Subject { return conformanceSubject(t, rules) })
		})
	}
}

// conformanceSubject is Retell with two agents, another number that the first of
// them has already, and one that was bought there.
func conformanceSubject(t *testing.T, rules simulator.RetellRules) platformtest.Subject {
	t.Helper()
	w := platformtest.Start(t, simulator.WithRetell(rules))
	w.Retell().AddAgent(support)
	w.Retell().AddAgent(sales)
	w.Retell().AddNumber(simulator.RetellNumber{
		PhoneNumber: "+14155550199", TerminationURI: trunk, InboundAgents: alone(support),
	})
	w.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: "+14155550198", Type: simulator.RetellTwilio})
	w.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: phone, Capabilities: simulator.TwilioCapabilities{Voice: true},
	})

	account := platform.Arguments{"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken}
	carrier := twilio.New(w.Client(t, twilio.Kind, twilio.Connect, twilio.Describe, account),
		simulator.DefaultAccountSID, platformtest.PollInterval)
	on := retell.New(w.Client(t, retell.Kind, retell.Connect, retell.Describe,
		platform.Arguments{"api_key": simulator.DefaultRetellKey}))

	crowded := 0
	return platformtest.Subject{
		World: w, Kind: retell.Kind, Platform: on,
		Lifecycle: func() platformtest.Lifecycle {
			return lifecycle.New(lifecycle.Services{
				Kinds:     kinds.Table{twilio.Kind, retell.Kind},
				Carriers:  map[string]platform.Carrier{twilio.Kind.Name: carrier},
				Platforms: map[string]platform.Platform{retell.Kind.Name: on},
			})
		},
		Number: platform.Number{PhoneNumber: phone, Block: platform.Values{
			"termination_uri": trunk, "nickname": "Front desk", "outbound_agent_id": sales,
			"sip_trunk_auth_username": "trunk-user", "sip_trunk_auth_password_wo": "trunk-secret",
		}},
		AgentField: "inbound_agent_id", Agent: support, OtherAgent: sales, NoAgent: "agent_nobody",
		Look: func() platformtest.State { return conformanceState(w) },
		Refusal: func(int) (body, words string) {
			return `{"status": "error", "message": "Some reason."}`, "Some reason."
		},
		Hollow:    `{"phone_number": "` + phone + `", "items": null}`,
		Secrets:   []string{simulator.DefaultRetellKey, simulator.DefaultAuthToken, "trunk-secret"},
		ImportIDs: func() []string { return []string{phone} },

		Drop: platformtest.Can(func() { w.Retell().RemoveNumber(phone) }),
		Repoint: platformtest.Can(func() {
			w.Retell().UpdateNumber(phone, func(n *simulator.RetellNumber) { n.InboundAgents = alone(sales) })
		}),
		Crowd: platformtest.Can(func() { // newer numbers are listed first
			for range 250 {
				crowded++
				w.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: fmt.Sprintf("+1628555%04d", crowded)})
			}
		}),
		Slow:   platformtest.Cannot("Retell AI documents no deletion that goes on after its answer"),
		Engage: platformtest.Cannot("Retell AI documents no use that stands in the way of a deletion"),
		Spoil:  platformtest.Cannot("Retell AI documents no deletion that can stop half-way"),
	}
}

// conformanceState is the number at Retell and at Twilio.
func conformanceState(w *platformtest.World) platformtest.State {
	s := platformtest.State{Others: fmt.Sprint(w.Retell().Released())}
	for _, n := range w.Retell().Numbers() {
		agent := ""
		for _, share := range n.InboundAgents {
			agent += share.AgentID
		}
		if n.PhoneNumber == phone {
			s.Records++
			s.Agent = agent
			continue
		}
		s.Others += n.PhoneNumber + " of " + agent + "; "
	}
	_, s.Owned = w.Twilio().Number(phone)
	return s
}
