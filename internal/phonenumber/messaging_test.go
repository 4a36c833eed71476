package phonenumber_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// startPools starts a simulator with two Messaging Services and the number, which
// is in the sender pool of a third one, or in none.
func startPools(t *testing.T, inAnother bool, options ...simulator.Option) (sim *acctest.Simulation, r *acctest.Resource, services []string) {
	t.Helper()
	sim = acctest.Start(t, options...)
	for range 3 {
		services = append(services, sim.Twilio().AddService(simulator.TwilioService{InboundRequestURL: theirsURL}))
	}
	n := simulator.TwilioNumber{SID: numberSID}
	if inAnother {
		n.MessagingServiceSID = services[2]
	}
	owned(sim, n)
	return sim, sim.Driver(t, acctest.Values{"max_retries": 0}).Resource(oneNumber), services
}

// pool is the Messaging Service of the number.
func pool(sim *acctest.Simulation) string {
	n, _ := sim.Twilio().Number(number)
	return n.MessagingServiceSID
}

func inPool(service string) acctest.Values {
	return acctest.Values{"phone_number": number, "messaging_service_sid": service}
}

// A number joins a pool, changes it in place, is brought back where it has drifted,
// and leaves it when it is named no longer.
func TestMembershipOfAMessagingService(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.TwilioRules{"joins with 201": {}, "joins with 200": {MemberAnswers200: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, _, services := startPools(t, false, simulator.WithTwilio(rules))
			driver := sim.Driver(t, nil)
			r := driver.Resource(oneNumber)
			member := func(service string) string { return "/v1/Services/" + service + "/PhoneNumbers" }
			apply := func(config acctest.Values, want ...string) {
				t.Helper()
				sim.ResetRequests()
				mustApply(t, r, config)
				expectWrites(t, sim, want...)
				expectSettled(t, r, config)
			}
			apply(inPool(services[0]), "POST "+member(services[0])+" PhoneNumberSid="+numberSID)
			apply(inPool(services[1]), "DELETE "+member(services[0])+"/"+numberSID+" ", "POST "+member(services[1])+" PhoneNumberSid="+numberSID)

			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.MessagingServiceSID = services[2] })
			driver.Restart() // a run asks once
			mustRead(t, r)
			if p := r.Plan(inPool(services[1])); p.Action != acctest.Update || p.Before["messaging_service_sid"] != services[2] {
				t.Errorf("the plan is %s, from %v", p.Action, p.Before["messaging_service_sid"])
			}
			apply(inPool(services[1]), "DELETE "+member(services[2])+"/"+numberSID+" ", "POST "+member(services[1])+" PhoneNumberSid="+numberSID)
			apply(acctest.Values{"phone_number": number}, "DELETE "+member(services[1])+"/"+numberSID+" ")
			if got := pool(sim); got != "" {
				t.Errorf("it is in %s", got)
			}
		})
	}
}

