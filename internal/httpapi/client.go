// Package httpapi sends a request to a service and gives back its answer or one
// typed error. It retries what is safe to retry, bounds what it reads, sends
// credentials nowhere but to the endpoint, and logs nothing but harmless fields.
package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Options are the settings of a Client.
type Options struct {
	// MaxRetries is how often a call is repeated after a 5xx or a network
	// fault. A 429 does not count.
	MaxRetries int
	// MaxConcurrent is how many requests may be on the wire at a time; 10 if
	// it is 0.
	MaxConcurrent int
	// CallTimeout is what one attempt may take; 30 s if it is 0.
	CallTimeout time.Duration
	// Wait is how long to wait between attempts where the service does not say;
	// from 500 ms to 30 s if it is zero.
	Wait WaitPolicy
	// UserAgent is sent with every request.
	UserAgent string
	// Secrets must not be seen in what a service says. Those of the endpoint and
	// of a request's context and body need not be among them. Values of less than
	// 6 bytes are not looked for.
	Secrets []string
	// Log receives a message per attempt, with harmless fields alone; may be nil.
	Log func(ctx context.Context, message string, fields map[string]any)
	// Transport sends single requests; nil: a new one like http.DefaultTransport.
	Transport http.RoundTripper
}

// WaitPolicy bounds the wait between attempts: a random time up to Base, which
// doubles with every attempt up to Cap.
type WaitPolicy struct {
	Base, Cap time.Duration
}

// Client sends requests to one service. It is safe for concurrent use.
type Client struct {
	service  string
	endpoint Endpoint
	describe func(status int, header http.Header, body []byte) Fault
	options  Options
	http     *http.Client
	throttle *throttle
	reads    *reads
}

// New returns a client of the service, whose title goes into errors. Describe
// reads the service's error envelope from an answer that is not a 2xx.
func New(
	service string,
	endpoint Endpoint,
	describe func(status int, header http.Header, body []byte) Fault,
	options Options,
) *Client {
	if options.MaxConcurrent == 0 {
		options.MaxConcurrent = 10
	}
	if options.CallTimeout == 0 {
		options.CallTimeout = 30 * time.Second
	}
	if options.Wait == (WaitPolicy{}) {
		options.Wait = WaitPolicy{Base: 500 * time.Millisecond, Cap: 30 * time.Second}
	}
	if options.Log == nil {
		options.Log = func(context.Context, string, map[string]any) {}
	}
	if options.Transport == nil {
		options.Transport = newTransport(options.MaxConcurrent)
	}
	throttle := newThrottle(options.MaxConcurrent, options.Wait)
	return &Client{
		service:  service,
		endpoint: endpoint,
		describe: describe,
		options:  options,
		http: &http.Client{
			Transport: &attempts{
				next:     options.Transport,
				throttle: throttle,
				timeout:  options.CallTimeout,
			},
			// A redirect is never followed: the credentials would go with it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		throttle: throttle,
		reads:    newReads(),
	}
}

// Request is one request to the service.
type Request struct {
	Method      string
	Host        string // which of the service's hosts; empty where it has one
	Path        string // escaped (see Segment), begins with a slash
	Query       url.Values
	Header      http.Header
	Body        []byte
	ContentType string // of Body
	// ReadOnly says that the request changes nothing, whatever its method, so that
	// it is sent again like a GET.
	ReadOnly bool
	// BeforeRepeat is asked, if it is not nil, before the request is sent again.
	// Its error ends the call.
	BeforeRepeat func() error
}

// Response is a 2xx answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	call *call
}

// Unusable returns the error for a 2xx answer that is not what it should be:
// nobody knows what the service has done.
func (r *Response) Unusable(err error) error {
	e := r.call.failure(fmt.Errorf("the answer cannot be used: %w", err))
	e.Status = r.Status
	return e
}

// Refusal returns the error for a 2xx answer that is the service's own error
// envelope: some services refuse with a 200.
func (r *Response) Refusal() *Error {
	return r.call.described(r.Status, r.Header, r.Body)
}

