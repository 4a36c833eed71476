package phonenumber_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	resembleSupport = "00000000-0000-4000-8000-0000000000aa"
	resembleSales   = "00000000-0000-4000-8000-0000000000bb"
)

// startResemble starts a simulator in which Twilio holds the number and
// Resemble has two agents, with the IDs 1 and 2; the first registration has 3.
func startResemble(t *testing.T, rules simulator.ResembleRules) *acctest.Simulation {
	t.Helper()
	sim := acctest.Start(t, simulator.WithResemble(rules))
	owned(sim, simulator.TwilioNumber{})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, Name: "Support", VoiceUUID: "v"})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSales, Name: "Sales", VoiceUUID: "v"})
	return sim
}

// onResemble is the configuration of the number on Resemble AI; the block is
// the one of the resource.
func onResemble(sim *acctest.Simulation, arguments, block string) string {
	return withResemble(sim, simulator.DefaultResembleToken, fmt.Sprintf(
		"phone_number = %q\n%s\nresemble {\n%s\n}", number, arguments, block))
}

// withResemble is the configuration of one number with these arguments.
func withResemble(sim *acctest.Simulation, token, arguments string) string {
	return sim.Provider(fmt.Sprintf("resemble {\napi_key = %q\nbase_url = \"%s/resemble\"\n}", token, sim.URL)) +
		fmt.Sprintf("resource \"telephony_phone_number\" \"this\" {\n%s\n}\n", arguments)
}

// resembleBlock is a resemble block with the label and the agent.
func resembleBlock(label, agent string) string {
	return fmt.Sprintf("label = %q\nagent_uuid = %q\n", label, agent)
}

func inResemble(attribute string) tfjsonpath.Path {
	return tfjsonpath.New("resemble").AtMapKey(attribute)
}

func beginsWith(prefix string) knownvalue.Check {
	return knownvalue.StringRegexp(regexp.MustCompile("^" + prefix))
}

// resembleLinks checks which agent answers the number at Resemble after a step.
func resembleLinks(sim *acctest.Simulation, agent string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if n, _ := sim.Resemble().Number(number); n.AgentUUID != agent {
			return fmt.Errorf("the agent at Resemble is %q, want %q", n.AgentUUID, agent)
		}
		return nil
	}
}

// expectResembleGone checks that neither Resemble nor Twilio has anything left
// of a registration.
func expectResembleGone(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	if left := sim.Resemble().Numbers(); len(left) > 0 {
		t.Errorf("left at Resemble: %+v", left)
	}
	if left := resembleBuilt(sim); left != "trunks 0, lists 0, policies 0" {
		t.Errorf("left at Twilio: %s", left)
	}
}

// expectResembleDetached is expectResembleGone, for a number that is still
// owned.
func expectResembleDetached(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	expectResembleGone(t, sim)
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
}

// resembleBuilt counts what registrations have built there.
func resembleBuilt(sim *acctest.Simulation) string {
	at := sim.Twilio()
	return fmt.Sprintf("trunks %d, lists %d, policies %d", len(at.Trunks()), len(at.CredentialLists()),
		len(at.ConnectionPolicies()))
}

