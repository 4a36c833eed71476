package phonenumber_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// looked is a number as the data source tells of it.
func looked(t *testing.T, d *acctest.Driver, config acctest.Values) acctest.Values {
	t.Helper()
	state, diags := d.ReadDataSource(oneNumber, config)
	if len(diags) > 0 {
		t.Fatalf("%+v", diags)
	}
	return state
}

func TestNumberTellsAllThatItsServicesDo(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	numbers := mixed(sim, 5)
	d := sim.Driver(t, nil)
	for service, want := range map[string]acctest.Values{
		"twilio": {
			"friendly_name": "Line 0", "voice_url": "https://example.com/14155550000", "sms_method": "GET",
			"origin": "twilio", "beta": false, "carrier_status": "in-use", "voice_application_sid": nil,
		},
		"nixflex": {
			"friendly_name": "Line 1", "voice_method": "POST", "origin": "twilio",
			"nixflex.agent_id": nixflexSupport, "nixflex.custom_prompt": nil,
		},
		"synthflow": {
			"voice_url": nil, "origin": nil, "synthflow.agent_id": synthflowSupport, "synthflow.bought_at_synthflow": true,
			"synthflow.workspace_id": simulator.DefaultSynthflowWorkspaceID,
		},
		"dialnexa": {"dialnexa.nickname": "Line 3", "dialnexa.agent_id": dialNexaSupport},
		"resemble": {
			"friendly_name": "Line 4", "resemble.label": "Line 4 at Resemble", "resemble.supports_inbound": true,
			"resemble.agent_uuid": resembleSupport, "resemble.outbound_trunk": nil,
		},
	} {
		phoneNumber := numbers[service][0]
		got := looked(t, d, acctest.Values{"phone_number": phoneNumber})
		want["id"], want["service"], want["status"] = phoneNumber, service, "active"
		for name, value := range want {
			if on, field, nested := strings.Cut(name, "."); nested {
				block, _ := got[on].(acctest.Values)
				if block == nil || block[field] != value {
					t.Errorf("%s: %s is %v, want %v", service, name, block[field], value)
				}
			} else if got[name] != value {
				t.Errorf("%s: %s is %v, want %v", service, name, got[name], value)
			}
		}
		for _, other := range services[1:] {
			if _, there := got[other].(acctest.Values); there != (other == service) {
				t.Errorf("%s: the block %s is there: %t", service, other, there)
			}
		}
		for _, row := range listed(t, d, acctest.Values{"phone_number": phoneNumber}) {
			for name, value := range row {
				if fmt.Sprint(got[name]) != fmt.Sprint(value) {
					t.Errorf("%s: %s is %v, but %v in the list", service, name, got[name], value)
				}
			}
		}
	}
}

func TestNumberIsLookedUpInAnySpelling(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	got := looked(t, sim.Driver(t, nil), acctest.Values{"phone_number": "+1 (415) 555-0100"})
	if got["id"] != number || got["phone_number"] != "+1 (415) 555-0100" {
		t.Errorf("id %v, phone_number %v", got["id"], got["phone_number"])
	}
}

func TestNumberOfARelatedAccountIsFound(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
	owned(sim, simulator.TwilioNumber{AccountSID: sub})
	for _, config := range []acctest.Values{
		{"phone_number": number}, {"phone_number": number, "account_sid": sub},
	} {
		if got := looked(t, sim.Driver(t, nil), config); got["account_sid"] != sub {
			t.Errorf("%v: account_sid is %v", config, got["account_sid"])
		}
	}
}

func TestNumberThatIsNotHeldSaysWhereItWasLookedFor(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 5)
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
	for name, test := range map[string]struct {
		config acctest.Values
		says   []string
	}{
		"nowhere": {
			acctest.Values{"phone_number": "+14155559999"},
			[]string{
				"+14155559999 not found", "Nixflex", "Synthflow", "Resemble AI", "Twilio", "DialNexa", "Check the number",
			},
		},
		"not at that service": {
			acctest.Values{"phone_number": "+14155550001", "service": "dialnexa"},
			[]string{"+14155550001 not found", "looked for at DialNexa, and none", "Check the number"},
		},
		"on a platform": {
			acctest.Values{"phone_number": "+14155550001", "service": "twilio"},
			[]string{"+14155550001 is elsewhere", "at Twilio, but Nixflex has it", "Set service"},
		},
		"in another account": {
			acctest.Values{"phone_number": "+14155550000", "account_sid": sub},
			[]string{"+14155550000 is elsewhere", "account " + simulator.DefaultAccountSID + " has it", "account_sid"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := sim.Driver(t, nil).ReadDataSource(oneNumber, test.config)
			for _, words := range test.says {
				if !diags.Failed() || !strings.Contains(diags[0].Summary+"\n"+diags[0].Detail, words) {
					t.Errorf("no %q in %+v", words, diags)
				}
			}
		})
	}
}

func TestNumberIsFoundWithoutAListOfTheAccount(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	numbers := mixed(sim, 5)
	for i := range 2000 {
		sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1212555%04d", i)})
	}
	for service, most := range map[string]int{"twilio": 7, "nixflex": 5, "synthflow": 3, "dialnexa": 2, "resemble": 3} {
		for asked, most := range map[string]int{"": 10, service: most} {
			d := sim.Driver(t, nil)
			sim.ResetRequests()
			looked(t, d, acctest.Values{"phone_number": numbers[service][0], "service": orNull(asked != "", asked)})
			if requests := sim.Requests(); len(requests) > most {
				t.Errorf("a number of %s takes %d calls", service, len(requests))
			}
			for _, r := range sim.Requests() {
				if r.Service == simulator.Twilio && !r.Query.Has("PhoneNumber") && strings.HasSuffix(r.Path, "Numbers.json") {
					t.Errorf("%s: the account was listed", service)
				}
			}
		}
	}
}

func TestNumbersThatAreLookedUpShareTheListsThatTheyNeed(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	numbers := mixed(sim, 250)["nixflex"]
	d := sim.Driver(t, nil)
	for _, phoneNumber := range numbers {
		looked(t, d, acctest.Values{"phone_number": phoneNumber, "service": "nixflex"})
	}
	if got := calls(sim)["nixflex"]; got > 3 {
		t.Errorf("%d look-ups take %d calls", len(numbers), got)
	}
}
