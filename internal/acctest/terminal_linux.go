package acctest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// RunAt runs a command whose output is a terminal of that many columns. It prints
// both its outputs there.
func (c *CLI) RunAt(columns uint16, args ...string) Result {
	c.t.Helper()
	c.ready()
	near, far, err := openTerminal(columns)
	if err != nil {
		c.t.Fatalf("opening a terminal: %v", err)
	}
	defer near.Close() //nolint:errcheck // all is read
	cmd := exec.CommandContext(c.t.Context(), c.exe, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, far, far
	if err := errors.Join(cmd.Start(), far.Close()); err != nil {
		c.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	var printed bytes.Buffer
	if _, err := io.Copy(&printed, near); err != nil && !errors.Is(err, unix.EIO) { // which says that the far side is closed
		c.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return Result{Stdout: strings.ReplaceAll(printed.String(), "\r\n", "\n"), Code: cmd.ProcessState.ExitCode()}
}

// openTerminal opens a pseudo-terminal: what is written to its far side is read
// from its near one.
func openTerminal(columns uint16) (near, far *os.File, err error) {
	if near, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	fd := int(near.Fd()) //nolint:gosec // a descriptor is a small number
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = errors.Join(unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0),
			unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: columns}))
	}
	if err == nil {
		far, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, nil, errors.Join(err, near.Close())
	}
	return near, far, nil
}
