package simulator_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// bearerAPI is a client of a service that takes JSON and a bearer token.
type bearerAPI struct {
	*world
	prefix, token string
}

// call sends a request; a body that is not empty is declared to be JSON. Headers come in pairs.
func (api bearerAPI) call(method, path, body string, headers ...string) reply {
	api.t.Helper()
	req, err := http.NewRequestWithContext(api.t.Context(), method, api.url+api.prefix+path, strings.NewReader(body))
	if err != nil {
		api.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+api.token)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		api.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }() // it has been read
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		api.t.Fatalf("%s %s: %v", method, path, err)
	}
	r := reply{status: resp.StatusCode, header: resp.Header, body: string(data)}
	_ = json.Unmarshal(data, &r.fields) // a bare array has none
	return r
}

// at is the value at a path such as "item.agent.name"; it fails the test where there is none.
func (r reply) at(t *testing.T, path string) any {
	t.Helper()
	var value any = r.fields
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		inner, present := object[name]
		if !present {
			t.Fatalf("there is no %s: %s", path, r.body)
		}
		value = inner
	}
	return value
}

// has fails the test unless these values are at these paths.
func (r reply) has(t *testing.T, want map[string]any) {
	t.Helper()
	for path, value := range want {
		if got := r.at(t, path); got != value {
			t.Errorf("%s is %#v, want %#v", path, got, value)
		}
	}
}

const (
	nixflexAgent  = "agent_00000000000000aa"
	otherAgent    = "agent_00000000000000bb"
	foreignAgent  = "agent_00000000000000ff"
	nixflexNumber = "/v1/phone-numbers/%2B14155550100"
)

// nixflex is a simulator in which Twilio holds the number and Nixflex has two agents of ours and one of a rival's.
func nixflex(t *testing.T, rules simulator.NixflexRules, opts ...simulator.Option) bearerAPI {
	t.Helper()
	w := start(t, append(opts, simulator.WithNixflex(rules))...)
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: support})
	w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexAgent, Name: "Support"})
	w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: otherAgent, Name: "Sales"})
	w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: foreignAgent, Foreign: true})
	return bearerAPI{w, "/nixflex", simulator.DefaultNixflexKey}
}

// importBody is the body of an import that is accepted, with changes; "" leaves a field out.
func importBody(changes ...string) string {
	fields := map[string]string{
		"phone_number": support,
		"agent_id":     nixflexAgent,
		"twilio_sid":   main,
		"twilio_token": simulator.DefaultAuthToken,
	}
	for i := 0; i < len(changes); i += 2 {
		fields[changes[i]] = changes[i+1]
		if changes[i+1] == "" {
			delete(fields, changes[i])
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // a map of strings
	}
	return string(body)
}

// imported imports the number.
func (api bearerAPI) imported() bearerAPI {
	api.t.Helper()
	api.call("POST", "/v1/phone-numbers", importBody()).accepted(api.t, http.StatusCreated)
	return api
}

// nixflexRefused fails the test unless a request was refused with status and code, in Nixflex's envelope.
func (r reply) nixflexRefused(t *testing.T, status int, code string) reply {
	t.Helper()
	kind := map[int]string{
		400: "invalid_request", 401: "authentication_error", 403: "permission_error", 404: "not_found", 409: "conflict",
		429: "rate_limit_error", 502: "provider_error",
	}[status]
	r.accepted(t, status).has(t, map[string]any{
		"error.type": kind, "error.code": code, "error.doc_url": "https://docs.nixflex.com/reference/errors#" + code,
	})
	r.at(t, "error.message")
	r.at(t, "error.details")
	return r
}

func TestNixflexKeys(t *testing.T) {
	for name, test := range map[string]struct{ token, code string }{
		"wrong secret": {"nxf_simulated:nxfs_wrong", "invalid_api_key"},
		"no secret":    {"nxf_simulated", "key_secret_required"},
		"no key":       {"", "invalid_api_key"},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, simulator.NixflexRules{})
			api.token = test.token
			api.call("GET", "/v1/phone-numbers", "").nixflexRefused(t, 401, test.code)
		})
	}
	t.Run("rotated", func(t *testing.T) {
		api := nixflex(t, simulator.NixflexRules{})
		api.Nixflex().SetAPIKey("nxf_new:nxfs_new")
		api.call("GET", "/v1/phone-numbers", "").nixflexRefused(t, 401, "invalid_api_key")
		api.token = "nxf_new:nxfs_new"
		api.call("GET", "/v1/phone-numbers", "").accepted(t, 200)
	})
}

func TestNixflexImportAnswersTheNumber(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{}, simulator.WithClock(func() time.Time { return time.Unix(0, 0) }))
	r := api.call("POST", "/v1/phone-numbers", importBody("custom_prompt", "Be brief.")).accepted(t, 201)
	r.has(t, map[string]any{
		"phone_number.phone_number":            support,
		"phone_number.agent_id":                nixflexAgent,
		"phone_number.provider":                "twilio",
		"phone_number.twilio_number_sid":       "PN00000000000000000000000000000001",
		"phone_number.telnyx_number_id":        nil,
		"phone_number.inbound_enabled":         true,
		"phone_number.outbound_enabled":        true,
		"phone_number.custom_prompt":           "Be brief.",
		"phone_number.voice_id":                nil,
		"phone_number.sms_reply_enabled":       false,
		"phone_number.voicemail_leave_enabled": nil,
		"phone_number.created_at":              "1970-01-01T00:00:00Z",
	})
	if strings.Contains(r.body, simulator.DefaultAuthToken) {
		t.Errorf("the answer tells the token: %s", r.body)
	}
}

