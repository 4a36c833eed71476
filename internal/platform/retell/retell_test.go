package retell_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/retell"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	phone   = "+14155550100"
	support = "agent_0000000000000000000000a1"
	sales   = "agent_0000000000000000000000a2"
	trunk   = "example.pstn.twilio.com"
)

// alone is the list of an agent that has all calls.
func alone(agent string) []simulator.RetellAgent {
	return []simulator.RetellAgent{{AgentID: agent, Weight: 1}}
}

// number is one as its resource wants it, with further fields.
func number(more platform.Values) platform.Number {
	n := platform.Number{
		PhoneNumber: phone, Platform: "retell", Action: platform.Detach, Status: platform.Active,
		Block: platform.Values{"inbound_agent_id": support, "termination_uri": trunk, "transport": "TCP", "nickname": nil},
	}
	for name, value := range more {
		n.Block[name] = value
	}
	return n
}

// writes are the requests so far that may have changed something, which are
// forgotten.
func writes(s platformtest.Subject) []string {
	lines := []string{}
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet {
			lines = append(lines, r.String())
		}
	}
	s.ResetRequests()
	return lines
}

// wantWrites compares what was written so far.
func wantWrites(t *testing.T, s platformtest.Subject, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), writes(s)); diff != "" {
		t.Errorf("requests that change something (-want +got):\n%s", diff)
	}
}

// Whatever asks for it, a number that was bought at Retell is neither changed
// nor deleted: the same request that deletes a record would give it up.
func TestBoughtNumberIsLeftAlone(t *testing.T) {
	for _, kind := range []string{simulator.RetellTwilio, simulator.RetellTelnyx, "retell-somebody-new"} {
		s := conformanceSubject(t, simulator.RetellRules{})
		s.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: phone, Type: kind, InboundAgents: alone(sales)})
		step := retell.Kind.Steps(number(nil), platform.Detach)[0]
		corrupted := number(nil)
		corrupted.Status = platform.Corrupted
		for name, do := range map[string]func() error{
			"check":  func() error { return s.Platform.Check(t.Context(), platform.Number{}, number(nil)) },
			"attach": func() error { _, err := s.Platform.Attach(t.Context(), number(nil)); return err },
			"read":   func() error { _, err := s.Platform.Read(t.Context(), number(nil)); return err },
			"repair": func() error { _, err := s.Platform.Update(t.Context(), corrupted, number(nil)); return err },
			"update": func() error {
				_, err := s.Platform.Update(t.Context(), number(nil), number(platform.Values{"nickname": "New"}))
				return err
			},
			"end": func() error {
				_, err := s.Platform.Do(t.Context(), number(nil), step)
				if !errors.Is(err, platform.ErrUntouched) {
					t.Errorf("%s, end: the error does not say that nothing was changed: %v", kind, err)
				}
				return err
			},
		} {
			err := do()
			refusal, ok := errors.AsType[*platform.Refusal](err)
			if !ok || errors.Is(err, platform.ErrNotFound) {
				t.Errorf("%s, %s: error %v, want a refusal", kind, name, err)
				continue
			}
			for _, words := range []string{phone, kind, "dashboard", "terraform state rm"} {
				if !strings.Contains(refusal.Detail, words) {
					t.Errorf("%s, %s: no %q in %v", kind, name, words, err)
				}
			}
		}
		wantWrites(t, s)
		if released := s.Retell().Released(); len(released) > 0 {
			t.Errorf("%s: given up: %v", kind, released)
		}
	}
}

func TestListLeavesOutWhatIsNotImported(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	s.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: "extension-7"})
	lister, ok := s.Platform.(platform.Lister)
	if !ok {
		t.Fatal("it lists nothing")
	}
	page, next, err := lister.List(t.Context(), platform.Number{}, "")
	if err != nil || next != "" || len(page) != 1 || page[0].Number.PhoneNumber != "+14155550199" {
		t.Errorf("%+v, %q, %v", page, next, err)
	}
}

