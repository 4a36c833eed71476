package phonenumber

// What a reviewer reads in a plan beside its diff: refusals and warnings.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
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

// refuseConflict refuses what another instance of this run makes impossible, and
// says when a number goes from one to the other.
func refuseConflict(conflict registry.Conflict, n platform.Number, diags *diag.Diagnostics) {
	if refusal := conflict.Refusal(n); refusal != nil {
		diags.AddError(refusal.Summary, refusal.Detail)
		return
	}
	if conflict == registry.Handover {
		diags.AddWarning("Phone number "+n.PhoneNumber+" is destroyed and created again", fmt.Sprintf(
			"One telephony_phone_number that has %s is destroyed, and another one is created with it. The number stays owned, and "+
				"it is wired as the new one says when the apply is over, but its calls may not be routed in between. If the resource "+
				"has another address now (a new name, or another key of count or for_each), a moved block keeps all as it is.",
			n.PhoneNumber))
	}
}

// refuseImpossible refuses a number that cannot exist, unless its carrier has it
// all the same. Of one that has just been found to be gone it only warns, as
// refuseDestroy does.
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
	if r.manager.Registry.IsGone(n.PhoneNumber) {
		diags.AddAttributeWarning(at, summary, detail+" The apply fails.")
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// refuseCriteria refuses search criteria beside the number that they could find.
// Like refuseDestroy it only warns of a number that has just been found to be gone.
func (r *Resource) refuseCriteria(config model, n platform.Number, diags *diag.Diagnostics) {
	var criteria []string
	for name, value := range nested(config.attrs["purchase"]) {
		if name != "country" && name != "type" && !value.IsNull() {
			criteria = append(criteria, name)
		}
	}
	if config.null("phone_number") || !config.known("phone_number") || len(criteria) == 0 {
		return
	}
	slices.Sort(criteria)
	at, summary := path.Root("purchase").AtName(criteria[0]), "Search criteria beside a phone number"
	detail := fmt.Sprintf("The configuration names %s, so that there is nothing to search for, and %s would be passed over. "+
		"Remove %[2]s to adopt or buy that very number, or remove phone_number to buy one that fits.",
		n.PhoneNumber, strings.Join(criteria, ", "))
	if r.manager.Registry.IsGone(n.PhoneNumber) {
		diags.AddAttributeWarning(at, summary, detail+" The apply fails.")
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// refuseIncapable refuses settings that are not held yet and need a capability
// that the number is known to lack.
func (r *Resource) refuseIncapable(
	config model, held attrs, n platform.Number, capabilities []string, diags *diag.Diagnostics,
) {
	if len(capabilities) == 0 {
		return // nobody has told
	}
	carrier, _ := r.kinds.Kind(n.Carrier)
	for _, field := range carrier.Settings {
		value := config.attrs[field.Name]
		if wanted := plain(value); wanted == nil || wanted == "" || value.Equal(held[field.Name]) {
			continue
		}
		if field.Needs != "" && !slices.Contains(capabilities, field.Needs) {
			diags.AddAttributeError(path.Root(field.Name), fmt.Sprintf("%s has no %s", n.PhoneNumber, field.Needs), fmt.Sprintf(
				"%s says that %s can carry %s alone, and refuses %s for it. Remove the argument, or choose a number with %s.",
				carrier.Title, n.PhoneNumber, strings.Join(capabilities, ", "), field.Name, field.Needs))
		}
	}
}

// refuseSurprise refuses to make another number of the one in state where no
// refresh of this run has shown that. Terraform plans a change whose phone_number
// was not known once more in the apply, without a refresh, and takes no
// replacement by then.
func (r *Resource) refuseSurprise(have platform.Number, wanted string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("phone_number"), "Phone number "+have.PhoneNumber+" cannot become another one",
		fmt.Sprintf("phone_number is %s, but nothing has shown yet what becomes of %s: the value was not known when this was "+
			"planned, or the plan was made with -refresh=false. Nothing was changed. Plan again, with a refresh: the plan will "+
			"replace the resource and say what becomes of %[2]s.", wanted, have.PhoneNumber))
}

// addUnseen tells of a look-up for a plan that failed: what is certain to fail in
// the apply, too, is an error, but like that of refuseDestroy it blocks no destroy.
func (r *Resource) addUnseen(n platform.Number, doubt string, err error, diags *diag.Diagnostics) {
	var refusal *platform.Refusal
	var field *platform.FieldError
	certain := errors.As(err, &refusal) || errors.As(err, &field) || platform.IsDenied(err)
	if certain && !r.manager.Registry.IsGone(n.PhoneNumber) {
		r.addError(diags, "plan", n, err)
		return
	}
	diags.AddWarning("Unable to look up phone number "+label(n), fmt.Sprintf("%s; the apply looks again.\n\n%s", doubt, sentence(err.Error())))
}

// notOwned says how to go on with a number that is not owned.
func (r *Resource) notOwned(err *lifecycle.NotOwnedError) string {
	carrier, _ := r.kinds.Kind(err.Number.Carrier)
	account := "the account at " + carrier.Title
	if err.Account != "" {
		account = fmt.Sprintf("account %s at %s", err.Account, carrier.Title)
	}
	switch number := err.Number.PhoneNumber; {
	case err.Elsewhere != "":
		return fmt.Sprintf("%s does not belong to %s but to the related account %s, and a creation never transfers a "+
			"number. To manage it there, set account_sid = %[3]q; changing account_sid afterwards transfers it.",
			number, account, err.Elsewhere)
	case carrier.NotForSale != "":
		return fmt.Sprintf("%s does not belong to %s. %s", number, account, carrier.NotForSale)
	case err.Unsure != nil:
		return fmt.Sprintf("%s does not belong to %s. Whether it is somewhere else could not be looked up: %v. Try again "+
			"once that is mended; to manage it there, name its account_sid or its platform.", number, account, err.Unsure)
	default:
		return fmt.Sprintf("%s does not belong to %s, and the configuration has no purchase block that allows to buy it. To "+
			"buy it, add a block `purchase {}`; to adopt it, check the number and the account.", number, account)
	}
}

// keepValues is true before and after the apply, at whose end Terraform prints the
// warnings of its plan again.
const keepValues = "A value that is to be kept belongs in the configuration."

// warnOfLoss says what an adoption overwrites.
func (r *Resource) warnOfLoss(n platform.Number, outlook lifecycle.Lookup, diags *diag.Diagnostics) {
	if len(outlook.Lost) == 0 {
		return
	}
	wayOut := keepValues + " What it does not name, and what does not stand in the way of what it names, is left as it is."
	if n.RestoreOnDetach {
		wayOut += " restore_on_detach is true, so a detach puts the old values back."
	}
	diags.AddWarning("Adopting "+n.PhoneNumber+" overwrites its wiring", fmt.Sprintf(
		"%s was found owned, and set in another way than the configuration has it. This apply changes:\n- %s\n\n%s",
		n.PhoneNumber, strings.Join(outlook.Lost, "\n- "), wayOut))
}

// warnOfImport says what the first change after an import or a move clears.
func (r *Resource) warnOfImport(state, plan model, diags *diag.Diagnostics) {
	if !state.private.Imported {
		return
	}
	before, after := state.expand(), plan.expand()
	var cleared []string
	for _, name := range r.kinds.Change(before, after).Removed() {
		if plan.known(name) && before.Settings[name] != nil {
			cleared = append(cleared, fmt.Sprintf("%s: %q", name, fmt.Sprint(before.Settings[name])))
		}
	}
	if len(cleared) == 0 {
		return
	}
	diags.AddWarning("Wiring of "+before.PhoneNumber+" is cleared that an import took over", fmt.Sprintf(
		"An import, or a move, takes over all wiring that is set, and the configuration does not name all of it. This "+
			"apply clears:\n- %s\n\n%s A number of which only a few settings are to be managed is better out of state and adopted, "+
			"without an import block: an adoption leaves alone what is not named.",
		strings.Join(cleared, "\n- "), keepValues))
}

// refuseCarrierChange refuses to take a number off the platform that carries
// it: it could not live without.
func (r *Resource) refuseCarrierChange(state, plan model, diags *diag.Diagnostics) {
	if !plan.known("carrier") {
		return // the update looks again
	}
	if refusal := r.kinds.Change(state.expand(), plan.expand()).Refusal(); refusal != nil {
		diags.AddError(refusal.Summary, refusal.Detail)
	}
}

// refuseHopeless refuses what the platform knows to be bound to fail, or could not
// be undone, as far as the block is known. A nil state is that of a creation.
func (r *Resource) refuseHopeless(ctx context.Context, config model, state *model, plan model, diags *diag.Diagnostics) {
	n := plan.expand()
	if n.Platform == platform.None || hasUnknown(config.attrs[n.Platform]) ||
		!r.manager.Known(n) || r.manager.Available(n) != nil {
		return
	}
	var have platform.Number
	if state != nil {
		have = state.expand()
	}
	n.Block = asConfigured(config, n)
	if err := r.manager.CheckPlan(ctx, have, n); err != nil {
		r.addUnseen(n, "The plan cannot say whether the apply has all that it needs", err, diags)
	}
}

// asConfigured is n's block with what is write-only, and with nil for what neither
// the configuration nor the plan has a value for.
func asConfigured(config model, n platform.Number) platform.Values {
	configured := config.expand()
	block := platform.Values{}
	maps.Copy(block, configured.Block)
	for name, value := range n.Block {
		if block[name] == nil {
			block[name] = value
		}
	}
	return block
}

// refuseDestroy refuses an end that the number can never have. Of a number that has
// just been found to be gone it only warns, since a destroy plans a new one first
// and must not be blocked by that; an apply plans once more, and is refused.
func (r *Resource) refuseDestroy(plan model, diags *diag.Diagnostics) {
	if !plan.known("carrier") {
		return // a destroy looks again
	}
	n, at := plan.expand(), path.Root("release_on_destroy")
	refusal := r.kinds.Unreleasable(n)
	switch {
	case refusal == nil:
	case r.manager.Registry.IsGone(n.PhoneNumber):
		diags.AddAttributeWarning(at, refusal.Summary, refusal.Detail+" The apply fails.")
	default:
		diags.AddAttributeError(at, refusal.Summary, refusal.Detail)
	}
}

// warnOfInterruption says that calls are not routed while a change is made.
func (r *Resource) warnOfInterruption(state, plan model, diags *diag.Diagnostics) {
	n := plan.expand()
	if why := r.kinds.Change(state.expand(), n).Interruption(); why != "" {
		diags.AddWarning("Calls to "+n.PhoneNumber+" are not routed during the change", why+
			" Until that is done, nobody answers its calls. The number itself stays as it is.")
	}
}

// warnOfSilence says why calls may not arrive at the platform, where the plan brings
// the number there or changes that. A nil state is that of a creation.
func (r *Resource) warnOfSilence(state *model, plan model, diags *diag.Diagnostics) {
	n := plan.expand()
	kind, ok := r.kinds.Kind(n.Platform)
	if !ok || kind.Unreached == nil || !plan.carrierKnown() || !plan.wiringKnown() {
		return
	}
	why := kind.Unreached(n)
	if why == "" || state != nil && state.platform() == n.Platform && kind.Unreached(state.expand()) != "" {
		return
	}
	diags.AddWarning(fmt.Sprintf("No call to %s may arrive at %s", label(n), kind.Title), why)
}

// warnOfFound says of a number that a creation adopts or buys what of its calls and
// messages may not arrive.
func (r *Resource) warnOfFound(
	ctx context.Context, plan model, n platform.Number, outlook lifecycle.Lookup, diags *diag.Diagnostics,
) {
	if outlook.Acquisition == "" {
		return
	}
	n.SID, n.Capabilities = outlook.SID, outlook.Capabilities
	r.warnOfOutranked(ctx, platform.Number{}, plan, n, diags)
	warnOfRouting(r.manager.Misplaced(ctx, n), diags)
}

// warnOfOutranked says what takes calls or messages before the plan's settings do, which
// n has as far as they are known. If what no record has is not, the apply's own plan says so.
func (r *Resource) warnOfOutranked(ctx context.Context, have platform.Number, plan model, n platform.Number, diags *diag.Diagnostics) {
	if plan.carrierKnown() && plan.apartKnown() {
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
func (r *Resource) warnOfRepair(state, plan model, diags *diag.Diagnostics) {
	n := state.expand()
	if n.Status == platform.Active {
		return
	}
	if state.private.Lost && plan.private.Lost {
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

// warnOfDeregistration says that the change takes an emergency address off the
// number.
func (r *Resource) warnOfDeregistration(state, plan model, diags *diag.Diagnostics) {
	if !plan.known(platform.EmergencyAddressSID) {
		return
	}
	n := plan.expand()
	address := r.kinds.Change(state.expand(), n).Deregisters()
	if address == "" {
		return
	}
	plan.private.EmergencyAddress = ""
	diags.AddAttributeWarning(path.Root(platform.EmergencyAddressSID), "Emergency address of "+n.PhoneNumber+" is deregistered",
		fmt.Sprintf("The configuration no longer names emergency address %s of %s, and deregister_emergency_address is true: "+
			"the apply takes the address off the number and waits until it is deregistered. After that nobody knows where "+
			"an emergency call from the number comes from. Without deregister_emergency_address it would stay.",
			address, n.PhoneNumber))
}

// warnOfDeparture says what becomes of the number at a carrier that has had it, where
// the configuration names another one.
func (r *Resource) warnOfDeparture(state, plan model, diags *diag.Diagnostics) {
	before, after := state.expand(), plan.expand()
	if !plan.carrierKnown() {
		return
	}
	leaves := r.kinds.Change(before, after).Leaves()
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
func (r *Resource) warnOfTransfer(state, plan model, diags *diag.Diagnostics) {
	before, after := state.expand(), plan.expand()
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
func (r *Resource) warnOfAction(state, plan model, diags *diag.Diagnostics) {
	before, after := state.expand(), plan.expand()
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
