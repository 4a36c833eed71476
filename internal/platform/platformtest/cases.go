package platformtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// ends are the three ends of a number.
var ends = []platform.Action{platform.Detach, platform.Release, platform.ForceDelete}

// allCases are all that the suite asks of a platform.
var allCases = []testCase{
	{name: "attach then read reports what was asked", run: attachThenRead},
	{name: "attach twice is one record", run: attachTwice},
	{name: "attach takes over the record that is there", run: attachOverRecord},
	{
		name:  "attach over another agent's record takes it over or leaves it alone",
		needs: func(s Subject) Hook { return s.Repoint },
		run:   attachOverAnotherAgent,
	},
	{name: "an unknown agent is named", run: unknownAgent},
	{name: "what the platform does not list is not found", run: notListed},
	{
		name:  "an import needs no change",
		needs: func(s Subject) Hook { return s.Repoint }, // and so an agent that can be read
		run:   imports,
	},
	{name: "re-point moves only our agent and leaves one record", run: repoint},
	{
		name:  "an agent re-pointed behind our back is read as such, and put back",
		needs: func(s Subject) Hook { return s.Repoint },
		run:   repointedBehindOurBack,
	},
	{name: "a record that is gone is attached again", run: attachedAgain},
	{name: "update without a difference makes no request", run: updateWithoutDifference},

	{name: "each end ends as it says, and twice is as good as once", run: endsTwice},
	{name: "each step is idempotent by itself", run: stepsTwice},
	{name: "each end is done where the record is gone", run: endsAfterDrop},
	{name: "a step that is not the platform's is refused", run: foreignStep},
	{name: "force delete says what it could not do", run: forceDeleteFails},
	{name: "a refused end leaves all as it was", run: refusedEnd},
	{
		name:  "a number in use is not released, and nothing is lost",
		needs: func(s Subject) Hook { return s.Engage },
		run:   numberInUse,
	},
	{
		name:  "a slow deletion is waited for",
		needs: func(s Subject) Hook { return s.Slow },
		run:   slowDeletion,
	},
	{
		name:  "a slow deletion that outlasts the time-out is finished by the next destroy",
		needs: func(s Subject) Hook { return s.Slow },
		run:   deletionOutlastsTimeout,
	},
	{
		name:  "a cleanup that failed keeps the record, until it is repeated, forced or repaired",
		needs: func(s Subject) Hook { return s.Spoil },
		run:   spoiltDeletion,
	},
	{
		name:  "the number is found beyond one page",
		needs: func(s Subject) Hook { return s.Crowd },
		run:   beyondOnePage,
	},

	{
		name:  "the list has the number while the platform has it, and once",
		needs: lists,
		run:   listsNumber,
	},
	{
		name:  "a listed number can be imported",
		needs: lists,
		run:   importsListed,
	},
	{
		name:  "the list tells of a number what a read tells",
		needs: lists,
		run:   listedReads,
	},
	{
		name:  "the list has the number beyond one page",
		needs: listsPages,
		run:   listsBeyondOnePage,
	},
	{
		name:  "agents are listed, and no other answer is taken for their list",
		needs: listsAgents,
		run:   agentsListed,
	},

	{name: "no answer but the platform's own is its word on the number", run: untrustworthyReads},
	{name: "a write that fails or gets lost is told truly and finished by the next run", run: unsuccessfulWrites},
	{name: "a cancelled context ends everything at once", run: cancelled},
	{name: "an operation interrupted at any request is told truly and finished by the next run", run: interrupted},
	{name: "errors name the number and the service's own word", run: errorsNameNumber},
}

