package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestLimitPerSecond(t *testing.T) {
	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	w := start(t, simulator.WithClock(func() time.Time { return now }))
	w.SetLimit(simulator.Twilio, simulator.Limit{PerSecond: 2})
	answers := func(want ...int) {
		t.Helper()
		for i, status := range want {
			if got := w.get(numbers + ".json").status; got != status {
				t.Errorf("request %d: %d, want %d", i+1, got, status)
			}
		}
	}
	const served, refused = http.StatusOK, http.StatusTooManyRequests
	answers(served, served, refused, refused)
	now = now.Add(500 * time.Millisecond)
	answers(served, refused)
	now = now.Add(time.Hour)
	answers(served, served, refused)
	w.SetLimit(simulator.Twilio, simulator.Limit{PerSecond: 2, Burst: 3})
	answers(served, served, served, refused)
	w.SetLimit(simulator.Twilio, simulator.Limit{})
	answers(served, served, served, served, served)
}

func TestEveryServiceHasLimits(t *testing.T) {
	for _, name := range []simulator.Service{
		simulator.Twilio, simulator.Nixflex, simulator.Synthflow, simulator.DialNexa, simulator.Resemble,
	} {
		for kind, limit := range map[string]simulator.Limit{"rate": {PerSecond: 1}, "concurrency": {Concurrent: 1}} {
			s := simulator.New(simulator.WithClock(func() time.Time { return time.Time{} }))
			s.SetLimit(name, limit)
			ask := func() int {
				answer := httptest.NewRecorder()
				request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/"+string(name)+"/x", nil)
				request.Header.Set("Authorization", "Bearer "+simulator.DefaultNixflexKey) // which counts no others
				s.ServeHTTP(answer, request)
				return answer.Code
			}
			second := 0
			s.Before("", "", func() { // while the first one is in flight
				if kind == "concurrency" {
					second = ask()
				}
			})
			first := ask()
			if kind == "rate" {
				second = ask()
			}
			if first == http.StatusTooManyRequests || second != http.StatusTooManyRequests {
				t.Errorf("%s, %s: answers %d and %d", name, kind, first, second)
			}
		}
	}
}
