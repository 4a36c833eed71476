package process

import (
	"math"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"testing"
)

// The limit must not make a run of 5,000 numbers collect its garbage again and
// again, nor let it take more than is promised.
func TestMemoryLimitStandsClearOfWhat5000NumbersNeed(t *testing.T) {
	t.Parallel()
	benchmarks, err := os.ReadFile("../BENCHMARKS.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`memory of the provider at 5,000: [^|]*\| at most (\d+) MB \| (\d+) MB`).FindAllSubmatch(benchmarks, -1)
	if len(rows) == 0 {
		t.Fatal("the benchmarks have no memory of 5,000 numbers")
	}
	for _, row := range rows {
		promised, _ := strconv.ParseInt(string(row[1]), 10, 64)
		taken, _ := strconv.ParseInt(string(row[2]), 10, 64)
		if limit := int64(memoryLimit) / 1e6; limit < taken*5/4 || limit > promised {
			t.Errorf("the limit is %d MB, where %d MB are taken and at most %d MB are promised", limit, taken, promised)
		}
	}
}

func TestLogIsWantedAsSoonAsOneOfItsVariablesIsSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environment []string
		wanted      bool
	}{
		{[]string{"HOME=/", "TF_INPUT=false"}, false},
		{[]string{"TF_LOG="}, false},
		{[]string{"TF_LOG=WARN"}, true},
		{[]string{"TF_LOG_PROVIDER=DEBUG"}, true},
		{[]string{"TF_LOG_SDK_PROTO=TRACE"}, true},
		{[]string{"TF_ACC_LOG=DEBUG"}, true},
	} {
		if got := isLogWanted(c.environment); got != c.wanted {
			t.Errorf("%v: %t, want %t", c.environment, got, c.wanted)
		}
	}
}

func TestTuneLeavesToTheUserWhatTheUserHasSet(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	for _, name := range []string{"GOGC", "GOMEMLIMIT", "TF_LOG", "TF_LOG_SDK"} {
		t.Setenv(name, "")
	}
	t.Setenv("GOGC", "100")
	t.Setenv("GOMEMLIMIT", "1GiB")
	t.Setenv("TF_LOG_PROVIDER", "DEBUG")
	Tune()
	if debug.SetGCPercent(100) != 100 || debug.SetMemoryLimit(-1) != math.MaxInt64 || os.Getenv("TF_LOG_SDK") != "" {
		t.Error("what is set is overruled")
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	t.Setenv("TF_LOG_PROVIDER", "")
	Tune()
	if debug.SetGCPercent(100) != gcPercent || debug.SetMemoryLimit(-1) != memoryLimit || os.Getenv("TF_LOG_SDK") != "OFF" {
		t.Error("what is not set is not tuned")
	}
}
