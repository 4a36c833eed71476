package twilio_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// world is a simulated Twilio and the carrier that works on it.
type world struct {
	*simulator.Server
	*twilio.Carrier
	t *testing.T
}

func start(t *testing.T, rules simulator.TwilioRules) *world {
	t.Helper()
	w := &world{Server: simulator.New(simulator.WithTwilio(rules)), t: t}
	w.Carrier = w.as(main, simulator.DefaultAuthToken)
	return w
}

// as returns the carrier with other credentials.
func (w *world) as(user, password string) *twilio.Carrier {
	w.t.Helper()
	server := httptest.NewServer(w.Server)
	w.t.Cleanup(server.Close)
	w.t.Cleanup(w.Close)
	a := platform.Arguments{"account_sid": main, "auth_token": password, "base_url": server.URL + "/twilio"}
	if strings.HasPrefix(user, "SK") {
		a["api_key"], a["api_secret"] = user, password
	}
	endpoint, err := twilio.Connect(a)
	if err != nil {
		w.t.Fatal(err)
	}
	client := httpapi.New("Twilio", endpoint, twilio.Describe, httpapi.Options{
		MaxRetries: 1, Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond},
		CallTimeout: 2 * time.Second,
	})
	return twilio.New(client, main, time.Millisecond)
}

// own gives the account a number and returns it as its resource would hold it.
func (w *world) own(given simulator.TwilioNumber) platform.Number {
	w.t.Helper()
	if given.PhoneNumber == "" {
		given.PhoneNumber = phone
	}
	w.Twilio().AddNumber(given)
	n, err := w.Find(w.t.Context(), platform.Number{PhoneNumber: given.PhoneNumber, AccountSID: given.AccountSID})
	if err != nil {
		w.t.Fatal(err)
	}
	w.ResetRequests()
	return n
}

// sent are the requests so far, with the paths below the account's numbers.
func (w *world) sent() []string {
	var lines []string
	for _, r := range w.Requests() {
		lines = append(lines, strings.Replace(r.String(), "/2010-04-01/Accounts/"+main+"/IncomingPhoneNumbers", "", 1))
	}
	return lines
}

