package synthflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// An import takes its time until the number can be seen; how long is not
// documented (Synthflow docs: route SIP calls).
const (
	defaultPollInterval = 2 * time.Second
	maxLooks            = 60
)

var (
	_ platform.Platform    = (*Platform)(nil)
	_ platform.Previewer   = (*Platform)(nil)
	_ platform.PlanChecker = (*Platform)(nil)
)

// Platform is platform.Platform at Synthflow. It is safe for concurrent use.
type Platform struct {
	api          api
	workspace    string
	pollInterval time.Duration
}

// New returns what Synthflow is to the numbers that were bought there, and to
// all that are on it. Those that do not name a workspace are in the given one.
// A number that is being imported is looked for every pollInterval, 2 s if that
// is 0.
func New(c *httpapi.Client, workspace string, pollInterval time.Duration) (*Carrier, *Platform) {
	if pollInterval == 0 {
		pollInterval = defaultPollInterval
	}
	p := &Platform{api: api{c}, workspace: workspace, pollInterval: pollInterval}
	return &Carrier{p}, p
}

// workspaceOf is the workspace that n is, or is to be, in.
func (p *Platform) workspaceOf(n platform.Number) (string, error) {
	if workspace := n.Block.String(workspaceID); workspace != "" {
		return workspace, nil
	}
	if p.workspace == "" {
		return "", blame(workspaceID, errors.New("a number on Synthflow is in a workspace: set workspace_id in the "+
			"synthflow block of the number, or in that of the provider (SYNTHFLOW_WORKSPACE_ID)"))
	}
	return p.workspace, nil
}

// find reads n's record; platform.ErrNotFound if its workspace has none.
func (p *Platform) find(ctx context.Context, n platform.Number) (workspace string, live *record, err error) {
	if workspace, err = p.workspaceOf(n); err != nil {
		return "", nil, err
	}
	if !platform.IsE164(n.PhoneNumber) {
		return "", nil, fmt.Errorf("%q is not a phone number in E.164 form", n.PhoneNumber)
	}
	live, err = p.api.find(ctx, workspace, n.PhoneNumber)
	if err != nil {
		return workspace, nil, explained("read "+n.PhoneNumber, err)
	}
	return workspace, live, nil
}

// look is find without the workspace.
func (p *Platform) look(ctx context.Context, n platform.Number) (*record, error) {
	_, live, err := p.find(ctx, n)
	return live, err
}

// Preview is platform.Previewer's. A number that Synthflow lists was bought
// there, as far as anybody can tell; one that it does not list will be imported,
// and one that another carrier holds already has been.
func (p *Platform) Preview(ctx context.Context, want platform.Number) (platform.Number, error) {
	if want.Block.Has(boughtAtSynthflow) && want.Block.Has(workspaceID) {
		return want, nil
	}
	workspace, err := p.workspaceOf(want)
	if err != nil {
		return want, err
	}
	block := platform.Values{}
	maps.Copy(block, want.Block)
	block[workspaceID] = workspace
	if !block.Has(boughtAtSynthflow) {
		block[boughtAtSynthflow] = false
		if want.PhoneNumber != "" && want.SID == "" { // else a purchase will find one, which Synthflow has none of
			_, live, err := p.find(ctx, want)
			switch {
			case err == nil:
				block[boughtAtSynthflow], block[slug] = true, live.Slug
			case !errors.Is(err, platform.ErrNotFound):
				return want, err
			}
		}
	}
	want.Block = block
	return want, nil
}

// Check is platform.Platform's. It looks at what an import lacks, too, which
// Synthflow refuses without a reason.
func (p *Platform) Check(ctx context.Context, have, want platform.Number) error {
	workspace, err := p.workspaceOf(want)
	if err != nil {
		return err
	}
	if err := checkRegistration(want); err != nil {
		return err
	}
	stays := have.Status == platform.Active && !moves(have, want)
	if !stays || have.Block[agentID] != want.Block[agentID] {
		if err := p.checkAgent(ctx, want.Block.String(agentID)); err != nil {
			return err
		}
	}
	if stays {
		return nil
	}
	if want.PhoneNumber == "" { // a purchase will find it
		if _, err := p.api.lists(ctx, workspace, ""); err != nil {
			return explained("list the numbers of workspace "+workspace, err)
		}
		return checkImport(want)
	}
	_, _, err = p.find(ctx, want)
	switch {
	case !errors.Is(err, platform.ErrNotFound):
		return err
	case isBought(want):
		return nil // its carrier knows that it has no such number
	}
	return checkImport(want)
}

// CheckPlan is platform.PlanChecker's. A record that is there already needs no SIP
// domain, so only where one is missing it is looked for.
func (p *Platform) CheckPlan(ctx context.Context, have, want platform.Number) error {
	here := have.Platform == kindName
	if !here || !have.Block.Bool(uacEnabled) { // else it is registered, by whatever password
		if err := checkRegistration(want); err != nil {
			return err
		}
	}
	if here || isBought(want) {
		return nil
	}
	lacking := checkImport(want)
	if lacking == nil || want.PhoneNumber == "" {
		return lacking
	}
	switch _, _, err := p.find(ctx, want); {
	case err == nil:
		return nil
	case errors.Is(err, platform.ErrNotFound):
		return lacking
	default:
		return err
	}
}

