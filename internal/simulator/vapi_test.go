package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	vapiAssistant  = "00000000-0000-4000-8000-0000000000a1"
	vapiSquad      = "00000000-0000-4000-8000-0000000000b1"
	vapiCredential = "00000000-0000-4000-8000-0000000000c1"
	vapiNobody     = "00000000-0000-4000-8000-0000000000ee"
)

func startVapi(t *testing.T, rules simulator.VapiRules) bearerAPI {
	t.Helper()
	w := start(t, simulator.WithVapi(rules))
	w.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: support, SMSURL: "https://example.com/sms", Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true},
	})
	w.Vapi().AddAssistant(vapiAssistant)
	w.Vapi().AddSquad(vapiSquad)
	w.Vapi().AddCredential(vapiCredential)
	return bearerAPI{w, "/vapi", simulator.DefaultVapiKey}
}

// vapiImport is the body of an import that is accepted, with further members.
func vapiImport(more string) string {
	return fmt.Sprintf(`{"provider": "twilio", "number": %q, "twilioAccountSid": %q, "twilioAuthToken": %q%s}`,
		support, main, simulator.DefaultAuthToken, more)
}

// importVapi imports the number and returns the path of its record.
func (api bearerAPI) importVapi(more string) string {
	api.t.Helper()
	r := api.call("POST", "/phone-number", vapiImport(more)).accepted(api.t, http.StatusCreated)
	return fmt.Sprint("/phone-number/", r.at(api.t, "id"))
}

func TestVapi_ErrorsHaveOneEnvelope(t *testing.T) {
	for _, lists := range []bool{false, true} {
		c := startVapi(t, simulator.VapiRules{MessageLists: lists})
		for path, status := range map[string]int{
			"/phone-number/" + vapiNobody: http.StatusNotFound, "/assistant/" + vapiNobody: http.StatusNotFound,
			"/squad/" + vapiNobody: http.StatusNotFound, "/phone-number/1": http.StatusBadRequest, "/elsewhere": http.StatusNotFound,
		} {
			r := c.call("GET", path, "").accepted(t, status)
			if _, isList := r.at(t, "message").([]any); isList != lists || r.at(t, "statusCode") != float64(status) {
				t.Errorf("%s: %s", path, r.body)
			}
		}
		c.token = "wrong"
		c.call("GET", "/v2/phone-number", "").accepted(t, http.StatusUnauthorized)
	}
}

func TestVapi_ImportChecksItsFields(t *testing.T) {
	for body, status := range map[string]int{
		vapiImport(""): 201,
		vapiImport(`, "assistantId": "` + vapiAssistant + `", "name": "Desk", "smsEnabled": false`):  201,
		vapiImport(`, "squadId": "` + vapiSquad + `"`):                                               201,
		vapiImport(`, "assistantId": "` + vapiNobody + `"`):                                          400,
		vapiImport(`, "name": "` + strings.Repeat("x", 41) + `"`):                                    400,
		strings.Replace(vapiImport(""), simulator.DefaultAuthToken, "wrong", 1):                      400,
		strings.Replace(vapiImport(""), support, "+14155550199", 1):                                  400,
		strings.Replace(vapiImport(""), `"provider": "twilio"`, `"provider": "other"`, 1):            400,
		`{"provider": "telnyx", "number": "+14155550199", "credentialId": "` + vapiCredential + `"}`: 201,
		`{"provider": "telnyx", "number": "+14155550199", "credentialId": "` + vapiNobody + `"}`:     400,
	} {
		startVapi(t, simulator.VapiRules{}).call("POST", "/phone-number", body).accepted(t, status)
	}
	c := startVapi(t, simulator.VapiRules{AgentsUnchecked: true})
	c.importVapi(`, "assistantId": "` + vapiNobody + `"`)
}

func TestVapi_ImportByAPIKey(t *testing.T) {
	c := startVapi(t, simulator.VapiRules{})
	key := c.Twilio().AddAPIKey(main, false)
	c.call("POST", "/phone-number", fmt.Sprintf(
		`{"provider": "twilio", "number": %q, "twilioAccountSid": %q, "twilioApiKey": %q, "twilioApiSecret": %q}`,
		support, main, key.SID, key.Secret)).accepted(t, http.StatusCreated)
}

