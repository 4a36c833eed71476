package lifecycle

import (
	"crypto/rand"
	"sync"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// NewInstance is the identity of one instance of the resource: by it a second
// instance with a number is told from a second look at the first. It is kept in
// private state for as long as the instance lives.
func NewInstance() string { return rand.Text() }

// role is what an instance of the resource has to do with a number in this run.
type role int

const (
	inState   role = iota // has it; what becomes of the instance is not known yet
	kept                  // has it, and is planned to keep it, or updated
	stuck                 // has it, since its destroy has failed in this run
	destroyed             // has it, and is planned to be destroyed, or is being
	created               // is planned to be created with it
	acquired              // has been created with it by this run, or is being
)

// stake is the role of one instance.
type stake struct {
	role    role
	number  platform.Number
	givesUp bool // a destroy of the instance gives the number up
}

// Conflict is what is wrong with the roles of two instances that have to do with
// one number.
type Conflict int

// The conflicts. What one run does about a number is the same in every order in
// which Terraform asks, since whoever comes second finds the first.
const (
	NoConflict Conflict = iota
	Handover            // destroyed and created again, and stays owned in between
	Stuck               // to be created again, but its destroy has failed
	Loss                // given up, and created again
	Duplicate           // in state, and to be created a second time
	Twins               // to be created twice
	Shared              // in state twice
)

// between is the conflict of two instances.
func between(a, b stake) Conflict {
	if a.role > b.role {
		a, b = b, a
	}
	switch {
	case a.role >= created:
		return Twins
	case b.role < created && a.role == inState:
		return NoConflict // what becomes of a is yet to be told: nothing, or its own plan comes
	case b.role < created:
		return Shared
	case a.role == kept:
		return Duplicate
	case a.role == stuck:
		return Stuck
	case b.role == acquired:
		return NoConflict // a destroy leaves alone what the run has created; Terraform plans that of a deposed object again then
	case a.givesUp:
		return Loss
	case a.role == destroyed:
		return Handover
	}
	return NoConflict
}

// registry knows which instances of this run have which number, want it, or are
// destroyed with it. It is safe for concurrent use.
type registry struct {
	mu     sync.Mutex
	stakes map[string]map[string]stake // by number and instance
}

// of are the stakes in a number. The caller has locked the registry.
func (r *registry) of(phoneNumber string) map[string]stake {
	if r.stakes == nil {
		r.stakes = map[string]map[string]stake{}
	}
	if r.stakes[phoneNumber] == nil {
		r.stakes[phoneNumber] = map[string]stake{}
	}
	return r.stakes[phoneNumber]
}

// enter notes the role of an instance, and returns its worst conflict with
// another one. What the instance replaces is destroyed by the way.
//
// An instance that a refresh has shown conflicts with nobody: its own plan is yet
// to come, and tells more. For a taint that is the plan of a creation.
func (r *registry) enter(phoneNumber, instance string, s stake, replaces string) Conflict {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.of(phoneNumber)
	worst := NoConflict
	if replaces != instance {
		if all[replaces].givesUp {
			worst = Loss
		}
		delete(all, replaces)
	}
	delete(all, placeOf(instance)) // it is planned anew
	for other, theirs := range all {
		if other != instance && s.role != inState {
			worst = max(worst, between(s, theirs))
		}
	}
	if told := all[instance].role; s.role == inState && told < created {
		s.role = told // Terraform may refresh what it has already planned to destroy
	}
	all[instance] = s
	return worst
}

// placeOf is the instance that is created in the place of another one.
func placeOf(instance string) string { return "in the place of " + instance }

// acquire notes that a creation works on the number; false: another instance has
// it. The plan of that creation, under an identity of its own, is over.
func (r *registry) acquire(phoneNumber, instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.of(phoneNumber)
	for other, theirs := range all {
		if other != instance && (theirs.role == acquired || theirs.role == kept || theirs.role == stuck) {
			return false
		}
	}
	for other, theirs := range all {
		if theirs.role == created {
			delete(all, other)
		}
	}
	all[instance] = stake{role: acquired}
	return true
}

// leave forgets an instance.
func (r *registry) leave(phoneNumber, instance string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.stakes[phoneNumber], instance)
}

// acquiredByAnother says that this run has created another instance with the
// number.
func (r *registry) acquiredByAnother(phoneNumber, instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other, theirs := range r.stakes[phoneNumber] {
		if other != instance && theirs.role == acquired {
			return true
		}
	}
	return false
}

