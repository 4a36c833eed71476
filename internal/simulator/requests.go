package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Request is one request that a service was sent.
type Request struct {
	// At counts the requests since the start, the last Reset or the last ResetRequests.
	At      int
	Service Service // empty when the path belongs to no service
	Method  string
	// Path is below the service's prefix and as sent, so that "%2B" can be told from "+".
	Path string
	// Query and Form hold what was sent and nothing else: Form.Has tells an absent field from an empty one.
	Query url.Values
	Form  url.Values
	Body  []byte
	// Header is what was sent without Authorization; User is the name that Basic authentication gave.
	Header http.Header
	User   string
	// Status is what was answered, and 0 when nothing was, or not yet.
	Status int
}

// String is one line for a golden file: method, path, query and form in a fixed order, and the status.
func (r Request) String() string {
	line := r.Method + " " + r.Path
	if len(r.Query) > 0 {
		line += "?" + r.Query.Encode()
	}
	if len(r.Form) > 0 {
		line += " " + r.Form.Encode()
	} else if len(r.Body) > 0 {
		line += " " + strings.TrimSpace(string(r.Body))
	}
	return fmt.Sprintf("%s -> %d", line, r.Status)
}

// Requests are the requests so far, in the order in which they arrived.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.requests))
	for i, r := range s.requests {
		requests[i] = *r // the status alone is ever changed later
	}
	return requests
}

// ResetRequests empties the request log.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// record logs a request that has arrived. The lock is held.
func (s *Server) record(name Service, c *call) *Request {
	header := c.header.Clone()
	header.Del("Authorization")
	user, _, _ := c.basicAuth()
	entry := &Request{
		At:      len(s.requests),
		Service: name,
		Method:  c.method,
		Path:    c.path,
		Query:   c.query,
		Form:    c.form,
		Body:    c.body,
		Header:  header,
		User:    user,
	}
	s.requests = append(s.requests, entry)
	return entry
}
