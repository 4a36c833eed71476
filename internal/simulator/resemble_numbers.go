package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// wireNumber is a number as Resemble answers it. The token is never returned.
func (r *resemble) wireNumber(n *resembleNumber) any {
	var agentID *int
	var agentName *string
	if a := r.agent(n.AgentUUID); a != nil {
		agentID, agentName = &a.ID, &a.Name
	}
	return struct {
		wireLinkedNumber
		Status               string  `json:"status"`
		AgentID              *int    `json:"agent_id"`
		AgentName            *string `json:"agent_name"`
		AgentUUID            *string `json:"agent_uuid"`
		TwilioAccountSID     *string `json:"twilio_account_sid"`
		HasTwilioCredentials bool    `json:"has_twilio_credentials"`
	}{
		n.wireLinked(),
		n.Status,
		agentID,
		agentName,
		orNull(n.AgentUUID),
		orNull(n.TwilioAccountSID),
		n.TwilioAccountSID != "" && n.TwilioAuthToken != "",
	}
}

// wireLinkedNumber is the part of a number that agents show too (Resemble docs: list agents).
type wireLinkedNumber struct {
	ID               int            `json:"id"`
	PhoneNumber      string         `json:"phone_number"`
	Label            string         `json:"label"`
	SupportsInbound  bool           `json:"supports_inbound"`
	SupportsOutbound bool           `json:"supports_outbound"`
	Provider         *string        `json:"provider"`
	OutboundTrunk    map[string]any `json:"outbound_trunk"`
	InboundTrunk     map[string]any `json:"inbound_trunk"`
	CreatedAt        string         `json:"created_at"`
	UpdatedAt        string         `json:"updated_at"`
}

func (n *resembleNumber) wireLinked() wireLinkedNumber {
	return wireLinkedNumber{
		ID:               n.ID,
		PhoneNumber:      n.PhoneNumber,
		Label:            n.Label,
		SupportsInbound:  n.SupportsInbound,
		SupportsOutbound: n.SupportsOutbound,
		Provider:         orNull(n.Provider),
		OutboundTrunk:    n.wireOutbound(),
		InboundTrunk:     n.wireInbound(),
		CreatedAt:        dateV1(n.CreatedAt),
		UpdatedAt:        dateV1(n.UpdatedAt),
	}
}

// wireOutbound is the trunk as it reads, which is not how it is written (Resemble docs: list phone numbers).
func (n *resembleNumber) wireOutbound() map[string]any {
	if !n.SupportsOutbound {
		return map[string]any{}
	}
	return n.wireTrunk()
}

func (n *resembleNumber) wireInbound() map[string]any {
	if !n.SupportsInbound || n.Setup.TrunkSID == "" {
		return map[string]any{}
	}
	trunk := n.wireTrunk()
	trunk["livekit_trunk_id"] = n.Setup.LiveKitTrunkID
	trunk["livekit_dispatch_rule_id"] = n.Setup.LiveKitDispatchRuleID
	trunk["livekit_configured"] = true
	trunk["livekit_configured_at"] = dateV1(n.Setup.ConfiguredAt)
	return trunk
}

// wireTrunk is what both directions have in common. Without a trunk at Twilio it is empty.
func (n *resembleNumber) wireTrunk() map[string]any {
	if n.Setup.TrunkSID == "" {
		return map[string]any{}
	}
	return map[string]any{
		"twilio_trunk_sid": n.Setup.TrunkSID,
		"domain_name":      n.Setup.DomainName,
		"configured":       true,
		"configured_at":    dateV1(n.Setup.ConfiguredAt),
	}
}

// listNumbers lists the team's numbers, or with available=true those that no agent is linked to.
func (r *resemble) listNumbers(c *resembleCall) (int, any, *resembleFailure) {
	r.observe(r.numbers...)
	numbers := selected(r.numbers, func(n *resembleNumber) bool {
		return !n.Foreign && (c.query.Get("available") != "true" || n.AgentUUID == "")
	})
	return http.StatusOK, listed(numbers, r.wireNumber), nil
}

// ownNumber is the team's number of the path.
func (r *resemble) ownNumber(c *resembleCall) (*resembleNumber, *resembleFailure) {
	id, err := strconv.Atoi(c.params["id"])
	if n := r.number(id); err == nil && n != nil && !n.Foreign {
		return n, nil
	}
	return nil, r.missing("Phone number")
}

func (r *resemble) fetchNumber(c *resembleCall) (int, any, *resembleFailure) {
	n, failed := r.ownNumber(c)
	if failed != nil {
		return 0, nil, failed
	}
	r.observe(n)
	if r.number(n.ID) == nil {
		return 0, nil, r.missing("Phone number")
	}
	return http.StatusOK, resembleItem{Success: true, Item: r.wireNumber(n)}, nil
}

// editNumber refuses to edit: numbers cannot be updated after their creation (Resemble docs: create phone number).
func (r *resemble) editNumber(*resembleCall) (int, any, *resembleFailure) {
	status := http.StatusNotFound
	if r.rules.EditsAre405 {
		status = http.StatusMethodNotAllowed
	}
	return 0, nil, &resembleFailure{status: status, message: "Not found"}
}

// resembleRegistration is the body of a creation. The field of agent_uuid is an assumption, see CreationLinks.
type resembleRegistration struct {
	PhoneNumber      string                 `json:"phone_number"`
	Label            string                 `json:"label"`
	SupportsInbound  bool                   `json:"supports_inbound"`
	SupportsOutbound bool                   `json:"supports_outbound"`
	Provider         string                 `json:"provider"`
	TwilioAccountSID string                 `json:"twilio_account_sid"`
	TwilioAuthToken  string                 `json:"twilio_auth_token"`
	OutboundTrunk    *ResembleOutboundTrunk `json:"outbound_trunk"`
	InboundTrunk     *ResembleInboundTrunk  `json:"inbound_trunk"`
	AgentUUID        string                 `json:"agent_uuid"`
}

