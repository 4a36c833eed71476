package acctest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

// standIn takes commands of the CLI by the Driver. What it takes and what the CLI
// takes may come in any order, since the state is in the folder after each command.
type standIn struct {
	folder
	cli   *CLI
	wrote string // the state as it was written last

	savesPlans bool                 // takes plans in files, too
	saved      map[string]savedPlan // by file
}

func newStandIn(s *Simulation, c *CLI) *standIn {
	c.t.Helper()
	return &standIn{folder: newFolder(s.Driver(c.t, nil)), cli: c}
}

// savedPlan is a plan that is to be applied later, and the state that it is for.
type savedPlan struct {
	plan   *Plan
	object object
}

// invocation is a command with the flags that the stand-in knows.
type invocation struct {
	destroy, refresh, json, detailed bool

	out  string // the file for the plan; empty: none
	rest []string
}

// understand reads the flags. It is not ok where one has to do with more than they say.
func (s *standIn) understand(args []string) (o invocation, ok bool) {
	o.refresh, s.r.Forced = true, false
	for _, arg := range args {
		switch arg {
		case "-no-color", "-input=false", "-auto-approve":
		case "-destroy":
			o.destroy = true
		case "-refresh=false":
			o.refresh = false
		case "-json":
			o.json = true
		case "-detailed-exitcode":
			o.detailed = true
		case "-replace=" + s.address():
			s.r.Forced = true
		case "-target=" + s.address():
		default:
			if file, isOut := strings.CutPrefix(arg, "-out="); isOut && s.savesPlans {
				o.out = file
				continue
			}
			if strings.HasPrefix(arg, "-") {
				return o, false
			}
			o.rest = append(o.rest, arg)
		}
	}
	return o, true
}

// begin takes in what a command is about: the state and the configuration of the
// folder, with what is wrong with that, and the flags. It is not ok where one of them is
// the CLI's.
func (s *standIn) begin(args []string) (o invocation, wrong Diagnostics, ok bool) {
	s.d.t.Helper()
	if !s.load() {
		return o, nil, false
	}
	if wrong, ok = s.read(); !ok {
		return o, nil, false
	}
	o, ok = s.understand(args)
	return o, wrong, ok
}

// run takes a command; not taken, it is the CLI's.
func (s *standIn) run(args []string) (result Result, taken bool) {
	s.d.t.Helper()
	o, wrong, ok := s.begin(args[1:])
	if !ok {
		return result, false
	}
	switch command := strings.Join(append(args[:1:1], o.rest...), " "); {
	case wrong != nil:
		return printed(o, wrong, NoOp), command == "apply" || command == "plan" || command == "destroy"
	case command == "plan":
		p, diags, restore := s.folder.plan(o.destroy, o.refresh)
		if o.out != "" && !diags.Failed() {
			s.saved = map[string]savedPlan{o.out: {p, s.r.object}}
		}
		restore()
		result = printed(o, diags, p.Action)
		if result.Code == 0 && o.detailed && p.Action != NoOp {
			result.Code = 2
		}
		return result, true
	case command == "apply", command == "destroy":
		p, diags, _ := s.folder.plan(o.destroy || command == "destroy", o.refresh)
		if !diags.Failed() {
			diags = append(diags, s.r.Apply(p)...)
		}
		s.store()
		return printed(o, diags, p.Action), true
	case args[0] == "apply" && len(o.rest) == 1 && s.saved[o.rest[0]].plan != nil:
		made := s.saved[o.rest[0]]
		s.r.object, s.saved = made.object, nil
		diags := s.r.Apply(made.plan)
		s.store()
		return printed(o, diags, made.plan.Action), true
	case args[0] == "import" && len(o.rest) == 2 && o.rest[0] == s.address() && s.r.State() == nil && s.config != nil:
		diags := s.imports(o.rest[1])
		s.store()
		return printed(o, diags, NoOp), true
	case command == "taint "+s.address() && s.r.State() != nil:
		s.r.Tainted = true
		s.store()
		return Result{}, true
	case command == "state rm "+s.address() && s.r.State() != nil:
		s.r = s.d.Resource(numberType)
		s.store()
		return Result{}, true
	}
	return result, false
}

