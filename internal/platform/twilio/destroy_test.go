package twilio_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// end runs the steps of an action until one fails.
func (w *world) end(ctx context.Context, n platform.Number, action platform.Action) ([]string, error) {
	var notes []string
	for _, s := range twilio.Kind.Steps(n, action) {
		if s.Op == "" {
			continue
		}
		more, err := w.Do(ctx, n, s)
		notes = append(notes, more...)
		if err != nil {
			return notes, err
		}
	}
	return notes, nil
}

// last is the step that an action ends with.
func last(n platform.Number, action platform.Action) platform.Step {
	steps := twilio.Kind.Steps(n, action)
	return steps[len(steps)-1]
}

func read(n platform.Number) string { return "GET /" + n.SID + ".json -> " }

// wasRefused says what package lifecycle asks of an error: that nothing was changed.
func wasRefused(err error) bool {
	var answer interface{ Refused() bool }
	return errors.Is(err, platform.ErrUntouched) || errors.As(err, &answer) && answer.Refused()
}

func TestUnknownOperation(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	if _, err := w.Do(t.Context(), platform.Number{}, platform.Step{Op: "melt"}); !errors.Is(err, platform.ErrUntouched) {
		t.Error(err)
	}
}

func TestClear(t *testing.T) {
	w := start(t, simulator.TwilioRules{EmergencyLetsMessagingChange: true})
	n := w.own(simulator.TwilioNumber{
		VoiceURL: url, VoiceFallbackURL: url, VoiceMethod: "GET", VoiceCallerIDLookup: true, VoiceReceiveMode: "fax",
		SMSURL: url, StatusCallback: url, FriendlyName: "Support", EmergencyAddressSID: address,
	})
	notes, err := w.end(t.Context(), n, platform.Detach)
	if err != nil || len(notes) != 0 {
		t.Errorf("%v, %v", notes, err)
	}
	w.wantSent(
		read(n)+"200",
		"POST /"+n.SID+".json SmsUrl=&StatusCallback=&VoiceCallerIdLookup=false&VoiceFallbackUrl=&VoiceMethod=POST"+
			"&VoiceReceiveMode=voice&VoiceUrl= -> 200",
		read(n)+"200",
	)
	left, owned := w.Twilio().Number(phone)
	if !owned || left.EmergencyAddressSID != address || left.FriendlyName != "Support" {
		t.Errorf("%+v", left)
	}
	// Run again, it has nothing to do.
	w.ResetRequests()
	if notes, err = w.end(t.Context(), n, platform.Detach); err != nil || len(notes) != 0 {
		t.Errorf("again: %v, %v", notes, err)
	}
	w.wantSent(read(n) + "200")
}

func TestClearLeavesNewerWiring(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{VoiceURL: url, VoiceMethod: "GET", SMSURL: url, StatusCallback: url})
	w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) {
		n.VoiceURL, n.SMSFallbackURL, n.StatusCallback = "https://other.example/", "", ""
	})
	notes, err := w.end(t.Context(), n, platform.Detach)
	if err != nil || !slices.Equal(notes, []string{
		"voice_url of +14155550100 was left as it is: it has changed to another value since.",
	}) {
		t.Errorf("%q, %v", notes, err)
	}
	// Nor is the method touched, which is now that of the newer URL.
	w.wantSent(read(n)+"200", "POST /"+n.SID+".json SmsUrl= -> 200", read(n)+"200")
}

func TestUnwireClearsWhatThePlatformHadWired(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{VoiceURL: url, SMSURL: url, VoiceMethod: "GET"})
	n.Settings = nil
	n.Private.Wiring = platform.Values{"voice_url": url, "voice_method": "GET", "sms_url": "https://gone.example/"}
	notes, err := w.Do(t.Context(), n, platform.Step{Service: "twilio", Op: platform.OpUnwire})
	if err != nil || len(notes) != 1 || !strings.HasPrefix(notes[0], "sms_url of +14155550100 was left as it is") {
		t.Errorf("%q, %v", notes, err)
	}
	w.wantSent(read(n)+"200", "POST /"+n.SID+".json VoiceMethod=POST&VoiceUrl= -> 200", read(n)+"200")
}

