package phonenumber_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Two agents of the workspace and the number as Synthflow's paths call it.
const (
	synthflowOne  = "00000000-0000-4000-8000-000000000001"
	synthflowTwo  = "00000000-0000-4000-8000-000000000002"
	synthflowPath = "/numbers/14155550100"
)

// onSynthflow is the configuration of the number with these arguments and this
// block, and access to Twilio and Synthflow.
func onSynthflow(sim *acctest.Simulation, arguments, block string) string {
	provider := strings.Replace(sim.Provider(), "twilio {", fmt.Sprintf(`synthflow {
    api_key      = %q
    workspace_id = %q
    base_url     = "%s/synthflow"
  }
  twilio {`, simulator.DefaultSynthflowAPIKey, simulator.DefaultSynthflowWorkspaceID, sim.URL), 1)
	return provider + fmt.Sprintf(`
resource "telephony_phone_number" "this" {
	phone_number = %q
	%s
	synthflow {
		%s
	}
}
`, number, arguments, block)
}

// A number of Twilio's, of another carrier, and one that was bought.
const (
	fromTwilio    = "provider_name = \"twilio\"\ntermination_uri = \"example.pstn.twilio.com\"\n"
	fromElsewhere = "termination_uri = \"sip.carrier.example\"\n"
	fromDashboard = ""

	agentOne = "agent_id = \"" + synthflowOne + "\"\n"
	agentTwo = "agent_id = \"" + synthflowTwo + "\"\n"
)

// startSynthflow starts a simulation with two agents; inbound ones, unless said.
func startSynthflow(t *testing.T, rules simulator.SynthflowRules, types ...string) *acctest.Simulation {
	t.Helper()
	sim := acctest.Start(t, simulator.WithSynthflow(rules))
	for i, id := range []string{synthflowOne, synthflowTwo} {
		agent := simulator.SynthflowAgent{ID: id}
		if i < len(types) {
			agent.Type = types[i]
		}
		sim.Synthflow().AddAgent(agent)
	}
	return sim
}

// boughtInDashboard seeds a number that was bought at Synthflow and linked to
// the agents.
func boughtInDashboard(sim *acctest.Simulation, agents ...string) {
	sim.Synthflow().AddNumber(simulator.SynthflowNumber{
		PhoneNumber: number, Bought: true, SID: "PN_of_synthflow", SMSCapable: true,
	})
	linkedAtSynthflow(sim, agents...)
}

// linkedAtSynthflow links the number to these agents and to no other, behind
// our back.
func linkedAtSynthflow(sim *acctest.Simulation, agents ...string) {
	for _, id := range []string{synthflowOne, synthflowTwo} {
		sim.Synthflow().UpdateAgent(id, func(a *simulator.SynthflowAgent) {
			a.Numbers = nil
			if slices.Contains(agents, id) {
				a.Numbers = []string{number}
			}
		})
	}
}

// agentsAtSynthflow are the agents that have the number.
func agentsAtSynthflow(sim *acctest.Simulation) []string {
	agents := []string{}
	for _, id := range []string{synthflowOne, synthflowTwo} {
		if a, _ := sim.Synthflow().Agent(id); slices.Contains(a.Numbers, number) {
			agents = append(agents, id)
		}
	}
	return agents
}

func hasAgents(sim *acctest.Simulation, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if got := agentsAtSynthflow(sim); !slices.Equal(got, want) {
			return fmt.Errorf("the number is on agents %v, want %v", got, want)
		}
		return nil
	}
}

// synthflowLeft is what is left at Synthflow in the end, in words.
func synthflowLeft(sim *acctest.Simulation) string {
	left := "no record"
	if _, held := sim.Synthflow().Number(number); held {
		left = fmt.Sprintf("record on %d agents", len(agentsAtSynthflow(sim)))
	}
	if len(sim.Synthflow().CancelledSubscriptions()) > 0 {
		left += ", subscription cancelled"
	}
	return left
}

func synthflowBlock(name string) tfjsonpath.Path { return path("synthflow").AtMapKey(name) }

func plansBlock(name string, value knownvalue.Check) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(this, synthflowBlock(name), value)
}

func reports(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(this, synthflowBlock(name), value)
}

// writesAtAll are the requests so far that may have changed something, by
// service.
func writesAtAll(sim *acctest.Simulation) []string {
	lines := []string{}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet {
			lines = append(lines, fmt.Sprintf("%s: %s %s", r.Service, r.Method, r.Path))
		}
	}
	return lines
}

