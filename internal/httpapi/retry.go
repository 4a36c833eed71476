package httpapi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// call is one call with all its attempts.
type call struct {
	client       *Client
	method, path string
	readOnly     bool     // whatever its method
	secrets      []string // that the request carries

	attempts int           // made
	retries  int           // counted against MaxRetries
	sent     bool          // the service may have acted on an attempt
	wait     time.Duration // before the next attempt
	cut      error         // why there is no next attempt
}

// again is retryablehttp's CheckRetry: it judges an attempt.
func (call *call) again(ctx context.Context, resp *http.Response, err error) (bool, error) {
	call.attempts++
	fields := map[string]any{"attempt": call.attempts}
	if err == nil {
		fields["status"] = resp.StatusCode
		call.sent = call.sent || resp.StatusCode != http.StatusTooManyRequests
	} else {
		call.sent = call.sent || !isUnsent(err)
	}

	repeat := ctx.Err() == nil && call.mayRepeat(resp, err)
	if repeat {
		call.wait = call.nextWait(resp)
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < call.wait {
			call.cut = cutError{call.wait.Round(time.Millisecond)}
			repeat = false
		}
	}
	if repeat {
		fields["wait"] = call.wait.String()
	}
	message := "request was answered"
	if err != nil {
		message = "request failed"
	}
	call.log(ctx, message, fields)
	return repeat, nil
}

// cutError reports that the operation's time is over before the next attempt is
// due: it is a context.DeadlineExceeded.
type cutError struct{ wait time.Duration }

func (e cutError) Error() string {
	return fmt.Sprintf("the next attempt is due in %s, after the operation's time-out", e.wait)
}

func (e cutError) Is(target error) bool { return target == context.DeadlineExceeded }

// mayRepeat says whether the result of an attempt allows another one.
func (call *call) mayRepeat(resp *http.Response, err error) bool {
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		return true
	}
	switch call.method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
	default:
		if !call.readOnly {
			return false
		}
	}
	transient := false
	if err != nil {
		_, resting := errors.AsType[restError](err)
		transient = !errors.Is(err, errTooLong) && !isCertificateError(err) && !resting
	} else {
		transient = resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented
	}
	if !transient || call.retries >= call.client.options.MaxRetries {
		return false
	}
	call.retries++
	return true
}

// nextWait is what the service asks for, else exponential with full jitter. A 429
// makes all calls of the client wait.
func (call *call) nextWait(resp *http.Response) time.Duration {
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		return max(0, call.client.throttle.rest(call.method))
	}
	if resp != nil {
		if wait, ok := retryAfter(resp.Header); ok {
			return wait
		}
	}
	return call.client.options.Wait.jittered(call.attempts)
}

// backoff is retryablehttp's Backoff.
func (call *call) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
	return call.wait
}

// retryAfter reads an answer's Retry-After, seconds or a date. The date is one of
// the service's clock, which the answer's own Date tells: this machine's may be
// wrong. One that asks for no wait at all counts as absent, or an endless 429
// would spin.
func retryAfter(header http.Header) (time.Duration, bool) {
	after := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(after, 10, 64); err == nil {
		return time.Duration(min(seconds, math.MaxInt64/int64(time.Second))) * time.Second, seconds > 0
	}
	date, err := http.ParseTime(after)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return date.Sub(now), date.After(now)
}

// log writes a message with the fields that every message has.
func (call *call) log(ctx context.Context, message string, fields map[string]any) {
	fields["service"] = call.client.service
	fields["method"] = call.method
	fields["path"] = call.redact(call.path)
	call.client.options.Log(ctx, message, fields)
}