// checkRegistration says what a registration with the carrier lacks.
func checkRegistration(want platform.Number) error {
	if !want.Block.Bool(uacEnabled) || want.Block.Has(trunkUsername) {
		return nil
	}
	return blame(trunkUsername, errors.New("a registration with the carrier (uac_enabled) needs a user name and a "+
		"password: set trunk_username and trunk_pwd_wo"))
}

// checkAgent makes sure that the agent, if there is to be one, exists.
func (p *Platform) checkAgent(ctx context.Context, agent string) error {
	if agent == "" {
		return nil
	}
	err := p.api.agent(ctx, agent)
	switch {
	case err == nil:
		return nil
	case mayBeAbsent(err):
		// Final, since it is not the number that is not found.
		return blame(agentID, platform.Final(fmt.Errorf("agent %s is not there for this API key: %w", agent, err)))
	}
	return explained("look up agent "+agent, err)
}

// checkImport says what an import lacks. Synthflow refuses it without a reason.
func checkImport(want platform.Number) error {
	provider := want.Block.String(providerName)
	if want.Block.Has(terminationURI) || slices.Contains(autoFilled, provider) {
		return nil
	}
	if provider == "" {
		provider = providerCustom
	}
	return blame(terminationURI, fmt.Errorf("the import of a number with provider_name = %q needs the SIP domain of the "+
		"carrier's trunk: set termination_uri", provider))
}

// Read is platform.Platform's. Several agents may have the number: reportedAgent
// says which is told.
func (p *Platform) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	workspace, live, err := p.find(ctx, have)
	if err != nil {
		return have, err
	}
	return reported(have, workspace, live), nil
}

// reported is n with what Synthflow says of it, and nothing else, in its Block.
func reported(n platform.Number, workspace string, r *record) platform.Number {
	block := platform.Values{workspaceID: workspace, slug: r.Slug, boughtAtSynthflow: isBought(n)}
	switch {
	case !n.Block.Has(boughtAtSynthflow) && len(r.Assistants) == 1: // imported into Terraform
		n.Private.Platform = platform.Values{agentID: r.Assistants[0]}
	case n.Private.Platform == nil && n.Block.Has(agentID): // what was remembered is lost
		n.Private.Platform = platform.Values{agentID: n.Block[agentID]}
	}
	block[agentID] = reportedAgent(n, r)
	for _, s := range settings {
		if value := s.read(r); value != nil || s.name != uacRegisterExpires {
			block[s.name] = value
		}
	}
	if provider, told := reportedProvider(n, r); told {
		block[providerName] = provider
	}
	n.Block = block
	return n
}

// ours is the agent that this resource attached the number to.
func ours(n platform.Number) string { return n.Private.Platform.String(agentID) }

// reportedAgent is our agent while it has the number. If it has not, the one
// other agent that has is shown in its place. Of more than one other, none is
// known to have taken it.
func reportedAgent(n platform.Number, r *record) any {
	switch agent := ours(n); {
	case agent == "":
		return nil // the number's agents are none of this resource's business
	case slices.Contains(r.Assistants, agent):
		return agent
	case len(r.Assistants) == 1:
		return r.Assistants[0]
	}
	return nil
}

// reportedProvider is where the record says that an imported number comes from.
// It is not told where that would make somebody else the carrier: who carries
// the number does not depend on what Synthflow was told, and older versions of
// its API took no notice of provider_name.
func reportedProvider(n platform.Number, r *record) (provider any, told bool) {
	// Of a bought number it is told but once, when it is imported into Terraform: a
	// configuration may well name it.
	if isBought(n) && n.Block.Has(boughtAtSynthflow) || r.ProviderName == "" {
		return nil, false
	}
	provider = r.ProviderName
	if r.ProviderName == providerCustom && !n.Block.Has(providerName) {
		provider = nil
	}
	there := n
	there.Block = maps.Clone(n.Block)
	there.Block[providerName] = provider
	return provider, carrierOf(there) == carrierOf(n)
}

// Attach is platform.Platform's. It takes over a record that is there already,
// and adds the agent to those that the number has.
func (p *Platform) Attach(ctx context.Context, want platform.Number) (platform.Number, error) {
	got, err := p.register(ctx, platform.Number{}, want)
	if err != nil {
		return withoutPassword(want), err
	}
	return got, nil
}

// Update is platform.Platform's. Another workspace takes another import; Synthflow
// edits all else in place.
func (p *Platform) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	have = withoutPassword(have)
	active := have.Status == platform.Active
	if active && same(have, want) {
		return withoutPassword(want), nil
	}
	if moves(have, want) {
		if isBought(have) {
			return have, platform.Untouched(blame(workspaceID, fmt.Errorf("%s was bought in workspace %s and can't move to "+
				"another one", have.PhoneNumber, have.Block.String(workspaceID))))
		}
		if _, err := p.remove(ctx, have, opDelete); err != nil {
			return have, err
		}
		have.Block = nil // nothing of it is there any more
	}
	before := have
	if !active {
		before.Block = nil // what of it is there nobody knows
	}
	got, err := p.register(ctx, before, want)
	if err != nil {
		return have, err
	}
	return got, nil
}
