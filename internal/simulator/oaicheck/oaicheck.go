// Package oaicheck holds the traffic of a test against the services' own OpenAPI documents.
//
// It stands in front of the simulator. A request that the simulator accepts must be one that the documents allow, and
// each answer must be one that they describe; so neither our client nor our simulator can drift away from Twilio
// together. The documents are not part of this repository: they are twilio_api_v2010.json, twilio_trunking_v1.json,
// twilio_voice_v1.json, twilio_pricing_v1.json and twilio_messaging_v1.json of github.com/twilio/twilio-oai and, where it
// is there, vapi.json, which is fern/apis/api/openapi.json of github.com/VapiAI/docs.
package oaicheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// document is a file, and whose. Of one service the paths do not overlap, so the first that knows a path is the right
// one.
type document struct {
	service simulator.Service
	name    string
	// optional lets the file be missing, and partial a path.
	optional, partial bool
}

var documents = []document{
	{service: simulator.Twilio, name: "twilio_api_v2010.json"},
	{service: simulator.Twilio, name: "twilio_trunking_v1.json"},
	{service: simulator.Twilio, name: "twilio_voice_v1.json"},
	{service: simulator.Twilio, name: "twilio_pricing_v1.json"},
	{service: simulator.Twilio, name: "twilio_messaging_v1.json"},
	{service: simulator.Vapi, name: "vapi.json", optional: true, partial: true},
}

// routed is a document that has been loaded.
type routed struct {
	document
	routers.Router
}

// Checker validates requests and answers. It is safe for concurrent use.
type Checker struct {
	routers []routed

	mu         sync.Mutex
	checked    int
	violations []string
}

// loaded keeps the routers of each directory, since loading takes a second or two.
var loaded sync.Map // directory → func() ([]routed, error)

// New loads the documents from a directory, once per process, and returns a new Checker.
func New(dir string) (*Checker, error) {
	once, _ := loaded.LoadOrStore(dir, sync.OnceValues(func() ([]routed, error) { return load(dir) }))
	load, ok := once.(func() ([]routed, error))
	if !ok {
		return nil, fmt.Errorf("loaded holds a %T", once)
	}
	found, err := load()
	if err != nil {
		return nil, err
	}
	return &Checker{routers: found}, nil
}

func load(dir string) ([]routed, error) {
	var found []routed
	for _, of := range documents {
		name := of.name
		doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, name))
		if of.optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("loading %s: %w", name, err)
		}
		relax(doc)
		if of.service == simulator.Vapi {
			relaxVapi(doc)
		}
		// Vapi's document has defaults of another type than their schema.
		allowed := []openapi3.ValidationOption{openapi3.DisableExamplesValidation()}
		if of.service == simulator.Vapi {
			allowed = append(allowed, openapi3.DisableSchemaDefaultsValidation())
		}
		if err := doc.Validate(context.Background(), allowed...); err != nil {
			return nil, fmt.Errorf("validating %s: %w", name, err)
		}
		router, err := gorillamux.NewRouter(doc)
		if err != nil {
			return nil, fmt.Errorf("routing %s: %w", name, err)
		}
		found = append(found, routed{of, router})
	}
	return found, nil
}

// relax takes back what the documents say too strictly or what is of no use here.
func relax(doc *openapi3.T) {
	// One server answers for all hosts.
	doc.Servers = nil
	for _, item := range doc.Paths.Map() {
		item.Servers = nil
		for _, operation := range item.Operations() {
			operation.Servers = nil
			if operation.RequestBody != nil && operation.RequestBody.Value != nil {
				for _, media := range operation.RequestBody.Value.Content {
					allowEmptySIDs(media.Schema)
				}
			}
		}
	}
	for _, schema := range doc.Components.Schemas {
		allowEmptySIDs(schema)
		// Twilio's own examples have these as text.
		for _, name := range []string{"latitude", "longitude"} {
			if property := schema.Value.Properties[name]; property != nil {
				property.Value.Type = nil
			}
		}
		// And prices, which Twilio's libraries therefore read as either.
		if prices := schema.Value.Properties["phone_number_prices"]; prices != nil {
			for _, name := range []string{"base_price", "current_price"} {
				prices.Value.Items.Value.Properties[name].Value.Type = nil
			}
		}
	}
}

// relaxVapi lets an update have null, by which a third party's client takes an agent off: the document has no way to.
func relaxVapi(doc *openapi3.T) {
	for name, schema := range doc.Components.Schemas {
		if !strings.HasPrefix(name, "Update") {
			continue
		}
		for _, field := range []string{"name", "assistantId", "squadId", "workflowId"} {
			if property := schema.Value.Properties[field]; property != nil {
				property.Value.Nullable = true
			}
		}
	}
}

