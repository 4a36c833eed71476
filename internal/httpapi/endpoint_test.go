package httpapi_test

import (
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

func TestParseBaseURL(t *testing.T) {
	for given, want := range map[string]string{
		"https://api.example.com":         "https://api.example.com",
		"https://api.example.com/":        "https://api.example.com",
		"https://api.example.com/v1/":     "https://api.example.com/v1",
		"https://api.example.com:8443/v1": "https://api.example.com:8443/v1",
		"http://localhost:8080":           "http://localhost:8080",
		"http://127.0.0.1:8080/twilio":    "http://127.0.0.1:8080/twilio",
		"http://127.9.9.9":                "http://127.9.9.9",
		"http://[::1]:8080":               "http://[::1]:8080",
	} {
		u, err := httpapi.ParseBaseURL(given)
		if err != nil {
			t.Errorf("ParseBaseURL(%q): %v", given, err)
		} else if u.String() != want {
			t.Errorf("ParseBaseURL(%q) = %q, want %q", given, u, want)
		}
	}
}

func TestParseBaseURLRefuses(t *testing.T) {
	for given, words := range map[string]string{
		"http://api.example.com":            "loopback",
		"http://localhost.example.com":      "loopback",
		"http://128.0.0.1":                  "loopback",
		"ftp://localhost":                   "https",
		"":                                  "absolute",
		"api.example.com":                   "absolute",
		"/v1":                               "absolute",
		"https:":                            "absolute",
		"https://user:pa55@api.example.com": "password",
		"https://api.example.com?key=pa55":  "query",
		"https://api.example.com?":          "query",
		"https://api.example.com#x":         "fragment",
		"https://pa55:x y@example.com:port": "must be a URL",
		"https://api.example.com\nHost: x":  "must be a URL",
	} {
		_, err := httpapi.ParseBaseURL(given)
		switch {
		case err == nil:
			t.Errorf("ParseBaseURL(%q) is no error", given)
		case !strings.Contains(err.Error(), words):
			t.Errorf("ParseBaseURL(%q): %v, want %q", given, err, words)
		case strings.Contains(err.Error(), "pa55"):
			t.Errorf("ParseBaseURL(%q) quotes a secret: %v", given, err)
		}
	}
}

func TestSegment(t *testing.T) {
	for given, want := range map[string]string{
		"+14155550100": "%2B14155550100",
		"a/b":          "a%2Fb",
		"a b":          "a%20b",
		"a?b#c":        "a%3Fb%23c",
		"..":           "%2E%2E",
		".":            "%2E",
		"a..b":         "a..b",
		"%2F":          "%252F",
	} {
		if got := httpapi.Segment(given); got != want {
			t.Errorf("Segment(%q) = %q, want %q", given, got, want)
		}
	}
}