func TestNixflexImportAcceptsCamelCase(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	api.call("POST", "/v1/phone-numbers", fmt.Sprintf(
		`{"phoneNumber": %q, "agentId": %q, "twilioSid": %q, "twilioToken": %q}`,
		support, nixflexAgent, main, simulator.DefaultAuthToken)).accepted(t, 201)
}

func TestNixflexImportOverwritesWebhooksAndLeavesTheRest(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	trunk := api.Twilio().AddTrunk(simulator.TwilioTrunk{})
	api.Twilio().UpdateNumber(support, func(n *simulator.TwilioNumber) {
		n.VoiceURL, n.VoiceFallbackURL, n.VoiceMethod = "https://old.example", "https://fallback.example", "GET"
		n.TrunkSID = trunk
	})
	api.imported()
	n, _ := api.Twilio().Number(support)
	if n.VoiceURL != simulator.NixflexVoiceURL || n.SMSURL != simulator.NixflexSMSURL ||
		n.StatusCallback != simulator.NixflexStatusURL || n.VoiceMethod != "POST" {
		t.Errorf("the webhooks are not Nixflex's: %+v", n)
	}
	if n.VoiceFallbackURL != "https://fallback.example" || n.TrunkSID != trunk {
		t.Errorf("fallback and trunk were changed: %+v", n)
	}
}

func TestNixflexImportLeavesSMSOfANumberWithoutSMS(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	api.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: support, Capabilities: simulator.TwilioCapabilities{Voice: true},
	})
	api.imported()
	if n, _ := api.Twilio().Number(support); n.SMSURL != "" || n.VoiceURL != simulator.NixflexVoiceURL {
		t.Errorf("the webhooks are %q and %q", n.VoiceURL, n.SMSURL)
	}
}

func TestNixflexImportRefusals(t *testing.T) {
	elsewhere, unknown := "AC"+strings.Repeat("c", 32), "AC"+strings.Repeat("d", 32)
	for name, test := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no number":         {importBody("phone_number", ""), 400, "missing_field"},
		"no SID":            {importBody("twilio_sid", ""), 400, "missing_field"},
		"no token":          {importBody("twilio_token", ""), 400, "missing_field"},
		"no agent":          {importBody("agent_id", ""), 400, "missing_field"},
		"national number":   {importBody("phone_number", "4155550100"), 400, "invalid_phone_format"},
		"API key as SID":    {importBody("twilio_sid", "SK123"), 400, "invalid_twilio_sid"},
		"capitals in SID":   {importBody("twilio_sid", strings.ToUpper(main)), 400, "invalid_twilio_sid"},
		"long prompt":       {importBody("custom_prompt", strings.Repeat("x", 8001)), 400, "custom_prompt_too_long"},
		"not JSON":          {`{"phone_number": `, 400, "invalid_json"},
		"wrong type":        {`{"phone_number": 14155550100}`, 400, "invalid_field"},
		"wrong token":       {importBody("twilio_token", "wrong"), 401, "twilio_auth_failed"},
		"unknown account":   {importBody("twilio_sid", unknown), 401, "twilio_auth_failed"},
		"number elsewhere":  {importBody("twilio_sid", elsewhere, "twilio_token", "t"), 404, "number_not_in_twilio"},
		"number of nobody":  {importBody("phone_number", "+14155550199"), 404, "number_not_in_twilio"},
		"agent of nobody":   {importBody("agent_id", "agent_0"), 404, "agent_not_found"},
		"agent of a rival":  {importBody("agent_id", foreignAgent), 403, "agent_not_owned"},
		"imported already":  {importBody("phone_number", "+14155550101"), 409, "number_already_imported"},
		"imported by rival": {importBody("phone_number", "+14155550102"), 409, "number_already_imported"},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, simulator.NixflexRules{})
			api.Twilio().AddAccount(simulator.TwilioAccount{SID: elsewhere, AuthToken: "t"})
			for _, e164 := range []string{"+14155550101", "+14155550102"} {
				api.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: e164})
			}
			api.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: "+14155550101", AgentID: nixflexAgent})
			api.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: "+14155550102", Foreign: true})

			api.call("POST", "/v1/phone-numbers", test.body).nixflexRefused(t, test.status, test.code)
			if n, _ := api.Twilio().Number(support); n.VoiceURL != "" {
				t.Errorf("the webhooks were overwritten: %s", n.VoiceURL)
			}
			if _, held := api.Nixflex().Number(support); held {
				t.Error("the number was imported")
			}
		})
	}
}

