package resemble_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
)

func TestConnect(t *testing.T) {
	endpoint, err := resemble.Connect(platform.Arguments{"api_key": "id:secret"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := endpoint.BaseURL.String(), "https://app.resemble.ai/api/v2"; got != want {
		t.Errorf("base URL %s, want %s", got, want)
	}
	req := &http.Request{Header: http.Header{}}
	endpoint.Authorize(req)
	if got, want := req.Header.Get("Authorization"), "Bearer id:secret"; got != want {
		t.Errorf("Authorization %q, want %q", got, want)
	}
}

func TestConnect_MissingKeyIsNamed(t *testing.T) {
	_, err := resemble.Connect(platform.Arguments{"base_url": "https://example.com"})
	missing, ok := errors.AsType[*platform.MissingArgument](err)
	if !ok || missing.Names[0] != "api_key" {
		t.Errorf("got error %v, want one that api_key is missing", err)
	}
}

func TestConnect_WrongBaseURLIsNamedWithoutItsPassword(t *testing.T) {
	for _, baseURL := range []string{"http://example.com", "https://u:hunter2@example.com", "example.com"} {
		_, err := resemble.Connect(platform.Arguments{"api_key": "k", "base_url": baseURL})
		wrong, ok := errors.AsType[*platform.ArgumentError](err)
		if !ok || wrong.Name != "base_url" {
			t.Errorf("got error %v for %s, want one that blames base_url", err, baseURL)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
}
