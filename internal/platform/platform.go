// Package platform is the seam between the telephony_phone_number resource and
// the services that hold phone numbers.
//
// It has plain Go values, errors and interfaces and imports nothing but the
// standard library: Terraform's types stop before it, and the services' wire
// types begin behind it.
package platform

import (
	"context"
	"errors"
	"fmt"
)

// None is the platform of a number that only its carrier knows.
const None = "none"

// Action is what happens to a number when its resource is destroyed.
type Action string

// The three ends of a number.
const (
	Detach      Action = "detach"       // the number stays owned
	Release     Action = "release"      // the number is given up
	ForceDelete Action = "force_delete" // the platform's record goes, whatever happens; never releases
)

// Acquisition tells how this resource came to a number.
type Acquisition string

// The two ways to a number.
const (
	Adopted   Acquisition = "adopted"
	Purchased Acquisition = "purchased"
)

// Status is the condition of a number.
type Status string

// The conditions of a number. Corrupted means that a service says so or that
// evidence does; the reason goes with it.
const (
	Active    Status = "active"
	Deleting  Status = "deleting"
	Corrupted Status = "corrupted"
)

// Number is a phone number on its way between configuration and services. The
// same type says what is wanted and what is held.
type Number struct {
	PhoneNumber string // E.164; empty while a purchase has yet to find one
	SID         string // the carrier's identifier
	AccountSID  string // the carrier's account that owns it; empty: the provider's own
	Carrier     string // name of the carrier's Kind
	Platform    string // name of the platform's Kind, or None

	Acquisition Acquisition
	Purchase    *Purchase // permission to buy; nil: the number must be owned already

	Action                     Action
	DeregisterEmergencyAddress bool
	// RestoreOnDetach says that a detach puts back what Private.Replaced remembers.
	RestoreOnDetach bool

	// Settings are the carrier's own fields that are managed: of what is wanted, an
	// absent key is left alone and a nil value is cleared; of what is held, an
	// absent key is not known and a nil value is not set. A carrier's reads tell
	// all of them.
	Settings Values
	// Block holds the platform's fields, in the same way.
	Block Values
	// Reports is what the carrier tells of a number besides; only its reads and
	// lists fill it in.
	Reports Values

	Capabilities []string // sorted: fax, mms, sms, voice
	Status       Status
	StatusReason string // one sentence: what is wrong, and the way out; empty when active

	// Recreated says of a number that is destroyed that the plan creates it again
	// right after.
	Recreated bool

	// Notes tell the user what an attach or an update left behind. They are not
	// kept.
	Notes []string

	Private PrivateState
}

// PrivateState is what no service can tell afterwards. It is kept in Terraform's
// private state beside the number.
type PrivateState struct {
	// Unfinished names what stopped half-way; empty: nothing did.
	Unfinished Undertaking `json:"unfinished,omitempty"`
	// Detail says in a sentence what went wrong.
	Detail string `json:"detail,omitempty"`
	// Blames is the field that must be corrected before a repair can help; empty:
	// none is known to be wrong.
	Blames string `json:"blames,omitempty"`
	// Ours are the carrier's settings that this resource last wrote or took over,
	// with those values. They are managed, and a detach clears no others. nil:
	// nobody remembers, and what Settings have counts as ours.
	Ours Values `json:"ours,omitzero"`
	// Replaced is the carrier's wiring that this resource has found set where it
	// adopted or attached the number, or came to manage a setting, with the values
	// from before. nil: an older version wrote the state, which did not remember.
	Replaced Values `json:"replaced,omitzero"`
	// Imported says that an import or a move has taken over all that was set, and no
	// change has been made since.
	Imported bool `json:"imported,omitempty"`
	// EmergencyAddress is the identifier of the emergency address that the
	// carrier was seen to have registered for the number, managed or not.
	EmergencyAddress string `json:"emergency_address,omitempty"`
	// Lost says that the carrier no longer has a number that the platform
	// still lists.
	Lost bool `json:"lost,omitempty"`
	// Origin is the carrier's word for where the number came from.
	Origin string `json:"origin,omitempty"`
	// Wiring is the carrier's wiring as it was right after the platform had
	// attached the number; evidence is judged against it.
	Wiring Values `json:"wiring,omitempty"`
	// Foreign lists what of that the last read has found with somebody else's value.
	Foreign []string `json:"foreign,omitempty"`
	// Marker is the one that the number may still carry, since its creation
	// never completed.
	Marker string `json:"marker,omitempty"`
	// Instance tells an instance of the resource from every other one.
	Instance string `json:"instance,omitempty"`
	// Platform is what the platform's own code wants to remember.
	Platform Values `json:"platform,omitempty"`
}

