package phonenumber_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	oneNumber   = "telephony_phone_number"
	manyNumbers = "telephony_phone_numbers"
)

// services are those of a mixed account, in the order in which mixed goes round.
var services = []string{"twilio", "nixflex", "synthflow", "dialnexa", "resemble"}

// mixed gives the services numbers in turn, as many as asked for in all, and
// returns them by service. Each has an agent, and those that Twilio alone has are
// wired.
func mixed(sim *acctest.Simulation, count int) map[string][]string {
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, VoiceUUID: "voice"})
	sim.DialNexa().AddAgent(simulator.DialNexaAgent{ID: dialNexaSupport})
	numbers := map[string][]string{}
	for i := range count {
		service := services[i%len(services)]
		added := fmt.Sprintf("+1415555%04d", i)
		numbers[service] = append(numbers[service], added)
		name := fmt.Sprintf("Line %d", i)
		switch service {
		case "twilio":
			sim.Twilio().AddNumber(simulator.TwilioNumber{
				PhoneNumber: added, FriendlyName: name, VoiceURL: "https://example.com/" + added[1:], SMSMethod: "GET",
			})
		case "nixflex":
			sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: added, FriendlyName: name})
			sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: added, AgentID: nixflexSupport})
		case "synthflow":
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: added, Bought: true})
		case "dialnexa":
			sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: added, Nickname: name, AgentID: dialNexaSupport})
		case "resemble":
			sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: added, FriendlyName: name})
			sim.Resemble().AddNumber(simulator.ResembleNumber{
				PhoneNumber: added, Label: name + " at Resemble", SupportsInbound: true, AgentUUID: resembleSupport,
			})
		}
	}
	sim.Synthflow().AddAgent(simulator.SynthflowAgent{
		ID: synthflowSupport, Type: simulator.SynthflowOutbound, Numbers: numbers["synthflow"],
	})
	return numbers
}

// listed are the numbers that the data source lists.
func listed(t *testing.T, d *acctest.Driver, config acctest.Values) []acctest.Values {
	t.Helper()
	state, diags := d.ReadDataSource(manyNumbers, config)
	if len(diags) > 0 {
		t.Fatalf("%+v", diags)
	}
	rows, _ := state["phone_numbers"].([]acctest.Values)
	return rows
}

// phoneNumbers are those of the rows.
func phoneNumbers(rows []acctest.Values) []string {
	var numbers []string
	for _, row := range rows {
		numbers = append(numbers, fmt.Sprint(row["phone_number"]))
	}
	return numbers
}