func attachThenRead(t *testing.T, start starter) {
	w := start(t)
	if err := w.Platform.Check(t.Context(), platform.Number{}, w.config(w.Agent)); err != nil {
		t.Fatalf("check: %v", err)
	}
	if _, changes := w.requests(); len(changes) > 0 {
		t.Errorf("the check changed something: %s", changes)
	}
	w.mustCreate()
	w.expect(w.attached(w.Agent))
	if w.have.Status != platform.Active || w.have.StatusReason != "" {
		t.Errorf("attached as %q: %s", w.have.Status, w.have.StatusReason)
	}
	if drift := w.drift(w.Agent); drift != "" {
		t.Errorf("the attach reports another %s than was asked for", drift)
	}
	wantSettled(w, w.Agent)
	if _, changes := w.requests(); len(changes) > 0 {
		t.Errorf("the read changed something: %s", changes)
	}
}

// wantSettled checks that a refresh finds the number active and as configured,
// but for fields that are not looked at.
func wantSettled(w *world, agent string, but ...string) {
	w.t.Helper()
	if err := w.refresh(w.t.Context()); err != nil {
		w.t.Fatalf("read: %v", err)
	}
	if w.have.Status != platform.Active {
		w.t.Errorf("read as %q: %s", w.have.Status, w.have.StatusReason)
	}
	if drift := w.drift(agent, but...); drift != "" {
		w.t.Errorf("another %s is read than was asked for", drift)
	}
}

func attachTwice(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	got, err := w.Platform.Attach(t.Context(), w.config(w.Agent))
	w.inspect(got, nil, err)
	if err != nil {
		t.Fatalf("attach again: %v", err)
	}
	w.expect(w.attached(w.Agent))
}

// attachOverRecord creates the resource of a number that was attached before, as
// after a crash that lost the state.
func attachOverRecord(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.have = platform.Number{}
	if err := w.create(t.Context()); err != nil {
		t.Fatalf("attach: %v", err)
	}
	w.expect(w.attached(w.Agent))
	wantSettled(w, w.Agent)
}

func attachOverAnotherAgent(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.Repoint.do()
	before := w.Look()
	w.have = platform.Number{}
	err := w.create(t.Context())
	switch {
	case err == nil:
		w.expect(w.attached(w.Agent))
	case !strings.Contains(err.Error(), w.OtherAgent):
		t.Errorf("the error does not name the agent that stands in the way: %v", err)
	default:
		w.expect(before)
	}
}

func unknownAgent(t *testing.T, start starter) {
	w := start(t)
	before := w.Look()
	want := w.config(w.NoAgent)
	got, err := w.Lifecycle().Create(t.Context(), want)
	w.inspect(got, nil, err)
	if err == nil || !strings.Contains(err.Error(), w.NoAgent) {
		t.Fatalf("the error does not name agent %s: %v", w.NoAgent, err)
	}
	blamed, ok := errors.AsType[*platform.FieldError](err)
	if field := w.Kind.Name + "." + w.AgentField; !ok || blamed.Field != field {
		t.Errorf("the error does not blame %s: %v", field, err)
	}
	after := w.Look()
	if after.Records < before.Records || after.Owned != before.Owned || after.Agent != before.Agent {
		t.Errorf("the services have %+v, and had %+v", after, before)
	}
	if got.PhoneNumber != "" {
		w.keep(got, want.Block, false)
	}
	w.apply(w.Agent)
	w.expect(w.attached(w.Agent))

	if !w.isCarrier() {
		w.Drop.do()
	}
	_, unchecked := w.Platform.Attach(t.Context(), w.config(w.NoAgent)) // gone since the check
	for _, err := range []error{err, unchecked} {
		if err == nil || isAbsence(err) {
			t.Errorf("error %v, want one that does not mean that there is no such number", err)
		}
	}
}