func TestAccResembleNumberIsRegisteredAndDetached(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.ResembleRules{
		"by default": {},
		"the other way": {
			FailuresAre200: true, MissingStatus: http.StatusUnprocessableEntity, CreationsAre201: true,
			AgentsHoldSeveral: true, SlowDeletion: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startResemble(t, rules)
			sim.Run(t, resource.TestStep{
				Config: onResemble(sim, "", resembleBlock("Support", resembleSupport)),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
					plans("platform", text("resemble")), plans("carrier", text("twilio")),
					plans("destroy_irreversible", knownvalue.Bool(false)),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					state("status", text("active")),
					statecheck.ExpectKnownValue(this, inResemble("id"), knownvalue.Int64Exact(3)),
					statecheck.ExpectKnownValue(this, inResemble("supports_inbound"), knownvalue.Bool(true)),
					statecheck.ExpectKnownValue(this, inResemble("supports_outbound"), knownvalue.Bool(false)),
					statecheck.ExpectKnownValue(this, inResemble("inbound_trunk_sid"), beginsWith("TK")),
					statecheck.ExpectKnownValue(this, inResemble("outbound_trunk_sid"), knownvalue.Null()),
					statecheck.ExpectKnownValue(this, inResemble("livekit_trunk_id"), beginsWith("TR_")),
					statecheck.ExpectKnownValue(this, inResemble("livekit_dispatch_rule_id"), beginsWith("DR_")),
				},
				Check: resembleLinks(sim, resembleSupport),
			})
			expectResembleDetached(t, sim)
		})
	}
}

func TestAccResembleAgentChangesInPlace(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{})
	sim.Run(t,
		resource.TestStep{Config: onResemble(sim, "", resembleBlock("Support", resembleSupport))},
		resource.TestStep{
			PreConfig: sim.ResetRequests,
			Config:    onResemble(sim, "", resembleBlock("Support", resembleSales)),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate,
				plancheck.ExpectKnownValue(this, inResemble("id"), knownvalue.Int64Exact(3))),
			Check: func(*terraform.State) error {
				expectWrites(t, sim, "PATCH /agents/"+resembleSupport+" ", "PATCH /agents/"+resembleSales+" ")
				return resembleLinks(sim, resembleSales)(nil)
			},
		},
		resource.TestStep{ // re-pointed behind our back
			PreConfig: func() {
				sim.Resemble().UpdateNumber(number, func(n *simulator.ResembleNumber) { n.AgentUUID = resembleSupport })
			},
			Config:           onResemble(sim, "", resembleBlock("Support", resembleSales)),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check:            resembleLinks(sim, resembleSales),
		},
		resource.TestStep{
			Config:           onResemble(sim, "", `label = "Support"`),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check:            resembleLinks(sim, ""),
		},
	)
	expectResembleDetached(t, sim)
}

func TestAccResembleAgentChangeLeavesItsOtherNumbersAlone(t *testing.T) {
	t.Parallel()
	const other = "+14155550101"
	sim := startResemble(t, simulator.ResembleRules{AgentsHoldSeveral: true})
	owned(sim, simulator.TwilioNumber{PhoneNumber: other})
	sim.Resemble().AddNumber(simulator.ResembleNumber{ID: 50, PhoneNumber: other, AgentUUID: resembleSupport})
	sim.Run(t,
		resource.TestStep{Config: onResemble(sim, "", resembleBlock("Support", resembleSupport))},
		resource.TestStep{
			Config:           onResemble(sim, "", resembleBlock("Support", resembleSales)),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check:            resembleLinks(sim, resembleSales),
		},
		resource.TestStep{
			RefreshState: true,
			Check:        resource.TestCheckResourceAttr(this, "status", "active"),
		},
	)
	left := sim.Resemble().Numbers()
	if len(left) != 1 || left[0].PhoneNumber != other || left[0].AgentUUID != resembleSupport {
		t.Errorf("left at Resemble: %+v", left)
	}
	expectOwned(t, sim, number, other)
	expectUnwired(t, sim, number)
}

