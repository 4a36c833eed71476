package httpapi

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// settleTime is what it may take to find out what became of a write whose
// answer was lost, even if the operation's own time is over.
const settleTime = 30 * time.Second

// Settling is the context for finding out what became of a write: ctx, or where
// ctx is over or almost over, a little time of its own.
func Settling(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if ctx.Err() == nil && (!limited || time.Until(deadline) > settleTime) {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), settleTime)
}

// Unsettled is the failure of a write, if it failed, together with that of
// finding out what became of it.
func Unsettled(failure, err error) error {
	if failure == nil {
		return err
	}
	return fmt.Errorf("%w; finding out what became of it failed too: %w", failure, err)
}

// IsUnclear says of the failure of a write that it may have taken effect all
// the same.
func IsUnclear(err error) bool {
	answer, ok := errors.AsType[*Error](err)
	return ok && answer.Unclear()
}

// Pause waits before the next look at something that a service does in its own
// time, or until ctx is done.
func Pause(ctx context.Context, interval time.Duration) {
	timer := time.NewTimer(interval)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
