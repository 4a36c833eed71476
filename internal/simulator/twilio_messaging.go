package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

var twilioMessagingRoutes = []twilioRoute{
	{"GET", "/v1/Services", (*twilio).listServices},
	{"GET", "/v1/Services/{ServiceSid}", ofService((*twilio).fetchService)},
	{"GET", "/v1/Services/{ServiceSid}/PhoneNumbers", ofService((*twilio).listMembers)},
	{"POST", "/v1/Services/{ServiceSid}/PhoneNumbers", ofService((*twilio).addMember)},
	{"GET", "/v1/Services/{ServiceSid}/PhoneNumbers/{Sid}", ofService((*twilio).fetchMember)},
	{"DELETE", "/v1/Services/{ServiceSid}/PhoneNumbers/{Sid}", ofService((*twilio).removeMember)},
}

// TwilioService is a Messaging Service of an account. The numbers in its sender pool are those that name it.
type TwilioService struct {
	SID          string `json:"sid,omitempty"`
	AccountSID   string `json:"account_sid,omitempty"`
	FriendlyName string `json:"friendly_name,omitempty"`
	// InboundRequestURL answers the messages of all its numbers; empty: they are not received.
	InboundRequestURL string `json:"inbound_request_url,omitempty"`
	// UseInboundWebhookOnNumber leaves them to each number's own settings.
	UseInboundWebhookOnNumber bool      `json:"use_inbound_webhook_on_number,omitempty"`
	DateCreated               time.Time `json:"date_created,omitzero"`

	order int
}

// AddService adds a Messaging Service. What is left empty is made up.
func (ts *TwilioState) AddService(s TwilioService) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	return t.addService(s).SID
}

// RemoveService takes a Messaging Service away as a deletion in the console does, and its numbers out of its pool.
func (ts *TwilioState) RemoveService(sid string) {
	t, unlock := ts.lock()
	defer unlock()
	t.services = slices.DeleteFunc(t.services, func(s *TwilioService) bool { return s.SID == sid })
	for _, n := range t.numbers {
		if n.MessagingServiceSID == sid {
			n.MessagingServiceSID = ""
		}
	}
}

func (t *twilio) addService(s TwilioService) *TwilioService {
	if s.SID == "" {
		s.SID = t.sim.newID("MG")
	}
	if s.AccountSID == "" {
		s.AccountSID = DefaultAccountSID
	}
	if s.DateCreated.IsZero() {
		s.DateCreated = t.sim.now()
	}
	s.order = t.nextOrder()
	t.services = append(t.services, &s)
	return &s
}

// servicesHeld are the Messaging Services of all accounts.
func (t *twilio) servicesHeld() []TwilioService {
	return mapped(t.services, func(s *TwilioService) TwilioService { return *s })
}

// ofService makes a handler of one that is about a Messaging Service of the caller's account.
func ofService(handle func(*twilio, *twilioCall, *TwilioService) (int, any, *TwilioError)) twilioHandler {
	return func(t *twilio, c *twilioCall) (int, any, *TwilioError) {
		for _, s := range t.services {
			if s.SID == c.params["ServiceSid"] && s.AccountSID == c.account.SID {
				return handle(t, c, s)
			}
		}
		return 0, nil, notFound(c.path)
	}
}

func (t *twilio) listServices(c *twilioCall) (int, any, *TwilioError) {
	own := selected(t.services, func(s *TwilioService) bool { return s.AccountSID == c.account.SID })
	return listV1(c, "services", own, func(s *TwilioService) int { return s.order }, func(s *TwilioService) any { return wireService(c, s) })
}

func (t *twilio) fetchService(c *twilioCall, s *TwilioService) (int, any, *TwilioError) {
	return http.StatusOK, wireService(c, s), nil
}

func wireService(c *twilioCall, s *TwilioService) any {
	return map[string]any{
		"sid":                           s.SID,
		"account_sid":                   s.AccountSID,
		"friendly_name":                 s.FriendlyName,
		"date_created":                  dateV1(s.DateCreated),
		"date_updated":                  dateV1(s.DateCreated),
		"inbound_request_url":           orNull(s.InboundRequestURL),
		"inbound_method":                http.MethodPost,
		"use_inbound_webhook_on_number": s.UseInboundWebhookOnNumber,
		"url":                           c.base + "/v1/Services/" + s.SID,
	}
}

