package acctest

import (
	"regexp"
	"strings"
)

var (
	// begun is a text that begins as a sentence does: with a capital letter, a number
	// or a quotation, or with the name of an argument or a function.
	begun = regexp.MustCompile(`^(\p{Lu}|[+"\d]|\w+[_:(.]\w)`)
	// ended is one that ends as a sentence does.
	ended = regexp.MustCompile(`[.?]["')]?$`)
	// aNumber is what a message calls a number that it could name.
	aNumber = regexp.MustCompile(`\b([Tt]he|[Tt]his|[Ii]ts|[Tt]hat) (phone )?number\b`)
	// itsNumber is one that it has named, if only by its ID at a service.
	itsNumber = regexp.MustCompile(`\+\d{6}|\b(PN[0-9a-f]{32}|phn_\w+|(elevenlabs|resemble|vapi)/\w+)`)
	// nameless are titles of messages about what has no number yet, or none that
	// could be read.
	nameless = regexp.MustCompile(`^(Invalid (import ID|identity)|Unable to (move from|list|create phone number by search)|` +
		`Buys a number|May buy a number|Purchase of a number by search|Missing )`)
	// item is a line of a list.
	item = regexp.MustCompile(`^ *(- |\d+\. |  )`)
	// framework is a title of a message that terraform-plugin-framework and its
	// validators have worded.
	framework = regexp.MustCompile(`^(Invalid Attribute|Invalid Block|Missing Attribute|Invalid Configuration|` +
		`Provider returned|Resource Destroy|WriteOnly)`)
)

// misworded says what is wrong with how a message is put; empty: nothing is.
func misworded(summary, detail string) string {
	switch {
	case framework.MatchString(summary):
		return ""
	case !begun.MatchString(summary) || strings.HasSuffix(summary, "."):
		return "its title is no headline"
	case aNumber.MatchString(summary+" "+detail) && !itsNumber.MatchString(summary+" "+detail) && !nameless.MatchString(summary):
		return "it is about a number, and does not say which"
	}
	paragraphs := strings.Split(detail, "\n\n")
	for i, text := range paragraphs {
		if i < len(paragraphs)-1 && strings.HasSuffix(text, ":") {
			text = strings.TrimSuffix(text, ":") + "."
		}
		if wrong := ill(text); wrong != "" {
			return wrong
		}
	}
	return ""
}

// ill says what keeps a paragraph from being sentences, or a list.
func ill(text string) string {
	lines := strings.Split(text, "\n")
	switch {
	case !item.MatchString(lines[0]) && !begun.MatchString(text):
		return "it begins with a small letter"
	case !item.MatchString(lines[len(lines)-1]) && !ended.MatchString(text):
		return "it has no full stop"
	}
	return ""
}
