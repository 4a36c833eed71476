package resemble

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultPollInterval is the time between two looks at a deletion.
const defaultPollInterval = 2 * time.Second

var (
	_ platform.Platform    = (*Platform)(nil)
	_ platform.PlanChecker = (*Platform)(nil)
)

// Platform is platform.Platform at Resemble AI. It is safe for concurrent use.
type Platform struct {
	api
	twilio       platform.Arguments
	pollInterval time.Duration
	agents       agentLocks
}

// New returns the platform. Twilio are the arguments of the provider's twilio
// block, whose account and auth token a registration needs. It looks every
// pollInterval, 2 s if that is 0, at a deletion that is in progress.
func New(c *httpapi.Client, twilio platform.Arguments, pollInterval time.Duration) *Platform {
	if pollInterval == 0 {
		pollInterval = defaultPollInterval
	}
	return &Platform{
		api: api{c}, twilio: twilio, pollInterval: pollInterval, agents: agentLocks{locks: map[string]chan struct{}{}},
	}
}

// Check is platform.Platform's. Only a registration needs the token.
func (p *Platform) Check(ctx context.Context, have, want platform.Number) error {
	uuid := want.Block.String(agentUUID)
	if have.Status == platform.Active && reregisters(have, want) == "" {
		if uuid == "" || uuid == have.Block.String(agentUUID) {
			return nil
		}
	} else if _, err := p.authToken(want); err != nil {
		return err
	}
	if uuid == "" { // the credentials are to be tried all the same
		if _, err := p.list(ctx); err != nil {
			return explained("list the numbers at Resemble AI", err)
		}
		return nil
	}
	if _, err := p.fetchAgent(ctx, uuid); err != nil {
		return explained("read agent "+uuid+" at Resemble AI", err)
	}
	return nil
}

// CheckPlan is platform.PlanChecker's. It calls nobody.
func (p *Platform) CheckPlan(_ context.Context, have, want platform.Number) error {
	if have.Platform == kindName {
		return nil
	}
	_, err := p.authToken(want)
	return err
}

// authToken is the auth token of the account at Twilio that owns the number.
func (p *Platform) authToken(want platform.Number) (string, error) {
	if configured := want.Block.String(token); configured != "" {
		return configured, nil
	}
	const ways = "set " + token + " in the resemble block"
	field := kindName + "." + token
	account := want.AccountSID
	switch {
	case p.twilio["auth_token"] == "":
		return "", &platform.FieldError{Field: field, Err: fmt.Errorf("for the SIP trunks that it sets up at Twilio, "+
			"Resemble AI needs the auth token of the account that owns the number: %s, or auth_token in the provider's "+
			"twilio block (or TWILIO_AUTH_TOKEN)", ways)}
	case account != "" && account != p.twilio["account_sid"]:
		return "", &platform.FieldError{Field: field, Err: fmt.Errorf("for the SIP trunks that it sets up at Twilio, "+
			"Resemble AI needs the auth token of account %s, which owns the number, and that of the provider's twilio block "+
			"is of %s: %s", account, p.twilio["account_sid"], ways)}
	}
	return p.twilio["auth_token"], nil
}

// Attach is platform.Platform's. It takes over a record that serves; one of another
// agent is refused, and any other registered anew.
func (p *Platform) Attach(ctx context.Context, want platform.Number) (platform.Number, error) {
	have := want
	have.Block = platform.Values{}
	held, err := p.find(ctx, want.PhoneNumber)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return p.register(ctx, have, want)
	case err != nil:
		return have, platform.Untouched(explained("look up "+want.PhoneNumber+" at Resemble AI", err))
	case held.AgentUUID != "" && held.AgentUUID != want.Block.String(agentUUID):
		return have, platform.Untouched(&platform.FieldError{Field: kindName + "." + agentUUID, Err: fmt.Errorf(
			"%s is registered at Resemble AI already (record %d) and answers for agent %q (%s), which is left as it is: "+
				"set agent_uuid to that agent, unlink the number in Resemble AI's dashboard, or import it as %s/%d",
			want.PhoneNumber, held.ID, held.AgentName, held.AgentUUID, kindName, held.ID)})
	case held.serves(want) && !want.Block.Has(inboundTrunk) && !want.Block.Has(outboundTrunk):
		return p.take(ctx, reported(have, held), want, held)
	}
	return p.reregister(ctx, reported(have, held), want, held)
}

// serves says that the record is as wanted and has the number wired, as far as
// Resemble and Twilio tell: not the settings of its trunks.
func (r record) serves(want platform.Number) bool {
	trunk := cmp.Or(r.InboundTrunk.TwilioTrunkSID, r.OutboundTrunk.TwilioTrunkSID)
	return r.Status != statusDeleting && r.Status != statusCorrupted &&
		r.Label == want.Block.String(label) &&
		r.SupportsInbound == want.Block.Bool(supportsInbound) &&
		r.SupportsOutbound == want.Block.Bool(supportsOutbound) &&
		r.Provider == twilioName && r.TwilioAccountSID == want.AccountSID &&
		(r.HasTwilioCredentials == nil || *r.HasTwilioCredentials) &&
		(trunk == "" || want.Settings.String(trunkSID) == trunk)
}

