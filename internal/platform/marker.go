package platform

import "strings"

// FriendlyName is the carriers' setting that holds a marker.
const FriendlyName = "friendly_name"

// EmergencyAddressSID is the carriers' setting that holds an emergency address.
const EmergencyAddressSID = "emergency_address_sid"

// MarkerPrefix begins the friendly name of a number that was bought by a
// search whose creation has not completed. It has no dot: Twilio's client
// library mangles dots followed by digits in a filter.
const MarkerPrefix = "tf-telephony-purchase-"

// Marker is what the number carries instead of a friendly name of its own until
// its creation completes; empty: it carries none.
func (n Number) Marker() string {
	if name := n.Settings.String(FriendlyName); strings.HasPrefix(name, MarkerPrefix) {
		return name
	}
	return ""
}
