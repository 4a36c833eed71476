package vapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Describe reads Vapi's error envelope, which is NestJS's, as third parties have
// seen it. There is no code; message is a text or a list of them:
//
//	{"message": "…", "error": "Not Found", "statusCode": 404}
func Describe(status int, _ http.Header, body []byte) httpapi.Fault {
	var envelope struct {
		Message    json.RawMessage `json:"message"`
		StatusCode int             `json:"statusCode"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.StatusCode != status {
		return httpapi.Fault{}
	}
	var text string
	var list []string
	if json.Unmarshal(envelope.Message, &text) != nil && json.Unmarshal(envelope.Message, &list) == nil {
		text = strings.Join(list, "; ")
	}
	return httpapi.Fault{Message: text, Own: text != ""}
}

// isAbsent says that Vapi has no such thing: in its own words, and for want of any
// other, those of a route that is not there are alike. Absence of a number counts
// only if the list says so, too.
func isAbsent(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && answer.Status == http.StatusNotFound
}

// remedies are the ways out by status.
var remedies = map[int]string{
	http.StatusUnauthorized: "check api_key in the provider's vapi block, which must be the organization's private key, and region",
	http.StatusForbidden:    "check api_key in the provider's vapi block, which must be the organization's private key, and region",
}

// explained says what was to be done when err occurred and, where the status
// tells, the way out.
func explained(doing string, err error) error { return httpapi.Explained(doing, err, remedies) }

// writes are what all writes to Vapi have in common.
var writes = httpapi.Service{Title: "Vapi", Explain: explained}

// blame is an error that concerns a field of the block.
func blame(field string, err error) error {
	return &platform.FieldError{Field: kindName + "." + field, Err: err}
}