func (w *world) wantSent(want ...string) {
	w.t.Helper()
	if got := w.sent(); !slices.Equal(got, want) {
		w.t.Errorf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// spoil answers what is read from the path with a 200 and the body.
func (w *world) spoil(path, body string) {
	w.Inject(simulator.Fault{Method: http.MethodGet, Path: path, Status: http.StatusOK, Body: body})
}

// refusal is an error of Twilio's own for requests with the method, if one is given.
func refusal(method string, status, code int) simulator.Fault {
	return simulator.Fault{
		Method: method, Status: status,
		Body: fmt.Sprintf(`{"code": %d, "message": "no", "more_info": "x", "status": %d}`, code, status),
	}
}

func item(sid, account, number string) string {
	return fmt.Sprintf(`{"sid": %q, "account_sid": %q, "phone_number": %q}`, sid, account, number)
}

func TestFindReportsTheNumber(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: phone, FriendlyName: "Support", VoiceURL: "https://example.com", SMSMethod: "GET", Origin: "hosted",
		Capabilities: simulator.TwilioCapabilities{Voice: true, Fax: true},
	})
	given := platform.Number{
		PhoneNumber: phone, Platform: "none", Action: platform.Release,
		Private: platform.PrivateState{Detail: "kept"}, Settings: platform.Values{"voice_url": "other"},
	}
	n, err := w.Find(t.Context(), given)
	if err != nil {
		t.Fatal(err)
	}
	if n.SID != pn || n.AccountSID != main || n.Carrier != "twilio" || n.Private.Origin != "hosted" {
		t.Errorf("%+v", n)
	}
	if n.Platform != "none" || n.Action != platform.Release || n.Private.Detail != "kept" {
		t.Errorf("lost what it was given: %+v", n)
	}
	if !slices.Equal(n.Capabilities, []string{"fax", "voice"}) {
		t.Errorf("capabilities %v", n.Capabilities)
	}
	for name, want := range map[string]any{
		"friendly_name": "Support", "voice_url": "https://example.com", "sms_method": "GET", "voice_method": "POST",
		"sms_url": nil, "trunk_sid": nil, "voice_caller_id_lookup": false, "voice_receive_mode": "voice",
	} {
		if got, told := n.Settings[name]; got != want || !told {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if given.Settings["voice_url"] != "other" {
		t.Error("changed the values that it was given")
	}
	w.wantSent("GET .json?PageSize=50&PhoneNumber=%2B14155550100 -> 200")
}

func TestFindComparesTheWholeNumber(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+441415555010"})
	w.Inject(simulator.Fault{Body: `{"incoming_phone_numbers": [` + item(pn, main, phone+"9") + `]}`})
	if _, err := w.Find(t.Context(), platform.Number{PhoneNumber: phone}); !errors.Is(err, platform.ErrNotFound) {
		t.Error(err)
	}
}

func TestFindFollowsPages(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	// Twilio's filter also finds numbers that contain the one asked for, so
	// there may be more pages than one.
	const next = "https://elsewhere.example/x.json?PageSize=50&Page=1&PageToken=PA1"
	w.Inject(simulator.Fault{Times: 1, Body: `{"incoming_phone_numbers": [], "next_page_uri": "` + next + `"}`})
	w.Inject(simulator.Fault{Body: `{"incoming_phone_numbers": [` + item(pn, main, phone) + `]}`})
	if n, err := w.Find(t.Context(), platform.Number{PhoneNumber: phone}); err != nil || n.SID != pn {
		t.Errorf("%+v, %v", n, err)
	}
	w.wantSent(
		"GET .json?PageSize=50&PhoneNumber=%2B14155550100 -> 200",
		"GET .json?Page=1&PageSize=50&PageToken=PA1&PhoneNumber=%2B14155550100 -> 200",
	)
}

func TestMarkedReadsAllPages(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	const many = 1003
	for i := range many {
		w.Twilio().AddNumber(simulator.TwilioNumber{
			PhoneNumber: fmt.Sprintf("+44141555%04d", i), FriendlyName: platform.MarkerPrefix + "0123",
		})
	}
	numbers, err := w.Marked(t.Context(), platform.Number{Platform: platform.None})
	if err != nil || len(numbers) != many || numbers[0].Platform != platform.None {
		t.Errorf("%d numbers, %v", len(numbers), err)
	}
	if calls := len(w.Requests()); calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

func TestSpoiltListIsNeverNotFound(t *testing.T) {
	other := "AC00000000000000000000000000000099"
	for name, body := range map[string]string{
		"nothing":             ``,
		"empty object":        `{}`,
		"null":                `null`,
		"null list":           `{"incoming_phone_numbers": null}`,
		"page of HTML":        `<html>`,
		"truncated":           `{"incoming_phone_numbers": [`,
		"more behind it":      `{"incoming_phone_numbers": []} and more`,
		"of another type":     `{"incoming_phone_numbers": {}}`,
		"item without sid":    `{"incoming_phone_numbers": [{"phone_number": "` + phone + `"}]}`,
		"item without number": `{"incoming_phone_numbers": [{"sid": "` + pn + `", "account_sid": "` + main + `"}]}`,
		"path in a sid":       `{"incoming_phone_numbers": [` + item("PN/../../Accounts/x", main, phone) + `]}`,
		"other account":       `{"incoming_phone_numbers": [` + item(pn, other, phone) + `]}`,
		"path in a trunk": `{"incoming_phone_numbers": [{"sid": "` + pn + `", "account_sid": "` + main +
			`", "phone_number": "` + phone + `", "trunk_sid": "TK/../x"}]}`,
		"page without a token": `{"incoming_phone_numbers": [], "next_page_uri": "/x.json?PageSize=50"}`,
		"page that is no URL":  `{"incoming_phone_numbers": [], "next_page_uri": "://"}`,
		"endless pages":        `{"incoming_phone_numbers": [], "next_page_uri": "/x.json?Page=1&PageToken=PA1"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			w.spoil("", body)
			_, err := w.Find(t.Context(), platform.Number{PhoneNumber: phone})
			if err == nil || errors.Is(err, platform.ErrNotFound) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestReadIsNotFoundOnlyByTwiliosWord(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    simulator.Fault
		notFound bool
	}{
		"404 of Twilio":        {refusal("", 404, 20404), true},
		"404 of a proxy":       {simulator.Fault{Status: 404, Body: "<html>"}, false},
		"404 of a framework":   {simulator.Fault{Status: 404, Body: `{"status": 404, "message": "Not Found"}`}, false},
		"404 of a gateway":     {refusal("", 404, 404), false},
		"404 without a body":   {simulator.Fault{Status: 404}, false},
		"401":                  {refusal("", 401, 20003), false},
		"redirect":             {simulator.Fault{Status: 307, Header: http.Header{"Location": {"/"}}}, false},
		"garbled":              {simulator.Fault{Garble: true}, false},
		"cut":                  {simulator.Fault{Cut: simulator.CutBefore}, false},
		"truncated":            {simulator.Fault{Truncate: true}, false},
		"503":                  {simulator.Fault{Status: 503}, false},
		"empty object":         {simulator.Fault{Status: 200, Body: `{}`}, false},
		"another number's SID": {simulator.Fault{Body: item("PN00000000000000000000000000000009", main, phone)}, false},
		"another number":       {simulator.Fault{Body: item(pn, main, "+14155550199")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			n := w.own(simulator.TwilioNumber{})
			w.Inject(tc.fault)
			got, err := w.Read(t.Context(), n)
			if err == nil || errors.Is(err, platform.ErrNotFound) != tc.notFound {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestReadKeepsForeignIdentifiersOutOfPaths(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	for _, n := range []platform.Number{
		{PhoneNumber: phone},
		{SID: pn + "/../x"},
		{SID: pn, AccountSID: main + "/.."},
	} {
		if _, err := w.Read(t.Context(), n); err == nil || errors.Is(err, platform.ErrNotFound) {
			t.Errorf("%+v: %v", n, err)
		}
	}
	w.wantSent()
}

func TestUnknownAccountIsNotAnAbsentNumber(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.Inject(refusal("", 404, 20404))
	n := platform.Number{PhoneNumber: phone}
	if _, err := w.Find(t.Context(), n); err == nil || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("Find: %v", err)
	}
	if _, err := w.Buy(t.Context(), n, ""); err == nil || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("Buy: %v", err)
	}
	n.Purchase = &platform.Purchase{Country: "US"}
	if _, err := w.Search(t.Context(), n); err == nil || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("Search: %v", err)
	}
}

func TestMarkedFindsEveryMarkerAndNothingElse(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	for i, name := range []string{
		platform.MarkerPrefix + "0123", platform.MarkerPrefix + "0123-4567", "Support", "x" + platform.MarkerPrefix,
	} {
		w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555010%d", i), FriendlyName: name})
	}
	marked, err := w.Marked(t.Context(), platform.Number{})
	if err != nil || len(marked) != 2 || marked[0].Marker() == marked[1].Marker() {
		t.Errorf("%+v, %v", marked, err)
	}
}

func TestElsewhere(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	suspended := w.Twilio().AddSubaccount(main).SID
	owner := w.Twilio().AddSubaccount(main).SID
	w.Twilio().SetAccountStatus(suspended, "suspended")
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone, AccountSID: owner})
	standard := w.Twilio().AddAPIKey(main, false)
	mainKey := w.Twilio().AddAPIKey(main, true)

	for name, tc := range map[string]struct {
		carrier *twilio.Carrier
		number  platform.Number
		want    string
	}{
		"owned by a subaccount":       {w.Carrier, platform.Number{PhoneNumber: phone}, owner},
		"asked by the owner":          {w.Carrier, platform.Number{PhoneNumber: phone, AccountSID: owner}, ""},
		"owned by nobody":             {w.Carrier, platform.Number{PhoneNumber: "+14155550199"}, ""},
		"key that sees no accounts":   {w.as(standard.SID, standard.Secret), platform.Number{PhoneNumber: phone}, ""},
		"key that reaches no numbers": {w.as(mainKey.SID, mainKey.Secret), platform.Number{PhoneNumber: phone}, ""},
	} {
		if got, err := tc.carrier.Elsewhere(t.Context(), tc.number); err != nil || got != tc.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, path := range []string{"/Accounts.json", owner} {
		w.Carrier = w.as(main, simulator.DefaultAuthToken) // a run that knows of no account yet
		w.Inject(simulator.Fault{Path: path, Status: 503})
		if got, err := w.Elsewhere(t.Context(), platform.Number{PhoneNumber: phone}); err == nil {
			t.Errorf("%s is down: %q", path, got)
		}
		w.ClearFaults()
	}
	for _, body := range []string{`{}`, `{"accounts": [{"sid": "AC/.."}]}`} {
		w.Carrier = w.as(main, simulator.DefaultAuthToken)
		w.spoil("/Accounts.json", body)
		if got, err := w.Elsewhere(t.Context(), platform.Number{PhoneNumber: phone}); err == nil {
			t.Errorf("%s: %q", body, got)
		}
		w.ClearFaults()
	}
}
