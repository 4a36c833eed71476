package twilio

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/twilio/twilio-go/client"
	pricing "github.com/twilio/twilio-go/rest/pricing/v1"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Pricer = (*Carrier)(nil)

// typeSpellings makes a type of the Pricing API's one of a purchase's.
var typeSpellings = strings.NewReplacer(" ", "_", "-", "_")

// Prices is platform.Pricer's: what the account of the credentials pays.
func (c *Carrier) Prices(ctx context.Context, _ platform.Number, country string) (platform.PriceList, error) {
	const doing = "ask for the prices of numbers"
	if !countryCode.MatchString(country) {
		return nil, fmt.Errorf("%s: %q is not a country", doing, country)
	}
	request := &request{ctx: ctx, http: c.http}
	told, err := pricing.NewApiService(&client.RequestHandler{Client: request}).FetchPhoneNumberCountry(country)
	if err != nil {
		return nil, explained(doing, request.failure(err))
	}
	if told.IsoCountry == nil || *told.IsoCountry != country || told.PriceUnit == nil || told.PhoneNumberPrices == nil {
		return nil, explained(doing, request.answer.Unusable(errors.New("it lacks the prices of "+country)))
	}
	monthly := map[string]string{}
	for _, price := range *told.PhoneNumberPrices {
		if price.CurrentPrice > 0 { // the library makes 0 of one that is missing
			monthly[typeSpellings.Replace(strings.ToLower(price.NumberType))] = fmt.Sprintf("%s %s a month",
				money(price.CurrentPrice), strings.ToUpper(*told.PriceUnit))
		}
	}
	return func(_ platform.Number, numberType string) string { return monthly[numberType] }, nil
}

// money writes an amount as it was told, with two decimals at least.
func money(amount float32) string {
	shortest := strconv.FormatFloat(float64(amount), 'f', -1, 32)
	if _, decimals, _ := strings.Cut(shortest, "."); len(decimals) >= 2 {
		return shortest
	}
	return strconv.FormatFloat(float64(amount), 'f', 2, 32)
}
