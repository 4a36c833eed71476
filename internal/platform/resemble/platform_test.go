package resemble_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	phone   = "+14155550100"
	other   = "+14155550101"
	main    = simulator.DefaultAccountSID
	support = "00000000-0000-4000-8000-0000000000aa" // agent 1
	sales   = "00000000-0000-4000-8000-0000000000bb" // agent 2
	rival   = "00000000-0000-4000-8000-0000000000ff" // agent 3, of another team
)

// world is a simulated Resemble, the numbers at Twilio that it works on, and
// the platform that works on both. The first registration has the ID 4.
type world struct {
	*simulator.Server
	*resemble.Platform
	t *testing.T
}

func start(t *testing.T, rules simulator.ResembleRules) *world {
	t.Helper()
	w := &world{Server: simulator.New(simulator.WithResemble(rules)), t: t}
	w.Platform = w.with(platform.Arguments{"account_sid": main, "auth_token": simulator.DefaultAuthToken})
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone})
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: other})
	w.Resemble().AddAgent(simulator.ResembleAgent{UUID: support, Name: "Support", VoiceUUID: "v"})
	w.Resemble().AddAgent(simulator.ResembleAgent{UUID: sales, Name: "Sales", VoiceUUID: "v"})
	w.Resemble().AddAgent(simulator.ResembleAgent{UUID: rival, Name: "Rival", VoiceUUID: "v", Foreign: true})
	return w
}

