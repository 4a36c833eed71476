// Package repository tests what no compiler sees: the layout, the links, the workflows, and what a release is made of.
package repository

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// topLevel is all that there may be at the top of the repository, next to files whose names begin with a dot.
var topLevel = []string{
	"CHANGELOG.md", "GNUmakefile", "LICENSE", "README.md", "docs", "examples", "go.mod", "go.sum", "internal", "main.go",
	"templates", "terraform-registry-manifest.json",
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	var found []string
	for file := range strings.Lines(string(out)) {
		entry, _, _ := strings.Cut(strings.TrimSpace(file), "/")
		if !strings.HasPrefix(entry, ".") && !slices.Contains(found, entry) {
			found = append(found, entry)
		}
	}
	slices.Sort(found)
	if !slices.Equal(found, topLevel) {
		t.Errorf("at the top of the repository are %v, want %v", found, topLevel)
	}
}

// Dependabot does not look for modules.
func TestDependabotKnowsEveryModule(t *testing.T) {
	t.Parallel()
	config := read(t, ".github/dependabot.yml")
	for _, file := range find(t, ".", func(path string) bool { return filepath.Base(path) == "go.mod" }) {
		dir := filepath.ToSlash(filepath.Join("/", filepath.Dir(file)))
		if !slices.Contains(strings.Fields(config), dir) {
			t.Errorf("dependabot.yml does not name the module in %s", dir)
		}
	}
}

// read reads a file of the repository.
func read(t *testing.T, path string) string {
	t.Helper()
	return string(load(t, filepath.Join(root, path)))
}

func load(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// find lists the files in a folder of the repository, and in those below it,
// that are wanted. It finds at least one.
func find(t *testing.T, dir string, wanted func(path string) bool) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(root), dir, func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && slices.Contains([]string{".git", "bin", "dist"}, path) {
			return fs.SkipDir
		}
		if err == nil && !entry.IsDir() && wanted(path) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("nothing found in %s", dir)
	}
	return files
}
