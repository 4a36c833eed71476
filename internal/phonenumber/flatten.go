package phonenumber

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// flatten writes into a state all that services report of n. An import or a move, which
// has no status yet, takes over all settings that are set.
func (m *model) flatten(n platform.Number) {
	importing := m.null("status")
	if importing {
		m.setImported()
	}
	for name, value := range reportedAttributes(n) {
		switch {
		case name == "acquisition" && !m.null(name): // nobody but state knows it
		case name == "phone_number" && e164.Same(m.text(name), n.PhoneNumber): // another spelling
		default:
			m.set(name, value)
		}
	}
	for _, on := range m.kinds.Platforms() {
		if on.Name == n.Platform {
			m.attrs[on.Name] = flattenBlock(m.types[on.Name], m.attrs[on.Name], n.Block, ifReported)
		} else {
			m.set(on.Name, nil)
		}
	}
	m.private = n.Private
	m.flattenSettings(n, importing)
	m.setAll(m.destroyAttributes())
}

// flattenUnknown writes what services report of n into a plan that has been applied.
// What was known stays as it is: it was asked for, and the service has taken it.
func (m *model) flattenUnknown(n platform.Number) {
	m.fill(reportedAttributes(n))
	if block, ok := m.attrs[n.Platform]; ok {
		m.attrs[n.Platform] = flattenBlock(m.types[n.Platform], block, n.Block, ifUnknown)
	}
	m.private = n.Private
	m.fill(m.destroyAttributes())
}

// reportedAttributes are those that services report, whatever has n.
func reportedAttributes(n platform.Number) platform.Values {
	return platform.Values{
		"phone_number":  n.PhoneNumber,
		"id":            n.PhoneNumber,
		"sid":           n.SID,
		"account_sid":   platform.TextOrNil(n.AccountSID),
		"capabilities":  n.Capabilities,
		"acquisition":   string(n.Acquisition),
		"status":        string(n.Status),
		"status_reason": printable(n.StatusReason),
	}
}

// destroyAttributes say what a destroy will do.
func (m *model) destroyAttributes() platform.Values {
	n := m.expand()
	return platform.Values{
		"carrier":              n.Carrier,
		"platform":             n.Platform,
		"destroy_action":       string(n.Action),
		"destroy_irreversible": m.kinds.Irreversible(n),
		"destroy_steps":        sentences(m.kinds.Steps(n)),
	}
}

func sentences(steps []platform.Step) []string {
	texts := make([]string, 0, len(steps))
	for _, step := range steps {
		texts = append(texts, printable(step.Sentence))
	}
	return texts
}

// flattenSettings writes into a state the settings of n that are managed or, if all is
// asked for, that are set.
func (m *model) flattenSettings(n platform.Number, all bool) {
	managed, owned := m.expandSettings(n), m.kinds.Owned(n)
	for carrier, field := range settings(m.kinds) {
		value, told := n.Settings[field.Name]
		_, ours := m.private.Ours[field.Name]
		_, named := managed[field.Name]
		switch {
		case carrier != n.Carrier, slices.Contains(owned, field.Name):
			m.set(field.Name, nil)
		case told && (named || ours || all):
			m.flattenSetting(field, value, ours)
		}
	}
}

// flattenSetting writes a managed setting as its service reports it. What a service
// reports where nothing is set is shown only where somebody has asked for it.
func (m *model) flattenSetting(field *platform.Field, value any, ours bool) {
	held := m.setting(field.Name)
	switch {
	case kinds.IsSet(value, *field):
		m.set(field.Name, value)
	case field.Default != nil && (ours || held == field.Default):
		m.set(field.Name, field.Default)
	case held != nil: // else an empty text stays one
		m.set(field.Name, nil)
	}
}

// flattenBlock is a block, or an object in one, in which those attributes are as the
// platform reports them that take says; told: the platform does report the attribute.
func flattenBlock(
	t attr.Type, v attr.Value, values platform.Values, take func(v attr.Value, told bool) bool,
) attr.Value {
	inner, types := nested(v), attrTypes(t)
	if inner == nil {
		return attrValue(t, values)
	}
	for name, value := range inner {
		reported, told := values[name]
		within, _ := reported.(platform.Values)
		switch {
		case take(value, told):
			inner[name] = attrValue(types[name], reported)
		case nested(value) != nil:
			inner[name] = flattenBlock(types[name], value, within, take)
		}
	}
	return objectValue(t, inner)
}

// In a state, what a platform does not report stays as it is. After an apply nothing is
// unknown any more. In a plan, what a platform does not tell yet stays unknown.
func ifReported(_ attr.Value, told bool) bool        { return told }
func ifUnknown(v attr.Value, _ bool) bool            { return v.IsUnknown() }
func ifReportedUnknown(v attr.Value, told bool) bool { return told && v.IsUnknown() }
