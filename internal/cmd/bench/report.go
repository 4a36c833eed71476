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
- **%s**: one with this very schema that works as other providers do: for each number one read and one write;
- **%s**: this provider without coalesced reads, fast paths and settings of the process.

A ratio below 1 is in this provider's favour. The services are the simulator, which answers after the latency. The
numbers are at Twilio alone, instances of one resource. CPU is user and system time of the CLI and the provider's
processes together; memory is the largest of the latter. Of a plan each figure is the least of several; all else was
run once. Baselines of more than 1,000 numbers only plan, from this provider's state, and as many are never bought.

`

func (r report) markdown() string {
	var text strings.Builder
	fmt.Fprintf(&text, introduction, terraformData, idle, peer, plain)
	fmt.Fprintf(&text, "    %s\n\n%s, %s, %s, %s\n\n", r.command, time.Now().Format(time.DateOnly), machine(), r.cli, runtime.Version())
	text.WriteString("## Ratios\n\n")
	r.writeRatios(&text)
	text.WriteString("\n## What was promised\n\n")
	r.writePromises(&text)
	fmt.Fprintf(&text, "\nFrom its start to its schema a provider takes %s of wall time, %s of CPU and %s of memory; the program has "+
		"%s.\n", milliseconds(r.start.wall), milliseconds(r.start.used.cpu), megabytes(r.start.used.peak), megabytes(r.start.size))
	text.WriteString("\n<details>\n<summary>All figures</summary>\n\n")
	r.writeResults(&text)
	text.WriteString("\n</details>\n")
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
	writeRow(text, "operation", "numbers", "latency", "wall / "+peer, "wall / "+idle, "wall / "+plain,
		"CPU / "+peer, "CPU / "+idle, "CPU / "+plain, "calls / "+peer)
	writeRow(text, "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, one := range r.results {
		of := func(variant string) result { return r.find(variant, one.n, one.latency, one.operation) }
		if one.variant != this || one.n == 1 || of(peer).n == 0 {
			continue
		}
		writeRow(text, one.operation, one.n, one.latency,
			ratio(one.wall, of(peer).wall), ratio(one.wall, of(idle).wall), ratio(one.wall, of(plain).wall),
			ratio(one.cpu(), of(peer).cpu()), ratio(one.cpu(), of(idle).cpu()), ratio(one.cpu(), of(plain).cpu()),
			ratio(one.calls, of(peer).calls))
	}
}

// writePromises holds the figures against what was promised, as far as they were measured.
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
	quotient := func(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }
	ours := r.find(this, 1000, slow, plan)
	promise("calls of a plan of 1,000 at 100 ms", 5, float64(ours.calls), "%.0f")
	promise("its wall time / that without latency", 1.15, quotient(ours.wall, r.find(this, 1000, 0, plan).wall), "%.2f")
	promise("its wall time / "+plain, 0.4, quotient(ours.wall, r.find(plain, 1000, slow, plan).wall), "%.2f")
	promise("its wall time / "+idle, 1, quotient(ours.wall, r.find(idle, 1000, slow, plan).wall), "%.2f")
	promise("its provider CPU per number", 2.5, ours.perNumber(), "%.2f ms")
	promise("calls of a destroy of 1,000 by detach", 3005, float64(r.find(this, 1000, slow, detach).calls), "%.0f")

	bought, released := r.find(this, 300, slow, purchase), r.find(this, 300, slow, release)
	promise("calls of an apply that buys 300 at 100 ms", 615, float64(bought.calls), "%.0f")
	promise("its wall time / "+peer, 1, quotient(bought.wall, r.find(peer, 300, slow, purchase).wall), "%.2f")
	promise("calls of a destroy that releases 300 at 100 ms", 915, float64(released.calls), "%.0f")
	promise("its wall time / "+peer, 1.1, quotient(released.wall, r.find(peer, 300, slow, release).wall), "%.2f")
	for _, l := range lives {
		for _, operation := range l.operations {
			promise("CPU of 300 without latency / "+peer+": "+operation.name, 0.9,
				quotient(r.find(this, 300, 0, operation.name).cpu(), r.find(peer, 300, 0, operation.name).cpu()), "%.2f")
		}
	}
	for _, operation := range lives[0].operations {
		promise("memory of the provider at 5,000: "+operation.name, 400,
			float64(r.find(this, 5000, slow, operation.name).provider.peak)/1e6, "%.0f MB")
	}
}

// cpu is the CPU time of all processes.
func (r result) cpu() time.Duration { return r.provider.cpu + r.cli.cpu }

func (r report) writeResults(text *strings.Builder) {
	writeRow(text, "numbers", "latency", "operation", "what", "calls", "wall", "provider CPU", "per number", "provider memory",
		"CLI CPU", "state per number")
	writeRow(text, "--:", "--:", "---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, one := range r.results {
		row := []any{one.n, one.latency, one.operation, one.variant, one.calls, seconds(one.wall)}
		if one.provider.peak == 0 { // it has none
			row = append(row, "", "", "")
		} else {
			row = append(row, seconds(one.provider.cpu), fmt.Sprintf("%.2f ms", one.perNumber()), megabytes(one.provider.peak))
		}
		writeRow(text, append(row, seconds(one.cli.cpu), fmt.Sprintf("%d bytes", one.state/int64(max(one.n, 1))))...)
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
