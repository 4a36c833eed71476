// Package lifecycle takes a phone number through its life: acquired, wired,
// attached to a platform, judged, repaired, and ended. It knows the order of
// things and no service by name; the services are values behind
// platform.Carrier and platform.Platform.
package lifecycle

import (
	"cmp"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/catalog"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Services are the services that a provider's configuration opened.
type Services struct {
	// Kinds is the table of services; it is the same for every configuration.
	Kinds kinds.Table

	// Carriers and Platforms are the opened services by the name of their Kind.
	Carriers  map[string]platform.Carrier
	Platforms map[string]platform.Platform

	// Unavailable says by name of the Kind why a service was not opened, in
	// words that name the argument and the environment variable.
	Unavailable map[string]error
	// Unlisted says in the same way why an opened service cannot be asked which
	// numbers it has.
	Unlisted map[string]error
	// Unknown says the same of services whose configuration is not known before
	// apply.
	Unknown map[string]error

	// AccountSID is the account of the provider's own credentials at Twilio.
	AccountSID string
	// SingleReads reads every number by itself, where a list would do: to measure
	// what lists save.
	SingleReads bool
	// PreventRelease refuses every release, whatever a resource says.
	PreventRelease bool
	// PreventPurchase refuses every purchase, whatever a resource says.
	PreventPurchase bool
}

// Manager runs the lives of numbers on the services of one provider
// configuration. It is safe for concurrent use.
type Manager struct {
	Services
	// Registry tells the instances of this run apart that have to do with one number.
	Registry *registry.Registry

	catalogs  catalog.Catalogs // spare reads
	leftovers once[*purchase.Leftovers]
	prices    once[func() platform.PriceList] // by account and country
	unrouted  unrouted
	// unsurveyed says that imports are no longer asked for what no record has, since
	// that has failed.
	unsurveyed atomic.Bool
}

// New makes the manager of the services. It calls nobody.
func New(s Services) *Manager {
	return &Manager{Services: s, Registry: registry.New(s.Kinds.Irreversible)}
}

// once are values that a run makes once each, such as one for each account.
type once[T any] struct {
	mu   sync.Mutex
	made map[string]T
}

func (o *once[T]) of(key string, create func() T) T {
	o.mu.Lock()
	defer o.mu.Unlock()
	value, ok := o.made[key]
	if !ok {
		if o.made == nil {
			o.made = map[string]T{}
		}
		value = create()
		o.made[key] = value
	}
	return value
}

// Known says whether everything that n needs of the provider's configuration
// is known.
func (m *Manager) Known(n platform.Number) bool {
	return m.Unknown[m.Kinds.CarrierOf(n)] == nil && m.Unknown[n.Platform] == nil
}

// Available says why n cannot be worked on for want of credentials; nil if it
// can.
func (m *Manager) Available(n platform.Number) error {
	_, _, err := m.open(n)
	return err
}

// open returns the services that hold n. The platform is nil for a number that
// only its carrier knows.
func (m *Manager) open(n platform.Number) (platform.Carrier, platform.Platform, error) {
	name := m.Kinds.CarrierOf(n)
	carrier, ok := m.Carriers[name]
	if !ok {
		return nil, nil, m.unavailable(name)
	}
	if n.Platform == platform.None {
		return carrier, nil, nil
	}
	on, ok := m.Platforms[n.Platform]
	if !ok {
		return nil, nil, m.unavailable(n.Platform)
	}
	return carrier, on, nil
}

// accountAt is the account at the service that an empty one stands for.
func (m *Manager) accountAt(kind platform.Kind, accountSID string) string {
	switch {
	case kind.Settings == nil: // only a carrier with settings has accounts
		return ""
	case accountSID == "":
		return m.AccountSID
	}
	return accountSID
}

// account names n's carrier and the account there.
func (m *Manager) account(n platform.Number) string {
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(n))
	return kind.Name + "/" + m.accountAt(kind, n.AccountSID)
}

// service returns the service that runs the steps of the Kind of that name.
func (m *Manager) service(name string) (platform.Service, error) {
	if carrier, ok := m.Carriers[name]; ok {
		return carrier, nil
	}
	if on, ok := m.Platforms[name]; ok {
		return on, nil
	}
	return nil, m.unavailable(name)
}

func (m *Manager) unavailable(name string) error {
	if err := cmp.Or(m.Unavailable[name], m.Unknown[name]); err != nil {
		return err
	}
	return fmt.Errorf("%s is not one of the services that the provider has opened", m.Kinds.Title(name))
}
