package dialnexa

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

const (
	numbersPath = "/organization-phone-numbers"

	pageSize = 100 // the most that a list gives (DialNexa docs: pagination)
	// pageOverlap is how many numbers a page shares with the one before, where
	// that can be: a number that is removed meanwhile moves those behind it up.
	pageOverlap = 5
	maxPages    = 1000
)

// pending is the status of a number whose purchase is not complete yet
// (DialNexa OpenAPI: Purchase Phone Number). Others are not documented by word.
const pending = "pending"

// api is DialNexa's API in both generations.
type api struct {
	http *httpapi.Client
}

// record is a number in an answer. Which fields it has depends on the
// generation, and in generation A on whether one follows the schema or the
// example of the page (DialNexa docs: get phone number).
type record struct {
	ID             string          `json:"id"`
	PhoneNumber    string          `json:"phone_number"`
	Status         string          `json:"status"`
	Nickname       text            `json:"nickname"`
	Label          text            `json:"label"`
	AgentID        text            `json:"agent_id"`
	InboundAgentID text            `json:"inbound_agent_id"`
	CreatedAt      json.RawMessage `json:"created_at"`
	Capabilities   []string        `json:"capabilities"`
}

// text is a string of an answer that may be null, which is as good as empty, or
// absent, which tells nothing.
type text struct {
	told  bool
	value string
}

// UnmarshalJSON is json.Unmarshaler's. It is called for a null as well.
func (t *text) UnmarshalJSON(data []byte) error {
	t.told, t.value = true, ""
	return json.Unmarshal(data, &t.value)
}

// agent is the ID of the agent that answers the number's calls.
func (r *record) agent() text {
	if r.AgentID.value != "" || !r.InboundAgentID.told {
		return r.AgentID
	}
	return r.InboundAgentID
}

// isOlder says that the number was answered by generation A.
func (r *record) isOlder() bool {
	return r.agent().told || r.Label.told || r.CreatedAt != nil
}

func (r *record) check() error {
	switch {
	case !identifier.MatchString(r.ID):
		return errors.New("it has a number without a valid id")
	case r.PhoneNumber == "":
		return fmt.Errorf("%s has no phone_number", r.ID)
	}
	return nil
}

// checkIs is check, for an answer that must be about n.
func (r *record) checkIs(n platform.Number) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.ID != n.SID || n.PhoneNumber != "" && r.PhoneNumber != n.PhoneNumber {
		return fmt.Errorf("it is about %s (%s)", r.PhoneNumber, r.ID)
	}
	return nil
}

// send makes one request and reads a 2xx answer into out, if that is not nil.
// An answer that check refuses leaves open what DialNexa has done.
func (a *api) send(
	ctx context.Context, method, path string, query url.Values, in, out any, check func() error,
) error {
	r := httpapi.Request{Method: method, Path: path, Query: query, Header: http.Header{"Accept": {"application/json"}}}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.Body, r.ContentType = body, "application/json"
	}
	resp, err := a.http.Do(ctx, r)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(resp.Body, out); err != nil {
		return resp.Unusable(err)
	}
	if err := check(); err != nil {
		return resp.Unusable(err)
	}
	return nil
}

// fetch reads n by its ID. ErrNotFound is DialNexa's own 404, which it also
// sends for a path that it does not have: only a list makes it certain.
func (a *api) fetch(ctx context.Context, n platform.Number) (*record, error) {
	return a.ask(ctx, http.MethodGet, n, nil)
}

// edit changes members of n; generation B does not offer it.
func (a *api) edit(ctx context.Context, n platform.Number, members map[string]any) (*record, error) {
	return a.ask(ctx, http.MethodPatch, n, members)
}

// ask makes a request that is answered with n as it is then.
func (a *api) ask(ctx context.Context, method string, n platform.Number, in any) (*record, error) {
	path, err := pathOf(n)
	if err != nil {
		return nil, err
	}
	var live record
	if err := a.send(ctx, method, path, nil, in, &live, func() error { return live.checkIs(n) }); err != nil {
		return nil, err
	}
	return &live, nil
}

// remove gives n up. What the answer says differs from page to page, so it is
// not read.
func (a *api) remove(ctx context.Context, n platform.Number) error {
	path, err := pathOf(n)
	if err != nil {
		return err
	}
	return a.send(ctx, http.MethodDelete, path, nil, nil, nil, nil)
}

