package phonenumber_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Where a number comes from.
type origin string

const (
	adopted  origin = "adopted"  // its carrier had it, and this resource took it over
	bought   origin = "bought"   // this resource bought it
	imported origin = "imported" // it came with everything by terraform import
)

// home is a platform, or none, with its carrier: everything that the end of a
// number depends on beside its setting and its origin.
type home struct {
	seed    func(sim *acctest.Simulation, from origin)
	block   string
	from    []origin
	imports string
	ends    map[string]end
}

// end is what a destroy says and does.
type end struct {
	// steps are destroy_steps in order, each with the requests it makes that
	// may change something.
	steps []step
	// refused is the error of a plan that may not be; then nothing is done.
	refused string
	// left checks what is left at the platform.
	left func(t *testing.T, sim *acctest.Simulation)
	// givenUp says that the carrier no longer owns the number.
	givenUp bool
}

type step struct {
	says   string
	writes []string
}

// homes has a row for every line of the table of ends, and none is missing a
// cell: TestAccEveryEndDoesWhatThePlanSays fails where one does.
func homes() map[string]home {
	const (
		twilioNumber = "twilio /2010-04-01/Accounts/" + simulator.DefaultAccountSID + "/IncomingPhoneNumbers/PN"
		nixflexPath  = "nixflex /v1/phone-numbers/%2B14155550100"
	)
	clear := step{`^Clear voice_url of \+14155550100 at Twilio`, []string{"POST " + twilioNumber}}
	release := step{`^Release \+14155550100 at Twilio`, []string{"DELETE " + twilioNumber}}

	deleteNixflex := step{`^Delete the record of \+14155550100 at Nixflex`, []string{"DELETE " + nixflexPath}}
	verifyNixflex := step{`^Verify at Twilio that the webhooks of \+14155550100 to Nixflex are gone`, nil}

	unlinkResemble := step{`^Unlink \+14155550100 from agent .* at Resemble AI`, []string{"PATCH resemble /agents/"}}
	deleteResemble := step{`^Delete .*at Resemble AI, which tears down`, []string{"DELETE resemble /phone_numbers/"}}
	clearTrunk := step{`^Clear trunk_sid of \+14155550100 at Twilio if it still points`, nil}

	deleteSynthflow := step{`^Delete the record of \+14155550100 at Synthflow`, []string{"DELETE synthflow /numbers/14155550100"}}
	unlinkSynthflow := step{`^Unlink \+14155550100 from every agent at Synthflow`, []string{"DELETE synthflow /assistants/"}}
	cancelSynthflow := step{`^Delete \+14155550100 at Synthflow, where it was bought`, []string{"DELETE synthflow /numbers/14155550100"}}

	clearDialNexa := step{`^Take agent .* off \+14155550100 .*at DialNexa`, []string{"PATCH dialnexa /organization-phone-numbers/"}}
	releaseDialNexa := step{`^Release \+14155550100 .*at DialNexa`, []string{"DELETE dialnexa /organization-phone-numbers/"}}

	deleteRetell := step{`^Delete the record of \+14155550100 at Retell AI`, []string{"DELETE retell /delete-phone-number/%2B14155550100"}}
	clearRetellTrunk := step{`^Clear trunk_sid of \+14155550100 at Twilio`, []string{"POST " + twilioNumber}}

	deleteVapi := step{`^Delete the record of \+14155550100 at Vapi`, []string{"DELETE vapi /phone-number/"}}
	// Vapi's webhooks outlast its record, as far as the simulator's rules have it.
	unwireVapi := step{`^Verify at Twilio that the webhooks of \+14155550100 to Vapi are gone`, []string{"POST " + twilioNumber}}
	unlinkVapi := step{`^Take the agent off \+14155550100 at Vapi`, []string{"PATCH vapi /phone-number/"}}
	releaseVapi := step{`^Delete \+14155550100 at Vapi, which carries it`, []string{"DELETE vapi /phone-number/"}}

	deleteElevenLabs := step{`^Delete the record of \+14155550100 at ElevenLabs`, []string{"DELETE elevenlabs /v1/convai/phone-numbers/"}}
	unwireElevenLabs := step{`^Verify at Twilio that the webhooks of \+14155550100 to ElevenLabs are gone`, []string{"POST " + twilioNumber}}

	return map[string]home{
		"twilio alone": {
			seed: func(sim *acctest.Simulation, from origin) {
				if from != bought {
					owned(sim, simulator.TwilioNumber{VoiceURL: "https://example.com"})
				}
			},
			block: `voice_url = "https://example.com"`, from: []origin{adopted, bought, imported}, imports: number,
			ends: map[string]end{
				"detach":       {steps: []step{clear}},
				"release":      {steps: []step{release}, givenUp: true},
				"force_delete": {steps: []step{clear}},
			},
		},
		"nixflex": {
			seed: func(sim *acctest.Simulation, from origin) {
				if from != bought {
					owned(sim, simulator.TwilioNumber{})
				}
				sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
				if from == imported {
					sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: number, AgentID: nixflexSupport})
				}
			},
			block: "nixflex {\n" + nixflexAgent(nixflexSupport) + "}", from: []origin{adopted, bought, imported},
			imports: "nixflex/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{deleteNixflex, verifyNixflex}, left: nothingAtNixflex},
				"release":      {steps: []step{deleteNixflex, verifyNixflex, release}, left: nothingAtNixflex, givenUp: true},
				"force_delete": {steps: []step{deleteNixflex, verifyNixflex}, left: nothingAtNixflex},
			},
		},
		"nixflex, of Telnyx": {
			seed: func(sim *acctest.Simulation, from origin) {
				sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
				if from == imported {
					sim.Nixflex().AddNumber(simulator.NixflexNumber{
						PhoneNumber: number, AgentID: nixflexSupport, TelnyxConnectionID: "1293384261075731499",
					})
				}
			},
			block: "nixflex {\n" + nixflexAgent(nixflexSupport) + "telnyx_connection_id = \"1293384261075731499\"\n" +
				"telnyx_api_key_wo = \"KEY_simulated\"\n}",
			from: []origin{adopted, imported}, imports: "nixflex/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{deleteNixflex}, left: nothingAtNixflex},
				"release":      {refused: `release`},
				"force_delete": {steps: []step{deleteNixflex}, left: nothingAtNixflex},
			},
		},
		"resemble": {
			seed: func(sim *acctest.Simulation, from origin) {
				if from != bought {
					owned(sim, simulator.TwilioNumber{})
				}
				sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport})
				if from == imported {
					sim.Resemble().AddNumber(simulator.ResembleNumber{
						PhoneNumber: number, Label: "Support", SupportsInbound: true, AgentUUID: resembleSupport,
					})
				}
			},
			block: "resemble {\n label = \"Support\"\n agent_uuid = \"" + resembleSupport + "\"\n}",
			from:  []origin{adopted, bought, imported}, imports: "resemble/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{unlinkResemble, deleteResemble, clearTrunk}, left: expectResembleGone},
				"release":      {steps: []step{unlinkResemble, deleteResemble, release}, left: expectResembleGone, givenUp: true},
				"force_delete": {steps: []step{deleteResemble, clearTrunk}, left: expectResembleGone},
			},
		},
		"retell": {
			seed: func(sim *acctest.Simulation, from origin) {
				sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
				if from != bought {
					owned(sim, simulator.TwilioNumber{TrunkSID: retellTrunk})
				}
				sim.Retell().AddAgent(retellSupport)
				if from == imported {
					sim.Retell().AddNumber(simulator.RetellNumber{
						PhoneNumber: number, TerminationURI: "example.pstn.twilio.com", InboundAgents: retellAgents(retellSupport),
					})
				}
			},
			block: "trunk_sid = \"" + retellTrunk + "\"\n" + retellHCL(retellSupport),
			from:  []origin{adopted, bought, imported}, imports: "retell/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{deleteRetell, clearRetellTrunk}, left: nothingAtRetell},
				"release":      {steps: []step{deleteRetell, release}, left: nothingAtRetell, givenUp: true},
				"force_delete": {steps: []step{deleteRetell, clearRetellTrunk}, left: nothingAtRetell},
			},
		},
		"retell, of another carrier": {
			seed: func(sim *acctest.Simulation, from origin) {
				sim.Retell().AddAgent(retellSupport)
				if from == imported {
					sim.Retell().AddNumber(simulator.RetellNumber{
						PhoneNumber: number, TerminationURI: "sip.telnyx.com", InboundAgents: retellAgents(retellSupport),
					})
				}
			},
			block: "retell {\n inbound_agent_id = \"" + retellSupport + "\"\n termination_uri = \"sip.telnyx.com\"\n provider_name = \"custom\"\n}",
			from:  []origin{adopted, imported}, imports: "retell/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{deleteRetell}, left: nothingAtRetell},
				"release":      {refused: `release`},
				"force_delete": {steps: []step{deleteRetell}, left: nothingAtRetell},
			},
		},
		"elevenlabs": {
			seed: func(sim *acctest.Simulation, from origin) {
				if from != bought {
					owned(sim, simulator.TwilioNumber{})
				}
				sim.ElevenLabs().AddAgent(elevenLabsSupport)
				if from == imported {
					sim.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: number, AgentID: elevenLabsSupport})
				}
			},
			block: "elevenlabs {\n agent_id = \"" + elevenLabsSupport + "\"\n}", from: []origin{adopted, bought, imported},
			imports: "elevenlabs/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{deleteElevenLabs, unwireElevenLabs}, left: nothingAtElevenLabs},
				"release":      {steps: []step{deleteElevenLabs, unwireElevenLabs, release}, left: nothingAtElevenLabs, givenUp: true},
				"force_delete": {steps: []step{deleteElevenLabs, unwireElevenLabs}, left: nothingAtElevenLabs},
			},
		},
		"vapi": {
			seed: func(sim *acctest.Simulation, from origin) {
				if from != bought {
					owned(sim, simulator.TwilioNumber{})
				}
				sim.Vapi().AddAssistant(vapiSupport)
				if from == imported {
					sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, AssistantID: vapiSupport})
				}
			},
			block: vapiHCL(vapiSupport), from: []origin{adopted, bought, imported}, imports: "vapi/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{deleteVapi, unwireVapi}, left: nothingAtVapi},
				"release":      {steps: []step{deleteVapi, unwireVapi, release}, left: nothingAtVapi, givenUp: true},
				"force_delete": {steps: []step{deleteVapi, unwireVapi}, left: nothingAtVapi},
			},
		},
		"vapi, its own number": {
			seed: func(sim *acctest.Simulation, _ origin) {
				sim.Vapi().AddAssistant(vapiSupport)
				sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, Provider: simulator.VapiOwn, AssistantID: vapiSupport})
			},
			block: vapiHCL(vapiSupport), from: []origin{adopted, imported}, imports: "vapi/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{unlinkVapi}, left: keptAtVapi},
				"release":      {steps: []step{releaseVapi}, left: givenUpAtVapi, givenUp: true},
				"force_delete": {steps: []step{unlinkVapi}, left: keptAtVapi},
			},
		},
		"vapi, of another carrier": {
			seed: func(sim *acctest.Simulation, from origin) {
				sim.Vapi().AddAssistant(vapiSupport)
				sim.Vapi().AddCredential(vapiCredential)
				if from == imported {
					sim.Vapi().AddNumber(simulator.VapiNumber{
						Number: number, Provider: simulator.VapiTelnyx, CredentialID: vapiCredential, AssistantID: vapiSupport,
					})
				}
			},
			block: vapiHCL(vapiSupport, `provider_name = "telnyx"`, "credential_id = \""+vapiCredential+"\""),
			from:  []origin{adopted, imported}, imports: "vapi/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{deleteVapi}, left: nothingAtVapi},
				"release":      {refused: `release`},
				"force_delete": {steps: []step{deleteVapi}, left: nothingAtVapi},
			},
		},
		"synthflow, imported from Twilio": {
			seed: func(sim *acctest.Simulation, from origin) {
				if from != bought {
					owned(sim, simulator.TwilioNumber{})
				}
				seedSynthflow(sim)
				if from == imported { // and believed to be bought there, until the configuration says otherwise
					sim.Synthflow().AddNumber(simulator.SynthflowNumber{
						PhoneNumber: number, ProviderName: "twilio", TerminationURI: "example.pstn.twilio.com",
					})
				}
			},
			block: synthflowHCL(`provider_name = "twilio"`, `termination_uri = "example.pstn.twilio.com"`, "bought_at_synthflow = false"),
			from:  []origin{adopted, bought, imported}, imports: "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/14155550100",
			ends: map[string]end{
				"detach":       {steps: []step{deleteSynthflow}, left: nothingAtSynthflow},
				"release":      {steps: []step{deleteSynthflow, release}, left: nothingAtSynthflow, givenUp: true},
				"force_delete": {steps: []step{deleteSynthflow}, left: nothingAtSynthflow},
			},
		},
		"synthflow, imported from elsewhere": {
			seed:  func(sim *acctest.Simulation, _ origin) { seedSynthflow(sim) },
			block: synthflowHCL(`provider_name = "telnyx"`, `termination_uri = "sip.example.com"`),
			from:  []origin{adopted},
			ends: map[string]end{
				"detach":       {steps: []step{deleteSynthflow}, left: nothingAtSynthflow},
				"release":      {refused: `release`},
				"force_delete": {steps: []step{deleteSynthflow}, left: nothingAtSynthflow},
			},
		},
		"synthflow, bought there": {
			seed: func(sim *acctest.Simulation, _ origin) {
				seedSynthflow(sim)
				sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: number, Bought: true})
			},
			block: synthflowHCL(), from: []origin{adopted, imported},
			imports: "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/14155550100",
			ends: map[string]end{
				"detach":       {steps: []step{unlinkSynthflow}, left: boughtAtSynthflow},
				"release":      {steps: []step{cancelSynthflow}, left: cancelledAtSynthflow, givenUp: true},
				"force_delete": {steps: []step{unlinkSynthflow}, left: boughtAtSynthflow},
			},
		},
		"dialnexa": {
			seed: func(sim *acctest.Simulation, from origin) {
				dialNexaAgents(sim, "agt_one")
				if from == bought {
					sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
					return
				}
				ownedAtDialNexa(sim, simulator.DialNexaNumber{PhoneNumber: number, AgentID: "agt_one"})
			},
			block: "dialnexa {\n agent_id = \"agt_one\"\n}", from: []origin{adopted, bought, imported},
			imports: "dialnexa/" + number,
			ends: map[string]end{
				"detach":       {steps: []step{clearDialNexa}, left: keptAtDialNexa},
				"release":      {steps: []step{releaseDialNexa}, left: givenUpAtDialNexa, givenUp: true},
				"force_delete": {steps: []step{clearDialNexa}, left: keptAtDialNexa},
			},
		},
	}
}

