package phonenumber_test

import (
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// identity of a number that the provider's own account carries.
func identityAt(on, phoneNumber string) acctest.Values {
	identity := acctest.Values{
		"platform": on, "phone_number": phoneNumber, "account_sid": simulator.DefaultAccountSID,
	}
	if on == "synthflow" || on == "dialnexa" {
		identity["account_sid"] = nil
	}
	return identity
}

func expectIdentity(t *testing.T, r *acctest.Resource, want acctest.Values) {
	t.Helper()
	if diff := gocmp.Diff(want, r.Identity()); diff != "" {
		t.Errorf("identity: %s", diff)
	}
}

func quiet(t *testing.T, diags acctest.Diagnostics) {
	t.Helper()
	if diags.Failed() {
		t.Fatalf("%+v", diags)
	}
}

// apply does what terraform apply does with the resource as configured.
func apply(t *testing.T, r *acctest.Resource, config acctest.Values) acctest.Diagnostics {
	t.Helper()
	_, diags := r.TerraformApply(config)
	return diags
}

func TestIdentityFollowsTheNumber(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
	owned(sim, simulator.TwilioNumber{})
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	r := sim.Driver(t, nil).Resource(oneNumber)

	quiet(t, apply(t, r, acctest.Values{"phone_number": "+1 415-555-0100"}))
	expectIdentity(t, r, identityAt("none", number))

	onNixflex := acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}}
	quiet(t, apply(t, r, onNixflex))
	expectIdentity(t, r, identityAt("nixflex", number))

	quiet(t, apply(t, r, acctest.Values{"phone_number": number, "account_sid": sub}))
	moved := identityAt("none", number)
	moved["account_sid"] = sub
	expectIdentity(t, r, moved)

	_, diags := r.TerraformDestroy(acctest.Values{"phone_number": number, "account_sid": sub})
	quiet(t, diags)
	expectIdentity(t, r, nil)
}

// A state that an older Terraform, or an older version of the provider, has
// written has no identity. Whatever comes next, Read or Update or a Delete that
// fails, gives it one: see Driver's rules.
func TestStateWithoutIdentityGetsOne(t *testing.T) {
	t.Parallel()
	config := acctest.Values{"phone_number": number, "voice_url": "https://example.com"}
	for name, next := range map[string]func(t *testing.T, sim *acctest.Simulation, r *acctest.Resource){
		"read": func(t *testing.T, _ *acctest.Simulation, r *acctest.Resource) {
			quiet(t, r.Read())
		},
		"update without a read": func(t *testing.T, _ *acctest.Simulation, r *acctest.Resource) {
			quiet(t, r.Apply(r.Plan(acctest.Values{"phone_number": number})))
		},
		"update that fails": func(t *testing.T, sim *acctest.Simulation, r *acctest.Resource) {
			sim.Inject(simulator.Fault{Method: http.MethodPost, Status: http.StatusBadRequest, Body: `{"code": 21402}`})
			if !r.Apply(r.Plan(acctest.Values{"phone_number": number})).Failed() {
				t.Error("the update did not fail")
			}
		},
		"destroy that fails": func(t *testing.T, sim *acctest.Simulation, r *acctest.Resource) {
			sim.Inject(simulator.Fault{Method: http.MethodPost, Status: http.StatusBadRequest, Body: `{"code": 21402}`})
			if diags := r.Destroy(); !diags.Failed() {
				t.Errorf("the destroy did not fail: %+v", diags)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			d := sim.Driver(t, nil)
			r := d.Resource(oneNumber)
			quiet(t, apply(t, r, config))
			d.Restart()
			r.ForgetIdentity()
			next(t, sim, r)
			expectIdentity(t, r, identityAt("none", number))
		})
	}
}

func TestNumberThatIsGoneLeavesStateWithoutIdentity(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	r := sim.Driver(t, nil).Resource(oneNumber)
	quiet(t, apply(t, r, acctest.Values{"phone_number": number}))
	r.ForgetIdentity()
	sim.Twilio().RemoveNumber(number)
	if diags := r.Read(); diags.Failed() || len(diags) != 1 || r.State() != nil {
		t.Errorf("%+v", diags)
	}
}

func TestImportByIdentityIsImportByID(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	numbers := mixed(sim, 5)
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
	sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: number, AccountSID: sub})
	d := sim.Driver(t, nil)
	rows := listed(t, d, nil)
	for _, service := range services {
		phoneNumber := numbers[service][0]
		on := service
		if service == "twilio" {
			on = "none"
		}
		byIdentity, byID := sim.Driver(t, nil).Resource(oneNumber), sim.Driver(t, nil).Resource(oneNumber)
		quiet(t, byIdentity.ImportByIdentity(acctest.Values{"platform": on, "phone_number": "tel:" + phoneNumber}))
		for _, row := range rows {
			if id, _ := row["import_id"].(string); row["phone_number"] == phoneNumber {
				quiet(t, byID.Import(id))
			}
		}
		if diff := gocmp.Diff(byID.State(), byIdentity.State()); diff != "" {
			t.Errorf("%s: %s", service, diff)
		}
		expectIdentity(t, byID, identityAt(on, phoneNumber))
		expectIdentity(t, byIdentity, identityAt(on, phoneNumber))
	}
	inSub := d.Resource(oneNumber)
	quiet(t, inSub.ImportByIdentity(acctest.Values{"platform": "none", "phone_number": number, "account_sid": sub}))
	if got := inSub.State()["account_sid"]; got != sub {
		t.Errorf("account_sid is %v", got)
	}
}

func TestImportByIdentityRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	for name, test := range map[string]struct {
		identity acctest.Values
		want     string
	}{
		"platform":           {acctest.Values{"platform": "twilio", "phone_number": number}, "must be one of none, nixflex"},
		"phone number":       {acctest.Values{"platform": "none", "phone_number": "4155550100"}, "country code"},
		"not on a platform":  {acctest.Values{"platform": "nixflex", "phone_number": number}, "Nixflex does not hold it"},
		"number not owned":   {acctest.Values{"platform": "none", "phone_number": "+14155550199"}, "Twilio does not hold it"},
		"not in that place":  {acctest.Values{"platform": "synthflow", "phone_number": number}, "Synthflow does not hold it"},
		"not at a carrier":   {acctest.Values{"platform": "dialnexa", "phone_number": number}, "DialNexa does not hold it"},
		"not at Resemble AI": {acctest.Values{"platform": "resemble", "phone_number": number}, "Resemble AI does not hold it"},
	} {
		t.Run(name, func(t *testing.T) {
			diags := sim.Driver(t, nil).Resource(oneNumber).ImportByIdentity(test.identity)
			if !diags.Failed() || !strings.Contains(diags[0].Detail, test.want) {
				t.Errorf("%+v", diags)
			}
		})
	}
}