func TestAccResembleOtherSettingsRegisterAnewInPlace(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{})
	cli := sim.Terraform(t)
	cli.Configure(onResemble(sim, "", resembleBlock("Support", resembleSupport)))
	cli.Apply()
	id := int64(3)
	for _, changed := range []string{
		resembleBlock("Sales", resembleSupport),
		resembleBlock("Sales", resembleSupport) + "supports_outbound = true",
		resembleBlock("Sales", resembleSupport) + "supports_outbound = true\nsupports_inbound = false",
		resembleBlock("Sales", resembleSupport) + `
			inbound_trunk {
				allowed_addresses = ["192.0.2.1"]
				allowed_numbers   = ["+14155550199"]
				media_encryption  = "allowed"
			}
			outbound_trunk {
				transport            = "tls"
				address              = "sip.example.com"
				has_auth_credentials = true
				username             = "support"
				headers              = { X-Team = "support" }
			}`,
		resembleBlock("Sales", resembleSupport) + "twilio_auth_token_wo_version = 1",
	} {
		cli.Configure(onResemble(sim, "", changed))
		diagnostics, plan := cli.Plan()
		expectDiagnostic(t, diagnostics, "warning", `Calls to \+14155550100 are not routed during the change`,
			`Resemble AI can't edit a record.*registers the number anew`)
		if plan == nil || !plan.ResourceChanges[0].Change.Actions.Update() {
			t.Fatalf("not planned as an update: %+v", diagnostics)
		}
		cli.Apply()
		cli.Must(0, "plan", "-detailed-exitcode")
		id++
		block, _ := onlyNumber(t, cli.State())["resemble"].(map[string]any)
		if fmt.Sprint(block["id"]) != fmt.Sprint(id) {
			t.Errorf("record %v after\n%s\nwant %d", block["id"], changed, id)
		}
		if err := resembleLinks(sim, resembleSupport)(nil); err != nil {
			t.Error(err)
		}
	}
	var sent []string
	for _, r := range sim.Requests() {
		if r.Method == http.MethodPost && strings.Contains(string(r.Body), "192.0.2.1") {
			sent = append(sent, string(r.Body))
		}
	}
	want := `"inbound_trunk":{"allowed_addresses":["192.0.2.1"],"allowed_numbers":["+14155550199"],` +
		`"media_encryption":"allowed"},"outbound_trunk":{"address":"sip.example.com","transport":"tls",` +
		`"has_auth_credentials":true,"username":"support",` +
		`"headers":{"X-Team":"support"}}`
	if len(sent) != 1 || !strings.Contains(sent[0], want) {
		t.Errorf("sent %s, want %s", sent, want)
	}
	cli.Apply("-destroy")
	expectResembleDetached(t, sim)
}

func TestAccResembleBlockComesAndGoesInPlace(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{})
	alone := withResemble(sim, simulator.DefaultResembleToken, `phone_number = "`+number+`"`)
	block := onResemble(sim, "", resembleBlock("Support", resembleSupport))
	sim.Run(t,
		resource.TestStep{Config: alone},
		resource.TestStep{
			Config:            block,
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, plans("platform", text("resemble"))),
			ConfigStateChecks: []statecheck.StateCheck{state("status", text("active"))},
			Check:             resembleLinks(sim, resembleSupport),
		},
		resource.TestStep{
			Config:            alone,
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, plans("platform", text("none"))),
			ConfigStateChecks: []statecheck.StateCheck{state("status", text("active"))},
			Check: func(*terraform.State) error {
				expectResembleDetached(t, sim)
				return nil
			},
		},
	)
	expectResembleDetached(t, sim)
}

func TestAccResembleImportThenPlanShowsNoChanges(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"resemble/50", "resemble/" + number} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			sim := startResemble(t, simulator.ResembleRules{})
			sim.Resemble().AddNumber(simulator.ResembleNumber{
				ID: 50, PhoneNumber: number, Label: "Support", SupportsInbound: true, SupportsOutbound: true,
				AgentUUID: resembleSupport,
			})
			cli := sim.Terraform(t)
			cli.Configure(onResemble(sim, "", resembleBlock("Support", resembleSupport)+"supports_outbound = true"))
			cli.Must(0, "import", "-no-color", this, id)
			cli.Must(0, "plan", "-detailed-exitcode")
			expectWrites(t, sim)
			got := onlyNumber(t, cli.State())
			if got["id"] != number || got["status"] != "active" || got["acquisition"] != "adopted" {
				t.Errorf("state has %v, %v, %v", got["id"], got["status"], got["acquisition"])
			}
			cli.Apply("-destroy")
			expectResembleDetached(t, sim)
		})
	}
}

