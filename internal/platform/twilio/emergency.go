package twilio

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// codeAddress is Twilio's word for two things: a number that lacks an address
// which regulations ask for and, as users report, a number whose emergency
// address keeps its messaging settings from being changed, and itself from being
// released. Which of them is meant, only the number tells.
const codeAddress = "21631"

// knownEmergencyAddress is the emergency address of n, as far as n tells.
func knownEmergencyAddress(n platform.Number) string {
	if address := n.Settings.String(platform.EmergencyAddressSID); address != "" {
		return address
	}
	return n.Private.EmergencyAddress
}

// withoutMessaging leaves out the changes of messaging settings.
func withoutMessaging(all []change) []change {
	return slices.DeleteFunc(slices.Clone(all), func(ch change) bool { return isSMS(ch.field) })
}

// messaging names those that are changes of messaging settings.
func messaging(all []change) []string {
	var names []string
	for _, ch := range all {
		if isSMS(ch.field) {
			names = append(names, ch.field.Name)
		}
	}
	return names
}

// heldBy is the emergency address for which Twilio has refused the changes to n,
// and the error that explains the refusal; nil: that was not the reason.
func (c *Carrier) heldBy(
	ctx context.Context, n platform.Number, all []change, failure error,
) (address string, explained error) {
	names := messaging(all)
	answer, answered := errors.AsType[*httpapi.Error](failure)
	if !answered || answer.Code != codeAddress || len(names) == 0 {
		return "", nil
	}
	live, err := c.fetch(ctx, n)
	if err != nil || emergencyAddress(live) == "" && !isRegistered(emergencyStatus(live)) {
		return "", nil //nolint:nilerr // the refusal counts, not why it cannot be explained
	}
	address = emergencyAddress(live)
	return address, heldError(fmt.Sprintf("change %s of %s", platform.Enumerate(names), platform.Identified(n)), address, answer)
}

// heldError says that an emergency address stands in the way, in Twilio's words,
// and the ways out.
func heldError(doing, address string, answer *httpapi.Error) error {
	return fmt.Errorf("%s: %w; the emergency address %s holds the messaging settings of the number, and its other "+
		"settings were written. To go on, take the emergency address off the number in the Twilio Console, or set "+
		"deregister_emergency_address = true and remove emergency_address_sid from the configuration where it is named; "+
		"from then on emergency calls from the number have no address. To keep the address, leave the messaging settings "+
		"as they are; release_on_destroy = \"force_delete\" ends the resource without them",
		doing, answer, address)
}
