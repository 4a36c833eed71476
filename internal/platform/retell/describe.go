package retell

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Describe reads Retell's error envelope, which has no code (Retell OpenAPI:
// responses):
//
//	{"status": "error", "message": "…"}
func Describe(_ int, _ http.Header, body []byte) httpapi.Fault {
	var envelope struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Status != "error" {
		return httpapi.Fault{}
	}
	return httpapi.Fault{Message: envelope.Message, Own: true}
}

// isAbsent says that Retell has no such thing. Its documents have 422 for that,
// and no other meaning of it where a request has no body (Retell OpenAPI:
// getPhoneNumber, deletePhoneNumber, getAgent). It has been seen to answer 404.
func isAbsent(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && (answer.Status == http.StatusUnprocessableEntity || answer.Status == http.StatusNotFound)
}

// isRefused says that Retell takes a request for a wrong one, as it may a page of a
// list whose key was a number that is gone by then.
func isRefused(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && answer.Status == http.StatusBadRequest
}

// remedies are the ways out by status (Retell OpenAPI: responses).
var remedies = map[int]string{
	http.StatusUnauthorized:    "check api_key in the provider's retell block: it must be a key of the number's workspace",
	http.StatusPaymentRequired: "check the workspace's payment method in Retell AI's dashboard",
}

// explained says what was to be done when err occurred and, where the status
// tells, the way out.
func explained(doing string, err error) error { return httpapi.Explained(doing, err, remedies) }

// writes are what all writes to Retell have in common.
var writes = httpapi.Service{Title: "Retell AI", Explain: explained}

// blame is an error that concerns a field of the block.
func blame(field string, err error) error {
	return &platform.FieldError{Field: kindName + "." + field, Err: err}
}