// with returns the platform with these arguments of the twilio block.
func (w *world) with(twilio platform.Arguments) *resemble.Platform {
	w.t.Helper()
	server := httptest.NewServer(w.Server)
	w.t.Cleanup(server.Close)
	w.t.Cleanup(w.Close)
	endpoint, err := resemble.Connect(platform.Arguments{
		"api_key": simulator.DefaultResembleToken, "base_url": server.URL + "/resemble",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	client := httpapi.New("Resemble AI", endpoint, resemble.Describe, httpapi.Options{
		MaxRetries: 1, Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond},
		CallTimeout: 5 * time.Second,
	})
	return resemble.New(client, twilio, time.Nanosecond)
}

// wanted is the number as it is to be, answered by the agent.
func wanted(agent string) platform.Number {
	n := platform.Number{
		PhoneNumber: phone, AccountSID: main, Carrier: "twilio", Platform: "resemble",
		Block: platform.Values{
			"label": "Support", "agent_uuid": agent, "supports_inbound": true, "supports_outbound": false,
			"inbound_trunk": nil, "outbound_trunk": nil, "twilio_auth_token_wo": nil, "twilio_auth_token_wo_version": nil,
		},
	}
	if agent == "" {
		n.Block["agent_uuid"] = nil
	}
	return n
}

// live is n with what Twilio now says of it, as an attach is given it.
func (w *world) live(n platform.Number) platform.Number {
	w.t.Helper()
	at, _ := w.Twilio().Number(n.PhoneNumber)
	n.Settings = platform.Values{"trunk_sid": nil}
	if at.TrunkSID != "" {
		n.Settings["trunk_sid"] = at.TrunkSID
	}
	return n
}

// attached is the number as state has it after an attach with the agent.
func (w *world) attached(agent string) platform.Number {
	w.t.Helper()
	n, err := w.Attach(w.t.Context(), w.live(wanted(agent)))
	if err != nil {
		w.t.Fatal(err)
	}
	n.Status = platform.Active
	w.ResetRequests()
	return w.live(n)
}

// changed is what is wanted of an attached number after a change of its block.
func (w *world) changed(have platform.Number, name string, value any) platform.Number {
	w.t.Helper()
	want := w.live(wanted(have.Block.String("agent_uuid")))
	want.Private = have.Private
	want.Block[name] = value
	return want
}

// corrupted is the number after a destroy whose cleanup failed.
func (w *world) corrupted(cleanups int) platform.Number {
	w.t.Helper()
	n := w.attached(support)
	w.Resemble().FailNextCleanups(cleanups)
	if _, err := w.do(w.t.Context(), n, "delete"); err == nil {
		w.t.Fatal("the cleanup did not fail")
	}
	n, err := w.Read(w.t.Context(), n)
	if err != nil || n.Status != platform.Corrupted {
		w.t.Fatalf("%v, %v", n.Status, err)
	}
	w.ResetRequests()
	return w.live(n)
}

// do runs one step.
func (w *world) do(ctx context.Context, n platform.Number, op string) ([]string, error) {
	return w.Do(ctx, n, platform.Step{Service: "resemble", Op: op})
}

// untilWritten is a context whose time is over once something was written.
func (w *world) untilWritten() context.Context {
	return expiring{w.t.Context(), func() bool {
		return slices.ContainsFunc(w.Requests(), func(r simulator.Request) bool { return r.Method != http.MethodGet })
	}}
}

type expiring struct {
	context.Context
	over func() bool
}

func (e expiring) Err() error {
	if e.over() {
		return context.DeadlineExceeded
	}
	return e.Context.Err()
}

// sent are the requests so far.
func (w *world) sent() []string {
	lines := []string{}
	for _, r := range w.Requests() {
		lines = append(lines, strings.ReplaceAll(r.String(), simulator.DefaultAuthToken, "TOKEN"))
	}
	return lines
}

func (w *world) wantSent(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.sent()); diff != "" {
		w.t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// wantWritten is wantSent for what may change something.
func (w *world) wantWritten(want ...string) {
	w.t.Helper()
	got := slices.DeleteFunc(w.sent(), func(line string) bool { return strings.HasPrefix(line, "GET") })
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		w.t.Errorf("writes (-want +got):\n%s", diff)
	}
}

// wantLinked checks which agent answers the number, and that Twilio routes it
// there.
func (w *world) wantLinked(agent string) {
	w.t.Helper()
	n, held := w.Resemble().Number(phone)
	at, _ := w.Twilio().Number(phone)
	if !held || n.Status != "active" || n.AgentUUID != agent || at.TrunkSID != n.Setup.TrunkSID {
		w.t.Errorf("at Resemble: %+v; on trunk %s", n, at.TrunkSID)
	}
	if built := len(w.Twilio().Trunks()); built != 1 {
		w.t.Errorf("%d trunks at Twilio", built)
	}
}

// wantGone checks that nothing of a registration is left.
func (w *world) wantGone() {
	w.t.Helper()
	at := w.Twilio()
	if left := w.Resemble().Numbers(); len(left) > 0 {
		w.t.Errorf("left at Resemble: %+v", left)
	}
	if trunks, lists, policies := at.Trunks(), at.CredentialLists(), at.ConnectionPolicies(); len(trunks)+len(lists)+
		len(policies) > 0 {
		w.t.Errorf("left at Twilio: %+v, %+v, %+v", trunks, lists, policies)
	}
}

// blames says whether err blames the field.
func blames(err error, field string) bool {
	blamed, ok := errors.AsType[*platform.FieldError](err)
	return ok && blamed.Field == field
}

const (
	post = "POST /phone_numbers "
	body = `{"phone_number":"+14155550100","label":"Support","supports_inbound":true,"supports_outbound":false,` +
		`"provider":"twilio","twilio_account_sid":"` + main + `","twilio_auth_token":"TOKEN"}`
	patch   = "PATCH /agents/"
	agents  = "GET /agents/"
	list    = "GET /phone_numbers -> 200"
	link4   = ` {"phone_number_id":4} -> 200`
	link5   = ` {"phone_number_id":5} -> 200`
	unlinks = ` {"phone_number_id":null} -> 200`
)

func TestAttachRegistersAndLinks(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	want := w.live(wanted(support))
	want.Action = platform.Release
	n, err := w.Attach(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	w.wantSent(list, post+body+" -> 200", agents+support+" -> 200", patch+support+link4, "GET /phone_numbers/4 -> 200")
	held, _ := w.Resemble().Number(phone)
	if diff := cmp.Diff(platform.Values{
		"label": "Support", "agent_uuid": support, "supports_inbound": true, "supports_outbound": false,
		"id": int64(4), "inbound_trunk_sid": held.Setup.TrunkSID, "outbound_trunk_sid": nil,
		"livekit_trunk_id": held.Setup.LiveKitTrunkID, "livekit_dispatch_rule_id": held.Setup.LiveKitDispatchRuleID,
	}, n.Block); diff != "" {
		t.Errorf("block (-want +got):\n%s", diff)
	}
	if n.Status != "" || n.Action != platform.Release || n.Private.Platform.String("twilio_account_sid") != main {
		t.Errorf("%+v", n)
	}
	w.wantLinked(support)

	// Again, it takes over what is there.
	w.ResetRequests()
	if _, err := w.Attach(t.Context(), w.live(wanted(support))); err != nil {
		t.Error(err)
	}
	w.wantSent(list)
}

func TestAttachWithoutAnAgent(t *testing.T) {
	w := start(t, simulator.ResembleRules{CreationsAre201: true, CreationLinks: true})
	n, err := w.Attach(t.Context(), w.live(wanted("")))
	if err != nil || n.Block["agent_uuid"] != nil {
		t.Errorf("%v, %v", n.Block, err)
	}
	w.wantWritten(post + body + " -> 201")
}

func TestAttachSendsTheTrunks(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	want := w.live(wanted(""))
	want.Block["twilio_auth_token_wo"] = simulator.DefaultAuthToken
	want.Block["inbound_trunk"] = platform.Values{
		"allowed_addresses": []string{"192.0.2.1"}, "allowed_numbers": []string{other}, "media_encryption": "required",
		"has_auth_credentials": true, "username": "in",
	}
	want.Block["outbound_trunk"] = platform.Values{
		"address": "sip.example.com", "transport": "tls", "media_encryption": nil, "has_auth_credentials": nil,
		"username": nil, "headers": map[string]string{"X-Team": "support"},
	}
	p := w.with(platform.Arguments{"account_sid": main})
	for range 2 { // what a trunk was given can't be read, so the second attach can't take the record over
		n, err := p.Attach(t.Context(), w.live(want))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"inbound_trunk", "outbound_trunk", "twilio_auth_token_wo"} {
			if value, told := n.Block[name]; told {
				t.Errorf("reports %s = %v", name, value)
			}
		}
	}
	held, _ := w.Resemble().Number(phone)
	if diff := cmp.Diff(&simulator.ResembleInboundTrunk{
		AllowedAddresses: []string{"192.0.2.1"}, AllowedNumbers: []string{other}, MediaEncryption: "required",
		HasAuthCredentials: true, Username: "in",
	}, held.InboundTrunk); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&simulator.ResembleOutboundTrunk{
		Address: "sip.example.com", Transport: "tls", Headers: map[string]string{"X-Team": "support"},
	}, held.OutboundTrunk); diff != "" {
		t.Error(diff)
	}
	if held.ID != 5 || len(w.Twilio().Trunks()) != 1 {
		t.Errorf("record %d, trunks %v", held.ID, w.Twilio().Trunks())
	}
}

