package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// flips are the other way of the rules that are no bool, or that show only beside others: objects of rules.
var flips = map[simulator.Rule]string{
	{Service: simulator.DialNexa, Name: "deleted_agents_listed"}: `{"deleted_agents_listed": true, "agents2_readable": true}`,
	{Service: simulator.Resemble, Name: "max_agents"}:            `{"max_agents": 1}`,
	{Service: simulator.Twilio, Name: "renames_bought"}:          `{"renames_bought": "ours"}`,
	{Service: simulator.Twilio, Name: "reads_lag"}:               `{"reads_lag": 1}`,
	{Service: simulator.Twilio, Name: "wrong_credentials"}:       `{"wrong_credentials": {"status": 403, "code": 20003, "message": "no"}}`,
	{Service: simulator.Twilio, Name: "max_concurrent"}:          `{"max_concurrent": 1}`,
	{Service: simulator.Twilio, Name: "bare_rate_limit"}:         `{"bare_rate_limit": true, "rate_limit": {"serve": 3, "refuse": 1}}`,
	{Service: simulator.Synthflow, Name: "errors"}:               `{"errors": "detail"}`,
	{Service: simulator.Synthflow, Name: "max_limit"}:            `{"max_limit": 2}`,
	{Service: simulator.DialNexa, Name: "generation"}:            `{"generation": "B"}`,
	{Service: simulator.Nixflex, Name: "reads_per_minute"}:       `{"reads_per_minute": 60}`,
	{Service: simulator.Nixflex, Name: "writes_per_minute"}:      `{"writes_per_minute": 60}`,
	{Service: simulator.Nixflex, Name: "plain_plus_works"}:       `{"plain_plus_works": true}`,
	{Service: simulator.Resemble, Name: "missing_status"}:        `{"missing_status": 400}`,
	{Service: simulator.Resemble, Name: "slow_deletion"}:         `{"slow_deletion": 2}`,
	{Service: simulator.Retell, Name: "max_limit"}:               `{"max_limit": 1}`,
	{Service: simulator.Vapi, Name: "max_limit"}:                 `{"max_limit": 1}`,
	{Service: simulator.Vapi, Name: "update_writes_webhooks"}:    `{"update_writes_webhooks": true}`,
}

// prepare makes an account one in which a rule shows.
var prepare = map[simulator.Rule]func(*simulator.Server){
	{Service: simulator.Twilio, Name: "max_concurrent"}: func(sim *simulator.Server) {
		sim.Inject(simulator.Fault{Service: simulator.Twilio, Method: "GET", Latency: 20 * time.Millisecond})
	},
	{Service: simulator.Synthflow, Name: "max_limit"}: func(sim *simulator.Server) {
		for i := range 20 {
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", 1000+i)})
		}
	},
	{Service: simulator.Retell, Name: "max_limit"}: func(sim *simulator.Server) {
		for i := range 1000 {
			sim.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", 1000+i)})
		}
	},
	{Service: simulator.Vapi, Name: "max_limit"}: func(sim *simulator.Server) {
		for i := range 1000 {
			sim.Vapi().AddNumber(simulator.VapiNumber{Provider: "vapi", Number: fmt.Sprintf("+1415555%04d", 1000+i)})
		}
	},
	{Service: simulator.DialNexa, Name: "deleted_agents_listed"}: func(sim *simulator.Server) {
		sim.DialNexa().RemoveAgent("agt_f7w2kx5mb9qz")
	},
}

// onlyRefuted are the rules of which a run can see that they do not hold, but not that they do.
var onlyRefuted = map[simulator.Rule]bool{{Service: simulator.DialNexa, Name: "deleted_agents_listed"}: true}

// flip is the object that turns a rule the other way.
func flip(rule simulator.Rule) string {
	if object, special := flips[rule]; special {
		return object
	}
	switch rule.Name {
	case "rate_limit":
		return `{"rate_limit": {"serve": 3, "refuse": 1}}`
	case "retry_after":
		value := `"0"`
		if rule.Service == simulator.Nixflex {
			value = "1"
		}
		return `{"retry_after": ` + value + `, "rate_limit": {"serve": 3, "refuse": 1}}`
	}
	return fmt.Sprintf(`{%q: true}`, rule.Name)
}