// plan plans as CLI.Plan does.
func (s *standIn) plan(args []string) (diags Diagnostics, plan *tfjson.Plan, taken bool) {
	s.d.t.Helper()
	o, wrong, ok := s.begin(args)
	switch {
	case !ok || o.rest != nil:
		return nil, nil, false
	case wrong != nil:
		return wrong, nil, true
	}
	p, diags, restore := s.folder.plan(o.destroy, o.refresh)
	restore()
	switch {
	case diags.Failed():
		return diags, nil, true
	case p.Before == nil && p.After == nil:
		return diags, &tfjson.Plan{}, true
	}
	return diags, p.inJSON(s.name), true
}

// read takes the configuration of the folder. It is not ok where that needs more of
// Terraform's language.
func (s *standIn) read() (diags Diagnostics, ok bool) {
	s.d.t.Helper()
	files, _ := filepath.Glob(filepath.Join(s.cli.dir, "*.tf*")) // the pattern is well formed
	for _, file := range files {
		if name := filepath.Base(file); name != "main.tf" && !strings.HasPrefix(name, "terraform.tfstate") {
			return nil, false
		}
	}
	text, err := os.ReadFile(filepath.Join(s.cli.dir, "main.tf"))
	s.d.must(err, nil)
	blocks, ok := parse(string(text))
	if !ok || blocks.resource != nil && s.r.State() != nil && blocks.name != s.name {
		return nil, false
	}
	return s.configure(blocks), true
}

// load takes the state of the folder, where the CLI or the test has written it. It is
// not ok where there is more in it than the resource.
func (s *standIn) load() (ok bool) {
	s.d.t.Helper()
	text, err := os.ReadFile(s.cli.stateFile())
	if string(text) == s.wrote || err != nil && s.wrote == "" {
		return true
	}
	stored := s.cli.stored()
	r := s.d.Resource(numberType)
	switch {
	case len(stored.Outputs) > 0 || len(stored.Resources) > 1:
		return false
	case len(stored.Resources) == 1:
		held := stored.Resources[0]
		if held.Type != numberType || held.Module != "" || len(held.Instances) != 1 ||
			held.Mode != string(tfjson.ManagedResourceMode) || held.Instances[0].IndexKey != nil || held.Instances[0].Deposed != "" {
			return false
		}
		instance := held.Instances[0]
		resp, err := s.d.newServer().UpgradeResourceState(s.d.context(), &tfprotov6.UpgradeResourceStateRequest{
			TypeName: numberType, Version: int64(instance.SchemaVersion), //nolint:gosec // it is small
			RawState: &tfprotov6.RawState{JSON: instance.Attributes},
		})
		s.d.must(err, resp.Diagnostics)
		r.object = object{value: s.d.decode(resp.UpgradedState, r.schemaType()), private: instance.Private}
		r.Tainted, s.name = instance.Status == "tainted", held.Name
	}
	s.r, s.wrote = r, string(text)
	return true
}

// store writes the state into the folder.
func (s *standIn) store() {
	s.d.t.Helper()
	stored := stateFile{
		Version: 4, Terraform: "1.8.0", Serial: s.cli.stored().Serial + 1, Lineage: "5d7d8a36-0d5f-4a0e-8a3f-5f3c1c7f2b10",
		Outputs: map[string]storedOutput{}, Resources: []storedResource{},
	}
	if state := s.r.State(); state != nil {
		held, _ := plain(state)
		attributes, err := json.Marshal(held)
		s.d.must(err, nil)
		instance := storedInstance{
			SchemaVersion: uint64(s.d.schemas.ResourceSchemas[numberType].Version), //nolint:gosec // it is not negative
			Attributes:    attributes, Private: s.r.object.private,
		}
		if s.r.Tainted {
			instance.Status = "tainted"
		}
		stored.Resources = append(stored.Resources, storedResource{
			Mode: string(tfjson.ManagedResourceMode), Type: numberType, Name: s.name,
			Provider: fmt.Sprintf("provider[%q]", provider.Address), Instances: []storedInstance{instance},
		})
	}
	text, err := json.MarshalIndent(stored, "", "  ")
	s.d.must(err, nil)
	s.wrote = string(text)
	s.cli.SetStateFile(s.wrote)
}