func TestAttachMeetsARecord(t *testing.T) {
	for name, tc := range map[string]struct {
		found  simulator.ResembleNumber
		rules  simulator.ResembleRules
		before func(*world)
		writes []string
		words  string // of an error that leaves the record as it is
	}{
		"as wanted": {
			found:  simulator.ResembleNumber{Label: "Support", SupportsInbound: true},
			writes: []string{patch + support + link4},
		},
		"as wanted and linked": {
			found: simulator.ResembleNumber{Label: "Support", SupportsInbound: true, AgentUUID: support},
		},
		"of another label": {
			found: simulator.ResembleNumber{Label: "Sales", SupportsInbound: true, AgentUUID: support},
			writes: []string{
				"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5,
			},
		},
		"other directions": {
			found: simulator.ResembleNumber{Label: "Support", SupportsInbound: true, SupportsOutbound: true},
			writes: []string{
				"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5,
			},
		},
		"corrupted": {
			found: simulator.ResembleNumber{Label: "Support", SupportsInbound: true, Status: "corrupted"},
			writes: []string{
				"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5,
			},
		},
		"still being deleted": {
			found:  simulator.ResembleNumber{Label: "Support", SupportsInbound: true, Status: "deleting"},
			writes: []string{post + body + " -> 200", patch + support + link5},
		},
		"routed elsewhere since": {
			found: simulator.ResembleNumber{Label: "Support", SupportsInbound: true},
			before: func(w *world) {
				w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.TrunkSID = "" })
			},
			writes: []string{
				"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5,
			},
		},
		"of another agent": {
			found: simulator.ResembleNumber{Label: "Support", SupportsInbound: true, AgentUUID: sales},
			words: `answers for agent "Sales" (` + sales + `), which is left as it is`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			tc.found.PhoneNumber = phone
			w.Resemble().AddNumber(tc.found)
			if tc.before != nil {
				tc.before(w)
			}
			_, err := w.Attach(t.Context(), w.live(wanted(support)))
			w.wantWritten(tc.writes...)
			if tc.words != "" {
				if err == nil || !strings.Contains(err.Error(), tc.words) || !blames(err, "resemble.agent_uuid") {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			w.wantLinked(support)
		})
	}
}

func TestAttachIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		rules   simulator.ResembleRules
		prepare func(*world, *platform.Number)
		field   string
		words   string
	}{
		"number of another team": {
			prepare: func(w *world, _ *platform.Number) {
				w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: phone, Foreign: true})
			},
			field: "phone_number", words: "if another team holds it",
		},
		"wrong token": {
			prepare: func(_ *world, n *platform.Number) { n.Block["twilio_auth_token_wo"] = "hunter2" },
			words:   "is the auth token of the account that owns the number",
		},
		"wrong token, blamed": {
			rules:   simulator.ResembleRules{CredentialsBlamed: true, FailuresAre200: true},
			prepare: func(_ *world, n *platform.Number) { n.Block["twilio_auth_token_wo"] = "hunter2" },
			words:   "(code twilio_credentials)",
		},
		"not at Twilio": {
			prepare: func(w *world, _ *platform.Number) { w.Twilio().RemoveNumber(phone) },
			words:   "(code twilio_trunk)",
		},
		"empty label": {
			prepare: func(_ *world, n *platform.Number) { n.Block["label"] = "" },
			field:   "resemble.label", words: "can't be blank",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			want := w.live(wanted(support))
			tc.prepare(w, &want)
			built := len(w.Twilio().Trunks())
			n, err := w.Attach(t.Context(), want)
			if err == nil || !strings.Contains(err.Error(), tc.words) || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("%v", err)
			}
			if tc.field != "" && !blames(err, tc.field) {
				t.Errorf("does not blame %s: %v", tc.field, err)
			}
			if n.Block.Has("id") || n.Block.Has("twilio_auth_token_wo") {
				t.Errorf("%+v", n.Block)
			}
			if left := w.Twilio().Trunks(); len(left) != built {
				t.Errorf("left at Twilio: %+v", left)
			}
		})
	}
}

func TestAttachOfAnUnownedNumber(t *testing.T) {
	w := start(t, simulator.ResembleRules{UnownedAccepted: true})
	w.Twilio().RemoveNumber(phone)
	if _, err := w.Attach(t.Context(), w.live(wanted(""))); err != nil {
		t.Error(err)
	}
}

// unclear are the ways in which the answer to a write gets lost.
var unclear = map[string]simulator.Fault{
	"cut":             {Cut: simulator.CutAfter},
	"truncated":       {Truncate: true},
	"page of HTML":    {Garble: true},
	"502":             {Status: http.StatusBadGateway, Body: "<html>", AfterEffect: true},
	"500 of its own":  {Status: 500, Body: `{"success": false, "message": "Oops"}`, AfterEffect: true},
	"empty object":    {Status: http.StatusOK, Body: `{}`, AfterEffect: true},
	"without an item": {Status: http.StatusOK, Body: `{"success": true}`, AfterEffect: true},
	"409 of a proxy":  {Status: http.StatusConflict, AfterEffect: true},
}

func TestUnclearWritesAreSettledByReading(t *testing.T) {
	for name, fault := range unclear {
		t.Run("create: "+name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			fault.Method = http.MethodPost
			w.Inject(fault)
			if n, err := w.Attach(t.Context(), w.live(wanted(support))); err != nil || n.Block["id"] != int64(4) {
				t.Fatalf("%v, %v", n.Block, err)
			}
			w.wantLinked(support)
		})
		t.Run("link: "+name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			fault.Method = http.MethodPatch
			w.Inject(fault)
			if n, err := w.Attach(t.Context(), w.live(wanted(support))); err != nil || n.Block["agent_uuid"] != support {
				t.Fatalf("%v, %v", n.Block, err)
			}
			w.wantLinked(support)
		})
		t.Run("delete: "+name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			n := w.attached(support)
			fault.Method, fault.Times = http.MethodDelete, 1
			w.Inject(fault)
			if _, err := w.do(t.Context(), n, "delete"); err != nil {
				t.Fatal(err)
			}
			w.wantGone()
		})
	}
}

