package kinds

import (
	"fmt"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Interruption says in a sentence why a change takes the number off the air for
// a while; empty: it does not.
func (t Table) Interruption(have, want platform.Number) string {
	switch kind, ok := t.Kind(want.Platform); {
	case have.Platform != want.Platform && have.Platform != platform.None:
		return fmt.Sprintf("%s is taken off %s before it is wired as the configuration has it.",
			want.PhoneNumber, t.Title(have.Platform))
	case ok && have.Platform == want.Platform && kind.Reregisters != nil:
		return kind.Reregisters(have, want)
	}
	return ""
}

// CarrierChange refuses to take a number off the platform that carries it: a
// change never gives a number up, and it could not live without. On the same
// platform another carrier only corrects what was believed of the number.
func (t Table) CarrierChange(have, want platform.Number) *platform.Refusal {
	if have.Platform == want.Platform {
		return nil
	}
	before, after := t.Title(t.CarrierOf(have)), t.Title(t.CarrierOf(want))
	if before == after {
		return nil
	}
	return &platform.Refusal{
		Summary: fmt.Sprintf("Phone number %s cannot leave %s", have.PhoneNumber, before),
		Detail: fmt.Sprintf("%s is carried by %s, so it cannot be carried by %s instead, and a change never gives it up. "+
			"To end it here, remove the resource: its release_on_destroy, now %q, says what becomes of the number.",
			have.PhoneNumber, before, after, have.Action),
	}
}

// Leaves lists what an update does at the carrier of have where want, on the same
// platform, says that another one carries the number: of a detach what that carrier
// does. The number stays owned there, if it is.
func (t Table) Leaves(have, want platform.Number) []platform.Step {
	carrier := t.CarrierOf(have)
	if have.Platform != want.Platform || carrier == have.Platform || carrier == t.CarrierOf(want) {
		return nil
	}
	have.Action, have.RestoreOnDetach = platform.Detach, want.RestoreOnDetach
	return slices.DeleteFunc(t.Steps(have), func(s platform.Step) bool { return s.Service != carrier })
}

// FindsAnew says that an update of have to want may change what Private.Replaced
// remembers.
func (t Table) FindsAnew(have, want platform.Number) bool {
	return have.Status != platform.Active || have.Platform != want.Platform || len(t.NewlyManaged(have, want)) > 0
}

// Deregisters names the emergency address that an update takes off the number;
// empty: it takes off none. It has to be allowed, and to be the one that this
// resource was configured with and no longer is.
func Deregisters(have, want platform.Number) string {
	address := have.Private.Ours.String(platform.EmergencyAddressSID)
	_, named := want.Settings[platform.EmergencyAddressSID]
	if !want.DeregisterEmergencyAddress || named || address != have.Private.EmergencyAddress {
		return ""
	}
	return address
}

// Passes says that a change on one platform hands wiring of the number over, from
// the platform to the resource or back.
func (t Table) Passes(have, want platform.Number) bool {
	return have.Platform == want.Platform && !slices.Equal(t.Yielded(have), t.Yielded(want))
}

// Reclaimed is want, which takes wiring back from its platform: what the platform
// wrote of it is cleared where want has nothing in its place.
func (t Table) Reclaimed(have, want platform.Number) platform.Number {
	var names []string
	owned := t.Yielded(have)
	for _, name := range t.Yielded(want) {
		_, named := want.Settings[name]
		wrote := have.Private.Wiring[name]
		if !slices.Contains(owned, name) && !named && wrote != nil && have.Settings[name] == wrote {
			names = append(names, name)
		}
	}
	return Clearing(want, names)
}
