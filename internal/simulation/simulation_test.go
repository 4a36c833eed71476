package simulation

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
