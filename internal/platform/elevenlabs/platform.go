package elevenlabs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var (
	_ platform.Platform    = (*Platform)(nil)
	_ platform.PlanChecker = (*Platform)(nil)
	_ platform.Lister      = (*Platform)(nil)
)

// memoryAccount is what platform.PrivateState keeps for this package: the account at
// Twilio that the number was imported from.
const memoryAccount = "twilio_account_sid"

// defaultRegion is Twilio's, in which its services are where no region is named.
const defaultRegion = "us1"

// Platform is platform.Platform at ElevenLabs. It is safe for concurrent use.
type Platform struct {
	api api
	// The provider's own account at Twilio. The token is empty where an API key
	// stands in for it, and the region for Twilio's default.
	twilioSID, twilioToken, twilioRegion string
}

// New returns the platform that imports numbers with the auth token of that
// account at Twilio, unless a number brings a token of its own.
func New(c *httpapi.Client, twilio platform.Arguments) *Platform {
	return &Platform{
		api: api{c}, twilioSID: twilio["account_sid"], twilioToken: twilio["auth_token"], twilioRegion: twilio["region"],
	}
}

// find reads n's record; platform.ErrNotFound if there is none, which counts only
// if the list says so, too. A number of another kind is refused.
func (p *Platform) find(ctx context.Context, n platform.Number) (*record, error) {
	doing := "read " + n.PhoneNumber + " at ElevenLabs"
	live, err := p.look(ctx, n, n.Block.String(recordID))
	if err != nil {
		return nil, explained(doing, err)
	}
	if live.Provider != providerTwilio {
		return nil, &platform.Refusal{
			Summary: fmt.Sprintf("Phone number %s is not at ElevenLabs from Twilio", live.PhoneNumber),
			Detail: fmt.Sprintf("%s is at ElevenLabs as a number of %q, and the elevenlabs block is for numbers that it imports from "+
				"Twilio, so it was left as it is. Manage it in ElevenLabs' dashboard: take its resource out of the configuration and, "+
				"if it has one, out of state with `terraform state rm`.", live.PhoneNumber, live.Provider),
		}
	}
	return live, nil
}

func (p *Platform) look(ctx context.Context, n platform.Number, id string) (*record, error) {
	if idPattern.MatchString(id) {
		live, err := p.api.fetch(ctx, id)
		switch {
		case err == nil && (n.PhoneNumber == "" || live.PhoneNumber == n.PhoneNumber):
			return live, nil
		case err != nil && !isAbsent(err):
			return nil, err
		}
	}
	if n.PhoneNumber == "" && id == "" {
		return nil, errors.New("nothing tells which number at ElevenLabs is meant")
	}
	live, err := p.api.search(ctx, n.PhoneNumber, id)
	if err == nil && live.ID == id {
		return nil, errors.New("it is listed at ElevenLabs, which says that it has no such number; try again")
	}
	return live, err
}

// credentials are what ElevenLabs needs to import n, as members of a body. A token
// opens the account that it belongs to, and an API key none at ElevenLabs. A number
// in another region needs two tokens, of Twilio's default region and of its own
// (ElevenLabs Python SDK: region_config), and the provider's block has one.
func (p *Platform) credentials(n platform.Number) (body, error) {
	if p.twilioRegion != "" && p.twilioRegion != defaultRegion {
		return nil, &platform.Refusal{
			Summary: "No import into ElevenLabs from region " + p.twilioRegion,
			Detail: fmt.Sprintf("The provider's twilio block works in region %[1]s, where tokens and webhooks of a number are others than "+
				"in %[2]s, and an import by this provider is into %[2]s alone. Import %[3]s in ElevenLabs' dashboard, with that region "+
				"and its token, and apply again, which takes the record over.", p.twilioRegion, defaultRegion, cmp.Or(n.PhoneNumber, "the number")),
		}
	}
	owner := cmp.Or(n.AccountSID, p.twilioSID)
	why := ""
	switch own := n.Block.String(token); {
	case own != "":
		return body{"provider": providerTwilio, "sid": owner, "token": own}, nil
	case p.twilioToken == "":
		why = "set " + token + ", or auth_token in the provider's twilio block (or TWILIO_AUTH_TOKEN) instead of an API key, which " +
			"does not do for ElevenLabs"
	case owner != p.twilioSID:
		why = fmt.Sprintf("the number is in account %s, and auth_token in the provider's twilio block belongs to %s; set %s to the "+
			"auth token of %s", owner, p.twilioSID, token, owner)
	default:
		return body{"provider": providerTwilio, "sid": owner, "token": p.twilioToken}, nil
	}
	return nil, blame(token, fmt.Errorf("an import needs the auth token of the Twilio account that owns the number: %s", why))
}

