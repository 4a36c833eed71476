package dialnexa_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/dialnexa"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const (
	phone    = "+14155550100"
	onSale   = "+14155550150"
	numberID = "phn_f7w2kx5mb9qz"
	path     = "/organization-phone-numbers/" + numberID
)

// world is a simulated DialNexa and both sides of the service on it.
type world struct {
	*simulator.Server
	carrier  *dialnexa.Carrier
	platform *dialnexa.Platform
	url      string
	t        *testing.T
}

func start(t *testing.T, rules simulator.DialNexaRules) *world {
	t.Helper()
	w := &world{Server: simulator.New(simulator.WithDialNexa(rules)), t: t}
	server := httptest.NewServer(w.Server)
	t.Cleanup(server.Close)
	t.Cleanup(w.Close)
	w.url = server.URL + "/dialnexa"
	w.use(w.url, simulator.DefaultDialNexaAPIKey)
	for _, id := range []string{"agt_one", "agt_two"} {
		w.DialNexa().AddAgent(simulator.DialNexaAgent{
			ID: id, Versions: []simulator.DialNexaAgentVersion{{Number: 1}, {Number: 2}},
		})
	}
	w.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: onSale})
	return w
}

// use gives the service another base URL and key.
func (w *world) use(baseURL, key string) {
	w.t.Helper()
	endpoint, err := dialnexa.Connect(platform.Arguments{"api_key": key, "base_url": baseURL})
	if err != nil {
		w.t.Fatal(err)
	}
	client := httpapi.New("DialNexa", endpoint, dialnexa.Describe, httpapi.Options{
		MaxRetries: 1, Wait: httpapi.WaitPolicy{Base: time.Nanosecond, Cap: time.Nanosecond},
		CallTimeout: time.Second,
	})
	w.carrier, w.platform = dialnexa.New(client, time.Millisecond)
}

// own gives the workspace the number, and returns it as a resource holds it
// that has linked the agent, if one is given.
func (w *world) own(given simulator.DialNexaNumber, block platform.Values) platform.Number {
	w.t.Helper()
	given.ID, given.PhoneNumber = numberID, phone
	w.DialNexa().AddNumber(given)
	return platform.Number{
		PhoneNumber: phone, SID: numberID, Carrier: "dialnexa", Platform: "dialnexa", Status: platform.Active, Block: block,
	}
}

// agent is the agent that answers the number.
func (w *world) agent() string {
	w.t.Helper()
	n, ok := w.DialNexa().Number(phone)
	if !ok {
		w.t.Fatal("the number is not owned any more")
	}
	return n.AgentID
}

func (w *world) wantSent(want ...string) {
	w.t.Helper()
	var got []string
	for _, r := range w.Requests() {
		got = append(got, strings.Replace(r.String(), "/organization-phone-numbers", "", 1))
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// older and newer are blocks for the two generations.
func older(agent string) platform.Values {
	block := platform.Values{"id": numberID, "agent_link": "number"}
	if agent != "" {
		block["agent_id"] = agent
	}
	return block
}

func newer(agent string, version int64) platform.Values {
	block := platform.Values{"id": numberID, "agent_link": "agent"}
	if agent != "" {
		block["agent_id"], block["agent_version"] = agent, version
	}
	return block
}

// refusal is an error in DialNexa's envelope.
func refusal(method string, status int) simulator.Fault {
	return simulator.Fault{
		Method: method, Status: status,
		Body: fmt.Sprintf(`{"statusCode": %d, "message": "no", "error": "x"}`, status),
	}
}

// end runs the steps of an action until one fails.
func (w *world) end(ctx context.Context, n platform.Number, action platform.Action) ([]string, error) {
	var notes []string
	for _, s := range dialnexa.Kind.Steps(n, action) {
		if s.Op == "" {
			continue
		}
		more, err := w.carrier.Do(ctx, n, s)
		notes = append(notes, more...)
		if err != nil {
			return notes, err
		}
	}
	return notes, nil
}

// list and get are requests as wantSent shows them.
const (
	list = "GET ?limit=100&page=1 -> 200"
	get  = "GET /" + numberID + " -> "
)

// notItsOwn are answers that are not DialNexa's word on the number.
var notItsOwn = map[string]simulator.Fault{
	"credentials refused": refusal("", http.StatusUnauthorized),
	"forbidden":           refusal("", http.StatusForbidden),
	"forbidden by a page": {Status: http.StatusForbidden, Body: "<html>"},
	"404 of a proxy":      {Status: http.StatusNotFound, Body: "<html>"},
	"404 of other JSON":   {Status: http.StatusNotFound, Body: `{"message": "no route"}`},
	"server error":        refusal("", http.StatusInternalServerError),
	"bad gateway":         {Status: http.StatusBadGateway, Body: "<html>"},
	"redirect":            {Status: http.StatusFound, Header: http.Header{"Location": {"https://elsewhere.example/"}}},
	"empty":               {Status: http.StatusOK},
	"empty object":        {Status: http.StatusOK, Body: "{}"},
	"page":                {Status: http.StatusOK, Body: "<html>"},
	"truncated":           {Truncate: true},
	"cut":                 {Cut: simulator.CutBefore},
}