func TestAccResembleImportOfWhatIsNotThereFails(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"resemble/51": "Unable to import phone number resemble/51", "resemble/0": "Import IDs look like:.*resemble/123", "resemble/x": "resemble/123",
	} {
		sim := startResemble(t, simulator.ResembleRules{})
		cli := sim.Terraform(t)
		cli.Configure(onResemble(sim, "", resembleBlock("Support", resembleSupport)))
		if said := cli.Must(1, "import", "-no-color", this, id); !words(want).MatchString(said.Stderr) {
			t.Errorf("%s: %s", id, said.Stderr)
		}
	}
}

func TestAccResembleReleaseComesAfterTheCleanup(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{SlowDeletion: 2})
	cli := sim.Terraform(t)
	cli.Configure(onResemble(sim, `release_on_destroy = "release"`, resembleBlock("Support", resembleSupport)))
	cli.Apply()
	steps := fmt.Sprint(onlyNumber(t, cli.State())["destroy_steps"])
	if !words(`Unlink \+14155550100 from agent.*Delete the record of \+14155550100 at Resemble AI.*Release \+14155550100`).
		MatchString(steps) {
		t.Errorf("steps: %s", steps)
	}
	sim.ResetRequests()
	cli.Apply("-destroy")
	expectResembleGone(t, sim)
	expectOwned(t, sim)
	got := writes(sim)
	if len(got) != 3 || got[0] != "PATCH /agents/"+resembleSupport+" " || got[1] != "DELETE /phone_numbers/3 " ||
		!strings.HasPrefix(got[2], "DELETE /2010-04-01/") {
		t.Errorf("writes: %q", got)
	}
}

// failedTeardown applies a number on Resemble and lets its destroy fail, since
// the next cleanups at Twilio do.
func failedTeardown(t *testing.T, action string, cleanups int) (*acctest.Simulation, *acctest.CLI) {
	t.Helper()
	sim := startResemble(t, simulator.ResembleRules{})
	cli := sim.Terraform(t)
	cli.Configure(onResemble(sim, action, resembleBlock("Support", resembleSupport)+"supports_outbound = true"))
	cli.Apply()
	sim.Resemble().FailNextCleanups(cleanups)
	said := cli.Must(1, "apply", "-no-color", "-destroy", "-auto-approve")
	want := words(`Unable to (detach|release) phone number \+14155550100.*Resemble AI could not clean up after record 3 ` +
		`of \+14155550100 and keeps it as corrupted.*SIP trunk TK[0-9a-f]+ of account AC[0-9a-f]+ at Twilio with its ` +
		`credential lists and connection policies, LiveKit trunk TR_[0-9a-f]+ and LiveKit dispatch rule DR_[0-9a-f]+.*` +
		`release_on_destroy = "force_delete"`)
	if !want.MatchString(withoutFrame(said.Stderr)) {
		t.Errorf("the destroy says:\n%s", said.Stderr)
	}
	expectOwned(t, sim, number)
	if n, _ := sim.Resemble().Number(number); n.Status != "corrupted" {
		t.Errorf("left at Resemble: %+v", n)
	}
	return sim, cli
}

// withoutFrame is a message without the lines that a CLI draws at its left.
func withoutFrame(text string) string {
	return regexp.MustCompile(`(?m)^[│╵╷]\s?`).ReplaceAllString(text, "")
}

