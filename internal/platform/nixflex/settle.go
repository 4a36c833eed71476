package nixflex

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// What platform.Memory keeps for this package.
const (
	// memoryAccount is the account at Twilio that the number was imported from,
	// with whose token Nixflex works on it.
	memoryAccount = "twilio_account_sid"
	// memorySettings are the settings, as JSON, of a record that was deleted to
	// be imported again.
	memorySettings = "settings"
)

// remembering is n's memory with one more value.
func remembering(n platform.Number, name string, value any) platform.Values {
	memory := platform.Values{}
	maps.Copy(memory, n.Memory.Platform)
	memory[name] = value
	return memory
}

// importedFrom is the account at Twilio that the number was imported from.
func importedFrom(n platform.Number) string {
	return cmp.Or(n.Memory.Platform.String(memoryAccount), n.AccountSID)
}

// credentials are those of the account at Twilio that owns a number.
type credentials struct{ sid, token string }

// credentialsFor finds the credentials that Nixflex needs to import n. A token
// opens the account that it belongs to, and an API key none at Nixflex.
func (p *Platform) credentialsFor(n platform.Number) (credentials, error) {
	owner := cmp.Or(n.AccountSID, p.twilioSID)
	if own := n.Block.String(token); own != "" {
		return credentials{owner, own}, nil
	}
	why := ""
	switch {
	case p.twilioToken == "":
		why = "neither " + token + " nor auth_token in the provider's twilio block (or TWILIO_AUTH_TOKEN) is set; " +
			"an API key is not enough for Nixflex"
	case owner != p.twilioSID:
		why = fmt.Sprintf("the number is in account %s, and auth_token in the provider's twilio block belongs to %s; "+
			"set %s to the auth token of %s", owner, p.twilioSID, token, owner)
	default:
		return credentials{owner, p.twilioToken}, nil
	}
	return credentials{}, &platform.FieldError{
		Field: kindName + "." + token,
		Err:   fmt.Errorf("Nixflex imports a number with the auth token of the Twilio account that owns it: %s", why),
	}
}

// withoutToken is n without what may reach neither state nor plan.
func withoutToken(n platform.Number) platform.Number {
	n.Block = maps.Clone(n.Block)
	delete(n.Block, token)
	return n
}

// settle makes the record as want has it, from whatever is there. It imports
// the number anew, after a deletion if need be, unless its record has the agent
// and the credentials and Twilio still routes the number to Nixflex.
func (p *Platform) settle(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	have = withoutToken(have)
	live, err := p.api.find(ctx, want.PhoneNumber, "")
	switch {
	case errors.Is(err, platform.ErrNotFound), errors.Is(err, errCutOff): // the import will tell
		return p.register(ctx, have, want)
	case err != nil:
		return have, explained("read "+want.PhoneNumber, err)
	case live.agentID == want.Block[agentID] && reregisters(have, want) == "" && routed(have):
		return p.complete(ctx, want, live)
	}
	if want.Memory.Platform, err = rememberingSettings(want, live); err != nil {
		return have, err
	}
	if err := p.remove(ctx, want); err != nil {
		return have, err
	}
	have.Memory.Platform = want.Memory.Platform
	got, err := p.register(ctx, have, want)
	if err != nil {
		got = halfway(got, err)
	}
	return got, err
}

// register imports the number, which has no record.
func (p *Platform) register(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	live, err := p.importNumber(ctx, want)
	if err != nil {
		return have, err
	}
	want.Memory.Platform = remembering(want, memoryAccount, want.AccountSID)
	if !tellsAll(live) {
		if live, err = p.api.find(ctx, want.PhoneNumber, live.agentID); err != nil {
			return halfway(withoutToken(want), err), explained("read what was imported of "+want.PhoneNumber, err)
		}
	}
	return p.complete(ctx, want, live)
}

// complete gives a record that has its agent the settings that it lacks: those
// that want has, and those that an earlier record had.
func (p *Platform) complete(ctx context.Context, want platform.Number, live *record) (platform.Number, error) {
	settled := reported(want, live)
	settled.Block[tokenVersion] = want.Block[tokenVersion]
	live, err := p.change(ctx, want, live, wanted(want))
	if err != nil {
		return halfway(settled, err), err
	}
	earlier := settings{}
	if text := want.Memory.Platform.String(memorySettings); text != "" {
		if err := json.Unmarshal([]byte(text), &earlier); err != nil {
			return halfway(settled, err), fmt.Errorf("read the settings that %s had: %w", want.PhoneNumber, err)
		}
	}
	if live, err = p.change(ctx, want, live, earlier); err != nil {
		// A failure is told once; it can't stand in the way of every apply.
		settled.Memory.Platform = platform.Values{memoryAccount: importedFrom(want)}
		return settled, fmt.Errorf("%w; %s is routed, but these settings that it had at Nixflex are lost, set them there "+
			"again: %s", err, want.PhoneNumber, strings.Join(slices.Sorted(maps.Keys(earlier)), ", "))
	}
	got := reported(withoutToken(want), live)
	got.Memory.Platform = platform.Values{memoryAccount: importedFrom(want)}
	return got, nil
}

