package acctest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of the guide on tests, as they are printed there, on the tests that
// it shows.
func TestAccGuideOnTestsTestsTheStarter(t *testing.T) {
	const guide = "templates/guides/testing-a-configuration.md.tmpl"
	sim := startExample(t, starterDir+"/seed.json")
	cli := sim.CLI(t)
	if err := os.CopyFS(cli.Dir(), os.DirFS(filepath.Join(examplesDir, starterDir))); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(cli.Dir(), "*.tfstate*")) // of somebody who has tried it
	for _, state := range left {
		if err := os.Remove(state); err != nil {
			t.Fatal(err)
		}
	}
	versions := strings.Replace(readFile(t, starterDir+"/versions.tf"), `"telephony-iac/`, `"registry.terraform.io/telephony-iac/`, 1)
	if err := os.WriteFile(filepath.Join(cli.Dir(), "versions.tf"), []byte(versions), 0o600); err != nil { // where the test serves it
		t.Fatal(err)
	}
	commands := blockOf(t, guide, "cd examples/starter\n") + blockOf(t, guide, "terraform test -test-directory")
	for line := range strings.Lines(commands) {
		arguments, isTest := strings.CutPrefix(strings.TrimSpace(line), "terraform ")
		if !isTest {
			continue
		}
		sim.ResetRequests()
		said := cli.Must(0, append(strings.Fields(arguments), "-no-color")...).Stdout
		if !strings.Contains(said, "Success!") || strings.Contains(said, "Success! 0 passed") {
			t.Errorf("%s:\n%s", line, said)
		}
		if calls := len(sim.Requests()); (calls == 0) != (arguments == "test") {
			t.Errorf("%s: %d calls", line, calls)
		}
	}
	if owned := len(sim.Twilio().Numbers()); owned != 7 {
		t.Errorf("%d numbers are left at Twilio, want 7", owned)
	}
}
