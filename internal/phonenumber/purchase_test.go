package phonenumber_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const phoneNumberType = "telephony_phone_number"

var (
	search   = acctest.Values{"purchase": acctest.Values{"country": "US", "area_code": "415"}}
	byNumber = acctest.Values{"phone_number": number, "purchase": acctest.Values{}}
)

func purchases(sim *acctest.Simulation) int {
	return len(sim.Twilio().Purchases()) + len(sim.DialNexa().Purchases())
}

// asked counts the requests so far whose path has the part.
func asked(sim *acctest.Simulation, part string) (count int) {
	for _, r := range sim.Requests() {
		if strings.Contains(r.Path, part) {
			count++
		}
	}
	return count
}

// expectPrevented checks that the diagnostics are the refusal of a purchase, and
// that nothing was bought.
func expectPrevented(t *testing.T, sim *acctest.Simulation, diags acctest.Diagnostics) {
	t.Helper()
	expectDiagnostic(t, diags, "error", `^Purchase of .* is prevented$`, `prevent_purchase = true \(or TELEPHONY_PREVENT_PURCHASE\)`)
	if n := purchases(sim); n != 0 {
		t.Errorf("%d numbers were bought", n)
	}
}

func TestPreventPurchaseHoldsOnEveryRoadToAPurchase(t *testing.T) {
	t.Parallel()
	prevented, allowed := acctest.Values{"prevent_purchase": true}, acctest.Values{"prevent_purchase": false}
	for name, config := range map[string]acctest.Values{"by search": search, "by number": byNumber, "at DialNexa": {
		"phone_number": "+16285550100", "purchase": acctest.Values{}, "dialnexa": acctest.Values{},
	}} {
		t.Run(name+", at plan", func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			expectPrevented(t, sim, sim.Driver(t, prevented).Resource(phoneNumberType).Plan(config).Diagnostics)
		})
		t.Run(name+", saved plan", func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			d := sim.Driver(t, allowed)
			r := d.Resource(phoneNumberType)
			p := r.Plan(config)
			d.Use(prevented)
			expectPrevented(t, sim, r.Apply(p))
			if r.State() != nil {
				t.Errorf("in state: %v", r.State())
			}
		})
		t.Run(name+", replacement of a tainted resource", func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{PhoneNumber: "+14155550150"})
			d := sim.Driver(t, prevented)
			r := d.Resource(phoneNumberType)
			r.Apply(r.Plan(acctest.Values{"phone_number": "+14155550150"}))
			r.Tainted = true
			expectPrevented(t, sim, r.Plan(config).Diagnostics)
		})
	}
	t.Run("a number that is owned is adopted", func(t *testing.T) {
		t.Parallel()
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		r := sim.Driver(t, prevented).Resource(phoneNumberType)
		if diags := r.Apply(r.Plan(byNumber)); len(diags) != 0 || r.State()["acquisition"] != "adopted" {
			t.Errorf("%+v, %v", diags, r.State())
		}
	})
	t.Run("a number that is known only at apply", func(t *testing.T) {
		t.Parallel()
		sim := acctest.Start(t)
		r := sim.Driver(t, prevented).Resource(phoneNumberType)
		p := r.Plan(acctest.Values{"phone_number": acctest.Unknown, "purchase": acctest.Values{}})
		expectDiagnostic(t, p.Diagnostics, "warning", `is prevented$`, `fails unless the number is owned already`)
		expectPrevented(t, sim, r.ApplyAs(p, byNumber))
	})
	t.Run("a number that vanished does not block its destroy", func(t *testing.T) {
		t.Parallel()
		for name, config := range map[string]acctest.Values{"by search": search, "by number": byNumber} {
			sim := acctest.Start(t)
			d := sim.Driver(t, allowed)
			r := d.Resource(phoneNumberType)
			r.Apply(r.Plan(config))
			held, _ := r.State()["phone_number"].(string)
			sim.Twilio().RemoveNumber(held)
			d.Use(prevented)
			r.Read()
			p := r.Plan(config)
			if p.Diagnostics.Failed() {
				t.Errorf("%s: %+v", name, p.Diagnostics)
			}
			expectDiagnostic(t, p.Diagnostics, "warning", `is prevented$`, `The apply fails`)
		}
	})
}

