// Command simulate serves the simulator on a loopback port, for the demo and for a look by hand.
//
// The first line on standard output is the URL. A service's base URL is that URL and its name, such as
// http://127.0.0.1:8080/twilio, and http://127.0.0.1:8080/_simulator/requests shows what was asked. With -provider,
// standard output is a script for a shell instead, by which Terraform takes the provider from a folder and the provider
// the simulator.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulation"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "simulate:", err)
		}
		stop()
		os.Exit(1)
	}
}

const (
	// stopWithin is how long requests that are being answered may take once the program was told to stop.
	stopWithin = 2 * time.Second
	// headerWithin is how long a client may take to say what it wants.
	headerWithin = 5 * time.Second
)

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	seed := flags.String("seed", "", "JSON file of what the services hold at the start")
	provider := flags.String("provider", "", "folder with the provider; prints what a shell exports to use it with the simulator")
	portFile := flags.String("port-file", "", "file to write the port to, before the URL is printed")
	if err := flags.Parse(args); err != nil {
		return err
	}

	sim := simulator.New()
	defer sim.Close()
	if *seed != "" {
		if err := load(sim, *seed); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: sim, ReadHeaderTimeout: headerWithin}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	if *portFile != "" {
		if err := writePort(*portFile, listener.Addr()); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	if err := introduce(stdout, "http://"+listener.Addr().String(), *provider); err != nil {
		return errors.Join(err, server.Close())
	}

	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	sim.Close() // or a request that a fault keeps hanging would use up the time
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return server.Close() // also on clients that connected and never asked for anything
}

// introduce prints the URL or, with a folder that has the provider, a script for a shell.
func introduce(stdout io.Writer, url, provider string) error {
	if provider == "" {
		_, err := fmt.Fprintln(stdout, url)
		return err
	}
	provider, err := filepath.Abs(provider)
	if err != nil {
		return err
	}
	config, err := simulation.WriteCLIConfig(provider)
	if err != nil {
		return err
	}
	var script strings.Builder
	fmt.Fprintf(&script, "# The simulator listens at %s. Paste this into another shell:\n", url)
	fmt.Fprintf(&script, "unset %s\n", strings.Join(simulation.Better, " "))
	for _, variable := range append([]string{"TF_CLI_CONFIG_FILE=" + config}, simulation.Access(url)...) {
		name, value, _ := strings.Cut(variable, "=")
		fmt.Fprintf(&script, "export %s=%s\n", name, quoted(value))
	}
	cli, err := linkCLI(provider)
	if err != nil {
		return err
	}
	if cli != "" {
		fmt.Fprintf(&script, "export PATH=%s:\"$PATH\" # terraform there is %s\n", quoted(provider), cli)
	}
	_, err = fmt.Fprintln(stdout, script.String()+"# Ctrl-C stops the simulator, which forgets everything.")
	return err
}

// cliEnv names the Terraform or OpenTofu that make has found.
const cliEnv = "TF_ACC_TERRAFORM_PATH"

// linkCLI gives the folder a terraform that is the CLI which make has found, and returns that one; empty: a shell
// finds it by itself.
func linkCLI(folder string) (string, error) {
	cli := os.Getenv(cliEnv)
	if found, err := exec.LookPath("terraform"); cli == "" || err == nil && found == cli {
		return "", nil
	}
	link := filepath.Join(folder, "terraform")
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return cli, os.Symlink(cli, link)
}

// quoted is a word for a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

func load(sim *simulator.Server, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := sim.Seed(file); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// writePort writes the port whole or not at all, since somebody may be waiting for the file to appear.
func writePort(path string, addr net.Addr) error {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("%s has no port", addr)
	}
	partial := path + ".partial"
	if err := os.WriteFile(partial, []byte(strconv.Itoa(tcp.Port)+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(partial, path)
}
