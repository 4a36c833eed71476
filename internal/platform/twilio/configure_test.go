package twilio_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// wanting is n with other settings; the rest stays.
func wanting(n platform.Number, settings platform.Values) platform.Number {
	all := maps.Clone(n.Settings)
	maps.Copy(all, settings)
	n.Settings = all
	return n
}

const url = "https://example.com/"

func TestConfigureSendsOnlyWhatDiffers(t *testing.T) {
	for name, tc := range map[string]struct {
		number simulator.TwilioNumber
		want   platform.Values
		form   string // empty: nothing is sent
	}{
		"nothing": {simulator.TwilioNumber{VoiceURL: url}, nil, ""},
		"the same": {
			simulator.TwilioNumber{VoiceURL: url},
			platform.Values{"voice_url": url, "voice_method": "POST"},
			"",
		},
		"a default": {
			simulator.TwilioNumber{},
			platform.Values{"voice_method": nil, "voice_caller_id_lookup": nil},
			"",
		},
		"set": {
			simulator.TwilioNumber{},
			platform.Values{"voice_url": url},
			"VoiceUrl=https%3A%2F%2Fexample.com%2F",
		},
		"clear":              {simulator.TwilioNumber{VoiceURL: url}, platform.Values{"voice_url": nil}, "VoiceUrl="},
		"name":               {simulator.TwilioNumber{}, platform.Values{"friendly_name": "v1.25.3"}, "FriendlyName=v1.25.3"},
		"name is not erased": {simulator.TwilioNumber{}, platform.Values{"friendly_name": nil}, ""},
		"clear a pair": {
			simulator.TwilioNumber{VoiceURL: url, VoiceFallbackURL: url},
			platform.Values{"voice_url": nil, "voice_fallback_url": nil},
			"VoiceFallbackUrl=&VoiceUrl=",
		},
		"back to defaults": {
			simulator.TwilioNumber{SMSMethod: "GET", VoiceCallerIDLookup: true, VoiceReceiveMode: "fax"},
			platform.Values{"sms_method": nil, "voice_caller_id_lookup": nil, "voice_receive_mode": nil},
			"SmsMethod=POST&VoiceCallerIdLookup=false&VoiceReceiveMode=voice",
		},
		"emergency address is not taken off": {
			simulator.TwilioNumber{EmergencyAddressSID: address},
			platform.Values{"emergency_address_sid": nil},
			"",
		},
		"messages of a number without any": {
			simulator.TwilioNumber{SMSURL: url, Capabilities: simulator.TwilioCapabilities{Voice: true}},
			platform.Values{"sms_url": nil, "voice_url": url},
			"VoiceUrl=https%3A%2F%2Fexample.com%2F",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			have := w.own(tc.number)
			want := wanting(have, tc.want)
			got, err := w.Configure(t.Context(), have, want)
			if err != nil {
				t.Fatal(err)
			}
			if tc.form == "" {
				w.wantSent()
			} else {
				w.wantSent("POST /" + have.SID + ".json " + tc.form + " -> 200")
			}
			read, err := w.Read(t.Context(), have)
			if err != nil || !maps.Equal(got.Settings, read.Settings) {
				t.Errorf("returned %v\nread %v, %v", got.Settings, read.Settings, err)
			}
		})
	}
}

func TestConfigureLeavesAloneWhatIsNotNamed(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	have := w.own(simulator.TwilioNumber{VoiceURL: url, FriendlyName: "Support", StatusCallback: url})
	want := have
	want.Settings = platform.Values{"voice_url": nil}
	want.Platform, want.Private.Detail = "resemble", "kept"
	got, err := w.Configure(t.Context(), have, want)
	if err != nil || got.Settings["status_callback"] != url || got.Platform != "resemble" || got.Private.Detail != "kept" {
		t.Errorf("%+v, %v", got, err)
	}
	w.wantSent("POST /" + have.SID + ".json VoiceUrl= -> 200")
}

