// Package faulttest breaks every call that the provider makes in every way that
// has a name, and looks at the world afterwards: is there exactly one number,
// bought once, given up by nobody, with nothing left behind and nothing said that
// is a secret?
//
// A point is a scenario, one of its calls, and a fault. All of them run in
// process, over the protocol and in a time of their own, so that a deadline takes
// none. How many run cases.Env says.
package faulttest

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"text/tabwriter"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 256, 64)
	all := scenarios()
	table := newTable(all)
	t.Cleanup(func() { table.print(t) })
	for i, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.tryAll(t, i, oneOf, table)
		})
	}
}

// tryAll takes the scenario through its points, or through one of so many.
func (s scenario) tryAll(t *testing.T, at, oneOf int, table *table) {
	t.Helper()
	var peace *life
	synctest.Test(t, func(t *testing.T) { peace = s.inPeace(t) })
	n := at // so that the share of the next scenario has other faults
	for nth, call := range peace.calls {
		for _, f := range faults {
			if !f.fits(call) {
				continue
			}
			if n++; n%oneOf != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%02d %s, %s", nth+1, named(call), f), func(t *testing.T) {
				t.Cleanup(func() { table.add(at, t) })
				synctest.Test(t, func(t *testing.T) {
					s.under(t, func(sim *acctest.Simulation) user { return newDriven(t, sim) },
						acctest.StartInMemory, point{nth: nth, call: call, fault: f}).judge(peace)
				})
			})
		}
	}
}

// point is a call and the fault that strikes it.
type point struct {
	nth  int // of the calls that the command makes in peace
	call simulator.Request
	fault
}

var unnameable = regexp.MustCompile(`[^A-Za-z0-9]+`)

// named is a call as the names of tests have it.
func named(call simulator.Request) string {
	path := call.Path
	if parts := strings.Split(path, "/"); len(parts) > 3 {
		path = strings.Join(parts[len(parts)-2:], "-")
	}
	return fmt.Sprintf("%s %s %s", call.Service, call.Method, strings.Trim(unnameable.ReplaceAllString(path, "-"), "-"))
}

// life is a scenario as it was lived through.
type life struct {
	scenario
	point
	t    *testing.T
	sim  *acctest.Simulation
	user user

	calls   []simulator.Request // of the command, in peace
	struck  outcome             // of the command, under the fault
	settled []outcome           // of the runs that followed
	world   string              // at the end
}

// most is how often a user runs Terraform again until everything is settled, and
// then once more to see that it is.
const most = 3 + 1

type starter func(*testing.T, ...simulator.Option) *acctest.Simulation

// inPeace lives the scenario where nothing goes wrong.
func (s scenario) inPeace(t *testing.T) *life {
	t.Helper()
	l := s.begin(t, func(sim *acctest.Simulation) user { return newDriven(t, sim) }, acctest.StartInMemory, nil)
	l.sim.ResetRequests()
	l.struck = l.run(l.command)
	l.calls = l.sim.Requests()
	l.settle()
	if len(l.calls) == 0 {
		t.Fatal("it makes no call, so that nothing can go wrong")
	}
	if l.failures() > 0 && !l.failsFirst {
		t.Fatalf("it fails in peace: %s", l.struck)
	}
	if last := l.settled[len(l.settled)-1]; !last.quiet || last.failed() {
		t.Fatalf("it does not settle in peace: %s", last)
	}
	l.judgeSecrets()
	return l
}

// under lives the scenario with a fault at one call.
func (s scenario) under(t *testing.T, by func(*acctest.Simulation) user, start starter, p point) *life {
	t.Helper()
	var timeouts acctest.Values
	if p.hurried && !s.command.lists() {
		timeouts = acctest.Values{"timeouts": acctest.Values{"create": "20s", "read": "20s", "update": "20s", "delete": "20s"}}
	}
	l := s.begin(t, by, start, timeouts)
	l.point = p
	l.sim.ResetRequests()
	struck := p.arm(l.sim)
	l.struck = l.run(l.command)
	l.sim.ClearFaults()
	if !struck.Load() {
		t.Error("the fault never struck")
	}
	l.settle()
	return l
}

