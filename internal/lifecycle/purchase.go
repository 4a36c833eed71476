package lifecycle

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// priceTimeout is what a plan waits for a price that it can do without.
const priceTimeout = 10 * time.Second

// RefusePurchase says why n may not be bought, although it would be; nil: it may.
func (m *Manager) RefusePurchase(n platform.Number) *platform.Refusal {
	if !m.PreventPurchase {
		return nil
	}
	what := "a number by search"
	if n.PhoneNumber != "" {
		what = n.PhoneNumber
	}
	return &platform.Refusal{
		Summary: "Purchase of " + what + " is prevented",
		Detail: "The provider has prevent_purchase = true (or TELEPHONY_PREVENT_PURCHASE), so nothing is bought, whatever a " +
			"resource says. Nothing was bought. To manage a number that is owned, set phone_number to it. To buy one, set " +
			"prevent_purchase = false, or unset the variable, first.",
	}
}

// seller is n's carrier as the one that may sell to this run.
func (m *Manager) seller(carrier platform.Carrier, n platform.Number) (platform.Seller, error) {
	seller, ok := carrier.(platform.Seller)
	if !ok {
		kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(n))
		return nil, fmt.Errorf("nothing was bought: %s", platform.Clause(kind.NotForSale))
	}
	if m.PreventPurchase {
		return unbuyable{seller, m}, nil
	}
	return seller, nil
}

// unbuyable sells nothing: whatever road leads to a purchase ends here.
type unbuyable struct {
	platform.Seller
	manager *Manager
}

func (c unbuyable) Buy(_ context.Context, n platform.Number, _ string) (platform.Number, error) {
	return n, c.manager.RefusePurchase(n)
}

// Price is what a number of that country (ISO 3166-1 alpha-2) and type costs at n's
// carrier, in words; empty: nobody tells. Each list is asked for once a run, and
// what cannot be had is no error.
func (m *Manager) Price(ctx context.Context, n platform.Number, country, numberType string) string {
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(n))
	carrier, ok := m.Carriers[kind.Name].(platform.Pricer)
	if !ok || country == "" {
		return ""
	}
	list := m.prices.of(m.account(n)+"/"+country, func() func() platform.PriceList {
		return sync.OnceValue(func() platform.PriceList {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), priceTimeout)
			defer cancel()
			list, err := carrier.Prices(ctx, n, country)
			if err != nil {
				return nil
			}
			return list
		})
	})()
	if list == nil {
		return ""
	}
	return list(n, numberType)
}
