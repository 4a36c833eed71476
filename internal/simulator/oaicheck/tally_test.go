package oaicheck

import (
	"slices"
	"strings"
	"testing"
)

func TestRelaxationsSayWhyAndWhence(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range relaxations {
		if r.name == "" || r.reason == "" || r.source == "" || seen[r.name] {
			t.Errorf("the relaxation %q has no name of its own, no reason or no source", r.name)
		}
		seen[r.name] = true
	}
}

func TestRelaxationThatIsNeverNeededIsFound(t *testing.T) {
	tally := newTally()
	for _, r := range relaxations[1:] {
		tally.relaxed(r.name)
	}
	tally.request("vapi.json")
	tally.answer("vapi.json")
	dir := t.TempDir()
	if err := tally.write(dir); err != nil {
		t.Fatal(err)
	}
	sum, err := ReadTally(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := sum.Unneeded(); !slices.Equal(got, []string{relaxations[0].name}) {
		t.Errorf("unneeded are %v", got)
	}
	var text strings.Builder
	if err := sum.Print(&text); err != nil || !strings.Contains(text.String(), "vapi.json                 1         1") {
		t.Errorf("printed %s: %v", text.String(), err)
	}
	if _, err := ReadTally(t.TempDir()); err == nil {
		t.Error("a run that counted nothing passed")
	}
}
