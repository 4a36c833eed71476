// Package kinds is what can be told of a number without asking anybody: who carries
// it and who wires it, what a change of it means, what of it is ours, and what a
// destroy will do. The plan's text and the deed both take it from here.
package kinds

import (
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Table is the table of services. All its methods are pure.
type Table []platform.Kind

// Kind returns the service of that name.
func (t Table) Kind(name string) (platform.Kind, bool) {
	for i := range t {
		if t[i].Name == name {
			return t[i], true
		}
	}
	return platform.Kind{}, false
}

// Title returns the service's name as its maker writes it.
func (t Table) Title(name string) string {
	if kind, ok := t.Kind(name); ok {
		return kind.Title
	}
	return name
}

// Platforms returns the services that a number can be put on.
func (t Table) Platforms() Table {
	var platforms Table
	for _, kind := range t {
		if kind.Block != nil {
			platforms = append(platforms, kind)
		}
	}
	return platforms
}

// Carriers returns the services whose fields the resource itself has.
func (t Table) Carriers() Table {
	var carriers Table
	for _, kind := range t {
		if kind.Settings != nil {
			carriers = append(carriers, kind)
		}
	}
	return carriers
}

// CarrierOf names the service that carries n.
func (t Table) CarrierOf(n platform.Number) string {
	if kind, ok := t.Kind(n.Platform); ok && kind.CarrierOf != nil {
		return kind.CarrierOf(n)
	}
	first := slices.IndexFunc(t, func(kind platform.Kind) bool { return kind.Settings != nil })
	return t[first].Name
}

// CarrierIsGuessed says that another carrier than n's platform is taken for n's
// although a field that it depends on is not there.
func (t Table) CarrierIsGuessed(n platform.Number) bool {
	kind, ok := t.Kind(n.Platform)
	return ok && t.CarrierOf(n) != n.Platform &&
		slices.ContainsFunc(kind.CarrierFields, func(name string) bool { return !n.Block.Has(name) })
}

// Sells says whether numbers can be bought at that carrier.
func (t Table) Sells(carrier string) bool {
	kind, _ := t.Kind(carrier)
	return kind.NotForSale == ""
}

// ServiceOf names the service at which n is managed: its platform, or its
// carrier if it is on none.
func (t Table) ServiceOf(n platform.Number) string {
	if n.Platform != platform.None {
		return n.Platform
	}
	return t.CarrierOf(n)
}

// ImportID is the import ID of n.
func (t Table) ImportID(n platform.Number) string {
	kind, _ := t.Kind(t.ServiceOf(n))
	return kind.Name + "/" + kind.ImportID(n)
}

// AgentOf is the agent that answers n's calls, empty if there is none.
func (t Table) AgentOf(n platform.Number) string {
	kind, _ := t.Kind(n.Platform)
	return n.Block.String(kind.Agent)
}

// LabelOf is what people call n: its friendly name at the carrier, or its label
// on the platform.
func (t Table) LabelOf(n platform.Number) string {
	if name := n.Settings.String(platform.FriendlyName); name != "" {
		return name
	}
	kind, _ := t.Kind(n.Platform)
	return n.Block.String(kind.Label)
}
