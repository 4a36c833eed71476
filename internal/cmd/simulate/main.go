// Command simulate serves the simulator on a loopback port, for the demo and for a look by hand.
//
// The first line on standard output is the URL. A service's base URL is that URL and its name, such as
// http://127.0.0.1:8080/twilio, and http://127.0.0.1:8080/_simulator/requests shows what was asked.
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
	"os/signal"
	"strconv"
	"syscall"
	"time"

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
	if _, err := fmt.Fprintf(stdout, "http://%s\n", listener.Addr()); err != nil {
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
