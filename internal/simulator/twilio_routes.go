package simulator

import "net/http"

var twilioRouteRoutes = []twilioRoute{
	{"GET", "/v2/PhoneNumbers/{PhoneNumber}", (*twilio).fetchRoute},
	{"POST", "/v2/PhoneNumbers/{PhoneNumber}", (*twilio).setRoute},
}

// homeRegion processes the calls of a number that was given no other Region (Twilio docs: inbound processing Region).
const homeRegion = "us1"

// voiceRegions are those that can process the calls of a number (Twilio docs: inbound processing Region API).
var voiceRegions = map[string]bool{homeRegion: true, "ie1": true, "au1": true}

// routedNumber is the number of the caller's account that a path names.
func (t *twilio) routedNumber(c *twilioCall) (*number, *TwilioError) {
	if t.rules.RoutesOfUS1Alone {
		return nil, t.wrongCredentials()
	}
	n := t.numberByE164(c.params["PhoneNumber"])
	if n == nil || n.AccountSID != c.account.SID {
		return nil, notFound(c.path)
	}
	return n, nil
}

// fetchRoute answers which Region processes the calls of a number. There is no list (Twilio OpenAPI: Routes).
func (t *twilio) fetchRoute(c *twilioCall) (int, any, *TwilioError) {
	n, refused := t.routedNumber(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case n.VoiceRegion == "" && t.rules.UnroutedIsNotFound:
		return 0, nil, notFound(c.path)
	}
	return http.StatusOK, wireRoute(c, n), nil
}

// setRoute gives a number the Region that processes its calls. How an unknown one is refused is not documented.
func (t *twilio) setRoute(c *twilioCall) (int, any, *TwilioError) {
	n, refused := t.routedNumber(c)
	if refused != nil {
		return 0, nil, refused
	}
	if region := c.form.Get("VoiceRegion"); region != "" {
		if !voiceRegions[region] {
			return 0, nil, badRequestf(20001, "Invalid VoiceRegion: %s", region)
		}
		n.VoiceRegion = region
	}
	return http.StatusOK, wireRoute(c, n), nil
}

func wireRoute(c *twilioCall, n *number) any {
	region := n.VoiceRegion
	if region == "" {
		region = homeRegion
	}
	return map[string]any{
		"phone_number":  n.PhoneNumber,
		"sid":           "QQ" + n.SID[2:],
		"account_sid":   n.AccountSID,
		"friendly_name": n.FriendlyName,
		"voice_region":  region,
		"date_created":  dateV1(n.DateCreated),
		"date_updated":  dateV1(n.DateUpdated),
		"url":           c.base + "/v2/PhoneNumbers/" + n.PhoneNumber,
	}
}
