package phonenumber_test

import (
	"fmt"
	"net/http"
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

// dialNexaID is the number's ID at DialNexa, dialNexaPath where its API has it.
const (
	dialNexaID   = "phn_f7w2kx5mb9qz"
	dialNexaPath = "/organization-phone-numbers/" + dialNexaID
)

// dialNexaHCL is the configuration of one number for a workspace of DialNexa,
// without access to any other service.
func dialNexaHCL(sim *acctest.Simulation, arguments string) string {
	return fmt.Sprintf(`
provider "telephony" {
  dialnexa {
    api_key  = %q
    base_url = "%s/dialnexa"
  }
}
resource "telephony_phone_number" "this" {
%s
}
`, simulator.DefaultDialNexaAPIKey, sim.URL, arguments)
}

// ownedAtDialNexa seeds a number that the workspace holds already.
func ownedAtDialNexa(sim *acctest.Simulation, n simulator.DialNexaNumber) {
	if n.PhoneNumber == "" {
		n.PhoneNumber = number
	}
	if n.ID == "" {
		n.ID = dialNexaID
	}
	sim.DialNexa().AddNumber(n)
}

// dialNexaAgents adds agents to the workspace, each with two draft versions.
func dialNexaAgents(sim *acctest.Simulation, ids ...string) {
	for _, id := range ids {
		sim.DialNexa().AddAgent(simulator.DialNexaAgent{
			ID: id, Versions: []simulator.DialNexaAgentVersion{{Number: 1}, {Number: 2}},
		})
	}
}

// startDialNexa starts a simulation with the number and two agents, agt_one and agt_two.
func startDialNexa(t *testing.T, rules simulator.DialNexaRules) *acctest.Simulation {
	t.Helper()
	sim := acctest.Start(t, simulator.WithDialNexa(rules))
	ownedAtDialNexa(sim, simulator.DialNexaNumber{})
	dialNexaAgents(sim, "agt_one", "agt_two")
	return sim
}

// onAgent is a configuration of the number on an agent, in the spelling of either API.
func onAgent(sim *acctest.Simulation, generation simulator.DialNexaGeneration, agent, arguments string) string {
	link := ""
	if generation == simulator.DialNexaB {
		link = "agent_link = \"agent\"\nagent_version = 1"
	}
	return dialNexaHCL(sim, fmt.Sprintf(`
		phone_number = %q
		%s
		dialnexa {
			agent_id = %q
			%s
		}`, number, arguments, agent, link))
}

// buying is a configuration that may buy the number, in the spelling of either API.
func buying(sim *acctest.Simulation, generation simulator.DialNexaGeneration, agent, arguments string) string {
	config := onAgent(sim, generation, agent, arguments)
	if generation == simulator.DialNexaB {
		config = strings.Replace(config, "agent_link", "telephony_provider_id = \"tel_1234567890\"\nagent_link", 1)
		return strings.Replace(config, "dialnexa {\n\t\t\tagent_id", "purchase {\ncountry = \"US\"\n}\ndialnexa {\nagent_id", 1)
	}
	return strings.Replace(config, "dialnexa {\n\t\t\tagent_id", "purchase {}\ndialnexa {\nagent_id", 1)
}

// answeredBy checks which agent answers the number's calls, after a step.
func answeredBy(sim *acctest.Simulation, agent string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		n, owned := sim.DialNexa().Number(number)
		if !owned || n.AgentID != agent {
			return fmt.Errorf("owned %t, answered by %q, want %q", owned, n.AgentID, agent)
		}
		return nil
	}
}

// expectAtDialNexa looks at what is left in the end: the number, the agent that
// answers it, and nothing released.
func expectAtDialNexa(t *testing.T, sim *acctest.Simulation, agent string) {
	t.Helper()
	if err := answeredBy(sim, agent)(nil); err != nil {
		t.Error(err)
	}
	if released := sim.DialNexa().Released(); len(released) > 0 {
		t.Errorf("released: %v", released)
	}
}

// dialNexaWrites are the requests so far that may have changed something, with their bodies.
func dialNexaWrites(sim *acctest.Simulation) []string {
	lines := []string{}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet {
			lines = append(lines, r.String())
		}
	}
	return lines
}

func expectDialNexaWrites(t *testing.T, sim *acctest.Simulation, want ...string) {
	t.Helper()
	if got := dialNexaWrites(sim); !slices.Equal(got, want) {
		t.Errorf("requests that change something: %q, want %q", got, want)
	}
}

func inBlock(attribute string) tfjsonpath.Path { return path("dialnexa").AtMapKey(attribute) }

// generations are DialNexa's two APIs, by name.
var generations = map[string]simulator.DialNexaGeneration{"A": simulator.DialNexaA, "B": simulator.DialNexaB}

