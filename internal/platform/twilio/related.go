package twilio

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	"golang.org/x/sync/errgroup"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// relatedAccounts bounds how many accounts Elsewhere asks at a time.
const relatedAccounts = 4

// related is what a run has been told of the accounts that the credentials' one
// is related to. Each account is listed once, however many numbers are looked
// for; what the run itself brings into an account afterwards is noted.
type related struct {
	turn chan struct{} // held by whoever asks; the others wait for what it is told

	listed   bool
	accounts []string // in Twilio's order, the credentials' own one included

	mu      sync.Mutex
	numbers map[string]map[string]bool // E.164, by account; nil: not asked yet
	gained  map[string]string          // accounts, by E.164
}

func newRelated() *related {
	return &related{turn: make(chan struct{}, 1), numbers: map[string]map[string]bool{}, gained: map[string]string{}}
}

// gain notes that an account has a number now, or may have it.
func (r *related) gain(account, phoneNumber string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gained[phoneNumber] = account
}

// lose notes that an account does not have a number any more.
func (r *related) lose(account, phoneNumber string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.numbers[account], phoneNumber)
	if r.gained[phoneNumber] == account {
		delete(r.gained, phoneNumber)
	}
}

// owner is the first account but one's own that has the number.
func (r *related) owner(phoneNumber, own string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if account := r.gained[phoneNumber]; account != own && account != "" {
		return account
	}
	for _, account := range r.accounts {
		if account != own && r.numbers[account][phoneNumber] {
			return account
		}
	}
	return ""
}

// Elsewhere is platform.Carrier's. It is empty as well where the credentials
// may not see other accounts, as most API keys may not.
func (c *Carrier) Elsewhere(ctx context.Context, n platform.Number) (string, error) {
	own, err := c.accountOf(n)
	if err != nil {
		return "", err
	}
	if !platform.IsE164(n.PhoneNumber) {
		return "", fmt.Errorf("%q is not a phone number in E.164 form", n.PhoneNumber)
	}
	r := c.related
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if err := c.askAccounts(ctx, r); err != nil {
		return "", explained("list the accounts that may own "+n.PhoneNumber, err)
	}
	if err := c.askNumbers(ctx, r, own); err != nil {
		return "", fmt.Errorf("look for %s in related accounts: %w", n.PhoneNumber, err)
	}
	for {
		there := n
		if there.AccountSID = r.owner(n.PhoneNumber, own); there.AccountSID == "" {
			return "", nil
		}
		_, err := c.Find(ctx, there) // it may have gone since
		if err == nil {
			return there.AccountSID, nil
		}
		if !errors.Is(err, platform.ErrNotFound) && !isDenied(err) {
			return "", err
		}
		r.lose(there.AccountSID, n.PhoneNumber)
	}
}

// askAccounts lists the accounts, unless that has been done. A failure is not
// remembered, so that the next number asks again.
func (c *Carrier) askAccounts(ctx context.Context, r *related) error {
	if r.listed {
		return nil
	}
	accounts, err := c.accounts(ctx)
	if err != nil && !isDenied(err) && !errors.Is(err, platform.ErrNotFound) {
		return err
	}
	r.accounts, r.listed = accounts, true
	return nil
}

// askNumbers lists the numbers of the accounts that have not been asked, all but
// one's own. An account that refuses counts as one without numbers.
func (c *Carrier) askNumbers(ctx context.Context, r *related, own string) error {
	asked := slices.DeleteFunc(slices.Clone(r.accounts), func(account string) bool {
		return account == own || r.numbers[account] != nil
	})
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(relatedAccounts)
	for _, account := range asked {
		group.Go(func() error {
			owned, err := c.list(ctx, account, api.ListIncomingPhoneNumberParams{})
			if err != nil && !isDenied(err) {
				return explained("list the numbers of account "+account, err)
			}
			numbers := map[string]bool{}
			for i := range owned {
				numbers[*owned[i].PhoneNumber] = true
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.numbers[account] = numbers
			return nil
		})
	}
	return group.Wait()
}
