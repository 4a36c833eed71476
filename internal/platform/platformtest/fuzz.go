package platformtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Describer is a service's reading of its own error envelope.
type Describer func(status int, header http.Header, body []byte) httpapi.Fault

// FuzzDescribe fuzzes what a service's errors are read as: whatever a service, or
// something in its place, answers, the error's text is bounded and fit for a
// terminal, and only the service's own JSON is taken for its word.
func FuzzDescribe(f *testing.F, describe Describer, seeds ...string) {
	for _, seed := range append(seeds, "", "null", "[]", "{}", "<html>", "\x1b[31m\u202e") {
		for _, status := range []int{200, 400, 404, 503} {
			f.Add(status, "request", []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, status int, requestID string, body []byte) {
		if status < 200 || status > 599 || status == http.StatusTooManyRequests {
			return // no answer, or one that is waited out
		}
		resp := &http.Response{StatusCode: status, Header: http.Header{"X-Request-Id": {requestID}, "Twilio-Request-Id": {requestID}}}
		client, _ := fuzzClient(t, describe, func(*http.Request) *http.Response {
			resp.Body = io.NopCloser(bytes.NewReader(body))
			return resp
		})
		answer, err := client.Do(t.Context(), httpapi.Request{Method: http.MethodGet, Path: "/numbers"})
		if err == nil {
			err = answer.Refusal()
		}
		e, ok := errors.AsType[*httpapi.Error](err)
		if !ok || e.Status != status {
			t.Fatalf("%d: %T %v", status, err, err)
		}
		wantPrintable(t, err)
		if e.Own && !isObject(body) {
			t.Errorf("%q is taken for the service's own word", body)
		}
		if errors.Is(err, platform.ErrNotFound) != (e.Own && status == http.StatusNotFound) {
			t.Errorf("%d %q: %v", status, body, err)
		}
	})
}

// FuzzTarget is a service for FuzzAnswers.
type FuzzTarget struct {
	Kind     platform.Kind
	Describe Describer
	// Open makes what the service is to a number: a carrier, a platform, or both.
	Open func(*httpapi.Client) []any
	// Number is one that is asked for and worked on. Its identifier at the service,
	// and its agent's, may be any text that a state or a configuration holds.
	Number func(identifier string) platform.Number
	// Identifier is one of the service's own.
	Identifier string
	// Seeds are bodies of answers.
	Seeds []string
}

// What one operation may send, whatever the service answers. A list is cut after
// 1,000 pages; a read is two of them at most, and a cancelled write, whose outcome
// is looked up all the same, three.
const (
	maxRead      = 2_100
	cancelAfter  = 50
	maxCancelled = 3_100
)

// FuzzAnswers fuzzes the answers to all that a service is sent, two of them in
// turn: nothing panics or goes on for ever, no answer leads a request elsewhere
// than to the service's own paths, and nothing but the service's own JSON says
// that a number is not there.
func FuzzAnswers(f *testing.F, target FuzzTarget) {
	for _, seed := range append(target.Seeds, "", "null", "{}", "<html>") {
		f.Add(target.Identifier, 200, []byte(seed), 200, []byte(seed))
		f.Add(target.Identifier, 200, []byte(seed), 404, []byte("{}"))
		f.Add("../%2e/\x1b?#", 201, []byte(seed), 500, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, identifier string, status int, body []byte, otherStatus int, otherBody []byte) {
		n := target.Number(identifier)
		for _, s := range []int{status, otherStatus} {
			if s < 200 || s > 599 || s == http.StatusTooManyRequests {
				return
			}
		}
		var sent atomic.Int64
		enough := func() {} // is called when many requests have been sent
		client, wrong := fuzzClient(t, target.Describe, func(*http.Request) *http.Response {
			count := sent.Add(1)
			if count == cancelAfter {
				enough()
			}
			answer, text := status, body
			if count%2 == 0 {
				answer, text = otherStatus, otherBody
			}
			return &http.Response{StatusCode: answer, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(text))}
		})
		check := func(operation string, limit int64, err error) {
			t.Helper()
			if count := sent.Swap(0); count > limit {
				t.Fatalf("%s: %d requests", operation, count)
			}
			if errors.Is(err, platform.ErrNotFound) && !isObject(body) && !isObject(otherBody) {
				t.Errorf("%s takes this for the number's absence: %v", operation, err)
			}
			for _, request := range *wrong {
				t.Errorf("%s sends %s", operation, request)
			}
		}
		for _, service := range target.Open(client) {
			for name, operation := range reads(t.Context(), service, n) {
				check(name, maxRead, operation())
			}
			for name, operation := range cancellable(service, target.Kind, n) {
				ctx, cancel := context.WithCancel(t.Context())
				enough = cancel
				check(name, maxCancelled, operation(ctx))
				cancel()
			}
			enough = func() {}
		}
	})
}

