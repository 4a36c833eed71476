package twilio_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
)

const (
	phone   = "+14155550100"
	pn      = "PN00000000000000000000000000000001"
	address = "AD00000000000000000000000000000001"
)

func TestSteps(t *testing.T) {
	wired := platform.Number{PhoneNumber: phone, SID: pn, Settings: platform.Values{
		"friendly_name": "Support", "emergency_address_sid": address,
		"voice_url": "https://example.com/voice", "voice_method": "POST", "voice_caller_id_lookup": false,
		"voice_receive_mode": "voice", "sms_url": "https://example.com/sms", "sms_method": "GET", "trunk_sid": nil,
	}}
	allowed := wired
	allowed.DeregisterEmergencyAddress = true
	const (
		clears = "Clear voice_url, sms_url and sms_method of +14155550100 at Twilio, each if it still has the " +
			"value that this resource gave it, and read the number back; Twilio may refuse to change the messaging settings " +
			"while emergency address " + address + " is registered; the number stays owned."
		releases = "Release +14155550100 at Twilio: the number is given up and may go to another customer."
	)
	for name, tc := range map[string]struct {
		number  platform.Number
		action  platform.Action
		want    []string
		givesUp bool
	}{
		"detach":       {wired, platform.Detach, []string{clears}, false},
		"force delete": {wired, platform.ForceDelete, []string{clears}, false},
		"detach what is not wired": {
			platform.Number{PhoneNumber: phone, Settings: platform.Values{"voice_method": "POST", "friendly_name": "x"}},
			platform.Detach,
			[]string{"Leave +14155550100 as it is at Twilio: this resource has wired nothing, and the number stays owned."},
			false,
		},
		"release clears nothing first": {wired, platform.Release, []string{releases}, true},
		"release with a permission": {allowed, platform.Release, []string{
			"Deregister emergency address " + address + " of +14155550100 at Twilio and wait until it is unregistered.",
			releases,
		}, true},
		"release with a permission that nothing needs": {
			platform.Number{PhoneNumber: phone, SID: pn, DeregisterEmergencyAddress: true},
			platform.Release,
			[]string{releases},
			true,
		},
		"release before the SID is known": {
			platform.Number{PhoneNumber: phone},
			platform.Release,
			[]string{"Release +14155550100 at Twilio: the number is given up and may go to another customer."},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var sentences []string
			givesUp := false
			for _, s := range twilio.Kind.Steps(tc.number, tc.action) {
				sentences = append(sentences, s.Sentence)
				givesUp = givesUp || s.GivesUp
				if s.Service != "twilio" || s.Op == "" != strings.HasPrefix(s.Sentence, "Leave") {
					t.Errorf("%+v", s)
				}
			}
			if !slices.Equal(sentences, tc.want) || givesUp != tc.givesUp {
				t.Errorf("gives up: %v\n%s", givesUp, strings.Join(sentences, "\n"))
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	plain := platform.Number{PhoneNumber: phone}
	emergency := platform.Number{PhoneNumber: phone, Settings: platform.Values{"emergency_address_sid": address}}
	allowed := emergency
	allowed.DeregisterEmergencyAddress = true
	hosted := platform.Number{PhoneNumber: phone, Private: platform.PrivateState{Origin: "hosted"}}
	ordinary := platform.Number{PhoneNumber: phone, Private: platform.PrivateState{Origin: "twilio"}}
	for name, tc := range map[string]struct {
		number platform.Number
		words  string // empty: nothing speaks against it
	}{
		"plain":                     {plain, ""},
		"emergency address":         {emergency, "deregister_emergency_address = true"},
		"emergency address allowed": {allowed, ""},
		"hosted":                    {hosted, "detach"},
		"of Twilio":                 {ordinary, ""},
	} {
		t.Run(name, func(t *testing.T) {
			refusal := twilio.Kind.Refuse(tc.number)
			switch {
			case (refusal == nil) != (tc.words == ""):
				t.Errorf("%+v", refusal)
			case refusal != nil && (!strings.Contains(refusal.Detail, tc.words) || !strings.Contains(refusal.Summary, phone)):
				t.Errorf("%s\n%s", refusal.Summary, refusal.Detail)
			}
		})
	}
}

func TestBilling(t *testing.T) {
	for action, words := range map[platform.Action]string{
		platform.Detach: "keeps billing", platform.ForceDelete: "keeps billing", platform.Release: "10 days",
	} {
		if got := twilio.Kind.Billing(platform.Number{PhoneNumber: phone}, action); !strings.Contains(got, words) {
			t.Errorf("%s: %q", action, got)
		}
	}
}

func TestImport(t *testing.T) {
	for id, want := range map[string]platform.Number{phone: {PhoneNumber: phone}, pn: {SID: pn}} {
		n, err := twilio.Kind.Import(id)
		if err != nil || n.PhoneNumber != want.PhoneNumber || n.SID != want.SID {
			t.Errorf("%s: %+v, %v", id, n, err)
		}
	}
	for _, id := range []string{"", "14155550100", "PN123", main, pn + "/../x"} {
		if n, err := twilio.Kind.Import(id); err == nil {
			t.Errorf("%q: %+v", id, n)
		}
	}
}