func TestClearDoesNotMentionMessagesWhereThereAreNone(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{
		SMSURL: url, VoiceURL: url, Capabilities: simulator.TwilioCapabilities{Voice: true},
	})
	if _, err := w.end(t.Context(), n, platform.Detach); err != nil {
		t.Error(err)
	}
	w.wantSent(read(n)+"200", "POST /"+n.SID+".json VoiceUrl= -> 200", read(n)+"200")
}

func TestClearIsJudgedByReadingBack(t *testing.T) {
	accepted := `{"sid": "` + pn + `", "account_sid": "` + main + `", "phone_number": "` + phone + `"}`
	for name, tc := range map[string]struct {
		fault     simulator.Fault
		words     string // empty: done
		untouched bool
	}{
		"lost answer":              {simulator.Fault{Method: "POST", Cut: simulator.CutAfter}, "", false},
		"garbled answer":           {simulator.Fault{Method: "POST", Garble: true}, "", false},
		"lost request":             {simulator.Fault{Method: "POST", Cut: simulator.CutBefore}, "EOF", false},
		"accepted, but not done":   {simulator.Fault{Method: "POST", Body: accepted}, "does not show it in voice_url", false},
		"refused":                  {refusal("POST", 400, 21402), "21402", true},
		"first read is refused":    {simulator.Fault{Method: "GET", Status: 401}, "401", true},
		"first read is down":       {simulator.Fault{Method: "GET", Status: 500}, "500", true},
		"read back is refused":     {simulator.Fault{Method: "GET", Skip: 1, Status: 401}, "401", false},
		"read back is down":        {simulator.Fault{Method: "GET", Skip: 1, Status: 500}, "500", false},
		"read back is not Twilios": {simulator.Fault{Method: "GET", Skip: 1, Status: 404, Body: "<html>"}, "404", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			n := w.own(simulator.TwilioNumber{VoiceURL: url})
			w.Inject(tc.fault)
			_, err := w.end(t.Context(), n, platform.Detach)
			switch {
			case (err == nil) != (tc.words == ""):
				t.Error(err)
			case err == nil:
				if left, _ := w.Twilio().Number(phone); left.VoiceURL != "" {
					t.Errorf("%q is left", left.VoiceURL)
				}
			case !strings.Contains(err.Error(), tc.words), !strings.Contains(err.Error(), phone),
				wasRefused(err) != tc.untouched:
				t.Errorf("untouched %v: %v", wasRefused(err), err)
			}
		})
	}
}

func TestClearOfANumberThatVanishesMeanwhile(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{VoiceURL: url})
	w.BeforeNth(2, "GET", "", func() { w.Twilio().RemoveNumber(phone) })
	notes, err := w.end(t.Context(), n, platform.Detach)
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "no longer has") {
		t.Errorf("%q, %v", notes, err)
	}
}

// Each step is done when the number is gone for good, and fails without a
// change when it is somewhere else.
func TestStepsOfANumberThatIsGone(t *testing.T) {
	for op, action := range map[string]platform.Action{"clear": platform.Detach, "release": platform.Release} {
		t.Run(op, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			other := w.Twilio().AddSubaccount(main).SID
			n := w.own(simulator.TwilioNumber{VoiceURL: url})

			w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.AccountSID = other })
			_, err := w.end(t.Context(), n, action)
			if !errors.Is(err, platform.ErrUntouched) || !strings.Contains(err.Error(), "moved to account "+other) {
				t.Errorf("moved: %v", err)
			}
			w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone, SID: "PN00000000000000000000000000000077"})
			_, err = w.end(t.Context(), n, action)
			if !errors.Is(err, platform.ErrUntouched) || !strings.Contains(err.Error(), "PN00000000000000000000000000000077") {
				t.Errorf("bought again: %v", err)
			}
			w.Twilio().RemoveNumber(phone)
			notes, err := w.end(t.Context(), n, action)
			if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "no longer has") {
				t.Errorf("gone: %q, %v", notes, err)
			}
			w.Inject(simulator.Fault{Path: "IncomingPhoneNumbers.json", Status: 503})
			if _, err = w.end(t.Context(), n, action); !errors.Is(err, platform.ErrUntouched) {
				t.Errorf("look-up fails: %v", err)
			}
			w.ClearFaults()
			w.Carrier = w.as(main, simulator.DefaultAuthToken) // another run, which knows of no account yet
			w.Inject(simulator.Fault{Path: "Accounts.json", Status: 503})
			if _, err = w.end(t.Context(), n, action); !errors.Is(err, platform.ErrUntouched) {
				t.Errorf("related accounts fail: %v", err)
			}
			if len(w.Twilio().Released()) != 0 {
				t.Error("something was released")
			}
		})
	}
}

