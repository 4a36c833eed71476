package lifecycle

import (
	"fmt"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Kinds is the table of services. All its methods are pure.
type Kinds []platform.Kind

// Kind returns the service of that name.
func (k Kinds) Kind(name string) (platform.Kind, bool) {
	for i := range k {
		if k[i].Name == name {
			return k[i], true
		}
	}
	return platform.Kind{}, false
}

// Title returns the service's name as its maker writes it.
func (k Kinds) Title(name string) string {
	if kind, ok := k.Kind(name); ok {
		return kind.Title
	}
	return name
}

// Platforms returns the services that a number can be put on.
func (k Kinds) Platforms() Kinds {
	var platforms Kinds
	for _, kind := range k {
		if kind.Block != nil {
			platforms = append(platforms, kind)
		}
	}
	return platforms
}

// Carriers returns the services whose fields the resource itself has.
func (k Kinds) Carriers() Kinds {
	var carriers Kinds
	for _, kind := range k {
		if kind.Settings != nil {
			carriers = append(carriers, kind)
		}
	}
	return carriers
}

// CarrierOf names the service that carries n.
func (k Kinds) CarrierOf(n platform.Number) string {
	if kind, ok := k.Kind(n.Platform); ok && kind.CarrierOf != nil {
		return kind.CarrierOf(n)
	}
	first := slices.IndexFunc(k, func(kind platform.Kind) bool { return kind.Settings != nil })
	return k[first].Name
}

// carrierIsGuessed says that another carrier than n's platform is taken for n's
// although a field that it depends on is not there.
func (k Kinds) carrierIsGuessed(n platform.Number) bool {
	kind, ok := k.Kind(n.Platform)
	return ok && k.CarrierOf(n) != n.Platform &&
		slices.ContainsFunc(kind.CarrierFields, func(name string) bool { return !n.Block.Has(name) })
}

// Sells says whether numbers can be bought at that carrier.
func (k Kinds) Sells(carrier string) bool {
	kind, _ := k.Kind(carrier)
	return kind.NotForSale == ""
}

// Owned lists the carrier's settings that n's platform wires or keeps clear: they
// are not the resource's.
func (k Kinds) Owned(n platform.Number) []string {
	if kind, ok := k.Kind(n.Platform); !ok || kind.Wires == nil {
		return nil
	}
	return k.routing(n)
}

// yielded lists the wiring that n's platform leaves to the resource although it
// wires the number.
func (k Kinds) yielded(n platform.Number) []string {
	kind, ok := k.Kind(n.Platform)
	if !ok || kind.Yields == nil {
		return nil
	}
	return kind.Yields(n)
}

// wires lists the settings by which calls and messages reach n's platform, and
// displaces those that would outrank them.
func (k Kinds) wires(n platform.Number) (wires, displaces []string) {
	kind, _ := k.Kind(n.Platform)
	yielded := k.yielded(n)
	kept := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(yielded, name) })
	}
	return kept(kind.Wires), kept(kind.Displaces)
}

// passes says that a change on one platform hands wiring of the number over, from
// the platform to the resource or back.
func (k Kinds) passes(have, want platform.Number) bool {
	return have.Platform == want.Platform && !slices.Equal(k.yielded(have), k.yielded(want))
}

// Interruption says in a sentence why a change takes the number off the air for
// a while; empty: it does not.
func (k Kinds) Interruption(have, want platform.Number) string {
	switch kind, ok := k.Kind(want.Platform); {
	case have.Platform != want.Platform && have.Platform != platform.None:
		return fmt.Sprintf("%s is taken off %s before it is wired as the configuration has it.",
			want.PhoneNumber, k.Title(have.Platform))
	case ok && have.Platform == want.Platform && kind.Reregisters != nil:
		return kind.Reregisters(have, want)
	}
	return ""
}

