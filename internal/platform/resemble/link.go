package resemble

import (
	"context"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// link links the record to the agent of that UUID, and to no other, and returns
// it as Resemble then reports it, also beside an error. The link is written on
// the agent and read on the number.
func (p *Platform) link(ctx context.Context, r record, uuid string) (record, error) {
	if r.AgentUUID == uuid {
		return r, nil
	}
	if uuid == "" {
		return p.unlink(ctx, r)
	}
	doing := fmt.Sprintf("link %s to agent %s at Resemble AI", r, uuid)
	before, err := p.fetchAgent(ctx, uuid)
	if err != nil {
		return r, platform.Untouched(explained(doing, err))
	}
	if r.AgentUUID == "" {
		return p.linkTo(ctx, r, before)
	}
	if r, err = p.unlink(ctx, r); err != nil { // a number answers for one agent at most
		return r, err
	}
	if r, err = p.linkTo(ctx, r, before); err != nil {
		return r, final(err)
	}
	return r, nil
}

// linkTo is link, for a record that has no agent and an agent that has just been
// read.
func (p *Platform) linkTo(ctx context.Context, r record, before agent) (record, error) {
	uuid := before.Agent.UUID
	doing := fmt.Sprintf("link %s to agent %s at Resemble AI", r, uuid)
	failure := p.give(ctx, uuid, &r.ID)
	if failure != nil && !httpapi.IsUnclear(failure) {
		return r, explained(doing, failure)
	}
	now, err := p.look(ctx, r)
	switch {
	case err != nil:
		return r, changed(doing, httpapi.Unsettled(failure, err))
	case now.AgentUUID != uuid:
		return now, platform.Untouched(explained(doing, orContradiction(failure)))
	}
	return p.spare(ctx, now, before)
}

// spare makes sure that no other number lost its agent to the record. An agent
// reads as having a list of numbers and is written with a single one, and
// whether that adds or replaces is not documented (Resemble docs: update
// agent). Where it replaces, the agent gets its number back.
func (p *Platform) spare(ctx context.Context, r record, before agent) (record, error) {
	others := before.others(r)
	if len(others) == 0 {
		return r, nil
	}
	r.agentShared = true
	uuid := before.Agent.UUID
	doing := fmt.Sprintf("look after the other numbers of agent %s at Resemble AI", uuid)
	after, err := p.fetchAgent(ctx, uuid)
	if err != nil {
		return r, changed(doing, err)
	}
	for _, other := range others { // one at most: an agent with several can have one more
		if after.has(other) {
			continue
		}
		if err := p.give(ctx, uuid, &other.ID); err != nil {
			return r, changed(fmt.Sprintf("%s: linking %s took it off %s, and putting that back failed", doing,
				r.PhoneNumber, other.PhoneNumber), err)
		}
		r.AgentUUID, r.AgentName = "", ""
		return r, &platform.FieldError{Field: kindName + "." + agentUUID, Err: fmt.Errorf(
			"agent %q (%s) at Resemble AI answers %s already and can't answer %s too: linking took it off the other number, "+
				"so that was put back; give each number an agent of its own",
			before.Agent.Name, uuid, other.PhoneNumber, r.PhoneNumber)}
	}
	return r, nil
}

// unlink takes the record off its agent, which must have no other numbers: what
// unlinks is about all of them. It returns the record as Resemble then reports
// it, also beside an error.
func (p *Platform) unlink(ctx context.Context, r record) (record, error) {
	doing := fmt.Sprintf("unlink %s from agent %s at Resemble AI", r, r.AgentUUID)
	failure := p.give(ctx, r.AgentUUID, nil)
	if failure != nil && !httpapi.IsUnclear(failure) {
		return r, explained(doing, failure)
	}
	now, err := p.look(ctx, r)
	switch {
	case err != nil:
		return r, changed(doing, httpapi.Unsettled(failure, err))
	case now.AgentUUID == r.AgentUUID:
		return now, platform.Untouched(explained(doing, orContradiction(failure)))
	}
	return now, nil
}
