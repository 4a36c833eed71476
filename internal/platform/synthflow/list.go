package synthflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Lister = (*Platform)(nil)

// List is platform.Lister's. The list tells no more of a number than that it is
// there, and whether an inbound agent could still take it (Synthflow OpenAPI:
// get-numbers). What is no phone number, as providers such as five9 may have it,
// is left out.
func (p *Platform) List(ctx context.Context, n platform.Number, cursor string) ([]platform.Listed, string, error) {
	workspace, err := p.workspaceOf(n)
	if err != nil {
		return nil, "", err
	}
	var at place
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil || at.Offset <= 0 {
			return nil, "", fmt.Errorf("%q is not a cursor of a list at Synthflow", cursor)
		}
	}
	page, next, err := p.api.list(ctx, workspace, at)
	if errors.Is(err, platform.ErrNotFound) { // the list, not a number
		err = platform.Final(err)
	}
	if err != nil {
		return nil, "", explained("list the numbers of workspace "+workspace, err)
	}
	listed := make([]platform.Listed, 0, len(page))
	for _, phoneNumber := range page {
		if !platform.IsE164(phoneNumber) {
			continue
		}
		listed = append(listed, platform.Listed{Number: platform.Number{
			PhoneNumber: phoneNumber,
			Platform:    kindName,
			Block:       platform.Values{workspaceID: workspace, slug: slugOf(phoneNumber)},
		}})
	}
	if next == nil {
		return listed, "", nil
	}
	onward, err := json.Marshal(next)
	return listed, string(onward), err
}
