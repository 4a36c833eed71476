package acctest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// example is what a configuration in examples/ finds and leaves behind.
type example struct {
	owned     []simulator.TwilioNumber // before
	emergency bool                     // those have an emergency address
	left      []string                 // owned after the destroy; wired to nothing, since each of them is detached
	also      string                   // another example that it needs beside it
}

// examples has a row for every configuration: a file, or a folder of examples/demo.
var examples = map[string]example{
	"provider/provider.tf": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550100"}},
		left:  []string{"+14155550100"},
		also:  "resources/telephony_phone_number/resource.tf", // nobody configures a provider that nothing uses
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
	"demo/twilio": {
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550100"}},
		left:  []string{"+14155550100"},
	},
	"demo/twilio-not-owned": { // in the demo it is not
		owned: []simulator.TwilioNumber{{PhoneNumber: "+14155550199"}},
		left:  []string{"+14155550199"},
	},
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

func TestAccExamplesApplyAndReplanEmpty(t *testing.T) {
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "telephony-iac") // as the examples name it
	t.Setenv("TWILIO_ACCOUNT_SID", simulator.DefaultAccountSID)
	t.Setenv("TWILIO_AUTH_TOKEN", simulator.DefaultAuthToken)

	for _, name := range listExamples(t) {
		t.Run(name, func(t *testing.T) {
			this, ok := examples[name]
			if !ok {
				t.Fatal("the example has no row in the table of examples")
			}
			sim := Start(t)
			t.Setenv("TWILIO_BASE_URL", sim.URL+"/twilio")
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
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: Factories(),
				// The step applies, and fails if a plan after that is not empty.
				Steps: []resource.TestStep{{Config: config}},
				CheckDestroy: func(*terraform.State) error {
					return checkLeft(sim.Twilio().Numbers(), this.left)
				},
			})
		})
	}
	for name := range examples {
		if _, err := os.Stat(filepath.Join(examplesDir, name)); err != nil {
			t.Errorf("the table of examples has a row that is none: %v", err)
		}
	}
}

// listExamples finds the configurations: in examples/demo each folder is one, elsewhere each file.
func listExamples(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(examplesDir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" {
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
	files := []string{filepath.Join(examplesDir, name)}
	if filepath.Ext(name) != ".tf" {
		files, _ = filepath.Glob(filepath.Join(files[0], "*.tf")) // the pattern is well-formed
	}
	var config strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		config.Write(text)
		config.WriteByte('\n')
	}
	return config.String()
}

// checkLeft compares what Twilio still has with what an example is meant to leave there.
func checkLeft(numbers []simulator.TwilioNumber, want []string) error {
	var left []string
	for _, n := range numbers {
		left = append(left, n.PhoneNumber)
		if wiring := n.VoiceURL + n.VoiceFallbackURL + n.SMSURL + n.StatusCallback; wiring != "" {
			return fmt.Errorf("%s is still wired: %+v", n.PhoneNumber, n)
		}
	}
	slices.Sort(left)
	if !slices.Equal(left, want) {
		return fmt.Errorf("Twilio is left with %v instead of %v", left, want)
	}
	return nil
}
