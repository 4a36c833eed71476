// Package acctest runs acceptance tests: a simulator of its own for each test,
// the provider in process, and the real Terraform or OpenTofu in between.
package acctest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/telephony-iac/terraform-provider-telephony/internal/fastpathtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator/oaicheck"
)

// Simulation is a simulator that listens on a loopback address as long as its
// test runs.
type Simulation struct {
	*simulator.Server
	URL string

	// FaultyFinalPlans makes a final plan that contradicts the first one an error of
	// the apply, as Terraform does, and no failure of the test. Where a service
	// answered the look-up of the first plan and fails that of the second, the
	// provider has no other way out.
	FaultyFinalPlans bool
	// Log gets what the provider of a Driver logs, down to TRACE; nil: nobody does.
	Log io.Writer

	handler http.Handler
	options []provider.Option // of the provider of a Driver
}

// Start starts a simulator. Where SERVICES_OAI_DIR is set, every request and
// every answer is held against the services' own documents.
func Start(t *testing.T, opts ...simulator.Option) *Simulation {
	t.Helper()
	sim := simulator.New(opts...)
	handler := oaicheck.Guard(t, sim)
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		sim.Close() // first, since the server waits for requests that hang
		server.Close()
	})
	return &Simulation{Server: sim, URL: server.URL, handler: handler}
}

// newServer makes the provider as main serves it, with waits that are short
// enough for a test, unless the options say otherwise.
func newServer(options ...provider.Option) func() tfprotov6.ProviderServer {
	return provider.NewServer("test", append([]provider.Option{
		fastpathtest.Compared(func(string, bool) {}),
		provider.WithWaits(httpapi.WaitPolicy{Base: time.Millisecond, Cap: 5 * time.Millisecond}),
		provider.WithPollInterval(time.Millisecond),
	}, options...)...)
}

// Factories are the provider in process, for terraform-plugin-testing.
func Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"telephony": func() (tfprotov6.ProviderServer, error) { return newServer()(), nil },
	}
}

// Provider is the configuration of the provider for this simulator, with
// further arguments.
func (s *Simulation) Provider(arguments ...string) string {
	return fmt.Sprintf(`
provider "telephony" {
  %s
  twilio {
    account_sid = %q
    auth_token  = %q
    base_url    = "%s/twilio"
  }
}
`, strings.Join(arguments, "\n  "), simulator.DefaultAccountSID, simulator.DefaultAuthToken, s.URL)
}
