package simulator

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var twilioNumberRoutes = []twilioRoute{
	{"GET", account2010 + "/IncomingPhoneNumbers.json", (*twilio).listNumbers},
	{"POST", account2010 + "/IncomingPhoneNumbers.json", (*twilio).buyNumber},
	{"GET", account2010 + "/IncomingPhoneNumbers/Local.json", (*twilio).listNumbers},
	{"POST", account2010 + "/IncomingPhoneNumbers/Local.json", (*twilio).buyNumber},
	{"GET", account2010 + "/IncomingPhoneNumbers/TollFree.json", (*twilio).listNumbers},
	{"POST", account2010 + "/IncomingPhoneNumbers/TollFree.json", (*twilio).buyNumber},
	{"GET", account2010 + "/IncomingPhoneNumbers/Mobile.json", (*twilio).listNumbers},
	{"POST", account2010 + "/IncomingPhoneNumbers/Mobile.json", (*twilio).buyNumber},
	{"GET", account2010 + "/IncomingPhoneNumbers/{Sid}.json", (*twilio).fetchNumber},
	{"POST", account2010 + "/IncomingPhoneNumbers/{Sid}.json", (*twilio).updateNumber},
	{"DELETE", account2010 + "/IncomingPhoneNumbers/{Sid}.json", (*twilio).releaseNumber},
}

// number is a number that an account holds.
type number struct {
	TwilioNumber
	order int
	// Twilio answers null for these before they were first set, and "" once they were cleared.
	hadVoiceURL, hadVoiceFallbackURL, hadEmergencyAddress bool
	// pendingReads is how many more reads answer pending-unregistration.
	pendingReads int
	// before is what staleReads more reads still answer; nil: that it is not there.
	before     any
	staleReads int
}

// The words of emergency_address_status (Twilio OpenAPI: incoming_phone_number_enum_emergency_address_status).
const (
	emergencyRegistered     = "registered"
	emergencyUnregistered   = "unregistered"
	emergencyPendingRemoval = "pending-unregistration"
	emergencyRemovalFailed  = "unregistration-failure"
)

var e164Pattern = regexp.MustCompile(`^\+([2-9]\d{6,14}|1[2-9]\d{9})$`)

// isE164 accepts what can be a number: any international number, and in North America ten digits after the 1.
func isE164(s string) bool { return e164Pattern.MatchString(s) }

func (n *number) place() int { return n.order }

func (t *twilio) numberByE164(e164 string) *number {
	for _, n := range t.numbers {
		if n.PhoneNumber == e164 {
			return n
		}
	}
	return nil
}

// numberIn is a number of an account by its SID.
func (t *twilio) numberIn(account *TwilioAccount, sid string) *number {
	for _, n := range t.numbers {
		if n.AccountSID == account.SID && n.SID == sid {
			return n
		}
	}
	return nil
}

func (t *twilio) numbersHeld() []TwilioNumber {
	return mapped(t.numbers, func(n *number) TwilioNumber { return n.TwilioNumber })
}

// addNumber gives an account a number, with what Twilio would give where nothing is said.
func (t *twilio) addNumber(given TwilioNumber) *number {
	n := &number{TwilioNumber: given}
	if n.AccountSID == "" {
		n.AccountSID = t.accounts[0].SID
	}
	if n.SID == "" {
		n.SID = t.sim.newID("PN")
	}
	if n.Capabilities == (TwilioCapabilities{}) {
		n.Capabilities = TwilioCapabilities{Voice: true, SMS: true, MMS: true}
	}
	if n.DateCreated.IsZero() {
		n.DateCreated = t.sim.now()
	}
	if n.DateUpdated.IsZero() {
		n.DateUpdated = n.DateCreated
	}
	if n.EmergencyAddressStatus == "" {
		n.EmergencyAddressStatus = emergencyUnregistered
		if n.EmergencyAddressSID != "" {
			n.EmergencyAddressStatus = emergencyRegistered
		}
	}
	for field, otherwise := range map[*string]string{
		&n.FriendlyName:         formatted(n.PhoneNumber),
		&n.Type:                 typeOf(n.PhoneNumber),
		&n.Origin:               "twilio",
		&n.Status:               "in-use",
		&n.APIVersion:           "2010-04-01",
		&n.AddressRequirements:  "none",
		&n.VoiceMethod:          http.MethodPost,
		&n.VoiceFallbackMethod:  http.MethodPost,
		&n.VoiceReceiveMode:     "voice",
		&n.SMSMethod:            http.MethodPost,
		&n.SMSFallbackMethod:    http.MethodPost,
		&n.StatusCallbackMethod: http.MethodPost,
	} {
		if *field == "" {
			*field = otherwise
		}
	}
	if old := t.numberByE164(n.PhoneNumber); old != nil {
		t.dropNumber(old)
	}
	n.order = t.nextOrder()
	n.remember()
	t.numbers = append(t.numbers, n)
	return n
}

