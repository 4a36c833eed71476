package platformtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// operation is something that lifecycle asks of a platform.
type operation struct {
	name string
	// begin brings a world that has the number attached to where this begins; nil:
	// the number is not attached yet.
	begin func(*world)
	run   func(context.Context, *world) error
	// want is what there is of the number afterwards; nil: this changes nothing.
	want func(*world) State
	// next is the next run of Terraform, which is to end there too.
	next func(*world)
	// ends says that the resource is destroyed, persists that a failure of that is
	// a note, since the end goes on.
	ends, persists bool
}

// operations are all that can be asked of the subject.
func operations(s Subject) []operation {
	asAttached := func(*world) {}
	all := []operation{
		{name: "check", run: func(ctx context.Context, w *world) error {
			return w.Platform.Check(ctx, platform.Number{}, w.config(w.Agent))
		}},
		{name: "read", begin: asAttached, run: func(ctx context.Context, w *world) error {
			got, err := w.Platform.Read(ctx, w.have)
			w.inspect(got, nil, err)
			return err
		}},
		{
			name: "attach",
			run:  func(ctx context.Context, w *world) error { return w.create(ctx) },
			want: func(w *world) State { return w.attached(w.Agent) },
			next: func(w *world) { w.apply(w.Agent) },
		},
		{
			name:  "attach over the record",
			begin: func(w *world) { w.have = platform.Number{} },
			run:   func(ctx context.Context, w *world) error { return w.create(ctx) },
			want:  func(w *world) State { return w.attached(w.Agent) },
			next:  func(w *world) { w.apply(w.Agent) },
		},
		{
			name:  "re-point",
			begin: asAttached,
			run:   func(ctx context.Context, w *world) error { return w.update(ctx, w.OtherAgent) },
			want:  func(w *world) State { return w.attached(w.OtherAgent) },
			next:  func(w *world) { w.apply(w.OtherAgent) },
		},
		{
			name:  "repair",
			begin: breakDown,
			run:   func(ctx context.Context, w *world) error { return w.update(ctx, w.Agent) },
			want:  func(w *world) State { return w.attached(w.Agent) },
			next:  func(w *world) { w.apply(w.Agent) },
		},
	}
	for _, action := range ends {
		all = append(all, operation{
			name:  string(action),
			begin: asAttached,
			run:   func(ctx context.Context, w *world) error { return w.end(ctx, action) },
			want:  func(w *world) State { return w.ended(action) },
			next: func(w *world) {
				if err := w.end(w.t.Context(), action); err != nil {
					w.t.Errorf("the next destroy: %v", err)
				}
			},
			ends:     true,
			persists: action == platform.ForceDelete,
		})
	}
	if _, ok := s.Platform.(platform.Previewer); ok && !s.ForeseesByItself {
		all = append(all, operation{name: "preview", run: func(ctx context.Context, w *world) error {
			var err error
			if previewer, ok := w.Platform.(platform.Previewer); ok {
				_, err = previewer.Preview(ctx, w.config(w.Agent))
			}
			return err
		}})
	}
	if s.lister() != nil {
		all = append(all, operation{name: "read in the list", begin: asAttached, run: readListed})
	}
	if s.Carrier == nil {
		all = append(all, operation{
			name:  "read an import",
			begin: func(w *world) { w.importID(w.ImportIDs()[0]) },
			run: func(ctx context.Context, w *world) error {
				_, err := w.Platform.Read(ctx, w.have)
				return err
			},
		})
	} else {
		all = append(
			all,
			operation{name: "find at the carrier", begin: asAttached, run: func(ctx context.Context, w *world) error {
				_, err := w.Carrier.Find(ctx, w.have)
				return err
			}},
			operation{name: "read at the carrier", begin: asAttached, run: func(ctx context.Context, w *world) error {
				_, err := w.Carrier.Read(ctx, w.have)
				return err
			}},
		)
	}
	return all
}

// breakDown breaks an attached number: its record goes or, where the number
// would go with it, an operation on it has stopped half-way.
func breakDown(w *world) {
	if !w.isCarrier() {
		w.Drop.do()
		if err := w.refresh(w.t.Context()); err != nil {
			w.t.Fatalf("read: %v", err)
		}
		return
	}
	w.have.Status, w.have.StatusReason = platform.Corrupted, "a test says so"
	w.have.Private.Unfinished = platform.Attach
}

