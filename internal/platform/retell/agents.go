package retell

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

// Agents is platform.AgentLister's. The cursor is Retell's pagination_key. Agents
// that only chat are left out.
func (p *Platform) Agents(ctx context.Context, cursor string) ([]platform.Agent, string, error) {
	page, next, err := p.api.listAgents(ctx, cursor)
	if err != nil {
		return nil, "", platform.NotAbsent(explained("list the agents at Retell AI", err))
	}
	return page, next, nil
}

// voiceAgents asks for agents that speak.
var voiceAgents = body{"filter_criteria": body{"channel": body{"type": "string", "op": "eq", "value": "voice"}}}

// listAgents reads one page of the agents. It is a POST that changes nothing
// (Retell SDK: agent.list); GET /list-agents, which has each version of an agent,
// is older.
func (a api) listAgents(ctx context.Context, key string) (page []platform.Agent, next string, err error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if key != "" {
		query.Set("pagination_key", key)
	}
	var list struct {
		Items []struct {
			AgentID   string `json:"agent_id"`
			AgentName string `json:"agent_name"`
			Channel   string `json:"channel"`
		} `json:"items"`
		HasMore       bool   `json:"has_more"`
		PaginationKey string `json:"pagination_key"`
	}
	request := httpapi.Request{Method: http.MethodPost, Path: "/v2/list-agents", Query: query, ReadOnly: true}
	err = a.send(ctx, request, voiceAgents, &list, func() error {
		if list.Items == nil { // "none" is an empty list
			return errors.New("it lacks items")
		}
		if list.HasMore && (list.PaginationKey == "" || list.PaginationKey == key) {
			return errors.New("it has more pages, but none that could be read")
		}
		for _, item := range list.Items {
			if item.AgentID == "" {
				return errors.New("it has an agent without an agent_id")
			}
			if item.Channel != "chat" {
				page = append(page, platform.Agent{ID: item.AgentID, Name: item.AgentName})
			}
		}
		return nil
	})
	if err != nil || !list.HasMore {
		return page, "", err
	}
	return page, list.PaginationKey, nil
}
