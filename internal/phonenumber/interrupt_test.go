package phonenumber_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// patience is how long an interrupted run may take. It is no measure of how fast
// that is: a request that nobody cancels takes 30 s, and the waits of these tests
// an hour.
const patience = 20 * time.Second

// interrupt runs a command, and interrupts it as soon as struck is closed. It has
// to end by itself.
func interrupt(t *testing.T, cli *acctest.CLI, struck <-chan struct{}, args ...string) acctest.Result {
	t.Helper()
	command := cli.Start(args...)
	ended := make(chan acctest.Result, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-struck:
	case result := <-ended:
		t.Fatalf("it was over before it could be interrupted:\n%s\n%s", result.Stdout, result.Stderr)
	}
	if err := command.Interrupt(); err != nil {
		t.Fatal(err)
	}
	select {
	case result := <-ended:
		return result
	case <-time.After(patience):
		t.Fatal("an interrupt does not end it")
		return acctest.Result{}
	}
}

func TestAccInterruptAtAnyCallLosesNothing(t *testing.T) {
	t.Parallel()
	points := func(_ chapter, requests []string) []point {
		var chosen []point
		for i := range requests {
			chosen = append(chosen, point{at: i + 1})
			if !isRead(requests[i]) {
				chosen = append(chosen, point{at: i + 1, effect: true})
			}
		}
		return chosen
	}
	tried, failed := cutShort(t, 1, points, func(s *stage, at point) {
		struck := make(chan struct{})
		s.gate.strike = func(_ http.ResponseWriter, r *http.Request, effect func()) {
			if at.effect {
				effect()
			}
			hang(r, struck)
		}
		s.gate.watch(true)
		result := interrupt(s.t, s.cli, struck, "apply", "-no-color", "-input=false", "plan.out")
		s.gate.watch(false)
		if at.effect && strings.HasSuffix(s.gate.seen[at.at-1], "/IncomingPhoneNumbers.json") {
			s.expectInState(result)
		}
		for _, r := range s.resources() {
			if r.Tainted {
				s.t.Errorf("%s is tainted:\n%s", r.Address, result.Stderr)
			}
		}
	})
	t.Logf("interrupted at %d points; failures: %d", tried, failed)
}

// hang tells that the request is there, and lets it wait until its sender gives up.
func hang(r *http.Request, struck chan<- struct{}) {
	_, _ = io.Copy(io.Discard, r.Body) // the end of the connection shows only after that of the body
	close(struck)
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// Where nobody answers the look-up either, the run ends all the same, and the next
// one finds the number instead of buying another.
func TestAccInterruptedPurchaseOfWhichNothingIsHeardIsFoundByTheNextApply(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"create/twilio alone/by search", "create/twilio alone/bought", "create/dialnexa/bought", "create/dialnexa B/bought",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := chapters()[name].begin(t)
			s.gate.at, s.gate.only = 1, "POST "
			struck := make(chan struct{})
			s.gate.strike = func(_ http.ResponseWriter, r *http.Request, effect func()) {
				effect()
				s.sim.Inject(simulator.Fault{Hang: true})
				hang(r, struck)
			}
			s.gate.watch(true)
			interrupt(t, s.cli, struck, "apply", "-no-color", "-input=false", "plan.out")
			s.gate.watch(false)
			if held := s.resources(); len(held) > 0 {
				t.Errorf("state has %+v", held)
			}
			s.sim.ClearFaults()
			s.settle()
			bought := append(s.sim.Twilio().Purchases(), s.sim.DialNexa().Purchases()...)
			if held := s.resources(); len(bought) != 1 || len(held) != 1 || held[0].AttributeValues["id"] != bought[0] {
				t.Errorf("state has %+v, bought were %v", held, bought)
			}
		})
	}
}

// expectInState checks that a number whose purchase took effect is in state.
func (s *stage) expectInState(result acctest.Result) {
	s.t.Helper()
	bought := s.sim.Twilio().Purchases()
	if held := s.resources(); len(held) != 1 || len(bought) != 1 || held[0].AttributeValues["id"] != bought[0] {
		s.t.Errorf("state has %+v, bought were %v:\n%s", held, bought, result.Stderr)
	}
}

