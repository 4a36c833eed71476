package phonenumber

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// IdentitySchema describes the resource's identity.
func (r *Resource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"platform": identityschema.StringAttribute{
				Description: "Voice-agent platform that the number is on: one of " +
					strings.Join(platformNames(r.kinds), ", ") + ".",
				RequiredForImport: true,
			},
			"phone_number": identityschema.StringAttribute{
				Description:       "Phone number with its country code.",
				RequiredForImport: true,
			},
			"account_sid": identityschema.StringAttribute{
				Description: "SID of the Twilio account that owns the number. By default it is looked for in the " +
					"account of the provider's credentials, then in the accounts related to it.",
				OptionalForImport: true,
			},
		},
	}
}

// platformNames are the values of the platform attribute.
func platformNames(kinds kinds.Table) []string {
	names := []string{platform.None}
	for _, kind := range kinds.Platforms() {
		names = append(names, kind.Name)
	}
	return names
}

// identify gives an answer the identity of the number, which a move to another
// platform or account changes. Neither an older Terraform nor the state of an
// older provider has one to give back, so it is always made anew.
func identify(ctx context.Context, to *tfsdk.ResourceIdentity, n platform.Number, diags *diag.Diagnostics) {
	if to == nil || n.PhoneNumber == "" {
		return
	}
	diags.Append(to.Set(ctx, attrValue(to.Schema.Type(), identity(n)))...)
}

func identity(n platform.Number) platform.Values {
	return platform.Values{
		"platform": n.Platform, "phone_number": n.PhoneNumber, "account_sid": platform.TextOrNil(n.AccountSID),
	}
}

// readIdentity is the identity by which an import names a number; empty: beside an
// import ID there is one without values, or none.
func readIdentity(ctx context.Context, from *tfsdk.ResourceIdentity) platform.Values {
	var object types.Object
	if from != nil {
		from.Get(ctx, &object)
	}
	named, _ := plain(object).(platform.Values)
	maps.DeleteFunc(named, func(_ string, value any) bool { return value == nil })
	return named
}

// identified is the number of that identity.
func (r *Resource) identified(named platform.Values, diags *diag.Diagnostics) platform.Number {
	n := platform.Number{Platform: named.String("platform"), AccountSID: named.String("account_sid")}
	if kind, ok := r.kinds.Kind(n.Platform); ok && kind.Block != nil {
		n.Block = platform.Values{}
	} else if n.Platform != platform.None {
		diags.AddError("Invalid identity", fmt.Sprintf(
			"The identity's platform is %q; it must be one of %s.", n.Platform, strings.Join(platformNames(r.kinds), ", ")))
		return n
	}
	var err error
	if n.PhoneNumber, err = e164.Accept(named.String("phone_number")); err != nil {
		diags.AddError("Invalid identity", fmt.Sprintf(
			"The identity's phone_number %q is refused: %v.", named.String("phone_number"), err))
	}
	return n
}
