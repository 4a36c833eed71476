package resemble_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestUpdateOfNothingMakesNoCall(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	have := w.attached(support)
	want := w.changed(have, "twilio_auth_token_wo", "hunter2")
	n, err := w.Update(t.Context(), have, want)
	if err != nil || n.Block["id"] != int64(4) || n.Block.Has("twilio_auth_token_wo") {
		t.Errorf("%+v, %v", n.Block, err)
	}
	w.wantSent()
}

func TestUpdateOfTheAgent(t *testing.T) {
	for name, tc := range map[string]struct {
		from, to string
		sent     []string
	}{
		"another": {support, sales, []string{
			agents + support + " -> 200", agents + sales + " -> 200", patch + support + unlinks,
			"GET /phone_numbers/4 -> 200", patch + sales + link4, "GET /phone_numbers/4 -> 200",
		}},
		"none": {support, "", []string{
			agents + support + " -> 200", patch + support + unlinks, "GET /phone_numbers/4 -> 200",
		}},
		"the first": {"", sales, []string{agents + sales + " -> 200", patch + sales + link4, "GET /phone_numbers/4 -> 200"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			have := w.attached(tc.from)
			var agent any
			if tc.to != "" {
				agent = tc.to
			}
			n, err := w.Update(t.Context(), have, w.changed(have, "agent_uuid", agent))
			if err != nil || n.Block["agent_uuid"] != agent || n.Block["id"] != int64(4) {
				t.Errorf("%v, %v", n.Block, err)
			}
			w.wantSent(append([]string{"GET /phone_numbers/4 -> 200"}, tc.sent...)...)
			w.wantLinked(tc.to)
		})
	}
}

func TestUpdateOfTheAgentFails(t *testing.T) {
	for name, tc := range map[string]struct {
		rules   simulator.ResembleRules
		prepare func(*world)
		to      string
		words   string
		left    string // the agent, also in the number beside the error
	}{
		"unknown agent": {
			to: rival, words: "has no agent " + rival, left: support,
		},
		"unlink refused": {
			prepare: func(w *world) { w.Inject(fail(http.MethodPatch, support, 422)) },
			to:      sales, words: "unlink record 4 of +14155550100 from agent " + support, left: support,
		},
		"unlink ignored": {
			rules: simulator.ResembleRules{NullIgnored: true},
			to:    sales, words: "accepted, but it had no effect", left: support,
		},
		"link refused": {
			prepare: func(w *world) { w.Inject(fail(http.MethodPatch, sales, 422)) },
			to:      sales, words: "link record 4 of +14155550100 to agent " + sales, left: "",
		},
		"taken in between": {
			prepare: func(w *world) {
				w.Before(http.MethodPatch, sales, func() {
					w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.AgentUUID = rival })
				})
			},
			to: sales, words: "already linked to agent 'Rival'", left: "",
		},
		"old agent can't be read": {
			prepare: func(w *world) { w.Inject(fail(http.MethodGet, support, 500)) },
			to:      sales, words: "link record 4 of +14155550100 to another agent", left: support,
		},
		"record can't be read": {
			prepare: func(w *world) { w.Inject(fail(http.MethodGet, "phone_numbers/4", 500)) },
			to:      sales, words: "link record 4 of +14155550100 to another agent", left: support,
		},
		"record is gone": {
			prepare: func(w *world) { w.Resemble().RemoveNumber(phone) },
			to:      sales, words: "link record 4", left: support,
		},
		"record was corrupted in between": {
			prepare: func(w *world) {
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.Status, n.AgentUUID = "corrupted", "" })
			},
			to: sales, words: "its status has become corrupted", left: "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			have := w.attached(support)
			if tc.prepare != nil {
				tc.prepare(w)
			}
			n, err := w.Update(t.Context(), have, w.changed(have, "agent_uuid", tc.to))
			if err == nil || !strings.Contains(err.Error(), tc.words) || n.Block.String("agent_uuid") != tc.left {
				t.Errorf("%v, %v", n.Block, err)
			}
		})
	}
}

