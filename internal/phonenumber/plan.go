package phonenumber

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// ModifyPlan says in the plan all that is known of what an apply will do: how
// a number is acquired, how it will end, what is repaired. What may not be, it
// refuses; Delete refuses it again, since a taint or -replace never shows a
// destroy to the plan.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	if req.Plan.Raw.IsNull() {
		if state := r.priorState(ctx, req, resp, diags); !diags.HasError() {
			r.planDestroy(state, "Destroy", diags)
		}
		return
	}
	config := readModel(ctx, r.kinds, req.Config, diags)
	plan := readModel(ctx, r.kinds, req.Plan, diags)
	if diags.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		r.planCreate(ctx, config, plan, resp.Private, diags)
	} else {
		var spelling types.String // before a move is completed: only what state has may be planned in its place
		diags.Append(req.State.GetAttribute(ctx, path.Root("phone_number"), &spelling)...)
		state := r.priorState(ctx, req, resp, diags)
		if diags.HasError() {
			return
		}
		switch {
		case config.null("phone_number"):
			plan.attrs["phone_number"] = state.attrs["phone_number"]
		case config.known("phone_number") && e164.Same(config.text("phone_number"), spelling.ValueString()):
			plan.attrs["phone_number"] = spelling
		}
		if r.planUpdate(ctx, config, state, plan, diags) {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root("phone_number"))
		}
	}
	if !diags.HasError() {
		diags.Append(resp.Plan.Set(ctx, plan.object(diags))...)
	}
}

// priorState is the state that a plan starts from. An instance that has no
// identity yet gets one.
func (r *Resource) priorState(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, diags *diag.Diagnostics,
) *model {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	state := readModel(ctx, r.kinds, req.State, diags)
	state.readPrivate(ctx, req.Private, diags)
	r.complete(ctx, state, diags)
	if instanceIn(ctx, req.Private) == "" && !diags.HasError() {
		state.writePrivate(ctx, resp.Private, diags)
	}
	return state
}

// planCreate plans a number that is not in state yet, or not in that of the
// instance that it replaces: Terraform shows the plan that one's private state
// where -replace or a new number is the reason, and nothing where a taint is.
func (r *Resource) planCreate(ctx context.Context, config, plan *model, private privateState, diags *diag.Diagnostics) {
	ctx, cancel := context.WithTimeout(withSecrets(ctx, config), lookUpTimeout)
	defer cancel()
	if r.validatePlatform(config, isSet, diags); diags.HasError() { // which the validation was not sure of
		return
	}
	plan.setUnknown("id", "sid", "capabilities", "acquisition", "status", "status_reason")
	if n := plan.expand(); n.PhoneNumber != "" {
		plan.set("id", n.PhoneNumber)
	}
	r.planValues(ctx, config, nil, plan, diags)
	plan.planDestroyAttributes(nil)
	n := plan.expand()
	r.refuseDestroy(plan, n, diags)
	r.warnOfSilence(plan, platform.Number{}, n, diags)

	switch {
	case config.known("phone_number") && config.null("phone_number"):
		if plan.known("carrier") {
			r.refuseSearch(n, diags)
		}
		plan.set("acquisition", string(platform.Purchased))
	case config.null("purchase"), plan.known("carrier") && !r.kinds.Sells(n.Carrier):
		// There is no other way to the number, so a final plan comes to the same,
		// whoever owns it by then.
		plan.set("acquisition", string(platform.Adopted))
	}
	r.refuseCriteria(config, n, diags)
	if n.PhoneNumber != "" {
		refuseConflict(r.manager.Registry.Creates(n.PhoneNumber, instanceIn(ctx, private)), n, diags)
	}
	if !diags.HasError() && r.manager.Known(n) {
		r.planAcquisition(ctx, config, plan, n, diags)
	}
	r.planPurchase(ctx, config, plan, diags)
	if n.PhoneNumber != "" && !diags.HasError() {
		text, _ := json.Marshal(n.PhoneNumber) // a string
		diags.Append(private.SetKey(ctx, createsKey, text)...)
	}
}