// The password is sent where Retell may have another one, and only there.
// A page's key is the last number of the page before it, which another destroy of
// the run may have deleted by then.
func TestDestroyGoesOnWhereThePlaceInAListIsGone(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{MaxLimit: 1})
	s.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: phone})
	s.BeforeNth(2, http.MethodGet, "/v2/list-phone-numbers", func() {
		s.Retell().RemoveNumber("+14155550198")
	})
	step := retell.Kind.Steps(number(nil), platform.Detach)[0]
	if _, err := s.Platform.Do(t.Context(), number(nil), step); err != nil {
		t.Error(err)
	}
	refused := 0
	for _, r := range s.Requests() {
		if r.Status == http.StatusBadRequest {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d pages were refused", refused)
	}
}

func TestPasswordIsSentWhereItMayDiffer(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	with := func(more platform.Values) platform.Number {
		n := number(platform.Values{
			"sip_trunk_auth_username": "user", "sip_trunk_auth_password_wo": "trunk-secret",
			"sip_trunk_auth_password_wo_version": int64(1),
		})
		for name, value := range more {
			n.Block[name] = value
		}
		return n
	}
	password := func() string {
		n, _ := s.Retell().Number(phone)
		s.Retell().UpdateNumber(phone, func(n *simulator.RetellNumber) { n.AuthPassword = "" })
		return n.AuthPassword
	}
	if _, err := s.Platform.Attach(t.Context(), with(nil)); err != nil || password() != "trunk-secret" {
		t.Errorf("import: %v, %q", err, writes(s))
	}
	if _, err := s.Platform.Attach(t.Context(), with(nil)); err != nil || password() != "trunk-secret" {
		t.Errorf("taken over: %v, %q", err, writes(s))
	}
	for name, test := range map[string]struct {
		want platform.Values
		sent string
	}{
		"another version":  {platform.Values{"sip_trunk_auth_password_wo_version": int64(2)}, "trunk-secret"},
		"another user":     {platform.Values{"sip_trunk_auth_username": "user2"}, "trunk-secret"},
		"another nickname": {platform.Values{"nickname": "New"}, ""},
	} {
		got, err := s.Platform.Update(t.Context(), with(nil), with(test.want))
		if err != nil || password() != test.sent || got.Block.Has("sip_trunk_auth_password_wo") {
			t.Errorf("%s: %v, %q, %v", name, err, writes(s), got.Block)
		}
	}
}

// That a password arrived can't be seen, so an update of it whose answer is lost
// is none that is known to have succeeded.
func TestLostAnswerToAPasswordIsAnError(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	s.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: phone, TerminationURI: trunk, InboundAgents: alone(support)})
	want := number(platform.Values{"sip_trunk_auth_username": "user", "sip_trunk_auth_password_wo": "trunk-secret"})
	s.Inject(simulator.Fault{Method: http.MethodPatch, Cut: simulator.CutAfter})
	if _, err := s.Platform.Attach(t.Context(), want); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Errorf("error %v", err)
	}
}

func TestSharedNumberKeepsItsAgentsUntilOneIsNamed(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	shares := []simulator.RetellAgent{{AgentID: support, Weight: 0.5, Version: "prod"}, {AgentID: sales, Weight: 0.5}}
	s.Retell().AddNumber(simulator.RetellNumber{
		PhoneNumber: phone, TerminationURI: trunk, InboundAgents: shares, InboundWebhookURL: "https://example.com/hook",
	})
	have, err := s.Platform.Read(t.Context(), number(nil))
	if err != nil || have.Block["inbound_agent_id"] != nil {
		t.Fatalf("%v, %v", err, have.Block)
	}
	named := number(platform.Values{"inbound_agent_id": nil, "nickname": "Shared"})
	if have, err = s.Platform.Update(t.Context(), have, named); err != nil {
		t.Fatal(err)
	}
	wantWrites(t, s, `PATCH /update-phone-number/%2B14155550100 {"nickname":"Shared"} -> 200`)
	if _, err = s.Platform.Update(t.Context(), have, number(platform.Values{"nickname": "Shared"})); err != nil {
		t.Fatal(err)
	}
	wantWrites(t, s, `PATCH /update-phone-number/%2B14155550100 {"inbound_agents":[{"agent_id":"`+support+`","weight":1}]} -> 200`)
	if got, _ := s.Retell().Number(phone); got.InboundWebhookURL != "https://example.com/hook" {
		t.Errorf("the webhook is %q", got.InboundWebhookURL)
	}
}