func notListed(t *testing.T, start starter) {
	w := start(t)
	if !w.isCarrier() { // else it lists what it carries
		w.keep(w.config(w.Agent), platform.Values{}, true)
		got, err := w.Platform.Read(t.Context(), w.have)
		w.inspect(got, nil, err)
		if !isAbsence(err) {
			t.Errorf("never attached: error %v, want platform.ErrNotFound", err)
		}
	}
	w.mustCreate()
	w.Drop.do()
	got, err := w.Platform.Read(t.Context(), w.have)
	w.inspect(got, nil, err)
	if !isAbsence(err) {
		t.Errorf("attached, then dropped: error %v, want platform.ErrNotFound", err)
	}
}

func imports(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	ids := w.ImportIDs()
	if len(ids) == 0 {
		t.Fatal("the subject has no import IDs")
	}
	for _, id := range ids {
		w.importID(id)
		t.Run(id, func(t *testing.T) {
			w.t = t
			wantSettled(w, w.Agent, w.Unreported...)
			w.expect(w.attached(w.Agent))
		})
	}
	w.t = t
}

func repoint(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	for _, agent := range []string{w.OtherAgent, w.Agent} {
		if err := w.update(t.Context(), agent); err != nil {
			t.Fatalf("re-point: %v", err)
		}
		w.expect(w.attached(agent))
		wantSettled(w, agent)
	}
}

func repointedBehindOurBack(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.Repoint.do()
	w.expect(w.attached(w.OtherAgent))
	if err := w.refresh(t.Context()); err != nil {
		t.Fatalf("read: %v", err)
	}
	if got := w.have.Block.String(w.AgentField); got != w.OtherAgent {
		t.Errorf("agent %q is read, want %q", got, w.OtherAgent)
	}
	if w.have.Status != platform.Active {
		t.Errorf("read as %q: %s", w.have.Status, w.have.StatusReason)
	}
	w.apply(w.Agent)
	w.expect(w.attached(w.Agent))
}

func attachedAgain(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.Drop.do()
	err := w.refresh(t.Context())
	if w.isCarrier() { // with the record, the number itself is gone
		if err == nil {
			t.Errorf("read as %q: %s", w.have.Status, w.have.StatusReason)
		}
		return
	}
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	if w.have.Status != platform.Corrupted {
		t.Errorf("read as %q: %s", w.have.Status, w.have.StatusReason)
	}
	w.apply(w.Agent)
	w.expect(w.attached(w.Agent))
	wantSettled(w, w.Agent)
}

func updateWithoutDifference(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	if err := w.update(t.Context(), w.Agent); err != nil {
		t.Fatalf("update: %v", err)
	}
	if all, _ := w.requests(); len(all) > 0 {
		t.Errorf("requests: %s", all)
	}
	w.expect(w.attached(w.Agent))
}

func endsTwice(t *testing.T, start starter) {
	for _, action := range ends {
		t.Run(string(action), func(t *testing.T) {
			w := start(t)
			w.mustCreate()
			for _, turn := range []string{"first", "second"} {
				if err := w.end(t.Context(), action); err != nil {
					t.Fatalf("the %s time: %v", turn, err)
				}
				w.expect(w.ended(action))
				wantNothingLeft(w)
			}
		})
	}
}

// leftBehind begins the note of a forced end on a step that failed.
const leftBehind = "Left behind"

func wantNothingLeft(w *world) {
	w.t.Helper()
	if notes := strings.Join(w.notes, "\n"); strings.Contains(notes, leftBehind) {
		w.t.Errorf("notes: %s", notes)
	}
}

func stepsTwice(t *testing.T, start starter) {
	for _, action := range ends {
		t.Run(string(action), func(t *testing.T) {
			w := start(t)
			w.mustCreate()
			for _, step := range w.own(action) {
				for _, turn := range []string{"first", "second"} {
					notes, err := w.Platform.Do(t.Context(), w.have, step)
					w.inspect(w.have, notes, err)
					if err != nil {
						t.Errorf("%s, the %s time: %v", step.Op, turn, err)
					}
				}
			}
			got, want := w.Look(), w.ended(action)
			if got.Records != want.Records || got.Agent != want.Agent {
				t.Errorf("the services have %+v, want %+v", got, want)
			}
		})
	}
}

