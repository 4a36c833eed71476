package synthflow

import (
	"cmp"
	"context"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Carrier = (*Carrier)(nil)

// Carrier is platform.Carrier for numbers that were bought in Synthflow's
// dashboard. Its steps are the Platform's.
type Carrier struct{ platform *Platform }

// Find is platform.Carrier's. The path has the workspace and the number; a number
// without a SID has its slug for one.
func (c *Carrier) Find(ctx context.Context, n platform.Number) (platform.Number, error) {
	workspace, live, err := c.platform.find(ctx, n)
	if err != nil {
		return n, err
	}
	n = reported(n, workspace, live)
	n.Carrier = kindName
	n.SID = cmp.Or(live.SID, live.Slug)
	n.AccountSID, n.Settings = "", nil
	n.Capabilities = nil
	if live.IsSMSCapable {
		n.Capabilities = append(n.Capabilities, "sms")
	}
	if live.IsVoiceCapable {
		n.Capabilities = append(n.Capabilities, "voice")
	}
	return n, nil
}

// Read is platform.Carrier's. A number is found by its slug, which follows from
// the number itself; no path takes its SID.
func (c *Carrier) Read(ctx context.Context, n platform.Number) (platform.Number, error) {
	return c.Find(ctx, n)
}

// Do is platform.Service's. Its steps are the Platform's.
func (c *Carrier) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	return c.platform.Do(ctx, n, s)
}

// Elsewhere is platform.Carrier's. An API key sees no other workspace.
func (c *Carrier) Elsewhere(context.Context, platform.Number) (string, error) { return "", nil }

// Configure is platform.Carrier's. The carrier has no settings beside those of
// the block.
func (c *Carrier) Configure(_ context.Context, have, want platform.Number) (platform.Number, error) {
	want.SID, want.AccountSID, want.Settings, want.Capabilities = have.SID, "", nil, have.Capabilities
	return want, nil
}