// Stop remembers that what was under way stopped half-way for err. A creation
// that never completed stays one, which is never released, whatever stops after
// it.
func (m *PrivateState) Stop(what Undertaking, err error) {
	if m.Unfinished != Creation {
		m.Unfinished = what
	}
	m.Detail, m.Blames = Brief(err), ""
	var blamed *FieldError
	if errors.As(err, &blamed) {
		m.Blames = blamed.Field
	}
}

// HalfImported is a number whose import into the service of that title stopped
// half-way.
func HalfImported(n Number, title string, err error) Number {
	n.Private.Stop(Attach, err)
	way := "an apply completes it"
	if n.Private.Blames != "" {
		way = "correct " + n.Private.Blames + ", then " + way
	}
	n.Status = Corrupted
	n.StatusReason = fmt.Sprintf("The import of %s into %s stopped half-way: %s; %s.", n.PhoneNumber, title, Clause(Brief(err)), way)
	return n
}

// Finish forgets what had stopped half-way.
func (m *PrivateState) Finish() { m.Unfinished, m.Detail, m.Blames = "", "", "" }

// Undertaking is something that can stop half-way.
type Undertaking string

// What can stop half-way.
const (
	Creation Undertaking = "creation" // the number is owned, but was never set up completely
	Attach   Undertaking = "attach"   // a move to another platform or another registration
	Teardown Undertaking = "teardown" // a destroy
)

// Purchase holds the criteria by which a number may be bought. A nil pointer
// is "does not matter". The mark of a purchase is a hash of them as JSON, so that
// a new field is tagged `json:",omitempty"`.
type Purchase struct {
	Country                       string // ISO 3166-1 alpha-2
	Type                          string // local, toll_free, mobile, national, voip, shared_cost, machine_to_machine
	AreaCode                      string
	Contains                      string
	Capabilities                  []string
	InRegion                      string
	InLocality                    string
	InPostalCode                  string
	NearNumber                    string
	NearLatLong                   string
	Distance                      int64 // miles; 0: the service's default
	ExcludeAllAddressRequired     *bool
	ExcludeLocalAddressRequired   *bool
	ExcludeForeignAddressRequired *bool
	Beta                          *bool
}

// Step is one operation of the end of a number: the sentence that the plan
// shows and the operation that Delete runs are the same value.
type Step struct {
	Service  string // name of the Kind that runs it
	Op       string // the operation, in the service's own terms; empty: a remark, nothing is run
	Sentence string // what it does, for people
	GivesUp  bool   // gives up the number or a subscription: cannot be undone
	// BestEffort marks a step whose failure stops nothing, since a later one
	// does its work too.
	BestEffort bool
}

// Service carries out the steps of its Kind.
type Service interface {
	// Do runs one step and judges its success by reading back. It is
	// idempotent: what is gone already is done. The notes are for the user,
	// whether it fails or not. An error says with ErrUntouched when nothing had
	// been changed yet.
	Do(ctx context.Context, n Number, s Step) (notes []string, err error)
}

// Carrier owns phone numbers.
type Carrier interface {
	Service

	// Find looks a number up by its E.164 form among those that n's account
	// owns; ErrNotFound if it is not there. A carrier that is n's platform, too,
	// returns it with its Block as reported, here and in Read.
	Find(ctx context.Context, n Number) (Number, error)

	// Read returns n as the carrier reports it now, found by its SID;
	// ErrNotFound if n's account does not hold it.
	Read(ctx context.Context, n Number) (Number, error)

	// Elsewhere names a related account that owns the number, or is empty.
	Elsewhere(ctx context.Context, n Number) (accountSID string, err error)

	// Configure gives the number want's settings, sending only what differs
	// from have, and returns it as the carrier then reports it. A number that
	// want names another account for is transferred first. Where have carries a
	// marker, nothing is changed unless that very marker still stands right
	// before: ErrClaimed with ErrUntouched. Where want replaces the marker, ErrClaimed
	// says that something else stands there right after.
	Configure(ctx context.Context, have, want Number) (Number, error)
}

// Seller is a Carrier that sells numbers.
type Seller interface {
	Carrier

	// Search lists numbers on sale that fit the criteria, best first.
	Search(ctx context.Context, n Number) ([]string, error)

	// Marked lists all numbers of n's account that carry a marker.
	Marked(ctx context.Context, n Number) ([]Number, error)

	// Buy buys n.PhoneNumber, never twice: an unclear answer is settled by
	// looking the number up. A marker is put on the number until Configure
	// removes it. ErrUnavailable if the purchase was refused, since somebody else
	// has the number. ErrClaimed, with the number as far as it is known, if the
	// account has it without that marker, so that nobody can tell whose it is.
	Buy(ctx context.Context, n Number, marker string) (Number, error)
}

