package phonenumber_test

import (
	"archive/zip"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// What is secret in the tests' configurations: the services' credentials, and
// what only a write-only argument has.
const (
	retellKeySecret = simulator.DefaultRetellKey
	trunkSecret     = "trunk-pa55word/notarealsecret"
)

var secrets = []string{
	simulator.DefaultAuthToken, simulator.DefaultNixflexKey, "nxfs_notarealsecret", simulator.DefaultResembleToken,
	simulator.DefaultDialNexaAPIKey, "simulated-key-secret", simulator.DefaultSynthflowAPIKey, retellKeySecret, trunkSecret,
	simulator.DefaultVapiKey, simulator.DefaultElevenLabsKey,
}

// writeOnly are the write-only arguments of a platform's block, or of a home's.
var writeOnly = map[string]string{
	"nixflex, of Telnyx": "telnyx_api_key_wo = var.trunk_password\n telnyx_api_key_wo_version = 1",
	"nixflex":            "twilio_auth_token_wo = var.twilio_auth_token\n twilio_auth_token_wo_version = 1",
	"resemble":           "twilio_auth_token_wo = var.twilio_auth_token\n twilio_auth_token_wo_version = 1",
	"elevenlabs":         "twilio_auth_token_wo = var.twilio_auth_token\n twilio_auth_token_wo_version = 1",
	"vapi":               "twilio_auth_token_wo = var.twilio_auth_token\n twilio_auth_token_wo_version = 1",
	"retell": "sip_trunk_auth_username = \"u\"\n sip_trunk_auth_password_wo = var.trunk_password\n" +
		" sip_trunk_auth_password_wo_version = 1",
	"synthflow": "trunk_username = \"u\"\n trunk_pwd_wo = var.trunk_password\n trunk_pwd_wo_version = 1",
}

// Whatever a number is on, and whatever becomes of it, its services' credentials
// are in no state, private state, plan, output, error or log, not even where a
// service answers with them. Terraform's own log at TRACE is looked through,
// too. Terraform shows a configuration's constants and variables in a plan's
// JSON, so the credentials come from the environment or from ephemeral variables.
func TestAccSecretsAreNowhereToBeSeen(t *testing.T) {
	t.Parallel()
	n, oneOf := 0, cases.OneOf(t, 4, 1)
	homes := homes()
	for _, name := range slices.Sorted(maps.Keys(homes)) {
		home := homes[name]
		for _, from := range []string{"environment", "arguments"} {
			if from == "environment" && name != "twilio alone" && !strings.HasPrefix(name, "dialnexa") {
				continue // it makes no difference, and each life takes its time
			}
			if n++; n%oneOf != 0 {
				continue
			}
			t.Run(name+" from "+from, func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t)
				home.seed(sim, home.from[0])
				l := newLook(t, sim)
				block, arguments := home.block, ""
				if from == "environment" {
					secretEnvironment(l.cli, sim)
				} else {
					arguments = secretArguments(l.cli, sim)
					block = regexp.MustCompile(`(?m)^\w+_wo = .*\n`).ReplaceAllString(block, "")
					block = regexp.MustCompile(`(?m)^(\w+) \{$`).ReplaceAllStringFunc(block, func(line string) string {
						return line + "\n" + cmp.Or(writeOnly[name], writeOnly[strings.TrimSuffix(line, " {")])
					})
				}
				config := func(more string) {
					l.cli.Configure(arguments + fmt.Sprintf(
						"resource \"telephony_phone_number\" \"this\" {\n phone_number = %q\n%s\n%s\n}", number, block, more))
				}
				config("")
				l.run(0, "plan", "-no-color", "-out=plan.out")
				l.run(0, "show", "-json", "plan.out")
				l.run(0, "apply", "-no-color", "plan.out")
				l.run(0, "show", "-json")
				l.folder()
				config(`release_on_destroy = "force_delete"`)
				l.run(0, "apply", "-no-color", "-auto-approve", "-json")
				l.run(0, "apply", "-no-color", "-auto-approve", "-refresh-only")
				if home.imports != "" && !strings.HasPrefix(home.imports, "resemble") {
					l.run(0, "state", "rm", this)
					l.run(0, "import", "-no-color", this, home.imports)
				}
				for _, faults := range [][]simulator.Fault{quotingFaults(), {{
					Status: http.StatusTemporaryRedirect, Header: http.Header{
						"Location": {"https://elsewhere.example/?key=" + url.QueryEscape(simulator.DefaultAuthToken)},
					},
				}}, {{Cut: simulator.CutBefore}}} {
					for _, fault := range faults {
						sim.Inject(fault)
					}
					l.run(-1, "plan", "-no-color")
					l.run(-1, "apply", "-no-color", "-auto-approve", "-refresh=false", "-replace="+this)
					sim.ClearFaults()
				}
				l.run(-1, "apply", "-no-color", "-auto-approve")
				l.run(0, "apply", "-no-color", "-auto-approve", "-destroy")
				l.folder()
				l.trace()
				if len(l.seen) < 20 || !strings.Contains(l.seen["trace.log"], "request was answered") ||
					!strings.Contains(l.seen["trace.log"], "wrong: [redacted]") {
					t.Errorf("%d texts, a log of %d bytes: there is too little to see", len(l.seen), len(l.seen["trace.log"]))
				}
			})
		}
	}
}

