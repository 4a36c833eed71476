package resemble

import (
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// waysOut are those out of a cleanup that failed.
const waysOut = "either an apply or another destroy retries the cleanup, and with release_on_destroy = \"force_delete\" " +
	"applied, they force the record out if it fails again"

// Do is platform.Service's. What is forced out is deleted first: Resemble forces
// nothing that is not corrupted.
func (p *Platform) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	switch s.Op {
	case opUnlink:
		return nil, p.removeLink(ctx, n)
	case opDelete:
		return p.destroy(ctx, n, false)
	case opForceDelete:
		return p.destroy(ctx, n, true)
	}
	return nil, platform.Untouched(fmt.Errorf("resemble has no operation %q", s.Op))
}

// present reads n's record before a step changes it; platform.ErrNotFound if
// there is none.
func (p *Platform) present(ctx context.Context, n platform.Number) (record, error) {
	held, err := p.locate(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return held, err
	}
	if err != nil {
		return held, platform.Untouched(explained("read "+recorded(n)+" at Resemble AI", err))
	}
	if id, known := n.Block[recordID].(int64); known && held.ID != id {
		return held, platform.Untouched(fmt.Errorf("%s is registered at Resemble AI as record %d instead of %d; nothing was "+
			"done to it; refresh the state, look at the plan, and destroy again", n.PhoneNumber, held.ID, id))
	}
	return held, nil
}

// removeLink unlinks n from the agent that its block names. An agent that has
// other numbers is left to the deletion, which unlinks this one alone.
func (p *Platform) removeLink(ctx context.Context, n platform.Number) error {
	held, err := p.present(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if held.AgentUUID == "" || held.AgentUUID != n.Block.String(agentUUID) {
		return nil
	}
	_, err = p.link(ctx, held, "")
	return err
}

// destroy deletes n's record, and forces it out if it may and the cleanup fails.
func (p *Platform) destroy(ctx context.Context, n platform.Number, mayForce bool) ([]string, error) {
	held, err := p.present(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return []string{fmt.Sprintf("Resemble AI does not list %s, so there was nothing to delete there.",
			n.PhoneNumber)}, nil
	}
	if err != nil {
		return nil, err
	}
	left, err := p.remove(ctx, held)
	if mayForce && isCorrupted(err) {
		return p.force(ctx, left)
	}
	return nil, err
}

// remove deletes a record and waits until it is gone, which takes its time and may end
// in a record that Resemble keeps; so it is no httpapi.Deletion. Beside an error it
// returns the record as it was seen last; a *corruptedError means that its
// cleanup failed.
func (p *Platform) remove(ctx context.Context, r record) (record, error) {
	doing := fmt.Sprintf("delete %s at Resemble AI", r)
	if r.Status == statusDeleting { // somebody else asked for it, or an earlier run
		now, err := p.await(ctx, r)
		if errors.Is(err, platform.ErrNotFound) {
			return now, nil
		}
		if err != nil {
			return now, unfinished(ctx, doing, nil, err)
		}
		r = now
	}
	failure := p.api.remove(ctx, r.ID)
	if isDenied(failure) {
		return r, platform.Untouched(explained(doing, failure))
	}
	now, err := p.await(ctx, r)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return now, nil
	case err != nil:
		return now, unfinished(ctx, doing, failure, err)
	case now.Status == statusCorrupted:
		return now, &corruptedError{now, failure}
	case failure != nil && !httpapi.IsUnclear(failure):
		return now, platform.Untouched(explained(doing, platform.NotAbsent(failure)))
	}
	return now, changed(doing, orContradiction(failure))
}

// errStillDeleting reports that the time was over before a deletion was.
var errStillDeleting = errors.New("it is not over yet; try again to go on")

// unfinished is for a deletion whose end was not seen, for err.
func unfinished(ctx context.Context, doing string, failure, err error) error {
	if !errors.Is(err, errStillDeleting) {
		doing += " (whether it is gone is not known; try again to make sure)"
	}
	err = changed(doing, httpapi.Unsettled(failure, err))
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", err, ctx.Err())
	}
	return err
}

