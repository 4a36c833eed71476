package dialnexa_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestFindAndReadInBothGenerations(t *testing.T) {
	agent := func(name string, more platform.Values) platform.Values {
		block := platform.Values{"id": numberID, "agent_link": "number", "agent_id": "agt_one", "nickname": name}
		for key, value := range more {
			block[key] = value
		}
		return block
	}
	for name, tc := range map[string]struct {
		rules        simulator.DialNexaRules
		held         platform.Values
		want         platform.Values
		capabilities []string
	}{
		"A, as in the schema": {
			want: agent("Support", platform.Values{"label": nil}),
		},
		"A, as in the example": {
			rules:        simulator.DialNexaRules{ExampleFields: true, InboundAgentID: true},
			held:         platform.Values{"label": "kept by not being reported"},
			want:         agent("Support", nil),
			capabilities: []string{"voice"},
		},
		"B": {
			rules: simulator.DialNexaRules{Generation: simulator.DialNexaB},
			held:  newer("agt_two", 1),
			want:  platform.Values{"id": numberID, "agent_link": "agent"},
		},
		"B, imported": {
			rules: simulator.DialNexaRules{Generation: simulator.DialNexaB},
			want:  platform.Values{"id": numberID, "agent_link": "agent"},
		},
		"B, although the block is for A": {
			rules: simulator.DialNexaRules{Generation: simulator.DialNexaB},
			held:  older("agt_one"),
			want:  platform.Values{"id": numberID, "agent_link": "number", "nickname": "Support"},
		},
		"A, although the block is for B": {
			held: newer("agt_two", 1),
			want: platform.Values{"id": numberID, "agent_link": "agent", "agent_id": "agt_one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			n := w.own(simulator.DialNexaNumber{AgentID: "agt_one", Nickname: "Support"}, tc.held)
			n.Action, n.Private.Detail = platform.Release, "kept"
			for way, read := range map[string]func(context.Context, platform.Number) (platform.Number, error){
				"Find": w.carrier.Find, "Read": w.carrier.Read, "platform's Read": w.platform.Read,
			} {
				got, err := read(t.Context(), n)
				if err != nil {
					t.Fatalf("%s: %v", way, err)
				}
				if got.SID != numberID || got.PhoneNumber != phone || got.Carrier != "dialnexa" || got.Private.Detail != "kept" ||
					got.Action != platform.Release || !reflect.DeepEqual(got.Capabilities, tc.capabilities) ||
					!reflect.DeepEqual(got.Block, tc.want) {
					t.Errorf("%s: %+v", way, got)
				}
			}
		})
	}
}

func TestFindPages(t *testing.T) {
	for _, generation := range []simulator.DialNexaGeneration{simulator.DialNexaA, simulator.DialNexaB} {
		w := start(t, simulator.DialNexaRules{Generation: generation})
		for i := range 220 {
			w.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", 1000+i)})
		}
		w.own(simulator.DialNexaNumber{}, nil)
		if got, err := w.carrier.Find(t.Context(), platform.Number{PhoneNumber: phone}); err != nil || got.SID != numberID {
			t.Errorf("%s: %+v, %v", generation, got, err)
		}
		_, err := w.carrier.Find(t.Context(), platform.Number{PhoneNumber: "+14155551"})
		if !errors.Is(err, platform.ErrNotFound) || len(w.Requests()) != 6 {
			t.Errorf("%s: %v after %d requests", generation, err, len(w.Requests()))
		}
	}
}

func TestFindRefusesAListThatCannotBe(t *testing.T) {
	item := `{"id": "phn_1", "phone_number": "+14155550101"}`
	for name, body := range map[string]string{
		"no array":         `{"total": 0}`,
		"null array":       `{"items": null, "total": 0}`,
		"no total":         `{"items": []}`,
		"array alone":      `[` + item + `]`,
		"no id":            `{"items": [{"phone_number": "+14155550101"}], "total": 1}`,
		"no number":        `{"items": [{"id": "phn_1"}], "total": 1}`,
		"an id like paths": `{"items": [{"id": "../x", "phone_number": "+14155550101"}], "total": 1}`,
		"never an end":     `{"items": [` + item + `], "total": 2}`,
		"less than told":   `{"data": [], "meta": {"total": 3}}`,
		"numbers as text":  `{"items": [{"id": 7, "phone_number": "+14155550101"}], "total": 1}`,
	} {
		w := start(t, simulator.DialNexaRules{})
		w.Inject(simulator.Fault{Method: "GET", Status: http.StatusOK, Body: body})
		_, err := w.carrier.Find(t.Context(), platform.Number{PhoneNumber: phone})
		if err == nil || errors.Is(err, platform.ErrNotFound) || len(w.Requests()) > 2 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyDialNexasOwnWordIsNotFound(t *testing.T) {
	for name, fault := range notItsOwn {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.DialNexaRules{})
			n := w.own(simulator.DialNexaNumber{}, older(""))
			w.Inject(fault)
			for way, read := range map[string]func(context.Context, platform.Number) (platform.Number, error){
				"Find": w.carrier.Find, "Read": w.carrier.Read, "platform's Read": w.platform.Read,
			} {
				if _, err := read(t.Context(), n); err == nil || errors.Is(err, platform.ErrNotFound) ||
					!strings.Contains(err.Error(), phone) {
					t.Errorf("%s: %v", way, err)
				}
			}
		})
	}
}

