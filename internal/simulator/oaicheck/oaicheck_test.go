package oaicheck_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator/oaicheck"
)

const numbers = "/twilio/2010-04-01/Accounts/" + simulator.DefaultAccountSID + "/IncomingPhoneNumbers"

func newChecker(t *testing.T) *oaicheck.Checker {
	t.Helper()
	return oaicheck.New(documents(t))
}

// documents is the directory with the documents.
func documents(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(oaicheck.DirEnv)
	if dir == "" {
		t.Skip("set " + oaicheck.DirEnv + " to a directory with the services' OpenAPI documents")
	}
	return dir
}

// send sends a form or a JSON body through the checker to next.
func send(
	t *testing.T, checker *oaicheck.Checker, next http.Handler, method, path, form string,
) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form))
	req.SetBasicAuth(simulator.DefaultAccountSID, simulator.DefaultAuthToken)
	switch {
	case strings.HasPrefix(form, "{"):
		req.Header.Set("Content-Type", "application/json")
	case form != "":
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	checker.Wrap(next).ServeHTTP(answer, req)
	return answer
}

// lenient accepts every request with the same answer.
func lenient(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func TestViolations(t *testing.T) {
	const (
		list   = `{"incoming_phone_numbers": [], "page": 0}`
		one    = numbers + "/PN00000000000000000000000000000001.json"
		refuse = `{"code": 20404, "message": "gone", "more_info": "https://www.twilio.com/docs/errors/20404", "status": 404}`
	)
	for name, tc := range map[string]struct {
		method, path, form string
		status             int
		body               string
		want               string // a part of the violation; empty for none
	}{
		"all is well":              {"GET", numbers + ".json", "", 200, list, ""},
		"page size too large":      {"GET", numbers + ".json?PageSize=1001", "", 200, list, "request"},
		"malformed SID in a path":  {"GET", numbers + "/PN1.json", "", 200, `{}`, "request"},
		"a misspelt filter":        {"GET", numbers + ".json?PhoneNumbers=x", "", 200, list, "request"},
		"a misspelt form field":    {"POST", one, "VoiceURL=https%3A%2F%2Fexample.com", 200, `{}`, "request"},
		"value that is no enum":    {"POST", one, "VoiceMethod=PUT", 200, `{}`, "request"},
		"malformed SID in a form":  {"POST", one, "TrunkSid=TK1", 200, `{}`, "request"},
		"a SID that is cleared":    {"POST", one, "TrunkSid=&VoiceUrl=", 200, `{}`, ""},
		"empty SID in an answer":   {"GET", one, "", 200, `{"voice_application_sid": ""}`, ""},
		"answer of another type":   {"GET", one, "", 200, `{"beta": "yes"}`, "answer"},
		"a member it has not":      {"GET", one, "", 200, `{"voice_uri": ""}`, "answer"},
		"status that is not there": {"POST", one, "", 201, `{}`, "status"},
		"path in no document":      {"GET", "/twilio/v2/Trunks", "", 200, `{}`, "no document"},
		"no path of the service's": {"GET", "/twilio/v2/Trunks", "", 404, refuse, ""},
		"trunking":                 {"GET", "/twilio/v1/Trunks", "", 200, `{"trunks": [{"secure": "no"}]}`, "answer"},
		"voice":                    {"GET", "/twilio/v1/ConnectionPolicies", "", 200, `{"meta": {"page": "0"}}`, "answer"},
		"latitude as text": {
			"GET", strings.Replace(numbers, "IncomingPhoneNumbers", "AvailablePhoneNumbers/US/Local.json", 1), "", 200,
			`{"available_phone_numbers": [{"latitude": "19.720000"}]}`, "",
		},
		"a refusal":                    {"GET", numbers + ".json?PageSize=1001", "", 404, refuse, ""},
		"a refusal without its code":   {"GET", one, "", 404, `{"message": "gone", "more_info": "", "status": 404}`, "lacks"},
		"a refusal with wrong status":  {"GET", one, "", 400, refuse, "status 404"},
		"a refusal that is no JSON":    {"GET", one, "", 400, `<html>`, "error body"},
		"an empty 429":                 {"GET", one, "", 429, "", ""},
		"other services are let alone": {"GET", "/nixflex/v1/phone-numbers", "", 200, `<html>`, ""},
		"routes":                       {"GET", "/twilio/v2/PhoneNumbers/%2B14155550100", "", 200, `{"voice_region": 1}`, "answer"},
		"messaging":                    {"GET", "/twilio/v1/Services?PageSize=0", "", 200, `{}`, "request"},
		"prices":                       {"GET", "/twilio/v1/PhoneNumbers/Countries/US", "", 200, `{"price_unit": 1}`, "answer"},
		"Resemble AI":                  {"POST", "/resemble/phone_numbers", `{"phone_number": "+14155550100"}`, 200, `{}`, "label"},
		"Resemble AI, a failure":       {"POST", "/resemble/phone_numbers", `{}`, 200, `{"success": false}`, ""},
		"DialNexa":                     {"GET", "/dialnexa/agents/x", "", 200, `{"id": "x"}`, "agent_type"},
		"Retell AI":                    {"GET", "/retell/get-phone-number/%2B14155550100", "", 200, `{"phone_number": 1}`, "answer"},
		"Vapi":                         {"PATCH", "/vapi/phone-number/x", `{"provider": "twilio", "assistantID": "x"}`, 200, `{}`, "request"},
	} {
		t.Run(name, func(t *testing.T) {
			checker := newChecker(t)
			answer := send(t, checker, lenient(tc.status, tc.body), tc.method, tc.path, tc.form)
			if answer.Code != tc.status || answer.Body.String() != tc.body {
				t.Errorf("the answer became %d %s", answer.Code, answer.Body)
			}
			got := checker.Violations()
			switch {
			case tc.want == "" && len(got) > 0:
				t.Errorf("violations: %v", got)
			case tc.want != "" && !strings.Contains(strings.Join(got, "\n"), tc.want):
				t.Errorf("violations %v, want one with %q", got, tc.want)
			}
		})
	}
}

func TestTheBodyReachesTheSimulator(t *testing.T) {
	checker, sim := newChecker(t), simulator.New()
	answer := send(t, checker, sim, "POST", numbers+".json", "PhoneNumber=%2B14155550100")
	var bought struct {
		PhoneNumber string `json:"phone_number"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &bought); err != nil || bought.PhoneNumber != "+14155550100" {
		t.Errorf("the answer is %s: %v", answer.Body, err)
	}
	if got := checker.Violations(); len(got) != 0 {
		t.Errorf("violations: %v", got)
	}
}

func TestAnswersOfFaultsAreNotChecked(t *testing.T) {
	checker, sim := newChecker(t), simulator.New()
	sim.Inject(simulator.Fault{Garble: true})
	if answer := send(t, checker, sim, "GET", numbers+".json", ""); !strings.Contains(answer.Body.String(), "<html>") {
		t.Errorf("the answer is %s", answer.Body)
	}
	if got := checker.Violations(); len(got) != 0 {
		t.Errorf("violations: %v", got)
	}
}

func TestMissingDocuments(t *testing.T) {
	checker := oaicheck.New(t.TempDir())
	send(t, checker, lenient(200, `{}`), "GET", numbers+".json", "")
	if got := checker.Violations(); len(got) != 1 || !strings.Contains(got[0], "twilio_api_v2010.json") {
		t.Errorf("violations %v, want one with the file that is missing", got)
	}
}