// at starts a world where the operation begins.
func (op operation) at(t *testing.T, start starter) *world {
	t.Helper()
	w := start(t)
	if op.begin != nil {
		w.mustCreate()
		op.begin(w)
		w.ResetRequests()
	}
	return w
}

// clean runs the operation where nothing is wrong, and returns the methods of
// its requests to the platform.
func (op operation) clean(t *testing.T, start starter) []string {
	t.Helper()
	w := op.at(t, start)
	if err := op.run(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	var methods []string
	all, _ := w.requests()
	for _, r := range all {
		method, _, _ := strings.Cut(r, " ")
		methods = append(methods, method)
	}
	if len(methods) == 0 {
		t.Error("it makes no request, so no fault can strike it")
	}
	return methods
}

// judge holds what an operation said, under a fault, against what it did, and
// lets the next run finish it.
func (op operation) judge(w *world, before State, err error) {
	w.t.Helper()
	w.inspect(w.have, w.notes, err)
	after := w.Look()
	if isAbsence(err) {
		w.t.Errorf("this error means that there is no such number: %v", err)
	}
	if op.want == nil {
		if err == nil {
			w.t.Error("there is no error")
		}
		w.expect(before)
		return
	}
	want := op.want(w)
	told := err != nil || op.persists && strings.Contains(strings.Join(w.notes, "\n"), leftBehind)
	switch {
	case !told && after != want:
		w.t.Errorf("it says to have succeeded, but the services have %+v, want %+v", after, want)
	case err == nil || w.have.Status != platform.Active:
	case op.ends && after != before:
		w.t.Errorf("it says to have changed nothing, but the services have %+v, and had %+v: %v", after, before, err)
	case after.Records < before.Records:
		w.t.Errorf("the resource stays active although its record is gone: %v", err)
	}
	if before.Owned && !after.Owned && want.Owned {
		w.t.Error("the number is lost")
	}
	op.next(w)
	w.expect(want)
}

// answer is something that comes back instead of the platform's own word.
type answer struct {
	name  string
	fault simulator.Fault
}

const page = "<!DOCTYPE html><html><body>Something is between us</body></html>"

// untrustworthy are answers to a read that say nothing of the number.
func untrustworthy(s Subject) []answer {
	own := func(status int) simulator.Fault {
		body, _ := s.Refusal(status)
		return simulator.Fault{Status: status, Body: body}
	}
	all := []answer{
		{"credentials refused", own(http.StatusUnauthorized)},
		{"404 of a proxy", simulator.Fault{Status: http.StatusNotFound, Body: page}},
		{"empty object", simulator.Fault{Status: http.StatusOK, Body: "{}"}},
		{"bad gateway", simulator.Fault{Status: http.StatusBadGateway, Body: page}},
		{"hollow success", simulator.Fault{Status: http.StatusOK, Body: s.Hollow}},
		{"bad request", own(http.StatusBadRequest)},
		// Those above are tried at each read, those below at all reads at once.
		{"credentials refused by a proxy", simulator.Fault{Status: http.StatusUnauthorized, Body: page}},
		{"forbidden", own(http.StatusForbidden)},
		{"forbidden by a proxy", simulator.Fault{Status: http.StatusForbidden, Body: page}},
		{"404 without a body", simulator.Fault{Status: http.StatusNotFound}},
		{"404 of another API", simulator.Fault{Status: http.StatusNotFound, Body: `{"fault": "no route"}`}},
		{"gone, of a proxy", simulator.Fault{Status: http.StatusGone, Body: page}},
		{"server error", own(http.StatusInternalServerError)},
		{"unavailable", simulator.Fault{Status: http.StatusServiceUnavailable}},
		{"redirect", simulator.Fault{
			Status: http.StatusFound, Header: http.Header{"Location": {"https://elsewhere.example/"}},
		}},
		{"empty body", simulator.Fault{Status: http.StatusOK}},
		{"null", simulator.Fault{Status: http.StatusOK, Body: "null"}},
		{"empty list", simulator.Fault{Status: http.StatusOK, Body: "[]"}},
		{"page", simulator.Fault{Garble: true}},
		{"truncated", simulator.Fault{Truncate: true}},
		{"cut", simulator.Fault{Cut: simulator.CutBefore}},
	}
	return slices.DeleteFunc(all, func(a answer) bool { return s.BareArray && a.fault.Body == "[]" })
}

// sampled runs a case if it is in the sample that is taken.
func sampled(t *testing.T, name string, run func(t *testing.T)) {
	t.Helper()
	if cases.Tries(t.Name()+"/"+name, cases.OneOf(t, 6, 1)) {
		t.Run(name, run)
	}
}

// perRead is how many of the untrustworthy answers are tried at each read.
const perRead = 6

func untrustworthyReads(t *testing.T, start starter) {
	subject := start(t).Subject
	for _, op := range operations(subject) {
		t.Run(op.name, func(t *testing.T) {
			reads := count(op.clean(t, start), isRead)
			if reads == 0 {
				t.Log("it reads nothing")
			}
			for i, answer := range untrustworthy(subject) {
				for from := range reads {
					if from > 0 && i >= perRead {
						break
					}
					sampled(t, fmt.Sprintf("%s from read %d", answer.name, from+1), func(t *testing.T) {
						w := op.at(t, start)
						strike(w, answer.fault, isRead, from, always)
						op.tryUnderFaults(w)
					})
				}
			}
		})
	}
}

// unsuccessful are answers to a write that refuse it, or leave open what has
// become of it.
func unsuccessful(s Subject) []answer {
	own, _ := s.Refusal(http.StatusInternalServerError)
	conflict, _ := s.Refusal(http.StatusConflict)
	return []answer{
		{"conflict", simulator.Fault{Status: http.StatusConflict, Body: conflict}},
		{"server error before", simulator.Fault{Status: http.StatusInternalServerError, Body: own}},
		{"server error after", simulator.Fault{Status: http.StatusInternalServerError, Body: own, AfterEffect: true}},
		{"bad gateway after", simulator.Fault{Status: http.StatusBadGateway, Body: page, AfterEffect: true}},
		{"unavailable before", simulator.Fault{Status: http.StatusServiceUnavailable}},
		{"cut before", simulator.Fault{Cut: simulator.CutBefore}},
		{"cut after", simulator.Fault{Cut: simulator.CutAfter}},
		{"truncated", simulator.Fault{Truncate: true}},
		{"page", simulator.Fault{Garble: true}},
		{"empty object before", simulator.Fault{Body: "{}"}},
		{"empty object after", simulator.Fault{Body: "{}", AfterEffect: true}},
		{"hollow success before", simulator.Fault{Body: s.Hollow}},
		{"hollow success after", simulator.Fault{Body: s.Hollow, AfterEffect: true}},
		{"redirect before", simulator.Fault{
			Status: http.StatusFound, Header: http.Header{"Location": {"https://elsewhere.example/"}},
		}},
		{"404 of a proxy before", simulator.Fault{Status: http.StatusNotFound, Body: page}},
	}
}

func unsuccessfulWrites(t *testing.T, start starter) {
	subject := start(t).Subject
	for _, op := range operations(subject) {
		if op.want == nil {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			writes := count(op.clean(t, start), isWrite)
			for _, answer := range unsuccessful(subject) {
				for nth := range writes {
					for _, lasts := range []int{1, always} {
						sampled(t, fmt.Sprintf("%s at write %d, %s", answer.name, nth+1, times(lasts)), func(t *testing.T) {
							w := op.at(t, start)
							strike(w, answer.fault, isWrite, nth, lasts)
							op.tryUnderFaults(w)
						})
					}
					sampled(t, fmt.Sprintf("%s at write %d, and nothing is answered since", answer.name, nth+1), func(t *testing.T) {
						w := op.at(t, start)
						struck := strike(w, answer.fault, isWrite, nth, 1)
						w.Inject(simulator.Fault{
							Service: w.service(), Status: http.StatusServiceUnavailable,
							Match: func(*http.Request) bool { return struck.Load() > 0 },
						})
						op.tryUnderFaults(w)
					})
				}
			}
		})
	}
}

