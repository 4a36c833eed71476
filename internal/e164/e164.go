// Package e164 reads phone numbers as people write them.
package e164

import (
	"errors"
	"regexp"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

var (
	// spelling is a number from its first digit, plus or bracket to its end, and nothing else. phonenumbers alone would
	// cut off what is around a number and drop what is between its digits, and so make another number of a mistyped one.
	spelling = regexp.MustCompile(`^[+＋(（\[［\p{Nd}][+＋\p{Nd}A-Za-z` + phonenumbers.VALID_PUNCTUATION + `]*$`)

	international = regexp.MustCompile(`^[(（\[［]*[+＋]`)

	// form is E.164's. No carrier has numbers of less than 7 digits.
	form = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

	letters = regexp.MustCompile(`[A-Za-z]`)
	// vanity has letters that stand for keys. In "415 xxx 0100" they stand for digits that are not told.
	vanity = regexp.MustCompile(`[A-WYZa-wyz]`)
)

// mostDigits are what E.164 allows, the country code included.
const mostDigits = 15

// Normalize returns the E.164 form of a number with a country code, however it
// is spelt: "+1 (415) 555-0100" is "+14155550100".
func Normalize(number string) (string, error) {
	return Parse(number, "")
}

// Accept is Normalize, but takes a number that is written in E.164 form as it is,
// even if no number of its country can be: numbering plans change, and a carrier
// has numbers of old ones. Whether anybody has it is another question.
func Accept(number string) (string, error) {
	normal, err := Normalize(number)
	if err != nil && form.MatchString(number) {
		return number, nil
	}
	return normal, err
}

// Parse returns the E.164 form of a number that is spelt as in its region, or
// with its country code, for which the region does not matter. Without a
// region a number needs its country code. Parse asks whether the number is
// possible, not whether it is assigned: numbering plans grow faster than any
// table of them.
func Parse(number, region string) (string, error) {
	number = strings.TrimFunc(number, insignificant)
	number = strings.TrimPrefix(number, "tel:") // as in RFC 3966
	if region == "" && !international.MatchString(number) {
		return "", errors.New("a phone number must begin with + and its country code, as in +14155550100")
	}
	parsed, err := phonenumbers.Parse(number, region)
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return "", errors.New("its country code does not exist")
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return "", errors.New("it is too long to be a phone number")
	case err != nil:
		return "", errors.New("this is not a phone number")
	case parsed.GetExtension() != "":
		return "", errors.New("a phone number with an extension has no E.164 form")
	case !spelling.MatchString(number):
		return "", errors.New("it has characters that are not part of a phone number")
	case letters.MatchString(number) && !(phonenumbers.IsAlphaNumber(number) && vanity.MatchString(number)):
		return "", errors.New("it has letters that are not part of a phone number")
	}
	if err := possible(parsed); err != nil {
		return "", err
	}
	normal := phonenumbers.Format(parsed, phonenumbers.E164)
	if len(normal) > len("+")+mostDigits { // some countries have such numbers for calls from within
		return "", errors.New("a number of more than 15 digits has no E.164 form")
	}
	// A few impossible numbers pass for possible, and begin with digits that are cut off when they are read again.
	if again, err := phonenumbers.Parse(normal, ""); err != nil || phonenumbers.Format(again, phonenumbers.E164) != normal {
		return "", errors.New("this is not a phone number")
	}
	return normal, nil
}

// insignificant are spaces, and the marks of writing direction that come along
// when a number is copied from an address book.
func insignificant(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}

func possible(number *phonenumbers.PhoneNumber) error {
	switch phonenumbers.IsPossibleNumberWithReason(number) {
	case phonenumbers.INVALID_COUNTRY_CODE:
		return errors.New("its country code does not exist")
	case phonenumbers.TOO_SHORT:
		return errors.New("it is too short for its country; short codes and emergency numbers have no E.164 form")
	case phonenumbers.TOO_LONG:
		return errors.New("it is too long for its country")
	case phonenumbers.INVALID_LENGTH:
		return errors.New("no number of its country is that long")
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return errors.New("it lacks its area code, or is a short code, which has no E.164 form")
	case phonenumbers.IS_POSSIBLE:
	}
	return nil
}

// Region returns a region's code as ISO 3166-1 spells it, in capitals, and
// refuses what is not the code of a region with phone numbers. None stays none.
func Region(code string) (string, error) {
	region := strings.ToUpper(code)
	if region != "" && !phonenumbers.GetSupportedRegions()[region] {
		return "", errors.New("no region of that code has phone numbers: give the two letters of ISO 3166-1, " +
			"such as US, DE or GB (not UK)")
	}
	return region, nil
}

// Same says whether two spellings are of one number. What cannot be read is
// only the same as itself.
func Same(a, b string) bool {
	if a == b {
		return true
	}
	first, err := Normalize(a)
	if err != nil {
		return false
	}
	second, err := Normalize(b)
	return err == nil && first == second
}

// Country is the country of a number in E.164 form, as ISO 3166-1 alpha-2 has it.
// It is empty where the number does not tell: an international toll-free one, or
// one whose area code is newer than the tables.
func Country(number string) string {
	parsed, err := phonenumbers.Parse(number, "")
	if err != nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForNumber(parsed); phonenumbers.GetSupportedRegions()[region] {
		return region
	}
	return ""
}

// Type is the type of a number in E.164 form, as those of a purchase are called:
// local, toll_free or mobile. It is empty where the number does not tell.
func Type(number string) string {
	parsed, err := phonenumbers.Parse(number, "")
	if err != nil {
		return ""
	}
	switch kind := phonenumbers.GetNumberType(parsed); {
	case kind == phonenumbers.FIXED_LINE,
		kind == phonenumbers.FIXED_LINE_OR_MOBILE && parsed.GetCountryCode() == northAmerica: // carriers sell these as local
		return "local"
	case kind == phonenumbers.TOLL_FREE:
		return "toll_free"
	case kind == phonenumbers.MOBILE:
		return "mobile"
	}
	return ""
}

// northAmerica is the country code that its countries share.
const northAmerica = 1
