package simulation

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Access is what gives the provider the credentials and the addresses of a simulator's services: variables of the
// environment, each as NAME=value.
func Access(url string) []string {
	return []string{
		"TWILIO_ACCOUNT_SID=" + simulator.DefaultAccountSID,
		"TWILIO_AUTH_TOKEN=" + simulator.DefaultAuthToken,
		"TWILIO_BASE_URL=" + url + "/twilio",
		"NIXFLEX_API_KEY=" + simulator.DefaultNixflexKey,
		"NIXFLEX_BASE_URL=" + url + "/nixflex",
		"SYNTHFLOW_API_KEY=" + simulator.DefaultSynthflowAPIKey,
		"SYNTHFLOW_WORKSPACE_ID=" + simulator.DefaultSynthflowWorkspaceID,
		"SYNTHFLOW_BASE_URL=" + url + "/synthflow",
		"DIALNEXA_API_KEY=" + simulator.DefaultDialNexaAPIKey,
		"DIALNEXA_BASE_URL=" + url + "/dialnexa",
		"RESEMBLE_API_KEY=" + simulator.DefaultResembleToken,
		"RESEMBLE_BASE_URL=" + url + "/resemble",
		"RETELL_API_KEY=" + simulator.DefaultRetellKey,
		"RETELL_BASE_URL=" + url + "/retell",
		"VAPI_API_KEY=" + simulator.DefaultVapiKey,
		"VAPI_BASE_URL=" + url + "/vapi",
		"ELEVENLABS_API_KEY=" + simulator.DefaultElevenLabsKey,
		"ELEVENLABS_BASE_URL=" + url + "/elevenlabs",
	}
}

// Better are the variables that the provider would prefer to those of Access.
var Better = []string{"TWILIO_API_KEY", "TWILIO_API_SECRET"}

// WriteCLIConfig writes the configuration by which a CLI takes the provider from the folder bin, into that folder, and
// returns its path.
func WriteCLIConfig(bin string) (path string, err error) {
	path = filepath.Join(bin, "terraform.rc")
	text := fmt.Sprintf(`provider_installation {
  dev_overrides {
    "registry.terraform.io/telephony-iac/telephony" = %[1]q
    "registry.opentofu.org/telephony-iac/telephony" = %[1]q
  }
  direct {}
}
`, filepath.ToSlash(bin))
	return path, os.WriteFile(path, []byte(text), 0o600)
}
