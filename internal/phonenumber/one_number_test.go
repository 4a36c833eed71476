package phonenumber_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// place is where a number lives: a platform, or none, with its carrier.
type place struct {
	name    string
	carrier simulator.Service // empty: one that cannot be asked
	rules   []simulator.Option
	config  acctest.Values // what the resource says of the number, but for the number itself
	other   acctest.Values // the same of otherNumber, where an agent answers one alone
	// wired says that calls to the number go where config has them.
	wired func(sim *acctest.Simulation, phoneNumber string) bool
}

const firstURL = "https://example.com/v"

// places are those in which an end can take a number off the air.
func places() []place {
	atTwilio := func(sim *acctest.Simulation, phoneNumber string) simulator.TwilioNumber {
		n, _ := sim.Twilio().Number(phoneNumber)
		return n
	}
	answered := func(sim *acctest.Simulation, phoneNumber string) bool { // at Synthflow
		agent, _ := sim.Synthflow().Agent(synthflowSupport)
		_, listed := sim.Synthflow().Number(phoneNumber)
		return listed && slices.Contains(agent.Numbers, phoneNumber)
	}
	return []place{
		{
			name: "Twilio alone", carrier: simulator.Twilio, config: acctest.Values{"voice_url": firstURL},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				return atTwilio(sim, phoneNumber).VoiceURL == firstURL
			},
		},
		{
			name: "Nixflex", carrier: simulator.Twilio, config: acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Nixflex().Number(phoneNumber)
				return n.AgentID == nixflexSupport && atTwilio(sim, phoneNumber).VoiceURL != ""
			},
		},
		{
			name: "Resemble", carrier: simulator.Twilio,
			rules:  []simulator.Option{simulator.WithResemble(simulator.ResembleRules{SlowDeletion: 1})},
			config: acctest.Values{"resemble": acctest.Values{"label": "Support", "agent_uuid": resembleSupport}},
			other:  acctest.Values{"resemble": acctest.Values{"label": "Sales", "agent_uuid": resembleSales}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Resemble().Number(phoneNumber)
				agents := map[string]string{number: resembleSupport, otherNumber: resembleSales}
				return n.AgentUUID == agents[phoneNumber] && n.Status == simulator.ResembleActive && atTwilio(sim, phoneNumber).TrunkSID != ""
			},
		},
		{
			name: "Synthflow, imported", carrier: simulator.Twilio,
			config: acctest.Values{"synthflow": acctest.Values{
				"provider_name": "twilio", "termination_uri": "example.pstn.twilio.com", "bought_at_synthflow": false,
				"agent_id": synthflowSupport,
			}},
			wired: answered,
		},
		{
			name: "Synthflow, bought there", carrier: simulator.Synthflow,
			config: acctest.Values{"synthflow": acctest.Values{"agent_id": synthflowSupport}},
			wired:  answered,
		},
		{
			name: "DialNexa", carrier: simulator.DialNexa,
			config: acctest.Values{"dialnexa": acctest.Values{"agent_id": dialNexaSupport}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.DialNexa().Number(phoneNumber)
				return n.AgentID == dialNexaSupport
			},
		},
		{
			name: "DialNexa, linked on the agent", carrier: simulator.DialNexa,
			rules: []simulator.Option{simulator.WithDialNexa(simulator.DialNexaRules{Generation: simulator.DialNexaB})},
			config: acctest.Values{"dialnexa": acctest.Values{
				"agent_link": "agent", "telephony_provider_id": "tel_1234567890", "agent_id": dialNexaSupport, "agent_version": 1,
			}},
			other: acctest.Values{"dialnexa": acctest.Values{
				"agent_link": "agent", "telephony_provider_id": "tel_1234567890", "agent_id": dialNexaSales, "agent_version": 1,
			}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.DialNexa().Number(phoneNumber)
				agents := map[string]string{number: dialNexaSupport, otherNumber: dialNexaSales}
				return n.AgentID == agents[phoneNumber]
			},
		},
		{
			name: "Retell", carrier: simulator.Twilio,
			config: acctest.Values{
				"trunk_sid": retellTrunk,
				"retell":    acctest.Values{"inbound_agent_id": retellSupport, "termination_uri": "example.pstn.twilio.com"},
			},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Retell().Number(phoneNumber)
				return slices.Equal(n.InboundAgents, retellAgents(retellSupport)) && atTwilio(sim, phoneNumber).TrunkSID == retellTrunk
			},
		},
		{
			name: "Vapi", carrier: simulator.Twilio,
			config: acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Vapi().Number(phoneNumber)
				return n.AssistantID == vapiSupport && atTwilio(sim, phoneNumber).VoiceURL != ""
			},
		},
		{
			name: "Vapi, its own number", carrier: simulator.Vapi,
			config: acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Vapi().Number(phoneNumber)
				return n.AssistantID == vapiSupport
			},
		},
		{
			name: "ElevenLabs", carrier: simulator.Twilio,
			config: acctest.Values{"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.ElevenLabs().Number(phoneNumber)
				return n.AgentID == elevenLabsSupport && atTwilio(sim, phoneNumber).VoiceURL != ""
			},
		},
		{
			name: "Nixflex, of another carrier", config: acctest.Values{"nixflex": acctest.Values{
				"agent_id": nixflexSupport, "telnyx_connection_id": telnyxConnection, "telnyx_api_key_wo": telnyxSecret,
			}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Nixflex().Number(phoneNumber)
				return n.AgentID == nixflexSupport && n.TelnyxConnectionID == telnyxConnection
			},
		},
		{
			name: "Retell, of another carrier", config: acctest.Values{"retell": acctest.Values{
				"inbound_agent_id": retellSupport, "termination_uri": "sip.example.com", "provider_name": "custom",
			}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Retell().Number(phoneNumber)
				return slices.Equal(n.InboundAgents, retellAgents(retellSupport))
			},
		},
		{
			name: "Vapi, of another carrier", config: acctest.Values{"vapi": acctest.Values{
				"assistant_id": vapiSupport, "provider_name": "telnyx", "credential_id": vapiCredential,
			}},
			wired: func(sim *acctest.Simulation, phoneNumber string) bool {
				n, _ := sim.Vapi().Number(phoneNumber)
				return n.AssistantID == vapiSupport && n.CredentialID == vapiCredential
			},
		},
	}
}