// expectRepairPlanned checks that the plan is to repair a corrupted number.
func expectRepairPlanned(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	cli.Must(2, "plan", "-detailed-exitcode")
	diagnostics, plan := cli.Plan()
	change := plan.ResourceChanges[0].Change
	before, _ := change.Before.(map[string]any)
	after, _ := change.After.(map[string]any)
	if !change.Actions.Update() || before["status"] != "corrupted" || after["status"] != "active" {
		t.Errorf("planned %v, %v -> %v", change.Actions, before["status"], after["status"])
	}
	expectDiagnostic(t, diagnostics, "warning", `Phone number \+14155550100 was found corrupted; this apply repairs it`,
		`Resemble AI could not clean up after record 3 of \+14155550100.*SIP trunk TK.*This apply repairs it in place`)
}

func TestAccResembleFailedTeardownIsRepairedByAnApply(t *testing.T) {
	t.Parallel()
	sim, cli := failedTeardown(t, `release_on_destroy = "release"`, 1)
	expectRepairPlanned(t, cli)
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	if got := onlyNumber(t, cli.State()); got["status"] != "active" || got["status_reason"] != "" {
		t.Errorf("state has %v, %v", got["status"], got["status_reason"])
	}
	if err := resembleLinks(sim, resembleSupport)(nil); err != nil {
		t.Error(err)
	}
	if built := resembleBuilt(sim); built != "trunks 1, lists 1, policies 1" {
		t.Errorf("at Twilio: %s", built)
	}
	cli.Configure(onResemble(sim, "", resembleBlock("Support", resembleSupport)+"supports_outbound = true"))
	cli.Apply()
	cli.Apply("-destroy")
	expectResembleDetached(t, sim)
}

func TestAccResembleFailedTeardownIsFinishedByASecondDestroy(t *testing.T) {
	t.Parallel()
	for action, wantOwned := range map[string][]string{"detach": {number}, "release": nil} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			sim, cli := failedTeardown(t, fmt.Sprintf("release_on_destroy = %q", action), 1)
			expectRepairPlanned(t, cli)
			cli.Apply("-destroy")
			expectOwned(t, sim, wantOwned...)
			expectResembleGone(t, sim)
			if deleted := forced(sim); len(deleted) > 0 {
				t.Errorf("forced: %q", deleted)
			}
		})
	}
}

func TestAccResembleFailedTeardownIsForcedByAnApplyThatAllowsIt(t *testing.T) {
	t.Parallel()
	sim, cli := failedTeardown(t, "", 9)
	expectRepairPlanned(t, cli)
	trunk := sim.Twilio().Trunks()[0].SID

	// Without the permission, the repair fails and says what gets out.
	said := cli.Must(1, "apply", "-no-color", "-auto-approve")
	if !words(`Unable to update phone number.*clean up after record 3.*force_delete`).
		MatchString(withoutFrame(said.Stderr)) {
		t.Errorf("the repair says:\n%s", said.Stderr)
	}
	expectRepairPlanned(t, cli)
	if deleted := forced(sim); len(deleted) > 0 {
		t.Errorf("forced without a permission: %q", deleted)
	}

	cli.Configure(onResemble(sim, `release_on_destroy = "force_delete"`,
		resembleBlock("Support", resembleSupport)+"supports_outbound = true"))
	said = cli.Apply()
	if !words(`Warning: Change of \+14155550100.*Left behind by record 3.*SIP trunk ` + trunk + ` of account.*LiveKit ` +
		`trunk TR_.*LiveKit dispatch rule DR_`).MatchString(withoutFrame(said.Stdout)) {
		t.Errorf("the apply says:\n%s", said.Stdout)
	}
	cli.Must(0, "plan", "-detailed-exitcode")
	if err := resembleLinks(sim, resembleSupport)(nil); err != nil {
		t.Error(err)
	}
	if built := resembleBuilt(sim); built != "trunks 2, lists 2, policies 2" {
		t.Errorf("at Twilio: %s", built)
	}
	if got := atTwilio(t, sim, number)["trunk_sid"]; got == trunk || got == nil {
		t.Errorf("the number is on trunk %v", got)
	}
	sim.Resemble().FailNextCleanups(0)
	cli.Apply("-destroy")
	expectOwned(t, sim, number)
	expectUnwired(t, sim, number)
}

