package nixflex_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	main    = simulator.DefaultAccountSID
	phone   = "+14155550100"
	support = "agent_00000000000000aa"
	sales   = "agent_00000000000000bb"
	rival   = "agent_00000000000000ff" // of another account

	list   = "/v1/phone-numbers"
	record = "/v1/phone-numbers/%2B14155550100"
)

// world is a simulated Nixflex, a Twilio that holds the number, and the
// platform that works on them.
type world struct {
	*simulator.Server
	*nixflex.Platform
	t *testing.T
}

func start(t *testing.T, rules simulator.NixflexRules) *world {
	t.Helper()
	w := &world{Server: simulator.New(simulator.WithNixflex(rules)), t: t}
	w.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: phone, Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true},
	})
	w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: support})
	w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: sales})
	w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: rival, Foreign: true})
	w.Platform = w.with(simulator.DefaultNixflexKey, simulator.DefaultAuthToken)
	return w
}

// with returns the platform with other credentials.
func (w *world) with(key, twilioToken string) *nixflex.Platform {
	w.t.Helper()
	server := httptest.NewServer(w.Server)
	w.t.Cleanup(server.Close)
	w.t.Cleanup(w.Close)
	endpoint, err := nixflex.Connect(platform.Arguments{"api_key": key, "base_url": server.URL + "/nixflex"})
	if err != nil {
		w.t.Fatal(err)
	}
	client := httpapi.New("Nixflex", endpoint, nixflex.Describe, httpapi.Options{
		MaxRetries: 1, Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond}, CallTimeout: time.Second,
	})
	return nixflex.New(client, main, twilioToken)
}

// number is the number with these fields of the block, in pairs, as its carrier
// reports it now.
func (w *world) number(block ...any) platform.Number {
	n := platform.Number{
		PhoneNumber: phone, AccountSID: main, Platform: "nixflex", Carrier: "twilio",
		Block: platform.Values{"agent_id": support},
	}
	for i := 0; i < len(block); i += 2 {
		name, _ := block[i].(string)
		n.Block[name] = block[i+1]
	}
	at, _ := w.Twilio().Number(phone)
	n.Settings = platform.Values{"voice_url": nil}
	if at.VoiceURL != "" {
		n.Settings["voice_url"] = at.VoiceURL
	}
	return n
}

// attached imports the number, as number describes it, and returns it active.
func (w *world) attached(block ...any) platform.Number {
	w.t.Helper()
	if _, err := w.Attach(w.t.Context(), w.number(block...)); err != nil {
		w.t.Fatal(err)
	}
	n := w.number(block...)
	n.Status = platform.Active
	w.ResetRequests()
	return n
}

