// Package elevenlabs is the voice platform ElevenLabs. It answers calls on numbers
// that stay in the user's own Twilio account: an import points the webhooks of a
// number at ElevenLabs. Numbers of other kinds, which it reaches over SIP trunks or
// at Exotel, are left alone.
package elevenlabs

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	kindName   = "elevenlabs"
	title      = "ElevenLabs"
	twilioName = "twilio" // the Kind of the carrier
)

// The fields of the block.
const (
	agentID      = "agent_id"
	label        = "label"
	smsEnabled   = "sms_enabled"
	token        = "twilio_auth_token_wo"
	tokenVersion = "twilio_auth_token_wo_version"
	recordID     = "id"
)

var (
	// Identifiers are wider than those that ElevenLabs shows and does not promise.
	idPattern     = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)
	importPattern = regexp.MustCompile(`^phnum_[0-9A-Za-z_-]+$`)
)

// Kind describes ElevenLabs.
var Kind = platform.Kind{
	Name:  kindName,
	Title: title,

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "ELEVENLABS_API_KEY",
			Description: "API key of the workspace.",
			Sensitive:   true,
		},
		{
			Name: "base_url",
			Env:  "ELEVENLABS_BASE_URL",
			Description: "Root of the API, without `/v1`. Defaults to `" + defaultBaseURL + "`; a workspace that is isolated in a " +
				"region has another one, such as `https://api.eu.residency.elevenlabs.io`.",
		},
	},

	BlockDescription: "Puts the number on ElevenLabs, whose agent then answers its calls. ElevenLabs imports it with the auth " +
		"token of the Twilio account that owns it, overwrites its voice webhook and, unless `sms_enabled` is false, its SMS " +
		"webhook, and keeps that token. The number stays owned and billed at Twilio. A number that ElevenLabs reaches over a SIP " +
		"trunk or at Exotel is refused.",
	Block: []platform.Field{
		{
			Name: agentID,
			Description: "Agent that answers the number, such as `agent_7101k5zvyjhmfg983brhmhkd98n6`. Removed from the " +
				"configuration, it is taken off.",
			Pattern:     idPattern,
			PatternHint: "the ID of an agent, such as agent_7101k5zvyjhmfg983brhmhkd98n6",
		},
		{
			Name: label,
			Description: "Name of the number at ElevenLabs, for people. Defaults to the number at its import, and stays as it is if " +
				"it is removed from the configuration.",
			Presence: platform.OptionalComputed,
		},
		{
			Name: smsEnabled,
			Description: "Whether ElevenLabs takes the messages, too. Defaults to `true`. With `false` `sms_url` and the other settings " +
				"of messages are set beside the block as without it. ElevenLabs can't change it, so a change deletes its record and " +
				"imports the number again, in place. ElevenLabs does not report it.",
			Type:    platform.Bool,
			Default: true,
		},
		{
			Name: token,
			Description: "Auth token of the Twilio account that owns the number, for ElevenLabs to import it with. It is in " +
				"neither plan nor state. Defaults to `auth_token` of the provider's `twilio` block; needed where that " +
				"block has an API key instead, or where the number is in another account.",
			WriteOnly: true,
			Sensitive: true,
		},
		{
			Name: tokenVersion,
			Description: "Any number of your choice. Changing it imports the number again, in place, with the token that " +
				"is configured by then: Terraform can't see that a write-only token has changed.",
			Type: platform.Int,
		},
		{
			Name:        recordID,
			Description: "What ElevenLabs' API calls the number: `phnum_` and more.",
			Presence:    platform.Computed,
		},
	},

	// What an import overwrites, as far as the docs and third parties tell, and what
	// would outrank it at Twilio. Whether the status callback is among it is not
	// documented.
	Wires:     []string{"voice_url", "voice_method", "sms_url", "sms_method", "status_callback", "status_callback_method"},
	Displaces: []string{"trunk_sid", "voice_application_sid", "sms_application_sid"},
	Yields:    yields,
	Restores:  restores,

	Reregisters: reregisters,

	Import:         readImportID,
	ImportExamples: []string{kindName + "/+14155550100", kindName + "/phnum_7101k5zvyjhmfg983brhmhkd98n6"},
	ImportID:       func(n platform.Number) string { return n.PhoneNumber },

	Agent: agentID,
	Label: label,

	Steps:      steps,
	StepFields: []string{smsEnabled},
}

