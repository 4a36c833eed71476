package resemble_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// destroy runs those steps of an action that are Resemble's own, as package
// lifecycle does.
func (w *world) end(n platform.Number, action platform.Action) ([]string, error) {
	var notes []string
	for _, s := range resemble.Kind.Steps(n, action) {
		if s.Service != "resemble" {
			continue
		}
		more, err := w.Do(w.t.Context(), n, s)
		notes = append(notes, more...)
		if err != nil && !s.BestEffort {
			return notes, err
		}
	}
	return notes, nil
}

// wasRefused says what package lifecycle asks of an error: that nothing was
// changed.
func wasRefused(err error) bool {
	var answer interface{ Refused() bool }
	return errors.Is(err, platform.ErrUntouched) || errors.As(err, &answer) && answer.Refused()
}

func TestUnknownOperation(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	if _, err := w.do(t.Context(), wanted(support), "melt"); !errors.Is(err, platform.ErrUntouched) {
		t.Error(err)
	}
}

func TestEveryEndTwice(t *testing.T) {
	for _, rules := range []simulator.ResembleRules{{}, {MissingStatus: 422, FailuresAre200: true, SlowDeletion: 2}} {
		for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
			w := start(t, rules)
			n := w.attached(support)
			if notes, err := w.end(n, action); err != nil || len(notes) > 0 {
				t.Errorf("%s: %v, %v", action, notes, err)
			}
			w.wantGone()
			w.ResetRequests()
			notes, err := w.end(n, action)
			if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "does not list +14155550100") {
				t.Errorf("%s again: %v, %v", action, notes, err)
			}
			w.wantWritten()
		}
	}
}

func TestDetachUnlinksAndDeletes(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	n := w.attached(support)
	if _, err := w.end(n, platform.Detach); err != nil {
		t.Fatal(err)
	}
	w.wantSent(
		"GET /phone_numbers/4 -> 200", agents+support+" -> 200", patch+support+unlinks, "GET /phone_numbers/4 -> 200",
		"GET /phone_numbers/4 -> 200", "DELETE /phone_numbers/4 -> 200", "GET /phone_numbers/4 -> 404",
		"GET /phone_numbers -> 200",
	)
}

func TestRecordIsGoneOnlyIfTheListSaysSoToo(t *testing.T) {
	w := start(t, simulator.ResembleRules{SlowDeletion: 2})
	n := w.attached(support)
	w.Inject(simulator.Fault{
		Method: http.MethodGet, Path: "/phone_numbers/4", Skip: 3, Times: 1, // while it is being deleted
		Status: http.StatusNotFound, Body: `{"success": false, "message": "Not found"}`,
	})
	if _, err := w.end(n, platform.Detach); err != nil {
		t.Fatal(err)
	}
	w.wantGone()
}

func TestUnlinkLeavesToTheDeletionWhatItCannotDoAlone(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(*world)
		failed  bool
	}{
		"linked to another agent since": {
			func(w *world) {
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.AgentUUID = sales })
			}, false,
		},
		"unlinked already": {
			func(w *world) {
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.AgentUUID = "" })
			}, false,
		},
		"agent has other numbers": {
			func(w *world) {
				w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: other, AgentUUID: support})
			}, true,
		},
		"agent can't be read":  {func(w *world) { w.Inject(fail(http.MethodGet, "/agents", 500)) }, true},
		"record can't be read": {func(w *world) { w.Inject(fail(http.MethodGet, "/phone_numbers", 500)) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{AgentsHoldSeveral: true})
			n := w.attached(support)
			tc.prepare(w)
			if _, err := w.do(t.Context(), n, "unlink"); (err != nil) != tc.failed || tc.failed && !wasRefused(err) {
				t.Error(err)
			}
			w.wantWritten()
		})
	}
	w := start(t, simulator.ResembleRules{})
	n := w.attached(support)
	w.Inject(fail(http.MethodPatch, "", 422))
	if _, err := w.end(n, platform.Detach); err != nil {
		t.Error(err)
	}
	w.wantGone()
}

func TestDeleteOfACreationThatNeverCompleted(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	n := w.attached(support)
	n.Block = platform.Values{"label": "Support"} // the ID never reached state
	if _, err := w.end(n, platform.Detach); err != nil {
		t.Error(err)
	}
	w.wantGone()
}

func TestDeleteLeavesARecordThatNobodyHasReviewed(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	n := w.attached(support)
	n.Block["id"] = int64(3)
	_, err := w.do(t.Context(), n, "delete")
	if !errors.Is(err, platform.ErrUntouched) || !strings.Contains(err.Error(), "as record 4 instead of 3") {
		t.Error(err)
	}
	w.wantWritten()
}

func TestDeleteIsRefused(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"credentials":        fail(http.MethodDelete, "", 401),
		"forbidden":          {Method: http.MethodDelete, Status: 403, Body: "<html>"},
		"conflict":           fail(http.MethodDelete, "", 409),
		"refused with a 200": fail(http.MethodDelete, "", 200),
		"refused with a 422": fail(http.MethodDelete, "", 422),
		"its own 404":        fail(http.MethodDelete, "", 404),
	} {
		for _, op := range []string{"delete", "force_delete"} {
			t.Run(name+"/"+op, func(t *testing.T) {
				w := start(t, simulator.ResembleRules{ForceDeletesAny: true})
				n := w.attached(support)
				w.Inject(fault)
				if _, err := w.do(t.Context(), n, op); !wasRefused(err) {
					t.Errorf("%v", err)
				}
				w.wantLinked(support)
				for _, line := range w.sent() {
					if strings.Contains(line, "/force") {
						t.Errorf("forced a record that is not corrupted: %s", line)
					}
				}
			})
		}
	}
}

