package twilio_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestSearchSendsAllCriteria(t *testing.T) {
	yes, no := true, false
	w := start(t, simulator.TwilioRules{})
	w.spoil("", `{"available_phone_numbers": [
		{"phone_number": "+14155550103"}, {"phone_number": "+14155550101"}, {"phone_number": ""},
		{"phone_number": "+14155550103"}, {"phone_number": "../x"}]}`)
	onSale, err := w.Search(t.Context(), platform.Number{Purchase: &platform.Purchase{
		Country: "US", Type: "toll_free", AreaCode: "415", Contains: "+1415*",
		Capabilities: []string{"voice", "sms", "mms", "fax"},
		InRegion:     "CA", InLocality: "San Francisco", InPostalCode: "94105",
		NearNumber: "+14155550100", NearLatLong: "37.7,-122.4", Distance: 50,
		ExcludeAllAddressRequired: &yes, ExcludeLocalAddressRequired: &no,
		ExcludeForeignAddressRequired: &yes, Beta: &no,
	}})
	if err != nil || strings.Join(onSale, " ") != "+14155550103 +14155550101" {
		t.Errorf("%v, %v", onSale, err)
	}
	w.wantSent("GET /2010-04-01/Accounts/" + main + "/AvailablePhoneNumbers/US/TollFree.json?AreaCode=415&Beta=false" +
		"&Contains=%2B1415%2A&Distance=50&ExcludeAllAddressRequired=true&ExcludeForeignAddressRequired=true" +
		"&ExcludeLocalAddressRequired=false&FaxEnabled=true&InLocality=San+Francisco&InPostalCode=94105&InRegion=CA" +
		"&MmsEnabled=true&NearLatLong=37.7%2C-122.4&NearNumber=%2B14155550100&PageSize=20&SmsEnabled=true" +
		"&VoiceEnabled=true -> 200")
}

func TestSearchKnowsAllTypes(t *testing.T) {
	for kind, path := range map[string]string{
		"": "Local", "local": "Local", "toll_free": "TollFree", "mobile": "Mobile", "national": "National", "voip": "Voip",
		"shared_cost": "SharedCost", "machine_to_machine": "MachineToMachine",
	} {
		w := start(t, simulator.TwilioRules{})
		w.spoil("", `{"available_phone_numbers": []}`)
		onSale, err := w.Search(t.Context(), platform.Number{Purchase: &platform.Purchase{Country: "GB", Type: kind}})
		if err != nil || len(onSale) != 0 {
			t.Errorf("%s: %v, %v", kind, onSale, err)
		}
		w.wantSent("GET /2010-04-01/Accounts/" + main + "/AvailablePhoneNumbers/GB/" + path + ".json?PageSize=20 -> 200")
	}
}

func TestSearchIsBounded(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	onSale, err := w.Search(t.Context(), platform.Number{Purchase: &platform.Purchase{Country: "US"}})
	if err != nil || len(onSale) == 0 || len(onSale) > 20 {
		t.Errorf("%d numbers, %v", len(onSale), err)
	}
}

func TestSearchBlamesCriteria(t *testing.T) {
	for field, criteria := range map[string]platform.Purchase{
		"purchase.country":      {Country: "us"},
		"purchase.type":         {Country: "US", Type: "vanity"},
		"purchase.area_code":    {Country: "US", AreaCode: "41"},
		"purchase.capabilities": {Country: "US", Capabilities: []string{"smell"}},
	} {
		w := start(t, simulator.TwilioRules{})
		_, err := w.Search(t.Context(), platform.Number{Purchase: &criteria})
		if blamed, ok := errors.AsType[*platform.FieldError](err); !ok || blamed.Field != field {
			t.Errorf("%s: %v", field, err)
		}
		w.wantSent()
	}
	w := start(t, simulator.TwilioRules{})
	unsold := platform.Purchase{Country: "US", Type: "machine_to_machine"}
	_, err := w.Search(t.Context(), platform.Number{Purchase: &unsold})
	if blamed, ok := errors.AsType[*platform.FieldError](err); !ok || blamed.Field != "purchase.type" {
		t.Errorf("a type that the country does not have: %v", err)
	}
	w.spoil("", `{}`)
	if _, err := w.Search(t.Context(), platform.Number{Purchase: &platform.Purchase{Country: "US"}}); err == nil {
		t.Error("an answer without the list is no error")
	}
}