// Check is platform.Platform's. The token is needed only for an import.
func (p *Platform) Check(ctx context.Context, have, want platform.Number) error {
	if have.Status == platform.Active && reregisters(have, want) == "" {
		return p.checkAgent(ctx, have, want)
	}
	if err := p.checkAgent(ctx, platform.Number{}, want); err != nil {
		return err
	}
	if want.PhoneNumber == "" { // a purchase will find it; the credentials are to be tried all the same
		if _, err := p.api.list(ctx); err != nil {
			return explained("list the numbers at ElevenLabs", err)
		}
		_, err := p.credentials(want)
		return err
	}
	_, err := p.find(ctx, want)
	if err == nil && have.Status != platform.Active || err != nil && !errors.Is(err, platform.ErrNotFound) {
		return err
	}
	_, err = p.credentials(want)
	return err
}

// checkAgent makes sure that the agent exists that want has and have has not.
func (p *Platform) checkAgent(ctx context.Context, have, want platform.Number) error {
	agent := want.Block.String(agentID)
	if agent == "" || agent == have.Block.String(agentID) {
		return nil
	}
	switch err := p.api.agent(ctx, agent); {
	case isAbsent(err):
		return blame(agentID, platform.NotAbsent(fmt.Errorf("agent %s is not in the API key's workspace: %w", agent, err)))
	case err != nil:
		return platform.NotAbsent(explained("look up agent "+agent, err))
	}
	return nil
}

// CheckPlan is platform.PlanChecker's. A record that is there already may need no
// token, so only where that is missing it is looked for.
func (p *Platform) CheckPlan(ctx context.Context, have, want platform.Number) error {
	if have.Platform == kindName && reregisters(have, want) == "" {
		return nil
	}
	_, lacking := p.credentials(want)
	if lacking == nil || want.PhoneNumber == "" || have.Platform == kindName {
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

// Read is platform.Platform's. Whether messages go to ElevenLabs it does not tell:
// Twilio's sms_url does, or what was asked for.
func (p *Platform) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	live, err := p.find(ctx, have)
	if err != nil {
		return have, err
	}
	return read(have, live), nil
}

// read is what Read returns of a record.
func read(have platform.Number, live *record) platform.Number {
	got := reported(have, live)
	got.PhoneNumber = cmp.Or(got.PhoneNumber, live.PhoneNumber)
	if have.Block.Has(smsEnabled) {
		got.Block[smsEnabled] = have.Block[smsEnabled]
	} else if address, told := have.Settings["sms_url"]; told { // imported into Terraform: only Twilio can tell
		got.Block[smsEnabled] = address == nil || address == "" || isElevenLabs(address)
	}
	if importedFrom(got) == "" && got.AccountSID != "" {
		got.Private.Platform = platform.Values{memoryAccount: got.AccountSID}
	}
	return got
}

// reported is n with what ElevenLabs says of it, and nothing else, in its Block.
func reported(n platform.Number, r *record) platform.Number {
	n.Block = platform.Values{agentID: r.agent(), label: r.Label, recordID: r.ID}
	return n
}

// withoutToken is n without what may reach neither state nor plan.
func withoutToken(n platform.Number) platform.Number {
	n.Block = maps.Clone(n.Block)
	delete(n.Block, token)
	return n
}

// Attach is platform.Platform's. It takes over a record that is there already if
// Twilio routes the number to ElevenLabs; else it imports the number anew.
func (p *Platform) Attach(ctx context.Context, want platform.Number) (platform.Number, error) {
	return p.register(ctx, want, want)
}

// Update is platform.Platform's. ElevenLabs edits the agent and the label in place;
// anything else takes another import.
func (p *Platform) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	if have.Status == platform.Active && reregisters(have, want) == "" && same(have, want) {
		return withoutToken(want), nil
	}
	got, err := p.register(ctx, have, want)
	if err != nil && got.Status == "" {
		return have, err
	}
	return got, err
}

// same says that want asks for nothing that have does not have.
func same(have, want platform.Number) bool {
	return !slices.ContainsFunc(Kind.Block, func(f platform.Field) bool {
		value, asked := want.Block[f.Name]
		return asked && !f.WriteOnly && value != have.Block[f.Name]
	})
}

// stands says that the record may stay: an import has led the number to ElevenLabs,
// or what it wrote is remembered and will be put back.
func stands(have, want platform.Number) bool {
	return reregisters(have, want) == "" &&
		(have.Status == platform.Active || isElevenLabs(want.Settings["voice_url"]) || isElevenLabs(want.Private.Wiring["voice_url"]))
}

// register makes the record as want has it, from whatever is there.
func (p *Platform) register(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	have = withoutToken(have)
	live, err := p.find(ctx, want)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return p.importNumber(ctx, want)
	case err != nil:
		return have, err
	case stands(have, want):
		return p.change(ctx, want, live)
	}
	if _, err := p.credentials(want); err != nil { // before the record is gone
		return have, err
	}
	if _, err := p.remove(ctx, want); err != nil {
		if !errors.Is(err, platform.ErrUntouched) {
			have = halfway(have, err)
		}
		return have, err
	}
	got, err := p.importNumber(ctx, want)
	if err != nil {
		return halfway(have, err), err
	}
	return got, nil
}

// halfway is a number whose import stopped half-way.
func halfway(n platform.Number, err error) platform.Number {
	return platform.HalfImported(n, Kind.Title, err)
}

