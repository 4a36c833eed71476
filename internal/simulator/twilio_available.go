package simulator

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var twilioSearchRoutes = []twilioRoute{
	{"GET", account2010 + "/AvailablePhoneNumbers.json", (*twilio).listCountries},
	{"GET", account2010 + "/AvailablePhoneNumbers/{CountryCode}.json", (*twilio).fetchCountry},
	{"GET", account2010 + "/AvailablePhoneNumbers/{CountryCode}/{Type}.json", (*twilio).searchNumbers},
}

// country is a country of the made-up stock.
type country struct {
	code, name, prefix string
	series             []series
}

// series is a run of numbers for sale: start, start+1 and so on.
type series struct {
	kind         string
	start        int64
	capabilities TwilioCapabilities
	address      string // none, any, local or foreign
	bundle       bool
	place        TwilioPlace
}

// seriesLength is the number of numbers in each series.
const seriesLength = 20

var (
	allButFax = TwilioCapabilities{Voice: true, SMS: true, MMS: true}
	voiceOnly = TwilioCapabilities{Voice: true}
	voiceSMS  = TwilioCapabilities{Voice: true, SMS: true}
)

// countries are what the simulator sells. The numbers come from ranges that are set aside for fiction where a country
// has one. What a country offers and asks for is made up, so that every type and every requirement occurs somewhere.
var countries = []country{
	{"US", "United States", "1", []series{
		{
			"local", 14155550100, allButFax, "none", false,
			TwilioPlace{"San Francisco", "CA", "94105", "SNFC CNTRL", "722", 37.77, -122.42},
		},
		{
			"local", 12125550100, allButFax, "none", false,
			TwilioPlace{"New York", "NY", "10001", "NEW YORK", "132", 40.71, -74.01},
		},
		{
			"local", 13125550100, allButFax, "none", false,
			TwilioPlace{"Chicago", "IL", "60601", "CHICAGO", "358", 41.88, -87.63},
		},
		{
			"local", 12065550100, allButFax, "none", false,
			TwilioPlace{"Seattle", "WA", "98101", "SEATTLE", "674", 47.61, -122.33},
		},
		{
			"local", 15125550100, voiceOnly, "none", false,
			TwilioPlace{"Austin", "TX", "78701", "AUSTIN", "558", 30.27, -97.74},
		},
		{
			"local", 18085550100, allButFax, "none", false,
			TwilioPlace{"Hilo", "HI", "96720", "HILO", "834", 19.72, -155.09},
		},
		{"toll_free", 18005550100, voiceSMS, "none", false, TwilioPlace{}},
		{"toll_free", 18335550100, voiceSMS, "none", false, TwilioPlace{}},
	}},
	{"CA", "Canada", "1", []series{
		{
			"local", 14165550100, allButFax, "none", false,
			TwilioPlace{"Toronto", "ON", "M5H", "TORONTO", "888", 43.65, -79.38},
		},
		{
			"local", 16045550100, allButFax, "none", false,
			TwilioPlace{"Vancouver", "BC", "V6B", "VANCOUVER", "888", 49.28, -123.12},
		},
	}},
	{"GB", "United Kingdom", "44", []series{
		{"local", 442079460000, voiceOnly, "any", false, TwilioPlace{Locality: "London"}},
		{"mobile", 447700900000, voiceSMS, "any", false, TwilioPlace{}},
		{"toll_free", 448081570000, voiceOnly, "none", false, TwilioPlace{}},
		{"national", 443069990000, voiceOnly, "none", false, TwilioPlace{}},
	}},
	{"DE", "Germany", "49", []series{
		{"local", 493023125000, voiceOnly, "local", true, TwilioPlace{Locality: "Berlin"}},
		{"mobile", 4915228817000, voiceSMS, "any", true, TwilioPlace{}},
		{"national", 4932221000000, voiceOnly, "local", false, TwilioPlace{}},
	}},
	{"FR", "France", "33", []series{
		{"local", 33199000000, voiceOnly, "local", false, TwilioPlace{Locality: "Paris"}},
		{"mobile", 33639980000, voiceSMS, "foreign", false, TwilioPlace{}},
	}},
	{"AU", "Australia", "61", []series{
		{"local", 61255501000, voiceOnly, "any", false, TwilioPlace{Locality: "Sydney"}},
		{"mobile", 61491570000, voiceSMS, "none", false, TwilioPlace{}},
		{"shared_cost", 611300975700, voiceOnly, "none", false, TwilioPlace{}},
	}},
	{"SE", "Sweden", "46", []series{
		{"local", 46313900600, voiceOnly, "none", false, TwilioPlace{Locality: "Gothenburg"}},
		{"machine_to_machine", 46719000000, voiceSMS, "none", false, TwilioPlace{}},
	}},
	{"JP", "Japan", "81", []series{
		{"voip", 815000000000, voiceOnly, "none", false, TwilioPlace{}},
	}},
}

