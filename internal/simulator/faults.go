package simulator

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Cut says when a connection is dropped.
type Cut string

// The two moments at which a connection can be dropped. Mind that Go's HTTP client sends a GET again by itself when a
// kept-alive connection ends before the first byte of an answer; Fault.Times = 0 cuts that one too.
const (
	CutBefore Cut = "before" // the request has no effect
	CutAfter  Cut = "after"  // the request has its effect, and the answer is lost
)

// Fault makes requests go wrong. The first three fields and Match choose the requests, Skip and Times count them, the
// others say what goes wrong: one of Hang, Cut, Truncate, Stall, Garble, Rewrite or an answer of its own (Status,
// Header, Body), with Latency on top of any of them or alone.
type Fault struct {
	Service Service // empty for all
	Method  string  // empty for all
	// Path chooses by path, below the service's prefix and as sent. Without a "*" it is a part of the path; with one
	// it is the whole path, and "*" stands for any characters, slashes included. Empty for all.
	Path string
	// Match, where set, must hold too. It may read the body.
	Match func(*http.Request) bool

	Skip  int // lets this many chosen requests through first
	Times int // 0 for as many as come

	Latency time.Duration // waits this long first, or until the client gives up

	// Status, Header and Body are the answer. Unless AfterEffect, the request has no effect. Status 0 with a header
	// or a body is 200; an empty body is a legal answer.
	Status int
	Header http.Header
	Body   string

	Hang bool // never answers: lasts until the client gives up or Close is called
	// AfterEffect lets the request have its effect before it hangs or gets the fault's answer.
	AfterEffect bool

	Cut      Cut  // drops the connection
	Truncate bool // the request has its effect and half of the answer's body is sent
	Stall    bool // the same, but the connection stays: lasts until the client gives up or Close is called
	Garble   bool // the request has its effect and the answer's body is a page of HTML
	// Rewrite, where set, makes the answer's body from the service's own. The request has its effect.
	Rewrite func(body []byte) []byte
}

// FaultHeader marks the answers that a fault made or spoilt, so that nobody holds them against the service's
// contract.
const FaultHeader = "X-Simulator-Fault"

const garbage = "<!DOCTYPE html><html><body><h1>Something went wrong on our side</h1></body></html>"

// Inject arms a fault. Of several that fit a request, the one armed first strikes.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armedFault{Fault: f})
}

// ClearFaults disarms all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Before runs hook just before the first request that fits takes effect; see Fault.Path for path. The hook is a
// second actor: it may use everything a Server offers. It runs once, on the request's own goroutine, without the
// lock.
func (s *Server) Before(method, path string, hook func()) {
	s.BeforeNth(1, method, path, hook)
}

// BeforeNth is Before for the n-th request that fits, counted from one.
func (s *Server) BeforeNth(n int, method, path string, hook func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, &armedHook{method: method, path: path, wait: n, run: hook})
}

type armedFault struct {
	Fault
	seen, struck int
}

type armedHook struct {
	method, path string
	wait         int // becomes zero on the request to run before
	run          func()
}

// takeFault is the fault that strikes a request, or nil. The lock is held.
func (s *Server) takeFault(name Service, c *call, r *http.Request) *Fault {
	for _, f := range s.faults {
		if f.Service != "" && f.Service != name || !fits(f.Method, f.Path, c) || f.Match != nil && !f.Match(r) {
			continue
		}
		f.seen++
		if f.seen <= f.Skip || f.Times > 0 && f.struck >= f.Times {
			continue
		}
		f.struck++
		return &f.Fault
	}
	return nil
}

// takeHooks are the hooks to run before a request. The lock is held.
func (s *Server) takeHooks(c *call) []func() {
	var due []func()
	for _, h := range s.hooks {
		if h.wait == 0 || !fits(h.method, h.path, c) {
			continue
		}
		h.wait--
		if h.wait == 0 {
			due = append(due, h.run)
		}
	}
	return due
}

func fits(method, path string, c *call) bool {
	if method != "" && method != c.method {
		return false
	}
	if !strings.Contains(path, "*") {
		return strings.Contains(c.path, path)
	}
	return glob(path, c.path)
}

// glob reports whether pattern, in which "*" stands for any characters, is the whole of path.
func glob(pattern, path string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	rest, ok := strings.CutPrefix(path, first)
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, last)
}

// deliver answers a request through a fault, which may be nil. effect lets the service act; answered is told the
// status before the client can see it.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, f *Fault, effect func() answer, answered func(int)) {
	if f == nil {
		a := effect()
		answered(a.status)
		writeAnswer(w, a)
		return
	}
	if f.Latency > 0 {
		timer := time.NewTimer(f.Latency)
		defer timer.Stop()
		if !s.wait(r.Context(), timer.C) {
			panic(http.ErrAbortHandler)
		}
	}
	w.Header().Set(FaultHeader, "true")
	switch {
	case f.Hang:
		if f.AfterEffect {
			effect()
		}
		s.wait(r.Context(), nil)
		panic(http.ErrAbortHandler)
	case f.Cut != "":
		if f.Cut == CutAfter {
			effect()
		}
		panic(http.ErrAbortHandler)
	case f.Truncate, f.Stall:
		a := effect()
		answered(a.status)
		a = a.with("Content-Length", strconv.Itoa(len(a.body)))
		a.body = a.body[:len(a.body)/2]
		writeAnswer(w, a)
		// Without a flush the half would be thrown away with the connection.
		_ = http.NewResponseController(w).Flush()
		if f.Stall {
			s.wait(r.Context(), nil)
		}
		panic(http.ErrAbortHandler)
	case f.Rewrite != nil:
		a := effect()
		a.body = f.Rewrite(a.body)
		answered(a.status)
		writeAnswer(w, a)
	case f.Garble:
		a := effect().with("Content-Type", "text/html; charset=utf-8")
		a.body = []byte(garbage)
		answered(a.status)
		writeAnswer(w, a)
	case f.Status != 0 || f.Body != "" || len(f.Header) > 0:
		if f.AfterEffect {
			effect()
		}
		a := answer{status: f.Status, header: f.Header, body: []byte(f.Body)}
		if a.status == 0 {
			a.status = http.StatusOK
		}
		answered(a.status)
		writeAnswer(w, a)
	default: // latency alone spoils nothing
		w.Header().Del(FaultHeader)
		a := effect()
		answered(a.status)
		writeAnswer(w, a)
	}
}

// wait waits for ready and reports whether that came before the client gave up and the server was closed.
func (s *Server) wait(ctx context.Context, ready <-chan time.Time) bool {
	select {
	case <-ready:
		return true
	case <-ctx.Done():
		return false
	case <-s.done:
		return false
	}
}
