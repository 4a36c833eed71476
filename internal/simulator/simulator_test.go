package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator/oaicheck"
)

const (
	support = "+14155550100" // in the stock that the simulator sells
	main    = simulator.DefaultAccountSID

	accounts = "/2010-04-01/Accounts/"
	numbers  = accounts + main + "/IncomingPhoneNumbers"
	search   = accounts + main + "/AvailablePhoneNumbers"
)

// world is a simulator behind a real server and a client of its Twilio.
type world struct {
	*simulator.Server
	t              *testing.T
	url            string
	user, password string
}

func start(t *testing.T, opts ...simulator.Option) *world {
	t.Helper()
	sim := simulator.New(opts...)
	server := httptest.NewServer(oaicheck.Guard(t, sim))
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	return &world{Server: sim, t: t, url: server.URL, user: main, password: simulator.DefaultAuthToken}
}

// as is the same world for somebody else.
func (w *world) as(user, password string) *world {
	other := *w
	other.user, other.password = user, password
	return &other
}

// reply is an answer of Twilio's.
type reply struct {
	status int
	header http.Header
	body   string
	fields map[string]any // of a JSON object
}

// code is Twilio's error code.
func (r reply) code() int {
	code, _ := r.fields["code"].(float64)
	return int(code)
}

// items are the members of a list.
func (r reply) items(key string) []map[string]any {
	list, _ := r.fields[key].([]any)
	var items []map[string]any
	for _, item := range list {
		object, _ := item.(map[string]any)
		items = append(items, object)
	}
	return items
}

// form pairs names and values.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

// try sends a request and gives the error that an http.Client gives.
func (w *world) try(method, path string, values url.Values) (reply, error) {
	w.t.Helper()
	var body io.Reader
	if values != nil {
		body = strings.NewReader(values.Encode())
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	if values != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if w.user != "" {
		req.SetBasicAuth(w.user, w.password)
	}
	client := http.Client{
		// A connection of its own, since Go repeats a GET on a kept one, and the simulator's own redirects.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	r := reply{status: resp.StatusCode, header: resp.Header, body: string(data)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		_ = json.Unmarshal(data, &r.fields) // a truncated answer has none
	}
	return r, err
}

// do sends a request to Twilio.
func (w *world) do(method, path string, values url.Values) reply {
	w.t.Helper()
	r, err := w.try(method, "/twilio"+path, values)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (w *world) get(path string) reply {
	w.t.Helper()
	return w.do(http.MethodGet, path, nil)
}

func (w *world) delete(path string) reply {
	w.t.Helper()
	return w.do(http.MethodDelete, path, nil)
}

func (w *world) post(path string, values url.Values) reply {
	w.t.Helper()
	return w.do(http.MethodPost, path, values)
}

// update sends a POST to a number of the main account.
func (w *world) update(sid string, values url.Values) reply {
	w.t.Helper()
	return w.post(number(sid), values)
}

// number is the path of a number of the main account.
func number(sid string) string { return numbers + "/" + sid + ".json" }

// buy buys a number and gives its SID.
func (w *world) buy(e164 string) string {
	w.t.Helper()
	r := w.post(numbers+".json", form("PhoneNumber", e164))
	sid, _ := r.fields["sid"].(string)
	if r.status != http.StatusCreated || sid == "" {
		w.t.Fatalf("buying %s: %d %s", e164, r.status, r.body)
	}
	return sid
}

// accepted fails the test unless a request was answered with the status.
func (r reply) accepted(t *testing.T, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// refused fails the test unless a request was refused with status and code, in Twilio's envelope.
func (r reply) refused(t *testing.T, status, code int) {
	t.Helper()
	if r.status != status || r.code() != code {
		t.Fatalf("answer %d with code %d, want %d with %d: %s", r.status, r.code(), status, code, r.body)
	}
	for _, member := range []string{"message", "more_info", "status"} {
		if r.fields[member] == nil {
			t.Errorf("the error has no %s: %s", member, r.body)
		}
	}
}

// shows fails the test unless the object has these values.
func (r reply) shows(t *testing.T, want map[string]any) {
	t.Helper()
	for field, value := range want {
		got, present := r.fields[field]
		if !present || got != value {
			t.Errorf("%s is %#v (present: %t), want %#v", field, got, present, value)
		}
	}
}

func TestServesNothingWithoutAServicePrefix(t *testing.T) {
	w := start(t)
	r, err := w.try(http.MethodGet, numbers+".json", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.status != http.StatusNotFound || r.fields != nil {
		t.Errorf("answer %d %s, want a 404 that is not Twilio's", r.status, r.body)
	}
	if got := w.Requests(); len(got) != 1 || got[0].Service != "" || got[0].Status != http.StatusNotFound {
		t.Errorf("the log has %+v, want the stray request", got)
	}
}

func TestRequestsTellAbsentFromEmpty(t *testing.T) {
	w := start(t)
	sid := w.buy(support)
	w.ResetRequests()
	w.update(sid, form("TrunkSid", "", "VoiceUrl", "https://example.com/voice"))
	w.get(numbers + ".json?PhoneNumber=%2B1415")

	got := w.Requests()
	if len(got) != 2 {
		t.Fatalf("the log has %d requests, want 2", len(got))
	}
	post := got[0]
	if !post.Form.Has("TrunkSid") || post.Form.Get("TrunkSid") != "" || post.Form.Has("VoiceFallbackUrl") {
		t.Errorf("the form is %v", post.Form)
	}
	if post.User != main || post.Header.Get("Authorization") != "" {
		t.Errorf("the log has user %q and header %v, want the user and no secret", post.User, post.Header)
	}
	want := "POST " + number(sid) + " TrunkSid=&VoiceUrl=https%3A%2F%2Fexample.com%2Fvoice -> 200"
	if post.String() != want {
		t.Errorf("the line is\n%s\nwant\n%s", post, want)
	}
	if got[1].Query.Get("PhoneNumber") != "+1415" || got[1].At != 1 {
		t.Errorf("the second request is %+v", got[1])
	}
}

func TestIDsFollowTheGivenSequence(t *testing.T) {
	if sid := start(t).buy(support); sid != "PN00000000000000000000000000000001" {
		t.Errorf("the first number is %s", sid)
	}
	w := start(t, simulator.WithIDs(func(prefix string) string { return prefix + strings.Repeat("f", 32) }))
	if sid := w.buy(support); sid != "PN"+strings.Repeat("f", 32) {
		t.Errorf("the number is %s, want the given ID", sid)
	}
}

func TestResetForgetsEverything(t *testing.T) {
	w := start(t)
	state := w.Twilio() // stays valid
	w.buy(support)
	w.Inject(simulator.Fault{Status: http.StatusTeapot})
	w.Before("", "", func() { t.Error("the hook ran after the reset") })
	w.Reset()

	if n := state.Numbers(); len(n) != 0 {
		t.Errorf("numbers are left: %v", n)
	}
	if r := w.Requests(); len(r) != 0 {
		t.Errorf("requests are left: %v", r)
	}
	w.get(numbers+".json").accepted(t, http.StatusOK)
}
