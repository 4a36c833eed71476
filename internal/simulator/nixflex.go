package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Nixflex is served below "/nixflex"; as at the real host, its paths begin with "/v1".
const Nixflex Service = "nixflex"

// DefaultNixflexKey is the API key that every simulator starts with. It could not be a real one.
const DefaultNixflexKey = "nxf_simulated:nxfs_notarealsecret"

// The webhooks that an import puts on a Twilio number. The Nixflex docs do not spell them out; these are modelled on
// the one of another carrier, https://api.nixflex.com/telnyx-voice (Nixflex SDK: PhoneNumberImportParams).
const (
	NixflexVoiceURL  = nixflexHost + "twilio-voice"
	NixflexSMSURL    = nixflexHost + "twilio-sms"
	NixflexStatusURL = nixflexHost + "twilio-status"

	nixflexHost = "https://api.nixflex.com/"
)

// NixflexRules are the assumptions on what Nixflex leaves undocumented or documents in two ways. The zero value is the
// default; a field that is set turns one assumption the other way.
type NixflexRules struct {
	// UnpagedNumbers lists up to 1000 numbers whatever limit and offset say, as the Nixflex SDK states. By default limit
	// is 25 and at most 100, as the Nixflex docs state.
	UnpagedNumbers bool `json:"unpaged_numbers,omitempty"`
	// CountsPage makes count the length of the page. By default it is the number of all that there are.
	CountsPage bool `json:"counts_page,omitempty"`
	// HighLimitRefused answers 400 to a limit above the maximum. By default it is reduced, as the SDK states for agents.
	HighLimitRefused bool `json:"high_limit_refused,omitempty"`
	// BareAgentList lists agents as a bare array, 100 by default and at most 200, as the SDK states. By default it is an
	// object with count, 25 by default and at most 100, as the docs state.
	BareAgentList bool `json:"bare_agent_list,omitempty"`
	// UnpagedAgents lists all agents whatever limit and offset say, as the SDK's list of numbers does.
	UnpagedAgents bool `json:"unpaged_agents,omitempty"`
	// ServesSingleNumbers answers GET of one number, which no document mentions. By default there is no such route.
	ServesSingleNumbers bool `json:"serves_single_numbers,omitempty"`
	// PlainPlusWorks accepts a number in a path with its plus sign unescaped, as one example in the docs has it. By
	// default such a number is not found: the SDK says that routing breaks.
	PlainPlusWorks bool `json:"plain_plus_works,omitempty"`

	// PromptOnlyUpdates lets an update change custom_prompt alone, which is then required, as the older docs state. By
	// default every setting can be changed, as the SDK states.
	PromptOnlyUpdates bool `json:"prompt_only_updates,omitempty"`
	// UnknownFieldsRefused answers 400 to an update with a field that cannot be changed, such as agent_id. By default
	// these are ignored, as the docs state for agents.
	UnknownFieldsRefused bool `json:"unknown_fields_refused,omitempty"`
	// PartialAnswers answers imports and updates with the few fields that the docs show. By default the answer is the
	// whole number, as the SDK has it.
	PartialAnswers bool `json:"partial_answers,omitempty"`

	// TwilioOnly ignores the credentials of Telnyx in an import, as the older docs do not know them. By default they make
	// the number one of Telnyx, as the SDK states. Whether Telnyx takes them is not imitated: TelnyxKeysRefused says no.
	TwilioOnly        bool `json:"twilio_only,omitempty"`
	TelnyxKeysRefused bool `json:"telnyx_keys_refused,omitempty"`
	// ImportIgnoresPrompt ignores custom_prompt in an import: only the SDK, which is newer than the docs, knows it.
	ImportIgnoresPrompt bool `json:"import_ignores_prompt,omitempty"`
	// SameAgentReimports lets a number be imported again for the agent that it has. By default that answers 409 as for
	// any other agent.
	SameAgentReimports bool `json:"same_agent_reimports,omitempty"`
	// InvalidCredentialsAlways answers twilio_invalid_credentials to whatever Twilio refuses. By default that is
	// twilio_auth_failed where Twilio's code is 20003. The docs list both and do not say which comes when.
	InvalidCredentialsAlways bool `json:"invalid_credentials_always,omitempty"`

	// DeleteLeavesWebhooks makes the clean-up at Twilio fail silently: a deletion succeeds and the webhooks stay.
	DeleteLeavesWebhooks bool `json:"delete_leaves_webhooks,omitempty"`
	// DeleteNeedsTwilio answers 502, and deletes nothing, when Twilio refuses the credentials of the import. By default
	// the record goes and the webhooks stay, since the docs list no such error.
	DeleteNeedsTwilio bool `json:"delete_needs_twilio,omitempty"`
	// StaleAgentID leaves the agent_id of a deleted agent on its numbers. By default it becomes null.
	StaleAgentID bool `json:"stale_agent_id,omitempty"`

	// ReplaysWrites answers a write whose Idempotency-Key was seen before with the first answer. By default the header is
	// accepted and has no effect; the docs say no more than that it is accepted.
	ReplaysWrites bool `json:"replays_writes,omitempty"`

	// ReadsPerMinute and WritesPerMinute are the rate limits. 0 stands for the documented 600 and 120; a negative number
	// for none.
	ReadsPerMinute  int `json:"reads_per_minute,omitempty"`
	WritesPerMinute int `json:"writes_per_minute,omitempty"`
	// RateLimit answers 429 to some requests by count, so that a test does not depend on time; RetryAfter is the number
	// of seconds that these answers tell to wait.
	RateLimit  RateLimit `json:"rate_limit,omitzero"`
	RetryAfter int       `json:"retry_after,omitempty"`
}