// halfway is a number whose import stopped half-way.
func halfway(n platform.Number, err error) platform.Number {
	if n.Memory.Unfinished == "" {
		n.Memory.Unfinished = platform.Attach
	}
	n.Memory.Detail = err.Error()
	n.Status = platform.Corrupted
	n.StatusReason = fmt.Sprintf("The import of %s into Nixflex stopped half-way (%v); an apply completes it.",
		n.PhoneNumber, err)
	return n
}

// importNumber imports the number, or finds it imported for its agent already.
func (p *Platform) importNumber(ctx context.Context, n platform.Number) (*record, error) {
	twilio, err := p.credentialsFor(n)
	if err != nil {
		return nil, err
	}
	agent := n.Block.String(agentID)
	doing := fmt.Sprintf("import %s from account %s at Twilio for agent %s", n.PhoneNumber, twilio.sid, agent)
	live, failure := p.api.importNumber(ctx, importBody{
		PhoneNumber: n.PhoneNumber, AgentID: agent, TwilioSID: twilio.sid, TwilioToken: twilio.token,
		CustomPrompt: n.Block.String(customPrompt),
	})
	taken := says(failure, codeAlreadyImported)
	switch {
	case failure == nil && live.agentID == agent:
		return live, nil
	case failure != nil && !taken && !isUnclear(failure):
		return nil, explained(doing, failure)
	}
	ctx, cancel := settling(ctx)
	defer cancel()
	live, err = p.api.find(ctx, n.PhoneNumber, agent)
	switch {
	case err == nil && live.agentID == agent:
		return live, nil
	case err == nil:
		return nil, changed(fmt.Sprintf("%s (it has agent %q there by now; apply again)", doing, live.agentID), failure)
	case taken:
		return nil, explained(doing, failure)
	case errors.Is(err, platform.ErrNotFound):
		return nil, changed(doing+" (Nixflex does not list it; apply again)", failure)
	}
	return nil, changed(doing+" (whether it took effect is not known; apply again)", both(failure, err))
}

// wanted are the settings that the resource manages.
func wanted(n platform.Number) settings {
	return settings{customPrompt: n.Block[customPrompt]}
}

// tellsAll says that the record reports all that a record can.
func tellsAll(r *record) bool {
	for _, name := range settingNames {
		if _, told := r.settings[name]; !told {
			return false
		}
	}
	return true
}

// rememberingSettings is n's memory with the settings of the record that is to
// be deleted. Those that are not set come with any record.
func rememberingSettings(n platform.Number, live *record) (platform.Values, error) {
	set := maps.Clone(live.settings)
	delete(set, customPrompt)
	maps.DeleteFunc(set, func(_ string, value any) bool { return value == nil })
	if len(set) == 0 {
		return n.Memory.Platform, nil // perhaps with those of a record before it
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	return remembering(n, memorySettings, string(text)), nil
}

// unmet are those of the settings that the record does not show. Where it does
// not report one, that counts as not set.
func unmet(r *record, all settings) settings {
	missing := settings{}
	for name, value := range all {
		if !reflect.DeepEqual(r.settings[name], value) {
			missing[name] = value
		}
	}
	return missing
}

// change gives the record the settings that it lacks, with one request, and
// returns it as it is then.
func (p *Platform) change(ctx context.Context, n platform.Number, live *record, all settings) (*record, error) {
	changes := unmet(live, all)
	if len(changes) == 0 {
		return live, nil
	}
	names := strings.Join(slices.Sorted(maps.Keys(changes)), ", ")
	doing := fmt.Sprintf("set %s of %s", names, n.PhoneNumber)
	changed_, failure := p.api.update(ctx, n.PhoneNumber, changes)
	_ = changed_
	_ = doing
	_ = failure
	return nil, nil
}

// routed says that Twilio routes the number to Nixflex, as far as its settings
// tell. Nixflex does not document the addresses of its webhooks, so they are
// known by the host; after an attach they must be as they were then.
func routed(n platform.Number) bool {
	u, err := url.Parse(n.Settings.String("voice_url"))
	if err != nil || u.Hostname() != webhookDomain && !strings.HasSuffix(u.Hostname(), "."+webhookDomain) {
		return false
	}
	for _, name := range Kind.Wires {
		if n.Memory.Wiring != nil && n.Settings[name] != n.Memory.Wiring[name] {
			return false
		}
	}
	return true
}
