package vapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var (
	_ platform.Platform    = (*Platform)(nil)
	_ platform.Previewer   = (*Platform)(nil)
	_ platform.PlanChecker = (*Platform)(nil)
	_ platform.Lister      = (*Platform)(nil)
)

// What platform.PrivateState keeps for this package.
const (
	// memoryAccount is the account at Twilio with whose credentials Vapi works on
	// the number.
	memoryAccount = "twilio_account_sid"
	// privateHost is where Vapi's webhooks are.
	privateHost = "host"
)

// Platform is platform.Platform at Vapi. It is safe for concurrent use.
type Platform struct {
	api    api
	twilio platform.Arguments // the provider's own account
	host   string
}

// New returns what Vapi is to the numbers of its own, and to all that are on it.
// Own are the arguments of Vapi, account those of Twilio, with which numbers are
// imported that bring no token of their own.
func New(c *httpapi.Client, own, account platform.Arguments) (*Carrier, *Platform) {
	p := &Platform{api: api{c}, twilio: account, host: host(own)}
	return &Carrier{p}, p
}

// idOf is the ID of n's record as far as n tells.
func idOf(n platform.Number) string {
	for _, id := range []string{n.Block.String(recordID), n.SID} { // Vapi's own have it as their SID
		if uuid.MatchString(id) {
			return id
		}
	}
	return ""
}

// find reads n's record; platform.ErrNotFound if there is none, which counts only
// if the list says so, too.
func (p *Platform) find(ctx context.Context, n platform.Number) (*record, error) {
	doing := "read " + n.PhoneNumber + " at Vapi"
	id := idOf(n)
	if id != "" {
		live, err := p.api.fetch(ctx, id)
		switch {
		case err == nil && (n.PhoneNumber == "" || live.Number == n.PhoneNumber):
			return live, nil
		case err == nil: // another number's
		case !isAbsent(err):
			return nil, explained(doing, err)
		}
	}
	if n.PhoneNumber == "" && id == "" {
		return nil, errors.New("nothing tells which number at Vapi is meant")
	}
	live, err := p.api.search(ctx, n.PhoneNumber, id)
	switch {
	case err != nil:
		return nil, explained(doing, err)
	case live.ID == id:
		return nil, fmt.Errorf("%s: it is listed at Vapi, which says that it has no such number; try again", doing)
	}
	return live, nil
}

// provided is n with the provider of its number filled in.
func provided(n platform.Number, provider string) platform.Number {
	block := platform.Values{}
	maps.Copy(block, n.Block)
	block[providerName] = provider
	n.Block = block
	return n
}

// Preview is platform.Previewer's. Only Vapi's record tells a number of its own from
// one that it has imported.
func (p *Platform) Preview(ctx context.Context, want platform.Number) (platform.Number, error) {
	switch {
	case want.Block.Has(providerName):
		return want, nil
	case want.PhoneNumber == "": // a purchase will find one, which Vapi has none of
		return provided(want, providerTwilio), nil
	}
	live, err := p.find(ctx, want)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return provided(want, providerTwilio), nil
	case err != nil:
		return want, err
	}
	want = provided(want, live.Provider)
	if live.Provider == providerVapi { // any other record may be imported anew by then
		want.Block[recordID] = live.ID
	}
	return want, nil
}

// Check is platform.Platform's. Credentials are needed only where they would be
// handed over.
func (p *Platform) Check(ctx context.Context, have, want platform.Number) error {
	if err := checkMessages(want); err != nil {
		return err
	}
	if have.Status == platform.Active {
		if handsOver(have, want) {
			if _, err := p.credentials(want); err != nil {
				return err
			}
		}
		return p.checkAgents(ctx, have, want)
	}
	if err := p.checkAgents(ctx, platform.Number{}, want); err != nil {
		return err
	}
	if want.PhoneNumber == "" { // a purchase will find it; the credentials are to be tried all the same
		if _, _, err := p.api.list(ctx, "", 1); err != nil {
			return explained("list the numbers at Vapi", err)
		}
		_, err := p.credentials(want)
		return err
	}
	live, err := p.find(ctx, want)
	switch {
	case errors.Is(err, platform.ErrNotFound) && carrierOf(want) == kindName:
		return nil // its carrier knows that it has no such number
	case errors.Is(err, platform.ErrNotFound):
		_, err := p.credentials(want)
		return err
	case err != nil:
		return err
	}
	return belongs(live, want, have.PhoneNumber == "")
}

