package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const secret = "t0p-secret"

// describe reads the envelope {"code": …, "message": …}.
func describe(_ int, header http.Header, body []byte) httpapi.Fault {
	var envelope struct{ Code, Message string }
	err := json.Unmarshal(body, &envelope)
	return httpapi.Fault{
		Code: envelope.Code, Message: envelope.Message,
		RequestID: header.Get("X-Request-Id"),
		Own:       err == nil && envelope.Code != "",
	}
}

// newClient returns a client of a service at base that waits hardly at all.
func newClient(t *testing.T, base string, options httpapi.Options) *httpapi.Client {
	t.Helper()
	u, err := httpapi.ParseBaseURL(base)
	if err != nil {
		t.Fatal(err)
	}
	if options.Wait == (httpapi.WaitPolicy{}) {
		options.Wait = httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Microsecond}
	}
	options.UserAgent = "telephony/test"
	return httpapi.New("Acme", httpapi.Endpoint{
		BaseURL:   u,
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) },
	}, describe, options)
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func asError(t *testing.T, err error) *httpapi.Error {
	t.Helper()
	e, ok := errors.AsType[*httpapi.Error](err)
	if !ok {
		t.Fatalf("%v (%T) is not an *httpapi.Error", err, err)
	}
	return e
}

func TestDoSendsTheRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprint(w, "done")
	})
	c := newClient(t, base+"/prefix/", httpapi.Options{})

	resp, err := c.Do(t.Context(), httpapi.Request{
		Method: http.MethodPost, Path: "/numbers/" + httpapi.Segment("+1/2"),
		Query: url.Values{"filter": {"+1 v1.25.3"}}, Header: http.Header{"X-More": {"more"}},
		Body: []byte("a=b"), ContentType: "text/plain",
	})
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != http.StatusCreated || string(resp.Body) != "done" || resp.Header.Get("X-Answer") != "yes" {
		t.Errorf("answer: %+v", resp)
	}
	if want := "/prefix/numbers/%2B1%2F2?filter=%2B1+v1.25.3"; got.RequestURI != want {
		t.Errorf("request URI %q, want %q", got.RequestURI, want)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + secret, "Content-Type": "text/plain",
		"User-Agent": "telephony/test", "X-More": "more",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if string(body) != "a=b" {
		t.Errorf("body %q", body)
	}
}

func TestDoRefusesPathsOfSomethingElse(t *testing.T) {
	base := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was sent", r.Method, r.URL) })
	c := newClient(t, base, httpapi.Options{})
	for _, path := range []string{
		"", "numbers", "/", "/numbers/", "/numbers//x", "/numbers/../x", "/./x", "/n?x", "/n#x",
	} {
		_, err := c.Do(t.Context(), httpapi.Request{Method: http.MethodDelete, Path: path})
		if e := asError(t, err); !e.Unsent || e.Unclear() {
			t.Errorf("%q: %+v", path, e)
		}
	}
}

func TestDoAllowsATrailingSlashInAList(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, r.RequestURI) })
	resp, err := newClient(t, base, httpapi.Options{}).Do(t.Context(), httpapi.Request{Method: "GET", Path: "/agents/"})
	if err != nil || string(resp.Body) != "/agents/" {
		t.Errorf("%+v, %v", resp, err)
	}
}

func TestBaseURLOfPlacesHosts(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, r.RequestURI) })
	c := httpapi.New("Acme", httpapi.Endpoint{
		BaseURLOf: func(host string) *url.URL {
			u, _ := url.Parse(base + "/" + host)
			return u
		},
		Authorize: func(*http.Request) {},
	}, describe, httpapi.Options{})
	resp, err := c.Do(t.Context(), httpapi.Request{Method: "GET", Host: "voice", Path: "/v1"})
	if err != nil || string(resp.Body) != "/voice/v1" {
		t.Errorf("%+v, %v", resp, err)
	}
}

