package phonenumber

// What a plan shows for what the configuration leaves out, one function for each
// kind of field.

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// planValues gives the attributes that the configuration leaves out their planned
// values. state is nil for a creation.
func (r *Resource) planValues(ctx context.Context, config, state, plan *model, diags *diag.Diagnostics) {
	if config.null("release_on_destroy") {
		plan.set("release_on_destroy", string(platform.Detach))
	}
	r.planPlatform(config, state, plan)
	r.preview(ctx, config, state, plan, diags)
	if plan.carrierKnown() {
		r.validateCarrier(config, plan.expand(), isSet, diags)
	}
	plan.planUnnamed(config)
	r.planAccount(config, state, plan)
}

// planUnnamed plans null for the settings that the configuration does not name: it
// is the same for those that are cleared and for those that are left alone.
func (m *model) planUnnamed(config *model) {
	for _, name := range m.nameable() {
		if config.null(name) {
			m.set(name, nil)
		}
	}
}

// nameable are the attributes that are null unless the configuration names them.
func (m *model) nameable() []string {
	names := []string{"deregister_emergency_address"}
	for _, field := range settings(m.kinds) {
		names = append(names, field.Name)
	}
	return names
}

// planAccount plans the account that the configuration does not name: the number stays
// where it is, whoever asks.
func (r *Resource) planAccount(config, state, plan *model) {
	carrier := plan.expand().Carrier
	kind, _ := r.kinds.Kind(carrier)
	switch {
	case !config.null("account_sid"):
	case !plan.carrierKnown():
		plan.setUnknown("account_sid")
	case kind.Settings == nil: // only a carrier with settings has accounts
		plan.set("account_sid", nil)
	case state != nil && state.expand().Carrier == carrier && !state.null("account_sid"):
		plan.attrs["account_sid"] = state.attrs["account_sid"]
	case r.manager.AccountSID != "":
		plan.set("account_sid", r.manager.AccountSID)
	default:
		plan.setUnknown("account_sid")
	}
}

// planPlatform keeps what the platform reported as long as its record stays; what a
// new registration will report is unknown.
func (r *Resource) planPlatform(config, state, plan *model) {
	kind, ok := r.kinds.Kind(plan.platform())
	if !ok {
		return
	}
	configured, t := config.attrs[kind.Name], plan.types[kind.Name]
	var held attrs
	if state != nil && state.platform() == kind.Name {
		held = nested(state.attrs[kind.Name])
	}
	plan.attrs[kind.Name] = planBlock(kind.Block, nested(configured), held, t)
	block := nested(plan.attrs[kind.Name])
	if held == nil || block == nil {
		return
	}
	have := state.expand()
	open := hasUnknown(configured) || !config.known("account_sid") // what turns out may need another registration
	if open || have.Status != platform.Active || r.kinds.Change(have, plan.expand()).Interruption() != "" {
		for _, field := range kind.Block {
			if field.Presence == platform.Computed {
				block[field.Name] = unknownValue(attrTypes(t)[field.Name])
			}
		}
		plan.attrs[kind.Name] = objectValue(t, block)
	}
}

// planBlock is a platform's block, or an object in one, as it is planned. Held is what
// is in state of its record; nil: there is none yet.
func planBlock(fields []platform.Field, config, held attrs, t attr.Type) attr.Value {
	if config == nil {
		return unknownValue(t) // the block is there, or this would not be asked
	}
	planned, types := attrs{}, attrTypes(t)
	for _, field := range fields {
		planned[field.Name] = planField(field, config, held, types[field.Name])
	}
	return objectValue(t, planned)
}

