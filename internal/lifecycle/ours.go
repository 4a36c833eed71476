package lifecycle

import (
	"maps"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// ours are the settings of n that Memory.Ours remembers once they are written or
// taken over: those with a value of their own.
func (k Kinds) ours(n platform.Number) platform.Values {
	values := platform.Values{}
	carrier, _ := k.Kind(k.CarrierOf(n))
	for _, field := range carrier.Settings {
		if value := n.Settings[field.Name]; value != nil && value != "" && value != field.Default {
			values[field.Name] = value
		}
	}
	return values
}

// takenOver is what an import or a move takes over: all wiring that is set, and
// that no platform sets itself. Who the number is stays what it is.
func (k Kinds) takenOver(n platform.Number) platform.Values {
	found := n
	found.Settings = platform.Values{}
	carrier, _ := k.Kind(k.CarrierOf(n))
	for _, field := range carrier.Settings {
		if field.Wiring && !k.Owns(n, field) {
			found.Settings[field.Name] = n.Settings[field.Name]
		}
	}
	return k.ours(found)
}

// kept lists what an import or a move has found that says who the number is: it
// stays, whether the configuration turns out to name it or not.
func (k Kinds) kept(n platform.Number) []string {
	var names []string
	carrier, _ := k.Kind(k.CarrierOf(n))
	for _, field := range carrier.Settings {
		if !field.Wiring && n.Settings.Has(field.Name) {
			names = append(names, field.Name)
		}
	}
	return names
}

// partlyOurs is what is ours after an update to want that failed: of what it was
// to change, only what the number was seen to have by then.
func (k Kinds) partlyOurs(have, want, got platform.Number) platform.Values {
	values := maps.Clone(have.Memory.Ours)
	if values == nil {
		values = k.ours(have)
	}
	wanted := k.ours(want)
	for name := range want.Settings {
		switch value, ours := wanted[name]; {
		case ours && got.Settings[name] == value:
			values[name] = value
		case !ours && got.Settings[name] != values[name]:
			delete(values, name)
		}
	}
	return values
}

// Deregisters names the emergency address that an update takes off the number;
// empty: it takes off none. It has to be allowed, and to be the one that this
// resource was configured with and no longer is.
func Deregisters(have, want platform.Number) string {
	address := have.Memory.Ours.String(platform.EmergencyAddressSID)
	_, named := want.Settings[platform.EmergencyAddressSID]
	if !want.DeregisterEmergencyAddress || named || address != have.Memory.EmergencyAddress {
		return ""
	}
	return address
}
