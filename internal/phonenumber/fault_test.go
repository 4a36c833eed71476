package phonenumber_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// attachedLater is what a creation still has to do when the number is bought.
const attachedLater = "nixflex {\nagent_id = \"" + nixflexSupport + "\"\n}\n"

func TestAccCreationThatStopsHalfwayIsNotTaintedAndIsCompleted(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]string{
		"adopted":          `phone_number = "` + number + `"`,
		"bought by number": "phone_number = \"+14155550102\"\npurchase {}\n" + attachedLater,
		"bought by search": "purchase { country = \"US\" }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
			config := everywhere(sim, arguments+"\nrelease_on_destroy = \"release\"\nfriendly_name = \"Support\"")
			// What comes after the number is owned: its own settings go with the purchase.
			sim.Inject(simulator.Fault{Method: "POST", Path: "*IncomingPhoneNumbers/PN*", Status: http.StatusInternalServerError})
			sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: "POST", Status: http.StatusInternalServerError})
			sim.Run(t,
				resource.TestStep{
					Config:             config,
					ExpectNonEmptyPlan: true,
					ConfigStateChecks:  []statecheck.StateCheck{state("status", text("corrupted"))},
					ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(this, plancheck.ResourceActionUpdate), plans("status", text("active")),
					}},
				},
				resource.TestStep{
					PreConfig:         sim.ClearFaults,
					Config:            config,
					ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
					ConfigStateChecks: []statecheck.StateCheck{state("status", text("active"))},
				},
				resource.TestStep{Config: everywhere(sim, arguments)}, // the end is a detach again
			)
			want := []string{number}
			want = append(want, sim.Twilio().Purchases()...)
			expectOwned(t, sim, want...)
			if bought := sim.Twilio().Purchases(); len(bought) > 1 {
				t.Errorf("bought %v for one resource", bought)
			}
		})
	}
}

