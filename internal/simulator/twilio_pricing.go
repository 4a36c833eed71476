package simulator

import (
	"net/http"
	"slices"
	"strings"
)

var twilioPricingRoutes = []twilioRoute{
	{"GET", "/v1/PhoneNumbers/Countries/{IsoCountry}", (*twilio).fetchNumberPrices},
}

// twilioMonthly is what a number costs in a month by its type, in US dollars; all but those of the US are made up.
var twilioMonthly = map[string]string{
	"local": "1.15", "toll_free": "2.15", "mobile": "4.00", "national": "3.00", "voip": "2.50", "shared_cost": "25.00",
	"machine_to_machine": "5.00",
}

// fetchNumberPrices answers what the numbers of a country cost (Twilio OpenAPI: Pricing, phone numbers). Types are words
// there, with spaces as in its example, and amounts are text.
func (t *twilio) fetchNumberPrices(c *twilioCall) (int, any, *TwilioError) {
	land := countryByCode(c.params["IsoCountry"])
	if land == nil || t.rules.PricesUnknown {
		return 0, nil, notFound(c.path)
	}
	var prices []map[string]string
	var told []string
	for _, run := range land.series {
		if slices.Contains(told, run.kind) {
			continue
		}
		told = append(told, run.kind)
		space := " "
		if t.rules.PricedTypesHyphenated {
			space = "-"
		}
		prices = append(prices, map[string]string{
			"number_type": strings.ReplaceAll(run.kind, "_", space),
			"base_price":  twilioMonthly[run.kind], "current_price": twilioMonthly[run.kind],
		})
	}
	return http.StatusOK, map[string]any{
		"country": land.name, "iso_country": land.code, "price_unit": "USD", "phone_number_prices": prices,
		"url": c.base + c.path,
	}, nil
}