func TestAccDialNexaOwnedNumberIsAdoptedLinkedAndDetached(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.DialNexaRules{
		"A":                   {},
		"A, other field":      {InboundAgentID: true},
		"A, other fields":     {ExampleFields: true},
		"B":                   {Generation: simulator.DialNexaB},
		"rate limit in force": {RateLimit: simulator.RateLimit{Serve: 1, Refuse: 2}, RetryAfter: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, rules)
			sim.Run(t, resource.TestStep{
				Config: onAgent(sim, rules.Generation, "agt_one", ""),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
					plans("acquisition", text("adopted")),
					plans("carrier", text("dialnexa")),
					plans("platform", text("dialnexa")),
					plans("destroy_irreversible", knownvalue.Bool(false)),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					state("id", text(number)), state("sid", text(dialNexaID)), state("status", text("active")),
					state("account_sid", knownvalue.Null()), state("capabilities", knownvalue.NotNull()),
					statecheck.ExpectKnownValue(this, inBlock("id"), text(dialNexaID)),
				},
				Check: answeredBy(sim, "agt_one"),
			})
			expectAtDialNexa(t, sim, "")
			if bought := sim.DialNexa().Purchases(); len(bought) > 0 {
				t.Errorf("an owned number was bought: %v", bought)
			}
		})
	}
}

func TestAccDialNexaPlanOfAnAdoptionNamesWhatIsLost(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) {
		n.AgentID, n.Nickname, n.Label = "agt_two", "Support", "line"
	})
	cli := sim.Terraform(t)
	cli.Configure(dialNexaHCL(sim, "phone_number = \""+number+"\"\ndialnexa {\nnickname = \"Support\"\n}"))
	diagnostics, _ := cli.Plan()
	expectDiagnostic(t, diagnostics, "warning", `Adopting \+14155550100`,
		`dialnexa.agent_id: "agt_two" -> cleared.*dialnexa.label: "line" -> cleared`)
	for _, d := range diagnostics {
		if strings.Contains(d.Detail, "dialnexa.nickname") {
			t.Errorf("a value that stays is called lost: %s", d.Detail)
		}
	}
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
}

func TestAccDialNexaNumberIsBoughtWithPermissionAndReleased(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.DialNexaRules{
		"A":             {},
		"A, pending":    {PendingReads: 3},
		"B":             {Generation: simulator.DialNexaB, PurchaseStatus: http.StatusOK},
		"B, pending":    {Generation: simulator.DialNexaB, PendingReads: 3},
		"B, ID omitted": {Generation: simulator.DialNexaB, PurchaseOmitsRecord: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithDialNexa(rules))
			dialNexaAgents(sim, "agt_one")
			sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
			sim.Run(t, resource.TestStep{
				Config: buying(sim, rules.Generation, "agt_one", "release_on_destroy = \"release\""),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
					plans("acquisition", text("purchased")), plans("destroy_irreversible", knownvalue.Bool(true))),
				ConfigStateChecks: []statecheck.StateCheck{
					state("acquisition", text("purchased")), state("status", text("active")),
				},
				Check: answeredBy(sim, "agt_one"),
			})
			if bought, released := sim.DialNexa().Purchases(), sim.DialNexa().Released(); len(bought) != 1 || len(released) != 1 {
				t.Errorf("bought %v, released %v", bought, released)
			}
		})
	}
}

func TestAccDialNexaNumberThatIsNotOwnedIsNeverBoughtWithoutPermission(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Run(t, resource.TestStep{
		Config:      onAgent(sim, simulator.DialNexaA, "agt_one", ""),
		ExpectError: words(`Unable to create phone number \+14155550100.*account at DialNexa.*Nothing was bought`),
	})
	expectDialNexaWrites(t, sim)
}

func TestAccDialNexaPurchaseIsRefusedBeforeAnythingIsBought(t *testing.T) {
	t.Parallel()
	const (
		byNumber = "phone_number = \"" + number + "\"\npurchase {}\n"
		byBoth   = "phone_number = \"" + number + "\"\npurchase {\ncountry = \"US\"\n}\n"
		bySearch = "purchase {\ncountry = \"US\"\n}\n"
	)
	for name, test := range map[string]struct{ arguments, block, want string }{
		"by search":         {bySearch, "", `needs phone_number.*could be made twice`},
		"by search, newer":  {bySearch, "agent_link = \"agent\"", `needs phone_number`},
		"without provider":  {byBoth, "agent_link = \"agent\"", `telephony_provider_id and purchase.country`},
		"without country":   {byNumber, "agent_link = \"agent\"\ntelephony_provider_id = \"tel\"", `and purchase.country`},
		"without version":   {byBoth, "agent_link = \"agent\"\nagent_id = \"agt_one\"", `agent_id needs agent_version`},
		"with a nickname":   {byBoth, "agent_link = \"agent\"\nnickname = \"x\"", `remove nickname`},
		"with empty values": {byBoth, "nickname = \"\"", `to clear it, remove the attribute`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithDialNexa(simulator.DialNexaRules{Generation: simulator.DialNexaB}))
			sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
			sim.Run(t, resource.TestStep{
				Config: dialNexaHCL(sim, test.arguments+"dialnexa {\n"+test.block+"\n}"), ExpectError: words(test.want),
			})
			expectDialNexaWrites(t, sim)
		})
	}
}

