package main

import (
	"regexp"
	"strings"
)

var (
	// preamble is how a plan begins, up to its first resource.
	preamble = regexp.MustCompile(`(?s)\w+ used the selected providers .*?will perform the following actions:\n`)
	// refreshing is the line that says that a resource is read.
	refreshing = regexp.MustCompile(`(?m)^\S+: Refreshing state\.\.\..*\n+`)
	// place is where in the configuration a warning or an error belongs.
	place = regexp.MustCompile(`(?m)^  with \S+,\n  on .*:\n +\d+: .*\n\n`)
	// whole is a resource that a plan adds or removes whole; what it has is in between.
	whole = regexp.MustCompile(`(?ms)^  [-+] resource .*?^    }\n`)
	// unset is a line about what is not known yet, or never shown.
	unset = regexp.MustCompile(`\((known after apply|write-only attribute)\)`)
)

// telling are the attributes that abridged keeps: what makes the number what it is, and what is at stake.
var telling = regexp.MustCompile(
	`^      [-+] (phone_number|platform|carrier|acquisition|status|destroy_action|destroy_irreversible) +=`)

// abridged is the output of a command without what only fills the screen. Warnings and errors keep their whole text.
func abridged(output string) string {
	for _, filler := range []*regexp.Regexp{refreshing, preamble, place} {
		output = filler.ReplaceAllString(output, "")
	}
	return strings.Trim(whole.ReplaceAllStringFunc(output, abridgedResource), "\n")
}

// abridgedResource keeps the telling attributes, and of a resource that is added the blocks with what is known of them.
func abridgedResource(resource string) string {
	const end = "    }\n"
	head, body, _ := strings.Cut(strings.TrimSuffix(resource, end), "\n")
	added, inBlock := strings.HasPrefix(head, "  +"), false
	kept := head + "\n"
	for line := range strings.Lines(body) {
		text := strings.TrimSpace(line)
		inBlock = inBlock || strings.HasSuffix(text, "{") || strings.HasSuffix(text, "{}")
		if !unset.MatchString(line) && (telling.MatchString(line) || added && inBlock) {
			kept += line
		}
		inBlock = inBlock && !strings.HasSuffix(text, "}")
	}
	return kept + "        ...\n" + end
}
