package lifecycle

import (
	"maps"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// wiringOf lists the wiring that a number of n's carrier has.
func (k Kinds) wiringOf(n platform.Number) []platform.Field {
	carrier, _ := k.Kind(k.CarrierOf(n))
	return slices.DeleteFunc(slices.Clone(carrier.Settings), func(f platform.Field) bool { return !f.Wiring })
}

// isSet says that a value is other than what a number without the setting has.
func isSet(value any, field platform.Field) bool {
	return value != nil && value != "" && value != field.Default
}

// ours are the settings of n that Memory.Ours remembers once they are written:
// those that are named.
func ours(n platform.Number) platform.Values {
	values := maps.Clone(n.Settings)
	maps.DeleteFunc(values, func(_ string, value any) bool { return value == nil })
	if values == nil {
		return platform.Values{}
	}
	return values
}

// takenOver is what an import or a move takes over: all wiring that is set, and
// that no platform sets itself. Who the number is stays what it is.
func (k Kinds) takenOver(n platform.Number) platform.Values {
	values, owned := platform.Values{}, k.Owned(n)
	for _, field := range k.wiringOf(n) {
		if value := n.Settings[field.Name]; isSet(value, field) && !slices.Contains(owned, field.Name) {
			values[field.Name] = value
		}
	}
	return values
}

// Removed lists the wiring of have that is ours, and that want, whose platform does
// not set it either, no longer names: it is to be cleared.
func (k Kinds) Removed(have, want platform.Number) []string {
	var names []string
	owned := k.Owned(want)
	for _, field := range k.wiringOf(have) {
		_, was := have.Memory.Ours[field.Name]
		if was && want.Settings[field.Name] == nil && !slices.Contains(owned, field.Name) {
			names = append(names, field.Name)
		}
	}
	for _, field := range k.wiringOf(have) { // a fallback is nothing without its URL
		needs := func(name string) bool { return slices.Contains(names, name) }
		if want.Settings[field.Name] == nil && have.Settings.Has(field.Name) && slices.ContainsFunc(field.Requires, needs) &&
			!slices.Contains(names, field.Name) {
			names = append(names, field.Name)
		}
	}
	return names
}

// clearing is want with the settings of those names to be cleared.
func clearing(want platform.Number, names []string) platform.Number {
	if len(names) == 0 {
		return want
	}
	want.Settings = maps.Clone(want.Settings)
	if want.Settings == nil {
		want.Settings = platform.Values{}
	}
	for _, name := range names {
		want.Settings[name] = nil
	}
	return want
}

// bare is want for a number that has been bought: nobody else has wired it.
func (k Kinds) bare(want platform.Number) platform.Number {
	var names []string
	owned := k.Owned(want)
	for _, field := range k.wiringOf(want) {
		if want.Settings[field.Name] == nil && !slices.Contains(owned, field.Name) {
			names = append(names, field.Name)
		}
	}
	return clearing(want, names)
}

// newlyManaged lists the wiring that want comes to set, itself or by its platform,
// and that nothing is known of in have.
func (k Kinds) newlyManaged(have, want platform.Number) []string {
	var names []string
	before, after := k.Owned(have), k.Owned(want)
	for _, field := range k.wiringOf(want) {
		_, known := have.Settings[field.Name]
		_, wanted := want.Settings[field.Name]
		if !known && !slices.Contains(before, field.Name) && (wanted || slices.Contains(after, field.Name)) {
			names = append(names, field.Name)
		}
	}
	return names
}

// FindsAnew says that an update of have to want may change what Memory.Replaced
// remembers.
func (k Kinds) FindsAnew(have, want platform.Number) bool {
	return have.Status != platform.Active || have.Platform != want.Platform || len(k.newlyManaged(have, want)) > 0
}

// replaces remembers which of the settings of those names were found set.
func (k Kinds) replaces(replaced platform.Values, found platform.Number, names []string) platform.Values {
	values := maps.Clone(replaced)
	if values == nil {
		values = platform.Values{}
	}
	for _, field := range k.wiringOf(found) {
		if value := found.Settings[field.Name]; isSet(value, field) && slices.Contains(names, field.Name) {
			values[field.Name] = value
		}
	}
	return values
}

// replacing is Memory.Replaced of a number that was found as have and made as want,
// and is got by now. What is found as the platform has it is the platform's own.
func (k Kinds) replacing(have, want, got platform.Number) platform.Values {
	names := k.Owned(want)
	for name := range want.Settings {
		names = append(names, name)
	}
	if have.Acquisition == platform.Purchased {
		return platform.Values{}
	}
	return withoutWiring(k.replaces(nil, have, names), got)
}

// withoutWiring is replaced without what n's platform has given the number.
func withoutWiring(replaced platform.Values, n platform.Number) platform.Values {
	left := platform.Values{}
	for name, value := range replaced {
		if value != n.Memory.Wiring[name] {
			left[name] = value
		}
	}
	return left
}

// partlyOurs is what is ours after an update to want that failed: of what it was
// to change, only what the number was seen to have by then.
func (k Kinds) partlyOurs(have, want, got platform.Number) platform.Values {
	values := maps.Clone(have.Memory.Ours)
	if values == nil {
		values = ours(have)
	}
	for _, name := range k.Removed(have, want) {
		if is, told := got.Settings[name]; told && is != values[name] {
			delete(values, name)
		}
	}
	for name, wanted := range want.Settings {
		if wanted != nil && got.Settings[name] == wanted {
			values[name] = wanted
		}
	}
	return values
}

// Deregisters names the emergency address that an update takes off the number;
// empty: it takes off none. It has to be allowed, and to be the one that this
// resource was configured with and no longer is.
func Deregisters(have, want platform.Number) string {
	address := have.Memory.Ours.String(platform.EmergencyAddressSID)
	_, named := want.Settings[platform.EmergencyAddressSID]
	if !want.DeregisterEmergencyAddress || named || address != have.Memory.EmergencyAddress {
		return ""
	}
	return address
}
