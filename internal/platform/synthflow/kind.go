// Package synthflow is the voice platform Synthflow. It answers calls on
// numbers imported from another carrier, and on numbers bought in its own
// dashboard, which it carries itself.
//
// No field of its API tells the two apart, and the same DELETE that only takes
// an imported number off Synthflow cancels the subscription of a bought one. So
// a number counts as bought unless this provider imported it or the user says
// that it was imported.
package synthflow

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Names of Kinds: this one, and those of the carriers of imported numbers.
const (
	kindName     = "synthflow"
	twilioName   = "twilio"
	externalName = "external"
)

// The fields of the block.
const (
	workspaceID        = "workspace_id"
	agentID            = "agent_id"
	boughtAtSynthflow  = "bought_at_synthflow"
	providerName       = "provider_name"
	terminationURI     = "termination_uri"
	sipAuthUsername    = "sip_auth_username"
	sipOutboundProxy   = "sip_outbound_proxy"
	uacEnabled         = "uac_enabled"
	uacRegisterExpires = "uac_register_expires"
	trunkUsername      = "trunk_username"
	trunkPassword      = "trunk_pwd_wo"
	trunkPasswordNo    = "trunk_pwd_wo_version"
	slug               = "slug"
)

// The providers that an imported number can come from (Synthflow OpenAPI:
// create-custom-number); 8x8 is on the newest page alone.
const (
	providerCustom = "custom"
	providerTwilio = "twilio"
)

var providers = []string{
	providerTwilio, "telnyx", "vonage", "ring_central", "ringcx", providerCustom, "zoom", "five9", "8x8",
}

// autoFilled are the providers whose SIP domain Synthflow knows.
var autoFilled = []string{"five9", "ringcx", "zoom", "8x8"}

var (
	digits = regexp.MustCompile(`^[1-9][0-9]{1,14}$`)
	// idPattern is wider than what Synthflow shows in its docs and does not
	// promise: UUIDs for agents, 1710107690998x536152705164378100 for workspaces.
	idPattern   = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)
	textPattern = regexp.MustCompile(`^\S+$`)
)

const textHint = "not empty and without spaces"

