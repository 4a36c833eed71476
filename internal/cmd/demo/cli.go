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
)

// cli runs Terraform or OpenTofu.
type cli struct {
	path  string
	name  string // as one types it
	title string
	env   []string
}

func newCLI(path string, env []string) *cli {
	c := &cli{path: path, name: "terraform", title: "Terraform", env: env}
	if strings.HasPrefix(filepath.Base(path), "tofu") {
		c.name, c.title = "tofu", "OpenTofu"
	}
	return c
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
