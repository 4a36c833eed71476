package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// StaleError reports that the plan's acquisition no longer holds, so that
// going on would do what nobody has reviewed.
type StaleError struct {
	PhoneNumber string
	Planned     platform.Acquisition
}

func (e *StaleError) Error() string {
	if e.Planned == platform.Purchased {
		return fmt.Sprintf("the plan was to buy %s, but it is owned by now; plan again to adopt it", e.PhoneNumber)
	}
	return fmt.Sprintf("the plan was to adopt %s, but it is no longer owned; nothing was bought, plan again", e.PhoneNumber)
}

// DuplicateError reports that two creations of one run want the same number.
type DuplicateError struct{ PhoneNumber string }

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("%s is already managed by another telephony_phone_number in this run, which is in state; this one "+
		"is not. Nothing was changed: remove this resource from the configuration", e.PhoneNumber)
}

// LostClaimError reports that a number whose creation never completed no longer
// carries the mark of its purchase.
type LostClaimError struct{ PhoneNumber string }

func (e *LostClaimError) Error() string {
	return fmt.Sprintf("the creation of %[1]s never completed, and %[1]s no longer carries the mark of its purchase: another "+
		"creation with the same criteria has claimed it since, in this workspace or another one, or it was given a name. "+
		"Nothing was changed: take this resource out of state (terraform state rm with its address). The next apply gives it a "+
		"number of its own or, if no other workspace manages %[1]s, adopts that with phone_number = %[1]q", e.PhoneNumber)
}

// lostClaim is a LostClaimError as a status_reason.
func lostClaim(phoneNumber string) string {
	return fmt.Sprintf("The creation stopped half-way, and %[1]s no longer carries the mark of its purchase, so that another "+
		"creation may have claimed it; take this resource out of state (terraform state rm) and, if no other workspace "+
		"manages %[1]s, adopt it with phone_number = %[1]q.", phoneNumber)
}

// Create acquires the number that want describes and sets it up. want's
// Acquisition is the one that was planned; empty: none was.
//
// A zero Number beside an error: nothing is owned. Any other beside an error is
// owned all the same: it must be kept in state, and its Private says that its
// creation never completed.
func (m *Manager) Create(ctx context.Context, want platform.Number) (platform.Number, error) {
	defer m.catalogs.Writing()()
	if want.Private.Instance == "" {
		want.Private.Instance = registry.NewInstance()
	}
	if want.PhoneNumber != "" { // before the first look: nobody else changes it meanwhile
		unlock, err := m.Registry.Lock(ctx, want.PhoneNumber)
		if err != nil {
			return platform.Number{}, err
		}
		defer unlock()
	}
	want, err := m.Preview(ctx, platform.Number{}, want)
	if err != nil {
		return platform.Number{}, err
	}
	carrier, on, err := m.open(want)
	if err != nil {
		return platform.Number{}, err
	}
	if on != nil {
		if err := on.Check(ctx, platform.Number{}, want); err != nil {
			return platform.Number{}, err
		}
	}
	have, err := m.acquire(ctx, carrier, want)
	if err != nil {
		return platform.Number{}, err
	}
	return m.complete(ctx, carrier, on, have, want)
}

// complete sets up the number that a creation has acquired.
func (m *Manager) complete(
	ctx context.Context, carrier platform.Carrier, on platform.Platform, have, want platform.Number,
) (platform.Number, error) {
	m.catalogs.Wrote(have.PhoneNumber)
	named := want
	want = m.completion(have, want)
	got, err := m.setUp(ctx, carrier, on, have, want)
	if err != nil && have.Marker() != "" && !errors.Is(err, platform.ErrClaimed) {
		var marked error
		if got, marked = withoutMark(ctx, carrier, got, want, have.Marker()); marked != nil {
			err = marked
		}
	}
	if errors.Is(err, platform.ErrClaimed) {
		m.Registry.Leave(have.PhoneNumber, want.Private.Instance)
		return platform.Number{}, &purchase.LostError{Number: have, Err: err}
	}
	if err != nil {
		got.Private.Stop(platform.Creation, err)
	}
	got.Private.Ours, got.Private.Replaced = kinds.Ours(named), m.Kinds.Replacing(have, want, got)
	judge(&got)
	return readable(got, want), err
}

// completion is what is wanted of a number that has been acquired.
func (m *Manager) completion(have, want platform.Number) platform.Number {
	want.PhoneNumber, want.SID, want.AccountSID = have.PhoneNumber, have.SID, have.AccountSID
	want.Acquisition, want.Private = have.Acquisition, have.Private
	if want.Acquisition == platform.Purchased { // nobody else has wired it
		want = m.Kinds.Bare(want)
	}
	return unmarked(have, want)
}

func (m *Manager) acquire(
	ctx context.Context, carrier platform.Carrier, want platform.Number,
) (platform.Number, error) {
	if want.PhoneNumber == "" {
		seller, err := m.seller(carrier, want)
		if err != nil {
			return want, err
		}
		return m.search(seller, want).Acquire(ctx, want)
	}
	if !m.Registry.Acquire(want.PhoneNumber, want.Private.Instance) {
		return want, &DuplicateError{PhoneNumber: want.PhoneNumber}
	}
	got, err := m.acquireByNumber(ctx, carrier, want)
	if err != nil {
		m.Registry.Leave(want.PhoneNumber, want.Private.Instance)
	}
	return got, err
}

// search is the purchase of a creation that has no number yet.
func (m *Manager) search(seller platform.Seller, want platform.Number) purchase.Search {
	return purchase.Search{
		Seller:    seller,
		Leftovers: m.leftovers.of(m.account(want), purchase.NewLeftovers),
		Reserve: func(phoneNumber string) bool {
			_, inState := m.Registry.Held(phoneNumber)
			return !inState && m.Registry.Acquire(phoneNumber, want.Private.Instance)
		},
		Leave: func(phoneNumber string) { m.Registry.Leave(phoneNumber, want.Private.Instance) },
	}
}

func (m *Manager) acquireByNumber(
	ctx context.Context, carrier platform.Carrier, want platform.Number,
) (platform.Number, error) {
	got, err := carrier.Find(ctx, want)
	switch {
	case err == nil && want.Acquisition == platform.Purchased:
		return want, &StaleError{PhoneNumber: want.PhoneNumber, Planned: want.Acquisition}
	case err == nil:
		got.Acquisition = platform.Adopted
		return m.survey(ctx, got, want.Settings)
	case !errors.Is(err, platform.ErrNotFound):
		return want, err
	case !m.mayBuy(want):
		return want, m.notOwned(ctx, carrier, want)
	case want.Acquisition == platform.Adopted:
		return want, &StaleError{PhoneNumber: want.PhoneNumber, Planned: want.Acquisition}
	}
	seller, err := m.seller(carrier, want)
	if err != nil {
		return want, err
	}
	if got, err = seller.Buy(ctx, want, ""); err != nil {
		return want, err
	}
	got.Acquisition = platform.Purchased
	return got, nil
}
