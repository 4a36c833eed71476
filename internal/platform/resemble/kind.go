// Package resemble is the voice platform Resemble AI. It answers calls on
// numbers of the user's own Twilio account, over SIP trunks that it sets up
// there and tears down again.
//
// Three things make it unlike other platforms: a record can't be edited, so a
// change registers the number anew; the link between a number and its agent is
// written on the agent; and a deletion whose cleanup at Twilio fails leaves the
// record behind as "corrupted".
package resemble

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	kindName   = "resemble"
	title      = "Resemble AI"
	twilioName = "twilio" // the Kind of the carrier
)

// The fields of the block.
const (
	label            = "label"
	agentUUID        = "agent_uuid"
	supportsInbound  = "supports_inbound"
	supportsOutbound = "supports_outbound"
	inboundTrunk     = "inbound_trunk"
	outboundTrunk    = "outbound_trunk"
	token            = "twilio_auth_token_wo"
	tokenVersion     = "twilio_auth_token_wo_version"

	recordID              = "id"
	inboundTrunkSID       = "inbound_trunk_sid"
	outboundTrunkSID      = "outbound_trunk_sid"
	livekitTrunkID        = "livekit_trunk_id"
	livekitDispatchRuleID = "livekit_dispatch_rule_id"
)

// trunkSID is the setting of the carrier by which calls reach Resemble.
const trunkSID = "trunk_sid"

// What Private.Platform holds.
const (
	// accountSID is the account at Twilio that the number was registered with.
	accountSID = "twilio_account_sid"
	// agentShared says that the number's agent has other numbers too.
	agentShared = "agent_shared"
)

var (
	agentPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	notEmpty     = regexp.MustCompile(`\S`)
	idPattern    = regexp.MustCompile(`^[1-9][0-9]*$`)
)

// Kind describes Resemble AI.
var Kind = platform.Kind{
	Name:  kindName,
	Title: title,

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "RESEMBLE_API_KEY",
			Description: "API token of the account.",
			Sensitive:   true,
		},
		{
			Name:        "base_url",
			Env:         "RESEMBLE_BASE_URL",
			Description: "Root of the API, with `/api/v2`. Defaults to `" + defaultBaseURL + "`.",
		},
	},

	BlockDescription: "Puts the number on Resemble AI, whose agent then answers its calls. Resemble AI sets up SIP " +
		"trunks, credential lists and connection policies in the Twilio account that owns the number, with that account's " +
		"auth token, which it keeps. It can't edit a record: any change but that of the agent deletes the record, tears " +
		"the trunk down, and registers the number anew, in place. The number stays owned and billed at Twilio.",
	Block: block,

	Wires:       []string{trunkSID},
	Reregisters: reregisters,

	Import:         readImportID,
	ImportExamples: []string{kindName + "/123", kindName + "/+14155550100"},
	ImportID:       func(n platform.Number) string { return n.PhoneNumber }, // a list finds it by that

	Agent:       agentUUID,
	Label:       label,
	ReadsByList: true,

	Steps:      steps,
	StepFields: []string{agentUUID},
}

