package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
)

// prefix begins the friendly name of every number that a run or a test buys, so that a sweep finds those that were left.
const prefix = "telephony-live "

// purse is what a run may spend, in USD, and what it has spent.
type purse struct {
	limit, spent float64
	price        float64 // of one number for a month
}

// twilioOf is the session with Twilio, or nil.
func twilioOf(sessions []*session) *session {
	for _, s := range sessions {
		if s.svc.Kind.Name == twilio.Kind.Name {
			return s
		}
	}
	return nil
}

// spend buys a number, lives a life on it, and gives it up. It buys it once more after that, if the limit allows.
func spend(ctx context.Context, sessions []*session, limit float64, r *report) (err error) {
	s := twilioOf(sessions)
	if s == nil {
		return errors.New("-spend buys at Twilio: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
	}
	p := &purse{limit: limit}
	if p.price, err = s.price(ctx); err != nil {
		return err
	}
	offered := s.get(ctx, s.account()+"/AvailablePhoneNumbers/US/Local.json", "PageSize", "1", "ExcludeAllAddressRequired", "true")
	number := first(offered, "available_phone_numbers", "phone_number")
	if number == "" {
		return errors.New("no number is for sale: " + offered.quoted())
	}
	s.saw(number)
	reading := s.transport
	only, _ := reading.(readOnly)
	s.transport = only.next
	bought, err := s.buy(ctx, p, number)
	if err != nil {
		return errors.Join(err, s.giveUp(context.WithoutCancel(ctx), number))
	}
	defer func() {
		s.transport = only.next
		err = errors.Join(err, s.giveUp(context.WithoutCancel(ctx), number))
		if _, again := s.buy(ctx, p, number); !errors.Is(again, errLimit) {
			s.see("released_can_be_bought", again != nil, fmt.Sprintf("a purchase right after the release: %v", again))
		}
		err = errors.Join(err, s.giveUp(context.WithoutCancel(ctx), number))
	}()
	s.see("demo_handlers", text(bought, "voice_url") == "", "a number bought without VoiceUrl has voice_url "+text(bought, "voice_url"))
	now := s.get(ctx, s.account()+"/IncomingPhoneNumbers/"+text(bought, "sid")+".json")
	name := text(object(now.value), "friendly_name")
	s.see("renames_bought", strings.HasPrefix(name, prefix), "right after the purchase the friendly name begins "+shortened(name, 15))
	twice := s.purchase(ctx, number) // costs nothing: the account has it
	s.see("owned_can_be_bought", !twice.ok(), twice.quoted())
	s.transport = reading
	return live(ctx, sessions, number, r)
}

var errLimit = errors.New("this would cost more than the limit of -spend")

func (s *session) buy(ctx context.Context, p *purse, number string) (map[string]any, error) {
	if p.spent+p.price > p.limit {
		return nil, fmt.Errorf("a number costs %.2f USD, and %.2f of %.2f are spent: %w", p.price, p.spent, p.limit, errLimit)
	}
	p.spent += p.price
	r := s.purchase(ctx, number)
	s.note("spent", fmt.Sprintf("%.2f USD a month for a number: %s", p.price, r))
	if !r.ok() {
		return nil, errors.New(r.quoted())
	}
	return object(r.value), nil
}

func (s *session) purchase(ctx context.Context, number string) reply {
	return s.once(ctx, call{
		method: http.MethodPost, path: s.account() + "/IncomingPhoneNumbers.json",
		form: pairs("PhoneNumber", number, "FriendlyName", prefix+strings.TrimPrefix(number, "+")),
	})
}

// price is what a local number of the US costs for a month, in USD.
func (s *session) price(ctx context.Context) (float64, error) {
	r := s.send(ctx, call{method: http.MethodGet, host: pricing, path: "/v1/PhoneNumbers/Countries/US"})
	for _, price := range items(r.value, "phone_number_prices") {
		if amount, err := strconv.ParseFloat(formed(price["current_price"]), 64); err == nil && text(price, "number_type") == "local" {
			return amount, nil
		}
	}
	return math.Inf(1), errors.New("what a number costs is not known, so none is bought: " + r.quoted())
}

// sweep finds the numbers that a run or a test has bought and left, and gives them up if it may.
func (s *session) sweep(ctx context.Context, release bool) error {
	left, err := s.owned(ctx, "", "")
	if err != nil {
		return err
	}
	for _, n := range left {
		if !strings.HasPrefix(text(n, "friendly_name"), prefix) {
			continue
		}
		s.saw(text(n, "phone_number"))
		if release {
			err = errors.Join(err, s.giveUp(ctx, text(n, "phone_number")))
			continue
		}
		s.note("left behind", fmt.Sprintf("%s (%s), %q", text(n, "phone_number"), text(n, "sid"), text(n, "friendly_name")))
	}
	return err
}

// giveUp releases a number that was bought, under whatever name it goes by now. It is no error if it is not there.
func (s *session) giveUp(ctx context.Context, number string) error {
	owned, err := s.owned(ctx, "PhoneNumber", number)
	for _, n := range owned {
		if text(n, "phone_number") != number {
			continue
		}
		r := s.insist(ctx, call{method: http.MethodDelete, path: s.account() + "/IncomingPhoneNumbers/" + text(n, "sid") + ".json"})
		if !r.ok() && r.status != http.StatusNotFound {
			return fmt.Errorf("%s was bought and could not be given up: %s", number, r.quoted())
		}
		s.note("given up", fmt.Sprintf("%s (%s)", number, text(n, "sid")))
	}
	return err
}

// owned are numbers of the account, chosen by a filter.
func (s *session) owned(ctx context.Context, filter, value string) ([]map[string]any, error) {
	query := pairs("PageSize", "1000")
	if filter != "" {
		query.Set(filter, value)
	}
	r := s.insist(ctx, call{method: http.MethodGet, path: s.account() + "/IncomingPhoneNumbers.json", query: query})
	if !r.ok() || !has(object(r.value), "incoming_phone_numbers") {
		return nil, errors.New("numbers that were bought could not be looked for: " + r.quoted())
	}
	return items(r.value, "incoming_phone_numbers"), nil
}

// insist sends what may be sent again until it is answered by the service itself.
func (s *session) insist(ctx context.Context, c call) reply {
	r := s.send(ctx, c)
	for try := range restoreTries {
		if r.ok() && (r.value != nil || len(r.body) == 0) || r.status/100 == 4 || sleep(ctx, time.Duration(try)*pause) != nil {
			break
		}
		r = s.send(ctx, c)
	}
	return r
}
