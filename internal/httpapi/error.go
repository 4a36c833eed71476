package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	// maxMessage bounds what of a service's words enters an error, in characters.
	maxMessage = 1000
	// maxPath bounds what of a request's path does, so that it stays on one line
	// of a terminal.
	maxPath = 64
)

// Fault is what a service's answer says of an error.
type Fault struct {
	Code      string // the service's own code; empty: it has none
	Message   string // the service's words
	RequestID string // by which the service's support finds the request
	Own       bool   // the body is the service's own error envelope, not a proxy's page
}

// Error is a request that did not succeed. Its text has no query, no header
// and no body of the request, and no control characters.
type Error struct {
	Service   string // title: "Twilio"
	Method    string
	Path      string // without the base URL and the query
	Status    int    // 0: there was no answer
	Code      string // of Fault, as are the three that follow
	Message   string
	RequestID string
	Own       bool
	Attempts  int   // made
	Unsent    bool  // the service surely never saw the request, or put it off each time
	Err       error // what went wrong beside the status; may be nil
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s [%s %s]", e.Brief(), e.Method, shortened(e.Path))
}

// shortened is as much of the end of a path as a line has room for, in whole
// segments: "…/IncomingPhoneNumbers/PN….json".
func shortened(path string) string {
	short := path
	for utf8.RuneCountInString(short) > maxPath {
		_, rest, more := strings.Cut(strings.TrimPrefix(short, "…")[1:], "/")
		if !more || rest == "" {
			break
		}
		short = "…/" + rest
	}
	return short
}

// Brief is the error in the service's own words, without the request.
func (e *Error) Brief() string {
	_, resting := errors.AsType[restError](e.Err)
	why := e.Err
	var b strings.Builder
	switch {
	case e.Status != 0:
		fmt.Fprintf(&b, "%s answered %s", e.Service, strings.TrimSpace(fmt.Sprint(e.Status, " ", http.StatusText(e.Status))))
	case resting:
		fmt.Fprintf(&b, "%s was not asked", e.Service)
	case errors.Is(e.Err, context.Canceled):
		fmt.Fprintf(&b, "the run was interrupted while it waited for %s", e.Service)
		why = nil
	case errors.Is(e.Err, context.DeadlineExceeded) && !e.isCut():
		fmt.Fprintf(&b, "%s gave no answer before the operation's time-out", e.Service)
		why = nil
	default:
		fmt.Fprintf(&b, "%s gave no answer", e.Service)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	switch {
	case e.Code != "" && e.RequestID != "":
		fmt.Fprintf(&b, " (code %s, request %s)", e.Code, e.RequestID)
	case e.Code != "":
		fmt.Fprintf(&b, " (code %s)", e.Code)
	case e.RequestID != "":
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	switch repeatable := e.Status == 0 || e.Status == http.StatusTooManyRequests || e.Status >= 500; {
	case !repeatable || errors.Is(e.Err, context.Canceled):
	case e.Attempts > 1:
		fmt.Fprintf(&b, ", tried %d times", e.Attempts)
	case e.Attempts == 1 && e.Status >= 500:
		b.WriteString(", tried once")
	}
	if why != nil {
		fmt.Fprintf(&b, ": %s", clean(why.Error()))
	}
	return b.String()
}

// isCut says that there was time for an answer, but not for another attempt.
func (e *Error) isCut() bool {
	_, cut := errors.AsType[cutError](e.Err)
	return cut
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes a 404 platform.ErrNotFound if the service itself sent it. A 404 of
// something on the way, a proxy's page for one, says nothing of the number.
func (e *Error) Is(target error) bool {
	return target == platform.ErrNotFound && e.Status == http.StatusNotFound && e.Own
}

// Refused reports that the service turned the request down without doing
// anything: any 4xx or 2xx with its own error envelope, and a 401 or 403 with
// any body, for what refuses credentials does not act on the rest. Not 408, 425
// and 429, which ask to come again.
func (e *Error) Refused() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return e.Own && (isSuccess(e.Status) || e.Status >= 400 && e.Status < 500)
}

// Denied reports that the credentials were refused, or what they are to reach.
func (e *Error) Denied() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

// Unclear reports that a write may have taken effect or may not have: there was
// no answer, or a 5xx, a redirect, a 2xx that cannot be used, a 4xx that is not
// the service's own. If it is false, nothing was changed.
func (e *Error) Unclear() bool {
	switch e.Status {
	case http.StatusTooEarly, http.StatusTooManyRequests: // by definition not processed
		return false
	}
	return !e.Unsent && !e.Refused()
}

// clean makes foreign text safe for a terminal and a log: no control or
// invisible formatting characters, and not longer than maxMessage.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.TrimSpace(s)
	if runes := []rune(s); len(runes) > maxMessage {
		return string(runes[:maxMessage]) + "…"
	}
	return s
}

// Explained says what was to be done when err occurred and, where the status of
// the service's answer tells, the way out.
func Explained(doing string, err error, waysOut map[int]string) error {
	answer, answered := errors.AsType[*Error](err)
	err = fmt.Errorf("%s: %w", doing, err)
	if !answered || waysOut[answer.Status] == "" {
		return err
	}
	return fmt.Errorf("%w; %s", err, waysOut[answer.Status])
}
