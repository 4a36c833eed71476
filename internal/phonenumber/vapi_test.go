package phonenumber_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	vapiSupport    = "00000000-0000-4000-8000-0000000000a1"
	vapiSales      = "00000000-0000-4000-8000-0000000000a2"
	vapiCredential = "00000000-0000-4000-8000-0000000000c1"
)

// vapiHCL is the block of a number that the assistant answers.
func vapiHCL(assistant string, more ...string) string {
	return fmt.Sprintf("vapi {\n assistant_id = %q\n %s\n}", assistant, strings.Join(more, "\n "))
}

func nothingAtVapi(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if left := sim.Vapi().Numbers(); len(left) > 0 {
		t.Errorf("left at Vapi: %+v", left)
	}
}

func keptAtVapi(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	n, there := sim.Vapi().Number(number)
	if !there || n.AssistantID != "" || len(sim.Vapi().Released()) > 0 {
		t.Errorf("Vapi has %+v (%t), given up: %v", n, there, sim.Vapi().Released())
	}
}

func givenUpAtVapi(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	nothingAtVapi(t, sim)
	if released := sim.Vapi().Released(); !slices.Equal(released, []string{number}) {
		t.Errorf("given up: %v", released)
	}
}

// startVapi starts a simulator in which Twilio holds the number and Vapi has
// assistants, and a resource for it.
func startVapi(t *testing.T, rules simulator.VapiRules) (*acctest.Simulation, *acctest.Resource) {
	t.Helper()
	sim := acctest.Start(t, simulator.WithVapi(rules))
	owned(sim, simulator.TwilioNumber{})
	sim.Vapi().AddAssistant(vapiSupport)
	sim.Vapi().AddAssistant(vapiSales)
	sim.Vapi().AddSquad(vapiSales)
	sim.Vapi().AddCredential(vapiCredential)
	provider := acctest.Values{"max_retries": 0, "vapi": acctest.Values{"api_key": simulator.DefaultVapiKey, "base_url": sim.URL + "/vapi"}}
	return sim, sim.Driver(t, provider).Resource("telephony_phone_number")
}

// atVapi is the configuration of the number with this block.
func atVapi(block acctest.Values, more ...acctest.Values) acctest.Values {
	config := acctest.Values{"phone_number": number, "vapi": block}
	for _, arguments := range more {
		for name, value := range arguments {
			config[name] = value
		}
	}
	return config
}

// vapiWrites are the requests to Vapi and Twilio so far that may have changed
// something, by method and service; they are forgotten.
func vapiWrites(sim *acctest.Simulation) string {
	var all []string
	for _, line := range writesEverywhere(sim) {
		all = append(all, strings.Join(strings.Fields(line)[:2], " "))
	}
	sim.ResetRequests()
	return strings.Join(all, ", ")
}

func expectAtVapi(t *testing.T, sim *acctest.Simulation, check func(simulator.VapiNumber, simulator.TwilioNumber) bool) {
	t.Helper()
	held, listed := sim.Vapi().Number(number)
	at, _ := sim.Twilio().Number(number)
	if !listed || !check(held, at) {
		t.Errorf("Vapi has %+v, Twilio %+v", held, at)
	}
}

func wantVapiWrites(t *testing.T, sim *acctest.Simulation, want string) {
	t.Helper()
	if got := vapiWrites(sim); got != want {
		t.Errorf("it wrote %s, want %s", got, want)
	}
}

// Agent, name and squad are changed by an update of the record.
func TestVapiChangesAreMadeInPlace(t *testing.T) {
	t.Parallel()
	sim, r := startVapi(t, simulator.VapiRules{})
	mustApply(t, r, atVapi(acctest.Values{"assistant_id": vapiSupport, "name": "Help desk"}))
	wantVapiWrites(t, sim, "POST vapi")
	state := r.State()
	if state["carrier"] != "twilio" || state["platform"] != "vapi" || state["status"] != "active" {
		t.Errorf("the state is %v", state)
	}
	for _, step := range []struct {
		block acctest.Values
		as    func(simulator.VapiNumber, simulator.TwilioNumber) bool
	}{
		{
			acctest.Values{"assistant_id": vapiSales},
			func(n simulator.VapiNumber, _ simulator.TwilioNumber) bool {
				return n.AssistantID == vapiSales && n.Name == ""
			},
		},
		{
			acctest.Values{"squad_id": vapiSales, "name": "Sales"},
			func(n simulator.VapiNumber, _ simulator.TwilioNumber) bool {
				return n.AssistantID == "" && n.SquadID == vapiSales && n.Name == "Sales"
			},
		},
		{acctest.Values{}, func(n simulator.VapiNumber, at simulator.TwilioNumber) bool {
			return n.SquadID == "" && at.VoiceURL == simulator.VapiVoiceURL && at.SMSURL == simulator.VapiSMSURL
		}},
	} {
		config := atVapi(step.block)
		mustApply(t, r, config)
		wantVapiWrites(t, sim, "PATCH vapi")
		expectAtVapi(t, sim, step.as)
		expectSettled(t, r, config)
	}
	if _, diags := r.TerraformDestroy(atVapi(acctest.Values{})); diags.Failed() {
		t.Errorf("%+v", diags)
	}
	nothingAtVapi(t, sim)
	expectUnwired(t, sim, number)
}

