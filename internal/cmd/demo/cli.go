package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// cli runs Terraform or OpenTofu.
type cli struct {
	path  string
	name  string // as one types it
	title string
	env   []string
}

// newCLI makes the CLI use the provider in bin, and the provider use the simulator.
func newCLI(path, bin, simulatorURL string) (*cli, error) {
	config := filepath.Join(bin, "terraform.rc")
	text := fmt.Sprintf(`provider_installation {
  dev_overrides {
    "registry.terraform.io/telephony-iac/telephony" = %[1]q
    "registry.opentofu.org/telephony-iac/telephony" = %[1]q
  }
  direct {}
}
`, filepath.ToSlash(bin))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	c := &cli{path: path, name: "terraform", title: "Terraform"}
	if strings.HasPrefix(filepath.Base(path), "tofu") {
		c.name, c.title = "tofu", "OpenTofu"
	}
	c.env = append(ownEnvironment(),
		"TF_CLI_CONFIG_FILE="+config,
		"TF_CLI_ARGS=-no-color",
		"TF_INPUT=false",
		"TF_IN_AUTOMATION=true",
		"CHECKPOINT_DISABLE=true",
		"TWILIO_ACCOUNT_SID="+simulator.DefaultAccountSID,
		"TWILIO_AUTH_TOKEN="+simulator.DefaultAuthToken,
		"TWILIO_BASE_URL="+simulatorURL+"/twilio",
		"NIXFLEX_API_KEY="+simulator.DefaultNixflexKey,
		"NIXFLEX_BASE_URL="+simulatorURL+"/nixflex",
		"SYNTHFLOW_API_KEY="+simulator.DefaultSynthflowAPIKey,
		"SYNTHFLOW_WORKSPACE_ID="+simulator.DefaultSynthflowWorkspaceID,
		"SYNTHFLOW_BASE_URL="+simulatorURL+"/synthflow",
		"DIALNEXA_API_KEY="+simulator.DefaultDialNexaAPIKey,
		"DIALNEXA_BASE_URL="+simulatorURL+"/dialnexa",
		"RESEMBLE_API_KEY="+simulator.DefaultResembleToken,
		"RESEMBLE_BASE_URL="+simulatorURL+"/resemble",
	)
	return c, nil
}

// ownEnvironment is the environment without anything that the CLI or the provider reads: whatever account the variables
// of this shell give access to, the demo must not reach it.
func ownEnvironment() []string {
	read := []string{"TF_", "TELEPHONY_", "TWILIO_", "NIXFLEX_", "SYNTHFLOW_", "DIALNEXA_", "RESEMBLE_"}
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

// run runs one command in a folder and returns all that it prints, with its exit code.
func (c *cli) run(ctx context.Context, dir string, env, args []string) (output string, exit int, err error) {
	cmd := c.command(ctx, dir, args)
	cmd.Env = append(cmd.Env, env...)
	printed, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if errors.As(err, &failed) && ctx.Err() == nil {
		err = nil
	}
	if err != nil {
		return "", 0, fmt.Errorf("%s %s: %w", c.name, strings.Join(args, " "), err)
	}
	return withoutOverrideWarning(string(printed)), cmd.ProcessState.ExitCode(), nil
}

// show decodes what `show -json` prints about the state, or about a plan file.
func (c *cli) show(ctx context.Context, dir string, into any, file ...string) error {
	cmd := c.command(ctx, dir, append([]string{"show", "-json"}, file...))
	printed, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s show -json: %w", c.name, err)
	}
	return json.Unmarshal(printed, into)
}

func (c *cli) command(ctx context.Context, dir string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir, cmd.Env = dir, c.env
	// Interrupted, the CLI still ends its provider processes; killed, it would leave them behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

var overrideWarning = regexp.MustCompile(`(?s)\n?Warning: Provider development overrides are in effect\n.*?releases\.\n`)

// withoutOverrideWarning drops the warning that a provider from a checkout brings with every command.
func withoutOverrideWarning(output string) string {
	return strings.Trim(overrideWarning.ReplaceAllString(output, ""), "\n")
}
