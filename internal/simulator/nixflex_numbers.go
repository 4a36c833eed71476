package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// nixflexImport is the body of an import. Four of the fields may be spelt in camel case (Nixflex docs: import).
type nixflexImport struct {
	PhoneNumber  string  `json:"phone_number"`
	AgentID      string  `json:"agent_id"`
	TwilioSID    string  `json:"twilio_sid"`
	TwilioToken  string  `json:"twilio_token"`
	CustomPrompt *string `json:"custom_prompt"`

	// Known to the SDK alone (Nixflex SDK: PhoneNumberImportParams).
	TelnyxAPIKey       string `json:"telnyx_api_key"`
	TelnyxConnectionID string `json:"telnyx_connection_id"`

	PhoneNumberCamel string `json:"phoneNumber"`
	AgentIDCamel     string `json:"agentId"`
	TwilioSIDCamel   string `json:"twilioSid"`
	TwilioTokenCamel string `json:"twilioToken"`
}

var twilioSIDPattern = regexp.MustCompile(`^AC[a-f0-9]{32}$`)

// check applies the rules on the form of an import, in the order of the docs.
func (in *nixflexImport) check() *nixflexError {
	in.PhoneNumber = cmp.Or(in.PhoneNumber, in.PhoneNumberCamel)
	in.AgentID = cmp.Or(in.AgentID, in.AgentIDCamel)
	in.TwilioSID = cmp.Or(in.TwilioSID, in.TwilioSIDCamel)
	in.TwilioToken = cmp.Or(in.TwilioToken, in.TwilioTokenCamel)
	required := []struct{ field, value string }{
		{"phone_number", in.PhoneNumber},
		{"twilio_sid", in.TwilioSID},
		{"twilio_token", in.TwilioToken},
		{"agent_id", in.AgentID},
	}
	if in.ofTelnyx() {
		required[1].field, required[1].value = "telnyx_api_key", in.TelnyxAPIKey
		required[2].field, required[2].value = "telnyx_connection_id", in.TelnyxConnectionID
	}
	for _, required := range required {
		if required.value == "" {
			return nixflexRefusal(http.StatusBadRequest, "missing_field", "%s is required", required.field).
				about(required.field)
		}
	}
	switch {
	case !isE164(in.PhoneNumber):
		return nixflexRefusal(http.StatusBadRequest, "invalid_phone_format",
			"Invalid phone number format. Use international format like +447446466847").about("phone_number")
	case !in.ofTelnyx() && !twilioSIDPattern.MatchString(in.TwilioSID):
		return nixflexRefusal(http.StatusBadRequest, "invalid_twilio_sid", "twilio_sid is AC and 32 hex characters").
			about("twilio_sid")
	}
	return checkNixflexText("custom_prompt", in.CustomPrompt, maxCustomPrompt)
}

// ofTelnyx says who carries the number, which is inferred from the credentials (Nixflex SDK).
func (in *nixflexImport) ofTelnyx() bool {
	return in.TwilioSID == "" && (in.TelnyxAPIKey != "" || in.TelnyxConnectionID != "")
}

