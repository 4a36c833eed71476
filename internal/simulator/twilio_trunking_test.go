package simulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	trunks          = "/v1/Trunks"
	policies        = "/v1/ConnectionPolicies"
	byocTrunks      = "/v1/ByocTrunks"
	credentialLists = accounts + main + "/SIP/CredentialLists"
)

// create posts and gives the SID of what came to be.
func (w *world) create(path string, pairs ...string) string {
	w.t.Helper()
	r := w.post(path, form(pairs...)).accepted(w.t, http.StatusCreated)
	sid, _ := r.fields["sid"].(string)
	return sid
}

func TestTrunkLifecycle(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	w := start(t, simulator.WithClock(func() time.Time { return at }))
	sid := w.create(trunks)
	path := trunks + "/" + sid
	w.get(path).accepted(t, 200).shows(t, map[string]any{
		"sid": sid, "account_sid": main, "friendly_name": nil, "domain_name": nil, "secure": false,
		"transfer_mode": "disable-all", "transfer_caller_id": "from-transferee", "auth_type": "",
		"disaster_recovery_method": "POST", "date_created": "2026-03-04T05:06:07Z", "url": w.url + "/twilio" + path,
	})
	w.post(path, form(
		"FriendlyName", "Agents", "DomainName", "agents.pstn.twilio.com", "Secure", "true", "CnamLookupEnabled", "true",
		"TransferMode", "sip-only", "TransferCallerId", "from-transferor",
		"DisasterRecoveryUrl", voice, "DisasterRecoveryMethod", "GET",
	)).accepted(t, 200).shows(t, map[string]any{
		"friendly_name": "Agents", "domain_name": "agents.pstn.twilio.com", "secure": true, "cnam_lookup_enabled": true,
		"transfer_mode": "sip-only", "transfer_caller_id": "from-transferor",
		"disaster_recovery_url": voice, "disaster_recovery_method": "GET",
	})
	w.get(path+"/Recording").accepted(t, 200).shows(t, map[string]any{"mode": "do-not-record", "trim": "do-not-trim"})
	w.post(path+"/Recording", form("Mode", "record-from-answer", "Trim", "trim-silence")).accepted(t, 200).
		shows(t, map[string]any{"mode": "record-from-answer", "trim": "trim-silence"})
	w.delete(path).accepted(t, http.StatusNoContent)
	w.get(path).refused(t, 404, 20404)
	w.delete(path).refused(t, 404, 20404)
}

func TestTrunkRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		send url.Values
		code int
	}{
		"domain elsewhere":    {form("DomainName", "agents.example.com"), 21245},
		"domain of dots":      {form("DomainName", "..pstn.twilio.com"), 21245},
		"domain taken":        {form("DomainName", "taken.pstn.twilio.com"), 21248},
		"long name":           {form("FriendlyName", strings.Repeat("n", 65)), 21658},
		"unknown mode":        {form("TransferMode", "some"), 20001},
		"unknown caller":      {form("TransferCallerId", "me"), 20001},
		"unknown method":      {form("DisasterRecoveryMethod", "PUT"), 21403},
		"relative URL":        {form("DisasterRecoveryUrl", "/here"), 21402},
		"secure by any other": {form("Secure", "yes"), 20001},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.Twilio().AddTrunk(simulator.TwilioTrunk{DomainName: "taken.pstn.twilio.com"})
			sid := w.create(trunks)
			w.post(trunks, tc.send).refused(t, 400, tc.code)
			w.post(trunks+"/"+sid, tc.send).refused(t, 400, tc.code)
			if got := len(w.Twilio().Trunks()); got != 2 {
				t.Errorf("there are %d trunks, want 2", got)
			}
		})
	}
}

func TestTrunkLimits(t *testing.T) {
	w := start(t)
	for range 100 {
		w.Twilio().AddTrunk(simulator.TwilioTrunk{})
	}
	w.post(trunks, nil).refused(t, 400, 21244)

	trial := w.Twilio().AddAccount(simulator.TwilioAccount{Trial: true})
	other := w.as(trial.SID, trial.AuthToken)
	other.create(trunks)
	other.post(trunks, nil).refused(t, 400, 21244)
}

func TestDomainOfADeletedTrunkIsReservedFor30Days(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w := start(t, simulator.WithClock(func() time.Time { return now }))
	domain := form("DomainName", "agents.pstn.twilio.com")
	w.delete(trunks + "/" + w.create(trunks, "DomainName", "agents.pstn.twilio.com"))
	now = now.Add(30*24*time.Hour - time.Second)
	w.post(trunks, domain).refused(t, 400, 21248)
	now = now.Add(time.Second)
	w.post(trunks, domain).accepted(t, http.StatusCreated)
}

