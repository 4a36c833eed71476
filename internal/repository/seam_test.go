package repository

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNothingKnowsAPlatformByName looks for the names of platforms in what is to know
// none: the resource, the life of a number, what can be told of it, and the seam.
// Comments may name them.
func TestNothingKnowsAPlatformByName(t *testing.T) {
	t.Parallel()
	platforms := platformNames(t)
	if len(platforms) < 7 {
		t.Fatalf("only %v are platforms", platforms)
	}
	for _, dir := range []string{"internal/phonenumber", "internal/lifecycle", "internal/kinds", "internal/fastpath", "internal/platform"} {
		files := find(t, dir, func(path string) bool {
			below, inSeam := strings.CutPrefix(path, "internal/platform/")
			return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && (!inSeam || !strings.Contains(below, "/"))
		})
		if len(files) == 0 {
			t.Errorf("%s has no code", dir)
		}
		for _, file := range files {
			for _, word := range words(read(t, file)) {
				for _, name := range platforms {
					if strings.Contains(strings.ToLower(word), name) {
						t.Errorf("%s knows %s: %s", file, name, word)
					}
				}
			}
		}
	}
}

// platformNames are those of the packages that have a platform each.
func platformNames(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, "internal/platform"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		// Twilio is the carrier whose attributes the resource has; the others are no service.
		if entry.IsDir() && !slices.Contains([]string{"twilio", "external", "platformtest"}, entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names
}

// words are the names and the literals of a Go file, without its comments.
func words(source string) []string {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(source)), []byte(source), nil, 0)
	var all []string
	for {
		switch _, kind, literal := s.Scan(); kind { //nolint:exhaustive // the others have no names
		case token.EOF:
			return all
		case token.IDENT, token.STRING:
			all = append(all, literal)
		}
	}
}