// A version that the dashboard has pinned goes along with another agent, whatever
// kind it is, and the one of the other direction is left alone. Where Retell refuses
// it for the new agent, it says so, and nothing has changed.
func TestPinnedVersionStaysWhenTheAgentChanges(t *testing.T) {
	for sent, version := range map[string]any{`3`: 3.0, `"latest_published"`: "latest_published"} {
		for _, checked := range []bool{false, true} {
			s := conformanceSubject(t, simulator.RetellRules{VersionsChecked: checked})
			s.Retell().AddNumber(simulator.RetellNumber{
				PhoneNumber: phone, TerminationURI: trunk, InboundAgents: []simulator.RetellAgent{{AgentID: support, Weight: 1, Version: version}},
				OutboundAgents: []simulator.RetellAgent{{AgentID: support, Weight: 1, Version: 7.0}},
			})
			have, err := s.Platform.Read(t.Context(), number(nil))
			if err != nil {
				t.Fatal(err)
			}
			have.Status = platform.Active
			_, err = s.Platform.Update(t.Context(), have, number(platform.Values{"inbound_agent_id": sales, "outbound_agent_id": support}))
			n, _ := s.Retell().Number(phone)
			if refused := checked && sent == `3`; refused {
				if err == nil || n.InboundAgents[0].AgentID != support {
					t.Errorf("%v, and the agents are %v", err, n.InboundAgents)
				}
				continue
			}
			if err != nil || n.InboundAgents[0].Version != version || n.OutboundAgents[0].Version != 7.0 {
				t.Errorf("%v, and the agents are %v, %v", err, n.InboundAgents, n.OutboundAgents)
			}
			wantWrites(t, s, `PATCH /update-phone-number/%2B14155550100 {"inbound_agents":[{"agent_id":"`+sales+
				`","weight":1,"agent_version":`+sent+`}]} -> 200`)
		}
	}
}

// Retell calls every imported number custom: whether Twilio carries it, the
// termination URI of its trunk tells, unless it is known already.
func TestCarrierOfAnImportedNumber(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	for uri, want := range map[string]string{trunk: "twilio", "X.PSTN.Dublin.Twilio.com": "twilio", "sip.telnyx.com": "custom"} {
		s.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: phone, TerminationURI: uri})
		imported := platform.Number{PhoneNumber: phone, Platform: "retell", Block: platform.Values{}}
		held, said := imported, imported
		held.SID, said.Block = "PN1", platform.Values{"provider_name": "custom"}
		for asked, want := range map[*platform.Number]string{&imported: want, &held: "twilio", &said: "custom"} {
			if got, err := s.Platform.Read(t.Context(), *asked); err != nil || got.Block["provider_name"] != want {
				t.Errorf("%s: %v, %v, want %s", uri, got.Block, err, want)
			}
		}
	}
}

// What a removal from the configuration does to each field.
func TestRemovedFields(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	have := number(platform.Values{"outbound_agent_id": sales, "nickname": "Desk", "sip_trunk_auth_username": "user"})
	if _, err := s.Platform.Attach(t.Context(), have); err != nil {
		t.Fatal(err)
	}
	writes(s)
	want := number(platform.Values{
		"inbound_agent_id": nil, "outbound_agent_id": nil, "sip_trunk_auth_username": nil, // which can't be cleared
	})
	got, err := s.Platform.Update(t.Context(), have, want)
	if err != nil || got.Block["sip_trunk_auth_username"] != "user" {
		t.Errorf("%v, %v", err, got.Block)
	}
	wantWrites(t, s, `PATCH /update-phone-number/%2B14155550100 {"inbound_agents":[],"nickname":null,"outbound_agents":[]} -> 200`)
}

func TestNumberInAnotherWorkspaceIsNotImported(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	s.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: phone, Foreign: true})
	_, err := s.Platform.Attach(t.Context(), number(nil))
	if err == nil || errors.Is(err, platform.ErrNotFound) ||
		!strings.Contains(err.Error(), "already exists") || !strings.Contains(err.Error(), "another workspace") {
		t.Errorf("error %v", err)
	}
}

