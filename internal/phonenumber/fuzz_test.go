package phonenumber_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// credentials are for all services, so that no answer is spared.
var credentials = map[string]string{
	"TWILIO_ACCOUNT_SID": simulator.DefaultAccountSID, "TWILIO_AUTH_TOKEN": simulator.DefaultAuthToken,
	"NIXFLEX_API_KEY": simulator.DefaultNixflexKey, "SYNTHFLOW_API_KEY": simulator.DefaultSynthflowAPIKey,
	"SYNTHFLOW_WORKSPACE_ID": simulator.DefaultSynthflowWorkspaceID, "SYNTHFLOW_REGION": "us",
	"DIALNEXA_API_KEY": simulator.DefaultDialNexaAPIKey, "RESEMBLE_API_KEY": simulator.DefaultResembleToken,
}

// hostile is a provider whose services all answer the same. Each call's
// diagnostics are held to what a terminal can bear.
type hostile struct {
	tfprotov6.ProviderServer
	t       *testing.T
	schemas *tfprotov6.GetProviderSchemaResponse
}

func newHostile(t *testing.T, schemas *tfprotov6.GetProviderSchemaResponse, status int, body []byte) *hostile {
	t.Helper()
	requests := 0
	return newServices(t, schemas, func(req *http.Request) *http.Response {
		if requests++; requests > 10_000 {
			panic("the requests never end")
		}
		for segment := range strings.SplitSeq(req.URL.EscapedPath()[1:], "/") {
			if segment == ".." || segment == "." || segment == "" && req.Method != http.MethodGet {
				t.Errorf("%s %s", req.Method, req.URL)
			}
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}
	})
}

// newServices is a provider all of whose requests are answered by one function.
func newServices(t *testing.T, schemas *tfprotov6.GetProviderSchemaResponse, answer transport) *hostile {
	t.Helper()
	server := provider.NewServer("fuzz",
		provider.WithWaits(httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond}),
		provider.WithPollInterval(time.Nanosecond),
		provider.WithTransport(answer),
	)()
	config, err := tfprotov6.NewDynamicValue(schemas.Provider.ValueType(), unset(schemas.Provider.ValueType()))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: &config})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(err, resp)
	}
	return &hostile{ProviderServer: server, t: t, schemas: schemas}
}

type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req), nil }

// unset is an object in which nothing is set.
func unset(of tftypes.Type) tftypes.Value {
	values := map[string]tftypes.Value{}
	if object, ok := of.(tftypes.Object); ok {
		for name, attribute := range object.AttributeTypes {
			values[name] = tftypes.NewValue(attribute, nil)
		}
	}
	return tftypes.NewValue(of, values)
}

func schemasOf(f *testing.F) *tfprotov6.GetProviderSchemaResponse {
	f.Helper()
	for name, value := range credentials {
		f.Setenv(name, value)
	}
	return providerSchemas(f)
}

func providerSchemas(t testing.TB) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	schemas, err := provider.NewServer("fuzz")().GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// ok says whether a call succeeded; what it has to say must be printable.
func (h *hostile) ok(err error, diagnostics []*tfprotov6.Diagnostic) bool {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	failed := false
	for _, d := range diagnostics {
		failed = failed || d.Severity == tfprotov6.DiagnosticSeverityError
		h.printable(d.Summary)
		h.printable(d.Detail)
		for _, secret := range credentials {
			if secret != "us" && secret != simulator.DefaultAccountSID && secret != simulator.DefaultSynthflowWorkspaceID &&
				strings.Contains(d.Detail, secret) {
				h.t.Errorf("a secret is in: %s", d.Detail)
			}
		}
	}
	return !failed
}

func (h *hostile) printable(text string) {
	h.t.Helper()
	if len(text) > 100_000 || strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	}) {
		h.t.Errorf("not fit for a terminal: %q", text[:min(len(text), 300)])
	}
}

