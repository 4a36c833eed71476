package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Sizes of the pages of lists. Twilio's most is 1000.
const (
	pageSize         = 1000
	filteredPageSize = 50
)

// request carries one call of Twilio's client library over httpapi, which
// gives it what the library's own client lacks: a context, retries, other
// hosts, filters that arrive as they were written, and typed errors.
type request struct {
	ctx    context.Context
	http   *httpapi.Client
	answer *httpapi.Response // what the library is decoding

	beforeRepeat func() error // of httpapi.Request
}

var _ client.BaseClient = (*request)(nil)

// request begins one call.
func (c *Carrier) request(ctx context.Context) (*request, *api.ApiService) {
	r := &request{ctx: ctx, http: c.http}
	// Not client.NewRequestHandler, which reads region and edge from the
	// environment.
	return r, api.NewApiService(&client.RequestHandler{Client: r})
}

// SendRequest is client.BaseClient's.
func (r *request) SendRequest(
	method, rawURL string, data url.Values, _ map[string]any, _ ...byte,
) (*http.Response, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	sent := httpapi.Request{Method: method, Host: u.Host, Path: u.EscapedPath(), BeforeRepeat: r.beforeRepeat}
	if method == http.MethodPost {
		sent.Body, sent.ContentType = []byte(data.Encode()), "application/x-www-form-urlencoded"
	} else {
		sent.Query = data
	}
	r.answer, err = r.http.Do(r.ctx, sent)
	if err != nil {
		return nil, err
	}
	if len(r.answer.Body) > 0 && !json.Valid(r.answer.Body) {
		return nil, r.answer.Unusable(errors.New("it is not JSON")) // the library would read as far as it is
	}
	return &http.Response{
		StatusCode: r.answer.Status,
		Header:     r.answer.Header,
		Body:       io.NopCloser(bytes.NewReader(r.answer.Body)),
	}, nil
}

// AccountSid is client.BaseClient's. Every call names its account itself.
func (r *request) AccountSid() string { return "" }

// SetTimeout is client.BaseClient's.
func (r *request) SetTimeout(time.Duration) {}

// SetOauth is client.BaseClient's.
func (r *request) SetOauth(client.OAuth) {}

// OAuth is client.BaseClient's.
func (r *request) OAuth() client.OAuth { return nil }

// failure is the error of a call. The library's own can only be that it could
// not decode the answer.
func (r *request) failure(err error) error {
	if _, ok := errors.AsType[*httpapi.Error](err); ok || r.answer == nil {
		return err
	}
	return r.answer.Unusable(err)
}

// create buys the number that the parameters name.
func (c *Carrier) create(ctx context.Context, params *api.CreateIncomingPhoneNumberParams) (*record, error) {
	request, twilio := c.request(ctx)
	bought, err := twilio.CreateIncomingPhoneNumber(params)
	if err != nil {
		err = request.failure(err)
	}
	if err == nil || httpapi.IsUnclear(err) {
		c.related.gain(*params.PathAccountSid, *params.PhoneNumber)
	}
	if err != nil {
		return nil, notAbsent(err)
	}
	if err := check(bought, *params.PathAccountSid); err != nil {
		return nil, request.answer.Unusable(err)
	}
	if *bought.PhoneNumber != *params.PhoneNumber {
		return nil, request.answer.Unusable(fmt.Errorf("it is about %s", *bought.PhoneNumber))
	}
	return bought, nil
}

// fetch reads n by its SID.
func (c *Carrier) fetch(ctx context.Context, n platform.Number) (*record, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return nil, err
	}
	if err := checkSID(numberSID, n.SID); err != nil {
		return nil, err
	}
	request, twilio := c.request(ctx)
	live, err := twilio.FetchIncomingPhoneNumber(n.SID, &api.FetchIncomingPhoneNumberParams{PathAccountSid: &account})
	if err != nil {
		return nil, request.failure(err)
	}
	if err := checkSame(live, account, n); err != nil {
		return nil, request.answer.Unusable(err)
	}
	return live, nil
}