// actions are the ends that a number can have there.
func (p place) actions() []string {
	if p.carrier == "" { // nobody can be asked for a release
		return []string{"detach", "force_delete"}
	}
	return []string{"detach", "release", "force_delete"}
}

// begin starts a world in which the carrier owns the numbers.
func (p place) begin(t *testing.T, start func(*testing.T, ...simulator.Option) *acctest.Simulation, numbers ...string) *acctest.Simulation {
	t.Helper()
	sim := start(t, p.rules...)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSales})
	sim.Synthflow().AddAgent(simulator.SynthflowAgent{ID: synthflowSupport})
	dialNexaAgents(sim, dialNexaSupport, dialNexaSales)
	sim.Retell().AddAgent(retellSupport)
	sim.Vapi().AddAssistant(vapiSupport)
	sim.Vapi().AddCredential(vapiCredential)
	sim.ElevenLabs().AddAgent(elevenLabsSupport)
	sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
	for _, n := range numbers {
		switch p.carrier { //nolint:exhaustive // the others carry nothing
		case simulator.Twilio:
			owned(sim, simulator.TwilioNumber{PhoneNumber: n})
		case simulator.Synthflow:
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: n, Bought: true})
		case simulator.DialNexa:
			sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: n})
		case simulator.Vapi:
			sim.Vapi().AddNumber(simulator.VapiNumber{Number: n, Provider: simulator.VapiOwn})
		}
	}
	return sim
}

// atEveryPlace is the provider with the services of all places open.
func atEveryPlace(t *testing.T, sim *acctest.Simulation) *acctest.Driver {
	t.Helper()
	return sim.Driver(t, sim.OtherServices())
}

// givenUp are the numbers that any carrier has been asked to give up.
func givenUp(sim *acctest.Simulation) []string {
	return slices.Concat(
		sim.Twilio().Released(), sim.DialNexa().Released(), sim.Synthflow().CancelledSubscriptions(), sim.Vapi().Released(),
	)
}

