package acctest

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const root = "../.."

// blockOf is the block of code on a page that begins so.
func blockOf(t *testing.T, page, begins string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile("(?ms)^```[a-z]+\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		if strings.HasPrefix(match[1], begins) {
			return match[1]
		}
	}
	t.Fatalf("%s has no code that begins with %q", page, begins)
	return ""
}

// shell is a shell that runs commands as a user would, in a folder: without what
// make and the tests of this repository have set.
func shell(ctx context.Context, dir, commands string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-eu", "-c", commands)
	cmd.Dir = dir
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "MAKE") && !strings.HasPrefix(variable, "MFLAGS=") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color", "ADDR=127.0.0.1:0")
	return cmd
}

// simulate runs the command of the README that starts the simulator, and returns
// what it says is to be pasted into another shell.
func simulate(t *testing.T) (script string) {
	t.Helper()
	cmd := shell(context.WithoutCancel(t.Context()), root, blockOf(t, "README.md", "make simulate\n"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that what make starts ends with it
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		_ = cmd.Wait() // it was interrupted, and says so
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		script += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "# Ctrl-C") {
			return script
		}
	}
	t.Fatalf("make simulate ended: %s\n%s", script, stderr.String())
	return ""
}

// copyExamples copies the examples to a folder of the test's own, in which state
// may be left, and returns the folder that they are in.
func copyExamples(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(examplesDir)); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "examples", "*", "*.tfstate*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range left { // of somebody who has tried them
		if err := os.Remove(state); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The first steps of the README, as they are printed there.
func TestAccReadmeLeadsFromACloneToAPlanAndAnOnboarding(t *testing.T) {
	newCLI(t) // or the test is skipped
	script := simulate(t)
	commands := blockOf(t, "README.md", "cd examples/starter\n")
	dir := copyExamples(t)
	// Its first configuration, too, which names what the starter's account has, with
	// the calls that the guide on troubles shows.
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(blockOf(t, "README.md", "terraform {\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	logged := blockOf(t, "templates/guides/troubleshooting.md.tmpl", "TF_LOG_PROVIDER")
	out, err := shell(t.Context(), dir, script+logged+commands).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), simulator.DefaultAuthToken) {
		t.Error("the log has a credential")
	}
	for _, want := range []string{
		"/IncomingPhoneNumbers.json",
		"Plan: 1 to add, 0 to change, 0 to destroy.",
		"Plan: 8 to add, 0 to change, 0 to destroy.",
		"Apply complete! Resources: 8 added, 0 changed, 0 destroyed.",
		"Plan: 8 to import, 0 to add, 0 to change, 0 to destroy.",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing says %q:\n%s", want, out)
		}
	}
}
