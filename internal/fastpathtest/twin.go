package fastpathtest

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	telephony "github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

// newTwin is the framework's server with this provider's schema, and a resource
// that reads and plans a creation as it was done already.
func newTwin() tfprotov6.ProviderServer {
	return providerserver.NewProtocol6(twin{telephony.New("test")()})()
}

type twin struct{ provider.Provider }

// Resources is provider.Provider's.
func (t twin) Resources(ctx context.Context) []func() resource.Resource {
	all := t.Provider.Resources(ctx)
	for i, one := range all {
		all[i] = func() resource.Resource {
			r := one()
			identity, _ := r.(resource.ResourceWithIdentity)
			return repeater{r, identity}
		}
	}
	return all
}

// repeater has the resource's schema.
type repeater struct {
	resource.Resource
	identity
}

type identity interface {
	IdentitySchema(context.Context, resource.IdentitySchemaRequest, *resource.IdentitySchemaResponse)
}

// Read says what the resource has said.
func (repeater) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	was := callOf(ctx).said
	object := was.repeat(ctx, req.State, resp.Private, &resp.Diagnostics)
	switch {
	case was.diags.HasError():
	case was.answered == nil:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, object)...)
	}
	for name, value := range was.identity {
		text := types.StringNull()
		if value != nil {
			text = types.StringValue(fmt.Sprint(value))
		}
		resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root(name), text)...)
	}
}

// ModifyPlan says what the resource has said.
func (repeater) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	was := callOf(ctx).said
	object := was.repeat(ctx, req.Plan, resp.Private, &resp.Diagnostics)
	if !was.diags.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, object)...)
	}
}

// repeat says what was said, but for the object that was answered. It panics if
// another object was asked about than here.
func (s *said) repeat(
	ctx context.Context, asked interface {
		Get(ctx context.Context, target any) diag.Diagnostics
	},
	private interface {
		SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
	},
	diags *diag.Diagnostics,
) types.Object {
	var object types.Object
	diags.Append(asked.Get(ctx, &object)...)
	for name, value := range object.Attributes() {
		if has := s.asked[name]; has == nil || !has.Equal(value) {
			panic(fmt.Sprintf("the resource is asked about a %s of %v, and by the framework of %v", name, has, value))
		}
	}
	for key, value := range s.private {
		diags.Append(private.SetKey(ctx, key, value)...)
	}
	diags.Append(s.diags...)
	if s.answered == nil {
		return types.ObjectNull(object.AttributeTypes(ctx))
	}
	return types.ObjectValueMust(object.AttributeTypes(ctx), s.answered)
}
