package phonenumber

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ datasource.DataSourceWithConfigure = (*NumberDataSource)(nil)

// NumberDataSource is telephony_phone_number as a data source.
type NumberDataSource struct {
	kinds   kinds.Table
	manager *lifecycle.Manager
}

// NewNumberDataSource makes the data source for the table of services.
func NewNumberDataSource(kinds kinds.Table) *NumberDataSource {
	return &NumberDataSource{kinds: kinds}
}

// Metadata names the data source.
func (d *NumberDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_phone_number"
}

// Configure takes the manager that the provider made.
func (d *NumberDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.manager = managerOf(req.ProviderData, &resp.Diagnostics)
}

// Schema describes the data source: all that any service tells of a number.
func (d *NumberDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{MarkdownDescription: "The phone number in E.164 form.", Computed: true},
	}
	for _, kind := range d.kinds {
		maps.Copy(attributes, allReported(kind.Settings))
		maps.Copy(attributes, allReported(kind.Reports))
	}
	for _, kind := range d.kinds.Platforms() {
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
		Validators:          []validator.String{e164Validator{held: true}},
	}
	attributes["service"] = schema.StringAttribute{
		MarkdownDescription: "Service at which to look the number up: " + quoted(serviceNames(d.kinds)) + ". By default at all " +
			"that are configured; then the service at which the number is managed, its platform or else its carrier.",
		Optional:   true,
		Computed:   true,
		Validators: []validator.String{stringvalidator.OneOf(serviceNames(d.kinds)...)},
	}
	attributes["account_sid"] = schema.StringAttribute{
		MarkdownDescription: "SID of the Twilio account that must own the number. By default it may be that of the " +
			"provider's credentials or one related to it; then the one that owns the number, null if Twilio does not " +
			"carry it.",
		Optional:   true,
		Computed:   true,
		Validators: []validator.String{accountSIDValidator},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A phone number that a service holds, whether Terraform manages it or not, with all that its " +
			"carrier and its platform tell of it. It is looked up by itself, however many numbers the account has.",
		Attributes: attributes,
	}
}

// Read looks the number up.
func (d *NumberDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	m := readModel(ctx, d.kinds, req.Config, diags)
	if diags.HasError() {
		return
	}
	spelling := m.text("phone_number")
	phoneNumber, _ := e164.Accept(spelling) // validated
	warnOfUnasked(d.manager, m.text("service"), diags)
	n, err := d.manager.Look(ctx, m.text("service"), m.text("account_sid"), phoneNumber)
	if err != nil {
		d.addError(diags, phoneNumber, err)
		return
	}
	told := maps.Clone(n.Settings)
	if told == nil {
		told = platform.Values{}
	}
	maps.Copy(told, n.Reports)
	maps.Copy(told, summary(d.kinds, n))
	told["id"], told["phone_number"] = n.PhoneNumber, spelling
	if n.Platform != platform.None {
		told[n.Platform] = n.Block
	}
	for name := range m.attrs {
		m.set(name, told[name])
	}
	diags.Append(resp.State.Set(ctx, m.object(diags))...)
}

func (d *NumberDataSource) addError(diags *diag.Diagnostics, phoneNumber string, err error) {
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