// block are the fields of the resemble block. The trunks are kept as they are
// configured: what Resemble reports of a trunk is not what it was given
// (Resemble docs: list phone numbers).
var block = []platform.Field{
	{
		Name:        label,
		Description: "Name of the number in Resemble AI's dashboard; must not be empty. A change registers the number anew.",
		Presence:    platform.Required,
		Pattern:     notEmpty,
		PatternHint: "a name, not empty",
	},
	{
		Name: agentUUID,
		Description: "UUID of the agent that answers the number. Without it no agent does; an agent that is linked " +
			"elsewhere is unlinked. A change is made in place, without a new registration unless its present agent has other " +
			"numbers too, which unlinking would take off it as well.",
		Pattern:     agentPattern,
		PatternHint: "the UUID of an agent",
	},
	{
		Name: supportsInbound,
		Description: "Whether the agent takes calls to the number. Defaults to `true`, unlike Resemble AI's own: a number " +
			"that supports neither direction takes no calls. A change registers the number anew.",
		Type:    platform.Bool,
		Default: true,
	},
	{
		Name: supportsOutbound,
		Description: "Whether the agent can make calls from the number. Defaults to `false`. A change registers the number " +
			"anew.",
		Type:    platform.Bool,
		Default: false,
	},
	{
		Name: inboundTrunk,
		Description: "Settings of the trunk for calls to the number; all have defaults. Resemble AI never shows them " +
			"again, so they are kept as configured, and a change, also after an import, registers the number anew.",
		Type: platform.Object,
		Fields: []platform.Field{
			{
				Name:        "allowed_addresses",
				Description: "IP addresses that calls may come from. Resemble AI's default: any.",
				Type:        platform.StringList,
			},
			{
				Name:        "allowed_numbers",
				Description: "Numbers that may call, in E.164 form. Resemble AI's default: any.",
				Type:        platform.StringList,
			},
			mediaEncryption,
			hasAuthCredentials,
			username,
		},
	},
	{
		Name: outboundTrunk,
		Description: "Settings of the trunk for calls from the number; all have defaults. Resemble AI never shows them " +
			"again, so they are kept as configured, and a change, also after an import, registers the number anew.",
		Type: platform.Object,
		Fields: []platform.Field{
			{
				Name:        "address",
				Description: "Host that calls are sent to. By default that of the trunk that Resemble AI sets up at Twilio.",
			},
			{
				Name:        "transport",
				Description: "Transport of SIP: `auto`, `udp`, `tcp` or `tls`. Resemble AI's default is `auto`.",
				OneOf:       []string{"auto", "udp", "tcp", "tls"},
			},
			mediaEncryption,
			hasAuthCredentials,
			username,
			{
				Name:        "headers",
				Description: "SIP headers to add to each call, by name.",
				Type:        platform.StringMap,
			},
		},
	},
	{
		Name: token,
		Description: "Auth token of the Twilio account that owns the number, for Resemble AI to set up the trunks with. It " +
			"is in neither plan nor state. Defaults to `auth_token` of the provider's `twilio` block; needed where that " +
			"block has an API key instead, or where the number is in another account.",
		WriteOnly: true,
		Sensitive: true,
	},
	{
		Name: tokenVersion,
		Description: "Any number of your choice. Changing it registers the number anew, in place, with the token that is " +
			"configured by then: Terraform can't see that a write-only token has changed.",
		Type: platform.Int,
	},
	{
		Name:        recordID,
		Description: "Resemble AI's ID of the record, an integer. Each registration has a new one.",
		Type:        platform.Int,
		Presence:    platform.Computed,
	},
	{
		Name:        inboundTrunkSID,
		Description: "SID of the SIP trunk at Twilio for calls to the number, `TK` and 32 hexadecimal digits.",
		Presence:    platform.Computed,
	},
	{
		Name: outboundTrunkSID,
		Description: "SID of the SIP trunk at Twilio for calls from the number, `TK` and 32 hexadecimal digits; it may be " +
			"the same trunk.",
		Presence: platform.Computed,
	},
	{
		Name:        livekitTrunkID,
		Description: "ID of the trunk at LiveKit, where Resemble AI takes the calls.",
		Presence:    platform.Computed,
	},
	{
		Name:        livekitDispatchRuleID,
		Description: "ID of the rule at LiveKit that sends the calls to the agent.",
		Presence:    platform.Computed,
	},
}

// What both trunks have (Resemble docs: create phone number, which documents no
// password).
var (
	mediaEncryption = platform.Field{
		Name: "media_encryption",
		Description: "Whether the media are encrypted: `disabled`, `allowed` or `required`. Resemble AI's default is " +
			"`disabled`.",
		OneOf: []string{"disabled", "allowed", "required"},
	}
	hasAuthCredentials = platform.Field{
		Name:        "has_auth_credentials",
		Description: "Whether the trunk authenticates with a user name. Resemble AI's default is `false`.",
		Type:        platform.Bool,
	}
	username = platform.Field{
		Name:        "username",
		Description: "User name that the trunk authenticates with.",
	}
)

// The operations of steps.
const (
	opUnlink      = "unlink"
	opDelete      = "delete"
	opForceDelete = "force_delete"
)

