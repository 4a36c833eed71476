package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	resembleAgent = "00000000-0000-0000-0000-0000000000aa"
	otherVoice    = "00000000-0000-0000-0000-0000000000bb"
	foreignVoice  = "00000000-0000-0000-0000-0000000000ff"
)

// resemble is a simulator in which Twilio holds the number and Resemble has two agents of ours, with the IDs 1 and 2,
// and one of another team. The first registration gets the ID 4.
func resemble(t *testing.T, rules simulator.ResembleRules, opts ...simulator.Option) bearerAPI {
	t.Helper()
	w := start(t, append(opts, simulator.WithResemble(rules))...)
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: support})
	w.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleAgent, Name: "Support", VoiceUUID: "v1"})
	w.Resemble().AddAgent(simulator.ResembleAgent{UUID: otherVoice, Name: "Sales", VoiceUUID: "v1"})
	w.Resemble().AddAgent(simulator.ResembleAgent{UUID: foreignVoice, Name: "Rival", VoiceUUID: "v1", Foreign: true})
	return bearerAPI{w, "/resemble", simulator.DefaultResembleToken}
}

// registration is the body of a creation that is accepted, with more members or other ones: the last of a name counts.
func registration(members ...string) string {
	return fmt.Sprintf(`{"phone_number": %q, "label": "Support", "supports_inbound": true, "supports_outbound": true,
		"provider": "twilio", "twilio_account_sid": %q, "twilio_auth_token": %q%s}`,
		support, main, simulator.DefaultAuthToken, strings.Join(append([]string{""}, members...), ", "))
}

const registered = "/phone_numbers/4"

// register registers the number and links it to the first agent.
func (api bearerAPI) register() bearerAPI {
	api.t.Helper()
	api.call("POST", "/phone_numbers", registration()).accepted(api.t, 200).has(api.t, map[string]any{"item.id": 4.0})
	api.call("PATCH", "/agents/"+resembleAgent, `{"phone_number_id": 4}`).accepted(api.t, 200)
	return api
}

// failed fails the test unless a request failed with that status and a reason for the field, or for "" without any.
func (r reply) failed(t *testing.T, status int, field string) reply {
	t.Helper()
	r.accepted(t, status).has(t, map[string]any{"success": false})
	if message, _ := r.at(t, "message").(string); message == "" {
		t.Errorf("there is no message: %s", r.body)
	}
	failures, _ := r.fields["errors"].(map[string]any)
	switch reasons, _ := failures[field].([]any); {
	case field == "" && failures != nil:
		t.Errorf("there are errors by field: %s", r.body)
	case field != "" && len(reasons) == 0:
		t.Errorf("nothing is said of %s: %s", field, r.body)
	}
	return r
}

// leftovers counts what is left of registrations at Twilio.
func (w *world) leftovers() string {
	n, _ := w.Twilio().Number(support)
	return fmt.Sprintf("trunks %d, lists %d, policies %d, routed %t", len(w.Twilio().Trunks()),
		len(w.Twilio().CredentialLists()), len(w.Twilio().ConnectionPolicies()), n.TrunkSID != "")
}

const (
	everything = "trunks 1, lists 1, policies 1, routed true"
	nothing    = "trunks 0, lists 0, policies 0, routed false"
)

func (w *world) wantLeft(want string) {
	w.t.Helper()
	if got := w.leftovers(); got != want {
		w.t.Errorf("left at Twilio: %s; want %s", got, want)
	}
}

func TestResembleTokens(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	for _, token := range []string{"wrong", ""} {
		api.token = token
		api.call("GET", "/phone_numbers", "").failed(t, 401, "")
	}
	api.Resemble().SetToken("new")
	api.token = "new"
	api.call("GET", "/phone_numbers", "").accepted(t, 200)
}

func TestResembleRegistrationAnswersTheNumber(t *testing.T) {
	clock := simulator.WithClock(func() time.Time { return time.Unix(0, 0) })
	api := resemble(t, simulator.ResembleRules{}, clock)
	r := api.call("POST", "/phone_numbers", registration()).accepted(t, 200)
	const epoch = "1970-01-01T00:00:00Z"
	r.has(t, map[string]any{
		"success":                                     true,
		"message":                                     "Phone number created successfully",
		"item.id":                                     4.0,
		"item.phone_number":                           support,
		"item.label":                                  "Support",
		"item.supports_inbound":                       true,
		"item.supports_outbound":                      true,
		"item.provider":                               "twilio",
		"item.status":                                 "active",
		"item.agent_id":                               nil,
		"item.agent_name":                             nil,
		"item.agent_uuid":                             nil,
		"item.twilio_account_sid":                     main,
		"item.has_twilio_credentials":                 true,
		"item.inbound_trunk.twilio_trunk_sid":         "TK00000000000000000000000000000001",
		"item.inbound_trunk.domain_name":              "resemble-4.pstn.twilio.com",
		"item.inbound_trunk.configured":               true,
		"item.inbound_trunk.configured_at":            epoch,
		"item.inbound_trunk.livekit_trunk_id":         "TR_00000000000000000000000000000001",
		"item.inbound_trunk.livekit_dispatch_rule_id": "DR_00000000000000000000000000000001",
		"item.inbound_trunk.livekit_configured":       true,
		"item.inbound_trunk.livekit_configured_at":    epoch,
		"item.outbound_trunk.twilio_trunk_sid":        "TK00000000000000000000000000000001",
		"item.outbound_trunk.configured_at":           epoch,
		"item.created_at":                             epoch,
		"item.updated_at":                             epoch,
	})
	if strings.Contains(r.body, simulator.DefaultAuthToken) {
		t.Errorf("the answer tells the token: %s", r.body)
	}
}

