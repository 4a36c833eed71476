package platform

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrNotFound reports that the service itself said that it does not hold the
// number. Refused credentials, faults and answers that do not come from the
// service are never it.
var ErrNotFound = errors.New("phone number not found")

// ErrUnavailable reports that a number on sale has gone to somebody else.
var ErrUnavailable = errors.New("phone number not available")

// ErrClaimed reports that a number does not carry the marker that it was known by:
// another creation has claimed or completed it, or somebody gave it a name.
var ErrClaimed = errors.New("the number does not carry the mark of its purchase")

// ErrUntouched reports beside another error that nothing had been changed when
// it occurred.
var ErrUntouched = errors.New("nothing was changed")

// Untouched marks err as one that occurred before anything was changed.
func Untouched(err error) error {
	if err == nil {
		return nil
	}
	return untouched{err}
}

type untouched struct{ error }

func (e untouched) Unwrap() error        { return e.error }
func (e untouched) Is(target error) bool { return target == ErrUntouched }

// Final hides from errors.Is and errors.As what err is: after a write has gone
// out, a refusal of the read that was to settle it says nothing of the write.
// That the operation's time was over is no word of a service, and stays, as does
// the field that err blames.
func Final(err error) error {
	f := final{text: err.Error(), brief: Brief(err), late: errors.Is(err, context.DeadlineExceeded)}
	if blamed, ok := errors.AsType[*FieldError](err); ok {
		f.blamed = &FieldError{Field: blamed.Field, Err: Final(blamed.Err)}
	}
	return f
}

type final struct {
	text, brief string
	late        bool
	blamed      *FieldError
}

func (e final) As(target any) bool {
	blamed, ok := target.(**FieldError)
	if ok = ok && e.blamed != nil; ok {
		*blamed = e.blamed
	}
	return ok
}

func (e final) Error() string        { return e.text }
func (e final) Brief() string        { return e.brief }
func (e final) Is(target error) bool { return e.late && target == context.DeadlineExceeded }

// Brief is an error in the service's own words where it has some, for where
// there is room for one sentence.
func Brief(err error) string {
	var short interface{ Brief() string }
	if errors.As(err, &short) {
		return short.Brief()
	}
	return err.Error()
}

// Clause is a text as a part of a sentence: on one line, without an end of its
// own, and with its sentences parted by semicolons.
func Clause(text string) string {
	text = strings.TrimRight(strings.Join(strings.Fields(text), " "), ".!; ")
	return sentenceEnd.ReplaceAllString(text, "; $1")
}

var sentenceEnd = regexp.MustCompile(`[.!] (["“(]?\p{Lu})`)

// IsDenied reports that a service refused the credentials, or what they are to
// reach.
func IsDenied(err error) bool {
	var answer interface{ Denied() bool }
	return errors.As(err, &answer) && answer.Denied()
}

// FieldError blames one field of the resource, or of the platform's block.
type FieldError struct {
	Field string // path: "voice_application_sid", "resemble.agent_uuid"
	Err   error
}

func (e *FieldError) Error() string { return fmt.Sprintf("%s: %v", e.Field, e.Err) }
func (e *FieldError) Unwrap() error { return e.Err }

// Refusal is a reason not to do what was asked, and the way out.
type Refusal struct {
	Summary string // "Number has an emergency address"
	Detail  string // what stands in the way, what was not done, and the way out
}

func (r *Refusal) Error() string { return r.Summary + ": " + r.Detail }

// MissingArgument reports that a service cannot be reached without an argument
// of its block in the provider's configuration.
type MissingArgument struct {
	Names []string // one of them is needed, best first
}

func (e *MissingArgument) Error() string {
	return "missing argument: " + strings.Join(e.Names, " or ")
}

// ArgumentError blames one argument of a service's block.
type ArgumentError struct {
	Name string
	Err  error
}

func (e *ArgumentError) Error() string { return fmt.Sprintf("%s: %v", e.Name, e.Err) }
func (e *ArgumentError) Unwrap() error { return e.Err }

// GoneNote tells of a step for which there was nothing to do, since the service of that
// title no longer has the number.
func GoneNote(title, number string) []string {
	return []string{fmt.Sprintf("%s no longer has %s, so there was nothing to do there.", title, number)}
}

// NotAbsent keeps a 404 of an agent, of a list or of a write from being read as a
// number that is not there. Everything else stays what it is.
func NotAbsent(err error) error {
	if errors.Is(err, ErrNotFound) {
		return notAbsent{err}
	}
	return err
}

type notAbsent struct{ error }

func (e notAbsent) Is(target error) bool { return target != ErrNotFound && errors.Is(e.error, target) }
func (e notAbsent) As(target any) bool   { return errors.As(e.error, target) }
