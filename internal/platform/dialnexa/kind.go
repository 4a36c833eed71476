// Package dialnexa is the voice platform DialNexa. It sells the numbers that
// it answers calls on and is their carrier.
//
// DialNexa documents two generations of its API for the same host and paths
// and does not say which one a workspace has. In generation A
// (dialnexa.mintlify.app) a number knows its agent and can be edited. In
// generation B (the OpenAPI of dialnexa.com/docs) it is the agent that knows
// its number, nothing tells which, and a number cannot be edited. What is read
// is taken in either form; what is written is chosen by the block's agent_link.
package dialnexa

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// kindName is the name of the Kind.
const kindName = "dialnexa"

// Kind describes DialNexa.
var Kind = platform.Kind{
	Name:  kindName,
	Title: "DialNexa",

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "DIALNEXA_API_KEY",
			Description: "API key of the workspace, whole.",
			Sensitive:   true,
		},
		{
			Name:        "base_url",
			Env:         "DIALNEXA_BASE_URL",
			Description: "Root of the API, with `/v1`. Defaults to `" + defaultBaseURL + "`.",
		},
	},

	BlockDescription: "Puts the number on [DialNexa](https://dialnexa.com), which sells and carries it: a number that " +
		"DialNexa does not own yet is bought there, if `purchase` allows it, and one that it owns cannot leave it.",
	Block: fields,

	Import:         readImportID,
	ImportExamples: []string{kindName + "/phn_f7w2kx5mb9qz", kindName + "/+14155550100"},
	ImportID:       func(n platform.Number) string { return n.PhoneNumber }, // a list finds it by that

	Agent: "agent_id",
	Label: "nickname",

	CarrierOf:  func(platform.Number) string { return kindName },
	Steps:      steps,
	StepFields: []string{"agent_id", "agent_link", "agent_version"},
	Billing:    billing,
	NoSearch:   noSearch,
}

// The values of agent_link: on which side the number and its agent are linked.
const (
	byNumber = "number" // generation A
	byAgent  = "agent"  // generation B
)

// linkOf is the side on which a block links its agent.
func linkOf(block platform.Values) string {
	if link := block.String("agent_link"); link != "" {
		return link
	}
	return byNumber
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	numberID   = regexp.MustCompile(`^phn_[A-Za-z0-9_-]+$`)
	notBlank   = regexp.MustCompile(`^\S(.*\S)?$`)
)

const (
	identifierHint = "an identifier of letters, digits, underscores and hyphens"
	notBlankHint   = "text that neither is empty nor begins or ends with a space; to clear it, remove the attribute"
)

var fields = []platform.Field{
	{
		Name: "agent_id",
		Description: "ID of the agent that answers the number's calls, such as `agt_f7w2kx5mb9qz`. Without it nobody " +
			"does, and an agent that the number has is taken off it. It is looked up before " +
			"anything is bought, where the workspace's API lets agents be read; elsewhere a wrong one shows when it is linked: a " +
			"number that was just bought then stays owned, with `status` `corrupted`.",
		Pattern: identifier, PatternHint: identifierHint,
	},
	{
		Name: "nickname",
		Description: "Name of the number in DialNexa's dashboard. Removing it clears it. Only with " +
			"`agent_link = \"number\"`: the newer API cannot set it.",
		Pattern: notBlank, PatternHint: notBlankHint,
	},
	{
		Name: "label",
		Description: "Label of the number. Removing it clears it. Only with `agent_link = \"number\"`: the newer API has " +
			"no labels.",
		Pattern: notBlank, PatternHint: notBlankHint,
	},
	{
		Name: "agent_link",
		Description: "Which of DialNexa's two APIs buys the number and links it with its agent. `number` (default) is the " +
			"older one, which sets the agent on the number. `agent` is the newer one, which sets the number on the agent by " +
			"publishing a version of it: whatever that version holds goes live, and DialNexa does not tell which agent a " +
			"number has, so that a change made elsewhere is not noticed.",
		OneOf: []string{byNumber, byAgent}, Default: byNumber,
	},
	{
		Name: "agent_version",
		Description: "Number of the agent's version that is published to link the number or to take it off again. " +
			"Required for `agent_id` with `agent_link = \"agent\"`, without effect otherwise. Keep it the version that is to " +
			"be live. To link, it must be a draft: a version that is published already takes no more changes, by DialNexa's " +
			"documentation, and is refused at plan where the API lets agents be read.",
		Type: platform.Int,
	},
	{
		Name: "telephony_provider_id",
		Description: "ID of the telephony provider to buy from, as the API's `GET /phone-number-pricing` lists it; DialNexa " +
			"describes it as 14 characters. Required to buy with `agent_link = \"agent\"`, without effect otherwise.",
		Pattern: identifier, PatternHint: identifierHint,
	},
	{
		Name:        "id",
		Description: "DialNexa's ID of the number, such as `phn_f7w2kx5mb9qz`; `sid` is the same.",
		Presence:    platform.Computed,
	},
}

