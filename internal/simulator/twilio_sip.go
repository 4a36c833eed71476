package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

var twilioSIPRoutes = []twilioRoute{
	{"GET", account2010 + "/SIP/CredentialLists.json", (*twilio).listCredentialLists},
	{"POST", account2010 + "/SIP/CredentialLists.json", (*twilio).postCredentialList},
	{"GET", credentialList2010 + ".json", onCredentialList((*twilio).fetchCredentialList)},
	{"POST", credentialList2010 + ".json", onCredentialList((*twilio).updateCredentialList)},
	{"DELETE", credentialList2010 + ".json", onCredentialList((*twilio).removeCredentialList)},
	{"GET", credentialList2010 + "/Credentials.json", onCredentialList((*twilio).listCredentials)},
	{"POST", credentialList2010 + "/Credentials.json", onCredentialList((*twilio).postCredential)},
	{"GET", credentialList2010 + "/Credentials/{Sid}.json", onCredential((*twilio).fetchCredential)},
	{"POST", credentialList2010 + "/Credentials/{Sid}.json", onCredential((*twilio).updateCredential)},
	{"DELETE", credentialList2010 + "/Credentials/{Sid}.json", onCredential((*twilio).removeCredential)},
}

const credentialList2010 = account2010 + "/SIP/CredentialLists/{CredentialListSid}"

// TwilioCredentialList is a SIP credential list. It can be on several trunks.
type TwilioCredentialList struct {
	SID          string             `json:"sid,omitempty"`
	AccountSID   string             `json:"account_sid,omitempty"`
	FriendlyName string             `json:"friendly_name"`
	Credentials  []TwilioCredential `json:"credentials,omitempty"`
	DateCreated  time.Time          `json:"date_created,omitzero"`
	DateUpdated  time.Time          `json:"date_updated,omitzero"`
}

// TwilioCredential is a SIP user. The API never returns the password.
type TwilioCredential struct {
	SID         string    `json:"sid,omitempty"`
	Username    string    `json:"username"`
	Password    string    `json:"password,omitempty"`
	DateCreated time.Time `json:"date_created,omitzero"`
	DateUpdated time.Time `json:"date_updated,omitzero"`
}

type credentialList struct {
	TwilioCredentialList // but for the credentials, which follow
	order                int
	users                []*credential
}

type credential struct {
	TwilioCredential
	order int
}

func (l *credentialList) place() int { return l.order }
func (u *credential) place() int     { return u.order }

// The limits of credential lists (Twilio docs: SIP CredentialList resource).
const (
	maxCredentialLists = 100
	maxCredentials     = 1000
)

// AddCredentialList gives an account, by default the first, a credential list and returns its SID.
func (ts *TwilioState) AddCredentialList(l TwilioCredentialList) (sid string) {
	t, unlock := ts.lock()
	defer unlock()
	return t.addCredentialList(l).SID
}

// CredentialLists are the credential lists of all accounts.
func (ts *TwilioState) CredentialLists() []TwilioCredentialList {
	t, unlock := ts.lock()
	defer unlock()
	return t.credentialListsHeld()
}

func (t *twilio) credentialListsHeld() []TwilioCredentialList {
	return mapped(t.credentialLists, func(l *credentialList) TwilioCredentialList {
		held := l.TwilioCredentialList
		held.Credentials = mapped(l.users, func(u *credential) TwilioCredential { return u.TwilioCredential })
		return held
	})
}

func (t *twilio) credentialListIn(account *TwilioAccount, sid string) *credentialList {
	for _, l := range t.credentialLists {
		if l.AccountSID == account.SID && l.SID == sid {
			return l
		}
	}
	return nil
}

func (t *twilio) addCredentialList(given TwilioCredentialList) *credentialList {
	l := &credentialList{TwilioCredentialList: given, order: t.nextOrder()}
	l.Credentials = nil
	if l.AccountSID == "" {
		l.AccountSID = t.accounts[0].SID
	}
	if l.SID == "" {
		l.SID = t.sim.newID("CL")
	}
	l.DateCreated = t.sim.now()
	l.DateUpdated = l.DateCreated
	for _, u := range given.Credentials {
		t.addCredential(l, u)
	}
	t.credentialLists = append(t.credentialLists, l)
	return l
}

