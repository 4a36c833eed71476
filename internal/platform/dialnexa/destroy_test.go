package dialnexa_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// wasRefused says what package lifecycle asks of an error: that nothing was changed.
func wasRefused(err error) bool {
	var answer interface{ Refused() bool }
	return errors.Is(err, platform.ErrUntouched) || errors.As(err, &answer) && answer.Refused()
}

func TestUnknownOperation(t *testing.T) {
	w := start(t, rulesA)
	_, err := w.platform.Do(t.Context(), platform.Number{}, platform.Step{Op: "melt"})
	if !errors.Is(err, platform.ErrUntouched) {
		t.Error(err)
	}
}

func TestDetach(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		agent string // that answers the number
		block platform.Values
		sent  []string
		left  string // agent that answers it afterwards
		note  string
	}{
		"A": {
			rulesA, "agt_one", older("agt_one"),
			[]string{get + "200", patch(`{"agent_id":null}`), get + "200"},
			"", "",
		},
		"A, by the example": {
			simulator.DialNexaRules{ExampleFields: true, InboundAgentID: true},
			"agt_one", older("agt_one"),
			[]string{get + "200", patch(`{"agent_id":null}`), get + "200"},
			"", "",
		},
		"A, detached already":   {rulesA, "", older("agt_one"), []string{get + "200"}, "", ""},
		"A, on a newer agent":   {rulesA, "agt_two", older("agt_one"), []string{get + "200"}, "agt_two", "left as it is"},
		"A, nothing was linked": {rulesA, "agt_two", older(""), nil, "agt_two", ""},
		"B": {
			rulesB, "agt_one", newer("agt_one", 1),
			[]string{get + "200", publish("agt_one", "1", "", "200")},
			"", "",
		},
		"B, on a newer agent": {
			rulesB, "agt_two", newer("agt_one", 1), []string{get + "200", publish("agt_one", "1", "", "200")}, "agt_two", "",
		},
		"B, agent is no more": {
			rulesB, "", newer("agt_gone", 1), []string{get + "200", publish("agt_gone", "1", "", "404")}, "", "no version 1 of agent",
		},
		"B, nothing was linked": {rulesB, "agt_two", newer("", 0), nil, "agt_two", ""},
	} {
		for _, action := range []platform.Action{platform.Detach, platform.ForceDelete} {
			t.Run(name+" "+string(action), func(t *testing.T) {
				w := start(t, tc.rules)
				n := w.own(simulator.DialNexaNumber{AgentID: tc.agent}, tc.block)
				notes, err := w.end(t.Context(), n, action)
				if err != nil || len(notes) > 1 || (tc.note == "") != (len(notes) == 0) ||
					!strings.Contains(strings.Join(notes, ""), tc.note) {
					t.Errorf("%q, %v", notes, err)
				}
				w.wantSent(tc.sent...)
				if w.agent() != tc.left {
					t.Errorf("answered by %q", w.agent())
				}
				if _, err = w.end(t.Context(), n, action); err != nil || len(w.DialNexa().Released()) != 0 {
					t.Errorf("again: %v, released %v", err, w.DialNexa().Released())
				}
			})
		}
	}
}

