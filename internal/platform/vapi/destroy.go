package vapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Do is platform.Service's. To delete a number of Vapi's own is to give it up, by
// the same request: forbids tells the two apart.
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

// remove deletes the number's record, and with it a number of Vapi's own.
func (p *Platform) remove(ctx context.Context, n platform.Number, op string) ([]string, error) {
	live, err := p.present(ctx, n)
	switch {
	case err != nil:
		return nil, err
	case live == nil:
		return platform.GoneNote("Vapi", n.PhoneNumber), nil
	}
	if err := forbids(n, live, op); err != nil {
		return nil, platform.Untouched(err)
	}
	n.Block = platform.Values{recordID: live.ID}
	return nil, httpapi.Deletion{
		Service: writes, Doing: fmt.Sprintf("delete %s at Vapi", n.PhoneNumber), IsAbsent: isAbsent,
		Send: func(ctx context.Context) error { return p.api.remove(ctx, live.ID) },
		Look: func(ctx context.Context) error {
			_, err := p.find(ctx, n)
			return err
		},
	}.Do(ctx)
}

// unlink takes the agent off the number.
func (p *Platform) unlink(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := p.present(ctx, n)
	switch {
	case err != nil:
		return nil, err
	case live == nil:
		return platform.GoneNote("Vapi", n.PhoneNumber), nil
	}
	bare := n
	bare.Block = platform.Values{assistantID: nil, squadID: nil, workflowID: nil}
	in := p.unset(bare, live)
	if len(in) == 0 {
		return nil, nil
	}
	after, err := httpapi.Write[*record]{
		Service: writes, Doing: "take the agent off " + n.PhoneNumber, MayBeDone: isAbsent,
		Send: func(ctx context.Context) (*record, error) { return p.api.update(ctx, live, in) },
		Look: func(ctx context.Context) (*record, error) { return p.present(ctx, n) },
		Left: func(now *record) string {
			if now == nil {
				return ""
			}
			return httpapi.NotShown(unmet(bare, in, now))
		},
	}.Do(ctx)
	if err == nil && after == nil {
		return platform.GoneNote("Vapi", n.PhoneNumber), nil
	}
	return nil, err
}
