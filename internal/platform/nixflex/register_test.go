package nixflex_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestUpdateOfNothingMakesNoCall(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached("custom_prompt", "Hello.")
	got, err := w.Update(t.Context(), n, w.number("custom_prompt", "Hello.", "twilio_auth_token_wo", "secret"))
	if err != nil || got.Block["custom_prompt"] != "Hello." || got.Block.Has("twilio_auth_token_wo") {
		t.Errorf("%v, %v", got.Block, err)
	}
	w.wantSent()
}

func TestUpdateOfThePrompt(t *testing.T) {
	for name, rules := range map[string]simulator.NixflexRules{
		"as documented": {},
		"older API":     {PromptOnlyUpdates: true, PartialAnswers: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			n := w.attached("custom_prompt", "Hello.")
			if _, err := w.Update(t.Context(), n, w.number("custom_prompt", "Be brief.")); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Update(t.Context(), n, w.number()); err != nil { // removed
				t.Fatal(err)
			}
			w.wantSent(
				`PATCH `+record+` {"custom_prompt":"Be brief."} -> 200`,
				`PATCH `+record+` {"custom_prompt":null} -> 200`,
			)
			if n := w.held(); n.CustomPrompt != nil {
				t.Errorf("the prompt is %q", *n.CustomPrompt)
			}
		})
	}
}

func TestUpdateOfThePromptOfANumberThatIsGone(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached()
	w.Nixflex().RemoveNumber(phone)
	if _, err := w.Update(t.Context(), n, w.number("custom_prompt", "Hello.")); err != nil {
		t.Fatal(err)
	}
	if got := w.writes(); got != "PATCH POST" || *w.held().CustomPrompt != "Hello." {
		t.Errorf("sent %s", got)
	}
}

func TestUpdateOfThePromptIsSettledByReading(t *testing.T) {
	contradiction := simulator.Fault{
		Status: 200, Body: `{"phone_number": {"phone_number": "+14155550100", "custom_prompt": "Hello."}}`,
	}
	for name, test := range map[string]struct {
		fault    simulator.Fault
		says     string // empty: it succeeds
		harmless bool   // the error says that nothing was changed
	}{
		"cut after effect":   {fault: simulator.Fault{Cut: simulator.CutAfter}},
		"HTML after effect":  {fault: simulator.Fault{Garble: true}},
		"contradiction":      {fault: contradiction, says: "accepted, but the number does not show it in custom_prompt"},
		"500":                {fault: simulator.Fault{Status: 500}, says: "500"},
		"redirect":           {fault: simulator.Fault{Status: 302}, says: "302"},
		"refused":            {fault: refused("", "", 400, "custom_prompt_too_long"), says: "shorten it", harmless: true},
		"401":                {fault: refused("", "", 401, "invalid_api_key"), says: "check api_key", harmless: true},
		"404 of a proxy":     {fault: simulator.Fault{Status: 404}, says: "404"},
		"404 of other route": {fault: refused("", "", 404, "route_not_found"), says: "route_not_found", harmless: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			n := w.attached("custom_prompt", "Hello.")
			test.fault.Method = http.MethodPatch
			w.Inject(test.fault)
			got, err := w.Update(t.Context(), n, w.number("custom_prompt", "Be brief."))
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Fatal(err)
			}
			if err != nil && (got.Block["custom_prompt"] != "Hello." || got.Status != platform.Active) {
				t.Errorf("%+v", got)
			}
			if answer, ok := errors.AsType[*httpapi.Error](err); err != nil && (ok && answer.Refused()) != test.harmless {
				t.Errorf("%v passes for a refusal", err)
			}
		})
	}
}

