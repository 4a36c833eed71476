package faulttest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
)

// user is somebody who has one number in a configuration and runs Terraform.
type user interface {
	// run runs the command, for the configuration, or for the import of the ID.
	run(c command, config acctest.Values, id string) outcome
	// state is the resource in state; nil: it is not.
	state() acctest.Values
	// heard is all that anybody could have read by now: messages, plans, states and
	// logs.
	heard() string
}

// outcome is what a command has come to.
type outcome struct {
	diagnostics acctest.Diagnostics
	quiet       bool   // there was nothing to do
	found       string // by a list
}

// driven is a user in process.
type driven struct {
	driver   *acctest.Driver
	resource *acctest.Resource
	second   *acctest.Resource // at another address, with the same number
	refused  bool              // it may not have the number, so the user has taken it back
	said     bytes.Buffer
}

func newDriven(t *testing.T, sim *acctest.Simulation) *driven {
	t.Helper()
	u := &driven{}
	sim.Log, sim.FaultyFinalPlans = &u.said, true
	u.driver = sim.Driver(t, sim.OtherServices())
	u.resource = u.driver.Resource("telephony_phone_number")
	u.second = u.driver.Resource("telephony_phone_number")
	return u
}

func (u *driven) run(c command, config acctest.Values, id string) outcome {
	before := u.resource.State()
	var action acctest.Action
	var diags acctest.Diagnostics
	var found string
	if c.lists() {
		u.driver.Restart() // each of them is a run of its own
	}
	switch {
	case c == listing:
		var all []acctest.Listed
		all, diags = u.driver.Query("telephony_phone_number", acctest.Query{Config: config, IncludeResource: true}, nil)
		found = fmt.Sprintf("%+v", all)
	case c == lookingUp:
		var all acctest.Values
		all, diags = u.driver.ReadDataSource("telephony_phone_numbers", config)
		found = fmt.Sprintf("%+v", all)
	case c == asking:
		var all acctest.Values
		all, diags = u.driver.ReadDataSource("telephony_agents", config)
		found = fmt.Sprintf("%+v", all)
	case c == importing && before == nil:
		if diags = u.resource.Import(id); !diags.Failed() {
			var more acctest.Diagnostics
			_, more = u.resource.TerraformApply(config)
			diags = append(diags, more...)
		}
	case c == importing, c == apply:
		action, diags = u.resource.TerraformApply(config)
	case c == renaming, c == renamingNewFirst, c == duplicating:
		action, diags = u.readdress(c, config)
	case c == destroy && before == nil:
		action = acctest.NoOp
	case c == destroy:
		action, diags = u.resource.TerraformDestroy(config)
	case c == refresh:
		diags = u.resource.Read()
	}
	fmt.Fprintf(&u.said, "%+v\n%v\n%s\n%s\n", diags, u.resource.State(), u.resource.Private(), found)
	return outcome{diagnostics: diags, quiet: action == acctest.NoOp || c.lists(), found: found}
}

// readdress gives the number another address, or a second one with a release at
// its end. A refusal tells the user to take that back.
func (u *driven) readdress(c command, config acctest.Values) (acctest.Action, acctest.Diagnostics) {
	all, configs := []*acctest.Resource{u.resource, u.second}, []acctest.Values{nil, config}
	switch {
	case u.refused:
		configs = []acctest.Values{config, nil}
	case c == duplicating:
		configs = []acctest.Values{config, with(config, acctest.Values{"release_on_destroy": "release"})}
	case c == renamingNewFirst:
		slices.Reverse(all)
		slices.Reverse(configs)
	}
	quiet, diags := u.driver.TerraformApplyAll(all, configs)
	told := outcome{diagnostics: diags}
	u.refused = u.refused || told.says("would lose phone number") || told.says("is in two resources")
	if quiet {
		return acctest.NoOp, diags
	}
	return "", diags
}

func (u *driven) state() acctest.Values {
	if second := u.second.State(); second != nil {
		return second
	}
	return u.resource.State()
}

func (u *driven) heard() string { return u.said.String() }

func (o outcome) failed() bool { return o.diagnostics.Failed() }

// says that a message has the words in it.
func (o outcome) says(words string) bool {
	return slices.ContainsFunc(o.diagnostics, func(d acctest.Diagnostic) bool {
		return strings.Contains(d.Summary, words) || strings.Contains(d.Detail, words)
	})
}

func (o outcome) String() string {
	if len(o.diagnostics) == 0 {
		return fmt.Sprintf("no message, nothing to do: %t", o.quiet)
	}
	var all []string
	for _, d := range o.diagnostics {
		all = append(all, fmt.Sprintf("%s: %s: %s", d.Severity, d.Summary, d.Detail))
	}
	return strings.Join(all, "\n")
}
