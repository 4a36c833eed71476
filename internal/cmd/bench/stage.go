//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulation"
)

// What is measured, beside the baselines that this program serves.
const (
	this          = "this provider"
	terraformData = "terraform_data"
)

// variants are all that is measured.
var variants = []string{this, terraformData, idle, plain, peer}

// stage is a variant with its numbers, its simulator and its working folder.
type stage struct {
	variant  string
	n        int
	bought   bool // the numbers are for sale, else they are owned
	sim      *simulation.Process
	cli      string
	dir      string
	readings string
	env      []string
}

// newStage sets a variant up for a life, with its numbers at Twilio.
func newStage(ctx context.Context, p programs, variant string, of life, n int) (*stage, error) {
	dir, err := os.MkdirTemp(p.dir, "stage-")
	if err != nil {
		return nil, err
	}
	s := &stage{variant: variant, n: n, bought: of.bought, cli: p.cli, dir: dir, readings: filepath.Join(dir, "readings")}
	if err := s.write("seed.json", s.seed()); err != nil {
		return nil, err
	}
	if err := s.write("main.tf", s.configuration()); err != nil {
		return nil, err
	}
	// The CLI starts what has the provider's name in this folder: the meter.
	if err := os.Symlink(p.bench, filepath.Join(dir, "terraform-provider-telephony")); err != nil {
		return nil, err
	}
	if s.sim, err = simulation.Start(ctx, p.simulator, filepath.Join(dir, "seed.json")); err != nil {
		return nil, err
	}
	env, err := s.sim.Environment(dir)
	if err != nil {
		s.sim.Stop()
		return nil, err
	}
	s.env = append(env, readingsEnv+"="+s.readings)
	if variant == this {
		s.env = append(s.env, meteredEnv+"="+p.provider)
	} else {
		s.env = append(s.env, meteredEnv+"="+p.bench, baselineEnv+"="+variant)
	}
	return s, nil
}

func (s *stage) write(name, text string) error {
	return os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600)
}

func number(i int) string { return fmt.Sprintf("+1415%07d", 5550000+i) }

// seed has the numbers that the configuration names: for sale, or owned, and then wired as it says or not at all.
func (s *stage) seed() string {
	numbers := make([]map[string]string, s.n)
	for i := range numbers {
		numbers[i] = map[string]string{"phone_number": number(i)}
		if !s.bought {
			numbers[i]["sid"] = fmt.Sprintf("PN%032x", i)
		}
		if s.plansOnly() {
			numbers[i]["friendly_name"], numbers[i]["voice_url"] = fmt.Sprintf("Line %d", i), "https://example.com/voice"
		}
	}
	in := "numbers"
	if s.bought {
		in = "available"
	}
	text, err := json.Marshal(map[string]any{"twilio": map[string]any{in: numbers}})
	if err != nil {
		panic(err) // it is made of strings alone
	}
	return string(text)
}

// configuration has as many instances of one resource. They are counted: of for_each Terraform evaluates the whole
// collection for every instance, which would drown all else.
func (s *stage) configuration() string {
	if s.variant == terraformData {
		return fmt.Sprintf(`resource "terraform_data" "line" {
  count = %d
  input = "+1415${5550000 + count.index}"
}
`, s.n)
	}
	bought := ""
	if s.bought {
		bought = `
  release_on_destroy = "release"
  purchase {}
`
	}
	return fmt.Sprintf(`terraform {
  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}

resource "telephony_phone_number" "line" {
  count         = %d
  phone_number  = "+1415${5550000 + count.index}"
  friendly_name = "Line ${count.index}"
  voice_url     = "https://example.com/voice"
%s}
`, s.n, bought)
}

// result is what one command took.
type result struct {
	variant   string
	n         int
	latency   time.Duration
	operation string
	calls     int
	wall      time.Duration
	provider  usage
	cli       usage
	state     int64 // bytes of the state file
}

