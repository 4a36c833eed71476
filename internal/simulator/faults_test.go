package simulator_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// TestFaults buys a number through each fault: what does the client see, and was the number bought?
func TestFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  simulator.Fault
		failed bool // the client gets an error, not an answer
		status int
		body   string // a part of it
		bought bool
	}{
		"status without effect": {
			fault:  simulator.Fault{Status: 503, Body: "<html>unavailable</html>", Header: http.Header{"Retry-After": {"7"}}},
			status: 503, body: "<html>",
		},
		"status after the effect": {
			fault:  simulator.Fault{Status: 502, AfterEffect: true},
			status: 502, bought: true,
		},
		"body alone is an answer": {
			fault:  simulator.Fault{Body: "{}"},
			status: 200, body: "{}",
		},
		"cut before": {fault: simulator.Fault{Cut: simulator.CutBefore}, failed: true},
		"cut after":  {fault: simulator.Fault{Cut: simulator.CutAfter}, failed: true, bought: true},
		"truncated":  {fault: simulator.Fault{Truncate: true}, failed: true, bought: true},
		"garbled":    {fault: simulator.Fault{Garble: true}, status: 201, body: "<html>", bought: true},
		"rewritten": {
			fault:  simulator.Fault{Rewrite: func(body []byte) []byte { return body[:len(body)/2] }},
			status: 201, body: "{", bought: true,
		},
		"latency only": {fault: simulator.Fault{Latency: time.Nanosecond}, status: 201, body: support, bought: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.Inject(tc.fault)
			r, err := w.try(http.MethodPost, "/twilio"+numbers+".json", form("PhoneNumber", support))
			if (err != nil) != tc.failed {
				t.Fatalf("the client gets %v, want an error: %t", err, tc.failed)
			}
			if !tc.failed && (r.status != tc.status || !strings.Contains(r.body, tc.body)) {
				t.Errorf("answer %d %s, want %d with %q", r.status, r.body, tc.status, tc.body)
			}
			if _, bought := w.Twilio().Number(support); bought != tc.bought {
				t.Errorf("bought: %t, want %t", bought, tc.bought)
			}
			if retryAfter := tc.fault.Header.Get("Retry-After"); r.header.Get("Retry-After") != retryAfter {
				t.Errorf("Retry-After is %q, want %q", r.header.Get("Retry-After"), retryAfter)
			}
		})
	}
}

func TestTruncatedAnswerSendsHalf(t *testing.T) {
	w := start(t)
	whole := w.get(numbers + ".json").body
	w.Inject(simulator.Fault{Truncate: true})
	r, err := w.try(http.MethodGet, "/twilio"+numbers+".json", nil)
	if err == nil || r.status != http.StatusOK || r.body != whole[:len(whole)/2] {
		t.Errorf("got %d %q and %v, want the first half and an error", r.status, r.body, err)
	}
}

func TestRedirectFault(t *testing.T) {
	w := start(t)
	w.Inject(simulator.Fault{Status: 307, Header: http.Header{"Location": {"https://elsewhere.example/"}}})
	if r := w.get(numbers + ".json"); r.status != 307 || r.header.Get("Location") != "https://elsewhere.example/" {
		t.Errorf("answer %d to %q", r.status, r.header.Get("Location"))
	}
}

func TestHangingRequestEndsWithTheClient(t *testing.T) {
	for name, afterEffect := range map[string]bool{"before the effect": false, "after the effect": true} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.Inject(simulator.Fault{Method: http.MethodPost, Hang: true, AfterEffect: afterEffect})
			ctx, giveUp := context.WithCancel(t.Context())
			arrived := make(chan struct{})
			w.Before(http.MethodPost, "", func() { close(arrived) })
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+"/twilio"+numbers+".json",
				strings.NewReader(form("PhoneNumber", support).Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.SetBasicAuth(w.user, w.password)
			ended := make(chan error, 1)
			go func() {
				resp, err := http.DefaultClient.Do(req)
				if err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				ended <- err
			}()
			<-arrived
			if afterEffect {
				for len(w.Twilio().Purchases()) == 0 {
					continue // the effect comes right after the hook
				}
			}
			giveUp()
			if err := <-ended; err == nil {
				t.Error("the request was answered")
			}
			if got := len(w.Twilio().Purchases()); (got == 1) != afterEffect {
				t.Errorf("%d purchases", got)
			}
		})
	}
}