func TestNixflexMissingFieldIsNamed(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	api.call("POST", "/v1/phone-numbers", importBody("agent_id", "")).
		has(t, map[string]any{"error.details.field": "agent_id"})
}

func TestNixflexSeesNoBodyThatIsNotDeclaredJSON(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	api.call("POST", "/v1/phone-numbers", importBody(), "Content-Type", "text/plain").
		nixflexRefused(t, 400, "missing_field")
}

func TestNixflexCredentialsThatTwilioRefuses(t *testing.T) {
	inactive := simulator.TwilioRules{InactiveAccount: simulator.TwilioError{Status: 403, Code: 20005}}
	for name, test := range map[string]struct {
		rules  simulator.NixflexRules
		status string // of the account
		token  string
		code   string
	}{
		"by default, 20003": {simulator.NixflexRules{}, "active", "wrong", "twilio_auth_failed"},
		"by default, other codes": {
			simulator.NixflexRules{}, "suspended", simulator.DefaultAuthToken, "twilio_invalid_credentials",
		},
		"always the same": {
			simulator.NixflexRules{InvalidCredentialsAlways: true}, "active", "wrong", "twilio_invalid_credentials",
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, test.rules, simulator.WithTwilio(inactive))
			api.Twilio().SetAccountStatus(main, test.status)
			api.call("POST", "/v1/phone-numbers", importBody("twilio_token", test.token)).
				nixflexRefused(t, 401, test.code)
		})
	}
}

func TestNixflexTestCredentialsAreRefused(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	testSID := "AC" + strings.Repeat("b", 32)
	api.Twilio().AddAccount(simulator.TwilioAccount{SID: testSID, AuthToken: "t", Test: true})
	api.call("POST", "/v1/phone-numbers", importBody("twilio_sid", testSID, "twilio_token", "t")).
		nixflexRefused(t, 401, "twilio_invalid_credentials")
}

func TestNixflexReimportForTheSameAgent(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		t.Run(fmt.Sprintf("allowed: %t", allowed), func(t *testing.T) {
			api := nixflex(t, simulator.NixflexRules{SameAgentReimports: allowed}).imported()
			api.call("PATCH", nixflexNumber, `{"custom_prompt": "old"}`).accepted(t, 200)
			r := api.call("POST", "/v1/phone-numbers", importBody())
			if !allowed {
				r.nixflexRefused(t, 409, "number_already_imported")
				return
			}
			r.accepted(t, 201).has(t, map[string]any{"phone_number.custom_prompt": nil})
			api.call("POST", "/v1/phone-numbers", importBody("agent_id", otherAgent)).
				nixflexRefused(t, 409, "number_already_imported")
		})
	}
}

func TestNixflexImportMayIgnoreThePrompt(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{ImportIgnoresPrompt: true})
	api.call("POST", "/v1/phone-numbers", importBody("custom_prompt", "Be brief.")).accepted(t, 201).
		has(t, map[string]any{"phone_number.custom_prompt": nil})
}

func TestNixflexPartialAnswers(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{PartialAnswers: true})
	fields := func(r reply) []string {
		object, _ := r.at(t, "phone_number").(map[string]any)
		var names []string
		for name := range object {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	got := fields(api.call("POST", "/v1/phone-numbers", importBody()))
	want := []string{"agent_id", "inbound_enabled", "outbound_enabled", "phone_number", "twilio_number_sid"}
	if !slices.Equal(got, want) {
		t.Errorf("an import answers %v, want %v", got, want)
	}
	got = fields(api.call("PATCH", nixflexNumber, `{"custom_prompt": "x"}`))
	if want = []string{"agent_id", "custom_prompt", "phone_number"}; !slices.Equal(got, want) {
		t.Errorf("an update answers %v, want %v", got, want)
	}
}

// nixflexNumbers adds n numbers, of which every tenth is the other agent's.
func (api bearerAPI) nixflexNumbers(n int) bearerAPI {
	for i := range n {
		agent := nixflexAgent
		if i%10 == 0 {
			agent = otherAgent
		}
		api.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", i), AgentID: agent})
	}
	return api
}

func TestNixflexNumberList(t *testing.T) {
	reduced, strict := simulator.NixflexRules{}, simulator.NixflexRules{HighLimitRefused: true}
	unpaged := simulator.NixflexRules{UnpagedNumbers: true}
	for name, test := range map[string]struct {
		rules         simulator.NixflexRules
		query         string
		status        int
		length, count int
		first         string
	}{
		"by default 25":        {query: "", length: 25, count: 120, first: "+14155550119"},
		"second page":          {query: "?offset=25&limit=10", length: 10, count: 120, first: "+14155550094"},
		"last page":            {query: "?offset=110&limit=100", length: 10, count: 120, first: "+14155550009"},
		"beyond the end":       {query: "?offset=500", length: 0, count: 120},
		"high limit reduced":   {rules: reduced, query: "?limit=101", length: 100, count: 120, first: "+14155550119"},
		"high limit refused":   {rules: strict, query: "?limit=101", status: 400},
		"highest limit":        {rules: strict, query: "?limit=100", length: 100, count: 120},
		"limit of nothing":     {query: "?limit=0", status: 400},
		"negative offset":      {query: "?offset=-1", status: 400},
		"limit in letters":     {query: "?limit=ten", status: 400},
		"of one agent":         {query: "?agent_id=" + otherAgent, length: 12, count: 12, first: "+14155550110"},
		"of no such agent":     {query: "?agent_id=agent_0", length: 0, count: 0},
		"count of the page":    {rules: simulator.NixflexRules{CountsPage: true}, query: "?limit=7", length: 7, count: 7},
		"unpaged":              {rules: unpaged, query: "?limit=7&offset=50", length: 120, count: 120},
		"unpaged of one agent": {rules: unpaged, query: "?agent_id=" + otherAgent, length: 12, count: 12},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, test.rules).nixflexNumbers(120)
			api.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: "+442071838750", Foreign: true})
			r := api.call("GET", "/v1/phone-numbers"+test.query, "")
			if test.status != 0 {
				r.nixflexRefused(t, test.status, "invalid_field")
				return
			}
			r.accepted(t, 200).has(t, map[string]any{"count": float64(test.count)})
			items := r.items("phone_numbers")
			if len(items) != test.length {
				t.Fatalf("the page has %d numbers, want %d", len(items), test.length)
			}
			if test.first != "" && items[0]["phone_number"] != test.first {
				t.Errorf("the first number is %v, want %s", items[0]["phone_number"], test.first)
			}
		})
	}
}

