package twilio

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Do is platform.Service's. A number is read right before it is written, and right
// after.
func (c *Carrier) Do(ctx context.Context, n platform.Number, s platform.Step) ([]string, error) {
	switch s.Op {
	case opClear:
		return c.clear(ctx, n, leavings(n))
	case platform.OpDeregister:
		return c.deregister(ctx, n)
	case opRelease:
		return c.release(ctx, n)
	case platform.OpUnwire:
		return c.clear(ctx, n, unwired(n))
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
		return nil, platform.Untouched(c.reaching(n, explained("read "+platform.Identified(n), err)))
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

// unwired are the settings that the platform gave n, each to be cleared.
func unwired(n platform.Number) []leaving {
	var all []leaving
	for _, f := range fields {
		if gave := n.Private.Wiring[f.Name]; f.isSet(gave) {
			all = append(all, leaving{field: f, gave: gave, after: f.Default, routed: true})
		}
	}
	return all
}

// clear gives the number what is left of its wiring after us, where nobody has
// changed it since: it is read right before.
func (c *Carrier) clear(ctx context.Context, n platform.Number, all []leaving) ([]string, error) {
	live, err := c.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return platform.GoneNote("Twilio", platform.Identified(n)), nil
	}
	seen := reported(n, live)
	seen.Private.Foreign = nil // which was seen before
	if seen, err = c.seenInPool(ctx, n, all, seen); err != nil {
		return nil, platform.Untouched(err)
	}
	all, notes := leaveForeign(n, all, seen)
	of := slices.IndexFunc(all, func(l leaving) bool { return l.field.Apart })
	if of >= 0 {
		more, err := c.leavePool(ctx, n, all[of])
		if notes = append(notes, more...); err != nil {
			return notes, err
		}
		all = slices.Delete(all, of, of+1)
	}
	if len(all) == 0 {
		return notes, nil // that was the reading back, too
	}
	more, held, err := c.clearAll(ctx, n, live, all)
	notes = append(notes, more...)
	if of >= 0 && err != nil {
		err = platform.Final(err) // the pool is left
	}
	if errors.Is(err, platform.ErrNotFound) {
		return append(notes, platform.GoneNote("Twilio", platform.Identified(n))...), nil
	}
	if err != nil {
		return notes, err
	}
	return notes, held
}

// seenInPool is seen with the pool in which it is, as far as it matters to the
// leavings: that is read right before, too.
func (c *Carrier) seenInPool(ctx context.Context, n platform.Number, all []leaving, seen platform.Number) (platform.Number, error) {
	for _, l := range all {
		if !l.field.Apart {
			continue
		}
		for _, value := range []any{l.gave, l.after} {
			service, _ := value.(string)
			if service == "" {
				continue
			}
			in, err := c.isMember(ctx, n, service)
			if err != nil {
				return seen, explained("read the Messaging Service of "+platform.Identified(n), err)
			}
			if in {
				return inPool(seen, service), nil
			}
		}
		seen = inPool(seen, "")
	}
	return seen, nil
}

// leavePool takes n out of the pool that it was put into, and puts it back into the
// one in which it was found. A Service that is gone, or has lost it to another one, is
// noted; where it refuses the number for now, that is back where it was.
func (c *Carrier) leavePool(ctx context.Context, n platform.Number, l leaving) ([]string, error) {
	from, _ := l.gave.(string)
	if from != "" {
		if err := c.exit(ctx, n, from); err != nil {
			return nil, err
		}
	}
	to, _ := l.after.(string)
	if to == "" {
		return nil, nil
	}
	err := c.enter(ctx, n, to)
	answer, answered := errors.AsType[*httpapi.Error](err)
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(err, errNoService), answered && answer.Code == codeMemberOfAnother:
		return []string{fmt.Sprintf("%s of %s was cleared and not put back to %q: %v", l.field.Name, n.PhoneNumber, to, err)}, nil
	case from != "":
		err = c.reenter(ctx, n, from, err)
	}
	return nil, fmt.Errorf("%w; destroy again, or apply restore_on_detach = false first to leave it in no pool", err)
}

// clearAll makes the changes and reads the number back. Where its emergency
// address holds the messaging settings, it makes the others and returns that as
// held. An old value that Twilio refuses by now is cleared instead, with a note.
func (c *Carrier) clearAll(
	ctx context.Context, n platform.Number, before *record, all []leaving,
) (notes []string, held, err error) {
	for {
		var failure error
		after, err := httpapi.Write[*record]{
			Service: writes, Doing: "clear the wiring of " + platform.Identified(n),
			Send: func(ctx context.Context) (*record, error) {
				failure = c.leave(ctx, n, all)
				return nil, failure
			},
			Look: func(ctx context.Context) (*record, error) {
				after, err := c.fetch(ctx, n)
				if errors.Is(err, platform.ErrNotFound) {
					return nil, nil
				}
				return after, err
			},
			Left: func(now *record) string {
				if now == nil {
					return ""
				}
				return httpapi.NotShown(unchangedBy(all, reported(n, before), reported(n, now)))
			},
		}.Do(ctx)
		switch {
		case err == nil && after == nil:
			return notes, nil, platform.ErrNotFound
		case err == nil:
			return notes, held, nil
		case !errors.Is(err, platform.ErrUntouched):
			return notes, nil, err
		}
		answer, answered := errors.AsType[*httpapi.Error](failure)
		names := messaging(asChanges(all))
		switch lesser := withoutOldest(all); {
		case answered && answer.Code == codeAddress && len(names) > 0 && held == nil &&
			(emergencyAddress(before) != "" || isRegistered(emergencyStatus(before))):
			held = heldError(fmt.Sprintf("clear %s of %s", platform.Enumerate(names), platform.Identified(n)), emergencyAddress(before), answer)
			all = slices.DeleteFunc(slices.Clone(all), func(l leaving) bool { return isSMS(l.field) })
			if len(all) == 0 {
				return notes, nil, platform.Untouched(held)
			}
			held = platform.Final(held) // the rest is changed
		case answered && lesser != nil:
			for i, l := range all {
				if l.after != lesser[i].after {
					notes = append(notes, fmt.Sprintf("%s of %s was cleared and not put back to %q: %v",
						l.field.Name, n.PhoneNumber, fmt.Sprint(l.after), failure))
				}
			}
			all = lesser
		default:
			return notes, nil, err
		}
	}
}

