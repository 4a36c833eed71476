package dialnexa_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

var (
	rulesA = simulator.DialNexaRules{}
	rulesB = simulator.DialNexaRules{Generation: simulator.DialNexaB}
)

// plus is a block with one more value.
func plus(block platform.Values, name string, value any) platform.Values {
	block = maps.Clone(block)
	block[name] = value
	return block
}

// patch is an edit of the number, publish one of an agent's version, as wantSent shows them.
func patch(body string) string { return "PATCH /" + numberID + " " + body + " -> 200" }

func publish(agent, version, number, status string) string {
	return "PATCH /agents/" + agent + ` {"version_number":` + version + `,"inbound_phone_number_id":"` + number +
		`","is_published":true} -> ` + status
}

func TestAttach(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		given simulator.DialNexaNumber
		block platform.Values
		sent  []string
		agent string
	}{
		"A, everything": {
			rulesA,
			simulator.DialNexaNumber{},
			plus(plus(older("agt_one"), "nickname", "Support"), "label", "line"),
			[]string{patch(`{"agent_id":"agt_one","label":"line","nickname":"Support"}`)},
			"agt_one",
		},
		"A, attached already": {
			rulesA,
			simulator.DialNexaNumber{AgentID: "agt_one", Nickname: "Support"},
			plus(older("agt_one"), "nickname", "Support"),
			nil, "agt_one",
		},
		"A, what the configuration does not name": {
			rulesA,
			simulator.DialNexaNumber{AgentID: "agt_two", Nickname: "old", Label: "old"},
			older(""),
			[]string{patch(`{"agent_id":null,"label":"","nickname":null}`)},
			"",
		},
		"A, by the example": {
			simulator.DialNexaRules{ExampleFields: true, InboundAgentID: true},
			simulator.DialNexaNumber{AgentID: "agt_one"},
			plus(older("agt_one"), "label", "line"),
			[]string{patch(`{"label":"line"}`)},
			"agt_one",
		},
		"B": {
			rulesB, simulator.DialNexaNumber{}, newer("agt_one", 2), []string{publish("agt_one", "2", numberID, "200")}, "agt_one",
		},
		"B, nothing to link": {rulesB, simulator.DialNexaNumber{}, newer("", 0), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			n := w.own(tc.given, tc.block)
			got, err := w.platform.Attach(t.Context(), n)
			if err != nil || got.SID != numberID || !reflect.DeepEqual(got.Block, tc.block) {
				t.Errorf("%+v, %v", got, err)
			}
			w.wantSent(append([]string{get + "200"}, tc.sent...)...)
			if w.agent() != tc.agent {
				t.Errorf("answered by %q", w.agent())
			}
			// Again, it has no more effect.
			if _, err := w.platform.Attach(t.Context(), n); err != nil || w.agent() != tc.agent {
				t.Errorf("again: %v, answered by %q", err, w.agent())
			}
		})
	}
}

func TestAttachWaitsForThePurchase(t *testing.T) {
	for _, generation := range []simulator.DialNexaGeneration{simulator.DialNexaA, simulator.DialNexaB} {
		w := start(t, simulator.DialNexaRules{Generation: generation, PendingReads: 3})
		n, err := w.carrier.Buy(t.Context(), wanting(generation), "")
		if err != nil {
			t.Fatal(err)
		}
		n.Block = wanting(generation).Block
		if n, err = w.platform.Attach(t.Context(), n); err != nil {
			t.Errorf("%s: %v", generation, err)
		}
		if held, _ := w.DialNexa().Number(onSale); held.Status != "active" || held.AgentID != "agt_one" {
			t.Errorf("%s: %+v", generation, held)
		}
		if len(w.Requests()) != 6 { // the purchase, four looks, the link
			t.Errorf("%s: %d requests for %+v", generation, len(w.Requests()), n)
		}
	}
}

