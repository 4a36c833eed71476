package phonenumber_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const foundURL = "https://found.example/voice"

// neighbours are arguments that a setting needs beside it.
var neighbours = map[string]acctest.Values{
	"voice_fallback_url":    {"voice_url": oursURL},
	"voice_fallback_method": {"voice_url": oursURL, "voice_fallback_url": oursURL},
	"sms_fallback_url":      {"sms_url": oursURL},
	"sms_fallback_method":   {"sms_url": oursURL, "sms_fallback_url": oursURL},
}

// namedTable has what every cell of the table sends and leaves; -update writes it.
const namedTable = "testdata/named.txt"

// The ways to a number, and what becomes of one setting of it.
var (
	namedOrigins = []string{"adopted", "bought", "imported", "moved"}
	namedUses    = []string{"never named", "named", "named then removed", "emptied"}
)

// What is named is managed; what was never named stays as it was found, or bare; what
// is removed or emptied is cleared if it is wiring, and stays if it says who the
// number is. In no case does a plan find anything to do afterwards.
func TestOnlyWhatIsNamedIsManaged(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile(namedTable)
	if err != nil {
		t.Fatal(err)
	}
	oneOf := cases.OneOf(t, 5, 1)
	var mu sync.Mutex
	cells := map[string]string{}
	t.Run("cells", func(t *testing.T) {
		for _, origin := range namedOrigins {
			for _, field := range twilio.Kind.Settings {
				for _, use := range namedUses {
					cell := origin + ", " + field.Name + ", " + use
					if !*update && !cases.Tries(cell, oneOf) {
						continue
					}
					t.Run(cell, func(t *testing.T) {
						t.Parallel()
						got := liveNamed(t, origin, field, use)
						mu.Lock()
						defer mu.Unlock()
						cells[cell] = got
						if want := cell + ": " + got + "\n"; !*update && !strings.Contains(string(table), want) {
							t.Errorf("the table has no line\n%s", want)
						}
					})
				}
			}
		}
	})
	lines := ""
	for _, cell := range slices.Sorted(maps.Keys(cells)) {
		lines += cell + ": " + cells[cell] + "\n"
	}
	switch {
	case *update:
		if err := os.WriteFile(namedTable, []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	case strings.Count(string(table), "\n") != len(namedOrigins)*len(twilio.Kind.Settings)*len(namedUses):
		t.Error("the table has lines for which there is no cell")
	}
}

// liveNamed takes a number through the life of one cell, and returns what it wrote
// and what Twilio has in the end.
func liveNamed(t *testing.T, origin string, field platform.Field, use string) string {
	t.Helper()
	sim := acctest.Start(t, lettingMessagesChange())
	life, ok := settings(sim)[field.Name]
	if !ok {
		t.Fatalf("there is no life for %s", field.Name)
	}
	r := sim.Driver(t, nil).Resource(oneNumber)
	base := acctest.Values{"phone_number": number}
	maps.Copy(base, neighbours[field.Name])
	with := maps.Clone(base)
	with[field.Name] = life.first

	if origin == "bought" {
		sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
		base["purchase"], with["purchase"] = acctest.Values{}, acctest.Values{}
	} else {
		owned(sim, foundWith(t, neighbours[field.Name], acctest.Values{field.Name: life.second}))
	}
	switch origin {
	case "imported":
		r.Import(number)
	case "moved":
		r.Move("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", 0,
			`{"sid": "`+numberSID+`", "phone_number": "`+number+`"}`)
		mustRead(t, r)
	}
	steps := []acctest.Values{base}
	if use != "never named" {
		steps = []acctest.Values{with}
	}
	switch use {
	case "named then removed":
		steps = append(steps, base)
	case "emptied":
		empty := maps.Clone(base)
		empty[field.Name] = ""
		if field.Type == platform.Bool { // which has no empty text
			empty[field.Name] = false
		}
		steps = append(steps, empty)
	}
	var sent []string
	for i, config := range steps {
		sim.ResetRequests()
		mustApply(t, r, config)
		for _, request := range sim.Requests() {
			if request.Method != "GET" {
				sent = append(sent, request.Method+" "+readableForm(request.Form))
			}
		}
		if i == 0 && len(steps) == 2 {
			sent = append(sent, "then")
		}
		if got := r.State()[field.Name]; i == 0 && use != "never named" && got != life.first {
			t.Errorf("state has %v", got)
		}
	}
	expectSettled(t, r, steps[len(steps)-1])
	if got := r.State()[field.Name]; use != "named" && got != nil && got != "" && got != false && (field.Wiring || use != "never named") {
		t.Errorf("state still has %v", got)
	}
	at := atTwilio(t, sim, number)
	var left []string
	for _, f := range twilio.Kind.Settings {
		if value := at[f.Name]; value != nil && value != "" && value != f.Default {
			left = append(left, fmt.Sprintf("%s=%v", f.Name, value))
		}
	}
	return strings.Join(sent, ", ") + "; left " + strings.Join(left, " ")
}

// foundWith is a number on which somebody else has set these.
func foundWith(t *testing.T, settings ...acctest.Values) simulator.TwilioNumber {
	t.Helper()
	n := simulator.TwilioNumber{SID: numberSID, FriendlyName: "Found"}
	for _, values := range settings {
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// readableForm is a form in the order of its names.
func readableForm(form url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		pairs = append(pairs, name+"="+strings.Join(form[name], ","))
	}
	return strings.Join(pairs, " ")
}

// foreign is a number on which somebody else has set ten things.
func foreign() simulator.TwilioNumber {
	return simulator.TwilioNumber{
		FriendlyName: "Theirs", VoiceURL: foundURL, VoiceMethod: "GET", VoiceFallbackURL: foundURL, VoiceFallbackMethod: "GET",
		VoiceCallerIDLookup: true, SMSURL: foundURL, SMSMethod: "GET", SMSFallbackURL: foundURL, StatusCallbackMethod: "GET",
	}
}

func TestAdoptionThatNamesNothingWritesNothing(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, foreign())
	before := atTwilio(t, sim, number)
	r := sim.Driver(t, nil).Resource(oneNumber)
	config := acctest.Values{"phone_number": number}
	if diags := mustApply(t, r, config); len(diags) > 0 {
		t.Errorf("the apply says %+v", diags)
	}
	expectSettled(t, r, config)
	if diags := r.Apply(r.PlanDestroy()); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	expectWrites(t, sim)
	expectUntouched(t, sim, before)
}

func TestForeignSettingsSurviveAdoptionChangeAndDetach(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, foreign())
	before := atTwilio(t, sim, number)
	r := sim.Driver(t, nil).Resource(oneNumber)
	for _, url := range []string{oursURL, "https://example.com/other"} {
		mustApply(t, r, acctest.Values{"phone_number": number, "status_callback": url, "status_callback_method": "GET"})
	}
	if diags := r.Apply(r.PlanDestroy()); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	after := atTwilio(t, sim, number)
	for name, was := range before {
		if !strings.HasPrefix(name, "status_callback") && name != "date_updated" && fmt.Sprint(after[name]) != fmt.Sprint(was) {
			t.Errorf("%s was %v and is %v", name, was, after[name])
		}
	}
}