func TestVapi_WebhooksFollowTheRules(t *testing.T) {
	for name, test := range map[string]struct {
		rules                    simulator.VapiRules
		more                     string
		imported, updated, after string // voice, SMS and status: where each leads
	}{
		"by default":       {imported: "us us us", updated: "  us", after: "  us"},
		"without messages": {more: `, "smsEnabled": false`, imported: "us own us", updated: "  us", after: "  us"},
		"in the EU":        {rules: simulator.VapiRules{InEU: true}, imported: "eu eu eu", updated: "  eu", after: "  eu"},
		"import leaves":    {rules: simulator.VapiRules{ImportLeavesWebhooks: true}, imported: " own ", updated: "  ", after: "  "},
		"status is left":   {rules: simulator.VapiRules{ImportLeavesStatus: true}, imported: "us us ", updated: "  ", after: "  "},
		"update writes":    {rules: simulator.VapiRules{UpdateWritesWebhooks: true}, imported: "us us us", updated: "us us us", after: "us us us"},
		"deletion clears":  {rules: simulator.VapiRules{DeleteClearsWebhooks: true}, imported: "us us us", updated: "  us", after: "  "},
	} {
		t.Run(name, func(t *testing.T) {
			c := startVapi(t, test.rules)
			leads := func() string {
				n, _ := c.Twilio().Number(support)
				var all []string
				for _, address := range []string{n.VoiceURL, n.SMSURL, n.StatusCallback} {
					switch {
					case strings.HasPrefix(address, "https://api.eu.vapi.ai/"):
						address = "eu"
					case strings.HasPrefix(address, "https://api.vapi.ai/"):
						address = "us"
					case address != "":
						address = "own"
					}
					all = append(all, address)
				}
				return strings.Join(all, " ")
			}
			path := c.importVapi(test.more)
			equal(t, "imported", []string{leads()}, []string{test.imported})
			c.Twilio().UpdateNumber(support, func(n *simulator.TwilioNumber) { n.VoiceURL, n.SMSURL = "", "" })
			c.call("PATCH", path, `{"provider": "twilio", "name": "Desk"}`).accepted(t, http.StatusOK)
			equal(t, "updated", []string{leads()}, []string{test.updated})
			c.call("DELETE", path, "").accepted(t, http.StatusOK)
			equal(t, "deleted", []string{leads()}, []string{test.after})
		})
	}
}

func TestVapi_DuplicatesFollowTheRules(t *testing.T) {
	for status, rules := range map[int]simulator.VapiRules{
		http.StatusBadRequest: {}, http.StatusConflict: {DuplicateIs409: true}, http.StatusCreated: {DuplicatesAllowed: true},
	} {
		c := startVapi(t, rules)
		c.importVapi("")
		c.call("POST", "/phone-number", vapiImport("")).accepted(t, status)
	}
}

func TestVapi_NullTakesAnAgentOffOrIsIgnored(t *testing.T) {
	for _, ignored := range []bool{false, true} {
		c := startVapi(t, simulator.VapiRules{NullIgnored: ignored})
		path := c.importVapi(`, "assistantId": "` + vapiAssistant + `"`)
		r := c.call("PATCH", path, `{"provider": "twilio", "assistantId": null}`).accepted(t, http.StatusOK)
		if _, there := r.fields["assistantId"]; there != ignored {
			t.Errorf("ignored %t: %s", ignored, r.body)
		}
	}
}

func TestVapi_SecretsAreInAnswersOrHidden(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		c := startVapi(t, simulator.VapiRules{SecretsHidden: hidden})
		path := c.importVapi("")
		for _, r := range []reply{c.call("GET", path, ""), c.call("GET", "/v2/phone-number", ""), c.call("DELETE", path, "")} {
			if strings.Contains(r.body, simulator.DefaultAuthToken) == hidden {
				t.Errorf("hidden %t: %s", hidden, r.body)
			}
		}
	}
}

