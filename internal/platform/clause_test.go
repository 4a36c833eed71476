package platform_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

func TestClauseIsAPartOfASentence(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "",
		"no end":               "no end",
		"An end.":              "An end",
		"One. Two! Three.":     "One; Two; Three",
		"of two lines\n\n  so": "of two lines so",
		"version 2.1 of it":    "version 2.1 of it",
		"He says: \"No.\"":     "He says: \"No.\"",
		"No. \"Why\" he asked": "No; \"Why\" he asked",
	} {
		if got := platform.Clause(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestMemoryOfWhatStopped(t *testing.T) {
	wrong := &platform.FieldError{Field: "voice_url", Err: errors.New("it is refused")}
	var m platform.PrivateState
	m.Stop(platform.Attach, fmt.Errorf("set it up: %w", wrong))
	if m.Unfinished != platform.Attach || m.Blames != "voice_url" {
		t.Errorf("%+v", m)
	}
	m.Stop(platform.Creation, errors.New("no answer"))
	m.Stop(platform.Teardown, errors.New("no answer again"))
	if m.Unfinished != platform.Creation || m.Blames != "" || m.Detail != "no answer again" {
		t.Errorf("a creation that never completed stays one: %+v", m)
	}
	if m.Finish(); m.Unfinished != "" || m.Detail != "" || m.Blames != "" {
		t.Errorf("%+v", m)
	}
}
