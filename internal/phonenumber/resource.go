// Package phonenumber is the resource telephony_phone_number, with the data
// sources and the list resource of the same numbers. It turns
// configuration, plan and state into platform.Number and back, and leaves to
// package lifecycle what is done with it. It knows no service by name.
package phonenumber

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Default time-outs of an operation, with every wait in it, and of the look-up
// for a plan.
const (
	createTimeout = 10 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 10 * time.Minute
	deleteTimeout = 20 * time.Minute // an emergency address takes its time to be deregistered
	lookUpTimeout = time.Minute
)

var (
	_ resource.Resource                   = (*Resource)(nil)
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithMoveState      = (*Resource)(nil)
)

// Resource is telephony_phone_number.
type Resource struct {
	kinds   kinds.Table
	manager *lifecycle.Manager
}

// New makes the resource for the table of services.
func New(kinds kinds.Table) *Resource {
	return &Resource{kinds: kinds}
}

// Metadata names the resource type.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_phone_number"
	resp.ResourceBehavior.MutableIdentity = true // a number can move to another platform or account
}

// Configure takes the manager that the provider made; there is none as long as it is
// not configured.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.manager, _ = req.ProviderData.(*lifecycle.Manager)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = newSchema(ctx, r.kinds)
}

// Create adopts or buys the number and sets it up. Once the number is owned, a
// failure is a warning and a status: an error would taint the number, and the
// next apply would destroy what has just been paid for.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	plan := readModel(ctx, r.kinds, req.Plan, diags)
	config := readModel(ctx, r.kinds, req.Config, diags)
	if diags.HasError() {
		return
	}
	ctx, cancel := within(withSecrets(ctx, config), plan, timeouts.Value.Create, createTimeout, diags)
	defer cancel()
	want := plan.expand()
	want.Private.Instance = registry.NewInstance()
	addWriteOnly(&want, config)

	got, err := r.manager.Create(ctx, want)
	addNotes(diags, "Creation", got.PhoneNumber, got.Notes)
	if got.PhoneNumber == "" {
		if taken, ok := errors.AsType[*lifecycle.DuplicateError](err); ok && r.manager.Registry.HasDestroyFailed(taken.PhoneNumber) {
			err = registry.Stuck.Refusal(want)
		}
		r.addError(diags, "create", want, err)
		return
	}
	plan.flattenUnknown(got)
	plan.save(ctx, &resp.State, resp.Private, resp.Identity, diags)
	if err != nil {
		once := ""
		if got.Private.Blames != "" {
			once = "once " + got.Private.Blames + " is correct, "
		}
		diags.AddWarning("Phone number "+got.PhoneNumber+" is owned, but not set up completely", fmt.Sprintf(
			"%s was %s, and then this failed:\n\n%s\n\nThe number is in state with status = \"corrupted\": %sthe next apply "+
				"completes it, and until then a destroy only detaches it.%s",
			got.PhoneNumber, got.Acquisition, sentence(err.Error()), once, lateHint(err)))
	}
}

// Read brings state up to date. Only a number that every service itself says
// it does not hold is removed from state.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	state := readModel(ctx, r.kinds, req.State, diags)
	state.readPrivate(ctx, req.Private, diags)
	if diags.HasError() {
		return
	}
	ctx, cancel := within(ctx, state, timeouts.Value.Read, readTimeout, diags)
	defer cancel()
	switch held := r.refresh(ctx, state, diags); {
	case diags.HasError():
	case held:
		state.save(ctx, &resp.State, resp.Private, resp.Identity, diags)
	default:
		resp.State.RemoveResource(ctx)
		identify(ctx, resp.Identity, state.expand(), diags) // the framework asks for it all the same
	}
}

// refresh brings a state up to date; false: no service holds its number any more.
func (r *Resource) refresh(ctx context.Context, state *model, diags *diag.Diagnostics) (held bool) {
	importing := state.null("status")
	got, err := r.read(ctx, state)
	have := state.expand()
	_, gone := errors.AsType[*lifecycle.GoneError](err)
	switch {
	case gone && importing:
		r.addAbsent(state, diags)
		return false
	case gone:
		r.manager.Registry.Gone(have.PhoneNumber)
		diags.AddWarning("Phone number "+have.PhoneNumber+" is gone", r.goneDetail(have))
		return false
	case err != nil:
		r.addError(diags, "read", have, err)
		return true
	}
	if importing {
		warnOfRouting(r.manager.Misplaced(ctx, got), diags)
	}
	addNotes(diags, "Import", got.PhoneNumber, got.Notes)
	state.flatten(got)
	r.manager.Registry.InState(state.expand())
	return true
}

