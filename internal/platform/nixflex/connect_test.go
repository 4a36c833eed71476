package nixflex_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
)

func TestConnect(t *testing.T) {
	endpoint, err := nixflex.Connect(platform.Arguments{"api_key": "nxf_id:nxfs_secret"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := endpoint.BaseURL.String(), "https://api.nixflex.com"; got != want {
		t.Errorf("base URL %s, want %s", got, want)
	}
	req := &http.Request{Header: http.Header{}}
	endpoint.Authorize(req)
	if got, want := req.Header.Get("Authorization"), "Bearer nxf_id:nxfs_secret"; got != want {
		t.Errorf("Authorization %q, want %q", got, want)
	}
}

func TestConnect_MissingKeyIsNamed(t *testing.T) {
	_, err := nixflex.Connect(platform.Arguments{"base_url": "https://example.com"})
	missing, ok := errors.AsType[*platform.MissingArgument](err)
	if !ok || missing.Names[0] != "api_key" {
		t.Errorf("got error %v, want one that api_key is missing", err)
	}
}

func TestConnect_WrongArgumentIsNamedWithoutItsValue(t *testing.T) {
	for name, test := range map[string]struct {
		arguments platform.Arguments
		wrong     string
	}{
		"key without secret":   {platform.Arguments{"api_key": "hunter2"}, "api_key"},
		"key with no ID":       {platform.Arguments{"api_key": ":hunter2"}, "api_key"},
		"key with no secret":   {platform.Arguments{"api_key": "hunter2:"}, "api_key"},
		"plain http":           {platform.Arguments{"api_key": "a:b", "base_url": "http://example.com"}, "base_url"},
		"password in base URL": {platform.Arguments{"api_key": "a:b", "base_url": "https://u:hunter2@example.com"}, "base_url"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := nixflex.Connect(test.arguments)
			wrong, ok := errors.AsType[*platform.ArgumentError](err)
			if !ok || wrong.Name != test.wrong {
				t.Fatalf("got error %v, want one that blames %s", err, test.wrong)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}
