package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

// An identifier in a path is one segment and arrives as it was written, or the
// request is refused: it never makes the path that of something else.
func FuzzSegment(f *testing.F) {
	for _, seed := range []string{
		"+14155550100", "", ".", "..", "../x", "a/b", "%2e%2e", "%", "a?b#c", "\x1b[31m", "\u202e", "a b", "\xff", `\`, ";",
	} {
		f.Add(seed)
	}
	var got *http.Request
	transport := transportFunc(func(req *http.Request) (*http.Response, error) {
		got = req
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})
	f.Fuzz(func(t *testing.T, id string) {
		got = nil
		client := newClient(t, "https://service.example/v1", httpapi.Options{Transport: transport})
		_, err := client.Do(t.Context(), httpapi.Request{Method: http.MethodDelete, Path: "/numbers/" + httpapi.Segment(id) + "/x"})
		if err != nil {
			if got != nil || id != "" {
				t.Errorf("%q: %v", id, err)
			}
			return
		}
		segments := strings.Split(got.URL.EscapedPath(), "/")
		if len(segments) != 5 || got.URL.RawQuery != "" || got.URL.Host != "service.example" {
			t.Fatalf("%q: %s", id, got.URL)
		}
		if back, err := url.PathUnescape(segments[3]); err != nil || back != id || segments[3] == "." || segments[3] == ".." {
			t.Errorf("%q arrives as %q", id, segments[3])
		}
		for _, r := range segments[3] {
			if r <= ' ' || r > '~' {
				t.Errorf("%q is sent unescaped: %q", id, segments[3])
			}
		}
	})
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A base URL that is taken keeps credentials off plain networks and out of
// itself.
func FuzzParseBaseURL(f *testing.F) {
	for _, seed := range []string{
		"https://api.example.com/v1/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]/", "http://example.com",
		"https://user:password@example.com", "https://example.com?x", "https:example.com", "//example.com", "https://\x1b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := httpapi.ParseBaseURL(text)
		if err != nil {
			if strings.Contains(err.Error(), "password") && !strings.Contains(err.Error(), "a password") {
				t.Errorf("%q is quoted in %v", text, err)
			}
			return
		}
		host := u.Hostname()
		local := host == "::1" || strings.EqualFold(host, "localhost") || strings.HasPrefix(host, "127.") ||
			strings.HasPrefix(host, "::ffff:127.")
		if u.Scheme != "https" && !(u.Scheme == "http" && local) || u.User != nil || u.RawQuery != "" || u.Fragment != "" || host == "" {
			t.Errorf("%q is taken as %s", text, u)
		}
	})
}
