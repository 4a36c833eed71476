package phonenumber

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// MoveState takes numbers over from the resources of other providers. No call
// is made: Terraform has not configured the provider yet. As after an import
// there is no status, and the Read that follows fills in the rest.
func (r *Resource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: r.moveState}}
}

func (r *Resource) moveState(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	if req.SourceTypeName == ownType {
		moveOwn(ctx, req, resp)
		return
	}
	n, err := r.movedNumber(req)
	if err != nil {
		diags.AddError(unableToMove(req), sentence(err.Error()))
		return
	}
	setTold(ctx, &resp.TargetState, n, diags)
	state := readModel(ctx, r.kinds, resp.TargetState, diags)
	if diags.HasError() {
		return
	}
	state.setImported()
	state.setAll(state.destroyAttributes()) // without a refresh, a policy sees this
	diags.Append(resp.TargetState.Set(ctx, state.object(diags))...)
	if n.PhoneNumber == "" {
		resp.TargetIdentity = nil // the Read finds the number
	}
	identify(ctx, resp.TargetIdentity, state.expand(), diags)
}

// ownType is the name of this resource type in state.
const ownType = "telephony_phone_number"

// moveOwn takes over this provider's own state, which it wrote under its address
// at another registry: the CLI asks for a move then, too.
func moveOwn(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	schema := resp.TargetState.Schema.Type().TerraformType(ctx)
	raw, err := req.SourceRawState.UnmarshalWithOpts(schema, tfprotov6.UnmarshalOpts{
		ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true},
	})
	if err != nil {
		resp.Diagnostics.AddError(unableToMove(req), sentence("its state cannot be read: "+err.Error()))
		return
	}
	resp.TargetState.Raw, resp.TargetPrivate = raw, req.SourcePrivate
	resp.TargetIdentity = nil // the Read gives one
}

func unableToMove(req resource.MoveStateRequest) string {
	return "Unable to move from " + req.SourceTypeName
}

// movedNumber is the number in the state of another provider's resource. An
// error shows nothing of that state, which may hold secrets.
func (r *Resource) movedNumber(req resource.MoveStateRequest) (platform.Number, error) {
	var values platform.Values
	broken := json.Unmarshal(req.SourceRawState.JSON, &values)
	source := r.moveSource(req, values)
	if source == nil {
		return platform.Number{}, fmt.Errorf("a moved block can take a number over from these resources, and from those of a "+
			"fork whose state is like theirs, but not from %s of provider %s:\n- %s\n\n%s", req.SourceTypeName,
			req.SourceProviderAddress, strings.Join(r.moveSources(), "\n- "), instead(req))
	}
	if broken != nil || values == nil {
		return platform.Number{}, fmt.Errorf("the state of this %s cannot be read: it is no JSON object.\n\n%s",
			req.SourceTypeName, instead(req))
	}
	n, err := source.Number(values)
	if refusal, ok := errors.AsType[*platform.Refusal](err); ok {
		return n, fmt.Errorf("this %s cannot be taken over. %s", req.SourceTypeName, refusal.Detail)
	}
	if err == nil && n.PhoneNumber != "" {
		n.PhoneNumber, err = e164.Accept(n.PhoneNumber)
	}
	if err != nil {
		return n, fmt.Errorf("the state of this %s does not say which number it is: %w.\n\n%s",
			req.SourceTypeName, err, instead(req))
	}
	return n, nil
}

// moveSource finds the source of a move, at whatever registry. A fork keeps the
// names and the state of what it was forked from, mostly: it is taken for that
// if its state says which number it is in the same way.
func (r *Resource) moveSource(req resource.MoveStateRequest, state platform.Values) *platform.MoveSource {
	var fork *platform.MoveSource
	for _, kind := range r.kinds {
		for _, source := range kind.Moves {
			if source.Resource != strings.TrimSuffix(req.SourceTypeName, olderType) {
				continue
			}
			for _, provider := range source.Providers {
				if isProvider(req.SourceProviderAddress, provider) {
					return &source
				}
				if isFork(req.SourceProviderAddress, provider) && fork == nil {
					if _, err := source.Number(state); err == nil {
						fork = &source
					}
				}
			}
		}
	}
	return fork
}

