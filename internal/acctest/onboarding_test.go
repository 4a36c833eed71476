package acctest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// mixedAccount gives all services numbers in turn, as many as asked for in
// all, with something that answers each.
func mixedAccount(sim *Simulation, count int) {
	const (
		nixflexAgent   = "agent_0123456789abcdef"
		resembleAgent  = "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f"
		dialNexaAgent  = "agt_f7w2kx5mb9qz"
		synthflowAgent = "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"
		retellAgent    = "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
		retellTrunk    = "TK0000000000000000000000000000aaaa"
		vapiAssistant  = "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
		elevenLabs     = "agent_3701k3ttaq12ewp8b7qv5rfyszkz"
	)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexAgent})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleAgent, VoiceUUID: "voice"})
	sim.DialNexa().AddAgent(simulator.DialNexaAgent{ID: dialNexaAgent})
	sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
	sim.Retell().AddAgent(retellAgent)
	sim.Vapi().AddAssistant(vapiAssistant)
	sim.ElevenLabs().AddAgent(elevenLabs)
	outbound := simulator.SynthflowAgent{ID: synthflowAgent, Type: simulator.SynthflowOutbound}
	for i := range count {
		number := fmt.Sprintf("+1415555%04d", i)
		switch i % 8 {
		case 0:
			sim.Twilio().AddNumber(simulator.TwilioNumber{
				PhoneNumber: number, FriendlyName: "Line", VoiceURL: "https://example.com/" + number[1:],
			})
		case 1:
			sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: number})
			sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: number, AgentID: nixflexAgent})
		case 2:
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: number, Bought: true})
			outbound.Numbers = append(outbound.Numbers, number)
		case 3:
			sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: number, AgentID: dialNexaAgent})
		case 4:
			sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: number})
			sim.Resemble().AddNumber(simulator.ResembleNumber{
				PhoneNumber: number, Label: "Line", SupportsInbound: true, AgentUUID: resembleAgent,
			})
		case 5:
			sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: number, TrunkSID: retellTrunk})
			sim.Retell().AddNumber(simulator.RetellNumber{
				PhoneNumber: number, TerminationURI: "example.pstn.twilio.com",
				InboundAgents: []simulator.RetellAgent{{AgentID: retellAgent, Weight: 1}},
			})
		case 6:
			sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: number})
			sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, AssistantID: vapiAssistant})
		case 7:
			sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: number})
			sim.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: number, AgentID: elevenLabs, Label: "Line"})
		}
	}
	sim.Synthflow().AddAgent(outbound)
}

// onboarding is an example without its requirements, which the CLI has of its own.
func onboarding(t *testing.T, name string) string {
	t.Helper()
	example := readExample(t, "onboarding/"+name+"/main.tf")
	from := strings.Index(example, "\nprovider ")
	if from < 0 {
		t.Fatal("the example configures no provider")
	}
	return example[from:]
}

// tally counts the requests since the last count, by service.
func tally(sim *Simulation) (reads, writes map[simulator.Service]int) {
	reads, writes = map[simulator.Service]int{}, map[simulator.Service]int{}
	for _, r := range sim.Requests() {
		if r.Method == "GET" {
			reads[r.Service]++
		} else {
			writes[r.Service]++
		}
	}
	sim.ResetRequests()
	return reads, writes
}

// expectCalls checks that nothing was written and no more was read than that.
func expectCalls(t *testing.T, sim *Simulation, command string, most map[simulator.Service]int) {
	t.Helper()
	reads, writes := tally(sim)
	t.Logf("%s: %v", command, reads)
	if len(writes) > 0 {
		t.Errorf("%s wrote: %v", command, writes)
	}
	for service, count := range most {
		if reads[service] > count {
			t.Errorf("%s: %d calls at %s, want at most %d", command, reads[service], service, count)
		}
	}
}

