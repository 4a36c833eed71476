package phonenumber

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// resolve gives the attributes that the configuration leaves out their planned
// values. state is nil for a creation.
func (r *Resource) resolve(ctx context.Context, config model, state *model, plan model, diags *diag.Diagnostics) {
	r.resolveBlock(config, state, plan)
	r.preview(ctx, config, state, plan, diags)
	r.refuseForeignSettings(config, plan, diags)
	if state != nil && state.expand().Carrier != plan.expand().Carrier {
		state = nil // it has no account of this carrier's
	}
	r.leaveUnnamed(config, plan)
	r.resolveAccount(config, state, plan)
}

// resolveBlock keeps what the platform reported as long as its record stays;
// what a new registration will report is unknown.
func (r *Resource) resolveBlock(config model, state *model, plan model) {
	kind, ok := r.kinds.Kind(plan.platform())
	if !ok {
		return
	}
	resolved := func(held attrs) attr.Value {
		return resolveFields(kind.Block, nested(config.attrs[kind.Name]), held, plan.types[kind.Name])
	}
	if state == nil || state.platform() != kind.Name {
		plan.attrs[kind.Name] = resolved(nil)
		return
	}
	plan.attrs[kind.Name] = resolved(nested(state.attrs[kind.Name]))
	have := state.expand()
	open := hasUnknown(config.attrs[kind.Name]) || !config.known("account_sid") // what turns out may need another registration
	if open || have.Status != platform.Active || r.kinds.Change(have, plan.expand()).Interruption() != "" {
		plan.attrs[kind.Name] = unsettled(kind.Block, plan.attrs[kind.Name], plan.types[kind.Name])
	}
}

// preview asks the platform what it can tell of a number before it is attached.
// What the configuration does not tell yet may change the answer, so the apply
// asks then.
func (r *Resource) preview(ctx context.Context, config model, state *model, plan model, diags *diag.Diagnostics) {
	n := plan.expand()
	if n.Platform == platform.None || !hasUnknown(plan.attrs[n.Platform]) ||
		!config.known("phone_number") || !config.carrierKnown() {
		return
	}
	var have platform.Number
	if state != nil {
		have = state.expand()
	} else if !config.known("account_sid") {
		return // which of a carrier's accounts to ask is not known
	}
	told, err := r.manager.Preview(ctx, have, n)
	if err != nil {
		r.addUnseen(n, fmt.Sprintf("The plan cannot say how %s is held at %s", label(n), r.kinds.Title(n.Platform)), err, diags)
		return
	}
	if held, ok := r.manager.Registry.Held(n.PhoneNumber); ok && state == nil && held.Platform == n.Platform && held.Carrier != told.Carrier {
		return // a replacement: what it finds depends on whether the old resource ends before or after
	}
	plan.attrs[n.Platform] = previewed(plan.types[n.Platform], plan.attrs[n.Platform], told.Block)
}

// refuseForeignSettings refuses attributes of another carrier than the number's.
func (r *Resource) refuseForeignSettings(config, plan model, diags *diag.Diagnostics) {
	if plan.carrierKnown() {
		r.validateCarrier(config, plan.expand(), isSet, diags)
	}
}

// leaveUnnamed plans null for the settings that the configuration does not name: it
// is the same for those that are cleared and for those that are left alone.
func (r *Resource) leaveUnnamed(config, plan model) {
	if config.null("deregister_emergency_address") {
		plan.set("deregister_emergency_address", nil)
	}
	for _, carrier := range r.kinds.Carriers() {
		for _, field := range carrier.Settings {
			if config.null(field.Name) {
				plan.set(field.Name, nil)
			}
		}
	}
}

// keepUnnamed leaves in state what an import or an older version has put there
// although the configuration does not name it, as long as nothing else changes: to
// drop it needs no call, and a plan without one shall be empty.
func (r *Resource) keepUnnamed(config, state, plan model) {
	if state.private.Replaced != nil && !state.private.Imported {
		return
	}
	older := plan
	older.attrs = maps.Clone(plan.attrs)
	keep := func(name string) {
		if config.null(name) {
			older.attrs[name] = state.attrs[name]
		}
	}
	keep("deregister_emergency_address")
	for _, carrier := range r.kinds.Carriers() {
		for _, field := range carrier.Settings {
			if !field.Wiring || plain(state.attrs[field.Name]) == field.Default {
				keep(field.Name)
			}
		}
	}
	if older.sameAs(state) {
		maps.Copy(plan.attrs, older.attrs)
	}
}

func (r *Resource) resolveAccount(config model, state *model, plan model) {
	kind, _ := r.kinds.Kind(plan.expand().Carrier)
	switch {
	case !config.null("account_sid"):
	case !plan.carrierKnown():
		plan.setUnknown("account_sid")
	case kind.Settings == nil: // only a carrier with settings has accounts
		plan.set("account_sid", nil)
	case state != nil && !state.null("account_sid"): // it stays where it is, whoever asks
		plan.attrs["account_sid"] = state.attrs["account_sid"]
	case r.manager.AccountSID != "":
		plan.set("account_sid", r.manager.AccountSID)
	default:
		plan.setUnknown("account_sid")
	}
}

// setUnknownDestroy makes unknown what depends on something unknown, of a change on the sid
// and the account, too: with another account come other facts.
func (m *model) setUnknownDestroy(change bool) {
	kind, _ := m.kinds.Kind(m.platform())
	if !m.blockKnown(kind, nil) {
		m.setUnknown("platform")
	}
	if !m.carrierKnown() {
		m.setUnknown("carrier", "destroy_steps")
		if m.action() == platform.Release {
			m.setUnknown("destroy_irreversible")
		}
	}
	if !m.known("release_on_destroy") {
		m.setUnknown("destroy_action", "destroy_irreversible", "destroy_steps")
	}
	if !m.blockKnown(kind, kind.StepFields) {
		m.setUnknown("destroy_steps")
	}
	inputs := []string{"id", "deregister_emergency_address", "restore_on_detach", platform.EmergencyAddressSID}
	if change {
		inputs = append(inputs, "account_sid", "sid")
	}
	for _, carrier := range m.kinds.Carriers() {
		for _, field := range carrier.Settings {
			if field.Wiring {
				inputs = append(inputs, field.Name)
			}
		}
	}
	for _, name := range inputs {
		if !m.known(name) {
			m.setUnknown("destroy_steps")
		}
	}
}

// planDestroyAttributes writes into the plan of a creation how the number will end. A creation
// that stops half-way keeps to that, too: the next refresh says what is true of it.
func (m *model) planDestroyAttributes() {
	m.describeDestroy(m.set)
	m.setUnknownDestroy(false)
	n := m.expand()
	switch {
	case n.Acquisition == platform.Purchased: // as its carrier sells it
	case n.RestoreOnDetach && n.Action != platform.Release, n.DeregisterEmergencyAddress && n.Action == platform.Release:
		m.setUnknown("destroy_steps") // they name what the apply finds
	}
}
