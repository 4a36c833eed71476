package acctest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulation"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// example is what a configuration in examples/ finds and leaves behind.
type example struct {
	owned     []simulator.TwilioNumber // before
	emergency bool                     // those have an emergency address
	seed      string                   // what else is there before: JSON, or the name of a file in examples/
	left      []string                 // owned after the destroy, each with what still answers it
	kept      []string                 // at the platforms after the destroy
	also      string                   // another example that it needs beside it
}

// examples has a row for every configuration: a file, or a folder of examples/demo.
var examples = map[string]example{
	"provider/provider.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550100"}},
		left:  []string{"+14155550100"},
		also:  "resources/telephony_phone_number/resource.tf", // nobody configures a provider that nothing uses
	},
	"functions/e164/function.tf": {},
	"data-sources/telephony_phone_number/data-source.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550100", VoiceURL: "https://example.com"}},
		left:  []string{"+14155550100 https://example.com"},
	},
	"data-sources/telephony_phone_numbers/data-source.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550100"}},
		left:  []string{"+14155550100"},
	},
	"data-sources/telephony_agents/data-source.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550150"}},
		seed: `{"nixflex": {"agents": [
			{"agent_id": "agent_0123456789abcdef", "name": "Support"}, {"agent_id": "agent_fedcba9876543210", "name": "Sales"}
		]}}`,
		left: []string{"+14155550150"},
	},
	"resources/telephony_phone_number/resource.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550100"}},
		left:  []string{"+14155550100"},
	},
	"resources/telephony_phone_number/purchase.tf": {
		left: []string{"+12125550100", "+14155550110"},
	},
	"resources/telephony_phone_number/release.tf": {
		owned:     []simulator.TwilioNumber{{PhoneNumber: "+14155550120"}},
		emergency: true,
	},
	"resources/telephony_phone_number/postcondition.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550130"}},
		left:  []string{"+14155550130"},
	},
	"resources/telephony_phone_number/import-by-string-id.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550140", VoiceURL: "https://example.com/reception"}},
		left:  []string{"+14155550140"},
	},
	"resources/telephony_phone_number/nixflex.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550150"}},
		seed:  `{"nixflex": {"agents": [{"agent_id": "agent_0123456789abcdef"}]}}`,
		left:  []string{"+14155550150"},
	},
	"resources/telephony_phone_number/nixflex_telnyx.tf": {
		seed: `{"nixflex": {"agents": [{"agent_id": "agent_0123456789abcdef"}]}}`,
	},
	"resources/telephony_phone_number/resemble.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550160"}},
		seed:  `{"resemble": {"agents": [{"uuid": "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f", "voice_uuid": "voice"}]}}`,
		left:  []string{"+14155550160"},
	},
	"resources/telephony_phone_number/synthflow.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550170"}},
		seed: `{
			"twilio":    {"trunks": [{"sid": "TK0123456789abcdef0123456789abcdef"}]},
			"synthflow": {
				"agents":  [{"id": "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"}],
				"numbers": [{"phone_number": "+12025550170", "bought": true}]
			}
		}`,
		left: []string{"+14155550170"},
		kept: []string{"+12025550170"},
	},
	"resources/telephony_phone_number/retell.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550190"}},
		seed: `{
			"twilio": {"trunks": [{"sid": "TK0123456789abcdef0123456789abcdef"}]},
			"retell": {"agents": ["oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"]}
		}`,
		left: []string{"+14155550190"},
	},
	"resources/telephony_phone_number/vapi.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550110"}},
		seed: `{"vapi": {
			"assistants":  ["5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"],
			"credentials": ["c3a1f0d2-7b44-4a7e-9d3c-51e0c2f6a988"],
			"numbers":     [{"number": "+14155550111", "provider": "vapi"}]
		}}`,
		left: []string{"+14155550110"},
		kept: []string{"+14155550111"},
	},
	"resources/telephony_phone_number/elevenlabs.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550120"}},
		seed:  `{"elevenlabs": {"agents": ["agent_7101k5zvyjhmfg983brhmhkd98n6"]}}`,
		left:  []string{"+14155550120"},
	},
	"resources/telephony_phone_number/dialnexa.tf": {
		seed: `{"dialnexa": {
			"agents":    [{"id": "agt_f7w2kx5mb9qz"}],
			"numbers":   [{"phone_number": "+16285550180"}],
			"available": [{"phone_number": "+16285550181"}]
		}}`,
		kept: []string{"+16285550180"},
	},
	"demo/twilio": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550100"}},
		left:  []string{"+14155550100"},
	},
	"demo/twilio-not-owned": { // in the demo it is not
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550199"}},
		left:  []string{"+14155550199"},
	},
	"demo/platforms": {
		seed: "demo/seed.json",
		left: demoNumbers,
		kept: []string{"+12025550120", "+12025550121", "+16285550100", "+16285550150"},
	},
	"demo/releases": {
		seed: "demo/seed.json",
		left: without(demoNumbers, "+14155550113"),
		kept: []string{"+12025550120"},
	},
	"demo/resemble-cleanup": {
		seed: "demo/seed.json",
		left: demoNumbers,
		kept: []string{"+12025550120", "+12025550121", "+16285550150"},
	},
}

