package synthflow_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// end runs the one step of n's action.
func (w *world) end(n platform.Number, action platform.Action) ([]string, error) {
	n.Action = action
	return w.carrier.Do(w.t.Context(), n, synthflow.Kind.Steps(n, action)[0])
}

// wasRefused says what package lifecycle asks of an error: that nothing was changed.
func wasRefused(err error) bool {
	var answer interface{ Refused() bool }
	return errors.Is(err, platform.ErrUntouched) || errors.As(err, &answer) && answer.Refused()
}

func TestDo_EveryEndTwice(t *testing.T) {
	deletion := "DELETE /numbers/" + slug
	unlinking := []string{
		"DELETE /assistants/" + one + "/phone_numbers/" + slug, "DELETE /assistants/" + two + "/phone_numbers/" + slug,
	}
	for _, rules := range []simulator.SynthflowRules{
		{},
		{UnknownIs404: true, NotAttachedIs404: true},
		{Errors: simulator.SynthflowErrorsDetail},
		{RateLimit: simulator.RateLimit{Serve: 1, Refuse: 1}},
	} {
		for name, test := range map[string]struct {
			n         platform.Number
			action    platform.Action
			writes    []string
			stays     bool
			cancelled bool
		}{
			"imported, detach":  {n: imported(nil), action: platform.Detach, writes: []string{deletion}},
			"imported, release": {n: imported(nil), action: platform.Release, writes: []string{deletion}},
			"imported, force":   {n: imported(nil), action: platform.ForceDelete, writes: []string{deletion}},
			"bought, detach":    {n: bought(nil), action: platform.Detach, writes: unlinking, stays: true},
			"bought, release":   {n: bought(nil), action: platform.Release, writes: []string{deletion}, cancelled: true},
			"bought, force":     {n: bought(nil), action: platform.ForceDelete, writes: unlinking, stays: true},
		} {
			t.Run(name, func(t *testing.T) {
				w := start(t, rules)
				w.hold(simulator.SynthflowNumber{Bought: test.n.Block["bought_at_synthflow"] == true}, one, two)
				if notes, err := w.end(test.n, test.action); err != nil || len(notes) > 0 {
					t.Fatalf("%v, %v", notes, err)
				}
				var writes []string
				for _, line := range w.writes() {
					if !strings.Contains(line, "429") {
						writes = append(writes, line)
					}
				}
				if len(writes) != len(test.writes) {
					t.Errorf("requests %v, want %v", writes, test.writes)
				}
				for _, want := range test.writes { // the order of agents is Synthflow's
					if !strings.Contains(strings.Join(writes, "\n"), want) {
						t.Errorf("requests %v lack %s", writes, want)
					}
				}
				if _, stays := w.Synthflow().Number(phone); stays != test.stays || w.linked() != "" {
					t.Errorf("left: %t, on %q", stays, w.linked())
				}
				if cancelled := len(w.Synthflow().CancelledSubscriptions()) == 1; cancelled != test.cancelled {
					t.Errorf("subscription cancelled: %t", cancelled)
				}
				w.ResetRequests()
				if _, err := w.end(test.n, test.action); err != nil {
					t.Errorf("again: %v", err)
				}
				for _, line := range w.writes() {
					if !strings.Contains(line, "429") {
						t.Errorf("again, it sent %s", line)
					}
				}
			})
		}
	}
}

// Whatever step reaches it, Do deletes a number that is or may be bought only
// for a release.
func TestDo_GuardsTheSubscription(t *testing.T) {
	unfinished := bought(nil)
	unfinished.Private.Unfinished = platform.Creation
	for name, test := range map[string]struct {
		n      platform.Number
		action platform.Action
		op     string
	}{
		"bought, as if imported":           {bought(nil), platform.Release, "delete"},
		"unknown, as if imported":          {platform.Number{PhoneNumber: phone}, platform.Detach, "delete"},
		"bought, detach":                   {bought(nil), platform.Detach, "cancel"},
		"bought, force":                    {bought(nil), platform.ForceDelete, "cancel"},
		"unknown, detach":                  {platform.Number{PhoneNumber: phone}, platform.Detach, "cancel"},
		"imported, as if bought":           {imported(nil), platform.Release, "cancel"},
		"creation that never completed":    {unfinished, platform.Release, "cancel"},
		"operation that nobody has":        {bought(nil), platform.Release, "melt"},
		"operation of somebody else":       {imported(nil), platform.Detach, platform.OpUnwire},
		"no operation, which is for plans": {imported(nil), platform.Detach, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.SynthflowRules{})
			w.hold(simulator.SynthflowNumber{Bought: true}, one)
			test.n.Action = test.action
			_, err := w.carrier.Do(t.Context(), test.n, platform.Step{Op: test.op})
			if !errors.Is(err, platform.ErrUntouched) || len(w.Requests()) > 0 {
				t.Errorf("%v, requests %v", err, w.Requests())
			}
		})
	}
}