// Kind describes Synthflow.
var Kind = platform.Kind{
	Name:  kindName,
	Title: "Synthflow",

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "SYNTHFLOW_API_KEY",
			Description: "API key of the workspace.",
			Sensitive:   true,
		},
		{
			Name: "region",
			Env:  "SYNTHFLOW_REGION",
			Description: "Cluster that the workspace was created in. It has no default, since another cluster does " +
				"not know the workspace; needed unless `base_url` is set.",
			OneOf: regions,
		},
		{
			Name:        "workspace_id",
			Env:         "SYNTHFLOW_WORKSPACE_ID",
			Description: "Workspace of numbers that do not name their own.",
		},
		{
			Name:        "base_url",
			Env:         "SYNTHFLOW_BASE_URL",
			Description: "Root of the API, with `/v2`. Defaults to the region's, such as `https://api.us.synthflow.ai/v2`.",
		},
	},

	BlockDescription: "Puts the number on Synthflow, whose agents then answer or use it. A number of another carrier is " +
		"imported: it stays owned and billed there, and its carrier is `twilio` if `provider_name` is, else `external`. " +
		"A number that was bought in Synthflow's dashboard is adopted, and its carrier is `synthflow`; this provider " +
		"can't buy there. See `bought_at_synthflow` for how the two are told apart.",
	Block: []platform.Field{
		{
			Name: workspaceID,
			Description: "Workspace that the number is in, such as `1710107690998x536152705164378100`. Defaults to " +
				"`workspace_id` of the provider's `synthflow` block. An imported number moves to another workspace by a " +
				"deletion and another import, in place; a bought one can't move.",
			Presence:    platform.OptionalComputed,
			Pattern:     idPattern,
			PatternHint: "the ID of a workspace, such as 1710107690998x536152705164378100",
		},
		{
			Name: agentID,
			Description: "Agent that the number is attached to, a `model_id` such as " +
				"`3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11`. It is added beside agents that the number has already, and no other " +
				"is taken off: a change moves the number from this agent to the new one, a removal detaches this one alone. " +
				"If the agent was taken off behind Terraform's back and exactly one other is attached, that one is shown in " +
				"state, and an apply puts this one back; the other is taken off only where Synthflow lets just one of the " +
				"two have the number.",
			Pattern:     idPattern,
			PatternHint: "the ID of an agent, such as 3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11",
		},
		{
			Name: boughtAtSynthflow,
			Description: "Whether the number was bought in Synthflow's dashboard. Synthflow does not tell, and a deletion " +
				"there cancels the subscription of a bought number, so by default a number that Synthflow lists already " +
				"when it is created or imported into Terraform counts as bought: a detach only takes it off its agents. One " +
				"that it does not list is `false`: the creation imports it. Set `false` to take over a number that was " +
				"imported into Synthflow before; a destroy then deletes its record there.",
			Type:     platform.Bool,
			Presence: platform.OptionalComputed,
		},
		{
			Name: providerName,
			Description: "Where an imported number comes from. Defaults to `custom`. `twilio` means that the number is in the " +
				"Twilio account of the provider's `twilio` block, or may be bought there; with anything else its carrier is " +
				"`external`. Has no effect on a number that was bought at Synthflow.",
			Presence: platform.OptionalComputed,
			Clears:   func(block platform.Values) bool { return !isBought(platform.Number{Block: block}) },
			OneOf:    providers,
		},
		{
			Name: terminationURI,
			Description: "SIP domain of the carrier's trunk, such as `example.pstn.twilio.com`. An import needs it, unless " +
				"`provider_name` is one of `" + strings.Join(autoFilled, "`, `") + "`, whose domain Synthflow fills in. " +
				"Removed from the configuration it stays as it is.",
			Presence:    platform.OptionalComputed,
			Pattern:     textPattern,
			PatternHint: textHint,
		},
		{
			Name: sipAuthUsername,
			Description: "User name that calls of the trunk are authenticated by. Removed from the configuration, it is " +
				"cleared.",
			Pattern:     textPattern,
			PatternHint: textHint,
		},
		{
			Name: sipOutboundProxy,
			Description: "SIP proxy for outbound calls, such as `203.0.113.7:5061;transport=tls`. Removed from the " +
				"configuration it stays as it is, since Synthflow fills it in for some providers.",
			Presence:    platform.OptionalComputed,
			Pattern:     textPattern,
			PatternHint: textHint,
		},
		{
			Name: uacEnabled,
			Description: "Whether Synthflow registers with the carrier as a user agent client. Defaults to `false`. Needs " +
				"`trunk_username` and `trunk_pwd_wo`.",
			Type:    platform.Bool,
			Default: false,
		},
		{
			Name:        uacRegisterExpires,
			Description: "Seconds between two registrations, 60 to 3600. Synthflow's default is 300 where `uac_enabled` is set.",
			Type:        platform.Int,
			Presence:    platform.OptionalComputed,
			Min:         60,
			Max:         3600,
		},
		{
			Name: trunkUsername,
			Description: "User name of the trunk, for registrations. Synthflow does not report it, so a change made there " +
				"is not found.",
			Pattern:     textPattern,
			PatternHint: textHint,
			Requires:    []string{trunkPassword},
		},
		{
			Name:        trunkPassword,
			Description: "Password of the trunk. It is in neither plan nor state; change `trunk_pwd_wo_version` with it.",
			Sensitive:   true,
			WriteOnly:   true,
			Requires:    []string{trunkUsername},
		},
		{
			Name: trunkPasswordNo,
			Description: "Any number of your choice. Changing it sends `trunk_pwd_wo` again: Terraform can't see that a " +
				"write-only password has changed.",
			Type: platform.Int,
		},
		{
			Name:        slug,
			Description: "What Synthflow's API calls the number: its digits without `+`.",
			Presence:    platform.Computed,
		},
	},

	Reregisters: reregisters,
	ListNeeds:   []string{workspaceID},

	Import:         readImportID,
	ImportExamples: []string{kindName + "/1710107690998x536152705164378100/14155550100"},
	ImportID:       importID,

	Agent: agentID,

	CarrierOf:     carrierOf,
	CarrierFields: []string{workspaceID, boughtAtSynthflow, providerName},
	Steps:         steps,
	Billing:       billing,
	NotForSale: "Synthflow sells numbers only in its dashboard: buy it there, or, to import a number of another carrier, " +
		"set bought_at_synthflow = false.",
}

