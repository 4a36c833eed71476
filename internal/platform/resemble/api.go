package resemble

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	numbersPath = "/phone_numbers"
	agentsPath  = "/agents"
)

// The words of a record's status (Resemble docs: phone number states). Any
// other is taken for active.
const (
	statusDeleting  = "deleting"
	statusCorrupted = "corrupted"
)

// record is a number as Resemble reports it (Resemble docs: list phone
// numbers). The trunks read otherwise than they are written.
type record struct {
	ID               int64  `json:"id"`
	PhoneNumber      string `json:"phone_number"`
	Label            string `json:"label"`
	SupportsInbound  bool   `json:"supports_inbound"`
	SupportsOutbound bool   `json:"supports_outbound"`
	Provider         string `json:"provider"` // or null
	Status           string `json:"status"`
	AgentUUID        string `json:"agent_uuid"` // or null
	AgentName        string `json:"agent_name"` // or null
	InboundTrunk     trunk  `json:"inbound_trunk"`
	OutboundTrunk    trunk  `json:"outbound_trunk"`
	TwilioAccountSID string `json:"twilio_account_sid"` // or null
	// HasTwilioCredentials is nil where it is not told.
	HasTwilioCredentials *bool `json:"has_twilio_credentials"`

	// agentShared says that the agent has other numbers too, if that was looked
	// at.
	agentShared bool
}

// trunk is a trunk as it reads; all is empty where none is set up.
type trunk struct {
	TwilioTrunkSID        string `json:"twilio_trunk_sid"`
	LiveKitTrunkID        string `json:"livekit_trunk_id"`         // inbound alone
	LiveKitDispatchRuleID string `json:"livekit_dispatch_rule_id"` // inbound alone
}

// registration asks for a record (Resemble docs: create phone number).
type registration struct {
	PhoneNumber      string             `json:"phone_number"`
	Label            string             `json:"label"`
	SupportsInbound  bool               `json:"supports_inbound"`
	SupportsOutbound bool               `json:"supports_outbound"`
	Provider         string             `json:"provider"`
	TwilioAccountSID string             `json:"twilio_account_sid"`
	TwilioAuthToken  string             `json:"twilio_auth_token"`
	InboundTrunk     *inboundTrunkBody  `json:"inbound_trunk,omitempty"`
	OutboundTrunk    *outboundTrunkBody `json:"outbound_trunk,omitempty"`
}

// inboundTrunkBody leaves out what is not configured.
type inboundTrunkBody struct {
	AllowedAddresses   []string `json:"allowed_addresses,omitempty"`
	AllowedNumbers     []string `json:"allowed_numbers,omitempty"`
	MediaEncryption    string   `json:"media_encryption,omitempty"`
	HasAuthCredentials bool     `json:"has_auth_credentials,omitempty"`
	Username           string   `json:"username,omitempty"`
}

// outboundTrunkBody leaves out what is not configured.
type outboundTrunkBody struct {
	Address            string            `json:"address,omitempty"`
	Transport          string            `json:"transport,omitempty"`
	MediaEncryption    string            `json:"media_encryption,omitempty"`
	HasAuthCredentials bool              `json:"has_auth_credentials,omitempty"`
	Username           string            `json:"username,omitempty"`
	Headers            map[string]string `json:"headers,omitempty"`
}

// agent is as much of an agent as concerns its numbers (Resemble docs: get
// agent).
type agent struct {
	Agent struct {
		UUID string `json:"uuid"`
		Name string `json:"name"`
	} `json:"agent"`
	PhoneNumbers []record `json:"phone_numbers"`
}

// others are the agent's numbers but for that of the record.
func (a agent) others(than record) []record {
	return slices.DeleteFunc(slices.Clone(a.PhoneNumbers), func(r record) bool { return r.ID == than.ID })
}

func (a agent) has(r record) bool {
	return slices.ContainsFunc(a.PhoneNumbers, func(other record) bool { return other.ID == r.ID })
}

// api makes single calls. Its errors are *httpapi.Error, unless said.
type api struct{ http *httpapi.Client }

// list returns all records of the team; the list is not paged (Resemble docs:
// list phone numbers).
func (a api) list(ctx context.Context) ([]record, error) {
	var out struct {
		Items []record `json:"items"`
		Count int      `json:"count"` // of all
	}
	resp, err := a.call(ctx, http.MethodGet, numbersPath, nil, &out)
	if err != nil {
		return nil, platform.NotAbsent(err)
	}
	if out.Items == nil { // "none registered" is an empty list
		return nil, resp.Unusable(errors.New("it lacks items"))
	}
	if out.Count > len(out.Items) {
		return nil, resp.Unusable(fmt.Errorf("it has %d of %d numbers", len(out.Items), out.Count))
	}
	for _, r := range out.Items {
		if err := r.check(); err != nil {
			return nil, resp.Unusable(err)
		}
	}
	return out.Items, nil
}

