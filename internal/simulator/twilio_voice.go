package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

var twilioVoiceRoutes = []twilioRoute{
	{"GET", "/v1/ConnectionPolicies", (*twilio).listPolicies},
	{"POST", "/v1/ConnectionPolicies", (*twilio).postPolicy},
	{"GET", policyV1, onPolicy((*twilio).fetchPolicy)},
	{"POST", policyV1, onPolicy((*twilio).updatePolicy)},
	{"DELETE", policyV1, onPolicy((*twilio).removePolicy)},
	{"GET", policyV1 + "/Targets", onPolicy((*twilio).listTargets)},
	{"POST", policyV1 + "/Targets", onPolicy((*twilio).postTarget)},
	{"GET", policyV1 + "/Targets/{Sid}", onTarget((*twilio).fetchTarget)},
	{"POST", policyV1 + "/Targets/{Sid}", onTarget((*twilio).updateTarget)},
	{"DELETE", policyV1 + "/Targets/{Sid}", onTarget((*twilio).removeTarget)},

	{"GET", "/v1/ByocTrunks", (*twilio).listByocTrunks},
	{"POST", "/v1/ByocTrunks", (*twilio).postByocTrunk},
	{"GET", "/v1/ByocTrunks/{Sid}", onByocTrunk((*twilio).fetchByocTrunk)},
	{"POST", "/v1/ByocTrunks/{Sid}", onByocTrunk((*twilio).updateByocTrunk)},
	{"DELETE", "/v1/ByocTrunks/{Sid}", onByocTrunk((*twilio).removeByocTrunk)},
}

const policyV1 = "/v1/ConnectionPolicies/{ConnectionPolicySid}"

// TwilioConnectionPolicy routes calls of BYOC trunks.
type TwilioConnectionPolicy struct {
	SID          string         `json:"sid,omitempty"`
	AccountSID   string         `json:"account_sid,omitempty"`
	FriendlyName string         `json:"friendly_name,omitempty"`
	Targets      []TwilioTarget `json:"targets,omitempty"`
	DateCreated  time.Time      `json:"date_created,omitzero"`
	DateUpdated  time.Time      `json:"date_updated,omitzero"`
}

// TwilioTarget is where a connection policy sends calls.
type TwilioTarget struct {
	SID          string    `json:"sid,omitempty"`
	FriendlyName string    `json:"friendly_name,omitempty"`
	Target       string    `json:"target"`
	Priority     int       `json:"priority"`
	Weight       int       `json:"weight"`
	Enabled      bool      `json:"enabled"`
	DateCreated  time.Time `json:"date_created,omitzero"`
	DateUpdated  time.Time `json:"date_updated,omitzero"`
}

// TwilioByocTrunk is a trunk for numbers of another carrier, the one user of connection policies.
type TwilioByocTrunk struct {
	SID                  string    `json:"sid,omitempty"`
	AccountSID           string    `json:"account_sid,omitempty"`
	FriendlyName         string    `json:"friendly_name,omitempty"`
	VoiceURL             string    `json:"voice_url,omitempty"`
	VoiceMethod          string    `json:"voice_method,omitempty"`
	VoiceFallbackURL     string    `json:"voice_fallback_url,omitempty"`
	VoiceFallbackMethod  string    `json:"voice_fallback_method,omitempty"`
	StatusCallbackURL    string    `json:"status_callback_url,omitempty"`
	StatusCallbackMethod string    `json:"status_callback_method,omitempty"`
	CnamLookupEnabled    bool      `json:"cnam_lookup_enabled,omitempty"`
	ConnectionPolicySID  string    `json:"connection_policy_sid,omitempty"`
	FromDomainSID        string    `json:"from_domain_sid,omitempty"`
	DateCreated          time.Time `json:"date_created,omitzero"`
	DateUpdated          time.Time `json:"date_updated,omitzero"`
}

type policy struct {
	TwilioConnectionPolicy // but for the targets, which follow
	order                  int
	targets                []*target
}

type target struct {
	TwilioTarget
	order int
}

type byocTrunk struct {
	TwilioByocTrunk
	order int
}

func (p *policy) place() int    { return p.order }
func (g *target) place() int    { return g.order }
func (b *byocTrunk) place() int { return b.order }

// maxTargets is the limit of a connection policy (Twilio error dictionary: 21254).
const maxTargets = 10

// AddConnectionPolicy gives an account, by default the first, a connection policy and returns its SID.
func (ts *TwilioState) AddConnectionPolicy(p TwilioConnectionPolicy) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	return t.addPolicy(p).SID
}

