package fastpath

import (
	"bytes"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// paths are the fast paths of one type of resource.
type paths struct {
	resource      Resource
	schema        schema.Schema
	shape         *shape
	rules         map[string]*rules
	terraformType tftypes.Type
}

func newPaths(resource Resource) *paths {
	ctx, s := context.Background(), resource.Schema()
	return &paths{
		resource: resource, schema: s, shape: newShape(ctx, s.Type()),
		rules: rulesOf(s.Attributes, s.Blocks), terraformType: s.Type().TerraformType(ctx),
	}
}

// upgrade answers a state of the current version; nil: the framework does.
func (p *paths) upgrade(req *tfprotov6.UpgradeResourceStateRequest) *tfprotov6.UpgradeResourceStateResponse {
	if req.Version != p.schema.Version || req.RawState == nil {
		return nil
	}
	state, err := p.shape.stored(req.RawState.JSON)
	if err != nil {
		return nil
	}
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: state}
}

// read answers the state that it was sent; nil: the framework reads, with the
// context.
func (p *paths) read(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (context.Context, *tfprotov6.ReadResourceResponse) {
	state, err := p.shape.object(ctx, req.CurrentState)
	if err != nil {
		return ctx, nil
	}
	ctx, values, same := p.resource.Refresh(ctx, state, req.Private)
	if !same {
		return ctx, nil
	}
	identity, err := encodeIdentity(values)
	if err != nil {
		return ctx, nil
	}
	return ctx, &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private, NewIdentity: identity}
}

// validate answers for a configuration without fault; nil: the framework does.
func (p *paths) validate(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) *tfprotov6.ValidateResourceConfigResponse {
	config, err := p.shape.object(ctx, req.Config)
	if err != nil || !p.resource.IsValid(config) {
		return nil
	}
	raw, err := req.Config.Unmarshal(p.terraformType)
	if err != nil {
		return nil
	}
	at := place{config: tfsdk.Config{Raw: raw, Schema: p.schema}}
	if req.ClientCapabilities != nil {
		at.client.WriteOnlyAttributesAllowed = req.ClientCapabilities.WriteOnlyAttributesAllowed
	}
	if !accept(ctx, p.rules, config, at) {
		return nil
	}
	return &tfprotov6.ValidateResourceConfigResponse{}
}

// plan answers the prior state where it stays as it is; nil: the framework
// plans.
func (p *paths) plan(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) *tfprotov6.PlanResourceChangeResponse {
	if req.PriorState == nil || req.ProposedNewState == nil ||
		!bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) {
		return nil
	}
	state, err := p.shape.object(ctx, req.PriorState)
	if err != nil {
		return nil
	}
	config, err := p.shape.object(ctx, req.Config)
	if err != nil || !p.resource.IsSettled(ctx, config, state, req.PriorPrivate) {
		return nil
	}
	identity := req.PriorIdentity
	if identity == nil {
		identity = &tfprotov6.ResourceIdentityData{IdentityData: &tfprotov6.DynamicValue{MsgPack: []byte{msgpcode.Nil}}}
	}
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState: req.PriorState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: identity,
	}
}
