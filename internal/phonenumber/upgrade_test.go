package phonenumber_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Each folder of testdata/states is what a user of an older version has: the
// configuration, the state, and what the services hold. Once a version with that
// schema is released, its folder stays as it is for ever; a state upgrader has to
// cope with it. A further schema gets a further folder.
const (
	statesDir = "testdata/states"
	// newestStates is the folder that -update writes. Use an OpenTofu or Terraform
	// of 1.12 or later, since older ones write no identities.
	newestStates = statesDir + "/schema-0"
)

var update = flag.Bool("update", false, "write "+newestStates+" and "+namedTable+" anew, from a run of this version")

func TestAccStateOfAnOlderVersionPlansEmpty(t *testing.T) {
	if *update {
		writeStates(t)
	}
	folders, err := filepath.Glob(statesDir + "/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no states: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			sim := acctest.Start(t, fixedClock())
			seed(t, sim, filepath.Join(folder, "services.json"))
			owned := ownedNumbers(sim)
			cli := sim.Terraform(t)
			cli.Configure(everyService(sim) + string(readStored(t, folder, "main.tf")))
			stored := readStored(t, folder, "state.json")
			state := filepath.Join(cli.Dir(), "terraform.tfstate")
			if err := os.WriteFile(state, stored, 0o600); err != nil {
				t.Fatal(err)
			}

			if result := cli.Run("plan", "-no-color", "-input=false", "-detailed-exitcode"); result.Code != 0 {
				t.Errorf("the plan is not empty:\n%s\n%s", result.Stdout, result.Stderr)
			}
			expectNoWrites(t, sim)

			// The framework drops an attribute that the schema no longer has, and a
			// plan says nothing of it. So what was refreshed is compared as well.
			cli.Must(0, "refresh", "-no-color", "-input=false")
			refreshed, err := os.ReadFile(state)
			if err != nil {
				t.Fatal(err)
			}
			for _, lost := range lostFrom(instances(t, stored), instances(t, refreshed), "") {
				t.Error(lost)
			}

			cli.Apply("-destroy")
			if got := ownedNumbers(sim); !slices.Equal(got, owned) {
				t.Errorf("owned after the destroy: %v, before: %v", got, owned)
			}
			expectNothingAttached(t, sim)
		})
	}
}

