package simulator_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestWhoReachesWhat(t *testing.T) {
	w := start(t)
	state := w.Twilio()
	sub := state.AddSubaccount(main)
	standard, mainKey := state.AddAPIKey(main, false), state.AddAPIKey(main, true)
	subKey := state.AddAPIKey(sub.SID, true)
	stranger := state.AddAccount(simulator.TwilioAccount{})
	list := func(account string) string { return accounts + account + "/IncomingPhoneNumbers.json" }

	for name, tc := range map[string]struct {
		user, password, path string
		status, code         int
	}{
		"token":                              {main, w.password, list(main), 200, 0},
		"wrong token":                        {main, "wrong", list(main), 401, 20003},
		"empty token":                        {main, "", list(main), 401, 20003},
		"another account's token":            {main, sub.AuthToken, list(main), 401, 20003},
		"unknown user":                       {"AC" + unknown, w.password, list(main), 401, 20003},
		"main token on a subaccount":         {main, w.password, list(sub.SID), 200, 0},
		"subaccount token on its own":        {sub.SID, sub.AuthToken, list(sub.SID), 200, 0},
		"subaccount token on the main one":   {sub.SID, sub.AuthToken, list(main), 401, 20003},
		"standard key":                       {standard.SID, standard.Secret, list(main), 200, 0},
		"key with another secret":            {standard.SID, "wrong", list(main), 401, 20003},
		"main key on a subaccount":           {mainKey.SID, mainKey.Secret, list(sub.SID), 401, 20003},
		"subaccount key on the main account": {subKey.SID, subKey.Secret, list(main), 401, 20003},
		"unrelated account":                  {main, w.password, list(stranger.SID), 404, 20404},
		"unknown account":                    {main, w.password, list("AC" + unknown), 404, 20404},
		"standard key on the account":        {standard.SID, standard.Secret, accounts + main + ".json", 401, 20003},
		"standard key on the accounts":       {standard.SID, standard.Secret, "/2010-04-01/Accounts.json", 401, 20003},
		"main key on the account":            {mainKey.SID, mainKey.Secret, accounts + main + ".json", 200, 0},
		"token on its subaccount":            {main, w.password, accounts + sub.SID + ".json", 200, 0},
		"key on the trunking API":            {standard.SID, standard.Secret, "/v1/Trunks", 200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.as(tc.user, tc.password).get(tc.path)
			if tc.code == 0 {
				r.accepted(t, tc.status)
			} else {
				r.refused(t, tc.status, tc.code)
			}
		})
	}
}

func TestRequestWithoutCredentials(t *testing.T) {
	w := start(t)
	w.as("", "").get(numbers+".json").refused(t, 401, 20003)
	if got := w.Requests(); got[0].User != "" {
		t.Errorf("the log has user %q", got[0].User)
	}
}

func TestRefusalsCanTakeAnotherForm(t *testing.T) {
	w := start(t, simulator.WithTwilio(simulator.TwilioRules{
		WrongCredentials: simulator.TwilioError{Status: 403, Code: 20003, Message: "Permission denied"},
		InactiveAccount:  simulator.TwilioError{Status: 403, Code: 20005, Message: "Account not active"},
	}))
	w.as(main, "wrong").get(numbers+".json").refused(t, 403, 20003)
	w.Twilio().SetAccountStatus(main, "suspended")
	w.get(numbers+".json").refused(t, 403, 20005)
}

func TestInactiveAccounts(t *testing.T) {
	w := start(t)
	sub := w.Twilio().AddSubaccount(main)
	w.Twilio().SetAccountStatus(sub.SID, "closed")
	path := accounts + sub.SID + "/IncomingPhoneNumbers.json"
	w.as(sub.SID, sub.AuthToken).get(path).refused(t, 401, 20003)
	w.get(path).refused(t, 401, 20003)
	w.get(accounts+sub.SID+".json").accepted(t, http.StatusOK).shows(t, map[string]any{"status": "closed"})
	w.Twilio().SetAccountStatus(sub.SID, "active")
	w.get(path).accepted(t, http.StatusOK)
}

