package elevenlabs

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.AgentLister = (*Platform)(nil)

// agentPage is how many agents are asked for at once: ElevenLabs' most.
const agentPage = 100

// Agents is platform.AgentLister's. The cursor is ElevenLabs' own.
func (p *Platform) Agents(ctx context.Context, cursor string) ([]platform.Agent, string, error) {
	page, next, err := p.api.listAgents(ctx, cursor)
	if err != nil {
		return nil, "", platform.NotAbsent(explained("list the agents at ElevenLabs", err))
	}
	return page, next, nil
}

// listAgents reads one page of the agents (ElevenLabs Python SDK: agents.list).
func (a api) listAgents(ctx context.Context, cursor string) (page []platform.Agent, next string, err error) {
	query := url.Values{"page_size": {strconv.Itoa(agentPage)}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	var list struct {
		Agents []struct {
			AgentID string `json:"agent_id"`
			Name    string `json:"name"`
		} `json:"agents"`
		HasMore    bool   `json:"has_more"`
		NextCursor string `json:"next_cursor"`
	}
	request := httpapi.Request{
		Method: http.MethodGet, Path: "/v1/convai/agents", Query: query, Header: http.Header{"Accept": {"application/json"}},
	}
	err = a.ask(ctx, request, &list, func() error {
		if list.Agents == nil { // "none" is an empty list
			return errors.New("it lacks agents")
		}
		if list.HasMore && (list.NextCursor == "" || list.NextCursor == cursor) {
			return errors.New("it has more pages, but none that could be read")
		}
		for _, item := range list.Agents {
			if item.AgentID == "" {
				return errors.New("it has an agent without an agent_id")
			}
			page = append(page, platform.Agent{ID: item.AgentID, Name: item.Name})
		}
		return nil
	})
	if err != nil || !list.HasMore {
		return page, "", err
	}
	return page, list.NextCursor, nil
}
