package phonenumber_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Whoever carries it, the data sources, a query and an import say the same of a
// number on a platform.
func TestNumbersOfEveryCarrierAreListedAsAnImportBringsThem(t *testing.T) {
	t.Parallel()
	type record struct {
		carrier, agent string
		add            func(*acctest.Simulation)
	}
	for name, test := range map[string]struct {
		service string
		record
	}{
		"nixflex, of Telnyx": {"nixflex", record{"external", nixflexSupport, func(sim *acctest.Simulation) {
			sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: number, AgentID: nixflexSupport, TelnyxConnectionID: telnyxConnection})
		}}},
		"retell": {"retell", record{"twilio", retellSupport, func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{TrunkSID: retellTrunk})
			sim.Retell().AddNumber(simulator.RetellNumber{
				PhoneNumber: number, TerminationURI: "example.pstn.twilio.com", InboundAgents: retellAgents(retellSupport),
			})
		}}},
		"retell, of another carrier": {"retell", record{"external", retellSupport, func(sim *acctest.Simulation) {
			sim.Retell().AddNumber(simulator.RetellNumber{
				PhoneNumber: number, TerminationURI: "sip.telnyx.com", InboundAgents: retellAgents(retellSupport),
			})
		}}},
		"vapi": {"vapi", record{"twilio", vapiSupport, func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{})
			sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, AssistantID: vapiSupport})
		}}},
		"vapi's own": {"vapi", record{"vapi", vapiSupport, func(sim *acctest.Simulation) {
			sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, Provider: simulator.VapiOwn, AssistantID: vapiSupport})
		}}},
		"vapi, of another carrier": {"vapi", record{"external", vapiSupport, func(sim *acctest.Simulation) {
			sim.Vapi().AddNumber(simulator.VapiNumber{
				Number: number, Provider: simulator.VapiTelnyx, CredentialID: vapiCredential, AssistantID: vapiSupport,
			})
		}}},
		"elevenlabs": {"elevenlabs", record{"twilio", elevenLabsSupport, func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{})
			sim.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: number, AgentID: elevenLabsSupport})
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := place{}.begin(t, acctest.Start)
			test.add(sim)
			d := atEveryPlace(t, sim)
			rows := listed(t, d, acctest.Values{"service": test.service})
			one, diags := d.ReadDataSource(oneNumber, acctest.Values{"phone_number": number, "service": test.service})
			quiet(t, diags)
			if len(rows) != 1 {
				t.Fatalf("listed are %v", rows)
			}
			for _, row := range []acctest.Values{rows[0], one} {
				if row["carrier"] != test.carrier || row["platform"] != test.service || row["status"] != "active" ||
					row["agent_id"] != test.agent || row["import_id"] != test.service+"/"+number {
					t.Errorf("it is told as %v", row)
				}
			}
			all := queried(t, d, acctest.Query{Config: acctest.Values{"platform": test.service}, IncludeResource: true})
			if len(all) != 1 {
				t.Fatalf("a query finds %v", all)
			}
			imported, byIdentity := d.Resource(oneNumber), d.Resource(oneNumber)
			quiet(t, imported.Import(test.service+"/"+number))
			quiet(t, byIdentity.ImportByIdentity(all[0].Identity))
			for _, r := range []*acctest.Resource{imported, byIdentity} {
				if diff := gocmp.Diff(r.State(), all[0].Resource); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
