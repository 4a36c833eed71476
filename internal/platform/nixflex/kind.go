// Package nixflex is the voice platform Nixflex. It answers calls on numbers
// that stay in the user's own account at Twilio or Telnyx: an import points the
// webhooks of a number at Nixflex, a deletion unsets them.
package nixflex

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	kindName     = "nixflex"
	twilioName   = "twilio"   // the Kind of the usual carrier
	externalName = "external" // the Kind of a carrier that cannot be talked to
)

// The fields of the block.
const (
	agentID      = "agent_id"
	customPrompt = "custom_prompt"
	token        = "twilio_auth_token_wo"
	tokenVersion = "twilio_auth_token_wo_version"
	connectionID = "telnyx_connection_id"
	telnyxKey    = "telnyx_api_key_wo"
	keyVersion   = "telnyx_api_key_wo_version"
	providerName = "provider_name"
)

// The providers of numbers (Nixflex SDK: PhoneNumber).
const (
	providerTwilio = "twilio"
	providerTelnyx = "telnyx"
)

// maxCustomPrompt is in characters (Nixflex docs: update a phone number).
const maxCustomPrompt = 8000

// agentPattern is wider than the agent_ and 16 hexadecimal digits that
// Nixflex shows in its docs and does not promise.
var agentPattern = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// Kind describes Nixflex.
var Kind = platform.Kind{
	Name:  kindName,
	Title: "Nixflex",

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "NIXFLEX_API_KEY",
			Description: "API key as `KEY_ID:KEY_SECRET`.",
			Sensitive:   true,
		},
		{
			Name:        "base_url",
			Env:         "NIXFLEX_BASE_URL",
			Description: "Root of the API, without `/v1`. Defaults to `" + defaultBaseURL + "`.",
		},
	},

	BlockDescription: "Puts the number on Nixflex, whose agent then answers its calls. Nixflex imports it with the auth " +
		"token of the Twilio account that owns it, overwrites its voice, SMS and status webhooks, and keeps that token. " +
		"The number stays owned and billed at Twilio. With `telnyx_connection_id` it is a number of Telnyx, whose `carrier` " +
		"is `external`: this provider cannot talk to Telnyx, so it does not look whether the number is owned, and cannot release it.",
	Block: []platform.Field{
		{
			Name: agentID,
			Description: "Agent that answers the number, such as `agent_0123456789abcdef`. It must belong to the account " +
				"of the API key. Nixflex can't give a number another agent, so a change deletes its record and imports the " +
				"number again, in place; settings of the number that Nixflex reports are carried over.",
			Presence:    platform.Required,
			Pattern:     agentPattern,
			PatternHint: "the ID of an agent, such as agent_0123456789abcdef",
		},
		{
			Name: customPrompt,
			Description: "Text that this number adds to the prompt of its agent, for calls, at most 8000 characters. " +
				"Removed from the configuration, it is cleared.",
			MaxLength: maxCustomPrompt,
		},
		{
			Name: token,
			Description: "Auth token of the Twilio account that owns the number, for Nixflex to import it with. It is in " +
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
			Name: connectionID,
			Description: "ID of the TeXML application at Telnyx that the number is on, whose webhook is " +
				"`https://api.nixflex.com/telnyx-voice`. It makes the number one of Telnyx, which Nixflex imports with `" + telnyxKey +
				"`. Changing it imports the number again, in place.",
			Pattern:       agentPattern,
			PatternHint:   "the ID of a TeXML application, such as 1293384261075731499",
			ConflictsWith: []string{token},
		},
		{
			Name: telnyxKey,
			Description: "API key of the Telnyx account that owns the number, for Nixflex to import it with. It is in neither " +
				"plan nor state.",
			WriteOnly: true,
			Sensitive: true,
			Requires:  []string{connectionID},
		},
		{
			Name: keyVersion,
			Description: "Any number of your choice. Changing it imports the number again, in place, with the key that is " +
				"configured by then.",
			Type: platform.Int,
		},
		{
			Name:        providerName,
			Description: "Who carries the number by Nixflex's word: `twilio` or `telnyx`.",
			Presence:    platform.Computed,
		},
	},

	// What an import overwrites (Nixflex docs: import a phone number), and what
	// would outrank it at Twilio.
	Wires:     []string{"voice_url", "voice_method", "sms_url", "sms_method", "status_callback", "status_callback_method"},
	Displaces: []string{"trunk_sid", "voice_application_sid", "sms_application_sid"},

	Reregisters: reregisters,

	Import:         readImportID,
	ImportExamples: []string{kindName + "/+14155550100"},
	ImportID:       func(n platform.Number) string { return n.PhoneNumber },

	Agent:       agentID,
	ReadsByList: true,

	CarrierOf:     carrierOf,
	CarrierFields: []string{connectionID},
	Steps:         steps,
}

