package simulator

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// synthflowCall is a request to Synthflow that has been authenticated and routed.
type synthflowCall struct {
	*call
	workspace *SynthflowWorkspace // the API key's
	params    map[string]string   // from the path
}

// synthflowRefusal is a refusal before it takes one of the forms that Synthflow gives errors.
type synthflowRefusal struct {
	status  int
	slug    string // as the global host has it, and the category in a detail
	message string
}

// synthflowHandler applies a request and gives the body of an answer with status 200.
type synthflowHandler func(y *synthflow, c *synthflowCall) (body any, refused *synthflowRefusal)

// synthflowRoutes are all paths that are served. The list of agents has a slash at its end and the others have none,
// as in the OpenAPI. The errors of some carry a detail object (Synthflow OpenAPI: attach-phone-numbers-to-assistant).
var synthflowRoutes = []struct {
	method, path string
	detailed     bool
	handle       synthflowHandler
}{
	{"GET", "/numbers", false, (*synthflow).listNumbers},
	{"GET", "/numbers/{Slug}", false, (*synthflow).fetchNumber},
	{"PATCH", "/numbers/{Slug}", false, (*synthflow).updateNumber},
	{"DELETE", "/numbers/{Slug}", false, (*synthflow).deleteNumber},
	{"POST", "/custom-numbers", false, (*synthflow).importNumber},

	{"GET", "/assistants/", false, (*synthflow).listAgents},
	{"GET", "/assistants/{ModelID}", false, (*synthflow).fetchAgent},
	{"PUT", "/assistants/{ModelID}", true, (*synthflow).updateAgent},
	{"PUT", "/assistants/{ModelID}/phone_numbers", true, (*synthflow).attachNumbers},
	{"DELETE", "/assistants/{ModelID}/phone_numbers/{Slug}", true, (*synthflow).detachNumber},
}

// serve answers a request in an order that is an assumption: load, credentials, path, and then the operation itself.
func (y *synthflow) serve(c *call) answer {
	y.served++
	if c.excess || y.rules.RateLimit.refuses(y.served-1) {
		a := y.refusal(&synthflowRefusal{http.StatusTooManyRequests, "too_many_requests", "Too many requests"}, false)
		if y.rules.RetryAfter != "" {
			a = a.with("Retry-After", y.rules.RetryAfter)
		}
		return a
	}
	workspace := y.authenticate(c)
	if workspace == nil {
		return y.refusal(&synthflowRefusal{http.StatusUnauthorized, "unauthorized", "Invalid API key"}, false)
	}
	pathKnown := false
	for _, route := range synthflowRoutes {
		params, ok := matchPath(route.path, c.path)
		if !ok {
			continue
		}
		if route.method != c.method {
			pathKnown = true
			continue
		}
		body, refused := route.handle(y, &synthflowCall{call: c, workspace: workspace, params: params})
		if refused != nil {
			return y.refusal(refused, route.detailed)
		}
		return jsonAnswer(http.StatusOK, body)
	}
	// A path or method that is not offered is told by the framework below the API, whatever form the API gives errors.
	if pathKnown {
		return jsonAnswer(http.StatusMethodNotAllowed, map[string]string{"detail": "Method Not Allowed"})
	}
	return jsonAnswer(http.StatusNotFound, map[string]string{"detail": "Not Found"})
}

// authenticate is the workspace that the API key of a request belongs to, or nil.
func (y *synthflow) authenticate(c *call) *SynthflowWorkspace {
	key := c.bearerToken()
	for _, w := range y.workspaces {
		if key != "" && w.APIKey == key {
			return w
		}
	}
	return nil
}

