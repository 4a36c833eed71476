package fastpath_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/fastpathtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// tally counts the calls that might be answered fast, and those that were.
type tally map[string]*[2]int

func (t tally) option() provider.Option {
	return fastpathtest.Compared(func(call string, fast bool) {
		if t[call] == nil {
			t[call] = &[2]int{}
		}
		t[call][0]++
		if fast {
			t[call][1]++
		}
	})
}

// expectBoth fails unless a good part of the calls was answered fast, and another in the ordinary way: else the test
// compares nothing.
func (t tally) expectBoth(tb testing.TB, call string) {
	tb.Helper()
	all, fast := t[call][0], t[call][1]
	tb.Logf("%s: %d of %d answered fast", call, fast, all)
	if fast*20 < all || (all-fast)*20 < all {
		tb.Errorf("%s: %d of %d answered fast", call, fast, all)
	}
}

func TestCallsForNumbersWithoutChangesAreAnsweredFast(t *testing.T) {
	t.Parallel()
	counts := tally{}
	w := newWorld(t, counts.option())
	numbers := w.own(5)
	clear(counts)
	for _, n := range numbers {
		w.upgrade(w.stored(n.state))
		w.read(n)
		w.validate(n.config)
		w.plan(n)
		n.identity = nil // as an older Terraform has it
		w.read(n)
		w.plan(n)
	}
	want := map[string][2]int{
		"UpgradeResourceState": {5, 5}, "ReadResource": {10, 10}, "ValidateResourceConfig": {5, 5}, "PlanResourceChange": {10, 10},
	}
	for call, count := range want {
		if counts[call] == nil || *counts[call] != count {
			t.Errorf("%s: %v calls and fast answers, want %v", call, counts[call], count)
		}
	}
}

// rounds is how many generated calls of each kind are compared. Each is its seed.
const rounds = 400

func TestFastAnswersToGeneratedValidationsAreTheFrameworks(t *testing.T) {
	t.Parallel()
	counts := tally{}
	w := newWorld(t, counts.option())
	for seed := range uint64(rounds) {
		g := newGenerator(seed)
		w.validate(w.encode(g.vary(w.object, map[string]tftypes.Value{"phone_number": text("+14155550100")}, g.IntN(4))))
	}
	counts.expectBoth(t, "ValidateResourceConfig")
}

func TestFastAnswersToGeneratedPlansAreTheFrameworks(t *testing.T) {
	t.Parallel()
	counts := tally{}
	w := newWorld(t, counts.option())
	quiet := w.own(1)[0]
	for seed := range uint64(rounds) {
		g, n := newGenerator(seed), quiet
		g.known = true
		n.state = w.encode(g.vary(w.object, w.attributes(quiet.state), g.IntN(3)))
		g.known = false
		config := w.attributes(quiet.config)
		if g.chance(50) { // the configuration goes along with the state
			state := w.attributes(n.state)
			for name := range config {
				config[name] = state[name]
			}
		}
		n.config = w.encode(g.vary(w.object, config, g.IntN(3)))
		n.private = g.private(quiet.private)
		in := w
		if !identified(n.private) { // to the provider that has the number already, it would be another instance's
			in = newWorld(t, counts.option())
		}
		in.plan(n)
	}
	counts.expectBoth(t, "PlanResourceChange")
}

func TestFastAnswersToGeneratedCreationsAreTheFrameworks(t *testing.T) {
	t.Parallel()
	counts := tally{}
	w := newWorld(t, counts.option())
	before := w.own(1)[0].private
	clear(counts)
	for seed := range uint64(rounds / 2) {
		g := newGenerator(seed)
		given := map[string]tftypes.Value{"phone_number": text(fmt.Sprintf("+1415557%04d", seed))}
		var private []byte
		if g.chance(30) { // it replaces another
			private = g.private(before)
		}
		resp := w.planCreation(g.vary(w.object, given, g.IntN(6)), g.chance(80), private)
		if planned, err := resp.PlannedState.Unmarshal(w.object); err != nil || planned.IsNull() {
			t.Errorf("seed %d: %v is planned: %v", seed, planned, err)
		}
	}
	if all, fast := counts["PlanResourceChange"][0], counts["PlanResourceChange"][1]; fast*10 < all*9 {
		t.Errorf("%d of %d answered fast", fast, all)
	}
}

