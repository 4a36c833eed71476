package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// trial is what a life is lived on: a number, and the way back to what was found.
type trial struct {
	number, sid string
	twilio      *session
	found       map[string]any // the number at Twilio, as it was found
	// undo are the ways back of what has been begun, last first. Each finds by itself whether there is something to do.
	undo []func(context.Context) error
}

// withoutMoney is a transport that neither buys nor gives up anything, whatever is asked of it.
type withoutMoney struct{ next http.RoundTripper }

var costs = []*regexp.Regexp{
	regexp.MustCompile(`^POST .*/IncomingPhoneNumbers(/[A-Za-z]+)?\.json$`),
	regexp.MustCompile(`^DELETE .*/IncomingPhoneNumbers/[^/]+\.json$`),
	regexp.MustCompile(`^[A-Z]+ .*/organization-phone-numbers/purchase$`),
	regexp.MustCompile(`^DELETE .*/organization-phone-numbers/`),
	regexp.MustCompile(`^POST .*/create-phone-number$`),
}

var errCosts = errors.New("this would buy a number, or give one up")

func (t withoutMoney) RoundTrip(r *http.Request) (*http.Response, error) {
	if line := r.Method + " " + r.URL.Path; slices.ContainsFunc(costs, func(c *regexp.Regexp) bool { return c.MatchString(line) }) {
		return nil, fmt.Errorf("%s: %w", line, errCosts)
	}
	return t.next.RoundTrip(r)
}

