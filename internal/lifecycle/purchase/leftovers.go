package purchase

import (
	"context"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Leftovers are the marked numbers of one account that nobody in this run has
// tried to claim yet. They are listed once a run: who lists later finds nothing
// but what others are at work on. They are safe for concurrent use.
type Leftovers struct {
	turn   chan struct{} // holds one token; whoever has it may use the rest
	listed bool
	marked []platform.Number
}

// NewLeftovers are those of an account that has not been asked yet.
func NewLeftovers() *Leftovers { return &Leftovers{turn: make(chan struct{}, 1)} }

// next takes off the list the first number that n's criteria have bought; false:
// there is none.
func (l *Leftovers) next(
	ctx context.Context, seller platform.Seller, n platform.Number,
) (platform.Number, bool, error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return n, false, ctx.Err()
	}
	if !l.listed {
		marked, err := seller.Marked(ctx, n)
		if err != nil {
			return n, false, err
		}
		l.marked, l.listed = marked, true
	}
	for i, left := range l.marked {
		if madeBy(left.Marker(), n.Purchase) {
			l.marked = append(l.marked[:i:i], l.marked[i+1:]...)
			n.PhoneNumber, n.SID, n.AccountSID, n.Carrier = left.PhoneNumber, left.SID, left.AccountSID, left.Carrier
			n.Settings, n.Capabilities, n.Private.Origin = left.Settings, left.Capabilities, left.Private.Origin
			return n, true, nil
		}
	}
	return n, false, nil
}