// ConnectionPolicies are the connection policies of all accounts.
func (ts *TwilioState) ConnectionPolicies() []TwilioConnectionPolicy {
	t, unlock := ts.lock()
	defer unlock()
	return t.policiesHeld()
}

// ByocTrunks are the BYOC trunks of all accounts.
func (ts *TwilioState) ByocTrunks() []TwilioByocTrunk {
	t, unlock := ts.lock()
	defer unlock()
	return t.byocTrunksHeld()
}

func (t *twilio) policiesHeld() []TwilioConnectionPolicy {
	return mapped(t.policies, func(p *policy) TwilioConnectionPolicy {
		held := p.TwilioConnectionPolicy
		held.Targets = mapped(p.targets, func(g *target) TwilioTarget { return g.TwilioTarget })
		return held
	})
}

func (t *twilio) byocTrunksHeld() []TwilioByocTrunk {
	return mapped(t.byocTrunks, func(b *byocTrunk) TwilioByocTrunk { return b.TwilioByocTrunk })
}

func (t *twilio) policyIn(account *TwilioAccount, sid string) *policy {
	for _, p := range t.policies {
		if p.AccountSID == account.SID && p.SID == sid {
			return p
		}
	}
	return nil
}

func (t *twilio) addPolicy(given TwilioConnectionPolicy) *policy {
	p := &policy{TwilioConnectionPolicy: given, order: t.nextOrder()}
	p.Targets = nil
	if p.AccountSID == "" {
		p.AccountSID = t.accounts[0].SID
	}
	if p.SID == "" {
		p.SID = t.sim.newID("NY")
	}
	p.DateCreated = t.sim.now()
	p.DateUpdated = p.DateCreated
	for _, g := range given.Targets {
		t.addTarget(p, g)
	}
	t.policies = append(t.policies, p)
	return p
}

func (t *twilio) addTarget(p *policy, given TwilioTarget) *target {
	g := &target{TwilioTarget: given, order: t.nextOrder()}
	if g.SID == "" {
		g.SID = t.sim.newID("NE")
	}
	g.DateCreated = t.sim.now()
	g.DateUpdated = g.DateCreated
	p.targets = append(p.targets, g)
	return g
}

// deletePolicy deletes a connection policy as a DELETE does.
func (t *twilio) deletePolicy(p *policy) *TwilioError {
	for _, b := range t.byocTrunks {
		if b.ConnectionPolicySID != p.SID {
			continue
		}
		if t.rules.PolicyInUseStays {
			return refusef(http.StatusConflict, 20409, "The connection policy is in use by %s", b.SID)
		}
		b.ConnectionPolicySID = ""
	}
	t.policies = slices.DeleteFunc(t.policies, func(other *policy) bool { return other == p })
	return nil
}

// onPolicy finds the connection policy of the path.
func onPolicy(handle func(*twilio, *twilioCall, *policy) (int, any, *TwilioError)) twilioHandler {
	return func(t *twilio, c *twilioCall) (int, any, *TwilioError) {
		p := t.policyIn(c.account, c.params["ConnectionPolicySid"])
		if p == nil {
			return 0, nil, notFound(c.path)
		}
		return handle(t, c, p)
	}
}

// onTarget finds the connection policy and the target of the path.
func onTarget(handle func(*twilio, *twilioCall, *policy, *target) (int, any, *TwilioError)) twilioHandler {
	return onPolicy(func(t *twilio, c *twilioCall, p *policy) (int, any, *TwilioError) {
		for _, g := range p.targets {
			if g.SID == c.params["Sid"] {
				return handle(t, c, p, g)
			}
		}
		return 0, nil, notFound(c.path)
	})
}

func (t *twilio) listPolicies(c *twilioCall) (int, any, *TwilioError) {
	held := selected(t.policies, func(p *policy) bool { return p.AccountSID == c.account.SID })
	return listV1(c, "connection_policies", held, (*policy).place, func(p *policy) any { return wirePolicy(c, p) })
}

func (t *twilio) postPolicy(c *twilioCall) (int, any, *TwilioError) {
	draft := TwilioConnectionPolicy{AccountSID: c.account.SID}
	if refused := nameField(c.form, 255, &draft.FriendlyName); refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, wirePolicy(c, t.addPolicy(draft)), nil
}