// members are the numbers in the pool of a Messaging Service.
func (t *twilio) members(s *TwilioService) []*number {
	return selected(slices.Concat(t.ghosts, t.numbers), func(n *number) bool { return n.MessagingServiceSID == s.SID && n.AccountSID == s.AccountSID })
}

func (t *twilio) listMembers(c *twilioCall, s *TwilioService) (int, any, *TwilioError) {
	return listV1(c, "phone_numbers", t.members(s), (*number).place, func(n *number) any { return wireMember(c, s, n) })
}

// defaultPoolSize is how many numbers a Messaging Service takes (Twilio docs: error 21714).
const defaultPoolSize = 400

// addMember puts a number into the pool. A number is in one at most, and needs SMS or MMS (Twilio docs: errors 21421,
// 21710, 21712, 21714, 21715). A short code is no number: it has a list of its own (Twilio OpenAPI).
func (t *twilio) addMember(c *twilioCall, s *TwilioService) (int, any, *TwilioError) {
	sid := c.form.Get("PhoneNumberSid")
	if !sidOf("PN", sid) {
		return 0, nil, badRequestf(21421, "PhoneNumber is invalid: %s", sid)
	}
	conflict, size := http.StatusConflict, t.rules.PoolSize
	if t.rules.MemberConflictIs400 {
		conflict = http.StatusBadRequest
	}
	if size == 0 {
		size = defaultPoolSize
	}
	n := t.numberIn(c.account, sid)
	switch {
	case n == nil:
		return 0, nil, notFound(c.path)
	case n.MessagingServiceSID == s.SID:
		return 0, nil, refusef(conflict, 21710, "Phone Number or Short Code is already in the Messaging Service.")
	case n.MessagingServiceSID != "":
		return 0, nil, refusef(conflict, 21712, "Phone Number or Short Code is associated with another Messaging Service.")
	case !n.Capabilities.SMS && !n.Capabilities.MMS:
		return 0, nil, t.rules.MemberIncapable.or(http.StatusBadRequest, 21715,
			"Phone Number Does Not Have Correct Messaging Service Capabilities")
	case len(t.members(s)) >= size:
		return 0, nil, badRequestf(21714, "Messaging Service Number Pool size limit reached")
	}
	n.MessagingServiceSID = s.SID
	if t.rules.MemberAnswers200 {
		return http.StatusOK, wireMember(c, s, n), nil
	}
	return http.StatusCreated, wireMember(c, s, n), nil
}

// member is a number in the pool by the SID in the path.
func (t *twilio) member(c *twilioCall, s *TwilioService) (*number, *TwilioError) {
	n := t.numberIn(c.account, c.params["Sid"])
	if n == nil || n.MessagingServiceSID != s.SID {
		return nil, notFound(c.path)
	}
	return n, nil
}

func (t *twilio) fetchMember(c *twilioCall, s *TwilioService) (int, any, *TwilioError) {
	n, refused := t.member(c, s)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireMember(c, s, n), nil
}

// removeMember takes a number out of the pool; it stays with the account.
func (t *twilio) removeMember(c *twilioCall, s *TwilioService) (int, any, *TwilioError) {
	n, refused := t.member(c, s)
	if refused != nil {
		return 0, nil, refused
	}
	n.MessagingServiceSID = ""
	return http.StatusNoContent, nil, nil
}

func wireMember(c *twilioCall, s *TwilioService, n *number) any {
	capabilities := []string{}
	for name, has := range map[string]bool{"Voice": n.Capabilities.Voice, "SMS": n.Capabilities.SMS, "MMS": n.Capabilities.MMS} {
		if has {
			capabilities = append(capabilities, name)
		}
	}
	slices.SortFunc(capabilities, func(a, b string) int { return strings.Compare(b, a) })
	return map[string]any{
		"sid":          n.SID,
		"account_sid":  n.AccountSID,
		"service_sid":  s.SID,
		"phone_number": n.PhoneNumber,
		"country_code": "US",
		"capabilities": capabilities,
		"date_created": dateV1(s.DateCreated),
		"date_updated": dateV1(s.DateCreated),
		"url":          c.base + "/v1/Services/" + s.SID + "/PhoneNumbers/" + n.SID,
	}
}