// steps is Kind.Steps. No action gives the number up: after a release's last
// step, its carrier does.
func steps(n platform.Number, action platform.Action) []platform.Step {
	if action == platform.ForceDelete {
		return []platform.Step{forceDeleteStep(n), unwireStep(n)}
	}
	var all []platform.Step
	if agent := n.Block.String(agentUUID); agent != "" {
		all = append(all, platform.Step{
			Service: kindName,
			Op:      opUnlink,
			Sentence: fmt.Sprintf("Unlink %s from agent %s at Resemble AI; should that fail, the deletion does it too.",
				n.PhoneNumber, agent),
			BestEffort: true,
		})
	}
	all = append(all, platform.Step{
		Service: kindName,
		Op:      opDelete,
		Sentence: fmt.Sprintf("Delete the record of %s at Resemble AI, which tears down %s, and wait until the record is gone.",
			n.PhoneNumber, torndown),
	})
	if action == platform.Release {
		return all
	}
	return append(all, unwireStep(n))
}

func forceDeleteStep(n platform.Number) platform.Step {
	return platform.Step{
		Service: kindName,
		Op:      opForceDelete,
		Sentence: fmt.Sprintf("Delete the record of %s at Resemble AI, which tears down %s; if that cleanup fails, force the "+
			"record out and list by ID what is left behind.", n.PhoneNumber, torndown),
	}
}

// unwireStep is for what a deletion leaves if its record was gone already, or was
// forced out.
func unwireStep(n platform.Number) platform.Step {
	return platform.Step{
		Service: twilioName,
		Op:      platform.OpUnwire,
		Sentence: fmt.Sprintf("Clear trunk_sid of %s at Twilio if it still points at a trunk that Resemble AI set up; the "+
			"number stays owned and billed.", n.PhoneNumber),
	}
}

// torndown is what the deletion of a record tears down at Twilio (Resemble docs:
// delete phone number). A plan that creates the record cannot know their SIDs.
const torndown = "its SIP trunk at Twilio with the trunk's credential lists and connection policies"

// recorded is the record of n as errors name it.
func recorded(n platform.Number) string {
	if id, known := n.Block[recordID].(int64); known {
		return fmt.Sprintf("record %d of %s", id, n.PhoneNumber)
	}
	return "the record of " + n.PhoneNumber
}

// trunkNames names the SIP trunks of a record; an empty SID is not known.
func trunkNames(inbound, outbound string) string {
	switch {
	case inbound == "" && outbound == "":
		return "its SIP trunk"
	case inbound == "" || outbound == "" || inbound == outbound:
		return "SIP trunk " + cmp.Or(inbound, outbound)
	}
	return "SIP trunks " + inbound + " and " + outbound
}

// reregisters is Kind.Reregisters. Nothing of a record can be edited (Resemble
// docs: create phone number), and what unlinks an agent is about all of its
// numbers.
func reregisters(have, want platform.Number) string {
	var changed []string
	for _, name := range []string{label, supportsInbound, supportsOutbound, inboundTrunk, outboundTrunk, tokenVersion} {
		if value, known := want.Block[name]; !known || !reflect.DeepEqual(value, have.Block[name]) {
			changed = append(changed, name)
		}
	}
	if registered := have.Private.Platform.String(accountSID); registered != "" && want.AccountSID != "" &&
		registered != want.AccountSID {
		changed = append(changed, "account_sid")
	}
	if len(changed) == 0 && have.Private.Platform.Bool(agentShared) && have.Block.Has(agentUUID) &&
		have.Block[agentUUID] != want.Block[agentUUID] {
		return fmt.Sprintf("Agent %s has other numbers too, which unlinking would take off it as well, so the record of %s "+
			"at Resemble AI is deleted, with its SIP trunk, and the number registered anew.",
			have.Block.String(agentUUID), want.PhoneNumber)
	}
	if len(changed) == 0 {
		return ""
	}
	return fmt.Sprintf("Resemble AI can't edit a record, so for the change of %s it deletes that of %s, with its SIP "+
		"trunk, and registers the number anew.", platform.Enumerate(changed), want.PhoneNumber)
}

// readImportID takes the ID of a record or a number in E.164 form.
func readImportID(id string) (platform.Number, error) {
	if platform.IsE164(id) {
		return platform.Number{PhoneNumber: id, Platform: kindName, Block: platform.Values{}}, nil
	}
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil || !idPattern.MatchString(id) {
		return platform.Number{}, errors.New("it is neither the ID of a record, an integer, nor a phone number in " +
			"E.164 form")
	}
	return platform.Number{Platform: kindName, Block: platform.Values{recordID: number}}, nil
}