func TestTrunksBelongToTheCredentials(t *testing.T) {
	w := start(t)
	sub := w.Twilio().AddSubaccount(main)
	sid := w.create(trunks)
	other := w.as(sub.SID, sub.AuthToken)
	other.get(trunks+"/"+sid).refused(t, 404, 20404)
	if got := other.get(trunks).accepted(t, 200).items("trunks"); len(got) != 0 {
		t.Errorf("the subaccount sees %v", got)
	}
	other.create(trunks)
	if got := w.get(trunks).accepted(t, 200).items("trunks"); len(got) != 1 || got[0]["sid"] != sid {
		t.Errorf("the main account sees %v", got)
	}
}

func TestNumbersOnATrunk(t *testing.T) {
	w := start(t)
	trunk := trunks + "/" + w.create(trunks)
	sid := w.buy(support)
	w.update(sid, form("VoiceUrl", voice, "VoiceApplicationSid", w.Twilio().AddApplication(main)))

	w.get(trunk+"/PhoneNumbers/"+sid).refused(t, 404, 20404)
	w.post(trunk+"/PhoneNumbers", form("PhoneNumberSid", "PN"+unknown)).refused(t, 400, 21245)
	w.post(trunk+"/PhoneNumbers", form("PhoneNumberSid", sid)).accepted(t, 201).
		shows(t, map[string]any{"sid": sid, "phone_number": support, "voice_application_sid": "", "voice_url": voice})
	w.get(number(sid)).shows(t, map[string]any{
		"trunk_sid": strings.TrimPrefix(trunk, trunks+"/"), "voice_application_sid": "",
	})
	w.get(trunk+"/PhoneNumbers/"+sid).accepted(t, 200).shows(t, map[string]any{"sid": sid})
	if got := w.get(trunk+"/PhoneNumbers").accepted(t, 200).items("phone_numbers"); len(got) != 1 {
		t.Errorf("numbers on the trunk are %v", got)
	}
	w.delete(trunk+"/PhoneNumbers/"+sid).accepted(t, http.StatusNoContent)
	w.delete(trunk+"/PhoneNumbers/"+sid).refused(t, 404, 20404)
	w.get(number(sid)).accepted(t, 200).shows(t, map[string]any{"trunk_sid": nil}) // unlinked, not released
}

func TestDeletingATrunkWithNumbers(t *testing.T) {
	w := start(t)
	sid := w.create(trunks)
	pn := w.buy(support)
	w.update(pn, form("TrunkSid", sid, "EmergencyAddressSid", w.Twilio().AddAddress(main, "US")))
	w.delete(trunks+"/"+sid).refused(t, 400, 21634)
	w.update(pn, form("EmergencyAddressSid", ""))

	w.Twilio().SetRules(func(rules *simulator.TwilioRules) { rules.TrunkKeepsNumbers = true })
	w.delete(trunks+"/"+sid).refused(t, 409, 20409)
	w.get(number(pn)).shows(t, map[string]any{"trunk_sid": sid})

	w.Twilio().SetRules(func(rules *simulator.TwilioRules) { rules.TrunkKeepsNumbers = false })
	w.delete(trunks+"/"+sid).accepted(t, http.StatusNoContent)
	w.get(number(pn)).accepted(t, 200).shows(t, map[string]any{"trunk_sid": nil})
}

func TestTrunkRemovedBehindTheAPI(t *testing.T) {
	w := start(t)
	sid := w.Twilio().AddTrunk(simulator.TwilioTrunk{OriginationURLs: []simulator.TwilioOriginationURL{
		{SIPURL: "sip:a.example", Weight: 1, Enabled: true},
	}})
	pn := w.buy(support)
	w.update(pn, form("TrunkSid", sid))
	if !w.Twilio().RemoveTrunk(sid) || w.Twilio().RemoveTrunk(sid) {
		t.Error("the trunk cannot be removed once")
	}
	w.get(number(pn)).shows(t, map[string]any{"trunk_sid": nil})
}

