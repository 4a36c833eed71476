package twilio

import (
	"slices"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// record is a number as Twilio answers it, update what a change sends.
type (
	record = api.ApiV2010IncomingPhoneNumber
	update = api.UpdateIncomingPhoneNumberParams
)

// field is a setting of a number, with its places in what Twilio answers and
// in what a change sends.
type field struct {
	platform.Field
	read  func(*record) any  // nil if it is not set: Twilio answers null or ""
	write func(*update, any) // nil clears it
	// of names the URL that an HTTP method belongs to.
	of string
	// optional says that many answers lack the field although it is set.
	optional bool
}

// normalized is a value as Twilio stores it: one that is not set is its default.
func (f field) normalized(value any) any {
	if value == nil || value == "" {
		return f.Default
	}
	return value
}

// isSet says that a value is other than what a number without the setting has.
func (f field) isSet(value any) bool { return f.normalized(value) != f.Default }

// readText reads a text; null and "" are not set.
func readText(read func(*record) *string) func(*record) any {
	return func(r *record) any {
		if value := read(r); value != nil && *value != "" {
			return *value
		}
		return nil
	}
}

// readFlag reads a bool.
func readFlag(read func(*record) *bool) func(*record) any {
	return func(r *record) any {
		if value := read(r); value != nil {
			return *value
		}
		return nil
	}
}

// text is a String field.
func text(f platform.Field, read func(*record) *string, write func(*update, string) *update) field {
	return field{
		Field: f,
		read:  readText(read),
		write: func(u *update, value any) {
			s, _ := value.(string)
			write(u, s) // an empty value clears, an absent one would leave alone
		},
	}
}

// flag is a Bool field.
func flag(f platform.Field, read func(*record) *bool, write func(*update, bool) *update) field {
	f.Type = platform.Bool
	return field{
		Field: f,
		read:  readFlag(read),
		write: func(u *update, value any) {
			b, _ := value.(bool)
			write(u, b)
		},
	}
}

// optional marks a field that many answers lack although it is set.
func optional(f field) field {
	f.optional = true
	return f
}

// sid is the description of a field that holds an identifier.
func sid(name, prefix, description string) platform.Field {
	return platform.Field{
		Name:        name,
		Description: description + " Format: `" + prefix + "` and 32 hexadecimal digits.",
		Pattern:     sidPattern(prefix),
		PatternHint: prefix + " and 32 hexadecimal digits",
	}
}

// link is the description of a field that holds a URL.
func link(name, description string) platform.Field {
	return platform.Field{Name: name, Description: description + " Format: absolute `http` or `https` URL.", URL: true}
}

// method is the HTTP method of a URL.
func method(name, of string, read func(*record) *string, write func(*update, string) *update) field {
	f := text(platform.Field{
		Name:        name,
		Description: "HTTP method of the requests to `" + of + "`: `GET` or `POST`, which Twilio's default is.",
		OneOf:       []string{"GET", "POST"},
		Default:     "POST",
		Wiring:      true,
	}, read, write)
	f.of = of
	return f
}

// wiring marks a field as one that says where calls and messages go.
func wiring(f platform.Field, change ...func(*platform.Field)) platform.Field {
	f.Wiring = true
	for _, apply := range change {
		apply(&f)
	}
	return f
}

func needsSMS(f *platform.Field) { f.Needs = "sms" }

func requires(name string) func(*platform.Field) {
	return func(f *platform.Field) { f.Requires = []string{name} }
}

// blockedBy names what would keep the field from working.
func blockedBy(names ...string) func(*platform.Field) {
	return func(f *platform.Field) { f.Blockers = names }
}

func conflictsWith(name string) func(*platform.Field) {
	return func(f *platform.Field) { f.ConflictsWith = []string{name} }
}

// fields are all settings of a number.
var fields = []field{
	text(
		platform.Field{
			Name: "friendly_name",
			Description: "Name of the number at Twilio, 1 to 64 characters. Left as it is where it is not named; Twilio " +
				"gives a new number its formatted spelling.",
			MaxLength: 64,
		},
		func(r *record) *string { return r.FriendlyName }, (*update).SetFriendlyName,
	),
	text(
		sid("address_sid", "AD", "Address that regulations ask for in some countries."),
		func(r *record) *string { return r.AddressSid }, (*update).SetAddressSid,
	),
	text(
		sid("bundle_sid", "BU", "Regulatory bundle, which must be approved by Twilio, that some countries ask for."),
		func(r *record) *string { return r.BundleSid }, (*update).SetBundleSid,
	),
	text(
		sid("identity_sid", "RI", "Identity document that some countries ask for."),
		func(r *record) *string { return r.IdentitySid }, (*update).SetIdentitySid,
	),
	text(
		sid(platform.EmergencyAddressSID, "AD", "Address that is passed on when the number calls an emergency "+
			"service. While there is one, the number can't be released and Twilio may refuse changes of its messaging "+
			"settings: see `deregister_emergency_address`."),
		func(r *record) *string { return r.EmergencyAddressSid }, (*update).SetEmergencyAddressSid,
	),
	text(
		wiring(link("voice_url", "URL that answers an incoming call with TwiML. Not called while `voice_application_sid` or "+
			"`trunk_sid` is set."), blockedBy("trunk_sid", "voice_application_sid", "voice_method", "voice_fallback_url")),
		func(r *record) *string { return r.VoiceUrl }, (*update).SetVoiceUrl,
	),
	method(
		"voice_method", "voice_url",
		func(r *record) *string { return r.VoiceMethod }, (*update).SetVoiceMethod,
	),
	text(
		wiring(link("voice_fallback_url", "URL that answers an incoming call when `voice_url` fails."), requires("voice_url"),
			blockedBy("voice_fallback_method")),
		func(r *record) *string { return r.VoiceFallbackUrl }, (*update).SetVoiceFallbackUrl,
	),
	method(
		"voice_fallback_method", "voice_fallback_url",
		func(r *record) *string { return r.VoiceFallbackMethod }, (*update).SetVoiceFallbackMethod,
	),
	text(
		wiring(sid("voice_application_sid", "AP", "TwiML application that answers incoming calls, instead of "+
			"`voice_url`."), conflictsWith("trunk_sid"), blockedBy("trunk_sid")),
		func(r *record) *string { return r.VoiceApplicationSid }, (*update).SetVoiceApplicationSid,
	),
	flag(
		wiring(platform.Field{
			Name:        "voice_caller_id_lookup",
			Description: "Whether the caller's name is looked up for every incoming call, which Twilio bills.",
			Default:     false,
		}),
		func(r *record) *bool { return r.VoiceCallerIdLookup }, (*update).SetVoiceCallerIdLookup,
	),
	optional(text(
		wiring(platform.Field{
			Name:        "voice_receive_mode",
			Description: "What the number takes incoming calls for: `voice`, which Twilio's default is, or `fax`.",
			OneOf:       []string{"voice", "fax"},
			Default:     "voice",
		}),
		func(r *record) *string { return r.VoiceReceiveMode }, (*update).SetVoiceReceiveMode,
	)),
	text(
		wiring(sid("trunk_sid", "TK", "Elastic SIP trunk that takes incoming calls, before anything else."),
			conflictsWith("voice_application_sid"), blockedBy("voice_application_sid")),
		func(r *record) *string { return r.TrunkSid }, (*update).SetTrunkSid,
	),
	text(
		wiring(link("sms_url", "URL that answers an incoming message with TwiML. Not called while `sms_application_sid` is set."), needsSMS,
			blockedBy("sms_application_sid", "sms_method", "sms_fallback_url")),
		func(r *record) *string { return r.SmsUrl }, (*update).SetSmsUrl,
	),
	method(
		"sms_method", "sms_url",
		func(r *record) *string { return r.SmsMethod }, (*update).SetSmsMethod,
	),
	text(
		wiring(link("sms_fallback_url", "URL that answers an incoming message when `sms_url` fails."), requires("sms_url"), needsSMS,
			blockedBy("sms_fallback_method")),
		func(r *record) *string { return r.SmsFallbackUrl }, (*update).SetSmsFallbackUrl,
	),
	method(
		"sms_fallback_method", "sms_fallback_url",
		func(r *record) *string { return r.SmsFallbackMethod }, (*update).SetSmsFallbackMethod,
	),
	text(
		wiring(sid("sms_application_sid", "AP", "TwiML application that answers incoming messages, instead of `sms_url`."), needsSMS),
		func(r *record) *string { return r.SmsApplicationSid }, (*update).SetSmsApplicationSid,
	),
	text(
		wiring(link("status_callback", "URL that is told how each incoming call went."), blockedBy("status_callback_method")),
		func(r *record) *string { return r.StatusCallback }, (*update).SetStatusCallback,
	),
	method(
		"status_callback_method", "status_callback",
		func(r *record) *string { return r.StatusCallbackMethod }, (*update).SetStatusCallbackMethod,
	),
}

// membership is the one setting that a record of a number does not have: it is in
// the sender pool of a Messaging Service or in none. Survey reads it, and it is
// written by settleMembership.
var membership = field{
	Field: wiring(sid("messaging_service_sid", "MG", "Messaging Service in whose sender pool the number is. The Service takes the "+
		"number's messages before `sms_url` and `sms_application_sid`, unless its `use_inbound_webhook_on_number` is true. A number "+
		"is in one at most; a change takes it out of the one and puts it into the other. Only the Services of the account of the "+
		"credentials can be set."), needsSMS, apart),
	read:  func(*record) any { return nil },
	write: func(*update, any) {},
}

func apart(f *platform.Field) { f.Apart = true }

// everyField are the fields of a record, and the membership.
var everyField = append(slices.Clone(fields), membership)

// settings are the fields as the resource shows them.
func settings() []platform.Field {
	shown := make([]platform.Field, 0, len(fields))
	for _, f := range everyField {
		shown = append(shown, f.Field)
	}
	return shown
}
