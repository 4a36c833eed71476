package fastpath

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// rules are what the schema says of one attribute or block. Of one that is not
// set no validator has anything to say, and none has a plan modifier.
type rules struct {
	// unusual says that to set it is an error or a warning, or may be.
	unusual bool
	// opaque says that what is inside is not known here.
	opaque bool
	// What is planned for it where it is not set: no attribute has a default.
	computed, writeOnly bool

	strings []validator.String
	bools   []validator.Bool
	ints    []validator.Int64
	lists   []validator.List
	sets    []validator.Set
	maps    []validator.Map
	objects []validator.Object
	members map[string]*rules // of a block
}

func rulesOf(attributes map[string]schema.Attribute, blocks map[string]schema.Block) map[string]*rules {
	members := map[string]*rules{}
	for name, attribute := range attributes {
		members[name] = attributeRules(attribute)
	}
	for name, block := range blocks {
		members[name] = blockRules(block)
	}
	return members
}

func attributeRules(attribute schema.Attribute) *rules {
	r := &rules{
		unusual: attribute.IsComputed() && !attribute.IsOptional() || attribute.IsWriteOnly() ||
			attribute.GetDeprecationMessage() != "",
		computed: attribute.IsComputed(), writeOnly: attribute.IsWriteOnly(),
	}
	switch attribute := attribute.(type) {
	case schema.StringAttribute:
		r.strings = attribute.Validators
	case schema.BoolAttribute:
		r.bools = attribute.Validators
	case schema.Int64Attribute:
		r.ints = attribute.Validators
	case schema.ListAttribute:
		r.lists = attribute.Validators
	case schema.SetAttribute:
		r.sets = attribute.Validators
	case schema.MapAttribute:
		r.maps = attribute.Validators
	default:
		r.unusual, r.opaque = true, true
	}
	return r
}

func blockRules(block schema.Block) *rules {
	single, ok := block.(schema.SingleNestedBlock)
	if !ok || single.DeprecationMessage != "" {
		return &rules{unusual: true, opaque: true}
	}
	return &rules{objects: single.Validators, members: rulesOf(single.Attributes, single.Blocks)}
}

// place is where a value stands in a configuration.
type place struct {
	path       path.Path
	expression path.Expression
	config     tfsdk.Config
	client     validator.ValidateSchemaClientCapabilities
}

func (p place) member(name string) place {
	if len(p.path.Steps()) == 0 {
		p.path, p.expression = path.Root(name), path.MatchRoot(name)
	} else {
		p.path, p.expression = p.path.AtName(name), p.expression.AtName(name)
	}
	return p
}

// accept says that the schema has nothing to say of the values.
func accept(ctx context.Context, members map[string]*rules, values map[string]attr.Value, at place) bool {
	for name, value := range values {
		if !value.IsNull() && !members[name].accept(ctx, value, at.member(name)) {
			return false
		}
	}
	return true
}

func (r *rules) accept(ctx context.Context, value attr.Value, at place) bool {
	if r.unusual {
		return false
	}
	switch value := value.(type) {
	case basetypes.StringValue:
		return quiet(r.strings, func(v validator.String) diag.Diagnostics {
			var resp validator.StringResponse
			v.ValidateString(ctx, validator.StringRequest{
				Path: at.path, PathExpression: at.expression, Config: at.config, ConfigValue: value, ClientCapabilities: at.client,
			}, &resp)
			return resp.Diagnostics
		})
	case basetypes.BoolValue:
		return quiet(r.bools, func(v validator.Bool) diag.Diagnostics {
			var resp validator.BoolResponse
			v.ValidateBool(ctx, validator.BoolRequest{
				Path: at.path, PathExpression: at.expression, Config: at.config, ConfigValue: value, ClientCapabilities: at.client,
			}, &resp)
			return resp.Diagnostics
		})
	case basetypes.Int64Value:
		return quiet(r.ints, func(v validator.Int64) diag.Diagnostics {
			var resp validator.Int64Response
			v.ValidateInt64(ctx, validator.Int64Request{
				Path: at.path, PathExpression: at.expression, Config: at.config, ConfigValue: value, ClientCapabilities: at.client,
			}, &resp)
			return resp.Diagnostics
		})
	case basetypes.ListValue:
		return quiet(r.lists, func(v validator.List) diag.Diagnostics {
			var resp validator.ListResponse
			v.ValidateList(ctx, validator.ListRequest{
				Path: at.path, PathExpression: at.expression, Config: at.config, ConfigValue: value, ClientCapabilities: at.client,
			}, &resp)
			return resp.Diagnostics
		})
	case basetypes.SetValue:
		return quiet(r.sets, func(v validator.Set) diag.Diagnostics {
			var resp validator.SetResponse
			v.ValidateSet(ctx, validator.SetRequest{
				Path: at.path, PathExpression: at.expression, Config: at.config, ConfigValue: value, ClientCapabilities: at.client,
			}, &resp)
			return resp.Diagnostics
		})
	case basetypes.MapValue:
		return quiet(r.maps, func(v validator.Map) diag.Diagnostics {
			var resp validator.MapResponse
			v.ValidateMap(ctx, validator.MapRequest{
				Path: at.path, PathExpression: at.expression, Config: at.config, ConfigValue: value, ClientCapabilities: at.client,
			}, &resp)
			return resp.Diagnostics
		})
	case basetypes.ObjectValuable:
		object, diags := value.ToObjectValue(ctx)
		return len(diags) == 0 && len(r.objects) == 0 && !object.IsUnknown() &&
			accept(ctx, r.members, object.Attributes(), at)
	}
	return false
}

// quiet says that no validator has anything to say.
func quiet[V any](validators []V, validate func(V) diag.Diagnostics) bool {
	for _, v := range validators {
		if len(validate(v)) > 0 {
			return false
		}
	}
	return true
}
