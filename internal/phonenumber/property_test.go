package phonenumber_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// lives is how many lives the property is tried on. Each is its seed; to see
// one again, run its subtest alone.
const lives = 400

// TestEveryStepThatIsShownIsTheStepThatRuns takes generated numbers to their end
// and holds three things against each other: what the state and the plan's
// warning say that a destroy does, what the services were asked, and what is
// left in the world.
func TestEveryStepThatIsShownIsTheStepThatRuns(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 4, 1)
	for seed := uint64(0); seed < lives; seed += uint64(oneOf) { //nolint:gosec // it is at least 1
		l := newLife(seed)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := begin(t, l)
			defer func() {
				if t.Failed() {
					t.Logf("seed %d: %s", seed, l)
					for _, r := range w.sim.Requests() {
						t.Logf("%s %s", r.Service, r)
					}
				}
			}()
			if w.create() {
				w.end()
			}
		})
	}
}

// life is a number's life as it is generated.
type life struct {
	number   string // E.164
	spelling string // in the configuration
	home     string // a key of habitats
	from     origin
	action   string // release_on_destroy
	agent    bool   // the platform's block names one
	wiring   []string
	// emergency is how the number came to an emergency address: it was found and
	// left alone, or it is configured.
	emergency  string
	deregister bool // deregister_emergency_address
	hosted     bool // another company carries the number for Twilio
	prevented  bool // prevent_release

	formerly    string   // where it is before it moves home; empty: nowhere
	halfway     int      // the creation, or the move, stops at this change; 0: it does not
	behind      []string // facts, before the plan of the destroy
	unrefreshed bool     // the plan does not look
	tainted     bool     // and is replaced, before it is destroyed
	interrupted int      // an earlier destroy stops at this request; 0: there was none
	shape       int      // of that fault
	late        []string // facts, between the plan of the destroy and its apply
}

func (l life) String() string {
	text := fmt.Sprintf("%s (%q), %s, %s, %s", l.number, l.spelling, l.home, l.from, l.action)
	for _, detail := range []struct {
		so   bool
		says string
	}{
		{l.agent, "agent"},
		{len(l.wiring) > 0, strings.Join(l.wiring, "+")},
		{l.emergency != "", "emergency address " + l.emergency},
		{l.deregister, "may be deregistered"},
		{l.hosted, "hosted"},
		{l.prevented, "prevent_release"},
		{l.formerly != "", "formerly " + l.formerly},
		{l.halfway > 0, fmt.Sprintf("stopped at change %d", l.halfway)},
		{len(l.behind) > 0, "then " + strings.Join(l.behind, " and ")},
		{l.unrefreshed, "no refresh"},
		{l.tainted, "tainted"},
		{l.interrupted > 0, fmt.Sprintf("a destroy stopped at request %d, shape %d", l.interrupted, l.shape)},
		{len(l.late) > 0, "after the plan " + strings.Join(l.late, " and ")},
	} {
		if detail.so {
			text += ", " + detail.says
		}
	}
	return text
}

// newLife generates the life of that seed.
func newLife(seed uint64) life {
	dice := rand.New(rand.NewPCG(seed, 0x7e1e)) //nolint:gosec // it is to be repeatable
	one := func(of ...string) string { return of[dice.IntN(len(of))] }
	chance := func(percent int) bool { return dice.IntN(100) < percent }

	area, line := one("212", "415", "512", "646"), fmt.Sprintf("01%02d", dice.IntN(100))
	l := life{
		number:   "+1" + area + "555" + line,
		spelling: one("+1"+area+"555"+line, "+1 ("+area+") 555-"+line, "+1-"+area+"-555-"+line, "+1."+area+".555."+line),
		home:     one(slices.Sorted(maps.Keys(habitats))...),
		action:   one("detach", "release", "release", "force_delete", "true", "false"),
		agent:    chance(70),

		prevented: chance(10), unrefreshed: chance(20), tainted: chance(15),
	}
	h := habitats[l.home]
	l.from = h.origins[dice.IntN(len(h.origins))]
	if h.carrier == simulator.Twilio && chance(30) {
		l.formerly = one("none", "nixflex", "resemble", "synthflow from twilio")
	}
	if h.wirable || habitats[l.formerly].wirable {
		l.wiring = slices.DeleteFunc(slices.Sorted(maps.Keys(wirings)), func(string) bool { return chance(60) })
	}
	if h.carrier == simulator.Twilio {
		if l.formerly != "resemble" && chance(30) { // see inTheWay
			l.emergency = one("found", "configured")
		}
		l.deregister = chance(50)
		l.hosted = l.from != bought && chance(5)
	}
	if (l.from != imported || l.formerly != "") && chance(20) {
		l.halfway = 1 + dice.IntN(4)
	}
	if chance(25) {
		l.interrupted, l.shape = 1+dice.IntN(8), dice.IntN(4)
	}
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		if !facts[name].fits(h) {
			continue
		}
		switch {
		case chance(12):
			l.behind = append(l.behind, name)
		case chance(4):
			l.late = append(l.late, name)
		}
	}
	return l
}

