package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// vapiHandler applies a request to what the path names.
type vapiHandler func(v *vapi, c *call, id string) answer

// vapiRoutes are the paths that are served (Vapi OpenAPI). The older list, which cannot be paged, is not imitated.
var vapiRoutes = []struct {
	method, path string
	handle       vapiHandler
}{
	{"POST", "/phone-number", (*vapi).createNumber},
	{"GET", "/v2/phone-number", (*vapi).listNumbers},
	{"GET", "/phone-number/{id}", (*vapi).fetchNumber},
	{"PATCH", "/phone-number/{id}", (*vapi).updateNumber},
	{"DELETE", "/phone-number/{id}", (*vapi).deleteNumber},
	{"GET", "/assistant", (*vapi).listAssistants},
	{"GET", "/assistant/{id}", func(v *vapi, _ *call, id string) answer { return v.fetchAgent(v.assistants, "Assistant", id) }},
	{"GET", "/squad/{id}", func(v *vapi, _ *call, id string) answer { return v.fetchAgent(v.squads, "Squad", id) }},
}

// serve answers a request in an order that is an assumption: load, key, path, and then the operation itself.
func (v *vapi) serve(c *call) answer {
	v.served++
	if c.excess || v.rules.RateLimit.refuses(v.served-1) {
		return v.refusal(http.StatusTooManyRequests, "Too Many Requests")
	}
	if c.bearerToken() != DefaultVapiKey {
		return v.refusal(http.StatusUnauthorized, "Invalid Key. Hot tip, you may be using the public key instead of the private key, or vice versa.")
	}
	for _, route := range vapiRoutes {
		if params, ok := matchPath(route.path, c.path); ok && route.method == c.method {
			return route.handle(v, c, params["id"])
		}
	}
	return v.refusal(http.StatusNotFound, "Cannot "+c.method+" "+c.path)
}

// refusal is an error in the form that third parties have seen: that of NestJS.
func (v *vapi) refusal(status int, message string) answer {
	var text any = message
	if v.rules.MessageLists {
		text = []string{message}
	}
	return jsonAnswer(status, map[string]any{"message": text, "error": http.StatusText(status), "statusCode": status})
}

func (v *vapi) badRequest(format string, args ...any) *answer {
	refused := v.refusal(http.StatusBadRequest, fmt.Sprintf(format, args...))
	return &refused
}

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (v *vapi) missing(what, id string) answer {
	if !uuidPattern.MatchString(id) {
		return v.refusal(http.StatusBadRequest, "id must be a UUID")
	}
	return v.refusal(http.StatusNotFound, what+" not found.")
}

