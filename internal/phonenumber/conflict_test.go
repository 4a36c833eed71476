package phonenumber_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestAccForEachWithOneSearchBuysANumberForEach(t *testing.T) {
	t.Parallel()
	const many = 25 // more than one search lists
	sim := acctest.Start(t)
	cli := sim.Terraform(t)
	cli.Configure(sim.Provider("max_concurrent_requests = 25") + fmt.Sprintf(`
		resource "telephony_phone_number" "this" {
			for_each = toset([for i in range(%d) : tostring(i)])
			purchase { country = "US" }
		}`, many))
	cli.Apply("-parallelism=25")
	cli.Must(0, "plan", "-detailed-exitcode")
	var numbers []string
	for _, r := range cli.State().Values.RootModule.Resources {
		numbers = append(numbers, fmt.Sprint(r.AttributeValues["id"]))
	}
	slices.Sort(numbers)
	if bought := sim.Twilio().Purchases(); len(slices.Compact(numbers)) != many || len(bought) != many {
		t.Errorf("bought %d, in state: %v", len(bought), numbers)
	}
	expectOwned(t, sim, numbers...)
	expectNoMarker(t, sim)
}

func expectNoMarker(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	for _, n := range sim.Twilio().Numbers() {
		if strings.HasPrefix(n.FriendlyName, platform.MarkerPrefix) {
			t.Errorf("%s still carries %s", n.PhoneNumber, n.FriendlyName)
		}
	}
}

// A second workspace with the same configuration applies, from plan to end,
// before each single request of the first one's apply.
func TestApplyOfAnotherWorkspaceAtAnyPointSharesNoNumber(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]acctest.Values{
		"Twilio alone": {"purchase": acctest.Values{"country": "US"}, "voice_url": "https://example.com"},
		"on Nixflex":   {"purchase": acctest.Values{"country": "US"}, "nixflex": acctest.Values{"agent_id": nixflexSupport}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			points, open := 0, 0
			for at := 1; ; at++ {
				sim := acctest.Start(t)
				sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
				first := sim.Driver(t, nil).Resource("telephony_phone_number")
				second := sim.Driver(t, nil).Resource("telephony_phone_number")
				plan := first.Plan(config)
				sim.ResetRequests()
				interrupted := false
				sim.BeforeNth(at, "", "", func() {
					interrupted = true
					if diags := second.Apply(second.Plan(config)); diags.Failed() {
						t.Errorf("before request %d, the second workspace: %+v", at, diags)
					}
				})
				diags := first.Apply(plan)
				if !interrupted {
					if diags.Failed() {
						t.Errorf("undisturbed: %+v", diags)
					}
					break
				}
				points++
				if hooked := sim.Requests()[at-1]; hooked.Method == "POST" && strings.Contains(hooked.Path, "/PN") {
					// A whole apply between a look at a number and the write that follows at
					// once: the window that stays, see lifecycle/purchase.
					open++
					continue
				}
				expectNoMarker(t, sim)
				bought := sim.Twilio().Purchases()
				if diags.Failed() { // it lost its number to the second one, and says which
					taken, _ := second.State()["id"].(string)
					if first.State() != nil || len(bought) != 1 || !strings.Contains(fmt.Sprint(diags), taken) {
						t.Errorf("before request %d: bought %v, the second workspace has %s: %+v", at, bought, taken, diags)
					}
					continue
				}
				if first.State()["id"] == second.State()["id"] || len(bought) != 2 {
					t.Errorf("before request %d: %v and %v of %v", at, first.State()["id"], second.State()["id"], bought)
				}
			}
			t.Logf("%d points, %d of them in the window", points, open)
			if points < 5 || open > 2 {
				t.Errorf("%d points, %d of them in the window, prove nothing", points, open)
			}
		})
	}
}

// A creation that fails takes its marker along or, where it cannot, remembers
// it: no other resource ends up with its number unnoticed.
func TestFailedCreationIsNotClaimedUnnoticed(t *testing.T) {
	t.Parallel()
	config := acctest.Values{"purchase": acctest.Values{"country": "US"}, "nixflex": acctest.Values{"agent_id": nixflexSupport}}
	for name, test := range map[string]struct {
		fault simulator.Fault
		lost  bool
	}{
		"the attach fails":       {simulator.Fault{Service: simulator.Nixflex, Method: "POST", Status: 400}, false},
		"nothing can be written": {simulator.Fault{Method: "POST", Path: "*PN*", Status: 500}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
			driver := sim.Driver(t, nil)
			first, second := driver.Resource("telephony_phone_number"), sim.Driver(t, nil).Resource("telephony_phone_number")
			sim.Inject(test.fault)
			if diags := first.Apply(first.Plan(config)); diags.Failed() || first.State()["status"] != "corrupted" {
				t.Fatalf("the creation did not fail as it should: %+v", diags)
			}
			sim.ClearFaults()
			driver.Restart()
			first.Read()
			repair := first.Plan(config)
			// The other workspace claims the number, and is not done yet.
			sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: "POST", Status: 500})
			sim.Inject(simulator.Fault{Method: "POST", Path: "*PN*", Skip: 1, Status: 500})
			second.Apply(second.Plan(config))
			sim.ClearFaults()
			diags := first.Apply(repair)
			if lost := strings.Contains(fmt.Sprint(diags), "another creation with the same criteria has claimed"); lost != test.lost {
				t.Errorf("%+v", diags)
			}
			if shared := first.State()["id"] == second.State()["id"]; shared != test.lost {
				t.Errorf("%v and %v", first.State()["id"], second.State()["id"])
			}
			if test.lost && first.State()["status"] != "corrupted" {
				t.Errorf("the first one is %v", first.State()["status"])
			}
		})
	}
}

