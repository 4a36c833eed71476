package repository

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNamedTestsExist looks for the tests that the contributors' notes name as
// what guards a promise.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, file := range find(t, "internal", func(path string) bool { return strings.HasSuffix(path, "_test.go") }) {
		source.WriteString(read(t, filepath.ToSlash(file)))
	}
	notes := read(t, "internal/DESIGN.md") + read(t, ".github/CONTRIBUTING.md")
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllStringSubmatch(notes, -1)
	if len(named) < 20 {
		t.Fatalf("only %d tests are named", len(named))
	}
	for _, name := range named {
		if !strings.Contains(source.String(), "func "+name[1]+"(") {
			t.Errorf("%s is named, but there is no such test", name[1])
		}
	}
}