// stock is what the simulator always offers.
var stock = sync.OnceValue(func() []TwilioAvailable {
	var offers []TwilioAvailable
	for _, land := range countries {
		for _, run := range land.series {
			for i := range int64(seriesLength) {
				offers = append(offers, TwilioAvailable{
					PhoneNumber:         fmt.Sprintf("+%d", run.start+i),
					Country:             land.code,
					Type:                run.kind,
					Capabilities:        run.capabilities,
					AddressRequirements: run.address,
					BundleRequired:      run.bundle,
					Place:               run.place,
				})
			}
		}
	}
	return offers
})

// canadianAreas tell a Canadian number from one of the US, as far as the stock goes.
var canadianAreas = []string{"+1416", "+1604"}

// countryOf is the country of a number, or "" where the simulator does not know it.
func countryOf(e164 string) string {
	if slices.ContainsFunc(canadianAreas, func(area string) bool { return strings.HasPrefix(e164, area) }) {
		return "CA"
	}
	for _, land := range countries {
		if strings.HasPrefix(e164, "+"+land.prefix) {
			return land.code
		}
	}
	return ""
}

var tollFreePattern = regexp.MustCompile(`^\+(18(00|33|44|55|66|77|88)|44808)`)

// typeOf is the type of a number as far as its first digits tell.
func typeOf(e164 string) string {
	switch {
	case tollFreePattern.MatchString(e164):
		return "toll_free"
	case strings.HasPrefix(e164, "+447"), strings.HasPrefix(e164, "+4915"), strings.HasPrefix(e164, "+614"):
		return "mobile"
	}
	return "local"
}

// completed is an offer with what follows from its number.
func (a TwilioAvailable) completed() TwilioAvailable {
	if a.Country == "" {
		a.Country = countryOf(a.PhoneNumber)
	}
	if a.Type == "" {
		a.Type = typeOf(a.PhoneNumber)
	}
	if a.AddressRequirements == "" {
		a.AddressRequirements = "none"
	}
	if a.Capabilities == (TwilioCapabilities{}) {
		a.Capabilities = allButFax
	}
	return a
}

// forSale are the numbers that can be bought: those that were seeded first.
func (t *twilio) forSale() []TwilioAvailable {
	gone := map[string]bool{}
	for _, n := range t.numbers {
		gone[n.PhoneNumber] = true
	}
	var offers []TwilioAvailable
	for _, offer := range append(slices.Clone(t.seeded), stock()...) {
		if !gone[offer.PhoneNumber] && !t.taken[offer.PhoneNumber] {
			gone[offer.PhoneNumber] = true // a seeded number hides the same one of the stock
			offers = append(offers, offer)
		}
	}
	return offers
}

func countryByCode(code string) *country {
	for i := range countries {
		if countries[i].code == code {
			return &countries[i]
		}
	}
	return nil
}

func (t *twilio) listCountries(c *twilioCall) (int, any, *TwilioError) {
	return http.StatusOK, map[string]any{
		"countries": mapped(countries, func(land country) any { return wireCountry(c, &land) }),
		"uri":       c.path,
	}, nil
}

func (t *twilio) fetchCountry(c *twilioCall) (int, any, *TwilioError) {
	land := countryByCode(c.params["CountryCode"])
	if land == nil {
		return 0, nil, notFound(c.path)
	}
	return http.StatusOK, wireCountry(c, land), nil
}

func wireCountry(c *twilioCall, land *country) any {
	path := "/2010-04-01/Accounts/" + c.account.SID + "/AvailablePhoneNumbers/" + land.code
	types := map[string]string{}
	for segment, kind := range pathTypes {
		if land.offers(kind) {
			types[kind] = path + "/" + segment + ".json"
		}
	}
	return map[string]any{
		"country_code":     land.code,
		"country":          land.name,
		"beta":             false,
		"uri":              path + ".json",
		"subresource_uris": types,
	}
}

func (land *country) offers(kind string) bool {
	return slices.ContainsFunc(land.series, func(run series) bool { return run.kind == kind })
}

// searchNumbers finds numbers for sale; it reserves nothing. The examples of the Twilio OpenAPI show a single page
// without paging keys, and capabilities as SMS and MMS.
func (t *twilio) searchNumbers(c *twilioCall) (int, any, *TwilioError) {
	land := countryByCode(c.params["CountryCode"])
	kind := pathTypes[c.params["Type"]]
	hits := selected(t.forSale(), func(a TwilioAvailable) bool {
		return a.Country == c.params["CountryCode"] && a.Type == kind
	})
	// A seeded number can be of a country or a type that the stock does not have.
	if (land == nil || !land.offers(kind)) && len(hits) == 0 {
		return 0, nil, notFound(c.path)
	}
	fit, refused := searchFilter(c.params["CountryCode"], c.query)
	if refused != nil {
		return 0, nil, refused
	}
	p, refused := pageOf(c, selected(hits, fit), func(TwilioAvailable) int { return 0 })
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, map[string]any{
		"available_phone_numbers": mapped(p.items, wireAvailable),
		"uri":                     c.path,
	}, nil
}

