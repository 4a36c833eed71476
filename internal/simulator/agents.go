package simulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// NamedAgent is an agent in a seed: its identifier alone, or an object with the name, too.
type NamedAgent struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Chat bool   `json:"chat,omitempty"` // it writes and does not speak; at Retell AI alone
}

// UnmarshalJSON reads either form.
func (a *NamedAgent) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &a.ID) == nil {
		return nil
	}
	type object NamedAgent // without this method
	return decodeStrictly(data, (*object)(a))
}

// agentNames are the names of agents by their identifiers, for services that tell them in lists alone.
type agentNames map[string]string

// add notes the names, and returns the identifiers.
func (names agentNames) add(agents []NamedAgent) (ids []string) {
	for _, agent := range agents {
		names[agent.ID] = agent.Name
		ids = append(ids, agent.ID)
	}
	return ids
}

// listAgents lists the workspace's agents, newest first (Retell SDK: agent.list). That the key of a page is the last
// agent of the one before it is an assumption, as for numbers.
func (r *retell) listAgents(c *call, _ string) answer {
	in, ok := c.object()
	if !ok {
		return retellBadRequest()
	}
	var criteria struct {
		Channel struct {
			Type, Op, Value string
		}
	}
	if !in.isNull("filter_criteria") && !in.read("filter_criteria", &criteria) {
		return retellBadRequest()
	}
	limit := 50
	if c.query.Has("limit") {
		given, err := strconv.Atoi(c.query.Get("limit"))
		if err != nil || given < 1 || given > 1000 {
			return retellBadRequest()
		}
		limit = given
	}
	if r.rules.MaxLimit > 0 {
		limit = min(limit, r.rules.MaxLimit)
	}
	all := selected(r.agents, func(id string) bool {
		return r.rules.FilterIgnored || criteria.Channel.Value == "" || r.channel(id) == criteria.Channel.Value
	})
	slices.Reverse(all)
	if key := c.query.Get("pagination_key"); key != "" {
		last := slices.Index(all, key)
		if last < 0 {
			return retellBadRequest()
		}
		all = all[last+1:]
	}
	page := all[:min(limit, len(all))]
	list := map[string]any{"has_more": len(page) < len(all), "items": mapped(page, func(id string) any {
		return map[string]any{
			"agent_id": id, "agent_name": r.names[id], "channel": r.channel(id), "tags": map[string]any{}, "user_modified_timestamp": 0,
		}
	})}
	if len(page) < len(all) {
		list["pagination_key"] = page[len(page)-1]
	}
	return jsonAnswer(http.StatusOK, list)
}

func (r *retell) channel(agentID string) string {
	if r.chats[agentID] {
		return "chat"
	}
	return "voice"
}

// listAgents lists the workspace's agents (ElevenLabs Python SDK: agents.list). Their order is an assumption.
func (e *elevenLabs) listAgents(c *call, _ string) answer {
	size, offset := 30, 0
	if c.query.Has("page_size") {
		given, err := strconv.Atoi(c.query.Get("page_size"))
		if err != nil || given < 1 || given > 100 {
			return elevenLabsInvalid("page_size", "Input should be valid")
		}
		size = given
	}
	if c.query.Has("cursor") {
		offset = slices.Index(mapped(e.agents, e.cursorAfter), c.query.Get("cursor")) + 1
		if offset == 0 {
			return elevenLabsInvalid("cursor", "Input should be valid")
		}
	}
	rest := e.agents[offset:]
	page := rest[:min(size, len(rest))]
	list := map[string]any{
		"has_more": len(page) < len(rest), "next_cursor": nil,
		"agents": mapped(page, func(id string) any { return map[string]any{"agent_id": id, "name": e.names[id], "tags": []string{}} }),
	}
	if len(page) < len(rest) {
		list["next_cursor"] = e.cursorAfter(page[len(page)-1])
	}
	return jsonAnswer(http.StatusOK, list)
}

// cursorAfter is where the page begins that follows on an agent.
func (e *elevenLabs) cursorAfter(id string) string {
	if e.rules.OpaqueCursor {
		return base64.StdEncoding.EncodeToString([]byte("after " + id))
	}
	return strconv.Itoa(slices.Index(e.agents, id) + 1)
}

// vapiBegan is when the first assistant was created; each further one follows after a second.
var vapiBegan = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// listAssistants lists the organization's assistants (Vapi SDK: assistants.list).
func (v *vapi) listAssistants(c *call, _ string) answer {
	limit, refused := v.count(c, "limit", 100, 1, 1000)
	if refused != nil {
		return *refused
	}
	var until time.Time
	if text := c.query.Get("createdAtLe"); text != "" {
		var err error
		if until, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return *v.badRequest("createdAtLe must be a valid ISO 8601 date string")
		}
	}
	list := []any{}
	for i, id := range v.assistants {
		if created := vapiBegan.Add(time.Duration(i) * time.Second); until.IsZero() || !created.After(until) {
			list = append(list, map[string]any{"id": id, "name": v.names[id], "createdAt": created.Format(vapiTime)})
		}
	}
	if !v.rules.OldestFirst {
		slices.Reverse(list)
	}
	return jsonAnswer(http.StatusOK, list[:min(limit, len(list))])
}

// vapiTime is how Vapi writes a time.
const vapiTime = "2006-01-02T15:04:05.000Z"

// listAgents lists the workspace's agents (DialNexa OpenAPI: listAgents).
func (d *dialNexa) listAgents(c *dialNexaCall) (int, any, *dialNexaError) {
	return http.StatusOK, map[string]any{"agents": mapped(agentsOf(c.workspace, d.agents), wireDialNexaAgent)}, nil
}

// listOlderAgents is the same in generation A (DialNexa docs: agents, list).
func (d *dialNexa) listOlderAgents(c *dialNexaCall) (int, any, *dialNexaError) {
	agents := d.agents
	if d.rules.DeletedAgentsListed {
		agents = slices.Concat(agents, d.deleted)
	}
	return http.StatusOK, map[string]any{"data": mapped(agentsOf(c.workspace, agents), d.wireOlderAgent)}, nil
}

func agentsOf(w *DialNexaWorkspace, agents []*DialNexaAgent) []*DialNexaAgent {
	return selected(agents, func(a *DialNexaAgent) bool { return a.WorkspaceID == w.ID })
}
