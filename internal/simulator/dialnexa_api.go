package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

// dialNexaCall is a request to DialNexa that has been authenticated and routed.
type dialNexaCall struct {
	*call
	workspace *DialNexaWorkspace // the API key's
	params    map[string]string  // from the path
}

// dialNexaError is an error in DialNexa's envelope (DialNexa OpenAPI; DialNexa docs: errors).
type dialNexaError struct {
	StatusCode int    `json:"statusCode"`
	Message    any    `json:"message"` // a string, or a []string where fields are wrong
	Error      string `json:"error"`
}

// dialNexaHandler applies a request and gives status and body; a nil body is none.
type dialNexaHandler func(d *dialNexa, c *dialNexaCall) (status int, body any, refused *dialNexaError)

// dialNexaRoutes are all paths, and whether they are served. Segments in braces are
// parameters; of several that fit, the first counts.
var dialNexaRoutes = []struct {
	served       func(*dialNexa) bool
	method, path string
	handle       dialNexaHandler
}{
	{always, "GET", "/organization-phone-numbers", (*dialNexa).listNumbers},
	{(*dialNexa).isB, "GET", "/organization-phone-numbers/plivo-numbers", (*dialNexa).searchNumbers},
	{always, "POST", "/organization-phone-numbers/purchase", (*dialNexa).buyNumber},
	{always, "GET", "/organization-phone-numbers/{ID}", (*dialNexa).fetchNumber},
	{(*dialNexa).pricesListed, "GET", "/phone-number-pricing", (*dialNexa).listPrices},
	{(*dialNexa).isA, "PATCH", "/organization-phone-numbers/{ID}", (*dialNexa).updateNumber},
	{always, "DELETE", "/organization-phone-numbers/{ID}", (*dialNexa).releaseNumber},

	{(*dialNexa).agentsReadable, "GET", "/agents", (*dialNexa).listAgents},
	{(*dialNexa).agentsReadable, "GET", "/agents/{ID}", (*dialNexa).fetchAgent},
	{(*dialNexa).isB, "PATCH", "/agents/{ID}", (*dialNexa).updateAgent},
	{(*dialNexa).agents2Readable, "GET", "/agents2", (*dialNexa).listOlderAgents},
	{(*dialNexa).agents2Readable, "GET", "/agents2/{ID}", (*dialNexa).fetchOlderAgent},
}

func always(*dialNexa) bool { return true }

func (d *dialNexa) pricesListed() bool    { return !d.rules.NoPrices }
func (d *dialNexa) agentsReadable() bool  { return d.rules.AgentsReadable }
func (d *dialNexa) agents2Readable() bool { return d.rules.Agents2Readable }

// The headers that tell the limit of a key (DialNexa docs: rate limits). Neither figure is published; a third party has
// seen these.
const (
	dialNexaQuota  = 150 // requests
	dialNexaWindow = 60  // seconds
)

// serve answers a request in an order that is an assumption: load, credentials, path, and then the operation itself.
func (d *dialNexa) serve(c *call) answer {
	limit, turn := dialNexaQuota, d.served%dialNexaQuota
	if rate := d.rules.RateLimit; rate.Refuse > 0 {
		limit, turn = rate.Serve, d.served%(rate.Serve+rate.Refuse)
	}
	d.served++
	return d.answer(c, c.excess || turn >= limit).with("X-RateLimit-Limit", strconv.Itoa(limit)).
		with("X-RateLimit-Remaining", strconv.Itoa(max(0, limit-1-turn))).
		with("X-RateLimit-Reset", strconv.FormatInt(d.sim.now().Unix()+dialNexaWindow, 10))
}

func (d *dialNexa) answer(c *call, oneTooMany bool) answer {
	if oneTooMany {
		retryAfter := d.rules.RetryAfter
		if retryAfter == "" {
			retryAfter = "1"
		}
		return dialNexaRefusal(http.StatusTooManyRequests, "Too many requests").answer().with("Retry-After", retryAfter)
	}
	workspace := d.authenticate(c)
	switch {
	case workspace == nil:
		return dialNexaRefusal(http.StatusUnauthorized, "API key is missing or invalid").answer()
	case workspace.NoAccess:
		return dialNexaForbidden().answer()
	}
	handle, params := d.route(c)
	if handle == nil {
		return d.unoffered(c).answer()
	}
	status, body, refused := handle(d, &dialNexaCall{call: c, workspace: workspace, params: params})
	switch {
	case refused != nil:
		return refused.answer()
	case body == nil:
		return answer{status: status}
	}
	return jsonAnswer(status, body)
}

