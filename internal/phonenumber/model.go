package phonenumber

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// model is the resource's object, in a configuration, a plan or a state. Its
// attributes follow from the table of services, so it is read and written by
// name. expand is the way in, flatten the way back; nothing else converts.
type model struct {
	kinds   kinds.Table
	attrs   map[string]attr.Value
	types   map[string]attr.Type
	private platform.PrivateState
}

// source is a configuration, a plan or a state.
type source interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

// privateState is Terraform's private state.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// privateStateKey is where platform.PrivateState stands in private state.
const privateStateKey = "memory"

func readModel(ctx context.Context, kinds kinds.Table, from source, diags *diag.Diagnostics) model {
	var object types.Object
	diags.Append(from.Get(ctx, &object)...)
	return model{kinds: kinds, attrs: object.Attributes(), types: object.AttributeTypes(ctx)}
}

// readPrivate reads what private state holds.
func (m *model) readPrivate(ctx context.Context, from privateState, diags *diag.Diagnostics) {
	text, more := from.GetKey(ctx, privateStateKey)
	diags.Append(more...)
	defer func() {
		if m.private.Instance == "" { // Terraform has dropped it, or an older version wrote it
			m.private.Instance = registry.NewInstance()
		}
	}()
	if len(text) == 0 {
		m.assumePrivate()
		m.assumeUnfinished()
		return
	}
	if err := json.Unmarshal(text, &m.private); err != nil {
		diags.AddError("Unreadable private state", fmt.Sprintf(
			"The private state of phone number %s cannot be read: %v. This is a bug in the provider, please report it.",
			m.text("id"), err))
	}
	if m.private.Ours == nil { // a version wrote it that did not remember
		m.assumePrivate()
	}
}

// instanceIn is the identity of the instance that private state is of; empty: it
// has none.
func instanceIn(ctx context.Context, from privateState) string {
	text, _ := from.GetKey(ctx, privateStateKey)
	var memory platform.PrivateState
	if json.Unmarshal(text, &memory) != nil {
		return ""
	}
	return memory.Instance
}

// createsKey is where the plan of a creation leaves its number in private state:
// Terraform hands that to the destroy of the instance which the creation replaces.
const createsKey = "creates"

// createsAgain says that private state comes from the plan of a replacement which
// creates the same number again.
func createsAgain(ctx context.Context, from privateState, phoneNumber string) bool {
	text, _ := from.GetKey(ctx, createsKey)
	var creates string
	return json.Unmarshal(text, &creates) == nil && creates == phoneNumber
}

// save writes all that is kept of the number.
func (m *model) save(
	ctx context.Context, to *tfsdk.State, private privateState, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics,
) {
	diags.Append(to.Set(ctx, m.object(diags))...)
	m.writePrivate(ctx, private, diags)
	identify(ctx, identity, m.expand(), diags)
}

// assumePrivate makes up for private state that a number in state lacks: Terraform
// drops it if the provider is killed during an update. What nobody knows any more
// counts as what is safer: the wiring in state as ours, another setting as one
// that stays where it is, and a number that is not active as one whose creation
// never completed.
func (m *model) assumePrivate() {
	if m.null("status") {
		return // imported: there is nothing to remember yet
	}
	n := m.expand()
	carrier, _ := m.kinds.Kind(n.Carrier)
	m.private.Ours = platform.Values{}
	for _, field := range carrier.Settings {
		if value := n.Settings[field.Name]; field.Wiring && value != nil {
			m.private.Ours[field.Name] = value
		}
	}
}

// assumeUnfinished does the same for what stopped half-way.
func (m *model) assumeUnfinished() {
	if n := m.expand(); !m.null("status") && n.Status != platform.Active {
		m.private.Unfinished = platform.Creation
		m.private.Detail = "or a change did, whose provider was killed, and nobody knows which"
	}
}

// writePrivate writes what private state shall hold.
func (m *model) writePrivate(ctx context.Context, to privateState, diags *diag.Diagnostics) {
	text, err := json.Marshal(m.private)
	if err != nil {
		diags.AddError("Unwritable private state", fmt.Sprintf(
			"The private state of phone number %s cannot be written: %v. This is a bug in the provider, please report it.",
			m.text("id"), err))
		return
	}
	diags.Append(to.SetKey(ctx, privateStateKey, text)...)
}

// object is the model as Terraform takes it.
func (m *model) object(diags *diag.Diagnostics) types.Object {
	object, more := types.ObjectValue(m.types, m.attrs)
	diags.Append(more...)
	return object
}

func (m *model) known(name string) bool { return !m.attrs[name].IsUnknown() }

func (m *model) null(name string) bool { return m.attrs[name].IsNull() }

func (m *model) text(name string) string {
	s, _ := plain(m.attrs[name]).(string)
	return s
}

// set gives the attribute a plain value: nil is null.
func (m *model) set(name string, value any) {
	m.attrs[name] = attrValue(m.types[name], value)
}

func (m *model) setUnknown(names ...string) {
	for _, name := range names {
		m.attrs[name] = unknownValue(m.types[name])
	}
}

