package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// nixflexCall is a request to Nixflex that has been authenticated and routed.
type nixflexCall struct {
	*call
	params map[string]string // from the path
}

// nixflexHandler applies a request and gives status and body.
type nixflexHandler func(n *nixflex, c *nixflexCall) (status int, body any, refused *nixflexError)

// nixflexRoutes are all paths that are served. The per-number integrations are not imitated.
var nixflexRoutes = []struct {
	method, path string
	handle       nixflexHandler
}{
	{"GET", "/v1/phone-numbers", (*nixflex).listNumbers},
	{"POST", "/v1/phone-numbers", (*nixflex).importNumber},
	{"GET", "/v1/phone-numbers/{number}", (*nixflex).fetchNumber},
	{"PATCH", "/v1/phone-numbers/{number}", (*nixflex).updateNumber},
	{"DELETE", "/v1/phone-numbers/{number}", (*nixflex).deleteNumber},

	{"GET", "/v1/agents", (*nixflex).listAgents},
	{"POST", "/v1/agents", (*nixflex).createAgent},
	{"GET", "/v1/agents/{agent_id}", (*nixflex).fetchAgent},
	{"PUT", "/v1/agents/{agent_id}", (*nixflex).updateAgent},
	{"DELETE", "/v1/agents/{agent_id}", (*nixflex).deleteAgent},
}

// nixflexError is an error as Nixflex answers it. Clients are to tell errors apart by the code (Nixflex docs: errors).
type nixflexError struct {
	status        int
	code, message string
	details       map[string]any
}

// nixflexErrorTypes are the types that go with the statuses (Nixflex docs: errors).
var nixflexErrorTypes = map[int]string{
	http.StatusBadRequest:      "invalid_request",
	http.StatusUnauthorized:    "authentication_error",
	http.StatusForbidden:       "permission_error",
	http.StatusNotFound:        "not_found",
	http.StatusConflict:        "conflict",
	http.StatusTooManyRequests: "rate_limit_error",
	http.StatusBadGateway:      "provider_error",
}

// answer is the error in Nixflex's envelope.
func (e *nixflexError) answer() answer {
	type envelope struct {
		Type    string         `json:"type"`
		Code    string         `json:"code"`
		Message string         `json:"message"`
		DocURL  string         `json:"doc_url"`
		Details map[string]any `json:"details"`
	}
	details := e.details
	if details == nil {
		details = map[string]any{}
	}
	return jsonAnswer(e.status, map[string]envelope{"error": {
		nixflexErrorTypes[e.status], e.code, e.message, "https://docs.nixflex.com/reference/errors#" + e.code, details,
	}})
}