func TestNixflexUnpagedListEndsAtOneThousand(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{UnpagedNumbers: true}).nixflexNumbers(1001)
	if got := len(api.call("GET", "/v1/phone-numbers", "").items("phone_numbers")); got != 1000 {
		t.Errorf("the list has %d numbers, want 1000", got)
	}
}

func TestNixflexEmptyListIsNotNull(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	if r := api.call("GET", "/v1/phone-numbers", ""); !strings.Contains(r.body, `"phone_numbers":[]`) {
		t.Errorf("the empty list is %s", r.body)
	}
}

func TestNixflexSingleNumber(t *testing.T) {
	nixflex(t, simulator.NixflexRules{}).imported().call("GET", nixflexNumber, "").
		nixflexRefused(t, 404, "route_not_found")
	api := nixflex(t, simulator.NixflexRules{ServesSingleNumbers: true})
	api.call("GET", nixflexNumber, "").nixflexRefused(t, 404, "number_not_found")
	api.imported().call("GET", nixflexNumber, "").accepted(t, 200).
		has(t, map[string]any{"phone_number.phone_number": support})
}

func TestNixflexUnknownRoutes(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{}).imported()
	for _, request := range []string{
		"GET /phone-numbers", "PUT " + nixflexNumber, "POST " + nixflexNumber, "GET /v2/phone-numbers", "GET /v1",
	} {
		method, path, _ := strings.Cut(request, " ")
		api.call(method, path, "").nixflexRefused(t, 404, "route_not_found")
	}
}

func TestNixflexPlusSignInPaths(t *testing.T) {
	plain := "/v1/phone-numbers/" + support
	nixflex(t, simulator.NixflexRules{}).imported().call("DELETE", plain, "").
		nixflexRefused(t, 404, "number_not_found")
	nixflex(t, simulator.NixflexRules{PlainPlusWorks: true}).imported().call("DELETE", plain, "").accepted(t, 200)
	nixflex(t, simulator.NixflexRules{PlainPlusWorks: true}).imported().call("DELETE", nixflexNumber, "").accepted(t, 200)
}

// longText is a body with a text of that many characters, each of two bytes.
func longText(field string, length int) string {
	return `{"` + field + `": "` + strings.Repeat("é", length) + `"}`
}

func TestNixflexUpdate(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want map[string]any // of phone_number
	}{
		"prompt":         {`{"custom_prompt": "new"}`, map[string]any{"custom_prompt": "new", "voice_id": "Dennis"}},
		"null clears":    {`{"custom_prompt": null}`, map[string]any{"custom_prompt": nil}},
		"empty clears":   {`{"custom_prompt": ""}`, map[string]any{"custom_prompt": nil}},
		"longest prompt": {longText("custom_prompt", 8000), nil},
		"voicemail": {
			`{"voicemail_leave_enabled": true, "voicemail_message": "Bye"}`,
			map[string]any{"voicemail_leave_enabled": true, "voicemail_message": "Bye"},
		},
		"too slow":       {`{"speaking_rate": 0.1}`, map[string]any{"speaking_rate": 0.5}},
		"too fast":       {`{"speaking_rate": 9}`, map[string]any{"speaking_rate": 1.5}},
		"inherited rate": {`{"speaking_rate": null}`, map[string]any{"speaking_rate": nil}},
		"three states": {
			`{"dtmf_enabled": false, "record_call": null}`,
			map[string]any{"dtmf_enabled": false, "record_call": nil},
		},
		"recorder": {`{"recording_source": "nixflex"}`, map[string]any{"recording_source": "nixflex"}},
		"agent is passed": {
			`{"agent_id": "` + otherAgent + `", "sms_reply_enabled": true}`,
			map[string]any{"agent_id": nixflexAgent, "sms_reply_enabled": true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, simulator.NixflexRules{}).imported()
			before := api.withSettings()
			r := api.call("PATCH", nixflexNumber, test.body).accepted(t, 200)
			for field, value := range test.want {
				r.has(t, map[string]any{"phone_number." + field: value})
			}
			if *before.CustomPrompt != "old" {
				t.Errorf("an update reached into what a test holds: %q", *before.CustomPrompt)
			}
		})
	}
}