func TestAccDialNexaLostPurchaseIsFoundNotRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"connection cut":   {Cut: simulator.CutAfter},
		"page of HTML":     {Garble: true},
		"502 after effect": {Status: http.StatusBadGateway, Body: "<html>", AfterEffect: true},
	} {
		for _, generation := range generations {
			t.Run(name+" "+string(generation), func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t, simulator.WithDialNexa(simulator.DialNexaRules{Generation: generation}))
				dialNexaAgents(sim, "agt_one")
				sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
				fault.Method = "POST"
				sim.Inject(fault)
				sim.Run(t, resource.TestStep{
					Config:            buying(sim, generation, "agt_one", ""),
					ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
					ConfigStateChecks: []statecheck.StateCheck{state("acquisition", text("purchased")), state("status", text("active"))},
				})
				if bought := sim.DialNexa().Purchases(); len(bought) != 1 {
					t.Errorf("bought %v", bought)
				}
				expectAtDialNexa(t, sim, "")
			})
		}
	}
}

// A provider that is killed right after the purchase has nothing in state. The
// number is looked up by the next plan, which adopts it.
func TestAccDialNexaNumberBoughtByAKilledProviderIsAdopted(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	dialNexaAgents(sim, "agt_one")
	sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
	cli := sim.Terraform(t)
	cli.Configure(buying(sim, simulator.DialNexaA, "agt_one", ""))
	sim.Before("POST", "/purchase", func() { sim.Inject(simulator.Fault{Method: "GET", Cut: simulator.CutBefore}) })
	sim.Inject(simulator.Fault{Method: "POST", Cut: simulator.CutAfter})
	failed := cli.Must(1, "apply", "-no-color", "-auto-approve")
	if !words(`may have been bought`).MatchString(failed.Stderr) {
		t.Errorf("the error does not say so: %s", failed.Stderr)
	}
	sim.ClearFaults()
	cli.Apply()
	cli.Must(0, "plan", "-detailed-exitcode")
	if got := onlyNumber(t, cli.State()); got["acquisition"] != "adopted" || len(sim.DialNexa().Purchases()) != 1 {
		t.Errorf("%v, bought %v", got["acquisition"], sim.DialNexa().Purchases())
	}
	cli.Apply("-destroy")
	expectAtDialNexa(t, sim, "")
}

func TestAccDialNexaWrongAgentKeepsTheBoughtNumberAndIsCorrected(t *testing.T) {
	t.Parallel()
	for name, generation := range generations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithDialNexa(simulator.DialNexaRules{Generation: generation}))
			dialNexaAgents(sim, "agt_one")
			sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
			release := "release_on_destroy = \"release\""
			cli := sim.Terraform(t)
			cli.Configure(buying(sim, generation, "agt_wrong", release))
			said := cli.Apply() // a warning: an error would taint the number
			if !words(`\+14155550100 is owned, but not set up completely.*agt_wrong`).MatchString(said.Stdout) {
				t.Errorf("the warning does not name the agent: %s", said.Stdout)
			}
			got := onlyNumber(t, cli.State())
			reason, _ := got["status_reason"].(string)
			if got["status"] != "corrupted" || !strings.Contains(reason, "agent agt_wrong was not linked") {
				t.Errorf("status %v: %s", got["status"], reason)
			}
			cli.Configure(buying(sim, generation, "agt_one", release))
			cli.Apply()
			cli.Must(0, "plan", "-detailed-exitcode")
			if got := onlyNumber(t, cli.State()); got["status"] != "active" || got["acquisition"] != "purchased" {
				t.Errorf("status %v, %v", got["status"], got["acquisition"])
			}
			if err := answeredBy(sim, "agt_one")(nil); err != nil {
				t.Error(err)
			}
			cli.Apply("-destroy")
			if bought, released := sim.DialNexa().Purchases(), sim.DialNexa().Released(); len(bought) != 1 || len(released) != 1 {
				t.Errorf("bought %v, released %v", bought, released)
			}
		})
	}
}

