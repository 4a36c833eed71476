package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The account that every simulator starts with. Neither value could be a real one.
const (
	DefaultAccountSID = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	DefaultAuthToken  = "simulated-auth-token"
)

// TwilioRules are the limits of the simulated Twilio and the assumptions on what Twilio leaves undocumented. The zero
// value is the default; a field that is set turns one assumption the other way.
type TwilioRules struct {
	// ReleasedCanBeBought lets a released number be bought again. By default that answers 21422, as one user reported
	// of a purchase right after the release.
	ReleasedCanBeBought bool `json:"released_can_be_bought,omitempty"`
	// OwnedCanBeBought answers the purchase of a number that the account holds with that number, unchanged. By
	// default it answers 21422, as for every number that is taken.
	OwnedCanBeBought bool `json:"owned_can_be_bought,omitempty"`
	// FallbackMayOutliveURL allows clearing VoiceUrl or SmsUrl while the fallback URL stays. By default that answers
	// 21405 or 21406, as setting a fallback URL without its primary URL always does.
	FallbackMayOutliveURL bool `json:"fallback_may_outlive_url,omitempty"`
	// OmitsModeAndType leaves voice_receive_mode and type out of numbers, as many recorded answers do.
	OmitsModeAndType bool `json:"omits_mode_and_type,omitempty"`
	// EmptyNameStays makes FriendlyName= an empty name. By default it brings the formatted number back.
	EmptyNameStays bool `json:"empty_name_stays,omitempty"`
	// DemoHandlers gives a number bought without VoiceUrl or SmsUrl Twilio's demo handlers.
	DemoHandlers bool `json:"demo_handlers,omitempty"`
	// RenamesBought is the friendly name that the account's own automation gives every number right after its purchase
	// was answered; empty: there is none.
	RenamesBought string `json:"renames_bought,omitempty"`
	// ReadsLag is how many reads of a number by its SID still answer as before its last write, a purchase with 404.
	ReadsLag int `json:"reads_lag,omitempty"`

	// ApplicationBeatsTrunk keeps the application when one request sets both TrunkSid and VoiceApplicationSid. By
	// default the trunk is kept, since it ranks higher.
	ApplicationBeatsTrunk bool `json:"application_beats_trunk,omitempty"`
	// ApplicationHoldsOffTrunk makes TrunkSid have no effect while an application is set that the request does not
	// clear, as one user reported. By default it deletes the application, as the Twilio OpenAPI says.
	ApplicationHoldsOffTrunk bool `json:"application_holds_off_trunk,omitempty"`

	// EmergencyReads is the number of reads that still answer pending-unregistration after an emergency address was
	// removed. 0 stands for 2; a negative number deregisters at once.
	EmergencyReads int `json:"emergency_reads,omitempty"`
	// EmergencyStaysRegistered ends a deregistration in unregistration-failure.
	EmergencyStaysRegistered bool `json:"emergency_stays_registered,omitempty"`
	// EmergencyLetsMessagingChange lets the messaging settings of a number with a registered emergency address be
	// changed. By default a request that mentions one answers 400 and 21631, as two users reported.
	EmergencyLetsMessagingChange bool `json:"emergency_lets_messaging_change,omitempty"`
	// EmergencyRelease refuses the release of a number with an emergency address. That it is refused is documented,
	// how is not; 400 and 21631 by default, as two users reported.
	EmergencyRelease TwilioError `json:"emergency_release,omitzero"`
	// HostedReleaseRefused refuses the release of hosted numbers. By default they are released like others.
	HostedReleaseRefused bool `json:"hosted_release_refused,omitempty"`

	// TransferChangesSID gives a number a new SID in the account that it is transferred to.
	TransferChangesSID bool `json:"transfer_changes_sid,omitempty"`
	// TransferClearsURLs clears the webhooks of a number that is transferred. Trunk, applications, address and bundle
	// are cleared in any case, since the losing account owns them.
	TransferClearsURLs bool `json:"transfer_clears_urls,omitempty"`
	// HostedTransferRefused refuses the transfer of hosted numbers. Two articles of Twilio's disagree on it.
	HostedTransferRefused bool `json:"hosted_transfer_refused,omitempty"`

	// TransferKeepsMember leaves a number that is transferred in the Messaging Service of the account that it leaves, which
	// then refuses it elsewhere. By default it leaves the pool, as it leaves trunk and applications.
	TransferKeepsMember bool `json:"transfer_keeps_member,omitempty"`
	// MemberAnswers200 answers a number that joins a Messaging Service with 200. By default with 201; the OpenAPI has both.
	MemberAnswers200 bool `json:"member_answers_200,omitempty"`
	// MemberConflictIs400 refuses a number that is in a Messaging Service already with 400. By default with 409; the error
	// dictionary has the codes, 21710 and 21712, and no status.
	MemberConflictIs400 bool `json:"member_conflict_is_400,omitempty"`
	// MemberIncapable refuses a number without SMS and MMS in a Messaging Service. 400 and 21715 by default: the error
	// dictionary has the code, and no status.
	MemberIncapable TwilioError `json:"member_incapable,omitzero"`
	// PoolSize is how many numbers a Messaging Service takes before 21714 is answered; 0 stands for 400, which is the
	// default by the error dictionary.
	PoolSize int `json:"pool_size,omitempty"`
	// ReleasedStaysMember still lists a number that was released in its Messaging Service. By default it is gone from there, too.
	ReleasedStaysMember bool `json:"released_stays_member,omitempty"`

	// UnroutedIsNotFound answers 404 for the voice Region of a number that was never given one. By default it answers us1,
	// where such a number's calls are processed.
	UnroutedIsNotFound bool `json:"unrouted_is_not_found,omitempty"`
	// RoutesOfUS1Alone refuses the credentials of every other Region, from which those here then are, at the Routes API. By
	// default it takes them.
	RoutesOfUS1Alone bool `json:"routes_of_us1_alone,omitempty"`

	// PricesUnknown answers 404 for the prices of numbers, whatever the country. By default all are known that are sold.
	PricesUnknown bool `json:"prices_unknown,omitempty"`
	// PricedTypesHyphenated spells the types of priced numbers as toll-free. By default it is "toll free", as in the example
	// of the OpenAPI, which names no others of two words.
	PricedTypesHyphenated bool `json:"priced_types_hyphenated,omitempty"`

	// TrunkKeepsNumbers refuses to delete a trunk that has numbers. By default they are unlinked.
	TrunkKeepsNumbers bool `json:"trunk_keeps_numbers,omitempty"`
	// TrunkKeepsCredentialLists refuses to delete a credential list that a trunk uses, with 21241. By default it is
	// taken off the trunk.
	TrunkKeepsCredentialLists bool `json:"trunk_keeps_credential_lists,omitempty"`
	// PolicyInUseStays refuses to delete a connection policy that a BYOC trunk uses. By default it is taken off.
	PolicyInUseStays bool `json:"policy_in_use_stays,omitempty"`

	// WrongCredentials refuses requests whose credentials do not fit. 401 and 20003 by default.
	WrongCredentials TwilioError `json:"wrong_credentials,omitzero"`
	// RestrictedKey refuses what a key has no permission for. That it is refused is documented, how is not; 403 and 20003 by
	// default.
	RestrictedKey TwilioError `json:"restricted_key,omitzero"`
	// InactiveAccount refuses requests to a suspended or closed account. 401 and 20003 by default; Twilio's error
	// dictionary has 20005, 20403 and 10001 for it as well.
	InactiveAccount TwilioError `json:"inactive_account,omitzero"`

	// MaxConcurrent is how many requests may be in flight before 429 is answered; 0 for any number. Twilio limits
	// concurrency and publishes no figure.
	MaxConcurrent int `json:"max_concurrent,omitempty"`
	// RateLimit answers 429 to some requests by count, so that a test does not depend on time.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
	// RetryAfter is sent with a 429 where it is not empty. Whether Twilio sends it is not documented.
	RetryAfter string `json:"retry_after,omitempty"`
	// BareRateLimit answers 429 without a body.
	BareRateLimit bool `json:"bare_rate_limit,omitempty"`
}

