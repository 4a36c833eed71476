package simulator_test

import (
	"encoding/json"
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
	synthflowWorkspace = simulator.DefaultSynthflowWorkspaceID

	supportSlug = "14155550100"
	supportPath = "/numbers/" + supportSlug
	inWorkspace = "?workspace=" + synthflowWorkspace
)

func startSynthflow(t *testing.T, rules simulator.SynthflowRules, opts ...simulator.Option) bearerAPI {
	t.Helper()
	w := start(t, append(opts, simulator.WithSynthflow(rules))...)
	return bearerAPI{w, "/synthflow", simulator.DefaultSynthflowAPIKey}
}

// within is a member of an object in the answer.
func (r reply) within(key string) reply {
	inner, _ := r.fields[key].(map[string]any)
	return reply{status: r.status, body: r.body, fields: inner}
}

// values are one member of each item of a list.
func (r reply) values(list, key string) []string {
	values := []string{}
	for _, item := range r.items(list) {
		values = append(values, fmt.Sprint(item[key]))
	}
	return values
}

// synthflowImport is a valid import with some members changed; nil takes a member away.
func synthflowImport(changes map[string]any) string {
	body := map[string]any{
		"workspace_id":    synthflowWorkspace,
		"phone_number":    support,
		"termination_uri": "sip.example.com",
	}
	for name, value := range changes {
		if value == nil {
			delete(body, name)
		} else {
			body[name] = value
		}
	}
	return encoded(body)
}

func encoded(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // only a test that is wrong gets here
	}
	return string(data)
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestSynthflow_BearerKeyIsRequired(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	for authorization, status := range map[string]int{
		"":                               http.StatusUnauthorized,
		"Bearer":                         http.StatusUnauthorized,
		"Bearer ":                        http.StatusUnauthorized,
		"Bearer wrong":                   http.StatusUnauthorized,
		simulator.DefaultSynthflowAPIKey: http.StatusUnauthorized,
		"Basic " + simulator.DefaultSynthflowAPIKey:  http.StatusUnauthorized,
		"Bearer " + simulator.DefaultSynthflowAPIKey: http.StatusOK,
		"bearer " + simulator.DefaultSynthflowAPIKey: http.StatusOK,
	} {
		if r := c.call("GET", "/numbers"+inWorkspace, "", "Authorization", authorization); r.status != status {
			t.Errorf("Authorization %q: status %d, want %d", authorization, r.status, status)
		}
	}
}

func TestSynthflow_ErrorsTakeTheChosenForm(t *testing.T) {
	for name, tc := range map[string]struct {
		errors simulator.SynthflowErrors
		fields []string
	}{
		"empty object by default": {simulator.SynthflowErrorsEmpty, nil},
		"detail of a region":      {simulator.SynthflowErrorsDetail, []string{"detail"}},
		"global host":             {simulator.SynthflowErrorsGateway, []string{"error", "message"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, simulator.SynthflowRules{Errors: tc.errors})
			r := c.call("DELETE", "/numbers/1", "").accepted(t, http.StatusBadRequest)
			equal(t, "members", slices.Sorted(maps.Keys(r.fields)), tc.fields)
			for _, field := range tc.fields {
				if text, _ := r.fields[field].(string); text == "" {
					t.Errorf("%s is %v, want a text", field, r.fields[field])
				}
			}
		})
	}
}

func TestSynthflow_AttachAndDetachExplainTheirErrors(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	for _, r := range []reply{
		c.call("PUT", "/assistants/nobody", `{}`),
		c.call("PUT", "/assistants/nobody/phone_numbers", `{"phone_numbers":["+14155550100"]}`),
		c.call("DELETE", "/assistants/nobody/phone_numbers/14155550100", ""),
	} {
		want := []string{"category", "description", "request_id", "status"}
		equal(t, "members of detail", slices.Sorted(maps.Keys(r.within("detail").fields)), want)
	}
}

func TestSynthflow_UnknownThings(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.SynthflowRules
		status int
	}{
		"are 400 by default": {simulator.SynthflowRules{}, http.StatusBadRequest},
		"are 404 by rule":    {simulator.SynthflowRules{UnknownIs404: true}, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, tc.rules)
			c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: support})
			for _, request := range [][2]string{
				{"GET", "/numbers/1" + inWorkspace},
				{"GET", "/numbers/+14155550100" + inWorkspace}, // a slug has no plus sign
				{"PATCH", "/numbers/1"},
				{"DELETE", "/numbers/1"},
				{"GET", "/assistants/nobody"},
				{"PUT", "/assistants/nobody"},
			} {
				if r := c.call(request[0], request[1], "{}"); r.status != tc.status {
					t.Errorf("%s: status %d, want %d", request, r.status, tc.status)
				}
			}
		})
	}
}

