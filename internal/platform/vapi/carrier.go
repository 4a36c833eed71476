package vapi

import (
	"context"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Carrier = (*Carrier)(nil)

// Carrier is platform.Carrier for numbers of Vapi's own. Its steps are the
// Platform's.
type Carrier struct{ platform *Platform }

// Find is platform.Carrier's. A record of a number that Vapi has imported is
// refused.
func (c *Carrier) Find(ctx context.Context, n platform.Number) (platform.Number, error) {
	live, err := c.platform.find(ctx, n)
	if err != nil {
		return n, err
	}
	if live.Provider != providerVapi {
		return n, blame(providerName, fmt.Errorf("%s is not carried by Vapi, which has it as a number of %q; nothing was changed there: "+
			"set provider_name to that, or leave it out", n.PhoneNumber, live.Provider))
	}
	n = c.platform.read(n, live)
	n.Carrier, n.SID = kindName, live.ID
	n.AccountSID, n.Settings, n.Capabilities = "", nil, []string{"voice"}
	return n, nil
}

// Read is platform.Carrier's. The SID is the ID of the record.
func (c *Carrier) Read(ctx context.Context, n platform.Number) (platform.Number, error) {
	return c.Find(ctx, n)
}

// Do is platform.Service's. Its steps are the Platform's.
func (c *Carrier) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	return c.platform.Do(ctx, n, s)
}

// Elsewhere is platform.Carrier's. An API key sees no other organization.
func (c *Carrier) Elsewhere(context.Context, platform.Number) (string, error) { return "", nil }

// Configure is platform.Carrier's. The carrier has no settings beside those of
// the block.
func (c *Carrier) Configure(_ context.Context, have, want platform.Number) (platform.Number, error) {
	want.SID, want.AccountSID, want.Settings, want.Capabilities = have.SID, "", nil, have.Capabilities
	return want, nil
}