func TestErrorOfAnAnswer(t *testing.T) {
	const own = `{"code": "E1", "message": "no such number"}`
	for name, tc := range map[string]struct {
		status   int
		body     string
		notFound bool
		refused  bool
		unclear  bool
		text     string
	}{
		"own 404":             {404, own, true, true, false, "404 Not Found: no such number (code E1, request RQ1)"},
		"404 of a proxy":      {404, "<html>nothing here", false, false, true, "404 Not Found (request RQ1)"},
		"404 without a body":  {404, "", false, false, true, "404 Not Found"},
		"own 400":             {400, own, false, true, false, "400 Bad Request: no such number"},
		"400 of a proxy":      {400, "bad", false, false, true, "400 Bad Request"},
		"own 401":             {401, own, false, true, false, "401 Unauthorized"},
		"403 of a proxy":      {403, "<html>", false, true, false, "403 Forbidden"},
		"408":                 {408, own, false, false, true, "408 Request Timeout"},
		"own 409":             {409, own, false, true, false, "409 Conflict"},
		"425":                 {425, own, false, false, false, "425 Too Early"},
		"500 without a body":  {500, "", false, false, true, "500 Internal Server Error"},
		"503 with HTML":       {503, "<html>down", false, false, true, "503 Service Unavailable"},
		"own 500":             {500, own, false, false, true, "500 Internal Server Error: no such number"},
		"redirect":            {302, "", false, false, true, "302 Found (request RQ1): redirects are not followed"},
		"redirect, nowhere":   {307, "", false, false, true, "307 Temporary Redirect"},
		"not modified":        {304, "", false, false, true, "304 Not Modified"},
		"status without name": {599, "", false, false, true, "599"},
	} {
		t.Run(name, func(t *testing.T) {
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "RQ1")
				if tc.status == 302 {
					w.Header().Set("Location", "/elsewhere")
				}
				w.WriteHeader(tc.status)
				_, _ = fmt.Fprint(w, tc.body)
			})
			_, err := newClient(t, base, httpapi.Options{}).
				Do(t.Context(), httpapi.Request{Method: "POST", Path: "/numbers", Query: url.Values{"key": {secret}}})
			e := asError(t, err)
			if e.Status != tc.status || e.Service != "Acme" || e.Method != "POST" || e.Path != "/numbers" {
				t.Errorf("%+v", e)
			}
			if got := errors.Is(fmt.Errorf("x: %w", err), platform.ErrNotFound); got != tc.notFound {
				t.Errorf("is ErrNotFound: %v", got)
			}
			if e.Refused() != tc.refused || e.Unclear() != tc.unclear {
				t.Errorf("refused %v, unclear %v", e.Refused(), e.Unclear())
			}
			if !strings.HasPrefix(e.Brief(), "Acme answered "+tc.text) || e.Error() != e.Brief()+" [POST /numbers]" {
				t.Errorf("text %q, want %q", e, tc.text)
			}
			if strings.Contains(e.Error(), secret) {
				t.Errorf("text holds a secret: %q", e)
			}
		})
	}
}

func TestRefusalInASuccessfulAnswer(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "req-1")
		_, _ = io.WriteString(w, `{"code": "no_money", "message": "pay \u001b[31mfirst"}`)
	})
	resp, err := newClient(t, base, httpapi.Options{}).Do(t.Context(), httpapi.Request{Method: "POST", Path: "/n"})
	if err != nil {
		t.Fatal(err)
	}
	e := resp.Refusal()
	if want := "Acme answered 200 OK: pay  [31mfirst (code no_money, request req-1) [POST /n]"; e.Error() != want {
		t.Errorf("got %q, want %q", e, want)
	}
	if !e.Refused() || e.Unclear() || errors.Is(e, platform.ErrNotFound) {
		t.Errorf("refused %v, unclear %v", e.Refused(), e.Unclear())
	}
	if e := asError(t, resp.Unusable(errors.New("odd"))); e.Refused() || !e.Unclear() {
		t.Errorf("an answer that cannot be used: refused %v, unclear %v", e.Refused(), e.Unclear())
	}
}

