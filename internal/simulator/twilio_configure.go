package simulator

import (
	"net/url"
	"slices"
	"strings"
)

// configure applies the fields that buying and updating share to a number of an account: absent leaves a field as it
// is, empty clears it. Nothing is changed for good, so the caller can throw a refused draft away.
func (t *twilio) configure(n *number, account *TwilioAccount, form url.Values) *TwilioError {
	if !n.Capabilities.SMS {
		for name := range form {
			if strings.HasPrefix(name, "Sms") {
				return badRequestf(21407, "This Phone Number type does not support SMS")
			}
		}
	}
	if n.EmergencyAddressStatus == emergencyRegistered && !t.rules.EmergencyLetsMessagingChange {
		for name := range form {
			if strings.HasPrefix(name, "Sms") {
				return badRequestf(21631, "Remove the emergency address before performing this action")
			}
		}
	}
	if version := form.Get("ApiVersion"); version != "" {
		n.APIVersion = version
	}
	return firstRefusal(
		t.configureName(n, form),
		urlField(form, "VoiceUrl", &n.VoiceURL),
		methodField(form, "VoiceMethod", &n.VoiceMethod),
		urlField(form, "VoiceFallbackUrl", &n.VoiceFallbackURL),
		methodField(form, "VoiceFallbackMethod", &n.VoiceFallbackMethod),
		urlField(form, "SmsUrl", &n.SMSURL),
		methodField(form, "SmsMethod", &n.SMSMethod),
		urlField(form, "SmsFallbackUrl", &n.SMSFallbackURL),
		methodField(form, "SmsFallbackMethod", &n.SMSFallbackMethod),
		urlField(form, "StatusCallback", &n.StatusCallback),
		methodField(form, "StatusCallbackMethod", &n.StatusCallbackMethod),
		enumField(form, "VoiceReceiveMode", &n.VoiceReceiveMode, "voice", "fax"),
		t.configureCallerIDLookup(n, form),
		t.configureFallback(form, 21405, "Voice", &n.VoiceURL, &n.VoiceFallbackURL),
		t.configureFallback(form, 21406, "Sms", &n.SMSURL, &n.SMSFallbackURL),
		t.configureRouting(n, account, form),
		t.configureApplication(form, "SmsApplicationSid", account, &n.SMSApplicationSID),
		t.configureRegulation(n, account, form),
		t.configureEmergency(n, account, form),
	)
}

func (t *twilio) configureName(n *number, form url.Values) *TwilioError {
	refused := nameField(form, 64, &n.FriendlyName)
	if n.FriendlyName == "" && !t.rules.EmptyNameStays {
		n.FriendlyName = formatted(n.PhoneNumber)
	}
	return refused
}

func (t *twilio) configureCallerIDLookup(n *number, form url.Values) *TwilioError {
	if n.CallerIDLookupRefused && form.Has("VoiceCallerIdLookup") {
		return badRequestf(21409, "VoiceCallerIdLookup cannot be set for this phone number")
	}
	return boolField(form, "VoiceCallerIdLookup", &n.VoiceCallerIDLookup)
}

// configureFallback checks that a fallback URL has its primary URL (Twilio error dictionary: 21405, 21406). The
// values are read here, once they have been applied.
func (t *twilio) configureFallback(form url.Values, code int, kind string, primary, fallback *string) *TwilioError {
	touched := form.Has(kind+"Url") || form.Has(kind+"FallbackUrl")
	if *primary != "" || *fallback == "" || !touched {
		return nil
	}
	if t.rules.FallbackMayOutliveURL && !form.Has(kind+"FallbackUrl") {
		return nil
	}
	return badRequestf(code, "Cannot set %[1]sFallbackUrl without setting %[1]sUrl", kind)
}

// configureRouting applies trunk and voice application, of which setting one deletes the other and neither touches
// the URLs (Twilio OpenAPI: trunk_sid).
func (t *twilio) configureRouting(n *number, account *TwilioAccount, form url.Values) *TwilioError {
	trunkSID, application := form.Get("TrunkSid"), form.Get("VoiceApplicationSid")
	if trunkSID != "" && t.trunkIn(account, trunkSID) == nil {
		return badRequestf(21245, "Trunk %s is not accessible", trunkSID)
	}
	heldOff := t.rules.ApplicationHoldsOffTrunk && n.VoiceApplicationSID != "" && !form.Has("VoiceApplicationSid")
	if form.Has("TrunkSid") && (trunkSID == "" || !heldOff) {
		n.TrunkSID = trunkSID
		if trunkSID != "" {
			n.VoiceApplicationSID = ""
		}
	}
	if trunkSID != "" && application != "" && !t.rules.ApplicationBeatsTrunk {
		return t.configureApplication(form, "VoiceApplicationSid", account, new(string))
	}
	refused := t.configureApplication(form, "VoiceApplicationSid", account, &n.VoiceApplicationSID)
	if application != "" {
		n.TrunkSID = ""
	}
	return refused
}

