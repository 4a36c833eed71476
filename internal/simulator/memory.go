package simulator

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// InMemory serves the handler, the Server itself or what stands in front of it,
// over pipes instead of sockets, until stop is called. In a bubble of
// testing/synctest it must be called there: time-outs, polls and Retry-After then
// cost no time, since the bubble's clock jumps while everybody waits.
func InMemory(handler http.Handler) (transport http.RoundTripper, stop func()) {
	pipes := &pipes{dialed: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: handler} //nolint:gosec // nobody but the test itself can be slow
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(pipes) // until it is closed
	}()
	client := &http.Transport{DialContext: pipes.dial}
	return client, func() {
		client.CloseIdleConnections()
		_ = server.Close()
		<-served
	}
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