func TestResembleRegistrationSetsUpTwilio(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.wantLeft(everything)
	n, _ := api.Resemble().Number(support)
	at, _ := api.Twilio().Number(support)
	trunk, list := api.Twilio().Trunks()[0], api.Twilio().CredentialLists()[0]
	policy := api.Twilio().ConnectionPolicies()[0]
	if at.TrunkSID != trunk.SID || n.Setup.TrunkSID != trunk.SID || n.Setup.CredentialListSID != list.SID ||
		n.Setup.ConnectionPolicySID != policy.SID {
		t.Errorf("the set-up is %+v, the number is on trunk %s", n.Setup, at.TrunkSID)
	}
	if len(trunk.CredentialListSIDs) != 1 || trunk.CredentialListSIDs[0] != list.SID || len(list.Credentials) != 1 ||
		len(trunk.OriginationURLs) != 1 || len(policy.Targets) != 1 {
		t.Errorf("trunk %+v, list %+v, policy %+v", trunk, list, policy)
	}
}

func TestResembleSetUpFollowsTheDirections(t *testing.T) {
	for name, test := range map[string]struct {
		body              string
		left              string
		inbound, outbound bool // whether the trunk is shown
	}{
		"inbound":  {`"supports_outbound": false`, "trunks 1, lists 0, policies 1, routed true", true, false},
		"outbound": {`"supports_inbound": false`, "trunks 1, lists 1, policies 0, routed true", false, true},
		"neither": {
			`"supports_inbound": false, "supports_outbound": false`, "trunks 1, lists 0, policies 0, routed true", false, false,
		},
		"without Twilio": {"", nothing, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, simulator.ResembleRules{})
			body := `{"phone_number": "` + support + `", "label": "Support"}` // and no provider
			if test.body != "" {
				body = registration(test.body)
			}
			r := api.call("POST", "/phone_numbers", body).accepted(t, 200)
			api.wantLeft(test.left)
			inbound, _ := r.at(t, "item.inbound_trunk").(map[string]any)
			outbound, _ := r.at(t, "item.outbound_trunk").(map[string]any)
			if inbound == nil || outbound == nil || len(inbound) > 0 != test.inbound || len(outbound) > 0 != test.outbound {
				t.Errorf("the trunks are %v and %v", inbound, outbound)
			}
		})
	}
}

func TestResembleKeepsWhatWasAskedOfTrunks(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	api.call("POST", "/phone_numbers", registration(
		`"outbound_trunk": {"address": "sip.example", "transport": "tls", "headers": {"X-A": "b"}}`,
		`"inbound_trunk": {"allowed_addresses": ["192.0.2.1"], "media_encryption": "required"}`,
	)).accepted(t, 200)
	n, _ := api.Resemble().Number(support)
	if n.OutboundTrunk.Transport != "tls" || n.OutboundTrunk.Headers["X-A"] != "b" ||
		n.InboundTrunk.AllowedAddresses[0] != "192.0.2.1" || n.InboundTrunk.MediaEncryption != "required" {
		t.Errorf("the trunks are %+v and %+v", n.OutboundTrunk, n.InboundTrunk)
	}
}