// instance is one of the resource instances that have to do with a number in a run.
type instance struct {
	holds, wants         string // the number in state, and in the configuration; empty: none
	tainted, forced      bool   // replaced for that, with the same number
	createBeforeDestroys bool
}

func (i instance) stays() bool { return i.holds != "" && i.holds == i.wants && !i.tainted && !i.forced }

// calls counts those of the plan's walk.
func (i instance) calls(refreshes bool) int {
	if i.holds != "" && refreshes {
		return 2
	}
	return 1
}

// steps counts those of the apply's walk.
func (i instance) steps() int {
	switch {
	case i.stays():
		return 0
	case i.holds != "" && i.wants != "":
		return 2
	}
	return 1
}

// change is what happens to the addresses of numbers: another name, another key.
type change struct {
	name      string
	instances []instance
}

func addressChanges() []change {
	swapped := []instance{{holds: number, wants: otherNumber}, {holds: otherNumber, wants: number}}
	same := instance{holds: number, wants: number}
	tainted, replaced := same, same
	tainted.tainted, replaced.forced = true, true
	createdFirst := func(instances ...instance) []instance {
		instances = slices.Clone(instances)
		for i := range instances {
			instances[i].createBeforeDestroys = true
		}
		return instances
	}
	return []change{
		{"rename, or another key", []instance{{holds: number}, {wants: number}}},
		{"count to for_each", []instance{{holds: number}, {holds: otherNumber}, {wants: number}, {wants: otherNumber}}},
		{"swap", swapped},
		{"swap, create_before_destroy", createdFirst(swapped...)},
		{"handed on", []instance{{holds: number, wants: otherNumber}, {wants: number}}},
		{"duplicate of one in state", []instance{same, {wants: number}}},
		{"duplicate, both new", []instance{{wants: number}, {wants: number}}},
		{"both in state", []instance{same, same}},
		{"deposed object of an interrupted create_before_destroy", []instance{same, {holds: number}}},
		{"both in state, destroyed", []instance{{holds: number}, {holds: number}}},
		{"tainted", []instance{tainted}},
		{"tainted, create_before_destroy", createdFirst(tainted)},
		{"-replace", []instance{replaced}},
		{"-replace, create_before_destroy", createdFirst(replaced)},
		{"tainted, and a duplicate", []instance{tainted, {wants: number}}},
	}
}

// doubled says that two instances have to do with one number, other than that one
// hands it to the other.
func (c change) doubled() bool {
	for i, one := range c.instances {
		for j, other := range c.instances {
			has := one.holds != "" && one.holds == other.holds
			gets := one.wants != "" && one.wants == other.wants
			if i != j && (has || gets) {
				return true
			}
		}
	}
	return false
}

// recreated says that an instance which ends has a number that one gets.
func (c change) recreated() bool {
	for _, one := range c.instances {
		for _, other := range c.instances {
			if one.holds != "" && !one.stays() && other.wants == one.holds {
				return true
			}
		}
	}
	return false
}

// surprises says that an instance is to have another number.
func (c change) surprises() bool {
	return slices.ContainsFunc(c.instances, func(i instance) bool {
		return i.holds != "" && i.wants != "" && i.holds != i.wants
	})
}

// turns are all orders in which instances take their turns, as often as each has one.
func turns(counts []int) [][]int {
	var all [][]int
	done := true
	for i, left := range counts {
		if left == 0 {
			continue
		}
		done = false
		rest := slices.Clone(counts)
		rest[i]--
		for _, later := range turns(rest) {
			all = append(all, append([]int{i}, later...))
		}
	}
	if done {
		return [][]int{nil}
	}
	return all
}

// order is one order of all calls that a change means.
type order struct {
	change
	place
	action    string
	refreshes bool
	endsFirst bool  // what is no longer configured is planned first, and refreshed then
	plans     []int // the instance that takes its turn
	applies   []int // the same in the apply; nil: all at once, with one of them held
	held, at  int   // the instance, and which of its requests
}

