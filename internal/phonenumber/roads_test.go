package phonenumber_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// road is a way to the end of a number.
type road struct {
	// creation is what stands in the way of a complete creation.
	creation *simulator.Fault
	// config is the configuration that leads there; the argument is the
	// resource as it was.
	config func(resource string) string
	taint  bool
	args   []string

	// needed says that the number is wanted again at the end of the road, so
	// that a release would lose it.
	needed bool
	// forgets says that the provider is never asked.
	forgets bool
}

func roads() map[string]road {
	same := func(resource string) string { return resource }
	nothing := func(string) string { return `output "nothing" { value = true }` }
	return map[string]road{
		"destroy":       {config: same, args: []string{"-destroy"}},
		"block removed": {config: nothing},
		"count lowered": {config: func(resource string) string { return strings.Replace(resource, "count = 1", "count = 0", 1) }},
		"taint":         {config: same, taint: true, needed: true},
		"replace":       {config: same, args: []string{"-replace=" + this + "[0]"}, needed: true},
		"number changed": {config: func(resource string) string {
			return strings.Replace(resource, number, "+14155550101", 1)
		}},
		"creation that failed": {
			creation: &simulator.Fault{Method: http.MethodPost, Path: "*IncomingPhoneNumbers/PN*", Status: http.StatusInternalServerError},
			config:   same, args: []string{"-destroy"},
		},
		"removed block": {
			config: func(string) string {
				return "removed {\n from = telephony_phone_number.this\n lifecycle {\n destroy = false\n}\n}"
			},
			forgets: true,
		},
		"removed block that destroys": {
			config: func(string) string {
				return "removed {\n from = telephony_phone_number.this\n lifecycle {\n destroy = true\n}\n}"
			},
		},
	}
}

// No road gives a number up against its setting, against the provider's veto,
// when its creation never completed, or when it is needed again.
func TestAccNoRoadGivesANumberUpAgainstItsSetting(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 6, 1)
	for name, road := range roads() {
		for _, action := range []string{"detach", "release", "force_delete"} {
			for _, prevent := range []bool{false, true} {
				cell := fmt.Sprintf("%s/%s/prevented %t", name, action, prevent)
				if !cases.Tries(cell, oneOf) {
					continue
				}
				t.Run(cell, func(t *testing.T) {
					t.Parallel()
					walk(t, road, action, prevent)
				})
			}
		}
	}
}

func walk(t *testing.T, road road, action string, prevent bool) {
	t.Helper()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	owned(sim, simulator.TwilioNumber{PhoneNumber: "+14155550101"})
	cli := sim.Terraform(t)
	resource := fmt.Sprintf(`
		resource "telephony_phone_number" "this" {
			count = 1
			phone_number       = %q
			release_on_destroy = %q
			voice_url          = "https://example.com"
		}`, number, action)
	cli.Configure(sim.Provider() + resource)
	if road.creation != nil {
		sim.Inject(*road.creation)
	}
	cli.Apply()
	sim.ClearFaults()
	if road.taint {
		cli.Must(0, "taint", this+"[0]")
	}
	cli.Configure(sim.Provider(fmt.Sprintf("prevent_release = %t", prevent)) + road.config(resource))
	result := cli.Run(append([]string{"apply", "-no-color", "-auto-approve"}, road.args...)...)

	asksForRelease := action == "release" && !road.forgets && road.creation == nil
	refused := asksForRelease && (prevent || road.needed)
	if (result.Code != 0) != refused {
		t.Errorf("exit code %d, refused should be %t\n%s", result.Code, refused, result.Stderr)
	}
	released := asksForRelease && !refused
	if _, there := sim.Twilio().Number(number); there == released {
		t.Errorf("the number is still owned: %t; it should be released: %t", there, released)
	}
	if got := len(sim.Twilio().Released()); (got == 1) != released || got > 1 {
		t.Errorf("released %v", sim.Twilio().Released())
	}
	if !released && !refused && !road.forgets && !road.needed && road.creation == nil {
		expectUnwired(t, sim, number)
	}
}

// With the provider block gone, the environment still counts.
func TestAccPreventReleaseOfTheEnvironmentOutlivesTheProviderBlock(t *testing.T) {
	sim := acctest.Start(t)
	cli := sim.Terraform(t)
	releasing(t, sim, cli)
	for name, value := range map[string]string{
		"TWILIO_ACCOUNT_SID": simulator.DefaultAccountSID, "TWILIO_AUTH_TOKEN": simulator.DefaultAuthToken,
		"TWILIO_BASE_URL": sim.URL + "/twilio", "TELEPHONY_PREVENT_RELEASE": "true",
	} {
		t.Setenv(name, value)
	}
	cli.Configure(`output "nothing" { value = true }`)
	said := cli.Must(1, "apply", "-no-color", "-auto-approve")
	if !words(`Release of \+14155550100 is prevented`).MatchString(said.Stderr) {
		t.Errorf("the error is %s", said.Stderr)
	}
	expectOwned(t, sim, number)
	t.Setenv("TELEPHONY_PREVENT_RELEASE", "")
	cli.Apply()
	expectOwned(t, sim)
}
