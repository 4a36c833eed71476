//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

const (
	// meteredEnv makes this program the meter of the program that it names.
	meteredEnv = "TELEPHONY_BENCH_METERED"
	// readingsEnv is the file that the meter notes its readings in.
	readingsEnv = "TELEPHONY_BENCH_READINGS"
)

// usage is what processes have used.
type usage struct {
	cpu  time.Duration // user and system
	peak int64         // bytes of memory, of the largest
}

func (u usage) and(other usage) usage {
	return usage{u.cpu + other.cpu, max(u.peak, other.peak)}
}

func usageOf(state *os.ProcessState) usage {
	u := usage{cpu: state.UserTime() + state.SystemTime()}
	if r, ok := state.SysUsage().(*syscall.Rusage); ok {
		u.peak = int64(r.Maxrss) //nolint:unconvert // it is an int32 on some systems
		if runtime.GOOS != "darwin" {
			u.peak *= 1024
		}
	}
	return u
}

// meter runs a provider as Terraform has started the meter, and notes what it has used.
func meter(ctx context.Context, program, readings string) error {
	signal.Ignore(os.Interrupt) // Terraform tells the provider to stop, and the meter has yet to note
	cmd := exec.CommandContext(ctx, program, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), meteredEnv+"=")
	ended := cmd.Run()
	if cmd.ProcessState == nil {
		return ended
	}
	file, err := os.OpenFile(readings, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	used := usageOf(cmd.ProcessState)
	_, err = fmt.Fprintln(file, used.cpu.Nanoseconds(), used.peak)
	return errors.Join(ended, err, file.Close())
}

// takeReadings sums up what meters have noted, and forgets it.
func takeReadings(path string) (total usage, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return usage{}, nil // terraform_data needs no provider process
	}
	if err != nil {
		return usage{}, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(path)) }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one usage
		if _, err := fmt.Sscan(lines.Text(), &one.cpu, &one.peak); err != nil {
			return usage{}, err
		}
		total = total.and(one)
	}
	return total, nil
}