// changeNumber applies a change without the rules, for a second actor.
func (t *twilio) changeNumber(n *number, change func(*TwilioNumber)) {
	change(&n.TwilioNumber)
	n.DateUpdated = t.sim.now()
	n.remember()
}

// remember notes which fields have been set at some time.
func (n *number) remember() {
	n.hadVoiceURL = n.hadVoiceURL || n.VoiceURL != ""
	n.hadVoiceFallbackURL = n.hadVoiceFallbackURL || n.VoiceFallbackURL != ""
	n.hadEmergencyAddress = n.hadEmergencyAddress || n.EmergencyAddressSID != ""
}

func (t *twilio) dropNumber(n *number) {
	t.numbers = slices.DeleteFunc(t.numbers, func(other *number) bool { return other == n })
}

// formatted is the friendly name that a number starts with.
func formatted(e164 string) string {
	if national, ok := strings.CutPrefix(e164, "+1"); ok && len(national) == 10 {
		return "(" + national[:3] + ") " + national[3:6] + "-" + national[6:]
	}
	return e164
}

// wireNumber is an IncomingPhoneNumber as the 2010 API answers it. Which unset fields are null and which are ""
// follows the examples of the Twilio OpenAPI and a recorded answer.
type wireNumber struct {
	SID                    string          `json:"sid"`
	AccountSID             string          `json:"account_sid"`
	PhoneNumber            string          `json:"phone_number"`
	FriendlyName           string          `json:"friendly_name"`
	APIVersion             string          `json:"api_version"`
	Origin                 string          `json:"origin"`
	Status                 string          `json:"status"`
	Type                   string          `json:"type,omitempty"`
	Beta                   bool            `json:"beta"`
	Capabilities           map[string]bool `json:"capabilities"`
	AddressRequirements    string          `json:"address_requirements"`
	AddressSID             *string         `json:"address_sid"`
	IdentitySID            *string         `json:"identity_sid"`
	BundleSID              *string         `json:"bundle_sid"`
	TrunkSID               *string         `json:"trunk_sid"`
	VoiceURL               *string         `json:"voice_url"`
	VoiceMethod            string          `json:"voice_method"`
	VoiceFallbackURL       *string         `json:"voice_fallback_url"`
	VoiceFallbackMethod    string          `json:"voice_fallback_method"`
	VoiceApplicationSID    string          `json:"voice_application_sid"`
	VoiceCallerIDLookup    bool            `json:"voice_caller_id_lookup"`
	VoiceReceiveMode       string          `json:"voice_receive_mode,omitempty"`
	SMSURL                 string          `json:"sms_url"`
	SMSMethod              string          `json:"sms_method"`
	SMSFallbackURL         string          `json:"sms_fallback_url"`
	SMSFallbackMethod      string          `json:"sms_fallback_method"`
	SMSApplicationSID      string          `json:"sms_application_sid"`
	StatusCallback         string          `json:"status_callback"`
	StatusCallbackMethod   string          `json:"status_callback_method"`
	EmergencyStatus        string          `json:"emergency_status"`
	EmergencyAddressSID    *string         `json:"emergency_address_sid"`
	EmergencyAddressStatus string          `json:"emergency_address_status"`
	DateCreated            string          `json:"date_created"`
	DateUpdated            string          `json:"date_updated"`
	URI                    string          `json:"uri"`
}