// tryUnderFaults runs the operation in a world with faults, and judges it without.
func (op operation) tryUnderFaults(w *world) {
	w.t.Helper()
	before := w.Look()
	err := op.run(w.t.Context(), w)
	w.ClearFaults()
	op.judge(w, before, err)
}

// always is how often a fault strikes that lasts.
const always = 0

func times(lasts int) string {
	if lasts == always {
		return "for good"
	}
	return "once"
}

// strike arms a fault for the requests to the platform that fit, but for the
// first ones, and counts how often it strikes. That it never does is an error.
func strike(w *world, f simulator.Fault, fits func(method string) bool, first, lasts int) *atomic.Int64 {
	w.t.Helper()
	var struck atomic.Int64
	seen := 0
	f.Service = w.service()
	f.Match = func(r *http.Request) bool { // called under the simulator's lock
		if !fits(r.Method) {
			return false
		}
		seen++
		if seen <= first || lasts != always && seen > first+lasts {
			return false
		}
		struck.Add(1)
		return true
	}
	w.Inject(f)
	w.t.Cleanup(func() {
		if struck.Load() == 0 {
			w.t.Error("the fault never struck")
		}
	})
	return &struck
}

func isRead(method string) bool  { return method == http.MethodGet }
func isWrite(method string) bool { return method != http.MethodGet }

