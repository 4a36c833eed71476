package policytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	support = "+14155550100"
	sales   = "+14155550101"
	hotline = "+14155550102"

	// detaching is an argument that says what is so by default.
	detaching = `release_on_destroy = "detach"`
	releasing = `release_on_destroy = "release"`
)

// block is the configuration of a number.
func block(name, phoneNumber string, arguments ...string) string {
	return fmt.Sprintf("resource \"telephony_phone_number\" %q {\nphone_number = %q\n%s\n}\n",
		name, phoneNumber, strings.Join(arguments, "\n"))
}

// address is where a number of that name stands.
func address(name string) string { return "telephony_phone_number." + name }

// start starts a simulator that owns three numbers, and a CLI, if the test is in
// the sample.
func start(t *testing.T) (*acctest.Simulation, *acctest.CLI) {
	t.Helper()
	sim := acctest.Start(t)
	for _, number := range []string{support, sales, hotline} {
		sim.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: number})
	}
	return sim, sim.Terraform(t)
}

// apply makes these blocks the configuration and applies it.
func apply(sim *acctest.Simulation, cli *acctest.CLI, blocks ...string) {
	configure(sim, cli, blocks...)
	cli.Apply()
}

func configure(sim *acctest.Simulation, cli *acctest.CLI, blocks ...string) {
	cli.Configure(sim.Provider() + strings.Join(blocks, "\n"))
}

func TestAccPolicyDeniesAnIrreversibleDestroyWithoutApproval(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	for name, road := range map[string]struct {
		blocks []string
		args   []string
	}{
		"destroy":        {[]string{block("support", support, releasing)}, []string{"-destroy"}},
		"block removed":  {nil, nil},
		"number changed": {[]string{block("support", sales, releasing)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			configure(sim, cli, road.blocks...)
			plan := planned(t, cli, road.args...)
			denied := map[string]string{"deny_irreversible_destroy": support + " (" + address("support") + ")"}
			judge(t, plan, nil).expect(t, denied)
			judge(t, plan, approving(sales)).expect(t, denied)
			judge(t, plan, approving(sales, support)).silent(t)
		})
	}
}

func TestAccPolicyAllowsADestroyThatKeepsTheNumber(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"detach", "force_delete"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			sim, cli := start(t)
			apply(sim, cli, block("support", support, fmt.Sprintf("release_on_destroy = %q", action)))
			judge(t, planned(t, cli, "-destroy"), nil).silent(t)
			judge(t, planned(t, cli, "-replace="+address("support")), nil).silent(t)
			configure(sim, cli, block("support", sales))
			judge(t, planned(t, cli), nil).silent(t)
		})
	}
}

func TestAccPolicyAllowsToForgetANumber(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	configure(sim, cli, "removed {\nfrom = "+address("support")+"\nlifecycle {\ndestroy = false\n}\n}\n")
	judge(t, planned(t, cli), nil).silent(t)
}

func TestAccPolicyDeniesToReleaseATaintedNumberEvenWithApproval(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	cli.Must(0, "taint", address("support"))
	// A refresh would have the provider refuse the replacement, so that there is no plan.
	plan := planned(t, cli, "-refresh=false")
	judge(t, plan, nil).expect(t, map[string]string{"deny_irreversible_destroy": support, "deny_tainted_release": support})
	judge(t, plan, approving(support)).expect(t, map[string]string{"deny_tainted_release": "untaint it"})
}

func TestAccPolicyAllowsToReplaceATaintedNumberThatIsKept(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, detaching))
	cli.Must(0, "taint", address("support"))
	judge(t, planned(t, cli), nil).silent(t)
}

func TestAccPolicyDeniesToEnableReleaseBesideARemoval(t *testing.T) {
	t.Parallel()
	counted := func(count int, argument string) string {
		return fmt.Sprintf("resource \"telephony_phone_number\" \"all\" {\ncount = %d\nphone_number = "+
			"[%q, %q][count.index]\n%s\n}\n", count, support, sales, argument)
	}
	both := block("support", support) + block("sales", sales)
	for name, change := range map[string]struct {
		before, after string
		enabled       string // in the message; empty: nothing is denied
		removed       string
	}{
		"of another number": {both, block("support", support, releasing), "support", "sales"},
		"of an element":     {counted(2, detaching), counted(1, releasing), "all[0]", "all[1]"},
		"of the same number at another address": {
			block("support", support), block("helpdesk", support, releasing), "helpdesk", "support",
		},
		"to what is not known yet": {
			both, "resource \"terraform_data\" \"end\" {\ninput = \"release\"\n}\n" +
				block("support", support, "release_on_destroy = terraform_data.end.output"), "support", "sales",
		},
		"alone":               {before: both, after: block("support", support, releasing) + block("sales", sales)},
		"beside a new number": {before: both, after: block("support", support, releasing) + block("sales", sales) + block("new", hotline)},
		"back to detach":      {before: block("support", support, releasing) + block("sales", sales), after: block("support", support)},
		"a removal alone":     {before: both, after: block("support", support)},
		"a removal beside a change of a number that is released already": {
			before: block("support", support, releasing) + block("sales", sales),
			after:  block("support", support, releasing, `voice_url = "https://example.com"`),
		},
		"a removal beside a new number that is released": {
			before: both, after: block("support", support) + block("new", hotline, releasing),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, cli := start(t)
			apply(sim, cli, change.before)
			configure(sim, cli, change.after)
			said := judge(t, planned(t, cli), nil)
			delete(said, "deny_ended_and_created") // has a test of its own
			if change.enabled == "" {
				said.silent(t)
				return
			}
			for _, says := range []string{
				address(change.enabled) + "): its destroy turns to release", address(change.removed) + "); make it two changes",
			} {
				said.expect(t, map[string]string{"deny_release_enabled_and_removed": says})
			}
		})
	}
}

