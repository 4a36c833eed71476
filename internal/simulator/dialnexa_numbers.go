package simulator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The words of a number's status (DialNexa OpenAPI: Purchase Phone Number).
const (
	dialNexaActive  = "active"
	dialNexaPending = "pending"
)

// dialNexaRent is the price of a number in a month, in US dollars; it is made up.
const dialNexaRent = "0.80"

// dialNexaNumberID is what IDs look like. Generation B refuses others with 400 (DialNexa OpenAPI: Delete Phone Number).
var dialNexaNumberID = regexp.MustCompile(`^phn_[A-Za-z0-9]+$`)

// dialNexaStock is what the simulator always offers: made up, and apart from what its Twilio sells. The last number of
// each run is one that somebody else buys.
var dialNexaStock = sync.OnceValue(func() []DialNexaAvailable {
	const length = 10
	var offers []DialNexaAvailable
	for _, run := range []struct {
		country, kind string
		start         int64
	}{
		{"US", "local", 16285550100},
		{"US", "local", 19175550100},
		{"US", "toll_free", 18445550100},
		{"CA", "local", 14375550100},
		{"GB", "local", 441614960500},
		{"GB", "mobile", 447700900500},
		{"AU", "mobile", 61491570150},
	} {
		for i := range int64(length) {
			offers = append(offers, DialNexaAvailable{
				PhoneNumber: fmt.Sprintf("+%d", run.start+i),
				Country:     run.country,
				Type:        run.kind,
				Sold:        i == length-1,
			})
		}
	}
	return offers
})

// forSale are the numbers that a search finds.
func (d *dialNexa) forSale() []DialNexaAvailable {
	return selected(slices.Concat(d.seeded, dialNexaStock()), func(offer DialNexaAvailable) bool {
		return d.find(offer.PhoneNumber) == nil && !d.sold[offer.PhoneNumber] && !d.gone[offer.PhoneNumber]
	})
}

// numberIn is a number of a workspace, by its ID.
func (d *dialNexa) numberIn(w *DialNexaWorkspace, id string) *dialNexaNumber {
	for _, n := range d.numbers {
		if n.ID == id && n.WorkspaceID == w.ID {
			return n
		}
	}
	return nil
}

// numberOf is the number of a path. A number of another workspace does not exist in generation A and is forbidden in
// generation B (DialNexa docs: errors; DialNexa OpenAPI: Get Phone Number Details).
func (d *dialNexa) numberOf(c *dialNexaCall) (*dialNexaNumber, *dialNexaError) {
	id := c.params["ID"]
	if n := d.numberIn(c.workspace, id); n != nil {
		return n, nil
	}
	exists := slices.ContainsFunc(d.numbers, func(n *dialNexaNumber) bool { return n.ID == id })
	if exists && d.isB() {
		return nil, dialNexaForbidden()
	}
	return nil, dialNexaRefusal(http.StatusNotFound, "Phone number not found")
}

// observe lets a purchase go on with each read of the number, so that a test that waits for it needs no time.
func (n *dialNexaNumber) observe() {
	if n.Status != dialNexaPending {
		return
	}
	n.pendingReads--
	if n.pendingReads < 0 {
		n.Status = dialNexaActive
	}
}

// wireNumber is a number as the API answers it. In generation B it does not tell its agent (DialNexa OpenAPI: Get
// Phone Number Details); in generation A its fields are those of the schema or of the worked example on one page
// (DialNexa docs: get phone number).
func (d *dialNexa) wireNumber(n *dialNexaNumber) map[string]any {
	wire := map[string]any{
		"id":           n.ID,
		"phone_number": n.PhoneNumber,
		"nickname":     orNull(n.Nickname),
	}
	if d.isB() {
		wire["provider"], wire["status"], wire["country_code"] = n.Provider, n.Status, n.CountryCode
		return wire
	}
	wire["created_at"] = n.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z")
	agentField := "agent_id"
	if d.rules.InboundAgentID {
		agentField = "inbound_agent_id"
	}
	wire[agentField] = orNull(n.AgentID)
	if d.rules.ExampleFields {
		wire["country_code"], wire["type"] = n.CountryCode, n.Type
		wire["monthly_cost_usd"], wire["capabilities"] = dialNexaRent, []string{"voice"}
		return wire
	}
	wire["label"], wire["status"], wire["provider"] = n.Label, n.Status, n.Provider
	return wire
}