// Has notes that a refresh has shown n in state.
func (m *Manager) Has(n platform.Number) { m.enter(n, inState) }

// Keeps notes that n is in state and planned to stay there.
func (m *Manager) Keeps(n platform.Number) Conflict { return m.enter(n, kept) }

// Remains notes that n is still in state, since its destroy has failed.
func (m *Manager) Remains(n platform.Number) { m.enter(n, stuck) }

// IsStuck says that a destroy of the number has failed in this run.
func (m *Manager) IsStuck(phoneNumber string) bool {
	m.registry.mu.Lock()
	defer m.registry.mu.Unlock()
	for _, s := range m.registry.stakes[phoneNumber] {
		if s.role == stuck {
			return true
		}
	}
	return false
}

// Destroys notes that the instance that has n is planned to be destroyed.
func (m *Manager) Destroys(n platform.Number) Conflict { return m.enter(n, destroyed) }

// Creates notes that an instance is planned to be created with the number, in the
// place of another one or, if that is empty, of none. A replacement may say so
// twice: Terraform plans it twice, and shows only the warnings of the first plan.
func (m *Manager) Creates(phoneNumber, replaces string) Conflict {
	instance := NewInstance()
	if replaces != "" {
		instance = placeOf(replaces)
	}
	return m.registry.enter(phoneNumber, instance, stake{role: created}, replaces)
}

func (m *Manager) enter(n platform.Number, as role) Conflict {
	return m.registry.enter(n.PhoneNumber, n.Memory.Instance, stake{as, n, m.Kinds.Irreversible(n)}, "")
}

// Held returns the number as this run has seen it in state.
func (m *Manager) Held(phoneNumber string) (platform.Number, bool) {
	m.registry.mu.Lock()
	defer m.registry.mu.Unlock()
	for _, s := range m.registry.stakes[phoneNumber] {
		if s.role < created {
			return s.number, true
		}
	}
	return platform.Number{}, false
}

// Refusal says why a conflict can't be planned or applied, and the way out, to
// whoever has n or wants it; nil: it can.
func (c Conflict) Refusal(n platform.Number) *platform.Refusal {
	refuse := func(summary, detail string) *platform.Refusal {
		return &platform.Refusal{Summary: summary, Detail: detail}
	}
	const renamed = "If the resource has another address now (a new name, or another key of count or for_each), add a moved block."
	switch c {
	case Loss:
		return refuse("Replacement would lose phone number "+n.PhoneNumber, n.PhoneNumber+" is in state with "+
			"release_on_destroy = \"release\", and this run is to create it again. Destroying the resource that has it would give the "+
			"number up, and it could hardly be got back. Nothing was changed.\n\n"+renamed+" If it is tainted, run "+
			"`terraform untaint` with its address: a destroy is planned again then, too. If this run has -replace, leave it out. "+
			"If it is to stay, remove the second resource with the number. To give the number up, remove every resource that has "+
			"it from the configuration, then apply.")
	case Stuck:
		return refuse("Phone number "+n.PhoneNumber+" is still in another resource", "The destroy of the telephony_phone_number that "+
			"has "+n.PhoneNumber+" has failed in this run, so it stays in state, and no other resource is created with the number. "+
			"That one is not in state, and it has changed nothing. Once the cause of the failure is gone, apply again.")
	case Duplicate:
		return refuse("Phone number "+n.PhoneNumber+" is in two resources", n.PhoneNumber+" is already managed by another "+
			"telephony_phone_number: one is in state and stays, and the plan creates a second one. A number belongs to one "+
			"resource. Nothing was changed: remove the resource that is to be created from the configuration. "+renamed)
	case Twins:
		return refuse("Phone number "+n.PhoneNumber+" is in two resources", n.PhoneNumber+" is already managed by another "+
			"telephony_phone_number of the configuration, and neither is in state yet. A number belongs to one resource. Nothing "+
			"was changed: remove one of the two from the configuration.")
	case Shared:
		return refuse("Phone number "+n.PhoneNumber+" is in two resources", n.PhoneNumber+" is already managed by another "+
			"telephony_phone_number: state has it twice, so ending or changing one of the two would take the number from the "+
			"other. Nothing was changed. Take the one that is not to have it out of state, which leaves the number as it is "+
			"(`terraform state rm` with its address), and remove its configuration or its import. If it is the deposed object "+
			"of an interrupted create_before_destroy, take the resource out of state and import the number again.")
	case NoConflict, Handover:
	}
	return nil
}
