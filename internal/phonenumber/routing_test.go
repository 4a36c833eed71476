package phonenumber_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	outrankedTitle = "A Messaging Service takes the messages of a number first"
	unseenMessages = "Whether messages arrive as planned is not known"
	unseenCalls    = "Whether calls arrive as planned is not known"
)

// titled are the diagnostics of that summary.
func titled(diags acctest.Diagnostics, summary string) acctest.Diagnostics {
	var found acctest.Diagnostics
	for _, d := range diags {
		if d.Summary == summary {
			found = append(found, d)
		}
	}
	return found
}

// askedFor counts the requests to Twilio so far whose path begins so.
func askedFor(sim *acctest.Simulation, begin string) int {
	count := 0
	for _, request := range sim.Requests() {
		if request.Service == simulator.Twilio && strings.HasPrefix(request.Path, begin) {
			count++
		}
	}
	return count
}

// Who is to receive the messages of a number, by what a configuration names and by what
// the Service of the number does.
func TestMessagingServiceThatOutranksIsWarnedOf(t *testing.T) {
	t.Parallel()
	services := map[string]simulator.TwilioService{
		"its URL":      {InboundRequestURL: theirsURL},
		"discards":     {},
		"yields":       {InboundRequestURL: theirsURL, UseInboundWebhookOnNumber: true},
		"in no pool":   {InboundRequestURL: theirsURL},
		"no Services":  {},
		"cannot text":  {},
		"another acct": {InboundRequestURL: theirsURL},
	}
	for _, test := range []struct {
		name    string
		config  acctest.Values
		depends string // the setting by which messages are to arrive; empty: none
	}{
		{"nothing named", acctest.Values{}, ""},
		{"calls", acctest.Values{"voice_url": oursURL, "status_callback": oursURL}, ""},
		{"sms_url", acctest.Values{"sms_url": oursURL}, "sms_url"},
		{"sms_application_sid", acctest.Values{"sms_application_sid": "AP"}, "sms_application_sid"},
		{"nixflex", acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}}, "sms_url"},
		{"vapi", acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport}}, "sms_url"},
		{"vapi without SMS", acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport, "sms_enabled": false}}, ""},
		{
			"vapi without SMS, sms_url",
			acctest.Values{"sms_url": oursURL, "vapi": acctest.Values{"assistant_id": vapiSupport, "sms_enabled": false}},
			"sms_url",
		},
		{"elevenlabs", acctest.Values{"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport}}, "sms_url"},
		{"elevenlabs without SMS", acctest.Values{"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport, "sms_enabled": false}}, ""},
		{"retell", acctest.Values{"trunk_sid": "TK", "retell": acctest.Values{
			"inbound_agent_id": retellSupport, "termination_uri": "a.pstn.twilio.com",
		}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for does, service := range services {
				sim := acctest.Start(t)
				n := simulator.TwilioNumber{SID: numberSID}
				if does == "another acct" {
					service.AccountSID = sim.Twilio().AddSubaccount(simulator.DefaultAccountSID).SID
					n.AccountSID = service.AccountSID
				}
				if does != "no Services" {
					service.SID = sim.Twilio().AddService(service)
				}
				if does != "in no pool" {
					n.MessagingServiceSID = service.SID
				}
				if does == "cannot text" {
					n.Capabilities, n.MessagingServiceSID = simulator.TwilioCapabilities{Voice: true}, ""
				}
				owned(sim, n)
				sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
				sim.Vapi().AddAssistant(vapiSupport)
				sim.ElevenLabs().AddAgent(elevenLabsSupport)
				sim.Retell().AddAgent(retellSupport)
				config := acctest.Values{"phone_number": number}
				for name, value := range test.config {
					config[name] = value
				}
				if n.AccountSID != "" {
					config["account_sid"] = n.AccountSID
				}
				if config["trunk_sid"] != nil {
					config["trunk_sid"] = sim.Twilio().AddTrunk(simulator.TwilioTrunk{})
				}
				if config["sms_application_sid"] != nil {
					config["sms_application_sid"] = sim.Twilio().AddApplication(simulator.DefaultAccountSID)
				}
				r := sim.Driver(t, everyPlatform(sim)).Resource(oneNumber)
				diags := r.Plan(config).Diagnostics
				warnings := titled(diags, outrankedTitle)
				if warned := test.depends != "" && (does == "its URL" || does == "discards"); warned {
					expectSays(t, warnings, "warning", number, service.SID, test.depends, "messaging_service_sid", "use_inbound_webhook_on_number")
				} else if len(warnings) > 0 {
					t.Errorf("%s: %+v", does, warnings)
				}
				asked := askedFor(sim, "/v1/Services")
				if lists := 2; test.depends == "" || does == "another acct" || does == "cannot text" {
					if asked > 0 {
						t.Errorf("%s: asked %d times for Services", does, asked)
					}
				} else if does == "no Services" && asked != 1 || asked > lists {
					t.Errorf("%s: asked %d times for Services", does, asked)
				}
			}
		})
	}
}

// What is said of a number in the course of its life: when it gets into a pool behind
// Terraform's back in every plan, and of what the configuration names once.
func TestOutrankedMessagesAreSaidWhereTheyBegin(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{SID: numberSID})
	service := sim.Twilio().AddService(simulator.TwilioService{InboundRequestURL: theirsURL})
	driver := sim.Driver(t, acctest.Values{"max_retries": 0})
	r := driver.Resource(oneNumber)
	config := acctest.Values{"phone_number": number, "sms_url": oursURL}
	says := func(want int, when string) *acctest.Plan {
		t.Helper()
		driver.Restart() // a run asks once
		if diags := r.Read(); len(diags) > 0 {
			t.Errorf("%s: the refresh says %+v", when, diags)
		}
		p := r.Plan(config)
		if got := titled(p.Diagnostics, outrankedTitle); len(got) != want {
			t.Errorf("%s: said %d times: %+v", when, len(got), p.Diagnostics)
		}
		return p
	}
	mustApply(t, r, config)
	says(0, "in no pool")

	sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.MessagingServiceSID = service })
	for range 2 {
		if p := says(1, "put into a pool by somebody else"); p.Action != acctest.NoOp {
			t.Errorf("the plan is %s", p.Action)
		}
	}
	config["friendly_name"] = "Support"
	says(1, "with another change")
	mustApply(t, r, config)

	config["messaging_service_sid"] = service
	expectSays(t, says(1, "named").Diagnostics, "warning", "leave messaging_service_sid out")
	mustApply(t, r, config)
	says(0, "named, as before")
	config["friendly_name"] = "Sales"
	says(0, "named, with another change")
	config["sms_url"] = theirsURL
	says(1, "named, with another sms_url")
	mustApply(t, r, config)

	delete(config, "messaging_service_sid")
	says(0, "about to leave the pool")
	mustApply(t, r, config)
	config["messaging_service_sid"] = acctest.Unknown
	says(0, "in a Service that is not known yet")

	sim.Twilio().RemoveService(service)
	yielding := sim.Twilio().AddService(simulator.TwilioService{UseInboundWebhookOnNumber: true})
	config["messaging_service_sid"] = yielding
	says(0, "named, and yielding")
}