func TestSynthflow_OnlyDocumentedPathsAreServed(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	for request, status := range map[[2]string]int{
		{"POST", "/numbers"}:       http.StatusMethodNotAllowed, // buying is for the dashboard
		{"GET", "/custom-numbers"}: http.StatusMethodNotAllowed,
		{"GET", "/assistants"}:     http.StatusNotFound, // the list has a slash at its end
		{"GET", "/assistants/"}:    http.StatusOK,
		{"GET", "/numbers/"}:       http.StatusNotFound,
		{"GET", "/v2/numbers"}:     http.StatusNotFound, // the base URL stands for the version too
	} {
		if r := c.call(request[0], request[1], ""); r.status != status {
			t.Errorf("%s: status %d, want %d", request, r.status, status)
		}
	}
}

func TestSynthflow_ImportChecksItsFields(t *testing.T) {
	older := simulator.SynthflowRules{OlderImport: true}
	for name, tc := range map[string]struct {
		rules   simulator.SynthflowRules
		changes map[string]any
		status  int
	}{
		"minimum":             {status: 200},
		"without workspace":   {changes: map[string]any{"workspace_id": nil}, status: 400},
		"other workspace":     {changes: map[string]any{"workspace_id": "1x1"}, status: 400},
		"without number":      {changes: map[string]any{"phone_number": nil}, status: 400},
		"number without plus": {changes: map[string]any{"phone_number": supportSlug}, status: 400},
		"number that is none": {changes: map[string]any{"phone_number": 14155550100}, status: 400},
		"provider":            {changes: map[string]any{"provider_name": "telnyx"}, status: 200},
		"unknown provider":    {changes: map[string]any{"provider_name": "plivo"}, status: 400},
		"without domain":      {changes: map[string]any{"termination_uri": nil}, status: 400},
		"empty domain":        {changes: map[string]any{"termination_uri": ""}, status: 400},
		"domain under the update's name": {
			changes: map[string]any{"termination_uri": nil, "sip_term_uri": "a.example"}, status: 400,
		},
		"five9 without domain": {
			changes: map[string]any{"provider_name": "five9", "termination_uri": nil}, status: 200,
		},
		"ringcx without domain": {
			changes: map[string]any{"provider_name": "ringcx", "termination_uri": nil}, status: 200,
		},
		"ring_central without domain": {
			changes: map[string]any{"provider_name": "ring_central", "termination_uri": nil}, status: 400,
		},
		"identifier at zoom": {
			changes: map[string]any{"provider_name": "zoom", "phone_number": "ext-7001"}, status: 200,
		},
		"identifier elsewhere": {
			changes: map[string]any{"provider_name": "vonage", "phone_number": "ext-7001"}, status: 400,
		},
		"8x8 without number": {
			changes: map[string]any{"provider_name": "8x8", "phone_number": nil}, status: 200,
		},
		"8x8 where it is no provider": {
			rules:   simulator.SynthflowRules{Refuses8x8: true},
			changes: map[string]any{"provider_name": "8x8"}, status: 400,
		},
		"registration": {
			changes: map[string]any{"uac_enabled": true, "trunk_username": "u", "trunk_pwd": "p"}, status: 200,
		},
		"registration without user": {changes: map[string]any{"uac_enabled": true, "trunk_pwd": "p"}, status: 400},
		"registration without password": {
			changes: map[string]any{"uac_enabled": true, "trunk_username": "u"}, status: 400,
		},
		"registers too often":  {changes: map[string]any{"uac_register_expires": 59}, status: 400},
		"registers often":      {changes: map[string]any{"uac_register_expires": 60}, status: 200},
		"registers seldom":     {changes: map[string]any{"uac_register_expires": 3600}, status: 200},
		"registers too seldom": {changes: map[string]any{"uac_register_expires": 3601}, status: 400},
		"half a second":        {changes: map[string]any{"uac_register_expires": 60.5}, status: 400},

		"older import needs no domain": {
			rules: older, changes: map[string]any{"termination_uri": nil}, status: 200,
		},
		"older import knows no provider": {
			rules: older, changes: map[string]any{"provider_name": "plivo"}, status: 200,
		},
		"older import knows no registering": {rules: older, changes: map[string]any{"uac_enabled": true}, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, tc.rules)
			r := c.call("POST", "/custom-numbers", synthflowImport(tc.changes)).accepted(t, tc.status)
			if imported := len(c.Synthflow().Numbers()) == 1; imported != (tc.status == 200) {
				t.Errorf("imported: %t", imported)
			}
			if tc.status != 200 {
				return
			}
			n := c.Synthflow().Numbers()[0]
			r.within("response").shows(t, map[string]any{"key": n.Key, "phone_number": n.PhoneNumber})
		})
	}
	t.Run("not JSON", func(t *testing.T) {
		c := startSynthflow(t, simulator.SynthflowRules{})
		for _, body := range []string{"", "null", "[]", "workspace_id=1"} {
			c.call("POST", "/custom-numbers", body).accepted(t, http.StatusBadRequest)
		}
	})
}

func TestSynthflow_OlderImportTakesNoNoticeOfNewerFields(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{OlderImport: true})
	c.call("POST", "/custom-numbers", synthflowImport(map[string]any{"provider_name": "telnyx"})).accepted(t, http.StatusOK)
	n, _ := c.Synthflow().Number(support)
	if n.ProviderName != "custom" || n.TerminationURI != "" {
		t.Errorf("provider %q with domain %q, want the newer fields ignored", n.ProviderName, n.TerminationURI)
	}
}