func (t *twilio) fetchPolicy(c *twilioCall, p *policy) (int, any, *TwilioError) {
	return http.StatusOK, wirePolicy(c, p), nil
}

func (t *twilio) updatePolicy(c *twilioCall, p *policy) (int, any, *TwilioError) {
	if refused := nameField(c.form, 255, &p.FriendlyName); refused != nil {
		return 0, nil, refused
	}
	p.DateUpdated = t.sim.now()
	return http.StatusOK, wirePolicy(c, p), nil
}

func (t *twilio) removePolicy(_ *twilioCall, p *policy) (int, any, *TwilioError) {
	return http.StatusNoContent, nil, t.deletePolicy(p)
}

func (p *policy) url(c *twilioCall) string { return c.base + "/v1/ConnectionPolicies/" + p.SID }

func wirePolicy(c *twilioCall, p *policy) any {
	return map[string]any{
		"sid":           p.SID,
		"account_sid":   p.AccountSID,
		"friendly_name": orNull(p.FriendlyName),
		"date_created":  dateV1(p.DateCreated),
		"date_updated":  dateV1(p.DateUpdated),
		"url":           p.url(c),
		"links":         map[string]string{"targets": p.url(c) + "/Targets"},
	}
}

func (t *twilio) listTargets(c *twilioCall, p *policy) (int, any, *TwilioError) {
	return listV1(c, "targets", p.targets, (*target).place, func(g *target) any { return wireTarget(c, p, g) })
}

func (t *twilio) postTarget(c *twilioCall, p *policy) (int, any, *TwilioError) {
	switch {
	case len(p.targets) >= maxTargets:
		return 0, nil, badRequestf(21254, "Max Connection Policy Entries Reached")
	case c.form.Get("Target") == "":
		return 0, nil, badRequestf(20001, "Target is required")
	}
	draft := TwilioTarget{Priority: 10, Weight: 10, Enabled: true} // Twilio OpenAPI: the defaults
	if refused := configureTarget(&draft, c.form); refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, wireTarget(c, p, t.addTarget(p, draft)), nil
}

func configureTarget(g *TwilioTarget, form url.Values) *TwilioError {
	return firstRefusal(
		nameField(form, 255, &g.FriendlyName),
		sipField(form, "Target", 20001, &g.Target),
		intField(form, "Priority", &g.Priority, 0, 65535),
		intField(form, "Weight", &g.Weight, 1, 65535),
		boolField(form, "Enabled", &g.Enabled),
	)
}

func (t *twilio) fetchTarget(c *twilioCall, p *policy, g *target) (int, any, *TwilioError) {
	return http.StatusOK, wireTarget(c, p, g), nil
}

func (t *twilio) updateTarget(c *twilioCall, p *policy, g *target) (int, any, *TwilioError) {
	draft := g.TwilioTarget
	if refused := configureTarget(&draft, c.form); refused != nil {
		return 0, nil, refused
	}
	draft.DateUpdated = t.sim.now()
	g.TwilioTarget = draft
	return http.StatusOK, wireTarget(c, p, g), nil
}

func (t *twilio) removeTarget(_ *twilioCall, p *policy, g *target) (int, any, *TwilioError) {
	p.targets = slices.DeleteFunc(p.targets, func(other *target) bool { return other == g })
	return http.StatusNoContent, nil, nil
}

func wireTarget(c *twilioCall, p *policy, g *target) any {
	return map[string]any{
		"sid":                   g.SID,
		"account_sid":           p.AccountSID,
		"connection_policy_sid": p.SID,
		"friendly_name":         orNull(g.FriendlyName),
		"target":                g.Target,
		"priority":              g.Priority,
		"weight":                g.Weight,
		"enabled":               g.Enabled,
		"date_created":          dateV1(g.DateCreated),
		"date_updated":          dateV1(g.DateUpdated),
		"url":                   p.url(c) + "/Targets/" + g.SID,
	}
}

// onByocTrunk finds the BYOC trunk of the path.
func onByocTrunk(handle func(*twilio, *twilioCall, *byocTrunk) (int, any, *TwilioError)) twilioHandler {
	return func(t *twilio, c *twilioCall) (int, any, *TwilioError) {
		for _, b := range t.byocTrunks {
			if b.AccountSID == c.account.SID && b.SID == c.params["Sid"] {
				return handle(t, c, b)
			}
		}
		return 0, nil, notFound(c.path)
	}
}

