package dialnexa

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var (
	_ platform.Platform    = (*Platform)(nil)
	_ platform.PlanChecker = (*Platform)(nil)
)

// Platform is platform.Platform at DialNexa. It is safe for concurrent use.
type Platform struct{ *service }

// Check is platform.Platform's. Whether the agent can be read depends on the
// workspace's API, so the credentials are tried in any case.
func (p *Platform) Check(ctx context.Context, have, want platform.Number) error {
	if err := validate(want.Block); err != nil {
		return err
	}
	if err := p.checkAgent(ctx, have, want); err != nil {
		return err
	}
	if have.Status == platform.Active {
		return nil
	}
	if _, _, err := p.page(ctx, 1, 1); err != nil {
		return fmt.Errorf("look at the numbers of the workspace: %w", err)
	}
	return nil
}

// CheckPlan is platform.PlanChecker's. An agent that has vanished since it was linked
// is left to the apply: a plan must not stand in the way of a destroy.
func (p *Platform) CheckPlan(ctx context.Context, have, want platform.Number) error {
	err := p.checkAgent(ctx, have, want)
	if errors.Is(err, errNoAgent) && have.Platform != "" {
		return nil
	}
	return err
}

// checkAgent looks at the agent that want links and have does not, as far as the
// workspace's API lets it be read.
func (p *Platform) checkAgent(ctx context.Context, have, want platform.Number) error {
	id := want.Block.String("agent_id")
	linked := have.Block.Has("agent_id") && have.Block["agent_id"] == want.Block["agent_id"] &&
		linkOf(have.Block) == linkOf(want.Block)
	published := linked && have.Block["agent_version"] == want.Block["agent_version"]
	if id == "" || linked && (linkOf(want.Block) == byNumber || published) {
		return nil
	}
	found, err := p.agent(ctx, id, linkOf(want.Block))
	if err != nil {
		return wrongAgent(id, err)
	}
	if found == nil || linkOf(want.Block) == byNumber {
		return nil
	}
	number := versionOf(want.Block)
	version, told := found.version(number)
	switch {
	case told && version == nil:
		return &platform.FieldError{Field: kindName + ".agent_version", Err: fmt.Errorf(
			"agent %s has no version %d; nothing was changed", id, number)}
	case told && version.Published:
		return &platform.FieldError{Field: kindName + ".agent_version", Err: fmt.Errorf(
			"version %d of agent %s is published already, and DialNexa documents that a published version takes no more "+
				"changes: it may neither link the number nor let it be taken off again; nothing was changed: make a new draft of "+
				"the agent at DialNexa, and set agent_version to its number", number, id)}
	}
	return nil
}

// Read is platform.Platform's. DialNexa has no word for the condition of a
// number that is complete.
func (p *Platform) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	read := p.fetch
	if have.SID == "" { // imported by its number
		read = p.find
	}
	live, err := read(ctx, have)
	if err != nil {
		return have, fmt.Errorf("read %s: %w", platform.Identified(have), err)
	}
	return reported(have, live), nil
}

// Attach is platform.Platform's. The number is on DialNexa from the moment that
// it is owned, so this waits until a purchase is complete and sets the number
// up.
func (p *Platform) Attach(ctx context.Context, want platform.Number) (platform.Number, error) {
	return p.setUp(ctx, nil, true, want)
}

// Update is platform.Platform's. DialNexa edits everything in place.
func (p *Platform) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	repair := have.Status != platform.Active
	if !repair && same(have.Block, want.Block) {
		return want, nil
	}
	got, err := p.setUp(ctx, have.Block, repair, want)
	if err != nil && got.Status == "" {
		got.Status, got.StatusReason = have.Status, have.StatusReason
	}
	return got, err
}

// same says that two blocks ask DialNexa for the same.
func same(have, want platform.Values) bool {
	names := []string{"agent_id", "nickname", "label"}
	if linkOf(want) == byAgent {
		names = append(names, "agent_version")
	}
	for _, name := range names {
		if have[name] != want[name] {
			return false
		}
	}
	return linkOf(have) == linkOf(want)
}

