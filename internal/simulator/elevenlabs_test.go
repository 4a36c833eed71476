package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const elevenLabsAgent, elevenLabsNumbers = "agent_1", "/v1/convai/phone-numbers"

// elevenLabsAPI is a client with the header of its own that ElevenLabs has.
type elevenLabsAPI struct{ bearerAPI }

func (api elevenLabsAPI) call(method, path, body string) reply {
	api.t.Helper()
	return api.bearerAPI.call(method, path, body, "xi-api-key", api.token)
}

func startElevenLabs(t *testing.T, rules simulator.ElevenLabsRules) elevenLabsAPI {
	t.Helper()
	w := start(t, simulator.WithElevenLabs(rules))
	w.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: support, SMSURL: "https://example.com/sms", Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true},
	})
	w.ElevenLabs().AddAgent(elevenLabsAgent)
	return elevenLabsAPI{bearerAPI{w, "/elevenlabs", simulator.DefaultElevenLabsKey}}
}

// elevenLabsImport is the body of an import that is accepted, with further members.
func elevenLabsImport(more string) string {
	return fmt.Sprintf(`{"provider": "twilio", "phone_number": %q, "label": "Desk", "sid": %q, "token": %q%s}`,
		support, main, simulator.DefaultAuthToken, more)
}

func (api elevenLabsAPI) imported(more string) (path string) {
	api.t.Helper()
	r := api.call("POST", elevenLabsNumbers, elevenLabsImport(more)).accepted(api.t, http.StatusOK)
	return fmt.Sprint(elevenLabsNumbers, "/", r.at(api.t, "phone_number_id"))
}

func TestElevenLabs_ImportChecksItsFields(t *testing.T) {
	for body, status := range map[string]int{
		elevenLabsImport(""):                                                          200,
		elevenLabsImport(`, "agent_id": "agent_1"`):                                   200,
		elevenLabsImport(`, "agent_id": "agent_2"`):                                   404,
		elevenLabsImport(`, "enable_sms": "no"`):                                      422,
		strings.Replace(elevenLabsImport(""), `"label": "Desk",`, "", 1):              422,
		strings.Replace(elevenLabsImport(""), simulator.DefaultAuthToken, "wrong", 1): 400,
		strings.Replace(elevenLabsImport(""), support, "+14155550199", 1):             400,
		strings.Replace(elevenLabsImport(""), `"twilio"`, `"other"`, 1):               422,
	} {
		r := startElevenLabs(t, simulator.ElevenLabsRules{}).call("POST", elevenLabsNumbers, body).accepted(t, status)
		if strings.Contains(r.body, simulator.DefaultAuthToken) {
			t.Errorf("the answer has the token: %s", r.body)
		}
	}
	c := startElevenLabs(t, simulator.ElevenLabsRules{})
	c.token = "wrong"
	c.call("GET", elevenLabsNumbers, "").accepted(t, http.StatusUnauthorized)
}

func TestElevenLabs_WebhooksFollowTheRules(t *testing.T) {
	for name, test := range map[string]struct {
		rules    simulator.ElevenLabsRules
		more     string
		imported string // hosts of voice, SMS and status
		after    string
	}{
		"by default":       {imported: "api.elevenlabs.io api.elevenlabs.io ", after: "api.elevenlabs.io api.elevenlabs.io "},
		"without messages": {more: `, "enable_sms": false`, imported: "api.elevenlabs.io example.com ", after: "api.elevenlabs.io example.com "},
		"with status": {
			rules:    simulator.ElevenLabsRules{ImportSetsStatus: true},
			imported: "api.elevenlabs.io api.elevenlabs.io api.elevenlabs.io", after: "api.elevenlabs.io api.elevenlabs.io api.elevenlabs.io",
		},
		"in the US": {
			rules:    simulator.ElevenLabsRules{AtUSHost: true},
			imported: "api.us.elevenlabs.io api.us.elevenlabs.io ", after: "api.us.elevenlabs.io api.us.elevenlabs.io ",
		},
		"deletion clears": {
			rules:    simulator.ElevenLabsRules{DeleteClearsWebhooks: true},
			imported: "api.elevenlabs.io api.elevenlabs.io ", after: "  ",
		},
	} {
		c := startElevenLabs(t, test.rules)
		hosts := func() string {
			n, _ := c.Twilio().Number(support)
			var all []string
			for _, address := range []string{n.VoiceURL, n.SMSURL, n.StatusCallback} {
				host, _, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
				all = append(all, host)
			}
			return strings.Join(all, " ")
		}
		path := c.imported(test.more)
		equal(t, name, []string{hosts()}, []string{test.imported})
		c.call("DELETE", path, "").accepted(t, http.StatusOK)
		equal(t, name+", deleted", []string{hosts()}, []string{test.after})
	}
}

