package vapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Do is platform.Service's.
func (p *Platform) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	switch s.Op {
	case opDelete, opRelease:
		return p.remove(ctx, n, s.Op)
	case opUnlink:
		return p.unlink(ctx, n)
	}
	return nil, platform.Untouched(fmt.Errorf("vapi has no operation %q", s.Op))
}

// forbids says why the record is not to be deleted by an operation. The steps never
// ask for it; what a wrong one would cost can't be got back.
func forbids(n platform.Number, live *record, op string) error {
	own := live.Provider == providerVapi
	switch {
	case op == opDelete && own:
		return fmt.Errorf("%s is a number of Vapi's own, and to delete it would give it up; it was left as it is: refresh the "+
			"state, look at the plan, and destroy again", n.PhoneNumber)
	case op == opRelease && (!own || n.Action != platform.Release || n.Private.Unfinished == platform.Creation):
		return fmt.Errorf("%s is given up only by a release of a number of Vapi's own; it was left as it is", n.PhoneNumber)
	}
	return nil
}

// present reads n before a step changes it; nil if Vapi does not list it any more.
func (p *Platform) present(ctx context.Context, n platform.Number) (*record, error) {
	live, err := p.find(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return nil, nil
	}
	return live, platform.Untouched(err)
}

func goneNote(n platform.Number) []string {
	return []string{fmt.Sprintf("Vapi no longer had %s, so there was nothing to do there.", n.PhoneNumber)}
}

// remove deletes the number's record, and with it a number of Vapi's own.
func (p *Platform) remove(ctx context.Context, n platform.Number, op string) ([]string, error) {
	live, err := p.present(ctx, n)
	switch {
	case err != nil:
		return nil, err
	case live == nil:
		return goneNote(n), nil
	}
	if err := forbids(n, live, op); err != nil {
		return nil, platform.Untouched(err)
	}
	doing := fmt.Sprintf("delete %s at Vapi", n.PhoneNumber)
	n.Block = platform.Values{recordID: live.ID}
	deletion := httpapi.Deletion{
		Doing: doing, Title: "Vapi", WaysOut: remedies, IsAbsent: isAbsent,
		Look: func(ctx context.Context) error {
			_, err := p.find(ctx, n)
			return err
		},
	}
	return nil, deletion.Settle(ctx, p.api.remove(ctx, live.ID))
}

// unlink takes the agent off the number.
func (p *Platform) unlink(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := p.present(ctx, n)
	switch {
	case err != nil:
		return nil, err
	case live == nil:
		return goneNote(n), nil
	}
	bare := n
	bare.Block = platform.Values{assistantID: nil, squadID: nil, workflowID: nil}
	in := p.unset(bare, live)
	if len(in) == 0 {
		return nil, nil
	}
	doing := "take the agent off " + n.PhoneNumber
	_, failure := p.api.update(ctx, live, in)
	if failure != nil && !httpapi.IsUnclear(failure) && !isAbsent(failure) {
		return nil, platform.Untouched(platform.NotAbsent(explained(doing, failure)))
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	after, err := p.find(ctx, n)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return goneNote(n), nil
	case err != nil:
		return nil, changed(doing+" (whether it is off is not known; run it again to make sure)", httpapi.Unsettled(failure, err))
	case unmet(bare, in, after) == "":
		return nil, nil
	case failure != nil:
		return nil, changed(doing+" (it is still on; run it again)", failure)
	}
	return nil, fmt.Errorf("%s: Vapi accepted it but still has it in %s; run it again, or take it off in Vapi's dashboard",
		doing, unmet(bare, in, after))
}
