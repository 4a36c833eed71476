package phonenumber_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// What is certain to fail in the apply fails in the plan, in words for the one
// number, and changes nothing.
func TestPlanRefusesWhatIsCertainToFail(t *testing.T) {
	t.Parallel()
	const twilioSID = simulator.DefaultAccountSID
	onSynthflow := func(more acctest.Values) acctest.Values {
		block := acctest.Values{"provider_name": "twilio"}
		for name, value := range more {
			block[name] = value
		}
		return acctest.Values{"phone_number": number, "synthflow": block}
	}
	apiKey := func(sim *acctest.Simulation) acctest.Values {
		key := sim.Twilio().AddAPIKey(twilioSID, true)
		return acctest.Values{"twilio": acctest.Values{
			"account_sid": twilioSID, "api_key": key.SID, "api_secret": key.Secret, "base_url": sim.URL + "/twilio",
		}}
	}
	for name, test := range map[string]struct {
		number    simulator.TwilioNumber
		unowned   bool
		arguments func(*acctest.Simulation) acctest.Values
		before    func(*acctest.Simulation)
		config    acctest.Values
		summary   string
		detail    string
	}{
		"a wrong auth token": {
			arguments: func(sim *acctest.Simulation) acctest.Values {
				return acctest.Values{"twilio": acctest.Values{
					"account_sid": twilioSID, "auth_token": "wrong", "base_url": sim.URL + "/twilio",
				}}
			},
			config: acctest.Values{"phone_number": number}, summary: `Unable to plan phone number \+14155550100`, detail: `20003`,
		},
		"a forbidden look-up": {
			before: func(sim *acctest.Simulation) {
				sim.Inject(simulator.Fault{Service: simulator.Synthflow, Status: http.StatusForbidden})
			},
			config: onSynthflow(acctest.Values{"termination_uri": "a.pstn.twilio.com"}), summary: `Unable to plan`, detail: `403`,
		},
		"no workspace": {
			arguments: func(sim *acctest.Simulation) acctest.Values {
				return acctest.Values{"synthflow": acctest.Values{
					"api_key": simulator.DefaultSynthflowAPIKey, "base_url": sim.URL + "/synthflow",
				}}
			},
			config: onSynthflow(nil), summary: `Unable to plan`, detail: `set workspace_id.*SYNTHFLOW_WORKSPACE_ID`,
		},
		"no termination URI":            {config: onSynthflow(nil), summary: `Unable to plan`, detail: `set termination_uri`},
		"no termination URI, said":      {config: onSynthflow(acctest.Values{"bought_at_synthflow": false}), summary: `Unable to plan`, detail: `set termination_uri`},
		"no user name of the trunk":     {config: onSynthflow(acctest.Values{"uac_enabled": true, "termination_uri": "a.example"}), summary: `Unable to plan`, detail: `trunk_username`},
		"no auth token for Nixflex":     {arguments: apiKey, config: acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}}, summary: `Unable to plan`, detail: `auth token of the Twilio account`},
		"no auth token for Resemble":    {arguments: apiKey, config: acctest.Values{"phone_number": number, "resemble": acctest.Values{"label": "Support"}}, summary: `Unable to plan`, detail: `auth token of the account`},
		"an agent of Resemble, no UUID": {config: acctest.Values{"phone_number": number, "resemble": acctest.Values{"label": "Support", "agent_uuid": "support"}}, summary: `Invalid`, detail: `UUID of an agent`},
		"an area code of Britain": {
			config: acctest.Values{"purchase": acctest.Values{"country": "GB", "area_code": "212"}}, summary: `Area code of another country`,
			detail: `United States \(US\) and Canada \(CA\)`,
		},
		"messages to a number without": {
			number:  simulator.TwilioNumber{Capabilities: simulator.TwilioCapabilities{Voice: true}},
			config:  acctest.Values{"phone_number": number, "sms_url": "https://example.com/sms"},
			summary: `\+14155550100 has no sms`, detail: `can carry voice alone`,
		},
		"criteria beside a number, abroad": {
			unowned: true, config: acctest.Values{"phone_number": number, "purchase": acctest.Values{"country": "GB", "area_code": "212"}},
			summary: `Area code of another country`,
		},
		"criteria beside a number": {
			unowned: true, config: acctest.Values{"phone_number": number, "purchase": acctest.Values{"country": "US", "area_code": "212"}},
			summary: `Search criteria beside a phone number`, detail: `area_code would be passed over`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			if test.number.PhoneNumber = number; !test.unowned {
				owned(sim, test.number)
			}
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
			if test.before != nil {
				test.before(sim)
			}
			var arguments acctest.Values
			if test.arguments != nil {
				arguments = test.arguments(sim)
			}
			p := sim.Driver(t, arguments).Resource("telephony_phone_number").Plan(test.config)
			expectDiagnostic(t, p.Diagnostics, "error", test.summary, test.detail)
			if len(p.Diagnostics) != 1 || len(p.Diagnostics[0].Detail) > 600 {
				t.Errorf("one short error is enough: %+v", p.Diagnostics)
			}
			expectWrites(t, sim)
		})
	}
}