// update changes n. A transfer is answered by the account that gains it.
//
// A number that carries a marker can be claimed by another creation at any
// time, and Twilio has no conditional write. So the marker is read right before
// the write, and once more after each wait for a rate limit; and where the write
// replaces it, what stands there afterwards.
func (c *Carrier) update(ctx context.Context, n platform.Number, params *update) (*record, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return nil, err
	}
	if err := checkSID(numberSID, n.SID); err != nil {
		return nil, err
	}
	params.PathAccountSid = &account
	answering, answered := account, n
	if params.AccountSid != nil {
		answering, answered.SID = *params.AccountSid, "" // which may give it another SID
	}
	request, twilio := c.request(ctx)
	marker := n.Marker()
	if marker != "" {
		request.beforeRepeat = func() error { return c.expectName(ctx, n, marker) }
		if err := c.expectName(ctx, n, marker); err != nil {
			return nil, platform.Untouched(err)
		}
	}
	live, err := twilio.UpdateIncomingPhoneNumber(n.SID, params)
	if err != nil {
		err = request.failure(err)
	}
	if params.AccountSid != nil && (err == nil || httpapi.IsUnclear(err)) {
		c.related.gain(*params.AccountSid, n.PhoneNumber)
	}
	if err != nil {
		return nil, err
	}
	if err := checkSame(live, answering, answered); err != nil {
		return nil, request.answer.Unusable(err)
	}
	if marker != "" && params.FriendlyName != nil {
		// Reads that lag so far behind still show the old marker, which nobody writes again. Where nothing can be
		// read, the answer of the write stands.
		if err := c.expectName(ctx, n, *params.FriendlyName, marker); errors.Is(err, platform.ErrClaimed) {
			return nil, err
		}
	}
	return live, nil
}

// expectName reads n until its friendly name is the first of the names, for reads
// may lag behind writes. ErrClaimed: it is none of them.
func (c *Carrier) expectName(ctx context.Context, n platform.Number, names ...string) error {
	for look := 1; ; look++ {
		live, err := c.fetch(ctx, n)
		if err != nil && !errors.Is(err, platform.ErrNotFound) {
			return err
		}
		var name string
		if err == nil && live.FriendlyName != nil {
			name = *live.FriendlyName
		}
		if err == nil && name == names[0] {
			return nil
		}
		if look < looks {
			if httpapi.Pause(ctx, c.pollInterval); ctx.Err() == nil {
				continue
			}
		}
		if err == nil && !slices.Contains(names, name) {
			err = fmt.Errorf("%w; its friendly_name is %q", platform.ErrClaimed, name)
		}
		return err
	}
}

// remove releases n.
func (c *Carrier) remove(ctx context.Context, n platform.Number) error {
	account, err := c.accountOf(n)
	if err != nil {
		return err
	}
	if err := checkSID(numberSID, n.SID); err != nil {
		return err
	}
	request, twilio := c.request(ctx)
	err = twilio.DeleteIncomingPhoneNumber(n.SID, &api.DeleteIncomingPhoneNumberParams{PathAccountSid: &account})
	if err != nil {
		return request.failure(err)
	}
	return nil
}

// list reads all numbers of an account that the parameters let through.
// Twilio's filter by number also finds numbers that merely contain it.
func (c *Carrier) list(
	ctx context.Context, account string, params api.ListIncomingPhoneNumberParams,
) ([]record, error) {
	return allPages(func(at place) ([]record, *place, error) { return c.listPage(ctx, account, params, at) })
}

