package twilio

import (
	"context"
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Do is platform.Service's.
func (c *Carrier) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	switch s.Op {
	case opClear:
		return c.clear(ctx, n, ours(n))
	case platform.OpDeregister:
		return c.deregister(ctx, n)
	case opRelease:
		return c.release(ctx, n)
	case platform.OpUnwire:
		return c.clear(ctx, n, n.Memory.Wiring)
	}
	return nil, platform.Untouched(fmt.Errorf("twilio has no operation %q", s.Op))
}

// present reads n before a step changes it; nil if no account that is in sight
// has the number any more.
func (c *Carrier) present(ctx context.Context, n platform.Number) (*record, error) {
	live, err := c.fetch(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return nil, platform.Untouched(c.checkGone(ctx, n))
	}
	if err != nil {
		return nil, platform.Untouched(c.reaching(n, explained("read "+identified(n), err)))
	}
	return live, nil
}

// checkGone makes sure that a number is gone which is not found by its SID. To
// a transfer's losing account it looks the same.
func (c *Carrier) checkGone(ctx context.Context, n platform.Number) error {
	const wayOut = "nothing was done to it; refresh the state, look at the plan, and destroy again"
	there, err := c.Find(ctx, n)
	if err == nil {
		return fmt.Errorf("%s is still in account %s, but as %s instead of %s; %s",
			n.PhoneNumber, there.AccountSID, there.SID, n.SID, wayOut)
	}
	if !errors.Is(err, platform.ErrNotFound) {
		return err
	}
	account, err := c.Elsewhere(ctx, n)
	if err != nil {
		return err
	}
	if account != "" {
		return fmt.Errorf("%s was moved to account %s; %s", n.PhoneNumber, account, wayOut)
	}
	return nil
}

func goneNote(n platform.Number) []string {
	return []string{fmt.Sprintf("Twilio no longer has %s, so there was nothing to do there.", identified(n))}
}

// clear takes off the number what of the wiring is ours and nobody has changed
// since: it is read right before.
func (c *Carrier) clear(ctx context.Context, n platform.Number, ours platform.Values) ([]string, error) {
	live, err := c.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return goneNote(n), nil
	}
	all, notes := clearing(n, ours, reported(n, live))
	if len(all) == 0 {
		return notes, nil // that was the reading back, too
	}
	held, err := c.clearAll(ctx, n, ours, live, all)
	if errors.Is(err, platform.ErrNotFound) {
		return append(notes, goneNote(n)...), nil
	}
	if err != nil {
		return notes, err
	}
	return notes, held
}

// clearAll makes the changes and reads the number back. Where its emergency
// address holds the messaging settings, it makes the others and returns that as
// held.
func (c *Carrier) clearAll(
	ctx context.Context, n platform.Number, ours platform.Values, before *record, all []change,
) (held, err error) {
	doing := "clear the wiring of " + identified(n)
	_, failure := c.update(ctx, n, params(all))
	if failure != nil && !httpapi.IsUnclear(failure) {
		answer, answered := errors.AsType[*httpapi.Error](failure)
		names := messaging(all)
		if !answered || answer.Code != codeAddress || len(names) == 0 ||
			emergencyAddress(before) == "" && !isRegistered(emergencyStatus(before)) {
			return nil, platform.Untouched(explained(doing, failure))
		}
		held = heldError(fmt.Sprintf("clear %s of %s", enumerate(names), identified(n)), emergencyAddress(before), answer)
		if all = withoutMessaging(all); len(all) == 0 {
			return nil, platform.Untouched(held)
		}
		held = platform.Final(held) // the rest is changed
		if _, failure = c.update(ctx, n, params(all)); failure != nil && !httpapi.IsUnclear(failure) {
			return nil, platform.Untouched(explained(doing, failure))
		}
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	live, err := c.fetch(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return nil, err
	}
	if err != nil {
		return nil, changed(doing, httpapi.Unsettled(failure, err))
	}
	if left := uncleared(ours, live, all); len(left) > 0 {
		return nil, changed(doing, orContradiction(failure, left))
	}
	return held, nil
}

// uncleared names the changes after which the number still has what is ours.
func uncleared(ours platform.Values, live *record, all []change) []string {
	var left []string
	for _, ch := range all {
		if value := ch.field.read(live); ch.field.isSet(value) && value == ours[ch.field.Name] {
			left = append(left, ch.field.Name)
		}
	}
	return left
}

// clearing is what of our wiring is to be cleared: all that the number was just
// seen to have still. The notes tell what it has instead.
func clearing(n platform.Number, ours platform.Values, seen platform.Number) ([]change, []string) {
	var all []change
	var notes []string
	newer := map[string]bool{}
	for _, f := range fields {
		value, told := seen.Settings[f.Name]
		newer[f.Name] = f.isSet(value) && value != ours[f.Name]
		switch {
		case !f.Wiring, !f.isSet(ours[f.Name]):
		case newer[f.of]: // the method of a URL that is not ours
		case isSMS(f) && lacksSMS(seen.Capabilities): // Twilio refuses any mention of it
		case newer[f.Name]:
			notes = append(notes, fmt.Sprintf("%s of %s was left as it is: it has changed to another value since.",
				f.Name, n.PhoneNumber))
		case value == ours[f.Name], !told:
			all = append(all, change{field: f, value: f.Default})
		}
	}
	return all, notes
}

// deregister takes the emergency address off the number and waits until the
// emergency services no longer know it.
func (c *Carrier) deregister(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := c.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return goneNote(n), nil
	}
	var failure error
	if address := emergencyAddress(live); address != "" {
		if refusal := refuseAddress(n, address); refusal != nil {
			return nil, platform.Untouched(refusal)
		}
		p := (&update{}).SetEmergencyAddressSid("")
		if _, failure = c.update(ctx, n, p); failure != nil && !httpapi.IsUnclear(failure) {
			return nil, platform.Untouched(explained("deregister the emergency address of "+identified(n), failure))
		}
	}
	return nil, c.awaitUnregistered(ctx, n, failure)
}