// withSettings gives the number some settings.
func (api bearerAPI) withSettings() simulator.NixflexNumber {
	api.Nixflex().UpdateNumber(support, func(n *simulator.NixflexNumber) {
		n.CustomPrompt, n.VoiceID, n.SpeakingRate = new("old"), new("Dennis"), new(1.0)
	})
	n, _ := api.Nixflex().Number(support)
	return n
}

func TestNixflexUpdateRefusals(t *testing.T) {
	strict := simulator.NixflexRules{UnknownFieldsRefused: true}
	older := simulator.NixflexRules{PromptOnlyUpdates: true}
	for name, test := range map[string]struct {
		rules      simulator.NixflexRules
		path, body string
		status     int // 0 for 400
		code       string
	}{
		"no body":               {body: "", code: "missing_field"},
		"empty body":            {body: "{}", code: "missing_field"},
		"nothing known":         {body: `{"agent_id": "x"}`, code: "missing_field"},
		"agent refused":         {rules: strict, body: `{"agent_id": "x", "voice_id": "y"}`, code: "invalid_field"},
		"older: other settings": {rules: older, body: `{"voice_id": "y"}`, code: "missing_field"},
		"long prompt":           {body: longText("custom_prompt", 8001), code: "custom_prompt_too_long"},
		"long voicemail":        {body: longText("voicemail_message", 2001), code: "voicemail_message_too_long"},
		"long SMS prompt":       {body: longText("sms_prompt", 20001), code: "sms_prompt_too_long"},
		"voicemail of nothing":  {body: `{"voicemail_leave_enabled": true}`, code: "voicemail_message_required"},
		"unknown recorder":      {body: `{"recording_source": "me"}`, code: "invalid_field"},
		"not JSON":              {body: `{"dtmf`, code: "invalid_json"},
		"wrong type":            {body: `{"dtmf_enabled": "yes"}`, code: "invalid_field"},
		"number of nobody": {
			path: "/v1/phone-numbers/%2B14155550199", body: `{"voice_id": "y"}`, status: 404, code: "number_not_found",
		},
		"number of a rival": {
			path: "/v1/phone-numbers/%2B14155550102", body: `{"voice_id": "y"}`, status: 404, code: "number_not_found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, test.rules).imported()
			api.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: "+14155550102", Foreign: true})
			before := api.withSettings()
			api.call("PATCH", cmp.Or(test.path, nixflexNumber), test.body).
				nixflexRefused(t, cmp.Or(test.status, 400), test.code)
			if after, _ := api.Nixflex().Number(support); after != before {
				t.Errorf("the number became %+v", after)
			}
		})
	}
}

func TestNixflexOlderUpdateChangesThePromptAlone(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{PromptOnlyUpdates: true}).imported()
	api.withSettings()
	api.call("PATCH", nixflexNumber, `{"custom_prompt": null, "voice_id": "Ashley"}`).accepted(t, 200).
		has(t, map[string]any{"phone_number.custom_prompt": nil, "phone_number.voice_id": "Dennis"})
}

func TestNixflexDeletion(t *testing.T) {
	const other = "https://other.example"
	for name, test := range map[string]struct {
		rules     simulator.NixflexRules
		prepare   func(*world)
		status    int
		held      bool // at Nixflex, afterwards
		voice     string
		voiceLost bool // the number is not at Twilio any more
	}{
		"clears its webhooks": {status: 200},
		"keeps a webhook of somebody else's": {
			prepare: func(w *world) {
				w.Twilio().UpdateNumber(support, func(n *simulator.TwilioNumber) { n.VoiceURL = other })
			},
			status: 200, voice: other,
		},
		"number gone from Twilio": {
			prepare: func(w *world) { w.Twilio().RemoveNumber(support) }, status: 200, voiceLost: true,
		},
		"webhooks stay silently": {
			rules: simulator.NixflexRules{DeleteLeavesWebhooks: true}, status: 200, voice: simulator.NixflexVoiceURL,
		},
		"credentials expired": {
			prepare: func(w *world) { w.Twilio().SetAccountStatus(main, "suspended") },
			status:  200, voice: simulator.NixflexVoiceURL,
		},
		"credentials expired, refused": {
			rules:   simulator.NixflexRules{DeleteNeedsTwilio: true},
			prepare: func(w *world) { w.Twilio().SetAccountStatus(main, "suspended") },
			status:  502, held: true, voice: simulator.NixflexVoiceURL,
		},
		"credentials valid where they must be": {rules: simulator.NixflexRules{DeleteNeedsTwilio: true}, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, test.rules).imported()
			if test.prepare != nil {
				test.prepare(api.world)
			}
			r := api.call("DELETE", nixflexNumber, "").accepted(t, test.status)
			if test.status == 200 {
				r.has(t, map[string]any{"phone_number.phone_number": support, "phone_number.deleted": true})
			} else {
				r.nixflexRefused(t, 502, "provider_error")
			}
			if _, held := api.Nixflex().Number(support); held != test.held {
				t.Errorf("the record is there: %t", held)
			}
			n, atTwilio := api.Twilio().Number(support)
			if atTwilio == test.voiceLost || n.VoiceURL != test.voice {
				t.Errorf("Twilio has it: %t, with voice URL %q", atTwilio, n.VoiceURL)
			}
			if test.status == 200 {
				api.call("DELETE", nixflexNumber, "").nixflexRefused(t, 404, "number_not_found")
			}
		})
	}
}

