package phonenumber_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	numberSID = "PN0123456789abcdef0123456789abcdef"
	// vapiToken is a secret in the states of the Vapi providers.
	vapiToken = "e7c1f5a09b3d4e62a8f0c9d7b6a51423"
)

// moveSource is a resource of another provider with its state, as that provider
// writes it. The schemas are at version 0.
type moveSource struct {
	address, resource string
	state             string
	atTwilio          simulator.TwilioNumber // what the state is about
	config            acctest.Values         // the configuration that changes nothing
}

// moveSources are the states of the four resources, by hand.
func moveSources() map[string]moveSource {
	wired := simulator.TwilioNumber{
		SID: numberSID, FriendlyName: "Support", AddressSID: "AD11111111111111111111111111111111",
		BundleSID: "BU22222222222222222222222222222222", IdentitySID: "RI33333333333333333333333333333333",
		EmergencyAddressSID: "AD44444444444444444444444444444444",
		VoiceURL:            "https://example.com/voice", VoiceMethod: "GET", VoiceFallbackURL: "https://example.com/voice/fallback",
		VoiceFallbackMethod: "GET", VoiceApplicationSID: "AP55555555555555555555555555555555", VoiceCallerIDLookup: true,
		SMSURL: "https://example.com/sms", SMSMethod: "GET", SMSFallbackURL: "https://example.com/sms/fallback",
		SMSFallbackMethod: "GET", SMSApplicationSID: "AP66666666666666666666666666666666",
		StatusCallback: "https://example.com/status", StatusCallbackMethod: "GET",
	}
	wiredConfig := acctest.Values{
		"phone_number": number, "friendly_name": "Support", "address_sid": "AD11111111111111111111111111111111",
		"bundle_sid": "BU22222222222222222222222222222222", "identity_sid": "RI33333333333333333333333333333333",
		"emergency_address_sid": "AD44444444444444444444444444444444",
		"voice_url":             "https://example.com/voice", "voice_method": "GET",
		"voice_fallback_url": "https://example.com/voice/fallback", "voice_fallback_method": "GET",
		"voice_application_sid": "AP55555555555555555555555555555555", "voice_caller_id_lookup": true,
		"sms_url": "https://example.com/sms", "sms_method": "GET", "sms_fallback_url": "https://example.com/sms/fallback",
		"sms_fallback_method": "GET", "sms_application_sid": "AP66666666666666666666666666666666",
		"status_callback": "https://example.com/status", "status_callback_method": "GET",
	}
	fax := simulator.TwilioNumber{
		SID: numberSID, FriendlyName: "Fax", VoiceReceiveMode: "fax", VoiceURL: "https://example.com/fax",
		Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true, MMS: true, Fax: true},
		TrunkSID:     "TK77777777777777777777777777777777",
	}
	plain := simulator.TwilioNumber{SID: numberSID, FriendlyName: "(415) 555-0100"}
	return map[string]moveSource{
		"twilio/twilio": {
			address: "registry.terraform.io/twilio/twilio", resource: "twilio_api_accounts_incoming_phone_numbers",
			atTwilio: wired, config: wiredConfig,
			state: `{
				"id": "PN0123456789abcdef0123456789abcdef",
				"account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				"address_sid": "AD11111111111111111111111111111111",
				"api_version": "2010-04-01",
				"area_code": null,
				"bundle_sid": "BU22222222222222222222222222222222",
				"emergency_address_sid": "AD44444444444444444444444444444444",
				"emergency_status": "Active",
				"friendly_name": "Support",
				"identity_sid": "RI33333333333333333333333333333333",
				"path_account_sid": null,
				"phone_number": "+14155550100",
				"sid": "PN0123456789abcdef0123456789abcdef",
				"sms_application_sid": "AP66666666666666666666666666666666",
				"sms_fallback_method": "GET",
				"sms_fallback_url": "https://example.com/sms/fallback",
				"sms_method": "GET",
				"sms_url": "https://example.com/sms",
				"status_callback": "https://example.com/status",
				"status_callback_method": "GET",
				"trunk_sid": "",
				"voice_application_sid": "AP55555555555555555555555555555555",
				"voice_caller_id_lookup": true,
				"voice_fallback_method": "GET",
				"voice_fallback_url": "https://example.com/voice/fallback",
				"voice_method": "GET",
				"voice_receive_mode": "voice",
				"voice_url": "https://example.com/voice"
			}`,
		},
		"twilio/twilio with a bare number": {
			address: "example.com/twilio/twilio", resource: "twilio_api_accounts_incoming_phone_numbers",
			atTwilio: plain, config: acctest.Values{"phone_number": "+1 (415) 555-0100"},
			state: `{
				"id": "PN0123456789abcdef0123456789abcdef",
				"account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				"address_sid": "", "api_version": "2010-04-01", "area_code": "415", "bundle_sid": "",
				"emergency_address_sid": "", "emergency_status": "Inactive", "friendly_name": "(415) 555-0100",
				"identity_sid": "", "path_account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				"phone_number": "+14155550100", "sid": "PN0123456789abcdef0123456789abcdef",
				"sms_application_sid": "", "sms_fallback_method": "POST", "sms_fallback_url": "", "sms_method": "POST",
				"sms_url": "", "status_callback": "", "status_callback_method": "POST", "trunk_sid": "",
				"voice_application_sid": "", "voice_caller_id_lookup": false, "voice_fallback_method": "POST",
				"voice_fallback_url": null, "voice_method": "POST", "voice_receive_mode": null, "voice_url": ""
			}`,
		},
		"RJPearson94/twilio": {
			address: "registry.terraform.io/rjpearson94/twilio", resource: "twilio_phone_number",
			atTwilio: wired, config: wiredConfig,
			state: `{
				"id": "PN0123456789abcdef0123456789abcdef",
				"account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				"address_requirements": "none",
				"address_sid": "AD11111111111111111111111111111111",
				"area_code": null,
				"beta": false,
				"bundle_sid": "BU22222222222222222222222222222222",
				"capabilities": [{"fax": false, "mms": true, "sms": true, "voice": true}],
				"date_created": "2024-02-29T12:00:00Z",
				"date_updated": "2024-03-01T12:00:00Z",
				"emergency_address_sid": "AD44444444444444444444444444444444",
				"emergency_status": "Active",
				"fax": [],
				"friendly_name": "Support",
				"identity_sid": "RI33333333333333333333333333333333",
				"messaging": [{
					"application_sid": "AP66666666666666666666666666666666",
					"fallback_method": "GET",
					"fallback_url": "https://example.com/sms/fallback",
					"method": "GET",
					"url": "https://example.com/sms"
				}],
				"origin": "twilio",
				"phone_number": "+14155550100",
				"search_criteria": [],
				"sid": "PN0123456789abcdef0123456789abcdef",
				"status": "in-use",
				"status_callback_method": "GET",
				"status_callback_url": "https://example.com/status",
				"timeouts": null,
				"trunk_sid": "",
				"voice": [{
					"application_sid": "AP55555555555555555555555555555555",
					"caller_id_lookup": true,
					"fallback_method": "GET",
					"fallback_url": "https://example.com/voice/fallback",
					"method": "GET",
					"url": "https://example.com/voice"
				}]
			}`,
		},
		"RJPearson94/twilio with fax": {
			address: "registry.opentofu.org/rjpearson94/twilio", resource: "twilio_phone_number",
			atTwilio: fax, config: acctest.Values{
				"phone_number": number, "friendly_name": "Fax", "voice_receive_mode": "fax", "voice_url": "https://example.com/fax",
				"trunk_sid": "TK77777777777777777777777777777777",
			},
			state: `{
				"id": "PN0123456789abcdef0123456789abcdef",
				"account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				"address_requirements": "none", "address_sid": "", "area_code": null, "beta": false, "bundle_sid": "",
				"capabilities": [{"fax": true, "mms": true, "sms": true, "voice": true}],
				"date_created": "2024-02-29T12:00:00Z", "date_updated": null,
				"emergency_address_sid": "", "emergency_status": "Inactive",
				"fax": [{
					"application_sid": "", "fallback_method": "POST", "fallback_url": "", "method": "POST",
					"url": "https://example.com/fax"
				}],
				"friendly_name": "Fax", "identity_sid": "",
				"messaging": [{"application_sid": "", "fallback_method": "POST", "fallback_url": "", "method": "POST", "url": ""}],
				"origin": "twilio", "phone_number": "+14155550100",
				"search_criteria": [{
					"allow_beta_numbers": false, "area_code": 415, "capabilities": [], "contains_number_pattern": "",
					"exclude_address_requirements": [], "iso_country": "US", "location": [], "type": "local"
				}],
				"sid": "PN0123456789abcdef0123456789abcdef", "status": "in-use",
				"status_callback_method": "POST", "status_callback_url": "",
				"timeouts": {"create": "15m", "delete": null, "read": null, "update": null},
				"trunk_sid": "TK77777777777777777777777777777777", "voice": []
			}`,
		},
		"kirillve/vapi": {
			address: "registry.terraform.io/kirillve/vapi", resource: "vapi_twilio_phone_number",
			atTwilio: plain, config: acctest.Values{"phone_number": number},
			state: `{
				"assistant_id": "3b8a2a2e-6f0c-4f0a-9d0b-0d5c2a4a1f11",
				"created_at": "2025-01-15T09:30:00.000Z",
				"fallback_destination_description": null,
				"fallback_destination_extension": null,
				"fallback_destination_message": null,
				"fallback_destination_number": null,
				"fallback_destination_number_e164_check_enabled": null,
				"fallback_destination_type": null,
				"id": "9c2a2c64-3b1e-4a52-8f0e-5b6a1c7d8e9f",
				"name": "Support",
				"number": "+14155550100",
				"org_id": "0f4f6d6b-6a07-4a0b-8d5e-2b1f3c4d5e6f",
				"phone_provider": "twilio",
				"twilio_account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				"twilio_auth_token": "` + vapiToken + `",
				"updated_at": "2025-01-15T09:30:00.000Z"
			}`,
		},
		"farukparhat/vapi": {
			address: "registry.terraform.io/farukparhat/vapi", resource: "vapi_phone_number",
			atTwilio: plain, config: acctest.Values{"phone_number": number},
			state: `{
				"assistant_id": "3b8a2a2e-6f0c-4f0a-9d0b-0d5c2a4a1f11",
				"created_at": null,
				"id": "9c2a2c64-3b1e-4a52-8f0e-5b6a1c7d8e9f",
				"name": "",
				"number": "+14155550100",
				"provider_type": "twilio",
				"server_url": "",
				"server_url_secret": "` + vapiToken + `",
				"squad_id": "",
				"twilio_account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				"twilio_auth_token": "` + vapiToken + `",
				"updated_at": null,
				"vonage_api_key": "",
				"vonage_api_secret": null,
				"vonage_application_id": ""
			}`,
		},
	}
}

