package phonenumber_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// queried are the results of a query that may not fail.
func queried(t *testing.T, d *acctest.Driver, query acctest.Query) []acctest.Listed {
	t.Helper()
	all, diags := d.Query(oneNumber, query, nil)
	if len(diags) > 0 {
		t.Fatalf("%+v", diags)
	}
	return all
}

func TestQueryListsTheNumbersOfAllServices(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	numbers := mixed(sim, 5)
	names := map[string]string{}
	for _, listed := range queried(t, sim.Driver(t, nil), acctest.Query{}) {
		on := fmt.Sprint(listed.Identity["platform"])
		names[on] = listed.DisplayName
		want := identityAt(on, numbers[strings.Replace(on, "none", "twilio", 1)][0])
		if on == "nixflex" || on == "resemble" {
			want["account_sid"] = nil // no list tells it
		}
		if diff := gocmp.Diff(want, listed.Identity); diff != "" {
			t.Error(diff)
		}
		if listed.Resource != nil {
			t.Error("a resource was not asked for")
		}
	}
	if diff := gocmp.Diff(map[string]string{
		"none": "Line 0 +14155550000", "nixflex": "+14155550001", "synthflow": "+14155550002",
		"dialnexa": "Line 3 +14155550003", "resemble": "Line 4 at Resemble +14155550004",
	}, names); diff != "" {
		t.Error(diff)
	}
}

// What a query includes is what an import would bring into state.
func TestQueryIncludesTheResourceAsAfterAnImport(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 5)
	d := sim.Driver(t, nil)
	all := queried(t, d, acctest.Query{IncludeResource: true})
	if len(all) != len(services) {
		t.Fatalf("%d results", len(all))
	}
	for _, listed := range all {
		imported := d.Resource(oneNumber)
		quiet(t, imported.ImportByIdentity(listed.Identity))
		if diff := gocmp.Diff(imported.State(), listed.Resource); diff != "" {
			t.Errorf("%s: %s", listed.DisplayName, diff)
		}
		expectIdentity(t, imported, listed.Identity)
	}
}

func TestQueryIsFiltered(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	mixed(sim, 10)
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550777", AccountSID: sub})
	sim.Twilio().RemoveNumber("+14155550006") // Nixflex still lists it
	for name, test := range map[string]struct {
		config acctest.Values
		want   []string
	}{
		"platform":      {acctest.Values{"platform": "dialnexa"}, []string{"+14155550003", "+14155550008"}},
		"none":          {acctest.Values{"platform": "none"}, []string{"+14155550000", "+14155550005"}},
		"corrupted":     {acctest.Values{"status": "corrupted"}, []string{"+14155550006"}},
		"friendly name": {acctest.Values{"friendly_name": "Line 1"}, []string{"+14155550001"}},
		"label":         {acctest.Values{"friendly_name": "Line 3"}, []string{"+14155550003"}},
		"account":       {acctest.Values{"account_sid": sub}, []string{"+14155550777"}},
		"two at once":   {acctest.Values{"platform": "nixflex", "status": "active"}, []string{"+14155550001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, listed := range queried(t, sim.Driver(t, nil), acctest.Query{Config: test.config}) {
				got = append(got, fmt.Sprint(listed.Identity["phone_number"]))
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
	_, diags := sim.Driver(t, nil).Query(oneNumber, acctest.Query{Config: acctest.Values{"platform": "twilio"}}, nil)
	if !diags.Failed() || !strings.Contains(diags[0].Detail, "value must be one of") {
		t.Errorf("%+v", diags)
	}
}

// lists counts the pages of Twilio's numbers that have been read, and the other
// requests.
func lists(sim *acctest.Simulation) (pages, others int) {
	for _, r := range sim.Requests() {
		switch {
		case r.Service != simulator.Twilio:
		case strings.HasSuffix(r.Path, "/IncomingPhoneNumbers.json") && !r.Query.Has("PhoneNumber"):
			pages++
		default:
			others++
		}
	}
	return pages, others
}

func TestQueryReadsNoMorePagesThanItNeeds(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	for i := range 5000 {
		sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", i)})
	}
	for name, test := range map[string]struct {
		query  acctest.Query
		enough int
		want   int
		pages  int
	}{
		"all":                      {acctest.Query{}, 0, 5000, 5},
		"limit on the first page":  {acctest.Query{Limit: 10}, 0, 10, 1},
		"limit at the page's end":  {acctest.Query{Limit: 1000}, 0, 1000, 1},
		"limit on the second page": {acctest.Query{Limit: 1001}, 0, 1001, 2},
		"Terraform has enough":     {acctest.Query{}, 3, 3, 1},
		"with resources":           {acctest.Query{Limit: 10, IncludeResource: true}, 0, 10, 1},
		"with a status":            {acctest.Query{Limit: 10, Config: acctest.Values{"status": "active"}}, 0, 10, 1},
		"with a name that the last page has": {
			acctest.Query{Limit: 1, Config: acctest.Values{"friendly_name": "(415) 555-4999"}}, 0, 1, 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := sim.Driver(t, nil)
			sim.ResetRequests()
			taken := 0
			all, diags := d.Query(oneNumber, test.query, func(acctest.Listed) bool {
				taken++
				return taken != test.enough
			})
			pages, others := lists(sim)
			if len(diags) > 0 || len(all) != test.want || pages != test.pages || others != 0 {
				t.Errorf("%d results, want %d; %d pages, want %d; %d other calls; %+v",
					len(all), test.want, pages, test.pages, others, diags)
			}
		})
	}
}

func TestQueryThatFailsHalfWayKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	for i := range 1500 {
		sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", i)})
	}
	sim.Inject(simulator.Fault{Service: simulator.Twilio, Skip: 1, Status: http.StatusForbidden, Body: `{"code": 20003}`})
	all, diags := sim.Driver(t, nil).Query(oneNumber, acctest.Query{}, nil)
	if len(all) != 1000 || len(diags) != 1 || !strings.Contains(diags[0].Detail, "Twilio") {
		t.Errorf("%d results, %+v", len(all), diags)
	}
}
