package phonenumber_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// columns is how wide a terminal is at least.
const columns = 80

// fifty is a configuration of that many numbers, of which the first five are given
// up in the end.
func fifty(sim *acctest.Simulation) string {
	for i := range 50 {
		owned(sim, simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555%04d", i)})
	}
	return sim.Provider() + `
resource "telephony_phone_number" "line" {
  for_each           = { for i in range(50) : format("line%02d", i) => i }
  phone_number       = format("+1415555%04d", each.value)
  release_on_destroy = each.value < 5 ? "release" : "detach"
  voice_url          = "https://example.com/voice"
}`
}

// afterPlan are the lines that a plan prints after its summary.
func afterPlan(t *testing.T, printed string) []string {
	t.Helper()
	_, after, found := strings.Cut(printed, "\nPlan:")
	if !found {
		t.Fatalf("no plan in\n%s", printed)
	}
	return strings.Split(strings.TrimRight(after, "\n"), "\n")[1:]
}

func TestAccReviewerSeesTheFiveReleasesAmongFiftyDestroys(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	cli := sim.CLI(t)
	cli.Configure(fifty(sim))
	cli.Apply()
	for _, width := range []int{columns, 120} {
		lines := expectWrapped(t, cli, width, "-destroy")
		if len(lines) > 90 {
			t.Errorf("%d columns: %d lines after the plan, want 90 at most", width, len(lines))
		}
		summaries := map[string]int{}
		for _, line := range lines {
			if summary, ok := strings.CutPrefix(line, "Warning: "); ok {
				summaries[summary]++
			}
		}
		want := map[string]int{"Destroy: detach, the number stays owned": 1}
		for i := range 5 {
			want[fmt.Sprintf("Destroy of +1415555%04d: release, gives the number up", i)] = 1
		}
		if !maps.Equal(summaries, want) {
			t.Errorf("%d columns: warnings %v", width, summaries)
		}
		if t.Failed() {
			t.Log(strings.Join(lines, "\n"))
		}
	}
}

// expectWrapped plans in a terminal of that width, and returns the lines after the
// plan's summary, none of which is longer.
func expectWrapped(t *testing.T, cli *acctest.CLI, width int, args ...string) []string {
	t.Helper()
	told := cli.RunAt(uint16(width), append([]string{"plan", "-no-color"}, args...)...) //nolint:gosec // a width is small
	if told.Code != 0 {
		t.Fatalf("the plan failed: %s", told.Stdout)
	}
	lines := afterPlan(t, told.Stdout)
	for _, line := range lines {
		if len(line) > width {
			t.Errorf("%d columns: this line does not wrap: %s", width, line)
		}
	}
	return lines
}

func TestAccPurchasesAlikeAreOneWarningWithThePrice(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	cli := sim.CLI(t)
	cli.Configure(sim.Provider() + `
resource "telephony_phone_number" "line" {
  count = 50
  purchase {
    country = "US"
  }
}`)
	for _, width := range []int{columns, 120} {
		lines := expectWrapped(t, cli, width)
		var warnings []string
		for _, line := range lines {
			if strings.HasPrefix(line, "Warning: ") {
				warnings = append(warnings, line)
			}
		}
		if !slices.Equal(warnings, []string{"Warning: Buys a number: US local, 1.15 USD a month"}) ||
			!strings.Contains(strings.Join(lines, "\n"), "(and 49 more similar warnings elsewhere)") || len(lines) > 25 {
			t.Errorf("%d columns: %d lines:\n%s", width, len(lines), strings.Join(lines, "\n"))
		}
	}
}

// A creation shows what is configured and how the number will end, no default, and
// nothing as unknown that is known.
func TestAccCreationOfANumberIsShownInEighteenLines(t *testing.T) {
	t.Parallel()
	for name, purchase := range map[string]string{"adopted": "", "bought": "purchase {}"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			if purchase == "" {
				owned(sim, simulator.TwilioNumber{})
			} else {
				sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
			}
			cli := sim.CLI(t)
			cli.Configure(hcl(sim, "phone_number = \""+number+"\"\nvoice_url = \"https://example.com/voice\"\n"+purchase))
			for _, width := range []int{columns, 120} {
				told := cli.RunAt(uint16(width), "plan", "-no-color") //nolint:gosec // a width is small
				_, diff, _ := strings.Cut(told.Stdout, "resource \"telephony_phone_number\" \"this\" {\n")
				diff, _, found := strings.Cut(diff, "\n    }\n")
				if !found {
					t.Fatalf("no creation in\n%s", told.Stdout)
				}
				lines := strings.Split(diff, "\n")
				var open []string
				for _, line := range lines {
					if attribute, unknown := strings.CutSuffix(line, " = (known after apply)"); unknown {
						open = append(open, strings.Trim(attribute, " +"))
					}
				}
				if !slices.Equal(open, []string{"capabilities", "sid", "status", "status_reason"}) {
					t.Errorf("%d columns: known after apply are %v", width, open)
				}
				if attributes := strings.Count(diff, "+ "); len(lines) > 20 || attributes > 18 {
					t.Errorf("%d columns: %d attributes in %d lines", width, attributes, len(lines))
				}
				if t.Failed() {
					t.Log(diff)
				}
			}
		})
	}
}