func TestUnclearWritesWithoutEffect(t *testing.T) {
	for _, fault := range []simulator.Fault{
		{Cut: simulator.CutBefore}, {Status: http.StatusBadGateway}, {Status: http.StatusOK, Body: `{"success": true}`},
	} {
		w := start(t, simulator.ResembleRules{})
		fault.Method = http.MethodPost
		w.Inject(fault)
		n, err := w.Attach(t.Context(), w.live(wanted(support)))
		if err == nil || !strings.Contains(err.Error(), "Resemble AI does not have it") && fault.Body == "" || n.Block.Has("id") {
			t.Errorf("create: %v, %v", n.Block, err)
		}
		w.ClearFaults()
		have := w.attached("")
		fault.Method = http.MethodPatch
		w.Inject(fault)
		n, err = w.Update(t.Context(), have, w.changed(have, "agent_uuid", support))
		if err == nil || n.Block["agent_uuid"] != nil || n.Status != platform.Active {
			t.Errorf("link: %v, %v", n.Block, err)
		}
		w.ClearFaults()
		fault.Method = http.MethodDelete
		w.Inject(fault)
		if _, err = w.do(t.Context(), have, "delete"); err == nil || errors.Is(err, platform.ErrUntouched) {
			t.Errorf("delete: %v", err)
		}
		if _, held := w.Resemble().Number(phone); !held {
			t.Error("the fault let the deletion through")
		}
	}
}

func TestUnclearWritesThatNothingSettles(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	down := func() { w.Inject(simulator.Fault{Method: http.MethodGet, Status: http.StatusUnauthorized}) }
	w.Inject(simulator.Fault{Method: http.MethodPost, Cut: simulator.CutAfter})
	w.Before(http.MethodPost, "/phone_numbers", down)
	n, err := w.Attach(t.Context(), w.live(wanted(support)))
	if err == nil || !strings.Contains(err.Error(), "whether it took effect is not known") || n.Block.Has("id") {
		t.Errorf("create: %v, %v", n.Block, err)
	}
	w.ClearFaults()

	have := w.attached(support)
	w.Inject(simulator.Fault{Method: http.MethodDelete, Cut: simulator.CutAfter})
	w.Before(http.MethodDelete, "/phone_numbers", down)
	_, err = w.do(t.Context(), have, "delete")
	var refused interface{ Refused() bool }
	if err == nil || errors.Is(err, platform.ErrUntouched) || errors.As(err, &refused) && refused.Refused() ||
		!strings.Contains(err.Error(), "whether it is gone is not known") {
		t.Errorf("delete: %v", err)
	}
}

func TestCheck(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	withKey := w.with(platform.Arguments{"account_sid": main, "api_key": "SK1"})
	const needsToken = "twilio_auth_token_wo in the resemble block, or auth_token in the provider's twilio block"
	for name, tc := range map[string]struct {
		platform *resemble.Platform
		change   func(*platform.Number)
		field    string // of an error
		words    string
	}{
		"all is well":          {w.Platform, func(*platform.Number) {}, "", ""},
		"no agent":             {w.Platform, func(n *platform.Number) { n.Block["agent_uuid"] = nil }, "", ""},
		"agent not known yet":  {w.Platform, func(n *platform.Number) { delete(n.Block, "agent_uuid") }, "", ""},
		"number not found yet": {w.Platform, func(n *platform.Number) { n.PhoneNumber, n.AccountSID = "", "" }, "", ""},
		"agent of another team": {
			w.Platform, func(n *platform.Number) { n.Block["agent_uuid"] = rival }, "resemble.agent_uuid", rival,
		},
		"no token": {withKey, func(*platform.Number) {}, "resemble.twilio_auth_token_wo", needsToken},
		"token of its own": {
			withKey, func(n *platform.Number) { n.Block["twilio_auth_token_wo"] = "t" }, "", "",
		},
		"token of another account": {
			w.Platform, func(n *platform.Number) { n.AccountSID = "AC2" }, "resemble.twilio_auth_token_wo", "account AC2",
		},
		"token of its own in another account": {
			w.Platform, func(n *platform.Number) { n.AccountSID, n.Block["twilio_auth_token_wo"] = "AC2", "t" }, "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := wanted(support)
			tc.change(&want)
			err := tc.platform.Check(t.Context(), platform.Number{}, want)
			if (err == nil) != (tc.field == "") ||
				err != nil && (!blames(err, tc.field) || !strings.Contains(err.Error(), tc.words)) {
				t.Errorf("%v", err)
			}
			if errors.Is(err, platform.ErrNotFound) {
				t.Error("takes the agent for the number")
			}
		})
	}
	w.wantWritten()
	for _, agent := range []string{support, ""} {
		w.Resemble().SetToken("another")
		if err := w.Check(t.Context(), platform.Number{}, wanted(agent)); err == nil || blames(err, "resemble.agent_uuid") {
			t.Errorf("%q: %v", agent, err)
		}
	}
}