// expectAllOwned checks that none of the numbers was given up and nothing answers
// them any more.
func expectAllOwned(t *testing.T, sim *Simulation, count int) {
	t.Helper()
	held := map[string]bool{}
	for _, n := range sim.Twilio().Numbers() {
		held[n.PhoneNumber] = true
		if n.VoiceURL != "" || n.TrunkSID != "" {
			t.Errorf("%s is still wired: %q %q", n.PhoneNumber, n.VoiceURL, n.TrunkSID)
		}
	}
	for _, n := range sim.Synthflow().Numbers() {
		held[n.PhoneNumber] = true
	}
	for _, n := range sim.DialNexa().Numbers() {
		held[n.PhoneNumber] = true
		if n.AgentID != "" {
			t.Errorf("%s is still answered by %s", n.PhoneNumber, n.AgentID)
		}
	}
	released := append(sim.Twilio().Released(), sim.DialNexa().Released()...)
	released = append(released, sim.Synthflow().CancelledSubscriptions()...)
	if len(held) != count || len(released) > 0 {
		t.Errorf("%d of %d numbers are owned, given up: %v", len(held), count, released)
	}
	if onNixflex, onResemble := sim.Nixflex().Numbers(), sim.Resemble().Numbers(); len(onNixflex)+len(onResemble) > 0 {
		t.Errorf("left at Nixflex: %v, at Resemble AI: %v", onNixflex, onResemble)
	}
}

// expectNoDeletionOfNumbers checks that no request was sent that would give a
// number up, whether it would have been refused or not.
func expectNoDeletionOfNumbers(t *testing.T, sim *Simulation) {
	t.Helper()
	for _, r := range sim.Requests() {
		gives := r.Service == simulator.Twilio && strings.Contains(r.Path, "/IncomingPhoneNumbers/") ||
			r.Service == simulator.Synthflow && strings.HasPrefix(r.Path, "/numbers/") ||
			r.Service == simulator.DialNexa
		if r.Method == "DELETE" && gives {
			t.Errorf("DELETE %s %s", r.Service, r.Path)
		}
	}
}

func TestAccOnboardsAMixedAccountInOnePlanAndOneApply(t *testing.T) {
	each := min(25, 100/cases.OneOf(t, 4, 4)) // the numbers at each service
	count := 8 * each
	sim := startExample(t, "")
	mixedAccount(sim, count)
	cli := sim.CLI(t)
	cli.Configure(onboarding(t, "adopt"))
	sim.ResetRequests()

	_, plan := cli.Plan()
	if plan == nil {
		t.Fatal("the plan failed")
	}
	imports := 0
	for _, change := range plan.ResourceChanges {
		if change.Change.Importing != nil && change.Change.Actions.NoOp() {
			imports++
		}
	}
	if imports != count || len(plan.ResourceChanges) != count {
		t.Errorf("%d of %d changes are nothing but an import", imports, len(plan.ResourceChanges))
	}
	// At Twilio the numbers, and the Messaging Services, since one may outrank what is
	// named. Synthflow's list tells no more than the numbers, so each is read: at its
	// carrier, which Synthflow is, and at the platform, by data source and import.
	most := map[simulator.Service]int{
		simulator.Twilio: 2, simulator.Nixflex: 2, simulator.Resemble: 1, simulator.DialNexa: 1, simulator.Retell: 1, simulator.Vapi: 1,
		simulator.ElevenLabs: 1,
		simulator.Synthflow:  1 + 4*each,
	}
	importing := maps.Clone(most)
	importing[simulator.Twilio] += 5 // the Region of a few
	expectCalls(t, sim, "plan", importing)
	cli.Must(0, "apply", "-no-color", "plan.out")
	if reads, writes := tally(sim); len(reads)+len(writes) > 0 {
		t.Errorf("the apply makes calls: %v %v", reads, writes)
	}
	cli.Must(0, "plan", "-no-color", "-detailed-exitcode")
	expectCalls(t, sim, "plan after the apply", most)

	cli.Apply("-destroy")
	expectNoDeletionOfNumbers(t, sim)
	expectAllOwned(t, sim, count)
}

