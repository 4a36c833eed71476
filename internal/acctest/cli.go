package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

// CLI runs the real Terraform or OpenTofu in a folder of its own, for what
// terraform-plugin-testing cannot do or see: warnings, -replace, JSON plans.
type CLI struct {
	t   *testing.T
	dir string
	exe string
	env []string

	attached map[string]any // the providers that run in process, by address

	begin   func()   // serves the provider, as soon as the CLI runs; nil: it is served
	standIn *standIn // nil: the CLI does everything itself
}

// Result is what one command printed, and its exit code.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// CLI starts the provider in process and prepares a working folder. The test
// is skipped unless TF_ACC is set, as terraform-plugin-testing skips its own.
func (s *Simulation) CLI(t *testing.T) *CLI {
	t.Helper()
	c := newCLI(t)
	c.env = append(c.env, "TF_CLI_CONFIG_FILE="+os.DevNull)
	c.attach(provider.Address, newServer())
	return c
}

// Terraform is the CLI for a test that looks at what comes of its commands, rather than
// at how it puts them: in a few tests, and in a sample in all, it is the real one. In
// the others the Driver takes those commands that are about one resource which needs
// none of the rest of Terraform's language, and the CLI the rest, by the same state.
// There a command prints its errors and warnings alone.
func (s *Simulation) Terraform(t *testing.T) *CLI {
	t.Helper()
	if os.Getenv("TF_ACC") != "" && cases.CLI(t) {
		return s.CLI(t)
	}
	c := newCLI(t)
	c.env = append(c.env, "TF_CLI_CONFIG_FILE="+os.DevNull)
	c.begin = func() { c.attach(provider.Address, newServer()) }
	c.standIn = newStandIn(s, c)
	return c
}

// Drive has the Driver take what Terraform would, of the commands of Processes: all but
// a plan in a file, its apply, and what is started. Where plans is set, plans in files
// are the Driver's, too. In a sample the CLI takes everything.
func (c *CLI) Drive(s *Simulation, plans bool) {
	c.t.Helper()
	if !cases.CLI(c.t) {
		c.standIn = newStandIn(s, c)
		c.standIn.savesPlans = plans
	}
}

// attach serves a provider until the test ends, and lets the CLI find it.
func (c *CLI) attach(address string, server func() tfprotov6.ProviderServer) {
	c.t.Helper()
	if c.attached == nil {
		c.attached = map[string]any{}
	}
	c.attached[address] = serve(c.t, address, server)
	reattach, err := json.Marshal(c.attached)
	if err != nil {
		c.t.Fatal(err)
	}
	c.env = append(c.env, "TF_REATTACH_PROVIDERS="+string(reattach)) // the last one counts
}

// ready has the provider served, if it is not yet.
func (c *CLI) ready() {
	c.t.Helper()
	if c.begin != nil {
		c.begin()
		c.begin = nil
	}
}

