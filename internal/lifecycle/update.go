package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Update makes the number as want has it, in place: its settings, its account,
// its platform, and its repair if it is not active. It never buys and never
// releases.
//
// The number beside an error is what is known to be so by then.
func (m *Manager) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	got, err := m.update(ctx, have, want)
	if err != nil {
		got.Private.Ours = m.Kinds.PartlyOurs(have, want, got)
	} else {
		got.Private.Ours, got.Private.Imported = kinds.Ours(want), false
		got.Private.Replaced = m.Kinds.WithoutWiring(got.Private.Replaced, got)
	}
	return got, err
}

func (m *Manager) update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	defer m.catalogs.Writing()()
	want, err := m.Preview(ctx, have, want)
	if err != nil {
		return have, err
	}
	if refusal := m.Kinds.CarrierChange(have, want); refusal != nil { // the plan may not have known
		return have, refusal
	}
	carrier, on, err := m.open(want)
	if err != nil {
		return have, err
	}
	unlock, err := m.Registry.Lock(ctx, have.PhoneNumber)
	if err != nil {
		return have, err
	}
	defer unlock()
	m.catalogs.Wrote(have.PhoneNumber)
	held, corrected := have, m.Kinds.CarrierOf(have) != m.Kinds.CarrierOf(want)
	if have.Private.Lost && !corrected {
		return have, errors.New(have.StatusReason)
	}
	if corrected { // it was believed to be with another one, or has gone there
		if have, err = m.correctCarrier(ctx, carrier, have, want); err != nil {
			return have, err
		}
	}
	repair, moving := have.Status != platform.Active, have.Platform != want.Platform
	managed, passes := m.Kinds.NewlyManaged(have, want), m.Kinds.Passes(have, want)
	want = kinds.Clearing(want, m.Kinds.Removed(have, want))
	if on != nil {
		there := have
		if moving {
			there = platform.Number{}
		}
		if err := on.Check(ctx, there, want); err != nil {
			return have, err
		}
	}
	if _, touched, err := m.run(ctx, held, m.Kinds.Leaves(held, want), false); err != nil {
		if touched {
			held = halfway(held, err)
		}
		return held, err
	}
	if have, err = prove(ctx, carrier, have, want); err != nil {
		return have, err
	}
	if address := kinds.Deregisters(have, want); address != "" {
		allowed := have // state may not say so yet
		allowed.DeregisterEmergencyAddress = true
		if _, err := carrier.Do(ctx, allowed, platform.Step{Op: platform.OpDeregister}); err != nil {
			return have, err
		}
		have.Private.EmergencyAddress = ""
		have.Settings = maps.Clone(have.Settings)
		delete(have.Settings, platform.EmergencyAddressSID)
	}
	before := have
	if moving {
		if have, err = m.leave(ctx, carrier, have, want); err != nil {
			return have, err
		}
	}
	if repair || moving || passes || len(managed) > 0 {
		// State holds nothing of what was not managed, and may hold what a failed
		// creation or destroy was about to do.
		live, err := carrier.Read(ctx, have)
		if err != nil && moving {
			return halfway(have, err), err
		}
		if err != nil {
			return have, err
		}
		if live.Marker() != "" {
			return have, &LostClaimError{PhoneNumber: have.PhoneNumber}
		}
		if live, err = m.survey(ctx, live, have.Settings, want.Settings); err != nil {
			if moving {
				return halfway(have, err), err
			}
			return have, err
		}
		have.Settings = live.Settings
		have.Private.Replaced = m.Kinds.Replaces(have.Private.Replaced, live, managed)
		if moving {
			have.Private.Replaced = m.Kinds.FoundByMove(have.Private.Replaced, before, want, live)
		}
	}
	want.PhoneNumber, want.SID, want.Acquisition, want.Private = have.PhoneNumber, have.SID, have.Acquisition, have.Private
	want.Notes = have.Notes
	if passes {
		want = m.Kinds.Reclaimed(have, want)
	}
	got, err := m.change(ctx, carrier, on, have, want, moving)
	if err != nil {
		switch {
		case moving && got.Status != platform.Corrupted:
			got = halfway(got, err)
		case got.Status == "": // the platform has no word for it
			got.Status, got.StatusReason = have.Status, have.StatusReason
		}
		m.Kinds.JudgeRecord(&got)
		return got, err
	}
	got.Private.Finish()
	judge(&got)
	return readable(got, want), nil
}

// prove makes sure that a number whose creation never completed is still its own:
// it takes off the mark that only this creation can have put there. Have without a
// mark is proven.
func prove(ctx context.Context, carrier platform.Carrier, have, want platform.Number) (platform.Number, error) {
	if have.Private.Marker == "" {
		return have, nil
	}
	marked := purchase.Marked(have, have.Private.Marker)
	proven, err := configure(ctx, carrier, marked, named(marked, unmarked(marked, want)))
	switch {
	case errors.Is(err, platform.ErrClaimed):
		return have, &LostClaimError{PhoneNumber: have.PhoneNumber}
	case err != nil:
		return have, err
	}
	have.Settings, have.Private.Marker = proven.Settings, ""
	return have, nil
}

