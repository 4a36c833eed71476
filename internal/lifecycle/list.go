package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// List yields the numbers that a service holds, or all services that are
// configured if it is empty, as far as the services' lists tell; Inspect tells
// the rest. Each number is yielded once, by the service at which it is managed:
// one that a platform lists is no longer its carrier's to import. Pages are read
// as they are asked for. An error ends the list.
func (m *Manager) List(ctx context.Context, service, accountSID string) iter.Seq2[platform.Number, error] {
	return func(yield func(platform.Number, error) bool) {
		sources, err := m.sources(service)
		if err != nil {
			yield(platform.Number{}, err)
			return
		}
		seen := map[string]bool{}
		for _, from := range sources {
			for n, err := range m.pages(ctx, from, accountSID) {
				switch {
				case err != nil:
					yield(platform.Number{}, err)
					return
				case seen[n.PhoneNumber]:
					continue
				}
				seen[n.PhoneNumber] = true
				if from.yields && !yield(n, nil) {
					return
				}
			}
		}
	}
}

// source is a service to be listed.
type source struct {
	kind   platform.Kind
	lister platform.Lister
	yields bool // its numbers are asked for; else they are only left out elsewhere
}

// sources are the services to be listed for the numbers of one, or of all that
// are configured, in order: the platforms come before the carriers whose numbers
// they may have. Those that cannot answer are left out; see Unasked.
func (m *Manager) sources(service string) ([]source, error) {
	if service != "" && m.Carriers[service] == nil && m.Platforms[service] == nil {
		return nil, m.unavailable(service)
	}
	if err := m.Unlisted[service]; err != nil {
		return nil, err
	}
	asked, _ := m.Kinds.Kind(service)
	var platforms, carriers []source
	for _, kind := range m.Kinds {
		if m.Unknown[kind.Name] != nil && service == "" {
			return nil, m.unavailable(kind.Name)
		}
		if m.Unlisted[kind.Name] != nil {
			continue
		}
		selected := service == "" || service == kind.Name
		if on, ok := m.Platforms[kind.Name].(platform.Lister); ok && (selected || asked.Settings != nil) {
			platforms = append(platforms, source{kind: kind, lister: on, yields: selected})
		} else if carrier, ok := m.Carriers[kind.Name].(platform.Lister); ok && selected {
			carriers = append(carriers, source{kind: kind, lister: carrier, yields: true})
		}
	}
	if len(platforms)+len(carriers) == 0 {
		if unasked := m.Unasked(service); len(unasked) > 0 {
			return nil, errors.Join(unasked...)
		}
		return nil, errors.New("no service that can list its numbers is configured")
	}
	return append(platforms, carriers...), nil
}

// Unasked says of each service that is meant and cannot be asked which numbers it
// has what it lacks: List and Look do without it.
func (m *Manager) Unasked(service string) []error {
	if service != "" {
		return nil
	}
	var unasked []error
	for _, kind := range m.Kinds {
		if err := m.Unlisted[kind.Name]; err != nil {
			unasked = append(unasked, err)
		}
	}
	return unasked
}

// pages yields the numbers of one service.
func (m *Manager) pages(ctx context.Context, from source, accountSID string) iter.Seq2[platform.Number, error] {
	return func(yield func(platform.Number, error) bool) {
		account := m.accountAt(from.kind, accountSID)
		listed := m.catalogs.ForList(from.kind, from.lister, account)
		for index := 0; ; index++ {
			page, more, err := listed.Page(ctx, index)
			if err != nil {
				yield(platform.Number{}, fmt.Errorf("list the numbers of %s: %w", from.kind.Title, err))
				return
			}
			if !more {
				return
			}
			for i := range page {
				n := readable(page[i].Number, platform.Number{})
				if !platform.IsE164(n.PhoneNumber) {
					continue // it could not be managed
				}
				n.Platform = cmp.Or(n.Platform, platform.None)
				n.Carrier = m.Kinds.CarrierOf(n)
				if !yield(n, nil) {
					return
				}
			}
		}
	}
}

// NotHeldError reports that no service has the number that was looked for.
type NotHeldError struct {
	PhoneNumber string
	Asked       []string // titles of the services that were asked
	Elsewhere   string   // where it is instead; empty: that is not known
}

func (e *NotHeldError) Error() string {
	text := fmt.Sprintf("%s is not held by %s", e.PhoneNumber, strings.Join(e.Asked, ", "))
	if e.Elsewhere != "" {
		text += "; it is held by " + e.Elsewhere
	}
	return text
}

// Look finds one number as an import of it would find it, without listing what
// else its service holds, unless the service has no other way. It is looked for
// where List would list it: at a service, or at all that are configured.
// NotHeldError means that each has said itself that it does not have it.
func (m *Manager) Look(ctx context.Context, service, accountSID, phoneNumber string) (platform.Number, error) {
	sources, err := m.sources(service)
	if err != nil {
		return platform.Number{}, err
	}
	missing := &NotHeldError{PhoneNumber: phoneNumber}
	for _, from := range sources {
		if from.yields {
			missing.Asked = append(missing.Asked, from.kind.Title)
		}
	}
	for _, from := range sources {
		got, err := m.lookAt(ctx, from, accountSID, phoneNumber)
		if err == nil {
			got, err = m.surveyImport(ctx, got)
		}
		var gone *GoneError
		switch {
		case errors.Is(err, platform.ErrNotFound), errors.As(err, &gone):
			continue
		case err != nil:
			return got, fmt.Errorf("look %s up at %s: %w", phoneNumber, from.kind.Title, err)
		case accountSID != "" && got.AccountSID != accountSID && got.AccountSID != "":
			missing.Elsewhere = "account " + got.AccountSID
			return got, missing
		case !from.yields, accountSID != "" && got.AccountSID == "":
			missing.Elsewhere = from.kind.Title
			return got, missing
		}
		return got, nil
	}
	return platform.Number{}, missing
}

// lookAt looks for the number at one service.
func (m *Manager) lookAt(
	ctx context.Context, from source, accountSID, phoneNumber string,
) (platform.Number, error) {
	n := platform.Number{PhoneNumber: phoneNumber, AccountSID: accountSID, Platform: platform.None}
	if from.kind.Block == nil {
		return m.Inspect(ctx, n)
	}
	if from.kind.ReadsByList {
		for listed, err := range m.pages(ctx, from, "") {
			if err != nil {
				return n, err
			}
			if listed.PhoneNumber == phoneNumber {
				return m.Inspect(ctx, listed)
			}
		}
		return n, platform.ErrNotFound
	}
	n.Platform, n.Block = from.kind.Name, platform.Values{}
	found, err := m.Platforms[from.kind.Name].Read(ctx, n)
	if err != nil {
		return n, err
	}
	return m.Inspect(ctx, found)
}

// Inspect returns a number that List has yielded as an import of it would find
// it, but for what no record of it has. Without credentials for its carrier it is as its platform alone has it.
func (m *Manager) Inspect(ctx context.Context, listed platform.Number) (platform.Number, error) {
	if readable := m.Available(listed) == nil; !readable {
		judge(&listed)
		return listed, nil
	}
	kind, _ := m.Kinds.Kind(m.Kinds.ServiceOf(listed))
	have, err := kind.Import(kind.ImportID(listed))
	if err != nil {
		return listed, err
	}
	have.PhoneNumber, have.AccountSID, have.Platform = listed.PhoneNumber, listed.AccountSID, listed.Platform
	have.Acquisition, have.Action = platform.Adopted, platform.Detach
	have.Carrier = m.Kinds.CarrierOf(have)
	return m.read(ctx, have, false)
}
