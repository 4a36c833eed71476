package acctest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	address = numberType + ".this"
	number  = "+14155550100"
	support = "agent_00000000000000aa"
	sales   = "agent_00000000000000bb"
)

// The Driver and the real CLI take the same lives in two worlds that are alike.
// After each command they must have come to the same plan, diagnostics and
// state, by the same requests.
func TestAccDriverAgreesWithTheCLI(t *testing.T) {
	t.Parallel()
	wired := Values{"phone_number": "+1 (415) 555-0100", "voice_url": "https://example.com/voice"}
	onNixflex := func(agent string) Values {
		return Values{"phone_number": number, "release_on_destroy": "release", "nixflex": Values{"agent_id": agent}}
	}
	for name, life := range map[string][]command{
		"adopted, changed, ended": {
			plan(wired), apply(wired), plan(wired),
			apply(Values{"phone_number": number, "sms_url": "https://example.com/sms", "release_on_destroy": "true"}),
			planDestroy, destroy,
		},
		"on a platform, moved, removed": {
			plan(onNixflex(support)), apply(onNixflex(support)), plan(onNixflex(sales)), apply(onNixflex(sales)),
			{before: func(sim *Simulation) { sim.Nixflex().RemoveNumber(number) }, config: onNixflex(sales)},
			apply(onNixflex(sales)), apply(wired), remove,
		},
		"imported": {
			importing(number, wired), plan(wired), apply(wired), planDestroy, destroy,
		},
		"replaced by another number": {
			apply(wired), plan(Values{"phone_number": "+14155550101"}), apply(Values{"phone_number": "+14155550101"}),
		},
		"tainted": {
			apply(wired), taint, plan(wired), apply(wired), destroy,
		},
		"a failed creation, repaired": {
			{
				before: func(sim *Simulation) {
					sim.Inject(simulator.Fault{Method: http.MethodPost, Path: "/v1/phone-numbers", Status: http.StatusBadRequest})
				},
				applies: true, config: onNixflex(support),
			},
			{before: (*Simulation).ClearFaults, config: onNixflex(support)},
			planDestroy, apply(onNixflex(support)), destroy,
		},
		"refused": {
			plan(Values{"phone_number": number, "voice_url": "nonsense"}), apply(wired),
			plan(Values{"phone_number": number, "nixflex": Values{"agent_id": "agent_nobody"}}),
			apply(Values{"phone_number": number, "nixflex": Values{"agent_id": "agent_nobody"}}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			driven, real := newWorld(t), newWorld(t)
			r, cli := driven.Driver(t, nil).Resource(numberType), real.CLI(t)
			var config Values // of the command before
			for i, c := range life {
				if c.config == nil {
					c.config = config
				}
				config = c.config
				if c.before != nil {
					c.before(driven)
					c.before(real)
				}
				driven.ResetRequests()
				real.ResetRequests()
				got, want := c.drive(r), c.run(t, real, cli)
				got.requests, want.requests = asked(driven), asked(real)
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
					t.Fatalf("command %d (-CLI +Driver):\n%s", i+1, diff)
				}
				if i == 1 {
					ignored := cmpopts.IgnoreFields(tfjson.StateResource{}, "SensitiveValues")
					if diff := cmp.Diff(cli.shown().Values, cli.State().Values, ignored); diff != "" {
						t.Errorf("the state (-as the CLI shows it +as it is stored):\n%s", diff)
					}
				}
			}
		})
	}
}

// newWorld has two numbers at Twilio and two agents at Nixflex.
func newWorld(t *testing.T) *Simulation {
	t.Helper()
	sim := Start(t)
	for _, phoneNumber := range []string{number, "+14155550101"} {
		sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phoneNumber, VoiceURL: "https://old.example"})
	}
	for _, id := range []string{support, sales} {
		sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
	}
	return sim
}

// command is a command of Terraform: a plan, unless it says otherwise.
type command struct {
	before   func(*Simulation)
	config   Values // nil: that of the command before
	applies  bool
	destroys bool   // -destroy
	removes  bool   // the block is gone from the configuration
	imports  string // the ID
	taints   bool
}

func plan(config Values) command  { return command{config: config} }
func apply(config Values) command { return command{config: config, applies: true} }

func importing(id string, config Values) command { return command{config: config, imports: id} }

var (
	planDestroy = command{destroys: true}
	destroy     = command{destroys: true, applies: true}
	remove      = command{removes: true, applies: true}
	taint       = command{taints: true}
)

// outcome is what a command has come to.
type outcome struct {
	action      string // of a plan
	after       any    // of a plan; what is unknown is Unknown
	diagnostics Diagnostics
	state       any // nil: there is none
	requests    []string
}

// drive gives the command to the Driver.
func (c command) drive(r *Resource) outcome {
	var out outcome
	r.driver.Restart()
	held := r.object
	switch {
	case c.taints:
		r.Tainted = true
	case c.imports != "":
		out.diagnostics = r.Import(c.imports)
	default:
		out.diagnostics = r.Read()
		var p *Plan
		switch {
		case c.destroys:
			// Terraform plans as configured first, and keeps no warnings of that.
			if p = r.Plan(c.config); !p.Diagnostics.Failed() {
				r.driver.Restart()
				p = r.PlanDestroy()
			}
		case c.removes:
			p = r.PlanDestroy()
		default:
			p = r.Plan(c.config)
		}
		out.diagnostics = append(out.diagnostics, p.Diagnostics...)
		switch {
		case p.Diagnostics.Failed():
		case c.applies:
			out.diagnostics = append(out.diagnostics, r.Apply(p)...)
		default:
			out.action, out.after = string(p.Action), inJSON(p.After)
		}
		if !c.applies || p.Diagnostics.Failed() {
			r.object = held // a plan keeps nothing of its refresh
		}
	}
	out.state = inJSON(r.State())
	return out
}