// CheckPlan is platform.PlanChecker's. A record that is there already needs no
// credentials, so only where they are missing it is looked for.
func (p *Platform) CheckPlan(ctx context.Context, have, want platform.Number) error {
	if err := checkMessages(want); err != nil {
		return err
	}
	switch {
	case have.Platform == kindName && have.Status == platform.Active && have.Block.Has(providerName):
		return belongs(&record{Provider: have.Block.String(providerName)}, want, false)
	case have.Platform == kindName, carrierOf(want) == kindName:
		return nil
	}
	_, lacking := p.credentials(want)
	if lacking == nil || want.PhoneNumber == "" {
		return lacking
	}
	switch _, err := p.find(ctx, want); {
	case err == nil:
		return nil
	case errors.Is(err, platform.ErrNotFound):
		return lacking
	default:
		return err
	}
}

// checkMessages refuses to leave messages to the resource of which only their
// carrier knows.
func checkMessages(want platform.Number) error {
	if want.Block[smsEnabled] == false && carrierOf(want) != twilioName {
		return blame(smsEnabled, errors.New("false is for a number that Twilio carries; leave it out"))
	}
	return nil
}

// checkAgents makes sure that the agents exist that want has and have has not. Of
// workflows Vapi's documents have no way to read one.
func (p *Platform) checkAgents(ctx context.Context, have, want platform.Number) error {
	for field, kind := range map[string]string{assistantID: "assistant", squadID: "squad"} {
		agent := want.Block.String(field)
		if agent == "" || agent == have.Block.String(field) {
			continue
		}
		switch err := p.api.agent(ctx, kind, agent); {
		case isAbsent(err):
			return blame(field, platform.NotAbsent(fmt.Errorf("%s %s is not in the API key's organization: %w", kind, agent, err)))
		case err != nil:
			return platform.NotAbsent(explained("look up "+kind+" "+agent, err))
		}
	}
	return nil
}

// belongs says why the record is not one that want can have. Taken is whether the
// resource takes it over, rather than having it already.
func belongs(live *record, want platform.Number, taken bool) error {
	there := provided(want, live.Provider)
	switch {
	case want.Block.Has(providerName) && carrierOf(there) != carrierOf(want):
		return blame(providerName, fmt.Errorf("%s is at Vapi as a number of %q; nothing was changed there: set provider_name to "+
			"that, or leave it out", want.PhoneNumber, live.Provider))
	case taken && carrierOf(want) == twilioName && want.AccountSID != "" && live.TwilioAccountSID != "" &&
		live.TwilioAccountSID != want.AccountSID:
		return fmt.Errorf("the record of %s at Vapi was imported from account %s at Twilio, and the number is in account %s; "+
			"nothing was changed: delete that record in Vapi's dashboard, then apply again", want.PhoneNumber, live.TwilioAccountSID,
			want.AccountSID)
	}
	return nil
}

// credentials are what Vapi needs to import n, as members of a body.
func (p *Platform) credentials(n platform.Number) (body, error) {
	provider := n.Block.String(providerName)
	switch {
	case carrierOf(n) == externalName && n.Block.Has(credentialID):
		return body{"provider": provider, "credentialId": n.Block[credentialID]}, nil
	case carrierOf(n) == externalName:
		return nil, blame(credentialID, fmt.Errorf("the import of a number of %s needs a credential, which Vapi's dashboard makes: "+
			"set credential_id", provider))
	case carrierOf(n) == kindName:
		return nil, blame(providerName, fmt.Errorf("%s is not among the numbers that Vapi carries, and it imports none "+
			"there: get it in Vapi's dashboard first", n.PhoneNumber))
	}
	account := p.twilio["account_sid"]
	owner := n.AccountSID
	if owner == "" {
		owner = account
	}
	in := body{"provider": providerTwilio, "twilioAccountSid": owner}
	switch own := n.Block.String(token); {
	case own != "":
		in["twilioAuthToken"] = own
	case owner != account || account == "":
		return nil, blame(token, fmt.Errorf("an import needs credentials of the Twilio account that owns the number: it is in "+
			"account %s, and those in the provider's twilio block belong to %s; set %s to the auth token of %s", owner, account, token, owner))
	case p.twilio["auth_token"] != "":
		in["twilioAuthToken"] = p.twilio["auth_token"]
	case p.twilio["api_key"] != "":
		in["twilioApiKey"], in["twilioApiSecret"] = p.twilio["api_key"], p.twilio["api_secret"]
	default:
		return nil, blame(token, fmt.Errorf("an import needs credentials of the Twilio account that owns the number: set %s, or "+
			"auth_token in the provider's twilio block", token))
	}
	return in, nil
}

