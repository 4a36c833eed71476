package platformtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// world is a subject, and the number as Terraform's state holds it.
type world struct {
	Subject
	t *testing.T

	have   platform.Number // in state; without a PhoneNumber: none is
	notes  []string        // of the last end
	others string          // State.Others, which stay as they are
}

func newWorld(t *testing.T, s Subject) *world {
	t.Helper()
	for name, hook := range map[string]Hook{
		"Drop": s.Drop, "Repoint": s.Repoint, "Crowd": s.Crowd, "Slow": s.Slow, "Engage": s.Engage, "Spoil": s.Spoil,
	} {
		if (hook.do == nil) == (hook.missing == "") {
			t.Fatalf("the subject does not say whether it can %s", name)
		}
	}
	w := &world{Subject: s, t: t, others: s.Look().Others}
	t.Cleanup(func() {
		if got := w.Look().Others; got != w.others {
			t.Errorf("what is not the number's has changed: %s, want %s", got, w.others)
		}
	})
	return w
}

// crowd adds others' records, which are to stay as they are.
func (w *world) crowd() {
	w.Crowd.do()
	w.others = w.Look().Others
	w.ResetRequests()
}

// isCarrier says that the platform carries the number itself, so that its record
// lasts as long as the number is owned.
func (w *world) isCarrier() bool { return w.Carrier != nil }

// attached is what there is of the number while the agent answers it.
func (w *world) attached(agent string) State {
	return State{Records: 1, Agent: agent, Owned: true, Routed: w.Kind.Wires != nil, Others: w.others}
}

// ended is what there is of the number after an action.
func (w *world) ended(action platform.Action) State {
	left := State{Owned: action != platform.Release, Others: w.others}
	if left.Owned && w.isCarrier() {
		left.Records = 1
	}
	return left
}

// expect checks what there is of the number.
func (w *world) expect(want State) {
	w.t.Helper()
	if got := w.Look(); got != want {
		w.t.Errorf("the services have %+v, want %+v", got, want)
	}
}

// config is the number as configured, with the agent. What is computed comes
// from state, as in a plan.
func (w *world) config(agent string) platform.Number {
	n := w.Number
	n.Platform, n.Block = w.Kind.Name, platform.Values{}
	if n.Action == "" {
		n.Action = platform.Detach
	}
	for _, field := range w.Kind.Block {
		value, configured := w.Number.Block[field.Name]
		switch {
		case field.Name == w.AgentField:
			n.Block[field.Name] = agent
		case configured:
			n.Block[field.Name] = value
		case field.Presence == platform.Optional:
			n.Block[field.Name] = field.Default
		case w.have.Block.Has(field.Name):
			n.Block[field.Name] = w.have.Block[field.Name]
		}
	}
	if w.have.PhoneNumber != "" {
		n.SID, n.AccountSID, n.Carrier, n.Status = w.have.SID, w.have.AccountSID, w.have.Carrier, platform.Active
	}
	return n
}

// keep puts got into state. Over are the values that Terraform already knows,
// from the plan or the state before; trusted means that what got reports goes
// beyond them, as it does in a read and after a failure.
func (w *world) keep(got platform.Number, over platform.Values, trusted bool) {
	block := maps.Clone(over)
	for name, value := range got.Block {
		if _, known := over[name]; trusted || !known {
			block[name] = value
		}
	}
	for _, field := range w.Kind.Block {
		if field.WriteOnly {
			delete(block, field.Name)
		}
	}
	w.have = got
	w.have.Block = block
	if w.Kind.Wires != nil {
		w.have.Settings = nil // wiring that a platform owns is not in state
	}
}

// inspect looks for secrets in what the platform gave back.
func (w *world) inspect(n platform.Number, notes []string, err error) {
	w.t.Helper()
	text := fmt.Sprintf("%v %+v %s %v %v", n.Block, n.Private, n.StatusReason, n.Notes, notes)
	if err != nil {
		text += " " + err.Error() + " " + platform.Brief(err)
	}
	for _, secret := range w.Secrets {
		if strings.Contains(text, secret) {
			w.t.Errorf("the secret %q is in: %s", secret, text)
		}
	}
}

// create attaches the number to Agent, as the creation of its resource does.
func (w *world) create(ctx context.Context) error {
	w.t.Helper()
	want := w.config(w.Agent)
	got, err := w.Lifecycle().Create(ctx, want)
	w.inspect(got, nil, err)
	if got.PhoneNumber != "" {
		w.keep(got, want.Block, false)
	}
	return err
}