// wantSent compares the requests so far, without the token.
func (w *world) wantSent(want ...string) {
	w.t.Helper()
	var got []string
	for _, r := range w.Requests() {
		line := strings.ReplaceAll(r.String(), simulator.DefaultAuthToken, "TOKEN")
		line = strings.ReplaceAll(line, `"twilio_sid":"`+main+`","twilio_token":"TOKEN"`, "…")
		got = append(got, strings.ReplaceAll(line, "?limit=100&offset=0", ""))
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// writes are the requests that may have changed something.
func (w *world) writes() string {
	var lines []string
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet {
			lines = append(lines, r.Method)
		}
	}
	return strings.Join(lines, " ")
}

// held is the record at Nixflex.
func (w *world) held() simulator.NixflexNumber {
	w.t.Helper()
	n, listed := w.Nixflex().Number(phone)
	if !listed {
		w.t.Fatal("Nixflex does not have the number")
	}
	return n
}

// refused is an error of Nixflex's own.
func refused(method, path string, status int, code string) simulator.Fault {
	return simulator.Fault{
		Method: method, Path: path, Status: status,
		Body: fmt.Sprintf(`{"error": {"type": "t", "code": %q, "message": "no"}}`, code),
	}
}

// foreign are answers that are not Nixflex's word on anything.
var foreign = map[string]simulator.Fault{
	"401":                  refused("", "", 401, "invalid_api_key"),
	"403":                  refused("", "", 403, "forbidden"),
	"404 page of a proxy":  {Status: 404, Body: "<html>"},
	"404 of another route": refused("", "", 404, "route_not_found"),
	"500":                  {Status: 500},
	"502":                  refused("", "", 502, "provider_error"),
	"redirect":             {Status: 302, Header: http.Header{"Location": {"https://elsewhere.example/"}}},
	"page of HTML":         {Garble: true},
	"truncated":            {Truncate: true},
	"no answer":            {Cut: simulator.CutBefore},
	"empty object":         {Status: 200, Body: "{}"},
	"null list":            {Status: 200, Body: `{"phone_numbers": null, "count": 0}`},
	"nameless number":      {Status: 200, Body: `{"phone_numbers": [{"agent_id": "x"}], "count": 1}`},
}

func names[T any](table map[string]T) []string {
	var all []string
	for name := range table {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// blames says which field an error is about.
func blames(err error) string {
	if field, ok := errors.AsType[*platform.FieldError](err); ok {
		return field.Field
	}
	return ""
}

func TestCheck(t *testing.T) {
	other := "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	for name, test := range map[string]struct {
		token   string // the provider's
		account string
		block   []any
		fault   simulator.Fault
		blames  string
		says    string
	}{
		"all well": {token: "x"},
		"agent unknown": {
			token:  "x",
			block:  []any{"agent_id", "agent_0"},
			blames: "nixflex.agent_id",
			says:   "agent agent_0",
		},
		"agent of another account": {token: "x", block: []any{"agent_id", rival}, blames: "nixflex.agent_id", says: rival},
		"answer about another": {
			token: "x",
			fault: simulator.Fault{Status: 200, Body: `{"agent_id": "x"}`},
			says:  "cannot be used",
		},
		"API key alone": {
			blames: "nixflex.twilio_auth_token_wo",
			says:   "auth_token in the provider's twilio block",
		},
		"token of the number":       {block: []any{"twilio_auth_token_wo", "secret"}},
		"subaccount":                {token: "x", account: other, blames: "nixflex.twilio_auth_token_wo", says: other},
		"subaccount with its token": {token: "x", account: other, block: []any{"twilio_auth_token_wo", "secret"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			if test.fault.Status != 0 {
				w.Inject(test.fault)
			}
			n := w.number(test.block...)
			if test.account != "" {
				n.AccountSID = test.account
			}
			err := w.with(simulator.DefaultNixflexKey, test.token).Check(t.Context(), platform.Number{}, n)
			if (err == nil) != (test.says == "") {
				t.Fatal(err)
			}
			if err != nil && (blames(err) != test.blames || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("%v (blames %q)", err, blames(err))
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells the token: %v", err)
			}
		})
	}
}

func TestAttach(t *testing.T) {
	for name, rules := range map[string]simulator.NixflexRules{
		"as documented": {},
		"older API": {
			PromptOnlyUpdates:    true,
			PartialAnswers:       true,
			ImportIgnoresPrompt:  true,
			UnknownFieldsRefused: true,
		},
		"same agent reimports":  {SameAgentReimports: true},
		"writes are replayed":   {ReplaysWrites: true},
		"high limits refused":   {HighLimitRefused: true},
		"rate limits":           {RateLimit: simulator.RateLimit{Serve: 1, Refuse: 1}},
		"list counts the page":  {CountsPage: true},
		"list is not paged":     {UnpagedNumbers: true},
		"single GET is served":  {ServesSingleNumbers: true},
		"partial answers alone": {PartialAnswers: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			got, err := w.Attach(t.Context(), w.number(
				"custom_prompt", "Be brief.", "twilio_auth_token_wo", simulator.DefaultAuthToken))
			if err != nil {
				t.Fatal(err)
			}
			if got.Block["agent_id"] != support || got.Block["custom_prompt"] != "Be brief." || got.Block.Has("twilio_auth_token_wo") {
				t.Errorf("%+v", got.Block)
			}
			if n := w.held(); n.AgentID != support || *n.CustomPrompt != "Be brief." || n.TwilioSID != main {
				t.Errorf("%+v", n)
			}
			// Again, it finds all as it should be.
			w.ResetRequests()
			again := w.number("custom_prompt", "Be brief.")
			if _, err := w.Attach(t.Context(), again); err != nil || w.writes() != "" {
				t.Errorf("again: %v, %q", err, w.writes())
			}
		})
	}
}

func TestAttachSendsOneImport(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	if _, err := w.Attach(t.Context(), w.number("custom_prompt", "Be brief.")); err != nil {
		t.Fatal(err)
	}
	w.wantSent(
		"GET "+list+" -> 200",
		`POST `+list+` {"phone_number":"+14155550100","agent_id":"agent_00000000000000aa",…,"custom_prompt":"Be brief."} -> 201`,
	)
	if key := w.Requests()[1].Header.Get("Idempotency-Key"); len(key) < 16 {
		t.Errorf("Idempotency-Key %q", key)
	}
}

func TestAttachRefused(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*world)
		block   []any
		blames  string
		says    string
	}{
		"agent gone by now":    {block: []any{"agent_id", "agent_0"}, blames: "nixflex.agent_id", says: "for agent agent_0"},
		"agent not ours":       {block: []any{"agent_id", rival}, blames: "nixflex.agent_id", says: "agent_not_owned"},
		"wrong Twilio token":   {block: []any{"twilio_auth_token_wo", "hunter2"}, says: "it is Twilio that refuses"},
		"number not at Twilio": {prepare: func(w *world) { w.Twilio().RemoveNumber(phone) }, says: "number_not_in_twilio"},
		"another account's": {
			prepare: func(w *world) { w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: phone, Foreign: true}) },
			says:    "another one has it",
		},
		"prompt too long": {
			block:  []any{"custom_prompt", strings.Repeat("x", 8001)},
			blames: "nixflex.custom_prompt", says: "custom_prompt_too_long",
		},
		"wrong code for Twilio's": {
			prepare: func(w *world) {
				w.Nixflex().SetRules(func(r *simulator.NixflexRules) { r.InvalidCredentialsAlways = true })
			},
			block: []any{"twilio_auth_token_wo", "hunter2"}, says: "twilio_invalid_credentials",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			if test.prepare != nil {
				test.prepare(w)
			}
			got, err := w.Attach(t.Context(), w.number(test.block...))
			if err == nil || blames(err) != test.blames || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v (blames %q)", err, blames(err))
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") || got.Block.Has("twilio_auth_token_wo") {
				t.Errorf("the token is told: %v, %v", err, got.Block)
			}
		})
	}
}

func TestAttachWithALostAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		fault simulator.Fault
		fails bool
	}{
		"cut after effect":   {fault: simulator.Fault{Cut: simulator.CutAfter}},
		"page of HTML":       {fault: simulator.Fault{Garble: true}},
		"truncated":          {fault: simulator.Fault{Truncate: true}},
		"502 after effect":   {fault: simulator.Fault{Status: 502, AfterEffect: true}},
		"empty after effect": {fault: simulator.Fault{Status: 200, AfterEffect: true}},
		"about another number": {
			fault: simulator.Fault{Status: 201, Body: `{"phone_number": {"phone_number": "+14155550199"}}`, AfterEffect: true},
		},
		"another agent": {
			fault: simulator.Fault{Status: 201, Body: `{"phone_number": {"phone_number": "+14155550100"}}`, AfterEffect: true},
		},
		"409 after effect": {fault: func() simulator.Fault {
			f := refused("", "", 409, "number_already_imported")
			f.AfterEffect = true
			return f
		}()},
		"cut before effect": {fault: simulator.Fault{Cut: simulator.CutBefore}, fails: true},
		"500":               {fault: simulator.Fault{Status: 500}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.NixflexRules{})
			test.fault.Method = http.MethodPost
			w.Inject(test.fault)
			_, err := w.Attach(t.Context(), w.number())
			if (err != nil) != test.fails {
				t.Fatal(err)
			}
			if err != nil && !strings.Contains(err.Error(), "Nixflex does not have it") {
				t.Error(err)
			}
			// Where a connection is cut, Go's transport sends what has an
			// Idempotency-Key again by itself, with the same key.
			if got := w.writes(); got != "POST" && test.fault.Cut == "" {
				t.Errorf("sent %s", got)
			}
			if err == nil {
				w.held()
			}
		})
	}
}

