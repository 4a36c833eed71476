package synthflow_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// listed reads the whole list of n's workspace.
func (w *world) listed(n platform.Number) (map[string]platform.Number, error) {
	w.t.Helper()
	all := map[string]platform.Number{}
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := w.List(w.t.Context(), n, cursor)
		if err != nil {
			return all, err
		}
		for _, item := range page {
			all[item.Number.PhoneNumber] = item.Number
		}
		cursor = next
	}
	return all, nil
}

func TestPlatformAloneLists(t *testing.T) {
	if _, lists := any(&synthflow.Carrier{}).(platform.Lister); lists {
		t.Error("the carrier lists numbers, too")
	}
}

func TestListHasEachNumberOfTheWorkspace(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.SynthflowRules
		calls int
	}{
		"by default":    {simulator.SynthflowRules{}, 6},
		"shorter pages": {simulator.SynthflowRules{MaxLimit: 20}, 50},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			const many = 500
			for i := range many {
				w.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: fmt.Sprintf("+44141555%04d", i)})
			}
			w.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: "extension.7"}) // which has no import ID
			w.link()
			all, err := w.listed(platform.Number{})
			if err != nil || len(all) != many {
				t.Fatalf("%d numbers, %v", len(all), err)
			}
			if n := all["+441415550000"]; n.Platform != "synthflow" || n.Block["workspace_id"] != any(workspace) ||
				synthflow.Kind.ImportID(n) != workspace+"/441415550000" {
				t.Errorf("listed as %+v", n)
			}
			if calls := len(w.Requests()); calls != tc.calls {
				t.Errorf("%d requests, want %d", calls, tc.calls)
			}
		})
	}
}

func TestListIsThatOfTheWorkspace(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	w.hold(simulator.SynthflowNumber{})
	if _, err := w.listed(platform.Number{Block: platform.Values{"workspace_id": "another"}}); err == nil ||
		errors.Is(err, platform.ErrNotFound) {
		t.Errorf("of another workspace: %v", err)
	}
	_, without := w.as(simulator.DefaultSynthflowAPIKey, "")
	if _, _, err := without.List(t.Context(), platform.Number{}, ""); err == nil {
		t.Error("of no workspace: no error")
	}
	n := platform.Number{Block: platform.Values{"workspace_id": workspace}}
	if page, _, err := without.List(t.Context(), n, ""); err != nil || len(page) != 1 {
		t.Errorf("of the number's own: %d numbers, %v", len(page), err)
	}
	w.Inject(simulator.Fault{Status: http.StatusNotFound, Body: `{"detail": "Not found"}`})
	if _, err := w.listed(platform.Number{}); err == nil || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("a list that is not there: %v", err)
	}
}

func TestListThatIsIncompleteIsAnError(t *testing.T) {
	list := func(number string, total int) string {
		return fmt.Sprintf(`{"status": "ok", "response": {"pagination": {"total_records": %d},
			"phone_numbers": [{"number": %q}]}}`, total, number)
	}
	for name, page := range map[string]func(calls int) string{
		"the same page for ever": func(int) string { return list(phone, 3) },
		"no end":                 func(calls int) string { return list(fmt.Sprintf("+1415555%04d", calls), 1_000_000) },
		"an item without number": func(int) string { return list("", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			calls := 0
			w.Inject(simulator.Fault{Rewrite: func([]byte) []byte {
				calls++
				return []byte(page(calls))
			}})
			if all, err := w.listed(platform.Number{}); err == nil || errors.Is(err, platform.ErrNotFound) || calls > 1000 {
				t.Errorf("%d numbers in %d calls: %v", len(all), calls, err)
			}
		})
	}
}
