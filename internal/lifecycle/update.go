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

// update is an update under way.
type update struct {
	*Manager

	carrier platform.Carrier
	on      platform.Platform // nil: the number is wanted on none
	change  kinds.Change
	leaves  []platform.Step // to be done at a carrier that does not have the number any more
	have    platform.Number // as it is known to be by now
	want    platform.Number
	moved   bool // have has left where it was, in part at least
}

// Update makes the number as want has it, in place: its settings, its account,
// its platform, and its repair if it is not active. It never buys and never
// releases.
//
// The number beside an error is what is known to be so by then.
func (m *Manager) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	defer m.catalogs.Writing()()
	unlock, err := m.Registry.Lock(ctx, have.PhoneNumber)
	if err != nil {
		return have, err
	}
	defer unlock()
	u := update{Manager: m, have: have, want: want}
	for _, phase := range []func(context.Context) error{u.check, u.leaveCarrier, u.prove, u.deregister, u.leavePlatform, u.find, u.write} {
		if err := phase(ctx); err != nil {
			if u.moved {
				u.have = halfway(u.have, platform.Attach, err)
			}
			u.have.Private.Ours = m.Kinds.Change(have, want).PartlyOurs(u.have)
			return u.have, err
		}
	}
	u.have.Private.Ours, u.have.Private.Imported = kinds.Ours(want), false
	u.have.Private.Replaced = m.Kinds.WithoutWiring(u.have.Private.Replaced, u.have)
	return u.have, nil
}

// check finds out all that speaks against the update before anything is changed.
func (u *update) check(ctx context.Context) (err error) {
	if u.want, err = u.Preview(ctx, u.have, u.want); err != nil {
		return err
	}
	u.change = u.Kinds.Change(u.have, u.want)
	if refusal := u.change.Refusal(); refusal != nil { // the plan may not have known
		return refusal
	}
	if u.carrier, u.on, err = u.open(u.want); err != nil {
		return err
	}
	u.catalogs.Wrote(u.have.PhoneNumber)
	u.leaves = u.change.Leaves()
	switch {
	case u.change.Corrects():
		if u.change, err = u.corrected(ctx); err != nil {
			return err
		}
	case u.have.Private.Lost:
		return errors.New(u.have.StatusReason)
	}
	u.want = u.change.Clearing()
	if u.on == nil {
		return nil
	}
	there := u.change.Have
	if u.change.Moves() {
		there = platform.Number{}
	}
	return u.on.Check(ctx, there, u.want)
}

// corrected is the change once it is known what another carrier has of the number,
// which is taken over from it like in an adoption. What the one before it had is
// forgotten.
func (u *update) corrected(ctx context.Context) (kinds.Change, error) {
	found, err := u.carrier.Find(ctx, u.want)
	if errors.Is(err, platform.ErrNotFound) {
		err = fmt.Errorf("%s does not hold %s; nothing was changed: check what the configuration says of its carrier",
			u.Kinds.Title(u.want.Carrier), u.have.PhoneNumber)
	}
	if err != nil {
		return u.change, err
	}
	have := u.have
	have.SID, have.AccountSID, have.Carrier = found.SID, found.AccountSID, found.Carrier
	have.Settings, have.Capabilities = found.Settings, found.Capabilities
	have.Private.Origin, have.Private.EmergencyAddress = found.Private.Origin, found.Private.EmergencyAddress
	have.Private.Lost, have.Private.Wiring, have.Private.Foreign, have.Private.Replaced = false, nil, nil, nil
	return u.Kinds.Change(have, u.want), nil
}

// leaveCarrier clears up at the carrier that does not have the number any more.
func (u *update) leaveCarrier(ctx context.Context) error {
	_, touched, err := u.run(ctx, u.have, u.leaves, false)
	if err != nil {
		u.moved = touched
		return err
	}
	u.have = u.change.Have
	return nil
}

// prove makes sure that a number whose creation never completed is still its own:
// it takes off the mark that only this creation can have put there.
func (u *update) prove(ctx context.Context) error {
	if u.have.Private.Marker == "" {
		return nil
	}
	marked := purchase.Marked(u.have, u.have.Private.Marker)
	proven, err := configure(ctx, u.carrier, marked, named(marked, unmarked(marked, u.want)))
	switch {
	case errors.Is(err, platform.ErrClaimed):
		return &LostClaimError{PhoneNumber: u.have.PhoneNumber}
	case err == nil:
		u.have.Settings, u.have.Private.Marker = proven.Settings, ""
	}
	return err
}

// deregister takes the emergency address off the number that want no longer names.
func (u *update) deregister(ctx context.Context) error {
	if u.change.Deregisters() == "" {
		return nil
	}
	allowed := u.have // state may not say so yet
	allowed.DeregisterEmergencyAddress = true
	if _, err := u.carrier.Do(ctx, allowed, platform.Step{Op: platform.OpDeregister}); err != nil {
		return err
	}
	u.have.Private.EmergencyAddress = ""
	u.have.Settings = maps.Clone(u.have.Settings)
	delete(u.have.Settings, platform.EmergencyAddressSID)
	return nil
}

