// Package vapi is the voice platform Vapi. It answers calls on numbers that stay
// in the user's own Twilio account, whose webhooks an import points at Vapi; on
// numbers of other carriers, which reach it over SIP; and on numbers of its own,
// which it gives away.
//
// One DELETE takes away the record of an imported number and gives up one of
// Vapi's own. The provider of a record tells them apart.
package vapi

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
	kindName     = "vapi"
	title        = "Vapi"
	twilioName   = "twilio"   // the Kind of the usual carrier
	externalName = "external" // the Kind of a carrier that cannot be talked to
)

// The fields of the block.
const (
	assistantID  = "assistant_id"
	squadID      = "squad_id"
	workflowID   = "workflow_id"
	name         = "name"
	smsEnabled   = "sms_enabled"
	token        = "twilio_auth_token_wo"
	tokenVersion = "twilio_auth_token_wo_version"
	providerName = "provider_name"
	credentialID = "credential_id"
	recordID     = "id"
)

// The providers of numbers (Vapi OpenAPI: PhoneNumber schemas).
const (
	providerTwilio = "twilio"
	providerVapi   = "vapi" // a number of Vapi's own
)

// maxName is in characters (Vapi OpenAPI: CreateTwilioPhoneNumberDTO).
const maxName = 40

var (
	uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	// textPattern is wider than the UUIDs that Vapi shows and does not promise.
	textPattern = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)
)

const agentHint = "the ID of one, such as 11111111-2222-3333-4444-555555555555"

// Kind describes Vapi.
var Kind = platform.Kind{
	Name:  kindName,
	Title: title,

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "VAPI_API_KEY",
			Description: "Private API key of the organization.",
			Sensitive:   true,
		},
		{
			Name:        "region",
			Env:         "VAPI_REGION",
			Description: "Where the organization is: `us` (default) or `eu`. Its key works only there.",
			OneOf:       []string{defaultRegion, "eu"},
		},
		{
			Name:        "base_url",
			Env:         "VAPI_BASE_URL",
			Description: "Root of the API. Defaults to that of the region, such as `" + hosts[defaultRegion] + "`.",
		},
	},

	BlockDescription: "Puts the number on Vapi, whose assistant, squad or workflow then answers its calls. Vapi imports a " +
		"number of Twilio with credentials of the account that owns it, overwrites its voice, status and, unless " +
		"`sms_enabled` is false, SMS webhooks, and keeps the credentials; the number stays owned and billed at Twilio. A " +
		"number of Vapi's own, which its dashboard gives away, is carried by Vapi; one of another carrier reaches Vapi by " +
		"a credential that is made in its dashboard.",
	Block: []platform.Field{
		{
			Name: assistantID,
			Description: "Assistant that answers the number. Without assistant, squad and workflow the number takes calls only " +
				"by a server URL that is set in the dashboard. Removed from the configuration, it is taken off.",
			Pattern:       textPattern,
			PatternHint:   agentHint,
			ConflictsWith: []string{squadID, workflowID},
		},
		{
			Name:          squadID,
			Description:   "Squad that answers the number. Removed from the configuration, it is taken off.",
			Pattern:       textPattern,
			PatternHint:   agentHint,
			ConflictsWith: []string{assistantID, workflowID},
		},
		{
			Name:          workflowID,
			Description:   "Workflow that answers the number. Removed from the configuration, it is taken off.",
			Pattern:       textPattern,
			PatternHint:   agentHint,
			ConflictsWith: []string{assistantID, squadID},
		},
		{
			Name: name,
			Description: "Name of the number at Vapi, for people, at most 40 characters. Removed from the configuration, it is " +
				"cleared.",
			MaxLength: maxName,
		},
		{
			Name: smsEnabled,
			Description: "Whether Vapi takes the messages, too, of a number that Twilio carries. Defaults to `true`. With `false` " +
				"`sms_url` and the other settings of messages are set beside the block as without it.",
			Type:    platform.Bool,
			Default: true,
		},
		{
			Name: token,
			Description: "Auth token of the Twilio account that owns the number, for Vapi to import it with. It is in neither " +
				"plan nor state. Defaults to `auth_token`, or `api_key` and `api_secret`, of the provider's `twilio` block; " +
				"needed where the number is in another account.",
			WriteOnly: true,
			Sensitive: true,
		},
		{
			Name: tokenVersion,
			Description: "Any number of your choice. Changing it hands Vapi the credentials that are configured by then: " +
				"Terraform can't see that a write-only token has changed.",
			Type: platform.Int,
		},
		{
			Name: providerName,
			Description: "Who carries the number: `twilio`, `telnyx`, `vonage`, `byo-phone-number` (any other, over a SIP " +
				"trunk) or `vapi`. Where it is not set, it is what Vapi has, and `twilio` for a number that Vapi does not list.",
			Presence: platform.OptionalComputed,
			OneOf:    []string{providerTwilio, "telnyx", "vonage", "byo-phone-number", providerVapi},
		},
		{
			Name: credentialID,
			Description: "Credential at Vapi that a number of `telnyx`, `vonage` or `byo-phone-number` is imported with. " +
				"Vapi's dashboard makes it.",
			Presence:    platform.OptionalComputed,
			Pattern:     textPattern,
			PatternHint: agentHint,
			Requires:    []string{providerName},
		},
		{
			Name:        recordID,
			Description: "What Vapi's API calls the number: a UUID.",
			Presence:    platform.Computed,
		},
	},

	// What an import overwrites, as many third parties have seen it and Vapi does
	// not document, and what would outrank it at Twilio.
	Wires:     []string{"voice_url", "voice_method", "sms_url", "sms_method", "status_callback", "status_callback_method"},
	Displaces: []string{"trunk_sid", "voice_application_sid", "sms_application_sid"},
	Yields:    yields,
	Restores:  restores,

	Import:         readImportID,
	ImportExamples: []string{kindName + "/+14155550100", kindName + "/11111111-2222-3333-4444-555555555555"},
	ImportID:       func(n platform.Number) string { return n.PhoneNumber },

	Moves: moves,

	Agent: assistantID,
	Label: name,

	CarrierOf:     carrierOf,
	CarrierFields: []string{providerName},
	Steps:         steps,
	StepFields:    []string{smsEnabled},
	Billing:       billing,
	NotForSale:    "Vapi gives its own numbers away only in its dashboard: get one there, then set phone_number to it.",
}

