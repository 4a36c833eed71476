package simulator_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	voice   = "https://example.com/voice"
	sms     = "https://example.com/sms"
	backup  = "https://example.com/backup"
	unknown = "00000000000000000000000000000bad"
)

func TestNewNumberAnswersWithTwiliosDefaults(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	w := start(t, simulator.WithClock(func() time.Time { return at }))
	bought := w.post(numbers+".json", form("PhoneNumber", support)).accepted(t, http.StatusCreated)
	sid := "PN00000000000000000000000000000001"
	bought.shows(t, map[string]any{
		"sid":                      sid,
		"account_sid":              main,
		"phone_number":             support,
		"friendly_name":            "(415) 555-0100",
		"api_version":              "2010-04-01",
		"origin":                   "twilio",
		"status":                   "in-use",
		"type":                     "local",
		"voice_receive_mode":       "voice",
		"voice_method":             "POST",
		"sms_method":               "POST",
		"voice_caller_id_lookup":   false,
		"emergency_address_status": "unregistered",
		"date_created":             "Wed, 04 Mar 2026 05:06:07 +0000",
		"uri":                      number(sid),
		// Twilio OpenAPI, examples: "" for these when unset …
		"sms_url":               "",
		"sms_fallback_url":      "",
		"sms_application_sid":   "",
		"voice_application_sid": "",
		"status_callback":       "",
		// … and null for these.
		"trunk_sid":             nil,
		"bundle_sid":            nil,
		"identity_sid":          nil,
		"voice_url":             nil,
		"voice_fallback_url":    nil,
		"emergency_address_sid": nil,
	})
	want := map[string]any{"voice": true, "sms": true, "mms": true, "fax": false}
	if diff := cmp.Diff(want, bought.fields["capabilities"]); diff != "" {
		t.Errorf("capabilities (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(bought.fields, w.get(number(sid)).fields); diff != "" {
		t.Errorf("reading answers something else than buying (-bought +read):\n%s", diff)
	}
	if got := w.Twilio().Purchases(); !slices.Equal(got, []string{support}) {
		t.Errorf("purchases are %v", got)
	}
}

func TestClearedFieldsAnswerEmptyOrNull(t *testing.T) {
	w := start(t)
	trunk := w.Twilio().AddTrunk(simulator.TwilioTrunk{})
	sid := w.buy(support)
	set := form("VoiceUrl", voice, "VoiceFallbackUrl", backup, "SmsUrl", sms, "TrunkSid", trunk, "StatusCallback", backup)
	w.update(sid, set).accepted(t, http.StatusOK).shows(t, map[string]any{
		"voice_url": voice, "voice_fallback_url": backup, "sms_url": sms, "trunk_sid": trunk, "status_callback": backup,
	})
	for name := range set {
		set.Set(name, "")
	}
	w.update(sid, set).accepted(t, http.StatusOK).shows(t, map[string]any{
		"voice_url": "", "voice_fallback_url": "", "sms_url": "", "trunk_sid": nil, "status_callback": "",
	})
}

func TestAbsentFieldsStay(t *testing.T) {
	w := start(t)
	sid := w.buy(support)
	w.update(sid, form("VoiceUrl", voice, "VoiceMethod", "GET", "FriendlyName", "Support"))
	w.update(sid, nil).accepted(t, http.StatusOK).shows(t, map[string]any{
		"voice_url": voice, "voice_method": "GET", "friendly_name": "Support",
	})
}

func TestEmergencyStatusHasNoEffect(t *testing.T) {
	w := start(t)
	w.update(w.buy(support), form("EmergencyStatus", "Active")).accepted(t, http.StatusOK).
		shows(t, map[string]any{"emergency_status": "Inactive", "emergency_address_status": "unregistered"})
}

func TestTrunkAndApplicationDeleteEachOther(t *testing.T) {
	for name, tc := range map[string]struct {
		rules              simulator.TwilioRules
		before             []string // "trunk", "application"
		send               []string
		clear              []string
		trunk, application bool
	}{
		"trunk deletes application": {before: []string{"application"}, send: []string{"trunk"}, trunk: true},
		"application deletes trunk": {before: []string{"trunk"}, send: []string{"application"}, application: true},
		"both at once, the trunk ranks higher": {
			send: []string{"trunk", "application"}, trunk: true,
		},
		"both at once, otherwise": {
			rules: simulator.TwilioRules{ApplicationBeatsTrunk: true},
			send:  []string{"trunk", "application"}, application: true,
		},
		"application holds the trunk off": {
			rules:  simulator.TwilioRules{ApplicationHoldsOffTrunk: true},
			before: []string{"application"}, send: []string{"trunk"}, application: true,
		},
		"application that is cleared holds nothing off": {
			rules:  simulator.TwilioRules{ApplicationHoldsOffTrunk: true},
			before: []string{"application"}, send: []string{"trunk"}, clear: []string{"application"}, trunk: true,
		},
		"clearing the trunk restores nothing": {before: []string{"trunk"}, clear: []string{"trunk"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(tc.rules))
			field := map[string]string{"trunk": "TrunkSid", "application": "VoiceApplicationSid"}
			sids := map[string]string{
				"trunk":       w.Twilio().AddTrunk(simulator.TwilioTrunk{}),
				"application": w.Twilio().AddApplication(main),
			}
			sid := w.buy(support)
			before := form("VoiceUrl", voice)
			for _, what := range tc.before {
				before.Set(field[what], sids[what])
			}
			w.update(sid, before).accepted(t, http.StatusOK)
			after := url.Values{}
			for _, what := range tc.send {
				after.Set(field[what], sids[what])
			}
			for _, what := range tc.clear {
				after.Set(field[what], "")
			}
			want := map[string]any{"trunk_sid": nil, "voice_application_sid": "", "voice_url": voice}
			if tc.trunk {
				want["trunk_sid"] = sids["trunk"]
			}
			if tc.application {
				want["voice_application_sid"] = sids["application"]
			}
			w.update(sid, after).accepted(t, http.StatusOK).shows(t, want)
		})
	}
}