// An agent that Vapi does not take off is told, not believed.
func TestVapiAgentThatStaysIsReported(t *testing.T) {
	t.Parallel()
	_, r := startVapi(t, simulator.VapiRules{NullIgnored: true})
	mustApply(t, r, atVapi(acctest.Values{"assistant_id": vapiSupport}))
	_, diags := r.TerraformApply(atVapi(acctest.Values{}))
	expectDiagnostic(t, diags, "error", "", `accepted, but the number does not show it in assistant_id`)
}

// Messages that Vapi does not take stay the user's, and change hands in place.
func TestVapiMessagesAreTheUsersWhereVapiDoesNotTakeThem(t *testing.T) {
	t.Parallel()
	const own = "https://example.com/sms"
	for _, writes := range []bool{false, true} {
		t.Run(fmt.Sprintf("an update writes the webhooks %t", writes), func(t *testing.T) {
			t.Parallel()
			sim, r := startVapi(t, simulator.VapiRules{UpdateWritesWebhooks: writes, InEU: writes})
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.SMSURL = own })
			aside := acctest.Values{"assistant_id": vapiSupport, "sms_enabled": false}
			both := acctest.Values{"assistant_id": vapiSupport}
			with, without := atVapi(aside, acctest.Values{"sms_url": own}), atVapi(aside)
			isVapi := func(n simulator.TwilioNumber) bool {
				return strings.HasSuffix(n.VoiceURL, "vapi.ai/twilio/inbound_call") && n.StatusCallback != ""
			}
			for _, step := range []struct {
				config acctest.Values
				sms    string
			}{{with, own}, {atVapi(both), "vapi"}, {without, ""}, {with, own}, {atVapi(both), "vapi"}} {
				mustApply(t, r, step.config)
				expectSettled(t, r, step.config)
				expectAtVapi(t, sim, func(n simulator.VapiNumber, at simulator.TwilioNumber) bool {
					sms := at.SMSURL == step.sms || step.sms == "vapi" && strings.HasSuffix(at.SMSURL, "vapi.ai/twilio/sms")
					return isVapi(at) && sms && n.SMSDisabled == (step.sms != "vapi")
				})
			}
			mustApply(t, r, with)
			_, diags := r.TerraformDestroy(with)
			if diags.Failed() {
				t.Errorf("%+v", diags)
			}
			expectUnwired(t, sim, number)
		})
	}
	_, r := startVapi(t, simulator.VapiRules{})
	plan := r.Plan(atVapi(acctest.Values{"assistant_id": vapiSupport}, acctest.Values{"sms_url": own}))
	expectDiagnostic(t, plan.Diagnostics, "error", "Wiring belongs to the platform", `sms_url cannot be set`)
}

// Whoever carries the number, an import by number or by UUID has all that there is,
// and writes nothing.
func TestVapiImportsShowNoChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		record  simulator.VapiNumber
		carrier string
	}{
		"of Twilio":                   {simulator.VapiNumber{Name: "Desk", AssistantID: vapiSupport}, "twilio"},
		"of Twilio, without messages": {simulator.VapiNumber{SquadID: vapiSales, SMSDisabled: true}, "twilio"},
		"Vapi's own":                  {simulator.VapiNumber{Provider: simulator.VapiOwn, AssistantID: vapiSupport}, "vapi"},
		"of Telnyx":                   {simulator.VapiNumber{Provider: simulator.VapiTelnyx, CredentialID: vapiCredential}, "external"},
		"over SIP":                    {simulator.VapiNumber{Provider: simulator.VapiBYO, CredentialID: vapiCredential}, "external"},
	} {
		for _, by := range []string{"number", "UUID"} {
			t.Run(name+" by "+by, func(t *testing.T) {
				t.Parallel()
				sim, r := startVapi(t, simulator.VapiRules{})
				if test.carrier != "twilio" {
					n, _ := sim.Twilio().Number(number)
					sim.Twilio().RemoveNumber(n.PhoneNumber)
				}
				test.record.Number = number
				id := sim.Vapi().AddNumber(test.record)
				if by == "number" {
					id = number
				}
				if diags := r.Import("vapi/" + id); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
				state := r.State()
				if state["carrier"] != test.carrier || state["status"] != "active" || state["id"] != number {
					t.Errorf("the state is %v", state)
				}
				block, _ := state["vapi"].(acctest.Values)
				config := atVapi(acctest.Values{})
				for name, value := range block {
					if name != "id" && value != nil {
						config["vapi"].(acctest.Values)[name] = value //nolint:forcetypeassert // made above
					}
				}
				expectSettled(t, r, config)
				wantVapiWrites(t, sim, "")
			})
		}
	}
}

