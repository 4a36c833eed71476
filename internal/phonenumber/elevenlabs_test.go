package phonenumber_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	elevenLabsSupport = "agent_0000000000000000000000a1"
	elevenLabsSales   = "agent_0000000000000000000000a2"
)

func nothingAtElevenLabs(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if left := sim.ElevenLabs().Numbers(); len(left) > 0 {
		t.Errorf("left at ElevenLabs: %+v", left)
	}
}

// startElevenLabs starts a simulator in which Twilio holds the number and
// ElevenLabs has agents, and a resource for it.
func startElevenLabs(t *testing.T, rules simulator.ElevenLabsRules) (*acctest.Simulation, *acctest.Resource) {
	t.Helper()
	sim := acctest.Start(t, simulator.WithElevenLabs(rules))
	owned(sim, simulator.TwilioNumber{})
	sim.ElevenLabs().AddAgent(elevenLabsSupport)
	sim.ElevenLabs().AddAgent(elevenLabsSales)
	return sim, sim.Driver(t, acctest.Values{"max_retries": 0, "elevenlabs": acctest.Values{
		"api_key": simulator.DefaultElevenLabsKey, "base_url": sim.URL + "/elevenlabs",
	}}).Resource(oneNumber)
}

// atElevenLabs is the configuration of the number with this block.
func atElevenLabs(block acctest.Values) acctest.Values {
	return acctest.Values{"phone_number": number, "elevenlabs": block}
}

// Agent and label are changed in place; what ElevenLabs can't change makes another
// import, after which the number is routed again.
func TestElevenLabsChanges(t *testing.T) {
	t.Parallel()
	for _, rules := range []simulator.ElevenLabsRules{{}, {
		DeleteClearsWebhooks: true, ImportSetsStatus: true, AtUSHost: true, ImportIgnoresAgent: true, UnknownIs422: true,
	}} {
		sim, r := startElevenLabs(t, rules)
		mustApply(t, r, acctest.Values{"phone_number": number, "voice_url": "https://example.com/v", "status_callback": "https://example.com/s"})
		sim.ResetRequests()
		config := atElevenLabs(acctest.Values{"agent_id": elevenLabsSupport})
		mustApply(t, r, config)
		expectSettled(t, r, config)
		if at, _ := sim.Twilio().Number(number); strings.Contains(at.StatusCallback, "example.com") {
			t.Errorf("the status callback is still %s", at.StatusCallback)
		}
		block, _ := r.State()["elevenlabs"].(acctest.Values)
		if block["label"] != number || r.State()["carrier"] != "twilio" || r.State()["platform"] != "elevenlabs" {
			t.Errorf("the state is %v", r.State())
		}
		sim.ResetRequests()
		for _, step := range []struct {
			block  acctest.Values
			writes string
		}{
			{acctest.Values{"agent_id": elevenLabsSales, "label": "Sales"}, "PATCH elevenlabs"},
			{acctest.Values{"label": "Sales"}, "PATCH elevenlabs"},
			{acctest.Values{"label": "Sales", "sms_enabled": false}, "DELETE elevenlabs, POST elevenlabs"},
			{acctest.Values{"label": "Sales"}, "DELETE elevenlabs, POST elevenlabs"},
			{acctest.Values{"label": "Sales", "twilio_auth_token_wo": simulator.DefaultAuthToken, "twilio_auth_token_wo_version": 2}, "DELETE elevenlabs, POST elevenlabs"},
		} {
			config = atElevenLabs(step.block)
			mustApply(t, r, config)
			if got := vapiWrites(sim); strings.ReplaceAll(got, "POST twilio, ", "") != step.writes {
				t.Errorf("it wrote %s, want %s", got, step.writes)
			}
			expectSettled(t, r, config)
			n, _ := sim.ElevenLabs().Number(number)
			at, _ := sim.Twilio().Number(number)
			if n.SMSDisabled != (step.block["sms_enabled"] == false) || n.SMSDisabled != (at.SMSURL == "") || !strings.Contains(at.VoiceURL, "elevenlabs.io") {
				t.Errorf("ElevenLabs has %+v, Twilio %+v", n, at)
			}
		}
		if _, diags := r.TerraformDestroy(config); diags.Failed() {
			t.Errorf("%+v", diags)
		}
		nothingAtElevenLabs(t, sim)
		expectUnwired(t, sim, number)
	}
}