// habitat is a platform, or none, with its carrier.
type habitat struct {
	carrier  simulator.Service // who owns the number; empty: nobody that can be asked
	platform simulator.Service // empty: none
	origins  []origin
	// wirable says that the resource may wire the number itself.
	wirable bool
	// listed says that an import finds the number on the platform.
	listed  func(*world)
	block   func(life) acctest.Values
	imports string // the import ID; N and D stand for the number and its digits
	// left says what of the number a detach should have taken off its platform.
	left func(*world) string
}

const (
	dialNexaSupport, dialNexaSales = "agt_support", "agt_sales"
	synthflowSales                 = "0a1b2c3d-0000-4000-8000-0000000000bb"
	elsewhereURL                   = "https://elsewhere.example/"
)

var habitats = map[string]habitat{
	"none": {
		carrier: simulator.Twilio, origins: []origin{adopted, bought, imported}, wirable: true, imports: "N",
		left: recordLeft,
	},
	"nixflex": {
		carrier: simulator.Twilio, platform: simulator.Nixflex, origins: []origin{adopted, bought, imported}, imports: "nixflex/N",
		listed: func(w *world) {
			w.sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: w.number, AgentID: nixflexSupport})
		},
		block: func(life) acctest.Values { return acctest.Values{"agent_id": nixflexSupport} },
		left:  recordLeft,
	},
	"resemble": {
		carrier: simulator.Twilio, platform: simulator.Resemble, origins: []origin{adopted, bought, imported}, imports: "resemble/N",
		listed: func(w *world) {
			w.sim.Resemble().AddNumber(simulator.ResembleNumber{
				PhoneNumber: w.number, Label: "Support", SupportsInbound: true, AgentUUID: w.named(resembleSupport),
			})
		},
		block: func(l life) acctest.Values {
			return acctest.Values{"label": "Support", "agent_uuid": orNull(l.agent, resembleSupport)}
		},
		left: recordLeft,
	},
	"synthflow from twilio": {
		carrier: simulator.Twilio, platform: simulator.Synthflow, origins: []origin{adopted, bought, imported}, wirable: true,
		imports: "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/D",
		listed: func(w *world) {
			w.sim.Synthflow().AddNumber(simulator.SynthflowNumber{
				PhoneNumber: w.number, ProviderName: "twilio", TerminationURI: "example.pstn.twilio.com",
			})
		},
		block: func(l life) acctest.Values {
			return acctest.Values{
				"provider_name": "twilio", "termination_uri": "example.pstn.twilio.com", "bought_at_synthflow": false,
				"agent_id": orNull(l.agent, synthflowSupport),
			}
		},
		left: recordLeft,
	},
	"synthflow from elsewhere": {
		platform: simulator.Synthflow, origins: []origin{adopted},
		block: func(l life) acctest.Values {
			return acctest.Values{
				"provider_name": "telnyx", "termination_uri": "sip.example.com", "agent_id": orNull(l.agent, synthflowSupport),
			}
		},
		left: recordLeft,
	},
	"synthflow bought": {
		carrier: simulator.Synthflow, platform: simulator.Synthflow, origins: []origin{adopted, imported},
		imports: "synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/D",
		block:   func(l life) acctest.Values { return acctest.Values{"agent_id": orNull(l.agent, synthflowSupport)} },
		left: func(w *world) string {
			for _, id := range []string{synthflowSupport, synthflowSales} {
				if agent, _ := w.sim.Synthflow().Agent(id); slices.Contains(agent.Numbers, w.number) {
					return "agent " + id + " still has it"
				}
			}
			return ""
		},
	},
	"dialnexa A": {
		carrier: simulator.DialNexa, platform: simulator.DialNexa, origins: []origin{adopted, bought, imported}, imports: "dialnexa/N",
		block: func(l life) acctest.Values { return acctest.Values{"agent_id": orNull(l.agent, dialNexaSupport)} },
		left:  dialNexaAgentLeft,
	},
	"dialnexa B": {
		carrier: simulator.DialNexa, platform: simulator.DialNexa, origins: []origin{adopted, bought, imported}, imports: "dialnexa/N",
		block: func(l life) acctest.Values {
			return acctest.Values{
				"agent_link": "agent", "telephony_provider_id": "tel_1234567890",
				"agent_id": orNull(l.agent, dialNexaSupport), "agent_version": orNull(l.agent, 1),
			}
		},
		left: dialNexaAgentLeft,
	},
}

func orNull(there bool, value any) any {
	if there {
		return value
	}
	return nil
}

func recordLeft(w *world) string {
	if w.isListed() {
		return "its record is still there"
	}
	return ""
}

// dialNexaAgentLeft goes by the agent in state: another one is not ours.
func dialNexaAgentLeft(w *world) string {
	block, _ := w.before["dialnexa"].(acctest.Values)
	if n, _ := w.sim.DialNexa().Number(w.number); n.AgentID != "" && n.AgentID == block["agent_id"] {
		return "agent " + n.AgentID + " still has it"
	}
	return ""
}