func TestAccInterruptEndsAnyWait(t *testing.T) {
	t.Parallel()
	adopted := fmt.Sprintf("phone_number = %q\nvoice_url = \"https://example.com\"\n", number)
	onResemble := fmt.Sprintf("phone_number = %q\n%s", number, stations()["resemble"])
	const slow = "timeouts {\n create = \"3h\"\n read = \"3h\"\n update = \"3h\"\n delete = \"3h\"\n}\n"
	for name, tc := range map[string]struct {
		before, config string // of the resource; before is applied
		rules          []simulator.Option
		change         func(*acctest.Simulation)
		method, path   string // of the request that the wait begins with
		hangs          bool   // else it is answered
		// plans stands for terraform plan: the plan that an apply begins with is
		// not one that Terraform interrupts.
		plans bool
	}{
		"the look-up of a plan": {
			config: adopted, method: http.MethodGet, path: "IncomingPhoneNumbers.json", hangs: true, plans: true,
		},
		"a refresh": {
			before: adopted, config: adopted, method: http.MethodGet, path: "IncomingPhoneNumbers", hangs: true, plans: true,
		},
		"a rate limit": {
			config: adopted + slow, method: http.MethodPost, path: "IncomingPhoneNumbers/PN",
			change: func(sim *acctest.Simulation) {
				sim.Inject(simulator.Fault{
					Method: http.MethodPost, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}},
				})
			},
		},
		"a rate limit of a refresh": {
			before: adopted + slow, config: adopted + slow, method: http.MethodGet, path: "IncomingPhoneNumbers", plans: true,
			change: func(sim *acctest.Simulation) {
				sim.Inject(simulator.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}}})
			},
		},
		"a deletion that the platform does in its own time": {
			rules:  []simulator.Option{simulator.WithResemble(simulator.ResembleRules{SlowDeletion: 100})},
			before: onResemble, method: http.MethodDelete, path: "/phone_numbers/",
		},
		"the deregistration of an emergency address": {
			before: fmt.Sprintf("phone_number = %q\nrelease_on_destroy = \"release\"\nderegister_emergency_address = true\n", number),
			change: func(sim *acctest.Simulation) {
				sim.Twilio().SetRules(func(r *simulator.TwilioRules) { r.EmergencyReads = 100 })
			},
			method: http.MethodPost, path: "IncomingPhoneNumbers/PN",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			struck := make(chan struct{})
			armed := &gate{at: 1}
			sim := acctest.Start(t, tc.rules...)
			armed.strike = func(w http.ResponseWriter, r *http.Request, _ func()) {
				if tc.hangs {
					hang(r, struck)
				}
				sim.ServeHTTP(w, r)
				close(struck)
			}
			armed.only = tc.method + " " + tc.path
			sim = sim.Behind(t, armed.before)
			seedStations(sim)
			if strings.Contains(tc.before, "deregister") {
				owned(sim, simulator.TwilioNumber{EmergencyAddressSID: sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")})
			}
			cli := sim.Processes(t, time.Hour)
			cli.Drive(sim, false)
			run := []string{"apply", "-no-color", "-input=false", "-auto-approve"}
			if tc.before != "" {
				cli.Configure(everywhere(sim, tc.before))
				cli.Must(0, run...)
			}
			if tc.change != nil {
				tc.change(sim)
			}
			if tc.config == "" {
				cli.Configure(everyService(sim))
			} else {
				cli.Configure(everywhere(sim, tc.config))
			}
			if tc.plans {
				run = []string{"plan", "-no-color", "-input=false"}
			}
			armed.watch(true)
			result := interrupt(t, cli, struck, run...)
			armed.watch(false)
			if result.Code == 0 {
				t.Errorf("an interrupted run counts as a success:\n%s", result.Stdout)
			}
			expectOwned(t, sim, number)
		})
	}
}