// orEmptyOnce is null before a field was first set, and the value, "" included, afterwards.
func orEmptyOnce(had bool, value string) *string {
	if !had {
		return nil
	}
	return &value
}

func (t *twilio) wireNumber(n *number) wireNumber {
	w := wireNumber{
		SID:                    n.SID,
		AccountSID:             n.AccountSID,
		PhoneNumber:            n.PhoneNumber,
		FriendlyName:           n.FriendlyName,
		APIVersion:             n.APIVersion,
		Origin:                 n.Origin,
		Status:                 n.Status,
		Type:                   strings.ReplaceAll(n.Type, "_", "-"), // an assumption; the one documented value is local
		Beta:                   n.Beta,
		Capabilities:           n.Capabilities.wire(),
		AddressRequirements:    n.AddressRequirements,
		AddressSID:             orNull(n.AddressSID),
		IdentitySID:            orNull(n.IdentitySID),
		BundleSID:              orNull(n.BundleSID),
		TrunkSID:               orNull(n.TrunkSID),
		VoiceURL:               orEmptyOnce(n.hadVoiceURL, n.VoiceURL),
		VoiceMethod:            n.VoiceMethod,
		VoiceFallbackURL:       orEmptyOnce(n.hadVoiceFallbackURL, n.VoiceFallbackURL),
		VoiceFallbackMethod:    n.VoiceFallbackMethod,
		VoiceApplicationSID:    n.VoiceApplicationSID,
		VoiceCallerIDLookup:    n.VoiceCallerIDLookup,
		VoiceReceiveMode:       n.VoiceReceiveMode,
		SMSURL:                 n.SMSURL,
		SMSMethod:              n.SMSMethod,
		SMSFallbackURL:         n.SMSFallbackURL,
		SMSFallbackMethod:      n.SMSFallbackMethod,
		SMSApplicationSID:      n.SMSApplicationSID,
		StatusCallback:         n.StatusCallback,
		StatusCallbackMethod:   n.StatusCallbackMethod,
		EmergencyStatus:        "Inactive",
		EmergencyAddressSID:    orEmptyOnce(n.hadEmergencyAddress, n.EmergencyAddressSID),
		EmergencyAddressStatus: n.EmergencyAddressStatus,
		DateCreated:            date2010(n.DateCreated),
		DateUpdated:            date2010(n.DateUpdated),
		URI:                    "/2010-04-01/Accounts/" + n.AccountSID + "/IncomingPhoneNumbers/" + n.SID + ".json",
	}
	if n.EmergencyAddressStatus == emergencyRegistered {
		w.EmergencyStatus = "Active"
	}
	if t.rules.OmitsModeAndType {
		w.VoiceReceiveMode, w.Type = "", ""
	}
	return w
}

// wireIn is the number as the path answers it: one that names a type does not repeat it (Twilio OpenAPI:
// IncomingPhoneNumberLocal and its like).
func (t *twilio) wireIn(c *twilioCall, n *number) wireNumber {
	w := t.wireNumber(n)
	if typeInPath(c.path) != "" {
		w.Type = ""
	}
	return w
}

// wire is how numbers spell capabilities; searches spell them in their own way.
func (c TwilioCapabilities) wire() map[string]bool {
	return map[string]bool{"voice": c.Voice, "sms": c.SMS, "mms": c.MMS, "fax": c.Fax}
}

// pathTypes are the types of numbers as the last segments of paths spell them.
var pathTypes = map[string]string{
	"Local":            "local",
	"TollFree":         "toll_free",
	"Mobile":           "mobile",
	"National":         "national",
	"Voip":             "voip",
	"SharedCost":       "shared_cost",
	"MachineToMachine": "machine_to_machine",
}