// carrierOf is Kind.CarrierOf.
func carrierOf(n platform.Number) string {
	switch n.Block.String(providerName) {
	case "", providerTwilio:
		return twilioName
	case providerVapi:
		return kindName
	}
	return externalName
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

// What Vapi's webhooks are called below its host.
const (
	voicePath = "/twilio/inbound_call"
	smsPath   = "/twilio/sms"
)

// isVapis says whether a URL leads to Vapi, in whatever region.
func isVapis(address any) bool {
	text, _ := address.(string)
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && (u.Hostname() == "vapi.ai" || strings.HasSuffix(u.Hostname(), ".vapi.ai"))
}

// restores is Kind.Restores. Vapi's own webhook is left as it is. An import is
// known to have left the voice webhook alone, and whether an edit writes any is not
// documented; their addresses are those that many third parties have seen.
func restores(n platform.Number) platform.Values {
	values := platform.Values{}
	if carrierOf(n) != twilioName {
		return values
	}
	yielded := yields(n)
	host := n.Private.Platform.String(privateHost)
	for _, hook := range []struct{ url, method, path string }{
		{"voice_url", "voice_method", voicePath}, {"sms_url", "sms_method", smsPath}, {"status_callback", "status_callback_method", ""},
	} {
		method, remembered := n.Settings[hook.method], isVapis(n.Private.Wiring[hook.url])
		if remembered && n.Private.Wiring.Has(hook.method) {
			method = n.Private.Wiring[hook.method]
		}
		switch {
		case slices.Contains(yielded, hook.url), hook.path == smsPath && !slices.Contains(n.Capabilities, "sms"):
		case isVapis(n.Settings[hook.url]):
			values[hook.url], values[hook.method] = n.Settings[hook.url], method
		case remembered:
			values[hook.url], values[hook.method] = n.Private.Wiring[hook.url], method
		case hook.path != "" && host != "":
			values[hook.url], values[hook.method] = host+hook.path, "POST"
		}
	}
	return values
}

// The operations of steps.
const (
	opDelete  = "delete"  // an imported number's record; its carrier is not told
	opUnlink  = "unlink"  // the agent off a number of Vapi's own
	opRelease = "release" // the same request as opDelete, of a number of Vapi's own: gives it up
)

// steps is Kind.Steps. Whether a deletion takes Vapi's webhooks off the number is
// not documented, so Twilio is asked.
func steps(n platform.Number, action platform.Action) []platform.Step {
	carrier := carrierOf(n)
	switch {
	case carrier == kindName && action == platform.Release:
		return []platform.Step{{
			Service:  kindName,
			Op:       opRelease,
			Sentence: fmt.Sprintf("Delete %s at Vapi, which carries it: the number is given up.", n.PhoneNumber),
			GivesUp:  true,
		}}
	case carrier == kindName:
		return []platform.Step{{
			Service: kindName,
			Op:      opUnlink,
			Sentence: fmt.Sprintf("Take the agent off %s at Vapi, which carries it, and read it back; the number stays.",
				n.PhoneNumber),
		}}
	}
	stays := ""
	if action != platform.Release && !n.Private.Lost {
		stays = "; it stays owned and billed"
	}
	remove := platform.Step{
		Service: kindName,
		Op:      opDelete,
		Sentence: fmt.Sprintf("Delete the record of %s at Vapi, which takes the number off its agent, and make sure that it is "+
			"no longer listed.", n.PhoneNumber),
	}
	if carrier != twilioName {
		remove.Sentence = strings.TrimSuffix(remove.Sentence, ".") + "; the number itself stays with its carrier."
		return []platform.Step{remove}
	}
	return []platform.Step{remove, {
		Service: twilioName,
		Op:      platform.OpUnwire,
		Sentence: fmt.Sprintf("Verify at Twilio that the webhooks of %s to Vapi are gone, and clear what is left of them%s.",
			n.PhoneNumber, stays),
	}}
}

// billing is Kind.Billing. It is asked only of numbers that Vapi carries.
func billing(_ platform.Number, action platform.Action) string {
	if action != platform.Release {
		return "Vapi's own numbers cost nothing by themselves."
	}
	return "Vapi's own numbers cost nothing by themselves, and whether one can be had again Vapi does not say: take it for final."
}

// readImportID takes a number in E.164 form or the UUID of its record.
func readImportID(id string) (platform.Number, error) {
	n := platform.Number{Platform: kindName, Block: platform.Values{}}
	switch {
	case platform.IsE164(id):
		n.PhoneNumber = id
	case uuid.MatchString(id):
		n.Block[recordID] = id
	default:
		return platform.Number{}, errors.New("it is neither a phone number in E.164 form nor a UUID in lower case")
	}
	return n, nil
}
