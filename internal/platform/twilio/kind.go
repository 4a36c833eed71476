// Package twilio is the carrier Twilio: it owns phone numbers, sells them, says
// where their calls and messages go, and releases them.
package twilio

import (
	"fmt"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// kindName is the name of the Kind.
const kindName = "twilio"

// Kind describes Twilio.
var Kind = platform.Kind{
	Name:      kindName,
	Title:     "Twilio",
	Arguments: arguments,
	Settings:  settings(),

	Import:         readImportID,
	ImportExamples: importExamples,
	ImportID:       importID,
	Reports:        reportFields(),

	Moves: moves,

	Steps:   steps,
	Refuse:  refuse,
	Billing: billing,
}

// The operations of steps.
const (
	opClear   = "clear" // the wiring that is ours, where it still has those values
	opRelease = "release"
)

// hosted is the origin of a number that another company carries for Twilio.
const hosted = "hosted"

// steps is Kind.Steps.
func steps(n platform.Number, action platform.Action) []platform.Step {
	if action != platform.Release {
		return []platform.Step{clearStep(n)}
	}
	var all []platform.Step
	if address := knownEmergencyAddress(n); address != "" && n.DeregisterEmergencyAddress {
		all = append(all, platform.Step{
			Service: kindName,
			Op:      platform.OpDeregister,
			Sentence: fmt.Sprintf("Deregister emergency address %s of %s at Twilio and wait until it is unregistered.",
				address, n.PhoneNumber),
		})
	}
	return append(all, platform.Step{
		Service: kindName,
		Op:      opRelease,
		Sentence: fmt.Sprintf("Release %s at Twilio: the number is given up and may go to another customer.",
			n.PhoneNumber),
		GivesUp: true,
	})
}

// clearStep is the whole of a detach: the number stays owned.
func clearStep(n platform.Number) platform.Step {
	var cleared, restored, found, foreign []string
	all := leavings(n)
	for _, l := range all {
		switch {
		case l.isForeign(n):
			foreign = append(foreign, l.field.Name)
		case anyForeign(all, n, l.field.of): // it goes with its URL
		case l.after == l.field.normalized(n.Settings[l.field.Name]) && l.after == l.gave:
			found = append(found, l.field.Name)
		case l.field.isSet(l.after):
			restored = append(restored, fmt.Sprintf("%s back to %q", l.field.Name, fmt.Sprint(l.after)))
		default:
			cleared = append(cleared, l.field.Name)
		}
	}
	var stays []string
	if len(found) > 0 {
		stays = append(stays, fmt.Sprintf("%s stay%s as found", platform.Enumerate(found), choose(len(found) == 1, "s", "")))
	}
	if len(foreign) > 0 {
		stays = append(stays, fmt.Sprintf("%s stay%s as %s, since somebody else has set %s", platform.Enumerate(foreign),
			choose(len(foreign) == 1, "s", ""), choose(len(foreign) == 1, "it is", "they are"),
			choose(len(foreign) == 1, "it", "them")))
	}
	changed := len(cleared) + len(restored)
	if changed == 0 {
		why := "this resource has wired nothing"
		if stays != nil {
			why = platform.Enumerate(stays)
		}
		return platform.Step{Service: kindName, Sentence: fmt.Sprintf(
			"Leave %s as it is at Twilio: %s, and the number stays owned.", n.PhoneNumber, why)}
	}
	var sentence string
	if len(cleared) > 0 {
		sentence = fmt.Sprintf("Clear %s of %s at Twilio", platform.Enumerate(cleared), n.PhoneNumber)
	}
	switch {
	case len(restored) == 0:
	case len(cleared) > 0:
		sentence += ", and put " + platform.Enumerate(restored)
	default:
		sentence = fmt.Sprintf("Put %s of %s at Twilio", platform.Enumerate(restored), n.PhoneNumber)
	}
	sentence += fmt.Sprintf(", %sif it still has the value that this resource gave it, and read the number back",
		choose(changed > 1, "each ", ""))
	for _, what := range stays {
		sentence += "; " + what
	}
	messages := slices.ContainsFunc(append(cleared, restored...), func(s string) bool { return strings.HasPrefix(s, messagingPrefix) })
	if address := knownEmergencyAddress(n); address != "" && messages {
		sentence += fmt.Sprintf("; Twilio may refuse to change the messaging settings while emergency address %s is "+
			"registered", address)
	}
	return platform.Step{Service: kindName, Op: opClear, Sentence: sentence + "; the number stays owned."}
}

func choose(first bool, yes, no string) string {
	if first {
		return yes
	}
	return no
}

// leaving is what a detach makes of one setting: it had a value that this resource
// or its platform gave it, and shall have another one after.
type leaving struct {
	field       field
	gave, after any
	// routed says that the platform gave it, whose own end may have cleared it.
	routed bool
}

// leavings are those of all wiring that is ours, and with restore_on_detach of all
// that we replaced.
func leavings(n platform.Number) []leaving {
	ours := n.Private.Ours
	if ours == nil {
		ours = n.Settings
	}
	var all []leaving
	for _, f := range everyField {
		gave, routed := n.Private.Wiring[f.Name]
		if !routed {
			gave = ours[f.Name]
		}
		l := leaving{field: f, gave: f.normalized(gave), after: f.Default, routed: routed}
		if n.RestoreOnDetach {
			l.after = f.normalized(n.Private.Replaced[f.Name])
		}
		switch {
		case !f.Wiring:
		case f.isSet(l.after), f.isSet(gave) && !routed: // the platform's own steps clear what it wired
			all = append(all, l)
		}
	}
	return all
}

// isForeign says that n has the setting from somebody else, as far as n tells.
func (l leaving) isForeign(n platform.Number) bool {
	value := l.field.normalized(n.Settings[l.field.Name])
	return l.field.isSet(value) && value != l.gave || slices.Contains(n.Private.Foreign, l.field.Name)
}

// anyForeign says the same of the setting of that name.
func anyForeign(all []leaving, n platform.Number, name string) bool {
	return slices.ContainsFunc(all, func(l leaving) bool { return l.field.Name == name && l.isForeign(n) })
}

// refuse is Kind.Refuse.
func refuse(n platform.Number) *platform.Refusal {
	address := knownEmergencyAddress(n)
	switch {
	case n.Private.Origin == hosted:
		return &platform.Refusal{
			Summary: fmt.Sprintf("%s is hosted, not owned, at Twilio", n.PhoneNumber),
			Detail: "Another company carries the number, and Twilio does not document what a release does to it, " +
				"so it is not released. Set release_on_destroy = \"detach\" and apply, then destroy; " +
				"end the hosting in the Twilio Console.",
		}
	case address != "" && !n.DeregisterEmergencyAddress:
		return &platform.Refusal{
			Summary: fmt.Sprintf("%s has an emergency address", n.PhoneNumber),
			Detail: fmt.Sprintf("Twilio releases a number only once its emergency address (%s) is deregistered, and after "+
				"that nobody knows where an emergency call from it comes from, so it is not released. "+
				"Set deregister_emergency_address = true and apply, or keep the number with "+
				"release_on_destroy = \"detach\".", address),
		}
	}
	return nil
}

// billing is Kind.Billing.
func billing(_ platform.Number, action platform.Action) string {
	if action != platform.Release {
		return "Twilio keeps billing the number."
	}
	return "Twilio stops billing the number; the month that is already charged is not refunded. For 10 days it can be " +
		"bought back on the Released Numbers page of the Twilio Console, and in no other way."
}
