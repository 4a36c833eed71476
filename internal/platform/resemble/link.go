package resemble

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// agentLocks has a lock for each agent. A link looks at an agent, writes it and
// looks again: of two at a time for one agent neither could tell who has it in
// the end.
type agentLocks struct {
	mu    sync.Mutex
	locks map[string]chan struct{}
}

// lock waits, as long as ctx lasts, until nobody else works on the agents.
func (l *agentLocks) lock(ctx context.Context, uuids ...string) (unlock func(), err error) {
	var held []chan struct{}
	unlock = func() {
		for _, lock := range held {
			<-lock
		}
	}
	slices.Sort(uuids) // so that no two wait for each other
	for _, uuid := range slices.Compact(uuids) {
		if uuid == "" {
			continue
		}
		lock := l.of(uuid)
		select {
		case lock <- struct{}{}:
			held = append(held, lock)
		case <-ctx.Done():
			unlock()
			return nil, ctx.Err()
		}
	}
	return unlock, nil
}

func (l *agentLocks) of(uuid string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	lock, ok := l.locks[uuid]
	if !ok {
		lock = make(chan struct{}, 1)
		l.locks[uuid] = lock
	}
	return lock
}

// sharedError reports that unlinking the record would take other numbers off its
// agent as well.
type sharedError struct {
	agent  string
	others int
}

func (e *sharedError) Error() string {
	return fmt.Sprintf("agent %s has %d other numbers too, which unlinking would take off it as well", e.agent, e.others)
}

func isShared(err error) bool {
	_, ok := errors.AsType[*sharedError](err)
	return ok
}

// link links the record to the agent of that UUID, and to no other; empty: to
// none. It returns the record as Resemble then reports it, also beside an error.
// The link is written on the agent and read on the number. A record whose present
// agent has other numbers stays as it is: sharedError.
func (p *Platform) link(ctx context.Context, r record, uuid string) (record, error) {
	if r.AgentUUID == uuid {
		return r, nil
	}
	doing := fmt.Sprintf("link %s to another agent at Resemble AI, or to none", r)
	unlock, err := p.agents.lock(ctx, r.AgentUUID, uuid)
	if err != nil {
		return r, platform.Untouched(explained(doing, err))
	}
	defer unlock()
	if r.AgentUUID != "" {
		present, err := p.fetchAgent(ctx, r.AgentUUID)
		if err != nil {
			return r, platform.Untouched(explained(doing, err))
		}
		if others := present.others(r); len(others) > 0 {
			return r, platform.Untouched(explained(doing, &sharedError{r.AgentUUID, len(others)}))
		}
	}
	if uuid == "" {
		return p.unlink(ctx, r)
	}
	doing = fmt.Sprintf("link %s to agent %s at Resemble AI", r, uuid)
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
		return r, platform.Final(err)
	}
	return r, nil
}

// linkTo is link, for a record that has no agent and an agent that has just been
// read.
func (p *Platform) linkTo(ctx context.Context, r record, before agent) (record, error) {
	uuid := before.Agent.UUID
	doing := fmt.Sprintf("link %s to agent %s at Resemble AI", r, uuid)
	now, err := p.write(ctx, doing, r, uuid, &r.ID)
	if err != nil {
		return now, err
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
	return p.write(ctx, doing, r, r.AgentUUID, nil)
}

// write writes on the agent that it has the number of that ID, which is r's; nil: none.
// It returns the record as Resemble then reports it, also beside an error.
func (p *Platform) write(ctx context.Context, doing string, r record, uuid string, id *int64) (record, error) {
	now, err := httpapi.Write[record]{
		Service: writes, Doing: doing,
		Send: func(ctx context.Context) (record, error) { return r, p.give(ctx, uuid, id) },
		Look: func(ctx context.Context) (record, error) { return p.look(ctx, r) },
		Left: func(now record) string {
			if linked := now.AgentUUID == uuid; linked != (id != nil) {
				return "it had no effect"
			}
			return ""
		},
	}.Do(ctx)
	switch {
	case now.ID == 0: // nothing was read
		return r, err
	case err != nil && now.AgentUUID == r.AgentUUID:
		return now, platform.Untouched(err)
	}
	return now, err
}
