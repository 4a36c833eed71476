package nixflex

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	numbersPath = "/v1/phone-numbers"
	agentsPath  = "/v1/agents"
)

// settingNames are what an update can change (Nixflex SDK:
// PhoneNumberUpdateParams). The docs, which are older, have the first alone.
var settingNames = []string{
	customPrompt, "voice_id", "sms_reply_enabled", "voicemail_leave_enabled", "voicemail_message", "sms_prompt",
	"web_prompt", "speaking_rate", "dtmf_enabled", "record_call", "recording_source",
}

// settings are some of a number's settings by name: string, bool, float64, or
// nil for one that is not set.
type settings map[string]any

// record is a number as Nixflex reports it.
type record struct {
	phoneNumber string
	agentID     string   // empty: none, since its agent was deleted
	provider    string   // who carries the number; the docs, which are older, do not have it
	settings    settings // those that are reported; the answers to writes may leave some out
}

// UnmarshalJSON is json.Unmarshaler's.
func (r *record) UnmarshalJSON(data []byte) error {
	var known struct {
		PhoneNumber  string `json:"phone_number"`
		AgentID      string `json:"agent_id"` // or null
		Provider     string `json:"provider"`
		CustomPrompt string `json:"custom_prompt"`
	}
	if err := json.Unmarshal(data, &known); err != nil {
		return err
	}
	if known.PhoneNumber == "" {
		return errors.New("a number lacks its phone_number")
	}
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*r = record{phoneNumber: known.PhoneNumber, agentID: known.AgentID, provider: known.Provider, settings: settings{}}
	for _, name := range settingNames {
		value, told := all[name]
		if !told {
			continue
		}
		if value == "" { // to Nixflex the same as null (Nixflex docs: update)
			value = nil
		}
		r.settings[name] = value
	}
	return nil
}

// names enumerates the settings.
func (s settings) names() string { return strings.Join(slices.Sorted(maps.Keys(s)), ", ") }

// among are those of the settings that the record reports.
func (r *record) among(all settings) settings {
	told := maps.Clone(all)
	maps.DeleteFunc(told, func(name string, _ any) bool {
		_, reported := r.settings[name]
		return !reported
	})
	return told
}

// importBody asks for an import (Nixflex docs: import a phone number; Nixflex SDK:
// PhoneNumberImportParams).
type importBody struct {
	PhoneNumber string `json:"phone_number"`
	AgentID     string `json:"agent_id"`
	credentials
	CustomPrompt string `json:"custom_prompt,omitempty"` // known to the SDK alone
}

// credentials are those of the account that owns a number, by which Nixflex tells
// who carries it: at Twilio, or at Telnyx, which is known to the SDK alone.
type credentials struct {
	TwilioSID          string `json:"twilio_sid,omitempty"`
	TwilioToken        string `json:"twilio_token,omitempty"`
	TelnyxAPIKey       string `json:"telnyx_api_key,omitempty"`
	TelnyxConnectionID string `json:"telnyx_connection_id,omitempty"`
}

// api makes single calls. Its errors are *httpapi.Error, unless said.
type api struct {
	http *httpapi.Client
}

// call sends in as JSON, if it is not nil, and has check decode and judge a
// 2xx answer.
func (a api) call(ctx context.Context, r httpapi.Request, in any, check func(body []byte) error) error {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Accept", "application/json")
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.Body, r.ContentType = body, "application/json"
	}
	resp, err := a.http.Do(ctx, r)
	if err != nil {
		return err
	}
	if err := check(resp.Body); err != nil {
		return resp.Unusable(err)
	}
	return nil
}

// agent makes sure that the agent exists and is the account's own.
func (a api) agent(ctx context.Context, id string) error {
	path := agentsPath + "/" + httpapi.Segment(id)
	return a.call(ctx, httpapi.Request{Method: http.MethodGet, Path: path}, nil, func(body []byte) error {
		var agent struct {
			AgentID string `json:"agent_id"`
		}
		if err := json.Unmarshal(body, &agent); err != nil {
			return err
		}
		if agent.AgentID != id {
			return fmt.Errorf("it is about agent %q", agent.AgentID)
		}
		return nil
	})
}

// listAgents reads agents from an offset on. The list is one of the docs, in an
// envelope, or one of the SDK, without (Nixflex docs: list agents; Nixflex SDK:
// agents.list).
func (a api) listAgents(ctx context.Context, offset int) (page []platform.Agent, err error) {
	type agent struct {
		AgentID string `json:"agent_id"`
		Name    string `json:"name"`
	}
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}}
	request := httpapi.Request{Method: http.MethodGet, Path: agentsPath, Query: query}
	err = a.call(ctx, request, nil, func(body []byte) error {
		var list struct {
			Agents []agent `json:"agents"`
		}
		if json.Unmarshal(body, &list.Agents) != nil {
			if err := json.Unmarshal(body, &list); err != nil {
				return err
			}
		}
		if list.Agents == nil { // "none" is an empty list
			return errors.New("it lacks agents")
		}
		for _, listed := range list.Agents {
			if listed.AgentID == "" {
				return errors.New("it has an agent without an agent_id")
			}
			page = append(page, platform.Agent{ID: listed.AgentID, Name: listed.Name})
		}
		return nil
	})
	return page, err
}

// importNumber imports a number. All attempts of one import carry the same
// key, although Nixflex does not say what it does with it (Nixflex docs:
// introduction). Because of it, Go's transport sends the request again by itself
// if a connection turns out to be dead: a second import is answered 409, and so
// harmless.
func (a api) importNumber(ctx context.Context, in importBody) (*record, error) {
	return a.write(ctx, in.PhoneNumber, in.AgentID, httpapi.Request{
		Method: http.MethodPost, Path: numbersPath, Header: http.Header{"Idempotency-Key": {rand.Text()}},
	}, in)
}