// allowEmptySIDs lets each SID be empty in a body: an empty value clears a field, as Twilio's page on emergency
// calling shows, and is answered for some that are unset, as the documents' own examples show. SIDs in paths stay as
// they are.
func allowEmptySIDs(schema *openapi3.SchemaRef) {
	if schema == nil || schema.Value == nil {
		return
	}
	for _, property := range schema.Value.Properties {
		s := property.Value
		if s == nil || !strings.HasSuffix(s.Pattern, "[0-9a-fA-F]{32}$") {
			continue
		}
		s.MinLength = 0
		s.Pattern = "^$|" + s.Pattern
	}
}

// Violations are the requests and answers so far that the documents do not allow.
func (c *Checker) Violations() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.violations)
}

// Checked is the number of requests that were checked with their answers.
func (c *Checker) Checked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.checked
}

// serviceOf is the service that a path is of, and the path at its own host; false: there is no document of it.
func (c *Checker) serviceOf(escaped string) (service simulator.Service, path string, known bool) {
	for _, of := range c.routers {
		if path, ours := strings.CutPrefix(escaped, "/"+string(of.service)+"/"); ours {
			return of.service, "/" + path, true
		}
	}
	return "", "", false
}

// maxBody is far above what any of them is sent.
const maxBody = 1 << 20

// Wrap checks what passes on the way to next, the simulator, and back. Other services' traffic and answers that a
// fault made or spoilt are let through unchecked.
func (c *Checker) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service, path, ours := c.serviceOf(r.URL.EscapedPath())
		if !ours {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		seen := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r) // a dropped connection is a panic that passes through here
		if w.Header().Get(simulator.FaultHeader) == "" {
			c.check(service, r, path, body, seen)
		}
	})
}

// check validates one exchange.
func (c *Checker) check(service simulator.Service, r *http.Request, path string, body []byte, seen *recorder) {
	err := c.validate(service, r, path, body, seen)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked++
	if err != nil {
		c.violations = append(c.violations, fmt.Sprintf("%s %s -> %d: %v", r.Method, path, seen.status, err))
	}
}

func (c *Checker) validate(service simulator.Service, r *http.Request, path string, body []byte, seen *recorder) error {
	if seen.status >= http.StatusBadRequest {
		// The request was refused, so it may be anything; the documents do not describe errors.
		if service == simulator.Twilio {
			return validateError(seen)
		}
		return nil
	}
	target, err := url.Parse(path)
	if err != nil {
		return err
	}
	target.RawQuery = r.URL.RawQuery
	ctx := context.WithoutCancel(r.Context()) // the client may be gone by now
	request := r.Clone(ctx)
	request.URL = target
	request.Body = io.NopCloser(bytes.NewReader(body))

	route, params, err := c.find(service, request)
	if route == nil && err == nil {
		return nil // of a part that the document does not have
	}
	if err != nil {
		return err
	}
	input := &openapi3filter.RequestValidationInput{
		Request:    request,
		PathParams: params,
		Route:      route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // the simulator did that
			MultiError:         true,
		},
	}
	if err := openapi3filter.ValidateRequest(ctx, input); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 seen.status,
		Header:                 seen.Header(),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	answer.SetBodyBytes(seen.body.Bytes())
	if err := openapi3filter.ValidateResponse(ctx, answer); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

func (c *Checker) find(service simulator.Service, request *http.Request) (*routers.Route, map[string]string, error) {
	err := errors.New("no document is loaded")
	for _, router := range c.routers {
		if router.service != service {
			continue
		}
		var route *routers.Route
		var params map[string]string
		if route, params, err = router.FindRoute(request); err == nil {
			return route, params, nil
		}
		if router.partial {
			return nil, nil, nil
		}
	}
	return nil, nil, fmt.Errorf("no document has this path: %w", err)
}

// validateError checks Twilio's error envelope (Twilio docs: Twilio's response). A 429 may come without one, and a
// 2010 path without ".json" is answered in XML.
func validateError(seen *recorder) error {
	if seen.status == http.StatusTooManyRequests && seen.body.Len() == 0 ||
		strings.HasPrefix(seen.Header().Get("Content-Type"), "application/xml") {
		return nil
	}
	var envelope struct {
		Code     *int    `json:"code"`
		Message  *string `json:"message"`
		MoreInfo *string `json:"more_info"`
		Status   *int    `json:"status"`
	}
	if err := json.Unmarshal(seen.body.Bytes(), &envelope); err != nil {
		return fmt.Errorf("error body: %w", err)
	}
	if envelope.Code == nil || envelope.Message == nil || envelope.MoreInfo == nil || envelope.Status == nil {
		return fmt.Errorf("error body lacks a member: %s", seen.body.Bytes())
	}
	if *envelope.Status != seen.status {
		return fmt.Errorf("error body says status %d", *envelope.Status)
	}
	return nil
}

// recorder keeps what passes through a ResponseWriter.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	r.body.Write(data)
	return r.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach what the original can do.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