func TestAccSynthflowImportsANumberOfTwilio(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.SynthflowRules{
		"documented":          {},
		"404":                 {UnknownIs404: true},
		"errors as detail":    {Errors: simulator.SynthflowErrorsDetail},
		"errors of a gateway": {Errors: simulator.SynthflowErrorsGateway, UnknownIs404: true},
		"slow import":         {SlowImport: 5},
		"older import":        {OlderImport: true},
		"import replaces":     {ImportReplaces: true},
		"short pages":         {MaxLimit: 1},
		"rate limit":          {RateLimit: simulator.RateLimit{Serve: 1, Refuse: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, rules)
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: "+14155550198"})
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: "+14155550199"})
			owned(sim, simulator.TwilioNumber{})
			sim.Run(t, resource.TestStep{
				Config: onSynthflow(sim, `friendly_name = "Support"`, fromTwilio+agentOne),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
					plans("acquisition", text("adopted")), plans("carrier", text("twilio")), plans("platform", text("synthflow")),
					plans("destroy_irreversible", knownvalue.Bool(false)),
					plansBlock("bought_at_synthflow", knownvalue.Bool(false)),
					plansBlock("workspace_id", text(simulator.DefaultSynthflowWorkspaceID)),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					state("status", text("active")), state("account_sid", text(simulator.DefaultAccountSID)),
					reports("slug", text("14155550100")), reports("agent_id", text(synthflowOne)),
				},
				Check: resource.ComposeTestCheckFunc(hasAgents(sim, synthflowOne), held(t, sim, "friendly_name", "Support")),
			})
			expectOwned(t, sim, number)
			if got := synthflowLeft(sim); got != "no record" {
				t.Errorf("left at Synthflow: %s", got)
			}
		})
	}
}

func TestAccSynthflowImportsANumberOfAnotherCarrier(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	sim.Run(t, resource.TestStep{
		Config: onSynthflow(sim, "", fromElsewhere+agentOne),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
			plans("acquisition", text("adopted")), plans("carrier", text("external")),
			plans("account_sid", knownvalue.Null()), plans("destroy_irreversible", knownvalue.Bool(false))),
		ConfigStateChecks: []statecheck.StateCheck{
			state("status", text("active")), state("sid", text("")), state("capabilities", knownvalue.ListSizeExact(0)),
			reports("bought_at_synthflow", knownvalue.Bool(false)), reports("provider_name", knownvalue.Null()),
		},
		Check: hasAgents(sim, synthflowOne),
	})
	if got := synthflowLeft(sim); got != "no record" {
		t.Errorf("left at Synthflow: %s", got)
	}
}

func TestAccSynthflowAdoptsANumberThatWasBoughtThere(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{}, simulator.SynthflowOutbound, simulator.SynthflowOutbound)
	boughtInDashboard(sim, synthflowTwo)
	sim.Run(t, resource.TestStep{
		Config: onSynthflow(sim, "", fromDashboard+agentOne),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
			plans("acquisition", text("adopted")), plans("carrier", text("synthflow")),
			plans("destroy_irreversible", knownvalue.Bool(false)),
			plansBlock("bought_at_synthflow", knownvalue.Bool(true))),
		ConfigStateChecks: []statecheck.StateCheck{
			state("sid", text("PN_of_synthflow")), state("account_sid", knownvalue.Null()),
			state("capabilities", knownvalue.ListExact([]knownvalue.Check{text("sms"), text("voice")})),
		},
		Check: hasAgents(sim, synthflowOne, synthflowTwo), // another agent stays
	})
	if got := synthflowLeft(sim); got != "record on 0 agents" {
		t.Errorf("left at Synthflow: %s", got)
	}
}

func TestAccSynthflowReleaseByAnotherCarrierIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	cli := sim.Terraform(t)
	releasing := onSynthflow(sim, `release_on_destroy = "release"`, fromElsewhere)
	cli.Configure(releasing)
	diagnostics, plan := cli.Plan()
	const says = `\+\d+ is carried by .*cannot talk to.*detach`
	expectDiagnostic(t, diagnostics, "error", `Release of .* is impossible`, says)
	if plan != nil {
		t.Error("the plan of the creation was not refused")
	}
	cli.Configure(onSynthflow(sim, "", fromElsewhere))
	cli.Apply()
	cli.Configure(releasing)
	diagnostics, plan = cli.Plan()
	expectDiagnostic(t, diagnostics, "error", `Release of .* is impossible`, says)
	if plan != nil {
		t.Error("the plan of the change was not refused")
	}
	cli.Configure(onSynthflow(sim, "", fromElsewhere))
	cli.Apply("-destroy")
}

func TestAccSynthflowPreventedReleaseOfABoughtNumber(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	boughtInDashboard(sim, synthflowOne)
	cli := sim.Terraform(t)
	config := onSynthflow(sim, `release_on_destroy = "release"`, agentOne)
	cli.Configure(config)
	cli.Apply()
	cli.Configure(strings.Replace(config, `provider "telephony" {`, "provider \"telephony\" {\nprevent_release = true\n", 1))
	diagnostics, _ := cli.Plan("-destroy")
	expectDiagnostic(t, diagnostics, "error", `Release of \+14155550100 is prevented`, ``)
	if got := synthflowLeft(sim); got != "record on 1 agents" {
		t.Errorf("left at Synthflow: %s", got)
	}
}

