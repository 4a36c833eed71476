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

func nixflexAgent(id string) string { return fmt.Sprintf("agent_id = %q\n", id) }

func inNixflex(attribute string) tfjsonpath.Path {
	return tfjsonpath.New("nixflex").AtMapKey(attribute)
}

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
	sim.Run(t, resource.TestStep{
		Config: onNixflex(sim, "", nixflexAgent(nixflexSupport)+`custom_prompt = "Be brief."`),
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

func TestAccNixflexChangesAreMadeInPlace(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	settled := planned(plancheck.ResourceActionUpdate, plans("sid", knownvalue.NotNull()))
	sim.Run(t,
		resource.TestStep{Config: onNixflex(sim, "", nixflexAgent(nixflexSupport))},
		resource.TestStep{
			PreConfig:        sim.ResetRequests,
			Config:           onNixflex(sim, "", nixflexAgent(nixflexSupport)+`custom_prompt = "Be brief."`),
			ConfigPlanChecks: settled,
			Check: func(*terraform.State) error {
				return wroteNixflex(sim, "PATCH /v1/phone-numbers/%2B14155550100")
			},
		},
		resource.TestStep{
			PreConfig: func() {
				sim.ResetRequests()
				// In the dashboard, of which Terraform knows nothing.
				sim.Nixflex().UpdateNumber(number, func(n *simulator.NixflexNumber) {
					n.VoiceID, n.RecordCall = new("Dennis"), new(false)
				})
			},
			Config:           onNixflex(sim, "", nixflexAgent(nixflexSales)+`custom_prompt = "Be kind."`),
			ConfigPlanChecks: settled,
			Check: resource.ComposeTestCheckFunc(routedToNixflex(sim, nixflexSales), func(*terraform.State) error {
				if n, _ := sim.Nixflex().Number(number); *n.CustomPrompt != "Be kind." || *n.VoiceID != "Dennis" || *n.RecordCall {
					return fmt.Errorf("the settings were not carried over: %+v", n.NixflexSettings)
				}
				return wroteNixflex(sim, "DELETE /v1/phone-numbers/%2B14155550100", "POST /v1/phone-numbers",
					"PATCH /v1/phone-numbers/%2B14155550100")
			}),
		},
		resource.TestStep{
			Config:           onNixflex(sim, "", nixflexAgent(nixflexSales)),
			ConfigPlanChecks: settled,
			Check: func(*terraform.State) error {
				if n, _ := sim.Nixflex().Number(number); n.CustomPrompt != nil {
					return fmt.Errorf("the prompt is still %q", *n.CustomPrompt)
				}
				return nil
			},
		},
		resource.TestStep{
			PreConfig: sim.ResetRequests,
			Config:    onNixflex(sim, `release_on_destroy = "release"`, nixflexAgent(nixflexSales)),
			Check:     func(*terraform.State) error { return wroteNixflex(sim) },
		},
	)
	expectOwned(t, sim)
	expectNixflex(t, sim)
}

// wroteNixflex compares nixflexWrites.
func wroteNixflex(sim *acctest.Simulation, want ...string) error {
	got := nixflexWrites(sim)
	if !slices.Equal(got, want) {
		return fmt.Errorf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return nil
}

func TestAccNixflexChangeOfAgentWarnsOfTheInterruption(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	cli := sim.Terraform(t)
	cli.Configure(onNixflex(sim, "", nixflexAgent(nixflexSupport)))
	cli.Apply()
	cli.Configure(onNixflex(sim, "", nixflexAgent(nixflexSales)))
	said, _ := cli.Plan()
	if !slices.ContainsFunc(said, func(d acctest.Diagnostic) bool {
		return d.Summary == "Calls to "+number+" are not routed during the change" &&
			strings.HasPrefix(d.Detail, "Nixflex can't give a number another agent")
	}) {
		t.Errorf("the plan says only %v", said)
	}
}

func TestAccNixflexMovesFromAndToTwilioAlone(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	wired := hcl(sim, `
		phone_number = "`+number+`"
		voice_url    = "https://example.com/voice"`)
	sim.Run(t,
		resource.TestStep{Config: wired},
		resource.TestStep{
			Config:           onNixflex(sim, "", nixflexAgent(nixflexSupport)),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("platform", text("nixflex"))),
			Check:            routedToNixflex(sim, nixflexSupport),
		},
		resource.TestStep{
			Config:           wiredBesideNixflex(sim),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("platform", text("none"))),
			Check: resource.ComposeTestCheckFunc(
				held(t, sim, "voice_url", "https://example.com/voice"), held(t, sim, "sms_url", nil),
			),
		},
	)
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
	expectNixflex(t, sim)
}

// wiredBesideNixflex is a number without its block, while the provider still
// has the key that takes it off Nixflex.
func wiredBesideNixflex(sim *acctest.Simulation) string {
	return withNixflex(sim, simulator.DefaultNixflexKey, `
		phone_number = "`+number+`"
		voice_url    = "https://example.com/voice"`)
}

func TestAccNixflexImportThenPlanShowsNoChanges(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	sim.Nixflex().AddNumber(simulator.NixflexNumber{
		PhoneNumber: number, AgentID: nixflexSupport, NixflexSettings: simulator.NixflexSettings{CustomPrompt: new("Hello.")},
	})
	cli := sim.Terraform(t)
	cli.Configure(onNixflex(sim, "", nixflexAgent(nixflexSupport)+`custom_prompt = "Hello."`) + `
		import {
			to = telephony_phone_number.this
			id = "nixflex/` + number + `"
		}`)
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	expectWrites(t, sim)
	got := onlyNumber(t, cli.State())
	if got["status"] != "active" || got["platform"] != "nixflex" || got["release_on_destroy"] != "detach" {
		t.Errorf("state has %v", got)
	}
	// The webhooks of the import by somebody else are known by then.
	sim.Nixflex().SetRules(func(r *simulator.NixflexRules) { r.DeleteLeavesWebhooks = true })
	cli.Apply("-destroy")
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
	expectNixflex(t, sim)
}

func TestAccNixflexDriftIsFoundAndPutBack(t *testing.T) {
	t.Parallel()
	application := "AP" + strings.Repeat("a", 32)
	for name, test := range map[string]struct {
		rules  simulator.NixflexRules
		drift  func(*acctest.Simulation)
		reason string // with which the status is corrupted; empty: it is not
		agent  knownvalue.Check
		wants  []string // writes of the repair
	}{
		"another agent": {
			drift: func(sim *acctest.Simulation) {
				sim.Nixflex().UpdateNumber(number, func(n *simulator.NixflexNumber) { n.AgentID = nixflexSales })
			},
			agent: text(nixflexSales),
			wants: []string{"DELETE /v1/phone-numbers/%2B14155550100", "POST /v1/phone-numbers"},
		},
		"another prompt": {
			drift: func(sim *acctest.Simulation) {
				sim.Nixflex().UpdateNumber(number, func(n *simulator.NixflexNumber) { n.CustomPrompt = new("Shout.") })
			},
			agent: text(nixflexSupport),
			wants: []string{"PATCH /v1/phone-numbers/%2B14155550100"},
		},
		"deleted at Nixflex": {
			drift:  func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
			reason: "Twilio still routes .* to Nixflex, which no longer lists it",
			agent:  text(nixflexSupport),
			wants:  []string{"POST /v1/phone-numbers"},
		},
		"webhook changed at Twilio": {
			drift: func(sim *acctest.Simulation) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = "https://example.com" })
			},
			reason: "voice_url was changed",
			agent:  text(nixflexSupport),
			wants:  []string{"DELETE /v1/phone-numbers/%2B14155550100", "POST /v1/phone-numbers"},
		},
		"outranked at Twilio": { // the webhooks are intact, so nothing is imported again
			drift: func(sim *acctest.Simulation) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceApplicationSID = application })
			},
			reason: "voice_application_sid was changed",
			agent:  text(nixflexSupport),
			wants:  []string{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, test.rules)
			config := onNixflex(sim, "", nixflexAgent(nixflexSupport))
			drift := resource.TestStep{
				PreConfig: func() { test.drift(sim) }, RefreshState: true, ExpectNonEmptyPlan: true,
				Check: resource.TestCheckResourceAttr(this, "status", "active"),
			}
			if test.reason != "" {
				drift.Check = resource.ComposeTestCheckFunc(
					resource.TestCheckResourceAttr(this, "status", "corrupted"),
					resource.TestMatchResourceAttr(this, "status_reason", regexp.MustCompile(test.reason)),
				)
			}
			sim.Run(t,
				resource.TestStep{Config: config},
				drift,
				resource.TestStep{
					PreConfig:        sim.ResetRequests,
					Config:           config,
					ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("status", text("active"))),
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(this, inNixflex("agent_id"), text(nixflexSupport)),
					},
					Check: resource.ComposeTestCheckFunc(routedToNixflex(sim, nixflexSupport), func(*terraform.State) error {
						if n, _ := sim.Nixflex().Number(number); n.CustomPrompt != nil {
							return fmt.Errorf("the prompt is %q", *n.CustomPrompt)
						}
						return wroteNixflex(sim, test.wants...)
					}),
				},
			)
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
			expectNixflex(t, sim)
		})
	}
}

