package lifecycle

import (
	"context"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// survey returns n, as its carrier's reads have told it, with the settings that no
// record has, if one of them is among the managed ones.
func (m *Manager) survey(ctx context.Context, n platform.Number, managed ...platform.Values) (platform.Number, error) {
	if !m.Kinds.Apart(n, managed...) {
		return n, nil
	}
	surveyor, ok := m.Carriers[m.Kinds.CarrierOf(n)].(platform.Surveyor)
	if !ok {
		return n, nil
	}
	return surveyor.Survey(ctx, n)
}

// surveyImport is survey for a number that is taken over with all that is set. That
// its carrier may not be asked is no error: nothing is named yet.
func (m *Manager) surveyImport(ctx context.Context, n platform.Number) (platform.Number, error) {
	surveyor, ok := m.Carriers[m.Kinds.CarrierOf(n)].(platform.Surveyor)
	if !ok {
		return n, nil
	}
	surveyed, err := surveyor.Survey(ctx, n)
	if platform.IsDenied(err) {
		if m.firstDenial() {
			n.Notes = append(n.Notes, fmt.Sprintf("Not everything that is set could be taken over, since the credentials may not "+
				"ask for it: %v", err))
		}
		return n, nil
	}
	return surveyed, err
}

// firstDenial says that nothing has been said yet in this run of what the
// credentials may not ask for.
func (m *Manager) firstDenial() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := !m.denialTold
	m.denialTold = true
	return first
}
