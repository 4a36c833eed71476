package phonenumber_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestAccImportThenPlanShowsNoChanges(t *testing.T) {
	t.Parallel()
	sid := "PN" + strings.Repeat("7", 32)
	for _, id := range []string{number, sid, "twilio/" + number, "twilio/" + sid} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{SID: sid, VoiceURL: "https://example.com", VoiceMethod: "GET", FriendlyName: "Support"})
			cli := sim.Terraform(t)
			cli.Configure(hcl(sim, `
				phone_number  = "`+number+`"
				friendly_name = "Support"
				voice_url     = "https://example.com"
				voice_method  = "GET"`))
			cli.Must(0, "import", "-no-color", this, id)
			cli.Must(0, "plan", "-detailed-exitcode")
			got := onlyNumber(t, cli.State())
			for name, want := range map[string]any{
				"id": number, "sid": sid, "acquisition": "adopted", "release_on_destroy": "detach", "status": "active",
				"deregister_emergency_address": nil,
			} {
				if got[name] != want {
					t.Errorf("%s is %v after the import, want %v", name, got[name], want)
				}
			}
			expectWrites(t, sim)
		})
	}
}

// importable are numbers as they may be found, by what is special about them.
func importable() map[string]struct {
	seed func(sim *acctest.Simulation)
	id   string
} {
	onTwilio := func(n simulator.TwilioNumber) func(*acctest.Simulation) {
		return func(sim *acctest.Simulation) { owned(sim, n) }
	}
	atSynthflow := "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/14155550100"
	return map[string]struct {
		seed func(sim *acctest.Simulation)
		id   string
	}{
		"Twilio, bare": {onTwilio(simulator.TwilioNumber{}), number},
		"Twilio, wired": {onTwilio(simulator.TwilioNumber{
			FriendlyName: "Support \"1\" ${x}", VoiceURL: "https://example.com", VoiceMethod: "GET",
			VoiceFallbackURL: "https://example.com/fallback", VoiceCallerIDLookup: true,
			SMSURL: "https://example.com/sms?a=b&c=%{d}", SMSFallbackURL: "https://example.com/sms2", SMSMethod: "GET",
			StatusCallback: "https://example.com/status", StatusCallbackMethod: "GET",
		}), "twilio/" + number},
		"Twilio, with a trunk beside URLs": {func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{
				VoiceURL: "https://example.com", TrunkSID: sim.Twilio().AddTrunk(simulator.TwilioTrunk{}),
			})
		}, number},
		"Twilio, with applications": {func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{
				VoiceApplicationSID: sim.Twilio().AddApplication(simulator.DefaultAccountSID),
				SMSApplicationSID:   sim.Twilio().AddApplication(simulator.DefaultAccountSID),
			})
		}, number},
		"Twilio, with addresses": {func(sim *acctest.Simulation) {
			address := sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
			owned(sim, simulator.TwilioNumber{
				AddressSID: address, EmergencyAddressSID: address,
				BundleSID: sim.Twilio().AddBundle(simulator.DefaultAccountSID, "twilio-approved"),
			})
		}, number},
		"Twilio, for fax": {onTwilio(simulator.TwilioNumber{VoiceReceiveMode: "fax"}), number},
		"Twilio, in a subaccount": {func(sim *acctest.Simulation) {
			sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
			owned(sim, simulator.TwilioNumber{AccountSID: sub, VoiceURL: "https://example.com"})
		}, number},
		"Nixflex": {func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{})
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
			prompt := "Be brief.\nSay \"hello\"."
			sim.Nixflex().AddNumber(simulator.NixflexNumber{
				PhoneNumber: number, AgentID: nixflexSupport, NixflexSettings: simulator.NixflexSettings{CustomPrompt: &prompt},
			})
		}, "nixflex/" + number},
		"Nixflex, in a subaccount": {func(sim *acctest.Simulation) {
			sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
			owned(sim, simulator.TwilioNumber{AccountSID: sub})
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
			sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: number, AgentID: nixflexSupport})
		}, "nixflex/" + number},
		"Synthflow, bought": {func(sim *acctest.Simulation) {
			sim.Synthflow().AddAgent(simulator.SynthflowAgent{
				ID: synthflowSupport, Type: simulator.SynthflowInbound, Numbers: []string{number},
			})
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: number, Bought: true})
		}, atSynthflow},
		"Synthflow, without an agent": {func(sim *acctest.Simulation) {
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: number, Bought: true})
		}, atSynthflow},
		"Synthflow, imported from Twilio": {func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{})
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{
				PhoneNumber: number, ProviderName: "twilio", TerminationURI: "example.pstn.twilio.com",
			})
		}, atSynthflow},
		"Synthflow, imported from elsewhere": {func(sim *acctest.Simulation) {
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{
				PhoneNumber: number, ProviderName: "telnyx", TerminationURI: "sip.example.com", AuthUsername: "user",
				OutboundProxy: "203.0.113.7:5061;transport=tls", UACEnabled: true, UACRegisterExpires: 600,
				TrunkUsername: "trunk", TrunkPassword: "password",
			})
		}, atSynthflow},
		"DialNexa": {func(sim *acctest.Simulation) {
			sim.DialNexa().AddAgent(simulator.DialNexaAgent{ID: dialNexaSupport})
			sim.DialNexa().AddNumber(simulator.DialNexaNumber{
				PhoneNumber: number, AgentID: dialNexaSupport, Nickname: "Support", Label: "sales",
			})
		}, "dialnexa/" + number},
		"DialNexa, without an agent": {func(sim *acctest.Simulation) {
			sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: number})
		}, "dialnexa/" + number},
		"Resemble": {func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{})
			sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, VoiceUUID: "voice"})
			sim.Resemble().AddNumber(simulator.ResembleNumber{
				PhoneNumber: number, Label: "Support", SupportsInbound: true, AgentUUID: resembleSupport,
			})
		}, "resemble/" + number},
		"Resemble, with trunks and no agent": {func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{})
			sim.Resemble().AddNumber(simulator.ResembleNumber{
				PhoneNumber: number, Label: "Support", SupportsInbound: true, SupportsOutbound: true,
				InboundTrunk:  &simulator.ResembleInboundTrunk{AllowedNumbers: []string{"+14155550101"}},
				OutboundTrunk: &simulator.ResembleOutboundTrunk{Transport: "tls", Headers: map[string]string{"X-Line": "1"}},
			})
		}, "resemble/" + number},
	}
}

