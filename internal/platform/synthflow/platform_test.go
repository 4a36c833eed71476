package synthflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	phone     = "+14155550100"
	slug      = "14155550100"
	workspace = simulator.DefaultSynthflowWorkspaceID

	one   = "00000000-0000-4000-8000-000000000001"
	two   = "00000000-0000-4000-8000-000000000002"
	three = "00000000-0000-4000-8000-000000000003"
)

// world is a simulated Synthflow with three agents, and what it is to numbers.
type world struct {
	*simulator.Server
	*synthflow.Platform
	carrier *synthflow.Carrier
	t       *testing.T
}

// start makes the agents inbound, outbound and outbound.
func start(t *testing.T, rules simulator.SynthflowRules) *world {
	t.Helper()
	w := &world{Server: simulator.New(simulator.WithSynthflow(rules)), t: t}
	w.carrier, w.Platform = w.as(simulator.DefaultSynthflowAPIKey, workspace)
	for id, kind := range map[string]string{one: "inbound", two: "outbound", three: "outbound"} {
		w.Synthflow().AddAgent(simulator.SynthflowAgent{ID: id, Type: kind})
	}
	return w
}

// as returns the services with another API key and another default workspace.
func (w *world) as(key, workspace string) (*synthflow.Carrier, *synthflow.Platform) {
	w.t.Helper()
	server := httptest.NewServer(w.Server)
	w.t.Cleanup(server.Close)
	w.t.Cleanup(w.Close)
	endpoint, err := synthflow.Connect(platform.Arguments{"api_key": key, "base_url": server.URL + "/synthflow"})
	if err != nil {
		w.t.Fatal(err)
	}
	client := httpapi.New("Synthflow", endpoint, synthflow.Describe, httpapi.Options{
		MaxRetries: 1, Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond}, CallTimeout: time.Second,
	})
	return synthflow.New(client, workspace, time.Microsecond)
}

// hold gives the workspace a number that is on the agents.
func (w *world) hold(n simulator.SynthflowNumber, agents ...string) {
	w.t.Helper()
	n.PhoneNumber = phone
	w.Synthflow().AddNumber(n)
	w.link(agents...)
}

// link puts the number on these agents and on no other.
func (w *world) link(agents ...string) {
	for _, id := range []string{one, two, three} {
		w.Synthflow().UpdateAgent(id, func(a *simulator.SynthflowAgent) {
			a.Numbers = nil
			if slices.Contains(agents, id) {
				a.Numbers = []string{phone}
			}
		})
	}
}

// linked are the agents that have the number.
func (w *world) linked() string {
	var agents []string
	for _, id := range []string{one, two, three} {
		if a, _ := w.Synthflow().Agent(id); slices.Contains(a.Numbers, phone) {
			agents = append(agents, id)
		}
	}
	return strings.Join(agents, " ")
}

// writes are the requests so far that may have changed something.
func (w *world) writes() []string {
	lines := []string{}
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet {
			lines = append(lines, strings.TrimSuffix(r.String(), " -> 200"))
		}
	}
	return lines
}

func (w *world) wantWrites(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.writes()); diff != "" {
		w.t.Errorf("requests that change something (-want +got):\n%s", diff)
	}
}

// imported is a number as its resource wants it imported, with further fields.
func imported(more platform.Values) platform.Number {
	n := platform.Number{
		PhoneNumber: phone, Platform: "synthflow", Action: platform.Detach, Status: platform.Active,
		Block: platform.Values{
			"workspace_id": workspace, "bought_at_synthflow": false, "termination_uri": "sip.example.com", "uac_enabled": false,
			"agent_id": nil, "provider_name": nil, "sip_auth_username": nil, "trunk_username": nil, "trunk_pwd_wo_version": nil,
		},
	}
	for name, value := range more {
		n.Block[name] = value
	}
	return n
}

// bought is one that was bought in the dashboard.
func bought(more platform.Values) platform.Number {
	n := imported(more)
	n.Block["bought_at_synthflow"] = true
	delete(n.Block, "termination_uri")
	return n
}

