package twilio

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/twilio/twilio-go/client"
	senders "github.com/twilio/twilio-go/rest/messaging/v1"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// pools is what a run has been told of the Messaging Services of the credentials'
// account and of their sender pools. Services are listed once, and each pool once,
// however many numbers are looked for; what the run itself changes is noted.
type pools struct {
	turn chan struct{} // held by whoever asks; the others wait for what it is told

	told     bool
	denied   error              // the credentials may not ask
	services map[string]inbound // by their SID
	memberOf map[string]string  // Services, by the SID of a number
}

// inbound is what a Messaging Service does with the messages that its numbers receive.
type inbound int

const (
	answered  inbound = iota // they go to its own URL
	discarded                // it has none: they are neither received nor logged
	yielded                  // they go by each number's own settings
)

// inboundOf reads it (Twilio OpenAPI: Messaging, inbound_request_url and
// use_inbound_webhook_on_number).
func inboundOf(s *senders.MessagingV1Service) inbound {
	switch {
	case s.UseInboundWebhookOnNumber != nil && *s.UseInboundWebhookOnNumber:
		return yielded
	case s.InboundRequestUrl == nil || *s.InboundRequestUrl == "":
		return discarded
	}
	return answered
}

func newPools() *pools { return &pools{turn: make(chan struct{}, 1)} }

var serviceSID = sidPattern("MG")

var _ platform.Surveyor = (*Carrier)(nil)

// Survey is platform.Surveyor's. It tells the Messaging Service, in the credentials'
// own account alone.
func (c *Carrier) Survey(ctx context.Context, n platform.Number) (platform.Number, error) {
	if account, err := c.accountOf(n); err != nil || account != c.accountSID {
		return n, err // Services are those of the credentials' account alone
	}
	service, err := c.poolOf(ctx, n)
	if err != nil {
		return n, err
	}
	return inPool(n, service), nil
}

// inPool is n in the sender pool of a Service; empty: in none.
func inPool(n platform.Number, service string) platform.Number {
	settings := maps.Clone(n.Settings)
	if settings == nil {
		settings = platform.Values{}
	}
	settings[membership.Name] = platform.TextOrNil(service)
	n.Settings = settings
	return n
}

// poolOf is the Service in whose sender pool n is, as the run has been told.
func (c *Carrier) poolOf(ctx context.Context, n platform.Number) (service string, err error) {
	err = c.withPools(ctx, func(p *pools) { service = p.memberOf[n.SID] })
	return service, err
}

// withPools asks for the Services and their pools, unless the run has been told, and
// uses them.
func (c *Carrier) withPools(ctx context.Context, use func(*pools)) error {
	p := c.pools
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.denied != nil {
		return p.denied
	}
	if !p.told {
		if err := c.askPools(ctx); err != nil {
			err = explained("look for Messaging Services", err)
			if isDenied(err) {
				p.denied = err
			}
			return err
		}
		p.told = true
	}
	use(p)
	return nil
}

// join notes what this run has made of n; empty: it is in no pool.
func (p *pools) join(n platform.Number, service string) {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	if p.told {
		p.memberOf[n.SID] = service
	}
}

