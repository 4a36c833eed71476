package simulator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// The providers that a number can come from (Synthflow OpenAPI: create-custom-number), and 8x8 from the newest page.
const (
	synthflowTwilio = "twilio"
	synthflowCustom = "custom"
	synthflowFive9  = "five9"
	synthflowZoom   = "zoom"
	synthflow8x8    = "8x8"
)

var synthflowProviders = []string{
	synthflowTwilio, "telnyx", "vonage", "ring_central", "ringcx", synthflowCustom,
	synthflowZoom, synthflowFive9, synthflow8x8,
}

// synthflowAutoFilled are the providers that need no SIP domain, and the one that they get. The domains of ringcx and
// zoom are in the OpenAPI; those of the other two are made up.
var synthflowAutoFilled = map[string]string{
	synthflowFive9: "192.0.2.59",
	"ringcx":       "sip.ringcentral.com",
	synthflowZoom:  "sip.zoom.com",
	synthflow8x8:   "sip.8x8.example",
}

// five9Proxy is the outbound proxy that five9 gets; it is made up.
const five9Proxy = "192.0.2.59:5061;transport=tls"

// The seconds between two registrations (Synthflow OpenAPI: uac_register_expires).
const (
	minRegisterExpires     = 60
	maxRegisterExpires     = 3600
	defaultRegisterExpires = 300
)

// synthflowIdentifier is what five9, zoom and 8x8 may have in the place of a number.
var synthflowIdentifier = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// numberIn is a number that a workspace can see, by its slug.
func (y *synthflow) numberIn(w *SynthflowWorkspace, slug string) *synthflowNumber {
	for _, n := range y.numbers {
		if n.WorkspaceID == w.ID && n.Slug == slug && n.hiddenReads == 0 {
			return n
		}
	}
	return nil
}

// observe lets imports go on with each read, so that a test that waits for a number needs no time.
func (y *synthflow) observe(fit func(*synthflowNumber) bool) {
	for _, n := range y.numbers {
		if n.hiddenReads > 0 && fit(n) {
			n.hiddenReads--
		}
	}
}

// isAvailable reports whether an inbound agent could still take a number, which serves one of them at most (Synthflow
// docs: number pooling).
func (y *synthflow) isAvailable(n *synthflowNumber) bool { return y.inboundAgent(n.PhoneNumber) == nil }

func (y *synthflow) inboundAgent(phoneNumber string) *SynthflowAgent {
	for _, a := range y.agents {
		if a.Type == SynthflowInbound && slices.Contains(a.Numbers, phoneNumber) {
			return a
		}
	}
	return nil
}

// listNumbers lists the numbers of a workspace (Synthflow OpenAPI: get-numbers).
func (y *synthflow) listNumbers(c *synthflowCall) (any, *synthflowRefusal) {
	if refused := y.reachable(c, c.query.Get("workspace")); refused != nil {
		return nil, refused
	}
	var wanted *bool
	if c.query.Has("is_available") {
		is, err := strconv.ParseBool(c.query.Get("is_available"))
		if err != nil {
			return nil, synthflowBadRequest("is_available is not valid")
		}
		wanted = &is
	}
	seen := selected(y.numbers, func(n *synthflowNumber) bool {
		return n.WorkspaceID == c.workspace.ID && n.hiddenReads == 0 &&
			(wanted == nil || y.isAvailable(n) == *wanted)
	})
	y.observe(func(n *synthflowNumber) bool { return n.WorkspaceID == c.workspace.ID })
	items, pagination, refused := synthflowPage(y, c, seen)
	if refused != nil {
		return nil, refused
	}
	type item struct {
		Number      string  `json:"number"`
		SID         *string `json:"sid"`
		IsAvailable bool    `json:"is_available"`
	}
	return synthflowResponse(map[string]any{
		"pagination": pagination,
		"phone_numbers": mapped(items, func(n *synthflowNumber) item {
			return item{n.PhoneNumber, orNull(n.SID), y.isAvailable(n)}
		}),
	}), nil
}

// wireSynthflowNumber is a number as the API answers it, without an envelope and without the credentials of its
// trunk. No member tells a bought number from an imported one (Synthflow OpenAPI: get-phone-number).
type wireSynthflowNumber struct {
	Slug               string   `json:"slug"`
	PhoneNumber        string   `json:"phone_number"`
	FriendlyName       string   `json:"friendly_name"`
	AddressRequirement string   `json:"address_requirement"`
	IsSMSCapable       bool     `json:"is_sms_capable"`
	IsVoiceCapable     bool     `json:"is_voice_capable"`
	ISOCountry         string   `json:"iso_country"`
	Locality           string   `json:"locality"`
	Region             string   `json:"region"`
	SIPAuthUsername    *string  `json:"sip_auth_username"`
	SIPOutboundProxy   *string  `json:"sip_outbound_proxy"`
	SIPTermURI         string   `json:"sip_term_uri"`
	UACEnabled         bool     `json:"uac_enabled"`
	UACRegisterExpires *int     `json:"uac_register_expires"`
	SID                string   `json:"sid"`
	ProviderName       string   `json:"provider_name"`
	IsAvailable        bool     `json:"is_available"`
	AgencyWorkspaceID  *string  `json:"agency_workspace_id"`
	WorkspaceID        string   `json:"workspace_id"`
	CreatedAt          string   `json:"created_at"`
	UpdatedAt          *string  `json:"updated_at"`
	Assistants         []string `json:"assistants"`
}