func TestAccDialNexaCreationThatNeverCompletedIsNeverReleased(t *testing.T) {
	t.Parallel()
	for name, generation := range generations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
			cli := sim.Terraform(t)
			cli.Configure(onAgent(sim, generation, "agt_wrong", "release_on_destroy = \"release\""))
			cli.Apply()
			cli.Apply("-destroy")
			expectAtDialNexa(t, sim, "")
		})
	}
}

func TestAccDialNexaChangesAreMadeInPlace(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	block := func(arguments string) string {
		return dialNexaHCL(sim, "phone_number = \""+number+"\"\ndialnexa {\n"+arguments+"\n}")
	}
	inPlace := func(config, agent, nickname, label string) resource.TestStep {
		return resource.TestStep{
			Config: block(config),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate,
				plancheck.ExpectKnownValue(this, inBlock("id"), text(dialNexaID)), // known: nothing is registered anew
				plans("status", text("active"))),
			Check: func(*terraform.State) error {
				if n, _ := sim.DialNexa().Number(number); n.AgentID != agent || n.Nickname != nickname || n.Label != label {
					return fmt.Errorf("%+v", n)
				}
				return nil
			},
		}
	}
	sim.Run(t,
		resource.TestStep{Config: block("")},
		inPlace("agent_id = \"agt_one\"", "agt_one", "", ""),
		inPlace("agent_id = \"agt_two\"\nnickname = \"Support\"\nlabel = \"line\"", "agt_two", "Support", "line"),
		inPlace("agent_id = \"agt_two\"\nlabel = \"other\"", "agt_two", "", "other"),
		inPlace("nickname = \"Support\"", "", "Support", ""),
	)
	expectAtDialNexa(t, sim, "")
}

func TestAccDialNexaAgentIsMovedByPublishing(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{Generation: simulator.DialNexaB})
	sim.Run(t,
		resource.TestStep{Config: onAgent(sim, simulator.DialNexaB, "agt_one", "")},
		resource.TestStep{
			Config:           strings.Replace(onAgent(sim, simulator.DialNexaB, "agt_one", ""), "version = 1", "version = 2", 1),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check:            answeredBy(sim, "agt_one"),
		},
		resource.TestStep{
			PreConfig:        sim.ResetRequests,
			Config:           onAgent(sim, simulator.DialNexaB, "agt_two", ""),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check:            answeredBy(sim, "agt_two"),
		},
	)
	published := func(agent string, version int, id string) string {
		return fmt.Sprintf(`PATCH /agents/%s {"version_number":%d,"inbound_phone_number_id":%q,"is_published":true} -> 200`,
			agent, version, id)
	}
	expectDialNexaWrites(t, sim,
		published("agt_one", 2, ""), published("agt_two", 1, dialNexaID), published("agt_two", 1, ""))
	expectAtDialNexa(t, sim, "")
}

// A workspace whose API is the newer one says so at the first edit.
func TestAccDialNexaEditThatIsNotOfferedNamesTheWayOut(t *testing.T) {
	t.Parallel()
	for _, is405 := range []bool{false, true} {
		t.Run(fmt.Sprint("405 ", is405), func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, simulator.DialNexaRules{Generation: simulator.DialNexaB, UnofferedIs405: is405})
			cli := sim.Terraform(t)
			cli.Configure(onAgent(sim, simulator.DialNexaA, "agt_one", ""))
			if said := cli.Apply(); !words(`set agent_link = "agent" and agent_version`).MatchString(said.Stdout) {
				t.Errorf("no way out: %s", said.Stdout)
			}
			cli.Configure(onAgent(sim, simulator.DialNexaB, "agt_one", ""))
			cli.Apply()
			cli.Must(0, "plan", "-detailed-exitcode")
			if err := answeredBy(sim, "agt_one")(nil); err != nil {
				t.Error(err)
			}
			cli.Apply("-destroy")
			expectAtDialNexa(t, sim, "")
		})
	}
}

func TestAccDialNexaDriftIsFoundAndPutBack(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	config := onAgent(sim, simulator.DialNexaA, "agt_one", "")
	drift := func(agent, nickname string) func() {
		return func() {
			sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) { n.AgentID, n.Nickname = agent, nickname })
		}
	}
	putBack := func(behind func()) resource.TestStep {
		return resource.TestStep{
			PreConfig: behind, Config: config,
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate), Check: answeredBy(sim, "agt_one"),
		}
	}
	sim.Run(t,
		resource.TestStep{Config: config},
		putBack(drift("agt_two", "")),
		putBack(drift("", "")),
		putBack(drift("agt_one", "named in the dashboard")),
	)
	expectAtDialNexa(t, sim, "")
}

