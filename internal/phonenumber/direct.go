package phonenumber

// What package fastpath asks of the resource without the framework in between.
// Each answer comes from the code that the framework calls, too.

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Attributes are an object of the resource's schema.
type Attributes = map[string]attr.Value

// Direct is the resource for package fastpath.
type Direct struct {
	*Resource

	schema schema.Schema
	types  map[string]attr.Type
}

// NewDirect makes it of a resource, for its schema.
func NewDirect(ctx context.Context, r *Resource) *Direct {
	s := newSchema(ctx, r.kinds)
	return &Direct{Resource: r, schema: s, types: attrTypes(s.Type())}
}

// Schema is the resource's schema.
func (d *Direct) Schema() schema.Schema { return d.schema }

// IsValid says that ValidateConfig has nothing to say of a configuration.
func (d *Direct) IsValid(config Attributes) bool {
	var diags diag.Diagnostics
	d.validate(d.model(config), &diags)
	return len(diags) == 0
}

// IsSettled says that a plan for the configuration is the state as it is, and
// has nothing to say. Proposed is the state, too.
func (d *Direct) IsSettled(ctx context.Context, config, state Attributes, private []byte) bool {
	before, wanted := d.model(state), d.model(config)
	if before.text("status") != string(platform.Active) || !before.decodePrivate(private) {
		return false
	}
	var diags diag.Diagnostics
	after := before.clone()
	d.planUpdate(ctx, wanted, before, after, &diags)
	return len(diags) == 0 && after.equal(before)
}

// PlanCreation is ModifyPlan for a creation.
func (d *Direct) PlanCreation(
	ctx context.Context, config, plan Attributes, private map[string][]byte,
) (Attributes, diag.Diagnostics) {
	var diags diag.Diagnostics
	after := d.model(plan).clone()
	d.planCreate(ctx, d.model(config), after, privateValues(private), &diags)
	makePrintable(&diags)
	if diags.HasError() {
		return plan, diags
	}
	return after.attrs, diags
}

// privateValues is private state by its keys.
type privateValues map[string][]byte

// GetKey is the value of a key; nil: there is none.
func (p privateValues) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return p[key], nil
}

// SetKey replaces the value of a key.
func (p privateValues) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	p[key] = value
	return nil
}

// Read is Read, but for an import or a move, whose state is not whole yet, and for
// private state that this version has not written: ok is false, and nobody is
// asked.
func (d *Direct) Read(ctx context.Context, state Attributes, private []byte) (
	after Attributes, privateAfter []byte, identityValues map[string]any, diags diag.Diagnostics, ok bool,
) {
	m := d.model(state).clone()
	if m.null("status") || !m.decodePrivate(private) {
		return nil, nil, nil, nil, false
	}
	defer func() { makePrintable(&diags) }()
	ctx, cancel := within(ctx, m, timeouts.Value.Read, readTimeout, &diags)
	defer cancel()
	held := d.refresh(ctx, m, &diags)
	switch {
	case diags.HasError():
		return state, private, nil, diags, true
	case !held:
		return nil, private, identity(m.expand()), diags, true
	}
	return m.attrs, m.encodePrivate(), identity(m.expand()), diags, true
}

// model is an object as the framework would have read it.
func (d *Direct) model(attributes Attributes) *model {
	return &model{kinds: d.kinds, attrs: attributes, types: d.types}
}

// decodePrivate reads private state; false: it holds what this version would not have
// written.
func (m *model) decodePrivate(private []byte) bool {
	var values map[string][]byte
	if json.Unmarshal(private, &values) != nil || json.Unmarshal(values[privateStateKey], &m.private) != nil {
		return false
	}
	return m.private.Instance != "" && bytes.Equal(m.encodePrivate(), private)
}

// encodePrivate is the private state as the framework writes it, with nothing of its own.
func (m *model) encodePrivate() []byte {
	memory, err := json.Marshal(m.private)
	if err != nil {
		return nil
	}
	text, err := json.Marshal(map[string][]byte{privateStateKey: memory})
	if err != nil {
		return nil
	}
	return text
}
