package retell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// typeCustom is the type of an imported number. Any other type is of a number
// that was bought at Retell (Retell OpenAPI: PhoneNumberResponse).
const typeCustom = "custom"

// defaultTransport is Retell's (Retell OpenAPI: importPhoneNumber).
const defaultTransport = "TCP"

// record is a number as Retell reports it (Retell OpenAPI: PhoneNumberResponse).
// What is not set is null or absent. The password is never reported.
type record struct {
	PhoneNumber    string       `json:"phone_number"`
	Type           string       `json:"phone_number_type"`
	Nickname       string       `json:"nickname"`
	InboundAgents  []agentShare `json:"inbound_agents"`
	OutboundAgents []agentShare `json:"outbound_agents"`
	Trunk          struct {
		TerminationURI string `json:"termination_uri"`
		AuthUsername   string `json:"auth_username"`
		Transport      string `json:"transport"`
	} `json:"sip_outbound_trunk_config"`
}

// agentShare is an agent with its share of a number's calls. All shares are
// together 1 (Retell OpenAPI: AgentWeight).
type agentShare struct {
	AgentID string  `json:"agent_id"`
	Weight  float64 `json:"weight"`
	// Version is an integer, a tag, latest or latest_published (Retell SDK:
	// AgentWeight); absent: the one that Retell takes then.
	Version json.RawMessage `json:"agent_version,omitempty"`
}

// check says what the record lacks that every record has.
func (r *record) check() error {
	if r.PhoneNumber == "" || r.Type == "" {
		return errors.New("a number lacks its phone_number or phone_number_type")
	}
	return nil
}

// isOf says why the record is not the number's.
func (r *record) isOf(phoneNumber string) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.PhoneNumber != phoneNumber {
		return fmt.Errorf("it is about %q", r.PhoneNumber)
	}
	return nil
}

// setting is a field of the block that Retell reports.
type setting struct {
	name string
	// What it is called in the bodies of an import and of an update (Retell
	// OpenAPI: importPhoneNumber, updatePhoneNumber).
	imported, updated string
	read              func(*record) any // nil: not set
}

var settings = []setting{
	{inboundAgentID, "inbound_agents", "inbound_agents", func(r *record) any { return onlyAgent(r.InboundAgents) }},
	{outboundAgentID, "outbound_agents", "outbound_agents", func(r *record) any { return onlyAgent(r.OutboundAgents) }},
	{nickname, "nickname", "nickname", func(r *record) any { return platform.TextOrNil(r.Nickname) }},
	{terminationURI, "termination_uri", "termination_uri", func(r *record) any { return platform.TextOrNil(r.Trunk.TerminationURI) }},
	{transport, "transport", "transport", func(r *record) any {
		if r.Trunk.Transport == "" {
			return defaultTransport
		}
		return r.Trunk.Transport
	}},
	{username, "sip_trunk_auth_username", "auth_username", func(r *record) any { return platform.TextOrNil(r.Trunk.AuthUsername) }},
}

// What the password is called in the bodies.
const (
	importedPassword = "sip_trunk_auth_password"
	updatedPassword  = "auth_password"
)

// onlyAgent is the agent that has all calls. Of several, none is known to be
// meant.
func onlyAgent(agents []agentShare) any {
	if len(agents) != 1 {
		return nil
	}
	return platform.TextOrNil(agents[0].AgentID)
}

// wire is a value as bodies have it. The fields for a single agent are not
// supported since 2026-03-31; a list of one stands in for them (Retell docs:
// deprecation notice on phone number agent fields).
//
// The version that live has pinned for the only agent stays: it was chosen in the
// dashboard, and nothing here names one.
func (s setting) wire(value any, live *record) any {
	var before []agentShare
	switch s.name {
	case inboundAgentID:
		before = live.InboundAgents
	case outboundAgentID:
		before = live.OutboundAgents
	default:
		return value
	}
	id, ok := value.(string)
	if !ok {
		return []agentShare{}
	}
	agent := agentShare{AgentID: id, Weight: 1}
	if len(before) == 1 && string(before[0].Version) != "null" {
		agent.Version = before[0].Version
	}
	return []agentShare{agent}
}

// body is the JSON object of a write.
type body map[string]any

// api makes single calls. Its errors are *httpapi.Error, unless said.
type api struct {
	http *httpapi.Client
}

