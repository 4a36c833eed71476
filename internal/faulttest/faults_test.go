package faulttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// fault is a way in which a call can go wrong.
type fault struct {
	name  string
	lasts duration
	// of makes the fault for a call as it was recorded.
	of func(simulator.Request) simulator.Fault
	// writes says that it makes a difference only where the call changes something.
	writes bool
	// hurried says that operations have less time than a single call may take, so
	// that they end first.
	hurried bool
	// hidden says that the provider tries such a call again, so that nobody may
	// notice anything; nil: it need not.
	hidden func(simulator.Request) bool
}

// duration is how long a fault lasts.
type duration int

const (
	once     duration = iota
	forCall           // strikes the call and all its repetitions
	fromThen          // strikes the call once, and from then on its service answers nothing but 503
	forGood           // strikes the call once, and from then on nobody can be reached any more
)

func (d duration) String() string {
	return [...]string{"once", "for the whole call", "and then an outage", "and then no network"}[d]
}

// faults is every way in which a call can go wrong.
var faults = []fault{
	{name: "answer lost before the effect", of: always(simulator.Fault{Cut: simulator.CutBefore}), hidden: repeatable},
	{name: "answer lost before the effect", lasts: forCall, of: always(simulator.Fault{Cut: simulator.CutBefore})},
	{name: "answer lost after the effect", of: always(simulator.Fault{Cut: simulator.CutAfter}), writes: true, hidden: repeatable},
	{name: "answer lost after the effect", lasts: forCall, of: always(simulator.Fault{Cut: simulator.CutAfter}), writes: true},
	{name: "answer lost after the effect", lasts: fromThen, of: always(simulator.Fault{Cut: simulator.CutAfter}), writes: true},
	{name: "answer lost after the effect", lasts: forGood, of: always(simulator.Fault{Cut: simulator.CutAfter})},

	{name: "hangs", of: always(simulator.Fault{Hang: true}), hidden: repeatable},
	{name: "hangs after the effect", of: always(simulator.Fault{Hang: true, AfterEffect: true}), writes: true, hidden: repeatable},
	{name: "hangs until the deadline", lasts: forCall, of: always(simulator.Fault{Hang: true}), hurried: true},
	{
		name: "hangs after the effect until the deadline", lasts: forCall, hurried: true, writes: true,
		of: always(simulator.Fault{Hang: true, AfterEffect: true}),
	},
	{name: "slow body", of: always(simulator.Fault{Stall: true}), hidden: succeeding},
	{name: "slow body until the deadline", lasts: forCall, of: always(simulator.Fault{Stall: true}), hurried: true},

	{name: "401", of: refused(http.StatusUnauthorized)},
	{name: "403", of: refused(http.StatusForbidden)},
	{name: "404", of: refused(http.StatusNotFound)},
	{name: "404 of a proxy", of: always(simulator.Fault{Status: http.StatusNotFound, Body: page})},
	{name: "409", of: refused(http.StatusConflict)},

	{name: "429 with Retry-After", of: retryAfter, hidden: anyCall},
	{name: "429 with Retry-After", lasts: forCall, of: retryAfter},
	{name: "429", of: refused(http.StatusTooManyRequests), hidden: anyCall},
	{name: "429", lasts: forCall, of: refused(http.StatusTooManyRequests)},

	{name: "500", of: refused(http.StatusInternalServerError), hidden: repeatable},
	{name: "500", lasts: forCall, of: refused(http.StatusInternalServerError)},
	{name: "500 after the effect", of: afterEffect(refused(http.StatusInternalServerError)), writes: true, hidden: repeatable},
	{name: "500 after the effect", lasts: forCall, of: afterEffect(refused(http.StatusInternalServerError)), writes: true},
	{name: "502 with HTML", of: always(simulator.Fault{Status: http.StatusBadGateway, Body: page}), hidden: repeatable},
	{name: "502 with HTML", lasts: forCall, of: always(simulator.Fault{Status: http.StatusBadGateway, Body: page})},
	{
		name: "502 with HTML after the effect", writes: true, hidden: repeatable,
		of: always(simulator.Fault{Status: http.StatusBadGateway, Body: page, AfterEffect: true}),
	},
	{name: "503", of: always(simulator.Fault{Status: http.StatusServiceUnavailable}), hidden: repeatable},
	{name: "503", lasts: forCall, of: always(simulator.Fault{Status: http.StatusServiceUnavailable})},
	{name: "503", lasts: fromThen, of: always(simulator.Fault{Status: http.StatusServiceUnavailable})},

	{name: "empty body", of: rewritten(func([]byte) []byte { return nil })},
	{name: "empty body without effect", of: always(simulator.Fault{Status: http.StatusOK}), writes: true},
	{name: "truncated JSON", of: rewritten(func(body []byte) []byte { return body[:len(body)/2] })},
	{name: "truncated connection", of: always(simulator.Fault{Truncate: true}), hidden: succeeding},
	{name: "wrong types", of: rewritten(mistyped)},
	{name: "307 to another host", of: always(redirect)},
	{name: "307 to another host after the effect", of: afterEffect(always(redirect)), writes: true},
}