func TestAccSynthflowAgentChangesInPlace(t *testing.T) {
	t.Parallel()
	for _, agents := range []string{simulator.SynthflowInbound, simulator.SynthflowOutbound} {
		for _, moves := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, moves %t", agents, moves), func(t *testing.T) {
				t.Parallel()
				sim := startSynthflow(t, simulator.SynthflowRules{InboundNumberMoves: moves}, agents, agents)
				config := func(agent string) string { return onSynthflow(sim, "", fromElsewhere+agent) }
				changed := planned(plancheck.ResourceActionUpdate)
				sim.Run(t,
					resource.TestStep{Config: config(agentOne), Check: hasAgents(sim, synthflowOne)},
					resource.TestStep{Config: config(agentTwo), ConfigPlanChecks: changed, Check: hasAgents(sim, synthflowTwo)},
					resource.TestStep{Config: config(""), ConfigPlanChecks: changed, Check: hasAgents(sim)},
					resource.TestStep{Config: config(agentOne), ConfigPlanChecks: changed, Check: hasAgents(sim, synthflowOne)},
				)
			})
		}
	}
}

func TestAccSynthflowAgentChangedBehindOurBackIsPutBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		types   [2]string
		now     []string
		shown   string // in state, before the apply puts it back
		becomes []string
	}{
		"another inbound agent": {
			now: []string{synthflowTwo}, shown: synthflowTwo, becomes: []string{synthflowOne},
		},
		"an outbound agent beside it": { // which can stay
			types: [2]string{simulator.SynthflowInbound, simulator.SynthflowOutbound},
			now:   []string{synthflowTwo}, shown: synthflowTwo, becomes: []string{synthflowOne, synthflowTwo},
		},
		"none": {becomes: []string{synthflowOne}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{}, test.types[:]...)
			boughtInDashboard(sim)
			config := onSynthflow(sim, "", agentOne)
			sim.Run(t,
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig:    func() { linkedAtSynthflow(sim, test.now...) },
					RefreshState: true,
					Check: func(s *terraform.State) error {
						if got := s.RootModule().Resources[this].Primary.Attributes["synthflow.agent_id"]; got != test.shown {
							return fmt.Errorf("state shows agent %q, want %q", got, test.shown)
						}
						return nil
					},
					RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(this, plancheck.ResourceActionUpdate),
					}},
					ExpectNonEmptyPlan: true,
				},
				resource.TestStep{
					Config:           config,
					ConfigPlanChecks: planned(plancheck.ResourceActionUpdate), Check: hasAgents(sim, test.becomes...),
				},
			)
		})
	}
}

func TestAccSynthflowOtherAgentsAreNoDrift(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{}, simulator.SynthflowOutbound, simulator.SynthflowOutbound)
	boughtInDashboard(sim, synthflowTwo)
	for _, agent := range []string{"", agentOne} {
		sim.Run(t, resource.TestStep{
			Config:           onSynthflow(sim, "", agent),
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
			Check: func(*terraform.State) error {
				if !slices.Contains(agentsAtSynthflow(sim), synthflowTwo) {
					return fmt.Errorf("agent two was taken off")
				}
				return nil
			},
		})
		linkedAtSynthflow(sim, synthflowTwo)
	}
}

func TestAccSynthflowTrunkChangesInPlace(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.SynthflowRules{
		"documented": {}, "gateway": {Errors: simulator.SynthflowErrorsGateway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, rules)
			atSynthflow := func(want simulator.SynthflowNumber) resource.TestCheckFunc {
				return func(*terraform.State) error {
					got, _ := sim.Synthflow().Number(number)
					is := [...]any{
						got.TerminationURI, got.OutboundProxy, got.AuthUsername, got.TrunkUsername, got.TrunkPassword, got.UACEnabled,
						got.UACRegisterExpires, got.ProviderName,
					}
					if should := [...]any{
						want.TerminationURI, want.OutboundProxy, want.AuthUsername, want.TrunkUsername, want.TrunkPassword, want.UACEnabled,
						want.UACRegisterExpires, want.ProviderName,
					}; is != should {
						return fmt.Errorf("at Synthflow: %v, want %v", is, should)
					}
					return nil
				}
			}
			sim.Run(t,
				resource.TestStep{
					Config: onSynthflow(sim, "", fromElsewhere),
					Check: atSynthflow(simulator.SynthflowNumber{
						TerminationURI: "sip.carrier.example", UACRegisterExpires: 300, ProviderName: "custom",
					}),
				},
				resource.TestStep{
					Config: onSynthflow(sim, "", `
						provider_name        = "telnyx"
						termination_uri      = "sip.telnyx.example"
						sip_outbound_proxy   = "proxy.telnyx.example"
						sip_auth_username    = "caller"
						uac_enabled          = true
						uac_register_expires = 600
						trunk_username       = "trunk"
						trunk_pwd_wo         = "first"
						trunk_pwd_wo_version = 1`),
					ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
					Check: atSynthflow(simulator.SynthflowNumber{
						TerminationURI: "sip.telnyx.example", OutboundProxy: "proxy.telnyx.example", AuthUsername: "caller",
						TrunkUsername: "trunk", TrunkPassword: "first", UACEnabled: true, UACRegisterExpires: 600, ProviderName: "telnyx",
					}),
				},
				resource.TestStep{
					Config: onSynthflow(sim, "", `
						provider_name        = "telnyx"
						uac_enabled          = true
						trunk_username       = "trunk"
						trunk_pwd_wo         = "second"
						trunk_pwd_wo_version = 2`),
					ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
					Check: atSynthflow(simulator.SynthflowNumber{
						TerminationURI: "sip.telnyx.example", OutboundProxy: "proxy.telnyx.example",
						TrunkUsername: "trunk", TrunkPassword: "second", UACEnabled: true, UACRegisterExpires: 600, ProviderName: "telnyx",
					}),
				},
				resource.TestStep{
					Config:           onSynthflow(sim, "", ""),
					ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
					Check: atSynthflow(simulator.SynthflowNumber{
						TerminationURI: "sip.telnyx.example", OutboundProxy: "proxy.telnyx.example",
						UACRegisterExpires: 600, ProviderName: "custom",
					}),
				},
			)
		})
	}
}