// What is not a second import of the number must not be taken for one.
func TestOneNumberIsNotImportedIntoTwoResources(t *testing.T) {
	t.Parallel()
	const conflict = "already managed by another telephony_phone_number"
	config := acctest.Values{"phone_number": number}
	planBoth := func(one, other *acctest.Resource) acctest.Diagnostics {
		return append(one.Plan(config).Diagnostics, other.Plan(config).Diagnostics...)
	}
	for name, test := range map[string]struct {
		steps    func(first, second *acctest.Resource, driver *acctest.Driver) acctest.Diagnostics
		conflict bool
	}{
		"two imports": {func(first, second *acctest.Resource, _ *acctest.Driver) acctest.Diagnostics {
			return append(append(first.Import(number), second.Import(number)...), planBoth(first, second)...)
		}, true},
		"by different IDs": {func(first, second *acctest.Resource, _ *acctest.Driver) acctest.Diagnostics {
			return append(append(first.Import(number), second.Import("twilio/"+number)...), planBoth(first, second)...)
		}, true},
		"the import after the refresh of the other": {func(first, second *acctest.Resource, driver *acctest.Driver) acctest.Diagnostics {
			first.Import(number)
			driver.Restart()
			return append(append(first.Read(), second.Import(number)...), planBoth(first, second)...)
		}, true},
		"the import before the refresh of the other": {func(first, second *acctest.Resource, driver *acctest.Driver) acctest.Diagnostics {
			first.Import(number)
			driver.Restart()
			return append(append(second.Import(number), first.Read()...), planBoth(second, first)...)
		}, true},
		"the import before the plan of the other, which is not refreshed": {func(first, second *acctest.Resource, driver *acctest.Driver) acctest.Diagnostics {
			first.Import(number)
			driver.Restart()
			return append(second.Import(number), planBoth(first, second)...)
		}, true},
		"an import, refreshed and planned twice": {func(first, _ *acctest.Resource, _ *acctest.Driver) acctest.Diagnostics {
			all := append(first.Import(number), first.Read()...)
			all = append(all, first.Plan(config).Diagnostics...)
			all = append(all, first.Read()...)
			return append(all, first.Plan(config).Diagnostics...)
		}, false},
		"an import, and its end": {func(first, _ *acctest.Resource, _ *acctest.Driver) acctest.Diagnostics {
			all := first.Import(number)
			return append(all, first.Apply(first.PlanDestroy())...)
		}, false},
		"an import in the next run": {func(first, second *acctest.Resource, driver *acctest.Driver) acctest.Diagnostics {
			all := first.Import(number)
			driver.Restart()
			return append(all, second.Import(number)...)
		}, false},
		"a resource that was imported once, and its replacement": {func(first, _ *acctest.Resource, driver *acctest.Driver) acctest.Diagnostics {
			all := first.Import(number)
			driver.Restart()
			first.Tainted = true
			all = append(all, first.Read()...)
			return append(all, first.Apply(first.Plan(config))...)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			driver := sim.Driver(t, nil)
			diags := test.steps(driver.Resource("telephony_phone_number"), driver.Resource("telephony_phone_number"), driver)
			if found := strings.Contains(fmt.Sprint(diags), conflict); found != test.conflict || diags.Failed() != test.conflict {
				t.Errorf("%+v", diags)
			}
			if len(sim.Twilio().Released()) > 0 {
				t.Error("released")
			}
		})
	}
}

func TestAccImportOfANumberThatIsManagedAlready(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	cli := sim.Terraform(t)
	managed := hcl(sim, `phone_number = "`+number+`"`)
	other := func(name string) string {
		return fmt.Sprintf(`
			import {
				to = telephony_phone_number.%[1]s
				id = %[2]q
			}
			resource "telephony_phone_number" %[1]q {
				phone_number = %[2]q
			}`, name, number)
	}
	refused := func(when string) {
		t.Helper()
		diagnostics, plan := cli.Plan()
		if plan != nil || !strings.Contains(fmt.Sprint(diagnostics), "already managed by another") {
			t.Errorf("%s: %+v", when, diagnostics)
		}
	}
	cli.Configure(sim.Provider() + other("two") + other("three"))
	refused("two imports of one number")
	cli.Configure(managed)
	cli.Apply()
	cli.Configure(managed + other("other"))
	refused("an import beside the resource that has it")
	cli.Configure(managed + `
		import {
			to = ` + this + `
			id = "` + number + `"
		}`)
	cli.Must(0, "plan", "-detailed-exitcode") // it is there already
	cli.Configure(sim.Provider() + `
		moved {
			from = ` + this + `
			to   = telephony_phone_number.renamed
		}
		resource "telephony_phone_number" "renamed" {
			phone_number = "` + number + `"
		}`)
	cli.Apply()
	expectOwned(t, sim, number)
	expectWrites(t, sim)
}
