// Package retell is the voice platform Retell AI. It answers calls on numbers
// that stay with their carrier and reach it over a SIP trunk, which is not
// Retell's business: an import is a record at Retell, and a deletion takes that
// away.
//
// The same DELETE gives up a number that was bought at Retell. Retell tells the
// two apart by the type of a number, and this package leaves all alone that it
// does not call custom.
package retell

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	kindName     = "retell"
	title        = "Retell AI"
	twilioName   = "twilio"   // the Kind of the usual carrier
	externalName = "external" // the Kind of a carrier that cannot be talked to
)

// The fields of the block.
const (
	inboundAgentID  = "inbound_agent_id"
	outboundAgentID = "outbound_agent_id"
	nickname        = "nickname"
	terminationURI  = "termination_uri"
	transport       = "transport"
	username        = "sip_trunk_auth_username"
	password        = "sip_trunk_auth_password_wo"
	passwordVersion = "sip_trunk_auth_password_wo_version"
	providerName    = "provider_name"
)

// The values of provider_name.
const (
	providerTwilio = "twilio"
	providerCustom = "custom" // any other carrier
)

var (
	// agentPattern is wider than what Retell shows in its docs and does not promise.
	agentPattern = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)
	textPattern  = regexp.MustCompile(`^\S+$`)
)

const (
	agentHint = "the ID of an agent, such as oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
	textHint  = "not empty and without spaces"

	// shared says what becomes of a number that several agents share: Retell has
	// lists of agents with weights (Retell OpenAPI: AgentWeight).
	shared = " If the dashboard shares the calls among several agents by weight, none is shown in state, and they stay " +
		"until an agent is named here."
)

// Kind describes Retell.
var Kind = platform.Kind{
	Name:  kindName,
	Title: title,

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "RETELL_API_KEY",
			Description: "API key of the workspace.",
			Sensitive:   true,
		},
		{
			Name:        "base_url",
			Env:         "RETELL_BASE_URL",
			Description: "Root of the API. Defaults to `" + defaultBaseURL + "`.",
		},
	},

	BlockDescription: "Puts the number on Retell AI, whose agents then answer or use it. Retell AI imports it, and changes " +
		"nothing at its carrier, where the number stays owned and billed. For a number of Twilio set `trunk_sid` beside the " +
		"block to an elastic SIP trunk whose origination URI is `sip:sip.retellai.com`; for one of another carrier set " +
		"`provider_name` to `custom`, and lead its SIP trunk there yourself. A number that was bought at Retell AI is refused.",
	Block: []platform.Field{
		{
			Name: inboundAgentID,
			Description: "Agent that answers the number, such as `oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD`, in the version that " +
				"Retell AI takes where none is named. A version that the dashboard has pinned stays pinned when the agent " +
				"changes. Without one, the number takes calls only by a webhook that is set in " +
				"the dashboard. Removed from the configuration, it is taken off." + shared,
			Pattern:     agentPattern,
			PatternHint: agentHint,
		},
		{
			Name: outboundAgentID,
			Description: "Agent that calls from the number, unless a call names another. Removed from the configuration, it " +
				"is taken off." + shared,
			Pattern:     agentPattern,
			PatternHint: agentHint,
		},
		{
			Name:        nickname,
			Description: "Name of the number at Retell AI, for people. Removed from the configuration, it is cleared.",
		},
		{
			Name: terminationURI,
			Description: "Termination URI of the SIP trunk, by which calls from the number leave, such as " +
				"`example.pstn.twilio.com`.",
			Presence:    platform.Required,
			Pattern:     textPattern,
			PatternHint: textHint,
		},
		{
			Name:        transport,
			Description: "How calls from the number reach the trunk: `TCP` (default), `UDP` or `TLS`.",
			OneOf:       []string{defaultTransport, "UDP", "TLS"},
			Default:     defaultTransport,
		},
		{
			Name: username,
			Description: "User name of the trunk's credential list, for calls from the number. A trunk that goes by IP " +
				"addresses needs none. Removed from the configuration it stays as it is: Retell AI can't clear it.",
			Presence:    platform.OptionalComputed,
			Pattern:     textPattern,
			PatternHint: textHint,
		},
		{
			Name: password,
			Description: "Password to the user name. It is in neither plan nor state; change `" + passwordVersion +
				"` with it.",
			Sensitive: true,
			WriteOnly: true,
			Requires:  []string{username},
		},
		{
			Name: passwordVersion,
			Description: "Any number of your choice. Changing it sends `" + password + "` again: Terraform can't see that a " +
				"write-only password has changed.",
			Type: platform.Int,
		},
		{
			Name: providerName,
			Description: "Who carries the number: `twilio` (default), or `custom` for any other carrier, such as Telnyx or " +
				"Vonage, which this provider cannot talk to: its `carrier` is then `external`, it cannot be released here, and " +
				"nobody can say whether it is owned. An import goes by the termination URI.",
			OneOf:   []string{providerTwilio, providerCustom},
			Default: providerTwilio,
		},
	},

	Import:         readImportID,
	ImportExamples: []string{kindName + "/+14155550100"},
	ImportID:       func(n platform.Number) string { return n.PhoneNumber },

	Agent: inboundAgentID,
	Label: nickname,

	CarrierOf:     carrierOf,
	CarrierFields: []string{providerName},
	Unreached:     unreached,
	Steps:         steps,
}

// unreached is Kind.Unreached: Retell writes nothing at Twilio.
func unreached(n platform.Number) string {
	if carrierOf(n) != twilioName || n.Settings.Has("trunk_sid") {
		return ""
	}
	return "Retell AI changes nothing at Twilio, and the configuration names no trunk_sid: calls arrive only if the number is on " +
		"an elastic SIP trunk already whose origination URI is sip:sip.retellai.com. Set trunk_sid to one."
}

// carrierOf is Kind.CarrierOf.
func carrierOf(n platform.Number) string {
	if n.Block.String(providerName) == providerCustom {
		return externalName
	}
	return twilioName
}

// opDelete is the operation of the only step.
const opDelete = "delete"

// steps is Kind.Steps. No action gives the number up.
func steps(n platform.Number, action platform.Action) []platform.Step {
	stays := "; the number itself stays owned and billed at Twilio"
	switch {
	case action == platform.Release || n.Private.Lost:
		stays = ""
	case carrierOf(n) == externalName:
		stays = "; the number itself stays with its carrier"
	}
	return []platform.Step{{
		Service: kindName,
		Op:      opDelete,
		Sentence: fmt.Sprintf("Delete the record of %s at Retell AI, which takes the number off its agents, and make sure "+
			"that it is no longer there%s.", n.PhoneNumber, stays),
	}}
}

// readImportID takes a number in E.164 form, which is the only identifier that
// Retell has for one.
func readImportID(id string) (platform.Number, error) {
	if !platform.IsE164(id) {
		return platform.Number{}, errors.New("it is not a phone number in E.164 form")
	}
	return platform.Number{PhoneNumber: id, Platform: kindName, Block: platform.Values{}}, nil
}
