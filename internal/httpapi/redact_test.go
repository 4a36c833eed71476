package httpapi_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// A service that refuses a secret may quote it; the error must not.
func TestErrorQuotesNoSecretOfTheRequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		authorize func(*http.Request)
		body      string
		quoted    string
	}{
		"bearer token":      {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) }, "", secret},
		"key and secret":    {func(r *http.Request) { r.Header.Set("Authorization", "Bearer key_1:"+secret) }, "", secret},
		"header of its own": {func(r *http.Request) { r.Header.Set("Xi-Api-Key", secret) }, "", secret},
		"basic":             {func(r *http.Request) { r.SetBasicAuth("AC1", secret) }, "", secret},
		"basic, encoded":    {func(r *http.Request) { r.SetBasicAuth("AC1", secret) }, "", "QUMxOnQwcC1zZWNyZXQ="},
		"in the body":       {func(*http.Request) {}, `{"sip": [{"trunkPassword": "` + secret + `"}]}`, secret},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", test.quoted)
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = fmt.Fprintf(w, `{"code": %[1]q, "message": "%[1]s of agent_1 is wrong"}`, test.quoted)
			})
			u, err := httpapi.ParseBaseURL(base)
			if err != nil {
				t.Fatal(err)
			}
			client := httpapi.New("Acme", httpapi.Endpoint{BaseURL: u, Authorize: test.authorize}, describe, httpapi.Options{})
			_, err = client.Do(t.Context(), httpapi.Request{
				Method: http.MethodPost, Path: "/numbers", Body: []byte(test.body), ContentType: "application/json",
			})
			if err == nil || strings.Contains(err.Error(), test.quoted) || !strings.Contains(err.Error(), "[redacted] of agent_1 is wrong") {
				t.Errorf("%v", err)
			}
		})
	}
}

// spellings are the forms in which a service may write a value that it was sent.
func spellings(t *testing.T, value string) map[string]string {
	t.Helper()
	quoted, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := json.Marshal(string(quoted))
	if err != nil {
		t.Fatal(err)
	}
	var byCode, lower strings.Builder
	for _, unit := range utf16.Encode([]rune(value)) {
		fmt.Fprintf(&byCode, `\u%04X`, unit)
	}
	for _, octet := range []byte(value) {
		fmt.Fprintf(&lower, "%%%02x", octet)
	}
	all := map[string]string{
		"as it is": value, "JSON": strings.Trim(string(quoted), `"`), "JSON in JSON": strings.Trim(string(twice), `"`),
		"JSON, ASCII": strings.Trim(strconv.QuoteToASCII(value), `"`), "JSON, all by code": byCode.String(),
		"path": url.PathEscape(value), "query": url.QueryEscape(value), "path of a path": url.PathEscape(url.PathEscape(value)),
		"all octets": lower.String(), "segment": httpapi.Segment(value), "HTML": html.EscapeString(value),
	}
	for name, encoding := range map[string]*base64.Encoding{
		"standard": base64.StdEncoding, "raw": base64.RawStdEncoding, "URL": base64.URLEncoding, "raw URL": base64.RawURLEncoding,
	} {
		for _, user := range []string{"", "A:", "AC:", "AC1:"} {
			encoded := encoding.EncodeToString([]byte(user + value))
			all["base64 "+name+" "+user] = encoded
			all["base64 "+name+" "+user+" in a query"] = url.QueryEscape(encoded)
		}
	}
	return all
}