// leavePlatform takes a number that moves off its platform, which it keeps nothing
// of, and never gives it up.
func (u *update) leavePlatform(ctx context.Context) error {
	if !u.change.Moves() {
		return nil
	}
	unwired, err := u.unwire(ctx)
	if err != nil {
		return err
	}
	if kind, ok := u.Kinds.Kind(u.have.Platform); ok {
		_, touched, err := u.run(ctx, u.have, kind.Steps(u.have, platform.Detach), false)
		if u.moved = touched || unwired; err != nil {
			return err
		}
		if err := u.giveBack(ctx); err != nil {
			return err
		}
		u.have.Platform, u.have.Block, u.have.Private.Platform = platform.None, nil, nil
		u.have.Private.Wiring, u.have.Private.Foreign = nil, nil
	}
	u.moved = true
	return nil
}

// unwire clears the wiring that the resource had set itself if from now on a
// platform wires the number. It comes before all else: until it is done the number
// has not moved, and state still tells what is to be cleared.
func (u *update) unwire(ctx context.Context) (unwired bool, err error) {
	owned := u.Kinds.Owned(u.want)
	if owned == nil {
		return false, nil
	}
	on, _ := u.Kinds.Kind(u.want.Platform)
	unnamed := u.change.Removed()
	bare := u.have
	bare.Settings = platform.Values{}
	for name := range u.have.Private.Ours {
		removed := slices.Contains(owned, name) && !slices.Contains(on.Wires, name)
		if removed || slices.Contains(unnamed, name) {
			bare.Settings[name] = nil
		}
	}
	if len(bare.Settings) == 0 {
		return false, nil
	}
	got, err := configure(ctx, u.carrier, u.have, bare)
	if err != nil {
		return false, err
	}
	unwired = !maps.Equal(u.have.Settings, got.Settings)
	u.have.Settings = got.Settings
	return unwired, nil
}

// giveBack puts back, where restore_on_detach asks for it, what the platform had
// replaced and want does not set anew.
func (u *update) giveBack(ctx context.Context) error {
	kind, _ := u.Kinds.Kind(u.Kinds.CarrierOf(u.have))
	if !u.want.RestoreOnDetach || kind.Steps == nil {
		return nil
	}
	left, after := u.have, u.Kinds.Owned(u.want)
	left.RestoreOnDetach, left.Private.Ours, left.Private.Replaced = true, platform.Values{}, platform.Values{}
	for _, name := range u.Kinds.Owned(u.have) {
		_, wanted := u.want.Settings[name]
		if u.have.Private.Replaced.Has(name) && !wanted && !slices.Contains(after, name) {
			left.Private.Replaced[name] = u.have.Private.Replaced[name]
		}
	}
	if len(left.Private.Replaced) == 0 {
		return nil
	}
	notes, _, err := u.run(ctx, left, kind.Steps(left, platform.Detach), false)
	if err != nil {
		return err
	}
	u.have.Notes = append(u.have.Notes, notes...)
	u.have.Private.Replaced = maps.Clone(u.have.Private.Replaced)
	for name := range left.Private.Replaced {
		delete(u.have.Private.Replaced, name)
	}
	return nil
}

// find reads what stands at the carrier where that counts: state holds nothing of
// what was not managed, and may hold what a failed creation or destroy was about to
// do.
func (u *update) find(ctx context.Context) error {
	if !u.change.FindsAnew() && !u.change.Passes() {
		return nil
	}
	live, err := u.carrier.Read(ctx, u.have)
	if err != nil {
		return err
	}
	if live.Marker() != "" {
		return &LostClaimError{PhoneNumber: u.have.PhoneNumber}
	}
	if live, err = u.survey(ctx, live, u.have.Settings, u.want.Settings); err != nil {
		return err
	}
	u.have.Settings = live.Settings
	u.have.Private.Replaced = u.change.Replaced(u.have.Private.Replaced, live)
	u.want = u.Kinds.Change(u.have, u.want).Reclaiming()
	return nil
}

// write wires the number and brings its record on the platform up to date.
func (u *update) write(ctx context.Context) error {
	before := u.have
	want := u.want
	want.PhoneNumber, want.SID, want.Acquisition, want.Private = before.PhoneNumber, before.SID, before.Acquisition, before.Private
	want.Notes = before.Notes
	var err error
	if u.moved || u.on == nil {
		u.have, err = u.setUp(ctx, u.carrier, u.on, before, want)
	} else {
		u.have, err = u.edit(ctx, before, want)
	}
	if err == nil {
		u.have.Private.Finish()
		judge(&u.have)
		u.have = readable(u.have, want)
		return nil
	}
	u.moved = u.moved && u.have.Status != platform.Corrupted // which is the platform's own word
	if u.have.Status == "" {                                 // it has none for it
		u.have.Status, u.have.StatusReason = before.Status, before.StatusReason
	}
	u.Kinds.JudgeRecord(&u.have)
	return err
}

// edit is write for a number that stays on its platform.
func (u *update) edit(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	wired, err := configure(ctx, u.carrier, have, want)
	held := wired
	held.Block = have.Block
	if err != nil {
		return held, err
	}
	held.Status, held.StatusReason = have.Status, have.StatusReason
	change := u.Kinds.Change(have, wired)
	got, err := u.on.Update(ctx, held, wired)
	if err != nil || have.Status == platform.Active && !change.Passes() && change.Interruption() == "" {
		return got, err
	}
	connected, err := u.connect(ctx, u.carrier, got)
	u.moved = err != nil // it has another registration
	return connected, err
}
