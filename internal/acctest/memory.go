package acctest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// StartInMemory is Start for a test in a bubble of testing/synctest, where it
// must be called. The provider of its Driver reaches the simulator over pipes
// instead of sockets, and waits as long as it does for a user: time-outs, polls
// and Retry-After cost no time, since the bubble's clock jumps while everybody
// waits.
func StartInMemory(t *testing.T, opts ...simulator.Option) *Simulation {
	t.Helper()
	sim := simulator.New(opts...)
	pipes := &pipes{dialed: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: sim}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(pipes) // until it is closed
	}()
	transport := &http.Transport{DialContext: pipes.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		sim.Close()
		_ = server.Close()
		<-served
	})
	options := []provider.Option{
		provider.WithTransport(transport),
		provider.WithWaits(httpapi.WaitPolicy{}),
		provider.WithPollInterval(0),
	}
	if cases.Soak() { // thousands of cases: that both paths answer alike is held elsewhere
		options = append(options, provider.WithFastPathsCompared(nil))
	}
	return &Simulation{Server: sim, URL: "http://127.0.0.1", handler: sim, options: options}
}

// pipes are a listener and the way to it.
type pipes struct {
	dialed    chan net.Conn
	closed    chan struct{}
	closeOnce sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.dialed <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept is net.Listener's.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialed:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close is net.Listener's.
func (p *pipes) Close() error {
	p.closeOnce.Do(func() { close(p.closed) })
	return nil
}

// Addr is net.Listener's.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }
