package phonenumber

// What a reviewer reads in a plan beside its diff; plan_destroy.go and
// plan_purchase.go have what is said of a destroy and of money.

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// keepValues is true before and after the apply, at whose end Terraform prints the
// warnings of its plan again.
const keepValues = "A value that is to be kept belongs in the configuration."

// warnOfLoss says what an adoption overwrites.
func (r *Resource) warnOfLoss(n platform.Number, found lifecycle.Lookup, diags *diag.Diagnostics) {
	if len(found.Lost) == 0 {
		return
	}
	wayOut := keepValues + " What it does not name, and what does not stand in the way of what it names, is left as it is."
	if n.RestoreOnDetach {
		wayOut += " restore_on_detach is true, so a detach puts the old values back."
	}
	diags.AddWarning("Adopting "+n.PhoneNumber+" overwrites its wiring", fmt.Sprintf(
		"%s was found owned, and set in another way than the configuration has it. This apply changes:\n- %s\n\n%s",
		n.PhoneNumber, strings.Join(found.Lost, "\n- "), wayOut))
}

// warnOfImport says what the first change after an import or a move clears.
func warnOfImport(plan *model, change kinds.Change, diags *diag.Diagnostics) {
	have := change.Have
	if !have.Private.Imported {
		return
	}
	var cleared []string
	for _, name := range change.Removed() {
		if plan.known(name) && have.Settings[name] != nil {
			cleared = append(cleared, fmt.Sprintf("%s: %q", name, fmt.Sprint(have.Settings[name])))
		}
	}
	if len(cleared) == 0 {
		return
	}
	diags.AddWarning("Wiring of "+have.PhoneNumber+" is cleared that an import took over", fmt.Sprintf(
		"An import, or a move, takes over all wiring that is set, and the configuration does not name all of it. This "+
			"apply clears:\n- %s\n\n%s A number of which only a few settings are to be managed is better out of state and adopted, "+
			"without an import block: an adoption leaves alone what is not named.",
		strings.Join(cleared, "\n- "), keepValues))
}

// warnOfInterruption says that calls are not routed while a change is made.
func warnOfInterruption(change kinds.Change, diags *diag.Diagnostics) {
	if why := change.Interruption(); why != "" {
		diags.AddWarning("Calls to "+change.Want.PhoneNumber+" are not routed during the change", why+
			" Until that is done, nobody answers its calls. The number itself stays as it is.")
	}
}

// warnOfSilence says why calls may not arrive at the platform, where the plan brings
// the number there or changes that. A creation has nothing yet.
func (r *Resource) warnOfSilence(plan *model, have, n platform.Number, diags *diag.Diagnostics) {
	kind, ok := r.kinds.Kind(n.Platform)
	if !ok || kind.Unreached == nil || !plan.carrierKnown() || !plan.settingsKnown(isWiring) {
		return
	}
	why := kind.Unreached(n)
	if why == "" || have.Platform == n.Platform && kind.Unreached(have) != "" {
		return
	}
	diags.AddWarning(fmt.Sprintf("No call to %s may arrive at %s", label(n), kind.Title), why)
}

// warnOfFound says of a number that a creation adopts or buys what of its calls and
// messages may not arrive.
func (r *Resource) warnOfFound(
	ctx context.Context, plan *model, n platform.Number, found lifecycle.Lookup, diags *diag.Diagnostics,
) {
	if found.Acquisition == "" {
		return
	}
	n.SID, n.Capabilities = found.SID, found.Capabilities
	r.warnOfOutranked(ctx, plan, platform.Number{}, n, diags)
	warnOfRouting(r.manager.Misplaced(ctx, n), diags)
}

// warnOfOutranked says what takes calls or messages before the plan's settings do, which
// n has as far as they are known. If what no record has is not, the apply's own plan says so.
func (r *Resource) warnOfOutranked(ctx context.Context, plan *model, have, n platform.Number, diags *diag.Diagnostics) {
	if plan.carrierKnown() && plan.settingsKnown(isApart) {
		warnOfRouting(r.manager.Outranked(ctx, have, n), diags)
	}
}

// warnOfRouting says what of a number's calls and messages may not arrive.
func warnOfRouting(warnings []platform.Warning, diags *diag.Diagnostics) {
	for _, warning := range warnings {
		diags.AddWarning(warning.Summary, warning.Detail)
	}
}