// refuseAddress says why the emergency address that the number has now may not
// be taken off it.
func refuseAddress(n platform.Number, address string) *platform.Refusal {
	if n.DeregisterEmergencyAddress && address == knownEmergencyAddress(n) {
		return nil
	}
	seen := n
	seen.Settings = platform.Values{platform.EmergencyAddressSID: address}
	if refusal := refuse(seen); refusal != nil {
		return refusal
	}
	return changedAddress(n, address)
}

// changedAddress refuses to go on with an emergency address that nobody has
// reviewed.
func changedAddress(n platform.Number, address string) *platform.Refusal {
	return &platform.Refusal{
		Summary: fmt.Sprintf("The emergency address of %s has changed", n.PhoneNumber),
		Detail: fmt.Sprintf("It is %s now, which the plan did not show, so it is not deregistered, and the number is not "+
			"released. Refresh the state, look at the plan, and try again.", address),
	}
}

// awaitUnregistered waits for the end of a deregistration, as long as ctx
// lasts. Failure is that of the request for it, if its outcome is unclear.
func (c *Carrier) awaitUnregistered(ctx context.Context, n platform.Number, failure error) error {
	doing := "deregister the emergency address of " + identified(n)
	status := "not looked at yet"
	for ctx.Err() == nil {
		live, err := c.fetch(ctx, n)
		if errors.Is(err, platform.ErrNotFound) {
			return nil
		}
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return changed(doing, httpapi.Unsettled(failure, err))
		}
		status = emergencyStatus(live)
		switch {
		case status == "unregistration-failure":
			return fmt.Errorf("%s: Twilio reports that it failed (%s); try again, or ask Twilio's support", doing, status)
		case emergencyAddress(live) != "" && failure != nil:
			return changed(doing, failure)
		case emergencyAddress(live) == "" && !isRegistered(status):
			return nil
		}
		httpapi.Pause(ctx, c.pollInterval)
	}
	return fmt.Errorf("%s: it is not over yet (%s); the number is still owned, destroy again to go on: %w",
		doing, status, httpapi.Unsettled(failure, ctx.Err()))
}

// isRegistered says that the emergency services know an address, or are being
// told of one or of its end.
func isRegistered(status string) bool {
	switch status {
	case "registered", "pending-registration", "pending-unregistration":
		return true
	}
	return false
}

func emergencyAddress(r *record) string {
	if r.EmergencyAddressSid == nil {
		return ""
	}
	return *r.EmergencyAddressSid
}

func emergencyStatus(r *record) string {
	if r.EmergencyAddressStatus == nil {
		return ""
	}
	return *r.EmergencyAddressStatus
}

// release gives the number up.
func (c *Carrier) release(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := c.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return goneNote(n), nil
	}
	// What state does not know yet: the plan could not see it.
	if refusal := refuse(reported(n, live)); refusal != nil {
		return nil, platform.Untouched(refusal)
	}
	if address := emergencyAddress(live); address != "" {
		return nil, platform.Untouched(changedAddress(n, address))
	}
	if isRegistered(emergencyStatus(live)) {
		if err := c.awaitUnregistered(ctx, n, nil); err != nil {
			return nil, platform.Untouched(err)
		}
	}
	doing := "release " + identified(n)
	failure := c.remove(ctx, n)
	switch {
	case errors.Is(failure, platform.ErrNotFound):
		if err := c.checkGone(ctx, n); err != nil {
			return nil, changed(doing, err)
		}
		return nil, nil
	case failure != nil && !httpapi.IsUnclear(failure):
		return nil, platform.Untouched(c.releaseRefused(ctx, n, doing, failure))
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	_, err = c.fetch(ctx, n)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, changed(doing+" (whether it is released is not known; destroy again to make sure)",
			httpapi.Unsettled(failure, err))
	case failure != nil:
		return nil, changed(doing+" (the number is still there)", failure)
	}
	return nil, fmt.Errorf("%s: Twilio accepted it but still shows the number; destroy again", doing)
}

// releaseRefused explains why Twilio has refused to release the number.
func (c *Carrier) releaseRefused(ctx context.Context, n platform.Number, doing string, failure error) error {
	answer, answered := errors.AsType[*httpapi.Error](failure)
	if answered && answer.Code == codeAddress {
		if live, err := c.fetch(ctx, n); err == nil && emergencyAddress(live) != "" {
			return fmt.Errorf("%s: %w; emergency address %s was registered for it meanwhile: refresh the state, look at the "+
				"plan, and destroy again", doing, failure, emergencyAddress(live))
		}
	}
	return explained(doing, failure)
}