// route is the handler of a request, or nil.
func (d *dialNexa) route(c *call) (dialNexaHandler, map[string]string) {
	for _, route := range dialNexaRoutes {
		if route.method != c.method || !route.served(d) {
			continue
		}
		if params, ok := matchPath(route.path, c.path); ok {
			return route.handle, params
		}
	}
	return nil, nil
}

// unoffered refuses a request that has no route.
func (d *dialNexa) unoffered(c *call) *dialNexaError {
	if d.rules.UnofferedIs405 {
		for _, route := range dialNexaRoutes {
			if _, ok := matchPath(route.path, c.path); ok && route.served(d) {
				return dialNexaRefusal(http.StatusMethodNotAllowed, "Method not allowed")
			}
		}
	}
	return dialNexaNoRoute(c)
}

// dialNexaNoRoute is what a path answers that does not exist, in the words of the framework below the API.
func dialNexaNoRoute(c *call) *dialNexaError {
	return dialNexaRefusal(http.StatusNotFound, "Cannot "+c.method+" /v1"+c.path)
}

// authenticate is the workspace that the API key of a request belongs to, or nil. The key is sent whole, its ID and its
// secret with the colon between them (DialNexa docs: authentication).
func (d *dialNexa) authenticate(c *call) *DialNexaWorkspace {
	key := c.bearerToken()
	for _, w := range d.workspaces {
		if key != "" && w.APIKey == key {
			return w
		}
	}
	return nil
}

// dialNexaRefusal is an error with one message, or with several where fields are wrong.
func dialNexaRefusal(status int, message any) *dialNexaError {
	return &dialNexaError{status, message, http.StatusText(status)}
}

func dialNexaBadRequest(message string) *dialNexaError {
	return dialNexaRefusal(http.StatusBadRequest, message)
}

// dialNexaInvalid refuses fields that are wrong, with a message for each.
func dialNexaInvalid(messages ...string) *dialNexaError {
	return dialNexaRefusal(http.StatusBadRequest, messages)
}

func dialNexaForbidden() *dialNexaError {
	return dialNexaRefusal(http.StatusForbidden, "You do not have permission to access this resource")
}

func (e *dialNexaError) answer() answer { return jsonAnswer(e.StatusCode, e) }