// Read is platform.Platform's. It goes by the list, which tells in one call, too,
// what the number is registered as by now and whether its agent has others.
func (p *Platform) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	held, err := p.seek(ctx, have)
	if err != nil {
		return have, explained("read "+recorded(have)+" at Resemble AI", err)
	}
	return reported(have, held), nil
}

// seek finds n in the list by its record's ID, else by its number. Only what
// can't be read by its ID either is platform.ErrNotFound.
func (p *Platform) seek(ctx context.Context, n platform.Number) (record, error) {
	all, err := p.list(ctx)
	if err != nil {
		return record{}, err
	}
	held, listed := indexed(all).find(n)
	if listed {
		return held, held.checkIsOf(n)
	}
	if id, known := n.Block[recordID].(int64); known {
		return p.fetchOf(ctx, id, n)
	}
	return record{}, fmt.Errorf("%w: %s at Resemble AI", platform.ErrNotFound, n.PhoneNumber)
}

// Update is platform.Platform's. Resemble edits the link to the agent alone;
// anything else takes another registration.
func (p *Platform) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	switch {
	case have.Status != platform.Active, reregisters(have, want) != "":
		return p.renew(ctx, have, want)
	case have.Block.String(agentUUID) == want.Block.String(agentUUID):
		want.Block = have.Block
		return want, nil
	}
	doing := "link " + recorded(have) + " to another agent at Resemble AI"
	held, err := p.locate(ctx, have)
	if err != nil {
		return have, platform.Untouched(explained(doing, err))
	}
	if status, reason := held.condition(); status != "" {
		return reported(have, held), platform.Untouched(
			fmt.Errorf("%s: its status has become %s; plan again: %s", doing, status, reason))
	}
	got, err := p.take(ctx, reported(have, held), want, held)
	if isShared(err) { // which the plan did not know
		return have, fmt.Errorf("%w; refresh the state and plan again, and the plan registers the number anew", err)
	}
	return got, err
}

// renew brings a number in order whose record, or whose wiring, is not, or is
// to be another one.
func (p *Platform) renew(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	if !have.Block.Has(recordID) { // a record that is there may be somebody else's
		got, err := p.Attach(ctx, want)
		if err != nil && got.Status == "" {
			got.Status, got.StatusReason = have.Status, have.StatusReason
		}
		return got, err
	}
	doing := "look up " + recorded(have) + " at Resemble AI"
	held, err := p.locate(ctx, have)
	if errors.Is(err, platform.ErrNotFound) {
		return p.register(ctx, have, want)
	}
	if err != nil {
		return have, platform.Untouched(explained(doing, err))
	}
	if held.serves(want) && reregisters(have, want) == "" {
		got, err := p.take(ctx, reported(have, held), want, held)
		if !isShared(err) {
			return got, err
		}
	}
	return p.reregister(ctx, have, want, held)
}

// reregister deletes the record and registers the number anew. The number
// beside an error is have, as far as that is still so.
func (p *Platform) reregister(
	ctx context.Context, have, want platform.Number, held record,
) (platform.Number, error) {
	left, err := p.remove(ctx, held)
	if isCorrupted(err) && want.Action == platform.ForceDelete {
		var notes []string
		notes, err = p.force(ctx, left)
		have.Notes, want.Notes = notes, notes
	}
	if err != nil {
		return reported(have, left), err
	}
	got, err := p.register(ctx, have, want)
	if err != nil {
		return got, platform.Final(err)
	}
	return got, nil
}

// register makes a record and links it. The number beside an error is have, as
// far as that is still so: its former record is gone.
func (p *Platform) register(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	made, err := p.create(ctx, want)
	if err != nil && have.Block.Has(recordID) {
		return unregistered(have), err
	}
	if err != nil {
		return have, err
	}
	got, err := p.take(ctx, reported(have, made), want, made)
	if err != nil {
		return got, platform.Final(err)
	}
	return got, nil
}

// take links a record that is as wanted otherwise.
func (p *Platform) take(ctx context.Context, have, want platform.Number, held record) (platform.Number, error) {
	now, err := p.link(ctx, held, want.Block.String(agentUUID))
	if err != nil {
		return reported(have, now), err
	}
	return reported(want, now), nil
}

// create registers the number. An unclear outcome is settled by the list.
func (p *Platform) create(ctx context.Context, want platform.Number) (record, error) {
	authToken, err := p.authToken(want)
	if err != nil {
		return record{}, platform.Untouched(err)
	}
	return httpapi.Write[record]{
		Service: writes, Doing: "register " + want.PhoneNumber + " at Resemble AI", Answers: true,
		Send: func(ctx context.Context) (record, error) { return p.api.create(ctx, registrationOf(want, authToken)) },
		Look: func(ctx context.Context) (record, error) { return p.find(ctx, want.PhoneNumber) },
		Left: func(now record) string {
			if err := now.checkIsOf(want); err != nil {
				return err.Error()
			}
			return ""
		},
	}.Do(ctx)
}

