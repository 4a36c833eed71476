package lifecycle

import (
	"context"

	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/catalog"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// openToRead is open for a reader that may be answered from a list.
func (m *Manager) openToRead(n platform.Number) (platform.Carrier, platform.Platform, error) {
	return m.openListed(n, m.catalogs.ForRead, false)
}

// openToLook is openToRead for a plan, which has to know no more than whether the
// number is there: a creation looks again before it spends anything.
func (m *Manager) openToLook(n platform.Number) (platform.Carrier, platform.Platform, error) {
	return m.openListed(n, m.catalogs.ForLook, true)
}

func (m *Manager) openListed(n platform.Number, list listing, looks bool) (platform.Carrier, platform.Platform, error) {
	carrier, on, err := m.open(n)
	if err != nil || m.SingleReads {
		return carrier, on, err
	}
	if on != nil {
		kind, _ := m.Kinds.Kind(n.Platform)
		on = listedPlatform{Platform: on, kind: kind, list: list, looks: looks}
	}
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(n))
	return listedCarrier{Carrier: carrier, kind: kind, account: m.accountAt, list: list, looks: looks}, on, nil
}

// listing returns the list that may answer for a number; nil: none may.
type listing func(kind platform.Kind, lister platform.Lister, account, phoneNumber string) *catalog.Catalog

// listedCarrier is a carrier whose Read and Find are answered from its list where
// that is cheaper.
type listedCarrier struct {
	platform.Carrier

	kind    platform.Kind
	account func(platform.Kind, string) string
	list    listing
	looks   bool
}

func (c listedCarrier) Read(ctx context.Context, n platform.Number) (platform.Number, error) {
	return c.read(ctx, n, c.Carrier.Read)
}

func (c listedCarrier) Find(ctx context.Context, n platform.Number) (platform.Number, error) {
	return c.read(ctx, n, c.Carrier.Find)
}

func (c listedCarrier) read(ctx context.Context, n platform.Number, single catalog.Single) (platform.Number, error) {
	if lister, ok := c.Carrier.(platform.Lister); ok {
		if listed := c.list(c.kind, lister, c.account(c.kind, n.AccountSID), n.PhoneNumber); listed != nil {
			return listed.Read(ctx, n, single, c.looks)
		}
	}
	return single(ctx, n)
}

// listedPlatform is the same for a platform's Read.
type listedPlatform struct {
	platform.Platform

	kind  platform.Kind
	list  listing
	looks bool
}

func (p listedPlatform) Read(ctx context.Context, n platform.Number) (platform.Number, error) {
	if lister, ok := p.Platform.(platform.Lister); ok {
		if listed := p.list(p.kind, lister, "", n.PhoneNumber); listed != nil {
			return listed.Read(ctx, n, p.Platform.Read, p.looks)
		}
	}
	return p.Platform.Read(ctx, n)
}
