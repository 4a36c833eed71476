package main

import (
	"slices"
	"strings"
	"testing"
)

func TestOwnEnvironmentKeepsNoCredentials(t *testing.T) {
	t.Setenv("TWILIO_API_KEY", "SK-real")
	t.Setenv("TELEPHONY_PREVENT_RELEASE", "false")
	t.Setenv("TF_CLI_ARGS_destroy", "-auto-approve")
	t.Setenv("RESEMBLE_API_KEY", "real")
	t.Setenv("LANG", "C")

	env := ownEnvironment()
	for _, variable := range env {
		for _, prefix := range []string{"TWILIO_", "TELEPHONY_", "TF_", "RESEMBLE_"} {
			if strings.HasPrefix(variable, prefix) {
				t.Errorf("%s is passed on", variable)
			}
		}
	}
	if !slices.Contains(env, "LANG=C") {
		t.Error("LANG is not passed on")
	}
}

func TestWithoutOverrideWarning(t *testing.T) {
	output := `
Warning: Provider development overrides are in effect

The following provider development overrides are set in the CLI
configuration:
 - telephony-iac/telephony in bin

The behavior may therefore not match any released version of the provider and
applying changes may cause the state to become incompatible with published
releases.

No changes. Your infrastructure matches the configuration.

Warning: Another one

It stays.
`
	want := "No changes. Your infrastructure matches the configuration.\n\nWarning: Another one\n\nIt stays."
	if got := withoutOverrideWarning(output); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestList(t *testing.T) {
	for _, test := range []struct {
		before, after values
		want          string
	}{
		{nil, values{"b": false, "a": "x"}, `a = "x", b = false`},
		{values{"a": "x"}, nil, `a = "x"`},
		{values{"a": "x"}, values{"a": "y"}, `a = "x" -> "y"`},
	} {
		if got := list(test.before, test.after); got != test.want {
			t.Errorf("list(%v, %v) = %s, want %s", test.before, test.after, got, test.want)
		}
	}
}