// run runs one command and measures it.
func (s *stage) run(ctx context.Context, operation string, args ...string) (result, error) {
	before, err := s.calls(ctx)
	if err != nil {
		return result{}, err
	}
	cmd := exec.CommandContext(ctx, s.cli, args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	// Interrupted, the CLI still ends its provider processes; killed, it would leave them behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	begun := time.Now()
	if output, err := cmd.CombinedOutput(); err != nil {
		return result{}, fmt.Errorf("%s of %s: %w\n%s", operation, s.variant, err, bytes.TrimSpace(output))
	}
	r := result{variant: s.variant, n: s.n, operation: operation, wall: time.Since(begun), cli: usageOf(cmd.ProcessState)}
	if r.provider, err = takeReadings(s.readings); err != nil {
		return result{}, err
	}
	r.cli.cpu -= r.provider.cpu // of a process that has waited for others, theirs is told, too
	after, err := s.calls(ctx)
	r.calls = after - before
	if info, err := os.Stat(filepath.Join(s.dir, "terraform.tfstate")); err == nil {
		r.state = info.Size()
	}
	return r, err
}

// calls is how many requests the services were sent so far.
func (s *stage) calls(ctx context.Context) (int, error) {
	var log []struct{}
	err := s.sim.Control(ctx, http.MethodGet, "requests", nil, &log)
	return len(log), err
}

// life is what numbers are taken through, one operation after the other.
type life struct {
	bought     bool // else they are owned, and adopted
	operations []operation
}

// operation is a command of the CLI.
type operation struct{ name, args string }

// The operations of the lives.
const (
	adopt    = "apply, adopting"
	plan     = "plan"
	detach   = "destroy, detaching"
	purchase = "apply, buying"
	release  = "destroy, releasing"

	applyArgs   = "apply -auto-approve"
	destroyArgs = "destroy -auto-approve"
)

var lives = []life{
	{operations: []operation{{adopt, applyArgs}, {plan, "plan -detailed-exitcode"}, {detach, destroyArgs}}},
	{bought: true, operations: []operation{{purchase, applyArgs}, {release, destroyArgs}}},
}

// times is how often it is run.
func (o operation) times(repeat int) int {
	if o.name == plan {
		return repeat
	}
	return 1
}

// many is how many numbers a baseline is taken through a whole life with. Beyond that it only plans, from this
// provider's state: the CLI writes the whole state for every number, so that all would take hours.
const many = 1000

// measure takes the numbers of every variant through their life. Repeated plans take turns, so that what else the
// machine does hits all of them; the least counts.
func (l life) measure(ctx context.Context, p programs, n int, latency time.Duration, repeat int) ([]result, error) {
	stages := map[string]*stage{}
	for _, variant := range variants {
		s, err := newStage(ctx, p, variant, l, n)
		if err != nil {
			return nil, err
		}
		defer s.sim.Stop()
		stages[variant] = s
		fault := map[string]string{"latency": latency.String()}
		if err := s.sim.Control(ctx, http.MethodPost, "faults", fault, nil); err != nil {
			return nil, err
		}
	}
	var results []result
	for _, operation := range l.operations {
		best := map[string]result{}
		for range operation.times(repeat) {
			for _, variant := range variants {
				s := stages[variant]
				if operation.name != plan && s.plansOnly() {
					continue
				}
				fmt.Fprintf(os.Stderr, "%d numbers, %v, %s: %s\n", n, latency, operation.name, variant)
				r, err := s.run(ctx, operation.name, strings.Fields(operation.args)...)
				if err != nil {
					return nil, err
				}
				r.latency = latency
				best[variant] = least(best[variant], r)
			}
		}
		for _, variant := range variants {
			if r, ok := best[variant]; ok {
				results = append(results, r)
			}
		}
		if operation.name == adopt {
			if err := share(stages); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}

// plansOnly says that the stage is not taken through a whole life.
func (s *stage) plansOnly() bool {
	return s.n > many && (s.variant == idle || s.variant == plain || s.variant == peer)
}

// share gives this provider's state to those that only plan.
func share(stages map[string]*stage) error {
	for _, s := range stages {
		if !s.plansOnly() {
			continue
		}
		state, err := os.ReadFile(filepath.Join(stages[this].dir, "terraform.tfstate"))
		if err != nil {
			return err
		}
		if err := s.write("terraform.tfstate", string(state)); err != nil {
			return err
		}
	}
	return nil
}

// least takes the least of each figure of two runs.
func least(a, b result) result {
	if a.wall == 0 {
		return b
	}
	b.wall = min(a.wall, b.wall)
	b.provider = usage{min(a.provider.cpu, b.provider.cpu), min(a.provider.peak, b.provider.peak)}
	b.cli = usage{min(a.cli.cpu, b.cli.cpu), min(a.cli.peak, b.cli.peak)}
	return b
}
