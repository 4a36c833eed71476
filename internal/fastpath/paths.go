package fastpath

import (
	"bytes"
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// null is the encoding of an object that is not there.
var null = []byte{msgpcode.Nil}

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

// read answers what has become of a state; nil: the framework reads.
func (p *paths) read(ctx context.Context, req *tfprotov6.ReadResourceRequest) *tfprotov6.ReadResourceResponse {
	state, err := p.shape.object(ctx, req.CurrentState)
	if err != nil {
		return nil
	}
	after, private, identity, diags, ok := p.resource.Read(ctx, state, req.Private)
	if !ok {
		return nil
	}
	resp := &tfprotov6.ReadResourceResponse{
		NewState: req.CurrentState, Private: private, NewIdentity: identityOr(req.CurrentIdentity),
	}
	if !maps.EqualFunc(after, state, attr.Value.Equal) {
		resp.NewState = encodeObject(ctx, after)
	}
	if identity != nil {
		resp.NewIdentity = &tfprotov6.ResourceIdentityData{IdentityData: encode(identity)}
	}
	resp.Diagnostics = diagnostics(diags)
	return resp
}

// identityOr is the identity, or the encoding of none.
func identityOr(identity *tfprotov6.ResourceIdentityData) *tfprotov6.ResourceIdentityData {
	if identity == nil {
		return &tfprotov6.ResourceIdentityData{IdentityData: &tfprotov6.DynamicValue{MsgPack: null}}
	}
	return identity
}

// encodeObject encodes an object of the schema; nil: it is not there.
func encodeObject(ctx context.Context, values map[string]attr.Value) *tfprotov6.DynamicValue {
	if values == nil {
		return &tfprotov6.DynamicValue{MsgPack: null}
	}
	return encode(encodedMembers(ctx, values))
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

// plan answers a creation, or the prior state where it stays as it is; nil: the
// framework plans.
func (p *paths) plan(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) *tfprotov6.PlanResourceChangeResponse {
	if req.PriorState == nil || req.ProposedNewState == nil {
		return nil
	}
	config, err := p.shape.object(ctx, req.Config)
	if err != nil {
		return nil
	}
	resp := &tfprotov6.PlanResourceChangeResponse{
		PlannedState: req.PriorState, PlannedPrivate: req.PriorPrivate,
		PlannedIdentity: identityOr(req.PriorIdentity),
	}
	switch {
	case bytes.Equal(req.PriorState.MsgPack, null):
		return p.planCreation(ctx, req, config, resp)
	case bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack):
		state, err := p.shape.object(ctx, req.PriorState)
		if err != nil || !p.resource.IsSettled(ctx, config, state, req.PriorPrivate) {
			return nil
		}
		return resp
	}
	return nil
}

// planCreation gives the answer what is planned; nil: the framework plans.
func (p *paths) planCreation(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest, config map[string]attr.Value,
	resp *tfprotov6.PlanResourceChangeResponse,
) *tfprotov6.PlanResourceChangeResponse {
	proposed, err := p.shape.object(ctx, req.ProposedNewState)
	if err != nil {
		return nil
	}
	private, err := decodePrivate(req.PriorPrivate)
	if err != nil {
		return nil
	}
	plan, err := p.shape.creation(ctx, p.rules, config, proposed)
	if err != nil {
		return nil
	}
	plan, diags := p.resource.PlanCreation(ctx, config, plan, private) // once: others are held against it from now on
	resp.PlannedState, resp.PlannedPrivate = encodeObject(ctx, plan), encodePrivate(private)
	resp.Diagnostics = diagnostics(diags)
	return resp
}
