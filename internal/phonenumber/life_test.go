package phonenumber_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestAccOwnedNumberIsAdoptedWiredAndDetached(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Run(t, resource.TestStep{
		Config: hcl(sim, `
			phone_number = "`+number+`"
			voice_url    = "https://example.com/voice"`),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
			plans("acquisition", text("adopted")),
			plans("carrier", text("twilio")),
			plans("platform", text("none")),
			plans("destroy_action", text("detach")),
			plans("destroy_irreversible", knownvalue.Bool(false)),
		),
		ConfigStateChecks: []statecheck.StateCheck{
			state("id", text(number)),
			state("account_sid", text(simulator.DefaultAccountSID)),
			state("acquisition", text("adopted")),
			state("status", text("active")),
			state("status_reason", text("")),
			state("voice_method", knownvalue.Null()),
			state("capabilities", knownvalue.ListExact([]knownvalue.Check{text("mms"), text("sms"), text("voice")})),
			state("destroy_steps", knownvalue.ListExact([]knownvalue.Check{text(
				"Clear voice_url of " + number + " at Twilio, if it still has the value that this resource gave it, " +
					"and read the number back; the number stays owned.")})),
		},
		Check: held(t, sim, "voice_url", "https://example.com/voice"),
	})
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
	if bought := sim.Twilio().Purchases(); len(bought) > 0 {
		t.Errorf("an owned number was bought: %v", bought)
	}
}

func TestAccNumberThatIsNotOwnedIsBoughtWithPermission(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Run(t, resource.TestStep{
		Config: hcl(sim, `
			phone_number       = "`+number+`"
			release_on_destroy = "release"
			sms_url            = "https://example.com/sms"
			purchase {}`),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
			plans("acquisition", text("purchased")),
			plans("destroy_action", text("release")),
			plans("destroy_irreversible", knownvalue.Bool(true)),
		),
		ConfigStateChecks: []statecheck.StateCheck{
			state("acquisition", text("purchased")),
			state("status", text("active")),
		},
		Check: held(t, sim, "sms_url", "https://example.com/sms"),
	})
	expectOwned(t, sim)
	if released := sim.Twilio().Released(); len(released) != 1 || released[0] != number {
		t.Errorf("released: %v, want %s", released, number)
	}
}

func TestAccNumberThatIsNotOwnedIsNeverBoughtWithoutPermission(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Run(t, resource.TestStep{
		Config:      hcl(sim, `phone_number = "`+number+`"`),
		ExpectError: regexp.MustCompile(`(?s)Unable to create phone number \+14155550100.*purchase\s+\{}.*Nothing\s+was\s+bought`),
	})
	expectOwned(t, sim)
	expectWrites(t, sim)
}

func TestAccSearchBuysTheFirstNumberThatIsStillOnSale(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Twilio().AddAvailable(
		simulator.TwilioAvailable{PhoneNumber: "+14155550111"}, simulator.TwilioAvailable{PhoneNumber: "+14155550112"})
	sim.Before("POST", "IncomingPhoneNumbers.json", func() { sim.Twilio().TakeNumber("+14155550111") })
	sim.Run(t, resource.TestStep{
		Config: hcl(sim, `
			purchase {
				country      = "US"
				area_code    = "415"
				capabilities = ["voice", "sms"]
			}`),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate, plans("acquisition", text("purchased"))),
		ConfigStateChecks: []statecheck.StateCheck{
			state("phone_number", text("+14155550112")),
			state("friendly_name", knownvalue.Null()),
			state("status", text("active")),
		},
	})
	expectOwned(t, sim, "+14155550112")
	expectUnwired(t, sim, "+14155550112")
	if name := atTwilio(t, sim, "+14155550112")["friendly_name"]; name != "+14155550112" {
		t.Errorf("the marker of the purchase is not gone: %v", name)
	}
}

func TestAccParallelSearchesNeverBuyTheSameNumberTwice(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Run(t, resource.TestStep{
		Config: sim.Provider() + `
			resource "telephony_phone_number" "many" {
				count = 5
				purchase {
					country = "US"
				}
			}`,
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
	})
	if bought := sim.Twilio().Purchases(); len(bought) != 5 || len(sim.Twilio().Numbers()) != 5 {
		t.Errorf("bought %v, owned %d, want 5 numbers", bought, len(sim.Twilio().Numbers()))
	}
}

func TestAccTwoResourcesForOneNumberAreAConflict(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Run(t, resource.TestStep{
		Config: sim.Provider() + `
			resource "telephony_phone_number" "two" {
				count        = 2
				phone_number = "` + number + `"
			}`,
		ExpectError: regexp.MustCompile(`already\s+managed\s+by\s+another`),
	})
	expectOwned(t, sim, number)
}

func TestAccDriftOfTheWiringIsFoundAndRepaired(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	config := hcl(sim, `
		phone_number = "`+number+`"
		voice_url    = "https://example.com/voice"`)
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = "https://other.example/voice" })
			},
			Config:           config,
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check:            held(t, sim, "voice_url", "https://example.com/voice"),
		},
	)
}