// goneDetail says what the next apply would do about a number that is gone.
func (r *Resource) goneDetail(n platform.Number) string {
	detail := fmt.Sprintf("%s says that it does not hold %s any more, so it is removed from state. ",
		r.kinds.Title(n.Carrier), n.PhoneNumber)
	if n.Purchase != nil {
		return detail + "As long as the configuration has its purchase block, the next apply buys a number again."
	}
	return detail + "The next apply adopts it if it is owned again by then, and fails otherwise: nothing is bought " +
		"without a purchase block."
}

// Update makes the number as planned, in place.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	state := readModel(ctx, r.kinds, req.State, diags)
	state.readPrivate(ctx, req.Private, diags)
	plan := readModel(ctx, r.kinds, req.Plan, diags)
	config := readModel(ctx, r.kinds, req.Config, diags)
	if diags.HasError() {
		return
	}
	ctx, cancel := within(withSecrets(ctx, config), plan, timeouts.Value.Update, updateTimeout, diags)
	defer cancel()
	if r.complete(ctx, state, diags); diags.HasError() {
		return
	}
	have, want := state.expand(), plan.expand()
	if want.PhoneNumber != "" && want.PhoneNumber != have.PhoneNumber {
		r.refuseSurprise(have, want.PhoneNumber, diags)
		state.keepGentlerDestroy(plan)
		state.setAll(state.destroyAttributes())
		state.save(ctx, &resp.State, resp.Private, resp.Identity, diags)
		return
	}
	addWriteOnly(&want, config)
	kept := leaveKept(&want, config)

	got, err := r.manager.Update(ctx, have, want)
	addNotes(diags, "Change", have.PhoneNumber, got.Notes)
	if err != nil {
		state.keepGentlerDestroy(plan)
		state.flatten(got)
		state.save(ctx, &resp.State, resp.Private, resp.Identity, diags)
		r.addError(diags, "update", have, err)
		return
	}
	got.Private.Imported = kept
	plan.flattenUnknown(got)
	plan.save(ctx, &resp.State, resp.Private, resp.Identity, diags)
}

// gentleness ranks the actions of a destroy, the gentlest first.
var gentleness = []platform.Action{platform.Detach, platform.ForceDelete, platform.Release}

// keepGentlerDestroy takes over from the plan of a failed update what a destroy does,
// where that is gentler than in state: it needs no call, so it has not failed.
func (m *model) keepGentlerDestroy(plan *model) {
	if slices.Index(gentleness, plan.action()) < slices.Index(gentleness, m.action()) {
		m.attrs["release_on_destroy"] = plan.attrs["release_on_destroy"]
	}
	if plain(plan.attrs["deregister_emergency_address"]) != true {
		m.attrs["deregister_emergency_address"] = plan.attrs["deregister_emergency_address"]
	}
	if plain(plan.attrs["restore_on_detach"]) == true {
		m.attrs["restore_on_detach"] = plan.attrs["restore_on_detach"]
	}
}

// leaveKept takes out of what is wanted the settings that a plan has kept from an
// import although the configuration does not name them; false: there are none.
func leaveKept(want *platform.Number, config *model) bool {
	kept := false
	for name, value := range want.Settings {
		if value != nil && config.null(name) {
			delete(want.Settings, name)
			kept = true
		}
	}
	return kept
}

// Delete ends the number as the setting in state says. It repeats the plan's
// guards, since a taint or -replace has shown the plan no destroy.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	state := readModel(ctx, r.kinds, req.State, diags)
	state.readPrivate(ctx, req.Private, diags)
	if diags.HasError() {
		return
	}
	ctx, cancel := within(ctx, state, timeouts.Value.Delete, deleteTimeout, diags)
	defer cancel()
	if r.complete(ctx, state, diags); diags.HasError() {
		return
	}
	have := state.expand()
	have.Recreated = createsAgain(ctx, req.Private, have.PhoneNumber)
	diags.Append(resp.Private.SetKey(ctx, createsKey, nil)...)

	left, notes, err := r.manager.Delete(ctx, have)
	operation := "End"
	if have.Action == platform.ForceDelete {
		operation = "Left behind by the force delete"
	}
	addNotes(diags, operation, have.PhoneNumber, notes)
	if err == nil {
		return
	}
	state.set("status", string(left.Status))
	state.set("status_reason", printable(left.StatusReason))
	state.private = left.Private
	state.save(ctx, &resp.State, resp.Private, resp.Identity, diags)
	wayOut := "Nothing was changed, and the resource is as it was."
	if left.Status != platform.Active {
		wayOut = "The resource stays in state as corrupted. Destroy again to finish what is left, or apply to put the " +
			"number back in order."
	}
	r.addError(diags, string(have.Action), have, fmt.Errorf("%w\n\n%s", err, wayOut))
}

