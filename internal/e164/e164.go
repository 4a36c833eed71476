// Package e164 reads phone numbers as people write them.
package e164

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Normalize returns the E.164 form of a number with a country code, however it
// is spelt: "+1 (415) 555-0100" is "+14155550100". It asks whether the number
// is possible, not whether it is assigned: numbering plans grow faster than
// any table of them.
func Normalize(number string) (string, error) {
	if !strings.HasPrefix(strings.TrimSpace(number), "+") {
		return "", errors.New("a phone number must begin with + and its country code, as in +14155550100")
	}
	parsed, err := phonenumbers.Parse(number, phonenumbers.UNKNOWN_REGION)
	if err != nil {
		return "", fmt.Errorf("not a phone number: %w", err)
	}
	if parsed.GetExtension() != "" {
		return "", errors.New("a phone number with an extension has no E.164 form")
	}
	if reason := phonenumbers.IsPossibleNumberWithReason(parsed); reason != phonenumbers.IS_POSSIBLE {
		return "", errors.New("not a possible phone number: it is too short or too long, or its country code does not exist")
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), nil
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