type wireOffer struct {
	FriendlyName        string          `json:"friendly_name"`
	PhoneNumber         string          `json:"phone_number"`
	LATA                *string         `json:"lata"`
	Locality            *string         `json:"locality"`
	RateCenter          *string         `json:"rate_center"`
	Latitude            *string         `json:"latitude"` // text in the examples, a number in the schema
	Longitude           *string         `json:"longitude"`
	Region              *string         `json:"region"`
	PostalCode          *string         `json:"postal_code"`
	ISOCountry          string          `json:"iso_country"`
	AddressRequirements string          `json:"address_requirements"`
	Beta                bool            `json:"beta"`
	Capabilities        map[string]bool `json:"capabilities"`
}

func wireAvailable(a TwilioAvailable) any {
	w := wireOffer{
		FriendlyName:        formatted(a.PhoneNumber),
		PhoneNumber:         a.PhoneNumber,
		LATA:                orNull(a.Place.LATA),
		Locality:            orNull(a.Place.Locality),
		RateCenter:          orNull(a.Place.RateCenter),
		Region:              orNull(a.Place.Region),
		PostalCode:          orNull(a.Place.PostalCode),
		ISOCountry:          a.Country,
		AddressRequirements: a.AddressRequirements,
		Beta:                a.Beta,
		Capabilities: map[string]bool{
			"voice": a.Capabilities.Voice, "SMS": a.Capabilities.SMS, "MMS": a.Capabilities.MMS, "fax": a.Capabilities.Fax,
		},
	}
	if a.Place.located() {
		w.Latitude = orNull(fmt.Sprintf("%.6f", a.Place.Latitude))
		w.Longitude = orNull(fmt.Sprintf("%.6f", a.Place.Longitude))
	}
	return w
}

func (p TwilioPlace) located() bool { return p.Latitude != 0 || p.Longitude != 0 }

var areaCodePattern = regexp.MustCompile(`^[2-9]\d\d$`)

// searchFilter is what a search asks for. Filters that hold for the US and Canada alone are ignored elsewhere.
// (Twilio OpenAPI: ListAvailablePhoneNumberLocal; the parameters are the same for all types.)
func searchFilter(countryCode string, query url.Values) (func(TwilioAvailable) bool, *TwilioError) {
	filters := []func(TwilioAvailable) bool{}
	add := func(fit func(TwilioAvailable) bool) { filters = append(filters, fit) }

	for name, has := range map[string]func(TwilioCapabilities) bool{
		"SmsEnabled":   func(c TwilioCapabilities) bool { return c.SMS },
		"MmsEnabled":   func(c TwilioCapabilities) bool { return c.MMS },
		"VoiceEnabled": func(c TwilioCapabilities) bool { return c.Voice },
		"FaxEnabled":   func(c TwilioCapabilities) bool { return c.Fax },
	} {
		var wanted bool
		if refused := boolField(query, name, &wanted); refused != nil {
			return nil, refused
		}
		if query.Has(name) {
			add(func(a TwilioAvailable) bool { return has(a.Capabilities) == wanted })
		}
	}
	for name, excluded := range map[string][]string{
		"ExcludeAllAddressRequired":     {"any", "local", "foreign"},
		"ExcludeLocalAddressRequired":   {"local"},
		"ExcludeForeignAddressRequired": {"foreign"},
	} {
		var exclude bool
		if refused := boolField(query, name, &exclude); refused != nil {
			return nil, refused
		}
		if exclude {
			add(func(a TwilioAvailable) bool { return !slices.Contains(excluded, a.AddressRequirements) })
		}
	}
	withBeta := true
	if refused := boolField(query, "Beta", &withBeta); refused != nil {
		return nil, refused
	}
	if !withBeta {
		add(func(a TwilioAvailable) bool { return !a.Beta })
	}
	if query.Has("Contains") {
		pattern, refused := containsPattern(query.Get("Contains"))
		if refused != nil {
			return nil, refused
		}
		add(func(a TwilioAvailable) bool { return pattern.MatchString(a.PhoneNumber) })
	}
	if query.Has("InLocality") {
		add(func(a TwilioAvailable) bool { return strings.EqualFold(a.Place.Locality, query.Get("InLocality")) })
	}
	if countryCode == "US" || countryCode == "CA" {
		placed, refused := northAmericanFilters(query)
		if refused != nil {
			return nil, refused
		}
		filters = append(filters, placed...)
	}
	return func(a TwilioAvailable) bool {
		return !slices.ContainsFunc(filters, func(fit func(TwilioAvailable) bool) bool { return !fit(a) })
	}, nil
}