func TestResembleRegistrationRefusals(t *testing.T) {
	anyFormat := simulator.ResembleRules{AnyFormat: true}
	for name, test := range map[string]struct {
		rules simulator.ResembleRules
		body  string
		field string
	}{
		"no number":              {body: registration(`"phone_number": ""`), field: "phone_number"},
		"no number of any form":  {rules: anyFormat, body: registration(`"phone_number": ""`), field: "phone_number"},
		"national number":        {body: registration(`"phone_number": "4155550100"`), field: "phone_number"},
		"in use":                 {body: registration(`"phone_number": "+14155550101"`), field: "phone_number"},
		"in use by another team": {body: registration(`"phone_number": "+14155550102"`), field: "phone_number"},
		"no label":               {body: registration(`"label": ""`), field: "label"},
		"unknown provider":       {body: registration(`"provider": "telnyx"`), field: "provider"},
		"no SID":                 {body: registration(`"twilio_account_sid": ""`), field: "twilio_credentials"},
		"no token":               {body: registration(`"twilio_auth_token": ""`), field: "twilio_credentials"},
		"wrong transport":        {body: registration(`"outbound_trunk": {"transport": "sctp"}`), field: "outbound_trunk"},
		"wrong outbound media": {
			body: registration(`"outbound_trunk": {"media_encryption": "x"}`), field: "outbound_trunk",
		},
		"wrong inbound media":  {body: registration(`"inbound_trunk": {"media_encryption": "x"}`), field: "inbound_trunk"},
		"wrong token":          {body: registration(`"twilio_auth_token": "wrong"`), field: "twilio_trunk"},
		"number not at Twilio": {body: registration(`"phone_number": "+14155550199"`), field: "twilio_trunk"},
		"wrong token, blamed": {
			rules: simulator.ResembleRules{CredentialsBlamed: true},
			body:  registration(`"twilio_auth_token": "wrong"`), field: "twilio_credentials",
		},
		"other failure, not blamed": {
			rules: simulator.ResembleRules{CredentialsBlamed: true},
			body:  registration(`"phone_number": "+14155550199"`), field: "twilio_trunk",
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, test.rules)
			for _, n := range []simulator.ResembleNumber{
				{PhoneNumber: "+14155550101"}, {PhoneNumber: "+14155550102", Foreign: true},
			} {
				api.Resemble().AddNumber(n)
			}
			api.call("POST", "/phone_numbers", test.body).failed(t, 422, test.field)
			api.wantLeft(nothing)
			if got := len(api.Resemble().Numbers()); got != 2 {
				t.Errorf("there are %d numbers", got)
			}
		})
	}
}

func TestResembleTellsEverythingThatIsWrong(t *testing.T) {
	r := resemble(t, simulator.ResembleRules{}).call("POST", "/phone_numbers", "{}")
	r.failed(t, 422, "phone_number").failed(t, 422, "label")
}

func TestResembleMalformedBodies(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	for _, body := range []string{`{"label": `, `{"label": 1}`} {
		api.call("POST", "/phone_numbers", body).failed(t, 400, "")
	}
	api.call("POST", "/phone_numbers", registration(), "Content-Type", "text/plain").failed(t, 422, "label")
}

func TestResembleAnyFormat(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{AnyFormat: true})
	api.call("POST", "/phone_numbers", `{"phone_number": "call me", "label": "x"}`).accepted(t, 200)
}

func TestResembleUnownedNumbers(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{UnownedAccepted: true})
	api.call("POST", "/phone_numbers", registration(`"phone_number": "+14155550199"`)).accepted(t, 200)
	api.wantLeft("trunks 1, lists 1, policies 1, routed false")
}

func TestResembleRollsBackWhatItHadBuilt(t *testing.T) {
	for name, prepare := range map[string]func(*world){
		"credential list in the way": func(w *world) {
			w.Twilio().AddCredentialList(simulator.TwilioCredentialList{FriendlyName: "Resemble AI 4"})
		},
		"number not there": func(w *world) {
			w.Twilio().RemoveNumber(support)
			w.Twilio().AddCredentialList(simulator.TwilioCredentialList{FriendlyName: "somebody else's"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, simulator.ResembleRules{})
			prepare(api.world)
			api.call("POST", "/phone_numbers", registration()).failed(t, 422, "twilio_trunk")
			api.wantLeft("trunks 0, lists 1, policies 0, routed false")
			if got := api.Resemble().Numbers(); len(got) != 0 {
				t.Errorf("the number is registered: %+v", got)
			}
		})
	}
}

func TestResembleNeedsATrunkThatTwilioAllows(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	// A trial account has one trunk at most.
	api.Twilio().AddAccount(simulator.TwilioAccount{SID: main, AuthToken: simulator.DefaultAuthToken, Trial: true})
	api.Twilio().AddTrunk(simulator.TwilioTrunk{})
	api.call("POST", "/phone_numbers", registration()).failed(t, 422, "twilio_trunk")
	api.wantLeft("trunks 1, lists 0, policies 0, routed false")
}

