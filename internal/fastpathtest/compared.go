// Package fastpathtest holds fast answers against the framework's.
package fastpathtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/fastpath"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

// Compared has the framework asked, too, wherever there is a fast answer, and
// panics if the two differ in anything. Told gets the name of every call that
// might have a fast answer, and whether it has.
//
// A read and the plan of a creation are held against those of a twin, whose
// resource repeats what this one has said: to read twice would be to ask the
// services twice, and to plan twice to create twice.
func Compared(told func(call string, fast bool)) provider.Option {
	return provider.WithFastPaths(func(
		server tfprotov6.ProviderServer, typeName string, resource func() fastpath.Resource,
	) tfprotov6.ProviderServer {
		framework, _ := server.(framework)
		recorded := func() fastpath.Resource { return recorder{resource()} }
		return compared{
			Server: fastpath.New(probe{framework}, typeName, recorded), framework: framework, twin: newTwin(),
			typeName: typeName, object: resource().Schema().Type().TerraformType(context.Background()), told: told,
		}
	})
}

// framework is its server.
type framework interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// call is what becomes known of one call while it is answered.
type call struct {
	ordinary bool // the framework was asked
	said     *said
}

// said is what the resource was asked to read or, for a creation, to plan, and
// what it has said.
type said struct {
	asked, answered map[string]attr.Value
	private         map[string][]byte
	identity        map[string]any
	diags           diag.Diagnostics
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// probe notes that the framework is asked.
type probe struct{ framework }

// UpgradeResourceState is tfprotov6.ProviderServer's.
func (p probe) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	callOf(ctx).ordinary = true
	return p.framework.UpgradeResourceState(ctx, req)
}

// ReadResource is tfprotov6.ProviderServer's.
func (p probe) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	callOf(ctx).ordinary = true
	return p.framework.ReadResource(ctx, req)
}

// ValidateResourceConfig is tfprotov6.ProviderServer's.
func (p probe) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	callOf(ctx).ordinary = true
	return p.framework.ValidateResourceConfig(ctx, req)
}

// PlanResourceChange is tfprotov6.ProviderServer's.
func (p probe) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	callOf(ctx).ordinary = true
	return p.framework.PlanResourceChange(ctx, req)
}

// recorder notes what the resource says.
type recorder struct{ fastpath.Resource }

// Read is fastpath.Resource's.
func (r recorder) Read(ctx context.Context, state map[string]attr.Value, private []byte) (
	map[string]attr.Value, []byte, map[string]any, diag.Diagnostics, bool,
) {
	asked := maps.Clone(state)
	after, privateAfter, identity, diags, ok := r.Resource.Read(ctx, state, private)
	if ok {
		keys := map[string][]byte{}
		if err := json.Unmarshal(privateAfter, &keys); err != nil {
			panic(err)
		}
		callOf(ctx).said = &said{asked, after, keys, identity, diags}
	}
	return after, privateAfter, identity, diags, ok
}

// PlanCreation is fastpath.Resource's.
func (r recorder) PlanCreation(
	ctx context.Context, config, plan map[string]attr.Value, private map[string][]byte,
) (map[string]attr.Value, diag.Diagnostics) {
	asked := maps.Clone(plan)
	planned, diags := r.Resource.PlanCreation(ctx, config, plan, private)
	callOf(ctx).said = &said{asked, planned, maps.Clone(private), nil, diags}
	return planned, diags
}

// compared asks the framework after a fast answer.
type compared struct {
	*fastpath.Server

	framework tfprotov6.ProviderServer
	twin      tfprotov6.ProviderServer
	typeName  string
	object    tftypes.Type
	told      func(call string, fast bool)
}

// UpgradeResourceState is tfprotov6.ProviderServer's.
func (c compared) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return both(ctx, c, "UpgradeResourceState", req.TypeName, req, c.Server.UpgradeResourceState,
		func(ctx context.Context, _ *call) (*tfprotov6.UpgradeResourceStateResponse, error) {
			return c.framework.UpgradeResourceState(ctx, req)
		})
}

// ValidateResourceConfig is tfprotov6.ProviderServer's.
func (c compared) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return both(ctx, c, "ValidateResourceConfig", req.TypeName, req, c.Server.ValidateResourceConfig,
		func(ctx context.Context, _ *call) (*tfprotov6.ValidateResourceConfigResponse, error) {
			return c.framework.ValidateResourceConfig(ctx, req)
		})
}

// ReadResource is tfprotov6.ProviderServer's.
func (c compared) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	return both(ctx, c, "ReadResource", req.TypeName, req, c.Server.ReadResource,
		func(ctx context.Context, _ *call) (*tfprotov6.ReadResourceResponse, error) {
			return c.twin.ReadResource(ctx, req)
		})
}

// PlanResourceChange is tfprotov6.ProviderServer's.
func (c compared) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return both(ctx, c, "PlanResourceChange", req.TypeName, req, c.Server.PlanResourceChange,
		func(ctx context.Context, seen *call) (*tfprotov6.PlanResourceChangeResponse, error) {
			if seen.said != nil {
				return c.twin.PlanResourceChange(ctx, req)
			}
			return c.framework.PlanResourceChange(ctx, req)
		})
}

// both asks for the fast answer and, if there is one, for the framework's.
func both[Request, Response any](
	ctx context.Context, c compared, name, typeName string, req *Request,
	ask func(context.Context, *Request) (*Response, error), framework func(context.Context, *call) (*Response, error),
) (*Response, error) {
	seen := &call{}
	ctx = context.WithValue(ctx, callKey{}, seen)
	fast, err := ask(ctx, req)
	if typeName != c.typeName {
		return fast, err
	}
	c.told(name, !seen.ordinary)
	if seen.ordinary {
		return fast, err
	}
	slow, err := framework(ctx, seen)
	if differs := c.difference(*fast, *slow, err); differs != "" {
		if reflect.ValueOf(*slow).FieldByName("Diagnostics").Len() > 0 { // another instance may have come between the two
			if again, err := ask(ctx, req); seen.ordinary {
				return again, err
			}
		}
		panic(name + " is answered fast with " + differs)
	}
	return fast, nil
}

// difference says how the answers differ; empty: they do not.
func (c compared) difference(fast, slow any, err error) string {
	before, after := reflect.ValueOf(fast), reflect.ValueOf(slow)
	for i := range before.NumField() {
		name, has, wants := before.Type().Field(i).Name, c.plain(before.Field(i)), c.plain(after.Field(i))
		if err != nil || !reflect.DeepEqual(has, wants) {
			return fmt.Sprintf("%s = %v, and by the framework with %v (%v)", name, has, wants, err)
		}
	}
	return ""
}

// plain is a field of an answer as it can be compared: two encodings of one
// value are the same, and so are none and an empty list.
func (c compared) plain(field reflect.Value) any {
	if field.Kind() == reflect.Slice && field.Len() == 0 {
		return nil
	}
	switch value := field.Interface().(type) {
	case *tfprotov6.DynamicValue:
		if value == nil {
			return nil
		}
		object, err := value.Unmarshal(c.object)
		if err != nil {
			return err
		}
		return object.String()
	case []*tfprotov6.Diagnostic:
		var all []string
		for _, d := range value {
			all = append(all, fmt.Sprintf("%v %s: %s\n%s", d.Severity, d.Attribute, d.Summary, d.Detail))
		}
		return all
	}
	return field.Interface()
}
