package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// candidates bounds how many numbers on sale one creation tries to buy.
const candidates = 10

// Outlook is what a creation would do if it ran now.
type Outlook struct {
	// Acquisition is empty when the number is neither owned nor may be bought:
	// NotOwned then says why.
	Acquisition platform.Acquisition
	NotOwned    *NotOwnedError
	// Capabilities are those of a number that is owned; empty: they are not known.
	Capabilities []string
	// Lost lists the wiring that an adoption overwrites without the
	// configuration naming it, as "field = value".
	Lost []string
}

// Outlook looks up, without changing anything, how want would be acquired. A
// *platform.Refusal is the platform's own word that it never takes the number.
func (m *Manager) Outlook(ctx context.Context, want platform.Number) (Outlook, error) {
	if want.PhoneNumber == "" {
		return Outlook{Acquisition: platform.Purchased}, nil // by a search, or by claiming one
	}
	carrier, on, err := m.openToRead(want)
	if err != nil {
		return Outlook{}, err
	}
	owned, err := carrier.Find(ctx, want)
	if err == nil {
		return Outlook{
			Acquisition: platform.Adopted, Capabilities: owned.Capabilities, Lost: m.lost(ctx, on, owned, want),
		}, nil
	}
	if !errors.Is(err, platform.ErrNotFound) {
		return Outlook{}, err
	}
	notOwned := m.notOwned(ctx, carrier, want)
	if on != nil && notOwned.Elsewhere == "" && want.Platform != m.Kinds.CarrierOf(want) {
		var refusal *platform.Refusal
		if _, err := on.Read(ctx, want); errors.As(err, &refusal) { // it is the platform's own
			return Outlook{}, refusal
		} else if err != nil && !errors.Is(err, platform.ErrNotFound) {
			notOwned.Unsure = err
		}
	}
	if notOwned.Elsewhere == "" && m.mayBuy(want) {
		return Outlook{Acquisition: platform.Purchased}, nil
	}
	return Outlook{NotOwned: notOwned}, nil
}

