package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulation"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator/oaicheck"
)

func TestMain(m *testing.M) {
	pause = time.Millisecond
	os.Exit(m.Run())
}

// lived is a number that is on no platform.
const lived = "+14155550100"

// accounts are what the services hold: of each kind more than one, where a list could tell something by it.
const accounts = `{
	"twilio": {
		"trunks": [{"sid": "TK0123456789abcdef0123456789abcdef"}],
		"applications": [{"sid": "AP0123456789abcdef0123456789abcdef", "account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}],
		"services": [{"sid": "MG0123456789abcdef0123456789abcdef"}],
		"numbers": [
			{"phone_number": "+14155550100", "friendly_name": "Support", "voice_url": "https://example.com/voice",
				"voice_fallback_url": "https://example.com/fallback", "voice_method": "GET", "sms_url": "https://example.com/sms"},
			{"phone_number": "+14155550110"}, {"phone_number": "+14155550120"}
		]
	},
	"synthflow": {
		"numbers": [{"phone_number": "+14155550130", "provider_name": "custom"}, {"phone_number": "+14155550131"}, {"phone_number": "+14155550132"}],
		"agents": [{"id": "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11", "name": "Surveys"}]
	},
	"dialnexa": {
		"agents": [{"id": "agt_f7w2kx5mb9qz", "title": "Bookings"}],
		"numbers": [{"phone_number": "+16285550180"}, {"phone_number": "+16285550181"}]
	},
	"nixflex": {
		"agents": [{"agent_id": "agent_0123456789abcdef", "name": "Oakland"}, {"agent_id": "agent_0123456789abcdee", "name": "Berkeley"}],
		"numbers": [
			{"phone_number": "+14155550110", "agent_id": "agent_0123456789abcdef"},
			{"phone_number": "+14155550120", "agent_id": "agent_0123456789abcdef"}
		]
	},
	"resemble": {
		"agents": [
			{"uuid": "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f", "name": "Sales", "voice_uuid": "voice"},
			{"uuid": "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e70", "name": "Night", "voice_uuid": "voice"}
		],
		"numbers": [{"phone_number": "+14155550140", "label": "Sales"}]
	},
	"retell": {
		"agents": [{"id": "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD", "name": "Reception"}, {"id": "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxE", "chat": true}],
		"numbers": [{"phone_number": "+14155550141"}, {"phone_number": "+14155550142"}]
	},
	"vapi": {
		"assistants": [{"id": "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21", "name": "Help desk"}, {"id": "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d22"}],
		"numbers": [
			{"provider": "twilio", "number": "+14155550143", "twilio_account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "twilio_auth_token": "0123456789abcdef0123456789abcdef"},
			{"provider": "vapi", "number": "+14155550144"}
		]
	},
	"elevenlabs": {
		"agents": [{"id": "agent_7101k5zvyjhmfg983brhmhkd98n6", "name": "Returns"}, {"id": "agent_7101k5zvyjhmfg983brhmhkd98n7"}],
		"numbers": [{"phone_number": "+14155550145", "label": "Returns"}]
	}
}`

// start starts the services with those accounts, and gives the environment access to them.
func start(t *testing.T, options ...simulator.Option) *simulator.Server {
	t.Helper()
	sim := simulator.New(options...)
	if err := sim.Seed(strings.NewReader(accounts)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(oaicheck.Guard(t, sim))
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	for _, variable := range simulation.Access(server.URL) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	for _, name := range simulation.Better {
		t.Setenv(name, "")
	}
	return sim
}

func runLive(t *testing.T, out io.Writer, args ...string) error {
	t.Helper()
	return run(t.Context(), args, os.Getenv, http.DefaultTransport, out)
}

// look runs live, and returns what it printed.
func look(t *testing.T, args ...string) (document, error) {
	t.Helper()
	var out strings.Builder
	err := runLive(t, &out, append([]string{"-json"}, args...)...)
	var d document
	if out.Len() > 0 {
		if err := json.Unmarshal([]byte(out.String()), &d); err != nil {
			t.Fatal(err)
		}
	}
	return d, err
}

func (d document) of(rule simulator.Rule) finding {
	for _, f := range d.Rules {
		if f.Service == string(rule.Service) && f.Rule == rule.Name {
			return f
		}
	}
	return finding{}
}

func TestEveryRuleHasAWayToSeeIt(t *testing.T) {
	known := map[simulator.Rule]bool{}
	for _, rule := range simulator.Rules() {
		known[rule] = true
		if how, ok := ways[rule]; !ok || how.how == never && how.needs == "" {
			t.Errorf("nothing says how %v can be seen, or why it is never", rule)
		}
	}
	for rule := range ways {
		if !known[rule] {
			t.Errorf("the simulator has no rule %v", rule)
		}
	}
}

func TestEveryServiceIsRead(t *testing.T) {
	for _, service := range provider.Services() {
		if asked[service.Kind.Name].read == nil {
			t.Errorf("nothing is asked of %s", service.Kind.Title)
		}
	}
}

func TestReadingChangesNothing(t *testing.T) {
	sim := start(t)
	d, err := look(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet && r.Path != "/v2/list-agents" {
			t.Errorf("it sent %s", r)
		}
	}
	for _, m := range d.Remarks {
		if m.About == "unknown" || m.About == "missing" || m.About == "failed" {
			t.Errorf("%+v", m)
		}
	}
}

func TestReadOnlyTransportRefusesWrites(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		req := httptest.NewRequestWithContext(t.Context(), method, "https://example.com/v1/Trunks", nil)
		if resp, err := (readOnly{http.DefaultTransport}).RoundTrip(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s went through", method)
		}
	}
}

func TestLifeNeitherBuysNorReleases(t *testing.T) {
	for _, line := range []string{
		"POST /2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json", "POST /2010-04-01/Accounts/AC1/IncomingPhoneNumbers/Local.json",
		"DELETE /2010-04-01/Accounts/AC1/IncomingPhoneNumbers/PN1.json", "DELETE /v1/organization-phone-numbers/phn_1",
		"POST /v1/organization-phone-numbers/purchase", "POST /create-phone-number",
	} {
		method, path, _ := strings.Cut(line, " ")
		req := httptest.NewRequestWithContext(t.Context(), method, "https://example.com"+path, nil)
		if resp, err := (withoutMoney{http.DefaultTransport}).RoundTrip(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s went through", line)
		}
	}
}

func TestWithoutKeysItSaysWhatToSet(t *testing.T) {
	err := run(context.Background(), nil, func(string) string { return "" }, http.DefaultTransport, os.Stdout)
	if err == nil {
		t.Fatal("it ran")
	}
	for _, variable := range []string{
		"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SYNTHFLOW_API_KEY", "SYNTHFLOW_REGION", "DIALNEXA_API_KEY", "NIXFLEX_API_KEY",
		"RESEMBLE_API_KEY", "RETELL_API_KEY", "VAPI_API_KEY", "ELEVENLABS_API_KEY",
	} {
		if !strings.Contains(err.Error(), variable) {
			t.Errorf("it does not name %s: %v", variable, err)
		}
	}
}

func TestNumberIsNamedTwice(t *testing.T) {
	for _, args := range [][]string{
		{"-number", lived}, {"-number", lived, "-number", "+14155550110"}, {"-number", "4155550100", "-number", "4155550100"},
	} {
		sim := start(t)
		if _, err := look(t, args...); err == nil || len(sim.Requests()) > 0 {
			t.Errorf("%v: %v, after %d requests", args, err, len(sim.Requests()))
		}
	}
}
