// Package registry knows which instances of the resource have which number in one
// run of the provider, want it, or are destroyed with it, so that a number belongs
// to one of them. What it says of a number is the same in every order in which
// Terraform asks.
package registry

import (
	"context"
	"crypto/rand"
	"fmt"
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

// Registry is the registry of one run. It is safe for concurrent use.
type Registry struct {
	givesUp func(platform.Number) bool

	mu     sync.Mutex
	stakes map[string]map[string]stake // by number and instance
	locks  map[string]chan struct{}    // by number
	// gone and refreshed are the numbers of state that this run has found to be
	// gone, and that it has read.
	gone, refreshed map[string]bool
}

// New makes an empty registry. GivesUp says whether a destroy of a number gives it
// up.
func New(givesUp func(platform.Number) bool) *Registry {
	return &Registry{
		givesUp: givesUp,
		stakes:  map[string]map[string]stake{}, locks: map[string]chan struct{}{},
		gone: map[string]bool{}, refreshed: map[string]bool{},
	}
}

// Lock waits until nobody else of this run works on the number, as long as ctx
// lasts: so its destroy in one resource and its creation in another never overlap.
func (r *Registry) Lock(ctx context.Context, phoneNumber string) (unlock func(), err error) {
	r.mu.Lock()
	lock, ok := r.locks[phoneNumber]
	if !ok {
		lock = make(chan struct{}, 1)
		r.locks[phoneNumber] = lock
	}
	r.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for what else this run does with %s: %w", phoneNumber, ctx.Err())
	}
}

// of are the stakes in a number. The caller has locked the registry.
func (r *Registry) of(phoneNumber string) map[string]stake {
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
func (r *Registry) enter(phoneNumber, instance string, s stake, replaces string) Conflict {
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

// Acquire notes that a creation works on the number; false: another instance has
// it. The plan of that creation, under an identity of its own, is over.
func (r *Registry) Acquire(phoneNumber, instance string) bool {
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

// Leave forgets an instance.
func (r *Registry) Leave(phoneNumber, instance string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.stakes[phoneNumber], instance)
}

// AcquiredByAnother says that this run has created another instance with the
// number.
func (r *Registry) AcquiredByAnother(phoneNumber, instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other, theirs := range r.stakes[phoneNumber] {
		if other != instance && theirs.role == acquired {
			return true
		}
	}
	return false
}

// InState notes that a refresh has shown n in state.
func (r *Registry) InState(n platform.Number) {
	r.mu.Lock()
	r.refreshed[n.PhoneNumber] = true
	r.mu.Unlock()
	r.note(n, inState)
}

// Refreshed says whether a refresh of this run has shown the number in state: if
// so, the run plans, for no apply does that.
func (r *Registry) Refreshed(phoneNumber string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refreshed[phoneNumber]
}

// Gone notes that the number was in state and that no service has it any more.
func (r *Registry) Gone(phoneNumber string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone[phoneNumber] = true
}

// IsGone says whether this run has found the number to be gone, or, if it is
// empty, any number.
func (r *Registry) IsGone(phoneNumber string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if phoneNumber == "" {
		return len(r.gone) > 0
	}
	return r.gone[phoneNumber]
}

// Keeps notes that n is in state and planned to stay there.
func (r *Registry) Keeps(n platform.Number) Conflict { return r.note(n, kept) }

// Destroys notes that the instance that has n is planned to be destroyed.
func (r *Registry) Destroys(n platform.Number) Conflict { return r.note(n, destroyed) }

// DestroyFailed notes that n is still in state, since its destroy has failed.
func (r *Registry) DestroyFailed(n platform.Number) { r.note(n, stuck) }

// HasDestroyFailed says that a destroy of the number has failed in this run.
func (r *Registry) HasDestroyFailed(phoneNumber string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.stakes[phoneNumber] {
		if s.role == stuck {
			return true
		}
	}
	return false
}

// Creates notes that an instance is planned to be created with the number, in the
// place of another one or, if that is empty, of none. A replacement may say so
// twice: Terraform plans it twice, and shows only the warnings of the first plan.
func (r *Registry) Creates(phoneNumber, replaces string) Conflict {
	instance := NewInstance()
	if replaces != "" {
		instance = placeOf(replaces)
	}
	return r.enter(phoneNumber, instance, stake{role: created}, replaces)
}

func (r *Registry) note(n platform.Number, as role) Conflict {
	return r.enter(n.PhoneNumber, n.Private.Instance, stake{as, n, r.givesUp(n)}, "")
}

// Held returns the number as this run has seen it in state.
func (r *Registry) Held(phoneNumber string) (platform.Number, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.stakes[phoneNumber] {
		if s.role < created {
			return s.number, true
		}
	}
	return platform.Number{}, false
}
