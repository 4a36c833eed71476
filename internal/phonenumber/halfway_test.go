package phonenumber_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// driven is the number's resource, applied with this configuration.
func driven(t *testing.T, sim *acctest.Simulation, config acctest.Values) *acctest.Resource {
	t.Helper()
	r := sim.Driver(t, nil).Resource("telephony_phone_number")
	if diags := applied(r, config); diags.Failed() {
		t.Fatalf("the creation failed: %+v", diags)
	}
	return r
}

// applied plans and applies.
func applied(r *acctest.Resource, config acctest.Values) acctest.Diagnostics {
	p := r.Plan(config)
	if p.Diagnostics.Failed() {
		return p.Diagnostics
	}
	return r.Apply(p)
}

// ofNumber is a configuration of the number with further arguments.
func ofNumber(arguments acctest.Values) acctest.Values {
	config := acctest.Values{"phone_number": number}
	for name, value := range arguments {
		config[name] = value
	}
	return config
}

// expectCorrupted checks that state tells that the number is not in order, and
// that the next plan, with a refresh or without, is a change.
func expectCorrupted(t *testing.T, r *acctest.Resource, config acctest.Values) {
	t.Helper()
	for _, moment := range []string{"at once", "after a refresh"} {
		if status, reason := r.State()["status"], r.State()["status_reason"]; status != "corrupted" || reason == "" {
			t.Errorf("%s: the status is %v: %v", moment, status, reason)
		}
		if p := r.Plan(config); p.Action != acctest.Update {
			t.Errorf("%s: the plan is to %s: %+v", moment, p.Action, p.Diagnostics)
		}
		if diags := r.Read(); diags.Failed() {
			t.Fatalf("%+v", diags)
		}
	}
}

// expectActive checks that the number is in order and that nothing is left to do.
func expectActive(t *testing.T, r *acctest.Resource, config acctest.Values) {
	t.Helper()
	for _, moment := range []string{"at once", "after a refresh"} {
		if status, reason := r.State()["status"], r.State()["status_reason"]; status != "active" || reason != "" {
			t.Errorf("%s: the status is %v: %v", moment, status, reason)
		}
		if p := r.Plan(config); p.Action != acctest.NoOp || len(p.Diagnostics) > 0 {
			t.Errorf("%s: the plan is to %s: %+v", moment, p.Action, p.Diagnostics)
		}
		if diags := r.Read(); diags.Failed() {
			t.Fatalf("%+v", diags)
		}
	}
}

// allWrites are the requests that may have changed something.
func allWrites(sim *acctest.Simulation) []string {
	var lines []string
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet {
			lines = append(lines, fmt.Sprintf("%s %s%s", r.Method, r.Service, r.Path))
		}
	}
	return lines
}

func TestAccountThatThePlatformHasNoTokenOfIsNotTransferredTo(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]acctest.Values{
		"nixflex":  {"agent_id": nixflexSupport},
		"resemble": {"label": "Support", "agent_uuid": resembleSupport},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, simulator.NixflexRules{})
			sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, Name: "Support", VoiceUUID: "v"})
			sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
			config := ofNumber(acctest.Values{name: block})
			r := driven(t, sim, config)
			sim.ResetRequests()
			diags := applied(r, ofNumber(acctest.Values{name: block, "account_sid": sub.SID}))
			if !diags.Failed() || !strings.Contains(fmt.Sprint(diags), "twilio_auth_token_wo") {
				t.Errorf("it was not refused for want of the token: %+v", diags)
			}
			if sent := allWrites(sim); len(sent) > 0 {
				t.Errorf("before that was known, there was sent %v", sent)
			}
			expectActive(t, r, config)
		})
	}
}