// RateLimit serves some requests, refuses the next ones and starts again. The zero value refuses none.
type RateLimit struct {
	Serve  int `json:"serve"`
	Refuse int `json:"refuse"`
}

// TwilioError is an error as Twilio answers it. It is the zero value for "no error" and for "the default".
type TwilioError struct {
	Status  int    `json:"status"`
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// TwilioAccount is an account or a subaccount.
type TwilioAccount struct {
	SID          string      `json:"sid"`
	AuthToken    string      `json:"auth_token"`
	FriendlyName string      `json:"friendly_name,omitempty"`
	OwnerSID     string      `json:"owner_sid,omitempty"` // the account itself, or the main account of a subaccount
	Status       string      `json:"status,omitempty"`    // active, suspended or closed
	Trial        bool        `json:"trial,omitempty"`     // a trial account cannot buy (21404)
	Test         bool        `json:"test,omitempty"`      // its credentials are test credentials
	Keys         []TwilioKey `json:"keys,omitempty"`
	DateCreated  time.Time   `json:"date_created,omitzero"`
}

// TwilioKey is an API key of an account. A key that is not a main key is refused on Accounts.
type TwilioKey struct {
	SID    string `json:"sid"`
	Secret string `json:"secret"`
	Main   bool   `json:"main,omitempty"`
	// Lacks are the beginnings of the paths for which a restricted key has no permission.
	Lacks []string `json:"lacks,omitempty"`
}

// TwilioCapabilities are what a number can do.
type TwilioCapabilities struct {
	Voice bool `json:"voice"`
	SMS   bool `json:"sms"`
	MMS   bool `json:"mms"`
	Fax   bool `json:"fax"`
}

// TwilioNumber is a number that an account holds. The types of numbers are local, toll_free, mobile, national, voip,
// shared_cost and machine_to_machine.
type TwilioNumber struct {
	SID          string             `json:"sid,omitempty"`
	AccountSID   string             `json:"account_sid,omitempty"`
	PhoneNumber  string             `json:"phone_number"`
	FriendlyName string             `json:"friendly_name,omitempty"`
	Type         string             `json:"type,omitempty"`
	Origin       string             `json:"origin,omitempty"` // twilio or hosted
	Status       string             `json:"status,omitempty"`
	Beta         bool               `json:"beta,omitempty"`
	Capabilities TwilioCapabilities `json:"capabilities,omitzero"`
	APIVersion   string             `json:"api_version,omitempty"`

	AddressRequirements   string `json:"address_requirements,omitempty"` // none, any, local or foreign
	BundleRequired        bool   `json:"bundle_required,omitempty"`
	CallerIDLookupRefused bool   `json:"caller_id_lookup_refused,omitempty"` // 21409

	VoiceURL             string `json:"voice_url,omitempty"`
	VoiceMethod          string `json:"voice_method,omitempty"`
	VoiceFallbackURL     string `json:"voice_fallback_url,omitempty"`
	VoiceFallbackMethod  string `json:"voice_fallback_method,omitempty"`
	VoiceApplicationSID  string `json:"voice_application_sid,omitempty"`
	VoiceCallerIDLookup  bool   `json:"voice_caller_id_lookup,omitempty"`
	VoiceReceiveMode     string `json:"voice_receive_mode,omitempty"` // voice or fax
	TrunkSID             string `json:"trunk_sid,omitempty"`
	SMSURL               string `json:"sms_url,omitempty"`
	SMSMethod            string `json:"sms_method,omitempty"`
	SMSFallbackURL       string `json:"sms_fallback_url,omitempty"`
	SMSFallbackMethod    string `json:"sms_fallback_method,omitempty"`
	SMSApplicationSID    string `json:"sms_application_sid,omitempty"`
	StatusCallback       string `json:"status_callback,omitempty"`
	StatusCallbackMethod string `json:"status_callback_method,omitempty"`
	// MessagingServiceSID is the Messaging Service in whose sender pool the number is. No record of a number has it.
	MessagingServiceSID string `json:"messaging_service_sid,omitempty"`
	// VoiceRegion processes its calls; empty: it was never given one, and us1 does. No record of a number has it. The wiring
	// of other Regions than that of the requests is not played.
	VoiceRegion string `json:"voice_region,omitempty"`

	AddressSID             string `json:"address_sid,omitempty"`
	IdentitySID            string `json:"identity_sid,omitempty"`
	BundleSID              string `json:"bundle_sid,omitempty"`
	EmergencyAddressSID    string `json:"emergency_address_sid,omitempty"`
	EmergencyAddressStatus string `json:"emergency_address_status,omitempty"`

	DateCreated time.Time `json:"date_created,omitzero"`
	DateUpdated time.Time `json:"date_updated,omitzero"`
}

// TwilioAvailable is a number for sale.
type TwilioAvailable struct {
	PhoneNumber           string             `json:"phone_number"`
	Country               string             `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Type                  string             `json:"type,omitempty"`    // as of TwilioNumber
	Capabilities          TwilioCapabilities `json:"capabilities,omitzero"`
	AddressRequirements   string             `json:"address_requirements,omitempty"`
	BundleRequired        bool               `json:"bundle_required,omitempty"`
	CallerIDLookupRefused bool               `json:"caller_id_lookup_refused,omitempty"`
	Beta                  bool               `json:"beta,omitempty"`
	Place                 TwilioPlace        `json:"place,omitzero"`
}

// TwilioPlace is where a number belongs. Twilio knows it for the US and Canada; elsewhere the locality alone.
type TwilioPlace struct {
	Locality   string  `json:"locality,omitempty"`
	Region     string  `json:"region,omitempty"`
	PostalCode string  `json:"postal_code,omitempty"`
	RateCenter string  `json:"rate_center,omitempty"`
	LATA       string  `json:"lata,omitempty"`
	Latitude   float64 `json:"latitude,omitempty"`
	Longitude  float64 `json:"longitude,omitempty"`
}

// TwilioAddress is an address that an account has on file.
type TwilioAddress struct {
	SID        string `json:"sid"`
	AccountSID string `json:"account_sid"`
	Country    string `json:"country"`
}

// TwilioBundle is a regulatory bundle of an account. Only the status twilio-approved satisfies a requirement.
type TwilioBundle struct {
	SID        string `json:"sid"`
	AccountSID string `json:"account_sid"`
	Status     string `json:"status"`
}

// TwilioApplication is an application that can handle a number's calls or messages.
type TwilioApplication struct {
	SID        string `json:"sid"`
	AccountSID string `json:"account_sid"`
}

// twilio is the state of the simulated Twilio. Its methods expect the server's lock to be held.
type twilio struct {
	sim   *Server
	rules TwilioRules

	accounts     []*TwilioAccount
	numbers      []*number
	seeded       []TwilioAvailable // for sale before the made-up stock
	taken        map[string]bool   // E.164 numbers that somebody else holds
	addresses    []*TwilioAddress
	bundles      []*TwilioBundle
	applications []*TwilioApplication

	trunks          []*trunk
	reservedDomains map[string]time.Time // of deleted trunks, and until when
	credentialLists []*credentialList
	ipACLs          []*ipACL
	policies        []*policy
	services        []*TwilioService
	ghosts          []*number // released, and still in their Messaging Service
	byocTrunks      []*byocTrunk

	released, purchases []string // E.164 numbers

	served  int // requests, for the rate limit
	created int // things, for an order that does not change
}

// WithTwilio sets the assumptions and limits of the simulated Twilio.
func WithTwilio(rules TwilioRules) Option {
	return func(s *Server) { s.rules[Twilio] = rules }
}

func newTwilio(s *Server) *twilio {
	t := &twilio{sim: s, taken: map[string]bool{}, reservedDomains: map[string]time.Time{}}
	if rules, ok := s.rules[Twilio].(TwilioRules); ok {
		t.rules = rules
	}
	t.addAccount(TwilioAccount{SID: DefaultAccountSID, AuthToken: DefaultAuthToken, FriendlyName: "Simulated"})
	s.twilio = t
	return t
}

// nextOrder numbers the things that are created, so that lists have an order and page tokens survive changes.
func (t *twilio) nextOrder() int {
	t.created++
	return t.created
}

// TwilioState is access to the simulated Twilio that bypasses its rules and its request log. It stays valid after a
// Reset.
type TwilioState struct{ sim *Server }

// Twilio gives access to the simulated Twilio.
func (s *Server) Twilio() *TwilioState { return &TwilioState{s} }

// lock takes the lock and gives the state of now.
func (ts *TwilioState) lock() (t *twilio, unlock func()) {
	ts.sim.mu.Lock()
	return ts.sim.twilio, ts.sim.mu.Unlock
}

// SetRules changes the rules while the simulator runs.
func (ts *TwilioState) SetRules(change func(*TwilioRules)) {
	t, unlock := ts.lock()
	defer unlock()
	change(&t.rules)
}

// AddAccount adds a main account, or with an OwnerSID a subaccount. What is left empty is made up; the account as it
// was added is returned.
func (ts *TwilioState) AddAccount(a TwilioAccount) TwilioAccount {
	t, unlock := ts.lock()
	defer unlock()
	return *t.addAccount(a)
}

// AddSubaccount adds a subaccount of the account owner.
func (ts *TwilioState) AddSubaccount(owner string) TwilioAccount {
	return ts.AddAccount(TwilioAccount{OwnerSID: owner})
}

// AddAPIKey adds a Standard key to an account, or a Main one.
func (ts *TwilioState) AddAPIKey(account string, isMain bool) TwilioKey {
	t, unlock := ts.lock()
	defer unlock()
	key := TwilioKey{SID: t.sim.newID("SK"), Secret: "simulated-secret", Main: isMain}
	if a := t.account(account); a != nil {
		a.Keys = append(a.Keys, key)
	}
	return key
}

// AddRestrictedKey adds a key to an account that has no permission for the paths that begin so.
func (ts *TwilioState) AddRestrictedKey(account string, lacks ...string) TwilioKey {
	t, unlock := ts.lock()
	defer unlock()
	key := TwilioKey{SID: t.sim.newID("SK"), Secret: "simulated-secret", Lacks: lacks}
	if a := t.account(account); a != nil {
		a.Keys = append(a.Keys, key)
	}
	return key
}

// SetAccountStatus makes an account active, suspended or closed.
func (ts *TwilioState) SetAccountStatus(account, status string) {
	t, unlock := ts.lock()
	defer unlock()
	if a := t.account(account); a != nil {
		a.Status = status
	}
}

// AddNumber gives an account, by default the first, a number, and returns its SID. What is left empty gets the value
// that Twilio would give it. A number that is held already is replaced.
func (ts *TwilioState) AddNumber(n TwilioNumber) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	return t.addNumber(n).SID
}

// Number is a number that an account holds, by its E.164 number.
func (ts *TwilioState) Number(e164 string) (TwilioNumber, bool) {
	t, unlock := ts.lock()
	defer unlock()
	if n := t.numberByE164(e164); n != nil {
		return n.TwilioNumber, true
	}
	return TwilioNumber{}, false
}

// Numbers are the numbers of all accounts, oldest first.
func (ts *TwilioState) Numbers() []TwilioNumber {
	t, unlock := ts.lock()
	defer unlock()
	return t.numbersHeld()
}

// UpdateNumber changes a number without any rule in the way and reports whether it is held.
func (ts *TwilioState) UpdateNumber(e164 string, change func(*TwilioNumber)) bool {
	t, unlock := ts.lock()
	defer unlock()
	n := t.numberByE164(e164)
	if n == nil {
		return false
	}
	t.changeNumber(n, change)
	return true
}

// RemoveNumber takes a number away, as an expired account or a release in the console does, and reports whether it
// was held. Released does not list it.
func (ts *TwilioState) RemoveNumber(e164 string) bool {
	t, unlock := ts.lock()
	defer unlock()
	n := t.numberByE164(e164)
	if n == nil {
		return false
	}
	t.dropNumber(n)
	return true
}

// AddAvailable offers numbers for sale, before the made-up stock. Country and type follow from the number where they
// are empty, and capabilities are all but fax.
func (ts *TwilioState) AddAvailable(offers ...TwilioAvailable) {
	t, unlock := ts.lock()
	defer unlock()
	for _, offer := range offers {
		t.seeded = append(t.seeded, offer.completed())
	}
}

// TakeNumber lets somebody else have a number: it is not for sale any more.
func (ts *TwilioState) TakeNumber(e164 string) {
	t, unlock := ts.lock()
	defer unlock()
	t.taken[e164] = true
}

// AddAddress puts an address in country on file and returns its SID.
func (ts *TwilioState) AddAddress(account, country string) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	a := &TwilioAddress{SID: t.sim.newID("AD"), AccountSID: account, Country: country}
	t.addresses = append(t.addresses, a)
	return a.SID
}

// AddBundle adds a regulatory bundle with a status such as twilio-approved and returns its SID.
func (ts *TwilioState) AddBundle(account, status string) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	b := &TwilioBundle{SID: t.sim.newID("BU"), AccountSID: account, Status: status}
	t.bundles = append(t.bundles, b)
	return b.SID
}

// AddApplication adds an application and returns its SID.
func (ts *TwilioState) AddApplication(account string) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	a := &TwilioApplication{SID: t.sim.newID("AP"), AccountSID: account}
	t.applications = append(t.applications, a)
	return a.SID
}

// Released are the numbers that were released through the API, in order.
func (ts *TwilioState) Released() []string {
	t, unlock := ts.lock()
	defer unlock()
	return slices.Clone(t.released)
}

// Purchases are the numbers that were bought, in order.
func (ts *TwilioState) Purchases() []string {
	t, unlock := ts.lock()
	defer unlock()
	return slices.Clone(t.purchases)
}

// TwilioHoldings is what all accounts hold together, and what was bought and released on the way.
type TwilioHoldings struct {
	Accounts           []TwilioAccount          `json:"accounts"`
	Numbers            []TwilioNumber           `json:"numbers"`
	Trunks             []TwilioTrunk            `json:"trunks"`
	CredentialLists    []TwilioCredentialList   `json:"credential_lists"`
	ConnectionPolicies []TwilioConnectionPolicy `json:"connection_policies"`
	ByocTrunks         []TwilioByocTrunk        `json:"byoc_trunks"`
	Services           []TwilioService          `json:"services"`
	Purchases          []string                 `json:"purchases"`
	Released           []string                 `json:"released"`
}

func (t *twilio) state() any {
	holdings := TwilioHoldings{
		Numbers:            t.numbersHeld(),
		Trunks:             t.trunksHeld(),
		CredentialLists:    t.credentialListsHeld(),
		ConnectionPolicies: t.policiesHeld(),
		ByocTrunks:         t.byocTrunksHeld(),
		Services:           t.servicesHeld(),
		Purchases:          slices.Clone(t.purchases),
		Released:           slices.Clone(t.released),
	}
	for _, a := range t.accounts {
		shown := *a
		shown.AuthToken, shown.Keys = "", nil
		holdings.Accounts = append(holdings.Accounts, shown)
	}
	return holdings
}

// seed adds the Twilio part of a seed file.
func (t *twilio) seed(part json.RawMessage) error {
	var in struct {
		Rules        *TwilioRules         `json:"rules"`
		Accounts     []TwilioAccount      `json:"accounts"`
		Addresses    []*TwilioAddress     `json:"addresses"`
		Bundles      []*TwilioBundle      `json:"bundles"`
		Applications []*TwilioApplication `json:"applications"`
		Trunks       []TwilioTrunk        `json:"trunks"`
		Services     []TwilioService      `json:"services"`
		Numbers      []TwilioNumber       `json:"numbers"`
		Available    []TwilioAvailable    `json:"available"`
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
		t.rules = *in.Rules
	}
	for _, a := range in.Accounts {
		t.addAccount(a)
	}
	t.addresses = append(t.addresses, in.Addresses...)
	t.bundles = append(t.bundles, in.Bundles...)
	t.applications = append(t.applications, in.Applications...)
	for _, tk := range in.Trunks {
		t.addTrunk(tk)
	}
	for _, s := range in.Services {
		t.addService(s)
	}
	for _, n := range in.Numbers {
		t.addNumber(n)
	}
	for _, offer := range in.Available {
		t.seeded = append(t.seeded, offer.completed())
	}
	return nil
}

// control serves the control paths of Twilio:
//
//	POST   /_simulator/twilio/numbers          adds a number (a TwilioNumber)
//	PATCH  /_simulator/twilio/numbers/{e164}   changes a number behind the client's back (the members that are sent)
//	DELETE /_simulator/twilio/numbers/{e164}   takes a number away
//	PUT    /_simulator/twilio/rules            sets the rules (a TwilioRules)
func (t *twilio) control(method, path string, body []byte) answer {
	collection, e164, _ := strings.Cut(path, "/")
	switch {
	case method == http.MethodPut && path == "rules":
		var rules TwilioRules
		if err := decodeStrictly(body, &rules); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		t.rules = rules
		return jsonAnswer(http.StatusOK, t.rules)
	case collection != "numbers":
		return noControl(method, "twilio/"+path)
	case method == http.MethodPost && e164 == "":
		var n TwilioNumber
		if err := decodeStrictly(body, &n); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		if !isE164(n.PhoneNumber) {
			return controlError(http.StatusBadRequest, fmt.Errorf("%q is not an E.164 number", n.PhoneNumber))
		}
		return jsonAnswer(http.StatusCreated, t.addNumber(n).TwilioNumber)
	}
	n := t.numberByE164(e164)
	if n == nil {
		return controlError(http.StatusNotFound, fmt.Errorf("nobody holds %q", e164))
	}
	switch method {
	case http.MethodPatch:
		changed := n.TwilioNumber
		if err := decodeStrictly(body, &changed); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		t.changeNumber(n, func(target *TwilioNumber) { *target = changed })
		return jsonAnswer(http.StatusOK, n.TwilioNumber)
	case http.MethodDelete:
		t.dropNumber(n)
		return answer{status: http.StatusNoContent}
	}
	return noControl(method, "twilio/"+path)
}
