package simulator_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	dialNexaStocked = "+16285550100" // in the stock
	dialNexaSold    = "+16285550109" // in the stock, and somebody else buys it

	orgNumbers     = "/organization-phone-numbers"
	purchase       = orgNumbers + "/purchase"
	purchaseBodyA  = `{"phone_number":"` + dialNexaStocked + `"}`
	purchaseBodyB  = `{"phoneNumber":"` + dialNexaStocked + `","telephonyProviderId":"plivo_123456","countryISO":"US"}`
	stockInTheUS   = orgNumbers + "/plivo-numbers?country_iso=US"
	unknownPhoneID = "phn_unknown"
)

var bothGenerations = []simulator.DialNexaGeneration{simulator.DialNexaA, simulator.DialNexaB}

func startDialNexa(t *testing.T, rules simulator.DialNexaRules, opts ...simulator.Option) bearerAPI {
	t.Helper()
	w := start(t, append(opts, simulator.WithDialNexa(rules))...)
	return bearerAPI{w, "/dialnexa", simulator.DefaultDialNexaAPIKey}
}

// explained fails the test unless a request was refused with the status, in DialNexa's envelope.
func (r reply) explained(t *testing.T, status int) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	equal(t, "members of the error", slices.Sorted(maps.Keys(r.fields)), []string{"error", "message", "statusCode"})
	r.shows(t, map[string]any{"statusCode": float64(status), "error": http.StatusText(status)})
}

func TestDialNexa_WholeKeyIsRequired(t *testing.T) {
	for _, generation := range bothGenerations {
		c := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
		id, secret, _ := strings.Cut(simulator.DefaultDialNexaAPIKey, ":")
		for _, key := range []string{"", id, secret, "other:key"} {
			c.token = key
			c.call("GET", orgNumbers, "").explained(t, http.StatusUnauthorized)
		}
		c.token = simulator.DefaultDialNexaAPIKey
		c.call("GET", orgNumbers, "").accepted(t, http.StatusOK)
	}
}

func TestDialNexa_KeyMayHaveNoAccess(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{})
	c.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{
		ID: simulator.DefaultDialNexaWorkspaceID, APIKey: simulator.DefaultDialNexaAPIKey, NoAccess: true,
	})
	c.call("GET", orgNumbers, "").explained(t, http.StatusForbidden)
}

func TestDialNexa_ListHasTheEnvelopeOfItsGeneration(t *testing.T) {
	for generation, want := range map[simulator.DialNexaGeneration]struct {
		list   string
		paging map[string]any
	}{
		"": {"data", map[string]any{
			"meta.page": 2.0, "meta.limit": 20.0, "meta.total": 25.0, "meta.totalPages": 2.0,
		}},
		simulator.DialNexaA: {"data", map[string]any{"meta.total": 25.0}},
		simulator.DialNexaB: {"items", map[string]any{"page": 2.0, "limit": 20.0, "total": 25.0}},
	} {
		t.Run("generation "+string(generation), func(t *testing.T) {
			c := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
			for i := range 25 {
				c.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: fmt.Sprintf("+141555501%02d", i)})
			}
			first := c.call("GET", orgNumbers, "").accepted(t, http.StatusOK)
			second := c.call("GET", orgNumbers+"?page=2", "").accepted(t, http.StatusOK)
			second.has(t, want.paging)
			if len(first.items(want.list)) != 20 || len(second.items(want.list)) != 5 {
				t.Errorf("pages of %d and %d, want 20 and 5", len(first.items(want.list)), len(second.items(want.list)))
			}
			third := c.call("GET", orgNumbers+"?page=3", "").accepted(t, http.StatusOK)
			if !strings.Contains(third.body, `"`+want.list+`":[]`) {
				t.Errorf("the page beyond the end is %s, want an empty list", third.body)
			}
		})
	}
}

func TestDialNexa_ListChecksItsPage(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.DialNexaRules
		query  string
		status int
	}{
		"page of none":           {query: "?page=0", status: 400},
		"page that is none":      {query: "?page=x", status: 400},
		"limit of none":          {query: "?limit=0", status: 400},
		"highest limit":          {query: "?limit=100", status: 200},
		"limit too high":         {query: "?limit=101", status: 400},
		"limit too high, capped": {simulator.DialNexaRules{HighLimitCapped: true}, "?limit=101", 200},
		"type that is none":      {query: "?type=satellite", status: 400},
		"type that is none, ignored": {
			simulator.DialNexaRules{Generation: simulator.DialNexaB}, "?type=satellite", 200,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := startDialNexa(t, tc.rules).call("GET", orgNumbers+tc.query, "").accepted(t, tc.status)
			switch messages, isList := r.fields["message"].([]any); {
			case tc.status == 400 && (!isList || len(messages) == 0):
				t.Errorf("message is %v, want a list with what is wrong", r.fields["message"])
			case tc.rules.HighLimitCapped && r.at(t, "meta.limit") != 100.0:
				t.Errorf("the limit is %v", r.at(t, "meta.limit"))
			}
		})
	}
}