// What is not known yet may turn out well.
func TestPlanRefusesNothingThatMayTurnOutWell(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]acctest.Values{
		"a termination URI": {"phone_number": number, "synthflow": acctest.Values{"provider_name": "twilio", "termination_uri": acctest.Unknown}},
		"a workspace":       {"phone_number": number, "synthflow": acctest.Values{"workspace_id": acctest.Unknown}},
		"an auth token": {"phone_number": number, "nixflex": acctest.Values{
			"agent_id": nixflexSupport, "twilio_auth_token_wo": acctest.Unknown,
		}},
		"a country": {"purchase": acctest.Values{"country": acctest.Unknown, "area_code": "212"}},
		"a number":  {"phone_number": acctest.Unknown, "purchase": acctest.Values{"country": "US", "area_code": "212"}},
		"messages":  {"phone_number": number, "sms_url": acctest.Unknown},
		"a record that is there": {"phone_number": number, "synthflow": acctest.Values{
			"provider_name": "twilio", "bought_at_synthflow": false,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{Capabilities: simulator.TwilioCapabilities{Voice: true}})
			if name == "a record that is there" {
				sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: number, TerminationURI: "a.example"})
			}
			arguments := acctest.Values{"twilio": acctest.Values{
				"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken, "base_url": sim.URL + "/twilio",
			}}
			p := sim.Driver(t, arguments).Resource("telephony_phone_number").Plan(config)
			if p.Diagnostics.Failed() {
				t.Errorf("%+v", p.Diagnostics)
			}
		})
	}
}

// "Not owned" names the account that was asked, and a way out that works.
func TestNotOwnedSaysWhereTheNumberIs(t *testing.T) {
	t.Parallel()
	const asked = "account " + simulator.DefaultAccountSID + " at Twilio"
	for name, test := range map[string]struct {
		seed     func(*acctest.Simulation)
		more     acctest.Values
		severity string
		summary  string
		says     string
		not      string
	}{
		"nowhere": {severity: "warning", summary: `is not owned`, says: asked + ".*add a block `purchase {}`"},
		"in a subaccount": {
			seed: func(sim *acctest.Simulation) {
				sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
				owned(sim, simulator.TwilioNumber{AccountSID: sub})
			},
			severity: "error", summary: `is in another account`, says: asked + `.*related account AC.*set account_sid = "AC`, not: "purchase",
		},
		"in a subaccount, with permission to buy": {
			seed: func(sim *acctest.Simulation) {
				sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
				owned(sim, simulator.TwilioNumber{AccountSID: sub})
			},
			more:     acctest.Values{"purchase": acctest.Values{}},
			severity: "error", summary: `is in another account`, says: `set account_sid = "AC`,
		},
		"bought at Retell AI": {
			seed: func(sim *acctest.Simulation) {
				sim.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: number, Type: simulator.RetellTwilio})
			},
			more:     acctest.Values{"retell": acctest.Values{"termination_uri": "a.example"}},
			severity: "error", summary: `is carried by Retell AI`, says: `was bought at Retell AI`, not: "purchase {}",
		},
		"nobody can tell": {
			seed: func(sim *acctest.Simulation) {
				sim.Inject(simulator.Fault{Path: "/2010-04-01/Accounts.json", Status: http.StatusServiceUnavailable})
			},
			severity: "warning", summary: `is not owned`, says: asked + `.*could not be looked up.*503`, not: "purchase {}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			if test.seed != nil {
				test.seed(sim)
			}
			config := acctest.Values{"phone_number": number}
			for name, value := range test.more {
				config[name] = value
			}
			p := sim.Driver(t, acctest.Values{
				"max_retries": 0, "retell": acctest.Values{"api_key": simulator.DefaultRetellKey, "base_url": sim.URL + "/retell"},
			}).Resource("telephony_phone_number").Plan(config)
			expectDiagnostic(t, p.Diagnostics, test.severity, test.summary, test.says)
			for _, d := range p.Diagnostics {
				if test.not != "" && strings.Contains(d.Detail, test.not) {
					t.Errorf("it says %q: %s", test.not, d.Detail)
				}
			}
			expectWrites(t, sim)
		})
	}
}