func TestAccPolicyCapsTheReleasesOfAPlan(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing), block("sales", sales, releasing), block("hotline", hotline))
	plan := planned(t, cli, "-destroy")
	document := approving(support, sales)
	denied := map[string]string{"deny_too_many_releases": "gives up 2 numbers, and max_releases is 1"}
	judge(t, plan, document).expect(t, denied)
	for _, unfit := range []any{"2", nil, []int{2}} { // the default counts then
		document["max_releases"] = unfit
		judge(t, plan, document).expect(t, denied)
	}
	document["max_releases"] = 2
	judge(t, plan, document).silent(t)
	document["max_releases"] = 0
	judge(t, planned(t, cli, "-destroy", "-target="+address("support")), document).expect(t,
		map[string]string{"deny_too_many_releases": "gives up 1 numbers, and max_releases is 0"})
}

func TestAccPolicyCapsThePurchasesOfAPlan(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	configure(sim, cli, block("support", support, "purchase {}"), // is owned
		"resource \"telephony_phone_number\" \"new\" {\ncount = 3\npurchase {\ncountry = \"US\"\n}\n}\n")
	plan := planned(t, cli)
	said := judge(t, plan, data{"max_purchases": 2})
	if got := said["deny_too_many_purchases"]; len(got) != 1 || got[0] != "the plan buys 3 numbers, and max_purchases is 2" {
		t.Errorf("the rules say %v", said)
	}
	for _, fit := range []any{3, "2", nil} { // where it is no number, the default counts
		if said := judge(t, plan, data{"max_purchases": fit}); said["deny_too_many_purchases"] != nil || len(said["warn_purchase"]) != 3 {
			t.Errorf("with max_purchases = %v the rules say %v", fit, said)
		}
	}
}

func TestAccPolicyDeniesToEndANumberAndCreateItElsewhere(t *testing.T) {
	t.Parallel()
	denied := func(from, to string) map[string]string {
		return map[string]string{"deny_ended_and_created": address(from) + "): the plan ends this number, and creates it as " + address(to)}
	}
	for name, change := range map[string]struct {
		before, after string
		want          map[string]string
	}{
		"a new name": {block("support", support), block("helpdesk", support), denied("support", "helpdesk")},
		"another resource takes it": {
			block("support", support) + block("sales", sales), block("support", sales), denied("sales", "support"),
		},
		"another number in its place": {before: block("support", support), after: block("support", sales)},
		"a new name, moved": {
			before: block("support", support),
			after:  block("helpdesk", support) + "moved {\nfrom = " + address("support") + "\nto = " + address("helpdesk") + "\n}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, cli := start(t)
			apply(sim, cli, change.before)
			configure(sim, cli, change.after)
			judge(t, planned(t, cli), nil).expect(t, change.want)
		})
	}
}

func TestAccPolicyWarnsOnceOfACorruptedNumber(t *testing.T) {
	t.Parallel()
	const agent = "agent_0123456789abcdef"
	sim, cli := start(t)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: agent})
	cli.Configure(sim.Provider(fmt.Sprintf("nixflex {\napi_key = %q\nbase_url = \"%s/nixflex\"\n}",
		simulator.DefaultNixflexKey, sim.URL)) + block("support", support, "nixflex {\nagent_id = \""+agent+"\"\n}"))
	cli.Apply()
	judge(t, planned(t, cli), nil).silent(t)

	sim.Nixflex().RemoveNumber(support)
	warned := map[string]string{"warn_corrupted": support + " (" + address("support") + "): status is corrupted: "}
	judge(t, planned(t, cli), nil).expect(t, warned)                  // drift and planned change
	judge(t, planned(t, cli, "-refresh-only"), nil).expect(t, warned) // drift alone
	cli.Apply("-refresh-only")
	judge(t, planned(t, cli, "-refresh=false"), nil).expect(t, warned) // planned change alone
	judge(t, planned(t, cli, "-destroy"), nil).expect(t, warned)
}