func TestAccEveryEndDoesWhatThePlanSays(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 6, 1)
	for name, home := range homes() {
		for _, from := range home.from {
			for _, action := range []string{"detach", "release", "force_delete"} {
				cell := fmt.Sprintf("%s/%s/%s", name, from, action)
				if !cases.Tries(cell, oneOf) {
					continue
				}
				t.Run(cell, func(t *testing.T) {
					t.Parallel()
					end, ok := home.ends[action]
					if !ok {
						t.Fatal("this cell is missing")
					}
					sim := acctest.Start(t)
					home.seed(sim, from)
					reachTheEnd(t, sim, home, from, action, end)
				})
			}
		}
	}
}

// reachTheEnd takes one number through its life and holds what the plan says of
// its end against what the destroy asks of the services.
func reachTheEnd(t *testing.T, sim *acctest.Simulation, home home, from origin, action string, end end) {
	t.Helper()
	config := fmt.Sprintf("phone_number = %q\nrelease_on_destroy = %q\n%s\n", number, action, home.block)
	if from == bought {
		config += "purchase {}\n"
	}
	cli := sim.Terraform(t)
	cli.Configure(everywhere(sim, config))
	if end.refused != "" {
		diagnostics, plan := cli.Plan()
		if plan != nil {
			t.Fatal("the plan was not refused")
		}
		expectDiagnostic(t, diagnostics, "error", "", end.refused)
		return
	}
	if from == imported {
		cli.Must(0, "import", "-no-color", this, home.imports)
	}
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	if got := onlyNumber(t, cli.State())["acquisition"]; (got == "purchased") != (from == bought) {
		t.Errorf("acquisition is %v", got)
	}

	expectReadable(t, cli)
	shown, _ := onlyNumber(t, cli.State())["destroy_steps"].([]any)
	if len(shown) != len(end.steps) {
		t.Fatalf("destroy_steps are %v, want %d steps", shown, len(end.steps))
	}
	warned := ""
	var want []string
	for i, step := range end.steps {
		sentence := fmt.Sprint(shown[i])
		if !regexp.MustCompile(step.says).MatchString(sentence) {
			t.Errorf("step %d is %q, want %s", i+1, sentence, step.says)
		}
		warned += fmt.Sprintf("%d. %s\n", i+1, sentence)
		want = append(want, step.writes...)
	}
	diagnostics, _ := cli.Plan("-destroy")
	if !slices.ContainsFunc(diagnostics, func(d acctest.Diagnostic) bool {
		return strings.HasPrefix(d.Summary, "Destroy") && strings.HasPrefix(d.Detail, warned)
	}) {
		t.Errorf("no warning has the steps\n%s%+v", warned, diagnostics)
	}

	sim.ResetRequests()
	cli.Apply("-destroy")
	got := writesEverywhere(sim)
	if len(got) != len(want) {
		t.Fatalf("the destroy wrote\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("write %d is %s, want %s…", i+1, got[i], want[i])
		}
	}
	if end.left != nil {
		end.left(t, sim)
	}
	if _, at := sim.Twilio().Number(number); at {
		if end.givenUp {
			t.Error("Twilio still has the number")
		} else {
			expectUnwired(t, sim, number)
		}
	} else if from != imported && len(sim.Twilio().Purchases()) > len(sim.Twilio().Released()) {
		t.Error("Twilio lost the number")
	}
}

