package twilio

import (
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// report is what Twilio tells of a number besides its settings.
type report struct {
	platform.Field
	read func(*record) any // nil if it is not told
}

// reports are all of them. Twilio promises none, and of those without a list of
// values it may send others than the examples.
var reports = []report{
	{
		told("type", "Type of the number as Twilio spells it, for example `local`."),
		readText(func(r *record) *string { return r.Type }),
	},
	{
		told("carrier_status", "Twilio's own status of the number, for example `in-use`."),
		readText(func(r *record) *string { return r.Status }),
	},
	{
		told("origin", "Where the number comes from: `twilio`, or `hosted` if another company carries it."),
		readText(func(r *record) *string { return r.Origin }),
	},
	{
		platform.Field{
			Name:        "beta",
			Description: "Whether the number is new to Twilio's platform, which then promises less of it.",
			Type:        platform.Bool,
			Presence:    platform.Computed,
		},
		readFlag(func(r *record) *bool { return r.Beta }),
	},
	{
		told("address_requirements", "Address that regulations ask for before such a number is bought: `none`, `any`, "+
			"`local` (in the number's own area) or `foreign`."),
		readText(func(r *record) *string { return r.AddressRequirements }),
	},
	{
		told("emergency_status", "Whether emergency calls from the number pass an address on: `Active` or `Inactive`."),
		readText(func(r *record) *string { return r.EmergencyStatus }),
	},
	{
		told("emergency_address_status", "How far the emergency address has come: `registered`, `unregistered`, "+
			"`pending-registration`, `registration-failure`, `pending-unregistration` or `unregistration-failure`."),
		readText(func(r *record) *string { return r.EmergencyAddressStatus }),
	},
	{
		told("api_version", "Version of Twilio's API that the number's TwiML sessions begin with, for example `2010-04-01`."),
		readText(func(r *record) *string { return r.ApiVersion }),
	},
	{
		told("date_created", "When the account got the number, in UTC as RFC 3339 has it, for example "+
			"`2026-01-31T23:59:59Z`."),
		readDate(func(r *record) *string { return r.DateCreated }),
	},
	{
		told("date_updated", "When the number was last changed at Twilio, in UTC as RFC 3339 has it."),
		readDate(func(r *record) *string { return r.DateUpdated }),
	},
}

// told is the description of a text.
func told(name, description string) platform.Field {
	return platform.Field{Name: name, Description: description, Presence: platform.Computed}
}

// readDate reads a date, which Twilio writes as RFC 2822 has it. Any other text
// is no date.
func readDate(read func(*record) *string) func(*record) any {
	return func(r *record) any {
		value := read(r)
		if value == nil {
			return nil
		}
		at, err := time.Parse(time.RFC1123Z, *value)
		if err != nil {
			return nil
		}
		return at.UTC().Format(time.RFC3339)
	}
}

// reportFields are the reports as a data source shows them.
func reportFields() []platform.Field {
	shown := make([]platform.Field, 0, len(reports))
	for _, r := range reports {
		shown = append(shown, r.Field)
	}
	return shown
}
