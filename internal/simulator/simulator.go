// Package simulator imitates the services that a phone number can live on, for tests and for the demo.
//
// It is one http.Handler that keeps state and applies rules: it authenticates, validates, pages, refuses and forgets
// as the services do, and keeps a log of what it was asked. On top of that, faults make it fail in every way that a
// network or a service can fail. Each service is served below a path of its own ("/twilio/…"), so that a base URL is
// the server's URL plus that path and a client that loses the prefix is found out.
//
// The package has its own wire types, on purpose: a field misspelt in a type shared with the clients would be
// misspelt on both sides and no test would notice. What the services leave undocumented is an assumption; each has a
// name in the rules of its service (see [TwilioRules]) and can be turned the other way.
package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Service names a simulated service, which is also the first segment of the paths that it is served under.
type Service string

// Twilio is served below "/twilio": its API, trunking and voice hosts together, since their paths do not overlap.
const Twilio Service = "twilio"

// services is the one table of simulated services. A further one is a file with a type that implements service, and a
// row here. Start is called with the lock held, in this order, so that a service can act on those above it.
var services = []struct {
	name  Service
	start func(*Server) service
}{
	{Twilio, func(s *Server) service { return newTwilio(s) }},
	{Synthflow, func(s *Server) service { return newSynthflow(s) }},
	{DialNexa, func(s *Server) service { return newDialNexa(s) }},
	{Nixflex, func(s *Server) service { return newNixflex(s) }},
	{Resemble, func(s *Server) service { return newResemble(s) }},
	{Retell, func(s *Server) service { return newRetell(s) }},
	{Vapi, func(s *Server) service { return newVapi(s) }},
	{ElevenLabs, func(s *Server) service { return newElevenLabs(s) }},
}

// service is one simulated API. Its methods are called with the server's lock held, so a service may call the
// unexported methods of another one directly.
type service interface {
	// serve applies a request and answers it.
	serve(c *call) answer
	// seed adds the service's part of a seed file.
	seed(part json.RawMessage) error
	// control answers a request below the control path of the service.
	control(method, path string, body []byte) answer
	// state is what the service holds, fit for JSON.
	state() any
}

// Server is the simulator. Create it with New; the zero value is of no use.
type Server struct {
	now   func() time.Time
	newID func(prefix string) string
	rules map[Service]any // what the options set; each service knows its own type

	done      chan struct{} // closed by Close
	closeOnce sync.Once

	mu       sync.Mutex // guards all that follows, and every service's state
	services map[Service]service
	twilio   *twilio
	requests []*Request
	faults   []*armedFault
	hooks    []*armedHook
	inFlight map[Service]int
	meters   map[Service]*meter
}

// Option sets up a Server.
type Option func(*Server)

// WithClock sets the source of the dates that the services report and count with. The default is the real time.
func WithClock(now func() time.Time) Option {
	return func(s *Server) { s.now = now }
}

// WithIDs sets the source of identifiers. The default counts per prefix, so that the first Twilio number is always
// PN00000000000000000000000000000001. It is called with the lock held.
func WithIDs(next func(prefix string) string) Option {
	return func(s *Server) { s.newID = next }
}

// New returns a simulator in which one Twilio account exists, DefaultAccountSID, and holds nothing.
func New(opts ...Option) *Server {
	s := &Server{
		now:      time.Now,
		newID:    countedIDs(),
		rules:    map[Service]any{},
		done:     make(chan struct{}),
		inFlight: map[Service]int{},
		meters:   map[Service]*meter{},
	}
	for _, opt := range opts {
		opt(s)
	}
	s.Reset()
	return s
}

// countedIDs numbers the identifiers of each prefix from one.
func countedIDs() func(prefix string) string {
	last := map[string]int{}
	return func(prefix string) string {
		last[prefix]++
		return fmt.Sprintf("%s%032x", prefix, last[prefix])
	}
}

// Reset forgets everything: what the services hold, the request log, faults, hooks and limits. Identifiers go on
// counting.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.faults, s.hooks = nil, nil, nil
	clear(s.meters)
	s.services = map[Service]service{}
	for _, row := range services {
		s.services[row.name] = row.start(s)
	}
}

// Close lets go of the requests that a fault keeps hanging. It must come before the listening server is closed.
func (s *Server) Close() {
	s.closeOnce.Do(func() { close(s.done) })
}