func TestDialNexa_OnlyGenerationAFilters(t *testing.T) {
	const us, tollFree, gb = "+14155550100", "+18005550100", "+447700900100"
	for generation, want := range map[simulator.DialNexaGeneration]map[string][]string{
		simulator.DialNexaA: {
			"?country_code=US":                {us, tollFree},
			"?type=mobile":                    {gb},
			"?country_code=US&type=toll_free": {tollFree},
			"?country_code=SE":                {},
		},
		simulator.DialNexaB: {"?country_code=US": {us, tollFree, gb}, "?type=mobile": {us, tollFree, gb}},
	} {
		c := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
		for _, e164 := range []string{us, tollFree, gb} {
			c.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: e164})
		}
		for query, numbers := range want {
			r := c.call("GET", orgNumbers+query, "").accepted(t, http.StatusOK)
			// One of the two lists is not there.
			equal(t, query, append(r.values("data", "phone_number"), r.values("items", "phone_number")...), numbers)
		}
	}
}

func TestDialNexa_NumberHasTheFieldsOfItsDocument(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.DialNexaRules
		fields []string
	}{
		"schema of A": {
			simulator.DialNexaRules{},
			[]string{"agent_id", "created_at", "id", "label", "nickname", "phone_number", "provider", "status"},
		},
		"schema of A, inbound agent": {
			simulator.DialNexaRules{InboundAgentID: true},
			[]string{"created_at", "id", "inbound_agent_id", "label", "nickname", "phone_number", "provider", "status"},
		},
		"worked example of A": {
			simulator.DialNexaRules{ExampleFields: true, InboundAgentID: true},
			[]string{
				"capabilities", "country_code", "created_at", "id", "inbound_agent_id", "monthly_cost_usd", "nickname",
				"phone_number", "type",
			},
		},
		"B names no agent": {
			simulator.DialNexaRules{Generation: simulator.DialNexaB, InboundAgentID: true},
			[]string{"country_code", "id", "nickname", "phone_number", "provider", "status"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := startDialNexa(t, tc.rules)
			id := c.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: support, AgentID: "agt_1"})
			r := c.call("GET", orgNumbers+"/"+id, "").accepted(t, http.StatusOK)
			equal(t, "fields", slices.Sorted(maps.Keys(r.fields)), tc.fields)
			r.shows(t, map[string]any{"id": id, "phone_number": support, "nickname": nil})
			if cost, ok := r.fields["monthly_cost_usd"]; ok && cost != "0.80" {
				t.Errorf("the price is %#v, want a decimal in a string", cost)
			}
			for _, field := range []string{"agent_id", "inbound_agent_id"} {
				if agent, ok := r.fields[field]; ok && agent != "agt_1" {
					t.Errorf("%s is %v", field, agent)
				}
			}
		})
	}
}

func TestDialNexa_ForeignNumbers(t *testing.T) {
	for generation, want := range map[simulator.DialNexaGeneration]int{
		simulator.DialNexaA: http.StatusNotFound,
		simulator.DialNexaB: http.StatusForbidden,
	} {
		c := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
		other := c.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{})
		id := c.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: support, WorkspaceID: other.ID})
		for _, method := range []string{"GET", "DELETE"} {
			c.call(method, orgNumbers+"/"+id, "").explained(t, want)
			c.call(method, orgNumbers+"/"+unknownPhoneID, "").explained(t, http.StatusNotFound)
		}
		if strings.Contains(c.call("GET", orgNumbers, "").body, support) {
			t.Errorf("generation %s lists a foreign number", generation)
		}
	}
}

func TestDialNexa_PurchaseChecksItsBody(t *testing.T) {
	b := simulator.DialNexaRules{Generation: simulator.DialNexaB}
	order := func(number, provider, country string) string {
		return encoded(map[string]string{"phoneNumber": number, "telephonyProviderId": provider, "countryISO": country})
	}
	for name, tc := range map[string]struct {
		rules  simulator.DialNexaRules
		body   string
		status int
	}{
		"A":               {body: purchaseBodyA, status: 201},
		"A, 200 by rule":  {simulator.DialNexaRules{PurchaseStatus: 200}, purchaseBodyA, 200},
		"A, spelt as B":   {body: purchaseBodyB, status: 400},
		"A, no number":    {body: `{"phone_number":"16285550100"}`, status: 400},
		"A, not for sale": {body: `{"phone_number":"+16285559999"}`, status: 400},
		"A, sold":         {body: `{"phone_number":"` + dialNexaSold + `"}`, status: 409},
		"A, not JSON":     {body: `phone_number=1`, status: 400},
		"B":               {b, purchaseBodyB, 201},
		"B, 200 by rule": {
			simulator.DialNexaRules{Generation: simulator.DialNexaB, PurchaseStatus: 200}, purchaseBodyB, 200,
		},
		"B, spelt as A":       {b, purchaseBodyA, 400},
		"B, no number":        {b, order("16285550100", "p", "US"), 400},
		"B, without provider": {b, order(dialNexaStocked, "", "US"), 400},
		"B, without country":  {b, order(dialNexaStocked, "p", ""), 400},
		"B, other country":    {b, order(dialNexaStocked, "p", "GB"), 400},
		"B, sold":             {b, order(dialNexaSold, "p", "US"), 400},
		"B, sold, 409 by rule": {
			simulator.DialNexaRules{Generation: simulator.DialNexaB, SoldIs409: true},
			order(dialNexaSold, "p", "US"), 409,
		},
		"B, provider of 12, 14 asked": {
			simulator.DialNexaRules{Generation: simulator.DialNexaB, ProviderIDLength14: true}, purchaseBodyB, 400,
		},
		"B, provider of 14, 14 asked": {
			simulator.DialNexaRules{Generation: simulator.DialNexaB, ProviderIDLength14: true},
			order(dialNexaStocked, "plivo_12345678", "US"), 201,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := startDialNexa(t, tc.rules)
			r := c.call("POST", purchase, tc.body)
			if tc.status >= 400 {
				r.explained(t, tc.status)
				equal(t, "purchases", c.DialNexa().Purchases(), nil)
				return
			}
			r.accepted(t, tc.status)
			equal(t, "purchases", c.DialNexa().Purchases(), []string{dialNexaStocked})
			n, _ := c.DialNexa().Number(dialNexaStocked)
			if n.CountryCode != "US" || n.Type != "local" || n.Status != "active" {
				t.Errorf("the number is %+v", n)
			}
			if tc.rules.Generation != simulator.DialNexaB {
				r.shows(t, map[string]any{"id": n.ID, "phone_number": dialNexaStocked, "agent_id": nil})
				return
			}
			r.has(t, map[string]any{
				"phoneNumber": dialNexaStocked, "status": "active",
				"organizationPhoneNumber.id": n.ID, "organizationPhoneNumber.phone_number": dialNexaStocked,
			})
		})
	}
}