func TestSynthflow_ProvidersFillInTheirDomain(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	body := synthflowImport(map[string]any{"provider_name": "zoom", "termination_uri": nil})
	c.call("POST", "/custom-numbers", body).accepted(t, http.StatusOK)
	c.call("GET", supportPath+inWorkspace, "").accepted(t, http.StatusOK).shows(t, map[string]any{
		"sip_term_uri": "sip.zoom.com", "sip_outbound_proxy": nil,
	})
	body = synthflowImport(map[string]any{"provider_name": "five9", "termination_uri": nil, "phone_number": "f9"})
	c.call("POST", "/custom-numbers", body).accepted(t, http.StatusOK)
	if n, _ := c.Synthflow().Number("f9"); n.OutboundProxy == "" || n.TerminationURI == "" {
		t.Errorf("five9 has domain %q and proxy %q, want both", n.TerminationURI, n.OutboundProxy)
	}
}

func TestSynthflow_IdentifiersHaveSlugs(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.SynthflowRules
		isKey bool
	}{
		"the identifier by default": {},
		"the key by rule":           {rules: simulator.SynthflowRules{IdentifierSlugIsKey: true}, isKey: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, tc.rules)
			body := synthflowImport(map[string]any{"provider_name": "zoom", "phone_number": "ext-7001"})
			key, _ := c.call("POST", "/custom-numbers", body).within("response").fields["key"].(string)
			slug := "ext-7001"
			if tc.isKey {
				slug = key
			}
			c.call("GET", "/numbers/"+slug+inWorkspace, "").accepted(t, http.StatusOK)
		})
	}
}

func TestSynthflow_ImportMayNotBeEnabled(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	for _, tc := range []struct {
		refused []string
		status  int
	}{
		{[]string{"telnyx"}, http.StatusForbidden},
		{[]string{"*"}, http.StatusForbidden},
		{[]string{"twilio"}, http.StatusOK},
	} {
		c.Synthflow().AddWorkspace(simulator.SynthflowWorkspace{
			ID: synthflowWorkspace, APIKey: simulator.DefaultSynthflowAPIKey, ImportsRefused: tc.refused,
		})
		c.call("POST", "/custom-numbers", synthflowImport(map[string]any{"provider_name": "telnyx"})).accepted(t, tc.status)
	}
}

func TestSynthflow_NumberIsImportedOnce(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	c.call("POST", "/custom-numbers", synthflowImport(nil)).accepted(t, http.StatusOK)
	c.call("POST", "/custom-numbers", synthflowImport(nil)).accepted(t, http.StatusBadRequest)
}

func TestSynthflow_SecondImportReplacesByRule(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{ImportReplaces: true})
	c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: support, Bought: true, Key: "first"})
	c.call("POST", "/custom-numbers", synthflowImport(map[string]any{"friendly_name": "again"})).accepted(t, http.StatusOK)
	n, _ := c.Synthflow().Number(support)
	if n.FriendlyName != "again" || n.Key != "first" || !n.Bought || len(c.Synthflow().Numbers()) != 1 {
		t.Errorf("the number is %+v, want the first one changed", n)
	}
	other := c.Synthflow().AddWorkspace(simulator.SynthflowWorkspace{})
	c.token = other.APIKey
	body := synthflowImport(map[string]any{"workspace_id": other.ID})
	c.call("POST", "/custom-numbers", body).accepted(t, http.StatusBadRequest)
}

func TestSynthflow_ImportAppearsAfterSomeReads(t *testing.T) {
	for _, path := range []string{supportPath + inWorkspace, "/numbers" + inWorkspace} {
		c := startSynthflow(t, simulator.SynthflowRules{SlowImport: 2})
		agent := c.Synthflow().AddAgent(simulator.SynthflowAgent{})
		c.call("POST", "/custom-numbers", synthflowImport(nil)).accepted(t, http.StatusOK)
		for read := 1; read <= 3; read++ {
			body := c.call("GET", path, "").body
			if seen := strings.Contains(body, support); seen != (read > 2) {
				t.Errorf("%s: read %d sees the number: %t", path, read, seen)
			}
			if read == 1 {
				c.call("PUT", "/assistants/"+agent+"/phone_numbers", `{"phone_numbers":["+14155550100"]}`).
					accepted(t, http.StatusNotFound)
			}
		}
	}
}

func TestSynthflow_KeysAreUUIDs(t *testing.T) {
	for name, tc := range map[string]struct {
		opts []simulator.Option
		key  string
	}{
		"by default": {nil, "00000000-0000-0000-0000-000000000001"},
		"unless the given sequence has other IDs": {
			[]simulator.Option{simulator.WithIDs(func(string) string { return "id" })}, "id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, simulator.SynthflowRules{}, tc.opts...)
			r := c.call("POST", "/custom-numbers", synthflowImport(nil)).accepted(t, http.StatusOK)
			r.has(t, map[string]any{"status": "ok", "response.key": tc.key, "response.phone_number": support})
		})
	}
}