func TestUpdateOfTheAgentCarriesSettingsOver(t *testing.T) {
	for name, rules := range map[string]simulator.NixflexRules{
		"as documented":   {},
		"partial answers": {PartialAnswers: true, ImportIgnoresPrompt: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			n := w.attached("custom_prompt", "Hello.")
			w.change(func(n *simulator.NixflexNumber) {
				n.VoiceID, n.RecordCall, n.SpeakingRate = new("Dennis"), new(false), new(1.25)
				n.VoicemailLeaveEnabled, n.VoicemailMessage = new(true), new("Call later.")
			})
			got, err := w.Update(t.Context(), n, w.number("agent_id", sales, "custom_prompt", "Be brief."))
			if err != nil || got.Block["agent_id"] != sales || len(got.Notes) > 0 {
				t.Fatalf("%+v, %v", got, err)
			}
			now := w.held()
			if now.AgentID != sales || *now.CustomPrompt != "Be brief." || *now.VoiceID != "Dennis" || *now.RecordCall ||
				*now.SpeakingRate != 1.25 || !*now.VoicemailLeaveEnabled || *now.VoicemailMessage != "Call later." {
				t.Errorf("%+v", now)
			}
			if memory := got.Private.Platform; len(memory) != 1 || memory["twilio_account_sid"] != main {
				t.Errorf("memory: %v", memory)
			}
		})
	}
}

func TestUpdateOfTheAgentWithNothingToCarryOver(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	if _, err := w.Update(t.Context(), w.attached(), w.number("agent_id", sales)); err != nil {
		t.Fatal(err)
	}
	if got := w.writes(); got != "DELETE POST" {
		t.Errorf("sent %s", got)
	}
}

func TestUpdateSaysWhichSettingsAreLost(t *testing.T) {
	w := start(t, simulator.NixflexRules{PromptOnlyUpdates: true})
	n := w.attached()
	w.change(func(n *simulator.NixflexNumber) { n.VoiceID = new("Dennis") })
	got, err := w.Update(t.Context(), n, w.number("agent_id", sales))
	if err != nil || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "what it had before in voice_id") {
		t.Errorf("%v, %v", got.Notes, err)
	}
	if got.Private.Platform.Has("settings") {
		t.Error("the next apply would try again")
	}
}

func TestUpdateToAWrongAgentChangesNothing(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached()
	got, err := platformtest.Update(t.Context(), w, n, w.number("agent_id", rival))
	if blames(err) != "nixflex.agent_id" || got.Status != platform.Active || w.writes() != "" {
		t.Errorf("%v, %+v", err, got)
	}
}

// TestUpdateThatStopsHalfWayIsCompleted breaks each request of a change of
// agent, and repairs what is left as the next apply does.
func TestUpdateThatStopsHalfWayIsCompleted(t *testing.T) {
	for name, test := range map[string]struct {
		fault     simulator.Fault
		corrupted bool
	}{
		"agent not read":   {fault: simulator.Fault{Method: http.MethodGet, Path: "/v1/agents", Status: 500}},
		"list not read":    {fault: simulator.Fault{Method: http.MethodGet, Path: list, Status: 500}},
		"deletion refused": {fault: refused(http.MethodDelete, "", 403, "forbidden")},
		"deletion fails":   {fault: simulator.Fault{Method: http.MethodDelete, Status: 500}, corrupted: true},
		"deletion unread": {
			fault:     simulator.Fault{Method: http.MethodGet, Path: list, Skip: 1, Status: 500},
			corrupted: true,
		},
		"import refused": {fault: refused(http.MethodPost, "", 401, "twilio_auth_failed"), corrupted: true},
		"import fails":   {fault: simulator.Fault{Method: http.MethodPost, Status: 500}, corrupted: true},
		"settings not read": {
			fault:     simulator.Fault{Method: http.MethodGet, Path: list, Skip: 2, Status: 500},
			corrupted: true,
		},
		"settings not set": {fault: simulator.Fault{Method: http.MethodPatch, Status: 500}, corrupted: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			n := w.attached()
			w.change(func(n *simulator.NixflexNumber) { n.VoiceID = new("Dennis") })
			w.Inject(test.fault)
			left, err := platformtest.Update(t.Context(), w, n,
				w.number("agent_id", sales, "twilio_auth_token_wo", simulator.DefaultAuthToken))
			if err == nil {
				t.Fatal("the fault did not strike")
			}
			if (left.Status == platform.Corrupted) != test.corrupted || (left.Private.Unfinished == platform.Attach) != test.corrupted {
				t.Errorf("%+v", left)
			}
			if left.Status == platform.Corrupted && !strings.Contains(left.StatusReason, phone) {
				t.Errorf("the reason is %q", left.StatusReason)
			}
			if left.Block.Has("twilio_auth_token_wo") || strings.Contains(err.Error(), simulator.DefaultAuthToken) {
				t.Error("the token is told")
			}
			w.ClearFaults()
			want := w.number("agent_id", sales)
			want.Private = left.Private
			left.Settings = want.Settings // as read before a repair
			got, err := w.Update(t.Context(), left, want)
			if err != nil || got.Block["agent_id"] != sales {
				t.Fatalf("repair: %+v, %v", got.Block, err)
			}
			if now := w.held(); now.AgentID != sales || now.VoiceID == nil || *now.VoiceID != "Dennis" {
				t.Errorf("repaired to %+v", now)
			}
		})
	}
}

