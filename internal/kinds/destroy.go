package kinds

import (
	"fmt"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Steps lists all that a destroy of n does, in order: what the plan shows and
// what Delete runs.
func (t Table) Steps(n platform.Number) []platform.Step {
	var steps []platform.Step
	action := n.Action
	if action == platform.Release && n.Private.Unfinished == platform.Creation {
		action = platform.Detach
		steps = append(steps, platform.Step{Sentence: fmt.Sprintf(
			"Do not release %s: its creation never completed, so it is only detached.", n.PhoneNumber)})
	}
	carrier, _ := t.Kind(t.CarrierOf(n))
	on, ok := t.Kind(n.Platform)
	if !ok {
		return append(steps, carrier.Steps(n, action)...)
	}
	steps = append(steps, on.Steps(n, action)...)
	if n.Private.Lost {
		steps = slices.DeleteFunc(steps, func(s platform.Step) bool { return s.Service == carrier.Name })
		return append(steps, platform.Step{Sentence: fmt.Sprintf("Leave %s alone, which no longer has %s.",
			carrier.Title, n.PhoneNumber)})
	}
	if carrier.Name == on.Name || carrier.Steps == nil {
		return steps
	}
	for _, step := range carrier.Steps(n, action) {
		// What the platform does not wire is the resource's, and goes with it.
		if action == platform.Release || step.Op != "" {
			steps = append(steps, step)
		}
	}
	return steps
}

// Irreversible says whether a destroy of n gives up the number or a
// subscription.
func (t Table) Irreversible(n platform.Number) bool {
	for _, step := range t.Steps(n) {
		if step.GivesUp {
			return true
		}
	}
	return false
}

// Billing says what billing does when n is destroyed, and until when that can
// be undone.
func (t Table) Billing(n platform.Number) string {
	action := n.Action
	if !t.Irreversible(n) {
		action = platform.Detach
	}
	kind, _ := t.Kind(t.CarrierOf(n))
	switch {
	case n.Private.Lost:
		return fmt.Sprintf("%s no longer has the number, so there is nothing to bill.", kind.Title)
	case kind.Billing == nil:
		return ""
	}
	return kind.Billing(n, action)
}

// Unreleasable says why n can never be released, although its setting asks for
// it; nil: it can, or need not.
func (t Table) Unreleasable(n platform.Number) *platform.Refusal {
	carrier, _ := t.Kind(t.CarrierOf(n))
	if n.Action != platform.Release || n.Private.Unfinished == platform.Creation || carrier.Steps != nil {
		return nil
	}
	return &platform.Refusal{
		Summary: fmt.Sprintf("Release of %s is impossible", n.PhoneNumber),
		Detail: fmt.Sprintf("%s is carried by %s, which this provider cannot talk to. Set release_on_destroy = \"detach\", and "+
			"release the number there yourself.", n.PhoneNumber, carrier.Title),
	}
}

// Refuse says why n may not be destroyed as its setting asks; nil: nothing
// speaks against it.
func (t Table) Refuse(n platform.Number, preventRelease bool) *platform.Refusal {
	if refusal := t.Unreleasable(n); refusal != nil {
		return refusal
	}
	if !t.Irreversible(n) {
		return nil
	}
	if preventRelease {
		return &platform.Refusal{
			Summary: fmt.Sprintf("Release of %s is prevented", n.PhoneNumber),
			Detail: "The provider has prevent_release = true (or TELEPHONY_PREVENT_RELEASE), so nothing is released, " +
				"whatever a resource says. Nothing was changed. To keep the number, set release_on_destroy = \"detach\" " +
				"and apply that before the destroy. To give it up, set prevent_release = false, or unset the variable, first.",
		}
	}
	for _, name := range []string{t.CarrierOf(n), n.Platform} {
		if kind, ok := t.Kind(name); ok && kind.Refuse != nil {
			if refusal := kind.Refuse(n); refusal != nil {
				return refusal
			}
		}
	}
	return nil
}
