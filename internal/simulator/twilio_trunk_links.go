package simulator

import (
	"net/http"
	"slices"
	"time"
)

func (t *twilio) listTrunkNumbers(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	wire := func(n *number) any { return wireTrunkNumber(c, k, n) }
	return listV1(c, "phone_numbers", t.trunkNumbers(k), (*number).place, wire)
}

func (t *twilio) linkTrunkNumber(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	n := t.numberIn(c.account, c.form.Get("PhoneNumberSid"))
	if n == nil {
		return 0, nil, badRequestf(21245, "PhoneNumberSid %s was not found", c.form.Get("PhoneNumberSid"))
	}
	t.linkNumber(k, n)
	return http.StatusCreated, wireTrunkNumber(c, k, n), nil
}

// trunkNumber is a number on a trunk by the SID in the path.
func (t *twilio) trunkNumber(c *twilioCall, k *trunk) (*number, *TwilioError) {
	n := t.numberIn(c.account, c.params["Sid"])
	if n == nil || n.TrunkSID != k.SID {
		return nil, notFound(c.path)
	}
	return n, nil
}

func (t *twilio) fetchTrunkNumber(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	n, refused := t.trunkNumber(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireTrunkNumber(c, k, n), nil
}

// unlinkTrunkNumber takes a number off a trunk; it stays with the account.
func (t *twilio) unlinkTrunkNumber(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	n, refused := t.trunkNumber(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	n.TrunkSID = ""
	n.DateUpdated = t.sim.now()
	return http.StatusNoContent, nil, nil
}

// wireTrunkNumber is a number as the trunking API answers it, with dates and links in its own way.
func wireTrunkNumber(c *twilioCall, k *trunk, n *number) any {
	return map[string]any{
		"sid":                    n.SID,
		"account_sid":            n.AccountSID,
		"trunk_sid":              orNull(n.TrunkSID),
		"phone_number":           n.PhoneNumber,
		"friendly_name":          n.FriendlyName,
		"api_version":            n.APIVersion,
		"beta":                   n.Beta,
		"address_requirements":   n.AddressRequirements,
		"capabilities":           n.Capabilities.wire(),
		"voice_url":              orEmptyOnce(n.hadVoiceURL, n.VoiceURL),
		"voice_method":           n.VoiceMethod,
		"voice_fallback_url":     orEmptyOnce(n.hadVoiceFallbackURL, n.VoiceFallbackURL),
		"voice_fallback_method":  n.VoiceFallbackMethod,
		"voice_application_sid":  n.VoiceApplicationSID,
		"voice_caller_id_lookup": n.VoiceCallerIDLookup,
		"sms_url":                n.SMSURL,
		"sms_method":             n.SMSMethod,
		"sms_fallback_url":       n.SMSFallbackURL,
		"sms_fallback_method":    n.SMSFallbackMethod,
		"sms_application_sid":    n.SMSApplicationSID,
		"status_callback":        n.StatusCallback,
		"status_callback_method": n.StatusCallbackMethod,
		"date_created":           dateV1(n.DateCreated),
		"date_updated":           dateV1(n.DateUpdated),
		"url":                    k.url(c) + "/PhoneNumbers/" + n.SID,
		"links": map[string]string{
			"phone_number": c.base + "/2010-04-01/Accounts/" + n.AccountSID + "/IncomingPhoneNumbers/" + n.SID,
		},
	}
}

// wireAssociation is a list of either kind as it is associated with a trunk.
func wireAssociation(c *twilioCall, k *trunk, collection, sid, friendlyName string, created time.Time) any {
	return map[string]any{
		"sid":           sid,
		"account_sid":   k.AccountSID,
		"trunk_sid":     k.SID,
		"friendly_name": friendlyName,
		"date_created":  dateV1(created),
		"date_updated":  dateV1(created),
		"url":           k.url(c) + "/" + collection + "/" + sid,
	}
}

func wireTrunkList(c *twilioCall, k *trunk, l *credentialList) any {
	return wireAssociation(c, k, "CredentialLists", l.SID, l.FriendlyName, l.DateCreated)
}

func (t *twilio) listTrunkLists(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	wire := func(l *credentialList) any { return wireTrunkList(c, k, l) }
	return listV1(c, "credential_lists", k.lists, (*credentialList).place, wire)
}

func (t *twilio) linkTrunkList(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	l := t.credentialListIn(c.account, c.form.Get("CredentialListSid"))
	switch {
	case l == nil:
		return 0, nil, badRequestf(21245, "CredentialListSid %s was not found", c.form.Get("CredentialListSid"))
	case slices.Contains(k.lists, l):
		return 0, nil, badRequestf(21245, "The credential list is already associated with the trunk")
	}
	k.lists = inOrder(append(k.lists, l), (*credentialList).place)
	return http.StatusCreated, wireTrunkList(c, k, l), nil
}

func trunkListIn(c *twilioCall, k *trunk) (*credentialList, *TwilioError) {
	for _, l := range k.lists {
		if l.SID == c.params["Sid"] {
			return l, nil
		}
	}
	return nil, notFound(c.path)
}

func (t *twilio) fetchTrunkList(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	l, refused := trunkListIn(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireTrunkList(c, k, l), nil
}

func (t *twilio) unlinkTrunkList(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	l, refused := trunkListIn(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	k.lists = slices.DeleteFunc(k.lists, func(other *credentialList) bool { return other == l })
	return http.StatusNoContent, nil, nil
}

func wireTrunkACL(c *twilioCall, k *trunk, l *ipACL) any {
	return wireAssociation(c, k, "IpAccessControlLists", l.sid, l.friendlyName, l.created)
}

func (t *twilio) listTrunkACLs(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	wire := func(l *ipACL) any { return wireTrunkACL(c, k, l) }
	return listV1(c, "ip_access_control_lists", k.ipACLs, (*ipACL).place, wire)
}

func (t *twilio) linkTrunkACL(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	sid := c.form.Get("IpAccessControlListSid")
	at := slices.IndexFunc(t.ipACLs, func(l *ipACL) bool { return l.sid == sid && l.accountSID == c.account.SID })
	switch {
	case at < 0:
		return 0, nil, badRequestf(21245, "IpAccessControlListSid %s was not found", sid)
	case slices.Contains(k.ipACLs, t.ipACLs[at]):
		return 0, nil, badRequestf(21245, "The IP access control list is already associated with the trunk")
	}
	k.ipACLs = inOrder(append(k.ipACLs, t.ipACLs[at]), (*ipACL).place)
	return http.StatusCreated, wireTrunkACL(c, k, t.ipACLs[at]), nil
}

func trunkACLIn(c *twilioCall, k *trunk) (*ipACL, *TwilioError) {
	for _, l := range k.ipACLs {
		if l.sid == c.params["Sid"] {
			return l, nil
		}
	}
	return nil, notFound(c.path)
}

func (t *twilio) fetchTrunkACL(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	l, refused := trunkACLIn(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, wireTrunkACL(c, k, l), nil
}

func (t *twilio) unlinkTrunkACL(c *twilioCall, k *trunk) (int, any, *TwilioError) {
	l, refused := trunkACLIn(c, k)
	if refused != nil {
		return 0, nil, refused
	}
	k.ipACLs = slices.DeleteFunc(k.ipACLs, func(other *ipACL) bool { return other == l })
	return http.StatusNoContent, nil, nil
}

// inOrder sorts items for paging.
func inOrder[T any](items []T, order func(T) int) []T {
	slices.SortFunc(items, func(a, b T) int { return order(a) - order(b) })
	return items
}