func TestAccPolicyWarnsOfAPurchase(t *testing.T) {
	t.Parallel()
	const notOwned = "+14155550199"
	for name, creation := range map[string]struct {
		block  string
		fault  bool
		warned string
	}{
		"of a number":    {block: block("new", notOwned, "purchase {}"), warned: notOwned},
		"by search":      {block: "resource \"telephony_phone_number\" \"new\" {\npurchase {\ncountry = \"US\"\n}\n}\n", warned: "a number not known yet"},
		"that may be":    {block: block("new", support, "purchase {}"), fault: true, warned: support},
		"not: it adopts": {block: block("new", support, "purchase {}")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, cli := start(t)
			if creation.fault {
				sim.Inject(simulator.Fault{Status: http.StatusServiceUnavailable})
			}
			configure(sim, cli, creation.block)
			said := judge(t, planned(t, cli), nil)
			if creation.warned == "" {
				said.silent(t)
				return
			}
			said.expect(t, map[string]string{"warn_purchase": creation.warned + " (" + address("new") + "): the apply buys"})
		})
	}
}

// object is a piece of a plan.
type object = map[string]any

// altered is the plan, changed in one way. What a policy goes by can be missing
// in the plan of another version of the provider, for instance.
func altered(t *testing.T, plan []byte, change func(number object)) []byte {
	t.Helper()
	var all object
	if err := json.Unmarshal(plan, &all); err != nil {
		t.Fatal(err)
	}
	for _, one := range all["resource_changes"].([]any) { //nolint:forcetypeassert // the test fails
		change(one.(object)) //nolint:forcetypeassert // the test fails
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// before is what a number was, in a change of a plan.
func before(number object) object {
	return number["change"].(object)["before"].(object) //nolint:forcetypeassert // the test fails
}

func TestAccPolicyTakesWhatIsNotSaidForTheWorse(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support), block("sales", sales, releasing))
	destroy := planned(t, cli, "-destroy", "-target="+address("support"))
	judge(t, destroy, nil).silent(t)
	for name, change := range map[string]func(number object){
		"null":    func(number object) { before(number)["destroy_irreversible"] = nil },
		"absent":  func(number object) { delete(before(number), "destroy_irreversible") },
		"a word":  func(number object) { before(number)["destroy_irreversible"] = "false" },
		"no id":   func(number object) { before(number)["destroy_irreversible"] = nil; before(number)["id"] = nil },
		"nothing": func(number object) { number["change"].(object)["before"] = nil }, //nolint:forcetypeassert // the test fails
	} {
		t.Run("destroy_irreversible: "+name, func(t *testing.T) {
			judge(t, altered(t, destroy, change), approving(sales)).expect(t,
				map[string]string{"deny_irreversible_destroy": address("support")})
		})
	}
	t.Run("destroy_action of a tainted number", func(t *testing.T) {
		plan := altered(t, destroy, func(number object) {
			number["action_reason"] = "replace_because_tainted"
			delete(before(number), "destroy_action")
		})
		judge(t, plan, nil).expect(t, map[string]string{"deny_tainted_release": support})
	})
	t.Run("status", func(t *testing.T) {
		for _, change := range []func(number object){
			func(number object) { before(number)["status"] = nil },
			func(number object) { delete(before(number), "status") },
		} {
			judge(t, altered(t, destroy, change), nil).expect(t, map[string]string{"warn_corrupted": "status is not known"})
		}
	})
	t.Run("allowed_releases", func(t *testing.T) {
		plan := planned(t, cli, "-destroy", "-target="+address("sales"))
		for _, unfit := range []any{nil, sales, 1, true, []any{nil, 1}, object{sales: true}} {
			judge(t, plan, data{"allowed_releases": unfit}).expect(t, map[string]string{"deny_irreversible_destroy": sales})
		}
	})
}

func TestAccPolicyDeniesWhatIsNotAPlan(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	state := cli.Must(0, "show", "-json").Stdout
	for _, text := range []string{state, "{}", `{"plan": null}`, `"plan"`, `[[]]`} {
		judge(t, []byte(text), nil).expect(t, map[string]string{"deny_unreadable_plan": "not the JSON of a plan"})
	}

	// A plan that fails is written all the same, without what it did not come to.
	cli.Configure(sim.Provider("prevent_release = true"))
	cli.Must(1, "plan", "-out=failed.out")
	failed := cli.Run("show", "-json", "failed.out")
	if failed.Code != 0 {
		t.Skip("this CLI writes no failed plan")
	}
	judge(t, []byte(failed.Stdout), nil).expect(t, map[string]string{"deny_unreadable_plan": "planning failed"})
}