func TestAccNixflexDeletedAgentIsDrift(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.NixflexRules{
		"the number names none":         {},
		"the number goes on naming it":  {StaleAgentID: true},
		"the list is not paged":         {UnpagedNumbers: true},
		"the list counts only the page": {CountsPage: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, rules)
			sim.Run(t,
				resource.TestStep{Config: onNixflex(sim, "", nixflexAgent(nixflexSupport))},
				resource.TestStep{
					PreConfig: func() { sim.Nixflex().RemoveAgent(nixflexSupport) }, RefreshState: true, ExpectNonEmptyPlan: true,
					Check: resource.TestCheckNoResourceAttr(this, "nixflex.agent_id"),
				},
				resource.TestStep{
					Config:      onNixflex(sim, "", nixflexAgent(nixflexSupport)),
					ExpectError: words(`look up agent ` + nixflexSupport + `.*agent_not_found`),
				},
				resource.TestStep{
					Config:           onNixflex(sim, "", nixflexAgent(nixflexSales)),
					ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
					Check:            routedToNixflex(sim, nixflexSales),
				},
			)
			expectNixflex(t, sim)
		})
	}
}

func TestAccNixflexEnds(t *testing.T) {
	t.Parallel()
	const deletion = "DELETE /v1/phone-numbers/%2B14155550100"
	for name, test := range map[string]struct {
		action string
		rules  simulator.NixflexRules
		before func(*acctest.Simulation) // the destroy
		owned  bool
		left   []string // at Nixflex
		warns  string
	}{
		"detach": {action: "detach", owned: true},
		"detach, webhooks stay": {
			action: "detach",
			rules:  simulator.NixflexRules{DeleteLeavesWebhooks: true},
			owned:  true,
		},
		"detach, older API": {
			action: "detach",
			rules:  simulator.NixflexRules{PromptOnlyUpdates: true, PartialAnswers: true, ImportIgnoresPrompt: true},
			owned:  true,
		},
		"release":                {action: "release"},
		"release, webhooks stay": {action: "release", rules: simulator.NixflexRules{DeleteLeavesWebhooks: true}},
		"force_delete":           {action: "force_delete", owned: true},
		"force_delete of what is gone": {
			action: "force_delete",
			owned:  true,
			before: func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
		},
		"detach of what is gone": {
			action: "detach",
			owned:  true,
			before: func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
		},
		"force_delete, deletion refused": {
			action: "force_delete",
			owned:  true,
			left:   []string{number + " " + nixflexSupport},
			before: nixflexOutage,
			warns:  `Left behind.* Delete the record of \` + number,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, test.rules)
			cli := sim.Terraform(t)
			cli.Configure(onNixflex(sim, fmt.Sprintf("release_on_destroy = %q", test.action),
				nixflexAgent(nixflexSupport)+`custom_prompt = "Be brief."`))
			cli.Apply()
			cli.Must(0, "plan", "-detailed-exitcode")
			if n, _ := sim.Nixflex().Number(number); n.CustomPrompt == nil || *n.CustomPrompt != "Be brief." {
				t.Errorf("the prompt was not set: %+v", n)
			}
			sim.ResetRequests()
			if test.before != nil {
				test.before(sim)
			}
			said := cli.Apply("-destroy", "-refresh=false")
			if !slices.Contains(nixflexWrites(sim), deletion) {
				t.Errorf("nothing was deleted: %v", nixflexWrites(sim))
			}
			if test.warns != "" && !words(test.warns).MatchString(said.Stdout) {
				t.Errorf("the destroy does not say what it left:\n%s", said.Stdout)
			}
			expectNixflex(t, sim, test.left...)
			if test.owned {
				expectOwned(t, sim, number)
				expectUnwired(t, sim, number)
			} else {
				expectOwned(t, sim)
			}
		})
	}
}

// nixflexOutage makes Nixflex answer deletions with 500.
func nixflexOutage(sim *acctest.Simulation) {
	sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: http.MethodDelete, Status: http.StatusInternalServerError})
}

func TestAccNixflexFailedTeardownIsCorruptedAndFinishedOrRepaired(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault simulator.Fault
		left  string
	}{
		"deletion fails": {
			fault: simulator.Fault{Service: simulator.Nixflex, Method: http.MethodDelete, Status: http.StatusInternalServerError},
			left:  number + " " + nixflexSupport,
		},
		"the webhooks can't be cleared": {
			fault: simulator.Fault{Service: simulator.Twilio, Method: http.MethodPost, Status: http.StatusInternalServerError},
		},
	} {
		for _, wayOut := range []string{"destroyed again", "repaired"} {
			t.Run(name+", "+wayOut, func(t *testing.T) {
				t.Parallel()
				sim := startNixflex(t, simulator.NixflexRules{DeleteLeavesWebhooks: true})
				config := onNixflex(sim, `release_on_destroy = "release"`, nixflexAgent(nixflexSupport))
				steps := []resource.TestStep{
					{Config: config},
					{
						PreConfig: func() { sim.Inject(test.fault) }, Config: config, Destroy: true,
						ExpectError: words(`Unable to release phone number \+14155550100.*500`),
					},
					{
						PreConfig: func() {
							sim.ClearFaults()
							expectOwned(t, sim, number)
							if test.left != "" {
								expectNixflex(t, sim, test.left)
							} else {
								expectNixflex(t, sim)
							}
						},
						RefreshState: true, ExpectNonEmptyPlan: true,
						Check: resource.TestCheckResourceAttr(this, "status", "corrupted"),
					},
				}
				if wayOut == "repaired" {
					steps = append(steps, resource.TestStep{
						Config:           config,
						ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("status", text("active"))),
						Check:            routedToNixflex(sim, nixflexSupport),
					})
				}
				sim.Run(t, append(steps, resource.TestStep{Config: config, Destroy: true})...)
				expectOwned(t, sim)
				expectNixflex(t, sim)
			})
		}
	}
}

func TestAccNixflexWrongAgentCostsNothing(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"agent_0000000000000000", nixflexRival} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, simulator.NixflexRules{})
			cli := sim.CLI(t)
			cli.Configure(withNixflex(sim, simulator.DefaultNixflexKey,
				"purchase {\ncountry = \"US\"\n}\nnixflex {\n"+nixflexAgent(id)+"}"))
			said := cli.Must(1, "apply", "-auto-approve", "-no-color")
			if !words(`with telephony_phone_number.this.*agent ` + id).MatchString(said.Stderr) {
				t.Errorf("the error does not name the agent:\n%s", said.Stderr)
			}
			expectOwned(t, sim, number)
			expectWrites(t, sim)
		})
	}
}

func TestAccNixflexChangeToAWrongAgentChangesNothing(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	config := onNixflex(sim, "", nixflexAgent(nixflexSupport))
	sim.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			Config:      onNixflex(sim, "", nixflexAgent(nixflexRival)),
			ExpectError: words(`look up agent ` + nixflexRival + `.*check the agent's ID`),
		},
		resource.TestStep{Config: config, PlanOnly: true, Check: routedToNixflex(sim, nixflexSupport)},
	)
}

