package synthflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// record is a number as Synthflow reports it (Synthflow OpenAPI:
// get-phone-number). The user name and the password of its trunk it never does.
type record struct {
	Slug               string   `json:"slug"`
	PhoneNumber        string   `json:"phone_number"`
	WorkspaceID        string   `json:"workspace_id"`
	SID                string   `json:"sid"` // or null
	ProviderName       string   `json:"provider_name"`
	TerminationURI     string   `json:"sip_term_uri"`
	SIPAuthUsername    string   `json:"sip_auth_username"`  // or null
	SIPOutboundProxy   string   `json:"sip_outbound_proxy"` // or null
	UACEnabled         bool     `json:"uac_enabled"`
	UACRegisterExpires *int64   `json:"uac_register_expires"`
	IsSMSCapable       bool     `json:"is_sms_capable"`
	IsVoiceCapable     bool     `json:"is_voice_capable"`
	Assistants         []string `json:"assistants"` // IDs of all agents that have the number
}

// setting is a field of the block that Synthflow can change and reports.
type setting struct {
	name string
	// What it is called in the bodies of an import and of an update (Synthflow
	// OpenAPI: create-custom-number, update-phone-number). An update takes
	// termination_uri as well, but did not always.
	imported, updated string
	read              func(r *record) any // nil: not set, or not reported
}

var settings = []setting{
	{terminationURI, "termination_uri", "sip_term_uri", func(r *record) any { return platform.TextOrNil(r.TerminationURI) }},
	{sipAuthUsername, sipAuthUsername, sipAuthUsername, func(r *record) any { return platform.TextOrNil(r.SIPAuthUsername) }},
	{sipOutboundProxy, sipOutboundProxy, sipOutboundProxy, func(r *record) any { return platform.TextOrNil(r.SIPOutboundProxy) }},
	{uacEnabled, uacEnabled, uacEnabled, func(r *record) any { return r.UACEnabled }},
	{uacRegisterExpires, uacRegisterExpires, uacRegisterExpires, func(r *record) any {
		if r.UACRegisterExpires == nil { // as long as UAC is not enabled
			return nil
		}
		return *r.UACRegisterExpires
	}},
}

// body is the JSON object of a write.
type body map[string]any

// api makes single calls. Its errors are *httpapi.Error, unless said.
type api struct {
	http *httpapi.Client
}

// slugOf is what paths call a number (Synthflow docs: delete phone number).
func slugOf(phoneNumber string) string { return strings.TrimPrefix(phoneNumber, "+") }

func numberPath(phoneNumber string) string { return "/numbers/" + httpapi.Segment(slugOf(phoneNumber)) }

func agentPath(id string) string { return "/assistants/" + httpapi.Segment(id) }