// expectReadable checks that a policy tool can read everything it needs of the
// number, in the state and in what a plan says of it beforehand.
func expectReadable(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	_, plan := cli.Plan("-destroy")
	if plan == nil {
		t.Fatal("the plan of the destroy failed")
	}
	change := plan.ResourceChanges[0].Change
	before, _ := change.Before.(map[string]any)
	hidden, _ := change.BeforeSensitive.(map[string]any)
	for _, name := range []string{
		"phone_number", "carrier", "platform", "acquisition", "status", "status_reason", "capabilities",
		"destroy_action", "destroy_irreversible", "destroy_steps", "release_on_destroy",
	} {
		if before[name] == nil || strings.Contains(fmt.Sprint(hidden[name]), "true") {
			t.Errorf("%s is %v, sensitive: %v", name, before[name], hidden[name])
		}
	}
}

// writesEverywhere are the requests so far that may have changed something, at
// all services, in order.
func writesEverywhere(sim *acctest.Simulation) []string {
	var lines []string
	for _, r := range sim.Requests() {
		if r.Method != "GET" {
			lines = append(lines, fmt.Sprintf("%s %s %s", r.Method, r.Service, r.Path))
		}
	}
	return lines
}

// everywhere is the configuration of one number, with all services open.
func everywhere(sim *acctest.Simulation, arguments string) string {
	return everyService(sim) + fmt.Sprintf("resource \"telephony_phone_number\" \"this\" {\n%s\n}\n", arguments)
}