// Surveyor is a Carrier with settings that no record of a number has (Field.Apart):
// its reads and lists do not tell them.
type Surveyor interface {
	// Survey returns n, as its reads have told it, with those settings: nil is not
	// set, and an absent one could not be told, since the credentials do not reach n's
	// account. One run shares the calls.
	Survey(ctx context.Context, n Number) (Number, error)
}

// Router is a Carrier at which more than the settings of a number decides where its
// calls and messages go. It only looks.
type Router interface {
	// Outranked says what takes the calls or messages of n, as n is wanted, before the
	// settings of those names do: n has set them, or its platform does. nil: nothing is
	// known to. Where a managed setting of n that no record has (Field.Apart) is absent,
	// what the carrier has of it counts. One run shares the calls.
	Outranked(ctx context.Context, n Number, settings []string) (*Warning, error)

	// Misplaced says that the calls of n do not go by the settings that the carrier
	// shows of it, since they are processed elsewhere; nil: they go by them. It takes a
	// call for each number, but for one without a SID, which has yet to be bought.
	Misplaced(ctx context.Context, n Number) (*Warning, error)
}

// Warning tells in a plan what its reader would not expect. Equal summaries are shown
// as one.
type Warning struct {
	Summary string
	Detail  string // names the number, and ends in the ways out
}

// PriceList says what a carrier takes for n, in words such as "1.15 USD a month";
// empty: it does not tell. The type is one of Purchase's; empty: nobody knows it.
type PriceList func(n Number, numberType string) string

// Pricer is a Carrier that tells what its numbers cost.
type Pricer interface {
	// Prices are those of a country (ISO 3166-1 alpha-2) for n's account.
	Prices(ctx context.Context, n Number, country string) (PriceList, error)
}

// Platform is a service on which a number answers calls.
type Platform interface {
	Service

	// Check looks at everything that can be known before money is spent or
	// anything is changed: credentials, and that the agent exists. Have is the
	// number as it is on the platform, and what it already has is not looked at
	// again while it is active; the zero Number: it is not there yet. It changes
	// nothing.
	Check(ctx context.Context, have, want Number) error

	// Attach brings the number onto the platform, or takes over the record
	// that is there already, and returns it with its Block as reported. It is
	// idempotent. The number beside an error is what is known by then.
	Attach(ctx context.Context, want Number) (Number, error)

	// Read returns the number with its Block as reported. It sets Status and
	// StatusReason only where the platform has a word of its own for them, and
	// PhoneNumber where have lacks it (an import by the platform's identifier).
	// ErrNotFound: the platform does not list the number.
	Read(ctx context.Context, have Number) (Number, error)

	// Update makes the record as want has it, which Check has found no fault
	// with, registering it anew where the platform cannot edit it. A have that is not active is repaired: whatever
	// cleanup is unfinished is finished first. It never gives the number up.
	Update(ctx context.Context, have, want Number) (Number, error)
}

// Previewer is a Platform that can tell before an attach what it will report of
// the number, as far as who carries it depends on that.
type Previewer interface {
	// Preview returns want with those fields of its Block filled in. A SID says
	// that another carrier holds the number already. It changes nothing at the
	// platform.
	Preview(ctx context.Context, want Number) (Number, error)
}

// PlanChecker is a Platform that can tell while an apply is planned that it would
// fail, or do what could not be undone later.
type PlanChecker interface {
	// Preview says what is wrong with want; nil: nothing is known to be. Have is
	// the number as it is on the platform; the zero Number: it is not there yet.
	// It changes nothing.
	CheckPlan(ctx context.Context, have, want Number) error
}

// Lister is a service that can list the numbers it holds, many to a call.
type Lister interface {
	// List returns a page of the numbers that the account of n has, and the
	// cursor of the next one; empty: there is none. The first page's cursor is
	// empty. A page may repeat numbers of the one before it.
	List(ctx context.Context, n Number, cursor string) (page []Listed, next string, err error)
}

// AgentLister is a Platform that can list the agents that it has, many to a call.
type AgentLister interface {
	// Agents returns a page of the agents, and the cursor of the next one; empty:
	// there is none. The first page's cursor is empty. A page may repeat agents of
	// the one before it.
	Agents(ctx context.Context, cursor string) (page []Agent, next string, err error)
}

// Agent is what answers calls on a platform: what Kind.Agent names.
type Agent struct {
	ID   string
	Name string // as people call it; empty: it has none
}

// Listed is a number in a service's list.
type Listed struct {
	// Number is the number as far as the list tells, with nothing remembered of
	// it.
	Number Number
	// Read is what Carrier.Read, Carrier.Find or Platform.Read would return for
	// have; false: only they can tell. It is nil where a list tells too little.
	Read func(have Number) (got Number, ok bool)
}

