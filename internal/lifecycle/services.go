// Package lifecycle takes a phone number through its life: acquired, wired,
// attached to a platform, judged, repaired, and ended. It knows the order of
// things and no service by name; the services are values behind
// platform.Carrier and platform.Platform.
package lifecycle

import "github.com/telephony-iac/terraform-provider-telephony/internal/platform"

// Services are the services that a provider's configuration opened.
type Services struct {
	// Kinds is the table of services; it is the same for every configuration.
	Kinds Kinds

	// Carriers and Platforms are the opened services by the name of their Kind.
	Carriers  map[string]platform.Carrier
	Platforms map[string]platform.Platform

	// Unavailable says by name of the Kind why a service was not opened, in
	// words that name the argument and the environment variable.
	Unavailable map[string]error
	// Unlisted says in the same way why an opened service cannot be asked which
	// numbers it has.
	Unlisted map[string]error
	// Unknown says the same of services whose configuration is not known before
	// apply.
	Unknown map[string]error

	// AccountSID is the account of the provider's own credentials at Twilio.
	AccountSID string
	// SingleReads reads every number by itself, where a list would do: to measure
	// what lists save.
	SingleReads bool
	// PreventRelease refuses every release, whatever a resource says.
	PreventRelease bool
	// PreventPurchase refuses every purchase, whatever a resource says.
	PreventPurchase bool
}