func TestWrongAgentIsFoundBeforeAnyWriteOfAnUpdate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		block, wrong acctest.Values
		// wiring is what the change writes at Twilio.
		wiring string
	}{
		"retell": {
			acctest.Values{"termination_uri": "example.pstn.twilio.com"},
			acctest.Values{"termination_uri": "example.pstn.twilio.com", "inbound_agent_id": "agent_wrong"},
			"voice_url",
		},
		"synthflow": {
			acctest.Values{"bought_at_synthflow": false, "provider_name": "twilio", "termination_uri": "example.pstn.twilio.com"},
			acctest.Values{
				"bought_at_synthflow": false, "provider_name": "twilio", "termination_uri": "example.pstn.twilio.com", "agent_id": "wrong",
			},
			"voice_url",
		},
		"resemble": {
			acctest.Values{"label": "Support"}, acctest.Values{"label": "Support", "agent_uuid": "wrong"}, "friendly_name",
		},
		"nixflex": {
			acctest.Values{"agent_id": nixflexSupport}, acctest.Values{"agent_id": nixflexRival}, "friendly_name",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, simulator.NixflexRules{})
			driver := sim.Driver(t, acctest.Values{
				"retell": acctest.Values{"api_key": simulator.DefaultRetellKey, "base_url": sim.URL + "/retell"},
			})
			r := driver.Resource("telephony_phone_number")
			config := ofNumber(acctest.Values{name: test.block})
			if diags := applied(r, config); diags.Failed() {
				t.Fatalf("%+v", diags)
			}
			sim.ResetRequests()
			diags := applied(r, ofNumber(acctest.Values{name: test.wrong, test.wiring: "https://example.com/new"}))
			if sent := allWrites(sim); !diags.Failed() || len(sent) > 0 {
				t.Errorf("sent %v, %+v", sent, diags)
			}
			expectActive(t, r, config)
		})
	}
}

func TestTransferWhosePlatformDoesNotFollowIsCorruptedAndRepaired(t *testing.T) {
	t.Parallel()
	sim := startNixflex(t, simulator.NixflexRules{})
	sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
	r := driven(t, sim, ofNumber(acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}}))
	config := ofNumber(acctest.Values{
		"account_sid": sub.SID,
		"nixflex":     acctest.Values{"agent_id": nixflexSupport, "twilio_auth_token_wo": sub.AuthToken},
	})
	sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: http.MethodDelete, Status: http.StatusForbidden})
	if diags := applied(r, config); !diags.Failed() {
		t.Error("nothing failed")
	}
	expectCorrupted(t, r, config)
	sim.ClearFaults()
	if diags := applied(r, config); diags.Failed() {
		t.Errorf("the repair failed: %+v", diags)
	}
	expectActive(t, r, config)
	if n, _ := sim.Nixflex().Number(number); n.TwilioSID != sub.SID {
		t.Errorf("Nixflex works in account %s", n.TwilioSID)
	}
}

func TestMoveThatStopsHalfwayIsCorruptedAtOnce(t *testing.T) {
	t.Parallel()
	resemble := acctest.Values{"label": "Support", "agent_uuid": resembleSupport}
	broken := func(service simulator.Service, method, path string, skip int) simulator.Fault {
		return simulator.Fault{Service: service, Method: method, Path: path, Status: http.StatusForbidden, Skip: skip}
	}
	for name, test := range map[string]struct {
		to    acctest.Values
		fault simulator.Fault
	}{
		"the old platform's teardown is not finished": {
			acctest.Values{"resemble": resemble},
			simulator.Fault{Service: simulator.Nixflex, Method: http.MethodDelete, Status: http.StatusBadGateway},
		},
		"the old platform's list cannot be read back": {
			acctest.Values{"resemble": resemble}, broken(simulator.Nixflex, http.MethodGet, "/phone-numbers", 0),
		},
		"the carrier cannot be read": {
			acctest.Values{"resemble": resemble}, broken(simulator.Twilio, http.MethodGet, "/IncomingPhoneNumbers/PN", 1),
		},
		"the new platform refuses": {
			acctest.Values{"resemble": resemble}, broken(simulator.Resemble, http.MethodPost, "", 0),
		},
		"to none, and the carrier refuses": {
			acctest.Values{"voice_url": "https://example.com"}, broken(simulator.Twilio, http.MethodPost, "/IncomingPhoneNumbers/PN", 0),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startNixflex(t, simulator.NixflexRules{})
			sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, Name: "Support", VoiceUUID: "v"})
			r := driven(t, sim, ofNumber(acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}}))
			config := ofNumber(test.to)
			p := r.Plan(config)
			sim.ResetRequests()
			sim.Inject(test.fault)
			if diags := r.Apply(p); !diags.Failed() || len(allWrites(sim)) == 0 {
				t.Errorf("it did not stop half-way: %v, %+v", allWrites(sim), diags)
			}
			sim.ClearFaults()
			expectCorrupted(t, r, config)
			if diags := applied(r, config); diags.Failed() {
				t.Errorf("the repair failed: %+v", diags)
			}
			expectActive(t, r, config)
		})
	}
}

