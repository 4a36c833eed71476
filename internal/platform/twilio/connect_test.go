package twilio_test

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	main   = simulator.DefaultAccountSID
	apiKey = "SK00000000000000000000000000000001"
)

// arguments are the account's with the auth token, changed as told; "-" takes
// an argument away.
func arguments(changes platform.Arguments) platform.Arguments {
	a := platform.Arguments{"account_sid": main, "auth_token": "token"}
	maps.Copy(a, changes)
	maps.DeleteFunc(a, func(_, value string) bool { return value == "-" })
	return a
}

func TestConnectAuthenticates(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments      platform.Arguments
		user, password string
	}{
		"auth token": {arguments(nil), main, "token"},
		"API key":    {arguments(platform.Arguments{"auth_token": "-", "api_key": apiKey, "api_secret": "s"}), apiKey, "s"},
		"both":       {arguments(platform.Arguments{"api_key": apiKey, "api_secret": "s"}), apiKey, "s"},
	} {
		endpoint, err := twilio.Connect(tc.arguments)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r, _ := http.NewRequestWithContext(t.Context(), "GET", "https://example.com", nil)
		endpoint.Authorize(r)
		if user, password, _ := r.BasicAuth(); user != tc.user || password != tc.password {
			t.Errorf("%s: %s:%s", name, user, password)
		}
	}
}

func TestConnectPlacesHosts(t *testing.T) {
	for name, tc := range map[string]struct {
		region, edge string
		hosts        map[string]string
	}{
		"neither": {"", "", map[string]string{
			"": "api.twilio.com", "api.twilio.com": "api.twilio.com", "trunking.twilio.com": "trunking.twilio.com",
		}},
		"both": {"ie1", "dublin", map[string]string{
			"": "api.dublin.ie1.twilio.com", "voice.twilio.com": "voice.dublin.ie1.twilio.com",
		}},
		"edge alone": {"", "sydney", map[string]string{"": "api.sydney.us1.twilio.com"}},
		"us1 alone":  {"us1", "", map[string]string{"": "api.twilio.com"}},
	} {
		endpoint, err := twilio.Connect(arguments(platform.Arguments{"region": tc.region, "edge": tc.edge}))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for host, want := range tc.hosts {
			if got := endpoint.BaseURLOf(host).String(); got != "https://"+want {
				t.Errorf("%s: %q is at %s, want %s", name, host, got, want)
			}
		}
	}
}

func TestConnectTakesABaseURLForAllHosts(t *testing.T) {
	a := arguments(platform.Arguments{"base_url": "http://127.0.0.1:1/twilio/", "region": "ie1"})
	endpoint, err := twilio.Connect(a)
	if err != nil || endpoint.BaseURLOf != nil || endpoint.BaseURL.String() != "http://127.0.0.1:1/twilio" {
		t.Errorf("%+v, %v", endpoint, err)
	}
}

func TestConnectRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		changes  platform.Arguments
		missing  []string
		argument string
	}{
		"no account":           {platform.Arguments{"account_sid": "-"}, []string{"account_sid"}, ""},
		"wrong account":        {platform.Arguments{"account_sid": "AC123"}, nil, "account_sid"},
		"a path in an account": {platform.Arguments{"account_sid": main + "/../x"}, nil, "account_sid"},
		"key for an account":   {platform.Arguments{"account_sid": apiKey}, nil, "account_sid"},
		"no credentials":       {platform.Arguments{"auth_token": "-"}, []string{"auth_token", "api_key"}, ""},
		"key without secret":   {platform.Arguments{"api_key": apiKey}, []string{"api_secret"}, ""},
		"secret without key":   {platform.Arguments{"api_secret": "s"}, []string{"api_key"}, ""},
		"wrong key":            {platform.Arguments{"api_key": "SK1", "api_secret": "s"}, nil, "api_key"},
		"line break":           {platform.Arguments{"auth_token": "token\n"}, nil, "auth_token"},
		"space":                {platform.Arguments{"auth_token": " token"}, nil, "auth_token"},
		"region alone":         {platform.Arguments{"region": "ie1"}, nil, "region"},
		"region with a dot":    {platform.Arguments{"region": "evil.com/", "edge": "dublin"}, nil, "region"},
		"edge with a slash":    {platform.Arguments{"edge": "dublin/x"}, nil, "edge"},
		"base URL without TLS": {platform.Arguments{"base_url": "http://example.com"}, nil, "base_url"},
	} {
		_, err := twilio.Connect(arguments(tc.changes))
		missing, isMissing := errors.AsType[*platform.MissingArgument](err)
		wrong, isWrong := errors.AsType[*platform.ArgumentError](err)
		switch {
		case isMissing != (tc.missing != nil) || isMissing && !slices.Equal(missing.Names, tc.missing):
			t.Errorf("%s: %v", name, err)
		case isWrong != (tc.argument != "") || isWrong && wrong.Name != tc.argument:
			t.Errorf("%s: %v", name, err)
		case strings.Contains(err.Error(), "token\n"):
			t.Errorf("%s: quotes the secret", name)
		}
	}
}
