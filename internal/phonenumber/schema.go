package phonenumber

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// newSchema makes the resource's schema from the table of services: the
// carrier's settings are attributes, each platform is a block.
func newSchema(ctx context.Context, kinds kinds.Table) schema.Schema {
	attributes := map[string]schema.Attribute{
		"phone_number": schema.StringAttribute{
			MarkdownDescription: "Phone number in [E.164](https://www.twilio.com/docs/glossary/what-e164) form. Any spelling " +
				"with a country code is taken: `+1 (415) 555-0100` is `+14155550100`. Required unless `purchase` finds a " +
				"number. Another number replaces the resource.",
			Optional:   true,
			Computed:   true,
			Validators: []validator.String{reportedNumber},
		},
		"release_on_destroy": schema.StringAttribute{
			MarkdownDescription: "What a destroy does with the number. `detach` (default) keeps it owned, `release` gives it " +
				"up, `force_delete` removes the platform's record whatever happens and never releases. `true` and " +
				"`false` mean `release` and `detach`. A destroy goes by the value in state, so a change takes effect " +
				"only once it is applied.",
			Optional: true,
			Computed: true,
			Validators: []validator.String{stringvalidator.OneOf(
				string(platform.Detach), string(platform.Release), string(platform.ForceDelete), "true", "false")},
		},
		"account_sid": schema.StringAttribute{
			MarkdownDescription: "SID of the Twilio account that owns the number; by default that of the provider's " +
				"credentials. A change transfers the number in place; a creation never transfers, nor does leaving the argument out.",
			Optional:   true,
			Computed:   true,
			Validators: []validator.String{accountSIDValidator},
		},
		"restore_on_detach": schema.BoolAttribute{
			MarkdownDescription: "Whether a detach puts back the wiring that this resource replaced when it adopted the number or " +
				"brought it onto its platform, where it would clear it otherwise: each setting only while it still has the " +
				"value that this resource gave it. `destroy_steps` names the old values. The same holds for `force_delete` " +
				"and for a number that leaves its platform; a release ignores it. Defaults to `false`.",
			Optional: true,
		},
		"deregister_emergency_address": schema.BoolAttribute{
			MarkdownDescription: "Whether a release may deregister the number's emergency address first. Twilio does not " +
				"release a number that has one. Defaults to `false`: the release is then an error.",
			Optional: true,
			Computed: true, // what an older version has put into state may stay there
		},
		"id": schema.StringAttribute{
			MarkdownDescription: "The phone number in E.164 form.",
			Computed:            true,
		},
		"sid": schema.StringAttribute{
			MarkdownDescription: "The carrier's identifier of the number; at Twilio its `PN…` SID.",
			Computed:            true,
		},
		"capabilities": schema.ListAttribute{
			MarkdownDescription: "What the number can carry, as the carrier reports it, sorted: `fax`, `mms`, `sms`, `voice`.",
			ElementType:         types.StringType,
			Computed:            true,
		},
		"carrier": schema.StringAttribute{
			MarkdownDescription: "Service that owns the number.",
			Computed:            true,
		},
		"platform": schema.StringAttribute{
			MarkdownDescription: "Voice-agent platform that the number is on, or `none`.",
			Computed:            true,
		},
		"acquisition": schema.StringAttribute{
			MarkdownDescription: "How this resource came to the number: `adopted` or `purchased`. It is looked up for the plan, " +
				"so that a plan shows whether it will spend money.",
			Computed: true,
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "`active`, `deleting` or `corrupted`. Anything but `active` is planned as a repair.",
			Computed:            true,
		},
		"status_reason": schema.StringAttribute{
			MarkdownDescription: "What is wrong and the way out; empty when active.",
			Computed:            true,
		},
		"destroy_action": schema.StringAttribute{
			MarkdownDescription: "`release_on_destroy` in one of its three words: `detach`, `release` or `force_delete`.",
			Computed:            true,
		},
		"destroy_irreversible": schema.BoolAttribute{
			MarkdownDescription: "Whether destroying this resource gives up the number or a subscription.",
			Computed:            true,
		},
		"destroy_steps": schema.ListAttribute{
			MarkdownDescription: "What a destroy will do, a sentence for each step, in order.",
			ElementType:         types.StringType,
			Computed:            true,
		},
	}
	for _, field := range settings(kinds) {
		attributes[field.Name] = settingAttribute(*field)
	}
	blocks := map[string]schema.Block{
		"purchase": purchaseBlock(),
		"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
	}
	for _, kind := range kinds.Platforms() {
		blocks[kind.Name] = block(kind.BlockDescription, kind.Block)
	}
	return schema.Schema{
		MarkdownDescription: "A phone number that a carrier owns, and what becomes of it in the end: a destroy detaches it, " +
			"releases it or force-deletes it, as `release_on_destroy` says, and the plan shows the steps.",
		Attributes: attributes,
		Blocks:     blocks,
	}
}

