package synthflow

import (
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

// Members of bodies that are no settings, since Synthflow may not report them.
const (
	bodyProvider = "provider_name"
	bodyUsername = "trunk_username"
	bodyPassword = "trunk_pwd"
)

// withoutPassword is n without what may reach neither state nor plan.
func withoutPassword(n platform.Number) platform.Number {
	n.Block = maps.Clone(n.Block)
	delete(n.Block, trunkPassword)
	return n
}

// same says that want asks for nothing that have does not have.
func same(have, want platform.Number) bool {
	for _, f := range Kind.Block {
		value, asked := want.Block[f.Name]
		if asked && !f.WriteOnly && f.Presence != platform.Computed && value != have.Block[f.Name] {
			return false
		}
	}
	return true
}

// moves says that want is in another workspace than have.
func moves(have, want platform.Number) bool {
	from, to := have.Block.String(workspaceID), want.Block.String(workspaceID)
	return from != "" && to != "" && from != to
}

// register makes the record as want has it, from whatever is there. A have
// without a Block says nothing of that.
func (p *Platform) register(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	workspace, live, err := p.find(ctx, want)
	if errors.Is(err, platform.ErrNotFound) && !isBought(want) {
		if live, err = p.importNumber(ctx, workspace, want); err == nil {
			have.Block = want.Block
		}
	}
	if err != nil {
		return want, err
	}
	if live, err = p.change(ctx, want, live, changes(have, want, live)); err != nil {
		return want, err
	}
	if live, err = p.moveAgent(ctx, have, want, live); err != nil {
		return want, err
	}
	want.Private.Platform = platform.Values{agentID: want.Block[agentID]}
	return reported(want, workspace, live), nil
}

// importNumber imports the number and waits until it can be seen. A record that
// turns up meanwhile is taken over.
func (p *Platform) importNumber(ctx context.Context, workspace string, n platform.Number) (*record, error) {
	doing := fmt.Sprintf("import %s into workspace %s", n.PhoneNumber, workspace)
	in := body{"workspace_id": workspace, "phone_number": n.PhoneNumber}
	for _, s := range settings {
		if value := n.Block[s.name]; value != nil && value != false {
			in[s.imported] = value
		}
	}
	for name, member := range map[string]string{
		providerName: bodyProvider, trunkUsername: bodyUsername, trunkPassword: bodyPassword,
	} {
		if n.Block.Has(name) {
			in[member] = n.Block[name]
		}
	}
	failure := p.api.importNumber(ctx, in)
	switch {
	case failure == nil:
		return p.awaitImport(ctx, workspace, n)
	case isDenied(failure):
		return nil, explainedImport(doing, n, failure)
	}
	// The answer was lost, or the number is there already.
	refused := !httpapi.IsUnclear(failure)
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	_, live, err := p.find(ctx, n)
	switch {
	case err == nil:
		// Which credentials of its trunk it has nobody knows.
		return p.change(ctx, n, live, changes(platform.Number{}, n, live))
	case refused:
		return nil, explainedImport(doing, n, failure)
	case errors.Is(err, platform.ErrNotFound):
		return nil, changed(doing+" (Synthflow does not list it; apply again)", failure)
	}
	return nil, changed(doing+" (whether it took effect is not known; apply again)", httpapi.Unsettled(failure, err))
}

// explainedImport is explained, for the refusal of an import. A 403 says that
// the provider is not enabled (Synthflow OpenAPI: create-custom-number).
func explainedImport(doing string, n platform.Number, err error) error {
	answer, _ := errors.AsType[*httpapi.Error](err)
	if answer == nil || answer.Status != http.StatusForbidden {
		return explained(doing, err)
	}
	provider := n.Block.String(providerName)
	if provider == "" {
		provider = providerCustom
	}
	return blame(providerName, fmt.Errorf("%s: %w; the import of numbers of the provider %q is not enabled for the "+
		"workspace: ask Synthflow to enable it, which depends on the plan, or choose another provider_name",
		doing, err, provider))
}

// awaitImport waits until a number that has been imported can be seen.
func (p *Platform) awaitImport(ctx context.Context, workspace string, n platform.Number) (*record, error) {
	doing := fmt.Sprintf("wait for %s to be imported into workspace %s", n.PhoneNumber, workspace)
	var last error
	for range maxLooks {
		live, err := p.api.number(ctx, workspace, n.PhoneNumber)
		if err == nil {
			return live, nil
		}
		if !mayBeAbsent(err) {
			return nil, changed(doing, err)
		}
		last = err
		if httpapi.Pause(ctx, p.pollInterval); ctx.Err() != nil {
			return nil, changed(doing, fmt.Errorf("%w: %w", last, ctx.Err()))
		}
	}
	return nil, changed(fmt.Sprintf("%s (it was accepted, but after %d looks it is not there yet; apply again)",
		doing, maxLooks), last)
}

// changes are the members of an update that gives the record what want asks
// for. What Synthflow does not report is sent where have has another value.
func changes(have, want platform.Number, live *record) body {
	in := body{}
	for _, s := range settings {
		value, asked := want.Block[s.name]
		now := s.read(live)
		switch {
		case !asked, value == now:
		case s.name == uacRegisterExpires && now == nil && !want.Block.Bool(uacEnabled): // has no effect yet
		case value != nil:
			in[s.updated] = value
		case s.name == sipAuthUsername: // the others stay as they are
			in[s.updated] = ""
		}
	}
	if provider, asked := want.Block[providerName]; asked && !isBought(want) && live.ProviderName != "" {
		if provider == nil {
			provider = providerCustom
		}
		if provider != live.ProviderName {
			in[bodyProvider] = provider
		}
	}
	if have.Block == nil || in[uacEnabled] == true ||
		have.Block[trunkUsername] != want.Block[trunkUsername] || have.Block[trunkPasswordNo] != want.Block[trunkPasswordNo] {
		switch {
		case want.Block.Has(trunkUsername):
			in[bodyUsername], in[bodyPassword] = want.Block[trunkUsername], want.Block.String(trunkPassword)
		case have.Block.Has(trunkUsername):
			in[bodyUsername], in[bodyPassword] = "", ""
		}
	}
	return in
}

// unmet names the settings of an update that the record does not show. That it
// does not show the provider is no contradiction: older versions of the API know
// none.
func unmet(live *record, in body) []string {
	var names []string
	for _, s := range settings {
		value, sent := in[s.updated]
		now := s.read(live)
		if value == "" {
			value = nil
		}
		if sent && value != now && !(s.name == uacRegisterExpires && now == nil) {
			names = append(names, s.name)
		}
	}
	return names
}

// names are the members of a body, in order.
func (in body) names() string { return strings.Join(slices.Sorted(maps.Keys(in)), ", ") }

// change makes the changes to n's record, and returns it as it is then.
func (p *Platform) change(ctx context.Context, n platform.Number, live *record, in body) (*record, error) {
	if len(in) == 0 {
		return live, nil
	}
	doing := fmt.Sprintf("change %s of %s", in.names(), n.PhoneNumber)
	failure := p.api.update(ctx, n.PhoneNumber, in)
	if failure != nil && !httpapi.IsUnclear(failure) {
		return nil, explained(doing, failure)
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	_, live, err := p.find(ctx, n)
	if err != nil {
		return nil, changed(doing+" (whether it took effect is not known; apply again)", httpapi.Unsettled(failure, err))
	}
	missing := unmet(live, in)
	_, secret := in[bodyPassword]
	switch {
	case failure != nil && (secret || len(missing) > 0): // that the password arrived can't be seen
		return nil, changed(doing+" (whether it took effect is not known; apply again)", failure)
	case len(missing) > 0:
		return nil, fmt.Errorf("%s: it was accepted, but the number does not show it in %s",
			doing, strings.Join(missing, ", "))
	}
	return live, nil
}

// moveAgent attaches the number to want's agent and takes it off the one that
// this resource had attached it to. Other agents keep it, but for one: where the
// new agent can't share the number, as no two inbound agents can (Synthflow docs:
// number pooling), the one that the plan has shown to be replaced makes room.
func (p *Platform) moveAgent(ctx context.Context, have, want platform.Number, live *record) (*record, error) {
	agent, replaced := want.Block.String(agentID), []string{}
	if old := ours(want); old != agent && slices.Contains(live.Assistants, old) {
		replaced = append(replaced, old)
	}
	linked := agent == "" || slices.Contains(live.Assistants, agent)
	if linked && len(replaced) == 0 {
		return live, nil
	}
	doing := fmt.Sprintf("take %s off agent %s", want.PhoneNumber, strings.Join(replaced, ""))
	var failure error
	if !linked {
		doing = fmt.Sprintf("attach %s to agent %s", want.PhoneNumber, agent)
		failure = p.api.link(ctx, agent, want.PhoneNumber)
		if failure != nil && !httpapi.IsUnclear(failure) {
			if shown := have.Block.String(agentID); shown != ours(want) && slices.Contains(live.Assistants, shown) {
				replaced = append(replaced, shown)
			}
			if len(replaced) == 0 || isDenied(failure) {
				return nil, refusedLink(doing, live, failure)
			}
			if failure = p.unlink(ctx, want.PhoneNumber, replaced); failure == nil {
				failure = p.api.link(ctx, agent, want.PhoneNumber)
			}
			replaced = nil
		}
	}
	if failure == nil {
		failure = p.unlink(ctx, want.PhoneNumber, replaced)
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	_, after, err := p.find(ctx, want)
	switch {
	case err != nil:
		return nil, changed(doing+" (whether it took effect is not known; apply again)", httpapi.Unsettled(failure, err))
	case agent != "" && !slices.Contains(after.Assistants, agent), len(shared(replaced, after.Assistants)) > 0:
		if failure == nil {
			failure = fmt.Errorf("it was accepted, but the number is on agents %v", after.Assistants)
		}
		return nil, blame(agentID, changed(doing, failure))
	}
	return after, nil
}

// refusedLink says who else has the number, which may be why.
func refusedLink(doing string, live *record, err error) error {
	err = platform.Final(explained(doing, err)) // a 404 would be the agent's
	if len(live.Assistants) > 0 {
		err = fmt.Errorf("%w; it is attached to %s, and no two inbound agents can have one number: take it off there first",
			err, strings.Join(live.Assistants, ", "))
	}
	return blame(agentID, err)
}

// unlink takes the number off the agents. That one of them has it no longer is
// not an error.
func (p *Platform) unlink(ctx context.Context, phoneNumber string, agents []string) error {
	for _, agent := range agents {
		if err := p.api.unlink(ctx, agent, phoneNumber); err != nil && !mayBeAbsent(err) {
			return fmt.Errorf("take it off agent %s: %w", agent, err)
		}
	}
	return nil
}

// shared are the agents that are in both lists.
func shared(some, others []string) []string {
	return slices.DeleteFunc(slices.Clone(some), func(agent string) bool { return !slices.Contains(others, agent) })
}
