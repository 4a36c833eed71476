package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Resemble is Resemble AI, served below "/resemble". The path of its API, "/api/v2", belongs to the base URL.
const Resemble Service = "resemble"

// DefaultResembleToken is the API token that every simulator starts with. It could not be a real one.
const DefaultResembleToken = "simulated-resemble-token"

// The words of a number's status (Resemble docs: phone number states).
const (
	ResembleActive    = "active"
	ResembleDeleting  = "deleting"
	ResembleCorrupted = "corrupted"
)

// ResembleRules are the assumptions on what Resemble leaves undocumented or documents in two ways. The zero value is
// the default; a field that is set turns one assumption the other way.
type ResembleRules struct {
	// FailuresAre200 answers 200 to what fails with "success": false. By default that is 422; no page states a status.
	FailuresAre200 bool `json:"failures_are_200,omitempty"`
	// MissingStatus is the status for an ID that does not exist. 0 stands for 404.
	MissingStatus int `json:"missing_status,omitempty"`
	// CreationsAre201 answers 201 to a creation. By default that is 200, the one status in Resemble's OpenAPI.
	CreationsAre201 bool `json:"creations_are_201,omitempty"`
	// EditsAre405 answers 405 to PATCH and PUT of a number, which do not exist. By default that is 404.
	EditsAre405 bool `json:"edits_are_405,omitempty"`

	// AnyFormat accepts numbers that are not E.164, which one line of the docs merely recommends.
	AnyFormat bool `json:"any_format,omitempty"`
	// CredentialsBlamed reports Twilio credentials that do not work under twilio_credentials. By default they are under
	// twilio_trunk, as in the example of the docs; the other key is for missing ones there.
	CredentialsBlamed bool `json:"credentials_blamed,omitempty"`
	// UnownedAccepted sets up a trunk for a number that the Twilio account does not hold. By default that fails.
	UnownedAccepted bool `json:"unowned_accepted,omitempty"`
	// CreationLinks links a new number to the agent that agent_uuid names. The overview says that a creation can link, but
	// no field is documented, so by default there is none.
	CreationLinks bool `json:"creation_links,omitempty"`

	// NullIgnored ignores a phone_number_id of null. By default it unlinks the agent's number.
	NullIgnored bool `json:"null_ignored,omitempty"`
	// AgentsHoldSeveral lets linking add to the numbers that an agent has. By default it replaces them: an agent reads as
	// having a list of numbers, but is written with a single one, which an update "changes".
	AgentsHoldSeveral bool `json:"agents_hold_several,omitempty"`

	// FlatAgents lists agents as plain objects. By default each is within an object with its settings beside it, as the one
	// of a read is; no page shows an item of the list.
	FlatAgents bool `json:"flat_agents,omitempty"`
	// MaxAgents is the most that the list of agents has, whose count is that of all then. 0 is no maximum: no paging is
	// documented.
	MaxAgents int `json:"max_agents,omitempty"`

	// SlowDeletion is the number of reads that still answer deleting. By default a deletion is over when it is answered.
	SlowDeletion int `json:"slow_deletion,omitempty"`
	// ForceDeletesAny lets a force delete remove numbers that are not corrupted, as a line of Resemble's OpenAPI suggests.
	// By default it is refused, as the docs state.
	ForceDeletesAny bool `json:"force_deletes_any,omitempty"`

	// RateLimit answers 429 to some requests by count, so that a test does not depend on time. By default none is: the
	// documented limit is 40 requests in a second.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
	// RetryAfter is sent with a 429 where it is not empty. Whether Resemble sends it is not documented.
	RetryAfter string `json:"retry_after,omitempty"`
}