func (r order) String() string {
	text := fmt.Sprintf("%s, %s, %s", r.change.name, r.place.name, r.action)
	if !r.refreshes {
		text += ", no refresh"
	}
	if r.endsFirst {
		text += ", ends first"
	}
	text += fmt.Sprintf(", plans %v", r.plans)
	if r.applies == nil {
		return text + fmt.Sprintf(", %d held at request %d", r.held, r.at)
	}
	return text + fmt.Sprintf(", applies %v", r.applies)
}

// mostRequests is more than one replacement makes.
const mostRequests = 30

// orders are all orders of a change. What is held at a request that it does not make
// tells so.
func (c change) orders(p place, action string) []order {
	var all []order
	orphans := slices.ContainsFunc(c.instances, func(i instance) bool { return i.wants == "" })
	for _, r := range []order{{refreshes: true}, {refreshes: true, endsFirst: true}, {}} {
		if r.endsFirst && !orphans {
			continue
		}
		r.change, r.place, r.action = c, p, action
		var calls, steps []int
		for _, i := range c.instances {
			calls, steps = append(calls, i.calls(r.refreshes)), append(steps, i.steps())
		}
		plans, applies := turns(calls), turns(steps)
		for _, r.plans = range plans {
			if r.refused() != "" {
				r.applies = applies[0]
				all = append(all, r)
				continue
			}
			// An apply is a run of its own: it knows no order of the plan.
			of := applies
			if len(plans)*len(applies) > 100 {
				of = applies[len(all)%len(applies):][:1]
			}
			for _, r.applies = range of {
				all = append(all, r)
			}
		}
		if r.refused() != "" || len(c.instances) == 1 {
			continue
		}
		r.applies = nil
		for r.held = range c.instances {
			for r.at = 1; r.at <= mostRequests; r.at++ {
				r.plans = plans[len(all)%len(plans)]
				all = append(all, r)
			}
		}
	}
	return all
}

// refused is what a plan of this must say; empty: it must be accepted.
func (r order) refused() string {
	replaced := slices.ContainsFunc(r.instances, func(i instance) bool { return i.tainted })
	switch {
	case r.doubled() && !replaced:
		return "is in two resources"
	case r.doubled():
		return "resource" // of two or of the replacement: both are true
	case !r.refreshes && r.surprises():
		return "cannot become another one"
	case r.action == "release" && r.recreated() && (r.refreshes || !replaced):
		return "would lose phone number"
	}
	return ""
}

// TestOneNumberIsLostInNoOrder takes every change of addresses through every order
// of Terraform's calls, and through an apply in which they overlap: no number is
// given up while anybody has or wants it, none is green and off the air, and a plan
// says the same in every order.
//
// By default it takes a few orders of each change. TELEPHONY_CASES=1 takes thousands.
func TestOneNumberIsLostInNoOrder(t *testing.T) {
	t.Parallel()
	type row struct{ orders, failures int }
	rows := map[string]*row{}
	var mu sync.Mutex
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		text := fmt.Sprintf("%-56s %8s %8s\n", "case", "orders", "failures")
		for _, c := range addressChanges() {
			text += fmt.Sprintf("%-56s %8d %8d\n", c.name, rows[c.name].orders, rows[c.name].failures)
		}
		t.Log("\n" + text)
	})
	for _, c := range addressChanges() {
		rows[c.name] = &row{}
		all := map[string][]order{}
		count := 0
		for _, p := range places() {
			for _, action := range p.actions() {
				what := fmt.Sprintf("%s, %s, %s", c.name, p.name, action)
				all[what] = c.orders(p, action)
				count += len(all[what])
			}
		}
		oneOf := cases.OneOf(t, max(1, count/3), max(1, count/20))
		nth := len(rows) // so that the next change is taken at other places
		for _, what := range slices.Sorted(maps.Keys(all)) {
			var chosen []order
			for _, r := range all[what] {
				if nth++; nth%oneOf == 0 {
					chosen = append(chosen, r)
				}
			}
			if len(chosen) == 0 {
				continue
			}
			t.Run(what, func(t *testing.T) {
				t.Parallel()
				over := map[int]bool{} // the held instance makes no further request
				for _, r := range chosen {
					if r.applies == nil && over[r.held] {
						continue
					}
					made := true
					passed := t.Run(r.String(), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) { made = r.take(t) })
					})
					if !made { // nor at a later one
						over[r.held] = true
					}
					mu.Lock()
					if made {
						rows[c.name].orders++
					}
					if !passed {
						rows[c.name].failures++
					}
					mu.Unlock()
				}
			})
		}
	}
}

