package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

// nixflexAgentFields are what creating and updating an agent share. Of the many settings of an agent, these are
// imitated; others are accepted and ignored, as unknown fields are (Nixflex docs: update agent).
type nixflexAgentFields struct {
	Name         string `json:"name"`
	SystemPrompt string `json:"system_prompt"`
	VoiceID      string `json:"voice_id"`
	Language     string `json:"language"`
	IsActive     bool   `json:"is_active"`
}

// configure applies the body to an agent.
func (c *nixflexCall) configure(a *NixflexAgent) *nixflexError {
	fields := nixflexAgentFields{a.Name, a.SystemPrompt, a.VoiceID, a.Language, !a.Inactive}
	if refused := c.decode(&fields); refused != nil {
		return refused
	}
	a.Name, a.SystemPrompt, a.VoiceID, a.Language = fields.Name, fields.SystemPrompt, fields.VoiceID, fields.Language
	a.Inactive = !fields.IsActive
	return nil
}

func wireNixflexAgent(a *NixflexAgent) any {
	return struct {
		AgentID string `json:"agent_id"`
		nixflexAgentFields
		CreatedAt string `json:"created_at"`
		UpdatedAt string `json:"updated_at"`
	}{
		a.AgentID,
		nixflexAgentFields{a.Name, a.SystemPrompt, a.VoiceID, a.Language, !a.Inactive},
		dateV1(a.CreatedAt), dateV1(a.UpdatedAt),
	}
}

// listAgents lists the account's agents, newest first (Nixflex docs: list agents).
func (n *nixflex) listAgents(c *nixflexCall) (int, any, *nixflexError) {
	p := nixflexPage{fallback: 25, highest: 100}
	if n.rules.BareAgentList {
		p = nixflexPage{fallback: 100, highest: 200}
	}
	if refused := p.read(c.query, n.rules.HighLimitRefused); refused != nil {
		return 0, nil, refused
	}
	all := selected(n.agents, func(a *NixflexAgent) bool {
		return !a.Foreign &&
			(!c.query.Has("is_active") || strconv.FormatBool(!a.Inactive) == c.query.Get("is_active"))
	})
	slices.Reverse(all)
	if n.rules.UnpagedAgents {
		p.limit, p.offset = len(all), 0
	}
	agents := mapped(cut(p, all), wireNixflexAgent)
	if n.rules.BareAgentList {
		return http.StatusOK, agents, nil
	}
	return http.StatusOK, map[string]any{
		"agents": agents, "count": n.count(len(agents), len(all)), "limit": p.limit, "offset": p.offset,
	}, nil
}

// ownAgent is the agent of the path. One of another account is not found (Nixflex SDK: agents.get).
func (n *nixflex) ownAgent(c *nixflexCall) (*NixflexAgent, *nixflexError) {
	a := n.agent(c.params["agent_id"])
	if a == nil || a.Foreign {
		return nil, nixflexRefusal(http.StatusNotFound, "agent_not_found", "There is no agent %s", c.params["agent_id"])
	}
	return a, nil
}

func (n *nixflex) fetchAgent(c *nixflexCall) (int, any, *nixflexError) {
	a, refused := n.ownAgent(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireNixflexAgent(a), nil
}

func (n *nixflex) createAgent(c *nixflexCall) (int, any, *nixflexError) {
	var a NixflexAgent
	if refused := c.configure(&a); refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, wireNixflexAgent(n.addAgent(a)), nil
}

func (n *nixflex) updateAgent(c *nixflexCall) (int, any, *nixflexError) {
	a, refused := n.ownAgent(c)
	if refused != nil {
		return 0, nil, refused
	}
	if refused := c.configure(a); refused != nil {
		return 0, nil, refused
	}
	a.UpdatedAt = n.sim.now()
	return http.StatusOK, wireNixflexAgent(a), nil
}

func (n *nixflex) deleteAgent(c *nixflexCall) (int, any, *nixflexError) {
	a, refused := n.ownAgent(c)
	if refused != nil {
		return 0, nil, refused
	}
	n.dropAgent(a.AgentID)
	return http.StatusOK, map[string]any{"agent_id": a.AgentID, "deleted": true}, nil
}
