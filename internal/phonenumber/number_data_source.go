package phonenumber

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// numberSchema has all that any service tells of a number.
func numberSchema(kinds kinds.Table) schema.Schema {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{MarkdownDescription: "The phone number in E.164 form.", Computed: true},
	}
	for _, kind := range kinds {
		maps.Copy(attributes, allReported(kind.Settings))
		maps.Copy(attributes, allReported(kind.Reports))
	}
	for _, kind := range kinds.Platforms() {
		attributes[kind.Name] = schema.SingleNestedAttribute{
			MarkdownDescription: "The number as " + kind.Title + " has it, with the names of the resource's block; null if it " +
				"is not there.",
			Computed:   true,
			Attributes: allReported(kind.Block),
		}
	}
	maps.Copy(attributes, allReported(summaryFields))
	attributes["phone_number"] = schema.StringAttribute{
		MarkdownDescription: "Phone number to look up, in any spelling with its country code.",
		Required:            true,
		Validators:          []validator.String{reportedNumber},
	}
	attributes["service"] = schema.StringAttribute{
		MarkdownDescription: "Service at which to look the number up: " + quoted(serviceNames(kinds)) + ". By default at all " +
			"that are configured; then the service at which the number is managed, its platform or else its carrier.",
		Optional:   true,
		Computed:   true,
		Validators: []validator.String{stringvalidator.OneOf(serviceNames(kinds)...)},
	}
	attributes["account_sid"] = schema.StringAttribute{
		MarkdownDescription: "SID of the Twilio account that must own the number. By default it may be that of the " +
			"provider's credentials or one related to it; then the one that owns the number, null if Twilio does not " +
			"carry it.",
		Optional:   true,
		Computed:   true,
		Validators: []validator.String{accountSIDValidator},
	}
	return schema.Schema{
		MarkdownDescription: "A phone number that a service holds, whether Terraform manages it or not, with all that its " +
			"carrier and its platform tell of it. It is looked up by itself, however many numbers the account has.",
		Attributes: attributes,
	}
}

func readNumber(ctx context.Context, manager *lifecycle.Manager, config *model, diags *diag.Diagnostics) {
	spelling, service := config.text("phone_number"), config.text("service")
	phoneNumber, _ := e164.Accept(spelling) // validated
	warnOfUnasked(manager, service, diags)
	n, err := manager.Look(ctx, service, config.text("account_sid"), phoneNumber)
	if err != nil {
		addLookupError(diags, phoneNumber, err)
		return
	}
	told := platform.Values{}
	maps.Copy(told, n.Settings)
	maps.Copy(told, n.Reports)
	maps.Copy(told, summary(manager.Kinds, n))
	told["id"], told["phone_number"] = n.PhoneNumber, spelling
	if n.Platform != platform.None {
		told[n.Platform] = n.Block
	}
	for name := range config.attrs {
		config.set(name, told[name])
	}
}

func addLookupError(diags *diag.Diagnostics, phoneNumber string, err error) {
	var missing *lifecycle.NotHeldError
	switch {
	case !errors.As(err, &missing):
		diags.AddError("Unable to look up phone number "+phoneNumber, sentence(err.Error()))
	case missing.Elsewhere != "":
		diags.AddAttributeError(path.Root("phone_number"), "Phone number "+phoneNumber+" is elsewhere", fmt.Sprintf(
			"It was looked for at %s, but %s has it. Set service and account_sid to where it is, or leave them out.",
			strings.Join(missing.Asked, ", "), missing.Elsewhere))
	default:
		detail := fmt.Sprintf("It was looked for at %s, and none has it. Check the number, and that the provider's configuration "+
			"has the credentials of the account that owns it: services that are not configured were not asked.",
			strings.Join(missing.Asked, ", "))
		if _, err := e164.Normalize(phoneNumber); err != nil {
			detail += fmt.Sprintf(" It is probably mistyped: %v.", err)
		}
		diags.AddAttributeError(path.Root("phone_number"), "Phone number "+phoneNumber+" not found", detail)
	}
}