func TestRepair(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*world)
		sent    string
	}{
		"all is well":    {sent: ""},
		"record is gone": {prepare: func(w *world) { w.Nixflex().RemoveNumber(phone) }, sent: "POST"},
		"another agent": {
			prepare: func(w *world) { w.change(func(n *simulator.NixflexNumber) { n.AgentID = sales }) },
			sent:    "DELETE POST",
		},
		"no agent": {
			prepare: func(w *world) { w.change(func(n *simulator.NixflexNumber) { n.AgentID = "" }) },
			sent:    "DELETE POST",
		},
		"another prompt": {
			prepare: func(w *world) { w.change(func(n *simulator.NixflexNumber) { n.CustomPrompt = new("x") }) },
			sent:    "PATCH",
		},
		"webhooks cleared": {prepare: func(w *world) { w.voiceURL("") }, sent: "DELETE POST"},
		"webhook replaced": {
			prepare: func(w *world) { w.voiceURL("https://nixflex.com.example/") },
			sent:    "DELETE POST",
		},
		"another webhook of Nixflex's": {
			prepare: func(w *world) { w.voiceURL("https://api.nixflex.com/telnyx-voice") },
			sent:    "DELETE POST",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			n := w.attached()
			n.Private.Wiring = platform.Values{"voice_url": simulator.NixflexVoiceURL}
			if test.prepare != nil {
				test.prepare(w)
			}
			n.Status, n.Settings = platform.Corrupted, w.number().Settings
			want := w.number()
			want.Private = n.Private
			if _, err := w.Update(t.Context(), n, want); err != nil {
				t.Fatal(err)
			}
			if got := w.writes(); got != test.sent {
				t.Errorf("sent %q, want %q", got, test.sent)
			}
			if now := w.held(); now.AgentID != support || now.CustomPrompt != nil {
				t.Errorf("%+v", now)
			}
			if at, _ := w.Twilio().Number(phone); at.VoiceURL != simulator.NixflexVoiceURL {
				t.Errorf("voice_url is %q", at.VoiceURL)
			}
		})
	}
}

func (w *world) voiceURL(url string) {
	w.t.Helper()
	w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.VoiceURL = url })
}

func TestAttachTakesOver(t *testing.T) {
	for name, test := range map[string]struct {
		agent, voiceURL string
		sent            string
	}{
		"as it should be":  {support, simulator.NixflexVoiceURL, ""},
		"another agent":    {sales, simulator.NixflexVoiceURL, "DELETE POST PATCH"},
		"not routed there": {support, "https://example.com", "DELETE POST PATCH"},
		"not routed":       {support, "", "DELETE POST PATCH"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			w.Nixflex().AddNumber(simulator.NixflexNumber{
				PhoneNumber: phone, AgentID: test.agent, NixflexSettings: simulator.NixflexSettings{VoiceID: new("Dennis")},
			})
			w.voiceURL(test.voiceURL)
			if _, err := w.Attach(t.Context(), w.number()); err != nil {
				t.Fatal(err)
			}
			if got := w.writes(); got != test.sent {
				t.Errorf("sent %q, want %q", got, test.sent)
			}
			if now := w.held(); now.AgentID != support || *now.VoiceID != "Dennis" {
				t.Errorf("%+v", now)
			}
		})
	}
}

func TestNumberImportedByAnotherMeanwhile(t *testing.T) {
	for name, agent := range map[string]string{"for our agent": support, "for another agent": sales} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			w.Before(http.MethodPost, list, func() {
				w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: phone, AgentID: agent})
			})
			_, err := w.Attach(t.Context(), w.number())
			if (err == nil) != (agent == support) {
				t.Fatal(err)
			}
			if err != nil && !strings.Contains(err.Error(), `it has agent "`+sales+`" there by now`) {
				t.Error(err)
			}
		})
	}
}