func TestElevenLabsImportsShowNoChanges(t *testing.T) {
	t.Parallel()
	for _, disabled := range []bool{false, true} {
		for _, by := range []string{"number", "ID"} {
			sim, r := startElevenLabs(t, simulator.ElevenLabsRules{})
			const own = "https://example.com/sms"
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.SMSURL = own })
			id := sim.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: number, Label: "Desk", SMSDisabled: disabled})
			if by == "number" {
				id = number
			}
			if diags := r.Import("elevenlabs/" + id); diags.Failed() {
				t.Fatalf("%+v", diags)
			}
			config := atElevenLabs(acctest.Values{"label": "Desk", "sms_enabled": !disabled})
			if disabled {
				config["sms_url"] = own
			}
			expectSettled(t, r, config)
			if got := vapiWrites(sim); got != "" {
				t.Errorf("the import wrote %s", got)
			}
		}
	}
}

// What leads elsewhere at Twilio is led back without another import.
func TestElevenLabsWiringIsRestoredWithoutAnImport(t *testing.T) {
	t.Parallel()
	sim, r := startElevenLabs(t, simulator.ElevenLabsRules{})
	config := atElevenLabs(acctest.Values{"agent_id": elevenLabsSupport})
	mustApply(t, r, config)
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) {
		n.VoiceURL, n.SMSMethod = "https://example.com/elsewhere", http.MethodGet
	})
	if diags := r.Read(); diags.Failed() || r.State()["status"] != "corrupted" {
		t.Fatalf("%v %+v", r.State()["status"], diags)
	}
	vapiWrites(sim)
	mustApply(t, r, config)
	if got := vapiWrites(sim); got != "POST twilio" {
		t.Errorf("it wrote %s", got)
	}
	expectSettled(t, r, config)
}

// A record that is reached over a SIP trunk, and a pair of records, are left alone.
func TestElevenLabsRecordsInDoubtAreRefused(t *testing.T) {
	t.Parallel()
	for says, records := range map[string][]simulator.ElevenLabsNumber{
		`as a number of "sip_trunk"`:      {{PhoneNumber: number, Provider: simulator.ElevenLabsSIPTrunk}},
		`as a number of "exotel"`:         {{PhoneNumber: number, Provider: simulator.ElevenLabsExotel}},
		`several records have the number`: {{PhoneNumber: number}, {PhoneNumber: number}},
	} {
		sim, r := startElevenLabs(t, simulator.ElevenLabsRules{})
		for _, record := range records {
			sim.ElevenLabs().AddNumber(record)
		}
		sim.ResetRequests()
		_, diags := r.TerraformApply(atElevenLabs(acctest.Values{"agent_id": elevenLabsSupport}))
		expectDiagnostic(t, diags, "error", "", says)
		if got := vapiWrites(sim); got != "" {
			t.Errorf("it wrote %s", got)
		}
	}
}

// Without a token of the account that owns the number, and in another region than
// Twilio's default one, an import cannot succeed, so the plan says so. A record that
// is there needs neither.
func TestElevenLabsImportThatCannotSucceedIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	config := atElevenLabs(acctest.Values{"agent_id": elevenLabsSupport})
	for name, test := range map[string]struct {
		twilio acctest.Values
		says   string
	}{
		"API key": {acctest.Values{"auth_token": nil}, `set twilio_auth_token_wo, or auth_token`},
		"region":  {acctest.Values{"region": "ie1", "edge": "dublin"}, `works in region ie1.*Import \+14155550100 in ElevenLabs' dashboard`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, _ := startElevenLabs(t, simulator.ElevenLabsRules{})
			key := sim.Twilio().AddAPIKey(simulator.DefaultAccountSID, true)
			account := acctest.Values{"account_sid": simulator.DefaultAccountSID, "base_url": sim.URL + "/twilio"}
			if name == "API key" {
				account["api_key"], account["api_secret"] = key.SID, key.Secret
			} else {
				account["auth_token"] = simulator.DefaultAuthToken
			}
			maps.Copy(account, test.twilio)
			r := sim.Driver(t, acctest.Values{"twilio": account, "elevenlabs": acctest.Values{
				"api_key": simulator.DefaultElevenLabsKey, "base_url": sim.URL + "/elevenlabs",
			}}).Resource(oneNumber)
			expectDiagnostic(t, r.Plan(config).Diagnostics, "error", "", test.says)
			sim.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: number})
			mustApply(t, r, config)
			expectSettled(t, r, config)
			again := atElevenLabs(acctest.Values{"agent_id": elevenLabsSupport, "sms_enabled": false})
			expectDiagnostic(t, r.Plan(again).Diagnostics, "error", "", test.says)
		})
	}
}
