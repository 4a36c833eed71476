package phonenumber_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// stations are the places among which a number that Twilio carries can move.
func stations() map[string]string {
	return map[string]string{
		"none":       "voice_url = \"https://example.com\"\nvoice_fallback_url = \"https://example.com/fallback\"",
		"nixflex":    "nixflex {\n" + nixflexAgent(nixflexSupport) + "}",
		"resemble":   "resemble {\n label = \"Support\"\n agent_uuid = \"" + resembleSupport + "\"\n}",
		"synthflow":  synthflowHCL(`provider_name = "twilio"`, `termination_uri = "example.pstn.twilio.com"`),
		"retell":     "trunk_sid = \"" + retellTrunk + "\"\n" + retellHCL(retellSupport),
		"vapi":       vapiHCL(vapiSupport),
		"elevenlabs": "elevenlabs {\n agent_id = \"" + elevenLabsSupport + "\"\n}",
	}
}

func TestAccNumberMovesBetweenAnyTwoPlatformsInPlace(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 12, 4) // the rest in process: TestNumberMovesBetweenAnyTwoPlacesOfItsCarrier
	for from, before := range stations() {
		for to, after := range stations() {
			if from == to || !cases.Tries(from+" to "+to, oneOf) {
				continue
			}
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t)
				seedStations(sim)
				built := resembleBuilt(sim)
				at := func(station string) string {
					return everywhere(sim, fmt.Sprintf("phone_number = %q\nrelease_on_destroy = \"release\"\n%s", number, station))
				}
				detached := everywhere(sim, fmt.Sprintf("phone_number = %q\n%s", number, after))
				sim.Run(t,
					resource.TestStep{
						Config: at(before), ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
						ConfigStateChecks: []statecheck.StateCheck{state("platform", text(from)), state("status", text("active"))},
					},
					resource.TestStep{
						Config: at(after), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
						ConfigStateChecks: []statecheck.StateCheck{state("platform", text(to)), state("status", text("active"))},
					},
					resource.TestStep{Config: detached, ConfigPlanChecks: planned(plancheck.ResourceActionUpdate)},
				)
				// Detached at last: nothing is left but the number.
				expectOwned(t, sim, number)
				expectUnwired(t, sim, number)
				nothingLeft(t, sim, built)
			})
		}
	}
}

// platform is the name of the place's block; "none": it has none.
func (p place) platform() string {
	for name, value := range p.config {
		if _, isBlock := value.(acctest.Values); isBlock {
			return name
		}
	}
	return "none"
}

// Between any two platforms a number moves in place as long as its carrier stays, and
// leaves nothing behind; where the next platform is one of another carrier, the plan
// refuses and nothing happens.
func TestNumberMovesBetweenAnyTwoPlacesOfItsCarrier(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 4, 1)
	for _, from := range places() {
		for _, to := range places() {
			if from.platform() == to.platform() || !cases.Tries(from.name+" to "+to.name, oneOf) {
				continue
			}
			t.Run(from.name+" to "+to.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { from.moves(t, to) })
			})
		}
	}
}

// moves moves a number to another place, and takes it off there.
func (p place) moves(t *testing.T, to place) {
	t.Helper()
	at := place{carrier: p.carrier, rules: slices.Concat(p.rules, to.rules)}
	sim := at.begin(t, acctest.StartInMemory, number)
	built := resembleBuilt(sim)
	r := atEveryPlace(t, sim).Resource(oneNumber)
	before, after := maps.Clone(p.config), maps.Clone(to.config)
	before["phone_number"], after["phone_number"] = number, number
	switch to.carrier { //nolint:exhaustive // the others cannot be taken for another one
	case simulator.Vapi:
		after["vapi"] = acctest.Values{"assistant_id": vapiSupport, "provider_name": "vapi"}
	case simulator.Synthflow:
		after["synthflow"] = acctest.Values{"agent_id": synthflowSupport, "bought_at_synthflow": true}
	}
	mustApply(t, r, before)
	sim.ResetRequests()
	plan := r.Plan(after)
	if p.carrier != to.carrier {
		expectDiagnostic(t, plan.Diagnostics, "error", `\+14155550100 cannot leave`, `a change never gives it up.*remove the resource`)
		if wrote := writesEverywhere(sim); len(wrote) > 0 || !p.wired(sim, number) {
			t.Errorf("the plan wrote %v", wrote)
		}
		return
	}
	if plan.Action != acctest.Update {
		t.Errorf("the plan is to %s with %+v", plan.Action, plan.Diagnostics)
	}
	if diags := r.Apply(plan); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	if state := r.State(); state["platform"] != to.platform() || state["status"] != "active" || !to.wired(sim, number) {
		t.Errorf("the state is %v", state)
	}
	expectSettled(t, r, after)
	if _, diags := r.TerraformDestroy(after); diags.Failed() {
		t.Errorf("%+v", diags)
	}
	nothingAtNixflex(t, sim)
	nothingLeft(t, sim, built)
	if p.carrier == simulator.Twilio {
		expectOwned(t, sim, number)
		expectUnwired(t, sim, number)
	}
}