func TestForesee(t *testing.T) {
	for name, test := range map[string]struct {
		held  bool
		n     platform.Number
		want  platform.Values
		calls bool
	}{
		"not listed": {
			n:    platform.Number{PhoneNumber: phone, Block: platform.Values{"agent_id": one}},
			want: platform.Values{"agent_id": one, "workspace_id": workspace, "bought_at_synthflow": false}, calls: true,
		},
		"listed": {
			held: true, n: platform.Number{PhoneNumber: phone},
			want: platform.Values{"workspace_id": workspace, "bought_at_synthflow": true, "slug": slug}, calls: true,
		},
		"listed, and the user says imported": {
			held: true, n: platform.Number{PhoneNumber: phone, Block: platform.Values{"bought_at_synthflow": false}},
			want: platform.Values{"workspace_id": workspace, "bought_at_synthflow": false},
		},
		"not listed, and the user says bought": {
			n:    platform.Number{PhoneNumber: phone, Block: platform.Values{"bought_at_synthflow": true}},
			want: platform.Values{"workspace_id": workspace, "bought_at_synthflow": true},
		},
		"to be found by a purchase": {
			n:    platform.Number{Block: platform.Values{"sip_auth_username": nil}},
			want: platform.Values{"workspace_id": workspace, "bought_at_synthflow": false, "sip_auth_username": nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			if test.held {
				w.hold(simulator.SynthflowNumber{})
			}
			given := len(test.n.Block)
			got, err := w.Preview(t.Context(), test.n)
			if diff := cmp.Diff(test.want, got.Block); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
			if len(test.n.Block) != given {
				t.Error("the caller's own values were changed")
			}
			if called := len(w.Requests()) > 0; called != test.calls {
				t.Errorf("requests: %v", w.Requests())
			}
			w.wantWrites()
		})
	}
}

func TestForesee_IsNoGuess(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	w.Inject(simulator.Fault{Status: http.StatusBadGateway})
	got, err := w.Preview(t.Context(), platform.Number{PhoneNumber: phone})
	if err == nil || got.Block.Has("bought_at_synthflow") {
		t.Errorf("%v, %v", got.Block, err)
	}
	_, homeless := w.as(simulator.DefaultSynthflowAPIKey, "")
	_, err = homeless.Preview(t.Context(), platform.Number{PhoneNumber: phone})
	field, ok := errors.AsType[*platform.FieldError](err)
	if !ok || field.Field != "synthflow.workspace_id" || !strings.Contains(err.Error(), "SYNTHFLOW_WORKSPACE_ID") {
		t.Errorf("without a workspace: %v", err)
	}
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		rules simulator.SynthflowRules
		want  platform.Number
		held  bool
		field string // blamed
		says  string
	}{
		"fine":                    {want: imported(platform.Values{"agent_id": one})},
		"no agent":                {want: imported(nil)},
		"bought":                  {want: bought(nil), held: true},
		"bought and gone":         {want: bought(nil)}, // the carrier's to say
		"a purchase will find it": {want: without(imported(nil))},
		"wrong agent": {
			want: imported(platform.Values{"agent_id": "x"}), field: "agent_id", says: "agent x",
		},
		"wrong agent, 404": {
			rules: simulator.SynthflowRules{UnknownIs404: true},
			want:  imported(platform.Values{"agent_id": "x"}), field: "agent_id", says: "agent x",
		},
		"no domain": {
			want: imported(platform.Values{"termination_uri": nil}), field: "termination_uri", says: `"custom"`,
		},
		"no domain, taken over": {want: imported(platform.Values{"termination_uri": nil}), held: true},
		"no domain, filled in":  {want: imported(platform.Values{"termination_uri": nil, "provider_name": "zoom"})},
		"no domain, purchase": {
			want: without(imported(platform.Values{"termination_uri": nil})), field: "termination_uri",
		},
		"UAC without credentials": {want: imported(platform.Values{"uac_enabled": true}), field: "trunk_username"},
		"UAC": {
			want: imported(platform.Values{"uac_enabled": true, "trunk_username": "u", "trunk_pwd_wo": "p"}),
		},
		"another workspace": {want: imported(platform.Values{"workspace_id": "w"}), says: "workspace_id"},
		"another workspace, 403": {
			rules: simulator.SynthflowRules{ForeignWorkspaceIs403: true},
			want:  imported(platform.Values{"workspace_id": "w"}), says: "workspace_id",
		},
		"another workspace, search": {want: without(imported(platform.Values{"workspace_id": "w"})), says: "400"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, test.rules)
			if test.held {
				w.hold(simulator.SynthflowNumber{})
			}
			err := w.Check(t.Context(), platform.Number{}, test.want)
			field, blamed := errors.AsType[*platform.FieldError](err)
			switch {
			case (err != nil) != (test.field != "" || test.says != ""):
				t.Errorf("got %v", err)
			case test.field != "" && (!blamed || field.Field != "synthflow."+test.field):
				t.Errorf("got %v, want one that blames %s", err, test.field)
			case err != nil && !strings.Contains(err.Error(), test.says):
				t.Errorf("got %v, want it to say %s", err, test.says)
			case errors.Is(err, platform.ErrNotFound):
				t.Errorf("%v passes for a number that is gone", err)
			}
			w.wantWrites()
		})
	}
}