// listPage reads one page of that list, and where the next one is; nil: there is
// none.
func (c *Carrier) listPage(
	ctx context.Context, account string, params api.ListIncomingPhoneNumberParams, at place,
) ([]record, *place, error) {
	size := pageSize
	if params.PhoneNumber != nil || params.FriendlyName != nil {
		size = filteredPageSize
	}
	params.PathAccountSid, params.PageSize = &account, &size
	request, twilio := c.request(ctx)
	list, err := twilio.PageIncomingPhoneNumber(&params, at.token, at.page())
	if err != nil {
		return nil, nil, notAbsent(request.failure(err))
	}
	if list.IncomingPhoneNumbers == nil { // "nothing owned" is an empty list
		return nil, nil, request.answer.Unusable(errors.New("it lacks incoming_phone_numbers"))
	}
	for i := range list.IncomingPhoneNumbers {
		if err := check(&list.IncomingPhoneNumbers[i], account); err != nil {
			return nil, nil, request.answer.Unusable(err)
		}
	}
	next, err := at.next(list.NextPageUri)
	if err != nil {
		return nil, nil, request.answer.Unusable(err)
	}
	return list.IncomingPhoneNumbers, next, nil
}

// accounts lists the active accounts that the credentials' one is related to,
// itself included.
func (c *Carrier) accounts(ctx context.Context) ([]string, error) {
	active, size := "active", pageSize
	params := api.ListAccountParams{Status: &active, PageSize: &size}
	listed, err := allPages(func(at place) ([]api.ApiV2010Account, *place, error) {
		request, twilio := c.request(ctx)
		list, err := twilio.PageAccount(&params, at.token, at.page())
		if err != nil {
			return nil, nil, request.failure(err)
		}
		if list.Accounts == nil {
			return nil, nil, request.answer.Unusable(errors.New("it lacks accounts"))
		}
		for _, account := range list.Accounts {
			if account.Sid == nil || !accountSID.MatchString(*account.Sid) {
				return nil, nil, request.answer.Unusable(errors.New("it has an account without a valid sid"))
			}
		}
		next, err := at.next(list.NextPageUri)
		if err != nil {
			return nil, nil, request.answer.Unusable(err)
		}
		return list.Accounts, next, nil
	})
	if err != nil {
		return nil, err
	}
	var sids []string
	for _, account := range listed {
		if account.Status == nil || *account.Status == active {
			sids = append(sids, *account.Sid)
		}
	}
	return sids, nil
}

// notAbsent keeps a 404 of an account's list from being read as a number that
// is not there: it is the account that Twilio does not show.
func notAbsent(err error) error {
	if errors.Is(err, platform.ErrNotFound) {
		return errors.New("the account is not there for these credentials: " + err.Error())
	}
	return err
}

// accountOf is the account that n is to be found in.
func (c *Carrier) accountOf(n platform.Number) (string, error) {
	account := n.AccountSID
	if account == "" {
		account = c.accountSID
	}
	return account, checkSID(accountSID, account)
}

// checkSID keeps out of paths what is not an identifier: the library does not
// escape them.
func checkSID(pattern *regexp.Regexp, sid string) error {
	if !pattern.MatchString(sid) {
		return fmt.Errorf("%q is not an identifier of Twilio's (%s)", sid, pattern)
	}
	return nil
}

// check says what is wrong with a number in an answer of the account. Twilio
// promises none of its fields.
func check(r *record, account string) error {
	switch {
	case r.Sid == nil || !numberSID.MatchString(*r.Sid):
		return errors.New("it has a number without a valid sid")
	case r.PhoneNumber == nil || !platform.IsE164(*r.PhoneNumber):
		return fmt.Errorf("%s has no valid phone_number", *r.Sid)
	case r.AccountSid != nil && *r.AccountSid != account:
		return fmt.Errorf("%s is not shown as one of account %s", *r.Sid, account)
	}
	for _, f := range fields {
		value, _ := f.read(r).(string)
		if value != "" && f.Pattern != nil && !f.Pattern.MatchString(value) {
			return fmt.Errorf("%s of %s is not %s", f.Name, *r.Sid, f.PatternHint)
		}
	}
	return nil
}

// checkSame is check, for an answer that must be about n.
func checkSame(r *record, account string, n platform.Number) error {
	if err := check(r, account); err != nil {
		return err
	}
	if n.SID != "" && *r.Sid != n.SID || n.PhoneNumber != "" && *r.PhoneNumber != n.PhoneNumber {
		return fmt.Errorf("it is about %s (%s)", *r.PhoneNumber, *r.Sid)
	}
	return nil
}