// wirings are arguments that wire a number, one or two at a time.
var wirings = map[string]func(*world) acctest.Values{
	"voice": func(*world) acctest.Values {
		return acctest.Values{"voice_url": "https://example.com/voice", "voice_method": "GET"}
	},
	"voice fallback": func(*world) acctest.Values {
		return acctest.Values{"voice_url": "https://example.com/voice", "voice_fallback_url": "https://example.com/fallback"}
	},
	"sms":    func(*world) acctest.Values { return acctest.Values{"sms_url": "https://example.com/sms"} },
	"status": func(*world) acctest.Values { return acctest.Values{"status_callback": "https://example.com/status"} },
	"caller": func(*world) acctest.Values { return acctest.Values{"voice_caller_id_lookup": true} },
	"trunk": func(w *world) acctest.Values {
		return acctest.Values{"trunk_sid": w.sim.Twilio().AddTrunk(simulator.TwilioTrunk{})}
	},
}

// wiringNames are the attributes that a detach clears.
var wiringNames = []string{
	"voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method", "voice_application_sid",
	"voice_caller_id_lookup", "voice_receive_mode", "trunk_sid", "sms_url", "sms_method", "sms_fallback_url",
	"sms_fallback_method", "sms_application_sid", "status_callback", "status_callback_method",
}

// fact is something that happens behind our back.
type fact struct {
	fits   func(habitat) bool
	happen func(*world)
}

func on(platforms ...simulator.Service) func(habitat) bool {
	return func(h habitat) bool { return slices.Contains(platforms, h.platform) }
}

func carriedBy(carrier simulator.Service) func(habitat) bool {
	return func(h habitat) bool { return h.carrier == carrier }
}

var facts = map[string]fact{
	"the record is dropped": {
		fits: func(h habitat) bool { return h.platform != "" },
		happen: func(w *world) {
			w.sim.Nixflex().RemoveNumber(w.number)
			w.sim.Resemble().RemoveNumber(w.number)
			w.sim.Synthflow().RemoveNumber(w.number)
			w.sim.DialNexa().RemoveNumber(w.number)
		},
	},
	"the agent is another one": {
		fits: func(h habitat) bool { return h.platform != "" },
		happen: func(w *world) {
			w.sim.Nixflex().UpdateNumber(w.number, func(n *simulator.NixflexNumber) { n.AgentID = nixflexSales })
			w.sim.Resemble().UpdateNumber(w.number, func(n *simulator.ResembleNumber) { n.AgentUUID = resembleSales })
			w.sim.DialNexa().UpdateNumber(w.number, func(n *simulator.DialNexaNumber) { n.AgentID = dialNexaSales })
			w.sim.Synthflow().UpdateAgent(synthflowSupport, func(a *simulator.SynthflowAgent) { a.Numbers = nil })
			if _, there := w.sim.Synthflow().Number(w.number); there {
				w.sim.Synthflow().UpdateAgent(synthflowSales, func(a *simulator.SynthflowAgent) { a.Numbers = []string{w.number} })
			}
		},
	},
	"the wiring is changed": {
		fits: carriedBy(simulator.Twilio),
		happen: func(w *world) {
			w.sim.Twilio().UpdateNumber(w.number, func(n *simulator.TwilioNumber) {
				n.VoiceURL, n.SMSURL = elsewhereURL+"voice", elsewhereURL+"sms"
			})
		},
	},
	"a trunk is added": {
		fits: carriedBy(simulator.Twilio),
		happen: func(w *world) {
			trunk := w.sim.Twilio().AddTrunk(simulator.TwilioTrunk{})
			w.sim.Twilio().UpdateNumber(w.number, func(n *simulator.TwilioNumber) { n.TrunkSID = trunk })
		},
	},
	"Twilio has lost the number": {
		fits:   carriedBy(simulator.Twilio),
		happen: func(w *world) { w.sim.Twilio().RemoveNumber(w.number) },
	},
	"an emergency address is added": {
		fits: carriedBy(simulator.Twilio),
		happen: func(w *world) {
			address := w.addAddress()
			w.sim.Twilio().UpdateNumber(w.number, func(n *simulator.TwilioNumber) {
				n.EmergencyAddressSID, n.EmergencyAddressStatus = address, "registered"
			})
		},
	},
	"the number is in use": {
		fits: carriedBy(simulator.DialNexa),
		happen: func(w *world) {
			w.sim.DialNexa().UpdateNumber(w.number, func(n *simulator.DialNexaNumber) {
				n.ActiveCampaign, n.ActiveWorkflows = true, true
			})
		},
	},
	"the next clean-up fails": {
		fits:   on(simulator.Resemble),
		happen: func(w *world) { w.sim.Resemble().FailNextCleanups(1) },
	},
	"Resemble calls it corrupted": {
		fits: on(simulator.Resemble),
		happen: func(w *world) {
			w.sim.Resemble().UpdateNumber(w.number, func(n *simulator.ResembleNumber) { n.Status = simulator.ResembleCorrupted })
		},
	},
}

// world is what a life takes place in.
type world struct {
	life
	habitat
	t        *testing.T
	sim      *acctest.Simulation
	driver   *acctest.Driver
	resource *acctest.Resource
	config   acctest.Values

	emergencySeen bool           // private state knows of an emergency address then
	before        acctest.Values // the state as the last plan of a destroy saw it
	incomplete    bool           // the creation never completed
}

