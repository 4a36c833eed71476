package nixflex

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var (
	_ platform.Platform    = (*Platform)(nil)
	_ platform.Previewer   = (*Platform)(nil)
	_ platform.PlanChecker = (*Platform)(nil)
)

// Platform is platform.Platform at Nixflex. It is safe for concurrent use.
type Platform struct {
	api api
	// The provider's own account at Twilio. The token is empty where an API key
	// stands in for it.
	twilioSID, twilioToken string

	agents agents
}

// New returns the platform that imports numbers with the auth token of that
// account at Twilio, unless a number brings a token of its own.
func New(c *httpapi.Client, twilioSID, twilioToken string) *Platform {
	return &Platform{
		api: api{c}, twilioSID: twilioSID, twilioToken: twilioToken, agents: agents{api: api{c}, known: map[string]bool{}},
	}
}

// Check is platform.Platform's. Only an import needs the agent and the token.
func (p *Platform) Check(ctx context.Context, have, want platform.Number) error {
	if have.Status == platform.Active && reregisters(have, want) == "" {
		return nil
	}
	if _, err := p.credentialsFor(want); err != nil {
		return err
	}
	agent := want.Block.String(agentID)
	if err := p.api.agent(ctx, agent); err != nil {
		return platform.NotAbsent(explained("look up agent "+agent, err))
	}
	return nil
}

// Preview is platform.Previewer's. It calls nobody.
func (p *Platform) Preview(_ context.Context, want platform.Number) (platform.Number, error) {
	block := platform.Values{}
	maps.Copy(block, want.Block)
	block[providerName] = provider(want)
	want.Block = block
	return want, nil
}

// CheckPlan is platform.PlanChecker's. It calls nobody.
func (p *Platform) CheckPlan(_ context.Context, have, want platform.Number) error {
	if have.Platform == kindName {
		return nil
	}
	_, err := p.credentialsFor(want)
	return err
}

// Read is platform.Platform's. An agent that is gone is reported as none, since
// Nixflex may go on naming it on the number, which it no longer answers.
func (p *Platform) Read(ctx context.Context, have platform.Number) (platform.Number, error) {
	doing := "read " + have.PhoneNumber
	live, err := p.api.find(ctx, have.PhoneNumber, have.Block.String(agentID))
	if err != nil {
		return have, explained(doing, err)
	}
	exists, err := p.agents.exists(ctx, live.agentID)
	if err != nil {
		// Final, since no 404 of an agent says that the number is gone.
		return have, platform.Final(explained(doing+", whose agent is "+live.agentID, err))
	}
	return read(have, live, exists), nil
}

// read is what Read returns of a record, whose agent exists or not.
func read(have platform.Number, live *record, agentExists bool) platform.Number {
	got := reported(have, live)
	if !agentExists {
		got.Block[agentID] = nil
	}
	if !got.Private.Platform.Has(privateAccount) { // imported into Terraform
		got.Private.Platform = withPrivate(got, privateAccount, got.AccountSID)
	}
	return got
}

// Attach is platform.Platform's. A record with another agent is deleted, and the
// number imported anew.
func (p *Platform) Attach(ctx context.Context, want platform.Number) (platform.Number, error) {
	return p.register(ctx, want, want)
}

// Update is platform.Platform's. Nixflex edits the prompt in place; anything else
// takes another import.
func (p *Platform) Update(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	switch {
	case have.Status != platform.Active:
		return p.register(ctx, have, want)
	case reregisters(have, want) != "":
		return p.register(ctx, have, want)
	case have.Block[customPrompt] == want.Block[customPrompt]:
		return withoutToken(want), nil
	}
	err := p.change(ctx, want, wanted(want))
	if says(err, codeNumberNotFound) {
		return p.register(ctx, have, want)
	}
	if err != nil {
		return have, err
	}
	return withoutToken(want), nil
}

// Do is platform.Service's. Its one operation deletes the record.
func (p *Platform) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	if s.Op != opDelete {
		return nil, platform.Untouched(fmt.Errorf("nixflex has no operation %q", s.Op))
	}
	return nil, p.remove(ctx, n)
}

// remove deletes the record of a number that is there, or is gone already.
func (p *Platform) remove(ctx context.Context, n platform.Number) error {
	answered := false
	return httpapi.Deletion{
		Service: writes, Doing: "delete the record of " + n.PhoneNumber,
		IsAbsent: func(failure error) bool { return says(failure, codeNumberNotFound) },
		Send: func(ctx context.Context) error {
			failure := p.api.remove(ctx, n.PhoneNumber)
			answered = !httpapi.IsUnclear(failure)
			return failure
		},
		Look: func(ctx context.Context) error {
			_, err := p.api.find(ctx, n.PhoneNumber, "")
			if answered && errors.Is(err, errCutOff) {
				return platform.ErrNotFound // there is no better word
			}
			return err
		},
	}.Do(ctx)
}

// reported is n with what Nixflex says of it, and nothing else, in its Block.
func reported(n platform.Number, r *record) platform.Number {
	n.Block = platform.Values{agentID: nil, providerName: cmp.Or(r.provider, provider(n))}
	if r.agentID != "" {
		n.Block[agentID] = r.agentID
	}
	if prompt, told := r.settings[customPrompt]; told {
		n.Block[customPrompt] = prompt
	}
	return n
}