// The apply of a plan finds another world than the plan did.
func TestApplyOfAPlanThatTheWorldHasOvertaken(t *testing.T) {
	t.Parallel()
	adoption := acctest.Values{"phone_number": number}
	release := func(sim *acctest.Simulation) { sim.Twilio().RemoveNumber(number) }
	for name, test := range map[string]struct {
		unowned  bool
		planned  acctest.Values
		turned   acctest.Values
		meantime func(*acctest.Simulation)
		says     string // empty: the apply succeeds
	}{
		"released": {
			planned: adoption, turned: adoption, meantime: release,
			says: `\+14155550100 does not belong to account AC[0-9a-f]+ at Twilio.*Nothing was bought`,
		},
		"moved to a subaccount": {
			planned: adoption, turned: adoption, meantime: func(sim *acctest.Simulation) {
				sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.AccountSID = sub })
			}, says: `related account AC`,
		},
		"owned only by then": {
			unowned: true, planned: adoption, turned: adoption,
			meantime: func(sim *acctest.Simulation) { owned(sim, simulator.TwilioNumber{}) },
		},
		"an account that was not known": {
			planned: acctest.Values{"phone_number": number, "account_sid": acctest.Unknown, "purchase": acctest.Values{}},
			turned:  acctest.Values{"phone_number": number, "account_sid": simulator.DefaultAccountSID, "purchase": acctest.Values{}},
		},
		"a number that was not known": {
			planned: acctest.Values{"phone_number": acctest.Unknown}, turned: adoption,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			if !test.unowned {
				owned(sim, simulator.TwilioNumber{})
			}
			r := sim.Driver(t, nil).Resource("telephony_phone_number")
			p := r.Plan(test.planned)
			for _, d := range p.Diagnostics {
				if maybe := strings.HasPrefix(d.Summary, "May buy a number"); !test.unowned && !maybe {
					t.Errorf("the plan says %+v", d)
				}
			}
			if test.meantime != nil {
				test.meantime(sim)
			}
			diags := r.ApplyAs(p, test.turned)
			if test.says == "" && diags.Failed() {
				t.Errorf("%+v", diags)
			} else if test.says != "" {
				expectDiagnostic(t, diags, "error", ``, test.says)
			}
			if len(sim.Twilio().Purchases()) > 0 {
				t.Error("bought")
			}
		})
	}
}

