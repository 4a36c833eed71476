// Package oaicheck holds the traffic of a test against the services' own OpenAPI documents.
//
// It stands in front of the simulator. A request that the simulator accepts must be one that the documents allow, and
// each answer must be one that they describe; so neither our client nor our simulator can drift away from the services
// together. The documents are not part of this repository: a directory has them (see documents), and DirEnv names it.
//
// Where a document is known to be too strict, or lacks a part, a relaxation says so, with its source. What passes is
// counted, for each document and each relaxation, so that a whole run can show both (see Tally).
package oaicheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// DirEnv names the directory that has the documents.
const DirEnv = "SERVICES_OAI_DIR"

// Guard holds all that a test sends to a simulator, and all that it is answered, against the documents in the
// directory that DirEnv names; without one, it is next itself.
func Guard(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	dir := os.Getenv(DirEnv)
	if dir == "" {
		return next
	}
	checker := New(dir)
	t.Cleanup(func() {
		for _, violation := range checker.Violations() {
			t.Errorf("against the OpenAPI documents: %s", violation)
		}
		if err := all.write(os.Getenv(TallyEnv)); err != nil {
			t.Errorf("counting what was held against the OpenAPI documents: %v", err)
		}
	})
	return checker.Wrap(next)
}

// Checker validates requests and answers. It is safe for concurrent use.
type Checker struct {
	dir string

	mu         sync.Mutex
	violations []string
}

// New returns a Checker by the documents of a directory, of which each is read when it is first needed.
func New(dir string) *Checker { return &Checker{dir: dir} }

// Violations are the requests and answers so far that the documents do not allow.
func (c *Checker) Violations() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.violations)
}

// maxBody is far above what any of them is sent.
const maxBody = 1 << 20

// Wrap checks what passes on the way to next, the simulator, and back. The traffic of services without a document and
// answers that a fault made or spoilt are let through unchecked.
func (c *Checker) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
		service := simulator.Service(first)
		if !isDocumented(service) {
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
			ctx := context.WithoutCancel(r.Context()) // the client may be gone by now
			c.check(ctx, &exchange{service: service, path: "/" + rest, request: r, sent: body, seen: seen})
		}
	})
}

// exchange is a request with its answer.
type exchange struct {
	service simulator.Service
	path    string // below the service's base URL, as sent
	request *http.Request
	sent    []byte
	seen    *recorder
}

// check validates one exchange.
func (c *Checker) check(ctx context.Context, e *exchange) {
	for _, v := range c.validate(ctx, e) {
		if excused(v) {
			continue
		}
		c.mu.Lock()
		c.violations = append(c.violations, v.String())
		c.mu.Unlock()
	}
}

func (c *Checker) validate(ctx context.Context, e *exchange) []violation {
	v := violation{service: e.service, operation: e.request.Method + " " + e.path, status: e.seen.status, sent: e.sent}
	d, path := documentOf(e.service, e.path)
	if d == nil && e.seen.status >= http.StatusBadRequest {
		return nil // the service has no such path either
	}
	if d == nil {
		return []violation{v.of(partPath, errors.New("no document has this path"))}
	}
	v.document = d.file
	router, err := d.router(c.dir)
	if err != nil {
		return []violation{v.of(partPath, err)}
	}
	target, err := url.Parse(path)
	if err != nil {
		return []violation{v.of(partPath, err)}
	}
	target.RawQuery = e.request.URL.RawQuery
	request := e.request.Clone(ctx)
	request.URL = target
	request.Body = io.NopCloser(bytes.NewReader(e.sent))

	route, params, err := router.FindRoute(request)
	if err != nil {
		if e.seen.status >= http.StatusBadRequest {
			return nil // nor has the service
		}
		return []violation{v.of(partPath, fmt.Errorf("no document has this path: %w", err))}
	}
	v.operation = route.Method + " " + route.Path
	input := &openapi3filter.RequestValidationInput{
		Request:    request,
		PathParams: params,
		Route:      route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // the simulator did that
			MultiError:         true,
		},
	}
	var found []violation
	if !e.faulty() {
		all.request(d.file)
		found = v.each(partRequest, openapi3filter.ValidateRequest(ctx, input))
		found = append(found, v.unknown(route, request, e.sent)...)
	}
	all.answer(d.file)
	if described(route, e.seen.status) && !e.failed() {
		return append(found, v.each(partAnswer, c.validateAnswer(ctx, input, e.seen))...)
	}
	found = append(found, v.of(partStatus, fmt.Errorf("the document has no answer %d", e.seen.status)))
	if e.service == simulator.Twilio && e.seen.status >= http.StatusBadRequest {
		found = append(found, v.each(partAnswer, validateTwilioError(e.seen))...)
	}
	return found
}

