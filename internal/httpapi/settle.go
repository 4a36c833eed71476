package httpapi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
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

// Deletion is the deletion of a record, of which the answer alone does not tell
// whether the record is gone.
type Deletion struct {
	Doing   string         // as messages call it
	Title   string         // of the service
	WaysOut map[int]string // as of Explained
	// IsAbsent says that a failure is the service's word that there is no such record.
	IsAbsent func(error) bool
	// Look finds out whether the record is there; platform.ErrNotFound: it is not.
	Look func(context.Context) error
}

// Settle makes sure that the record is gone, whatever was answered: failure is nil
// where the deletion was accepted. An error that is platform.ErrUntouched says that
// nothing was changed.
func (d Deletion) Settle(ctx context.Context, failure error) error {
	absent := d.IsAbsent(failure)
	if failure != nil && !IsUnclear(failure) && !absent {
		return platform.Untouched(platform.NotAbsent(Explained(d.Doing, failure, d.WaysOut)))
	}
	ctx, cancel := Settling(ctx)
	defer cancel()
	switch err := d.Look(ctx); {
	case errors.Is(err, platform.ErrNotFound):
		return nil
	case err != nil:
		return platform.Final(Explained(d.Doing+" (whether it is gone is not known; run it again to make sure)",
			Unsettled(failure, err), d.WaysOut))
	case absent:
		return platform.Untouched(platform.NotAbsent(Explained(d.Doing+" (and yet it can be read)", failure, d.WaysOut)))
	case failure != nil:
		return platform.Final(Explained(d.Doing+" (it is still there; run it again)", failure, d.WaysOut))
	}
	return fmt.Errorf("%s: %s accepted it but still has the number; run it again", d.Doing, d.Title)
}
