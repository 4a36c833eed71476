package phonenumber_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// call is one that Terraform makes for one of two instances.
type call struct {
	of   string // an order keeps the calls of one instance as they come
	make func() acctest.Diagnostics
}

// orders are all orders of the calls in which those of one instance stay in theirs.
func orders(calls []call) [][]call {
	if len(calls) == 0 {
		return [][]call{nil}
	}
	var all [][]call
	begun := map[string]bool{}
	for i, next := range calls {
		if begun[next.of] {
			continue
		}
		begun[next.of] = true
		for _, rest := range orders(slices.Delete(slices.Clone(calls), i, i+1)) {
			all = append(all, append([]call{next}, rest...))
		}
	}
	return all
}

// homesOfOneNumber are those in which an end can take the number off the air.
var homesOfOneNumber = []string{
	"none", "nixflex", "resemble", "synthflow from twilio", "synthflow bought", "dialnexa A", "dialnexa B",
}

// A resource that has another address now is destroyed at the one and created at
// the other: whatever the order of Terraform's calls, the plan says the same, no
// number is given up, and none is left off the air.
func TestRenamedResourceKeepsItsNumberInEveryOrder(t *testing.T) {
	t.Parallel()
	oneOf := acctest.OneOf(t, 7, 1)
	var cases atomic.Int64
	t.Run("at", func(t *testing.T) {
		for first, home := range homesOfOneNumber {
			t.Run(home, func(t *testing.T) {
				t.Parallel()
				n := first // so that the sample at the next home has other orders
				for _, action := range []string{"detach", "release", "force_delete"} {
					for _, refreshes := range []bool{true, false} {
						m := renaming{home, action, refreshes}
						_, _, calls, _, _ := m.planned(t)
						for order := range orders(calls) {
							for _, oldFirst := range []bool{true, false} {
								if n++; n%oneOf == 0 {
									cases.Add(1)
									m.keepsItsNumber(t, order, oldFirst)
								}
							}
						}
					}
				}
			})
		}
	})
	t.Logf("%d orders", cases.Load())
	if cases.Load() < int64(100/oneOf) {
		t.Errorf("%d orders prove nothing", cases.Load())
	}
}

// renaming is a change of the address of a number that is at home somewhere.
type renaming struct {
	home, action string
	refreshes    bool
}

// planned is the world, the resource at the new address, and the calls that plan
// both: the end of the one and the creation of the other.
func (m renaming) planned(t *testing.T) (
	w *world, second *acctest.Resource, calls []call, ending, creating **acctest.Plan,
) {
	t.Helper()
	w = begin(t, life{number: "+14155550177", spelling: "+14155550177", home: m.home, from: adopted, action: m.action, agent: true})
	if diags := w.resource.Apply(w.resource.Plan(w.config)); diags.Failed() {
		t.Fatalf("%s, %s: %+v", m.home, m.action, diags)
	}
	w.driver.Restart()
	second = w.driver.Resource("telephony_phone_number")
	ending, creating = new(*acctest.Plan), new(*acctest.Plan)
	if m.refreshes {
		calls = append(calls, call{"old", w.resource.Read})
	}
	calls = append(calls,
		call{"old", func() acctest.Diagnostics { *ending = w.resource.PlanDestroy(); return (*ending).Diagnostics }},
		call{"new", func() acctest.Diagnostics { *creating = second.Plan(w.config); return (*creating).Diagnostics }})
	return w, second, calls, ending, creating
}

// keepsItsNumber makes the calls in one order, and applies both plans in one.
func (m renaming) keepsItsNumber(t *testing.T, order int, oldFirst bool) {
	t.Helper()
	w, second, calls, ending, creating := m.planned(t)
	what := fmt.Sprintf("%s, %s, refresh %t, order %d, old first %t", m.home, m.action, m.refreshes, order, oldFirst)
	var diags acctest.Diagnostics
	for _, next := range orders(calls)[order] {
		diags = append(diags, next.make()...)
	}
	if m.action == "release" {
		if !diags.Failed() || !strings.Contains(fmt.Sprint(diags), "moved block") {
			t.Errorf("%s: planned %+v", what, diags)
		}
		return
	}
	if diags.Failed() || !strings.Contains(fmt.Sprint(diags), "is destroyed and created again") {
		t.Errorf("%s: planned %+v", what, diags)
		return
	}
	apply := []func() acctest.Diagnostics{
		func() acctest.Diagnostics { return w.resource.Apply(*ending) },
		func() acctest.Diagnostics { return second.ApplyAs(*creating, w.config) },
	}
	if !oldFirst {
		slices.Reverse(apply)
	}
	for _, half := range apply {
		if diags := half(); diags.Failed() {
			t.Errorf("%s: applied %+v", what, diags)
		}
	}
	w.driver.Restart()
	second.Read()
	if again := second.Plan(w.config); again.Action != acctest.NoOp || second.State()["status"] != "active" || !w.owned() {
		t.Errorf("%s: then %s, %v, owned %t", what, again.Action, second.State()["status"], w.owned())
	}
	if w.platform != "" && !w.isListed() {
		t.Errorf("%s: it is off its platform", what)
	}
	second.Destroy()
}