func TestNixflexDeletionOfARivalsNumber(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	api.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: support, Foreign: true})
	api.call("DELETE", nixflexNumber, "").nixflexRefused(t, 404, "number_not_found")
}

func TestNixflexNumbersCanBeImportedAgain(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{}).imported()
	api.call("DELETE", nixflexNumber, "").accepted(t, 200)
	api.call("POST", "/v1/phone-numbers", importBody("agent_id", otherAgent)).accepted(t, 201)
	if n, _ := api.Twilio().Number(support); n.VoiceURL != simulator.NixflexVoiceURL {
		t.Errorf("the voice URL is %q", n.VoiceURL)
	}
}

func TestNixflexAgentDeletionLeavesItsNumbers(t *testing.T) {
	for name, test := range map[string]struct {
		rules simulator.NixflexRules
		agent any
	}{
		"detached": {simulator.NixflexRules{}, nil},
		"stale":    {simulator.NixflexRules{StaleAgentID: true}, nixflexAgent},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, test.rules).imported()
			api.call("DELETE", "/v1/agents/"+nixflexAgent, "").accepted(t, 200).
				has(t, map[string]any{"agent_id": nixflexAgent, "deleted": true})
			items := api.call("GET", "/v1/phone-numbers", "").items("phone_numbers")
			if len(items) != 1 || items[0]["agent_id"] != test.agent {
				t.Errorf("the list is %v", items)
			}
		})
	}
}

func TestNixflexAgents(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	r := api.call("POST", "/v1/agents", `{"system_prompt": "Hello", "surprise": 1}`).accepted(t, 201)
	r.has(t, map[string]any{"name": "Untitled Agent", "voice_id": "Ashley", "system_prompt": "Hello", "is_active": true})
	id, _ := r.at(t, "agent_id").(string)
	if id != "agent_0000000000000001" {
		t.Errorf("the agent is %s", id)
	}
	api.call("PUT", "/v1/agents/"+id, `{"is_active": false}`).accepted(t, 200).
		has(t, map[string]any{"is_active": false, "system_prompt": "Hello"})
	api.call("GET", "/v1/agents/"+id, "").accepted(t, 200).has(t, map[string]any{"agent_id": id})
	for _, request := range []string{"POST /v1/agents", "PUT /v1/agents/" + id} {
		method, path, _ := strings.Cut(request, " ")
		api.call(method, path, `{"name": 1}`).nixflexRefused(t, 400, "invalid_field")
	}
	api.call("GET", "/v1/agents?limit=0", "").nixflexRefused(t, 400, "invalid_field")
	for _, unknown := range []string{"agent_0", foreignAgent} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			api.call(method, "/v1/agents/"+unknown, "").nixflexRefused(t, 404, "agent_not_found")
		}
	}
	list := api.call("GET", "/v1/agents?limit=2", "").accepted(t, 200)
	list.has(t, map[string]any{"count": 3.0, "limit": 2.0, "offset": 0.0})
	if items := list.items("agents"); len(items) != 2 || items[0]["agent_id"] != id {
		t.Errorf("the list is %s", list.body)
	}
	if items := api.call("GET", "/v1/agents?is_active=true", "").items("agents"); len(items) != 2 {
		t.Errorf("the active agents are %v", items)
	}
}

func TestNixflexBareAgentList(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{BareAgentList: true})
	var agents []map[string]any
	r := api.call("GET", "/v1/agents?offset=1", "").accepted(t, 200)
	if err := json.Unmarshal([]byte(r.body), &agents); err != nil || len(agents) != 1 || agents[0]["name"] != "Support" {
		t.Errorf("the list is %s (%v)", r.body, err)
	}
}