// registrationOf is the body that asks for a record of the number.
func registrationOf(want platform.Number, authToken string) registration {
	in := registration{
		PhoneNumber:      want.PhoneNumber,
		Label:            want.Block.String(label),
		SupportsInbound:  want.Block.Bool(supportsInbound),
		SupportsOutbound: want.Block.Bool(supportsOutbound),
		Provider:         twilioName,
		TwilioAccountSID: want.AccountSID,
		TwilioAuthToken:  authToken,
	}
	if given, ok := want.Block[inboundTrunk].(platform.Values); ok {
		body := &inboundTrunkBody{
			MediaEncryption:    given.String(mediaEncryption.Name),
			HasAuthCredentials: given.Bool(hasAuthCredentials.Name),
			Username:           given.String(username.Name),
		}
		body.AllowedAddresses, _ = given["allowed_addresses"].([]string)
		body.AllowedNumbers, _ = given["allowed_numbers"].([]string)
		in.InboundTrunk = body
	}
	if given, ok := want.Block[outboundTrunk].(platform.Values); ok {
		body := &outboundTrunkBody{
			Address:            given.String("address"),
			Transport:          given.String("transport"),
			MediaEncryption:    given.String(mediaEncryption.Name),
			HasAuthCredentials: given.Bool(hasAuthCredentials.Name),
			Username:           given.String(username.Name),
		}
		body.Headers, _ = given["headers"].(map[string]string)
		in.OutboundTrunk = body
	}
	return in
}

// find looks a number up among the team's; platform.ErrNotFound if it is not
// there.
func (p *Platform) find(ctx context.Context, phoneNumber string) (record, error) {
	all, err := p.list(ctx)
	if err != nil {
		return record{}, err
	}
	for _, r := range all {
		if r.PhoneNumber == phoneNumber {
			return r, nil
		}
	}
	return record{}, fmt.Errorf("%w: %s at Resemble AI", platform.ErrNotFound, phoneNumber)
}

// locate finds n by its record's ID, else by its number: it may have been
// registered anew.
func (p *Platform) locate(ctx context.Context, n platform.Number) (record, error) {
	if id, known := n.Block[recordID].(int64); known {
		r, err := p.fetchOf(ctx, id, n)
		if !errors.Is(err, platform.ErrNotFound) {
			return r, err
		}
	}
	return p.find(ctx, n.PhoneNumber)
}

// fetchOf reads the record of that ID, which must be of n.
func (p *Platform) fetchOf(ctx context.Context, id int64, n platform.Number) (record, error) {
	r, err := p.fetch(ctx, id)
	if err != nil {
		return r, err
	}
	return r, r.checkIsOf(n)
}

// checkIsOf says whether the record is of n, as far as n's number is known.
func (r record) checkIsOf(n platform.Number) error {
	if n.PhoneNumber != "" && r.PhoneNumber != n.PhoneNumber {
		return fmt.Errorf("record %d is of %s, not of %s", r.ID, r.PhoneNumber, n.PhoneNumber)
	}
	return nil
}

// reported is n with all that Resemble's record says of it.
func reported(n platform.Number, r record) platform.Number {
	n.PhoneNumber = r.PhoneNumber
	n.Block = platform.Values{
		label:                 r.Label,
		agentUUID:             platform.TextOrNil(r.AgentUUID),
		supportsInbound:       r.SupportsInbound,
		supportsOutbound:      r.SupportsOutbound,
		recordID:              r.ID,
		inboundTrunkSID:       platform.TextOrNil(r.InboundTrunk.TwilioTrunkSID),
		outboundTrunkSID:      platform.TextOrNil(r.OutboundTrunk.TwilioTrunkSID),
		livekitTrunkID:        platform.TextOrNil(r.InboundTrunk.LiveKitTrunkID),
		livekitDispatchRuleID: platform.TextOrNil(r.InboundTrunk.LiveKitDispatchRuleID),
	}
	n.Private.Platform = platform.Values{accountSID: r.TwilioAccountSID}
	if r.agentShared {
		n.Private.Platform[agentShared] = true
	}
	if status, reason := r.condition(); status != "" {
		n.Status, n.StatusReason = status, reason
	}
	return n
}

// unregistered is n once its record is gone.
func unregistered(n platform.Number) platform.Number {
	n.Block = platform.Values{
		agentUUID: nil, recordID: nil, inboundTrunkSID: nil, outboundTrunkSID: nil, livekitTrunkID: nil,
		livekitDispatchRuleID: nil,
	}
	n.Private.Platform = nil
	n.Status = platform.Corrupted
	n.StatusReason = fmt.Sprintf("Resemble AI no longer lists %s; an apply registers it anew.", n.PhoneNumber)
	return n
}

// condition is Resemble's own word for the condition of a number, empty if all
// is well, and what is wrong with it.
func (r record) condition() (platform.Status, string) {
	switch r.Status {
	case statusDeleting:
		return platform.Deleting, fmt.Sprintf("Resemble AI is deleting record %d of %s; an apply waits for the end and "+
			"registers the number anew.", r.ID, r.PhoneNumber)
	case statusCorrupted:
		failed := &corruptedError{record: r}
		return platform.Corrupted, failed.reason()
	}
	return "", ""
}
