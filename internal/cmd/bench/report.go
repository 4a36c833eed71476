//go:build unix

package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// slow is the latency that the promises are about.
const slow = 100 * time.Millisecond

// report is what was measured, as people read it.
type report struct {
	options

	cli     string
	start   start
	results []result
}

const introduction = `# Benchmarks

How this provider compares with

- **%s**: as many instances of a resource that is built into the CLI: what a plan costs at all;
- **%s**: a provider with this very schema whose methods do nothing: what the plugin framework costs;
- **%s**: this provider without coalesced reads, fast paths and settings of the process: what is usual.

A ratio below 1 is in this provider's favour. The services are the simulator, which answers after the latency. The
numbers are at Twilio alone, instances of one resource. CPU is user and system time; memory is the largest of the
provider's processes. Of a plan each figure is the least of several; all else was run once. Baselines of more than
1,000 numbers only plan, from this provider's state.

`

func (r report) markdown() string {
	var text strings.Builder
	fmt.Fprintf(&text, introduction, terraformData, idle, plain)
	fmt.Fprintf(&text, "    %s\n\n%s, %s, %s, %s\n\n", r.command, time.Now().Format(time.DateOnly), machine(), r.cli, runtime.Version())
	text.WriteString("## Ratios of a plan that changes nothing\n\n")
	r.writeRatios(&text)
	if r.find(this, 1000, slow, plan).n > 0 { // they are about this
		text.WriteString("\n## What was promised\n\n")
		r.writePromises(&text)
	}
	fmt.Fprintf(&text, "\n## From start to schema\n\n%s of wall time, %s of CPU, %s of memory; the program has %s.\n",
		milliseconds(r.start.wall), milliseconds(r.start.used.cpu), megabytes(r.start.used.peak), megabytes(r.start.size))
	text.WriteString("\n## All figures\n\n")
	r.writeResults(&text)
	return text.String()
}

// find is the result of a variant; zero: it was not measured.
func (r report) find(variant string, n int, latency time.Duration, operation string) result {
	for _, one := range r.results {
		if one.variant == variant && one.n == n && one.latency == latency && one.operation == operation {
			return one
		}
	}
	return result{}
}

func (r report) writeRatios(text *strings.Builder) {
	writeRow(text, "numbers", "latency", "wall / "+terraformData, "wall / "+idle, "wall / "+plain, "wall / without latency",
		"provider CPU / "+idle, "provider CPU / "+plain, "calls / "+plain)
	writeRow(text, "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, n := range r.sizes {
		for _, latency := range r.latencies {
			of := func(variant string) result { return r.find(variant, n, latency, plan) }
			ours := of(this)
			writeRow(text, n, latency, ratio(ours.wall, of(terraformData).wall), ratio(ours.wall, of(idle).wall),
				ratio(ours.wall, of(plain).wall), ratio(ours.wall, r.find(this, n, 0, plan).wall),
				ratio(ours.provider.cpu, of(idle).provider.cpu), ratio(ours.provider.cpu, of(plain).provider.cpu),
				ratio(ours.calls, of(plain).calls))
		}
	}
}

// writePromises holds the figures against what was promised.
func (r report) writePromises(text *strings.Builder) {
	writeRow(text, "of", "promised", "measured", "")
	writeRow(text, "---", "--:", "--:", "---")
	promise := func(of string, limit, measured float64, format string) {
		verdict := "kept"
		if measured > limit {
			verdict = "**broken**"
		}
		if measured > 0 {
			writeRow(text, of, "at most "+fmt.Sprintf(format, limit), fmt.Sprintf(format, measured), verdict)
		}
	}
	ours := r.find(this, 1000, slow, plan)
	quotient := func(over time.Duration) float64 { return float64(ours.wall) / float64(max(over, 1)) }
	promise("calls of a plan of 1,000 at 100 ms", 5, float64(ours.calls), "%.0f")
	promise("its wall time / that without latency", 1.15, quotient(r.find(this, 1000, 0, plan).wall), "%.2f")
	promise("its wall time / "+plain, 0.4, quotient(r.find(plain, 1000, slow, plan).wall), "%.2f")
	promise("its wall time / "+idle, 1, quotient(r.find(idle, 1000, slow, plan).wall), "%.2f")
	promise("its provider CPU per number", 2.5, ours.perNumber(), "%.2f ms")
	promise("calls of a destroy of 1,000 by detach", 3005, float64(r.find(this, 1000, slow, destroy).calls), "%.0f")
	for _, operation := range operations {
		promise("memory of the provider at 5,000: "+operation.name, 400,
			float64(r.find(this, 5000, slow, operation.name).provider.peak)/1e6, "%.0f MB")
	}
}

func (r report) writeResults(text *strings.Builder) {
	writeRow(text, "numbers", "latency", "operation", "what", "calls", "wall", "provider CPU", "per number", "provider memory",
		"CLI CPU")
	writeRow(text, "--:", "--:", "---", "---", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, one := range r.results {
		row := []any{one.n, one.latency, one.operation, one.variant, one.calls, seconds(one.wall)}
		if one.provider.peak == 0 { // it has none
			row = append(row, "", "", "")
		} else {
			row = append(row, seconds(one.provider.cpu), fmt.Sprintf("%.2f ms", one.perNumber()), megabytes(one.provider.peak))
		}
		writeRow(text, append(row, seconds(one.cli.cpu))...)
	}
}

// perNumber is the provider's CPU time for one number, in milliseconds.
func (r result) perNumber() float64 {
	return r.provider.cpu.Seconds() * 1000 / float64(max(r.n, 1))
}

func writeRow(text *strings.Builder, cells ...any) {
	for _, cell := range cells {
		fmt.Fprintf(text, "| %v ", cell)
	}
	text.WriteString("|\n")
}

func ratio[N int | time.Duration](a, b N) string {
	if a == 0 || b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.0f ms", d.Seconds()*1000) }

func megabytes(bytes int64) string { return fmt.Sprintf("%.0f MB", float64(bytes)/1e6) }

// machine says what this was measured on.
func machine() string {
	model := runtime.GOARCH
	if file, err := os.Open("/proc/cpuinfo"); err == nil {
		defer func() { _ = file.Close() }()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores (%s)", runtime.NumCPU(), model)
}
