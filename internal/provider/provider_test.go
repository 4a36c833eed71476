package provider

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Credentials that pass for real ones.
const (
	account      = "AC00000000000000000000000000000001"
	otherAccount = "AC00000000000000000000000000000002"
	key          = "SK00000000000000000000000000000001"
	otherKey     = "SK00000000000000000000000000000002"
)

// object is an object of a configuration; what it lacks is null.
type object map[string]any

// unknown is a value that is not known before apply.
var unknown any = tftypes.UnknownValue

// environment are the variables that are set; all others of the provider are not.
type environment map[string]string

func TestConfigure_WhatReachesTheWire(t *testing.T) {
	for name, test := range map[string]struct {
		config        object
		env           environment
		service       string
		url           string // of a request for /probe
		authorization string
		key           string // in the header of its own that ElevenLabs has
	}{
		"twilio, configuration alone": {
			config:        object{"twilio": object{"account_sid": account, "auth_token": "token"}},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, environment alone": {
			env:           environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token"},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, API key in configuration": {
			config:        object{"twilio": object{"account_sid": account, "api_key": key, "api_secret": "secret"}},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(key, "secret"),
		},
		"twilio, API key in environment": {
			env:           environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_API_KEY": key, "TWILIO_API_SECRET": "secret"},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(key, "secret"),
		},
		"twilio, configuration beats environment": {
			config: object{"twilio": object{
				"account_sid": account, "auth_token": "token", "base_url": "https://configured.example.com",
			}},
			env: environment{
				"TWILIO_ACCOUNT_SID": otherAccount,
				"TWILIO_AUTH_TOKEN":  "other",
				"TWILIO_BASE_URL":    "https://environment.example.com",
			},
			service:       "twilio",
			url:           "https://configured.example.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, each argument on its own": {
			config:        object{"twilio": object{"account_sid": account}},
			env:           environment{"TWILIO_ACCOUNT_SID": otherAccount, "TWILIO_AUTH_TOKEN": "token"},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, configured token beats API key of environment": {
			config: object{"twilio": object{"auth_token": "token"}},
			env: environment{
				"TWILIO_ACCOUNT_SID": account, "TWILIO_API_KEY": key, "TWILIO_API_SECRET": "secret",
			},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, configured API key beats token of environment": {
			config:        object{"twilio": object{"api_key": key, "api_secret": "secret"}},
			env:           environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token"},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(key, "secret"),
		},
		"twilio, configured API key takes its secret from environment": {
			config: object{"twilio": object{"api_key": key}},
			env: environment{
				"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token",
				"TWILIO_API_KEY": otherKey, "TWILIO_API_SECRET": "secret",
			},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(key, "secret"),
		},
		"twilio, API key beats token where environment has both": {
			env: environment{
				"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token",
				"TWILIO_API_KEY": key, "TWILIO_API_SECRET": "secret",
			},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(key, "secret"),
		},
		"twilio, token beats half an API key in environment": {
			env: environment{
				"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token", "TWILIO_API_KEY": key,
			},
			service:       "twilio",
			url:           "https://api.twilio.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, empty string is not set": {
			config:        object{"twilio": object{"auth_token": "token", "api_key": "", "base_url": "", "account_sid": ""}},
			env:           environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_BASE_URL": "https://environment.example.com"},
			service:       "twilio",
			url:           "https://environment.example.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, region and edge": {
			config: object{"twilio": object{
				"account_sid": account, "auth_token": "token", "region": "ie1", "edge": "dublin",
			}},
			service:       "twilio",
			url:           "https://api.dublin.ie1.twilio.com/probe",
			authorization: basic(account, "token"),
		},
		"twilio, region and edge from environment": {
			env: environment{
				"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token",
				"TWILIO_REGION": "au1", "TWILIO_EDGE": "sydney",
			},
			service:       "twilio",
			url:           "https://api.sydney.au1.twilio.com/probe",
			authorization: basic(account, "token"),
		},
		"nixflex, configuration alone": {
			config:        object{"nixflex": object{"api_key": "id:secret"}},
			service:       "nixflex",
			url:           "https://api.nixflex.com/probe",
			authorization: "Bearer id:secret",
		},
		"nixflex, environment alone": {
			env:           environment{"NIXFLEX_API_KEY": "id:secret", "NIXFLEX_BASE_URL": "https://environment.example.com"},
			service:       "nixflex",
			url:           "https://environment.example.com/probe",
			authorization: "Bearer id:secret",
		},
		"nixflex, configuration beats environment": {
			config:        object{"nixflex": object{"api_key": "id:secret", "base_url": "https://configured.example.com/"}},
			env:           environment{"NIXFLEX_API_KEY": "other:key", "NIXFLEX_BASE_URL": "https://environment.example.com"},
			service:       "nixflex",
			url:           "https://configured.example.com/probe",
			authorization: "Bearer id:secret",
		},
		"synthflow, configuration alone": {
			config:        object{"synthflow": object{"api_key": "secret", "region": "eu"}},
			service:       "synthflow",
			url:           "https://api.eu.synthflow.ai/v2/probe",
			authorization: "Bearer secret",
		},
		"synthflow, environment alone": {
			env:           environment{"SYNTHFLOW_API_KEY": "secret", "SYNTHFLOW_REGION": "us"},
			service:       "synthflow",
			url:           "https://api.us.synthflow.ai/v2/probe",
			authorization: "Bearer secret",
		},
		"synthflow, configuration beats environment": {
			config:        object{"synthflow": object{"api_key": "secret", "region": "global"}},
			env:           environment{"SYNTHFLOW_API_KEY": "other", "SYNTHFLOW_REGION": "us"},
			service:       "synthflow",
			url:           "https://api.synthflow.ai/v2/probe",
			authorization: "Bearer secret",
		},
		"synthflow, base URL without a region": {
			env:           environment{"SYNTHFLOW_API_KEY": "secret", "SYNTHFLOW_BASE_URL": "https://environment.example.com/v2"},
			service:       "synthflow",
			url:           "https://environment.example.com/v2/probe",
			authorization: "Bearer secret",
		},
		"dialnexa, configuration alone": {
			config:        object{"dialnexa": object{"api_key": "id:secret"}},
			service:       "dialnexa",
			url:           "https://api.dialnexa.com/v1/probe",
			authorization: "Bearer id:secret",
		},
		"dialnexa, environment alone": {
			env:           environment{"DIALNEXA_API_KEY": "id:secret", "DIALNEXA_BASE_URL": "https://environment.example.com/v1"},
			service:       "dialnexa",
			url:           "https://environment.example.com/v1/probe",
			authorization: "Bearer id:secret",
		},
		"dialnexa, configuration beats environment": {
			config:        object{"dialnexa": object{"api_key": "id:secret"}},
			env:           environment{"DIALNEXA_API_KEY": "other:key"},
			service:       "dialnexa",
			url:           "https://api.dialnexa.com/v1/probe",
			authorization: "Bearer id:secret",
		},
		"resemble, configuration alone": {
			config:        object{"resemble": object{"api_key": "secret"}},
			service:       "resemble",
			url:           "https://app.resemble.ai/api/v2/probe",
			authorization: "Bearer secret",
		},
		"resemble, environment alone": {
			env:           environment{"RESEMBLE_API_KEY": "secret", "RESEMBLE_BASE_URL": "https://environment.example.com/v2"},
			service:       "resemble",
			url:           "https://environment.example.com/v2/probe",
			authorization: "Bearer secret",
		},
		"resemble, configuration beats environment": {
			config:        object{"resemble": object{"api_key": "secret"}},
			env:           environment{"RESEMBLE_API_KEY": "other"},
			service:       "resemble",
			url:           "https://app.resemble.ai/api/v2/probe",
			authorization: "Bearer secret",
		},
		"retell, configuration beats environment": {
			config:        object{"retell": object{"api_key": "secret"}},
			env:           environment{"RETELL_API_KEY": "other"},
			service:       "retell",
			url:           "https://api.retellai.com/probe",
			authorization: "Bearer secret",
		},
		"retell, environment alone": {
			env:           environment{"RETELL_API_KEY": "secret", "RETELL_BASE_URL": "https://environment.example.com"},
			service:       "retell",
			url:           "https://environment.example.com/probe",
			authorization: "Bearer secret",
		},
		"elevenlabs, configuration beats environment": {
			config:  object{"elevenlabs": object{"api_key": "secret"}},
			env:     environment{"ELEVENLABS_API_KEY": "other"},
			service: "elevenlabs",
			url:     "https://api.elevenlabs.io/probe",
			key:     "secret",
		},
		"elevenlabs, isolated in a region, environment alone": {
			env:     environment{"ELEVENLABS_API_KEY": "secret", "ELEVENLABS_BASE_URL": "https://api.eu.residency.elevenlabs.io"},
			service: "elevenlabs",
			url:     "https://api.eu.residency.elevenlabs.io/probe",
			key:     "secret",
		},
		"vapi, in the US": {
			config:        object{"vapi": object{"api_key": "secret"}},
			env:           environment{"VAPI_API_KEY": "other"},
			service:       "vapi",
			url:           "https://api.vapi.ai/probe",
			authorization: "Bearer secret",
		},
		"vapi, in the EU, environment alone": {
			env:           environment{"VAPI_API_KEY": "secret", "VAPI_REGION": "eu"},
			service:       "vapi",
			url:           "https://api.eu.vapi.ai/probe",
			authorization: "Bearer secret",
		},
		"vapi, at another address": {
			env:           environment{"VAPI_API_KEY": "secret", "VAPI_BASE_URL": "https://environment.example.com"},
			service:       "vapi",
			url:           "https://environment.example.com/probe",
			authorization: "Bearer secret",
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.env.set(t)
			var wire recorder
			clients := capture(t)
			mustConfigure(t, test.config, WithTransport(&wire))

			if err := probe(t.Context(), clients[test.service]); err != nil {
				t.Fatal(err)
			}
			if len(wire.requests) != 1 {
				t.Fatalf("%d requests for one call", len(wire.requests))
			}
			got := wire.requests[0]
			if got.URL.String() != test.url {
				t.Errorf("request to %s, want %s", got.URL, test.url)
			}
			if got := got.Header.Get("Authorization"); got != test.authorization {
				t.Errorf("Authorization %q, want %q", got, test.authorization)
			}
			if got := got.Header.Get("Xi-Api-Key"); got != test.key {
				t.Errorf("xi-api-key %q, want %q", got, test.key)
			}
			if got, want := got.Header.Get("User-Agent"), "terraform-provider-telephony/test"; got != want {
				t.Errorf("User-Agent %q, want %q", got, want)
			}
		})
	}
}

// Without an injected transport: base_url leads every service to a server.
func TestConfigure_BaseURLOverTheNetwork(t *testing.T) {
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
	defer server.Close()
	environment{}.set(t)
	clients := capture(t)
	mustConfigure(t, everyService(server.URL))

	for _, s := range services {
		got = nil
		if err := probe(t.Context(), clients[s.kind.Name]); err != nil {
			t.Errorf("%s: %v", s.kind.Name, err)
		} else if want := "/" + s.kind.Name + "/probe"; got.URL.Path != want {
			t.Errorf("%s: request for %s, want %s", s.kind.Name, got.URL.Path, want)
		} else if got.Header.Get("Authorization")+got.Header.Get("Xi-Api-Key") == "" {
			t.Errorf("%s: request without credentials", s.kind.Name)
		}
	}
}

func TestConfigure_CertificateIsVerified(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of handshakes, which fail here
	server.StartTLS()
	defer server.Close()

	for name, test := range map[string]struct {
		options []Option
		refused bool
	}{
		"of an unknown authority": {refused: true},
		"of a trusted authority":  {options: []Option{WithTransport(server.Client().Transport)}},
	} {
		t.Run(name, func(t *testing.T) {
			environment{}.set(t)
			clients := capture(t)
			mustConfigure(t, everyService(server.URL), test.options...)
			for service, client := range clients {
				if err := probe(t.Context(), client); (err != nil) != test.refused {
					t.Errorf("%s: got error %v, want one: %t", service, err, test.refused)
				}
			}
		})
	}
}

func TestConfigure_CallsNobody(t *testing.T) {
	environment{}.set(t)
	var wire recorder
	mustConfigure(t, everyService("https://example.com"), WithTransport(&wire))
	if len(wire.requests) != 0 {
		t.Errorf("Configure called %s", wire.requests[0].URL)
	}
}

func TestCarriersSellWhatTheirKindsSay(t *testing.T) {
	environment{}.set(t)
	manager := mustConfigure(t, everyService("https://example.com"))
	for name, carrier := range manager.Carriers {
		if _, sells := carrier.(platform.Seller); sells != manager.Kinds.Sells(name) {
			t.Errorf("%s sells: %t", name, sells)
		}
	}
}

func TestConfigure_OpensTwilio(t *testing.T) {
	environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token"}.set(t)
	wire := recorder{body: `{"incoming_phone_numbers": []}`}
	manager := mustConfigure(t, nil, WithTransport(&wire))
	twilio := manager.Carriers["twilio"]
	if twilio == nil {
		t.Fatal("Twilio is not opened")
	}
	if _, err := twilio.Find(t.Context(), platform.Number{PhoneNumber: "+14155550100"}); !errors.Is(err, platform.ErrNotFound) {
		t.Errorf("got error %v, want %v", err, platform.ErrNotFound)
	}
	if len(wire.requests) != 1 || !strings.Contains(wire.requests[0].URL.Path, "/Accounts/"+account+"/") {
		t.Errorf("got requests %v, want one for account %s", wire.requests, account)
	}
	if manager.AccountSID != account {
		t.Errorf("account %q, want %q", manager.AccountSID, account)
	}
	if want := len(services) + 1; len(manager.Kinds) != want { // and the carrier that is no service
		t.Errorf("%d kinds, want %d", len(manager.Kinds), want)
	}
}

func TestConfigure_MissingArgumentsAreNamed(t *testing.T) {
	for name, test := range map[string]struct {
		config  object
		env     environment
		service string
		says    string
	}{
		"twilio, nothing": {
			service: "twilio",
			says: "Twilio needs account_sid: set account_sid in the provider's twilio block or TWILIO_ACCOUNT_SID. " +
				"Twilio needs credentials: set api_key with api_secret in the provider's twilio block or " +
				"TWILIO_API_KEY with TWILIO_API_SECRET (or auth_token, TWILIO_AUTH_TOKEN)",
		},
		"twilio, token alone": {
			env:     environment{"TWILIO_AUTH_TOKEN": "token"},
			service: "twilio",
			says:    "Twilio needs account_sid: set account_sid in the provider's twilio block or TWILIO_ACCOUNT_SID",
		},
		"twilio, account alone": {
			config:  object{"twilio": object{"account_sid": account}},
			service: "twilio",
			says: "Twilio needs credentials: set auth_token in the provider's twilio block or TWILIO_AUTH_TOKEN " +
				"(or api_key with api_secret, TWILIO_API_KEY with TWILIO_API_SECRET)",
		},
		"twilio, API key without its secret": {
			env:     environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_API_KEY": key},
			service: "twilio",
			says:    "Twilio needs credentials: set api_secret in the provider's twilio block or TWILIO_API_SECRET",
		},
		"twilio, configured API key without its secret, though environment has the token": {
			config:  object{"twilio": object{"api_key": key}},
			env:     environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "token"},
			service: "twilio",
			says:    "Twilio needs credentials: set api_secret in the provider's twilio block or TWILIO_API_SECRET",
		},
		"twilio, secret without its API key": {
			env:     environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_API_SECRET": "secret"},
			service: "twilio",
			says:    "Twilio needs credentials: set api_key in the provider's twilio block or TWILIO_API_KEY",
		},
		"nixflex": {
			service: "nixflex",
			says:    "Nixflex needs credentials: set api_key in the provider's nixflex block or NIXFLEX_API_KEY",
		},
		"nixflex, empty key": {
			config:  object{"nixflex": object{"api_key": ""}},
			service: "nixflex",
			says:    "Nixflex needs credentials: set api_key in the provider's nixflex block or NIXFLEX_API_KEY",
		},
		"synthflow": {
			service: "synthflow",
			says:    "Synthflow needs credentials: set api_key in the provider's synthflow block or SYNTHFLOW_API_KEY",
		},
		"synthflow, key alone": {
			env:     environment{"SYNTHFLOW_API_KEY": "secret"},
			service: "synthflow",
			says: "Synthflow needs region: set region in the provider's synthflow block or SYNTHFLOW_REGION " +
				"(or base_url, SYNTHFLOW_BASE_URL)",
		},
		"dialnexa": {
			service: "dialnexa",
			says:    "DialNexa needs credentials: set api_key in the provider's dialnexa block or DIALNEXA_API_KEY",
		},
		"resemble, base URL alone": {
			config:  object{"resemble": object{"base_url": "https://example.com"}},
			service: "resemble",
			says:    "Resemble AI needs credentials: set api_key in the provider's resemble block or RESEMBLE_API_KEY",
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.env.set(t)
			clients := capture(t)
			manager := mustConfigure(t, test.config)
			err := manager.Unavailable[test.service]
			if err == nil || err.Error() != test.says {
				t.Errorf("got error %v, want %s", err, test.says)
			}
			if clients[test.service] != nil {
				t.Error("the service is opened")
			}
		})
	}
}

func TestConfigure_WrongArgumentIsBlamedWhereItWasSet(t *testing.T) {
	twilio := func(name, value string) object {
		arguments := object{"account_sid": account, "auth_token": "hunter2"}
		arguments[name] = value
		return object{"twilio": arguments}
	}
	inTwilio := func(name, value string) environment {
		env := environment{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": "hunter2"}
		env[name] = value
		return env
	}
	for name, test := range map[string]struct {
		config  object
		env     environment
		at      path.Path // empty: the variable is named
		summary string
		says    string
	}{
		"http base URL off loopback": {
			config: twilio("base_url", "http://example.com"),
			at:     path.Root("twilio").AtName("base_url"), summary: "Invalid argument for Twilio", says: "must be https",
		},
		"http base URL off loopback in environment": {
			env:     inTwilio("TWILIO_BASE_URL", "http://example.com"),
			summary: "Invalid TWILIO_BASE_URL", says: "must be https",
		},
		"password in base URL": {
			config: twilio("base_url", "https://user:hunter2@example.com"),
			at:     path.Root("twilio").AtName("base_url"), summary: "Invalid argument for Twilio", says: "must not contain",
		},
		"password in base URL of environment": {
			env:     inTwilio("TWILIO_BASE_URL", "https://user:hunter2@example.com"),
			summary: "Invalid TWILIO_BASE_URL", says: "must not contain",
		},
		"account SID": {
			config: twilio("account_sid", key),
			at:     path.Root("twilio").AtName("account_sid"), summary: "Invalid argument for Twilio", says: "must be AC",
		},
		"account SID in environment": {
			env:     inTwilio("TWILIO_ACCOUNT_SID", "AC1"),
			summary: "Invalid TWILIO_ACCOUNT_SID", says: "must be AC",
		},
		"region of Twilio without edge in environment": {
			env:     inTwilio("TWILIO_REGION", "ie1"),
			summary: "Invalid TWILIO_REGION", says: "edge",
		},
		"Nixflex key without secret": {
			config: object{"nixflex": object{"api_key": "hunter2"}},
			at:     path.Root("nixflex").AtName("api_key"), summary: "Invalid argument for Nixflex", says: "KEY_ID:KEY_SECRET",
		},
		"Nixflex key without secret in environment": {
			env:     environment{"NIXFLEX_API_KEY": "hunter2"},
			summary: "Invalid NIXFLEX_API_KEY", says: "KEY_ID:KEY_SECRET",
		},
		"region of Synthflow in environment": {
			env:     environment{"SYNTHFLOW_API_KEY": "hunter2", "SYNTHFLOW_REGION": "uk"},
			summary: "Invalid SYNTHFLOW_REGION", says: "eu, global, us",
		},
		"TELEPHONY_PREVENT_RELEASE": {
			env:     environment{"TELEPHONY_PREVENT_RELEASE": "yes"},
			summary: "Invalid TELEPHONY_PREVENT_RELEASE", says: `must be true or false, not "yes"`,
		},
		"TELEPHONY_PREVENT_PURCHASE": {
			env:     environment{"TELEPHONY_PREVENT_PURCHASE": "yes"},
			summary: "Invalid TELEPHONY_PREVENT_PURCHASE", says: `must be true or false, not "yes"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.env.set(t)
			resp := configure(t, test.config)
			if resp.ResourceData != nil {
				t.Error("provider data beside an error")
			}
			if resp.Diagnostics.ErrorsCount() != 1 {
				t.Fatalf("got %v, want one error", resp.Diagnostics)
			}
			got := resp.Diagnostics.Errors()[0]
			if got.Summary() != test.summary || !strings.Contains(got.Detail(), test.says) {
				t.Errorf("got %q, %q; want %q, …%s…", got.Summary(), got.Detail(), test.summary, test.says)
			}
			var at path.Path
			if blamed, ok := got.(diag.DiagnosticWithPath); ok {
				at = blamed.Path()
			}
			if !at.Equal(test.at) {
				t.Errorf("error at %q, want %q", at, test.at)
			}
			if strings.Contains(got.Detail(), "hunter2") {
				t.Errorf("the error tells a secret: %s", got.Detail())
			}
		})
	}
}

func TestConfigure_AllWrongArgumentsAreReported(t *testing.T) {
	environment{"TWILIO_ACCOUNT_SID": "AC1", "NIXFLEX_API_KEY": "id", "SYNTHFLOW_API_KEY": "secret", "SYNTHFLOW_REGION": "uk"}.set(t)
	if resp := configure(t, nil); resp.Diagnostics.ErrorsCount() != 3 {
		t.Errorf("got %v, want an error for each of three services", resp.Diagnostics)
	}
}

func TestConfigure_UnknownServiceIsNeitherOpenedNorAnError(t *testing.T) {
	for name, config := range map[string]object{
		"argument": {"twilio": object{"account_sid": account, "auth_token": unknown}},
		// Not even what is known is judged: it may change with the rest.
		"argument beside a wrong one": {"twilio": object{"account_sid": "AC1", "auth_token": unknown}},
		"block":                       {"twilio": unknown},
	} {
		t.Run(name, func(t *testing.T) {
			environment{"TWILIO_AUTH_TOKEN": "token", "NIXFLEX_API_KEY": "id:secret"}.set(t)
			clients := capture(t)
			manager := mustConfigure(t, config)
			if manager.Unknown["twilio"] == nil || manager.Unavailable["twilio"] != nil || clients["twilio"] != nil {
				t.Errorf("unknown: %v, unavailable: %v, opened: %t; want it unknown alone",
					manager.Unknown["twilio"], manager.Unavailable["twilio"], clients["twilio"] != nil)
			}
			for _, want := range []string{"Twilio", "the provider's twilio block", "known only after an apply"} {
				if !strings.Contains(manager.Unknown["twilio"].Error(), want) {
					t.Errorf("%v lacks %q", manager.Unknown["twilio"], want)
				}
			}
			if name != "block" && !strings.Contains(manager.Unknown["twilio"].Error(), "auth_token depends on") {
				t.Errorf("%v does not name the argument", manager.Unknown["twilio"])
			}
			if manager.Unknown["nixflex"] != nil || clients["nixflex"] == nil {
				t.Error("an unknown service took another one with it")
			}
		})
	}
}

func TestConfigure_Guards(t *testing.T) {
	for name, test := range map[string]struct {
		config any
		env    string
		want   bool
	}{
		"neither":                                 {nil, "", false},
		"configuration true":                      {true, "", true},
		"configuration false":                     {false, "", false},
		"configuration unknown":                   {unknown, "", true},
		"environment true":                        {nil, "true", true},
		"environment 1":                           {nil, "1", true},
		"environment false":                       {nil, "false", false},
		"configuration true beats environment":    {true, "false", true},
		"configuration false beats environment":   {false, "true", false},
		"configuration unknown beats environment": {unknown, "false", true},
		"configuration beats garbage":             {false, "yes", false},
	} {
		t.Run(name, func(t *testing.T) {
			environment{"TELEPHONY_PREVENT_RELEASE": test.env}.set(t)
			manager := mustConfigure(t, object{"prevent_release": test.config})
			if manager.PreventRelease != test.want || manager.PreventPurchase {
				t.Errorf("got %t, want %t, and purchases prevented: %t", manager.PreventRelease, test.want, manager.PreventPurchase)
			}
			environment{"TELEPHONY_PREVENT_RELEASE": "", "TELEPHONY_PREVENT_PURCHASE": test.env}.set(t)
			manager = mustConfigure(t, object{"prevent_purchase": test.config})
			if manager.PreventPurchase != test.want || manager.PreventRelease {
				t.Errorf("got %t, want %t, and releases prevented: %t", manager.PreventPurchase, test.want, manager.PreventRelease)
			}
		})
	}
}

func TestConfigure_MaxRetries(t *testing.T) {
	for name, test := range map[string]struct {
		config any
		want   int // requests
	}{
		"default": {nil, 7},
		"unknown": {unknown, 7},
		"none":    {0, 1},
		"two":     {2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			environment{"DIALNEXA_API_KEY": "secret"}.set(t)
			wire := recorder{status: http.StatusServiceUnavailable}
			clients := capture(t)
			mustConfigure(t, object{"max_retries": test.config}, WithTransport(&wire),
				WithWaits(httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond}))
			if err := probe(t.Context(), clients["dialnexa"]); err == nil {
				t.Error("no error")
			}
			if len(wire.requests) != test.want {
				t.Errorf("%d requests, want %d", len(wire.requests), test.want)
			}
		})
	}
}

func TestConfigure_MaxConcurrentRequests(t *testing.T) {
	for name, test := range map[string]struct {
		config any
		want   int
	}{
		"default": {nil, 10},
		"unknown": {unknown, 10},
		"two":     {2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			environment{"DIALNEXA_API_KEY": "secret"}.set(t)
			arrived, leave := make(chan struct{}), make(chan struct{})
			clients := capture(t)
			mustConfigure(t, object{"max_concurrent_requests": test.config},
				WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
					arrived <- struct{}{}
					<-leave
					return answer(r, http.StatusOK, "{}"), nil
				})))

			var calls sync.WaitGroup
			for i := range test.want + 1 {
				calls.Go(func() { // each reads something else: the same would be one request
					request := httpapi.Request{Method: http.MethodGet, Path: fmt.Sprintf("/probe/%d", i)}
					if _, err := clients["dialnexa"].Do(t.Context(), request); err != nil {
						t.Error(err)
					}
				})
			}
			for range test.want {
				<-arrived
			}
			select {
			case <-arrived:
				t.Errorf("more than %d requests under way", test.want)
			case <-time.After(20 * time.Millisecond):
				leave <- struct{}{}
				<-arrived
			}
			close(leave)
			calls.Wait()
		})
	}
}

func TestSchema_EveryArgumentOfTheTable(t *testing.T) {
	got := schemaOf(t, New("test")())
	if len(got.Blocks) != len(services) {
		t.Errorf("%d blocks, want %d", len(got.Blocks), len(services))
	}
	for _, s := range services {
		// Terraform refuses a misspelt argument in a nested block.
		block, ok := got.Blocks[s.kind.Name].(schema.SingleNestedBlock)
		if !ok {
			t.Errorf("%s is a %T, want a nested block", s.kind.Name, got.Blocks[s.kind.Name])
			continue
		}
		for _, argument := range s.kind.Arguments {
			attribute := block.Attributes[argument.Name]
			switch {
			case attribute == nil || !attribute.IsOptional():
				t.Errorf("%s.%s is not an optional argument", s.kind.Name, argument.Name)
			case !strings.Contains(attribute.GetMarkdownDescription(), "`"+argument.Env+"`"):
				t.Errorf("%s.%s does not name its variable %s", s.kind.Name, argument.Name, argument.Env)
			}
		}
	}
}

func TestSchema_SecretsAreSensitive(t *testing.T) {
	got := schemaOf(t, New("test")())
	for service, secrets := range map[string][]string{
		"twilio":     {"auth_token", "api_secret"},
		"nixflex":    {"api_key"},
		"synthflow":  {"api_key"},
		"dialnexa":   {"api_key"},
		"resemble":   {"api_key"},
		"retell":     {"api_key"},
		"vapi":       {"api_key"},
		"elevenlabs": {"api_key"},
	} {
		for _, secret := range secrets {
			attribute, diags := got.AttributeAtPath(t.Context(), path.Root(service).AtName(secret))
			if diags.HasError() || !attribute.IsSensitive() {
				t.Errorf("%s.%s is not sensitive", service, secret)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	at := func(block, argument string) *tftypes.AttributePath {
		return tftypes.NewAttributePath().WithAttributeName(block).WithAttributeName(argument)
	}
	for name, test := range map[string]struct {
		config object
		at     *tftypes.AttributePath // nil: valid
		says   string
	}{
		"nothing":       {config: object{}},
		"unknown block": {config: object{"twilio": unknown}},
		"token and API key": {
			config: object{"twilio": object{"auth_token": "token", "api_key": key, "api_secret": "secret"}},
			at:     at("twilio", "auth_token"), says: "api_key and auth_token are alternatives",
		},
		"token and secret": {
			config: object{"twilio": object{"auth_token": "token", "api_secret": "secret"}},
			at:     at("twilio", "auth_token"), says: "api_secret and auth_token are alternatives",
		},
		"token and empty API key":       {config: object{"twilio": object{"auth_token": "token", "api_key": ""}}},
		"token and unknown API key":     {config: object{"twilio": object{"auth_token": "token", "api_key": unknown}}},
		"region of Synthflow":           {config: object{"synthflow": object{"region": "eu"}}},
		"empty region of Synthflow":     {config: object{"synthflow": object{"region": ""}}},
		"unknown region of Synthflow":   {config: object{"synthflow": object{"region": unknown}}},
		"no retries":                    {config: object{"max_retries": 0}},
		"one request at a time":         {config: object{"max_concurrent_requests": 1}},
		"no such region of Synthflow":   {object{"synthflow": object{"region": "uk"}}, at("synthflow", "region"), `"eu"`},
		"less than no retries":          {object{"max_retries": -1}, tftypes.NewAttributePath().WithAttributeName("max_retries"), "at least 0"},
		"less than one request at once": {object{"max_concurrent_requests": 0}, tftypes.NewAttributePath().WithAttributeName("max_concurrent_requests"), "at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			// The environment may hold what the configuration must not.
			environment{"TWILIO_API_KEY": key, "TWILIO_API_SECRET": "secret", "TWILIO_AUTH_TOKEN": "token"}.set(t)
			got := validate(t, test.config)
			if test.at == nil {
				if len(got) != 0 {
					t.Errorf("refused: %v", got[0])
				}
				return
			}
			if len(got) != 1 || !got[0].Attribute.Equal(test.at) || !strings.Contains(got[0].Detail, test.says) {
				t.Errorf("got %v, want one error at %s that says %s", got, test.at, test.says)
			}
		})
	}
}

func TestServer_SchemasAreValid(t *testing.T) {
	resp, err := providerserver.NewProtocol6(New("test")())().GetProviderSchema(t.Context(),
		&tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, diagnostic := range resp.Diagnostics {
		t.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}
}

func TestMetadata(t *testing.T) {
	var resp provider.MetadataResponse
	New("1.2.3")().Metadata(t.Context(), provider.MetadataRequest{}, &resp)
	if resp.TypeName != "telephony" || resp.Version != "1.2.3" {
		t.Errorf("got %+v", resp)
	}
}

// set makes the environment the only one that the provider sees.
func (env environment) set(t *testing.T) {
	t.Helper()
	for _, guard := range []guard{preventRelease, preventPurchase} {
		t.Setenv(guard.env, env[guard.env])
	}
	for _, s := range services {
		for _, argument := range s.kind.Arguments {
			t.Setenv(argument.Env, env[argument.Env])
		}
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
}

// everyService is a configuration that opens all services at a server.
func everyService(url string) object {
	return object{
		"twilio":     object{"account_sid": account, "auth_token": "token", "base_url": url + "/twilio"},
		"nixflex":    object{"api_key": "id:secret", "base_url": url + "/nixflex"},
		"synthflow":  object{"api_key": "secret", "base_url": url + "/synthflow"},
		"dialnexa":   object{"api_key": "secret", "base_url": url + "/dialnexa"},
		"resemble":   object{"api_key": "secret", "base_url": url + "/resemble"},
		"retell":     object{"api_key": "secret", "base_url": url + "/retell"},
		"vapi":       object{"api_key": "secret", "base_url": url + "/vapi"},
		"elevenlabs": object{"api_key": "secret", "base_url": url + "/elevenlabs"},
	}
}

// capture hands the test the clients that Configure makes, whether the table
// has a use for them or not.
func capture(t *testing.T) map[string]*httpapi.Client {
	t.Helper()
	clients := map[string]*httpapi.Client{}
	table := services
	t.Cleanup(func() { services = table })
	services = nil
	for _, s := range table {
		s.open = func(c connection) (platform.Carrier, platform.Platform) {
			clients[s.kind.Name] = c.client
			return nil, nil
		}
		s.describe = func(int, http.Header, []byte) httpapi.Fault { return httpapi.Fault{} }
		services = append(services, s)
	}
	return clients
}

func probe(ctx context.Context, client *httpapi.Client) error {
	if client == nil {
		return errors.New("the service is not opened")
	}
	_, err := client.Do(ctx, httpapi.Request{Method: http.MethodGet, Path: "/probe"})
	return err
}

func schemaOf(t *testing.T, p provider.Provider) schema.Schema {
	t.Helper()
	var resp provider.SchemaResponse
	p.Schema(t.Context(), provider.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	return resp.Schema
}

func configure(t *testing.T, config object, options ...Option) provider.ConfigureResponse {
	t.Helper()
	p := New("test", options...)()
	s := schemaOf(t, p)
	var resp provider.ConfigureResponse
	p.Configure(t.Context(), provider.ConfigureRequest{
		Config: tfsdk.Config{Schema: s, Raw: value(s.Type().TerraformType(t.Context()), config)},
	}, &resp)
	return resp
}

func mustConfigure(t *testing.T, config object, options ...Option) *lifecycle.Manager {
	t.Helper()
	resp := configure(t, config, options...)
	if len(resp.Diagnostics) != 0 {
		t.Fatal(resp.Diagnostics)
	}
	manager, ok := resp.ResourceData.(*lifecycle.Manager)
	if !ok || resp.DataSourceData != any(manager) || resp.ListResourceData != any(manager) {
		t.Fatalf("provider data %T, %T, %T; want one manager for all",
			resp.ResourceData, resp.DataSourceData, resp.ListResourceData)
	}
	return manager
}

// validate asks over the protocol, as Terraform does.
func validate(t *testing.T, config object) []*tfprotov6.Diagnostic {
	t.Helper()
	typ := schemaOf(t, New("test")()).Type().TerraformType(t.Context())
	raw, err := tfprotov6.NewDynamicValue(typ, value(typ, config))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := providerserver.NewProtocol6(New("test")())().ValidateProviderConfig(t.Context(),
		&tfprotov6.ValidateProviderConfigRequest{Config: &raw})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// value gives v the type that the schema wants.
func value(typ tftypes.Type, v any) tftypes.Value {
	of, isObject := typ.(tftypes.Object)
	fields, isFields := v.(object)
	if !isObject || !isFields {
		return tftypes.NewValue(typ, v)
	}
	values := map[string]tftypes.Value{}
	for name, attribute := range of.AttributeTypes {
		values[name] = value(attribute, fields[name])
	}
	return tftypes.NewValue(typ, values)
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s:%s", user, password))
}

// recorder answers every request and keeps it.
type recorder struct {
	status   int    // 200 if it is 0
	body     string // {} if it is empty
	requests []*http.Request
}

func (w *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requests = append(w.requests, r)
	return answer(r, cmp.Or(w.status, http.StatusOK), cmp.Or(w.body, "{}")), nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}
}

// A plan knows the steps of an end before it knows what the services will report, so
// they go by no field of a block but those that a Kind names.
func TestStepsGoByTheFieldsThatAreNamed(t *testing.T) {
	t.Parallel()
	values := map[platform.Type][2]any{
		platform.String: {"one", "two"}, platform.Bool: {false, true}, platform.Int: {int64(1), int64(2)},
		platform.StringList: {[]string{"one"}, []string{"two"}}, platform.StringMap: {map[string]string{}, map[string]string{"one": "two"}},
		platform.Object: {platform.Values{}, platform.Values{"sip_address": "sip.example.com"}},
	}
	for _, kind := range table().Platforms() {
		for _, field := range kind.Block {
			if slices.Contains(kind.StepFields, field.Name) || slices.Contains(kind.CarrierFields, field.Name) {
				continue
			}
			for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
				n := platform.Number{PhoneNumber: "+14155550100", Platform: kind.Name, Action: action, Block: platform.Values{}}
				want := table().Steps(n)
				for _, value := range values[field.Type] {
					n.Block = platform.Values{field.Name: value}
					if got := table().Steps(n); !reflect.DeepEqual(got, want) {
						t.Errorf("%s.%s, %s:\n%+v\n%+v", kind.Name, field.Name, action, got, want)
					}
				}
			}
		}
	}
}
