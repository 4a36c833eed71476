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
		live, have.Block, err = p.importNumber(ctx, workspace, want)
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
// turns up meanwhile is taken over. It returns what of n's block the record is sure to
// have: which credentials of its trunk it has without an answer, nobody knows.
func (p *Platform) importNumber(ctx context.Context, workspace string, n platform.Number) (*record, platform.Values, error) {
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
	var sent platform.Values
	live, err := httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("import %s into workspace %s", n.PhoneNumber, workspace),
		Refused:   func(doing string, failure error) error { return explainedImport(doing, n, failure) },
		MayBeDone: func(failure error) bool { return !isDenied(failure) }, // no status is surely that of a number that is there
		Send: func(ctx context.Context) (*record, error) {
			failure := p.api.importNumber(ctx, in)
			if failure == nil {
				sent = n.Block
			}
			return nil, failure
		},
		Look: func(ctx context.Context) (*record, error) {
			if sent != nil {
				return p.awaitImport(ctx, workspace, n)
			}
			return p.look(ctx, n)
		},
	}.Do(ctx)
	return live, sent, err
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
	var last error
	for range maxLooks {
		live, err := p.api.number(ctx, workspace, n.PhoneNumber)
		if err == nil || !mayBeAbsent(err) {
			return live, err
		}
		last = err
		if httpapi.Pause(ctx, p.pollInterval); ctx.Err() != nil {
			return nil, platform.Final(fmt.Errorf("%w: %w", last, ctx.Err()))
		}
	}
	return nil, platform.Final(fmt.Errorf("it was accepted, but after %d looks it is not there yet: %w", maxLooks, last))
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
	return httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("change %s of %s", in.names(), n.PhoneNumber),
		Send:  func(ctx context.Context) (*record, error) { return nil, p.api.update(ctx, n.PhoneNumber, in) },
		Look:  func(ctx context.Context) (*record, error) { return p.look(ctx, n) },
		Left:  func(now *record) string { return httpapi.NotShown(unmet(now, in)) },
		Hides: func(*record) bool { return in[bodyPassword] != nil },
	}.Do(ctx)
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
	if !linked {
		doing = fmt.Sprintf("attach %s to agent %s", want.PhoneNumber, agent)
	}
	after, err := httpapi.Write[*record]{
		Service: writes, Doing: doing,
		Send: func(ctx context.Context) (*record, error) {
			if linked {
				return nil, p.unlink(ctx, want.PhoneNumber, replaced)
			}
			failure := p.api.link(ctx, agent, want.PhoneNumber)
			if failure != nil {
				shown := have.Block.String(agentID)
				if shown != ours(want) && slices.Contains(live.Assistants, shown) {
					replaced = append(replaced, shown)
				}
				if len(replaced) == 0 || isDenied(failure) || httpapi.IsUnclear(failure) {
					return nil, failure
				}
				if err := p.unlink(ctx, want.PhoneNumber, replaced); err != nil {
					return nil, err
				}
				return nil, httpapi.Partly(p.api.link(ctx, agent, want.PhoneNumber))
			}
			return nil, httpapi.Partly(p.unlink(ctx, want.PhoneNumber, replaced))
		},
		Look: func(ctx context.Context) (*record, error) { return p.look(ctx, want) },
		Left: func(now *record) string {
			if agent != "" && !slices.Contains(now.Assistants, agent) || len(shared(replaced, now.Assistants)) > 0 {
				return fmt.Sprintf("the number is on agents %v", now.Assistants)
			}
			return ""
		},
	}.Do(ctx)
	if err != nil && !linked && len(live.Assistants) > 0 && errors.Is(err, platform.ErrUntouched) {
		err = fmt.Errorf("%w; it is attached to %s, and no two inbound agents can have one number: take it off there first",
			err, strings.Join(live.Assistants, ", "))
	}
	if err != nil {
		return nil, blame(agentID, err)
	}
	return after, nil
}

// unlink takes the number off the agents. That one of them has it no longer is
// not an error.
func (p *Platform) unlink(ctx context.Context, phoneNumber string, agents []string) error {
	for _, agent := range agents {
		if err := p.api.unlink(ctx, agent, phoneNumber); err != nil && !mayBeAbsent(err) {
			return httpapi.Partly(fmt.Errorf("take it off agent %s: %w", agent, err))
		}
	}
	return nil
}

// shared are the agents that are in both lists.
func shared(some, others []string) []string {
	return slices.DeleteFunc(slices.Clone(some), func(agent string) bool { return !slices.Contains(others, agent) })
}