// bystander is another number that is held everywhere. No life may change it.
const bystander = "+13125550199"

// begin makes the world as the number's origin has it.
func begin(t *testing.T, l life) *world {
	t.Helper()
	generation := simulator.DialNexaA
	if l.home == "dialnexa B" {
		generation = simulator.DialNexaB
	}
	sim := acctest.Start(t,
		simulator.WithTwilio(simulator.TwilioRules{EmergencyLetsMessagingChange: true}), // that it may not is tested by itself
		simulator.WithDialNexa(simulator.DialNexaRules{Generation: generation}),
		simulator.WithNixflex(simulator.NixflexRules{DeleteLeavesWebhooks: l.shape%2 == 1}),
		simulator.WithResemble(simulator.ResembleRules{SlowDeletion: l.shape}),
		simulator.WithSynthflow(simulator.SynthflowRules{UnknownIs404: l.shape%2 == 1}),
	)
	w := &world{life: l, habitat: habitats[l.home], t: t, sim: sim}
	for _, id := range []string{nixflexSupport, nixflexSales} {
		sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
	}
	for _, id := range []string{resembleSupport, resembleSales} {
		sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: id})
	}
	for _, id := range []string{synthflowSupport, synthflowSales} {
		sim.Synthflow().AddAgent(simulator.SynthflowAgent{ID: id})
	}
	dialNexaAgents(sim, dialNexaSupport, dialNexaSales)
	w.seed(bystander)
	if l.from != bought {
		w.seed(l.number)
	} else {
		sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: l.number})
		sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: l.number})
	}
	if w.formerly != "" {
		w.habitat = habitats[w.formerly]
	}
	if l.from == imported && w.listed != nil {
		w.listed(w)
	}
	w.driver = sim.Driver(t, acctest.Values{"prevent_release": l.prevented, "max_retries": 1})
	w.resource = w.driver.Resource("telephony_phone_number")
	w.configure()
	return w
}

// seed gives the number to those who may own it.
func (w *world) seed(phoneNumber string) {
	n := simulator.TwilioNumber{PhoneNumber: phoneNumber, StatusCallback: "https://example.com/found"}
	if phoneNumber == w.number && w.emergency == "found" {
		n.EmergencyAddressSID = w.addAddress()
	}
	if phoneNumber == w.number && w.hosted {
		n.Origin = "hosted"
	}
	if w.carrier == simulator.Twilio || phoneNumber == bystander {
		owned(w.sim, n)
	}
	if w.carrier == simulator.Synthflow || phoneNumber == bystander {
		w.sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: phoneNumber, Bought: true})
	}
	if w.carrier == simulator.DialNexa || phoneNumber == bystander {
		w.sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: phoneNumber, AgentID: dialNexaSales})
	}
	if phoneNumber == bystander {
		w.sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: phoneNumber, AgentID: nixflexSales})
	}
}

func (w *world) addAddress() string {
	return w.sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
}

// named is an agent that the configuration names, or none.
func (w *world) named(agent string) string {
	if w.agent {
		return agent
	}
	return ""
}

func (w *world) configure() {
	w.config = acctest.Values{
		"phone_number": w.spelling, "release_on_destroy": w.action, "deregister_emergency_address": w.deregister,
	}
	if w.platform != "" {
		w.config[string(w.platform)] = w.block(w.life)
	}
	if w.from == bought {
		w.config["purchase"] = acctest.Values{"country": "US"}
	}
	switch found, _ := w.sim.Twilio().Number(w.number); {
	case w.emergency == "configured":
		w.config["emergency_address_sid"] = w.addAddress()
	case w.from == imported && found.EmergencyAddressSID != "": // else it would be cleared
		w.config["emergency_address_sid"] = found.EmergencyAddressSID
	}
	for _, name := range w.wiring {
		if !w.wirable {
			break
		}
		maps.Copy(w.config, wirings[name](w))
	}
}

// create brings the number into state, and home. It says whether there is an end
// to come.
func (w *world) create() bool {
	if w.from == imported {
		id := strings.NewReplacer("N", w.number, "D", w.number[1:]).Replace(w.imports)
		if diags := w.resource.Import(id); diags.Failed() {
			w.t.Fatalf("import of %s: %+v", id, diags)
		}
	}
	if w.formerly != "" {
		w.apply()
		w.habitat = habitats[w.home]
		w.configure()
	}
	if w.halfway > 0 {
		w.sim.Inject(simulator.Fault{
			Match: changesAnOwnedNumber, Skip: w.halfway - 1, Status: http.StatusInternalServerError,
		})
	}
	if !w.apply() {
		return false
	}
	w.sim.ClearFaults()
	w.incomplete = w.formerly == "" && w.resource.State()["status"] == "corrupted"
	for _, name := range w.behind {
		facts[name].happen(w)
	}
	return true
}