var accountSIDValidator = stringvalidator.RegexMatches(
	regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`), "must be AC followed by 32 hexadecimal digits")

// purchaseTypes are Twilio's types of numbers on sale.
var purchaseTypes = []string{
	"local", "toll_free", "mobile", "national", "voip", "shared_cost", "machine_to_machine",
}

func purchaseBlock() schema.Block {
	text := func(description string, validators ...validator.String) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: validators}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{MarkdownDescription: description, Optional: true}
	}
	return schema.SingleNestedBlock{
		MarkdownDescription: "Permission to spend money, used only at creation. Without it the number must be owned already. " +
			"With `phone_number` that number is adopted if it is owned, else bought; without, the first number on sale " +
			"that fits is bought. Adding or changing the block later makes no call.",
		Attributes: map[string]schema.Attribute{
			"country": text("Country to search in, as an ISO 3166-1 alpha-2 code such as `US`. Required for a search.",
				stringvalidator.RegexMatches(regexp.MustCompile(`^[A-Z]{2}$`), "must be two capital letters, such as US")),
			"type": text("Type of number: `"+strings.Join(purchaseTypes, "`, `")+"`. Defaults to `local`.",
				stringvalidator.OneOf(purchaseTypes...)),
			"area_code": text("Three-digit area code; United States and Canada only.",
				stringvalidator.RegexMatches(regexp.MustCompile(`^[0-9]{3}$`), "must be three digits")),
			"contains": text("Pattern of 2 to 16 digits and letters; `*` stands for any one digit.",
				stringvalidator.LengthBetween(2, 16),
				stringvalidator.RegexMatches(regexp.MustCompile(`^[0-9A-Za-z*%+$]+$`), "must consist of digits, letters, *, %, + and $")),
			"capabilities": schema.SetAttribute{
				MarkdownDescription: "What the number must be able to carry: `voice`, `sms`, `mms`, `fax`.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators: []validator.Set{setvalidator.ValueStringsAre(
					stringvalidator.OneOf("voice", "sms", "mms", "fax"))},
			},
			"in_region":      text("State or province, such as `CA`; United States and Canada only."),
			"in_locality":    text("City that the number is of, such as `Oakland`."),
			"in_postal_code": text("Postal code; United States and Canada only."),
			"near_number":    text("E.164 number to search near to; United States and Canada only.", possibleNumber),
			"near_lat_long": text("`latitude,longitude` to search near to; United States and Canada only.",
				stringvalidator.RegexMatches(regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?,-?[0-9]+(\.[0-9]+)?$`),
					"must be latitude,longitude in degrees, such as 37.7749,-122.4194")),
			"distance": schema.Int64Attribute{
				MarkdownDescription: "Radius in miles round `near_number` or `near_lat_long`, at most 500. Twilio's default is 25.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, 500)},
			},
			"exclude_all_address_required":     flag("Whether numbers that need an address are left out."),
			"exclude_local_address_required":   flag("Whether numbers that need a local address are left out."),
			"exclude_foreign_address_required": flag("Whether numbers that need a foreign address are left out."),
			"beta":                             flag("Whether numbers that are new to Twilio are offered too. Twilio's default is `true`."),
		},
	}
}

func block(description string, fields []platform.Field) schema.Block {
	attributes := map[string]schema.Attribute{}
	blocks := map[string]schema.Block{}
	for _, field := range fields {
		if field.Type == platform.Object && field.Presence != platform.Computed {
			blocks[field.Name] = block(field.Description, field.Fields)
			continue
		}
		attributes[field.Name] = attribute(field)
	}
	return schema.SingleNestedBlock{MarkdownDescription: description, Attributes: attributes, Blocks: blocks}
}

// settingAttribute makes the schema of a carrier's setting, for which an empty text
// is the same as none; ValidateConfig holds it against its siblings. Some are
// computed, since what an older version has put into state may stay there.
func settingAttribute(field platform.Field) schema.Attribute {
	computed := !field.Wiring || field.Default != nil
	if field.Type == platform.Bool {
		return schema.BoolAttribute{MarkdownDescription: field.Description, Optional: true, Computed: computed}
	}
	field.ConflictsWith, field.Requires = nil, nil
	var validators []validator.String
	for _, v := range stringValidators(field) {
		validators = append(validators, unlessEmpty{v})
	}
	return schema.StringAttribute{
		MarkdownDescription: field.Description, Optional: true, Computed: computed, Validators: validators,
	}
}