// byDefault is what makes a rule visible as it is by default; empty: nothing is needed.
func byDefault(rule simulator.Rule) string {
	switch rule.Name {
	case "retry_after", "bare_rate_limit":
		return `{"rate_limit": {"serve": 3, "refuse": 1}}`
	}
	return ""
}

func option(t *testing.T, service simulator.Service, object string) simulator.Option {
	t.Helper()
	set, err := simulator.WithRules(service, json.RawMessage(object))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestEveryFlipIsFound turns every rule that can be seen both ways, and prints how many were found.
func TestEveryFlipIsFound(t *testing.T) {
	start(t)
	plain, err := look(t, "-number", lived, "-number", lived)
	if err != nil {
		t.Fatal(err)
	}
	oneOf := cases.OneOf(t, 4, 1) // of those that take a life
	type count struct{ rules, seen, found int }
	counts := map[means]*count{byReading: {}, byLife: {}, bySpending: {}, never: {}}
	for _, rule := range simulator.Rules() {
		how := ways[rule].how
		if how == byLife && !cases.Tries(fmt.Sprint(rule), oneOf) {
			continue
		}
		counts[how].rules++
		if how == never {
			continue
		}
		var args []string
		switch how {
		case byLife:
			args = []string{"-number", lived, "-number", lived}
		case bySpending:
			args = []string{"-spend", "2.50"}
		case byReading, never:
		}
		t.Run(fmt.Sprintf("%s %s", rule.Service, rule.Name), func(t *testing.T) {
			found := plain.of(rule)
			object := byDefault(rule)
			if prepare := prepare[rule]; object != "" || prepare != nil || how == bySpending {
				var options []simulator.Option
				if object != "" {
					options = append(options, option(t, rule.Service, object))
				}
				sim := start(t, options...)
				if prepare != nil {
					prepare(sim)
				}
				d, err := look(t, args...)
				if err != nil {
					t.Fatal(err)
				}
				found = d.of(rule)
			}
			switch {
			case found.Verdict == confirmed:
				counts[how].seen++
			case found.Verdict != notSeen || !onlyRefuted[rule]:
				t.Errorf("by default: %+v", found)
			}
			sim := start(t, option(t, rule.Service, flip(rule)))
			if prepare := prepare[rule]; prepare != nil {
				prepare(sim)
			}
			before := sim.Twilio().Numbers()
			d, err := look(t, args...)
			if err != nil {
				t.Logf("the life ended: %v", err)
			}
			if found := d.of(rule); found.Verdict == refuted {
				counts[how].found++
			} else {
				t.Errorf("turned the other way: %+v", found)
			}
			asFound(t, sim, before)
		})
	}
	t.Logf("%-20s %5s %9s %5s", "seen by", "rules", "confirmed", "found")
	for _, how := range []means{byReading, byLife, bySpending, never} {
		t.Logf("%-20s %5d %9d %5d", how, counts[how].rules, counts[how].seen, counts[how].found)
	}
}

// asFound fails the test where a life has left something behind.
func asFound(t *testing.T, sim *simulator.Server, before []simulator.TwilioNumber) {
	t.Helper()
	now := sim.Twilio().Numbers()
	if len(now) != len(before) {
		t.Fatalf("%d numbers are owned, and %d were", len(now), len(before))
	}
	for i, n := range now {
		n.DateUpdated = before[i].DateUpdated
		if got, want := fmt.Sprintf("%+v", n), fmt.Sprintf("%+v", before[i]); got != want {
			t.Errorf("the number is\n%s\nand was\n%s", got, want)
		}
	}
	if n, held := sim.Nixflex().Number(lived); held {
		t.Errorf("Nixflex has %+v", n)
	}
	if n, held := sim.Retell().Number(lived); held {
		t.Errorf("Retell AI has %+v", n)
	}
	for _, n := range sim.Vapi().Numbers() {
		if n.Number == lived {
			t.Errorf("Vapi has %+v", n)
		}
	}
	for _, n := range sim.ElevenLabs().Numbers() {
		if n.PhoneNumber == lived {
			t.Errorf("ElevenLabs has %+v", n)
		}
	}
	for _, n := range sim.Resemble().Numbers() {
		if n.PhoneNumber == lived {
			t.Errorf("Resemble has %+v", n)
		}
	}
}