func TestFallbackNeedsItsPrimary(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.TwilioRules
		before url.Values
		send   url.Values
		code   int // 0: accepted
	}{
		"voice fallback alone": {send: form("VoiceFallbackUrl", backup), code: 21405},
		"SMS fallback alone":   {send: form("SmsFallbackUrl", backup), code: 21406},
		"with its primary":     {send: form("VoiceUrl", voice, "VoiceFallbackUrl", backup)},
		"primary and fallback cleared": {
			before: form("VoiceUrl", voice, "VoiceFallbackUrl", backup),
			send:   form("VoiceUrl", "", "VoiceFallbackUrl", ""),
		},
		"primary cleared, fallback stays": {
			before: form("VoiceUrl", voice, "VoiceFallbackUrl", backup), send: form("VoiceUrl", ""), code: 21405,
		},
		"SMS primary cleared alone": {
			before: form("SmsUrl", sms, "SmsFallbackUrl", backup), send: form("SmsUrl", ""), code: 21406,
		},
		"primary cleared, the other way": {
			rules:  simulator.TwilioRules{FallbackMayOutliveURL: true},
			before: form("VoiceUrl", voice, "VoiceFallbackUrl", backup), send: form("VoiceUrl", ""),
		},
		"fallback alone, the other way": {
			rules: simulator.TwilioRules{FallbackMayOutliveURL: true},
			send:  form("VoiceFallbackUrl", backup), code: 21405,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(tc.rules))
			sid := w.buy(support)
			w.update(sid, tc.before).accepted(t, http.StatusOK)
			r := w.update(sid, tc.send)
			if tc.code == 0 {
				r.accepted(t, http.StatusOK)
				return
			}
			r.refused(t, 400, tc.code)
			if n, _ := w.Twilio().Number(support); n.VoiceURL != tc.before.Get("VoiceUrl") {
				t.Errorf("the refused update changed the URL to %q", n.VoiceURL)
			}
		})
	}
}

func TestInvalidFieldsAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		send url.Values
		code int
	}{
		"relative URL":        {form("VoiceUrl", "/voice"), 21402},
		"URL of another kind": {form("SmsUrl", "ftp://example.com"), 21402},
		"URL without a host":  {form("StatusCallback", "https://"), 21402},
		"unknown method":      {form("VoiceUrl", voice, "VoiceMethod", "PUT"), 21403},
		"empty method":        {form("SmsMethod", ""), 21403},
		"long name":           {form("FriendlyName", strings.Repeat("n", 65)), 21658},
		"not a boolean":       {form("VoiceCallerIdLookup", "yes"), 20001},
		"unknown mode":        {form("VoiceReceiveMode", "text"), 20001},
		"unknown trunk":       {form("TrunkSid", "TK"+unknown), 21245},
		"unknown application": {form("VoiceApplicationSid", "AP"+unknown), 21420},
		"unknown SMS app":     {form("SmsApplicationSid", "AP"+unknown), 21420},
		"unknown address":     {form("AddressSid", "AD"+unknown), 21628},
		"unknown emergency":   {form("EmergencyAddressSid", "AD"+unknown), 21628},
		"unknown bundle":      {form("BundleSid", "BU"+unknown), 21649},
		"malformed identity":  {form("IdentitySid", "me"), 21651},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			sid := w.buy(support)
			before, _ := w.Twilio().Number(support)
			w.update(sid, tc.send).refused(t, 400, tc.code)
			after, _ := w.Twilio().Number(support)
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the refused update changed the number:\n%s", diff)
			}
			tc.send.Set("PhoneNumber", "+14155550101")
			if tc.send.Has("EmergencyAddressSid") {
				return // ignored at a purchase
			}
			w.post(numbers+".json", tc.send).refused(t, 400, tc.code)
			if got := w.Twilio().Purchases(); len(got) != 1 {
				t.Errorf("a refused purchase went through: %v", got)
			}
		})
	}
}

func TestThingsOfAnotherAccountAreRefused(t *testing.T) {
	w := start(t)
	sub := w.Twilio().AddSubaccount(main).SID
	sid := w.buy(support)
	for field, tc := range map[string]struct {
		value string
		code  int
	}{
		"TrunkSid":            {w.Twilio().AddTrunk(simulator.TwilioTrunk{AccountSID: sub}), 21245},
		"VoiceApplicationSid": {w.Twilio().AddApplication(sub), 21420},
		"SmsApplicationSid":   {w.Twilio().AddApplication(sub), 21420},
		"AddressSid":          {w.Twilio().AddAddress(sub, "US"), 21628},
		"EmergencyAddressSid": {w.Twilio().AddAddress(sub, "US"), 21628},
		"BundleSid":           {w.Twilio().AddBundle(sub, "twilio-approved"), 21649},
	} {
		t.Run(field, func(t *testing.T) {
			w.update(sid, form(field, tc.value)).refused(t, 400, tc.code)
		})
	}
}

func TestValuesAtTheLimitAreAccepted(t *testing.T) {
	w := start(t)
	sid := w.buy(support)
	w.update(sid, form(
		"FriendlyName", strings.Repeat("é", 64), "VoiceCallerIdLookup", "true", "VoiceReceiveMode", "fax",
		"IdentitySid", "RI"+unknown, "AddressSid", w.Twilio().AddAddress(main, "US"),
		"BundleSid", w.Twilio().AddBundle(main, "twilio-approved"),
		"SmsApplicationSid", w.Twilio().AddApplication(main), "ApiVersion", "2008-08-01",
	)).accepted(t, http.StatusOK).shows(t, map[string]any{
		"friendly_name": strings.Repeat("é", 64), "voice_caller_id_lookup": true, "voice_receive_mode": "fax",
		"identity_sid": "RI" + unknown, "api_version": "2008-08-01",
	})
}

