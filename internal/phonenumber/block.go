package phonenumber

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

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

// flattened is the object with its unknown attributes taken from values.
func flattened(t attr.Type, v attr.Value, values platform.Values) attr.Value {
	inner := nested(v)
	if inner == nil {
		if values == nil {
			return attrValue(t, nil)
		}
		return attrValue(t, values)
	}
	types := attrTypes(t)
	for name, value := range inner {
		switch deeper, _ := values[name].(platform.Values); {
		case value.IsUnknown():
			inner[name] = attrValue(types[name], values[name])
		case nested(value) != nil:
			inner[name] = flattened(types[name], value, deeper)
		}
	}
	return objectValue(types, inner)
}

// previewed is the object with those unknown attributes that values have.
func previewed(t attr.Type, v attr.Value, values platform.Values) attr.Value {
	inner, types := nested(v), attrTypes(t)
	if inner == nil {
		return v // unknown as a whole: the block is dynamic
	}
	for name, value := range inner {
		if known, told := values[name]; told && value.IsUnknown() {
			inner[name] = attrValue(types[name], known)
		}
	}
	return objectValue(types, inner)
}

// forgotten is the object with the attributes that values report unknown.
func forgotten(t attr.Type, v attr.Value, values platform.Values) attr.Value {
	inner, types := nested(v), attrTypes(t)
	if inner == nil {
		return unknownValue(t)
	}
	for name := range inner {
		if _, reported := values[name]; reported {
			inner[name] = unknownValue(types[name])
		}
	}
	return objectValue(types, inner)
}

func attrTypes(t attr.Type) map[string]attr.Type {
	object, _ := t.(types.ObjectType) // a platform's attribute is always a block
	return object.AttrTypes
}

func objectValue(types map[string]attr.Type, inner attrs) attr.Value {
	return basetypes.NewObjectValueMust(types, inner)
}

// resolveFields is a platform's block as it is planned: what is configured;
// else the default; else, for what the service reports, what is held, unknown
// where nothing is held yet.
func resolveFields(fields []platform.Field, config, held attrs, t attr.Type) attr.Value {
	if config == nil {
		return unknownValue(t) // the block is there, or this would not be asked
	}
	planned, types := attrs{}, attrTypes(t)
	for _, field := range fields {
		inner := types[field.Name]
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
		case field.Clears != nil:
			planned[field.Name] = removed(field, config, held, inner)
		case held != nil:
			planned[field.Name] = held[field.Name]
		default:
			planned[field.Name] = unknownValue(inner)
		}
	}
	return objectValue(types, planned)
}

// removed is the planned value of a field with Clears that the configuration
// leaves out.
func removed(field platform.Field, config, held attrs, t attr.Type) attr.Value {
	if held == nil {
		return attrValue(t, nil)
	}
	block := platform.Values{}
	for name, value := range held {
		block[name] = plain(value)
	}
	for name, value := range config {
		if value.IsUnknown() {
			return unknownValue(t)
		}
		if !value.IsNull() {
			block[name] = plain(value)
		}
	}
	if field.Clears(block) {
		return attrValue(t, nil)
	}
	return held[field.Name]
}

// unsettled is a planned block whose record is made anew: what the platform
// reports of it is unknown, but for what the configuration gives.
func unsettled(fields []platform.Field, v attr.Value, t attr.Type) attr.Value {
	inner, types := nested(v), attrTypes(t)
	if inner == nil {
		return v
	}
	for _, field := range fields {
		if field.Presence == platform.Computed {
			inner[field.Name] = unknownValue(types[field.Name])
		}
	}
	return objectValue(types, inner)
}
