package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/dialnexa"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/elevenlabs"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/retell"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/vapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

// service is one that the provider knows, with what is asked of it.
type service struct {
	provider.Service
	questions
}

// questions are what is asked of a service.
type questions struct {
	// read looks at all that reading tells.
	read func(context.Context, *session)
	// try brings a number that is on no platform onto this one, and takes it off again; nil: nobody tries.
	try func(context.Context, *session, *trial)
}

var asked = map[string]questions{
	twilio.Kind.Name:     {read: readTwilio},
	synthflow.Kind.Name:  {read: readSynthflow},
	dialnexa.Kind.Name:   {read: readDialNexa},
	nixflex.Kind.Name:    {read: readNixflex, try: tryNixflex},
	resemble.Kind.Name:   {read: readResemble, try: tryResemble},
	retell.Kind.Name:     {read: readRetell, try: tryRetell},
	vapi.Kind.Name:       {read: readVapi, try: tryVapi},
	elevenlabs.Kind.Name: {read: readElevenLabs, try: tryElevenLabs},
}

// open makes a session with each service that the environment has credentials for.
func open(getenv func(string) string, transport http.RoundTripper, r *report) ([]*session, error) {
	var (
		sessions []*session
		wanted   []string
	)
	for _, known := range provider.Services() {
		svc := &service{known, asked[known.Kind.Name]}
		arguments, wrong := platform.Arguments{}, platform.Arguments{}
		var names []string
		for _, argument := range svc.Kind.Arguments {
			value := getenv(argument.Env)
			if value == "" {
				names = append(names, argument.Env)
				continue
			}
			arguments[argument.Name], wrong[argument.Name] = value, value
			if argument.Sensitive {
				wrong[argument.Name] = "wrong:wrong" // in the form of a pair, which is the form of some
				r.mask.secrets = append(r.mask.secrets, value)
			}
		}
		endpoint, err := svc.Connect(arguments)
		if missing, ok := errors.AsType[*platform.MissingArgument](err); ok {
			wanted = append(wanted, fmt.Sprintf("  %-12s %s", svc.Kind.Title, strings.Join(names, " ")))
			r.skipped = append(r.skipped, skipped{svc.Kind.Title, "without " + strings.Join(missing.Names, ", ")})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", svc.Kind.Title, err)
		}
		refused, err := svc.Connect(wrong)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", svc.Kind.Title, err)
		}
		sessions = append(sessions, &session{
			svc: svc, arguments: arguments, endpoint: endpoint, wrong: refused, report: r, transport: readOnly{transport},
		})
	}
	if len(sessions) == 0 {
		return nil, errors.New("no service can be asked: set the variables of one, at least.\n" + strings.Join(wanted, "\n"))
	}
	return sessions, nil
}

// session asks one service, and says what it sees.
type session struct {
	svc             *service
	arguments       platform.Arguments
	endpoint, wrong httpapi.Endpoint
	report          *report
	transport       http.RoundTripper
}

// readOnly is a transport that lets nothing through which could change anything.
type readOnly struct{ next http.RoundTripper }

// listsByPOST are the requests that read although their method could write.
var listsByPOST = []string{"/v2/list-agents"} // Retell AI

var errWrites = errors.New("this run only reads")

func (t readOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	lists := r.Method == http.MethodPost &&
		slices.ContainsFunc(listsByPOST, func(path string) bool { return strings.HasSuffix(r.URL.Path, path) })
	if r.Method != http.MethodGet && !lists {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, errWrites)
	}
	return t.next.RoundTrip(r)
}

// reply is what a service answered; status 0: nothing.
type reply struct {
	request string // method and path, for evidence
	status  int
	header  http.Header
	body    []byte
	value   any // the body, if it is JSON
	err     error
}

func (r reply) ok() bool { return r.status/100 == 2 }

func (r reply) String() string {
	if r.err != nil {
		return fmt.Sprintf("%s: %v", r.request, r.err)
	}
	return fmt.Sprintf("%s -> %d", r.request, r.status)
}

// quoted is the reply with its body, as far as a line has room.
func (r reply) quoted() string { return r.String() + " " + shortened(string(r.body), 160) }

