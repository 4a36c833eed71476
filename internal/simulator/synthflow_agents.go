package simulator

import "slices"

// wireSynthflowAgent is an agent as the API answers it (Synthflow OpenAPI: get-assistant).
type wireSynthflowAgent struct {
	ModelID     string         `json:"model_id"`
	Type        string         `json:"type"`
	Name        string         `json:"name"`
	PhoneNumber string         `json:"phone_number"`
	Agent       map[string]any `json:"agent"`
	// Attached is nil where the answer leaves it out.
	Attached *[]wireAttachedNumber `json:"attached_phone_numbers,omitempty"`
}

// wireAttachedNumber is a number in the pool of an agent.
type wireAttachedNumber struct {
	Number string  `json:"number"`
	SID    *string `json:"sid"`
	Slug   string  `json:"slug"`
}

// phoneNumber is the agent's own number. Which one of a pool that is is an assumption: the first.
func (a *SynthflowAgent) phoneNumber() string {
	if len(a.Numbers) == 0 {
		return ""
	}
	return a.Numbers[0]
}

func (y *synthflow) wireAgent(a *SynthflowAgent, withPool bool) wireSynthflowAgent {
	w := wireSynthflowAgent{
		ModelID:     a.ID,
		Type:        a.Type,
		Name:        a.Name,
		PhoneNumber: a.phoneNumber(),
		Agent:       map[string]any{},
	}
	if withPool {
		pool := []wireAttachedNumber{}
		for _, phoneNumber := range a.Numbers {
			if n := y.find(phoneNumber); n != nil {
				pool = append(pool, wireAttachedNumber{n.PhoneNumber, orNull(n.SID), n.Slug})
			}
		}
		w.Attached = &pool
	}
	return w
}

// agentIn is an agent of the caller's workspace, or nil.
func (y *synthflow) agentIn(c *synthflowCall) *SynthflowAgent {
	if a := y.agent(c.params["ModelID"]); a != nil && a.WorkspaceID == c.workspace.ID {
		return a
	}
	return nil
}

// listAgents lists the agents of the API key's workspace (Synthflow OpenAPI: list-assistant).
func (y *synthflow) listAgents(c *synthflowCall) (any, *synthflowRefusal) {
	agents := selected(y.agents, func(a *SynthflowAgent) bool { return a.WorkspaceID == c.workspace.ID })
	items, pagination, refused := synthflowPage(y, c, agents)
	if refused != nil {
		return nil, refused
	}
	return synthflowResponse(map[string]any{
		"pagination": pagination,
		"assistants": mapped(items, func(a *SynthflowAgent) wireSynthflowAgent {
			return y.wireAgent(a, y.rules.AgentListHasPools)
		}),
	}), nil
}

// fetchAgent answers one agent, as a list of one (Synthflow OpenAPI: get-assistant).
func (y *synthflow) fetchAgent(c *synthflowCall) (any, *synthflowRefusal) {
	a := y.agentIn(c)
	if a == nil {
		return nil, y.unknown("The agent does not exist")
	}
	return synthflowResponse(map[string]any{
		"pagination": synthflowPagination{TotalRecords: 1, Limit: 1},
		"assistants": []wireSynthflowAgent{y.wireAgent(a, true)},
	}), nil
}

// updateAgent changes what it is given and nothing else, although it is a PUT (Synthflow OpenAPI: update-assistant). Of
// an agent the simulator keeps its name and its numbers alone; other members have no effect.
func (y *synthflow) updateAgent(c *synthflowCall) (any, *synthflowRefusal) {
	a := y.agentIn(c)
	if a == nil {
		return nil, y.unknown("The agent does not exist")
	}
	body, ok := c.object()
	if !ok {
		return nil, synthflowBadRequest("The body is not a JSON object")
	}
	draft, phoneNumber := a.copied(), a.phoneNumber()
	if !body.read("name", &draft.Name) || !body.read("phone_number", &phoneNumber) {
		return nil, synthflowBadRequest("name and phone_number are strings")
	}
	if body.has("phone_number") {
		if refused := y.setAgentNumber(c, &draft, phoneNumber); refused != nil {
			return nil, refused
		}
	}
	*a = draft
	return map[string]any{
		"status":   "ok",
		"response": map[string]string{"model_id": a.ID},
		"details":  map[string]string{"phone": a.phoneNumber(), "voice": ""},
	}, nil
}