// await waits for the end of a deletion, as long as ctx lasts, of which it looks at
// least once even if that is over, and returns the
// record that is left, or platform.ErrNotFound. Beside another error it returns
// the record as it was seen last.
func (p *Platform) await(ctx context.Context, r record) (record, error) {
	for {
		looking, cancel := httpapi.Settling(ctx)
		now, err := p.look(looking, r)
		cancel()
		switch {
		case err != nil:
			return r, err
		case now.Status != statusDeleting:
			return now, nil
		case ctx.Err() != nil:
			return now, errStillDeleting
		}
		r = now
		httpapi.Pause(ctx, p.pollInterval)
	}
}

// look reads a record. That it is gone counts only if the list says so too: nothing
// would bring the rest of it back to anybody's notice.
func (p *Platform) look(ctx context.Context, r record) (record, error) {
	now, gone := p.fetch(ctx, r.ID)
	if !errors.Is(gone, platform.ErrNotFound) {
		return now, gone
	}
	listed, err := p.list(ctx)
	if err != nil {
		return r, platform.NotAbsent(err)
	}
	for _, other := range listed {
		if other.ID == r.ID {
			return other, nil
		}
	}
	return now, gone
}

// force removes a corrupted record without its cleanup, which Resemble allows
// for no other (Resemble docs: force delete). What r, read just before, says to
// be left is noted.
func (p *Platform) force(ctx context.Context, r record) ([]string, error) {
	err := httpapi.Deletion{
		Service: writes, Doing: fmt.Sprintf("force out %s at Resemble AI", r),
		IsAbsent: func(failure error) bool { return !isDenied(failure) },
		Send:     func(ctx context.Context) error { return p.forceRemove(ctx, r.ID) },
		Look: func(ctx context.Context) error {
			_, err := p.look(ctx, r)
			return err
		},
	}.Do(ctx)
	if err != nil {
		return nil, platform.Final(err) // a deletion went before
	}
	return []string{fmt.Sprintf("Left behind by %s, which was forced out: %s. Remove them by hand: they can go on "+
		"costing money.", r, r.leftovers())}, nil
}

// corruptedError reports that Resemble could not clean up at Twilio, and so
// keeps the record.
type corruptedError struct {
	record  record
	failure error // of the deletion, in Resemble's words; nil: it was accepted first
}

func (e *corruptedError) Error() string {
	text := e.reason()
	if e.failure != nil {
		text += fmt.Sprintf("\n\n%v", e.failure)
	}
	return text
}

// reason is what is wrong and the ways out, in a sentence.
func (e *corruptedError) reason() string { return e.Brief() + "; " + waysOut + "." }

// Brief is the error without the ways out.
func (e *corruptedError) Brief() string {
	return fmt.Sprintf("Resemble AI could not clean up after %s and keeps it as corrupted; it may have left %s",
		e.record, e.record.leftovers())
}

func isCorrupted(err error) bool {
	_, ok := errors.AsType[*corruptedError](err)
	return ok
}

// leftovers names what the record's registration set up outside of Resemble:
// what Resemble lists for a cleanup by hand (Resemble docs: force delete).
func (r record) leftovers() string {
	all := []string{fmt.Sprintf("%s of account %s at Twilio with its credential lists and connection policies",
		trunkNames(r.InboundTrunk.TwilioTrunkSID, r.OutboundTrunk.TwilioTrunkSID), r.TwilioAccountSID)}
	if id := r.InboundTrunk.LiveKitTrunkID; id != "" {
		all = append(all, "LiveKit trunk "+id)
	}
	if id := r.InboundTrunk.LiveKitDispatchRuleID; id != "" {
		all = append(all, "LiveKit dispatch rule "+id)
	}
	return platform.Enumerate(all)
}

// String is the record as messages name it.
func (r record) String() string { return fmt.Sprintf("record %d of %s", r.ID, r.PhoneNumber) }