func TestOriginationURLs(t *testing.T) {
	w := start(t)
	path := trunks + "/" + w.create(trunks) + "/OriginationUrls"
	whole := []string{"Weight", "1", "Priority", "0", "Enabled", "true", "FriendlyName", "A", "SipUrl", "sip:a.example"}
	sid := w.create(path, whole...)
	w.get(path+"/"+sid).accepted(t, 200).shows(t, map[string]any{
		"weight": 1.0, "priority": 0.0, "enabled": true, "sip_url": "sip:a.example",
	})
	for i := 0; i < len(whole); i += 2 {
		lacking := form(whole...)
		lacking.Del(whole[i])
		w.post(path, lacking).refused(t, 400, 21245)
	}
	w.post(path+"/"+sid, form("SipUrl", "sips:a.example")).refused(t, 400, 21245)
	w.post(path+"/"+sid, form("Weight", "0")).refused(t, 400, 20001)
	w.post(path+"/"+sid, form("Priority", "65536")).refused(t, 400, 20001)
	w.post(path+"/"+sid, form("Enabled", "false", "Weight", "65535")).accepted(t, 200).
		shows(t, map[string]any{"enabled": false, "weight": 65535.0, "sip_url": "sip:a.example"})
	if got := w.Twilio().Trunks()[0].OriginationURLs; len(got) != 1 || got[0].Weight != 65535 {
		t.Errorf("the trunk has %+v", got)
	}
	w.delete(path+"/"+sid).accepted(t, http.StatusNoContent)
	w.get(path+"/"+sid).refused(t, 404, 20404)
	w.delete(path+"/"+sid).refused(t, 404, 20404)
	w.post(path+"/"+sid, form("Weight", "2")).refused(t, 404, 20404)
}

func TestListsOnATrunk(t *testing.T) {
	w := start(t)
	trunk := trunks + "/" + w.create(trunks)
	for _, tc := range []struct{ collection, key, field, sid, authType string }{
		{
			"CredentialLists", "credential_lists", "CredentialListSid",
			w.create(credentialLists+".json", "FriendlyName", "Users"), "CREDENTIAL_LIST",
		},
		{
			"IpAccessControlLists", "ip_access_control_lists", "IpAccessControlListSid",
			w.Twilio().AddIPAccessControlList(main, "Office"), "IP_ACL",
		},
	} {
		t.Run(tc.collection, func(t *testing.T) {
			path := trunk + "/" + tc.collection
			w.post(path, form(tc.field, tc.sid[:2]+unknown)).refused(t, 400, 21245)
			w.post(path, form(tc.field, tc.sid)).accepted(t, 201).shows(t, map[string]any{"sid": tc.sid})
			w.post(path, form(tc.field, tc.sid)).refused(t, 400, 21245) // already associated
			w.get(path+"/"+tc.sid).accepted(t, 200).shows(t, map[string]any{"sid": tc.sid})
			w.get(trunk).shows(t, map[string]any{"auth_type": tc.authType})
			if got := w.get(path).accepted(t, 200).items(tc.key); len(got) != 1 {
				t.Errorf("lists are %v", got)
			}
			w.delete(path+"/"+tc.sid).accepted(t, http.StatusNoContent)
			w.delete(path+"/"+tc.sid).refused(t, 404, 20404)
			w.get(path+"/"+tc.sid).refused(t, 404, 20404)
			w.get(trunk).shows(t, map[string]any{"auth_type": ""})
		})
	}
	if got := w.Twilio().CredentialLists(); len(got) != 1 {
		t.Errorf("unlinking changed the lists: %v", got)
	}
}

func TestDeletingACredentialListThatATrunkUses(t *testing.T) {
	w := start(t)
	list := w.Twilio().AddCredentialList(simulator.TwilioCredentialList{FriendlyName: "Users"})
	w.Twilio().AddTrunk(simulator.TwilioTrunk{CredentialListSIDs: []string{list}})
	w.Twilio().SetRules(func(rules *simulator.TwilioRules) { rules.TrunkKeepsCredentialLists = true })
	w.delete(credentialLists+"/"+list+".json").refused(t, 400, 21241)
	w.Twilio().SetRules(func(rules *simulator.TwilioRules) { rules.TrunkKeepsCredentialLists = false })
	w.delete(credentialLists+"/"+list+".json").accepted(t, http.StatusNoContent)
	if got := w.Twilio().Trunks()[0].CredentialListSIDs; len(got) != 0 {
		t.Errorf("the trunk still has %v", got)
	}
}