func TestDo_Faults(t *testing.T) {
	deletion := func(f simulator.Fault) simulator.Fault {
		f.Method = http.MethodDelete
		return f
	}
	reading := func(skip int, status int) simulator.Fault {
		return simulator.Fault{Method: http.MethodGet, Skip: skip, Status: status}
	}
	for name, test := range map[string]struct {
		fault   simulator.Fault
		done    bool
		refused bool // nothing was changed
	}{
		"401": {fault: deletion(simulator.Fault{Status: http.StatusUnauthorized}), refused: true},
		"403": {fault: deletion(simulator.Fault{Status: http.StatusForbidden, Body: `{}`}), refused: true},
		"409": {fault: deletion(simulator.Fault{Status: http.StatusConflict, Body: `{"detail":"busy"}`}), refused: true},
		"400": {fault: deletion(simulator.Fault{Status: http.StatusBadRequest, Body: `{}`}), refused: true},
		"400 after effect": {
			fault: deletion(simulator.Fault{Status: http.StatusBadRequest, Body: `{}`, AfterEffect: true}), done: true,
		},
		"404 of a proxy":     {fault: deletion(simulator.Fault{Status: http.StatusNotFound, Body: "<html>"})},
		"500":                {fault: deletion(simulator.Fault{Status: http.StatusInternalServerError})},
		"502 after effect":   {fault: deletion(simulator.Fault{Status: http.StatusBadGateway, AfterEffect: true}), done: true},
		"cut after effect":   {fault: deletion(simulator.Fault{Cut: simulator.CutAfter}), done: true},
		"truncated":          {fault: deletion(simulator.Fault{Truncate: true}), done: true},
		"accepted, not done": {fault: deletion(simulator.Fault{Body: `{"status":"ok"}`})},
		"redirect": {
			fault: deletion(simulator.Fault{Status: http.StatusFound, Header: http.Header{"Location": {"/"}}}),
		},
		"unreadable before":       {fault: reading(0, http.StatusBadGateway), refused: true},
		"credentials gone before": {fault: reading(0, http.StatusUnauthorized), refused: true},
		"unreadable after":        {fault: reading(1, http.StatusBadGateway)},
		"credentials gone after":  {fault: reading(1, http.StatusUnauthorized)},
	} {
		for kind, n := range map[string]platform.Number{"imported": imported(nil), "bought": bought(nil)} {
			t.Run(name+", "+kind, func(t *testing.T) {
				w := start(t, simulator.SynthflowRules{})
				w.hold(simulator.SynthflowNumber{Bought: kind == "bought"}, one)
				w.Inject(test.fault)
				_, err := w.end(n, platform.Detach)
				if (err == nil) != test.done || err != nil && wasRefused(err) != test.refused {
					t.Errorf("%v, refused %t", err, wasRefused(err))
				}
				if err != nil && !strings.Contains(err.Error(), phone) {
					t.Errorf("the error does not name the number: %v", err)
				}
				if len(w.Synthflow().CancelledSubscriptions()) > 0 {
					t.Error("the subscription was cancelled")
				}
				w.ClearFaults()
				if _, err := w.end(n, platform.Detach); err != nil || w.linked() != "" {
					t.Errorf("again: %v, on %s", err, w.linked())
				}
			})
		}
	}
}

func TestDo_UnlinkThatIsOnlyHalfDone(t *testing.T) {
	w := start(t, simulator.SynthflowRules{PoolsAreOutboundOnly: true})
	w.hold(simulator.SynthflowNumber{Bought: true}, one, two)
	_, err := w.end(bought(nil), platform.Detach)
	if err == nil || wasRefused(err) || !strings.Contains(err.Error(), "still on "+one) {
		t.Errorf("one of two: %v", err)
	}
	if got := w.linked(); got != one {
		t.Errorf("linked to %s", got)
	}
	if _, err := w.end(bought(nil), platform.Detach); !wasRefused(err) {
		t.Errorf("the one that is left: %v", err)
	}
}

func TestDo_NumberThatIsGone(t *testing.T) {
	for kind, n := range map[string]platform.Number{"imported": imported(nil), "bought": bought(nil)} {
		for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
			w := start(t, simulator.SynthflowRules{})
			if notes, err := w.end(n, action); err != nil || len(notes) != 1 || !strings.Contains(notes[0], "no longer has") {
				t.Errorf("%s, %s: %v, %v", kind, action, notes, err)
			}
			w.wantWrites()
		}
	}
}
