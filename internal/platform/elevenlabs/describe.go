package elevenlabs

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Describe reads ElevenLabs' two error envelopes (ElevenLabs docs: error messages;
// Python SDK: HttpValidationError). A detail that is a text is the framework's.
//
//	{"detail": {"status": "invalid_api_key", "message": "…"}}
//	{"detail": [{"loc": ["body", "label"], "msg": "…", "type": "…"}]}
func Describe(_ int, _ http.Header, body []byte) httpapi.Fault {
	var envelope struct {
		Detail json.RawMessage `json:"detail"`
	}
	var one struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}
	var list []struct {
		Loc []any  `json:"loc"`
		Msg string `json:"msg"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return httpapi.Fault{}
	}
	if json.Unmarshal(envelope.Detail, &one) == nil && one.Status != "" {
		return httpapi.Fault{Code: one.Status, Message: one.Message, Own: true}
	}
	if json.Unmarshal(envelope.Detail, &list) != nil || len(list) == 0 {
		return httpapi.Fault{}
	}
	var texts []string
	for _, found := range list {
		var at []string
		for _, part := range found.Loc {
			at = append(at, fmt.Sprint(part))
		}
		texts = append(texts, strings.Join(at, ".")+": "+found.Msg)
	}
	return httpapi.Fault{Message: strings.Join(texts, "; "), Own: true}
}

// isAbsent says that ElevenLabs has no such thing. Which status that has is not
// documented; of a number it counts only if the list says so, too.
func isAbsent(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && (answer.Status == http.StatusNotFound || answer.Status == http.StatusUnprocessableEntity)
}

// remedies are the ways out by status.
var remedies = map[int]string{
	http.StatusUnauthorized: "check api_key in the provider's elevenlabs block; a workspace that is isolated in a region has its " +
		"own base_url, too",
	http.StatusForbidden: "check what api_key in the provider's elevenlabs block may do",
}

// explained says what was to be done when err occurred and, where the status
// tells, the way out.
func explained(doing string, err error) error { return httpapi.Explained(doing, err, remedies) }

// writes are what all writes to ElevenLabs have in common.
var writes = httpapi.Service{Title: "ElevenLabs", Explain: explained}

// blame is an error that concerns a field of the block.
func blame(field string, err error) error {
	return &platform.FieldError{Field: kindName + "." + field, Err: err}
}
