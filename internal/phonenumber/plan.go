package phonenumber

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

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
	ctx = withSecrets(ctx, config)
	if !req.Config.Raw.IsFullyKnown() { // else the validation was sure
		if r.validatePlatform(config, isSet, diags); diags.HasError() {
			return
		}
	}
	if req.State.Raw.IsNull() {
		r.planCreate(ctx, config, plan, instanceIn(ctx, req.Private), diags)
		r.planPurchase(ctx, config, plan, diags)
		if n := plan.expand(); n.PhoneNumber != "" && !diags.HasError() {
			text, _ := json.Marshal(n.PhoneNumber) // a string
			diags.Append(resp.Private.SetKey(ctx, createsKey, text)...)
		}
	} else {
		state := r.priorState(ctx, req, resp, diags)
		if diags.HasError() {
			return
		}
		if config.null("phone_number") {
			plan.attrs["phone_number"] = state.attrs["phone_number"]
		}
		r.planUpdate(ctx, config, state, plan, diags)
	}
	if !diags.HasError() {
		diags.Append(resp.Plan.Set(ctx, plan.object(diags))...)
	}
}

// priorState is the state that a plan starts from. An instance that has no
// identity yet gets one.
func (r *Resource) priorState(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, diags *diag.Diagnostics,
) model {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	state := readModel(ctx, r.kinds, req.State, diags)
	state.readPrivate(ctx, req.Private, diags)
	r.complete(ctx, &state, diags)
	if instanceIn(ctx, req.Private) == "" && !diags.HasError() {
		state.writePrivate(ctx, resp.Private, diags)
	}
	return state
}

// planCreate plans a number that is not in state yet, or not in that of the
// instance that it replaces: Terraform shows the plan that one's private state
// where -replace or a new number is the reason, and nothing where a taint is.
func (r *Resource) planCreate(ctx context.Context, config, plan model, replaces string, diags *diag.Diagnostics) {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	plan.setUnknown("id", "sid", "capabilities", "acquisition", "status", "status_reason")
	if n := plan.expand(); n.PhoneNumber != "" {
		plan.set("id", n.PhoneNumber)
	}
	r.resolve(ctx, config, nil, plan, diags)
	plan.planDestroyAttributes()
	r.refuseDestroy(plan, diags)
	r.warnOfSilence(nil, plan, diags)

	n := plan.expand()
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
		refuseConflict(r.manager.Registry.Creates(n.PhoneNumber, replaces), n, diags)
	}
	if diags.HasError() || !r.manager.Known(n) {
		return
	}
	if err := r.manager.Available(n); err != nil {
		diags.AddError("Missing credentials", sentence(err.Error()))
		return
	}
	if !plan.known("carrier") {
		return
	}
	r.refuseHopeless(ctx, config, nil, plan, diags)
	if n.PhoneNumber == "" || diags.HasError() {
		if config.null("phone_number") && !diags.HasError() {
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
	outlook, err := r.manager.Lookup(ctx, n)
	if err != nil {
		r.addUnseen(n, "The plan cannot say whether "+n.PhoneNumber+" is adopted or bought", err, diags)
		return
	}
	r.warnOfFound(ctx, plan, n, outlook, diags)
	switch missing := outlook.NotOwned; {
	case outlook.Acquisition == platform.Adopted:
		plan.set("acquisition", string(platform.Adopted))
		if plan.private.EmergencyAddress = outlook.EmergencyAddress; plan.private.EmergencyAddress != "" {
			plan.planDestroyAttributes() // which it may have a say in
		}
		r.refuseIncapable(config, nil, n, outlook.Capabilities, diags)
		r.warnOfLoss(n, outlook, diags)
	case outlook.Acquisition == platform.Purchased:
		plan.set("acquisition", string(platform.Purchased))
		plan.planDestroyAttributes()
	case missing.Elsewhere != "":
		diags.AddAttributeError(path.Root("phone_number"), "Phone number "+n.PhoneNumber+" is in another account",
			r.notOwned(missing))
	case config.known("purchase"): // else there may be permission to buy it
		diags.AddAttributeWarning(path.Root("phone_number"), "Phone number "+n.PhoneNumber+" is not owned",
			r.notOwned(missing)+" The apply fails, and nothing is bought.")
	}
}

// planUpdate plans a change of a number that is in state.
func (r *Resource) planUpdate(ctx context.Context, config, state, plan model, diags *diag.Diagnostics) {
	if config.known("phone_number") && !config.null("phone_number") &&
		!e164.Same(config.text("phone_number"), state.text("id")) {
		if n := state.expand(); !r.manager.Registry.Refreshed(n.PhoneNumber) {
			r.refuseSurprise(n, plan.expand().PhoneNumber, diags)
			return
		}
		if r.planDestroy(state, "Replacement", diags); diags.HasError() {
			return
		}
		// Terraform plans the new number as a creation of its own, of which it shows no
		// warnings.
		n := plan.expand()
		refuseConflict(r.manager.Registry.Creates(n.PhoneNumber, state.private.Instance), n, diags)
		if !diags.HasError() {
			r.warnOfReplacement(ctx, config, plan, diags)
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	if refuseConflict(r.manager.Registry.Keeps(state.expand()), state.expand(), diags); diags.HasError() {
		return
	}
	if err := r.manager.Unavailable[plan.platform()]; err != nil {
		diags.AddError("Missing credentials", sentence(err.Error()))
		return
	}
	plan.private = state.private
	for _, name := range []string{"id", "capabilities", "acquisition"} {
		plan.attrs[name] = state.attrs[name]
	}
	r.resolve(ctx, config, &state, plan, diags)
	corrected := state.expand().Carrier != plan.expand().Carrier
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
	if corrected || plan.platform() != state.platform() {
		plan.private.Wiring = nil // the carrier or the platform that it leaves takes its wiring along
	}
	r.warnOfDeregistration(state, plan, diags)
	r.warnOfTransfer(state, plan, diags)
	plan.set("status", string(platform.Active))
	plan.set("status_reason", "")
	plan.describeDestroy(plan.set)
	plan.setUnknownDestroy(true)
	if have, want := state.expand(), plan.expand(); want.RestoreOnDetach && r.kinds.Change(have, want).FindsAnew() {
		plan.setUnknown("destroy_steps") // they name what the apply finds
	}
	r.refuseCarrierChange(state, plan, diags)
	r.refuseHopeless(ctx, config, &state, plan, diags)
	if !corrected {
		r.refuseIncapable(config, state.attrs, plan.expand(), state.expand().Capabilities, diags)
	}
	r.refuseDestroy(plan, diags)
	r.warnOfRepair(state, plan, diags)
	r.warnOfDeparture(state, plan, diags)
	r.warnOfInterruption(state, plan, diags)
	r.warnOfSilence(&state, plan, diags)
	r.warnOfOutranked(ctx, state.expand(), plan, plan.expand(), diags)
	r.warnOfAction(state, plan, diags)
	r.warnOfImport(state, plan, diags)
	r.keepUnnamed(config, state, plan)
}

// planDestroy refuses the end of the number in state, or says what it will do.
func (r *Resource) planDestroy(state model, cause string, diags *diag.Diagnostics) {
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
