package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// script is a transport that answers with one outcome after the other, the
// last one for ever. With it, time is that of the test's bubble.
type script struct {
	outcomes []outcome
	bodies   []string // as sent
}

// outcome is an answer, or a network fault if its status is 0.
type outcome struct {
	status     int
	retryAfter string
	date       string
	takes      time.Duration
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	s.bodies = append(s.bodies, string(body))
	o := s.outcomes[min(len(s.bodies), len(s.outcomes))-1]
	select {
	case <-time.After(o.takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if o.status == 0 {
		return nil, errors.New("connection reset")
	}
	header := http.Header{}
	if o.retryAfter != "" {
		header.Set("Retry-After", o.retryAfter)
	}
	if o.date != "" {
		header.Set("Date", o.date)
	}
	return &http.Response{
		StatusCode: o.status, Header: header, Request: r, Body: io.NopCloser(strings.NewReader("body")),
	}, nil
}

func call(t *testing.T, ctx context.Context, s *script, method string, options httpapi.Options) error {
	t.Helper()
	options.Transport = s
	options.Wait = httpapi.WaitPolicy{Base: time.Second, Cap: 30 * time.Second}
	_, err := newClient(t, "https://acme.example", options).
		Do(ctx, httpapi.Request{Method: method, Path: "/x", Body: []byte("body")})
	return err
}

func TestRetriesByMethodAndFault(t *testing.T) {
	const maxRetries = 3
	methods := []string{"GET", "HEAD", "DELETE", "POST", "PATCH", "PUT"}
	idempotent := methods[:3]
	for _, tc := range []struct {
		first    outcome
		repeated []string
	}{
		{outcome{status: 429}, methods},
		{outcome{status: 500}, idempotent},
		{outcome{status: 502}, idempotent},
		{outcome{status: 503}, idempotent},
		{outcome{}, idempotent},
		{outcome{status: 501}, nil},
		{outcome{status: 302}, nil},
		{outcome{status: 400}, nil},
		{outcome{status: 404}, nil},
		{outcome{status: 408}, nil},
		{outcome{status: 409}, nil},
	} {
		for _, method := range methods {
			t.Run(fmt.Sprint(tc.first.status, " ", method), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &script{outcomes: []outcome{tc.first, {status: 200}}}
					err := call(t, t.Context(), s, method, httpapi.Options{MaxRetries: maxRetries})
					want := 1
					if slices.Contains(tc.repeated, method) {
						want = 2
					}
					if len(s.bodies) != want || (err == nil) != (want == 2) {
						t.Errorf("%d attempts and %v, want %d", len(s.bodies), err, want)
					}
					for _, body := range s.bodies {
						if body != "body" {
							t.Errorf("body %q", body)
						}
					}
				})
			})
		}
	}
}

// A read by a POST is repeated like any other read.
func TestReadOnlyRequestIsRepeatedWithItsBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, first := range []outcome{{status: 503}, {}} {
			s := &script{outcomes: []outcome{first, {status: 200}}}
			client := newClient(t, "https://acme.example", httpapi.Options{MaxRetries: 1, Transport: s})
			r := httpapi.Request{Method: "POST", Path: "/x", Body: []byte("body"), ReadOnly: true}
			if _, err := client.Do(t.Context(), r); err != nil || !slices.Equal(s.bodies, []string{"body", "body"}) {
				t.Errorf("%d: error %v, sent %q", first.status, err, s.bodies)
			}
		}
	})
}

func TestRetriesAreCounted(t *testing.T) {
	for name, tc := range map[string]struct {
		outcomes []outcome
		attempts int
	}{
		"5xx":                      {[]outcome{{status: 500}}, 4},
		"network faults":           {[]outcome{{}}, 4},
		"both":                     {[]outcome{{}, {status: 500}}, 4},
		"rate limits do not count": {[]outcome{{status: 429}, {status: 429}, {status: 429}, {status: 429}, {status: 500}}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{outcomes: tc.outcomes}
				err := call(t, t.Context(), s, "GET", httpapi.Options{MaxRetries: 3})
				if err == nil || len(s.bodies) != tc.attempts {
					t.Errorf("%d attempts and %v, want %d", len(s.bodies), err, tc.attempts)
				}
			})
		})
	}
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, tc := range map[string]struct {
			header   string
			from, to time.Duration
		}{
			"seconds":      {"120", 120 * time.Second, 120 * time.Second},
			"date":         {time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat), 89 * time.Second, 90 * time.Second},
			"none":         {"", 0, time.Second},
			"nonsense":     {"soon", 0, time.Second},
			"nothing":      {"0", 0, time.Second},
			"in the past":  {time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), 0, time.Second},
			"less than 0":  {"-5", 0, time.Second},
			"with a 503":   {"7", 7 * time.Second, 7 * time.Second},
			"beyond int64": {"99999999999999999999", 0, time.Second},
		} {
			status := 429
			if name == "with a 503" {
				status = 503
			}
			s := &script{outcomes: []outcome{{status: status, retryAfter: tc.header}, {status: 200}}}
			if name == "date" { // the bubble's clock has moved on since the table was made
				s.outcomes[0].retryAfter = time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
			}
			start := time.Now()
			if err := call(t, t.Context(), s, "GET", httpapi.Options{MaxRetries: 1}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if waited := time.Since(start); waited < tc.from || waited > tc.to {
				t.Errorf("%s: waited %s, want %s to %s", name, waited, tc.from, tc.to)
			}
		}
	})
}

