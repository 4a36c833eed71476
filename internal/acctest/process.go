package acctest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

const (
	// providerEnv makes the test binary the provider. Its value is the poll
	// interval.
	providerEnv = "TELEPHONY_TEST_PROVIDER"
	// processHeader is the header in which a provider process tells who it is, so
	// that the simulator's side can end the very one that waits for its answer.
	processHeader = "Provider-Process"
)

// Main runs the tests of a package, or is the provider where a CLI has started
// the test binary as such. A package whose tests use Processes calls it from
// TestMain.
func Main(m *testing.M) {
	interval, err := time.ParseDuration(os.Getenv(providerEnv))
	if err != nil {
		os.Exit(m.Run())
	}
	err = tf6server.Serve(provider.Address, provider.NewServer("test",
		provider.WithWaits(httpapi.WaitPolicy{Base: time.Millisecond, Cap: 5 * time.Millisecond}),
		provider.WithPollInterval(interval),
		provider.WithTransport(named{http.DefaultTransport}),
	))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// named says with every request which process sends it.
type named struct{ next http.RoundTripper }

// RoundTrip is http.RoundTripper's.
func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(processHeader, strconv.Itoa(os.Getpid()))
	return n.next.RoundTrip(r)
}

// Processes is a CLI that starts the provider as a process of its own for each
// walk, as Terraform does, instead of finding it in the test's. The provider
// looks every interval at what a service does in its own time.
func (s *Simulation) Processes(t *testing.T, interval time.Duration) *CLI {
	t.Helper()
	c := newCLI(t)
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(executable, filepath.Join(folder, "terraform-provider-telephony")); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(t.TempDir(), "cli.tfrc")
	if err := os.WriteFile(settings, fmt.Appendf(nil,
		"provider_installation {\n dev_overrides {\n %q = %q\n }\n}\n", provider.Address, folder), 0o600); err != nil {
		t.Fatal(err)
	}
	c.env = append(c.env, "TF_CLI_CONFIG_FILE="+settings, providerEnv+"="+interval.String(),
		// Under the race detector a process sleeps for a second before it ends.
		"GORACE=atexit_sleep_ms=0")
	return c
}

// Kill ends the provider process that has sent the request, and returns when it
// is gone. Whatever the handler answers then reaches nobody.
func Kill(t *testing.T, r *http.Request) {
	t.Helper()
	_, _ = io.Copy(io.Discard, r.Body) // the end of the connection shows only after that of the body
	id, err := strconv.Atoi(r.Header.Get(processHeader))
	if err != nil {
		t.Errorf("%s %s does not say which process sent it", r.Method, r.URL.Path)
		return
	}
	process, err := os.FindProcess(id)
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Errorf("killing the provider: %v", err)
		return
	}
	<-r.Context().Done()
}

// Behind is the same simulation at another address, where something stands
// between it and the provider.
func (s *Simulation) Behind(t *testing.T, between func(next http.Handler) http.Handler) *Simulation {
	t.Helper()
	server := httptest.NewServer(between(s.handler))
	t.Cleanup(func() {
		s.Close() // first, since the server waits for requests that hang
		server.Close()
	})
	return &Simulation{Server: s.Server, URL: server.URL, handler: s.handler}
}

// Command is a run of the CLI that is under way.
type Command struct {
	process *exec.Cmd
	stdout  bytes.Buffer
	stderr  bytes.Buffer
}

// Start starts a command.
func (c *CLI) Start(args ...string) *Command {
	c.t.Helper()
	c.ready()
	command := &Command{process: exec.CommandContext(c.t.Context(), c.exe, args...)}
	command.process.Dir, command.process.Env = c.dir, c.env
	command.process.Stdout, command.process.Stderr = &command.stdout, &command.stderr
	if err := command.process.Start(); err != nil {
		c.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return command
}

// Interrupt does what Ctrl-C does.
func (c *Command) Interrupt() error { return c.process.Process.Signal(os.Interrupt) }

// Wait waits for the end of the command.
func (c *Command) Wait() Result {
	_ = c.process.Wait() // its exit code is in the result
	return Result{Stdout: c.stdout.String(), Stderr: c.stderr.String(), Code: c.process.ProcessState.ExitCode()}
}