func pathOf(n platform.Number) (string, error) {
	if !identifier.MatchString(n.SID) { // without one, a GET would read the list
		return "", fmt.Errorf("%q is not an ID of DialNexa's", n.SID)
	}
	return numbersPath + "/" + httpapi.Segment(n.SID), nil
}

// publish publishes a version of the agent with the number of that ID for
// inbound calls; an empty one takes its number off the agent (DialNexa
// OpenAPI: Update Agent). Generation A does not offer it.
func (a *api) publish(ctx context.Context, agentID string, version int64, numberID string) error {
	in := struct {
		Version  int64  `json:"version_number"`
		NumberID string `json:"inbound_phone_number_id"`
		Publish  bool   `json:"is_published"`
	}{version, numberID, true}
	var agent struct {
		ID string `json:"id"`
	}
	path := "/agents/" + httpapi.Segment(agentID)
	return a.send(ctx, http.MethodPatch, path, nil, in, &agent, func() error {
		if agent.ID != agentID {
			return fmt.Errorf("it is not about agent %s", agentID)
		}
		return nil
	})
}

// agent is an agent in an answer. Generation B tells all versions, generation A
// the current one.
type agent struct {
	ID       string    `json:"id"`
	Deleted  bool      `json:"is_deleted"`
	Versions []version `json:"versions"`
	Current  *version  `json:"current_version"`
}

type version struct {
	Number    int64 `json:"version_number"`
	Older     int64 `json:"number"` // the same in generation A
	Published bool  `json:"is_published"`
}

// version is the agent's version of that number; nil: it has none. Told is false
// where the answer leaves that open.
func (a *agent) version(number int64) (v *version, told bool) {
	all := a.Versions
	if a.Current != nil {
		all = append(slices.Clone(all), *a.Current)
	}
	for _, v := range all {
		if v.Number == number || v.Older == number {
			return &v, true
		}
	}
	return nil, len(a.Versions) > 0
}

// errNoAgent reports that DialNexa has no such agent, by its own word.
var errNoAgent = errors.New("DialNexa has no agent")

// agent reads an agent by the paths of both generations, that of the link first;
// nil: neither tells. Only its own word on both that the agent is not there is
// errNoAgent.
func (a *api) agent(ctx context.Context, id, link string) (*agent, error) {
	paths := []string{"/agents2/", "/agents/"}
	if link == byAgent {
		slices.Reverse(paths)
	}
	var absent []string
	for _, path := range paths {
		var found agent
		err := a.send(ctx, http.MethodGet, path+httpapi.Segment(id), nil, nil, &found, func() error {
			if found.ID != id {
				return fmt.Errorf("it is not about agent %s", id)
			}
			return nil
		})
		switch {
		case err == nil && !found.Deleted:
			return &found, nil
		case err == nil:
			absent = append(absent, "it is deleted")
		case isNoAgent(err):
			absent = append(absent, err.Error())
		}
	}
	if len(absent) < len(paths) {
		return nil, nil // a path that is not served, or an agent that may not be read, says nothing
	}
	return nil, fmt.Errorf("%w %s: %s; nothing was changed: check agent_id", errNoAgent, id, absent[0])
}

// isNoAgent says that DialNexa has answered that it has no such agent. A path that
// it does not serve is answered by the same status in the same envelope, but with
// the path in its words ("Cannot GET /v1/agents/…"), so these have to speak of an
// agent; where they change, nothing is refused for them.
func isNoAgent(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && answer.Status == http.StatusNotFound &&
		strings.Contains(strings.ToLower(answer.Message), "agent") && !strings.Contains(answer.Message, "/agents")
}

// place is where a page of the list is.
type place struct {
	Page  int    `json:"page"`  // from 1, by the limit
	Limit int    `json:"limit"` // length of pages
	Count int    `json:"count"` // how many were read before it
	First string `json:"first"` // ID of the number that began the page before
}

var firstPlace = place{Page: 1, Limit: pageSize}

// placeAfter is the page that begins before the numbers listed so far end and
// reaches furthest. DialNexa counts offsets in pages, so it takes another limit to
// begin elsewhere: at most size, which is what it has been seen to give.
func placeAfter(listed, size int) (next place) {
	for overlap := min(pageOverlap, size/2); next.Page*next.Limit <= listed; overlap-- {
		for limit := size; limit > 0; limit-- {
			page := (listed-overlap)/limit + 1
			if page*limit > next.Page*next.Limit {
				next.Page, next.Limit = page, limit
			}
		}
	}
	return next
}