func TestAccountsAreListed(t *testing.T) {
	w := start(t)
	sub := w.Twilio().AddAccount(simulator.TwilioAccount{OwnerSID: main, FriendlyName: "Team", Status: "suspended"})
	w.Twilio().AddAccount(simulator.TwilioAccount{}) // a stranger
	sids := func(query string) (sids []string) {
		for _, item := range w.get("/2010-04-01/Accounts.json"+query).accepted(t, http.StatusOK).items("accounts") {
			sid, _ := item["sid"].(string)
			sids = append(sids, sid)
		}
		return sids
	}
	for query, want := range map[string][]string{
		"":                   {main, sub.SID},
		"?FriendlyName=Team": {sub.SID},
		"?Status=active":     {main},
		"?Status=closed":     nil,
	} {
		if got := sids(query); !slices.Equal(got, want) {
			t.Errorf("Accounts.json%s lists %v, want %v", query, got, want)
		}
	}
	w.get(accounts+main+".json").shows(t, map[string]any{
		"sid": main, "owner_account_sid": main, "status": "active", "type": "Full",
	})
}

func TestPathsThatAreNotServed(t *testing.T) {
	w := start(t)
	sid := w.buy(support)
	w.get("/2010-04-01/Nothing.json").refused(t, 404, 20404)
	w.get(accounts+main+"/incomingphonenumbers.json").refused(t, 404, 20404) // paths are case sensitive
	w.get("/2010-04-01/Accounts//IncomingPhoneNumbers.json").refused(t, 404, 20404)
	w.get(number("PN"+unknown)).refused(t, 404, 20404)
	w.do(http.MethodPut, number(sid), nil).refused(t, 405, 20004)
	w.delete(numbers+".json").refused(t, 405, 20004)
}

func TestJSONNeedsItsSuffix(t *testing.T) {
	w := start(t)
	sid := w.buy(support)
	r := w.get(numbers+"/"+sid).accepted(t, http.StatusNotFound)
	var answer struct {
		XMLName xml.Name `xml:"TwilioResponse"`
		Code    int      `xml:"RestException>Code"`
	}
	if err := xml.Unmarshal([]byte(r.body), &answer); err != nil || answer.Code != 20404 {
		t.Errorf("got %s: %v", r.body, err)
	}
}

func TestAnswersCarryARequestID(t *testing.T) {
	w := start(t)
	seen := map[string]bool{}
	for _, r := range []reply{w.get(numbers + ".json"), w.as(main, "wrong").get(numbers + ".json")} {
		id := r.header.Get("Twilio-Request-Id")
		if !strings.HasPrefix(id, "RQ") || seen[id] {
			t.Errorf("the request ID is %q after %v", id, seen)
		}
		seen[id] = true
	}
}

// hostTransport sends requests for any host to the simulator and keeps the Host header.
type hostTransport struct{ to string }

func (h hostTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	to, err := url.Parse(h.to)
	if err != nil {
		return nil, err
	}
	out := r.Clone(r.Context())
	out.Host = r.URL.Host
	out.URL.Scheme, out.URL.Host = to.Scheme, to.Host
	out.URL.Path = "/twilio" + r.URL.Path
	return http.DefaultTransport.RoundTrip(out)
}

func TestHostsWithARegionAndNoEdgeAreDead(t *testing.T) {
	w := start(t)
	client := http.Client{Transport: hostTransport{w.url}}
	for host, alive := range map[string]bool{
		"api.twilio.com":            true,
		"api.us1.twilio.com":        true,
		"api.dublin.ie1.twilio.com": true,
		"api.ie1.twilio.com":        false,
		"trunking.au1.twilio.com":   false,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+host+numbers+".json", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if (err == nil) != alive {
			t.Errorf("%s: %v, want an answer: %t", host, err, alive)
		}
	}
}

