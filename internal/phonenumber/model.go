package phonenumber

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// model is the resource's object, in a configuration, a plan or a state. Its
// attributes follow from the table of services, so it is read and written by
// name. expand is the way to platform.Number, flatten the way back; nothing else
// converts.
type model struct {
	kinds   kinds.Table
	attrs   map[string]attr.Value
	types   map[string]attr.Type
	private platform.PrivateState
}

// source is a configuration, a plan or a state.
type source interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

func readModel(ctx context.Context, kinds kinds.Table, from source, diags *diag.Diagnostics) *model {
	var object types.Object
	diags.Append(from.Get(ctx, &object)...)
	return &model{kinds: kinds, attrs: object.Attributes(), types: object.AttributeTypes(ctx)}
}

// save writes all that is kept of the number.
func (m *model) save(
	ctx context.Context, to *tfsdk.State, private privateState, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics,
) {
	diags.Append(to.Set(ctx, m.object(diags))...)
	m.writePrivate(ctx, private, diags)
	identify(ctx, identity, m.expand(), diags)
}

// object is the model as Terraform takes it.
func (m *model) object(diags *diag.Diagnostics) types.Object {
	object, more := types.ObjectValue(m.types, m.attrs)
	diags.Append(more...)
	return object
}

// clone is a model that can be changed without changing m.
func (m *model) clone() *model {
	twin := *m
	twin.attrs = maps.Clone(m.attrs)
	return &twin
}

func (m *model) equal(other *model) bool {
	return maps.EqualFunc(m.attrs, other.attrs, func(a, b attr.Value) bool { return a.Equal(b) })
}

func (m *model) known(name string) bool { return !m.attrs[name].IsUnknown() }

func (m *model) null(name string) bool { return m.attrs[name].IsNull() }

func (m *model) text(name string) string {
	s, _ := plain(m.attrs[name]).(string)
	return s
}

// set gives the attribute a plain value: nil is null.
func (m *model) set(name string, value any) {
	m.attrs[name] = attrValue(m.types[name], value)
}

func (m *model) setAll(values platform.Values) {
	for name, value := range values {
		m.set(name, value)
	}
}

// fill gives the attributes that are unknown their values.
func (m *model) fill(values platform.Values) {
	for name, value := range values {
		if !m.known(name) {
			m.set(name, value)
		}
	}
}

func (m *model) setUnknown(names ...string) {
	for _, name := range names {
		m.attrs[name] = unknownValue(m.types[name])
	}
}

// platform names the platform whose block is present, or platform.None.
func (m *model) platform() string {
	for i := range m.kinds { // asked often, and a Kind is large: none is copied
		if kind := &m.kinds[i]; kind.Block != nil && !m.null(kind.Name) {
			return kind.Name
		}
	}
	return platform.None
}

// action is release_on_destroy in one of its three words.
func (m *model) action() platform.Action {
	switch value := m.text("release_on_destroy"); value {
	case "true":
		return platform.Release
	case "false", "":
		return platform.Detach
	default:
		return platform.Action(value)
	}
}

// settings are the carriers' fields, with who has them: the resource has all of them.
func settings(t kinds.Table) iter.Seq2[string, *platform.Field] {
	return func(yield func(carrier string, field *platform.Field) bool) {
		for i := range t {
			for j := range t[i].Settings {
				if !yield(t[i].Name, &t[i].Settings[j]) {
					return
				}
			}
		}
	}
}

// settingsKnown says whether those of the carriers' settings are known.
func (m *model) settingsKnown(which func(*platform.Field) bool) bool {
	for _, field := range settings(m.kinds) {
		if which(field) && !m.known(field.Name) {
			return false
		}
	}
	return true
}

func isWiring(field *platform.Field) bool { return field.Wiring }
func isApart(field *platform.Field) bool  { return field.Apart }

// carrierKnown says whether all that decides who carries the number is known.
func (m *model) carrierKnown() bool {
	kind, _ := m.kinds.Kind(m.platform())
	return m.blockKnown(kind, kind.CarrierFields)
}

// blockKnown says whether the block of kind, if there is one, has those fields
// known. One that is unknown as a whole may turn out not to be there.
func (m *model) blockKnown(kind platform.Kind, fields []string) bool {
	value, present := m.attrs[kind.Name]
	if !present {
		return true
	}
	block := nested(value)
	return !value.IsUnknown() && !slices.ContainsFunc(fields, func(name string) bool {
		value, present := block[name]
		return !present || value.IsUnknown()
	})
}