func TestConfigureNamesTheLoserOfTrunkAndApplication(t *testing.T) {
	// A trunk has been seen not to stick while an application was set.
	w := start(t, simulator.TwilioRules{ApplicationHoldsOffTrunk: true})
	application := w.Twilio().AddApplication(main)
	trunk := w.Twilio().AddTrunk(simulator.TwilioTrunk{})
	have := w.own(simulator.TwilioNumber{VoiceApplicationSID: application})

	want := have
	want.Settings = platform.Values{"trunk_sid": trunk}
	got, err := w.Configure(t.Context(), have, want)
	if err != nil || got.Settings["trunk_sid"] != trunk || got.Settings["voice_application_sid"] != nil {
		t.Errorf("%v, %v", got.Settings, err)
	}
	back := got
	back.Settings = platform.Values{"voice_application_sid": application, "trunk_sid": nil}
	got, err = w.Configure(t.Context(), got, back)
	if err != nil || got.Settings["trunk_sid"] != nil || got.Settings["voice_application_sid"] != application {
		t.Errorf("%v, %v", got.Settings, err)
	}
	w.wantSent(
		"POST /"+have.SID+".json TrunkSid="+trunk+"&VoiceApplicationSid= -> 200",
		"POST /"+have.SID+".json TrunkSid=&VoiceApplicationSid="+application+" -> 200",
	)
}

func TestConfigureAcceptsAnAnswerWithoutTheReceiveMode(t *testing.T) {
	w := start(t, simulator.TwilioRules{OmitsModeAndType: true})
	have := w.own(simulator.TwilioNumber{})
	_, err := w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_receive_mode": "voice"}))
	if err != nil {
		t.Error(err)
	}
	w.wantSent()
	got, err := w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_receive_mode": "fax"}))
	if _, told := got.Settings["voice_receive_mode"]; err != nil || told {
		t.Errorf("%v, %v", got.Settings, err)
	}
	w.wantSent("POST /" + have.SID + ".json VoiceReceiveMode=fax -> 200")
}

func TestConfigureReportsWhatDidNotStick(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	have := w.own(simulator.TwilioNumber{})
	w.Inject(simulator.Fault{Method: "POST", Status: 200, Body: item(have.SID, main, phone)})
	got, err := w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_url": url, "sms_url": url}))
	if err == nil || !strings.Contains(err.Error(), "does not show it in voice_url and sms_url") {
		t.Error(err)
	}
	if got.SID != have.SID || got.Settings["voice_url"] != nil || got.Settings["friendly_name"] != "(415) 555-0100" {
		t.Errorf("%+v", got)
	}
	if sent := w.sent(); len(sent) != 2 || !strings.HasPrefix(sent[1], "GET") {
		t.Errorf("%v", sent)
	}
}

func TestConfigureReadsAgainWhenTheAnswerContradicts(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	have := w.own(simulator.TwilioNumber{})
	w.Inject(simulator.Fault{Method: "POST", Status: 200, AfterEffect: true, Body: item(have.SID, main, phone)})
	got, err := w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_url": url}))
	if err != nil || got.Settings["voice_url"] != url {
		t.Errorf("%v, %v", got.Settings, err)
	}
}

func TestConfigureSettlesALostAnswer(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"cut":            {Cut: simulator.CutAfter},
		"garbled":        {Garble: true},
		"503":            {Status: 503, AfterEffect: true},
		"another number": {Status: 200, AfterEffect: true, Body: item(pn, main, "+14155550199")},
	} {
		w := start(t, simulator.TwilioRules{})
		have := w.own(simulator.TwilioNumber{})
		want := wanting(have, platform.Values{"voice_url": url})
		fault.Method = "POST"
		w.Inject(fault)
		if got, err := w.Configure(t.Context(), have, want); err != nil || got.Settings["voice_url"] != url {
			t.Errorf("%s: %v, %v", name, got.Settings, err)
		}
		if n := len(w.Requests()); n != 2 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
	w := start(t, simulator.TwilioRules{})
	have := w.own(simulator.TwilioNumber{})
	w.Inject(simulator.Fault{Method: "POST", Status: 503})
	got, err := w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_url": url}))
	if err == nil || !strings.Contains(err.Error(), "503") || got.Settings["voice_url"] != nil || got.SID != have.SID {
		t.Errorf("%+v, %v", got, err)
	}
	w.Inject(simulator.Fault{Method: "GET", Status: 403})
	if got, err = w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_url": url})); err == nil ||
		!strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "403") || got.SID != have.SID {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestConfigureBlamesTheField(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	have := w.own(simulator.TwilioNumber{})
	foreign := "AP00000000000000000000000000000099"
	got, err := w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_application_sid": foreign}))
	blamed, ok := errors.AsType[*platform.FieldError](err)
	if !ok || blamed.Field != "voice_application_sid" || !strings.Contains(err.Error(), "21420") ||
		!strings.Contains(err.Error(), phone) || got.SID != have.SID {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err = w.Configure(t.Context(), have, wanting(have, platform.Values{"voice_fallback_url": url})); err == nil ||
		!strings.Contains(err.Error(), "needs voice_url") {
		t.Error(err)
	}
}

func TestTransfer(t *testing.T) {
	for name, rules := range map[string]simulator.TwilioRules{
		"keeps the SID": {}, "changes the SID": {TransferChangesSID: true}, "clears URLs": {TransferClearsURLs: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, rules)
			gaining := w.Twilio().AddSubaccount(main).SID
			have := w.own(simulator.TwilioNumber{VoiceURL: url})
			there := w.Twilio().AddAddress(gaining, "US")
			want := wanting(have, platform.Values{"address_sid": there, "sms_url": url})
			want.AccountSID = gaining
			got, err := w.Configure(t.Context(), have, want)
			if err != nil || got.AccountSID != gaining {
				t.Fatalf("%+v, %v", got, err)
			}
			for field, value := range map[string]any{"address_sid": there, "sms_url": url, "voice_url": url} {
				if got.Settings[field] != value {
					t.Errorf("%s: %v", field, got.Settings[field])
				}
			}
			if first := w.sent()[0]; first != "POST /"+have.SID+".json AccountSid="+gaining+"&AddressSid="+there+" -> 200" {
				t.Error(first)
			}
			if read, err := w.Read(t.Context(), got); err != nil || !maps.Equal(read.Settings, got.Settings) {
				t.Errorf("%+v, %v", read, err)
			}
		})
	}
}

func TestTransferSettlesALostAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		fault simulator.Fault
		moved bool
	}{
		"took effect":      {simulator.Fault{Cut: simulator.CutAfter}, true},
		"took no effect":   {simulator.Fault{Cut: simulator.CutBefore}, false},
		"names the losing": {simulator.Fault{Status: 200, Body: item(pn, main, phone)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, simulator.TwilioRules{})
			gaining := w.Twilio().AddSubaccount(main).SID
			have := w.own(simulator.TwilioNumber{VoiceURL: url})
			want := have
			want.AccountSID = gaining
			tc.fault.Method = "POST"
			w.Inject(tc.fault)
			got, err := w.Configure(t.Context(), have, want)
			if (err == nil) != tc.moved || (got.AccountSID == gaining) != tc.moved {
				t.Errorf("%+v, %v", got, err)
			}
			if err != nil && !strings.Contains(err.Error(), "still where it was") {
				t.Error(err)
			}
		})
	}
	w := start(t, simulator.TwilioRules{})
	gaining := w.Twilio().AddSubaccount(main).SID
	have := w.own(simulator.TwilioNumber{})
	want := have
	want.AccountSID = gaining
	w.Inject(simulator.Fault{Status: 503})
	if got, err := w.Configure(t.Context(), have, want); err == nil || got.AccountSID != main ||
		!strings.Contains(err.Error(), "finding out") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTransferThatTheRestFailsAfter(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	gaining := w.Twilio().AddSubaccount(main).SID
	have := w.own(simulator.TwilioNumber{})
	foreign := w.Twilio().AddApplication(main) // not the gaining account's
	want := wanting(have, platform.Values{"voice_application_sid": foreign})
	want.AccountSID = gaining
	got, err := w.Configure(t.Context(), have, want)
	if err == nil || got.AccountSID != gaining {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTransferRefused(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	stranger := w.Twilio().AddAccount(simulator.TwilioAccount{}).SID
	have := w.own(simulator.TwilioNumber{})
	for _, account := range []string{stranger, "AC/../x"} {
		want := have
		want.AccountSID = account
		got, err := w.Configure(t.Context(), have, want)
		blamed, ok := errors.AsType[*platform.FieldError](err)
		if !ok || blamed.Field != "account_sid" || got.AccountSID != main {
			t.Errorf("%s: %+v, %v", account, got, err)
		}
	}
}

func TestConfigureIsSettledAfterTheOperationsTime(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	have := w.own(simulator.TwilioNumber{})
	w.Inject(simulator.Fault{Method: "POST", Hang: true, AfterEffect: true})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	got, err := w.Configure(ctx, have, wanting(have, platform.Values{"voice_url": url}))
	if err != nil || got.Settings["voice_url"] != url {
		t.Errorf("%+v, %v", got, err)
	}
}