// setUp makes the number as want has it. Held is the block as it was set up
// before; with repair it is not certain that it ever was.
func (p *Platform) setUp(
	ctx context.Context, held platform.Values, repair bool, want platform.Number,
) (platform.Number, error) {
	got := want
	got.Block = held
	if err := validate(want.Block); err != nil {
		return got, err
	}
	live, err := p.awaitPurchase(ctx, got)
	if err != nil {
		return got, err
	}
	former := got
	got = reported(got, live)
	got.Block = with(held, got.Block)
	if leaves(held, want.Block) {
		_, err := p.unlink(ctx, former, live)
		// In a repair an agent that DialNexa does not let be reached is no
		// hindrance: the number may never have been linked with it.
		if err != nil && !(repair && isUnreachable(err)) {
			return stopped(got, err), err
		}
		got.Block["agent_id"], got.Block["agent_version"] = nil, nil
	}
	if linkOf(want.Block) == byNumber {
		return p.setOnNumber(ctx, got, live, repair, want.Block)
	}
	if want.Block.Has("agent_id") {
		if err := p.link(ctx, got, want.Block); err != nil {
			if httpapi.IsUnclear(err) {
				got.Block = with(got.Block, want.Block)
			}
			return stopped(got, err), err
		}
	}
	got.Block = with(want.Block, platform.Values{"id": got.SID})
	return got, nil
}

// leaves says that the number must be taken off the agent that it has before it
// gets another one or none. An edit of the number does both at once.
func leaves(have, want platform.Values) bool {
	return have.Has("agent_id") && have["agent_id"] != want["agent_id"] &&
		(linkOf(have) == byAgent || linkOf(want) == byAgent)
}

// stopped remembers a change of the agent that may have been made half: of one
// that is linked on the agent's side, nothing tells afterwards.
func stopped(n platform.Number, err error) platform.Number {
	if errors.Is(err, platform.ErrUntouched) || !httpapi.IsUnclear(err) {
		return n
	}
	n.Private.Stop(platform.Attach, err)
	n.Status = platform.Corrupted
	n.StatusReason = fmt.Sprintf("It is not known which agent has %s: %s; an apply sets it again.",
		n.PhoneNumber, platform.Clause(platform.Brief(err)))
	return n
}

// awaitPurchase waits as long as ctx lasts until the purchase of the number is
// complete, and returns the number as it is then.
func (p *Platform) awaitPurchase(ctx context.Context, n platform.Number) (*record, error) {
	for ctx.Err() == nil {
		live, err := p.fetch(ctx, n)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", platform.Identified(n), err)
		case live.Status != pending:
			return live, nil
		default:
			httpapi.Pause(ctx, p.pollInterval)
		}
	}
	return nil, fmt.Errorf("set up %s: the number is owned, but its purchase is still pending at DialNexa; "+
		"apply again to go on: %w", platform.Identified(n), ctx.Err())
}

// setOnNumber edits what differs on the number itself.
func (p *Platform) setOnNumber(
	ctx context.Context, got platform.Number, live *record, repair bool, want platform.Values,
) (platform.Number, error) {
	members := edits(got.Block, live, repair, want)
	finished := func(n platform.Number) (platform.Number, error) {
		n.Block = with(want, platform.Values{"id": n.SID})
		return n, nil
	}
	if len(members) == 0 {
		return finished(got)
	}
	live, err := httpapi.Write[*record]{
		Service: writes, Doing: "set up " + platform.Identified(got), Answers: true,
		Send: func(ctx context.Context) (*record, error) { return p.edit(ctx, got, members) },
		Refused: func(doing string, failure error) error {
			switch agent := want.String("agent_id"); {
			case isUnoffered(failure):
				return unoffered(doing, failure)
			case members["agent_id"] != nil && isAnswer(failure, http.StatusBadRequest, http.StatusUnprocessableEntity):
				return wrongAgent(agent, fmt.Errorf("link %s with agent %s: %w; the number stays as it is: "+
					"correct agent_id and apply again", platform.Identified(got), agent, failure))
			}
			return writes.Explain(doing, failure)
		},
		Look:  func(ctx context.Context) (*record, error) { return p.fetch(ctx, got) },
		Left:  func(now *record) string { return httpapi.NotShown(contradicted(now, members)) },
		Hides: func(now *record) bool { return !tells(now, members) },
	}.Do(ctx)
	if err == nil {
		return finished(got)
	}
	if live != nil {
		got.Block = with(got.Block, reported(got, live).Block)
	}
	return got, err
}

