package phonenumber

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource is telephony_phone_number for terraform query.
type ListResource struct{ *Resource }

// NewListResource makes the list resource for the table of services.
func NewListResource(kinds kinds.Table) *ListResource { return &ListResource{New(kinds)} }

// ListResourceConfigSchema describes the config block of a list.
func (l *ListResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	names := platformNames(l.kinds)
	resp.Schema = schema.Schema{
		MarkdownDescription: "The numbers that services hold, whether Terraform manages them or not. A number on a platform " +
			"is listed once, as its platform's. The services' lists are read a page at a time, no further than " +
			"`limit` needs.",
		Attributes: map[string]schema.Attribute{
			"platform": schema.StringAttribute{
				MarkdownDescription: "Platform whose numbers to list: " + quoted(names) + ". `none` lists Twilio's that are on no " +
					"platform. By default those of all services that are configured.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(names...)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "Status of the numbers to list: " + quoted(statuses) + ". Numbers whose list does not tell it " +
					"are read one by one.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(statuses...)},
			},
			"friendly_name": schema.StringAttribute{
				MarkdownDescription: "Exact name of the numbers to list.",
				Optional:            true,
			},
			"account_sid": schema.StringAttribute{
				MarkdownDescription: "Twilio account of the numbers to list. By default those of the account of the " +
					"provider's credentials, and all that platforms have.",
				Optional:   true,
				Validators: []validator.String{accountSIDValidator},
			},
		},
	}
}

// List streams the numbers. A page is read when Terraform asks for its numbers.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	m := readModel(ctx, l.kinds, req.Config, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	f := newFilter(m, "status", "friendly_name", "account_sid")
	service := m.text("platform")
	if service == platform.None {
		service = l.kinds.Carriers()[0].Name
	}
	stream.Results = func(push func(list.ListResult) bool) {
		ctx, cancel := context.WithTimeout(ctx, listTimeout)
		defer cancel()
		var sent int64
		for listed, err := range l.manager.List(ctx, service, f.wanted.String("account_sid")) {
			if err == nil && !f.fits(listed, false) {
				continue
			}
			result, ok := l.result(ctx, req, f, listed, err)
			if !ok {
				continue
			}
			if sent == 0 { // a warning can only stand beside a number
				warnOfUnasked(l.manager, service, &result.Diagnostics)
			}
			if !push(result) || result.Diagnostics.HasError() {
				return
			}
			if sent++; sent == req.Limit {
				return
			}
		}
	}
}

// result is what Terraform is told of a listed number. It is not ok if the number
// turns out not to fit.
func (l *ListResource) result(
	ctx context.Context, req list.ListRequest, f filter, n platform.Number, err error,
) (result list.ListResult, ok bool) {
	result = req.NewListResult(ctx)
	if err == nil && (req.IncludeResource || f.needsInspection(n)) {
		n, ok, err = inspect(ctx, l.manager, n)
		if err == nil && !(ok && f.fits(n, true)) {
			return result, false
		}
	}
	if err != nil {
		result.Diagnostics.AddError("Unable to list phone numbers", printable(sentence(err.Error())))
		return result, true
	}
	result.DisplayName = printable(strings.TrimPrefix(l.kinds.LabelOf(n)+" "+n.PhoneNumber, " "))
	identify(ctx, result.Identity, n, &result.Diagnostics)
	if req.IncludeResource {
		l.include(ctx, result.Resource, n, &result.Diagnostics)
	}
	return result, true
}

// include gives the resource as an import of the number would leave it in state.
func (l *ListResource) include(ctx context.Context, to *tfsdk.Resource, n platform.Number, diags *diag.Diagnostics) {
	diags.Append(to.SetAttribute(ctx, path.Root("phone_number"), n.PhoneNumber)...) // an object, no longer null
	state := readModel(ctx, l.kinds, to, diags)
	if diags.HasError() {
		return
	}
	state.flatten(n)
	diags.Append(to.Set(ctx, state.object(diags))...)
}