// unknown are the parameters and the fields of a form that the document does not have, which kin-openapi lets through.
func (v violation) unknown(route *routers.Route, request *http.Request, sent []byte) []violation {
	var found []violation
	for name := range request.URL.Query() {
		if route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil &&
			route.PathItem.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			found = append(found, v.of(partRequest, fmt.Errorf("there is no parameter %q", name)))
		}
	}
	body := route.Operation.RequestBody
	if request.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || len(sent) == 0 || body == nil {
		return found
	}
	form, err := url.ParseQuery(string(sent))
	if err != nil {
		return append(found, v.of(partRequest, err))
	}
	media := body.Value.GetMediaType("application/x-www-form-urlencoded")
	for name := range form {
		if media == nil || media.Schema.Value.Properties[name] == nil {
			found = append(found, v.of(partRequest, fmt.Errorf("there is no field %q", name)))
		}
	}
	return found
}

// faulty says that the service found fault with the request or its path, which may then be anything.
func (e *exchange) faulty() bool {
	switch e.seen.status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnprocessableEntity:
		return true
	}
	return e.failed()
}

// failed says that the answer is Resemble AI's of a failure, whatever its status.
func (e *exchange) failed() bool {
	var answer struct {
		Success *bool `json:"success"`
	}
	return e.service == simulator.Resemble && json.Unmarshal(e.seen.body.Bytes(), &answer) == nil &&
		answer.Success != nil && !*answer.Success
}

// described says whether the document has an answer of the status.
func described(route *routers.Route, status int) bool {
	return route.Operation.Responses.Status(status) != nil || route.Operation.Responses.Default() != nil
}

func (c *Checker) validateAnswer(ctx context.Context, input *openapi3filter.RequestValidationInput, seen *recorder) error {
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 seen.status,
		Header:                 seen.Header(),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	answer.SetBodyBytes(seen.body.Bytes())
	return openapi3filter.ValidateResponse(ctx, answer)
}

// part is what of an exchange a document does not allow.
type part string

const (
	partPath    part = "path"
	partRequest part = "request"
	partStatus  part = "status"
	partAnswer  part = "answer"
)

// violation is one thing that a document does not allow.
type violation struct {
	service   simulator.Service
	document  string
	operation string // the method and the path, with the document's names in braces where it has the path
	status    int
	sent      []byte
	part      part
	at        string // the members in the body that lead there, with * for an item of a list; or the parameter
	value     any
	err       error
}

func (v violation) of(p part, err error) violation {
	v.part, v.err = p, err
	return v
}

func (v violation) String() string {
	return fmt.Sprintf("%s: %s -> %d: %s: %s: %v (%v)", v.document, v.operation, v.status, v.part, v.at, v.err, v.value)
}

// each takes an error apart into what is wrong.
func (v violation) each(p part, err error) []violation {
	var parts openapi3.MultiError
	if errors.As(err, &parts) {
		var found []violation
		for _, part := range parts {
			found = append(found, v.within(err).each(p, part)...)
		}
		return found
	}
	if err == nil {
		return nil
	}
	v = v.within(err)
	var schema *openapi3.SchemaError
	if errors.As(err, &schema) {
		if pointer := schema.JSONPointer(); len(pointer) > 0 {
			for _, member := range pointer {
				if _, err := strconv.Atoi(member); err == nil {
					member = "*" // any item of a list
				}
				v.at = strings.TrimPrefix(v.at+"/"+member, "/")
			}
		}
		v.value = schema.Value
		err = errors.New(schema.SchemaField + ": " + schema.Reason)
	}
	return []violation{v.of(p, err)}
}

// within notes the parameter that an error is about.
func (v violation) within(err error) violation {
	var request *openapi3filter.RequestError
	if errors.As(err, &request) && request.Parameter != nil {
		v.at = request.Parameter.In + " " + request.Parameter.Name
	}
	return v
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