func TestAccDialNexaNumberCannotLeave(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	atDialNexa := fmt.Sprintf("dialnexa {\napi_key = %q\nbase_url = \"%s/dialnexa\"\n}",
		simulator.DefaultDialNexaAPIKey, sim.URL)
	config := func(block string) string {
		return sim.Provider(atDialNexa) + fmt.Sprintf(
			"resource \"telephony_phone_number\" \"this\" {\nphone_number = %q\n%s\n}\n", number, block)
	}
	sim.Run(t,
		resource.TestStep{Config: config("dialnexa {\nagent_id = \"agt_one\"\n}")},
		resource.TestStep{Config: config(""), ExpectError: words(`cannot leave DialNexa.*remove the resource`)},
	)
	expectAtDialNexa(t, sim, "")
}

func TestAccDialNexaImportThenPlanShowsNoChanges(t *testing.T) {
	t.Parallel()
	for name, generation := range generations {
		for _, id := range []string{"dialnexa/" + dialNexaID, "dialnexa/" + number} {
			t.Run(name+" "+id, func(t *testing.T) {
				t.Parallel()
				sim := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
				sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) {
					n.AgentID, n.Nickname, n.Label = "agt_one", "Support", "line"
				})
				block := "agent_id = \"agt_one\"\nnickname = \"Support\"\nlabel = \"line\""
				if generation == simulator.DialNexaB { // which tells none of these
					block = "agent_link = \"agent\""
				}
				cli := sim.Terraform(t)
				cli.Configure(dialNexaHCL(sim, "phone_number = \""+number+"\"\ndialnexa {\n"+block+"\n}"))
				cli.Must(0, "import", "-no-color", this, id)
				cli.Must(0, "plan", "-detailed-exitcode")
				got := onlyNumber(t, cli.State())
				if got["id"] != number || got["sid"] != dialNexaID || got["carrier"] != "dialnexa" || got["status"] != "active" {
					t.Errorf("%v", got)
				}
				expectDialNexaWrites(t, sim)
			})
		}
	}
}

func TestAccDialNexaImportWithGeneratedConfigurationShowsNoChanges(t *testing.T) {
	t.Parallel()
	for name, generation := range generations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
			sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) { n.AgentID, n.Nickname = "agt_one", "Support" })
			cli := sim.Terraform(t)
			provider, _, _ := strings.Cut(dialNexaHCL(sim, ""), "resource ")
			cli.ImportGenerating(provider, "dialnexa/"+dialNexaID)
			expectDialNexaWrites(t, sim)
		})
	}
}

func TestAccDialNexaImportOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"dialnexa/phn_none":     `DialNexa does not hold it`,
		"dialnexa/+14155550199": `DialNexa does not hold it`,
		"dialnexa/7":            `Import IDs look like.*dialnexa/phn_`,
	} {
		sim := startDialNexa(t, simulator.DialNexaRules{})
		sim.Run(t, resource.TestStep{
			Config: onAgent(sim, simulator.DialNexaA, "agt_one", ""), ResourceName: this,
			ImportState: true, ImportStateId: id, ExpectError: words(want),
		})
	}
}

// What the plan says, what Delete sends and what is left, for every action.
func TestAccDialNexaEnds(t *testing.T) {
	t.Parallel()
	const (
		taken, takenSent         = "^Take agent agt_one off", "PATCH " + dialNexaPath + ` {"agent_id":null} -> 200`
		published, publishedSent = "^Publish version 1 of agent agt_one",
			`PATCH /agents/agt_one {"version_number":1,"inbound_phone_number_id":"","is_published":true} -> 200`
		released, releasedSent = "^Release .* given up for good", "DELETE " + dialNexaPath + " -> 200"
	)
	a, b := simulator.DialNexaA, simulator.DialNexaB
	for name, test := range map[string]struct {
		generation   simulator.DialNexaGeneration
		agent        string
		action       string
		sentence     string
		sent         []string
		irreversible bool
	}{
		"A, detach":       {a, "agt_one", "detach", taken, []string{takenSent}, false},
		"A, force delete": {a, "agt_one", "force_delete", taken, []string{takenSent}, false},
		"A, release":      {a, "agt_one", "release", released, []string{releasedSent}, true},
		"B, detach":       {b, "agt_one", "detach", published, []string{publishedSent}, false},
		"B, force delete": {b, "agt_one", "force_delete", published, []string{publishedSent}, false},
		"B, release":      {b, "agt_one", "release", released, []string{releasedSent}, true},
		"no agent":        {a, "", "detach", "^Leave .* as it is", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, simulator.DialNexaRules{Generation: test.generation})
			cli := sim.Terraform(t)
			config := onAgent(sim, test.generation, test.agent, "release_on_destroy = \""+test.action+"\"")
			cli.Configure(strings.Replace(config, "agent_id = \"\"", "", 1))
			cli.Apply()
			got := onlyNumber(t, cli.State())
			steps, _ := got["destroy_steps"].([]any)
			if len(steps) != 1 || !regexp.MustCompile(test.sentence).MatchString(fmt.Sprint(steps[0])) ||
				got["destroy_irreversible"] != test.irreversible {
				t.Errorf("destroy_steps %v, irreversible %v", steps, got["destroy_irreversible"])
			}
			diagnostics, _ := cli.Plan("-destroy")
			expectDiagnostic(t, diagnostics, "warning", "^Destroy(: | of "+regexp.QuoteMeta(number)+")",
				"1\\. "+strings.TrimPrefix(test.sentence, "^")+".*DialNexa (keeps|stops) billing")
			sim.ResetRequests()
			cli.Apply("-destroy")
			expectDialNexaWrites(t, sim, test.sent...)
			if released := sim.DialNexa().Released(); (len(released) == 1) != test.irreversible {
				t.Errorf("released %v", released)
			}
			if !test.irreversible {
				expectAtDialNexa(t, sim, "")
			}
		})
	}
}