// Whatever secret a request carries, and however a service writes it in whatever
// part of its answer, it is in no text that leaves the package.
func TestNoSpellingOfASecretLeaves(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		`s3cr"et-ü`, "plain-Secret-0123456789", `back\slash/and "quotes" & <more>`, "päss+wörd %41=", "t\tab\nline", "𝄞 clef key",
		"KEY_1:notarealsecret+/==",
	} {
		for form, spelled := range spellings(t, value) {
			for place, answer := range map[string]func(http.ResponseWriter){
				"message": func(w http.ResponseWriter) {
					w.WriteHeader(http.StatusUnprocessableEntity)
					_ = json.NewEncoder(w).Encode(map[string]string{"code": "E1", "message": "at " + spelled + " it ends"})
				},
				"code and request": func(w http.ResponseWriter) {
					w.Header().Set("X-Request-Id", strings.Map(printableASCII, spelled))
					w.WriteHeader(http.StatusBadGateway)
					_ = json.NewEncoder(w).Encode(map[string]string{"code": spelled, "message": "no"})
				},
				"unusable answer": func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
			} {
				var log strings.Builder
				client, ctx := carrying(t, value, answer, &log)
				resp, err := client.Do(ctx, httpapi.Request{Method: http.MethodPost, Path: "/numbers/" + httpapi.Segment(value)})
				if err == nil {
					err = resp.Unusable(errors.New("unexpected " + spelled))
				}
				brief := platform.Brief(err)
				for where, text := range map[string]string{
					"error": err.Error(), "brief": brief, "wrapped": platform.Final(err).Error(), "log": log.String(),
				} {
					if strings.Contains(text, spelled) || strings.Contains(text, value) ||
						strings.Contains(text, httpapi.Segment(value)) {
						t.Errorf("%q as %s, told as %s, is in the %s:\n%s", value, form, place, where, text)
					}
				}
				if !strings.Contains(err.Error(), "[redacted]") {
					t.Errorf("%q as %s, told as %s: nothing stands for it:\n%v", value, form, place, err)
				}
			}
		}
	}
}

func printableASCII(r rune) rune {
	if r < ' ' || r > '~' {
		return -1
	}
	return r
}

// carrying is a client and a context for a request that carries the secret.
func carrying(
	t *testing.T, value string, answer func(http.ResponseWriter), log *strings.Builder,
) (*httpapi.Client, context.Context) {
	t.Helper()
	u, err := httpapi.ParseBaseURL("https://acme.example")
	if err != nil {
		t.Fatal(err)
	}
	client := httpapi.New("Acme", httpapi.Endpoint{BaseURL: u, Authorize: func(*http.Request) {}}, describe, httpapi.Options{
		Transport: handled(func(w http.ResponseWriter, _ *http.Request) { answer(w) }),
		Log:       func(_ context.Context, message string, fields map[string]any) { fmt.Fprintln(log, message, fields) },
	})
	return client, platform.WithSecrets(t.Context(), []string{value})
}

// handled is a transport that answers by itself.
type handled http.HandlerFunc

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	h(recorder, r)
	return recorder.Result(), nil
}

// What is too short to be a secret is left alone: taking it away would garble
// what the service says and hide nothing.
func TestShortValuesAreNoSecrets(t *testing.T) {
	t.Parallel()
	client, ctx := carrying(t, "agent", func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"code": "E1", "message": "the agent is unknown"}`)
	}, &strings.Builder{})
	_, err := client.Do(ctx, httpapi.Request{Method: http.MethodGet, Path: "/numbers"})
	if err == nil || !strings.Contains(err.Error(), "the agent is unknown") {
		t.Error(err)
	}
}

// A secret that the request does not carry, such as one that the service keeps,
// is known by its name.
func TestNamedSecretsOfAnAnswerAreRedacted(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		_, _ = fmt.Fprint(w, `{"code": "E1", "message": "it has kept-by-service", "record": {"trunk_pwd": "kept-by-service"}}`)
	})
	_, err := newClient(t, base, httpapi.Options{}).Do(t.Context(), httpapi.Request{Method: http.MethodGet, Path: "/x"})
	if err == nil || !strings.Contains(err.Error(), "it has [redacted]") {
		t.Error(err)
	}
}

func BenchmarkLogOfACall(b *testing.B) {
	base, err := url.Parse("https://acme.example")
	if err != nil {
		b.Fatal(err)
	}
	client := httpapi.New("Acme", httpapi.Endpoint{
		BaseURL: base,
		Authorize: func(r *http.Request) {
			r.SetBasicAuth("AC00000000000000000000000000000001", secret+"0123456789abcdef0123")
		},
	}, describe, httpapi.Options{
		Transport: handled(func(http.ResponseWriter, *http.Request) {}),
		Secrets:   []string{"0123456789abcdef0123456789abcde0", "0123456789abcdef0123456789abcde1:second-0123456789abcdef0123456789abcde1"},
	})
	for b.Loop() {
		_, _ = client.Do(b.Context(), httpapi.Request{
			Method: http.MethodGet,
			Path:   "/2010-04-01/Accounts/AC00000000000000000000000000000001/IncomingPhoneNumbers/PN00000000000000000000000000000001.json",
		})
	}
}