// typeInPath is the type that a path such as ".../IncomingPhoneNumbers/Local.json" is about, or "".
func typeInPath(path string) string {
	last := path[strings.LastIndex(path, "/")+1:]
	return pathTypes[strings.TrimSuffix(last, ".json")]
}

// listNumbers lists an account's numbers. PhoneNumber is a part of the number, with "*" for any digit; a space, which
// is what an unescaped "+" decodes to, is in no number. (Twilio OpenAPI: ListIncomingPhoneNumber.)
func (t *twilio) listNumbers(c *twilioCall) (int, any, *TwilioError) {
	withBeta := true
	if refused := boolField(c.query, "Beta", &withBeta); refused != nil {
		return 0, nil, refused
	}
	part := digitPattern(c.query.Get("PhoneNumber"))
	kind := typeInPath(c.path)
	numbers := selected(t.numbers, func(n *number) bool {
		return n.AccountSID == c.account.SID &&
			(kind == "" || n.Type == kind) &&
			(withBeta || !n.Beta) &&
			(!c.query.Has("FriendlyName") || n.FriendlyName == c.query.Get("FriendlyName")) &&
			(!c.query.Has("Origin") || n.Origin == c.query.Get("Origin")) &&
			part.MatchString(n.PhoneNumber)
	})
	wire := func(n *number) any {
		t.observe(n)
		return t.wireIn(c, n)
	}
	return list2010(c, "incoming_phone_numbers", numbers, (*number).place, wire)
}

// digitPattern matches a part of a number, in which "*" is any digit.
func digitPattern(part string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(part), `\*`, `\d`))
}

func (t *twilio) fetchNumber(c *twilioCall) (int, any, *TwilioError) {
	n := t.numberIn(c.account, c.params["Sid"])
	if n == nil {
		return 0, nil, notFound(c.path)
	}
	if n.staleReads > 0 {
		n.staleReads--
		if n.before == nil {
			return 0, nil, notFound(c.path)
		}
		return http.StatusOK, n.before, nil
	}
	t.observe(n)
	return http.StatusOK, t.wireNumber(n), nil
}

// observe lets a deregistration go on with each read of the number, so that a test that waits for it needs no time.
func (t *twilio) observe(n *number) {
	if n.EmergencyAddressStatus != emergencyPendingRemoval {
		return
	}
	n.pendingReads--
	if n.pendingReads >= 0 {
		return
	}
	n.EmergencyAddressStatus = emergencyUnregistered
	if t.rules.EmergencyStaysRegistered {
		n.EmergencyAddressStatus = emergencyRemovalFailed
	}
}

// buyNumber buys the number that is named, or any in an area code.
func (t *twilio) buyNumber(c *twilioCall) (int, any, *TwilioError) {
	if c.caller.account.Test {
		return t.buyForTest(c)
	}
	if c.account.Trial {
		return 0, nil, badRequestf(21404, "Trial accounts cannot buy phone numbers")
	}
	offer, refused := t.wanted(c)
	if refused != nil {
		return 0, nil, refused
	}
	if held := t.numberByE164(offer.PhoneNumber); held != nil {
		return http.StatusCreated, t.wireIn(c, held), nil
	}
	draft := number{TwilioNumber: TwilioNumber{
		AccountSID:            c.account.SID,
		PhoneNumber:           offer.PhoneNumber,
		FriendlyName:          formatted(offer.PhoneNumber),
		Type:                  offer.Type,
		Beta:                  offer.Beta,
		Capabilities:          offer.Capabilities,
		AddressRequirements:   offer.AddressRequirements,
		BundleRequired:        offer.BundleRequired,
		CallerIDLookupRefused: offer.CallerIDLookupRefused,
	}}
	form := without(c.form, "EmergencyAddressSid", "AccountSid") // ignored here, as one user reported of the first
	if refused := t.configure(&draft, c.account, form); refused != nil {
		return 0, nil, refused
	}
	if refused := t.meetsRegulation(&draft); refused != nil {
		return 0, nil, refused
	}
	if t.rules.DemoHandlers && !form.Has("VoiceUrl") {
		draft.VoiceURL = "https://demo.twilio.com/welcome/voice/"
	}
	if t.rules.DemoHandlers && !form.Has("SmsUrl") && draft.Capabilities.SMS {
		draft.SMSURL = "https://demo.twilio.com/welcome/sms/reply/"
	}
	n := t.addNumber(draft.TwilioNumber)
	n.staleReads = t.rules.ReadsLag
	t.purchases = append(t.purchases, n.PhoneNumber)
	answer := t.wireIn(c, n)
	if t.rules.RenamesBought != "" {
		n.FriendlyName = t.rules.RenamesBought
	}
	return http.StatusCreated, answer, nil
}