// OpDeregister is the carrier's operation by which an update takes the emergency
// address in Private.Ours off the number, if the number has no other one by now,
// and waits until the emergency services no longer know it.
const OpDeregister = "deregister"

// OpUnwire is the carrier's operation by which a platform's steps ask it to
// clear what Private.Wiring remembers, each setting only while it still has that
// value.
const OpUnwire = "unwire"

// MoveSource is a resource of another provider. A moved block takes its number
// over from it.
type MoveSource struct {
	Providers []string // in a registry: "namespace/type"
	Resource  string   // the type of the resource
	// Number is the number in the resource's state, decoded from the JSON that
	// the other provider wrote; with a Platform and what tells its record in Block
	// if it is on one. A *Refusal is of a number that cannot be taken over in any
	// way. It is pure.
	Number func(state Values) (Number, error)
}

// Kind is what is known of a service before any credential is: enough to
// validate a configuration, to document it and to say what a destroy will do.
type Kind struct {
	Name  string // as in attributes: "twilio", "nixflex"
	Title string // as its maker writes it: "Twilio", "Nixflex"

	// Arguments are those of the service's block in the provider's configuration.
	Arguments []Argument

	// Settings are the fields that a carrier gives the resource itself.
	Settings []Field
	// Block is the description and the fields of the platform's block.
	BlockDescription string
	Block            []Field
	// Wires lists the carrier's settings by which calls and messages reach this
	// platform, which sets them itself: they are refused beside its block, and
	// evidence is judged by them.
	Wires []string
	// Displaces lists the carrier's settings that would outrank those: they are
	// refused, too, and cleared when a number has been attached.
	Displaces []string
	// Yields lists the carrier's wiring that this platform leaves to the resource
	// all the same, as far as the fields of n's block tell: it stays settable, and
	// neither Wires nor Displaces has it then. nil: it leaves none. It is pure.
	Yields func(n Number) []string
	// Restores says what the wiring of n is to be so that calls and messages reach
	// this platform: what an attach wrote of it, as Private.Wiring has it, and what
	// an edit of the record does not write. An absent setting is left alone. nil:
	// only another registration brings the wiring back. It is pure.
	Restores func(n Number) Values
	// Unreached says in sentences why calls to n may not arrive at this platform,
	// as n is wanted; empty: nothing speaks against it. It is pure.
	Unreached func(n Number) string
	// Reregisters says in a sentence why a change cannot be made without
	// registering the number anew, which interrupts its routing; empty: it can.
	// It is pure.
	Reregisters func(have, want Number) string

	// Import reads an import ID without its leading "<name>/". It is pure.
	Import func(id string) (Number, error)
	// ImportExamples are whole import IDs, for messages and documentation.
	ImportExamples []string
	// ImportID is what Import reads: the import ID of n without "<name>/". It is
	// pure.
	ImportID func(n Number) string

	// Moves are resources of other providers whose numbers this service has. A number
	// that another service carries is taken over from there alone where this one is
	// not configured, or no longer has it.
	Moves []MoveSource

	// Agent names the field of Block that holds the agent, and Label the one
	// that names the number for people; empty: there is none.
	Agent, Label string
	// Reports describes Number.Reports; all are Computed.
	Reports []Field
	// ReadsByList says that a read of a single number reads the list anyway.
	ReadsByList bool
	// ListNeeds are the arguments without which the service can be worked with, but
	// not asked which numbers it has.
	ListNeeds []string

	// CarrierOf names the Kind that carries a number on this platform; nil:
	// Twilio always does.
	CarrierOf func(n Number) string
	// CarrierFields are the fields of Block that CarrierOf, or a Previewer that
	// fills them in, goes by: as long as one is not known, the carrier is not.
	CarrierFields []string
	// NoSearch says why this carrier's numbers cannot be bought by a search;
	// empty: they can.
	NoSearch string
	// NotForSale says where numbers are to be had of a carrier that this
	// provider cannot buy from; empty: it can.
	NotForSale string
	// Steps lists what this service does at the end of a number. It is pure. A
	// carrier without it cannot release. A sentence names the number, and no
	// identifier that the service gives a record: a plan that creates it says the same.
	Steps func(n Number, action Action) []Step
	// StepFields are the fields of Block, beside CarrierFields, that the steps of this
	// service or of the number's carrier go by: as long as one is not known, the steps
	// are not.
	StepFields []string
	// Refuse says why this service cannot release n, as far as n tells; nil:
	// nothing speaks against it. It is pure.
	Refuse func(n Number) *Refusal
	// Billing says in a sentence what billing does after an action and
	// until when that can be undone.
	Billing func(n Number, action Action) string
}
