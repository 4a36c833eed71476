package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Synthflow is served below "/synthflow", which stands for the host of a region and its "/v2".
const Synthflow Service = "synthflow"

// The workspace that every simulator starts with. Neither value could be a real one.
const (
	DefaultSynthflowWorkspaceID = "1700000000000x100000000000000001"
	DefaultSynthflowAPIKey      = "simulated-synthflow-key"
)

// SynthflowRules are the limits of the simulated Synthflow, the assumptions on what it leaves undocumented and the
// sides to take where its documents disagree. The zero value is the default; a field that is set turns one the other
// way.
type SynthflowRules struct {
	// UnknownIs404 answers 404 for an unknown number or agent where the documents know no failure but 400, which is the
	// default.
	UnknownIs404 bool `json:"unknown_is_404,omitempty"`
	// ForeignWorkspaceIs403 answers 403 where a request names a workspace that is not the API key's. By default that
	// is a wrong value, 400.
	ForeignWorkspaceIs403 bool `json:"foreign_workspace_is_403,omitempty"`
	// Errors is the form of all errors but those that the documents spell out (see SynthflowErrors).
	Errors SynthflowErrors `json:"errors,omitempty"`

	// SlowImport is the number of reads after an import that do not see the number yet. That an import takes its time
	// is documented, how long is not.
	SlowImport int `json:"slow_import,omitempty"`
	// ImportReplaces answers the import of a number that the workspace holds by changing it. By default it is refused.
	ImportReplaces bool `json:"import_replaces,omitempty"`
	// OlderImport is the import of early 2026, which knows no provider_name, termination_uri and uac_* fields: it
	// takes no notice of them and requires none.
	OlderImport bool `json:"older_import,omitempty"`
	// Refuses8x8 leaves 8x8 out of the providers, as the OpenAPI does. By default it is one, as on the newest page.
	Refuses8x8 bool `json:"refuses_8x8,omitempty"`
	// IdentifierSlugIsKey makes the key of an import the slug of an identifier that is not a number. By default the
	// identifier is its own slug.
	IdentifierSlugIsKey bool `json:"identifier_slug_is_key,omitempty"`

	// PoolsAreOutboundOnly refuses to attach numbers to inbound agents and to detach them, as the older guide and the
	// titles in the OpenAPI say. By default it works for them too, as the newer guide says.
	PoolsAreOutboundOnly bool `json:"pools_are_outbound_only,omitempty"`
	// InboundNumberMoves moves a number that has an inbound agent to the one that it is attached to. By default that is
	// refused; that it cannot have two is documented.
	InboundNumberMoves bool `json:"inbound_number_moves,omitempty"`
	// NotAttachedIs404 answers 404 to the detachment of a number that the agent does not have. By default it is 400;
	// the documents list both and say nothing of either.
	NotAttachedIs404 bool `json:"not_attached_is_404,omitempty"`
	// AgentNumberReplaces makes phone_number in the update of an agent its only number. By default it becomes the
	// first.
	AgentNumberReplaces bool `json:"agent_number_replaces,omitempty"`
	// EmptyAgentNumberDetaches makes an empty phone_number in the update of an agent detach its first number. By
	// default it is refused.
	EmptyAgentNumberDetaches bool `json:"empty_agent_number_detaches,omitempty"`
	// AgentListHasPools shows attached_phone_numbers in the list of agents. By default only the answer for one agent
	// has them, as in the OpenAPI.
	AgentListHasPools bool `json:"agent_list_has_pools,omitempty"`

	// MaxLimit caps the limit of lists. 0 is no maximum, since none is documented.
	MaxLimit int `json:"max_limit,omitempty"`
	// RateLimit answers 429 to some requests by count, so that a test does not depend on time.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
	// RetryAfter is sent with a 429 where it is not empty. Synthflow publishes no such header.
	RetryAfter string `json:"retry_after,omitempty"`
}

// SynthflowErrors is a form of error bodies.
type SynthflowErrors string

// The forms of error bodies. The documents have an object without a member (Synthflow docs: delete phone number); a
// third party has seen the other two.
const (
	SynthflowErrorsEmpty   SynthflowErrors = ""        // {}
	SynthflowErrorsDetail  SynthflowErrors = "detail"  // {"detail": "…"}, from the hosts of regions
	SynthflowErrorsGateway SynthflowErrors = "gateway" // {"error": "…", "message": "…"}, from the global host
)

