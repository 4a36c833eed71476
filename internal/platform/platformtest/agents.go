package platformtest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// agents reads the whole list of agents.
func (w *world) agents(ctx context.Context) ([]platform.Agent, error) {
	w.t.Helper()
	var all []platform.Agent
	cursor := ""
	for range enoughPages {
		page, next, err := w.Platform.(platform.AgentLister).Agents(ctx, cursor) //nolint:forcetypeassert // agentsListed has looked
		w.inspect(platform.Number{}, nil, err)
		if err != nil {
			return all, err
		}
		all = append(all, page...)
		if cursor = next; next == "" {
			return all, nil
		}
	}
	return all, errors.New("the list does not end")
}

// listsAgents is for cases that need a list of agents.
func listsAgents(s Subject) Hook {
	if _, ok := s.Platform.(platform.AgentLister); !ok {
		return Cannot("the service does not list its agents")
	}
	return Can(func() {})
}

func agentsListed(t *testing.T, start starter) {
	w := start(t)
	all, err := w.agents(t.Context())
	if w.HidesAgents {
		if err == nil || isAbsence(err) {
			t.Errorf("%d agents, error %v", len(all), err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	has := func(id string) bool {
		return slices.ContainsFunc(all, func(a platform.Agent) bool { return a.ID == id })
	}
	if !has(w.Agent) || !has(w.OtherAgent) || has(w.NoAgent) {
		t.Errorf("listed are %v, want %s and %s among them, and not %s", all, w.Agent, w.OtherAgent, w.NoAgent)
	}
	for _, answer := range untrustworthy(w.Subject) {
		if answer.fault.Body == "[]" {
			continue // an empty list, of a service whose list has nothing around it
		}
		fault := answer.fault
		fault.Service = w.service()
		w.Inject(fault)
		all, err := w.agents(t.Context())
		w.ClearFaults()
		if err == nil || isAbsence(err) || len(all) > 0 {
			t.Errorf("%s: %d agents, error %v", answer.name, len(all), err)
		}
	}
}