// importNumber connects a number to an agent and takes over its webhooks (Nixflex docs: import).
func (n *nixflex) importNumber(c *nixflexCall) (int, any, *nixflexError) {
	var in nixflexImport
	if refused := c.decode(&in); refused != nil {
		return 0, nil, refused
	}
	if n.rules.TwilioOnly {
		in.TelnyxAPIKey, in.TelnyxConnectionID = "", ""
	}
	if refused := in.check(); refused != nil {
		return 0, nil, refused
	}
	var at number
	switch {
	case in.ofTelnyx() && n.rules.TelnyxKeysRefused:
		return 0, nil, nixflexRefusal(http.StatusUnauthorized, "telnyx_auth_failed", "Telnyx refuses this API key")
	case !in.ofTelnyx():
		held, refused := n.numberAtTwilio(in)
		if refused != nil {
			return 0, nil, refused
		}
		at = *held
	}
	switch a := n.agent(in.AgentID); {
	case a == nil:
		return 0, nil, nixflexRefusal(http.StatusNotFound, "agent_not_found", "There is no agent %s", in.AgentID)
	case a.Foreign:
		return 0, nil, nixflexRefusal(http.StatusForbidden, "agent_not_owned", "Agent %s is not yours", in.AgentID)
	}
	if old := n.number(in.PhoneNumber); old != nil &&
		(old.Foreign || old.AgentID != in.AgentID || !n.rules.SameAgentReimports) {
		return 0, nil, nixflexRefusal(http.StatusConflict, "number_already_imported",
			"%s is already imported", in.PhoneNumber)
	}
	p := NixflexNumber{
		PhoneNumber: in.PhoneNumber, AgentID: in.AgentID, TwilioSID: in.TwilioSID, TwilioToken: in.TwilioToken,
		TwilioNumberSID: at.SID, TelnyxAPIKey: in.TelnyxAPIKey, TelnyxConnectionID: in.TelnyxConnectionID,
	}
	if !n.rules.ImportIgnoresPrompt {
		p.CustomPrompt = orNull(stringOf(in.CustomPrompt))
	}
	wire := wireNixflexNumber(n.addNumber(p))
	if n.rules.PartialAnswers {
		return http.StatusCreated, map[string]any{"phone_number": map[string]any{
			"phone_number":      wire.PhoneNumber,
			"agent_id":          wire.AgentID,
			"twilio_number_sid": wire.TwilioNumberSID,
			"inbound_enabled":   wire.InboundEnabled,
			"outbound_enabled":  wire.OutboundEnabled,
		}}, nil
	}
	return http.StatusCreated, map[string]any{"phone_number": wire}, nil
}

// numberAtTwilio is the number in the Twilio account that an import names.
func (n *nixflex) numberAtTwilio(in nixflexImport) (*number, *nixflexError) {
	account, refused := n.sim.twilio.login(in.TwilioSID, in.TwilioToken)
	switch {
	case refused != nil && refused.Code == 20003 && !n.rules.InvalidCredentialsAlways:
		return nil, nixflexRefusal(http.StatusUnauthorized, "twilio_auth_failed", "Twilio error 20003")
	case refused != nil:
		return nil, nixflexRefusal(http.StatusUnauthorized, "twilio_invalid_credentials",
			"Twilio refuses these credentials")
	}
	at := n.sim.twilio.numberByE164(in.PhoneNumber)
	if at == nil || at.AccountSID != account.SID {
		return nil, nixflexRefusal(http.StatusNotFound, "number_not_in_twilio",
			"%s is not in Twilio account %s", in.PhoneNumber, account.SID)
	}
	return at, nil
}

// The limits of texts, in characters (Nixflex docs: update; Nixflex SDK: PhoneNumberUpdateParams).
const (
	maxCustomPrompt     = 8000
	maxVoicemailMessage = 2000
	maxChannelPrompt    = 20000
)

// checkNixflexText checks the length of a text. The code is documented for custom_prompt; the others follow it.
func checkNixflexText(field string, text *string, limit int) *nixflexError {
	if len([]rune(stringOf(text))) <= limit {
		return nil
	}
	return nixflexRefusal(http.StatusBadRequest, field+"_too_long", "%s has at most %d characters", field, limit).
		about(field)
}

