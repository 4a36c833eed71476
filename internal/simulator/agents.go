package simulator

import (
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
	all := slices.Clone(r.agents)
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
			"agent_id": id, "agent_name": r.names[id], "channel": "voice", "tags": map[string]any{}, "user_modified_timestamp": 0,
		}
	})}
	if len(page) < len(all) {
		list["pagination_key"] = page[len(page)-1]
	}
	return jsonAnswer(http.StatusOK, list)
}

// listAgents lists the workspace's agents (ElevenLabs Python SDK: agents.list). Their order, and that the cursor is an
// offset, are assumptions.
func (e *elevenLabs) listAgents(c *call, _ string) answer {
	size, offset := 30, 0
	for name, target := range map[string]*int{"page_size": &size, "cursor": &offset} {
		if !c.query.Has(name) {
			continue
		}
		given, err := strconv.Atoi(c.query.Get(name))
		if err != nil || given < 1 || name == "page_size" && given > 100 {
			return elevenLabsInvalid(name, "Input should be valid")
		}
		*target = given
	}
	rest := e.agents[min(offset, len(e.agents)):]
	page := rest[:min(size, len(rest))]
	list := map[string]any{
		"has_more": len(page) < len(rest), "next_cursor": nil,
		"agents": mapped(page, func(id string) any { return map[string]any{"agent_id": id, "name": e.names[id], "tags": []string{}} }),
	}
	if len(page) < len(rest) {
		list["next_cursor"] = strconv.Itoa(offset + len(page))
	}
	return jsonAnswer(http.StatusOK, list)
}

// vapiBegan is when the first assistant was created; each further one follows after a second.
var vapiBegan = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// listAssistants lists the organization's assistants (Vapi SDK: assistants.list). That the newest come first is an
// assumption.
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
	for i := len(v.assistants) - 1; i >= 0 && len(list) < limit; i-- {
		created := vapiBegan.Add(time.Duration(i) * time.Second)
		if !until.IsZero() && created.After(until) {
			continue
		}
		id := v.assistants[i]
		list = append(list, map[string]any{"id": id, "name": v.names[id], "createdAt": created.Format(vapiTime)})
	}
	return jsonAnswer(http.StatusOK, list)
}

// vapiTime is how Vapi writes a time.
const vapiTime = "2006-01-02T15:04:05.000Z"

// listAgents lists the workspace's agents (DialNexa OpenAPI: listAgents).
func (d *dialNexa) listAgents(c *dialNexaCall) (int, any, *dialNexaError) {
	return http.StatusOK, map[string]any{"agents": mapped(d.agentsOf(c.workspace), wireDialNexaAgent)}, nil
}

// listOlderAgents is the same in generation A (DialNexa docs: agents, list).
func (d *dialNexa) listOlderAgents(c *dialNexaCall) (int, any, *dialNexaError) {
	return http.StatusOK, map[string]any{"data": mapped(d.agentsOf(c.workspace), wireOlderDialNexaAgent)}, nil
}

func (d *dialNexa) agentsOf(w *DialNexaWorkspace) []*DialNexaAgent {
	return selected(d.agents, func(a *DialNexaAgent) bool { return a.WorkspaceID == w.ID })
}