func TestAccNixflexBadKeyLosesNothing(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	cli := sim.Terraform(t)
	block := fmt.Sprintf("phone_number = %q\nnixflex {\n%s}", number, nixflexAgent(nixflexSupport))
	cli.Configure(withNixflex(sim, simulator.DefaultNixflexKey, block))
	cli.Apply()
	cli.Configure(withNixflex(sim, "nxf_other:nxfs_wrong", block))
	said := cli.Must(1, "plan", "-no-color")
	if !words(`invalid_api_key.*check api_key`).MatchString(said.Stderr) || strings.Contains(said.Stderr, "nxfs_wrong") {
		t.Errorf("the error is\n%s", said.Stderr)
	}
	cli.Must(1, "apply", "-destroy", "-auto-approve", "-refresh=false")
	if got := onlyNumber(t, cli.State()); got["status"] != "active" {
		t.Errorf("a refusal left the status %v", got["status"])
	}
	cli.Configure(withNixflex(sim, simulator.DefaultNixflexKey, block))
	cli.Must(0, "plan", "-detailed-exitcode")
}

func TestAccNixflexImportThatFailsIsCompletedByTheNextApply(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"refused":              {Status: http.StatusInternalServerError},
		"the answer is lost":   {Cut: simulator.CutAfter},
		"the answer is a page": {Garble: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, simulator.NixflexRules{})
			cli := sim.Terraform(t)
			cli.Configure(onNixflex(sim, "", nixflexAgent(nixflexSupport)))
			fault.Service, fault.Method = simulator.Nixflex, http.MethodPost
			sim.Inject(fault)
			// What became of it cannot be read either.
			sim.Inject(simulator.Fault{
				Service: simulator.Nixflex, Method: http.MethodGet, Path: "/v1/phone-numbers", Skip: 1, Status: http.StatusBadGateway,
			})
			cli.Apply()
			sim.ClearFaults()
			if got := onlyNumber(t, cli.State()); got["status"] != "corrupted" {
				t.Errorf("the status is %v", got["status"])
			}
			cli.Must(2, "plan", "-detailed-exitcode")
			cli.Apply()
			cli.Must(0, "plan", "-detailed-exitcode")
			if err := routedToNixflex(sim, nixflexSupport)(nil); err != nil {
				t.Error(err)
			}
			cli.Apply("-destroy")
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
			expectNixflex(t, sim)
		})
	}
}