// leave sends what the settings shall have after us.
func (c *Carrier) leave(ctx context.Context, n platform.Number, all []leaving) error {
	_, err := c.update(ctx, n, params(asChanges(all)))
	return err
}

func asChanges(all []leaving) []change {
	changes := make([]change, 0, len(all))
	for _, l := range all {
		changes = append(changes, change{field: l.field, value: l.after})
	}
	return changes
}

// withoutOldest is all without the old values that may be gone by now: first the
// identifiers of what else is in the account, then every one; nil: there are none.
func withoutOldest(all []leaving) []leaving {
	isOld := func(l leaving) bool { return l.field.isSet(l.after) }
	isIdentifier := func(l leaving) bool { return isOld(l) && l.field.Pattern != nil }
	drop := isIdentifier
	if !slices.ContainsFunc(all, drop) {
		drop = isOld
	}
	if !slices.ContainsFunc(all, drop) {
		return nil
	}
	lesser := slices.Clone(all)
	for i := range lesser {
		if drop(lesser[i]) {
			lesser[i].after = lesser[i].field.Default
		}
	}
	return lesser
}

// unchangedBy names the settings that a write was to change and that are as before.
func unchangedBy(all []leaving, before, after platform.Number) []string {
	var left []string
	for _, l := range all {
		was, is := l.field.normalized(before.Settings[l.field.Name]), l.field.normalized(after.Settings[l.field.Name])
		if is == was && is != l.after {
			left = append(left, l.field.Name)
		}
	}
	return left
}

// leaveForeign keeps of all what the number was just seen to have still as it was
// given. The notes tell what it has instead.
func leaveForeign(n platform.Number, all []leaving, seen platform.Number) (keep []leaving, notes []string) {
	leave := func(l leaving, why string) {
		notes = append(notes, fmt.Sprintf("%s of %s was left as it is: %s.", l.field.Name, n.PhoneNumber, why))
	}
	for _, l := range all {
		value, told := seen.Settings[l.field.Name]
		is := l.field.normalized(value)
		switch {
		case told && is == l.after, !told && l.gave == l.after:
		case anyForeign(all, seen, l.field.of): // the method of a URL that is not ours
		case isSMS(l.field) && lacksSMS(seen.Capabilities): // Twilio refuses any mention of it
		case !told, is == l.gave, (l.routed || l.field.Apart) && !l.field.isSet(value): // else a step that was cut short stays undone
			keep = append(keep, l)
		default:
			leave(l, "it has changed to another value since")
		}
	}
	for _, f := range fields { // Twilio clears no URL whose fallback stays
		cleared := func(l leaving) bool { return l.field.Name == f.Name && !f.isSet(l.after) }
		if len(f.Requires) == 0 || !f.isSet(seen.Settings[f.Name]) || slices.ContainsFunc(keep, cleared) {
			continue
		}
		keep = slices.DeleteFunc(keep, func(l leaving) bool {
			needed := slices.Contains(f.Requires, l.field.Name) && !l.field.isSet(l.after)
			if needed {
				leave(l, f.Name+" needs it, which somebody else has set")
			}
			return needed
		})
	}
	return keep, notes
}

// deregister takes the emergency address off the number and waits until the
// emergency services no longer know it.
func (c *Carrier) deregister(ctx context.Context, n platform.Number) ([]string, error) {
	live, err := c.present(ctx, n)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return platform.GoneNote("Twilio", platform.Identified(n)), nil
	}
	var failure error
	if address := emergencyAddress(live); address != "" {
		if refusal := refuseAddress(n, address); refusal != nil {
			return nil, platform.Untouched(refusal)
		}
		p := (&update{}).SetEmergencyAddressSid("")
		if _, failure = c.update(ctx, n, p); failure != nil && !httpapi.IsUnclear(failure) {
			return nil, platform.Untouched(explained("deregister the emergency address of "+platform.Identified(n), failure))
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
// lasts, which is why it is no httpapi.Write. Failure is that of the request for it, if its outcome is unclear.
func (c *Carrier) awaitUnregistered(ctx context.Context, n platform.Number, failure error) error {
	doing := "deregister the emergency address of " + platform.Identified(n)
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
		return platform.GoneNote("Twilio", platform.Identified(n)), nil
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
	return nil, httpapi.Deletion{
		Service: writes, Doing: "release " + platform.Identified(n),
		Send: func(ctx context.Context) error {
			failure := c.remove(ctx, n)
			if !errors.Is(failure, platform.ErrNotFound) {
				return failure
			}
			if err := c.checkGone(ctx, n); err != nil {
				return platform.Final(err)
			}
			return nil
		},
		Refused: func(doing string, failure error) error { return c.releaseRefused(ctx, n, doing, failure) },
		Look: func(ctx context.Context) error {
			_, err := c.fetch(ctx, n)
			return err
		},
	}.Do(ctx)
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
