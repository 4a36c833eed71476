package lifecycle

import (
	"context"
	"errors"
	"fmt"

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
func (m *Manager) Delete(ctx context.Context, have platform.Number) (platform.Number, []string, error) {
	defer m.catalogs.writing()()
	defer m.lock(have.PhoneNumber)()
	if m.isTaken(have.PhoneNumber) {
		return have, []string{fmt.Sprintf(
			"%s was left as it is: another telephony_phone_number of this run has it now.", have.PhoneNumber)}, nil
	}
	if refusal := m.Kinds.Refuse(have, m.PreventRelease); refusal != nil {
		return have, nil, platform.Untouched(refusal)
	}
	if _, _, err := m.open(have); err != nil {
		return have, nil, platform.Untouched(err)
	}
	steps := m.Kinds.Steps(have)
	m.catalogs.wrote(have.PhoneNumber)
	notes, touched, err := m.run(ctx, have, steps, have.Action == platform.ForceDelete)
	if err != nil && touched {
		have = stopped(have, err)
	}
	return have, notes, err
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

// stopped is a number whose end stopped half-way.
func stopped(n platform.Number, err error) platform.Number {
	n.Memory.Stop(platform.Teardown, err)
	n.Status = platform.Corrupted
	n.StatusReason = unfinishedReason(n.Memory)
	return n
}

// unchanged says that a step failed before anything had been changed: it says
// so itself, or the service clearly refused.
func unchanged(err error) bool {
	var answer interface{ Refused() bool }
	return errors.Is(err, platform.ErrUntouched) || errors.As(err, &answer) && answer.Refused()
}