func TestSMSSettingsNeedANumberWithSMS(t *testing.T) {
	w := start(t)
	w.Twilio().AddNumber(simulator.TwilioNumber{
		PhoneNumber: "+442079460100", Capabilities: simulator.TwilioCapabilities{Voice: true},
	})
	n, _ := w.Twilio().Number("+442079460100")
	w.update(n.SID, form("SmsUrl", sms)).refused(t, 400, 21407)
	w.update(n.SID, form("SmsUrl", "")).refused(t, 400, 21407)
	w.update(n.SID, form("VoiceUrl", voice)).accepted(t, http.StatusOK)
}

func TestCallerIDLookupCanBeRefused(t *testing.T) {
	w := start(t)
	sid := w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: support, CallerIDLookupRefused: true})
	w.update(sid, form("VoiceCallerIdLookup", "true")).refused(t, 400, 21409)
}

func TestPurchaseRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		path string
		send url.Values
		code int
	}{
		"neither number nor area code":  {".json", form("FriendlyName", "x"), 20001},
		"not a number":                  {".json", form("PhoneNumber", "support"), 21421},
		"a space for an unescaped plus": {".json", form("PhoneNumber", " 14155550100"), 21421},
		"too short for North America":   {".json", form("PhoneNumber", "+1415555010"), 21421},
		"not for sale":                  {".json", form("PhoneNumber", "+14155559999"), 21422},
		"malformed area code":           {".json", form("AreaCode", "41"), 21451},
		"nothing in the area":           {".json", form("AreaCode", "999"), 21452},
		"area code on a sub-resource":   {"/Local.json", form("AreaCode", "415"), 21457},
		"another type":                  {"/TollFree.json", form("PhoneNumber", support), 21458},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.post(numbers+tc.path, tc.send).refused(t, 400, tc.code)
			if got := w.Twilio().Purchases(); len(got) != 0 {
				t.Errorf("purchases are %v", got)
			}
		})
	}
}

func TestPurchaseByTypeAndByAreaCode(t *testing.T) {
	w := start(t)
	w.post(numbers+"/TollFree.json", form("PhoneNumber", "+18005550100")).accepted(t, http.StatusCreated)
	w.post(numbers+"/Local.json", form("PhoneNumber", support)).accepted(t, http.StatusCreated)
	first := w.post(numbers+".json", form("AreaCode", "206")).accepted(t, http.StatusCreated)
	second := w.post(numbers+".json", form("AreaCode", "206")).accepted(t, http.StatusCreated)
	for _, r := range []reply{first, second} {
		if e164, _ := r.fields["phone_number"].(string); !strings.HasPrefix(e164, "+1206") {
			t.Errorf("bought %s in area 206", e164)
		}
	}
	if got := len(w.Twilio().Purchases()); got != 4 { // buying by area code is not idempotent
		t.Errorf("%d purchases, want 4", got)
	}
}

func TestTakenNumbers(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  simulator.TwilioRules
		before func(w *world)
		status int
		sid    string // of an accepted purchase
	}{
		"somebody else's": {
			before: func(w *world) { w.Twilio().TakeNumber(support) }, status: 400,
		},
		"another account's": {
			before: func(w *world) {
				sub := w.Twilio().AddSubaccount(main)
				w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: support, AccountSID: sub.SID})
			},
			rules: simulator.TwilioRules{OwnedCanBeBought: true}, status: 400,
		},
		"our own": {before: func(w *world) { w.buy(support) }, status: 400},
		"our own, the other way": {
			rules:  simulator.TwilioRules{OwnedCanBeBought: true},
			before: func(w *world) { w.buy(support) }, status: 201, sid: "PN00000000000000000000000000000001",
		},
		"just released": {
			before: func(w *world) { w.delete(number(w.buy(support))) }, status: 400,
		},
		"just released, the other way": {
			rules:  simulator.TwilioRules{ReleasedCanBeBought: true},
			before: func(w *world) { w.delete(number(w.buy(support))) }, status: 201,
			sid: "PN00000000000000000000000000000002",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(tc.rules))
			tc.before(w)
			purchases := len(w.Twilio().Purchases())
			r := w.post(numbers+".json", form("PhoneNumber", support))
			if tc.status != 201 {
				r.refused(t, tc.status, 21422)
			} else if r.accepted(t, 201).shows(t, map[string]any{"sid": tc.sid}); tc.rules.OwnedCanBeBought &&
				len(w.Twilio().Purchases()) != purchases {
				t.Error("the number was bought a second time")
			}
		})
	}
}

