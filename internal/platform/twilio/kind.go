// Package twilio is the carrier Twilio: it owns phone numbers, sells them, says
// where their calls and messages go, and releases them.
package twilio

import (
	"fmt"
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
	opClear      = "clear"      // the wiring of the number in state, where it still has those values
	opDeregister = "deregister" // the emergency address
	opRelease    = "release"
)

// hosted is the origin of a number that another company carries for Twilio.
const hosted = "hosted"

// steps is Kind.Steps.
func steps(n platform.Number, action platform.Action) []platform.Step {
	if action != platform.Release {
		return []platform.Step{clearStep(n)}
	}
	var all []platform.Step
	if address := n.Settings.String("emergency_address_sid"); address != "" && n.DeregisterEmergencyAddress {
		all = append(all, platform.Step{
			Service: kindName,
			Op:      opDeregister,
			Sentence: fmt.Sprintf("Deregister emergency address %s of %s at Twilio and wait until it is unregistered.",
				address, n.PhoneNumber),
		})
	}
	return append(all, platform.Step{
		Service: kindName,
		Op:      opRelease,
		Sentence: fmt.Sprintf("Release %s at Twilio: the number is given up and may go to another customer.",
			identified(n)),
		GivesUp: true,
	})
}

// clearStep is the whole of a detach: the number stays owned.
func clearStep(n platform.Number) platform.Step {
	var set []string
	for _, f := range wired(n.Settings) {
		set = append(set, f.Name)
	}
	if len(set) == 0 {
		return platform.Step{Service: kindName, Sentence: fmt.Sprintf(
			"Leave %s as it is at Twilio: this resource has wired nothing, and the number stays owned.", n.PhoneNumber)}
	}
	while := "if it still has the value in state"
	if len(set) > 1 {
		while = "each if it still has the value in state"
	}
	return platform.Step{
		Service: kindName,
		Op:      opClear,
		Sentence: fmt.Sprintf("Clear %s of %s at Twilio, %s, and read the number back; the number stays owned.",
			enumerate(set), n.PhoneNumber, while),
	}
}

// wired are the wiring fields that the values set.
func wired(values platform.Values) []field {
	var set []field
	for _, f := range fields {
		if f.Wiring && f.isSet(values[f.Name]) {
			set = append(set, f)
		}
	}
	return set
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
	address := n.Settings.String("emergency_address_sid")
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
		"bought back on the Released Numbers page of the Twilio Console, not over the API and so not by Terraform."
}
