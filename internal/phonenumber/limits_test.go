package phonenumber_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	// tolerated is how many of all requests may be refused, in percent.
	tolerated = 20
	// atOnce is how many may be refused besides, before anybody has been told.
	atOnce = 20
)

// many is how many numbers a team has; a sample of them does not take as long.
func many() int {
	if !cases.Soak() {
		return 100
	}
	return 500
}

func TestManyNumbersAtALimitFinishWithoutAnError(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]struct {
		simulator.Limit
		retryAfter  string
		parallelism int
	}{
		"40 requests per second":                   {Limit: simulator.Limit{PerSecond: 40}, parallelism: 10},
		"40 requests per second, evenly":           {Limit: simulator.Limit{PerSecond: 40, Burst: 1}, parallelism: 10},
		"40 requests per second, with Retry-After": {Limit: simulator.Limit{PerSecond: 40}, retryAfter: "1", parallelism: 10},
		"40 requests per second, -parallelism=50":  {Limit: simulator.Limit{PerSecond: 40}, parallelism: 50},
		"4 requests at a time":                     {Limit: simulator.Limit{Concurrent: 4}, parallelism: 10},
		"2 requests at a time, -parallelism=50":    {Limit: simulator.Limit{Concurrent: 2}, parallelism: 50},
		"both":                                     {Limit: simulator.Limit{PerSecond: 40, Concurrent: 4}, parallelism: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := acctest.StartInMemory(t, simulator.WithTwilio(simulator.TwilioRules{RetryAfter: limit.retryAfter}))
				sim.Inject(simulator.Fault{Latency: 50 * time.Millisecond})
				sim.SetLimit(simulator.Twilio, limit.Limit)
				l := &lot{t: t, sim: sim, driver: sim.Driver(t, nil), parallelism: limit.parallelism}
				l.live()
			})
		})
	}
}

func TestAccManyNumbersAtALimitFinishWithoutAnError(t *testing.T) {
	t.Parallel()
	count := many()
	if !cases.Soak() {
		count /= cases.OneOf(t, 1, 1)
	}
	sim := acctest.Start(t, simulator.WithTwilio(simulator.TwilioRules{RetryAfter: "1"}))
	for i := range count {
		owned(sim, simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", i)})
	}
	cli := sim.Processes(t, time.Millisecond)
	cli.Configure(sim.Provider() + fmt.Sprintf(`
		resource "telephony_phone_number" "many" {
			count        = %d
			phone_number = format("+1415555%%04d", count.index)
			voice_url    = "https://example.com"
		}`, count))
	sim.SetLimit(simulator.Twilio, simulator.Limit{PerSecond: 40})
	for _, args := range [][]string{
		{"apply", "-input=false", "-auto-approve"},
		{"plan", "-input=false", "-detailed-exitcode"},
		{"destroy", "-input=false", "-auto-approve"},
	} {
		sim.ResetRequests()
		cli.Must(0, args...)
		expectFewRefused(t, sim, args[0])
	}
	if got := len(sim.Twilio().Numbers()); got != count {
		t.Errorf("%d numbers are owned in the end", got)
	}
}

// expectFewRefused looks at what was asked since the log was emptied.
func expectFewRefused(t *testing.T, sim *acctest.Simulation, what string) {
	t.Helper()
	refused, all := 0, 0
	for _, r := range sim.Requests() {
		all++
		if r.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	t.Logf("%s: %d requests, %d of them refused", what, all, refused)
	if few := atOnce + all*tolerated/100; refused > few {
		t.Errorf("%s: %d of %d requests were refused, more than %d", what, refused, all, few)
	}
}

// lot is a lot of numbers that one configuration has.
type lot struct {
	t           *testing.T
	sim         *acctest.Simulation
	driver      *acctest.Driver
	parallelism int
	numbers     []*acctest.Resource
}

// live creates, refreshes and destroys all numbers.
func (l *lot) live() {
	configs := make([]acctest.Values, many())
	for i := range configs {
		n := fmt.Sprintf("+1415555%04d", i)
		owned(l.sim, simulator.TwilioNumber{PhoneNumber: n})
		configs[i] = acctest.Values{"phone_number": n, "voice_url": "https://example.com"}
		l.numbers = append(l.numbers, l.driver.Resource("telephony_phone_number"))
	}
	plans := make([]*acctest.Plan, len(configs))
	l.walk("plan", func(i int, r *acctest.Resource) acctest.Diagnostics {
		plans[i] = r.Plan(configs[i])
		return plans[i].Diagnostics
	})
	l.walk("create", func(i int, r *acctest.Resource) acctest.Diagnostics { return r.Apply(plans[i]) })
	l.driver.Restart()
	l.walk("refresh", func(_ int, r *acctest.Resource) acctest.Diagnostics { return r.Read() })
	l.walk("plan", func(i int, r *acctest.Resource) acctest.Diagnostics {
		plans[i] = r.PlanDestroy()
		return nil
	})
	l.walk("destroy", func(i int, r *acctest.Resource) acctest.Diagnostics { return r.Apply(plans[i]) })
}

// walk visits each number, several at a time, as Terraform does.
func (l *lot) walk(what string, visit func(i int, r *acctest.Resource) acctest.Diagnostics) {
	l.t.Helper()
	l.sim.ResetRequests()
	visited := func(i int) {
		if diags := visit(i, l.numbers[i]); len(diags) > 0 {
			l.t.Errorf("%s of number %d: %+v", what, i, diags)
		}
	}
	visited(0) // alone, since it starts the provider
	next := make(chan int)
	var workers sync.WaitGroup
	for range l.parallelism {
		workers.Go(func() {
			for i := range next {
				visited(i)
			}
		})
	}
	for i := 1; i < len(l.numbers); i++ {
		next <- i
	}
	close(next)
	workers.Wait()
	expectFewRefused(l.t, l.sim, what)
}