const page = "<!DOCTYPE html><html><body>Something is between us</body></html>"

var redirect = simulator.Fault{
	Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://elsewhere.example/"}},
}

func (f fault) String() string { return f.name + ", " + f.lasts.String() }

// fits says that the fault makes a difference to the call, and that it can be told
// from the truth: nothing that DialNexa's newer API lets anybody read contradicts
// it where it says that an agent does not exist.
func (f fault) fits(call simulator.Request) bool {
	if f.name == "404" && call.Service == simulator.DialNexa && strings.HasPrefix(call.Path, "/agents/") {
		return false
	}
	return !f.writes || !isRead(call)
}

// hides says that nobody may notice the fault.
func (f fault) hides(call simulator.Request) bool { return f.hidden != nil && f.hidden(call) }

func anyCall(simulator.Request) bool { return true }

// isRead says that a call changes nothing. Retell AI lists agents by a POST.
func isRead(call simulator.Request) bool {
	return call.Method == http.MethodGet || call.Service == simulator.Retell && call.Path == "/v2/list-agents"
}

// repeatable says that a call may be repeated whatever has become of it.
func repeatable(call simulator.Request) bool {
	return isRead(call) || call.Method == http.MethodDelete
}

// succeeding says that a call may be repeated if the body of its answer is lost. A
// refusal stays one without its body.
func succeeding(call simulator.Request) bool {
	return repeatable(call) && call.Status < http.StatusMultipleChoices
}

func always(f simulator.Fault) func(simulator.Request) simulator.Fault {
	return func(simulator.Request) simulator.Fault { return f }
}

func rewritten(rewrite func([]byte) []byte) func(simulator.Request) simulator.Fault {
	return always(simulator.Fault{Rewrite: rewrite})
}

func afterEffect(of func(simulator.Request) simulator.Fault) func(simulator.Request) simulator.Fault {
	return func(call simulator.Request) simulator.Fault {
		f := of(call)
		f.AfterEffect = true
		return f
	}
}

// refused is an error in the service's own envelope.
func refused(status int) func(simulator.Request) simulator.Fault {
	return func(call simulator.Request) simulator.Fault {
		return simulator.Fault{
			Status: status, Body: envelope(call, status), Header: http.Header{"Content-Type": {"application/json"}},
		}
	}
}

func retryAfter(call simulator.Request) simulator.Fault {
	f := refused(http.StatusTooManyRequests)(call)
	f.Header.Set("Retry-After", "3")
	return f
}

func envelope(call simulator.Request, status int) string {
	switch call.Service {
	case simulator.Twilio:
		code := 20000 + status
		if status == http.StatusUnauthorized {
			code = 20003
		}
		return fmt.Sprintf(`{"code": %d, "message": "No.", "more_info": "https://www.twilio.com/docs/errors/%d", "status": %d}`,
			code, code, status)
	case simulator.Nixflex:
		code := "some_code"
		if status == http.StatusNotFound {
			code = "number_not_found"
		}
		if status == http.StatusNotFound && strings.Contains(call.Path, "/agents") {
			code = "agent_not_found"
		}
		return fmt.Sprintf(`{"error": {"type": "some_type", "code": %q, "message": "No."}}`, code)
	case simulator.Synthflow:
		return `{"detail": {"status": "error", "description": "No.", "category": "some_category"}}`
	case simulator.DialNexa:
		return fmt.Sprintf(`{"statusCode": %d, "message": "No.", "error": "Some Error"}`, status)
	case simulator.Resemble:
		return `{"success": false, "message": "No.", "errors": {"base": ["No."]}}`
	case simulator.Vapi:
		return fmt.Sprintf(`{"statusCode": %d, "message": "No.", "error": "Some Error"}`, status)
	case simulator.ElevenLabs:
		return `{"detail": {"status": "some_code", "message": "No."}}`
	case simulator.Retell:
		return `{"status": "error", "message": "No."}`
	}
	panic("there is no service " + call.Service)
}

// mistyped gives every value in a JSON body another type.
func mistyped(body []byte) []byte {
	var decoded any
	if json.Unmarshal(body, &decoded) != nil {
		return body // a sentence, or nothing
	}
	encoded, err := json.Marshal(otherType(decoded))
	if err != nil {
		panic(err) // it was JSON before
	}
	return encoded
}

func otherType(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			value[name] = otherType(inner)
		}
		return value
	case []any:
		for i, inner := range value {
			value[i] = otherType(inner)
		}
		return value
	case string:
		return 7
	case nil:
		return []any{"x"}
	default: // a number or a bool
		return map[string]any{"value": value}
	}
}
