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

// surveyImport is survey for a number that is taken over with all that is set. What
// cannot be told is left alone, so that is a note, once in a run, and no error.
func (m *Manager) surveyImport(ctx context.Context, n platform.Number) (platform.Number, error) {
	surveyor, ok := m.Carriers[m.Kinds.CarrierOf(n)].(platform.Surveyor)
	if !ok || m.unsurveyed.Load() {
		return n, nil
	}
	surveyed, err := surveyor.Survey(ctx, n)
	switch {
	case err == nil:
		return surveyed, nil
	case ctx.Err() != nil:
		return n, err
	}
	if told := m.unsurveyed.Swap(true); !told {
		n.Notes = append(n.Notes, fmt.Sprintf("Not all that is set could be taken over, here and for further numbers of this run: %v", err))
	}
	return n, nil
}