// without is n before its number has been found.
func without(n platform.Number) platform.Number {
	n.PhoneNumber = ""
	return n
}

func TestAttach_ImportsTheNumber(t *testing.T) {
	w := start(t, simulator.SynthflowRules{SlowImport: 3})
	got, err := w.Attach(t.Context(), imported(platform.Values{
		"agent_id": one, "provider_name": "telnyx", "sip_auth_username": "caller", "sip_outbound_proxy": "proxy.example.com",
		"uac_enabled": true, "uac_register_expires": int64(600), "trunk_username": "trunk", "trunk_pwd_wo": "hunter2",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := platform.Values{
		"workspace_id": workspace, "slug": slug, "bought_at_synthflow": false, "agent_id": one, "provider_name": "telnyx",
		"termination_uri": "sip.example.com", "sip_auth_username": "caller", "sip_outbound_proxy": "proxy.example.com",
		"uac_enabled": true, "uac_register_expires": int64(600),
	}
	if diff := cmp.Diff(want, got.Block); diff != "" {
		t.Error(diff)
	}
	w.wantWrites(
		`POST /custom-numbers {"phone_number":"+14155550100","provider_name":"telnyx","sip_auth_username":"caller",`+
			`"sip_outbound_proxy":"proxy.example.com","termination_uri":"sip.example.com","trunk_pwd":"hunter2",`+
			`"trunk_username":"trunk","uac_enabled":true,"uac_register_expires":600,"workspace_id":"`+workspace+`"}`,
		`PUT /assistants/`+one+`/phone_numbers {"phone_number_slugs":["14155550100"]}`,
	)
	// Run again, it finds everything as it should be, but for a password that nobody can see.
	w.ResetRequests()
	if _, err := w.Attach(t.Context(), imported(platform.Values{
		"agent_id": one, "provider_name": "telnyx", "sip_auth_username": "caller", "uac_enabled": true,
	})); err != nil {
		t.Error(err)
	}
	w.wantWrites()
}

func TestAttach_TakesOverARecordThatIsThere(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	w.hold(simulator.SynthflowNumber{TerminationURI: "old.example.com", AuthUsername: "old", ProviderName: "vonage"}, two)
	want := imported(platform.Values{"agent_id": one, "trunk_username": "u", "trunk_pwd_wo": "p"})
	if _, err := w.Attach(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	w.wantWrites(
		`PATCH /numbers/14155550100 {"provider_name":"custom","sip_auth_username":"","sip_term_uri":"sip.example.com",`+
			`"trunk_pwd":"p","trunk_username":"u"}`,
		`PUT /assistants/`+one+`/phone_numbers {"phone_number_slugs":["14155550100"]}`,
	)
	if got := w.linked(); got != one+" "+two {
		t.Errorf("linked to %s", got)
	}
}

func TestAttach_LeavesTheProviderOfABoughtNumber(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	w.hold(simulator.SynthflowNumber{Bought: true}, two)
	got, err := w.Attach(t.Context(), bought(platform.Values{"provider_name": "telnyx", "agent_id": one}))
	if err != nil || got.Block.Has("provider_name") || got.Block["bought_at_synthflow"] != true {
		t.Errorf("%v, %v", got.Block, err)
	}
	w.wantWrites(`PUT /assistants/` + one + `/phone_numbers {"phone_number_slugs":["14155550100"]}`)
}

func TestAttach_NeverImportsABoughtNumber(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	if _, err := w.Attach(t.Context(), bought(nil)); !errors.Is(err, platform.ErrNotFound) {
		t.Error(err)
	}
	w.wantWrites()
}

func TestAttach_IsCompletedByAnotherRun(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"import, no effect":    {Method: "POST", Status: http.StatusBadGateway},
		"import, effect":       {Method: "POST", Cut: simulator.CutAfter},
		"import, undecodable":  {Method: "POST", Garble: true},
		"agent, no effect":     {Method: "PUT", Status: http.StatusBadGateway},
		"agent, effect":        {Method: "PUT", Cut: simulator.CutAfter},
		"agent, refused":       {Method: "PUT", Status: http.StatusBadRequest, Body: `{}`},
		"reading the import":   {Method: "GET", Path: "/numbers/", Skip: 1, Status: http.StatusBadGateway},
		"reading in the end":   {Method: "GET", Path: "/numbers/", Skip: 2, Status: http.StatusUnauthorized, Body: `{}`},
		"unsupported redirect": {Method: "POST", Status: http.StatusFound, Header: http.Header{"Location": {"/elsewhere"}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.Inject(fault)
			want := imported(platform.Values{"agent_id": one, "trunk_username": "u", "trunk_pwd_wo": "hunter2"})
			got, err := w.Attach(t.Context(), want)
			if err != nil && (errors.Is(err, platform.ErrNotFound) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("the error is %v", err)
			}
			if got.Block.Has("trunk_pwd_wo") {
				t.Error("the password would reach state")
			}
			w.ClearFaults()
			if _, err := w.Attach(t.Context(), want); err != nil {
				t.Errorf("again: %v", err)
			}
			n, _ := w.Synthflow().Number(phone)
			if n.TrunkPassword != "hunter2" || w.linked() != one {
				t.Errorf("left: %+v on %s", n, w.linked())
			}
		})
	}
}

func TestAttach_GivesUpWaitingForAnImport(t *testing.T) {
	w := start(t, simulator.SynthflowRules{SlowImport: 1 << 20})
	_, err := w.Attach(t.Context(), imported(nil))
	if err == nil || !strings.Contains(err.Error(), "run it again") || errors.Is(err, platform.ErrNotFound) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Attach(ctx, imported(nil)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAttach_RefusedImport(t *testing.T) {
	w := start(t, simulator.SynthflowRules{Errors: simulator.SynthflowErrorsGateway})
	w.Synthflow().AddWorkspace(simulator.SynthflowWorkspace{
		ID: workspace, APIKey: simulator.DefaultSynthflowAPIKey, ImportsRefused: []string{"telnyx"},
	})
	_, err := w.Attach(t.Context(), imported(platform.Values{"provider_name": "telnyx"}))
	field, ok := errors.AsType[*platform.FieldError](err)
	if !ok || field.Field != "synthflow.provider_name" || !strings.Contains(err.Error(), `"telnyx" is not enabled`) {
		t.Errorf("not enabled: %v", err)
	}
	_, err = w.Attach(t.Context(), imported(platform.Values{"provider_name": "8x9"}))
	if err == nil || !strings.Contains(err.Error(), "provider_name is not valid") {
		t.Errorf("refused in the service's words: %v", err)
	}
	if _, held := w.Synthflow().Number(phone); held {
		t.Error("the number was imported")
	}
}

func TestAttach_AgentThatCannotShareTheNumber(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	w.Synthflow().UpdateAgent(two, func(a *simulator.SynthflowAgent) { a.Type = simulator.SynthflowInbound })
	w.hold(simulator.SynthflowNumber{Bought: true}, two)
	_, err := w.Attach(t.Context(), bought(platform.Values{"agent_id": one}))
	field, ok := errors.AsType[*platform.FieldError](err)
	if !ok || field.Field != "synthflow.agent_id" || !strings.Contains(err.Error(), two) {
		t.Errorf("got %v, want one that names the other agent", err)
	}
	if got := w.linked(); got != two {
		t.Errorf("linked to %s: an agent that is not ours was taken off", got)
	}
}

// held is a number as a resource holds it: imported, and on agent one.
func held(w *world, more platform.Values) platform.Number {
	w.t.Helper()
	want := imported(platform.Values{"agent_id": one})
	for name, value := range more {
		want.Block[name] = value
	}
	got, err := w.Attach(w.t.Context(), want)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range want.Block {
		if _, told := got.Block[name]; !told && name != "trunk_pwd_wo" {
			got.Block[name] = value
		}
	}
	w.ResetRequests()
	return got
}

// changed is n with other values in its block.
func changed(n platform.Number, more platform.Values) platform.Number {
	block := platform.Values{}
	for name, value := range n.Block {
		block[name] = value
	}
	for name, value := range more {
		block[name] = value
	}
	n.Block = block
	return n
}

func TestUpdate(t *testing.T) {
	link := func(agent string) string {
		return "PUT /assistants/" + agent + `/phone_numbers {"phone_number_slugs":["14155550100"]}`
	}
	patch := func(body string) string { return "PATCH /numbers/" + slug + " " + body }
	unlink := func(agent string) string { return "DELETE /assistants/" + agent + "/phone_numbers/" + slug }
	for name, test := range map[string]struct {
		before platform.Values // beside agent one
		change platform.Values
		behind []string // agents that are linked behind our back by then
		writes []string
		linked string
	}{
		"nothing":                {linked: one},
		"write-only field alone": {change: platform.Values{"trunk_pwd_wo": "new"}, linked: one},
		"another agent": {
			change: platform.Values{"agent_id": two}, writes: []string{link(two), unlink(one)}, linked: two,
		},
		"another agent, others linked": {
			change: platform.Values{"agent_id": two}, behind: []string{one, three},
			writes: []string{link(two), unlink(one)}, linked: two + " " + three,
		},
		"no agent": {
			change: platform.Values{"agent_id": nil}, behind: []string{one, two}, writes: []string{unlink(one)}, linked: two,
		},
		"agent that is linked already": {
			change: platform.Values{"agent_id": two}, behind: []string{one, two}, writes: []string{unlink(one)}, linked: two,
		},
		"domain": {
			change: platform.Values{"termination_uri": "new.example.com"},
			writes: []string{patch(`{"sip_term_uri":"new.example.com"}`)}, linked: one,
		},
		"domain not configured": {change: platform.Values{"termination_uri": nil}, linked: one},
		"user name cleared": {
			before: platform.Values{"sip_auth_username": "caller"}, change: platform.Values{"sip_auth_username": nil},
			writes: []string{patch(`{"sip_auth_username":""}`)}, linked: one,
		},
		"another password": {
			before: platform.Values{"trunk_username": "u", "trunk_pwd_wo": "old", "trunk_pwd_wo_version": int64(1)},
			change: platform.Values{"trunk_pwd_wo": "new", "trunk_pwd_wo_version": int64(2)},
			writes: []string{patch(`{"trunk_pwd":"new","trunk_username":"u"}`)}, linked: one,
		},
		"no credentials any more": {
			before: platform.Values{"trunk_username": "u", "trunk_pwd_wo": "old"},
			change: platform.Values{"trunk_username": nil, "trunk_pwd_wo": nil},
			writes: []string{patch(`{"trunk_pwd":"","trunk_username":""}`)}, linked: one,
		},
		"registration": {
			before: platform.Values{"trunk_username": "u", "trunk_pwd_wo": "p"},
			change: platform.Values{"uac_enabled": true, "uac_register_expires": int64(60), "trunk_pwd_wo": "p"},
			writes: []string{patch(`{"trunk_pwd":"p","trunk_username":"u","uac_enabled":true,"uac_register_expires":60}`)},
			linked: one,
		},
		"another provider": {
			change: platform.Values{"provider_name": "telnyx"}, writes: []string{patch(`{"provider_name":"telnyx"}`)}, linked: one,
		},
		"it was bought after all": {change: platform.Values{"bought_at_synthflow": true}, linked: one},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			have := held(w, test.before)
			if test.behind != nil {
				w.link(test.behind...)
			}
			want := changed(have, test.change)
			got, err := w.Update(t.Context(), have, want)
			if err != nil {
				t.Fatal(err)
			}
			w.wantWrites(test.writes...)
			if linked := w.linked(); linked != test.linked {
				t.Errorf("linked to %s, want %s", linked, test.linked)
			}
			if got.Block.Has("trunk_pwd_wo") || got.Block["agent_id"] != want.Block["agent_id"] {
				t.Errorf("reported: %v", got.Block)
			}
			if test.writes == nil && test.behind == nil && test.change == nil && len(w.Requests()) > 0 {
				t.Errorf("an update without a change asked %v", w.Requests())
			}
		})
	}
}

func TestUpdate_PutsOurAgentBack(t *testing.T) {
	for name, inbound := range map[string]bool{"beside an outbound one": false, "in the place of an inbound one": true} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			if inbound {
				w.Synthflow().UpdateAgent(two, func(a *simulator.SynthflowAgent) { a.Type = simulator.SynthflowInbound })
			}
			want := held(w, nil)
			w.link(two)
			have, err := w.Read(t.Context(), want)
			if err != nil || have.Block["agent_id"] != two {
				t.Fatalf("%v, %v", have.Block, err)
			}
			have.Status = platform.Active
			if _, err := w.Update(t.Context(), have, want); err != nil {
				t.Fatal(err)
			}
			left := one + " " + two
			if inbound {
				left = one
			}
			if got := w.linked(); got != left {
				t.Errorf("linked to %s, want %s", got, left)
			}
		})
	}
}