func TestDialNexa_PurchaseNeedsMoreThanABody(t *testing.T) {
	for name, tc := range map[string]struct {
		workspace simulator.DialNexaWorkspace
		status    int
	}{
		"identified buyer": {simulator.DialNexaWorkspace{KYCMissing: true}, http.StatusForbidden},
		"enabled country":  {simulator.DialNexaWorkspace{CountriesOff: []string{"US"}}, http.StatusBadRequest},
	} {
		for generation, body := range map[simulator.DialNexaGeneration]string{
			simulator.DialNexaA: purchaseBodyA, simulator.DialNexaB: purchaseBodyB,
		} {
			t.Run(name+" in "+string(generation), func(t *testing.T) {
				c := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
				c.token = c.DialNexa().AddWorkspace(tc.workspace).APIKey
				c.call("POST", purchase, body).explained(t, tc.status)
			})
		}
	}
}

func TestDialNexa_PurchaseMayLeaveOutTheRecord(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{Generation: simulator.DialNexaB, PurchaseOmitsRecord: true})
	r := c.call("POST", purchase, purchaseBodyB).accepted(t, http.StatusCreated)
	equal(t, "fields", slices.Sorted(maps.Keys(r.fields)), []string{"message", "phoneNumber", "status"})
}

func TestDialNexa_NumberIsSoldOnce(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{})
	c.call("POST", purchase, purchaseBodyA).accepted(t, http.StatusCreated)
	c.call("POST", purchase, purchaseBodyA).explained(t, http.StatusBadRequest)
	c.token = c.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{}).APIKey
	c.call("POST", purchase, purchaseBodyA).explained(t, http.StatusBadRequest)
}

func TestDialNexa_SomebodyElseBuysBetweenSearchAndPurchase(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{})
	c.Before("POST", purchase, func() { c.DialNexa().SellToSomebodyElse(dialNexaStocked) })
	c.call("POST", purchase, purchaseBodyA).explained(t, http.StatusConflict)
}

func TestDialNexa_PurchaseStaysPendingForSomeReads(t *testing.T) {
	for _, single := range []bool{true, false} {
		c := startDialNexa(t, simulator.DialNexaRules{PendingReads: 2})
		id, _ := c.call("POST", purchase, purchaseBodyA).accepted(t, http.StatusCreated).fields["id"].(string)
		for read, status := range []string{"pending", "pending", "active", "active"} {
			var got any
			if single {
				got = c.call("GET", orgNumbers+"/"+id, "").fields["status"]
			} else {
				got = c.call("GET", orgNumbers, "").values("data", "status")[0]
			}
			if got != status {
				t.Errorf("read %d answers %v, want %s", read+1, got, status)
			}
		}
	}
	c := startDialNexa(t, simulator.DialNexaRules{Generation: simulator.DialNexaB, PendingReads: 1})
	c.call("POST", purchase, purchaseBodyB).has(t, map[string]any{
		"status": "pending", "organizationPhoneNumber.status": "pending",
	})
}

func TestDialNexa_SearchFindsTheStock(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{Generation: simulator.DialNexaB})
	c.DialNexa().AddAvailable(
		simulator.DialNexaAvailable{PhoneNumber: "+14155550177"},
		simulator.DialNexaAvailable{PhoneNumber: "+18005550177"},
	)
	c.call("GET", orgNumbers+"/plivo-numbers", "").explained(t, http.StatusBadRequest)
	all := c.call("GET", stockInTheUS, "").accepted(t, http.StatusOK)
	listed := all.values("objects", "number")
	if len(listed) != 32 || listed[0] != "+14155550177" || !slices.Contains(listed, dialNexaSold) {
		t.Errorf("the search finds %q, want the seeded numbers, the stock, and one that is sold", listed)
	}
	all.has(t, map[string]any{"meta.total_count": 32.0})
	first := reply{fields: all.items("objects")[0]}
	first.shows(t, map[string]any{
		"number": "+14155550177", "type": "local", "country_iso": "US", "voice_enabled": true,
		"monthly_rental_rate": "0.80", "setup_rate": "0.00", "number_format": "+14155550177",
	})

	c.call("POST", purchase, purchaseBodyB).accepted(t, http.StatusCreated)
	c.DialNexa().SellToSomebodyElse("+14155550177")
	for query, want := range map[string]int{
		"US":               30,
		"US&type=tollfree": 11,
		"US&type=mobile":   0,
		"GB&type=mobile":   10,
		"SE":               0,
	} {
		path := orgNumbers + "/plivo-numbers?country_iso=" + query
		if got := len(c.call("GET", path, "").accepted(t, http.StatusOK).items("objects")); got != want {
			t.Errorf("%s finds %d numbers, want %d", query, got, want)
		}
	}
}

