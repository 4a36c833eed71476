package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Service is what all writes to a service have in common.
type Service struct {
	Title string // "Vapi"
	// Explain says what was to be done when an error occurred and, where the service's
	// answer tells, the way out.
	Explain func(doing string, err error) error
}

// Write is one request that changes something at a service, and the way to make sure
// of it. R is what the service reports of the thing that is written.
//
// It is sent once, and never repeated blindly. A clear refusal is reported as
// platform.ErrUntouched. Any other answer that is no proof is settled by a look at the
// service, in a time of its own that an interrupt leaves a little of. What the look
// finds is what is so: that it took effect although the answer was lost is success,
// and a look that contradicts an acceptance is an error. So is one that fails, which
// tells both failures. None of these errors lets the look's refusal or the record's absence pass for
// the write's (platform.Final).
type Write[R any] struct {
	Service
	Doing string                           // as messages call it: "change label of +14155550100"
	Send  func(context.Context) (R, error) // what took several requests may have failed Partly
	// Answers says that Send returns what the service then reports, so that no look is
	// needed where that leaves nothing undone.
	Answers bool
	// Look reads back; platform.ErrNotFound: there is no such thing.
	Look func(context.Context) (R, error)
	// Left says in a clause what of the write is undone, as far as R tells; empty:
	// nothing. nil: it is done once there is such a thing.
	Left func(R) string
	// Hides says that R does not tell all that was written, as of a secret; then only
	// an answer is proof of it. nil: it tells all.
	Hides func(R) bool
	// Refused explains a clear refusal; nil: Explain does.
	Refused func(doing string, failure error) error
	// MayBeDone says of a refusal that the write may be done already, so that it is
	// looked at, too. nil: none says that.
	MayBeDone func(error) bool
}

// Do sends the write and makes sure of it. It returns what was reported last, also
// beside an error; the zero R where nothing was.
func (w Write[R]) Do(ctx context.Context) (R, error) {
	var none R
	got, failure := w.Send(ctx)
	refused := failure != nil && !IsUnclear(failure)
	switch {
	case failure == nil && w.Answers && w.left(got) == "":
		return got, nil
	case refused && (w.MayBeDone == nil || !w.MayBeDone(failure)):
		return none, w.refused(w.Doing, failure)
	}
	ctx, cancel := Settling(ctx)
	defer cancel()
	got, err := w.Look(ctx)
	switch absent := errors.Is(err, platform.ErrNotFound); {
	case absent && refused:
		return none, w.refused(w.Doing, failure)
	case absent:
		return none, w.changed(w.Title+" does not have it; run it again", cmp.Or(failure, err))
	case err != nil:
		return none, w.changed(unknown, Unsettled(failure, err))
	}
	switch left := w.left(got); {
	case left != "" && refused:
		return got, w.refused(w.Doing+" ("+left+"; run it again)", failure)
	case left != "" && failure != nil:
		return got, w.changed(left+"; run it again", failure)
	case left != "":
		return got, fmt.Errorf("%s: it was accepted, but %s; run it again", w.Doing, left)
	case failure != nil && !refused && w.Hides != nil && w.Hides(got):
		return got, w.changed(unknown, failure)
	}
	return got, nil
}

// unknown is what is so where nobody could find out.
const unknown = "whether it took effect is not known; run it again to make sure"

func (w Write[R]) left(r R) string {
	if w.Left == nil {
		return ""
	}
	return w.Left(r)
}

// refused is the error of a write that changed nothing. Where no answer says so, as
// of one that was not sent, the failure speaks for itself.
func (w Write[R]) refused(doing string, failure error) error {
	explain := w.Explain
	if w.Refused != nil {
		explain = w.Refused
	}
	err := platform.NotAbsent(explain(doing, failure))
	if _, answered := errors.AsType[*Error](failure); answered {
		return platform.Untouched(err)
	}
	return err
}

// changed is the error of a write that may have changed something, and what is so now.
func (w Write[R]) changed(now string, err error) error {
	return platform.Final(w.Explain(w.Doing+" ("+now+")", err))
}

// NotShown is what Write.Left says where the number does not show the settings of those
// names as they were written.
func NotShown(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "the number does not show it in " + platform.Enumerate(names)
}

// Deletion is a Write after which there is to be no such record.
type Deletion struct {
	Service
	Doing string // as messages call it
	Send  func(context.Context) error
	// Refused explains a clear refusal; nil: Explain does.
	Refused func(doing string, failure error) error
	// IsAbsent says that a failure is the service's word that there is no such record.
	IsAbsent func(error) bool
	// Look finds out whether the record is there; platform.ErrNotFound: it is not.
	Look func(context.Context) error
}

// Do deletes the record and makes sure that it is gone. That there was none, in the
// service's words and by a look, is success.
func (d Deletion) Do(ctx context.Context) error {
	_, err := Write[bool]{ // whether it is there
		Service: d.Service, Doing: d.Doing, Refused: d.Refused, MayBeDone: d.IsAbsent,
		Send: func(ctx context.Context) (bool, error) { return true, d.Send(ctx) },
		Look: func(ctx context.Context) (bool, error) {
			err := d.Look(ctx)
			if errors.Is(err, platform.ErrNotFound) {
				return false, nil
			}
			return true, err
		},
		Left: func(there bool) string {
			if there {
				return "it is still there"
			}
			return ""
		},
	}.Do(ctx)
	return err
}