func TestV1ListsArePagedWithAbsoluteLinks(t *testing.T) {
	w := start(t)
	var want []string
	for range 5 {
		want = append(want, w.create(trunks))
	}
	next := func(r reply) string {
		meta, _ := r.fields["meta"].(map[string]any)
		if meta["key"] != "trunks" || meta["page_size"] != 2.0 {
			t.Errorf("meta is %v", meta)
		}
		link, _ := meta["next_page_url"].(string)
		path, ok := strings.CutPrefix(link, w.url+"/twilio")
		if link != "" && !ok {
			t.Fatalf("the link %s does not lead back here", link)
		}
		return path
	}
	got := pages(w, trunks+"?PageSize=2", "trunks", next)
	if len(got) != 3 || !slices.Equal(slices.Concat(got...), want) {
		t.Errorf("pages are %v, want %v in three", got, want)
	}
}

func TestCredentialLists(t *testing.T) {
	w := start(t)
	sid := w.create(credentialLists+".json", "FriendlyName", "Users")
	path := credentialLists + "/" + sid + ".json"
	w.get(path).accepted(t, 200).shows(t, map[string]any{"sid": sid, "friendly_name": "Users", "uri": path})
	w.post(credentialLists+".json", form("FriendlyName", "Users")).refused(t, 400, 21240)
	w.post(credentialLists+".json", nil).refused(t, 400, 21240)
	w.post(path, form("FriendlyName", strings.Repeat("n", 65))).refused(t, 400, 21240)
	w.post(path, form("FriendlyName", "Users")).accepted(t, 200) // its own name
	w.post(path, form("FriendlyName", "People")).accepted(t, 200).shows(t, map[string]any{"friendly_name": "People"})
	if got := w.get(credentialLists+".json").accepted(t, 200).items("credential_lists"); len(got) != 1 {
		t.Errorf("lists are %v", got)
	}
	for i := range 99 {
		w.Twilio().AddCredentialList(simulator.TwilioCredentialList{FriendlyName: fmt.Sprint(i)})
	}
	w.post(credentialLists+".json", form("FriendlyName", "one more")).refused(t, 400, 21239)
	w.delete(path).accepted(t, http.StatusNoContent)
	w.get(path).refused(t, 404, 20404)
}

func TestCredentials(t *testing.T) {
	w := start(t)
	list := credentialLists + "/" + w.create(credentialLists+".json", "FriendlyName", "Users")
	const password = "Password1234"
	r := w.post(list+"/Credentials.json", form("Username", "agent", "Password", password)).accepted(t, 201)
	if strings.Contains(r.body, password) {
		t.Error("the answer has the password")
	}
	sid, _ := r.fields["sid"].(string)
	path := list + "/Credentials/" + sid + ".json"
	w.get(path).accepted(t, 200).shows(t, map[string]any{"username": "agent"})
	if got := w.get(list+"/Credentials.json").accepted(t, 200).items("credentials"); len(got) != 1 {
		t.Errorf("credentials are %v", got)
	}
	for name, send := range map[string]url.Values{
		"no user":       form("Password", password),
		"long user":     form("Username", strings.Repeat("u", 33), "Password", password),
		"user again":    form("Username", "agent", "Password", password),
		"short":         form("Username", "b", "Password", "Password123"),
		"no digit":      form("Username", "b", "Password", "PasswordPassword"),
		"no upper case": form("Username", "b", "Password", "password12345"),
		"no lower case": form("Username", "b", "Password", "PASSWORD12345"),
	} {
		t.Run(name, func(t *testing.T) {
			w.post(list+"/Credentials.json", send).refused(t, 400, 21243)
		})
	}
	w.post(path, form("Password", "short")).refused(t, 400, 21243)
	w.post(path, form("Password", "Password5678")).accepted(t, 200).
		shows(t, map[string]any{"username": "agent"})
	if got := w.Twilio().CredentialLists()[0].Credentials; len(got) != 1 || got[0].Password != "Password5678" {
		t.Errorf("credentials are %+v", got)
	}
	w.delete(path).accepted(t, http.StatusNoContent)
	w.get(path).refused(t, 404, 20404)

	full := simulator.TwilioCredentialList{FriendlyName: "Full"}
	for i := range 1000 {
		full.Credentials = append(full.Credentials, simulator.TwilioCredential{Username: fmt.Sprint(i), Password: password})
	}
	w.post(credentialLists+"/"+w.Twilio().AddCredentialList(full)+"/Credentials.json",
		form("Username", "one more", "Password", password)).refused(t, 400, 21242)
}