// take takes the order, and judges it. Made says that the held request was made.
func (r order) take(t *testing.T) (made bool) {
	sim := r.begin(t, acctest.StartInMemory, number, otherNumber)
	driver := atEveryPlace(t, sim)
	configs := make([]acctest.Values, len(r.instances))
	resources := make([]*acctest.Resource, len(r.instances))
	of := func(phoneNumber string) acctest.Values {
		config := maps.Clone(r.config)
		if phoneNumber == otherNumber && r.other != nil {
			config = maps.Clone(r.other)
		}
		config["phone_number"], config["release_on_destroy"] = phoneNumber, r.action
		return config
	}
	for i, in := range r.instances {
		resources[i] = driver.Resource("telephony_phone_number")
		if in.holds != "" {
			driver.Restart()
			if diags := resources[i].Apply(resources[i].Plan(of(in.holds))); diags.Failed() || !r.wired(sim, in.holds) {
				t.Fatalf("the creation: %+v", diags)
			}
		}
		resources[i].Tainted, resources[i].Forced = in.tainted, in.forced
		resources[i].CreateBeforeDestroy = in.createBeforeDestroys
		if in.wants != "" {
			configs[i] = of(in.wants)
		}
	}
	driver.Restart()
	sim.ResetRequests()

	plans, refreshed := make([]*acctest.Plan, len(r.instances)), make([]bool, len(r.instances))
	var diags acctest.Diagnostics
	for _, i := range r.plans {
		in, endsFirst := r.instances[i], r.endsFirst && r.instances[i].wants == ""
		if in.calls(r.refreshes) == 2 && !refreshed[i] && (!endsFirst || plans[i] != nil) {
			refreshed[i] = true
			diags = append(diags, resources[i].Read()...)
			continue
		}
		if in.wants == "" {
			plans[i] = resources[i].PlanDestroy()
		} else {
			plans[i] = resources[i].Plan(configs[i])
		}
		diags = append(diags, plans[i].Diagnostics...)
	}
	if refusal := r.refused(); diags.Failed() || refusal != "" {
		if refusal == "" || !diags.Failed() || !strings.Contains(fmt.Sprint(diags), refusal) {
			t.Errorf("planned, refused should be %q: %+v", refusal, diags)
		}
		for _, request := range sim.Requests() {
			if request.Method != http.MethodGet && request.Method != http.MethodHead {
				t.Errorf("a plan asked %s %s", request.Service, request)
			}
		}
		r.judge(t, sim, resources, configs, false)
		return true
	}
	renamed := slices.ContainsFunc(r.instances, func(i instance) bool { return i.holds != "" && i.wants != i.holds })
	if said := strings.Contains(fmt.Sprint(diags), "is destroyed and created again"); r.recreated() && renamed && !said {
		t.Errorf("the plan does not tell that the number is created again: %+v", diags)
	}

	steps := make([][]func() acctest.Diagnostics, len(r.instances))
	for i, plan := range plans {
		steps[i] = resources[i].Steps(plan)
		if len(steps[i]) != r.instances[i].steps() {
			t.Fatalf("instance %d is planned to %s: %+v", i, plan.Action, plan.Diagnostics)
		}
	}
	driver.Begin()
	made = true
	var failed bool
	if r.applies == nil {
		diags, made = r.overlap(sim, steps)
	} else {
		diags = inTurn(r.applies, steps)
	}
	failed = diags.Failed()
	// What no plan of a taint without a refresh can see, the destroy refuses.
	if mayFail := r.action == "release" && r.recreated(); failed != mayFail && !(mayFail && r.instances[0].createBeforeDestroys) {
		t.Errorf("applied: %+v", diags)
	}
	if strings.Contains(fmt.Sprint(diags), "inconsistent") {
		t.Errorf("applied: %+v", diags)
	}
	driver.Restart()
	r.judge(t, sim, resources, configs, !failed)
	return made
}

