package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
)

// resembleCall is a request to Resemble that has been authenticated and routed.
type resembleCall struct {
	*call
	params map[string]string // from the path
}

// resembleHandler applies a request and gives status and body.
type resembleHandler func(r *resemble, c *resembleCall) (status int, body any, failed *resembleFailure)

// resembleRoutes are all paths that are served. Those that would edit a number refuse to (Resemble docs: create phone
// number).
var resembleRoutes = []struct {
	method, path string
	handle       resembleHandler
}{
	{"GET", "/phone_numbers", (*resemble).listNumbers},
	{"POST", "/phone_numbers", (*resemble).createNumber},
	{"GET", "/phone_numbers/{id}", (*resemble).fetchNumber},
	{"DELETE", "/phone_numbers/{id}", (*resemble).deleteNumber},
	{"DELETE", "/phone_numbers/{id}/force", (*resemble).forceDeleteNumber},
	{"PATCH", "/phone_numbers/{id}", (*resemble).editNumber},
	{"PUT", "/phone_numbers/{id}", (*resemble).editNumber},

	{"GET", "/agents", (*resemble).listAgents},
	{"POST", "/agents", (*resemble).createAgent},
	{"GET", "/agents/{uuid}", (*resemble).fetchAgent},
	{"PATCH", "/agents/{uuid}", (*resemble).updateAgent},
	{"DELETE", "/agents/{uuid}", (*resemble).deleteAgent},
	{"GET", "/agents/{uuid}/phone_numbers", (*resemble).listAgentNumbers},
}

// resembleFailure is an answer with "success": false. Writes add errors by field (Resemble docs: errors).
type resembleFailure struct {
	status  int // 0 for the status that the rules give failures
	message string
	errors  map[string][]string
}

// invalid is the failure of a write for one reason.
func invalid(message, field, reason string) *resembleFailure {
	return &resembleFailure{message: message, errors: map[string][]string{field: {reason}}}
}

func (r *resemble) failure(f *resembleFailure) answer {
	status := http.StatusUnprocessableEntity
	if r.rules.FailuresAre200 {
		status = http.StatusOK
	}
	return jsonAnswer(cmp.Or(f.status, status), struct {
		Success bool                `json:"success"`
		Errors  map[string][]string `json:"errors,omitempty"`
		Message string              `json:"message"`
	}{false, f.errors, f.message})
}

// missing is the failure of a request for something that does not exist or belongs to another team.
func (r *resemble) missing(what string) *resembleFailure {
	return &resembleFailure{status: cmp.Or(r.rules.MissingStatus, http.StatusNotFound), message: what + " not found"}
}

// serve answers a request in an order that is an assumption: load, token, path, and then the operation itself.
func (r *resemble) serve(c *call) answer {
	r.served++
	if c.excess || r.rules.RateLimit.refuses(r.served-1) {
		a := r.failure(&resembleFailure{status: http.StatusTooManyRequests, message: "Too many requests"})
		if r.rules.RetryAfter != "" {
			a = a.with("Retry-After", r.rules.RetryAfter)
		}
		return a
	}
	if c.bearerToken() != r.token {
		return r.failure(&resembleFailure{status: http.StatusUnauthorized, message: "Invalid API token"})
	}
	for _, route := range resembleRoutes {
		params, ok := matchPath(route.path, c.path)
		if !ok || route.method != c.method {
			continue
		}
		status, body, failed := route.handle(r, &resembleCall{c, params})
		if failed != nil {
			return r.failure(failed)
		}
		return jsonAnswer(status, body)
	}
	return r.failure(&resembleFailure{status: http.StatusNotFound, message: "Not found"})
}

// decode reads the body.
func (c *resembleCall) decode(target any) *resembleFailure {
	if err := json.Unmarshal(sentJSON(c.call), target); err != nil {
		return &resembleFailure{status: http.StatusBadRequest, message: "Invalid parameters: " + err.Error()}
	}
	return nil
}

// resembleItem is an answer about one thing; resembleItems is one about a list. No list is paged (Resemble docs).
type resembleItem struct {
	Success bool   `json:"success"`
	Item    any    `json:"item"`
	Message string `json:"message,omitempty"`
}

type resembleItems struct {
	Success bool  `json:"success"`
	Items   []any `json:"items"`
	Count   int   `json:"count"`
}

// resembleDone is an answer to a deletion.
type resembleDone struct {
	Success      bool   `json:"success"`
	ForceDeleted bool   `json:"force_deleted,omitempty"`
	Message      string `json:"message"`
}

func listed[T any](items []T, wire func(T) any) resembleItems {
	return resembleItems{true, mapped(items, wire), len(items)}
}

// created is the status of a creation.
func (r *resemble) created() int {
	if r.rules.CreationsAre201 {
		return http.StatusCreated
	}
	return http.StatusOK
}
