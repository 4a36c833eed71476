package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// wireAgent is an agent as Resemble answers it. Of its many settings, those of speech and language models are always
// the same here.
func (r *resemble) wireAgent(a *ResembleAgent, advanced bool) any {
	item := map[string]any{
		"agent": map[string]any{
			"name":              a.Name,
			"uuid":              a.UUID,
			"languages":         []string{"en-US"},
			"dynamic_variables": map[string]any{},
			"created_at":        dateV1(a.CreatedAt),
			"updated_at":        dateV1(a.UpdatedAt),
			"last_active_at":    nil,
			"calls_today":       0,
			"status":            "inactive",
		},
		"asr":  map[string]any{"provider": "deepgram", "model": "nova-2", "keywords": []string{}},
		"tts":  map[string]any{"voice_uuid": a.VoiceUUID, "voice_name": "Simulated Voice"},
		"turn": map[string]any{"turn_timeout": 7, "silence_end_call_timeout": -1, "mode": "silence"},
		"llm":  map[string]any{"prompt": nil, "provider": nil, "model": nil, "temperature": 0.3},

		"phone_numbers": mapped(r.numbersOf(a), (*resembleNumber).wireLinked),
	}
	// In advanced mode the counts give way to the things themselves (Resemble docs: get agent).
	if advanced {
		item["tools"], item["knowledge_bases"], item["webhooks"] = []any{}, []any{}, []any{}
	} else {
		item["tools_count"], item["webhooks_count"] = 0, 0
	}
	return item
}

// listAgents lists the team's agents, or with phone_number the one that is linked to that number.
func (r *resemble) listAgents(c *resembleCall) (int, any, *resembleFailure) {
	agents := selected(r.agents, func(a *ResembleAgent) bool {
		if a.Foreign || !c.query.Has("phone_number") {
			return !a.Foreign
		}
		n := r.numberByE164(c.query.Get("phone_number"))
		return n != nil && n.AgentUUID == a.UUID
	})
	advanced := c.query.Get("advanced") == "true"
	list := listed(agents, func(a *ResembleAgent) any {
		if r.rules.FlatAgents {
			return map[string]any{"uuid": a.UUID, "name": a.Name}
		}
		return r.wireAgent(a, advanced)
	})
	if r.rules.MaxAgents > 0 {
		list.Items = list.Items[:min(r.rules.MaxAgents, len(list.Items))]
	}
	return http.StatusOK, list, nil
}

// ownAgent is the team's agent of the path.
func (r *resemble) ownAgent(c *resembleCall) (*ResembleAgent, *resembleFailure) {
	if a := r.agent(c.params["uuid"]); a != nil && !a.Foreign {
		return a, nil
	}
	return nil, r.missing("Agent")
}

func (r *resemble) fetchAgent(c *resembleCall) (int, any, *resembleFailure) {
	a, failed := r.ownAgent(c)
	if failed != nil {
		return 0, nil, failed
	}
	return http.StatusOK, resembleItem{Success: true, Item: r.wireAgent(a, c.query.Get("advanced") == "true")}, nil
}

// listAgentNumbers lists the numbers of an agent. That they come as in the list of all numbers is an assumption.
func (r *resemble) listAgentNumbers(c *resembleCall) (int, any, *resembleFailure) {
	a, failed := r.ownAgent(c)
	if failed != nil {
		return 0, nil, failed
	}
	return http.StatusOK, listed(r.numbersOf(a), r.wireNumber), nil
}

// resembleAgentFields are what creating and updating an agent share. Other settings are accepted and ignored.
type resembleAgentFields struct {
	Name      string `json:"name"`
	VoiceUUID string `json:"voice_uuid"`
	// PhoneNumberID is an integer, null, or absent.
	PhoneNumberID json.RawMessage `json:"phone_number_id"`
}

// configure applies a body to a draft of an agent, and the link, which has its effect at once, last of all.
func (r *resemble) configure(c *resembleCall, draft *ResembleAgent, message string) *resembleFailure {
	fields := resembleAgentFields{Name: draft.Name, VoiceUUID: draft.VoiceUUID}
	if failed := c.decode(&fields); failed != nil {
		return failed
	}
	wrong := map[string][]string{}
	if fields.Name == "" {
		wrong["name"] = []string{"can't be blank"}
	}
	// Any voice is taken to exist.
	if fields.VoiceUUID == "" {
		wrong["voice_uuid"] = []string{"Voice not found or not accessible"}
	}
	if len(wrong) > 0 {
		return &resembleFailure{message: message, errors: wrong}
	}
	draft.Name, draft.VoiceUUID = fields.Name, fields.VoiceUUID
	if reason := r.link(draft, fields.PhoneNumberID); reason != "" {
		return invalid(message, "phone_number_id", reason)
	}
	return nil
}

// link links an agent to a number or, for null, to none, and gives the reason if it may not. A number is linked to one
// agent at most (Resemble docs: linking to agents); unlinking by null is an assumption.
func (r *resemble) link(a *ResembleAgent, phoneNumberID json.RawMessage) (refused string) {
	if len(phoneNumberID) == 0 {
		return ""
	}
	if string(phoneNumberID) == "null" {
		if !r.rules.NullIgnored {
			r.unlink(a)
		}
		return ""
	}
	var id int
	err := json.Unmarshal(phoneNumberID, &id)
	n := r.number(id)
	switch {
	case err != nil:
		return "must be an integer"
	case n == nil || n.Foreign:
		return "Phone number not found or not accessible"
	}
	if other := r.agent(n.AgentUUID); other != nil && other.UUID != a.UUID {
		return fmt.Sprintf("Phone number is already linked to agent '%s'", other.Name)
	}
	if !r.rules.AgentsHoldSeveral {
		r.unlink(a)
	}
	n.AgentUUID, n.UpdatedAt = a.UUID, r.sim.now()
	return ""
}

// unlink takes all numbers off an agent.
func (r *resemble) unlink(a *ResembleAgent) {
	for _, n := range r.numbersOf(a) {
		n.AgentUUID, n.UpdatedAt = "", r.sim.now()
	}
}

func (r *resemble) createAgent(c *resembleCall) (int, any, *resembleFailure) {
	draft := ResembleAgent{UUID: asUUID(r.sim.newID(""))}
	if failed := r.configure(c, &draft, "Failed to create agent"); failed != nil {
		return 0, nil, failed
	}
	return r.created(), resembleItem{true, r.wireAgent(r.addAgent(draft), false), "Agent created successfully"}, nil
}

func (r *resemble) updateAgent(c *resembleCall) (int, any, *resembleFailure) {
	const notUpdated = "Failed to update agent"
	a, failed := r.ownAgent(c)
	if failed != nil {
		failed.message, failed.errors = notUpdated, map[string][]string{"agent": {"Agent not found or not accessible"}}
		return 0, nil, failed
	}
	draft := *a
	if failed := r.configure(c, &draft, notUpdated); failed != nil {
		return 0, nil, failed
	}
	*a = draft
	a.UpdatedAt = r.sim.now()
	return http.StatusOK, resembleItem{true, r.wireAgent(a, false), "Agent updated successfully"}, nil
}

func (r *resemble) deleteAgent(c *resembleCall) (int, any, *resembleFailure) {
	a, failed := r.ownAgent(c)
	if failed != nil {
		return 0, nil, failed
	}
	r.dropAgent(a)
	return http.StatusOK, resembleDone{Success: true, Message: "Agent deleted successfully"}, nil
}
