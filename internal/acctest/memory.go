package acctest

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// StartInMemory is Start for a test in a bubble of testing/synctest, where it
// must be called: see simulator.InMemory. The provider of its Driver waits as long
// as it does for a user.
func StartInMemory(t *testing.T, opts ...simulator.Option) *Simulation {
	t.Helper()
	sim := simulator.New(opts...)
	transport, stop := simulator.InMemory(sim)
	t.Cleanup(func() {
		sim.Close() // first, since the server waits for requests that hang
		stop()
	})
	options := []provider.Option{
		provider.WithTransport(transport),
		provider.WithWaits(httpapi.WaitPolicy{}),
		provider.WithPollInterval(0),
	}
	if cases.Soak() { // thousands of cases: that both paths answer alike is held elsewhere
		options = append(options, provider.WithFastPaths(nil))
	}
	return &Simulation{Server: sim, URL: "http://127.0.0.1", handler: sim, options: options}
}
