package twilio

import (
	"encoding/json"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

// minCode is the smallest of Twilio's error codes. Smaller ones in an envelope
// of the same shape are HTTP's and come from something on the way.
const minCode = 10000

// Describe reads Twilio's error envelope:
//
//	{"code": 20404, "message": "The requested resource … was not found", "more_info": "https://…", "status": 404}
func Describe(status int, header http.Header, body []byte) httpapi.Fault {
	fault := httpapi.Fault{RequestID: header.Get("Twilio-Request-Id")}
	var envelope struct {
		Code    json.Number `json:"code"` // some answers have it as text
		Message string      `json:"message"`
		Status  int         `json:"status"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Status != 0 && envelope.Status != status {
		return fault
	}
	if code, err := envelope.Code.Int64(); err != nil || code < minCode {
		return fault
	}
	fault.Own = true
	fault.Code = envelope.Code.String()
	fault.Message = envelope.Message
	return fault
}