func TestPreventPurchaseIsReadFromTheEnvironmentAtPlanAndAtApply(t *testing.T) {
	sim := acctest.Start(t)
	d := sim.Driver(t, nil)
	r := d.Resource(phoneNumberType)
	t.Setenv("TELEPHONY_PREVENT_PURCHASE", "true")
	d.Restart()
	expectPrevented(t, sim, r.Plan(search).Diagnostics)
	t.Setenv("TELEPHONY_PREVENT_PURCHASE", "")
	d.Restart()
	p := r.Plan(search)
	t.Setenv("TELEPHONY_PREVENT_PURCHASE", "1")
	expectPrevented(t, sim, r.Apply(p))
}

// What was planned where nothing may be bought buys nothing in an apply that may.
func TestPlanThatMayNotBuyIsNotAppliedAsAPurchase(t *testing.T) {
	for name, tc := range map[string]struct {
		before, after func(t *testing.T, d *acctest.Driver)
	}{
		"the argument is changed": {
			before: func(_ *testing.T, d *acctest.Driver) { d.Use(acctest.Values{"prevent_purchase": true}) },
			after:  func(_ *testing.T, d *acctest.Driver) { d.Use(acctest.Values{"prevent_purchase": false}) },
		},
		"the argument was unknown": {
			before: func(_ *testing.T, d *acctest.Driver) { d.Use(acctest.Values{"prevent_purchase": acctest.Unknown}) },
			after:  func(_ *testing.T, d *acctest.Driver) { d.Use(acctest.Values{"prevent_purchase": false}) },
		},
		"the environment is unset": {
			before: func(t *testing.T, d *acctest.Driver) {
				t.Helper()
				t.Setenv("TELEPHONY_PREVENT_PURCHASE", "true")
				d.Restart()
			},
			after: func(t *testing.T, d *acctest.Driver) {
				t.Helper()
				t.Setenv("TELEPHONY_PREVENT_PURCHASE", "")
				d.Restart()
			},
		},
	} {
		t.Run(name+", a number that is known only at apply", func(t *testing.T) {
			sim := acctest.Start(t)
			sim.FaultyFinalPlans = true
			sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
			d := sim.Driver(t, nil)
			r := d.Resource(phoneNumberType)
			tc.before(t, d)
			p := r.Plan(acctest.Values{"phone_number": acctest.Unknown, "purchase": acctest.Values{}})
			expectDiagnostic(t, p.Diagnostics, "warning", `is prevented$`, `fails unless the number is owned already`)
			tc.after(t, d)
			if diags := r.ApplyAs(p, byNumber); !diags.Failed() || purchases(sim) != 0 || r.State() != nil {
				t.Errorf("%+v, %d bought, %v", diags, purchases(sim), r.State())
			}
		})
		t.Run(name+", a number that was owned", func(t *testing.T) {
			sim := acctest.Start(t)
			sim.FaultyFinalPlans = true
			owned(sim, simulator.TwilioNumber{})
			sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
			d := sim.Driver(t, nil)
			r := d.Resource(phoneNumberType)
			tc.before(t, d)
			p := r.Plan(byNumber)
			sim.Twilio().RemoveNumber(number)
			tc.after(t, d)
			if diags := r.Apply(p); p.Diagnostics.Failed() || !diags.Failed() || purchases(sim) != 0 || r.State() != nil {
				t.Errorf("%+v, %+v, %d bought, %v", p.Diagnostics, diags, purchases(sim), r.State())
			}
		})
		t.Run(name+", a search", func(t *testing.T) {
			sim := acctest.Start(t)
			d := sim.Driver(t, nil)
			tc.before(t, d)
			expectPrevented(t, sim, d.Resource(phoneNumberType).Plan(search).Diagnostics)
		})
	}
}

