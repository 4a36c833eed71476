package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// maxAgentPages bounds a list of agents.
const maxAgentPages = 1000

// Agents lists the agents of a platform, each once, ordered by name and then by
// identifier.
func (m *Manager) Agents(ctx context.Context, service string) ([]platform.Agent, error) {
	on, opened := m.Platforms[service]
	if !opened {
		return nil, m.unavailable(service)
	}
	title := m.Kinds.Title(service)
	lister, ok := on.(platform.AgentLister)
	if !ok {
		return nil, fmt.Errorf("%s does not list its agents", title)
	}
	var all []platform.Agent
	seen := map[string]bool{}
	cursor := ""
	for range maxAgentPages {
		page, next, err := lister.Agents(ctx, cursor)
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, agent := range page {
			if !seen[agent.ID] {
				seen[agent.ID] = true
				all = append(all, platform.Agent{ID: readableText(agent.ID), Name: readableText(agent.Name)})
			}
		}
		if next == "" {
			slices.SortFunc(all, func(a, b platform.Agent) int {
				return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
			})
			return all, nil
		}
		if len(all) == before {
			return nil, fmt.Errorf("the list of agents at %s repeats itself after %d: what comes behind is not known", title, before)
		}
		cursor = next
	}
	return nil, errors.New("the list of agents at " + title + " does not end")
}
