package phonenumber

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// ModifyPlan says in the plan all that is known of what an apply will do: how
// a number is acquired, how it will end, what is repaired. What may not be, it
// refuses; Delete refuses it again, since a taint or -replace never shows a
// destroy to the plan.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	if req.Plan.Raw.IsNull() {
		state := readModel(ctx, r.kinds, req.State, diags)
		state.remember(ctx, req.Private, diags)
		if !diags.HasError() {
			r.planEnd(state, "Destroy", diags)
		}
		return
	}
	config := readModel(ctx, r.kinds, req.Config, diags)
	plan := readModel(ctx, r.kinds, req.Plan, diags)
	if diags.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		r.planCreate(ctx, config, plan, diags)
	} else {
		state := readModel(ctx, r.kinds, req.State, diags)
		state.remember(ctx, req.Private, diags)
		if diags.HasError() {
			return
		}
		r.planUpdate(ctx, config, state, plan, diags)
	}
	if !diags.HasError() {
		diags.Append(resp.Plan.Set(ctx, plan.object(diags))...)
	}
}

// planCreate plans a number that is not in state yet.
func (r *Resource) planCreate(ctx context.Context, config, plan model, diags *diag.Diagnostics) {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	plan.setUnknown("id", "sid", "capabilities", "acquisition", "status", "status_reason")
	if n := plan.number(); n.PhoneNumber != "" {
		plan.set("id", n.PhoneNumber)
	}
	r.resolve(ctx, config, nil, plan, diags)
	plan.describeEnd(plan.set)
	plan.setUnknown("destroy_steps") // the facts come with the number
	plan.blurEnd()
	r.refuseEnd(plan, diags)

	n := plan.number()
	if config.known("phone_number") && config.null("phone_number") {
		if plan.known("carrier") {
			r.refuseSearch(n, diags)
		}
		plan.set("acquisition", string(platform.Purchased))
	} else if config.null("purchase") {
		plan.set("acquisition", string(platform.Adopted))
	}
	if !r.manager.Known(n) {
		return
	}
	if err := r.manager.Available(n); err != nil {
		diags.AddError("Missing credentials", sentence(err.Error()))
		return
	}
	if n.PhoneNumber == "" || !plan.known("carrier") {
		return
	}
	if held, ok := r.manager.Held(n.PhoneNumber); ok && r.kinds.Irreversible(held) {
		r.refuseLoss(held, diags)
		return
	}
	outlook, err := r.manager.Outlook(ctx, n)
	if err != nil {
		diags.AddWarning("Unable to look up phone number "+n.PhoneNumber, fmt.Sprintf(
			"The plan cannot say whether %s will be adopted or bought; the apply looks again.\n\n%v", n.PhoneNumber, err))
		plan.setUnknown("acquisition")
		return
	}
	switch outlook.Acquisition {
	case platform.Adopted:
		plan.set("acquisition", string(platform.Adopted))
		r.warnOfLoss(n, outlook, diags)
	case platform.Purchased:
		plan.set("acquisition", string(platform.Purchased))
	default:
		plan.setUnknown("acquisition")
		diags.AddAttributeWarning(path.Root("phone_number"), "Phone number "+n.PhoneNumber+" is not owned",
			r.notOwned(&lifecycle.NotOwnedError{Number: n})+" The apply will fail, and nothing will be bought.")
	}
}

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

