package phonenumber

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// plain is a Terraform value as a Go value: nil for null and unknown.
func plain(v attr.Value) any {
	if v == nil || v.IsNull() || v.IsUnknown() {
		return nil
	}
	switch v := v.(type) {
	case types.String:
		return v.ValueString()
	case types.Bool:
		return v.ValueBool()
	case types.Int64:
		return v.ValueInt64()
	case types.Map:
		values := map[string]string{}
		for key, element := range v.Elements() {
			values[key], _ = plain(element).(string)
		}
		return values
	case types.Object:
		values := platform.Values{}
		for name, element := range v.Attributes() {
			if !element.IsUnknown() {
				values[name] = plain(element)
			}
		}
		return values
	case interface{ Elements() []attr.Value }:
		values := []string{}
		for _, element := range v.Elements() {
			text, _ := plain(element).(string)
			values = append(values, text)
		}
		return values
	}
	panic(fmt.Sprintf("a %T has no plain value", v)) // a type that attribute() never makes
}

// attrValue is a Go value as a Terraform value of type t: nil is null.
func attrValue(t attr.Type, value any) attr.Value {
	switch t := t.(type) {
	case basetypes.StringType:
		if text, ok := value.(string); ok {
			return types.StringValue(text)
		}
		return types.StringNull()
	case basetypes.BoolType:
		if flag, ok := value.(bool); ok {
			return types.BoolValue(flag)
		}
		return types.BoolNull()
	case basetypes.Int64Type:
		if number, ok := value.(int64); ok {
			return types.Int64Value(number)
		}
		return types.Int64Null()
	case basetypes.ListType:
		switch values := value.(type) {
		case []string:
			return listValue(t.ElemType, values)
		case []platform.Values:
			return listValue(t.ElemType, values)
		}
		return types.ListNull(t.ElemType)
	case basetypes.MapType:
		texts, ok := value.(map[string]string)
		if !ok {
			return types.MapNull(t.ElemType)
		}
		elements := map[string]attr.Value{}
		for key, text := range texts {
			elements[key] = types.StringValue(text)
		}
		return types.MapValueMust(t.ElemType, elements)
	case basetypes.ObjectType:
		values, _ := value.(platform.Values)
		if values == nil {
			return types.ObjectNull(t.AttrTypes)
		}
		elements := map[string]attr.Value{}
		for name, inner := range t.AttrTypes {
			elements[name] = attrValue(inner, values[name])
		}
		return types.ObjectValueMust(t.AttrTypes, elements)
	}
	panic(fmt.Sprintf("no value of type %s can be made", t)) // a type that attribute() never makes
}

func listValue[T any](t attr.Type, values []T) attr.Value {
	elements := make([]attr.Value, 0, len(values))
	for _, value := range values {
		elements = append(elements, attrValue(t, value))
	}
	return types.ListValueMust(t, elements)
}

//nolint:contextcheck // no type asks its context anything
func unknownValue(t attr.Type) attr.Value {
	ctx := context.Background()
	value, err := t.ValueFromTerraform(ctx, tftypes.NewValue(t.TerraformType(ctx), tftypes.UnknownValue))
	if err != nil {
		panic(fmt.Sprintf("no unknown of type %s can be made: %v", t, err)) // a type that attribute() never makes
	}
	return value
}

// attrs are the attributes of a block; nil where it is absent or unknown.
type attrs map[string]attr.Value

// nested are the attributes of a block or an object in one. They are a copy.
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

func attrTypes(t attr.Type) map[string]attr.Type {
	object, _ := t.(types.ObjectType) // a platform's attribute is always a block
	return object.AttrTypes
}

func objectValue(t attr.Type, inner attrs) attr.Value {
	return types.ObjectValueMust(attrTypes(t), inner)
}
