package simulator

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// TwilioTrunk is an Elastic SIP trunk.
type TwilioTrunk struct {
	SID                     string                 `json:"sid,omitempty"`
	AccountSID              string                 `json:"account_sid,omitempty"`
	FriendlyName            string                 `json:"friendly_name,omitempty"`
	DomainName              string                 `json:"domain_name,omitempty"`
	DisasterRecoveryURL     string                 `json:"disaster_recovery_url,omitempty"`
	DisasterRecoveryMethod  string                 `json:"disaster_recovery_method,omitempty"`
	TransferMode            string                 `json:"transfer_mode,omitempty"`
	TransferCallerID        string                 `json:"transfer_caller_id,omitempty"`
	Secure                  bool                   `json:"secure,omitempty"`
	CnamLookupEnabled       bool                   `json:"cnam_lookup_enabled,omitempty"`
	RecordingMode           string                 `json:"recording_mode,omitempty"`
	RecordingTrim           string                 `json:"recording_trim,omitempty"`
	CredentialListSIDs      []string               `json:"credential_list_sids,omitempty"`
	IPAccessControlListSIDs []string               `json:"ip_access_control_list_sids,omitempty"`
	OriginationURLs         []TwilioOriginationURL `json:"origination_urls,omitempty"`
	DateCreated             time.Time              `json:"date_created,omitzero"`
	DateUpdated             time.Time              `json:"date_updated,omitzero"`
}

// TwilioOriginationURL is where a trunk sends calls.
type TwilioOriginationURL struct {
	SID          string    `json:"sid,omitempty"`
	FriendlyName string    `json:"friendly_name,omitempty"`
	SIPURL       string    `json:"sip_url"`
	Weight       int       `json:"weight"`
	Priority     int       `json:"priority"`
	Enabled      bool      `json:"enabled"`
	DateCreated  time.Time `json:"date_created,omitzero"`
	DateUpdated  time.Time `json:"date_updated,omitzero"`
}

type trunk struct {
	TwilioTrunk  // but for the lists, which follow
	order        int
	originations []*origination
	lists        []*credentialList
	ipACLs       []*ipACL
}

type origination struct {
	TwilioOriginationURL
	order int
}

// ipACL is an IP access control list. Its own API is not imitated, only its association with trunks.
type ipACL struct {
	sid, accountSID, friendlyName string
	order                         int
	created                       time.Time
}

func (k *trunk) place() int       { return k.order }
func (o *origination) place() int { return o.order }
func (l *ipACL) place() int       { return l.order }

var twilioTrunkingRoutes = []twilioRoute{
	{"GET", "/v1/Trunks", (*twilio).listTrunks},
	{"POST", "/v1/Trunks", (*twilio).postTrunk},
	{"GET", trunkV1, onTrunk((*twilio).fetchTrunk)},
	{"POST", trunkV1, onTrunk((*twilio).updateTrunk)},
	{"DELETE", trunkV1, onTrunk((*twilio).removeTrunk)},

	{"GET", trunkV1 + "/PhoneNumbers", onTrunk((*twilio).listTrunkNumbers)},
	{"POST", trunkV1 + "/PhoneNumbers", onTrunk((*twilio).linkTrunkNumber)},
	{"GET", trunkV1 + "/PhoneNumbers/{Sid}", onTrunk((*twilio).fetchTrunkNumber)},
	{"DELETE", trunkV1 + "/PhoneNumbers/{Sid}", onTrunk((*twilio).unlinkTrunkNumber)},

	{"GET", trunkV1 + "/OriginationUrls", onTrunk((*twilio).listOriginations)},
	{"POST", trunkV1 + "/OriginationUrls", onTrunk((*twilio).addOrigination)},
	{"GET", trunkV1 + "/OriginationUrls/{Sid}", onTrunk((*twilio).fetchOrigination)},
	{"POST", trunkV1 + "/OriginationUrls/{Sid}", onTrunk((*twilio).updateOrigination)},
	{"DELETE", trunkV1 + "/OriginationUrls/{Sid}", onTrunk((*twilio).removeOrigination)},

	{"GET", trunkV1 + "/CredentialLists", onTrunk((*twilio).listTrunkLists)},
	{"POST", trunkV1 + "/CredentialLists", onTrunk((*twilio).linkTrunkList)},
	{"GET", trunkV1 + "/CredentialLists/{Sid}", onTrunk((*twilio).fetchTrunkList)},
	{"DELETE", trunkV1 + "/CredentialLists/{Sid}", onTrunk((*twilio).unlinkTrunkList)},

	{"GET", trunkV1 + "/IpAccessControlLists", onTrunk((*twilio).listTrunkACLs)},
	{"POST", trunkV1 + "/IpAccessControlLists", onTrunk((*twilio).linkTrunkACL)},
	{"GET", trunkV1 + "/IpAccessControlLists/{Sid}", onTrunk((*twilio).fetchTrunkACL)},
	{"DELETE", trunkV1 + "/IpAccessControlLists/{Sid}", onTrunk((*twilio).unlinkTrunkACL)},

	{"GET", trunkV1 + "/Recording", onTrunk((*twilio).fetchRecording)},
	{"POST", trunkV1 + "/Recording", onTrunk((*twilio).updateRecording)},
}

