// Package cases says how many of the cases that they generate the tests try.
package cases

import (
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"testing"
)

// Env says how many of the cases that they generate the tests try: a sample
// where it is not set, as for a contributor; what each change must pass with
// "full", as in the workflow of a pull request; and with a number, one of so many of all that there are,
// as in make soak.
const Env = "TELEPHONY_CASES"

// OneOf is of how many cases a test tries one: of sample in a sample, of full in
// what each change must pass.
func OneOf(t *testing.T, sample, full int) int {
	t.Helper()
	n, err := oneOf(os.Getenv(Env), sample, full)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func oneOf(asked string, sample, full int) (int, error) {
	switch asked {
	case "":
		return sample, nil
	case "full":
		return full, nil
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is to be full, 1 for all cases, or n for one of n, and nothing for a sample: %q", Env, asked)
	}
	return n, nil
}

// Tries says whether a case is among those that a test tries, if it tries one of
// so many: always the same ones, whatever the order in which they come.
func Tries(name string, oneOf int) bool {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))        // never fails
	return hash.Sum32()%uint32(oneOf) == 0 //nolint:gosec // it is at least 1
}

// Soak says that all cases there are have been asked for, or one of so many.
func Soak() bool { return os.Getenv(Env) != "" && os.Getenv(Env) != "full" }
