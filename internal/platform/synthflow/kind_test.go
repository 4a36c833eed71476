package synthflow_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
)

// The three origins of a number, and the one that nobody knows.
var origins = map[string]platform.Values{
	"from Twilio":    {"bought_at_synthflow": false, "provider_name": "twilio"},
	"from elsewhere": {"bought_at_synthflow": false, "provider_name": "telnyx"},
	"custom":         {"bought_at_synthflow": false, "provider_name": nil},
	"bought":         {"bought_at_synthflow": true},
	"bought, twilio": {"bought_at_synthflow": true, "provider_name": "twilio"},
	"unknown":        {"provider_name": "twilio"},
	"null":           {"bought_at_synthflow": nil, "provider_name": "twilio"},
	"nothing known":  nil,
}

func TestCarrierOf(t *testing.T) {
	for origin, want := range map[string]string{
		"from Twilio": "twilio", "from elsewhere": "external", "custom": "external", "bought": "synthflow",
		"bought, twilio": "synthflow", "unknown": "synthflow", "null": "synthflow", "nothing known": "synthflow",
	} {
		if got := synthflow.Kind.CarrierOf(platform.Number{Block: origins[origin]}); got != want {
			t.Errorf("%s: %s, want %s", origin, got, want)
		}
	}
}

func TestSteps(t *testing.T) {
	for origin, block := range origins {
		bought := synthflow.Kind.CarrierOf(platform.Number{Block: block}) == "synthflow"
		for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
			steps := synthflow.Kind.Steps(platform.Number{PhoneNumber: phone, Block: block}, action)
			if len(steps) != 1 || steps[0].Service != "synthflow" || !strings.Contains(steps[0].Sentence, phone) {
				t.Fatalf("%s, %s: %+v", origin, action, steps)
			}
			want, givesUp, says := "delete", false, "Delete the record"
			switch {
			case bought && action == platform.Release:
				want, givesUp, says = "cancel", true, "subscription is cancelled"
			case bought:
				want, says = "unlink", "subscription stay"
			}
			if s := steps[0]; s.Op != want || s.GivesUp != givesUp || !strings.Contains(s.Sentence, says) {
				t.Errorf("%s, %s: %+v", origin, action, s)
			}
		}
	}
}

func TestReregisters(t *testing.T) {
	in := func(workspace string, bought any) platform.Number {
		return platform.Number{PhoneNumber: phone, Block: platform.Values{
			"workspace_id": workspace, "bought_at_synthflow": bought,
		}}
	}
	why := synthflow.Kind.Reregisters(in("one", false), in("two", false))
	if !strings.Contains(why, "one") || !strings.Contains(why, "two") {
		t.Errorf("another workspace: %q", why)
	}
	for name, why := range map[string]string{
		"same workspace":    synthflow.Kind.Reregisters(in("one", false), in("one", false)),
		"bought":            synthflow.Kind.Reregisters(in("one", true), in("two", true)),
		"workspace unknown": synthflow.Kind.Reregisters(in("one", false), in("", false)),
	} {
		if why != "" {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestBilling(t *testing.T) {
	if text := synthflow.Kind.Billing(platform.Number{}, platform.Release); !strings.Contains(text, "ends") {
		t.Error(text)
	}
	for _, action := range []platform.Action{platform.Detach, platform.ForceDelete} {
		if text := synthflow.Kind.Billing(platform.Number{}, action); !strings.Contains(text, "keeps billing") {
			t.Error(text)
		}
	}
}

func TestImport(t *testing.T) {
	for _, example := range synthflow.Kind.ImportExamples {
		id, ok := strings.CutPrefix(example, "synthflow/")
		got, err := synthflow.Kind.Import(id)
		want := platform.Number{PhoneNumber: phone, Platform: "synthflow", Block: platform.Values{
			"workspace_id": "1710107690998x536152705164378100", "slug": slug,
		}}
		if diff := cmp.Diff(want, got); !ok || err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", example, err, diff)
		}
	}
	for _, id := range []string{
		"", "/", slug, "w/", "/" + slug, "w/+" + slug, "w/x/" + slug, "w w/" + slug, "../" + slug, "w/041555", "w/trunk-7",
		"w/1234567890123456",
	} {
		if n, err := synthflow.Kind.Import(id); err == nil {
			t.Errorf("%q is read as %+v", id, n)
		}
	}
}