// writeStates creates the numbers of the newest folder, and writes what that
// leaves in state and at the services.
func writeStates(t *testing.T) {
	t.Helper()
	sim := acctest.Start(t, fixedClock())
	seed(t, sim, newestStates+"/before.json")
	cli := sim.Terraform(t)
	cli.Configure(everyService(sim) + string(readStored(t, newestStates, "main.tf")))
	cli.Apply()
	state, err := os.ReadFile(filepath.Join(cli.Dir(), "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	if len(instances(t, state)) == 0 || !bytes.Contains(state, []byte(`"identity":`)) {
		t.Fatal("the CLI writes no identities: use one of 1.12 or later")
	}
	for name, content := range map[string][]byte{"state.json": state, "services.json": asSeed(t, sim)} {
		if err := os.WriteFile(filepath.Join(newestStates, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func fixedClock() simulator.Option {
	return simulator.WithClock(func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) })
}

func seed(t *testing.T, sim *acctest.Simulation, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Seed(bytes.NewReader(text)); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// asSeed is what the services hold, as a seed. It has no tokens: without an
// account, those of the owner are filled in.
func asSeed(t *testing.T, sim *acctest.Simulation) []byte {
	t.Helper()
	text, err := json.Marshal(sim.State())
	if err != nil {
		t.Fatal(err)
	}
	var services map[string]map[string]any
	if err := json.Unmarshal(text, &services); err != nil {
		t.Fatal(err)
	}
	for _, held := range services {
		maps.DeleteFunc(held, func(kind string, _ any) bool {
			return !slices.Contains([]string{"agents", "numbers", "trunks"}, kind)
		})
		numbers, _ := held["numbers"].([]any)
		for _, n := range numbers {
			if record, ok := n.(map[string]any); ok {
				delete(record, "twilio_sid")
				delete(record, "twilio_account_sid")
			}
		}
	}
	text, err = json.MarshalIndent(services, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func readStored(t *testing.T, folder, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// instances are the attributes and the private state of each resource of a state
// file, by name.
func instances(t *testing.T, file []byte) map[string]any {
	t.Helper()
	var state struct {
		Resources []struct {
			Name      string
			Instances []struct {
				Attributes map[string]any
				Private    string
			}
		}
	}
	if err := json.Unmarshal(file, &state); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for _, r := range state.Resources {
		for _, instance := range r.Instances {
			if steps, ok := instance.Attributes["destroy_steps"].([]any); ok {
				instance.Attributes["destroy_steps"] = len(steps) // their wording may change
			}
			all[r.Name] = map[string]any{"attributes": instance.Attributes, "private": remembered(t, instance.Private)}
		}
	}
	return all
}

// remembered is private state as the framework writes it: JSON in base64, and the
// same again for each value.
func remembered(t *testing.T, private string) map[string]any {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(private)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string][]byte
	if err := json.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for key, value := range values {
		var decoded any
		if err := json.Unmarshal(value, &decoded); err != nil {
			t.Fatal(err)
		}
		all[key] = decoded
	}
	return all
}

// lostFrom names what was in before and is not in after, or is something else
// there. What is new in after does not count.
func lostFrom(before, after any, at string) []string {
	was, nested := before.(map[string]any)
	if !nested {
		if fmt.Sprintf("%#v", before) == fmt.Sprintf("%#v", after) {
			return nil
		}
		return []string{fmt.Sprintf("%s was %#v and is %#v", at, before, after)}
	}
	is, nested := after.(map[string]any)
	if !nested {
		return []string{fmt.Sprintf("%s is gone", at)}
	}
	var lost []string
	for _, key := range slices.Sorted(maps.Keys(was)) {
		path := strings.TrimPrefix(at+"."+key, ".")
		value, there := is[key]
		if !there {
			if !strings.HasSuffix(path, ".private.memory.kept") { // nothing goes by it any more
				lost = append(lost, path+" is gone")
			}
			continue
		}
		lost = append(lost, lostFrom(was[key], value, path)...)
	}
	return lost
}

// ownedNumbers are the numbers that carriers hold.
func ownedNumbers(sim *acctest.Simulation) []string {
	var all []string
	for _, n := range sim.Twilio().Numbers() {
		all = append(all, n.PhoneNumber)
	}
	for _, n := range sim.Synthflow().Numbers() {
		if n.Bought {
			all = append(all, n.PhoneNumber)
		}
	}
	for _, n := range sim.DialNexa().Numbers() {
		all = append(all, n.PhoneNumber)
	}
	slices.Sort(all)
	return all
}

func expectNoWrites(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	for _, r := range sim.Requests() {
		if r.Method != "GET" {
			t.Errorf("the plan sent %s %s %s", r.Method, r.Service, r.Path)
		}
	}
}

// expectNothingAttached checks that nothing answers the numbers any more.
func expectNothingAttached(t *testing.T, sim *acctest.Simulation) {
	t.Helper()
	for _, n := range sim.Twilio().Numbers() {
		if n.VoiceURL != "" || n.SMSURL != "" || n.StatusCallback != "" || n.TrunkSID != "" {
			t.Errorf("%s is still wired: %+v", n.PhoneNumber, n)
		}
	}
	for _, n := range sim.Synthflow().Numbers() {
		if !n.Bought {
			t.Errorf("%s is still at Synthflow", n.PhoneNumber)
		}
	}
	for _, n := range sim.DialNexa().Numbers() {
		if n.AgentID != "" {
			t.Errorf("%s still has agent %s", n.PhoneNumber, n.AgentID)
		}
	}
	left := len(sim.Nixflex().Numbers()) + len(sim.Resemble().Numbers()) + len(sim.Retell().Numbers())
	if left > 0 {
		t.Errorf("%d numbers are still on platforms", left)
	}
}