func TestTrialAccountsCannotBuy(t *testing.T) {
	w := start(t)
	trial := w.Twilio().AddAccount(simulator.TwilioAccount{Trial: true})
	w.as(trial.SID, trial.AuthToken).
		post(accounts+trial.SID+"/IncomingPhoneNumbers.json", form("PhoneNumber", support)).refused(t, 400, 21404)
}

func TestRegulatedNumbersNeedAddressAndBundle(t *testing.T) {
	const berlin, paris = "+493023125000", "+33639980000"
	for name, tc := range map[string]struct {
		e164    string
		address string // its country
		bundle  string // its status
		code    int
	}{
		"all there":                       {berlin, "DE", "twilio-approved", 0},
		"no bundle":                       {berlin, "DE", "", 21649},
		"bundle in review":                {berlin, "DE", "in-review", 21649},
		"no address":                      {berlin, "", "twilio-approved", 21631},
		"address abroad":                  {berlin, "US", "twilio-approved", 21615},
		"foreign address wanted":          {paris, "US", "", 0},
		"foreign address wanted, at home": {paris, "FR", "", 21631},
		"any address will do":             {"+442079460000", "US", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			send := form("PhoneNumber", tc.e164)
			if tc.address != "" {
				send.Set("AddressSid", w.Twilio().AddAddress(main, tc.address))
			}
			if tc.bundle != "" {
				send.Set("BundleSid", w.Twilio().AddBundle(main, tc.bundle))
			}
			r := w.post(numbers+".json", send)
			if tc.code == 0 {
				r.accepted(t, http.StatusCreated)
			} else {
				r.refused(t, 400, tc.code)
			}
		})
	}
}

func TestOmittedModeAndType(t *testing.T) {
	w := start(t, simulator.WithTwilio(simulator.TwilioRules{OmitsModeAndType: true}))
	r := w.get(number(w.buy(support)))
	for _, field := range []string{"voice_receive_mode", "type"} {
		if value, present := r.fields[field]; present {
			t.Errorf("%s is there: %v", field, value)
		}
	}
}

func TestEmptyName(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.TwilioRules
		want  string
	}{
		"brings the number back": {want: "(415) 555-0100"},
		"stays":                  {rules: simulator.TwilioRules{EmptyNameStays: true}, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(tc.rules))
			sid := w.buy(support)
			w.update(sid, form("FriendlyName", "Support"))
			w.update(sid, form("FriendlyName", "")).accepted(t, http.StatusOK).
				shows(t, map[string]any{"friendly_name": tc.want})
		})
	}
}

func TestDemoHandlers(t *testing.T) {
	w := start(t, simulator.WithTwilio(simulator.TwilioRules{DemoHandlers: true}))
	w.post(numbers+".json", form("PhoneNumber", support, "SmsUrl", "")).accepted(t, http.StatusCreated).
		shows(t, map[string]any{"voice_url": "https://demo.twilio.com/welcome/voice/", "sms_url": ""})
}

func TestReleasedNumberIsGone(t *testing.T) {
	w := start(t)
	sid := w.buy(support)
	r := w.delete(number(sid)).accepted(t, http.StatusNoContent)
	if r.body != "" {
		t.Errorf("the body is %q", r.body)
	}
	w.get(number(sid)).refused(t, 404, 20404)
	w.update(sid, form("VoiceUrl", voice)).refused(t, 404, 20404)
	w.delete(number(sid)).refused(t, 404, 20404)
	if got := w.Twilio().Released(); !slices.Equal(got, []string{support}) {
		t.Errorf("released are %v", got)
	}
}

