package platformtest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// PollInterval is how often a platform under test looks at what a service does
// in its own time.
const PollInterval = time.Millisecond

// World is a simulator that listens as long as its test runs.
type World struct {
	*simulator.Server
	transport http.RoundTripper

	mu         sync.Mutex // guards what follows
	interrupts []*interrupt
}

// interrupt cancels an operation while one of its requests is on the wire.
type interrupt struct {
	service     simulator.Service
	wait        int // requests to let through first
	afterEffect bool
	cancel      context.CancelFunc
}

// Start starts a simulator, in the memory of the test and of its clock.
func Start(t *testing.T, opts ...simulator.Option) *World {
	t.Helper()
	w := &World{Server: simulator.New(opts...)}
	transport, stop := simulator.InMemory(http.HandlerFunc(w.serve))
	t.Cleanup(stop)
	t.Cleanup(w.Close) // first, since the server waits for requests that hang
	w.transport = transport
	return w
}

// Client returns a client of the simulated service, made from these arguments of
// the provider's block.
func (w *World) Client(
	t *testing.T,
	kind platform.Kind,
	connect func(platform.Arguments) (httpapi.Endpoint, error),
	describe func(status int, header http.Header, body []byte) httpapi.Fault,
	arguments platform.Arguments,
) *httpapi.Client {
	t.Helper()
	arguments["base_url"] = "http://127.0.0.1/" + kind.Name
	endpoint, err := connect(arguments)
	if err != nil {
		t.Fatal(err)
	}
	return httpapi.New(kind.Title, endpoint, describe, httpapi.Options{
		Transport: w.transport, MaxRetries: 1, Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond},
	})
}

// serve is the simulator with interrupts.
func (w *World) serve(rw http.ResponseWriter, r *http.Request) {
	due := w.takeInterrupt(r)
	if due == nil {
		w.ServeHTTP(rw, r)
		return
	}
	if due.afterEffect {
		w.ServeHTTP(httptest.NewRecorder(), r)
	} else {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server notices that the client has gone
	}
	due.cancel()
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// takeInterrupt is the interrupt that is due at the request, or nil.
func (w *World) takeInterrupt(r *http.Request) *interrupt {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, in := range w.interrupts {
		if !isOf(r, in.service) {
			continue
		}
		if in.wait--; in.wait < 0 {
			w.interrupts = append(w.interrupts[:i], w.interrupts[i+1:]...)
			return in
		}
	}
	return nil
}

func (w *World) addInterrupt(in interrupt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupts = append(w.interrupts, &in)
}
