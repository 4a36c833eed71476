package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultPollInterval is the time between two looks at something that Twilio
// does in its own time.
const defaultPollInterval = 2 * time.Second

var _ platform.Seller = (*Carrier)(nil)

// Carrier is platform.Carrier at Twilio. It is safe for concurrent use.
type Carrier struct {
	http         *httpapi.Client
	accountSID   string
	pollInterval time.Duration
	region       string // whose wiring it reads and writes
	related      *related
	pools        *pools
}

// New returns the carrier whose numbers are in the account of that SID, unless
// they name another one. It looks every pollInterval, 2 s if that is 0, at what
// Twilio does in its own time.
func New(c *httpapi.Client, accountSID string, pollInterval time.Duration) *Carrier {
	if pollInterval == 0 {
		pollInterval = defaultPollInterval
	}
	return &Carrier{
		http: c, accountSID: accountSID, pollInterval: pollInterval, region: homeRegion, related: newRelated(), pools: newPools(),
	}
}

// In is the carrier that works in a Region; empty: in us1.
func (c *Carrier) In(region string) *Carrier {
	c.region = cmp.Or(region, homeRegion)
	return c
}

// Find is platform.Carrier's. Twilio filters its list by the number, so it takes one
// call; only an equal number counts.
func (c *Carrier) Find(ctx context.Context, n platform.Number) (platform.Number, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return n, err
	}
	if !platform.IsE164(n.PhoneNumber) {
		return n, fmt.Errorf("%q is not a phone number in E.164 form", n.PhoneNumber)
	}
	n.AccountSID = account
	owned, err := c.list(ctx, account, api.ListIncomingPhoneNumberParams{PhoneNumber: &n.PhoneNumber})
	if err != nil {
		return n, c.reaching(n, explained("look up "+n.PhoneNumber, err))
	}
	for i := range owned {
		if *owned[i].PhoneNumber == n.PhoneNumber {
			return reported(n, &owned[i]), nil
		}
	}
	return n, fmt.Errorf("%w: %s in account %s at Twilio", platform.ErrNotFound, n.PhoneNumber, account)
}

// Read is platform.Carrier's. It takes one call, by the SID.
func (c *Carrier) Read(ctx context.Context, n platform.Number) (platform.Number, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return n, err
	}
	n.AccountSID = account
	live, err := c.fetch(ctx, n)
	if err != nil {
		return n, c.reaching(n, explained("read "+platform.Identified(n), err))
	}
	return reported(n, live), nil
}

// reaching says of an error in which account it occurred, if the credentials are
// another account's and do not reach it.
func (c *Carrier) reaching(n platform.Number, err error) error {
	if account, _ := c.accountOf(n); account != c.accountSID && isDenied(err) {
		return fmt.Errorf("%w; %s is in account %s, which the credentials of account %s do not reach: "+
			"use those of account %[3]s, or the auth token of its main account",
			err, platform.Identified(n), account, c.accountSID)
	}
	return err
}

// Marked is platform.Carrier's. The marker is the number's friendly name, and
// Twilio's filter by that takes whole names alone.
func (c *Carrier) Marked(ctx context.Context, n platform.Number) ([]platform.Number, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return nil, err
	}
	n.AccountSID = account
	owned, err := c.list(ctx, account, api.ListIncomingPhoneNumberParams{})
	if err != nil {
		return nil, explained("look for numbers that an earlier purchase left", err)
	}
	var marked []platform.Number
	for i := range owned {
		if got := reported(n, &owned[i]); got.Marker() != "" {
			marked = append(marked, got)
		}
	}
	return marked, nil
}

// reported is n, in the account that was asked, with all that Twilio's record
// says of it.
func reported(n platform.Number, r *record) platform.Number {
	n.SID = *r.Sid
	if r.AccountSid != nil {
		n.AccountSID = *r.AccountSid
	}
	n.PhoneNumber = *r.PhoneNumber
	n.Carrier = kindName
	n.Capabilities = capabilities(r)
	if r.Origin != nil {
		n.Private.Origin = *r.Origin
	}
	n.Private.EmergencyAddress = emergencyAddress(r)
	n.Settings = platform.Values{}
	for _, f := range fields {
		value := f.read(r)
		if value == nil && f.optional {
			continue // not told, which is not the same as not set
		}
		n.Settings[f.Name] = f.normalized(value)
	}
	n.Reports = platform.Values{}
	for _, told := range reports {
		n.Reports[told.Name] = told.read(r)
	}
	return n
}

func capabilities(r *record) []string {
	has := r.Capabilities
	if has == nil {
		return nil
	}
	var names []string
	for _, capability := range []struct {
		name string
		has  bool
	}{{"fax", has.Fax}, {"mms", has.Mms}, {"sms", has.Sms}, {"voice", has.Voice}} {
		if capability.has {
			names = append(names, capability.name)
		}
	}
	return names
}

// isDenied says that the credentials do not reach that far.
func isDenied(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden)
}
