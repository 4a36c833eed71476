package vapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// record is a number as Vapi reports it (Vapi OpenAPI: PhoneNumber schemas). The
// answer may also have the credentials of Twilio, which are not read.
type record struct {
	ID               string `json:"id"`
	Provider         string `json:"provider"`
	Number           string `json:"number"` // absent where only a SIP URI is dialled
	Name             string `json:"name"`
	AssistantID      string `json:"assistantId"`
	SquadID          string `json:"squadId"`
	WorkflowID       string `json:"workflowId"`
	SMSEnabled       *bool  `json:"smsEnabled"` // absent: true
	CredentialID     string `json:"credentialId"`
	TwilioAccountSID string `json:"twilioAccountSid"`
}

// check says what the record lacks that every record has.
func (r *record) check() error {
	if !uuid.MatchString(r.ID) || r.Provider == "" {
		return errors.New("a number lacks its id or provider")
	}
	return nil
}

// isOf says why the record is not the one that was asked for.
func (r *record) isOf(id string) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.ID != id {
		return fmt.Errorf("it is about %q", r.ID)
	}
	return nil
}

// setting is a field of the block that Vapi reports and a write can change.
type setting struct {
	name, wire string
	read       func(*record) any // nil: not set
}

var settings = []setting{
	{assistantID, "assistantId", func(r *record) any { return platform.TextOrNil(r.AssistantID) }},
	{squadID, "squadId", func(r *record) any { return platform.TextOrNil(r.SquadID) }},
	{workflowID, "workflowId", func(r *record) any { return platform.TextOrNil(r.WorkflowID) }},
	{name, "name", func(r *record) any { return platform.TextOrNil(r.Name) }},
	{smsEnabled, "smsEnabled", func(r *record) any { return r.SMSEnabled == nil || *r.SMSEnabled }},
	{credentialID, "credentialId", func(r *record) any { return platform.TextOrNil(r.CredentialID) }},
}

// of says whether the numbers of a provider have the setting.
func (s setting) of(provider string) bool {
	switch s.name {
	case smsEnabled:
		return provider == providerTwilio
	case credentialID:
		return provider != providerTwilio && provider != providerVapi
	}
	return true
}

// body is the JSON object of a write.
type body map[string]any

// api makes single calls. Its errors are *httpapi.Error, unless said.
type api struct {
	http *httpapi.Client
}

const numbersPath = "/phone-number"

func numberPath(id string) string { return numbersPath + "/" + httpapi.Segment(id) }

// call sends in as JSON, if it is not nil, and has check judge the decoded 2xx
// answer.
func (a api) call(
	ctx context.Context, method, path string, query url.Values, in body, out any, check func() error,
) error {
	r := httpapi.Request{Method: method, Path: path, Query: query, Header: http.Header{"Accept": {"application/json"}}}
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

// fetch reads a record.
func (a api) fetch(ctx context.Context, id string) (*record, error) {
	var r record
	return &r, a.call(ctx, http.MethodGet, numberPath(id), nil, nil, &r, func() error { return r.isOf(id) })
}

// importNumber imports a number.
func (a api) importNumber(ctx context.Context, phoneNumber string, in body) (*record, error) {
	var r record
	return &r, a.call(ctx, http.MethodPost, numbersPath, nil, in, &r, func() error {
		if err := r.check(); err != nil {
			return err
		}
		if r.Number != phoneNumber {
			return fmt.Errorf("it is about %q", r.Number)
		}
		return nil
	})
}

// update changes what is in the body; null takes a value off. The provider tells
// the bodies apart and stays as it is (Vapi OpenAPI: PhoneNumberController_update).
func (a api) update(ctx context.Context, live *record, in body) (*record, error) {
	var r record
	in = maps.Clone(in)
	in["provider"] = live.Provider
	return &r, a.call(ctx, http.MethodPatch, numberPath(live.ID), nil, in, &r, func() error { return r.isOf(live.ID) })
}

// remove deletes a record: of an imported number that alone, of one of Vapi's own
// the number. The answer is the record once more, and not looked at.
func (a api) remove(ctx context.Context, id string) error {
	return a.http.JSON(ctx, http.MethodDelete, numberPath(id), nil, nil, nil)
}

// agent makes sure that an assistant or a squad exists.
func (a api) agent(ctx context.Context, kind, id string) error {
	var agent struct {
		ID string `json:"id"`
	}
	return a.call(ctx, http.MethodGet, "/"+kind+"/"+httpapi.Segment(id), nil, nil, &agent, func() error {
		if agent.ID != id {
			return fmt.Errorf("it is about %s %q", kind, agent.ID)
		}
		return nil
	})
}

const (
	pageSize = 100 // of at most 1000
	maxPages = 1000
)

// list reads one page of the numbers, the first is 1, and says whether there is
// another one. Search looks for a text in numbers and names; empty: all are
// listed. /phone-number, the older list, cannot be paged.
func (a api) list(ctx context.Context, search string, number int) (page []record, more bool, err error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(number)}}
	if search != "" {
		query.Set("search", search)
	}
	var list struct {
		Results  []record `json:"results"`
		Metadata struct {
			ItemsPerPage int   `json:"itemsPerPage"`
			TotalItems   int   `json:"totalItems"`
			CurrentPage  int   `json:"currentPage"`
			HasNextPage  *bool `json:"hasNextPage"`
		} `json:"metadata"`
	}
	err = a.call(ctx, http.MethodGet, "/v2/phone-number", query, nil, &list, func() error {
		at := list.Metadata
		if list.Results == nil || at.CurrentPage != number { // "none" is an empty list
			return errors.New("it lacks results, or is of another page")
		}
		for i := range list.Results {
			if err := list.Results[i].check(); err != nil {
				return err
			}
		}
		more = at.ItemsPerPage > 0 && at.TotalItems > 0 && number <= (at.TotalItems-1)/at.ItemsPerPage
		if at.HasNextPage != nil {
			more = *at.HasNextPage
		}
		if more && (len(list.Results) == 0 || number >= maxPages) {
			return errors.New("it has more pages, but none that could be read")
		}
		return nil
	})
	return list.Results, more, platform.NotAbsent(err)
}

// errTwice reports that several records have one number.
var errTwice = errors.New("several records have the number, and nothing tells which is meant: delete all but one in Vapi's " +
	"dashboard, or import the number by the UUID of its record")

// search finds the record of a number or, without one, of an ID by the list;
// platform.ErrNotFound if the list does not have it.
func (a api) search(ctx context.Context, phoneNumber, id string) (*record, error) {
	var found *record
	twice := false
	for number, more := 1, true; more; number++ {
		var page []record
		var err error
		if page, more, err = a.list(ctx, phoneNumber, number); err != nil {
			return nil, err
		}
		for i := range page {
			r := &page[i]
			switch {
			case r.ID == id && (phoneNumber == "" || r.Number == phoneNumber):
				return r, nil
			case phoneNumber == "" || r.Number != phoneNumber:
			case found != nil && found.ID != r.ID:
				twice = true
			default:
				found = r
			}
		}
	}
	if twice {
		return nil, errTwice
	}
	if found == nil {
		return nil, fmt.Errorf("%w: Vapi does not list it", platform.ErrNotFound)
	}
	return found, nil
}