// forced are the force deletes so far.
func forced(sim *acctest.Simulation) []string {
	return slices.DeleteFunc(writes(sim), func(line string) bool { return !strings.Contains(line, "/force") })
}

func TestAccResembleForceDeleteListsWhatIsLeft(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cleanups int // that fail
		left     string
		writes   []string
	}{
		"cleanup works": {
			0, "trunks 0, lists 0, policies 0", []string{"DELETE /phone_numbers/3 "},
		},
		"cleanup fails": {
			9, "trunks 1, lists 1, policies 1", []string{"DELETE /phone_numbers/3 ", "DELETE /phone_numbers/3/force ", "POST"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startResemble(t, simulator.ResembleRules{})
			cli := sim.Terraform(t)
			cli.Configure(onResemble(sim, `release_on_destroy = "force_delete"`,
				resembleBlock("Support", resembleSupport)+"supports_outbound = true"))
			cli.Apply()
			trunk := sim.Twilio().Trunks()[0].SID
			diagnostics, _ := cli.Plan("-destroy")
			expectDiagnostic(t, diagnostics, "warning", `^Destroy: force_delete, the number stays owned$`,
				`1\. Delete the record of \+14155550100 at Resemble AI.*force the record out.*2\. Clear trunk_sid of \+14155550100 `+
					`at Twilio if it still points at a trunk that Resemble AI set up`)
			sim.ResetRequests()
			sim.Resemble().FailNextCleanups(test.cleanups)
			said := withoutFrame(cli.Apply("-destroy").Stdout)
			warned := words(`Warning: Left behind by the force delete of \+14155550100.*SIP trunk ` + trunk + ` of account AC.* with its ` +
				`credential lists and connection policies, LiveKit trunk TR_`).MatchString(said)
			if warned != (test.cleanups > 0) {
				t.Errorf("the destroy says:\n%s", said)
			}
			got := writes(sim)
			for i := range got {
				if strings.HasPrefix(got[i], "POST ") {
					got[i] = "POST" // of Twilio
				}
			}
			if !slices.Equal(got, test.writes) {
				t.Errorf("writes %q, want %q", got, test.writes)
			}
			if left := resembleBuilt(sim); left != test.left || len(sim.Resemble().Numbers()) > 0 {
				t.Errorf("left: %s, %+v", left, sim.Resemble().Numbers())
			}
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
		})
	}
}

func TestAccResembleWrongAgentBuysAndChangesNothing(t *testing.T) {
	t.Parallel()
	const wrong = "00000000-0000-4000-8000-0000000000ff"
	for _, rules := range []simulator.ResembleRules{{}, {MissingStatus: http.StatusUnprocessableEntity}} {
		sim := startResemble(t, rules)
		sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: wrong, Foreign: true})
		sim.Run(t,
			resource.TestStep{
				Config: withResemble(sim, simulator.DefaultResembleToken, `
					purchase { country = "US" }
					resemble {
						`+resembleBlock("Support", wrong)+`
					}`),
				ExpectError: words(`Unable to create phone number.*has no agent ` + wrong),
			},
			resource.TestStep{Config: onResemble(sim, "", resembleBlock("Support", resembleSupport))},
			resource.TestStep{
				PreConfig:   sim.ResetRequests,
				Config:      onResemble(sim, "", resembleBlock("Sales", wrong)),
				ExpectError: words(`Unable to update phone number \+14155550100.*has no agent ` + wrong),
			},
			resource.TestStep{
				PreConfig:        func() { expectWrites(t, sim) },
				Config:           onResemble(sim, "", resembleBlock("Support", resembleSupport)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				Check:            resembleLinks(sim, resembleSupport),
			},
		)
		expectResembleDetached(t, sim)
	}
}