// planAcquisition looks the number up, where it is known, for how a creation comes to it.
func (r *Resource) planAcquisition(ctx context.Context, config, plan *model, n platform.Number, diags *diag.Diagnostics) {
	if err := r.manager.Available(n); err != nil {
		diags.AddError("Missing credentials", sentence(err.Error()))
		return
	}
	if !plan.known("carrier") {
		return
	}
	if r.refuseHopeless(ctx, config, platform.Number{}, n, diags); diags.HasError() {
		return
	}
	if n.PhoneNumber == "" {
		if config.null("phone_number") {
			warnOfRouting(r.manager.Misplaced(ctx, n), diags)
		}
		return
	}
	if !config.known("account_sid") {
		return // where to look is not known
	}
	if r.refuseImpossible(ctx, config, n, diags); diags.HasError() {
		return
	}
	found, err := r.manager.Lookup(ctx, n)
	if err != nil {
		r.addUnseen(n, "The plan cannot say whether "+n.PhoneNumber+" is adopted or bought", err, diags)
		return
	}
	r.warnOfFound(ctx, plan, n, found, diags)
	switch missing := found.NotOwned; {
	case found.Acquisition == platform.Adopted:
		plan.set("acquisition", string(platform.Adopted))
		if plan.private.EmergencyAddress = found.EmergencyAddress; plan.private.EmergencyAddress != "" {
			plan.planDestroyAttributes(nil) // which it may have a say in
		}
		r.refuseIncapable(config, nil, n, found.Capabilities, diags)
		r.warnOfLoss(n, found, diags)
	case found.Acquisition == platform.Purchased:
		plan.set("acquisition", string(platform.Purchased))
		plan.planDestroyAttributes(nil)
	case missing.Elsewhere != "":
		diags.AddAttributeError(path.Root("phone_number"), "Phone number "+n.PhoneNumber+" is in another account",
			r.notOwned(missing))
	case config.known("purchase"): // else there may be permission to buy it
		diags.AddAttributeWarning(path.Root("phone_number"), "Phone number "+n.PhoneNumber+" is not owned",
			r.notOwned(missing)+" The apply fails, and nothing is bought.")
	}
}

// planUpdate plans a change of a number that is in state; true: another one replaces it.
func (r *Resource) planUpdate(ctx context.Context, config, state, plan *model, diags *diag.Diagnostics) bool {
	ctx, cancel := context.WithTimeout(withSecrets(ctx, config), lookUpTimeout)
	defer cancel()
	if r.validatePlatform(config, isSet, diags); diags.HasError() { // which the validation was not sure of
		return false
	}
	have := state.expand()
	if config.known("phone_number") && !config.null("phone_number") && !e164.Same(config.text("phone_number"), have.PhoneNumber) {
		r.planReplacement(ctx, config, state, plan, diags)
		return true
	}
	if refuseConflict(r.manager.Registry.Keeps(have), have, diags); diags.HasError() {
		return false
	}
	if err := r.manager.Unavailable[plan.platform()]; err != nil {
		diags.AddError("Missing credentials", sentence(err.Error()))
		return false
	}
	plan.private = state.private
	for _, name := range []string{"id", "capabilities", "acquisition"} {
		plan.attrs[name] = state.attrs[name]
	}
	r.planValues(ctx, config, state, plan, diags)
	corrected := r.kinds.Change(have, plan.expand()).Corrects()
	if corrected {
		plan.setUnknown("capabilities")
		plan.private.Lost, plan.private.Replaced = false, nil // which is of the carrier before
	}
	if !corrected && plan.attrs["account_sid"].Equal(state.attrs["account_sid"]) {
		plan.attrs["sid"] = state.attrs["sid"]
	} else {
		plan.setUnknown("sid")
	}
	plan.private.Unfinished = "" // what an update completes
	plan.private.Ours = nil      // all that is planned is ours from then on
	plan.private.Imported, plan.private.Foreign = false, nil
	if corrected || plan.platform() != have.Platform {
		plan.private.Wiring = nil // the carrier or the platform that it leaves takes its wiring along
	}
	plan.set("status", string(platform.Active))
	plan.set("status_reason", "")
	planDeregistration(plan, r.kinds.Change(have, plan.expand()), diags)
	want := plan.expand()
	change := r.kinds.Change(have, want)
	warnOfTransfer(plan, change, diags)
	plan.planDestroyAttributes(&have)
	refuseCarrierChange(plan, change, diags)
	r.refuseHopeless(ctx, config, have, want, diags)
	if !corrected {
		r.refuseIncapable(config, state, want, have.Capabilities, diags)
	}
	r.refuseDestroy(plan, want, diags)
	r.warnOfRepair(plan, change, diags)
	r.warnOfDeparture(plan, change, diags)
	warnOfInterruption(change, diags)
	r.warnOfSilence(plan, have, want, diags)
	r.warnOfOutranked(ctx, plan, have, want, diags)
	r.warnOfAction(plan, change, diags)
	warnOfImport(plan, change, diags)
	plan.keepUnnamed(config, state)
	return false
}

// planReplacement plans the destroy of the number in state, and another one after it:
// Terraform plans that one as a creation of its own, of which it shows no warnings.
func (r *Resource) planReplacement(ctx context.Context, config, state, plan *model, diags *diag.Diagnostics) {
	have, n := state.expand(), plan.expand()
	if !r.manager.Registry.Refreshed(have.PhoneNumber) {
		r.refuseSurprise(have, n.PhoneNumber, diags)
		return
	}
	if r.planDestroy(state, "Replacement", diags); diags.HasError() {
		return
	}
	if refuseConflict(r.manager.Registry.Creates(n.PhoneNumber, have.Private.Instance), n, diags); !diags.HasError() {
		r.warnOfReplacement(ctx, config, plan, diags)
	}
}