func (t *twilio) addCredential(l *credentialList, given TwilioCredential) *credential {
	u := &credential{TwilioCredential: given, order: t.nextOrder()}
	if u.SID == "" {
		u.SID = t.sim.newID("CR")
	}
	u.DateCreated = t.sim.now()
	u.DateUpdated = u.DateCreated
	l.users = append(l.users, u)
	return u
}

// createCredentialList creates a list as a POST does.
func (t *twilio) createCredentialList(account *TwilioAccount, friendlyName string) (*credentialList, *TwilioError) {
	held := selected(t.credentialLists, func(l *credentialList) bool { return l.AccountSID == account.SID })
	if len(held) >= maxCredentialLists {
		return nil, badRequestf(21239, "Maximum Credential Lists Reached")
	}
	if refused := t.checkListName(account, friendlyName, nil); refused != nil {
		return nil, refused
	}
	return t.addCredentialList(TwilioCredentialList{AccountSID: account.SID, FriendlyName: friendlyName}), nil
}

// checkListName checks the name of a list, which no other list of the account may have (Twilio error dictionary:
// 21240).
func (t *twilio) checkListName(account *TwilioAccount, name string, own *credentialList) *TwilioError {
	if name == "" || len([]rune(name)) > 64 {
		return badRequestf(21240, "FriendlyName must have 1 to 64 characters")
	}
	taken := slices.ContainsFunc(t.credentialLists, func(l *credentialList) bool {
		return l != own && l.AccountSID == account.SID && l.FriendlyName == name
	})
	if taken {
		return badRequestf(21240, "FriendlyName %s is already in use", name)
	}
	return nil
}

// deleteCredentialList deletes a list as a DELETE does.
func (t *twilio) deleteCredentialList(l *credentialList) *TwilioError {
	for _, k := range t.trunks {
		if !slices.Contains(k.lists, l) {
			continue
		}
		if t.rules.TrunkKeepsCredentialLists {
			return badRequestf(21241, "Credential List Dependencies Violation")
		}
		k.lists = slices.DeleteFunc(k.lists, func(other *credentialList) bool { return other == l })
	}
	t.credentialLists = slices.DeleteFunc(t.credentialLists, func(other *credentialList) bool { return other == l })
	return nil
}

// onCredentialList finds the list of the path.
func onCredentialList(handle func(*twilio, *twilioCall, *credentialList) (int, any, *TwilioError)) twilioHandler {
	return func(t *twilio, c *twilioCall) (int, any, *TwilioError) {
		l := t.credentialListIn(c.account, c.params["CredentialListSid"])
		if l == nil {
			return 0, nil, notFound(c.path)
		}
		return handle(t, c, l)
	}
}

// onCredential finds the list and the credential of the path.
func onCredential(
	handle func(*twilio, *twilioCall, *credentialList, *credential) (int, any, *TwilioError),
) twilioHandler {
	return onCredentialList(func(t *twilio, c *twilioCall, l *credentialList) (int, any, *TwilioError) {
		for _, u := range l.users {
			if u.SID == c.params["Sid"] {
				return handle(t, c, l, u)
			}
		}
		return 0, nil, notFound(c.path)
	})
}

func (t *twilio) listCredentialLists(c *twilioCall) (int, any, *TwilioError) {
	held := selected(t.credentialLists, func(l *credentialList) bool { return l.AccountSID == c.account.SID })
	return list2010(c, "credential_lists", held, (*credentialList).place, wireCredentialList)
}

func (t *twilio) postCredentialList(c *twilioCall) (int, any, *TwilioError) {
	l, refused := t.createCredentialList(c.account, c.form.Get("FriendlyName"))
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, wireCredentialList(l), nil
}

func (t *twilio) fetchCredentialList(_ *twilioCall, l *credentialList) (int, any, *TwilioError) {
	return http.StatusOK, wireCredentialList(l), nil
}