func TestUpdateOfTheAgentLeavesItsOtherNumbersAlone(t *testing.T) {
	w := start(t, simulator.ResembleRules{AgentsHoldSeveral: true})
	have := w.attached(support)
	w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: other, AgentUUID: support})

	// The plan did not know, and has promised the same record.
	want := w.changed(have, "agent_uuid", sales)
	if _, err := w.Update(t.Context(), have, want); !errors.Is(err, platform.ErrUntouched) ||
		!strings.Contains(err.Error(), "refresh the state and plan again") {
		t.Error(err)
	}
	w.wantWritten()

	have, err := w.Read(t.Context(), have)
	if err != nil {
		t.Fatal(err)
	}
	if why := resemble.Kind.Reregisters(have, want); !strings.Contains(why, "has other numbers too") {
		t.Errorf("the plan says %q", why)
	}
	n, err := w.Update(t.Context(), have, want)
	if err != nil || n.Block["agent_uuid"] != sales {
		t.Errorf("%+v, %v", n, err)
	}
	w.wantWritten("DELETE /phone_numbers/4 -> 200", post+body+" -> 200", patch+sales+` {"phone_number_id":6} -> 200`)
	if held, _ := w.Resemble().Number(other); held.AgentUUID != support {
		t.Errorf("the other number was cut off: %+v", held)
	}
}

func TestRepairOfTheAgentLeavesItsOtherNumbersAlone(t *testing.T) {
	w := start(t, simulator.ResembleRules{AgentsHoldSeveral: true})
	have := w.attached(support)
	w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: other, AgentUUID: sales})
	w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.AgentUUID = sales })
	have.Status = platform.Corrupted
	want := w.changed(have, "agent_uuid", support)
	w.Inject(fail(http.MethodGet, "/agents", 500))
	if _, err := w.Update(t.Context(), have, want); !errors.Is(err, platform.ErrUntouched) {
		t.Error(err)
	}
	w.ClearFaults()
	if _, err := w.Update(t.Context(), have, want); err != nil {
		t.Error(err)
	}
	if held, _ := w.Resemble().Number(other); held.AgentUUID != sales {
		t.Errorf("the other number was cut off: %+v", held)
	}
	if held, _ := w.Resemble().Number(phone); held.AgentUUID != support {
		t.Errorf("%+v", held)
	}
}

func TestUpdateRegistersAnew(t *testing.T) {
	w := start(t, simulator.ResembleRules{SlowDeletion: 2})
	have := w.attached(support)
	n, err := w.Update(t.Context(), have, w.changed(have, "label", "Sales"))
	if err != nil || n.Block["id"] != int64(5) || n.Block["label"] != "Sales" || n.Status != "" {
		t.Errorf("%+v, %v", n, err)
	}
	w.wantWritten("DELETE /phone_numbers/4 -> 200", post+strings.Replace(body, `"Support"`, `"Sales"`, 1)+" -> 200",
		patch+support+link5)
	w.wantLinked(support)
}

func TestUpdateTearsNothingDownThatItCouldNotSetUpAgain(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	have := w.attached(support)
	w.Resemble().RemoveAgent(support)
	_, err := platformtest.Update(t.Context(), w, have, w.changed(have, "label", "Sales"))
	if !blames(err, "resemble.agent_uuid") {
		t.Error(err)
	}
	p := w.with(platform.Arguments{"account_sid": main, "api_key": "SK1"})
	_, err = platformtest.Update(t.Context(), p, have, w.changed(have, "label", "Sales"))
	if !blames(err, "resemble.twilio_auth_token_wo") {
		t.Error(err)
	}
	w.wantWritten()
}

func TestUpdateThatCannotRegisterSaysWhatIsLeft(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	have := w.attached(support)
	w.Inject(fail(http.MethodPost, "", 422))
	n, err := w.Update(t.Context(), have, w.changed(have, "label", "Sales"))
	if err == nil || n.Status != platform.Corrupted || !strings.Contains(n.StatusReason, "no longer lists") {
		t.Errorf("%+v, %v", n, err)
	}
	if diff := cmp.Diff(platform.Values{
		"agent_uuid": nil, "id": nil, "inbound_trunk_sid": nil, "outbound_trunk_sid": nil, "livekit_trunk_id": nil,
		"livekit_dispatch_rule_id": nil,
	}, n.Block); diff != "" {
		t.Error(diff)
	}
	w.ClearFaults()
	if _, err = w.Update(t.Context(), w.live(n), w.changed(n, "agent_uuid", support)); err != nil {
		t.Error(err)
	}
	w.wantLinked(support)
}

