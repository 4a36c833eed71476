package dialnexa

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

// Describe reads DialNexa's error envelope, which has no code of its own
// (DialNexa docs: errors):
//
//	{"statusCode": 400, "message": "…" or ["…", "…"], "error": "Bad Request"}
func Describe(status int, _ http.Header, body []byte) httpapi.Fault {
	var envelope struct {
		StatusCode int             `json:"statusCode"`
		Message    json.RawMessage `json:"message"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.StatusCode != status {
		return httpapi.Fault{}
	}
	var message string
	if json.Unmarshal(envelope.Message, &message) != nil {
		var messages []string
		if json.Unmarshal(envelope.Message, &messages) != nil {
			return httpapi.Fault{}
		}
		message = strings.Join(messages, "; ")
	}
	return httpapi.Fault{Message: message, Own: true}
}