func TestAccDialNexaReleaseOfANumberInUseLosesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		generation simulator.DialNexaGeneration
		use        func(n *simulator.DialNexaNumber, used bool)
		want       string
	}{
		"campaign": {
			simulator.DialNexaA, func(n *simulator.DialNexaNumber, used bool) { n.ActiveCampaign = used },
			`part of an active campaign`,
		},
		"default number": {
			simulator.DialNexaB, func(n *simulator.DialNexaNumber, used bool) { n.WorkspaceDefault = used }, `organization default`,
		},
		"workflows": {
			simulator.DialNexaB, func(n *simulator.DialNexaNumber, used bool) { n.ActiveWorkflows = used }, `active workflows`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, simulator.DialNexaRules{Generation: test.generation})
			use := func(used bool) func() {
				return func() {
					sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) { test.use(n, used) })
				}
			}
			config := onAgent(sim, test.generation, "agt_one", "release_on_destroy = \"release\"")
			sim.Run(t,
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig: use(true), Config: config, Destroy: true,
					ExpectError: words(`\+14155550100 .* is in use at DialNexa and was not released.*` +
						test.want + `.*Nothing was changed`),
				},
				resource.TestStep{ // the resource is as it was: nothing to repair, and still answered
					Config:            config,
					ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
					ConfigStateChecks: []statecheck.StateCheck{state("status", text("active")), state("status_reason", text(""))},
					Check:             answeredBy(sim, "agt_one"),
				},
				resource.TestStep{PreConfig: use(false), Config: config, Destroy: true},
			)
			if released := sim.DialNexa().Released(); len(released) != 1 {
				t.Errorf("released %v", released)
			}
		})
	}
}

func TestAccDialNexaFailedTeardownIsFinishedOrRepaired(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		generation simulator.DialNexaGeneration
		action     string
		method     string
	}{
		"A, detach":  {simulator.DialNexaA, "detach", http.MethodPatch},
		"A, release": {simulator.DialNexaA, "release", http.MethodDelete},
		"B, detach":  {simulator.DialNexaB, "detach", http.MethodPatch},
		"B, release": {simulator.DialNexaB, "release", http.MethodDelete},
	} {
		for _, repair := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", repaired ", repair), func(t *testing.T) {
				t.Parallel()
				sim := startDialNexa(t, simulator.DialNexaRules{Generation: test.generation})
				config := onAgent(sim, test.generation, "agt_one", "release_on_destroy = \""+test.action+"\"")
				steps := []resource.TestStep{
					{Config: config},
					{
						PreConfig: func() {
							sim.Inject(simulator.Fault{Method: test.method, Status: http.StatusInternalServerError})
						},
						Config: config, Destroy: true,
						ExpectError: words(`Unable to ` + test.action + ` phone number \+14155550100.*500`),
					},
					{
						PreConfig: sim.ClearFaults, Config: config, PlanOnly: true, ExpectNonEmptyPlan: true,
						ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(this, plancheck.ResourceActionUpdate), plans("status", text("active")),
						}},
					},
				}
				if repair {
					steps = append(steps, resource.TestStep{
						Config: config, ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
						ConfigStateChecks: []statecheck.StateCheck{state("status", text("active"))},
						Check:             answeredBy(sim, "agt_one"),
					})
				}
				sim.Run(t, append(steps, resource.TestStep{Config: config, Destroy: true})...)
				if test.action == "detach" {
					expectAtDialNexa(t, sim, "")
				} else if released := sim.DialNexa().Released(); len(released) != 1 {
					t.Errorf("released %v", released)
				}
			})
		}
	}
}

