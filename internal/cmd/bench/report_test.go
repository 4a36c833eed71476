//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReadingsAddUpAndAreTakenOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "readings")
	if err := os.WriteFile(file, []byte("1000000 300\n2000000 200\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []usage{{3 * time.Millisecond, 300}, {}} {
		if got, err := takeReadings(file); err != nil || got != want {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
}

func TestReportSaysWhatIsKeptAndWhatIsBroken(t *testing.T) {
	t.Parallel()
	one := func(variant string, latency, wall time.Duration, calls int) result {
		return result{
			variant: variant, n: 1000, latency: latency, operation: plan, calls: calls, wall: wall,
			provider: usage{cpu: time.Second, peak: 50e6},
		}
	}
	r := report{
		options: options{sizes: []int{1000}, latencies: []time.Duration{0, slow}},
		results: []result{
			one(this, 0, 4*time.Second, 4), one(this, slow, 5*time.Second, 6),
			one(idle, slow, 10*time.Second, 0), one(plain, slow, 20*time.Second, 1000),
		},
	}
	text := r.markdown()
	for _, want := range []string{
		"| calls of a plan of 1,000 at 100 ms | at most 5 | 6 | **broken** |",
		"| its wall time / that without latency | at most 1.15 | 1.25 | **broken** |",
		"| its wall time / plain | at most 0.40 | 0.25 | kept |",
		"| its wall time / idle | at most 1.00 | 0.50 | kept |",
		"| its provider CPU per number | at most 2.50 ms | 1.00 ms | kept |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}
