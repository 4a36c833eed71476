package phonenumber_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// journeys is how many of them the property is tried on. Each is its seed.
const journeys = 300

// TestFinalPlanNeverContradictsThePlan plans generated resources with values that
// are not known yet, changes the world, and applies: the plan that Terraform asks
// for in the apply must keep to the one that was shown, or fail in the provider's
// own words.
func TestFinalPlanNeverContradictsThePlan(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ends := map[string]int{}
	t.Cleanup(func() {
		taken := 0
		for _, n := range ends {
			taken += n
		}
		t.Logf("%d journeys: %v", taken, ends)
		if taken == 0 || ends[carriedOut] < taken/4 || ends[refusedInApply] < taken/20 || ends[contradicted] > max(taken/20, 4) {
			t.Error("they prove nothing")
		}
	})
	oneOf := cases.OneOf(t, 4, 1)
	for seed := uint64(0); seed < journeys; seed += uint64(oneOf) { //nolint:gosec // it is at least 1
		j := newJourney(seed)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			end := j.take(t)
			mu.Lock()
			defer mu.Unlock()
			ends[end]++
		})
	}
}

// The ends of a journey.
const (
	refusedInPlan  = "refused by the plan"
	refusedInApply = "refused by the apply"
	contradicted   = "refused by Terraform" // see inherent
	carriedOut     = "applied"
)

// journey is a resource on its way from a plan to the end of the apply.
type journey struct {
	life
	road     string   // a key of planRoads
	permit   bool     // there is a purchase block
	unowned  bool     // nobody has the number yet
	blurred  []string // arguments that the plan does not know, "block.argument" for a platform's
	turned   string   // what phone_number turns out to be, where the plan does not know it
	account  string   // of the configuration: "", own or sub
	meantime []string // keys of meanwhile, between plan and apply
}

func (j journey) String() string {
	return fmt.Sprintf("%s; %s, permit %t, unowned %t, account %q; unknown: %s, turning out as %q; meanwhile: %s", j.life, j.road,
		j.permit, j.unowned, j.account, strings.Join(j.blurred, " "), j.turned, strings.Join(j.meantime, " "))
}

const otherNumber = "+13125550133"

// planRoads are the ways to an apply.
var planRoads = []string{
	"creation", "creation", "change", "change", "taint", "replace", "create before destroy", "rename, old first", "rename, new first",
}

// meanwhile is what may happen between plan and apply.
var meanwhile = map[string]func(*world){
	"released": func(w *world) {
		w.sim.Twilio().RemoveNumber(w.number)
		w.sim.DialNexa().RemoveNumber(w.number)
	},
	"bought": func(w *world) {
		if _, there := w.sim.Twilio().Number(w.number); !there && w.carrier == simulator.Twilio {
			owned(w.sim, simulator.TwilioNumber{PhoneNumber: w.number, VoiceURL: elsewhereURL})
		}
		if _, there := w.sim.DialNexa().Number(w.number); !there && w.carrier == simulator.DialNexa {
			w.sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: w.number})
		}
	},
	"moved to a subaccount": func(w *world) {
		sub := w.sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
		w.sim.Twilio().UpdateNumber(w.number, func(n *simulator.TwilioNumber) { n.AccountSID = sub })
	},
	"put on the platform": func(w *world) {
		if w.listed != nil && !w.isListed() {
			w.listed(w)
		}
	},
	"taken off the platform": facts["the record is dropped"].happen,
	"registered anew": func(w *world) {
		if w.listed != nil && w.isListed() {
			facts["the record is dropped"].happen(w)
			w.listed(w)
		}
	},
	"given another agent": facts["the agent is another one"].happen,
}

func newJourney(seed uint64) journey {
	dice := rand.New(rand.NewPCG(seed, 0xf17a1)) //nolint:gosec // it is to be repeatable
	one := func(of ...string) string { return of[dice.IntN(len(of))] }
	chance := func(percent int) bool { return dice.IntN(100) < percent }

	l := newLife(seed)
	j := journey{life: life{
		number: l.number, spelling: l.spelling, home: l.home, from: adopted, agent: l.agent, action: one("detach", "detach", "force_delete"),
		wiring: l.wiring, shape: l.shape,
	}, road: one(planRoads...)}
	h := habitats[j.home]
	if !h.wirable {
		j.wiring = nil
	}
	sells := slices.Contains(h.origins, bought)
	j.permit = chance(40)
	j.unowned = j.road == "creation" && (sells && chance(40))
	if h.carrier == simulator.Twilio {
		j.account = one("", "", "own", "sub")
		if j.road == "change" && chance(50) {
			j.formerly, j.account = one("none", "nixflex", "resemble", "synthflow from twilio"), ""
		}
	}
	if j.account == "sub" && j.home != "none" {
		j.account = "own" // a platform lacks the subaccount's token
	}
	for _, name := range []string{"phone_number", "account_sid", "release_on_destroy", "friendly_name", "voice_url", "purchase.country"} {
		if chance(20) {
			j.blurred = append(j.blurred, name)
		}
	}
	if h.platform != "" {
		for _, name := range slices.Sorted(maps.Keys(h.block(j.life))) {
			if chance(15) {
				j.blurred = append(j.blurred, string(h.platform)+"."+name)
			}
		}
	}
	if slices.Contains(j.blurred, "phone_number") && chance(25) {
		j.turned = otherNumber
	}
	for _, name := range slices.Sorted(maps.Keys(meanwhile)) {
		if chance(20) {
			j.meantime = append(j.meantime, name)
		}
	}
	return j
}

