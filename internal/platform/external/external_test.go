package external_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/external"
)

func TestCarrier_TakesTheNumberAsItIs(t *testing.T) {
	given := platform.Number{
		PhoneNumber: "+14155550100", SID: "PN1", AccountSID: "AC1", Platform: "voice", Settings: platform.Values{"voice_url": nil},
		Block: platform.Values{"agent_id": "a"}, Acquisition: platform.Adopted,
	}
	want := platform.Number{
		PhoneNumber: "+14155550100", Carrier: "external", Platform: "voice", Block: platform.Values{"agent_id": "a"},
		Acquisition: platform.Adopted,
	}
	carrier := external.Carrier{}
	for name, ask := range map[string]func() (platform.Number, error){
		"find":      func() (platform.Number, error) { return carrier.Find(t.Context(), given) },
		"read":      func() (platform.Number, error) { return carrier.Read(t.Context(), given) },
		"configure": func() (platform.Number, error) { return carrier.Configure(t.Context(), platform.Number{}, given) },
	} {
		got, err := ask()
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestCarrier_NeitherSellsNorReleases(t *testing.T) {
	n := platform.Number{PhoneNumber: "+14155550100", Purchase: &platform.Purchase{Country: "US"}}
	carrier := external.Carrier{}
	if _, sells := any(carrier).(platform.Seller); sells {
		t.Error("the carrier sells numbers")
	}
	if account, err := carrier.Elsewhere(t.Context(), n); err != nil || account != "" {
		t.Errorf("elsewhere: %q, %v", account, err)
	}
	if _, err := carrier.Do(t.Context(), n, platform.Step{Op: "release"}); !errors.Is(err, platform.ErrUntouched) {
		t.Errorf("do: %v", err)
	}
	if external.Kind.Steps != nil { // by which package lifecycle knows that it can't release
		t.Error("the carrier has steps")
	}
}
