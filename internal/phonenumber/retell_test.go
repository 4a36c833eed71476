package phonenumber_test

import (
	"fmt"
	"net/http"
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
	retellSupport = "agent_0000000000000000000000a1"
	retellSales   = "agent_0000000000000000000000a2"
	retellTrunk   = "TK0000000000000000000000000000aaaa" // leads to sip:sip.retellai.com
)

// retellHCL is the block of a number that the agent answers.
func retellHCL(agent string, more ...string) string {
	return fmt.Sprintf("retell {\n inbound_agent_id = %q\n termination_uri = \"example.pstn.twilio.com\"\n %s\n}",
		agent, strings.Join(more, "\n "))
}

// retellAgents is the list of an agent that has all calls.
func retellAgents(agent string) []simulator.RetellAgent {
	return []simulator.RetellAgent{{AgentID: agent, Weight: 1}}
}

func nothingAtRetell(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if left := sim.Retell().Numbers(); len(left) > 0 {
		t.Errorf("left at Retell AI: %+v", left)
	}
}

// startRetell starts a simulator in which Twilio holds the number, a trunk leads
// to Retell, and Retell has agents.
func startRetell(t *testing.T) *acctest.Simulation {
	t.Helper()
	sim := acctest.Start(t)
	sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
	owned(sim, simulator.TwilioNumber{})
	sim.Retell().AddAgent(retellSupport)
	sim.Retell().AddAgent(retellSales)
	return sim
}

// onRetell is the configuration of the number on its trunk, with this block.
func onRetell(sim *acctest.Simulation, block string) string {
	return everywhere(sim, fmt.Sprintf("phone_number = %q\ntrunk_sid = %q\n%s", number, retellTrunk, block))
}

// atRetell checks both sides after a step.
func atRetell(sim *acctest.Simulation, check func(simulator.RetellNumber) bool) resource.TestCheckFunc {
	return func(*terraform.State) error {
		held, listed := sim.Retell().Number(number)
		at, _ := sim.Twilio().Number(number)
		if !listed || at.TrunkSID != retellTrunk || !check(held) {
			return fmt.Errorf("Retell AI has %+v, Twilio %+v", held, at)
		}
		return nil
	}
}

func answers(agent string) func(simulator.RetellNumber) bool {
	return func(n simulator.RetellNumber) bool { return slices.Equal(n.InboundAgents, retellAgents(agent)) }
}

func TestAccRetellNumberIsImportedAndDetached(t *testing.T) {
	t.Parallel()
	sim := startRetell(t)
	sim.Run(t, resource.TestStep{
		Config: onRetell(sim, retellHCL(retellSupport, `nickname = "Front desk"`)),
		ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
			plans("platform", text("retell")),
			plans("carrier", text("twilio")),
			plans("acquisition", text("adopted")),
			plans("destroy_irreversible", knownvalue.Bool(false)),
		),
		ConfigStateChecks: []statecheck.StateCheck{
			state("status", text("active")),
			statecheck.ExpectKnownValue(this, tfjsonpath.New("retell").AtMapKey("transport"), text("TCP")),
			statecheck.ExpectKnownValue(this, tfjsonpath.New("retell").AtMapKey("outbound_agent_id"), knownvalue.Null()),
		},
		Check: atRetell(sim, answers(retellSupport)),
	})
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
	nothingAtRetell(t, sim)
}

