package phonenumber_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// hostileText moves the cursor, sets a colour, rings, ends a line and turns the
// direction of writing.
const hostileText = "\x1b[2J\x1b[31mred\a\r\n\u202egnp\u009b"

// What a service says, or calls a number, an agent or a trunk, never reaches a
// terminal as it is.
func TestAccServicesDoNotWriteToTheTerminal(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	owned(sim, simulator.TwilioNumber{FriendlyName: hostileText, VoiceURL: "https://example.com/lost"})
	sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: resembleSupport, Name: hostileText})
	cli := sim.CLI(t)
	provider := sim.Provider("resemble {\n api_key = \"" + simulator.DefaultResembleToken + "\"\n base_url = \"" + sim.URL + "/resemble\"\n }")
	quiet := func(result acctest.Result) {
		t.Helper()
		for _, text := range []string{result.Stdout, result.Stderr} {
			if at := strings.IndexAny(text, "\x1b\a\r\u202e\u009b"); at >= 0 {
				t.Errorf("…%q…", text[max(0, at-200):min(len(text), at+50)])
			}
		}
	}
	cli.Configure(provider + "resource \"telephony_phone_number\" \"this\" {\n phone_number = \"" + number + "\"\n" +
		" resemble {\n label = \"Support\"\n agent_uuid = \"" + resembleSupport + "\"\n }\n}")
	quiet(cli.Must(0, "plan", "-no-color"))
	quiet(cli.Apply())
	quiet(cli.Must(0, "show", "-no-color"))
	sim.Resemble().UpdateNumber(number, func(n *simulator.ResembleNumber) { n.AgentUUID = hostileText })
	quiet(cli.Run("plan", "-no-color"))
	for _, fault := range []simulator.Fault{
		{Status: http.StatusUnauthorized, Body: `{"success": false, "code": 20003, "status": 401,
			"message": "\u001b[2J\u001b[31mred\u0007\r\n\u202egnp\u009b", "errors": {"\u001b[31m": ["\u001b[31m"]}}`},
		{Status: http.StatusTeapot, Body: hostileText, Header: http.Header{"Twilio-Request-Id": {"\x1b[31m"}}},
		{Status: http.StatusOK, Body: `{"success": true, "items": [{"id": 1, "phone_number": "\u001b[31m"}], "sid": "\u001b[31m"}`},
	} {
		sim.Inject(fault)
		quiet(cli.Must(1, "plan", "-no-color"))
		sim.ClearFaults()
	}
	quiet(cli.Run("import", "-no-color", "telephony_phone_number.other", "nixflex/"+hostileText))
	quiet(cli.Run("apply", "-no-color", "-auto-approve", "-destroy"))
}

// A note of a destroy quotes the agent that a number has been given meanwhile.
func TestNotesAreFitForATerminal(t *testing.T) {
	t.Parallel()
	sim := acctest.Start(t)
	for _, id := range []string{dialNexaSupport, dialNexaSales} {
		sim.DialNexa().AddAgent(simulator.DialNexaAgent{ID: id})
	}
	sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: number, AgentID: dialNexaSupport})
	driver := sim.Driver(t, nil)
	managed := driver.Resource("telephony_phone_number")
	diags := managed.Apply(managed.Plan(acctest.Values{
		"phone_number": number, "dialnexa": acctest.Values{"agent_id": dialNexaSupport},
	}))
	if diags.Failed() {
		t.Fatalf("%+v", diags)
	}
	sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) { n.AgentID = hostileText })
	driver.Restart()
	diags = managed.Destroy()
	if len(diags) == 0 || !strings.Contains(diags[0].Detail, `\u001b[31m`) || strings.Contains(diags[0].Detail, "\x1b") {
		t.Errorf("%+q", diags)
	}
}
