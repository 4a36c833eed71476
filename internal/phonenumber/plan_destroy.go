package phonenumber

// What a plan says of a number's destroy.

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// planDestroy refuses the end of the number in state, or says what it will do.
func (r *Resource) planDestroy(state *model, cause string, diags *diag.Diagnostics) {
	n := state.expand()
	if refuseConflict(r.manager.Registry.Destroys(n), n, diags); diags.HasError() {
		return
	}
	if refusal := r.kinds.Refuse(n, r.manager.PreventRelease); refusal != nil {
		diags.AddError(refusal.Summary, refusal.Detail)
		return
	}
	diags.AddWarning(r.destroySummary(n, cause), r.destroyDetail(n, state.text("release_on_destroy")))
}

// destroySummary has the number where it is given up. Else it is the same for all
// numbers, so that Terraform folds their warnings into one.
func (r *Resource) destroySummary(n platform.Number, cause string) string {
	switch {
	case r.kinds.Irreversible(n):
		return fmt.Sprintf("%s of %s: release, gives the number up", cause, n.PhoneNumber)
	case n.Private.Lost:
		return cause + ": what is left of numbers that their carrier no longer has"
	case n.Action == platform.ForceDelete:
		return cause + ": force_delete, the number stays owned"
	}
	return cause + ": detach, the number stays owned"
}

// destroyDetail says what an end does, in paragraphs that Terraform wraps: it leaves
// lines alone that begin with a space.
func (r *Resource) destroyDetail(n platform.Number, applied string) string {
	lines := []string{numbered(r.kinds.Steps(n))}
	if billing := r.kinds.Billing(n); billing != "" {
		lines = append(lines, billing)
	}
	decides := fmt.Sprintf("State decides this, not the configuration: release_on_destroy was last applied as %q.", applied)
	if r.kinds.Irreversible(n) {
		decides += " To keep the number, apply release_on_destroy = \"detach\" first."
	}
	return strings.Join(append(lines, decides), "\n")
}

// numbered are steps as lines.
func numbered(steps []platform.Step) string {
	var lines []string
	for i, sentence := range sentences(steps) {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, sentence))
	}
	return strings.Join(lines, "\n")
}