func TestUpdate_WrongAgentChangesNothing(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	have := held(w, nil)
	want := changed(have, platform.Values{"agent_id": "nobody", "termination_uri": "new.example.com"})
	_, err := platformtest.Update(t.Context(), w, have, want)
	if err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Error(err)
	}
	w.wantWrites()
}

func TestUpdate_RepairImportsAgain(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	want := held(w, platform.Values{"trunk_username": "u", "trunk_pwd_wo": "p"})
	want.Block["trunk_pwd_wo"] = "p"
	w.Synthflow().RemoveNumber(phone)
	have := want
	have.Status = platform.Corrupted
	if _, err := w.Update(t.Context(), have, want); err != nil {
		t.Fatal(err)
	}
	if n, _ := w.Synthflow().Number(phone); n.TrunkPassword != "p" || w.linked() != one {
		t.Errorf("%+v on %s", n, w.linked())
	}
}

func TestUpdate_FailureIsToldAndNothingElseIsClaimed(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"refused":            {Method: "PATCH", Status: http.StatusBadRequest, Body: `{"detail":"bad"}`},
		"unauthorized":       {Method: "PATCH", Status: http.StatusUnauthorized},
		"forbidden":          {Method: "PATCH", Status: http.StatusForbidden},
		"conflict":           {Method: "PATCH", Status: http.StatusConflict, Body: `{}`},
		"server error":       {Method: "PATCH", Status: http.StatusInternalServerError},
		"accepted, not done": {Method: "PATCH", Status: http.StatusOK, Body: `{"status":"ok"}`},
		"page of a proxy":    {Method: "PATCH", Status: http.StatusNotFound, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			have := held(w, nil)
			w.Inject(fault)
			got, err := w.Update(t.Context(), have, changed(have, platform.Values{"termination_uri": "new.example.com"}))
			if err == nil || !strings.Contains(err.Error(), phone) {
				t.Errorf("the error is %v", err)
			}
			if got.Block["termination_uri"] != "sip.example.com" {
				t.Errorf("claimed: %v", got.Block)
			}
		})
	}
	for name, fault := range map[string]simulator.Fault{
		"cut after effect": {Method: "PATCH", Cut: simulator.CutAfter},
		"truncated":        {Method: "PATCH", Truncate: true},
		"undecodable":      {Method: "PATCH", Garble: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			have := held(w, nil)
			w.Inject(fault)
			got, err := w.Update(t.Context(), have, changed(have, platform.Values{"termination_uri": "new.example.com"}))
			if err != nil || got.Block["termination_uri"] != "new.example.com" {
				t.Errorf("settled as %v, %v", got.Block, err)
			}
		})
	}
	t.Run("password of unknown fate", func(t *testing.T) {
		w := start(t, simulator.SynthflowRules{})
		have := held(w, nil)
		w.Inject(simulator.Fault{Method: "PATCH", Cut: simulator.CutAfter})
		_, err := w.Update(t.Context(), have, changed(have, platform.Values{"trunk_username": "u", "trunk_pwd_wo": "hunter2"}))
		if err == nil || !strings.Contains(err.Error(), "not known") || strings.Contains(err.Error(), "hunter2") {
			t.Error(err)
		}
	})
}