func TestErrorTextIsSafeForATerminal(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		message, _ := json.Marshal("bad\x1b[31m\nnumber\u202e" + strings.Repeat("x", 5000))
		_, _ = fmt.Fprintf(w, `{"code": "E\u0007", "message": %s}`, message)
	})
	_, err := newClient(t, base, httpapi.Options{}).Do(t.Context(), httpapi.Request{Method: "GET", Path: "/x"})
	e := asError(t, err)
	if strings.ContainsAny(e.Error(), "\x1b\n\u202e\a") || !strings.HasPrefix(e.Message, "bad [31m number x") {
		t.Errorf("%q", e.Error()[:100])
	}
	if n := len([]rune(e.Message)); n > 1001 {
		t.Errorf("message has %d characters", n)
	}
}

func TestRedirectTakesNoCredentialsAlong(t *testing.T) {
	elsewhere := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed, with %q", r.Header.Get("Authorization"))
	})
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			calls := 0
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Location", elsewhere)
				w.WriteHeader(status)
			})
			_, err := newClient(t, base, httpapi.Options{MaxRetries: 3}).
				Do(t.Context(), httpapi.Request{Method: method, Path: "/x", Body: []byte("{}")})
			if e := asError(t, err); e.Status != status || calls != 1 {
				t.Errorf("%s: %v after %d calls", method, err, calls)
			}
		}
	}
}

func TestBodies(t *testing.T) {
	const limit = 16 << 20
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		words   string
		calls   int // of a GET that may be repeated twice
	}{
		"too long": {
			func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, limit+1)) },
			"longer than 16 MiB", 1,
		},
		"truncated": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				_, _ = fmt.Fprint(w, "{")
			},
			"read the answer: unexpected EOF", 3,
		},
		"error with a truncated body keeps its status": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				w.WriteHeader(502)
				_, _ = fmt.Fprint(w, "{")
			},
			"502 Bad Gateway", 3,
		},
		"error with a long body keeps its status": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(400)
				_, _ = w.Write(make([]byte, 1<<20))
			},
			"400 Bad Request", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls++
				tc.handler(w, r)
			})
			_, err := newClient(t, base, httpapi.Options{MaxRetries: 2}).
				Do(t.Context(), httpapi.Request{Method: "GET", Path: "/x"})
			if e := asError(t, err); !strings.Contains(e.Error(), tc.words) || !e.Unclear() {
				t.Errorf("%v (unclear: %v)", e, e.Unclear())
			}
			if calls != tc.calls {
				t.Errorf("%d calls, want %d", calls, tc.calls)
			}
		})
	}
}

func TestLongestBodyIsRead(t *testing.T) {
	const limit = 16 << 20
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, limit)) })
	resp, err := newClient(t, base, httpapi.Options{}).Do(t.Context(), httpapi.Request{Method: "GET", Path: "/x"})
	if err != nil || len(resp.Body) != limit {
		t.Errorf("%v", err)
	}
}

func TestJSON(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Accept") != "application/json" {
			t.Errorf("Accept: %q", r.Header.Get("Accept"))
		}
		switch r.URL.Path {
		case "/echo":
			_, _ = fmt.Fprintf(w, `{"type": %q, "body": %q, "query": %q}`, r.Header.Get("Content-Type"), body, r.URL.RawQuery)
		case "/garbage":
			_, _ = fmt.Fprint(w, "<html>")
		case "/number":
			_, _ = fmt.Fprint(w, `{"type": 1}`)
		case "/trailing":
			_, _ = fmt.Fprint(w, `{} {}`)
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		}
	})
	c := newClient(t, base, httpapi.Options{})
	type answer struct{ Type, Body, Query string }

	var got answer
	err := c.JSON(t.Context(), "POST", "/echo", url.Values{"a": {"b"}}, map[string]int{"n": 1}, &got)
	if want := (answer{"application/json", `{"n":1}`, "a=b"}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if err := c.JSON(t.Context(), "GET", "/echo", nil, nil, &got); err != nil || got != (answer{}) {
		t.Errorf("without a body: %+v, %v", got, err)
	}
	if err := c.JSON(t.Context(), "DELETE", "/garbage", nil, nil, nil); err != nil {
		t.Errorf("an answer that nobody wants: %v", err)
	}
	for _, path := range []string{"/garbage", "/number", "/trailing", "/empty"} {
		e := asError(t, c.JSON(t.Context(), "POST", path, nil, nil, &got))
		if e.Status/100 != 2 || !e.Unclear() || e.Refused() || !strings.Contains(e.Error(), "cannot be used") {
			t.Errorf("%s: %+v", path, e)
		}
	}
}