// fetchAgent answers an agent with its versions (DialNexa OpenAPI: Get Agent Details).
func (d *dialNexa) fetchAgent(c *dialNexaCall) (int, any, *dialNexaError) {
	a, refused := d.reach(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireDialNexaAgent(a), nil
}

// fetchOlderAgent answers an agent with its current version, which names its numbers (DialNexa docs: agents, get). Its
// errors are not tabulated.
func (d *dialNexa) fetchOlderAgent(c *dialNexaCall) (int, any, *dialNexaError) {
	a, refused := d.reach(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, d.wireOlderAgent(a), nil
}

func (d *dialNexa) wireOlderAgent(a *DialNexaAgent) any {
	wire := map[string]any{"id": a.ID, "organization_id": a.WorkspaceID, "is_deleted": slices.Contains(d.deleted, a)}
	if last := len(a.Versions) - 1; last >= 0 {
		v := a.Versions[last]
		wire["current_version_number"] = v.Number
		wire["current_version"] = map[string]any{
			"agent_id": a.ID, "number": v.Number, "title": a.Title, "is_published": v.Published,
			"telephony": map[string]any{
				"inbound": map[string]any{"id": v.InboundNumberID}, "outbound": map[string]any{"id": v.OutboundNumberID},
			},
		}
	}
	return wire
}

// reach is the agent of a path (DialNexa OpenAPI: Get Agent Details).
func (d *dialNexa) reach(c *dialNexaCall) (*DialNexaAgent, *dialNexaError) {
	a := d.agent(c.params["ID"])
	switch {
	case a == nil:
		return nil, dialNexaRefusal(http.StatusNotFound, "Agent not found")
	case a.WorkspaceID != c.workspace.ID:
		return nil, dialNexaForbidden()
	}
	return a, nil
}

// wireDialNexaAgent is an agent as the API answers it. That the numbers are not in it follows the examples in the
// OpenAPI.
func wireDialNexaAgent(a *DialNexaAgent) any {
	versions := mapped(a.Versions, func(v DialNexaAgentVersion) map[string]any {
		return map[string]any{
			"agent_id":       a.ID,
			"version_number": v.Number,
			"version_title":  "Version " + strconv.Itoa(v.Number),
			"title":          a.Title,
			"is_published":   v.Published,
		}
	})
	wire := map[string]any{"id": a.ID, "agent_type": "Single_Prompt_Agent", "versions": versions}
	if last := len(versions) - 1; last >= 0 {
		wire["current_version"], wire["current_version_number"] = versions[last], a.Versions[last].Number
	}
	return wire
}

// updateAgent changes a version of an agent. The numbers in it go into live routing only if the same request publishes
// it (DialNexa OpenAPI: Update Agent).
func (d *dialNexa) updateAgent(c *dialNexaCall) (int, any, *dialNexaError) {
	a, refused := d.reach(c)
	if refused != nil {
		return 0, nil, refused
	}
	body, ok := c.object()
	if !ok {
		return 0, nil, dialNexaBadRequest("Request validation failed")
	}
	var (
		number            int
		publish           bool
		inbound, outbound string
	)
	title := a.Title
	switch {
	case !body.has("version_number") || !body.read("version_number", &number):
		return 0, nil, dialNexaInvalid("version_number must be a number")
	case !body.read("is_published", &publish):
		return 0, nil, dialNexaInvalid("is_published must be a boolean value")
	case !body.read("title", &title):
		return 0, nil, dialNexaInvalid("title must be a string")
	case !body.read("inbound_phone_number_id", &inbound) || !body.read("outbound_phone_number_id", &outbound):
		return 0, nil, dialNexaInvalid("phone number IDs must be strings")
	}
	version := a.version(number)
	switch {
	case version == nil:
		return 0, nil, dialNexaRefusal(http.StatusNotFound, "Agent version not found")
	case version.Published && (!publish || d.rules.PublishedIsFixed):
		return 0, nil, dialNexaBadRequest("Published versions cannot be updated")
	}
	draft := *version
	if body.has("inbound_phone_number_id") {
		draft.InboundNumberID = inbound
	}
	if body.has("outbound_phone_number_id") {
		draft.OutboundNumberID = outbound
	}
	for _, id := range []string{inbound, outbound} {
		if id != "" && d.numberIn(c.workspace, id) == nil {
			return 0, nil, dialNexaBadRequest("Phone number " + id + " does not belong to this organization")
		}
	}
	if publish {
		stored := d.rules.PublishClaimsStored
		claimsInbound := body.has("inbound_phone_number_id") || stored && draft.InboundNumberID != ""
		claimsOutbound := body.has("outbound_phone_number_id") || stored && draft.OutboundNumberID != ""
		if refused := d.publish(a, draft, claimsInbound, claimsOutbound); refused != nil {
			return 0, nil, refused
		}
		draft.Published = true
	}
	*version, a.Title = draft, title
	return http.StatusOK, wireDialNexaAgent(a), nil
}

func (a *DialNexaAgent) version(number int) *DialNexaAgentVersion {
	for i := range a.Versions {
		if a.Versions[i].Number == number {
			return &a.Versions[i]
		}
	}
	return nil
}

// publish puts the numbers of a version into live routing in the directions that are claimed, and gives back what the
// agent had there instead.
func (d *dialNexa) publish(a *DialNexaAgent, v DialNexaAgentVersion, inbound, outbound bool) *dialNexaError {
	if outbound {
		// One number in use stops both its loss and its gain.
		for _, n := range d.numbers {
			changes := (n.OutboundAgentID == a.ID) != (n.ID == v.OutboundNumberID)
			if changes && n.ActiveWorkflows {
				return dialNexaRefusal(http.StatusConflict, "Cannot change the outbound agent of "+n.ID+
					" because it is currently used by active workflows. Pause those workflows first, then retry.")
			}
		}
	}
	for _, n := range d.numbers {
		if inbound {
			reroute(&n.AgentID, a.ID, n.ID == v.InboundNumberID)
		}
		if outbound {
			reroute(&n.OutboundAgentID, a.ID, n.ID == v.OutboundNumberID)
		}
	}
	return nil
}

// reroute gives one direction of a number to an agent or, if the agent has it, to nobody.
func reroute(direction *string, agentID string, claimed bool) {
	switch {
	case claimed:
		*direction = agentID
	case *direction == agentID:
		*direction = ""
	}
}
