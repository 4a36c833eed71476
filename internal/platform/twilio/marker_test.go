package twilio_test

import (
	"errors"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	ours   = platform.MarkerPrefix + "0123456789abcdef-01"
	theirs = platform.MarkerPrefix + "0123456789abcdef-02"
)

// rename completes the creation of a marked number.
func (w *world) rename(marked platform.Number) (platform.Number, error) {
	want := marked
	want.Settings = platform.Values{"friendly_name": "Support"}
	return w.Configure(w.t.Context(), marked, want)
}

func TestMarkerIsChangedOnlyWhileItStands(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	marked := w.own(simulator.TwilioNumber{FriendlyName: ours})
	w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.FriendlyName = theirs })
	_, err := w.rename(marked)
	if !errors.Is(err, platform.ErrClaimed) || !errors.Is(err, platform.ErrUntouched) || errors.Is(err, platform.ErrNotFound) {
		t.Error(err)
	}
	look := "GET /" + pn + ".json -> 200"
	w.wantSent(look, look, look) // reads may lag behind writes

	marked.Settings["friendly_name"] = theirs
	if got, err := w.rename(marked); err != nil || got.Settings["friendly_name"] != "Support" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A write that a rate limit puts off would be one upon a look that is long past.
func TestMarkerIsLookedAtAgainAfterARateLimit(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	marked := w.own(simulator.TwilioNumber{FriendlyName: ours})
	w.Inject(simulator.Fault{Method: "POST", Status: 429, Times: 2})
	w.BeforeNth(2, "POST", "", func() {
		w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.FriendlyName = theirs })
	})
	if _, err := w.rename(marked); !errors.Is(err, platform.ErrClaimed) {
		t.Error(err)
	}
	if n, _ := w.Twilio().Number(phone); n.FriendlyName != theirs {
		t.Errorf("it was overwritten with %q", n.FriendlyName)
	}
}

func TestPurchaseWithALostAnswerIsOursByItsMarkerAlone(t *testing.T) {
	for name, found := range map[string]string{"ours": ours, "another creation's": theirs, "somebody's": "Support"} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			w.Inject(simulator.Fault{Method: "POST", Cut: simulator.CutBefore})
			w.Before("GET", "", func() {
				w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone, FriendlyName: found})
			})
			bought, err := w.Buy(t.Context(), wanted, ours)
			if found == ours && (err != nil || bought.Marker() != ours) || found != ours && !errors.Is(err, platform.ErrClaimed) {
				t.Errorf("%+v, %v", bought, err)
			}
		})
	}
}

// A name that somebody else gives between a write and the look at it is not taken
// for the own one, and one that a lagging read still shows not for somebody else's.
func TestMarkerIsLookedAtAfterItsReplacement(t *testing.T) {
	for name, test := range map[string]struct {
		rules   simulator.TwilioRules
		after   string // the name that somebody gives right after the write
		claimed bool
	}{
		"as written":                {},
		"reads lag by one":          {rules: simulator.TwilioRules{ReadsLag: 1}},
		"reads lag by more":         {rules: simulator.TwilioRules{ReadsLag: 9}},
		"another creation's marker": {after: theirs, claimed: true},
		"somebody's name":           {after: "Sales line", claimed: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, test.rules)
			marked := w.own(simulator.TwilioNumber{FriendlyName: ours})
			if test.after != "" {
				w.BeforeNth(2, "GET", "", func() {
					w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.FriendlyName = test.after })
				})
			}
			got, err := w.rename(marked)
			if errors.Is(err, platform.ErrClaimed) != test.claimed || errors.Is(err, platform.ErrUntouched) || !test.claimed && err != nil {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestNumberThatTheAccountRenamesIsNotWrittenTo(t *testing.T) {
	w := start(t, simulator.TwilioRules{RenamesBought: "Sales line"})
	bought, err := w.Buy(t.Context(), wanted, ours)
	if err != nil || bought.Marker() != ours {
		t.Fatalf("%+v, %v", bought, err) // its answer comes before the rename
	}
	if _, err := w.rename(bought); !errors.Is(err, platform.ErrClaimed) {
		t.Error(err)
	}
	if n, _ := w.Twilio().Number(phone); n.FriendlyName != "Sales line" {
		t.Errorf("it was overwritten with %q", n.FriendlyName)
	}
}