// handsOver says that a change hands Vapi credentials of Twilio: others, or those of
// the account that the number has been moved to.
func handsOver(have, want platform.Number) bool {
	account := have.Private.Platform.String(memoryAccount)
	return carrierOf(want) == twilioName &&
		(have.Block[tokenVersion] != want.Block[tokenVersion] || account != "" && want.AccountSID != "" && account != want.AccountSID)
}

// Read is platform.Platform's. Vapi tells whose credentials it has: another
// account's than the number's are corruption.
func (p *Platform) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	live, err := p.find(ctx, have)
	if err != nil {
		return have, err
	}
	return p.read(have, live), nil
}

// read is what Read returns of a record.
func (p *Platform) read(have platform.Number, live *record) platform.Number {
	got := p.reported(have, live)
	if got.PhoneNumber == "" {
		got.PhoneNumber = live.Number
	}
	if live.Provider == providerTwilio && live.TwilioAccountSID != "" && got.AccountSID != "" && live.TwilioAccountSID != got.AccountSID {
		got.Status = platform.Corrupted
		got.StatusReason = fmt.Sprintf("Vapi has the credentials of account %s for %s, which is in account %s at Twilio by now; an "+
			"apply hands over those.", live.TwilioAccountSID, got.PhoneNumber, got.AccountSID)
	}
	return got
}

// reported is n with what Vapi says of it, and nothing else, in its Block.
func (p *Platform) reported(n platform.Number, r *record) platform.Number {
	n.Block = platform.Values{recordID: r.ID, providerName: r.Provider}
	for _, s := range settings {
		n.Block[s.name] = s.read(r)
	}
	n.Private.Platform = platform.Values{privateHost: p.host}
	if r.TwilioAccountSID != "" {
		n.Private.Platform[memoryAccount] = r.TwilioAccountSID
	}
	return n
}

// withoutToken is n without what may reach neither state nor plan.
func withoutToken(n platform.Number) platform.Number {
	n.Block = maps.Clone(n.Block)
	delete(n.Block, token)
	return n
}

// Attach is platform.Platform's. It takes over a record that is there already.
func (p *Platform) Attach(ctx context.Context, want platform.Number) (platform.Number, error) {
	live, err := p.register(ctx, platform.Number{}, want)
	if err != nil {
		return withoutToken(want), err
	}
	return p.reported(want, live), nil
}

// Update is platform.Platform's. Vapi edits everything in place, and takes other
// credentials there, too.
func (p *Platform) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	before := have
	if have.Status != platform.Active {
		before.Block = nil // what of it is there nobody knows
	} else if same(have, want) && !handsOver(have, want) {
		return withoutToken(want), nil
	}
	live, err := p.register(ctx, before, want)
	if err != nil {
		return have, err
	}
	return p.reported(want, live), nil
}

// same says that want asks for nothing that have does not have.
func same(have, want platform.Number) bool {
	return !slices.ContainsFunc(Kind.Block, func(f platform.Field) bool {
		value, asked := want.Block[f.Name]
		return asked && !f.WriteOnly && value != have.Block[f.Name]
	})
}

// register makes the record as want has it, from whatever is there. A have without a
// number: it is not there yet.
func (p *Platform) register(ctx context.Context, have, want platform.Number) (*record, error) {
	live, err := p.find(ctx, want)
	if errors.Is(err, platform.ErrNotFound) {
		return p.importNumber(ctx, want)
	}
	if err == nil {
		err = belongs(live, want, have.PhoneNumber == "")
	}
	if err != nil {
		return nil, err
	}
	in, err := p.changes(have, want, live)
	if err != nil {
		return nil, err
	}
	return p.change(ctx, want, live, in)
}

