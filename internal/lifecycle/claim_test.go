package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const agent = "agent_00000000000000aa"

// searched is a number that is to be bought by a search.
func searched(on string) platform.Number {
	n := platform.Number{
		Platform: on, Carrier: twilio.Kind.Name, Action: platform.Detach,
		Purchase: &platform.Purchase{Country: "US", Type: "local"},
		Settings: platform.Values{},
	}
	if on == nixflex.Kind.Name {
		n.Block = platform.Values{"agent_id": agent}
	}
	return n
}

// manager makes the manager of one run, whose requests go through the transport.
func manager(t *testing.T, transport http.RoundTripper) *lifecycle.Manager {
	t.Helper()
	client := func(
		kind platform.Kind, connect func(platform.Arguments) (httpapi.Endpoint, error),
		describe func(int, http.Header, []byte) httpapi.Fault, arguments platform.Arguments,
	) *httpapi.Client {
		endpoint, err := connect(arguments)
		if err != nil {
			t.Fatal(err)
		}
		return httpapi.New(kind.Title, endpoint, describe, httpapi.Options{
			Transport: transport, Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond},
		})
	}
	const base = "http://127.0.0.1"
	return lifecycle.New(lifecycle.Services{
		Kinds: kinds.Table{twilio.Kind, nixflex.Kind},
		Carriers: map[string]platform.Carrier{twilio.Kind.Name: twilio.New(
			client(twilio.Kind, twilio.Connect, twilio.Describe, platform.Arguments{
				"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken, "base_url": base + "/twilio",
			}), simulator.DefaultAccountSID, time.Nanosecond)},
		Platforms: map[string]platform.Platform{nixflex.Kind.Name: nixflex.New(
			client(nixflex.Kind, nixflex.Connect, nixflex.Describe, platform.Arguments{
				"api_key": simulator.DefaultNixflexKey, "base_url": base + "/nixflex",
			}), simulator.DefaultAccountSID, simulator.DefaultAuthToken)},
		AccountSID: simulator.DefaultAccountSID,
	})
}

// world is a simulator with an agent and numbers that carry markers.
func world(markers ...string) *simulator.Server {
	sim := simulator.New()
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: agent})
	for i, marker := range markers {
		sim.Twilio().AddNumber(simulator.TwilioNumber{
			PhoneNumber: fmt.Sprintf("+1212555010%d", i), FriendlyName: marker,
			Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true},
		})
	}
	return sim
}

// direct hands requests to a simulator without a network in between.
type direct struct{ sim *simulator.Server }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil {
		req.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.sim.ServeHTTP(w, req)
	return w.Result(), nil
}

// creation is one that is taken from request to request, as a schedule says.
type creation struct {
	direct
	waiting chan string   // a request has come, "GET /path"
	turn    chan struct{} // it may go through
	over    chan struct{} // the creation is over

	got platform.Number
	err error
}

func (c *creation) RoundTrip(req *http.Request) (*http.Response, error) {
	c.waiting <- req.Method + " " + req.URL.Path
	<-c.turn
	return c.direct.RoundTrip(req)
}

func begin(t *testing.T, sim *simulator.Server, want platform.Number) *creation {
	c := &creation{
		direct: direct{sim}, waiting: make(chan string), turn: make(chan struct{}), over: make(chan struct{}),
	}
	m := manager(t, c)
	go func() {
		defer close(c.over)
		c.got, c.err = m.Create(context.WithoutCancel(t.Context()), want)
	}()
	return c
}

// run runs two creations, each of a run of its own, by a schedule: for each
// request, which of the two may send it. It returns the schedule that it was,
// lengthened by whichever ran last, and the requests with their senders.
func run(t *testing.T, sim *simulator.Server, wants [2]platform.Number, schedule []int) (
	both [2]*creation, ran []int, trace []string,
) {
	t.Helper()
	next := [2]string{}
	arrive := func(i int) {
		select {
		case next[i] = <-both[i].waiting:
		case <-both[i].over:
			next[i] = ""
		}
	}
	for i := range both {
		both[i] = begin(t, sim, wants[i])
		arrive(i)
	}
	for current := 0; next[0] != "" || next[1] != ""; {
		if len(ran) < len(schedule) {
			current = schedule[len(ran)]
		}
		if next[current] == "" {
			current = 1 - current
		}
		trace = append(trace, fmt.Sprint(current, " ", next[current]))
		ran = append(ran, current)
		both[current].turn <- struct{}{}
		arrive(current)
	}
	return both, ran, trace
}

