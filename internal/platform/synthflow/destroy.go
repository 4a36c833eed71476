package synthflow

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Do is platform.Service's.
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

func goneNote(n platform.Number) []string {
	return []string{fmt.Sprintf("Synthflow no longer lists %s, so there was nothing to do there.", n.PhoneNumber)}
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
		return goneNote(n), nil
	}
	doing := fmt.Sprintf("delete %s at Synthflow", n.PhoneNumber)
	failure := p.api.remove(ctx, n.PhoneNumber)
	if isDenied(failure) {
		return nil, platform.Untouched(explained(doing, failure))
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	_, _, err = p.find(ctx, n)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, changed(doing+" (whether it is gone is not known; run it again to make sure)", httpapi.Unsettled(failure, err))
	case failure != nil && !httpapi.IsUnclear(failure):
		return nil, platform.Untouched(platform.Final(explained(doing, failure)))
	case failure != nil:
		return nil, changed(doing+" (it is still listed; run it again)", failure)
	}
	return nil, fmt.Errorf("%s: Synthflow accepted it but still lists the number; run it again", doing)
}

// unlinkAll takes the number off every agent that has it.
func (p *Platform) unlinkAll(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := p.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return goneNote(n), nil
	}
	if len(live.Assistants) == 0 {
		return nil, nil
	}
	doing := fmt.Sprintf("unlink %s from %s", n.PhoneNumber, strings.Join(live.Assistants, ", "))
	var failure error
	unclear := false
	for _, agent := range live.Assistants {
		// On to the next agent: each that lets go answers no more calls.
		err := p.api.unlink(ctx, agent, n.PhoneNumber)
		failure, unclear = errors.Join(failure, err), unclear || httpapi.IsUnclear(err)
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	_, after, err := p.find(ctx, n)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return goneNote(n), nil
	case err != nil:
		return nil, changed(doing+" (whether it is unlinked is not known; run it again to make sure)", httpapi.Unsettled(failure, err))
	case len(after.Assistants) == 0:
		return nil, nil
	case failure == nil:
		return nil, fmt.Errorf("%s: Synthflow accepted it but still has the number on %s; run it again",
			doing, strings.Join(after.Assistants, ", "))
	}
	err = changed(fmt.Sprintf("%s (it is still on %s)", doing, strings.Join(after.Assistants, ", ")), failure)
	if !unclear && len(after.Assistants) == len(live.Assistants) {
		err = platform.Untouched(err)
	}
	return nil, err
}
