package resemble_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
)

func TestSteps(t *testing.T) {
	registered := platform.Number{PhoneNumber: phone, Block: platform.Values{
		"agent_uuid": support, "id": int64(12), "inbound_trunk_sid": "TK1", "outbound_trunk_sid": "TK1",
		"livekit_trunk_id": "TR_1",
	}, Private: platform.PrivateState{Wiring: platform.Values{"trunk_sid": "TK1"}}}
	twoTrunks := platform.Number{PhoneNumber: phone, Block: platform.Values{
		"id": int64(12), "inbound_trunk_sid": "TK1", "outbound_trunk_sid": "TK2",
	}}
	unknown := platform.Number{PhoneNumber: phone}
	unlink := "resemble unlink (best effort): Unlink +14155550100 from agent " + support +
		" at Resemble AI; should that fail, the deletion does it too."
	const unwire = "twilio unwire: Clear trunk_sid of +14155550100 at Twilio if it still points at a trunk that Resemble AI set up; " +
		"the number stays owned and billed."
	const tearsDown = "Delete the record of +14155550100 at Resemble AI, which tears down its SIP trunk at Twilio with the trunk's " +
		"credential lists and connection policies"
	const remove = "resemble delete: " + tearsDown + ", and wait until the record is gone."
	const force = "resemble force_delete: " + tearsDown + "; if that cleanup fails, force the record out and list by ID what is " +
		"left behind."
	for name, tc := range map[string]struct {
		number platform.Number
		action platform.Action
		want   []string
	}{
		"detach": {registered, platform.Detach, []string{
			unlink,
			remove,
			unwire,
		}},
		"release": {registered, platform.Release, []string{
			unlink,
			remove,
		}},
		"force delete": {registered, platform.ForceDelete, []string{
			force, unwire,
		}},
		"detach without an agent": {twoTrunks, platform.Detach, []string{
			remove, unwire,
		}},
		"force delete of what never was registered": {unknown, platform.ForceDelete, []string{
			force, unwire,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range resemble.Kind.Steps(tc.number, tc.action) {
				line := s.Service + " " + s.Op
				if s.BestEffort {
					line += " (best effort)"
				}
				got = append(got, line+": "+s.Sentence)
				if s.GivesUp {
					t.Errorf("%s gives the number up", s.Op)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReregisters(t *testing.T) {
	trunk := func(address string) platform.Values {
		return platform.Values{"allowed_addresses": []string{address}, "username": nil}
	}
	number := func(change func(*platform.Number)) platform.Number {
		n := wanted(support)
		n.Block["inbound_trunk"] = trunk("192.0.2.1")
		n.Private.Platform = platform.Values{"twilio_account_sid": main}
		change(&n)
		return n
	}
	set := func(name string, value any) func(*platform.Number) {
		return func(n *platform.Number) { n.Block[name] = value }
	}
	for name, tc := range map[string]struct {
		change func(*platform.Number)
		want   string // what the sentence names; empty: nothing is registered anew
	}{
		"nothing":                  {func(*platform.Number) {}, ""},
		"agent":                    {set("agent_uuid", sales), ""},
		"no agent":                 {set("agent_uuid", nil), ""},
		"label":                    {set("label", "Sales"), "the change of label it"},
		"label not known yet":      {func(n *platform.Number) { delete(n.Block, "label") }, "the change of label it"},
		"inbound":                  {set("supports_inbound", false), "supports_inbound"},
		"outbound":                 {set("supports_outbound", true), "supports_outbound"},
		"a setting of a trunk":     {set("inbound_trunk", trunk("192.0.2.2")), "inbound_trunk"},
		"no trunk settings":        {set("inbound_trunk", nil), "inbound_trunk"},
		"trunk settings":           {set("outbound_trunk", platform.Values{"transport": "tls"}), "outbound_trunk"},
		"another version of token": {set("twilio_auth_token_wo_version", int64(2)), "twilio_auth_token_wo_version"},
		"another account":          {func(n *platform.Number) { n.AccountSID = "AC1" }, "account_sid"},
		"account not known yet":    {func(n *platform.Number) { n.AccountSID = "" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := resemble.Kind.Reregisters(number(func(*platform.Number) {}), number(tc.change))
			if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q in it", got, tc.want)
			}
		})
	}
}

func TestImport(t *testing.T) {
	for id, want := range map[string]*platform.Number{
		"123": {Platform: "resemble", Block: platform.Values{"id": int64(123)}},
		phone: {Platform: "resemble", PhoneNumber: phone, Block: platform.Values{}},
		"":    nil, "0": nil, "-1": nil, "+0": nil, "012": nil, "1/force": nil, "123 ": nil, "support": nil,
		"99999999999999999999": nil,
	} {
		got, err := resemble.Kind.Import(id)
		if (err == nil) != (want != nil) {
			t.Errorf("%q: %v", id, err)
		} else if diff := cmp.Diff(want, &got); want != nil && diff != "" {
			t.Errorf("%q (-want +got):\n%s", id, diff)
		}
	}
	for _, id := range resemble.Kind.ImportExamples {
		if _, err := resemble.Kind.Import(strings.TrimPrefix(id, "resemble/")); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestBlockMarksItsSecret(t *testing.T) {
	for _, f := range resemble.Kind.Block {
		if secret := f.Name == "twilio_auth_token_wo"; f.WriteOnly != secret || f.Sensitive != secret {
			t.Errorf("%s: write-only %v, sensitive %v", f.Name, f.WriteOnly, f.Sensitive)
		}
	}
}

func TestDescribe(t *testing.T) {
	for body, want := range map[string]struct {
		own           bool
		code, message string
	}{
		`{"success": false, "message": "Not found"}`: {true, "", "Not found"},
		`{"success": false, "message": "Failed", "errors": {"label": ["can't be blank"], "base": ["x", "y"]}}`: {
			true, "base, label", "Failed: x, y; can't be blank",
		},
		`{"success": false}`: {true, "", ""},
		`{"success": false, "message": "Failed", "errors": ["of another shape"]}`: {true, "", "Failed"},
		`{"success": true, "message": "fine"}`:                                    {},
		`{"message": "no route"}`:                                                 {},
		`<html>`:                                                                  {},
		``:                                                                        {},
	} {
		got := resemble.Describe(422, nil, []byte(body))
		if got.Own != want.own || got.Code != want.code || got.Message != want.message {
			t.Errorf("%s: %+v", body, got)
		}
	}
}
