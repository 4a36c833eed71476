package simulator

import (
	"net/http"
	"slices"
)

var twilioAccountRoutes = []twilioRoute{
	{"GET", account2010 + "/Applications.json", (*twilio).listApplications},
	{"GET", "/2010-04-01/Accounts.json", (*twilio).listAccounts},
	{"GET", account2010 + ".json", (*twilio).fetchAccount},
}

func (a *TwilioAccount) active() bool { return a.Status == "active" }

func (t *twilio) account(sid string) *TwilioAccount {
	for _, a := range t.accounts {
		if a.SID == sid {
			return a
		}
	}
	return nil
}

// addAccount fills in what is left empty; an account that exists already is replaced.
func (t *twilio) addAccount(a TwilioAccount) *TwilioAccount {
	if a.SID == "" {
		a.SID = t.sim.newID("AC")
	}
	if a.AuthToken == "" {
		a.AuthToken = "simulated-token-of-" + a.SID
	}
	if a.OwnerSID == "" {
		a.OwnerSID = a.SID
	}
	if a.Status == "" {
		a.Status = "active"
	}
	if a.FriendlyName == "" {
		a.FriendlyName = a.SID
	}
	if a.DateCreated.IsZero() {
		a.DateCreated = t.sim.now()
	}
	if old := t.account(a.SID); old != nil {
		*old = a
		return old
	}
	t.accounts = append(t.accounts, &a)
	return &a
}

// mayManageAccounts refuses Standard keys, which reach everything but accounts and keys (Twilio docs: API keys
// overview).
func (t *twilio) mayManageAccounts(c *twilioCall) *TwilioError {
	if c.caller.key != nil && !c.caller.key.Main {
		return t.wrongCredentials()
	}
	return nil
}

// listAccounts lists the caller's account and, for a main account, its subaccounts.
func (t *twilio) listAccounts(c *twilioCall) (int, any, *TwilioError) {
	if refused := t.mayManageAccounts(c); refused != nil {
		return 0, nil, refused
	}
	seen := selected(t.accounts, func(a *TwilioAccount) bool {
		return (a == c.caller.account || a.OwnerSID == c.caller.account.SID) &&
			(!c.query.Has("FriendlyName") || a.FriendlyName == c.query.Get("FriendlyName")) &&
			(!c.query.Has("Status") || a.Status == c.query.Get("Status"))
	})
	// Accounts are never removed, so their places do not change.
	order := func(a *TwilioAccount) int { return slices.Index(t.accounts, a) + 1 }
	return list2010(c, "accounts", seen, order, wireAccount)
}

func (t *twilio) fetchAccount(c *twilioCall) (int, any, *TwilioError) {
	if refused := t.mayManageAccounts(c); refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireAccount(c.account), nil
}

func wireAccount(a *TwilioAccount) any {
	path := "/2010-04-01/Accounts/" + a.SID
	kind := "Full"
	if a.Trial {
		kind = "Trial"
	}
	return map[string]any{
		"sid":               a.SID,
		"owner_account_sid": a.OwnerSID,
		"friendly_name":     a.FriendlyName,
		"status":            a.Status,
		"type":              kind,
		"auth_token":        a.AuthToken,
		"date_created":      date2010(a.DateCreated),
		"date_updated":      date2010(a.DateCreated),
		"uri":               path + ".json",
		"subresource_uris": map[string]string{
			"available_phone_numbers": path + "/AvailablePhoneNumbers.json",
			"incoming_phone_numbers":  path + "/IncomingPhoneNumbers.json",
			"sip":                     path + "/SIP.json",
		},
	}
}

// listApplications lists an account's TwiML applications, of which the simulator keeps no more than that they are there.
func (t *twilio) listApplications(c *twilioCall) (int, any, *TwilioError) {
	own := selected(t.applications, func(a *TwilioApplication) bool { return a.AccountSID == c.account.SID })
	place := func(a *TwilioApplication) int { return slices.Index(t.applications, a) }
	return list2010(c, "applications", own, place, func(a *TwilioApplication) any {
		return map[string]string{"sid": a.SID, "account_sid": a.AccountSID, "friendly_name": "Simulated", "api_version": "2010-04-01"}
	})
}
