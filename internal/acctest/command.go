package acctest

import (
	"encoding/json"
	"strings"
)

// TerraformApply does what `terraform apply` does: it reads, plans and applies.
// It returns what it planned to do; empty: it did not get that far.
func (r *Resource) TerraformApply(config Values) (Action, Diagnostics) {
	r.driver.t.Helper()
	return r.command(config, false)
}

// TerraformDestroy does what `terraform destroy` does. Like Terraform it plans as
// configured first, and keeps nothing of that plan but its errors.
func (r *Resource) TerraformDestroy(config Values) (Action, Diagnostics) {
	r.driver.t.Helper()
	return r.command(config, true)
}

// command reads, plans and applies.
func (r *Resource) command(config Values, destroy bool) (Action, Diagnostics) {
	r.driver.t.Helper()
	f := folder{d: r.driver, r: r, config: config}
	p, diags, _ := f.plan(destroy, true)
	if diags.Failed() {
		return "", diags
	}
	return p.Action, append(diags, r.Apply(p)...)
}

// TerraformApplyAll does what `terraform apply` does for several resources: it
// reads them, plans them, and applies the plans, each in this order. A nil
// configuration is that of a resource which is no longer configured. Quiet says
// that there was nothing to do.
func (d *Driver) TerraformApplyAll(all []*Resource, configs []Values) (quiet bool, diags Diagnostics) {
	d.t.Helper()
	d.Restart()
	held, plans := make([]object, len(all)), make([]*Plan, len(all))
	refuse := func() (bool, Diagnostics) {
		for i, r := range all {
			r.object = held[i]
		}
		return false, diags
	}
	for i, r := range all {
		held[i] = r.object
		diags = append(diags, r.Read()...)
	}
	if diags.Failed() {
		return refuse()
	}
	quiet = true
	for i, r := range all {
		if configs[i] == nil {
			plans[i] = r.PlanDestroy()
		} else {
			plans[i] = r.Plan(configs[i])
		}
		diags = append(diags, plans[i].Diagnostics...)
		quiet = quiet && plans[i].Action == NoOp
	}
	if diags.Failed() {
		return refuse()
	}
	for i, r := range all {
		diags = append(diags, r.Apply(plans[i])...)
	}
	return quiet, diags
}

// ApplyQuietly applies without asking. It returns what was said, whether the plan
// had nothing to do, and all that was printed.
func (c *CLI) ApplyQuietly(args ...string) (diags Diagnostics, quiet bool, printed string) {
	c.t.Helper()
	result := c.Run(append([]string{"apply", "-json", "-auto-approve", "-input=false"}, args...)...)
	for line := range strings.Lines(result.Stdout) {
		var event struct {
			Type    string
			Changes struct {
				Add, Change, Remove int
				Operation           string
			}
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			c.t.Fatalf("not an event: %s", line)
		}
		if sum := event.Changes; event.Type == "change_summary" && sum.Operation == "plan" {
			quiet = sum.Add+sum.Change+sum.Remove == 0
		}
	}
	return c.diagnostics(result.Stdout), quiet, result.Stdout + result.Stderr
}