// isBought says whether n is, or may be, a number that Synthflow carries.
func isBought(n platform.Number) bool {
	bought, told := n.Block[boughtAtSynthflow].(bool)
	return bought || !told
}

// carrierOf is Kind.CarrierOf.
func carrierOf(n platform.Number) string {
	switch {
	case isBought(n):
		return kindName
	case n.Block.String(providerName) == providerTwilio:
		return twilioName
	}
	return externalName
}

// The operations of steps.
const (
	opDelete = "delete" // an imported number's record; its carrier is not told
	opUnlink = "unlink" // from every agent; never ends a subscription
	opCancel = "cancel" // the same request as opDelete, of a bought number: ends its subscription
)

// steps is Kind.Steps. One DELETE does two things: an imported number only
// leaves the workspace, the subscription of a bought one ends (Synthflow docs:
// delete phone number).
func steps(n platform.Number, action platform.Action) []platform.Step {
	switch {
	case !isBought(n):
		stays := "; the number itself stays with its carrier"
		if action == platform.Release || n.Private.Lost {
			stays = ""
		}
		return []platform.Step{{
			Service: kindName,
			Op:      opDelete,
			Sentence: fmt.Sprintf("Delete the record of %s at Synthflow, which takes the number off every agent there, "+
				"and make sure that it is no longer listed%s.", n.PhoneNumber, stays),
		}}
	case action == platform.Release:
		return []platform.Step{{
			Service: kindName,
			Op:      opCancel,
			Sentence: fmt.Sprintf("Delete %s at Synthflow, where it was bought: its monthly subscription is cancelled, "+
				"and the number is given up.", n.PhoneNumber),
			GivesUp: true,
		}}
	}
	return []platform.Step{{
		Service: kindName,
		Op:      opUnlink,
		Sentence: fmt.Sprintf("Unlink %s from every agent at Synthflow and read it back; the number, which was bought "+
			"there, and its monthly subscription stay.", n.PhoneNumber),
	}}
}

// reregisters is Kind.Reregisters.
func reregisters(have, want platform.Number) string {
	from, to := have.Block.String(workspaceID), want.Block.String(workspaceID)
	if isBought(have) || from == "" || to == "" || from == to {
		return ""
	}
	return fmt.Sprintf("Synthflow can't move a number to another workspace, so the record of %s is deleted in %s and the "+
		"number imported into %s.", want.PhoneNumber, from, to)
}

// billing is Kind.Billing. It is asked only of numbers that Synthflow carries.
func billing(_ platform.Number, action platform.Action) string {
	if action != platform.Release {
		return "Synthflow keeps billing the number's monthly subscription."
	}
	return "Synthflow ends the number's monthly subscription. Whether the current month is refunded and whether the " +
		"number can be bought again it does not say: take it for final."
}

// readImportID takes "<workspace>/<slug>".
func readImportID(id string) (platform.Number, error) {
	workspace, number, _ := strings.Cut(id, "/")
	if !idPattern.MatchString(workspace) || !digits.MatchString(number) {
		return platform.Number{}, errors.New("it is not the ID of a workspace, a slash and the digits of a phone number")
	}
	return platform.Number{
		PhoneNumber: "+" + number,
		Platform:    kindName,
		Block:       platform.Values{workspaceID: workspace, slug: number},
	}, nil
}

// importID is Kind.ImportID: "<workspace>/<slug>".
func importID(n platform.Number) string {
	return n.Block.String(workspaceID) + "/" + slugOf(n.PhoneNumber)
}