// importNumber imports the number.
func (p *Platform) importNumber(ctx context.Context, n platform.Number) (*record, error) {
	in, err := p.credentials(n)
	if err != nil {
		return nil, err
	}
	in["number"] = n.PhoneNumber
	for _, s := range settings {
		if n.Block.Has(s.name) && s.of(n.Block.String(providerName)) {
			in[s.wire] = n.Block[s.name]
		}
	}
	live, err := httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("import %s into Vapi", n.PhoneNumber), Answers: true,
		Send: func(ctx context.Context) (*record, error) { return p.api.importNumber(ctx, n.PhoneNumber, in) },
		Refused: func(doing string, failure error) error {
			return fmt.Errorf("%w; if another organization has the number, delete it there first", explained(doing, failure))
		},
		Look: func(ctx context.Context) (*record, error) { return p.find(ctx, n) },
	}.Do(ctx)
	if err != nil {
		return nil, err
	}
	return p.change(ctx, n, live, p.unset(n, live)) // what the import passed over
}

// unset are the members of an update that gives the record what want asks for.
func (p *Platform) unset(want platform.Number, live *record) body {
	in := body{}
	for _, s := range settings {
		value, asked := want.Block[s.name]
		if asked && s.of(live.Provider) && value != s.read(live) && (value != nil || s.name != credentialID) {
			in[s.wire] = value
		}
	}
	return in
}

// changes are those, and the credentials where Vapi may have others.
func (p *Platform) changes(have, want platform.Number, live *record) (body, error) {
	in := p.unset(want, live)
	anew := have.Block != nil && have.Block[tokenVersion] != want.Block[tokenVersion] ||
		have.PhoneNumber != "" && live.TwilioAccountSID != "" && want.AccountSID != "" && live.TwilioAccountSID != want.AccountSID
	if !anew || live.Provider != providerTwilio {
		return in, nil
	}
	credentials, err := p.credentials(want)
	if err != nil {
		return nil, err
	}
	delete(credentials, "provider")
	maps.Copy(in, credentials)
	return in, nil
}

// secret says that what a body hands over can't be seen afterwards.
func (in body) secret() bool { return in["twilioAuthToken"] != nil || in["twilioApiSecret"] != nil }

// names are the members of a body, in order.
func (in body) names() string { return strings.Join(slices.Sorted(maps.Keys(in)), ", ") }

// unmet names the settings in the body that the record does not show as n has
// them.
func unmet(n platform.Number, in body, live *record) (names []string) {
	for _, s := range settings {
		if _, sent := in[s.wire]; sent && n.Block[s.name] != s.read(live) {
			names = append(names, s.name)
		}
	}
	return names
}

// change makes the changes to n's record, and returns it as it is then.
func (p *Platform) change(ctx context.Context, n platform.Number, live *record, in body) (*record, error) {
	if len(in) == 0 {
		return live, nil
	}
	return httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("change %s of %s", in.names(), n.PhoneNumber), Answers: true,
		Send:  func(ctx context.Context) (*record, error) { return p.api.update(ctx, live, in) },
		Look:  func(ctx context.Context) (*record, error) { return p.find(ctx, n) },
		Left:  func(now *record) string { return httpapi.NotShown(unmet(n, in, now)) },
		Hides: func(*record) bool { return in.secret() },
	}.Do(ctx)
}

// List is platform.Lister's. What has no phone number, as a SIP URI has none, is left
// out.
func (p *Platform) List(ctx context.Context, _ platform.Number, cursor string) ([]platform.Listed, string, error) {
	number := 1
	if cursor != "" {
		var err error
		if number, err = strconv.Atoi(cursor); err != nil || number < 2 {
			return nil, "", fmt.Errorf("%q is not a cursor of a list at Vapi", cursor)
		}
	}
	page, more, err := p.api.list(ctx, "", number)
	if err != nil {
		return nil, "", explained("list the numbers at Vapi", err)
	}
	listed := make([]platform.Listed, 0, len(page))
	for _, r := range page {
		if !platform.IsE164(r.Number) {
			continue
		}
		listed = append(listed, platform.Listed{
			Number: p.reported(platform.Number{PhoneNumber: r.Number, Platform: kindName}, &r),
			Read: func(have platform.Number) (platform.Number, bool) {
				if id := idOf(have); have.PhoneNumber != r.Number || id != "" && id != r.ID {
					return have, false
				}
				return p.read(have, &r), true
			},
		})
	}
	if !more {
		return listed, "", nil
	}
	return listed, strconv.Itoa(number + 1), nil
}
