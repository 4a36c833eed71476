package synthflow

import (
	"encoding/json"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

// Describe reads Synthflow's errors, which have no code and several forms. The
// docs have an object without a member (Synthflow docs: delete phone number)
// and one in "detail" (Synthflow OpenAPI: attach-phone-numbers-to-assistant);
// the others have been seen:
//
//	{}
//	{"detail": {"status": "…", "description": "…", "request_id": "…", "category": "…"}}
//	{"detail": "…"}
//	{"error": "not_found", "message": "…"}
//	{"status": "error", "message": "…"}
func Describe(_ int, _ http.Header, body []byte) httpapi.Fault {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members == nil {
		return httpapi.Fault{}
	}
	if len(members) == 0 {
		return httpapi.Fault{Own: true}
	}
	var envelope struct {
		Status  string          `json:"status"`
		Error   string          `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return httpapi.Fault{}
	}
	fault := httpapi.Fault{
		Code: envelope.Error, Message: envelope.Message,
		Own: envelope.Status != "" || envelope.Error != "" && envelope.Message != "",
	}
	if envelope.Detail == nil {
		return fault
	}
	var detail struct {
		Description string `json:"description"`
		RequestID   string `json:"request_id"`
		Category    string `json:"category"`
	}
	fault.Own = true
	switch {
	case json.Unmarshal(envelope.Detail, &fault.Message) == nil:
	case json.Unmarshal(envelope.Detail, &detail) == nil:
		fault.Message, fault.RequestID, fault.Code = detail.Description, detail.RequestID, detail.Category
	default: // a list of what is wrong with the request
		fault.Message = string(envelope.Detail)
	}
	return fault
}