func TestHostedNumbers(t *testing.T) {
	hosted := simulator.TwilioNumber{PhoneNumber: support, Origin: "hosted"}
	w := start(t)
	w.delete(number(w.Twilio().AddNumber(hosted))).accepted(t, http.StatusNoContent)

	w = start(t, simulator.WithTwilio(simulator.TwilioRules{HostedReleaseRefused: true}))
	w.delete(number(w.Twilio().AddNumber(hosted))).refused(t, 400, 20001)
}

func TestEmergencyAddressBlocksTheRelease(t *testing.T) {
	for name, tc := range map[string]struct {
		rules        simulator.TwilioRules
		status, code int
	}{
		"by default": {status: 400, code: 21631},
		"otherwise": {
			rules: simulator.TwilioRules{
				EmergencyRelease: simulator.TwilioError{Status: 409, Code: 20409, Message: "Conflict"},
			},
			status: 409, code: 20409,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(tc.rules))
			sid := w.buy(support)
			address := w.Twilio().AddAddress(main, "US")
			w.update(sid, form("EmergencyAddressSid", address)).accepted(t, http.StatusOK).shows(t, map[string]any{
				"emergency_address_sid": address, "emergency_address_status": "registered", "emergency_status": "Active",
			})
			w.delete(number(sid)).refused(t, tc.status, tc.code)
			if _, held := w.Twilio().Number(support); !held {
				t.Error("the number is gone")
			}
		})
	}
}

func TestEmergencyAddressHoldsTheMessagingSettings(t *testing.T) {
	for name, lets := range map[string]bool{"by default": false, "otherwise": true} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(simulator.TwilioRules{EmergencyLetsMessagingChange: lets}))
			sid := w.buy(support)
			w.update(sid, form("EmergencyAddressSid", w.Twilio().AddAddress(main, "US"))).accepted(t, http.StatusOK)
			w.update(sid, form("VoiceUrl", "https://example.com/voice")).accepted(t, http.StatusOK)
			answer := w.update(sid, form("SmsUrl", "https://example.com/sms"))
			if lets {
				answer.accepted(t, http.StatusOK)
			} else {
				answer.refused(t, 400, 21631)
			}
		})
	}
}

func TestDeregistrationTakesSomeReads(t *testing.T) {
	for name, tc := range map[string]struct {
		rules   simulator.TwilioRules
		pending int // reads
		final   string
	}{
		"by default": {pending: 2, final: "unregistered"},
		"slowly":     {rules: simulator.TwilioRules{EmergencyReads: 5}, pending: 5, final: "unregistered"},
		"at once":    {rules: simulator.TwilioRules{EmergencyReads: -1}, pending: 0, final: "unregistered"},
		"without effect": {
			rules: simulator.TwilioRules{EmergencyStaysRegistered: true}, pending: 2, final: "unregistration-failure",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(tc.rules))
			sid := w.buy(support)
			w.update(sid, form("EmergencyAddressSid", w.Twilio().AddAddress(main, "US")))
			// Twilio docs, emergency calling: the answer has the address cleared.
			r := w.update(sid, form("EmergencyAddressSid", "")).accepted(t, http.StatusOK)
			r.shows(t, map[string]any{"emergency_address_sid": "", "emergency_status": "Inactive"})
			for range tc.pending {
				w.get(number(sid)).shows(t, map[string]any{"emergency_address_status": "pending-unregistration"})
			}
			w.get(number(sid)).shows(t, map[string]any{"emergency_address_status": tc.final})
			want := http.StatusNoContent
			if tc.final != "unregistered" {
				want = http.StatusBadRequest
			}
			w.delete(number(sid)).accepted(t, want)
		})
	}
}