// apply makes the number as it is configured. It says whether that was accepted.
func (w *world) apply() bool {
	plan := w.resource.Plan(w.config)
	if w.carrier == "" && w.releases() {
		if !plan.Diagnostics.Failed() {
			w.t.Error("a release that is impossible was planned")
		}
		return false
	}
	if plan.Diagnostics.Failed() {
		w.t.Fatalf("the plan failed: %+v", plan.Diagnostics)
	}
	diags := w.resource.Apply(plan)
	switch {
	case diags.Failed() && !(w.halfway > 0 && plan.Action == acctest.Update):
		w.t.Fatalf("the apply failed: %+v", diags)
	case diags.Failed(), w.resource.State()["status"] == "corrupted":
		if w.halfway == 0 {
			w.t.Errorf("the number is corrupted: %v", w.resource.State()["status_reason"])
		}
		return true
	}
	w.resource.Read()
	if again := w.resource.Plan(w.config); again.Action != acctest.NoOp {
		w.t.Errorf("the plan after the apply is %s: %s\n%+v", again.Action, cmp.Diff(again.Before, again.After), again.Diagnostics)
	}
	return true
}

// changesAnOwnedNumber chooses all that changes something, but for a purchase.
func changesAnOwnedNumber(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/IncomingPhoneNumbers.json") &&
		!strings.HasSuffix(r.URL.Path, "/purchase")
}

// releases says that the setting asks for a release.
func (w *world) releases() bool { return w.action == "release" || w.action == "true" }

// end destroys the resource, after a destroy that stopped half-way if there was
// one. A destroy that failed is finished by another.
func (w *world) end() {
	if w.tainted && !w.unrefreshed && !w.incomplete {
		w.replace()
	}
	if w.interrupted > 0 {
		fault := []simulator.Fault{
			{Status: http.StatusInternalServerError},
			{Cut: simulator.CutBefore},
			{Cut: simulator.CutAfter},
			{Status: http.StatusBadGateway, Body: "<html>", AfterEffect: true},
		}[w.shape]
		fault.Skip = w.interrupted - 1
		if w.destroy(&fault) {
			return
		}
	}
	if slices.Contains(append(w.behind, w.late...), "the next clean-up fails") && w.destroy(nil) {
		return
	}
	if !w.destroy(nil) {
		w.t.Error("the destroy does not come to its end")
	}
}

// replace replaces the resource, as a taint does. It shows the plan no destroy and
// Delete no private state; what sees it is the refresh. The number is needed
// again, so it is not given up.
func (w *world) replace() {
	w.look()
	if w.before == nil {
		return
	}
	w.resource.Tainted = true
	defer func() { w.resource.Tainted = false }()
	ownedBefore := w.owned()
	if plan := w.resource.Plan(w.config); !plan.Diagnostics.Failed() {
		w.resource.Apply(plan) // what may fail in it is not this test's business
	}
	if ownedBefore && !w.owned() {
		w.t.Error("a replacement gave the number up")
	}
}

// look refreshes the state as a new run does, unless it has -refresh=false.
func (w *world) look() {
	w.driver.Restart()
	if !w.unrefreshed {
		if diags := w.resource.Read(); diags.Failed() {
			w.t.Fatalf("the refresh failed: %+v", diags)
		}
	}
	w.before = w.resource.State()
	var private struct {
		Private []byte `json:"memory"`
	}
	w.emergencySeen = json.Unmarshal(w.resource.Private(), &private) == nil &&
		bytes.Contains(private.Private, []byte(`"emergency_address":`))
}

// destroy plans a destroy and applies it, through a fault if there is one, and
// judges it. It says whether there is nothing more to do.
func (w *world) destroy(fault *simulator.Fault) (done bool) {
	if w.look(); w.before == nil {
		w.expectGone()
		return true
	}
	shown := w.shown()
	asBefore := w.snapshot()
	plan := w.resource.PlanDestroy()
	refused := plan.Diagnostics.Failed()
	if refused != w.mayNot() {
		w.t.Errorf("the plan of the destroy was refused: %t, %+v", refused, plan.Diagnostics)
	}
	if refused {
		// No other road leads there either.
		if diags := w.resource.Destroy(); !diags.Failed() {
			w.t.Error("a destroy was refused at plan, and not in Delete")
		}
		if diff := cmp.Diff(asBefore, w.snapshot()); diff != "" {
			w.t.Errorf("a refused destroy changed the world (-before +after):\n%s", diff)
		}
		return true
	}
	if warned := w.warned(plan.Diagnostics); !slices.Equal(warned, shown) {
		w.t.Errorf("the warning does not show destroy_steps (-steps +warning):\n%s", cmp.Diff(shown, warned))
	}
	if fault == nil {
		for _, name := range w.late {
			facts[name].happen(w)
		}
		w.late = nil // they happen once
	} else {
		w.sim.Inject(*fault)
	}
	wiredBefore, ownedBefore, othersBefore := atTwilio(w.t, w.sim, w.number), w.owned(), w.bystanders()
	w.sim.ResetRequests()
	diags := w.resource.Apply(plan)
	w.sim.ClearFaults()
	w.judgeRequests(shown)
	w.judgeOwnership(shown, ownedBefore, !diags.Failed() && fault == nil)
	if diff := cmp.Diff(othersBefore, w.bystanders()); diff != "" {
		w.t.Errorf("another number was changed (-before +after):\n%s", diff)
	}
	if diags.Failed() {
		if w.resource.State() == nil {
			w.t.Error("the destroy failed, and nothing is in state")
		}
		return fault == nil && w.inTheWay()
	}
	if w.resource.State() != nil {
		w.t.Error("the resource is still in state")
	}
	if fault == nil {
		w.judgeDetached(wiredBefore)
	}
	return true
}

