//go:build unix

package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	telephony "github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

const (
	// baselineEnv makes this program the baseline that it names.
	baselineEnv = "TELEPHONY_BENCH_BASELINE"

	// plain is this provider without coalesced reads, fast paths and settings of the process: what others do.
	plain = "plain"
	// idle has this provider's schema, and methods that do nothing: what the framework costs.
	idle = "idle"
	// peer has this provider's schema, and for each number one read and one write: what other providers do.
	peer = "peer"
)

func serveBaseline(ctx context.Context, name string) error {
	serve := func(p func() provider.Provider) error {
		return providerserver.Serve(ctx, p,
			providerserver.ServeOpts{Address: telephony.Address, ProtocolVersion: 6})
	}
	switch name {
	case plain:
		return serve(telephony.New("bench", telephony.WithSingleReads()))
	case idle:
		return serve(func() provider.Provider { return baseline{telephony.New("bench")(), newIdle} })
	case peer:
		account := newAccount()
		return serve(func() provider.Provider { return baseline{telephony.New("bench")(), account.resource} })
	}
	return fmt.Errorf("there is no baseline %q", name)
}

// baseline has this provider's schema, and resources of its own.
type baseline struct {
	provider.Provider

	of func(resource.Resource) resource.Resource
}

// Configure does nothing.
func (baseline) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// Resources are made of this provider's.
func (b baseline) Resources(ctx context.Context) []func() resource.Resource {
	all := b.Provider.Resources(ctx)
	for i, one := range all {
		all[i] = func() resource.Resource { return b.of(one()) }
	}
	return all
}

func newIdle(r resource.Resource) resource.Resource { return idleResource{r} }

// idleResource has this resource's schema.
type idleResource struct{ resource.Resource }

// Create takes the plan for the state.
func (idleResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	known, err := tftypes.Transform(req.Plan.Raw, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		return tftypes.NewValue(v.Type(), nil), nil
	})
	if err != nil {
		resp.Diagnostics.AddError("Unable to idle", err.Error())
		return
	}
	resp.State.Raw = known
}

// Read does nothing.
func (idleResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update takes the plan for the state.
func (idleResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

// Delete does nothing.
func (idleResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
