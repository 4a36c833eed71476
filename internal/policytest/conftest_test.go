// Package policytest tests what a reviewer goes by: the policies in examples/policy, with the real conftest, and the
// guides, with the real Terraform or OpenTofu.
package policytest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
)

const (
	opaDir      = "../../examples/policy/opa"
	sentinelDir = "../../examples/policy/sentinel"
)

// buildConftest builds the pinned conftest, or finds it built, and names it.
var buildConftest = sync.OnceValues(func() (string, error) {
	path, err := exec.Command("go", "tool", "-modfile=../tools/conftest/go.mod", "-n", "conftest").Output() //nolint:noctx // once for all tests
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return strings.TrimSpace(string(path)), err
})

// conftest runs it and returns what it prints, and its exit code.
func conftest(t *testing.T, args ...string) (string, int) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests need TF_ACC=1: use make testacc")
	}
	exe, err := buildConftest()
	if err != nil {
		t.Fatalf("building conftest: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil && len(exit.Stderr) > 0 {
		t.Fatalf("conftest %v: %s", args, exit.Stderr)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// data is a document for the policies, the value of its "telephony".
type data map[string]any

// approving is a document that approves of releases.
func approving(numbers ...string) data { return data{"allowed_releases": numbers} }

// verdict is what the rules say of a plan: their messages by their names.
type verdict map[string][]string

// judge has conftest judge a plan, with the document if there is one.
func judge(t *testing.T, plan []byte, document data) verdict {
	t.Helper()
	dir := t.TempDir()
	args := []string{"test", "--strict", "--output=json", "--policy=" + opaDir}
	if document != nil {
		text, err := json.Marshal(map[string]any{"telephony": document})
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, "--data="+write(t, dir, "data.json", text))
	}
	return run(t, append(args, write(t, dir, "plan.json", plan))...)
}

// run runs a test of conftest and checks that the exit code says the same as
// its messages.
func run(t *testing.T, args ...string) verdict {
	t.Helper()
	out, code := conftest(t, args...)
	type message struct {
		Msg      string
		Metadata struct{ Query string }
	}
	var results []struct {
		Successes          int
		Warnings, Failures []message
	}
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 {
		t.Fatalf("conftest %v: %v\n%s", args, err, out)
	}
	said := verdict{}
	for _, m := range append(results[0].Warnings, results[0].Failures...) {
		rule := strings.TrimPrefix(m.Metadata.Query, "data.main.")
		said[rule] = append(said[rule], m.Msg)
	}
	if (code != 0) != (len(results[0].Failures) > 0) {
		t.Errorf("exit code %d with %v", code, said)
	}
	return said
}

// expect checks which rules speak, each with one message; the message of each
// must have the text.
func (v verdict) expect(t *testing.T, want map[string]string) {
	t.Helper()
	got, wanted := slices.Sorted(maps.Keys(v)), slices.Sorted(maps.Keys(want))
	if !slices.Equal(got, wanted) {
		t.Errorf("these rules speak: %v, want %v", v, wanted)
		return
	}
	for rule, text := range want {
		if len(v[rule]) != 1 || !strings.Contains(v[rule][0], text) {
			t.Errorf("%s says %q, want one message with %q", rule, v[rule], text)
		}
	}
}

// silent is the verdict on a plan that nothing is to be said about.
func (v verdict) silent(t *testing.T) {
	t.Helper()
	v.expect(t, nil)
}

// write writes a file into dir and returns its name.
func write(t *testing.T, dir, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read reads a file of the repository.
func read(t *testing.T, elements ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// planned has the CLI plan, which has to succeed, and returns the plan as
// `terraform show -json` prints it.
func planned(t *testing.T, cli *acctest.CLI, args ...string) []byte {
	t.Helper()
	cli.Must(0, append([]string{"plan", "-no-color", "-input=false", "-out=plan.out"}, args...)...)
	return []byte(cli.Must(0, "show", "-json", "plan.out").Stdout)
}