func TestUpdate_AnotherWorkspace(t *testing.T) {
	// A key that reaches two workspaces: the path of the other one stands for it.
	w := start(t, simulator.SynthflowRules{})
	have := held(w, nil)
	w.Inject(simulator.Fault{Method: "GET", Path: "/numbers", Match: func(r *http.Request) bool {
		return r.URL.Query().Get("workspace") == "other" && !strings.Contains(r.URL.Path, slug)
	}, Body: `{"status":"ok","response":{"pagination":{"total_records":0},"phone_numbers":[]}}`})
	_, err := w.Update(t.Context(), have, changed(have, platform.Values{"workspace_id": "other"}))
	if err == nil { // the simulated key can't import there
		t.Error("the import was not refused")
	}
	writes := w.writes()
	if len(writes) != 2 || writes[0] != "DELETE /numbers/"+slug ||
		!strings.HasPrefix(writes[1], "POST /custom-numbers") || !strings.Contains(writes[1], `"workspace_id":"other"`) {
		t.Errorf("requests %v", writes)
	}

	w = start(t, simulator.SynthflowRules{})
	w.hold(simulator.SynthflowNumber{Bought: true})
	_, err = w.Update(t.Context(), bought(nil), bought(platform.Values{"workspace_id": "other"}))
	if err == nil || !strings.Contains(err.Error(), "can't move") {
		t.Errorf("a bought number: %v", err)
	}
	w.wantWrites()
}