func (y *synthflow) wireNumber(c *synthflowCall, n *synthflowNumber) wireSynthflowNumber {
	w := wireSynthflowNumber{
		Slug:               n.Slug,
		PhoneNumber:        n.PhoneNumber,
		FriendlyName:       n.FriendlyName,
		AddressRequirement: n.AddressRequirement,
		IsSMSCapable:       n.SMSCapable,
		IsVoiceCapable:     true,
		ISOCountry:         n.Country,
		Locality:           n.Locality,
		Region:             n.Region,
		SIPAuthUsername:    orNull(n.AuthUsername),
		SIPOutboundProxy:   orNull(n.OutboundProxy),
		SIPTermURI:         n.TerminationURI,
		UACEnabled:         n.UACEnabled,
		SID:                n.SID,
		ProviderName:       n.ProviderName,
		IsAvailable:        y.isAvailable(n),
		AgencyWorkspaceID:  orNull(c.workspace.AgencyID),
		WorkspaceID:        n.WorkspaceID,
		CreatedAt:          n.CreatedAt.UTC().Format(time.RFC3339),
		Assistants:         []string{},
	}
	if n.UACEnabled {
		w.UACRegisterExpires = &n.UACRegisterExpires
	}
	if !n.UpdatedAt.IsZero() {
		w.UpdatedAt = orNull(n.UpdatedAt.UTC().Format(time.RFC3339))
	}
	for _, a := range y.agents {
		if slices.Contains(a.Numbers, n.PhoneNumber) {
			w.Assistants = append(w.Assistants, a.ID)
		}
	}
	return w
}

func (y *synthflow) fetchNumber(c *synthflowCall) (any, *synthflowRefusal) {
	if refused := y.reachable(c, c.query.Get("workspace")); refused != nil {
		return nil, refused
	}
	slug := c.params["Slug"]
	n := y.numberIn(c.workspace, slug)
	y.observe(func(n *synthflowNumber) bool { return n.WorkspaceID == c.workspace.ID && n.Slug == slug })
	if n == nil {
		return nil, y.unknown("The phone number does not exist")
	}
	return y.wireNumber(c, n), nil
}

// importNumber brings a number along from another carrier (Synthflow OpenAPI: create-custom-number).
func (y *synthflow) importNumber(c *synthflowCall) (any, *synthflowRefusal) {
	body, ok := c.object()
	if !ok {
		return nil, synthflowBadRequest("The body is not a JSON object")
	}
	var workspaceID string
	n := SynthflowNumber{ProviderName: synthflowCustom, UACRegisterExpires: defaultRegisterExpires}
	if !body.read("workspace_id", &workspaceID) || !body.read("phone_number", &n.PhoneNumber) {
		return nil, synthflowBadRequest("workspace_id and phone_number are strings")
	}
	if refused := y.reachable(c, workspaceID); refused != nil {
		return nil, refused
	}
	n.WorkspaceID = workspaceID
	if refused := y.configureProvider(&n, body); refused != nil {
		return nil, refused
	}
	if list := c.workspace.ImportsRefused; slices.Contains(list, n.ProviderName) || slices.Contains(list, "*") {
		message := "The import of this provider is not enabled for the workspace"
		return nil, &synthflowRefusal{http.StatusForbidden, "forbidden", message}
	}
	if refused := y.identify(&n); refused != nil {
		return nil, refused
	}
	if refused := y.configure(&n, body, "termination_uri"); refused != nil {
		return nil, refused
	}
	if refused := y.needsDomain(&n); refused != nil {
		return nil, refused
	}
	held := y.find(n.PhoneNumber)
	if held != nil && (!y.rules.ImportReplaces || held.WorkspaceID != workspaceID) {
		return nil, synthflowBadRequest("The phone number exists already")
	}
	if held != nil {
		n.Key, n.Bought, n.CreatedAt, n.UpdatedAt = held.Key, held.Bought, held.CreatedAt, y.sim.now()
	}
	added := y.addNumber(n)
	if held == nil {
		added.hiddenReads = y.rules.SlowImport
	}
	return synthflowResponse(map[string]string{"key": added.Key, "phone_number": added.PhoneNumber}), nil
}

