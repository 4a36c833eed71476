package nixflex

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// What platform.PrivateState keeps for this package.
const (
	// privateAccount is the account at Twilio that the number was imported from,
	// with whose token Nixflex works on it.
	privateAccount = "twilio_account_sid"
	// privateSettings are the settings, as JSON, of a record that was deleted to
	// be imported again.
	privateSettings = "settings"
)

// withPrivate is what private state keeps of n here, with one more value.
func withPrivate(n platform.Number, name string, value any) platform.Values {
	memory := platform.Values{}
	maps.Copy(memory, n.Private.Platform)
	memory[name] = value
	return memory
}

// importedFrom is the account at Twilio that the number was imported from.
func importedFrom(n platform.Number) string {
	return cmp.Or(n.Private.Platform.String(privateAccount), n.AccountSID)
}

// credentialsFor finds the credentials that Nixflex needs to import n. A token
// opens the account that it belongs to, and an API key none at Nixflex.
func (p *Platform) credentialsFor(n platform.Number) (credentials, error) {
	if carrierOf(n) == externalName {
		return credentialsAtTelnyx(n)
	}
	owner := cmp.Or(n.AccountSID, p.twilioSID)
	if own := n.Block.String(token); own != "" {
		return credentials{TwilioSID: owner, TwilioToken: own}, nil
	}
	why := ""
	switch {
	case p.twilioToken == "":
		why = "set " + token + ", or auth_token in the provider's twilio block (or TWILIO_AUTH_TOKEN) instead of an " +
			"API key, which does not do for Nixflex"
	case owner != p.twilioSID:
		why = fmt.Sprintf("the number is in account %s, and auth_token in the provider's twilio block belongs to %s; "+
			"set %s to the auth token of %s", owner, p.twilioSID, token, owner)
	default:
		return credentials{TwilioSID: owner, TwilioToken: p.twilioToken}, nil
	}
	return credentials{}, &platform.FieldError{
		Field: kindName + "." + token,
		Err:   fmt.Errorf("an import needs the auth token of the Twilio account that owns the number: %s", why),
	}
}

// credentialsAtTelnyx are those that n brings along.
func credentialsAtTelnyx(n platform.Number) (credentials, error) {
	for field, what := range map[string]string{telnyxKey: "the API key", connectionID: "the connection"} {
		if n.Block.String(field) == "" {
			return credentials{}, &platform.FieldError{
				Field: kindName + "." + field,
				Err: fmt.Errorf("an import needs %s of the Telnyx account that owns the number: set %s, and %s with it", what,
					telnyxKey, connectionID),
			}
		}
	}
	return credentials{TelnyxAPIKey: n.Block.String(telnyxKey), TelnyxConnectionID: n.Block.String(connectionID)}, nil
}

// withoutToken is n without what may reach neither state nor plan.
func withoutToken(n platform.Number) platform.Number {
	n.Block = maps.Clone(n.Block)
	delete(n.Block, token)
	delete(n.Block, telnyxKey)
	return n
}

// register makes the record as want has it, from whatever is there. It imports
// the number anew, after a deletion if need be, unless its record has the agent
// and the credentials and Twilio still routes the number to Nixflex.
func (p *Platform) register(ctx context.Context, have, want platform.Number) (platform.Number, error) {
	have = withoutToken(have)
	live, err := p.api.find(ctx, want.PhoneNumber, "")
	deleted := false
	switch {
	case errors.Is(err, platform.ErrNotFound), errors.Is(err, errCutOff): // the import will tell
	case err != nil:
		return have, explained("read "+want.PhoneNumber, err)
	case live.agentID == want.Block[agentID] && reregisters(have, want) == "" && routed(have):
		return p.complete(ctx, want, live)
	default:
		want.Private.Platform = withPrivateSettings(want, live)
		have.Private.Platform = want.Private.Platform
		if err := p.remove(ctx, want); err != nil {
			if !errors.Is(err, platform.ErrUntouched) {
				have = halfway(have, err)
			}
			return have, err
		}
		deleted = true
	}
	if live, err = p.importNumber(ctx, want); err != nil {
		if deleted {
			have = halfway(have, err)
		}
		return have, err
	}
	want.Private.Platform = withPrivate(want, privateAccount, want.AccountSID)
	return p.complete(ctx, want, live)
}

// complete gives a record that has its agent the settings that it lacks: those
// that want has, and those that a record before it had.
func (p *Platform) complete(ctx context.Context, want platform.Number, live *record) (platform.Number, error) {
	got := reported(want, live)
	for _, name := range []string{tokenVersion, connectionID, keyVersion} { // which Nixflex does not report
		got.Block[name] = want.Block[name]
	}
	err := p.change(ctx, want, unmet(live, wanted(want)))
	if err == nil {
		got.Block[customPrompt] = want.Block[customPrompt]
		got.Notes, err = p.restore(ctx, want)
	}
	if err != nil {
		return halfway(got, err), err
	}
	got.Private.Platform = platform.Values{privateAccount: importedFrom(want)}
	return got, nil
}