// Seed adds what a seed file holds: a JSON object with a member for each service.
func (s *Server) Seed(file io.Reader) error {
	var parts map[Service]json.RawMessage
	if err := json.NewDecoder(file).Decode(&parts); err != nil {
		return fmt.Errorf("reading seed: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range parts {
		if !name.known() {
			return fmt.Errorf("reading seed: there is no service %q", name)
		}
	}
	// In the order of the table, so that a platform finds the numbers that its carrier was seeded with.
	for _, row := range services {
		part, ok := parts[row.name]
		if !ok {
			continue
		}
		if err := s.services[row.name].seed(part); err != nil {
			return fmt.Errorf("reading seed of %s: %w", row.name, err)
		}
	}
	return nil
}

// State is what each service holds, fit for JSON and for a last look at what a run left behind.
func (s *Server) State() map[Service]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := map[Service]any{}
	for name, svc := range s.services {
		state[name] = svc.state()
	}
	return state
}

// call is a request as the services see it.
type call struct {
	method     string
	path       string // as sent, still escaped, below the service's prefix
	query      url.Values
	form       url.Values // empty unless the body is a form
	header     http.Header
	body       []byte
	host       string
	base       string // absolute URL of the service, for answers that carry absolute links
	concurrent int    // requests to this service in flight, this one included
	excess     bool   // one more than the service takes
}

// answer is what a service answers.
type answer struct {
	status int // 0 drops the connection without an answer
	header http.Header
	body   []byte
}

// with is the answer with one more header.
func (a answer) with(key, value string) answer {
	header := a.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(key, value)
	a.header = header
	return a
}

// jsonAnswer is an answer whose body is v.
func jsonAnswer(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		// Only a wire type that JSON cannot express gets here.
		return answer{status: http.StatusInternalServerError, body: []byte(err.Error())}
	}
	return answer{
		status: status,
		header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		body:   body,
	}
}

// maxBody is far above what any of the services is sent.
const maxBody = 1 << 20

// ServeHTTP serves the services and the control paths.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, controlPrefix); ok {
		s.serveControl(w, r, path)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the simulator could not read the request: "+err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body)) // for Fault.Match
	name, c := newCall(r, body)

	s.mu.Lock()
	entry := s.record(name, c)
	svc, known := s.services[name]
	if !known {
		entry.Status = http.StatusNotFound
		s.mu.Unlock()
		http.Error(w, fmt.Sprintf("the simulator serves nothing under %q", r.URL.Path), http.StatusNotFound)
		return
	}
	s.inFlight[name]++
	c.concurrent = s.inFlight[name]
	c.excess = s.meters[name].refuses(s.now(), c.concurrent)
	hooks := s.takeHooks(c)
	fault := s.takeFault(name, c, r)
	s.mu.Unlock()

	defer func() {
		s.mu.Lock()
		s.inFlight[name]--
		s.mu.Unlock()
	}()
	for _, hook := range hooks {
		hook()
	}
	s.deliver(w, r, fault, func() answer {
		s.mu.Lock()
		defer s.mu.Unlock()
		return svc.serve(c)
	}, func(status int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		entry.Status = status
	})
}

// newCall splits the service's name off the path and decodes the form.
func newCall(r *http.Request, body []byte) (Service, *call) {
	// The escaped path is kept, since a service may tell "%2B" from "+".
	escaped := r.URL.EscapedPath()
	first, rest, _ := strings.Cut(strings.TrimPrefix(escaped, "/"), "/")
	name, path := Service(first), "/"+rest
	if !name.known() {
		name, path = "", escaped
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	c := &call{
		method: r.Method,
		path:   path,
		query:  r.URL.Query(),
		form:   url.Values{},
		header: r.Header,
		body:   body,
		host:   r.Host,
		base:   scheme + "://" + r.Host + "/" + string(name),
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil &&
		media == "application/x-www-form-urlencoded" {
		// As for the query above, pairs that do not decode are dropped.
		c.form, _ = url.ParseQuery(string(body))
	}
	return name, c
}

// basicAuth is what http.Request.BasicAuth says of the request.
func (c *call) basicAuth() (user, password string, ok bool) {
	return (&http.Request{Header: c.header}).BasicAuth()
}

func (name Service) known() bool {
	for _, row := range services {
		if row.name == name {
			return true
		}
	}
	return false
}

// writeAnswer sends an answer whole.
func writeAnswer(w http.ResponseWriter, a answer) {
	if a.status == 0 {
		panic(http.ErrAbortHandler) // the way to drop a connection
	}
	for key, values := range a.header {
		w.Header()[key] = values
	}
	w.WriteHeader(a.status)
	// The client may be gone; there is nobody to tell.
	_, _ = w.Write(a.body)
}