// onVapi is how Vapi wires a number at Twilio.
func onVapi(n simulator.TwilioNumber) simulator.TwilioNumber {
	n.VoiceURL, n.VoiceMethod = "https://api.vapi.ai/twilio/inbound_call", "POST"
	n.SMSURL, n.SMSMethod = "https://api.vapi.ai/twilio/sms", "POST"
	return n
}

func isVapi(source moveSource) bool { return strings.HasPrefix(source.resource, "vapi_") }

// moved is a number that a moved block has taken over and nobody has read.
func moved(t *testing.T, sim *acctest.Simulation, source moveSource) *acctest.Resource {
	t.Helper()
	r := sim.Driver(t, nil).Resource("telephony_phone_number")
	if diags := r.Move(source.address, source.resource, 0, source.state); len(diags) > 0 {
		t.Fatalf("the move says %+v", diags)
	}
	return r
}

func mustRead(t *testing.T, r *acctest.Resource) {
	t.Helper()
	if diags := r.Read(); len(diags) > 0 {
		t.Fatalf("the refresh says %+v", diags)
	}
}

func expectUntouched(t *testing.T, sim *acctest.Simulation, before map[string]any) {
	t.Helper()
	expectWrites(t, sim)
	if diff := cmp.Diff(before, atTwilio(t, sim, number)); diff != "" {
		t.Errorf("the number at Twilio has changed:\n%s", diff)
	}
}