// pages follows a list from a path and gives what each page holds.
func pages(w *world, path, key string, next func(reply) string) (pages [][]string) {
	w.t.Helper()
	for path != "" {
		r := w.get(path).accepted(w.t, http.StatusOK)
		var sids []string
		for _, item := range r.items(key) {
			sid, _ := item["sid"].(string)
			sids = append(sids, sid)
		}
		pages = append(pages, sids)
		path = next(r)
	}
	return pages
}

func next2010(r reply) string {
	uri, _ := r.fields["next_page_uri"].(string)
	return uri
}

func TestListsArePaged(t *testing.T) {
	w := start(t)
	var want []string
	for i := range 7 {
		want = append(want, w.buy(fmt.Sprintf("+1415555%04d", 100+i)))
	}
	got := pages(w, numbers+".json?PageSize=3&FriendlyName=", "incoming_phone_numbers", next2010)
	if len(got) != 1 || got[0] != nil {
		t.Errorf("the filter was not applied: %v", got)
	}
	got = pages(w, numbers+".json?PageSize=3&PhoneNumber=%2B1415", "incoming_phone_numbers", next2010)
	if len(got) != 3 || !slices.Equal(slices.Concat(got...), want) {
		t.Errorf("pages are %v, want %v in three", got, want)
	}

	first := w.get(numbers + ".json?PageSize=3")
	first.shows(t, map[string]any{
		"page": 0.0, "page_size": 3.0, "start": 0.0, "end": 2.0, "previous_page_uri": nil,
		"first_page_uri": numbers + ".json?Page=0&PageSize=3",
	})
	second := w.get(next2010(first))
	second.shows(t, map[string]any{"page": 1.0, "page_size": 3.0, "start": 3.0, "end": 5.0})
	previous, _ := second.fields["previous_page_uri"].(string)
	if diff := w.get(previous).items("incoming_phone_numbers"); len(diff) != 3 || diff[0]["sid"] != want[0] {
		t.Errorf("the previous page is %v", diff)
	}
	exactly := pages(w, numbers+".json?PageSize=7", "incoming_phone_numbers", next2010)
	if len(exactly) != 1 {
		t.Errorf("%d pages for what fits on one", len(exactly))
	}
}

func TestPagingSurvivesChanges(t *testing.T) {
	w := start(t)
	var sids []string
	for i := range 4 {
		sids = append(sids, w.buy(fmt.Sprintf("+1415555%04d", 100+i)))
	}
	second := next2010(w.get(numbers + ".json?PageSize=2"))
	w.Twilio().RemoveNumber("+14155550101") // the last of the first page
	added := w.buy("+14155550110")
	got := slices.Concat(pages(w, second, "incoming_phone_numbers", next2010)...)
	if want := []string{sids[2], sids[3], added}; !slices.Equal(got, want) {
		t.Errorf("the rest is %v, want %v", got, want)
	}
}

func TestAPageCanFail(t *testing.T) {
	w := start(t)
	for i := range 3 {
		w.buy(fmt.Sprintf("+1415555%04d", 100+i))
	}
	w.Inject(simulator.Fault{Match: func(r *http.Request) bool { return r.URL.Query().Has("PageToken") }, Status: 503})
	first := w.get(numbers+".json?PageSize=2").accepted(t, http.StatusOK)
	w.get(next2010(first)).accepted(t, http.StatusServiceUnavailable)
}