// The limits of a list (DialNexa docs: pagination). Generation B states none and is taken to have the same.
const (
	defaultDialNexaLimit = 20
	maxDialNexaLimit     = 100
)

// listNumbers lists the numbers of the workspace in the envelope of the generation, by country and type in generation A
// alone (DialNexa docs: list phone numbers; DialNexa OpenAPI: List Phone Numbers).
func (d *dialNexa) listNumbers(c *dialNexaCall) (int, any, *dialNexaError) {
	page, limit := 1, defaultDialNexaLimit
	if wrong := slices.Concat(wholeNumber(c, "page", &page), wholeNumber(c, "limit", &limit)); len(wrong) > 0 {
		return 0, nil, dialNexaInvalid(wrong...)
	}
	if limit > maxDialNexaLimit {
		if !d.rules.HighLimitCapped {
			return 0, nil, dialNexaInvalid("limit must not be greater than 100")
		}
		limit = maxDialNexaLimit
	}
	country, kind := c.query.Get("country_code"), c.query.Get("type")
	if d.isB() {
		country, kind = "", ""
	}
	if !slices.Contains([]string{"", "local", "toll_free", "mobile"}, kind) {
		return 0, nil, dialNexaInvalid("type must be one of the following values: local, toll_free, mobile")
	}
	seen := selected(d.numbers, func(n *dialNexaNumber) bool {
		return n.WorkspaceID == c.workspace.ID &&
			(country == "" || n.CountryCode == country) && (kind == "" || n.Type == kind)
	})
	start := min((page-1)*limit, len(seen))
	items := mapped(seen[start:min(start+limit, len(seen))], func(n *dialNexaNumber) any {
		n.observe()
		return d.wireNumber(n)
	})
	total := len(seen)
	if d.isB() {
		return http.StatusOK, map[string]any{"items": items, "total": total, "page": page, "limit": limit}, nil
	}
	return http.StatusOK, map[string]any{
		"data": items,
		"meta": map[string]int{"page": page, "limit": limit, "total": total, "totalPages": (total + limit - 1) / limit},
	}, nil
}

// wholeNumber reads a query parameter that must be one or more where it is given, and says what is wrong with it.
func wholeNumber(c *dialNexaCall, name string, target *int) (wrong []string) {
	if !c.query.Has(name) {
		return nil
	}
	given, err := strconv.Atoi(c.query.Get(name))
	if err != nil || given < 1 {
		return []string{name + " must not be less than 1"}
	}
	*target = given
	return nil
}

func (d *dialNexa) fetchNumber(c *dialNexaCall) (int, any, *dialNexaError) {
	n, refused := d.numberOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	n.observe()
	return http.StatusOK, d.wireNumber(n), nil
}

// searchNumbers lists numbers for sale, in the spelling of the carrier (DialNexa OpenAPI: Search Plivo Numbers).
func (d *dialNexa) searchNumbers(c *dialNexaCall) (int, any, *dialNexaError) {
	country := c.query.Get("country_iso")
	if country == "" {
		return 0, nil, dialNexaBadRequest("country_iso is required")
	}
	kind := func(offer DialNexaAvailable) string { return strings.ReplaceAll(offer.Type, "_", "") }
	found := selected(d.forSale(), func(offer DialNexaAvailable) bool {
		return offer.Country == country && (!c.query.Has("type") || kind(offer) == c.query.Get("type"))
	})
	return http.StatusOK, map[string]any{
		"api_id": d.sim.newID(""),
		"objects": mapped(found, func(offer DialNexaAvailable) map[string]any {
			return map[string]any{
				"number":              offer.PhoneNumber,
				"number_format":       offer.PhoneNumber,
				"type":                kind(offer),
				"country_iso":         offer.Country,
				"monthly_rental_rate": dialNexaRent,
				"setup_rate":          "0.00",
				"voice_enabled":       true,
				"sms_enabled":         false,
				"mms_enabled":         false,
			}
		}),
		"meta": map[string]int{"total_count": len(found)},
	}, nil
}

