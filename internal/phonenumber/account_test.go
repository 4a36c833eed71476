package phonenumber_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// inSubaccount seeds a number that a subaccount has.
func inSubaccount(sim *acctest.Simulation) simulator.TwilioAccount {
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
	owned(sim, simulator.TwilioNumber{AccountSID: sub.SID})
	return sub
}

// asAccount are the provider's arguments with the credentials of another account.
func asAccount(sim *acctest.Simulation, sub simulator.TwilioAccount) acctest.Values {
	return acctest.Values{"twilio": acctest.Values{
		"account_sid": sub.SID, "auth_token": sub.AuthToken, "base_url": sim.URL + "/twilio",
	}}
}

func TestNumberStaysInTheAccountThatStateSays(t *testing.T) {
	t.Parallel()
	const moved = `{"sid": "", "account_sid": "", "phone_number": "` + number + `"}`
	for name, bring := range map[string]func(t *testing.T, sim *acctest.Simulation, r *acctest.Resource) acctest.Diagnostics{
		"import": func(_ *testing.T, _ *acctest.Simulation, r *acctest.Resource) acctest.Diagnostics {
			return r.Import(number)
		},
		"move": func(_ *testing.T, _ *acctest.Simulation, r *acctest.Resource) acctest.Diagnostics {
			return append(r.Move("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", 0, moved),
				r.Read()...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			sub := inSubaccount(sim)
			r := sim.Driver(t, nil).Resource(oneNumber)
			if diags := bring(t, sim, r); diags.Failed() {
				t.Fatalf("%+v", diags)
			}
			config := acctest.Values{"phone_number": number}
			mustApply(t, r, config)
			if got := r.State()["account_sid"]; got != sub.SID {
				t.Errorf("state has account %v", got)
			}
			expectSettled(t, r, config)
			if n, _ := sim.Twilio().Number(number); n.AccountSID != sub.SID {
				t.Errorf("the number is in %s now", n.AccountSID)
			}
		})
	}
	t.Run("other credentials", func(t *testing.T) {
		t.Parallel()
		sim := acctest.Start(t)
		sub := inSubaccount(sim)
		d := sim.Driver(t, asAccount(sim, sub))
		r := d.Resource(oneNumber)
		config := acctest.Values{"phone_number": number}
		mustApply(t, r, config)
		d.Use(asAccount(sim, simulator.TwilioAccount{
			SID: simulator.DefaultAccountSID, AuthToken: simulator.DefaultAuthToken,
		}))
		expectSettled(t, r, config)
		config["voice_url"] = oursURL
		mustApply(t, r, config)
		if n, _ := sim.Twilio().Number(number); n.AccountSID != sub.SID || n.VoiceURL != oursURL {
			t.Errorf("the number is in %s, with voice_url %q", n.AccountSID, n.VoiceURL)
		}
	})
	t.Run("moved behind our back", func(t *testing.T) {
		t.Parallel()
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
		r := sim.Driver(t, nil).Resource(oneNumber)
		config := acctest.Values{"phone_number": number}
		mustApply(t, r, config)
		sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.AccountSID = sub })
		expectSettled(t, r, config)
		if got := r.State()["account_sid"]; got != sub {
			t.Errorf("state has account %v", got)
		}
	})
}

func TestCredentialsThatDoNotReachTheAccountInStateAreNamed(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
	d := sim.Driver(t, nil)
	r := d.Resource(oneNumber)
	mustApply(t, r, acctest.Values{"phone_number": number, "voice_url": oursURL})
	d.Use(asAccount(sim, sub))
	both := []string{number, simulator.DefaultAccountSID, sub.SID, "credentials"}
	expectSays(t, r.Read(), "error", both...)
	plan := r.Plan(acctest.Values{"phone_number": number, "voice_url": theirsURL})
	expectSays(t, r.Apply(plan), "error", both...)
	expectSays(t, r.Destroy(), "error", both...)
	if n, _ := sim.Twilio().Number(number); n.AccountSID != simulator.DefaultAccountSID || n.VoiceURL != oursURL {
		t.Errorf("%+v", n)
	}
}

func TestPlanOfATransferNamesBothAccounts(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
	r := sim.Driver(t, nil).Resource(oneNumber)
	mustApply(t, r, acctest.Values{"phone_number": number})
	config := acctest.Values{"phone_number": number, "account_sid": sub}
	plan := r.Plan(config)
	expectSays(t, plan.Diagnostics, "warning", "Transfer", number, simulator.DefaultAccountSID, sub)
	if diags := r.Apply(plan); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	if n, _ := sim.Twilio().Number(number); n.AccountSID != sub {
		t.Errorf("the number is in %s", n.AccountSID)
	}
	expectSettled(t, r, config)
	delete(config, "account_sid") // no longer named: it stays where it is
	expectSettled(t, r, config)

	config["account_sid"] = acctest.Unknown
	expectSays(t, r.Plan(config).Diagnostics, "warning", "transfer", number, sub, "not known")
}