func TestSynthflow_NumberReadsBackWithoutItsSecrets(t *testing.T) {
	epoch := func() time.Time { return time.Unix(0, 0) }
	c := startSynthflow(t, simulator.SynthflowRules{}, simulator.WithClock(epoch))
	c.call("POST", "/custom-numbers", synthflowImport(map[string]any{
		"friendly_name": "Support", "provider_name": "telnyx",
		"uac_enabled": true, "trunk_username": "trunk-user", "trunk_pwd": "trunk-secret", "sip_auth_username": "auth",
	})).accepted(t, http.StatusOK)
	r := c.call("GET", supportPath+inWorkspace, "").accepted(t, http.StatusOK)
	r.shows(t, map[string]any{
		"slug": supportSlug, "phone_number": support, "friendly_name": "Support", "provider_name": "telnyx",
		"sip_term_uri": "sip.example.com", "sip_auth_username": "auth", "sip_outbound_proxy": nil,
		"uac_enabled": true, "uac_register_expires": 300.0, "is_available": true, "iso_country": "US",
		"workspace_id": synthflowWorkspace, "agency_workspace_id": nil, "updated_at": nil,
	})
	if strings.Contains(r.body, "trunk") {
		t.Errorf("the answer shows the trunk's credentials: %s", r.body)
	}
	c.call("PATCH", supportPath, `{}`).accepted(t, http.StatusOK)
	if got := c.call("GET", supportPath+inWorkspace, "").fields["updated_at"]; got != "1970-01-01T00:00:00Z" {
		t.Errorf("updated_at is %v after an update", got)
	}
	if n, _ := c.Synthflow().Number(support); n.TrunkPassword != "trunk-secret" || n.TrunkUsername != "trunk-user" {
		t.Errorf("the trunk's credentials are %q and %q", n.TrunkUsername, n.TrunkPassword)
	}
}

func TestSynthflow_NothingTellsBoughtFromImported(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	var bodies []string
	for _, bought := range []bool{false, true} {
		c.Synthflow().AddNumber(simulator.SynthflowNumber{
			PhoneNumber: support, ProviderName: "twilio", Bought: bought, CreatedAt: time.Unix(0, 0),
		})
		bodies = append(bodies, c.call("GET", supportPath+inWorkspace, "").accepted(t, http.StatusOK).body)
	}
	if bodies[0] != bodies[1] {
		t.Errorf("an imported number reads\n%s\nand a bought one\n%s", bodies[0], bodies[1])
	}
}

func TestSynthflow_ListNeedsTheKeysWorkspace(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.SynthflowRules
		query  string
		status int
	}{
		"missing": {query: "", status: http.StatusBadRequest},
		"other":   {query: "?workspace=1x1", status: http.StatusBadRequest},
		"other, 403 by rule": {
			simulator.SynthflowRules{ForeignWorkspaceIs403: true}, "?workspace=1x1", http.StatusForbidden,
		},
		"own":                   {query: inWorkspace, status: http.StatusOK},
		"limit of none":         {query: inWorkspace + "&limit=0", status: http.StatusBadRequest},
		"limit that is none":    {query: inWorkspace + "&limit=ten", status: http.StatusBadRequest},
		"negative offset":       {query: inWorkspace + "&offset=-1", status: http.StatusBadRequest},
		"filter that is none":   {query: inWorkspace + "&is_available=perhaps", status: http.StatusBadRequest},
		"offset beyond the end": {query: inWorkspace + "&offset=9", status: http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			startSynthflow(t, tc.rules).call("GET", "/numbers"+tc.query, "").accepted(t, tc.status)
		})
	}
}

func TestSynthflow_ListPages(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	for i := range 25 {
		c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: fmt.Sprintf("+141555501%02d", i)})
	}
	for query, want := range map[string]struct {
		items, limit, offset int
	}{
		"":                    {20, 20, 0},
		"&offset=20":          {5, 20, 20},
		"&limit=7&offset=7":   {7, 7, 7},
		"&limit=100":          {25, 100, 0},
		"&limit=5&offset=100": {0, 5, 100},
	} {
		r := c.call("GET", "/numbers"+inWorkspace+query, "").accepted(t, http.StatusOK).within("response")
		if got := len(r.items("phone_numbers")); got != want.items {
			t.Errorf("%s: %d numbers, want %d", query, got, want.items)
		}
		r.within("pagination").shows(t, map[string]any{
			"total_records": 25.0, "limit": float64(want.limit), "offset": float64(want.offset),
		})
	}
	c.Synthflow().SetRules(func(rules *simulator.SynthflowRules) { rules.MaxLimit = 10 })
	r := c.call("GET", "/numbers"+inWorkspace+"&limit=100", "").within("response")
	if got := len(r.items("phone_numbers")); got != 10 {
		t.Errorf("%d numbers, want the maximum of 10", got)
	}
}

