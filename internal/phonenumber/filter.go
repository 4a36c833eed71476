package phonenumber

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// filter chooses among the numbers that services list.
type filter struct {
	kinds kinds.Table
	// digits is a pattern for the number without its +, as path.Match takes it;
	// empty: any number.
	digits string
	// wanted are values that the summary must have.
	wanted platform.Values
}

// want adds a value that the summary must have, unless it is empty.
func (f *filter) want(name, value string) {
	if value == "" {
		return
	}
	if f.wanted == nil {
		f.wanted = platform.Values{}
	}
	f.wanted[name] = value
}

// mayFit says whether a number fits as far as its service's list tells.
func (f filter) mayFit(n platform.Number) bool {
	told := summary(f.kinds, n)
	for name, value := range f.wanted {
		if f.tells(n, name) && told[name] != value {
			return false
		}
	}
	return f.hasDigits(n)
}

// fits says whether a number that has been inspected fits.
func (f filter) fits(n platform.Number) bool {
	told := summary(f.kinds, n)
	for name, value := range f.wanted {
		if told[name] != value {
			return false
		}
	}
	return f.hasDigits(n)
}

// needsInspection says whether a list leaves open if the number fits.
func (f filter) needsInspection(n platform.Number) bool {
	for name := range f.wanted {
		if !f.tells(n, name) {
			return true
		}
	}
	return false
}

func (f filter) hasDigits(n platform.Number) bool {
	matched, err := path.Match(f.digits, strings.TrimPrefix(n.PhoneNumber, "+"))
	return f.digits == "" || err == nil && matched
}

// tells says whether a service's list tells this of its number. A platform's
// tells nothing of what the carrier has.
func (f filter) tells(n platform.Number, name string) bool {
	switch name {
	case "country", "platform":
		return true
	case "agent_id":
		kind, _ := f.kinds.Kind(n.Platform)
		_, told := n.Block[kind.Agent]
		return told || kind.Agent == ""
	case "friendly_name", "account_sid":
		carrier, _ := f.kinds.Kind(n.Carrier)
		return n.Settings != nil || carrier.Settings == nil
	}
	return false
}

// inspect is what all services tell of a listed number. It is not ok if the
// number has gone away in between.
func inspect(
	ctx context.Context, manager *lifecycle.Manager, listed platform.Number,
) (n platform.Number, ok bool, err error) {
	n, err = manager.Inspect(ctx, listed)
	var gone *lifecycle.GoneError
	switch {
	case errors.As(err, &gone):
		return n, false, nil
	case err != nil:
		service := manager.Kinds.Title(manager.Kinds.ServiceOf(listed))
		return n, false, fmt.Errorf("read %s of %s: %w", listed.PhoneNumber, service, err)
	}
	return n, true, nil
}

// warnOfUnasked says which services are left out for want of an argument.
func warnOfUnasked(manager *lifecycle.Manager, service string, diags *diag.Diagnostics) {
	for _, why := range manager.Unasked(service) {
		diags.AddWarning("A service was not asked for its numbers", sentence(why.Error())+
			" The others were asked. Name a service to ask that one alone.")
	}
}

var (
	// separators are what people put between the digits of a number.
	separators = strings.NewReplacer(" ", "", "-", "", ".", "", "/", "", "(", "", ")", "")
	wildcards  = regexp.MustCompile(`^\+?[0-9*]*\*[0-9*]*$`)
	bareDigits = regexp.MustCompile(`^[1-9][0-9]+$`)
)

// digitsOf reads a pattern for numbers: a number in any spelling, or digits in
// which * stands for any others, both also without the +.
func digitsOf(pattern string) (string, error) {
	bare := separators.Replace(pattern)
	if wildcards.MatchString(bare) {
		return strings.TrimPrefix(bare, "+"), nil
	}
	if bareDigits.MatchString(bare) {
		pattern = "+" + bare
	}
	number, err := e164.Accept(pattern)
	return strings.TrimPrefix(number, "+"), err
}

// patternValidator asks for what digitsOf reads.
type patternValidator struct{}

func (patternValidator) Description(context.Context) string {
	return "must be a phone number with its country code, in which * may stand for any digits"
}

func (v patternValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (patternValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := digitsOf(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid pattern of phone numbers", fmt.Sprintf(
			"%q is refused: %v. * stands for any digits, as in +1415*.", req.ConfigValue.ValueString(), err))
	}
}

// countryValidator asks for a country that has phone numbers.
type countryValidator struct{}

func (countryValidator) Description(context.Context) string {
	return "must be the ISO 3166-1 alpha-2 code of a country, such as US"
}

func (v countryValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (countryValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	code := req.ConfigValue.ValueString()
	if region, err := e164.Region(code); err != nil || region != code {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid country", fmt.Sprintf(
			"%q is refused: give the two capital letters of ISO 3166-1, such as US, DE or GB (not UK).", code))
	}
}