func TestAccSynthflowPasswordIsNowhere(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	cli := sim.Terraform(t)
	cli.Configure(onSynthflow(sim, "", fromElsewhere+`
		uac_enabled    = true
		trunk_username = "trunk"
		trunk_pwd_wo   = "hunter2"`))
	sim.Inject(simulator.Fault{
		Service: simulator.Synthflow, Method: http.MethodPost, Status: http.StatusInternalServerError, Times: 1,
	})
	cli.Apply() // stops half-way
	cli.Apply()
	if n, _ := sim.Synthflow().Number(number); n.TrunkPassword != "hunter2" {
		t.Errorf("the password at Synthflow is %q", n.TrunkPassword)
	}
	if state := cli.Must(0, "state", "pull").Stdout; strings.Contains(state, "hunter2") {
		t.Error("the password is in state")
	}
	cli.Apply("-destroy")
}

func TestAccSynthflowBlockGoesAndTheNumberStays(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	owned(sim, simulator.TwilioNumber{})
	alone := strings.Split(onSynthflow(sim, "", ""), "resource ")[0] +
		"resource \"telephony_phone_number\" \"this\" {\nphone_number = \"" + number + "\"\n}\n"
	sim.Run(t,
		resource.TestStep{Config: alone},
		resource.TestStep{
			Config: onSynthflow(sim, "", fromTwilio+agentOne),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("platform", text("synthflow")),
				plans("carrier", text("twilio"))),
			Check: hasAgents(sim, synthflowOne),
		},
		resource.TestStep{
			Config:           alone,
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("platform", text("none"))),
			Check: func(*terraform.State) error {
				if got := synthflowLeft(sim); got != "no record" {
					return fmt.Errorf("left at Synthflow: %s", got)
				}
				return nil
			},
		},
	)
	expectOwned(t, sim, number)
}

func TestAccSynthflowCarriedNumberCannotLeave(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{"bought": fromDashboard, "of another carrier": fromElsewhere} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			if block == fromDashboard {
				boughtInDashboard(sim)
			}
			config := onSynthflow(sim, "", block+agentOne)
			sim.Run(t,
				resource.TestStep{Config: config},
				resource.TestStep{
					Config: strings.Split(config, "resource ")[0] +
						"resource \"telephony_phone_number\" \"this\" {\nphone_number = \"" + number + "\"\n}\n",
					ExpectError: words(`Phone number \+14155550100 cannot leave.*remove the resource`),
				},
				resource.TestStep{
					Config: config,
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
				},
			)
		})
	}
}

