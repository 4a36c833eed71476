package nixflex_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestUnknownOperation(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	if _, err := w.Do(t.Context(), w.number(), platform.Step{Op: "melt"}); !errors.Is(err, platform.ErrUntouched) {
		t.Error(err)
	}
	w.wantSent()
}

func TestDeleteIsJudgedByReadingBack(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached()
	if err := w.end(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if _, listed := w.Nixflex().Number(phone); listed {
		t.Error("the record is still there")
	}
	if err := w.end(t.Context(), n); err != nil {
		t.Errorf("again: %v", err)
	}
	w.wantSent(
		"DELETE "+record+" -> 200", "GET "+list+" -> 200",
		"DELETE "+record+" -> 404", "GET "+list+" -> 200",
	)
}

func TestDeleteFaults(t *testing.T) {
	for name, test := range map[string]struct {
		rules     simulator.NixflexRules
		faults    []simulator.Fault
		says      string // empty: it succeeds
		unchanged bool   // the error says so
		left      bool
	}{
		"cut after effect": {faults: []simulator.Fault{{Method: "DELETE", Cut: simulator.CutAfter, Times: 1}}},
		"truncated":        {faults: []simulator.Fault{{Method: "DELETE", Truncate: true}}},
		"502 after effect": {faults: []simulator.Fault{{Method: "DELETE", Status: 502, AfterEffect: true}}},
		"redirect":         {faults: []simulator.Fault{{Method: "DELETE", Status: 302}}, says: "302", left: true},
		"500": {
			faults: []simulator.Fault{{Method: "DELETE", Status: 500}},
			says:   "it is still there",
			left:   true,
		},
		"404 of a proxy": {
			faults: []simulator.Fault{{Method: "DELETE", Status: 404, Body: "<html>"}},
			says:   "still there",
			left:   true,
		},
		"401": {
			faults:    []simulator.Fault{refused("DELETE", "", 401, "invalid_api_key")},
			says:      "check api_key",
			unchanged: true,
			left:      true,
		},
		"403": {
			faults:    []simulator.Fault{{Method: "DELETE", Status: 403}},
			says:      "403",
			unchanged: true,
			left:      true,
		},
		"409": {
			faults:    []simulator.Fault{refused("DELETE", "", 409, "in_use")},
			says:      "in_use",
			unchanged: true,
			left:      true,
		},
		"404 of another route": {
			faults:    []simulator.Fault{refused("DELETE", "", 404, "route_not_found")},
			says:      "route_not_found",
			unchanged: true,
			left:      true,
		},
		"404 of what is listed": {
			faults: []simulator.Fault{refused("DELETE", "", 404, "number_not_found")},
			says:   "still there; run it again): Nixflex answered 404 Not Found: no (code number_not_found)", unchanged: true, left: true,
		},
		"200 of nothing": {
			faults: []simulator.Fault{{Method: "DELETE", Status: 200}},
			says:   "it was accepted, but it is still there",
			left:   true,
		},
		"not read back": {
			faults: []simulator.Fault{refused(http.MethodGet, list, 401, "invalid_api_key")},
			says:   "whether it took effect is not known",
		},
		"nothing known": {
			faults: []simulator.Fault{{Method: "DELETE", Status: 500}, {Method: "GET", Path: list, Status: 200, Body: "{}"}},
			says:   "finding out what became of it failed too", left: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, test.rules)
			n := w.attached()
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			err := w.end(t.Context(), n)
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Fatal(err)
			}
			if err != nil && (!strings.Contains(err.Error(), phone) || errors.Is(err, platform.ErrUntouched) != test.unchanged) {
				t.Errorf("%v", err)
			}
			if answer, ok := errors.AsType[*httpapi.Error](err); ok && answer.Refused() && !test.unchanged {
				t.Errorf("passes for a refusal: %v", err)
			}
			if _, listed := w.Nixflex().Number(phone); listed != test.left {
				t.Errorf("left at Nixflex: %t", listed)
			}
		})
	}
}

func TestDeleteWhereTwilioRefusesNixflex(t *testing.T) {
	w := start(t, simulator.NixflexRules{DeleteNeedsTwilio: true})
	n := w.attached()
	w.change(func(n *simulator.NixflexNumber) { n.TwilioToken = "rotated since" })
	err := w.end(t.Context(), n)
	if err == nil || !strings.Contains(err.Error(), "if that token was rotated") {
		t.Error(err)
	}
}

func TestDeleteOfARecordThatWasRepointed(t *testing.T) {
	w := start(t, simulator.NixflexRules{})
	n := w.attached()
	w.change(func(n *simulator.NixflexNumber) { n.AgentID = sales })
	if err := w.end(t.Context(), n); err != nil {
		t.Error(err)
	}
	if _, listed := w.Nixflex().Number(phone); listed {
		t.Error("the record is still there")
	}
}
