package dialnexa_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/dialnexa"
)

func TestSteps(t *testing.T) {
	for name, tc := range map[string]struct {
		block   platform.Values
		action  platform.Action
		op      string
		words   string
		givesUp bool
	}{
		"detach":                         {older("agt_one"), platform.Detach, "clear", "Take agent agt_one off +14155550100", false},
		"detach, linked on the agent":    {newer("agt_one", 2), platform.Detach, "clear", "Publish version 2 of agent agt_one", false},
		"detach without agent":           {older(""), platform.Detach, "", "Leave +14155550100", false},
		"detach without agent, newer":    {newer("", 0), platform.Detach, "", "Leave +14155550100", false},
		"detach of an import":            {nil, platform.Detach, "", "Leave +14155550100", false},
		"release":                        {older("agt_one"), platform.Release, "release", "given up for good", true},
		"release without agent":          {newer("", 0), platform.Release, "release", "given up for good", true},
		"force delete":                   {older("agt_one"), platform.ForceDelete, "clear", "Take agent agt_one off", false},
		"force delete, linked on agent":  {newer("agt_one", 1), platform.ForceDelete, "clear", "Publish version 1", false},
		"force delete without any agent": {older(""), platform.ForceDelete, "", "Leave +14155550100", false},
	} {
		t.Run(name, func(t *testing.T) {
			n := platform.Number{PhoneNumber: phone, SID: numberID, Block: tc.block}
			steps := dialnexa.Kind.Steps(n, tc.action)
			if len(steps) != 1 {
				t.Fatalf("%d steps", len(steps))
			}
			s := steps[0]
			if s.Op != tc.op || s.GivesUp != tc.givesUp || s.Service != "dialnexa" || s.BestEffort ||
				!strings.Contains(s.Sentence, tc.words) || !strings.HasSuffix(s.Sentence, ".") {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestBilling(t *testing.T) {
	released := dialnexa.Kind.Billing(platform.Number{}, platform.Release)
	for _, word := range []string{"end of the current billing cycle", "cannot be undone", "not guaranteed", "not cut"} {
		if !strings.Contains(released, word) {
			t.Errorf("a release does not say %q: %s", word, released)
		}
	}
	for _, action := range []platform.Action{platform.Detach, platform.ForceDelete} {
		if got := dialnexa.Kind.Billing(platform.Number{}, action); got != "DialNexa keeps billing the number." {
			t.Errorf("%s: %s", action, got)
		}
	}
}

func TestDialNexaCarriesItsNumbers(t *testing.T) {
	if got := dialnexa.Kind.CarrierOf(platform.Number{}); got != "dialnexa" {
		t.Errorf("carried by %s", got)
	}
	if dialnexa.Kind.Settings != nil || dialnexa.Kind.Wires != nil {
		t.Error("the resource would have fields or wiring of DialNexa's")
	}
}

func TestImport(t *testing.T) {
	for id, want := range map[string]platform.Number{
		numberID:     {SID: numberID},
		"phn_abc123": {SID: "phn_abc123"},
		phone:        {PhoneNumber: phone},
	} {
		got, err := dialnexa.Kind.Import(id)
		if err != nil || got.SID != want.SID || got.PhoneNumber != want.PhoneNumber || got.Block == nil {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	for _, id := range []string{
		"", "phn_", "phn_../x", "phn_a/b", "PN0123", "14155550100", "+1415555010a", "agt_one", "plivo-numbers", "purchase",
	} {
		if got, err := dialnexa.Kind.Import(id); err == nil {
			t.Errorf("%q was taken as %+v", id, got)
		}
	}
	for _, example := range dialnexa.Kind.ImportExamples {
		id, ok := strings.CutPrefix(example, "dialnexa/")
		if _, err := dialnexa.Kind.Import(id); !ok || err != nil {
			t.Errorf("example %s: %v", example, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	for body, want := range map[string]string{
		`{"statusCode": 400, "message": "Agent not found", "error": "Bad Request"}`: "Agent not found",
		`{"statusCode": 400, "message": ["a is wrong", "b is wrong"]}`:              "a is wrong; b is wrong",
	} {
		if got := dialnexa.Describe(http.StatusBadRequest, nil, []byte(body)); !got.Own || got.Message != want {
			t.Errorf("%s: %+v", body, got)
		}
	}
	for _, body := range []string{
		"", "<html>", "{}", "[]", `{"message": "no"}`, `{"statusCode": 404, "message": "no"}`,
		`{"statusCode": 400}`, `{"statusCode": 400, "message": {"text": "no"}}`, `{"statusCode": "400", "message": "no"}`,
	} {
		if got := dialnexa.Describe(http.StatusBadRequest, nil, []byte(body)); got.Own {
			t.Errorf("%s is taken for DialNexa's own", body)
		}
	}
}