// platform names the platform whose block is present, or platform.None.
func (m *model) platform() string {
	for i := range m.kinds { // asked often, and a Kind is large: none is copied
		if kind := &m.kinds[i]; kind.Block != nil && !m.null(kind.Name) {
			return kind.Name
		}
	}
	return platform.None
}

// carrierKnown says whether all that decides who carries the number is known.
func (m *model) carrierKnown() bool {
	kind, _ := m.kinds.Kind(m.platform())
	return m.blockKnown(kind, kind.CarrierFields)
}

// blockKnown says whether the block of kind, if there is one, has those fields
// known. One that is unknown as a whole may turn out not to be there.
func (m *model) blockKnown(kind platform.Kind, fields []string) bool {
	value, present := m.attrs[kind.Name]
	if !present {
		return true
	}
	block := nested(value)
	return !value.IsUnknown() && !slices.ContainsFunc(fields, func(name string) bool {
		value, present := block[name]
		return !present || value.IsUnknown()
	})
}

// wiringKnown says whether all of the carrier's settings are known.
func (m *model) wiringKnown() bool {
	for _, carrier := range m.kinds.Carriers() {
		for _, field := range carrier.Settings {
			if !m.known(field.Name) {
				return false
			}
		}
	}
	return true
}

// apartKnown says whether the carrier's settings are known that no record has.
func (m *model) apartKnown() bool {
	for _, carrier := range m.kinds.Carriers() {
		for _, field := range carrier.Settings {
			if field.Apart && !m.known(field.Name) {
				return false
			}
		}
	}
	return true
}

// action is release_on_destroy in one of its three words.
func (m *model) action() platform.Action {
	switch value := m.text("release_on_destroy"); value {
	case "true":
		return platform.Release
	case "false", "":
		return platform.Detach
	default:
		return platform.Action(value)
	}
}

// gentleness ranks the ends, the gentlest first.
var gentleness = []platform.Action{platform.Detach, platform.ForceDelete, platform.Release}

