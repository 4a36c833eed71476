package resemble

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// keySeparator stands between the keys of several errors in a code.
const keySeparator = ", "

// Describe reads Resemble's error envelope, in which errors may be absent
// (Resemble docs: errors):
//
//	{"success": false, "message": "Failed to …", "errors": {"label": ["can't be blank"]}}
//
// Resemble has no error codes; the keys of errors, which are documented, stand
// in for one.
func Describe(_ int, header http.Header, body []byte) httpapi.Fault {
	fault := httpapi.Fault{RequestID: header.Get("X-Request-Id")}
	var envelope struct {
		Success *bool           `json:"success"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Success == nil || *envelope.Success {
		return fault
	}
	fault.Own = true
	fault.Message = envelope.Message
	var blamed map[string][]string
	if json.Unmarshal(envelope.Errors, &blamed) != nil {
		return fault
	}
	var reasons []string
	for _, key := range slices.Sorted(maps.Keys(blamed)) {
		reasons = append(reasons, strings.Join(blamed[key], keySeparator))
	}
	if len(reasons) > 0 {
		fault.Message += ": " + strings.Join(reasons, "; ")
	}
	fault.Code = strings.Join(slices.Sorted(maps.Keys(blamed)), keySeparator)
	return fault
}

// remedies are by key of Resemble's errors the field that it blames, if that is
// certain, and the way out. Texts are not looked at: they are not documented.
var remedies = map[string]struct{ field, wayOut string }{
	"phone_number": {"phone_number", "a number has one registration on all of Resemble AI: if another team " +
		"holds it, it must delete its record first"},
	"label":          {kindName + "." + label, "choose another label"},
	"inbound_trunk":  {kindName + "." + inboundTrunk, "check the block"},
	"outbound_trunk": {kindName + "." + outboundTrunk, "check the block"},
	"twilio_credentials": {wayOut: "Resemble AI works at Twilio with " + token + " of the resemble block, else with " +
		"auth_token of the provider's twilio block: check that it is the auth token of the account that owns the number"},
	"twilio_trunk": {wayOut: "Resemble AI has undone what it had set up at Twilio: check there that the account may " +
		"have one more SIP trunk, and that " + token + " of the resemble block, else auth_token of the provider's twilio " +
		"block, is the auth token of the account that owns the number"},
	"phone_number_id": {kindName + "." + agentUUID, "a number answers for one agent at most"},
	"agent":           {kindName + "." + agentUUID, "check the UUID; the agent must belong to the team of the API token"},
}

// explained says what was to be done when err occurred and, where Resemble's
// keys tell, the way out and the field to blame.
func explained(doing string, err error) error {
	if blamed, ok := errors.AsType[*platform.FieldError](err); ok {
		return &platform.FieldError{Field: blamed.Field, Err: fmt.Errorf("%s: %w", doing, blamed.Err)}
	}
	answer, answered := errors.AsType[*httpapi.Error](err)
	err = fmt.Errorf("%s: %w", doing, err)
	if !answered {
		return err
	}
	for key := range strings.SplitSeq(answer.Code, keySeparator) {
		remedy, known := remedies[key]
		if !known {
			continue
		}
		err = fmt.Errorf("%w; %s", err, remedy.wayOut)
		if remedy.field != "" {
			return &platform.FieldError{Field: remedy.field, Err: err}
		}
	}
	return err
}

// changed is for an error from after a write: a later refusal is no sign that nothing
// was changed.
func changed(doing string, err error) error { return platform.Final(explained(doing, err)) }

// writes are what all writes to Resemble have in common.
var writes = httpapi.Service{Title: "Resemble AI", Explain: explained}

// orContradiction is the failure of a write that had no effect, or says that
// Resemble accepted it all the same.
func orContradiction(failure error) error {
	if failure == nil {
		return errors.New("it was accepted, but had no effect; try again")
	}
	return failure
}

// isRefused says that Resemble turned a request down in its own words.
func isRefused(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && answer.Refused() && !isDenied(err)
}

// isDenied says that the credentials were refused, so that nothing was done.
func isDenied(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden)
}