// Each setting that a state has is moved as the refresh will find it, and the
// plan of the equal configuration is empty.
func TestAMoveThenPlanShowsNoChanges(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			owned(sim, source.atTwilio)
			before := atTwilio(t, sim, number)
			r := moved(t, sim, source)
			if asked := sim.Requests(); len(asked) > 0 {
				t.Errorf("the move itself asked %v", asked)
			}
			given := r.State()
			mustRead(t, r)
			read := r.State()
			same := []string{
				"id", "phone_number", "account_sid", "release_on_destroy", "acquisition", "deregister_emergency_address",
				"carrier", "destroy_action", "destroy_irreversible",
			}
			if !isVapi(source) { // without credentials of Vapi's, the refresh takes it for a number of Twilio alone
				same = append(same, "platform", "sid", "destroy_steps")
				for _, field := range twilio.Kind.Settings {
					same = append(same, field.Name)
				}
			}
			for _, attribute := range same {
				if diff := cmp.Diff(read[attribute], given[attribute]); diff != "" {
					t.Errorf("%s is moved otherwise than it is read (-read +moved):\n%s", attribute, diff)
				}
			}
			for attribute, want := range map[string]any{
				"id": number, "sid": numberSID, "release_on_destroy": "detach", "acquisition": "adopted", "status": "active",
				"destroy_irreversible": false,
			} {
				if read[attribute] != want {
					t.Errorf("%s is %v, want %v", attribute, read[attribute], want)
				}
			}
			if p := r.Plan(source.config); p.Action != acctest.NoOp || len(p.Diagnostics) > 0 {
				t.Errorf("the plan is %s with %+v:\n%s", p.Action, p.Diagnostics, cmp.Diff(p.Before, p.After))
			}
			expectUntouched(t, sim, before)
		})
	}
}

