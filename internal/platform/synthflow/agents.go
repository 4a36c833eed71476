package synthflow

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.AgentLister = (*Platform)(nil)

// Agents is platform.AgentLister's: those of the API key's workspace.
func (p *Platform) Agents(ctx context.Context, cursor string) ([]platform.Agent, string, error) {
	offset, err := platform.Offset(cursor)
	if err != nil {
		return nil, "", err
	}
	page, total, err := p.api.listAgents(ctx, offset)
	if errors.Is(err, platform.ErrNotFound) { // the list, not a number
		err = platform.Final(err)
	}
	if err != nil {
		return nil, "", explained("list the agents at Synthflow", err)
	}
	end := offset + len(page)
	if end >= total || len(page) == 0 {
		return page, "", nil
	}
	return page, strconv.Itoa(end - min(pageOverlap, len(page)/2)), nil
}

// listAgents reads agents from an offset on, and how many there are in all. Its
// path, and no other one, ends with a slash (Synthflow OpenAPI: list-assistant).
func (a api) listAgents(ctx context.Context, offset int) (page []platform.Agent, total int, err error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}}
	var list struct {
		Response struct {
			Pagination struct {
				TotalRecords *int `json:"total_records"`
			} `json:"pagination"`
			Assistants []struct {
				ModelID string `json:"model_id"`
				Name    string `json:"name"`
			} `json:"assistants"`
		} `json:"response"`
	}
	err = a.get(ctx, "/assistants/", query, &list, func() error {
		if list.Response.Assistants == nil || list.Response.Pagination.TotalRecords == nil {
			return errors.New("it lacks assistants or pagination.total_records")
		}
		for _, item := range list.Response.Assistants {
			if item.ModelID == "" {
				return errors.New("it has an agent without a model_id")
			}
			page = append(page, platform.Agent{ID: item.ModelID, Name: item.Name})
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return page, *list.Response.Pagination.TotalRecords, nil
}
