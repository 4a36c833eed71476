package repository

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	uses   = regexp.MustCompile(`(?m)^\s*(?:- )?uses:\s*(.*)$`)
	pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

	makeCommand = regexp.MustCompile(`\bmake ([^\n;&|]*)`)
	makeTarget  = regexp.MustCompile(`(?m)^([a-z-]+):`)
	targetName  = regexp.MustCompile(`^[a-z-]+$`)
)

func TestWorkflows(t *testing.T) {
	t.Parallel()
	versions := map[string]string{}
	for _, file := range find(t, ".github/workflows", isYAML) {
		workflow := read(t, file)
		for _, match := range uses.FindAllStringSubmatch(workflow, -1) {
			action := match[1]
			if !pinned.MatchString(action) {
				t.Errorf("%s uses %s: pin it by commit, with the version in a comment", file, action)
			}
			name, version, _ := strings.Cut(action, "@")
			if other, ok := versions[name]; ok && other != version {
				t.Errorf("%s uses %s %s, another workflow %s", file, name, version, other)
			}
			versions[name] = version
		}
		for _, line := range []string{"permissions:\n  contents: read\n", "\nconcurrency:\n"} {
			if !strings.Contains(workflow, line) {
				t.Errorf("%s lacks %q", file, line)
			}
		}
		if jobs, limited := strings.Count(workflow, "runs-on:"), strings.Count(workflow, "timeout-minutes:"); jobs != limited {
			t.Errorf("%s: %d of %d jobs have a time-out", file, limited, jobs)
		}
	}
}

func TestMakeTargetsExist(t *testing.T) {
	t.Parallel()
	var targets []string
	for _, match := range makeTarget.FindAllStringSubmatch(read(t, "GNUmakefile"), -1) {
		targets = append(targets, match[1])
	}
	for _, file := range append(find(t, ".github/workflows", isYAML), ".ci/run") {
		for _, match := range makeCommand.FindAllStringSubmatch(read(t, file), -1) {
			for _, word := range strings.Fields(match[1]) {
				if targetName.MatchString(word) && !slices.Contains(targets, word) {
					t.Errorf("%s calls make %s, which does not exist", file, word)
				}
			}
		}
	}
}

func isYAML(path string) bool {
	return slices.Contains([]string{".yml", ".yaml"}, filepath.Ext(path))
}
