package oaicheck

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// validateTwilioError checks Twilio's error envelope (Twilio docs: Twilio's response), which its documents do not
// have. A 429 may come without one, and a 2010 path without ".json" is answered in XML.
func validateTwilioError(seen *recorder) error {
	if seen.status == http.StatusTooManyRequests && seen.body.Len() == 0 ||
		strings.HasPrefix(seen.Header().Get("Content-Type"), "application/xml") {
		return nil
	}
	var envelope struct {
		Code     *int    `json:"code"`
		Message  *string `json:"message"`
		MoreInfo *string `json:"more_info"`
		Status   *int    `json:"status"`
	}
	if err := json.Unmarshal(seen.body.Bytes(), &envelope); err != nil {
		return fmt.Errorf("error body: %w", err)
	}
	if envelope.Code == nil || envelope.Message == nil || envelope.MoreInfo == nil || envelope.Status == nil {
		return fmt.Errorf("error body lacks a member: %s", seen.body.Bytes())
	}
	if *envelope.Status != seen.status {
		return fmt.Errorf("error body says status %d", *envelope.Status)
	}
	return nil
}
