package phonenumber

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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

func numbersSchema(kinds kinds.Table) schema.Schema {
	return schema.Schema{
		MarkdownDescription: "The numbers that services hold, whether Terraform manages them or not, each with the ID to " +
			"import it by. A number on a platform is listed once, as its platform's.",
		Attributes: map[string]schema.Attribute{
			"service": schema.StringAttribute{
				MarkdownDescription: "Service whose numbers to list: " + quoted(serviceNames(kinds)) + ". A carrier's are those " +
					"that are on no platform. By default those of all services that are configured.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(serviceNames(kinds)...)},
			},
			"phone_number": schema.StringAttribute{
				MarkdownDescription: "Number to list, in any spelling, or a pattern in which `*` stands for any digits, such as " +
					"`+1415*` or `*0100`. The `+` may be left out.",
				Optional:   true,
				Validators: []validator.String{patternValidator},
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
				Validators:          []validator.String{countryValidator},
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

func readNumbers(ctx context.Context, manager *lifecycle.Manager, config *model, diags *diag.Diagnostics) {
	f := newFilter(config, "friendly_name", "status", "agent_id", "country", "account_sid")
	f.digits, _ = digitsOf(config.text("phone_number")) // validated, or empty
	warnOfUnasked(manager, config.text("service"), diags)
	rows, err := summaries(ctx, manager, config.text("service"), f)
	if err != nil {
		diags.AddError("Unable to list phone numbers", sentence(err.Error()))
		return
	}
	config.set("phone_numbers", rows)
}

// summaries are those of the numbers that fit. What a list alone can tell is
// filtered first, since to inspect a number may take calls.
func summaries(
	ctx context.Context, manager *lifecycle.Manager, service string, f filter,
) ([]platform.Values, error) {
	var numbers []platform.Number
	for n, err := range manager.List(ctx, service, f.wanted.String("account_sid")) {
		if err != nil {
			return nil, err
		}
		if f.fits(n, false) {
			numbers = append(numbers, n)
		}
	}
	found := make([]platform.Values, len(numbers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inspectedAtOnce)
	for i, listed := range numbers {
		group.Go(func() error {
			n, ok, err := inspect(ctx, manager, listed)
			if ok && f.fits(n, true) {
				found[i] = summary(f.kinds, n)
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
