package dialnexa

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const pricesPath = "/phone-number-pricing"

var _ platform.Pricer = (*Carrier)(nil)

// offer is an entry of the price list (DialNexa OpenAPI: List Phone Number Pricing).
type offer struct {
	Provider string          `json:"telephony_provider_id"`
	Country  string          `json:"country_iso"`
	Credits  json.RawMessage `json:"credit_cost"` // a number, or a string with one
}

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// credits is what a number costs to rent, as it is told without zeros at the end;
// empty: it is not told. How much a credit is, and for how long it pays, DialNexa
// does not document.
func (o offer) credits() string {
	told := strings.Trim(string(o.Credits), `"`)
	if !decimal.MatchString(told) {
		return ""
	}
	if strings.Contains(told, ".") {
		told = strings.TrimSuffix(strings.TrimRight(told, "0"), ".")
	}
	return told
}

// Prices is platform.Pricer's. The list has a price for each telephony provider:
// where the number does not name one, they must all take the same.
func (c *Carrier) Prices(ctx context.Context, _ platform.Number, country string) (platform.PriceList, error) {
	var offers []offer
	err := c.send(ctx, http.MethodGet, pricesPath, nil, nil, &offers, func() error { return nil })
	if err != nil {
		return nil, fmt.Errorf("ask for the prices of numbers: %w", err)
	}
	return func(n platform.Number, _ string) string {
		provider, price := "", ""
		if linkOf(n.Block) == byAgent {
			provider = n.Block.String("telephony_provider_id")
		}
		for _, o := range offers {
			if o.Country != country || provider != "" && o.Provider != provider {
				continue
			}
			told := o.credits()
			if told == "" || price != "" && price != told {
				return ""
			}
			price = told
		}
		if price == "" {
			return ""
		}
		return price + " DialNexa credits to rent"
	}, nil
}