func TestNumbersOfAllServicesAreListedOnceAndInOrder(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 5)
	rows := listed(t, sim.Driver(t, nil), nil)
	for _, row := range rows {
		if sid, _ := row["sid"].(string); !strings.HasPrefix(sid, "PN") && row["carrier"] != "synthflow" &&
			!strings.HasPrefix(sid, "phn_") {
			t.Errorf("%s has the SID %q", row["phone_number"], sid)
		}
		delete(row, "sid")
	}
	everything := []string{"mms", "sms", "voice"}
	want := []acctest.Values{
		{
			"phone_number": "+14155550000", "import_id": "twilio/+14155550000", "service": "twilio", "carrier": "twilio",
			"platform": "none", "account_sid": simulator.DefaultAccountSID, "friendly_name": "Line 0", "agent_id": nil,
			"country": "US", "capabilities": everything, "status": "active", "status_reason": "",
		},
		{
			"phone_number": "+14155550001", "import_id": "nixflex/+14155550001", "service": "nixflex", "carrier": "twilio",
			"platform": "nixflex", "account_sid": simulator.DefaultAccountSID, "friendly_name": "Line 1",
			"agent_id": nixflexSupport, "country": "US", "capabilities": everything, "status": "active", "status_reason": "",
		},
		{
			"phone_number": "+14155550002", "import_id": "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/14155550002",
			"service": "synthflow", "carrier": "synthflow", "platform": "synthflow", "account_sid": nil, "friendly_name": nil,
			"agent_id": synthflowSupport, "country": "US", "capabilities": []string{"voice"}, "status": "active",
			"status_reason": "",
		},
		{
			"phone_number": "+14155550003", "import_id": "dialnexa/+14155550003", "service": "dialnexa",
			"carrier": "dialnexa", "platform": "dialnexa", "account_sid": nil, "friendly_name": "Line 3",
			"agent_id": dialNexaSupport, "country": "US", "capabilities": []string{}, "status": "active", "status_reason": "",
		},
		{
			"phone_number": "+14155550004", "import_id": "resemble/+14155550004", "service": "resemble",
			"carrier": "twilio", "platform": "resemble", "account_sid": simulator.DefaultAccountSID,
			"friendly_name": "Line 4", "agent_id": resembleSupport, "country": "US", "capabilities": everything,
			"status": "active", "status_reason": "",
		},
	}
	if diff := gocmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersAreFiltered(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 10)
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+442079460000", FriendlyName: "London"})
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+18005550100", FriendlyName: "London"})
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550777", AccountSID: sub})
	sim.Twilio().RemoveNumber("+14155550006") // Nixflex still lists it
	all := []string{
		"+14155550000", "+14155550001", "+14155550002", "+14155550003", "+14155550004", "+14155550005", "+14155550006",
		"+14155550007", "+14155550008", "+14155550009", "+18005550100", "+442079460000",
	}
	for name, test := range map[string]struct {
		filter acctest.Values
		want   []string
	}{
		"nothing":                     {nil, all},
		"service":                     {acctest.Values{"service": "nixflex"}, []string{"+14155550001", "+14155550006"}},
		"carrier, without platforms'": {acctest.Values{"service": "twilio", "country": "US"}, []string{"+14155550000", "+14155550005", "+18005550100"}},
		"country":                     {acctest.Values{"country": "GB"}, []string{"+442079460000"}},
		"pattern":                     {acctest.Values{"phone_number": "+44*"}, []string{"+442079460000"}},
		"pattern without plus":        {acctest.Values{"phone_number": "1800*"}, []string{"+18005550100"}},
		"end of a number":             {acctest.Values{"phone_number": "*0009"}, []string{"+14155550009"}},
		"pattern with separators":     {acctest.Values{"phone_number": "+1 (415) *-0009"}, []string{"+14155550009"}},
		"number in any spelling":      {acctest.Values{"phone_number": "+44 20 7946 0000"}, []string{"+442079460000"}},
		"number without plus":         {acctest.Values{"phone_number": "442079460000"}, []string{"+442079460000"}},
		"friendly name":               {acctest.Values{"friendly_name": "London"}, []string{"+18005550100", "+442079460000"}},
		"friendly name at the carrier of a platform": {acctest.Values{"friendly_name": "Line 4"}, []string{"+14155550004"}},
		"agent":                      {acctest.Values{"agent_id": resembleSupport}, []string{"+14155550004", "+14155550009"}},
		"agent that no list tells":   {acctest.Values{"agent_id": synthflowSupport}, []string{"+14155550002", "+14155550007"}},
		"corrupted":                  {acctest.Values{"status": "corrupted"}, []string{"+14155550006"}},
		"active":                     {acctest.Values{"status": "active", "service": "nixflex"}, []string{"+14155550001"}},
		"deleting":                   {acctest.Values{"status": "deleting"}, nil},
		"another account":            {acctest.Values{"account_sid": sub}, []string{"+14155550777"}},
		"two at once":                {acctest.Values{"friendly_name": "London", "country": "US"}, []string{"+18005550100"}},
		"the provider's own account": {acctest.Values{"account_sid": simulator.DefaultAccountSID, "phone_number": "*1"}, []string{"+14155550001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := phoneNumbers(listed(t, sim.Driver(t, nil), test.filter))
			if !slices.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

func TestNumbersRefuseFiltersThatCannotBe(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	for name, test := range map[string]struct {
		filter acctest.Values
		want   string
	}{
		"pattern":          {acctest.Values{"phone_number": "four*"}, "* stands for any digits"},
		"number":           {acctest.Values{"phone_number": "0"}, "* stands for any digits"},
		"country":          {acctest.Values{"country": "UK"}, "GB (not UK)"},
		"country in small": {acctest.Values{"country": "us"}, "capital letters"},
		"service":          {acctest.Values{"service": "external"}, "value must be one of"},
		"status":           {acctest.Values{"status": "gone"}, "value must be one of"},
		"account":          {acctest.Values{"account_sid": "AC1"}, "32 hexadecimal digits"},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := sim.Driver(t, nil).ReadDataSource(manyNumbers, test.filter)
			if !diags.Failed() || !strings.Contains(diags[0].Detail, test.want) {
				t.Errorf("%+v", diags)
			}
		})
	}
}

func TestNumbersOfAServiceThatFailsAreAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	for _, service := range services {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			mixed(sim, 5)
			sim.Inject(simulator.Fault{Service: simulator.Service(service), Status: http.StatusForbidden, Body: "{}"})
			_, diags := sim.Driver(t, nil).ReadDataSource(manyNumbers, nil)
			if !diags.Failed() || !strings.Contains(strings.ToLower(diags[0].Detail), service) {
				t.Errorf("%+v", diags)
			}
		})
	}
}

