package phonenumber_test

import (
	"fmt"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// impossible are numbers of old numbering plans: no number of their country can
// be, and carriers have them.
var impossible = []string{"+5215512345678", "+22507123456"}

func settled(t *testing.T, r *acctest.Resource, config acctest.Values) {
	t.Helper()
	p := r.Plan(config)
	if p.Action != acctest.NoOp || len(p.Diagnostics) > 0 {
		t.Errorf("the next plan is %s: %+v\n%v\n%v", p.Action, p.Diagnostics, p.Before, p.After)
	}
}

func TestNumberThatItsCarrierReportsIsAcceptedAsItIs(t *testing.T) {
	t.Parallel()
	for _, phoneNumber := range impossible {
		for name, road := range map[string]func(*acctest.Driver, *acctest.Resource, acctest.Values) acctest.Diagnostics{
			"import by its import_id": func(d *acctest.Driver, r *acctest.Resource, _ acctest.Values) acctest.Diagnostics {
				rows := listed(t, d, nil)
				if len(rows) != 2 {
					t.Fatalf("%d numbers, want this one and an ordinary one", len(rows))
				}
				for _, row := range rows {
					if row["phone_number"] == phoneNumber {
						return r.Import(fmt.Sprint(row["import_id"]))
					}
				}
				t.Fatalf("it is not listed: %v", rows)
				return nil
			},
			"import by the number alone": func(_ *acctest.Driver, r *acctest.Resource, _ acctest.Values) acctest.Diagnostics {
				return r.Import(phoneNumber)
			},
			"import by identity": func(_ *acctest.Driver, r *acctest.Resource, _ acctest.Values) acctest.Diagnostics {
				return r.ImportByIdentity(acctest.Values{"platform": "none", "phone_number": phoneNumber})
			},
			"adoption": func(_ *acctest.Driver, r *acctest.Resource, config acctest.Values) acctest.Diagnostics {
				_, diags := r.TerraformApply(config)
				return diags
			},
			"move": func(_ *acctest.Driver, r *acctest.Resource, _ acctest.Values) acctest.Diagnostics {
				diags := r.Move("registry.terraform.io/RJPearson94/twilio", "twilio_phone_number", 0,
					`{"phone_number": "`+phoneNumber+`", "account_sid": "`+simulator.DefaultAccountSID+`"}`)
				if !diags.Failed() {
					diags = append(diags, r.Read()...)
				}
				return diags
			},
		} {
			t.Run(name+" of "+phoneNumber, func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t)
				owned(sim, simulator.TwilioNumber{PhoneNumber: phoneNumber})
				owned(sim, simulator.TwilioNumber{})
				d := sim.Driver(t, nil)
				r := d.Resource("telephony_phone_number")
				config := acctest.Values{"phone_number": phoneNumber}
				if diags := road(d, r, config); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
				if state := r.State(); state["phone_number"] != phoneNumber || state["id"] != phoneNumber {
					t.Errorf("state has %v, %v", state["phone_number"], state["id"])
				}
				if name == "move" { // which takes over no release_on_destroy
					if _, diags := r.TerraformApply(config); diags.Failed() {
						t.Fatalf("%+v", diags)
					}
				}
				settled(t, r, config)
				if got := looked(t, d, config); got["id"] != phoneNumber {
					t.Errorf("looked up as %v", got["id"])
				}
				if rows := listed(t, d, config); len(rows) != 1 {
					t.Errorf("%d rows", len(rows))
				}
			})
		}
	}
}

// What nobody has is a mistake of the configuration's, and nothing is bought for it.
func TestMistypedNumberIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config acctest.Values
		says   string
	}{
		"a digit is missing": {acctest.Values{"phone_number": "+1415555010"}, "too short"},
		"a digit too many":   {acctest.Values{"phone_number": "+141555501000"}, "too long"},
		"to be bought":       {acctest.Values{"phone_number": "+1415555010", "purchase": acctest.Values{}}, "too short"},
		"no such country":    {acctest.Values{"phone_number": "+999123456789"}, "country code does not exist"},
		"short code":         {acctest.Values{"phone_number": "+1415"}, "too short"},
		"spaced":             {acctest.Values{"phone_number": "+52 1 55 1234 5678"}, "too long"},
		"on a platform":      {acctest.Values{"phone_number": "+1415555010", "nixflex": acctest.Values{"agent_id": nixflexSupport}}, "too short"},
		"of another carrier": {acctest.Values{"phone_number": "+1415555010", "synthflow": acctest.Values{
			"agent_id": synthflowSupport, "provider_name": "telnyx", "termination_uri": "sip.example.com",
		}}, "too short"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			seedSynthflow(sim)
			p := sim.Driver(t, nil).Resource("telephony_phone_number").Plan(test.config)
			wantWords(t, p.Diagnostics, "error", "Invalid phone number", test.says)
		})
	}
}

// A destroy plans the number anew first, and must not be blocked by one that is gone.
func TestImpossibleNumberThatIsGoneBlocksNoDestroy(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{PhoneNumber: impossible[0]})
	r := sim.Driver(t, nil).Resource("telephony_phone_number")
	config := acctest.Values{"phone_number": impossible[0]}
	if _, diags := r.TerraformApply(config); diags.Failed() {
		t.Fatal(diags)
	}
	sim.Twilio().RemoveNumber(impossible[0])
	if _, diags := r.TerraformDestroy(config); diags.Failed() {
		t.Errorf("%+v", diags)
	}
}