// addNotes shows what a service has to say of an operation.
func addNotes(diags *diag.Diagnostics, operation, phoneNumber string, notes []string) {
	var list []string
	for _, note := range notes {
		list = append(list, "- "+sentence(note))
	}
	if len(list) > 0 {
		diags.AddWarning(operation+" of "+phoneNumber, strings.Join(list, "\n"))
	}
}

// within bounds an operation by its time-out.
func within(
	ctx context.Context, m *model,
	configured func(timeouts.Value, context.Context, time.Duration) (time.Duration, diag.Diagnostics),
	byDefault time.Duration, diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	limit := byDefault
	if value, ok := m.attrs["timeouts"].(timeouts.Value); ok {
		var more diag.Diagnostics
		limit, more = configured(value, ctx, byDefault)
		diags.Append(more...)
	}
	return context.WithTimeout(ctx, limit)
}

// withSecrets is the context for calls on behalf of a configuration: a service
// may quote what it is sent, and what is write-only must be seen nowhere.
func withSecrets(ctx context.Context, config *model) context.Context {
	kind, _ := config.kinds.Kind(config.platform())
	block, _ := plain(config.attrs[kind.Name]).(platform.Values)
	return platform.WithSecrets(ctx, platform.SecretsIn(kind.Block, block))
}

// addWriteOnly takes the write-only fields, which no plan holds, from the
// configuration.
func addWriteOnly(want *platform.Number, config *model) {
	kind, ok := config.kinds.Kind(want.Platform)
	if !ok {
		return
	}
	configured := nested(config.attrs[want.Platform])
	for _, field := range kind.Block {
		if field.WriteOnly {
			want.Block[field.Name] = plain(configured[field.Name])
		}
	}
}

// addError says which operation failed, on which number, in the service's own
// words, and how to go on.
func (r *Resource) addError(diags *diag.Diagnostics, operation string, n platform.Number, err error) {
	summary := fmt.Sprintf("Unable to %s phone number %s", strings.ReplaceAll(operation, "_", "-"), label(n))
	detail := sentence(err.Error())
	var notOwned *lifecycle.NotOwnedError
	var refusal *platform.Refusal
	var field *platform.FieldError
	switch {
	case errors.As(err, &notOwned):
		diags.AddAttributeError(path.Root("phone_number"), summary, r.notOwned(notOwned)+" Nothing was bought.")
		return
	case errors.As(err, &refusal):
		diags.AddError(refusal.Summary, refusal.Detail)
		return
	case errors.As(err, &field):
		detail = sentence(strings.TrimPrefix(err.Error(), field.Field+": "))
		at := path.Empty()
		for name := range strings.SplitSeq(field.Field, ".") {
			at = at.AtName(name)
		}
		diags.AddAttributeError(at, summary, detail)
		return
	}
	if operation == "read" {
		detail += "\n\nNothing was changed in state."
	}
	diags.AddError(summary, detail+lateHint(err))
}

// lateHint is the way out where the operation's time was over.
func lateHint(err error) string {
	if !errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	return "\n\nThe operation's time-out ended it; a longer one can be set in the timeouts block."
}

// label is what a message calls the number; where only its record is known, that is how
// its import was asked for.
func label(n platform.Number) string {
	switch {
	case n.PhoneNumber != "":
		return n.PhoneNumber
	case n.SID != "":
		return n.SID
	case n.Block["id"] != nil:
		return fmt.Sprintf("%s/%v", n.Platform, n.Block["id"])
	}
	return "by search"
}

// sentence makes sentences of an error's text: each paragraph begins with a capital
// letter, or the name of an argument, and ends with a full stop, or a list.
func sentence(s string) string {
	paragraphs := strings.Split(s, "\n\n")
	for i, text := range paragraphs {
		paragraphs[i] = upperFirst(text)
		if last := text[strings.LastIndex(text, "\n")+1:]; last != "" && !strings.HasPrefix(last, "- ") && !strings.HasSuffix(text, ".") {
			paragraphs[i] += "."
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

func upperFirst(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if strings.Contains(word, "_") {
		return s
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
