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

// Bare is want for a number that has been bought: nobody else has wired it.
func (t Table) Bare(want platform.Number) platform.Number {
	var names []string
	owned := t.Owned(want)
	for _, field := range t.wiringOf(want) {
		if want.Settings[field.Name] == nil && !slices.Contains(owned, field.Name) {
			names = append(names, field.Name)
		}
	}
	return clearing(want, names)
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

// replaces remembers which of the settings of those names were found set.
func (t Table) replaces(replaced platform.Values, found platform.Number, names []string) platform.Values {
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
	return t.WithoutWiring(t.replaces(nil, have, names), got)
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
