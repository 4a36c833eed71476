// Package process sets up the process that Terraform starts.
package process

import (
	"os"
	"runtime/debug"
	"strings"
)

const (
	// gcPercent lets garbage grow to four times what is alive before it is
	// collected: a plan is a short burst of small calls whose values are soon dead.
	gcPercent = 400
	// memoryLimit is where garbage is collected more often again, in bytes. It stands
	// clear of what 5,000 numbers need, and below the 400 MB that a run of them is
	// promised to take at most.
	memoryLimit = 352 << 20
)

// Tune sets the process up for a plan of many numbers. What the user's
// environment says counts instead: GOGC, GOMEMLIMIT, and TF_LOG in all its
// forms.
//
// Without TF_LOG Terraform throws a provider's log away, but the libraries
// format every line of it, down to TRACE, and Terraform parses every one.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	if !isLogWanted(os.Environ()) {
		for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_TELEPHONY"} {
			_ = os.Setenv(name, "OFF") // else it is only slower
		}
	}
}

func isLogWanted(environment []string) bool {
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if value != "" && (strings.HasPrefix(name, "TF_LOG") || strings.HasPrefix(name, "TF_ACC_LOG")) {
			return true
		}
	}
	return false
}