// ResembleAgent is an agent that a number can be linked to.
type ResembleAgent struct {
	ID        int       `json:"id,omitempty"`
	UUID      string    `json:"uuid"`
	Name      string    `json:"name,omitempty"`
	VoiceUUID string    `json:"voice_uuid,omitempty"`
	Foreign   bool      `json:"foreign,omitempty"` // belongs to another team
	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// ResembleNumber is a number that was registered with Resemble.
type ResembleNumber struct {
	ID               int    `json:"id,omitempty"`
	PhoneNumber      string `json:"phone_number"`
	Label            string `json:"label,omitempty"`
	SupportsInbound  bool   `json:"supports_inbound,omitempty"`
	SupportsOutbound bool   `json:"supports_outbound,omitempty"`
	Provider         string `json:"provider,omitempty"` // twilio or empty
	Status           string `json:"status,omitempty"`
	AgentUUID        string `json:"agent_uuid,omitempty"`
	Foreign          bool   `json:"foreign,omitempty"` // belongs to another team

	TwilioAccountSID string `json:"twilio_account_sid,omitempty"`
	TwilioAuthToken  string `json:"twilio_auth_token,omitempty"`

	// What the registration asked for. It reads differently; see ResembleSetup.
	OutboundTrunk *ResembleOutboundTrunk `json:"outbound_trunk,omitempty"`
	InboundTrunk  *ResembleInboundTrunk  `json:"inbound_trunk,omitempty"`

	Setup ResembleSetup `json:"setup,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// ResembleOutboundTrunk is how a registration describes the trunk for outbound calls.
type ResembleOutboundTrunk struct {
	Address            string            `json:"address,omitempty"`
	Transport          string            `json:"transport,omitempty"`
	MediaEncryption    string            `json:"media_encryption,omitempty"`
	HasAuthCredentials bool              `json:"has_auth_credentials,omitempty"`
	Username           string            `json:"username,omitempty"`
	Headers            map[string]string `json:"headers,omitempty"`
}

// ResembleInboundTrunk is how a registration describes the trunk for inbound calls.
type ResembleInboundTrunk struct {
	AllowedAddresses   []string `json:"allowed_addresses,omitempty"`
	AllowedNumbers     []string `json:"allowed_numbers,omitempty"`
	MediaEncryption    string   `json:"media_encryption,omitempty"`
	HasAuthCredentials bool     `json:"has_auth_credentials,omitempty"`
	Username           string   `json:"username,omitempty"`
}

// ResembleSetup is what a registration built outside of Resemble: in the Twilio account, and at LiveKit, which is not
// simulated.
type ResembleSetup struct {
	TrunkSID              string    `json:"trunk_sid,omitempty"`
	DomainName            string    `json:"domain_name,omitempty"`
	CredentialListSID     string    `json:"credential_list_sid,omitempty"`
	ConnectionPolicySID   string    `json:"connection_policy_sid,omitempty"`
	LiveKitTrunkID        string    `json:"livekit_trunk_id,omitempty"`
	LiveKitDispatchRuleID string    `json:"livekit_dispatch_rule_id,omitempty"`
	ConfiguredAt          time.Time `json:"configured_at,omitzero"`
}

// resemble is the state of the simulated Resemble. Its methods expect the server's lock to be held.
type resemble struct {
	sim     *Server
	rules   ResembleRules
	token   string
	agents  []*ResembleAgent
	numbers []*resembleNumber

	lastID       int // of agents and numbers alike, so that one is never taken for the other
	failCleanups int // how many clean-ups are still to fail
	served       int // requests, for the rate limit
}

type resembleNumber struct {
	ResembleNumber
	// pendingReads is how many more reads answer deleting.
	pendingReads int
}

// WithResemble sets the assumptions on the simulated Resemble.
func WithResemble(rules ResembleRules) Option {
	return func(s *Server) { s.rules[Resemble] = rules }
}

func newResemble(s *Server) *resemble {
	r := &resemble{sim: s, token: DefaultResembleToken}
	if rules, ok := s.rules[Resemble].(ResembleRules); ok {
		r.rules = rules
	}
	return r
}

// ResembleState is access to the simulated Resemble that bypasses its rules and its request log. It stays valid after a
// Reset.
type ResembleState struct{ sim *Server }

// Resemble gives access to the simulated Resemble.
func (s *Server) Resemble() *ResembleState { return &ResembleState{s} }

// with runs what needs the state of now, under the lock.
func (rs *ResembleState) with(use func(*resemble)) {
	rs.sim.mu.Lock()
	defer rs.sim.mu.Unlock()
	if r, ok := rs.sim.services[Resemble].(*resemble); ok {
		use(r)
	}
}

// SetRules changes the rules while the simulator runs.
func (rs *ResembleState) SetRules(change func(*ResembleRules)) {
	rs.with(func(r *resemble) { change(&r.rules) })
}

// SetToken makes token the API token that is accepted.
func (rs *ResembleState) SetToken(token string) {
	rs.with(func(r *resemble) { r.token = token })
}

// FailNextCleanups makes the next n clean-ups at Twilio fail before they remove anything, as a network fault does.
func (rs *ResembleState) FailNextCleanups(n int) {
	rs.with(func(r *resemble) { r.failCleanups = n })
}

// AddAgent adds an agent and returns its UUID. What is left empty is made up.
func (rs *ResembleState) AddAgent(a ResembleAgent) (uuid string) {
	rs.with(func(r *resemble) { uuid = r.addAgent(a).UUID })
	return uuid
}

// Agents are the agents of all teams, oldest first.
func (rs *ResembleState) Agents() (agents []ResembleAgent) {
	rs.with(func(r *resemble) { agents = r.agentsHeld() })
	return agents
}

// RemoveAgent deletes an agent as the dashboard does, and reports whether it was there.
func (rs *ResembleState) RemoveAgent(uuid string) (removed bool) {
	rs.with(func(r *resemble) {
		if a := r.agent(uuid); a != nil {
			r.dropAgent(a)
			removed = true
		}
	})
	return removed
}

// AddNumber adds a number as a registration does and returns its ID: if the simulated Twilio holds it and no
// credentials are given, it is registered with those of its account, and what a registration builds at Twilio is built,
// unless Twilio refuses. A number that is there already is replaced.
func (rs *ResembleState) AddNumber(n ResembleNumber) (id int) {
	rs.with(func(r *resemble) { id = r.addNumber(n).ID })
	return id
}

// Number is the number with that E.164 number, whatever team it belongs to.
func (rs *ResembleState) Number(e164 string) (number ResembleNumber, held bool) {
	rs.with(func(r *resemble) {
		if n := r.numberByE164(e164); n != nil {
			number, held = n.ResembleNumber, true
		}
	})
	return number, held
}

// NumberByID is the number with that ID, whatever team it belongs to.
func (rs *ResembleState) NumberByID(id int) (number ResembleNumber, held bool) {
	rs.with(func(r *resemble) {
		if n := r.number(id); n != nil {
			number, held = n.ResembleNumber, true
		}
	})
	return number, held
}

// Numbers are the numbers of all teams, oldest first.
func (rs *ResembleState) Numbers() (numbers []ResembleNumber) {
	rs.with(func(r *resemble) { numbers = r.numbersHeld() })
	return numbers
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (rs *ResembleState) UpdateNumber(e164 string, change func(*ResembleNumber)) (held bool) {
	rs.with(func(r *resemble) {
		if n := r.numberByE164(e164); n != nil {
			change(&n.ResembleNumber)
			held = true
		}
	})
	return held
}

// RemoveNumber takes a record away and leaves Twilio alone. It reports whether the number was held.
func (rs *ResembleState) RemoveNumber(e164 string) (removed bool) {
	rs.with(func(r *resemble) {
		if n := r.numberByE164(e164); n != nil {
			r.drop(n)
			removed = true
		}
	})
	return removed
}

func (r *resemble) nextID() int {
	r.lastID++
	return r.lastID
}

func (r *resemble) agent(uuid string) *ResembleAgent {
	for _, a := range r.agents {
		if a.UUID == uuid {
			return a
		}
	}
	return nil
}

func (r *resemble) agentsHeld() []ResembleAgent {
	return mapped(r.agents, func(a *ResembleAgent) ResembleAgent { return *a })
}

// addAgent fills in what is left empty; an agent that exists already is replaced.
func (r *resemble) addAgent(a ResembleAgent) *ResembleAgent {
	if a.ID == 0 {
		a.ID = r.nextID()
	}
	r.lastID = max(r.lastID, a.ID)
	if a.UUID == "" {
		a.UUID = asUUID(r.sim.newID(""))
	}
	if a.Name == "" {
		a.Name = "Agent " + strconv.Itoa(a.ID)
	}
	if a.VoiceUUID == "" { // without one, no update of the agent would be accepted
		a.VoiceUUID = "55592656"
	}
	if a.CreatedAt.IsZero() {
		a.CreatedAt = r.sim.now()
	}
	if a.UpdatedAt.IsZero() {
		a.UpdatedAt = a.CreatedAt
	}
	if old := r.agent(a.UUID); old != nil {
		*old = a
		return old
	}
	r.agents = append(r.agents, &a)
	return &a
}

// dropAgent deletes an agent; its numbers stay, unlinked (Resemble docs: delete agent).
func (r *resemble) dropAgent(a *ResembleAgent) {
	for _, n := range r.numbersOf(a) {
		n.AgentUUID = ""
	}
	r.agents = slices.DeleteFunc(r.agents, func(other *ResembleAgent) bool { return other == a })
}

func (r *resemble) number(id int) *resembleNumber {
	for _, n := range r.numbers {
		if n.ID == id {
			return n
		}
	}
	return nil
}

func (r *resemble) numberByE164(e164 string) *resembleNumber {
	for _, n := range r.numbers {
		if n.PhoneNumber == e164 {
			return n
		}
	}
	return nil
}

func (r *resemble) numbersHeld() []ResembleNumber {
	return mapped(r.numbers, func(n *resembleNumber) ResembleNumber { return n.ResembleNumber })
}

// numbersOf are the numbers that an agent is linked to.
func (r *resemble) numbersOf(a *ResembleAgent) []*resembleNumber {
	return selected(r.numbers, func(n *resembleNumber) bool { return n.AgentUUID == a.UUID })
}

func (r *resemble) addNumber(given ResembleNumber) *resembleNumber {
	if old := r.numberByE164(given.PhoneNumber); old != nil {
		r.drop(old)
	}
	n := r.newNumber(given)
	if at := r.sim.twilio.numberByE164(n.PhoneNumber); at != nil && n.TwilioAccountSID == "" {
		n.Provider = "twilio"
		owner := r.sim.twilio.account(at.AccountSID)
		n.TwilioAccountSID, n.TwilioAuthToken = owner.SID, owner.AuthToken
	}
	if n.Provider == "twilio" && n.Setup == (ResembleSetup{}) {
		// A refusal leaves the number without a set-up, as AddNumber says.
		_ = r.setUp(n)
	}
	r.numbers = append(r.numbers, n)
	return n
}

// newNumber fills in what a number has from the start.
func (r *resemble) newNumber(given ResembleNumber) *resembleNumber {
	n := &resembleNumber{ResembleNumber: given}
	if n.ID == 0 {
		n.ID = r.nextID()
	}
	r.lastID = max(r.lastID, n.ID)
	if n.Status == "" {
		n.Status = ResembleActive
	}
	if n.CreatedAt.IsZero() {
		n.CreatedAt = r.sim.now()
	}
	if n.UpdatedAt.IsZero() {
		n.UpdatedAt = n.CreatedAt
	}
	return n
}

func (r *resemble) drop(n *resembleNumber) {
	r.numbers = slices.DeleteFunc(r.numbers, func(other *resembleNumber) bool { return other == n })
}

// ResembleHoldings is what all teams at Resemble hold.
type ResembleHoldings struct {
	Agents  []ResembleAgent  `json:"agents"`
	Numbers []ResembleNumber `json:"numbers"` // without the Twilio tokens
}

func (r *resemble) state() any {
	holdings := ResembleHoldings{Agents: r.agentsHeld(), Numbers: r.numbersHeld()}
	for i := range holdings.Numbers {
		holdings.Numbers[i].TwilioAuthToken = ""
	}
	return holdings
}

// seed adds the Resemble part of a seed file.
func (r *resemble) seed(part json.RawMessage) error {
	var in struct {
		Rules   *ResembleRules   `json:"rules"`
		Agents  []ResembleAgent  `json:"agents"`
		Numbers []ResembleNumber `json:"numbers"`
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
		r.rules = *in.Rules
	}
	for _, a := range in.Agents {
		r.addAgent(a)
	}
	for _, n := range in.Numbers {
		r.addNumber(n)
	}
	return nil
}

// control serves the control paths of Resemble:
//
//	POST   /_simulator/resemble/agents           adds an agent (a ResembleAgent)
//	DELETE /_simulator/resemble/agents/{uuid}    deletes an agent
//	POST   /_simulator/resemble/numbers          adds a number (a ResembleNumber)
//	PATCH  /_simulator/resemble/numbers/{e164}   changes a number behind the client's back (the members that are sent)
//	DELETE /_simulator/resemble/numbers/{e164}   takes a number away and leaves Twilio alone
//	PUT    /_simulator/resemble/failing          makes clean-ups fail ({"cleanups": 1} for the next one)
//	PUT    /_simulator/resemble/rules            sets the rules (a ResembleRules)
func (r *resemble) control(method, path string, body []byte) answer {
	collection, id, _ := strings.Cut(path, "/")
	switch {
	case method == http.MethodPut && path == "rules":
		return r.controlRules(body)
	case method == http.MethodPut && path == "failing":
		return r.controlFailing(body)
	case collection == "agents":
		return r.controlAgents(method, id, body)
	case collection == "numbers":
		return r.controlNumbers(method, id, body)
	}
	return noControl(method, "resemble/"+path)
}

func (r *resemble) controlRules(body []byte) answer {
	var rules ResembleRules
	if err := decodeStrictly(body, &rules); err != nil {
		return controlError(http.StatusBadRequest, err)
	}
	r.rules = rules
	return jsonAnswer(http.StatusOK, r.rules)
}

func (r *resemble) controlFailing(body []byte) answer {
	var failing struct {
		Cleanups int `json:"cleanups"`
	}
	if err := decodeStrictly(body, &failing); err != nil {
		return controlError(http.StatusBadRequest, err)
	}
	r.failCleanups = failing.Cleanups
	return jsonAnswer(http.StatusOK, failing)
}

func (r *resemble) controlAgents(method, uuid string, body []byte) answer {
	if method == http.MethodPost && uuid == "" {
		var a ResembleAgent
		if err := decodeStrictly(body, &a); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		return jsonAnswer(http.StatusCreated, r.addAgent(a))
	}
	a := r.agent(uuid)
	switch {
	case a == nil:
		return controlError(http.StatusNotFound, fmt.Errorf("there is no agent %q", uuid))
	case method == http.MethodDelete:
		r.dropAgent(a)
		return answer{status: http.StatusNoContent}
	}
	return noControl(method, "resemble/agents/"+uuid)
}

func (r *resemble) controlNumbers(method, e164 string, body []byte) answer {
	if method == http.MethodPost && e164 == "" {
		var n ResembleNumber
		if err := decodeStrictly(body, &n); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		if !isE164(n.PhoneNumber) {
			return controlError(http.StatusBadRequest, fmt.Errorf("%q is not an E.164 number", n.PhoneNumber))
		}
		return jsonAnswer(http.StatusCreated, r.addNumber(n).ResembleNumber)
	}
	n := r.numberByE164(e164)
	if n == nil {
		return controlError(http.StatusNotFound, fmt.Errorf("nobody has registered %q", e164))
	}
	switch method {
	case http.MethodPatch:
		changed := n.ResembleNumber
		// Decoding writes to what pointers point to, which a caller of Number may hold.
		changed.OutboundTrunk, changed.InboundTrunk = copied(n.OutboundTrunk), copied(n.InboundTrunk)
		if err := decodeStrictly(body, &changed); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		n.ResembleNumber = changed
		return jsonAnswer(http.StatusOK, n.ResembleNumber)
	case http.MethodDelete:
		r.drop(n)
		return answer{status: http.StatusNoContent}
	}
	return noControl(method, "resemble/numbers/"+e164)
}