// configured is the configuration that the apply has.
func (j journey) configured(w *world) acctest.Values {
	config := maps.Clone(w.config)
	delete(config, "purchase")
	if j.permit {
		config["purchase"] = acctest.Values{"country": "US"}
	}
	if j.turned != "" {
		config["phone_number"] = j.turned
	}
	switch j.account {
	case "own":
		config["account_sid"] = simulator.DefaultAccountSID
	case "sub":
		config["account_sid"] = w.sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
		w.sim.Twilio().UpdateNumber(w.number, func(n *simulator.TwilioNumber) { n.AccountSID, _ = config["account_sid"].(string) })
	}
	if w.carrier == simulator.Twilio {
		config["friendly_name"] = "Support"
	}
	return config
}

// blur is the configuration as the plan has it.
func (j journey) blur(config acctest.Values) acctest.Values {
	config = maps.Clone(config)
	for _, name := range j.blurred {
		block, argument, nested := strings.Cut(name, ".")
		inner, there := config[block].(acctest.Values)
		switch {
		case !nested && (config[name] != nil || name == "account_sid" && habitats[j.home].carrier == simulator.Twilio):
			config[name] = acctest.Unknown
		case nested && there:
			inner = maps.Clone(inner)
			inner[argument] = acctest.Unknown
			config[block] = inner
		}
	}
	return config
}

func (j journey) take(t *testing.T) (end string) {
	w := begin(t, j.life)
	w.sim.FaultyFinalPlans = true
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(j)
		}
	})
	owned(w.sim, simulator.TwilioNumber{PhoneNumber: otherNumber})
	config, r := w.config, w.resource
	if j.road != "creation" {
		if diags := r.Apply(r.Plan(config)); diags.Failed() {
			t.Fatalf("the number is not in state: %+v", diags)
		}
		w.habitat = habitats[w.home]
		w.configure()
	}
	config = j.configured(w)
	if j.unowned {
		meanwhile["released"](w)
		w.sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: w.number})
		w.sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: w.number})
	}
	w.driver.Restart()
	if diags := r.Read(); diags.Failed() {
		t.Fatalf("the refresh failed: %+v", diags)
	}
	if j.road != "creation" && r.State() == nil {
		t.Fatal("the number is gone")
	}
	r.Tainted, r.Forced = j.road == "taint", j.road == "replace"
	if j.road == "create before destroy" {
		r.Forced, r.CreateBeforeDestroy = true, true
	}
	renamed := strings.HasPrefix(j.road, "rename")
	var ending *acctest.Plan
	old := r
	if renamed {
		r = w.driver.Resource("telephony_phone_number")
		ending = old.PlanDestroy()
	}
	plan := r.Plan(j.blur(config))
	if plan.Diagnostics.Failed() || ending != nil && ending.Diagnostics.Failed() {
		return refusedInPlan
	}
	for _, name := range j.meantime {
		meanwhile[name](w)
	}
	var diags acctest.Diagnostics
	if renamed && j.road == "rename, old first" {
		diags = old.Apply(ending)
	}
	before := len(w.sim.Twilio().Purchases()) + len(w.sim.DialNexa().Purchases())
	diags = append(diags, r.ApplyAs(plan, config)...)
	if renamed && j.road == "rename, new first" {
		diags = append(diags, old.Apply(ending)...)
	}
	end = carriedOut
	if diags.Failed() {
		end = refusedInApply
	}
	for _, d := range diags {
		if d.Summary != "Provider produced inconsistent final plan" {
			continue
		}
		if why := j.inherent(plan); why == "" {
			t.Errorf("%s", d.Detail)
		}
		if len(w.sim.Twilio().Purchases())+len(w.sim.DialNexa().Purchases()) > before {
			t.Error("bought all the same")
		}
		end = contradicted
	}
	return end
}

// inherent says why no plan could have kept its word: Terraform gives the second
// plan nothing of the first, so two plans of one configuration that are both known
// and differ by the world alone can only be told apart by Terraform.
func (j journey) inherent(plan *acctest.Plan) string {
	owner := slices.Contains(j.meantime, "released") || slices.Contains(j.meantime, "bought") ||
		slices.Contains(j.meantime, "moved to a subaccount")
	switch block, _ := plan.After["synthflow"].(acctest.Values); {
	case j.permit && owner && plan.After["acquisition"] != acctest.Unknown:
		return "it was known whether the number is adopted or bought, and that has changed"
	case j.home == "synthflow from elsewhere" && block["bought_at_synthflow"] != acctest.Unknown:
		return "it was known who carries the number, and that has changed"
	}
	return ""
}
