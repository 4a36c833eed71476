// Package cases says how many of the cases that they generate the tests try.
package cases

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strconv"
	"testing"
)

// Env says how many of the cases that they generate the tests try: a few where it
// is not set; with "sample" a sample, as in .ci/run; with "full" what the workflow of
// a pull request tries; and with a number, one of so many of all that there are, as in
// make soak. A test that is named with -run takes a sample where it is not set.
const Env = "TELEPHONY_CASES"

const (
	few    = 8  // times fewer generated cases than a sample has
	fewCLI = 32 // of so many tests that can do without the CLI, one takes it
)

// OneOf is of how many cases a test tries one: of sample in a sample, of eight
// times as many in a few, of full in what each change must pass.
func OneOf(t *testing.T, sample, full int) int {
	t.Helper()
	n, err := oneOf(asked(), sample, full)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// CLI says whether a test that can do without the CLI takes the real one: a few do,
// and in a sample all.
func CLI(t *testing.T) bool {
	t.Helper()
	return asked() != "" || Tries(t.Name(), fewCLI)
}

// asked is what Env says. A test that is named with -run is asked for.
func asked() string {
	if named := flag.Lookup("test.run"); os.Getenv(Env) == "" && named != nil && named.Value.String() != "" {
		return "sample"
	}
	return os.Getenv(Env)
}

func oneOf(asked string, sample, full int) (int, error) {
	switch asked {
	case "":
		return few * sample, nil
	case "sample":
		return sample, nil
	case "full":
		return full, nil
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is to be sample, full, 1 for all cases, or n for one of n, and nothing for a few: %q", Env, asked)
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
func Soak() bool {
	return !slices.Contains([]string{"", "sample", "full"}, os.Getenv(Env))
}
