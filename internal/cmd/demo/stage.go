package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// stage is what the acts play on.
type stage struct {
	cli  *cli
	sim  services
	work string // a copy of examples/demo

	dir    string // the configuration of the act
	output string // of the last command
}

// step is one move of an act: it does something, or checks what came of it.
type step func(context.Context, *stage) error

func (s *stage) play(ctx context.Context, a act) error {
	s.dir = filepath.Join(s.work, a.in)
	for _, step := range a.steps {
		if err := step(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// tell prints what somebody other than Terraform does.
func tell(format string, args ...any) {
	fmt.Printf("\n* %s\n", fmt.Sprintf(format, args...))
}

// checked prints a claim that has been found true.
func checked(format string, args ...any) {
	fmt.Printf("✓ %s\n", fmt.Sprintf(format, args...))
}

// exit is how a command is expected to end.
type exit struct {
	code    int
	meaning string
}

// What the CLI's exit codes mean; 2 comes from `plan -detailed-exitcode` alone.
var (
	succeeds   = exit{0, "it succeeded"}
	noChanges  = exit{0, "there is nothing to change"}
	fails      = exit{1, "it failed, as it should"}
	hasChanges = exit{2, "there is something to change"}
)

// terraform runs a command and prints all that it prints. Words with a "=" before the subcommand are environment
// variables, as in a shell.
func terraform(command string, end exit) step {
	return perform(command, end, func(output string) string { return output })
}

// glance runs a command like terraform, and prints what matters of it.
func glance(command string, end exit) step {
	return perform(command, end, abridged)
}

func perform(command string, end exit, shown func(output string) string) step {
	return func(ctx context.Context, s *stage) error {
		var env []string
		args := strings.Fields(command)
		for strings.Contains(args[0], "=") {
			env, args = append(env, args[0]), args[1:]
		}
		line := strings.Join(slices.Concat(env, []string{s.cli.name}, args), " ")
		fmt.Printf("\n$ %s\n", line)
		output, code, err := s.cli.run(ctx, s.dir, env, args)
		if err != nil {
			return err
		}
		fmt.Printf("%s\n\n", shown(output))
		s.output = output
		if code != end.code {
			return fmt.Errorf("`%s` ended with exit code %d instead of %d", line, code, end.code)
		}
		checked("exit code %d: %s", code, end.meaning)
		return nil
	}
}

// says checks that the last command printed the texts; how its lines are broken does not matter.
func says(texts ...string) step {
	return func(_ context.Context, s *stage) error {
		output := strings.Join(strings.Fields(s.output), " ")
		for _, text := range texts {
			if !strings.Contains(output, text) {
				return fmt.Errorf("the output does not say %q", text)
			}
			checked("it says: %s", text)
		}
		return nil
	}
}

// removeFile takes a resource out of the configuration.
func removeFile(name string) step {
	return func(_ context.Context, s *stage) error {
		fmt.Printf("\n$ rm %s\n", name)
		return os.Remove(filepath.Join(s.dir, name))
	}
}

// edit changes a file of the configuration.
func edit(name, before, after string) step {
	return func(_ context.Context, s *stage) error {
		tell("In %s, %s becomes %s.", name, before, after)
		path := filepath.Join(s.dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !strings.Contains(string(text), before) {
			return fmt.Errorf("%s does not have %s", name, before)
		}
		return os.WriteFile(path, []byte(strings.Replace(string(text), before, after, 1)), 0o600)
	}
}

// outage makes a service answer some requests with 500 and the body, until recovery.
func outage(text, service, method, path, body string) step {
	return func(ctx context.Context, s *stage) error {
		tell("%s", text)
		fault := map[string]any{"service": service, "method": method, "path": path, "status": 500, "body": body}
		return s.sim.Control(ctx, http.MethodPost, "faults", fault, nil)
	}
}

func recovery(text string) step {
	return func(ctx context.Context, s *stage) error {
		tell("%s", text)
		return s.sim.Control(ctx, http.MethodDelete, "faults", nil, nil)
	}
}

// values are attributes of a phone number, some or all. That of a block is named "block.attribute".
type values map[string]any

func (v values) missingFrom(actual values) error {
	for name, want := range v {
		if got := actual.get(name); !reflect.DeepEqual(got, want) {
			return fmt.Errorf("%s is %#v instead of %#v", name, got, want)
		}
	}
	return nil
}

func (v values) get(name string) any {
	if block, attribute, inBlock := strings.Cut(name, "."); inBlock {
		inner, _ := v[block].(map[string]any)
		return inner[attribute]
	}
	return v[name]
}

// list writes the values, those of before with what becomes of them.
func list(before, after values) string {
	all := maps.Clone(after)
	if all == nil {
		all = values{}
	}
	maps.Copy(all, before)
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text := fmt.Sprintf("%s = %#v", name, all[name])
		if value, ok := after[name]; ok && before != nil {
			text += fmt.Sprintf(" -> %#v", value)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// planFile is where the acts save their plans.
const planFile = "next.tfplan"

// change is the plan for one telephony_phone_number.
type change struct {
	name   string
	action string // create, update or delete
	before values
	after  values
}

// planned checks that the saved plan has these changes and no others.
func planned(want ...change) step {
	return func(ctx context.Context, s *stage) error {
		var plan struct {
			Changes []struct {
				Address string `json:"address"`
				Change  struct {
					Actions []string `json:"actions"`
					Before  values   `json:"before"`
					After   values   `json:"after"`
				} `json:"change"`
			} `json:"resource_changes"`
		}
		if err := s.cli.show(ctx, s.dir, &plan, planFile); err != nil {
			return err
		}
		wanted := map[string]change{}
		for _, w := range want {
			wanted["telephony_phone_number."+w.name] = w
		}
		for _, c := range plan.Changes {
			w, ok := wanted[c.Address]
			actions := strings.Join(c.Change.Actions, " and ")
			switch {
			case !ok && actions == "no-op":
				continue
			case !ok || actions != w.action:
				return fmt.Errorf("the plan for %s is to %s", c.Address, actions)
			}
			if err := w.before.missingFrom(c.Change.Before); err != nil {
				return fmt.Errorf("in the plan to %s %s, before: %w", w.action, c.Address, err)
			}
			if err := w.after.missingFrom(c.Change.After); err != nil {
				return fmt.Errorf("in the plan to %s %s, after: %w", w.action, c.Address, err)
			}
			checked("plan: %s %s; %s", w.action, w.name, list(w.before, w.after))
			delete(wanted, c.Address)
		}
		for address, w := range wanted {
			return fmt.Errorf("the plan does not %s %s", w.action, address)
		}
		return nil
	}
}

// inState checks attributes of one telephony_phone_number in state.
func inState(name string, want values) step {
	return func(ctx context.Context, s *stage) error {
		all, err := s.state(ctx)
		if err != nil {
			return err
		}
		address := "telephony_phone_number." + name
		actual, ok := all[address]
		if !ok {
			return fmt.Errorf("%s is not in state", address)
		}
		if err := want.missingFrom(actual); err != nil {
			return fmt.Errorf("%s in state: %w", address, err)
		}
		checked("state: %s has %s", name, list(nil, want))
		return nil
	}
}

// emptyState checks that nothing is in state.
func emptyState(ctx context.Context, s *stage) error {
	all, err := s.state(ctx)
	if err != nil {
		return err
	}
	for address := range all {
		return fmt.Errorf("%s is still in state", address)
	}
	checked("state: empty")
	return nil
}

// state is what is in state, by address.
func (s *stage) state(ctx context.Context) (map[string]values, error) {
	var state struct {
		Values struct {
			Root struct {
				Resources []struct {
					Address string `json:"address"`
					Values  values `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := s.cli.show(ctx, s.dir, &state); err != nil {
		return nil, err
	}
	all := map[string]values{}
	for _, resource := range state.Values.Root.Resources {
		all[resource.Address] = resource.Values
	}
	return all, nil
}
