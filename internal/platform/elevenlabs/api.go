package elevenlabs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const numbersPath = "/v1/convai/phone-numbers"

func numberPath(id string) string { return numbersPath + "/" + httpapi.Segment(id) }

// providerTwilio is the provider of numbers that are imported from Twilio.
const providerTwilio = "twilio"

// record is a number as ElevenLabs reports it (ElevenLabs Python SDK:
// get_phone_number_response). No account and no secret is in it.
type record struct {
	ID          string `json:"phone_number_id"`
	Provider    string `json:"provider"`
	PhoneNumber string `json:"phone_number"`
	Label       string `json:"label"`
	Agent       *struct {
		AgentID string `json:"agent_id"`
	} `json:"assigned_agent"`
}

func (r *record) agent() any {
	if r.Agent == nil || r.Agent.AgentID == "" {
		return nil
	}
	return r.Agent.AgentID
}

// check says what the record lacks that every record has.
func (r *record) check() error {
	if !idPattern.MatchString(r.ID) || r.Provider == "" || r.PhoneNumber == "" {
		return errors.New("a number lacks its phone_number_id, provider or phone_number")
	}
	return nil
}

// body is the JSON object of a write.
type body map[string]any

// api makes single calls. Its errors are *httpapi.Error, unless said.
type api struct {
	http *httpapi.Client
}

// call sends in as JSON, if it is not nil, and has check judge the decoded 2xx
// answer.
func (a api) call(ctx context.Context, method, path string, in body, out any, check func() error) error {
	r := httpapi.Request{Method: method, Path: path, Header: http.Header{"Accept": {"application/json"}}}
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.Body, r.ContentType = text, "application/json"
	}
	return a.ask(ctx, r, out, check)
}

// ask has check judge the decoded 2xx answer to a request.
func (a api) ask(ctx context.Context, r httpapi.Request, out any, check func() error) error {
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

// record reads or, with a body, changes a number: null takes its agent off.
func (a api) record(ctx context.Context, method, id string, in body) (*record, error) {
	var r record
	return &r, a.call(ctx, method, numberPath(id), in, &r, func() error {
		if err := r.check(); err != nil {
			return err
		}
		if r.ID != id {
			return fmt.Errorf("it is about %q", r.ID)
		}
		return nil
	})
}

func (a api) fetch(ctx context.Context, id string) (*record, error) {
	return a.record(ctx, http.MethodGet, id, nil)
}

// importNumber imports a number and returns the ID of its record.
func (a api) importNumber(ctx context.Context, in body) (id string, err error) {
	var made struct {
		ID string `json:"phone_number_id"`
	}
	err = a.call(ctx, http.MethodPost, numbersPath, in, &made, func() error {
		if !idPattern.MatchString(made.ID) {
			return errors.New("it lacks phone_number_id")
		}
		return nil
	})
	return made.ID, err
}

// remove deletes a record. The answer has any form, and is not looked at.
func (a api) remove(ctx context.Context, id string) error {
	return a.http.JSON(ctx, http.MethodDelete, numberPath(id), nil, nil, nil)
}

// agent makes sure that an agent exists.
func (a api) agent(ctx context.Context, id string) error {
	var agent struct {
		AgentID string `json:"agent_id"`
	}
	return a.call(ctx, http.MethodGet, "/v1/convai/agents/"+httpapi.Segment(id), nil, &agent, func() error {
		if agent.AgentID != id {
			return fmt.Errorf("it is about agent %q", agent.AgentID)
		}
		return nil
	})
}

// list reads all numbers: the list is not paged.
func (a api) list(ctx context.Context) ([]record, error) {
	var all []record
	err := a.call(ctx, http.MethodGet, numbersPath, nil, &all, func() error {
		if all == nil { // "none" is an empty list
			return errors.New("it is no list")
		}
		for i := range all {
			if err := all[i].check(); err != nil {
				return err
			}
		}
		return nil
	})
	return all, platform.NotAbsent(err)
}

// errTwice reports that several records have one number.
var errTwice = errors.New("several records have the number, and nothing tells which is meant: delete all but one in " +
	"ElevenLabs' dashboard, or import the number by the ID of its record")

// search finds the record of a number or, without one, of an ID by the list;
// platform.ErrNotFound if the list does not have it.
func (a api) search(ctx context.Context, phoneNumber, id string) (*record, error) {
	all, err := a.list(ctx)
	if err != nil {
		return nil, err
	}
	var found []*record
	for i := range all {
		r := &all[i]
		switch {
		case r.ID == id && (phoneNumber == "" || r.PhoneNumber == phoneNumber):
			return r, nil
		case phoneNumber != "" && r.PhoneNumber == phoneNumber:
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%w: ElevenLabs does not list it", platform.ErrNotFound)
	case 1:
		return found[0], nil
	}
	return nil, errTwice
}
