package phonenumber_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	telnyxConnection = "1293384261075731499"
	telnyxSecret     = "KEY0123456789-simulated-notarealsecret"
)

// startTelnyx starts a simulator in which Nixflex has agents and Twilio no number.
func startTelnyx(t *testing.T, rules simulator.NixflexRules) (*acctest.Simulation, *acctest.Resource) {
	t.Helper()
	sim := acctest.Start(t, simulator.WithNixflex(rules))
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSales})
	return sim, sim.Driver(t, nil).Resource(oneNumber)
}

// onTelnyx is the configuration of the number for the agent, with this connection.
func onTelnyx(agent, connection string, version int) acctest.Values {
	return acctest.Values{"phone_number": number, "nixflex": acctest.Values{
		"agent_id": agent, "telnyx_connection_id": connection, "telnyx_api_key_wo": telnyxSecret, "telnyx_api_key_wo_version": version,
	}}
}

// A number of Telnyx is imported, changed and taken off without a word to Twilio,
// whatever the answers leave out.
func TestNixflexNumberOfTelnyx(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.NixflexRules{
		"by the SDK":             {},
		"with answers in part":   {PartialAnswers: true},
		"with Twilio's clean-up": {DeleteNeedsTwilio: true, ImportIgnoresPrompt: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, r := startTelnyx(t, rules)
			config := onTelnyx(nixflexSupport, telnyxConnection, 1)
			p := r.Plan(config)
			if p.After["carrier"] != "external" || len(p.Diagnostics) > 0 {
				t.Errorf("the plan is %v with %+v", p.After, p.Diagnostics)
			}
			mustApply(t, r, config)
			expectSettled(t, r, config)
			for _, step := range []struct {
				config acctest.Values
				writes string
			}{
				{onTelnyx(nixflexSales, telnyxConnection, 1), "DELETE nixflex, POST nixflex"},
				{onTelnyx(nixflexSales, "2", 1), "DELETE nixflex, POST nixflex"},
				{onTelnyx(nixflexSales, "2", 2), "DELETE nixflex, POST nixflex"},
			} {
				sim.ResetRequests()
				mustApply(t, r, step.config)
				if wrote := vapiWrites(sim); wrote != step.writes {
					t.Errorf("it wrote %s, want %s", wrote, step.writes)
				}
				expectSettled(t, r, step.config)
			}
			n, _ := sim.Nixflex().Number(number)
			if n.AgentID != nixflexSales || n.TelnyxConnectionID != "2" || n.TelnyxAPIKey != telnyxSecret || n.TwilioToken != "" {
				t.Errorf("Nixflex has %+v", n)
			}
			if all := fmt.Sprint(r.State()) + privateText(t, r.Private()); strings.Contains(all, telnyxSecret) {
				t.Error("the key is in state")
			}
			if _, diags := r.TerraformDestroy(config); diags.Failed() {
				t.Errorf("%+v", diags)
			}
			nothingAtNixflex(t, sim)
			for _, request := range sim.Requests() {
				if request.Service == simulator.Twilio {
					t.Errorf("Twilio was asked %s", request)
				}
			}
		})
	}
}

// An import finds out by itself who carries the number: neither connection nor key
// need to be configured.
func TestNixflexImportOfANumberOfTelnyx(t *testing.T) {
	t.Parallel()
	sim, r := startTelnyx(t, simulator.NixflexRules{})
	sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: number, AgentID: nixflexSupport, TelnyxConnectionID: telnyxConnection})
	if diags := r.Import("nixflex/" + number); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	if state := r.State(); state["carrier"] != "external" || state["status"] != "active" {
		t.Errorf("the state is %v", state)
	}
	bare := acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}}
	expectSettled(t, r, bare)
	if wrote := vapiWrites(sim); wrote != "" {
		t.Errorf("it wrote %s", wrote)
	}
	named := acctest.Values{"phone_number": number, "nixflex": acctest.Values{
		"agent_id": nixflexSupport, "telnyx_connection_id": telnyxConnection,
	}}
	mustApply(t, r, named) // nothing tells that it is another one
	if wrote := vapiWrites(sim); wrote != "" {
		t.Errorf("it wrote %s", wrote)
	}
	expectSettled(t, r, named)
}

// What is missing for the import is an error of the plan; what Nixflex says of the
// key is one of the apply.
func TestNixflexNumberOfTelnyxThatCannotBeImported(t *testing.T) {
	t.Parallel()
	_, r := startTelnyx(t, simulator.NixflexRules{TelnyxKeysRefused: true})
	without := acctest.Values{"phone_number": number, "nixflex": acctest.Values{
		"agent_id": nixflexSupport, "telnyx_connection_id": telnyxConnection,
	}}
	expectDiagnostic(t, r.Plan(without).Diagnostics, "error", "", `set telnyx_api_key_wo`)
	config := onTelnyx(nixflexSupport, telnyxConnection, 1)
	released := onTelnyx(nixflexSupport, telnyxConnection, 1)
	released["release_on_destroy"] = "release"
	expectDiagnostic(t, r.Plan(released).Diagnostics, "error", `Release of .* is impossible`, `external carrier`)
	_, diags := r.TerraformApply(config)
	expectDiagnostic(t, diags, "warning", "not set up completely", `telnyx_auth_failed`)

	_, r = startTelnyx(t, simulator.NixflexRules{TwilioOnly: true})
	_, diags = r.TerraformApply(config)
	expectDiagnostic(t, diags, "warning", "not set up completely", `twilio_sid is required`)
}