// dialNexaPrices are what a number costs to rent, in credits, by provider and country; they are made up, but for their
// form.
var dialNexaPrices = []struct {
	provider, country, name string
	credits                 float64
}{
	{"tp_abc123xyz789", "US", "United States", 500},
	{"tp_abc123xyz789", "GB", "United Kingdom", 750.5},
	{"tp_def456uvw012", "GB", "United Kingdom", 800},
}

// listPrices lists the prices of rented numbers (DialNexa OpenAPI: List Phone Number Pricing).
func (d *dialNexa) listPrices(*dialNexaCall) (int, any, *dialNexaError) {
	var offers []map[string]any
	for _, p := range dialNexaPrices {
		var credits any = p.credits
		if !d.rules.PricesAreNumbers {
			credits = strconv.FormatFloat(p.credits, 'f', 4, 64)
		}
		offers = append(offers, map[string]any{
			"telephony_provider_id": p.provider, "country_iso": p.country, "country_name": p.name, "credit_cost": credits,
		})
	}
	return http.StatusOK, offers, nil
}

// buyNumber buys a number. The generations spell its body in their own ways (DialNexa docs: buy phone number; DialNexa
// OpenAPI: Purchase Phone Number).
func (d *dialNexa) buyNumber(c *dialNexaCall) (int, any, *dialNexaError) {
	body, ok := c.object()
	if !ok {
		return 0, nil, dialNexaBadRequest("Request validation failed")
	}
	read := (*dialNexa).orderA
	if d.isB() {
		read = (*dialNexa).orderB
	}
	e164, country, refused := read(d, body)
	if refused != nil {
		return 0, nil, refused
	}
	if c.workspace.KYCMissing {
		return 0, nil, dialNexaRefusal(http.StatusForbidden, "KYC verification is required to purchase phone numbers")
	}
	offer, refused := d.wanted(c, e164)
	if refused != nil {
		return 0, nil, refused
	}
	if country != "" && country != offer.Country {
		return 0, nil, dialNexaBadRequest("The phone number is not in " + country)
	}
	n := d.addNumber(DialNexaNumber{
		WorkspaceID: c.workspace.ID,
		PhoneNumber: offer.PhoneNumber,
		CountryCode: offer.Country,
		Type:        offer.Type,
	})
	d.purchases = append(d.purchases, n.PhoneNumber)
	message := "Phone number purchased and registered successfully"
	if d.rules.PendingReads > 0 {
		n.Status, n.pendingReads = dialNexaPending, d.rules.PendingReads
		message = "Phone number purchase initiated"
	}
	status := d.rules.PurchaseStatus
	if status == 0 {
		status = http.StatusCreated
	}
	if !d.isB() {
		return status, d.wireNumber(n), nil
	}
	bought := map[string]any{"phoneNumber": n.PhoneNumber, "status": n.Status, "message": message}
	if !d.rules.PurchaseOmitsRecord {
		record := d.wireNumber(n)
		record["sip_trunk_enabled"] = n.Linked
		bought["organizationPhoneNumber"] = record
	}
	return status, bought, nil
}

// orderA reads a purchase of generation A, which names the number alone.
func (d *dialNexa) orderA(body jsonObject) (e164, country string, refused *dialNexaError) {
	if !body.read("phone_number", &e164) || !isE164(e164) {
		return "", "", dialNexaBadRequest("phone_number must be a valid E.164 phone number")
	}
	return e164, "", nil
}

// orderB reads a purchase of generation B. All three fields are required.
func (d *dialNexa) orderB(body jsonObject) (e164, country string, refused *dialNexaError) {
	var (
		provider string
		wrong    []string
	)
	for _, field := range []struct {
		name   string
		target *string
	}{
		{"phoneNumber", &e164},
		{"telephonyProviderId", &provider},
		{"countryISO", &country},
	} {
		if !body.read(field.name, field.target) || *field.target == "" {
			wrong = append(wrong, field.name+" should not be empty")
		}
	}
	if d.rules.ProviderIDLength14 && len(provider) != 14 {
		wrong = append(wrong, "telephonyProviderId must be 14 characters long")
	}
	switch {
	case len(wrong) > 0:
		return "", "", dialNexaInvalid(wrong...)
	case !isE164(e164):
		return "", "", dialNexaBadRequest("phoneNumber must be a valid E.164 phone number")
	}
	return e164, country, nil
}