// keepGentlerDestroy takes over from the plan of a failed update how the number is to
// end, where that is gentler than in state: it needs no call, so it has not failed.
func (m *model) keepGentlerDestroy(plan model) {
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

// expand is the model as plain values. What is unknown is absent from them.
func (m *model) expand() platform.Number {
	n := platform.Number{
		SID:                        m.text("sid"),
		AccountSID:                 m.text("account_sid"),
		Platform:                   m.platform(),
		Acquisition:                platform.Acquisition(m.text("acquisition")),
		Action:                     m.action(),
		DeregisterEmergencyAddress: plain(m.attrs["deregister_emergency_address"]) == true,
		RestoreOnDetach:            plain(m.attrs["restore_on_detach"]) == true,
		Status:                     platform.Status(m.text("status")),
		StatusReason:               m.text("status_reason"),
		Private:                    m.private,
	}
	spelling := m.text("phone_number")
	if !m.known("phone_number") {
		spelling = m.text("id") // a change may not know it yet; another number it refuses
	}
	if spelling != "" {
		// A configuration's number has been validated, and a state's is the
		// service's; what cannot be read is sent as it is and refused there.
		n.PhoneNumber = spelling
		if spelling == m.text("id") {
			// is E.164 already
		} else if normal, err := e164.Accept(spelling); err == nil {
			n.PhoneNumber = normal
		}
	}
	if criteria, ok := plain(m.attrs["purchase"]).(platform.Values); ok {
		n.Purchase = purchase(criteria)
	}
	if block, ok := plain(m.attrs[n.Platform]).(platform.Values); ok {
		n.Block = block
	}
	n.Carrier = m.kinds.CarrierOf(n)
	n.Settings = m.settings(n)
	n.Capabilities, _ = plain(m.attrs["capabilities"]).([]string)
	return n
}

// settings are those of n's carrier, or of all that may turn out to be it, that
// the resource manages: what is named, wiring that still is ours, and what would
// keep either from working. What is unknown is left out, and what n's platform owns.
func (m *model) settings(n platform.Number) platform.Values {
	values, carrierKnown, owned := platform.Values{}, m.carrierKnown(), m.kinds.Owned(n)
	for _, carrier := range m.kinds.Carriers() {
		if carrierKnown && carrier.Name != n.Carrier {
			continue
		}
		free := func(name string) bool { return m.known(name) && !slices.Contains(owned, name) }
		for _, field := range carrier.Settings {
			value := m.setting(field.Name)
			if _, ours := m.private.Ours[field.Name]; free(field.Name) && (value != nil || ours && field.Wiring) {
				values[field.Name] = value
			}
		}
		for _, field := range carrier.Settings {
			if _, managed := values[field.Name]; !managed {
				continue
			}
			for _, name := range field.Blockers {
				if _, managed := values[name]; !managed && free(name) {
					values[name] = m.setting(name)
				}
			}
		}
	}
	return values
}

// setting is the value of a carrier's setting; nil: it is not named. An empty text
// is the same as none.
func (m *model) setting(name string) any {
	if value := plain(m.attrs[name]); value != "" {
		return value
	}
	return nil
}

func purchase(criteria platform.Values) *platform.Purchase {
	flag := func(name string) *bool {
		if !criteria.Has(name) {
			return nil
		}
		value := criteria.Bool(name)
		return &value
	}
	p := &platform.Purchase{
		Country:                       criteria.String("country"),
		Type:                          criteria.String("type"),
		AreaCode:                      criteria.String("area_code"),
		Contains:                      criteria.String("contains"),
		InRegion:                      criteria.String("in_region"),
		InLocality:                    criteria.String("in_locality"),
		InPostalCode:                  criteria.String("in_postal_code"),
		NearLatLong:                   criteria.String("near_lat_long"),
		ExcludeAllAddressRequired:     flag("exclude_all_address_required"),
		ExcludeLocalAddressRequired:   flag("exclude_local_address_required"),
		ExcludeForeignAddressRequired: flag("exclude_foreign_address_required"),
		Beta:                          flag("beta"),
	}
	if p.Type == "" {
		p.Type = purchaseTypes[0]
	}
	p.NearNumber, _ = e164.Normalize(criteria.String("near_number")) // validated, or empty
	p.Distance, _ = criteria["distance"].(int64)
	p.Capabilities, _ = criteria["capabilities"].([]string)
	slices.Sort(p.Capabilities)
	return p
}

// flatten writes what services report of n into the model. A plan's known
// values stay as they are: they were asked for, and the service has taken them.
func (m *model) flatten(n platform.Number) {
	m.fill("phone_number", n.PhoneNumber)
	m.fill("id", n.PhoneNumber)
	m.fill("sid", n.SID)
	m.fill("account_sid", platform.TextOrNil(n.AccountSID))
	m.fill("capabilities", n.Capabilities)
	m.fill("acquisition", string(n.Acquisition))
	m.fill("status", string(n.Status))
	m.fill("status_reason", printable(n.StatusReason))
	for _, on := range m.kinds.Platforms() {
		if on.Name == n.Platform {
			m.attrs[on.Name] = flattened(m.types[on.Name], m.attrs[on.Name], n.Block)
		}
	}
	m.private = n.Private
	m.describeDestroy(m.fill)
}

// fill gives an unknown attribute a value.
func (m *model) fill(name string, value any) {
	if !m.known(name) {
		m.set(name, value)
	}
}

// forget makes everything unknown that services report, so that flatten writes
// all of it.
func (m *model) forget(n platform.Number) {
	m.setUnknown("id", "sid", "account_sid", "capabilities", "status", "status_reason")
	m.setUnknown(destroyAttributes...)
	if m.null("acquisition") {
		m.setUnknown("acquisition")
	}
	if !e164.Same(m.text("phone_number"), n.PhoneNumber) {
		m.setUnknown("phone_number")
	}
	for _, on := range m.kinds.Platforms() {
		if on.Name == n.Platform {
			m.attrs[on.Name] = forgotten(m.types[on.Name], m.attrs[on.Name], n.Block)
		} else {
			m.set(on.Name, nil)
		}
	}
}

// refresh writes all that services report of n into the model, which is a state.
func (m *model) refresh(n platform.Number) {
	importing := m.null("status")
	m.forget(n)
	m.private = n.Private
	m.show(n, importing)
	m.flatten(n)
}

// show writes the settings of n into a state: those that are managed or, where an
// import or a move takes them over, all that are set.
func (m *model) show(n platform.Number, all bool) {
	managed, owned := m.settings(n), m.kinds.Owned(n)
	for _, carrier := range m.kinds.Carriers() {
		for _, field := range carrier.Settings {
			value, told := n.Settings[field.Name]
			_, ours := m.private.Ours[field.Name]
			_, shown := managed[field.Name]
			switch {
			case carrier.Name != n.Carrier, slices.Contains(owned, field.Name):
				m.set(field.Name, nil)
			case !told, !shown && !ours && !all:
			case value != nil && value != field.Default:
				m.set(field.Name, value)
			case field.Default != nil && (ours || m.setting(field.Name) == field.Default):
				m.set(field.Name, field.Default)
			case m.setting(field.Name) != nil:
				m.set(field.Name, nil)
			}
		}
	}
}

// destroyAttributes say what a destroy will do.
var destroyAttributes = []string{"carrier", "platform", "destroy_action", "destroy_irreversible", "destroy_steps"}

// describeDestroy writes, with set or fill, what a destroy will do.
func (m *model) describeDestroy(write func(name string, value any)) {
	n := m.expand()
	write("carrier", n.Carrier)
	write("platform", n.Platform)
	write("destroy_action", string(n.Action))
	write("destroy_irreversible", m.kinds.Irreversible(n))
	write("destroy_steps", sentences(m.kinds.Steps(n)))
}

func sentences(steps []platform.Step) []string {
	texts := make([]string, 0, len(steps))
	for _, step := range steps {
		texts = append(texts, printable(step.Sentence))
	}
	return texts
}