// begin makes the world of the scenario, and what comes before its command.
func (s scenario) begin(
	t *testing.T, by func(*acctest.Simulation) user, start starter, timeouts acctest.Values,
) *life {
	t.Helper()
	sim := start(t, s.rules...)
	populate(sim)
	if s.seed != nil {
		s.seed(sim)
	}
	if timeouts != nil {
		s.config = with(s.config, timeouts)
	}
	l := &life{scenario: s, t: t, sim: sim, user: by(sim)}
	if s.before != nil {
		if timeouts != nil {
			s.before = with(s.before, timeouts)
		}
		if got := l.user.run(apply, s.before, ""); got.failed() || l.user.state()["status"] != "active" {
			t.Fatalf("what comes before fails: %s", got)
		}
	}
	if s.meanwhile != nil {
		s.meanwhile(sim)
	}
	return l
}

func (l *life) run(c command) outcome { return l.user.run(c, l.config, l.imports) }

// settle runs Terraform until there is nothing more to do.
func (l *life) settle() {
	again := l.command
	if again == refresh {
		again = apply
	}
	for range most {
		l.settled = append(l.settled, l.run(again))
		if l.settled[len(l.settled)-1].quiet {
			break
		}
	}
	l.world = worldOf(l.t, l.sim)
}

// failures counts the runs that failed.
func (l *life) failures() int {
	n := 0
	for _, got := range append([]outcome{l.struck}, l.settled...) {
		if got.failed() {
			n++
		}
	}
	return n
}

// arm has the fault strike the call.
func (p point) arm(sim *acctest.Simulation) *atomic.Bool {
	var struck atomic.Bool
	var victim string // as long as it is the last call
	seen := 0
	f := p.of(p.call)
	f.Match = func(r *http.Request) bool { // called under the simulator's lock
		seen++
		line := r.Method + " " + r.URL.RequestURI()
		switch {
		case seen == p.nth+1:
			victim = line
			struck.Store(true)
			return true
		case line != victim:
			victim = ""
		}
		return p.lasts == forCall && victim != ""
	}
	sim.Inject(f)
	after := simulator.Fault{Match: func(*http.Request) bool { return struck.Load() }}
	switch p.lasts {
	case fromThen:
		after.Service, after.Status = p.call.Service, http.StatusServiceUnavailable
		sim.Inject(after)
	case forGood:
		after.Cut = simulator.CutBefore
		sim.Inject(after)
	case once, forCall:
	}
	return &struck
}

// table is what all points have come to.
type table struct {
	mu     sync.Mutex
	rows   []row
	failed []string // names of tests
}

type row struct {
	scenario         string
	points, failures int
}

func newTable(all []scenario) *table {
	t := &table{}
	for _, s := range all {
		t.rows = append(t.rows, row{scenario: s.name})
	}
	return t
}

func (t *table) add(at int, point *testing.T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[at].points++
	if point.Failed() {
		t.rows[at].failures++
		t.failed = append(t.failed, point.Name())
		point.Logf("to run it again: %s", rerun(point.Name()))
	}
}

// print writes the table, and what failed.
func (t *table) print(test *testing.T) {
	test.Helper()
	total := row{scenario: "all"}
	var text strings.Builder
	text.WriteString("scenario\tpoints\tfailures\n")
	for _, r := range t.rows {
		text.WriteString(r.String())
		total.points += r.points
		total.failures += r.failures
	}
	text.WriteString(total.String())
	slices.Sort(t.failed)
	for _, name := range t.failed {
		text.WriteString("failed: " + name + "\n")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if _, err := w.Write([]byte(text.String())); err != nil {
		test.Error(err)
	}
	if err := w.Flush(); err != nil {
		test.Error(err)
	}
}

func (r row) String() string { return fmt.Sprintf("%s\t%d\t%d\n", r.scenario, r.points, r.failures) }

// rerun is the command that runs one test again.
func rerun(name string) string {
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return fmt.Sprintf("%s=1 go test ./internal/faulttest -count=1 -run '%s'", cases.Env, strings.Join(parts, "/"))
}