func TestCheckOfAMissingAgentWhateverItsStatus(t *testing.T) {
	for _, status := range []int{404, 422, 200} {
		w := start(t, simulator.ResembleRules{MissingStatus: status})
		if err := w.Check(t.Context(), platform.Number{}, wanted(rival)); !blames(err, "resemble.agent_uuid") {
			t.Errorf("%d: %v", status, err)
		}
	}
	w := start(t, simulator.ResembleRules{})
	w.Inject(simulator.Fault{Body: `{"success": true, "item": {"agent": {"uuid": "` + sales + `"}}}`})
	if err := w.Check(t.Context(), platform.Number{}, wanted(support)); err == nil {
		t.Error("took one agent for another")
	}
}

func TestLinkKeepsOtherNumbersOfTheAgent(t *testing.T) {
	for name, several := range map[string]bool{"where an agent has one number": false, "where it has several": true} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{AgentsHoldSeveral: several})
			w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: other, AgentUUID: support})
			n, err := w.Attach(t.Context(), w.live(wanted(support)))
			if several != (err == nil) {
				t.Fatal(err)
			}
			if held, _ := w.Resemble().Number(other); held.AgentUUID != support {
				t.Errorf("the other number was cut off: %+v", held)
			}
			if several {
				return
			}
			if !blames(err, "resemble.agent_uuid") || !strings.Contains(err.Error(), "answers "+other+" already") ||
				n.Block["agent_uuid"] != nil || !n.Block.Has("id") {
				t.Errorf("%v, %v", n.Block, err)
			}
			if held, _ := w.Resemble().Number(phone); held.AgentUUID != "" {
				t.Errorf("%+v", held)
			}
		})
	}
}

// Several numbers of one run that ask for the same agent take it from each other,
// and give it back: who has it in the end is the one that says so.
func TestOneOfManyNumbersGetsTheAgentAndSaysSo(t *testing.T) {
	for name, rules := range map[string]simulator.ResembleRules{"one each": {}, "several": {AgentsHoldSeveral: true}} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			const many = 5
			var got [many]platform.Number
			var errs [many]error
			var all sync.WaitGroup
			for i := range many {
				want := wanted(support)
				want.PhoneNumber = fmt.Sprintf("+1415555010%d", i)
				if i > 0 { // the first is there from the start
					w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: want.PhoneNumber})
				}
				all.Go(func() { got[i], errs[i] = w.Attach(t.Context(), w.live(want)) })
			}
			all.Wait()
			winners := 0
			for i, n := range got {
				at, _ := w.Resemble().Number(n.PhoneNumber)
				if (errs[i] == nil) != (at.AgentUUID == support) || n.Block.String("agent_uuid") != at.AgentUUID {
					t.Errorf("%s: it is on agent %q, and says %v, %v", n.PhoneNumber, at.AgentUUID, n.Block, errs[i])
				}
				if errs[i] == nil {
					winners++
				} else if !blames(errs[i], "resemble.agent_uuid") {
					t.Error(errs[i])
				}
			}
			if want := map[bool]int{false: 1, true: many}[rules.AgentsHoldSeveral]; winners != want {
				t.Errorf("%d of %d have the agent, want %d", winners, many, want)
			}
		})
	}
}

func TestWaitForAnAgentEndsWithItsContext(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	first, second := w.live(wanted(support)), w.live(wanted(support))
	second.PhoneNumber = other
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: other})
	w.Before(http.MethodPatch, support, func() { // the first has the agent
		waiting, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		if _, err := w.Attach(waiting, second); err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
			t.Errorf("error %v", err)
		}
	})
	if _, err := w.Attach(t.Context(), first); err != nil {
		t.Error(err)
	}
}