// mustCreate is create in a world in which nothing is wrong.
func (w *world) mustCreate() {
	w.t.Helper()
	if err := w.create(w.t.Context()); err != nil {
		w.t.Fatalf("attach: %v", err)
	}
	w.ResetRequests()
}

// importID puts into state what the ID tells of a number; the rest is null.
func (w *world) importID(id string) {
	w.t.Helper()
	n, err := w.Kind.Import(id)
	if err != nil {
		w.t.Fatalf("%s: %v", id, err)
	}
	n.Platform, n.Action = w.Kind.Name, platform.Detach
	block := platform.Values{}
	for _, field := range w.Kind.Block {
		block[field.Name] = n.Block[field.Name]
	}
	n.Block = block
	if w.Kind.CarrierOf != nil {
		n.Carrier = w.Kind.CarrierOf(n)
	}
	w.have = n
}

// refresh reads the number into state.
func (w *world) refresh(ctx context.Context) error {
	w.t.Helper()
	got, err := w.Lifecycle().Read(ctx, w.have)
	w.inspect(got, nil, err)
	if err == nil {
		w.keep(got, w.have.Block, true)
	}
	return err
}

// update makes the number as configured with the agent.
func (w *world) update(ctx context.Context, agent string) error {
	w.t.Helper()
	want := w.config(agent)
	got, err := w.Lifecycle().Update(ctx, w.have, want)
	w.inspect(got, nil, err)
	if err != nil {
		if got.Status == "" || got.Status == platform.Active && got.Private.Unfinished != "" {
			w.t.Errorf("the number beside this error is %q and its %s unfinished: %v", got.Status, got.Private.Unfinished, err)
		}
		w.keep(got, w.have.Block, true)
		return err
	}
	w.keep(got, want.Block, false)
	return nil
}

// end destroys the resource. What is left in state stays in it.
func (w *world) end(ctx context.Context, action platform.Action) error {
	w.t.Helper()
	have := w.have
	have.Action = action
	left, notes, err := w.Lifecycle().Delete(ctx, have)
	w.inspect(left, notes, err)
	w.notes = notes
	w.have.Status, w.have.StatusReason, w.have.Private = left.Status, left.StatusReason, left.Private
	return err
}

// apply is the next run of Terraform: it refreshes the state and updates the
// number if anything is not as configured.
func (w *world) apply(agent string) {
	w.t.Helper()
	if w.have.PhoneNumber == "" {
		w.mustCreate()
		return
	}
	if err := w.refresh(w.t.Context()); err != nil {
		w.t.Errorf("the next refresh: %v", err)
		return
	}
	if w.have.Status == platform.Active && w.drift(agent) == "" {
		return
	}
	if err := w.update(w.t.Context(), agent); err != nil {
		w.t.Errorf("the next apply: %v", err)
	}
}

// drift names the fields in state that are not as configured with the agent, but
// for those that are not looked at.
func (w *world) drift(agent string, but ...string) string {
	want := w.config(agent)
	var names []string
	for _, field := range w.Kind.Block {
		if !field.WriteOnly && field.Presence != platform.Computed && !slices.Contains(but, field.Name) &&
			!reflect.DeepEqual(want.Block[field.Name], w.have.Block[field.Name]) {
			names = append(names, field.Name)
		}
	}
	return strings.Join(names, ", ")
}

// own has the action chosen, and returns its steps that the platform itself runs.
func (w *world) own(action platform.Action) []platform.Step {
	w.have.Action = action
	var steps []platform.Step
	for _, step := range w.Kind.Steps(w.have, action) {
		if step.Service == w.Kind.Name && step.Op != "" {
			steps = append(steps, step)
		}
	}
	return steps
}

// requests are those that the platform has been sent, changes those that may
// have changed something.
func (w *world) requests() (all, changes []string) {
	for _, r := range w.Requests() {
		if r.Service != simulator.Service(w.Kind.Name) {
			continue
		}
		all = append(all, r.String())
		if r.Method != http.MethodGet {
			changes = append(changes, r.String())
		}
	}
	return all, changes
}

// isOf says that a request is sent to the service.
func isOf(r *http.Request, service simulator.Service) bool {
	return strings.HasPrefix(r.URL.Path, "/"+string(service)+"/")
}

// isAbsence says that an error means that the number is not there.
func isAbsence(err error) bool { return errors.Is(err, platform.ErrNotFound) }