func TestAccDialNexaForceDeleteEndsWithAWarningWhatEverHappens(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	cli := sim.Terraform(t)
	cli.Configure(onAgent(sim, simulator.DialNexaA, "agt_one", "release_on_destroy = \"force_delete\""))
	cli.Apply()
	sim.Inject(simulator.Fault{Method: http.MethodPatch, Status: http.StatusInternalServerError})
	if said := cli.Apply("-destroy"); !words(`Left behind.*Take agent agt_one off \+14155550100`).MatchString(said.Stdout) {
		t.Errorf("the warning does not say what is left: %s", said.Stdout)
	}
	expectAtDialNexa(t, sim, "agt_one")
}

func TestAccDialNexaPreventReleaseHolds(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	config := onAgent(sim, simulator.DialNexaA, "agt_one", "release_on_destroy = \"release\"")
	prevented := strings.Replace(config, "provider \"telephony\" {", "provider \"telephony\" {\nprevent_release = true", 1)
	sim.Run(t,
		resource.TestStep{Config: prevented},
		resource.TestStep{Config: prevented, Destroy: true, ExpectError: words(`Release of \+14155550100 is prevented`)},
		resource.TestStep{Config: strings.Replace(prevented, "\"release\"", "\"detach\"", 1)},
	)
	expectAtDialNexa(t, sim, "")
}

func TestAccOnlyDialNexasOwnWordRemovesANumberFromState(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"credentials refused": {Status: http.StatusUnauthorized, Body: `{"statusCode":401,"message":"no","error":"Unauthorized"}`},
		"forbidden":           {Status: http.StatusForbidden, Body: `{"statusCode":403,"message":"no","error":"Forbidden"}`},
		"404 of a proxy":      {Status: http.StatusNotFound, Body: "<html>not here</html>"},
		"every path unknown":  {Status: http.StatusNotFound, Body: `{"statusCode":404,"message":"Cannot GET"}`},
		"server error":        {Status: http.StatusInternalServerError, Body: `{"statusCode":500,"message":"no"}`},
		"empty object":        {Status: http.StatusOK, Body: `{}`},
		"redirect":            {Status: http.StatusFound, Header: http.Header{"Location": {"https://elsewhere.example/"}}},
		"truncated":           {Truncate: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, simulator.DialNexaRules{})
			config := onAgent(sim, simulator.DialNexaA, "agt_one", "")
			sim.Run(t,
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig: func() { sim.Inject(fault) }, Config: config,
					ExpectError: words(`Unable to read phone number \+14155550100`),
				},
				resource.TestStep{
					PreConfig: sim.ClearFaults, Config: config,
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				},
			)
			expectAtDialNexa(t, sim, "")
		})
	}
}

func TestAccDialNexaBadCredentialsLoseNothing(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	config := onAgent(sim, simulator.DialNexaA, "agt_one", "release_on_destroy = \"release\"")
	bad := strings.Replace(config, simulator.DefaultDialNexaAPIKey, "wrong:key", 1)
	sim.Run(t,
		resource.TestStep{Config: bad, ExpectError: words(`401`)},
		resource.TestStep{Config: config},
		resource.TestStep{Config: bad, ExpectError: words(`Unable to read phone number \+14155550100.*401`)},
		resource.TestStep{
			Config:           config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
		resource.TestStep{Config: onAgent(sim, simulator.DialNexaA, "agt_one", "")}, // the end is a detach again
	)
	expectAtDialNexa(t, sim, "")
}

func TestAccDialNexaNumberThatVanishedIsRemovedFromState(t *testing.T) {
	t.Parallel()
	for name, generation := range generations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startDialNexa(t, simulator.DialNexaRules{Generation: generation})
			cli := sim.Terraform(t)
			cli.Configure(onAgent(sim, generation, "agt_one", ""))
			cli.Apply()
			sim.DialNexa().RemoveNumber(number)
			diagnostics, plan := cli.Plan()
			expectDiagnostic(t, diagnostics, "warning", `Phone number \+14155550100 is gone`, `DialNexa says.*nothing is bought`)
			if actions := plan.ResourceChanges[0].Change.Actions; !actions.Create() {
				t.Errorf("planned %v", actions)
			}
			cli.Apply("-destroy")
		})
	}
}

func TestAccDialNexaKeyIsInNoStateNorPlan(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{})
	cli := sim.Terraform(t)
	cli.Configure(onAgent(sim, simulator.DialNexaA, "agt_one", ""))
	cli.Apply()
	_, secret, _ := strings.Cut(simulator.DefaultDialNexaAPIKey, ":")
	if shown := cli.Must(0, "state", "pull").Stdout; strings.Contains(shown, secret) {
		t.Error("the API key is in state")
	}
}