func TestSynthflow_ListFiltersByAvailability(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	const taken, called, free = "+14155550101", "+14155550102", "+14155550103"
	for _, phoneNumber := range []string{taken, called, free} {
		c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: phoneNumber})
	}
	c.Synthflow().AddAgent(simulator.SynthflowAgent{Numbers: []string{taken}})
	c.Synthflow().AddAgent(simulator.SynthflowAgent{Type: simulator.SynthflowOutbound, Numbers: []string{called}})
	for query, want := range map[string][]string{
		"":                    {taken, called, free},
		"&is_available=true":  {called, free}, // outbound agents do not count
		"&is_available=false": {taken},
	} {
		r := c.call("GET", "/numbers"+inWorkspace+query, "").accepted(t, http.StatusOK).within("response")
		equal(t, query, r.values("phone_numbers", "number"), want)
	}
}

func TestSynthflow_WorkspacesAreApart(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: support})
	agent := c.Synthflow().AddAgent(simulator.SynthflowAgent{})
	other := c.Synthflow().AddWorkspace(simulator.SynthflowWorkspace{})
	c.token = other.APIKey
	for _, request := range [][2]string{
		{"GET", supportPath + "?workspace=" + other.ID},
		{"GET", supportPath + inWorkspace},
		{"PATCH", supportPath},
		{"DELETE", supportPath},
		{"GET", "/assistants/" + agent},
		{"PUT", "/assistants/" + agent},
	} {
		if r := c.call(request[0], request[1], "{}"); r.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", request, r.status)
		}
	}
	r := c.call("GET", "/numbers?workspace="+other.ID, "").accepted(t, http.StatusOK)
	equal(t, "numbers", r.within("response").values("phone_numbers", "number"), []string{})
}

func TestSynthflow_UpdateChecksItsFields(t *testing.T) {
	older := simulator.SynthflowRules{OlderImport: true}
	for name, tc := range map[string]struct {
		rules  simulator.SynthflowRules
		start  simulator.SynthflowNumber
		body   string
		status int
		check  func(simulator.SynthflowNumber) bool
	}{
		"name": {
			body: `{"friendly_name":"New"}`, status: 200,
			check: func(n simulator.SynthflowNumber) bool {
				return n.FriendlyName == "New" && n.TerminationURI == "old.example"
			},
		},
		"nothing": {
			body: `{}`, status: 200,
			check: func(n simulator.SynthflowNumber) bool { return n.TerminationURI == "old.example" },
		},
		"domain": {
			body: `{"sip_term_uri":"new.example"}`, status: 200,
			check: func(n simulator.SynthflowNumber) bool { return n.TerminationURI == "new.example" },
		},
		"domain by its alias": {
			body: `{"termination_uri":"new.example"}`, status: 200,
			check: func(n simulator.SynthflowNumber) bool { return n.TerminationURI == "new.example" },
		},
		"the number never changes": {
			body: `{"phone_number":"+14155550199"}`, status: 200,
			check: func(n simulator.SynthflowNumber) bool { return n.PhoneNumber == support },
		},
		"name of a bought number": {
			start: simulator.SynthflowNumber{Bought: true}, body: `{"friendly_name":"New"}`, status: 200,
		},
		"proxy can be cleared": {
			start: simulator.SynthflowNumber{OutboundProxy: "proxy.example"},
			body:  `{"sip_outbound_proxy":""}`, status: 200,
			check: func(n simulator.SynthflowNumber) bool { return n.OutboundProxy == "" },
		},
		"empty domain":            {body: `{"sip_term_uri":""}`, status: 400},
		"unknown provider":        {body: `{"provider_name":"plivo"}`, status: 400},
		"null":                    {body: `{"friendly_name":null}`, status: 400},
		"wrong type":              {body: `{"uac_enabled":"true"}`, status: 400},
		"wrong type of a domain":  {body: `{"sip_term_uri":1}`, status: 400},
		"registers too often":     {body: `{"uac_register_expires":1}`, status: 400},
		"registering, no secrets": {body: `{"uac_enabled":true}`, status: 400},
		"registering":             {body: `{"uac_enabled":true,"trunk_username":"u","trunk_pwd":"p"}`, status: 200},
		"registering already": {
			start: simulator.SynthflowNumber{UACEnabled: true}, body: `{"uac_enabled":true}`, status: 200,
		},
		"provider without a domain": {
			start: simulator.SynthflowNumber{Bought: true}, body: `{"provider_name":"telnyx"}`, status: 400,
		},
		"not JSON": {body: `friendly_name=New`, status: 400},
		"older, alias has no effect": {
			rules: older, body: `{"termination_uri":"new.example"}`, status: 200,
			check: func(n simulator.SynthflowNumber) bool { return n.TerminationURI == "old.example" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, tc.rules)
			tc.start.PhoneNumber = support
			if !tc.start.Bought {
				tc.start.TerminationURI = "old.example"
			}
			c.Synthflow().AddNumber(tc.start)
			before, _ := c.Synthflow().Number(support)
			c.call("PATCH", supportPath, tc.body).accepted(t, tc.status)
			after, _ := c.Synthflow().Number(support)
			switch {
			case tc.status != 200 && after != before:
				t.Errorf("a refused update changed the number to %+v", after)
			case tc.check != nil && !tc.check(after):
				t.Errorf("the number is %+v", after)
			case tc.status == 200 && after.UpdatedAt.IsZero():
				t.Error("the number has no date of its update")
			}
		})
	}
}