func TestDialNexa_GenerationAHasNoSearch(t *testing.T) {
	startDialNexa(t, simulator.DialNexaRules{}).call("GET", stockInTheUS, "").explained(t, http.StatusNotFound)
}

func TestDialNexa_UpdateIsPartial(t *testing.T) {
	const anna = "agt_anna"
	unchanged := simulator.DialNexaNumber{PhoneNumber: support, Nickname: "Old", Label: "old", AgentID: "agt_old"}
	for name, tc := range map[string]struct {
		body   string
		status int
		want   simulator.DialNexaNumber
	}{
		"nothing": {`{}`, 200, unchanged},
		"nickname": {
			`{"nickname":"New"}`, 200, simulator.DialNexaNumber{Nickname: "New", Label: "old", AgentID: "agt_old"},
		},
		"empty nickname": {`{"nickname":""}`, 200, simulator.DialNexaNumber{Label: "old", AgentID: "agt_old"}},
		"null nickname":  {`{"nickname":null}`, 200, simulator.DialNexaNumber{Label: "old", AgentID: "agt_old"}},
		"label": {
			`{"label":"new"}`, 200, simulator.DialNexaNumber{Nickname: "Old", Label: "new", AgentID: "agt_old"},
		},
		"null label": {`{"label":null}`, 400, unchanged},
		"agent": {
			`{"agent_id":"agt_anna"}`, 200, simulator.DialNexaNumber{Nickname: "Old", Label: "old", AgentID: anna},
		},
		"no agent":        {`{"agent_id":null}`, 200, simulator.DialNexaNumber{Nickname: "Old", Label: "old"}},
		"empty agent":     {`{"agent_id":""}`, 400, unchanged},
		"unknown agent":   {`{"agent_id":"agt_1","label":"new"}`, 400, unchanged},
		"foreign agent":   {`{"agent_id":"agt_foreign"}`, 400, unchanged},
		"agent of a type": {`{"agent_id":7}`, 400, unchanged},
		"nickname 7":      {`{"nickname":7}`, 400, unchanged},
		"not JSON":        {`nickname=New`, 400, unchanged},
	} {
		t.Run(name, func(t *testing.T) {
			c := startDialNexa(t, simulator.DialNexaRules{})
			other := c.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{})
			c.DialNexa().AddAgent(simulator.DialNexaAgent{ID: anna})
			c.DialNexa().AddAgent(simulator.DialNexaAgent{ID: "agt_foreign", WorkspaceID: other.ID})
			id := c.DialNexa().AddNumber(unchanged)
			r := c.call("PATCH", orgNumbers+"/"+id, tc.body)
			if tc.status != 200 {
				r.explained(t, tc.status)
			} else {
				r.accepted(t, 200).shows(t, map[string]any{"id": id, "label": tc.want.Label})
			}
			n, _ := c.DialNexa().Number(support)
			if n.Nickname != tc.want.Nickname || n.Label != tc.want.Label || n.AgentID != tc.want.AgentID {
				t.Errorf("the number is %+v, want %+v", n, tc.want)
			}
		})
	}
	startDialNexa(t, simulator.DialNexaRules{}).
		call("PATCH", orgNumbers+"/"+unknownPhoneID, `{}`).explained(t, http.StatusNotFound)
}

func TestDialNexa_UnofferedMethods(t *testing.T) {
	for name, tc := range map[string]struct {
		rules            simulator.DialNexaRules
		number, readPath int
	}{
		"404 by default": {simulator.DialNexaRules{Generation: simulator.DialNexaB}, 404, 404},
		"405 by rule":    {simulator.DialNexaRules{Generation: simulator.DialNexaB, UnofferedIs405: true}, 405, 404},
	} {
		t.Run(name, func(t *testing.T) {
			c := startDialNexa(t, tc.rules)
			id := c.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: support})
			c.call("PATCH", orgNumbers+"/"+id, `{"nickname":"New"}`).explained(t, tc.number)
			c.call("GET", "/v1"+orgNumbers, "").explained(t, tc.readPath) // the base URL stands for the version too
			if n, _ := c.DialNexa().Number(support); n.Nickname != "" {
				t.Error("the number was changed")
			}
		})
	}
	c := startDialNexa(t, simulator.DialNexaRules{UnofferedIs405: true})
	c.call("PATCH", "/agents/agt_1", `{}`).explained(t, http.StatusNotFound) // generation A has no agents
}