// WithSynthflow sets the assumptions and limits of the simulated Synthflow.
func WithSynthflow(rules SynthflowRules) Option {
	return func(s *Server) { s.rules[Synthflow] = rules }
}

// SynthflowWorkspace is a workspace and the one API key that reaches it.
type SynthflowWorkspace struct {
	ID       string `json:"id"`
	APIKey   string `json:"api_key,omitempty"`
	AgencyID string `json:"agency_id,omitempty"`
	// ImportsRefused are the providers whose import is not enabled; "*" is all of them, as on the smaller plans.
	ImportsRefused []string `json:"imports_refused,omitempty"`
}

// The types of Synthflow's agents (Synthflow OpenAPI: create-assistant).
const (
	SynthflowInbound  = "inbound"
	SynthflowOutbound = "outbound"
	SynthflowWidget   = "widget"
)

// SynthflowAgent is an agent, which Synthflow's paths call an assistant.
type SynthflowAgent struct {
	ID          string   `json:"id,omitempty"`
	WorkspaceID string   `json:"workspace_id,omitempty"`
	Name        string   `json:"name,omitempty"`
	Type        string   `json:"type,omitempty"`    // inbound, outbound or widget
	Numbers     []string `json:"numbers,omitempty"` // its pool, the agent's own phone_number first
}

// SynthflowNumber is a number of a workspace, or the identifier that some providers have instead.
type SynthflowNumber struct {
	PhoneNumber string `json:"phone_number"`
	Slug        string `json:"slug,omitempty"`
	Key         string `json:"key,omitempty"` // of the import
	WorkspaceID string `json:"workspace_id,omitempty"`
	// Bought tells a number that was bought in the dashboard, with a monthly subscription, from an imported one. No
	// answer of the API does.
	Bought bool `json:"bought,omitempty"`

	FriendlyName       string `json:"friendly_name,omitempty"`
	ProviderName       string `json:"provider_name,omitempty"`
	SID                string `json:"sid,omitempty"`
	TerminationURI     string `json:"sip_term_uri,omitempty"`
	OutboundProxy      string `json:"sip_outbound_proxy,omitempty"`
	AuthUsername       string `json:"sip_auth_username,omitempty"`
	TrunkUsername      string `json:"trunk_username,omitempty"` // written, never read
	TrunkPassword      string `json:"trunk_pwd,omitempty"`      // written, never read
	UACEnabled         bool   `json:"uac_enabled,omitempty"`
	UACRegisterExpires int    `json:"uac_register_expires,omitempty"` // seconds

	AddressRequirement string    `json:"address_requirement,omitempty"`
	SMSCapable         bool      `json:"is_sms_capable,omitempty"`
	Country            string    `json:"iso_country,omitempty"`
	Locality           string    `json:"locality,omitempty"`
	Region             string    `json:"region,omitempty"`
	CreatedAt          time.Time `json:"created_at,omitzero"`
	UpdatedAt          time.Time `json:"updated_at,omitzero"`
}

var errNoPhoneNumber = errors.New("phone_number is missing")

// synthflow is the state of the simulated Synthflow. Its methods expect the server's lock to be held.
type synthflow struct {
	sim   *Server
	rules SynthflowRules

	workspaces []*SynthflowWorkspace
	agents     []*SynthflowAgent
	numbers    []*synthflowNumber

	cancelled []string // numbers

	served    int // requests, for the rate limit
	generated int // identifiers for 8x8
}

// synthflowNumber is a number with what the API does not know of.
type synthflowNumber struct {
	SynthflowNumber
	hiddenReads int // how many more reads do not see it
}

func newSynthflow(s *Server) *synthflow {
	rules, _ := s.rules[Synthflow].(SynthflowRules)
	y := &synthflow{sim: s, rules: rules}
	y.addWorkspace(SynthflowWorkspace{ID: DefaultSynthflowWorkspaceID, APIKey: DefaultSynthflowAPIKey})
	return y
}

