package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	retellAgent  = "agent_1"
	retellImport = `{"phone_number": "+14155550100", "termination_uri": "example.pstn.twilio.com"}`
)

func startRetell(t *testing.T, rules simulator.RetellRules) bearerAPI {
	t.Helper()
	w := start(t, simulator.WithRetell(rules))
	w.Retell().AddAgent(retellAgent)
	return bearerAPI{w, "/retell", simulator.DefaultRetellKey}
}

func TestRetell_ErrorsHaveOneEnvelope(t *testing.T) {
	c := startRetell(t, simulator.RetellRules{})
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
	}{
		"number not there": {"GET", "/get-phone-number/%2B14155550100", "", http.StatusUnprocessableEntity},
		"agent not there":  {"GET", "/get-agent/agent_2", "", http.StatusUnprocessableEntity},
		"nothing imported": {"POST", "/import-phone-number", `{}`, http.StatusBadRequest},
		"no JSON":          {"POST", "/import-phone-number", `{`, http.StatusBadRequest},
		"no key":           {"GET", "/v2/list-phone-numbers", "", http.StatusUnauthorized},
	} {
		caller := c
		if name == "no key" {
			caller.token = ""
		}
		r := caller.call(tc.method, tc.path, tc.body).accepted(t, tc.status)
		r.has(t, map[string]any{"status": "error"})
	}
	// What is not served is no word of the service's own.
	for _, path := range []string{"/list-phone-numbers", "/create-phone-number"} {
		if r := c.call("POST", path, "{}"); r.status != http.StatusNotFound || r.fields != nil {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

func TestRetell_UnknownThingsAre422Or404(t *testing.T) {
	for rule, status := range map[bool]int{false: http.StatusUnprocessableEntity, true: http.StatusNotFound} {
		c := startRetell(t, simulator.RetellRules{UnknownIs404: rule})
		c.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: "+14155550199", Foreign: true})
		for _, path := range []string{"+14155550100", "+14155550199"} {
			c.call("GET", "/get-phone-number/"+path, "").accepted(t, status)
			c.call("PATCH", "/update-phone-number/"+path, "{}").accepted(t, status)
			c.call("DELETE", "/delete-phone-number/"+path, "").accepted(t, status)
		}
	}
}

func TestRetell_ImportChecksItsFields(t *testing.T) {
	for body, status := range map[string]int{
		`{}`: 201,
		`{"nickname": "Desk", "transport": null, "inbound_agents": null}`:               201,
		`{"inbound_agents": [{"agent_id": "agent_1", "weight": 1}]}`:                    201,
		`{"inbound_agents": [{"agent_id": "agent_1", "weight": 0.5}]}`:                  400,
		`{"inbound_agents": [{"agent_id": "agent_2", "weight": 1}]}`:                    422,
		`{"inbound_agent_id": "agent_1"}`:                                               400, // no longer supported
		`{"transport": "SCTP"}`:                                                         400,
		`{"termination_uri": ""}`:                                                       400,
		`{"termination_uri": null}`:                                                     400,
		`{"sip_trunk_auth_username": "u", "sip_trunk_auth_password": "simulated-pass"}`: 201,
	} {
		c := startRetell(t, simulator.RetellRules{})
		merged := strings.TrimSuffix(retellImport, "}")
		if body != `{}` {
			merged += ", " + body[1:]
		} else {
			merged += "}"
		}
		r := c.call("POST", "/import-phone-number", merged).accepted(t, status)
		if strings.Contains(r.body, "simulated-pass") {
			t.Errorf("the answer has the password: %s", r.body)
		}
		if status == http.StatusCreated {
			r.has(t, map[string]any{"phone_number": support, "phone_number_type": "custom"})
			c.call("POST", "/import-phone-number", merged).accepted(t, http.StatusBadRequest)
		}
	}
	c := startRetell(t, simulator.RetellRules{AgentsUnchecked: true})
	body := strings.TrimSuffix(retellImport, "}") + `, "outbound_agents": [{"agent_id": "agent_2", "weight": 1}]}`
	c.call("POST", "/import-phone-number", body).accepted(t, http.StatusCreated)
}