// Whether Retell looks at the agents of a write or not, none is written that does
// not exist.
func TestAgentsAreLookedUpBeforeAWrite(t *testing.T) {
	for _, unchecked := range []bool{false, true} {
		for _, field := range []string{"inbound_agent_id", "outbound_agent_id"} {
			s := conformanceSubject(t, simulator.RetellRules{AgentsUnchecked: unchecked})
			nobody := number(platform.Values{field: "agent_nobody"})
			_, update := platformtest.Update(t.Context(), s.Platform, number(nil), nobody)
			for _, err := range []error{s.Platform.Check(t.Context(), platform.Number{}, nobody), update} {
				blamed, ok := errors.AsType[*platform.FieldError](err)
				if !ok || blamed.Field != "retell."+field || !strings.Contains(err.Error(), "agent_nobody") {
					t.Errorf("%s: error %v", field, err)
				}
			}
			wantWrites(t, s)
		}
	}
}

func TestCheckTriesTheKeyWithoutAnythingToLookUp(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{})
	want := number(platform.Values{"inbound_agent_id": nil})
	want.PhoneNumber = "" // a purchase will find it
	if err := s.Platform.Check(t.Context(), platform.Number{}, want); err != nil {
		t.Error(err)
	}
	s.Inject(simulator.Fault{Status: http.StatusUnauthorized, Body: `{"status":"error","message":"API key is missing or invalid."}`})
	err := s.Platform.Check(t.Context(), platform.Number{}, want)
	if err == nil || !strings.Contains(err.Error(), "check api_key") || !strings.Contains(err.Error(), "missing or invalid") {
		t.Errorf("error %v", err)
	}
}

func TestRateLimitSlowsDownAndFailsNothing(t *testing.T) {
	s := conformanceSubject(t, simulator.RetellRules{RateLimit: simulator.RateLimit{Serve: 1, Refuse: 2}})
	if _, err := s.Platform.Attach(t.Context(), number(nil)); err != nil {
		t.Fatal(err)
	}
	notes, err := s.Platform.Do(t.Context(), number(nil), retell.Kind.Steps(number(nil), platform.Detach)[0])
	if _, there := s.Retell().Number(phone); err != nil || len(notes) > 0 || there {
		t.Errorf("%v, %v, there: %t", notes, err, there)
	}
}

func TestSteps(t *testing.T) {
	for action, says := range map[platform.Action]string{
		platform.Detach: "stays owned", platform.ForceDelete: "stays owned", platform.Release: "no longer there.",
	} {
		steps := retell.Kind.Steps(number(nil), action)
		if len(steps) != 1 || steps[0].GivesUp || !strings.Contains(steps[0].Sentence, says) ||
			!strings.HasPrefix(steps[0].Sentence, "Delete the record of "+phone+" at Retell AI") {
			t.Errorf("%s: %+v", action, steps)
		}
	}
}

func TestImport(t *testing.T) {
	got, err := retell.Kind.Import(phone)
	want := platform.Number{PhoneNumber: phone, Platform: "retell", Block: platform.Values{}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" || retell.Kind.ImportID(got) != phone {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, id := range []string{"", "14155550100", "+0", "+1415555010x", "w/" + phone} {
		if n, err := retell.Kind.Import(id); err == nil {
			t.Errorf("%q is read as %+v", id, n)
		}
	}
}

func TestConnect(t *testing.T) {
	endpoint, err := retell.Connect(platform.Arguments{"api_key": "key_1"})
	if err != nil {
		t.Fatal(err)
	}
	req := &http.Request{Header: http.Header{}}
	endpoint.Authorize(req)
	if url, key := endpoint.BaseURL.String(), req.Header.Get("Authorization"); url != "https://api.retellai.com" || key != "Bearer key_1" {
		t.Errorf("%s, Authorization %q", url, key)
	}
	if _, err := retell.Connect(nil); err == nil {
		t.Error("a key is not asked for")
	}
}

func TestDescribe(t *testing.T) {
	for body, want := range map[string]httpapi.Fault{
		`{"status":"error","message":"no"}`: {Own: true, Message: "no"},
		`{"status":"error"}`:                {Own: true},
		// Of something on the way.
		``: {}, `<html>`: {}, `null`: {}, `[]`: {}, `{}`: {}, `{"message":"no"}`: {}, `{"status":404}`: {}, `{"error":"no route"}`: {},
	} {
		if got := retell.Describe(422, nil, []byte(body)); got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}