// live lives a life on a number and leaves it as it was found.
func live(ctx context.Context, sessions []*session, number string, r *report) (err error) {
	r.mask.numbers = append(r.mask.numbers, strings.TrimPrefix(number, "+"))
	t := &trial{number: number, twilio: twilioOf(sessions)}
	if t.twilio == nil {
		return errors.New("-number takes a number at Twilio: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
	}
	answer := t.twilio.get(ctx, t.twilio.account()+"/IncomingPhoneNumbers.json", "PhoneNumber", number)
	for _, n := range items(answer.value, "incoming_phone_numbers") {
		if text(n, "phone_number") == number {
			t.found, t.sid = n, text(n, "sid")
		}
	}
	if t.sid == "" {
		return fmt.Errorf("%s is not owned by the Twilio account: %s", number, answer)
	}
	for _, s := range sessions { // before anything is written
		on, err := records(ctx, s, number)
		if err != nil {
			return fmt.Errorf("whether %s is on %s could not be told, so nothing was changed: %w", number, s.svc.Kind.Title, err)
		}
		if len(on) > 0 {
			return fmt.Errorf("%s is on %s already: take a number that is on no platform; nothing was changed", number, s.svc.Kind.Title)
		}
	}
	for _, s := range sessions {
		only, _ := s.transport.(readOnly)
		s.transport = withoutMoney(only)
	}
	defer func() {
		if left := t.restore(context.WithoutCancel(ctx)); left != nil {
			err = errors.Join(err, fmt.Errorf("%s could not be left as it was found: %w", number, left))
		}
	}()
	tryTwilio(ctx, t.twilio, t)
	for _, s := range sessions {
		if s.svc.try == nil || ctx.Err() != nil {
			continue
		}
		s.svc.try(ctx, s, t)
		if err := t.restore(ctx); err != nil {
			return fmt.Errorf("after %s: %w", s.svc.Kind.Title, err)
		}
	}
	return t.provide(ctx, sessions)
}

// writable are the members of a number at Twilio that a life may change, with the fields that set them.
var writable = map[string]string{
	"friendly_name": "FriendlyName", "trunk_sid": "TrunkSid", "voice_application_sid": "VoiceApplicationSid",
	"voice_url": "VoiceUrl", "voice_method": "VoiceMethod", "voice_fallback_url": "VoiceFallbackUrl",
	"voice_fallback_method": "VoiceFallbackMethod", "voice_caller_id_lookup": "VoiceCallerIdLookup",
	"sms_application_sid": "SmsApplicationSid", "sms_url": "SmsUrl", "sms_method": "SmsMethod",
	"sms_fallback_url": "SmsFallbackUrl", "sms_fallback_method": "SmsFallbackMethod",
	"status_callback": "StatusCallback", "status_callback_method": "StatusCallbackMethod",
}

const restoreTries = 8

// restore undoes what was begun and puts the number at Twilio back. Services may fail meanwhile: it tries again.
func (t *trial) restore(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for try := range restoreTries {
		if try > 0 {
			if over := sleep(ctx, time.Duration(try)*pause); over != nil {
				return errors.Join(err, over)
			}
		}
		if err = t.restoreOnce(ctx); err == nil {
			t.undo = nil
			return nil
		}
	}
	return err
}

func (t *trial) restoreOnce(ctx context.Context) error {
	var failed error
	for _, undo := range slices.Backward(t.undo) {
		failed = errors.Join(failed, undo(ctx))
	}
	now, err := t.read(ctx)
	if err != nil {
		return errors.Join(failed, err)
	}
	back := url.Values{}
	for member, field := range writable {
		if !same(now[member], t.found[member]) {
			back.Set(field, formed(t.found[member]))
		}
	}
	if len(back) == 0 {
		return failed
	}
	if r := t.write(ctx, back); !r.ok() {
		return errors.Join(failed, errors.New(r.quoted()))
	}
	if now, err = t.read(ctx); err != nil {
		return errors.Join(failed, err)
	}
	for _, member := range slices.Sorted(maps.Keys(writable)) {
		if !same(now[member], t.found[member]) {
			failed = errors.Join(failed, fmt.Errorf("%s is %v, and was %v", member, now[member], t.found[member]))
		}
	}
	return failed
}

// same compares two members; what is unset is null, empty or absent.
func same(a, b any) bool { return formed(a) == formed(b) }

func formed(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

func (t *trial) path() string { return t.twilio.account() + "/IncomingPhoneNumbers/" + t.sid + ".json" }

// read is the number at Twilio, now.
func (t *trial) read(ctx context.Context) (map[string]any, error) {
	r := t.twilio.get(ctx, t.path())
	if !r.ok() || text(object(r.value), "sid") != t.sid {
		return nil, errors.New(r.quoted())
	}
	return object(r.value), nil
}

func (t *trial) write(ctx context.Context, form url.Values) reply {
	return t.twilio.send(ctx, call{method: http.MethodPost, path: t.path(), form: form})
}

// clear takes all routing off the number, so that what a platform writes can be told.
func (t *trial) clear(ctx context.Context) bool {
	r := t.write(ctx, pairs("TrunkSid", "", "VoiceApplicationSid", "", "VoiceUrl", "", "VoiceFallbackUrl", "",
		"SmsApplicationSid", "", "SmsUrl", "", "SmsFallbackUrl", "", "StatusCallback", ""))
	if !r.ok() {
		t.twilio.note("life", "the number could not be cleared: "+r.quoted())
	}
	return r.ok()
}

// record is a number on a platform.
type record struct {
	id     string // as its path has it, escaped
	status string
}

// records are the records that a platform has of a number. Services that carry numbers themselves have none of Twilio's.
func records(ctx context.Context, s *session, number string) ([]record, error) {
	at, known := map[string]struct {
		path       string
		query      url.Values
		list       string
		id, number string
	}{
		"nixflex":    {"/v1/phone-numbers", pairs("limit", "100"), "phone_numbers", "phone_number", "phone_number"},
		"resemble":   {"/phone_numbers", nil, "items", "id", "phone_number"},
		"retell":     {"/v2/list-phone-numbers", pairs("limit", "1000"), "items", "phone_number", "phone_number"},
		"vapi":       {"/v2/phone-number", pairs("limit", "1000", "search", number), "results", "id", "number"},
		"elevenlabs": {"/v1/convai/phone-numbers", nil, "", "phone_number_id", "phone_number"},
	}[s.svc.Kind.Name]
	if !known {
		return nil, nil
	}
	r := s.send(ctx, call{method: http.MethodGet, path: at.path, query: at.query})
	if !r.ok() || r.value == nil {
		return nil, errors.New(r.quoted())
	}
	var found []record
	for _, n := range items(r.value, at.list) {
		if text(n, at.number) == number {
			found = append(found, record{strings.ReplaceAll(url.PathEscape(formed(n[at.id])), "+", "%2B"), text(n, "status")})
		}
	}
	return found, nil
}

// recordPaths is where a record is deleted.
var recordPaths = map[string]string{
	"nixflex": "/v1/phone-numbers/", "resemble": "/phone_numbers/", "retell": "/delete-phone-number/", "vapi": "/phone-number/",
	"elevenlabs": "/v1/convai/phone-numbers/",
}

func (s *session) delete(ctx context.Context, one record) reply {
	return s.send(ctx, call{method: http.MethodDelete, path: recordPaths[s.svc.Kind.Name] + one.id})
}

// off takes every record of the number off the platform: there was none when the life began.
func (t *trial) off(s *session) func(context.Context) error {
	return func(ctx context.Context) error {
		on, err := records(ctx, s, t.number)
		if err != nil || len(on) == 0 {
			return err
		}
		for _, one := range on {
			s.delete(ctx, one)
		}
		left, err := records(ctx, s, t.number)
		if err == nil && len(left) > 0 {
			err = fmt.Errorf("%s still has a record of the number: %v", s.svc.Kind.Title, left)
		}
		return err
	}
}
