package dialnexa

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.AgentLister = (*Platform)(nil)

// listedAgent is an agent in a list of either generation: its title is that of its
// current version.
type listedAgent struct {
	ID      string `json:"id"`
	Deleted bool   `json:"is_deleted"`
	Current struct {
		Title string `json:"title"`
	} `json:"current_version"`
}

// Agents is platform.AgentLister's. Neither generation pages its list. Where the
// first one's path is not served, the second one's is read.
func (p *Platform) Agents(ctx context.Context, cursor string) ([]platform.Agent, string, error) {
	if cursor != "" {
		return nil, "", errors.New("the list of agents at DialNexa has one page alone")
	}
	var list struct {
		Agents []listedAgent `json:"agents"` // DialNexa OpenAPI: listAgents
		Data   []listedAgent `json:"data"`   // DialNexa docs: agents, list
	}
	var failures []error
	for _, path := range []string{"/agents", "/agents2"} {
		err := p.send(ctx, http.MethodGet, path, nil, nil, &list, func() error {
			if list.Agents == nil && list.Data == nil { // "none" is an empty list
				return errors.New("it lacks agents or data")
			}
			for _, agent := range append(list.Agents, list.Data...) {
				if agent.ID == "" {
					return errors.New("it has an agent without an id")
				}
			}
			return nil
		})
		switch {
		case err == nil:
			return agentsOf(append(list.Agents, list.Data...)), "", nil
		case !errors.Is(err, platform.ErrNotFound):
			return nil, "", fmt.Errorf("list the agents of the workspace: %w", err)
		}
		failures = append(failures, err)
	}
	return nil, "", platform.Final(fmt.Errorf("list the agents of the workspace: its API lists none, so take their IDs from "+
		"DialNexa's dashboard: %w", errors.Join(failures...)))
}

// agentsOf are the agents that are not deleted.
func agentsOf(listed []listedAgent) []platform.Agent {
	agents := make([]platform.Agent, 0, len(listed))
	for _, agent := range listed {
		if !agent.Deleted {
			agents = append(agents, platform.Agent{ID: agent.ID, Name: agent.Current.Title})
		}
	}
	return agents
}