// setAgentNumber makes a number the agent's own. What becomes of the others is an assumption.
func (y *synthflow) setAgentNumber(c *synthflowCall, a *SynthflowAgent, phoneNumber string) *synthflowRefusal {
	if phoneNumber == "" && y.rules.EmptyAgentNumberDetaches {
		a.detach(a.phoneNumber())
		return nil
	}
	n := y.find(phoneNumber)
	if n == nil || y.numberIn(c.workspace, n.Slug) != n {
		return synthflowBadRequest("The phone number does not exist")
	}
	if refused := y.claim(a, n); refused != nil {
		return refused
	}
	if y.rules.AgentNumberReplaces {
		a.Numbers = nil
	}
	a.detach(phoneNumber)
	a.Numbers = slices.Insert(a.Numbers, 0, phoneNumber)
	return nil
}

// claim refuses a number that answers calls for another agent, or takes it away from that one, since a number serves
// one inbound agent at most and any number of others (Synthflow docs: number pooling).
func (y *synthflow) claim(a *SynthflowAgent, n *synthflowNumber) *synthflowRefusal {
	holder := y.inboundAgent(n.PhoneNumber)
	if a.Type != SynthflowInbound || holder == nil || holder.ID == a.ID {
		return nil
	}
	if !y.rules.InboundNumberMoves {
		return synthflowBadRequest("The phone number is assigned to another inbound agent")
	}
	holder.detach(n.PhoneNumber)
	return nil
}

// attachNumbers adds numbers to the pool of an agent; those that are there stay (Synthflow docs: number pooling). One
// that cannot be added makes all fail.
func (y *synthflow) attachNumbers(c *synthflowCall) (any, *synthflowRefusal) {
	a := y.agentIn(c)
	if a == nil {
		return nil, synthflowNotFound("The agent does not exist")
	}
	if refused := y.mayPool(a); refused != nil {
		return nil, refused
	}
	body, ok := c.object()
	byNumber, bySlug := body.has("phone_numbers"), body.has("phone_number_slugs")
	if !ok || byNumber == bySlug {
		return nil, synthflowBadRequest("Either phone_numbers or phone_number_slugs is required")
	}
	var given []string
	if !body.read("phone_numbers", &given) || !body.read("phone_number_slugs", &given) || len(given) == 0 {
		return nil, synthflowBadRequest("The phone numbers are not valid")
	}
	var numbers []*synthflowNumber
	for _, wanted := range given {
		i := slices.IndexFunc(y.numbers, func(n *synthflowNumber) bool {
			return n.WorkspaceID == c.workspace.ID && n.hiddenReads == 0 &&
				(byNumber && n.PhoneNumber == wanted || bySlug && n.Slug == wanted)
		})
		if i < 0 {
			return nil, synthflowNotFound("The phone number " + wanted + " does not exist")
		}
		numbers = append(numbers, y.numbers[i])
	}
	for _, n := range numbers {
		if refused := y.claim(a, n); refused != nil {
			return nil, refused
		}
	}
	for _, n := range numbers {
		if !slices.Contains(a.Numbers, n.PhoneNumber) {
			a.Numbers = append(a.Numbers, n.PhoneNumber)
		}
	}
	return synthflowOK(), nil
}

// mayPool refuses inbound agents where the rules keep them out of pools.
func (y *synthflow) mayPool(a *SynthflowAgent) *synthflowRefusal {
	if y.rules.PoolsAreOutboundOnly && a.Type != SynthflowOutbound {
		return synthflowBadRequest("Only outbound agents have a pool of phone numbers")
	}
	return nil
}

// detachNumber takes one number out of the pool of an agent, at once (Synthflow docs: detach phone number from
// assistant).
func (y *synthflow) detachNumber(c *synthflowCall) (any, *synthflowRefusal) {
	a := y.agentIn(c)
	if a == nil {
		return nil, synthflowNotFound("The agent does not exist")
	}
	n := y.numberIn(c.workspace, c.params["Slug"])
	if n == nil {
		return nil, synthflowNotFound("The phone number does not exist")
	}
	if refused := y.mayPool(a); refused != nil {
		return nil, refused
	}
	if !slices.Contains(a.Numbers, n.PhoneNumber) {
		if y.rules.NotAttachedIs404 {
			return nil, synthflowNotFound("The phone number is not attached to the agent")
		}
		return nil, synthflowBadRequest("The phone number is not attached to the agent")
	}
	a.detach(n.PhoneNumber)
	return synthflowOK(), nil
}