func TestAccGeneratesTheConfigurationOfAMixedAccount(t *testing.T) {
	const count = 16
	sim := startExample(t, "")
	mixedAccount(sim, count)
	cli := sim.CLI(t)
	config := onboarding(t, "generate")
	cli.Configure(config)
	cli.Apply()
	writeImports(t, cli)
	cli.Must(0, "plan", "-no-color", "-generate-config-out=numbers.tf")
	cli.Apply()
	cli.Must(0, "plan", "-no-color", "-detailed-exitcode")
	expectCalls(t, sim, "all", map[simulator.Service]int{
		simulator.Twilio: 40, simulator.Nixflex: 40, simulator.Resemble: 40, simulator.DialNexa: 40, simulator.Retell: 40, simulator.Vapi: 40,
		simulator.ElevenLabs: 40,
		simulator.Synthflow:  100,
	})
	cli.Apply("-destroy")
	expectNoDeletionOfNumbers(t, sim)
	expectAllOwned(t, sim, count)
}

// writeImports does what the example's comment says.
func writeImports(t *testing.T, cli *CLI) {
	t.Helper()
	blocks := cli.Must(0, "output", "-raw", "import_blocks").Stdout
	if err := os.WriteFile(filepath.Join(cli.Dir(), "imports.tf"), []byte(blocks), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Both ways can be gone, one after the other: what was taken over all at once
// leaves state by a removed block, and comes back with code of its own.
func TestAccAdoptedAccountGetsGeneratedConfiguration(t *testing.T) {
	const count = 10
	sim := startExample(t, "")
	mixedAccount(sim, count)
	cli := sim.CLI(t)
	cli.Configure(onboarding(t, "adopt"))
	cli.Apply()
	cli.Configure(onboarding(t, "generate") + `
removed {
  from = telephony_phone_number.all

  lifecycle {
    destroy = false
  }
}
`)
	cli.Apply()
	writeImports(t, cli)
	cli.Must(0, "plan", "-no-color", "-generate-config-out=numbers.tf")
	cli.Apply()
	cli.Must(0, "plan", "-no-color", "-detailed-exitcode")
	if _, writes := tally(sim); len(writes) > 0 {
		t.Errorf("something was written: %v", writes)
	}
	if got := len(cli.State().Values.RootModule.Resources); got != count+1 { // and the data source
		t.Errorf("%d resources in state", got)
	}
}

// The numbers of an adopted account can be listed by hand, and one of them can be
// given a resource of its own, without a change. ignore_changes hides what others
// change, but not what is broken.
func TestAccAdoptedNumbersAreFixedMovedAndRepaired(t *testing.T) {
	sim := startExample(t, "")
	mixedAccount(sim, 5)
	cli := sim.CLI(t)
	cli.Configure(onboarding(t, "adopt"))
	cli.Apply()
	cli.Configure(`
resource "telephony_phone_number" "all" {
  for_each = toset(["+14155550001", "+14155550002", "+14155550003", "+14155550004"])

  phone_number = each.key

  lifecycle {
    ignore_changes = all
  }
}

moved {
  from = telephony_phone_number.all["+14155550000"]
  to   = telephony_phone_number.support
}

resource "telephony_phone_number" "support" {
  phone_number = "+14155550000"
  voice_url    = "https://example.com/14155550000"
}
`)
	cli.Apply()
	cli.Must(0, "plan", "-no-color", "-detailed-exitcode")
	if _, writes := tally(sim); len(writes) > 0 {
		t.Errorf("something was written: %v", writes)
	}

	sim.Nixflex().RemoveNumber("+14155550001")
	_, plan := cli.Plan()
	for _, change := range plan.ResourceChanges {
		broken := change.Index == "+14155550001"
		if change.Change.Actions.Update() != broken || change.Change.Actions.NoOp() == broken {
			t.Errorf("%s: %v", change.Address, change.Change.Actions)
		}
	}
	cli.Apply()
	if _, there := sim.Nixflex().Number("+14155550001"); !there {
		t.Error("Nixflex does not list the number again")
	}
	cli.Must(0, "plan", "-no-color", "-detailed-exitcode")
}