func (c *Carrier) askPools(ctx context.Context) error {
	p := c.pools
	p.services, p.memberOf = map[string]inbound{}, map[string]string{}
	size := pageSize
	listed, err := allPages(func(at place) ([]senders.MessagingV1Service, *place, error) {
		request, twilio := c.senders(ctx)
		list, err := twilio.PageService(&senders.ListServiceParams{PageSize: &size}, at.token, at.page())
		if err != nil {
			return nil, nil, notAbsent(request.failure(err))
		}
		if list.Services == nil {
			return nil, nil, request.answer.Unusable(errors.New("it lacks services"))
		}
		next, err := at.next(list.Meta.NextPageUrl)
		if err != nil {
			return nil, nil, request.answer.Unusable(err)
		}
		for i := range list.Services {
			if sid := list.Services[i].Sid; sid == nil || !serviceSID.MatchString(*sid) {
				return nil, nil, request.answer.Unusable(errors.New("it has a Messaging Service without a valid sid"))
			}
		}
		return list.Services, next, nil
	})
	if err != nil {
		return err
	}
	for i := range listed {
		sid := *listed[i].Sid
		p.services[sid] = inboundOf(&listed[i])
		members, err := allPages(func(at place) ([]senders.MessagingV1PhoneNumber, *place, error) {
			request, twilio := c.senders(ctx)
			list, err := twilio.PagePhoneNumber(sid, &senders.ListPhoneNumberParams{PageSize: &size}, at.token, at.page())
			if err != nil {
				return nil, nil, notAbsent(request.failure(err))
			}
			if list.PhoneNumbers == nil {
				return nil, nil, request.answer.Unusable(errors.New("it lacks phone_numbers"))
			}
			next, err := at.next(list.Meta.NextPageUrl)
			if err != nil {
				return nil, nil, request.answer.Unusable(err)
			}
			return list.PhoneNumbers, next, nil
		})
		if err != nil {
			return err
		}
		for _, member := range members {
			if member.Sid != nil {
				p.memberOf[*member.Sid] = sid
			}
		}
	}
	return nil
}

// messaging begins one call of the Messaging API.
func (c *Carrier) senders(ctx context.Context) (*request, *senders.ApiService) {
	r := &request{ctx: ctx, http: c.http}
	return r, senders.NewApiService(&client.RequestHandler{Client: r})
}

// isMember reads whether n is in the pool of the Service.
func (c *Carrier) isMember(ctx context.Context, n platform.Number, service string) (bool, error) {
	if err := errors.Join(checkSID(serviceSID, service), checkSID(numberSID, n.SID)); err != nil {
		return false, err
	}
	request, twilio := c.senders(ctx)
	member, err := twilio.FetchPhoneNumber(service, n.SID)
	if err != nil {
		err = request.failure(err)
		if errors.Is(err, platform.ErrNotFound) { // the member, or the Service
			return false, nil
		}
		return false, err
	}
	if member.Sid == nil || *member.Sid != n.SID || member.ServiceSid != nil && *member.ServiceSid != service {
		return false, request.answer.Unusable(errors.New("it is about another member"))
	}
	return true, nil
}

// The errors of a number that joins a pool (Twilio docs: errors 21710 and 21712).
const (
	codeAlreadyMember   = "21710"
	codeMemberOfAnother = "21712"
)

// errNoService says that the account has no such Service, or no such number.
var errNoService = errors.New("there is no such Messaging Service")

// enter puts n into the pool of the Service. It is there already: done.
func (c *Carrier) enter(ctx context.Context, n platform.Number, service string) error {
	if err := errors.Join(checkSID(serviceSID, service), checkSID(numberSID, n.SID)); err != nil {
		return err
	}
	_, err := httpapi.Write[bool]{ // whether it is there
		Service: writes, Doing: fmt.Sprintf("put %s into Messaging Service %s", platform.Identified(n), service), Answers: true,
		Send: func(ctx context.Context) (bool, error) {
			request, twilio := c.senders(ctx)
			_, err := twilio.CreatePhoneNumber(service, &senders.CreatePhoneNumberParams{PhoneNumberSid: &n.SID})
			if err != nil {
				err = request.failure(err)
			}
			if isCode(err, codeAlreadyMember) {
				err = nil
			}
			return true, err
		},
		Refused: func(doing string, failure error) error {
			switch {
			case isCode(failure, codeMemberOfAnother):
				return fmt.Errorf("%s: %w; another Messaging Service has it by now: plan again, or take it out there", doing, failure)
			case errors.Is(failure, platform.ErrNotFound):
				return &platform.FieldError{Field: membership.Name, Err: fmt.Errorf(
					"%s: account %s: %w: %s", doing, c.accountSID, errNoService, failure.Error())}
			}
			return explained(doing, failure)
		},
		Look: func(ctx context.Context) (bool, error) { return c.isMember(ctx, n, service) },
		Left: func(in bool) string {
			if !in {
				return "it is not there"
			}
			return ""
		},
	}.Do(ctx)
	if err == nil {
		c.pools.join(n, service)
	}
	return err
}