const posted = "POST .json FriendlyName=Support&PhoneNumber=%2B14155550100&VoiceUrl=https%3A%2F%2Fexample.com -> "

var wanted = platform.Number{
	PhoneNumber: phone, Platform: platform.None,
	Settings: platform.Values{"friendly_name": "Support", "voice_url": "https://example.com"},
}

func TestBuySendsWhatAPurchaseNeeds(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	bundle := w.Twilio().AddBundle(main, "twilio-approved")
	n := wanted
	n.Settings = platform.Values{
		"friendly_name": "Support", "address_sid": w.Twilio().AddAddress(main, "US"), "bundle_sid": bundle,
		"identity_sid":          "RI00000000000000000000000000000001",
		"emergency_address_sid": address, "voice_url": "https://example.com",
	}
	bought, err := w.Buy(t.Context(), n, "")
	if err != nil || bought.SID != pn || bought.Settings["bundle_sid"] != bundle || bought.Platform != platform.None {
		t.Errorf("%+v, %v", bought, err)
	}
	w.wantSent("POST .json AddressSid=AD00000000000000000000000000000001&BundleSid=BU00000000000000000000000000000001" +
		"&FriendlyName=Support&IdentitySid=RI00000000000000000000000000000001&PhoneNumber=%2B14155550100" +
		"&VoiceUrl=https%3A%2F%2Fexample.com -> 201")
}

// A number that is bought answers from its first moment: all wiring goes along.
func TestBuyWiresTheNumber(t *testing.T) {
	for name, settings := range map[string]platform.Values{
		"URLs": {
			"voice_url": "https://example.com/v", "voice_method": "GET",
			"voice_fallback_url": "https://example.com/vf", "voice_fallback_method": "GET",
			"voice_caller_id_lookup": true, "voice_receive_mode": "fax",
			"sms_url": "https://example.com/s", "sms_method": "GET",
			"sms_fallback_url": "https://example.com/sf", "sms_fallback_method": "GET",
			"status_callback": "https://example.com/c", "status_callback_method": "GET",
		},
		"applications": {
			"voice_application_sid": "AP00000000000000000000000000000001", "sms_application_sid": "AP00000000000000000000000000000001",
		},
		"trunk": {"trunk_sid": "TK00000000000000000000000000000001"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			w.Twilio().AddApplication(main)
			w.Twilio().AddTrunk(simulator.TwilioTrunk{SID: "TK00000000000000000000000000000001"})
			n := platform.Number{PhoneNumber: phone, Settings: settings}
			bought, err := w.Buy(t.Context(), n, "")
			if err != nil {
				t.Fatal(err)
			}
			w.ResetRequests()
			if _, err := w.Configure(t.Context(), bought, n); err != nil {
				t.Fatal(err)
			}
			if sent := w.Requests(); len(sent) > 0 {
				t.Errorf("after the purchase: %+v", sent)
			}
		})
	}
}

func TestBuyPutsTheMarkerOn(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	if _, err := w.Buy(t.Context(), wanted, "marker"); err != nil {
		t.Fatal(err)
	}
	if n, _ := w.Twilio().Number(phone); n.FriendlyName != "marker" {
		t.Errorf("%q", n.FriendlyName)
	}
}

const lookedUp = "GET .json?PageSize=50&PhoneNumber=%2B14155550100 -> 200"

func TestBuySettlesALostAnswer(t *testing.T) {
	ours := refusal("POST", 400, 21422)
	ours.AfterEffect = true
	for name, tc := range map[string]struct {
		fault  simulator.Fault
		status string
	}{
		"cut":                 {simulator.Fault{Cut: simulator.CutAfter}, "0"},
		"hangs":               {simulator.Fault{Hang: true, AfterEffect: true}, "0"},
		"truncated":           {simulator.Fault{Truncate: true}, "201"},
		"garbled":             {simulator.Fault{Garble: true}, "201"},
		"500":                 {simulator.Fault{Status: 500, AfterEffect: true}, "500"},
		"503 with a page":     {simulator.Fault{Status: 503, AfterEffect: true, Body: "<html>"}, "503"},
		"400 of a proxy":      {simulator.Fault{Status: 400, AfterEffect: true, Body: "<html>"}, "400"},
		"redirect":            {simulator.Fault{Status: 303, AfterEffect: true}, "303"},
		"empty object":        {simulator.Fault{Status: 201, AfterEffect: true, Body: "{}"}, "201"},
		"another number":      {simulator.Fault{Status: 201, AfterEffect: true, Body: item(pn, main, "+14155550199")}, "201"},
		"path in the SID":     {simulator.Fault{Status: 201, AfterEffect: true, Body: item("PN/../x", main, phone)}, "201"},
		"another account":     {simulator.Fault{Status: 201, AfterEffect: true, Body: item(pn, "ACx", phone)}, "201"},
		"21422, but it is us": {ours, "400"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			tc.fault.Method = "POST"
			w.Inject(tc.fault)
			bought, err := w.Buy(t.Context(), wanted, "")
			if err != nil || bought.SID != pn || bought.Settings["friendly_name"] != "Support" {
				t.Errorf("%+v, %v", bought, err)
			}
			w.wantSent(posted+tc.status, lookedUp)
		})
	}
}