// Terraform leaves a line alone that begins with a space, so a long one would end
// outside the terminal; and what stands twice is read by nobody.
func TestWarningsWrapAndSayNothingTwice(t *testing.T) {
	t.Parallel()
	for home := range habitats {
		for _, action := range []string{"detach", "release", "force_delete"} {
			w := begin(t, life{number: "+14155550177", spelling: "+14155550177", home: home, from: adopted, action: action, agent: true})
			p := w.resource.Plan(w.config)
			if p.Diagnostics.Failed() {
				continue // an end that this home does not have
			}
			diags := append(p.Diagnostics, w.resource.Apply(p)...)
			diags = append(diags, w.resource.PlanDestroy().Diagnostics...)
			for _, told := range diags {
				seen := map[string]bool{}
				for _, line := range strings.Split(told.Detail, "\n") {
					if strings.HasPrefix(line, " ") && len(line) > columns-2 {
						t.Errorf("%s, %s: this line cannot wrap: %q", home, action, line)
					}
					for _, sentence := range strings.SplitAfter(line, ". ") {
						if sentence = strings.TrimSpace(sentence); len(sentence) > 10 && seen[sentence] {
							t.Errorf("%s, %s: this stands twice: %q", home, action, sentence)
						}
						seen[sentence] = true
					}
				}
			}
		}
	}
}

var notThen = regexp.MustCompile(`\bwill (fail|be)\b|\b[Tt]o keep\b|\bis in account\b|\bis owned already, and\b|\b(it|number) stays (where|as) it is\b|\bis corrupted\b`)