func TestRelease(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{VoiceURL: url})
	notes, err := w.end(t.Context(), n, platform.Release)
	if err != nil || len(notes) != 0 {
		t.Errorf("%v, %v", notes, err)
	}
	w.wantSent(read(n)+"200", "DELETE /"+n.SID+".json -> 204", read(n)+"404")
}

func TestReleaseIsJudgedByReadingBack(t *testing.T) {
	for name, tc := range map[string]struct {
		fault     simulator.Fault
		words     string // empty: released
		untouched bool
	}{
		"lost answer":            {simulator.Fault{Method: "DELETE", Cut: simulator.CutAfter}, "", false},
		"503 after the effect":   {simulator.Fault{Method: "DELETE", Status: 503, AfterEffect: true, Times: 1}, "", false},
		"204 without effect":     {simulator.Fault{Method: "DELETE", Status: 204}, "accepted, but it is still there", false},
		"307":                    {simulator.Fault{Method: "DELETE", Status: 307}, "307", false},
		"503 for ever":           {simulator.Fault{Method: "DELETE", Status: 503}, "503", false},
		"404 of a proxy":         {simulator.Fault{Method: "DELETE", Status: 404}, "404", false},
		"refused":                {refusal("DELETE", 400, 22400), "22400", true},
		"rights are missing":     {simulator.Fault{Method: "DELETE", Status: 403}, "403", true},
		"read back is down":      {simulator.Fault{Method: "GET", Skip: 1, Status: 503}, "not known", false},
		"read back is refused":   {simulator.Fault{Method: "GET", Skip: 1, Status: 401}, "not known", false},
		"read back by a proxy":   {simulator.Fault{Method: "GET", Skip: 1, Status: 404, Body: "<html>"}, "not known", false},
		"read before is refused": {simulator.Fault{Method: "GET", Status: 401}, "401", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			n := w.own(simulator.TwilioNumber{})
			w.Inject(tc.fault)
			_, err := w.end(t.Context(), n, platform.Release)
			switch {
			case (err == nil) != (tc.words == ""):
				t.Error(err)
			case err == nil && len(w.Twilio().Released()) != 1:
				t.Error("not released")
			case err != nil && (!strings.Contains(err.Error(), tc.words) || !strings.Contains(err.Error(), phone) ||
				wasRefused(err) != tc.untouched):
				t.Errorf("untouched %v: %v", wasRefused(err), err)
			}
		})
	}
}

func TestReleaseOfANumberThatMovesMeanwhile(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	other := w.Twilio().AddSubaccount(main).SID
	n := w.own(simulator.TwilioNumber{})
	w.Before("DELETE", "", func() {
		w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) { n.AccountSID = other })
	})
	_, err := w.end(t.Context(), n, platform.Release)
	if err == nil || !strings.Contains(err.Error(), "moved to account "+other) {
		t.Error(err)
	}
	if len(w.Twilio().Released()) != 0 {
		t.Error("released")
	}
}

func TestReleaseGuardsAgain(t *testing.T) {
	hosted := func(n *simulator.TwilioNumber) { n.Origin = "hosted" }
	emergency := func(n *simulator.TwilioNumber) { n.EmergencyAddressSID = address }
	for name, tc := range map[string]struct {
		change  func(*simulator.TwilioNumber)
		allowed bool
		words   string
	}{
		"hosted by now":                   {hosted, true, "hosted"},
		"emergency address by now":        {emergency, false, "deregister_emergency_address"},
		"emergency address not in a plan": {emergency, true, "did not show"},
	} {
		w := start(t, simulator.TwilioRules{})
		n := w.own(simulator.TwilioNumber{})
		n.DeregisterEmergencyAddress = tc.allowed
		w.Twilio().UpdateNumber(phone, tc.change)
		_, err := w.end(t.Context(), n, platform.Release)
		refusal, ok := errors.AsType[*platform.Refusal](err)
		if !ok || !strings.Contains(refusal.Detail+refusal.Summary, tc.words) || !errors.Is(err, platform.ErrUntouched) {
			t.Errorf("%s: %v", name, err)
		}
		w.wantSent(read(n) + "200")
	}
}