func TestNixflexAgentPages(t *testing.T) {
	bare := simulator.NixflexRules{BareAgentList: true}
	strictBare := simulator.NixflexRules{BareAgentList: true, HighLimitRefused: true}
	for name, test := range map[string]struct {
		rules  simulator.NixflexRules
		query  string
		length int // 0 if the request is refused
	}{
		"default":                    {simulator.NixflexRules{}, "", 25},
		"high limit reduced":         {simulator.NixflexRules{}, "?limit=101", 100},
		"high limit refused":         {simulator.NixflexRules{HighLimitRefused: true}, "?limit=101", 0},
		"bare: default":              {bare, "", 100},
		"bare: high limit reduced":   {bare, "?limit=201", 200},
		"bare: high limit refused":   {strictBare, "?limit=201", 0},
		"bare: highest limit served": {strictBare, "?limit=200", 200},
	} {
		t.Run(name, func(t *testing.T) {
			api := nixflex(t, test.rules)
			for range 210 {
				api.Nixflex().AddAgent(simulator.NixflexAgent{})
			}
			r := api.call("GET", "/v1/agents"+test.query, "")
			if test.length == 0 {
				r.nixflexRefused(t, 400, "invalid_field")
				return
			}
			if got := strings.Count(r.accepted(t, 200).body, `"agent_id"`); got != test.length {
				t.Errorf("the page has %d agents, want %d", got, test.length)
			}
		})
	}
}

func TestNixflexRateLimitPerMinute(t *testing.T) {
	now := time.Unix(1000, 0)
	rules := simulator.NixflexRules{ReadsPerMinute: 2, WritesPerMinute: 1}
	api := nixflex(t, rules, simulator.WithClock(func() time.Time { return now }))
	read := func() reply { return api.call("GET", "/v1/phone-numbers", "") }

	for _, remaining := range []string{"1", "0"} {
		r := read().accepted(t, 200)
		if r.header.Get("X-RateLimit-Limit") != "2" || r.header.Get("X-RateLimit-Remaining") != remaining ||
			r.header.Get("X-RateLimit-Reset") != "1060" {
			t.Errorf("headers are %v, want %s of 2 until 1060", r.header, remaining)
		}
	}
	now = now.Add(20*time.Second + time.Millisecond)
	r := read().nixflexRefused(t, 429, "rate_limit_exceeded")
	r.has(t, map[string]any{"error.details.retry_after": 40.0})
	if r.header.Get("Retry-After") != "40" || r.header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("headers are %v", r.header)
	}
	if r := api.call("POST", "/v1/agents", "").accepted(t, 201); r.header.Get("X-RateLimit-Limit") != "1" {
		t.Errorf("headers are %v, want those of writes", r.header)
	}
	now = now.Add(40 * time.Second)
	read().accepted(t, 200)
}

func TestNixflexDocumentedRateLimits(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	if got := api.call("GET", "/v1/agents", "").header.Get("X-RateLimit-Limit"); got != "600" {
		t.Errorf("the limit of reads is %s", got)
	}
	if got := api.call("POST", "/v1/agents", "").header.Get("X-RateLimit-Limit"); got != "120" {
		t.Errorf("the limit of writes is %s", got)
	}
}

func TestNixflexWithoutRateLimits(t *testing.T) {
	still := simulator.WithClock(func() time.Time { return time.Unix(0, 0) })
	api := nixflex(t, simulator.NixflexRules{WritesPerMinute: -1}, still)
	for range 130 {
		api.call("POST", "/v1/agents", "").accepted(t, 201)
	}
}

func TestNixflexRateLimitByCount(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{RateLimit: simulator.RateLimit{Serve: 1, Refuse: 1}, RetryAfter: 3})
	api.call("GET", "/v1/agents", "").accepted(t, 200)
	r := api.call("POST", "/v1/phone-numbers", importBody()).
		nixflexRefused(t, 429, "rate_limit_exceeded")
	if r.header.Get("Retry-After") != "3" {
		t.Errorf("headers are %v", r.header)
	}
	if _, held := api.Nixflex().Number(support); held {
		t.Error("the refused import had an effect")
	}
	api.call("GET", "/v1/agents", "").accepted(t, 200)
}

func TestNixflexIdempotencyKeys(t *testing.T) {
	for _, replays := range []bool{false, true} {
		t.Run(fmt.Sprintf("replays: %t", replays), func(t *testing.T) {
			api := nixflex(t, simulator.NixflexRules{ReplaysWrites: replays})
			send := func(key string) reply {
				return api.call("POST", "/v1/phone-numbers", importBody(), "Idempotency-Key", key)
			}
			send("one").accepted(t, 201)
			if replays {
				send("one").accepted(t, 201)
			} else {
				send("one").nixflexRefused(t, 409, "number_already_imported")
			}
			send("two").nixflexRefused(t, 409, "number_already_imported")
		})
	}
}

func TestNixflexRulesCanChangeAtRunTime(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{}).imported()
	api.Nixflex().SetRules(func(r *simulator.NixflexRules) { r.DeleteLeavesWebhooks = true })
	api.call("DELETE", nixflexNumber, "").accepted(t, 200)
	if n, _ := api.Twilio().Number(support); n.VoiceURL == "" {
		t.Error("the webhooks were cleared")
	}
}

