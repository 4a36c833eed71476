package simulator_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	trunking "github.com/twilio/twilio-go/rest/trunking/v1"
	voicev1 "github.com/twilio/twilio-go/rest/voice/v1"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// These tests drive the simulator with Twilio's own client library: what that library sends must be understood, and
// what it reads must make sense to it.

func (w *world) twilioGo() *twilio.RestClient {
	c := &client.Client{
		Credentials: client.NewCredentials(w.user, w.password),
		HTTPClient:  &http.Client{Transport: hostTransport{w.url}},
	}
	c.SetAccountSid(main)
	return twilio.NewRestClientWithParams(twilio.ClientParams{Client: c})
}

// letters is an account whose token Twilio's library accepts: letters and digits alone.
func (w *world) letters() *world {
	const token = "simulatedauthtoken"
	w.Twilio().AddAccount(simulator.TwilioAccount{SID: main, AuthToken: token})
	return w.as(main, token)
}

func TestTwilioGoManagesANumber(t *testing.T) {
	w := start(t).letters()
	numbersAPI := w.twilioGo().Api

	hits, err := numbersAPI.ListAvailablePhoneNumberLocal("US",
		(&api.ListAvailablePhoneNumberLocalParams{}).SetAreaCode(415).SetSmsEnabled(true).SetLimit(3))
	if err != nil || len(hits) != 3 || *hits[0].PhoneNumber != support {
		t.Fatalf("search: %v, %v", hits, err)
	}
	if latitude := hits[0].Latitude; latitude == nil || *latitude < 37 || *latitude > 38 {
		t.Errorf("the latitude is %v", latitude)
	}
	bought, err := numbersAPI.CreateIncomingPhoneNumber((&api.CreateIncomingPhoneNumberParams{}).
		SetPhoneNumber(support).SetVoiceUrl(voice).SetFriendlyName("Support"))
	if err != nil {
		t.Fatal(err)
	}
	if *bought.Status != "in-use" || !bought.Capabilities.Sms || bought.TrunkSid != nil || *bought.SmsUrl != "" {
		t.Errorf("bought %+v", bought)
	}
	updated, err := numbersAPI.UpdateIncomingPhoneNumber(*bought.Sid,
		(&api.UpdateIncomingPhoneNumberParams{}).SetVoiceUrl("").SetVoiceCallerIdLookup(true))
	if err != nil || *updated.VoiceUrl != "" || !*updated.VoiceCallerIdLookup {
		t.Fatalf("update: %+v, %v", updated, err)
	}
	if err := numbersAPI.DeleteIncomingPhoneNumber(*bought.Sid, nil); err != nil {
		t.Fatal(err)
	}
	_, err = numbersAPI.FetchIncomingPhoneNumber(*bought.Sid, nil)
	var restError *client.TwilioRestError
	if !errors.As(err, &restError) || restError.Status != 404 || restError.Code != 20404 {
		t.Errorf("fetching what is gone: %v", err)
	}
}

func TestTwilioGoFollowsPages(t *testing.T) {
	w := start(t).letters()
	var want []string
	for _, e164 := range []string{"+14155550100", "+14155550101", "+14155550102", "+14155550103", "+14155550104"} {
		want = append(want, w.buy(e164))
	}
	listed, err := w.twilioGo().Api.ListIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPageSize(2))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range listed {
		got = append(got, *n.Sid)
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	_, err = w.twilioGo().Api.ListIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPageSize(1001))
	var restError *client.TwilioRestError
	if !errors.As(err, &restError) || restError.Code != 20007 {
		t.Errorf("a page too large: %v", err)
	}
}

func TestTwilioGoReadsAccounts(t *testing.T) {
	w := start(t).letters()
	sub := w.Twilio().AddSubaccount(main)
	accounts, err := w.twilioGo().Api.ListAccount(nil)
	if err != nil || len(accounts) != 2 || *accounts[1].Sid != sub.SID || *accounts[1].OwnerAccountSid != main {
		t.Fatalf("accounts: %v, %v", accounts, err)
	}
	// The token of the main account reaches the subaccount's numbers.
	listed, err := w.twilioGo().Api.ListIncomingPhoneNumber(
		(&api.ListIncomingPhoneNumberParams{}).SetPathAccountSid(sub.SID))
	if err != nil || len(listed) != 0 {
		t.Errorf("numbers of the subaccount: %v, %v", listed, err)
	}
}

func TestTwilioGoBuildsATrunk(t *testing.T) {
	w := start(t).letters()
	c := w.twilioGo()
	sid := w.buy(support)

	trunk, err := c.TrunkingV1.CreateTrunk((&trunking.CreateTrunkParams{}).SetFriendlyName("Agents").SetSecure(true))
	if err != nil {
		t.Fatal(err)
	}
	origination, err := c.TrunkingV1.CreateOriginationUrl(*trunk.Sid, (&trunking.CreateOriginationUrlParams{}).
		SetFriendlyName("Agents").SetSipUrl("sip:agents.example").SetPriority(0).SetWeight(1).SetEnabled(true))
	if err != nil || origination.Priority != 0 || *origination.TrunkSid != *trunk.Sid {
		t.Fatalf("origination: %+v, %v", origination, err)
	}
	list, err := c.Api.CreateSipCredentialList((&api.CreateSipCredentialListParams{}).SetFriendlyName("Agents"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Api.CreateSipCredential(*list.Sid,
		(&api.CreateSipCredentialParams{}).SetUsername("agent").SetPassword("Password1234")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.TrunkingV1.CreateCredentialList(*trunk.Sid,
		(&trunking.CreateCredentialListParams{}).SetCredentialListSid(*list.Sid)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.TrunkingV1.CreatePhoneNumber(*trunk.Sid,
		(&trunking.CreatePhoneNumberParams{}).SetPhoneNumberSid(sid)); err != nil {
		t.Fatal(err)
	}
	policy, err := c.VoiceV1.CreateConnectionPolicy((&voicev1.CreateConnectionPolicyParams{}).SetFriendlyName("Agents"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.VoiceV1.CreateConnectionPolicyTarget(*policy.Sid,
		(&voicev1.CreateConnectionPolicyTargetParams{}).SetTarget("sip:agents.example")); err != nil {
		t.Fatal(err)
	}

	fetched, err := c.TrunkingV1.FetchTrunk(*trunk.Sid)
	if err != nil || *fetched.AuthType != "CREDENTIAL_LIST" || !*fetched.Secure {
		t.Fatalf("the trunk is %+v, %v", fetched, err)
	}
	onTrunk, err := c.TrunkingV1.ListPhoneNumber(*trunk.Sid, nil)
	if err != nil || len(onTrunk) != 1 || *onTrunk[0].Sid != sid {
		t.Fatalf("numbers on the trunk: %v, %v", onTrunk, err)
	}
	if n, _ := w.Twilio().Number(support); n.TrunkSID != *trunk.Sid {
		t.Errorf("the number has trunk %q", n.TrunkSID)
	}
	if err := c.TrunkingV1.DeleteTrunk(*trunk.Sid); err != nil {
		t.Fatal(err)
	}
	if err := c.Api.DeleteSipCredentialList(*list.Sid, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.VoiceV1.DeleteConnectionPolicy(*policy.Sid); err != nil {
		t.Fatal(err)
	}
	holdings, ok := w.State()[simulator.Twilio].(simulator.TwilioHoldings)
	if !ok || len(holdings.Trunks)+len(holdings.CredentialLists)+len(holdings.ConnectionPolicies) != 0 {
		t.Errorf("left behind: %+v", holdings)
	}
}