func TestAccSynthflowImportThenPlanShowsNoChanges(t *testing.T) {
	t.Parallel()
	const id = "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/14155550100"
	t.Run("written", func(t *testing.T) {
		t.Parallel()
		sim := startSynthflow(t, simulator.SynthflowRules{})
		boughtInDashboard(sim, synthflowOne)
		cli := sim.Terraform(t)
		cli.Configure(onSynthflow(sim, "", agentOne))
		cli.Must(0, "import", "-no-color", this, id)
		cli.Must(0, "plan", "-detailed-exitcode")
		if got := onlyNumber(t, cli.State()); got["carrier"] != "synthflow" || got["destroy_irreversible"] != false {
			t.Errorf("state is %v", got)
		}
		if writes := writesAtAll(sim); len(writes) > 0 {
			t.Errorf("requests that change something: %v", writes)
		}
	})
	t.Run("generated", func(t *testing.T) {
		t.Parallel()
		sim := startSynthflow(t, simulator.SynthflowRules{})
		boughtInDashboard(sim, synthflowOne)
		cli := sim.Terraform(t)
		cli.Configure(strings.Split(onSynthflow(sim, "", ""), "resource ")[0] + `
			import {
				to = telephony_phone_number.this
				id = "` + id + `"
			}`)
		cli.Must(0, "plan", "-generate-config-out=generated.tf")
		cli.Apply()
		cli.Must(0, "plan", "-detailed-exitcode")
		if writes := writesAtAll(sim); len(writes) > 0 {
			t.Errorf("requests that change something: %v", writes)
		}
	})
	t.Run("imported there before", func(t *testing.T) { // nobody can tell, so it counts as bought
		t.Parallel()
		sim := startSynthflow(t, simulator.SynthflowRules{})
		sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: number, TerminationURI: "sip.carrier.example"})
		cli := sim.Terraform(t)
		cli.Configure(onSynthflow(sim, "", ""))
		cli.Must(0, "import", "-no-color", this, id)
		cli.Must(0, "plan", "-detailed-exitcode")
		cli.Apply("-destroy")
		if got := synthflowLeft(sim); got != "record on 0 agents" {
			t.Errorf("left at Synthflow: %s", got)
		}
	})
	for name, wrong := range map[string]string{
		"no workspace":  "synthflow/14155550100",
		"a plus":        "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/+14155550100",
		"another key's": "synthflow/1700000000000x1/14155550100",
		"not there":     "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/14155550177",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			cli := sim.Terraform(t)
			cli.Configure(onSynthflow(sim, "", ""))
			said := cli.Must(1, "import", "-no-color", this, wrong)
			if !words(`Import IDs look like.*synthflow/1710|Unable to import|workspace_id`).MatchString(said.Stderr) {
				t.Errorf("the error is %s", said.Stderr)
			}
		})
	}
}

func TestAccSynthflowTakesOverARecordThatTheUserCallsImported(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	owned(sim, simulator.TwilioNumber{})
	sim.Synthflow().AddNumber(simulator.SynthflowNumber{
		PhoneNumber: number, TerminationURI: "old.example", ProviderName: "twilio",
	})
	sim.Run(t, resource.TestStep{
		Config:           onSynthflow(sim, "", fromTwilio+agentOne+"bought_at_synthflow = false"),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate, plans("carrier", text("twilio"))),
		Check: func(*terraform.State) error {
			if n, _ := sim.Synthflow().Number(number); n.TerminationURI != "example.pstn.twilio.com" {
				return fmt.Errorf("the trunk is %s", n.TerminationURI)
			}
			return nil
		},
	})
	expectOwned(t, sim, number)
	if got := synthflowLeft(sim); got != "no record" {
		t.Errorf("left at Synthflow: %s", got)
	}
}

// What was believed of a number that was imported into Terraform is corrected
// in place.
func TestAccSynthflowUserSaysThatANumberWasNotBought(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{"twilio": fromTwilio, "external": fromElsewhere} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			owned(sim, simulator.TwilioNumber{})
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{
				PhoneNumber: number, TerminationURI: "old.example", ProviderName: name,
			})
			cli := sim.Terraform(t)
			cli.Configure(onSynthflow(sim, "", block+"bought_at_synthflow = false"))
			cli.Must(0, "import", "-no-color", this, "synthflow/"+simulator.DefaultSynthflowWorkspaceID+"/14155550100")
			if got := onlyNumber(t, cli.State())["carrier"]; got != "synthflow" {
				t.Errorf("in doubt, it is carried by %v", got)
			}
			cli.Apply()
			cli.Must(0, "plan", "-detailed-exitcode")
			if got := onlyNumber(t, cli.State())["carrier"]; got != name {
				t.Errorf("it is carried by %v", got)
			}
			cli.Apply("-destroy")
			if got := synthflowLeft(sim); got != "no record" {
				t.Errorf("left at Synthflow: %s", got)
			}
			expectOwned(t, sim, number)
		})
	}
}

func TestAccSynthflowNumberThatWasNeverBoughtThere(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{"": "", "with permission to buy": "purchase {}"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			sim.Run(t, resource.TestStep{
				Config:      onSynthflow(sim, more, "bought_at_synthflow = true"),
				ExpectError: words(`Unable to create phone number \+14155550100.*only in its dashboard`),
			})
			if writes := writesAtAll(sim); len(writes) > 0 {
				t.Errorf("requests that change something: %v", writes)
			}
		})
	}
}

func TestAccSynthflowNumberIsBoughtAtTwilioAndImported(t *testing.T) {
	t.Parallel()
	for name, purchase := range map[string]string{"by number": "purchase {}", "by search": "purchase {\ncountry = \"US\"\n}"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			config := onSynthflow(sim, purchase+"\nrelease_on_destroy = \"release\"", fromTwilio+agentOne)
			if name == "by search" {
				sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
				config = strings.Replace(config, "phone_number = \""+number+"\"", "", 1)
			}
			sim.Run(t, resource.TestStep{
				Config: config,
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate, plans("acquisition", text("purchased")),
					plans("carrier", text("twilio")), plans("destroy_irreversible", knownvalue.Bool(true))),
				Check: hasAgents(sim, synthflowOne),
			})
			expectOwned(t, sim)
			if got := synthflowLeft(sim); got != "no record" {
				t.Errorf("left at Synthflow: %s", got)
			}
		})
	}
}