func TestNoConnectionIsUnsent(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := newClient(t, server.URL, httpapi.Options{MaxRetries: 1}).
		Do(t.Context(), httpapi.Request{Method: "POST", Path: "/x", Query: url.Values{"key": {secret}}})
	e := asError(t, err)
	if !e.Unsent || e.Unclear() || e.Status != 0 || strings.Contains(e.Error(), secret) {
		t.Errorf("%+v", e)
	}
}

func TestLostAnswerIsUnclear(t *testing.T) {
	base := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := newClient(t, base, httpapi.Options{}).Do(t.Context(), httpapi.Request{Method: "POST", Path: "/x"})
	if e := asError(t, err); e.Unsent || !e.Unclear() {
		t.Errorf("%+v", e)
	}
}

func TestCertificateErrorIsNotRepeated(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	var connections atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0) // it hears of the refused certificate
	server.StartTLS()
	defer server.Close()
	_, err := newClient(t, server.URL, httpapi.Options{MaxRetries: 5}).
		Do(t.Context(), httpapi.Request{Method: "GET", Path: "/x"})
	if e := asError(t, err); !e.Unsent || connections.Load() != 1 {
		t.Errorf("%v after %d connections", err, connections.Load())
	}
}

func TestConnectionIsUsedAgain(t *testing.T) {
	var connections atomic.Int32
	answers := []int{200, 404, 500, 503, 200, 302, 204}
	calls := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(answers[calls%len(answers)])
		if answers[calls%len(answers)] != 204 {
			_, _ = w.Write(make([]byte, 20_000))
		}
		calls++
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := newClient(t, server.URL, httpapi.Options{})
	for range 3 * len(answers) {
		_, _ = c.Do(t.Context(), httpapi.Request{Method: "POST", Path: "/x"})
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for %d requests", n, calls)
	}
}

func TestConcurrencyIsCapped(t *testing.T) {
	const limit, calls = 3, 20
	var now, most atomic.Int32
	release := make(chan struct{})
	base := serve(t, func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		<-release
		now.Add(-1)
	})
	c := newClient(t, base, httpapi.Options{MaxConcurrent: limit})
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			if _, err := c.Do(t.Context(), httpapi.Request{Method: "GET", Path: fmt.Sprintf("/x/%d", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	for range calls {
		release <- struct{}{}
	}
	all.Wait()
	if most.Load() > limit {
		t.Errorf("%d requests at a time, want at most %d", most.Load(), limit)
	}
}

func TestWaitingForASlotEndsWithTheContext(t *testing.T) {
	block := make(chan struct{})
	entered := make(chan struct{})
	base := serve(t, func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-block
	})
	defer close(block)
	c := newClient(t, base, httpapi.Options{MaxConcurrent: 1})
	first, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _, _ = c.Do(first, httpapi.Request{Method: "GET", Path: "/x"}) }()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Do(ctx, httpapi.Request{Method: "POST", Path: "/x"})
	if e := asError(t, err); !errors.Is(err, context.Canceled) || !e.Unsent || e.Unclear() {
		t.Errorf("%+v", e)
	}
}
