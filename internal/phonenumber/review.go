package phonenumber

// What a reviewer reads in a plan beside its diff: refusals and warnings.

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// refuseSearch refuses to look for a number where none can be bought that way.
func (r *Resource) refuseSearch(n platform.Number, diags *diag.Diagnostics) {
	carrier, _ := r.kinds.Kind(n.Carrier)
	for _, why := range []string{carrier.NotForSale, carrier.NoSearch} {
		if why != "" {
			diags.AddAttributeError(path.Root("phone_number"), "Missing phone number", sentence(why))
			return
		}
	}
}

// refuseLoss refuses to create a number that is in state already with an end
// that gives it up: a replacement would release it first and then need it. A
// taint or -replace shows the plan no destroy, but the refresh has shown the
// number.
func (r *Resource) refuseLoss(held platform.Number, diags *diag.Diagnostics) {
	diags.AddError("Replacement would lose phone number "+held.PhoneNumber, fmt.Sprintf(
		"%s is in state with release_on_destroy = %q, and the plan is to destroy that resource and to create the number "+
			"again. The destroy would give the number up, and it could hardly be got back. Nothing was changed.\n\n"+
			"If the resource is tainted, run `terraform untaint`. If this run has -replace, leave it out. If the number moved "+
			"to another address in the configuration, add a moved block. To give the number up, destroy the resource.",
		held.PhoneNumber, held.Action))
}