func TestSynthflow_DeleteDetachesAndCancels(t *testing.T) {
	for name, tc := range map[string]struct {
		bought    bool
		cancelled []string
	}{
		"imported": {false, nil},
		"bought":   {true, []string{support}},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, simulator.SynthflowRules{})
			c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: support, Bought: tc.bought})
			inbound := c.Synthflow().AddAgent(simulator.SynthflowAgent{Numbers: []string{support}})
			outbound := c.Synthflow().AddAgent(simulator.SynthflowAgent{
				Type: simulator.SynthflowOutbound, Numbers: []string{support},
			})
			c.call("DELETE", supportPath, "").accepted(t, http.StatusOK).shows(t, map[string]any{"status": "ok"})
			if _, held := c.Synthflow().Number(support); held {
				t.Error("the number is still there")
			}
			for _, id := range []string{inbound, outbound} {
				if a, _ := c.Synthflow().Agent(id); len(a.Numbers) != 0 {
					t.Errorf("agent %s still has %v", id, a.Numbers)
				}
			}
			equal(t, "cancelled", c.Synthflow().CancelledSubscriptions(), tc.cancelled)
			c.call("DELETE", supportPath, "").accepted(t, http.StatusBadRequest)
		})
	}
}

func TestSynthflow_AgentsShowTheirNumbers(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: support, SID: "PN1"})
	id := c.Synthflow().AddAgent(simulator.SynthflowAgent{Name: "Anna", Numbers: []string{support}})

	one := c.call("GET", "/assistants/"+id+"?include_actions=true", "").accepted(t, http.StatusOK)
	agents := one.within("response").items("assistants")
	if len(agents) != 1 {
		t.Fatalf("the answer has %d agents: %s", len(agents), one.body)
	}
	shown := reply{fields: agents[0]}
	shown.shows(t, map[string]any{"model_id": id, "name": "Anna", "type": "inbound", "phone_number": support})
	pool := shown.items("attached_phone_numbers")
	if len(pool) != 1 || pool[0]["number"] != support || pool[0]["slug"] != supportSlug || pool[0]["sid"] != "PN1" {
		t.Errorf("the pool is %v", pool)
	}

	list := c.call("GET", "/assistants/?limit=5", "").accepted(t, http.StatusOK)
	list.within("response").within("pagination").shows(t, map[string]any{"total_records": 1.0, "limit": 5.0})
	if strings.Contains(list.body, "attached_phone_numbers") {
		t.Errorf("the list shows pools: %s", list.body)
	}
	c.Synthflow().SetRules(func(rules *simulator.SynthflowRules) { rules.AgentListHasPools = true })
	if list = c.call("GET", "/assistants/", ""); !strings.Contains(list.body, "attached_phone_numbers") {
		t.Errorf("the list shows no pools: %s", list.body)
	}
	c.call("GET", "/assistants/?limit=x", "").accepted(t, http.StatusBadRequest)

	number := c.call("GET", supportPath+inWorkspace, "").accepted(t, http.StatusOK)
	number.shows(t, map[string]any{"is_available": false})
	if !strings.Contains(number.body, `"assistants":["`+id+`"]`) {
		t.Errorf("the number does not name its agent: %s", number.body)
	}
}

func TestSynthflow_AttachAddsToThePool(t *testing.T) {
	const first, second = "+14155550101", "+14155550102"
	for name, tc := range map[string]struct {
		rules  simulator.SynthflowRules
		agent  string // type
		holder string // type of another agent that has the second number
		body   string
		status int
		pool   []string
	}{
		"by number": {
			body: `{"phone_numbers":["+14155550102"]}`, status: 200, pool: []string{first, second},
		},
		"by slug": {
			body: `{"phone_number_slugs":["14155550102"]}`, status: 200, pool: []string{first, second},
		},
		"that is in it": {body: `{"phone_numbers":["+14155550101"]}`, status: 200, pool: []string{first}},
		"both ways at once": {
			body: `{"phone_numbers":[],"phone_number_slugs":[]}`, status: 400, pool: []string{first},
		},
		"neither way": {body: `{}`, status: 400, pool: []string{first}},
		"nothing":     {body: `{"phone_numbers":[]}`, status: 400, pool: []string{first}},
		"wrong type":  {body: `{"phone_numbers":"+14155550102"}`, status: 400, pool: []string{first}},
		"number as slug": {
			body: `{"phone_number_slugs":["+14155550102"]}`, status: 404, pool: []string{first},
		},
		"one of two is unknown": {
			body: `{"phone_numbers":["+14155550102","+1"]}`, status: 404, pool: []string{first},
		},
		"number of outbound agent": {
			holder: "outbound", body: `{"phone_numbers":["+14155550102"]}`, status: 200, pool: []string{first, second},
		},
		"number of inbound agent": {
			holder: "inbound", body: `{"phone_numbers":["+14155550102"]}`, status: 400, pool: []string{first},
		},
		"outbound shares it": {
			agent: "outbound", holder: "inbound",
			body: `{"phone_numbers":["+14155550102"]}`, status: 200, pool: []string{first, second},
		},
		"moves by rule": {
			rules: simulator.SynthflowRules{InboundNumberMoves: true}, holder: "inbound",
			body: `{"phone_numbers":["+14155550102"]}`, status: 200, pool: []string{first, second},
		},
		"inbound, pools for outbound": {
			rules: simulator.SynthflowRules{PoolsAreOutboundOnly: true},
			body:  `{"phone_numbers":["+14155550102"]}`, status: 400, pool: []string{first},
		},
		"outbound, pools for outbound": {
			rules: simulator.SynthflowRules{PoolsAreOutboundOnly: true}, agent: "outbound",
			body: `{"phone_numbers":["+14155550102"]}`, status: 200, pool: []string{first, second},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, tc.rules)
			c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: first})
			c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: second})
			id := c.Synthflow().AddAgent(simulator.SynthflowAgent{Type: tc.agent, Numbers: []string{first}})
			var holder string
			if tc.holder != "" {
				holder = c.Synthflow().AddAgent(simulator.SynthflowAgent{Type: tc.holder, Numbers: []string{second}})
			}
			c.call("PUT", "/assistants/"+id+"/phone_numbers", tc.body).accepted(t, tc.status)
			a, _ := c.Synthflow().Agent(id)
			equal(t, "pool", a.Numbers, tc.pool)
			if tc.rules.InboundNumberMoves {
				other, _ := c.Synthflow().Agent(holder)
				equal(t, "pool of the former agent", other.Numbers, []string{})
			}
		})
	}
}