func without(form url.Values, names ...string) url.Values {
	rest := url.Values{}
	for name, values := range form {
		if !slices.Contains(names, name) {
			rest[name] = values
		}
	}
	return rest
}

// wanted is the number for sale that a purchase is about.
func (t *twilio) wanted(c *twilioCall) (TwilioAvailable, *TwilioError) {
	kind := typeInPath(c.path)
	e164, area := c.form.Get("PhoneNumber"), c.form.Get("AreaCode")
	switch {
	case e164 == "" && kind != "" && area != "":
		return TwilioAvailable{}, badRequestf(21457, "AreaCode is not supported here")
	case e164 == "" && area != "":
		return t.anyInArea(area)
	case e164 == "":
		return TwilioAvailable{}, badRequestf(20001, "PhoneNumber or AreaCode is required")
	case !isE164(e164):
		return TwilioAvailable{}, badRequestf(21421, "%s is not a valid number", e164)
	}
	if held := t.numberByE164(e164); held != nil && held.AccountSID == c.account.SID && t.rules.OwnedCanBeBought {
		return TwilioAvailable{PhoneNumber: e164}, nil
	}
	for _, offer := range t.forSale() {
		if offer.PhoneNumber != e164 {
			continue
		}
		if kind != "" && kind != offer.Type {
			return TwilioAvailable{}, badRequestf(21458, "%s is not a %s number", e164, kind)
		}
		return offer, nil
	}
	return TwilioAvailable{}, badRequestf(21422, "%s is not available", e164)
}

// anyInArea is the first local number for sale in a North American area code.
func (t *twilio) anyInArea(area string) (TwilioAvailable, *TwilioError) {
	if !areaCodePattern.MatchString(area) {
		return TwilioAvailable{}, badRequestf(21451, "Invalid area code: %s", area)
	}
	for _, offer := range t.forSale() {
		if offer.Type == "local" && strings.HasPrefix(offer.PhoneNumber, "+1"+area) {
			return offer, nil
		}
	}
	return TwilioAvailable{}, badRequestf(21452, "No phone numbers found in area code %s", area)
}

// buyForTest answers the magic inputs of test credentials; nothing is bought (Twilio docs: test credentials).
func (t *twilio) buyForTest(c *twilioCall) (int, any, *TwilioError) {
	e164, area := c.form.Get("PhoneNumber"), c.form.Get("AreaCode")
	switch {
	case e164 == "+15005550006":
	case e164 == "+15005550001":
		return 0, nil, badRequestf(21421, "%s is not a valid number", e164)
	case e164 != "":
		return 0, nil, badRequestf(21422, "%s is not available", e164)
	case area == "500":
		e164 = "+15005550006"
	case area != "":
		return 0, nil, badRequestf(21452, "No phone numbers found in area code %s", area)
	default:
		return 0, nil, badRequestf(20001, "PhoneNumber or AreaCode is required")
	}
	imagined := twilio{sim: t.sim, rules: t.rules, accounts: []*TwilioAccount{c.account}}
	n := imagined.addNumber(TwilioNumber{PhoneNumber: e164})
	return http.StatusCreated, t.wireIn(c, n), nil
}

