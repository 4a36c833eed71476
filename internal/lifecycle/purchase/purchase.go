// Package purchase acquires the number of a creation that is to search for one.
//
// Such a number carries a mark in the place of its friendly name until its
// creation is complete: what the criteria are, and a nonce of the creation. A
// provider that is killed leaves the mark behind, and a later creation with the
// same criteria claims the number by writing its own mark. Nobody can tell a
// killed creation from a slow one, so one that is still at work may lose its
// number like that. Hence the mark is read right before every write to a marked
// number and right after every write of the name (platform.Carrier.Configure), and
// whoever finds another name there than its own mark stops: a creation buys one
// number at most.
//
// Twilio has no conditional write. Two creations can come to share a number
// only if one of them, between its read and the write that follows at once, is
// overtaken by at least two round trips of the other.
package purchase

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// candidates bounds how many numbers on sale one creation asks for, each after the
// one before it was refused.
const candidates = 10

// Search is the purchase of one creation.
type Search struct {
	Seller    platform.Seller
	Leftovers *Leftovers // of the account
	// Reserve reserves a number for the creation; false: another instance of this run
	// has it. Leave gives it back.
	Reserve func(phoneNumber string) bool
	Leave   func(phoneNumber string)
}

// LostError reports that a number no longer carries the mark that was put on it
// for a creation: nobody can tell whose it is.
type LostError struct {
	Number platform.Number
	Err    error // platform.ErrClaimed, with what was seen instead
}

func (e *LostError) Error() string {
	where := e.Number.PhoneNumber
	if e.Number.AccountSID != "" {
		where += " (account " + e.Number.AccountSID + ")"
	}
	return fmt.Sprintf("%s carried the mark of the purchase that was made for this resource, and no longer does: %v.\n\n"+
		"Either another workspace with the same criteria has taken the number over, or the account gives new numbers a name "+
		"by itself. No other number was bought, and this one is left as it is. If no other workspace manages it, set "+
		"phone_number = %q to adopt it. Otherwise apply again: that buys another one.", where, e.Err, e.Number.PhoneNumber)
}

func (e *LostError) Unwrap() error { return e.Err }

// Acquire claims a number that an earlier creation with want's criteria bought and
// did not complete, else buys the first that is on sale. The number carries the
// mark of this creation. A *LostError is of a number that is owned and was bought
// by such a search; after any other error nothing is, or the error says which
// number may be.
func (s Search) Acquire(ctx context.Context, want platform.Number) (platform.Number, error) {
	mark := newMark(want.Purchase)
	got, claimed, err := s.claim(ctx, want, mark)
	if err != nil || claimed {
		return got, err
	}
	for range candidates {
		onSale, err := s.Seller.Search(ctx, want)
		if err != nil {
			return want, err
		}
		got, tried, err := s.buyFirst(ctx, want, onSale, mark)
		if tried > 0 || len(onSale) == 0 {
			return got, err
		}
	} // all were those that other creations of this run are buying: what is on sale then?
	return want, errors.New("other resources of this run took every number on sale that fits the purchase block; " +
		"nothing was bought: widen its criteria, or apply again")
}

// buyFirst buys the first of the numbers that is still on sale. Tried is how many
// nobody else in this run had taken.
func (s Search) buyFirst(
	ctx context.Context, want platform.Number, onSale []string, mark string,
) (got platform.Number, tried int, err error) {
	for _, phoneNumber := range onSale {
		if tried == candidates {
			break
		}
		if !s.Reserve(phoneNumber) {
			continue
		}
		tried++
		this := want
		this.PhoneNumber = phoneNumber
		got, err := s.Seller.Buy(ctx, this, mark)
		if err == nil {
			got.Acquisition = platform.Purchased
			return got, tried, nil
		}
		if errors.Is(err, platform.ErrClaimed) {
			return want, tried, &LostError{Number: this, Err: err}
		}
		if !errors.Is(err, platform.ErrUnavailable) {
			s.Leave(phoneNumber)
			return want, tried, err
		}
	}
	if tried == 0 {
		return want, 0, errors.New("no number on sale fits the purchase block; nothing was bought: widen its criteria")
	}
	return want, tried, fmt.Errorf("%d numbers on sale fitted the purchase block, but each was gone "+
		"when it was to be bought; nothing was bought: apply again", tried)
}

// claim takes over a number that an earlier creation with the same criteria bought
// and has not completed; false: there is none.
func (s Search) claim(ctx context.Context, want platform.Number, mark string) (platform.Number, bool, error) {
	for {
		left, found, err := s.Leftovers.next(ctx, s.Seller, want)
		if err != nil || !found {
			return want, false, err
		}
		if !s.Reserve(left.PhoneNumber) {
			continue
		}
		got, err := s.Seller.Configure(ctx, left, Marked(left, mark))
		switch {
		case err == nil:
			got.Acquisition = platform.Purchased
			return got, true, nil
		case errors.Is(err, platform.ErrClaimed) && !errors.Is(err, platform.ErrUntouched):
			return want, false, &LostError{Number: left, Err: err}
		}
		s.Leave(left.PhoneNumber)
		if !errors.Is(err, platform.ErrClaimed) && !errors.Is(err, platform.ErrNotFound) {
			return want, false, fmt.Errorf("%s is left from an earlier purchase and could not be claimed; "+
				"nothing was bought: %w", left.PhoneNumber, err)
		}
	}
}

// Marked is n with the mark, as it is believed to be or wanted.
func Marked(n platform.Number, mark string) platform.Number {
	n.Settings = maps.Clone(n.Settings)
	if n.Settings == nil {
		n.Settings = platform.Values{}
	}
	n.Settings[platform.FriendlyName] = mark
	return n
}
