package phonenumber_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	this   = "telephony_phone_number.this"
	number = "+14155550100"
)

// hcl is the configuration of one number with these arguments.
func hcl(sim *acctest.Simulation, arguments string) string {
	return sim.Provider() + fmt.Sprintf("resource \"telephony_phone_number\" \"this\" {\n%s\n}\n", arguments)
}

// owned seeds a number that the account holds already.
func owned(sim *acctest.Simulation, n simulator.TwilioNumber) {
	if n.PhoneNumber == "" {
		n.PhoneNumber = number
	}
	if n.Capabilities == (simulator.TwilioCapabilities{}) {
		n.Capabilities = simulator.TwilioCapabilities{Voice: true, SMS: true, MMS: true}
	}
	sim.Twilio().AddNumber(n)
}

// atTwilio is a number as Twilio has it, by the names of its JSON members.
func atTwilio(t *testing.T, sim *acctest.Simulation, phoneNumber string) map[string]any {
	t.Helper()
	held, ok := sim.Twilio().Number(phoneNumber)
	if !ok {
		return nil
	}
	text, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	if err := json.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// held checks a member of the number at Twilio after a step; nil: it is empty.
func held(t *testing.T, sim *acctest.Simulation, name string, want any) resource.TestCheckFunc {
	t.Helper()
	return func(*terraform.State) error {
		if got := atTwilio(t, sim, number)[name]; got != want && (want != nil || got != "" && got != false) {
			return fmt.Errorf("%s at Twilio is %v, want %v", name, got, want)
		}
		return nil
	}
}

// expectOwned looks at what is left in the end: these numbers, and no other.
func expectOwned(t *testing.T, sim *acctest.Simulation, want ...string) {
	t.Helper()
	got := []string{}
	for _, n := range sim.Twilio().Numbers() {
		got = append(got, n.PhoneNumber)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("numbers owned in the end: %v, want %v", got, want)
	}
}

// expectUnwired checks that nothing routes calls or messages of the number.
func expectUnwired(t *testing.T, sim *acctest.Simulation, phoneNumber string) {
	t.Helper()
	left := atTwilio(t, sim, phoneNumber)
	if left == nil {
		t.Fatalf("%s is not owned any more", phoneNumber)
	}
	for _, name := range []string{
		"voice_url", "voice_fallback_url", "voice_application_sid", "trunk_sid", "sms_url", "sms_fallback_url",
		"sms_application_sid", "status_callback", "voice_caller_id_lookup",
	} {
		if value := left[name]; value != nil && value != "" && value != false {
			t.Errorf("%s of %s is still %v", name, phoneNumber, value)
		}
	}
}

// writes are the requests so far that may have changed something.
func writes(sim *acctest.Simulation) []string {
	lines := []string{}
	for _, r := range sim.Requests() {
		if r.Method != "GET" {
			lines = append(lines, r.Method+" "+r.Path+" "+r.Form.Encode())
		}
	}
	return lines
}

func expectWrites(t *testing.T, sim *acctest.Simulation, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), writes(sim)); diff != "" {
		t.Errorf("requests that change something (-want +got):\n%s", diff)
	}
}

func planned(action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             append([]plancheck.PlanCheck{plancheck.ExpectResourceAction(this, action)}, more...),
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

func plans(attribute string, value knownvalue.Check) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(this, tfjsonpath.New(attribute), value)
}

func state(attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(this, tfjsonpath.New(attribute), value)
}

func text(s string) knownvalue.Check { return knownvalue.StringExact(s) }

func path(attribute string) tfjsonpath.Path { return tfjsonpath.New(attribute) }

// words is a pattern in which a space is any white space, since a CLI breaks
// the lines of its messages where it likes; capitals do not count.
func words(pattern string) *regexp.Regexp {
	return regexp.MustCompile("(?is)" + strings.ReplaceAll(pattern, " ", `\s+`))
}
