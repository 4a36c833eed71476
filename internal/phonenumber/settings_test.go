package phonenumber_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// a setting's life: it is created with one value, changed to another, imported
// and removed.
type setting struct {
	first, second any
	with          string // what it needs beside it
	// removed is what Twilio has once the configuration does not name it any
	// more; nil is nothing.
	removed any
}

// settings are lives for every setting of Twilio's.
func settings(sim *acctest.Simulation) map[string]setting {
	at := sim.Twilio()
	account := simulator.DefaultAccountSID
	address, bundle, emergency := at.AddAddress(account, "US"), at.AddBundle(account, "twilio-approved"), at.AddAddress(account, "US")
	return map[string]setting{
		"friendly_name":          {first: "Support", second: "Sales", removed: "Sales"},
		"address_sid":            {first: at.AddAddress(account, "US"), second: address, removed: address},
		"bundle_sid":             {first: at.AddBundle(account, "twilio-approved"), second: bundle, removed: bundle},
		"identity_sid":           {first: "RI" + strings.Repeat("1", 32), second: "RI" + strings.Repeat("2", 32), removed: "RI" + strings.Repeat("2", 32)},
		"emergency_address_sid":  {first: at.AddAddress(account, "US"), second: emergency, removed: emergency},
		"voice_url":              {first: "https://example.com/1", second: "http://example.com/2?a=b&c=%20d"},
		"voice_method":           {first: "GET", second: "POST", removed: "POST"},
		"voice_fallback_url":     {first: "https://example.com/1", second: "https://example.com/2", with: `voice_url = "https://example.com"`},
		"voice_fallback_method":  {first: "GET", second: "POST", removed: "POST"},
		"voice_application_sid":  {first: at.AddApplication(account), second: at.AddApplication(account)},
		"voice_caller_id_lookup": {first: true, second: false},
		"voice_receive_mode":     {first: "fax", second: "voice", removed: "voice"},
		"trunk_sid":              {first: at.AddTrunk(simulator.TwilioTrunk{}), second: at.AddTrunk(simulator.TwilioTrunk{})},
		"sms_url":                {first: "https://example.com/1", second: "https://example.com/2"},
		"sms_method":             {first: "GET", second: "POST", removed: "POST"},
		"sms_fallback_url":       {first: "https://example.com/1", second: "https://example.com/2", with: `sms_url = "https://example.com"`},
		"sms_fallback_method":    {first: "GET", second: "POST", removed: "POST"},
		"sms_application_sid":    {first: at.AddApplication(account), second: at.AddApplication(account)},
		"status_callback":        {first: "https://example.com/1", second: "https://example.com/2"},
		"status_callback_method": {first: "GET", second: "POST", removed: "POST"},
		"messaging_service_sid": {
			first: at.AddService(simulator.TwilioService{}), second: at.AddService(simulator.TwilioService{}),
		},
	}
}

func TestAccEverySettingIsCreatedChangedImportedAndRemoved(t *testing.T) {
	t.Parallel()
	oneOf := cases.OneOf(t, 6, 1)
	for _, field := range twilio.Kind.Settings {
		if !cases.Tries(field.Name, oneOf) {
			continue
		}
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			owned(sim, simulator.TwilioNumber{})
			life, ok := settings(sim)[field.Name]
			if !ok {
				t.Fatalf("the table has no life for %s", field.Name)
			}
			config := func(arguments ...string) string {
				return hcl(sim, fmt.Sprintf("phone_number = %q\n%s\n%s", number, life.with, strings.Join(arguments, "\n")))
			}
			is := func(value any) string { return fmt.Sprintf("%s = %#v", field.Name, value) }
			known := func(value any) statecheck.StateCheck {
				if flag, isFlag := value.(bool); isFlag {
					return state(field.Name, knownvalue.Bool(flag))
				}
				return state(field.Name, text(fmt.Sprint(value)))
			}
			sim.Run(t,
				resource.TestStep{
					Config:            config(is(life.first)),
					ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
					ConfigStateChecks: []statecheck.StateCheck{known(life.first)},
					Check:             held(t, sim, field.Name, life.first),
				},
				resource.TestStep{
					ResourceName:    this,
					ImportState:     true,
					ImportStateKind: resource.ImportBlockWithID, // refuses a plan that is not empty
					ImportStateId:   number,
				},
				resource.TestStep{
					Config:            config(is(life.second)),
					ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
					ConfigStateChecks: []statecheck.StateCheck{known(life.second)},
					Check:             held(t, sim, field.Name, orNothing(life.second)),
				},
				resource.TestStep{
					Config: config(),
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
					Check: held(t, sim, field.Name, life.removed),
				},
			)
			expectOwned(t, sim, number)
		})
	}
}