func TestAttachSaysWhenNobodyKnows(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	w.Inject(simulator.Fault{Method: http.MethodPost, Cut: simulator.CutAfter})
	late := refused(http.MethodGet, list, 401, "invalid_api_key")
	late.Skip = 1
	w.Inject(late)
	_, err := w.Attach(t.Context(), w.number())
	if err == nil || !strings.Contains(err.Error(), "whether it took effect is not known") {
		t.Error(err)
	}
	if answer, ok := errors.AsType[*httpapi.Error](err); ok {
		t.Errorf("%v passes for a refusal: %v", err, answer)
	}
}

func TestReadReports(t *testing.T) {
	for name, test := range map[string]struct {
		rules   simulator.NixflexRules
		prepare func(*world)
		agent   any
		prompt  any
	}{
		"as attached": {agent: support, prompt: "Hello."},
		"prompt cleared": {
			prepare: func(w *world) { w.change(func(n *simulator.NixflexNumber) { n.CustomPrompt = nil }) },
			agent:   support,
		},
		"empty prompt": {
			prepare: func(w *world) { w.change(func(n *simulator.NixflexNumber) { n.CustomPrompt = new("") }) },
			agent:   support,
		},
		"another agent": {
			prepare: func(w *world) { w.change(func(n *simulator.NixflexNumber) { n.AgentID = sales }) },
			agent:   sales,
			prompt:  "Hello.",
		},
		"agent deleted": {prepare: func(w *world) { w.Nixflex().RemoveAgent(support) }, prompt: "Hello."},
		"agent deleted, kept": {
			rules:   simulator.NixflexRules{StaleAgentID: true},
			prepare: func(w *world) { w.Nixflex().RemoveAgent(support) },
			prompt:  "Hello.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, test.rules)
			n := w.attached("custom_prompt", "Hello.", "twilio_auth_token_wo_version", int64(1))
			if test.prepare != nil {
				test.prepare(w)
			}
			n.Status = ""
			got, err := w.Read(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			if got.Block["agent_id"] != test.agent || got.Block["custom_prompt"] != test.prompt || got.Status != "" {
				t.Errorf("%+v", got)
			}
			if _, told := got.Block["twilio_auth_token_wo_version"]; told {
				t.Error("Nixflex does not report the version of the token")
			}
			if got.Private.Platform["twilio_account_sid"] != main {
				t.Errorf("memory: %v", got.Private.Platform)
			}
		})
	}
}

func (w *world) change(change func(*simulator.NixflexNumber)) {
	w.t.Helper()
	if !w.Nixflex().UpdateNumber(phone, change) {
		w.t.Fatal("Nixflex does not have the number")
	}
}

func TestReadLeavesWhatIsNotReported(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached("custom_prompt", "Hello.")
	w.Inject(simulator.Fault{Path: list, Status: 200, Body: `{"phone_numbers": [{"phone_number": "+14155550100", "agent_id": "` +
		support + `", "surprise": {}}], "count": 1}`})
	got, err := w.Read(t.Context(), n)
	if _, told := got.Block["custom_prompt"]; err != nil || told {
		t.Errorf("%v, %v", got.Block, err)
	}
}

