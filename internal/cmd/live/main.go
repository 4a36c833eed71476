// Command live finds out what is true of the services themselves: which rules of the simulator hold there, which do not,
// and what their answers have that nobody knew of.
//
// It reads, and only reads, what the credentials in the environment reach. With -number, given twice, it lives a whole
// life on a number that the account owns, and leaves it as it was found. With -spend it buys a number for that, and gives
// it up again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, http.DefaultTransport, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "live:", err)
		os.Exit(1)
	}
}

// numbers is a flag that is given once for each number.
type numbers []string

func (n *numbers) String() string { return fmt.Sprint(*n) }

func (n *numbers) Set(value string) error {
	*n = append(*n, value)
	return nil
}

func run(
	ctx context.Context, args []string, getenv func(string) string, transport http.RoundTripper, out io.Writer,
) error {
	var named numbers
	flags := flag.NewFlagSet("live", flag.ContinueOnError)
	flags.Var(&named, "number", "an owned number to live a life on, in E.164; give it twice")
	limit := flags.Float64("spend", 0, "buy a number, live a life on it and give it up, for no more than this many USD")
	sweeps := flags.Bool("sweep", false, "list the numbers that a run or a test has bought and left; with -spend, give them up")
	asJSON := flags.Bool("json", false, "print JSON, for a bug report")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if len(named) > 0 && *limit != 0 {
		return errors.New("-spend lives its life on the number that it buys: give -number or -spend, not both")
	}
	number, err := namedTwice(named)
	if err != nil {
		return err
	}
	r := newReport()
	sessions, err := open(getenv, transport, r)
	if err != nil {
		return err
	}
	mayRelease := false
	flags.Visit(func(f *flag.Flag) { mayRelease = mayRelease || f.Name == "spend" })
	if *sweeps {
		s := twilioOf(sessions)
		if s == nil {
			return errors.New("-sweep looks at Twilio: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
		}
		if only, ok := s.transport.(readOnly); ok && mayRelease {
			s.transport = only.next
		}
		err = s.sweep(ctx, mayRelease)
		return errors.Join(err, r.print(out, *asJSON))
	}
	for _, s := range sessions {
		s.svc.read(ctx, s)
	}
	switch {
	case number != "":
		err = live(ctx, sessions, number, r)
	case mayRelease:
		err = spend(ctx, sessions, *limit, r)
	}
	r.settle(sessions, number != "" || mayRelease, mayRelease)
	return errors.Join(err, r.print(out, *asJSON))
}

// namedTwice is the number that was named twice, or empty where none was.
func namedTwice(named []string) (string, error) {
	switch {
	case len(named) == 0:
		return "", nil
	case len(named) != 2 || named[0] != named[1]:
		return "", errors.New("-number writes to that number: confirm it by giving -number twice, with the same number")
	case !e164.MatchString(named[0]):
		return "", errors.New("-number must be in E.164 form, such as +14155550100")
	}
	return named[0], nil
}
