package phonenumber_test

import (
	"fmt"
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

func TestAccLiveListsNumbers(t *testing.T) {
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
