// Package external is the carrier of numbers that another company carries: one
// that this provider cannot talk to. It takes the user's word for them.
package external

import (
	"context"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// kindName is the name of the Kind.
const kindName = "external"

// Kind describes the carrier. It has no arguments and no steps: there is nobody
// to ask, and so nothing that an end could do there.
var Kind = platform.Kind{
	Name:  kindName,
	Title: "an external carrier",
	NotForSale: "This provider cannot talk to the number's carrier: get the number there, and add it to the " +
		"configuration then.",
	Billing: func(platform.Number, platform.Action) string {
		return "The number's carrier keeps billing it."
	},
}

var _ platform.Carrier = Carrier{}

// Carrier is platform.Carrier for numbers that nothing can be known of.
type Carrier struct{}

// Find is platform.Carrier's. Whether the number is owned cannot be checked.
func (Carrier) Find(_ context.Context, n platform.Number) (platform.Number, error) {
	n.Carrier, n.SID, n.AccountSID, n.Settings = kindName, "", "", nil
	return n, nil
}

// Read is platform.Carrier's. The number is as it is held.
func (c Carrier) Read(ctx context.Context, n platform.Number) (platform.Number, error) {
	return c.Find(ctx, n)
}

// Elsewhere is platform.Carrier's. There is nobody to ask.
func (Carrier) Elsewhere(context.Context, platform.Number) (string, error) { return "", nil }

// Configure is platform.Carrier's. There is nothing to configure.
func (c Carrier) Configure(ctx context.Context, _, want platform.Number) (platform.Number, error) {
	return c.Find(ctx, want)
}

// Do is platform.Service's. No step is the carrier's.
func (Carrier) Do(_ context.Context, n platform.Number, s platform.Step) ([]string, error) {
	return nil, platform.Untouched(fmt.Errorf("this provider cannot talk to the carrier of %s, so it has no operation %q",
		n.PhoneNumber, s.Op))
}