func TestLinkThatCutsOffAnotherNumberForGoodSaysSo(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: other, AgentUUID: support})
	have := w.attached("")
	w.Inject(simulator.Fault{Method: http.MethodPatch, Skip: 1, Status: http.StatusServiceUnavailable})
	n, err := w.Update(t.Context(), have, w.changed(have, "agent_uuid", support))
	if err == nil || !strings.Contains(err.Error(), "putting that back failed") || n.Block["agent_uuid"] != support {
		t.Errorf("%v, %v", n.Block, err)
	}
	// What becomes of the others is not known where the agent can't be read.
	w = start(t, simulator.ResembleRules{})
	w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: other, AgentUUID: support})
	have = w.attached("")
	w.Inject(simulator.Fault{Method: http.MethodGet, Path: "/agents", Skip: 1, Status: http.StatusForbidden})
	if _, err = w.Update(t.Context(), have, w.changed(have, "agent_uuid", support)); err == nil ||
		!strings.Contains(err.Error(), "look after the other numbers") {
		t.Error(err)
	}
}

// fail answers requests with an error of Resemble's own.
func fail(method, path string, status int) simulator.Fault {
	return simulator.Fault{
		Method: method, Path: path, Status: status, Body: `{"success": false, "message": "no", "errors": {"base": ["no"]}}`,
	}
}

func TestReadReports(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*simulator.ResembleNumber)
		status platform.Status
		reason string
		block  platform.Values // what it must have
	}{
		"active": {
			change: func(*simulator.ResembleNumber) {}, block: platform.Values{"agent_uuid": support},
		},
		"another label": {
			change: func(n *simulator.ResembleNumber) { n.Label = "Sales" }, block: platform.Values{"label": "Sales"},
		},
		"another agent": {
			change: func(n *simulator.ResembleNumber) { n.AgentUUID = sales }, block: platform.Values{"agent_uuid": sales},
		},
		"no agent": {
			change: func(n *simulator.ResembleNumber) { n.AgentUUID = "" }, block: platform.Values{"agent_uuid": nil},
		},
		"unknown status": {
			change: func(n *simulator.ResembleNumber) { n.Status = "provisioning" },
		},
		"without a trunk": {
			change: func(n *simulator.ResembleNumber) { n.Setup.TrunkSID = "" },
			block:  platform.Values{"inbound_trunk_sid": nil},
		},
		"corrupted": {
			change: func(n *simulator.ResembleNumber) { n.Status = "corrupted" },
			status: platform.Corrupted,
			reason: "could not clean up after record 4 of +14155550100 and keeps it as corrupted; it may have left SIP trunk TK",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			have := w.attached(support)
			w.Resemble().UpdateNumber(phone, tc.change)
			have.Status = "" // as package lifecycle reads
			n, err := w.Read(t.Context(), have)
			if err != nil || n.Status != tc.status || !strings.Contains(n.StatusReason, tc.reason) ||
				(n.StatusReason == "") != (tc.status == "") {
				t.Errorf("%v, %q, %v", n.Status, n.StatusReason, err)
			}
			for field, want := range tc.block {
				if got, told := n.Block[field]; !told || got != want {
					t.Errorf("%s is %v, want %v", field, got, want)
				}
			}
			w.wantSent(list)
		})
	}
}

func TestReadOfADeletion(t *testing.T) {
	w := start(t, simulator.ResembleRules{SlowDeletion: 99})
	have := w.attached(support)
	_, err := w.do(w.untilWritten(), have, "delete")
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, platform.ErrUntouched) ||
		!strings.Contains(err.Error(), "delete record 4 of +14155550100 at Resemble AI: it is not over yet") {
		t.Errorf("%v", err)
	}
	n, err := w.Read(t.Context(), have)
	if err != nil || n.Status != platform.Deleting || !strings.Contains(n.StatusReason, "is deleting record 4") {
		t.Errorf("%v, %q, %v", n.Status, n.StatusReason, err)
	}
}

func TestReadFindsARecord(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	have := w.attached(support)
	byNumber, byID, anew := have, have, have
	byNumber.Block = platform.Values{}
	byID.PhoneNumber, byID.Block = "", platform.Values{"id": int64(4)}
	anew.Block = platform.Values{"id": int64(3)}
	for name, known := range map[string]platform.Number{
		"by number":             byNumber,
		"by ID":                 byID,
		"that was made anew":    anew,
		"by ID, as state knows": have,
	} {
		t.Run(name, func(t *testing.T) {
			w.ResetRequests()
			n, err := w.Read(t.Context(), known)
			if err != nil || n.PhoneNumber != phone || n.Block["id"] != int64(4) || n.Block["label"] != "Support" {
				t.Errorf("%+v, %v", n, err)
			}
			w.wantSent(list)
		})
	}
}

