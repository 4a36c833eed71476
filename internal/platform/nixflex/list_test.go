package nixflex_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// listed reads the whole list and returns its numbers.
func (w *world) listed() (map[string]platform.Listed, error) {
	w.t.Helper()
	all := map[string]platform.Listed{}
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := w.List(w.t.Context(), platform.Number{}, cursor)
		if err != nil {
			return all, err
		}
		for _, item := range page {
			all[item.Number.PhoneNumber] = item
		}
		cursor = next
	}
	return all, nil
}

// fill adds numbers that are answered by these agents in turn.
func (w *world) fill(many int, agents ...string) {
	for i := range many {
		w.Nixflex().AddNumber(simulator.NixflexNumber{
			PhoneNumber: fmt.Sprintf("+44141555%04d", i), AgentID: agents[i%len(agents)],
		})
	}
	w.ResetRequests()
}

func TestListTakesFewRequests(t *testing.T) {
	many := make([]string, 250)
	for i := range many {
		many[i] = fmt.Sprintf("agent_1%015x", i)
	}
	for name, tc := range map[string]struct {
		rules   simulator.NixflexRules
		numbers int
		agents  []string
		calls   int
	}{
		"one agent":          {simulator.NixflexRules{}, 500, many[:1], 7},
		"counted by page":    {simulator.NixflexRules{CountsPage: true}, 500, many[:1], 7},
		"an exact page":      {simulator.NixflexRules{CountsPage: true}, 100, many[:1], 3},
		"few agents":         {simulator.NixflexRules{}, 100, many[:3], 5},
		"an agent each":      {simulator.NixflexRules{}, 250, many, 6},
		"a bare agents list": {simulator.NixflexRules{BareAgentList: true}, 250, many, 6},
		"unpaged":            {simulator.NixflexRules{UnpagedNumbers: true}, 500, many[:1], 2},
		"unpaged, one page":  {simulator.NixflexRules{UnpagedNumbers: true, CountsPage: true}, 100, many[:1], 3},
	} {
		t.Run(name, func(t *testing.T) {
			tc.rules.ReadsPerMinute = -1
			w := start(t, tc.rules)
			for _, id := range tc.agents {
				w.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
			}
			w.fill(tc.numbers, tc.agents...)
			all, err := w.listed()
			if err != nil || len(all) != tc.numbers {
				t.Fatalf("%d numbers, %v", len(all), err)
			}
			for number, item := range all {
				if got, ok := item.Read(platform.Number{PhoneNumber: number}); !ok || !got.Block.Has("agent_id") {
					t.Errorf("%s is read as %+v (%t)", number, got, ok)
				}
			}
			if calls := len(w.Requests()); calls != tc.calls {
				t.Errorf("%d requests, want %d", calls, tc.calls)
			}
		})
	}
}

func TestListKnowsAgentsThatAreGone(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	w.fill(4, support, "agent_00000000000000cc") // which there is none of
	w.Inject(simulator.Fault{Path: "/v1/agents/" + support, Status: http.StatusForbidden})
	all, err := w.listed()
	if err != nil {
		t.Fatal(err)
	}
	gone := all["+441415550001"]
	got, ok := gone.Read(platform.Number{PhoneNumber: "+441415550001"})
	if !ok || got.Block["agent_id"] != nil || gone.Number.Block["agent_id"] != nil {
		t.Errorf("with an agent that is gone: %+v (%t)", got, ok)
	}
	refused := all["+441415550000"]
	if got, ok := refused.Read(platform.Number{PhoneNumber: "+441415550000"}); ok {
		t.Errorf("with an agent that can't be looked up: %+v", got)
	}
	w.ClearFaults()
	if _, err := w.Read(t.Context(), platform.Number{PhoneNumber: "+441415550002"}); err != nil {
		t.Fatal(err)
	}
	if got, ok := refused.Read(platform.Number{PhoneNumber: "+441415550000"}); !ok || got.Block["agent_id"] != support {
		t.Errorf("once it has been looked up: %+v (%t)", got, ok)
	}
}

func TestListThatIsCutOffIsAnErrorInTheEnd(t *testing.T) {
	w := start(t, simulator.NixflexRules{UnpagedNumbers: true})
	w.fill(1200, support)
	page, next, err := w.List(t.Context(), platform.Number{}, "")
	if err != nil || len(page) != 1000 || next == "" {
		t.Fatalf("%d numbers, %q, %v", len(page), next, err)
	}
	w.ResetRequests()
	page, next, err = w.List(t.Context(), platform.Number{}, next)
	if err == nil || errors.Is(err, platform.ErrNotFound) || len(page) > 0 || next != "" {
		t.Errorf("%d numbers, %q, %v", len(page), next, err)
	}
	w.wantSent()
}

// An answer that always has another page must come to an end all the same.
func TestEndlessListEnds(t *testing.T) {
	w := start(t, simulator.NixflexRules{ReadsPerMinute: -1})
	calls := 0
	w.Inject(simulator.Fault{Path: list, Rewrite: func([]byte) []byte {
		calls++
		numbers := make([]string, 100)
		for i := range numbers {
			numbers[i] = fmt.Sprintf(`{"phone_number": "+44%d"}`, 1_000_000+calls*100+i)
		}
		return fmt.Appendf(nil, `{"phone_numbers": [%s], "count": 1000000}`, strings.Join(numbers, ","))
	}})
	if all, err := w.listed(); err == nil || calls > 1001 {
		t.Errorf("%d numbers in %d calls: %v", len(all), calls, err)
	}
}