func TestFastAnswersToGeneratedReadsAreTheFrameworks(t *testing.T) {
	t.Parallel()
	counts := tally{}
	w := newWorld(t, counts.option(), provider.WithSingleReads())
	quiet := w.own(1)[0]
	for seed := range uint64(rounds) {
		g, n := newGenerator(seed), quiet
		w.sim.Twilio().UpdateNumber("+14155550000", func(at *simulator.TwilioNumber) {
			at.VoiceURL = g.one("https://example.com/voice", "https://example.com/voice", "https://elsewhere.example/")
			at.VoiceMethod = g.one("POST", "POST", "POST", "GET")
			at.FriendlyName = g.one("Line", "Line", "Line", "Other")
		})
		g.known = true
		n.state = w.encode(g.vary(w.object, w.attributes(quiet.state), g.IntN(2)))
		n.private = g.private(quiet.private)
		if g.chance(30) {
			n.identity = nil
		}
		_, err := w.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
			TypeName: typeName, CurrentState: n.state, Private: n.private, CurrentIdentity: n.identity,
		})
		w.must(err, nil)
	}
	counts.expectBoth(t, "ReadResource")
}

func TestFastAnswersToGeneratedUpgradesAreTheFrameworks(t *testing.T) {
	t.Parallel()
	counts := tally{}
	w := newWorld(t, counts.option())
	state := w.attributes(w.own(1)[0].state)
	for seed := range uint64(rounds) {
		g := newGenerator(seed)
		g.known = true
		stored := w.stored(w.encode(g.vary(w.object, state, g.IntN(6))))
		w.upgrade(g.damage(stored))
	}
	counts.expectBoth(t, "UpgradeResourceState")
}

// generator makes values that are more or less fit.
type generator struct {
	*rand.Rand

	known bool // nothing is unknown
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0xfa57))} //nolint:gosec // it is to be repeatable
}