func stringOf(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// nixflexWireNumber is a number as the Nixflex SDK declares it.
type nixflexWireNumber struct {
	PhoneNumber     string  `json:"phone_number"`
	AgentID         *string `json:"agent_id"`
	Provider        string  `json:"provider"`
	TwilioNumberSID *string `json:"twilio_number_sid"`
	TelnyxNumberID  *string `json:"telnyx_number_id"`
	InboundEnabled  bool    `json:"inbound_enabled"`
	OutboundEnabled bool    `json:"outbound_enabled"`
	NixflexSettings
	CreatedAt string `json:"created_at"`
}

func wireNixflexNumber(p *NixflexNumber) nixflexWireNumber {
	provider, telnyxID := "twilio", ""
	if p.TelnyxConnectionID != "" { // the carrier itself is not imitated
		provider, telnyxID = "telnyx", strings.TrimPrefix(p.PhoneNumber, "+")
	}
	return nixflexWireNumber{
		PhoneNumber:     p.PhoneNumber,
		AgentID:         orNull(p.AgentID),
		Provider:        provider,
		TelnyxNumberID:  orNull(telnyxID),
		TwilioNumberSID: orNull(p.TwilioNumberSID),
		InboundEnabled:  !p.InboundDisabled,
		OutboundEnabled: !p.OutboundDisabled,
		NixflexSettings: p.NixflexSettings,
		CreatedAt:       dateV1(p.CreatedAt),
	}
}

// maxUnpagedNumbers is the end of the list where it is not paged (Nixflex SDK: phoneNumbers.list).
const maxUnpagedNumbers = 1000

// listNumbers lists the account's numbers, newest first (Nixflex docs: list numbers).
func (n *nixflex) listNumbers(c *nixflexCall) (int, any, *nixflexError) {
	p := nixflexPage{fallback: 25, highest: 100}
	if refused := p.read(c.query, n.rules.HighLimitRefused); refused != nil {
		return 0, nil, refused
	}
	if n.rules.UnpagedNumbers {
		p.limit, p.offset = maxUnpagedNumbers, 0
	}
	all := selected(n.numbers, func(p *NixflexNumber) bool {
		return !p.Foreign && (!c.query.Has("agent_id") || p.AgentID == c.query.Get("agent_id"))
	})
	slices.Reverse(all)
	numbers := mapped(cut(p, all), wireNixflexNumber)
	return http.StatusOK, map[string]any{"phone_numbers": numbers, "count": n.count(len(numbers), len(all))}, nil
}

// ownNumber is the number of the path, if this account has imported it. Whether another one has is not told
// (Nixflex docs: number_not_found).
func (n *nixflex) ownNumber(c *nixflexCall) (*NixflexNumber, *nixflexError) {
	p := n.number(c.params["number"])
	if p == nil || p.Foreign {
		return nil, nixflexRefusal(http.StatusNotFound, "number_not_found",
			"%s does not exist or belongs to another account", c.params["number"])
	}
	return p, nil
}

func (n *nixflex) fetchNumber(c *nixflexCall) (int, any, *nixflexError) {
	if !n.rules.ServesSingleNumbers {
		return 0, nil, nixflexNoRoute(c.call)
	}
	p, refused := n.ownNumber(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, map[string]any{"phone_number": wireNixflexNumber(p)}, nil
}

// nixflexSettingNames are the fields that an update can change (Nixflex SDK: PhoneNumberUpdateParams).
var nixflexSettingNames = []string{
	"custom_prompt", "voice_id", "sms_reply_enabled", "voicemail_leave_enabled", "voicemail_message", "sms_prompt",
	"web_prompt", "speaking_rate", "dtmf_enabled", "record_call", "recording_source",
}

// updateNumber changes settings: absent leaves one as it is, null clears it. The agent cannot be changed (Nixflex docs:
// phone numbers, constraints).
func (n *nixflex) updateNumber(c *nixflexCall) (int, any, *nixflexError) {
	p, refused := n.ownNumber(c)
	if refused != nil {
		return 0, nil, refused
	}
	var sent map[string]json.RawMessage
	if refused := c.decode(&sent); refused != nil {
		return 0, nil, refused
	}
	known := nixflexSettingNames
	if n.rules.PromptOnlyUpdates {
		known = known[:1]
	}
	if refused := n.checkSettingNames(sent, known); refused != nil {
		return 0, nil, refused
	}
	draft := p.apart()
	if refused := c.decode(&draft); refused != nil {
		return 0, nil, refused
	}
	if n.rules.PromptOnlyUpdates {
		prompt := draft.CustomPrompt
		draft = p.NixflexSettings
		draft.CustomPrompt = prompt
	}
	if refused := draft.complete(); refused != nil {
		return 0, nil, refused
	}
	p.NixflexSettings = draft
	if n.rules.PartialAnswers {
		return http.StatusOK, map[string]any{"phone_number": map[string]any{
			"phone_number": p.PhoneNumber, "agent_id": orNull(p.AgentID), "custom_prompt": p.CustomPrompt,
		}}, nil
	}
	return http.StatusOK, map[string]any{"phone_number": wireNixflexNumber(p)}, nil
}

// checkSettingNames refuses a body that changes nothing.
func (n *nixflex) checkSettingNames(sent map[string]json.RawMessage, known []string) *nixflexError {
	changes := false
	for field := range sent {
		switch {
		case slices.Contains(known, field):
			changes = true
		case n.rules.UnknownFieldsRefused:
			return nixflexRefusal(http.StatusBadRequest, "invalid_field", "%s cannot be changed", field).about(field)
		}
	}
	if !changes {
		return nixflexRefusal(http.StatusBadRequest, "missing_field", "Send at least one of: %s",
			strings.Join(known, ", ")).about(known[0])
	}
	return nil
}

// The bounds of the speaking rate. That a rate is clamped is documented, the bounds are an assumption after the
// examples (Nixflex SDK: AgentCreateParams).
const (
	slowestRate = 0.5
	fastestRate = 1.5
)

// complete checks settings that were changed and brings them into the form in which they are kept.
func (s *NixflexSettings) complete() *nixflexError {
	for _, text := range []struct {
		field string
		value *string
		limit int
	}{
		{"custom_prompt", s.CustomPrompt, maxCustomPrompt},
		{"voicemail_message", s.VoicemailMessage, maxVoicemailMessage},
		{"sms_prompt", s.SMSPrompt, maxChannelPrompt},
		{"web_prompt", s.WebPrompt, maxChannelPrompt},
	} {
		if refused := checkNixflexText(text.field, text.value, text.limit); refused != nil {
			return refused
		}
	}
	// An empty prompt clears it as null does (Nixflex docs: update).
	s.CustomPrompt = orNull(stringOf(s.CustomPrompt))
	if s.VoicemailLeaveEnabled != nil && *s.VoicemailLeaveEnabled && stringOf(s.VoicemailMessage) == "" {
		return nixflexRefusal(http.StatusBadRequest, "voicemail_message_required",
			"voicemail_leave_enabled needs a voicemail_message").about("voicemail_message")
	}
	if s.SpeakingRate != nil {
		s.SpeakingRate = new(min(max(*s.SpeakingRate, slowestRate), fastestRate))
	}
	if source := s.RecordingSource; source != nil && *source != "provider" && *source != "nixflex" {
		return nixflexRefusal(http.StatusBadRequest, "invalid_field", "recording_source is provider or nixflex").
			about("recording_source")
	}
	return nil
}

// deleteNumber disconnects a number: the webhooks are unset and the record goes. The number stays with its carrier
// (Nixflex docs: delete).
func (n *nixflex) deleteNumber(c *nixflexCall) (int, any, *nixflexError) {
	p, refused := n.ownNumber(c)
	if refused != nil {
		return 0, nil, refused
	}
	if p.TelnyxConnectionID != "" {
		n.dropNumber(p.PhoneNumber)
		return http.StatusOK, nixflexDeleted(p), nil
	}
	account, rejected := n.sim.twilio.login(p.TwilioSID, p.TwilioToken)
	if rejected != nil && n.rules.DeleteNeedsTwilio {
		e := nixflexRefusal(http.StatusBadGateway, "provider_error", "Twilio: %s", rejected.Message)
		e.details = map[string]any{"provider_code": rejected.Code}
		return 0, nil, e
	}
	at := n.sim.twilio.numberByE164(p.PhoneNumber)
	if rejected == nil && at != nil && at.AccountSID == account.SID && !n.rules.DeleteLeavesWebhooks {
		n.clearWebhooks(at)
	}
	n.dropNumber(p.PhoneNumber)
	return http.StatusOK, nixflexDeleted(p), nil
}

func nixflexDeleted(p *NixflexNumber) any {
	return map[string]any{"phone_number": map[string]any{"phone_number": p.PhoneNumber, "deleted": true}}
}
