package retell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var (
	_ platform.Platform = (*Platform)(nil)
	_ platform.Lister   = (*Platform)(nil)
)

// Platform is platform.Platform at Retell. It is safe for concurrent use.
type Platform struct {
	api api
}

// New returns the platform.
func New(c *httpapi.Client) *Platform { return &Platform{api: api{c}} }

// find reads n's record; platform.ErrNotFound if there is none. A number that
// Retell carries is refused.
func (p *Platform) find(ctx context.Context, n platform.Number) (*record, error) {
	live, err := p.api.find(ctx, n.PhoneNumber)
	if err != nil {
		return nil, explained("read "+n.PhoneNumber+" at Retell AI", err)
	}
	if live.Type != typeCustom {
		return nil, &platform.Refusal{
			Summary: fmt.Sprintf("Phone number %s is carried by Retell AI", n.PhoneNumber),
			Detail: fmt.Sprintf("%s was bought at Retell AI (phone_number_type is %q), where a deletion would give it up. "+
				"The retell block is for numbers that Retell AI imports, so it was left as it is. Manage it in Retell "+
				"AI's dashboard: take its resource out of the configuration and, if it has one, out of state with "+
				"`terraform state rm`.", n.PhoneNumber, live.Type),
		}
	}
	return live, nil
}

// Check is platform.Platform's. A number that Retell carries is refused.
func (p *Platform) Check(ctx context.Context, have, want platform.Number) error {
	if have.Status == platform.Active {
		return p.checkAgents(ctx, have, want)
	}
	if err := p.checkAgents(ctx, platform.Number{}, want); err != nil {
		return err
	}
	if want.PhoneNumber == "" { // a purchase will find it; the credentials are to be tried all the same
		_, _, err := p.List(ctx, want, "")
		return err
	}
	if _, err := p.find(ctx, want); err != nil && !errors.Is(err, platform.ErrNotFound) {
		return err
	}
	return nil
}

// checkAgents makes sure that the agents exist that want has and have has not.
func (p *Platform) checkAgents(ctx context.Context, have, want platform.Number) error {
	for _, field := range []string{inboundAgentID, outboundAgentID} {
		agent := want.Block.String(field)
		if agent == "" || agent == have.Block.String(field) {
			continue
		}
		switch err := p.api.agent(ctx, agent); {
		case isAbsent(err):
			return blame(field, platform.NotAbsent(fmt.Errorf("agent %s is not in the API key's workspace: %w", agent, err)))
		case err != nil:
			return explained("look up agent "+agent, err)
		}
	}
	return nil
}

// Read is platform.Platform's. It takes one call, by the number; the password is
// never told.
func (p *Platform) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	live, err := p.find(ctx, have)
	if err != nil {
		return have, err
	}
	return reported(have, live), nil
}

// reported is n with what Retell says of it, and nothing else, in its Block.
func reported(n platform.Number, r *record) platform.Number {
	carried := providedBy(n, r)
	n.Block = platform.Values{providerName: carried}
	for _, s := range settings {
		n.Block[s.name] = s.read(r)
	}
	return n
}

// twilioTrunks is where the termination URIs of Twilio's trunks end (Twilio docs:
// elastic SIP trunking, termination).
const twilioTrunks = ".twilio.com"

// providedBy says who carries n. Retell calls all of them custom, so of a number of
// which nothing is known yet the termination URI tells.
func providedBy(n platform.Number, r *record) any {
	switch {
	case n.Block.Has(providerName):
		return n.Block[providerName]
	case n.SID == "" && !strings.HasSuffix(strings.ToLower(r.Trunk.TerminationURI), twilioTrunks):
		return providerCustom
	}
	return providerTwilio
}

// withoutPassword is n without what may reach neither state nor plan.
func withoutPassword(n platform.Number) platform.Number {
	n.Block = maps.Clone(n.Block)
	delete(n.Block, password)
	return n
}

// Attach is platform.Platform's. It takes over a record that is there already.
func (p *Platform) Attach(ctx context.Context, want platform.Number) (platform.Number, error) {
	live, err := p.register(ctx, platform.Number{}, want)
	if err != nil {
		return withoutPassword(want), err
	}
	return reported(want, live), nil
}

// Update is platform.Platform's. Retell edits everything in place.
func (p *Platform) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	before := have
	if have.Status != platform.Active {
		before.Block = nil // what of it is there nobody knows
	} else if same(have, want) {
		return withoutPassword(want), nil
	}
	live, err := p.register(ctx, before, want)
	if err != nil {
		return have, err
	}
	return reported(want, live), nil
}

// same says that want asks for nothing that have does not have.
func same(have, want platform.Number) bool {
	return !slices.ContainsFunc(Kind.Block, func(f platform.Field) bool {
		value, asked := want.Block[f.Name]
		return asked && !f.WriteOnly && value != have.Block[f.Name]
	})
}

// register makes the record as want has it, from whatever is there. A have
// without a Block says nothing of that.
func (p *Platform) register(ctx context.Context, have, want platform.Number) (*record, error) {
	live, err := p.find(ctx, want)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return p.importNumber(ctx, want)
	case err != nil:
		return nil, err
	}
	return p.change(ctx, want, live, changes(have, want, live))
}