func TestResembleStatuses(t *testing.T) {
	for name, test := range map[string]struct {
		rules                             simulator.ResembleRules
		failure, missing, created, edited int
	}{
		"by default":    {simulator.ResembleRules{}, 422, 404, 200, 404},
		"failures 200":  {simulator.ResembleRules{FailuresAre200: true}, 200, 404, 200, 404},
		"missing 422":   {simulator.ResembleRules{MissingStatus: 422}, 422, 422, 200, 404},
		"creations 201": {simulator.ResembleRules{CreationsAre201: true}, 422, 404, 201, 404},
		"edits 405":     {simulator.ResembleRules{EditsAre405: true}, 422, 404, 200, 405},
		"missing 200":   {simulator.ResembleRules{FailuresAre200: true, MissingStatus: 200}, 200, 200, 200, 404},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, test.rules)
			api.call("POST", "/phone_numbers", "{}").failed(t, test.failure, "label")
			api.call("POST", "/phone_numbers", registration()).accepted(t, test.created)
			api.call("POST", "/agents", `{"name": "x", "voice_uuid": "y"}`).accepted(t, test.created)
			api.call("DELETE", registered+"/force", "").failed(t, test.failure, "")
			for _, path := range []string{"/phone_numbers/99", "/phone_numbers/x", "/phone_numbers/0", "/agents/x"} {
				api.call("GET", path, "").failed(t, test.missing, "")
				api.call("DELETE", path, "").failed(t, test.missing, "")
			}
			api.call("DELETE", "/phone_numbers/99/force", "").failed(t, test.missing, "")
			api.call("GET", "/agents/x/phone_numbers", "").failed(t, test.missing, "")
			api.call("PATCH", "/agents/x", "{}").failed(t, test.missing, "agent")
			for _, method := range []string{"PATCH", "PUT"} {
				api.call(method, registered, `{"label": "new"}`).failed(t, test.edited, "")
			}
			if n, _ := api.Resemble().Number(support); n.Label != "Support" {
				t.Errorf("the label is %q", n.Label)
			}
		})
	}
}

func TestResembleUnknownRoutes(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	for _, path := range []string{"/api/v2/phone_numbers", "/phone_numbers/4/force/x", "/voices"} {
		api.call("GET", path, "").failed(t, 404, "")
	}
}

func TestResembleDoesNotShowOtherTeams(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	api.Resemble().AddNumber(simulator.ResembleNumber{ID: 9, PhoneNumber: support, Foreign: true})
	for _, path := range []string{"/phone_numbers/9", "/agents/" + foreignVoice} {
		api.call("GET", path, "").failed(t, 404, "")
		api.call("DELETE", path, "").failed(t, 404, "")
	}
	api.call("GET", "/phone_numbers", "").accepted(t, 200).has(t, map[string]any{"count": 0.0})
	api.call("GET", "/agents", "").accepted(t, 200).has(t, map[string]any{"count": 2.0})
	api.call("PATCH", "/agents/"+resembleAgent, `{"phone_number_id": 9}`).failed(t, 422, "phone_number_id")
}

func TestResembleNumberList(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.call("POST", "/phone_numbers", `{"phone_number": "+14155550101", "label": "Free"}`).accepted(t, 200)
	for query, want := range map[string][]string{
		"":                 {support, "+14155550101"},
		"?available=true":  {"+14155550101"},
		"?available=false": {support, "+14155550101"},
	} {
		r := api.call("GET", "/phone_numbers"+query, "").accepted(t, 200)
		r.has(t, map[string]any{"success": true, "count": float64(len(want))})
		var got []string
		for _, item := range r.items("items") {
			got = append(got, fmt.Sprint(item["phone_number"]))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q lists %v, want %v", query, got, want)
		}
	}
	r := api.call("GET", "/agents/"+resembleAgent+"/phone_numbers", "").accepted(t, 200)
	if items := r.items("items"); len(items) != 1 || items[0]["agent_uuid"] != resembleAgent {
		t.Errorf("the agent's numbers are %s", r.body)
	}
}

func TestResembleLinks(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.call("GET", registered, "").accepted(t, 200).has(t, map[string]any{
		"success": true, "item.agent_id": 1.0, "item.agent_name": "Support", "item.agent_uuid": resembleAgent,
	})
	r := api.call("GET", "/agents?phone_number=%2B14155550100", "").accepted(t, 200)
	if items := r.items("items"); len(items) != 1 {
		t.Errorf("the agents of the number are %s", r.body)
	}
	api.call("GET", "/agents?phone_number=%2B14155550199", "").has(t, map[string]any{"count": 0.0})

	taken := api.call("PATCH", "/agents/"+otherVoice, `{"name": "New", "phone_number_id": 4}`).
		failed(t, 422, "phone_number_id")
	if !strings.Contains(taken.body, "already linked to agent 'Support'") {
		t.Errorf("the failure is %s", taken.body)
	}
	api.call("POST", "/agents", `{"name": "x", "voice_uuid": "y", "phone_number_id": 4}`).failed(t, 422, "phone_number_id")
	if agents := api.Resemble().Agents(); len(agents) != 3 || agents[1].Name != "Sales" {
		t.Errorf("the refused requests had an effect: %+v", agents)
	}
	for _, id := range []string{"99", `"4"`, "4.5", "{}"} {
		api.call("PATCH", "/agents/"+resembleAgent, `{"phone_number_id": `+id+`}`).failed(t, 422, "phone_number_id")
	}
	// Linking what is linked already, and a body that does not mention the link, change nothing.
	api.call("PATCH", "/agents/"+resembleAgent, `{"phone_number_id": 4}`).accepted(t, 200)
	api.call("PATCH", "/agents/"+resembleAgent, `{"name": "Renamed"}`).accepted(t, 200).
		has(t, map[string]any{"item.agent.name": "Renamed"})
	api.call("GET", registered, "").has(t, map[string]any{"item.agent_uuid": resembleAgent, "item.agent_name": "Renamed"})
}