func TestConnectionPolicies(t *testing.T) {
	w := start(t)
	sid := w.create(policies, "FriendlyName", "Inbound")
	path := policies + "/" + sid
	w.get(path).accepted(t, 200).shows(t, map[string]any{"sid": sid, "friendly_name": "Inbound"})
	w.post(path, form("FriendlyName", strings.Repeat("n", 256))).refused(t, 400, 21658)
	w.post(policies, form("FriendlyName", strings.Repeat("n", 256))).refused(t, 400, 21658)
	w.post(path, form("FriendlyName", "")).accepted(t, 200)
	if got := w.get(policies).accepted(t, 200).items("connection_policies"); len(got) != 1 {
		t.Errorf("policies are %v", got)
	}

	target := path + "/Targets/" + w.create(path+"/Targets", "Target", "sip:a.example")
	w.get(target).accepted(t, 200).shows(t, map[string]any{
		"target": "sip:a.example", "priority": 10.0, "weight": 10.0, "enabled": true,
	})
	w.post(path+"/Targets", nil).refused(t, 400, 20001)
	w.post(path+"/Targets", form("Target", "https://a.example")).refused(t, 400, 20001)
	w.post(target, form("Weight", "0")).refused(t, 400, 20001)
	w.post(target, form("Priority", "0", "Enabled", "false")).accepted(t, 200).
		shows(t, map[string]any{"priority": 0.0, "enabled": false, "target": "sip:a.example"})
	for range 9 {
		w.create(path+"/Targets", "Target", "sip:b.example")
	}
	w.post(path+"/Targets", form("Target", "sip:c.example")).refused(t, 400, 21254)
	if got := w.get(path+"/Targets").accepted(t, 200).items("targets"); len(got) != 10 {
		t.Errorf("there are %d targets", len(got))
	}
	w.delete(target).accepted(t, http.StatusNoContent)
	w.get(target).refused(t, 404, 20404)
	w.delete(path).accepted(t, http.StatusNoContent)
	w.get(path).refused(t, 404, 20404)
}

func TestDeletingAPolicyThatABYOCTrunkUses(t *testing.T) {
	w := start(t)
	sid := w.Twilio().AddConnectionPolicy(simulator.TwilioConnectionPolicy{
		Targets: []simulator.TwilioTarget{{Target: "sip:a.example", Weight: 1}},
	})
	byoc := w.create(byocTrunks, "ConnectionPolicySid", sid)
	w.Twilio().SetRules(func(rules *simulator.TwilioRules) { rules.PolicyInUseStays = true })
	w.delete(policies+"/"+sid).refused(t, 409, 20409)
	w.Twilio().SetRules(func(rules *simulator.TwilioRules) { rules.PolicyInUseStays = false })
	w.delete(policies+"/"+sid).accepted(t, http.StatusNoContent)
	w.get(byocTrunks+"/"+byoc).accepted(t, 200).shows(t, map[string]any{"connection_policy_sid": nil})
	if got := w.Twilio().ConnectionPolicies(); len(got) != 0 {
		t.Errorf("policies are %v", got)
	}
}

func TestBYOCTrunks(t *testing.T) {
	w := start(t)
	sid := w.create(byocTrunks, "FriendlyName", "Own carrier", "VoiceUrl", voice)
	path := byocTrunks + "/" + sid
	policy := w.Twilio().AddConnectionPolicy(simulator.TwilioConnectionPolicy{})
	w.post(path, form("ConnectionPolicySid", policy, "FromDomainSid", "SD"+unknown)).accepted(t, 200).
		shows(t, map[string]any{"connection_policy_sid": policy, "from_domain_sid": "SD" + unknown, "voice_url": voice})
	w.post(path, form("ConnectionPolicySid", "")).accepted(t, 200).shows(t, map[string]any{"connection_policy_sid": nil})
	w.post(path, form("ConnectionPolicySid", "NY"+unknown)).refused(t, 400, 20001)
	w.post(path, form("FromDomainSid", "here")).refused(t, 400, 20001)
	w.post(byocTrunks, form("VoiceMethod", "PUT")).refused(t, 400, 21403)
	if got := w.get(byocTrunks).accepted(t, 200).items("byoc_trunks"); len(got) != 1 || len(w.Twilio().ByocTrunks()) != 1 {
		t.Errorf("BYOC trunks are %v", got)
	}
	w.delete(path).accepted(t, http.StatusNoContent)
	w.get(path).refused(t, 404, 20404)
}
