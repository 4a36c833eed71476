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
			cli := sim.CLI(t)
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
				"deregister_emergency_address": false,
			} {
				if got[name] != want {
					t.Errorf("%s is %v after the import, want %v", name, got[name], want)
				}
			}
			expectWrites(t, sim)
		})
	}
}

func TestAccImportWithGeneratedConfigurationShowsNoChanges(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{VoiceURL: "https://example.com", SMSURL: "https://example.com/sms"})
	cli := sim.CLI(t)
	cli.Configure(sim.Provider() + `
		import {
			to = telephony_phone_number.this
			id = "` + number + `"
		}`)
	cli.Must(0, "plan", "-generate-config-out=generated.tf")
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	expectWrites(t, sim)
}

func TestAccImportRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ id, want string }{
		"a name":               {"support", `Import IDs look like.*\+14155550100.*PN`},
		"no country code":      {"4155550100", `Import IDs look like`},
		"a service we lack":    {"vonage/+14155550100", `Import IDs look like`},
		"another kind of SID":  {"AC" + strings.Repeat("a", 32), `Import IDs look like`},
		"a path":               {"twilio/../Accounts", `Import IDs look like`},
		"number not owned":     {"+14155550199", `Unable to import phone number \+14155550199`},
		"SID that is not held": {"PN" + strings.Repeat("f", 32), `Unable to import phone number PN`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			run(t, sim, resource.TestStep{
				Config:       hcl(sim, `phone_number = "`+number+`"`),
				ResourceName: this, ImportState: true, ImportStateId: test.id, ExpectError: words(test.want),
			})
		})
	}
}
