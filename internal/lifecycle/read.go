package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

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
	return m.read(ctx, have, true)
}

// read is Read. Whole is an import's that takes over what no record has, too.
func (m *Manager) read(ctx context.Context, have platform.Number, whole bool) (platform.Number, error) {
	importing := have.Status == ""
	if importing && m.Kinds.CarrierIsGuessed(have) {
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
	have.Status, have.StatusReason, have.Private.Lost = "", "", false
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
	case !platform.IsE164(got.PhoneNumber):
		return have, fmt.Errorf("%s calls it %q, which is no phone number in E.164 form",
			m.Kinds.Title(m.Kinds.ServiceOf(have)), got.PhoneNumber)
	}
	if importing && whole {
		got, err = m.surveyImport(ctx, got)
	} else {
		got, err = m.survey(ctx, got, have.Settings)
	}
	if err != nil {
		return have, err
	}
	lost := !importing && got.Marker() != have.Private.Marker
	readMark(&got)
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
		got.Private.Ours, got.Private.Replaced = m.Kinds.TakenOver(got), platform.Values{}
		got.Private.Imported = true
	}
	if lost {
		got.Acquisition, got.Private.Marker, got.Private.Unfinished = have.Acquisition, have.Private.Marker, have.Private.Unfinished
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
	if kind, _ := m.Kinds.Kind(n.Platform); !m.SingleReads && n.PhoneNumber != "" {
		on = listedPlatform{Platform: on, kind: kind, list: m.catalogs.ForRead}
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
		if have.Private.Wiring == nil && kind.Restores != nil { // dropped in a move: what leads there by its address is still known
			have.Private.Wiring = platform.Values{}
			m.Kinds.RememberRewiring(&have)
		}
		have.Status = platform.Corrupted
		have.StatusReason = fmt.Sprintf("%s no longer lists %s, which %s still carries; an apply attaches it again.",
			kind.Title, have.PhoneNumber, carrier)
		if m.Kinds.PointsAt(have) {
			have.StatusReason = fmt.Sprintf("%s still routes %s to %s, which no longer lists it; an apply attaches it again.",
				carrier, have.PhoneNumber, kind.Title)
		}
		return have, false, nil
	}
	if err != nil {
		return have, true, err
	}
	m.Kinds.JudgeRecord(&got)
	got.Private.Foreign = nil
	if got.Status == "" && kind.Wires != nil {
		if got.Private.Wiring == nil { // imported: what is wired now is taken for the attach's
			got.Private.Wiring = m.Kinds.Wiring(got)
			_, displaces := m.Kinds.Wires(got)
			for _, name := range displaces { // which the attach would have cleared
				got.Private.Wiring[name] = nil
			}
		}
		m.Kinds.RememberRewiring(&got)
		if changed := m.Kinds.Rewired(got); len(changed) > 0 {
			got.Status = platform.Corrupted
			got.StatusReason = fmt.Sprintf("%s no longer routes %s to %s: %s was changed since it was attached; "+
				"an apply attaches it again.", carrier, got.PhoneNumber, kind.Title, strings.Join(changed, ", "))
			got.Private.Foreign = m.Kinds.Set(got, changed)
		}
	}
	return got, true, nil
}

// readWithoutCarrier reads a number that its carrier no longer has.
func (m *Manager) readWithoutCarrier(
	ctx context.Context, on platform.Platform, have platform.Number,
) (platform.Number, error) {
	got, err := on.Read(ctx, have)
	if err != nil {
		return have, gone(have, err)
	}
	got.Private.Lost = true
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