func shortened(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// call is a request to a service.
type call struct {
	method, host, path string // the path is escaped
	query              url.Values
	form               url.Values
	json               any
	header             http.Header
	wrong              bool // with credentials that cannot be right
}

const (
	callTimeout = 30 * time.Second
	maxBody     = 16 << 20
)

func (s *session) get(ctx context.Context, path string, query ...string) reply {
	return s.send(ctx, call{method: http.MethodGet, path: path, query: pairs(query...)})
}

// pairs are names and values, in turn.
func pairs(all ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(all); i += 2 {
		values.Set(all[i], all[i+1])
	}
	return values
}

// send sends one request, and waits and repeats it where the service has had too many.
func (s *session) send(ctx context.Context, c call) reply {
	const tries = 4
	for try := 1; ; try++ {
		r := s.once(ctx, c)
		s.limited(r)
		if r.status != http.StatusTooManyRequests || try == tries {
			return r
		}
		wait, err := time.ParseDuration(r.header.Get("Retry-After") + "s")
		if err != nil || wait > time.Minute {
			wait = pause
		}
		if sleep(ctx, wait) != nil {
			return r
		}
	}
}

func sleep(ctx context.Context, wait time.Duration) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) once(ctx context.Context, c call) reply {
	r := reply{request: c.method + " " + c.path}
	if len(c.query) > 0 {
		r.request += "?" + c.query.Encode()
	}
	endpoint := s.endpoint
	if c.wrong {
		endpoint = s.wrong
	}
	base := endpoint.BaseURL
	if endpoint.BaseURLOf != nil {
		base = endpoint.BaseURLOf(c.host)
	}
	target, err := url.Parse(strings.TrimSuffix(base.String(), "/") + c.path)
	if err != nil {
		r.err = err
		return r
	}
	if len(c.query) > 0 {
		target.RawQuery = c.query.Encode()
	}
	var (
		body        io.Reader
		contentType string
	)
	switch {
	case c.json != nil:
		data, err := json.Marshal(c.json)
		if err != nil {
			r.err = err
			return r
		}
		body, contentType = bytes.NewReader(data), "application/json"
	case c.form != nil:
		body, contentType = strings.NewReader(c.form.Encode()), "application/x-www-form-urlencoded"
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, c.method, target.String(), body)
	if err != nil {
		r.err = err
		return r
	}
	request.Header.Set("Accept", "application/json")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	endpoint.Authorize(request)
	answer, err := s.transport.RoundTrip(request) // so that no redirect is followed
	if err != nil {
		r.err = err
		return r
	}
	defer func() { _ = answer.Body.Close() }()
	r.status, r.header = answer.StatusCode, answer.Header
	if r.body, r.err = io.ReadAll(io.LimitReader(answer.Body, maxBody)); r.err == nil {
		_ = json.Unmarshal(r.body, &r.value) // what is not JSON stays nil
	}
	return r
}

// limited looks at what an answer tells of limits.
func (s *session) limited(r reply) {
	s.report.calls++
	for name := range r.header {
		if strings.Contains(strings.ToLower(name), "ratelimit") || strings.EqualFold(name, "Retry-After") {
			s.note("rate limit", "answers have the header "+name)
		}
	}
	if r.status == 0 {
		return
	}
	refused := r.status == http.StatusTooManyRequests
	s.see("rate_limit", !refused, r.String())
	if !refused {
		return
	}
	after := r.header.Get("Retry-After")
	s.see("retry_after", after == s.svc.usualRetryAfter(), fmt.Sprintf("%s, Retry-After %q", r, after))
	s.see("bare_rate_limit", len(r.body) > 0, fmt.Sprintf("%s with %d bytes", r, len(r.body)))
}

// usualRetryAfter is what the simulator sends with a 429.
func (svc *service) usualRetryAfter() string {
	return map[string]string{dialnexa.Kind.Name: "1", nixflex.Kind.Name: "0"}[svc.Kind.Name]
}

// see says that a rule of this service was seen as the simulator has it by default, or the other way.
func (s *session) see(rule string, asByDefault bool, evidence string) {
	s.report.see(s.svc.Kind.Name, rule, asByDefault, evidence)
}

func (s *session) note(about, text string) { s.report.note(s.svc.Kind.Title, about, text) }

// object is a value that ought to be an object.
func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

// items are the objects in a list, under a name, or the list itself where there is none.
func items(value any, name string) []map[string]any {
	if name != "" {
		value = object(value)[name]
	}
	list, _ := value.([]any)
	var all []map[string]any
	for _, item := range list {
		all = append(all, object(item))
	}
	return all
}

func has(o map[string]any, name string) bool {
	_, there := o[name]
	return there
}

func text(o map[string]any, name string) string {
	value, _ := o[name].(string)
	return value
}

// strict compares an object with what is known of its kind: required members, then others, after a "|".
func (s *session) strict(what string, o map[string]any, known string) {
	required, others, _ := strings.Cut(known, "|")
	for _, name := range strings.Fields(required) {
		if o[name] == nil {
			s.note("missing", what+" has no "+name)
		}
	}
	names := append(strings.Fields(required), strings.Fields(others)...)
	for name := range o {
		if !slices.Contains(names, name) {
			s.note("unknown", what+" has "+name)
		}
	}
}

// oneOf notes a value that is not among those that are known.
func (s *session) oneOf(what, value string, known ...string) {
	if value != "" && !slices.Contains(known, value) {
		s.note("unknown", fmt.Sprintf("%s is %q", what, value))
	}
}

// envelopes asks for what does not exist, and with wrong credentials, and says what the refusals look like.
func (s *session) envelopes(ctx context.Context, missing ...string) []reply {
	var refusals []reply
	for _, path := range missing {
		r := s.send(ctx, call{method: http.MethodGet, path: path})
		s.note("refusal", r.quoted())
		refusals = append(refusals, r)
	}
	return refusals
}

func (s *session) wrongKey(ctx context.Context, path string) reply {
	r := s.send(ctx, call{method: http.MethodGet, path: path, wrong: true})
	s.note("refusal", "with wrong credentials: "+r.quoted())
	return r
}
