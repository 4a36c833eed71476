package fastpath

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// errUnusual is a value that is left to the framework.
var errUnusual = errors.New("left to the framework")

// shape is a type with all that is made anew from it for each value otherwise.
type shape struct {
	of            attr.Type
	null, unknown attr.Value
	types         map[string]attr.Type // of an object's attributes
	attributes    map[string]*shape    // of an object
	names         []string             // of an object's attributes, sorted
	element       *shape               // of a list, set or map
}

func newShape(ctx context.Context, t attr.Type) *shape {
	s := &shape{of: t, null: valueOf(ctx, t, nil), unknown: valueOf(ctx, t, tftypes.UnknownValue)}
	if object, ok := t.(attr.TypeWithAttributeTypes); ok {
		s.types, s.attributes = object.AttributeTypes(), map[string]*shape{}
		for name, inner := range s.types {
			s.attributes[name] = newShape(ctx, inner)
		}
		s.names = slices.Sorted(maps.Keys(s.types))
	}
	if collection, ok := t.(attr.TypeWithElementType); ok {
		s.element = newShape(ctx, collection.ElementType())
	}
	return s
}

func valueOf(ctx context.Context, t attr.Type, value any) attr.Value {
	v, err := t.ValueFromTerraform(ctx, tftypes.NewValue(t.TerraformType(ctx), value))
	if err != nil {
		panic(err) // every type has null and unknown values
	}
	return v
}

// object decodes an object of the schema.
func (s *shape) object(ctx context.Context, encoded *tfprotov6.DynamicValue) (map[string]attr.Value, error) {
	if encoded == nil || len(encoded.MsgPack) == 0 {
		return nil, errUnusual
	}
	rest := bytes.NewReader(encoded.MsgPack)
	values, err := s.members(ctx, msgpack.NewDecoder(rest))
	if err == nil && rest.Len() > 0 {
		err = errUnusual
	}
	return values, err
}

// members decodes the attributes of an object that is neither null nor unknown.
func (s *shape) members(ctx context.Context, d *msgpack.Decoder) (map[string]attr.Value, error) {
	length, err := d.DecodeMapLen()
	if err != nil || length != len(s.attributes) {
		return nil, errors.Join(errUnusual, err)
	}
	values := make(map[string]attr.Value, length)
	for range length {
		name, err := d.DecodeString()
		if err != nil {
			return nil, err
		}
		inner, ok := s.attributes[name]
		if !ok {
			return nil, errUnusual
		}
		if values[name], err = inner.decode(ctx, d); err != nil {
			return nil, err
		}
	}
	if len(values) != length { // one came twice
		return nil, errUnusual
	}
	return values, nil
}

func (s *shape) decode(ctx context.Context, d *msgpack.Decoder) (attr.Value, error) {
	code, err := d.PeekCode()
	switch {
	case err != nil:
		return nil, err
	case code == msgpcode.Nil:
		return s.null, d.DecodeNil()
	case msgpcode.IsExt(code):
		return s.unknown, d.Skip()
	}
	switch t := s.of.(type) {
	case basetypes.StringType:
		if !msgpcode.IsString(code) {
			return nil, errUnusual
		}
		text, err := d.DecodeString()
		return types.StringValue(text), err
	case basetypes.BoolType:
		flag, err := d.DecodeBool()
		return types.BoolValue(flag), err
	case basetypes.Int64Type:
		if code == msgpcode.Float || code == msgpcode.Double || msgpcode.IsString(code) || code == msgpcode.Uint64 {
			return nil, errUnusual
		}
		number, err := d.DecodeInt64()
		return types.Int64Value(number), err
	case basetypes.ListType:
		elements, err := s.elements(ctx, d)
		if err != nil {
			return nil, err
		}
		return basetypes.NewListValueMust(t.ElemType, elements), nil
	case basetypes.SetType:
		elements, err := s.elements(ctx, d)
		if err != nil {
			return nil, err
		}
		return basetypes.NewSetValueMust(t.ElemType, elements), nil
	case basetypes.ObjectTypable:
		if s.attributes == nil {
			return nil, errUnusual
		}
		values, err := s.members(ctx, d)
		if err != nil {
			return nil, err
		}
		value, diags := t.ValueFromObject(ctx, basetypes.NewObjectValueMust(s.types, values))
		if len(diags) > 0 {
			return nil, errUnusual
		}
		return value, nil
	}
	return nil, errUnusual
}

func (s *shape) elements(ctx context.Context, d *msgpack.Decoder) ([]attr.Value, error) {
	length, err := d.DecodeArrayLen()
	if err != nil {
		return nil, err
	}
	elements := []attr.Value{}
	for range length {
		element, err := s.element.decode(ctx, d)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	return elements, nil
}

// unknown is the encoding of a value that is not known.
var unknown = msgpack.RawMessage{msgpcode.FixExt1, 0, 0}

// encoded is a value as Terraform takes it.
func encoded(ctx context.Context, v attr.Value) any {
	switch {
	case v.IsNull():
		return nil
	case v.IsUnknown():
		return unknown
	}
	switch v := v.(type) {
	case basetypes.StringValue:
		return v.ValueString()
	case basetypes.BoolValue:
		return v.ValueBool()
	case basetypes.Int64Value:
		return v.ValueInt64()
	case basetypes.MapValue:
		return encodedMembers(ctx, v.Elements())
	case basetypes.ObjectValuable:
		object, _ := v.ToObjectValue(ctx)
		return encodedMembers(ctx, object.Attributes())
	case interface{ Elements() []attr.Value }:
		all := make([]any, 0, len(v.Elements()))
		for _, element := range v.Elements() {
			all = append(all, encoded(ctx, element))
		}
		return all
	}
	panic(fmt.Sprintf("a %T has no encoding", v)) // of a type that no shape has
}

func encodedMembers(ctx context.Context, values map[string]attr.Value) map[string]any {
	all := make(map[string]any, len(values))
	for name, value := range values {
		all[name] = encoded(ctx, value)
	}
	return all
}

// encode encodes an object of the schema or of its identity.
func encode(values map[string]any) *tfprotov6.DynamicValue {
	var to bytes.Buffer
	encoder := msgpack.NewEncoder(&to)
	encoder.SetSortMapKeys(true)
	encoder.UseCompactInts(true)
	if err := encoder.Encode(values); err != nil {
		panic(err) // a buffer takes all that encoded makes
	}
	return &tfprotov6.DynamicValue{MsgPack: to.Bytes()}
}
