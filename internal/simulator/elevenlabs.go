package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ElevenLabs is served below "/elevenlabs"; as at the real host, its paths begin with "/v1".
const ElevenLabs Service = "elevenlabs"

// DefaultElevenLabsKey is the API key that every simulator starts with. It could not be a real one.
const DefaultElevenLabsKey = "sk_simulated_notarealsecret"

// The webhooks that an import puts on a Twilio number. Third parties agree on that of calls; the others are modelled on
// it (see ImportSetsStatus).
const (
	ElevenLabsVoiceURL  = elevenLabsHost + "/twilio/inbound_call"
	ElevenLabsSMSURL    = elevenLabsHost + "/twilio/inbound_sms"
	ElevenLabsStatusURL = elevenLabsHost + "/twilio/status"

	elevenLabsHost, elevenLabsHostUS = "https://api.elevenlabs.io", "https://api.us.elevenlabs.io"
)

// Values of provider: who carries a number (ElevenLabs Python SDK: create_phone_number_request).
const (
	ElevenLabsTwilio   = "twilio"
	ElevenLabsSIPTrunk = "sip_trunk"
	ElevenLabsExotel   = "exotel"
)

// ElevenLabsRules are the assumptions on what ElevenLabs leaves undocumented. The zero value is the default; a field that
// is set turns one assumption the other way.
type ElevenLabsRules struct {
	// DeleteClearsWebhooks takes the webhooks off the Twilio number when its record is deleted. By default they stay.
	DeleteClearsWebhooks bool `json:"delete_clears_webhooks,omitempty"`
	// ImportSetsStatus sets a status callback, too, which a screenshot in the docs may show. By default none is set.
	ImportSetsStatus bool `json:"import_sets_status,omitempty"`
	// AtUSHost has the webhooks at api.us.elevenlabs.io, as some third parties have seen them.
	AtUSHost bool `json:"at_us_host,omitempty"`
	// ImportIgnoresAgent imports without the agent, as older documents have no field for it.
	ImportIgnoresAgent bool `json:"import_ignores_agent,omitempty"`
	// UnknownIs422 answers 422 for a number or an agent that is not there: the one error that is documented. By default
	// that is 404, as for other resources.
	UnknownIs422 bool `json:"unknown_is_422,omitempty"`
	// DuplicatesAllowed makes a second record of a number that is there already. By default that is refused.
	DuplicatesAllowed bool `json:"duplicates_allowed,omitempty"`
	// OpaqueCursor makes the cursor of a list of agents a text that names the last of a page. By default it is how many come
	// before the page.
	OpaqueCursor bool `json:"opaque_cursor,omitempty"`
	// RateLimit answers 429 to some requests by count, so that a test does not depend on time.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
}

// ElevenLabsNumber is a number in a workspace.
type ElevenLabsNumber struct {
	ID          string `json:"id,omitempty"` // made up if it is empty
	Provider    string `json:"provider,omitempty"`
	PhoneNumber string `json:"phone_number"`
	Label       string `json:"label,omitempty"`
	AgentID     string `json:"agent_id,omitempty"`
	TwilioSID   string `json:"twilio_sid,omitempty"`
	TwilioToken string `json:"twilio_token,omitempty"`
	SMSDisabled bool   `json:"sms_disabled,omitempty"`
	Foreign     bool   `json:"foreign,omitempty"` // in a workspace of somebody else's
}

// elevenLabs is the state of the simulated ElevenLabs. Its methods expect the server's lock to be held.
type elevenLabs struct {
	sim     *Server
	rules   ElevenLabsRules
	agents  []string
	names   agentNames
	numbers []*ElevenLabsNumber // oldest first
	served  int                 // requests, for RateLimit
	made    int                 // IDs
}

// WithElevenLabs sets the assumptions on the simulated ElevenLabs.
func WithElevenLabs(rules ElevenLabsRules) Option {
	return func(s *Server) { s.rules[ElevenLabs] = rules }
}

func newElevenLabs(s *Server) *elevenLabs {
	e := &elevenLabs{sim: s, names: agentNames{}}
	e.rules, _ = s.rules[ElevenLabs].(ElevenLabsRules)
	return e
}

// ElevenLabsState is access to the simulated ElevenLabs that bypasses its rules and its request log. It stays valid after
// a Reset.
type ElevenLabsState struct{ sim *Server }

// ElevenLabs gives access to the simulated ElevenLabs.
func (s *Server) ElevenLabs() *ElevenLabsState { return &ElevenLabsState{s} }

