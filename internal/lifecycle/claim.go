package lifecycle

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// A number that a search has bought carries a marker until its creation is
// complete: what the purchase's criteria are, and a nonce of the creation. A
// provider that is killed leaves it behind, and a later creation with the same
// criteria claims the number by replacing the nonce with its own. Nobody can
// tell a killed creation from a slow one, so one that is still at work may lose
// its number like that: whoever changes a marked number reads right before
// whether its own marker still stands (Carrier.Configure), and leaves the number
// to the other one if not. It looks once more after the write that claims the
// number or completes its creation.
//
// Twilio has no conditional write. Two creations can come to share a number
// only if one of them, between its read and the write that follows at once, is
// overtaken by at least two round trips of the other.

// criteriaMark begins the markers of the purchases that are made by the
// criteria. Versions before the nonce wrote it alone.
func criteriaMark(criteria *platform.Purchase) string {
	text, err := json.Marshal(criteria)
	if err != nil {
		panic(err) // a struct of strings, numbers and bools
	}
	sum := sha256.Sum256(text)
	return platform.MarkerPrefix + hex.EncodeToString(sum[:8])
}

// newMarker is the marker of one creation. A friendly name has 64 characters at
// most.
func newMarker(criteria *platform.Purchase) string {
	nonce := make([]byte, 8)
	_, _ = rand.Read(nonce) // never fails
	return criteriaMark(criteria) + "-" + hex.EncodeToString(nonce)
}

// settleMarker reads a marker as what it says: the creation never completed.
// The friendly name is shown as the one that its completion will give.
func settleMarker(n *platform.Number) {
	if n.Marker() == "" {
		return
	}
	n.Settings = maps.Clone(n.Settings)
	n.Settings[platform.FriendlyName] = n.PhoneNumber
	n.Acquisition = platform.Purchased
	if n.Memory.Unfinished == "" {
		n.Memory.Unfinished = platform.Creation
		n.Memory.Detail = "the number still carries the marker of a purchase"
	}
}

// leftovers are the marked numbers of one account that nobody in this run has
// tried to claim yet. They are listed once a run: who lists later finds nothing
// but what others are at work on.
type leftovers struct {
	turn   chan struct{} // holds one token; whoever has it may use the rest
	listed bool
	marked []platform.Number
}

// leftoversOf are those of n's account.
func (m *Manager) leftoversOf(n platform.Number) *leftovers {
	m.mu.Lock()
	defer m.mu.Unlock()
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(n))
	key := kind.Name + "/" + m.accountAt(kind, n.AccountSID)
	if m.leftovers[key] == nil {
		m.leftovers[key] = &leftovers{turn: make(chan struct{}, 1)}
	}
	return m.leftovers[key]
}

// next takes off the list the first number that n's criteria have bought; false:
// there is none.
func (l *leftovers) next(
	ctx context.Context, carrier platform.Carrier, n platform.Number,
) (platform.Number, bool, error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return n, false, ctx.Err()
	}
	if !l.listed {
		marked, err := carrier.Marked(ctx, n)
		if err != nil {
			return n, false, err
		}
		l.marked, l.listed = marked, true
	}
	mark := criteriaMark(n.Purchase)
	for i, left := range l.marked {
		if marker := left.Marker(); marker == mark || strings.HasPrefix(marker, mark+"-") {
			l.marked = append(l.marked[:i:i], l.marked[i+1:]...)
			n.PhoneNumber, n.SID, n.AccountSID, n.Carrier = left.PhoneNumber, left.SID, left.AccountSID, left.Carrier
			n.Settings, n.Capabilities, n.Memory.Origin = left.Settings, left.Capabilities, left.Memory.Origin
			return n, true, nil
		}
	}
	return n, false, nil
}

// claimLeftover claims a number that an earlier creation with the same criteria
// bought and has not completed; false: there is none.
func (m *Manager) claimLeftover(
	ctx context.Context, carrier platform.Carrier, want platform.Number, mark string,
) (platform.Number, bool, error) {
	leftovers := m.leftoversOf(want)
	for {
		left, found, err := leftovers.next(ctx, carrier, want)
		if err != nil || !found {
			return want, false, err
		}
		if _, inState := m.Held(left.PhoneNumber); inState || !m.take(left.PhoneNumber, want) {
			continue
		}
		got, err := claim(ctx, carrier, left, mark)
		if err == nil {
			got.Acquisition = platform.Purchased
			return got, true, nil
		}
		m.free(left.PhoneNumber, want)
		if !errors.Is(err, platform.ErrClaimed) && !errors.Is(err, platform.ErrNotFound) {
			return want, false, fmt.Errorf("%s is left from an earlier purchase and could not be claimed; "+
				"nothing was bought: %w", left.PhoneNumber, err)
		}
	}
}

// claim writes the marker onto a leftover and returns the number as it is if
// that marker stands; ErrClaimed if somebody else's does, or none.
func claim(
	ctx context.Context, carrier platform.Carrier, left platform.Number, mark string,
) (platform.Number, error) {
	claimed := left
	claimed.Settings = platform.Values{platform.FriendlyName: mark}
	return remark(ctx, carrier, left, claimed)
}

// remark configures a number as want has it, which gives it a friendly name
// instead of its marker, or another marker. ErrClaimed: somebody else has
// claimed it, right before or right after.
func remark(ctx context.Context, carrier platform.Carrier, have, want platform.Number) (platform.Number, error) {
	wanted := want.Marker()
	got, err := configure(ctx, carrier, have, want)
	if err != nil {
		return got, err
	}
	live, err := carrier.Read(ctx, got)
	if err == nil && live.Marker() != wanted {
		err = platform.ErrClaimed
	}
	return got, err
}