func TestListsLetADeregistrationGoOnToo(t *testing.T) {
	w := start(t)
	sid := w.buy(support)
	w.update(sid, form("EmergencyAddressSid", w.Twilio().AddAddress(main, "US")))
	w.update(sid, form("EmergencyAddressSid", ""))
	for range 3 {
		w.get(numbers + ".json")
	}
	if n, _ := w.Twilio().Number(support); n.EmergencyAddressStatus != "unregistered" {
		t.Errorf("the status is %s", n.EmergencyAddressStatus)
	}
}

func TestEmergencyAddressIsIgnoredAtAPurchase(t *testing.T) {
	w := start(t)
	address := w.Twilio().AddAddress(main, "US")
	w.post(numbers+".json", form("PhoneNumber", support, "EmergencyAddressSid", address)).
		accepted(t, http.StatusCreated).
		shows(t, map[string]any{"emergency_address_sid": nil, "emergency_address_status": "unregistered"})
}

func TestTransfer(t *testing.T) {
	for name, tc := range map[string]struct {
		rules   simulator.TwilioRules
		newSID  bool
		wantURL any
	}{
		"keeps SID and URLs": {wantURL: voice},
		"with a new SID":     {rules: simulator.TwilioRules{TransferChangesSID: true}, newSID: true, wantURL: voice},
		"clearing the URLs":  {rules: simulator.TwilioRules{TransferClearsURLs: true}, wantURL: ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.WithTwilio(tc.rules))
			sub := w.Twilio().AddSubaccount(main)
			sid := w.buy(support)
			w.update(sid, form("VoiceUrl", voice, "TrunkSid", w.Twilio().AddTrunk(simulator.TwilioTrunk{})))
			r := w.update(sid, form("AccountSid", sub.SID)).accepted(t, http.StatusOK)
			r.shows(t, map[string]any{"account_sid": sub.SID, "trunk_sid": nil, "voice_url": tc.wantURL})
			moved, _ := r.fields["sid"].(string)
			if (moved != sid) != tc.newSID {
				t.Errorf("the SID was %s and is %s", sid, moved)
			}
			w.get(number(sid)).refused(t, 404, 20404)
			w.get(accounts+sub.SID+"/IncomingPhoneNumbers/"+moved+".json").accepted(t, http.StatusOK)
		})
	}
}

func TestTransferRefusals(t *testing.T) {
	w := start(t, simulator.WithTwilio(simulator.TwilioRules{HostedTransferRefused: true}))
	state := w.Twilio()
	sub, sibling, suspended := state.AddSubaccount(main), state.AddSubaccount(main), state.AddSubaccount(main)
	state.SetAccountStatus(suspended.SID, "suspended")
	stranger := state.AddAccount(simulator.TwilioAccount{})
	sid := w.buy(support)
	hosted := state.AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550123", Origin: "hosted"})
	regulated := state.AddNumber(simulator.TwilioNumber{PhoneNumber: "+442079460123", AddressRequirements: "any"})
	subs := state.AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550124", AccountSID: sub.SID})
	subPath := accounts + sub.SID + "/IncomingPhoneNumbers/" + subs + ".json"

	w.update(sid, form("AccountSid", "sub")).refused(t, 400, 21470)
	w.update(sid, form("AccountSid", "AC"+unknown)).refused(t, 400, 21471)
	w.update(sid, form("AccountSid", suspended.SID)).refused(t, 400, 21472)
	w.update(sid, form("AccountSid", stranger.SID)).refused(t, 400, 21473)
	w.as(sub.SID, sub.AuthToken).post(subPath, form("AccountSid", sibling.SID)).refused(t, 400, 21474)
	w.update(regulated, form("AccountSid", sub.SID)).refused(t, 400, 21631)
	w.update(hosted, form("AccountSid", sub.SID)).refused(t, 400, 21470)

	w.update(sid, form("AccountSid", main)).accepted(t, http.StatusOK) // already there
	w.post(subPath, form("AccountSid", sibling.SID)).accepted(t, http.StatusOK)
	address := state.AddAddress(sub.SID, "US")
	w.update(regulated, form("AccountSid", sub.SID, "AddressSid", address)).accepted(t, http.StatusOK)
	state.SetRules(func(rules *simulator.TwilioRules) { rules.HostedTransferRefused = false })
	w.update(hosted, form("AccountSid", sub.SID)).accepted(t, http.StatusOK)
}