// shown are the steps in state.
func (w *world) shown() []string {
	steps, ok := w.before["destroy_steps"].([]string)
	if !ok || len(steps) == 0 {
		w.t.Fatalf("destroy_steps are %v", w.before["destroy_steps"])
	}
	return steps
}

var numbered = regexp.MustCompile(`(?m)^(\d+)\. (.*)$`)

// warned are the steps in the warning of a plan, which has to be one alone.
func (w *world) warned(diags acctest.Diagnostics) []string {
	if len(diags) != 1 || !strings.HasPrefix(diags[0].Summary, "Destroy") || !strings.Contains(diags[0].Detail, w.number) {
		w.t.Errorf("the plan of the destroy warns of %+v", diags)
		return nil
	}
	var steps []string
	for i, line := range numbered.FindAllStringSubmatch(diags[0].Detail, -1) {
		if line[1] != fmt.Sprint(i+1) {
			w.t.Errorf("step %d has the number %s", i+1, line[1])
		}
		steps = append(steps, line[2])
	}
	return steps
}

// mayNot says that a destroy must be refused, as the state has it.
func (w *world) mayNot() bool {
	if w.before["destroy_irreversible"] != true || w.incomplete {
		return false
	}
	return w.prevented || w.hosted || w.emergencySeen && !w.deregister
}

// inTheWay says that something keeps a destroy from its end that its plan could
// not see, and that the destroy itself does not remove.
func (w *world) inTheWay() bool {
	at, there := w.sim.Twilio().Number(w.number)
	registered := there && at.EmergencyAddressStatus == "registered"
	inUse, _ := w.sim.DialNexa().Number(w.number)
	switch {
	case w.before["platform"] == "resemble" && registered:
		return true // Twilio keeps a trunk as long as there are emergency calls over it (21634)
	case w.releases():
		return registered || inUse.ActiveCampaign
	}
	return false
}

// deed is what a sentence stands for.
type deed struct {
	says    *regexp.Regexp // N stands for the number
	service simulator.Service
	request *regexp.Regexp // method and path; nil: none is made
	// sends says what is wrong with the request's body; nil: it has none.
	sends   func(sentence []string, r simulator.Request) string
	givesUp bool
}

