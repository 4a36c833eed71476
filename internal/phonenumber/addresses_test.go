package phonenumber_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// readdressing is a change of the addresses that numbers have in a configuration.
// END stands for the setting of the end.
type readdressing struct {
	before, after string
	// refused says that it is refused with any end; else with release alone.
	refused bool
	// wayOut is what the refusal tells the user to add; empty: the change is to be
	// taken back.
	wayOut string
	// instead is another way to the same, for an index that still has an instance
	// cannot be moved.
	instead string
	// ends is the number that is no longer configured; empty: all are.
	ends string
}

func readdressings() map[string]readdressing {
	resource := func(name, arguments string) string {
		return fmt.Sprintf("resource \"telephony_phone_number\" %q {\n%s\nvoice_url = %q\nrelease_on_destroy = END\n}\n",
			name, arguments, firstURL)
	}
	of := func(phoneNumber string) string { return fmt.Sprintf("phone_number = %q", phoneNumber) }
	each := func(keys string) string { return "for_each = " + keys + "\nphone_number = each.value" }
	moved := func(from, to string) string {
		return fmt.Sprintf("moved {\nfrom = telephony_phone_number.%s\nto = telephony_phone_number.%s\n}\n", from, to)
	}
	return map[string]readdressing{
		"rename": {
			before: resource("old", of(number)), after: resource("new", of(number)), wayOut: moved("old", "new"),
		},
		"another key": {
			before: resource("this", each(fmt.Sprintf("{ a = %q }", number))),
			after:  resource("this", each(fmt.Sprintf("{ z = %q }", number))),
			wayOut: moved(`this["a"]`, `this["z"]`),
		},
		"count to for_each": {
			before: resource("this", fmt.Sprintf("count = 2\nphone_number = [%q, %q][count.index]", number, otherNumber)),
			after:  resource("this", each(fmt.Sprintf("{ a = %q, b = %q }", number, otherNumber))),
			wayOut: moved("this[0]", `this["a"]`) + moved("this[1]", `this["b"]`),
		},
		"count in another order": {
			before: resource("this", fmt.Sprintf("count = 2\nphone_number = [%q, %q][count.index]", number, otherNumber)),
			after:  resource("this", fmt.Sprintf("count = 2\nphone_number = [%q, %q][count.index]", otherNumber, number)),
		},
		"count shifts": {
			before:  resource("this", fmt.Sprintf("count = 2\nphone_number = [%q, %q][count.index]", number, otherNumber)),
			after:   resource("this", fmt.Sprintf("count = 1\nphone_number = [%q][count.index]", otherNumber)),
			ends:    number,
			instead: resource("this", each(fmt.Sprintf("{ b = %q }", otherNumber))) + moved("this[1]", `this["b"]`),
		},
		"swap": {
			before: resource("a", of(number)) + resource("b", of(otherNumber)),
			after:  resource("a", of(otherNumber)) + resource("b", of(number)),
		},
		"duplicate": {
			before: resource("a", of(number)), after: resource("a", of(number)) + resource("dup", of(number)), refused: true,
		},
	}
}

// TestAccNoReaddressingLosesANumber makes each change by the real CLI, whose order
// of calls depends on how fast a service answers. In a sample each is made once with
// each end, at one speed, and by default with one end.
func TestAccNoReaddressingLosesANumber(t *testing.T) {
	t.Parallel()
	latencies, times := []time.Duration{0, 100 * time.Millisecond}, 1
	few := cases.OneOf(t, 1, 1) > 1
	if cases.Soak() {
		times, few = 10, false
	}
	var mu sync.Mutex
	runs, failures := map[string]int{}, map[string]int{}
	t.Cleanup(func() {
		text := fmt.Sprintf("%-40s %6s %8s\n", "change, end, latency", "runs", "failures")
		for _, name := range slices.Sorted(maps.Keys(runs)) {
			text += fmt.Sprintf("%-40s %6d %8d\n", name, runs[name], failures[name])
		}
		t.Log("\n" + text)
	})
	for nth, name := range slices.Sorted(maps.Keys(readdressings())) {
		c := readdressings()[name]
		for end, action := range []string{"detach", "release"} {
			if few && end != nth/len(latencies)%2 {
				continue
			}
			for speed, latency := range latencies {
				if times == 1 && speed != (nth+end)%len(latencies) {
					continue
				}
				what := fmt.Sprintf("%s, %s, %s", name, action, latency)
				for i := range times {
					t.Run(fmt.Sprintf("%s, %d", what, i), func(t *testing.T) {
						t.Parallel()
						defer func() {
							mu.Lock()
							defer mu.Unlock()
							runs[what]++
							if t.Failed() {
								failures[what]++
							}
						}()
						c.readdress(t, action, latency)
					})
				}
			}
		}
	}
}