// check finds everything that is wrong with a registration, by field (Resemble docs: create phone number, validation).
func (r *resemble) check(in resembleRegistration) map[string][]string {
	wrong := map[string][]string{}
	add := func(isWrong bool, field, reason string) {
		if isWrong {
			wrong[field] = append(wrong[field], reason)
		}
	}
	add(in.PhoneNumber == "", "phone_number", "can't be blank")
	add(in.PhoneNumber != "" && !isE164(in.PhoneNumber) && !r.rules.AnyFormat, "phone_number", "is invalid")
	// The number must be unique across the whole platform, not just the team.
	add(r.numberByE164(in.PhoneNumber) != nil, "phone_number", "is already in use")
	add(in.Label == "", "label", "can't be blank")
	add(in.Provider != "" && in.Provider != "twilio", "provider", "Invalid provider. Must be one of: twilio")
	add(in.Provider == "twilio" && (in.TwilioAccountSID == "" || in.TwilioAuthToken == ""), "twilio_credentials",
		"Twilio Account SID and Auth Token are required when provider is Twilio")
	encryptions := []string{"", "disabled", "allowed", "required"}
	if out := in.OutboundTrunk; out != nil {
		add(!slices.Contains([]string{"", "auto", "udp", "tcp", "tls"}, out.Transport), "outbound_trunk",
			"transport must be one of: auto, udp, tcp, tls")
		add(!slices.Contains(encryptions, out.MediaEncryption), "outbound_trunk",
			"media_encryption must be one of: disabled, allowed, required")
	}
	if into := in.InboundTrunk; into != nil {
		add(!slices.Contains(encryptions, into.MediaEncryption), "inbound_trunk",
			"media_encryption must be one of: disabled, allowed, required")
	}
	return wrong
}

// createNumber registers a number and sets it up at Twilio (Resemble docs: create phone number).
func (r *resemble) createNumber(c *resembleCall) (int, any, *resembleFailure) {
	const notCreated = "Failed to create phone number"
	var in resembleRegistration
	if failed := c.decode(&in); failed != nil {
		return 0, nil, failed
	}
	if wrong := r.check(in); len(wrong) > 0 {
		return 0, nil, &resembleFailure{message: notCreated, errors: wrong}
	}
	n := r.newNumber(ResembleNumber{
		PhoneNumber: in.PhoneNumber, Label: in.Label, Provider: in.Provider,
		SupportsInbound: in.SupportsInbound, SupportsOutbound: in.SupportsOutbound,
		TwilioAccountSID: in.TwilioAccountSID, TwilioAuthToken: in.TwilioAuthToken,
		OutboundTrunk: in.OutboundTrunk, InboundTrunk: in.InboundTrunk,
	})
	if a := r.agent(in.AgentUUID); a != nil && !a.Foreign && r.rules.CreationLinks {
		n.AgentUUID = a.UUID
	}
	if n.Provider == "twilio" {
		if refused := r.setUp(n); refused != nil {
			field := "twilio_trunk"
			if refused.Status == http.StatusUnauthorized && r.rules.CredentialsBlamed {
				field = "twilio_credentials"
			}
			return 0, nil, invalid(notCreated, field, "Failed to create Twilio trunk: "+refused.Message)
		}
	}
	r.numbers = append(r.numbers, n)
	return r.created(), resembleItem{true, r.wireNumber(n), "Phone number created successfully"}, nil
}

// resembleCleanupGuide is where Resemble's messages send people to.
const resembleCleanupGuide = "https://docs.resemble.ai/phone-numbers/cleanup"

// deleteNumber unlinks a number, marks it as deleting, cleans up at Twilio and removes the record. Where the clean-up
// fails, the record stays as corrupted, and deleting it again tries again (Resemble docs: delete phone number).
func (r *resemble) deleteNumber(c *resembleCall) (int, any, *resembleFailure) {
	n, failed := r.ownNumber(c)
	if failed != nil {
		return 0, nil, failed
	}
	if n.Status != ResembleDeleting {
		n.AgentUUID, n.Status, n.UpdatedAt = "", ResembleDeleting, r.sim.now()
		n.pendingReads = r.rules.SlowDeletion
		if n.pendingReads == 0 && !r.endDeletion(n) {
			return 0, nil, invalid("Failed to delete phone number", "base", "Failed to cleanup external resources. "+
				"Phone number marked as corrupted. Please see documentation for manual cleanup: "+resembleCleanupGuide)
		}
	}
	return http.StatusOK, resembleDone{Success: true, Message: "Phone number deleted successfully"}, nil
}

// forceDeleteNumber removes a corrupted record and leaves everything else where it is (Resemble docs: force delete).
func (r *resemble) forceDeleteNumber(c *resembleCall) (int, any, *resembleFailure) {
	n, failed := r.ownNumber(c)
	switch {
	case failed != nil:
		return 0, nil, failed
	case n.Status != ResembleCorrupted && !r.rules.ForceDeletesAny:
		return 0, nil, &resembleFailure{message: "Force delete is only allowed for corrupted phone numbers"}
	}
	r.drop(n)
	return http.StatusOK, resembleDone{true, true, fmt.Sprintf("Phone number force deleted successfully. "+
		"Please manually cleanup external resources if needed. See: %s", resembleCleanupGuide)}, nil
}
