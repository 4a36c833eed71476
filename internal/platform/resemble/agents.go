package resemble

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.AgentLister = (*Platform)(nil)

// Agents is platform.AgentLister's. Resemble's list is a single page.
func (p *Platform) Agents(ctx context.Context, cursor string) ([]platform.Agent, string, error) {
	if cursor != "" {
		return nil, "", errors.New("the list of agents at Resemble AI has one page alone")
	}
	all, err := p.listAgents(ctx)
	if err != nil {
		return nil, "", platform.NotAbsent(explained("list the agents at Resemble AI", err))
	}
	return all, "", nil
}

// listedAgent is an agent in a list, by itself or within an object that has more
// (Resemble docs: list agents, get agent).
type listedAgent struct {
	UUID  string       `json:"uuid"`
	Name  string       `json:"name"`
	Agent *listedAgent `json:"agent"`
}

// listAgents reads the team's agents (Resemble docs: list agents).
func (a api) listAgents(ctx context.Context) ([]platform.Agent, error) {
	var out struct {
		Items []listedAgent `json:"items"`
		Count int           `json:"count"` // of all
	}
	resp, err := a.call(ctx, http.MethodGet, agentsPath, nil, &out)
	if err != nil {
		return nil, err
	}
	if out.Items == nil { // "none" is an empty list
		return nil, resp.Unusable(errors.New("it lacks items"))
	}
	if out.Count > len(out.Items) {
		return nil, resp.Unusable(fmt.Errorf("it has %d of %d agents", len(out.Items), out.Count))
	}
	agents := make([]platform.Agent, 0, len(out.Items))
	for _, item := range out.Items {
		if item.Agent != nil {
			item = *item.Agent
		}
		if item.UUID == "" {
			return nil, resp.Unusable(errors.New("it has an agent without a uuid"))
		}
		agents = append(agents, platform.Agent{ID: item.UUID, Name: item.Name})
	}
	return agents, nil
}
