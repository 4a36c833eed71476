package resemble_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// listed reads the list, which is a single page.
func (w *world) listed() map[string]platform.Listed {
	w.t.Helper()
	page, next, err := w.List(w.t.Context(), platform.Number{}, "")
	if err != nil || next != "" {
		w.t.Fatalf("%q, %v", next, err)
	}
	all := map[string]platform.Listed{}
	for _, item := range page {
		all[item.Number.PhoneNumber] = item
	}
	return all
}

func TestListTellsWhatAReadTells(t *testing.T) {
	w := start(t, simulator.ResembleRules{AgentsHoldSeveral: true})
	for number, given := range map[string]simulator.ResembleNumber{
		phone:          {AgentUUID: support},
		other:          {AgentUUID: support},
		"+14155550102": {AgentUUID: sales},
		"+14155550103": {Status: "corrupted"},
	} {
		given.PhoneNumber, given.Label, given.SupportsInbound = number, "x", true
		w.Resemble().AddNumber(given)
	}
	all := w.listed()
	if len(all) != 4 {
		t.Fatalf("%d numbers", len(all))
	}
	for number, item := range all {
		id := item.Number.Block["id"]
		for name, have := range map[string]platform.Number{
			"by its ID":             {PhoneNumber: number, Block: platform.Values{"id": id}},
			"by its number":         {PhoneNumber: number, Block: platform.Values{}},
			"imported by its ID":    {Block: platform.Values{"id": id}},
			"registered anew since": {PhoneNumber: number, Block: platform.Values{"id": int64(99)}},
			"active so far":         {PhoneNumber: number, Status: platform.Active, Block: platform.Values{"label": "y"}},
			"with a memory of its own": {PhoneNumber: number, Private: platform.PrivateState{
				Detail: "kept", Platform: platform.Values{"agent_shared": true},
			}},
		} {
			want, err := w.Read(t.Context(), have)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := item.Read(have); !ok || !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s, the list tells (%t)\n%+v, a read\n%+v", number, name, ok, got, want)
			}
		}
		for listed := range all {
			if got, ok := item.Read(platform.Number{PhoneNumber: listed}); ok != (listed == number) {
				t.Errorf("%s is read (%t) from %s: %+v", listed, ok, number, got)
			}
		}
		for _, not := range []platform.Number{
			{PhoneNumber: "+14155550199", Block: platform.Values{"id": id}}, // the record is of another number
			{PhoneNumber: "+14155550199"},
			{},
		} {
			if got, ok := item.Read(not); ok {
				t.Errorf("%+v is read as %+v", not, got)
			}
		}
	}
	if all[phone].Number.Private.Platform["agent_shared"] != true ||
		all["+14155550102"].Number.Private.Platform["agent_shared"] != nil {
		t.Error("it is not told whose agent has other numbers")
	}
}

func TestListOfManyTakesOneRequest(t *testing.T) {
	w := start(t, simulator.ResembleRules{})
	const many = 1000
	for i := range many {
		w.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: fmt.Sprintf("+44141555%04d", i), Label: "x"})
	}
	all := w.listed()
	for number, item := range all {
		if _, ok := item.Read(platform.Number{PhoneNumber: number}); !ok {
			t.Errorf("%s is not read", number)
		}
	}
	if calls := len(w.Requests()); len(all) != many || calls != 1 {
		t.Errorf("%d numbers in %d requests", len(all), calls)
	}
	if _, _, err := w.List(t.Context(), platform.Number{}, "2"); err == nil || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("a second page: %v", err)
	}
}
