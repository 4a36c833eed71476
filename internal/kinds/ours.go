package kinds

import (
	"maps"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Ours are the settings of n that Private.Ours remembers once they are written:
// those that are named.
func Ours(n platform.Number) platform.Values {
	values := maps.Clone(n.Settings)
	maps.DeleteFunc(values, func(_ string, value any) bool { return value == nil })
	if values == nil {
		return platform.Values{}
	}
	return values
}

// TakenOver is what an import or a move takes over: all wiring that is set, and
// that no platform sets itself. Who the number is stays what it is.
func (t Table) TakenOver(n platform.Number) platform.Values {
	values, owned := platform.Values{}, t.Owned(n)
	for _, field := range t.wiringOf(n) {
		if value := n.Settings[field.Name]; IsSet(value, field) && !slices.Contains(owned, field.Name) {
			values[field.Name] = value
		}
	}
	return values
}

// PartlyOurs is what is ours after an update to want that failed: of what it was
// to change, only what the number was seen to have by then.
func (t Table) PartlyOurs(have, want, got platform.Number) platform.Values {
	values := maps.Clone(have.Private.Ours)
	if values == nil {
		values = Ours(have)
	}
	for _, name := range t.Removed(have, want) {
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

// Removed lists the wiring of have that is ours, and that want, whose platform does
// not set it either, no longer names: it is to be cleared.
func (t Table) Removed(have, want platform.Number) []string {
	var names []string
	owned := t.Owned(want)
	for _, field := range t.wiringOf(have) {
		_, was := have.Private.Ours[field.Name]
		if was && want.Settings[field.Name] == nil && !slices.Contains(owned, field.Name) {
			names = append(names, field.Name)
		}
	}
	for _, field := range t.wiringOf(have) { // a fallback is nothing without its URL
		needs := func(name string) bool { return slices.Contains(names, name) }
		if want.Settings[field.Name] == nil && have.Settings.Has(field.Name) && slices.ContainsFunc(field.Requires, needs) &&
			!slices.Contains(names, field.Name) {
			names = append(names, field.Name)
		}
	}
	return names
}

// Bare is want for a number that has been bought: nobody else has wired it.
func (t Table) Bare(want platform.Number) platform.Number {
	var names []string
	owned := t.Owned(want)
	for _, field := range t.wiringOf(want) {
		if want.Settings[field.Name] == nil && !slices.Contains(owned, field.Name) {
			names = append(names, field.Name)
		}
	}
	return Clearing(want, names)
}

// NewlyManaged lists the wiring that want comes to set, itself or by its platform,
// and that nothing is known of in have.
func (t Table) NewlyManaged(have, want platform.Number) []string {
	var names []string
	before, after := t.Owned(have), t.Owned(want)
	for _, field := range t.wiringOf(want) {
		_, known := have.Settings[field.Name]
		_, wanted := want.Settings[field.Name]
		if !known && !slices.Contains(before, field.Name) && (wanted || slices.Contains(after, field.Name)) {
			names = append(names, field.Name)
		}
	}
	return names
}

// Clearing is want with the settings of those names to be cleared.
func Clearing(want platform.Number, names []string) platform.Number {
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

// Replaces remembers which of the settings of those names were found set.
func (t Table) Replaces(replaced platform.Values, found platform.Number, names []string) platform.Values {
	values := maps.Clone(replaced)
	if values == nil {
		values = platform.Values{}
	}
	for _, field := range t.wiringOf(found) {
		if value := found.Settings[field.Name]; IsSet(value, field) && slices.Contains(names, field.Name) {
			values[field.Name] = value
		}
	}
	return values
}

// Replacing is Private.Replaced of a number that was found as have and made as want,
// and is got by now. What is found as the platform has it is the platform's own.
func (t Table) Replacing(have, want, got platform.Number) platform.Values {
	names := t.Owned(want)
	for name := range want.Settings {
		names = append(names, name)
	}
	if have.Acquisition == platform.Purchased {
		return platform.Values{}
	}
	return t.WithoutWiring(t.Replaces(nil, have, names), got)
}

// WithoutWiring is replaced without what n's platform has given the number, or has
// left as it was.
func (t Table) WithoutWiring(replaced platform.Values, n platform.Number) platform.Values {
	left, owned := platform.Values{}, t.Owned(n)
	for name, value := range replaced {
		given, wired := n.Private.Wiring[name]
		if !wired && slices.Contains(owned, name) {
			given = n.Settings[name]
		}
		if value != given {
			left[name] = value
		}
	}
	return left
}

// FoundByMove is replaced with what a move finds set: of the wiring that want's
// platform sets from now on, what neither have's nor this resource has given the
// number, and how that is called.
func (t Table) FoundByMove(replaced platform.Values, have, want, live platform.Number) platform.Values {
	values, owned := maps.Clone(replaced), t.Owned(want)
	for _, field := range t.wiringOf(want) {
		gave, routed := have.Private.Wiring[field.Name]
		if !routed {
			gave = have.Private.Ours[field.Name]
		}
		value := live.Settings[field.Name]
		if !slices.Contains(owned, field.Name) || !IsSet(value, field) || value == gave || field.Default != nil {
			continue
		}
		values[field.Name] = value
		for _, other := range t.wiringOf(want) {
			if other.Default != nil && slices.Contains(field.Blockers, other.Name) {
				values[other.Name] = live.Settings[other.Name]
			}
		}
	}
	return values
}

// Apart says that one of the managed settings of n is one that no record has.
func (t Table) Apart(n platform.Number, managed ...platform.Values) bool {
	carrier, _ := t.Kind(t.CarrierOf(n))
	for _, field := range carrier.Settings {
		for _, values := range managed {
			if _, there := values[field.Name]; there && field.Apart {
				return true
			}
		}
	}
	return false
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