// nothingLeft checks that no platform has the number, that Twilio has no more SIP
// trunks and the like than had been built before, and that nothing was given up.
func nothingLeft(t *testing.T, sim *acctest.Simulation, built string) {
	t.Helper()
	if left := resembleBuilt(sim); len(sim.Resemble().Numbers()) > 0 || left != built {
		t.Errorf("left at Resemble AI: %+v, %s", sim.Resemble().Numbers(), left)
	}
	nothingAtNixflex(t, sim)
	nothingAtSynthflow(t, sim)
	nothingAtRetell(t, sim)
	nothingAtVapi(t, sim)
	nothingAtElevenLabs(t, sim)
	if lost := givenUp(sim); len(lost) > 0 {
		t.Errorf("given up: %v", lost)
	}
}

func TestAccMoveThatStopsHalfwayIsFinishedByTheNextApply(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport})
	cli := sim.Terraform(t)
	at := func(station string) {
		cli.Configure(everywhere(sim, fmt.Sprintf("phone_number = %q\n%s", number, stations()[station])))
	}
	at("nixflex")
	cli.Apply()
	at("resemble")
	diagnostics, _ := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `Calls to \+14155550100 are not routed`, `taken off Nixflex`)
	sim.Inject(simulator.Fault{Service: simulator.Resemble, Method: "POST", Path: "/phone_numbers", Status: 500})
	failed := cli.Must(1, "apply", "-no-color", "-auto-approve")
	if !words(`Unable to update phone number \+14155550100.*Resemble AI answered 500`).MatchString(failed.Stderr) {
		t.Errorf("the error is %s", failed.Stderr)
	}
	nothingAtNixflex(t, sim)
	cli.Must(2, "plan", "-detailed-exitcode")
	if got := onlyNumber(t, cli.State()); got["status"] != "corrupted" || got["platform"] != "resemble" {
		t.Errorf("state has status %v, platform %v", got["status"], got["platform"])
	}
	sim.ClearFaults()
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	cli.Apply("-destroy")
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
	expectResembleGone(t, sim)
}

// A move onto a platform begins with the clearing of the resource's own wiring.
// Where that fails, state must still tell what is to be cleared.
func TestMoveThatCannotClearItsOwnWiringHasNotBegun(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	r := sim.Driver(t, nil).Resource("telephony_phone_number")
	apply := func(config acctest.Values) acctest.Diagnostics {
		config["phone_number"] = number
		_, diags := r.TerraformApply(config)
		return diags
	}
	apply(acctest.Values{"voice_url": "https://example.com", "voice_fallback_url": "https://example.com/fallback"})
	sim.Inject(simulator.Fault{Method: "POST", Path: "IncomingPhoneNumbers", Status: 409, Body: `{"code": 20409, "status": 409}`})
	onNixflex := acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}}
	if diags := apply(onNixflex); !diags.Failed() {
		t.Fatal("the move was meant to fail")
	}
	if got := r.State(); got["platform"] != "none" || got["voice_fallback_url"] != "https://example.com/fallback" {
		t.Errorf("state has platform %v, voice_fallback_url %v", got["platform"], got["voice_fallback_url"])
	}
	sim.ClearFaults()
	if diags := apply(onNixflex); diags.Failed() {
		t.Errorf("the next apply fails: %+v", diags)
	}
	if at, _ := sim.Twilio().Number(number); at.VoiceFallbackURL != "" || at.VoiceURL != simulator.NixflexVoiceURL {
		t.Errorf("Twilio has voice_url %q, voice_fallback_url %q", at.VoiceURL, at.VoiceFallbackURL)
	}
}

// A provider that is killed in a move, right after the record is gone, has lost what it
// remembered of the wiring: what still leads to the platform is known by its address,
// and is cleared. Somebody else's is not.
func TestMoveThatIsKilledLeavesNoWebhookOfThePlatform(t *testing.T) {
	t.Parallel()
	const newer = "https://example.com/newer"
	for _, on := range places() {
		if on.carrier != simulator.Twilio || on.platform() != "vapi" && on.platform() != "elevenlabs" {
			continue
		}
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			sim := on.begin(t, acctest.Start, number)
			r := atEveryPlace(t, sim).Resource(oneNumber)
			before := maps.Clone(on.config)
			before["phone_number"] = number
			after := acctest.Values{"phone_number": number, "voice_url": "https://example.com/v"}
			mustApply(t, r, before)
			sim.Vapi().RemoveNumber(number)
			sim.ElevenLabs().RemoveNumber(number)
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.StatusCallback = newer })
			r.ForgetPrivate()
			mustApply(t, r, after)
			at, _ := sim.Twilio().Number(number)
			if at.VoiceURL != after["voice_url"] || at.SMSURL != "" || at.StatusCallback != newer {
				t.Errorf("Twilio has %+v", at)
			}
			expectSettled(t, r, after)
		})
	}
}