func TestDialNexaAgentIsLookedAtBeforeMoneyIsSpent(t *testing.T) {
	t.Parallel()
	newer := func(agent string, version int) acctest.Values {
		return acctest.Values{
			"agent_id": agent, "agent_link": "agent", "agent_version": version, "telephony_provider_id": "tel_1234567890",
		}
	}
	for name, test := range map[string]struct {
		generation simulator.DialNexaGeneration
		block      acctest.Values
		words      string
	}{
		"A, wrong agent":       {simulator.DialNexaA, acctest.Values{"agent_id": "agt_wrong"}, "DialNexa has no agent agt_wrong"},
		"B, wrong agent":       {simulator.DialNexaB, newer("agt_wrong", 1), "DialNexa has no agent agt_wrong"},
		"B, no such version":   {simulator.DialNexaB, newer("agt_one", 7), "agent agt_one has no version 7"},
		"B, published version": {simulator.DialNexaB, newer("agt_three", 1), "version 1 of agent agt_three is published already"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithDialNexa(simulator.DialNexaRules{
				Generation: test.generation, AgentsReadable: true, Agents2Readable: true,
			}))
			sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
			dialNexaAgents(sim, "agt_one")
			sim.DialNexa().AddAgent(simulator.DialNexaAgent{
				ID: "agt_three", Versions: []simulator.DialNexaAgentVersion{{Number: 1, Published: true}},
			})
			config := ofNumber(acctest.Values{"purchase": acctest.Values{"country": "US"}, "dialnexa": test.block})
			driver := sim.Driver(t, nil)
			r := driver.Resource("telephony_phone_number")
			if p := r.Plan(config); !p.Diagnostics.Failed() || !strings.Contains(strings.ToLower(fmt.Sprint(p.Diagnostics)), strings.ToLower(test.words)) {
				t.Errorf("the plan says %+v", p.Diagnostics)
			}
			// Where only the apply can know, nothing is bought either.
			driver.Restart()
			sim.DialNexa().SetRules(func(rules *simulator.DialNexaRules) { rules.AgentsReadable, rules.Agents2Readable = false, false })
			p := r.Plan(config)
			if p.Diagnostics.Failed() {
				t.Fatalf("%+v", p.Diagnostics)
			}
			sim.DialNexa().SetRules(func(rules *simulator.DialNexaRules) { rules.AgentsReadable, rules.Agents2Readable = true, true })
			if diags := r.Apply(p); !diags.Failed() || len(sim.DialNexa().Purchases()) > 0 || r.State() != nil {
				t.Errorf("bought %v: %+v", sim.DialNexa().Purchases(), diags)
			}
		})
	}
}

// What is published by an attach is not held against a repair, a refresh or an end.
func TestDialNexaVersionThatTheResourcePublishedIsNoHindrance(t *testing.T) {
	t.Parallel()
	sim := startDialNexa(t, simulator.DialNexaRules{Generation: simulator.DialNexaB, AgentsReadable: true, Agents2Readable: true})
	block := func(agent string, version int) acctest.Values {
		return ofNumber(acctest.Values{"dialnexa": acctest.Values{
			"agent_id": agent, "agent_link": "agent", "agent_version": version,
		}})
	}
	config := block("agt_one", 1)
	driver := sim.Driver(t, nil)
	r := driver.Resource("telephony_phone_number")
	if diags := applied(r, config); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	expectActive(t, r, config)
	driver.Restart()
	sim.Inject(simulator.Fault{Method: http.MethodPatch, Status: http.StatusInternalServerError})
	if diags := r.Destroy(); !diags.Failed() {
		t.Error("nothing failed")
	}
	sim.ClearFaults()
	expectCorrupted(t, r, config)
	if diags := applied(r, config); diags.Failed() {
		t.Errorf("the repair failed: %+v", diags)
	}
	expectActive(t, r, config)
	if diags := applied(r, block("agt_two", 1)); diags.Failed() {
		t.Errorf("the move to another agent failed: %+v", diags)
	}
	p := r.Plan(config)
	if !p.Diagnostics.Failed() || !strings.Contains(fmt.Sprint(p.Diagnostics), "Version 1 of agent agt_one is published already") {
		t.Errorf("the plan back says %+v", p.Diagnostics)
	}
	if diags := applied(r, block("agt_one", 2)); diags.Failed() {
		t.Errorf("the move to a draft failed: %+v", diags)
	}
	driver.Restart()
	if diags := r.Destroy(); diags.Failed() {
		t.Errorf("the detach failed: %+v", diags)
	}
	expectAtDialNexa(t, sim, "")
}
