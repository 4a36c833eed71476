package synthflow

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// blame is an error that concerns a field of the block.
func blame(field string, err error) error {
	return &platform.FieldError{Field: kindName + "." + field, Err: err}
}

// explained says what was to be done when err occurred and, where the status
// tells, the way out. Synthflow has no codes to go by.
func explained(doing string, err error) error {
	answer, answered := errors.AsType[*httpapi.Error](err)
	err = fmt.Errorf("%s: %w", doing, err)
	switch {
	case answered && answer.Status == http.StatusUnauthorized:
		return fmt.Errorf("%w; check api_key and region: a key works on the cluster of its workspace alone", err)
	case answered && answer.Status == http.StatusForbidden:
		return fmt.Errorf("%w; check that workspace_id is the API key's own workspace", err)
	}
	return err
}

// writes are what all writes to Synthflow have in common.
var writes = httpapi.Service{Title: "Synthflow", Explain: explained}

// isDenied says that the credentials do not reach that far.
func isDenied(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden)
}