func TestDetachThatFails(t *testing.T) {
	cut := simulator.Fault{Method: "PATCH", Cut: simulator.CutAfter}
	answers := func(body string) []simulator.Fault {
		return []simulator.Fault{{Method: "PATCH", Status: 200, Body: body}}
	}
	unchanged := `{"id": "` + numberID + `", "phone_number": "` + phone + `"}`
	a, b := older("agt_one"), newer("agt_one", 1)
	for name, tc := range map[string]struct {
		rules     simulator.DialNexaRules
		block     platform.Values
		faults    []simulator.Fault
		words     string // empty: done
		untouched bool
	}{
		"A, lost answer":         {rulesA, a, []simulator.Fault{cut}, "", false},
		"A, lost request":        {rulesA, a, []simulator.Fault{{Method: "PATCH", Cut: simulator.CutBefore}}, "EOF", false},
		"A, refused":             {rulesA, a, []simulator.Fault{refusal("PATCH", 400)}, "400", true},
		"A, rights are missing":  {rulesA, a, []simulator.Fault{{Method: "PATCH", Status: 403}}, "403", true},
		"A, first read is down":  {rulesA, a, []simulator.Fault{{Method: "GET", Status: 503}}, "503", true},
		"A, first read is 401":   {rulesA, a, []simulator.Fault{refusal("GET", 401)}, "401", true},
		"A, read back is down":   {rulesA, a, []simulator.Fault{{Method: "GET", Skip: 1, Status: 503}}, "503", false},
		"A, read back is 401":    {rulesA, a, []simulator.Fault{{Method: "GET", Skip: 1, Status: 401}}, "401", false},
		"A, read back by proxy":  {rulesA, a, []simulator.Fault{{Method: "GET", Skip: 1, Status: 404}}, "404", false},
		"A, accepted, not done":  {rulesA, a, answers(unchanged), "still has agent agt_one", false},
		"B, lost answer":         {rulesB, b, []simulator.Fault{cut}, "not known", false},
		"B, 502":                 {rulesB, b, []simulator.Fault{{Method: "PATCH", Status: 502}}, "not known", false},
		"B, page":                {rulesB, b, []simulator.Fault{{Method: "PATCH", Garble: true}}, "not known", false},
		"B, another agent's":     {rulesB, b, answers(`{"id": "x"}`), "not known", false},
		"B, 404 of a proxy":      {rulesB, b, []simulator.Fault{{Method: "PATCH", Status: 404}}, "not known", false},
		"B, refused":             {rulesB, b, []simulator.Fault{refusal("PATCH", 409)}, "409", true},
		"B, forbidden":           {rulesB, b, []simulator.Fault{refusal("PATCH", 403)}, "correct or remove agent_id", true},
		"B, first read is 403":   {rulesB, b, []simulator.Fault{refusal("GET", 403)}, "403", true},
		"B, first read is proxy": {rulesB, b, []simulator.Fault{{Method: "GET", Status: 404}}, "404", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			n := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, tc.block)
			for _, fault := range tc.faults {
				w.Inject(fault)
			}
			_, err := w.end(t.Context(), n, platform.Detach)
			switch {
			case (err == nil) != (tc.words == ""):
				t.Error(err)
			case err != nil && (!strings.Contains(err.Error(), tc.words) || !strings.Contains(err.Error(), phone) ||
				wasRefused(err) != tc.untouched):
				t.Errorf("untouched %v: %v", wasRefused(err), err)
			}
			w.ClearFaults()
			if _, err = w.end(t.Context(), n, platform.Detach); err != nil || w.agent() != "" || len(w.DialNexa().Released()) != 0 {
				t.Errorf("the second time: %v, answered by %q, released %v", err, w.agent(), w.DialNexa().Released())
			}
		})
	}
}

// One sentence of the OpenAPI can be read as if a published version could not
// be published again.
func TestDetachFromAVersionThatIsFixed(t *testing.T) {
	w := start(t, simulator.DialNexaRules{Generation: simulator.DialNexaB, PublishedIsFixed: true})
	n := w.own(simulator.DialNexaNumber{}, newer("agt_one", 1))
	if _, err := w.platform.Attach(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if _, err := w.end(t.Context(), n, platform.Detach); !errors.Is(err, platform.ErrUntouched) ||
		!strings.Contains(err.Error(), "agent_version") {
		t.Error(err)
	}
	n.Block = newer("agt_one", 2) // a draft
	if _, err := w.end(t.Context(), n, platform.Detach); err != nil || w.agent() != "" {
		t.Errorf("%v, answered by %q", err, w.agent())
	}
}

func TestRelease(t *testing.T) {
	for _, rules := range []simulator.DialNexaRules{
		rulesA,
		rulesB,
		{DeleteBody: simulator.DialNexaDeleteWord},
		{DeleteBody: simulator.DialNexaDeleteEmpty},
		{Generation: simulator.DialNexaB, DeleteBody: simulator.DialNexaDeleteSentence},
	} {
		w := start(t, rules)
		n := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, older("agt_one"))
		notes, err := w.end(t.Context(), n, platform.Release)
		if err != nil || len(notes) != 0 {
			t.Errorf("%q, %v", notes, err)
		}
		w.wantSent(get+"200", "DELETE /"+numberID+" -> 200", get+"404")
		notes, err = w.end(t.Context(), n, platform.Release)
		if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "no longer has") {
			t.Errorf("again: %q, %v", notes, err)
		}
		if !slices.Equal(w.DialNexa().Released(), []string{phone}) {
			t.Errorf("released %v", w.DialNexa().Released())
		}
	}
}

func TestReleaseOfANumberInUseIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		given simulator.DialNexaNumber
		words string
	}{
		"A, campaign":  {rulesA, simulator.DialNexaNumber{ActiveCampaign: true}, "part of an active campaign"},
		"B, default":   {rulesB, simulator.DialNexaNumber{WorkspaceDefault: true}, "organization default"},
		"B, workflows": {rulesB, simulator.DialNexaNumber{ActiveWorkflows: true}, "has active workflows"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			tc.given.AgentID = "agt_one"
			n := w.own(tc.given, older("agt_one"))
			_, err := w.end(t.Context(), n, platform.Release)
			refusal, ok := errors.AsType[*platform.Refusal](err)
			if !ok || !errors.Is(err, platform.ErrUntouched) || !strings.Contains(refusal.Summary, phone) ||
				!strings.Contains(refusal.Detail, tc.words) || !strings.Contains(refusal.Detail, "Nothing was changed") ||
				!strings.Contains(refusal.Detail, `"detach"`) {
				t.Error(err)
			}
			w.wantSent(get+"200", "DELETE /"+numberID+" -> 409")
			if w.agent() != "agt_one" {
				t.Errorf("answered by %q", w.agent())
			}
		})
	}
}