func (g *generator) one(of ...string) string { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// vary is an object in which some attributes are other than given.
func (g *generator) vary(t tftypes.Object, given map[string]tftypes.Value, some int) tftypes.Value {
	varied := maps.Clone(given)
	names := slices.Sorted(maps.Keys(t.AttributeTypes))
	for range some {
		name := names[g.IntN(len(names))]
		varied[name] = g.value(t.AttributeTypes[name])
	}
	return object(t, varied)
}

func (g *generator) value(t tftypes.Type) tftypes.Value {
	switch {
	case g.chance(20):
		return tftypes.NewValue(t, nil)
	case !g.known && g.chance(10):
		return tftypes.NewValue(t, tftypes.UnknownValue)
	}
	switch t := t.(type) {
	case tftypes.Object:
		members := map[string]tftypes.Value{}
		for _, name := range slices.Sorted(maps.Keys(t.AttributeTypes)) {
			if g.chance(30) {
				members[name] = g.value(t.AttributeTypes[name])
			}
		}
		return object(t, members)
	case tftypes.List:
		return tftypes.NewValue(t, g.values(t.ElementType))
	case tftypes.Set:
		return tftypes.NewValue(t, g.values(t.ElementType)[:1])
	case tftypes.Map:
		return tftypes.NewValue(t, map[string]tftypes.Value{"key": g.value(t.ElementType)})
	}
	switch {
	case t.Is(tftypes.Bool):
		return tftypes.NewValue(t, g.chance(50))
	case t.Is(tftypes.Number):
		return tftypes.NewValue(t, big.NewFloat(float64(g.IntN(1000))))
	}
	return text(g.one("https://example.com/voice", "ftp://example.com", "GET", "POST", "voice", "active", "corrupted", "none",
		"nixflex", "twilio", "detach", "release", "true", "", "x", "30m", "adopted", "+14155550000", "+1 (415) 555-0000", "415",
		"AP"+fmt.Sprintf("%032x", 1), "TK"+fmt.Sprintf("%032x", 1), "AC"+fmt.Sprintf("%032x", 1), "é\u2028\"\\\x00"))
}

func (g *generator) values(t tftypes.Type) []tftypes.Value {
	values := []tftypes.Value{}
	for range 1 + g.IntN(3) {
		values = append(values, g.value(t))
	}
	return values
}

// private is private state, mostly as it was.
func (g *generator) private(was []byte) []byte {
	if g.chance(70) {
		return was
	}
	var values map[string][]byte
	_ = json.Unmarshal(was, &values)
	switch g.IntN(5) {
	case 0:
		return nil
	case 1:
		values["other"] = []byte("1")
	case 2:
		values[".import_before_read"] = []byte("true")
	case 3:
		values["memory"] = []byte(g.one(`{"unfinished":"creation"}`, `{"kept":["address_sid"]}`, `{"lost":true}`, `{"new":1}`))
	case 4:
		return bytes.ReplaceAll(was, []byte(":"), []byte(": "))
	}
	changed, _ := json.Marshal(values)
	return changed
}

// identified says whether private state holds the identity of an instance.
func identified(private []byte) bool {
	var values map[string][]byte
	_ = json.Unmarshal(private, &values)
	return bytes.Contains(values["memory"], []byte(`"instance"`))
}

// damage is a stored state, mostly as it was.
func (g *generator) damage(stored []byte) []byte {
	replace := func(what, by string) []byte { return bytes.Replace(stored, []byte(what), []byte(by), 1) }
	switch g.IntN(24) {
	case 0:
		return replace(`"sid":`, `"former":`)
	case 1:
		return replace(`{"account_sid"`, `{"a":1,"account_sid"`)
	case 2:
		return replace(`{"account_sid"`, `{"account_sid":null,"account_sid"`)
	case 3:
		return replace(`"destroy_irreversible":false`, `"destroy_irreversible":"false"`)
	case 4:
		return replace(`"status":"active"`, `"status":1`)
	case 5:
		return replace(`["`, `[1,"`)
	case 6:
		return append(bytes.Clone(stored), "{}"...)
	case 7:
		return []byte("null")
	case 8:
		var values map[string]any
		_ = json.Unmarshal(stored, &values)
		delete(values, "voice_url")
		less, _ := json.Marshal(values)
		return less
	case 9:
		return replace(`,"`, ` , "`)
	case 10:
		return stored[:len(stored)-1]
	}
	return stored
}

// stored is a state as a state file has it.
func (w *world) stored(state *tfprotov6.DynamicValue) []byte {
	w.Helper()
	value, err := state.Unmarshal(w.object)
	w.must(err, nil)
	text, err := json.Marshal(plain(value))
	w.must(err, nil)
	return text
}

func plain(v tftypes.Value) any {
	if v.IsNull() {
		return nil
	}
	switch t := v.Type(); {
	case t.Is(tftypes.Object{}), t.Is(tftypes.Map{}):
		var members map[string]tftypes.Value
		_ = v.As(&members)
		all := map[string]any{}
		for name, member := range members {
			all[name] = plain(member)
		}
		return all
	case t.Is(tftypes.List{}), t.Is(tftypes.Set{}):
		var elements []tftypes.Value
		_ = v.As(&elements)
		all := []any{}
		for _, element := range elements {
			all = append(all, plain(element))
		}
		return all
	case t.Is(tftypes.Bool):
		var flag bool
		_ = v.As(&flag)
		return flag
	case t.Is(tftypes.Number):
		var number big.Float
		_ = v.As(&number)
		return json.Number(number.Text('f', -1))
	}
	var text string
	_ = v.As(&text)
	return text
}
