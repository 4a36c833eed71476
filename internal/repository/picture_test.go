package repository

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/telephony-iac/terraform-provider-telephony"

// TestPictureMatchesTheImports holds the picture in DESIGN.md to the imports of
// what is built into the provider.
func TestPictureMatchesTheImports(t *testing.T) {
	t.Parallel()
	drawn := map[string]bool{}
	for _, arrow := range regexp.MustCompile(`(?m)^  (\S+) --> (\S+)$`).FindAllStringSubmatch(read(t, "internal/DESIGN.md"), -1) {
		drawn[arrow[1]+" --> "+arrow[2]] = true
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, ".")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		paths := slices.DeleteFunc(strings.Fields(line), func(path string) bool { return !strings.HasPrefix(path, module) })
		if !strings.HasPrefix(line, module) {
			continue
		}
		for _, path := range paths[1:] {
			imported[node(paths[0])+" --> "+node(path)] = true
		}
	}
	if diff := cmp.Diff(imported, drawn); diff != "" {
		t.Errorf("internal/DESIGN.md draws other arrows (-imports +picture):\n%s", diff)
	}
}

// node is what the picture calls a package.
func node(path string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(path, module), "/internal/")
	switch {
	case name == "":
		return "main"
	case strings.HasPrefix(name, "platform/"):
		return "platform/NAME"
	}
	return name
}