func TestAccResembleBadCredentialsLoseNothing(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{})
	block := resembleBlock("Support", resembleSupport)
	cli := sim.Terraform(t)
	cli.Configure(onResemble(sim, "", block))
	cli.Apply()
	cli.Configure(withResemble(sim, "wrong", fmt.Sprintf("phone_number = %q\nresemble {\n%s\n}", number, block)))
	said := cli.Must(1, "plan", "-no-color")
	if !words(`Unable to read phone number \+14155550100.*401`).MatchString(said.Stderr) {
		t.Errorf("the plan says:\n%s", said.Stderr)
	}
	cli.Must(1, "apply", "-destroy", "-auto-approve", "-refresh=false")
	if got := onlyNumber(t, cli.State()); got["status"] != "active" {
		t.Errorf("a refusal made it %v", got["status"])
	}
	cli.Configure(onResemble(sim, "", block))
	cli.Must(0, "plan", "-detailed-exitcode")
	cli.Apply("-destroy")
	expectResembleDetached(t, sim)
}

func TestAccResembleTwilioAuthToken(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{})
	key := sim.Twilio().AddAPIKey(simulator.DefaultAccountSID, true)
	config := func(more string) string {
		return fmt.Sprintf(`
			provider "telephony" {
				twilio {
					account_sid = %q
					api_key     = %q
					api_secret  = %q
					base_url    = "%[4]s/twilio"
				}
				resemble {
					api_key  = %[5]q
					base_url = "%[4]s/resemble"
				}
			}
			resource "telephony_phone_number" "this" {
				phone_number = %[6]q
				resemble {
					%[7]s
					%[8]s
				}
			}`, simulator.DefaultAccountSID, key.SID, key.Secret, sim.URL, simulator.DefaultResembleToken, number,
			resembleBlock("Support", resembleSupport), more)
	}
	token := func(value string, version int) string {
		return fmt.Sprintf("twilio_auth_token_wo = %q\ntwilio_auth_token_wo_version = %d", value, version)
	}
	cli := sim.Terraform(t)
	cli.Configure(config(""))
	said := cli.Must(1, "apply", "-no-color", "-auto-approve")
	if !words(`twilio_auth_token_wo in the resemble block, or auth_token in the provider's twilio block`).
		MatchString(withoutFrame(said.Stderr)) {
		t.Errorf("the error says:\n%s", said.Stderr)
	}
	expectWrites(t, sim)
	cli.Configure(config(token(simulator.DefaultAuthToken, 1)))
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	for _, command := range [][]string{{"show", "-json"}, {"state", "pull"}} {
		if strings.Contains(cli.Must(0, command...).Stdout, simulator.DefaultAuthToken) {
			t.Errorf("the token is in the output of %v", command)
		}
	}
	cli.Configure(config(token("wrong", 2)))
	said = cli.Must(1, "apply", "-no-color", "-auto-approve")
	if !words(`Unable to update.*twilio_trunk.*twilio_auth_token_wo`).MatchString(withoutFrame(said.Stderr)) {
		t.Errorf("the error says:\n%s", said.Stderr)
	}
	cli.Configure(config(token(simulator.DefaultAuthToken, 2)))
	cli.Must(2, "plan", "-detailed-exitcode")
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	cli.Apply("-destroy")
	expectResembleDetached(t, sim)
}

// deleteAtResemble deletes the first record as somebody else does.
func deleteAtResemble(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "/resemble/phone_numbers/3", nil)
	request.Header.Set("Authorization", "Bearer "+simulator.DefaultResembleToken)
	sim.ServeHTTP(httptest.NewRecorder(), request)
}

