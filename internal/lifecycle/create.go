package lifecycle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// candidates bounds how many numbers on sale one creation tries to buy.
const candidates = 10

// friendlyName is the carriers' setting that holds a purchase's marker.
const friendlyName = "friendly_name"

// markerPrefix begins the friendly name of a number that was bought by a
// search whose creation has not completed. It has no dot: Twilio's client
// library mangles dots followed by digits in a filter.
const markerPrefix = "tf-telephony-purchase-"

// marker names the purchases that are made by the criteria.
func marker(criteria *platform.Purchase) string {
	text, err := json.Marshal(criteria)
	if err != nil {
		panic(err) // a struct of strings, numbers and bools
	}
	sum := sha256.Sum256(text)
	return markerPrefix + hex.EncodeToString(sum[:8])
}

func marked(n platform.Number) bool {
	return strings.HasPrefix(n.Settings.String(friendlyName), markerPrefix)
}

// settleMarker reads a marker as what it says: the creation never completed.
// The friendly name is shown as the one that its completion will give.
func settleMarker(n *platform.Number) {
	if !marked(*n) {
		return
	}
	n.Settings = maps.Clone(n.Settings)
	n.Settings[friendlyName] = n.PhoneNumber
	n.Acquisition = platform.Purchased
	if n.Memory.Unfinished == "" {
		n.Memory.Unfinished = platform.Creation
		n.Memory.Detail = "the number still carries the marker of a purchase"
	}
}

// Outlook is what a creation would do if it ran now.
type Outlook struct {
	// Acquisition is empty when the number is neither owned nor may be bought.
	Acquisition platform.Acquisition
	// Lost lists the wiring that an adoption overwrites without the
	// configuration naming it, as "field = value".
	Lost []string
}

// Outlook looks up, without changing anything, how want would be acquired.
func (m *Manager) Outlook(ctx context.Context, want platform.Number) (Outlook, error) {
	if want.PhoneNumber == "" {
		return Outlook{Acquisition: platform.Purchased}, nil // by a search, or by claiming one
	}
	carrier, on, err := m.open(want)
	if err != nil {
		return Outlook{}, err
	}
	owned, err := carrier.Find(ctx, want)
	switch {
	case err == nil:
		return Outlook{Acquisition: platform.Adopted, Lost: m.lost(ctx, on, owned, want)}, nil
	case !errors.Is(err, platform.ErrNotFound):
		return Outlook{}, err
	case m.mayBuy(want):
		return Outlook{Acquisition: platform.Purchased}, nil
	}
	return Outlook{}, nil
}

// mayBuy says whether the configuration allows to buy want, and its carrier
// sells.
func (m *Manager) mayBuy(want platform.Number) bool {
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	return want.Purchase != nil && kind.NotForSale == ""
}

// lost lists what an owned number is set to and its adoption replaces.
func (m *Manager) lost(ctx context.Context, on platform.Platform, owned, want platform.Number) []string {
	carrier, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	kind, _ := m.Kinds.Kind(want.Platform)
	replaced := routing(kind)
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
	Elsewhere string // the related account that owns it, if one does
}

func (e *NotOwnedError) Error() string {
	if e.Elsewhere != "" {
		return fmt.Sprintf("%s belongs to the related account %s; a creation never transfers a number",
			e.Number.PhoneNumber, e.Elsewhere)
	}
	return fmt.Sprintf("%s is not owned, and there is no purchase block that allows to buy it", e.Number.PhoneNumber)
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
	return fmt.Sprintf("%s is already managed by another telephony_phone_number in this run; "+
		"remove one of the two resources", e.PhoneNumber)
}

// Create acquires the number that want describes and sets it up. want's
// Acquisition is the one that was planned; empty: none was.
//
// A zero Number beside an error: nothing is owned. Any other beside an error is
// owned all the same: it must be kept in state, and its Memory says that its
// creation never completed.
func (m *Manager) Create(ctx context.Context, want platform.Number) (platform.Number, error) {
	want, err := m.Foresee(ctx, want)
	if err != nil {
		return platform.Number{}, err
	}
	carrier, on, err := m.open(want)
	if err != nil {
		return platform.Number{}, err
	}
	if on != nil {
		if err := on.Check(ctx, want); err != nil {
			return platform.Number{}, err
		}
	}
	have, err := m.acquire(ctx, carrier, want)
	if err != nil {
		return platform.Number{}, err
	}
	defer m.lock(have.PhoneNumber)()
	got, err := m.setUp(ctx, carrier, on, have, m.completion(have, want))
	if err != nil {
		got.Memory.Unfinished = platform.Creation
		got.Memory.Detail = platform.Brief(err)
	}
	judge(&got)
	return got, err
}

// completion is what is wanted of a number that has been acquired.
func (m *Manager) completion(have, want platform.Number) platform.Number {
	want.PhoneNumber, want.SID, want.AccountSID = have.PhoneNumber, have.SID, have.AccountSID
	want.Acquisition, want.Memory = have.Acquisition, have.Memory
	if _, named := want.Settings[friendlyName]; marked(have) && !named {
		want.Settings = maps.Clone(want.Settings)
		want.Settings[friendlyName] = have.PhoneNumber
	}
	return want
}

