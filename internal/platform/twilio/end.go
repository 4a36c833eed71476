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
		return c.clear(ctx, n)
	case opDeregister:
		return c.deregister(ctx, n)
	case opRelease:
		return c.release(ctx, n)
	case platform.OpUnwire:
		n.Settings = n.Memory.Wiring
		return c.clear(ctx, n)
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
		return nil, platform.Untouched(explained("read "+identified(n), err))
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

// clear takes the wiring in n's Settings off the number, where nobody has
// changed it since.
func (c *Carrier) clear(ctx context.Context, n platform.Number) ([]string, error) {
	seen := n.Seen
	if seen == nil {
		live, err := c.present(ctx, n)
		if err != nil {
			return nil, err
		}
		if live == nil {
			return goneNote(n), nil
		}
		now := reported(n, live)
		seen = &now
	}
	all, notes := clearing(n, *seen)
	if len(all) == 0 {
		return notes, nil // that was the reading back, too
	}
	doing := "clear the wiring of " + identified(n)
	live, failure := c.update(ctx, n, params(all))
	if failure != nil && !httpapi.IsUnclear(failure) {
		return notes, platform.Untouched(explained(doing, failure))
	}
	if n.Seen != nil && failure == nil && len(uncleared(n, live, all)) == 0 {
		return notes, nil // where many end, the answer is enough: it is the whole number as it is now
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	live, err := c.fetch(ctx, n)
	if errors.Is(err, platform.ErrNotFound) {
		return append(notes, goneNote(n)...), nil
	}
	if err != nil {
		return notes, changed(doing, httpapi.Unsettled(failure, err))
	}
	if left := uncleared(n, live, all); len(left) > 0 {
		return notes, changed(doing, orContradiction(failure, left))
	}
	return notes, nil
}

// uncleared names the changes after which the number still has what n has.
func uncleared(n platform.Number, live *record, all []change) []string {
	var left []string
	for _, ch := range all {
		if value := ch.field.read(live); ch.field.isSet(value) && value == n.Settings[ch.field.Name] {
			left = append(left, ch.field.Name)
		}
	}
	return left
}

// clearing is what of the wiring in n is to be cleared: all that the number was
// seen to have still. The notes tell what it has instead.
func clearing(n, seen platform.Number) ([]change, []string) {
	var all []change
	var notes []string
	newer := map[string]bool{}
	for _, f := range fields {
		ours := n.Settings[f.Name]
		value, told := seen.Settings[f.Name]
		newer[f.Name] = f.isSet(value) && value != ours
		switch {
		case !f.Wiring, !f.isSet(ours):
		case newer[f.of]: // the method of a URL that is not ours
		case isSMS(f) && lacksSMS(seen.Capabilities): // Twilio refuses any mention of it
		case newer[f.Name]:
			notes = append(notes, fmt.Sprintf("%s of %s was left as it is: it has changed to another value since.",
				f.Name, n.PhoneNumber))
		case value == ours, !told:
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
	if n.DeregisterEmergencyAddress && address == n.Settings.String("emergency_address_sid") {
		return nil
	}
	seen := n
	seen.Settings = platform.Values{"emergency_address_sid": address}
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
		Detail: fmt.Sprintf("It is %s now, which the plan of this destroy did not show, so the number is not released. "+
			"Refresh the state, look at the plan, and destroy again.", address),
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
		return nil, platform.Untouched(explained(doing, failure))
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