func TestReadNotFound(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: "+141555501001", AgentID: support}) // contains it
	w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: phone, Foreign: true})
	if _, err := w.Read(t.Context(), w.number()); !errors.Is(err, platform.ErrNotFound) {
		t.Error(err)
	}
	w.wantSent("GET "+list+"?agent_id="+support+"&limit=100&offset=0 -> 200", "GET "+list+" -> 200")
}

func TestReadIsNeverNotFoundByAForeignAnswer(t *testing.T) {
	for _, path := range []string{list, "/v1/agents"} {
		for _, name := range names(foreign) {
			t.Run(path+" "+name, func(t *testing.T) {
				w := start(t, simulator.NixflexRules{})
				n := w.attached()
				fault := foreign[name]
				fault.Path = path
				w.Inject(fault)
				_, err := w.Read(t.Context(), n)
				if err == nil || errors.Is(err, platform.ErrNotFound) {
					t.Errorf("%v", err)
				}
				if w.writes() != "" {
					t.Errorf("wrote %s", w.writes())
				}
			})
		}
	}
}

func TestReadAsksOnceForAnAgent(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached()
	for range 3 {
		if _, err := w.Read(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(w.Requests()); got != 4 {
		t.Errorf("%d requests", got)
	}
}

func TestReadPagesToTheEnd(t *testing.T) {
	for name, test := range map[string]struct {
		rules    simulator.NixflexRules
		others   int
		requests int // for a number that is the last
	}{
		"one page":            {others: 99, requests: 1},
		"a page and one":      {others: 100, requests: 2},
		"several pages":       {others: 250, requests: 3},
		"not paged":           {rules: simulator.NixflexRules{UnpagedNumbers: true}, others: 250, requests: 1},
		"count of the page":   {rules: simulator.NixflexRules{CountsPage: true}, others: 250, requests: 3},
		"an end on the limit": {others: 189, requests: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, test.rules)
			n := w.attached()
			for i := range test.others {
				w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: fmt.Sprintf("+1415556%04d", i), AgentID: sales})
			}
			n.Block["agent_id"] = nil // so that the whole list is read
			if _, err := w.Read(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			if got := len(w.Requests()) - 1; got != test.requests { // but for the agent's
				t.Errorf("%d requests, want %d", got, test.requests)
			}
			w.Nixflex().RemoveNumber(phone)
			if _, err := w.Read(t.Context(), n); !errors.Is(err, platform.ErrNotFound) {
				t.Errorf("the number is gone: %v", err)
			}
		})
	}
}

func TestReadFindsANumberThatMovesUp(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached()
	for i := range 100 { // the number is the 101st
		w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: fmt.Sprintf("+1415556%04d", i), AgentID: sales})
	}
	w.BeforeNth(2, http.MethodGet, list, func() { w.Nixflex().RemoveNumber("+14155560050") })
	n.Block["agent_id"] = nil
	if _, err := w.Read(t.Context(), n); err != nil {
		t.Error(err)
	}
}

func TestReadOfAListThatIsCutOff(t *testing.T) {
	w := start(t, simulator.NixflexRules{UnpagedNumbers: true})
	n := w.attached()
	for i := range 1000 {
		w.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: fmt.Sprintf("+1415556%04d", i), AgentID: sales})
	}
	if _, err := w.Read(t.Context(), n); err != nil { // by its agent
		t.Error(err)
	}
	n.Block["agent_id"] = nil
	if _, err := w.Read(t.Context(), n); err == nil || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("%v, want an error that leaves it open", err)
	}
	// The import answers what the list does not.
	n.Block["agent_id"] = support
	if _, err := w.Attach(t.Context(), n); err != nil {
		t.Error(err)
	}
	if err := w.end(t.Context(), n); err != nil {
		t.Error(err)
	}
}

// end runs the step that is Nixflex's.
func (w *world) end(ctx context.Context, n platform.Number) error {
	_, err := w.Do(ctx, n, nixflex.Kind.Steps(n, platform.Detach)[0])
	return err
}