func TestCloseLetsGoOfWaitingRequests(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"hanging": {Hang: true},
		"late":    {Latency: time.Hour},
		"stalled": {Stall: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.Inject(fault)
			w.Before("", "", w.Close)
			if _, err := w.try(http.MethodGet, "/twilio"+numbers+".json", nil); err == nil {
				t.Error("the request was answered")
			}
		})
	}
}

func TestFaultsChooseAndCountRequests(t *testing.T) {
	const hit = http.StatusTeapot
	list, other := numbers+".json", search+"/US.json"
	for name, tc := range map[string]struct {
		fault simulator.Fault
		paths []string // each sent as a GET
		want  []int
	}{
		"any":                   {simulator.Fault{}, []string{list, other}, []int{hit, hit}},
		"by method":             {simulator.Fault{Method: http.MethodPost}, []string{list}, []int{200}},
		"by another service":    {simulator.Fault{Service: "elsewhere"}, []string{list}, []int{200}},
		"by service":            {simulator.Fault{Service: simulator.Twilio}, []string{list}, []int{hit}},
		"by part of the path":   {simulator.Fault{Path: "/IncomingPhone"}, []string{list, other}, []int{hit, 200}},
		"by the whole path":     {simulator.Fault{Path: "*PhoneNumbers.json"}, []string{list, other}, []int{hit, 200}},
		"whole path, wrong end": {simulator.Fault{Path: "*/IncomingPhoneNumbers"}, []string{list}, []int{200}},
		"stars between":         {simulator.Fault{Path: "/2010*Available*US*"}, []string{list, other}, []int{200, hit}},
		"skipping":              {simulator.Fault{Skip: 1}, []string{list, list, list}, []int{200, hit, hit}},
		"so many times":         {simulator.Fault{Times: 2}, []string{list, list, list}, []int{hit, hit, 200}},
		"skipping, then once":   {simulator.Fault{Skip: 1, Times: 1}, []string{list, list, list}, []int{200, hit, 200}},
		"by a function": {
			simulator.Fault{Match: func(r *http.Request) bool { return r.URL.Query().Has("PageSize") }},
			[]string{list, list + "?PageSize=1"},
			[]int{200, hit},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			tc.fault.Status = hit
			w.Inject(tc.fault)
			for i, path := range tc.paths {
				w.get(path).accepted(t, tc.want[i])
			}
		})
	}
}

func TestTheFirstFaultThatFitsStrikes(t *testing.T) {
	w := start(t)
	w.Inject(simulator.Fault{Status: 500, Times: 1})
	w.Inject(simulator.Fault{Status: 503})
	for _, want := range []int{500, 503, 503} {
		w.get(numbers+".json").accepted(t, want)
	}
	w.ClearFaults()
	w.get(numbers+".json").accepted(t, http.StatusOK)
}

func TestTheBodyCanBeMatched(t *testing.T) {
	w := start(t)
	w.Inject(simulator.Fault{Status: 500, Match: func(r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		return err == nil && strings.Contains(string(body), "5550101")
	}})
	w.buy(support)
	w.post(numbers+".json", form("PhoneNumber", "+14155550101")).accepted(t, 500)
}

func TestHooksRunBeforeTheEffect(t *testing.T) {
	w := start(t)
	w.BeforeNth(2, http.MethodPost, "*/IncomingPhoneNumbers.json", func() {
		w.Twilio().TakeNumber("+14155550102")
	})
	w.buy("+14155550101")
	w.post(numbers+".json", form("PhoneNumber", "+14155550102")).refused(t, 400, 21422)
}

func TestHooksRunOnce(t *testing.T) {
	w := start(t)
	runs := 0
	w.Before(http.MethodGet, "", func() { runs++ })
	w.get(numbers + ".json")
	w.get(numbers + ".json")
	if runs != 1 {
		t.Errorf("the hook ran %d times", runs)
	}
}

func TestTheLogHasWhatFaultsAnswered(t *testing.T) {
	w := start(t)
	w.Inject(simulator.Fault{Status: 503, Times: 1})
	w.Inject(simulator.Fault{Cut: simulator.CutAfter, Times: 1})
	w.get(numbers + ".json")
	if _, err := w.try(http.MethodGet, "/twilio"+numbers+".json", nil); err == nil {
		t.Fatal("the connection was not cut")
	}
	log := w.Requests()
	if len(log) != 2 || log[0].Status != 503 || log[1].Status != 0 {
		t.Errorf("the log has %v", log)
	}
}