func TestResembleStaleLinkIsNotInTheWay(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.Resemble().UpdateNumber(support, func(n *simulator.ResembleNumber) { n.AgentUUID = "gone" })
	api.call("PATCH", "/agents/"+otherVoice, `{"phone_number_id": 4}`).accepted(t, 200)
}

func TestResembleNullUnlinks(t *testing.T) {
	for name, test := range map[string]struct {
		rules simulator.ResembleRules
		agent any
	}{
		"by default": {simulator.ResembleRules{}, nil},
		"ignored":    {simulator.ResembleRules{NullIgnored: true}, resembleAgent},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, test.rules).register()
			api.call("PATCH", "/agents/"+resembleAgent, `{"phone_number_id": null}`).accepted(t, 200)
			api.call("GET", registered, "").has(t, map[string]any{"item.agent_uuid": test.agent, "item.status": "active"})
			api.wantLeft(everything)
		})
	}
}

func TestResembleSecondLinkReplacesOrAdds(t *testing.T) {
	for name, test := range map[string]struct {
		rules simulator.ResembleRules
		agent any // of the first number
		count int
	}{
		"replaces": {simulator.ResembleRules{}, nil, 1},
		"adds":     {simulator.ResembleRules{AgentsHoldSeveral: true}, resembleAgent, 2},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, test.rules).register()
			second := api.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: "+14155550101"})
			r := api.call("PATCH", "/agents/"+resembleAgent, fmt.Sprintf(`{"phone_number_id": %d}`, second)).accepted(t, 200)
			if numbers, _ := r.at(t, "item.phone_numbers").([]any); len(numbers) != test.count {
				t.Errorf("the agent has %s", r.body)
			}
			api.call("GET", registered, "").has(t, map[string]any{"item.agent_uuid": test.agent})
			api.call("PATCH", "/agents/"+resembleAgent, `{"phone_number_id": null}`).accepted(t, 200)
			api.call("GET", "/phone_numbers?available=true", "").has(t, map[string]any{"count": 2.0})
		})
	}
}

func TestResembleCreationLinks(t *testing.T) {
	for name, test := range map[string]struct {
		rules simulator.ResembleRules
		uuid  string
		agent any
	}{
		"by default":     {simulator.ResembleRules{}, resembleAgent, nil},
		"linked":         {simulator.ResembleRules{CreationLinks: true}, resembleAgent, resembleAgent},
		"to no agent":    {simulator.ResembleRules{CreationLinks: true}, "x", nil},
		"to a rival's":   {simulator.ResembleRules{CreationLinks: true}, foreignVoice, nil},
		"without a wish": {simulator.ResembleRules{CreationLinks: true}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, test.rules)
			api.call("POST", "/phone_numbers", registration(`"agent_uuid": "`+test.uuid+`"`)).accepted(t, 200).
				has(t, map[string]any{"item.agent_uuid": test.agent})
		})
	}
}

func TestResembleDeletionCleansUp(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.call("DELETE", registered, "").accepted(t, 200).has(t, map[string]any{"success": true})
	api.wantLeft(nothing)
	if _, owned := api.Twilio().Number(support); !owned {
		t.Error("Twilio does not have the number any more")
	}
	api.call("GET", registered, "").failed(t, 404, "")
	api.call("DELETE", registered, "").failed(t, 404, "")
	api.call("GET", "/agents/"+resembleAgent, "").accepted(t, 200)
	api.call("POST", "/phone_numbers", registration()).accepted(t, 200).has(t, map[string]any{"item.id": 5.0})
}

func TestResembleDeletionWithoutTwilio(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	api.Resemble().FailNextCleanups(1)
	api.call("POST", "/phone_numbers", `{"phone_number": "+14155550101", "label": "Free"}`).accepted(t, 200)
	api.call("DELETE", registered, "").accepted(t, 200)
}

func TestResembleCleanupRemovedByHandCountsAsDone(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.Twilio().RemoveTrunk(api.Twilio().Trunks()[0].SID)
	api.call("DELETE", registered, "").accepted(t, 200)
	api.wantLeft(nothing)
}

