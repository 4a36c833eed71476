package phonenumber

import (
	"cmp"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

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
	n.PhoneNumber = m.text("phone_number")
	if !m.known("phone_number") {
		n.PhoneNumber = m.text("id") // a change may not know it yet; another number it refuses
	}
	if n.PhoneNumber != m.text("id") { // which is E.164 already
		// A configuration's number has been validated, and a state's is the
		// service's; what cannot be read is sent as it is and refused there.
		if normal, err := e164.Accept(n.PhoneNumber); err == nil {
			n.PhoneNumber = normal
		}
	}
	if criteria, ok := plain(m.attrs["purchase"]).(platform.Values); ok {
		n.Purchase = expandPurchase(criteria)
	}
	n.Block, _ = plain(m.attrs[n.Platform]).(platform.Values)
	n.Carrier = m.kinds.CarrierOf(n)
	n.Settings = m.expandSettings(n)
	n.Capabilities, _ = plain(m.attrs["capabilities"]).([]string)
	return n
}

// expandSettings are those of n's carrier, or of all that may turn out to be it, that
// the resource manages: what is named, wiring that still is ours, and what would
// keep either from working. What is unknown is left out, and what n's platform owns.
func (m *model) expandSettings(n platform.Number) platform.Values {
	values, carrierKnown, owned := platform.Values{}, m.carrierKnown(), m.kinds.Owned(n)
	free := func(name string) bool { return m.known(name) && !slices.Contains(owned, name) }
	for carrier, field := range settings(m.kinds) {
		value := m.setting(field.Name)
		_, ours := m.private.Ours[field.Name]
		if (value != nil || ours && field.Wiring) && free(field.Name) && (carrier == n.Carrier || !carrierKnown) {
			values[field.Name] = value
		}
	}
	for _, field := range settings(m.kinds) {
		if _, managed := values[field.Name]; !managed {
			continue
		}
		for _, name := range field.Blockers {
			if _, managed := values[name]; !managed && free(name) {
				values[name] = m.setting(name)
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

func expandPurchase(criteria platform.Values) *platform.Purchase {
	flag := func(name string) *bool {
		if !criteria.Has(name) {
			return nil
		}
		return new(criteria.Bool(name))
	}
	p := &platform.Purchase{
		Country:                       criteria.String("country"),
		Type:                          cmp.Or(criteria.String("type"), purchaseTypes[0]),
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
	p.NearNumber, _ = e164.Normalize(criteria.String("near_number")) // validated, or empty
	p.Distance, _ = criteria["distance"].(int64)
	p.Capabilities, _ = criteria["capabilities"].([]string)
	slices.Sort(p.Capabilities)
	return p
}
