package acctest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
)

// Run takes an acceptance test through its steps, and shows what the services were
// asked if it fails. The real CLI takes them wherever cases.CLI says so, and where a
// step needs more of Terraform than one resource; the Driver takes the others, by
// the commands that terraform-plugin-testing gives the CLI.
func (s *Simulation) Run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	defer func() {
		for _, request := range s.Requests() {
			if t.Failed() {
				t.Log(request)
			}
		}
	}()
	if os.Getenv(resource.EnvTfAcc) != "" && cases.CLI(t) || !takes(steps) {
		resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: Factories(), Steps: steps})
		return
	}
	f := newFolder(s.Driver(t, nil))
	if err := f.run(steps); err != nil {
		t.Error(err)
	}
}

// takes says whether the Driver can take the steps: each has a configuration of one
// resource and its provider, without an expression that refers to something else.
func takes(steps []resource.TestStep) bool {
	for _, step := range steps {
		switch {
		case step.RefreshState:
		case step.Query, step.ImportState && (step.ImportStateKind != resource.ImportCommandWithID || step.ExpectError == nil):
			return false
		default:
			if found, ok := parse(step.Config); !ok || found.name != "this" {
				return false
			}
		}
	}
	return true
}

// run takes the steps, and destroys what they leave in state.
func (f *folder) run(steps []resource.TestStep) (err error) {
	f.d.t.Helper()
	defer func() { err = errors.Join(err, f.destroyRest()) }()
	for i, step := range steps {
		err := f.step(step)
		switch {
		case step.ExpectError == nil && err != nil:
			return fmt.Errorf("step %d of %d: %w", i+1, len(steps), err)
		case step.ExpectError != nil && err == nil:
			return fmt.Errorf("step %d of %d: no error, want %s", i+1, len(steps), step.ExpectError)
		case step.ExpectError != nil && !step.ExpectError.MatchString(err.Error()):
			return fmt.Errorf("step %d of %d: want an error that matches %s: %w", i+1, len(steps), step.ExpectError, err)
		}
	}
	return nil
}

// destroyRest destroys what is left in state, without a refresh.
func (f *folder) destroyRest() error {
	f.d.t.Helper()
	if f.r.State() == nil {
		return nil
	}
	f.d.Restart()
	if err := failure(f.r.Apply(f.r.PlanDestroy())); err != nil {
		return fmt.Errorf("the destroy after the test: %w", err)
	}
	return nil
}