// quotingFaults are refusals by each service in its own envelope that quote what
// it was sent for a credential.
func quotingFaults() []simulator.Fault {
	const one = `{"code": 20003, "status": 401, "message": "wrong: SECRET", "statusCode": 401, "success": false,
		"error": {"type": "authentication", "code": "wrong", "message": "wrong: SECRET"}}`
	var all []simulator.Fault
	for service, access := range map[simulator.Service]struct{ envelope, secret string }{
		simulator.Twilio: {one, simulator.DefaultAuthToken}, simulator.Nixflex: {one, simulator.DefaultNixflexKey},
		simulator.Resemble: {one, simulator.DefaultResembleToken}, simulator.DialNexa: {one, simulator.DefaultDialNexaAPIKey},
		simulator.Synthflow:  {`{"detail": "wrong: SECRET"}`, simulator.DefaultSynthflowAPIKey},
		simulator.ElevenLabs: {`{"detail": {"status": "wrong", "message": "wrong: SECRET"}}`, simulator.DefaultElevenLabsKey},
		simulator.Vapi:       {one, simulator.DefaultVapiKey},
		simulator.Retell:     {`{"status": "error", "message": "wrong: SECRET"}`, retellKeySecret},
	} {
		all = append(all, simulator.Fault{
			Service: service, Status: http.StatusUnauthorized, Body: strings.ReplaceAll(access.envelope, "SECRET", access.secret),
		})
	}
	return all
}

// secretEnvironment gives access to all services by variables of the
// environment.
func secretEnvironment(cli *acctest.CLI, sim *acctest.Simulation) {
	for name, value := range map[string]string{
		"TWILIO_ACCOUNT_SID": simulator.DefaultAccountSID, "TWILIO_AUTH_TOKEN": simulator.DefaultAuthToken,
		"TWILIO_BASE_URL": sim.URL + "/twilio", "NIXFLEX_API_KEY": simulator.DefaultNixflexKey,
		"NIXFLEX_BASE_URL": sim.URL + "/nixflex", "RESEMBLE_API_KEY": simulator.DefaultResembleToken,
		"RESEMBLE_BASE_URL": sim.URL + "/resemble", "DIALNEXA_API_KEY": simulator.DefaultDialNexaAPIKey,
		"DIALNEXA_BASE_URL": sim.URL + "/dialnexa", "SYNTHFLOW_API_KEY": simulator.DefaultSynthflowAPIKey,
		"SYNTHFLOW_WORKSPACE_ID": simulator.DefaultSynthflowWorkspaceID, "SYNTHFLOW_BASE_URL": sim.URL + "/synthflow",
		"ELEVENLABS_API_KEY": simulator.DefaultElevenLabsKey, "ELEVENLABS_BASE_URL": sim.URL + "/elevenlabs",
		"VAPI_API_KEY": simulator.DefaultVapiKey, "VAPI_BASE_URL": sim.URL + "/vapi",
		"RETELL_API_KEY": retellKeySecret, "RETELL_BASE_URL": sim.URL + "/retell",
	} {
		cli.Setenv(name, value)
	}
}