// planField is what is configured; else the default; else, for what the service reports,
// what is held, unknown where nothing is held yet.
func planField(field platform.Field, config, held attrs, t attr.Type) attr.Value {
	configured := config[field.Name]
	isHeld, inState := held[field.Name]
	switch {
	case field.WriteOnly: // no plan holds it
		return attrValue(t, nil)
	case field.Type == platform.Object && nested(configured) != nil:
		return planBlock(field.Fields, nested(configured), nested(isHeld), t)
	case !configured.IsNull():
		return configured
	case field.Presence == platform.Optional, field.Presence == platform.Required:
		return attrValue(t, field.Default)
	case field.Clears != nil && held == nil:
		return attrValue(t, nil)
	case field.Clears != nil:
		return planRemoved(field, config, held, t)
	case inState:
		return isHeld
	}
	return unknownValue(t)
}

// planRemoved is a field with Clears that the configuration leaves out.
func planRemoved(field platform.Field, config, held attrs, t attr.Type) attr.Value {
	block := platform.Values{}
	for name, value := range held {
		block[name] = plain(value)
	}
	for name, value := range config {
		if value.IsUnknown() {
			return unknownValue(t)
		}
		if !value.IsNull() {
			block[name] = plain(value)
		}
	}
	if field.Clears(block) {
		return attrValue(t, nil)
	}
	return held[field.Name]
}

// preview asks the platform what it can tell of a number before it is attached.
// What the configuration does not tell yet may change the answer, so the apply
// asks then.
func (r *Resource) preview(ctx context.Context, config, state, plan *model, diags *diag.Diagnostics) {
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
	plan.attrs[n.Platform] = flattenBlock(plan.types[n.Platform], plan.attrs[n.Platform], told.Block, ifReportedUnknown)
}

// keepUnnamed leaves in state what an import or an older version has put there
// although the configuration does not name it, as long as nothing else changes: to
// drop it needs no call, and a plan without one shall be empty.
func (m *model) keepUnnamed(config, state *model) {
	if state.private.Replaced != nil && !state.private.Imported {
		return
	}
	older, clears := m.clone(), map[string]bool{}
	for _, field := range settings(m.kinds) {
		clears[field.Name] = field.Wiring && plain(state.attrs[field.Name]) != field.Default
	}
	for _, name := range m.nameable() {
		if config.null(name) && !clears[name] {
			older.attrs[name] = state.attrs[name]
		}
	}
	if older.equal(state) {
		m.attrs = older.attrs
	}
}

// planDestroyAttributes writes into a plan what a destroy will do, as far as all that it
// depends on is known. Have is what is in state; nil: it is a creation, of which one
// that stops half-way keeps to that, too, and the next refresh says what is true of it.
func (m *model) planDestroyAttributes(have *platform.Number) {
	m.setAll(m.destroyAttributes())
	n, carrierKnown, actionKnown := m.expand(), m.carrierKnown(), m.known("release_on_destroy")
	kind, _ := m.kinds.Kind(n.Platform)
	inputs := []string{"id", "deregister_emergency_address", "restore_on_detach", platform.EmergencyAddressSID}
	finds := false // the steps name what the apply finds
	if have != nil {
		inputs = append(inputs, "account_sid", "sid") // with another account come other facts
		finds = n.RestoreOnDetach && m.kinds.Change(*have, n).FindsAnew()
	} else if n.Acquisition != platform.Purchased { // else it comes as its carrier sells it
		finds = n.RestoreOnDetach && n.Action != platform.Release || n.DeregisterEmergencyAddress && n.Action == platform.Release
	}
	unknown := func(name string) bool { return !m.known(name) }
	for name, open := range map[string]bool{
		"platform":             !m.blockKnown(kind, nil),
		"carrier":              !carrierKnown,
		"destroy_action":       !actionKnown,
		"destroy_irreversible": !actionKnown || !carrierKnown && n.Action == platform.Release,
		"destroy_steps": !actionKnown || !carrierKnown || finds || !m.blockKnown(kind, kind.StepFields) ||
			!m.settingsKnown(isWiring) || slices.ContainsFunc(inputs, unknown),
	} {
		if open {
			m.setUnknown(name)
		}
	}
}
