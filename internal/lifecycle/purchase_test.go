package lifecycle_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/purchase"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// renameAt has the account's automation rename its numbers right before the nth
// request of a run.
type renameAt struct {
	direct
	sent *int
	nth  int
}

func (r renameAt) RoundTrip(req *http.Request) (*http.Response, error) {
	if *r.sent++; *r.sent == r.nth {
		for _, n := range r.sim.Twilio().Numbers() {
			r.sim.Twilio().UpdateNumber(n.PhoneNumber, func(n *simulator.TwilioNumber) { n.FriendlyName = "Sales line" })
		}
	}
	return r.direct.RoundTrip(req)
}

// Whenever the account renames a number that is being bought, one number is bought
// at most, and it is in state or in the message.
func TestNumberThatIsRenamedWhileItIsBoughtIsNamedAndNotReplaced(t *testing.T) {
	t.Parallel()
	for _, on := range []string{platform.None, "nixflex"} {
		for _, left := range []bool{false, true} {
			renamed := 0
			for nth := 1; ; nth++ {
				sim, sent := world(), 0
				if left { // by a creation that was killed
					_, _ = manager(t, cutAfter{direct{sim}, new(int), 4}).Create(t.Context(), searched(platform.None))
				}
				got, err := manager(t, renameAt{direct{sim}, &sent, nth}).Create(t.Context(), searched(on))
				if sent < nth {
					break
				}
				owned := sim.Twilio().Numbers()
				if left && len(sim.Twilio().Purchases()) == 2 {
					continue // renamed before it was claimed, it was nobody's leftover any more
				}
				if len(owned) != 1 {
					t.Errorf("%s, left %t, renamed before request %d: %d numbers are owned", on, left, nth, len(owned))
					continue
				}
				var lost *purchase.LostError
				switch {
				case errors.As(err, &lost):
					renamed++
					if !strings.Contains(err.Error(), owned[0].PhoneNumber) || !strings.Contains(err.Error(), "Sales line") ||
						got.PhoneNumber != "" {
						t.Errorf("%s, left %t, renamed before request %d: %q, %v", on, left, nth, got.PhoneNumber, err)
					}
				case err != nil || got.PhoneNumber != owned[0].PhoneNumber:
					t.Errorf("%s, left %t, renamed before request %d: %q, %v", on, left, nth, got.PhoneNumber, err)
				}
			}
			if renamed < 2 {
				t.Errorf("%s, left %t: the name was lost at %d requests only", on, left, renamed)
			}
		}
	}
}

func TestReadsThatLagBuyOneNumber(t *testing.T) {
	t.Parallel()
	for lag := range 6 {
		sim := world()
		sim.Twilio().SetRules(func(r *simulator.TwilioRules) { r.ReadsLag = lag })
		got, err := manager(t, direct{sim}).Create(t.Context(), searched(platform.None))
		owned := sim.Twilio().Numbers()
		if len(owned) != 1 || got.PhoneNumber != owned[0].PhoneNumber || err == nil && owned[0].FriendlyName != got.PhoneNumber {
			t.Errorf("lag %d: %q in state, %d owned, %v", lag, got.PhoneNumber, len(owned), err)
		}
	}
}

// outage refuses every change of a number that is owned.
type outage struct{ direct }

func (o outage) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPost && strings.Contains(req.URL.Path, "/PN") {
		w := http.Response{StatusCode: http.StatusInternalServerError, Body: http.NoBody, Header: http.Header{}, Request: req}
		return &w, nil
	}
	return o.direct.RoundTrip(req)
}

// A creation that could not even take its mark off again may lose its number to
// another workspace. From then on it touches the number no more.
func TestCreationThatLostItsNumberLeavesItAlone(t *testing.T) {
	t.Parallel()
	want := searched(platform.None)
	want.Settings["voice_url"] = "https://example.com/voice"
	begin := func(t *testing.T) (*simulator.Server, platform.Number) {
		sim := world()
		first, err := manager(t, outage{direct{sim}}).Create(t.Context(), want)
		if err == nil || first.PhoneNumber == "" || first.Status != platform.Corrupted || first.Private.Marker == "" {
			t.Fatalf("%+v, %v", first, err)
		}
		return sim, first
	}
	lose := func(t *testing.T, sim *simulator.Server, first platform.Number) {
		second, err := manager(t, direct{sim}).Create(t.Context(), want)
		if err != nil || second.PhoneNumber != first.PhoneNumber || second.Status != platform.Active {
			t.Fatalf("%+v, %v", second, err)
		}
	}
	untouched := func(t *testing.T, sim *simulator.Server, n platform.Number) {
		t.Helper()
		if at, owned := sim.Twilio().Number(n.PhoneNumber); !owned || at.VoiceURL != "https://example.com/voice" {
			t.Errorf("%+v", at)
		}
		if bought := sim.Twilio().Purchases(); len(bought) != 1 {
			t.Errorf("bought %v", bought)
		}
	}
	var lost *lifecycle.LostClaimError

	t.Run("refreshed and repaired", func(t *testing.T) {
		t.Parallel()
		sim, first := begin(t)
		lose(t, sim, first)
		m := manager(t, direct{sim})
		read, err := m.Read(t.Context(), first)
		if err != nil || read.Status != platform.Corrupted || !strings.Contains(read.StatusReason, "terraform state rm") {
			t.Fatalf("%s, %q, %v", read.Status, read.StatusReason, err)
		}
		if got, err := m.Update(t.Context(), read, want); !errors.As(err, &lost) || got.Status != platform.Corrupted {
			t.Errorf("%+v, %v", got, err)
		}
		untouched(t, sim, first)
	})
	t.Run("repaired without a refresh", func(t *testing.T) {
		t.Parallel()
		sim, first := begin(t)
		lose(t, sim, first)
		if got, err := manager(t, direct{sim}).Update(t.Context(), first, want); !errors.As(err, &lost) {
			t.Errorf("%+v, %v", got, err)
		}
		untouched(t, sim, first)
	})
	t.Run("destroyed", func(t *testing.T) {
		t.Parallel()
		for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
			sim, first := begin(t)
			lose(t, sim, first)
			first.Action = action
			_, notes, err := manager(t, direct{sim}).Delete(t.Context(), first)
			if err != nil || len(notes) != 1 || !strings.Contains(notes[0], first.PhoneNumber+" was left as it is") {
				t.Errorf("%q, %v", notes, err)
			}
			untouched(t, sim, first)
		}
	})
	t.Run("still its own", func(t *testing.T) {
		t.Parallel()
		sim, first := begin(t)
		m := manager(t, direct{sim})
		read, err := m.Read(t.Context(), first)
		if err != nil || read.Status != platform.Corrupted || read.Private.Marker != first.Private.Marker {
			t.Fatalf("%+v, %v", read, err)
		}
		got, err := m.Update(t.Context(), read, want)
		if err != nil || got.Status != platform.Active || got.Private.Marker != "" {
			t.Errorf("%+v, %v", got, err)
		}
		untouched(t, sim, first)
	})
}