func TestSynthflow_DetachTakesOneNumber(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.SynthflowRules
		slug   string
		status int
	}{
		"attached":                    {slug: supportSlug, status: 200},
		"not attached":                {slug: "14155550101", status: 400},
		"not attached, 404 by rule":   {simulator.SynthflowRules{NotAttachedIs404: true}, "14155550101", 404},
		"unknown number":              {slug: "1", status: 404},
		"inbound, pools for outbound": {simulator.SynthflowRules{PoolsAreOutboundOnly: true}, supportSlug, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, tc.rules)
			c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: support})
			c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: "+14155550101"})
			id := c.Synthflow().AddAgent(simulator.SynthflowAgent{Numbers: []string{support}})
			c.call("DELETE", "/assistants/"+id+"/phone_numbers/"+tc.slug, "").accepted(t, tc.status)
			a, _ := c.Synthflow().Agent(id)
			if detached := len(a.Numbers) == 0; detached != (tc.status == 200) {
				t.Errorf("the pool is %v", a.Numbers)
			}
			if len(c.Synthflow().Numbers()) != 2 {
				t.Error("a number went away with the link")
			}
		})
	}
}

func TestSynthflow_UpdateOfAnAgentIsPartial(t *testing.T) {
	const own, other, foreign = "+14155550101", "+14155550102", "+14155550103"
	for name, tc := range map[string]struct {
		rules  simulator.SynthflowRules
		body   string
		status int
		pool   []string
	}{
		"name alone": {body: `{"name":"New"}`, status: 200, pool: []string{own}},
		"number comes first": {
			body: `{"phone_number":"+14155550102"}`, status: 200, pool: []string{other, own},
		},
		"number replaces": {
			simulator.SynthflowRules{AgentNumberReplaces: true}, `{"phone_number":"+14155550102"}`, 200, []string{other},
		},
		"own number":                 {body: `{"phone_number":"+14155550101"}`, status: 200, pool: []string{own}},
		"unknown number":             {body: `{"phone_number":"+14155550199"}`, status: 400, pool: []string{own}},
		"number of an inbound agent": {body: `{"phone_number":"+14155550103"}`, status: 400, pool: []string{own}},
		"empty number":               {body: `{"phone_number":""}`, status: 400, pool: []string{own}},
		"empty number detaches": {
			simulator.SynthflowRules{EmptyAgentNumberDetaches: true}, `{"phone_number":""}`, 200, []string{},
		},
		"wrong type": {body: `{"phone_number":1}`, status: 400, pool: []string{own}},
		"not JSON":   {body: `[]`, status: 400, pool: []string{own}},
	} {
		t.Run(name, func(t *testing.T) {
			c := startSynthflow(t, tc.rules)
			for _, phoneNumber := range []string{own, other, foreign} {
				c.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: phoneNumber})
			}
			id := c.Synthflow().AddAgent(simulator.SynthflowAgent{Name: "Anna", Numbers: []string{own}})
			c.Synthflow().AddAgent(simulator.SynthflowAgent{Numbers: []string{foreign}})
			r := c.call("PUT", "/assistants/"+id, tc.body).accepted(t, tc.status)
			a, _ := c.Synthflow().Agent(id)
			equal(t, "pool", a.Numbers, tc.pool)
			if renamed := a.Name == "New"; renamed != strings.Contains(tc.body, "name") {
				t.Errorf("the name is %q", a.Name)
			}
			if tc.status == 200 {
				r.within("response").shows(t, map[string]any{"model_id": id})
			}
		})
	}
}