// bearerToken is the token that a request carries, or "".
func (c *call) bearerToken() string {
	scheme, token, _ := strings.Cut(c.header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// refusal is an error in the form of the path, or else in the one that the rules choose.
func (y *synthflow) refusal(r *synthflowRefusal, detailed bool) answer {
	switch {
	case detailed:
		return jsonAnswer(r.status, map[string]any{"detail": map[string]string{
			"status":      "error",
			"description": r.message,
			"request_id":  asUUID(y.sim.newID("")),
			"category":    r.slug,
		}})
	case y.rules.Errors == SynthflowErrorsDetail:
		return jsonAnswer(r.status, map[string]string{"detail": r.message})
	case y.rules.Errors == SynthflowErrorsGateway:
		return jsonAnswer(r.status, map[string]string{"error": r.slug, "message": r.message})
	}
	return jsonAnswer(r.status, struct{}{})
}

func synthflowBadRequest(message string) *synthflowRefusal {
	return &synthflowRefusal{http.StatusBadRequest, "bad_request", message}
}

func synthflowNotFound(message string) *synthflowRefusal {
	return &synthflowRefusal{http.StatusNotFound, "not_found", message}
}

// unknown refuses a number or an agent that is not there, on the paths that document no failure but 400.
func (y *synthflow) unknown(message string) *synthflowRefusal {
	if y.rules.UnknownIs404 {
		return synthflowNotFound(message)
	}
	return synthflowBadRequest(message)
}

// reachable refuses a workspace ID that is missing or not the API key's.
func (y *synthflow) reachable(c *synthflowCall, workspaceID string) *synthflowRefusal {
	switch {
	case workspaceID == "":
		return synthflowBadRequest("The workspace is missing")
	case workspaceID == c.workspace.ID:
		return nil
	case y.rules.ForeignWorkspaceIs403:
		return &synthflowRefusal{http.StatusForbidden, "forbidden", "The API key has no access to this workspace"}
	}
	return synthflowBadRequest("The workspace does not exist")
}

// synthflowPagination says which part of a list an answer is.
type synthflowPagination struct {
	TotalRecords int `json:"total_records"`
	Limit        int `json:"limit"`
	Offset       int `json:"offset"`
}

// defaultSynthflowLimit is how many things a list has unless it is told (Synthflow OpenAPI: get-numbers).
const defaultSynthflowLimit = 20

// synthflowPage cuts the part that a request asks for out of a list.
func synthflowPage[T any](y *synthflow, c *synthflowCall, all []T) ([]T, synthflowPagination, *synthflowRefusal) {
	p := synthflowPagination{TotalRecords: len(all), Limit: defaultSynthflowLimit}
	for _, parameter := range []struct {
		name   string
		target *int
		low    int
	}{
		{"limit", &p.Limit, 1},
		{"offset", &p.Offset, 0},
	} {
		if !c.query.Has(parameter.name) {
			continue
		}
		given, err := strconv.Atoi(c.query.Get(parameter.name))
		if err != nil || given < parameter.low {
			return nil, p, synthflowBadRequest("The " + parameter.name + " is not valid")
		}
		*parameter.target = given
	}
	if y.rules.MaxLimit > 0 {
		p.Limit = min(p.Limit, y.rules.MaxLimit)
	}
	start := min(p.Offset, len(all))
	return all[start:min(start+p.Limit, len(all))], p, nil
}

// synthflowOK is the answer to a write that has nothing else to say.
func synthflowOK() any { return map[string]string{"status": "ok"} }

// synthflowResponse is the envelope of everything but a single number.
func synthflowResponse(response any) any {
	return map[string]any{"status": "ok", "response": response}
}

// jsonObject is the body of a request, its members still encoded, so that an absent one can be told from null.
type jsonObject map[string]json.RawMessage

// object is the body where it is a JSON object.
func (c *call) object() (o jsonObject, ok bool) {
	err := json.Unmarshal(c.body, &o)
	return o, err == nil && o != nil
}

func (o jsonObject) has(name string) bool {
	_, ok := o[name]
	return ok
}

func (o jsonObject) isNull(name string) bool { return string(o[name]) == "null" }

// read decodes a member where it is given and reports whether it has the type of target, which null never has.
func (o jsonObject) read(name string, target any) bool {
	return !o.has(name) || !o.isNull(name) && json.Unmarshal(o[name], target) == nil
}
