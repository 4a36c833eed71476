package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Vapi is served below "/vapi", by the paths of the real host.
const Vapi Service = "vapi"

// DefaultVapiKey is the API key that every simulator starts with. It could not be a real one.
const DefaultVapiKey = "vapi-simulated-notarealsecret"

// The hosts of Vapi's webhooks and their paths, which third parties agree on and Vapi does not document.
const (
	VapiVoiceURL  = vapiHost + vapiVoicePath
	VapiSMSURL    = vapiHost + vapiSMSPath
	VapiStatusURL = vapiHost + vapiStatusPath

	vapiHost, vapiHostEU = "https://api.vapi.ai", "https://api.eu.vapi.ai"
	vapiVoicePath        = "/twilio/inbound_call"
	vapiSMSPath          = "/twilio/sms"
	vapiStatusPath       = "/twilio/status"
)

// Values of provider: who carries a number (Vapi OpenAPI: PhoneNumber schemas).
const (
	VapiOwn    = "vapi"
	VapiTwilio = "twilio"
	VapiTelnyx = "telnyx"
	VapiVonage = "vonage"
	VapiBYO    = "byo-phone-number"
)

// VapiRules are the assumptions on what Vapi leaves undocumented. The zero value is the default; a field that is set turns
// one assumption the other way.
type VapiRules struct {
	// DeleteClearsWebhooks takes Vapi's webhooks off the Twilio number when its record is deleted. By default they stay.
	DeleteClearsWebhooks bool `json:"delete_clears_webhooks,omitempty"`
	// UpdateWritesWebhooks writes the webhooks again with every update. By default only an import does.
	UpdateWritesWebhooks bool `json:"update_writes_webhooks,omitempty"`
	// ImportLeavesWebhooks imports without a word to Twilio, as one third party has seen. By default the webhooks are set.
	ImportLeavesWebhooks bool `json:"import_leaves_webhooks,omitempty"`
	// ImportLeavesStatus sets no status callback. By default it is set with the voice webhook.
	ImportLeavesStatus bool `json:"import_leaves_status,omitempty"`
	// InEU has the webhooks of an organization in the EU.
	InEU bool `json:"in_eu,omitempty"`
	// DuplicatesAllowed makes a second record of a number that is there already. By default that is refused, with
	// DuplicateIs409 by 409, else by 400.
	DuplicatesAllowed bool `json:"duplicates_allowed,omitempty"`
	DuplicateIs409    bool `json:"duplicate_is_409,omitempty"`
	// NullIgnored leaves a field alone that an update has null for. By default null takes it off.
	NullIgnored bool `json:"null_ignored,omitempty"`
	// SecretsHidden leaves the Twilio credentials out of the answers. By default they are in them, as the schema has it.
	SecretsHidden bool `json:"secrets_hidden,omitempty"`
	// AgentsUnchecked takes any assistant, squad or workflow in a write. By default it must be there.
	AgentsUnchecked bool `json:"agents_unchecked,omitempty"`
	// MessageLists answers errors with a list of messages, as NestJS's validation does. By default it is one text.
	MessageLists bool `json:"message_lists,omitempty"`
	// SearchIgnored lists all numbers, whatever is searched for. By default what contains the text is listed.
	SearchIgnored bool `json:"search_ignored,omitempty"`
	// OldestFirst lists assistants from the oldest on. By default the newest come first; no order is documented.
	OldestFirst bool `json:"oldest_first,omitempty"`
	// BarePages leaves the optional members of a page's metadata out.
	BarePages bool `json:"bare_pages,omitempty"`
	// MaxLimit is the most that a page has, whatever a request asks for. 0 stands for the documented 1000.
	MaxLimit int `json:"max_limit,omitempty"`
	// RateLimit answers 429 to some requests by count, so that a test does not depend on time.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
}

// VapiNumber is a number in an organization.
type VapiNumber struct {
	ID               string          `json:"id,omitempty"` // a UUID; made up if it is empty
	Provider         string          `json:"provider,omitempty"`
	Number           string          `json:"number,omitempty"`
	Name             string          `json:"name,omitempty"`
	AssistantID      string          `json:"assistant_id,omitempty"`
	SquadID          string          `json:"squad_id,omitempty"`
	WorkflowID       string          `json:"workflow_id,omitempty"`
	Server           json.RawMessage `json:"server,omitempty"` // set in the dashboard
	TwilioAccountSID string          `json:"twilio_account_sid,omitempty"`
	TwilioAuthToken  string          `json:"twilio_auth_token,omitempty"`
	TwilioAPIKey     string          `json:"twilio_api_key,omitempty"`
	TwilioAPISecret  string          `json:"twilio_api_secret,omitempty"`
	SMSDisabled      bool            `json:"sms_disabled,omitempty"`
	CredentialID     string          `json:"credential_id,omitempty"`
	SIPURI           string          `json:"sip_uri,omitempty"`
	Status           string          `json:"status,omitempty"`  // active if it is empty
	Foreign          bool            `json:"foreign,omitempty"` // in an organization of somebody else's
	CreatedAt        time.Time       `json:"created_at,omitzero"`
	UpdatedAt        time.Time       `json:"updated_at,omitzero"`
}