func (t *twilio) updateCredentialList(c *twilioCall, l *credentialList) (int, any, *TwilioError) {
	name := c.form.Get("FriendlyName")
	if refused := t.checkListName(c.account, name, l); refused != nil {
		return 0, nil, refused
	}
	l.FriendlyName, l.DateUpdated = name, t.sim.now()
	return http.StatusOK, wireCredentialList(l), nil
}

func (t *twilio) removeCredentialList(_ *twilioCall, l *credentialList) (int, any, *TwilioError) {
	return http.StatusNoContent, nil, t.deleteCredentialList(l)
}

func (l *credentialList) path() string {
	return "/2010-04-01/Accounts/" + l.AccountSID + "/SIP/CredentialLists/" + l.SID
}

func wireCredentialList(l *credentialList) any {
	return map[string]any{
		"sid":              l.SID,
		"account_sid":      l.AccountSID,
		"friendly_name":    l.FriendlyName,
		"date_created":     date2010(l.DateCreated),
		"date_updated":     date2010(l.DateUpdated),
		"uri":              l.path() + ".json",
		"subresource_uris": map[string]string{"credentials": l.path() + "/Credentials.json"},
	}
}

func (t *twilio) listCredentials(c *twilioCall, l *credentialList) (int, any, *TwilioError) {
	wire := func(u *credential) any { return wireCredential(l, u) }
	return list2010(c, "credentials", l.users, (*credential).place, wire)
}

func (t *twilio) postCredential(c *twilioCall, l *credentialList) (int, any, *TwilioError) {
	u, refused := t.createCredential(l, c.form.Get("Username"), c.form.Get("Password"))
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, wireCredential(l, u), nil
}

// createCredential adds a user to a list as a POST does.
func (t *twilio) createCredential(l *credentialList, username, password string) (*credential, *TwilioError) {
	switch {
	case len(l.users) >= maxCredentials:
		return nil, badRequestf(21242, "Maximum Credentials Reached for List")
	case username == "" || len([]rune(username)) > 32:
		return nil, badRequestf(21243, "Username must have 1 to 32 characters")
	case slices.ContainsFunc(l.users, func(u *credential) bool { return u.Username == username }):
		return nil, badRequestf(21243, "Username %s is already in use", username)
	case !strongPassword(password):
		return nil, badRequestf(21243, weakPassword)
	}
	return t.addCredential(l, TwilioCredential{Username: username, Password: password}), nil
}

const weakPassword = "Password must have at least 12 characters, with a digit and both upper and lower case"

func strongPassword(password string) bool {
	return len([]rune(password)) >= 12 &&
		strings.ContainsAny(password, "0123456789") &&
		strings.ToLower(password) != password &&
		strings.ToUpper(password) != password
}

func (t *twilio) fetchCredential(_ *twilioCall, l *credentialList, u *credential) (int, any, *TwilioError) {
	return http.StatusOK, wireCredential(l, u), nil
}

// updateCredential changes the password; the user name stays.
func (t *twilio) updateCredential(c *twilioCall, l *credentialList, u *credential) (int, any, *TwilioError) {
	if c.form.Has("Password") {
		if !strongPassword(c.form.Get("Password")) {
			return 0, nil, badRequestf(21243, weakPassword)
		}
		u.Password, u.DateUpdated = c.form.Get("Password"), t.sim.now()
	}
	return http.StatusOK, wireCredential(l, u), nil
}

func (t *twilio) removeCredential(_ *twilioCall, l *credentialList, u *credential) (int, any, *TwilioError) {
	l.users = slices.DeleteFunc(l.users, func(other *credential) bool { return other == u })
	return http.StatusNoContent, nil, nil
}

func wireCredential(l *credentialList, u *credential) any {
	return map[string]any{
		"sid":                 u.SID,
		"account_sid":         l.AccountSID,
		"credential_list_sid": l.SID,
		"username":            u.Username,
		"date_created":        date2010(u.DateCreated),
		"date_updated":        date2010(u.DateUpdated),
		"uri":                 l.path() + "/Credentials/" + u.SID + ".json",
	}
}
