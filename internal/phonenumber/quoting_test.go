package phonenumber_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// oddSecret has what each encoding writes in its own way.
const oddSecret = `s3cr"et-ü/ +%\x`

// quoter is a service that quotes in its errors what it was sent.
type quoter struct {
	service  simulator.Service
	home     string         // a key of homes
	settings acctest.Values // of the resource
	block    acctest.Values // of the platform
	// hidden are the write-only arguments with what they need.
	hidden map[string]acctest.Values
	// credentials are the service's own, and those of others that it is sent.
	credentials []string
	// envelopes are the service's errors: a message in JSON stands for MESSAGE.
	envelopes []string
}

func quoters() map[string]quoter {
	token := acctest.Values{"twilio_auth_token_wo_version": 1}
	return map[string]quoter{
		"": {
			service: simulator.Twilio, home: "twilio alone", settings: acctest.Values{"voice_url": "https://example.com/v"},
			credentials: []string{simulator.DefaultAuthToken},
			envelopes:   []string{`{"code": 21000, "status": 422, "message": MESSAGE}`},
		},
		"nixflex": {
			service: simulator.Nixflex, home: "nixflex", block: acctest.Values{"agent_id": nixflexSupport},
			hidden: map[string]acctest.Values{
				"twilio_auth_token_wo": token,
				"telnyx_api_key_wo":    {"telnyx_connection_id": "1293384261075731499", "telnyx_api_key_wo_version": 1},
			},
			credentials: []string{simulator.DefaultAuthToken, simulator.DefaultNixflexKey},
			envelopes:   []string{`{"error": {"type": "invalid_request", "code": "invalid", "message": MESSAGE}}`},
		},
		"resemble": {
			service: simulator.Resemble, home: "resemble", block: acctest.Values{"label": "Support", "agent_uuid": resembleSupport},
			hidden:      map[string]acctest.Values{"twilio_auth_token_wo": token},
			credentials: []string{simulator.DefaultAuthToken, simulator.DefaultResembleToken},
			envelopes: []string{
				`{"success": false, "message": MESSAGE}`, `{"success": false, "message": "no", "errors": {"label": [MESSAGE]}}`,
			},
		},
		"retell": {
			service: simulator.Retell, home: "retell", settings: acctest.Values{"trunk_sid": retellTrunk},
			block: acctest.Values{"inbound_agent_id": retellSupport, "termination_uri": "example.pstn.twilio.com"},
			hidden: map[string]acctest.Values{
				"sip_trunk_auth_password_wo": {"sip_trunk_auth_username": "user", "sip_trunk_auth_password_wo_version": 1},
			},
			credentials: []string{retellKeySecret},
			envelopes:   []string{`{"status": "error", "message": MESSAGE}`},
		},
		"elevenlabs": {
			service: simulator.ElevenLabs, home: "elevenlabs", block: acctest.Values{"agent_id": elevenLabsSupport},
			hidden:      map[string]acctest.Values{"twilio_auth_token_wo": token},
			credentials: []string{simulator.DefaultAuthToken, simulator.DefaultElevenLabsKey},
			envelopes: []string{
				`{"detail": {"status": "invalid", "message": MESSAGE}}`, `{"detail": [{"loc": ["body"], "msg": MESSAGE, "type": "x"}]}`,
			},
		},
		"vapi": {
			service: simulator.Vapi, home: "vapi", block: acctest.Values{"assistant_id": vapiSupport},
			hidden:      map[string]acctest.Values{"twilio_auth_token_wo": token},
			credentials: []string{simulator.DefaultAuthToken, simulator.DefaultVapiKey},
			envelopes: []string{
				`{"statusCode": 422, "message": MESSAGE, "error": "x"}`, `{"statusCode": 422, "message": ["no", MESSAGE], "error": "x"}`,
			},
		},
		"synthflow": {
			service: simulator.Synthflow, home: "synthflow, imported from Twilio",
			block: acctest.Values{
				"agent_id": synthflowSupport, "provider_name": "twilio", "termination_uri": "example.pstn.twilio.com",
			},
			hidden:      map[string]acctest.Values{"trunk_pwd_wo": {"trunk_username": "user", "trunk_pwd_wo_version": 1}},
			credentials: []string{simulator.DefaultSynthflowAPIKey},
			envelopes: []string{
				`{"detail": [{"type": "value_error", "loc": ["body", "trunk_pwd"], "msg": "no", "input": MESSAGE}]}`,
				`{"detail": MESSAGE}`, `{"status": "error", "message": MESSAGE}`,
			},
		},
		"dialnexa": {
			service: simulator.DialNexa, home: "dialnexa", block: acctest.Values{"agent_id": "agt_one"},
			credentials: []string{simulator.DefaultDialNexaAPIKey},
			envelopes: []string{
				`{"statusCode": 422, "message": MESSAGE, "error": "x"}`, `{"statusCode": 422, "message": ["no", MESSAGE], "error": "x"}`,
			},
		},
	}
}