// addWorkspace fills in what is left empty; a workspace that exists already is replaced.
func (y *synthflow) addWorkspace(w SynthflowWorkspace) *SynthflowWorkspace {
	if w.ID == "" {
		w.ID = fmt.Sprintf("1700000000000x1%017d", len(y.workspaces)+1)
	}
	if w.APIKey == "" {
		w.APIKey = "simulated-key-of-" + w.ID
	}
	for _, old := range y.workspaces {
		if old.ID == w.ID {
			*old = w
			return old
		}
	}
	y.workspaces = append(y.workspaces, &w)
	return &w
}

func (y *synthflow) addAgent(a SynthflowAgent) *SynthflowAgent {
	if a.ID == "" {
		a.ID = asUUID(y.sim.newID(""))
	}
	if a.WorkspaceID == "" {
		a.WorkspaceID = y.workspaces[0].ID
	}
	if a.Type == "" {
		a.Type = SynthflowInbound
	}
	if a.Name == "" {
		a.Name = "Agent " + a.ID
	}
	a.Numbers = slices.Clone(a.Numbers)
	y.agents = append(y.agents, &a)
	return &a
}

// asUUID writes 32 hexadecimal digits as a UUID; an identifier that is anything else stays as it is.
func asUUID(id string) string {
	if len(id) != 32 {
		return id
	}
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}

// addNumber gives a workspace a number, with what Synthflow would give where nothing is said.
func (y *synthflow) addNumber(given SynthflowNumber) *synthflowNumber {
	n := &synthflowNumber{SynthflowNumber: given}
	if n.Key == "" {
		n.Key = asUUID(y.sim.newID(""))
	}
	if n.WorkspaceID == "" {
		n.WorkspaceID = y.workspaces[0].ID
	}
	if n.Slug == "" {
		n.Slug = y.slug(n.SynthflowNumber)
	}
	if n.ProviderName == "" {
		n.ProviderName = synthflowCustom
		if n.Bought {
			n.ProviderName = synthflowTwilio
		}
	}
	if n.FriendlyName == "" {
		n.FriendlyName = n.PhoneNumber
	}
	if n.UACRegisterExpires == 0 {
		n.UACRegisterExpires = defaultRegisterExpires
	}
	if n.AddressRequirement == "" {
		n.AddressRequirement = "none"
	}
	if n.Country == "" {
		n.Country = countryOf(n.PhoneNumber)
	}
	if n.CreatedAt.IsZero() {
		n.CreatedAt = y.sim.now()
	}
	if old := y.find(n.PhoneNumber); old != nil {
		*old = *n
		return old
	}
	y.numbers = append(y.numbers, n)
	return n
}

// slug is what paths call a number: its digits (Synthflow docs: delete phone number). What that is for an identifier
// that is not a number is an assumption.
func (y *synthflow) slug(n SynthflowNumber) string {
	digits, isNumber := strings.CutPrefix(n.PhoneNumber, "+")
	if !isNumber && y.rules.IdentifierSlugIsKey {
		return n.Key
	}
	return digits
}

// find is the number in any workspace; a number is in one alone.
func (y *synthflow) find(phoneNumber string) *synthflowNumber {
	for _, n := range y.numbers {
		if n.PhoneNumber == phoneNumber {
			return n
		}
	}
	return nil
}

