package acctest

import (
	"encoding/json"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

const numberType = "telephony_phone_number"

// blocks are those of a configuration that has one telephony_phone_number, or none.
type blocks struct {
	provider, resource *hclsyntax.Body

	name string // of the resource; empty: there is none
}

// parse takes a configuration apart. It is not ok where there is more in it than the
// provider, the resource and what Terraform requires of itself, or one of their arguments
// takes Terraform to evaluate.
func parse(text string) (found blocks, ok bool) {
	file, diags := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		return found, false
	}
	body, _ := file.Body.(*hclsyntax.Body)
	found.provider = &hclsyntax.Body{}
	for _, block := range body.Blocks {
		switch {
		case !selfContained(block.Body):
			return found, false
		case block.Type == "terraform":
		case block.Type == "provider":
			found.provider = block.Body
		case block.Type == "resource" && block.Labels[0] == numberType && found.resource == nil:
			found.resource, found.name = block.Body, block.Labels[1]
		default:
			return found, false
		}
	}
	return found, true
}

// selfContained says that a block can be evaluated by itself, and is nothing to Terraform's
// own arguments.
func selfContained(body *hclsyntax.Body) bool {
	for _, own := range []string{"count", "for_each", "provider", "depends_on"} {
		if _, ok := body.Attributes[own]; ok {
			return false
		}
	}
	for _, attribute := range body.Attributes {
		if _, diags := attribute.Expr.Value(nil); diags.HasErrors() {
			return false
		}
	}
	for _, block := range body.Blocks {
		if block.Type == "lifecycle" || block.Type == "dynamic" || !selfContained(block.Body) {
			return false
		}
	}
	return true
}

// evaluate is what a block says, by its schema. Its diagnostics are those which
// Terraform has for what the schema does not allow.
func (d *Driver) evaluate(body hcl.Body, schema *tfprotov6.SchemaBlock) (Values, hcl.Diagnostics) {
	d.t.Helper()
	spec := d.spec(schema)
	value, diags := hcldec.Decode(body, spec, nil)
	if diags.HasErrors() {
		return nil, diags
	}
	encoded, err := msgpack.Marshal(value, hcldec.ImpliedType(spec))
	d.must(err, nil)
	return d.values(d.decode(&tfprotov6.DynamicValue{MsgPack: encoded}, schema.ValueType())), nil
}

// spec is a schema as HCL has it. This provider's schemas nest single blocks alone.
func (d *Driver) spec(schema *tfprotov6.SchemaBlock) hcldec.Spec {
	d.t.Helper()
	object := hcldec.ObjectSpec{}
	for _, a := range schema.Attributes {
		object[a.Name] = &hcldec.AttrSpec{Name: a.Name, Type: d.ctyType(a.ValueType()), Required: a.Required}
	}
	for _, b := range schema.BlockTypes {
		object[b.TypeName] = &hcldec.BlockSpec{TypeName: b.TypeName, Nested: d.spec(b.Block)}
	}
	return object
}

func (d *Driver) ctyType(t tftypes.Type) cty.Type {
	d.t.Helper()
	text, err := json.Marshal(t)
	d.must(err, nil)
	converted, err := ctyjson.UnmarshalType(text)
	d.must(err, nil)
	return converted
}

// plain is a value as encoding/json has it, and beside it, as a plan in JSON has
// them, which of its parts are unknown.
func plain(v any) (known, unknowns any) {
	switch v := v.(type) {
	case Values:
		if v == nil {
			return nil, false
		}
		object, missing := map[string]any{}, map[string]any{}
		for name, inner := range v {
			value, unknown := plain(inner)
			if unknown != false {
				missing[name] = unknown
			}
			if unknown != true {
				object[name] = value
			}
		}
		if len(missing) == 0 {
			return object, false
		}
		return object, missing
	case []Values:
		list := []any{}
		for _, element := range v {
			value, _ := plain(element) // lists are known as a whole, or not at all
			list = append(list, value)
		}
		return list, false
	case []string:
		list := []any{}
		for _, text := range v {
			list = append(list, text)
		}
		return list, false
	case map[string]string:
		texts := map[string]any{}
		for key, text := range v {
			texts[key] = text
		}
		return texts, false
	case int:
		return json.Number(strconv.Itoa(v)), false
	case unknown:
		return nil, true
	}
	return v, false
}

// attributes is the state as resource.TestCheckFunc has it: texts by their paths.
func attributes(values Values) *terraform.State {
	root := &terraform.ModuleState{Path: []string{"root"}, Resources: map[string]*terraform.ResourceState{}}
	state := &terraform.State{Modules: []*terraform.ModuleState{root}}
	if values == nil {
		return state
	}
	texts := map[string]string{}
	held, _ := plain(values)
	flatten(texts, "", held)
	root.Resources[numberType+".this"] = &terraform.ResourceState{
		Type: numberType, Primary: &terraform.InstanceState{ID: texts["id"], Attributes: texts},
	}
	return state
}

func flatten(texts map[string]string, at string, v any) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for name, inner := range v {
			flatten(texts, at+"."+name, inner)
		}
	case []any:
		texts[at[1:]+".#"] = strconv.Itoa(len(v))
		for i, element := range v {
			flatten(texts, at+"."+strconv.Itoa(i), element)
		}
	case bool:
		texts[at[1:]] = strconv.FormatBool(v)
	case json.Number:
		texts[at[1:]] = v.String()
	case string:
		texts[at[1:]] = v
	}
}