// warnOfRepair says what an apply will do with a number that is not active.
func (r *Resource) warnOfRepair(plan *model, change kinds.Change, diags *diag.Diagnostics) {
	have := change.Have
	if have.Status == platform.Active {
		return
	}
	if have.Private.Lost && plan.private.Lost {
		plan.setUnknown("status", "status_reason")
		diags.AddWarning("Phone number "+have.PhoneNumber+" cannot be repaired", have.StatusReason)
		return
	}
	where := r.kinds.Title(have.Carrier)
	if have.Platform != platform.None {
		where += " and " + r.kinds.Title(have.Platform)
	}
	// Terraform prints this again at the apply, which has repaired it by then.
	detail := fmt.Sprintf("What was found: %s\n\nThis apply repairs it in place: it reads the number at %s, sets everything as "+
		"the configuration has it, and checks the result. It never buys and never releases.", have.StatusReason, where)
	if have.Platform != platform.None && change.Want.Action == platform.ForceDelete {
		detail += " Since release_on_destroy is \"force_delete\", a record that cannot be cleaned up is forced out where its " +
			"platform offers that, and what it leaves behind is listed."
	}
	diags.AddWarning(fmt.Sprintf("Phone number %s was found %s; this apply repairs it", have.PhoneNumber, have.Status), detail)
}

// planDeregistration plans, and says, that the change takes an emergency address off the
// number.
func planDeregistration(plan *model, change kinds.Change, diags *diag.Diagnostics) {
	if !plan.known(platform.EmergencyAddressSID) {
		return
	}
	address := change.Deregisters()
	if address == "" {
		return
	}
	plan.private.EmergencyAddress = ""
	diags.AddAttributeWarning(path.Root(platform.EmergencyAddressSID), "Emergency address of "+change.Want.PhoneNumber+" is deregistered",
		fmt.Sprintf("The configuration no longer names emergency address %s of %s, and deregister_emergency_address is true: "+
			"the apply takes the address off the number and waits until it is deregistered. After that nobody knows where "+
			"an emergency call from the number comes from. Without deregister_emergency_address it would stay.",
			address, change.Want.PhoneNumber))
}

// warnOfDeparture says what becomes of the number at a carrier that has had it, where
// the configuration names another one.
func (r *Resource) warnOfDeparture(plan *model, change kinds.Change, diags *diag.Diagnostics) {
	before, after := change.Have, change.Want
	if !plan.carrierKnown() {
		return
	}
	leaves := change.Leaves()
	if len(leaves) == 0 {
		return
	}
	if err := r.manager.Available(before); err != nil {
		diags.AddError("Missing credentials", sentence(err.Error()))
		return
	}
	from, to := r.kinds.Title(before.Carrier), r.kinds.Title(after.Carrier)
	before.Action = platform.Detach
	diags.AddWarning(fmt.Sprintf("Phone number %s is no longer managed at %s", before.PhoneNumber, from), fmt.Sprintf(
		"It was found carried by %s, and the configuration says that it is carried by %s. This apply does first:\n%s\n\n"+
			"Where %[1]s has the number all the same, it stays owned there, and nothing manages it: end it there yourself. %[4]s",
		from, to, numbered(leaves), r.kinds.Billing(before)))
}

// warnOfTransfer says that the change moves the number to another account.
func warnOfTransfer(plan *model, change kinds.Change, diags *diag.Diagnostics) {
	before, after := change.Have, change.Want
	if before.AccountSID == "" || before.AccountSID == after.AccountSID || before.Carrier != after.Carrier ||
		!plan.known("account_sid") && !plan.carrierKnown() { // the account is open because the carrier is
		return
	}
	to := "account " + after.AccountSID
	if !plan.known("account_sid") {
		to = "an account that is not known yet"
	}
	diags.AddAttributeWarning(path.Root("account_sid"), fmt.Sprintf("Transfer of %s to %s", before.PhoneNumber, to),
		fmt.Sprintf("%s was found in account %s, and the configuration names %s: if that is another one, this apply transfers "+
			"the number. Its address, bundle, trunk and applications belong to the account that it leaves. Without account_sid "+
			"it would stay where it was found.", before.PhoneNumber, before.AccountSID, to))
}

// warnOfAction says when a change of release_on_destroy begins to count. Where
// nothing is given up, its summary is the same for all numbers.
func (r *Resource) warnOfAction(plan *model, change kinds.Change, diags *diag.Diagnostics) {
	before, after := change.Have, change.Want
	if !plan.known("release_on_destroy") || before.Action == after.Action {
		return
	}
	summary := fmt.Sprintf("release_on_destroy changes from %s to %s", before.Action, after.Action)
	detail := fmt.Sprintf("For %s the change takes effect only once it is applied: state decides what a destroy does, and until "+
		"this apply is complete that is %q.", before.PhoneNumber, before.Action)
	if before.Status != platform.Active && after.Action == platform.ForceDelete {
		detail += " The repair in this apply goes by it already."
	}
	if r.kinds.Irreversible(after) {
		summary = fmt.Sprintf("End of %s changes from %s to %s", before.PhoneNumber, before.Action, after.Action)
		detail += fmt.Sprintf(" From then on a destroy of this resource gives %s up.", after.PhoneNumber)
	}
	if refusal := r.kinds.Refuse(after, r.manager.PreventRelease); refusal != nil {
		detail += fmt.Sprintf(" As things are, that destroy would be refused. %s: %s", refusal.Summary, refusal.Detail)
	}
	diags.AddAttributeWarning(path.Root("release_on_destroy"), summary, detail)
}