// secretArguments gives access to all services by arguments of the provider.
func secretArguments(cli *acctest.CLI, sim *acctest.Simulation) (arguments string) {
	var variables, blocks strings.Builder
	for service, access := range map[string]struct{ argument, secret, more string }{
		"twilio":     {"auth_token", simulator.DefaultAuthToken, fmt.Sprintf("account_sid = %q", simulator.DefaultAccountSID)},
		"nixflex":    {"api_key", simulator.DefaultNixflexKey, ""},
		"resemble":   {"api_key", simulator.DefaultResembleToken, ""},
		"dialnexa":   {"api_key", simulator.DefaultDialNexaAPIKey, ""},
		"synthflow":  {"api_key", simulator.DefaultSynthflowAPIKey, fmt.Sprintf("workspace_id = %q", simulator.DefaultSynthflowWorkspaceID)},
		"retell":     {"api_key", retellKeySecret, ""},
		"vapi":       {"api_key", simulator.DefaultVapiKey, ""},
		"elevenlabs": {"api_key", simulator.DefaultElevenLabsKey, ""},
	} {
		variable := service + "_" + access.argument
		cli.Setenv("TF_VAR_"+variable, access.secret)
		fmt.Fprintf(&variables, "variable %q {\n type = string\n ephemeral = true\n}\n", variable)
		fmt.Fprintf(&blocks, " %s {\n %s = var.%s\n base_url = \"%s/%s\"\n %s\n }\n",
			service, access.argument, variable, sim.URL, service, access.more)
	}
	cli.Setenv("TF_VAR_trunk_password", trunkSecret)
	variables.WriteString("variable \"trunk_password\" {\n type = string\n ephemeral = true\n}\n")
	return variables.String() + "provider \"telephony\" {\n" + blocks.String() + "}\n"
}

// look runs a CLI and looks at all that it shows and leaves behind.
type look struct {
	t    *testing.T
	cli  *acctest.CLI
	log  string
	seen map[string]string // by what it is
}

func newLook(t *testing.T, sim *acctest.Simulation) *look {
	t.Helper()
	l := &look{t: t, log: filepath.Join(t.TempDir(), "trace.log"), seen: map[string]string{}}
	l.cli = sim.Processes(t, time.Millisecond)
	l.cli.Setenv("TF_LOG", "TRACE")
	l.cli.Setenv("TF_LOG_PATH", l.log)
	return l
}

// run runs a command; a negative code is any.
func (l *look) run(code int, args ...string) {
	l.t.Helper()
	result := l.cli.Run(args...)
	if code >= 0 && result.Code != code {
		l.t.Fatalf("%s: exit code %d, want %d\n%s\n%s", strings.Join(args, " "), result.Code, code, result.Stdout, result.Stderr)
	}
	name := fmt.Sprint(len(l.seen), " ", strings.Join(args, " "))
	l.show(name, result.Stdout)
	l.show(name+", stderr", result.Stderr)
}

// trace looks at the log of all commands.
func (l *look) trace() {
	l.t.Helper()
	text, err := os.ReadFile(l.log)
	if err != nil {
		l.t.Fatal(err)
	}
	l.show("trace.log", string(text))
}