func TestAccPolicyJudgesAPlanInHCPTerraformsDocument(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	plan := planned(t, cli, "-destroy")
	wrapped, err := json.Marshal(map[string]any{"plan": json.RawMessage(plan), "run": object{"id": "run-1"}})
	if err != nil {
		t.Fatal(err)
	}
	judge(t, wrapped, nil).expect(t, map[string]string{"deny_irreversible_destroy": support})
	judge(t, wrapped, approving(support)).silent(t)
}

func TestAccPolicyOverlooksDataSources(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	plan := altered(t, planned(t, cli, "-destroy"), func(number object) { number["mode"] = "data" })
	judge(t, plan, nil).silent(t)
}

func TestAccPolicyIsConfiguredByDataOrByRego(t *testing.T) {
	t.Parallel()
	sim, cli := start(t)
	apply(sim, cli, block("support", support, releasing))
	dir := t.TempDir()
	plan := write(t, dir, "plan.json", planned(t, cli, "-destroy"))
	approved := fmt.Sprintf("allowed_releases: [%q]", support)
	document := strings.Replace(read(t, opaDir, "data.yaml"), "allowed_releases: []", approved, 1)
	// The comment of the document shows the Rego.
	var rego strings.Builder
	for line := range strings.Lines(document) {
		if code, ok := strings.CutPrefix(line, "#   "); ok || line == "#\n" {
			rego.WriteString(strings.TrimPrefix(code, "#"))
		}
	}
	for name, more := range map[string]string{
		"data": "--data=" + write(t, dir, "data.yaml", []byte(document)),
		"rego": "--policy=" + write(t, dir, "approved.rego", []byte(rego.String())),
	} {
		run(t, "test", "--output=json", "--policy="+opaDir, more, plan).silent(t)
		if name == "data" && !strings.Contains(document, approved) || name == "rego" && rego.Len() == 0 {
			t.Errorf("%s: nothing was approved", name)
		}
	}
	said := run(t, "test", "--output=json", "--policy="+opaDir, "--data="+opaDir+"/data.yaml", plan)
	said.expect(t, map[string]string{"deny_irreversible_destroy": support})
}

func TestAccPolicyIsFormatted(t *testing.T) {
	t.Parallel()
	if out, code := conftest(t, "fmt", "--check", opaDir); code != 0 {
		t.Errorf("conftest fmt would change the policies: %s", out)
	}
}

// The heads of rules in both languages, a quoted string, and what a format
// leaves open.
var (
	regoRule     = regexp.MustCompile(`(?m)^# title: (.*)\n(?:#.*\n)*((?:deny|warn)_\w+) contains`)
	sentinelRule = regexp.MustCompile(`(?m)^# (.*)\n((?:deny|warn)_\w+) = func\(\)`)
	quoted       = regexp.MustCompile(`"([^"]*)"`)
	verb         = regexp.MustCompile(`%[a-z]`)
)

// No Sentinel can be had as a Go module, so its policy is not run here. This
// holds it to the tested one: the same rules, in the same order, saying the same.
func TestSentinelPolicyHasTheRulesOfTheRegoPolicy(t *testing.T) {
	t.Parallel()
	rego, sentinel := read(t, opaDir, "telephony.rego"), read(t, sentinelDir, "telephony.sentinel")
	type head struct{ title, name string }
	heads := func(pattern *regexp.Regexp, text string) []head {
		var all []head
		for _, match := range pattern.FindAllStringSubmatch(text, -1) {
			all = append(all, head{match[1], match[2]})
		}
		return all
	}
	want, got := heads(regoRule, rego), heads(sentinelRule, sentinel)
	if !slices.Equal(got, want) || len(want) != 9 {
		t.Errorf("Sentinel has\n%q\nand Rego\n%q", got, want)
	}
	for _, h := range want {
		// In the file, main or a sum that main goes by calls each of them.
		if strings.Count(sentinel, h.name+"()") != 1 {
			t.Errorf("Sentinel does not count %s", h.name)
		}
		set := read(t, opaDir, "policies.hcl")
		level := map[string]string{"deny": "mandatory", "warn": "advisory"}[h.name[:4]]
		policy := fmt.Sprintf("policy %q {\n  query             = \"data.main.%s\"\n  enforcement_level = %q\n}", h.name, h.name, level)
		if !strings.Contains(set, policy) {
			t.Errorf("policies.hcl does not have\n%s", policy)
		}
	}
	for _, match := range quoted.FindAllStringSubmatch(rego, -1) {
		for _, piece := range verb.Split(match[1], -1) {
			if piece = strings.TrimLeft(piece, " "); !strings.Contains(sentinel, piece) {
				t.Errorf("Sentinel does not say %q", piece)
			}
		}
	}
}
