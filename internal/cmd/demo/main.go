// Command demo shows the provider at work: the real Terraform or OpenTofu runs against the simulator, act by act, and
// every claim is checked. `make demo` starts it from the repository's root.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulation"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// act is one thing that the demo shows.
type act struct {
	title string
	text  string // what to look for
	in    string // the configuration, a folder in examples/demo
	steps []step
}

// acts is the whole demo: numbers at Twilio alone, then numbers on voice platforms.
var acts = slices.Concat(twilioActs, platformActs)

const introduction = `The provider manages phone numbers and, above all, their end: what a destroy does to a number
stands in its configuration and is shown in the plan before it happens. Everything below is the real %s with the provider
built from this checkout. The services are simulated, so nothing costs money. A line that begins with ✓ was checked, in
the plan, in state or at the service itself. Where a resource ends with ..., attributes that do not matter here are left
out.`

func run(ctx context.Context) (err error) {
	cli := os.Getenv("TELEPHONY_DEMO_CLI")
	if cli == "" {
		return errors.New("TELEPHONY_DEMO_CLI names no Terraform or OpenTofu; start the demo with `make demo`")
	}
	dir, err := os.MkdirTemp("", "telephony-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Println("Building the provider and the simulator ...")
	bin := filepath.Join(dir, "bin")
	if err := build(ctx, bin); err != nil {
		return err
	}
	sim, err := simulation.Start(ctx, filepath.Join(bin, "simulate"), filepath.Join("examples", "demo", "seed.json"))
	if err != nil {
		return err
	}
	defer sim.Stop()
	env, err := sim.Environment(bin)
	if err != nil {
		return err
	}
	terraform := newCLI(cli, env)
	s := &stage{cli: terraform, sim: services{sim}, work: filepath.Join(dir, "work")}
	if err := os.CopyFS(s.work, os.DirFS(filepath.Join("examples", "demo"))); err != nil {
		return err
	}

	fmt.Printf("\n%s\n", wrap(fmt.Sprintf(introduction, terraform.title)))
	for i, a := range acts {
		fmt.Printf("\n\n=== %d. %s\n\n%s\n", i+1, a.title, wrap(a.text))
		if err := s.play(ctx, a); err != nil {
			return fmt.Errorf("act %d, %s: %w", i+1, a.title, err)
		}
	}
	fmt.Print("\n\n=== What is left\n\n")
	return s.showLeft(ctx)
}

// build puts the provider and the simulator into bin.
func build(ctx context.Context, bin string) error {
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", bin, ".", "./internal/cmd/simulate")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the provider and the simulator: %w\n%s", err, output)
	}
	return nil
}

// wrap breaks text into lines of at most 100 characters.
func wrap(text string) string {
	var wrapped strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
		case column+1+len(word) > 100:
			wrapped.WriteByte('\n')
			column = 0
		default:
			wrapped.WriteByte(' ')
			column++
		}
		wrapped.WriteString(word)
		column += len(word)
	}
	return wrapped.String()
}
