package phonenumber

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// ImportState takes an import ID or an identity. The Read that follows fills in
// the rest.
func (r *Resource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	n := r.named(ctx, req, diags)
	if diags.HasError() {
		return
	}
	for attribute, value := range map[string]string{
		"id": n.PhoneNumber, "phone_number": n.PhoneNumber, "sid": n.SID, "account_sid": n.AccountSID,
	} {
		if value != "" {
			diags.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
		}
	}
	if n.Block != nil {
		block := attrTypes(resp.State.Schema.Type())[n.Platform]
		diags.Append(resp.State.SetAttribute(ctx, path.Root(n.Platform), attrValue(block, n.Block))...)
	}
	identify(ctx, resp.Identity, n, diags)
	imported := model{private: platform.PrivateState{Instance: registry.NewInstance()}}
	imported.writePrivate(ctx, resp.Private, diags)
}

// named is the number that an import names.
func (r *Resource) named(
	ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics,
) platform.Number {
	if req.ID == "" && req.Identity != nil && isGiven(req.Identity.Raw) {
		return r.readIdentity(ctx, req.Identity, diags)
	}
	n, err := r.readImportID(req.ID)
	if err != nil {
		diags.AddError("Invalid import ID", fmt.Sprintf("%q is refused: %v.%s", req.ID, err, r.importExamples(req.ID)))
	}
	return n
}

// isGiven says that an identity has something in it: beside an empty import ID
// there is an empty one.
func isGiven(identity tftypes.Value) bool {
	var attributes map[string]tftypes.Value
	if identity.As(&attributes) != nil {
		return false
	}
	for _, value := range attributes {
		if !value.IsNull() {
			return true
		}
	}
	return false
}

// readImportID reads "<service>/<identifier>", or an identifier alone, which is
// the carrier's.
func (r *Resource) readImportID(id string) (platform.Number, error) {
	name, identifier, found := strings.Cut(id, "/")
	if !found {
		name, identifier = r.kinds.Carriers()[0].Name, id
	}
	kind, ok := r.kinds.Kind(name)
	if !ok || kind.Import == nil {
		return platform.Number{}, fmt.Errorf("no service is called %q", name)
	}
	n, err := kind.Import(identifier)
	n.Platform = platform.None
	if n.Block != nil {
		n.Platform = name
	}
	return n, err
}

// importExamples are the import IDs of the service that the ID names, or of all.
func (r *Resource) importExamples(id string) string {
	name, _, named := strings.Cut(id, "/")
	if kind, ok := r.kinds.Kind(name); ok && named && len(kind.ImportExamples) > 0 {
		return " Import IDs look like:\n- " + strings.Join(kind.ImportExamples, "\n- ")
	}
	var examples []string
	for _, kind := range r.kinds {
		examples = append(examples, kind.ImportExamples...)
	}
	return " Import IDs look like:\n- " + strings.Join(examples, "\n- ")
}

// setImported says of an import, or a move, what no service knows, how the number was
// acquired and how it is to end: it was not bought here, and its end is the gentle one.
func (m *model) setImported() {
	m.set("acquisition", string(platform.Adopted))
	m.set("release_on_destroy", string(platform.Detach))
}
