package acctest

import (
	"os"
	"strconv"
	"sync"
	"testing"
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
		return Start(t).Provider()
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