// wanted is the number for sale that a purchase is about.
func (d *dialNexa) wanted(c *dialNexaCall, e164 string) (DialNexaAvailable, *dialNexaError) {
	offers := slices.Concat(d.seeded, dialNexaStock())
	i := slices.IndexFunc(offers, func(offer DialNexaAvailable) bool { return offer.PhoneNumber == e164 })
	switch {
	case i < 0, d.find(e164) != nil, d.gone[e164]:
		return DialNexaAvailable{}, dialNexaBadRequest("Phone number is not available")
	case slices.Contains(c.workspace.CountriesOff, offers[i].Country):
		return DialNexaAvailable{}, dialNexaBadRequest("Country " + offers[i].Country + " is not enabled")
	case !offers[i].Sold && !d.sold[e164]:
		return offers[i], nil
	case d.isB() && !d.rules.SoldIs409:
		return DialNexaAvailable{}, dialNexaBadRequest("Failed to purchase phone number")
	}
	return DialNexaAvailable{}, dialNexaRefusal(http.StatusConflict, "Phone number was purchased by somebody else")
}

// updateNumber changes what it is given and nothing else (DialNexa docs: update phone number).
func (d *dialNexa) updateNumber(c *dialNexaCall) (int, any, *dialNexaError) {
	n, refused := d.numberOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	body, ok := c.object()
	if !ok {
		return 0, nil, dialNexaBadRequest("Request validation failed")
	}
	draft := n.DialNexaNumber
	switch {
	case !body.readOrNull("nickname", &draft.Nickname):
		return 0, nil, dialNexaInvalid("nickname must be a string")
	case !body.read("label", &draft.Label):
		return 0, nil, dialNexaInvalid("label must be a string")
	case !body.readOrNull("agent_id", &draft.AgentID):
		return 0, nil, dialNexaInvalid("agent_id must be a string")
	}
	if body.has("agent_id") && !body.isNull("agent_id") {
		if a := d.agent(draft.AgentID); a == nil || a.WorkspaceID != c.workspace.ID {
			return 0, nil, dialNexaBadRequest("Agent not found or not eligible")
		}
	}
	n.DialNexaNumber = draft
	return http.StatusOK, d.wireNumber(n), nil
}

// readOrNull is read for a member that null empties.
func (o jsonObject) readOrNull(name string, target *string) bool {
	if o.isNull(name) {
		*target = ""
		return true
	}
	return o.read(name, target)
}

// releaseNumber gives a number up for good; a linked one is only let go (DialNexa docs: delete phone number; DialNexa
// OpenAPI: Delete Phone Number).
func (d *dialNexa) releaseNumber(c *dialNexaCall) (int, any, *dialNexaError) {
	if d.isB() && !dialNexaNumberID.MatchString(c.params["ID"]) {
		return 0, nil, dialNexaBadRequest("Invalid phone number ID format")
	}
	n, refused := d.numberOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	if why := d.inUse(n); why != "" {
		return 0, nil, dialNexaRefusal(http.StatusConflict, why)
	}
	d.drop(n)
	if !n.Linked {
		d.released = append(d.released, n.PhoneNumber)
		d.gone[n.PhoneNumber] = !d.rules.ReleasedCanBeBought
	}
	return http.StatusOK, d.deleteBody(), nil
}

// deleteBody is what a release answers, nil for nothing.
func (d *dialNexa) deleteBody() any {
	switch kind := d.rules.DeleteBody; {
	case kind == DialNexaDeleteEmpty, kind == "" && d.isB():
		return nil
	case kind == DialNexaDeleteWord:
		return map[string]string{"message": "success"}
	}
	return map[string]string{"message": "Phone number deleted successfully"}
}

// inUse says what keeps a number from being released, or "". The generations name other reasons.
func (d *dialNexa) inUse(n *dialNexaNumber) string {
	switch {
	case !d.isB() && n.ActiveCampaign:
		return "Phone number is part of an active campaign"
	case d.isB() && n.WorkspaceDefault:
		return "Phone number is the organization default"
	case d.isB() && n.ActiveWorkflows:
		return "Phone number has active workflows"
	}
	return ""
}
