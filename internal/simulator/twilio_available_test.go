package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// offers are the numbers that a search finds.
func (w *world) offers(path string) (e164s []string) {
	w.t.Helper()
	for _, item := range w.get(search+path).accepted(w.t, http.StatusOK).items("available_phone_numbers") {
		e164, _ := item["phone_number"].(string)
		e164s = append(e164s, e164)
	}
	return e164s
}

func TestSearchAnswersAsTheExamples(t *testing.T) {
	w := start(t)
	r := w.get(search+"/US/Local.json?AreaCode=808&PageSize=1").accepted(t, http.StatusOK)
	for _, key := range []string{"page", "next_page_uri", "page_size"} {
		if _, present := r.fields[key]; present {
			t.Errorf("there is a %s", key)
		}
	}
	hits := r.items("available_phone_numbers")
	if len(hits) != 1 {
		t.Fatalf("%d hits, want 1", len(hits))
	}
	reply{fields: hits[0]}.shows(t, map[string]any{
		"phone_number": "+18085550100", "friendly_name": "(808) 555-0100", "iso_country": "US",
		"region": "HI", "locality": "Hilo", "postal_code": "96720", "lata": "834", "rate_center": "HILO",
		"latitude": "19.720000", "longitude": "-155.090000", // text, against the schema
		"address_requirements": "none", "beta": false,
	})
	capabilities, _ := hits[0]["capabilities"].(map[string]any)
	if capabilities["SMS"] != true || capabilities["sms"] != nil {
		t.Errorf("capabilities are %v, want them spelt as searches do", capabilities)
	}
}

func TestSearchFilters(t *testing.T) {
	w := start(t)
	w.Twilio().AddAvailable(
		simulator.TwilioAvailable{PhoneNumber: "+14155558255", Beta: true}, // 555-TALK
		simulator.TwilioAvailable{PhoneNumber: "+14155550777", AddressRequirements: "foreign"},
	)
	for name, tc := range map[string]struct {
		path, first string
		count       int // at PageSize 1000
	}{
		"seeded first":               {"/US/Local.json?", "+14155558255", 122},
		"by area":                    {"/US/Local.json?AreaCode=212", "+12125550100", 20},
		"area without numbers":       {"/US/Local.json?AreaCode=999", "", 0},
		"contains digits":            {"/US/Local.json?Contains=5550777", "+14155550777", 1},
		"contains letters":           {"/US/Local.json?Contains=talk", "+14155558255", 1},
		"contains wildcards":         {"/US/Local.json?Contains=415***0100", "+14155550100", 1},
		"contains a gap":             {"/US/Local.json?Contains=%2B1415%25119$", "+14155550119", 1},
		"contains, not at the start": {"/US/Local.json?Contains=%2B555", "", 0},
		"contains, not at the end":   {"/US/Local.json?Contains=212$", "", 0},
		"with SMS":                   {"/US/Local.json?SmsEnabled=true&InRegion=TX", "", 0},
		"without SMS":                {"/US/Local.json?SmsEnabled=false", "+15125550100", 20},
		"with fax":                   {"/US/Local.json?FaxEnabled=true", "", 0},
		"with MMS":                   {"/US/TollFree.json?MmsEnabled=true", "", 0},
		"with voice":                 {"/US/TollFree.json?VoiceEnabled=true", "+18005550100", 40},
		"without beta":               {"/US/Local.json?Beta=false", "+14155550777", 121},
		"in a region":                {"/US/Local.json?InRegion=ny", "+12125550100", 20},
		"in a city":                  {"/US/Local.json?InLocality=Seattle", "+12065550100", 20},
		"in a postal code":           {"/US/Local.json?InPostalCode=60601", "+13125550100", 20},
		"in a rate centre":           {"/US/Local.json?InRateCenter=HILO&InLata=834", "+18085550100", 20},
		"near a number":              {"/US/Local.json?NearNumber=%2B12125559999", "+12125550100", 20},
		"near a point":               {"/US/Local.json?NearLatLong=37.8,-122.3", "+14155550100", 20},
		"near a point, far":          {"/US/Local.json?NearLatLong=39.1,-122.4&Distance=10", "", 0},
		"near a point, further":      {"/US/Local.json?NearLatLong=39.1,-122.4&Distance=120", "+14155550100", 20},
		"no address at all":          {"/GB/Local.json?ExcludeAllAddressRequired=true", "", 0},
		"any address":                {"/GB/Local.json?ExcludeLocalAddressRequired=true", "+442079460000", 20},
		"no local address":           {"/DE/Local.json?ExcludeLocalAddressRequired=true", "", 0},
		"no foreign address":         {"/FR/Mobile.json?ExcludeForeignAddressRequired=true", "", 0},
		"foreign address, seeded": {
			"/US/Local.json?ExcludeForeignAddressRequired=true&AreaCode=415", "+14155558255", 21,
		},
		"North American filter abroad": {"/GB/Local.json?InRegion=CA&AreaCode=415", "+442079460000", 20},
		"Canada":                       {"/CA/Local.json?", "+14165550100", 40},
		"mobile":                       {"/GB/Mobile.json?", "+447700900000", 20},
		"national":                     {"/GB/National.json?", "+443069990000", 20},
		"voip":                         {"/JP/Voip.json?", "+815000000000", 20},
		"shared cost":                  {"/AU/SharedCost.json?", "+611300975700", 20},
		"machine to machine":           {"/SE/MachineToMachine.json?", "+46719000000", 20},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.offers(tc.path + "&PageSize=1000")
			if len(got) != tc.count || tc.count > 0 && got[0] != tc.first {
				t.Errorf("%d hits %v, want %d from %s", len(got), got, tc.count, tc.first)
			}
		})
	}
}

