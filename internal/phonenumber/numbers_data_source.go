package phonenumber

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"golang.org/x/sync/errgroup"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	// listTimeout bounds a list with all that it takes to inspect its numbers.
	listTimeout = 20 * time.Minute
	// inspectedAtOnce bounds how many numbers are inspected at a time.
	inspectedAtOnce = 10
)

var _ datasource.DataSourceWithConfigure = (*NumbersDataSource)(nil)

// NumbersDataSource is telephony_phone_numbers.
type NumbersDataSource struct {
	kinds   kinds.Table
	manager *lifecycle.Manager
}

// NewNumbersDataSource makes the data source for the table of services.
func NewNumbersDataSource(kinds kinds.Table) *NumbersDataSource {
	return &NumbersDataSource{kinds: kinds}
}

// Metadata names the data source.
func (d *NumbersDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_phone_numbers"
}

// Configure takes the manager that the provider made.
func (d *NumbersDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.manager = managerOf(req.ProviderData, &resp.Diagnostics)
}

// Schema describes the data source.
func (d *NumbersDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The numbers that services hold, whether Terraform manages them or not, each with the ID to " +
			"import it by. A number on a platform is listed once, as its platform's.",
		Attributes: map[string]schema.Attribute{
			"service": schema.StringAttribute{
				MarkdownDescription: "Service whose numbers to list: " + quoted(serviceNames(d.kinds)) + ". A carrier's are those " +
					"that are on no platform. By default those of all services that are configured.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(serviceNames(d.kinds)...)},
			},
			"phone_number": schema.StringAttribute{
				MarkdownDescription: "Number to list, in any spelling, or a pattern in which `*` stands for any digits, such as " +
					"`+1415*` or `*0100`. The `+` may be left out.",
				Optional:   true,
				Validators: []validator.String{patternValidator{}},
			},
			"friendly_name": schema.StringAttribute{
				MarkdownDescription: "Exact name of the numbers to list.",
				Optional:            true,
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "Status of the numbers to list: " + quoted(statuses) + ".",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(statuses...)},
			},
			"agent_id": schema.StringAttribute{
				MarkdownDescription: "Agent of the numbers to list.",
				Optional:            true,
			},
			"country": schema.StringAttribute{
				MarkdownDescription: "Country of the numbers to list, as an ISO 3166-1 alpha-2 code such as `US`.",
				Optional:            true,
				Validators:          []validator.String{countryValidator{}},
			},
			"account_sid": schema.StringAttribute{
				MarkdownDescription: "Twilio account of the numbers to list. By default those of the account of the " +
					"provider's credentials, and all that platforms have.",
				Optional:   true,
				Validators: []validator.String{accountSIDValidator},
			},
			"phone_numbers": schema.ListNestedAttribute{
				MarkdownDescription: "The numbers, ordered by phone number.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: allReported(summaryFields)},
			},
		},
	}
}

// statuses are the conditions of a number.
var statuses = []string{string(platform.Active), string(platform.Deleting), string(platform.Corrupted)}

// Read lists the numbers.
func (d *NumbersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	m := readModel(ctx, d.kinds, req.Config, diags)
	if diags.HasError() {
		return
	}
	f := filter{kinds: d.kinds}
	for _, name := range []string{"friendly_name", "status", "agent_id", "country", "account_sid"} {
		f.want(name, m.text(name))
	}
	if pattern := m.text("phone_number"); pattern != "" {
		f.digits, _ = digitsOf(pattern) // validated
	}
	warnOfUnasked(d.manager, m.text("service"), diags)
	rows, err := d.rows(ctx, m.text("service"), f)
	if err != nil {
		diags.AddError("Unable to list phone numbers", sentence(err.Error()))
		return
	}
	m.set("phone_numbers", rows)
	diags.Append(resp.State.Set(ctx, m.object(diags))...)
}

// rows are the summaries of the numbers that fit. What a list alone can tell is
// filtered first, since to inspect a number may take calls.
func (d *NumbersDataSource) rows(ctx context.Context, service string, f filter) ([]platform.Values, error) {
	var numbers []platform.Number
	for n, err := range d.manager.List(ctx, service, f.wanted.String("account_sid")) {
		if err != nil {
			return nil, err
		}
		if f.mayFit(n) {
			numbers = append(numbers, n)
		}
	}
	found := make([]platform.Values, len(numbers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inspectedAtOnce)
	for i, listed := range numbers {
		group.Go(func() error {
			n, ok, err := inspect(ctx, d.manager, listed)
			if ok && f.fits(n) {
				found[i] = summary(d.kinds, n)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(found, func(row platform.Values) bool { return row == nil })
	slices.SortFunc(rows, func(a, b platform.Values) int {
		return strings.Compare(a.String("phone_number"), b.String("phone_number"))
	})
	return rows, nil
}