// A Region that processes the calls of a number is told where it is not the provider's.
func TestRegionOfCallsIsWarnedOf(t *testing.T) {
	t.Parallel()
	const title = "Calls are processed in Region %s, and the provider works in %s"
	for _, test := range []struct {
		name, provider, number string
		rules                  simulator.TwilioRules
		warns                  string // of which Region
	}{
		{name: "never routed"},
		{name: "never routed, which is not found", rules: simulator.TwilioRules{UnroutedIsNotFound: true}},
		{name: "routed to us1", provider: "us1", number: "us1"},
		{name: "routed elsewhere", number: "ie1", warns: "ie1"},
		{name: "provider elsewhere", provider: "au1", warns: "us1"},
		{name: "provider elsewhere, not found", provider: "au1", rules: simulator.TwilioRules{UnroutedIsNotFound: true}, warns: "us1"},
		{name: "both elsewhere", provider: "ie1", number: "ie1"},
		{name: "both elsewhere, and apart", provider: "ie1", number: "au1", warns: "au1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithTwilio(test.rules))
			owned(sim, simulator.TwilioNumber{SID: numberSID, VoiceRegion: test.number})
			owned(sim, simulator.TwilioNumber{PhoneNumber: otherNumber, VoiceRegion: test.number, Capabilities: simulator.TwilioCapabilities{SMS: true}})
			arguments := acctest.Values{"max_retries": 0, "twilio": acctest.Values{
				"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken, "base_url": sim.URL + "/twilio",
				"region": orNil(test.provider),
			}}
			driver := sim.Driver(t, arguments)
			expect := func(when string, diags acctest.Diagnostics) {
				t.Helper()
				if test.warns == "" {
					if got := askedAbout(diags, "Region"); len(got) > 0 {
						t.Errorf("%s: %+v", when, got)
					}
					return
				}
				provider := test.provider
				if provider == "" {
					provider = "us1"
				}
				expectSays(t, diags, "warning", fmt.Sprintf(title, test.warns, provider), number, "routes.twilio.com/v2/PhoneNumbers/"+number)
			}
			config := acctest.Values{"phone_number": number, "voice_url": oursURL}
			expect("named alone", sim.Driver(t, arguments).Resource(oneNumber).Plan(acctest.Values{"phone_number": number}).Diagnostics)
			created := driver.Resource(oneNumber)
			expect("adopted", created.Plan(config).Diagnostics)
			driver.Restart()
			mustApply(t, created, config)
			expectSettled(t, created, config)
			sim.ResetRequests()
			if p := created.Plan(acctest.Values{"phone_number": number, "voice_url": theirsURL}); len(askedAbout(p.Diagnostics, "Region")) > 0 {
				t.Errorf("a change says %+v", p.Diagnostics)
			}
			if asked := askedFor(sim, "/v2/"); asked > 0 {
				t.Errorf("a change asks %d times", asked)
			}
			expect("imported", sim.Driver(t, arguments).Resource(oneNumber).Import(number))
			moved := driver.Resource(oneNumber)
			moved.Move("registry.terraform.io/twilio/twilio", "twilio_api_accounts_incoming_phone_numbers", 0,
				fmt.Sprintf(`{"sid": %q, "phone_number": %q, "account_sid": %q}`, numberSID, number, simulator.DefaultAccountSID))
			driver.Restart()
			expect("moved", moved.Read())
			if p := driver.Resource(oneNumber).Plan(acctest.Values{"phone_number": otherNumber}); len(askedAbout(p.Diagnostics, "Region")) > 0 {
				t.Errorf("a number without calls: %+v", p.Diagnostics)
			}
		})
	}
}