func TestReleaseIsJudgedByReadingBack(t *testing.T) {
	gone := func(f simulator.Fault) []simulator.Fault {
		f.Method = "DELETE"
		return []simulator.Fault{f}
	}
	back := func(f simulator.Fault) []simulator.Fault {
		f.Method, f.Skip = "GET", 1
		return []simulator.Fault{f}
	}
	for name, tc := range map[string]struct {
		faults    []simulator.Fault
		words     string // empty: released
		untouched bool
	}{
		"lost answer":            {gone(simulator.Fault{Cut: simulator.CutAfter}), "", false},
		"503 after the effect":   {gone(simulator.Fault{Status: 503, AfterEffect: true, Times: 1}), "", false},
		"200 without effect":     {gone(simulator.Fault{Status: 200}), "accepted, but it is still there", false},
		"503 for ever":           {gone(simulator.Fault{Status: 503}), "503", false},
		"redirect":               {gone(simulator.Fault{Status: 307}), "307", false},
		"404 of a proxy":         {gone(simulator.Fault{Status: 404}), "404", false},
		"its own 404, in vain":   {[]simulator.Fault{refusal("DELETE", 404)}, "still there; run it again): DialNexa answered 404", true},
		"refused":                {[]simulator.Fault{refusal("DELETE", 400)}, "400", true},
		"rights are missing":     {gone(simulator.Fault{Status: 403}), "403", true},
		"read back is down":      {back(simulator.Fault{Status: 503}), "not known", false},
		"read back is refused":   {back(simulator.Fault{Status: 401}), "not known", false},
		"read back by a proxy":   {back(simulator.Fault{Status: 404}), "not known", false},
		"read back is a page":    {back(simulator.Fault{Status: 403, Body: "<html>"}), "not known", false},
		"read before is refused": {[]simulator.Fault{refusal("GET", 401)}, "401", true},
		"read before is 403":     {[]simulator.Fault{refusal("GET", 403)}, "403", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rulesA)
			n := w.own(simulator.DialNexaNumber{}, older(""))
			for _, fault := range tc.faults {
				w.Inject(fault)
			}
			_, err := w.end(t.Context(), n, platform.Release)
			switch {
			case (err == nil) != (tc.words == ""):
				t.Error(err)
			case err == nil && len(w.DialNexa().Released()) != 1:
				t.Error("not released")
			case err != nil && (!strings.Contains(err.Error(), tc.words) || !strings.Contains(err.Error(), phone) ||
				wasRefused(err) != tc.untouched):
				t.Errorf("untouched %v: %v", wasRefused(err), err)
			}
		})
	}
}

// To generation B a number that is no longer the workspace's may be forbidden.
func TestForbiddenAfterAReleaseIsSettledByTheList(t *testing.T) {
	for name, tc := range map[string]struct {
		deleted simulator.Fault
		words   string
	}{
		"gone":           {simulator.Fault{Method: "PUT"}, ""},
		"still there":    {simulator.Fault{Method: "DELETE", Status: 200}, "accepted, but it is still there"},
		"list fails too": {simulator.Fault{Method: "GET", Path: "/organization-phone-numbers", Status: 503, Skip: 1}, "not known"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rulesB)
			n := w.own(simulator.DialNexaNumber{}, newer("", 0))
			forbidden := refusal("GET", 403)
			forbidden.Path, forbidden.Skip = path, 1
			w.Inject(forbidden)
			w.Inject(tc.deleted)
			_, err := w.end(t.Context(), n, platform.Release)
			if (err == nil) != (tc.words == "") || err != nil && !strings.Contains(err.Error(), tc.words) {
				t.Error(err)
			}
		})
	}
}

// A number that is held under another ID is another one than was reviewed.
func TestStepsLeaveANumberWithAnotherIDAlone(t *testing.T) {
	for _, action := range []platform.Action{platform.Detach, platform.Release} {
		w := start(t, rulesA)
		n := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, older("agt_one"))
		n.SID = "phn_before"
		if _, err := w.end(t.Context(), n, action); !errors.Is(err, platform.ErrUntouched) ||
			!strings.Contains(err.Error(), numberID) {
			t.Errorf("%s: %v", action, err)
		}
		if w.agent() != "agt_one" {
			t.Errorf("answered by %q", w.agent())
		}
	}
}

func TestStepsOfANumberThatIsGone(t *testing.T) {
	for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
		w := start(t, rulesA)
		n := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, older("agt_one"))
		w.DialNexa().RemoveNumber(phone)
		notes, err := w.end(t.Context(), n, action)
		if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "no longer has") {
			t.Errorf("%s: %q, %v", action, notes, err)
		}
		w.wantSent(get+"404", list)
	}
}
