package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// reads has identical reads that wait for their turn answered by one request. It
// begins after each of them was asked for, so that none is answered with less than
// it would have seen by itself. It is safe for concurrent use.
type reads struct {
	mu               sync.Mutex
	underWay, coming map[string]*read
}

// read is one request, and its answer once done is closed.
type read struct {
	done chan struct{}
	resp *Response
	err  error
	left bool // by the one that was to send it: it was interrupted
}

func newReads() *reads {
	return &reads{underWay: map[string]*read{}, coming: map[string]*read{}}
}

// key is the same for reads that have the same answer; empty: r is none to share.
func (r Request) key(ctx context.Context) string {
	if r.Method != http.MethodGet || r.BeforeRepeat != nil {
		return ""
	}
	// What is not to be seen in an answer is told from the context.
	return strings.Join(append([]string{r.Host, r.Path, r.Query.Encode()}, platform.Secrets(ctx)...), "\x00")
}

// do answers a read with send, or with what another caller's send has brought.
func (s *reads) do(ctx context.Context, key string, send func() (*Response, error)) (*Response, error) {
	for {
		s.mu.Lock()
		next, before := s.coming[key], s.underWay[key]
		if next == nil {
			next = &read{done: make(chan struct{})}
			if before == nil {
				s.underWay[key] = next
			} else {
				s.coming[key] = next
			}
			s.mu.Unlock()
			return s.lead(ctx, key, next, before, send)
		}
		s.mu.Unlock()
		select {
		case <-next.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !next.left {
			return next.copied()
		}
	}
}

// lead sends a request once the one before it, if there is one, is done.
func (s *reads) lead(
	ctx context.Context, key string, r, before *read, send func() (*Response, error),
) (*Response, error) {
	if before != nil {
		select {
		case <-before.done:
		case <-ctx.Done():
		}
		s.mu.Lock()
		delete(s.coming, key)
		if ctx.Err() == nil {
			s.underWay[key] = r
		}
		s.mu.Unlock()
	}
	if ctx.Err() == nil || before == nil {
		r.resp, r.err = send()
	} else {
		r.err = ctx.Err()
	}
	r.left = ctx.Err() != nil
	s.mu.Lock()
	if s.underWay[key] == r {
		delete(s.underWay, key)
	}
	s.mu.Unlock()
	close(r.done)
	return r.copied()
}

// copied is the answer for one of its readers, who may make errors of it.
func (r *read) copied() (*Response, error) {
	if e, ok := errors.AsType[*Error](r.err); ok {
		own := *e
		return nil, &own
	}
	if r.err != nil {
		return nil, r.err
	}
	resp, call := *r.resp, *r.resp.call
	call.secrets = slices.Clip(call.secrets)
	resp.call = &call
	return &resp, nil
}