// An apply that was killed after its purchase is not repeated by one that may not
// buy, and what it bought is still there for one that may.
func TestPreventPurchaseHoldsAfterACrash(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	d := sim.Driver(t, acctest.Values{"max_retries": 0})
	r := d.Resource(phoneNumberType)
	p := r.Plan(search)
	sim.Inject(simulator.Fault{Method: http.MethodPost, Path: "*IncomingPhoneNumbers.json", Cut: simulator.CutAfter})
	sim.Inject(simulator.Fault{
		Method: http.MethodGet, Path: "*IncomingPhoneNumbers.json", Skip: 1, Status: http.StatusServiceUnavailable,
	})
	if diags := r.Apply(p); !diags.Failed() || purchases(sim) != 1 {
		t.Fatalf("%+v, %d bought", diags, purchases(sim))
	}
	sim.ClearFaults()
	r.Tainted = false
	d.Use(acctest.Values{"prevent_purchase": true})
	if diags := r.Plan(search).Diagnostics; !diags.Failed() || purchases(sim) != 1 {
		t.Errorf("%+v, %d bought", diags, purchases(sim))
	}
	d.Use(acctest.Values{"prevent_purchase": false})
	saved := r.Plan(search)
	d.Use(acctest.Values{"prevent_purchase": true})
	if diags := r.Apply(saved); !diags.Failed() || purchases(sim) != 1 || r.State() != nil {
		t.Errorf("%+v, %d bought, %v", diags, purchases(sim), r.State())
	}
	d.Use(acctest.Values{"prevent_purchase": false})
	if diags := r.Apply(r.Plan(search)); diags.Failed() || purchases(sim) != 1 || r.State()["status"] != "active" {
		t.Errorf("%+v, %d bought, %v", diags, purchases(sim), r.State())
	}
}

