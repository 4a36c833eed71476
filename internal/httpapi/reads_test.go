package httpapi

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// heldService answers once it is let, and counts its requests.
type heldService struct {
	requests atomic.Int32
	answers  chan int // a status each
}

func (s *heldService) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests.Add(1)
	select {
	case status := <-s.answers:
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func newHeld(t *testing.T) (*Client, *heldService) {
	t.Helper()
	base, err := ParseBaseURL("https://api.example.com")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := Endpoint{BaseURL: base, Authorize: func(*http.Request) {}}
	service := &heldService{answers: make(chan int)}
	return New("Service", endpoint, func(int, http.Header, []byte) Fault { return Fault{} }, Options{Transport: service}), service
}

func ask(ctx context.Context, c *Client, path string) <-chan error {
	answered := make(chan error, 1)
	go func() {
		_, err := c.Do(ctx, Request{Method: http.MethodGet, Path: path})
		answered <- err
	}()
	synctest.Wait()
	return answered
}

func TestIdenticalReadsThatWaitAreOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, service := newHeld(t)
		first := ask(t.Context(), c, "/list")
		var waiting []<-chan error
		for range 9 {
			waiting = append(waiting, ask(t.Context(), c, "/list"))
		}
		other := ask(t.Context(), c, "/other")
		if n := service.requests.Load(); n != 2 {
			t.Fatalf("%d requests are under way, want the first list and the other one", n)
		}
		for range 3 {
			service.answers <- http.StatusOK
		}
		for i, answered := range append(waiting, first, other) {
			if err := <-answered; err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		// One that is under way has begun before they asked: it answers none of them.
		if n := service.requests.Load(); n != 3 {
			t.Errorf("%d requests, want one for the nine that came later", n)
		}
	})
}

func TestReadOutlivesTheOneThatWasToSendIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, service := newHeld(t)
		first := ask(t.Context(), c, "/list")
		ctx, interrupt := context.WithCancel(t.Context())
		sending, joining := ask(ctx, c, "/list"), ask(t.Context(), c, "/list")
		interrupt()
		var failure *Error
		if err := <-sending; !errors.As(err, &failure) || !failure.Unsent || !errors.Is(err, context.Canceled) {
			t.Errorf("the interrupted one: %v", err)
		}
		service.answers <- http.StatusOK
		service.answers <- http.StatusOK
		if err := errors.Join(<-first, <-joining); err != nil {
			t.Error(err)
		}
	})
}

func TestErrorOfASharedReadIsEverybodysOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, service := newHeld(t)
		first := ask(t.Context(), c, "/list")
		one, another := ask(t.Context(), c, "/list"), ask(t.Context(), c, "/list")
		service.answers <- http.StatusOK
		service.answers <- http.StatusForbidden
		var theirs, others *Error
		if !errors.As(<-one, &theirs) || !errors.As(<-another, &others) || theirs == others || theirs.Status != http.StatusForbidden {
			t.Errorf("%v and %v", theirs, others)
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

func TestReadsAreNotSharedAcrossSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, service := newHeld(t)
		first := ask(t.Context(), c, "/list")
		second := ask(platform.WithSecrets(t.Context(), []string{"quoted-secret"}), c, "/list")
		if n := service.requests.Load(); n != 2 {
			t.Errorf("%d requests are under way", n)
		}
		service.answers <- http.StatusOK
		service.answers <- http.StatusOK
		if err := errors.Join(<-first, <-second); err != nil {
			t.Error(err)
		}
	})
}