func TestAccNixflexTokenOfTheNumber(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	key := sim.Twilio().AddAPIKey(simulator.DefaultAccountSID, true)
	config := func(block string) string {
		return fmt.Sprintf(`
			provider "telephony" {
				twilio {
					account_sid = %q
					api_key     = %q
					api_secret  = %q
					base_url    = "%[4]s/twilio"
				}
				nixflex {
					api_key  = %q
					base_url = "%[4]s/nixflex"
				}
			}
			resource "telephony_phone_number" "this" {
				phone_number = %[6]q
				nixflex {
					%[7]s
				}
			}`, simulator.DefaultAccountSID, key.SID, key.Secret, sim.URL, simulator.DefaultNixflexKey, number,
			nixflexAgent(nixflexSupport)+block)
	}
	cli := sim.Terraform(t)
	cli.Configure(config(""))
	said := cli.Must(1, "apply", "-auto-approve", "-no-color")
	if !words(`set twilio_auth_token_wo, or auth_token in the provider's twilio block`).MatchString(said.Stderr) {
		t.Errorf("the error is\n%s", said.Stderr)
	}
	expectWrites(t, sim)

	given := fmt.Sprintf("twilio_auth_token_wo = %q\n", simulator.DefaultAuthToken)
	cli.Configure(config(given + "twilio_auth_token_wo_version = 1"))
	printed := cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	state := cli.Must(0, "state", "pull")
	for where, text := range map[string]string{"state": state.Stdout, "output": printed.Stdout + printed.Stderr} {
		if strings.Contains(text, simulator.DefaultAuthToken) {
			t.Errorf("the token is in the %s", where)
		}
	}

	sim.ResetRequests()
	cli.Configure(config(given + "twilio_auth_token_wo_version = 2"))
	cli.Apply()
	if err := wroteNixflex(sim, "DELETE /v1/phone-numbers/%2B14155550100", "POST /v1/phone-numbers"); err != nil {
		t.Error(err)
	}

	// A token that Twilio refuses takes the number off the air, and says so.
	cli.Configure(config("twilio_auth_token_wo = \"wrong\"\ntwilio_auth_token_wo_version = 3"))
	said = cli.Must(1, "apply", "-auto-approve", "-no-color")
	if !words(`twilio_auth_failed.*it is Twilio that refuses`).MatchString(said.Stderr) {
		t.Errorf("the error is\n%s", said.Stderr)
	}
	if got := onlyNumber(t, cli.State()); got["status"] != "corrupted" {
		t.Errorf("the status is %v", got["status"])
	}
	cli.Configure(config(given + "twilio_auth_token_wo_version = 4"))
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	expectNixflex(t, sim, number+" "+nixflexSupport)
}