func TestDeleteWhoseCleanupFails(t *testing.T) {
	for name, rules := range map[string]simulator.ResembleRules{
		"by default": {}, "with a 200": {FailuresAre200: true}, "after a while": {SlowDeletion: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			n := w.attached(support)
			w.Resemble().FailNextCleanups(2)
			for range 2 {
				notes, err := w.end(n, platform.Release)
				if err == nil || wasRefused(err) || len(notes) > 0 {
					t.Fatalf("%v, %v", notes, err)
				}
				for _, words := range []string{
					n.Block.String("inbound_trunk_sid"), n.Block.String("livekit_trunk_id"),
					n.Block.String("livekit_dispatch_rule_id"), "credential lists and connection policies", main,
					"retries the cleanup", `release_on_destroy = "force_delete"`,
				} {
					if !strings.Contains(err.Error(), words) {
						t.Errorf("%q is not in %v", words, err)
					}
				}
				if brief := platform.Brief(err); strings.Contains(brief, "\n") || !strings.Contains(brief, "as corrupted") {
					t.Errorf("brief: %q", brief)
				}
			}
			// The third one works.
			if _, err := w.end(n, platform.Release); err != nil {
				t.Error(err)
			}
			w.wantGone()
		})
	}
}

func TestForceDelete(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	n := w.attached(support)
	w.Resemble().FailNextCleanups(1)
	notes, err := w.end(n, platform.ForceDelete)
	if err != nil || len(notes) != 1 {
		t.Fatalf("%v, %v", notes, err)
	}
	want := "Left behind by record 4 of +14155550100, which was forced out: SIP trunk " +
		n.Block.String("inbound_trunk_sid") + " of account " + main + " at Twilio with its credential lists and " +
		"connection policies, LiveKit trunk " +
		n.Block.String("livekit_trunk_id") + " and LiveKit dispatch rule " + n.Block.String("livekit_dispatch_rule_id") +
		". Remove them by hand: they can go on costing money."
	if notes[0] != want {
		t.Errorf("got  %s\nwant %s", notes[0], want)
	}
	// The leftovers were read before they could not be any more.
	w.wantSent("GET /phone_numbers/4 -> 200", "DELETE /phone_numbers/4 -> 422", "GET /phone_numbers/4 -> 200",
		"DELETE /phone_numbers/4/force -> 200", "GET /phone_numbers/4 -> 404", "GET /phone_numbers -> 200")
}

func TestForceDeleteRetriesTheCleanupFirst(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	n := w.corrupted(1)
	if notes, err := w.end(n, platform.ForceDelete); err != nil || len(notes) > 0 {
		t.Errorf("%v, %v", notes, err)
	}
	w.wantWritten("DELETE /phone_numbers/4 -> 200")
	w.wantGone()
}

func TestForceDeleteFails(t *testing.T) {
	for name, tc := range map[string]struct {
		fault simulator.Fault
		words string
		gone  bool
	}{
		"refused":            {fail(http.MethodDelete, "/force", 422), "force out record 4 of +14155550100", false},
		"denied":             {fail(http.MethodDelete, "/force", 403), "force out record 4 of +14155550100", false},
		"accepted in vain":   {simulator.Fault{Path: "/force", Body: `{"success": true}`}, "accepted, but it is still there", false},
		"lost":               {simulator.Fault{Path: "/force", Cut: simulator.CutBefore}, "force out", false},
		"lost after effect":  {simulator.Fault{Path: "/force", Cut: simulator.CutAfter}, "", true},
		"502 after effect":   {simulator.Fault{Path: "/force", Status: 502, AfterEffect: true}, "", true},
		"200 without a body": {simulator.Fault{Path: "/force", Status: 200, AfterEffect: true}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			n := w.corrupted(9)
			w.Inject(tc.fault)
			notes, err := w.end(n, platform.ForceDelete)
			if (err == nil) != tc.gone || (len(notes) == 1) != tc.gone || wasRefused(err) ||
				err != nil && !strings.Contains(err.Error(), tc.words) {
				t.Errorf("%v, %v", notes, err)
			}
		})
	}
	w := start(t, simulator.ResembleRules{})
	n := w.corrupted(9)
	w.Before(http.MethodDelete, "/force", func() { w.Inject(fail(http.MethodGet, "", 500)) })
	_, err := w.end(n, platform.ForceDelete)
	if err == nil || !strings.Contains(err.Error(), "whether it took effect is not known") {
		t.Error(err)
	}
}

func TestDeleteWaitsForADeletionInProgress(t *testing.T) {
	for cleanups, writes := range map[int][]string{0: nil, 1: {"DELETE /phone_numbers/4 -> 200"}} { // that fail
		w := start(t, simulator.ResembleRules{SlowDeletion: 4})
		n := w.attached(support)
		w.Resemble().FailNextCleanups(cleanups)
		if _, err := w.do(w.untilWritten(), n, "delete"); err == nil {
			t.Fatal("the deletion is over")
		}
		w.ResetRequests()
		if _, err := w.end(n, platform.Detach); err != nil {
			t.Error(err)
		}
		w.wantWritten(writes...)
		w.wantGone()
	}
}