// identify checks the number of an import. Some providers have identifiers of their own instead, and 8x8 is given one.
func (y *synthflow) identify(n *SynthflowNumber) *synthflowRefusal {
	if n.PhoneNumber == "" && n.ProviderName == synthflow8x8 {
		y.generated++
		n.PhoneNumber = fmt.Sprintf("8%011d", y.generated)
	}
	hasIdentifiers := slices.Contains([]string{synthflowFive9, synthflowZoom, synthflow8x8}, n.ProviderName)
	switch {
	case n.PhoneNumber == "":
		return synthflowBadRequest("phone_number is required")
	case isE164(n.PhoneNumber), hasIdentifiers && synthflowIdentifier.MatchString(n.PhoneNumber):
		return nil
	}
	return synthflowBadRequest("phone_number is not valid")
}

// configureProvider applies provider_name.
func (y *synthflow) configureProvider(n *SynthflowNumber, body jsonObject) *synthflowRefusal {
	if y.rules.OlderImport {
		return nil
	}
	if !body.read("provider_name", &n.ProviderName) || !slices.Contains(synthflowProviders, n.ProviderName) ||
		n.ProviderName == synthflow8x8 && y.rules.Refuses8x8 {
		return synthflowBadRequest("provider_name is not valid")
	}
	return nil
}

// configure applies the fields that import and update share; domainNames are what the SIP domain is called, the last
// one counting most. Nothing is changed for good, so the caller can throw a refused draft away.
func (y *synthflow) configure(n *SynthflowNumber, body jsonObject, domainNames ...string) *synthflowRefusal {
	registered := n.UACEnabled
	type field struct {
		name   string
		target any
		newer  bool // not in the older import
	}
	fields := []field{
		{"friendly_name", &n.FriendlyName, false},
		{"trunk_username", &n.TrunkUsername, false},
		{"trunk_pwd", &n.TrunkPassword, false},
		{"sip_outbound_proxy", &n.OutboundProxy, false},
		{"sip_auth_username", &n.AuthUsername, false},
		{"uac_enabled", &n.UACEnabled, true},
		{"uac_register_expires", &n.UACRegisterExpires, true},
	}
	for _, name := range domainNames {
		fields = append(fields, field{name, &n.TerminationURI, name == "termination_uri"})
	}
	for _, f := range fields {
		if f.newer && y.rules.OlderImport {
			continue
		}
		if !body.read(f.name, f.target) {
			return synthflowBadRequest(f.name + " is not valid")
		}
	}
	if n.UACRegisterExpires < minRegisterExpires || n.UACRegisterExpires > maxRegisterExpires {
		return synthflowBadRequest("uac_register_expires is not between 60 and 3600")
	}
	if n.UACEnabled && !registered && (!body.hasText("trunk_username") || !body.hasText("trunk_pwd")) {
		return synthflowBadRequest("uac_enabled requires trunk_username and trunk_pwd")
	}
	return nil
}

// hasText reports whether a member is a string that is not empty.
func (o jsonObject) hasText(name string) bool {
	var text string
	return o.read(name, &text) && text != ""
}

// needsDomain fills in the SIP domain where the provider has one, and else refuses a number without it.
func (y *synthflow) needsDomain(n *SynthflowNumber) *synthflowRefusal {
	if y.rules.OlderImport || n.TerminationURI != "" {
		return nil
	}
	domain, ok := synthflowAutoFilled[n.ProviderName]
	if !ok {
		return synthflowBadRequest("termination_uri is required for this provider")
	}
	n.TerminationURI = domain
	if n.ProviderName == synthflowFive9 && n.OutboundProxy == "" {
		n.OutboundProxy = five9Proxy
	}
	return nil
}

// updateNumber changes a number, but never the number itself. It needs no workspace (Synthflow OpenAPI:
// update-phone-number).
func (y *synthflow) updateNumber(c *synthflowCall) (any, *synthflowRefusal) {
	n := y.numberIn(c.workspace, c.params["Slug"])
	if n == nil {
		return nil, y.unknown("The phone number does not exist")
	}
	body, ok := c.object()
	if !ok {
		return nil, synthflowBadRequest("The body is not a JSON object")
	}
	draft := n.SynthflowNumber
	if refused := y.configureProvider(&draft, body); refused != nil {
		return nil, refused
	}
	if refused := y.configure(&draft, body, "termination_uri", "sip_term_uri"); refused != nil {
		return nil, refused
	}
	// Without these members the domain is none of the request's business: bought numbers have none.
	if body.has("provider_name") || body.has("termination_uri") || body.has("sip_term_uri") {
		if refused := y.needsDomain(&draft); refused != nil {
			return nil, refused
		}
	}
	y.change(n, func(target *SynthflowNumber) { *target = draft })
	return synthflowOK(), nil
}

// deleteNumber removes a number from the workspace and from every agent, and ends the subscription of a bought one. It
// needs no workspace and knows no conflict (Synthflow docs: delete phone number).
func (y *synthflow) deleteNumber(c *synthflowCall) (any, *synthflowRefusal) {
	n := y.numberIn(c.workspace, c.params["Slug"])
	if n == nil {
		return nil, y.unknown("The phone number does not exist")
	}
	y.drop(n)
	if n.Bought {
		y.cancelled = append(y.cancelled, n.PhoneNumber)
	}
	return synthflowOK(), nil
}