// deeds are all sentences that destroy_steps can have. They are put down here
// once more, so that the test does not ask the code under test what it means.
var deeds = func() []deed {
	const (
		twilioNumber = `/2010-04-01/Accounts/` + simulator.DefaultAccountSID + `/IncomingPhoneNumbers/PN\w+\.json$`
		record       = `/phone_numbers/\d+`
	)
	says := func(pattern string) *regexp.Regexp {
		return regexp.MustCompile("^" + strings.ReplaceAll(pattern, "NUMBER", `\+1\d{10}`) + "$")
	}
	request := func(pattern string) *regexp.Regexp { return regexp.MustCompile("^" + pattern) }
	return []deed{
		{
			says: says(`Do not release NUMBER: its creation never completed, so it is only detached\.`),
		},
		{
			says: says(`Leave NUMBER as it is at Twilio: this resource has wired nothing, and the number stays owned\.`),
		},
		{
			says: says(`Leave Twilio alone, which no longer has NUMBER\.`),
		},
		{
			says: says(`Clear (.+) of NUMBER at Twilio, (?:each )?if it still has the value that this resource gave it, ` +
				`and read the number back(?:; [^;]+)*; the number stays owned\.`),
			service: simulator.Twilio, request: request("POST " + twilioNumber), sends: clears,
		},
		{
			says:    says(`Deregister emergency address AD\w+ of NUMBER at Twilio and wait until it is unregistered\.`),
			service: simulator.Twilio, request: request("POST " + twilioNumber), sends: only("EmergencyAddressSid"),
		},
		{
			says:    says(`Release NUMBER at Twilio: the number is given up and may go to another customer\.`),
			service: simulator.Twilio, request: request("DELETE " + twilioNumber), givesUp: true,
		},
		{
			says: says(`Delete the record of NUMBER at Nixflex, which disconnects the number from its agent, ` +
				`and make sure that it is no longer listed\.`),
			service: simulator.Nixflex, request: request(`DELETE /v1/phone-numbers/%2B\d+$`),
		},
		{
			says:    says(`Verify at Twilio that the webhooks of NUMBER to Nixflex are gone, and clear what is left of them.*\.`),
			service: simulator.Twilio, request: request("POST " + twilioNumber),
			sends: only("VoiceUrl", "VoiceMethod", "SmsUrl", "SmsMethod", "StatusCallback", "StatusCallbackMethod"),
		},
		{
			says:    says(`Unlink NUMBER from agent \S+ at Resemble AI; should that fail, the deletion does it too\.`),
			service: simulator.Resemble, request: request(`PATCH /agents/[\w-]+$`),
			sends: sendsJSON(`{"phone_number_id":null}`),
		},
		{
			says:    says(`Delete .*NUMBER at Resemble AI, which tears down .*, and wait until the record is gone\.`),
			service: simulator.Resemble, request: request("DELETE " + record + "$"),
		},
		{
			says: says(`Delete .*NUMBER at Resemble AI, which tears down .*; if that cleanup fails, force the record out ` +
				`and list by ID what is left behind\.`),
			service: simulator.Resemble, request: request("DELETE " + record + "(/force)?$"),
		},
		{
			says:    says(`Clear trunk_sid of NUMBER at Twilio if it still points at .*; the number stays owned and billed\.`),
			service: simulator.Twilio, request: request("POST " + twilioNumber), sends: only("TrunkSid"),
		},
		{
			says: says(`Delete the record of NUMBER at Synthflow, which takes the number off every agent there, ` +
				`and make sure that it is no longer listed.*\.`),
			service: simulator.Synthflow, request: request(`DELETE /numbers/\d+$`),
		},
		{
			says: says(`Unlink NUMBER from every agent at Synthflow and read it back; the number, which was bought there, ` +
				`and its monthly subscription stay\.`),
			service: simulator.Synthflow, request: request(`DELETE /assistants/[\w-]+/phone_numbers/\d+$`),
		},
		{
			says: says(`Delete NUMBER at Synthflow, where it was bought: its monthly subscription is cancelled, ` +
				`and the number is given up\.`),
			service: simulator.Synthflow, request: request(`DELETE /numbers/\d+$`), givesUp: true,
		},
		{
			says: says(`Leave NUMBER as it is at DialNexa: this resource has linked no agent, and the number stays owned\.`),
		},
		{
			says: says(`Take agent \w+ off NUMBER at DialNexa, if it still has it, and read the number back; ` +
				`the number stays owned\.`),
			service: simulator.DialNexa, request: request(`PATCH /organization-phone-numbers/phn_\w+$`),
			sends: sendsJSON(`{"agent_id":null}`),
		},
		{
			says: says(`Publish version \d+ of agent \w+ at DialNexa without NUMBER: nobody answers its calls ` +
				`any more; the number stays owned\.`),
			service: simulator.DialNexa, request: request(`PATCH /agents/\w+$`),
		},
		{
			says: says(`Release NUMBER at DialNexa: its agent is unlinked, and the number is given up for good and ` +
				`may go to another customer\.`),
			service: simulator.DialNexa, request: request(`DELETE /organization-phone-numbers/phn_\w+$`), givesUp: true,
		},
	}
}()

// only allows a form to have these fields, with the values that clear them.
func only(names ...string) func([]string, simulator.Request) string {
	return func(_ []string, r simulator.Request) string {
		for name, values := range r.Form {
			value := values[0]
			cleared := value == "" || strings.HasSuffix(name, "Method") && value == "POST" ||
				name == "VoiceCallerIdLookup" && value == "false" || name == "VoiceReceiveMode" && value == "voice"
			if !slices.Contains(names, name) || !cleared {
				return fmt.Sprintf("it sends %s=%s", name, value)
			}
		}
		return ""
	}
}

// clears allows a form to clear what the sentence names.
func clears(sentence []string, r simulator.Request) string {
	var names []string
	for _, name := range strings.Split(strings.ReplaceAll(sentence[1], " and ", ", "), ", ") {
		parameter := ""
		for _, part := range strings.Split(name, "_") {
			parameter += strings.ToUpper(part[:1]) + part[1:]
		}
		names = append(names, parameter)
	}
	return only(names...)(sentence, r)
}

func sendsJSON(want string) func([]string, simulator.Request) string {
	return func(_ []string, r simulator.Request) string {
		if got := strings.TrimSpace(string(r.Body)); got != want {
			return fmt.Sprintf("it sends %s, not %s", got, want)
		}
		return ""
	}
}

// deedOf is what a sentence stands for, and the sentence in parts.
func (w *world) deedOf(sentence string) (deed, []string) {
	for _, d := range deeds {
		if parts := d.says.FindStringSubmatch(sentence); parts != nil && strings.Contains(sentence, w.number) {
			return d, parts
		}
	}
	w.t.Fatalf("this test does not know what is meant by %q", sentence)
	return deed{}, nil
}

// judgeRequests finds for every request that may have changed something the one
// step that was shown for it, in the order shown. A step that found nothing to
// do makes none.
func (w *world) judgeRequests(shown []string) {
	at := 0
	for _, r := range w.sim.Requests() {
		if r.Method == http.MethodGet {
			continue
		}
		for ; at < len(shown); at++ {
			d, parts := w.deedOf(shown[at])
			if d.request == nil || d.service != r.Service || !d.request.MatchString(r.Method+" "+r.Path) {
				continue
			}
			if d.sends == nil {
				break
			}
			if wrong := d.sends(parts, r); wrong == "" {
				break
			}
		}
		if at == len(shown) {
			w.t.Errorf("no step was shown for %s %s, or not in this order:\n  %s", r.Service, r, strings.Join(shown, "\n  "))
			return
		}
	}
}