func TestNotFound(t *testing.T) {
	w := start(t, simulator.DialNexaRules{})
	n := platform.Number{PhoneNumber: phone, SID: numberID}
	for way, read := range map[string]func(context.Context, platform.Number) (platform.Number, error){
		"Find": w.carrier.Find, "Read": w.carrier.Read, "platform's Read": w.platform.Read,
	} {
		if _, err := read(t.Context(), n); !errors.Is(err, platform.ErrNotFound) {
			t.Errorf("%s: %v", way, err)
		}
	}
	n.SID = "" // imported by its number
	if _, err := w.platform.Read(t.Context(), n); !errors.Is(err, platform.ErrNotFound) {
		t.Error(err)
	}
}

// A base URL that lacks its /v1 makes every path unknown, in DialNexa's own
// envelope: the list tells that from a number that is gone.
func TestUnknownListIsNoEmptyList(t *testing.T) {
	w := start(t, simulator.DialNexaRules{})
	n := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, older("agt_one"))
	w.use(w.url+"/v0", simulator.DefaultDialNexaAPIKey)
	if _, err := w.carrier.Find(t.Context(), n); err == nil || errors.Is(err, platform.ErrNotFound) ||
		!strings.Contains(err.Error(), "base URL") {
		t.Errorf("Find: %v", err)
	}
	for _, action := range []platform.Action{platform.Detach, platform.Release} {
		if _, err := w.end(t.Context(), n, action); !errors.Is(err, platform.ErrUntouched) ||
			!strings.Contains(err.Error(), "base URL") {
			t.Errorf("%s: %v", action, err)
		}
	}
}

// Generation A hides a number of another workspace, generation B forbids it.
func TestForeignNumberIsNotFoundOnlyWhereDialNexaSaysSo(t *testing.T) {
	for _, generation := range []simulator.DialNexaGeneration{simulator.DialNexaA, simulator.DialNexaB} {
		w := start(t, simulator.DialNexaRules{Generation: generation})
		other := w.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{ID: "org_other"})
		n := w.own(simulator.DialNexaNumber{WorkspaceID: other.ID}, older(""))
		_, err := w.carrier.Read(t.Context(), n)
		if err == nil || errors.Is(err, platform.ErrNotFound) != (generation == simulator.DialNexaA) {
			t.Errorf("%s: %v", generation, err)
		}
		if _, err = w.carrier.Find(t.Context(), n); !errors.Is(err, platform.ErrNotFound) {
			t.Errorf("%s: %v", generation, err)
		}
	}
}

func TestAnswerAboutAnotherNumberIsRefused(t *testing.T) {
	for _, body := range []string{
		`{"id": "phn_other", "phone_number": "+14155550100"}`, `{"id": "` + numberID + `", "phone_number": "+14155550199"}`,
		`{"id": "` + numberID + `"}`,
	} {
		w := start(t, simulator.DialNexaRules{})
		n := w.own(simulator.DialNexaNumber{}, older(""))
		w.Inject(simulator.Fault{Method: "GET", Path: path, Status: http.StatusOK, Body: body})
		if got, err := w.carrier.Read(t.Context(), n); err == nil {
			t.Errorf("%s is taken as %+v", body, got)
		}
	}
}

func TestInvalidIdentifiersAreSentNowhere(t *testing.T) {
	w := start(t, simulator.DialNexaRules{})
	n := platform.Number{PhoneNumber: phone, SID: "../" + numberID}
	if _, err := w.carrier.Read(t.Context(), n); err == nil {
		t.Errorf("Read %+v", n)
	}
	for _, n := range []platform.Number{{}, {PhoneNumber: "4155550100"}, {PhoneNumber: "../x"}} {
		if _, err := w.carrier.Find(t.Context(), n); err == nil {
			t.Errorf("Find %+v", n)
		}
		if _, err := w.carrier.Buy(t.Context(), n, ""); err == nil {
			t.Errorf("Buy %+v", n)
		}
		if _, err := w.carrier.Read(t.Context(), n); err == nil { // without an ID
			t.Errorf("Read %+v", n)
		}
	}
	w.wantSent()
}

