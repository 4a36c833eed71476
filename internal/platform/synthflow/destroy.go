package synthflow

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Do is platform.Service's. To delete a bought number is to cancel it, by the same
// request: forbids tells the two apart.
func (p *Platform) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	switch s.Op {
	case opDelete, opCancel:
		return p.remove(ctx, n, s.Op)
	case opUnlink:
		return p.unlinkAll(ctx, n)
	}
	return nil, platform.Untouched(fmt.Errorf("synthflow has no operation %q", s.Op))
}

// forbids says why n is not to be deleted by an operation. The steps never ask
// for it; what a wrong one would cost can't be got back.
func forbids(n platform.Number, op string) error {
	bought := isBought(n)
	switch {
	case op == opDelete && bought:
		return fmt.Errorf("%s was bought at Synthflow, or may have been, and to delete it would cancel its subscription; "+
			"it was left as it is", n.PhoneNumber)
	case op == opCancel && (!bought || n.Action != platform.Release || n.Private.Unfinished == platform.Creation):
		return fmt.Errorf("the subscription of %s is cancelled only by a release of a number that was bought at Synthflow; "+
			"it was left as it is", n.PhoneNumber)
	}
	return nil
}

// present reads n before a step changes it; nil if Synthflow does not list it
// any more.
func (p *Platform) present(ctx context.Context, n platform.Number) (*record, error) {
	_, live, err := p.find(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return nil, nil
	}
	return live, platform.Untouched(err)
}

// remove deletes the number at Synthflow.
func (p *Platform) remove(ctx context.Context, n platform.Number, op string) ([]string, error) {
	if err := forbids(n, op); err != nil {
		return nil, platform.Untouched(err)
	}
	live, err := p.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return platform.GoneNote("Synthflow", n.PhoneNumber), nil
	}
	return nil, httpapi.Deletion{
		Service: writes, Doing: fmt.Sprintf("delete %s at Synthflow", n.PhoneNumber),
		IsAbsent: func(failure error) bool { return !isDenied(failure) }, // no status is surely that of an absence
		Send:     func(ctx context.Context) error { return p.api.remove(ctx, n.PhoneNumber) },
		Look: func(ctx context.Context) error {
			_, err := p.look(ctx, n)
			return err
		},
	}.Do(ctx)
}

// unlinkAll takes the number off every agent that has it.
func (p *Platform) unlinkAll(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := p.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return platform.GoneNote("Synthflow", n.PhoneNumber), nil
	}
	if len(live.Assistants) == 0 {
		return nil, nil
	}
	after, err := httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("unlink %s from %s", n.PhoneNumber, strings.Join(live.Assistants, ", ")),
		MayBeDone: func(error) bool { return true },
		Send: func(ctx context.Context) (_ *record, failure error) {
			touched := false
			for _, agent := range live.Assistants {
				// On to the next agent: each that lets go answers no more calls.
				err := p.api.unlink(ctx, agent, n.PhoneNumber)
				failure, touched = errors.Join(failure, err), touched || err == nil || httpapi.IsUnclear(err)
			}
			if touched {
				failure = httpapi.Partly(failure)
			}
			return nil, failure
		},
		Look: func(ctx context.Context) (*record, error) { return p.present(ctx, n) },
		Left: func(now *record) string {
			if now == nil || len(now.Assistants) == 0 {
				return ""
			}
			return "it is still on " + strings.Join(now.Assistants, ", ")
		},
	}.Do(ctx)
	if err == nil && after == nil {
		return platform.GoneNote("Synthflow", n.PhoneNumber), nil
	}
	return nil, err
}
