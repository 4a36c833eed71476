package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// DialNexa is served below "/dialnexa", which stands for its host and "/v1".
const DialNexa Service = "dialnexa"

// The workspace that every simulator starts with; its key has two parts and is sent whole. Neither could be a real one.
const (
	DefaultDialNexaWorkspaceID = "org_simulated"
	DefaultDialNexaAPIKey      = "simulated-key-id:simulated-key-secret"
)

// DialNexaGeneration is one of the two APIs that DialNexa documents for the same host and paths.
type DialNexaGeneration string

// The two generations.
const (
	// DialNexaA is the API of the older pages (dialnexa.mintlify.app): a number knows its agent and can be updated.
	DialNexaA DialNexaGeneration = "A"
	// DialNexaB is the API of the newer OpenAPI (dialnexa.com/docs): an agent knows its numbers, and a number cannot be
	// updated.
	DialNexaB DialNexaGeneration = "B"
)

// DialNexaDeleteBody is what the release of a number answers. The documents disagree.
type DialNexaDeleteBody string

// The answers to a release.
const (
	DialNexaDeleteSentence DialNexaDeleteBody = "sentence" // a sentence as message
	DialNexaDeleteWord     DialNexaDeleteBody = "success"  // "success" as message
	DialNexaDeleteEmpty    DialNexaDeleteBody = "empty"    // no body, since generation B has no schema for one
)

// DialNexaRules are the limits of the simulated DialNexa, the assumptions on what it leaves undocumented and the
// sides to take where its documents disagree. The zero value is the default; a field that is set turns one the other
// way.
type DialNexaRules struct {
	// Generation is the API that is served: DialNexaA by default, or DialNexaB.
	Generation DialNexaGeneration `json:"generation,omitempty"`

	// InboundAgentID calls the agent of a number inbound_agent_id, as the worked example of generation A does. By
	// default it is agent_id, as in the schema on the same page.
	InboundAgentID bool `json:"inbound_agent_id,omitempty"`
	// ExampleFields gives numbers of generation A the fields of the worked example, which has no status, provider and
	// label. By default they have those of the schema, which has no country, type, price and capabilities.
	ExampleFields bool `json:"example_fields,omitempty"`
	// HighLimitCapped serves 100 numbers where more are asked for. By default a limit above the maximum is refused.
	HighLimitCapped bool `json:"high_limit_capped,omitempty"`
	// UnofferedIs405 answers 405 to a method that a path does not offer, such as the update of a number in generation
	// B. By default it is 404, as of a path that does not exist.
	UnofferedIs405 bool `json:"unoffered_is_405,omitempty"`
	// AgentsReadable serves GET /agents/{id}, as the OpenAPI of generation B has it, whichever generation the rest is of.
	// By default there is no such path.
	AgentsReadable bool `json:"agents_readable,omitempty"`
	// Agents2Readable serves GET /agents2/{id}, as the pages of generation A have it, in the same way.
	Agents2Readable bool `json:"agents2_readable,omitempty"`
	// DeletedAgentsListed keeps agents that were deleted in generation A's list, with is_deleted. By default they leave it;
	// what the field is for is not documented.
	DeletedAgentsListed bool `json:"deleted_agents_listed,omitempty"`

	// NoPrices leaves out GET /phone-number-pricing, which only the OpenAPI of generation B has. By default it is served,
	// whichever generation the rest is of.
	NoPrices bool `json:"no_prices,omitempty"`
	// PricesAreNumbers has credit_cost as a number. By default it is a string, as in the example; both are documented.
	PricesAreNumbers bool `json:"prices_are_numbers,omitempty"`

	// PurchaseStatus is the status of a purchase that succeeded: 201 by default. Generation B lists 200 as well.
	PurchaseStatus int `json:"purchase_status,omitempty"`
	// PurchaseOmitsRecord leaves organizationPhoneNumber, which is not required, out of what a purchase answers in
	// generation B.
	PurchaseOmitsRecord bool `json:"purchase_omits_record,omitempty"`
	// PendingReads is the number of reads that still answer the status pending after a purchase. By default a number is
	// active at once.
	PendingReads int `json:"pending_reads,omitempty"`
	// ProviderIDLength14 refuses a telephonyProviderId that has not 14 characters, as its description has it. By
	// default any will do, since the example has 12.
	ProviderIDLength14 bool `json:"provider_id_length_14,omitempty"`
	// SoldIs409 answers 409 in generation B too for a number that somebody else has bought meanwhile. By default it is
	// 400 there, since its OpenAPI knows no 409 of a purchase.
	SoldIs409 bool `json:"sold_is_409,omitempty"`
	// ReleasedCanBeBought lets a released number be bought again. By default that answers 400: it is not guaranteed.
	ReleasedCanBeBought bool `json:"released_can_be_bought,omitempty"`

	// DeleteBody is what a release answers: a sentence by default in generation A, and nothing in generation B.
	DeleteBody DialNexaDeleteBody `json:"delete_body,omitempty"`

	// PublishedIsFixed refuses every change to a published version of an agent, as one sentence of the OpenAPI can be
	// read. By default a version can be published again with other numbers, or none could ever be detached from it.
	PublishedIsFixed bool `json:"published_is_fixed,omitempty"`
	// PublishClaimsStored puts the numbers that a draft was given earlier into live routing when it is published, as
	// the OpenAPI says of a new agent. By default only the numbers in the request that publishes count, as it says of
	// updates.
	PublishClaimsStored bool `json:"publish_claims_stored,omitempty"`

	// RateLimit answers 429 to some requests by count, so that a test does not depend on time.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
	// RetryAfter is sent with a 429: "1" by default.
	RetryAfter string `json:"retry_after,omitempty"`
}