// planUpdate plans a change of a number that is in state.
func (r *Resource) planUpdate(ctx context.Context, config, state, plan model, diags *diag.Diagnostics) {
	if config.known("phone_number") && !config.null("phone_number") &&
		!e164.Same(config.text("phone_number"), state.text("id")) {
		r.planEnd(state, "Replacement", diags)
		return // Terraform plans the new number as a creation of its own
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	r.manager.Hold(state.number())
	plan.memory = state.memory
	r.resolve(ctx, config, &state, plan, diags)
	for _, name := range []string{"id", "capabilities", "acquisition"} {
		plan.attrs[name] = state.attrs[name]
	}
	corrected := state.number().Carrier != plan.number().Carrier
	if corrected {
		plan.setUnknown("capabilities")
	}
	if !corrected && plan.attrs["account_sid"].Equal(state.attrs["account_sid"]) {
		plan.attrs["sid"] = state.attrs["sid"]
	} else {
		plan.setUnknown("sid")
	}
	plan.memory.Unfinished = "" // what an update completes
	plan.set("status", string(platform.Active))
	plan.set("status_reason", "")
	plan.describeEnd(plan.set)
	plan.blurEnd()
	r.refuseCarrierChange(state, plan, diags)
	r.refuseEnd(plan, diags)
	r.warnOfRepair(state, plan, diags)
	r.warnOfInterruption(state, plan, diags)
	r.warnOfAction(state, plan, diags)
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

// refuseEnd refuses an end that the number can never have.
func (r *Resource) refuseEnd(plan model, diags *diag.Diagnostics) {
	if !plan.known("carrier") {
		return // a destroy looks again
	}
	if refusal := r.kinds.Unreleasable(plan.number()); refusal != nil {
		diags.AddAttributeError(path.Root("release_on_destroy"), refusal.Summary, refusal.Detail)
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
	detail := fmt.Sprintf("%s\n\nThe apply repairs it in place: it reads the number at %s, sets everything as the "+
		"configuration has it, and checks the result. It never buys and never releases.", n.StatusReason, where)
	if n.Platform != platform.None && plan.action() == platform.ForceDelete {
		detail += " Since release_on_destroy is \"force_delete\", a record that cannot be cleaned up is forced out where its " +
			"platform offers that, and what it leaves behind is listed."
	}
	diags.AddWarning(fmt.Sprintf("Phone number %s is %s", n.PhoneNumber, n.Status), detail)
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

// planEnd refuses the end of the number in state, or says what it will do.
func (r *Resource) planEnd(state model, cause string, diags *diag.Diagnostics) {
	n := state.number()
	if refusal := r.kinds.Refuse(n, r.manager.PreventRelease); refusal != nil {
		diags.AddError(refusal.Summary, refusal.Detail)
		return
	}
	steps := sentences(r.kinds.Steps(n))
	for i, sentence := range steps {
		steps[i] = fmt.Sprintf("  %d. %s", i+1, sentence)
	}
	detail := "In order:\n" + strings.Join(steps, "\n")
	if billing := r.kinds.Billing(n); billing != "" {
		detail += "\n\n" + billing
	}
	detail += fmt.Sprintf("\n\nState decides this, not the configuration: release_on_destroy was last applied as %q.",
		state.text("release_on_destroy"))
	what := string(n.Action)
	if r.kinds.Irreversible(n) {
		what += ", gives the number up"
		detail += " To keep the number, set release_on_destroy = \"detach\" and apply that first."
	}
	diags.AddWarning(fmt.Sprintf("%s of %s: %s", cause, n.PhoneNumber, what), detail)
}

// resolve gives the attributes that the configuration leaves out their planned
// values. state is nil for a creation.
func (r *Resource) resolve(ctx context.Context, config model, state *model, plan model, diags *diag.Diagnostics) {
	r.resolveBlock(config, state, plan)
	r.foresee(ctx, config, plan, diags)
	r.refuseForeignSettings(config, plan, diags)
	if state != nil && state.number().Carrier != plan.number().Carrier {
		state = nil // it has no settings of this carrier's
	}
	r.resolveSettings(config, state, plan)
	r.resolveAccount(config, state, plan)
}

// resolveBlock keeps what the platform reported as long as its record stays;
// what a new registration will report is unknown.
func (r *Resource) resolveBlock(config model, state *model, plan model) {
	kind, ok := r.kinds.Kind(plan.platform())
	if !ok {
		return
	}
	resolved := func(held attrs) attr.Value {
		return resolveFields(kind.Block, nested(config.attrs[kind.Name]), held, plan.types[kind.Name])
	}
	if state == nil || state.platform() != kind.Name {
		plan.attrs[kind.Name] = resolved(nil)
		return
	}
	plan.attrs[kind.Name] = resolved(nested(state.attrs[kind.Name]))
	have := state.number()
	if have.Status != platform.Active || r.kinds.Interruption(have, plan.number()) != "" {
		plan.attrs[kind.Name] = unsettled(kind.Block, plan.attrs[kind.Name], plan.types[kind.Name])
	}
}

// foresee asks the platform what it can tell of a number before it is attached.
// What the configuration does not tell yet may change the answer, so the apply
// asks then.
func (r *Resource) foresee(ctx context.Context, config, plan model, diags *diag.Diagnostics) {
	n := plan.number()
	if n.Platform == platform.None || !hasUnknown(plan.attrs[n.Platform]) ||
		!config.known("phone_number") || !config.carrierKnown() {
		return
	}
	if held, ok := r.manager.Held(n.PhoneNumber); ok && held.Platform == n.Platform {
		// A replacement: what the platform has of it now is the old resource's.
		kind, _ := r.kinds.Kind(n.Platform)
		n.Block = carriedAs(kind, held, n)
	}
	told, err := r.manager.Foresee(ctx, n)
	if err != nil {
		diags.AddWarning("Unable to look up phone number "+label(n), fmt.Sprintf(
			"The plan cannot say how %s is held at %s; the apply looks again.\n\n%v",
			label(n), r.kinds.Title(n.Platform), err))
		return
	}
	plan.attrs[n.Platform] = foreseen(plan.types[n.Platform], plan.attrs[n.Platform], told.Block)
}

// carriedAs is want's block in which what decides who carries the number, and is
// left open, is as have has it.
func carriedAs(kind platform.Kind, have, want platform.Number) platform.Values {
	block := maps.Clone(want.Block)
	for _, name := range kind.CarrierFields {
		if _, told := block[name]; !told {
			block[name] = have.Block[name]
		}
	}
	return block
}

// refuseForeignSettings refuses attributes of another carrier than the number's.
func (r *Resource) refuseForeignSettings(config, plan model, diags *diag.Diagnostics) {
	if plan.carrierKnown() {
		r.validateCarrier(config, plan.number(), diags)
	}
}

func (r *Resource) resolveSettings(config model, state *model, plan model) {
	n, carrierKnown := plan.number(), plan.carrierKnown()
	for _, carrier := range r.kinds.Carriers() {
		for _, field := range carrier.Settings {
			applies := carrier.Name == n.Carrier && !(field.Wiring && r.kinds.OwnsWiring(n))
			switch {
			case !config.null(field.Name):
				// as configured, or unknown until then
			case !carrierKnown && field.Wiring && field.Default == nil:
				plan.set(field.Name, nil)
			case !carrierKnown:
				plan.setUnknown(field.Name)
			case !applies:
				plan.set(field.Name, nil)
			case field.Default != nil:
				plan.set(field.Name, field.Default)
			case field.Wiring:
				plan.set(field.Name, nil)
			case state == nil:
				plan.setUnknown(field.Name)
			case field.Presence == platform.OptionalComputed, lifecycle.Kept(state.number(), field.Name):
				plan.attrs[field.Name] = state.attrs[field.Name]
			default:
				plan.set(field.Name, nil)
			}
		}
	}
}

func (r *Resource) resolveAccount(config model, state *model, plan model) {
	kind, _ := r.kinds.Kind(plan.number().Carrier)
	switch {
	case !config.null("account_sid"):
	case !plan.carrierKnown():
		plan.setUnknown("account_sid")
	case kind.Settings == nil: // only a carrier with settings has accounts
		plan.set("account_sid", nil)
	case r.manager.AccountSID != "":
		plan.set("account_sid", r.manager.AccountSID)
	case state != nil:
		plan.attrs["account_sid"] = state.attrs["account_sid"]
	default:
		plan.setUnknown("account_sid")
	}
}

// blurEnd makes unknown what depends on something unknown.
func (m *model) blurEnd() {
	if !m.carrierKnown() {
		m.setUnknown("carrier", "destroy_irreversible", "destroy_steps")
	}
	if !m.known("release_on_destroy") {
		m.setUnknown("destroy_action", "destroy_irreversible", "destroy_steps")
	}
	inputs := []string{"id", "deregister_emergency_address", "account_sid", "sid"}
	for _, carrier := range m.kinds.Carriers() {
		for _, field := range carrier.Settings {
			inputs = append(inputs, field.Name)
		}
	}
	for _, name := range inputs {
		if !m.known(name) {
			m.setUnknown("destroy_steps")
		}
	}
	if on := m.platform(); on != platform.None && hasUnknown(m.attrs[on]) {
		m.setUnknown("destroy_steps")
	}
}
