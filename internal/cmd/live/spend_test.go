package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func purchases(sim *simulator.Server) (count int) {
	for _, r := range sim.Requests() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/IncomingPhoneNumbers.json") && r.Status == http.StatusCreated {
			count++
		}
	}
	return count
}

func TestSpendKeepsToItsLimit(t *testing.T) {
	for limit, want := range map[string]int{"1.00": 0, "1.15": 1, "2.30": 2} { // a number costs 1.15
		sim := start(t, simulator.WithTwilio(simulator.TwilioRules{ReleasedCanBeBought: true}))
		before := sim.Twilio().Numbers()
		_, err := look(t, "-spend", limit)
		if failed := err != nil; failed != (want == 0) || failed && !strings.Contains(err.Error(), "limit") {
			t.Errorf("%s: %v", limit, err)
		}
		if got := purchases(sim); got != want {
			t.Errorf("%s: %d numbers were bought, want %d", limit, got, want)
		}
		asFound(t, sim, before)
	}
}

func TestWithoutAPriceNothingIsBought(t *testing.T) {
	sim := start(t, simulator.WithTwilio(simulator.TwilioRules{PricesUnknown: true}))
	if _, err := look(t, "-spend", "100"); err == nil || purchases(sim) > 0 {
		t.Errorf("%v, and %d were bought", err, purchases(sim))
	}
}

func TestPurchaseWithALostAnswerIsGivenUp(t *testing.T) {
	sim := start(t)
	before := sim.Twilio().Numbers()
	sim.Inject(simulator.Fault{Method: "POST", Path: "*/IncomingPhoneNumbers.json", Times: 1, Cut: simulator.CutAfter})
	if _, err := look(t, "-spend", "1.15"); err == nil {
		t.Error("it says nothing")
	}
	asFound(t, sim, before)
}

func TestSweepFindsWhatTestsBuy(t *testing.T) {
	if prefix != acctest.LivePrefix {
		t.Errorf("the prefix is %q here, and %q in tests", prefix, acctest.LivePrefix)
	}
}

func TestSweepFindsWhatWasLeft(t *testing.T) {
	sim := start(t)
	before := sim.Twilio().Numbers()
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550199", FriendlyName: prefix + "14155550199"})
	d, err := look(t, "-sweep")
	if got := fmt.Sprint(d.Remarks); err != nil || !strings.Contains(got, "left behind") || len(sim.Twilio().Numbers()) != len(before)+1 {
		t.Errorf("it says %s, %v", got, err)
	}
	if _, err := look(t, "-sweep", "-spend", "0"); err != nil {
		t.Error(err)
	}
	asFound(t, sim, before)
}
