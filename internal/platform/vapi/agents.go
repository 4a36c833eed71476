package vapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.AgentLister = (*Platform)(nil)

// Agents is platform.AgentLister's: Vapi's assistants. The cursor is the time at
// which the oldest of the page before was created.
func (p *Platform) Agents(ctx context.Context, cursor string) ([]platform.Agent, string, error) {
	if _, err := time.Parse(time.RFC3339Nano, cursor); cursor != "" && err != nil {
		return nil, "", fmt.Errorf("%q is not a cursor of a list at Vapi", cursor)
	}
	page, next, err := p.api.listAssistants(ctx, cursor)
	if err != nil {
		return nil, "", platform.NotAbsent(explained("list the assistants at Vapi", err))
	}
	return page, next, nil
}

// listAssistants reads up to pageSize assistants that were created no later than a
// time; empty: the newest. The list has no pages of its own (Vapi OpenAPI:
// AssistantController_findAll), so a full one is followed by those that are as old
// as its oldest, or older.
func (a api) listAssistants(ctx context.Context, until string) (page []platform.Agent, next string, err error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if until != "" {
		query.Set("createdAtLe", until)
	}
	type listed struct {
		ID        string    `json:"id"`
		Name      string    `json:"name"`
		CreatedAt time.Time `json:"createdAt"`
	}
	var list []listed
	err = a.call(ctx, http.MethodGet, "/assistant", query, nil, &list, func() error {
		if list == nil { // "none" is an empty list
			return errors.New("it is no list")
		}
		for _, item := range list {
			if !uuid.MatchString(item.ID) || item.CreatedAt.IsZero() {
				return errors.New("an assistant lacks its id or createdAt")
			}
			page = append(page, platform.Agent{ID: item.ID, Name: item.Name})
		}
		newestFirst := slices.IsSortedFunc(list, func(a, b listed) int { return b.CreatedAt.Compare(a.CreatedAt) })
		if len(list) >= pageSize && !newestFirst {
			return errors.New("it is not ordered from the newest to the oldest, so that nobody knows what it leaves out")
		}
		return nil
	})
	if err != nil || len(list) < pageSize {
		return page, "", err
	}
	return page, list[len(list)-1].CreatedAt.Format(time.RFC3339Nano), nil
}