func TestSynthflow_RefusesByCount(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{
		RateLimit: simulator.RateLimit{Serve: 1, Refuse: 1}, RetryAfter: "3",
	})
	for i, status := range []int{200, 429, 200, 429} {
		r := c.call("GET", "/numbers"+inWorkspace, "").accepted(t, status)
		if got := r.header.Get("Retry-After"); (got == "3") != (status == 429) {
			t.Errorf("request %d: Retry-After %q", i, got)
		}
	}
	c.Synthflow().SetRules(func(rules *simulator.SynthflowRules) { rules.RetryAfter = "" })
	c.call("GET", "/numbers"+inWorkspace, "")
	r := c.call("GET", "/numbers"+inWorkspace, "").accepted(t, http.StatusTooManyRequests)
	if got := r.header.Values("Retry-After"); got != nil {
		t.Errorf("Retry-After is %q, want none", got)
	}
}

func TestSynthflow_SecondActor(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	state := c.Synthflow()
	state.AddNumber(simulator.SynthflowNumber{PhoneNumber: support, Bought: true})
	id := state.AddAgent(simulator.SynthflowAgent{Numbers: []string{support}})
	if !state.UpdateNumber(support, func(n *simulator.SynthflowNumber) { n.FriendlyName = "Mine" }) {
		t.Error("the number was not updated")
	}
	if n, _ := state.Number(support); n.FriendlyName != "Mine" {
		t.Errorf("the name is %q", n.FriendlyName)
	}
	if !state.UpdateAgent(id, func(a *simulator.SynthflowAgent) { a.Name = "Mine" }) || !state.RemoveNumber(support) {
		t.Error("the agent or the number was not found")
	}
	if a, _ := state.Agent(id); len(a.Numbers) != 0 || a.Name != "Mine" {
		t.Errorf("the agent is %+v", a)
	}
	if got := state.CancelledSubscriptions(); len(got) != 0 {
		t.Errorf("cancelled through the API: %v", got)
	}
	if !state.RemoveAgent(id) || state.RemoveAgent(id) || state.UpdateAgent(id, nil) {
		t.Error("the agent was not removed once")
	}
	if state.RemoveNumber(support) || state.UpdateNumber(support, nil) {
		t.Error("the number was not removed once")
	}
}

func TestSynthflow_SeedStateAndControl(t *testing.T) {
	c := startSynthflow(t, simulator.SynthflowRules{})
	err := c.Seed(strings.NewReader(`{"synthflow": {
		"rules": {"unknown_is_404": true},
		"workspaces": [{"id": "2x2", "api_key": "other-key"}],
		"numbers": [{"phone_number": "+14155550100", "trunk_pwd": "trunk-secret", "bought": true}],
		"agents": [{"id": "anna", "numbers": ["+14155550100"]}]
	}}`))
	if err != nil {
		t.Fatal(err)
	}
	c.call("DELETE", "/numbers/1", "").accepted(t, http.StatusNotFound)
	state := encoded(c.State()[simulator.Synthflow])
	if !strings.Contains(state, support) || !strings.Contains(state, "anna") {
		t.Errorf("the state lacks what was seeded: %s", state)
	}
	for _, secret := range []string{"trunk-secret", "other-key", simulator.DefaultSynthflowAPIKey} {
		if strings.Contains(state, secret) {
			t.Errorf("the state shows %q", secret)
		}
	}
	for _, seed := range []string{`{"synthflow":{"numbers":[{}]}}`, `{"synthflow":{"number":[]}}`} {
		if c.Seed(strings.NewReader(seed)) == nil {
			t.Errorf("the seed %s is accepted", seed)
		}
	}

	steer := bearerAPI{c.world, "/_simulator/synthflow", ""}
	path := "/numbers/" + url.PathEscape("+14155550101")
	steer.call("POST", "/numbers", `{"phone_number":"+14155550101"}`).accepted(t, http.StatusCreated)
	steer.call("PATCH", path, `{"friendly_name":"Mine"}`).accepted(t, http.StatusOK)
	if n, _ := c.Synthflow().Number("+14155550101"); n.FriendlyName != "Mine" {
		t.Errorf("the name is %q", n.FriendlyName)
	}
	steer.call("PATCH", path, `{"name":"Mine"}`).accepted(t, http.StatusBadRequest)
	steer.call("PUT", path, "").accepted(t, http.StatusNotFound)
	steer.call("DELETE", path, "").accepted(t, http.StatusNoContent)
	steer.call("DELETE", path, "").accepted(t, http.StatusNotFound)
	steer.call("POST", "/numbers", `{}`).accepted(t, http.StatusBadRequest)
	steer.call("POST", "/numbers", `{"number":1}`).accepted(t, http.StatusBadRequest)
	steer.call("POST", "/agents", `{"id":"bert"}`).accepted(t, http.StatusCreated)
	steer.call("POST", "/agents", `{"uuid":"bert"}`).accepted(t, http.StatusBadRequest)
	steer.call("PUT", "/rules", `{}`).accepted(t, http.StatusOK)
	steer.call("PUT", "/rules", `{"rule":1}`).accepted(t, http.StatusBadRequest)
	steer.call("GET", "/rules", "").accepted(t, http.StatusNotFound)
	c.call("DELETE", "/numbers/1", "").accepted(t, http.StatusBadRequest)
}
