package lifecycle

import (
	"maps"
	"strings"
	"unicode"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// readable is got with the texts of services as a terminal can bear them:
// Terraform prints an attribute of several lines as it is, and whoever may name a
// number at its carrier could rewrite with escape sequences what a plan shows.
// What have holds already is the user's own, and stays.
func readable(got, have platform.Number) platform.Number {
	got.Settings = readableTexts(got.Settings, have.Settings)
	got.Block = readableTexts(got.Block, have.Block)
	got.Reports = readableTexts(got.Reports, have.Reports)
	return got
}

func readableTexts(got, have platform.Values) platform.Values {
	var clean platform.Values
	for name, value := range got {
		text, ok := value.(string)
		if !ok || text == have.String(name) || !strings.ContainsFunc(text, isUnreadable) {
			continue
		}
		if clean == nil {
			clean = maps.Clone(got) // a list may hold the same map
		}
		clean[name] = readableText(text)
	}
	if clean == nil {
		return got
	}
	return clean
}

func readableText(text string) string {
	return strings.Map(func(r rune) rune {
		if isUnreadable(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// isUnreadable says that a terminal takes the character for a command. Ends of
// lines and tabs are part of prompts.
func isUnreadable(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}