func TestAccRetellChangesAreMadeInPlace(t *testing.T) {
	t.Parallel()
	sim := startRetell(t)
	changed := planned(plancheck.ResourceActionUpdate)
	sim.Run(t,
		resource.TestStep{Config: onRetell(sim, retellHCL(retellSupport, `nickname = "Front desk"`, `sip_trunk_auth_username = "user"`))},
		resource.TestStep{
			Config: onRetell(sim, retellHCL(retellSales, `transport = "TLS"`)), ConfigPlanChecks: changed,
			Check: atRetell(sim, func(n simulator.RetellNumber) bool {
				return answers(retellSales)(n) && n.Transport == "TLS" && n.Nickname == "" && n.AuthUsername == "user"
			}),
		},
		resource.TestStep{
			Config: onRetell(sim, "retell {\ntermination_uri = \"other.pstn.twilio.com\"\n}"), ConfigPlanChecks: changed,
			Check: atRetell(sim, func(n simulator.RetellNumber) bool {
				return len(n.InboundAgents) == 0 && n.TerminationURI == "other.pstn.twilio.com" && n.Transport == "TCP"
			}),
		},
		resource.TestStep{
			PreConfig: func() {
				sim.Retell().UpdateNumber(number, func(n *simulator.RetellNumber) { n.InboundAgents = retellAgents(retellSales) })
			},
			Config: onRetell(sim, retellHCL(retellSupport)), ConfigPlanChecks: changed,
			Check: atRetell(sim, answers(retellSupport)),
		},
		resource.TestStep{
			PreConfig: func() { sim.Retell().RemoveNumber(number) },
			Config:    onRetell(sim, retellHCL(retellSupport)), ConfigPlanChecks: changed,
			Check: atRetell(sim, answers(retellSupport)),
		},
	)
	for _, line := range writesEverywhere(sim) {
		if strings.HasPrefix(line, "DELETE retell") && line != "DELETE retell /delete-phone-number/%2B14155550100" {
			t.Errorf("it sent %s", line)
		}
	}
	nothingAtRetell(t, sim)
}

func TestAccRetellMovesFromAndToOtherPlatforms(t *testing.T) {
	t.Parallel()
	sim := startRetell(t)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	elsewhere := everywhere(sim, fmt.Sprintf("phone_number = %q\nnixflex {\n%s\n}", number, nixflexAgent(nixflexSupport)))
	moved := planned(plancheck.ResourceActionUpdate)
	sim.Run(t,
		resource.TestStep{Config: elsewhere},
		resource.TestStep{
			Config: onRetell(sim, retellHCL(retellSupport)), ConfigPlanChecks: moved, Check: atRetell(sim, answers(retellSupport)),
		},
		resource.TestStep{Config: elsewhere, ConfigPlanChecks: moved, Check: routedToNixflex(sim, nixflexSupport)},
		resource.TestStep{Config: onRetell(sim, retellHCL(retellSupport)), ConfigPlanChecks: moved},
		resource.TestStep{
			Config: onRetell(sim, ""), ConfigPlanChecks: moved, ConfigStateChecks: []statecheck.StateCheck{state("platform", text("none"))},
		},
	)
	nothingAtRetell(t, sim)
	nothingAtNixflex(t, sim)
	expectOwned(t, sim, number)
}

func TestAccRetellImportWithGeneratedConfigurationShowsNoChanges(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]simulator.RetellNumber{
		"plain": {TerminationURI: "example.pstn.twilio.com"},
		"full": {
			TerminationURI: "example.pstn.twilio.com", Nickname: "Desk", AuthUsername: "user", AuthPassword: "hunter2",
			Transport: "TLS", InboundAgents: retellAgents(retellSupport), OutboundAgents: retellAgents(retellSales),
		},
		"shared by weight": {
			TerminationURI: "example.pstn.twilio.com", InboundWebhookURL: "https://example.com",
			InboundAgents: []simulator.RetellAgent{{AgentID: retellSupport, Weight: 0.7}, {AgentID: retellSales, Weight: 0.3}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startRetell(t)
			n.PhoneNumber = number
			sim.Retell().AddNumber(n)
			cli := sim.Terraform(t)
			cli.ImportGenerating(everyService(sim), "retell/"+number)
			if wrote := writesEverywhere(sim); len(wrote) > 0 {
				t.Errorf("the import wrote %v", wrote)
			}
		})
	}
}