// get makes a GET and has check judge the decoded 2xx answer.
func (a api) get(ctx context.Context, path string, query url.Values, out any, check func() error) error {
	resp, err := a.http.Do(ctx, httpapi.Request{
		Method: http.MethodGet, Path: path, Query: query, Header: http.Header{"Accept": {"application/json"}},
	})
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

// number reads a number of a workspace.
func (a api) number(ctx context.Context, workspace, phoneNumber string) (*record, error) {
	var r record
	err := a.get(ctx, numberPath(phoneNumber), url.Values{"workspace": {workspace}}, &r, func() error {
		switch {
		case r.PhoneNumber != phoneNumber:
			return fmt.Errorf("it is about %q", r.PhoneNumber)
		case r.Slug != slugOf(phoneNumber):
			return fmt.Errorf("the slug of %s is %q there", phoneNumber, r.Slug)
		case r.WorkspaceID != "" && r.WorkspaceID != workspace:
			return fmt.Errorf("it is about a number in workspace %q", r.WorkspaceID)
		case r.Assistants == nil: // "on no agent" is an empty list
			return errors.New("it lacks assistants")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// find is number, but it knows when a number is not there: the error is then
// platform.ErrNotFound, and in no other case. Synthflow documents 400 as its
// only failure, so a 400 may mean that or anything else, and a 404 may be the
// answer to a path that is not there at all. Only the list tells.
func (a api) find(ctx context.Context, workspace, phoneNumber string) (*record, error) {
	r, failure := a.number(ctx, workspace, phoneNumber)
	if failure == nil || !mayBeAbsent(failure) {
		return r, failure
	}
	listed, err := a.lists(ctx, workspace, phoneNumber)
	switch {
	case err != nil:
		return nil, platform.Final(fmt.Errorf("%w; whether %s is in workspace %s can't be told either: %w; "+
			"check workspace_id and region", failure, phoneNumber, workspace, err))
	case listed:
		return nil, platform.Final(fmt.Errorf("%w; and yet the workspace lists the number", failure))
	}
	return nil, fmt.Errorf("%w: %s in workspace %s at Synthflow", platform.ErrNotFound, phoneNumber, workspace)
}

// mayBeAbsent says that a failure is one of the two that Synthflow may have for
// something that is not there.
func mayBeAbsent(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && (answer.Status == http.StatusBadRequest || answer.Status == http.StatusNotFound)
}

// How lists are read. Synthflow states no largest limit, so a page may be
// shorter than asked for.
const (
	pageSize = 100
	// pageOverlap is how many numbers a page shares with the one before: a
	// number that is deleted meanwhile moves those behind it up.
	pageOverlap = 10
	maxPages    = 1000
)

// place is where a page of the list is; the first page's is the zero value.
type place struct {
	Offset int    `json:"offset"`
	Page   int    `json:"page"`  // how many there are before it
	First  string `json:"first"` // the number that began the page before
}

// lists says whether the workspace lists the number, of an empty one never.
func (a api) lists(ctx context.Context, workspace, phoneNumber string) (bool, error) {
	for at := (&place{}); at != nil; {
		page, next, err := a.list(ctx, workspace, *at)
		if err != nil {
			return false, err
		}
		if slices.Contains(page, phoneNumber) {
			return true, nil
		}
		at = next
	}
	return false, nil
}

// list reads one page of the numbers of a workspace, and where the next one is;
// nil: there is none.
func (a api) list(ctx context.Context, workspace string, at place) (page []string, next *place, err error) {
	page, total, err := a.page(ctx, workspace, at.Offset)
	if err != nil {
		return nil, nil, err
	}
	end := at.Offset + len(page)
	switch {
	case end >= total:
		return page, nil, nil
	case len(page) == 0, page[0] == at.First:
		return nil, nil, fmt.Errorf("the list of numbers at Synthflow ends after %d of %d", at.Offset, total)
	case at.Page+1 >= maxPages:
		return nil, nil, fmt.Errorf("the list of numbers at Synthflow has more than %d pages", maxPages)
	}
	return page, &place{Offset: end - min(pageOverlap, len(page)/2), Page: at.Page + 1, First: page[0]}, nil
}

// page reads the numbers from an offset on, and how many there are in all.
func (a api) page(ctx context.Context, workspace string, offset int) (page []string, total int, err error) {
	query := url.Values{
		"workspace": {workspace}, "limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)},
	}
	var list struct {
		Response struct {
			Pagination struct {
				TotalRecords *int `json:"total_records"`
			} `json:"pagination"`
			PhoneNumbers []struct {
				Number string `json:"number"`
			} `json:"phone_numbers"`
		} `json:"response"`
	}
	err = a.get(ctx, "/numbers", query, &list, func() error {
		if list.Response.PhoneNumbers == nil || list.Response.Pagination.TotalRecords == nil {
			return errors.New("it lacks phone_numbers or pagination.total_records")
		}
		for _, item := range list.Response.PhoneNumbers {
			if item.Number == "" {
				return errors.New("it has an item without a number")
			}
			page = append(page, item.Number)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return page, *list.Response.Pagination.TotalRecords, nil
}

// importNumber imports a number of another carrier.
func (a api) importNumber(ctx context.Context, in body) error {
	return a.http.JSON(ctx, http.MethodPost, "/custom-numbers", nil, in, nil)
}

// update changes the fields of a number that are in the body.
func (a api) update(ctx context.Context, phoneNumber string, in body) error {
	return a.http.JSON(ctx, http.MethodPatch, numberPath(phoneNumber), nil, in, nil)
}

// remove deletes a number: the record of an imported one, the subscription of
// a bought one.
func (a api) remove(ctx context.Context, phoneNumber string) error {
	return a.http.JSON(ctx, http.MethodDelete, numberPath(phoneNumber), nil, nil, nil)
}

// agent makes sure that an agent exists. The answer is a list of one.
func (a api) agent(ctx context.Context, id string) error {
	var list struct {
		Response struct {
			Assistants []struct {
				ModelID string `json:"model_id"`
			} `json:"assistants"`
		} `json:"response"`
	}
	return a.get(ctx, agentPath(id), nil, &list, func() error {
		for _, agent := range list.Response.Assistants {
			if agent.ModelID == id {
				return nil
			}
		}
		return fmt.Errorf("it is not about agent %s", id)
	})
}

// link adds the number to an agent's; those that it has stay (Synthflow docs:
// number pooling).
func (a api) link(ctx context.Context, agent, phoneNumber string) error {
	in := body{"phone_number_slugs": []string{slugOf(phoneNumber)}}
	return a.http.JSON(ctx, http.MethodPut, agentPath(agent)+"/phone_numbers", nil, in, nil)
}

// unlink takes the number off one agent.
func (a api) unlink(ctx context.Context, agent, phoneNumber string) error {
	path := agentPath(agent) + "/phone_numbers/" + httpapi.Segment(slugOf(phoneNumber))
	return a.http.JSON(ctx, http.MethodDelete, path, nil, nil, nil)
}