// Reported says whether a service tells by itself that want is there: its carrier
// or, where that cannot be asked, its platform.
func (m *Manager) Reported(ctx context.Context, want platform.Number) (bool, error) {
	carrier, on, err := m.openToRead(want)
	if err != nil {
		return false, err
	}
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	switch {
	case kind.Arguments != nil:
		_, err = carrier.Find(ctx, want)
	case on != nil:
		_, err = on.Read(ctx, want)
	}
	if errors.Is(err, platform.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// mayBuy says whether the configuration allows to buy want, and its carrier
// sells.
func (m *Manager) mayBuy(want platform.Number) bool {
	return want.Purchase != nil && m.Kinds.Sells(m.Kinds.CarrierOf(want))
}

// lost lists what an owned number is set to and its adoption replaces.
func (m *Manager) lost(ctx context.Context, on platform.Platform, owned, want platform.Number) []string {
	carrier, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	kind, _ := m.Kinds.Kind(want.Platform)
	replaced := m.Kinds.routing(want)
	if replaced != nil {
		if _, err := on.Read(ctx, owned); err == nil {
			return nil // the platform has the number already: the wiring is its own
		}
	}
	var lost []string
	for _, field := range carrier.Settings {
		now := owned.Settings[field.Name]
		wanted, named := want.Settings[field.Name]
		if !field.Wiring || now == nil || now == field.Default {
			continue
		}
		if named && wanted != now || slices.Contains(replaced, field.Name) {
			lost = append(lost, fmt.Sprintf("%s = %q", field.Name, fmt.Sprint(now)))
		}
	}
	for _, field := range kind.Block { // where the carrier is the platform too, it reports them
		now := owned.Block[field.Name]
		wanted, named := want.Block[field.Name]
		if field.Presence == platform.Optional && now != nil && named && !reflect.DeepEqual(wanted, now) {
			lost = append(lost, fmt.Sprintf("%s.%s = %q", kind.Name, field.Name, fmt.Sprint(now)))
		}
	}
	return lost
}

// NotOwnedError reports that a number is not owned and may not be bought.
type NotOwnedError struct {
	Number    platform.Number
	Account   string // the account that was asked; empty: the carrier has none
	Elsewhere string // the related account that owns it, if one does
	Unsure    error  // why nobody can tell whether it is somewhere else; nil: it is not
}

func (e *NotOwnedError) Error() string {
	if e.Elsewhere != "" {
		return fmt.Sprintf("%s belongs to the related account %s; a creation never transfers a number",
			e.Number.PhoneNumber, e.Elsewhere)
	}
	return fmt.Sprintf("%s is not owned, and there is no purchase block that allows to buy it", e.Number.PhoneNumber)
}

// notOwned is the error of a number that the carrier does not have in its account.
func (m *Manager) notOwned(ctx context.Context, carrier platform.Carrier, want platform.Number) *NotOwnedError {
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	e := &NotOwnedError{Number: want, Account: m.accountAt(kind, want.AccountSID)}
	e.Elsewhere, e.Unsure = carrier.Elsewhere(ctx, want)
	return e
}

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

// TakenError reports that two creations of one run want the same number.
type TakenError struct{ PhoneNumber string }

func (e *TakenError) Error() string {
	return fmt.Sprintf("%s is already managed by another telephony_phone_number in this run, which is in state; this one "+
		"is not. Nothing was changed: remove this resource from the configuration", e.PhoneNumber)
}

// LostClaimError reports that a number whose creation never completed belongs
// to another creation by now.
type LostClaimError struct{ PhoneNumber string }

func (e *LostClaimError) Error() string {
	return fmt.Sprintf("the creation of %[1]s never completed, and another creation with the same criteria has claimed "+
		"%[1]s since, in this workspace or another one. Nothing was changed: remove this resource from state "+
		"(terraform state rm), and the next apply gives it a number of its own", e.PhoneNumber)
}

// Create acquires the number that want describes and sets it up. want's
// Acquisition is the one that was planned; empty: none was.
//
// A zero Number beside an error: nothing is owned. Any other beside an error is
// owned all the same: it must be kept in state, and its Memory says that its
// creation never completed.
func (m *Manager) Create(ctx context.Context, want platform.Number) (platform.Number, error) {
	defer m.catalogs.writing()()
	if want.Memory.Instance == "" {
		want.Memory.Instance = NewInstance()
	}
	if want.PhoneNumber != "" { // before the first look: nobody else changes it meanwhile
		unlock, err := m.lock(ctx, want.PhoneNumber)
		if err != nil {
			return platform.Number{}, err
		}
		defer unlock()
	}
	want, err := m.Foresee(ctx, platform.Number{}, want)
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
	var notes []string
	for range candidates {
		have, err := m.acquire(ctx, carrier, want)
		if err != nil {
			return platform.Number{}, err
		}
		got, err := m.complete(ctx, carrier, on, have, want)
		if !errors.Is(err, platform.ErrClaimed) {
			got.Notes = append(notes, got.Notes...)
			return got, err
		}
		m.free(have.PhoneNumber, want)
		if want.PhoneNumber != "" {
			return platform.Number{}, err
		}
		notes = append(notes, m.claimedNote(have, want))
	}
	return platform.Number{}, errors.New("other creations with the same criteria claimed each number that was bought " +
		"for this one; they were left to them: apply again")
}

// claimedNote tells of a number that was lost to another creation.
func (m *Manager) claimedNote(lost, want platform.Number) string {
	note := fmt.Sprintf("%s was acquired first, but another creation with the same criteria claimed it, so it was left "+
		"to that one, and this resource has a number of its own.", lost.PhoneNumber)
	if want.Platform != platform.None {
		note += fmt.Sprintf(" If it turns up at %[1]s without a resource that has it, remove it from %[1]s.",
			m.Kinds.Title(want.Platform))
	}
	return note
}

// complete sets up the number that a creation has acquired.
func (m *Manager) complete(
	ctx context.Context, carrier platform.Carrier, on platform.Platform, have, want platform.Number,
) (platform.Number, error) {
	m.catalogs.wrote(have.PhoneNumber)
	want = m.completion(have, want)
	got, err := m.setUp(ctx, carrier, on, have, want)
	if errors.Is(err, platform.ErrClaimed) {
		return got, err
	}
	if err != nil {
		got = m.withoutMarker(ctx, carrier, got, want)
		got.Memory.Stop(platform.Creation, err)
	}
	got.Memory.Ours = m.Kinds.ours(want)
	judge(&got)
	return readable(got, want), err
}

// withoutMarker takes the marker off a number whose creation has failed: it is
// about to be in state, so no other creation may claim it. Where that fails too,
// the marker is remembered.
func (m *Manager) withoutMarker(
	ctx context.Context, carrier platform.Carrier, n, want platform.Number,
) platform.Number {
	if n.Marker() == "" {
		return n
	}
	renamed, err := remark(ctx, carrier, n, named(n, want))
	if err == nil {
		return renamed
	}
	n.Memory.Marker = n.Marker()
	settleMarker(&n)
	return n
}

// completion is what is wanted of a number that has been acquired.
func (m *Manager) completion(have, want platform.Number) platform.Number {
	want.PhoneNumber, want.SID, want.AccountSID = have.PhoneNumber, have.SID, have.AccountSID
	want.Acquisition, want.Memory = have.Acquisition, have.Memory
	return unmarked(have, want)
}

// unmarked is want with a friendly name for a number that carries a marker in the
// place of one.
func unmarked(have, want platform.Number) platform.Number {
	if have.Marker() != "" && !want.Settings.Has(platform.FriendlyName) {
		want.Settings = maps.Clone(want.Settings)
		want.Settings[platform.FriendlyName] = have.PhoneNumber
	}
	return want
}

// setUp wires a number that is owned and puts it on its platform. A marker is
// replaced by the last write of all, since a creation that is killed before has
// nothing else to be found by.
func (m *Manager) setUp(
	ctx context.Context, carrier platform.Carrier, on platform.Platform, have, want platform.Number,
) (platform.Number, error) {
	marker := have.Marker()
	if marker != "" && on == nil {
		return remark(ctx, carrier, have, want)
	}
	wired := want
	if marker != "" {
		wired.Settings = maps.Clone(want.Settings)
		delete(wired.Settings, platform.FriendlyName)
	}
	got, err := configure(ctx, carrier, have, wired)
	if err != nil || on == nil {
		return got, err
	}
	if got, err = on.Attach(ctx, got); err != nil {
		return got, err
	}
	if got, err = m.connect(ctx, carrier, got); err != nil || marker == "" {
		return got, err
	}
	if got.Marker() != marker {
		return got, platform.ErrClaimed
	}
	return remark(ctx, carrier, got, named(got, want))
}

// named is n with want's friendly name, and nothing else that is to be changed.
func named(n, want platform.Number) platform.Number {
	n.Settings = platform.Values{platform.FriendlyName: want.Settings[platform.FriendlyName]}
	return n
}

// connect makes sure that nothing outranks the wiring of the platform that has
// just attached the number, and remembers that wiring.
func (m *Manager) connect(
	ctx context.Context, carrier platform.Carrier, n platform.Number,
) (platform.Number, error) {
	kind, _ := m.Kinds.Kind(n.Platform)
	if kind.Wires == nil {
		return n, nil
	}
	live, err := carrier.Read(ctx, n)
	if err != nil {
		return n, err
	}
	outranked := live
	outranked.Settings = platform.Values{}
	_, displaces := m.Kinds.wires(n)
	for _, name := range displaces {
		outranked.Settings[name] = nil
	}
	if kind.Restores != nil {
		live.Block, live.Memory = n.Block, n.Memory
		maps.Copy(outranked.Settings, kind.Restores(live))
	}
	if live, err = configure(ctx, carrier, live, outranked); err != nil {
		return n, err
	}
	n.Settings = live.Settings
	n.Memory.Wiring = m.Kinds.wiring(n)
	return n, nil
}

// Foresee fills in what the platform can tell of want before it is attached. Have
// is the number as it is held; zero: it is not yet.
//
// Whether a number that the platform lists is the platform's own, nobody but
// another carrier can tell: one that has the number by want's own word, and says
// so itself, has imported it there.
func (m *Manager) Foresee(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	foreseer, ok := m.Platforms[want.Platform].(platform.Foreseer)
	if !ok {
		return want, nil
	}
	if have.Platform != want.Platform {
		want.SID = have.SID // by which its carrier holds it
	}
	told, err := foreseer.Foresee(ctx, want)
	told.Carrier = m.Kinds.CarrierOf(told)
	if err != nil || have.PhoneNumber != "" || told.Carrier != want.Platform {
		return told, err
	}
	want.SID = heldElsewhere
	imported, err := foreseer.Foresee(ctx, want)
	imported.SID, imported.Carrier = "", m.Kinds.CarrierOf(imported)
	kind, _ := m.Kinds.Kind(imported.Carrier)
	carrier, opened := m.Carriers[kind.Name]
	if err != nil || kind.Settings == nil || !opened {
		return told, err
	}
	switch _, err := carrier.Find(ctx, imported); {
	case err == nil:
		return imported, nil
	case errors.Is(err, platform.ErrNotFound):
		return told, nil
	default:
		return told, err
	}
}

// heldElsewhere stands for whatever SID another carrier has of a number.
const heldElsewhere = "held by another carrier"

// configure gives the number want's settings; the result is want with all that
// the carrier reports.
func configure(
	ctx context.Context, carrier platform.Carrier, have, want platform.Number,
) (platform.Number, error) {
	seen, err := carrier.Configure(ctx, have, want)
	want.SID, want.AccountSID, want.Settings = seen.SID, seen.AccountSID, seen.Settings
	want.Capabilities, want.Memory.Origin = seen.Capabilities, seen.Memory.Origin
	want.Memory.EmergencyAddress = seen.Memory.EmergencyAddress
	want.Status, want.StatusReason = "", ""
	return want, err
}

// take notes that the creation of want works on the number; false: another
// resource of this run has it.
func (m *Manager) take(phoneNumber string, want platform.Number) bool {
	return m.registry.acquire(phoneNumber, want.Memory.Instance)
}

func (m *Manager) free(phoneNumber string, want platform.Number) {
	m.registry.leave(phoneNumber, want.Memory.Instance)
}

func (m *Manager) acquire(
	ctx context.Context, carrier platform.Carrier, want platform.Number,
) (platform.Number, error) {
	if want.PhoneNumber == "" {
		return m.acquireBySearch(ctx, carrier, want)
	}
	if !m.take(want.PhoneNumber, want) {
		return want, &TakenError{PhoneNumber: want.PhoneNumber}
	}
	got, err := m.acquireByNumber(ctx, carrier, want)
	if err != nil {
		m.free(want.PhoneNumber, want)
	}
	return got, err
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
		return got, nil
	case !errors.Is(err, platform.ErrNotFound):
		return want, err
	case !m.mayBuy(want):
		return want, m.notOwned(ctx, carrier, want)
	case want.Acquisition == platform.Adopted:
		return want, &StaleError{PhoneNumber: want.PhoneNumber, Planned: want.Acquisition}
	}
	return buy(ctx, carrier, want, "")
}

// acquireBySearch claims a number that an earlier creation with the same
// criteria bought and could not complete, else buys one that is on sale.
func (m *Manager) acquireBySearch(
	ctx context.Context, carrier platform.Carrier, want platform.Number,
) (platform.Number, error) {
	mark := newMarker(want.Purchase)
	got, claimed, err := m.claimLeftover(ctx, carrier, want, mark)
	if err != nil || claimed {
		return got, err
	}
	for range candidates {
		onSale, err := carrier.Search(ctx, want)
		if err != nil {
			return want, err
		}
		got, tried, err := m.buyOne(ctx, carrier, want, onSale, mark)
		if tried > 0 || len(onSale) == 0 {
			return got, err
		}
	} // all were those that other creations of this run are buying: what is on sale then?
	return want, errors.New("other resources of this run took every number on sale that fits the purchase block; " +
		"nothing was bought: widen its criteria, or apply again")
}

// buyOne buys the first of the numbers that is still on sale. Tried is how many
// nobody else in this run had taken.
func (m *Manager) buyOne(
	ctx context.Context, carrier platform.Carrier, want platform.Number, onSale []string, mark string,
) (got platform.Number, tried int, err error) {
	for _, phoneNumber := range onSale {
		if tried == candidates {
			break
		}
		if !m.take(phoneNumber, want) {
			continue
		}
		tried++
		this := want
		this.PhoneNumber = phoneNumber
		got, err := buy(ctx, carrier, this, mark)
		if err == nil {
			return got, tried, nil
		}
		if !errors.Is(err, platform.ErrUnavailable) {
			m.free(phoneNumber, want)
			return want, tried, err
		}
	}
	if tried == 0 {
		return want, 0, errors.New("no number on sale fits the purchase block; nothing was bought: widen its criteria")
	}
	return want, tried, fmt.Errorf("%d numbers on sale fitted the purchase block, but each was gone "+
		"when it was to be bought; nothing was bought: apply again", tried)
}

func buy(ctx context.Context, carrier platform.Carrier, n platform.Number, mark string) (platform.Number, error) {
	got, err := carrier.Buy(ctx, n, mark)
	if err != nil {
		return n, err
	}
	got.Acquisition = platform.Purchased
	return got, nil
}