// newCLI finds the CLI and prepares a working folder.
func newCLI(t *testing.T) *CLI {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests need TF_ACC=1 and a terraform or tofu: use make testacc")
	}
	exe := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if exe == "" {
		found, err := exec.LookPath("terraform")
		if err != nil {
			t.Fatalf("no terraform on PATH and no TF_ACC_TERRAFORM_PATH: %v", err)
		}
		exe = found
	}
	return &CLI{t: t, dir: t.TempDir(), exe: exe, env: append(os.Environ(), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")}
}

// serve serves a provider until the test ends and returns how a CLI finds it.
func serve(t *testing.T, address string, server func() tfprotov6.ProviderServer) any {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	attached := make(chan *plugin.ReattachConfig)
	closed := make(chan struct{})
	failed := make(chan error, 1)
	go func() {
		failed <- tf6server.Serve(address, server, tf6server.WithDebug(ctx, attached, closed),
			tf6server.WithGoPluginLogger(hclog.NewNullLogger()), tf6server.WithLoggingSink(t))
	}()
	t.Cleanup(func() {
		stop()
		<-closed
	})
	select {
	case err := <-failed:
		t.Fatalf("serving the provider: %v", err)
	case config := <-attached:
		return map[string]any{
			"Protocol": string(config.Protocol), "ProtocolVersion": 6, "Pid": config.Pid, "Test": true,
			"Addr": map[string]string{"Network": config.Addr.Network(), "String": config.Addr.String()},
		}
	}
	return nil
}

// Setenv sets a variable for the commands that follow, and for the providers that
// they start.
func (c *CLI) Setenv(name, value string) { c.env = append(c.env, name+"="+value) } // the last one counts

// Dir is the working folder, with the state in it.
func (c *CLI) Dir() string { return c.dir }

// Configure writes the configuration of the folder.
func (c *CLI) Configure(config string) {
	c.t.Helper()
	text := `terraform {
  required_providers {
    telephony = {
      source = "` + provider.Address + `"
    }
  }
}
` + config
	c.Write("main.tf", text)
}

// Write writes a file of the folder.
func (c *CLI) Write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Run runs a command and returns what it did, whether it failed or not.
func (c *CLI) Run(args ...string) Result {
	c.t.Helper()
	if c.standIn != nil {
		if result, taken := c.standIn.run(args); taken {
			return result
		}
	}
	return c.run(c.exe, args...)
}

// RunScript runs a shell script in the folder. It finds the CLI in TERRAFORM.
func (c *CLI) RunScript(path string, args ...string) Result {
	c.t.Helper()
	c.Setenv("TERRAFORM", c.exe)
	return c.run("sh", append([]string{path}, args...)...)
}

func (c *CLI) run(exe string, args ...string) Result {
	c.t.Helper()
	c.ready()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(c.t.Context(), exe, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// Must runs a command that has to exit with code.
func (c *CLI) Must(code int, args ...string) Result {
	c.t.Helper()
	result := c.Run(args...)
	if result.Code != code {
		c.t.Fatalf("%s: exit code %d, want %d\n%s\n%s", strings.Join(args, " "), result.Code, code,
			result.Stdout, result.Stderr)
	}
	return result
}

// Apply applies without asking and has to succeed.
func (c *CLI) Apply(args ...string) Result {
	c.t.Helper()
	return c.Must(0, append([]string{"apply", "-no-color", "-input=false", "-auto-approve"}, args...)...)
}

// Diagnostic is an error or a warning of a command.
type Diagnostic struct {
	Severity, Summary, Detail string
}

// Plan plans, returns the diagnostics of the event stream and the plan as a
// policy tool reads it. A failed plan is nil.
func (c *CLI) Plan(args ...string) ([]Diagnostic, *tfjson.Plan) {
	c.t.Helper()
	if c.standIn != nil {
		if diagnostics, plan, taken := c.standIn.plan(args); taken {
			return diagnostics, plan
		}
	}
	file := filepath.Join(c.dir, "plan.out")
	_ = os.Remove(file)
	result := c.Run(append([]string{"plan", "-json", "-input=false", "-out=" + file}, args...)...)
	diagnostics := c.diagnostics(result.Stdout)
	if result.Code != 0 {
		return diagnostics, nil
	}
	plan := &tfjson.Plan{}
	if err := json.Unmarshal([]byte(c.Must(0, "show", "-json", file).Stdout), plan); err != nil {
		c.t.Fatalf("show -json: %v", err)
	}
	return diagnostics, plan
}

func (c *CLI) diagnostics(events string) []Diagnostic {
	c.t.Helper()
	var found []Diagnostic
	for line := range strings.Lines(events) {
		var event struct {
			Type       string
			Diagnostic Diagnostic
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			c.t.Fatalf("not an event: %s", line)
		}
		if event.Type == "diagnostic" {
			found = append(found, event.Diagnostic)
		}
	}
	return found
}