// Whatever is found, the configuration that Terraform generates for it is valid as
// it is, describes it as it is, and lets nothing be given up.
func TestAccImportWithGeneratedConfigurationShowsNoChanges(t *testing.T) {
	t.Parallel()
	for name, found := range importable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			found.seed(sim)
			cli := sim.Terraform(t)
			cli.ImportGenerating(everyService(sim), found.id)
			if got := onlyNumber(t, cli.State()); got["release_on_destroy"] != "detach" || got["status"] != "active" {
				t.Errorf("release_on_destroy is %v, status %v", got["release_on_destroy"], got["status"])
			}
			if wrote := writesEverywhere(sim); len(wrote) > 0 {
				t.Errorf("the import wrote %v", wrote)
			}
		})
	}
}

func TestAccImportRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ id, want string }{
		"a name":               {"support", `Import IDs look like.*\+14155550100.*PN`},
		"no country code":      {"4155550100", `Import IDs look like`},
		"a service we lack":    {"vonage/+14155550100", `Import IDs look like`},
		"another kind of SID":  {"AC" + strings.Repeat("a", 32), `Import IDs look like`},
		"a path":               {"twilio/../Accounts", `Import IDs look like`},
		"nothing":              {"twilio/", `Import IDs look like`},
		"not a service":        {"external/" + number, `Import IDs look like`},
		"an agent":             {"nixflex/" + nixflexSupport, `Import IDs look like.*nixflex/\+`},
		"no workspace":         {"synthflow/14155550100", `Import IDs look like.*synthflow/1710107690998x`},
		"a number with plus":   {"synthflow/workspace/" + number, `Import IDs look like`},
		"another service's ID": {"dialnexa/" + "PN" + strings.Repeat("a", 32), `Import IDs look like.*dialnexa/phn_`},
		"no record":            {"resemble/0", `Import IDs look like.*resemble/123`},
		"number not owned":     {"+14155550199", `Unable to import phone number \+14155550199`},
		"SID that is not held": {"PN" + strings.Repeat("f", 32), `Unable to import phone number PN`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			sim.Run(t, resource.TestStep{
				Config:       hcl(sim, `phone_number = "`+number+`"`),
				ResourceName: this, ImportState: true, ImportStateId: test.id, ExpectError: words(test.want),
			})
		})
	}
}

// An import by the ID of a record knows no number, and no search is under way.
func TestImportOfARecordThatIsNotThereSaysWhichItIs(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	d := sim.Driver(t, sim.OtherServices())
	for _, id := range []string{
		"PN" + strings.Repeat("f", 32), "dialnexa/phn_none", "elevenlabs/phnum_none", "resemble/51",
		"vapi/11111111-2222-3333-4444-555555555555",
	} {
		diags := d.Resource(oneNumber).Import(id)
		if len(diags) != 1 || !strings.HasSuffix(diags[0].Summary, "phone number "+strings.TrimPrefix(id, "dialnexa/")) {
			t.Errorf("%s: %+v", id, diags)
		}
	}
}
