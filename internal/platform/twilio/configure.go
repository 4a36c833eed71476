package twilio

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// change is a new value for a field; nil clears it.
type change struct {
	field field
	value any
}

// changes are what want asks for and have does not have.
func changes(have, want platform.Number) []change {
	var all []change
	for _, f := range fields {
		value, asked := want.Settings[f.Name]
		if !asked || f.normalized(value) == f.normalized(have.Settings[f.Name]) {
			continue
		}
		if !f.Wiring && value == nil {
			continue // who a number is, no change takes away
		}
		if !f.isSet(value) && isSMS(f) && lacksSMS(have.Capabilities) {
			continue // Twilio refuses any mention of it
		}
		all = append(all, change{field: f, value: f.normalized(value)})
	}
	return all
}

// messagingPrefix begins the names of the messaging settings.
const messagingPrefix = "sms_"

func isSMS(f field) bool { return strings.HasPrefix(f.Name, messagingPrefix) }

func lacksSMS(capabilities []string) bool {
	return len(capabilities) > 0 && !slices.Contains(capabilities, "sms")
}

// unmet names the changes that n does not have, as far as it tells.
func unmet(n platform.Number, all []change) []string {
	var names []string
	for _, ch := range all {
		if value, told := n.Settings[ch.field.Name]; told && ch.field.normalized(value) != ch.value {
			names = append(names, ch.field.Name)
		}
	}
	return names
}

// params are the parameters that carry the changes. A trunk and an application
// take incoming calls from one another, and a value has been seen not to stick
// while the other is set: so the other one is cleared in the same request.
func params(all []change) *update {
	p := &update{}
	for _, ch := range all {
		switch {
		case ch.field.Name == "trunk_sid" && ch.value != nil:
			p.SetVoiceApplicationSid("")
		case ch.field.Name == "voice_application_sid" && ch.value != nil:
			p.SetTrunkSid("")
		}
	}
	for _, ch := range all {
		ch.field.write(p, ch.value)
	}
	return p
}

// Configure is platform.Carrier's. A transfer comes first, then the Messaging
// Service; all else is one request.
func (c *Carrier) Configure(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	losing, err := c.accountOf(have)
	if err != nil {
		return asReported(want, have), err
	}
	gaining, err := c.accountOf(want)
	if err != nil {
		return asReported(want, have), &platform.FieldError{Field: "account_sid", Err: err}
	}
	if err := c.checkService(gaining, want); err != nil {
		return asReported(want, have), err
	}
	if losing != gaining {
		if service := have.Settings.String(membership.Name); service != "" { // a Service is its account's
			if err := c.exit(ctx, have, service); err != nil {
				return asReported(want, have), err
			}
			have = inPool(have, "")
		}
		if have, err = c.transfer(ctx, have, want, gaining); err != nil {
			return asReported(want, have), err
		}
	}
	if have, err = c.settleMembership(ctx, have, want); err != nil {
		return asReported(want, have), err
	}
	_, known := have.Settings[membership.Name]
	service := have.Settings.String(membership.Name)
	if all := changes(have, want); len(all) > 0 {
		have, err = c.change(ctx, have, all)
	}
	if known {
		have = inPool(have, service)
	}
	return asReported(want, have), err
}

// asReported is want with all that Twilio says of have.
func asReported(want, have platform.Number) platform.Number {
	want.SID, want.AccountSID, want.PhoneNumber, want.Carrier = have.SID, have.AccountSID, have.PhoneNumber, kindName
	want.Settings, want.Capabilities, want.Private.Origin = have.Settings, have.Capabilities, have.Private.Origin
	want.Private.EmergencyAddress = have.Private.EmergencyAddress
	return want
}

// change makes the changes to n, and returns n as it is then: with one request
// or, where an emergency address holds the messaging settings, with one for all
// others.
func (c *Carrier) change(ctx context.Context, n platform.Number, all []change) (platform.Number, error) {
	got, failure := c.send(ctx, n, all)
	held, err := c.heldBy(ctx, n, all, failure)
	if err == nil {
		return got, failure
	}
	if free := withoutMessaging(all); len(free) > 0 {
		if got, failure = c.send(ctx, n, free); failure != nil {
			return got, failure
		}
	}
	got.Private.EmergencyAddress = held
	return got, err
}

// send makes the changes to n with one request, and returns n as it is then.
func (c *Carrier) send(ctx context.Context, n platform.Number, all []change) (platform.Number, error) {
	now, err := httpapi.Write[platform.Number]{
		Service: writes, Doing: "configure " + platform.Identified(n), Answers: true,
		Send: func(ctx context.Context) (platform.Number, error) {
			live, err := c.update(ctx, n, params(all))
			if err != nil {
				return n, err
			}
			return reported(n, live), nil
		},
		Refused: func(doing string, failure error) error { return c.reaching(n, explained(doing, failure)) },
		Look:    func(ctx context.Context) (platform.Number, error) { return c.Read(ctx, n) },
		Left:    func(now platform.Number) string { return httpapi.NotShown(unmet(now, all)) },
	}.Do(ctx)
	if now.SID == "" { // nothing was read
		return n, err
	}
	return now, err
}

// transfer moves n to the account that is to gain it, and returns it as that
// account has it. What regulations ask for goes along in the same request,
// since an address and a bundle belong to one account.
func (c *Carrier) transfer(
	ctx context.Context, n, want platform.Number, gaining string,
) (platform.Number, error) {
	all := slices.DeleteFunc(changes(n, want), func(ch change) bool {
		return ch.field.Name != "address_sid" && ch.field.Name != "bundle_sid"
	})
	moved := n
	moved.AccountSID = gaining
	now, err := httpapi.Write[platform.Number]{
		Service: writes, Doing: fmt.Sprintf("transfer %s to account %s", platform.Identified(n), gaining), Answers: true,
		Send: func(ctx context.Context) (platform.Number, error) {
			live, err := c.update(ctx, n, params(all).SetAccountSid(gaining))
			if err != nil {
				return n, err
			}
			return reported(moved, live), nil
		},
		Look: func(ctx context.Context) (platform.Number, error) {
			there, err := c.Find(ctx, moved)
			if errors.Is(err, platform.ErrNotFound) {
				return c.Find(ctx, n)
			}
			return there, err
		},
		Left: func(now platform.Number) string {
			if now.AccountSID != gaining {
				return "it is still where it was"
			}
			return ""
		},
	}.Do(ctx)
	if err != nil {
		return n, err
	}
	return now, nil
}