func TestPurchaseThatStaysPendingIsOwned(t *testing.T) {
	w := start(t, simulator.DialNexaRules{PendingReads: 1 << 20})
	n, err := w.carrier.Buy(t.Context(), wanting(simulator.DialNexaA), "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.BeforeNth(3, "GET", "", cancel)
	got, err := w.platform.Attach(ctx, n)
	if err == nil || !strings.Contains(err.Error(), "still pending") || !errors.Is(err, context.Canceled) ||
		got.SID == "" || got.PhoneNumber != onSale {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCheck(t *testing.T) {
	w := start(t, rulesA)
	if err := w.platform.Check(t.Context(), platform.Number{}, platform.Number{Block: older("agt_one")}); err != nil {
		t.Error(err)
	}
	w.wantSent("GET /agents2/agt_one -> 404", "GET /agents/agt_one -> 404", "GET ?limit=1&page=1 -> 200")
	w.use(w.url, "wrong:key")
	if err := w.platform.Check(t.Context(), platform.Number{}, platform.Number{}); err == nil || !strings.Contains(err.Error(), "401") {
		t.Error(err)
	}
	w.ResetRequests()
	for field, block := range map[string]platform.Values{
		"dialnexa.agent_version": {"agent_link": "agent", "agent_id": "agt_one"},
		"dialnexa.nickname":      plus(newer("", 0), "nickname", "x"),
		"dialnexa.label":         plus(newer("agt_one", 1), "label", "x"),
	} {
		err := w.platform.Check(t.Context(), platform.Number{}, platform.Number{Block: block})
		if blamed, ok := errors.AsType[*platform.FieldError](err); !ok || blamed.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	w.wantSent()
}

func TestCheckOfTheAgent(t *testing.T) {
	const noAgent = `{"statusCode":404,"message":"Agent not found","error":"Not Found"}`
	published := newer("agt_three", 1)
	for name, tc := range map[string]struct {
		readable, readable2 bool
		fault               *simulator.Fault
		have                platform.Number
		want                platform.Values
		words               string // empty: there is nothing wrong
		field               string
	}{
		"no path is served":           {want: older("agt_nobody")},
		"one path is served":          {readable: true, want: older("agt_nobody")},
		"the other path is served":    {readable2: true, want: newer("agt_nobody", 1)},
		"both say that there is none": {readable: true, readable2: true, want: older("agt_nobody"), words: "no agent agt_nobody", field: "agent_id"},
		"both, for the newer": {
			readable: true, readable2: true, want: newer("agt_nobody", 1), words: "no agent agt_nobody", field: "agent_id",
		},
		"one has it": {
			readable: true, readable2: true, want: older("agt_one"),
			fault: &simulator.Fault{Path: "/agents2/", Status: 404, Body: noAgent},
		},
		"one is forbidden": {
			readable: true, want: older("agt_nobody"),
			fault: &simulator.Fault{Path: "/agents2/", Status: 403, Body: `{"statusCode":403,"message":"No agent for you"}`},
		},
		"one is a proxy's": {
			readable: true, want: older("agt_nobody"), fault: &simulator.Fault{Path: "/agents2/", Status: 404, Body: "agent?"},
		},
		"one is out of order": {
			readable: true, want: older("agt_nobody"), fault: &simulator.Fault{Path: "/agents2/", Status: 500},
		},
		"a draft":             {readable: true, want: newer("agt_one", 2)},
		"no such version":     {readable: true, want: newer("agt_one", 7), words: "no version 7", field: "agent_version"},
		"a published version": {readable: true, want: published, words: "version 1 of agent agt_three is published already", field: "agent_version"},
		"published, not told": {want: published},
		"published, by the older path": {
			readable2: true, want: published, words: "is published already", field: "agent_version",
		},
		"published, linked by the number": {readable: true, readable2: true, want: older("agt_three")},
		"published by an attach that stopped half-way": {
			readable: true, want: published,
			have: platform.Number{Platform: "dialnexa", Status: platform.Corrupted, Block: published},
		},
		"published, and as it is": {
			readable: true, want: published, have: platform.Number{Platform: "dialnexa", Status: platform.Active, Block: published},
		},
		"published, of another agent": {
			readable: true, want: published, words: "is published already", field: "agent_version",
			have: platform.Number{Platform: "dialnexa", Status: platform.Active, Block: newer("agt_one", 1)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.DialNexaRules{
				Generation: simulator.DialNexaB, AgentsReadable: tc.readable, Agents2Readable: tc.readable2,
			})
			w.DialNexa().AddAgent(simulator.DialNexaAgent{
				ID: "agt_three", Versions: []simulator.DialNexaAgentVersion{{Number: 1, Published: true}},
			})
			if tc.fault != nil {
				w.Inject(*tc.fault)
			}
			want := platform.Number{Platform: "dialnexa", Block: tc.want}
			for doing, look := range map[string]func(context.Context, platform.Number, platform.Number) error{
				"check": w.platform.Check, "preview": w.platform.CheckPlan,
			} {
				err := look(t.Context(), tc.have, want)
				if (err == nil) != (tc.words == "") || err != nil && !strings.Contains(err.Error(), tc.words) {
					t.Errorf("%s: %v", doing, err)
				}
				blamed, _ := errors.AsType[*platform.FieldError](err)
				if errors.Is(err, platform.ErrNotFound) || blamed != nil && blamed.Field != "dialnexa."+tc.field {
					t.Errorf("%s blames %v: %v", doing, blamed, err)
				}
			}
		})
	}
}

// A plan must not stand in the way of a destroy.
func TestPreviewLeavesAnAgentThatVanishedToTheApply(t *testing.T) {
	w := start(t, simulator.DialNexaRules{AgentsReadable: true, Agents2Readable: true})
	have := platform.Number{Platform: "dialnexa", Status: platform.Active, Block: older("")}
	want := platform.Number{Platform: "dialnexa", Block: older("agt_gone")}
	if err := w.platform.CheckPlan(t.Context(), have, want); err != nil {
		t.Error(err)
	}
	if err := w.platform.Check(t.Context(), have, want); err == nil {
		t.Error("the apply does not find it either")
	}
}

func TestUpdate(t *testing.T) {
	for name, tc := range map[string]struct {
		rules      simulator.DialNexaRules
		given      simulator.DialNexaNumber
		have, want platform.Values
		sent       []string
		agent      string
	}{
		"A, nothing": {rulesA, simulator.DialNexaNumber{AgentID: "agt_one"}, older("agt_one"), older("agt_one"), nil, "agt_one"},
		"A, what makes no difference": {
			rulesA,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			older("agt_one"),
			plus(plus(older("agt_one"), "telephony_provider_id", "tel"), "agent_version", int64(4)), nil, "agt_one",
		},
		"A, agent": {
			rulesA,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			older("agt_one"), older("agt_two"),
			[]string{get + "200", patch(`{"agent_id":"agt_two"}`)},
			"agt_two",
		},
		"A, agent removed": {
			rulesA,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			older("agt_one"), older(""),
			[]string{get + "200", patch(`{"agent_id":null}`)},
			"",
		},
		"A, nickname and label": {
			rulesA,
			simulator.DialNexaNumber{Nickname: "old", Label: "old"},
			plus(plus(older(""), "nickname", "old"), "label", "old"), plus(older(""), "label", "new"),
			[]string{get + "200", patch(`{"label":"new","nickname":null}`)},
			"",
		},
		"A, label that is not reported": {
			simulator.DialNexaRules{ExampleFields: true},
			simulator.DialNexaNumber{Label: "old"},
			plus(older(""), "label", "old"), older(""),
			[]string{get + "200", patch(`{"label":""}`)},
			"",
		},
		"B, nothing": {
			rulesB, simulator.DialNexaNumber{AgentID: "agt_one"}, newer("agt_one", 1), newer("agt_one", 1), nil, "agt_one",
		},
		"B, version": {
			rulesB,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			newer("agt_one", 1), newer("agt_one", 2),
			[]string{get + "200", publish("agt_one", "2", numberID, "200")},
			"agt_one",
		},
		"B, agent": {
			rulesB,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			newer("agt_one", 1), newer("agt_two", 2),
			[]string{
				get + "200", publish("agt_one", "1", "", "200"), publish("agt_two", "2", numberID, "200"),
			},
			"agt_two",
		},
		"B, agent removed": {
			rulesB,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			newer("agt_one", 1), newer("", 0),
			[]string{get + "200", publish("agt_one", "1", "", "200")},
			"",
		},
		"B, agent that is no more": {
			rulesB,
			simulator.DialNexaNumber{},
			newer("agt_gone", 1), newer("agt_two", 1),
			[]string{
				get + "200", publish("agt_gone", "1", "", "404"), publish("agt_two", "1", numberID, "200"),
			},
			"agt_two",
		},
		"from A to B with the same agent": {
			rulesB,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			older("agt_one"), newer("agt_one", 1),
			[]string{get + "200", publish("agt_one", "1", numberID, "200")},
			"agt_one",
		},
		"from B to A with the same agent": {
			rulesA,
			simulator.DialNexaNumber{AgentID: "agt_one"},
			newer("agt_one", 1), older("agt_one"),
			[]string{get + "200"},
			"agt_one",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			have := w.own(tc.given, tc.have)
			want := have
			want.Block, want.Status = tc.want, ""
			got, err := w.platform.Update(t.Context(), have, want)
			if err != nil || !reflect.DeepEqual(got.Block, tc.want) || got.Status != "" {
				t.Errorf("%+v, %v", got, err)
			}
			w.wantSent(tc.sent...)
			if w.agent() != tc.agent {
				t.Errorf("answered by %q", w.agent())
			}
		})
	}
}

func TestRepairSetsEverythingAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		rules      simulator.DialNexaRules
		have, want platform.Values
		sent       []string
	}{
		"A": {rulesA, older("agt_two"), older("agt_two"), []string{get + "200", patch(`{"agent_id":"agt_two"}`)}},
		"A, what is not reported": {
			simulator.DialNexaRules{ExampleFields: true},
			plus(older("agt_two"), "label", "x"), plus(older("agt_two"), "label", "x"),
			[]string{get + "200", patch(`{"agent_id":"agt_two","label":"x"}`)},
		},
		"B": {rulesB, newer("agt_two", 1), newer("agt_two", 1), []string{get + "200", publish("agt_two", "1", numberID, "200")}},
		"B, after an edit that is not offered": {
			rulesB, older("agt_one"), newer("agt_two", 1),
			[]string{
				get + "200", "PATCH /" + numberID + ` {"agent_id":null} -> 404`, publish("agt_two", "1", numberID, "200"),
			},
		},
		"B, with an agent that may never have been linked": {
			rulesB, newer("agt_foreign", 1), newer("agt_two", 1),
			[]string{
				get + "200", publish("agt_foreign", "1", "", "403"), publish("agt_two", "1", numberID, "200"),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			other := w.DialNexa().AddWorkspace(simulator.DialNexaWorkspace{ID: "org_other"})
			w.DialNexa().AddAgent(simulator.DialNexaAgent{ID: "agt_foreign", WorkspaceID: other.ID})
			have := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, tc.have)
			have.Status = platform.Corrupted
			want := have
			want.Block, want.Status = tc.want, ""
			if got, err := w.platform.Update(t.Context(), have, want); err != nil || !reflect.DeepEqual(got.Block, tc.want) {
				t.Errorf("%+v, %v", got, err)
			}
			w.wantSent(tc.sent...)
			if w.agent() != "agt_two" {
				t.Errorf("answered by %q", w.agent())
			}
		})
	}
}

