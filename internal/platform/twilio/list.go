package twilio

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Lister = (*Carrier)(nil)

// List is platform.Lister's. It lists one account, which is n's.
func (c *Carrier) List(ctx context.Context, n platform.Number, cursor string) ([]platform.Listed, string, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return nil, "", err
	}
	at, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	owned, next, err := c.listPage(ctx, account, api.ListIncomingPhoneNumberParams{}, at)
	if err != nil {
		return nil, "", explained("list the numbers of account "+account, err)
	}
	listed := make([]platform.Listed, len(owned))
	for i := range owned {
		listed[i] = platform.Listed{
			Number: reported(platform.Number{AccountSID: account}, &owned[i]),
			Read: func(have platform.Number) (platform.Number, bool) {
				return c.readListed(have, account, &owned[i])
			},
		}
	}
	if next == nil {
		return listed, "", nil
	}
	return listed, next.cursor(), nil
}

// readListed is what Read, or Find where have lacks its SID, would return if
// Twilio answered with the record of the account's list.
func (c *Carrier) readListed(have platform.Number, account string, r *record) (platform.Number, bool) {
	own, err := c.accountOf(have)
	if err != nil || own != account || have.SID == "" && have.PhoneNumber == "" {
		return have, false
	}
	if err := checkSame(r, account, have); err != nil {
		return have, false
	}
	have.AccountSID = account
	return reported(have, r), true
}