// validate refuses what the fields alone cannot: what only one of the two APIs
// has.
func validate(block platform.Values) error {
	if linkOf(block) == byNumber {
		return nil
	}
	if block.Has("agent_id") && !block.Has("agent_version") {
		return &platform.FieldError{Field: kindName + ".agent_version", Err: errors.New(
			"agent_link = \"agent\" links the number by publishing a version of the agent, so agent_id needs agent_version")}
	}
	for _, name := range []string{"nickname", "label"} {
		if block.Has(name) {
			return &platform.FieldError{Field: kindName + "." + name, Err: fmt.Errorf(
				"the API that agent_link = \"agent\" stands for cannot edit a number: remove %s, or set agent_link = \"number\"",
				name)}
		}
	}
	return nil
}

// The operations of steps.
const (
	opClear   = "clear"   // take the agent off the number
	opRelease = "release" // DELETE
)

// steps is Kind.Steps. A number is never deleted to detach it: that would give
// it up (DialNexa docs: delete phone number).
func steps(n platform.Number, action platform.Action) []platform.Step {
	agent := n.Block.String("agent_id")
	switch {
	case action == platform.Release:
		return []platform.Step{{
			Service: kindName,
			Op:      opRelease,
			Sentence: fmt.Sprintf("Release %s at DialNexa: its agent is unlinked, and the number is given up for good and may "+
				"go to another customer.", n.PhoneNumber),
			GivesUp: true,
		}}
	case agent == "":
		return []platform.Step{{Service: kindName, Sentence: fmt.Sprintf(
			"Leave %s as it is at DialNexa: this resource has linked no agent, and the number stays owned.", n.PhoneNumber)}}
	case linkOf(n.Block) == byAgent:
		return []platform.Step{{
			Service: kindName,
			Op:      opClear,
			Sentence: fmt.Sprintf("Publish version %d of agent %s at DialNexa without %s: nobody answers its calls any more; "+
				"the number stays owned.", versionOf(n.Block), agent, n.PhoneNumber),
		}}
	}
	return []platform.Step{{
		Service: kindName,
		Op:      opClear,
		Sentence: fmt.Sprintf("Take agent %s off %s at DialNexa, if it still has it, and read the number back; "+
			"the number stays owned.", agent, n.PhoneNumber),
	}}
}

// billing is Kind.Billing (DialNexa docs: delete phone number).
func billing(_ platform.Number, action platform.Action) string {
	if action != platform.Release {
		return "DialNexa keeps billing the number."
	}
	return "DialNexa stops billing the number at the end of the current billing cycle. A release cannot be undone, and " +
		"buying the number again is not guaranteed. Outbound calls that are running are not cut; inbound calls fail at once."
}

// readImportID takes a number's ID or the number itself.
func readImportID(id string) (platform.Number, error) {
	switch {
	case numberID.MatchString(id):
		return platform.Number{SID: id, Block: platform.Values{"id": id}}, nil
	case platform.IsE164(id):
		return platform.Number{PhoneNumber: id, Block: platform.Values{}}, nil
	}
	return platform.Number{}, errors.New("it is neither a phn_… ID nor a phone number in E.164 form")
}

// versionOf is the version of the agent that a block names; 0: none.
func versionOf(block platform.Values) int64 {
	version, _ := block["agent_version"].(int64)
	return version
}
