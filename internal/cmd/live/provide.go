package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

// manager is what a provider without any configuration manages numbers with: the environment has its credentials.
func (t *trial) manager(ctx context.Context) (*lifecycle.Manager, error) {
	p := provider.New("live", provider.WithTransport(t.twilio.transport), provider.WithPollInterval(pause),
		provider.WithWaits(httpapi.WaitPolicy{Base: pause / 2, Cap: 30 * pause}))()
	var schema fwprovider.SchemaResponse
	p.Schema(ctx, fwprovider.SchemaRequest{}, &schema)
	empty := tftypes.NewValue(schema.Schema.Type().TerraformType(ctx), nil)
	var configured fwprovider.ConfigureResponse
	p.Configure(ctx, fwprovider.ConfigureRequest{Config: tfsdk.Config{Schema: schema.Schema, Raw: empty}}, &configured)
	for _, d := range configured.Diagnostics.Errors() {
		return nil, errors.New(d.Summary() + ": " + d.Detail())
	}
	m, ok := configured.ResourceData.(*lifecycle.Manager)
	if !ok {
		return nil, fmt.Errorf("the provider made a %T", configured.ResourceData)
	}
	return m, nil
}

const liveURL = "https://example.com/live"

// provide lives the life of a resource: the provider's own code adopts the number, brings it onto each platform, finds and
// repairs what was changed behind its back, and detaches it with what was there before.
func (t *trial) provide(ctx context.Context, sessions []*session) error {
	m, err := t.manager(ctx)
	if err != nil {
		return err
	}
	step := func(what string, err error) error {
		if err != nil {
			return fmt.Errorf("the provider's own life: %s: %w", what, err)
		}
		t.twilio.note("life", what+": done")
		return nil
	}
	want := platform.Number{
		PhoneNumber: t.number, Carrier: twilio.Kind.Name, Platform: platform.None, Action: platform.Detach, RestoreOnDetach: true,
		Block: platform.Values{},
	}
	want.Settings = managed(m, want, platform.Values{"voice_url": liveURL})
	have, err := m.Create(ctx, want)
	if err := step("adopted, with a voice_url", err); err != nil {
		return err
	}
	have = kept(have, want)
	for _, s := range sessions {
		if recordPaths[s.svc.Kind.Name] == "" {
			continue
		}
		t.undo = append(t.undo, t.off(s))
		want, why := t.on(ctx, m, s, have)
		if why != "" {
			s.note("life", "not attached: "+why)
			continue
		}
		have.Settings = managed(m, have, have.Settings)
		got, err := m.Update(ctx, have, want)
		if err := step("attached to "+s.svc.Kind.Title, err); err != nil {
			return err
		}
		have = kept(got, want)
		if have, err = t.drift(ctx, m, s, have); err != nil {
			return step("repaired at "+s.svc.Kind.Title, err)
		}
	}
	have.Settings = managed(m, have, nil)
	_, notes, err := m.Delete(ctx, have)
	if err := step("detached, with what was there before", err); err != nil {
		return err
	}
	for _, note := range notes {
		t.twilio.note("life", "detached: "+note)
	}
	now, err := t.read(ctx)
	if err != nil {
		return err
	}
	for member := range writable {
		if !same(now[member], t.found[member]) {
			t.twilio.note("life", fmt.Sprintf("a detach with restore left %s as %v; it was %v", member, now[member], t.found[member]))
		}
	}
	return nil
}

// kept is the number as state has it after an apply: what is configured stays beside what is reported.
func kept(got, want platform.Number) platform.Number {
	got.Action, got.RestoreOnDetach, got.Settings = want.Action, want.RestoreOnDetach, want.Settings
	return got
}

// managed are the settings that a resource manages which names these: they, wiring that still is its own, and what would
// keep either from working, but for what the platform owns.
func managed(m *lifecycle.Manager, n platform.Number, named platform.Values) platform.Values {
	values, owned := platform.Values{}, m.Kinds.Owned(n)
	for _, field := range twilio.Kind.Settings {
		_, ours := n.Private.Ours[field.Name]
		if !slices.Contains(owned, field.Name) && (named[field.Name] != nil || ours && field.Wiring) {
			values[field.Name] = named[field.Name]
		}
	}
	for _, field := range twilio.Kind.Settings {
		if _, is := values[field.Name]; !is {
			continue
		}
		for _, name := range field.Blockers {
			if _, is := values[name]; !is && !slices.Contains(owned, name) {
				values[name] = named[name]
			}
		}
	}
	return values
}

// on is the number as it is wanted on a platform with its first agent, or why it is not.
func (t *trial) on(ctx context.Context, m *lifecycle.Manager, s *session, have platform.Number) (want platform.Number, why string) {
	kind := s.svc.Kind
	agents, err := m.Agents(ctx, kind.Name)
	switch {
	case err != nil:
		return want, err.Error()
	case len(agents) == 0:
		return want, "it has no agent"
	}
	want = have
	want.Platform, want.Block = kind.Name, platform.Values{}
	for _, field := range kind.Block {
		switch {
		case field.Name == kind.Agent:
			want.Block[field.Name] = agents[0].ID
		case field.Name == kind.Label:
			want.Block[field.Name] = "live"
		case field.Presence == platform.Required:
			return want, "it needs " + field.Name
		case field.Presence == platform.Optional:
			want.Block[field.Name] = field.Default
		}
	}
	want.Settings = managed(m, want, nil)
	return want, ""
}

// drift changes the wiring behind the provider's back, and has it found and repaired.
func (t *trial) drift(ctx context.Context, m *lifecycle.Manager, s *session, have platform.Number) (platform.Number, error) {
	if len(s.svc.Kind.Wires) == 0 {
		return have, nil
	}
	wire, other := s.svc.Kind.Wires[0], liveURL+"/drift"
	if !strings.HasSuffix(wire, "_url") {
		other = "" // there is no other trunk
	}
	if r := t.write(ctx, pairs(writable[wire], other)); !r.ok() {
		return have, errors.New(r.quoted())
	}
	seen, err := m.Read(ctx, have)
	if err != nil {
		return have, err
	}
	if seen = kept(seen, have); seen.Status == platform.Active {
		s.note("life", wire+", which was changed at Twilio, was not found")
		return seen, nil
	}
	want := seen
	want.Block = maps.Clone(have.Block)
	got, err := m.Update(ctx, seen, want)
	if err != nil {
		return seen, err
	}
	if got.Status != platform.Active {
		return kept(got, want), errors.New(got.StatusReason)
	}
	s.note("life", wire+", which was changed at Twilio, was found and repaired")
	return kept(got, want), nil
}