func TestUpdateThatCannotLinkSaysWhatThereIs(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	have := w.attached(support)
	w.Inject(fail(http.MethodPatch, "", 422))
	n, err := w.Update(t.Context(), have, w.changed(have, "label", "Sales"))
	if err == nil || n.Status != platform.Active || n.Block["id"] != int64(5) || n.Block["agent_uuid"] != nil ||
		n.Block["label"] != "Sales" {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestUpdateRepairs(t *testing.T) {
	for name, tc := range map[string]struct {
		harm   func(*world)
		writes []string
	}{
		"nothing is wrong any more": {func(*world) {}, nil},
		"the link": {
			func(w *world) {
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.AgentUUID = "" })
			},
			[]string{patch + support + link4},
		},
		"a lost record": {
			func(w *world) { w.Resemble().RemoveNumber(phone) },
			[]string{post + body + " -> 200", patch + support + link5},
		},
		"a record of other settings": {
			func(w *world) {
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.Label = "Sales" })
			},
			[]string{"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5},
		},
		"the wiring": {
			func(w *world) {
				w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.TrunkSID = "" })
			},
			[]string{"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5},
		},
		"a failed cleanup": {
			func(w *world) {
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.Status, n.AgentUUID = "corrupted", "" })
			},
			[]string{"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5},
		},
		"a failed cleanup, by a deletion in progress": {
			func(w *world) {
				w.Resemble().FailNextCleanups(1)
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.Status, n.AgentUUID = "deleting", "" })
			},
			[]string{"DELETE /phone_numbers/4 -> 200", post + body + " -> 200", patch + support + link5},
		},
		"a deletion in progress": {
			func(w *world) {
				w.Resemble().UpdateNumber(phone, func(n *simulator.ResembleNumber) { n.Status, n.AgentUUID = "deleting", "" })
			},
			[]string{post + body + " -> 200", patch + support + link5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			have := w.attached(support)
			tc.harm(w)
			have.Status = platform.Corrupted
			if _, err := w.Update(t.Context(), w.live(have), w.changed(have, "agent_uuid", support)); err != nil {
				t.Fatal(err)
			}
			w.wantWritten(tc.writes...)
			if name != "a lost record" { // whose trunk stays at Twilio: nobody knows it any more
				w.wantLinked(support)
			}
		})
	}
}