// demoNumbers are those that examples/demo/seed.json has at Twilio. The first
// is in no other configuration than demo/twilio, which has a row of its own.
var demoNumbers = []string{
	"+14155550100 https://old.example.com/voice https://old.example.com/sms", "+14155550110", "+14155550111", "+14155550112", "+14155550113", "+14155550114",
	"+14155550115", "+14155550116",
}

func without(numbers []string, number string) []string {
	return slices.DeleteFunc(slices.Clone(numbers), func(other string) bool { return other == number })
}

const (
	examplesDir = "../../examples"

	requiredProviders = `
terraform {
  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}
`
)

// served is the configuration with the provider where the test serves it, whatever the
// CLI's own registry is.
func served(config string) string {
	return strings.ReplaceAll(config, `"telephony-iac/telephony"`, strconv.Quote(provider.Address))
}

func TestAccExamplesApplyAndReplanEmpty(t *testing.T) {
	for _, name := range listExamples(t) {
		t.Run(name, func(t *testing.T) {
			this, ok := examples[name]
			if !ok {
				t.Fatal("the example has no row in the table of examples")
			}
			sim := startExample(t, this.seed)
			for _, number := range this.owned {
				if this.emergency {
					number.EmergencyAddressSID = sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
				}
				sim.Twilio().AddNumber(number)
			}
			config := readExample(t, name)
			if this.also != "" {
				config += readExample(t, this.also)
			}
			if !strings.Contains(config, "required_providers") {
				config = requiredProviders + config
			}
			cli := sim.Terraform(t)
			cli.Write("main.tf", served(config))
			cli.Apply()
			cli.Must(0, "plan", "-input=false", "-detailed-exitcode")
			if cases.CLI(t) { // what the refresh does not mend was right before
				cli.Must(0, "plan", "-input=false", "-detailed-exitcode", "-refresh=false")
			}
			cli.Apply("-destroy")
			if err := errors.Join(checkLeft(sim.Twilio().Numbers(), this.left), checkKept(sim, this.kept)); err != nil {
				t.Error(err)
			}
		})
	}
	for name := range examples {
		if _, err := os.Stat(filepath.Join(examplesDir, name)); err != nil {
			t.Errorf("the table of examples has a row that is none: %v", err)
		}
	}
}