// Do sends the request, again where that is safe, and returns a 2xx answer or
// an *Error:
//
//   - A 429 was not processed: it is repeated with every method until ctx's
//     deadline.
//   - A 5xx and a network fault leave open what was done: they are repeated at
//     most MaxRetries times, and only for GET, HEAD, DELETE and what is ReadOnly.
//   - Anything else is not repeated; a redirect is an error.
//
// Identical reads that wait at a time are one request, which begins after each of
// them was asked for.
//
// No text that it returns or logs has a secret of the request in it, in whatever
// spelling: those of the endpoint, of Options.Secrets, of platform.Secrets(ctx),
// and those that members of a JSON body are named like.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	key := r.key(ctx)
	if key == "" {
		return c.send(ctx, r)
	}
	resp, err := c.reads.do(ctx, key, func() (*Response, error) { return c.send(ctx, r) })
	if err != nil && errors.Is(err, ctx.Err()) && !errors.As(err, new(*Error)) { // it never came to its turn
		return nil, (&call{client: c, method: r.Method, path: r.Path}).failure(err)
	}
	return resp, err
}

// send is Do by a request of its own.
func (c *Client) send(ctx context.Context, r Request) (*Response, error) {
	call := &call{client: c, method: r.Method, path: r.Path, readOnly: r.ReadOnly}
	u, err := c.endpoint.urlOf(r)
	if err != nil {
		return nil, call.failure(err)
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, r.Method, u.String(), nil)
	if err != nil {
		return nil, call.failure(err)
	}
	c.endpoint.Authorize(req.Request)
	call.secrets = slices.Concat(credentialsIn(req.Header), c.options.Secrets, platform.Secrets(ctx), membersIn(r.Body))
	for name, values := range r.Header {
		if _, taken := req.Header[name]; !taken {
			req.Header[name] = values
		}
	}
	if r.Body != nil {
		if err := req.SetBody(r.Body); err != nil {
			return nil, call.failure(err)
		}
		req.Header.Set("Content-Type", r.ContentType)
	}
	req.Header.Set("User-Agent", c.options.UserAgent)

	var refused error
	retrying := retryablehttp.Client{
		HTTPClient: c.http,
		RetryMax:   math.MaxInt, // call counts
		CheckRetry: call.again,
		Backoff:    call.backoff,
		PrepareRetry: func(*http.Request) error {
			if r.BeforeRepeat != nil {
				refused = r.BeforeRepeat()
			}
			return refused
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := retrying.Do(req)
	if refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, call.failure(err)
	}
	defer func() { _ = resp.Body.Close() }() // in memory already
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, call.failure(err)
	}
	if isSuccess(resp.StatusCode) {
		return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, call: call}, nil
	}
	return nil, call.refusal(ctx, resp, body)
}

// JSON sends in as JSON, if it is not nil, and decodes a 2xx answer into out,
// if that is not nil. An answer that does not decode is an *Error.
func (c *Client) JSON(ctx context.Context, method, path string, query url.Values, in, out any) error {
	r := Request{Method: method, Path: path, Query: query, Header: http.Header{"Accept": {"application/json"}}}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.Body, r.ContentType = body, "application/json"
	}
	resp, err := c.Do(ctx, r)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(resp.Body, out); err != nil {
		return resp.Unusable(err)
	}
	return nil
}

// failure is the error for a call that has no answer to go by.
func (call *call) failure(err error) *Error {
	if inURL, ok := errors.AsType[*url.Error](err); ok {
		err = inURL.Err // without the URL, whose query is nobody's business
	}
	if err != nil && call.cut != nil {
		err = fmt.Errorf("%w: %w", err, call.cut)
	}
	return &Error{
		Service: call.client.service, Method: call.method, Path: call.redact(call.path),
		Attempts: call.attempts, Unsent: !call.sent, Err: call.redactError(err),
	}
}

// refusal is the error for an answer that is not a 2xx.
func (call *call) refusal(ctx context.Context, resp *http.Response, body []byte) *Error {
	e := call.described(resp.StatusCode, resp.Header, body)
	e.Err = call.cut
	if isRedirect(resp.StatusCode) {
		e.Err = errors.New("redirects are not followed, check the base URL")
	}
	call.log(ctx, "request was not granted", map[string]any{"status": e.Status, "request_id": e.RequestID})
	return e
}

// described is the error that the service's own words make of an answer.
func (call *call) described(status int, header http.Header, body []byte) *Error {
	fault := call.client.describe(status, header, bytes.Clone(body))
	call.secrets = append(call.secrets, membersIn(body)...)
	e := call.failure(nil)
	e.Status = status
	e.Code = clean(call.redact(fault.Code))
	e.Message = clean(call.redact(fault.Message))
	e.RequestID = clean(call.redact(fault.RequestID))
	e.Own = fault.Own
	return e
}

func isSuccess(status int) bool  { return status >= 200 && status < 300 }
func isRedirect(status int) bool { return status >= 300 && status < 400 }