func TestNumbersOfAServiceWithoutCredentialsNameWhatIsMissing(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 5)
	withoutNixflex := acctest.Values{"nixflex": nil}
	_, diags := sim.Driver(t, withoutNixflex).ReadDataSource(manyNumbers, acctest.Values{"service": "nixflex"})
	if !diags.Failed() || !strings.Contains(diags[0].Detail, "NIXFLEX_API_KEY") {
		t.Errorf("%+v", diags)
	}
	// Where nobody asks for them, they are their carrier's.
	rows := listed(t, sim.Driver(t, withoutNixflex), acctest.Values{"phone_number": "*0001"})
	if len(rows) != 1 || rows[0]["service"] != "twilio" {
		t.Errorf("%v", rows)
	}
	// And without the carrier's credentials they are as their platform has them.
	rows = listed(t, sim.Driver(t, acctest.Values{"twilio": nil}), acctest.Values{"service": "nixflex"})
	if len(rows) != 1 || rows[0]["agent_id"] != nixflexSupport || rows[0]["sid"] != nil || rows[0]["status"] != "active" {
		t.Errorf("%v", rows)
	}
}

// A number that goes away between the list and the look at it is left out.
func TestNumberThatGoesAwayIsLeftOut(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 10)
	sim.Before(http.MethodGet, "/numbers/14155550002", func() { sim.Synthflow().RemoveNumber("+14155550002") })
	got := phoneNumbers(listed(t, sim.Driver(t, nil), acctest.Values{"service": "synthflow"}))
	if !slices.Equal(got, []string{"+14155550007"}) {
		t.Errorf("%v", got)
	}
}

// calls counts the requests so far by service.
func calls(sim *acctest.Simulation) map[string]int {
	count := map[string]int{}
	for _, r := range sim.Requests() {
		count[string(r.Service)]++
	}
	return count
}

// Synthflow's list tells nothing but the numbers. What is filtered by those alone
// takes no look at any other.
func TestNumbersAreFilteredBeforeTheyAreInspected(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 250)
	rows := listed(t, sim.Driver(t, nil), acctest.Values{"service": "synthflow", "phone_number": "*0002"})
	if count := calls(sim)["synthflow"]; len(rows) != 1 || count > 3 {
		t.Errorf("%d rows, %d calls", len(rows), count)
	}
}

func TestNumbersInThousandsTakeFewCalls(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	for i := range 5000 {
		sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", i)})
	}
	d := sim.Driver(t, nil)
	begun := time.Now()
	rows := listed(t, d, nil)
	t.Logf("%d numbers in %s, calls: %v", len(rows), time.Since(begun).Round(time.Millisecond), calls(sim))
	if count := calls(sim); len(rows) != 5000 || count["twilio"] > 5 {
		t.Errorf("%d numbers, calls: %v", len(rows), count)
	}
	if !slices.IsSortedFunc(rows, func(a, b acctest.Values) int {
		return cmp.Compare(fmt.Sprint(a["phone_number"]), fmt.Sprint(b["phone_number"]))
	}) {
		t.Error("not in order")
	}
}

// Without a workspace Synthflow can't be asked which numbers it has. Nobody who
// does not ask for them is bothered by that.
func TestNumbersDoWithoutAServiceThatLacksAnArgument(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	d := sim.Driver(t, acctest.Values{
		"synthflow": acctest.Values{"api_key": simulator.DefaultSynthflowAPIKey, "base_url": sim.URL + "/synthflow"},
	})
	lack := []string{"Synthflow needs workspace_id", "SYNTHFLOW_WORKSPACE_ID"}
	for _, source := range []string{oneNumber, manyNumbers} {
		config := acctest.Values{"phone_number": number}
		found, diags := d.ReadDataSource(source, config)
		if diags.Failed() || len(diags) != 1 {
			t.Errorf("%s: %+v", source, diags)
		}
		wantWords(t, diags, "warning", lack...)
		if text := fmt.Sprint(found); !strings.Contains(text, simulator.DefaultAccountSID) {
			t.Errorf("%s: %s", source, text)
		}
		config["service"] = "twilio"
		if found, diags := d.ReadDataSource(source, config); len(diags) > 0 || !strings.Contains(fmt.Sprint(found), number) {
			t.Errorf("%s of twilio: %v %+v", source, found, diags)
		}
		config["service"] = "synthflow"
		_, diags = d.ReadDataSource(source, config)
		wantWords(t, diags, "error", lack...)
	}
	if count := calls(sim)["synthflow"]; count > 0 {
		t.Errorf("%d calls to Synthflow", count)
	}
	all, diags := d.Query("telephony_phone_number", acctest.Query{}, nil)
	if len(all) != 1 || diags.Failed() {
		t.Errorf("%+v %+v", all, diags)
	}
	wantWords(t, diags, "warning", lack...)
	if all, diags := d.Query("telephony_phone_number", acctest.Query{Config: acctest.Values{"platform": "none"}}, nil); len(all) != 1 || len(diags) > 0 {
		t.Errorf("%+v %+v", all, diags)
	}

	alone := sim.Driver(t, acctest.Values{
		"synthflow": acctest.Values{"api_key": simulator.DefaultSynthflowAPIKey, "base_url": sim.URL + "/synthflow"},
		"twilio":    nil, "nixflex": nil, "dialnexa": nil, "resemble": nil,
	})
	_, diags = alone.ReadDataSource(manyNumbers, nil)
	wantWords(t, diags, "error", lack...)
}
