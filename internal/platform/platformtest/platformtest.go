// Package platformtest is the conformance suite of platform.Platform: what every
// voice platform must keep to, whatever its API looks like.
//
// A test hands Run a function that makes a Subject: the platform on a simulated
// world of its own, and how that world looks from the services' side. Each case
// starts from a fresh one and judges by looking at the world, not by what the
// platform says of itself. Most operations go through the lifecycle, so that they
// are what a run of Terraform does.
package platformtest

import (
	"context"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Subject is a platform in a fresh world, for one case. The number is owned by
// its carrier, and no agent answers it yet.
type Subject struct {
	*World

	Kind     platform.Kind
	Platform platform.Platform
	// Carrier is the service as the number's carrier; nil where it does not carry
	// the number itself.
	Carrier platform.Carrier
	// Lifecycle makes what runs the platform; each is one run of Terraform.
	Lifecycle func() Lifecycle

	// Number is what the resource asks for, but for its agent. Its Block has what
	// is configured.
	Number platform.Number
	// AgentField is the field of the block that names the agent.
	AgentField string
	// Agent is the agent to attach the number to, OtherAgent one to move it to,
	// and NoAgent the well-formed ID of none.
	Agent, OtherAgent, NoAgent string

	// Look looks at the number from the services' side.
	Look func() State
	// Refusal is the body of an error in the service's own envelope, and what of
	// it a message to the user must have: the code, or the words where there is
	// none.
	Refusal func(status int) (body, words string)
	// Hollow is the body of a success in the service's envelope that lacks all that
	// it should have.
	Hollow string
	// ForeseesByItself says that Preview calls nobody, so that no fault can strike it.
	ForeseesByItself bool
	// Secrets must appear in no error, note, block or memory.
	Secrets []string
	// Unreported are fields that the service never tells, so that an import cannot
	// either.
	Unreported []string
	// BareList says that the service's list tells too little for a read.
	BareList bool
	// BareArray says that the service's list is an array without anything around it,
	// so that an empty one is its own word.
	BareArray bool
	// HidesAgents says that the service tells nobody which agents it has.
	HidesAgents bool
	// ImportIDs are all IDs, without the Kind's name, that the attached number can
	// be imported by.
	ImportIDs func() []string

	// Drop takes the record away behind the platform's back. At a carrier the
	// number goes with it.
	Drop Hook
	// Repoint gives the number to OtherAgent behind the platform's back.
	Repoint Hook
	// Crowd fills more than one page of every list that the platform reads with
	// others' records, so that the number's is on none but the last.
	Crowd Hook
	// Slow makes a deletion answer before it is over, for five looks or more.
	Slow Hook
	// Engage puts the number to a use in which the service refuses to release it.
	Engage Hook
	// Spoil makes the next deletion stop half-way, with a record that says so.
	Spoil Hook
}

// Lifecycle is as much of lifecycle.Manager as the suite needs. It is an
// interface since no platform may depend on the order of things.
type Lifecycle interface {
	Create(ctx context.Context, want platform.Number) (platform.Number, error)
	Read(ctx context.Context, have platform.Number) (platform.Number, error)
	Update(ctx context.Context, have, want platform.Number) (platform.Number, error)
	Delete(ctx context.Context, have platform.Number) (platform.Number, []string, error)
}

// State is what there is of the number on the services' side.
type State struct {
	Records int    // of the number at the platform
	Agent   string // that answers it; empty: none
	Owned   bool   // by its carrier
	Routed  bool   // another service carries the number and leads its calls to the platform
	Others  string // all that is not the number's: nothing may ever change it
}

// Hook does something to a world that not every platform's can have.
type Hook struct {
	do      func()
	missing string
}

// Can is a hook that does something.
func Can(do func()) Hook { return Hook{do: do} }

// Cannot says why there is nothing to do, and so no case for it.
func Cannot(reason string) Hook { return Hook{missing: reason} }

// testCase is one promise of platform.Platform. Each call of start makes a fresh
// world; a case that needs a hook is run only where there is one.
type testCase struct {
	name  string
	needs func(Subject) Hook // nil: nothing special
	run   func(t *testing.T, start starter)
}

// starter makes the world of a case, or of a part of it.
type starter func(t *testing.T) *world

// Run runs all cases, beside other runs. What a platform cannot have is logged
// with its reason.
func Run(t *testing.T, newSubject func(t *testing.T) Subject) {
	t.Helper()
	t.Parallel()
	var missing []string
	for _, c := range allCases {
		t.Run(c.name, func(t *testing.T) {
			start := func(t *testing.T) *world {
				t.Helper()
				return newWorld(t, newSubject(t))
			}
			if c.needs != nil {
				if hook := c.needs(start(t).Subject); hook.do == nil {
					missing = append(missing, c.name)
					t.Logf("not applicable: %s", hook.missing)
					return
				}
			}
			c.run(t, start)
		})
	}
	if len(missing) > 0 {
		t.Logf("%d of %d cases are not applicable: %s", len(missing), len(allCases), strings.Join(missing, "; "))
	}
}

// Update changes a number as package lifecycle does: nothing is written that
// Check finds fault with.
func Update(ctx context.Context, on platform.Platform, have, want platform.Number) (platform.Number, error) {
	if err := on.Check(ctx, have, want); err != nil {
		return have, err
	}
	return on.Update(ctx, have, want)
}
