package dialnexa

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Lister = (*Carrier)(nil)

// List is platform.Lister's. Generation B's does not tell the agents.
func (c *Carrier) List(ctx context.Context, _ platform.Number, cursor string) ([]platform.Listed, string, error) {
	at := firstPlace
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil || at.Page <= 1 || at.Limit < 1 {
			return nil, "", fmt.Errorf("%q is not a cursor of a list at DialNexa", cursor)
		}
	}
	page, _, next, err := c.listPage(ctx, at)
	if err != nil {
		return nil, "", fmt.Errorf("list the numbers of the workspace: %w", err)
	}
	listed := make([]platform.Listed, len(page))
	for i := range page {
		listed[i] = platform.Listed{
			Number: reported(platform.Number{Platform: kindName}, &page[i]),
			Read:   func(have platform.Number) (platform.Number, bool) { return readListed(have, &page[i]) },
		}
	}
	if next == nil {
		return listed, "", nil
	}
	onward, err := json.Marshal(next)
	return listed, string(onward), err
}

// readListed is what Carrier.Read, or Carrier.Find where have lacks its ID,
// would return of a number in the list. Where the list does not tell the agent,
// only generation B's numbers read just the same by themselves, and they are
// linked by the agent.
func readListed(have platform.Number, r *record) (platform.Number, bool) {
	same := have.SID == r.ID && (have.PhoneNumber == "" || have.PhoneNumber == r.PhoneNumber) ||
		have.SID == "" && have.PhoneNumber == r.PhoneNumber
	if !same || !r.agent().told && have.Block.String("agent_link") != byAgent {
		return have, false
	}
	return reported(have, r), true
}
