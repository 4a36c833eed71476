package phonenumber

// What package fastpath asks of the resource without the framework in between.
// Each answer comes from the code that the framework calls, too, and is either
// "nothing changes and there is nothing to say" or "ask in the ordinary way".

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

// Refresh says that Read leaves the state as it is, and has nothing to say. The
// identity is that of the number. With the context, Read goes by what the
// services have answered here.
func (d *Direct) Refresh(
	ctx context.Context, state Attributes, private []byte,
) (_ context.Context, identityValues map[string]any, same bool) {
	before := d.model(state)
	if before.null("status") || !before.decodePrivate(private) {
		return ctx, nil, false // an import or a move
	}
	var diags diag.Diagnostics
	limited, cancel := within(ctx, before, timeouts.Value.Read, readTimeout, &diags)
	defer cancel()
	if len(diags) > 0 {
		return ctx, nil, false
	}
	got, err := d.manager.Read(limited, before.expand())
	ctx = context.WithValue(ctx, answerKey{}, answer{got, err})
	if err != nil {
		return ctx, nil, false
	}
	after := before.clone()
	after.flatten(got)
	n := after.expand()
	if !after.equal(before) || !bytes.Equal(after.encodePrivate(), private) {
		return ctx, nil, false
	}
	d.manager.Registry.InState(n)
	return ctx, identity(n), true
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

// answer is what the services have said of a number.
type answer struct {
	number platform.Number
	err    error
}

type answerKey struct{}
