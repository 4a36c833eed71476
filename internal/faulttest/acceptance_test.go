package faulttest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// typist is a user at the real CLI.
type typist struct {
	t    *testing.T
	sim  *acctest.Simulation
	cli  *acctest.CLI
	said strings.Builder
}

// newTypist is one at the CLI in any case, or where a test takes that.
func newTypist(t *testing.T, sim *acctest.Simulation, always bool) *typist {
	t.Helper()
	if always {
		return &typist{t: t, sim: sim, cli: sim.CLI(t)}
	}
	return &typist{t: t, sim: sim, cli: sim.Terraform(t)}
}

func (u *typist) run(c command, config acctest.Values, _ string) outcome {
	u.t.Helper()
	u.cli.Configure(u.sim.Provider(
		fmt.Sprintf("nixflex {\n api_key = %q\n base_url = %q\n}", simulator.DefaultNixflexKey, u.sim.URL+"/nixflex"),
		fmt.Sprintf("synthflow {\n api_key = %q\n workspace_id = %q\n base_url = %q\n}", simulator.DefaultSynthflowAPIKey,
			simulator.DefaultSynthflowWorkspaceID, u.sim.URL+"/synthflow"),
		fmt.Sprintf("dialnexa {\n api_key = %q\n base_url = %q\n}", simulator.DefaultDialNexaAPIKey, u.sim.URL+"/dialnexa"),
		fmt.Sprintf("resemble {\n api_key = %q\n base_url = %q\n}", simulator.DefaultResembleToken, u.sim.URL+"/resemble"),
	) + "resource \"telephony_phone_number\" \"this\" {\n" + hcl(config) + "}\n")
	var args []string
	if c == destroy {
		args = append(args, "-destroy")
	}
	diags, quiet, printed := u.cli.ApplyQuietly(args...)
	stored, err := os.ReadFile(filepath.Join(u.cli.Dir(), "terraform.tfstate"))
	if err != nil && !os.IsNotExist(err) {
		u.t.Fatal(err)
	}
	u.said.WriteString(printed)
	u.said.Write(stored)
	return outcome{diagnostics: diags, quiet: quiet}
}

func (u *typist) state() acctest.Values {
	u.t.Helper()
	state := u.cli.State()
	if state.Values == nil || len(state.Values.RootModule.Resources) == 0 {
		return nil
	}
	return acctest.Values(state.Values.RootModule.Resources[0].AttributeValues)
}

func (u *typist) heard() string { return u.said.String() }

// hcl is the body of a block.
func hcl(values acctest.Values) string {
	var body strings.Builder
	for name, value := range values {
		switch value := value.(type) {
		case acctest.Values:
			fmt.Fprintf(&body, "%s {\n%s}\n", name, hcl(value))
		case string:
			fmt.Fprintf(&body, "%s = %q\n", name, value)
		default:
			fmt.Fprintf(&body, "%s = %v\n", name, value)
		}
	}
	return body.String()
}

// The points are those of TestFaults that matter most: calls that buy, give up or
// tear down.
func TestAccFaults(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		scenario     string
		service      simulator.Service
		method, path string // of the first call that begins and ends so
		fault        string
		lasts        duration
	}{
		{"create by search, none", simulator.Twilio, "POST", "IncomingPhoneNumbers.json", "answer lost after the effect", once},
		{"create by search, nixflex", simulator.Nixflex, "POST", "/v1/phone-numbers", "500 after the effect", once},
		{"create by search, resemble", simulator.Twilio, "POST", "IncomingPhoneNumbers.json", "truncated JSON", once},
		{"create by purchase of a number, dialnexa A", simulator.DialNexa, "POST", "/purchase", "502 with HTML after the effect", once},
		{"create by adoption, resemble", simulator.Resemble, "POST", "/phone_numbers", "wrong types", once},
		{"update, nixflex", simulator.Nixflex, "DELETE", "", "answer lost after the effect", fromThen},
		{"move from none to nixflex", simulator.Twilio, "POST", "", "409", once},
		{"move from resemble to nixflex", simulator.Resemble, "DELETE", "", "empty body", once},
		{"re-registration, resemble", simulator.Resemble, "POST", "/phone_numbers", "answer lost after the effect", forGood},
		{"repair of a lost record, synthflow", simulator.Synthflow, "POST", "/custom-numbers", "307 to another host after the effect", once},
		{"release, none", simulator.Twilio, "DELETE", "", "500 after the effect", forCall},
		{"release, synthflow bought there", simulator.Synthflow, "DELETE", "", "401", once},
		{"detach, dialnexa B", simulator.DialNexa, "PATCH", "", "answer lost before the effect", once},
		{"release with an emergency address, none", simulator.Twilio, "POST", "", "503", once},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			all := scenarios()
			at := slices.IndexFunc(all, func(s scenario) bool { return s.name == c.scenario })
			f := slices.IndexFunc(faults, func(f fault) bool { return f.name == c.fault && f.lasts == c.lasts })
			if at < 0 || f < 0 {
				t.Fatal("there is no such scenario, or no such fault")
			}
			var peace *life
			synctest.Test(t, func(t *testing.T) { peace = all[at].inPeace(t) })
			nth := slices.IndexFunc(peace.calls, func(call simulator.Request) bool {
				return call.Service == c.service && call.Method == c.method && strings.HasSuffix(call.Path, c.path)
			})
			if nth < 0 {
				t.Fatal("there is no such call")
			}
			all[at].under(t, func(sim *acctest.Simulation) user { return newTypist(t, sim, i == 0) },
				acctest.Start, point{nth: nth, call: peace.calls[nth], fault: faults[f]}).judge(peace)
		})
	}
}
