package phonenumber

// What a plan refuses.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// refuse is an error that the apply would meet, too. Of a number that has just been
// found to be gone it is a warning, since a destroy plans a new one first and must not
// be blocked by that; an apply plans once more, and is refused.
func (r *Resource) refuse(summary, detail string, at path.Path, n platform.Number, diags *diag.Diagnostics) {
	if r.manager.Registry.IsGone(n.PhoneNumber) {
		diags.AddAttributeWarning(at, summary, detail+" The apply fails.")
		return
	}
	diags.AddAttributeError(at, summary, detail)
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
// all the same.
func (r *Resource) refuseImpossible(ctx context.Context, config *model, n platform.Number, diags *diag.Diagnostics) {
	_, impossible := e164.Normalize(config.text("phone_number"))
	if impossible == nil {
		return
	}
	reported, err := r.manager.Reported(ctx, n)
	if reported || err != nil { // which the look-up meets, too
		return
	}
	detail := fmt.Sprintf("%q is refused: %v, and %s does not have it either. Check its digits.",
		config.text("phone_number"), impossible, r.kinds.Title(r.kinds.ServiceOf(n)))
	if n.AccountSID != "" {
		detail += fmt.Sprintf(" The account that was asked is %s.", n.AccountSID)
	}
	r.refuse("Invalid phone number", detail, path.Root("phone_number"), n, diags)
}

// refuseCriteria refuses search criteria beside the number that they could find.
func (r *Resource) refuseCriteria(config *model, n platform.Number, diags *diag.Diagnostics) {
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
	r.refuse("Search criteria beside a phone number", fmt.Sprintf(
		"The configuration names %s, so that there is nothing to search for, and %s would be passed over. "+
			"Remove %[2]s to adopt or buy that very number, or remove phone_number to buy one that fits.",
		n.PhoneNumber, strings.Join(criteria, ", ")), path.Root("purchase").AtName(criteria[0]), n, diags)
}

// refuseIncapable refuses settings that are not in state yet and need a capability
// that the number is known to lack. A nil state is that of a creation.
func (r *Resource) refuseIncapable(
	config, state *model, n platform.Number, capabilities []string, diags *diag.Diagnostics,
) {
	if len(capabilities) == 0 {
		return // nobody has told
	}
	carrier, _ := r.kinds.Kind(n.Carrier)
	for _, field := range carrier.Settings {
		value := config.attrs[field.Name]
		held := state != nil && value.Equal(state.attrs[field.Name])
		if field.Needs != "" && !held && config.setting(field.Name) != nil && !slices.Contains(capabilities, field.Needs) {
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

// refuseCarrierChange refuses to take a number off the platform that carries
// it: it could not live without.
func refuseCarrierChange(plan *model, change kinds.Change, diags *diag.Diagnostics) {
	if !plan.known("carrier") {
		return // the update looks again
	}
	if refusal := change.Refusal(); refusal != nil {
		diags.AddError(refusal.Summary, refusal.Detail)
	}
}

// refuseHopeless refuses what the platform knows to be bound to fail, or could not
// be undone, as far as the block is known. A creation has nothing yet.
func (r *Resource) refuseHopeless(ctx context.Context, config *model, have, want platform.Number, diags *diag.Diagnostics) {
	if want.Platform == platform.None || hasUnknown(config.attrs[want.Platform]) ||
		!r.manager.Known(want) || r.manager.Available(want) != nil {
		return
	}
	want.Block = asConfigured(config, want)
	if err := r.manager.CheckPlan(ctx, have, want); err != nil {
		r.addUnseen(want, "The plan cannot say whether the apply has all that it needs", err, diags)
	}
}

// asConfigured is n's block with what is write-only, and with nil for what neither
// the configuration nor the plan has a value for.
func asConfigured(config *model, n platform.Number) platform.Values {
	block, _ := plain(config.attrs[n.Platform]).(platform.Values)
	for name, value := range n.Block {
		if block[name] == nil {
			block[name] = value
		}
	}
	return block
}

// refuseDestroy refuses a destroy that the number can never have.
func (r *Resource) refuseDestroy(plan *model, n platform.Number, diags *diag.Diagnostics) {
	if !plan.known("carrier") {
		return // a destroy looks again
	}
	if refusal := r.kinds.Unreleasable(n); refusal != nil {
		r.refuse(refusal.Summary, refusal.Detail, path.Root("release_on_destroy"), n, diags)
	}
}

// addUnseen tells of a look-up for a plan that failed: what is certain to fail in
// the apply, too, is an error, but like that of refuse it blocks no destroy.
func (r *Resource) addUnseen(n platform.Number, doubt string, err error, diags *diag.Diagnostics) {
	_, refused := errors.AsType[*platform.Refusal](err)
	_, wrong := errors.AsType[*platform.FieldError](err)
	if (refused || wrong || platform.IsDenied(err)) && !r.manager.Registry.IsGone(n.PhoneNumber) {
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