// setUp wires a number that is owned and puts it on its platform.
func (m *Manager) setUp(
	ctx context.Context, carrier platform.Carrier, on platform.Platform, have, want platform.Number,
) (platform.Number, error) {
	got, err := configure(ctx, carrier, have, want)
	if err != nil || on == nil {
		return got, err
	}
	if got, err = on.Attach(ctx, got); err != nil {
		return got, err
	}
	return m.connect(ctx, carrier, got)
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
	for _, name := range kind.Displaces {
		outranked.Settings[name] = nil
	}
	if live, err = configure(ctx, carrier, live, outranked); err != nil {
		return n, err
	}
	n.Settings = live.Settings
	n.Memory.Wiring = wiring(kind, n)
	return n, nil
}

// Foresee fills in what the platform can tell of want before it is attached.
func (m *Manager) Foresee(ctx context.Context, want platform.Number) (platform.Number, error) {
	foreseer, ok := m.Platforms[want.Platform].(platform.Foreseer)
	if !ok {
		return want, nil
	}
	want, err := foreseer.Foresee(ctx, want)
	want.Carrier = m.Kinds.CarrierOf(want)
	return want, err
}

// configure gives the number want's settings; the result is want with all that
// the carrier reports.
func configure(
	ctx context.Context, carrier platform.Carrier, have, want platform.Number,
) (platform.Number, error) {
	seen, err := carrier.Configure(ctx, have, want)
	want.SID, want.AccountSID, want.Settings = seen.SID, seen.AccountSID, seen.Settings
	want.Capabilities, want.Memory.Origin = seen.Capabilities, seen.Memory.Origin
	want.Status, want.StatusReason = "", ""
	return want, err
}

func (m *Manager) acquire(
	ctx context.Context, carrier platform.Carrier, want platform.Number,
) (platform.Number, error) {
	if want.PhoneNumber == "" {
		return m.acquireBySearch(ctx, carrier, want)
	}
	if !m.take(want.PhoneNumber) {
		return want, &TakenError{PhoneNumber: want.PhoneNumber}
	}
	got, err := m.acquireByNumber(ctx, carrier, want)
	if err != nil {
		m.free(want.PhoneNumber)
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
		got.Memory.Kept = m.kept(got, want)
		return got, nil
	case !errors.Is(err, platform.ErrNotFound):
		return want, err
	case !m.mayBuy(want):
		// Where it cannot be told, the number is not owned all the same.
		elsewhere, _ := carrier.Elsewhere(ctx, want)
		return want, &NotOwnedError{Number: want, Elsewhere: elsewhere}
	case want.Acquisition == platform.Adopted:
		return want, &StaleError{PhoneNumber: want.PhoneNumber, Planned: want.Acquisition}
	}
	return buy(ctx, carrier, want, "")
}

// kept lists the settings that are not wiring and that an adoption finds
// without the configuration naming them. They say who the number is and where
// an emergency call from it would be sent, so they are left alone.
func (m *Manager) kept(owned, want platform.Number) []string {
	var kept []string
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	for _, field := range kind.Settings {
		_, named := want.Settings[field.Name]
		if !field.Wiring && !named && owned.Settings.Has(field.Name) {
			kept = append(kept, field.Name)
		}
	}
	return kept
}

// acquireBySearch claims a number that an earlier creation with the same
// criteria bought and could not complete, else buys one that is on sale.
func (m *Manager) acquireBySearch(
	ctx context.Context, carrier platform.Carrier, want platform.Number,
) (platform.Number, error) {
	mark := marker(want.Purchase)
	unfinished, err := carrier.Marked(ctx, want, mark)
	if err != nil {
		return want, err
	}
	for _, got := range unfinished {
		if m.take(got.PhoneNumber) {
			got.Acquisition = platform.Purchased
			return got, nil
		}
	}
	onSale, err := carrier.Search(ctx, want)
	if err != nil {
		return want, err
	}
	tried := 0
	for _, phoneNumber := range onSale {
		if tried == candidates {
			break
		}
		if !m.take(phoneNumber) {
			continue
		}
		tried++
		this := want
		this.PhoneNumber = phoneNumber
		got, err := buy(ctx, carrier, this, mark)
		if err == nil {
			return got, nil
		}
		if !errors.Is(err, platform.ErrUnavailable) {
			m.free(phoneNumber)
			return want, err
		}
	}
	if tried == 0 {
		return want, errors.New("no number on sale fits the purchase block; nothing was bought: widen its criteria")
	}
	return want, fmt.Errorf("%d numbers on sale fitted the purchase block, but each was gone "+
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

// Kept says whether an adoption left the setting alone.
func Kept(n platform.Number, field string) bool {
	return slices.Contains(n.Memory.Kept, field)
}