// printed is what a command that was planned so prints.
func printed(o invocation, diags Diagnostics, action Action) (result Result) {
	wrong := failure(diags)
	if wrong != nil {
		result.Code = 1
	}
	if !o.json {
		if wrong != nil {
			result.Stderr = wrong.Error()
		}
		for _, d := range diags {
			if d.Severity != "error" {
				result.Stdout += fmt.Sprintf("Warning: %s\n\n%s\n\n", d.Summary, d.Detail)
			}
		}
		return result
	}
	var events []any
	for _, d := range diags {
		events = append(events, map[string]any{"type": "diagnostic", "diagnostic": d})
	}
	count := func(actions ...Action) int {
		if slices.Contains(actions, action) {
			return 1
		}
		return 0
	}
	events = append(events, map[string]any{"type": "change_summary", "changes": map[string]any{
		"operation": "plan", "add": count(Create, Replace), "change": count(Update), "remove": count(Delete, Replace),
	}})
	for _, event := range events {
		line, _ := json.Marshal(event) // of texts and numbers
		result.Stdout += string(line) + "\n"
	}
	return result
}

// ImportGenerating brings a number into state by an import block, with the configuration
// that Terraform generates for it, by a provider that is configured so. Neither that nor
// a plan after it may change anything.
func (c *CLI) ImportGenerating(services, id string) {
	c.t.Helper()
	if c.standIn != nil {
		c.Configure(services)
		c.standIn.importGenerating(id)
		return
	}
	c.Configure(services + fmt.Sprintf("import {\n to = %s.this\n id = %q\n}\n", numberType, id))
	c.Must(0, "plan", "-no-color", "-generate-config-out=generated.tf")
	c.Apply()
	c.Must(0, "plan", "-no-color", "-detailed-exitcode")
}

func (s *standIn) importGenerating(id string) {
	s.d.t.Helper()
	diags, ok := s.read()
	if !ok || diags != nil {
		s.d.t.Fatalf("the provider is not configured: %+v", diags)
	}
	if diags = s.imports(id); diags.Failed() {
		s.d.t.Fatalf("import of %s: %+v", id, diags)
	}
	config := generated(s.r.block, s.r.object.value)
	for _, when := range []string{"with", "after"} {
		p := s.r.plan(planWalk, config)
		if p.Diagnostics.Failed() || p.Action != NoOp {
			s.d.t.Fatalf("the plan %s the import: %s %+v of %v to %v", when, p.Action, p.Diagnostics, p.Before, p.After)
		}
		s.d.Restart()
		if diags = s.r.Read(); diags.Failed() {
			s.d.t.Fatalf("the read %s the import: %+v", when, diags)
		}
	}
	s.store()
}

// generated is the configuration that Terraform generates for what is in state: all that
// can be configured, but for what is deprecated.
func generated(block *tfprotov6.SchemaBlock, state tftypes.Value) tftypes.Value {
	if state.IsNull() {
		return state
	}
	held, config := members(state), map[string]tftypes.Value{}
	for _, a := range block.Attributes {
		config[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		if legacy := a.Name == "id" && a.Computed; !legacy && !a.Deprecated && (a.Required || a.Optional) {
			config[a.Name] = held[a.Name]
		}
	}
	for _, b := range block.BlockTypes {
		config[b.TypeName] = generated(b.Block, held[b.TypeName])
	}
	return tftypes.NewValue(block.ValueType(), config)
}
