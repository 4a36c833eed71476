package acctest

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Driver plays Terraform: it takes the provider through the calls of protocol 6
// that the real one makes, in process and in milliseconds, so that a test can
// afford thousands of lives. Configurations, plans and states are Go values by
// the names of the schema; see Values.
//
// Like Terraform it runs a new provider for each walk: reads and plans share
// one, applies share another. It holds the provider to the rules that Terraform
// does, and a provider that breaks one fails the test. TestAccDriver… hold the
// Driver itself against the real CLI.
type Driver struct {
	t          *testing.T
	sim        *Simulation
	arguments  Values
	options    []provider.Option
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema

	mu     sync.Mutex               // calls may come at a time
	server tfprotov6.ProviderServer // of the walk; nil: none has begun
	walk   walk
}

// walk is one of the two that Terraform takes through a configuration.
type walk int

const (
	planWalk walk = iota
	applyWalk
)

// Values are an object by the names of its attributes: string, bool, int,
// []string, map[string]string, Values for a block or an object, nil for null,
// Unknown. What is missing is null. Read back, an integer is an int.
type Values map[string]any

// Unknown is a value that is known only after the apply.
const Unknown = unknown("known after apply")

type unknown string

// OtherServices are the arguments of the provider that give a Driver access to the
// services which it leaves out by itself.
func (s *Simulation) OtherServices() Values {
	return Values{
		"retell":     Values{"api_key": simulator.DefaultRetellKey, "base_url": s.URL + "/retell"},
		"vapi":       Values{"api_key": simulator.DefaultVapiKey, "base_url": s.URL + "/vapi"},
		"elevenlabs": Values{"api_key": simulator.DefaultElevenLabsKey, "base_url": s.URL + "/elevenlabs"},
	}
}

