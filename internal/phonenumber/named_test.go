package phonenumber_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
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

// What is named is managed; what was never named stays as it was found, or bare; what
// is removed or emptied is cleared if it is wiring, and stays if it says who the
// number is. In no case does a plan find anything to do afterwards.
func TestOnlyWhatIsNamedIsManaged(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"adopted", "bought", "imported", "moved"} {
		for _, field := range twilio.Kind.Settings {
			for _, use := range []string{"never named", "named", "named then removed", "emptied"} {
				if use == "emptied" && field.Name == "voice_caller_id_lookup" {
					continue // a bool has no empty text
				}
				t.Run(origin+"/"+field.Name+"/"+use, func(t *testing.T) {
					t.Parallel()
					sim := acctest.Start(t, lettingMessagesChange())
					life := settings(sim)[field.Name]
					r := sim.Driver(t, nil).Resource(oneNumber)
					base := acctest.Values{"phone_number": number}
					maps.Copy(base, neighbours[field.Name])
					with := maps.Clone(base)
					with[field.Name] = life.first

					switch origin {
					case "adopted":
						owned(sim, simulator.TwilioNumber{FriendlyName: "Found"})
					case "bought":
						sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
						base["purchase"], with["purchase"] = acctest.Values{}, acctest.Values{}
					default:
						owned(sim, simulator.TwilioNumber{SID: numberSID, FriendlyName: "Found"})
					}
					switch origin {
					case "imported":
						r.Import(number)
					case "moved":
						r.Move("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", 0,
							`{"sid": "`+numberSID+`", "phone_number": "`+number+`"}`)
						mustRead(t, r)
					}

					final := base
					if use != "never named" {
						mustApply(t, r, with)
						expectSettled(t, r, with)
						if got := r.State()[field.Name]; got != life.first {
							t.Errorf("state has %v", got)
						}
						if got := atTwilio(t, sim, number)[field.Name]; got != life.first {
							t.Errorf("Twilio has %v", got)
						}
						final = with
					}
					switch use {
					case "named then removed":
						final = base
					case "emptied":
						final = maps.Clone(base)
						final[field.Name] = ""
					}
					before := atTwilio(t, sim, number)[field.Name]
					mustApply(t, r, final)
					expectSettled(t, r, final)
					left := atTwilio(t, sim, number)[field.Name]
					switch {
					case use == "named":
					case use == "never named" || !field.Wiring:
						if origin != "bought" && left != before {
							t.Errorf("Twilio has %v, and had %v", left, before)
						}
					case left != nil && left != field.Default:
						t.Errorf("Twilio still has %v", left)
					}
					if got := r.State()[field.Name]; use != "named" && got != nil && got != "" && (field.Wiring || use != "never named") {
						t.Errorf("state still has %v", got)
					}
				})
			}
		}
	}
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

// What was found is put back, where that is asked for, by whatever the steps say.
func TestDetachPutsBackWhatWasFound(t *testing.T) {
	t.Parallel()
	const newURL = "https://newer.example"
	for _, action := range []string{"detach", "force_delete"} {
		for _, home := range []string{"none", "nixflex"} {
			for _, since := range []string{"unchanged", "changed since", "gone invalid"} {
				t.Run(fmt.Sprintf("%s/%s/%s", home, since, action), func(t *testing.T) {
					t.Parallel()
					sim := acctest.Start(t)
					sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
					trunk := sim.Twilio().AddTrunk(simulator.TwilioTrunk{})
					owned(sim, simulator.TwilioNumber{VoiceURL: foundURL, VoiceMethod: "GET", TrunkSID: trunk})
					r := sim.Driver(t, nil).Resource(oneNumber)
					config := acctest.Values{"phone_number": number, "release_on_destroy": action}
					if home == "none" {
						config["voice_url"] = oursURL
					} else {
						config[home] = acctest.Values{"agent_id": nixflexSupport}
					}
					mustApply(t, r, config) // what is found is remembered in any case
					config["restore_on_detach"] = true
					mustApply(t, r, config)
					expectSettled(t, r, config)

					want := simulator.TwilioNumber{VoiceURL: foundURL, VoiceMethod: "GET", TrunkSID: trunk}
					switch since {
					case "changed since":
						sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = newURL })
						want.VoiceURL, want.VoiceMethod = newURL, "POST"
					case "gone invalid":
						want.TrunkSID = ""
						sim.Twilio().RemoveTrunk(trunk)
					}
					steps, _ := r.State()["destroy_steps"].([]string)
					if text := strings.Join(steps, "\n"); !strings.Contains(text, `voice_url back to "`+foundURL+`"`) {
						t.Errorf("the steps do not name the old values: %s", text)
					}
					diags := r.Destroy()
					if diags.Failed() {
						t.Fatalf("%+v", diags)
					}
					n, _ := sim.Twilio().Number(number)
					if n.VoiceURL != want.VoiceURL || n.TrunkSID != want.TrunkSID || home == "none" && n.VoiceMethod != want.VoiceMethod {
						t.Errorf("Twilio has voice_url %q, voice_method %q, trunk_sid %q; the destroy says %+v",
							n.VoiceURL, n.VoiceMethod, n.TrunkSID, diags)
					}
				})
			}
		}
	}
}

// A number that leaves its platform gets back what the platform had replaced.
func TestLeavingAPlatformPutsBackWhatItReplaced(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
	owned(sim, simulator.TwilioNumber{VoiceURL: foundURL, VoiceMethod: "GET"})
	r := sim.Driver(t, nil).Resource(oneNumber)
	mustApply(t, r, acctest.Values{"phone_number": number, "nixflex": acctest.Values{"agent_id": nixflexSupport}})
	config := acctest.Values{"phone_number": number, "restore_on_detach": true}
	mustApply(t, r, config)
	expectSettled(t, r, config)
	if n, _ := sim.Twilio().Number(number); n.VoiceURL != foundURL {
		t.Errorf("Twilio has voice_url %q", n.VoiceURL)
	}
}