func (y *synthflow) agent(id string) *SynthflowAgent {
	for _, a := range y.agents {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// drop removes a number and detaches it from every agent (Synthflow docs: delete phone number).
func (y *synthflow) drop(n *synthflowNumber) {
	for _, a := range y.agents {
		a.detach(n.PhoneNumber)
	}
	y.numbers = slices.DeleteFunc(y.numbers, func(other *synthflowNumber) bool { return other == n })
}

func (a *SynthflowAgent) detach(phoneNumber string) {
	a.Numbers = slices.DeleteFunc(a.Numbers, func(other string) bool { return other == phoneNumber })
}

// copied shares nothing with the agent, so that it can be given away.
func (a *SynthflowAgent) copied() SynthflowAgent {
	other := *a
	other.Numbers = slices.Clone(a.Numbers)
	return other
}

// SynthflowState is access to the simulated Synthflow that bypasses its rules and its request log. It stays valid
// after a Reset.
type SynthflowState struct{ sim *Server }

// Synthflow gives access to the simulated Synthflow.
func (s *Server) Synthflow() *SynthflowState { return &SynthflowState{s} }

// with runs f on the state of now, with the lock held.
func (ys *SynthflowState) with(f func(*synthflow)) {
	ys.sim.mu.Lock()
	defer ys.sim.mu.Unlock()
	if y, ok := ys.sim.services[Synthflow].(*synthflow); ok {
		f(y)
	}
}

// SetRules changes the rules while the simulator runs.
func (ys *SynthflowState) SetRules(change func(*SynthflowRules)) {
	ys.with(func(y *synthflow) { change(&y.rules) })
}

// AddWorkspace adds a workspace, or replaces the one with that ID. What is left empty is made up; the workspace as it
// was added is returned.
func (ys *SynthflowState) AddWorkspace(w SynthflowWorkspace) (added SynthflowWorkspace) {
	ys.with(func(y *synthflow) { added = *y.addWorkspace(w) })
	return added
}

// AddAgent adds an agent, by default an inbound one in the first workspace, and returns its ID.
func (ys *SynthflowState) AddAgent(a SynthflowAgent) (id string) {
	ys.with(func(y *synthflow) { id = y.addAgent(a).ID })
	return id
}

// Agent is an agent by its ID.
func (ys *SynthflowState) Agent(id string) (a SynthflowAgent, ok bool) {
	ys.with(func(y *synthflow) {
		if found := y.agent(id); found != nil {
			a, ok = found.copied(), true
		}
	})
	return a, ok
}

// UpdateAgent changes an agent without any rule in the way and reports whether there is one.
func (ys *SynthflowState) UpdateAgent(id string, change func(*SynthflowAgent)) (ok bool) {
	ys.with(func(y *synthflow) {
		if found := y.agent(id); found != nil {
			change(found)
			ok = true
		}
	})
	return ok
}

// RemoveAgent takes an agent away, as a deletion in the dashboard does, and reports whether there was one.
func (ys *SynthflowState) RemoveAgent(id string) (ok bool) {
	ys.with(func(y *synthflow) {
		before := len(y.agents)
		y.agents = slices.DeleteFunc(y.agents, func(a *SynthflowAgent) bool { return a.ID == id })
		ok = len(y.agents) < before
	})
	return ok
}

// AddNumber gives a workspace, by default the first, an imported or a bought number, and returns its slug. What is left
// empty gets the value that Synthflow would give it. A number that is held already is replaced.
func (ys *SynthflowState) AddNumber(n SynthflowNumber) (slug string) {
	ys.with(func(y *synthflow) { slug = y.addNumber(n).Slug })
	return slug
}

// Number is a number of any workspace.
func (ys *SynthflowState) Number(phoneNumber string) (n SynthflowNumber, ok bool) {
	ys.with(func(y *synthflow) {
		if found := y.find(phoneNumber); found != nil {
			n, ok = found.SynthflowNumber, true
		}
	})
	return n, ok
}

// Numbers are the numbers of all workspaces, oldest first.
func (ys *SynthflowState) Numbers() (numbers []SynthflowNumber) {
	ys.with(func(y *synthflow) { numbers = y.numbersHeld() })
	return numbers
}

func (y *synthflow) numbersHeld() []SynthflowNumber {
	return mapped(y.numbers, func(n *synthflowNumber) SynthflowNumber { return n.SynthflowNumber })
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (ys *SynthflowState) UpdateNumber(phoneNumber string, change func(*SynthflowNumber)) (ok bool) {
	ys.with(func(y *synthflow) {
		if found := y.find(phoneNumber); found != nil {
			y.change(found, change)
			ok = true
		}
	})
	return ok
}

func (y *synthflow) change(n *synthflowNumber, change func(*SynthflowNumber)) {
	change(&n.SynthflowNumber)
	n.UpdatedAt = y.sim.now()
}

// RemoveNumber takes a number away behind the client's back and reports whether it was held. CancelledSubscriptions
// does not list it.
func (ys *SynthflowState) RemoveNumber(phoneNumber string) (ok bool) {
	ys.with(func(y *synthflow) {
		if found := y.find(phoneNumber); found != nil {
			y.drop(found)
			ok = true
		}
	})
	return ok
}

// CancelledSubscriptions are the bought numbers that were deleted through the API, in order. They are gone for good.
func (ys *SynthflowState) CancelledSubscriptions() (phoneNumbers []string) {
	ys.with(func(y *synthflow) { phoneNumbers = slices.Clone(y.cancelled) })
	return phoneNumbers
}

// SynthflowHoldings is what all workspaces hold together, without the secrets, and what was cancelled on the way.
type SynthflowHoldings struct {
	Workspaces             []SynthflowWorkspace `json:"workspaces"`
	Agents                 []SynthflowAgent     `json:"agents"`
	Numbers                []SynthflowNumber    `json:"numbers"`
	CancelledSubscriptions []string             `json:"cancelled_subscriptions"`
}

func (y *synthflow) state() any {
	return SynthflowHoldings{
		Workspaces: mapped(y.workspaces, func(w *SynthflowWorkspace) SynthflowWorkspace {
			shown := *w
			shown.APIKey = ""
			return shown
		}),
		Agents: mapped(y.agents, (*SynthflowAgent).copied),
		Numbers: mapped(y.numbersHeld(), func(n SynthflowNumber) SynthflowNumber {
			n.TrunkPassword = ""
			return n
		}),
		CancelledSubscriptions: slices.Clone(y.cancelled),
	}
}

// seed adds the Synthflow part of a seed file.
func (y *synthflow) seed(part json.RawMessage) error {
	var in struct {
		Rules      *SynthflowRules      `json:"rules"`
		Workspaces []SynthflowWorkspace `json:"workspaces"`
		Numbers    []SynthflowNumber    `json:"numbers"`
		Agents     []SynthflowAgent     `json:"agents"`
	}
	if err := decodeStrictly(part, &in); err != nil {
		return err
	}
	for _, n := range in.Numbers {
		if n.PhoneNumber == "" {
			return errNoPhoneNumber
		}
	}
	if in.Rules != nil {
		y.rules = *in.Rules
	}
	for _, w := range in.Workspaces {
		y.addWorkspace(w)
	}
	for _, n := range in.Numbers {
		y.addNumber(n)
	}
	for _, a := range in.Agents {
		y.addAgent(a)
	}
	return nil
}

// control serves the control paths of Synthflow:
//
//	POST   /_simulator/synthflow/numbers                 adds a number (a SynthflowNumber)
//	PATCH  /_simulator/synthflow/numbers/{phone_number}  changes a number behind the client's back
//	DELETE /_simulator/synthflow/numbers/{phone_number}  takes a number away
//	POST   /_simulator/synthflow/agents                  adds an agent (a SynthflowAgent)
//	PUT    /_simulator/synthflow/rules                   sets the rules (a SynthflowRules)
func (y *synthflow) control(method, path string, body []byte) answer {
	switch method + " " + path {
	case "PUT rules":
		var rules SynthflowRules
		if err := decodeStrictly(body, &rules); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		y.rules = rules
		return jsonAnswer(http.StatusOK, y.rules)
	case "POST agents":
		var a SynthflowAgent
		if err := decodeStrictly(body, &a); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		return jsonAnswer(http.StatusCreated, y.addAgent(a))
	case "POST numbers":
		var n SynthflowNumber
		if err := decodeStrictly(body, &n); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		if n.PhoneNumber == "" {
			return controlError(http.StatusBadRequest, errNoPhoneNumber)
		}
		return jsonAnswer(http.StatusCreated, y.addNumber(n).SynthflowNumber)
	}
	phoneNumber, ok := strings.CutPrefix(path, "numbers/")
	if !ok {
		return noControl(method, "synthflow/"+path)
	}
	n := y.find(phoneNumber)
	if n == nil {
		return controlError(http.StatusNotFound, fmt.Errorf("nobody holds %q", phoneNumber))
	}
	switch method {
	case http.MethodPatch:
		changed := n.SynthflowNumber
		if err := decodeStrictly(body, &changed); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		y.change(n, func(target *SynthflowNumber) { *target = changed })
		return jsonAnswer(http.StatusOK, n.SynthflowNumber)
	case http.MethodDelete:
		y.drop(n)
		return answer{status: http.StatusNoContent}
	}
	return noControl(method, "synthflow/"+path)
}