func TestResembleFailedCleanupCorrupts(t *testing.T) {
	for name, test := range map[string]struct {
		harm, mend func(*world)
		left       string
	}{
		"network fault": {
			func(w *world) { w.Resemble().FailNextCleanups(1) }, func(*world) {}, everything,
		},
		"stored credentials expired": {
			func(w *world) { w.Twilio().SetAccountStatus(main, "suspended") },
			func(w *world) { w.Twilio().SetAccountStatus(main, "active") },
			everything,
		},
		"half-way": {
			func(w *world) {
				w.Twilio().SetRules(func(r *simulator.TwilioRules) { r.PolicyInUseStays = true })
				policy := w.Twilio().ConnectionPolicies()[0].SID
				w.post("/v1/ByocTrunks", form("ConnectionPolicySid", policy)).accepted(w.t, 201)
			},
			func(w *world) {
				w.delete("/v1/ByocTrunks/"+w.Twilio().ByocTrunks()[0].SID).accepted(w.t, 204)
			},
			"trunks 0, lists 0, policies 1, routed false",
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, simulator.ResembleRules{}).register()
			test.harm(api.world)
			api.call("DELETE", registered, "").failed(t, 422, "base")
			api.wantLeft(test.left)
			api.call("GET", registered, "").accepted(t, 200).has(t, map[string]any{
				"item.status": "corrupted", "item.agent_uuid": nil,
				"item.inbound_trunk.twilio_trunk_sid":         "TK00000000000000000000000000000001",
				"item.inbound_trunk.livekit_dispatch_rule_id": "DR_00000000000000000000000000000001",
			})
			api.call("POST", "/phone_numbers", registration()).failed(t, 422, "phone_number")

			test.mend(api.world)
			api.call("DELETE", registered, "").accepted(t, 200)
			api.wantLeft(nothing)
			api.call("GET", registered, "").failed(t, 404, "")
		})
	}
}

func TestResembleCorruptedStaysCorrupted(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{FailuresAre200: true}).register()
	api.Resemble().FailNextCleanups(2)
	for range 2 {
		api.call("DELETE", registered, "").failed(t, 200, "base")
	}
	api.call("DELETE", registered, "").accepted(t, 200).has(t, map[string]any{"success": true})
}

func TestResembleForceDelete(t *testing.T) {
	for name, test := range map[string]struct {
		rules     simulator.ResembleRules
		corrupted bool
		status    int
		left      string
	}{
		"corrupted":                {simulator.ResembleRules{}, true, 200, everything},
		"active":                   {simulator.ResembleRules{}, false, 422, everything},
		"active, by the OpenAPI":   {simulator.ResembleRules{ForceDeletesAny: true}, false, 200, everything},
		"corrupted, by either one": {simulator.ResembleRules{ForceDeletesAny: true}, true, 200, everything},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, test.rules).register()
			if test.corrupted {
				api.Resemble().FailNextCleanups(1)
				api.call("DELETE", registered, "").failed(t, 422, "base")
			}
			r := api.call("DELETE", registered+"/force", "")
			api.wantLeft(test.left)
			if test.status != 200 {
				r.failed(t, test.status, "")
				api.call("GET", registered, "").accepted(t, 200).has(t, map[string]any{"item.agent_uuid": resembleAgent})
				return
			}
			r.accepted(t, 200).has(t, map[string]any{"success": true, "force_deleted": true})
			api.call("GET", registered, "").failed(t, 404, "")
			// The leftovers are not in the way of a new registration.
			api.call("POST", "/phone_numbers", registration()).accepted(t, 200)
		})
	}
}

func TestResembleForceDeleteWhileDeleting(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{SlowDeletion: 1}).register()
	api.call("DELETE", registered, "").accepted(t, 200)
	api.call("DELETE", registered+"/force", "").failed(t, 422, "")
}

func TestResembleSlowDeletion(t *testing.T) {
	for name, test := range map[string]struct {
		failing int
		after   func(*testing.T, bearerAPI)
	}{
		"ends": {0, func(t *testing.T, api bearerAPI) {
			api.call("GET", registered, "").failed(t, 404, "")
			api.wantLeft(nothing)
		}},
		"ends corrupted": {1, func(t *testing.T, api bearerAPI) {
			api.call("GET", registered, "").has(t, map[string]any{"item.status": "corrupted"})
			api.wantLeft(everything)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			api := resemble(t, simulator.ResembleRules{SlowDeletion: 3}).register()
			api.Resemble().FailNextCleanups(test.failing)
			api.call("DELETE", registered, "").accepted(t, 200).has(t, map[string]any{"success": true})
			api.wantLeft(everything)
			deleting := map[string]any{"item.status": "deleting", "item.agent_uuid": nil}
			api.call("GET", registered, "").accepted(t, 200).has(t, deleting)
			// To delete it again neither fails nor starts anew.
			api.call("DELETE", registered, "").accepted(t, 200)
			items := api.call("GET", "/phone_numbers", "").items("items")
			if len(items) != 1 || items[0]["status"] != "deleting" {
				t.Errorf("the list is %v", items)
			}
			api.call("GET", registered, "").accepted(t, 200).has(t, deleting)
			test.after(t, api)
		})
	}
}

func TestResembleListsLetADeletionGoOn(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{SlowDeletion: 1}).register()
	api.call("DELETE", registered, "").accepted(t, 200)
	for _, count := range []float64{1, 0} {
		api.call("GET", "/phone_numbers", "").has(t, map[string]any{"count": count})
	}
}