func (t *twilio) configureApplication(
	form url.Values, name string, account *TwilioAccount, target *string,
) *TwilioError {
	if !form.Has(name) {
		return nil
	}
	sid := form.Get(name)
	known := slices.ContainsFunc(t.applications, func(a *TwilioApplication) bool {
		return a.SID == sid && a.AccountSID == account.SID
	})
	if sid != "" && !known {
		return badRequestf(21420, "ApplicationSid is not accessible: %s", sid)
	}
	*target = sid
	return nil
}

// configureRegulation applies what regulations ask for: address, identity and bundle.
func (t *twilio) configureRegulation(n *number, account *TwilioAccount, form url.Values) *TwilioError {
	if sid := form.Get("AddressSid"); sid != "" && t.addressIn(account, sid) == nil {
		return badRequestf(21628, "Address %s was not found", sid)
	}
	if sid := form.Get("BundleSid"); sid != "" && !t.bundleApproved(account, sid) {
		return badRequestf(21649, "Bundle %s does not exist or is not approved", sid)
	}
	if sid := form.Get("IdentitySid"); sid != "" && !sidOf("RI", sid) {
		return badRequestf(21651, "Identity %s does not satisfy the regulatory requirement", sid)
	}
	for name, target := range map[string]*string{
		"AddressSid": &n.AddressSID, "BundleSid": &n.BundleSID, "IdentitySid": &n.IdentitySID,
	} {
		if form.Has(name) {
			*target = form.Get(name)
		}
	}
	return nil
}

// meetsRegulation checks a number that comes to an account: whether it has the address and the bundle that it needs
// (Twilio error dictionary: 21615, 21631, 21649).
func (t *twilio) meetsRegulation(n *number) *TwilioError {
	if n.BundleRequired && n.BundleSID == "" {
		return badRequestf(21649, "Phone Number Requires a Bundle")
	}
	if n.AddressRequirements == "none" {
		return nil
	}
	address := t.addressIn(t.account(n.AccountSID), n.AddressSID)
	if address == nil {
		return badRequestf(21631, "Phone Number Requires an Address")
	}
	switch atHome := address.Country == countryOf(n.PhoneNumber); {
	case n.AddressRequirements == "local" && !atHome:
		return badRequestf(21615, "Phone Number Requires a Local Address")
	case n.AddressRequirements == "foreign" && atHome:
		return badRequestf(21631, "Phone Number Requires an Address outside its country")
	}
	return nil
}

func (t *twilio) addressIn(account *TwilioAccount, sid string) *TwilioAddress {
	for _, a := range t.addresses {
		if a.SID == sid && a.AccountSID == account.SID {
			return a
		}
	}
	return nil
}

func (t *twilio) bundleApproved(account *TwilioAccount, sid string) bool {
	return slices.ContainsFunc(t.bundles, func(b *TwilioBundle) bool {
		return b.SID == sid && b.AccountSID == account.SID && b.Status == "twilio-approved"
	})
}

// configureEmergency registers an emergency address at once, and deregisters it in the background (Twilio docs:
// emergency calling). EmergencyStatus has had no effect since October 2021 (Twilio changelog).
func (t *twilio) configureEmergency(n *number, account *TwilioAccount, form url.Values) *TwilioError {
	if !form.Has("EmergencyAddressSid") {
		return nil
	}
	sid := form.Get("EmergencyAddressSid")
	if sid != "" {
		if t.addressIn(account, sid) == nil {
			return badRequestf(21628, "Address %s was not found", sid)
		}
		n.EmergencyAddressSID, n.EmergencyAddressStatus = sid, emergencyRegistered
		return nil
	}
	n.EmergencyAddressSID = ""
	if n.EmergencyAddressStatus == emergencyUnregistered {
		return nil
	}
	n.EmergencyAddressStatus = emergencyPendingRemoval
	switch n.pendingReads = t.rules.EmergencyReads; {
	case n.pendingReads == 0:
		n.pendingReads = 2
	case n.pendingReads < 0:
		n.pendingReads = 0
		t.observe(n)
	}
	return nil
}