// restore gives a record the settings of the one before it. The notes tell of
// those that Nixflex refuses to take back: trying again would not help.
func (p *Platform) restore(ctx context.Context, want platform.Number) (notes []string, err error) {
	before, err := settingsInPrivate(want)
	if err != nil || len(before) == 0 {
		return nil, err
	}
	// The answer to an import may leave out what the list has.
	live, err := p.api.find(ctx, want.PhoneNumber, want.Block.String(agentID))
	if err != nil {
		return nil, explained("read "+want.PhoneNumber, err)
	}
	missing := unmet(live, before)
	err = p.change(ctx, want, missing)
	if answer, ok := errors.AsType[*httpapi.Error](err); ok && answer.Status == http.StatusBadRequest {
		return []string{fmt.Sprintf("%s was imported anew, and Nixflex did not take back what it had before in %s; set "+
			"that there again: %s.", want.PhoneNumber, missing.names(), platform.Brief(err))}, nil
	}
	return nil, err
}

// halfway is a number whose import stopped half-way.
func halfway(n platform.Number, err error) platform.Number {
	return platform.HalfImported(n, Kind.Title, err)
}

// importNumber imports the number, or finds it imported for its agent already.
func (p *Platform) importNumber(ctx context.Context, n platform.Number) (*record, error) {
	owner, err := p.credentialsFor(n)
	if err != nil {
		return nil, err
	}
	agent := n.Block.String(agentID)
	from := "account " + owner.TwilioSID + " at Twilio"
	if carrierOf(n) == externalName {
		from = "connection " + owner.TelnyxConnectionID + " at Telnyx"
	}
	return httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("import %s from %s for agent %s", n.PhoneNumber, from, agent), Answers: true,
		MayBeDone: func(failure error) bool { return says(failure, codeAlreadyImported) },
		Send: func(ctx context.Context) (*record, error) {
			return p.api.importNumber(ctx, importBody{
				PhoneNumber: n.PhoneNumber, AgentID: agent, credentials: owner, CustomPrompt: n.Block.String(customPrompt),
			})
		},
		Look: func(ctx context.Context) (*record, error) { return p.api.find(ctx, n.PhoneNumber, agent) },
		Left: func(now *record) string {
			if now.agentID != agent {
				return fmt.Sprintf("it has agent %q there by now", now.agentID)
			}
			return ""
		},
	}.Do(ctx)
}

// wanted are the settings that the resource manages.
func wanted(n platform.Number) settings {
	return settings{customPrompt: n.Block[customPrompt]}
}

// withPrivateSettings is the same with the settings of the record that is to
// be deleted, but for what the resource manages and what is not set.
func withPrivateSettings(n platform.Number, live *record) platform.Values {
	set := maps.Clone(live.settings)
	delete(set, customPrompt)
	maps.DeleteFunc(set, func(_ string, value any) bool { return value == nil })
	if len(set) == 0 {
		return n.Private.Platform
	}
	text, err := json.Marshal(set)
	if err != nil {
		panic(err) // it came from JSON
	}
	return withPrivate(n, privateSettings, string(text))
}

func settingsInPrivate(n platform.Number) (settings, error) {
	text := n.Private.Platform.String(privateSettings)
	if text == "" {
		return nil, nil
	}
	var set settings
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, fmt.Errorf("read from private state the settings that %s had: %w", n.PhoneNumber, err)
	}
	return set, nil
}

// unmet are those of the settings that the record does not show.
func unmet(r *record, all settings) settings {
	missing := settings{}
	for name, value := range all {
		if !reflect.DeepEqual(r.settings[name], value) {
			missing[name] = value
		}
	}
	return missing
}

// change makes the changes to the number's settings with one request. An answer
// need not report all that was changed.
func (p *Platform) change(ctx context.Context, n platform.Number, changes settings) error {
	if len(changes) == 0 {
		return nil
	}
	_, err := httpapi.Write[*record]{
		Service: writes, Doing: fmt.Sprintf("set %s of %s", changes.names(), n.PhoneNumber), Answers: true,
		Send: func(ctx context.Context) (*record, error) { return p.api.update(ctx, n.PhoneNumber, changes) },
		Look: func(ctx context.Context) (*record, error) {
			return p.api.find(ctx, n.PhoneNumber, n.Block.String(agentID))
		},
		Left: func(now *record) string {
			return httpapi.NotShown(slices.Sorted(maps.Keys(unmet(now, now.among(changes)))))
		},
		Hides: func(now *record) bool { return len(now.among(changes)) < len(changes) },
	}.Do(ctx)
	return err
}

// webhookDomain is where Nixflex's webhooks are, as far as the Nixflex SDK
// shows one: https://api.nixflex.com/telnyx-voice.
const webhookDomain = "nixflex.com"

// routed says that Twilio routes the number to Nixflex, as far as its settings
// tell. Nixflex does not list the addresses of its webhooks, so they are known
// by the host; after an attach they must also be as they were then.
//
// Of another carrier nothing can be seen, so its numbers count as routed.
func routed(n platform.Number) bool {
	if carrierOf(n) == externalName {
		return true
	}
	u, err := url.Parse(n.Settings.String("voice_url"))
	if err != nil || u.Hostname() != webhookDomain && !strings.HasSuffix(u.Hostname(), "."+webhookDomain) {
		return false
	}
	for _, name := range Kind.Wires {
		if n.Private.Wiring != nil && n.Settings[name] != n.Private.Wiring[name] {
			return false
		}
	}
	return true
}