// messaging are Twilio's settings of messages.
var messaging = []string{
	"sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method", "sms_application_sid", "messaging_service_sid",
}

// yields is Kind.Yields. As long as sms_enabled is not known, the resource may have
// the messages.
func yields(n platform.Number) []string {
	if enabled, known := n.Block[smsEnabled]; known && enabled != false {
		return nil
	}
	return messaging
}

// isElevenLabs says whether a URL leads to ElevenLabs, in whatever region.
func isElevenLabs(address any) bool {
	text, _ := address.(string)
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && strings.HasSuffix("."+u.Hostname(), ".elevenlabs.io")
}

// restores is Kind.Restores: what the import wrote, as far as it leads to
// ElevenLabs. Its own newer webhook is left as it is.
func restores(n platform.Number) platform.Values {
	values := platform.Values{}
	yielded := yields(n)
	for address, method := range map[string]string{
		"voice_url": "voice_method", "sms_url": "sms_method", "status_callback": "status_callback_method",
	} {
		remembered := isElevenLabs(n.Private.Wiring[address])
		switch {
		case slices.Contains(yielded, address):
			continue
		case isElevenLabs(n.Settings[address]):
			values[address], values[method] = n.Settings[address], n.Settings[method]
		case remembered:
			values[address] = n.Private.Wiring[address]
		}
		if remembered && n.Private.Wiring.Has(method) {
			values[method] = n.Private.Wiring[method]
		}
	}
	return values
}

// opDelete is the operation of steps that this service runs itself.
const opDelete = "delete"

// steps is Kind.Steps. Whether a deletion takes ElevenLabs' webhooks off the number
// is not documented, so Twilio is asked. No action gives the number up.
func steps(n platform.Number, action platform.Action) []platform.Step {
	stays := ""
	if action != platform.Release && !n.Private.Lost {
		stays = "; it stays owned and billed"
	}
	return []platform.Step{
		{
			Service: kindName,
			Op:      opDelete,
			Sentence: fmt.Sprintf("Delete the record of %s at ElevenLabs, which takes the number off its agent, and make sure that it "+
				"is no longer listed.", n.PhoneNumber),
		},
		{
			Service: twilioName,
			Op:      platform.OpUnwire,
			Sentence: fmt.Sprintf("Verify at Twilio that the webhooks of %s to ElevenLabs are gone, and clear what is left of them%s.",
				n.PhoneNumber, stays),
		},
	}
}

// importedFrom is the account at Twilio that the number was imported from.
func importedFrom(n platform.Number) string { return n.Private.Platform.String(memoryAccount) }

// reregisters is Kind.Reregisters. An update takes neither credentials nor what
// becomes of messages (ElevenLabs Python SDK: update_phone_number).
func reregisters(have, want platform.Number) string {
	why := ""
	switch {
	case have.Block.Has(smsEnabled) && want.Block.Has(smsEnabled) && have.Block[smsEnabled] != want.Block[smsEnabled]:
		why = "ElevenLabs takes and leaves messages only with an import"
	case have.Block[tokenVersion] != want.Block[tokenVersion]:
		why = "ElevenLabs takes another auth token of Twilio only with an import"
	case want.AccountSID != "" && importedFrom(have) != "" && want.AccountSID != importedFrom(have):
		why = "ElevenLabs takes another account at Twilio only with an import"
	default:
		return ""
	}
	return fmt.Sprintf("%s, so the record of %s is deleted there and the number imported again.", why, want.PhoneNumber)
}

// readImportID takes a number in E.164 form or the ID of its record.
func readImportID(id string) (platform.Number, error) {
	n := platform.Number{Platform: kindName, Block: platform.Values{}}
	switch {
	case platform.IsE164(id):
		n.PhoneNumber = id
	case importPattern.MatchString(id):
		n.Block[recordID] = id
	default:
		return platform.Number{}, errors.New("it is neither a phone number in E.164 form nor an ID phnum_…")
	}
	return n, nil
}
