// Command documents prints what a whole run of the tests has held against the services' OpenAPI documents, and fails
// where a relaxation was never needed. Its argument is the directory that SERVICES_OAI_TALLY named in that run.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator/oaicheck"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "documents:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give the directory that %s named in a whole run", oaicheck.TallyEnv)
	}
	tally, err := oaicheck.ReadTally(args[0])
	if err != nil {
		return err
	}
	if err := tally.Print(os.Stdout); err != nil {
		return err
	}
	if unneeded := tally.Unneeded(); len(unneeded) > 0 {
		return fmt.Errorf("no exchange needed these relaxations, which have to go: %s", strings.Join(unneeded, ", "))
	}
	return nil
}