// The credentials that Vapi is handed are the token of the block, that of the
// provider, or its API key. Where none is of the number's account, the plan fails.
func TestVapiIsHandedCredentialsOfTheNumbersAccount(t *testing.T) {
	t.Parallel()
	block := acctest.Values{"assistant_id": vapiSupport}
	t.Run("API key", func(t *testing.T) {
		t.Parallel()
		sim, _ := startVapi(t, simulator.VapiRules{})
		key := sim.Twilio().AddAPIKey(simulator.DefaultAccountSID, true)
		r := sim.Driver(t, acctest.Values{
			"max_retries": 0, "vapi": acctest.Values{"api_key": simulator.DefaultVapiKey, "base_url": sim.URL + "/vapi"},
			"twilio": acctest.Values{
				"account_sid": simulator.DefaultAccountSID, "auth_token": nil, "api_key": key.SID, "api_secret": key.Secret,
				"base_url": sim.URL + "/twilio",
			},
		}).Resource(oneNumber)
		mustApply(t, r, atVapi(block))
		expectAtVapi(t, sim, func(n simulator.VapiNumber, _ simulator.TwilioNumber) bool {
			return n.TwilioAPIKey == key.SID && n.TwilioAuthToken == ""
		})
	})
	t.Run("token of the block, and a newer one", func(t *testing.T) {
		t.Parallel()
		sim, r := startVapi(t, simulator.VapiRules{})
		sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
		sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.AccountSID = sub.SID })
		more := acctest.Values{"account_sid": sub.SID}
		plan := r.Plan(atVapi(block, more))
		expectDiagnostic(t, plan.Diagnostics, "error", "", `set twilio_auth_token_wo to the auth token of `+sub.SID)
		with := acctest.Values{"assistant_id": vapiSupport, "twilio_auth_token_wo": sub.AuthToken, "twilio_auth_token_wo_version": 1}
		mustApply(t, r, atVapi(with, more))
		vapiWrites(sim)
		with["twilio_auth_token_wo_version"] = 2
		mustApply(t, r, atVapi(with, more))
		wantVapiWrites(t, sim, "PATCH vapi")
		expectAtVapi(t, sim, func(n simulator.VapiNumber, _ simulator.TwilioNumber) bool { return n.TwilioAuthToken == sub.AuthToken })
		if all := fmt.Sprint(r.State()) + privateText(t, r.Private()); strings.Contains(all, sub.AuthToken) {
			t.Error("the token is in state")
		}
	})
}

// What leads elsewhere at Twilio is led back, without another import: the record,
// and what the dashboard has set on it, stays.
func TestVapiWiringIsRestoredWithoutAnImport(t *testing.T) {
	t.Parallel()
	sim, r := startVapi(t, simulator.VapiRules{})
	config := atVapi(acctest.Values{"assistant_id": vapiSupport})
	mustApply(t, r, config)
	before, _ := sim.Vapi().Number(number)
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) {
		n.VoiceURL, n.SMSMethod, n.StatusCallback = "https://example.com/elsewhere", http.MethodGet, ""
	})
	if diags := r.Read(); diags.Failed() || r.State()["status"] != "corrupted" {
		t.Fatalf("%v %+v", r.State()["status"], diags)
	}
	vapiWrites(sim)
	mustApply(t, r, config)
	wantVapiWrites(t, sim, "POST twilio")
	expectSettled(t, r, config)
	expectAtVapi(t, sim, func(n simulator.VapiNumber, at simulator.TwilioNumber) bool {
		return n.ID == before.ID && at.VoiceURL == simulator.VapiVoiceURL && at.SMSMethod == http.MethodPost &&
			at.StatusCallback == simulator.VapiStatusURL
	})
}

// What the resource had wired itself is cleared where Vapi leaves it as it was.
func TestVapiLeavesNothingOfTheWiringBefore(t *testing.T) {
	t.Parallel()
	sim, r := startVapi(t, simulator.VapiRules{ImportLeavesStatus: true})
	mustApply(t, r, acctest.Values{"phone_number": number, "voice_url": "https://example.com/v", "status_callback": "https://example.com/s"})
	mustApply(t, r, atVapi(acctest.Values{"assistant_id": vapiSupport}))
	expectAtVapi(t, sim, func(_ simulator.VapiNumber, at simulator.TwilioNumber) bool {
		return at.VoiceURL == simulator.VapiVoiceURL && at.StatusCallback == ""
	})
}