// NixflexAgent is an agent that numbers can be imported for.
type NixflexAgent struct {
	AgentID      string    `json:"agent_id"` // agent_ and 16 hexadecimal digits
	Name         string    `json:"name,omitempty"`
	SystemPrompt string    `json:"system_prompt,omitempty"`
	VoiceID      string    `json:"voice_id,omitempty"`
	Language     string    `json:"language,omitempty"`
	Inactive     bool      `json:"inactive,omitempty"`
	Foreign      bool      `json:"foreign,omitempty"` // belongs to another Nixflex account
	CreatedAt    time.Time `json:"created_at,omitzero"`
	UpdatedAt    time.Time `json:"updated_at,omitzero"`
}

// NixflexSettings are what an update can change. Nil is "not set", for which the agent's setting counts.
type NixflexSettings struct {
	CustomPrompt          *string  `json:"custom_prompt"`
	VoiceID               *string  `json:"voice_id"`
	SMSReplyEnabled       bool     `json:"sms_reply_enabled"`
	VoicemailLeaveEnabled *bool    `json:"voicemail_leave_enabled"`
	VoicemailMessage      *string  `json:"voicemail_message"`
	SMSPrompt             *string  `json:"sms_prompt"`
	WebPrompt             *string  `json:"web_prompt"`
	SpeakingRate          *float64 `json:"speaking_rate"`
	DTMFEnabled           *bool    `json:"dtmf_enabled"`
	RecordCall            *bool    `json:"record_call"`
	RecordingSource       *string  `json:"recording_source"`
}