func TestReleaseDeregistersTheEmergencyAddressFirst(t *testing.T) {
	w := start(t, simulator.TwilioRules{EmergencyReads: 3})
	n := w.own(simulator.TwilioNumber{EmergencyAddressSID: address})
	n.DeregisterEmergencyAddress = true
	if _, err := w.end(t.Context(), n, platform.Release); err != nil {
		t.Fatal(err)
	}
	w.wantSent(
		read(n)+"200", "POST /"+n.SID+".json EmergencyAddressSid= -> 200",
		read(n)+"200", read(n)+"200", read(n)+"200", read(n)+"200",
		read(n)+"200", "DELETE /"+n.SID+".json -> 204", read(n)+"404",
	)
}

func TestReleaseWaitsForADeregistrationThatIsUnderWay(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{EmergencyAddressSID: address})
	n.Settings, n.Private.EmergencyAddress = nil, ""
	w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) {
		n.EmergencyAddressSID, n.EmergencyAddressStatus = "", "pending-unregistration"
	})
	if _, err := w.end(t.Context(), n, platform.Release); err != nil {
		t.Error(err)
	}
}

func TestDeregisterGoesOnAfterALostAnswer(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{EmergencyAddressSID: address})
	n.DeregisterEmergencyAddress = true
	w.Inject(simulator.Fault{Method: "POST", Cut: simulator.CutAfter})
	if _, err := w.end(t.Context(), n, platform.Release); err != nil {
		t.Error(err)
	}
}

func TestDeregisterFails(t *testing.T) {
	usual := simulator.TwilioRules{}
	failing := simulator.TwilioRules{EmergencyStaysRegistered: true}
	slow := simulator.TwilioRules{EmergencyReads: 1 << 20}
	for name, tc := range map[string]struct {
		rules     simulator.TwilioRules
		fault     simulator.Fault
		words     string
		untouched bool
	}{
		"at Twilio":            {failing, simulator.Fault{Method: "PUT"}, "unregistration-failure", false},
		"refused":              {usual, refusal("POST", 400, 21634), "21634", true},
		"lost request":         {usual, simulator.Fault{Method: "POST", Cut: simulator.CutBefore}, "EOF", false},
		"read back is refused": {usual, simulator.Fault{Method: "GET", Skip: 1, Status: 401}, "401", false},
		"takes too long":       {slow, simulator.Fault{Method: "PUT"}, "pending-unregistration", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, tc.rules)
			n := w.own(simulator.TwilioNumber{EmergencyAddressSID: address})
			n.DeregisterEmergencyAddress = true
			w.Inject(tc.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := w.end(ctx, n, platform.Release)
			if err == nil || !strings.Contains(err.Error(), tc.words) || wasRefused(err) != tc.untouched {
				t.Errorf("untouched %v: %v", wasRefused(err), err)
			}
			if len(w.Twilio().Released()) != 0 {
				t.Error("released")
			}
		})
	}
}

func TestDeregisterTakesOffOnlyTheReviewedAddress(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{EmergencyAddressSID: address})
	n.DeregisterEmergencyAddress = true
	deregister := twilio.Kind.Steps(n, platform.Release)[0]

	forbidden := n
	forbidden.DeregisterEmergencyAddress = false
	if _, err := w.Do(t.Context(), forbidden, deregister); !errors.Is(err, platform.ErrUntouched) {
		t.Errorf("without a permission: %v", err)
	}
	w.Twilio().UpdateNumber(phone, func(n *simulator.TwilioNumber) {
		n.EmergencyAddressSID = "AD00000000000000000000000000000002"
	})
	if _, err := w.Do(t.Context(), n, deregister); !errors.Is(err, platform.ErrUntouched) {
		t.Errorf("another address: %v", err)
	}
	w.wantSent(read(n)+"200", read(n)+"200")

	w.Twilio().RemoveNumber(phone)
	if notes, err := w.Do(t.Context(), n, deregister); err != nil || len(notes) != 1 {
		t.Errorf("gone: %q, %v", notes, err)
	}
}

func TestStepsKeepForeignIdentifiersOutOfPaths(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := platform.Number{PhoneNumber: phone, SID: "../../x", Settings: platform.Values{"voice_url": url}}
	for _, action := range []platform.Action{platform.Detach, platform.Release} {
		if _, err := w.Do(t.Context(), n, last(n, action)); !errors.Is(err, platform.ErrUntouched) {
			t.Errorf("%s: %v", action, err)
		}
	}
	w.wantSent()
}
