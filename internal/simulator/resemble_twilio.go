package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// resembleSIP is where the trunks send calls; Resemble takes them at LiveKit.
const resembleSIP = "sip:resemble.sip.livekit.cloud"

// setUp builds in the Twilio account what a number needs, with the credentials of the number (Resemble docs: automatic
// Twilio setup). Where one step fails, all are undone (Resemble docs: rollback on failure).
func (r *resemble) setUp(n *resembleNumber) *TwilioError {
	t := r.sim.twilio
	account, refused := t.login(n.TwilioAccountSID, n.TwilioAuthToken)
	if refused != nil {
		return refused
	}
	refused = firstFailure(
		func() *TwilioError { return r.setUpTrunk(account, n) },
		func() *TwilioError { return r.setUpOutbound(account, n) },
		func() *TwilioError { return r.setUpInbound(account, n) },
		func() *TwilioError { return r.route(account, n) },
	)
	if refused != nil {
		r.tearDown(account, n.Setup)
		n.Setup = ResembleSetup{}
		return refused
	}
	n.Setup.ConfiguredAt = r.sim.now()
	return nil
}

// firstFailure runs steps up to the first that is refused.
func firstFailure(steps ...func() *TwilioError) *TwilioError {
	for _, step := range steps {
		if refused := step(); refused != nil {
			return refused
		}
	}
	return nil
}

func (r *resemble) setUpTrunk(account *TwilioAccount, n *resembleNumber) *TwilioError {
	k, refused := r.sim.twilio.createTrunk(account, url.Values{
		"FriendlyName": {n.title()},
		"DomainName":   {fmt.Sprintf("resemble-%d.pstn.twilio.com", n.ID)},
	})
	if refused != nil {
		return refused
	}
	n.Setup.TrunkSID, n.Setup.DomainName = k.SID, k.DomainName
	return nil
}

// title names the things of a number at Twilio. It has the ID, since the leftovers of a number that was forced out must
// not be in the way of its next registration.
func (n *resembleNumber) title() string { return fmt.Sprintf("Resemble AI %d", n.ID) }

// setUpOutbound gives outbound calls a credential list.
func (r *resemble) setUpOutbound(account *TwilioAccount, n *resembleNumber) *TwilioError {
	if !n.SupportsOutbound {
		return nil
	}
	t := r.sim.twilio
	list, refused := t.createCredentialList(account, n.title())
	if refused != nil {
		return refused
	}
	n.Setup.CredentialListSID = list.SID
	t.addCredential(list, TwilioCredential{
		Username: fmt.Sprintf("resemble%d", n.ID), Password: "Simulated-password-1",
	})
	k := t.trunkIn(account, n.Setup.TrunkSID)
	k.lists = append(k.lists, list)
	return nil
}

// setUpInbound leads inbound calls to Resemble: an origination URL on the trunk, and a connection policy.
func (r *resemble) setUpInbound(account *TwilioAccount, n *resembleNumber) *TwilioError {
	if !n.SupportsInbound {
		return nil
	}
	t := r.sim.twilio
	k := t.trunkIn(account, n.Setup.TrunkSID)
	k.originations = append(k.originations, &origination{
		TwilioOriginationURL: TwilioOriginationURL{
			SID: r.sim.newID("OU"), FriendlyName: n.title(), SIPURL: resembleSIP, Weight: 10, Priority: 10, Enabled: true,
			DateCreated: r.sim.now(), DateUpdated: r.sim.now(),
		},
		order: t.nextOrder(),
	})
	n.Setup.ConnectionPolicySID = t.addPolicy(TwilioConnectionPolicy{
		AccountSID: account.SID, FriendlyName: n.title(),
		Targets: []TwilioTarget{{Target: resembleSIP, Priority: 10, Weight: 10, Enabled: true}},
	}).SID
	n.Setup.LiveKitTrunkID, n.Setup.LiveKitDispatchRuleID = r.sim.newID("TR_"), r.sim.newID("DR_")
	return nil
}

// route puts the number on the trunk. That it must be in the account is an assumption.
func (r *resemble) route(account *TwilioAccount, n *resembleNumber) *TwilioError {
	t := r.sim.twilio
	at := t.numberByE164(n.PhoneNumber)
	if at == nil || at.AccountSID != account.SID {
		if r.rules.UnownedAccepted {
			return nil
		}
		return refusef(http.StatusNotFound, 20404, "%s is not in account %s", n.PhoneNumber, account.SID)
	}
	t.linkNumber(t.trunkIn(account, n.Setup.TrunkSID), at)
	return nil
}

// tearDown removes what a set-up built: the trunk, which takes the number off it, then credential lists and connection
// policies (Resemble docs: cleanup process). It goes as far as Twilio lets it. What is gone already counts as removed,
// so that a clean-up can be repeated.
func (r *resemble) tearDown(account *TwilioAccount, built ResembleSetup) *TwilioError {
	t := r.sim.twilio
	return firstFailure(
		func() *TwilioError {
			if k := t.trunkIn(account, built.TrunkSID); k != nil {
				return t.deleteTrunk(k)
			}
			return nil
		},
		func() *TwilioError {
			if list := t.credentialListIn(account, built.CredentialListSID); list != nil {
				return t.deleteCredentialList(list)
			}
			return nil
		},
		func() *TwilioError {
			if p := t.policyIn(account, built.ConnectionPolicySID); p != nil {
				return t.deletePolicy(p)
			}
			return nil
		},
	)
}

// cleanedUp tries to remove what is outside of Resemble, with the credentials that were stored at the registration.
func (r *resemble) cleanedUp(n *resembleNumber) bool {
	if n.Provider != "twilio" {
		return true
	}
	if r.failCleanups > 0 {
		r.failCleanups--
		return false
	}
	account, refused := r.sim.twilio.login(n.TwilioAccountSID, n.TwilioAuthToken)
	return refused == nil && r.tearDown(account, n.Setup) == nil
}

// endDeletion ends a deletion and reports how: the record is gone, or stays as corrupted (Resemble docs: delete).
func (r *resemble) endDeletion(n *resembleNumber) bool {
	if !r.cleanedUp(n) {
		n.Status, n.UpdatedAt = ResembleCorrupted, r.sim.now()
		return false
	}
	r.drop(n)
	return true
}

// observe lets a deletion go on with each read of the number, so that a test that waits for it needs no time.
func (r *resemble) observe(numbers ...*resembleNumber) {
	for _, n := range slices.Clone(numbers) {
		switch {
		case n.Status != ResembleDeleting:
		case n.pendingReads > 0:
			n.pendingReads--
		default:
			r.endDeletion(n)
		}
	}
}
