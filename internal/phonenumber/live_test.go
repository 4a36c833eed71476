package phonenumber_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
)

// The tests of this file run against the simulator or, with acctest.BudgetEnv set, against the services themselves: they
// know nothing of what an account holds, and one runs after the other.

// localUS is above what a local number of the US costs for a month, in USD.
const localUS = 2.00

func TestAccLiveBuysChangesAndReleases(t *testing.T) {
	t.Parallel()
	provider := acctest.Services(t, localUS)
	config := func(url string) string {
		return provider + fmt.Sprintf(`
resource "telephony_phone_number" "this" {
  purchase {
    country                      = "US"
    exclude_all_address_required = true
  }
  friendly_name      = "%s%s"
  voice_url          = %q
  release_on_destroy = "release"
}
`, acctest.LivePrefix, "acceptance", url)
	}
	attribute := func(name string, want string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(this, tfjsonpath.New(name), knownvalue.StringExact(want))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config("https://example.com/voice"),
				ConfigStateChecks: []statecheck.StateCheck{
					attribute("acquisition", "purchased"), attribute("status", "active"), attribute("voice_url", "https://example.com/voice"),
				},
			},
			{
				Config: config("https://example.com/other"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(this, plancheck.ResourceActionUpdate),
				}},
				ConfigStateChecks: []statecheck.StateCheck{attribute("voice_url", "https://example.com/other")},
			},
			{Config: config("https://example.com/other"), PlanOnly: true},
		},
	})
}

// A number goes onto each platform that there are credentials for, to its first
// agent, and off all of them.
func TestAccLiveMovesAcrossThePlatforms(t *testing.T) {
	t.Parallel()
	provider, platforms := acctest.Services(t, localUS), acctest.LivePlatforms()
	config := func(block string) string {
		return provider + fmt.Sprintf(`
resource "telephony_phone_number" "this" {
  purchase {
    country                      = "US"
    exclude_all_address_required = true
  }
  friendly_name      = "%smoves"
  release_on_destroy = "release"
%s
}
`, acctest.LivePrefix, block)
	}
	var steps []resource.TestStep
	on := func(platform, block string) {
		steps = append(steps, resource.TestStep{
			Config: config(block),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(this, tfjsonpath.New("platform"), knownvalue.StringExact(platform)),
				statecheck.ExpectKnownValue(this, tfjsonpath.New("status"), knownvalue.StringExact("active")),
			},
		}, resource.TestStep{Config: config(block), PlanOnly: true})
	}
	for _, platform := range slices.Sorted(maps.Keys(platforms)) {
		label := ""
		if platform == "resemble" {
			label = `label = "live"`
		}
		on(platform, fmt.Sprintf(`
  %[1]s {
    %[2]s = data.telephony_agents.%[1]s.agents[0].id
    %[3]s
  }
}

data "telephony_agents" %[1]q {
  service = %[1]q
`, platform, platforms[platform], label))
	}
	on("none", "")
	steps = append(steps, resource.TestStep{ResourceName: this, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{
		"acquisition", "destroy_irreversible", "destroy_action", "destroy_steps", "purchase", "release_on_destroy", // an import is detached
	}})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), Steps: steps})
}

func TestAccLiveListsNumbers(t *testing.T) {
	t.Parallel()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: acctest.Services(t, 0) + `
data "telephony_phone_numbers" "all" {
  service = "twilio"
}

output "known" {
  value = data.telephony_phone_numbers.all.phone_numbers != null
}
`,
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("known", knownvalue.Bool(true))},
		}},
	})
}