// Every way to a number that is not in order. What the driver holds each reason
// to is the form: one sentence with the way out.
func TestStatusReasonIsOneSentenceThatNamesTheWayOut(t *testing.T) {
	t.Parallel()
	onNixflex := ofNumber(acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}})
	onResemble := ofNumber(acctest.Values{"resemble": acctest.Values{"label": "Support", "agent_uuid": resembleSupport}})
	onDialNexa := ofNumber(acctest.Values{"dialnexa": acctest.Values{
		"agent_id": "agt_one", "agent_link": "agent", "agent_version": 1,
	}})
	refused := func(service simulator.Service, method, path string, status int, body string) func(*acctest.Simulation) {
		return func(sim *acctest.Simulation) {
			sim.Inject(simulator.Fault{Service: service, Method: method, Path: path, Status: status, Body: body})
		}
	}
	const wordy = `{"code":20001,"message":"No! It is closed. Come again.","status":400}`
	for name, test := range map[string]struct {
		from acctest.Values
		harm func(*acctest.Simulation)
		// to is applied after the harm; nil: the resource is destroyed. With
		// reading, state is refreshed.
		to      acctest.Values
		reading bool
		reason  string
	}{
		"creation": {
			harm: refused(simulator.Twilio, http.MethodPost, "/IncomingPhoneNumbers/PN", 400, wordy),
			to:   ofNumber(acctest.Values{"voice_url": "https://example.com"}),
			reason: "^The creation stopped half-way: Twilio answered 400 Bad Request: No; It is closed; Come again.*; an apply " +
				"completes it, and until then a destroy only detaches the number\\.$",
		},
		"creation with a field to blame": {
			harm: func(sim *acctest.Simulation) {
				sim.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: "+14155550199", AgentUUID: resembleSupport})
			},
			to:     onResemble,
			reason: "give each number an agent of its own; correct resemble.agent_uuid, then an apply completes it",
		},
		"move": {
			from: onNixflex, to: onResemble,
			harm: refused(simulator.Resemble, http.MethodPost, "", 403, `{"success":false,"message":"Not now. Later."}`),
			reason: "^A move between platforms or to another registration stopped half-way: Resemble AI answered 403 Forbidden: " +
				"Not now; Later.*; an apply completes it\\.$",
		},
		"destroy": {
			from: ofNumber(acctest.Values{"voice_url": "https://example.com"}),
			harm: refused(simulator.Twilio, http.MethodPost, "/IncomingPhoneNumbers/PN", 500, ""),
			reason: "^A destroy stopped half-way: Twilio answered 500 Internal Server Error.*; destroy again to finish it, or apply " +
				"to put the number back in order\\.$",
		},
		"not listed": {
			from: onNixflex, reading: true, harm: func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
			reason: "which no longer lists it; an apply attaches it again\\.$",
		},
		"not routed": {
			from: onNixflex, reading: true, harm: func(sim *acctest.Simulation) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = "https://other.example" })
			},
			reason: "^Twilio no longer routes .* voice_url was changed since it was attached; an apply attaches it again\\.$",
		},
		"lost": {
			from: onNixflex, reading: true, harm: func(sim *acctest.Simulation) { sim.Twilio().RemoveNumber(number) },
			reason: "^Nixflex still lists .*, but Twilio no longer has it, and no repair can bring it back: destroy the resource to " +
				"clean up; a new creation with a purchase block may buy the number again\\.$",
		},
		"outdated": {
			from: onNixflex, reading: true, harm: func(sim *acctest.Simulation) {
				sub := sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.AccountSID = sub.SID })
			},
			reason: "^Nixflex has an outdated record of .*: Nixflex takes another account at Twilio only with an import, .*; an apply does that\\.$",
		},
		"deleting": {
			from: onResemble, reading: true, harm: func(sim *acctest.Simulation) {
				sim.Resemble().SetRules(func(rules *simulator.ResembleRules) { rules.SlowDeletion = 99 })
				deleteAtResemble(t, sim)
			},
			reason: "^Resemble AI is deleting record .*; an apply waits for the end and registers the number anew\\.$",
		},
		"corrupted": {
			from: onResemble, reading: true, harm: func(sim *acctest.Simulation) {
				sim.Resemble().UpdateNumber(number, func(n *simulator.ResembleNumber) { n.Status = "corrupted" })
			},
			reason: "^Resemble AI could not clean up after record .*; either an apply or another destroy retries the cleanup, and with " +
				"release_on_destroy = \"force_delete\" applied, they force the record out if it fails again\\.$",
		},
		"not registered": {
			from: onResemble, to: ofNumber(acctest.Values{"resemble": acctest.Values{"label": "Sales", "agent_uuid": resembleSupport}}),
			harm:   refused(simulator.Resemble, http.MethodPost, "", 422, `{"success":false,"message":"Not now. Later."}`),
			reason: "^Resemble AI no longer lists .*; an apply registers it anew\\.$",
		},
		"not imported": {
			from: onNixflex, to: ofNumber(acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSales}}),
			harm: refused(simulator.Nixflex, http.MethodPost, "", 400, `{"error":{"code":"bad","message":"Not now. Later."}}`),
			reason: "^The import of .* into Nixflex stopped half-way: Nixflex answered 400 Bad Request.*; an apply completes " +
				"it\\.$",
		},
		"agent not known": {
			from: onDialNexa, to: ofNumber(acctest.Values{"dialnexa": acctest.Values{
				"agent_id": "agt_two", "agent_link": "agent", "agent_version": 1,
			}}),
			harm:   refused(simulator.DialNexa, http.MethodPatch, "", 500, ""),
			reason: "^It is not known which agent has .*: DialNexa answered 500 Internal Server Error.*; an apply sets it again\\.$",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithDialNexa(simulator.DialNexaRules{Generation: simulator.DialNexaB}))
			owned(sim, simulator.TwilioNumber{})
			for _, id := range []string{nixflexSupport, nixflexSales} {
				sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
			}
			sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, Name: "Support", VoiceUUID: "v"})
			sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSales, Name: "Sales", VoiceUUID: "v"})
			ownedAtDialNexa(sim, simulator.DialNexaNumber{})
			dialNexaAgents(sim, "agt_one", "agt_two")
			driver := sim.Driver(t, nil)
			r := driver.Resource("telephony_phone_number")
			if test.from != nil {
				if diags := applied(r, test.from); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
			}
			driver.Restart()
			test.harm(sim)
			var diags acctest.Diagnostics
			switch {
			case test.reading:
			case test.to != nil:
				diags = applied(r, test.to)
			default:
				diags = r.Destroy()
			}
			if test.reading {
				diags = r.Read()
			}
			got, _ := r.State()["status_reason"].(string)
			if !regexp.MustCompile(test.reason).MatchString(got) {
				t.Errorf("%v: %q, want %q, %+v", r.State()["status"], got, test.reason, diags)
			}
		})
	}
}

