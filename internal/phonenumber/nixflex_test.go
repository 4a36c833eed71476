package phonenumber_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	nixflexSupport = "agent_00000000000000aa"
	nixflexSales   = "agent_00000000000000bb"
	nixflexRival   = "agent_00000000000000ff" // of another account
)

// startNixflex starts a simulator in which Twilio holds the number and Nixflex
// has agents.
func startNixflex(t *testing.T, rules simulator.NixflexRules) *acctest.Simulation {
	t.Helper()
	sim := acctest.Start(t, simulator.WithNixflex(rules))
	owned(sim, simulator.TwilioNumber{})
	for _, id := range []string{nixflexSupport, nixflexSales} {
		sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
	}
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexRival, Foreign: true})
	return sim
}

// onNixflex is the configuration of the number on Nixflex; the block is the
// one of the resource.
func onNixflex(sim *acctest.Simulation, arguments, block string) string {
	return withNixflex(sim, simulator.DefaultNixflexKey, fmt.Sprintf(
		"phone_number = %q\n%s\nnixflex {\n%s\n}", number, arguments, block))
}

// withNixflex is the configuration of one number with these arguments.
func withNixflex(sim *acctest.Simulation, key, arguments string) string {
	return sim.Provider(fmt.Sprintf("nixflex {\napi_key = %q\nbase_url = \"%s/nixflex\"\n}", key, sim.URL)) +
		fmt.Sprintf("resource \"telephony_phone_number\" \"this\" {\n%s\n}\n", arguments)
}

func agent(id string) string { return fmt.Sprintf("agent_id = %q\n", id) }

func inNixflex(attribute string) tfjsonpath.Path { return tfjsonpath.New("nixflex").AtMapKey(attribute) }

// expectNixflex checks what is left there: the agents of these numbers.
func expectNixflex(t *testing.T, sim *acctest.Simulation, want ...string) {
	t.Helper()
	got := []string{}
	for _, n := range sim.Nixflex().Numbers() {
		got = append(got, n.PhoneNumber+" "+n.AgentID)
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("numbers left at Nixflex: %v, want %v", got, want)
	}
}

// routedToNixflex checks both sides after a step.
func routedToNixflex(sim *acctest.Simulation, agentID string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		held, listed := sim.Nixflex().Number(number)
		at, _ := sim.Twilio().Number(number)
		if !listed || held.AgentID != agentID || at.VoiceURL != simulator.NixflexVoiceURL || at.TrunkSID != "" {
			return fmt.Errorf("Nixflex has %+v, Twilio %+v", held, at)
		}
		return nil
	}
}

// nixflexWrites are the requests to Nixflex that may have changed something.
func nixflexWrites(sim *acctest.Simulation) []string {
	lines := []string{}
	for _, r := range sim.Requests() {
		if r.Service == simulator.Nixflex && r.Method != http.MethodGet {
			lines = append(lines, r.Method+" "+r.Path)
		}
	}
	return lines
}

func TestAccNixflexNumberIsImportedAndDetached(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	run(t, sim, resource.TestStep{
		Config: onNixflex(sim, "", agent(nixflexSupport)+`custom_prompt = "Be brief."`),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
			plans("platform", text("nixflex")),
			plans("carrier", text("twilio")),
			plans("acquisition", text("adopted")),
			plans("destroy_irreversible", knownvalue.Bool(false)),
		),
		ConfigStateChecks: []statecheck.StateCheck{
			state("status", text("active")),
			state("voice_url", knownvalue.Null()),
			statecheck.ExpectKnownValue(this, inNixflex("custom_prompt"), text("Be brief.")),
			statecheck.ExpectKnownValue(this, inNixflex("twilio_auth_token_wo"), knownvalue.Null()),
			state("destroy_steps", knownvalue.ListExact([]knownvalue.Check{
				text("Delete the record of " + number + " at Nixflex, which disconnects the number from its agent, and make " +
					"sure that it is no longer listed."),
				text("Verify at Twilio that the webhooks of " + number + " to Nixflex are gone, and clear what is left of " +
					"them; it stays owned and billed."),
			})),
		},
		Check: routedToNixflex(sim, nixflexSupport),
	})
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
	expectNixflex(t, sim)
}