const trunkV1 = "/v1/Trunks/{TrunkSid}"

// onTrunk finds the trunk of the path in the account that the credentials belong to: the trunking API has no account
// in its paths (Twilio docs: Elastic SIP Trunking API).
func onTrunk(handle func(*twilio, *twilioCall, *trunk) (int, any, *TwilioError)) twilioHandler {
	return func(t *twilio, c *twilioCall) (int, any, *TwilioError) {
		k := t.trunkIn(c.account, c.params["TrunkSid"])
		if k == nil {
			return 0, nil, notFound(c.path)
		}
		return handle(t, c, k)
	}
}

// The limits of trunks (Twilio docs: Elastic SIP Trunking, scale and limits).
const (
	maxTrunks         = 100
	maxTrialTrunks    = 1
	domainReservedFor = 30 * 24 * time.Hour
)

var domainPattern = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.pstn\.twilio\.com$`)

// AddTrunk gives an account, by default the first, a trunk and returns its SID. Lists on it must exist.
func (ts *TwilioState) AddTrunk(k TwilioTrunk) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	return t.addTrunk(k).SID
}

// Trunks are the trunks of all accounts.
func (ts *TwilioState) Trunks() []TwilioTrunk {
	t, unlock := ts.lock()
	defer unlock()
	return t.trunksHeld()
}

// RemoveTrunk takes a trunk away as a deletion in the console does, and reports whether it was there.
func (ts *TwilioState) RemoveTrunk(sid string) bool {
	t, unlock := ts.lock()
	defer unlock()
	for _, k := range t.trunks {
		if k.SID == sid {
			t.dropTrunk(k)
			return true
		}
	}
	return false
}

// AddIPAccessControlList gives an account an IP access control list and returns its SID.
func (ts *TwilioState) AddIPAccessControlList(account, friendlyName string) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	l := &ipACL{
		sid: t.sim.newID("AL"), accountSID: account, friendlyName: friendlyName,
		order: t.nextOrder(), created: t.sim.now(),
	}
	t.ipACLs = append(t.ipACLs, l)
	return l.sid
}

func (t *twilio) trunkIn(account *TwilioAccount, sid string) *trunk {
	for _, k := range t.trunks {
		if k.AccountSID == account.SID && k.SID == sid {
			return k
		}
	}
	return nil
}

func (t *twilio) trunksHeld() []TwilioTrunk {
	return mapped(t.trunks, func(k *trunk) TwilioTrunk {
		held := k.TwilioTrunk
		held.OriginationURLs = mapped(k.originations, func(o *origination) TwilioOriginationURL {
			return o.TwilioOriginationURL
		})
		held.CredentialListSIDs = mapped(k.lists, func(l *credentialList) string { return l.SID })
		held.IPAccessControlListSIDs = mapped(k.ipACLs, func(l *ipACL) string { return l.sid })
		return held
	})
}

// addTrunk gives an account a trunk, with what Twilio would give where nothing is said.
func (t *twilio) addTrunk(given TwilioTrunk) *trunk {
	k := &trunk{TwilioTrunk: given, order: t.nextOrder()}
	k.OriginationURLs, k.CredentialListSIDs, k.IPAccessControlListSIDs = nil, nil, nil
	if k.AccountSID == "" {
		k.AccountSID = t.accounts[0].SID
	}
	if k.SID == "" {
		k.SID = t.sim.newID("TK")
	}
	for field, otherwise := range map[*string]string{
		&k.DisasterRecoveryMethod: http.MethodPost,
		&k.TransferMode:           "disable-all",
		&k.TransferCallerID:       "from-transferee",
		&k.RecordingMode:          "do-not-record",
		&k.RecordingTrim:          "do-not-trim",
	} {
		if *field == "" {
			*field = otherwise
		}
	}
	k.DateCreated = t.sim.now()
	k.DateUpdated = k.DateCreated
	for _, o := range given.OriginationURLs {
		if o.SID == "" {
			o.SID = t.sim.newID("OU")
		}
		k.originations = append(k.originations, &origination{o, t.nextOrder()})
	}
	k.lists = selected(t.credentialLists, func(l *credentialList) bool {
		return slices.Contains(given.CredentialListSIDs, l.SID)
	})
	k.ipACLs = selected(t.ipACLs, func(l *ipACL) bool { return slices.Contains(given.IPAccessControlListSIDs, l.sid) })
	t.trunks = append(t.trunks, k)
	return k
}

// dropTrunk removes a trunk, unlinks its numbers and keeps its domain from being used again for 30 days (Twilio
// support: termination domain of a deleted trunk).
func (t *twilio) dropTrunk(k *trunk) {
	for _, n := range t.trunkNumbers(k) {
		n.TrunkSID = ""
	}
	if k.DomainName != "" {
		t.reservedDomains[k.DomainName] = t.sim.now().Add(domainReservedFor)
	}
	t.trunks = slices.DeleteFunc(t.trunks, func(other *trunk) bool { return other == k })
}

func (t *twilio) trunkNumbers(k *trunk) []*number {
	return selected(t.numbers, func(n *number) bool { return n.TrunkSID == k.SID && n.AccountSID == k.AccountSID })
}

// createTrunk creates a trunk from the form fields of a POST.
func (t *twilio) createTrunk(account *TwilioAccount, form url.Values) (*trunk, *TwilioError) {
	limit := maxTrunks
	if account.Trial {
		limit = maxTrialTrunks
	}
	held := selected(t.trunks, func(k *trunk) bool { return k.AccountSID == account.SID })
	if len(held) >= limit {
		return nil, badRequestf(21244, "Maximum Number of Trunks reached")
	}
	draft := TwilioTrunk{AccountSID: account.SID, DisasterRecoveryMethod: http.MethodPost}
	if refused := t.configureTrunk(&draft, form); refused != nil {
		return nil, refused
	}
	return t.addTrunk(draft), nil
}

func (t *twilio) configureTrunk(k *TwilioTrunk, form url.Values) *TwilioError {
	return firstRefusal(
		nameField(form, 64, &k.FriendlyName),
		t.configureDomain(k, form),
		urlField(form, "DisasterRecoveryUrl", &k.DisasterRecoveryURL),
		methodField(form, "DisasterRecoveryMethod", &k.DisasterRecoveryMethod),
		enumField(form, "TransferMode", &k.TransferMode, "disable-all", "enable-all", "sip-only"),
		enumField(form, "TransferCallerId", &k.TransferCallerID, "from-transferee", "from-transferor"),
		boolField(form, "Secure", &k.Secure),
		boolField(form, "CnamLookupEnabled", &k.CnamLookupEnabled),
	)
}

func (t *twilio) configureDomain(k *TwilioTrunk, form url.Values) *TwilioError {
	domain := form.Get("DomainName")
	if !form.Has("DomainName") || domain == k.DomainName {
		return nil
	}
	if domain != "" && !domainPattern.MatchString(domain) {
		return badRequestf(21245, "%s is not a domain name that ends with pstn.twilio.com", domain)
	}
	inUse := slices.ContainsFunc(t.trunks, func(other *trunk) bool { return other.DomainName == domain })
	if domain != "" && (inUse || t.sim.now().Before(t.reservedDomains[domain])) {
		return badRequestf(21248, "Trunk Domain already taken")
	}
	k.DomainName = domain
	return nil
}

// deleteTrunk deletes a trunk as a DELETE does.
func (t *twilio) deleteTrunk(k *trunk) *TwilioError {
	numbers := t.trunkNumbers(k)
	if slices.ContainsFunc(numbers, func(n *number) bool { return n.EmergencyAddressStatus == emergencyRegistered }) {
		return badRequestf(21634, "SIP Trunk is in use for emergency calling")
	}
	if len(numbers) > 0 && t.rules.TrunkKeepsNumbers {
		return refusef(http.StatusConflict, 20409, "The trunk has phone numbers")
	}
	t.dropTrunk(k)
	return nil
}

// linkNumber routes a number to a trunk of the same account, which deletes its voice application.
func (t *twilio) linkNumber(k *trunk, n *number) {
	n.TrunkSID, n.VoiceApplicationSID = k.SID, ""
	n.DateUpdated = t.sim.now()
}

func (t *twilio) listTrunks(c *twilioCall) (int, any, *TwilioError) {
	held := selected(t.trunks, func(k *trunk) bool { return k.AccountSID == c.account.SID })
	return listV1(c, "trunks", held, (*trunk).place, func(k *trunk) any { return wireTrunk(c, k) })
}

func (t *twilio) postTrunk(c *twilioCall) (int, any, *TwilioError) {
	k, refused := t.createTrunk(c.account, c.form)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, wireTrunk(c, k), nil
}

func (t *twilio) fetchTrunk(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	return http.StatusOK, wireTrunk(c, k), nil
}

func (t *twilio) updateTrunk(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	draft := k.TwilioTrunk
	if refused := t.configureTrunk(&draft, c.form); refused != nil {
		return 0, nil, refused
	}
	k.TwilioTrunk = draft
	k.DateUpdated = t.sim.now()
	return http.StatusOK, wireTrunk(c, k), nil
}

func (t *twilio) removeTrunk(_ *twilioCall, k *trunk) (int, any, *TwilioError) {
	return http.StatusNoContent, nil, t.deleteTrunk(k)
}

func (k *trunk) url(c *twilioCall) string { return c.base + "/v1/Trunks/" + k.SID }

func wireTrunk(c *twilioCall, k *trunk) any {
	authTypes := []string{}
	if len(k.lists) > 0 {
		authTypes = append(authTypes, "CREDENTIAL_LIST")
	}
	if len(k.ipACLs) > 0 {
		authTypes = append(authTypes, "IP_ACL")
	}
	return map[string]any{
		"sid":                      k.SID,
		"account_sid":              k.AccountSID,
		"friendly_name":            orNull(k.FriendlyName),
		"domain_name":              orNull(k.DomainName),
		"disaster_recovery_url":    orNull(k.DisasterRecoveryURL),
		"disaster_recovery_method": k.DisasterRecoveryMethod,
		"transfer_mode":            k.TransferMode,
		"transfer_caller_id":       k.TransferCallerID,
		"secure":                   k.Secure,
		"cnam_lookup_enabled":      k.CnamLookupEnabled,
		"symmetric_rtp_enabled":    false,
		"recording":                wireRecording(k),
		"auth_type":                strings.Join(authTypes, ","),
		"auth_type_set":            authTypes,
		"date_created":             dateV1(k.DateCreated),
		"date_updated":             dateV1(k.DateUpdated),
		"url":                      k.url(c),
		"links": map[string]string{
			"origination_urls":        k.url(c) + "/OriginationUrls",
			"credential_lists":        k.url(c) + "/CredentialLists",
			"ip_access_control_lists": k.url(c) + "/IpAccessControlLists",
			"phone_numbers":           k.url(c) + "/PhoneNumbers",
		},
	}
}

func wireRecording(k *trunk) any {
	return map[string]string{"mode": k.RecordingMode, "trim": k.RecordingTrim}
}

func (t *twilio) fetchRecording(_ *twilioCall, k *trunk) (int, any, *TwilioError) {
	return http.StatusOK, wireRecording(k), nil
}

func (t *twilio) updateRecording(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	draft := k.TwilioTrunk
	refused := firstRefusal(
		enumField(c.form, "Mode", &draft.RecordingMode, "do-not-record", "record-from-ringing", "record-from-answer",
			"record-from-ringing-dual", "record-from-answer-dual"),
		enumField(c.form, "Trim", &draft.RecordingTrim, "trim-silence", "do-not-trim"),
	)
	if refused != nil {
		return 0, nil, refused
	}
	k.TwilioTrunk = draft
	return http.StatusOK, wireRecording(k), nil
}

func (t *twilio) listOriginations(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	wire := func(o *origination) any { return wireOrigination(c, k, o) }
	return listV1(c, "origination_urls", k.originations, (*origination).place, wire)
}

func (t *twilio) addOrigination(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	for _, name := range []string{"Weight", "Priority", "Enabled", "FriendlyName", "SipUrl"} {
		if c.form.Get(name) == "" {
			return 0, nil, badRequestf(21245, "%s is required", name)
		}
	}
	o := &origination{order: t.nextOrder()}
	if refused := configureOrigination(&o.TwilioOriginationURL, c.form); refused != nil {
		return 0, nil, refused
	}
	o.SID = t.sim.newID("OU")
	o.DateCreated = t.sim.now()
	o.DateUpdated = o.DateCreated
	k.originations = append(k.originations, o)
	return http.StatusCreated, wireOrigination(c, k, o), nil
}

// configureOrigination applies the fields of an origination URL. The ranges are prose in the Twilio OpenAPI.
func configureOrigination(o *TwilioOriginationURL, form url.Values) *TwilioError {
	return firstRefusal(
		intField(form, "Weight", &o.Weight, 1, 65535),
		intField(form, "Priority", &o.Priority, 0, 65535),
		boolField(form, "Enabled", &o.Enabled),
		nameField(form, 64, &o.FriendlyName),
		sipField(form, "SipUrl", 21245, &o.SIPURL),
	)
}

// sipField is a form field that must be a "sip:" address where it is given; "sips:" is not supported (Twilio
// OpenAPI).
func sipField(form url.Values, name string, code int, target *string) *TwilioError {
	if !form.Has(name) {
		return nil
	}
	if address, ok := strings.CutPrefix(form.Get(name), "sip:"); !ok || address == "" {
		return badRequestf(code, "%s must be a sip: address", name)
	}
	*target = form.Get(name)
	return nil
}

func originationIn(c *twilioCall, k *trunk) (*origination, *TwilioError) {
	for _, o := range k.originations {
		if o.SID == c.params["Sid"] {
			return o, nil
		}
	}
	return nil, notFound(c.path)
}

func (t *twilio) fetchOrigination(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	o, refused := originationIn(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireOrigination(c, k, o), nil
}

func (t *twilio) updateOrigination(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	o, refused := originationIn(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	draft := o.TwilioOriginationURL
	if refused := configureOrigination(&draft, c.form); refused != nil {
		return 0, nil, refused
	}
	draft.DateUpdated = t.sim.now()
	o.TwilioOriginationURL = draft
	return http.StatusOK, wireOrigination(c, k, o), nil
}

func (t *twilio) removeOrigination(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	o, refused := originationIn(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	k.originations = slices.DeleteFunc(k.originations, func(other *origination) bool { return other == o })
	return http.StatusNoContent, nil, nil
}

func wireOrigination(c *twilioCall, k *trunk, o *origination) any {
	return map[string]any{
		"sid":           o.SID,
		"account_sid":   k.AccountSID,
		"trunk_sid":     k.SID,
		"friendly_name": o.FriendlyName,
		"sip_url":       o.SIPURL,
		"weight":        o.Weight,
		"priority":      o.Priority,
		"enabled":       o.Enabled,
		"date_created":  dateV1(o.DateCreated),
		"date_updated":  dateV1(o.DateUpdated),
		"url":           k.url(c) + "/OriginationUrls/" + o.SID,
	}
}