// A number of another carrier is known to Retell alone. An import finds that out by
// itself, and changes nothing.
func TestRetellNumberOfAnotherCarrier(t *testing.T) {
	t.Parallel()
	const elsewhere = "sip.telnyx.com"
	block := acctest.Values{"inbound_agent_id": retellSupport, "termination_uri": elsewhere, "provider_name": "custom"}
	config := acctest.Values{"phone_number": number, "retell": block}
	start := func(t *testing.T) (*acctest.Simulation, *acctest.Resource) {
		t.Helper()
		sim := acctest.Start(t)
		sim.Retell().AddAgent(retellSupport)
		return sim, sim.Driver(t, acctest.Values{
			"retell": acctest.Values{"api_key": simulator.DefaultRetellKey, "base_url": sim.URL + "/retell"},
		}).Resource(oneNumber)
	}
	t.Run("created", func(t *testing.T) {
		t.Parallel()
		sim, r := start(t)
		p := r.Plan(config)
		if p.After["carrier"] != "external" || len(p.Diagnostics) > 0 {
			t.Errorf("the plan is %v with %+v", p.After, p.Diagnostics)
		}
		mustApply(t, r, config)
		expectSettled(t, r, config)
		if n, _ := sim.Retell().Number(number); n.TerminationURI != elsewhere {
			t.Errorf("Retell AI has %+v", n)
		}
		wired := r.Plan(acctest.Values{"phone_number": number, "retell": block, "trunk_sid": retellTrunk})
		expectDiagnostic(t, wired.Diagnostics, "error", "", `trunk_sid`)
		released := r.Plan(acctest.Values{"phone_number": number, "retell": block, "release_on_destroy": "release"})
		expectDiagnostic(t, released.Diagnostics, "error", `Release of .* is impossible`, `external carrier`)
	})
	t.Run("imported", func(t *testing.T) {
		t.Parallel()
		sim, r := start(t)
		sim.Retell().AddNumber(simulator.RetellNumber{
			PhoneNumber: number, TerminationURI: elsewhere, InboundAgents: retellAgents(retellSupport),
		})
		if diags := r.Import("retell/" + number); diags.Failed() {
			t.Fatalf("%+v", diags)
		}
		if r.State()["carrier"] != "external" {
			t.Errorf("the state is %v", r.State())
		}
		expectSettled(t, r, config)
		if wrote := writesEverywhere(sim); len(wrote) > 0 {
			t.Errorf("it wrote %v", wrote)
		}
	})
}

// Without a trunk no call reaches Retell, which the plan that brings a number there
// says.
func TestRetellWithoutATrunkIsWarnedOf(t *testing.T) {
	t.Parallel()
	sim := startRetell(t)
	r := sim.Driver(t, acctest.Values{
		"retell": acctest.Values{"api_key": simulator.DefaultRetellKey, "base_url": sim.URL + "/retell"},
	}).Resource(oneNumber)
	block := acctest.Values{"inbound_agent_id": retellSupport, "termination_uri": "example.pstn.twilio.com"}
	without := acctest.Values{"phone_number": number, "retell": block}
	with := acctest.Values{"phone_number": number, "retell": block, "trunk_sid": retellTrunk}
	const says = `names no trunk_sid.*sip\.retellai\.com`
	if p := r.Plan(with); len(p.Diagnostics) > 0 {
		t.Errorf("the plan says %+v", p.Diagnostics)
	}
	expectDiagnostic(t, r.Plan(without).Diagnostics, "warning", `No call to \+14155550100 may arrive at Retell AI`, says)
	mustApply(t, r, with)
	expectDiagnostic(t, r.Plan(without).Diagnostics, "warning", `No call to \+14155550100 may arrive at Retell AI`, says)
	mustApply(t, r, without)
	if p := r.Plan(without); len(p.Diagnostics) > 0 {
		t.Errorf("what is as it was is warned of again: %+v", p.Diagnostics)
	}
}