// folder looks at the files of the working folder: states with their private
// states, and plans, which are archives.
func (l *look) folder() {
	l.t.Helper()
	files, err := filepath.Glob(filepath.Join(l.cli.Dir(), "*"))
	if err != nil {
		l.t.Fatal(err)
	}
	for _, file := range files {
		if filepath.Ext(file) == ".tf" {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			l.t.Fatal(err)
		}
		l.show(filepath.Base(file), string(content))
		for _, private := range regexp.MustCompile(`"private": "([^"]*)"`).FindAllSubmatch(content, -1) {
			l.private(string(private[1]))
		}
		archive, err := zip.OpenReader(file)
		if err != nil {
			continue
		}
		for _, entry := range archive.File {
			opened, err := entry.Open()
			if err != nil {
				l.t.Fatal(err)
			}
			content, err := io.ReadAll(opened)
			if err != nil {
				l.t.Fatal(err)
			}
			l.show(filepath.Base(file)+"/"+entry.Name, string(content))
		}
		_ = archive.Close()
	}
}

// private looks at private state, which is encoded twice.
func (l *look) private(encoded string) {
	l.t.Helper()
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		l.t.Fatal(err)
	}
	var values map[string][]byte
	if err := json.Unmarshal(text, &values); err != nil {
		l.t.Fatal(err)
	}
	for name, value := range values {
		l.show("private state, "+name, string(value))
	}
}

func (l *look) show(name, text string) {
	l.t.Helper()
	l.seen[name] = text
	wantNoSecret(l.t, name, text)
}

func wantNoSecret(t *testing.T, name, text string) {
	t.Helper()
	for _, secret := range secrets {
		for _, form := range formsOf(secret) {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("%q is in %s: …%s…", secret, name, text[max(0, at-150):min(len(text), at+80)])
				break
			}
		}
	}
}

// formsOf are the forms in which a secret can be written, as part of something
// that is encoded as a whole, too.
func formsOf(secret string) []string {
	quoted, _ := json.Marshal(secret)
	forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`)}
	for before := range 3 { // how many bytes of something else are in the first group
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + secret))
		inner := strings.TrimLeft(encoded[(before*8+5)/6:len(encoded)-1], "=")
		forms = append(forms, inner, strings.NewReplacer("+", "-", "/", "_").Replace(inner))
	}
	return append(forms, base64.StdEncoding.EncodeToString([]byte(simulator.DefaultAccountSID+":"+secret)))
}

func TestFormsOfSecrets(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"", "A", "AC", "ACx", "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		header := base64.StdEncoding.EncodeToString([]byte(user + ":" + trunkSecret + "&"))
		found := false
		for _, form := range formsOf(trunkSecret) {
			found = found || strings.Contains(header, form)
		}
		if !found {
			t.Errorf("it is not seen in %s", header)
		}
	}
}

const panicEnv = "TELEPHONY_TEST_PANIC"

// A provider that panics prints all its goroutines. The test runs itself once
// more for that, at the level TRACE.
func TestPanicShowsNoSecret(t *testing.T) {
	t.Parallel()
	if os.Getenv(panicEnv) != "" {
		panicInACall(t)
		return
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPanicShowsNoSecret$")
	self.Env = append(os.Environ(), panicEnv+"=1", "TF_LOG=TRACE", "GOTRACEBACK=all")
	for name, value := range credentials {
		self.Env = append(self.Env, name+"="+value)
	}
	output, err := self.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "goroutine ") || !strings.Contains(string(output), "httpapi") {
		t.Fatalf("%v: there is no panic of a call to see\n%s", err, output)
	}
	wantNoSecret(t, "a panic", string(output))
}

func panicInACall(t *testing.T) {
	t.Helper()
	schemas := providerSchemas(t)
	var nothing map[string]bool
	h := newServices(t, schemas, func(*http.Request) *http.Response {
		nothing["x"] = true
		return nil
	})
	imported, err := h.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: "telephony_phone_number", ID: number,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.read(imported.ImportedResources[0].State, imported.ImportedResources[0].Private)
}