func TestSearchRefusals(t *testing.T) {
	w := start(t)
	w.get(search+"/ZZ/Local.json").refused(t, 404, 20404)
	w.get(search+"/US/Mobile.json").refused(t, 404, 20404)
	w.get(search+"/US/Satellite.json").refused(t, 404, 20404)
	w.get(search+"/ZZ.json").refused(t, 404, 20404)
	for query, code := range map[string]int{
		"AreaCode=41":                  21451,
		"AreaCode=abc":                 21451,
		"Contains=5":                   20001,
		"Contains=55555555555555555":   20001,
		"Contains=5-5":                 20001,
		"SmsEnabled=perhaps":           20001,
		"ExcludeAllAddressRequired=1":  20001,
		"Beta=new":                     20001,
		"InRateCenter=HILO":            20001,
		"NearNumber=14155550100":       21401,
		"NearLatLong=here":             20001,
		"NearLatLong=1,2&Distance=501": 20001,
		"PageSize=1001":                20007,
	} {
		w.get(search+"/US/Local.json?"+query).refused(t, 400, code)
	}
}

func TestAHitMayBeGone(t *testing.T) {
	w := start(t)
	hits := w.offers("/US/Local.json?AreaCode=415")
	w.Before(http.MethodPost, "*/IncomingPhoneNumbers.json", func() { w.Twilio().TakeNumber(hits[0]) })
	w.post(numbers+".json", form("PhoneNumber", hits[0])).refused(t, 400, 21422)
	w.buy(hits[1])
	for _, hit := range w.offers("/US/Local.json?AreaCode=415&PageSize=1000") {
		if hit == hits[0] || hit == hits[1] {
			t.Errorf("%s is still offered", hit)
		}
	}
}

func TestSeededOffersCanBeBought(t *testing.T) {
	w := start(t)
	w.Twilio().AddAvailable(simulator.TwilioAvailable{
		PhoneNumber: "+3531800123456", Country: "IE", Type: "national", AddressRequirements: "any",
	})
	if got := w.offers("/IE/National.json"); len(got) != 1 {
		t.Fatalf("hits are %v", got)
	}
	w.post(numbers+".json", form("PhoneNumber", "+3531800123456")).refused(t, 400, 21631)
	w.post(numbers+".json", form("PhoneNumber", "+3531800123456", "AddressSid", w.Twilio().AddAddress(main, "IE"))).
		accepted(t, http.StatusCreated).shows(t, map[string]any{"type": "national"})
}

func TestCountries(t *testing.T) {
	w := start(t)
	list := w.get(search+".json").accepted(t, http.StatusOK).items("countries")
	if len(list) < 2 || list[0]["country_code"] != "US" {
		t.Fatalf("countries are %v", list)
	}
	r := w.get(search+"/GB.json").accepted(t, http.StatusOK)
	r.shows(t, map[string]any{"country_code": "GB", "country": "United Kingdom"})
	types, _ := r.fields["subresource_uris"].(map[string]any)
	if uri, _ := types["mobile"].(string); len(types) != 4 || !strings.HasSuffix(uri, "/GB/Mobile.json") {
		t.Errorf("types are %v", types)
	}
}