// WithDialNexa sets the assumptions and limits of the simulated DialNexa.
func WithDialNexa(rules DialNexaRules) Option {
	return func(s *Server) { s.rules[DialNexa] = rules }
}

// DialNexaWorkspace is a workspace and the one API key that reaches it.
type DialNexaWorkspace struct {
	ID     string `json:"id"`
	APIKey string `json:"api_key,omitempty"`
	// NoAccess answers 403 to everything: the key has no access to the workspace.
	NoAccess bool `json:"no_access,omitempty"`
	// KYCMissing answers 403 to purchases: the buyer has not been identified.
	KYCMissing bool `json:"kyc_missing,omitempty"`
	// CountriesOff are the countries (ISO 3166-1 alpha-2) in which the workspace cannot buy.
	CountriesOff []string `json:"countries_off,omitempty"`
}

// DialNexaNumber is a number of a workspace.
type DialNexaNumber struct {
	ID          string `json:"id,omitempty"`
	WorkspaceID string `json:"workspace_id,omitempty"`
	PhoneNumber string `json:"phone_number"`
	Nickname    string `json:"nickname,omitempty"`
	Label       string `json:"label,omitempty"`
	Status      string `json:"status,omitempty"` // active or pending
	Provider    string `json:"provider,omitempty"`
	CountryCode string `json:"country_code,omitempty"`
	Type        string `json:"type,omitempty"` // local, toll_free or mobile
	// Linked tells a number that was brought along over a SIP trunk from one that was bought. Deleting it gives
	// nothing up.
	Linked bool `json:"linked,omitempty"`

	// AgentID is the agent that answers calls and OutboundAgentID the one that makes them, in live routing.
	AgentID         string `json:"agent_id,omitempty"`
	OutboundAgentID string `json:"outbound_agent_id,omitempty"`

	// What a number may be part of, and what then refuses its release with 409.
	ActiveCampaign   bool `json:"active_campaign,omitempty"`   // generation A
	WorkspaceDefault bool `json:"workspace_default,omitempty"` // generation B
	ActiveWorkflows  bool `json:"active_workflows,omitempty"`  // generation B; refuses other outbound agents as well

	CreatedAt time.Time `json:"created_at,omitzero"`
}