func TestResembleAgents(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	r := api.call("POST", "/agents", `{"name": "New", "voice_uuid": "v2", "llm": {"prompt": "x"}}`).accepted(t, 200)
	r.has(t, map[string]any{
		"item.agent.name": "New", "item.tts.voice_uuid": "v2", "item.tools_count": 0.0, "item.webhooks_count": 0.0,
	})
	uuid, _ := r.at(t, "item.agent.uuid").(string)
	if len(uuid) != 36 || strings.Count(uuid, "-") != 4 {
		t.Errorf("the UUID is %q", uuid)
	}
	api.call("POST", "/agents", `{}`).failed(t, 422, "name").failed(t, 422, "voice_uuid")
	api.call("POST", "/agents", `{"name": 1}`).failed(t, 400, "")
	api.call("PATCH", "/agents/"+uuid, `{"name": ""}`).failed(t, 422, "name")

	advanced := api.call("GET", "/agents/"+uuid+"?advanced=true", "").accepted(t, 200)
	for _, field := range []string{"tools", "knowledge_bases", "webhooks"} {
		if list, _ := advanced.at(t, "item."+field).([]any); list == nil {
			t.Errorf("%s is no list: %s", field, advanced.body)
		}
	}
	if strings.Contains(advanced.body, "tools_count") {
		t.Errorf("there are counts: %s", advanced.body)
	}
	api.call("DELETE", "/agents/"+uuid, "").accepted(t, 200).has(t, map[string]any{"success": true})
	api.call("GET", "/agents/"+uuid, "").failed(t, 404, "")
}

func TestResembleAgentDeletionKeepsItsNumbers(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.call("DELETE", "/agents/"+resembleAgent, "").accepted(t, 200)
	api.call("GET", registered, "").
		has(t, map[string]any{"item.agent_id": nil, "item.agent_uuid": nil, "item.status": "active"})
}

func TestResembleNewAgentCanBeLinked(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	api.call("POST", "/phone_numbers", registration()).accepted(t, 200)
	r := api.call("POST", "/agents", `{"name": "New", "voice_uuid": "v2", "phone_number_id": 4}`).accepted(t, 200)
	api.call("GET", registered, "").has(t, map[string]any{"item.agent_uuid": r.at(t, "item.agent.uuid")})
	// Agents show less of a number than the number itself does.
	numbers, _ := r.at(t, "item.phone_numbers").([]any)
	number, _ := numbers[0].(map[string]any)
	if _, shown := number["status"]; shown || number["phone_number"] != support {
		t.Errorf("the agent shows %v", number)
	}
}

func TestResembleRateLimit(t *testing.T) {
	limit := simulator.RateLimit{Serve: 1, Refuse: 1}
	for _, retryAfter := range []string{"", "2"} {
		api := resemble(t, simulator.ResembleRules{RateLimit: limit, RetryAfter: retryAfter})
		api.call("GET", "/agents", "").accepted(t, 200)
		r := api.call("POST", "/phone_numbers", registration()).failed(t, 429, "")
		if got := r.header.Get("Retry-After"); got != retryAfter {
			t.Errorf("Retry-After is %q, want %q", got, retryAfter)
		}
		api.wantLeft(nothing)
		api.call("GET", "/agents", "").accepted(t, 200)
	}
}

func TestResembleStateBehindTheAPI(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{})
	state := api.Resemble()
	id := state.AddNumber(simulator.ResembleNumber{PhoneNumber: support, SupportsInbound: true})
	api.wantLeft("trunks 1, lists 0, policies 1, routed true")
	n, held := state.NumberByID(id)
	if !held || n.Provider != "twilio" || n.TwilioAuthToken != simulator.DefaultAuthToken || n.Setup.TrunkSID == "" {
		t.Errorf("the number is %+v", n)
	}
	// A record of a number that Twilio does not have.
	lost := state.AddNumber(simulator.ResembleNumber{
		ID: 50, PhoneNumber: "+14155550199", Status: simulator.ResembleCorrupted,
	})
	if n, _ := state.NumberByID(lost); lost != 50 || n.Status != "corrupted" || n.Provider != "" {
		t.Errorf("the number is %+v", n)
	}
	if next := state.AddNumber(simulator.ResembleNumber{PhoneNumber: "+14155550198"}); next != 51 {
		t.Errorf("the next ID is %d", next)
	}
	if !state.RemoveNumber(support) || state.RemoveNumber(support) || state.UpdateNumber(support, nil) ||
		len(state.Numbers()) != 2 {
		t.Errorf("the numbers are %+v", state.Numbers())
	}
	api.wantLeft("trunks 1, lists 0, policies 1, routed true")
	if _, held := state.Number(support); held {
		t.Error("the removed number is held")
	}
	if _, held := state.NumberByID(id); held {
		t.Error("the removed number is held under its ID")
	}
	if !state.RemoveAgent(otherVoice) || state.RemoveAgent(otherVoice) || len(state.Agents()) != 2 {
		t.Errorf("the agents are %+v", state.Agents())
	}
	state.AddNumber(simulator.ResembleNumber{PhoneNumber: support, Label: "first"})
	state.AddNumber(simulator.ResembleNumber{PhoneNumber: support, Label: "second"})
	if n, _ := state.Number(support); n.Label != "second" || len(state.Numbers()) != 3 {
		t.Errorf("the number was not replaced: %+v", state.Numbers())
	}
	state.AddAgent(simulator.ResembleAgent{UUID: resembleAgent, Name: "Replaced"})
	if agents := state.Agents(); len(agents) != 2 || agents[0].Name != "Replaced" {
		t.Errorf("the agent was not replaced: %+v", agents)
	}
	if shown := fmt.Sprintf("%+v", api.State()[simulator.Resemble]); strings.Contains(shown, simulator.DefaultAuthToken) {
		t.Errorf("the state tells a token: %s", shown)
	}
}

