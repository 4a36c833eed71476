package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// StepError reports the step at which the end of a number stopped.
type StepError struct {
	Step platform.Step
	Err  error
}

func (e *StepError) Error() string {
	return fmt.Sprintf("this step failed: %s\n\n%v", e.Step.Sentence, e.Err)
}

func (e *StepError) Unwrap() error { return e.Err }

// Delete ends the number by the steps that Kinds.Steps lists. The number
// beside an error is what is left in state; it is as it was unless something
// may have been changed. The notes are for the user in either case.
func (m *Manager) Delete(ctx context.Context, have platform.Number) (left platform.Number, notes []string, err error) {
	defer m.catalogs.Writing()()
	unlock, err := m.Registry.Lock(ctx, have.PhoneNumber)
	if err != nil {
		return have, nil, platform.Untouched(err)
	}
	defer unlock()
	if m.Registry.AcquiredByAnother(have.PhoneNumber, have.Private.Instance) {
		return have, []string{m.leftNote(have)}, nil
	}
	if left, notes, err = m.destroy(ctx, have); err != nil {
		m.Registry.DestroyFailed(left)
		return left, notes, err
	}
	m.Registry.Leave(have.PhoneNumber, have.Private.Instance)
	return left, notes, nil
}

// destroy is Delete for a number that nobody else works on.
func (m *Manager) destroy(ctx context.Context, have platform.Number) (platform.Number, []string, error) {
	if refusal := m.Kinds.Refuse(have, m.PreventRelease); refusal != nil {
		return have, nil, platform.Untouched(refusal)
	}
	conflict := m.Registry.Destroys(have)
	if have.Recreated && m.Kinds.Irreversible(have) {
		conflict = registry.Loss
	}
	if refusal := conflict.Refusal(have); refusal != nil { // the plan may not have known
		return have, nil, platform.Untouched(refusal)
	}
	carrier, _, err := m.open(have)
	if err != nil {
		return have, nil, platform.Untouched(err)
	}
	if have.Private.Unfinished == platform.Creation {
		live, err := carrier.Read(ctx, have)
		switch {
		case err == nil && live.Marker() != have.Private.Marker:
			return have, []string{lostNote(have)}, nil
		case err != nil && !errors.Is(err, platform.ErrNotFound):
			return have, nil, platform.Untouched(err)
		}
	}
	steps := m.Kinds.Steps(have)
	m.catalogs.Wrote(have.PhoneNumber)
	notes, touched, err := m.run(ctx, have, steps, have.Action == platform.ForceDelete)
	if err != nil && touched {
		have = halfway(have, platform.Teardown, err)
	}
	return have, notes, err
}

// leftNote says that a number was not touched, since another resource has it.
func (m *Manager) leftNote(n platform.Number) string {
	note := n.PhoneNumber + " was left as it is: another telephony_phone_number of this run has it now."
	if n.Platform != platform.None {
		note += fmt.Sprintf(" If that one is not on %[1]s, remove what is left of the number at %[1]s.", m.Kinds.Title(n.Platform))
	}
	return note
}

// lostNote says that a number was not touched, since nobody can tell whose it is.
func lostNote(n platform.Number) string {
	return fmt.Sprintf("%[1]s was left as it is, and is no longer in state: its creation never completed, and it no longer "+
		"carries the mark of its purchase, so that another creation may have claimed it, in this workspace or another one. If "+
		"none has, %[1]s stays owned and billed: adopt it with phone_number = %[1]q.", n.PhoneNumber)
}

// run runs the steps of n until one fails; a persistent run goes on and notes
// what is left, unless it is interrupted: nothing has failed then. Touched says
// whether anything may have been changed.
func (m *Manager) run(
	ctx context.Context, n platform.Number, steps []platform.Step, persistent bool,
) (notes []string, touched bool, err error) {
	for _, step := range steps {
		if step.Op == "" {
			continue
		}
		service, err := m.service(step.Service)
		if err != nil {
			return notes, touched, &StepError{Step: step, Err: err}
		}
		more, err := service.Do(ctx, n, step)
		notes = append(notes, more...)
		touched = touched || err == nil || !unchanged(err)
		switch {
		case err == nil, step.BestEffort:
		case persistent && !errors.Is(ctx.Err(), context.Canceled):
			notes = append(notes, fmt.Sprintf("Left behind, since this failed: %s (%v)", step.Sentence, err))
		default:
			return notes, touched, &StepError{Step: step, Err: err}
		}
	}
	return notes, touched, nil
}

// unchanged says that a step failed before anything had been changed: it says
// so itself, or the service clearly refused.
func unchanged(err error) bool {
	var answer interface{ Refused() bool }
	return errors.Is(err, platform.ErrUntouched) || errors.As(err, &answer) && answer.Refused()
}