func endsAfterDrop(t *testing.T, start starter) {
	for _, action := range ends {
		t.Run(string(action), func(t *testing.T) {
			w := start(t)
			w.mustCreate()
			w.Drop.do()
			dropped := w.Look()
			if err := w.end(t.Context(), action); err != nil {
				t.Fatal(err)
			}
			want := w.ended(action)
			want.Records, want.Owned = 0, dropped.Owned && want.Owned
			want.Routed = want.Owned && dropped.Routed && !unwires(w.Kind.Steps(w.have, action))
			w.expect(want)
			wantNothingLeft(w)
		})
	}
}

// unwires says that one of the steps clears what is left at the carrier.
func unwires(steps []platform.Step) bool {
	return slices.ContainsFunc(steps, func(s platform.Step) bool { return s.Op == platform.OpUnwire })
}

func foreignStep(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	_, err := w.Platform.Do(t.Context(), w.have, platform.Step{Service: w.Kind.Name, Op: "no-such-operation"})
	if !errors.Is(err, platform.ErrUntouched) {
		t.Errorf("error %v, want one that is platform.ErrUntouched", err)
	}
	if all, _ := w.requests(); len(all) > 0 {
		t.Errorf("requests: %s", all)
	}
}

// forceDeleteFails ends a number at a platform that is down.
func forceDeleteFails(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.Inject(simulator.Fault{Service: w.service(), Status: http.StatusServiceUnavailable})
	if err := w.end(t.Context(), platform.ForceDelete); err != nil {
		t.Fatal(err)
	}
	got := w.Look()
	if !got.Owned || got.Routed {
		t.Errorf("the services have %+v", got)
	}
	for _, part := range []string{leftBehind, w.Number.PhoneNumber} {
		if notes := strings.Join(w.notes, "\n"); !strings.Contains(notes, part) {
			t.Errorf("%q is missing in the notes: %q", part, notes)
		}
	}
}

// refusals are statuses by which a service turns a request down.
var refusals = []int{
	http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict, http.StatusUnprocessableEntity,
}

func refusedEnd(t *testing.T, start starter) {
	for _, action := range ends {
		for _, status := range refusals {
			t.Run(fmt.Sprintf("%s, %d", action, status), func(t *testing.T) {
				w := start(t)
				w.mustCreate()
				body, words := w.Refusal(status)
				strike(w, simulator.Fault{Status: status, Body: body}, isWrite, 0, always)
				err := w.end(t.Context(), action)
				told := strings.Join(w.notes, "\n")
				if err != nil {
					told += err.Error()
				}
				if !strings.Contains(told, words) {
					t.Errorf("%q is not told: %s", words, told)
				}
				if action == platform.ForceDelete { // which goes on with what it can do
					if got := w.Look(); !got.Owned || got.Records != 1 {
						t.Errorf("the services have %+v", got)
					}
					return
				}
				if err == nil {
					t.Error("there is no error")
				}
				wantUntouched(w, w.attached(w.Agent))
			})
		}
	}
}

// wantUntouched checks that an end which failed has changed nothing, and that
// the platform has said so: only then the resource stays active.
func wantUntouched(w *world, before State) {
	w.t.Helper()
	if w.have.Status != platform.Active || w.have.Private.Unfinished != "" {
		w.t.Errorf("the refusal is not recognised: the resource is %q (%s)", w.have.Status, w.have.StatusReason)
	}
	w.expect(before)
}

func numberInUse(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.Engage.do()
	err := w.end(t.Context(), platform.Release)
	if _, ok := errors.AsType[*platform.Refusal](err); !ok {
		t.Errorf("error %v, want a *platform.Refusal", err)
	}
	wantUntouched(w, w.attached(w.Agent))
}