// What a destroy makes of a membership, by how the number came to it.
func TestEndOfAMembership(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		inAnother bool // at the adoption
		config    func(services []string) acctest.Values
		since     func(sim *acctest.Simulation, services []string)
		says      string
		left      int // of the services; -1: none
	}{
		{
			name: "not named", inAnother: true,
			config: func([]string) acctest.Values { return acctest.Values{"phone_number": number} },
			says:   "wired nothing", left: 2,
		},
		{
			name:   "named",
			config: func(services []string) acctest.Values { return inPool(services[0]) },
			says:   "Clear messaging_service_sid", left: -1,
		},
		{
			name: "named, and taken from another", inAnother: true,
			config: func(services []string) acctest.Values { return inPool(services[0]) },
			says:   "Clear messaging_service_sid", left: -1,
		},
		{
			name: "named, and given back", inAnother: true,
			config: func(services []string) acctest.Values {
				config := inPool(services[0])
				config["restore_on_detach"] = true
				return config
			},
			says: "messaging_service_sid back to", left: 2,
		},
		{
			name: "named, and not to be given back any more", inAnother: true,
			config: func(services []string) acctest.Values {
				config := inPool(services[0])
				config["restore_on_detach"] = true
				return config
			},
			since: func(sim *acctest.Simulation, services []string) { sim.Twilio().RemoveService(services[2]) },
			says:  "messaging_service_sid back to", left: -1,
		},
		{
			name:   "moved by somebody else since",
			config: func(services []string) acctest.Values { return inPool(services[0]) },
			since: func(sim *acctest.Simulation, services []string) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.MessagingServiceSID = services[1] })
			},
			says: "messaging_service_sid", left: 1,
		},
		{
			name: "released",
			config: func(services []string) acctest.Values {
				config := inPool(services[0])
				config["release_on_destroy"] = "release"
				return config
			},
			says: "Release", left: -1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sim, r, services := startPools(t, test.inAnother)
			config := test.config(services)
			mustApply(t, r, config)
			expectSettled(t, r, config)
			if test.since != nil {
				test.since(sim, services)
			}
			steps, _ := r.State()["destroy_steps"].([]string)
			if text := strings.Join(steps, "\n"); !strings.Contains(text, test.says) {
				t.Errorf("the steps are %s", text)
			}
			if diags := r.Destroy(); diags.Failed() {
				t.Fatalf("%+v", diags)
			}
			want := ""
			if test.left >= 0 {
				want = services[test.left]
			}
			if got := pool(sim); got != want {
				t.Errorf("it is in %q, want %q", got, want)
			}
		})
	}
}

// A membership that the configuration does not name is left alone, and costs no
// call of a plan or an apply.
func TestUnnamedMembershipIsNotAskedFor(t *testing.T) {
	t.Parallel()
	sim, r, services := startPools(t, true)
	config := acctest.Values{"phone_number": number, "voice_url": oursURL}
	mustApply(t, r, config)
	expectSettled(t, r, config)
	if diags := r.Destroy(); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	for _, request := range sim.Requests() {
		if strings.HasPrefix(request.Path, "/v1/Services") {
			t.Errorf("asked %s", request)
		}
	}
	if pool(sim) != services[2] {
		t.Errorf("it is in %q", pool(sim))
	}
}

// An adoption says which Service it takes the number out of.
func TestAdoptionSaysWhichServiceItLeaves(t *testing.T) {
	t.Parallel()
	_, r, services := startPools(t, true)
	expectSays(t, r.Plan(inPool(services[0])).Diagnostics, "warning", `messaging_service_sid: "`+services[2]+`" -> "`+services[0]+`"`)
}

// Where the second Service refuses the number, the first has it back.
func TestMembershipIsNeverInNeither(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{
		{Method: "POST", Status: http.StatusConflict, Body: `{"code": 21714, "status": 409, "message": "The pool is full."}`, Times: 1},
		{Method: "POST", Status: http.StatusInternalServerError, Times: 1},
	} {
		sim, r, services := startPools(t, false)
		mustApply(t, r, inPool(services[0]))
		fault.Path = services[1]
		sim.Inject(fault)
		if _, diags := r.TerraformApply(inPool(services[1])); !diags.Failed() {
			t.Error("it was meant to fail")
		} else {
			expectSays(t, diags, "error", services[1], "it is back in "+services[0])
		}
		if got := pool(sim); got != services[0] || r.State()["messaging_service_sid"] != services[0] {
			t.Errorf("it is in %q, state has %v", got, r.State()["messaging_service_sid"])
		}
		mustApply(t, r, inPool(services[1]))
		expectSettled(t, r, inPool(services[1]))
	}
}