// read refreshes a state and checks what the provider itself says in it.
func (h *hostile) read(state *tfprotov6.DynamicValue, private []byte) {
	h.t.Helper()
	const typeName = "telephony_phone_number"
	resp, err := h.ReadResource(h.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: state, Private: private,
	})
	if !h.ok(err, resp.Diagnostics) {
		return
	}
	got, err := resp.NewState.Unmarshal(h.schemas.ResourceSchemas[typeName].ValueType())
	if err != nil {
		h.t.Fatal(err)
	}
	if got.IsNull() {
		return
	}
	var attributes map[string]tftypes.Value
	if err := got.As(&attributes); err != nil {
		h.t.Fatal(err)
	}
	var id, reason string
	var steps []tftypes.Value
	if err := attributes["id"].As(&id); err != nil || !e164Form.MatchString(id) {
		h.t.Errorf("id %q, %v", id, err)
	}
	_ = attributes["status_reason"].As(&reason)
	h.printable(reason)
	_ = attributes["destroy_steps"].As(&steps)
	for _, step := range steps {
		var sentence string
		_ = step.As(&sentence)
		h.printable(sentence)
	}
}

var e164Form = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// hostileBodies are answers of services, with all that a service should not say.
var hostileBodies = []string{
	`{"incoming_phone_numbers": [{"sid": "` + numberSID + `", "phone_number": "+14155550100", "friendly_name": "\u001b[31m\u202e"}]}`,
	`{"sid": "` + numberSID + `", "phone_number": "+14155550100", "account_sid": "` + simulator.DefaultAccountSID + `"}`,
	`{"phone_numbers": [{"phone_number": "+14155550100", "agent_id": "\u001b[2J../x"}], "count": 1}`,
	`{"success": true, "items": [{"id": 7, "phone_number": "+14155550100", "status": "corrupted", "agent_name": "\u001b"}], "count": 1}`,
	`{"data": [{"id": "phn_x1", "phone_number": "\u001b[31m"}], "total": 1}`,
	`{"id": "phn_x1", "phone_number": "+14155550100", "agent_id": "\u001b[31m"}`,
	`{"slug": "14155550100", "phone_number": "+14155550100", "assistants": ["\u001b[31m"]}`,
	`{"code": 20003, "message": "\u001b[31mAuthenticate\u0007", "status": 401}`,
	"\x1b[31m<html>", "",
}

// Whatever import ID a user gives and whatever the services answer to it: the
// provider does not panic, sends no request elsewhere, says nothing that a
// terminal obeys, and lets no number into state that is not in E.164 form.
func FuzzImport(f *testing.F) {
	schemas := schemasOf(f)
	for _, id := range []string{
		"+14155550100", numberSID, "twilio/+14155550100", "nixflex/+14155550100", "synthflow/w1/14155550100", "dialnexa/phn_x1",
		"dialnexa/+14155550100", "resemble/7", "resemble/+14155550100", "twilio/../x", "nixflex/%2e%2e", "\x1b[31m", "synthflow/../x",
	} {
		for i, body := range hostileBodies {
			f.Add(id, []int{200, 404}[i%2], []byte(body))
			f.Add(id, 200, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, id string, status int, body []byte) {
		if status < 200 || status > 599 || status == http.StatusTooManyRequests {
			return
		}
		h := newHostile(t, schemas, status, body)
		resp, err := h.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
			TypeName: "telephony_phone_number", ID: id,
		})
		if h.ok(err, resp.Diagnostics) && len(resp.ImportedResources) == 1 {
			h.read(resp.ImportedResources[0].State, resp.ImportedResources[0].Private)
		}
	})
}

// The same for the state of another provider's resource that is moved.
func FuzzMove(f *testing.F) {
	schemas := schemasOf(f)
	for _, source := range moveSources() {
		for _, body := range hostileBodies[:3] {
			f.Add(source.address, source.resource, []byte(source.state), []byte(body))
		}
	}
	for _, state := range []string{``, `null`, `[]`, `{}`, `{"phone_number": 1}`, `{"sid": "PN/../x", "phone_number": "\u001b"}`} {
		f.Add("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", []byte(state), []byte("{}"))
	}
	f.Fuzz(func(t *testing.T, address, resource string, state, body []byte) {
		h := newHostile(t, schemas, http.StatusOK, body)
		resp, err := h.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
			SourceProviderAddress: address, SourceTypeName: resource, SourceState: &tfprotov6.RawState{JSON: state},
			TargetTypeName: "telephony_phone_number",
		})
		if h.ok(err, resp.Diagnostics) && resp.TargetState != nil {
			h.read(resp.TargetState, resp.TargetPrivate)
		}
	})
}