// with runs what needs the state of now, under the lock.
func (es *ElevenLabsState) with(use func(*elevenLabs)) {
	es.sim.mu.Lock()
	defer es.sim.mu.Unlock()
	if e, ok := es.sim.services[ElevenLabs].(*elevenLabs); ok {
		use(e)
	}
}

// AddAgent adds an agent to the workspace.
func (es *ElevenLabsState) AddAgent(id string) {
	es.with(func(e *elevenLabs) { e.agents = append(e.agents, id) })
}

// AddNumber adds a number as an import does, webhooks included, and returns its ID.
func (es *ElevenLabsState) AddNumber(n ElevenLabsNumber) (id string) {
	es.with(func(e *elevenLabs) { id = e.addNumber(n).ID })
	return id
}

// Numbers are the numbers of all workspaces, oldest first.
func (es *ElevenLabsState) Numbers() (numbers []ElevenLabsNumber) {
	es.with(func(e *elevenLabs) { numbers = e.held() })
	return numbers
}

// Number is the first record of that E.164 number, whatever workspace it is in.
func (es *ElevenLabsState) Number(e164 string) (number ElevenLabsNumber, held bool) {
	es.with(func(e *elevenLabs) {
		if n := e.byNumber(e164); n != nil {
			number, held = *n, true
		}
	})
	return number, held
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (es *ElevenLabsState) UpdateNumber(e164 string, change func(*ElevenLabsNumber)) (held bool) {
	es.with(func(e *elevenLabs) {
		if n := e.byNumber(e164); n != nil {
			change(n)
			held = true
		}
	})
	return held
}

// RemoveNumber takes the records of a number away, as the dashboard does, and reports whether there were any.
func (es *ElevenLabsState) RemoveNumber(e164 string) (removed bool) {
	es.with(func(e *elevenLabs) {
		before := len(e.numbers)
		e.numbers = slices.DeleteFunc(e.numbers, func(n *ElevenLabsNumber) bool { return n.PhoneNumber == e164 })
		removed = len(e.numbers) < before
	})
	return removed
}

func (e *elevenLabs) byNumber(e164 string) *ElevenLabsNumber {
	for _, n := range e.numbers {
		if n.PhoneNumber == e164 {
			return n
		}
	}
	return nil
}

// own is the number of that ID in the API key's workspace, or nil.
func (e *elevenLabs) own(id string) *ElevenLabsNumber {
	for _, n := range e.numbers {
		if n.ID == id && !n.Foreign {
			return n
		}
	}
	return nil
}

func (e *elevenLabs) held() []ElevenLabsNumber {
	return mapped(e.numbers, func(n *ElevenLabsNumber) ElevenLabsNumber { return *n })
}

func (e *elevenLabs) addNumber(n ElevenLabsNumber) *ElevenLabsNumber {
	if n.Provider == "" {
		n.Provider = ElevenLabsTwilio
	}
	if n.ID == "" {
		e.made++
		n.ID = fmt.Sprintf("phnum_%026d", e.made)
	}
	if n.Label == "" {
		n.Label = n.PhoneNumber
	}
	at := e.sim.twilio.numberByE164(n.PhoneNumber)
	if at != nil && n.Provider == ElevenLabsTwilio {
		if owner := e.sim.twilio.account(at.AccountSID); n.TwilioSID == "" {
			n.TwilioSID, n.TwilioToken = owner.SID, owner.AuthToken
		}
		e.setWebhooks(at, n.SMSDisabled)
	}
	e.numbers = append(e.numbers, &n)
	return &n
}

// setWebhooks overwrites the webhooks of a Twilio number. What outranks them at Twilio it leaves alone.
func (e *elevenLabs) setWebhooks(at *number, smsDisabled bool) {
	host := elevenLabsHost
	if e.rules.AtUSHost {
		host = elevenLabsHostUS
	}
	move := func(address string) string { return host + strings.TrimPrefix(address, elevenLabsHost) }
	e.sim.twilio.changeNumber(at, func(w *TwilioNumber) {
		w.VoiceURL, w.VoiceMethod = move(ElevenLabsVoiceURL), http.MethodPost
		if e.rules.ImportSetsStatus {
			w.StatusCallback, w.StatusCallbackMethod = move(ElevenLabsStatusURL), http.MethodPost
		}
		if w.Capabilities.SMS && !smsDisabled {
			w.SMSURL, w.SMSMethod = move(ElevenLabsSMSURL), http.MethodPost
		}
	})
}

// clearWebhooks takes those off that still lead to ElevenLabs.
func (e *elevenLabs) clearWebhooks(n *ElevenLabsNumber) {
	at := e.sim.twilio.numberByE164(n.PhoneNumber)
	if at == nil || n.Provider != ElevenLabsTwilio {
		return
	}
	e.sim.twilio.changeNumber(at, func(w *TwilioNumber) {
		for _, webhook := range []*string{&w.VoiceURL, &w.SMSURL, &w.StatusCallback} {
			if strings.Contains(*webhook, ".elevenlabs.io/") {
				*webhook = ""
			}
		}
	})
}

// ElevenLabsHoldings is what all workspaces at ElevenLabs hold.
type ElevenLabsHoldings struct {
	Agents  []string           `json:"agents"`
	Numbers []ElevenLabsNumber `json:"numbers"` // without the tokens
}

func (e *elevenLabs) state() any {
	holdings := ElevenLabsHoldings{Agents: slices.Clone(e.agents), Numbers: e.held()}
	for i := range holdings.Numbers {
		holdings.Numbers[i].TwilioToken = ""
	}
	return holdings
}

// seed adds the ElevenLabs part of a seed file.
func (e *elevenLabs) seed(part json.RawMessage) error {
	var in struct {
		Rules   *ElevenLabsRules   `json:"rules"`
		Agents  []NamedAgent       `json:"agents"`
		Numbers []ElevenLabsNumber `json:"numbers"`
	}
	if err := decodeStrictly(part, &in); err != nil {
		return err
	}
	if in.Rules != nil {
		e.rules = *in.Rules
	}
	e.agents = append(e.agents, e.names.add(in.Agents)...)
	for _, n := range in.Numbers {
		e.addNumber(n)
	}
	return nil
}

// control serves no paths: tests and seeds say all there is to say.
func (e *elevenLabs) control(method, path string, _ []byte) answer {
	return noControl(method, "elevenlabs/"+path)
}

// elevenLabsRoutes are the paths that are served (ElevenLabs Python SDK: conversational_ai).
var elevenLabsRoutes = []struct {
	method, path string
	handle       func(e *elevenLabs, c *call, id string) answer
}{
	{"POST", "/v1/convai/phone-numbers", (*elevenLabs).importNumber},
	{"GET", "/v1/convai/phone-numbers", (*elevenLabs).listNumbers},
	{"GET", "/v1/convai/phone-numbers/{id}", (*elevenLabs).fetchNumber},
	{"PATCH", "/v1/convai/phone-numbers/{id}", (*elevenLabs).updateNumber},
	{"DELETE", "/v1/convai/phone-numbers/{id}", (*elevenLabs).deleteNumber},
	{"GET", "/v1/convai/agents", (*elevenLabs).listAgents},
	{"GET", "/v1/convai/agents/{id}", (*elevenLabs).fetchAgent},
}

// serve answers a request in an order that is an assumption: load, key, path, and then the operation itself.
func (e *elevenLabs) serve(c *call) answer {
	e.served++
	if c.excess || e.rules.RateLimit.refuses(e.served-1) {
		return elevenLabsRefusal(http.StatusTooManyRequests, "system_busy", "Our services are experiencing high levels of traffic.")
	}
	if c.header.Get("xi-api-key") != DefaultElevenLabsKey {
		return elevenLabsRefusal(http.StatusUnauthorized, "invalid_api_key", "Invalid API key")
	}
	for _, route := range elevenLabsRoutes {
		if params, ok := matchPath(route.path, c.path); ok && route.method == c.method {
			return route.handle(e, c, params["id"])
		}
	}
	return jsonAnswer(http.StatusNotFound, map[string]string{"detail": "Not Found"}) // the framework's
}

// elevenLabsRefusal is an error in the form of the docs (ElevenLabs docs: error messages).
func elevenLabsRefusal(status int, code, message string) answer {
	return jsonAnswer(status, map[string]any{"detail": map[string]string{"status": code, "message": message}})
}

// elevenLabsInvalid refuses a body (ElevenLabs Python SDK: HttpValidationError).
func elevenLabsInvalid(field, message string) answer {
	return jsonAnswer(http.StatusUnprocessableEntity, map[string]any{"detail": []any{
		map[string]any{"loc": []string{"body", field}, "msg": message, "type": "value_error"},
	}})
}

func (e *elevenLabs) unknown(code, message string) answer {
	status := http.StatusNotFound
	if e.rules.UnknownIs422 {
		status = http.StatusUnprocessableEntity
	}
	return elevenLabsRefusal(status, code, message)
}

// wire is a number as it is answered (ElevenLabs Python SDK: get_phone_number_response). No answer has a secret, the
// account or whether messages are taken.
func (e *elevenLabs) wire(n *ElevenLabsNumber) map[string]any {
	var agent any
	if n.AgentID != "" {
		agent = map[string]any{"agent_id": n.AgentID, "agent_name": "Simulated"}
	}
	return map[string]any{
		"phone_number_id": n.ID, "provider": n.Provider, "phone_number": n.PhoneNumber, "label": n.Label, "assigned_agent": agent,
	}
}

func (e *elevenLabs) listNumbers(*call, string) answer {
	own := selected(e.numbers, func(n *ElevenLabsNumber) bool { return !n.Foreign })
	return jsonAnswer(http.StatusOK, mapped(own, e.wire))
}

func (e *elevenLabs) fetchNumber(_ *call, id string) answer {
	n := e.own(id)
	if n == nil {
		return e.unknown("phone_number_not_found", "Phone number not found")
	}
	return jsonAnswer(http.StatusOK, e.wire(n))
}

func (e *elevenLabs) fetchAgent(_ *call, id string) answer {
	if !slices.Contains(e.agents, id) {
		return e.unknown("agent_not_found", "Agent not found")
	}
	return jsonAnswer(http.StatusOK, map[string]any{"agent_id": id, "name": "Simulated", "phone_numbers": []any{}})
}

func (e *elevenLabs) importNumber(c *call, _ string) answer {
	var n ElevenLabsNumber
	enabled := true
	in, ok := c.object()
	if !ok {
		return elevenLabsInvalid("body", "Input should be a valid dictionary")
	}
	agent := ""
	for name, target := range map[string]any{
		"provider": &n.Provider, "phone_number": &n.PhoneNumber, "label": &n.Label, "sid": &n.TwilioSID, "token": &n.TwilioToken,
		"agent_id": &agent, "enable_sms": &enabled,
	} {
		if !in.isNull(name) && !in.read(name, target) {
			return elevenLabsInvalid(name, "Input should be valid")
		}
	}
	for name, value := range map[string]string{
		"phone_number": n.PhoneNumber, "label": n.Label, "sid": n.TwilioSID, "token": n.TwilioToken,
	} {
		if value == "" {
			return elevenLabsInvalid(name, "Field required")
		}
	}
	if n.Provider != ElevenLabsTwilio { // the others are not imitated
		return elevenLabsInvalid("provider", "Input should be 'twilio'")
	}
	account, refused := e.sim.twilio.login(n.TwilioSID, n.TwilioToken)
	if refused != nil {
		return elevenLabsRefusal(http.StatusBadRequest, "twilio_error", "Authentication with Twilio failed")
	}
	if at := e.sim.twilio.numberByE164(n.PhoneNumber); at == nil || at.AccountSID != account.SID {
		return elevenLabsRefusal(http.StatusBadRequest, "twilio_error", "Phone number not found in the Twilio account")
	}
	if e.byNumber(n.PhoneNumber) != nil && !e.rules.DuplicatesAllowed {
		return elevenLabsRefusal(http.StatusBadRequest, "phone_number_exists", "Phone number already exists")
	}
	if !e.rules.ImportIgnoresAgent {
		if agent != "" && !slices.Contains(e.agents, agent) {
			return e.unknown("agent_not_found", "Agent not found")
		}
		n.AgentID = agent
	}
	n.SMSDisabled = !enabled
	return jsonAnswer(http.StatusOK, map[string]string{"phone_number_id": e.addNumber(n).ID})
}

func (e *elevenLabs) updateNumber(c *call, id string) answer {
	n := e.own(id)
	if n == nil {
		return e.unknown("phone_number_not_found", "Phone number not found")
	}
	draft := *n
	in, ok := c.object()
	if !ok || !in.read("label", &draft.Label) {
		return elevenLabsInvalid("label", "Input should be a valid string")
	}
	if in.isNull("agent_id") {
		draft.AgentID = ""
	} else if !in.read("agent_id", &draft.AgentID) {
		return elevenLabsInvalid("agent_id", "Input should be a valid string")
	}
	if draft.AgentID != "" && !slices.Contains(e.agents, draft.AgentID) {
		return e.unknown("agent_not_found", "Agent not found")
	}
	*n = draft
	return jsonAnswer(http.StatusOK, e.wire(n))
}

// deleteNumber deletes a record. The number stays with its carrier, whose webhooks are an assumption.
func (e *elevenLabs) deleteNumber(_ *call, id string) answer {
	n := e.own(id)
	if n == nil {
		return e.unknown("phone_number_not_found", "Phone number not found")
	}
	e.numbers = slices.DeleteFunc(e.numbers, func(other *ElevenLabsNumber) bool { return other == n })
	if e.rules.DeleteClearsWebhooks {
		e.clearWebhooks(n)
	}
	return jsonAnswer(http.StatusOK, nil)
}