// refuseImpossible refuses a number that cannot exist, unless its carrier has it
// all the same. Of one that has just been found to be gone it only warns, as
// refuseEnd does.
func (r *Resource) refuseImpossible(ctx context.Context, config model, n platform.Number, diags *diag.Diagnostics) {
	_, impossible := e164.Normalize(config.text("phone_number"))
	if impossible == nil {
		return
	}
	reported, err := r.manager.Reported(ctx, n)
	if reported || err != nil { // which the look-up meets, too
		return
	}
	at, summary := path.Root("phone_number"), "Invalid phone number"
	detail := fmt.Sprintf("%q is refused: %v, and %s does not have it either. Check its digits.",
		config.text("phone_number"), impossible, r.kinds.Title(r.kinds.ServiceOf(n)))
	if n.AccountSID != "" {
		detail += fmt.Sprintf(" The account that was asked is %s.", n.AccountSID)
	}
	if r.manager.Missed(n.PhoneNumber) {
		diags.AddAttributeWarning(at, summary, detail+" The apply will fail.")
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// notOwned says how to go on with a number that is not owned.
func (r *Resource) notOwned(err *lifecycle.NotOwnedError) string {
	carrier, _ := r.kinds.Kind(err.Number.Carrier)
	if err.Elsewhere != "" {
		return fmt.Sprintf("%s belongs to the related account %s, and a creation never transfers a number. To manage it "+
			"there, set account_sid = %q; changing account_sid afterwards transfers it.",
			err.Number.PhoneNumber, err.Elsewhere, err.Elsewhere)
	}
	if carrier.NotForSale != "" {
		return fmt.Sprintf("%s does not belong to the account at %s. %s", err.Number.PhoneNumber, carrier.Title, carrier.NotForSale)
	}
	return fmt.Sprintf("%s does not belong to the account at %s, and the configuration has no purchase block that "+
		"allows to buy it. To buy it, add a block `purchase {}`; to adopt it, check the number and the account.",
		err.Number.PhoneNumber, carrier.Title)
}

func (r *Resource) warnOfLoss(n platform.Number, outlook lifecycle.Outlook, diags *diag.Diagnostics) {
	if len(outlook.Lost) == 0 {
		return
	}
	diags.AddWarning("Adopting "+n.PhoneNumber+" overwrites its wiring", fmt.Sprintf(
		"%s is owned already, and the configuration does not name all of its wiring. The apply clears or replaces:\n  - %s\n\n"+
			"To keep a value, set it in the configuration.", n.PhoneNumber, strings.Join(outlook.Lost, "\n  - ")))
}

// refuseCarrierChange refuses to take a number off the platform that carries
// it: it could not live without.
func (r *Resource) refuseCarrierChange(state, plan model, diags *diag.Diagnostics) {
	if !plan.known("carrier") {
		return // the update looks again
	}
	if refusal := r.kinds.CarrierChange(state.number(), plan.number()); refusal != nil {
		diags.AddError(refusal.Summary, refusal.Detail)
	}
}

// refuseHopeless refuses what the platform knows to be bound to fail, or could not
// be undone, as far as the block is known. A nil state is that of a creation.
func (r *Resource) refuseHopeless(ctx context.Context, config model, state *model, plan model, diags *diag.Diagnostics) {
	n := plan.number()
	if n.Platform == platform.None || hasUnknown(config.attrs[n.Platform]) ||
		!r.manager.Known(n) || r.manager.Available(n) != nil {
		return
	}
	var have platform.Number
	if state != nil {
		have = state.number()
	}
	if err := r.manager.Preview(ctx, have, n); err != nil {
		r.addError(diags, "plan", n, err)
	}
}

// refuseEnd refuses an end that the number can never have. Of a number that has
// just been found to be gone it only warns, since a destroy plans a new one first
// and must not be blocked by that; an apply plans once more, and is refused.
func (r *Resource) refuseEnd(plan model, diags *diag.Diagnostics) {
	if !plan.known("carrier") {
		return // a destroy looks again
	}
	n, at := plan.number(), path.Root("release_on_destroy")
	refusal := r.kinds.Unreleasable(n)
	switch {
	case refusal == nil:
	case r.manager.Missed(n.PhoneNumber):
		diags.AddAttributeWarning(at, refusal.Summary, refusal.Detail+" The apply will fail.")
	default:
		diags.AddAttributeError(at, refusal.Summary, refusal.Detail)
	}
}

// warnOfInterruption says that calls are not routed while a change is made.
func (r *Resource) warnOfInterruption(state, plan model, diags *diag.Diagnostics) {
	n := plan.number()
	if why := r.kinds.Interruption(state.number(), n); why != "" {
		diags.AddWarning("Calls to "+n.PhoneNumber+" are not routed during the change", why+
			" Until that is done, nobody answers its calls. The number itself stays as it is.")
	}
}

// warnOfRepair says what an apply will do with a number that is not active.
func (r *Resource) warnOfRepair(state, plan model, diags *diag.Diagnostics) {
	n := state.number()
	if n.Status == platform.Active {
		return
	}
	if state.memory.Lost {
		plan.setUnknown("status", "status_reason")
		diags.AddWarning("Phone number "+n.PhoneNumber+" cannot be repaired", n.StatusReason)
		return
	}
	where := r.kinds.Title(n.Carrier)
	if n.Platform != platform.None {
		where += " and " + r.kinds.Title(n.Platform)
	}
	// Terraform prints this again at the apply, which has repaired it by then.
	detail := fmt.Sprintf("What was found: %s\n\nThis apply repairs it in place: it reads the number at %s, sets everything as "+
		"the configuration has it, and checks the result. It never buys and never releases.", n.StatusReason, where)
	if n.Platform != platform.None && plan.action() == platform.ForceDelete {
		detail += " Since release_on_destroy is \"force_delete\", a record that cannot be cleaned up is forced out where its " +
			"platform offers that, and what it leaves behind is listed."
	}
	diags.AddWarning(fmt.Sprintf("Phone number %s was found %s; this apply repairs it", n.PhoneNumber, n.Status), detail)
}

// warnOfAction says when a change of release_on_destroy begins to count.
func (r *Resource) warnOfAction(state, plan model, diags *diag.Diagnostics) {
	before, after := state.number(), plan.number()
	if !plan.known("release_on_destroy") || before.Action == after.Action {
		return
	}
	detail := fmt.Sprintf("The change takes effect only once it is applied: state decides what a destroy does, and until "+
		"then it is %q.", before.Action)
	if before.Status != platform.Active && after.Action == platform.ForceDelete {
		detail += " The repair in this apply goes by it already."
	}
	if r.kinds.Irreversible(after) {
		detail += fmt.Sprintf(" From then on a destroy of this resource gives %s up.", after.PhoneNumber)
	}
	if refusal := r.kinds.Refuse(after, r.manager.PreventRelease); refusal != nil {
		detail += fmt.Sprintf(" As things are, that destroy would be refused. %s: %s", refusal.Summary, refusal.Detail)
	}
	diags.AddAttributeWarning(path.Root("release_on_destroy"), fmt.Sprintf("End of %s changes from %s to %s",
		before.PhoneNumber, before.Action, after.Action), detail)
}