// Who has two records, or one of another account's, is told; nothing is taken over.
func TestVapiRecordsInDoubtAreRefused(t *testing.T) {
	t.Parallel()
	config := atVapi(acctest.Values{"assistant_id": vapiSupport})
	for name, test := range map[string]struct {
		records []simulator.VapiNumber
		says    string
	}{
		"two":                {[]simulator.VapiNumber{{Number: number}, {Number: number}}, `several records have the number`},
		"of another account": {[]simulator.VapiNumber{{Number: number, TwilioAccountSID: "AC" + strings.Repeat("9", 32)}}, `imported from account AC9+`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, r := startVapi(t, simulator.VapiRules{})
			for _, record := range test.records {
				sim.Vapi().AddNumber(record)
			}
			_, diags := r.TerraformApply(config)
			expectDiagnostic(t, diags, "error", "", test.says)
			wantVapiWrites(t, sim, "")
		})
	}
	t.Run("of another carrier", func(t *testing.T) {
		t.Parallel()
		sim, r := startVapi(t, simulator.VapiRules{})
		sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, Provider: simulator.VapiOwn})
		_, diags := r.TerraformApply(atVapi(acctest.Values{"provider_name": "twilio"}))
		expectDiagnostic(t, diags, "error", "", `\+14155550100 is at Vapi as a number of "vapi"`)
		wantVapiWrites(t, sim, "")
	})
}

// Vapi's answers hold the credentials that a record was imported with, which may be
// ones that nobody has told this provider. Whatever an answer is like, they are
// neither kept, nor shown, nor logged.
func TestVapiCredentialsInAnswersAreNeitherKeptNorShown(t *testing.T) {
	t.Parallel()
	const unknown = "f00dfacenotarealsecretbutatoken0"
	for name, fault := range map[string]*simulator.Fault{
		"in peace":  nil,
		"truncated": {Rewrite: func(body []byte) []byte { return body[:max(0, len(body)-2)] }},
		"wrong types": {Rewrite: func(body []byte) []byte {
			return bytes.ReplaceAll(body, []byte(`"orgId":"`), []byte(`"number":1,"x":"`))
		}},
		"500 with it":    {Status: http.StatusInternalServerError, Body: `{"twilioAuthToken": "` + unknown + `", "statusCode": 500}`},
		"404 with it":    {Status: http.StatusNotFound, Body: `{"twilioAuthToken": "` + unknown + `"}`},
		"text with it":   {Status: http.StatusBadGateway, Body: unknown},
		"no JSON at all": {Rewrite: func([]byte) []byte { return []byte(unknown) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			var said bytes.Buffer
			sim.Log = &said
			owned(sim, simulator.TwilioNumber{})
			sim.Vapi().AddAssistant(vapiSupport)
			sim.Vapi().AddNumber(simulator.VapiNumber{
				Number: number, AssistantID: vapiSupport, TwilioAccountSID: simulator.DefaultAccountSID, TwilioAuthToken: unknown,
			})
			if n, _ := sim.Vapi().Number(number); n.TwilioAuthToken != unknown {
				t.Fatalf("Vapi has %+v", n)
			}
			provider := acctest.Values{"max_retries": 0, "vapi": acctest.Values{"api_key": simulator.DefaultVapiKey, "base_url": sim.URL + "/vapi"}}
			d := sim.Driver(t, provider)
			r := d.Resource(oneNumber)
			say := func(diags acctest.Diagnostics) {
				fmt.Fprintf(&said, "%+v\n%v\n%s\n", diags, r.State(), r.Private())
			}
			say(r.Import("vapi/" + number))
			if fault != nil {
				f := *fault
				f.Service = simulator.Vapi
				sim.Inject(f)
			}
			say(r.Read())
			_, diags := r.TerraformApply(atVapi(acctest.Values{"assistant_id": vapiSupport, "name": "Desk"}))
			say(diags)
			rows, diags := d.ReadDataSource(manyNumbers, acctest.Values{"service": "vapi"})
			fmt.Fprintf(&said, "%+v\n", rows)
			say(diags)
			all, diags := d.Query(oneNumber, acctest.Query{Config: acctest.Values{"platform": "vapi"}, IncludeResource: true}, nil)
			fmt.Fprintf(&said, "%+v\n", all)
			say(diags)
			say(d.Resource(oneNumber).Import("vapi/" + number))
			_, diags = r.TerraformDestroy(atVapi(acctest.Values{}))
			say(diags)
			if text := said.String(); strings.Contains(text, unknown) {
				at := strings.Index(text, unknown)
				t.Errorf("the token is in: …%s…", text[max(0, at-200):min(len(text), at+100)])
			}
			if fault == nil && len(sim.Vapi().Numbers()) > 0 {
				t.Errorf("Vapi still has %+v", sim.Vapi().Numbers())
			}
		})
	}
}
