package nixflex

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Lister = (*Platform)(nil)

// List is platform.Lister's. It looks up, too, whether the page's agents exist.
func (p *Platform) List(ctx context.Context, _ platform.Number, cursor string) ([]platform.Listed, string, error) {
	var at place
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil {
			return nil, "", fmt.Errorf("%q is not a cursor of a list at Nixflex", cursor)
		}
	}
	page, next, err := p.api.list(ctx, "", at)
	if err == nil {
		err = p.agents.learn(ctx, page)
	}
	if err != nil {
		return nil, "", explained("list the numbers", err)
	}
	listed := make([]platform.Listed, len(page))
	for i := range page {
		listed[i] = p.listed(&page[i])
	}
	if next == nil {
		return listed, "", nil
	}
	onward, err := json.Marshal(next)
	return listed, string(onward), err
}

// listed is a record in the list. As long as it is not known whether its agent
// exists, only Read, which asks, can tell.
func (p *Platform) listed(r *record) platform.Listed {
	number := reported(platform.Number{PhoneNumber: r.phoneNumber, Platform: kindName}, r)
	if exists, known := p.agents.told(r.agentID); known && !exists {
		number.Block[agentID] = nil
	}
	return platform.Listed{
		Number: number,
		Read: func(have platform.Number) (platform.Number, bool) {
			exists, known := p.agents.told(r.agentID)
			if !known || have.PhoneNumber != r.phoneNumber {
				return have, false
			}
			return read(have, r, exists), true
		},
	}
}