// updateNumber changes a number, and with AccountSid moves it to another account first.
func (t *twilio) updateNumber(c *twilioCall) (int, any, *TwilioError) {
	n := t.numberIn(c.account, c.params["Sid"])
	if n == nil {
		return 0, nil, notFound(c.path)
	}
	draft, owner := *n, c.account
	gaining := c.form.Get("AccountSid")
	moves := gaining != "" && gaining != n.AccountSID
	if moves {
		var refused *TwilioError
		if owner, refused = t.transfer(&draft, c.caller, gaining); refused != nil {
			return 0, nil, refused
		}
	}
	if refused := t.configure(&draft, owner, c.form); refused != nil {
		return 0, nil, refused
	}
	if moves {
		if refused := t.meetsRegulation(&draft); refused != nil {
			return 0, nil, refused
		}
	}
	draft.DateUpdated = t.sim.now()
	draft.remember()
	draft.before, draft.staleReads = t.wireNumber(n), t.rules.ReadsLag
	*n = draft
	return http.StatusOK, t.wireNumber(n), nil
}

// transfer moves a number to another account of the family. Only the main account may do it. (Twilio error
// dictionary: 21470 to 21474)
func (t *twilio) transfer(n *number, caller twilioCaller, gaining string) (*TwilioAccount, *TwilioError) {
	if !sidOf("AC", gaining) {
		return nil, badRequestf(21470, "Invalid AccountSid: %s", gaining)
	}
	to, from := t.account(gaining), t.account(n.AccountSID)
	switch {
	case to == nil:
		return nil, badRequestf(21471, "Account %s does not exist", gaining)
	case to.OwnerSID != from.OwnerSID:
		return nil, badRequestf(21473, "Account %s is not related to the owner of the phone number", gaining)
	case caller.account.SID != from.OwnerSID:
		return nil, badRequestf(21474, "Only the parent account can transfer phone numbers")
	case !to.active():
		return nil, badRequestf(21472, "Account %s is not active", gaining)
	case n.Origin == "hosted" && t.rules.HostedTransferRefused:
		return nil, badRequestf(21470, "A hosted number cannot be transferred to account %s", gaining)
	}
	n.AccountSID = to.SID
	n.TrunkSID, n.VoiceApplicationSID, n.SMSApplicationSID = "", "", ""
	n.AddressSID, n.BundleSID, n.IdentitySID = "", "", ""
	if !t.rules.TransferKeepsMember {
		n.MessagingServiceSID = ""
	}
	if t.rules.TransferClearsURLs {
		n.VoiceURL, n.VoiceFallbackURL, n.SMSURL, n.SMSFallbackURL, n.StatusCallback = "", "", "", "", ""
	}
	if t.rules.TransferChangesSID {
		n.SID = t.sim.newID("PN")
	}
	return to, nil
}

// sidOf reports whether s has the form of a SID with that prefix.
func sidOf(prefix, s string) bool {
	digits, ok := strings.CutPrefix(s, prefix)
	return ok && len(digits) == 32 && strings.Trim(digits, "0123456789abcdefABCDEF") == ""
}

// releaseNumber gives a number up. Nobody can buy it for a while, its last owner included.
func (t *twilio) releaseNumber(c *twilioCall) (int, any, *TwilioError) {
	n := t.numberIn(c.account, c.params["Sid"])
	switch {
	case n == nil:
		return 0, nil, notFound(c.path)
	case n.EmergencyAddressStatus != emergencyUnregistered:
		return 0, nil, t.rules.EmergencyRelease.or(http.StatusBadRequest, 21631,
			"Remove the emergency address before performing this action")
	case n.Origin == "hosted" && t.rules.HostedReleaseRefused:
		return 0, nil, badRequestf(20001, "A hosted number cannot be released")
	}
	t.dropNumber(n)
	if !t.rules.ReleasedCanBeBought {
		t.taken[n.PhoneNumber] = true
	}
	if t.rules.ReleasedStaysMember && n.MessagingServiceSID != "" {
		t.ghosts = append(t.ghosts, n)
	}
	t.released = append(t.released, n.PhoneNumber)
	return http.StatusNoContent, nil, nil
}