func TestEndOfANumberThatItsCarrierLostPromisesNothingOfIt(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"detach", "release", "force_delete"} {
		for name, block := range map[string]acctest.Values{
			"nixflex":   {"agent_id": nixflexSupport},
			"resemble":  {"label": "Support", "agent_uuid": resembleSupport},
			"retell":    {"termination_uri": "example.pstn.twilio.com"},
			"synthflow": {"bought_at_synthflow": false, "provider_name": "twilio", "termination_uri": "example.pstn.twilio.com"},
		} {
			t.Run(name+" "+action, func(t *testing.T) {
				t.Parallel()
				sim := startNixflex(t, simulator.NixflexRules{})
				sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, Name: "Support", VoiceUUID: "v"})
				driver := sim.Driver(t, acctest.Values{
					"retell": acctest.Values{"api_key": simulator.DefaultRetellKey, "base_url": sim.URL + "/retell"},
				})
				r := driver.Resource("telephony_phone_number")
				if diags := applied(r, ofNumber(acctest.Values{name: block, "release_on_destroy": action})); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
				driver.Restart()
				sim.Twilio().RemoveNumber(number)
				r.Read()
				p := r.PlanDestroy()
				said := fmt.Sprint(p.Diagnostics)
				if !strings.Contains(said, "Twilio no longer has the number, so there is nothing to bill") ||
					!strings.Contains(said, "Leave Twilio alone, which no longer has "+number) ||
					strings.Contains(said, "stays") || strings.Contains(said, "gives the number up") ||
					r.State()["destroy_irreversible"] != false {
					t.Errorf("the plan says %s; irreversible: %v", said, r.State()["destroy_irreversible"])
				}
				sim.ResetRequests()
				if diags := r.Apply(p); diags.Failed() || r.State() != nil {
					t.Errorf("%+v", diags)
				}
				for _, sent := range allWrites(sim) {
					if strings.Contains(sent, "twilio") {
						t.Errorf("sent %s", sent)
					}
				}
			})
		}
	}
}
