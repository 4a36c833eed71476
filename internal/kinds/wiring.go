package kinds

import (
	"fmt"
	"maps"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Owned lists the carrier's settings that n's platform wires or keeps clear: they
// are not the resource's.
func (t Table) Owned(n platform.Number) []string {
	if kind, ok := t.Kind(n.Platform); !ok || kind.Wires == nil {
		return nil
	}
	return t.routing(n)
}

// Wires lists the settings by which calls and messages reach n's platform, and
// displaces those that would outrank them.
func (t Table) Wires(n platform.Number) (wires, displaces []string) {
	kind, _ := t.Kind(n.Platform)
	yielded := t.Yielded(n)
	kept := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(yielded, name) })
	}
	return kept(kind.Wires), kept(kind.Displaces)
}

// Relied lists the carrier's settings by which the calls and messages of n are to
// arrive: those that n has set itself, and those that its platform sets.
func (t Table) Relied(n platform.Number) []string {
	names, _ := t.Wires(n)
	for _, field := range t.wiringOf(n) {
		if n.Settings[field.Name] != nil && !field.Apart {
			names = append(names, field.Name)
		}
	}
	return names
}

// Yielded lists the wiring that n's platform leaves to the resource although it
// wires the number.
func (t Table) Yielded(n platform.Number) []string {
	kind, ok := t.Kind(n.Platform)
	if !ok || kind.Yields == nil {
		return nil
	}
	return kind.Yields(n)
}

// routing lists the carrier's settings that decide whether calls and messages
// reach n's platform.
func (t Table) routing(n platform.Number) []string {
	wires, displaces := t.Wires(n)
	return append(wires, displaces...)
}

// Wiring is how the number is wired now, as far as it is the platform's doing.
func (t Table) Wiring(n platform.Number) platform.Values {
	values := platform.Values{}
	kind, _ := t.Kind(n.Platform)
	wires, displaces := t.Wires(n)
	restored := t.Restored(n)
	for _, name := range wires {
		if value, known := restored[name]; kind.Restores == nil || known && value == n.Settings[name] {
			values[name] = n.Settings[name]
		}
	}
	for _, name := range displaces {
		values[name] = n.Settings[name]
	}
	return values
}

// Restored is what the wiring of n is to be where its platform can tell.
func (t Table) Restored(n platform.Number) platform.Values {
	if kind, ok := t.Kind(n.Platform); ok && kind.Restores != nil {
		return kind.Restores(n)
	}
	return nil
}

// RememberRewiring takes over what the platform itself has wired since the attach:
// it would be restored as it is now.
func (t Table) RememberRewiring(n *platform.Number) {
	remembered := maps.Clone(n.Private.Wiring)
	wires, _ := t.Wires(*n)
	for name, value := range t.Restored(*n) {
		if value == n.Settings[name] && slices.Contains(wires, name) {
			remembered[name] = value
		}
	}
	n.Private.Wiring = remembered
}

// Rewired names the settings that are no longer as they were right after the
// attach.
func (t Table) Rewired(n platform.Number) []string {
	kind, _ := t.Kind(n.Platform)
	var changed []string
	for _, name := range t.routing(n) {
		remembered, judged := n.Private.Wiring[name]
		if n.Settings[name] != remembered && (judged || kind.Restores == nil) {
			changed = append(changed, name)
		}
	}
	return changed
}

// Set is what of those names n has set.
func (t Table) Set(n platform.Number, names []string) []string {
	var set []string
	for _, field := range t.wiringOf(n) {
		if slices.Contains(names, field.Name) && IsSet(n.Settings[field.Name], field) {
			set = append(set, field.Name)
		}
	}
	return set
}

// PointsAt says that the number is still wired as the platform had it.
func (t Table) PointsAt(n platform.Number) bool {
	wires, _ := t.Wires(n)
	for _, name := range wires {
		if n.Private.Wiring.Has(name) && n.Settings[name] == n.Private.Wiring[name] {
			return true
		}
	}
	return false
}

// JudgeRecord finds n corrupted if the record on its platform is no longer one of
// the number as it is, so that only another registration brings the two together:
// a transfer to another account has overtaken it, for one.
func (t Table) JudgeRecord(n *platform.Number) {
	kind, ok := t.Kind(n.Platform)
	if !ok || kind.Reregisters == nil || n.Status != "" && n.Status != platform.Active {
		return
	}
	whole := *n
	whole.Block = platform.Values{}
	for _, field := range kind.Block {
		whole.Block[field.Name] = n.Block[field.Name]
	}
	if why := kind.Reregisters(whole, whole); why != "" {
		n.Status = platform.Corrupted
		n.StatusReason = fmt.Sprintf("%s has an outdated record of %s: %s; an apply does that.",
			kind.Title, n.PhoneNumber, platform.Clause(why))
	}
}

// wiringOf lists the wiring that a number of n's carrier has.
func (t Table) wiringOf(n platform.Number) []platform.Field {
	carrier, _ := t.Kind(t.CarrierOf(n))
	return slices.DeleteFunc(slices.Clone(carrier.Settings), func(f platform.Field) bool { return !f.Wiring })
}

// IsSet says that a value is other than what a number without the setting has.
func IsSet(value any, field platform.Field) bool {
	return value != nil && value != "" && value != field.Default
}