// vapi is the state of the simulated Vapi. Its methods expect the server's lock to be held.
type vapi struct {
	sim                                       *Server
	rules                                     VapiRules
	assistants, squads, workflows, credential []string
	numbers                                   []*VapiNumber // oldest first
	released                                  []string
	names                                     agentNames // of assistants
	served                                    int        // requests, for RateLimit
	made                                      int        // IDs
}

// WithVapi sets the assumptions on the simulated Vapi.
func WithVapi(rules VapiRules) Option {
	return func(s *Server) { s.rules[Vapi] = rules }
}

func newVapi(s *Server) *vapi {
	v := &vapi{sim: s, names: agentNames{}}
	v.rules, _ = s.rules[Vapi].(VapiRules)
	return v
}

// VapiState is access to the simulated Vapi that bypasses its rules and its request log. It stays valid after a Reset.
type VapiState struct{ sim *Server }

// Vapi gives access to the simulated Vapi.
func (s *Server) Vapi() *VapiState { return &VapiState{s} }

// with runs what needs the state of now, under the lock.
func (vs *VapiState) with(use func(*vapi)) {
	vs.sim.mu.Lock()
	defer vs.sim.mu.Unlock()
	if v, ok := vs.sim.services[Vapi].(*vapi); ok {
		use(v)
	}
}

// SetRules changes the rules while the simulator runs.
func (vs *VapiState) SetRules(change func(*VapiRules)) { vs.with(func(v *vapi) { change(&v.rules) }) }

// AddAssistant adds an assistant that a number can name, as AddSquad, AddWorkflow and AddCredential do theirs.
func (vs *VapiState) AddAssistant(id string) {
	vs.with(func(v *vapi) { v.assistants = append(v.assistants, id) })
}

// AddSquad is described above.
func (vs *VapiState) AddSquad(id string) { vs.with(func(v *vapi) { v.squads = append(v.squads, id) }) }

// AddWorkflow is described above.
func (vs *VapiState) AddWorkflow(id string) {
	vs.with(func(v *vapi) { v.workflows = append(v.workflows, id) })
}

// AddCredential is described above.
func (vs *VapiState) AddCredential(id string) {
	vs.with(func(v *vapi) { v.credential = append(v.credential, id) })
}

// AddNumber adds a number as an import does, webhooks included, and returns its ID.
func (vs *VapiState) AddNumber(n VapiNumber) (id string) {
	vs.with(func(v *vapi) { id = v.addNumber(n).ID })
	return id
}

// Numbers are the numbers of all organizations, oldest first.
func (vs *VapiState) Numbers() (numbers []VapiNumber) {
	vs.with(func(v *vapi) { numbers = v.held() })
	return numbers
}