// fetch reads a record; platform.ErrNotFound if the team has none of that ID.
func (a api) fetch(ctx context.Context, id int64) (record, error) {
	r, err := a.record(ctx, http.MethodGet, numberPath(id), nil)
	if err == nil || !isRefused(err) || errors.Is(err, platform.ErrNotFound) {
		return r, err
	}
	// By which status Resemble says that there is no such record is not
	// documented, but what it lists is.
	all, listErr := a.list(ctx)
	if listErr != nil || slices.ContainsFunc(all, func(r record) bool { return r.ID == id }) {
		return r, err
	}
	return r, fmt.Errorf("%w: %w", platform.ErrNotFound, err)
}

// create registers a number.
func (a api) create(ctx context.Context, in registration) (record, error) {
	r, err := a.record(ctx, http.MethodPost, numbersPath, in)
	return r, platform.NotAbsent(err)
}

// remove asks for the deletion of a record.
func (a api) remove(ctx context.Context, id int64) error {
	_, err := a.call(ctx, http.MethodDelete, numberPath(id), nil, nil)
	return err
}

// forceRemove removes a record without its cleanup.
func (a api) forceRemove(ctx context.Context, id int64) error {
	_, err := a.call(ctx, http.MethodDelete, numberPath(id)+"/force", nil, nil)
	return err
}

// fetchAgent reads an agent. Its error blames agent_uuid where Resemble says
// that there is none of that UUID, and is never platform.ErrNotFound, which is
// about numbers.
func (a api) fetchAgent(ctx context.Context, uuid string) (agent, error) {
	var out struct {
		Item agent `json:"item"`
	}
	resp, err := a.call(ctx, http.MethodGet, agentPath(uuid), nil, &out)
	if isRefused(err) {
		return agent{}, &platform.FieldError{Field: kindName + "." + agentUUID, Err: fmt.Errorf(
			"the team of the API token has no agent %s: %w", uuid, platform.NotAbsent(err))}
	}
	if err != nil {
		return agent{}, err
	}
	if !strings.EqualFold(out.Item.Agent.UUID, uuid) {
		return agent{}, resp.Unusable(fmt.Errorf("it is about agent %q", out.Item.Agent.UUID))
	}
	return out.Item, nil
}

// give links an agent to the record of that ID, nil: to none.
func (a api) give(ctx context.Context, uuid string, id *int64) error {
	in := struct {
		PhoneNumberID *int64 `json:"phone_number_id"`
	}{id}
	_, err := a.call(ctx, http.MethodPatch, agentPath(uuid), in, nil)
	return platform.NotAbsent(err)
}

func numberPath(id int64) string   { return numbersPath + "/" + strconv.FormatInt(id, 10) }
func agentPath(uuid string) string { return agentsPath + "/" + httpapi.Segment(uuid) }

// record makes a call that is answered with one number.
func (a api) record(ctx context.Context, method, path string, in any) (record, error) {
	var out struct {
		Item record `json:"item"`
	}
	resp, err := a.call(ctx, method, path, in, &out)
	if err != nil {
		return record{}, err
	}
	if err := out.Item.check(); err != nil {
		return record{}, resp.Unusable(err)
	}
	if method == http.MethodGet && numberPath(out.Item.ID) != path {
		return record{}, resp.Unusable(fmt.Errorf("it is about record %d", out.Item.ID))
	}
	return out.Item, nil
}

// check says what is wrong with a number in an answer.
func (r record) check() error {
	switch {
	case r.ID <= 0:
		return errors.New("it has a number without an id")
	case r.PhoneNumber == "":
		return fmt.Errorf("number %d has no phone_number", r.ID)
	}
	return nil
}

// call makes a call and decodes the answer into out, if that is not nil. An
// answer is granted if it says so itself, whatever its status: failures come
// with a 2xx too (Resemble docs: delete phone number).
func (a api) call(ctx context.Context, method, path string, in, out any) (*httpapi.Response, error) {
	request := httpapi.Request{Method: method, Path: path, Header: http.Header{"Accept": {"application/json"}}}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		request.Body, request.ContentType = body, "application/json"
	}
	resp, err := a.http.Do(ctx, request)
	if err != nil {
		return nil, err
	}
	var envelope struct {
		Success *bool `json:"success"`
	}
	switch err := json.Unmarshal(resp.Body, &envelope); {
	case err != nil:
		return nil, resp.Unusable(err)
	case envelope.Success == nil:
		return nil, resp.Unusable(errors.New("it lacks success"))
	case !*envelope.Success:
		return nil, resp.Refusal()
	case out == nil:
		return resp, nil
	}
	if err := json.Unmarshal(resp.Body, out); err != nil {
		return nil, resp.Unusable(err)
	}
	return resp, nil
}
