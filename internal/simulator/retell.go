package simulator

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Retell is served below "/retell". The paths are those of the real host, some of which begin with "/v2".
const Retell Service = "retell"

// DefaultRetellKey is the API key that every simulator starts with. It could not be a real one.
const DefaultRetellKey = "key_simulated_notarealsecret"

// Types of numbers (Retell docs: get phone number). All but custom were bought at Retell AI, which carries them.
const (
	RetellCustom = "custom"
	RetellTwilio = "retell-twilio"
	RetellTelnyx = "retell-telnyx"
)

// RetellRules are the assumptions on what Retell AI leaves undocumented, or does in another way than documented. The
// zero value is the default; a field that is set turns one assumption the other way.
type RetellRules struct {
	// UnknownIs404 answers 404 for a number or an agent that is not there, as has been seen. By default that is 422, the
	// one status that the docs have for it.
	UnknownIs404 bool `json:"unknown_is_404,omitempty"`
	// OmitsUnset leaves out what is not set. By default it is null; the docs allow both.
	OmitsUnset bool `json:"omits_unset,omitempty"`
	// AgentsUnchecked takes any agent ID in a write. By default an agent must be there.
	AgentsUnchecked bool `json:"agents_unchecked,omitempty"`
	// VersionsChecked refuses a version by its number of an agent that has not got it: any but 0. By default all are taken.
	VersionsChecked bool `json:"versions_checked,omitempty"`
	// FilterIgnored lists agents that only chat, too, whatever is asked for. By default the filter's channel is kept to.
	FilterIgnored bool `json:"filter_ignored,omitempty"`
	// MaxLimit is the most that a page has, whatever a request asks for. 0 stands for the documented 1000.
	MaxLimit int `json:"max_limit,omitempty"`
	// RateLimit answers 429 to some requests by count, so that a test does not depend on time.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
}

// RetellAgent is a share of a number's calls.
type RetellAgent struct {
	AgentID string  `json:"agent_id"`
	Weight  float64 `json:"weight"` // of all shares together 1
	Version any     `json:"agent_version,omitempty"`
}

// RetellNumber is a number in a workspace.
type RetellNumber struct {
	PhoneNumber       string        `json:"phone_number"`
	Type              string        `json:"phone_number_type,omitempty"` // RetellCustom if it is empty
	Nickname          string        `json:"nickname,omitempty"`
	InboundAgents     []RetellAgent `json:"inbound_agents,omitempty"`
	OutboundAgents    []RetellAgent `json:"outbound_agents,omitempty"`
	InboundWebhookURL string        `json:"inbound_webhook_url,omitempty"`
	TerminationURI    string        `json:"termination_uri,omitempty"`
	AuthUsername      string        `json:"auth_username,omitempty"`
	AuthPassword      string        `json:"auth_password,omitempty"`
	Transport         string        `json:"transport,omitempty"` // empty: the default, TCP
	Foreign           bool          `json:"foreign,omitempty"`   // in a workspace of somebody else's
	ModifiedAt        time.Time     `json:"modified_at,omitzero"`
}

// retell is the state of the simulated Retell AI. Its methods expect the server's lock to be held.
type retell struct {
	sim      *Server
	rules    RetellRules
	agents   []string
	names    agentNames
	chats    map[string]bool // agents that only chat
	numbers  []*RetellNumber // oldest first
	released []string
	served   int // requests, for RateLimit
}

// WithRetell sets the assumptions on the simulated Retell AI.
func WithRetell(rules RetellRules) Option {
	return func(s *Server) { s.rules[Retell] = rules }
}

func newRetell(s *Server) *retell {
	r := &retell{sim: s, names: agentNames{}, chats: map[string]bool{}}
	r.rules, _ = s.rules[Retell].(RetellRules)
	return r
}

// RetellState is access to the simulated Retell AI that bypasses its rules and its request log. It stays valid after a
// Reset.
type RetellState struct{ sim *Server }

// Retell gives access to the simulated Retell AI.
func (s *Server) Retell() *RetellState { return &RetellState{s} }

// with runs what needs the state of now, under the lock.
func (rs *RetellState) with(use func(*retell)) {
	rs.sim.mu.Lock()
	defer rs.sim.mu.Unlock()
	if r, ok := rs.sim.services[Retell].(*retell); ok {
		use(r)
	}
}

