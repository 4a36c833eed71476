package phonenumber_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// What the states of the Vapi providers are about.
const (
	movedRecord    = "9c2a2c64-3b1e-4a52-8f0e-5b6a1c7d8e9f"
	movedAssistant = "3b8a2a2e-6f0c-4f0a-9d0b-0d5c2a4a1f11"
)

// movesFromVapi are the resources of the Vapi providers, and of a fork.
func movesFromVapi() map[string]moveSource {
	sources := map[string]moveSource{}
	for name, source := range moveSources() {
		if isVapi(source) {
			sources[name] = source
			source.address = "registry.terraform.io/terraform-provider-vapi/vapi"
			sources["a fork of "+name] = source
		}
	}
	return sources
}

// onVapiBefore starts a simulator in which Vapi has imported the number, as the
// other provider's state has it, and moves that state.
func onVapiBefore(t *testing.T, source moveSource) (*acctest.Simulation, *acctest.Resource) {
	t.Helper()
	sim, r := startVapi(t, simulator.VapiRules{})
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { *n = onVapi(*n) })
	sim.Vapi().AddAssistant(movedAssistant)
	sim.Vapi().AddNumber(simulator.VapiNumber{ID: movedRecord, Number: number, Name: "Support", AssistantID: movedAssistant})
	if diags := r.Move(source.address, source.resource, 0, source.state); len(diags) > 0 {
		t.Fatalf("the move says %+v", diags)
	}
	return sim, r
}

// A number stays on Vapi in the record that it has there, and nothing is written:
// the block that says the same plans nothing.
func TestAMoveFromVapiOntoItsBlockChangesNothing(t *testing.T) {
	t.Parallel()
	config := atVapi(acctest.Values{"assistant_id": movedAssistant, "name": "Support"})
	for name, source := range movesFromVapi() {
		for _, refresh := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, refresh %t", name, refresh), func(t *testing.T) {
				t.Parallel()
				sim, r := onVapiBefore(t, source)
				before := atTwilio(t, sim, number)
				if refresh {
					mustRead(t, r)
					if p := r.Plan(config); p.Action != acctest.NoOp || len(p.Diagnostics) > 0 {
						t.Errorf("the plan is %s with %+v:\n%s", p.Action, p.Diagnostics, cmp.Diff(p.Before, p.After))
					}
				} else {
					mustApply(t, r, config)
				}
				block, _ := r.State()["vapi"].(acctest.Values)
				if block["id"] != movedRecord || r.State()["platform"] != "vapi" || r.State()["status"] != "active" {
					t.Errorf("the state is %v", r.State())
				}
				expectSettled(t, r, config)
				expectUntouched(t, sim, before)
				wantVapiWrites(t, sim, "")
				if all := fmt.Sprint(r.State()) + privateText(t, r.Private()); strings.Contains(all, vapiToken) {
					t.Error("the token is in state")
				}
			})
		}
	}
}

// Another assistant is a change in place.
func TestAMoveFromVapiOntoAnotherAssistant(t *testing.T) {
	t.Parallel()
	for name, source := range movesFromVapi() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, r := onVapiBefore(t, source)
			mustRead(t, r)
			mustApply(t, r, atVapi(acctest.Values{"assistant_id": vapiSales}))
			wantVapiWrites(t, sim, "PATCH vapi")
			expectAtVapi(t, sim, func(n simulator.VapiNumber, _ simulator.TwilioNumber) bool {
				return n.ID == movedRecord && n.AssistantID == vapiSales && n.Name == ""
			})
		})
	}
}

// Without the block the number leaves Vapi, for what the configuration says
// instead, and the plan says so.
func TestAMoveFromVapiWithoutItsBlockLeavesVapi(t *testing.T) {
	t.Parallel()
	for name, source := range movesFromVapi() {
		for _, configured := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, with credentials of Vapi's %t", name, configured), func(t *testing.T) {
				t.Parallel()
				sim, r := onVapiBefore(t, source)
				if !configured {
					r = sim.Driver(t, nil).Resource("telephony_phone_number")
					r.Move(source.address, source.resource, 0, source.state)
				}
				mustRead(t, r)
				config := acctest.Values{"phone_number": number, "voice_url": "https://example.com/voice"}
				p := r.Plan(config)
				if configured {
					expectDiagnostic(t, p.Diagnostics, "warning", "not routed during the change", `is taken off Vapi before`)
				} else {
					expectDiagnostic(t, p.Diagnostics, "warning", "is cleared that", `vapi.ai/twilio/sms`)
				}
				if diags := r.Apply(p); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
				expectSettled(t, r, config)
				at, _ := sim.Twilio().Number(number)
				_, listed := sim.Vapi().Number(number)
				if at.VoiceURL != "https://example.com/voice" || at.SMSURL != "" || listed == configured {
					t.Errorf("Twilio has %+v, Vapi lists it %t", at, listed)
				}
			})
		}
	}
}