func TestAccSynthflowWhatIsWrongIsSaidBeforeAnythingIsBought(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rules simulator.SynthflowRules
		block string
		key   string
		says  string
	}{
		"wrong agent": {block: fromTwilio + "agent_id = \"no-such-agent\"", says: `agent no-such-agent is not there`},
		"wrong agent, 404": {
			rules: simulator.SynthflowRules{UnknownIs404: true}, block: fromTwilio + "agent_id = \"no-such-agent\"",
			says: `agent no-such-agent is not there`,
		},
		"no domain":       {block: `provider_name = "twilio"`, says: `set termination_uri`},
		"no registration": {block: fromTwilio + `uac_enabled = true`, says: `trunk_username and trunk_pwd_wo`},
		"wrong workspace": {block: fromTwilio + `workspace_id = "another"`, says: `workspace_id`},
		"another key's": {
			rules: simulator.SynthflowRules{ForeignWorkspaceIs403: true},
			block: fromTwilio + `workspace_id = "another"`, says: `workspace_id`,
		},
		"wrong credential": {block: fromTwilio, key: "wrong", says: `401.*api_key`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, test.rules)
			config := onSynthflow(sim, "purchase {}", test.block)
			if test.key != "" {
				config = strings.Replace(config, simulator.DefaultSynthflowAPIKey, test.key, 1)
			}
			sim.Run(t, resource.TestStep{Config: config, ExpectError: words(`(?i)` + test.says)})
			if writes := writesAtAll(sim); len(writes) > 0 {
				t.Errorf("requests that change something: %v", writes)
			}
		})
	}
}

func TestAccSynthflowNeedsAWorkspace(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	config := strings.Replace(onSynthflow(sim, "", fromElsewhere), "workspace_id =", "#", 1)
	sim.Run(t, resource.TestStep{
		Config:      config,
		ExpectError: words(`set workspace_id in the synthflow block.*SYNTHFLOW_WORKSPACE_ID`),
	})
}

func TestAccSynthflowImportThatIsNotEnabled(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	sim.Synthflow().AddWorkspace(simulator.SynthflowWorkspace{
		ID: simulator.DefaultSynthflowWorkspaceID, APIKey: simulator.DefaultSynthflowAPIKey, ImportsRefused: []string{"*"},
	})
	cli := sim.Terraform(t)
	cli.Configure(onSynthflow(sim, "", fromElsewhere))
	said := cli.Apply()
	if !words(`403.*provider "custom" is not enabled`).MatchString(said.Stdout) {
		t.Errorf("the warning is %s", said.Stdout)
	}
	if status := onlyNumber(t, cli.State())["status"]; status != "corrupted" {
		t.Errorf("status is %v", status)
	}
	cli.Apply("-destroy")
}

func TestAccSynthflowFailedDestroyIsFinishedByASecondOrRepaired(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{"imported": fromTwilio, "bought": fromDashboard} {
		for _, repair := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, repair %t", name, repair), func(t *testing.T) {
				t.Parallel()
				sim := startSynthflow(t, simulator.SynthflowRules{})
				owned(sim, simulator.TwilioNumber{})
				if block == fromDashboard {
					boughtInDashboard(sim)
				}
				cli := sim.Terraform(t)
				cli.Configure(onSynthflow(sim, "", block+agentOne))
				cli.Apply()
				outage := simulator.Fault{Service: simulator.Synthflow, Method: http.MethodDelete, Status: http.StatusBadGateway}
				outage.AfterEffect = repair
				sim.Inject(outage)
				if repair { // then reading it back fails too
					outage.Method, outage.Skip = http.MethodGet, 1
					sim.Inject(outage)
				}
				said := cli.Must(1, "apply", "-no-color", "-auto-approve", "-destroy", "-refresh=false")
				if !words(`Unable to detach phone number \+14155550100.*502.*Destroy again`).MatchString(said.Stderr) {
					t.Errorf("the error is %s", said.Stderr)
				}
				sim.ClearFaults()
				_, plan := cli.Plan()
				after, _ := plan.ResourceChanges[0].Change.After.(map[string]any)
				before, _ := plan.ResourceChanges[0].Change.Before.(map[string]any)
				if before["status"] != "corrupted" || after["status"] != "active" {
					t.Errorf("planned: status %v -> %v", before["status"], after["status"])
				}
				if repair {
					cli.Apply()
					cli.Must(0, "plan", "-detailed-exitcode")
					if got := synthflowLeft(sim); got != "record on 1 agents" {
						t.Errorf("at Synthflow after the repair: %s", got)
					}
				}
				cli.Apply("-destroy")
				want := "no record"
				if block == fromDashboard {
					want = "record on 0 agents"
				}
				if got := synthflowLeft(sim); got != want {
					t.Errorf("left at Synthflow: %s, want %s", got, want)
				}
				expectOwned(t, sim, number)
			})
		}
	}
}

func TestAccSynthflowForceDeleteWarnsOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{PoolsAreOutboundOnly: true})
	boughtInDashboard(sim, synthflowOne)
	cli := sim.Terraform(t)
	cli.Configure(onSynthflow(sim, `release_on_destroy = "force_delete"`, agentOne))
	cli.Apply()
	said := cli.Apply("-destroy")
	if !words(`Left behind.*Unlink \+14155550100.*` + synthflowOne).MatchString(said.Stdout) {
		t.Errorf("the destroy says %s", said.Stdout)
	}
	if got := synthflowLeft(sim); got != "record on 1 agents" {
		t.Errorf("left at Synthflow: %s", got)
	}
}

func TestAccSynthflowRecordThatVanishedIsImportedAgain(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{"of Twilio": fromTwilio, "of another carrier": fromElsewhere} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			owned(sim, simulator.TwilioNumber{})
			config := onSynthflow(sim, "", block+agentOne)
			sim.Run(t,
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig:        func() { sim.Synthflow().RemoveNumber(number) },
					Config:           config,
					ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("status", text("active"))),
					Check:            hasAgents(sim, synthflowOne),
				},
			)
		})
	}
}

func TestAccSynthflowBoughtNumberThatVanishedIsRemoved(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	boughtInDashboard(sim)
	cli := sim.Terraform(t)
	cli.Configure(onSynthflow(sim, "", "bought_at_synthflow = true"))
	cli.Apply()
	sim.Synthflow().RemoveNumber(number)
	diagnostics, _ := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `Phone number \+14155550100 is gone`, ``)
	expectDiagnostic(t, diagnostics, "warning", `Phone number \+14155550100 is not owned`, `only in its dashboard`)
	cli.Apply("-destroy") // is not blocked
}

func TestSynthflowOnlyItsOwnWordSaysThatANumberIsGone(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"credentials refused":   {Status: http.StatusUnauthorized, Body: `{"detail":"no"}`},
		"forbidden":             {Status: http.StatusForbidden, Body: `{}`},
		"page of a proxy":       {Status: http.StatusNotFound, Body: "<html>not here</html>"},
		"path that is not":      {Status: http.StatusNotFound, Body: `{"detail":"Not Found"}`},
		"400 to everything":     {Status: http.StatusBadRequest, Body: `{}`},
		"400 while it is there": {Path: synthflowPath, Status: http.StatusBadRequest, Body: `{}`},
		"server error":          {Status: http.StatusInternalServerError, Body: `{}`},
		"empty object":          {Status: http.StatusOK, Body: `{}`},
		"redirect":              {Status: http.StatusFound, Header: http.Header{"Location": {"https://elsewhere.example/"}}},
		"truncated":             {Truncate: true},
		"undecodable":           {Garble: true},
	} {
		for kind, block := range map[string]acctest.Values{
			"imported": {"agent_id": synthflowOne, "termination_uri": "sip.carrier.example"},
			"bought":   {"agent_id": synthflowOne},
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				sim := startSynthflow(t, simulator.SynthflowRules{})
				if kind == "bought" {
					boughtInDashboard(sim)
				}
				r := sim.Driver(t, acctest.Values{"max_retries": 0}).Resource("telephony_phone_number")
				config := acctest.Values{"phone_number": number, "synthflow": block}
				mustApply(t, r, config)
				before := r.State()
				fault.Service = simulator.Synthflow
				sim.Inject(fault)
				diags := r.Read()
				if !diags.Failed() || !words(`Unable to read phone number \+14155550100`).MatchString(diags[0].Summary) {
					t.Errorf("the refresh says %+v", diags)
				}
				if diff := cmp.Diff(before, r.State()); diff != "" {
					t.Errorf("state has changed: %s", diff)
				}
				sim.ClearFaults()
				expectSettled(t, r, config)
			})
		}
	}
}

func TestAccSynthflowReplacementOfAnImportedNumberIsImportedAgain(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	owned(sim, simulator.TwilioNumber{})
	cli := sim.Terraform(t)
	cli.Configure(onSynthflow(sim, "", fromTwilio+agentOne))
	cli.Apply()
	cli.Apply("-replace=" + this)
	cli.Must(0, "plan", "-detailed-exitcode")
	if got := onlyNumber(t, cli.State()); got["carrier"] != "twilio" {
		t.Errorf("carried by %v", got["carrier"])
	}
	if got := synthflowLeft(sim); got != "record on 1 agents" {
		t.Errorf("at Synthflow: %s", got)
	}
}

