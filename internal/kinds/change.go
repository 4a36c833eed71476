package kinds

import (
	"fmt"
	"maps"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Change is an update of a number, and what it means as far as that can be told
// without a call. What the plan says and what the update does both take it from
// here.
type Change struct {
	Have, Want platform.Number
	table      Table
}

// Change is the update of have to want.
func (t Table) Change(have, want platform.Number) Change { return Change{have, want, t} }

// Moves says that the number goes to another platform, to one, or off one.
func (c Change) Moves() bool { return c.Have.Platform != c.Want.Platform }

// Corrects says that the number is with another carrier than it was believed, or
// has gone there.
func (c Change) Corrects() bool { return c.table.CarrierOf(c.Have) != c.table.CarrierOf(c.Want) }

// Interruption says in a sentence why the change takes the number off the air for
// a while; empty: it does not.
func (c Change) Interruption() string {
	switch kind, ok := c.table.Kind(c.Want.Platform); {
	case c.Moves() && c.Have.Platform != platform.None:
		return fmt.Sprintf("%s is taken off %s before it is wired as the configuration has it.",
			c.Want.PhoneNumber, c.table.Title(c.Have.Platform))
	case ok && !c.Moves() && kind.Reregisters != nil:
		return kind.Reregisters(c.Have, c.Want)
	}
	return ""
}

// Refusal refuses to take a number off the platform that carries it: a change never
// gives a number up, and it could not live without. On the same platform another
// carrier only corrects what was believed of the number.
func (c Change) Refusal() *platform.Refusal {
	if !c.Moves() || !c.Corrects() {
		return nil
	}
	number, before, after := c.Have.PhoneNumber, c.table.Title(c.table.CarrierOf(c.Have)), c.table.Title(c.table.CarrierOf(c.Want))
	return &platform.Refusal{
		Summary: fmt.Sprintf("Phone number %s cannot leave %s", number, before),
		Detail: fmt.Sprintf("%s is carried by %s, so it cannot be carried by %s instead, and a change never gives it up. "+
			"To end it here, remove the resource: its release_on_destroy, now %q, says what becomes of the number.",
			number, before, after, c.Have.Action),
	}
}

// Leaves lists what is done at the carrier of have where want, on the same platform,
// says that another one carries the number: of a detach what that carrier does. The
// number stays owned there, if it is.
func (c Change) Leaves() []platform.Step {
	have, carrier := c.Have, c.table.CarrierOf(c.Have)
	if c.Moves() || carrier == have.Platform || !c.Corrects() {
		return nil
	}
	have.Action, have.RestoreOnDetach = platform.Detach, c.Want.RestoreOnDetach
	return slices.DeleteFunc(c.table.Steps(have), func(s platform.Step) bool { return s.Service != carrier })
}

// Deregisters names the emergency address that is taken off the number; empty: none
// is. It has to be allowed, and to be the one that this resource was configured with
// and no longer is.
func (c Change) Deregisters() string {
	address := c.Have.Private.Ours.String(platform.EmergencyAddressSID)
	_, named := c.Want.Settings[platform.EmergencyAddressSID]
	if !c.Want.DeregisterEmergencyAddress || named || address != c.Have.Private.EmergencyAddress {
		return ""
	}
	return address
}

// Removed lists the wiring of have that is ours, and that want, whose platform does
// not set it either, no longer names: it is cleared.
func (c Change) Removed() []string {
	var names []string
	all, owned := c.table.wiringOf(c.Have), c.table.Owned(c.Want)
	for _, field := range all {
		_, was := c.Have.Private.Ours[field.Name]
		if was && c.Want.Settings[field.Name] == nil && !slices.Contains(owned, field.Name) {
			names = append(names, field.Name)
		}
	}
	for _, field := range all { // a fallback is nothing without its URL
		needs := func(name string) bool { return slices.Contains(names, name) }
		if c.Want.Settings[field.Name] == nil && c.Have.Settings.Has(field.Name) && slices.ContainsFunc(field.Requires, needs) &&
			!slices.Contains(names, field.Name) {
			names = append(names, field.Name)
		}
	}
	return names
}

// Clearing is want with what is removed to be cleared.
func (c Change) Clearing() platform.Number { return clearing(c.Want, c.Removed()) }

// Passes says that on one platform wiring of the number is handed over, from the
// platform to the resource or back.
func (c Change) Passes() bool {
	return !c.Moves() && !slices.Equal(c.table.Yielded(c.Have), c.table.Yielded(c.Want))
}

// Reclaiming is want, which takes wiring back from its platform: what the platform
// wrote of it, and have still has, is cleared where want has nothing in its place.
func (c Change) Reclaiming() platform.Number {
	if !c.Passes() {
		return c.Want
	}
	var names []string
	owned := c.table.Yielded(c.Have)
	for _, name := range c.table.Yielded(c.Want) {
		_, named := c.Want.Settings[name]
		wrote := c.Have.Private.Wiring[name]
		if !slices.Contains(owned, name) && !named && wrote != nil && c.Have.Settings[name] == wrote {
			names = append(names, name)
		}
	}
	return clearing(c.Want, names)
}

// NewlyManaged lists the wiring that want comes to set, itself or by its platform,
// and that nothing is known of in have.
func (c Change) NewlyManaged() []string {
	var names []string
	before, after := c.table.Owned(c.Have), c.table.Owned(c.Want)
	for _, field := range c.table.wiringOf(c.Want) {
		_, known := c.Have.Settings[field.Name]
		_, wanted := c.Want.Settings[field.Name]
		if !known && !slices.Contains(before, field.Name) && (wanted || slices.Contains(after, field.Name)) {
			names = append(names, field.Name)
		}
	}
	return names
}

// FindsAnew says that Private.Replaced may remember something else afterwards.
func (c Change) FindsAnew() bool {
	return c.Have.Status != platform.Active || c.Moves() || len(c.NewlyManaged()) > 0
}

// Replaced is Private.Replaced, of which remembered is left, with what the change
// finds set right before it is made: what is newly managed, and what a move finds of
// the wiring that want's platform sets from now on.
func (c Change) Replaced(remembered platform.Values, live platform.Number) platform.Values {
	values := c.table.replaces(remembered, live, c.NewlyManaged())
	if c.Moves() {
		c.foundByMove(values, live)
	}
	return values
}

// foundByMove adds what neither have's platform nor this resource has given the
// number, and how that is called.
func (c Change) foundByMove(values platform.Values, live platform.Number) {
	all, owned := c.table.wiringOf(c.Want), c.table.Owned(c.Want)
	for _, field := range all {
		gave, routed := c.Have.Private.Wiring[field.Name]
		if !routed {
			gave = c.Have.Private.Ours[field.Name]
		}
		value := live.Settings[field.Name]
		if !slices.Contains(owned, field.Name) || !IsSet(value, field) || value == gave || field.Default != nil {
			continue
		}
		values[field.Name] = value
		for _, other := range all {
			if other.Default != nil && slices.Contains(field.Blockers, other.Name) {
				values[other.Name] = live.Settings[other.Name]
			}
		}
	}
}

// PartlyOurs is what is ours after the change has failed, with the number as got: of
// what it was to change, only what the number was seen to have by then.
func (c Change) PartlyOurs(got platform.Number) platform.Values {
	values := maps.Clone(c.Have.Private.Ours)
	if values == nil {
		values = Ours(c.Have)
	}
	for _, name := range c.Removed() {
		if is, told := got.Settings[name]; told && is != values[name] {
			delete(values, name)
		}
	}
	for name, wanted := range c.Want.Settings {
		if wanted != nil && got.Settings[name] == wanted {
			values[name] = wanted
		}
	}
	return values
}