// A date is one of the service's clock, and this machine's may be wrong.
func TestRetryAfterDateGoesByTheServicesClock(t *testing.T) {
	for _, status := range []int{429, 503} {
		for name, tc := range map[string]struct {
			off  time.Duration // of the service's clock
			wait time.Duration
		}{
			"clock is behind": {-3 * time.Hour, 90 * time.Second},
			"clock is ahead":  {3 * time.Hour, 90 * time.Second},
			"clock is right":  {0, 90 * time.Second},
		} {
			synctest.Test(t, func(t *testing.T) {
				there := time.Now().Add(tc.off).UTC()
				s := &script{outcomes: []outcome{{
					status: status, date: there.Format(http.TimeFormat), retryAfter: there.Add(tc.wait).Format(http.TimeFormat),
				}, {status: 200}}}
				start := time.Now()
				if err := call(t, t.Context(), s, "GET", httpapi.Options{MaxRetries: 1}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if waited := time.Since(start); waited != tc.wait {
					t.Errorf("%s: waited %s, want %s", name, waited, tc.wait)
				}
			})
		}
	}
}

func TestInterruptReadsLikeOne(t *testing.T) {
	for name, o := range map[string]outcome{
		"before an answer": {status: 200, takes: time.Hour}, "in a rest": {status: 429, retryAfter: "3600"},
		"before another attempt": {status: 503, retryAfter: "3600"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(10*time.Second, cancel)
			err := call(t, ctx, &script{outcomes: []outcome{o}}, "GET", httpapi.Options{MaxRetries: 5, CallTimeout: 2 * time.Hour})
			if want := "the run was interrupted while it waited for Acme [GET /x]"; err.Error() != want || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestTimeOutReadsLikeOneHoweverItCame(t *testing.T) {
	for name, tc := range map[string]struct {
		outcomes []outcome
		text     string
	}{
		"before an answer": {
			[]outcome{{status: 200, takes: time.Hour}}, "Acme gave no answer before the operation's time-out [GET /x]",
		},
		"in a rest": {
			[]outcome{{status: 429, retryAfter: "61"}}, "Acme answered 429 Too Many Requests: the next attempt is due in 1m1s, after " +
				"the operation's time-out [GET /x]",
		},
		"before another attempt": {
			[]outcome{{status: 503}, {status: 503, retryAfter: "61"}}, "Acme answered 503 Service Unavailable, tried 2 times: " +
				"the next attempt is due in 1m1s, after the operation's time-out [GET /x]",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := call(t, ctx, &script{outcomes: tc.outcomes}, "GET", httpapi.Options{MaxRetries: 5, CallTimeout: 2 * time.Hour})
			if err.Error() != tc.text {
				t.Errorf("%s: %v", name, err)
			}
			for _, err := range []error{err, platform.Final(err)} {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v is not the end of the operation's time", name, err)
				}
			}
		})
	}
}

func TestFaultSaysHowOftenItWasTried(t *testing.T) {
	for want, tc := range map[string]struct {
		method   string
		outcomes []outcome
	}{
		"Acme answered 503 Service Unavailable, tried 4 times [GET /x]": {"GET", []outcome{{status: 503}}},
		"Acme answered 503 Service Unavailable, tried once [POST /x]":   {"POST", []outcome{{status: 503}}},
		"Acme gave no answer, tried 4 times: connection reset [GET /x]": {"GET", []outcome{{}}},
		"Acme answered 404 Not Found [GET /x]":                          {"GET", []outcome{{status: 503}, {status: 404}}},
		"Acme answered 501 Not Implemented, tried once [GET /x]":        {"GET", []outcome{{status: 501}}},
		"Acme answered 502 Bad Gateway, tried 5 times [DELETE /x]":      {"DELETE", []outcome{{status: 429}, {status: 502}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			err := call(t, t.Context(), &script{outcomes: tc.outcomes}, tc.method, httpapi.Options{MaxRetries: 3})
			if err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

func TestWaitsGrowToTheCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{outcomes: []outcome{{status: 500}}}
		start := time.Now()
		_ = call(t, t.Context(), s, "GET", httpapi.Options{MaxRetries: 40})
		// Full jitter waits half of 1 s + 2 s + 4 s + 8 s + 16 s + 35 × 30 s on average.
		if waited := time.Since(start); waited < 250*time.Second || waited > 1081*time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}

func TestRateLimitLastsUntilTheDeadline(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			s := &script{outcomes: []outcome{{status: 429}}}
			start := time.Now()
			err := call(t, ctx, s, method, httpapi.Options{MaxRetries: 1})
			e := asError(t, err)
			if e.Status != 429 || e.Unclear() || e.Refused() || !strings.Contains(e.Error(), "after the operation's time-out") {
				t.Errorf("%v", e)
			}
			if waited := time.Since(start); waited < time.Hour-30*time.Second || waited > time.Hour {
				t.Errorf("gave up after %s", waited)
			}
		})
	}
}

func TestWaitBeyondTheDeadlineFailsAtOnce(t *testing.T) {
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			s := &script{outcomes: []outcome{{status: status, retryAfter: "61"}}}
			start := time.Now()
			err := call(t, ctx, s, "GET", httpapi.Options{MaxRetries: 5})
			if e := asError(t, err); e.Status != status || !strings.Contains(e.Error(), "due in 1m1s") {
				t.Errorf("%v", err)
			}
			if waited := time.Since(start); waited != 0 {
				t.Errorf("waited %s", waited)
			}
		})
	}
}

