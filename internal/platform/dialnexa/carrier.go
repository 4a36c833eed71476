package dialnexa

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// looks is how often a purchase whose answer was lost is looked up: it may
// still be under way at the first time.
const looks = 3

var _ platform.Seller = (*Carrier)(nil)

// Carrier is platform.Carrier at DialNexa. It is safe for concurrent use.
type Carrier struct{ *service }

// Find is platform.Carrier's. It takes the whole list: DialNexa has no filter by
// number.
func (c *Carrier) Find(ctx context.Context, n platform.Number) (platform.Number, error) {
	live, err := c.find(ctx, n)
	if err != nil {
		return n, fmt.Errorf("look up %s: %w", n.PhoneNumber, err)
	}
	return reported(n, live), nil
}

// Read is platform.Carrier's. A 403, by which generation B answers for numbers
// of other workspaces, is no word on whether the number is there.
func (c *Carrier) Read(ctx context.Context, n platform.Number) (platform.Number, error) {
	live, err := c.fetch(ctx, n)
	if err != nil {
		return n, fmt.Errorf("read %s: %w", platform.Identified(n), err)
	}
	return reported(n, live), nil
}

// Elsewhere is platform.Carrier's. An API key sees one workspace, and that is
// related to no other.
func (c *Carrier) Elsewhere(context.Context, platform.Number) (string, error) { return "", nil }

// Marked is platform.Carrier's. DialNexa has no place for a marker: a purchase
// takes none, and only generation A, which cannot search, can name a number
// afterwards.
func (c *Carrier) Marked(context.Context, platform.Number) ([]platform.Number, error) {
	return nil, nil
}

// Search is platform.Carrier's. Without a marker, a purchase of whatever number
// a search found could be made a second time after a crash, so there is none.
func (c *Carrier) Search(context.Context, platform.Number) ([]string, error) {
	return nil, &platform.FieldError{Field: "phone_number", Err: errors.New(noSearch)}
}

// noSearch is Kind.NoSearch.
const noSearch = "a purchase at DialNexa needs phone_number: DialNexa cannot mark a number that a search found, so a " +
	"purchase that is interrupted could be made twice; choose a number that DialNexa's dashboard offers"

// Configure is platform.Carrier's. DialNexa has no settings apart from the
// block.
func (c *Carrier) Configure(_ context.Context, have, want platform.Number) (platform.Number, error) {
	want.SID, want.PhoneNumber, want.AccountSID, want.Carrier = have.SID, have.PhoneNumber, have.AccountSID, kindName
	want.Settings, want.Capabilities, want.Private.Origin = have.Settings, have.Capabilities, have.Private.Origin
	return want, nil
}

// Buy is platform.Carrier's. DialNexa has no key that makes a purchase safe to
// repeat, so it is sent once, and a lost answer is made up for by looking the
// number up. A purchase that is still pending is one: the attach waits for it.
func (c *Carrier) Buy(ctx context.Context, n platform.Number, _ string) (platform.Number, error) {
	if !platform.IsE164(n.PhoneNumber) {
		return n, fmt.Errorf("%q is not a phone number in E.164 form", n.PhoneNumber)
	}
	order, err := orderOf(n)
	if err != nil {
		return n, err
	}
	bought, failure := c.buy(ctx, order, n.PhoneNumber)
	if bought != nil {
		return reported(n, bought), nil
	}
	return c.settlePurchase(ctx, n, failure)
}

// orderOf is the body of a purchase, in the spelling of the one generation that
// agent_link chooses.
func orderOf(n platform.Number) (any, error) {
	if linkOf(n.Block) == byNumber {
		return orderA{PhoneNumber: n.PhoneNumber}, nil
	}
	provider, country := n.Block.String("telephony_provider_id"), ""
	if n.Purchase != nil {
		country = n.Purchase.Country
	}
	if provider != "" && country != "" {
		return orderB{PhoneNumber: n.PhoneNumber, TelephonyProviderID: provider, CountryISO: country}, nil
	}
	missing := kindName + ".telephony_provider_id"
	if provider != "" {
		missing = "purchase.country"
	}
	return nil, &platform.FieldError{Field: missing, Err: errors.New(
		"a purchase with agent_link = \"agent\" needs both telephony_provider_id and purchase.country; nothing was bought")}
}

// settlePurchase finds out whether a purchase has bought the number although it
// failed, or was answered without the number's ID. It looks several times, and tells
// a purchase that was refused from one that may show up yet, so it is no httpapi.Write.
func (c *Carrier) settlePurchase(ctx context.Context, n platform.Number, failure error) (platform.Number, error) {
	doing := "buy " + n.PhoneNumber
	taken := isAnswer(failure, http.StatusBadRequest, http.StatusConflict)
	switch {
	case isAnswer(failure, http.StatusForbidden):
		return n, fmt.Errorf("%s: %w; nothing was bought: DialNexa sells only to a workspace whose owner has passed its "+
			"identity check (KYC), and to an API key that may buy", doing, failure)
	case failure != nil && !taken && !httpapi.IsUnclear(failure):
		return n, fmt.Errorf("%s: %w", doing, failure)
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	owned, err := c.find(ctx, n)
	for look := 1; look < looks && !taken && errors.Is(err, platform.ErrNotFound); look++ {
		if httpapi.Pause(ctx, c.pollInterval); ctx.Err() != nil {
			break
		}
		owned, err = c.find(ctx, n)
	}
	switch {
	case err == nil:
		return reported(n, owned), nil
	case taken:
		return n, fmt.Errorf("%s: %w: %w; nothing was bought: choose another number, or the other agent_link if DialNexa "+
			"asks for fields in another spelling", doing, platform.ErrUnavailable, failure)
	case failure == nil:
		return n, fmt.Errorf("%s: it is bought, but its ID is not known yet (%w); the next apply looks it up again", doing, err)
	case !errors.Is(err, platform.ErrNotFound):
		return n, fmt.Errorf("%s: %w; the number may have been bought: looking it up failed too (%w); "+
			"the next apply looks it up again before it buys", doing, failure, err)
	}
	return n, fmt.Errorf("%s: %w; DialNexa does not list the number as bought; should that change, "+
		"the next apply finds it instead of buying again", doing, failure)
}