func TestElevenLabs_UnknownDuplicateAndAgentFollowTheRules(t *testing.T) {
	for _, turned := range []bool{false, true} {
		c := startElevenLabs(t, simulator.ElevenLabsRules{UnknownIs422: turned, DuplicatesAllowed: turned, ImportIgnoresAgent: turned})
		unknown, duplicate := http.StatusNotFound, http.StatusBadRequest
		if turned {
			unknown, duplicate = http.StatusUnprocessableEntity, http.StatusOK
		}
		for _, path := range []string{elevenLabsNumbers + "/phnum_1", "/v1/convai/agents/agent_2"} {
			c.call("GET", path, "").accepted(t, unknown)
		}
		path := c.imported(`, "agent_id": "agent_1"`)
		if has := c.call("GET", path, "").fields["assigned_agent"] != nil; has == turned {
			t.Errorf("turned %t: the agent is there: %t", turned, has)
		}
		c.call("POST", elevenLabsNumbers, elevenLabsImport("")).accepted(t, duplicate)
	}
}

func TestElevenLabs_UpdateChangesAgentAndLabel(t *testing.T) {
	c := startElevenLabs(t, simulator.ElevenLabsRules{})
	path := c.imported("")
	r := c.call("PATCH", path, `{"agent_id": "agent_1", "label": "Sales"}`).accepted(t, http.StatusOK)
	r.has(t, map[string]any{"assigned_agent.agent_id": "agent_1", "label": "Sales", "phone_number": support, "provider": "twilio"})
	c.call("PATCH", path, `{"agent_id": null}`).accepted(t, http.StatusOK).has(t, map[string]any{"assigned_agent": nil})
	c.call("PATCH", path, `{"agent_id": "agent_2"}`).accepted(t, http.StatusNotFound)
	c.call("DELETE", path, "").accepted(t, http.StatusOK)
	c.call("DELETE", path, "").accepted(t, http.StatusNotFound)
}

func TestElevenLabs_ListSeedStateAndRateLimit(t *testing.T) {
	c := startElevenLabs(t, simulator.ElevenLabsRules{})
	seed := `{"elevenlabs": {"rules": {"rate_limit": {"serve": 1, "refuse": 1}}, "agents": ["agent_2"],
		"numbers": [{"phone_number": "+14155550100"}, {"phone_number": "+14155550199", "foreign": true}]}}`
	if err := c.Seed(strings.NewReader(seed)); err != nil {
		t.Fatal(err)
	}
	r := c.call("GET", elevenLabsNumbers, "").accepted(t, http.StatusOK)
	if !strings.Contains(r.body, support) || strings.Contains(r.body, "+14155550199") {
		t.Errorf("the list is %s", r.body)
	}
	c.call("GET", elevenLabsNumbers, "").accepted(t, http.StatusTooManyRequests)
	if state := encoded(c.State()[simulator.ElevenLabs]); !strings.Contains(state, support) || strings.Contains(state, simulator.DefaultAuthToken) {
		t.Errorf("the state is %s", state)
	}
}
