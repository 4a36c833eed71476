package phonenumber

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// ValidateConfig refuses what the schema alone cannot: the rules between
// phone_number, purchase and the platforms' blocks.
func (r *Resource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	config := readModel(ctx, r.kinds, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	r.validate(config, &resp.Diagnostics)
}

func (r *Resource) validate(config *model, diags *diag.Diagnostics) {
	r.validateAcquisition(config, diags)
	r.validateSettings(config, diags)
	r.validatePlatform(config, isSure, diags)
}

// isSet says that an argument or a block is there, as far as a plan can know. An
// empty text is the same as none.
func isSet(v attr.Value) bool { return !v.IsNull() && plain(v) != "" }

// isSure says that it is there whatever the unknown values turn out to be.
// Terraform validates a resource with for_each with each.value unknown first, and
// shows a dynamic block whose for_each is unknown as one whose arguments are.
func isSure(v attr.Value) bool {
	if inner := nested(v); inner != nil && hasUnknown(v) {
		return slices.ContainsFunc(slices.Collect(maps.Values(inner)), isSure)
	}
	return isSet(v) && !v.IsUnknown()
}

func (r *Resource) validateAcquisition(config *model, diags *diag.Diagnostics) {
	criteria := nested(config.attrs["purchase"])
	country, _ := plain(criteria["country"]).(string)
	if area := criteria["area_code"]; country != "" && !slices.Contains([]string{"US", "CA"}, country) && area != nil && isSure(area) {
		diags.AddAttributeError(path.Root("purchase").AtName("area_code"), "Area code of another country", fmt.Sprintf(
			"Numbers are on sale by area code in the United States (US) and Canada (CA) alone, and country is %q. Remove "+
				"area_code, or search by contains or in_locality.", country))
	}
	if !config.known("phone_number") || !config.null("phone_number") || !config.known("purchase") {
		return
	}
	if config.null("purchase") {
		diags.AddAttributeError(path.Root("phone_number"), "Missing phone number",
			"Set phone_number to a number that is owned, or add a purchase block that finds one on sale.")
		return
	}
	if country := nested(config.attrs["purchase"])["country"]; country.IsNull() {
		diags.AddAttributeError(path.Root("purchase").AtName("country"), "Missing country",
			"A purchase without phone_number searches for a number, and that needs a country, such as \"US\".")
	}
}

// validatePlatform goes by the blocks and the arguments that are there. If a block
// may turn out to be absent, the rest is left to the plan.
func (r *Resource) validatePlatform(config *model, there func(attr.Value) bool, diags *diag.Diagnostics) {
	var present []string
	unsure := false
	for _, kind := range r.kinds.Platforms() {
		block := config.attrs[kind.Name]
		if block.IsNull() || block.IsUnknown() {
			continue
		}
		validateRequired(path.Root(kind.Name), kind.Title, kind.Block, nested(block), diags)
		if there(block) {
			present = append(present, kind.Name)
		} else {
			unsure = true
		}
	}
	if len(present) > 1 {
		diags.AddError("More than one platform", fmt.Sprintf(
			"A number is on one platform at most, but the configuration has the blocks %s.", strings.Join(present, ", ")))
		return
	}
	if unsure {
		return
	}
	n := config.expand()
	if kind, _ := r.kinds.Kind(n.Platform); kind.CarrierFields == nil { // else the plan finds out
		r.validateCarrier(config, n, there, diags)
	}
	for _, name := range r.kinds.Owned(n) {
		if there(config.attrs[name]) {
			diags.AddAttributeError(path.Root(name), "Wiring belongs to the platform", fmt.Sprintf(
				"%s sets its own wiring, so %s cannot be set beside its block.", r.kinds.Title(n.Platform), name))
		}
	}
}

// validateSettings holds the carrier's settings against one another.
func (r *Resource) validateSettings(config *model, diags *diag.Diagnostics) {
	for _, field := range settings(r.kinds) {
		if !isSure(config.attrs[field.Name]) {
			continue
		}
		for _, name := range field.ConflictsWith {
			if isSure(config.attrs[name]) {
				diags.AddAttributeError(path.Root(field.Name), "Settings that exclude each other", fmt.Sprintf(
					"%s cannot be set beside %s: calls go to one of them.", field.Name, name))
			}
		}
		for _, name := range field.Requires {
			if !isSet(config.attrs[name]) {
				diags.AddAttributeError(path.Root(field.Name), "Setting without another one", fmt.Sprintf(
					"%s takes over when %s fails, and must have it beside it.", field.Name, name))
			}
		}
	}
}

// validateCarrier refuses attributes of another carrier than the number's.
func (r *Resource) validateCarrier(
	config *model, n platform.Number, there func(attr.Value) bool, diags *diag.Diagnostics,
) {
	for _, carrier := range r.kinds.Carriers() {
		names := []string{"account_sid"} // only a carrier with settings has accounts
		for _, field := range carrier.Settings {
			names = append(names, field.Name)
		}
		for _, name := range names {
			if carrier.Name != n.Carrier && there(config.attrs[name]) {
				diags.AddAttributeError(path.Root(name), "Attribute of another carrier", fmt.Sprintf(
					"%s belongs to numbers that %s carries, and %s is carried by %s. Remove %[1]s, or correct what says who carries it.",
					name, carrier.Title, cmp.Or(n.PhoneNumber, "this one"), r.kinds.Title(n.Carrier)))
			}
		}
	}
}

// validateRequired asks for a block's required fields, which the schema cannot
// while the block itself is optional.
func validateRequired(at path.Path, title string, fields []platform.Field, configured attrs, diags *diag.Diagnostics) {
	for _, field := range fields {
		value := configured[field.Name]
		if field.Presence == platform.Required && value.IsNull() {
			diags.AddAttributeError(at.AtName(field.Name), "Missing attribute",
				fmt.Sprintf("A phone number on %s needs %s.", title, field.Name))
		}
		if inner := nested(value); field.Type == platform.Object && inner != nil {
			validateRequired(at.AtName(field.Name), title, field.Fields, inner, diags)
		}
	}
}
