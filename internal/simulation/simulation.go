// Package simulation runs the simulator as a program of its own, and a real Terraform or OpenTofu against it, for the
// programs in internal/cmd.
package simulation

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Process is a simulator that runs.
type Process struct {
	URL string
	// Stop ends it.
	Stop func()
}

// Start starts the simulator's program with a seed file.
func Start(ctx context.Context, program, seed string) (*Process, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, program, "-addr", "127.0.0.1:0", "-seed", seed)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	p := &Process{Stop: func() {
		cancel()
		_ = cmd.Wait() // it was killed, and says so
	}}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err == nil {
		p.URL = strings.TrimSpace(line)
		err = p.awaitHealth(ctx)
	}
	if err != nil {
		p.Stop()
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	return p, nil
}

func (p *Process) awaitHealth(ctx context.Context) (err error) {
	for range 50 {
		if err = p.Control(ctx, http.MethodGet, "health", nil, nil); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return err
}

// Control asks for something on the simulator's control path.
func (p *Process) Control(ctx context.Context, method, path string, body, into any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.URL+"/_simulator/"+path, bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the simulator answered %s %s with %s: %s", method, path, resp.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// Environment makes a CLI use the provider in the folder bin, and the provider use the simulator.
func (p *Process) Environment(bin string) ([]string, error) {
	config, err := WriteCLIConfig(bin)
	if err != nil {
		return nil, err
	}
	return slices.Concat(ownEnvironment(), Access(p.URL), []string{
		"TF_CLI_CONFIG_FILE=" + config,
		"TF_CLI_ARGS=-no-color",
		"TF_INPUT=false",
		"TF_IN_AUTOMATION=true",
		"CHECKPOINT_DISABLE=true",
	}), nil
}

// ownEnvironment is the environment without anything that the CLI or the provider reads: whatever account the variables
// of this shell give access to, nothing here must reach it.
func ownEnvironment() []string {
	read := []string{"TF_", "TELEPHONY_", "TWILIO_", "NIXFLEX_", "SYNTHFLOW_", "DIALNEXA_", "RESEMBLE_", "RETELL_", "VAPI_", "ELEVENLABS_"}
	var env []string
variables:
	for _, variable := range os.Environ() {
		for _, prefix := range read {
			if strings.HasPrefix(variable, prefix) {
				continue variables
			}
		}
		env = append(env, variable)
	}
	return env
}