func TestReadOfWhatIsNotThere(t *testing.T) {
	for _, status := range []int{404, 422, 200} {
		w := start(t, simulator.ResembleRules{MissingStatus: status})
		have := w.attached(support)
		w.Resemble().RemoveNumber(phone)
		w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: other})
		byID := platform.Number{Block: platform.Values{"id": int64(4)}}
		byNumber := platform.Number{PhoneNumber: phone}
		for _, n := range []platform.Number{have, byID, byNumber} {
			if _, err := w.Read(t.Context(), n); !errors.Is(err, platform.ErrNotFound) {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
}

func TestOnlyResemblesOwnWordIsNotFound(t *testing.T) {
	item := `{"id": %d, "phone_number": %q}`
	for name, fault := range map[string]simulator.Fault{
		"401":                      {Status: 401, Body: `{"success": false, "message": "Invalid API token"}`},
		"403":                      {Status: 403},
		"404 of a proxy":           {Status: 404, Body: "<html>"},
		"empty 404":                {Status: 404},
		"409":                      fail("", "", 409),
		"500":                      {Status: 500},
		"500 of its own":           fail("", "", 500),
		"502":                      {Status: 502, Body: "<html>"},
		"cut":                      {Cut: simulator.CutBefore},
		"truncated":                {Truncate: true},
		"page of HTML":             {Garble: true},
		"empty answer":             {Status: 200},
		"empty object":             {Body: `{}`},
		"granted without anything": {Body: `{"success": true}`},
		"null":                     {Body: `{"success": true, "item": null, "items": null}`},
		"redirect":                 {Status: 302, Header: http.Header{"Location": {"https://elsewhere.example/"}}},
		"of another number": {Body: `{"success": true, "item": ` + fmt.Sprintf(item, 4, other) + `,
			"items": [` + fmt.Sprintf(item, 4, other) + `]}`},
		"of another record": {Body: `{"success": true, "items": [], "item": ` + fmt.Sprintf(item, 9, phone) + `}`},
		"of other types":    {Body: `{"success": true, "items": "none", "item": 4}`},
		"part of a list":    {Body: `{"success": true, "items": [], "count": 1}`},
		"item without an ID": {
			Body: `{"success": true, "items": [{"phone_number": "+14155550100"}], "item": {"phone_number": "+14155550100"}}`,
		},
		"item without a number":  {Body: `{"success": true, "items": [{"id": 4}], "item": {"id": 4}}`},
		"its own 404 for a list": fail(http.MethodGet, "*phone_numbers", 404),
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			have := w.attached(support)
			if name == "its own 404 for a list" {
				w.Resemble().RemoveNumber(phone)
			}
			w.Inject(fault)
			byNumber := have
			byNumber.Block = nil
			for _, n := range []platform.Number{have, byNumber} {
				if strings.HasPrefix(name, "of another") && n.Block == nil {
					continue // the answer has no list
				}
				if _, err := w.Read(t.Context(), n); err == nil || errors.Is(err, platform.ErrNotFound) {
					t.Errorf("%v", err)
				}
				_, err := w.do(t.Context(), n, "delete")
				if !errors.Is(err, platform.ErrUntouched) {
					t.Errorf("delete: %v", err)
				}
			}
			w.wantWritten()
		})
	}
}

func TestReadToleratesWhatIsNew(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	have := w.attached(support)
	w.Inject(simulator.Fault{Body: `{"success": true, "page": {"next": null}, "items": [{"id": 4,
		"phone_number": "` + phone + `", "label": "x",
		"status": "paused", "region": {"new": 1}, "agent_uuid": null, "provider": null, "inbound_trunk": {},
		"outbound_trunk": null, "twilio_account_sid": null}]}`})
	have.Status = ""
	n, err := w.Read(t.Context(), have)
	if err != nil || n.Status != "" || n.Block["label"] != "x" || n.Block["agent_uuid"] != nil ||
		n.Block["inbound_trunk_sid"] != nil {
		t.Errorf("%+v, %v", n, err)
	}
}