// everyService is the configuration of the provider, with all services open.
func everyService(sim *acctest.Simulation) string {
	open := func(name, arguments string) string {
		return fmt.Sprintf("%s {\n base_url = \"%s/%s\"\n %s\n}", name, sim.URL, name, arguments)
	}
	return sim.Provider(
		open("nixflex", fmt.Sprintf("api_key = %q", simulator.DefaultNixflexKey)),
		open("resemble", fmt.Sprintf("api_key = %q", simulator.DefaultResembleToken)),
		open("retell", fmt.Sprintf("api_key = %q", simulator.DefaultRetellKey)),
		open("vapi", fmt.Sprintf("api_key = %q", simulator.DefaultVapiKey)),
		open("elevenlabs", fmt.Sprintf("api_key = %q", simulator.DefaultElevenLabsKey)),
		open("dialnexa", fmt.Sprintf("api_key = %q", simulator.DefaultDialNexaAPIKey)),
		open("synthflow", fmt.Sprintf("api_key = %q\nworkspace_id = %q",
			simulator.DefaultSynthflowAPIKey, simulator.DefaultSynthflowWorkspaceID)),
	)
}

func nothingAtNixflex(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	expectNixflex(t, sim)
}

func nothingAtSynthflow(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if left := sim.Synthflow().Numbers(); len(left) > 0 {
		t.Errorf("left at Synthflow: %+v", left)
	}
	if cancelled := sim.Synthflow().CancelledSubscriptions(); len(cancelled) > 0 {
		t.Errorf("subscriptions cancelled: %v", cancelled)
	}
}