// judgeRecord finds n corrupted if the record on its platform is no longer one of
// the number as it is, so that only another registration brings the two together:
// a transfer to another account has overtaken it, for one.
func (k Kinds) judgeRecord(n *platform.Number) {
	kind, ok := k.Kind(n.Platform)
	if !ok || kind.Reregisters == nil || n.Status != "" && n.Status != platform.Active {
		return
	}
	whole := *n
	whole.Block = platform.Values{}
	for _, field := range kind.Block {
		whole.Block[field.Name] = n.Block[field.Name]
	}
	if why := kind.Reregisters(whole, whole); why != "" {
		n.Status = platform.Corrupted
		n.StatusReason = fmt.Sprintf("%s has an outdated record of %s: %s; an apply does that.",
			kind.Title, n.PhoneNumber, platform.Clause(why))
	}
}

// Steps lists all that a destroy of n does, in order: what the plan shows and
// what Delete runs.
func (k Kinds) Steps(n platform.Number) []platform.Step {
	var steps []platform.Step
	action := n.Action
	if action == platform.Release && n.Memory.Unfinished == platform.Creation {
		action = platform.Detach
		steps = append(steps, platform.Step{Sentence: fmt.Sprintf(
			"Do not release %s: its creation never completed, so it is only detached.", n.PhoneNumber)})
	}
	carrier, _ := k.Kind(k.CarrierOf(n))
	on, ok := k.Kind(n.Platform)
	if !ok {
		return append(steps, carrier.Steps(n, action)...)
	}
	steps = append(steps, on.Steps(n, action)...)
	if n.Memory.Lost {
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
func (k Kinds) Irreversible(n platform.Number) bool {
	for _, step := range k.Steps(n) {
		if step.GivesUp {
			return true
		}
	}
	return false
}

// Billing says what billing does when n is destroyed, and until when that can
// be undone.
func (k Kinds) Billing(n platform.Number) string {
	action := n.Action
	if !k.Irreversible(n) {
		action = platform.Detach
	}
	kind, _ := k.Kind(k.CarrierOf(n))
	switch {
	case n.Memory.Lost:
		return fmt.Sprintf("%s no longer has the number, so there is nothing to bill.", kind.Title)
	case kind.Billing == nil:
		return ""
	}
	return kind.Billing(n, action)
}

// Unreleasable says why n can never be released, although its setting asks for
// it; nil: it can, or need not.
func (k Kinds) Unreleasable(n platform.Number) *platform.Refusal {
	carrier, _ := k.Kind(k.CarrierOf(n))
	if n.Action != platform.Release || n.Memory.Unfinished == platform.Creation || carrier.Steps != nil {
		return nil
	}
	return &platform.Refusal{
		Summary: "Release is impossible",
		Detail: fmt.Sprintf("release_on_destroy = \"release\" is impossible: the number is carried by %s, which this provider "+
			"cannot talk to. Set release_on_destroy = \"detach\", and release the number there yourself.", carrier.Title),
	}
}

// CarrierChange refuses to take a number off the platform that carries it: a
// change never gives a number up, and it could not live without. On the same
// platform another carrier only corrects what was believed of the number.
func (k Kinds) CarrierChange(have, want platform.Number) *platform.Refusal {
	if have.Platform == want.Platform {
		return nil
	}
	before, after := k.Title(k.CarrierOf(have)), k.Title(k.CarrierOf(want))
	if before == after {
		return nil
	}
	return &platform.Refusal{
		Summary: fmt.Sprintf("Phone number %s cannot leave %s", have.PhoneNumber, before),
		Detail: fmt.Sprintf("%s carries the number, so it cannot be carried by %s instead, and a change never gives it up. "+
			"To end it here, remove the resource: its release_on_destroy, now %q, says what becomes of the number.",
			before, after, have.Action),
	}
}

// Refuse says why n may not be destroyed as its setting asks; nil: nothing
// speaks against it.
func (k Kinds) Refuse(n platform.Number, preventRelease bool) *platform.Refusal {
	if refusal := k.Unreleasable(n); refusal != nil {
		return refusal
	}
	if !k.Irreversible(n) {
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
	for _, name := range []string{k.CarrierOf(n), n.Platform} {
		if kind, ok := k.Kind(name); ok && kind.Refuse != nil {
			if refusal := kind.Refuse(n); refusal != nil {
				return refusal
			}
		}
	}
	return nil
}
