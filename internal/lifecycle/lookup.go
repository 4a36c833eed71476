package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
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

// CheckPlan says what want's platform knows to be wrong with it before an apply; nil:
// nothing. A have on another platform counts for nothing.
func (m *Manager) CheckPlan(ctx context.Context, have, want platform.Number) error {
	checker, ok := m.Platforms[want.Platform].(platform.PlanChecker)
	if !ok {
		return nil
	}
	if have.Platform != want.Platform {
		have = platform.Number{}
	}
	return checker.CheckPlan(ctx, have, want)
}