// Without a refresh the plan reads the number itself.
func TestAMoveWithoutRefreshIsCompleted(t *testing.T) {
	t.Parallel()
	sources := moveSources()
	bySID := sources["twilio/twilio with a bare number"]
	bySID.state = `{"sid": "` + numberSID + `"}`
	sources["by its SID alone"] = bySID
	search := bySID
	search.config = acctest.Values{"purchase": acctest.Values{"country": "US"}}
	sources["by its SID alone, configured to be searched for"] = search
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			owned(sim, source.atTwilio)
			before := atTwilio(t, sim, number)

			r := moved(t, sim, source)
			p := r.Plan(source.config)
			if p.Action != acctest.Update || p.After["status"] != "active" || p.After["sid"] != numberSID ||
				p.After["id"] != number || len(p.Diagnostics) > 0 {
				t.Fatalf("the plan is %s with %+v:\n%v", p.Action, p.Diagnostics, p.After)
			}
			if diags := r.Apply(p); len(diags) > 0 {
				t.Fatalf("the apply says %+v", diags)
			}
			if p := r.Plan(source.config); p.Action != acctest.NoOp {
				t.Errorf("the next plan is %s:\n%s", p.Action, cmp.Diff(p.Before, p.After))
			}
			expectUntouched(t, sim, before)
		})
	}
}

func TestAMoveThenDestroyDetaches(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		for _, refresh := range []bool{true, false} {
			for _, tainted := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, refresh %t, tainted %t", name, refresh, tainted), func(t *testing.T) {
					t.Parallel()
					sim := acctest.Start(t, lettingMessagesChange())
					owned(sim, source.atTwilio)
					r := moved(t, sim, source)
					r.Tainted = tainted
					if refresh {
						mustRead(t, r)
					}
					var diags acctest.Diagnostics
					if tainted {
						diags = r.Destroy() // as a replacement does, which no plan has announced
					} else {
						diags = r.Apply(r.PlanDestroy())
					}
					if diags.Failed() || r.State() != nil {
						t.Errorf("the destroy says %+v and leaves %v", diags, r.State())
					}
					expectOwned(t, sim, number)
					expectUnwired(t, sim, number)
					if len(sim.Twilio().Released()) > 0 {
						t.Error("the number was released")
					}
				})
			}
		}
	}
}

// What the configuration does not name is cleared, and the plan says so.
func TestAMoveThenPlanTellsWhatIsCleared(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			owned(sim, onVapi(source.atTwilio))
			r := moved(t, sim, source)
			mustRead(t, r)
			p := r.Plan(acctest.Values{"phone_number": number, "release_on_destroy": "release"})
			for attribute, want := range map[string][2]any{
				"voice_url": {"https://api.vapi.ai/twilio/inbound_call", nil}, "sms_url": {"https://api.vapi.ai/twilio/sms", nil},
				"release_on_destroy": {"detach", "release"},
			} {
				if p.Action != acctest.Update || p.Before[attribute] != want[0] || p.After[attribute] != want[1] {
					t.Errorf("the plan is %s, %s from %v to %v", p.Action, attribute, p.Before[attribute], p.After[attribute])
				}
			}
			if diags := r.Apply(p); diags.Failed() {
				t.Fatalf("the apply says %+v", diags)
			}
			expectUnwired(t, sim, number)
			expectOwned(t, sim, number)
		})
	}
}