func TestPageParameters(t *testing.T) {
	w := start(t)
	w.get(numbers+".json").accepted(t, 200).shows(t, map[string]any{"page_size": 50.0, "end": 0.0, "next_page_uri": nil})
	w.get(numbers+".json?PageSize=1000").accepted(t, 200)
	for query, code := range map[string]int{
		"PageSize=1001":                          20007,
		"PageSize=0":                             20001,
		"PageSize=many":                          20001,
		"Page=-1":                                20001,
		"Page=1":                                 21481, // pages cannot be computed
		"PageToken=next":                         21481,
		"PageToken=XX" + strings.Repeat("0", 32): 21481,
		"PageToken=PA" + strings.Repeat("no", 16): 21481,
	} {
		w.get(numbers+".json?"+query).refused(t, 400, code)
	}
}

func TestTestCredentialsReachTheMagicNumbersAlone(t *testing.T) {
	w := start(t)
	account := w.Twilio().AddAccount(simulator.TwilioAccount{Test: true})
	test := w.as(account.SID, account.AuthToken)
	path := accounts + account.SID + "/IncomingPhoneNumbers.json"
	test.post(path, form("PhoneNumber", "+15005550000")).refused(t, 400, 21422)
	test.post(path, form("PhoneNumber", "+15005550001")).refused(t, 400, 21421)
	test.post(path, form("PhoneNumber", support)).refused(t, 400, 21422)
	test.post(path, form("AreaCode", "533")).refused(t, 400, 21452)
	test.post(path, nil).refused(t, 400, 20001)
	test.post(path, form("AreaCode", "500")).accepted(t, http.StatusCreated)
	test.post(path, form("PhoneNumber", "+15005550006")).accepted(t, http.StatusCreated).
		shows(t, map[string]any{"phone_number": "+15005550006", "account_sid": account.SID})
	test.get(path).refused(t, 403, 20008)
	test.get("/v1/Trunks").refused(t, 403, 20008)
	if got := w.Twilio().Numbers(); len(got) != 0 || len(w.Twilio().Purchases()) != 0 {
		t.Errorf("the state changed: %v", got)
	}
}

func TestRateLimitByCount(t *testing.T) {
	w := start(t, simulator.WithTwilio(simulator.TwilioRules{RateLimit: simulator.RateLimit{Serve: 2, Refuse: 1}}))
	for i, want := range []int{200, 200, 429, 200, 200, 429} {
		r := w.get(numbers+".json").accepted(t, want)
		if want == 429 {
			r.refused(t, 429, 20429)
			if r.header.Get("Retry-After") != "" {
				t.Errorf("request %d has a Retry-After", i)
			}
		}
	}
}

func TestRefusedForLoadIsNotProcessed(t *testing.T) {
	w := start(t, simulator.WithTwilio(simulator.TwilioRules{
		RateLimit: simulator.RateLimit{Refuse: 1}, BareRateLimit: true, RetryAfter: "3",
	}))
	r := w.post(numbers+".json", form("PhoneNumber", support)).accepted(t, 429)
	if r.body != "" || r.header.Get("Retry-After") != "3" {
		t.Errorf("the answer is %q with Retry-After %q", r.body, r.header.Get("Retry-After"))
	}
	if got := w.Twilio().Purchases(); len(got) != 0 {
		t.Errorf("purchases are %v", got)
	}
}

func TestConcurrencyLimit(t *testing.T) {
	w := start(t, simulator.WithTwilio(simulator.TwilioRules{MaxConcurrent: 2}))
	arrived, leave := make(chan struct{}), make(chan struct{})
	for n := 1; n <= 2; n++ {
		w.BeforeNth(n, http.MethodGet, "", func() { arrived <- struct{}{}; <-leave })
	}
	var held sync.WaitGroup
	statuses := make(chan int, 2)
	for range 2 {
		held.Go(func() { statuses <- w.get(numbers + ".json").status })
	}
	<-arrived
	<-arrived
	w.post(numbers+".json", form("PhoneNumber", support)).refused(t, 429, 20429)
	close(leave)
	held.Wait()
	for range 2 {
		if status := <-statuses; status != http.StatusOK {
			t.Errorf("a request within the limit got %d", status)
		}
	}
	w.get(numbers+".json").accepted(t, http.StatusOK)
}
