package lifecycle

import (
	"context"
	"errors"
	"maps"

	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// setUp wires a number that is owned and puts it on its platform. A mark is
// replaced by the last write of all, since a creation that is killed before has
// nothing else to be found by.
func (m *Manager) setUp(
	ctx context.Context, carrier platform.Carrier, on platform.Platform, have, want platform.Number,
) (platform.Number, error) {
	mark := have.Marker()
	wired := want
	if mark != "" && on != nil {
		wired.Settings = maps.Clone(want.Settings)
		delete(wired.Settings, platform.FriendlyName)
	}
	got, err := configure(ctx, carrier, have, wired)
	if err != nil || on == nil {
		return got, err
	}
	if got, err = on.Attach(ctx, got); err != nil {
		return got, err
	}
	if got, err = m.connect(ctx, carrier, got); err != nil || mark == "" {
		return got, err
	}
	return configure(ctx, carrier, purchase.Marked(got, mark), named(got, want))
}

// named is n with want's friendly name, and nothing else that is to be changed.
func named(n, want platform.Number) platform.Number {
	n.Settings = platform.Values{platform.FriendlyName: want.Settings[platform.FriendlyName]}
	return n
}

// connect makes sure that nothing outranks the wiring of the platform that has
// just attached the number, and remembers that wiring.
func (m *Manager) connect(
	ctx context.Context, carrier platform.Carrier, n platform.Number,
) (platform.Number, error) {
	kind, _ := m.Kinds.Kind(n.Platform)
	if kind.Wires == nil {
		return n, nil
	}
	live, err := carrier.Read(ctx, n)
	if err != nil {
		return n, err
	}
	if mark := n.Marker(); mark != "" {
		live = purchase.Marked(live, mark) // whether it stands, the write finds out
	}
	outranked := live
	outranked.Settings = platform.Values{}
	wires, displaces := m.Kinds.Wires(n)
	for _, name := range displaces {
		outranked.Settings[name] = nil
	}
	for _, name := range wires { // what the resource had wired itself, and the platform has left as it was
		if value := n.Private.Ours[name]; value != nil && live.Settings[name] == value {
			outranked.Settings[name] = nil
		}
	}
	live.Block, live.Private = n.Block, n.Private
	maps.Copy(outranked.Settings, m.Kinds.Restored(live))
	if live, err = configure(ctx, carrier, live, outranked); err != nil {
		return n, err
	}
	n.Settings = live.Settings
	n.Private.Wiring, n.Private.Foreign = m.Kinds.Wiring(n), nil
	return n, nil
}

// configure gives the number want's settings; the result is want with all that
// the carrier reports.
func configure(
	ctx context.Context, carrier platform.Carrier, have, want platform.Number,
) (platform.Number, error) {
	seen, err := carrier.Configure(ctx, have, want)
	want.SID, want.AccountSID, want.Settings = seen.SID, seen.AccountSID, seen.Settings
	want.Capabilities, want.Private.Origin = seen.Capabilities, seen.Private.Origin
	want.Private.EmergencyAddress = seen.Private.EmergencyAddress
	if err == nil && seen.Marker() == "" {
		want.Private.Marker = ""
	}
	want.Status, want.StatusReason = "", ""
	return want, err
}

// withoutMark takes the mark off a number whose creation has failed: it is about
// to be in state, so no other creation may claim it. Where that fails too, the
// mark is remembered. ErrClaimed: it no longer stands.
func withoutMark(
	ctx context.Context, carrier platform.Carrier, n, want platform.Number, mark string,
) (platform.Number, error) {
	marked := purchase.Marked(n, mark)
	renamed, err := configure(ctx, carrier, marked, named(n, want))
	switch {
	case err == nil:
		return renamed, nil
	case errors.Is(err, platform.ErrClaimed):
		return n, err
	}
	marked.Private.Marker = mark
	readMark(&marked)
	return marked, nil
}

// readMark reads a mark as what it says: the creation never completed. The
// friendly name is shown as the one that its completion will give.
func readMark(n *platform.Number) {
	if n.Marker() == "" {
		return
	}
	n.Private.Marker = n.Marker()
	n.Settings = maps.Clone(n.Settings)
	n.Settings[platform.FriendlyName] = n.PhoneNumber
	n.Acquisition = platform.Purchased
	if n.Private.Unfinished == "" {
		n.Private.Unfinished = platform.Creation
		n.Private.Detail = "the number still carries the mark of a purchase"
	}
}

// unmarked is want with a friendly name for a number that carries a marker in the
// place of one.
func unmarked(have, want platform.Number) platform.Number {
	if have.Marker() != "" && !want.Settings.Has(platform.FriendlyName) {
		want.Settings = maps.Clone(want.Settings)
		want.Settings[platform.FriendlyName] = have.PhoneNumber
	}
	return want
}
