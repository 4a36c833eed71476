package phonenumber_test

import (
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// fromMap is a number whose platform a map picks, by dynamic blocks: chosen is
// what the map has for it.
func fromMap(chosen string) string {
	return fmt.Sprintf(`
variable "numbers" {
  type = map(object({
    nixflex   = optional(string)
    retell    = optional(string)
    voice_url = optional(string)
  }))
  default = { support = { %s } }
}

resource "telephony_phone_number" "this" {
  for_each     = var.numbers
  phone_number = %q
  voice_url    = each.value.voice_url

  dynamic "nixflex" {
    for_each = each.value.nixflex[*]
    content {
      agent_id = nixflex.value
    }
  }

  dynamic "retell" {
    for_each = each.value.retell[*]
    content {
      inbound_agent_id = retell.value
      termination_uri  = "example.pstn.twilio.com"
    }
  }
}
`, chosen, number)
}

// Terraform validates such a resource once with each.value unknown, when every
// block may be there and every argument may be set.
func TestAccDynamicBlocksPickThePlatform(t *testing.T) {
	t.Parallel()
	for name, chosen := range map[string]string{
		"nixflex": fmt.Sprintf("nixflex = %q", nixflexSupport),
		"retell":  fmt.Sprintf("retell = %q", retellSupport),
		"none":    `voice_url = "https://example.com"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := dynamicWorld(t)
			cli := sim.Terraform(t)
			cli.Configure(everyService(sim) + fromMap(chosen))
			cli.Must(0, "validate", "-no-color")
			cli.Apply()
			if got := onlyNumber(t, cli.State())["platform"]; got != name {
				t.Errorf("the number is on %v", got)
			}
			cli.Must(0, "plan", "-no-color", "-detailed-exitcode")
		})
	}
}

// What the validation could not tell, the plan refuses.
func TestAccDynamicBlocksAreRefusedByThePlan(t *testing.T) {
	t.Parallel()
	const unknownAgents = `
resource "terraform_data" "agent" {}

resource "telephony_phone_number" "this" {
  phone_number = "` + number + `"

  nixflex {
    agent_id = terraform_data.agent.id
  }

  retell {
    termination_uri = terraform_data.agent.id
  }
}
`
	for name, test := range map[string]struct{ config, summary string }{
		"two platforms": {
			fromMap(fmt.Sprintf("nixflex = %q, retell = %q", nixflexSupport, retellSupport)), "More than one platform",
		},
		"two platforms, agents unknown": {unknownAgents, "More than one platform"},
		"wiring beside its owner": {
			fromMap(fmt.Sprintf(`nixflex = %q, voice_url = "https://example.com"`, nixflexSupport)),
			"Wiring belongs to the platform",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := dynamicWorld(t)
			cli := sim.Terraform(t)
			cli.Configure(everyService(sim) + test.config)
			cli.Must(0, "validate", "-no-color")
			diagnostics, plan := cli.Plan()
			if plan != nil {
				t.Error("the plan was not refused")
			}
			expectDiagnostic(t, diagnostics, "error", test.summary, "")
		})
	}
}

func dynamicWorld(t *testing.T) *acctest.Simulation {
	t.Helper()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	sim.Retell().AddAgent(retellSupport)
	return sim
}