func TestAccNixflexNumberOfAnotherNixflexAccount(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: number, Foreign: true})
	cli := sim.Terraform(t)
	cli.Configure(onNixflex(sim, "", nixflexAgent(nixflexSupport)))
	said := cli.Apply()
	if !words(`number_already_imported.*another one has it`).MatchString(said.Stdout) {
		t.Errorf("the warning is\n%s", said.Stdout)
	}
	cli.Apply("-destroy")
	expectOwned(t, sim, number)
	if _, listed := sim.Nixflex().Number(number); !listed {
		t.Error("the record of another account was deleted")
	}
}

func TestAccNixflexRecordThatIsThereIsTakenOver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		agent    string
		voiceURL string
		wants    []string
	}{
		"as it should be": {nixflexSupport, simulator.NixflexVoiceURL, []string{}},
		"another agent": {
			nixflexSales, simulator.NixflexVoiceURL,
			[]string{"DELETE /v1/phone-numbers/%2B14155550100", "POST /v1/phone-numbers"},
		},
		"not routed there": {
			nixflexSupport, "https://example.com",
			[]string{"DELETE /v1/phone-numbers/%2B14155550100", "POST /v1/phone-numbers"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, simulator.NixflexRules{})
			sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: number, AgentID: test.agent})
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = test.voiceURL })
			sim.Run(t, resource.TestStep{
				Config:           onNixflex(sim, "", nixflexAgent(nixflexSupport)),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
				Check: resource.ComposeTestCheckFunc(routedToNixflex(sim, nixflexSupport), func(*terraform.State) error {
					return wroteNixflex(sim, test.wants...)
				}),
			})
			expectUnwired(t, sim, number)
			expectNixflex(t, sim)
		})
	}
}

func TestAccNixflexFollowsTheNumberToAnotherAccount(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
	moved := fmt.Sprintf("account_sid = %q", sub.SID)
	sim.Run(t,
		resource.TestStep{Config: onNixflex(sim, "", nixflexAgent(nixflexSupport))},
		resource.TestStep{
			Config: onNixflex(sim, moved, nixflexAgent(nixflexSupport)+
				fmt.Sprintf("twilio_auth_token_wo = %q", sub.AuthToken)),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check: resource.ComposeTestCheckFunc(routedToNixflex(sim, nixflexSupport), func(*terraform.State) error {
				if n, _ := sim.Nixflex().Number(number); n.TwilioSID != sub.SID {
					return fmt.Errorf("Nixflex still works in account %s", n.TwilioSID)
				}
				return nil
			}),
		},
	)
	expectNixflex(t, sim)
	expectUnwired(t, sim, number)
}
