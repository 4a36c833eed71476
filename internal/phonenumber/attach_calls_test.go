package phonenumber_test

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// TestCallsPerNumberOnEveryPlatform counts the calls that many numbers take which
// one run creates, and another one detaches, ten at a time, of a service that
// takes its time: no more than its API needs, and never all pages of a list for
// each of them.
func TestCallsPerNumberOnEveryPlatform(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		most, ok := map[string]struct {
			numbers                       int
			plan, create, refresh, detach float64 // calls a number at the platform
		}{
			"Twilio alone":                  {numbers: 60},
			"Nixflex":                       {220, 0.1, 3, 0.1, 2},
			"Resemble":                      {60, 0.1, 2, 0.1, 5},
			"Synthflow, imported":           {60, 0.1, 8, 1.1, 4},
			"Synthflow, bought there":       {60, 2, 8, 1.1, 3},
			"DialNexa":                      {60, 1, 6, 0.1, 3},
			"DialNexa, linked on the agent": {}, // one agent answers one number alone
			"Retell":                        {60, 0.1, 4, 0.1, 4},
			"Vapi":                          {60, 1.1, 5, 0.1, 4},
			"Vapi, its own number":          {60, 3.1, 9, 1, 3},
			"ElevenLabs":                    {60, 0.1, 4, 0.1, 4},

			"Nixflex, of another carrier": {60, 0.1, 3, 0.1, 2},
			"Retell, of another carrier":  {60, 0.1, 4, 0.1, 4},
			"Vapi, of another carrier":    {60, 1.1, 5, 0.1, 4},
		}[p.name]
		if !ok {
			t.Errorf("%s is not in the table", p.name)
		}
		if most.numbers == 0 {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var numbers []string
				for i := range most.numbers {
					numbers = append(numbers, fmt.Sprintf("+1415555%04d", i))
				}
				sim := p.begin(t, acctest.StartInMemory, numbers...)
				l := &lot{t: t, sim: sim, parallelism: 10, driver: atEveryPlace(t, sim)}
				configs, plans := make([]acctest.Values, len(numbers)), make([]*acctest.Plan, len(numbers))
				for i, n := range numbers {
					if configs[i] = maps.Clone(p.config); p.other != nil { // an agent answers one number alone
						configs[i] = acctest.Values{"resemble": acctest.Values{"label": "Support"}}
					}
					configs[i]["phone_number"] = n
					l.numbers = append(l.numbers, l.driver.Resource("telephony_phone_number"))
				}
				sim.Inject(simulator.Fault{Latency: 100 * time.Millisecond})
				expect := func(what string, most float64) {
					t.Helper()
					at := map[bool]float64{}
					for _, r := range sim.Requests() {
						at[r.Service == simulator.Twilio]++
					}
					each := at[false] / float64(len(numbers))
					t.Logf("%s: %.2f calls a number at its platform, %.2f at Twilio", what, each, at[true]/float64(len(numbers)))
					if each > most {
						t.Errorf("%s: %.2f calls a number, want at most %.1f", what, each, most)
					}
				}
				l.walk("plan", func(i int, r *acctest.Resource) acctest.Diagnostics {
					plans[i] = r.Plan(configs[i])
					return nil
				})
				expect("plan", most.plan)
				l.driver.Restart()
				l.driver.Begin()
				l.walk("create", func(i int, r *acctest.Resource) acctest.Diagnostics { return r.Apply(plans[i]) })
				expect("create", most.create)
				l.driver.Restart()
				l.walk("refresh", func(i int, r *acctest.Resource) acctest.Diagnostics { return r.Read() })
				expect("refresh", most.refresh)
				l.walk("plan", func(i int, r *acctest.Resource) acctest.Diagnostics {
					plans[i] = r.PlanDestroy()
					return nil
				})
				l.driver.Restart()
				l.driver.Begin()
				l.walk("detach", func(i int, r *acctest.Resource) acctest.Diagnostics { return r.Apply(plans[i]) })
				expect("detach", most.detach)
			})
		})
	}
}