// apart is a copy that shares nothing with the original, so that decoding JSON into it leaves the original alone.
func (s NixflexSettings) apart() NixflexSettings {
	s.CustomPrompt, s.VoiceID = copied(s.CustomPrompt), copied(s.VoiceID)
	s.VoicemailLeaveEnabled, s.VoicemailMessage = copied(s.VoicemailLeaveEnabled), copied(s.VoicemailMessage)
	s.SMSPrompt, s.WebPrompt = copied(s.SMSPrompt), copied(s.WebPrompt)
	s.SpeakingRate, s.DTMFEnabled = copied(s.SpeakingRate), copied(s.DTMFEnabled)
	s.RecordCall, s.RecordingSource = copied(s.RecordCall), copied(s.RecordingSource)
	return s
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// NixflexNumber is a number that was imported into Nixflex.
type NixflexNumber struct {
	PhoneNumber     string `json:"phone_number"`
	AgentID         string `json:"agent_id,omitempty"` // empty once the agent was deleted
	TwilioSID       string `json:"twilio_sid,omitempty"`
	TwilioToken     string `json:"twilio_token,omitempty"`
	TwilioNumberSID string `json:"twilio_number_sid,omitempty"`
	// TelnyxConnectionID is of a number of Telnyx.
	TelnyxConnectionID string `json:"telnyx_connection_id,omitempty"`
	TelnyxAPIKey       string `json:"telnyx_api_key,omitempty"`
	InboundDisabled    bool   `json:"inbound_disabled,omitempty"`
	OutboundDisabled   bool   `json:"outbound_disabled,omitempty"`
	Foreign            bool   `json:"foreign,omitempty"` // belongs to another Nixflex account
	NixflexSettings
	CreatedAt time.Time `json:"created_at,omitzero"`
}

// nixflex is the state of the simulated Nixflex. Its methods expect the server's lock to be held.
type nixflex struct {
	sim     *Server
	rules   NixflexRules
	key     string
	agents  []*NixflexAgent
	numbers []*NixflexNumber // oldest first

	replays map[string]answer // by request and Idempotency-Key
	window  nixflexWindow
	served  int // requests, for RateLimit
}

// WithNixflex sets the assumptions on the simulated Nixflex.
func WithNixflex(rules NixflexRules) Option {
	return func(s *Server) { s.rules[Nixflex] = rules }
}

func newNixflex(s *Server) *nixflex {
	n := &nixflex{sim: s, key: DefaultNixflexKey, replays: map[string]answer{}}
	if rules, ok := s.rules[Nixflex].(NixflexRules); ok {
		n.rules = rules
	}
	return n
}

// NixflexState is access to the simulated Nixflex that bypasses its rules and its request log. It stays valid after a
// Reset.
type NixflexState struct{ sim *Server }

// Nixflex gives access to the simulated Nixflex.
func (s *Server) Nixflex() *NixflexState { return &NixflexState{s} }

// with runs what needs the state of now, under the lock.
func (ns *NixflexState) with(use func(*nixflex)) {
	ns.sim.mu.Lock()
	defer ns.sim.mu.Unlock()
	if n, ok := ns.sim.services[Nixflex].(*nixflex); ok {
		use(n)
	}
}

// SetRules changes the rules while the simulator runs.
func (ns *NixflexState) SetRules(change func(*NixflexRules)) {
	ns.with(func(n *nixflex) { change(&n.rules) })
}

// SetAPIKey makes key, written KEY_ID:KEY_SECRET, the one that is accepted, as a rotation does.
func (ns *NixflexState) SetAPIKey(key string) {
	ns.with(func(n *nixflex) { n.key = key })
}

// AddAgent adds an agent and returns its ID, which is made up if it is empty. An agent that exists is replaced.
func (ns *NixflexState) AddAgent(a NixflexAgent) (agentID string) {
	ns.with(func(n *nixflex) { agentID = n.addAgent(a).AgentID })
	return agentID
}

// Agents are the agents of all accounts, oldest first.
func (ns *NixflexState) Agents() (agents []NixflexAgent) {
	ns.with(func(n *nixflex) { agents = n.agentsHeld() })
	return agents
}

// RemoveAgent deletes an agent as the dashboard does, and reports whether it was there.
func (ns *NixflexState) RemoveAgent(agentID string) (removed bool) {
	ns.with(func(n *nixflex) { removed = n.dropAgent(agentID) })
	return removed
}

// AddNumber adds a number as an import does: if the simulated Twilio holds it, credentials that are empty become its
// account's, and its webhooks are overwritten. A number that is there already is replaced.
func (ns *NixflexState) AddNumber(p NixflexNumber) {
	ns.with(func(n *nixflex) { n.addNumber(p) })
}

// Number is the number with that E.164 number, whatever account it belongs to.
func (ns *NixflexState) Number(e164 string) (number NixflexNumber, held bool) {
	ns.with(func(n *nixflex) {
		if p := n.number(e164); p != nil {
			number, held = *p, true
		}
	})
	return number, held
}

// Numbers are the numbers of all accounts, oldest first.
func (ns *NixflexState) Numbers() (numbers []NixflexNumber) {
	ns.with(func(n *nixflex) { numbers = n.numbersHeld() })
	return numbers
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (ns *NixflexState) UpdateNumber(e164 string, change func(*NixflexNumber)) (held bool) {
	ns.with(func(n *nixflex) {
		if p := n.number(e164); p != nil {
			change(p)
			held = true
		}
	})
	return held
}

// RemoveNumber takes a record away and leaves Twilio alone. It reports whether the number was held.
func (ns *NixflexState) RemoveNumber(e164 string) (removed bool) {
	ns.with(func(n *nixflex) { removed = n.dropNumber(e164) })
	return removed
}

func (n *nixflex) agent(agentID string) *NixflexAgent {
	for _, a := range n.agents {
		if a.AgentID == agentID {
			return a
		}
	}
	return nil
}

func (n *nixflex) agentsHeld() []NixflexAgent {
	return mapped(n.agents, func(a *NixflexAgent) NixflexAgent { return *a })
}

func (n *nixflex) addAgent(a NixflexAgent) *NixflexAgent {
	if a.AgentID == "" {
		id := n.sim.newID("agent_")
		a.AgentID = "agent_" + id[max(len("agent_"), len(id)-16):]
	}
	for field, otherwise := range map[*string]string{
		&a.Name: "Untitled Agent", &a.VoiceID: "Ashley", &a.Language: "en", // Nixflex SDK: AgentCreateParams
	} {
		if *field == "" {
			*field = otherwise
		}
	}
	if a.CreatedAt.IsZero() {
		a.CreatedAt = n.sim.now()
	}
	if a.UpdatedAt.IsZero() {
		a.UpdatedAt = a.CreatedAt
	}
	if old := n.agent(a.AgentID); old != nil {
		*old = a
		return old
	}
	n.agents = append(n.agents, &a)
	return &a
}

// dropAgent deletes an agent. Its numbers stay, detached and not routing (Nixflex docs: delete agent).
func (n *nixflex) dropAgent(agentID string) bool {
	before := len(n.agents)
	n.agents = slices.DeleteFunc(n.agents, func(a *NixflexAgent) bool { return a.AgentID == agentID })
	if len(n.agents) == before {
		return false
	}
	for _, p := range n.numbers {
		if p.AgentID == agentID && !n.rules.StaleAgentID {
			p.AgentID = ""
		}
	}
	return true
}

func (n *nixflex) number(e164 string) *NixflexNumber {
	for _, p := range n.numbers {
		if p.PhoneNumber == e164 {
			return p
		}
	}
	return nil
}

func (n *nixflex) numbersHeld() []NixflexNumber {
	return mapped(n.numbers, func(p *NixflexNumber) NixflexNumber { return *p })
}

func (n *nixflex) addNumber(p NixflexNumber) *NixflexNumber {
	if p.CreatedAt.IsZero() {
		p.CreatedAt = n.sim.now()
	}
	if at := n.sim.twilio.numberByE164(p.PhoneNumber); at != nil && p.TelnyxConnectionID == "" {
		owner := n.sim.twilio.account(at.AccountSID)
		if p.TwilioSID == "" {
			p.TwilioSID, p.TwilioToken = owner.SID, owner.AuthToken
		}
		if p.TwilioNumberSID == "" {
			p.TwilioNumberSID = at.SID
		}
		n.setWebhooks(at)
	}
	n.dropNumber(p.PhoneNumber)
	n.numbers = append(n.numbers, &p)
	return &p
}

func (n *nixflex) dropNumber(e164 string) bool {
	before := len(n.numbers)
	n.numbers = slices.DeleteFunc(n.numbers, func(p *NixflexNumber) bool { return p.PhoneNumber == e164 })
	return len(n.numbers) < before
}

// setWebhooks overwrites the voice, SMS and status webhooks of a Twilio number (Nixflex docs: import). It leaves alone
// what the docs do not mention: trunk and application, which outrank the webhooks at Twilio, and the fallback URLs.
func (n *nixflex) setWebhooks(at *number) {
	n.sim.twilio.changeNumber(at, func(w *TwilioNumber) {
		w.VoiceURL, w.VoiceMethod = NixflexVoiceURL, http.MethodPost
		w.StatusCallback, w.StatusCallbackMethod = NixflexStatusURL, http.MethodPost
		if w.Capabilities.SMS {
			w.SMSURL, w.SMSMethod = NixflexSMSURL, http.MethodPost
		}
	})
}

// clearWebhooks unsets the webhooks that still lead to Nixflex (Nixflex docs: delete).
func (n *nixflex) clearWebhooks(at *number) {
	n.sim.twilio.changeNumber(at, func(w *TwilioNumber) {
		for _, webhook := range []*string{&w.VoiceURL, &w.SMSURL, &w.StatusCallback} {
			if strings.HasPrefix(*webhook, nixflexHost) {
				*webhook = ""
			}
		}
	})
}

// NixflexHoldings is what all accounts at Nixflex hold.
type NixflexHoldings struct {
	Agents  []NixflexAgent  `json:"agents"`
	Numbers []NixflexNumber `json:"numbers"` // without the Twilio tokens
}

func (n *nixflex) state() any {
	holdings := NixflexHoldings{Agents: n.agentsHeld(), Numbers: n.numbersHeld()}
	for i := range holdings.Numbers {
		holdings.Numbers[i].TwilioToken, holdings.Numbers[i].TelnyxAPIKey = "", ""
	}
	return holdings
}

// seed adds the Nixflex part of a seed file.
func (n *nixflex) seed(part json.RawMessage) error {
	var in struct {
		Rules   *NixflexRules   `json:"rules"`
		Agents  []NixflexAgent  `json:"agents"`
		Numbers []NixflexNumber `json:"numbers"`
	}
	if err := decodeStrictly(part, &in); err != nil {
		return err
	}
	for _, p := range in.Numbers {
		if !isE164(p.PhoneNumber) {
			return fmt.Errorf("%q is not an E.164 number", p.PhoneNumber)
		}
	}
	if in.Rules != nil {
		n.rules = *in.Rules
	}
	for _, a := range in.Agents {
		n.addAgent(a)
	}
	for _, p := range in.Numbers {
		n.addNumber(p)
	}
	return nil
}

// control serves the control paths of Nixflex:
//
//	POST   /_simulator/nixflex/agents           adds an agent (a NixflexAgent)
//	DELETE /_simulator/nixflex/agents/{id}      deletes an agent
//	POST   /_simulator/nixflex/numbers          adds a number (a NixflexNumber)
//	PATCH  /_simulator/nixflex/numbers/{e164}   changes a number behind the client's back (the members that are sent)
//	DELETE /_simulator/nixflex/numbers/{e164}   takes a number away and leaves Twilio alone
//	PUT    /_simulator/nixflex/rules            sets the rules (a NixflexRules)
func (n *nixflex) control(method, path string, body []byte) answer {
	collection, id, _ := strings.Cut(path, "/")
	switch {
	case method == http.MethodPut && path == "rules":
		return n.controlRules(body)
	case collection == "agents":
		return n.controlAgents(method, id, body)
	case collection == "numbers":
		return n.controlNumbers(method, id, body)
	}
	return noControl(method, "nixflex/"+path)
}

func (n *nixflex) controlRules(body []byte) answer {
	var rules NixflexRules
	if err := decodeStrictly(body, &rules); err != nil {
		return controlError(http.StatusBadRequest, err)
	}
	n.rules = rules
	return jsonAnswer(http.StatusOK, n.rules)
}

func (n *nixflex) controlAgents(method, id string, body []byte) answer {
	switch {
	case method == http.MethodPost && id == "":
		var a NixflexAgent
		if err := decodeStrictly(body, &a); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		return jsonAnswer(http.StatusCreated, n.addAgent(a))
	case method == http.MethodDelete && n.agent(id) == nil:
		return controlError(http.StatusNotFound, fmt.Errorf("there is no agent %q", id))
	case method == http.MethodDelete:
		n.dropAgent(id)
		return answer{status: http.StatusNoContent}
	}
	return noControl(method, "nixflex/agents/"+id)
}

func (n *nixflex) controlNumbers(method, e164 string, body []byte) answer {
	if method == http.MethodPost && e164 == "" {
		var p NixflexNumber
		if err := decodeStrictly(body, &p); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		if !isE164(p.PhoneNumber) {
			return controlError(http.StatusBadRequest, fmt.Errorf("%q is not an E.164 number", p.PhoneNumber))
		}
		return jsonAnswer(http.StatusCreated, n.addNumber(p))
	}
	p := n.number(e164)
	if p == nil {
		return controlError(http.StatusNotFound, fmt.Errorf("nobody has imported %q", e164))
	}
	switch method {
	case http.MethodPatch:
		changed := *p
		changed.NixflexSettings = p.apart()
		if err := decodeStrictly(body, &changed); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		*p = changed
		return jsonAnswer(http.StatusOK, p)
	case http.MethodDelete:
		n.dropNumber(e164)
		return answer{status: http.StatusNoContent}
	}
	return noControl(method, "nixflex/numbers/"+e164)
}
