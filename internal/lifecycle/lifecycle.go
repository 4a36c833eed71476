package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// e164 is the form of the numbers that can be managed.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// Manager runs the lives of numbers on the services of one provider
// configuration. It is safe for concurrent use.
type Manager struct {
	Services

	mu sync.Mutex
	// registry tells the instances of this run apart that have to do with one number.
	registry registry
	// missed holds the numbers of state that this run has found to be gone.
	missed map[string]bool
	// refreshed holds the numbers of state that this run has read.
	refreshed map[string]bool
	// leftovers are by account.
	leftovers map[string]*purchase.Leftovers
	// catalogs spare reads.
	catalogs catalogs
	prices   prices
	// locks has a lock for each number, so that its end in one resource and
	// its creation in another never overlap.
	locks map[string]chan struct{}
}

// New makes the manager of the services. It calls nobody.
func New(s Services) *Manager {
	return &Manager{
		Services: s,
		missed:   map[string]bool{}, refreshed: map[string]bool{}, leftovers: map[string]*purchase.Leftovers{},
		locks: map[string]chan struct{}{},
	}
}

// lock waits until nobody else works on the number, as long as ctx lasts.
func (m *Manager) lock(ctx context.Context, phoneNumber string) (unlock func(), err error) {
	m.mu.Lock()
	lock, ok := m.locks[phoneNumber]
	if !ok {
		lock = make(chan struct{}, 1)
		m.locks[phoneNumber] = lock
	}
	m.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for what else this run does with %s: %w", phoneNumber, ctx.Err())
	}
}

// Miss notes that a number was in state and is gone.
func (m *Manager) Miss(phoneNumber string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.missed[phoneNumber] = true
}

// Missed says whether this run has found the number to be gone, or, if it is
// empty, any number.
func (m *Manager) Missed(phoneNumber string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if phoneNumber == "" {
		return len(m.missed) > 0
	}
	return m.missed[phoneNumber]
}

// Refresh notes that a refresh has shown the number in state.
func (m *Manager) Refresh(phoneNumber string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refreshed[phoneNumber] = true
}