func vapiDate(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// wire is a number as it is answered (Vapi OpenAPI: PhoneNumber schemas).
func (v *vapi) wire(n *VapiNumber) map[string]any {
	wire := map[string]any{
		"id": n.ID, "orgId": "00000000-0000-4000-8000-0000000000aa", "provider": n.Provider,
		"createdAt": vapiDate(n.CreatedAt), "updatedAt": vapiDate(n.UpdatedAt), "status": cmp.Or(n.Status, "active"),
	}
	for name, value := range map[string]string{
		"number": n.Number, "name": n.Name, "assistantId": n.AssistantID, "squadId": n.SquadID, "workflowId": n.WorkflowID,
		"credentialId": n.CredentialID, "sipUri": n.SIPURI, "twilioAccountSid": n.TwilioAccountSID,
	} {
		if value != "" {
			wire[name] = value
		}
	}
	if n.Server != nil {
		wire["server"] = n.Server
	}
	if n.Provider == VapiTwilio {
		wire["smsEnabled"] = !n.SMSDisabled
		for name, secret := range map[string]string{
			"twilioAuthToken": n.TwilioAuthToken, "twilioApiKey": n.TwilioAPIKey, "twilioApiSecret": n.TwilioAPISecret,
		} {
			if secret != "" && !v.rules.SecretsHidden {
				wire[name] = secret
			}
		}
	}
	return wire
}

func (v *vapi) fetchNumber(_ *call, id string) answer {
	n := v.own(id)
	if n == nil {
		return v.missing("Phone number", id)
	}
	return jsonAnswer(http.StatusOK, v.wire(n))
}

func (v *vapi) fetchAgent(held []string, what, id string) answer {
	if !slices.Contains(held, id) {
		return v.missing(what, id)
	}
	return jsonAnswer(http.StatusOK, map[string]any{"id": id, "name": "Simulated"})
}

// count reads a number in the query that has a default and bounds.
func (v *vapi) count(c *call, name string, fallback, lowest, highest int) (int, *answer) {
	if !c.query.Has(name) {
		return fallback, nil
	}
	given, err := strconv.Atoi(c.query.Get(name))
	if err != nil || given < lowest || given > highest {
		return 0, v.badRequest("%s must be a number from %d to %d", name, lowest, highest)
	}
	return given, nil
}

// listNumbers lists the organization's numbers, newest first unless sortOrder says otherwise.
func (v *vapi) listNumbers(c *call, _ string) answer {
	limit, refused := v.count(c, "limit", 100, 0, 1000)
	if refused != nil {
		return *refused
	}
	page, refused := v.count(c, "page", 1, 1, 1<<30)
	if refused != nil {
		return *refused
	}
	if len(c.query.Get("search")) > 100 {
		return *v.badRequest("search must be shorter than or equal to 100 characters")
	}
	if v.rules.MaxLimit > 0 {
		limit = min(limit, v.rules.MaxLimit)
	}
	all := selected(v.numbers, func(n *VapiNumber) bool {
		text := c.query.Get("search")
		found := slices.ContainsFunc([]string{n.Name, n.Number, n.SIPURI}, func(s string) bool { return strings.Contains(s, text) })
		return !n.Foreign && (found || v.rules.SearchIgnored)
	})
	if c.query.Get("sortOrder") != "ASC" {
		slices.Reverse(all)
	}
	from := min((page-1)*limit, len(all))
	to := min(from+limit, len(all))
	metadata := map[string]any{"itemsPerPage": limit, "totalItems": len(all), "currentPage": page}
	if !v.rules.BarePages {
		metadata["hasNextPage"] = to < len(all)
		metadata["totalPages"] = (len(all) + max(limit, 1) - 1) / max(limit, 1)
	}
	return jsonAnswer(http.StatusOK, map[string]any{"results": mapped(all[from:to], v.wire), "metadata": metadata})
}

// createNumber imports a number. Vapi's own numbers, which it gives away, are not imitated here.
func (v *vapi) createNumber(c *call, _ string) answer {
	var n VapiNumber
	in, ok := c.object()
	if !ok || !in.read("provider", &n.Provider) || !in.read("number", &n.Number) {
		return *v.badRequest("number must be a string")
	}
	switch {
	case !slices.Contains([]string{VapiTwilio, VapiTelnyx, VapiVonage, VapiBYO}, n.Provider):
		return *v.badRequest("provider must be one of the following values: byo-phone-number, twilio, vonage, vapi, telnyx")
	case !isE164(n.Number):
		return *v.badRequest("number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code.")
	}
	if refused := v.configure(&n, in); refused != nil {
		return *refused
	}
	if refused := v.checkCredentials(&n); refused != nil {
		return *refused
	}
	if v.byNumber(n.Number) != nil && !v.rules.DuplicatesAllowed {
		status := http.StatusBadRequest
		if v.rules.DuplicateIs409 {
			status = http.StatusConflict
		}
		return v.refusal(status, "Existing Phone Number "+n.Number+" found.")
	}
	return jsonAnswer(http.StatusCreated, v.wire(v.addNumber(n)))
}

// checkCredentials makes sure that the number can be had from its carrier with them. The token wins over the API key
// (Vapi OpenAPI: CreateTwilioPhoneNumberDTO).
func (v *vapi) checkCredentials(n *VapiNumber) *answer {
	if n.Provider != VapiTwilio {
		if !slices.Contains(v.credential, n.CredentialID) {
			return v.badRequest("Couldn't Find Credential %s.", n.CredentialID)
		}
		return nil
	}
	user, secret := n.TwilioAccountSID, n.TwilioAuthToken
	if secret == "" {
		user, secret = n.TwilioAPIKey, n.TwilioAPISecret
	}
	account, refused := v.sim.twilio.login(user, secret)
	if refused != nil || account.SID != n.TwilioAccountSID {
		return v.badRequest("Couldn't Get Phone Number From Twilio. Authenticate")
	}
	if at := v.sim.twilio.numberByE164(n.Number); at == nil || at.AccountSID != account.SID {
		return v.badRequest("Number %s Not Found on Twilio.", n.Number)
	}
	return nil
}

// updateNumber changes what the body names.
func (v *vapi) updateNumber(c *call, id string) answer {
	n := v.own(id)
	if n == nil {
		return v.missing("Phone number", id)
	}
	in, ok := c.object()
	if !ok {
		return *v.badRequest("body must be an object")
	}
	draft := *n
	if refused := v.configure(&draft, in); refused != nil {
		return *refused
	}
	if in.has("twilioAccountSid") || in.has("twilioAuthToken") || in.has("twilioApiKey") || in.has("credentialId") {
		if refused := v.checkCredentials(&draft); refused != nil {
			return *refused
		}
	}
	draft.UpdatedAt = v.sim.now()
	*n = draft
	if v.rules.UpdateWritesWebhooks {
		v.setWebhooks(n)
	}
	return jsonAnswer(http.StatusOK, v.wire(n))
}

// configure applies a body to a number.
func (v *vapi) configure(n *VapiNumber, in jsonObject) *answer {
	for name, target := range map[string]*string{
		"name": &n.Name, "assistantId": &n.AssistantID, "squadId": &n.SquadID, "workflowId": &n.WorkflowID,
	} {
		if in.isNull(name) {
			if !v.rules.NullIgnored {
				*target = ""
			}
		} else if !in.read(name, target) {
			return v.badRequest("%s must be a string", name)
		}
	}
	if len([]rune(n.Name)) > 40 {
		return v.badRequest("name must be shorter than or equal to 40 characters")
	}
	own := map[string]*string{"credentialId": &n.CredentialID}
	if n.Provider == VapiTwilio {
		own = map[string]*string{
			"twilioAccountSid": &n.TwilioAccountSID, "twilioAuthToken": &n.TwilioAuthToken, "twilioApiKey": &n.TwilioAPIKey,
			"twilioApiSecret": &n.TwilioAPISecret,
		}
		if in.has("twilioApiKey") && !in.has("twilioAuthToken") {
			n.TwilioAuthToken = "" // which would win
		}
		enabled := !n.SMSDisabled
		if !in.read("smsEnabled", &enabled) {
			return v.badRequest("smsEnabled must be a boolean value")
		}
		n.SMSDisabled = !enabled
	}
	for name, target := range own {
		if !in.read(name, target) {
			return v.badRequest("%s must be a string", name)
		}
	}
	for _, agent := range []struct {
		what, id string
		held     []string
	}{{"Assistant", n.AssistantID, v.assistants}, {"Squad", n.SquadID, v.squads}, {"Workflow", n.WorkflowID, v.workflows}} {
		if agent.id != "" && !v.rules.AgentsUnchecked && !slices.Contains(agent.held, agent.id) {
			return v.badRequest("Couldn't Find %s %s.", agent.what, agent.id)
		}
	}
	var server json.RawMessage
	if in.read("server", &server) && server != nil {
		n.Server = server
	}
	return nil
}

// deleteNumber deletes a record and answers with it. A number of Vapi's own is given up with that (assumption); another
// one stays with its carrier.
func (v *vapi) deleteNumber(_ *call, id string) answer {
	n := v.own(id)
	if n == nil {
		return v.missing("Phone number", id)
	}
	if n.Provider == VapiOwn {
		v.released = append(v.released, n.Number)
	}
	v.numbers = slices.DeleteFunc(v.numbers, func(other *VapiNumber) bool { return other == n })
	if v.rules.DeleteClearsWebhooks {
		v.clearWebhooks(n)
	}
	return jsonAnswer(http.StatusOK, v.wire(n))
}