// DialNexaAgent is an agent with its versions.
type DialNexaAgent struct {
	ID          string                 `json:"id,omitempty"`
	WorkspaceID string                 `json:"workspace_id,omitempty"`
	Title       string                 `json:"title,omitempty"`
	Versions    []DialNexaAgentVersion `json:"versions,omitempty"`
}

// DialNexaAgentVersion is a draft of an agent, or what once was one. Its numbers are what was asked for; live routing
// is on the numbers.
type DialNexaAgentVersion struct {
	Number           int    `json:"version_number"`
	Published        bool   `json:"is_published,omitempty"`
	InboundNumberID  string `json:"inbound_phone_number_id,omitempty"`
	OutboundNumberID string `json:"outbound_phone_number_id,omitempty"`
}

// DialNexaAvailable is a number for sale.
type DialNexaAvailable struct {
	PhoneNumber string `json:"phone_number"`
	Country     string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Type        string `json:"type,omitempty"`    // local, toll_free or mobile
	// Sold is a number that somebody else buys before anybody can: it is listed, and its purchase answers 409.
	Sold bool `json:"sold,omitempty"`
}

// dialNexa is the state of the simulated DialNexa. Its methods expect the server's lock to be held.
type dialNexa struct {
	sim   *Server
	rules DialNexaRules

	workspaces []*DialNexaWorkspace
	agents     []*DialNexaAgent
	deleted    []*DialNexaAgent
	numbers    []*dialNexaNumber
	seeded     []DialNexaAvailable // for sale before the made-up stock
	sold       map[string]bool     // E.164 numbers that somebody else has bought
	gone       map[string]bool     // E.164 numbers that were released and cannot be bought

	released, purchases []string // E.164 numbers

	served int // requests, for the rate limit
}

// dialNexaNumber is a number with what the API does not know of.
type dialNexaNumber struct {
	DialNexaNumber
	pendingReads int // how many more reads answer the status pending
}

func newDialNexa(s *Server) *dialNexa {
	rules, _ := s.rules[DialNexa].(DialNexaRules)
	d := &dialNexa{sim: s, rules: rules, sold: map[string]bool{}, gone: map[string]bool{}}
	d.addWorkspace(DialNexaWorkspace{ID: DefaultDialNexaWorkspaceID, APIKey: DefaultDialNexaAPIKey})
	return d
}

// isA reports whether generation A is served.
func (d *dialNexa) isA() bool { return !d.isB() }

// isB reports whether generation B is served.
func (d *dialNexa) isB() bool { return d.rules.Generation == DialNexaB }

// addWorkspace fills in what is left empty; a workspace that exists already is replaced.
func (d *dialNexa) addWorkspace(w DialNexaWorkspace) *DialNexaWorkspace {
	if w.ID == "" {
		w.ID = d.sim.newID("org_")
	}
	if w.APIKey == "" {
		w.APIKey = w.ID + ":simulated-key-secret"
	}
	for _, old := range d.workspaces {
		if old.ID == w.ID {
			*old = w
			return old
		}
	}
	d.workspaces = append(d.workspaces, &w)
	return &w
}

// addAgent fills in what is left empty. IDs begin with agt_ in generation A and with agent_ in generation B.
func (d *dialNexa) addAgent(a DialNexaAgent) *DialNexaAgent {
	if a.ID == "" {
		prefix := "agt_"
		if d.isB() {
			prefix = "agent_"
		}
		a.ID = d.sim.newID(prefix)
	}
	if a.WorkspaceID == "" {
		a.WorkspaceID = d.workspaces[0].ID
	}
	if a.Title == "" {
		a.Title = "Agent " + a.ID
	}
	a.Versions = slices.Clone(a.Versions)
	if len(a.Versions) == 0 {
		a.Versions = []DialNexaAgentVersion{{Number: 1}}
	}
	d.agents = append(d.agents, &a)
	return &a
}

