package phonenumber_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const manyAgents = "telephony_agents"

// agentSeeds are how an agent stands in the seed of each platform: where, and by
// which members.
var agentSeeds = map[string]struct{ collection, id, name string }{
	"nixflex":    {"agents", "agent_id", "name"},
	"synthflow":  {"agents", "id", "name"},
	"dialnexa":   {"agents", "id", "title"},
	"resemble":   {"agents", "uuid", "name"},
	"retell":     {"agents", "id", "name"},
	"elevenlabs": {"agents", "id", "name"},
	"vapi":       {"assistants", "id", "name"},
}

// agentID is the identifier of a platform's agent of that number.
func agentID(service string, i int) string {
	switch service {
	case "nixflex":
		return fmt.Sprintf("agent_%016x", i)
	case "vapi", "resemble", "synthflow":
		return fmt.Sprintf("00000000-0000-4000-8000-%012x", i)
	}
	return fmt.Sprintf("agt_%d", i)
}

// withAgents gives each platform agents of these names.
func withAgents(t *testing.T, sim *acctest.Simulation, names ...string) {
	t.Helper()
	seed := map[string]map[string][]any{}
	for service, of := range agentSeeds {
		var agents []any
		for i, name := range names {
			agents = append(agents, map[string]any{of.id: agentID(service, i), of.name: name})
		}
		seed[service] = map[string][]any{of.collection: agents}
	}
	text, err := json.Marshal(seed)
	if err == nil {
		err = sim.Seed(strings.NewReader(string(text)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// listedAgents are the agents that the data source lists, as "name id".
func listedAgents(t *testing.T, d *acctest.Driver, service, name string) []string {
	t.Helper()
	config := acctest.Values{"service": service}
	if name != "" {
		config["name"] = name
	}
	state, diags := d.ReadDataSource(manyAgents, config)
	if len(diags) > 0 {
		t.Fatalf("%+v", diags)
	}
	rows, _ := state["agents"].([]acctest.Values)
	found := []string{}
	for _, row := range rows {
		found = append(found, fmt.Sprint(row["name"], " ", row["id"]))
	}
	return found
}

func TestAgentsAreListedByNameOnEveryPlatform(t *testing.T) {
	t.Parallel()
	const count = 230 // three pages, of those that page
	names := []string{"Support", "Sales, west", "Sales, east", "Support"}
	for i := len(names); i < count; i++ {
		names = append(names, fmt.Sprintf("Line %d", i))
	}
	for service := range agentSeeds {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithDialNexa(simulator.DialNexaRules{AgentsReadable: true}))
			withAgents(t, sim, names...)
			d := sim.Driver(t, everyPlatform(sim))
			if all := listedAgents(t, d, service, ""); len(all) != count || !slices.IsSorted(all) {
				t.Errorf("%d of %d agents are listed, sorted: %t", len(all), count, slices.IsSorted(all))
			}
			id := func(i int) string { return agentID(service, i) }
			for pattern, want := range map[string][]string{
				"Support":     {"Support " + id(0), "Support " + id(3)},
				"Sales*":      {"Sales, east " + id(2), "Sales, west " + id(1)},
				"*east":       {"Sales, east " + id(2)},
				"S*,*t":       {"Sales, east " + id(2), "Sales, west " + id(1)},
				"support":     {},
				"Sales, east": {"Sales, east " + id(2)},
			} {
				if got := listedAgents(t, d, service, pattern); !slices.Equal(got, want) {
					t.Errorf("%s: %q, want %q", pattern, got, want)
				}
			}
			for _, r := range sim.Requests() {
				if string(r.Service) != service {
					t.Errorf("%s was asked, too: %s %s", r.Service, r.Method, r.Path)
				}
			}
		})
	}
}

// What the services leave open on their lists of agents, each turned the other
// way: the list is the same, or there is none, and an error says why.
func TestAgentsAreListedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	const count = 230
	for name, tc := range map[string]struct {
		service string
		rule    simulator.Option
		fails   string
	}{
		"no envelope": {"nixflex", simulator.WithNixflex(simulator.NixflexRules{BareAgentList: true}), ""},
		"no paging":   {"nixflex", simulator.WithNixflex(simulator.NixflexRules{UnpagedAgents: true}), ""},
		"no envelope and no paging": {
			"nixflex", simulator.WithNixflex(simulator.NixflexRules{BareAgentList: true, UnpagedAgents: true}), "",
		},
		"a count of the page":   {"nixflex", simulator.WithNixflex(simulator.NixflexRules{CountsPage: true}), ""},
		"shorter pages":         {"synthflow", simulator.WithSynthflow(simulator.SynthflowRules{MaxLimit: 40}), ""},
		"numbers with agents":   {"synthflow", simulator.WithSynthflow(simulator.SynthflowRules{AgentListHasPools: true}), ""},
		"plain objects":         {"resemble", simulator.WithResemble(simulator.ResembleRules{FlatAgents: true}), ""},
		"a list that is cut":    {"resemble", simulator.WithResemble(simulator.ResembleRules{MaxAgents: 100}), "100 of 230 agents"},
		"the newest come last":  {"vapi", simulator.WithVapi(simulator.VapiRules{OldestFirst: true}), "not ordered from the newest"},
		"pages of Retell's own": {"retell", simulator.WithRetell(simulator.RetellRules{MaxLimit: 40}), ""},
		"cursors of any form":   {"elevenlabs", simulator.WithElevenLabs(simulator.ElevenLabsRules{OpaqueCursor: true}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, tc.rule)
			var names []string
			for i := range count {
				names = append(names, fmt.Sprintf("Line %d", i))
			}
			withAgents(t, sim, names...)
			d := sim.Driver(t, everyPlatform(sim))
			if tc.fails != "" {
				expectAgentsError(t, d, tc.service, tc.fails)
				return
			}
			if all := listedAgents(t, d, tc.service, ""); len(all) != count {
				t.Errorf("%d of %d agents are listed", len(all), count)
			}
		})
	}
}

