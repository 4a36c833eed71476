package simulator_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const prices = "/v1/PhoneNumbers/Countries/"

func TestTwilioGoReadsPrices(t *testing.T) {
	for name, tc := range map[string]struct {
		rules    simulator.TwilioRules
		tollFree string
	}{
		"by default":       {simulator.TwilioRules{}, "toll free"},
		"with their rules": {simulator.TwilioRules{PricedTypesHyphenated: true}, "toll-free"},
	} {
		t.Run(name, func(t *testing.T) {
			told, err := start(t, simulator.WithTwilio(tc.rules)).letters().twilioGo().PricingV1.FetchPhoneNumberCountry("US")
			if err != nil {
				t.Fatal(err)
			}
			if *told.IsoCountry != "US" || *told.PriceUnit != "USD" || len(*told.PhoneNumberPrices) != 2 {
				t.Fatalf("%+v", told)
			}
			local, tollFree := (*told.PhoneNumberPrices)[0], (*told.PhoneNumberPrices)[1]
			if local.NumberType != "local" || local.CurrentPrice != 1.15 || tollFree.NumberType != tc.tollFree {
				t.Errorf("%+v, %+v", local, tollFree)
			}
		})
	}
}

func TestPricesOfWhatIsNotSoldAreNotFound(t *testing.T) {
	start(t).get(prices+"XX").refused(t, http.StatusNotFound, 20404)
	start(t, simulator.WithTwilio(simulator.TwilioRules{PricesUnknown: true})).get(prices+"US").refused(t, http.StatusNotFound, 20404)
	start(t).as(main, "wrong").get(prices+"US").refused(t, http.StatusUnauthorized, 20003)
}

func TestDialNexaListsPrices(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		cost  any
	}{
		"by default": {simulator.DialNexaRules{}, "500.0000"},
		"as numbers": {simulator.DialNexaRules{PricesAreNumbers: true, Generation: simulator.DialNexaB}, 500.0},
	} {
		var all []map[string]any
		told := startDialNexa(t, tc.rules).call("GET", "/phone-number-pricing", "").accepted(t, http.StatusOK)
		if err := json.Unmarshal([]byte(told.body), &all); err != nil {
			t.Fatal(err)
		}
		first := all[0]
		if first["credit_cost"] != tc.cost || first["country_iso"] != "US" || first["telephony_provider_id"] == nil {
			t.Errorf("%s: %v", name, first)
		}
	}
	startDialNexa(t, simulator.DialNexaRules{NoPrices: true}).call("GET", "/phone-number-pricing", "").explained(t, http.StatusNotFound)
}