const accountPath = "/twilio/2010-04-01/Accounts/" + simulator.DefaultAccountSID

// overtaken says that a creation was overtaken by two requests or more of the
// other one between its look at a number and its write of it: the one gap that
// a service without conditional writes leaves open.
func overtaken(trace []string) bool {
	for i, request := range trace {
		who, path, found := strings.Cut(request, " GET ")
		if !found || !strings.Contains(path, "/IncomingPhoneNumbers/PN") {
			continue
		}
		between := 0
		for _, later := range trace[i+1:] {
			if !strings.HasPrefix(later, who) {
				between++
				continue
			}
			if later == who+" POST "+path && between >= 2 {
				return true
			}
			break
		}
	}
	return false
}

// Whatever the order of the requests of two creations with the same criteria in
// two runs, each ends with a number of its own or names the one that the other
// took from it, and no more is bought than is missing.
func TestParallelRunsNeverShareANumber(t *testing.T) {
	t.Parallel()
	// What a creation with these criteria writes, as an earlier version did.
	sim := world()
	m := manager(t, cutAfter{direct{sim}, new(int), 3})
	_, _ = m.Create(t.Context(), searched(platform.None))
	marker := sim.Twilio().Numbers()[0].FriendlyName
	old := marker[:strings.LastIndex(marker, "-")]

	for name, test := range map[string]struct {
		platforms [2]string
		left      []string
		switches  int // from one creation to the other, at most
	}{
		"nothing is left":          {[2]string{platform.None, platform.None}, nil, 3},
		"one number is left":       {[2]string{platform.None, platform.None}, []string{marker}, 3},
		"one of an old version":    {[2]string{platform.None, platform.None}, []string{old}, 3},
		"two numbers are left":     {[2]string{platform.None, platform.None}, []string{marker, old + "-0"}, 3},
		"on a platform":            {[2]string{"nixflex", "nixflex"}, nil, 2},
		"one is on a platform":     {[2]string{"nixflex", platform.None}, []string{marker}, 2},
		"other criteria's is left": {[2]string{platform.None, platform.None}, []string{platform.MarkerPrefix + "0000000000000000"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wants := [2]platform.Number{searched(test.platforms[0]), searched(test.platforms[1])}
			claimable := 0
			for _, left := range test.left {
				if strings.HasPrefix(left, old) {
					claimable++
				}
			}
			schedules, shared := 0, 0
			explore(test.switches, func(schedule []int) ([]int, []string) {
				sim := world(test.left...)
				both, ran, trace := run(t, sim, wants, schedule)
				schedules++
				problem := judge(sim, both, len(test.left)-claimable, claimable)
				switch {
				case problem == "":
				case overtaken(trace):
					shared++
				default:
					t.Errorf("%s:\n  %s", problem, strings.ReplaceAll(strings.Join(trace, "\n  "), accountPath, ""))
				}
				return ran, trace
			})
			t.Logf("%d schedules; in %d of them one was overtaken between its look and its write", schedules, shared)
			if schedules < 100 || shared*3 > schedules {
				t.Errorf("%d of %d schedules prove nothing", shared, schedules)
			}
		})
	}
}

// explore tries all schedules of at most that many switches: try runs two
// creations by a schedule, and returns it as it went on to the end, with the
// requests. A look that only repeats the one before it is no place for a switch.
func explore(maxSwitches int, try func(schedule []int) ([]int, []string)) {
	var from func(prefix []int, switches int)
	from = func(prefix []int, switches int) {
		ran, trace := try(prefix)
		if switches == maxSwitches {
			return
		}
		for at := len(prefix); at < len(ran); at++ {
			if at > 0 && trace[at] == trace[at-1] {
				continue
			}
			other := append(slices.Clone(ran[:at]), 1-ran[at])
			more := switches
			if at > 0 { // which of the two begins is no switch
				more++
			}
			from(other, more)
		}
	}
	from(nil, 0)
}