func TestNetworkFaultBeyondTheDeadlineSaysBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := newClient(t, "https://acme.example", httpapi.Options{
			MaxRetries: 5, Transport: &script{outcomes: []outcome{{}}},
			Wait: httpapi.WaitPolicy{Base: 1000 * time.Hour, Cap: 1000 * time.Hour},
		}).Do(ctx, httpapi.Request{Method: "GET", Path: "/x"})
		if !strings.Contains(err.Error(), "connection reset") || !strings.Contains(err.Error(), "time-out") {
			t.Errorf("%v", err)
		}
	})
}

func TestCancelEndsAWaitAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		err := call(t, ctx, &script{outcomes: []outcome{{status: 429, retryAfter: "3600"}}}, "POST", httpapi.Options{})
		if !errors.Is(err, context.Canceled) || time.Since(start) != 10*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		if asError(t, err).Unclear() {
			t.Error("a request that was only ever put off counts as unclear")
		}
	})
}

func TestCancelEndsAnAttemptAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		s := &script{outcomes: []outcome{{status: 200, takes: 20 * time.Second}}}
		err := call(t, ctx, s, "GET", httpapi.Options{MaxRetries: 5})
		if !errors.Is(err, context.Canceled) || time.Since(start) != 10*time.Second || len(s.bodies) != 1 {
			t.Errorf("%v after %s and %d attempts", err, time.Since(start), len(s.bodies))
		}
	})
}

func TestAttemptTakesAtMostTheCallTimeout(t *testing.T) {
	for method, attempts := range map[string]int{"GET": 3, "POST": 1} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{outcomes: []outcome{{status: 200, takes: time.Hour}}}
			err := call(t, t.Context(), s, method, httpapi.Options{MaxRetries: 2, CallTimeout: 30 * time.Second})
			e := asError(t, err)
			if len(s.bodies) != attempts || !strings.Contains(e.Error(), "no complete answer within 30s") || !e.Unclear() {
				t.Errorf("%s: %v after %d attempts", method, err, len(s.bodies))
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("it reads like the end of the operation's own time")
			}
		})
	}
}

func TestSlotIsFreeWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := &script{outcomes: []outcome{{status: 429, retryAfter: "60"}, {status: 200}}}
		c := newClient(t, "https://acme.example", httpapi.Options{MaxConcurrent: 1, Transport: limited})
		waiting := make(chan error)
		go func() {
			_, err := c.Do(t.Context(), httpapi.Request{Method: "POST", Path: "/x"})
			waiting <- err
		}()
		synctest.Wait() // until the first call waits for its second attempt
		start := time.Now()
		if _, err := c.Do(t.Context(), httpapi.Request{Method: "GET", Path: "/x"}); err != nil || time.Since(start) != 0 {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	})
}

func TestLogHasHarmlessFieldsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		allowed := map[string]bool{
			"service": true, "method": true, "path": true, "status": true, "attempt": true, "wait": true, "request_id": true,
		}
		options := httpapi.Options{
			MaxRetries: 2,
			Transport:  &script{outcomes: []outcome{{}, {status: 503, retryAfter: "5"}, {status: 404}}},
			Log: func(_ context.Context, message string, fields map[string]any) {
				for name := range fields {
					if !allowed[name] {
						t.Errorf("field %s", name)
					}
				}
				lines = append(lines, fmt.Sprint(message, fields))
			},
		}
		_, _ = newClient(t, "https://acme.example", options).Do(t.Context(), httpapi.Request{
			Method: "DELETE", Path: "/x", Query: map[string][]string{"q": {secret}}, Body: []byte(secret),
			Header: http.Header{"X-Key": {secret}},
		})
		all := strings.Join(lines, "\n")
		if len(lines) != 4 || !strings.Contains(all, "wait:5s") || !strings.Contains(all, "attempt:3") {
			t.Errorf("log:\n%s", all)
		}
		if strings.Contains(all, secret) || strings.Contains(all, "Bearer") {
			t.Errorf("log holds a secret:\n%s", all)
		}
	})
}
