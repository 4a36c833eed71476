//go:build unix

// Command bench measures the provider under the real Terraform or OpenTofu, beside four baselines: as many
// terraform_data, a provider with this very schema whose methods do nothing, one that works as its peers do, and this
// provider without what makes it fast. `make bench` starts it from the repository's root.
//
// The services are the simulator, in a process of its own. The provider runs below a meter, a process that starts it
// as Terraform asked and notes what it has used in the end. Meter and baselines are this very program: its environment
// tells it what to be.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := play(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// play plays the part that the environment gives to this process.
func play(ctx context.Context) error {
	if program := os.Getenv(meteredEnv); program != "" {
		return meter(context.WithoutCancel(ctx), program, os.Getenv(readingsEnv))
	}
	if baseline := os.Getenv(baselineEnv); baseline != "" {
		return serveBaseline(ctx, baseline)
	}
	return bench(ctx, os.Args[1:])
}

// options are what the command line asks for.
type options struct {
	sizes     []int
	latencies []time.Duration
	repeat    int
	output    string
	command   string // as it was typed
}

func parse(args []string) (options, error) {
	o := options{command: "go run ./internal/cmd/bench " + strings.Join(args, " ")}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sizes := flags.String("n", "1,300,1000,5000", "how many numbers; of more than 1,000 none is bought")
	latencies := flags.String("latency", "0s,100ms", "how long the services take to answer")
	quick := flags.Bool("quick", false, "1 and 100 numbers, and nothing is written: does it work, and is it fast at all")
	flags.IntVar(&o.repeat, "repeat", 5, "how often a plan is made; the least counts; fewer of many numbers")
	flags.StringVar(&o.output, "o", "internal/BENCHMARKS.md", "file to write the report to; empty: none")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		*sizes, o.output = "1,100", ""
	}
	for text := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return o, err
		}
		o.sizes = append(o.sizes, n)
	}
	for text := range strings.SplitSeq(*latencies, ",") {
		latency, err := time.ParseDuration(text)
		if err != nil {
			return o, err
		}
		o.latencies = append(o.latencies, latency)
	}
	return o, nil
}

// repeats is how often a plan of n numbers is made.
func (o options) repeats(n int) int {
	if n > 1000 {
		return 1
	}
	return o.repeat
}

func bench(ctx context.Context, args []string) (err error) {
	asked, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "telephony-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	programs, err := build(ctx, dir)
	if err != nil {
		return err
	}
	r := report{options: asked, cli: programs.version(ctx)}
	if r.start, err = programs.measureStart(ctx); err != nil {
		return err
	}
	for _, n := range asked.sizes {
		for _, latency := range asked.latencies {
			for _, l := range lives {
				if l.bought && n > many {
					continue
				}
				results, err := l.measure(ctx, programs, n, latency, asked.repeats(n))
				if err != nil {
					return fmt.Errorf("%d numbers at %v: %w", n, latency, err)
				}
				r.results = append(r.results, results...)
			}
		}
	}
	text := r.markdown()
	fmt.Print("\n" + text)
	if asked.output == "" {
		return nil
	}
	return os.WriteFile(asked.output, []byte(text), 0o644)
}
