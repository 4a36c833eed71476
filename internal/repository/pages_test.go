package repository

import (
	"strings"
	"testing"
)

// longestIntroduction is how many bytes of a page a reader may be asked to pass
// before the arguments.
const longestIntroduction = 25_000

func TestResourcePageIsShortBeforeItsSchema(t *testing.T) {
	t.Parallel()
	introduction, _, found := strings.Cut(read(t, "docs/resources/phone_number.md"), "\n## Schema\n")
	if !found || len(introduction) >= longestIntroduction {
		t.Errorf("the page has %d bytes before its schema (found: %t), want less than %d; guides take the rest",
			len(introduction), found, longestIntroduction)
	}
}