func TestAccRetellPasswordIsNowhere(t *testing.T) {
	t.Parallel()
	sim := startRetell(t)
	cli := sim.Terraform(t)
	with := func(password, version string) string {
		return onRetell(sim, retellHCL(retellSupport, `sip_trunk_auth_username = "user"`,
			fmt.Sprintf("sip_trunk_auth_password_wo = %q", password), "sip_trunk_auth_password_wo_version = "+version))
	}
	cli.Configure(with("hunter2", "1"))
	sim.Inject(simulator.Fault{Service: simulator.Retell, Method: http.MethodPost, Status: http.StatusInternalServerError, Times: 1})
	cli.Apply() // stops half-way
	cli.Apply()
	cli.Configure(with("hunter3", "1"))
	cli.Must(0, "plan", "-detailed-exitcode") // which the version is for
	cli.Configure(with("hunter3", "2"))
	cli.Apply()
	if n, _ := sim.Retell().Number(number); n.AuthPassword != "hunter3" {
		t.Errorf("the password at Retell AI is %q", n.AuthPassword)
	}
	if state := cli.Must(0, "state", "pull").Stdout; strings.Contains(state, "hunter") {
		t.Error("the password is in state")
	}
	cli.Apply("-destroy")
	nothingAtRetell(t, sim)
}

// A number that Retell carries can't come into state, and if it does become one
// that it carries, no end deletes it.
func TestAccRetellNumberThatWasBoughtThereIsRefused(t *testing.T) {
	t.Parallel()
	const says = `carried by Retell AI.*\+14155550100 was bought at Retell AI.*terraform state rm`
	carried := simulator.RetellNumber{PhoneNumber: number, Type: simulator.RetellTelnyx, InboundAgents: retellAgents(retellSales)}
	for _, action := range []string{"detach", "release", "force_delete"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			sim := startRetell(t)
			cli := sim.Terraform(t)
			config := onRetell(sim, fmt.Sprintf("release_on_destroy = %q\n%s", action, retellHCL(retellSupport)))
			cli.Configure(config)
			sim.Retell().AddNumber(carried)
			for _, refused := range []acctest.Result{
				cli.Must(1, "apply", "-no-color", "-auto-approve"), cli.Must(1, "import", "-no-color", this, "retell/"+number),
			} {
				if !words(says).MatchString(refused.Stderr) {
					t.Errorf("the error is %s", refused.Stderr)
				}
			}
			sim.Retell().RemoveNumber(number)
			cli.Apply()
			sim.Retell().AddNumber(carried)
			want := 1
			if action == "force_delete" {
				want = 0 // and a warning
			}
			said := cli.Must(want, "apply", "-no-color", "-auto-approve", "-destroy", "-refresh=false")
			if !words(says).MatchString(said.Stdout + said.Stderr) {
				t.Errorf("the destroy says %s%s", said.Stdout, said.Stderr)
			}
			if released := sim.Retell().Released(); len(released) > 0 {
				t.Errorf("given up: %v", released)
			}
			expectOwned(t, sim, number)
		})
	}
}

func TestAccRetellFailedDestroyIsFinishedByASecondOrRepaired(t *testing.T) {
	t.Parallel()
	for _, repair := range []bool{false, true} {
		t.Run(fmt.Sprintf("repair %t", repair), func(t *testing.T) {
			t.Parallel()
			sim := startRetell(t)
			cli := sim.Terraform(t)
			cli.Configure(onRetell(sim, retellHCL(retellSupport)))
			cli.Apply()
			sim.Inject(simulator.Fault{Service: simulator.Retell, Method: http.MethodDelete, Status: http.StatusBadGateway, AfterEffect: repair})
			if repair { // then reading it back fails too
				sim.Inject(simulator.Fault{Service: simulator.Retell, Method: http.MethodGet, Status: http.StatusBadGateway, Skip: 1})
			}
			said := cli.Must(1, "apply", "-no-color", "-auto-approve", "-destroy", "-refresh=false")
			if !words(`Unable to detach phone number \+14155550100.*502.*Destroy again`).MatchString(said.Stderr) {
				t.Errorf("the error is %s", said.Stderr)
			}
			sim.ClearFaults()
			if repair {
				cli.Apply()
				cli.Must(0, "plan", "-detailed-exitcode")
				if err := atRetell(sim, answers(retellSupport))(nil); err != nil {
					t.Error(err)
				}
			}
			cli.Apply("-destroy")
			nothingAtRetell(t, sim)
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
		})
	}
}