func TestRead_ReportsWhatSynthflowSays(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	w.hold(simulator.SynthflowNumber{
		TerminationURI: "sip.example.com", ProviderName: "telnyx", UACEnabled: true, UACRegisterExpires: 900,
	}, one)
	want := platform.Values{
		"workspace_id": workspace, "slug": slug, "bought_at_synthflow": false, "agent_id": nil, "provider_name": "telnyx",
		"termination_uri": "sip.example.com", "sip_auth_username": nil, "sip_outbound_proxy": nil, "uac_enabled": true,
		"uac_register_expires": int64(900),
	}
	got, err := w.Read(t.Context(), imported(platform.Values{"provider_name": "vonage"}))
	if diff := cmp.Diff(want, got.Block); err != nil || diff != "" || got.Status != platform.Active {
		t.Errorf("%v, %v\n%s", got.Status, err, diff)
	}
}

func TestRead_Agent(t *testing.T) {
	for name, test := range map[string]struct {
		ours   string
		linked []string
		want   any
	}{
		"ours":                      {ours: one, linked: []string{one}, want: one},
		"ours among others":         {ours: two, linked: []string{one, two}, want: two},
		"another in its place":      {ours: one, linked: []string{two}, want: two},
		"others in its place":       {ours: one, linked: []string{two, three}},
		"none":                      {ours: one},
		"others, and none is ours":  {linked: []string{one}},
		"none, and none to be ours": {},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.hold(simulator.SynthflowNumber{TerminationURI: "sip.example.com"}, test.linked...)
			have := imported(platform.Values{"agent_id": test.ours})
			have.Private.Platform = platform.Values{"agent_id": test.ours}
			got, err := w.Read(t.Context(), have)
			if err != nil || got.Block["agent_id"] != test.want {
				t.Errorf("%v, %v, want %v", got.Block["agent_id"], err, test.want)
			}
		})
	}
}

