package simulator

import (
	"encoding/xml"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// twilioCall is a request to Twilio that has been authenticated and routed.
type twilioCall struct {
	*call
	caller  twilioCaller
	account *TwilioAccount    // whose things the request is about
	params  map[string]string // from the path
}

// twilioCaller is who the credentials belong to.
type twilioCaller struct {
	account *TwilioAccount
	key     *TwilioKey // nil for an auth token
}

// lacks says that the caller has no permission for a path (Twilio docs: restricted API keys).
func (c twilioCaller) lacks(path string) bool {
	return c.key != nil && slices.ContainsFunc(c.key.Lacks, func(begin string) bool { return strings.HasPrefix(path, begin) })
}

// twilioHandler applies a request and gives status and body; a nil body is none.
type twilioHandler func(t *twilio, c *twilioCall) (status int, body any, refused *TwilioError)

// twilioRoute is a path that is served. Segments in braces are parameters.
type twilioRoute struct {
	method, path string
	handle       twilioHandler
}

// twilioRoutes are all paths that are served; of several that fit, the first counts.
var twilioRoutes = slices.Concat(
	twilioAccountRoutes, twilioNumberRoutes, twilioSearchRoutes, twilioSIPRoutes, twilioTrunkingRoutes, twilioVoiceRoutes,
	twilioPricingRoutes, twilioMessagingRoutes, twilioRouteRoutes,
)

const account2010 = "/2010-04-01/Accounts/{AccountSid}"

// deadHost is a host name with a region and no edge location. Twilio switched these off on 2026-04-28 (Twilio
// changelog: region-specific API domain patterns), so a connection to one leads nowhere.
var deadHost = regexp.MustCompile(`^[a-z]+\.(ie1|au1|br1|de1|jp1|sg1|us2)\.twilio\.com$`)

// serve answers a request in Twilio's order: load, credentials, path, account, and then the operation itself.
func (t *twilio) serve(c *call) answer {
	if deadHost.MatchString(c.host) {
		return answer{}
	}
	requestID := t.sim.newID("RQ")
	a := t.answer(c)
	return a.with("Twilio-Request-Id", requestID).
		with("Twilio-Concurrent-Requests", strconv.Itoa(c.concurrent))
}

func (t *twilio) answer(c *call) answer {
	if t.overloaded(c) {
		return t.tooManyRequests()
	}
	caller, refused := t.authenticate(c)
	if refused != nil {
		return twilioRefusal(refused)
	}
	if strings.HasPrefix(c.path, "/2010-04-01/") && !strings.HasSuffix(c.path, ".json") {
		return xmlNotFound(c)
	}
	handle, params, refused := routeTwilio(c)
	if refused != nil {
		return twilioRefusal(refused)
	}
	if caller.lacks(c.path) {
		return twilioRefusal(t.rules.RestrictedKey.or(http.StatusForbidden, 20003, "Authenticate"))
	}
	tc := &twilioCall{call: c, caller: caller, account: caller.account, params: params}
	if sid, ok := params["AccountSid"]; ok {
		if tc.account, refused = t.reach(caller, sid, c.path); refused != nil {
			return twilioRefusal(refused)
		}
	}
	if caller.account.Test && !(c.method == http.MethodPost && strings.Contains(c.path, "/IncomingPhoneNumbers")) {
		return twilioRefusal(refusef(http.StatusForbidden, 20008, "Resource not accessible with Test Account Credentials"))
	}
	status, body, refused := handle(t, tc)
	switch {
	case refused != nil:
		return twilioRefusal(refused)
	case body == nil:
		return answer{status: status}
	}
	return jsonAnswer(status, body)
}

// overloaded counts a request and reports whether it is one too many. Twilio does not process these at all, so that
// each of them can be sent again (Twilio docs: error 20429).
func (t *twilio) overloaded(c *call) bool {
	if c.excess || t.rules.MaxConcurrent > 0 && c.concurrent > t.rules.MaxConcurrent {
		return true
	}
	limit := t.rules.RateLimit
	if limit.Refuse <= 0 {
		return false
	}
	turn := t.served % (limit.Serve + limit.Refuse)
	t.served++
	return turn >= limit.Serve
}

func (t *twilio) tooManyRequests() answer {
	a := answer{status: http.StatusTooManyRequests}
	if !t.rules.BareRateLimit {
		a = twilioRefusal(refusef(http.StatusTooManyRequests, 20429, "Too Many Requests"))
	}
	if t.rules.RetryAfter != "" {
		a = a.with("Retry-After", t.rules.RetryAfter)
	}
	return a
}

// authenticate finds out whose credentials a request carries. (Twilio docs: API keys overview, test credentials.)
func (t *twilio) authenticate(c *call) (twilioCaller, *TwilioError) {
	user, secret, _ := c.basicAuth()
	caller, ok := t.credentials(user, secret)
	if !ok {
		return twilioCaller{}, t.wrongCredentials()
	}
	if !caller.account.active() {
		return twilioCaller{}, t.inactiveAccount()
	}
	return caller, nil
}

// credentials are whom a user name and its secret stand for: an account SID with its token or a key SID with its
// secret.
func (t *twilio) credentials(user, secret string) (twilioCaller, bool) {
	if secret == "" {
		return twilioCaller{}, false
	}
	for _, a := range t.accounts {
		if a.SID == user && a.AuthToken == secret {
			return twilioCaller{account: a}, true
		}
		for i := range a.Keys {
			if a.Keys[i].SID == user && a.Keys[i].Secret == secret {
				return twilioCaller{account: a, key: &a.Keys[i]}, true
			}
		}
	}
	return twilioCaller{}, false
}

// reach is the account of a 2010 path, if the caller may use it: its own, and with the token of a main account its
// subaccounts too (Twilio docs: subaccounts). An account that the caller is not related to is not found.
func (t *twilio) reach(caller twilioCaller, sid, path string) (*TwilioAccount, *TwilioError) {
	a := t.account(sid)
	switch {
	case a == caller.account:
		return a, nil
	case a == nil || a.OwnerSID != caller.account.OwnerSID:
		return nil, notFound(path)
	case a.OwnerSID != caller.account.SID || caller.key != nil:
		return nil, t.wrongCredentials()
	case !a.active() && path != "/2010-04-01/Accounts/"+sid+".json": // its status can still be read
		return nil, t.inactiveAccount()
	}
	return a, nil
}

func (t *twilio) wrongCredentials() *TwilioError {
	return t.rules.WrongCredentials.or(http.StatusUnauthorized, 20003, "Authenticate")
}

func (t *twilio) inactiveAccount() *TwilioError {
	return t.rules.InactiveAccount.or(http.StatusUnauthorized, 20003, "Authenticate")
}

// or is the error that a rule sets, or else the one given.
func (e TwilioError) or(status, code int, message string) *TwilioError {
	if e == (TwilioError{}) {
		return &TwilioError{status, code, message}
	}
	return &e
}

// routeTwilio finds the handler of a request.
func routeTwilio(c *call) (twilioHandler, map[string]string, *TwilioError) {
	pathKnown := false
	for _, route := range twilioRoutes {
		params, ok := matchPath(route.path, c.path)
		if !ok {
			continue
		}
		if route.method == c.method {
			return route.handle, params, nil
		}
		pathKnown = true
	}
	if pathKnown {
		return nil, nil, refusef(http.StatusMethodNotAllowed, 20004, "Method not allowed")
	}
	return nil, nil, notFound(c.path)
}

// matchPath compares a path with a pattern segment by segment; "{Name}" stands for one or more characters. Paths are
// case sensitive (Twilio docs: error 20404).
func matchPath(pattern, path string) (params map[string]string, ok bool) {
	patterns, segments := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(patterns) != len(segments) {
		return nil, false
	}
	params = map[string]string{}
	for i, p := range patterns {
		name, suffix, isParam := strings.Cut(strings.TrimPrefix(p, "{"), "}")
		if !isParam {
			if p != segments[i] {
				return nil, false
			}
			continue
		}
		escaped, ok := strings.CutSuffix(segments[i], suffix)
		value, err := url.PathUnescape(escaped)
		if !ok || value == "" || err != nil {
			return nil, false
		}
		params[name] = value
	}
	return params, true
}

// refusef is an error with Twilio's code; see the error dictionary in Twilio's docs.
func refusef(status, code int, format string, args ...any) *TwilioError {
	return &TwilioError{status, code, fmt.Sprintf(format, args...)}
}

// badRequestf is an error with status 400, which most refusals have.
func badRequestf(code int, format string, args ...any) *TwilioError {
	return refusef(http.StatusBadRequest, code, format, args...)
}

func notFound(path string) *TwilioError {
	return refusef(http.StatusNotFound, 20404, "The requested resource %s was not found", path)
}

// twilioRefusal is an error in Twilio's own envelope.
func twilioRefusal(e *TwilioError) answer {
	return jsonAnswer(e.Status, struct {
		Code     int    `json:"code"`
		Message  string `json:"message"`
		MoreInfo string `json:"more_info"`
		Status   int    `json:"status"`
	}{e.Code, e.Message, fmt.Sprintf("https://www.twilio.com/docs/errors/%d", e.Code), e.Status})
}

// xmlNotFound answers a 2010 path without the ".json" suffix: the API would answer in XML (Twilio docs: Twilio's
// response). Only the error is imitated, since a client that forgets the suffix is at fault whatever it asks for.
func xmlNotFound(c *call) answer {
	var path strings.Builder
	// A strings.Builder never fails.
	_ = xml.EscapeText(&path, []byte(c.path))
	return answer{
		status: http.StatusNotFound,
		header: http.Header{"Content-Type": {"application/xml"}},
		body: fmt.Appendf(nil, "<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse><RestException><Code>20404</Code>"+
			"<Message>The requested resource %s was not found</Message><Status>404</Status></RestException></TwilioResponse>",
			path.String()),
	}
}

// page is one page of a list.
type page[T any] struct {
	items          []T
	number, size   int
	next, previous string // page tokens, empty where there is no such page
}

// The limits of PageSize (Twilio docs: error 20007).
const (
	defaultPageSize = 50
	maxPageSize     = 1000
)

// pageOf cuts the page that a request asks for out of a list that is sorted by order. A page token says what comes
// before the page, not how much, so that things can come and go between two pages.
func pageOf[T any](c *twilioCall, all []T, order func(T) int) (page[T], *TwilioError) {
	p := page[T]{size: defaultPageSize}
	if refused := firstRefusal(
		intField(c.query, "PageSize", &p.size, 1, math.MaxInt),
		intField(c.query, "Page", &p.number, 0, math.MaxInt),
	); refused != nil {
		return p, refused
	}
	if p.size > maxPageSize {
		return p, badRequestf(20007, "Page size must be at most %d", maxPageSize)
	}
	start, refused := pageStart(c, p.number, p.size, all, order)
	if refused != nil {
		return p, refused
	}
	end := min(start+p.size, len(all))
	p.items = all[start:end]
	if end < len(all) {
		p.next = fmt.Sprintf("PA%032x", order(all[end-1]))
	}
	if start > 0 && p.number > 0 && start < len(all) {
		p.previous = fmt.Sprintf("PB%032x", order(all[start]))
	}
	return p, nil
}

// pageStart is the index of the first item of a page. Pages cannot be computed: each but the first needs a token from
// its neighbour (Twilio docs: error 21481).
func pageStart[T any](c *twilioCall, number, size int, all []T, order func(T) int) (int, *TwilioError) {
	token := c.query.Get("PageToken")
	if token == "" && number == 0 {
		return 0, nil
	}
	if len(token) != 34 {
		return 0, badRequestf(21481, "Invalid PageToken")
	}
	at, err := strconv.ParseInt(token[2:], 16, 64)
	if err != nil {
		return 0, badRequestf(21481, "Invalid PageToken")
	}
	switch token[:2] {
	case "PA": // after
		after := slices.IndexFunc(all, func(item T) bool { return order(item) > int(at) })
		if after < 0 {
			after = len(all)
		}
		return after, nil
	case "PB": // before
		before := slices.IndexFunc(all, func(item T) bool { return order(item) >= int(at) })
		if before < 0 {
			before = len(all)
		}
		return max(0, before-size), nil
	}
	return 0, badRequestf(21481, "Invalid PageToken")
}

// link is the address of a page of the same list.
func (p page[T]) link(c *twilioCall, number int, token string) string {
	query := url.Values{}
	for name, values := range c.query {
		query[name] = values
	}
	query.Set("PageSize", strconv.Itoa(p.size))
	query.Set("Page", strconv.Itoa(number))
	query.Del("PageToken")
	if token != "" {
		query.Set("PageToken", token)
	}
	return c.path + "?" + query.Encode()
}

// neighbour is the link with a token from this page, or nil where there is no such page.
func (p page[T]) neighbour(c *twilioCall, base string, number int, token string) any {
	if token == "" {
		return nil
	}
	return base + p.link(c, number, token)
}

// list2010 answers a list in the envelope of the 2010 API, whose links are relative to the host.
func list2010[T any](c *twilioCall, key string, all []T, order func(T) int, wire func(T) any) (int, any, *TwilioError) {
	p, refused := pageOf(c, all, order)
	if refused != nil {
		return 0, nil, refused
	}
	start := p.number * p.size
	return http.StatusOK, map[string]any{
		key:                 mapped(p.items, wire),
		"page":              p.number,
		"page_size":         p.size,
		"start":             start,
		"end":               max(start, start+len(p.items)-1),
		"uri":               p.link(c, p.number, c.query.Get("PageToken")),
		"first_page_uri":    p.link(c, 0, ""),
		"next_page_uri":     p.neighbour(c, "", p.number+1, p.next),
		"previous_page_uri": p.neighbour(c, "", p.number-1, p.previous),
	}, nil
}

// listV1 answers a list in the envelope of the newer APIs, whose links are absolute. (Here they lead back to the
// simulator, or a client that follows them would leave it.)
func listV1[T any](c *twilioCall, key string, all []T, order func(T) int, wire func(T) any) (int, any, *TwilioError) {
	p, refused := pageOf(c, all, order)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, map[string]any{
		key: mapped(p.items, wire),
		"meta": map[string]any{
			"key":               key,
			"page":              p.number,
			"page_size":         p.size,
			"url":               c.base + p.link(c, p.number, c.query.Get("PageToken")),
			"first_page_url":    c.base + p.link(c, 0, ""),
			"next_page_url":     p.neighbour(c, c.base, p.number+1, p.next),
			"previous_page_url": p.neighbour(c, c.base, p.number-1, p.previous),
		},
	}, nil
}

// mapped is never nil, so that an empty list is [] in JSON.
func mapped[T, U any](items []T, f func(T) U) []U {
	out := make([]U, 0, len(items))
	for _, item := range items {
		out = append(out, f(item))
	}
	return out
}

// selected are the items that fit.
func selected[T any](items []T, fit func(T) bool) []T {
	var out []T
	for _, item := range items {
		if fit(item) {
			out = append(out, item)
		}
	}
	return out
}

// date2010 is a date as the 2010 API writes it (RFC 2822), dateV1 as the newer APIs do (ISO 8601).
func date2010(at time.Time) string { return at.UTC().Format(time.RFC1123Z) }

func dateV1(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// orNull is nil for "", for fields that Twilio leaves null.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// boolField is a form or query field that must be "true" or "false" where it is given.
func boolField(values url.Values, name string, target *bool) *TwilioError {
	if !values.Has(name) {
		return nil
	}
	switch strings.ToLower(values.Get(name)) {
	case "true":
		*target = true
	case "false":
		*target = false
	default:
		return badRequestf(20001, "Parameter '%s' is not valid", name)
	}
	return nil
}

// intField is a form or query field that must be a whole number within bounds where it is given.
func intField(values url.Values, name string, target *int, low, high int) *TwilioError {
	if !values.Has(name) {
		return nil
	}
	n, err := strconv.Atoi(values.Get(name))
	if err != nil || n < low || n > high {
		return badRequestf(20001, "Parameter '%s' is not valid", name)
	}
	*target = n
	return nil
}

// enumField is a form field that must be one of some words where it is given.
func enumField(values url.Values, name string, target *string, words ...string) *TwilioError {
	if !values.Has(name) {
		return nil
	}
	if !slices.Contains(words, values.Get(name)) {
		return badRequestf(20001, "Parameter '%s' is not valid", name)
	}
	*target = values.Get(name)
	return nil
}

// urlField is a form field that must be an absolute http(s) URL or empty where it is given.
func urlField(values url.Values, name string, target *string) *TwilioError {
	if !values.Has(name) {
		return nil
	}
	given := values.Get(name)
	if parsed, err := url.Parse(given); given != "" &&
		(err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "") {
		return badRequestf(21402, "%s is not a valid URL: %s", name, given)
	}
	*target = given
	return nil
}

// methodField is a form field that must be GET or POST where it is given.
func methodField(values url.Values, name string, target *string) *TwilioError {
	if !values.Has(name) {
		return nil
	}
	if method := values.Get(name); method != http.MethodGet && method != http.MethodPost {
		return badRequestf(21403, "%s is not a valid method: %s", name, method)
	}
	*target = values.Get(name)
	return nil
}

// nameField is the form field FriendlyName, of at most limit characters, where it is given.
func nameField(form url.Values, limit int, target *string) *TwilioError {
	if !form.Has("FriendlyName") {
		return nil
	}
	if len([]rune(form.Get("FriendlyName"))) > limit {
		return badRequestf(21658, "FriendlyName exceeds %d characters", limit)
	}
	*target = form.Get("FriendlyName")
	return nil
}

// firstRefusal is the first error of some checks, all of which have run.
func firstRefusal(checks ...*TwilioError) *TwilioError {
	for _, refused := range checks {
		if refused != nil {
			return refused
		}
	}
	return nil
}