func TestBuyWaitsForASlowPurchase(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Inject(simulator.Fault{Method: "POST", Cut: simulator.CutBefore})
	w.BeforeNth(2, "GET", "", func() { w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone}) })
	if bought, err := w.Buy(t.Context(), wanted, ""); err != nil || bought.SID != pn {
		t.Errorf("%+v, %v", bought, err)
	}
	w.wantSent(posted+"0", lookedUp, lookedUp)
}

func TestBuyThatFailedIsNotSentAgain(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Inject(simulator.Fault{Method: "POST", Status: 503})
	_, err := w.Buy(t.Context(), wanted, "")
	if err == nil || errors.Is(err, platform.ErrUnavailable) ||
		!strings.Contains(err.Error(), "does not show the number as bought") {
		t.Error(err)
	}
	w.wantSent(posted+"503", lookedUp, lookedUp, lookedUp)
}

func TestBuySaysThatTheOutcomeIsUnknown(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Inject(simulator.Fault{Method: "POST", Cut: simulator.CutAfter})
	w.Inject(simulator.Fault{Method: "GET", Status: 503})
	_, err := w.Buy(t.Context(), wanted, "")
	if err == nil || !strings.Contains(err.Error(), "may have been bought") || errors.Is(err, platform.ErrNotFound) {
		t.Error(err)
	}
}

func TestBuyIsSettledAfterTheOperationsTime(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Inject(simulator.Fault{Method: "POST", Hang: true, AfterEffect: true})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if bought, err := w.Buy(ctx, wanted, ""); err != nil || bought.SID != pn {
		t.Errorf("%+v, %v", bought, err)
	}
}

func TestBuyRepeatsOnlyAfterARateLimit(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Inject(simulator.Fault{Method: "POST", Status: 429, Times: 4})
	if _, err := w.Buy(t.Context(), wanted, ""); err != nil {
		t.Error(err)
	}
	w.wantSent(posted+"429", posted+"429", posted+"429", posted+"429", posted+"201")
}

func TestBuyOfATakenNumber(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Twilio().TakeNumber(phone)
	_, err := w.Buy(t.Context(), wanted, "")
	if !errors.Is(err, platform.ErrUnavailable) || !strings.Contains(err.Error(), "21422") ||
		!strings.Contains(err.Error(), "somebody else") {
		t.Error(err)
	}
	w = start(t, simulator.TwilioRules{})
	owner := w.Twilio().AddSubaccount(main).SID
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone, AccountSID: owner})
	_, err = w.Buy(t.Context(), wanted, "")
	if !errors.Is(err, platform.ErrUnavailable) || !strings.Contains(err.Error(), owner) {
		t.Error(err)
	}
}

func TestBuyRefused(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: phone, BundleRequired: true})
	_, err := w.Buy(t.Context(), wanted, "")
	blamed, ok := errors.AsType[*platform.FieldError](err)
	if !ok || blamed.Field != "bundle_sid" ||
		!strings.Contains(err.Error(), "21649") || !strings.Contains(err.Error(), "days") {
		t.Error(err)
	}
	if answer, ok := errors.AsType[*httpapi.Error](err); !ok || !answer.Refused() {
		t.Errorf("the answer is not in the chain: %v", err)
	}
	w.wantSent(posted + "400")
	if _, err := w.Buy(t.Context(), platform.Number{PhoneNumber: "support"}, ""); err == nil {
		t.Error("bought what is no number")
	}
}
