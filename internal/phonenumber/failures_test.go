package phonenumber_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// wantWords asks for a diagnostic of that severity that has all the words.
func wantWords(t *testing.T, diags acctest.Diagnostics, severity string, words ...string) {
	t.Helper()
	for _, d := range diags {
		text, missing := strings.Join(strings.Fields(d.Summary+" "+d.Detail), " "), false
		for _, word := range words {
			missing = missing || !strings.Contains(text, word)
		}
		if d.Severity == severity && !missing {
			return
		}
	}
	t.Errorf("no %s has %q:\n%+v", severity, words, diags)
}

func TestFailedRefreshSaysHowOftenItWasTriedAndThatStateIsAsItWas(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	r := sim.Driver(t, acctest.Values{"max_retries": 2}).Resource("telephony_phone_number")
	if _, diags := r.TerraformApply(acctest.Values{"phone_number": number}); diags.Failed() {
		t.Fatal(diags)
	}
	sid, _ := r.State()["sid"].(string)
	sim.Inject(simulator.Fault{Status: http.StatusServiceUnavailable})
	wantWords(t, r.Read(), "error", number, "Twilio answered 503 Service Unavailable, tried 3 times",
		"[GET …/IncomingPhoneNumbers/"+sid+".json]", "Nothing was changed in state.")
	sim.ClearFaults()
}

func TestRateLimitThatOutlastsTheOperationNamesTimeouts(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	r := sim.Driver(t, nil).Resource("telephony_phone_number")
	limit := simulator.Fault{
		Method: http.MethodPost, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"86400"}},
	}
	sim.Inject(limit)
	_, diags := r.TerraformApply(acctest.Values{"phone_number": number, "voice_url": "https://example.com/v"})
	wantWords(t, diags, "warning", number, "429 Too Many Requests", "24h0m0s", "timeouts block")
	sim.ClearFaults()
	if _, diags := r.TerraformApply(acctest.Values{"phone_number": number, "voice_url": "https://example.com/v"}); diags.Failed() {
		t.Fatal(diags)
	}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		limit.Method = method
		sim.Inject(limit)
		if method == http.MethodGet {
			wantWords(t, r.Read(), "error", number, "429 Too Many Requests", "timeouts block", "Nothing was changed in state.")
		} else {
			_, diags := r.TerraformApply(acctest.Values{"phone_number": number, "voice_url": "https://example.com/w"})
			wantWords(t, diags, "error", number, "429 Too Many Requests", "timeouts block")
		}
		sim.ClearFaults()
	}
}

func TestUnknownProviderConfigurationNamesTheBlockAndTheArgument(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	r := sim.Driver(t, acctest.Values{"twilio": acctest.Values{
		"account_sid": simulator.DefaultAccountSID, "auth_token": acctest.Unknown, "base_url": sim.URL + "/twilio",
	}}).Resource("telephony_phone_number")
	wantWords(t, r.Import(number), "error", number, "in the provider's twilio block, auth_token depends on something")
}