// askedAbout are the diagnostics whose summary has the word.
func askedAbout(diags acctest.Diagnostics, word string) acctest.Diagnostics {
	var found acctest.Diagnostics
	for _, d := range diags {
		if strings.Contains(d.Summary, word) {
			found = append(found, d)
		}
	}
	return found
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Of many numbers the first tell for the others, unless one of them is elsewhere.
func TestRegionOfManyNumbersIsLookedAtForAFew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		region func(i int) string
		looks  int
		warned int
	}{
		"all in place":         {func(int) string { return "" }, 5, 0},
		"the third is routed":  {func(i int) string { return map[int]string{2: "ie1"}[i] }, 25, 1},
		"all are routed":       {func(int) string { return "ie1" }, 25, 25},
		"nobody serves routes": {nil, 5, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			if test.region == nil {
				sim.Inject(simulator.Fault{Path: "/v2/PhoneNumbers/", Status: http.StatusNotFound, Body: "no such page"})
			}
			const many = "+1415555%04d"
			for i := range 25 {
				n := simulator.TwilioNumber{PhoneNumber: fmt.Sprintf(many, i)}
				if test.region != nil {
					n.VoiceRegion = test.region(i)
				}
				owned(sim, n)
			}
			driver, warned := sim.Driver(t, nil), 0
			for i := range 25 {
				diags := driver.Resource(oneNumber).Plan(acctest.Values{"phone_number": fmt.Sprintf(many, i)}).Diagnostics
				warned += len(askedAbout(diags, "Region"))
				if diags.Failed() || len(askedAbout(diags, "not known")) > 0 {
					t.Fatalf("%+v", diags)
				}
			}
			if looks := askedFor(sim, "/v2/PhoneNumbers/"); looks != test.looks || warned != test.warned {
				t.Errorf("%d looks and %d warnings, want %d and %d", looks, warned, test.looks, test.warned)
			}
		})
	}
}