// The UUID tells the record where two have the number; a record that is gone is
// imported anew where the configuration has the block, and the plan shows that.
func TestAMoveFromVapiGoesByTheRecord(t *testing.T) {
	t.Parallel()
	source := moveSources()["kirillve/vapi"]
	config := atVapi(acctest.Values{"assistant_id": movedAssistant, "name": "Support"})
	t.Run("two records", func(t *testing.T) {
		t.Parallel()
		sim, r := onVapiBefore(t, source)
		sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, AssistantID: vapiSales})
		mustRead(t, r)
		expectSettled(t, r, config)
		wantVapiWrites(t, sim, "")
	})
	t.Run("no record", func(t *testing.T) {
		t.Parallel()
		sim, r := onVapiBefore(t, source)
		sim.Vapi().RemoveNumber(number)
		mustRead(t, r)
		p := r.Plan(config)
		if p.Before["platform"] != "none" || p.After["platform"] != "vapi" {
			t.Errorf("the plan is of %v to %v", p.Before["platform"], p.After["platform"])
		}
		if diags := r.Apply(p); diags.Failed() {
			t.Fatalf("%+v", diags)
		}
		expectSettled(t, r, config)
	})
	t.Run("a record that cannot be read", func(t *testing.T) {
		t.Parallel()
		sim, r := onVapiBefore(t, source)
		sim.Inject(simulator.Fault{Service: simulator.Vapi, Status: 500})
		expectDiagnostic(t, r.Read(), "error", `Unable to read phone number \+14155550100`, `Vapi`)
		expectDiagnostic(t, r.Plan(config).Diagnostics, "error", `Unable to read phone number \+14155550100`, `Vapi`)
	})
}

// A number of another carrier stays on Vapi, too, and only there.
func TestAMoveFromVapiOfAnotherCarriersNumber(t *testing.T) {
	t.Parallel()
	state := `{"id": "` + movedRecord + `", "number": "` + number + `", "provider_type": "vonage", "twilio_account_sid": ""}`
	sim, r := startVapi(t, simulator.VapiRules{})
	sim.Twilio().RemoveNumber(number)
	sim.Vapi().AddNumber(simulator.VapiNumber{
		ID: movedRecord, Number: number, Provider: simulator.VapiVonage, CredentialID: vapiCredential,
	})
	const address, resource = "registry.terraform.io/farukparhat/vapi", "vapi_phone_number"
	if diags := r.Move(address, resource, 0, state); len(diags) > 0 {
		t.Fatalf("%+v", diags)
	}
	mustRead(t, r)
	if r.State()["carrier"] != "external" {
		t.Errorf("the state is %v", r.State())
	}
	expectSettled(t, r, atVapi(acctest.Values{}))
	p := r.Plan(acctest.Values{"phone_number": number})
	expectDiagnostic(t, p.Diagnostics, "error", `cannot leave an external carrier`, `remove the resource`)
	wantVapiWrites(t, sim, "")

	without := sim.Driver(t, nil).Resource("telephony_phone_number")
	without.Move(address, resource, 0, state)
	expectDiagnostic(t, without.Read(), "error", `Unable to read`, `VAPI_API_KEY`)
}

// Where Vapi's credentials are missing, the plan of the block says so.
func TestAMoveFromVapiOntoItsBlockNeedsCredentials(t *testing.T) {
	t.Parallel()
	source := moveSources()["kirillve/vapi"]
	sim, _ := onVapiBefore(t, source)
	r := moved(t, sim, source)
	mustRead(t, r)
	p := r.Plan(atVapi(acctest.Values{"assistant_id": movedAssistant, "name": "Support"}))
	expectDiagnostic(t, p.Diagnostics, "error", "Missing credentials", `VAPI_API_KEY`)
}

func TestAccAMoveFromVapiOntoItsBlock(t *testing.T) {
	t.Parallel()
	source := moveSources()["kirillve/vapi"]
	sim := acctest.Start(t)
	owned(sim, source.atTwilio)
	sim.Vapi().AddAssistant(movedAssistant)
	sim.Vapi().AddNumber(simulator.VapiNumber{ID: movedRecord, Number: number, Name: "Support", AssistantID: movedAssistant})
	cli, _ := cliSource(t, sim, source)
	cli.Configure(sim.Provider(fmt.Sprintf("vapi {\n api_key = %q\n base_url = %q\n}", simulator.DefaultVapiKey, sim.URL+"/vapi")) +
		fmt.Sprintf("resource \"telephony_phone_number\" \"this\" {\n phone_number = %q\n %s\n}\n", number,
			vapiHCL(movedAssistant, `name = "Support"`)) + movedBlock(source))
	diagnostics, plan := cli.Plan()
	if len(diagnostics) > 0 || plan == nil {
		t.Fatalf("the plan says %+v", diagnostics)
	}
	if change := plan.ResourceChanges[0]; !change.Change.Actions.NoOp() || change.Address != this {
		t.Errorf("%s: %v", change.Address, change.Change.Actions)
	}
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	if strings.Contains(cli.StateFile(), vapiToken) {
		t.Error("the token is in state")
	}
	wantVapiWrites(t, sim, "")
}