// importable is what the numbers in import.sh are, at the services.
const importable = `{
	"twilio": {"trunks": [{"sid": "TK0123456789abcdef0123456789abcdef"}], "numbers": [
		{
			"sid": "PN0123456789abcdef0123456789abcdef", "phone_number": "+14155550140",
			"voice_url": "https://example.com/reception"
		},
		{"phone_number": "+14155550150"},
		{"phone_number": "+14155550160"},
		{"phone_number": "+14155550190", "trunk_sid": "TK0123456789abcdef0123456789abcdef"},
		{"phone_number": "+14155550110"}, {"phone_number": "+14155550120"}
	]},
	"nixflex": {
		"agents":  [{"agent_id": "agent_0123456789abcdef"}],
		"numbers": [{
			"phone_number": "+14155550150", "agent_id": "agent_0123456789abcdef",
			"custom_prompt": "You answer for the branch in Oakland."
		}]
	},
	"resemble": {
		"agents":  [{"uuid": "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f", "voice_uuid": "voice"}],
		"numbers": [{
			"id": 123, "phone_number": "+14155550160", "label": "Support line", "supports_inbound": true,
			"agent_uuid": "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f"
		}]
	},
	"synthflow": {
		"workspaces": [{"id": "1710107690998x536152705164378100", "api_key": "key-of-the-example"}],
		"agents":  [{
			"id": "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11", "workspace_id": "1710107690998x536152705164378100",
			"numbers": ["+12025550170"]
		}],
		"numbers": [{
			"phone_number": "+12025550170", "workspace_id": "1710107690998x536152705164378100", "bought": true
		}]
	},
	"elevenlabs": {
		"agents":  ["agent_7101k5zvyjhmfg983brhmhkd98n6"],
		"numbers": [{
			"id": "phnum_7101k5zvyjhmfg983brhmhkd98n6", "phone_number": "+14155550120", "label": "Returns",
			"agent_id": "agent_7101k5zvyjhmfg983brhmhkd98n6"
		}]
	},
	"vapi": {
		"assistants":  ["5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"],
		"credentials": ["c3a1f0d2-7b44-4a7e-9d3c-51e0c2f6a988"],
		"numbers": [{
			"id": "0f6b2c1e-8d3a-4c57-9b1e-2a7d4e5f6081", "number": "+14155550110", "name": "Help desk",
			"assistant_id": "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
		}, {
			"number": "+14155550111", "provider": "vapi", "name": "Trial line",
			"assistant_id": "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
		}, {
			"number": "+14155550112", "provider": "telnyx", "credential_id": "c3a1f0d2-7b44-4a7e-9d3c-51e0c2f6a988",
			"name": "Night desk", "assistant_id": "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
		}]
	},
	"retell": {
		"agents":  ["oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"],
		"numbers": [{
			"phone_number": "+14155550190", "nickname": "Front desk", "termination_uri": "example.pstn.twilio.com",
			"inbound_agents":  [{"agent_id": "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD", "weight": 1}],
			"outbound_agents": [{"agent_id": "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD", "weight": 1}]
		}, {
			"phone_number": "+14155550191", "nickname": "Night desk", "termination_uri": "sip.telnyx.com",
			"inbound_agents": [{"agent_id": "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD", "weight": 1}]
		}]
	},
	"dialnexa": {
		"agents":  [{"id": "agt_f7w2kx5mb9qz"}],
		"numbers": [{
			"id": "phn_f7w2kx5mb9qz", "phone_number": "+16285550180", "agent_id": "agt_f7w2kx5mb9qz", "nickname": "Bookings"
		}]
	}
}`

// Each command of import.sh, with the resource of that name in the examples.
func TestAccExampleImportsPlanEmpty(t *testing.T) {
	const folder = "resources/telephony_phone_number"
	for line := range strings.Lines(readFile(t, filepath.Join(folder, "import.sh"))) {
		command := strings.Fields(line)
		if len(command) == 0 || command[0] == "#" {
			continue
		}
		address, id := command[2], command[3]
		t.Run(id, func(t *testing.T) {
			sim := startExample(t, importable)
			t.Setenv("SYNTHFLOW_API_KEY", "key-of-the-example")
			t.Setenv("SYNTHFLOW_WORKSPACE_ID", "1710107690998x536152705164378100")
			cli := sim.Terraform(t)
			cli.Configure(importedExample(t, folder, strings.TrimPrefix(address, "telephony_phone_number.")))
			cli.Must(0, "import", "-input=false", address, id)
			cli.Must(0, "plan", "-input=false", "-detailed-exitcode", "-target="+address)
		})
	}
}