// A number that is bought begins in us1.
func TestRegionOfAPurchaseIsWarnedOfWithoutACall(t *testing.T) {
	t.Parallel()
	for region, warns := range map[string]bool{"us1": false, "ie1": true} {
		sim := acctest.Start(t)
		sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
		driver := sim.Driver(t, acctest.Values{"twilio": acctest.Values{
			"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken, "base_url": sim.URL + "/twilio", "region": region,
		}})
		for _, config := range []acctest.Values{
			{"phone_number": number, "purchase": acctest.Values{}},
			{"purchase": acctest.Values{"country": "US"}},
		} {
			diags := driver.Resource(oneNumber).Plan(config).Diagnostics
			if got := askedAbout(diags, "Region us1, and the provider works in "+region); (len(got) == 1) != warns {
				t.Errorf("%s: %+v", region, diags)
			}
		}
		if asked := askedFor(sim, "/v2/"); asked > 0 {
			t.Errorf("asked %d times", asked)
		}
	}
}

// Credentials that may not look say so once in a run, and fail no plan that names no
// membership.
func TestKeysThatMayNotLookAreToldOnce(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]simulator.TwilioError{
		"403": {}, "401": {Status: http.StatusUnauthorized, Code: 20003, Message: "Authenticate"},
	} {
		for lacks, title := range map[string]string{"/v1/Services": unseenMessages, "/v2/PhoneNumbers": unseenCalls} {
			t.Run(name+lacks, func(t *testing.T) {
				t.Parallel()
				sim := acctest.Start(t, simulator.WithTwilio(simulator.TwilioRules{RestrictedKey: refusal}))
				key := sim.Twilio().AddRestrictedKey(simulator.DefaultAccountSID, lacks)
				driver := sim.Driver(t, acctest.Values{"max_retries": 0, "twilio": acctest.Values{
					"account_sid": simulator.DefaultAccountSID, "api_key": key.SID, "api_secret": key.Secret, "base_url": sim.URL + "/twilio",
				}})
				var said acctest.Diagnostics
				for i := range 5 {
					phone := fmt.Sprintf("+1415555020%d", i)
					owned(sim, simulator.TwilioNumber{PhoneNumber: phone})
					config := acctest.Values{"phone_number": phone, "sms_url": oursURL}
					diags := driver.Resource(oneNumber).Plan(config).Diagnostics
					if diags.Failed() {
						t.Errorf("%+v", diags)
					}
					said = append(said, titled(diags, title)...)
				}
				if asked := askedFor(sim, lacks); len(said) != 1 || asked != 1 {
					t.Errorf("asked %d times, and said %+v", asked, said)
				}
				expectSays(t, said, "warning", "may", "read", "20003")
				r := driver.Resource(oneNumber)
				config := acctest.Values{"phone_number": "+14155550200", "sms_url": oursURL, "voice_url": oursURL}
				mustApply(t, r, config)
				driver.Restart()
				mustRead(t, r)
				if p := r.Plan(config); p.Action != acctest.NoOp || p.Diagnostics.Failed() {
					t.Errorf("the next plan is %s: %+v", p.Action, p.Diagnostics)
				}
				config["messaging_service_sid"] = "MG" + numberSID[2:]
				if diags := r.Plan(config).Diagnostics; diags.Failed() && lacks != "/v1/Services" {
					t.Errorf("%+v", diags)
				}
			})
		}
	}
}