func boughtAtSynthflow(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if _, there := sim.Synthflow().Number(number); !there || len(sim.Synthflow().CancelledSubscriptions()) > 0 {
		t.Errorf("the number is there: %t, cancelled: %v", there, sim.Synthflow().CancelledSubscriptions())
	}
	if agent, _ := sim.Synthflow().Agent(synthflowSupport); len(agent.Numbers) > 0 {
		t.Errorf("the agent still has %v", agent.Numbers)
	}
}

func cancelledAtSynthflow(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if _, there := sim.Synthflow().Number(number); there || len(sim.Synthflow().CancelledSubscriptions()) != 1 {
		t.Errorf("the number is there: %t, cancelled: %v", there, sim.Synthflow().CancelledSubscriptions())
	}
}

func keptAtDialNexa(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	expectAtDialNexa(t, sim, "")
	if released := sim.DialNexa().Released(); len(released) > 0 {
		t.Errorf("released: %v", released)
	}
}

func givenUpAtDialNexa(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if released := sim.DialNexa().Released(); !slices.Equal(released, []string{number}) {
		t.Errorf("released: %v", released)
	}
}

const synthflowSupport = "0a1b2c3d-0000-4000-8000-0000000000aa"

func seedSynthflow(sim *acctest.Simulation) {
	sim.Synthflow().AddAgent(simulator.SynthflowAgent{ID: synthflowSupport, Type: simulator.SynthflowInbound})
}

func synthflowHCL(more ...string) string {
	return fmt.Sprintf("synthflow {\n agent_id = %q\n %s\n}", synthflowSupport, strings.Join(more, "\n "))
}
