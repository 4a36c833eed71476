package httpapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// What of an answer is read, in bytes.
const (
	maxBody      = 16 << 20
	maxErrorBody = 64 << 10
)

// errTooLong reports an answer that no service sends.
var errTooLong = fmt.Errorf("the answer is longer than %d MiB", maxBody>>20)

// attempts makes single attempts. Each waits for its turn, has a time limit, and
// reads the body whole, so that the body is always closed and its connection used
// again.
type attempts struct {
	next     http.RoundTripper
	throttle *throttle
	timeout  time.Duration
}

func newTransport(connections int) http.RoundTripper {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // somebody replaced it on purpose
		return http.DefaultTransport
	}
	transport = transport.Clone()
	transport.MaxIdleConnsPerHost = connections
	return transport
}

// RoundTrip is http.RoundTripper's.
func (a *attempts) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	round, err := a.throttle.enter(req.Context(), req.Method)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // RoundTrip must, and has nothing to lose
		}
		return nil, unsentError{err}
	}
	defer func() { a.throttle.leave(round, req.Method, resp) }()

	ctx, cancel := context.WithTimeout(req.Context(), a.timeout)
	defer cancel()
	resp, err = a.next.RoundTrip(req.WithContext(ctx))
	if err == nil {
		resp, err = readWhole(resp)
	}
	if err != nil && ctx.Err() != nil && req.Context().Err() == nil {
		// Not context.DeadlineExceeded: the operation's own time is not over.
		return nil, fmt.Errorf("no complete answer within %s", a.timeout)
	}
	return resp, err
}

// readWhole replaces the body by one that is in memory. An answer that is not
// a 2xx keeps its status, whatever becomes of its body.
func readWhole(resp *http.Response) (*http.Response, error) {
	defer func() { _ = resp.Body.Close() }() // read, or given up
	limit := maxErrorBody
	if isSuccess(resp.StatusCode) {
		limit = maxBody
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(limit)+1))
	if isSuccess(resp.StatusCode) {
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
		}
		if len(body) > limit {
			return nil, errTooLong
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body[:min(len(body), limit)]))
	return resp, nil
}

// unsentError is an error from before a request was sent.
type unsentError struct{ error }

func (e unsentError) Unwrap() error { return e.error }

// isUnsent says whether err surely means that the service never saw the request.
func isUnsent(err error) bool {
	if _, ok := errors.AsType[unsentError](err); ok {
		return true
	}
	dial, ok := errors.AsType[*net.OpError](err)
	return ok && dial.Op == "dial" || isCertificateError(err)
}

func isCertificateError(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, hostname := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return verification || authority || hostname || invalid
}