func TestNixflexStateBehindTheAPI(t *testing.T) {
	api := nixflex(t, simulator.NixflexRules{})
	state := api.Nixflex()
	state.AddNumber(simulator.NixflexNumber{PhoneNumber: support, AgentID: nixflexAgent})
	n, held := state.Number(support)
	if !held || n.TwilioSID != main || n.TwilioToken != simulator.DefaultAuthToken || n.TwilioNumberSID == "" {
		t.Errorf("the number is %+v", n)
	}
	if at, _ := api.Twilio().Number(support); at.VoiceURL != simulator.NixflexVoiceURL {
		t.Errorf("the voice URL is %q", at.VoiceURL)
	}
	// A record of a number that Twilio does not have.
	state.AddNumber(simulator.NixflexNumber{PhoneNumber: "+14155550199", AgentID: nixflexAgent})
	if got := state.Numbers(); len(got) != 2 || got[1].TwilioSID != "" {
		t.Errorf("the numbers are %+v", got)
	}
	if !state.RemoveNumber(support) || state.RemoveNumber(support) || state.UpdateNumber(support, nil) {
		t.Error("the number was not removed once")
	}
	if at, _ := api.Twilio().Number(support); at.VoiceURL != simulator.NixflexVoiceURL {
		t.Error("removing the record reached Twilio")
	}
	if !state.RemoveAgent(otherAgent) || state.RemoveAgent(otherAgent) || len(state.Agents()) != 2 {
		t.Errorf("the agents are %+v", state.Agents())
	}
	state.AddAgent(simulator.NixflexAgent{AgentID: nixflexAgent, Name: "Replaced"})
	if agents := state.Agents(); len(agents) != 2 || agents[0].Name != "Replaced" {
		t.Errorf("the agent was not replaced: %+v", agents)
	}
	state.AddNumber(simulator.NixflexNumber{PhoneNumber: support, AgentID: nixflexAgent})
	if shown := fmt.Sprintf("%+v", api.State()[simulator.Nixflex]); strings.Contains(shown, simulator.DefaultAuthToken) {
		t.Errorf("the state tells a token: %s", shown)
	}
}

func TestNixflexSeed(t *testing.T) {
	w := start(t)
	// The platform comes first in the file, and still finds the number of the carrier.
	err := w.Seed(strings.NewReader(`{
		"nixflex": {
			"rules": {"unpaged_numbers": true},
			"agents": [{"agent_id": "agent_1", "name": "Support"}],
			"numbers": [{"phone_number": "+14155550100", "agent_id": "agent_1", "custom_prompt": "Be brief."}]
		},
		"twilio": {"numbers": [{"phone_number": "+14155550100"}]}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	n, _ := w.Nixflex().Number(support)
	if at, _ := w.Twilio().Number(support); at.VoiceURL != simulator.NixflexVoiceURL || n.TwilioNumberSID != at.SID {
		t.Errorf("the number is %+v at Twilio and %+v at Nixflex", at, n)
	}
	for _, wrong := range []string{
		`{"nixflex": {"numbers": [{"phone_number": "4155550100"}]}}`, `{"nixflex": {"number": []}}`,
	} {
		if w.Seed(strings.NewReader(wrong)) == nil {
			t.Errorf("%s was accepted", wrong)
		}
	}
}

func TestNixflexControl(t *testing.T) {
	w := start(t)
	var a simulator.NixflexAgent
	w.control("POST", "nixflex/agents", `{"name": "Support"}`, 201, &a)
	w.control("POST", "nixflex/numbers", `{"phone_number": "+14155550100", "agent_id": "`+a.AgentID+`"}`, 201, nil)
	w.control("PATCH", "nixflex/numbers/+14155550100", `{"custom_prompt": "x"}`, 200, nil)
	before, _ := w.Nixflex().Number(support)
	w.control("PATCH", "nixflex/numbers/+14155550100", `{"custom_prompt": "y"}`, 200, nil)
	if after, _ := w.Nixflex().Number(support); *before.CustomPrompt != "x" || *after.CustomPrompt != "y" {
		t.Errorf("the prompts are %q and %q", *before.CustomPrompt, *after.CustomPrompt)
	}
	w.control("PUT", "nixflex/rules", `{"stale_agent_id": true}`, 200, nil)
	w.control("DELETE", "nixflex/agents/"+a.AgentID, "", 204, nil)
	if n, _ := w.Nixflex().Number(support); n.AgentID != a.AgentID {
		t.Errorf("the agent is %q, so the rules were not set", n.AgentID)
	}
	w.control("DELETE", "nixflex/numbers/+14155550100", "", 204, nil)

	for request, status := range map[string]int{
		"DELETE nixflex/numbers/+14155550100":           404,
		"DELETE nixflex/agents/" + a.AgentID:            404,
		"GET nixflex/agents/x":                          404,
		"GET nixflex/other":                             404,
		"POST nixflex/agents {}x":                       400,
		"PUT nixflex/rules {\"x\":1}":                   400,
		"POST nixflex/numbers {\"phone_number\":\"1\"}": 400,
		"POST nixflex/numbers {\"number\":\"1\"}":       400,
	} {
		parts := strings.SplitN(request+" ", " ", 3)
		w.control(parts[0], parts[1], strings.TrimSpace(parts[2]), status, nil)
	}
	w.control("POST", "nixflex/numbers", `{"phone_number": "+14155550100"}`, 201, nil)
	w.control("PATCH", "nixflex/numbers/+14155550100", `{"x": 1}`, 400, nil)
	w.control("PUT", "nixflex/numbers/+14155550100", "", 404, nil)
}