// update changes settings of a number; nil clears one.
func (a api) update(ctx context.Context, phoneNumber string, changes settings) (*record, error) {
	return a.write(ctx, phoneNumber, "", httpapi.Request{Method: http.MethodPatch, Path: numberPath(phoneNumber)}, changes)
}

// write sends a request whose answer must be about the number and, if one is
// named, the agent.
func (a api) write(ctx context.Context, phoneNumber, agent string, r httpapi.Request, in any) (*record, error) {
	var answer struct {
		PhoneNumber record `json:"phone_number"`
	}
	err := a.call(ctx, r, in, func(body []byte) error {
		if err := json.Unmarshal(body, &answer); err != nil {
			return err
		}
		if got := answer.PhoneNumber; got.phoneNumber != phoneNumber || agent != "" && got.agentID != agent {
			return fmt.Errorf("it is about %q with agent %q", got.phoneNumber, got.agentID)
		}
		return nil
	})
	return &answer.PhoneNumber, err
}

// remove deletes the record of a number. Its answer is not looked at: success
// is judged by reading.
func (a api) remove(ctx context.Context, phoneNumber string) error {
	return a.call(ctx, httpapi.Request{Method: http.MethodDelete, Path: numberPath(phoneNumber)}, nil,
		func([]byte) error { return nil })
}

func numberPath(phoneNumber string) string { return numbersPath + "/" + httpapi.Segment(phoneNumber) }

// How lists are read.
const (
	pageSize = 100 // Nixflex's most
	// pageOverlap is how many numbers a page shares with the one before: a
	// number that is deleted meanwhile moves those behind it up.
	pageOverlap = 10
	maxPages    = 1000
	// maxUnpaged is where the list ends if it is not paged (Nixflex SDK:
	// phoneNumbers.list).
	maxUnpaged = 1000
)

// place is where a page of a list is; the first page's is the zero value.
type place struct {
	Offset int `json:"offset"`
	Page   int `json:"page"` // how many there are before it
	// First is the number that began the page before.
	First string `json:"first"`
	// CutOff says that there is no such page, although the list goes on.
	CutOff bool `json:"cut_off"`
}

// errCutOff reports that a list ended before all numbers had been seen.
var errCutOff = fmt.Errorf("the list of numbers at Nixflex is cut off after %d: what comes behind is not known",
	maxUnpaged)

// find reads a number. Nixflex documents no way to read one but the list of
// all, newest first, so the number is looked for first among those of the agent
// that should have it, if one is named. The error is platform.ErrNotFound if
// the list does not have it, errCutOff if that can't be told.
//
// By the docs limit and offset cut the list, by the SDK they do nothing; this
// does for both.
func (a api) find(ctx context.Context, phoneNumber, ofAgent string) (*record, error) {
	if ofAgent != "" {
		found, err := a.search(ctx, phoneNumber, ofAgent)
		if !errors.Is(err, platform.ErrNotFound) {
			return found, err
		}
	}
	return a.search(ctx, phoneNumber, "")
}

func (a api) search(ctx context.Context, phoneNumber, ofAgent string) (*record, error) {
	for at := (&place{}); at != nil; {
		page, next, err := a.list(ctx, ofAgent, *at)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if page[i].phoneNumber == phoneNumber {
				return &page[i], nil
			}
		}
		at = next
	}
	return nil, fmt.Errorf("%w: %s at Nixflex", platform.ErrNotFound, phoneNumber)
}

// list reads one page of a list, and where the next one is; nil: there is none.
func (a api) list(ctx context.Context, ofAgent string, at place) ([]record, *place, error) {
	if at.CutOff {
		return nil, nil, errCutOff
	}
	page, count, err := a.page(ctx, ofAgent, at.Offset)
	if err != nil {
		return nil, nil, err
	}
	end := at.Offset + len(page)
	next := &place{Offset: end - pageOverlap, Page: at.Page + 1}
	switch {
	case len(page) >= maxUnpaged:
		return page, &place{CutOff: true}, nil
	case len(page) > pageSize, // all, since the limit does nothing
		len(page) < pageSize && count <= end,
		next.Offset <= at.Offset,
		page[0].phoneNumber == at.First: // again, since the offset does nothing
		return page, nil, nil
	case next.Page >= maxPages:
		return nil, nil, fmt.Errorf("a list at Nixflex has more than %d pages", maxPages)
	}
	next.First = page[0].phoneNumber
	return page, next, nil
}

// page reads a part of the list. Count is the length of the whole list or of
// the part, which the docs do not say.
func (a api) page(ctx context.Context, ofAgent string, offset int) (page []record, count int, err error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}}
	if ofAgent != "" {
		query.Set("agent_id", ofAgent)
	}
	request := httpapi.Request{Method: http.MethodGet, Path: numbersPath, Query: query}
	err = a.call(ctx, request, nil, func(body []byte) error {
		var list struct {
			PhoneNumbers []record `json:"phone_numbers"`
			Count        int      `json:"count"`
		}
		if err := json.Unmarshal(body, &list); err != nil {
			return err
		}
		if list.PhoneNumbers == nil { // "none" is an empty list
			return errors.New("it lacks phone_numbers")
		}
		page, count = list.PhoneNumbers, list.Count
		return nil
	})
	if errors.Is(err, platform.ErrNotFound) { // the list, not the number
		return nil, 0, errors.New("there is no list of numbers: " + err.Error())
	}
	return page, count, err
}