func TestPurchaseIsWarnedOfWithItsPrice(t *testing.T) {
	t.Parallel()
	agent := acctest.Values{"agent_link": "agent", "telephony_provider_id": "tp_def456uvw012"}
	for name, tc := range map[string]struct {
		twilio           simulator.TwilioRules
		dialnexa         simulator.DialNexaRules
		fault            simulator.Fault
		config           acctest.Values
		summary, details string
	}{
		"search": {
			config:  search,
			summary: "Buys a number: US local, 1.15 USD a month", details: `area_code = "415", country = "US"`,
		},
		"toll free": {
			config:  acctest.Values{"purchase": acctest.Values{"country": "US", "type": "toll_free"}},
			summary: "Buys a number: US toll free, 2.15 USD a month", details: `type = "toll_free"`,
		},
		"toll free, spelt otherwise": {
			twilio:  simulator.TwilioRules{PricedTypesHyphenated: true},
			config:  acctest.Values{"purchase": acctest.Values{"country": "US", "type": "toll_free"}},
			summary: "Buys a number: US toll free, 2.15 USD a month", details: "first number on sale",
		},
		"by number": {
			config:  byNumber,
			summary: "Buys a number: US local, 1.15 USD a month", details: "buys " + number + " at Twilio",
		},
		"type that is not known yet": {
			config:  acctest.Values{"purchase": acctest.Values{"country": "US", "type": acctest.Unknown}},
			summary: "Buys a number: US", details: "type as it turns out",
		},
		"number that is not known yet": {
			config:  acctest.Values{"phone_number": acctest.Unknown, "purchase": acctest.Values{}},
			summary: "May buy a number", details: "unless it is owned already",
		},
		"price unknown": {
			twilio: simulator.TwilioRules{PricesUnknown: true},
			config: search, summary: "Buys a number: US local", details: "Twilio has not told what it costs",
		},
		"prices broken": {
			fault:  simulator.Fault{Path: "*/v1/PhoneNumbers/*", Body: `{"phone_number_prices": [{"number_type": "local"}]}`},
			config: search, summary: "Buys a number: US local", details: "Twilio has not told what it costs",
		},
		"prices without one": {
			fault: simulator.Fault{Path: "*/v1/PhoneNumbers/*", Body: `{"iso_country": "US", "price_unit": "usd",
				"phone_number_prices": [{"number_type": "local", "current_price": null}]}`},
			config: search, summary: "Buys a number: US local", details: "Twilio has not told what it costs",
		},
		"prices down": {
			fault:  simulator.Fault{Path: "*/v1/PhoneNumbers/*", Status: http.StatusInternalServerError},
			config: search, summary: "Buys a number: US local", details: "Twilio has not told what it costs",
		},
		"DialNexa": {
			config:  acctest.Values{"phone_number": "+16285550100", "purchase": acctest.Values{}, "dialnexa": acctest.Values{}},
			summary: "Buys a number: US local, 500 DialNexa credits to rent", details: "buys [+]16285550100 at DialNexa",
		},
		"DialNexa, prices as numbers": {
			dialnexa: simulator.DialNexaRules{PricesAreNumbers: true},
			config:   acctest.Values{"phone_number": "+16285550100", "purchase": acctest.Values{}, "dialnexa": acctest.Values{}},
			summary:  "Buys a number: US local, 500 DialNexa credits to rent", details: "at DialNexa",
		},
		"DialNexa, of two prices": {
			config:  acctest.Values{"phone_number": "+441614960500", "purchase": acctest.Values{}, "dialnexa": acctest.Values{}},
			summary: "Buys a number: GB local", details: "DialNexa has not told what it costs",
		},
		"DialNexa, of a provider": {
			config: acctest.Values{
				"phone_number": "+441614960500", "purchase": acctest.Values{"country": "GB"}, "dialnexa": agent,
			},
			summary: "Buys a number: GB local, 800 DialNexa credits to rent", details: "at DialNexa",
		},
		"DialNexa without a list": {
			dialnexa: simulator.DialNexaRules{NoPrices: true},
			config:   acctest.Values{"phone_number": "+16285550100", "purchase": acctest.Values{}, "dialnexa": acctest.Values{}},
			summary:  "Buys a number: US local", details: "DialNexa has not told what it costs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithTwilio(tc.twilio), simulator.WithDialNexa(tc.dialnexa))
			if tc.fault.Path != "" {
				sim.Inject(tc.fault)
			}
			p := sim.Driver(t, acctest.Values{"max_retries": 0}).Resource(phoneNumberType).Plan(tc.config)
			if len(p.Diagnostics) != 1 || p.Diagnostics[0].Summary != tc.summary {
				t.Errorf("%+v, want %q", p.Diagnostics, tc.summary)
			}
			expectDiagnostic(t, p.Diagnostics, "warning", ".", strings.ReplaceAll(tc.details, "+1", `\+1`))
		})
	}
}

func TestPricesAreAskedForOnceACountryAndRun(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	d := sim.Driver(t, nil)
	summaries := map[string]int{}
	for i := range 20 {
		p := d.Resource(phoneNumberType).Plan(acctest.Values{
			"phone_number": fmt.Sprintf("+1415555%04d", 100+i), "purchase": acctest.Values{},
		})
		for _, told := range p.Diagnostics {
			summaries[told.Summary]++
		}
	}
	if len(summaries) != 1 || summaries["Buys a number: US local, 1.15 USD a month"] != 20 {
		t.Errorf("summaries: %v", summaries)
	}
	if n := asked(sim, "/v1/PhoneNumbers/Countries/"); n != 1 {
		t.Errorf("the prices were asked for %d times", n)
	}
}

// Of the creation in a replacement Terraform shows no warnings, so the plan of the
// change has them.
func TestReplacementByANumberThatIsBoughtSaysSo(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{PhoneNumber: "+14155550150"})
	r := sim.Driver(t, nil).Resource(phoneNumberType)
	r.Apply(r.Plan(acctest.Values{"phone_number": "+14155550150"}))
	r.Read()
	p := r.Plan(byNumber)
	if p.Action != acctest.Replace {
		t.Fatalf("%s, %+v", p.Action, p.Diagnostics)
	}
	expectDiagnostic(t, p.Diagnostics, "warning", `^Buys a number: US local, 1\.15 USD a month$`, `buys \+14155550100`)
}
