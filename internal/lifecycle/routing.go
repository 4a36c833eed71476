package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// unrouted are the looks at where calls and messages go that are given up for the rest
// of the run, since one has failed.
type unrouted struct {
	outranked, misplaced atomic.Bool
	looked               atomic.Int64 // numbers, for their place
	found                atomic.Bool  // one of them is misplaced
}

// enough is of how many numbers of a run nobody looks further, if calls to all of them
// go by what their carrier shows: so do those to the others, as a rule.
const enough = 5

// Outranked says what takes the calls or messages of want before what its configuration
// relies on does. Have is the number as it is in state; zero: it is not there yet. What
// state shows already, and the plan leaves as it is, is not said again.
//
// A look that fails is told once in a run, and is no error.
func (m *Manager) Outranked(ctx context.Context, have, want platform.Number) []platform.Warning {
	want = m.Kinds.Change(have, want).Clearing()
	relied := m.Kinds.Relied(want)
	router, ok := m.Carriers[m.Kinds.CarrierOf(want)].(platform.Router)
	if !ok || len(relied) == 0 || m.isShown(have, want, relied) {
		return nil
	}
	unknown := platform.Warning{Summary: "Whether messages arrive as planned is not known"}
	return m.look(want, &m.unrouted.outranked, unknown, func() (*platform.Warning, error) {
		return router.Outranked(ctx, want, relied)
	})
}

// isShown says that state names the same as want of what no record has, beside the same
// settings that want relies on.
func (m *Manager) isShown(have, want platform.Number, relied []string) bool {
	if have.Platform != want.Platform || !slices.Equal(m.Kinds.Relied(have), relied) {
		return false
	}
	named := false
	carrier, _ := m.Kinds.Kind(m.Kinds.CarrierOf(want))
	for _, field := range carrier.Settings {
		named = named || field.Apart && want.Settings[field.Name] != nil
		if (field.Apart || slices.Contains(relied, field.Name)) && have.Settings[field.Name] != want.Settings[field.Name] {
			return false
		}
	}
	return named
}

// Misplaced says that the calls of n, which this resource comes to manage, do not go by
// what its carrier shows of it. A look that fails is told once in a run, and is no error.
// Of many numbers the first are looked at, and the others only if one of these is found.
func (m *Manager) Misplaced(ctx context.Context, n platform.Number) []platform.Warning {
	router, ok := m.Carriers[m.Kinds.CarrierOf(n)].(platform.Router)
	if !ok {
		return nil
	}
	unknown := platform.Warning{Summary: "Whether calls arrive as planned is not known"}
	if m.unrouted.looked.Add(1) > enough && !m.unrouted.found.Load() { // counted before the answer: others ask meanwhile
		return nil
	}
	return m.look(n, &m.unrouted.misplaced, unknown, func() (*platform.Warning, error) {
		found, err := router.Misplaced(ctx, n)
		if found != nil {
			m.unrouted.found.Store(true)
		}
		return found, err
	})
}

// look is one look at n, unless it has been given up; unknown is what is told then.
func (m *Manager) look(
	n platform.Number, givenUp *atomic.Bool, unknown platform.Warning, ask func() (*platform.Warning, error),
) []platform.Warning {
	if givenUp.Load() {
		return nil
	}
	found, err := ask()
	switch {
	case err == nil && found == nil, err != nil && givenUp.Swap(true):
		return nil
	case err == nil:
		return []platform.Warning{*found}
	}
	unknown.Detail = fmt.Sprintf("The look-up for %s has failed, and is not repeated for further numbers of this run: %v.",
		n.PhoneNumber, err)
	return []platform.Warning{unknown}
}
