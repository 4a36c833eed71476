package dialnexa

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultPollInterval is the time between two looks at a purchase that DialNexa
// completes in its own time.
const defaultPollInterval = 2 * time.Second

// service is what DialNexa as a carrier and DialNexa as a platform share.
type service struct {
	api
	pollInterval time.Duration
}

// New returns both sides of DialNexa. It looks every pollInterval, 2 s if that
// is 0, at a purchase that is under way.
func New(c *httpapi.Client, pollInterval time.Duration) (*Carrier, *Platform) {
	if pollInterval == 0 {
		pollInterval = defaultPollInterval
	}
	s := &service{api: api{c}, pollInterval: pollInterval}
	return &Carrier{s}, &Platform{s}
}

// find looks n up by its number. DialNexa has no filter for it, so the whole
// list is read.
func (s *service) find(ctx context.Context, n platform.Number) (*record, error) {
	if !platform.IsE164(n.PhoneNumber) {
		return nil, fmt.Errorf("%q is not a phone number in E.164 form", n.PhoneNumber)
	}
	owned, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	for i := range owned {
		if owned[i].PhoneNumber == n.PhoneNumber {
			return &owned[i], nil
		}
	}
	return nil, fmt.Errorf("%w: %s at DialNexa", platform.ErrNotFound, n.PhoneNumber)
}

// reported is n with all that the record says of it. Its block holds what is
// reported and nothing else.
func reported(n platform.Number, r *record) platform.Number {
	n.SID, n.PhoneNumber, n.Carrier = r.ID, r.PhoneNumber, kindName
	n.Capabilities = slices.Sorted(slices.Values(r.Capabilities))
	n.Settings = nil
	link := n.Block.String("agent_link")
	if link == "" { // imported
		link = byAgent
		if r.isOlder() {
			link = byNumber
		}
	}
	told := map[string]text{"agent_id": r.agent()}
	if link == byNumber { // who links by the agent cannot set these either
		told["nickname"], told["label"] = r.Nickname, r.Label
	}
	n.Block = platform.Values{"id": r.ID, "agent_link": link}
	for name, text := range told {
		if text.told {
			n.Block[name] = platform.TextOrNil(text.value)
		}
	}
	return n
}

// with is the block with other values on top.
func with(block, other platform.Values) platform.Values {
	block = maps.Clone(block)
	if block == nil {
		block = platform.Values{}
	}
	maps.Copy(block, other)
	return block
}

// isAnswer says that DialNexa itself answered with one of the statuses.
func isAnswer(err error, statuses ...int) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Own && slices.Contains(statuses, answer.Status)
}

// isUnoffered says that DialNexa does not have what an edit asks for. As to the
// number, it must have been read just before.
func isUnoffered(err error) bool {
	return isAnswer(err, http.StatusNotFound, http.StatusMethodNotAllowed)
}

// writes are what all writes to DialNexa have in common.
var writes = httpapi.Service{Title: "DialNexa", Explain: func(doing string, err error) error { return fmt.Errorf("%s: %w", doing, err) }}
