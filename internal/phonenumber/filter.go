package phonenumber

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// filter chooses among the numbers that services list.
type filter struct {
	kinds kinds.Table
	// digits is a pattern for the number without its +.
	digits string
	// wanted are values that the summary must have.
	wanted platform.Values
}

// newFilter takes from a configuration the values of that name that are not empty.
func newFilter(config *model, names ...string) filter {
	f := filter{kinds: config.kinds, wanted: platform.Values{}}
	for _, name := range names {
		if value := config.text(name); value != "" {
			f.wanted[name] = value
		}
	}
	return f
}

// fits says whether a number fits, as far as its service's list tells unless it has
// been inspected.
func (f filter) fits(n platform.Number, inspected bool) bool {
	told := summary(f.kinds, n)
	for name, value := range f.wanted {
		if (inspected || f.tells(n, name)) && told[name] != value {
			return false
		}
	}
	return matches(f.digits, strings.TrimPrefix(n.PhoneNumber, "+"))
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

// matches says whether a text fits a pattern, in which * stands for any characters;
// empty: any text does.
func matches(pattern, text string) bool {
	quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
	return pattern == "" || regexp.MustCompile(`(?s)^`+quoted+`$`).MatchString(text)
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
	_, gone := errors.AsType[*lifecycle.GoneError](err)
	switch {
	case gone:
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

var patternValidator = textValidator{
	asks: "must be a phone number with its country code, in which * may stand for any digits",
	refuse: func(text string) *platform.Refusal {
		if _, err := digitsOf(text); err != nil {
			return &platform.Refusal{Summary: "Invalid pattern of phone numbers", Detail: fmt.Sprintf(
				"%q is refused: %v. * stands for any digits, as in +1415*.", text, err)}
		}
		return nil
	},
}

var countryValidator = textValidator{
	asks: "must be the ISO 3166-1 alpha-2 code of a country, such as US",
	refuse: func(text string) *platform.Refusal {
		if region, err := e164.Region(text); err != nil || region != text {
			return &platform.Refusal{Summary: "Invalid country", Detail: fmt.Sprintf(
				"%q is refused: give the two capital letters of ISO 3166-1, such as US, DE or GB (not UK).", text)}
		}
		return nil
	},
}
