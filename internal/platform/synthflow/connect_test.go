package synthflow_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
)

func TestConnect_HostFollowsRegion(t *testing.T) {
	for region, want := range map[string]string{
		"us":     "https://api.us.synthflow.ai/v2",
		"eu":     "https://api.eu.synthflow.ai/v2",
		"global": "https://api.synthflow.ai/v2",
	} {
		endpoint, err := synthflow.Connect(platform.Arguments{"api_key": "secret", "region": region})
		if err != nil {
			t.Errorf("region %s: %v", region, err)
			continue
		}
		if got := endpoint.BaseURL.String(); got != want {
			t.Errorf("region %s: base URL %s, want %s", region, got, want)
		}
		req := &http.Request{Header: http.Header{}}
		endpoint.Authorize(req)
		if got, want := req.Header.Get("Authorization"), "Bearer secret"; got != want {
			t.Errorf("region %s: Authorization %q, want %q", region, got, want)
		}
	}
}

func TestConnect_BaseURLStandsInForRegion(t *testing.T) {
	for _, region := range []string{"", "eu"} {
		endpoint, err := synthflow.Connect(platform.Arguments{
			"api_key": "secret", "region": region, "base_url": "https://proxy.example.com/v2/",
		})
		if err != nil {
			t.Errorf("region %q: %v", region, err)
		} else if got, want := endpoint.BaseURL.String(), "https://proxy.example.com/v2"; got != want {
			t.Errorf("region %q: base URL %s, want %s", region, got, want)
		}
	}
}

func TestConnect_MissingArgumentIsNamed(t *testing.T) {
	for name, test := range map[string]struct {
		arguments platform.Arguments
		missing   []string
	}{
		"key":    {platform.Arguments{"region": "us"}, []string{"api_key"}},
		"region": {platform.Arguments{"api_key": "secret"}, []string{"region", "base_url"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := synthflow.Connect(test.arguments)
			missing, ok := errors.AsType[*platform.MissingArgument](err)
			if !ok || !slices.Equal(missing.Names, test.missing) {
				t.Errorf("got error %v, want one that %v is missing", err, test.missing)
			}
		})
	}
}

func TestConnect_WrongArgumentIsNamed(t *testing.T) {
	for name, test := range map[string]struct {
		arguments platform.Arguments
		wrong     string
		says      string
	}{
		"unknown region": {platform.Arguments{"api_key": "k", "region": "uk"}, "region", `eu, global, us, not "uk"`},
		"unknown region beside a base URL": {
			platform.Arguments{"api_key": "k", "region": "uk", "base_url": "https://example.com"}, "region", "eu, global, us",
		},
		"plain http": {platform.Arguments{"api_key": "k", "base_url": "http://example.com"}, "base_url", "https"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := synthflow.Connect(test.arguments)
			wrong, ok := errors.AsType[*platform.ArgumentError](err)
			if !ok || wrong.Name != test.wrong || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got error %v, want one that blames %s and says %s", err, test.wrong, test.says)
			}
		})
	}
}
