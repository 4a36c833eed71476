package phonenumber_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// twilioCalls are requests to Twilio: those that are about one number, lists, and looks
// of plans at the Region of a number, of which there is no list.
type twilioCalls struct{ single, lists, regions int }

func callsAtTwilio(sim *acctest.Simulation) twilioCalls {
	var c twilioCalls
	for _, r := range sim.Requests() {
		switch {
		case r.Service != simulator.Twilio:
		case r.Method == http.MethodGet && strings.HasSuffix(r.Path, "/IncomingPhoneNumbers.json") && !r.Query.Has("PhoneNumber"):
			c.lists++
		case strings.HasPrefix(r.Path, "/v2/PhoneNumbers/"):
			c.regions++
		case strings.Contains(r.Path, "PhoneNumbers"):
			c.single++
		default:
			c.lists++ // accounts, prices: once a run
		}
	}
	return c
}

// TestCallsPerNumberAtTwilio counts the calls that many numbers take in one run,
// from the refresh to the last write. A search takes more than the purchase of a
// number by its name: whoever replaces a mark looks right before and right after.
func TestCallsPerNumberAtTwilio(t *testing.T) {
	t.Parallel()
	const (
		count = 30
		few   = 8 // of a plan, and of the second one in an apply, before a list is worth its while
		lists = 6
	)
	all := func(change func(i int, phoneNumber string) acctest.Values) []acctest.Values {
		configs := make([]acctest.Values, count)
		for i := range configs {
			if phoneNumber := fmt.Sprintf("+1415200%04d", i); change != nil {
				configs[i] = change(i, phoneNumber)
			}
		}
		return configs
	}
	wired := func(url, action string, more acctest.Values) []acctest.Values {
		return all(func(_ int, phoneNumber string) acctest.Values {
			config := acctest.Values{"phone_number": phoneNumber, "voice_url": url, "release_on_destroy": action}
			for name, value := range more {
				config[name] = value
			}
			return config
		})
	}
	type operation struct {
		name    string
		configs []acctest.Values
		want    int // calls a number
	}
	for name, operations := range map[string][]operation{
		"adopted": {
			{"adopt", wired(firstURL, "detach", nil), 2},
			{"update", wired("https://example.com/other", "detach", nil), 1},
			{"detach", all(nil), 3},
		},
		"bought": {
			{"buy", wired(firstURL, "release", acctest.Values{"purchase": acctest.Values{}}), 2},
			{"release", all(nil), 3},
		},
		"found": {
			{"search", all(func(_ int, _ string) acctest.Values {
				return acctest.Values{"voice_url": firstURL, "purchase": acctest.Values{"country": "US", "area_code": "415"}}
			}), 5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			for i := range count {
				phoneNumber := fmt.Sprintf("+1415200%04d", i)
				if name == "adopted" {
					owned(sim, simulator.TwilioNumber{PhoneNumber: phoneNumber})
				} else {
					sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: phoneNumber})
				}
			}
			driver := sim.Driver(t, nil)
			resources := make([]*acctest.Resource, count)
			for i := range resources {
				resources[i] = driver.Resource("telephony_phone_number")
			}
			for _, op := range operations {
				sim.ResetRequests()
				if _, diags := driver.TerraformApplyAll(resources, op.configs); diags.Failed() {
					t.Fatalf("%s: %+v", op.name, diags)
				}
				got := callsAtTwilio(sim)
				t.Logf("%s: %d calls and %d lists for %d numbers", op.name, got.single, got.lists, count)
				if got.single > op.want*count+few || got.lists > lists {
					t.Errorf("%s: %d calls and %d lists for %d numbers, want %d a number", op.name, got.single, got.lists, count, op.want)
				}
				looks := 0
				if op.name == "adopt" {
					looks = 2 * 5 // those of the plan, and of that of the apply, until enough are where they should be
				}
				if got.regions != looks {
					t.Errorf("%s: %d looks at the Region of %d numbers, want %d", op.name, got.regions, count, looks)
				}
			}
		})
	}
}