// An import takes the membership over; where it cannot be told, that is a note, and
// the membership is left alone.
func TestImportTakesTheMembershipOver(t *testing.T) {
	t.Parallel()
	sim, r, services := startPools(t, true)
	if diags := r.Import(number); len(diags) > 0 {
		t.Fatalf("%+v", diags)
	}
	config := inPool(services[2])
	config["friendly_name"] = r.State()["friendly_name"]
	expectSettled(t, r, config)
	if diags := r.Destroy(); diags.Failed() || pool(sim) != "" {
		t.Errorf("it is in %q: %+v", pool(sim), diags)
	}

	sim, r, _ = startPools(t, true)
	sim.Inject(simulator.Fault{Path: "/v1/Services", Status: http.StatusForbidden, Body: `{"code": 20003, "status": 403, "message": "Forbidden"}`})
	diags := r.Import(number)
	if diags.Failed() || r.State()["messaging_service_sid"] != nil {
		t.Fatalf("%+v", diags)
	}
	expectSays(t, diags, "warning", "could be taken over")
	expectSettled(t, r, acctest.Values{"phone_number": number, "friendly_name": r.State()["friendly_name"]})
}

// A transfer leaves the Service of the account that loses the number, and a Service
// of another account than the credentials' is refused.
func TestMembershipAndTransfer(t *testing.T) {
	t.Parallel()
	for _, rules := range []simulator.TwilioRules{{}, {TransferKeepsMember: true}, {TransferChangesSID: true}} {
		sim, r, services := startPools(t, false, simulator.WithTwilio(rules))
		sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
		mustApply(t, r, inPool(services[0]))
		there := inPool(services[0])
		there["account_sid"] = sub.SID
		if _, diags := r.TerraformApply(there); !diags.Failed() {
			t.Error("a Service of another account was meant to be refused")
		} else {
			expectSays(t, diags, "error", "messaging_service_sid", "credentials of its own account")
		}
		if pool(sim) != services[0] {
			t.Errorf("it is in %q", pool(sim))
		}
		delete(there, "messaging_service_sid")
		mustApply(t, r, there)
		expectSettled(t, r, there)
		if n, _ := sim.Twilio().Number(number); n.AccountSID != sub.SID || n.MessagingServiceSID != "" {
			t.Errorf("it is in account %s and in %q", n.AccountSID, n.MessagingServiceSID)
		}
	}
}

// Services are listed once a run, and each pool once, however many numbers there are.
func TestPoolsAreReadOncePerRun(t *testing.T) {
	t.Parallel()
	const count = 30
	sim, _, services := startPools(t, false)
	driver := sim.Driver(t, nil)
	phone := func(i int) string { return fmt.Sprintf("+141555502%02d", i) }
	resources := make([]*acctest.Resource, count)
	config := func(i int) acctest.Values {
		return acctest.Values{"phone_number": phone(i), "messaging_service_sid": services[i%2]}
	}
	for i := range count {
		owned(sim, simulator.TwilioNumber{PhoneNumber: phone(i)})
		resources[i] = driver.Resource(oneNumber)
		mustApply(t, resources[i], config(i))
	}
	driver.Restart()
	sim.ResetRequests()
	for i, r := range resources {
		mustRead(t, r)
		if p := r.Plan(config(i)); p.Action != acctest.NoOp {
			t.Errorf("the plan of %s is %s", phone(i), p.Action)
		}
	}
	asked := 0
	for _, request := range sim.Requests() {
		if strings.HasPrefix(request.Path, "/v1/Services") {
			asked++
		}
	}
	if asked != 1+len(services) {
		t.Errorf("%d requests for %d Services", asked, len(services))
	}
}

