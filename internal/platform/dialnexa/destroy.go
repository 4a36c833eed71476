package dialnexa

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Do is platform.Service's. Carrier and platform share the steps.
func (s *service) Do(ctx context.Context, n platform.Number, step platform.Step) ([]string, error) {
	switch step.Op {
	case opClear:
		return s.clear(ctx, n)
	case opRelease:
		return s.release(ctx, n)
	}
	return nil, platform.Untouched(fmt.Errorf("dialnexa has no operation %q", step.Op))
}

// present reads n before a step changes it; nil if the workspace does not have
// the number any more.
func (s *service) present(ctx context.Context, n platform.Number) (*record, error) {
	live, err := s.fetch(ctx, n)
	if err == nil {
		return live, nil
	}
	if errors.Is(err, platform.ErrNotFound) {
		// DialNexa also sends this 404 for a path that it does not have, so the
		// list has the last word.
		live, err = s.find(ctx, n)
		switch {
		case errors.Is(err, platform.ErrNotFound):
			return nil, nil
		case err == nil:
			err = fmt.Errorf("the list has it as %s; nothing was done to it: refresh the state, look at the plan, and "+
				"destroy again", live.ID)
		}
	}
	return nil, platform.Untouched(fmt.Errorf("read %s: %w", platform.Identified(n), err))
}

// clear takes the agent that n's block names off the number.
func (s *service) clear(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := s.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return platform.GoneNote("DialNexa", platform.Identified(n)), nil
	}
	return s.unlink(ctx, n, live)
}

// unlink takes the agent that n's block names off the number as it was read
// just now, on the side on which the block links it, unless the number has
// another agent by now.
func (s *service) unlink(ctx context.Context, n platform.Number, live *record) ([]string, error) {
	agent := n.Block.String("agent_id")
	switch now := live.agent(); {
	case now.told && now.value == "":
		return nil, nil // that was the reading back, too
	case now.told && now.value != agent:
		return []string{fmt.Sprintf("Agent %s of %s was left as it is: the number has changed to it from %s since.",
			now.value, platform.Identified(n), agent)}, nil
	case linkOf(n.Block) == byAgent:
		return s.unpublish(ctx, n, agent)
	}
	return nil, s.unassign(ctx, n)
}

// unassign clears the agent on the number and reads it back.
func (s *service) unassign(ctx context.Context, n platform.Number) error {
	members := map[string]any{"agent_id": nil}
	_, err := httpapi.Write[*record]{
		Service: writes, Doing: "take the agent off " + platform.Identified(n),
		Send: func(ctx context.Context) (*record, error) { return s.edit(ctx, n, members) },
		Refused: func(doing string, failure error) error {
			if isUnoffered(failure) {
				return unoffered(doing, failure)
			}
			return writes.Explain(doing, failure)
		},
		Look: func(ctx context.Context) (*record, error) { return s.present(ctx, n) },
		Left: func(now *record) string {
			if now == nil || len(contradicted(now, members)) == 0 {
				return ""
			}
			return "the number still has agent " + now.agent().value
		},
		Hides: func(now *record) bool { return now != nil && !tells(now, members) },
	}.Do(ctx)
	return err
}

// unpublish publishes the agent's version without the number. Generation B
// does not tell whether a number has an agent, so its answer is all there is.
func (s *service) unpublish(ctx context.Context, n platform.Number, agent string) ([]string, error) {
	version := versionOf(n.Block)
	doing := fmt.Sprintf("publish version %d of agent %s without %s", version, agent, platform.Identified(n))
	failure := s.publish(ctx, agent, version, "")
	switch {
	case failure == nil:
		return nil, nil
	case isAnswer(failure, http.StatusNotFound):
		return []string{fmt.Sprintf("DialNexa says that there is no version %d of agent %s, so it was not published without "+
			"%s. Should another version of it still answer the number, unlink it in DialNexa's dashboard.",
			version, agent, platform.Identified(n))}, nil
	case httpapi.IsUnclear(failure):
		return nil, fmt.Errorf("%s: %w; whether the agent still answers the number is not known: "+
			"the same again repeats it", doing, failure)
	}
	return nil, platform.Untouched(fmt.Errorf("%s: %w; to go on without this agent, correct or remove agent_id and "+
		"agent_version and apply", doing, failure))
}

// release gives the number up. DialNexa unlinks its agent by itself.
func (s *service) release(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := s.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return platform.GoneNote("DialNexa", platform.Identified(n)), nil
	}
	return nil, httpapi.Deletion{
		Service: writes, Doing: "release " + platform.Identified(n),
		IsAbsent: func(failure error) bool { return errors.Is(failure, platform.ErrNotFound) },
		Send:     func(ctx context.Context) error { return s.remove(ctx, n) },
		Refused: func(doing string, failure error) error {
			if isAnswer(failure, http.StatusConflict) {
				return inUse(n, failure)
			}
			return writes.Explain(doing, failure)
		},
		// To generation B a number that is not the workspace's is forbidden, like one that
		// the API key may not see, so the list decides.
		Look: func(ctx context.Context) error {
			_, err := s.fetch(ctx, n)
			if isAnswer(err, http.StatusForbidden) {
				_, err = s.find(ctx, n)
			}
			return err
		},
	}.Do(ctx)
}

// inUse says why DialNexa does not release a number now (DialNexa docs: delete
// phone number; DialNexa OpenAPI: Delete Phone Number).
func inUse(n platform.Number, failure error) *platform.Refusal {
	words := failure.Error()
	if answer, ok := errors.AsType[*httpapi.Error](failure); ok && answer.Message != "" {
		words = answer.Message
	}
	return &platform.Refusal{
		Summary: fmt.Sprintf("%s is in use at DialNexa and was not released", platform.Identified(n)),
		Detail: fmt.Sprintf("DialNexa says: %q (409). It does not release a number that is part of an active campaign, is the "+
			"workspace's default number or has active workflows. Nothing was changed: the number is still owned and "+
			"linked as it was. Take the number out of the campaign, make another number the default or pause the "+
			"workflows, then destroy again; or set release_on_destroy = \"detach\" and apply that, to keep the number.", words),
	}
}