// olderType ends the types of resources that a provider made of an older version
// of its service's API.
const olderType = "_v2010"

// isFork says whether the address is that of a provider of the same type in
// another namespace.
func isFork(address, provider string) bool {
	_, name, _ := strings.Cut(provider, "/")
	return strings.HasSuffix(strings.ToLower(address), "/"+strings.ToLower(name))
}

// isProvider says whether the address is that of provider, "namespace/type".
// Terraform writes host, namespace and type, in lower case; some versions of
// OpenTofu write the type alone.
func isProvider(address, provider string) bool {
	_, name, _ := strings.Cut(provider, "/")
	parts := strings.Split(address, "/")
	return strings.EqualFold(address, name) ||
		strings.EqualFold(strings.Join(parts[max(0, len(parts)-2):], "/"), provider)
}

func (r *Resource) moveSources() []string {
	var all []string
	for _, kind := range r.kinds {
		for _, source := range kind.Moves {
			all = append(all, source.Resource+" of "+source.Providers[0])
		}
	}
	return all
}

// instead is the other way to take a number over.
func instead(req resource.MoveStateRequest) string {
	return fmt.Sprintf("Nothing was changed. To take the number over all the same, replace the moved block by two "+
		"others: a removed block with destroy = false for the %s, and an import block with the number as its ID.",
		req.SourceTypeName)
}

// complete reads a number that a move has brought and, because of
// -refresh=false, no Read has seen.
func (r *Resource) complete(ctx context.Context, state *model, diags *diag.Diagnostics) {
	if diags.HasError() || !state.null("status") {
		return
	}
	got, err := r.read(ctx, state)
	_, gone := errors.AsType[*lifecycle.GoneError](err)
	switch {
	case gone:
		r.addAbsent(state, diags)
	case err != nil:
		r.addError(diags, "read", state.expand(), err)
	default:
		state.flatten(got)
	}
}

// read asks the services for the number in state.
//
// One that a move has brought on a platform, and that another service carries, is on
// the platform if that is configured and has it. Else only its carrier is asked, and
// the plan shows what becomes of its wiring, since the configuration need not leave
// the number on the platform.
func (r *Resource) read(ctx context.Context, state *model) (platform.Number, error) {
	have := state.expand()
	bare := have
	bare.Platform, bare.Block = platform.None, nil
	moved := state.null("status") && !state.null("acquisition") // an import tells nothing of it
	if moved && have.Platform != platform.None && r.kinds.CarrierOf(bare) == have.Carrier {
		if r.manager.Available(have) == nil {
			got, err := r.manager.Read(ctx, have)
			if _, gone := errors.AsType[*lifecycle.GoneError](err); !gone {
				return got, err
			}
		}
		state.set(have.Platform, nil)
		have = state.expand()
	}
	return r.manager.Read(ctx, have)
}

// addAbsent says that a service does not hold a number that is imported or
// moved.
func (r *Resource) addAbsent(state *model, diags *diag.Diagnostics) {
	n := state.expand()
	holder := n.Platform
	if holder == platform.None {
		holder = n.Carrier
	}
	verb, wayOut := "import", ""
	if !state.null("acquisition") { // an import tells nothing of it
		verb = "move"
		wayOut = " If the number is gone for good, remove the moved block and take the old resource out of state."
	}
	diags.AddError(fmt.Sprintf("Unable to %s phone number %s", verb, label(n)), fmt.Sprintf(
		"%s does not hold it. Check the number and the account of the provider's credentials.%s",
		r.kinds.Title(holder), wayOut))
}