// A service that refuses a request may quote what it was sent, however it likes.
// No secret of any service is then in a message, in status_reason or elsewhere in
// state, in private state, or in the log.
func TestQuotedSecretsAreNowhereToBeSeen(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 4, 1)
	for name, q := range quoters() {
		secrets := map[string]string{}
		for _, credential := range q.credentials {
			secrets[credential] = ""
		}
		for argument := range q.hidden {
			secrets[oddSecret+argument] = argument
		}
		for secret, argument := range secrets {
			t.Run(fmt.Sprintf("%s %s of %.12s", q.service, argument, secret), func(t *testing.T) {
				t.Parallel()
				for i, spelled := range spelledForms(t, secret) {
					if i%oneOf != 0 {
						continue
					}
					quote(t, name, q, argument, secret, spelled, q.envelopes[i%len(q.envelopes)], i%3 > 0)
				}
			})
		}
	}
}

// quote takes a number through its life at a service that quotes in its answers
// to every request, or only to those that write.
func quote(t *testing.T, name string, q quoter, argument, secret, spelled, envelope string, write bool) {
	t.Helper()
	sim := acctest.Start(t)
	homes()[q.home].seed(sim, adopted)
	var log bytes.Buffer
	sim.Log, sim.FaultyFinalPlans = &log, true
	d := sim.Driver(t, acctest.Values{
		"max_retries": 0, "retell": acctest.Values{"api_key": retellKeySecret, "base_url": sim.URL + "/retell"},
		"vapi":       acctest.Values{"api_key": simulator.DefaultVapiKey, "base_url": sim.URL + "/vapi"},
		"elevenlabs": acctest.Values{"api_key": simulator.DefaultElevenLabsKey, "base_url": sim.URL + "/elevenlabs"},
	})
	r := d.Resource("telephony_phone_number")
	config := func(hidden bool) acctest.Values {
		c := acctest.Values{"phone_number": number}
		maps.Copy(c, q.settings)
		if name == "" {
			return c
		}
		block := maps.Clone(q.block)
		if hidden && argument != "" {
			block[argument] = secret
			maps.Copy(block, q.hidden[argument])
		}
		c[name] = block
		return c
	}
	message, err := json.Marshal("wrong: " + spelled)
	if err != nil {
		t.Fatal(err)
	}
	quoting := simulator.Fault{
		Service: q.service, Status: http.StatusUnprocessableEntity, Body: strings.ReplaceAll(envelope, "MESSAGE", string(message)),
		Match: func(r *http.Request) bool { return !write || r.Method != http.MethodGet },
	}
	var said []any
	apply := func(c acctest.Values) {
		_, diags := r.TerraformApply(c)
		said = append(said, diags, r.State(), privateText(t, r.Private()))
	}
	sim.Inject(quoting)
	apply(config(true)) // a creation
	sim.ClearFaults()
	if r.State() == nil || argument != "" {
		apply(config(false))
	}
	if argument == "" { // what is write-only goes out with writes alone
		sim.Inject(quoting)
		said = append(said, r.Read(), r.State())
		if name != "" {
			agents, diags := d.ReadDataSource(manyAgents, acctest.Values{"service": name})
			said = append(said, agents, diags)
		}
	} else if r.State() != nil {
		sim.Inject(quoting)
		said = append(said, r.Apply(r.Plan(config(true)))) // a change, or a repair
		sim.ClearFaults()
	}
	_, diags := r.TerraformDestroy(config(true))
	said = append(said, diags, r.State(), privateText(t, r.Private()))

	all := fmt.Sprintf("%+v\n", said) + log.String()
	for _, form := range []string{secret, spelled} {
		if at := strings.Index(all, form); at >= 0 {
			t.Errorf("%s quotes %q of %s as %q in %s: …%s…", q.service, secret, argument, spelled, envelope,
				all[max(0, at-200):min(len(all), at+100)])
		}
	}
	if !strings.Contains(all, "[redacted]") {
		t.Errorf("%s has quoted nothing of %s:\n%s", q.service, argument, all)
	}
}

// spelledForms are forms in which a service may write a value: as it is, as JSON
// does in its two ways, as URLs do, and in base64.
func spelledForms(t *testing.T, value string) []string {
	t.Helper()
	quoted, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var byCode strings.Builder
	for _, unit := range utf16.Encode([]rune(value)) {
		fmt.Fprintf(&byCode, `\u%04x`, unit)
	}
	forms := []string{value, strings.Trim(string(quoted), `"`), byCode.String(), url.PathEscape(value), url.QueryEscape(value)}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
		forms = append(forms, encoding.EncodeToString([]byte(value)), encoding.EncodeToString([]byte("user:"+value)))
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// privateText is private state, whose values are encoded.
func privateText(t *testing.T, private []byte) string {
	t.Helper()
	if len(private) == 0 {
		return ""
	}
	var values map[string][]byte
	if err := json.Unmarshal(private, &values); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for name, value := range values {
		fmt.Fprintf(&b, "%s: %s\n", name, value)
	}
	return b.String()
}

// A platform with a write-only argument is in the table.
func TestEveryWriteOnlyArgumentIsQuoted(t *testing.T) {
	t.Parallel()
	for _, block := range providerSchemas(t).ResourceSchemas["telephony_phone_number"].Block.BlockTypes {
		for _, attribute := range block.Block.Attributes {
			if attribute.WriteOnly && quoters()[block.TypeName].hidden[attribute.Name] == nil {
				t.Errorf("%s.%s is missing", block.TypeName, attribute.Name)
			}
		}
		if !regexp.MustCompile("^(purchase|timeouts)$").MatchString(block.TypeName) && quoters()[block.TypeName].credentials == nil {
			t.Errorf("the credentials of %s are missing", block.TypeName)
		}
	}
}