func (t *twilio) listByocTrunks(c *twilioCall) (int, any, *TwilioError) {
	held := selected(t.byocTrunks, func(b *byocTrunk) bool { return b.AccountSID == c.account.SID })
	return listV1(c, "byoc_trunks", held, (*byocTrunk).place, func(b *byocTrunk) any { return wireByocTrunk(c, b) })
}

func (t *twilio) postByocTrunk(c *twilioCall) (int, any, *TwilioError) {
	b := &byocTrunk{TwilioByocTrunk: TwilioByocTrunk{
		AccountSID:           c.account.SID,
		VoiceMethod:          http.MethodPost,
		VoiceFallbackMethod:  http.MethodPost,
		StatusCallbackMethod: http.MethodPost,
	}}
	if refused := t.configureByocTrunk(&b.TwilioByocTrunk, c); refused != nil {
		return 0, nil, refused
	}
	b.SID, b.order = t.sim.newID("BY"), t.nextOrder()
	b.DateCreated = t.sim.now()
	b.DateUpdated = b.DateCreated
	t.byocTrunks = append(t.byocTrunks, b)
	return http.StatusCreated, wireByocTrunk(c, b), nil
}

func (t *twilio) configureByocTrunk(b *TwilioByocTrunk, c *twilioCall) *TwilioError {
	if sid := c.form.Get("ConnectionPolicySid"); sid != "" && t.policyIn(c.account, sid) == nil {
		return badRequestf(20001, "ConnectionPolicySid %s was not found", sid)
	}
	if sid := c.form.Get("FromDomainSid"); sid != "" && !sidOf("SD", sid) {
		return badRequestf(20001, "FromDomainSid %s is not valid", sid)
	}
	for name, field := range map[string]*string{
		"ConnectionPolicySid": &b.ConnectionPolicySID, "FromDomainSid": &b.FromDomainSID,
	} {
		if c.form.Has(name) {
			*field = c.form.Get(name)
		}
	}
	return firstRefusal(
		nameField(c.form, 255, &b.FriendlyName),
		urlField(c.form, "VoiceUrl", &b.VoiceURL),
		methodField(c.form, "VoiceMethod", &b.VoiceMethod),
		urlField(c.form, "VoiceFallbackUrl", &b.VoiceFallbackURL),
		methodField(c.form, "VoiceFallbackMethod", &b.VoiceFallbackMethod),
		urlField(c.form, "StatusCallbackUrl", &b.StatusCallbackURL),
		methodField(c.form, "StatusCallbackMethod", &b.StatusCallbackMethod),
		boolField(c.form, "CnamLookupEnabled", &b.CnamLookupEnabled),
	)
}

func (t *twilio) fetchByocTrunk(c *twilioCall, b *byocTrunk) (int, any, *TwilioError) {
	return http.StatusOK, wireByocTrunk(c, b), nil
}

func (t *twilio) updateByocTrunk(c *twilioCall, b *byocTrunk) (int, any, *TwilioError) {
	draft := b.TwilioByocTrunk
	if refused := t.configureByocTrunk(&draft, c); refused != nil {
		return 0, nil, refused
	}
	draft.DateUpdated = t.sim.now()
	b.TwilioByocTrunk = draft
	return http.StatusOK, wireByocTrunk(c, b), nil
}

func (t *twilio) removeByocTrunk(_ *twilioCall, b *byocTrunk) (int, any, *TwilioError) {
	t.byocTrunks = slices.DeleteFunc(t.byocTrunks, func(other *byocTrunk) bool { return other == b })
	return http.StatusNoContent, nil, nil
}

func wireByocTrunk(c *twilioCall, b *byocTrunk) any {
	return map[string]any{
		"sid":                    b.SID,
		"account_sid":            b.AccountSID,
		"friendly_name":          orNull(b.FriendlyName),
		"voice_url":              orNull(b.VoiceURL),
		"voice_method":           b.VoiceMethod,
		"voice_fallback_url":     orNull(b.VoiceFallbackURL),
		"voice_fallback_method":  b.VoiceFallbackMethod,
		"status_callback_url":    orNull(b.StatusCallbackURL),
		"status_callback_method": b.StatusCallbackMethod,
		"cnam_lookup_enabled":    b.CnamLookupEnabled,
		"connection_policy_sid":  orNull(b.ConnectionPolicySID),
		"from_domain_sid":        orNull(b.FromDomainSID),
		"date_created":           dateV1(b.DateCreated),
		"date_updated":           dateV1(b.DateUpdated),
		"url":                    c.base + "/v1/ByocTrunks/" + b.SID,
	}
}