func TestVapi_UpdateHandsOverCredentials(t *testing.T) {
	c := startVapi(t, simulator.VapiRules{})
	path := c.importVapi("")
	key := c.Twilio().AddAPIKey(main, false)
	c.call("PATCH", path, `{"provider": "twilio", "twilioAuthToken": "wrong"}`).accepted(t, http.StatusBadRequest)
	c.call("PATCH", path, fmt.Sprintf(`{"provider": "twilio", "twilioApiKey": %q, "twilioApiSecret": %q}`, key.SID, key.Secret)).accepted(t, http.StatusOK)
	if n, _ := c.Vapi().Number(support); n.TwilioAPIKey != key.SID || n.TwilioAuthToken != "" {
		t.Errorf("%+v", n)
	}
}

func TestVapi_ADeletionGivesUpOnlyItsOwn(t *testing.T) {
	c := startVapi(t, simulator.VapiRules{})
	path := c.importVapi("")
	own := "/phone-number/" + c.Vapi().AddNumber(simulator.VapiNumber{Number: "+14155550199", Provider: simulator.VapiOwn})
	for _, path := range []string{path, own} {
		c.call("DELETE", path, "").accepted(t, http.StatusOK)
		c.call("DELETE", path, "").accepted(t, http.StatusNotFound)
	}
	equal(t, "given up", c.Vapi().Released(), []string{"+14155550199"})
}

func TestVapi_ListIsPagedAndSearched(t *testing.T) {
	for _, bare := range []bool{false, true} {
		c := startVapi(t, simulator.VapiRules{MaxLimit: 2, BarePages: bare, SearchIgnored: bare})
		for _, number := range []string{"+14155550101", "+14155550102", "+14155550103"} {
			c.Vapi().AddNumber(simulator.VapiNumber{Number: number, Provider: simulator.VapiOwn})
		}
		c.Vapi().AddNumber(simulator.VapiNumber{Number: "+14155550199", Provider: simulator.VapiOwn, Foreign: true})
		first := c.call("GET", "/v2/phone-number?limit=1000", "").accepted(t, http.StatusOK)
		equal(t, "first page", first.values("results", "number"), []string{"+14155550103", "+14155550102"})
		first.has(t, map[string]any{"metadata.totalItems": 3.0, "metadata.itemsPerPage": 2.0, "metadata.currentPage": 1.0})
		if _, told := first.fields["metadata"].(map[string]any)["hasNextPage"]; told == bare {
			t.Errorf("bare %t: %s", bare, first.body)
		}
		last := c.call("GET", "/v2/phone-number?page=2&sortOrder=ASC", "").accepted(t, http.StatusOK)
		equal(t, "last page", last.values("results", "number"), []string{"+14155550103"})
		found := c.call("GET", "/v2/phone-number?search=%2B14155550101", "").accepted(t, http.StatusOK).values("results", "number")
		if want := map[bool]int{false: 1, true: 2}[bare]; len(found) != want {
			t.Errorf("ignored %t: found %v", bare, found)
		}
		for _, query := range []string{"limit=-1", "limit=1001", "page=0", "search=" + strings.Repeat("1", 101)} {
			c.call("GET", "/v2/phone-number?"+query, "").accepted(t, http.StatusBadRequest)
		}
	}
}

func TestVapi_RateLimit(t *testing.T) {
	c := startVapi(t, simulator.VapiRules{RateLimit: simulator.RateLimit{Serve: 1, Refuse: 1}})
	for _, status := range []int{http.StatusOK, http.StatusTooManyRequests, http.StatusOK} {
		c.call("GET", "/v2/phone-number", "").accepted(t, status)
	}
}

func TestVapi_SeedAndState(t *testing.T) {
	c := startVapi(t, simulator.VapiRules{})
	seed := `{"vapi": {"rules": {"message_lists": true}, "assistants": ["` + vapiNobody + `"],
		"numbers": [{"number": "+14155550100", "name": "Desk"}]}}`
	if err := c.Seed(strings.NewReader(seed)); err != nil {
		t.Fatal(err)
	}
	c.call("GET", "/assistant/"+vapiNobody, "").accepted(t, http.StatusOK)
	if state := encoded(c.State()[simulator.Vapi]); !strings.Contains(state, support) || strings.Contains(state, simulator.DefaultAuthToken) {
		t.Errorf("the state is %s", state)
	}
}