// inTurn takes the steps one after the other.
func inTurn(order []int, steps [][]func() acctest.Diagnostics) (diags acctest.Diagnostics) {
	taken, failed := make([]int, len(steps)), make([]bool, len(steps))
	for _, i := range order {
		if !failed[i] {
			more := steps[i][taken[i]]()
			failed[i], diags = more.Failed(), append(diags, more...)
		}
		taken[i]++
	}
	return diags
}

// overlap starts the held instance alone, holds it at its request, lets all the
// others go on as far as they can, and then the held one.
func (r order) overlap(sim *acctest.Simulation, steps [][]func() acctest.Diagnostics) (diags acctest.Diagnostics, made bool) {
	all := make([]acctest.Diagnostics, len(steps))
	var working sync.WaitGroup
	start := func(i int) {
		working.Go(func() {
			for _, step := range steps[i] {
				if all[i] = append(all[i], step()...); all[i].Failed() {
					return
				}
			}
		})
	}
	held, goOn := make(chan struct{}), make(chan struct{})
	sim.BeforeNth(r.at, "", "", func() {
		close(held)
		<-goOn
	})
	start(r.held)
	ended := make(chan struct{})
	go func() {
		working.Wait()
		close(ended)
	}()
	select {
	case <-held:
		made = true
	case <-ended:
	}
	for i := range steps {
		if i != r.held {
			start(i)
		}
	}
	synctest.Wait()
	close(goOn)
	working.Wait()
	return slices.Concat(all...), made
}

// judge looks at the world when all is over. Done says that the configuration has
// been applied; else all is as it was.
func (r order) judge(
	t *testing.T, sim *acctest.Simulation, resources []*acctest.Resource, configs []acctest.Values, done bool,
) {
	t.Helper()
	if lost := givenUp(sim); len(lost) > 0 {
		t.Errorf("given up: %v", lost)
	}
	for i, in := range r.instances {
		has := in.holds
		if done {
			has = in.wants
		}
		state := resources[i].State()
		if has == "" {
			if state != nil {
				t.Errorf("instance %d is in state: %v", i, state["id"])
			}
			continue
		}
		if state["id"] != has || state["status"] != "active" || !r.wired(sim, has) {
			t.Errorf("instance %d should have %s: it has %v, %v, %v; wired: %t", i, has, state["id"], state["status"],
				state["status_reason"], r.wired(sim, has))
		}
		if !done {
			continue
		}
		if diags := resources[i].Read(); len(diags) > 0 {
			t.Errorf("the next refresh says %+v", diags)
		}
		if again := resources[i].Plan(configs[i]); again.Action != acctest.NoOp && !in.forced {
			t.Errorf("instance %d: the next plan is to %s: %+v", i, again.Action, again.Diagnostics)
		}
	}
}

// call is one that Terraform makes for one of two instances.
type call struct {
	of   string // an order keeps the calls of one instance as they come
	make func() acctest.Diagnostics
}

// orders are all orders of the calls in which those of one instance stay in theirs.
func orders(calls []call) [][]call {
	if len(calls) == 0 {
		return [][]call{nil}
	}
	var all [][]call
	begun := map[string]bool{}
	for i, next := range calls {
		if begun[next.of] {
			continue
		}
		begun[next.of] = true
		for _, rest := range orders(slices.Delete(slices.Clone(calls), i, i+1)) {
			all = append(all, append([]call{next}, rest...))
		}
	}
	return all
}