// judge says what is wrong with the world after two creations; foreign numbers
// carry a marker of other criteria, and of those that are left a creation buys
// one less each. A creation either has a number of its own, or stops with the name
// of the one that it lost.
func judge(sim *simulator.Server, both [2]*creation, foreign, left int) string {
	accounted, lost := map[string]bool{}, 0
	for _, c := range both {
		var claimed *purchase.LostError
		switch {
		case errors.As(c.err, &claimed):
			lost++
			accounted[claimed.Number.PhoneNumber] = true
		case c.err != nil:
			return fmt.Sprintf("errors: %v, %v", both[0].err, both[1].err)
		case c.got.Status != platform.Active || c.got.Marker() != "":
			return fmt.Sprintf("%s is %s, %q", c.got.PhoneNumber, c.got.Status, c.got.Settings["friendly_name"])
		default:
			accounted[c.got.PhoneNumber] = true
		}
	}
	if lost == 0 && both[0].got.PhoneNumber == both[1].got.PhoneNumber {
		return both[0].got.PhoneNumber + " is in two resources"
	}
	bought := sim.Twilio().Purchases()
	if missing := 2 - min(left, 2); lost == 0 && len(bought) != missing || len(bought) > 2 || lost == 2 {
		return fmt.Sprintf("bought %v, %d creations lost their number", bought, lost)
	}
	marked := 0
	for _, n := range sim.Twilio().Numbers() {
		switch {
		case strings.HasPrefix(n.FriendlyName, platform.MarkerPrefix):
			marked++ // for the next creation
		case !accounted[n.PhoneNumber]:
			return n.PhoneNumber + " is in no resource and no message"
		}
	}
	if marked != foreign && lost == 0 || marked > foreign+left {
		return fmt.Sprintf("%d numbers carry a marker", marked)
	}
	return ""
}

// cutAfter lets as many requests through and has all later ones fail, as a kill
// does. The last one that gets through has its effect, and no answer.
type cutAfter struct {
	direct
	sent *int
	last int
}

var errKilled = errors.New("killed")

func (c cutAfter) RoundTrip(req *http.Request) (*http.Response, error) {
	*c.sent++
	if *c.sent > c.last {
		return nil, errKilled
	}
	resp, err := c.direct.RoundTrip(req)
	if *c.sent == c.last {
		return nil, errKilled
	}
	return resp, err
}

// A creation that is killed at any point leaves a number that the next one
// takes over, whether it had bought or claimed it: one resource never has two
// numbers bought for it. The exception is a kill after the very last write,
// whose number is complete.
func TestKilledCreationNeverBuysTwice(t *testing.T) {
	t.Parallel()
	for _, on := range []string{platform.None, "nixflex"} {
		for _, claims := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, claims %t", on, claims), func(t *testing.T) {
				t.Parallel()
				points := 0
				for last := 1; ; last++ {
					sim := world()
					if claims { // the one before was killed, too
						_, _ = manager(t, cutAfter{direct{sim}, new(int), 4}).Create(t.Context(), searched(platform.None))
					}
					before, sent := len(sim.Twilio().Purchases()), 0
					_, err := manager(t, cutAfter{direct{sim}, &sent, last}).Create(t.Context(), searched(on))
					if sent < last {
						break // it was done before
					}
					points++
					complete := !slices.ContainsFunc(sim.Twilio().Numbers(), func(n simulator.TwilioNumber) bool {
						return strings.HasPrefix(n.FriendlyName, platform.MarkerPrefix)
					}) && len(sim.Twilio().Numbers()) > 0
					if err == nil && !complete { // the look after the last write may be missing
						t.Fatalf("killed after request %d without noticing", last)
					}
					if complete {
						continue
					}
					got, err := manager(t, direct{sim}).Create(t.Context(), searched(on))
					if err != nil || got.Status != platform.Active || got.Marker() != "" {
						t.Errorf("killed after request %d, created again: %+v, %v", last, got, err)
					}
					if bought := sim.Twilio().Purchases(); len(bought) != 1 || len(sim.Twilio().Numbers()) != 1 {
						t.Errorf("killed after request %d: bought %v (%d before)", last, bought, before)
					}
				}
				t.Logf("%d points", points)
				if points < 4 {
					t.Errorf("%d points prove nothing", points)
				}
			})
		}
	}
}