func TestWrongAgentLeavesTheNumberAsItIs(t *testing.T) {
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		block platform.Values
	}{
		"A":                {rulesA, older("agt_wrong")},
		"B":                {rulesB, newer("agt_wrong", 1)},
		"B, wrong version": {rulesB, newer("agt_two", 9)},
		"B, in A":          {rulesA, newer("agt_two", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			have := w.own(simulator.DialNexaNumber{}, platform.Values{"id": numberID, "agent_link": tc.block["agent_link"]})
			want := have
			want.Block, want.Status = tc.block, ""
			for way, f := range map[string]func() (platform.Number, error){
				"attach": func() (platform.Number, error) { return w.platform.Attach(t.Context(), want) },
				"update": func() (platform.Number, error) { return w.platform.Update(t.Context(), have, want) },
			} {
				got, err := f()
				blamed, ok := errors.AsType[*platform.FieldError](err)
				if !ok || blamed.Field != "dialnexa.agent_id" || !strings.Contains(err.Error(), want.Block.String("agent_id")) ||
					got.SID != numberID || got.Block.Has("agent_id") || got.Private.Unfinished != "" ||
					!strings.HasPrefix(platform.Brief(err), "agent "+want.Block.String("agent_id")+" was not linked: DialNexa answered 4") {
					t.Errorf("%s: %+v, %v", way, got, err)
				}
				if way == "update" && got.Status != platform.Active {
					t.Errorf("status is %q", got.Status)
				}
			}
			if w.agent() != "" {
				t.Errorf("answered by %q", w.agent())
			}
		})
	}
}