// addNumber gives a workspace a number, with what DialNexa would give where nothing is said.
func (d *dialNexa) addNumber(given DialNexaNumber) *dialNexaNumber {
	n := &dialNexaNumber{DialNexaNumber: given}
	if n.ID == "" {
		n.ID = d.sim.newID("phn_")
	}
	if n.WorkspaceID == "" {
		n.WorkspaceID = d.workspaces[0].ID
	}
	if n.Status == "" {
		n.Status = dialNexaActive
	}
	if n.Provider == "" {
		n.Provider = "plivo"
	}
	if n.CountryCode == "" {
		n.CountryCode = countryOf(n.PhoneNumber)
	}
	if n.Type == "" {
		n.Type = typeOf(n.PhoneNumber)
	}
	if n.CreatedAt.IsZero() {
		n.CreatedAt = d.sim.now()
	}
	if old := d.find(n.PhoneNumber); old != nil {
		d.drop(old)
	}
	d.numbers = append(d.numbers, n)
	return n
}

// find is the number in any workspace.
func (d *dialNexa) find(e164 string) *dialNexaNumber {
	for _, n := range d.numbers {
		if n.PhoneNumber == e164 {
			return n
		}
	}
	return nil
}

func (d *dialNexa) agent(id string) *DialNexaAgent {
	for _, a := range d.agents {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// drop removes a number, and from the versions of agents too.
func (d *dialNexa) drop(n *dialNexaNumber) {
	for _, a := range d.agents {
		for i := range a.Versions {
			version := &a.Versions[i]
			if version.InboundNumberID == n.ID {
				version.InboundNumberID = ""
			}
			if version.OutboundNumberID == n.ID {
				version.OutboundNumberID = ""
			}
		}
	}
	d.numbers = slices.DeleteFunc(d.numbers, func(other *dialNexaNumber) bool { return other == n })
}

// copied shares nothing with the agent, so that it can be given away.
func (a *DialNexaAgent) copied() DialNexaAgent {
	other := *a
	other.Versions = slices.Clone(a.Versions)
	return other
}

// DialNexaState is access to the simulated DialNexa that bypasses its rules and its request log. It stays valid after a
// Reset.
type DialNexaState struct{ sim *Server }

// DialNexa gives access to the simulated DialNexa.
func (s *Server) DialNexa() *DialNexaState { return &DialNexaState{s} }

// with runs f on the state of now, with the lock held.
func (ds *DialNexaState) with(f func(*dialNexa)) {
	ds.sim.mu.Lock()
	defer ds.sim.mu.Unlock()
	if d, ok := ds.sim.services[DialNexa].(*dialNexa); ok {
		f(d)
	}
}

// SetRules changes the rules while the simulator runs.
func (ds *DialNexaState) SetRules(change func(*DialNexaRules)) {
	ds.with(func(d *dialNexa) { change(&d.rules) })
}

// AddWorkspace adds a workspace, or replaces the one with that ID. What is left empty is made up; the workspace as it
// was added is returned.
func (ds *DialNexaState) AddWorkspace(w DialNexaWorkspace) (added DialNexaWorkspace) {
	ds.with(func(d *dialNexa) { added = *d.addWorkspace(w) })
	return added
}

// AddAgent adds an agent, by default with one draft version and in the first workspace, and returns its ID.
func (ds *DialNexaState) AddAgent(a DialNexaAgent) (id string) {
	ds.with(func(d *dialNexa) { id = d.addAgent(a).ID })
	return id
}

// Agent is an agent by its ID.
func (ds *DialNexaState) Agent(id string) (a DialNexaAgent, ok bool) {
	ds.with(func(d *dialNexa) {
		if found := d.agent(id); found != nil {
			a, ok = found.copied(), true
		}
	})
	return a, ok
}

// UpdateAgent changes an agent without any rule in the way and reports whether there is one.
func (ds *DialNexaState) UpdateAgent(id string, change func(*DialNexaAgent)) (ok bool) {
	ds.with(func(d *dialNexa) {
		if found := d.agent(id); found != nil {
			change(found)
			ok = true
		}
	})
	return ok
}

// RemoveAgent takes an agent away, as a deletion in the dashboard does, and reports whether there was one. What
// becomes of its numbers is not documented; they keep its ID.
func (ds *DialNexaState) RemoveAgent(id string) (ok bool) {
	ds.with(func(d *dialNexa) {
		if a := d.agent(id); a != nil {
			d.deleted, ok = append(d.deleted, a), true
		}
		d.agents = slices.DeleteFunc(d.agents, func(a *DialNexaAgent) bool { return a.ID == id })
	})
	return ok
}

// AddNumber gives a workspace, by default the first, a number, and returns its ID. What is left empty gets the value
// that DialNexa would give it. A number that is held already is replaced.
func (ds *DialNexaState) AddNumber(n DialNexaNumber) (id string) {
	ds.with(func(d *dialNexa) { id = d.addNumber(n).ID })
	return id
}

// Number is a number of any workspace, by its E.164 number.
func (ds *DialNexaState) Number(e164 string) (n DialNexaNumber, ok bool) {
	ds.with(func(d *dialNexa) {
		if found := d.find(e164); found != nil {
			n, ok = found.DialNexaNumber, true
		}
	})
	return n, ok
}

// Numbers are the numbers of all workspaces, oldest first.
func (ds *DialNexaState) Numbers() (numbers []DialNexaNumber) {
	ds.with(func(d *dialNexa) { numbers = d.numbersHeld() })
	return numbers
}

func (d *dialNexa) numbersHeld() []DialNexaNumber {
	return mapped(d.numbers, func(n *dialNexaNumber) DialNexaNumber { return n.DialNexaNumber })
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (ds *DialNexaState) UpdateNumber(e164 string, change func(*DialNexaNumber)) (ok bool) {
	ds.with(func(d *dialNexa) {
		if found := d.find(e164); found != nil {
			change(&found.DialNexaNumber)
			ok = true
		}
	})
	return ok
}

// RemoveNumber takes a number away behind the client's back and reports whether it was held. Released does not list it.
func (ds *DialNexaState) RemoveNumber(e164 string) (ok bool) {
	ds.with(func(d *dialNexa) {
		if found := d.find(e164); found != nil {
			d.drop(found)
			ok = true
		}
	})
	return ok
}

// AddAvailable offers numbers for sale, before the made-up stock. Country and type follow from the number where they
// are empty.
func (ds *DialNexaState) AddAvailable(offers ...DialNexaAvailable) {
	ds.with(func(d *dialNexa) { d.offer(offers) })
}

func (d *dialNexa) offer(offers []DialNexaAvailable) {
	for _, offer := range offers {
		if offer.Country == "" {
			offer.Country = countryOf(offer.PhoneNumber)
		}
		if offer.Type == "" {
			offer.Type = typeOf(offer.PhoneNumber)
		}
		d.seeded = append(d.seeded, offer)
	}
}

// SellToSomebodyElse takes a number off the market: it is listed no more, and its purchase answers 409.
func (ds *DialNexaState) SellToSomebodyElse(e164 string) {
	ds.with(func(d *dialNexa) { d.sold[e164] = true })
}

// Released are the numbers that were given up through the API, in order.
func (ds *DialNexaState) Released() (numbers []string) {
	ds.with(func(d *dialNexa) { numbers = slices.Clone(d.released) })
	return numbers
}

// Purchases are the numbers that were bought, in order.
func (ds *DialNexaState) Purchases() (numbers []string) {
	ds.with(func(d *dialNexa) { numbers = slices.Clone(d.purchases) })
	return numbers
}

// DialNexaHoldings is what all workspaces hold together, and what was bought and released on the way.
type DialNexaHoldings struct {
	Workspaces []DialNexaWorkspace `json:"workspaces"`
	Agents     []DialNexaAgent     `json:"agents"`
	Numbers    []DialNexaNumber    `json:"numbers"`
	Purchases  []string            `json:"purchases"`
	Released   []string            `json:"released"`
}

func (d *dialNexa) state() any {
	return DialNexaHoldings{
		Workspaces: mapped(d.workspaces, func(w *DialNexaWorkspace) DialNexaWorkspace {
			shown := *w
			shown.APIKey = ""
			return shown
		}),
		Agents:    mapped(d.agents, (*DialNexaAgent).copied),
		Numbers:   d.numbersHeld(),
		Purchases: slices.Clone(d.purchases),
		Released:  slices.Clone(d.released),
	}
}

// seed adds the DialNexa part of a seed file.
func (d *dialNexa) seed(part json.RawMessage) error {
	var in struct {
		Rules      *DialNexaRules      `json:"rules"`
		Workspaces []DialNexaWorkspace `json:"workspaces"`
		Agents     []DialNexaAgent     `json:"agents"`
		Numbers    []DialNexaNumber    `json:"numbers"`
		Available  []DialNexaAvailable `json:"available"`
	}
	if err := decodeStrictly(part, &in); err != nil {
		return err
	}
	for _, n := range in.Numbers {
		if !isE164(n.PhoneNumber) {
			return fmt.Errorf("%q is not an E.164 number", n.PhoneNumber)
		}
	}
	if in.Rules != nil {
		d.rules = *in.Rules
	}
	for _, w := range in.Workspaces {
		d.addWorkspace(w)
	}
	for _, a := range in.Agents {
		d.addAgent(a)
	}
	for _, n := range in.Numbers {
		d.addNumber(n)
	}
	d.offer(in.Available)
	return nil
}

// control serves the control paths of DialNexa:
//
//	POST   /_simulator/dialnexa/numbers          adds a number (a DialNexaNumber)
//	PATCH  /_simulator/dialnexa/numbers/{e164}   changes a number behind the client's back
//	DELETE /_simulator/dialnexa/numbers/{e164}   takes a number away
//	POST   /_simulator/dialnexa/agents           adds an agent (a DialNexaAgent)
//	PUT    /_simulator/dialnexa/rules            sets the rules (a DialNexaRules)
func (d *dialNexa) control(method, path string, body []byte) answer {
	switch method + " " + path {
	case "PUT rules":
		var rules DialNexaRules
		if err := decodeStrictly(body, &rules); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		d.rules = rules
		return jsonAnswer(http.StatusOK, d.rules)
	case "POST agents":
		var a DialNexaAgent
		if err := decodeStrictly(body, &a); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		return jsonAnswer(http.StatusCreated, d.addAgent(a))
	case "POST numbers":
		var n DialNexaNumber
		if err := decodeStrictly(body, &n); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		if !isE164(n.PhoneNumber) {
			return controlError(http.StatusBadRequest, fmt.Errorf("%q is not an E.164 number", n.PhoneNumber))
		}
		return jsonAnswer(http.StatusCreated, d.addNumber(n).DialNexaNumber)
	}
	e164, ok := strings.CutPrefix(path, "numbers/")
	if !ok {
		return noControl(method, "dialnexa/"+path)
	}
	n := d.find(e164)
	if n == nil {
		return controlError(http.StatusNotFound, fmt.Errorf("nobody holds %q", e164))
	}
	switch method {
	case http.MethodPatch:
		changed := n.DialNexaNumber
		if err := decodeStrictly(body, &changed); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		n.DialNexaNumber = changed
		return jsonAnswer(http.StatusOK, n.DialNexaNumber)
	case http.MethodDelete:
		d.drop(n)
		return answer{status: http.StatusNoContent}
	}
	return noControl(method, "dialnexa/"+path)
}