func TestUpdateKeepsTrunkSettingsThatNobodyCanRead(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	want := w.live(wanted(support))
	want.Block["inbound_trunk"] = platform.Values{"username": "in"}
	have, err := w.Attach(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	have.Block["inbound_trunk"] = platform.Values{"username": "in"} // as state keeps it
	have.Status = platform.Corrupted
	w.ResetRequests()
	if _, err = w.Update(t.Context(), have, w.live(want)); err != nil {
		t.Error(err)
	}
	w.wantWritten()
}

func TestUpdateThatCannotCleanUpSaysWhatGetsOut(t *testing.T) {
	for _, rules := range []simulator.ResembleRules{
		{}, {FailuresAre200: true}, {SlowDeletion: 1}, {ForceDeletesAny: true},
	} {
		w := start(t, rules)
		have := w.corrupted(2)
		want := w.changed(have, "agent_uuid", support)
		n, err := w.Update(t.Context(), have, want)
		if err == nil || !strings.Contains(err.Error(), `release_on_destroy = "force_delete"`) ||
			errors.Is(err, platform.ErrUntouched) || n.Status != platform.Corrupted || len(n.Notes) > 0 {
			t.Errorf("%+v, %v", n, err)
		}
		trunk := n.Block.String("inbound_trunk_sid")
		if !strings.Contains(err.Error(), trunk) || !strings.Contains(n.StatusReason, trunk) || trunk == "" {
			t.Errorf("%q is not named in %q or %v", trunk, n.StatusReason, err)
		}
		for _, line := range w.sent() {
			if strings.Contains(line, "/force") {
				t.Errorf("forced: %s", line)
			}
		}
	}
}

func TestUpdateForcesWhereItMay(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	have := w.corrupted(9)
	want := w.changed(have, "agent_uuid", support)
	want.Action = platform.ForceDelete
	n, err := w.Update(t.Context(), have, want)
	if err != nil || len(n.Notes) != 1 || !strings.Contains(n.Notes[0], have.Block.String("inbound_trunk_sid")) ||
		n.Block["id"] != int64(5) {
		t.Errorf("%v, %+v, %v", n.Notes, n.Block, err)
	}
	w.wantWritten("DELETE /phone_numbers/4 -> 422", "DELETE /phone_numbers/4/force -> 200", post+body+" -> 200",
		patch+support+link5)

	// The leftovers are told too where the registration fails after that.
	w = start(t, simulator.ResembleRules{})
	have = w.corrupted(9)
	w.Inject(fail(http.MethodPost, "", 422))
	want = w.changed(have, "agent_uuid", support)
	want.Action = platform.ForceDelete
	if n, err = w.Update(t.Context(), have, want); err == nil || len(n.Notes) != 1 || n.Block.Has("id") {
		t.Errorf("%v, %+v, %v", n.Notes, n.Block, err)
	}
}

func TestUpdateAfterACreationThatNeverCompletedTakesNoAgentAway(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	w.Resemble().AddNumber(simulator.ResembleNumber{
		PhoneNumber: phone, Label: "Support", SupportsInbound: true, AgentUUID: sales,
	})
	have := w.live(wanted(support))
	have.Status = platform.Corrupted
	n, err := w.Update(t.Context(), have, w.live(wanted(support)))
	if !blames(err, "resemble.agent_uuid") || n.Status != platform.Corrupted {
		t.Errorf("%q, %v", n.Status, err)
	}
	w.wantWritten()
}

func TestFaultsInBetweenChangeNothingMoreAndSayWhere(t *testing.T) {
	down := func(w *world, path string) func() {
		return func() { w.Inject(fail(http.MethodGet, path, 500)) }
	}
	for name, tc := range map[string]struct {
		harm   func(*world)
		status platform.Status
		change string // of the block
		value  any
		words  string
	}{
		"list is down for an attach": {
			func(w *world) { w.Resemble().RemoveNumber(phone); down(w, "*phone_numbers")() },
			platform.Corrupted, "label", "Support", "look up record 4 of +14155550100 at Resemble AI",
		},
		"record is down for a repair": {
			func(w *world) { down(w, "phone_numbers/4")() },
			platform.Corrupted, "label", "Support", "look up record 4 of +14155550100 at Resemble AI",
		},
		"record is down after a link": {
			func(w *world) { w.Before(http.MethodPatch, sales, down(w, "phone_numbers/4")) },
			platform.Active, "agent_uuid", sales, "link record 4 of +14155550100 to agent " + sales,
		},
		"record is down after an unlink": {
			func(w *world) { w.Before(http.MethodPatch, support, down(w, "phone_numbers/4")) },
			platform.Active, "agent_uuid", nil, "unlink record 4 of +14155550100 from agent " + support,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.ResembleRules{})
			have := w.attached(support)
			tc.harm(w)
			have.Status = tc.status
			n, err := w.Update(t.Context(), have, w.changed(have, tc.change, tc.value))
			if err == nil || !strings.Contains(err.Error(), tc.words) || errors.Is(err, platform.ErrNotFound) ||
				n.Status != tc.status {
				t.Errorf("%s, %v", n.Status, err)
			}
		})
	}
}

func TestRepairWaitsNoLongerThanItsTime(t *testing.T) {
	w := start(t, simulator.ResembleRules{SlowDeletion: 99})
	have := w.attached(support)
	if _, err := w.do(w.untilWritten(), have, "delete"); err == nil {
		t.Fatal("the deletion is over")
	}
	have.Status = platform.Deleting
	w.ResetRequests()
	ctx := expiring{t.Context(), func() bool { return len(w.Requests()) > 1 }}
	n, err := w.Update(ctx, have, w.changed(have, "agent_uuid", support))
	if !errors.Is(err, context.DeadlineExceeded) || n.Status != platform.Deleting || n.Block["id"] != int64(4) {
		t.Errorf("%s, %v", n.Status, err)
	}
	w.BeforeNth(2, http.MethodGet, "phone_numbers/4", func() { w.Inject(fail(http.MethodGet, "", 500)) })
	n, err = w.Update(t.Context(), have, w.changed(have, "agent_uuid", support))
	if err == nil || !strings.Contains(err.Error(), "whether it is gone is not known") || n.Status != platform.Deleting {
		t.Errorf("%s, %v", n.Status, err)
	}
	w.wantWritten()
}

func TestAttachWithoutATokenOrAList(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	p := w.with(platform.Arguments{"account_sid": main, "api_key": "SK1"})
	if _, err := p.Attach(t.Context(), w.live(wanted(support))); !blames(err, "resemble.twilio_auth_token_wo") {
		t.Error(err)
	}
	w.Inject(simulator.Fault{Status: 401})
	_, err := w.Attach(t.Context(), w.live(wanted(support)))
	if err == nil || !strings.Contains(err.Error(), "look up "+phone) {
		t.Error(err)
	}
	w.wantWritten()
}
