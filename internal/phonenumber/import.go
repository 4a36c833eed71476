package phonenumber

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// ImportState takes "<service>/<identifier>", or an identifier alone, which is
// the carrier's. The Read that follows fills in the rest.
func (r *Resource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	name, identifier, found := strings.Cut(req.ID, "/")
	if !found {
		name, identifier = r.kinds.Carriers()[0].Name, req.ID
	}
	kind, ok := r.kinds.Kind(name)
	if !ok || kind.Import == nil {
		resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is refused.%s", req.ID, r.importExamples()))
		return
	}
	n, err := kind.Import(identifier)
	if err != nil {
		resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is refused: %v.%s", req.ID, err, r.importExamples()))
		return
	}
	diags := &resp.Diagnostics
	for attribute, value := range map[string]string{"id": n.PhoneNumber, "phone_number": n.PhoneNumber, "sid": n.SID} {
		if value != "" {
			diags.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
		}
	}
	if n.Block != nil {
		block := attrTypes(resp.State.Schema.Type())[name]
		diags.Append(resp.State.SetAttribute(ctx, path.Root(name), attrValue(block, n.Block))...)
	}
}

func (r *Resource) importExamples() string {
	var examples []string
	for _, kind := range r.kinds {
		examples = append(examples, kind.ImportExamples...)
	}
	return " Import IDs look like:\n  - " + strings.Join(examples, "\n  - ")
}

// importDefaults are what no service knows of a number that is imported: it
// was not bought here, and its end is the gentle one.
func (m *model) importDefaults() {
	m.set("acquisition", string(platform.Adopted))
	m.set("release_on_destroy", string(platform.Detach))
	m.set("deregister_emergency_address", false)
}