func TestAccCreationThatNeverCompletedIsNeverReleased(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	config := everywhere(sim, `
		phone_number       = "`+number+`"
		release_on_destroy = "release"
		purchase {}
		`+attachedLater)
	sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: "POST", Status: http.StatusInternalServerError})
	sim.Run(t,
		resource.TestStep{Config: config, ExpectNonEmptyPlan: true},
		resource.TestStep{
			RefreshState: true, ExpectNonEmptyPlan: true,
			Check: resource.ComposeTestCheckFunc(
				resource.TestMatchResourceAttr(this, "destroy_steps.0", regexp.MustCompile("^Do not release "+`\`+number)),
				resource.TestCheckResourceAttr(this, "destroy_irreversible", "false"),
			),
		},
		resource.TestStep{PreConfig: sim.ClearFaults, Config: config, Destroy: true},
	)
	expectOwned(t, sim, number)
}

func TestAccNumberBoughtByAKilledProviderIsClaimedNotBoughtAgain(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	config := hcl(sim, `purchase { country = "US" }`)
	cli := sim.Terraform(t)
	cli.Configure(config)
	// The purchase takes effect, and then everything is cut off: like a kill,
	// nothing reaches state.
	sim.Inject(simulator.Fault{Method: "POST", Path: "IncomingPhoneNumbers.json", Cut: simulator.CutAfter})
	sim.Inject(simulator.Fault{Method: "GET", Path: "IncomingPhoneNumbers.json", Skip: 1, Cut: simulator.CutBefore})
	cli.Must(1, "apply", "-auto-approve")
	bought := sim.Twilio().Purchases()
	if len(bought) != 1 {
		t.Fatalf("the fault let %d purchases through", len(bought))
	}
	sim.ClearFaults()
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	if after := sim.Twilio().Purchases(); len(after) != 1 {
		t.Errorf("bought again: %v", after)
	}
	got := onlyNumber(t, cli.State())
	if got["id"] != bought[0] || got["acquisition"] != "purchased" || got["friendly_name"] != nil {
		t.Errorf("state has %v, %v, %v", got["id"], got["acquisition"], got["friendly_name"])
	}
	cli.Apply("-destroy")
	expectOwned(t, sim, bought[0])
}

// An account whose own automation names new numbers takes the mark off a purchase.
func TestAccBoughtNumberThatTheAccountRenamesIsNamedNotReplaced(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Twilio().SetRules(func(r *simulator.TwilioRules) { r.RenamesBought = "Sales line" })
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, `purchase { country = "US" }`))
	out := cli.Must(1, "apply", "-auto-approve", "-no-color").Stderr
	bought := sim.Twilio().Purchases()
	if len(bought) != 1 {
		t.Fatalf("bought %v", bought)
	}
	for _, want := range []string{bought[0], "Sales line", simulator.DefaultAccountSID, "adopt"} {
		if !strings.Contains(out, want) {
			t.Errorf("the message lacks %q:\n%s", want, out)
		}
	}
	cli.Configure(hcl(sim, fmt.Sprintf("phone_number = %q", bought[0]))) // the way out that the message names
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	cli.Apply("-destroy")
	expectOwned(t, sim, bought[0])
	if again := sim.Twilio().Purchases(); len(again) != 1 {
		t.Errorf("bought again: %v", again)
	}
}

func TestAccReadsThatLagBehindAPurchaseBuyNoSecondNumber(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Twilio().SetRules(func(r *simulator.TwilioRules) { r.ReadsLag = 1 })
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, `purchase { country = "US" }`))
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	bought := sim.Twilio().Purchases()
	if len(bought) != 1 || onlyNumber(t, cli.State())["id"] != bought[0] {
		t.Errorf("bought %v", bought)
	}
	cli.Apply("-destroy")
	expectOwned(t, sim, bought...)
}

func TestAccPurchaseWithALostAnswerIsFoundNotRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"connection cut":     {Cut: simulator.CutAfter},
		"page of HTML":       {Garble: true},
		"truncated":          {Truncate: true},
		"502 after effect":   {Status: http.StatusBadGateway, Body: "<html>", AfterEffect: true},
		"answer of a proxy":  {Status: http.StatusOK, Body: `{}`, AfterEffect: true},
		"redirect elsewhere": {Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://elsewhere.example/"}}, AfterEffect: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			fault.Method, fault.Path = "POST", "IncomingPhoneNumbers.json"
			sim.Inject(fault)
			sim.Run(t, resource.TestStep{
				Config:            hcl(sim, "phone_number = \""+number+"\"\npurchase {}"),
				ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{state("acquisition", text("purchased")), state("status", text("active"))},
			})
			if bought := sim.Twilio().Purchases(); len(bought) != 1 {
				t.Errorf("bought %v", bought)
			}
			expectOwned(t, sim, number)
		})
	}
}

func TestAccRateLimitSlowsAndNeverFails(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.TwilioRules{
		"with Retry-After": {RateLimit: simulator.RateLimit{Serve: 1, Refuse: 9}, RetryAfter: "0"},
		"bare":             {RateLimit: simulator.RateLimit{Serve: 1, Refuse: 9}, BareRateLimit: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithTwilio(rules))
			sim.Run(t, resource.TestStep{
				Config:           hcl(sim, "phone_number = \""+number+"\"\npurchase {}\nvoice_url = \"https://example.com\""),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
			})
			if bought := sim.Twilio().Purchases(); len(bought) != 1 {
				t.Errorf("bought %v", bought)
			}
		})
	}
}

func TestAccOnlyTwiliosOwnWordRemovesANumberFromState(t *testing.T) {
	t.Parallel()
	redirect := http.Header{"Location": {"https://elsewhere.example/"}}
	for name, fault := range map[string]simulator.Fault{
		"credentials refused": {Status: http.StatusUnauthorized, Body: `{"code":20003,"message":"Authenticate","status":401}`},
		"forbidden":           {Status: http.StatusForbidden, Body: `{"code":20003,"message":"Forbidden","status":403}`},
		"404 of a proxy":      {Status: http.StatusNotFound, Body: "<html>not here</html>"},
		"empty 404":           {Status: http.StatusNotFound},
		"404 of other JSON":   {Status: http.StatusNotFound, Body: `{"error":"no route"}`},
		"server error":        {Status: http.StatusInternalServerError, Body: `{"code":20500,"message":"Oops","status":500}`},
		"empty object":        {Status: http.StatusOK, Body: `{}`},
		"empty answer":        {Status: http.StatusOK},
		"redirect":            {Status: http.StatusFound, Header: redirect},
		"truncated":           {Truncate: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			config := hcl(sim, `phone_number = "`+number+`"`)
			sim.Run(t,
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig:   func() { sim.Inject(fault) },
					Config:      config,
					ExpectError: words(`Unable to read phone number \+14155550100`),
				},
				resource.TestStep{
					PreConfig: sim.ClearFaults, Config: config,
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				},
			)
			expectOwned(t, sim, number)
		})
	}
}

func TestAccNumberThatVanishedIsRemovedAndOnlyBoughtAgainWithPermission(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t, simulator.WithTwilio(simulator.TwilioRules{ReleasedCanBeBought: true}))
	owned(sim, simulator.TwilioNumber{})
	cli := sim.Terraform(t)
	cli.Configure(hcl(sim, `phone_number = "`+number+`"`))
	cli.Apply()
	sim.Twilio().RemoveNumber(number)
	diagnostics, plan := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `Phone number \+14155550100 is gone`, `nothing is bought without a purchase block`)
	if actions := plan.ResourceChanges[0].Change.Actions; !actions.Create() {
		t.Errorf("planned %v", actions)
	}
	cli.Must(1, "apply", "-auto-approve")
	expectOwned(t, sim)
	cli.Apply("-destroy") // is not blocked by a number that vanished
}