// Whoever comes second to a number is refused, and so is whoever ends one of two
// that share it.
func TestSecondResourceWithANumberIsRefusedInEveryOrder(t *testing.T) {
	t.Parallel()
	config := acctest.Values{"phone_number": number, "voice_url": "https://example.com/v"}
	other := maps.Clone(config)
	other["release_on_destroy"] = "release"
	for name, test := range map[string]struct {
		first, second bool // is in state
		ends          bool // the second one is destroyed
	}{
		"a second one is created":    {first: true},
		"two are created":            {},
		"both are in state and stay": {first: true, second: true},
		"one of two ends":            {first: true, second: true, ends: true},
	} {
		for _, refreshes := range []bool{true, false} {
			begun := func() (*acctest.Simulation, []call) {
				sim := acctest.Start(t)
				owned(sim, simulator.TwilioNumber{})
				driver := sim.Driver(t, nil)
				var calls []call
				for i, inState := range []bool{test.first, test.second} {
					r, wanted, of := driver.Resource("telephony_phone_number"), config, fmt.Sprint(i)
					if i == 1 {
						wanted = other
					}
					if inState {
						driver.Restart()
						if diags := r.Apply(r.Plan(wanted)); diags.Failed() {
							t.Fatalf("%+v", diags)
						}
					}
					if inState && refreshes {
						calls = append(calls, call{of, r.Read})
					}
					calls = append(calls, call{of, func() acctest.Diagnostics {
						if i == 1 && test.ends {
							return r.PlanDestroy().Diagnostics
						}
						return r.Plan(wanted).Diagnostics
					}})
				}
				driver.Restart()
				return sim, calls
			}
			_, calls := begun()
			for order := range orders(calls) {
				sim, calls := begun()
				var diags acctest.Diagnostics
				for _, next := range orders(calls)[order] {
					diags = append(diags, next.make()...)
				}
				if !diags.Failed() || !strings.Contains(fmt.Sprint(diags), "is in two resources") {
					t.Errorf("%s, refresh %t, order %d: %+v", name, refreshes, order, diags)
				}
				expectOwned(t, sim, number)
			}
		}
	}
}

// Two resources that swap their numbers would each give up what the other needs.
func TestSwapOfNumbersThatAreReleasedIsRefused(t *testing.T) {
	t.Parallel()
	for _, oneFirst := range []bool{true, false} {
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		owned(sim, simulator.TwilioNumber{PhoneNumber: otherNumber})
		driver := sim.Driver(t, nil)
		of := func(phoneNumber string) acctest.Values {
			return acctest.Values{"phone_number": phoneNumber, "release_on_destroy": "release"}
		}
		one, two := driver.Resource("telephony_phone_number"), driver.Resource("telephony_phone_number")
		one.Apply(one.Plan(of(number)))
		two.Apply(two.Plan(of(otherNumber)))
		driver.Restart()
		one.Read()
		two.Read()
		plans := []func() *acctest.Plan{
			func() *acctest.Plan { return one.Plan(of(otherNumber)) }, func() *acctest.Plan { return two.Plan(of(number)) },
		}
		if !oneFirst {
			slices.Reverse(plans)
		}
		failed := false
		for _, plan := range plans {
			failed = plan().Diagnostics.Failed() || failed
		}
		if !failed || len(sim.Twilio().Released()) > 0 {
			t.Error("a swap is planned")
		}
	}
}

// A taint hides the destroy from the plan, and without a refresh the state, too:
// the destroy itself knows that the number is created again.
func TestTaintedNumberIsNotReleasedByItsReplacement(t *testing.T) {
	t.Parallel()
	for _, refreshes := range []bool{true, false} {
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		driver := sim.Driver(t, nil)
		r := driver.Resource("telephony_phone_number")
		config := acctest.Values{"phone_number": number, "release_on_destroy": "release"}
		r.Apply(r.Plan(config))
		driver.Restart()
		r.Tainted = true
		if refreshes {
			r.Read()
		}
		plan := r.Plan(config)
		diags := plan.Diagnostics
		if !diags.Failed() {
			diags = r.Apply(plan)
		}
		if !diags.Failed() || !strings.Contains(fmt.Sprint(diags), "terraform untaint") || len(sim.Twilio().Released()) > 0 {
			t.Errorf("refresh %t: %+v, released %v", refreshes, diags, sim.Twilio().Released())
		}
		// The way out works.
		driver.Restart()
		r.Tainted = false
		r.Read()
		if diags := r.Apply(r.PlanDestroy()); diags.Failed() || len(sim.Twilio().Released()) != 1 {
			t.Errorf("refresh %t: after untaint %+v", refreshes, diags)
		}
	}
}