func TestResembleRulesCanChangeAtRunTime(t *testing.T) {
	api := resemble(t, simulator.ResembleRules{}).register()
	api.Resemble().SetRules(func(r *simulator.ResembleRules) { r.ForceDeletesAny = true })
	api.call("DELETE", registered+"/force", "").accepted(t, 200)
}

func TestResembleSeed(t *testing.T) {
	w := start(t)
	err := w.Seed(strings.NewReader(`{
		"resemble": {
			"rules": {"failures_are_200": true},
			"agents": [{"uuid": "u1", "name": "Support"}],
			"numbers": [{"phone_number": "+14155550100", "label": "Support", "agent_uuid": "u1", "supports_inbound": true}]
		},
		"twilio": {"numbers": [{"phone_number": "+14155550100"}]}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	w.wantLeft("trunks 1, lists 0, policies 1, routed true")
	api := bearerAPI{w, "/resemble", simulator.DefaultResembleToken}
	api.call("POST", "/agents", "{}").failed(t, 200, "name")
	for _, wrong := range []string{
		`{"resemble": {"numbers": [{"phone_number": "4155550100"}]}}`, `{"resemble": {"number": []}}`,
	} {
		if w.Seed(strings.NewReader(wrong)) == nil {
			t.Errorf("%s was accepted", wrong)
		}
	}
}

func TestResembleControl(t *testing.T) {
	w := start(t)
	var a simulator.ResembleAgent
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: support})
	w.control("POST", "resemble/agents", `{"uuid": "", "name": "Support"}`, 201, &a)
	w.control("POST", "resemble/numbers",
		`{"phone_number": "+14155550100", "agent_uuid": "`+a.UUID+`", "inbound_trunk": {"username": "x"}}`, 201, nil)
	before, _ := w.Resemble().Number(support)
	w.control("PATCH", "resemble/numbers/+14155550100",
		`{"status": "corrupted", "inbound_trunk": {"username": "y"}}`, 200, nil)
	after, _ := w.Resemble().Number(support)
	if after.Status != "corrupted" || before.InboundTrunk.Username != "x" || after.InboundTrunk.Username != "y" {
		t.Errorf("the number was %+v and is %+v", before, after)
	}
	w.control("PUT", "resemble/rules", `{"failures_are_200": true}`, 200, nil)
	w.control("PUT", "resemble/failing", `{"cleanups": 1}`, 200, nil)
	api := bearerAPI{w, "/resemble", simulator.DefaultResembleToken}
	api.call("DELETE", fmt.Sprintf("/phone_numbers/%d", after.ID), "").failed(t, 200, "base")
	w.control("DELETE", "resemble/agents/"+a.UUID, "", 204, nil)
	w.control("DELETE", "resemble/numbers/+14155550100", "", 204, nil)

	for request, status := range map[string]int{
		"DELETE resemble/numbers/+14155550100":           404,
		"DELETE resemble/agents/" + a.UUID:               404,
		"GET resemble/other":                             404,
		"POST resemble/agents {\"x\":1}":                 400,
		"PUT resemble/rules {\"x\":1}":                   400,
		"PUT resemble/failing {\"x\":1}":                 400,
		"POST resemble/numbers {\"phone_number\":\"1\"}": 400,
		"POST resemble/numbers {\"number\":\"1\"}":       400,
	} {
		parts := strings.SplitN(request+" ", " ", 3)
		w.control(parts[0], parts[1], strings.TrimSpace(parts[2]), status, nil)
	}
	w.control("POST", "resemble/agents", `{"uuid": "u"}`, 201, nil)
	w.control("PATCH", "resemble/agents/u", "{}", 404, nil)
	w.control("POST", "resemble/numbers", `{"phone_number": "+14155550100"}`, 201, nil)
	w.control("PATCH", "resemble/numbers/+14155550100", `{"x": 1}`, 400, nil)
	w.control("PUT", "resemble/numbers/+14155550100", "", 404, nil)
}