func nixflexRefusal(status int, code, format string, args ...any) *nixflexError {
	return &nixflexError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// about adds the field that an error is about.
func (e *nixflexError) about(field string) *nixflexError {
	e.details = map[string]any{"field": field}
	return e
}

// serve answers a request in this order: key, load, path, and then the operation itself.
func (n *nixflex) serve(c *call) answer {
	if refused := n.authenticate(c); refused != nil {
		return refused.answer()
	}
	refused := n.admit(c)
	if refused != nil {
		return n.withLimits(c, refused.answer().with("Retry-After", fmt.Sprint(refused.details["retry_after"])))
	}
	return n.withLimits(c, n.replayed(c, n.answer))
}

// authenticate checks the bearer token (Nixflex docs: authentication).
func (n *nixflex) authenticate(c *call) *nixflexError {
	key := c.bearerToken()
	if key != "" && !strings.Contains(key, ":") {
		return nixflexRefusal(http.StatusUnauthorized, "key_secret_required", "Use Bearer KEY_ID:KEY_SECRET")
	}
	if key != n.key {
		return nixflexRefusal(http.StatusUnauthorized, "invalid_api_key", "Wrong, missing or revoked API key")
	}
	return nil
}

// nixflexWindow counts the requests of one minute.
type nixflexWindow struct {
	since         time.Time
	reads, writes int
}

// The documented limits per minute (Nixflex docs: rate limits).
const (
	nixflexReadsPerMinute  = 600
	nixflexWritesPerMinute = 120
)

// admit counts a request and refuses it if it is one too many.
func (n *nixflex) admit(c *call) *nixflexError {
	now := n.sim.now()
	if now.Sub(n.window.since) >= time.Minute {
		n.window = nixflexWindow{since: now}
	}
	used := &n.window.writes
	if c.method == http.MethodGet {
		used = &n.window.reads
	}
	*used++
	wait := n.rules.RetryAfter
	tooMany := c.excess || n.rules.RateLimit.refuses(n.served)
	n.served++
	if limit, _ := n.allowance(c); *used > limit {
		tooMany = true
		wait = int(math.Ceil(n.window.since.Add(time.Minute).Sub(now).Seconds()))
	}
	if !tooMany {
		return nil
	}
	e := nixflexRefusal(http.StatusTooManyRequests, "rate_limit_exceeded", "Too many requests")
	e.details = map[string]any{"retry_after": wait}
	return e
}

// refuses reports whether the limit refuses a request, given how many came before it.
func (l RateLimit) refuses(before int) bool {
	return l.Refuse > 0 && before%(l.Serve+l.Refuse) >= l.Serve
}

// allowance is how many requests like this one a minute may have, and how many it has had.
func (n *nixflex) allowance(c *call) (limit, used int) {
	limit, used = cmp.Or(n.rules.WritesPerMinute, nixflexWritesPerMinute), n.window.writes
	if c.method == http.MethodGet {
		limit, used = cmp.Or(n.rules.ReadsPerMinute, nixflexReadsPerMinute), n.window.reads
	}
	if limit < 0 {
		limit = math.MaxInt32
	}
	return limit, used
}

// withLimits adds the headers that tell the limits (Nixflex docs: rate limits).
func (n *nixflex) withLimits(c *call, a answer) answer {
	limit, used := n.allowance(c)
	return a.with("X-RateLimit-Limit", strconv.Itoa(limit)).
		with("X-RateLimit-Remaining", strconv.Itoa(max(0, limit-used))).
		with("X-RateLimit-Reset", strconv.FormatInt(n.window.since.Add(time.Minute).Unix(), 10))
}

// replayed gives the first answer to a write that is sent again with its Idempotency-Key, if the rules have it so.
func (n *nixflex) replayed(c *call, effect func(*call) answer) answer {
	key := c.header.Get("Idempotency-Key")
	if key == "" || c.method == http.MethodGet || !n.rules.ReplaysWrites {
		return effect(c)
	}
	key = c.method + " " + c.path + " " + key
	if first, ok := n.replays[key]; ok {
		return first
	}
	n.replays[key] = effect(c)
	return n.replays[key]
}

func (n *nixflex) answer(c *call) answer {
	for _, route := range nixflexRoutes {
		params, ok := matchPath(route.path, c.path)
		if !ok || route.method != c.method {
			continue
		}
		if strings.Contains(c.path, "+") && !n.rules.PlainPlusWorks {
			params["number"] = strings.ReplaceAll(params["number"], "+", " ")
		}
		status, body, refused := route.handle(n, &nixflexCall{c, params})
		if refused != nil {
			return refused.answer()
		}
		return jsonAnswer(status, body)
	}
	return nixflexNoRoute(c).answer()
}

// nixflexNoRoute refuses what is not served. That the code differs from those of missing things is an assumption.
func nixflexNoRoute(c *call) *nixflexError {
	return nixflexRefusal(http.StatusNotFound, "route_not_found", "There is no %s %s", c.method, c.path)
}

// sentJSON is the body if it is declared to be JSON; services that parse by Content-Type see nothing otherwise.
func sentJSON(c *call) []byte {
	media, _, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	if err != nil || media != "application/json" || len(c.body) == 0 {
		return []byte("{}")
	}
	return c.body
}

// decode reads the body. The code invalid_json is documented, invalid_field is an assumption.
func (c *nixflexCall) decode(target any) *nixflexError {
	err := json.Unmarshal(sentJSON(c.call), target)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nixflexRefusal(http.StatusBadRequest, "invalid_field", "%s cannot be a %s", wrong.Field, wrong.Value).
			about(wrong.Field)
	}
	return nixflexRefusal(http.StatusBadRequest, "invalid_json", "The body is not valid JSON")
}

// nixflexPage is a cut out of a list.
type nixflexPage struct {
	fallback, highest int // of limit
	limit, offset     int
}

// read takes limit and offset from a query. That a malformed one is refused is an assumption.
func (p *nixflexPage) read(query url.Values, highRefused bool) *nixflexError {
	p.limit = p.fallback
	for _, field := range []struct {
		name   string
		target *int
		lowest int
	}{{"limit", &p.limit, 1}, {"offset", &p.offset, 0}} {
		if !query.Has(field.name) {
			continue
		}
		value, err := strconv.Atoi(query.Get(field.name))
		if err != nil || value < field.lowest {
			return nixflexRefusal(http.StatusBadRequest, "invalid_field", "%s is not valid", field.name).about(field.name)
		}
		*field.target = value
	}
	if p.limit > p.highest && highRefused {
		return nixflexRefusal(http.StatusBadRequest, "invalid_field", "limit is at most %d", p.highest).about("limit")
	}
	p.limit = min(p.limit, p.highest)
	return nil
}

// cut is the page of a list.
func cut[T any](p nixflexPage, all []T) []T {
	start := min(p.offset, len(all))
	return all[start:min(start+p.limit, len(all))]
}

func (n *nixflex) count(page, all int) int {
	if n.rules.CountsPage {
		return page
	}
	return all
}

// login is the account that an account SID and a token give full access to.
func (t *twilio) login(sid, token string) (*TwilioAccount, *TwilioError) {
	caller, ok := t.credentials(sid, token)
	switch {
	case !ok:
		return nil, t.wrongCredentials()
	case !caller.account.active():
		return nil, t.inactiveAccount()
	case caller.account.Test:
		return nil, refusef(http.StatusForbidden, 20008, "Resource not accessible with Test Account Credentials")
	}
	return caller.account, nil
}