func TestRetell_WhatIsNotSetIsNullOrAbsent(t *testing.T) {
	for _, omits := range []bool{false, true} {
		c := startRetell(t, simulator.RetellRules{OmitsUnset: omits})
		r := c.call("POST", "/import-phone-number", retellImport).accepted(t, http.StatusCreated)
		for _, name := range []string{"nickname", "inbound_agents"} {
			if value, told := r.fields[name]; value != nil || told == omits {
				t.Errorf("omits %t: %s is %v", omits, name, value)
			}
		}
	}
}

func TestRetell_UpdateChangesWhatItNames(t *testing.T) {
	c := startRetell(t, simulator.RetellRules{})
	c.Retell().AddNumber(simulator.RetellNumber{
		PhoneNumber: support, Nickname: "Desk", TerminationURI: "a.example", InboundAgents: []simulator.RetellAgent{{AgentID: retellAgent, Weight: 1}},
	})
	body := `{"nickname": null, "inbound_agents": [], "auth_username": "u", "auth_password": "p"}`
	r := c.call("PATCH", "/update-phone-number/%2B14155550100", body).accepted(t, http.StatusOK)
	r.has(t, map[string]any{
		"nickname": nil, "sip_outbound_trunk_config.auth_username": "u", "sip_outbound_trunk_config.termination_uri": "a.example",
	})
	if n, _ := c.Retell().Number(support); n.AuthPassword != "p" || len(n.InboundAgents) > 0 {
		t.Errorf("%+v", n)
	}
}

func TestRetell_ADeletionGivesUpOnlyWhatWasBought(t *testing.T) {
	c := startRetell(t, simulator.RetellRules{})
	c.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: support})
	c.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: "+14155550199", Type: simulator.RetellTwilio})
	for _, number := range []string{support, "+14155550199"} {
		c.call("DELETE", "/delete-phone-number/"+number, "").accepted(t, http.StatusNoContent)
		c.call("DELETE", "/delete-phone-number/"+number, "").accepted(t, http.StatusUnprocessableEntity)
	}
	equal(t, "given up", c.Retell().Released(), []string{"+14155550199"})
}

func TestRetell_ListIsPagedByKey(t *testing.T) {
	c := startRetell(t, simulator.RetellRules{MaxLimit: 2})
	for _, number := range []string{"+14155550101", "+14155550102", "+14155550103"} {
		c.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: number})
	}
	c.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: "+14155550199", Foreign: true})
	first := c.call("GET", "/v2/list-phone-numbers?limit=1000", "").accepted(t, http.StatusOK)
	equal(t, "first page", first.values("items", "phone_number"), []string{"+14155550103", "+14155550102"})
	first.has(t, map[string]any{"has_more": true, "pagination_key": "+14155550102"})
	last := c.call("GET", "/v2/list-phone-numbers?pagination_key=%2B14155550102", "").accepted(t, http.StatusOK)
	equal(t, "last page", last.values("items", "phone_number"), []string{"+14155550101"})
	last.has(t, map[string]any{"has_more": false})
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "pagination_key=nobody"} {
		c.call("GET", "/v2/list-phone-numbers?"+query, "").accepted(t, http.StatusBadRequest)
	}
}

func TestRetell_RateLimit(t *testing.T) {
	c := startRetell(t, simulator.RetellRules{RateLimit: simulator.RateLimit{Serve: 1, Refuse: 1}})
	for _, status := range []int{http.StatusOK, http.StatusTooManyRequests, http.StatusOK} {
		c.call("GET", "/v2/list-phone-numbers", "").accepted(t, status)
	}
}

func TestRetell_SeedAndState(t *testing.T) {
	c := startRetell(t, simulator.RetellRules{})
	seed := `{"retell": {"rules": {"unknown_is_404": true}, "agents": ["agent_2"], "numbers": [{"phone_number": "+14155550100", "auth_password": "simulated-pass"}]}}`
	if err := c.Seed(strings.NewReader(seed)); err != nil {
		t.Fatal(err)
	}
	c.call("GET", "/get-agent/agent_2", "").accepted(t, http.StatusOK)
	c.call("GET", "/get-phone-number/1", "").accepted(t, http.StatusNotFound)
	if state := encoded(c.State()[simulator.Retell]); !strings.Contains(state, support) || strings.Contains(state, "simulated-pass") {
		t.Errorf("the state is %s", state)
	}
}