// AddAgent adds an agent to the workspace.
func (rs *RetellState) AddAgent(agentID string) {
	rs.with(func(r *retell) { r.agents = append(r.agents, agentID) })
}

// AddNumber adds a number. One that is there already is replaced.
func (rs *RetellState) AddNumber(n RetellNumber) {
	rs.with(func(r *retell) { r.addNumber(n) })
}

// Number is the number with that E.164 number, whatever workspace it is in.
func (rs *RetellState) Number(e164 string) (number RetellNumber, held bool) {
	rs.with(func(r *retell) {
		if n := r.number(e164); n != nil {
			number, held = *n, true
		}
	})
	return number, held
}

// Numbers are the numbers of all workspaces, oldest first.
func (rs *RetellState) Numbers() (numbers []RetellNumber) {
	rs.with(func(r *retell) { numbers = r.held() })
	return numbers
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (rs *RetellState) UpdateNumber(e164 string, change func(*RetellNumber)) (held bool) {
	rs.with(func(r *retell) {
		if n := r.number(e164); n != nil {
			change(n)
			held = true
		}
	})
	return held
}

// RemoveNumber takes a record away, as the dashboard does, and reports whether it was held.
func (rs *RetellState) RemoveNumber(e164 string) (removed bool) {
	rs.with(func(r *retell) { removed = r.dropNumber(e164) })
	return removed
}

// Released are the numbers that Retell AI carried and gave up, in that order.
func (rs *RetellState) Released() (released []string) {
	rs.with(func(r *retell) { released = slices.Clone(r.released) })
	return released
}

func (r *retell) number(e164 string) *RetellNumber {
	for _, n := range r.numbers {
		if n.PhoneNumber == e164 {
			return n
		}
	}
	return nil
}

func (r *retell) held() []RetellNumber {
	return mapped(r.numbers, func(n *RetellNumber) RetellNumber { return *n })
}

func (r *retell) addNumber(n RetellNumber) *RetellNumber {
	if n.Type == "" {
		n.Type = RetellCustom
	}
	if n.ModifiedAt.IsZero() {
		n.ModifiedAt = r.sim.now()
	}
	r.dropNumber(n.PhoneNumber)
	r.numbers = append(r.numbers, &n)
	return &n
}

func (r *retell) dropNumber(e164 string) bool {
	before := len(r.numbers)
	r.numbers = slices.DeleteFunc(r.numbers, func(n *RetellNumber) bool { return n.PhoneNumber == e164 })
	return len(r.numbers) < before
}

// RetellHoldings is what all workspaces at Retell AI hold.
type RetellHoldings struct {
	Agents   []string       `json:"agents"`
	Numbers  []RetellNumber `json:"numbers"` // without the passwords
	Released []string       `json:"released"`
}

func (r *retell) state() any {
	holdings := RetellHoldings{Agents: slices.Clone(r.agents), Numbers: r.held(), Released: slices.Clone(r.released)}
	for i := range holdings.Numbers {
		holdings.Numbers[i].AuthPassword = ""
	}
	return holdings
}

// seed adds the Retell AI part of a seed file.
func (r *retell) seed(part json.RawMessage) error {
	var in struct {
		Rules   *RetellRules   `json:"rules"`
		Agents  []NamedAgent   `json:"agents"`
		Numbers []RetellNumber `json:"numbers"`
	}
	if err := decodeStrictly(part, &in); err != nil {
		return err
	}
	if in.Rules != nil {
		r.rules = *in.Rules
	}
	r.agents = append(r.agents, r.names.add(in.Agents)...)
	for _, agent := range in.Agents {
		r.chats[agent.ID] = agent.Chat
	}
	for _, n := range in.Numbers {
		r.addNumber(n)
	}
	return nil
}

// control serves no paths: tests and seeds say all there is to say.
func (r *retell) control(method, path string, _ []byte) answer {
	return noControl(method, "retell/"+path)
}

// retellHandler applies a request to what the path names.
type retellHandler func(r *retell, c *call, id string) answer

// retellRoutes are the paths that are served (Retell OpenAPI). POST /create-phone-number, which buys, is not imitated.
var retellRoutes = []struct {
	method, path string
	handle       retellHandler
}{
	{"GET", "/get-phone-number/{id}", (*retell).fetchNumber},
	{"GET", "/v2/list-phone-numbers", (*retell).listNumbers},
	{"POST", "/import-phone-number", (*retell).importNumber},
	{"PATCH", "/update-phone-number/{id}", (*retell).updateNumber},
	{"DELETE", "/delete-phone-number/{id}", (*retell).deleteNumber},
	{"GET", "/get-agent/{id}", (*retell).fetchAgent},
	{"POST", "/v2/list-agents", (*retell).listAgents},
}

// serve answers a request in an order that is an assumption: load, key, path, and then the operation itself.
func (r *retell) serve(c *call) answer {
	r.served++
	if c.excess || r.rules.RateLimit.refuses(r.served-1) {
		return retellRefusal(http.StatusTooManyRequests, "Account rate limited, please throttle your requests.")
	}
	if c.bearerToken() != DefaultRetellKey {
		return retellRefusal(http.StatusUnauthorized, "API key is missing or invalid.")
	}
	for _, route := range retellRoutes {
		if params, ok := matchPath(route.path, c.path); ok && route.method == c.method {
			return route.handle(r, c, params["id"])
		}
	}
	// The framework below the API answers for what is not served; its form is an assumption.
	return answer{
		status: http.StatusNotFound, header: http.Header{"Content-Type": {"text/html"}},
		body: []byte("<pre>Cannot " + c.method + " " + c.path + "</pre>"),
	}
}

// retellRefusal is an error in Retell's envelope, in the words of its OpenAPI.
func retellRefusal(status int, message string) answer {
	return jsonAnswer(status, map[string]string{"status": "error", "message": message})
}

func retellBadRequest() answer {
	return retellRefusal(http.StatusBadRequest, "Invalid request format, please check API reference.")
}

// unknown refuses a number or an agent that is not there.
func (r *retell) unknown() answer {
	status := http.StatusUnprocessableEntity
	if r.rules.UnknownIs404 {
		status = http.StatusNotFound
	}
	return retellRefusal(status, "Cannot find requested asset under given api key.")
}

// own is the number of that name in the API key's workspace, or nil.
func (r *retell) own(e164 string) *RetellNumber {
	if n := r.number(e164); n != nil && !n.Foreign {
		return n
	}
	return nil
}

// wire is a number as it is answered (Retell OpenAPI: PhoneNumberResponse). The password is in no answer.
func (r *retell) wire(n *RetellNumber) map[string]any {
	var trunk any
	if n.Type == RetellCustom {
		trunk = r.sparse(map[string]any{
			"termination_uri": orNull(n.TerminationURI), "auth_username": orNull(n.AuthUsername), "transport": orNull(n.Transport),
		})
	}
	return r.sparse(map[string]any{
		"phone_number": n.PhoneNumber, "phone_number_type": n.Type,
		"last_modification_timestamp": n.ModifiedAt.UnixMilli(),
		"nickname":                    orNull(n.Nickname), "inbound_webhook_url": orNull(n.InboundWebhookURL),
		"inbound_agents": n.InboundAgents, "outbound_agents": n.OutboundAgents,
		"sip_outbound_trunk_config": trunk,
	})
}

// sparse leaves out what is not set, if the rules have it so.
func (r *retell) sparse(object map[string]any) map[string]any {
	for name, value := range object {
		text, isText := value.(*string)
		agents, areAgents := value.([]RetellAgent)
		if r.rules.OmitsUnset && (value == nil || isText && text == nil || areAgents && len(agents) == 0) {
			delete(object, name)
		}
	}
	return object
}

func (r *retell) fetchNumber(_ *call, e164 string) answer {
	n := r.own(e164)
	if n == nil {
		return r.unknown()
	}
	return jsonAnswer(http.StatusOK, r.wire(n))
}

// listNumbers lists the workspace's numbers, newest first, which "descending" is taken for (Retell OpenAPI:
// listPhoneNumbersV2). That the key of a page is the last number of the one before it is an assumption.
func (r *retell) listNumbers(c *call, _ string) answer {
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
	all := selected(r.numbers, func(n *RetellNumber) bool { return !n.Foreign })
	if c.query.Get("sort_order") != "ascending" {
		slices.Reverse(all)
	}
	if key := c.query.Get("pagination_key"); key != "" {
		last := slices.IndexFunc(all, func(n *RetellNumber) bool { return n.PhoneNumber == key })
		if last < 0 {
			return retellBadRequest()
		}
		all = all[last+1:]
	}
	page := all[:min(limit, len(all))]
	list := map[string]any{"items": mapped(page, r.wire), "has_more": len(page) < len(all)}
	if len(page) < len(all) {
		list["pagination_key"] = page[len(page)-1].PhoneNumber
	}
	return jsonAnswer(http.StatusOK, list)
}

// importNumber imports a number of another carrier, without a word to it.
func (r *retell) importNumber(c *call, _ string) answer {
	var n RetellNumber
	in, ok := c.object()
	if !ok || !in.read("phone_number", &n.PhoneNumber) || n.PhoneNumber == "" {
		return retellBadRequest()
	}
	if refused := r.configure(&n, in, "sip_trunk_auth_username", "sip_trunk_auth_password"); refused != nil {
		return *refused
	}
	if n.TerminationURI == "" {
		return retellBadRequest()
	}
	// A number is in one workspace of all (seen; not documented).
	if r.number(n.PhoneNumber) != nil {
		return retellRefusal(http.StatusBadRequest, "Phone number already exists.")
	}
	return jsonAnswer(http.StatusCreated, r.wire(r.addNumber(n)))
}

func (r *retell) updateNumber(c *call, e164 string) answer {
	n := r.own(e164)
	if n == nil {
		return r.unknown()
	}
	in, ok := c.object()
	if !ok {
		return retellBadRequest()
	}
	draft := *n
	if refused := r.configure(&draft, in, "auth_username", "auth_password"); refused != nil {
		return *refused
	}
	draft.ModifiedAt = r.sim.now()
	*n = draft
	return jsonAnswer(http.StatusOK, r.wire(n))
}

// configure applies a body to a number. Null clears, where the OpenAPI allows it.
func (r *retell) configure(n *RetellNumber, in jsonObject, username, password string) *answer {
	bad := retellBadRequest()
	// Not supported since 2026-03-31 (Retell docs: deprecation notice on phone number agent fields).
	for _, former := range []string{"inbound_agent_id", "outbound_agent_id", "inbound_agent_version", "outbound_agent_version"} {
		if in.has(former) {
			return &bad
		}
	}
	for name, target := range map[string]*string{
		"nickname": &n.Nickname, "inbound_webhook_url": &n.InboundWebhookURL, "transport": &n.Transport,
	} {
		if in.isNull(name) {
			*target = ""
		} else if !in.read(name, target) {
			return &bad
		}
	}
	for name, target := range map[string]*string{
		"termination_uri": &n.TerminationURI, username: &n.AuthUsername, password: &n.AuthPassword,
	} {
		if !in.read(name, target) {
			return &bad
		}
	}
	if !slices.Contains([]string{"", "TCP", "UDP", "TLS"}, n.Transport) {
		return &bad
	}
	for name, target := range map[string]*[]RetellAgent{
		"inbound_agents": &n.InboundAgents, "outbound_agents": &n.OutboundAgents,
	} {
		if !in.has(name) {
			continue
		}
		agents := []RetellAgent{}
		if !in.isNull(name) && !in.read(name, &agents) {
			return &bad
		}
		total := 0.0
		for _, agent := range agents {
			total += agent.Weight
			if !r.rules.AgentsUnchecked && !slices.Contains(r.agents, agent.AgentID) {
				refused := r.unknown()
				return &refused
			}
			if number, ok := agent.Version.(float64); ok && number != 0 && r.rules.VersionsChecked {
				refused := r.unknown()
				return &refused
			}
		}
		if len(agents) > 0 && math.Abs(total-1) > 0.001 {
			return &bad
		}
		*target = agents
	}
	return nil
}

// deleteNumber deletes a number. One that was bought is given up with that, whose record says nothing but that it is
// gone; an imported one stays with its carrier.
func (r *retell) deleteNumber(_ *call, e164 string) answer {
	n := r.own(e164)
	if n == nil {
		return r.unknown()
	}
	if n.Type != RetellCustom {
		r.released = append(r.released, e164)
	}
	r.dropNumber(e164)
	return answer{status: http.StatusNoContent}
}

func (r *retell) fetchAgent(_ *call, agentID string) answer {
	if !slices.Contains(r.agents, agentID) {
		return r.unknown()
	}
	return jsonAnswer(http.StatusOK, map[string]any{"agent_id": agentID, "version": 0})
}