// importNumber imports the number.
func (p *Platform) importNumber(ctx context.Context, n platform.Number) (*record, error) {
	in := body{"phone_number": n.PhoneNumber}
	for _, s := range settings {
		if n.Block.Has(s.name) {
			in[s.imported] = s.wire(n.Block[s.name], &record{})
		}
	}
	if n.Block.Has(password) {
		in[importedPassword] = n.Block[password]
	}
	sent := platform.Number{} // which password the number has, nobody knows without an answer
	live, err := httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("import %s into Retell AI", n.PhoneNumber), Answers: true,
		Send: func(ctx context.Context) (*record, error) {
			live, err := p.api.importNumber(ctx, n.PhoneNumber, in)
			if err == nil {
				sent = n
			}
			return live, err
		},
		// A number is in one workspace of all (seen; not documented).
		Refused: func(doing string, failure error) error {
			return fmt.Errorf("%w; if another workspace has the number, delete it there first", explained(doing, failure))
		},
		Look: func(ctx context.Context) (*record, error) { return p.find(ctx, n) },
	}.Do(ctx)
	if err != nil {
		return nil, err
	}
	return p.change(ctx, n, live, changes(sent, n, live)) // what the import passed over
}

// changes are the members of an update that gives the record what want asks
// for. The password, which Retell does not report, is sent where have may have
// another one.
func changes(have, want platform.Number, live *record) body {
	in := body{}
	for _, s := range settings {
		value, asked := want.Block[s.name]
		if asked && value != s.read(live) && (value != nil || s.name != username) { // which can't be cleared
			in[s.updated] = s.wire(value, live)
		}
	}
	if want.Block.Has(password) && // and so the user name, which it requires
		(have.Block[username] != want.Block[username] || have.Block[passwordVersion] != want.Block[passwordVersion]) {
		in[updatedPassword] = want.Block[password]
	}
	return in
}

// names are the members of a body, in order.
func (in body) names() string { return strings.Join(slices.Sorted(maps.Keys(in)), ", ") }

// unmet names the settings in the body that the record does not show as n has
// them.
func unmet(n platform.Number, in body, live *record) (names []string) {
	for _, s := range settings {
		if _, sent := in[s.updated]; sent && n.Block[s.name] != s.read(live) {
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
		Send:  func(ctx context.Context) (*record, error) { return p.api.update(ctx, n.PhoneNumber, in) },
		Look:  func(ctx context.Context) (*record, error) { return p.find(ctx, n) },
		Left:  func(now *record) string { return httpapi.NotShown(unmet(n, in, now)) },
		Hides: func(*record) bool { return in[updatedPassword] != nil },
	}.Do(ctx)
}

// Do is platform.Service's. It deletes the record of a number that is there, or
// is gone already.
func (p *Platform) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	if s.Op != opDelete {
		return nil, platform.Untouched(fmt.Errorf("retell has no operation %q", s.Op))
	}
	// It is read first, since the same request gives up a number that was bought.
	switch err := p.look(ctx, n); {
	case errors.Is(err, platform.ErrNotFound):
		return platform.GoneNote("Retell AI", n.PhoneNumber), nil
	case err != nil:
		return nil, platform.Untouched(err)
	}
	return nil, httpapi.Deletion{
		Service: writes, Doing: fmt.Sprintf("delete the record of %s at Retell AI", n.PhoneNumber), IsAbsent: isAbsent,
		Send: func(ctx context.Context) error { return p.api.remove(ctx, n.PhoneNumber) },
		Look: func(ctx context.Context) error { return p.look(ctx, n) },
	}.Do(ctx)
}

// look finds out whether n's record is there, before a deletion and after it. That
// it is not, platform.ErrNotFound, counts only if the list says so too: nothing
// would bring what is left to anybody's notice.
func (p *Platform) look(ctx context.Context, n platform.Number) error {
	_, gone := p.find(ctx, n)
	if !errors.Is(gone, platform.ErrNotFound) {
		return gone
	}
	begun := 1
	for at := (&place{}); at != nil; {
		page, next, err := p.api.list(ctx, *at)
		if at.Key != "" && isRefused(err) && begun < maxBegun {
			at, begun = &place{}, begun+1
			continue
		}
		if err != nil {
			return platform.NotAbsent(explained("list the numbers at Retell AI", err))
		}
		for _, r := range page {
			if r.PhoneNumber == n.PhoneNumber {
				return fmt.Errorf("%s is listed at Retell AI, which says that it has no such number; try again", n.PhoneNumber)
			}
		}
		at = next
	}
	return gone
}

// List is platform.Lister's. Numbers that were bought at Retell, and what is no
// phone number, are left out: nothing of this provider can have them.
func (p *Platform) List(ctx context.Context, _ platform.Number, cursor string) ([]platform.Listed, string, error) {
	var at place
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil {
			return nil, "", fmt.Errorf("%q is not a cursor of a list at Retell AI", cursor)
		}
	}
	page, next, err := p.api.list(ctx, at)
	if err != nil {
		return nil, "", platform.NotAbsent(explained("list the numbers at Retell AI", err))
	}
	listed := make([]platform.Listed, 0, len(page))
	for _, r := range page {
		if r.Type != typeCustom || !platform.IsE164(r.PhoneNumber) {
			continue
		}
		listed = append(listed, platform.Listed{
			Number: reported(platform.Number{PhoneNumber: r.PhoneNumber, Platform: kindName}, &r),
			Read: func(have platform.Number) (platform.Number, bool) {
				if have.PhoneNumber != r.PhoneNumber {
					return have, false
				}
				return reported(have, &r), true
			},
		})
	}
	if next == nil {
		return listed, "", nil
	}
	onward, err := json.Marshal(next)
	return listed, string(onward), err
}