// Terraform plans a creation and a change once more in the apply, and prints those
// warnings when all is done: what they say must be true then, too.
func TestWarningsThatAnApplyPrintsAgainReadTrulyThere(t *testing.T) {
	t.Parallel()
	const main, other = simulator.DefaultAccountSID, "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	const onFile = "an address that is on file"
	held := acctest.Values{"phone_number": number, "voice_url": "https://example.com/voice"}
	with := func(more acctest.Values) acctest.Values {
		config := maps.Clone(held)
		maps.Copy(config, more)
		return config
	}
	for name, tc := range map[string]struct {
		before, after acctest.Values
		imports       bool
		between       func(sim *acctest.Simulation)
		warns         string
	}{
		"purchase":          {after: byNumber, warns: "^Buys a number"},
		"number not owned":  {after: held, warns: "is not owned$"},
		"change of the end": {before: held, after: with(acctest.Values{"release_on_destroy": "release"}), warns: "^End of"},
		"transfer":          {before: held, after: with(acctest.Values{"account_sid": other}), warns: "^Transfer of"},
		"change of the end to a gentler one": {
			before: with(acctest.Values{"release_on_destroy": "release"}), after: held,
			warns: "^release_on_destroy changes from release to detach$",
		},
		"adoption": {
			after: held, warns: "overwrites its wiring$",
			between: func(sim *acctest.Simulation) { owned(sim, simulator.TwilioNumber{VoiceURL: elsewhereURL}) },
		},
		"import": {
			imports: true, after: acctest.Values{"phone_number": number, "sms_url": "https://example.com/sms"},
			warns: "is cleared that an import took over$",
		},
		"emergency address": {
			before: with(acctest.Values{"emergency_address_sid": onFile}),
			after:  with(acctest.Values{"deregister_emergency_address": true}),
			warns:  "^Emergency address of .* is deregistered$",
		},
		"move to a platform": {
			before: acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSales}},
			after:  acctest.Values{"phone_number": number}, warns: "are not routed during the change$",
		},
		"registered anew": {
			before: acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSales}},
			after:  acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}},
			warns:  "are not routed during the change$",
		},
		"unreached platform": {
			after: acctest.Values{"phone_number": number, "retell": acctest.Values{
				"inbound_agent_id": retellSupport, "termination_uri": "example.pstn.twilio.com",
			}},
			between: func(sim *acctest.Simulation) { owned(sim, simulator.TwilioNumber{}) }, warns: "^No call to .* may arrive",
		},
		"failed look-up": {
			after: acctest.Values{"phone_number": number},
			between: func(sim *acctest.Simulation) {
				owned(sim, simulator.TwilioNumber{})
				sim.Inject(simulator.Fault{Method: http.MethodGet, Path: "*IncomingPhoneNumbers.json", Times: 2, Status: http.StatusInternalServerError})
			},
			warns: "^Unable to look up",
		},
		"corrupted platform": {
			before:  acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSales}},
			after:   acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSales}},
			between: func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
			warns:   "was found corrupted; this apply repairs it$",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSales})
			sim.Twilio().AddAccount(simulator.TwilioAccount{SID: other, OwnerSID: main})
			sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
			sim.Retell().AddAgent(retellSupport)
			address := sim.Twilio().AddAddress(main, "US")
			if tc.before != nil || tc.imports {
				owned(sim, simulator.TwilioNumber{VoiceURL: elsewhereURL})
			}
			r := sim.Driver(t, everyPlatform(sim)).Resource(phoneNumberType)
			if tc.imports {
				r.Import(number)
			}
			if tc.before != nil {
				if tc.before["emergency_address_sid"] == onFile {
					tc.before["emergency_address_sid"] = address
				}
				if diags := r.Apply(r.Plan(tc.before)); diags.Failed() {
					t.Fatalf("%+v", diags)
				}
			}
			if tc.between != nil {
				tc.between(sim)
			}
			r.Read()
			p := r.Plan(tc.after)
			diags := r.Apply(p)
			for _, all := range []acctest.Diagnostics{p.Diagnostics, diags} {
				expectDiagnostic(t, all, "warning", tc.warns, ".")
			}
			for _, told := range diags {
				if found := notThen.FindString(told.Detail); found != "" && told.Severity == "warning" {
					t.Errorf("at apply, %q says %q: %s", told.Summary, found, told.Detail)
				}
			}
		})
	}
}

// A change by which nothing is given up is not said once for each number.
func TestChangesToAGentlerEndShareASummary(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ before, after, summary string }{
		{"release", "detach", "release_on_destroy changes from release to detach"},
		{"release", "force_delete", "release_on_destroy changes from release to force_delete"},
		{"detach", "release", "End of " + number + " changes from detach to release"},
	} {
		sim := acctest.Start(t)
		owned(sim, simulator.TwilioNumber{})
		r := sim.Driver(t, nil).Resource(phoneNumberType)
		mustApply(t, r, acctest.Values{"phone_number": number, "release_on_destroy": tc.before})
		p := r.Plan(acctest.Values{"phone_number": number, "release_on_destroy": tc.after})
		if len(p.Diagnostics) != 1 || p.Diagnostics[0].Summary != tc.summary || !strings.Contains(p.Diagnostics[0].Detail, number) {
			t.Errorf("%+v", p.Diagnostics)
		}
	}
}

func TestListsInErrorsWrap(t *testing.T) {
	t.Parallel()
	r := acctest.Start(t).Driver(t, nil).Resource(phoneNumberType)
	diags := r.Import("support")
	diags = append(diags, r.Import("twilio/support")...)
	diags = append(diags, r.Move("registry.terraform.io/hashicorp/aws", "aws_connect_phone_number", 0, "{}")...)
	if len(diags) != 3 {
		t.Errorf("%+v", diags)
	}
	for _, told := range diags {
		if strings.Contains(told.Detail, "\n ") || !strings.Contains(told.Detail, "\n- ") {
			t.Errorf("this has no list, or one that cannot wrap: %s", told.Detail)
		}
	}
}