// reads are the operations that change nothing.
func reads(ctx context.Context, service any, n platform.Number) map[string]func() error {
	all := map[string]func() error{}
	if lister, ok := service.(platform.Lister); ok {
		all["List"] = func() error {
			for cursor, pages := "", 0; ; pages++ {
				_, next, err := lister.List(ctx, n, cursor)
				if err != nil || next == "" || pages > maxRead {
					return err
				}
				cursor = next
			}
		}
	}
	if carrier, ok := service.(platform.Carrier); ok {
		all["Find"] = func() error { _, err := carrier.Find(ctx, n); return err }
		all["Carrier.Read"] = func() error { _, err := carrier.Read(ctx, n); return err }
	}
	if seller, ok := service.(platform.Seller); ok {
		all["Marked"] = func() error { _, err := seller.Marked(ctx, n); return err }
		all["Search"] = func() error { _, err := seller.Search(ctx, n); return err }
	}
	if on, ok := service.(platform.Platform); ok {
		all["Check"] = func() error { return on.Check(ctx, platform.Number{}, n) }
		all["Platform.Read"] = func() error { _, err := on.Read(ctx, n); return err }
	}
	return all
}

// cancellable are the operations that change something or wait for something,
// and the one whose requests are as many as the accounts that a service claims
// to have.
func cancellable(
	service any, kind platform.Kind, n platform.Number,
) map[string]func(context.Context) error {
	all := map[string]func(context.Context) error{}
	if carrier, ok := service.(platform.Carrier); ok {
		all["Elsewhere"] = func(ctx context.Context) error { _, err := carrier.Elsewhere(ctx, n); return err }
		all["Configure"] = func(ctx context.Context) error {
			named := n
			named.Settings = platform.Values{platform.FriendlyName: "Support"}
			_, err := carrier.Configure(ctx, n, named)
			return err
		}
	}
	if seller, ok := service.(platform.Seller); ok {
		all["Buy"] = func(ctx context.Context) error { _, err := seller.Buy(ctx, n, platform.MarkerPrefix); return err }
	}
	if on, ok := service.(platform.Platform); ok {
		all["Attach"] = func(ctx context.Context) error { _, err := on.Attach(ctx, n); return err }
		all["Update"] = func(ctx context.Context) error { _, err := on.Update(ctx, n, n); return err }
	}
	if does, ok := service.(platform.Service); ok {
		for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
			all["Do "+string(action)] = func(ctx context.Context) error {
				for _, step := range kind.Steps(n, action) {
					if step.Service != kind.Name || step.Op == "" {
						continue
					}
					if _, err := does.Do(ctx, n, step); err != nil {
						return err
					}
				}
				return nil
			}
		}
	}
	return all
}

// fuzzBase is where no request is to leave from.
const fuzzBase = "https://service.example/base"

// fuzzClient is a client whose requests are answered on the spot. Wrong collects
// those that should not have been sent.
func fuzzClient(
	t *testing.T, describe Describer, answer func(*http.Request) *http.Response,
) (client *httpapi.Client, wrong *[]string) {
	t.Helper()
	base, err := url.Parse(fuzzBase)
	if err != nil {
		t.Fatal(err)
	}
	wrong = &[]string{}
	return httpapi.New("Service", httpapi.Endpoint{BaseURL: base, Authorize: func(*http.Request) {}}, describe, httpapi.Options{
		Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond},
		Transport: roundTripper(func(req *http.Request) *http.Response {
			path, ok := strings.CutPrefix(req.URL.EscapedPath(), "/base/")
			if !ok || req.URL.Host != "service.example" || !isOwnPath(path) {
				*wrong = append(*wrong, req.Method+" "+req.URL.String())
			}
			return answer(req)
		}),
	}), wrong
}

// isOwnPath says that no segment of a path, as it is sent, is empty or stands for
// another place, and that none has a character that must be escaped.
func isOwnPath(path string) bool {
	for segment := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if segment == "" || segment == "." || segment == ".." || !segmentPattern.MatchString(segment) {
			return false
		}
	}
	return true
}

var segmentPattern = regexp.MustCompile(`^([A-Za-z0-9._~@:=&$;,!'()*-]|%[0-9A-F]{2})+$`)

type roundTripper func(*http.Request) *http.Response

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req), nil }

func isObject(body []byte) bool {
	body = bytes.TrimSpace(body)
	return json.Valid(body) && len(body) > 0 && body[0] == '{'
}

// maxErrorText is more than all parts of an error together, in characters.
const maxErrorText = 6_000

func wantPrintable(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxErrorText ||
		strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		t.Errorf("an error of %d bytes: %q", len(text), text[:min(len(text), 200)])
	}
}