func TestUpdateWhosePhoneNumberIsNotKnownYet(t *testing.T) {
	t.Parallel()
	config := acctest.Values{"phone_number": number, "voice_url": "https://example.com/voice"}
	for name, turned := range map[string]string{"the same": "+1 (415) 555-0100", "another": otherNumber} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			owned(sim, simulator.TwilioNumber{PhoneNumber: otherNumber})
			driver := sim.Driver(t, nil)
			r := driver.Resource("telephony_phone_number")
			r.TerraformApply(config)
			driver.Restart()
			r.Read()
			p := r.Plan(acctest.Values{"phone_number": acctest.Unknown, "voice_url": "https://example.com/voice"})
			steps, _ := p.After["destroy_steps"].([]string)
			if p.Action != acctest.Update || len(steps) != 1 || !strings.Contains(steps[0], "voice_url of "+number) {
				t.Errorf("%s, %v, %+v", p.Action, p.After["destroy_steps"], p.Diagnostics)
			}
			diags := r.ApplyAs(p, acctest.Values{"phone_number": turned, "voice_url": "https://example.com/voice"})
			if turned != otherNumber {
				if diags.Failed() {
					t.Errorf("%+v", diags)
				}
				return
			}
			expectDiagnostic(t, diags, "error", `\+14155550100 cannot become another one`, `Plan again.*replace the resource`)
			driver.Restart()
			r.Read()
			if p := r.Plan(acctest.Values{"phone_number": turned}); p.Action != acctest.Replace {
				t.Errorf("the next plan is %s: %+v", p.Action, p.Diagnostics)
			}
		})
	}
}

// One mistake is one error.
func TestOneMistakeIsOneError(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	driver := sim.Driver(t, nil)
	named := driver.Resource("telephony_phone_number").Plan(acctest.Values{"phone_number": number, "friendly_name": strings.Repeat("n", 65)})
	empty := driver.Resource("telephony_phone_number").Import("")
	for what, diags := range map[string]acctest.Diagnostics{"friendly_name": named.Diagnostics, "import": empty} {
		if len(diags) != 1 || !diags.Failed() {
			t.Errorf("%s: %+v", what, diags)
		}
	}
	expectDiagnostic(t, empty, "error", `Invalid import ID`, `Import IDs look like.*PN.*synthflow/`)
}

func TestImportErrorShowsTheFormatsOfTheServiceThatIsNamed(t *testing.T) {
	t.Parallel()
	r := acctest.Start(t).Driver(t, nil).Resource("telephony_phone_number")
	diags := r.Import("synthflow/14155550100")
	expectDiagnostic(t, diags, "error", `Invalid import ID`, `Import IDs look like: - synthflow/1710`)
	if strings.Contains(diags[0].Detail, "PN0") || strings.Contains(diags[0].Detail, "nixflex/") {
		t.Errorf("it shows others, too: %s", diags[0].Detail)
	}
}

func TestMoveFromAForkWithTheSameState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ address, resource, state string }{
		"Vapi":           {"registry.terraform.io/terraform-provider-vapi/vapi", "vapi_phone_number", `{"number": "+14155550100"}`},
		"Twilio":         {"registry.terraform.io/layerx/twilio", "twilio_phone_number", `{"sid": "` + numberSID + `", "phone_number": "+14155550100"}`},
		"an older type":  {"registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers_v2010", `{"sid": "` + numberSID + `"}`},
		"both at a time": {"registry.terraform.io/layerx/twilio", "twilio_api_accounts_incoming_phone_numbers_v2010", `{"phone_number": "+14155550100"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{SID: numberSID})
			r := sim.Driver(t, nil).Resource("telephony_phone_number")
			if diags := r.Move(test.address, test.resource, 0, test.state); len(diags) > 0 {
				t.Fatalf("%+v", diags)
			}
			mustRead(t, r)
			if p := r.Plan(acctest.Values{"phone_number": number}); p.Action != acctest.NoOp {
				t.Errorf("the plan is %s: %+v", p.Action, p.Diagnostics)
			}
		})
	}
}

func TestMoveOfAnotherCarriersNumberAdvisesNoImport(t *testing.T) {
	t.Parallel()
	r := acctest.Start(t).Driver(t, nil).Resource("telephony_phone_number")
	diags := r.Move("registry.terraform.io/farukparhat/vapi", "vapi_phone_number", 0, `{"number": "+14155550100", "provider_type": "vonage"}`)
	expectDiagnostic(t, diags, "error", `Unable to move`, `provider_type is "vonage".*Remove the moved block`)
	if strings.Contains(diags[0].Detail, "import block") {
		t.Errorf("it advises an import: %s", diags[0].Detail)
	}
}
