package phonenumber

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle/registry"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// privateState is Terraform's private state.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// privateStateKey is where platform.PrivateState stands in private state.
const privateStateKey = "memory"

// readPrivate reads what private state holds, and makes up for what it lacks:
// Terraform drops it if the provider is killed during an update, and older versions
// wrote less. What nobody knows any more counts as what is safer: the wiring in state
// as ours, another setting as one that stays where it is, and a number that is not
// active as one whose creation never completed.
func (m *model) readPrivate(ctx context.Context, from privateState, diags *diag.Diagnostics) {
	text, more := from.GetKey(ctx, privateStateKey)
	diags.Append(more...)
	if len(text) > 0 {
		if err := json.Unmarshal(text, &m.private); err != nil {
			diags.AddError("Unreadable private state", fmt.Sprintf(
				"The private state of phone number %s cannot be read: %v. This is a bug in the provider, please report it.",
				m.text("id"), err))
		}
	}
	if m.private.Instance == "" {
		m.private.Instance = registry.NewInstance()
	}
	if m.private.Ours != nil || m.null("status") { // imported: there is nothing to remember yet
		return
	}
	n := m.expand()
	m.private.Ours = platform.Values{}
	for carrier, field := range settings(m.kinds) {
		if value := n.Settings[field.Name]; carrier == n.Carrier && field.Wiring && value != nil {
			m.private.Ours[field.Name] = value
		}
	}
	if len(text) == 0 && n.Status != platform.Active {
		m.private.Unfinished = platform.Creation
		m.private.Detail = "or a change did, whose provider was killed, and nobody knows which"
	}
}

// writePrivate writes what private state shall hold.
func (m *model) writePrivate(ctx context.Context, to privateState, diags *diag.Diagnostics) {
	text, err := json.Marshal(m.private)
	if err != nil {
		diags.AddError("Unwritable private state", fmt.Sprintf(
			"The private state of phone number %s cannot be written: %v. This is a bug in the provider, please report it.",
			m.text("id"), err))
		return
	}
	diags.Append(to.SetKey(ctx, privateStateKey, text)...)
}

// instanceIn is the identity of the instance that private state is of; empty: it
// has none.
func instanceIn(ctx context.Context, from privateState) string {
	text, _ := from.GetKey(ctx, privateStateKey)
	var private platform.PrivateState
	if json.Unmarshal(text, &private) != nil {
		return ""
	}
	return private.Instance
}

// createsKey is where the plan of a creation leaves its number in private state:
// Terraform hands that to the destroy of the instance which the creation replaces.
const createsKey = "creates"

// createsAgain says that private state comes from the plan of a replacement which
// creates the same number again.
func createsAgain(ctx context.Context, from privateState, phoneNumber string) bool {
	text, _ := from.GetKey(ctx, createsKey)
	var creates string
	return json.Unmarshal(text, &creates) == nil && creates == phoneNumber
}