func TestNothingElsewhereMarkedOrConfigured(t *testing.T) {
	w := start(t, simulator.DialNexaRules{})
	have := platform.Number{PhoneNumber: phone, SID: numberID, Capabilities: []string{"voice"}}
	want := platform.Number{PhoneNumber: phone, Block: older("agt_one")}
	if got, err := w.carrier.Elsewhere(t.Context(), have); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := w.carrier.Marked(t.Context(), have); len(got) != 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	got, err := w.carrier.Configure(t.Context(), have, want)
	if err != nil || got.SID != numberID || len(got.Capabilities) != 1 || got.Block.String("agent_id") != "agt_one" {
		t.Errorf("%+v, %v", got, err)
	}
	w.wantSent()
}

func TestSearchIsRefused(t *testing.T) {
	for _, block := range []platform.Values{older(""), newer("", 0)} {
		w := start(t, simulator.DialNexaRules{})
		got, err := w.carrier.Search(t.Context(), platform.Number{Block: block, Purchase: &platform.Purchase{Country: "US"}})
		blamed, ok := errors.AsType[*platform.FieldError](err)
		if !ok || blamed.Field != "phone_number" || got != nil {
			t.Errorf("%v, %v", got, err)
		}
		w.wantSent()
	}
}

// wanting is a number that may be bought, in the spelling of either generation.
func wanting(generation simulator.DialNexaGeneration) platform.Number {
	n := platform.Number{PhoneNumber: onSale, Platform: "dialnexa", Purchase: &platform.Purchase{}, Block: older("agt_one")}
	if generation == simulator.DialNexaB {
		n.Block, n.Purchase.Country = newer("agt_one", 1), "US"
		n.Block["telephony_provider_id"] = "tel_1234567890"
	}
	return n
}

func TestBuySpellsTheBodyAsAgentLinkSays(t *testing.T) {
	const bodyA = `{"phone_number":"+14155550150"}`
	const bodyB = `{"phoneNumber":"+14155550150","telephonyProviderId":"tel_1234567890","countryISO":"US"}`
	b := simulator.DialNexaB
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		body  string
		more  []string
	}{
		"A":                {simulator.DialNexaRules{}, bodyA + " -> 201", nil},
		"A, with 200":      {simulator.DialNexaRules{PurchaseStatus: 200}, bodyA + " -> 200", nil},
		"B":                {simulator.DialNexaRules{Generation: b}, bodyB + " -> 201", nil},
		"B, with 200":      {simulator.DialNexaRules{Generation: b, PurchaseStatus: 200}, bodyB + " -> 200", nil},
		"B, strict length": {simulator.DialNexaRules{Generation: b, ProviderIDLength14: true}, bodyB + " -> 201", nil},
		"B, without its ID": {
			simulator.DialNexaRules{Generation: b, PurchaseOmitsRecord: true}, bodyB + " -> 201", []string{list},
		},
		"B, pending": {simulator.DialNexaRules{Generation: b, PendingReads: 5}, bodyB + " -> 201", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			got, err := w.carrier.Buy(t.Context(), wanting(tc.rules.Generation), "marker")
			if err != nil || got.PhoneNumber != onSale || !strings.HasPrefix(got.SID, "phn_") {
				t.Errorf("%+v, %v", got, err)
			}
			w.wantSent(append([]string{"POST /purchase " + tc.body}, tc.more...)...)
		})
	}
}

func TestBuyNeedsWhatTheNewerAPIAsksFor(t *testing.T) {
	for field, change := range map[string]func(*platform.Number){
		"dialnexa.telephony_provider_id": func(n *platform.Number) { delete(n.Block, "telephony_provider_id") },
		"purchase.country":               func(n *platform.Number) { n.Purchase.Country = "" },
	} {
		w := start(t, simulator.DialNexaRules{Generation: simulator.DialNexaB})
		n := wanting(simulator.DialNexaB)
		change(&n)
		_, err := w.carrier.Buy(t.Context(), n, "")
		blamed, ok := errors.AsType[*platform.FieldError](err)
		if !ok || blamed.Field != field || !strings.Contains(err.Error(), "telephony_provider_id and purchase.country") {
			t.Errorf("%s: %v", field, err)
		}
		w.wantSent()
	}
}