// Number is the first record of that E.164 number, whatever organization it is in.
func (vs *VapiState) Number(e164 string) (number VapiNumber, held bool) {
	vs.with(func(v *vapi) {
		if n := v.byNumber(e164); n != nil {
			number, held = *n, true
		}
	})
	return number, held
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (vs *VapiState) UpdateNumber(e164 string, change func(*VapiNumber)) (held bool) {
	vs.with(func(v *vapi) {
		if n := v.byNumber(e164); n != nil {
			change(n)
			held = true
		}
	})
	return held
}

// RemoveNumber takes the records of a number away, as the dashboard does, and reports whether there were any.
func (vs *VapiState) RemoveNumber(e164 string) (removed bool) {
	vs.with(func(v *vapi) {
		before := len(v.numbers)
		v.numbers = slices.DeleteFunc(v.numbers, func(n *VapiNumber) bool { return n.Number == e164 })
		removed = len(v.numbers) < before
	})
	return removed
}

// Released are the numbers that Vapi carried and gave up, in that order.
func (vs *VapiState) Released() (released []string) {
	vs.with(func(v *vapi) { released = slices.Clone(v.released) })
	return released
}

func (v *vapi) byNumber(e164 string) *VapiNumber {
	for _, n := range v.numbers {
		if n.Number == e164 {
			return n
		}
	}
	return nil
}

// own is the number of that ID in the API key's organization, or nil.
func (v *vapi) own(id string) *VapiNumber {
	for _, n := range v.numbers {
		if n.ID == id && !n.Foreign {
			return n
		}
	}
	return nil
}

func (v *vapi) held() []VapiNumber {
	return mapped(v.numbers, func(n *VapiNumber) VapiNumber { return *n })
}

func (v *vapi) addNumber(n VapiNumber) *VapiNumber {
	if n.Provider == "" {
		n.Provider = VapiTwilio
	}
	if n.ID == "" {
		v.made++
		n.ID = fmt.Sprintf("00000000-0000-4000-8000-%012x", v.made)
	}
	if n.CreatedAt.IsZero() {
		n.CreatedAt = v.sim.now()
	}
	n.UpdatedAt = n.CreatedAt
	if at := v.sim.twilio.numberByE164(n.Number); at != nil && n.Provider == VapiTwilio && n.TwilioAccountSID == "" {
		owner := v.sim.twilio.account(at.AccountSID)
		n.TwilioAccountSID, n.TwilioAuthToken = owner.SID, owner.AuthToken
	}
	v.numbers = append(v.numbers, &n)
	if !v.rules.ImportLeavesWebhooks {
		v.setWebhooks(&n)
	}
	return &n
}

// setWebhooks overwrites the webhooks of a Twilio number, those for messages unless smsEnabled is false (Vapi changelog,
// 2025-04-30). What outranks them at Twilio it leaves alone.
func (v *vapi) setWebhooks(n *VapiNumber) {
	at := v.sim.twilio.numberByE164(n.Number)
	if at == nil || n.Provider != VapiTwilio {
		return
	}
	host := vapiHost
	if v.rules.InEU {
		host = vapiHostEU
	}
	v.sim.twilio.changeNumber(at, func(w *TwilioNumber) {
		w.VoiceURL, w.VoiceMethod = host+vapiVoicePath, http.MethodPost
		if !v.rules.ImportLeavesStatus {
			w.StatusCallback, w.StatusCallbackMethod = host+vapiStatusPath, http.MethodPost
		}
		if w.Capabilities.SMS && !n.SMSDisabled {
			w.SMSURL, w.SMSMethod = host+vapiSMSPath, http.MethodPost
		}
	})
}

// clearWebhooks takes those off that still lead to Vapi.
func (v *vapi) clearWebhooks(n *VapiNumber) {
	at := v.sim.twilio.numberByE164(n.Number)
	if at == nil || n.Provider != VapiTwilio {
		return
	}
	v.sim.twilio.changeNumber(at, func(w *TwilioNumber) {
		for _, webhook := range []*string{&w.VoiceURL, &w.SMSURL, &w.StatusCallback} {
			if strings.HasPrefix(*webhook, vapiHost) || strings.HasPrefix(*webhook, vapiHostEU) {
				*webhook = ""
			}
		}
	})
}

// VapiHoldings is what all organizations at Vapi hold.
type VapiHoldings struct {
	Assistants []string     `json:"assistants"`
	Numbers    []VapiNumber `json:"numbers"` // without the secrets
	Released   []string     `json:"released"`
}

func (v *vapi) state() any {
	holdings := VapiHoldings{Assistants: slices.Clone(v.assistants), Numbers: v.held(), Released: slices.Clone(v.released)}
	for i := range holdings.Numbers {
		holdings.Numbers[i].TwilioAuthToken, holdings.Numbers[i].TwilioAPISecret = "", ""
	}
	return holdings
}

// seed adds the Vapi part of a seed file.
func (v *vapi) seed(part json.RawMessage) error {
	var in struct {
		Rules       *VapiRules   `json:"rules"`
		Assistants  []NamedAgent `json:"assistants"`
		Squads      []string     `json:"squads"`
		Workflows   []string     `json:"workflows"`
		Credentials []string     `json:"credentials"`
		Numbers     []VapiNumber `json:"numbers"`
	}
	if err := decodeStrictly(part, &in); err != nil {
		return err
	}
	if in.Rules != nil {
		v.rules = *in.Rules
	}
	v.assistants = append(v.assistants, v.names.add(in.Assistants)...)
	v.squads = append(v.squads, in.Squads...)
	v.workflows = append(v.workflows, in.Workflows...)
	v.credential = append(v.credential, in.Credentials...)
	for _, n := range in.Numbers {
		v.addNumber(n)
	}
	return nil
}

// control serves no paths: tests and seeds say all there is to say.
func (v *vapi) control(method, path string, _ []byte) answer { return noControl(method, "vapi/"+path) }
