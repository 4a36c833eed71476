package fastpath

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// creation is what the framework plans for a configuration before the resource
// has its say: the proposal, but for what the configuration leaves to the
// provider, and for what no plan may hold.
func (s *shape) creation(
	ctx context.Context, members map[string]*rules, config, proposed map[string]attr.Value,
) (map[string]attr.Value, error) {
	planned := make(map[string]attr.Value, len(members))
	for name, r := range members {
		var err error
		if planned[name], err = s.attributes[name].planned(ctx, r, config[name], proposed[name]); err != nil {
			return nil, err
		}
	}
	return planned, nil
}

func (s *shape) planned(ctx context.Context, r *rules, config, proposed attr.Value) (attr.Value, error) {
	switch {
	case r.writeOnly:
		return s.null, nil
	case r.members != nil && config.IsNull() && proposed.IsNull():
		return proposed, nil
	case r.members != nil:
		return s.plannedBlock(ctx, r, config, proposed)
	case config.IsNull() && r.computed:
		return s.unknown, nil
	case !config.IsNull() && r.opaque:
		return nil, errUnusual
	}
	return proposed, nil
}

func (s *shape) plannedBlock(ctx context.Context, r *rules, config, proposed attr.Value) (attr.Value, error) {
	configured, isObject := config.(basetypes.ObjectValuable)
	block, areObjects := proposed.(basetypes.ObjectValuable)
	to, isType := s.of.(basetypes.ObjectTypable)
	if !isObject || !areObjects || !isType || config.IsNull() || config.IsUnknown() || proposed.IsNull() || proposed.IsUnknown() {
		return nil, errUnusual
	}
	given, diags := configured.ToObjectValue(ctx)
	object, more := block.ToObjectValue(ctx)
	if diags.Append(more...); len(diags) > 0 {
		return nil, errUnusual
	}
	members, err := s.creation(ctx, r.members, given.Attributes(), object.Attributes())
	if err != nil {
		return nil, err
	}
	value, diags := to.ValueFromObject(ctx, basetypes.NewObjectValueMust(s.types, members))
	if len(diags) > 0 {
		return nil, errUnusual
	}
	return value, nil
}

// decodePrivate is private state by its keys, without the framework's own.
func decodePrivate(text []byte) (map[string][]byte, error) {
	private := map[string][]byte{}
	if len(text) == 0 {
		return private, nil
	}
	if err := json.Unmarshal(text, &private); err != nil {
		return nil, err
	}
	for key := range private {
		if strings.HasPrefix(key, ".") {
			return nil, errUnusual
		}
	}
	return private, nil
}

func encodePrivate(private map[string][]byte) []byte {
	maps.DeleteFunc(private, func(_ string, value []byte) bool { return len(value) == 0 })
	if len(private) == 0 {
		return nil
	}
	text, _ := json.Marshal(private) // it is made of strings alone
	return text
}

func diagnostics(diags diag.Diagnostics) []*tfprotov6.Diagnostic {
	all := make([]*tfprotov6.Diagnostic, 0, len(diags))
	for _, d := range diags {
		one := &tfprotov6.Diagnostic{
			Severity: tfprotov6.DiagnosticSeverityWarning, Summary: d.Summary(), Detail: d.Detail(),
		}
		if d.Severity() == diag.SeverityError {
			one.Severity = tfprotov6.DiagnosticSeverityError
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			one.Attribute = attributePath(at.Path())
		}
		all = append(all, one)
	}
	return all
}

// attributePath is a path as far as names lead.
func attributePath(p path.Path) *tftypes.AttributePath {
	to := tftypes.NewAttributePath()
	for _, step := range p.Steps() {
		name, ok := step.(path.PathStepAttributeName)
		if !ok {
			break
		}
		to = to.WithAttributeName(string(name))
	}
	return to
}