// An agent that takes no call is not listed, whether the service leaves it out or
// marks it.
func TestAgentsThatTakeNoCallsAreNotListed(t *testing.T) {
	t.Parallel()
	for _, marked := range []bool{false, true} {
		sim := acctest.Start(t, simulator.WithRetell(simulator.RetellRules{FilterIgnored: marked}),
			simulator.WithDialNexa(simulator.DialNexaRules{Agents2Readable: true, DeletedAgentsListed: marked}))
		withAgents(t, sim, "Support", "Bookings")
		chatting := `{"retell": {"agents": [{"id": "agt_chat", "name": "Website", "chat": true}]}}`
		if err := sim.Seed(strings.NewReader(chatting)); err != nil {
			t.Fatal(err)
		}
		if !sim.DialNexa().RemoveAgent(agentID("dialnexa", 1)) {
			t.Fatal("there is no second agent")
		}
		d := sim.Driver(t, everyPlatform(sim))
		if got := listedAgents(t, d, "retell", ""); len(got) != 2 {
			t.Errorf("marked: %t: listed at Retell AI are %q", marked, got)
		}
		if got := listedAgents(t, d, "dialnexa", ""); len(got) != 1 {
			t.Errorf("marked: %t: listed at DialNexa are %q", marked, got)
		}
	}
}

// A list is a read, whatever its method: a fault that passes is not seen.
func TestListOfAgentsIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for service := range agentSeeds {
		sim := acctest.Start(t, simulator.WithDialNexa(simulator.DialNexaRules{AgentsReadable: true}))
		withAgents(t, sim, "Support")
		access := everyPlatform(sim)
		access["max_retries"] = 2
		d := sim.Driver(t, access)
		sim.Inject(simulator.Fault{Service: simulator.Service(service), Status: 503, Times: 2})
		if got := listedAgents(t, d, service, ""); len(got) != 1 {
			t.Errorf("%s: listed are %q", service, got)
		}
	}
}

func TestAgentsOfGenerationAAreListedAndHiddenOnesAreAnError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rules simulator.DialNexaRules
		want  string // in the error; empty: there is none
	}{
		"generation A":  {rules: simulator.DialNexaRules{Agents2Readable: true}},
		"neither tells": {want: "take their IDs from DialNexa's dashboard"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithDialNexa(tc.rules))
			withAgents(t, sim, "Bookings")
			d := sim.Driver(t, nil)
			if tc.want == "" {
				if got := listedAgents(t, d, "dialnexa", "Bookings"); len(got) != 1 {
					t.Errorf("listed are %q", got)
				}
				return
			}
			expectAgentsError(t, d, "dialnexa", tc.want)
		})
	}
}

// expectAgentsError checks that a list fails, with a text in its detail.
func expectAgentsError(t *testing.T, d *acctest.Driver, service, want string) {
	t.Helper()
	_, diags := d.ReadDataSource(manyAgents, acctest.Values{"service": service})
	if len(diags) != 1 || diags[0].Summary != "Unable to list agents" || !strings.Contains(diags[0].Detail, want) {
		t.Errorf("%+v, want an error that says %q", diags, want)
	}
}

func TestAgentsThatCannotBeListedAreAnErrorWithAWayOut(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	withAgents(t, sim, "Support")
	d := sim.Driver(t, acctest.Values{"nixflex": acctest.Values{"api_key": "nxf_other:nxfs_other", "base_url": sim.URL + "/nixflex"}})
	expectAgentsError(t, d, "vapi", "VAPI_API_KEY")
	expectAgentsError(t, d, "nixflex", "401")

	sim.Inject(simulator.Fault{Service: simulator.Resemble, Path: "/agents", Status: 200, Body: "<html>"})
	expectAgentsError(t, d, "resemble", "the answer cannot be used")
}

// An agent's name is for people, so that it does not command their terminal.
func TestNamesOfAgentsDoNotWriteToTheTerminal(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	withAgents(t, sim, "Support\x1b[2J")
	if got := listedAgents(t, sim.Driver(t, nil), "nixflex", ""); len(got) != 1 || strings.Contains(got[0], "\x1b") {
		t.Errorf("listed are %q", got)
	}
}

// A list whose pages repeat themselves is no list: nobody knows what it leaves out.
func TestListOfAgentsThatRepeatsItselfIsAnError(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	withAgents(t, sim)
	sim.Inject(simulator.Fault{
		Service: simulator.Synthflow, Status: 200,
		Body: `{"status": "ok", "response": {"pagination": {"total_records": 9}, "assistants": [{"model_id": "one"}]}}`,
	})
	expectAgentsError(t, sim.Driver(t, nil), "synthflow", "repeats itself after 1")
}
