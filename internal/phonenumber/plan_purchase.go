package phonenumber

// What a plan says of money.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// planPurchase says that the creation that is planned spends money, or may, or
// refuses that.
func (r *Resource) planPurchase(ctx context.Context, config, plan *model, diags *diag.Diagnostics) {
	n := plan.expand()
	if diags.HasError() || config.null("purchase") || !r.kinds.Sells(r.kinds.CarrierOf(n)) ||
		n.Acquisition == platform.Adopted {
		return
	}
	refusal := r.manager.RefusePurchase(n)
	at := path.Root("purchase")
	switch {
	case refusal == nil:
		r.warnOfPurchase(ctx, config, n, diags)
	case n.Acquisition != platform.Purchased:
		// So that the apply buys nothing, even where it might by then.
		plan.set("acquisition", string(platform.Adopted))
		diags.AddAttributeWarning(at, refusal.Summary, refusal.Detail+" The apply fails unless the number is owned already.")
	default:
		r.refuse(refusal.Summary, refusal.Detail, at, n, diags)
	}
}

// warnOfPurchase says what is bought and what it costs. Its summary is the same
// for all that are alike, so that Terraform folds them into one.
func (r *Resource) warnOfPurchase(ctx context.Context, config *model, n platform.Number, diags *diag.Diagnostics) {
	country, numberType := e164.Country(n.PhoneNumber), e164.Type(n.PhoneNumber)
	if config.null("phone_number") && n.Purchase != nil { // a search
		if country = n.Purchase.Country; !nested(config.attrs["purchase"])["type"].IsUnknown() {
			numberType = n.Purchase.Type
		}
	}
	carrier, price := r.kinds.Title(r.kinds.CarrierOf(n)), r.manager.Price(ctx, n, country, numberType)
	summary, unless := "Buys a number", ""
	if n.Acquisition != platform.Purchased {
		summary, unless = "May buy a number", ", unless it is owned already"
	}
	kind := strings.TrimSpace(country + " " + strings.ReplaceAll(numberType, "_", " "))
	if told := slices.DeleteFunc([]string{kind, price}, func(s string) bool { return s == "" }); len(told) > 0 {
		summary += ": " + strings.Join(told, ", ")
	}
	detail := fmt.Sprintf("This apply buys %s at %s%s.", wanted(config, n), carrier, unless)
	if price == "" {
		detail += fmt.Sprintf(" %s has not told what it costs.", carrier)
	}
	diags.AddAttributeWarning(path.Root("purchase"), summary, detail+
		" prevent_purchase = true in the provider's configuration refuses every purchase.")
}

// wanted is the number that is bought, or what it must be like.
func wanted(config *model, n platform.Number) string {
	if n.PhoneNumber != "" {
		return n.PhoneNumber
	}
	if !config.null("phone_number") {
		return "the number that phone_number turns out to be"
	}
	var criteria []string
	for name, value := range nested(config.attrs["purchase"]) {
		switch {
		case value.IsNull():
		case value.IsUnknown():
			criteria = append(criteria, name+" as it turns out")
		default:
			criteria = append(criteria, name+" = "+value.String())
		}
	}
	slices.Sort(criteria)
	return "the first number on sale that has " + strings.Join(criteria, ", ") +
		", or completes what an interrupted apply has bought for the same,"
}

// warnOfReplacement says of the number that comes after another one in the same
// resource whether it is bought, and what of its calls and messages may not arrive: of
// its own plan as a creation Terraform shows no warning.
func (r *Resource) warnOfReplacement(ctx context.Context, config, plan *model, diags *diag.Diagnostics) {
	n := plan.expand()
	n.SID, n.AccountSID = "", config.text("account_sid")
	if !plan.carrierKnown() || !config.known("account_sid") ||
		!r.manager.Known(n) || r.manager.Available(n) != nil {
		return // its plan as a creation says why
	}
	found, err := r.manager.Lookup(ctx, n)
	if err != nil {
		return
	}
	r.warnOfFound(ctx, plan, n, found, diags)
	if n.Acquisition = found.Acquisition; n.Acquisition == platform.Purchased {
		r.warnOfPurchase(ctx, config, n, diags)
	}
}
