package nixflex

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

// The error codes that decide something (Nixflex docs: delete, import and
// agents).
const (
	codeNumberNotFound  = "number_not_found"
	codeAlreadyImported = "number_already_imported"
	codeAgentNotFound   = "agent_not_found"
)

// Describe reads Nixflex's error envelope (Nixflex docs: errors):
//
//	{"error": {"type": "not_found", "code": "number_not_found", "message": "…", "doc_url": "https://…"}}
func Describe(_ int, header http.Header, body []byte) httpapi.Fault {
	fault := httpapi.Fault{RequestID: header.Get("X-Request-Id")}
	var envelope struct {
		Error struct {
			Type    string `json:"type"`
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Error.Type == "" || envelope.Error.Code == "" {
		return fault
	}
	fault.Own = true
	fault.Code = envelope.Error.Code
	fault.Message = envelope.Error.Message
	return fault
}

// says reports whether err is an answer with that code.
func says(err error, code string) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && answer.Code == code
}
