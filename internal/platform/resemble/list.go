package resemble

import (
	"context"
	"errors"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Lister = (*Platform)(nil)

// List is platform.Lister's. Resemble's list is a single page.
func (p *Platform) List(ctx context.Context, _ platform.Number, cursor string) ([]platform.Listed, string, error) {
	if cursor != "" {
		return nil, "", errors.New("the list of numbers at Resemble AI has one page alone")
	}
	all, err := p.list(ctx)
	if err != nil {
		return nil, "", explained("list the numbers at Resemble AI", err)
	}
	index := indexed(all)
	listed := make([]platform.Listed, len(all))
	for i, r := range all {
		listed[i] = platform.Listed{
			Number: reported(platform.Number{Platform: kindName}, index.completed(r)),
			Read: func(have platform.Number) (platform.Number, bool) {
				held, found := index.find(have)
				if !found || held.ID != r.ID || held.checkIsOf(have) != nil {
					return have, false
				}
				return reported(have, held), true
			},
		}
	}
	return listed, "", nil
}

// index finds records in a list; of several that fit, the first.
type index struct {
	byID     map[int64]record
	byNumber map[string]record
	agents   map[string]int64 // ID of an agent's first record by UUID
	shared   map[string]bool  // agents with several records by UUID
}

func indexed(all []record) index {
	x := index{
		byID: map[int64]record{}, byNumber: map[string]record{}, agents: map[string]int64{}, shared: map[string]bool{},
	}
	for _, r := range all {
		if _, known := x.byID[r.ID]; !known {
			x.byID[r.ID] = r
		}
		if _, known := x.byNumber[r.PhoneNumber]; !known {
			x.byNumber[r.PhoneNumber] = r
		}
		first, known := x.agents[r.AgentUUID]
		if !known {
			x.agents[r.AgentUUID] = r.ID
		} else if first != r.ID {
			x.shared[r.AgentUUID] = true
		}
	}
	return x
}

// find is n's record by its ID, else by its number.
func (x index) find(n platform.Number) (record, bool) {
	id, known := n.Block[recordID].(int64)
	r, found := x.byID[id]
	if !known || !found {
		r, found = x.byNumber[n.PhoneNumber]
	}
	return x.completed(r), found
}

// completed is the record with what the list tells of its agent.
func (x index) completed(r record) record {
	r.agentShared = r.AgentUUID != "" && x.shared[r.AgentUUID]
	return r
}
