package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Lookup is what a creation would do if it ran now.
type Lookup struct {
	// Acquisition is empty when the number is neither owned nor may be bought:
	// NotOwned then says why.
	Acquisition platform.Acquisition
	NotOwned    *NotOwnedError
	// SID is the carrier's identifier of a number that is owned.
	SID string
	// Capabilities are those of a number that is owned; empty: they are not known.
	Capabilities []string
	// EmergencyAddress is the one that an owned number has; empty: none.
	EmergencyAddress string
	// Lost lists what is set and an adoption replaces, as "field: old -> new".
	Lost []string
}

// Lookup looks up, without changing anything, how want would be acquired. A
// *platform.Refusal is the platform's own word that it never takes the number.
func (m *Manager) Lookup(ctx context.Context, want platform.Number) (Lookup, error) {
	if want.PhoneNumber == "" {
		return Lookup{Acquisition: platform.Purchased}, nil // by a search, or by claiming one
	}
	carrier, on, err := m.openToLook(want)
	if err != nil {
		return Lookup{}, err
	}
	owned, err := carrier.Find(ctx, want)
	if err == nil {
		if owned, err = m.survey(ctx, owned, want.Settings); err != nil {
			return Lookup{}, err
		}
		return Lookup{
			Acquisition: platform.Adopted, SID: owned.SID, Capabilities: owned.Capabilities,
			EmergencyAddress: owned.Private.EmergencyAddress, Lost: m.lost(ctx, on, owned, want),
		}, nil
	}
	if !errors.Is(err, platform.ErrNotFound) {
		return Lookup{}, err
	}
	notOwned := m.notOwned(ctx, carrier, want)
	if on != nil && notOwned.Elsewhere == "" && want.Platform != m.Kinds.CarrierOf(want) {
		var refusal *platform.Refusal
		if _, err := on.Read(ctx, want); errors.As(err, &refusal) { // it is the platform's own
			return Lookup{}, refusal
		} else if err != nil && !errors.Is(err, platform.ErrNotFound) {
			notOwned.Unsure = err
		}
	}
	if notOwned.Elsewhere == "" && m.mayBuy(want) {
		return Lookup{Acquisition: platform.Purchased}, nil
	}
	return Lookup{NotOwned: notOwned}, nil
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

// lost lists what an owned number is set to and its adoption replaces, old and new.
func (m *Manager) lost(ctx context.Context, on platform.Platform, owned, want platform.Number) []string {
	carrier, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	kind, _ := m.Kinds.Kind(want.Platform)
	replaced := m.Kinds.Owned(want)
	if replaced != nil {
		if _, err := on.Read(ctx, owned); err == nil {
			return nil // the platform has the number already: the wiring is its own
		}
	}
	var lost []string
	for _, field := range carrier.Settings {
		now := owned.Settings[field.Name]
		wanted, managed := want.Settings[field.Name]
		switch {
		case !field.Wiring || !kinds.IsSet(now, field):
		case slices.Contains(replaced, field.Name):
			lost = append(lost, fmt.Sprintf("%s: %q -> as %s wires it", field.Name, fmt.Sprint(now), kind.Title))
		case managed:
			lost = appendLost(lost, field.Name, now, wanted, field.Default)
		}
	}
	for _, field := range kind.Block { // where the carrier is the platform too, it reports them
		now := owned.Block[field.Name]
		wanted, named := want.Block[field.Name]
		if field.Presence == platform.Optional && now != nil && named {
			lost = appendLost(lost, kind.Name+"."+field.Name, now, wanted, nil)
		}
	}
	return lost
}

// appendLost adds a value that another one replaces; nil is the default.
func appendLost(lost []string, name string, now, wanted, byDefault any) []string {
	if wanted == nil {
		wanted = byDefault
	}
	switch {
	case reflect.DeepEqual(wanted, now):
		return lost
	case wanted == nil:
		return append(lost, fmt.Sprintf("%s: %q -> cleared", name, fmt.Sprint(now)))
	}
	return append(lost, fmt.Sprintf("%s: %q -> %q", name, fmt.Sprint(now), fmt.Sprint(wanted)))
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
	if m.PreventPurchase {
		carrier = unbuyable{carrier, m}
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

// withoutMark takes the mark off a number whose creation has failed: it is about
// to be in state, so no other creation may claim it. Where that fails too, the
// mark is remembered. ErrClaimed: it no longer stands.
func withoutMark(
	ctx context.Context, carrier platform.Carrier, n, want platform.Number, mark string,
) (platform.Number, error) {
	marked := purchase.Marked(n, mark)
	renamed, err := configure(ctx, carrier, marked, named(n, want))
	switch {
	case err == nil:
		return renamed, nil
	case errors.Is(err, platform.ErrClaimed):
		return n, err
	}
	marked.Private.Marker = mark
	readMark(&marked)
	return marked, nil
}

// readMark reads a mark as what it says: the creation never completed. The
// friendly name is shown as the one that its completion will give.
func readMark(n *platform.Number) {
	if n.Marker() == "" {
		return
	}
	n.Private.Marker = n.Marker()
	n.Settings = maps.Clone(n.Settings)
	n.Settings[platform.FriendlyName] = n.PhoneNumber
	n.Acquisition = platform.Purchased
	if n.Private.Unfinished == "" {
		n.Private.Unfinished = platform.Creation
		n.Private.Detail = "the number still carries the mark of a purchase"
	}
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

// unmarked is want with a friendly name for a number that carries a marker in the
// place of one.
func unmarked(have, want platform.Number) platform.Number {
	if have.Marker() != "" && !want.Settings.Has(platform.FriendlyName) {
		want.Settings = maps.Clone(want.Settings)
		want.Settings[platform.FriendlyName] = have.PhoneNumber
	}
	return want
}

// setUp wires a number that is owned and puts it on its platform. A mark is
// replaced by the last write of all, since a creation that is killed before has
// nothing else to be found by.
func (m *Manager) setUp(
	ctx context.Context, carrier platform.Carrier, on platform.Platform, have, want platform.Number,
) (platform.Number, error) {
	mark := have.Marker()
	wired := want
	if mark != "" && on != nil {
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
	if got, err = m.connect(ctx, carrier, got); err != nil || mark == "" {
		return got, err
	}
	return configure(ctx, carrier, purchase.Marked(got, mark), named(got, want))
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
	if mark := n.Marker(); mark != "" {
		live = purchase.Marked(live, mark) // whether it stands, the write finds out
	}
	outranked := live
	outranked.Settings = platform.Values{}
	wires, displaces := m.Kinds.Wires(n)
	for _, name := range displaces {
		outranked.Settings[name] = nil
	}
	for _, name := range wires { // what the resource had wired itself, and the platform has left as it was
		if value := n.Private.Ours[name]; value != nil && live.Settings[name] == value {
			outranked.Settings[name] = nil
		}
	}
	live.Block, live.Private = n.Block, n.Private
	maps.Copy(outranked.Settings, m.Kinds.Restored(live))
	if live, err = configure(ctx, carrier, live, outranked); err != nil {
		return n, err
	}
	n.Settings = live.Settings
	n.Private.Wiring, n.Private.Foreign = m.Kinds.Wiring(n), nil
	return n, nil
}

// Preview fills in what the platform can tell of want before it is attached. Have
// is the number as it is held; zero: it is not yet.
//
// Whether a number that the platform lists is the platform's own, nobody but
// another carrier can tell: one that has the number by want's own word, and says
// so itself, has imported it there.
func (m *Manager) Preview(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	previewer, ok := m.Platforms[want.Platform].(platform.Previewer)
	if !ok {
		return want, nil
	}
	if have.Platform != want.Platform {
		want.SID = have.SID // by which its carrier holds it
	}
	told, err := previewer.Preview(ctx, want)
	told.Carrier = m.Kinds.CarrierOf(told)
	if err != nil || have.PhoneNumber != "" || told.Carrier != want.Platform {
		return told, err
	}
	want.SID = heldElsewhere
	imported, err := previewer.Preview(ctx, want)
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
	want.Capabilities, want.Private.Origin = seen.Capabilities, seen.Private.Origin
	want.Private.EmergencyAddress = seen.Private.EmergencyAddress
	if err == nil && seen.Marker() == "" {
		want.Private.Marker = ""
	}
	want.Status, want.StatusReason = "", ""
	return want, err
}

func (m *Manager) acquire(
	ctx context.Context, carrier platform.Carrier, want platform.Number,
) (platform.Number, error) {
	if want.PhoneNumber == "" {
		return m.search(carrier, want).Acquire(ctx, want)
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
func (m *Manager) search(carrier platform.Carrier, want platform.Number) purchase.Search {
	return purchase.Search{
		Carrier:   carrier,
		Leftovers: m.leftoversOf(want),
		Reserve: func(phoneNumber string) bool {
			_, inState := m.Registry.Held(phoneNumber)
			return !inState && m.Registry.Acquire(phoneNumber, want.Private.Instance)
		},
		Leave: func(phoneNumber string) { m.Registry.Leave(phoneNumber, want.Private.Instance) },
	}
}

// leftoversOf are those of n's account.
func (m *Manager) leftoversOf(n platform.Number) *purchase.Leftovers {
	m.mu.Lock()
	defer m.mu.Unlock()
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(n))
	key := kind.Name + "/" + m.accountAt(kind, n.AccountSID)
	if m.leftovers[key] == nil {
		m.leftovers[key] = purchase.NewLeftovers()
	}
	return m.leftovers[key]
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
	if got, err = carrier.Buy(ctx, want, ""); err != nil {
		return want, err
	}
	got.Acquisition = platform.Purchased
	return got, nil
}
