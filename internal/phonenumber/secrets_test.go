package phonenumber_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Whatever a number is on, its services' credentials are in no state, plan,
// output or error, not even where a service answers with them.
// The credentials come from the environment, since Terraform itself shows a
// configuration's constants in a plan's JSON.
func TestAccSecretsAreNowhereToBeSeen(t *testing.T) {
	for name, home := range homes() {
		t.Run(name, func(t *testing.T) {
			sim := acctest.Start(t)
			for name, value := range map[string]string{
				"TWILIO_ACCOUNT_SID": simulator.DefaultAccountSID, "TWILIO_AUTH_TOKEN": simulator.DefaultAuthToken,
				"TWILIO_BASE_URL": sim.URL + "/twilio", "NIXFLEX_API_KEY": simulator.DefaultNixflexKey,
				"NIXFLEX_BASE_URL": sim.URL + "/nixflex", "RESEMBLE_API_KEY": simulator.DefaultResembleToken,
				"RESEMBLE_BASE_URL": sim.URL + "/resemble", "DIALNEXA_API_KEY": simulator.DefaultDialNexaAPIKey,
				"DIALNEXA_BASE_URL": sim.URL + "/dialnexa", "SYNTHFLOW_API_KEY": simulator.DefaultSynthflowAPIKey,
				"SYNTHFLOW_WORKSPACE_ID": simulator.DefaultSynthflowWorkspaceID, "SYNTHFLOW_BASE_URL": sim.URL + "/synthflow",
			} {
				t.Setenv(name, value)
			}
			home.seed(sim, home.from[0])
			cli := sim.CLI(t)
			cli.Configure(fmt.Sprintf("resource \"telephony_phone_number\" \"this\" {\n phone_number = %q\n%s\n}", number, home.block))
			seen := []string{
				cli.Must(0, "plan", "-no-color", "-out=plan.out").Stdout,
				cli.Must(0, "show", "-json", "plan.out").Stdout,
				cli.Must(0, "apply", "-no-color", "plan.out").Stdout,
				cli.Must(0, "show", "-json").Stdout,
			}
			for _, file := range []string{"terraform.tfstate", "plan.out"} {
				text, err := os.ReadFile(filepath.Join(cli.Dir(), file))
				if err != nil {
					t.Fatal(err)
				}
				seen = append(seen, string(text))
			}
			sim.Inject(simulator.Fault{
				Status: http.StatusUnauthorized,
				Body:   `{"code": 20003, "status": 401, "message": "wrong", "error": {"code": "invalid_api_key", "message": "wrong"}}`,
			})
			refused := cli.Must(1, "plan", "-no-color")
			seen = append(seen, refused.Stdout, refused.Stderr)
			sim.ClearFaults()
			seen = append(seen, cli.Apply("-destroy").Stdout)
			for _, secret := range []string{
				simulator.DefaultAuthToken, simulator.DefaultNixflexKey, simulator.DefaultResembleToken,
				simulator.DefaultDialNexaAPIKey, simulator.DefaultSynthflowAPIKey,
			} {
				for _, text := range seen {
					if at := strings.Index(text, secret); at >= 0 {
						t.Errorf("%q is shown: …%s…", secret, text[max(0, at-80):min(len(text), at+80)])
					}
				}
			}
		})
	}
}