// Driver starts a driver of the provider with access to the services of the
// simulation, but for OtherServices. Further arguments of the provider replace those of
// that name.
func (s *Simulation) Driver(t *testing.T, arguments Values) *Driver {
	t.Helper()
	d := &Driver{t: t, sim: s, options: s.options, arguments: Values{
		"twilio": Values{
			"account_sid": simulator.DefaultAccountSID, "auth_token": simulator.DefaultAuthToken, "base_url": s.URL + "/twilio",
		},
		"nixflex": Values{"api_key": simulator.DefaultNixflexKey, "base_url": s.URL + "/nixflex"},
		"synthflow": Values{
			"api_key": simulator.DefaultSynthflowAPIKey, "workspace_id": simulator.DefaultSynthflowWorkspaceID,
			"base_url": s.URL + "/synthflow",
		},
		"dialnexa": Values{"api_key": simulator.DefaultDialNexaAPIKey, "base_url": s.URL + "/dialnexa"},
		"resemble": Values{"api_key": simulator.DefaultResembleToken, "base_url": s.URL + "/resemble"},
	}}
	maps.Copy(d.arguments, arguments)
	if !cases.Tries(t.Name(), cases.OneOf(t, 1, 1)) { // that both paths answer alike, the others hold
		d.options = append(slices.Clip(d.options), provider.WithFastPaths(nil))
	}
	schemas, err := d.newServer().GetProviderSchema(
		t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	d.must(err, schemas.Diagnostics)
	identities, err := d.newServer().GetResourceIdentitySchemas(
		t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	d.must(err, identities.Diagnostics)
	d.schemas, d.identities = schemas, identities.IdentitySchemas
	return d
}

// Use starts the provider with other arguments from the next call on.
func (d *Driver) Use(arguments Values) {
	maps.Copy(d.arguments, arguments)
	d.Restart()
}

// Restart ends the provider, as the end of a run does, or a crash. The next call
// starts a new one.
func (d *Driver) Restart() { d.server = nil }

// Begin begins the walk of an apply, for steps that are taken at once.
func (d *Driver) Begin() { d.during(applyWalk) }

func (d *Driver) newServer() tfprotov6.ProviderServer {
	return newServer(d.options...)()
}

// during is the provider of the walk, a new one if the walk has just begun.
func (d *Driver) during(w walk) tfprotov6.ProviderServer {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server != nil && d.walk == w {
		return d.server
	}
	if diags := d.start(w); diags.Failed() {
		d.t.Fatalf("starting the provider: %+v", diags)
	}
	return d.server
}

// Configured starts a new provider for a plan, and returns what it says of its
// configuration.
func (d *Driver) Configured() Diagnostics {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.server = nil
	return d.start(planWalk)
}

// start starts the provider of a walk.
func (d *Driver) start(w walk) Diagnostics {
	d.t.Helper()
	server := d.newServer()
	config := d.encode(d.value(d.schemas.Provider.ValueType(), d.arguments, "provider"))
	validated, err := server.ValidateProviderConfig(d.context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	d.must(err, nil)
	diags := d.told(validated.Diagnostics)
	if diags.Failed() {
		return diags
	}
	configured, err := server.ConfigureProvider(d.context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	d.must(err, nil)
	d.server, d.walk = server, w
	return append(diags, d.told(configured.Diagnostics)...)
}

// context is that of a call. It does not end before the test's clean-up, which
// may have resources to destroy.
func (d *Driver) context() context.Context {
	ctx := context.WithoutCancel(d.t.Context())
	if d.sim.Log != nil {
		ctx = tflogtest.RootLogger(ctx, d.sim.Log)
	}
	return ctx
}

// must fails the test where what is not under test goes wrong.
func (d *Driver) must(err error, all []*tfprotov6.Diagnostic) {
	d.t.Helper()
	if found := d.told(all); err != nil || found.Failed() {
		d.t.Fatalf("driving the provider: %v %+v", err, found)
	}
}

// broken fails the test for each rule of Terraform's that the provider broke.
func (d *Driver) broken(call string, rules []string) {
	d.t.Helper()
	for _, rule := range rules {
		d.t.Errorf("%s: the provider broke a rule of Terraform's: %s", call, rule)
	}
}

// Diagnostics are the errors and warnings of a call, in order.
type Diagnostics []Diagnostic

// Failed says whether there is an error among them.
func (ds Diagnostics) Failed() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == "error" })
}

// told are the messages of a call. One that is not well put fails the test.
func (d *Driver) told(all []*tfprotov6.Diagnostic) Diagnostics {
	d.t.Helper()
	var found Diagnostics
	for _, message := range all {
		severity := "warning"
		if message.Severity == tfprotov6.DiagnosticSeverityError {
			severity = "error"
		}
		if wrong := misworded(message.Summary, message.Detail); wrong != "" {
			d.t.Errorf("%s: %s: %s", wrong, message.Summary, message.Detail)
		}
		found = append(found, Diagnostic{Severity: severity, Summary: message.Summary, Detail: message.Detail})
	}
	return found
}

// Resource is one resource instance with what Terraform keeps of it.
type Resource struct {
	// Tainted says that the next plan replaces the resource: its creation
	// failed, or a test says so.
	Tainted bool
	// Forced says that plans replace the resource, as -replace does.
	Forced bool
	// CreateBeforeDestroy is the setting of the resource's lifecycle block: a
	// replacement is created while the old object is still there.
	CreateBeforeDestroy bool

	driver   *Driver
	typeName string
	block    *tfprotov6.SchemaBlock
	object   object
}

// object is what the state holds of a resource. Its value is null where the
// resource does not exist.
type object struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// Resource is a resource of that type which is not in state yet.
func (d *Driver) Resource(typeName string) *Resource {
	d.t.Helper()
	schema, ok := d.schemas.ResourceSchemas[typeName]
	if !ok {
		d.t.Fatalf("the provider has no resource %s", typeName)
	}
	r := &Resource{driver: d, typeName: typeName, block: schema.Block}
	r.object.value = r.null()
	return r
}

func (r *Resource) schemaType() tftypes.Type { return r.block.ValueType() }

func (r *Resource) null() tftypes.Value { return tftypes.NewValue(r.schemaType(), nil) }

// State is the resource as it is in state; nil: it is not.
func (r *Resource) State() Values {
	r.driver.t.Helper()
	return r.driver.values(r.object.value)
}

// Private is what the provider keeps beside the state, for itself.
func (r *Resource) Private() []byte { return r.object.private }

// ForgetPrivate drops it, as Terraform does where the provider is killed in an update.
func (r *Resource) ForgetPrivate() { r.object.private = nil }

// Identity is the resource's identity in state; nil: it has none.
func (r *Resource) Identity() Values {
	r.driver.t.Helper()
	return r.driver.identity(r.typeName, r.object.identity)
}

// ForgetIdentity makes the state one that an older Terraform, or an older version
// of the provider, has written.
func (r *Resource) ForgetIdentity() { r.object.identity = nil }

// Import brings an existing object into state, and reads it.
func (r *Resource) Import(id string) Diagnostics {
	r.driver.t.Helper()
	return r.bring(&tfprotov6.ImportResourceStateRequest{TypeName: r.typeName, ID: id})
}

// ImportByIdentity does the same by the identity of an import block.
func (r *Resource) ImportByIdentity(identity Values) Diagnostics {
	d := r.driver
	d.t.Helper()
	t := d.identities[r.typeName].ValueType()
	return r.bring(&tfprotov6.ImportResourceStateRequest{TypeName: r.typeName, Identity: &tfprotov6.ResourceIdentityData{
		IdentityData: d.encode(d.value(t, identity, r.typeName)),
	}})
}

func (r *Resource) bring(req *tfprotov6.ImportResourceStateRequest) Diagnostics {
	d := r.driver
	d.t.Helper()
	resp, err := d.during(planWalk).ImportResourceState(d.context(), req)
	d.must(err, nil)
	diags := d.told(resp.Diagnostics)
	if diags.Failed() {
		return diags
	}
	if len(resp.ImportedResources) != 1 {
		d.t.Fatalf("import of %s: %d resources", req.ID, len(resp.ImportedResources))
	}
	before := r.object
	imported := resp.ImportedResources[0]
	r.object = object{d.decode(imported.State, r.schemaType()), imported.Private, imported.Identity}
	diags = append(diags, r.Read()...)
	if diags.Failed() {
		r.object = before
	}
	return diags
}

// Move takes the state over from another provider's resource, as a moved block
// does, and reads nothing. Terraform asks a provider that is not configured.
func (r *Resource) Move(providerAddress, typeName string, schemaVersion int64, state string) Diagnostics {
	d := r.driver
	d.t.Helper()
	resp, err := d.newServer().MoveResourceState(d.context(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: providerAddress, SourceTypeName: typeName, SourceSchemaVersion: schemaVersion,
		SourceState: &tfprotov6.RawState{JSON: []byte(state)}, TargetTypeName: r.typeName,
	})
	d.must(err, nil)
	diags := d.told(resp.Diagnostics)
	if diags.Failed() {
		return diags
	}
	r.object = object{d.decode(resp.TargetState, r.schemaType()), resp.TargetPrivate, resp.TargetIdentity}
	if !r.object.value.IsFullyKnown() {
		d.broken("move", []string{"all values must be known after a move"})
	}
	return diags
}

// Read refreshes the state. A failure leaves it as it was.
func (r *Resource) Read() Diagnostics {
	d := r.driver
	d.t.Helper()
	if r.object.value.IsNull() {
		return nil
	}
	resp, err := d.during(planWalk).ReadResource(d.context(), &tfprotov6.ReadResourceRequest{
		TypeName: r.typeName, CurrentState: d.encode(r.object.value), Private: r.object.private,
		CurrentIdentity: r.object.identity,
	})
	d.must(err, nil)
	diags := d.told(resp.Diagnostics)
	if diags.Failed() {
		return diags
	}
	r.object = object{d.decode(resp.NewState, r.schemaType()), resp.Private, resp.NewIdentity}
	if !r.object.value.IsFullyKnown() {
		d.broken("read", []string{"all values must be known after a read"})
	}
	r.checkIdentity("read")
	r.checkStatus("read")
	return diags
}

// Action is what a plan is going to do.
type Action string

// The actions of plans.
const (
	NoOp    Action = "no-op"
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace" // the resource is destroyed, and created again
	Delete  Action = "delete"
)

// Plan is a plan for one resource.
type Plan struct {
	Action      Action
	Before      Values // nil: it does not exist
	After       Values // nil: it will not exist
	Diagnostics Diagnostics

	config, planned tftypes.Value
	private         []byte
	identity        *tfprotov6.ResourceIdentityData
}

// Plan plans for the resource to be as configured, from the state as it is: it
// reads nothing. The plan of a failure can't be applied.
func (r *Resource) Plan(config Values) *Plan {
	r.driver.t.Helper()
	return r.plan(planWalk, r.driver.value(r.schemaType(), config, r.typeName))
}

// PlanDestroy plans for the resource not to exist.
func (r *Resource) PlanDestroy() *Plan {
	r.driver.t.Helper()
	if r.object.value.IsNull() {
		return &Plan{Action: NoOp, config: r.null(), planned: r.null()}
	}
	p, _ := r.ask(planWalk, r.object, r.null())
	p.Action, p.Before = Delete, r.State()
	return p
}

func (r *Resource) plan(w walk, config tftypes.Value) *Plan {
	d := r.driver
	d.t.Helper()
	validated, err := d.during(w).ValidateResourceConfig(d.context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: r.typeName, Config: d.encode(config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	d.must(err, nil)
	diags := d.told(validated.Diagnostics)
	if diags.Failed() {
		return &Plan{Diagnostics: diags}
	}
	// Of a tainted object the provider is shown nothing, not even the private
	// state: to it the plan is that of a creation.
	prior := r.object
	if r.Tainted {
		prior = object{value: r.null()}
	}
	p, replaces := r.ask(w, prior, config)
	switch {
	case p.Diagnostics.Failed():
	case prior.value.IsNull() && r.object.value.IsNull():
		p.Action = Create
	case prior.value.IsNull():
		p.Action = Replace
	case replaces, r.Forced && !prior.value.IsNull():
		// Terraform asks again, as for a creation, and shows no warnings twice.
		again, _ := r.ask(w, object{value: r.null(), private: p.private}, config)
		if !again.Diagnostics.Failed() {
			again.Diagnostics = p.Diagnostics
		}
		again.Action = Replace
		p = again
	case p.planned.Equal(prior.value):
		p.Action = NoOp
	default:
		p.Action = Update
	}
	p.Before = r.State()
	p.Diagnostics = append(diags, p.Diagnostics...)
	return p
}

// ask asks the provider to plan, and holds the answer to Terraform's rules.
// Replaces says that the change can't be made in place.
func (r *Resource) ask(w walk, prior object, config tftypes.Value) (p *Plan, replaces bool) {
	d := r.driver
	d.t.Helper()
	resp, err := d.during(w).PlanResourceChange(d.context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: r.typeName, PriorState: d.encode(prior.value), PriorPrivate: prior.private,
		PriorIdentity: prior.identity, Config: d.encode(config),
		ProposedNewState: d.encode(proposed(r.block, prior.value, config)),
	})
	d.must(err, nil)
	p = &Plan{config: config, Diagnostics: d.told(resp.Diagnostics)}
	if p.Diagnostics.Failed() {
		return p, false
	}
	p.planned, p.private, p.identity = d.decode(resp.PlannedState, r.schemaType()), resp.PlannedPrivate, resp.PlannedIdentity
	p.After = d.values(p.planned)
	d.broken("plan", planRules(r.block, prior.value, config, p.planned, ""))
	for _, path := range resp.RequiresReplace {
		before, _, beforeErr := tftypes.WalkAttributePath(prior.value, path)
		after, _, afterErr := tftypes.WalkAttributePath(p.planned, path)
		had, _ := before.(tftypes.Value)
		has, _ := after.(tftypes.Value)
		replaces = replaces || !prior.value.IsNull() && (beforeErr != nil || afterErr != nil || !has.Equal(had))
	}
	return p, replaces
}

// Apply does what a plan of this resource says. Like Terraform it plans a
// creation and a change once more first. State is left as Terraform leaves it,
// whether the provider failed or not.
func (r *Resource) Apply(p *Plan) Diagnostics {
	r.driver.t.Helper()
	return r.apply(p, p.config)
}

// ApplyAs is Apply for a plan of a configuration with unknown values, which have
// turned out as in this one by now.
func (r *Resource) ApplyAs(p *Plan, config Values) Diagnostics {
	r.driver.t.Helper()
	return r.apply(p, r.driver.value(r.schemaType(), config, r.typeName))
}

func (r *Resource) apply(p *Plan, config tftypes.Value) Diagnostics {
	r.driver.t.Helper()
	var diags Diagnostics
	for _, step := range r.steps(p, config) {
		if diags = append(diags, step()...); diags.Failed() {
			break
		}
	}
	return diags
}

// Steps are what Apply does, one after the other, for a test that does something
// else in between: a replacement has two. None may follow one that failed.
func (r *Resource) Steps(p *Plan) []func() Diagnostics {
	r.driver.t.Helper()
	return r.steps(p, p.config)
}

func (r *Resource) steps(p *Plan, config tftypes.Value) []func() Diagnostics {
	d := r.driver
	d.t.Helper()
	if p.Diagnostics.Failed() {
		d.t.Fatalf("a failed plan can't be applied: %+v", p.Diagnostics)
	}
	end := func() Diagnostics { return r.change(r.null(), p) }
	begin := func() Diagnostics { return r.replan(p, config) }
	switch {
	case p.Action == NoOp:
		return nil
	case p.Action == Delete:
		return []func() Diagnostics{end}
	case p.Action != Replace:
		return []func() Diagnostics{begin}
	case !r.CreateBeforeDestroy:
		return []func() Diagnostics{end, begin}
	}
	old := *r
	return []func() Diagnostics{func() Diagnostics {
		r.object, r.Tainted = object{value: r.null()}, false
		diags := r.replan(p, config)
		if r.object.value.IsNull() {
			r.object, r.Tainted = old.object, old.Tainted // as it was
		}
		return diags
	}, func() Diagnostics {
		// Terraform plans the end of the old object here, whatever the plan was.
		again, _ := old.ask(applyWalk, old.object, old.null())
		if again.Diagnostics.Failed() {
			return again.Diagnostics
		}
		again.config = old.null()
		return append(again.Diagnostics, old.change(old.null(), again)...)
	}}
}

// replan plans once more, with all values known, and makes the resource so.
func (r *Resource) replan(p *Plan, config tftypes.Value) Diagnostics {
	d := r.driver
	d.t.Helper()
	final := r.plan(applyWalk, config)
	diags := final.Diagnostics
	if final.Diagnostics.Failed() {
		return diags
	}
	broken := resultRules(r.block, p.planned, final.planned, "")
	if p.Action == Update && final.Action == Replace {
		broken = append(broken, "the planned action was update and is replace")
	}
	if broken != nil {
		// Terraform applies no plan that contradicts the one that was shown.
		if !d.sim.FaultyFinalPlans {
			d.broken("final plan", broken)
		}
		return append(diags, Diagnostic{
			Severity: "error", Summary: "Provider produced inconsistent final plan", Detail: strings.Join(broken, "\n"),
		})
	}
	return append(diags, r.change(final.planned, final)...)
}

// Destroy destroys the resource without having asked the provider for a plan of
// that, as the destroying half of a replacement does.
func (r *Resource) Destroy() Diagnostics {
	r.driver.t.Helper()
	if r.object.value.IsNull() {
		return nil
	}
	return r.change(r.null(), &Plan{config: r.null(), private: r.object.private, identity: r.object.identity})
}

// change makes the resource as planned; null: it ends.
func (r *Resource) change(planned tftypes.Value, p *Plan) Diagnostics {
	d := r.driver
	d.t.Helper()
	config := p.config
	if planned.IsNull() {
		config = r.null()
	}
	resp, err := d.during(applyWalk).ApplyResourceChange(d.context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: r.typeName, PriorState: d.encode(r.object.value), PlannedState: d.encode(planned),
		PlannedPrivate: p.private, PlannedIdentity: p.identity, Config: d.encode(config),
	})
	d.must(err, nil)
	diags, got := d.told(resp.Diagnostics), d.decode(resp.NewState, r.schemaType())
	if !got.IsFullyKnown() {
		d.broken("apply", []string{"all values must be known after an apply"})
	}
	if !diags.Failed() {
		d.broken("apply", resultRules(r.block, planned, got, ""))
	}
	switch {
	case got.IsNull() && diags.Failed(): // state stays as it was
	case got.IsNull():
		r.object, r.Tainted = object{value: r.null()}, false
	default:
		if !planned.IsNull() {
			r.Tainted = diags.Failed() && (r.Tainted || r.object.value.IsNull())
		}
		r.object = object{got, resp.Private, resp.NewIdentity}
		r.checkIdentity("apply")
		r.checkStatus("apply")
	}
	return diags
}

// checkIdentity holds the identity of what is in state to Terraform's rules, and
// to one more: whatever has happened, it has one.
func (r *Resource) checkIdentity(call string) {
	d := r.driver
	d.t.Helper()
	if r.object.value.IsNull() || d.identities[r.typeName] == nil {
		return
	}
	identity := r.object.identity
	if identity == nil || identity.IdentityData == nil {
		d.broken(call, []string{"the resource has no identity"})
		return
	}
	if v := d.decode(identity.IdentityData, d.identities[r.typeName].ValueType()); v.IsNull() || !v.IsFullyKnown() {
		d.broken(call, []string{fmt.Sprintf("the identity must be known and not null, but it is %s", v)})
	}
}

// identity is a resource's identity as Go values; nil: it has none.
func (d *Driver) identity(typeName string, data *tfprotov6.ResourceIdentityData) Values {
	d.t.Helper()
	if data == nil || data.IdentityData == nil {
		return nil
	}
	return d.values(d.decode(data.IdentityData, d.identities[typeName].ValueType()))
}

// proposed is Terraform's proposal for a plan: the configuration, and where it
// says nothing of what is computed, the state. Terraform's own also correlates
// the elements of nested lists, sets and maps; this provider's schemas nest
// single blocks alone, and their nested attributes are computed as a whole.
func proposed(block *tfprotov6.SchemaBlock, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() || !config.IsKnown() {
		return config
	}
	held, configured, merged := members(prior), members(config), map[string]tftypes.Value{}
	for _, a := range block.Attributes {
		merged[a.Name] = configured[a.Name]
		if value, ok := held[a.Name]; ok && a.Computed && configured[a.Name].IsNull() {
			merged[a.Name] = value
		}
	}
	for _, b := range block.BlockTypes {
		merged[b.TypeName] = proposed(b.Block, held[b.TypeName], configured[b.TypeName])
	}
	return tftypes.NewValue(block.ValueType(), merged)
}

// planRules are the rules that a plan breaks: what is configured is planned as
// it is configured, or stays as it is in state; only what is computed may be
// planned otherwise; what is write-only is never planned.
func planRules(block *tfprotov6.SchemaBlock, prior, config, planned tftypes.Value, at string) []string {
	switch {
	case config.IsNull() != planned.IsNull():
		return []string{fmt.Sprintf("%q is configured: %t, planned: %t", at, !config.IsNull(), !planned.IsNull())}
	case config.IsNull():
		return nil
	case config.IsKnown() != planned.IsKnown():
		return []string{fmt.Sprintf("the block %q may not be unknown unless it is configured so", at)}
	}
	var broken []string
	held, configured, wanted := members(prior), members(config), members(planned)
	for _, a := range block.Attributes {
		was, is, will := held[a.Name], configured[a.Name], wanted[a.Name]
		kept := !was.IsNull() && !is.IsNull() && will.Equal(was)
		switch {
		case a.WriteOnly && !will.IsNull():
			broken = append(broken, fmt.Sprintf("%s is write-only and planned", at+a.Name))
		case !a.WriteOnly && !will.Equal(is) && !kept && !(a.Computed && (is.IsNull() || !a.Optional)):
			broken = append(broken, fmt.Sprintf("%s is configured as %s and planned as %s", at+a.Name, is, will))
		}
	}
	for _, b := range block.BlockTypes {
		broken = append(broken, planRules(b.Block, held[b.TypeName], configured[b.TypeName], wanted[b.TypeName],
			at+b.TypeName+".")...)
	}
	return broken
}

// resultRules are the rules that the result of an apply breaks, or the final
// plan before it: only what was planned as unknown may turn out in any way.
func resultRules(block *tfprotov6.SchemaBlock, planned, got tftypes.Value, at string) []string {
	if !planned.IsKnown() {
		return nil
	}
	if planned.IsNull() != got.IsNull() {
		return []string{fmt.Sprintf("%q was planned to exist: %t, exists: %t", at, !planned.IsNull(), !got.IsNull())}
	}
	var broken []string
	wanted, is := members(planned), members(got)
	if planned.IsNull() {
		return nil
	}
	for _, a := range block.Attributes {
		if !fits(wanted[a.Name], is[a.Name]) {
			broken = append(broken, fmt.Sprintf("%s was planned as %s and is %s", at+a.Name, wanted[a.Name], is[a.Name]))
		}
	}
	for _, b := range block.BlockTypes {
		broken = append(broken, resultRules(b.Block, wanted[b.TypeName], is[b.TypeName], at+b.TypeName+".")...)
	}
	return broken
}

// fits says that a value is one that was planned, as far as that was known.
func fits(planned, got tftypes.Value) bool {
	switch {
	case !planned.IsKnown():
		return true
	case planned.IsFullyKnown():
		return got.Equal(planned)
	case !got.IsKnown() || got.IsNull():
		return false
	}
	wanted, is := members(planned), members(got)
	for name, value := range wanted {
		if other, ok := is[name]; !ok || !fits(value, other) {
			return false
		}
	}
	return len(wanted) == len(is)
}

// members are the parts of a value that has some, by name or index; nil for any
// other value.
func members(v tftypes.Value) map[string]tftypes.Value {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	var named map[string]tftypes.Value
	if v.As(&named) == nil {
		return named
	}
	var listed []tftypes.Value
	if v.As(&listed) != nil {
		return nil
	}
	named = map[string]tftypes.Value{}
	for i, element := range listed {
		named[strconv.Itoa(i)] = element
	}
	return named
}

func (d *Driver) encode(v tftypes.Value) *tfprotov6.DynamicValue {
	d.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(v.Type(), v)
	d.must(err, nil)
	return &encoded
}

func (d *Driver) decode(encoded *tfprotov6.DynamicValue, t tftypes.Type) tftypes.Value {
	d.t.Helper()
	if encoded == nil {
		return tftypes.NewValue(t, nil)
	}
	v, err := encoded.Unmarshal(t)
	d.must(err, nil)
	return v
}

// value is a Go value as one of type t. At says where it belongs.
func (d *Driver) value(t tftypes.Type, from any, at string) tftypes.Value {
	d.t.Helper()
	switch from := from.(type) {
	case nil:
		return tftypes.NewValue(t, nil)
	case unknown:
		return tftypes.NewValue(t, tftypes.UnknownValue)
	case Values:
		object, ok := t.(tftypes.Object)
		if !ok {
			d.t.Fatalf("%s is no object, but %s", at, t)
		}
		attributes := map[string]tftypes.Value{}
		for name, inner := range object.AttributeTypes {
			attributes[name] = d.value(inner, from[name], at+"."+name)
		}
		for name := range from {
			if _, ok := attributes[name]; !ok {
				d.t.Fatalf("%s has no %s", at, name)
			}
		}
		return tftypes.NewValue(t, attributes)
	case []string:
		elements := []tftypes.Value{}
		for _, text := range from {
			elements = append(elements, tftypes.NewValue(tftypes.String, text))
		}
		return d.made(t, elements, at)
	case map[string]string:
		elements := map[string]tftypes.Value{}
		for key, text := range from {
			elements[key] = tftypes.NewValue(tftypes.String, text)
		}
		return d.made(t, elements, at)
	}
	return d.made(t, from, at)
}

func (d *Driver) made(t tftypes.Type, from any, at string) tftypes.Value {
	d.t.Helper()
	if err := tftypes.ValidateValue(t, from); err != nil {
		d.t.Fatalf("%s: %v", at, err)
	}
	return tftypes.NewValue(t, from)
}

// values is an object as Go values; nil for null.
func (d *Driver) values(v tftypes.Value) Values {
	d.t.Helper()
	if v.IsNull() {
		return nil
	}
	all := Values{}
	for name, inner := range members(v) {
		all[name] = d.plain(inner)
	}
	return all
}

// plain is a value as Values have it.
func (d *Driver) plain(v tftypes.Value) any {
	d.t.Helper()
	switch t := v.Type(); {
	case v.IsNull():
		return nil
	case !v.IsKnown():
		return Unknown
	case t.Is(tftypes.String):
		return as[string](d, v)
	case t.Is(tftypes.Bool):
		return as[bool](d, v)
	case t.Is(tftypes.Number):
		number := as[big.Float](d, v)
		integer, accuracy := number.Int64()
		if accuracy != big.Exact {
			d.t.Fatalf("%s is no integer, and Values have no other numbers", number.String())
		}
		return int(integer)
	case t.Is(tftypes.Object{}):
		return d.values(v)
	case t.Is(tftypes.Map{}):
		texts := map[string]string{}
		for key, element := range as[map[string]tftypes.Value](d, v) {
			texts[key] = as[string](d, element)
		}
		return texts
	}
	texts, objects := []string{}, []Values{}
	for _, element := range as[[]tftypes.Value](d, v) {
		if element.Type().Is(tftypes.Object{}) {
			objects = append(objects, d.values(element))
		} else {
			texts = append(texts, as[string](d, element))
		}
	}
	if len(objects) > 0 {
		return objects
	}
	return texts
}

func as[T any](d *Driver, v tftypes.Value) T {
	d.t.Helper()
	var to T
	d.must(v.As(&to), nil)
	return to
}
