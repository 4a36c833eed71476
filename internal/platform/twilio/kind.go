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
	cleared, foreign := oursAndTheirs(n)
	stays := ""
	if len(foreign) > 0 {
		stays = fmt.Sprintf("%s stay%s as %s, since somebody else has set %s", enumerate(foreign),
			choose(len(foreign) == 1, "s", ""), choose(len(foreign) == 1, "it is", "they are"),
			choose(len(foreign) == 1, "it", "them"))
	}
	if len(cleared) == 0 {
		why := "this resource has wired nothing"
		if stays != "" {
			why = stays
		}
		return platform.Step{Service: kindName, Sentence: fmt.Sprintf(
			"Leave %s as it is at Twilio: %s, and the number stays owned.", n.PhoneNumber, why)}
	}
	sentence := fmt.Sprintf("Clear %s of %s at Twilio, %sif it still has the value that this resource gave it, "+
		"and read the number back", enumerate(cleared), n.PhoneNumber, choose(len(cleared) > 1, "each ", ""))
	if stays != "" {
		sentence += "; " + stays
	}
	messages := slices.ContainsFunc(cleared, func(name string) bool { return strings.HasPrefix(name, messagingPrefix) })
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

// ours is what a detach may clear.
func ours(n platform.Number) platform.Values {
	if n.Memory.Ours == nil {
		return n.Settings
	}
	return n.Memory.Ours
}

// oursAndTheirs name what of n's wiring is ours, and what of it is not, as far as n
// tells. The method of a URL that is not ours goes with that.
func oursAndTheirs(n platform.Number) (cleared, foreign []string) {
	ours, newer := ours(n), map[string]bool{}
	for _, f := range fields {
		if !f.Wiring {
			continue
		}
		value := n.Settings[f.Name]
		newer[f.Name] = f.isSet(value) && value != ours[f.Name]
		switch {
		case newer[f.Name]:
			foreign = append(foreign, f.Name)
		case f.isSet(ours[f.Name]) && !newer[f.of]:
			cleared = append(cleared, f.Name)
		}
	}
	return cleared, foreign
}

// enumerate writes a list as people do: "a, b and c".
func enumerate(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// refuse is Kind.Refuse.
func refuse(n platform.Number) *platform.Refusal {
	address := knownEmergencyAddress(n)
	switch {
	case n.Memory.Origin == hosted:
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
