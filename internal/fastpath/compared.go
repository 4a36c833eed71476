package fastpath

import (
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// compared asks the framework, too, and panics if there is a fast answer that
// differs in anything.
type compared struct {
	*Server

	told func(call string, fast bool)
}

// NewCompared is New for tests: a fast answer that is not the framework's is a
// panic. Told gets the name of every call that might have a fast answer, and
// whether it has.
func NewCompared(
	server tfprotov6.ProviderServer, typeName string, resource func() Resource, told func(call string, fast bool),
) tfprotov6.ProviderServer {
	return compared{New(server, typeName, resource), told}
}

// UpgradeResourceState is tfprotov6.ProviderServer's.
func (c compared) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if req.TypeName != c.typeName {
		return c.framework.UpgradeResourceState(ctx, req)
	}
	fast := c.paths().upgrade(req)
	slow, err := c.framework.UpgradeResourceState(ctx, req)
	if c.told("UpgradeResourceState", fast != nil); fast != nil {
		c.compare("UpgradeResourceState", *fast, *slow, err)
		return fast, nil
	}
	return slow, err
}

// ReadResource is tfprotov6.ProviderServer's.
func (c compared) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	if req.TypeName != c.typeName {
		return c.framework.ReadResource(ctx, req)
	}
	before := ctx
	ctx, fast := c.paths().read(ctx, req)
	slow, err := c.framework.ReadResource(ctx, req)
	if fast != nil && len(slow.Diagnostics) > 0 {
		_, fast = c.paths().read(before, req) // another instance may have come between the two
	}
	if c.told("ReadResource", fast != nil); fast != nil {
		c.compare("ReadResource", *fast, *slow, err)
		return fast, nil
	}
	return slow, err
}

// ValidateResourceConfig is tfprotov6.ProviderServer's.
func (c compared) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if req.TypeName != c.typeName {
		return c.framework.ValidateResourceConfig(ctx, req)
	}
	fast := c.paths().validate(ctx, req)
	slow, err := c.framework.ValidateResourceConfig(ctx, req)
	if c.told("ValidateResourceConfig", fast != nil); fast != nil {
		c.compare("ValidateResourceConfig", *fast, *slow, err)
		return fast, nil
	}
	return slow, err
}

// PlanResourceChange is tfprotov6.ProviderServer's.
func (c compared) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	if req.TypeName != c.typeName {
		return c.framework.PlanResourceChange(ctx, req)
	}
	fast := c.paths().plan(ctx, req)
	slow, err := c.framework.PlanResourceChange(ctx, req)
	if fast != nil && len(slow.Diagnostics) > 0 {
		fast = c.paths().plan(ctx, req) // another instance may have come between the two
	}
	if c.told("PlanResourceChange", fast != nil); fast != nil {
		c.compare("PlanResourceChange", *fast, *slow, err)
		return fast, nil
	}
	return slow, err
}

func (c compared) compare(call string, fast, slow any, err error) {
	before, after := reflect.ValueOf(fast), reflect.ValueOf(slow)
	for i := range before.NumField() {
		name, has, wants := before.Type().Field(i).Name, c.plain(before.Field(i)), c.plain(after.Field(i))
		if err != nil || !reflect.DeepEqual(has, wants) {
			panic(fmt.Sprintf("%s is answered fast with %s = %v, and by the framework with %v (%v)", call, name, has, wants, err))
		}
	}
}

// plain is a field of an answer as it can be compared: two encodings of one
// value are the same, and so are none and an empty list.
func (c compared) plain(field reflect.Value) any {
	if field.Kind() == reflect.Slice && field.Len() == 0 {
		return nil
	}
	encoded, ok := field.Interface().(*tfprotov6.DynamicValue)
	if !ok || encoded == nil {
		return field.Interface()
	}
	value, err := encoded.Unmarshal(c.paths().terraformType)
	if err != nil {
		return err
	}
	return value.String()
}