func TestAccSynthflowCarrierIsOpenAsLongAsItCannotBeTold(t *testing.T) {
	t.Parallel()
	for name, unknown := range map[string]string{
		"phone_number": number, "workspace_id": simulator.DefaultSynthflowWorkspaceID, "provider_name": "twilio",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			owned(sim, simulator.TwilioNumber{})
			config := onSynthflow(sim, "", "termination_uri = \"example.pstn.twilio.com\"\nworkspace_id = \""+
				simulator.DefaultSynthflowWorkspaceID+"\"\nprovider_name = \"twilio\"")
			at := strings.LastIndex(config, name)
			config = config[:at] + strings.Replace(config[at:], `"`+unknown+`"`, "terraform_data.later.output", 1) + `
				resource "terraform_data" "later" {
					input = "` + unknown + `"
				}`
			sim.Run(t, resource.TestStep{
				Config: config,
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
					plancheck.ExpectUnknownValue(this, path("carrier")),
					plans("destroy_irreversible", knownvalue.Bool(false))),
				ConfigStateChecks: []statecheck.StateCheck{
					state("carrier", text("twilio")), state("status", text("active")),
					reports("bought_at_synthflow", knownvalue.Bool(false)),
				},
			})
		})
	}
}

func TestAccSynthflowMovesToAnotherWorkspaceInPlace(t *testing.T) {
	t.Parallel()
	sim := startSynthflow(t, simulator.SynthflowRules{})
	config := onSynthflow(sim, "", fromElsewhere)
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			// A key reaches its own workspace alone, and nothing is deleted before that is known.
			Config:      onSynthflow(sim, "", fromElsewhere+`workspace_id = "another"`),
			ExpectError: words(`Unable to update.*workspace_id`),
		},
		resource.TestStep{
			Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
		},
	)
}

func TestAccSynthflowImportBesideItsProviderShowsNoChanges(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{
		"named": "provider_name = \"twilio\"\ntermination_uri = \"example.pstn.twilio.com\"\n", "left out": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startSynthflow(t, simulator.SynthflowRules{})
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{
				PhoneNumber: number, TerminationURI: "example.pstn.twilio.com", ProviderName: "twilio",
			})
			cli := sim.Terraform(t)
			cli.Configure(onSynthflow(sim, "", block))
			cli.Must(0, "import", "-no-color", this, "synthflow/"+simulator.DefaultSynthflowWorkspaceID+"/14155550100")
			cli.Must(0, "plan", "-detailed-exitcode")
			if writes := writesAtAll(sim); len(writes) > 0 {
				t.Errorf("requests that change something: %v", writes)
			}
		})
	}
}

// What the refresh has shown of the old resource, the apply does not know: it may
// find the record still there, or gone.
func TestSynthflowReplacementInEveryOrder(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]acctest.Values{
		"of Twilio":       {"provider_name": "twilio", "termination_uri": "example.pstn.twilio.com", "agent_id": synthflowOne},
		"of another":      {"provider_name": "telnyx", "termination_uri": "sip.example.com", "agent_id": synthflowOne},
		"bought":          {"agent_id": synthflowOne},
		"not bought":      {"bought_at_synthflow": false, "termination_uri": "sip.example.com"},
		"of Twilio, said": {"bought_at_synthflow": false, "provider_name": "twilio", "termination_uri": "example.pstn.twilio.com"},
	} {
		for _, road := range []string{"replace", "create before destroy", "rename, old first", "rename, new first"} {
			t.Run(name+", "+road, func(t *testing.T) {
				t.Parallel()
				sim := startSynthflow(t, simulator.SynthflowRules{})
				owned(sim, simulator.TwilioNumber{})
				if name == "bought" {
					boughtInDashboard(sim)
				}
				driver := sim.Driver(t, nil)
				r := driver.Resource("telephony_phone_number")
				config := acctest.Values{"phone_number": number, "synthflow": block}
				if block["provider_name"] == "twilio" {
					config["friendly_name"] = "Support"
				}
				if _, diags := r.TerraformApply(config); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
				driver.Restart()
				r.Read()
				r.Forced, r.CreateBeforeDestroy = road == "replace" || road == "create before destroy", road == "create before destroy"
				var diags acctest.Diagnostics
				if !strings.HasPrefix(road, "rename") {
					diags = r.Apply(r.Plan(config))
				} else {
					old := r
					r = driver.Resource("telephony_phone_number")
					ending, plan := old.PlanDestroy(), r.Plan(config)
					if road == "rename, old first" {
						diags = append(old.Apply(ending), r.Apply(plan)...)
					} else {
						diags = append(r.Apply(plan), old.Apply(ending)...)
					}
				}
				if diags.Failed() || r.State()["status"] != "active" {
					t.Errorf("%v: %+v", r.State(), diags)
				}
				r.Forced = false
				if action, diags := r.TerraformApply(config); action != acctest.NoOp || diags.Failed() {
					t.Errorf("the next apply: %s, %+v", action, diags)
				}
				if _, there := sim.Synthflow().Number(number); !there {
					t.Error("it is not at Synthflow")
				}
			})
		}
	}
}