func TestDialNexa_DeleteGivesTheNumberUp(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		body  string
	}{
		"sentence in A": {simulator.DialNexaRules{}, `{"message":"Phone number deleted successfully"}`},
		"word in A by rule": {
			simulator.DialNexaRules{DeleteBody: simulator.DialNexaDeleteWord}, `{"message":"success"}`,
		},
		"nothing in A by rule": {simulator.DialNexaRules{DeleteBody: simulator.DialNexaDeleteEmpty}, ``},
		"nothing in B":         {simulator.DialNexaRules{Generation: simulator.DialNexaB}, ``},
		"sentence in B by rule": {
			simulator.DialNexaRules{Generation: simulator.DialNexaB, DeleteBody: simulator.DialNexaDeleteSentence},
			`{"message":"Phone number deleted successfully"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := startDialNexa(t, tc.rules)
			id := c.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: dialNexaStocked, AgentID: "agt_1"})
			r := c.call("DELETE", orgNumbers+"/"+id, "").accepted(t, http.StatusOK)
			if r.body != tc.body {
				t.Errorf("the answer is %q, want %q", r.body, tc.body)
			}
			if _, held := c.DialNexa().Number(dialNexaStocked); held {
				t.Error("the number is still held")
			}
			equal(t, "released", c.DialNexa().Released(), []string{dialNexaStocked})
			c.call("DELETE", orgNumbers+"/"+id, "").explained(t, http.StatusNotFound)
		})
	}
}

func TestDialNexa_LinkedNumbersAreNotGivenUp(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{Generation: simulator.DialNexaB})
	id := c.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: support, Linked: true})
	c.call("DELETE", orgNumbers+"/"+id, "").accepted(t, http.StatusOK)
	equal(t, "released", c.DialNexa().Released(), nil)
}

func TestDialNexa_ReleasedNumberIsGone(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.DialNexaRules
		status int
	}{
		"for good by default":          {simulator.DialNexaRules{}, http.StatusBadRequest},
		"and can be had again by rule": {simulator.DialNexaRules{ReleasedCanBeBought: true}, http.StatusCreated},
	} {
		t.Run(name, func(t *testing.T) {
			c := startDialNexa(t, tc.rules)
			id, _ := c.call("POST", purchase, purchaseBodyA).fields["id"].(string)
			c.call("DELETE", orgNumbers+"/"+id, "").accepted(t, http.StatusOK)
			c.call("POST", purchase, purchaseBodyA).accepted(t, tc.status)
		})
	}
}

func TestDialNexa_DeleteIsRefusedForNumbersInUse(t *testing.T) {
	for name, tc := range map[string]struct {
		number simulator.DialNexaNumber
		a, b   int
	}{
		"campaign":  {simulator.DialNexaNumber{ActiveCampaign: true}, 409, 200},
		"default":   {simulator.DialNexaNumber{WorkspaceDefault: true}, 200, 409},
		"workflows": {simulator.DialNexaNumber{ActiveWorkflows: true}, 200, 409},
	} {
		for generation, status := range map[simulator.DialNexaGeneration]int{
			simulator.DialNexaA: tc.a, simulator.DialNexaB: tc.b,
		} {
			t.Run(name+" in "+string(generation), func(t *testing.T) {
				c := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
				tc.number.PhoneNumber = support
				id := c.DialNexa().AddNumber(tc.number)
				r := c.call("DELETE", orgNumbers+"/"+id, "")
				_, held := c.DialNexa().Number(support)
				if r.status != status || held != (status == 409) {
					t.Errorf("status %d (want %d), still held: %t", r.status, status, held)
				}
			})
		}
	}
}

func TestDialNexa_OnlyGenerationBChecksTheFormOfIDs(t *testing.T) {
	for generation, status := range map[simulator.DialNexaGeneration]int{
		simulator.DialNexaA: http.StatusNotFound, simulator.DialNexaB: http.StatusBadRequest,
	} {
		startDialNexa(t, simulator.DialNexaRules{Generation: generation}).
			call("DELETE", orgNumbers+"/"+url.PathEscape(support), "").explained(t, status)
	}
}

// routed is a world of generation B with an agent that has a published version 1 and a draft 2, and answers and makes
// calls on one of two numbers.
func routed(t *testing.T, rules simulator.DialNexaRules) (c bearerAPI, agent, old, other string) {
	t.Helper()
	rules.Generation = simulator.DialNexaB
	c = startDialNexa(t, rules)
	agent = c.DialNexa().AddAgent(simulator.DialNexaAgent{
		Title: "Anna", Versions: []simulator.DialNexaAgentVersion{{Number: 1, Published: true}, {Number: 2}},
	})
	old = c.DialNexa().AddNumber(simulator.DialNexaNumber{
		ID: "phn_old", PhoneNumber: "+14155550101", AgentID: agent, OutboundAgentID: agent,
	})
	other = c.DialNexa().AddNumber(simulator.DialNexaNumber{ID: "phn_other", PhoneNumber: "+14155550102"})
	return c, agent, old, other
}

func TestDialNexa_NumbersAreRoutedByPublishing(t *testing.T) {
	for name, tc := range map[string]struct {
		rules               simulator.DialNexaRules
		stored              simulator.DialNexaAgentVersion // the draft
		body                string
		status              int
		inbound, outbound   string // the numbers that the agent then has
		workflows           bool   // on both numbers
		publishedAfterwards bool
	}{
		"inbound": {
			body:   `{"version_number":2,"is_published":true,"inbound_phone_number_id":"phn_other"}`,
			status: 200, inbound: "phn_other", outbound: "phn_old", publishedAfterwards: true,
		},
		"outbound": {
			body:   `{"version_number":2,"is_published":true,"outbound_phone_number_id":"phn_other"}`,
			status: 200, inbound: "phn_old", outbound: "phn_other", publishedAfterwards: true,
		},
		"draft changes nothing": {
			body:   `{"version_number":2,"inbound_phone_number_id":"phn_other"}`,
			status: 200, inbound: "phn_old", outbound: "phn_old",
		},
		"explicit draft changes nothing": {
			body:   `{"version_number":2,"is_published":false,"inbound_phone_number_id":""}`,
			status: 200, inbound: "phn_old", outbound: "phn_old",
		},
		"empty detaches": {
			body:   `{"version_number":2,"is_published":true,"inbound_phone_number_id":"","outbound_phone_number_id":""}`,
			status: 200, publishedAfterwards: true,
		},
		"publishing alone keeps the routing": {
			stored: simulator.DialNexaAgentVersion{InboundNumberID: "phn_other"},
			body:   `{"version_number":2,"is_published":true}`,
			status: 200, inbound: "phn_old", outbound: "phn_old", publishedAfterwards: true,
		},
		"publishing alone claims what is stored, by rule": {
			rules:  simulator.DialNexaRules{PublishClaimsStored: true},
			stored: simulator.DialNexaAgentVersion{InboundNumberID: "phn_other"},
			body:   `{"version_number":2,"is_published":true}`,
			status: 200, inbound: "phn_other", outbound: "phn_old", publishedAfterwards: true,
		},
		"published version again": {
			body:   `{"version_number":1,"is_published":true,"inbound_phone_number_id":""}`,
			status: 200, outbound: "phn_old",
		},
		"published version again, fixed by rule": {
			rules:  simulator.DialNexaRules{PublishedIsFixed: true},
			body:   `{"version_number":1,"is_published":true,"inbound_phone_number_id":""}`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
		"published version, not published again": {
			body:   `{"version_number":1,"inbound_phone_number_id":""}`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
		"outbound with workflows": {
			body: `{"version_number":2,"is_published":true,"outbound_phone_number_id":""}`, workflows: true,
			status: 409, inbound: "phn_old", outbound: "phn_old",
		},
		"outbound to a number with workflows": {
			body:   `{"version_number":2,"is_published":true,"outbound_phone_number_id":"phn_other"}`,
			status: 409, inbound: "phn_old", outbound: "phn_old", workflows: true,
		},
		"the same outbound number with workflows": {
			body:   `{"version_number":2,"is_published":true,"outbound_phone_number_id":"phn_old"}`,
			status: 200, inbound: "phn_old", outbound: "phn_old", workflows: true, publishedAfterwards: true,
		},
		"inbound with workflows": {
			body:   `{"version_number":2,"is_published":true,"inbound_phone_number_id":""}`,
			status: 200, outbound: "phn_old", workflows: true, publishedAfterwards: true,
		},
		"without version": {
			body:   `{"is_published":true,"inbound_phone_number_id":""}`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
		"unknown version": {
			body:   `{"version_number":9,"is_published":true,"inbound_phone_number_id":""}`,
			status: 404, inbound: "phn_old", outbound: "phn_old",
		},
		"unknown number": {
			body:   `{"version_number":2,"is_published":true,"inbound_phone_number_id":"phn_1"}`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
		"null number": {
			body:   `{"version_number":2,"is_published":true,"inbound_phone_number_id":null}`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
		"published perhaps": {
			body:   `{"version_number":2,"is_published":"yes"}`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
		"title of a type": {
			body:   `{"version_number":2,"title":1}`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
		"not JSON": {
			body:   `version_number=2`,
			status: 400, inbound: "phn_old", outbound: "phn_old",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, agent, _, _ := routed(t, tc.rules)
			c.DialNexa().UpdateAgent(agent, func(a *simulator.DialNexaAgent) {
				a.Versions[1].InboundNumberID = tc.stored.InboundNumberID
			})
			for _, n := range c.DialNexa().Numbers() {
				c.DialNexa().UpdateNumber(n.PhoneNumber, func(n *simulator.DialNexaNumber) {
					n.ActiveWorkflows = tc.workflows
				})
			}
			r := c.call("PATCH", "/agents/"+agent, tc.body)
			if tc.status != 200 {
				r.explained(t, tc.status)
			} else {
				r.accepted(t, 200).has(t, map[string]any{
					"id": agent, "current_version.is_published": tc.publishedAfterwards,
				})
			}
			var inbound, outbound string
			for _, n := range c.DialNexa().Numbers() {
				if n.AgentID == agent {
					inbound += n.ID
				}
				if n.OutboundAgentID == agent {
					outbound += n.ID
				}
			}
			if inbound != tc.inbound || outbound != tc.outbound {
				t.Errorf("the agent has %q and %q, want %q and %q", inbound, outbound, tc.inbound, tc.outbound)
			}
			if a, _ := c.DialNexa().Agent(agent); a.Versions[1].Published != tc.publishedAfterwards {
				t.Errorf("the draft is published: %t", a.Versions[1].Published)
			}
		})
	}
}

func TestDialNexa_PublishingTakesANumberOver(t *testing.T) {
	c, _, old, _ := routed(t, simulator.DialNexaRules{})
	successor := c.DialNexa().AddAgent(simulator.DialNexaAgent{})
	body := `{"version_number":1,"is_published":true,"inbound_phone_number_id":"` + old + `"}`
	c.call("PATCH", "/agents/"+successor, body).accepted(t, http.StatusOK)
	if n, _ := c.DialNexa().Number("+14155550101"); n.AgentID != successor {
		t.Errorf("the number is answered by %q, want %q", n.AgentID, successor)
	}
}

func TestDialNexa_DeletedNumberLeavesTheDrafts(t *testing.T) {
	c, agent, old, other := routed(t, simulator.DialNexaRules{})
	body := encoded(map[string]any{
		"version_number": 2, "inbound_phone_number_id": old, "outbound_phone_number_id": other, "title": "Bea",
	})
	c.call("PATCH", "/agents/"+agent, body).accepted(t, http.StatusOK)
	for _, id := range []string{old, other} {
		c.call("DELETE", orgNumbers+"/"+id, "").accepted(t, http.StatusOK)
	}
	a, _ := c.DialNexa().Agent(agent)
	want := simulator.DialNexaAgentVersion{Number: 2}
	if a.Versions[1] != want || a.Title != "Bea" {
		t.Errorf("the agent is %+v", a)
	}
}

func TestDialNexa_AgentsCanBeReadByRule(t *testing.T) {
	for name, tc := range map[string]struct {
		rules                 simulator.DialNexaRules
		own, foreign, unknown int
	}{
		"default":           {simulator.DialNexaRules{}, 404, 404, 404},
		"readable":          {simulator.DialNexaRules{AgentsReadable: true}, 200, 403, 404},
		"by the other path": {simulator.DialNexaRules{Agents2Readable: true}, 404, 404, 404},
	} {
		t.Run(name, func(t *testing.T) {
			c, agent, _, _ := routed(t, tc.rules)
			other := c.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{})
			foreign := c.DialNexa().AddAgent(simulator.DialNexaAgent{WorkspaceID: other.ID})
			c.call("GET", "/agents/"+foreign, "").explained(t, tc.foreign)
			c.call("GET", "/agents/agent_unknown", "").explained(t, tc.unknown)
			c.call("PATCH", "/agents/"+foreign, `{"version_number":1}`).explained(t, http.StatusForbidden)
			c.call("PATCH", "/agents/agent_unknown", `{"version_number":1}`).explained(t, http.StatusNotFound)
			r := c.call("GET", "/agents/"+agent, "").accepted(t, tc.own)
			if tc.own == 200 {
				r.has(t, map[string]any{
					"id": agent, "current_version_number": 2.0, "current_version.is_published": false,
					"current_version.title": "Anna",
				})
			}
		})
	}
}

func TestDialNexa_OlderAgents(t *testing.T) {
	for name, tc := range map[string]struct {
		rules                 simulator.DialNexaRules
		own, foreign, unknown int
	}{
		"default":           {simulator.DialNexaRules{}, 404, 404, 404},
		"by the other path": {simulator.DialNexaRules{AgentsReadable: true}, 404, 404, 404},
		"readable":          {simulator.DialNexaRules{Agents2Readable: true}, 200, 403, 404},
	} {
		t.Run(name, func(t *testing.T) {
			c, agent, _, _ := routed(t, tc.rules)
			other := c.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{})
			foreign := c.DialNexa().AddAgent(simulator.DialNexaAgent{WorkspaceID: other.ID})
			c.call("GET", "/agents2/"+foreign, "").explained(t, tc.foreign)
			c.call("GET", "/agents2/agent_unknown", "").explained(t, tc.unknown)
			r := c.call("GET", "/agents2/"+agent, "").accepted(t, tc.own)
			if tc.own == 200 {
				r.has(t, map[string]any{
					"id": agent, "is_deleted": false, "current_version_number": 2.0, "current_version.number": 2.0,
					"current_version.is_published": false,
				})
			}
		})
	}
}

func TestDialNexa_AgentIDsFollowTheGeneration(t *testing.T) {
	for generation, prefix := range map[simulator.DialNexaGeneration]string{
		simulator.DialNexaA: "agt_", simulator.DialNexaB: "agent_",
	} {
		c := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
		if id := c.DialNexa().AddAgent(simulator.DialNexaAgent{}); !strings.HasPrefix(id, prefix) {
			t.Errorf("the agent of generation %s is %s", generation, id)
		}
	}
}

func TestDialNexa_TellsItsRateLimit(t *testing.T) {
	now := func() time.Time { return time.Unix(1000, 0) }
	c := startDialNexa(t, simulator.DialNexaRules{}, simulator.WithClock(now))
	for _, left := range []string{"149", "148"} {
		r := c.call("GET", orgNumbers, "").accepted(t, http.StatusOK)
		for header, want := range map[string]string{
			"X-RateLimit-Limit": "150", "X-RateLimit-Remaining": left, "X-RateLimit-Reset": "1060", "Retry-After": "",
		} {
			if got := r.header.Get(header); got != want {
				t.Errorf("%s is %q, want %q", header, got, want)
			}
		}
	}
}

func TestDialNexa_RefusesByCount(t *testing.T) {
	for retryAfter, want := range map[string]string{"": "1", "30": "30"} {
		c := startDialNexa(t, simulator.DialNexaRules{
			RateLimit: simulator.RateLimit{Serve: 2, Refuse: 1}, RetryAfter: retryAfter,
		})
		for i, remaining := range []string{"1", "0", "0", "1"} {
			r := c.call("GET", orgNumbers, "")
			if got := r.header.Get("X-RateLimit-Remaining"); got != remaining {
				t.Errorf("request %d: %s remain, want %s", i, got, remaining)
			}
			if i != 2 {
				r.accepted(t, http.StatusOK)
				continue
			}
			r.explained(t, http.StatusTooManyRequests)
			if got := r.header.Get("Retry-After"); got != want {
				t.Errorf("Retry-After is %q, want %q", got, want)
			}
		}
	}
}

func TestDialNexa_SecondActor(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{})
	state := c.DialNexa()
	first := state.AddNumber(simulator.DialNexaNumber{PhoneNumber: support})
	second := state.AddNumber(simulator.DialNexaNumber{PhoneNumber: support})
	if second == first || len(state.Numbers()) != 1 {
		t.Errorf("numbers are %+v, want the second one alone", state.Numbers())
	}
	id := state.AddAgent(simulator.DialNexaAgent{})
	state.SetRules(func(rules *simulator.DialNexaRules) { rules.InboundAgentID = true })
	if !state.UpdateNumber(support, func(n *simulator.DialNexaNumber) { n.AgentID = id }) {
		t.Error("the number was not found")
	}
	equal(t, "agents", c.call("GET", orgNumbers, "").values("data", "inbound_agent_id"), []string{id})
	if !state.RemoveNumber(support) || state.RemoveNumber(support) || state.UpdateNumber(support, nil) {
		t.Error("the number was not removed once")
	}
	equal(t, "released", state.Released(), nil)
	if !state.RemoveAgent(id) || state.RemoveAgent(id) || state.UpdateAgent(id, nil) {
		t.Error("the agent was not removed once")
	}
}

func TestDialNexa_SeedStateAndControl(t *testing.T) {
	c := startDialNexa(t, simulator.DialNexaRules{})
	err := c.Seed(strings.NewReader(`{"dialnexa": {
		"rules": {"generation": "B"},
		"workspaces": [{"id": "org_2", "api_key": "other:key"}],
		"agents": [{"id": "agent_anna"}],
		"numbers": [{"phone_number": "+14155550100", "agent_id": "agent_anna"}],
		"available": [{"phone_number": "+14155550188"}]
	}}`))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "numbers", c.call("GET", orgNumbers, "").values("items", "phone_number"), []string{support})
	if found := c.call("GET", stockInTheUS, "").values("objects", "number"); found[0] != "+14155550188" {
		t.Errorf("the first number for sale is %s, want the seeded one", found[0])
	}
	state := encoded(c.State()[simulator.DialNexa])
	if !strings.Contains(state, support) || !strings.Contains(state, "agent_anna") {
		t.Errorf("the state lacks what was seeded: %s", state)
	}
	for _, secret := range []string{"other:key", simulator.DefaultDialNexaAPIKey} {
		if strings.Contains(state, secret) {
			t.Errorf("the state shows %q", secret)
		}
	}
	for _, seed := range []string{`{"dialnexa":{"numbers":[{"phone_number":"1"}]}}`, `{"dialnexa":{"number":[]}}`} {
		if c.Seed(strings.NewReader(seed)) == nil {
			t.Errorf("the seed %s is accepted", seed)
		}
	}

	steer := bearerAPI{c.world, "/_simulator/dialnexa", ""}
	path := "/numbers/" + url.PathEscape("+14155550101")
	steer.call("POST", "/numbers", `{"phone_number":"+14155550101"}`).accepted(t, http.StatusCreated)
	steer.call("PATCH", path, `{"workspace_default":true}`).accepted(t, http.StatusOK)
	if n, _ := c.DialNexa().Number("+14155550101"); !n.WorkspaceDefault {
		t.Error("the number was not changed")
	}
	steer.call("PATCH", path, `{"default":true}`).accepted(t, http.StatusBadRequest)
	steer.call("PUT", path, "").accepted(t, http.StatusNotFound)
	steer.call("DELETE", path, "").accepted(t, http.StatusNoContent)
	steer.call("DELETE", path, "").accepted(t, http.StatusNotFound)
	steer.call("POST", "/numbers", `{"phone_number":"1"}`).accepted(t, http.StatusBadRequest)
	steer.call("POST", "/numbers", `{"number":1}`).accepted(t, http.StatusBadRequest)
	steer.call("POST", "/agents", `{"title":"Bert"}`).accepted(t, http.StatusCreated)
	steer.call("POST", "/agents", `{"name":"Bert"}`).accepted(t, http.StatusBadRequest)
	steer.call("PUT", "/rules", `{}`).accepted(t, http.StatusOK)
	steer.call("PUT", "/rules", `{"rule":1}`).accepted(t, http.StatusBadRequest)
	steer.call("GET", "/rules", "").accepted(t, http.StatusNotFound)
	equal(t, "numbers", c.call("GET", orgNumbers, "").values("data", "phone_number"), []string{support})
}