func TestLostPurchaseIsFoundNotRepeated(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"cut":               {Cut: simulator.CutAfter},
		"page":              {Garble: true},
		"truncated":         {Truncate: true},
		"502":               {Status: http.StatusBadGateway, Body: "<html>", AfterEffect: true},
		"proxy's answer":    {Status: http.StatusOK, Body: "{}", AfterEffect: true},
		"another number":    {Status: http.StatusOK, Body: `{"id": "phn_1", "phone_number": "+1"}`, AfterEffect: true},
		"redirect":          {Status: http.StatusFound, AfterEffect: true},
		"404 of a proxy":    {Status: http.StatusNotFound, Body: "<html>", AfterEffect: true},
		"taken, but by us":  {Status: http.StatusConflict, Body: refusal("", 409).Body, AfterEffect: true},
		"refused, but ours": {Status: http.StatusBadRequest, Body: refusal("", 400).Body, AfterEffect: true},
	} {
		for _, generation := range []simulator.DialNexaGeneration{simulator.DialNexaA, simulator.DialNexaB} {
			t.Run(name+" "+string(generation), func(t *testing.T) {
				w := start(t, simulator.DialNexaRules{Generation: generation})
				fault.Method = "POST"
				w.Inject(fault)
				got, err := w.carrier.Buy(t.Context(), wanting(generation), "")
				if err != nil || got.PhoneNumber != onSale || got.SID == "" {
					t.Errorf("%+v, %v", got, err)
				}
				if bought := w.DialNexa().Purchases(); len(bought) != 1 || len(w.Requests()) != 2 {
					t.Errorf("bought %v with %d requests", bought, len(w.Requests()))
				}
			})
		}
	}
}

func TestPurchaseThatFails(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare     func(*world)
		unavailable bool
		words       string
		posts       int
	}{
		"sold meanwhile": {
			func(w *world) { w.DialNexa().SellToSomebodyElse(onSale) }, true, "purchased by somebody else", 1,
		},
		"never on sale": {
			func(w *world) {
				w.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: onSale, WorkspaceID: "org_other"})
			}, true, "Phone number is not available", 1,
		},
		"buyer not identified": {
			func(w *world) {
				w.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{
					ID: simulator.DefaultDialNexaWorkspaceID, APIKey: simulator.DefaultDialNexaAPIKey, KYCMissing: true,
				})
			}, false, "(KYC)", 1,
		},
		"credentials refused": {
			func(w *world) { w.Inject(refusal("POST", 401)) }, false, "401", 1,
		},
		"path unknown": {
			func(w *world) { w.Inject(refusal("POST", 404)) }, false, "base URL", 1,
		},
		"lost before the effect": {
			func(w *world) { w.Inject(simulator.Fault{Method: "POST", Cut: simulator.CutBefore}) },
			false, "does not list the number as bought", 1,
		},
		"down": {
			func(w *world) { w.Inject(simulator.Fault{Method: "POST", Status: 503}) },
			false, "does not list the number as bought", 1,
		},
		"look-up fails too": {
			func(w *world) {
				w.Inject(simulator.Fault{Method: "POST", Cut: simulator.CutAfter})
				w.Inject(simulator.Fault{Method: "GET", Status: 503})
			}, false, "may have been bought", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.DialNexaRules{})
			tc.prepare(w)
			_, err := w.carrier.Buy(t.Context(), wanting(simulator.DialNexaA), "")
			if err == nil || errors.Is(err, platform.ErrUnavailable) != tc.unavailable || !strings.Contains(err.Error(), tc.words) ||
				!strings.Contains(err.Error(), onSale) || errors.Is(err, platform.ErrNotFound) {
				t.Error(err)
			}
			posts := 0
			for _, r := range w.Requests() {
				if r.Method == "POST" {
					posts++
				}
			}
			if posts != tc.posts {
				t.Errorf("%d purchases were sent", posts)
			}
		})
	}
}

func TestPurchaseInTheWrongGenerationBuysNothing(t *testing.T) {
	for _, served := range []simulator.DialNexaGeneration{simulator.DialNexaA, simulator.DialNexaB} {
		other := simulator.DialNexaA
		if served == other {
			other = simulator.DialNexaB
		}
		w := start(t, simulator.DialNexaRules{Generation: served})
		if _, err := w.carrier.Buy(t.Context(), wanting(other), ""); err == nil || !strings.Contains(err.Error(), "agent_link") {
			t.Errorf("served %s: %v", served, err)
		}
		if bought := w.DialNexa().Purchases(); len(bought) != 0 {
			t.Errorf("bought %v", bought)
		}
	}
}

func TestRateLimitedPurchaseIsSentAgain(t *testing.T) {
	w := start(t, simulator.DialNexaRules{RateLimit: simulator.RateLimit{Serve: 1, Refuse: 3}, RetryAfter: "0"})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := w.carrier.Find(ctx, platform.Number{PhoneNumber: onSale}); !errors.Is(err, platform.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := w.carrier.Buy(ctx, wanting(simulator.DialNexaA), ""); err != nil || len(w.DialNexa().Purchases()) != 1 {
		t.Errorf("%v, bought %v", err, w.DialNexa().Purchases())
	}
}
