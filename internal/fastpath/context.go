package fastpath

import (
	"context"
	"sync/atomic"
	"time"
)

// callContext is the context of one call for the framework, which keeps a way to
// cancel every call until the process ends, and with it all that the context
// holds: loggers, fields, the request. When the call has ended there is nothing
// left to hold.
type callContext struct {
	call atomic.Pointer[context.Context]
}

// ended is what a callContext is when its call has ended.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// forCall returns the context for a call, and what is to be done at its end.
func forCall(ctx context.Context) (_ context.Context, end func()) {
	c := &callContext{}
	c.call.Store(&ctx)
	return c, func() { c.call.Store(&ended) }
}

// Deadline is context.Context's.
func (c *callContext) Deadline() (time.Time, bool) { return (*c.call.Load()).Deadline() }

// Done is context.Context's.
func (c *callContext) Done() <-chan struct{} { return (*c.call.Load()).Done() }

// Err is context.Context's.
func (c *callContext) Err() error { return (*c.call.Load()).Err() }

// Value is context.Context's.
func (c *callContext) Value(key any) any { return (*c.call.Load()).Value(key) }