func TestAccResembleDriftIsRepaired(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		drift  func(*testing.T, *acctest.Simulation)
		reason string
	}{
		"record gone": {
			func(_ *testing.T, sim *acctest.Simulation) { sim.Resemble().RemoveNumber(number) },
			"Twilio still routes .* to Resemble AI, which no longer lists it",
		},
		"on another trunk": {
			func(_ *testing.T, sim *acctest.Simulation) {
				trunk := sim.Twilio().AddTrunk(simulator.TwilioTrunk{})
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.TrunkSID = trunk })
			},
			"Twilio no longer routes .* to Resemble AI: trunk_sid was changed",
		},
		"deletion in progress": {
			func(t *testing.T, sim *acctest.Simulation) {
				t.Helper()
				// It lasts for the plans and ends while the apply waits.
				sim.Resemble().SetRules(func(r *simulator.ResembleRules) { r.SlowDeletion = 40 })
				deleteAtResemble(t, sim)
			},
			"Resemble AI is deleting record 3",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startResemble(t, simulator.ResembleRules{})
			config := onResemble(sim, "", resembleBlock("Support", resembleSupport))
			sim.Run(t,
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig:          func() { test.drift(t, sim) },
					RefreshState:       true,
					ExpectNonEmptyPlan: true,
					Check:              resource.TestMatchResourceAttr(this, "status_reason", regexp.MustCompile(test.reason)),
				},
				resource.TestStep{
					Config:            config,
					ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, plans("status", text("active"))),
					ConfigStateChecks: []statecheck.StateCheck{state("status", text("active")), state("status_reason", text(""))},
					Check: func(*terraform.State) error {
						n, _ := sim.Resemble().Number(number)
						if trunk := atTwilio(t, sim, number)["trunk_sid"]; trunk != n.Setup.TrunkSID || n.Setup.TrunkSID == "" {
							return fmt.Errorf("the number is on trunk %v, Resemble's is %q", trunk, n.Setup.TrunkSID)
						}
						return resembleLinks(sim, resembleSupport)(nil)
					},
				},
			)
			expectOwned(t, sim, number)
			expectUnwired(t, sim, number)
		})
	}
}

func TestAccResembleRegistrationWithALostAnswerIsTakenOver(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{})
	config := onResemble(sim, "", resembleBlock("Support", resembleSupport))
	// The registration takes effect, and then everything is cut off: like a kill.
	sim.Inject(simulator.Fault{Service: simulator.Resemble, Method: "POST", Cut: simulator.CutAfter})
	sim.Before("POST", "/phone_numbers", func() {
		sim.Inject(simulator.Fault{Service: simulator.Resemble, Method: "GET", Cut: simulator.CutBefore})
	})
	cli := sim.Terraform(t)
	cli.Configure(config)
	cli.Apply()
	if got := onlyNumber(t, cli.State()); got["status"] != "corrupted" {
		t.Errorf("status %v", got["status"])
	}
	sim.ClearFaults()
	sim.ResetRequests()
	cli.Must(2, "plan", "-detailed-exitcode")
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	expectWrites(t, sim, "PATCH /agents/"+resembleSupport+" ")
	cli.Apply("-destroy")
	expectResembleDetached(t, sim)
}

func TestAccResembleNumberOfAnotherAgentIsNotTaken(t *testing.T) {
	t.Parallel()
	sim := startResemble(t, simulator.ResembleRules{})
	sim.Resemble().AddNumber(simulator.ResembleNumber{
		ID: 50, PhoneNumber: number, Label: "Sales", SupportsInbound: true, AgentUUID: resembleSales,
	})
	cli := sim.Terraform(t)
	cli.Configure(onResemble(sim, "", resembleBlock("Support", resembleSupport)))
	said := withoutFrame(cli.Apply().Stdout)
	if !words(`Warning: Phone number \+14155550100 is owned, but not set up.*answers for agent "Sales".*resemble/50`).
		MatchString(said) {
		t.Errorf("the apply says:\n%s", said)
	}
	if err := resembleLinks(sim, resembleSales)(nil); err != nil {
		t.Error(err)
	}
	expectWrites(t, sim)
}
