package platform

import (
	"regexp"
	"strings"
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// IsE164 says that s has the form of a phone number that can be managed, such as
// +14155550100.
func IsE164(s string) bool { return e164.MatchString(s) }

// TextOrNil is s as a value of Values: an empty text is none.
func TextOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Enumerate lists names as a sentence does: "a, b and c".
func Enumerate(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// Identified is a number as messages name it, with its carrier's identifier.
func Identified(n Number) string {
	switch {
	case n.SID == "":
		return n.PhoneNumber
	case n.PhoneNumber == "":
		return n.SID
	}
	return n.PhoneNumber + " (" + n.SID + ")"
}
