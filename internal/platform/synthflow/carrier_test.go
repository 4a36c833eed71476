package synthflow_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

func TestCarrier_FindAndRead(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	w.hold(simulator.SynthflowNumber{Bought: true, SID: "PN1", SMSCapable: true})
	got, err := w.carrier.Find(t.Context(), bought(nil))
	if err != nil || got.SID != "PN1" || got.Carrier != "synthflow" ||
		!slices.Equal(got.Capabilities, []string{"sms", "voice"}) {
		t.Errorf("%+v, %v", got, err)
	}
	w.hold(simulator.SynthflowNumber{Bought: true})
	got, err = w.carrier.Read(t.Context(), got)
	if err != nil || got.SID != slug || !slices.Equal(got.Capabilities, []string{"voice"}) {
		t.Errorf("without a SID: %+v, %v", got, err)
	}
	w.Synthflow().RemoveNumber(phone)
	if _, err := w.carrier.Read(t.Context(), got); !errors.Is(err, platform.ErrNotFound) {
		t.Errorf("gone: %v", err)
	}
}

func TestCarrier_SellsNothing(t *testing.T) {
	w := start(t, simulator.SynthflowRules{})
	if _, sells := any(w.carrier).(platform.Seller); sells {
		t.Error("the carrier sells numbers")
	}
	if account, err := w.carrier.Elsewhere(t.Context(), bought(nil)); err != nil || account != "" {
		t.Errorf("elsewhere: %q, %v", account, err)
	}
	have := bought(nil)
	have.SID, have.Capabilities = "PN1", []string{"voice"}
	want := bought(platform.Values{"agent_id": one})
	got, err := w.carrier.Configure(t.Context(), have, want)
	if err != nil || got.SID != "PN1" || got.Block["agent_id"] != one || !slices.Equal(got.Capabilities, have.Capabilities) {
		t.Errorf("configure: %+v, %v", got, err)
	}
	if len(w.Requests()) > 0 {
		t.Errorf("requests %v", w.Requests())
	}
}
