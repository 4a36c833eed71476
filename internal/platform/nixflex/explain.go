package nixflex

import (
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// The ways out that several codes share.
const (
	checkKey    = "check api_key in the provider's nixflex block: KEY_ID:KEY_SECRET of a key that is not revoked"
	checkTwilio = "it is Twilio that refuses the account and its auth token, not Nixflex that refuses its key: check " +
		"auth_token in the provider's twilio block or, where it is set, nixflex." + token
	checkAgent = "check the agent's ID: it must be an agent of the account that the provider's Nixflex key belongs to"
)

// remedies are by Nixflex's error code the field of the block that it blames,
// if that is certain, and the way out (Nixflex docs: import, update, errors).
var remedies = map[string]struct{ field, wayOut string }{
	"invalid_api_key":            {wayOut: checkKey},
	"key_secret_required":        {wayOut: checkKey},
	"twilio_auth_failed":         {wayOut: checkTwilio},
	"twilio_invalid_credentials": {wayOut: checkTwilio},
	"invalid_twilio_sid": {
		wayOut: "Nixflex takes only account SIDs that are written AC and 32 lower-case hexadecimal digits",
	},
	codeAgentNotFound:        {agentID, checkAgent},
	"agent_not_owned":        {agentID, checkAgent},
	"custom_prompt_too_long": {customPrompt, "shorten it"},
	"number_not_in_twilio":   {wayOut: "check account_sid: Nixflex looks for the number in that account at Twilio"},
	codeNumberNotFound: {
		wayOut: "if Nixflex does list it, check that nothing between here and Nixflex changes the path of the request",
	},
	codeAlreadyImported: {
		wayOut: "it is not among the numbers of this Nixflex account, so another one has it: delete it there first",
	},
	"provider_error": {
		wayOut: "Nixflex can't work at Twilio with the token that the number was imported with; if that token was " +
			"rotated, delete the number in the Nixflex dashboard, and do this again",
	},
}

// explained says what was to be done when err occurred and, where Nixflex's
// code tells, the way out and the field to blame.
func explained(doing string, err error) error {
	answer, answered := errors.AsType[*httpapi.Error](err)
	if !answered {
		return fmt.Errorf("%s: %w", doing, err)
	}
	remedy, known := remedies[answer.Code]
	if !known {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err = fmt.Errorf("%s: %w; %s", doing, err, remedy.wayOut)
	if remedy.field == "" {
		return err
	}
	return &platform.FieldError{Field: kindName + "." + remedy.field, Err: err}
}

// writes are what all writes to Nixflex have in common.
var writes = httpapi.Service{Title: "Nixflex", Explain: explained}
