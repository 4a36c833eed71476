package simulator

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// guide is the page that tells users of the simulator's seed, control paths and faults.
func guide(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../templates/guides/simulating-the-services.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// seeded is what the members of a seed hold; nil: identifiers.
var seeded = map[string]any{
	"twilio.numbers": TwilioNumber{}, "twilio.available": TwilioAvailable{}, "twilio.trunks": TwilioTrunk{},
	"twilio.accounts": TwilioAccount{}, "twilio.addresses": TwilioAddress{}, "twilio.bundles": TwilioBundle{},
	"twilio.applications": TwilioApplication{},
	"nixflex.agents":      NixflexAgent{}, "nixflex.numbers": NixflexNumber{},
	"synthflow.workspaces": SynthflowWorkspace{}, "synthflow.agents": SynthflowAgent{}, "synthflow.numbers": SynthflowNumber{},
	"dialnexa.workspaces": DialNexaWorkspace{}, "dialnexa.agents": DialNexaAgent{}, "dialnexa.numbers": DialNexaNumber{},
	"dialnexa.available": DialNexaAvailable{},
	"resemble.agents":    ResembleAgent{}, "resemble.numbers": ResembleNumber{},
	"twilio.services": TwilioService{},
	"retell.agents":   NamedAgent{}, "retell.numbers": RetellNumber{},
	"vapi.assistants": NamedAgent{}, "vapi.squads": nil, "vapi.workflows": nil, "vapi.credentials": nil, "vapi.numbers": VapiNumber{},
	"elevenlabs.agents": NamedAgent{}, "elevenlabs.numbers": ElevenLabsNumber{},
}

// members are the names of a type's fields in JSON.
func members(v any) []string {
	if v == nil {
		return nil
	}
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

var (
	guideRow    = regexp.MustCompile(`(?m)^\| (.+?) \| (.+) \|$`)
	codeSpan    = regexp.MustCompile("`([^`]+)`")
	jsonBlock   = regexp.MustCompile("(?ms)^```json\n(.*?)^```$")
	scriptBlock = regexp.MustCompile("(?ms)^```shell\n(.*?)^```$")
)

// spans are the code spans of a text.
func spans(text string) (found []string) {
	for _, span := range codeSpan.FindAllStringSubmatch(text, -1) {
		found = append(found, span[1])
	}
	return found
}

func TestGuideHasEveryMemberOfASeed(t *testing.T) {
	t.Parallel()
	rows := map[string][]string{}
	for _, row := range guideRow.FindAllStringSubmatch(guide(t), -1) {
		for _, member := range spans(row[1]) {
			rows[member] = spans(row[2])
		}
	}
	for member, of := range seeded {
		row, found := rows[member]
		if !found {
			t.Errorf("the guide has no row for %s", member)
		}
		for _, name := range members(of) {
			if !slices.Contains(row, name) {
				t.Errorf("the guide does not name %s of %s", name, member)
			}
		}
		service, collection, _ := strings.Cut(member, ".")
		if err := New().Seed(strings.NewReader(`{"` + service + `": {"` + collection + `": []}}`)); err != nil {
			t.Errorf("%s: %v", member, err)
		}
	}
}

// What the guide shows in JSON is a seed, or a fault.
func TestGuidesExamplesAreTaken(t *testing.T) {
	t.Parallel()
	page := guide(t)
	for i, block := range jsonBlock.FindAllStringSubmatch(page, -1) {
		var err error
		if i == 0 {
			err = New().Seed(strings.NewReader(block[1]))
		} else {
			_, err = decodeFault([]byte(block[1]))
		}
		if err != nil {
			t.Errorf("%v:\n%s", err, block[1])
		}
	}
	for _, row := range guideRow.FindAllStringSubmatch(page[strings.Index(page, "## Make a service fail"):], -1) {
		for _, member := range spans(row[1]) {
			if _, err := decodeFault([]byte(`{"` + member + `": null}`)); err != nil {
				t.Errorf("the guide has a member of a fault that is none: %v", err)
			}
		}
	}
}

// Every control path of the guide exists: none is answered with 404 for the path.
func TestGuidesControlPathsExist(t *testing.T) {
	t.Parallel()
	page := guide(t)
	for _, span := range spans(page) {
		method, path, found := strings.Cut(span, " ")
		if !found || !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) {
			continue
		}
		path = strings.NewReplacer("SERVICE", "twilio", "NUMBER", "+14155550100", "ID", "agent_0123456789abcdef").Replace(path)
		got := New().control(method, path, []byte("{}"))
		if strings.Contains(string(got.body), "there is no "+method) {
			t.Errorf("%s: %s", span, got.body)
		}
	}
}

// The guide's commands run as they stand, but for the address.
func TestGuidesCommandsRun(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	page := guide(t)
	sim := New()
	if err := sim.Seed(strings.NewReader(jsonBlock.FindStringSubmatch(page)[1])); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	for _, block := range scriptBlock.FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(block[1], "curl") {
			continue
		}
		script := strings.ReplaceAll(block[1], "http://127.0.0.1:8080", server.URL)
		if out, err := exec.CommandContext(t.Context(), "sh", "-eu", "-c", script).CombinedOutput(); err != nil {
			t.Errorf("%v: %s\n%s", err, out, script)
		}
	}
	if n, _ := sim.Twilio().Number("+14155550100"); n.VoiceURL != "https://elsewhere.example.com" {
		t.Errorf("the number has %q", n.VoiceURL)
	}
	if _, there := sim.Nixflex().Number("+14155550101"); there || len(sim.faults) != 1 {
		t.Error("the number is still there, or no fault is armed")
	}
}

// The guide's command that starts the simulator is that of make simulate, which an
// acceptance test of the README runs.
func TestGuideStartsTheSimulatorAsMakeDoes(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../../GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	recipes := strings.NewReplacer("$(ADDR)", "127.0.0.1:8080").Replace(string(makefile))
	for _, block := range scriptBlock.FindAllStringSubmatch(guide(t), -1) {
		if strings.HasPrefix(block[1], "go run") && !strings.Contains(recipes, strings.TrimSpace(block[1])) {
			t.Errorf("make simulate does something else than %s", block[1])
		}
	}
}