func (f *folder) step(step resource.TestStep) error {
	f.d.t.Helper()
	if step.PreConfig != nil {
		step.PreConfig()
	}
	if step.RefreshState {
		return f.refreshStep(step)
	}
	found, _ := parse(step.Config)
	if err := failure(f.configure(found)); err != nil {
		return err
	}
	if step.ImportState {
		other := newFolder(f.d)
		return failure(other.imports(step.ImportStateId))
	}
	if !step.PlanOnly {
		if err := f.planAndApply(step); err != nil {
			return err
		}
	}
	for _, again := range []struct {
		refresh bool
		checks  []plancheck.PlanCheck
	}{
		{false, step.ConfigPlanChecks.PostApplyPreRefresh},
		{true, step.ConfigPlanChecks.PostApplyPostRefresh},
	} {
		if err := f.replan(step, again.refresh, again.checks); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) planAndApply(step resource.TestStep) error {
	f.d.t.Helper()
	before := f.r.State()
	p, diags, _ := f.plan(step.Destroy, true)
	if err := failure(diags); err != nil {
		return fmt.Errorf("the plan: %w", err)
	}
	if err := f.checkPlan(p, step.ConfigPlanChecks.PreApply); err != nil {
		return fmt.Errorf("the plan is not as expected: %w", err)
	}
	if err := failure(f.r.Apply(p)); err != nil {
		return fmt.Errorf("the apply: %w", err)
	}
	if !step.Destroy {
		before = f.r.State()
	}
	if step.Check != nil {
		if err := step.Check(attributes(before)); err != nil {
			return fmt.Errorf("the check: %w", err)
		}
	}
	if err := f.checkState(step.ConfigStateChecks); err != nil {
		return fmt.Errorf("the state is not as expected: %w", err)
	}
	return nil
}

// replan plans once more after a step, which must leave nothing to do.
func (f *folder) replan(step resource.TestStep, refresh bool, checks []plancheck.PlanCheck) error {
	f.d.t.Helper()
	p, diags, restore := f.plan(step.Destroy, refresh)
	if err := failure(diags); err != nil {
		return fmt.Errorf("the plan after it: %w", err)
	}
	defer restore()
	if err := f.checkPlan(p, checks); err != nil {
		return fmt.Errorf("the plan after it is not as expected: %w", err)
	}
	switch {
	case p.Action != NoOp && !step.ExpectNonEmptyPlan:
		return fmt.Errorf("the plan after it (with a refresh: %t) is not empty: %s of %v to %v",
			refresh, p.Action, p.Before, p.After)
	case p.Action == NoOp && step.ExpectNonEmptyPlan && refresh:
		return errors.New("the plan after it is empty")
	}
	return nil
}

// refreshStep is a step that reads alone, and looks at what would be planned then.
func (f *folder) refreshStep(step resource.TestStep) error {
	f.d.t.Helper()
	if err := failure(f.refresh()); err != nil {
		return fmt.Errorf("the refresh: %w", err)
	}
	if step.Check != nil {
		if err := step.Check(attributes(f.r.State())); err != nil {
			return fmt.Errorf("the check: %w", err)
		}
	}
	return f.replan(step, true, step.RefreshPlanChecks.PostRefresh)
}

func (f *folder) checkPlan(p *Plan, checks []plancheck.PlanCheck) error {
	plan := p.inJSON("this")
	var failed []error
	for _, check := range checks {
		var answer plancheck.CheckPlanResponse
		check.CheckPlan(f.d.t.Context(), plancheck.CheckPlanRequest{Plan: plan}, &answer)
		failed = append(failed, answer.Error)
	}
	return errors.Join(failed...)
}

// inJSON is a plan for the telephony_phone_number of that name as `show -json` has it.
func (p *Plan) inJSON(name string) *tfjson.Plan {
	before, _ := plain(p.Before)
	after, unknown := plain(p.After)
	return &tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{{
		Address: numberType + "." + name, Mode: tfjson.ManagedResourceMode, Type: numberType, Name: name,
		Change: &tfjson.Change{Actions: jsonActions[p.Action], Before: before, After: after, AfterUnknown: unknown},
	}}}
}

var jsonActions = map[Action]tfjson.Actions{
	NoOp:    {tfjson.ActionNoop},
	Create:  {tfjson.ActionCreate},
	Update:  {tfjson.ActionUpdate},
	Replace: {tfjson.ActionDelete, tfjson.ActionCreate},
	Delete:  {tfjson.ActionDelete},
}

func (f *folder) checkState(checks []statecheck.StateCheck) error {
	f.d.t.Helper()
	module := &tfjson.StateModule{}
	if values := f.r.State(); values != nil {
		held, _ := plain(values)
		attributes, _ := held.(map[string]any)
		module.Resources = []*tfjson.StateResource{{
			Address: numberType + ".this", Mode: tfjson.ManagedResourceMode, Type: numberType, Name: "this",
			AttributeValues: attributes,
		}}
	}
	var failed []error
	for _, check := range checks {
		var answer statecheck.CheckStateResponse
		check.CheckState(f.d.t.Context(), statecheck.CheckStateRequest{
			State: &tfjson.State{Values: &tfjson.StateValues{RootModule: module}},
		}, &answer)
		failed = append(failed, answer.Error)
	}
	return errors.Join(failed...)
}

// failure is the errors among the messages, as the CLI prints them.
func failure(diags Diagnostics) error {
	var text strings.Builder
	for _, d := range diags {
		if d.Severity == "error" {
			fmt.Fprintf(&text, "Error: %s\n\n%s\n\n", d.Summary, d.Detail)
		}
	}
	if text.Len() == 0 {
		return nil
	}
	return errors.New(text.String())
}