// A detach that is to put a number back into the pool in which it was found never
// leaves it in neither, and one that was cut short in between is completed.
func TestDetachIntoThePoolThatRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(sim *acctest.Simulation, services []string)
		fails  bool
	}{
		"refused for now": {
			before: func(sim *acctest.Simulation, services []string) {
				sim.Inject(simulator.Fault{
					Method: "POST", Path: services[2], Status: http.StatusBadRequest, Times: 1,
					Body: `{"code": 21714, "status": 400, "message": "Messaging Service Number Pool size limit reached"}`,
				})
			},
			fails: true,
		},
		"answer lost": {
			before: func(sim *acctest.Simulation, services []string) {
				sim.Inject(simulator.Fault{Method: "POST", Path: services[2], Status: http.StatusInternalServerError, Times: 1})
			},
			fails: true,
		},
		"cut short in between": {
			before: func(sim *acctest.Simulation, _ []string) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.MessagingServiceSID = "" })
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, r, services := startPools(t, true)
			config := inPool(services[0])
			config["restore_on_detach"] = true
			mustApply(t, r, config)
			test.before(sim, services)
			if test.fails {
				diags := r.Destroy()
				expectSays(t, diags, "error", services[2], "it is back in "+services[0], "restore_on_detach = false")
				if got := pool(sim); got != services[0] || r.State() == nil {
					t.Errorf("it is in %q, and the state has %v", got, r.State())
				}
			}
			if diags := r.Destroy(); diags.Failed() || pool(sim) != services[2] {
				t.Errorf("it is in %q: %+v", pool(sim), diags)
			}
		})
	}
}

// A move from another provider takes the membership over: what names it keeps it, and
// what does not is warned of before it is cleared.
func TestMoveTakesTheMembershipOver(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{true, false} {
		sim, r, services := startPools(t, true)
		if diags := r.Move("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", 0, fmt.Sprintf(
			`{"sid": %q, "phone_number": %q, "account_sid": %q}`, numberSID, number, simulator.DefaultAccountSID)); diags.Failed() {
			t.Fatalf("%+v", diags)
		}
		mustRead(t, r)
		config := acctest.Values{"phone_number": number, "friendly_name": r.State()["friendly_name"]}
		if named {
			config["messaging_service_sid"] = services[2]
			expectSettled(t, r, config)
			continue
		}
		expectSays(t, r.Plan(config).Diagnostics, "warning", "is cleared that an import took over", "messaging_service_sid", services[2])
		mustApply(t, r, config)
		if pool(sim) != "" {
			t.Errorf("it is in %q", pool(sim))
		}
	}
}

// A number without SMS, and a full pool, are explained by the setting that is to blame.
func TestServiceThatRefusesIsExplained(t *testing.T) {
	t.Parallel()
	sim, r, services := startPools(t, false, simulator.WithTwilio(simulator.TwilioRules{PoolSize: 1}))
	owned(sim, simulator.TwilioNumber{PhoneNumber: otherNumber, MessagingServiceSID: services[0]})
	diags := mustApply(t, r, inPool(services[0]))
	expectSays(t, diags, "warning", "21714", "the sender pool of the Messaging Service is full")
	if r.State()["status"] != "corrupted" {
		t.Errorf("the status is %v", r.State()["status"])
	}
	mustApply(t, r, inPool(services[1]))
	expectSettled(t, r, inPool(services[1]))

	sim, r, services = startPools(t, false)
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.Capabilities = simulator.TwilioCapabilities{Voice: true} })
	expectSays(t, r.Plan(inPool(services[0])).Diagnostics, "error", number+" has no sms", "messaging_service_sid")
}

// A Service that still lists a number that was released is no other number's.
func TestReleasedMemberIsNoOtherNumbers(t *testing.T) {
	t.Parallel()
	sim, r, services := startPools(t, false, simulator.WithTwilio(simulator.TwilioRules{ReleasedStaysMember: true, ReleasedCanBeBought: true}))
	config := inPool(services[0])
	config["release_on_destroy"] = "release"
	mustApply(t, r, config)
	if diags := r.Destroy(); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	config["purchase"] = acctest.Values{}
	mustApply(t, r, config)
	expectSettled(t, r, config)
	if pool(sim) != services[0] {
		t.Errorf("it is in %q", pool(sim))
	}
}