func isCode(err error, code string) bool {
	answer, answered := errors.AsType[*httpapi.Error](err)
	return answered && answer.Code == code
}

// exit takes n out of the pool of the Service, which releases nothing. It is not
// there: done.
func (c *Carrier) exit(ctx context.Context, n platform.Number, service string) error {
	if err := errors.Join(checkSID(serviceSID, service), checkSID(numberSID, n.SID)); err != nil {
		return err
	}
	err := httpapi.Deletion{
		Service: writes, Doing: fmt.Sprintf("take %s out of Messaging Service %s", platform.Identified(n), service),
		IsAbsent: func(failure error) bool { return errors.Is(failure, platform.ErrNotFound) },
		Send: func(ctx context.Context) error {
			request, twilio := c.senders(ctx)
			if err := twilio.DeletePhoneNumber(service, n.SID); err != nil {
				return request.failure(err)
			}
			return nil
		},
		Look: func(ctx context.Context) error {
			in, err := c.isMember(ctx, n, service)
			if err == nil && !in {
				return platform.ErrNotFound
			}
			return err
		},
	}.Do(ctx)
	if err == nil {
		c.pools.join(n, "")
	}
	return err
}

// exchange moves n from one Service's pool to another's; empty: none. Where the
// second refuses, the first has it back.
func (c *Carrier) exchange(ctx context.Context, n platform.Number, from, to string) error {
	if from == to {
		return nil
	}
	if from != "" {
		if err := c.exit(ctx, n, from); err != nil {
			return err
		}
	}
	if to == "" {
		return nil
	}
	failure := c.enter(ctx, n, to)
	if failure == nil || from == "" {
		return failure
	}
	return c.reenter(ctx, n, from, failure)
}

// reenter puts n back into the pool that it has just left, since another one has
// failed to take it, and returns that failure.
func (c *Carrier) reenter(ctx context.Context, n platform.Number, from string, failure error) error {
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	if err := c.enter(ctx, n, from); err != nil {
		return platform.Final(fmt.Errorf("%w; and it could not be put back into %s, so it is in neither: %s", failure, from, err.Error()))
	}
	return fmt.Errorf("%w; it is back in %s", failure, from)
}

// settleMembership puts have, which is in the account that it is to be in, into the
// pool that want names, and returns it with what is known of that. A Service that is
// to be left is known, or nothing is to be done.
func (c *Carrier) settleMembership(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	wanted, asked := want.Settings[membership.Name]
	from, to := have.Settings.String(membership.Name), want.Settings.String(membership.Name)
	_, known := have.Settings[membership.Name]
	switch {
	case !asked || wanted == nil && from == "":
		return have, nil
	case !known:
		var err error
		if from, err = c.poolOf(ctx, have); err != nil {
			return have, platform.Untouched(err)
		}
		have = inPool(have, from)
	}
	if from == to {
		return have, nil
	}
	if marker := have.Marker(); marker != "" { // a mark is taken off by the last write
		if err := c.expectName(ctx, have, marker); err != nil {
			return have, platform.Untouched(err)
		}
	}
	if err := c.exchange(ctx, have, from, to); err != nil {
		return have, err
	}
	return inPool(have, to), nil
}

// checkService refuses a Service for a number of another account than the
// credentials'.
func (c *Carrier) checkService(account string, want platform.Number) error {
	if want.Settings[membership.Name] == nil || account == c.accountSID {
		return nil
	}
	return platform.Untouched(&platform.FieldError{Field: membership.Name, Err: fmt.Errorf(
		"%s is in account %s, and a Messaging Service is reached only with the credentials of its own account, which these are "+
			"not (%s): configure the provider with those of account %[2]s, or leave messaging_service_sid out",
		want.PhoneNumber, account, c.accountSID)})
}