// CheckPlan says what want's platform knows to be wrong with it before an apply; nil:
// nothing. A have on another platform counts for nothing.
func (m *Manager) CheckPlan(ctx context.Context, have, want platform.Number) error {
	checker, ok := m.Platforms[want.Platform].(platform.PlanChecker)
	if !ok {
		return nil
	}
	if have.Platform != want.Platform {
		have = platform.Number{}
	}
	return checker.CheckPlan(ctx, have, want)
}

// correctCarrier takes over from another carrier what it has of the number,
// like an adoption, and changes nothing. What the one before it had is forgotten.
func (m *Manager) correctCarrier(
	ctx context.Context, carrier platform.Carrier, have, want platform.Number,
) (platform.Number, error) {
	found, err := carrier.Find(ctx, want)
	if errors.Is(err, platform.ErrNotFound) {
		return have, fmt.Errorf("%s does not hold %s; nothing was changed: check what the configuration says of its carrier",
			m.Kinds.Title(want.Carrier), have.PhoneNumber)
	}
	if err != nil {
		return have, err
	}
	have.SID, have.AccountSID, have.Carrier = found.SID, found.AccountSID, found.Carrier
	have.Settings, have.Capabilities = found.Settings, found.Capabilities
	have.Private.Origin, have.Private.EmergencyAddress = found.Private.Origin, found.Private.EmergencyAddress
	have.Private.Lost, have.Private.Wiring, have.Private.Foreign, have.Private.Replaced = false, nil, nil, nil
	return have, nil
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
		got.Block = have.Block
		return got, err
	}
	held := got
	held.Block, held.Status, held.StatusReason = have.Block, have.Status, have.StatusReason
	anew := have.Status != platform.Active || m.Kinds.Passes(have, got) || m.Kinds.Interruption(have, got) != ""
	if got, err = on.Update(ctx, held, got); err != nil || !anew {
		return got, err
	}
	if got, err = m.connect(ctx, carrier, got); err != nil {
		return halfway(got, err), err
	}
	return got, nil
}

// halfway is a number whose move to another platform, or another registration,
// stopped half-way.
func halfway(n platform.Number, err error) platform.Number {
	n.Private.Stop(platform.Attach, err)
	n.Status, n.StatusReason = platform.Corrupted, unfinishedReason(n.Private)
	return n
}

// unwire clears the wiring that the resource had set itself if from now on a
// platform wires the number. It comes before all else: until it is done the
// number has not moved, and state still tells what is to be cleared.
func (m *Manager) unwire(
	ctx context.Context, carrier platform.Carrier, have, want platform.Number,
) (platform.Number, error) {
	owned := m.Kinds.Owned(want)
	if owned == nil {
		return have, nil
	}
	on, _ := m.Kinds.Kind(want.Platform)
	unnamed := m.Kinds.Removed(have, want)
	bare := have
	bare.Settings = platform.Values{}
	for name := range have.Private.Ours {
		removed := slices.Contains(owned, name) && !slices.Contains(on.Wires, name)
		if removed || slices.Contains(unnamed, name) {
			bare.Settings[name] = nil
		}
	}
	if len(bare.Settings) == 0 {
		return have, nil
	}
	got, err := configure(ctx, carrier, have, bare)
	if err != nil {
		return have, err
	}
	have.Settings = got.Settings
	return have, nil
}

// leave takes the number off its platform, which it keeps nothing of, and
// never gives it up. Want is what it moves to.
func (m *Manager) leave(
	ctx context.Context, carrier platform.Carrier, have, want platform.Number,
) (platform.Number, error) {
	wired := have.Settings
	have, err := m.unwire(ctx, carrier, have, want)
	if err != nil || have.Platform == platform.None {
		return have, err
	}
	kind, _ := m.Kinds.Kind(have.Platform)
	_, touched, err := m.run(ctx, have, kind.Steps(have, platform.Detach), false)
	if err != nil {
		if touched || !maps.Equal(wired, have.Settings) {
			have = halfway(have, err)
		}
		return have, err
	}
	if have, err = m.giveBack(ctx, have, want); err != nil {
		return halfway(have, err), err
	}
	have.Platform, have.Block, have.Private.Platform = platform.None, nil, nil
	have.Private.Wiring, have.Private.Foreign = nil, nil
	return have, nil
}

// giveBack puts back, where restore_on_detach asks for it, what the platform had
// replaced and want does not set anew.
func (m *Manager) giveBack(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(have))
	if !want.RestoreOnDetach || kind.Steps == nil {
		return have, nil
	}
	left, after := have, m.Kinds.Owned(want)
	left.RestoreOnDetach, left.Private.Ours, left.Private.Replaced = true, platform.Values{}, platform.Values{}
	for _, name := range m.Kinds.Owned(have) {
		_, wanted := want.Settings[name]
		if have.Private.Replaced.Has(name) && !wanted && !slices.Contains(after, name) {
			left.Private.Replaced[name] = have.Private.Replaced[name]
		}
	}
	if len(left.Private.Replaced) == 0 {
		return have, nil
	}
	notes, _, err := m.run(ctx, left, kind.Steps(left, platform.Detach), false)
	if err != nil {
		return have, err
	}
	have.Notes = append(have.Notes, notes...)
	have.Private.Replaced = maps.Clone(have.Private.Replaced)
	for name := range left.Private.Replaced {
		delete(have.Private.Replaced, name)
	}
	return have, nil
}