// importBlock would import the resource a second time.
var importBlock = regexp.MustCompile(`(?s)import \{.*?\n\}\n`)

// importedExample is the file in the folder that has the resource of that name.
func importedExample(t *testing.T, folder, name string) string {
	t.Helper()
	for _, file := range listExamples(t) {
		if filepath.Dir(file) != folder {
			continue
		}
		config := readFile(t, file)
		if strings.Contains(config, fmt.Sprintf("resource \"telephony_phone_number\" %q", name)) {
			return importBlock.ReplaceAllString(config, "")
		}
	}
	t.Fatalf("no example in %s has a resource %q", folder, name)
	return ""
}

// startExample starts a simulator with a seed, and gives the provider access to
// all of its services by the environment.
func startExample(t *testing.T, seed string) *Simulation {
	t.Helper()
	sim := Start(t)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "telephony-iac") // as the examples name it
	for _, variable := range simulation.Access(sim.URL) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	t.Setenv("TF_VAR_telnyx_api_key", "KEY0123456789")
	if filepath.Ext(seed) == ".json" {
		seed = readFile(t, seed)
	}
	if seed != "" {
		if err := sim.Seed(strings.NewReader(seed)); err != nil {
			t.Fatal(err)
		}
	}
	return sim
}

// runElsewhere says that an example has tests of its own: it has an import by
// identity, which a CLI may be too old for, or for_each, which plugin-testing
// cannot read.
func runElsewhere(path string) bool {
	return strings.HasSuffix(path, byIdentity) || strings.HasPrefix(path, "onboarding/") ||
		strings.HasPrefix(path, starterDir+"/")
}

// listExamples finds the configurations: in examples/demo each folder is one, elsewhere each file.
func listExamples(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(examplesDir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" || runElsewhere(path) {
			return err
		}
		if strings.HasPrefix(path, "demo/") {
			path = filepath.Dir(path)
		}
		names = append(names, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Compact(names)
}

func readExample(t *testing.T, name string) string {
	t.Helper()
	if filepath.Ext(name) == ".tf" {
		return readFile(t, name)
	}
	files, err := fs.Glob(os.DirFS(examplesDir), name+"/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	for _, file := range files {
		config.WriteString(readFile(t, file) + "\n")
	}
	return config.String()
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examplesDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkLeft compares what Twilio still has with what an example is meant to leave there.
func checkLeft(numbers []simulator.TwilioNumber, want []string) error {
	var left []string
	for _, n := range numbers {
		answer := []string{n.PhoneNumber, n.TrunkSID, n.VoiceURL, n.VoiceFallbackURL, n.SMSURL, n.StatusCallback}
		left = append(left, strings.Join(strings.Fields(strings.Join(answer, " ")), " "))
	}
	slices.Sort(left)
	if !slices.Equal(left, want) {
		return fmt.Errorf("Twilio is left with %v instead of %v", left, want)
	}
	return nil
}

// checkKept compares what the platforms still have with what an example is
// meant to leave there.
func checkKept(sim *Simulation, want []string) error {
	var kept []string
	for _, n := range sim.Nixflex().Numbers() {
		kept = append(kept, n.PhoneNumber)
	}
	for _, n := range sim.Resemble().Numbers() {
		kept = append(kept, n.PhoneNumber)
	}
	for _, n := range sim.Synthflow().Numbers() {
		kept = append(kept, n.PhoneNumber)
	}
	for _, n := range sim.DialNexa().Numbers() {
		kept = append(kept, n.PhoneNumber)
	}
	for _, n := range sim.Retell().Numbers() {
		kept = append(kept, n.PhoneNumber)
	}
	for _, n := range sim.Vapi().Numbers() {
		kept = append(kept, n.Number)
	}
	for _, n := range sim.ElevenLabs().Numbers() {
		kept = append(kept, n.PhoneNumber)
	}
	slices.Sort(kept)
	if !slices.Equal(kept, want) {
		return fmt.Errorf("the platforms are left with %v instead of %v", kept, want)
	}
	return nil
}