func TestEditThatIsNotOffered(t *testing.T) {
	for _, is405 := range []bool{false, true} {
		w := start(t, simulator.DialNexaRules{Generation: simulator.DialNexaB, UnofferedIs405: is405})
		n := w.own(simulator.DialNexaNumber{}, older("agt_one"))
		_, err := w.platform.Attach(t.Context(), n)
		for _, err := range []error{err, second(w.end(t.Context(), n, platform.Detach))} {
			blamed, ok := errors.AsType[*platform.FieldError](err)
			if !ok || blamed.Field != "dialnexa.agent_link" || !strings.Contains(err.Error(), `agent_link = "agent"`) {
				t.Errorf("405 %t: %v", is405, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestLostEditIsSettledByReading(t *testing.T) {
	accepted := `{"id": "` + numberID + `", "phone_number": "` + phone + `", "agent_id": null}`
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		fault simulator.Fault
		words string // empty: done
	}{
		"cut after the effect":   {rulesA, simulator.Fault{Cut: simulator.CutAfter}, ""},
		"page":                   {rulesA, simulator.Fault{Garble: true}, ""},
		"truncated":              {rulesA, simulator.Fault{Truncate: true}, ""},
		"502 after the effect":   {rulesA, simulator.Fault{Status: 502, AfterEffect: true}, ""},
		"cut before the effect":  {rulesA, simulator.Fault{Cut: simulator.CutBefore}, "EOF"},
		"502":                    {rulesA, simulator.Fault{Status: 502}, "502"},
		"404 of a proxy":         {rulesA, simulator.Fault{Status: 404}, "404"},
		"accepted, but not done": {rulesA, simulator.Fault{Status: 200, Body: accepted}, "does not show it"},
		"of what is not told":    {simulator.DialNexaRules{ExampleFields: true}, simulator.Fault{Cut: simulator.CutAfter}, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			have := w.own(simulator.DialNexaNumber{}, older(""))
			want := have
			want.Block = plus(older("agt_one"), "label", "x")
			tc.fault.Method = "PATCH"
			w.Inject(tc.fault)
			got, err := w.platform.Update(t.Context(), have, want)
			switch {
			case (err == nil) != (tc.words == ""):
				t.Error(err)
			case err == nil && w.agent() != "agt_one":
				t.Errorf("answered by %q", w.agent())
			case err != nil && (!strings.Contains(err.Error(), tc.words) || got.Status != platform.Active ||
				got.Block.String("agent_id") != w.agent()):
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestLostEditThatCannotBeRead(t *testing.T) {
	for _, fault := range []simulator.Fault{{Status: 401}, {Status: 503}, {Status: 404}} {
		w := start(t, rulesA)
		have := w.own(simulator.DialNexaNumber{}, older(""))
		want := have
		want.Block = older("agt_one")
		w.Inject(simulator.Fault{Method: "PATCH", Cut: simulator.CutAfter})
		fault.Method, fault.Skip = "GET", 1
		w.Inject(fault)
		if _, err := w.platform.Update(t.Context(), have, want); err == nil || wasRefused(err) ||
			!strings.Contains(err.Error(), "finding out what became of it failed too") {
			t.Error(err)
		}
	}
}

// Nothing tells which agent a number has in generation B, so what is not known
// is remembered.
func TestLostPublicationIsRemembered(t *testing.T) {
	for name, tc := range map[string]struct {
		skip  int // publications that succeed
		fault simulator.Fault
		agent any // of the block beside the error
	}{
		"of the new agent":         {1, simulator.Fault{Cut: simulator.CutAfter}, "agt_two"},
		"of the new agent, a page": {1, simulator.Fault{Garble: true}, "agt_two"},
		"of the new agent, {}":     {1, simulator.Fault{Status: 200, Body: "{}"}, "agt_two"},
		"of the old agent":         {0, simulator.Fault{Cut: simulator.CutAfter}, "agt_one"},
		"of the old agent, 503":    {0, simulator.Fault{Status: 503}, "agt_one"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rulesB)
			have := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, newer("agt_one", 1))
			want := have
			want.Block, want.Status = newer("agt_two", 1), ""
			tc.fault.Method, tc.fault.Skip, tc.fault.Times = "PATCH", tc.skip, 1
			w.Inject(tc.fault)
			got, err := w.platform.Update(t.Context(), have, want)
			if err == nil || got.Status != platform.Corrupted || got.StatusReason == "" ||
				got.Private.Unfinished != platform.Attach || got.Block["agent_id"] != tc.agent {
				t.Fatalf("%+v, %v", got, err)
			}
			if got, err = w.platform.Update(t.Context(), got, want); err != nil || w.agent() != "agt_two" {
				t.Errorf("repair: %+v, %v, answered by %q", got, err, w.agent())
			}
		})
	}
}

func TestRefusedPublicationAfterTheOldAgentHasGone(t *testing.T) {
	w := start(t, rulesB)
	have := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, newer("agt_one", 1))
	want := have
	want.Block, want.Status = newer("agt_wrong", 1), ""
	got, err := w.platform.Update(t.Context(), have, want)
	if err == nil || got.Block["agent_id"] != nil || got.Block["agent_version"] != nil || got.Status != platform.Active {
		t.Errorf("state would not have it that nobody answers: %+v, %v", got, err)
	}
}

func TestUnfinishedCreationStaysOne(t *testing.T) {
	w := start(t, rulesB)
	have := w.own(simulator.DialNexaNumber{}, newer("agt_one", 1))
	have.Status, have.Private.Unfinished = platform.Corrupted, platform.Creation
	w.Inject(simulator.Fault{Method: "PATCH", Status: 503})
	if got, err := w.platform.Update(t.Context(), have, have); err == nil || got.Private.Unfinished != platform.Creation {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestUpdateThatCannotReadChangesNothing(t *testing.T) {
	for name, fault := range notItsOwn {
		t.Run(name, func(t *testing.T) {
			w := start(t, rulesB)
			have := w.own(simulator.DialNexaNumber{AgentID: "agt_one"}, newer("agt_one", 1))
			want := have
			want.Block, want.Status = newer("agt_two", 1), ""
			fault.Method = "GET"
			w.Inject(fault)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			got, err := w.platform.Update(ctx, have, want)
			if err == nil || got.Status != platform.Active || !reflect.DeepEqual(got.Block, have.Block) || w.agent() != "agt_one" {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