func path(operation, id string) string { return "/" + operation + "/" + httpapi.Segment(id) }

// call sends in as JSON, if it is not nil, and has check judge the decoded 2xx
// answer.
func (a api) call(
	ctx context.Context, method, path string, query url.Values, in body, out any, check func() error,
) error {
	return a.send(ctx, httpapi.Request{Method: method, Path: path, Query: query}, in, out, check)
}

// send is call for a request with properties of its own.
func (a api) send(ctx context.Context, r httpapi.Request, in body, out any, check func() error) error {
	r.Header = http.Header{"Accept": {"application/json"}}
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.Body, r.ContentType = text, "application/json"
	}
	resp, err := a.http.Do(ctx, r)
	if err != nil {
		return err
	}
	if err = json.Unmarshal(resp.Body, out); err == nil {
		err = check()
	}
	if err != nil {
		return resp.Unusable(err)
	}
	return nil
}

// find reads a number. The error is platform.ErrNotFound if the workspace does
// not have it.
func (a api) find(ctx context.Context, phoneNumber string) (*record, error) {
	var r record
	err := a.call(ctx, http.MethodGet, path("get-phone-number", phoneNumber), nil, nil, &r,
		func() error { return r.isOf(phoneNumber) })
	if isAbsent(err) {
		return nil, fmt.Errorf("%w: %s", platform.ErrNotFound, platform.Brief(err))
	}
	return &r, err
}

// importNumber imports a number of another carrier.
func (a api) importNumber(ctx context.Context, phoneNumber string, in body) (*record, error) {
	return a.write(ctx, http.MethodPost, "/import-phone-number", phoneNumber, in)
}

// update changes what is in the body.
func (a api) update(ctx context.Context, phoneNumber string, in body) (*record, error) {
	return a.write(ctx, http.MethodPatch, path("update-phone-number", phoneNumber), phoneNumber, in)
}

// write sends a body, and returns the number as the answer has it.
func (a api) write(ctx context.Context, method, path, phoneNumber string, in body) (*record, error) {
	var r record
	err := a.call(ctx, method, path, nil, in, &r, func() error { return r.isOf(phoneNumber) })
	return &r, err
}

// remove deletes a number: the record of an imported one, and one that was
// bought itself. The answer has no body.
func (a api) remove(ctx context.Context, phoneNumber string) error {
	return a.http.JSON(ctx, http.MethodDelete, path("delete-phone-number", phoneNumber), nil, nil, nil)
}

// agent makes sure that an agent exists.
func (a api) agent(ctx context.Context, id string) error {
	var agent struct {
		AgentID string `json:"agent_id"`
	}
	return a.call(ctx, http.MethodGet, path("get-agent", id), nil, nil, &agent, func() error {
		if agent.AgentID != id {
			return fmt.Errorf("it is about agent %q", agent.AgentID)
		}
		return nil
	})
}

const (
	pageSize = 1000 // the most that a list gives (Retell OpenAPI: listPhoneNumbersV2)
	maxPages = 1000

	maxBegun = 5 // times that a list is begun whose pages' keys go away
)

// place is where a page of the list is; the first page's is the zero value.
type place struct {
	Key  string `json:"key"`  // Retell's pagination_key
	Page int    `json:"page"` // how many there are before it
}

// list reads one page of the numbers, and where the next one is; nil: there is
// none. /list-phone-numbers, which was not paged, is being removed (Retell
// OpenAPI: listPhoneNumbersV2; Retell docs: deprecation notices).
func (a api) list(ctx context.Context, at place) (page []record, next *place, err error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if at.Key != "" {
		query.Set("pagination_key", at.Key)
	}
	var list struct {
		Items         []record `json:"items"`
		HasMore       bool     `json:"has_more"`
		PaginationKey string   `json:"pagination_key"`
	}
	err = a.call(ctx, http.MethodGet, "/v2/list-phone-numbers", query, nil, &list, func() error {
		if list.Items == nil { // "none" is an empty list
			return errors.New("it lacks items")
		}
		if list.HasMore && (list.PaginationKey == "" || list.PaginationKey == at.Key || at.Page+1 >= maxPages) {
			return errors.New("it has more pages, but none that could be read")
		}
		for i := range list.Items {
			if err := list.Items[i].check(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !list.HasMore {
		return list.Items, nil, err
	}
	return list.Items, &place{Key: list.PaginationKey, Page: at.Page + 1}, nil
}