// list reads all numbers of the workspace.
func (a *api) list(ctx context.Context) ([]record, error) {
	var all []record
	seen := map[string]bool{}
	total := 0
	for at := &firstPlace; at != nil; {
		page, counted, next, err := a.listPage(ctx, *at)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
		at, total = next, counted
	}
	if len(all) < total { // numbers have moved between two pages
		return nil, incomplete(total, len(all))
	}
	return all, nil
}

// listPage reads one page of that list, how many numbers there are in all, and
// where the next page is; nil: there is none.
func (a *api) listPage(ctx context.Context, at place) (page []record, total int, next *place, err error) {
	page, total, err = a.page(ctx, at.Page, at.Limit)
	if err != nil {
		return nil, 0, nil, err
	}
	before := (at.Page - 1) * at.Limit
	listed := before + len(page)
	switch {
	case listed >= total:
		return page, total, nil, nil
	case len(page) == 0, page[0].ID == at.First:
		return nil, 0, nil, incomplete(total, before)
	case at.Count+1 >= maxPages:
		return nil, 0, nil, fmt.Errorf("the list of numbers at DialNexa has more than %d pages", maxPages)
	}
	size := pageSize
	if len(page) < at.Limit { // it gives no more
		size = len(page)
	}
	after := placeAfter(listed, size)
	after.Count, after.First = at.Count+1, page[0].ID
	return page, total, &after, nil
}

func incomplete(total, listed int) error {
	return fmt.Errorf("DialNexa counts %d numbers, but lists only %d", total, listed)
}

// page reads one page of the list, in the envelope of either generation: data
// and meta, or items beside total.
func (a *api) page(ctx context.Context, number, size int) (page []record, total int, err error) {
	var list struct {
		Data  *[]record `json:"data"`
		Items *[]record `json:"items"`
		Total *int      `json:"total"`
		Meta  struct {
			Total *int `json:"total"`
		} `json:"meta"`
	}
	query := url.Values{"page": {strconv.Itoa(number)}, "limit": {strconv.Itoa(size)}}
	err = a.send(ctx, http.MethodGet, numbersPath, query, nil, &list, func() error {
		if list.Data == nil {
			list.Data = list.Items
		}
		if list.Total == nil {
			list.Total = list.Meta.Total
		}
		if list.Data == nil || list.Total == nil { // "nothing owned" is an empty list
			return errors.New("it is not a list of numbers with their total")
		}
		for _, r := range *list.Data {
			if err := r.check(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, notAbsent(err)
	}
	return *list.Data, *list.Total, nil
}

// notAbsent keeps a 404 of a path that is no number's from being read as a
// number that is not there.
func notAbsent(err error) error {
	if errors.Is(err, platform.ErrNotFound) {
		return errors.New(err.Error() + "; check the base URL: it must lead to the API, with its /v1")
	}
	return err
}

// The bodies of a purchase in the two generations (DialNexa docs: buy phone
// number; DialNexa OpenAPI: Purchase Phone Number).
type (
	orderA struct {
		PhoneNumber string `json:"phone_number"`
	}
	orderB struct {
		PhoneNumber         string `json:"phoneNumber"`
		TelephonyProviderID string `json:"telephonyProviderId"`
		CountryISO          string `json:"countryISO"`
	}
)

// buy orders the number. The record is nil where the answer does not have it:
// in generation B it is no required part.
func (a *api) buy(ctx context.Context, order any, phoneNumber string) (*record, error) {
	var answer struct {
		record          // generation A
		Ordered string  `json:"phoneNumber"` // generation B
		Bought  *record `json:"organizationPhoneNumber"`
	}
	var bought *record
	err := a.send(ctx, http.MethodPost, numbersPath+"/purchase", nil, order, &answer, func() error {
		switch {
		case answer.Bought != nil:
			bought = answer.Bought
		case answer.ID != "":
			bought = &answer.record
		case answer.Ordered == phoneNumber:
			return nil
		}
		if bought == nil || bought.check() != nil || bought.PhoneNumber != phoneNumber {
			return fmt.Errorf("it is not about %s", phoneNumber)
		}
		return nil
	})
	if err != nil {
		return nil, notAbsent(err)
	}
	return bought, nil
}
