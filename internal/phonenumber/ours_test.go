package phonenumber_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	oursURL   = "https://example.com/ours"
	theirsURL = "https://theirs.example/voice"
)

// A refresh brings into state what somebody else has set. It is theirs all the
// same.
func TestDetachLeavesWhatARefreshHasBroughtIntoState(t *testing.T) {
	t.Parallel()
	for name, refresh := range map[string]bool{"refreshed": true, "not refreshed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			r := sim.Driver(t, nil).Resource(oneNumber)
			mustApply(t, r, acctest.Values{"phone_number": number, "voice_url": oursURL, "status_callback": oursURL})
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) {
				n.VoiceURL, n.SMSURL = theirsURL, theirsURL
			})
			if refresh {
				r.Read()
				steps := strings.Join(r.State()["destroy_steps"].([]string), "\n") //nolint:forcetypeassert // the test fails
				if !strings.Contains(steps, "Clear status_callback of "+number) ||
					!strings.Contains(steps, "voice_url stays as it is") || r.State()["sms_url"] != nil {
					t.Errorf("destroy_steps do not say what stays: %s", steps)
				}
				expectSays(t, r.PlanDestroy().Diagnostics, "warning", "voice_url stays as it is")
			}
			if diags := r.Apply(r.PlanDestroy()); diags.Failed() {
				t.Fatalf("%+v", diags)
			}
			n, _ := sim.Twilio().Number(number)
			if n.VoiceURL != theirsURL || n.SMSURL != theirsURL || n.StatusCallback != "" {
				t.Errorf("Twilio has voice_url %q, sms_url %q and status_callback %q", n.VoiceURL, n.SMSURL, n.StatusCallback)
			}
		})
	}
}

// What an import has found counts as taken over, whether it is changed later or not.
func TestDetachClearsWhatAnImportTookOver(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{VoiceURL: oursURL, VoiceMethod: "GET", SMSURL: oursURL})
	r := sim.Driver(t, nil).Resource(oneNumber)
	if diags := r.Import(number); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	config := acctest.Values{
		"phone_number": number, "voice_url": oursURL, "voice_method": "GET", "sms_url": oursURL,
		"friendly_name": r.State()["friendly_name"],
	}
	expectSettled(t, r, config)
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.SMSURL = theirsURL })
	r.Read()
	if diags := r.Destroy(); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	if n, _ := sim.Twilio().Number(number); n.VoiceURL != "" || n.VoiceMethod != "POST" || n.SMSURL != theirsURL {
		t.Errorf("Twilio has voice_url %q, voice_method %q, sms_url %q", n.VoiceURL, n.VoiceMethod, n.SMSURL)
	}
}

// A configuration that takes over somebody else's value makes it this resource's,
// although nothing is written.
func TestDetachClearsWhatTheConfigurationTookOver(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	r := sim.Driver(t, nil).Resource(oneNumber)
	mustApply(t, r, acctest.Values{"phone_number": number, "voice_url": oursURL})
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = theirsURL })
	sim.ResetRequests()
	config := acctest.Values{"phone_number": number, "voice_url": theirsURL}
	mustApply(t, r, config)
	expectWrites(t, sim)
	expectSettled(t, r, config)
	if diags := r.Destroy(); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	expectUnwired(t, sim, number)
}

// Terraform ends ten numbers at a time. Each is read right before it is written.
func TestMassDetachLeavesWhatWasRewiredSinceItBegan(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	driver := sim.Driver(t, nil)
	var all []*acctest.Resource
	phone := func(i int) string { return fmt.Sprintf("+141555501%02d", i) }
	for i := range 60 {
		owned(sim, simulator.TwilioNumber{PhoneNumber: phone(i)})
		r := driver.Resource(oneNumber)
		mustApply(t, r, acctest.Values{"phone_number": phone(i), "voice_url": oursURL})
		all = append(all, r)
	}
	if diags := all[0].Read(); diags.Failed() { // a run of its own begins
		t.Fatal(diags)
	}
	theirs := map[string]bool{}
	var once sync.Once
	sim.BeforeNth(10, "POST", "IncomingPhoneNumbers/", func() {
		once.Do(func() {
			for i := 30; i < 60; i++ {
				sim.Twilio().UpdateNumber(phone(i), func(n *simulator.TwilioNumber) { n.VoiceURL = theirsURL })
				theirs[phone(i)] = true
			}
		})
	})
	sim.ResetRequests()
	var group errgroup.Group
	group.SetLimit(10)
	for _, r := range all {
		group.Go(func() error {
			if diags := r.Destroy(); diags.Failed() {
				return fmt.Errorf("%+v", diags)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		want := ""
		if theirs[phone(i)] {
			want = theirsURL
		}
		if n, _ := sim.Twilio().Number(phone(i)); n.VoiceURL != want {
			t.Errorf("%s has voice_url %q, want %q", phone(i), n.VoiceURL, want)
		}
	}
	if sent := sim.Requests(); len(theirs) == 0 || len(sent) > 3*60 {
		t.Errorf("%d rewired; %d requests for 60 numbers", len(theirs), len(sent))
	}
}

// The gentler end counts at once, since it needs no call; the other one only when
// all of its apply has succeeded.
func TestFailedUpdateKeepsTheGentlerEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ before, after, want string }{
		{"release", "detach", "detach"},
		{"release", "force_delete", "force_delete"},
		{"release", "false", "detach"},
		{"force_delete", "detach", "detach"},
		{"detach", "release", "detach"},
		{"detach", "true", "detach"},
		{"detach", "force_delete", "detach"},
		{"force_delete", "release", "force_delete"},
	} {
		t.Run(test.before+" to "+test.after, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			r := sim.Driver(t, acctest.Values{"max_retries": 0}).Resource(oneNumber)
			mustApply(t, r, acctest.Values{
				"phone_number": number, "voice_url": oursURL, "release_on_destroy": test.before,
				"deregister_emergency_address": test.before == "release",
			})
			sim.Inject(simulator.Fault{Method: "POST", Times: 1, Status: 500})
			config := acctest.Values{
				"phone_number": number, "voice_url": "https://example.com/new", "release_on_destroy": test.after,
				"deregister_emergency_address": test.after == "release",
			}
			if _, diags := r.TerraformApply(config); !diags.Failed() {
				t.Fatal("the update did not fail")
			}
			if got := r.State(); got["destroy_action"] != test.want || got["deregister_emergency_address"] != false ||
				got["voice_url"] != oursURL {
				t.Errorf("state has %v, deregister_emergency_address %v, voice_url %v", got["destroy_action"],
					got["deregister_emergency_address"], got["voice_url"])
			}
			mustApply(t, r, config)
			expectSettled(t, r, config)
		})
	}
}