func count(methods []string, fit func(string) bool) int {
	n := 0
	for _, method := range methods {
		if fit(method) {
			n++
		}
	}
	return n
}

// service is the platform as the simulator calls it.
func (w *world) service() simulator.Service { return simulator.Service(w.Kind.Name) }

// atOnce is how long an operation may take that nobody waits for any more. It is
// far above what it does take, and far below the time-outs of a client.
const atOnce = 5 * time.Second

func cancelled(t *testing.T, start starter) {
	for _, op := range operations(start(t).Subject) {
		t.Run(op.name, func(t *testing.T) {
			w := op.at(t, start)
			before := w.Look()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			begin := time.Now()
			err := op.run(ctx, w)
			if took := time.Since(begin); took > atOnce {
				t.Errorf("it took %s", took)
			}
			if !op.persists && !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want one that is context.Canceled", err)
			}
			if _, changes := w.requests(); len(changes) > 0 {
				t.Errorf("it sent %s", changes)
			}
			op.judge(w, before, err)
		})
	}
}

func interrupted(t *testing.T, start starter) {
	for _, op := range operations(start(t).Subject) {
		t.Run(op.name, func(t *testing.T) {
			for nth, method := range op.clean(t, start) {
				for _, afterEffect := range []bool{false, true} {
					if afterEffect && isRead(method) {
						continue
					}
					name := fmt.Sprintf("at request %d, %s, after its effect: %t", nth+1, method, afterEffect)
					t.Run(name, func(t *testing.T) {
						// The time that an interrupted operation takes to make sure is the bubble's.
						synctest.Test(t, func(t *testing.T) {
							w := op.at(t, start)
							before := w.Look()
							ctx, cancel := context.WithCancel(t.Context())
							defer cancel()
							w.addInterrupt(interrupt{service: w.service(), wait: nth, afterEffect: afterEffect, cancel: cancel})
							begin := time.Now()
							err := op.run(ctx, w)
							if ctx.Err() == nil {
								t.Error("it was never interrupted")
							}
							if took := time.Since(begin); took > atOnce {
								t.Errorf("it took %s", took)
							}
							op.judge(w, before, err)
						})
					})
				}
			}
		})
	}
}

func errorsNameNumber(t *testing.T, start starter) {
	run := func(name string, do func(context.Context, *world) error) {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.mustCreate()
			body, words := w.Refusal(http.StatusForbidden)
			w.Inject(simulator.Fault{Service: w.service(), Status: http.StatusForbidden, Body: body})
			err := do(t.Context(), w)
			if err == nil {
				t.Fatal("there is no error")
			}
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%q is missing in: %v", words, err)
			}
			if !strings.Contains(err.Error(), w.Number.PhoneNumber) && !strings.Contains(err.Error(), w.OtherAgent) {
				t.Errorf("neither the number nor the agent is named: %v", err)
			}
		})
	}
	run("attach", func(ctx context.Context, w *world) error {
		_, err := w.Platform.Attach(ctx, w.config(w.Agent))
		return err
	})
	run("read", func(ctx context.Context, w *world) error {
		_, err := w.Platform.Read(ctx, w.have)
		return err
	})
	run("re-point", func(ctx context.Context, w *world) error { return w.update(ctx, w.OtherAgent) })
	for _, action := range ends {
		for _, step := range start(t).ownWhenAttached(action) {
			run("step "+step.Op+" of "+string(action), func(ctx context.Context, w *world) error {
				w.have.Action = action
				_, err := w.Platform.Do(ctx, w.have, step)
				return err
			})
		}
	}
}

// ownWhenAttached is own of a number that is attached first.
func (w *world) ownWhenAttached(action platform.Action) []platform.Step {
	w.t.Helper()
	w.mustCreate()
	return w.own(action)
}
