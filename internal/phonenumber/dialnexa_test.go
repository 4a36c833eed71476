package phonenumber_test

import (
	"fmt"
	"net/http"
	"slices"
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

// dialNexaID is the number's ID at DialNexa, dialNexaPath where its API has it.
const (
	dialNexaID   = "phn_f7w2kx5mb9qz"
	dialNexaPath = "/organization-phone-numbers/" + dialNexaID
)

// dialNexaHCL is the configuration of one number for a workspace of DialNexa,
// without access to any other service.
func dialNexaHCL(sim *acctest.Simulation, arguments string, providerArguments ...string) string {
	config := ""
	for _, argument := range providerArguments {
		config += argument + "\n"
	}
	return fmt.Sprintf(`
provider "telephony" {
  %s
  dialnexa {
    api_key  = %q
    base_url = "%s/dialnexa"
  }
}
resource "telephony_phone_number" "this" {
%s
}
`, config, simulator.DefaultDialNexaAPIKey, sim.URL, arguments)
}

// ownedAtDialNexa seeds a number that the workspace holds already.
func ownedAtDialNexa(sim *acctest.Simulation, n simulator.DialNexaNumber) {
	if n.PhoneNumber == "" {
		n.PhoneNumber = number
	}
	if n.ID == "" {
		n.ID = dialNexaID
	}
	sim.DialNexa().AddNumber(n)
}

// dialNexaAgents adds agents to the workspace, each with two draft versions.
func dialNexaAgents(sim *acctest.Simulation, ids ...string) {
	for _, id := range ids {
		sim.DialNexa().AddAgent(simulator.DialNexaAgent{
			ID: id, Versions: []simulator.DialNexaAgentVersion{{Number: 1}, {Number: 2}},
		})
	}
}

// startDialNexa starts a simulation with the number and two agents, agt_one and agt_two.
func startDialNexa(t *testing.T, rules simulator.DialNexaRules) *acctest.Simulation {
	t.Helper()
	sim := acctest.Start(t, simulator.WithDialNexa(rules))
	ownedAtDialNexa(sim, simulator.DialNexaNumber{})
	dialNexaAgents(sim, "agt_one", "agt_two")
	return sim
}

// onAgent is a configuration of the number on an agent, in the spelling of either API.
func onAgent(sim *acctest.Simulation, generation simulator.DialNexaGeneration, agent, arguments string) string {
	link := ""
	if generation == simulator.DialNexaB {
		link = "agent_link = \"agent\"\nagent_version = 1"
	}
	return dialNexaHCL(sim, fmt.Sprintf(`
		phone_number = %q
		%s
		dialnexa {
			agent_id = %q
			%s
		}`, number, arguments, agent, link))
}

// answeredBy checks which agent answers the number's calls, after a step.
func answeredBy(sim *acctest.Simulation, agent string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		n, owned := sim.DialNexa().Number(number)
		if !owned || n.AgentID != agent {
			return fmt.Errorf("owned %t, answered by %q, want %q", owned, n.AgentID, agent)
		}
		return nil
	}
}

// expectAtDialNexa looks at what is left in the end: the number, the agent that
// answers it, and nothing released.
func expectAtDialNexa(t *testing.T, sim *acctest.Simulation, agent string) {
	t.Helper()
	if err := answeredBy(sim, agent)(nil); err != nil {
		t.Error(err)
	}
	if released := sim.DialNexa().Released(); len(released) > 0 {
		t.Errorf("released: %v", released)
	}
}

// dialNexaWrites are the requests so far that may have changed something, with their bodies.
func dialNexaWrites(sim *acctest.Simulation) []string {
	lines := []string{}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet {
			lines = append(lines, r.String())
		}
	}
	return lines
}

func expectDialNexaWrites(t *testing.T, sim *acctest.Simulation, want ...string) {
	t.Helper()
	if got := dialNexaWrites(sim); !slices.Equal(got, want) {
		t.Errorf("requests that change something: %q, want %q", got, want)
	}
}

func inBlock(attribute string) tfjsonpath.Path { return path("dialnexa").AtMapKey(attribute) }

func TestAccDialNexaOwnedNumberIsAdoptedLinkedAndDetached(t *testing.T) {
	t.Parallel()
	for _, rules := range []simulator.DialNexaRules{
		{}, {InboundAgentID: true}, {ExampleFields: true}, {Generation: simulator.DialNexaB},
	} {
		t.Run(fmt.Sprintf("%+v", rules), func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, rules)
			run(t, sim, resource.TestStep{
				Config: onAgent(sim, rules.Generation, "agt_one", ""),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
					plans("acquisition", text("adopted")),
					plans("carrier", text("dialnexa")),
					plans("platform", text("dialnexa")),
					plans("destroy_irreversible", knownvalue.Bool(false)),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					state("id", text(number)), state("sid", text(dialNexaID)), state("status", text("active")),
					state("account_sid", knownvalue.Null()),
					statecheck.ExpectKnownValue(this, inBlock("id"), text(dialNexaID)),
				},
				Check: answeredBy(sim, "agt_one"),
			})
			expectAtDialNexa(t, sim, "")
		})
	}
}