// northAmericanFilters are the filters that hold for the US and Canada alone.
func northAmericanFilters(query url.Values) ([]func(TwilioAvailable) bool, *TwilioError) {
	var filters []func(TwilioAvailable) bool
	if area := query.Get("AreaCode"); query.Has("AreaCode") {
		if !areaCodePattern.MatchString(area) {
			return nil, badRequestf(21451, "Invalid area code: %s", area)
		}
		filters = append(filters, func(a TwilioAvailable) bool { return strings.HasPrefix(a.PhoneNumber, "+1"+area) })
	}
	if query.Has("InRateCenter") && !query.Has("InLata") {
		return nil, badRequestf(20001, "InRateCenter needs InLata")
	}
	for name, of := range map[string]func(TwilioPlace) string{
		"InRegion":     func(p TwilioPlace) string { return p.Region },
		"InPostalCode": func(p TwilioPlace) string { return p.PostalCode },
		"InRateCenter": func(p TwilioPlace) string { return p.RateCenter },
		"InLata":       func(p TwilioPlace) string { return p.LATA },
	} {
		if query.Has(name) {
			filters = append(filters, func(a TwilioAvailable) bool {
				return strings.EqualFold(of(a.Place), query.Get(name))
			})
		}
	}
	near, refused := nearFilter(query)
	if refused != nil {
		return nil, refused
	}
	if near != nil {
		filters = append(filters, near)
	}
	return filters, nil
}

// nearFilter is within Distance miles (25 by default, at most 500) of a number or a point, or nil without either.
func nearFilter(query url.Values) (func(TwilioAvailable) bool, *TwilioError) {
	distance := 25
	if refused := intField(query, "Distance", &distance, 0, 500); refused != nil {
		return nil, refused
	}
	var centre TwilioPlace
	switch {
	case query.Has("NearNumber"):
		near := query.Get("NearNumber")
		if !isE164(near) {
			return nil, badRequestf(21401, "Invalid phone number: %s", near)
		}
		centre = placeOf(near)
	case query.Has("NearLatLong"):
		latitude, longitude, _ := strings.Cut(query.Get("NearLatLong"), ",")
		var errLat, errLong error
		centre.Latitude, errLat = strconv.ParseFloat(strings.TrimSpace(latitude), 64)
		centre.Longitude, errLong = strconv.ParseFloat(strings.TrimSpace(longitude), 64)
		if errLat != nil || errLong != nil {
			return nil, badRequestf(20001, "Parameter 'NearLatLong' is not valid")
		}
	default:
		return nil, nil
	}
	return func(a TwilioAvailable) bool {
		return centre.located() && a.Place.located() && miles(centre, a.Place) <= float64(distance)
	}, nil
}

// placeOf is the place of a North American number by its area code.
func placeOf(e164 string) TwilioPlace {
	for _, offer := range stock() {
		if len(e164) >= 5 && strings.HasPrefix(offer.PhoneNumber, e164[:5]) {
			return offer.Place
		}
	}
	return TwilioPlace{}
}

// miles is the distance between two places on a sphere.
func miles(a, b TwilioPlace) float64 {
	const radius = 3959
	radians := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	latA, latB := radians(a.Latitude), radians(b.Latitude)
	cosine := math.Sin(latA)*math.Sin(latB) + math.Cos(latA)*math.Cos(latB)*math.Cos(radians(a.Longitude-b.Longitude))
	return radius * math.Acos(min(1, cosine))
}

// keypad has the digit of each letter.
const keypad = "22233344455566677778889999"

// containsPattern is the pattern of Contains: 2 to 16 digits and letters, "*" for one digit, "%" for any number of
// them, "+" before the first and "$" after the last one (Twilio OpenAPI: Contains).
func containsPattern(contains string) (*regexp.Regexp, *TwilioError) {
	invalid := badRequestf(20001, "Parameter 'Contains' is not valid")
	if len(contains) < 2 || len(contains) > 16 {
		return nil, invalid
	}
	var pattern strings.Builder
	for i, char := range strings.ToLower(contains) {
		switch {
		case char >= '0' && char <= '9':
			pattern.WriteRune(char)
		case char >= 'a' && char <= 'z':
			pattern.WriteByte(keypad[char-'a'])
		case char == '*':
			pattern.WriteString(`\d`)
		case char == '%':
			pattern.WriteString(`\d*`)
		case char == '+' && i == 0:
			pattern.WriteString(`^\+`)
		case char == '$' && i == len(contains)-1:
			pattern.WriteString(`$`)
		default:
			return nil, invalid
		}
	}
	return regexp.MustCompile(pattern.String()), nil
}