// judgeOwnership asks who owns the number in the end: nothing is given up that
// destroy_irreversible does not announce, and what was announced has come true
// where the destroy is complete.
func (w *world) judgeOwnership(shown []string, before, complete bool) {
	irreversible := w.before["destroy_irreversible"] == true
	if w.incomplete && w.unrefreshed {
		irreversible = false // the plan of the creation promised it, which the next refresh takes back
	}
	givesUp := false
	for i, sentence := range shown {
		if d, _ := w.deedOf(sentence); d.givesUp {
			givesUp = true
			if i < len(shown)-1 {
				w.t.Errorf("the number is given up before %q", shown[i+1])
			}
		}
	}
	if givesUp != irreversible {
		w.t.Errorf("destroy_irreversible is %t, a step gives the number up: %t", irreversible, givesUp)
	}
	if irreversible && (!w.releases() || w.incomplete || w.prevented || w.hosted) {
		w.t.Error("a destroy that must not give the number up is announced to do so")
	}
	after := w.owned()
	switch {
	case !irreversible && before && !after:
		w.t.Error("the number was given up, which nothing announced")
	case irreversible && complete && after:
		w.t.Error("the number is still owned after its release")
	}
	gone := append(append(w.sim.Twilio().Released(), w.sim.Synthflow().CancelledSubscriptions()...), w.sim.DialNexa().Released()...)
	if slices.Contains(gone, w.number) && !irreversible {
		w.t.Errorf("given up: %v", gone)
	}
}

// isForeign says that somebody else has set this behind the resource's back.
func (w *world) isForeign(name string, value any) bool {
	return strings.HasPrefix(fmt.Sprint(value), elsewhereURL) ||
		name == "trunk_sid" && slices.Contains(w.behind, "a trunk is added")
}

// judgeDetached looks at what a complete destroy has left: nothing on the
// platform, nothing of the wiring that this resource set, and all else as it was.
func (w *world) judgeDetached(wiredBefore map[string]any) {
	if w.owned() && w.left != nil {
		if left := w.left(w); left != "" {
			w.t.Errorf("left on the platform: %s", left)
		}
	}
	after := atTwilio(w.t, w.sim, w.number)
	if w.carrier != simulator.Twilio || wiredBefore == nil || after == nil {
		return
	}
	for _, name := range wiringNames {
		was, is := wiredBefore[name], after[name]
		switch {
		case is == nil, is == was && is != w.before[name] && !strings.Contains(fmt.Sprint(is), "nixflex"):
		case is == was && w.isForeign(name, is): // also where a refresh has brought it into state
		case strings.HasSuffix(name, "_method"), name == "voice_receive_mode": // they say nothing alone
		default:
			w.t.Errorf("%s is %v at Twilio, which had %v and state %v", name, is, was, w.before[name])
		}
	}
	for _, name := range append(wiringNames, "date_updated") {
		delete(wiredBefore, name)
		delete(after, name)
	}
	if diff := cmp.Diff(wiredBefore, after); diff != "" {
		w.t.Errorf("what is not wiring was changed at Twilio (-before +after):\n%s", diff)
	}
}

// owned says that somebody owns the number.
func (w *world) owned() bool {
	there := true // where nobody can be asked
	switch w.carrier {
	case simulator.Twilio:
		_, there = w.sim.Twilio().Number(w.number)
	case simulator.Synthflow:
		_, there = w.sim.Synthflow().Number(w.number)
	case simulator.DialNexa:
		_, there = w.sim.DialNexa().Number(w.number)
	case simulator.Nixflex, simulator.Resemble, simulator.Retell, simulator.Vapi, simulator.ElevenLabs: // carry nothing
	}
	return there
}

// isListed says that the platform has a record of the number.
func (w *world) isListed() bool {
	_, nixflex := w.sim.Nixflex().Number(w.number)
	_, resemble := w.sim.Resemble().Number(w.number)
	_, synthflow := w.sim.Synthflow().Number(w.number)
	_, dialNexa := w.sim.DialNexa().Number(w.number)
	return nixflex || resemble || synthflow || dialNexa
}

// expectGone is for a number that left state without a destroy: nobody has it.
func (w *world) expectGone() {
	if w.isListed() || w.carrier != "" && w.owned() {
		w.t.Error("the number was removed from state, and somebody still has it")
	}
}

// snapshot is all that the services hold.
func (w *world) snapshot() string {
	text, err := json.MarshalIndent(w.sim.State(), "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// bystanders is all that there is of another number.
func (w *world) bystanders() []any {
	atTwilio, _ := w.sim.Twilio().Number(bystander)
	atNixflex, _ := w.sim.Nixflex().Number(bystander)
	atSynthflow, _ := w.sim.Synthflow().Number(bystander)
	atDialNexa, _ := w.sim.DialNexa().Number(bystander)
	return []any{atTwilio, atNixflex, atSynthflow, atDialNexa}
}