func TestRead_AfterAnImportIntoTerraform(t *testing.T) {
	for name, test := range map[string]struct {
		linked []string
		want   any
	}{
		"one agent":  {linked: []string{two}, want: two},
		"two agents": {linked: []string{one, two}},
		"no agent":   {},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.hold(simulator.SynthflowNumber{ProviderName: "telnyx"}, test.linked...)
			n, err := synthflow.Kind.Import(workspace + "/" + slug)
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Read(t.Context(), n)
			if err != nil || got.Block["bought_at_synthflow"] != true || got.Block["agent_id"] != test.want ||
				got.Block["provider_name"] != "telnyx" {
				t.Errorf("%v, %v", got.Block, err)
			}
			// And from then on it is ours.
			if again, err := w.Read(t.Context(), got); err != nil || again.Block["agent_id"] != test.want {
				t.Errorf("again: %v, %v", again.Block, err)
			}
		})
	}
}

// Who carries the number is not for Synthflow to say.
func TestRead_ProviderNeverChangesTheCarrier(t *testing.T) {
	for name, test := range map[string]struct {
		have, there string
		told        bool
	}{
		"as it was":           {"twilio", "twilio", true},
		"not Twilio any more": {"twilio", "custom", false},
		"Twilio all at once":  {"telnyx", "twilio", false},
		"another carrier":     {"telnyx", "vonage", true},
		"older API":           {"telnyx", "custom", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.hold(simulator.SynthflowNumber{ProviderName: test.there})
			got, err := w.Read(t.Context(), imported(platform.Values{"provider_name": test.have}))
			provider, told := got.Block["provider_name"]
			if err != nil || told != test.told || told && provider != test.there {
				t.Errorf("%v, %t, %v", provider, told, err)
			}
		})
	}
}

func TestRead_AbsenceIsConfirmedByTheList(t *testing.T) {
	for name, rules := range map[string]simulator.SynthflowRules{
		"400":               {},
		"404":               {UnknownIs404: true},
		"400 with a detail": {Errors: simulator.SynthflowErrorsDetail},
		"404 of a gateway":  {UnknownIs404: true, Errors: simulator.SynthflowErrorsGateway},
		"pages of one":      {MaxLimit: 1},
		"pages of seven":    {MaxLimit: 7},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			for i := range 30 {
				w.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: fmt.Sprintf("+141555501%02d", i+1)})
			}
			if _, err := w.Read(t.Context(), imported(nil)); !errors.Is(err, platform.ErrNotFound) {
				t.Errorf("a number that is gone: %v", err)
			}
			// One that the list has is not gone, wherever it stands there.
			w.hold(simulator.SynthflowNumber{})
			w.Inject(simulator.Fault{Path: "/numbers/" + slug, Status: http.StatusBadRequest, Body: `{}`})
			if _, err := w.Read(t.Context(), imported(nil)); err == nil || errors.Is(err, platform.ErrNotFound) {
				t.Errorf("a number that is listed: %v", err)
			}
		})
	}
}

func TestRead_NumberBeforeItIsDeletedWhileTheListIsRead(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	for i := range 150 {
		w.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", i)})
	}
	w.Inject(simulator.Fault{Path: "/numbers/14155550100", Status: http.StatusBadRequest, Body: `{}`})
	w.BeforeNth(2, "GET", "*/numbers", func() { w.Synthflow().RemoveNumber("+14155550005") })
	if _, err := w.Read(t.Context(), imported(nil)); err == nil || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("the list has it at its 101st place, and: %v", err)
	}
}

