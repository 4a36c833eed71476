package nixflex

import (
	"context"
	"strconv"
	"sync"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	// fewAgents is how many agents are worth a request each.
	fewAgents = 3
	// agentPages is how much of the agents' list is read for one page of numbers.
	agentPages = 2
)

// agents remembers which agents exist, since many numbers share one. It is safe
// for concurrent use.
type agents struct {
	api api

	mu     sync.Mutex
	known  map[string]bool
	listed int // how far their list has been read; -1: to its end
}

// exists asks once for each agent; an empty ID is no agent's.
func (a *agents) exists(ctx context.Context, id string) (bool, error) {
	if exists, known := a.told(id); known {
		return exists, nil
	}
	err := a.api.agent(ctx, id)
	if err != nil && !says(err, codeAgentNotFound) {
		return false, err
	}
	a.tell(err == nil, id)
	return err == nil, nil
}

// told says whether the agent exists, if that is known.
func (a *agents) told(id string) (exists, known bool) {
	if id == "" {
		return false, true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	exists, known = a.known[id]
	return exists, known
}

func (a *agents) tell(exist bool, ids ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		a.known[id] = exist
	}
}

// learn makes known which agents of the records exist, with few requests: those
// that it would take many for stay unknown, as does one that can't be looked up,
// so that it fails the reads of its own numbers and no others.
func (a *agents) learn(ctx context.Context, page []record) error {
	unknown := a.unknown(page)
	for turn := 0; turn < agentPages && len(unknown) > fewAgents && a.learnPage(ctx); turn++ {
		unknown = a.unknown(page)
	}
	for _, id := range unknown[:min(fewAgents, len(unknown))] {
		_, _ = a.exists(ctx, id)
	}
	return ctx.Err()
}

// unknown are the agents of the records of which it is not known whether they
// exist.
func (a *agents) unknown(page []record) []string {
	var ids []string
	seen := map[string]bool{}
	for _, r := range page {
		if _, known := a.told(r.agentID); !known && !seen[r.agentID] {
			seen[r.agentID] = true
			ids = append(ids, r.agentID)
		}
	}
	return ids
}

// learnPage reads another page of the agents' list, if there is one. That an
// agent is not in the list says nothing.
func (a *agents) learnPage(ctx context.Context) bool {
	a.mu.Lock()
	offset := a.listed
	a.mu.Unlock()
	if offset < 0 {
		return false
	}
	page, err := a.api.listAgents(ctx, offset)
	if err != nil {
		return false
	}
	for _, agent := range page {
		a.tell(true, agent.ID)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listed = offset + len(page)
	if len(page) < pageSize {
		a.listed = -1
	}
	return true
}

var _ platform.AgentLister = (*Platform)(nil)

// Agents is platform.AgentLister's. Where limit and offset do nothing, as in the
// SDK's list, the first page is all of it.
func (p *Platform) Agents(ctx context.Context, cursor string) ([]platform.Agent, string, error) {
	offset, err := platform.Offset(cursor)
	if err != nil {
		return nil, "", err
	}
	page, err := p.api.listAgents(ctx, offset)
	if err != nil {
		return nil, "", platform.NotAbsent(explained("list the agents at Nixflex", err))
	}
	if len(page) != pageSize {
		return page, "", nil
	}
	return page, strconv.Itoa(offset + pageSize - pageOverlap), nil
}
