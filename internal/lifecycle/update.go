package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Update makes the number as want has it, in place: its settings, its account,
// its platform, and its repair if it is not active. It never buys and never
// releases.
//
// The number beside an error is what is known to be so by then.
func (m *Manager) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	carrier, on, err := m.open(want)
	if err != nil {
		return have, err
	}
	defer m.lock(have.PhoneNumber)()
	if have.Memory.Lost {
		return have, fmt.Errorf("%s: %s", have.PhoneNumber, have.StatusReason)
	}
	repair, moving := have.Status != platform.Active, have.Platform != want.Platform
	if on != nil && (repair || moving) {
		if err := on.Check(ctx, want); err != nil {
			return have, err
		}
	}
	if moving {
		if have, err = m.leave(ctx, have); err != nil {
			return have, err
		}
	}
	if repair || moving {
		// State holds no wiring that a platform owned, and may hold what a
		// failed creation or destroy was about to do.
		live, err := carrier.Read(ctx, have)
		if err != nil {
			return have, err
		}
		have.Settings = live.Settings
	}
	want.PhoneNumber, want.SID, want.Acquisition, want.Memory = have.PhoneNumber, have.SID, have.Acquisition, have.Memory
	got, err := m.change(ctx, carrier, on, have, want, moving)
	if err != nil {
		if moving {
			got.Memory.Unfinished, got.Memory.Detail = platform.Attach, platform.Brief(err)
		}
		return got, err
	}
	got.Memory.Unfinished, got.Memory.Detail = "", ""
	judge(&got)
	return got, nil
}

// change wires the number and brings its record on the platform up to date.
func (m *Manager) change(
	ctx context.Context, carrier platform.Carrier, on platform.Platform, have, want platform.Number, moving bool,
) (platform.Number, error) {
	if moving || on == nil {
		return m.setUp(ctx, carrier, on, have, want)
	}
	got, err := configure(ctx, carrier, have, want)
	if err != nil {
		return got, err
	}
	held := got
	held.Block, held.Status, held.StatusReason = have.Block, have.Status, have.StatusReason
	if got, err = on.Update(ctx, held, got); err != nil {
		return got, err
	}
	return m.connect(ctx, carrier, got)
}

// leave takes the number off its platform, which it keeps nothing of, and
// never gives it up.
func (m *Manager) leave(ctx context.Context, have platform.Number) (platform.Number, error) {
	if have.Platform == platform.None {
		return have, nil
	}
	kind, _ := m.Kinds.Kind(have.Platform)
	for _, step := range kind.Steps(have, platform.Detach) {
		if step.Op == "" {
			continue
		}
		service, err := m.service(step.Service)
		if err == nil {
			_, err = service.Do(ctx, have, step)
		}
		if err != nil && !step.BestEffort {
			if !errors.Is(err, platform.ErrUntouched) {
				have.Memory.Unfinished, have.Memory.Detail = platform.Attach, platform.Brief(err)
			}
			return have, &StepError{Step: step, Err: err}
		}
	}
	have.Platform, have.Block, have.Memory.Wiring, have.Memory.Platform = platform.None, nil, nil, nil
	return have, nil
}