// A named setting works: what would outrank it is cleared at the adoption, and is
// drift later.
func TestWhatOutranksANamedSettingIsManagedWithIt(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	trunk := sim.Twilio().AddTrunk(simulator.TwilioTrunk{})
	owned(sim, simulator.TwilioNumber{TrunkSID: trunk, VoiceMethod: "GET", SMSURL: foundURL})
	r := sim.Driver(t, nil).Resource(oneNumber)
	config := acctest.Values{"phone_number": number, "voice_url": oursURL}
	expectSays(t, r.Plan(config).Diagnostics, "warning", "trunk_sid: \""+trunk+"\" -> cleared", `voice_method: "GET" -> "POST"`)
	mustApply(t, r, config)
	expectSettled(t, r, config)
	if n, _ := sim.Twilio().Number(number); n.TrunkSID != "" || n.VoiceMethod != "POST" || n.SMSURL != foundURL {
		t.Errorf("Twilio has %+v", n)
	}
	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.TrunkSID = trunk })
	r.Read()
	if p := r.Plan(config); p.Action != acctest.Update || p.Before["trunk_sid"] != trunk || p.After["trunk_sid"] != nil {
		t.Errorf("the plan is %s, trunk_sid %v", p.Action, p.Before["trunk_sid"])
	}
	mustApply(t, r, config)
	expectSettled(t, r, config)
}

func TestPlanAfterAnImportListsWhatItClears(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{VoiceURL: oursURL, SMSURL: foundURL})
	r := sim.Driver(t, nil).Resource(oneNumber)
	if diags := r.Import(number); diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	config := acctest.Values{"phone_number": number, "voice_url": oursURL}
	p := r.Plan(config)
	expectSays(t, p.Diagnostics, "warning", "is cleared that an import took over", "sms_url: \""+foundURL+"\"")
	if p.Before["sms_url"] != foundURL || p.After["sms_url"] != nil {
		t.Errorf("sms_url from %v to %v", p.Before["sms_url"], p.After["sms_url"])
	}
	mustApply(t, r, config)
	expectSettled(t, r, config)
	if n, _ := sim.Twilio().Number(number); n.SMSURL != "" || n.VoiceURL != oursURL {
		t.Errorf("Twilio has %+v", n)
	}
}