// attribute makes the schema of one field of a block.
//
// A block's required field is optional in the schema, since the block itself
// may be absent; ValidateConfig asks for it.
func attribute(field platform.Field) schema.Attribute {
	if field.Presence == platform.Required {
		field.Description = "Required. " + field.Description
	}
	optional := field.Presence != platform.Computed
	computed := field.Default != nil || field.Presence == platform.OptionalComputed ||
		field.Presence == platform.Computed
	switch field.Type {
	case platform.Bool:
		return schema.BoolAttribute{MarkdownDescription: field.Description, Optional: optional, Computed: computed}
	case platform.Int:
		return schema.Int64Attribute{
			MarkdownDescription: field.Description, Optional: optional, Computed: computed, Validators: intValidators(field),
		}
	case platform.StringList:
		return schema.ListAttribute{
			MarkdownDescription: field.Description, Optional: optional, Computed: computed, ElementType: types.StringType,
		}
	case platform.StringMap:
		return schema.MapAttribute{
			MarkdownDescription: field.Description, Optional: optional, Computed: computed, ElementType: types.StringType,
		}
	case platform.Object:
		nested := map[string]schema.Attribute{}
		for _, inner := range field.Fields {
			nested[inner.Name] = attribute(inner)
		}
		return schema.SingleNestedAttribute{
			MarkdownDescription: field.Description, Optional: optional, Computed: computed, Attributes: nested,
		}
	case platform.String:
	}
	return schema.StringAttribute{
		MarkdownDescription: field.Description, Optional: optional, Computed: computed, Validators: stringValidators(field),
		Sensitive: field.Sensitive, WriteOnly: field.WriteOnly,
	}
}

func intValidators(field platform.Field) []validator.Int64 {
	if field.Max == 0 {
		return nil
	}
	return []validator.Int64{int64validator.Between(field.Min, field.Max)}
}

func stringValidators(field platform.Field) []validator.String {
	var validators []validator.String
	if field.OneOf != nil {
		validators = append(validators, stringvalidator.OneOf(field.OneOf...))
	}
	if field.Pattern != nil {
		validators = append(validators, stringvalidator.RegexMatches(field.Pattern, "must be "+field.PatternHint))
	}
	if field.MaxLength > 0 {
		validators = append(validators, stringvalidator.UTF8LengthBetween(1, field.MaxLength))
	}
	if field.URL {
		validators = append(validators, urlValidator)
	}
	for _, sibling := range field.ConflictsWith {
		validators = append(validators, stringvalidator.ConflictsWith(path.MatchRelative().AtParent().AtName(sibling)))
	}
	for _, sibling := range field.Requires {
		validators = append(validators, stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName(sibling)))
	}
	return validators
}

// textValidator asks something of a text.
type textValidator struct {
	asks string // after the name of the argument
	// refuse says what is wrong with a text; nil: nothing is.
	refuse func(text string) *platform.Refusal
}

func (v textValidator) Description(context.Context) string { return v.asks }

func (v textValidator) MarkdownDescription(context.Context) string { return v.asks }

func (v textValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if refusal := v.refuse(req.ConfigValue.ValueString()); refusal != nil {
		resp.Diagnostics.AddAttributeError(req.Path, refusal.Summary, refusal.Detail)
	}
}

var (
	possibleNumber = numberValidator(e164.Normalize)
	// reportedNumber accepts what a service may report, whether it is possible or not:
	// it is about to be asked.
	reportedNumber = numberValidator(e164.Accept)
)

func numberValidator(read func(string) (string, error)) textValidator {
	return textValidator{
		asks: "must be a phone number with its country code, such as +14155550100",
		refuse: func(text string) *platform.Refusal {
			if _, err := read(text); err != nil {
				return &platform.Refusal{Summary: "Invalid phone number", Detail: fmt.Sprintf("%q is refused: %v.", text, err)}
			}
			return nil
		},
	}
}

const absoluteURL = "must be an absolute http or https URL"

var urlValidator = textValidator{
	asks: absoluteURL,
	refuse: func(text string) *platform.Refusal {
		if text == "" {
			return &platform.Refusal{
				Summary: "Empty URL", Detail: "To clear a URL, remove the attribute from the configuration.",
			}
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return &platform.Refusal{Summary: "Invalid URL", Detail: fmt.Sprintf("%q %s.", text, absoluteURL)}
		}
		return nil
	},
}

// unlessEmpty asks nothing of an empty text.
type unlessEmpty struct{ validator.String }

func (v unlessEmpty) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.ValueString() != "" || req.ConfigValue.IsUnknown() {
		v.String.ValidateString(ctx, req, resp)
	}
}