func TestAccOtherSpellingOfTheNumberChangesNothing(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Run(t,
		resource.TestStep{Config: hcl(sim, `phone_number = "`+number+`"`)},
		resource.TestStep{
			Config:           hcl(sim, `phone_number = "+1 (415) 555-0100"`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	)
	expectOwned(t, sim, number)
}

func TestAccSpellingOfTheFirstApplyStaysInState(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Run(t, resource.TestStep{
		Config:            hcl(sim, `phone_number = "+1 (415) 555-0100"`),
		ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
		ConfigStateChecks: []statecheck.StateCheck{state("phone_number", text("+1 (415) 555-0100")), state("id", text(number))},
	})
}

func TestAccAnotherNumberReplacesTheResource(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	owned(sim, simulator.TwilioNumber{PhoneNumber: "+14155550101"})
	sim.Run(t,
		resource.TestStep{Config: hcl(sim, `
			phone_number = "`+number+`"
			voice_url    = "https://example.com/voice"`)},
		resource.TestStep{
			Config: hcl(sim, `
				phone_number = "+14155550101"
				voice_url    = "https://example.com/voice"`),
			ConfigPlanChecks:  planned(plancheck.ResourceActionDestroyBeforeCreate),
			ConfigStateChecks: []statecheck.StateCheck{state("id", text("+14155550101"))},
		},
	)
	expectOwned(t, sim, number, "+14155550101")
	expectUnwired(t, sim, number)
}

func TestAccChangesThatAreNotTwiliosMakeNoCall(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sim.Run(t,
		resource.TestStep{Config: hcl(sim, `phone_number = "`+number+`"`)},
		resource.TestStep{
			PreConfig: sim.ResetRequests,
			Config: hcl(sim, `
				phone_number                 = "`+number+`"
				release_on_destroy           = "release"
				deregister_emergency_address = true
				purchase { country = "US" }
				timeouts { delete = "1m" }`),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("destroy_irreversible", knownvalue.Bool(true))),
		},
		resource.TestStep{
			Config:            hcl(sim, `phone_number = "`+number+`"`),
			ConfigStateChecks: []statecheck.StateCheck{state("destroy_action", text("detach"))},
		},
	)
	expectWrites(t, sim)
	expectOwned(t, sim, number)
}

func TestAccBoolLiteralsMeanReleaseAndDetach(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	step := func(literal, action string) resource.TestStep {
		return resource.TestStep{
			Config: hcl(sim, fmt.Sprintf("phone_number = %q\nrelease_on_destroy = %s", number, literal)),
			ConfigStateChecks: []statecheck.StateCheck{
				state("release_on_destroy", text(literal)), state("destroy_action", text(action)),
			},
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
		}
	}
	sim.Run(t, step("false", "detach"), step("true", "release"), step("false", "detach"))
	expectOwned(t, sim, number)
}

func TestAccUnknownValuesArePlanned(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	config := func(generation string) string {
		return sim.Provider() + fmt.Sprintf(`
			resource "terraform_data" "other" {
				input = {
					number = %q, url = "https://example.com/%s", end = "detach", allowed = true, country = "US"
				}
				triggers_replace = %q
			}
			resource "telephony_phone_number" "this" {
				phone_number                 = terraform_data.other.output.number
				release_on_destroy           = terraform_data.other.output.end
				deregister_emergency_address = terraform_data.other.output.allowed
				friendly_name                = terraform_data.other.output.number
				voice_url                    = terraform_data.other.output.url
				voice_fallback_url           = terraform_data.other.output.url
				voice_caller_id_lookup       = terraform_data.other.output.allowed
				purchase {
					country = terraform_data.other.output.country
				}
			}`, number, generation, generation)
	}
	sim.Run(t,
		resource.TestStep{
			Config: config("first"),
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
				plancheck.ExpectUnknownValue(this, path("acquisition")), plancheck.ExpectUnknownValue(this, path("destroy_action"))),
			Check: held(t, sim, "voice_url", "https://example.com/first"),
		},
		resource.TestStep{
			Config: config("second"),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate,
				plancheck.ExpectUnknownValue(this, path("destroy_steps"))),
			Check: held(t, sim, "voice_url", "https://example.com/second"),
		},
	)
	expectOwned(t, sim, number)
}

func TestAccNumberMovesToAnotherAccountInPlace(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.TwilioRules{
		"keeping its SID": {},
		"with a new SID":  {TransferChangesSID: true, TransferClearsURLs: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithTwilio(rules))
			owned(sim, simulator.TwilioNumber{})
			sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
			in := func(account string) string {
				return hcl(sim, fmt.Sprintf(`
					phone_number = %q
					voice_url    = "https://example.com/voice"
					%s`, number, account))
			}
			there := fmt.Sprintf("account_sid = %q", sub)
			sim.Run(t,
				resource.TestStep{Config: in("")},
				resource.TestStep{
					Config:            in(there),
					ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
					ConfigStateChecks: []statecheck.StateCheck{state("account_sid", text(sub))},
					Check: resource.ComposeTestCheckFunc(
						held(t, sim, "account_sid", sub), held(t, sim, "voice_url", "https://example.com/voice")),
				},
				resource.TestStep{
					Config:            in(fmt.Sprintf("account_sid = %q", simulator.DefaultAccountSID)),
					ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
					ConfigStateChecks: []statecheck.StateCheck{state("account_sid", text(simulator.DefaultAccountSID))},
				},
			)
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
		})
	}
}

func TestAccCreationNeverTransfersANumber(t *testing.T) {
	t.Parallel()
	for name, purchase := range map[string]string{"adoption": "", "purchase": "purchase {}"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
			owned(sim, simulator.TwilioNumber{AccountSID: sub})
			sim.Run(t, resource.TestStep{
				Config:      hcl(sim, fmt.Sprintf("phone_number = %q\n%s", number, purchase)),
				ExpectError: regexp.MustCompile(sub),
			})
			expectOwned(t, sim, number)
			if held := atTwilio(t, sim, number)["account_sid"]; held != sub {
				t.Errorf("the number is in account %v now", held)
			}
		})
	}
}
