package httpapi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// What it may take to find out what became of a write whose answer was lost.
const (
	// settleTime is for an operation whose own time is over.
	settleTime = 30 * time.Second
	// interruptTime is for one that the user has interrupted, and now waits for.
	interruptTime = 750 * time.Millisecond
)

// Settling is the context for finding out what became of a write. It ends with
// ctx, but for a little time of its own if ctx is over or almost over, or is
// cancelled meanwhile.
func Settling(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := settleTime
	if deadline, limited := ctx.Deadline(); !limited {
		limit = math.MaxInt64
	} else if left := time.Until(deadline); ctx.Err() == nil && left > limit {
		limit = left
	}
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			time.AfterFunc(interruptTime, cancel)
		}
	})
	return settling, func() {
		stop()
		cancel()
	}
}

// Unsettled is the failure of a write, if it failed, together with that of
// finding out what became of it.
func Unsettled(failure, err error) error {
	if failure == nil {
		return err
	}
	return fmt.Errorf("%w; finding out what became of it failed too: %w", failure, err)
}

// Partly is the failure of a write of several requests of which an earlier one may have
// taken effect.
func Partly(err error) error {
	if err == nil {
		return nil
	}
	return partly{err}
}

type partly struct{ error }

func (e partly) Unwrap() error { return e.error }

// IsUnclear says of the failure of a write that it may have taken effect all
// the same.
func IsUnclear(err error) bool {
	_, changed := errors.AsType[partly](err)
	answer, answered := errors.AsType[*Error](err)
	return changed || answered && answer.Unclear()
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
