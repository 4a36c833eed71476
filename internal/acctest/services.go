package acctest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// BudgetEnv has tests that call Services run against the services themselves, by
// the credentials in the environment, for no more than this many USD.
const BudgetEnv = "TELEPHONY_LIVE_BUDGET"

// LivePrefix begins the friendly name of every number that such a test buys, so
// that make live LIVEARGS=-sweep finds those that were left.
const LivePrefix = "telephony-live "

// budget is what this process has spent of it.
var budget struct {
	sync.Mutex
	spent float64
}

// Services is the provider's configuration for the services that a test runs
// against: those of a simulator or, with BudgetEnv set, the real ones. There it
// skips the test if what it may cost, in USD, is more than is left; without any
// cost it may neither buy nor release.
func Services(t *testing.T, costs float64) string {
	t.Helper()
	set := os.Getenv(BudgetEnv)
	if set == "" {
		return platforms(Start(t))
	}
	limit, err := strconv.ParseFloat(set, 64)
	if err != nil {
		t.Fatalf("%s is an amount in USD: %v", BudgetEnv, err)
	}
	budget.Lock()
	defer budget.Unlock()
	if budget.spent+costs > limit {
		t.Skipf("it may cost %.2f USD, and %.2f of %.2f are spent", costs, budget.spent, limit)
	}
	budget.spent += costs
	if costs > 0 {
		return "provider \"telephony\" {}\n"
	}
	return "provider \"telephony\" {\n  prevent_purchase = true\n  prevent_release = true\n}\n"
}

// platforms configures those of a simulator that put a number of Twilio's on an
// agent without more than that agent, and gives each an agent.
func platforms(sim *Simulation) string {
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: "agent_0000000000000000000000a1"})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: "00000000-0000-4000-8000-0000000000a1"})
	sim.Vapi().AddAssistant("00000000-0000-4000-8000-0000000000a1")
	sim.ElevenLabs().AddAgent("agent_0000000000000000000000a1")
	blocks := ""
	for name, key := range map[string]string{
		"nixflex": simulator.DefaultNixflexKey, "resemble": simulator.DefaultResembleToken,
		"vapi": simulator.DefaultVapiKey, "elevenlabs": simulator.DefaultElevenLabsKey,
	} {
		blocks += fmt.Sprintf("  %s {\n    api_key  = %q\n    base_url = \"%s/%[1]s\"\n  }\n", name, key, sim.URL)
	}
	return sim.Provider(blocks)
}

// LivePlatforms are the platforms that Services has configured, each with the
// argument of its block that names an agent.
func LivePlatforms() map[string]string {
	configured := map[string]string{}
	for name, agent := range map[string]string{
		"nixflex": "agent_id", "resemble": "agent_uuid", "vapi": "assistant_id", "elevenlabs": "agent_id",
	} {
		if os.Getenv(BudgetEnv) == "" || os.Getenv(strings.ToUpper(name)+"_API_KEY") != "" {
			configured[name] = agent
		}
	}
	return configured
}