func TestListFilters(t *testing.T) {
	w := start(t)
	state := w.Twilio()
	state.AddNumber(simulator.TwilioNumber{PhoneNumber: support, FriendlyName: "Support"})
	state.AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550111", Origin: "hosted"})
	state.AddNumber(simulator.TwilioNumber{PhoneNumber: "+18005550100", Beta: true})
	state.AddNumber(simulator.TwilioNumber{PhoneNumber: "+447700900001"})
	state.AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550199", AccountSID: state.AddSubaccount(main).SID})

	for name, tc := range map[string]struct {
		path string
		want []string
	}{
		"all of the account":        {".json", []string{support, "+14155550111", "+18005550100", "+447700900001"}},
		"whole number":              {".json?PhoneNumber=%2B14155550100", []string{support}},
		"part of a number":          {".json?PhoneNumber=5550100", []string{support, "+18005550100"}},
		"wildcards":                 {".json?PhoneNumber=%2B1***55501", []string{support, "+14155550111", "+18005550100"}},
		"an unescaped plus":         {".json?PhoneNumber=+14155550100", nil},
		"a dot is no wildcard":      {".json?PhoneNumber=.1415", nil},
		"by name":                   {".json?FriendlyName=Support", []string{support}},
		"by the name's part":        {".json?FriendlyName=Supp", nil},
		"by origin":                 {".json?Origin=hosted", []string{"+14155550111"}},
		"without beta":              {".json?Beta=false", []string{support, "+14155550111", "+447700900001"}},
		"with beta":                 {".json?Beta=true&PhoneNumber=800555", []string{"+18005550100"}},
		"local ones":                {"/Local.json", []string{support, "+14155550111"}},
		"toll-free ones":            {"/TollFree.json", []string{"+18005550100"}},
		"mobile ones with a filter": {"/Mobile.json?PhoneNumber=%2B44", []string{"+447700900001"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, item := range w.get(numbers+tc.path).accepted(t, http.StatusOK).items("incoming_phone_numbers") {
				e164, _ := item["phone_number"].(string)
				got = append(got, e164)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
	w.get(numbers+".json?Beta=maybe").refused(t, 400, 20001)
}

func TestStateBehindTheAPI(t *testing.T) {
	w := start(t)
	state := w.Twilio()
	sid := w.buy(support)
	if !state.UpdateNumber(support, func(n *simulator.TwilioNumber) { n.VoiceURL = voice }) {
		t.Fatal("the number is not held")
	}
	w.get(number(sid)).shows(t, map[string]any{"voice_url": voice})
	again := state.AddNumber(simulator.TwilioNumber{PhoneNumber: support}) // replaces it
	if got := state.Numbers(); len(got) != 1 || got[0].SID != again {
		t.Errorf("numbers are %+v", got)
	}
	if !state.RemoveNumber(support) {
		t.Fatal("the number is not held")
	}
	w.get(number(again)).refused(t, 404, 20404)
	if state.RemoveNumber(support) || state.UpdateNumber(support, func(*simulator.TwilioNumber) {}) {
		t.Error("a number that is gone is still held")
	}
	if got := state.Released(); len(got) != 0 {
		t.Errorf("released are %v, although nothing was released over the API", got)
	}
	holdings, ok := w.State()[simulator.Twilio].(simulator.TwilioHoldings)
	if !ok || len(holdings.Numbers) != 0 || !slices.Equal(holdings.Purchases, []string{support}) {
		t.Errorf("the state is %+v", holdings)
	}
	if keys := slices.Sorted(maps.Keys(w.State())); !slices.Contains(keys, simulator.Twilio) {
		t.Errorf("the services are %v", keys)
	}
}
