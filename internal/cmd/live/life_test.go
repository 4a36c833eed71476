package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// begins is how many requests a run has sent before its life writes for the first time.
func begins(t *testing.T, sim *simulator.Server) (first, all int) {
	t.Helper()
	requests := sim.Requests()
	for i, r := range requests {
		if r.Method != "GET" && r.Path != "/v2/list-agents" {
			return i, len(requests)
		}
	}
	t.Fatal("nothing was written")
	return 0, 0
}

func TestLifeIsWholeAndLeavesTheNumberAsItWas(t *testing.T) {
	sim := start(t)
	before := sim.Twilio().Numbers()
	d, err := look(t, "-number", lived, "-number", lived)
	if err != nil {
		t.Fatal(err)
	}
	asFound(t, sim, before)
	var lines []string
	for _, m := range d.Remarks {
		if m.About == "life" {
			lines = append(lines, m.Service+": "+m.Text)
		}
	}
	got := strings.Join(lines, "\n")
	for _, want := range []string{
		"adopted, with a voice_url: done", "attached to Nixflex: done", "attached to Resemble AI: done", "attached to Vapi: done",
		"attached to ElevenLabs: done", "Vapi: voice_url, which was changed at Twilio, was found and repaired",
		"Resemble AI: trunk_sid, which was changed at Twilio, was found and repaired", "detached, with what was there before: done",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the life has no %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "a detach with restore left") {
		t.Errorf("the life is\n%s", got)
	}
}

// TestFailuresInTheMiddleLeaveTheNumberAsItWas has each request of a life fail, from then on for a while, in each way.
func TestFailuresInTheMiddleLeaveTheNumberAsItWas(t *testing.T) {
	sim := start(t)
	if _, err := look(t, "-number", lived, "-number", lived); err != nil {
		t.Fatal(err)
	}
	first, all := begins(t, sim)
	tried, oneOf := 0, cases.OneOf(t, 30, 8)
	for name, fault := range map[string]simulator.Fault{
		"refused":             {Status: 503},
		"lost":                {Cut: simulator.CutBefore},
		"done, answer lost":   {Cut: simulator.CutAfter},
		"done, answer spoilt": {Garble: true},
		"a long outage":       {Status: 503, Times: 12},
	} {
		fault.Times = max(fault.Times, 1)
		for at := first; at < all; at++ {
			if !cases.Tries(fmt.Sprint(name, at), oneOf) {
				continue
			}
			tried++
			t.Run(fmt.Sprintf("%s at %d", name, at), func(t *testing.T) {
				sim := start(t)
				before, trunks := sim.Twilio().Numbers(), len(sim.Twilio().Trunks())
				fault.Skip = at
				sim.Inject(fault)
				_, err := look(t, "-number", lived, "-number", lived)
				asFound(t, sim, before)
				if got := len(sim.Twilio().Trunks()); got != trunks {
					t.Errorf("%d trunks are left, and %d were there", got, trunks)
				}
				if err != nil && strings.Contains(err.Error(), "could not be left") {
					t.Error(err)
				}
			})
		}
	}
	t.Logf("%d of %d failures in %d requests were tried", tried, 5*(all-first), all-first)
}

func TestLifeSaysWhatCouldNotBeRestored(t *testing.T) {
	sim := start(t)
	sim.Inject(simulator.Fault{Service: simulator.Twilio, Method: "POST", Skip: 3, Status: 503})
	_, err := look(t, "-number", lived, "-number", lived)
	if err == nil || !strings.Contains(err.Error(), "could not be left as it was found") || !strings.Contains(err.Error(), "503") {
		t.Errorf("it says %v", err)
	}
}

func TestNumberOnAPlatformIsLeftAlone(t *testing.T) {
	sim := start(t)
	_, err := look(t, "-number", "+14155550110", "-number", "+14155550110")
	if err == nil || !strings.Contains(err.Error(), "on Nixflex already") {
		t.Errorf("it says %v", err)
	}
	for _, r := range sim.Requests() {
		if r.Method != "GET" && r.Path != "/v2/list-agents" {
			t.Errorf("it sent %s", r)
		}
	}
}

func TestSecretsAndNumbersAreMasked(t *testing.T) {
	start(t)
	for _, format := range [][]string{{"-json"}, nil} {
		var out strings.Builder
		if err := runLive(t, &out, append(format, "-number", lived, "-number", lived)...); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{
			simulator.DefaultAuthToken, simulator.DefaultNixflexKey, simulator.DefaultVapiKey, "0123456789abcdef0123456789abcdef\"",
			"14155550100", "14155550110", "14155550143",
		} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("%v shows %s", format, secret)
			}
		}
	}
}