// A number may go from Vapi to another platform in the apply of its move.
func TestAMoveOntoAPlatform(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			owned(sim, onVapi(source.atTwilio))
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
			r := moved(t, sim, source)
			mustRead(t, r)
			config := acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}}
			p := r.Plan(config)
			if p.Action != acctest.Update || p.Before["platform"] != "none" || p.After["platform"] != "nixflex" {
				t.Errorf("the plan is %s, platform from %v to %v", p.Action, p.Before["platform"], p.After["platform"])
			}
			if diags := r.Apply(p); diags.Failed() {
				t.Fatalf("the apply says %+v", diags)
			}
			mustRead(t, r)
			if p := r.Plan(config); p.Action != acctest.NoOp {
				t.Errorf("the next plan is %s:\n%s", p.Action, cmp.Diff(p.Before, p.After))
			}
			r.Apply(r.PlanDestroy())
			nothingAtNixflex(t, sim)
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
		})
	}
}

// A state may come from another version of its provider.
func TestAMoveTakesWhatThereIs(t *testing.T) {
	t.Parallel()
	const rj, resource, id = "registry.terraform.io/rjpearson94/twilio", "twilio_phone_number", `{"id": "` + numberSID + `"`
	for name, test := range map[string]struct{ address, resource, state string }{
		"a number alone":                     {rj, resource, `{"phone_number": "+14155550100"}`},
		"a SID alone":                        {rj, resource, `{"sid": "` + numberSID + `"}`},
		"an ID alone":                        {rj, resource, id + `}`},
		"blocks that are none":               {rj, resource, id + `, "voice": "x", "fax": [null], "messaging": [[]]}`},
		"values of another type":             {rj, resource, id + `, "trunk_sid": 7, "voice": [{"caller_id_lookup": "1", "url": {}}]}`},
		"an account that is none":            {rj, resource, id + `, "account_sid": "../Accounts"}`},
		"more than there was":                {rj, resource, id + `, "purchase": {}, "release_on_destroy": "release"}`},
		"the type alone, as of old OpenTofu": {"vapi", "vapi_phone_number", `{"number": "+14155550100"}`},
		"namespace and type":                 {"kirillve/vapi", "vapi_twilio_phone_number", `{"number": "+14155550100"}`},
		"as in its manual":                   {"registry.terraform.io/faruk/vapi", "vapi_phone_number", `{"number": "+14155550100"}`},
		"another spelling":                   {"vapi", "vapi_phone_number", `{"number": "+1 (415) 555-0100"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			owned(sim, simulator.TwilioNumber{SID: numberSID})
			r := sim.Driver(t, nil).Resource("telephony_phone_number")
			if diags := r.Move(test.address, test.resource, 3, test.state); len(diags) > 0 {
				t.Fatalf("the move says %+v", diags)
			}
			mustRead(t, r)
			p := r.Plan(acctest.Values{"phone_number": number})
			if p.Action != acctest.NoOp {
				t.Errorf("the plan is %s:\n%s", p.Action, cmp.Diff(p.Before, p.After))
			}
			if got := r.State(); got["release_on_destroy"] != "detach" || got["purchase"] != nil {
				t.Errorf("the state has %v, %v", got["release_on_destroy"], got["purchase"])
			}
			expectWrites(t, sim)
		})
	}
}

func TestAMoveRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	const rj, kirillve = "registry.terraform.io/rjpearson94/twilio", "registry.terraform.io/kirillve/vapi"
	const sources = `twilio_api_accounts_incoming_phone_numbers of twilio/twilio.*twilio_phone_number of RJPearson94/twilio` +
		`.*vapi_twilio_phone_number of kirillve/vapi.*vapi_phone_number of farukparhat/vapi.*import block`
	for name, test := range map[string]struct{ address, resource, state, want string }{
		"another provider": {"registry.terraform.io/preskton/twilio", "twilio_phone_number", `{}`, sources},
		"a namespace alike": {
			"registry.terraform.io/nottwilio/twilio", "twilio_api_accounts_incoming_phone_numbers",
			`{}`, sources,
		},
		"another resource":   {rj, "twilio_sip_trunking_phone_number", `{}`, sources},
		"another's resource": {kirillve, "vapi_phone_number", `{}`, sources},
		"neither number nor ID": {
			rj, "twilio_phone_number",
			`{"friendly_name": "Support"}`, `neither a phone_number nor a sid.*import block`,
		},
		"an ID of another kind": {
			rj, "twilio_phone_number",
			`{"id": "AC0123456789abcdef0123456789abcdef"}`, `neither a phone_number nor a sid`,
		},
		"no number at Vapi": {
			kirillve, "vapi_twilio_phone_number",
			`{"id": "9c2a2c64", "twilio_auth_token": "` + vapiToken + `"}`, `has no number.*removed block`,
		},
		"not carried by Twilio": {
			kirillve, "vapi_twilio_phone_number",
			`{"number": "+14155550100", "phone_provider": "vonage"}`, `phone_provider is "vonage"`,
		},
		"not a number": {
			kirillve, "vapi_twilio_phone_number",
			`{"number": "support"}`, `which number it is`,
		},
		"null":          {rj, "twilio_phone_number", `null`, `cannot be read`},
		"not an object": {rj, "twilio_phone_number", `["` + vapiToken + `"]`, `cannot be read`},
		"not JSON":      {rj, "twilio_phone_number", vapiToken, `cannot be read`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			r := sim.Driver(t, nil).Resource("telephony_phone_number")
			diags := r.Move(test.address, test.resource, 0, test.state)
			expectDiagnostic(t, diags, "error", "Unable to move from "+test.resource, test.want)
			if r.State() != nil {
				t.Errorf("the refused move left %v", r.State())
			}
			if strings.Contains(fmt.Sprint(diags), vapiToken) {
				t.Errorf("the message has a secret: %+v", diags)
			}
		})
	}
}

func TestAMoveTakesNoSecret(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := moved(t, acctest.Start(t, lettingMessagesChange()), source)
			if all := fmt.Sprint(r.State()) + string(r.Private()); strings.Contains(all, vapiToken) {
				t.Errorf("the moved state has the token: %s", all)
			}
		})
	}
}

func TestAMoveOfANumberThatIsGoneFails(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			r := moved(t, sim, source)
			for call, diags := range map[string]acctest.Diagnostics{
				"read": r.Read(), "plan": r.Plan(source.config).Diagnostics, "plan -destroy": r.PlanDestroy().Diagnostics,
				"destroy": r.Destroy(),
			} {
				t.Log(call)
				expectDiagnostic(t, diags, "error", `Unable to move phone number \+14155550100`, `Twilio does not hold it.*account`)
			}
			if r.State() == nil {
				t.Error("the number left state")
			}
			expectWrites(t, sim)
		})
	}
}

// cliSource prepares a folder whose state another provider has written.
func cliSource(
	t *testing.T, sim *acctest.Simulation, source moveSource,
) (*acctest.CLI, *acctest.Foreign) {
	t.Helper()
	cli := sim.Terraform(t)
	host, rest, _ := strings.Cut(source.address, "/")
	// OpenTofu takes Terraform's registry in a state for its own.
	foreign := cli.Foreign([]string{host + "/" + rest, "registry.opentofu.org/" + rest}, source.resource)
	cli.ForeignState(source.address, source.resource, "old", 0, source.state)
	return cli, foreign
}

func movedBlock(source moveSource) string {
	return fmt.Sprintf("moved {\n  from = %s.old\n  to   = telephony_phone_number.this\n}\n", source.resource)
}

// arguments writes values as HCL.
func arguments(values acctest.Values) string {
	var lines strings.Builder
	for name, value := range values {
		fmt.Fprintf(&lines, "%s = %#v\n", name, value)
	}
	return lines.String()
}

func TestAccMoveIsPlannedAppliedAndDestroyedByDetach(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, lettingMessagesChange())
			owned(sim, source.atTwilio)
			before := atTwilio(t, sim, number)
			cli, foreign := cliSource(t, sim, source)
			cli.Configure(hcl(sim, arguments(source.config)) + movedBlock(source))
			diagnostics, plan := cli.Plan()
			if len(diagnostics) > 0 || plan == nil {
				t.Fatalf("the plan says %+v", diagnostics)
			}
			change := plan.ResourceChanges[0]
			if !change.Change.Actions.NoOp() || change.PreviousAddress != source.resource+".old" || change.Address != this {
				t.Errorf("%s, before %s: %v", change.Address, change.PreviousAddress, change.Change.Actions)
			}
			cli.Apply()
			cli.Must(0, "plan", "-detailed-exitcode")
			if got := onlyNumber(t, cli.State()); got["status"] != "active" || got["release_on_destroy"] != "detach" {
				t.Errorf("state is %v", got)
			}
			if text := cli.StateFile(); strings.Contains(text, vapiToken) || strings.Contains(text, source.resource) {
				t.Errorf("the state file is\n%s", text)
			}
			expectUntouched(t, sim, before)
			if calls := foreign.Calls(); len(calls) > 0 {
				t.Errorf("the old provider was asked %v, but has no credentials any more", calls)
			}
			cli.Apply("-destroy")
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
		})
	}
}

func TestAccMoveWithoutRefresh(t *testing.T) {
	t.Parallel()
	for name, source := range moveSources() {
		for _, destroy := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, destroy %t", name, destroy), func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t, lettingMessagesChange())
				owned(sim, source.atTwilio)
				cli, _ := cliSource(t, sim, source)
				cli.Configure(hcl(sim, arguments(source.config)) + movedBlock(source))
				if !destroy {
					cli.Apply("-refresh=false")
					cli.Must(0, "plan", "-detailed-exitcode")
					expectWrites(t, sim)
				}
				cli.Apply("-refresh=false", "-destroy")
				expectOwned(t, sim, number)
				expectUnwired(t, sim, number)
			})
		}
	}
}

// A plan that fails leaves the state to the old provider.
func TestAccMoveThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	source := moveSources()["RJPearson94/twilio"]
	for name, test := range map[string]struct {
		configure func(*moveSource)
		want      string
	}{
		"gone at Twilio": {func(*moveSource) {}, `Unable to move phone number \+14155550100.*Twilio does not hold it`},
		"no number":      {func(s *moveSource) { s.state = "{}" }, `neither a phone_number nor a sid.*import block`},
		"another's": {
			func(s *moveSource) { s.address, s.state = "registry.terraform.io/preskton/twilio", "{}" },
			`twilio_phone_number of RJPearson94/twilio`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := source
			test.configure(&source)
			sim := acctest.Start(t, lettingMessagesChange())
			cli, _ := cliSource(t, sim, source)
			cli.Configure(hcl(sim, arguments(source.config)) + movedBlock(source))
			before := cli.StateFile()
			failed := cli.Must(1, "apply", "-no-color", "-auto-approve")
			if !words(test.want).MatchString(failed.Stderr) {
				t.Errorf("the error is %s", failed.Stderr)
			}
			if cli.StateFile() != before {
				t.Errorf("the state has changed:\n%s", cli.StateFile())
			}
			expectWrites(t, sim)
		})
	}
}

// The provider's own state is taken over whole if the address of the provider in
// it is another registry's: here of a creation that failed, which private state
// protects from a release.
func TestAccMoveFromAnotherRegistryKeepsState(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t, lettingMessagesChange())
	owned(sim, simulator.TwilioNumber{FriendlyName: "Support"})
	sim.Inject(simulator.Fault{Service: simulator.Twilio, Method: "POST", Status: 400})
	config := hcl(sim, `
		phone_number       = "`+number+`"
		release_on_destroy = "release"
		voice_url          = "https://example.com/voice"`)
	cli := sim.Terraform(t)
	cli.Configure(config)
	cli.Apply()
	sim.ClearFaults()
	before := onlyNumber(t, cli.State())

	const elsewhere = "example.com/telephony-iac/telephony"
	cli.SetStateFile(strings.NewReplacer(
		provider.Address, elsewhere, "registry.opentofu.org/telephony-iac/telephony", elsewhere,
		`"name": "this"`, `"name": "old"`,
	).Replace(cli.StateFile()))
	cli.Foreign([]string{elsewhere}, "telephony_phone_number")
	cli.Configure(config + movedBlock(moveSource{resource: "telephony_phone_number"}))
	cli.Apply("-refresh-only")
	after := onlyNumber(t, cli.State())
	if after["status"] != "corrupted" || after["release_on_destroy"] != "release" ||
		after["status_reason"] != before["status_reason"] {
		t.Errorf("the state has changed: %s", cmp.Diff(before, after))
	}
	if strings.Contains(cli.StateFile(), elsewhere) {
		t.Errorf("the state file is %s", cli.StateFile())
	}
	cli.Apply("-destroy")
	expectOwned(t, sim, number)
}
