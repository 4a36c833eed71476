package simulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// control sends a request to a control path and decodes the answer into v, unless v is nil.
func (w *world) control(method, path, body string, status int, v any) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+"/_simulator/"+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != status {
		w.t.Fatalf("%s %s answered %d, want %d", method, path, resp.StatusCode, status)
	}
	if v == nil {
		return
	}
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
}

func TestControlSeedsChangesAndTakesNumbers(t *testing.T) {
	w := start(t)
	var n simulator.TwilioNumber
	w.control("POST", "twilio/numbers", `{"phone_number": "+14155550100", "voice_url": "https://a.example"}`, 201, &n)
	w.get(number(n.SID)).accepted(t, 200).shows(t, map[string]any{"voice_url": "https://a.example"})

	w.control("PATCH", "twilio/numbers/+14155550100", `{"voice_url": "https://b.example"}`, 200, nil)
	w.get(number(n.SID)).shows(t, map[string]any{"voice_url": "https://b.example", "friendly_name": "(415) 555-0100"})

	w.control("PATCH", "twilio/numbers/+14155550100", `{"voiceurl_": ""}`, 400, nil)
	w.control("POST", "twilio/numbers", `{"phone_number": "4155550100"}`, 400, nil)
	w.control("DELETE", "twilio/numbers/+14155550100", "", 204, nil)
	w.control("DELETE", "twilio/numbers/+14155550100", "", 404, nil)
	w.control("PATCH", "twilio/numbers/+14155550100", "{}", 404, nil)
	w.get(number(n.SID)).refused(t, 404, 20404)
}

func TestControlArmsFaults(t *testing.T) {
	w := start(t)
	w.control("POST", "faults", `{"service": "twilio", "path": "*/IncomingPhoneNumbers.json", "times": 1, "status": 429,
		"header": {"Retry-After": ["1"]}, "latency": "1ns"}`, 204, nil)
	if r := w.get(numbers+".json").accepted(t, 429); r.header.Get("Retry-After") != "1" {
		t.Errorf("headers are %v", r.header)
	}
	w.get(numbers+".json").accepted(t, 200)

	w.control("POST", "faults", `{"status": 500}`, 204, nil)
	w.control("DELETE", "faults", "", 204, nil)
	w.get(numbers+".json").accepted(t, 200)

	for _, wrong := range []string{`{"stat": 500}`, `{"latency": "soon"}`, `{"cut": "during"}`, `{} {}`, `[`} {
		w.control("POST", "faults", wrong, 400, nil)
	}
}

func TestControlShowsRequestsAndState(t *testing.T) {
	w := start(t)
	w.buy(support)
	var log []struct {
		Method, Path, User string
		Form               map[string][]string
		Status             int
	}
	w.control("GET", "requests", "", 200, &log)
	if len(log) != 1 || log[0].Form["PhoneNumber"][0] != support || log[0].Status != 201 || log[0].User != main {
		t.Errorf("the log is %+v", log)
	}
	var state struct{ Twilio simulator.TwilioHoldings }
	w.control("GET", "state", "", 200, &state)
	if len(state.Twilio.Numbers) != 1 || len(state.Twilio.Accounts) != 1 || state.Twilio.Accounts[0].AuthToken != "" {
		t.Errorf("the state is %+v", state.Twilio)
	}
	w.control("POST", "reset", "", 204, nil)
	w.control("GET", "requests", "", 200, &log)
	if len(log) != 0 || len(w.Twilio().Numbers()) != 0 {
		t.Error("the reset left something")
	}
}

func TestControlTakesSeedsAndRules(t *testing.T) {
	w := start(t)
	const account = "AC00000000000000000000000000000001"
	w.control("POST", "seed", strings.ReplaceAll(`{"twilio": {
		"rules": {"empty_name_stays": true},
		"accounts": [{"sid": "$AC", "auth_token": "secret", "keys": [{"sid": "SK1", "secret": "s"}]}],
		"addresses": [{"sid": "AD00000000000000000000000000000001", "account_sid": "$AC", "country": "US"}],
		"bundles": [{"sid": "BU00000000000000000000000000000001", "account_sid": "$AC", "status": "twilio-approved"}],
		"applications": [{"sid": "AP00000000000000000000000000000001", "account_sid": "$AC"}],
		"trunks": [{"sid": "TK00000000000000000000000000000001", "account_sid": "$AC"}],
		"numbers": [{"sid": "PN00000000000000000000000000000009", "phone_number": "+14155550100", "account_sid": "$AC"}],
		"available": [{"phone_number": "+14155558888"}]
	}}`, "$AC", account), 204, nil)
	other := w.as("SK1", "s")
	path := accounts + account + "/IncomingPhoneNumbers/PN00000000000000000000000000000009.json"
	other.post(path, form("TrunkSid", "TK00000000000000000000000000000001", "FriendlyName", "",
		"BundleSid", "BU00000000000000000000000000000001", "AddressSid", "AD00000000000000000000000000000001",
		"SmsApplicationSid", "AP00000000000000000000000000000001")).accepted(t, 200).
		shows(t, map[string]any{"friendly_name": ""})
	w.buy("+14155558888")

	w.control("PUT", "twilio/rules", `{"rate_limit": {"serve": 0, "refuse": 1}}`, 200, nil)
	w.get(numbers+".json").refused(t, 429, 20429)
	w.control("PUT", "twilio/rules", `{"rate": 1}`, 400, nil)
}

func TestControlPathsThatDoNotExist(t *testing.T) {
	w := start(t)
	for _, path := range []string{"", "nothing", "nixie/numbers", "twilio/nothing"} {
		w.control("GET", path, "", 404, nil)
	}
	w.control("PUT", "health", "", 404, nil)
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: support})
	w.control("GET", "twilio/numbers/"+support, "", 404, nil)
	if got := w.Requests(); len(got) != 0 {
		t.Errorf("control requests are logged: %v", got)
	}
}
