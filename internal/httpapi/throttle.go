package httpapi

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// growth is how many requests are served, for each that may be on the wire,
// before one more may be.
const growth = 10

// throttle holds all calls of a client to what its service takes. A 429 to one of
// them is a word to all: each would else find out by itself, and be refused
// again and again. All rest as long as the service asks, else a random time up to
// a bound that doubles until a request is served again, and half as many as
// before go on. Their number grows again, slowly, while they are served.
//
// Reads and writes rest apart, since services limit them apart, and what became
// of a write must not wait for other writes.
type throttle struct {
	slots  *semaphore.Weighted // as many as the user allows
	most   int
	policy WaitPolicy

	mu     sync.Mutex
	width  int                // how many slots are in use, at most
	owed   int                // slots that go out of use as soon as they are free
	onWire int                // requests
	rests  map[bool]time.Time // of reads (true) and writes: when they end
	round  int                // begins with each 429 that was news
	served int                // requests of this round, since the width grew
	streak int                // rounds in which none was served
}

func newThrottle(slots int, policy WaitPolicy) *throttle {
	return &throttle{
		slots: semaphore.NewWeighted(int64(slots)), most: slots, width: slots,
		policy: policy, rests: map[bool]time.Time{},
	}
}

// restError reports that a service is not to be asked before ctx's deadline: it
// is a context.DeadlineExceeded.
type restError struct{ rest time.Duration }

func (e restError) Error() string {
	return fmt.Sprintf("its rate limit (429 %s) asks for a rest of %s, which is longer than the operation's time-out",
		http.StatusText(http.StatusTooManyRequests), e.rest)
}

func (e restError) Is(target error) bool { return target == context.DeadlineExceeded }

// enter waits for the turn of a request and returns the round that it belongs to.
func (t *throttle) enter(ctx context.Context, method string) (round int, err error) {
	for {
		rest := t.rest(method)
		if deadline, ok := ctx.Deadline(); ok && rest > 0 && time.Until(deadline) < rest {
			return 0, restError{rest.Round(time.Millisecond)}
		}
		if Pause(ctx, rest); ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err := t.slots.Acquire(ctx, 1); err != nil {
			return 0, err
		}
		if round, ok := t.begin(method); ok {
			return round, nil
		}
	}
}

// rest is how long requests of that method are not to be sent.
func (t *throttle) rest(method string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Until(t.rests[isRead(method)])
}

// begin puts a request that has a slot on the wire, unless a rest has begun while
// it waited for that, or the slot is to go out of use.
func (t *throttle) begin(method string) (round int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owed > 0 || time.Now().Before(t.rests[isRead(method)]) {
		t.free()
		return 0, false
	}
	t.onWire++
	return t.round, true
}

// leave takes a request off the wire. Resp is nil where there was no answer.
func (t *throttle) leave(round int, method string, resp *http.Response) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case resp == nil:
	case resp.StatusCode == http.StatusTooManyRequests:
		t.refuse(round, method, resp.Header)
	case round == t.round:
		t.grow()
	}
	t.onWire--
	t.free()
}

// refuse notes a 429. Only the first one of a round is news: the others were on
// the wire together with it.
func (t *throttle) refuse(round int, method string, header http.Header) {
	rest, asked := retryAfter(header)
	if round == t.round {
		t.round++
		t.streak++
		t.served = 0
		for narrower := max(1, min(t.width, t.onWire)/2); t.width > narrower; t.width-- {
			if !t.slots.TryAcquire(1) {
				t.owed++
			}
		}
		if !asked {
			rest = t.policy.jittered(t.streak)
		}
	}
	if end := time.Now().Add(rest); rest > 0 && end.After(t.rests[isRead(method)]) {
		t.rests[isRead(method)] = end
	}
}

// grow notes that a request was served.
func (t *throttle) grow() {
	t.streak = 0
	if t.width == t.most {
		return
	}
	if t.served++; t.served < growth*t.width {
		return
	}
	t.served = 0
	t.width++
	if t.owed > 0 {
		t.owed--
	} else {
		t.slots.Release(1)
	}
}

// free gives a slot back, unless it is to go out of use.
func (t *throttle) free() {
	if t.owed > 0 {
		t.owed--
		return
	}
	t.slots.Release(1)
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// jittered is the n-th wait in a row.
func (p WaitPolicy) jittered(n int) time.Duration {
	limit := p.Base
	for range n - 1 {
		if limit >= p.Cap/2 {
			limit = p.Cap
			break
		}
		limit *= 2
	}
	return rand.N(max(limit, 1))
}