// orNothing is how the simulator's JSON has a value: false is left out.
func orNothing(value any) any {
	if value == false {
		return nil
	}
	return value
}

func TestAccTrunkAndApplicationReplaceEachOther(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]simulator.TwilioRules{
		"as documented":                       {},
		"an application keeps a trunk out":    {ApplicationHoldsOffTrunk: true},
		"an application wins over a trunk":    {ApplicationBeatsTrunk: true},
		"answers leave out the receive mode":  {OmitsModeAndType: true},
		"a fallback may stay without its URL": {FallbackMayOutliveURL: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t, simulator.WithTwilio(rules))
			owned(sim, simulator.TwilioNumber{})
			application := sim.Twilio().AddApplication(simulator.DefaultAccountSID)
			trunk := sim.Twilio().AddTrunk(simulator.TwilioTrunk{})
			with := func(argument, value string) resource.TestStep {
				return resource.TestStep{
					Config: hcl(sim, fmt.Sprintf("phone_number = %q\nvoice_url = \"https://example.com\"\n%s = %q",
						number, argument, value)),
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
					Check: held(t, sim, argument, value),
				}
			}
			sim.Run(t,
				with("voice_application_sid", application),
				with("trunk_sid", trunk),
				with("voice_application_sid", application),
			)
			expectUnwired(t, sim, number)
		})
	}
}

func TestAccAdoptionLeavesAloneWhatIsNotNamed(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t, simulator.WithTwilio(simulator.TwilioRules{EmergencyLetsMessagingChange: true}))
	address := sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
	bundle := sim.Twilio().AddBundle(simulator.DefaultAccountSID, "twilio-approved")
	owned(sim, simulator.TwilioNumber{
		FriendlyName: "Old name", BundleSID: bundle,
		EmergencyAddressSID: address, EmergencyAddressStatus: "registered",
		VoiceURL: "https://old.example/voice", VoiceFallbackURL: "https://old.example/fallback",
		SMSURL: "https://old.example/sms", VoiceMethod: "GET", VoiceCallerIDLookup: true,
	})
	config := hcl(sim, `
		phone_number = "`+number+`"
		sms_url      = "https://example.com/sms"`)
	sim.Run(t,
		resource.TestStep{
			Config:           config,
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate, plans("acquisition", text("adopted"))),
			ConfigStateChecks: []statecheck.StateCheck{
				state("friendly_name", knownvalue.Null()),
				state("bundle_sid", knownvalue.Null()),
				state("emergency_address_sid", knownvalue.Null()),
				state("voice_url", knownvalue.Null()),
			},
			Check: resource.ComposeTestCheckFunc(
				held(t, sim, "voice_url", "https://old.example/voice"),
				held(t, sim, "voice_fallback_url", "https://old.example/fallback"),
				held(t, sim, "voice_caller_id_lookup", true), held(t, sim, "voice_method", "GET"),
				held(t, sim, "sms_url", "https://example.com/sms")),
		},
		resource.TestStep{ // named once, then removed: no longer managed
			Config: hcl(sim, fmt.Sprintf("phone_number = %q\nbundle_sid = %q\nfriendly_name = \"New\"", number, bundle)),
		},
		resource.TestStep{
			Config:           hcl(sim, fmt.Sprintf("phone_number = %q", number)),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate, plans("bundle_sid", knownvalue.Null())),
			Check: resource.ComposeTestCheckFunc(held(t, sim, "bundle_sid", bundle),
				held(t, sim, "emergency_address_sid", address), held(t, sim, "friendly_name", "New")),
		},
	)
	expectOwned(t, sim, number)
	if left := atTwilio(t, sim, number)["emergency_address_sid"]; left != address {
		t.Errorf("the detach took away the emergency address: %v", left)
	}
}

func TestAccBadConfigurationIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	sid := func(prefix string) string { return prefix + strings.Repeat("a", 32) }
	for name, test := range map[string]struct{ arguments, want string }{
		"number without country code":   {`phone_number = "4155550100"`, `must begin with \+`},
		"number too long":               {`phone_number = "+141555501000000000000"`, `too long`},
		"neither number nor purchase":   {``, `Set phone_number to a number that is owned`},
		"search without country":        {`purchase {}`, `needs a country`},
		"unknown end":                   {`release_on_destroy = "maybe"`, `release_on_destroy`},
		"relative URL":                  {`voice_url = "/voice"`, `absolute http or https URL`},
		"URL of another scheme":         {`sms_url = "ftp://example.com"`, `absolute http or https URL`},
		"fallback without primary":      {`voice_fallback_url = "https://example.com"`, `voice_url`},
		"SMS fallback without primary":  {`sms_fallback_url = "https://example.com"`, `sms_url`},
		"trunk and application":         {fmt.Sprintf("trunk_sid = %q\nvoice_application_sid = %q", sid("TK"), sid("AP")), `cannot be set\s+beside`},
		"SID of another kind":           {fmt.Sprintf("trunk_sid = %q", sid("AP")), `TK and 32`},
		"SID too short":                 {`address_sid = "AD12"`, `AD and 32`},
		"SID that is a path":            {`bundle_sid = "BU/../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"`, `BU and 32`},
		"account that is not one":       {`account_sid = "main"`, `AC followed by 32`},
		"method that does not exist":    {`voice_method = "PUT"`, `voice_method`},
		"name too long":                 {fmt.Sprintf("friendly_name = %q", strings.Repeat("n", 65)), `friendly_name`},
		"misspelt argument":             {`voice_ulr = "https://example.com"`, `Unsupported argument`},
		"misspelt argument of purchase": {"purchase {\n contry = \"US\"\n}", `Unsupported argument`},
		"country in words":              {"purchase {\n country = \"usa\"\n}", `two capital letters`},
		"type that is not sold":         {"purchase {\n country = \"US\"\n type = \"vanity\"\n}", `type`},
		"area code with letters":        {"purchase {\n country = \"US\"\n area_code = \"4I5\"\n}", `three digits`},
		"unknown capability":            {"purchase {\n country = \"US\"\n capabilities = [\"telex\"]\n}", `telex|capabilities`},
		"distance too far":              {"purchase {\n country = \"US\"\n distance = 501\n}", `between 1 and 500`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := acctest.Start(t)
			arguments := test.arguments
			if !strings.Contains(arguments, "phone_number") && !strings.Contains(arguments, "purchase") && arguments != "" {
				arguments += fmt.Sprintf("\nphone_number = %q", number)
			}
			sim.Run(t, resource.TestStep{
				Config: hcl(sim, arguments), PlanOnly: true, ExpectError: words(test.want),
			})
			if sent := sim.Requests(); len(sent) > 0 {
				t.Errorf("a refused configuration made requests: %v", sent)
			}
		})
	}
}

func TestAccMissingCredentialsAreAnErrorThatNamesThem(t *testing.T) {
	sim := acctest.Start(t)
	for _, variable := range []string{
		"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET",
	} {
		t.Setenv(variable, "")
	}
	sim.Run(t, resource.TestStep{
		Config: `
			provider "telephony" {}
			resource "telephony_phone_number" "this" {
				phone_number = "` + number + `"
			}`,
		PlanOnly:    true,
		ExpectError: regexp.MustCompile(`(?s)Missing credentials.*auth_token.*TWILIO_AUTH_TOKEN`),
	})
}

func TestAccBaseURLOffLoopbackMustBeEncrypted(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	config := strings.Replace(hcl(sim, `phone_number = "`+number+`"`), sim.URL+"/twilio", "http://twilio.example", 1)
	sim.Run(t, resource.TestStep{Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)base_url.*https`)})
}
