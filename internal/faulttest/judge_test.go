package faulttest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// judge holds a life under a fault against the one in peace.
func (l *life) judge(peace *life) {
	l.t.Helper()
	l.judgeRuns(peace)
	l.judgeMoney(peace)
	l.judgeState(peace)
	l.judgeSecrets()
	if !l.tellsWhatIsLeft() {
		if diff := cmp.Diff(peace.world, l.world); diff != "" {
			l.t.Errorf("the world is not as it is in peace (-peace +fault):\n%s", diff)
		}
	}
	if l.t.Failed() {
		l.tell()
	}
}

// judgeRuns asks whether the run under the fault failed where it had to hide the
// fault, and whether all is settled soon, without another error.
func (l *life) judgeRuns(peace *life) {
	l.t.Helper()
	if l.hides(l.call) {
		if l.failures() > peace.failures() {
			l.t.Error("the fault is one to be tried again, and the run fails")
		}
		if len(l.settled) > len(peace.settled) {
			l.t.Error("the fault is one to be tried again, and the run has not finished its work")
		}
	}
	if l.struck.says("inconsistent final plan") && !l.struck.says("Unable to look up") {
		l.t.Error("the final plan contradicts the first, and no look-up failed in between")
	}
	for _, got := range append([]outcome{l.struck}, l.settled...) {
		if got.found != peace.struck.found && !got.failed() && !l.deniesAnAgent() {
			l.t.Errorf("a list is another one, and nothing says so (-peace +fault):\n%s", cmp.Diff(peace.struck.found, got.found))
		}
	}
	mayFail := peace.failures()
	for i, got := range l.settled {
		if got.failed() {
			if mayFail--; mayFail < 0 {
				l.t.Errorf("run %d after the fault fails", i+1)
			}
		}
	}
	if !l.settled[len(l.settled)-1].quiet {
		l.t.Errorf("after %d more runs there is still something to do", len(l.settled))
	}
}

// judgeMoney asks who owns what, and what it cost.
func (l *life) judgeMoney(peace *life) {
	l.t.Helper()
	if got, want := len(bought(l.sim)), len(bought(peace.sim)); got != want {
		l.t.Errorf("bought %v, in peace %d", bought(l.sim), want)
	}
	if got, want := len(givenUp(l.sim)), len(givenUp(peace.sim)); got != want {
		l.t.Errorf("gave up %v, in peace %d", givenUp(l.sim), want)
	}
	if got, want := len(owned(l.sim)), len(owned(peace.sim)); got != want {
		l.t.Errorf("owned are %v, in peace %d", owned(l.sim), want)
	}
}

func bought(sim *acctest.Simulation) []string {
	return slices.Concat(sim.Twilio().Purchases(), sim.DialNexa().Purchases())
}

func givenUp(sim *acctest.Simulation) []string {
	return slices.Concat(sim.Twilio().Released(), sim.DialNexa().Released(), sim.Retell().Released(),
		sim.Vapi().Released(), sim.Synthflow().CancelledSubscriptions())
}

func owned(sim *acctest.Simulation) []string {
	var all []string
	for _, n := range sim.Twilio().Numbers() {
		all = append(all, n.PhoneNumber)
	}
	for _, n := range sim.DialNexa().Numbers() {
		all = append(all, n.PhoneNumber)
	}
	for _, n := range sim.Vapi().Numbers() {
		if n.Provider == simulator.VapiOwn {
			all = append(all, n.Number)
		}
	}
	for _, n := range sim.Synthflow().Numbers() {
		if n.Bought {
			all = append(all, n.PhoneNumber)
		}
	}
	return all
}

// judgeState asks whether the state says at last what it says in peace.
func (l *life) judgeState(peace *life) {
	l.t.Helper()
	got, want := l.user.state(), peace.user.state()
	if (got == nil) != (want == nil) {
		l.t.Errorf("the resource is in state: %t, in peace: %t", got != nil, want != nil)
		return
	}
	for _, name := range []string{"status", "carrier", "platform", "destroy_action", "destroy_irreversible"} {
		if got[name] != want[name] {
			l.t.Errorf("%s is %v in state, in peace %v", name, got[name], want[name])
		}
	}
}

// secrets are what nobody may read anywhere.
var secrets = []string{
	simulator.DefaultAuthToken, simulator.DefaultNixflexKey, "nxfs_notarealsecret", simulator.DefaultSynthflowAPIKey,
	simulator.DefaultDialNexaAPIKey, "simulated-key-secret", simulator.DefaultResembleToken, simulator.DefaultRetellKey,
	trunkPassword, telnyxKey, simulator.DefaultVapiKey, simulator.DefaultElevenLabsKey,
}

func (l *life) judgeSecrets() {
	l.t.Helper()
	heard := l.user.heard()
	for _, secret := range secrets {
		if at := strings.Index(heard, secret); at >= 0 {
			l.t.Errorf("the secret %q is in: …%s…", secret, heard[max(0, at-200):min(len(heard), at+200)])
		}
	}
}

// deniesAnAgent says that a service has said of an agent that it does not exist,
// which a list can only believe.
func (l *life) deniesAnAgent() bool {
	return l.fault.name == "404" && strings.Contains(l.call.Path, "/agents/")
}

// tellsWhatIsLeft says that the user has forced the end, and was told what that
// left behind.
func (l *life) tellsWhatIsLeft() bool {
	return l.config["release_on_destroy"] == "force_delete" && l.struck.says("Left behind")
}

// What of the world is different each time.
var (
	identifiers = regexp.MustCompile(`\b(?:(?:[A-Z]{2}_?|[a-z]+_)[0-9a-f]{26,32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b`)
	recordIDs   = regexp.MustCompile(`"id": \d+`)
	recordNames = regexp.MustCompile(`Resemble AI \d+|resemble-?\d+`)
	times       = regexp.MustCompile(`(?m),?$\s*"[a-z_]+": "\d{4}-\d\d-\d\dT[^"]+"`)
)

// worldOf is all that the services hold, in a form in which two worlds can be
// compared: without times, and with identifiers and bought numbers counted in the
// order in which they appear.
func worldOf(t *testing.T, sim *acctest.Simulation) string {
	t.Helper()
	text, err := json.MarshalIndent(sim.State(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	world := times.ReplaceAllString(string(text), "")
	for i, phoneNumber := range bought(sim) {
		world = strings.ReplaceAll(world, phoneNumber, fmt.Sprintf("bought %d", i+1))
	}
	world = recordNames.ReplaceAllString(world, "some record")
	return counted(counted(world, identifiers), recordIDs)
}

// counted replaces what fits by its place among all that fit.
func counted(text string, fits *regexp.Regexp) string {
	places := map[string]string{}
	return fits.ReplaceAllStringFunc(text, func(found string) string {
		if _, known := places[found]; !known {
			places[found] = fmt.Sprintf("#%d", len(places)+1)
		}
		return places[found]
	})
}

// tell says what has happened.
func (l *life) tell() {
	l.t.Helper()
	l.t.Logf("under the fault: %s", l.struck)
	for i, got := range l.settled {
		l.t.Logf("run %d after it: %s", i+1, got)
	}
	for _, r := range l.sim.Requests() {
		l.t.Logf("%s %s", r.Service, r)
	}
}
