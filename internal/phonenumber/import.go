package phonenumber

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

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
	var n platform.Number
	if named := readIdentity(ctx, req.Identity); req.ID == "" && len(named) > 0 {
		n = r.identified(named, diags)
	} else {
		n = r.readImportID(req.ID, diags)
	}
	if diags.HasError() {
		return
	}
	setTold(ctx, &resp.State, n, diags)
	identify(ctx, resp.Identity, n, diags)
	imported := model{private: platform.PrivateState{Instance: registry.NewInstance()}}
	imported.writePrivate(ctx, resp.Private, diags)
}

// setTold writes into an empty state what an import, or a move, tells of its number.
func setTold(ctx context.Context, to *tfsdk.State, n platform.Number, diags *diag.Diagnostics) {
	values := platform.Values{
		"id": platform.TextOrNil(n.PhoneNumber), "phone_number": platform.TextOrNil(n.PhoneNumber),
		"sid": platform.TextOrNil(n.SID), "account_sid": platform.TextOrNil(n.AccountSID),
	}
	maps.Copy(values, n.Settings)
	if n.Block != nil {
		values[n.Platform] = n.Block
	}
	types := attrTypes(to.Schema.Type())
	for name, value := range values {
		diags.Append(to.SetAttribute(ctx, path.Root(name), attrValue(types[name], value))...)
	}
}

// readImportID reads "<service>/<identifier>", or an identifier alone, which is
// the carrier's.
func (r *Resource) readImportID(id string, diags *diag.Diagnostics) (n platform.Number) {
	name, identifier, found := strings.Cut(id, "/")
	if !found {
		name, identifier = r.kinds.Carriers()[0].Name, id
	}
	err := fmt.Errorf("no service is called %q", name)
	if kind, ok := r.kinds.Kind(name); ok && kind.Import != nil {
		n, err = kind.Import(identifier)
	}
	if err != nil {
		diags.AddError("Invalid import ID", fmt.Sprintf("%q is refused: %v.%s", id, err, r.importExamples(id)))
	}
	n.Platform = platform.None
	if n.Block != nil {
		n.Platform = name
	}
	return n
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