// Whoever comes second to a number is refused, and so is whoever ends one of two
// that share it.
func TestSecondResourceWithANumberIsRefusedInEveryOrder(t *testing.T) {
	t.Parallel()
	config := acctest.Values{"phone_number": number, "voice_url": "https://example.com/v"}
	other := maps.Clone(config)
	other["release_on_destroy"] = "release"
	for name, test := range map[string]struct {
		first, second bool // is in state
		ends          bool // the second one is destroyed
	}{
		"a second one is created":    {first: true},
		"two are created":            {},
		"both are in state and stay": {first: true, second: true},
		"one of two ends":            {first: true, second: true, ends: true},
	} {
		for _, refreshes := range []bool{true, false} {
			begun := func() (*acctest.Simulation, []call) {
				sim := acctest.Start(t)
				owned(sim, simulator.TwilioNumber{})
				driver := sim.Driver(t, nil)
				var calls []call
				for i, inState := range []bool{test.first, test.second} {
					r, wanted, of := driver.Resource("telephony_phone_number"), config, fmt.Sprint(i)
					if i == 1 {
						wanted = other
					}
					if inState {
						driver.Restart()
						if diags := r.Apply(r.Plan(wanted)); diags.Failed() {
							t.Fatalf("%+v", diags)
						}
					}
					if inState && refreshes {
						calls = append(calls, call{of, r.Read})
					}
					calls = append(calls, call{of, func() acctest.Diagnostics {
						if i == 1 && test.ends {
							return r.PlanDestroy().Diagnostics
						}
						return r.Plan(wanted).Diagnostics
					}})
				}
				driver.Restart()
				return sim, calls
			}
			_, calls := begun()
			for order := range orders(calls) {
				sim, calls := begun()
				var diags acctest.Diagnostics
				for _, next := range orders(calls)[order] {
					diags = append(diags, next.make()...)
				}
				if !diags.Failed() || !strings.Contains(fmt.Sprint(diags), "is in two resources") {
					t.Errorf("%s, refresh %t, order %d: %+v", name, refreshes, order, diags)
				}
				expectOwned(t, sim, number)
			}
		}
	}
}

// Two resources that swap their numbers would each give up what the other needs.
func TestSwapOfNumbersThatAreReleasedIsRefused(t *testing.T) {
	t.Parallel()
	for _, oneFirst := range []bool{true, false} {
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		owned(sim, simulator.TwilioNumber{PhoneNumber: otherNumber})
		driver := sim.Driver(t, nil)
		of := func(phoneNumber string) acctest.Values {
			return acctest.Values{"phone_number": phoneNumber, "release_on_destroy": "release"}
		}
		one, two := driver.Resource("telephony_phone_number"), driver.Resource("telephony_phone_number")
		one.Apply(one.Plan(of(number)))
		two.Apply(two.Plan(of(otherNumber)))
		driver.Restart()
		one.Read()
		two.Read()
		plans := []func() *acctest.Plan{
			func() *acctest.Plan { return one.Plan(of(otherNumber)) }, func() *acctest.Plan { return two.Plan(of(number)) },
		}
		if !oneFirst {
			slices.Reverse(plans)
		}
		failed := false
		for _, plan := range plans {
			failed = plan().Diagnostics.Failed() || failed
		}
		if !failed || len(sim.Twilio().Released()) > 0 {
			t.Error("a swap is planned")
		}
	}
}

// A taint hides the destroy from the plan, and without a refresh the state, too:
// the destroy itself knows that the number is created again.
func TestTaintedNumberIsNotReleasedByItsReplacement(t *testing.T) {
	t.Parallel()
	for _, refreshes := range []bool{true, false} {
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		driver := sim.Driver(t, nil)
		r := driver.Resource("telephony_phone_number")
		config := acctest.Values{"phone_number": number, "release_on_destroy": "release"}
		r.Apply(r.Plan(config))
		driver.Restart()
		r.Tainted = true
		if refreshes {
			r.Read()
		}
		plan := r.Plan(config)
		diags := plan.Diagnostics
		if !diags.Failed() {
			diags = r.Apply(plan)
		}
		if !diags.Failed() || !strings.Contains(fmt.Sprint(diags), "terraform untaint") || len(sim.Twilio().Released()) > 0 {
			t.Errorf("refresh %t: %+v, released %v", refreshes, diags, sim.Twilio().Released())
		}
		// The way out works.
		driver.Restart()
		r.Tainted = false
		r.Read()
		if diags := r.Apply(r.PlanDestroy()); diags.Failed() || len(sim.Twilio().Released()) != 1 {
			t.Errorf("refresh %t: after untaint %+v", refreshes, diags)
		}
	}
}
