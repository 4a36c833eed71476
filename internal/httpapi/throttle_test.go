package httpapi_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

// crowd is a service that takes a second for a request, and few at a time.
type crowd struct {
	takes int // at a time

	mu                     sync.Mutex
	inFlight, most         int
	served, refused        int
	lastRefusal, lastServe time.Time
	retryAfter             string
}

func (c *crowd) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.inFlight++
	status := http.StatusOK
	if c.inFlight > c.takes {
		status = http.StatusTooManyRequests
		c.refused++
		c.lastRefusal = time.Now()
	}
	c.most = max(c.most, c.inFlight)
	c.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-r.Context().Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
	if status == http.StatusOK {
		c.served++
		c.lastServe = time.Now()
	}
	header := http.Header{}
	if c.retryAfter != "" {
		header.Set("Retry-After", c.retryAfter)
	}
	return &http.Response{
		StatusCode: status, Header: header, Request: r, Body: io.NopCloser(strings.NewReader("")),
	}, r.Context().Err()
}

// ask sends n requests at once and waits for their answers.
func ask(t *testing.T, c *httpapi.Client, n int) {
	t.Helper()
	var callers sync.WaitGroup
	for range n {
		callers.Go(func() {
			if _, err := c.Do(t.Context(), httpapi.Request{Method: http.MethodPost, Path: "/x"}); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
}

func TestCallersSlowDownTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &crowd{takes: 3}
		c := newClient(t, "https://acme.example", httpapi.Options{
			MaxConcurrent: 10, Transport: service, Wait: httpapi.WaitPolicy{Base: time.Second, Cap: 30 * time.Second},
		})
		start := time.Now()
		ask(t, c, 1000)
		if service.served != 1000 || service.refused > 100 {
			t.Errorf("%d requests were served, %d refused", service.served, service.refused)
		}
		// The service takes three each second, so the least is 334 s.
		if took := time.Since(start); took > 600*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestAllSlotsAreInUseAgainOnceTheServiceTakesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &crowd{takes: 1}
		c := newClient(t, "https://acme.example", httpapi.Options{MaxConcurrent: 10, Transport: service})
		ask(t, c, 50)
		service.takes, service.most = 100, 0
		ask(t, c, 1000)
		if service.most != 10 {
			t.Errorf("at most %d requests were on the wire, want 10", service.most)
		}
	})
}

func TestARefusalIsAWordToAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &crowd{takes: 0, retryAfter: "60"}
		c := newClient(t, "https://acme.example", httpapi.Options{MaxConcurrent: 2, Transport: service})
		go func() { _, _ = c.Do(t.Context(), httpapi.Request{Method: http.MethodPost, Path: "/x"}) }()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		service.takes = 10
		refused := service.lastRefusal.Add(time.Second) // the answer
		ask(t, c, 5)
		if first := service.lastServe; service.refused != 1 || first.Sub(refused) < 60*time.Second {
			t.Errorf("%d were refused, and %s after that others were served", service.refused, first.Sub(refused))
		}
	})
}

func TestARestBeyondTheDeadlineFailsOtherCallsUnsent(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodDelete} {
		synctest.Test(t, func(t *testing.T) {
			service := &crowd{takes: 0, retryAfter: "3600"}
			c := newClient(t, "https://acme.example", httpapi.Options{MaxConcurrent: 2, MaxRetries: 5, Transport: service})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() { _, _ = c.Do(ctx, httpapi.Request{Method: method, Path: "/x"}) }()
			time.Sleep(2 * time.Second)
			synctest.Wait()
			limited, done := context.WithTimeout(ctx, time.Minute)
			defer done()
			start := time.Now()
			_, err := c.Do(limited, httpapi.Request{Method: method, Path: "/x"})
			if e := asError(t, err); e.Unclear() || !strings.Contains(e.Error(), "a rest of 59m59s") || service.refused != 1 {
				t.Errorf("%v after %d refusals", err, service.refused)
			}
			if took := time.Since(start); took != 0 {
				t.Errorf("it took %s", took)
			}
		})
	}
}