// What the plan of a thousand numbers takes of Services: nothing where nothing depends on
// them, one list where the account has none, and each pool once.
func TestCallsForServicesOfAThousandNumbers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		services int
		text     bool // the configurations have messages arrive
		want     int
	}{
		{"no Services, calls alone", 0, false, 0},
		{"Services, calls alone", 3, false, 0},
		{"no Services, messages", 0, true, 1},
		{"Services, messages", 3, true, 1 + 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			count := 1000
			if !test.text {
				count = 20
			}
			sim := acctest.Start(t)
			var services []string
			for range test.services {
				services = append(services, sim.Twilio().AddService(simulator.TwilioService{InboundRequestURL: theirsURL}))
			}
			driver := sim.Driver(t, nil)
			phone := func(i int) string { return fmt.Sprintf("+1415556%04d", i) }
			warned := 0
			for i := range count {
				n := simulator.TwilioNumber{PhoneNumber: phone(i)}
				if len(services) > 0 && i%10 == 0 {
					n.MessagingServiceSID = services[i%len(services)]
				}
				owned(sim, n)
			}
			for i := range count {
				config := acctest.Values{"phone_number": phone(i), "voice_url": oursURL}
				if test.text {
					config["sms_url"] = oursURL
				}
				p := driver.Resource(oneNumber).Plan(config)
				if p.Diagnostics.Failed() {
					t.Fatalf("%+v", p.Diagnostics)
				}
				warned += len(titled(p.Diagnostics, outrankedTitle))
			}
			asked := askedFor(sim, "/v1/Services")
			t.Logf("%d calls for Services in the plan of %d numbers, %d of them warned of", asked, count, warned)
			if asked != test.want || warned > 0 != (test.text && test.services > 0) {
				t.Errorf("%d calls, want %d; %d warned of", asked, test.want, warned)
			}
		})
	}
}

// Numbers that are alike share a warning.
func TestAccWhatRoutesANumberOtherwiseIsOneWarningEach(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	service := sim.Twilio().AddService(simulator.TwilioService{InboundRequestURL: theirsURL})
	for i := range 3 {
		owned(sim, simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1415555020%d", i), MessagingServiceSID: service, VoiceRegion: "ie1"})
	}
	cli := sim.CLI(t)
	cli.Configure(sim.Provider() + fmt.Sprintf(`
resource "telephony_phone_number" "line" {
  count        = 3
  phone_number = "+1415555020${count.index}"
  voice_url    = %[1]q
  sms_url      = %[1]q
}`, oursURL))
	lines := expectWrapped(t, cli, columns)
	var warnings []string
	for _, line := range lines {
		if strings.HasPrefix(line, "Warning: ") {
			warnings = append(warnings, line)
		}
	}
	slices.Sort(warnings)
	said := strings.Join(lines, "\n")
	if !slices.Equal(warnings, []string{
		"Warning: " + outrankedTitle, "Warning: Calls are processed in Region ie1, and the provider works in us1",
	}) || strings.Count(said, "(and 2 more similar warnings elsewhere)") != 2 || !strings.Contains(said, service) {
		t.Errorf("%d lines:\n%s", len(lines), said)
	}
}
