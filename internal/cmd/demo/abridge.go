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
	// whole is a resource that a plan adds or removes whole; what it has is in between.
	whole = regexp.MustCompile(`(?ms)^  [-+] resource .*?^    }\n`)
	// unset is a line about what is not known yet, or never shown.
	unset = regexp.MustCompile(`\((known after apply|write-only attribute)\)`)
)

// telling are the attributes that abridged keeps: what makes the number what it is, and what is at stake.
var telling = regexp.MustCompile(
	`^      [-+] (phone_number|platform|carrier|acquisition|status|destroy_action|destroy_irreversible) +=`)

// abridged is the output of a command without what the introduction says is left out.
func abridged(output string) string {
	output = preamble.ReplaceAllString(refreshing.ReplaceAllString(output, ""), "")
	return strings.Trim(whole.ReplaceAllStringFunc(output, abridgedResource), "\n")
}

// abridgedResource keeps the telling attributes, and of a resource that is added the blocks with what is known of them.
func abridgedResource(resource string) string {
	lines := strings.SplitAfter(resource, "\n")
	first, last := lines[0], strings.Join(lines[len(lines)-2:], "")
	added := strings.HasPrefix(first, "  +")
	var kept strings.Builder
	kept.WriteString(first)
	inBlock := false
	for _, line := range lines[1 : len(lines)-2] {
		opens := strings.HasSuffix(line, "{\n") || strings.HasSuffix(line, "{}\n")
		inBlock = inBlock || opens
		if !unset.MatchString(line) && (telling.MatchString(line) || added && inBlock) {
			kept.WriteString(line)
		}
		if strings.TrimSpace(line) == "}" {
			inBlock = false
		}
	}
	return kept.String() + "        ...\n" + last
}