func slowDeletion(t *testing.T, start starter) {
	for _, action := range ends {
		t.Run(string(action), func(t *testing.T) {
			w := start(t)
			w.mustCreate()
			w.Slow.do()
			if err := w.end(t.Context(), action); err != nil {
				t.Fatal(err)
			}
			w.expect(w.ended(action))
			wantNothingLeft(w)
		})
	}
}

func deletionOutlastsTimeout(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.Slow.do()
	// A time-out that is about to strike is due at the second look after the
	// deletion.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	w.Before(http.MethodDelete, "", func() { w.BeforeNth(2, http.MethodGet, "", cancel) })
	err := w.end(ctx, platform.Detach)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one that is context.Canceled", err)
	}
	if got := w.Look(); got.Records != 1 || w.have.Status != platform.Corrupted {
		t.Errorf("the services have %+v, and the resource is %q", got, w.have.Status)
	}
	if err := w.end(t.Context(), platform.Detach); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	w.expect(w.ended(platform.Detach))
}

func spoiltDeletion(t *testing.T, start starter) {
	spoilt := func(t *testing.T, action platform.Action) *world {
		t.Helper()
		w := start(t)
		w.mustCreate()
		w.Spoil.do()
		if err := w.end(t.Context(), action); err == nil {
			t.Fatal("there is no error")
		}
		if got := w.Look(); !got.Owned || got.Records != 1 || w.have.Status != platform.Corrupted {
			t.Fatalf("the services have %+v, and the resource is %q", got, w.have.Status)
		}
		if err := w.refresh(t.Context()); err != nil {
			t.Fatalf("read: %v", err)
		}
		if w.have.Status != platform.Corrupted || w.have.StatusReason == "" {
			t.Errorf("read as %q: %s", w.have.Status, w.have.StatusReason)
		}
		return w
	}
	for _, action := range []platform.Action{platform.Detach, platform.Release} {
		t.Run(string(action)+" again", func(t *testing.T) {
			w := spoilt(t, action)
			if err := w.end(t.Context(), action); err != nil {
				t.Fatal(err)
			}
			w.expect(w.ended(action))
		})
	}
	t.Run("repair", func(t *testing.T) {
		w := spoilt(t, platform.Detach)
		w.apply(w.Agent)
		w.expect(w.attached(w.Agent))
		wantSettled(w, w.Agent)
	})
	t.Run("repair that fails", func(t *testing.T) {
		w := spoilt(t, platform.Release)
		w.Spoil.do()
		if err := w.update(t.Context(), w.Agent); err == nil || w.have.Status != platform.Corrupted {
			t.Errorf("error %v, and the resource is %q", err, w.have.Status)
		}
		w.apply(w.Agent)
		w.expect(w.attached(w.Agent))
	})
	t.Run("force delete", func(t *testing.T) {
		w := start(t)
		w.mustCreate()
		w.Spoil.do()
		if err := w.end(t.Context(), platform.ForceDelete); err != nil {
			t.Fatal(err)
		}
		w.expect(w.ended(platform.ForceDelete))
		if len(w.notes) == 0 {
			t.Error("no note says what is left behind")
		}
	})
}

func beyondOnePage(t *testing.T, start starter) {
	w := start(t)
	w.crowd()
	w.mustCreate()
	w.crowd()
	w.expect(w.attached(w.Agent))
	wantSettled(w, w.Agent)
	got, err := w.Platform.Attach(t.Context(), w.config(w.Agent))
	w.inspect(got, nil, err)
	if err != nil {
		t.Fatalf("attach again: %v", err)
	}
	w.expect(w.attached(w.Agent))
	if err := w.update(t.Context(), w.OtherAgent); err != nil {
		t.Fatalf("re-point: %v", err)
	}
	w.expect(w.attached(w.OtherAgent))
	if err := w.end(t.Context(), platform.Detach); err != nil {
		t.Fatalf("detach: %v", err)
	}
	w.expect(w.ended(platform.Detach))
}
