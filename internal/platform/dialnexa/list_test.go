package dialnexa_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// listed reads the whole list.
func (w *world) listed() (all []platform.Listed, err error) {
	w.t.Helper()
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := w.carrier.List(w.t.Context(), platform.Number{}, cursor)
		if err != nil {
			return all, err
		}
		all, cursor = append(all, page...), next
	}
	return all, nil
}

func TestCarrierAloneLists(t *testing.T) {
	w := start(t, simulator.DialNexaRules{})
	if _, lists := any(w.platform).(platform.Lister); lists {
		t.Error("the platform lists numbers, too")
	}
}

func TestListTellsWhatAReadTells(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		block platform.Values
		sure  bool
	}{
		"older":               {simulator.DialNexaRules{}, older("agt_one"), true},
		"older, imported":     {simulator.DialNexaRules{}, platform.Values{}, true},
		"older, as examples":  {simulator.DialNexaRules{ExampleFields: true, InboundAgentID: true}, older("agt_one"), true},
		"newer":               {simulator.DialNexaRules{Generation: simulator.DialNexaB}, newer("agt_one", 1), true},
		"newer, imported":     {simulator.DialNexaRules{Generation: simulator.DialNexaB}, platform.Values{}, false},
		"newer, for an older": {simulator.DialNexaRules{Generation: simulator.DialNexaB}, older("agt_one"), false},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			have := w.own(simulator.DialNexaNumber{AgentID: "agt_one", Nickname: "Support", Label: "x"}, tc.block)
			all, err := w.listed()
			if err != nil || len(all) != 1 {
				t.Fatalf("%d numbers, %v", len(all), err)
			}
			item := all[0]
			if n := item.Number; n.SID != numberID || n.Platform != "dialnexa" || n.Carrier != "dialnexa" ||
				n.Block["nickname"] != any("Support") && n.Block["agent_link"] == any("number") {
				t.Errorf("listed as %+v", n)
			}
			byNumber := have
			byNumber.SID = ""
			for _, have := range []platform.Number{have, byNumber} {
				read := w.carrier.Read
				if have.SID == "" {
					read = w.carrier.Find
				}
				want, err := read(t.Context(), have)
				if err != nil {
					t.Fatal(err)
				}
				if got, ok := item.Read(have); ok != tc.sure || ok && !reflect.DeepEqual(got, want) {
					t.Errorf("the list tells (%t)\n%+v, a read\n%+v", ok, got, want)
				}
			}
			for _, other := range []platform.Number{
				{SID: "phn_other", PhoneNumber: phone, Block: tc.block},
				{SID: numberID, PhoneNumber: onSale, Block: tc.block},
				{Block: tc.block},
			} {
				if got, ok := item.Read(other); ok {
					t.Errorf("%+v is read as %+v", other, got)
				}
			}
		})
	}
}

func TestListTakesARequestForEachPage(t *testing.T) {
	for name, rules := range map[string]simulator.DialNexaRules{
		"older": {}, "newer": {Generation: simulator.DialNexaB},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			const many = 500
			for i := range many {
				w.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: fmt.Sprintf("+44141555%04d", i)})
			}
			all, err := w.listed()
			seen := map[string]bool{}
			for _, listed := range all {
				seen[listed.Number.SID] = true
			}
			if err != nil || len(seen) != many {
				t.Errorf("%d numbers, %v", len(seen), err)
			}
			if calls := len(w.Requests()); calls != 6 { // of pages that overlap
				t.Errorf("%d requests", calls)
			}
		})
	}
}

// A number that is removed between two pages moves all behind it up: pages
// overlap, so that it takes none of them out of sight.
func TestRemovalBetweenTwoPagesHidesNoNumber(t *testing.T) {
	for _, many := range []int{101, 150, 250, 999} {
		for name, rules := range map[string]simulator.DialNexaRules{
			"older": {}, "newer": {Generation: simulator.DialNexaB},
		} {
			t.Run(fmt.Sprint(name, " ", many), func(t *testing.T) {
				w := start(t, rules)
				number := func(i int) string { return fmt.Sprintf("+44141555%04d", i) }
				for i := range many {
					w.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: number(i)})
				}
				seen := map[string]bool{}
				pages := 0
				for cursor, more := "", true; more; more = cursor != "" {
					page, next, err := w.carrier.List(t.Context(), platform.Number{}, cursor)
					if err != nil {
						t.Fatal(err)
					}
					for _, listed := range page {
						seen[listed.Number.PhoneNumber] = true
					}
					for i := range 3 { // of those that have been listed
						w.DialNexa().RemoveNumber(number(3*pages + i))
					}
					pages, cursor = pages+1, next
				}
				if len(seen) != many || pages > many/80+2 {
					t.Errorf("%d of %d numbers in %d pages", len(seen), many, pages)
				}
			})
		}
	}
}

func TestListThatIsIncompleteIsAnError(t *testing.T) {
	item := func(id int) string { return fmt.Sprintf(`{"id": "phn_%d", "phone_number": "+1415555%04d"}`, id, id) }
	for name, page := range map[string]func(calls int) string{
		"the same page for ever": func(int) string { return `{"items": [` + item(1) + `], "total": 3}` },
		"an empty page":          func(int) string { return `{"items": [], "total": 1}` },
		"no end":                 func(calls int) string { return `{"items": [` + item(calls) + `], "total": 1000000}` },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.DialNexaRules{})
			calls := 0
			w.Inject(simulator.Fault{Rewrite: func([]byte) []byte {
				calls++
				return []byte(page(calls))
			}})
			if all, err := w.listed(); err == nil || errors.Is(err, platform.ErrNotFound) || calls > 1000 {
				t.Errorf("%d numbers in %d calls: %v", len(all), calls, err)
			}
		})
	}
}
