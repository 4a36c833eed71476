package phonenumber

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// attrs are the attributes of a block; nil where it is absent or unknown.
type attrs map[string]attr.Value

func nested(v attr.Value) attrs {
	object, ok := v.(types.Object)
	if !ok || object.IsNull() || object.IsUnknown() {
		return nil
	}
	return object.Attributes()
}

func hasUnknown(v attr.Value) bool {
	if v.IsUnknown() {
		return true
	}
	for _, inner := range nested(v) {
		if hasUnknown(inner) {
			return true
		}
	}
	return false
}

// resolveFields is a platform's block as it is planned: what is configured;
// else the default; else, for what the service reports, what is held, unknown
// where nothing is held yet.
func resolveFields(fields []platform.Field, config, held attrs, t attr.Type) attr.Value {
	object, ok := t.(types.ObjectType)
	if !ok || config == nil {
		return unknownValue(t) // the block is there, or this would not be asked
	}
	planned := map[string]attr.Value{}
	for _, field := range fields {
		inner := object.AttrTypes[field.Name]
		value := config[field.Name]
		switch {
		case field.WriteOnly:
			planned[field.Name] = attrValue(inner, nil)
		case field.Type == platform.Object && field.Presence != platform.Computed && nested(value) != nil:
			planned[field.Name] = resolveFields(field.Fields, nested(value), nested(held[field.Name]), inner)
		case !value.IsNull():
			planned[field.Name] = value
		case field.Default != nil:
			planned[field.Name] = attrValue(inner, field.Default)
		case field.Presence == platform.Optional, field.Presence == platform.Required:
			planned[field.Name] = attrValue(inner, nil)
		case held != nil:
			planned[field.Name] = held[field.Name]
		default:
			planned[field.Name] = unknownValue(inner)
		}
	}
	return types.ObjectValueMust(object.AttrTypes, planned)
}