func (c readdressing) readdress(t *testing.T, action string, latency time.Duration) {
	t.Helper()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{})
	owned(sim, simulator.TwilioNumber{PhoneNumber: otherNumber})
	sim.Inject(simulator.Fault{Latency: latency})
	cli := sim.Terraform(t)
	configure := func(config string) {
		cli.Configure(sim.Provider() + strings.ReplaceAll(config, "END", fmt.Sprintf("%q", action)))
	}
	expectWired := func(when string, ended bool) {
		t.Helper()
		all := []string{number, otherNumber}
		if ended && c.ends != "" && action == "release" {
			all = []string{otherNumber}
		}
		expectOwned(t, sim, slices.Clone(all)...)
		for _, n := range all {
			want := firstURL
			if ended && n == c.ends || !strings.Contains(c.before, n) {
				want = ""
			}
			if at, _ := sim.Twilio().Number(n); at.VoiceURL != want {
				t.Errorf("%s: voice_url of %s is %q", when, n, at.VoiceURL)
			}
		}
	}
	configure(c.before)
	cli.Apply()
	sim.ResetRequests()
	configure(c.after)
	result := cli.Run("apply", "-no-color", "-input=false", "-auto-approve")
	said := result.Stdout + result.Stderr
	if strings.Contains(said, "inconsistent") {
		t.Errorf("%s", said)
	}
	if !c.refused && action == "detach" {
		if result.Code != 0 || !words("is destroyed and created again").MatchString(said) {
			t.Errorf("exit code %d: %s", result.Code, said)
		}
		expectWired("after the apply", true)
		cli.Must(0, "plan", "-input=false", "-detailed-exitcode")
		return
	}
	expected := words("would lose phone number")
	if c.refused {
		expected = words("is in two resources")
	}
	if result.Code != 1 || !expected.MatchString(said) {
		t.Errorf("exit code %d: %s", result.Code, said)
	}
	expectWired("after the refusal", false)
	expectWrites(t, sim)
	switch {
	case c.instead != "":
		configure(c.instead)
		cli.Apply()
	case c.wayOut != "":
		configure(c.after + c.wayOut)
		cli.Apply()
	default:
		configure(c.before)
	}
	expectWired("by the way out", c.instead != "")
	if c.ends == "" {
		expectWrites(t, sim)
	}
	cli.Must(0, "plan", "-input=false", "-detailed-exitcode")
}

// A destroy plans as configured first, so what is refused there stands in its way:
// the message names the way out, and that leads to the end.
func TestAccRefusedDestroyNamesTheWayOut(t *testing.T) {
	t.Parallel()
	const config = "resource \"telephony_phone_number\" %q {\nphone_number = %q\nrelease_on_destroy = \"release\"\n}\n"
	before, renamed := fmt.Sprintf(config, "this", number), fmt.Sprintf(config, "new", number)
	destroy := []string{"destroy", "-no-color", "-input=false", "-auto-approve"}
	for name, way := range map[string]struct {
		prepare func(cli *acctest.CLI)
		after   string
		says    string
		out     func(cli *acctest.CLI, configure func(string))
	}{
		"tainted": {
			prepare: func(cli *acctest.CLI) { cli.Must(0, "taint", this) }, after: before, says: "terraform untaint",
			out: func(cli *acctest.CLI, _ func(string)) {
				cli.Must(0, "untaint", this)
				cli.Must(0, destroy...)
			},
		},
		"renamed, and moved then": {
			after: renamed, says: "add a moved block",
			out: func(cli *acctest.CLI, configure func(string)) {
				configure(renamed + "moved {\nfrom = " + this + "\nto = telephony_phone_number.new\n}\n")
				cli.Must(0, destroy...)
			},
		},
		"renamed, and removed then": {
			after: renamed, says: "remove every resource that has it from the configuration, then apply",
			out: func(cli *acctest.CLI, configure func(string)) {
				configure("")
				cli.Apply()
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			cli := sim.Terraform(t)
			configure := func(config string) { cli.Configure(sim.Provider() + config) }
			detaching := strings.NewReplacer(`"release"`, `"detach"`)
			for _, in := range []*strings.Replacer{detaching, strings.NewReplacer()} {
				configure(in.Replace(before))
				cli.Apply()
				if way.prepare != nil {
					way.prepare(cli)
				}
				configure(in.Replace(way.after))
				if in == detaching {
					cli.Must(0, destroy...)
				}
			}
			if said := cli.Must(1, destroy...); !words(way.says).MatchString(said.Stderr) {
				t.Errorf("the message has no %q: %s", way.says, said.Stderr)
			}
			expectOwned(t, sim, number)
			way.out(cli, configure)
			expectOwned(t, sim)
		})
	}
}

// What `terraform test` creates it destroys in the end, by the setting in state,
// and shows no plan of that.
func TestAccTeardownOfATestEndsNumbersByTheirSetting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		action   string
		prevent  bool
		released bool
	}{{"detach", false, false}, {"release", false, true}, {"release", true, false}} {
		t.Run(fmt.Sprintf("%s, prevented %t", test.action, test.prevent), func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			cli := sim.Terraform(t)
			cli.Configure(sim.Provider(fmt.Sprintf("prevent_release = %t", test.prevent)) + fmt.Sprintf(
				"resource \"telephony_phone_number\" \"this\" {\nphone_number = %q\nvoice_url = %q\nrelease_on_destroy = %q\n}\n",
				number, firstURL, test.action))
			file := filepath.Join(cli.Dir(), "number.tftest.hcl")
			if err := os.WriteFile(file, []byte("run \"create\" {\n  assert {\n    condition = "+this+".status == \"active\"\n"+
				"    error_message = \"It is not active.\"\n  }\n}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			said := cli.Run("test", "-no-color")
			if said.Code != 0 && !test.prevent { // OpenTofu does not fail where it leaves something
				t.Errorf("exit code %d: %s%s", said.Code, said.Stdout, said.Stderr)
			}
			if test.released {
				expectOwned(t, sim)
				return
			}
			expectOwned(t, sim, number)
			if test.prevent && !words(`Release of \+14155550100 is prevented`).MatchString(said.Stdout+said.Stderr) {
				t.Errorf("%s%s", said.Stdout, said.Stderr)
			}
			if !test.prevent {
				expectUnwired(t, sim, number)
			}
		})
	}
}