// importNumber imports the number, and gives the record what the import passed
// over.
func (p *Platform) importNumber(ctx context.Context, n platform.Number) (platform.Number, error) {
	bare := withoutToken(n)
	in, err := p.credentials(n)
	if err != nil {
		return bare, err
	}
	in["phone_number"], in["label"] = n.PhoneNumber, cmp.Or(n.Block.String(label), n.PhoneNumber)
	in["enable_sms"] = n.Block[smsEnabled] != false
	if n.Block.Has(agentID) {
		in["agent_id"] = n.Block[agentID]
	}
	n.Private.Platform = platform.Values{memoryAccount: in["sid"]}
	n.Block = maps.Clone(n.Block)
	live, err := httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("import %s into ElevenLabs", n.PhoneNumber),
		Send: func(ctx context.Context) (*record, error) { // the answer has no more than the ID
			id, err := p.api.importNumber(ctx, in)
			n.Block[recordID] = id
			return nil, err
		},
		Refused: func(doing string, failure error) error {
			return fmt.Errorf("%w; if another workspace has the number, delete it there first", explained(doing, failure))
		},
		Look: func(ctx context.Context) (*record, error) { return p.find(ctx, n) },
	}.Do(ctx)
	if err != nil {
		return bare, err
	}
	return p.change(ctx, n, live)
}

// unset are the members of an update that gives the record what want asks for.
func unset(want platform.Number, live *record) body {
	in := body{}
	if agent, asked := want.Block[agentID]; asked && agent != live.agent() {
		in["agent_id"] = agent
	}
	if want.Block.Has(label) && want.Block[label] != live.Label {
		in["label"] = want.Block[label]
	}
	return in
}

// change makes the record as want has it, and returns the number as it is then.
func (p *Platform) change(ctx context.Context, want platform.Number, live *record) (platform.Number, error) {
	bare := withoutToken(want)
	in := unset(want, live)
	if len(in) == 0 {
		return registered(want, live), nil
	}
	live, err := httpapi.Write[*record]{
		Service: writes, Answers: true,
		Doing: fmt.Sprintf("change %s of %s", strings.Join(slices.Sorted(maps.Keys(in)), ", "), want.PhoneNumber),
		Send:  func(ctx context.Context) (*record, error) { return p.api.record(ctx, http.MethodPatch, live.ID, in) },
		Look:  func(ctx context.Context) (*record, error) { return p.find(ctx, want) },
		Left: func(now *record) string {
			return httpapi.NotShown(slices.Sorted(maps.Keys(unset(want, now))))
		},
	}.Do(ctx)
	if err != nil {
		return bare, err
	}
	return registered(want, live), nil
}

// registered is want as ElevenLabs has it by now.
func registered(want platform.Number, live *record) platform.Number {
	got := reported(want, live)
	got.Block[smsEnabled], got.Block[tokenVersion] = want.Block[smsEnabled], want.Block[tokenVersion]
	if importedFrom(got) == "" && got.AccountSID != "" {
		got.Private.Platform = platform.Values{memoryAccount: got.AccountSID}
	}
	return got
}

// Do is platform.Service's. Its one operation deletes the record.
func (p *Platform) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	if s.Op != opDelete {
		return nil, platform.Untouched(fmt.Errorf("elevenlabs has no operation %q", s.Op))
	}
	return p.remove(ctx, n)
}

// remove deletes the record of a number that is there, or is gone already.
func (p *Platform) remove(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := p.find(ctx, n)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return platform.GoneNote("ElevenLabs", n.PhoneNumber), nil
	case err != nil:
		return nil, platform.Untouched(err)
	}
	n.Block = platform.Values{recordID: live.ID}
	return nil, httpapi.Deletion{
		Service: writes, Doing: fmt.Sprintf("delete the record of %s at ElevenLabs", n.PhoneNumber), IsAbsent: isAbsent,
		Send: func(ctx context.Context) error { return p.api.remove(ctx, live.ID) },
		Look: func(ctx context.Context) error {
			_, err := p.find(ctx, n)
			return err
		},
	}.Do(ctx)
}

// List is platform.Lister's. Numbers of other kinds, and what is no phone number,
// are left out: nothing of this provider can have them.
func (p *Platform) List(ctx context.Context, _ platform.Number, cursor string) ([]platform.Listed, string, error) {
	if cursor != "" {
		return nil, "", fmt.Errorf("%q is not a cursor of a list at ElevenLabs", cursor)
	}
	all, err := p.api.list(ctx)
	if err != nil {
		return nil, "", explained("list the numbers at ElevenLabs", err)
	}
	listed := make([]platform.Listed, 0, len(all))
	for _, r := range all {
		if r.Provider != providerTwilio || !platform.IsE164(r.PhoneNumber) {
			continue
		}
		listed = append(listed, platform.Listed{
			Number: reported(platform.Number{PhoneNumber: r.PhoneNumber, Platform: kindName}, &r),
			Read: func(have platform.Number) (platform.Number, bool) {
				if id := have.Block.String(recordID); have.PhoneNumber != r.PhoneNumber || id != "" && id != r.ID {
					return have, false
				}
				return read(have, &r), true
			},
		})
	}
	return listed, "", nil
}