// Refreshed says whether this run has refreshed the number: if so, it plans, for
// no apply does.
func (m *Manager) Refreshed(phoneNumber string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refreshed[phoneNumber]
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

// openToRead is open for a reader that may be answered from a list.
func (m *Manager) openToRead(n platform.Number) (platform.Carrier, platform.Platform, error) {
	carrier, on, err := m.open(n)
	if err != nil || m.SingleReads {
		return carrier, on, err
	}
	if on != nil {
		kind, _ := m.Kinds.Kind(n.Platform)
		on = listedPlatform{Platform: on, kind: kind, catalogs: &m.catalogs}
	}
	kind, _ := m.Kinds.Kind(m.Kinds.CarrierOf(n))
	return listedCarrier{Carrier: carrier, kind: kind, manager: m}, on, nil
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

// GoneError reports that no service holds the number any more.
type GoneError struct {
	Number platform.Number
}

func (e *GoneError) Error() string {
	return fmt.Sprintf("%s is gone: no service that is configured holds it", e.Number.PhoneNumber)
}

// Read returns have as its services report it now. GoneError means that every
// service has said itself that it does not hold the number; any other error
// leaves open what became of it.
func (m *Manager) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	importing := have.Status == ""
	if importing && m.Kinds.carrierIsGuessed(have) {
		var err error
		if have, err = m.ask(ctx, have); err != nil {
			return have, err
		}
	}
	carrier, on, err := m.openToRead(have)
	if err != nil {
		return have, err
	}
	if m.Kinds.CarrierOf(have) == have.Platform {
		on = nil // its carrier's read is the platform's, too
	}
	have.Status, have.StatusReason, have.Memory.Lost = "", "", false
	if have.PhoneNumber == "" && on != nil { // imported by the platform's identifier
		if have, err = on.Read(ctx, have); err != nil {
			return have, gone(have, err)
		}
	}
	got, err := m.locate(ctx, carrier, have)
	switch {
	case errors.Is(err, platform.ErrNotFound) && on == nil:
		return have, &GoneError{Number: have}
	case errors.Is(err, platform.ErrNotFound):
		return m.readWithoutCarrier(ctx, on, have)
	case err != nil:
		return have, err
	case !e164.MatchString(got.PhoneNumber):
		return have, fmt.Errorf("%s calls it %q, which is no phone number in E.164 form",
			m.Kinds.Title(m.Kinds.ServiceOf(have)), got.PhoneNumber)
	}
	lost := !importing && got.Marker() != have.Memory.Marker
	settleMark(&got)
	if on != nil {
		var listed bool
		if got, listed, err = m.readPlatform(ctx, on, got); err != nil {
			return have, err
		}
		if importing && !listed {
			return have, &GoneError{Number: have}
		}
	}
	if importing {
		got.Memory.Ours, got.Memory.Replaced = m.Kinds.takenOver(got), platform.Values{}
		got.Memory.Imported = true
	}
	if lost {
		got.Acquisition, got.Memory.Marker, got.Memory.Unfinished = have.Acquisition, have.Memory.Marker, have.Memory.Unfinished
		got.Status, got.StatusReason = platform.Corrupted, lostClaim(got.PhoneNumber)
	}
	judge(&got)
	return readable(got, have), nil
}

// ask reads from its platform alone a number of which nothing else tells who
// carries it.
func (m *Manager) ask(ctx context.Context, n platform.Number) (platform.Number, error) {
	on, ok := m.Platforms[n.Platform]
	if !ok {
		return n, m.unavailable(n.Platform)
	}
	got, err := on.Read(ctx, n)
	if err != nil {
		return n, gone(n, err)
	}
	got.Status, got.StatusReason = "", ""
	got.Carrier = m.Kinds.CarrierOf(got)
	return got, nil
}

// gone is a service's own word that it does not hold the number, as the end of
// the whole; other errors stay as they are.
func gone(n platform.Number, err error) error {
	if errors.Is(err, platform.ErrNotFound) {
		return &GoneError{Number: n}
	}
	return err
}

// readPlatform reads the platform's side of a number that its carrier has, and
// holds the two sides against each other. Listed says whether the platform
// has it.
func (m *Manager) readPlatform(
	ctx context.Context, on platform.Platform, have platform.Number,
) (got platform.Number, listed bool, err error) {
	kind, _ := m.Kinds.Kind(have.Platform)
	carrier := m.Kinds.Title(m.Kinds.CarrierOf(have))
	got, err = on.Read(ctx, have)
	if errors.Is(err, platform.ErrNotFound) {
		have.Status = platform.Corrupted
		have.StatusReason = fmt.Sprintf("%s no longer lists %s, which %s still carries; an apply attaches it again.",
			kind.Title, have.PhoneNumber, carrier)
		if m.Kinds.pointsAt(have) {
			have.StatusReason = fmt.Sprintf("%s still routes %s to %s, which no longer lists it; an apply attaches it again.",
				carrier, have.PhoneNumber, kind.Title)
		}
		return have, false, nil
	}
	if err != nil {
		return have, true, err
	}
	m.Kinds.judgeRecord(&got)
	if got.Status == "" && kind.Wires != nil {
		if got.Memory.Wiring == nil { // imported: what is wired now is taken for the attach's
			got.Memory.Wiring = m.Kinds.wiring(got)
			_, displaces := m.Kinds.wires(got)
			for _, name := range displaces { // which the attach would have cleared
				got.Memory.Wiring[name] = nil
			}
		}
		m.Kinds.rememberRewiring(&got)
		if changed := m.Kinds.rewired(got); changed != "" {
			got.Status = platform.Corrupted
			got.StatusReason = fmt.Sprintf("%s no longer routes %s to %s: %s was changed since it was attached; "+
				"an apply attaches it again.", carrier, got.PhoneNumber, kind.Title, changed)
		}
	}
	return got, true, nil
}

// wiring is how the number is wired now, as far as it is the platform's doing.
func (k Kinds) wiring(n platform.Number) platform.Values {
	values := platform.Values{}
	kind, _ := k.Kind(n.Platform)
	wires, displaces := k.wires(n)
	restored := k.restored(n)
	for _, name := range wires {
		if value, known := restored[name]; kind.Restores == nil || known && value == n.Settings[name] {
			values[name] = n.Settings[name]
		}
	}
	for _, name := range displaces {
		values[name] = n.Settings[name]
	}
	return values
}

// restored is what the wiring of n is to be where its platform can tell.
func (k Kinds) restored(n platform.Number) platform.Values {
	if kind, ok := k.Kind(n.Platform); ok && kind.Restores != nil {
		return kind.Restores(n)
	}
	return nil
}

// routing lists the carrier's settings that decide whether calls and messages
// reach n's platform.
func (k Kinds) routing(n platform.Number) []string {
	wires, displaces := k.wires(n)
	return append(wires, displaces...)
}

// rememberRewiring takes over what the platform itself has wired since the attach:
// it would be restored as it is now.
func (k Kinds) rememberRewiring(n *platform.Number) {
	remembered := maps.Clone(n.Memory.Wiring)
	wires, _ := k.wires(*n)
	for name, value := range k.restored(*n) {
		if value == n.Settings[name] && slices.Contains(wires, name) {
			remembered[name] = value
		}
	}
	n.Memory.Wiring = remembered
}

// rewired names the settings that are no longer as they were right after the
// attach; empty: all are.
func (k Kinds) rewired(n platform.Number) string {
	kind, _ := k.Kind(n.Platform)
	var changed []string
	for _, name := range k.routing(n) {
		remembered, judged := n.Memory.Wiring[name]
		if n.Settings[name] != remembered && (judged || kind.Restores == nil) {
			changed = append(changed, name)
		}
	}
	return strings.Join(changed, ", ")
}

// pointsAt says that the number is still wired as the platform had it.
func (k Kinds) pointsAt(n platform.Number) bool {
	wires, _ := k.wires(n)
	for _, name := range wires {
		if n.Memory.Wiring.Has(name) && n.Settings[name] == n.Memory.Wiring[name] {
			return true
		}
	}
	return false
}

// readWithoutCarrier reads a number that its carrier no longer has.
func (m *Manager) readWithoutCarrier(
	ctx context.Context, on platform.Platform, have platform.Number,
) (platform.Number, error) {
	got, err := on.Read(ctx, have)
	if err != nil {
		return have, gone(have, err)
	}
	got.Memory.Lost = true
	got.Status = platform.Corrupted
	got.StatusReason = fmt.Sprintf("%s still lists %s, but %s no longer has it, and no repair can bring it back: "+
		"destroy the resource to clean up; a new creation with a purchase block may buy the number again.",
		m.Kinds.Title(have.Platform), have.PhoneNumber, m.Kinds.Title(m.Kinds.CarrierOf(have)))
	return got, nil
}

// locate finds have at its carrier: by its SID, else by its number (it was
// bought again, or a transfer gave it another SID), else in a related account.
func (m *Manager) locate(
	ctx context.Context, carrier platform.Carrier, have platform.Number,
) (platform.Number, error) {
	if have.SID != "" {
		got, err := carrier.Read(ctx, have)
		if !errors.Is(err, platform.ErrNotFound) || have.PhoneNumber == "" {
			return got, err
		}
	}
	got, err := carrier.Find(ctx, have)
	if !errors.Is(err, platform.ErrNotFound) {
		return got, err
	}
	account, elsewhereErr := carrier.Elsewhere(ctx, have)
	if elsewhereErr != nil {
		return have, elsewhereErr
	}
	if account == "" {
		return have, err
	}
	moved := have
	moved.AccountSID = account
	return carrier.Find(ctx, moved)
}

// judge settles the status of a number whose services have been read.
func judge(n *platform.Number) {
	switch {
	case n.Status == platform.Deleting, n.Status == platform.Corrupted && n.StatusReason != "":
	case n.Memory.Unfinished != "":
		n.Status = platform.Corrupted
		n.StatusReason = unfinishedReason(n.Memory)
	default:
		n.Status = platform.Active
		n.StatusReason = ""
	}
}

// unfinishedReason says in a sentence what stopped half-way and how to go on.
func unfinishedReason(memory platform.Memory) string {
	var what, way string
	switch memory.Unfinished {
	case platform.Creation:
		what, way = "The creation stopped half-way", "an apply completes it, and until then a destroy only detaches the number"
	case platform.Attach:
		what, way = "A move between platforms or to another registration stopped half-way", "an apply completes it"
	case platform.Teardown:
		what, way = "A destroy stopped half-way", "destroy again to finish it, or apply to put the number back in order"
	}
	if memory.Detail != "" {
		what += ": " + platform.Clause(memory.Detail)
	}
	if memory.Blames != "" && memory.Unfinished != platform.Teardown {
		way = "correct " + memory.Blames + ", then " + way
	}
	return what + "; " + way + "."
}