// run runs the command.
func (c command) run(t *testing.T, sim *Simulation, cli *CLI) outcome {
	t.Helper()
	if !c.taints && !c.destroys {
		config := sim.Provider("nixflex {\n api_key = \"" + simulator.DefaultNixflexKey + "\"\n base_url = \"" + sim.URL + "/nixflex\"\n}")
		if !c.removes {
			config += "resource " + numberType + " this {\n" + inHCL(c.config) + "}\n"
		}
		cli.Configure(config)
	}
	var out outcome
	var args []string
	if c.destroys {
		args = append(args, "-destroy")
	}
	switch {
	case c.taints:
		cli.Must(0, "taint", address)
	case c.imports != "":
		cli.Must(0, "import", address, c.imports)
	case c.applies:
		out.diagnostics = cli.diagnostics(cli.Run(append([]string{"apply", "-json", "-auto-approve"}, args...)...).Stdout)
	default:
		diagnostics, made := cli.Plan(args...)
		out.diagnostics = diagnostics
		if made != nil {
			change := made.ResourceChanges[0].Change
			out.action = strings.Join(actions(change.Actions), "+")
			if out.action == "delete+create" {
				out.action = string(Replace)
			}
			out.after = withUnknowns(change.After, change.AfterUnknown)
		}
	}
	if state := cli.State(); state.Values != nil {
		out.state = inJSON(state.Values.RootModule.Resources[0].AttributeValues)
	}
	return out
}

// actions are the actions of a plan as words.
func actions[T ~string](all []T) []string {
	var words []string
	for _, action := range all {
		words = append(words, string(action))
	}
	return words
}

// asked is what the services were asked.
func asked(sim *Simulation) []string {
	var lines []string
	for _, r := range sim.Requests() {
		lines = append(lines, fmt.Sprintf("%s %s", r.Service, r))
	}
	return lines
}

// inJSON is a value as JSON has it.
func inJSON(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // Go values of a test
	}
	var decoded any
	if err := json.Unmarshal(text, &decoded); err != nil {
		panic(err)
	}
	return decoded
}

// withUnknowns is a planned object of a JSON plan with its unknown values.
func withUnknowns(after, unknowns any) any {
	if unknowns == true {
		return string(Unknown)
	}
	object, isObject := after.(map[string]any)
	marks, _ := unknowns.(map[string]any)
	if !isObject {
		return after
	}
	for name, mark := range marks {
		object[name] = withUnknowns(object[name], mark)
	}
	return object
}

// inHCL is the body of a block.
func inHCL(values Values) string {
	var lines []string
	for name, value := range values {
		if block, ok := value.(Values); ok {
			lines = append(lines, name+" {\n"+inHCL(block)+"}\n")
		} else {
			lines = append(lines, fmt.Sprintf("%s = %q\n", name, value))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func TestDriverHoldsTheProviderToTerraformsRules(t *testing.T) {
	t.Parallel()
	d := Start(t).Driver(t, nil)
	r := d.Resource(numberType)
	config := func(changes Values) Values {
		values := Values{"phone_number": number, "nixflex": Values{"agent_id": support}}
		maps.Copy(values, changes)
		return values
	}
	otherAgent := Values{"nixflex": Values{"agent_id": sales}}
	token := Values{"nixflex": Values{"agent_id": support, "twilio_auth_token_wo": "secret"}}
	for name, c := range map[string]struct {
		state, config, planned, got Values // changes of the configuration
		broken                      string // how the first broken rule begins; empty: none is
	}{
		"all as configured":              {},
		"what is computed is filled in":  {planned: Values{"status": Unknown}, got: Values{"status": "active"}},
		"what is in state stays":         {state: Values{"phone_number": "+1"}, planned: Values{"phone_number": "+1"}, got: Values{"phone_number": "+1"}},
		"a secret is left out":           {config: token},
		"planned otherwise":              {planned: Values{"phone_number": "+1"}, broken: "phone_number is configured as"},
		"planned otherwise in a block":   {planned: otherAgent, broken: "nixflex.agent_id is configured as"},
		"planned out of nothing":         {planned: Values{"voice_url": "https://a"}, broken: "voice_url is configured as"},
		"a block planned out of nothing": {planned: Values{"timeouts": Values{}}, broken: `"timeouts." is configured: false`},
		"a secret is planned":            {config: token, planned: token, broken: "nixflex.twilio_auth_token_wo is write-only"},
		"a planned value is lost":        {planned: Values{"status": "active"}, broken: "status was planned as"},
		"a known value becomes unknown":  {planned: Values{"status": "active"}, got: Values{"status": Unknown}, broken: "status was planned as"},
		"a planned list grows": {
			planned: Values{"destroy_steps": []string{"a"}}, got: Values{"destroy_steps": []string{"a", "b"}},
			broken: "destroy_steps was planned as",
		},
		"a value in a block turns out otherwise": {got: otherAgent, broken: "nixflex.agent_id was planned as"},
		"a planned block is lost":                {got: Values{"nixflex": nil}, broken: `"nixflex." was planned to exist: true`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := func(changes Values) tftypes.Value { return d.value(r.schemaType(), config(changes), name) }
			planned := object(c.planned)
			broken := append(planRules(r.block, object(c.state), object(c.config), planned, ""),
				resultRules(r.block, planned, object(c.got), "")...)
			if said := strings.Join(broken, "\n"); (said == "") != (c.broken == "") || !strings.HasPrefix(said, c.broken) {
				t.Errorf("broken rules: %q, want %q", said, c.broken)
			}
		})
	}
}
