package main

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
	"strings"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// simulation is the simulator, running as a program of its own.
type simulation struct {
	url  string
	stop func()
}

func startSimulator(ctx context.Context, program, seed string) (*simulation, error) {
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
	s := &simulation{stop: func() {
		cancel()
		_ = cmd.Wait() // it was killed, and says so
	}}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err == nil {
		s.url = strings.TrimSpace(line)
		err = s.awaitHealth(ctx)
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	return s, nil
}

func (s *simulation) awaitHealth(ctx context.Context) (err error) {
	for range 50 {
		if err = s.control(ctx, http.MethodGet, "health", nil, nil); err == nil {
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

// holdings are what the services hold.
type holdings struct {
	Twilio    simulator.TwilioHoldings    `json:"twilio"`
	Nixflex   simulator.NixflexHoldings   `json:"nixflex"`
	Synthflow simulator.SynthflowHoldings `json:"synthflow"`
	DialNexa  simulator.DialNexaHoldings  `json:"dialnexa"`
	Resemble  simulator.ResembleHoldings  `json:"resemble"`
}

func (s *simulation) holdings(ctx context.Context) (h holdings, err error) {
	err = s.control(ctx, http.MethodGet, "state", nil, &h)
	return h, err
}

// control asks for something on the simulator's control path.
func (s *simulation) control(ctx context.Context, method, path string, body, into any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url+"/_simulator/"+path, bytes.NewReader(encoded))
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