func TestRead_AnswersThatSayNothing(t *testing.T) {
	good := func(change func(map[string]any)) string {
		n := map[string]any{"slug": slug, "phone_number": phone, "workspace_id": workspace, "assistants": []string{}}
		change(n)
		text, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, body := range map[string]string{
		"empty object":        `{}`,
		"nothing":             ``,
		"null":                `null`,
		"another number":      good(func(n map[string]any) { n["phone_number"] = "+14155550199" }),
		"another slug":        good(func(n map[string]any) { n["slug"] = "x" }),
		"another workspace":   good(func(n map[string]any) { n["workspace_id"] = "x" }),
		"no agents":           good(func(n map[string]any) { delete(n, "assistants") }),
		"agents are null":     good(func(n map[string]any) { n["assistants"] = nil }),
		"another type":        good(func(n map[string]any) { n["uac_enabled"] = "yes" }),
		"a list":              `[]`,
		"in another envelope": `{"response":` + good(func(map[string]any) {}) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.hold(simulator.SynthflowNumber{})
			w.Inject(simulator.Fault{Path: "/numbers/" + slug, Status: http.StatusOK, Body: body})
			if _, err := w.Read(t.Context(), imported(nil)); err == nil || errors.Is(err, platform.ErrNotFound) {
				t.Errorf("read as %v", err)
			}
		})
	}
	t.Run("new fields", func(t *testing.T) {
		w := start(t, simulator.SynthflowRules{})
		w.Inject(simulator.Fault{Path: "/numbers/" + slug, Body: good(func(n map[string]any) {
			n["status"] = "shiny"
			delete(n, "workspace_id")
		})})
		if _, err := w.Read(t.Context(), imported(nil)); err != nil {
			t.Error(err)
		}
	})
}

func TestRead_ListsThatSayNothing(t *testing.T) {
	for name, body := range map[string]string{
		"empty object":  `{}`,
		"no numbers":    `{"status":"ok","response":{"pagination":{"total_records":0}}}`,
		"null":          `{"response":{"pagination":{"total_records":0},"phone_numbers":null}}`,
		"no pagination": `{"response":{"phone_numbers":[]}}`,
		"cut off":       `{"response":{"pagination":{"total_records":3},"phone_numbers":[]}}`,
		"without end":   `{"response":{"pagination":{"total_records":3000000},"phone_numbers":[{"number":"+14155550199"}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.Inject(simulator.Fault{Path: "*/numbers", Body: body})
			if _, err := w.Read(t.Context(), imported(nil)); err == nil || errors.Is(err, platform.ErrNotFound) {
				t.Errorf("read as %v", err)
			}
		})
	}
}

func TestRead_FaultsAreNeverAbsence(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"401":             {Status: http.StatusUnauthorized, Body: `{}`},
		"403":             {Status: http.StatusForbidden, Body: `{}`},
		"404 of a proxy":  {Status: http.StatusNotFound, Body: "<html>"},
		"404 of a path":   {Status: http.StatusNotFound, Body: `{"detail":"Not Found"}`},
		"409":             {Status: http.StatusConflict, Body: `{}`},
		"500":             {Status: http.StatusInternalServerError, Body: `{}`},
		"502 with a page": {Status: http.StatusBadGateway, Body: "<html>"},
		"truncated":       {Truncate: true},
		"cut":             {Cut: simulator.CutAfter},
		"undecodable":     {Garble: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.hold(simulator.SynthflowNumber{})
			w.Inject(fault)
			if _, err := w.Read(t.Context(), imported(nil)); err == nil || errors.Is(err, platform.ErrNotFound) {
				t.Errorf("read as %v", err)
			}
			if _, err := w.carrier.Find(t.Context(), bought(nil)); err == nil || errors.Is(err, platform.ErrNotFound) {
				t.Errorf("found as %v", err)
			}
		})
	}
	w := start(t, simulator.SynthflowRules{})
	_, stranger := w.as("wrong", workspace)
	_, err := stranger.Read(t.Context(), imported(nil))
	if err == nil || !strings.Contains(err.Error(), "check api_key and region") {
		t.Errorf("wrong key: %v", err)
	}
	if _, err := w.Read(t.Context(), platform.Number{PhoneNumber: "../assistants"}); err == nil || len(w.Requests()) > 1 {
		t.Errorf("a path for a number: %v", err)
	}
}
