package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// start runs the program and gives its URL. The cleanup stops it and checks that it ended well.
func start(t *testing.T, args ...string) (url string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, args, write)
		write.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run ended with %v", err)
		}
	})
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("the first line: %v", err)
	}
	return strings.TrimSpace(line)
}

// client opens a connection for each request, so that it never has one to spare that the program would wait for.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func get(t *testing.T, url string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(simulator.DefaultAccountSID, simulator.DefaultAuthToken)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s: %s", url, resp.Status, body)
	}
	return body
}

func TestServesWhatTheSeedHolds(t *testing.T) {
	dir := t.TempDir()
	seed := filepath.Join(dir, "seed.json")
	const content = `{"twilio": {"numbers": [{"phone_number": "+14155550100"}]}}`
	if err := os.WriteFile(seed, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	url := start(t, "-seed", seed)

	if got := string(get(t, url+"/_simulator/health")); got != `{"status":"ok"}` {
		t.Errorf("health is %s", got)
	}
	var list struct {
		Numbers []struct {
			PhoneNumber string `json:"phone_number"`
		} `json:"incoming_phone_numbers"`
	}
	path := "/twilio/2010-04-01/Accounts/" + simulator.DefaultAccountSID + "/IncomingPhoneNumbers.json"
	if err := json.Unmarshal(get(t, url+path), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Numbers) != 1 || list.Numbers[0].PhoneNumber != "+14155550100" {
		t.Errorf("the account holds %+v, want the number of the seed", list.Numbers)
	}
}

func TestWritesThePort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "port")
	url := start(t, "-port-file", file)
	port, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(url, ":"+strings.TrimSpace(string(port))) {
		t.Errorf("the file says port %s, the URL is %s", port, url)
	}
}

func TestPrintsWhatAShellExports(t *testing.T) {
	provider := t.TempDir()
	cli := filepath.Join(t.TempDir(), "tofu")
	if err := os.WriteFile(cli, []byte("#!/bin/sh\necho $TWILIO_BASE_URL"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv(cliEnv, cli)
	var script strings.Builder
	const url = "http://127.0.0.1:8080"
	for range 2 { // the second finds what the first has left
		script.Reset()
		if err := introduce(&script, url, provider); err != nil {
			t.Fatal(err)
		}
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c", script.String()+`terraform && cat "$TF_CLI_CONFIG_FILE" && env`)
	shell.Env = append(os.Environ(), "TWILIO_API_KEY=SK-of-the-user")
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if said := string(out); !strings.HasPrefix(said, url+"/twilio\n") || !strings.Contains(said, provider) ||
		strings.Contains(said, "SK-of-the-user") {
		t.Errorf("the shell says:\n%s", said)
	}
}

func TestStopsWhileARequestHangs(t *testing.T) {
	cutOff := make(chan struct{})
	t.Cleanup(func() { <-cutOff }) // runs after the program was stopped
	url := start(t)
	go func() {
		defer close(cutOff)
		// The first arms a fault. The second is cut off by the stop and never answered.
		send(t, http.MethodPost, url+"/_simulator/faults", `{"hang": true}`, http.StatusNoContent)
		send(t, http.MethodGet, url+"/twilio/v1/Trunks", "", 0)
	}()
	for string(get(t, url+"/_simulator/requests")) == "[]" {
		continue // until the request that hangs has arrived
	}
}

// send sends a request that must be answered with status, or not at all if that is 0.
func send(t *testing.T, method, url, body string, status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		if status != 0 {
			t.Error(err)
		}
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode != status {
		t.Errorf("%s %s answered %s", method, url, resp.Status)
	}
}

func TestRefusesAWrongSeed(t *testing.T) {
	for name, content := range map[string]string{
		"no JSON":            `numbers`,
		"unknown service":    `{"twillio": {}}`,
		"unknown member":     `{"twilio": {"number": []}}`,
		"not a phone number": `{"twilio": {"numbers": [{"phone_number": "4155550100"}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			seed := filepath.Join(t.TempDir(), "seed.json")
			if err := os.WriteFile(seed, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := run(t.Context(), []string{"-seed", seed}, io.Discard); err == nil ||
				!strings.Contains(err.Error(), seed) {
				t.Errorf("run = %v, want an error that names the file", err)
			}
		})
	}
}