// carrierOf is Kind.CarrierOf. Nixflex does not report the connection, so an
// imported number has only its provider.
func carrierOf(n platform.Number) string {
	if n.Block.Has(connectionID) || n.Block.String(providerName) == providerTelnyx {
		return externalName
	}
	return twilioName
}

// provider is Nixflex's word for who carries n.
func provider(n platform.Number) string {
	if carrierOf(n) == externalName {
		return providerTelnyx
	}
	return providerTwilio
}

// opDelete is the operation of steps that this service runs itself.
const opDelete = "delete"

// steps is Kind.Steps. A deletion unsets the webhooks too, but documents no
// error for the case that this fails (Nixflex docs: delete a phone number), so
// Twilio is asked. No action gives the number up.
func steps(n platform.Number, action platform.Action) []platform.Step {
	stays := ""
	if action != platform.Release && !n.Private.Lost {
		stays = "; it stays owned and billed"
	}
	remove := platform.Step{
		Service: kindName,
		Op:      opDelete,
		Sentence: fmt.Sprintf("Delete the record of %s at Nixflex, which disconnects the number from its agent, "+
			"and make sure that it is no longer listed.", n.PhoneNumber),
	}
	if carrierOf(n) == externalName {
		remove.Sentence = strings.TrimSuffix(remove.Sentence, ".") + "; the number itself stays with its carrier."
		return []platform.Step{remove}
	}
	return []platform.Step{
		remove,
		{
			Service: twilioName,
			Op:      platform.OpUnwire,
			Sentence: fmt.Sprintf("Verify at Twilio that the webhooks of %s to Nixflex are gone, and clear what is left "+
				"of them%s.", n.PhoneNumber, stays),
		},
	}
}

// reregisters is Kind.Reregisters. An update takes neither an agent nor
// credentials (Nixflex docs: phone numbers).
func reregisters(have, want platform.Number) string {
	why := ""
	switch {
	case have.Block[agentID] != want.Block[agentID]:
		why = "Nixflex can't give a number another agent"
	case have.Block[tokenVersion] != want.Block[tokenVersion]:
		why = "Nixflex takes another auth token of Twilio only with an import"
	case have.Block[keyVersion] != want.Block[keyVersion]:
		why = "Nixflex takes another API key of Telnyx only with an import"
	case carrierOf(have) != carrierOf(want):
		why = "Nixflex takes a number of another carrier only with an import"
	case have.Block.Has(connectionID) && want.Block.Has(connectionID) && have.Block[connectionID] != want.Block[connectionID]:
		why = "Nixflex takes another connection at Telnyx only with an import"
	case want.AccountSID != "" && want.AccountSID != importedFrom(have):
		why = "Nixflex takes another account at Twilio only with an import"
	default:
		return ""
	}
	return fmt.Sprintf("%s, so the record of %s is deleted there and the number imported again.", why, want.PhoneNumber)
}

// readImportID takes a number in E.164 form, which is the only identifier that
// Nixflex has for one.
func readImportID(id string) (platform.Number, error) {
	if !platform.IsE164(id) {
		return platform.Number{}, errors.New("it is not a phone number in E.164 form")
	}
	return platform.Number{PhoneNumber: id, Platform: kindName, Block: platform.Values{}}, nil
}