// edits are the members of the number that are not as wanted, by the record or,
// where that does not tell, by what the block held before.
func edits(held platform.Values, live *record, repair bool, want platform.Values) map[string]any {
	members := map[string]any{}
	for name, now := range settable(live) {
		wanted := want.String(name)
		differs := wanted != held.String(name) || repair && wanted != ""
		if now.told {
			differs = wanted != now.value
		}
		switch {
		case !differs:
		case name == "label": // which cannot be null (DialNexa docs: update phone number)
			members[name] = wanted
		default:
			members[name] = platform.TextOrNil(wanted)
		}
	}
	return members
}

// settable are the members of a number that generation A can edit.
func settable(r *record) map[string]text {
	return map[string]text{"agent_id": r.agent(), "nickname": r.Nickname, "label": r.Label}
}

// contradicted names the members that the record has otherwise than an edit asked for.
func contradicted(r *record, members map[string]any) (names []string) {
	now := settable(r)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		asked, _ := members[name].(string)
		if now[name].told && now[name].value != asked {
			names = append(names, name)
		}
	}
	return names
}

// tells says that the record has all members of an edit, as generation B's has not.
func tells(r *record, members map[string]any) bool {
	now := settable(r)
	for name := range members {
		if !now[name].told {
			return false
		}
	}
	return true
}

// unoffered is the error for an edit that the workspace's API does not have.
func unoffered(doing string, failure error) error {
	return &platform.FieldError{Field: kindName + ".agent_link", Err: fmt.Errorf(
		"%s: %w; this version of DialNexa's API does not offer to edit a number: with the same agent_id, set "+
			"agent_link = \"agent\" and agent_version, and apply", doing, failure)}
}

// link publishes the agent's version with the number.
func (p *Platform) link(ctx context.Context, n platform.Number, want platform.Values) error {
	agent, version := want.String("agent_id"), versionOf(want)
	err := p.publish(ctx, agent, version, n.SID)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("publish version %d of agent %s with %s: %w", version, agent, platform.Identified(n), err)
	if httpapi.IsUnclear(err) {
		return fmt.Errorf("%w; whether it is published is not known: apply again, which repeats it", err)
	}
	if isUnreachable(err) {
		return wrongAgent(agent, fmt.Errorf("%w; the number stays as it is: check agent_id and agent_version (what is live "+
			"may need a new draft), or whether the workspace's API is the older one, which needs agent_link = \"number\"", err))
	}
	return err
}

// isUnreachable says that DialNexa refuses to work on an agent for what it is.
func isUnreachable(err error) bool {
	return isAnswer(err, http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusUnprocessableEntity)
}

// wrongAgent blames agent_id.
func wrongAgent(agent string, err error) error {
	if errors.Is(err, platform.ErrNotFound) { // of the agent, not of the number
		err = platform.Final(err)
	}
	return &platform.FieldError{Field: kindName + ".agent_id", Err: &linkError{err, agent}}
}

// linkError is the failure to link an agent, which its brief form names too.
type linkError struct {
	error
	agent string
}

func (e *linkError) Unwrap() error { return e.error }

// Brief is what platform.Brief asks for.
func (e *linkError) Brief() string {
	return fmt.Sprintf("agent %s was not linked: %s", e.agent, platform.Brief(e.error))
}
