package phonenumber_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/cases"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// chapter is one change in the life of a number, which something can cut short.
type chapter struct {
	rules []simulator.Option
	seed  func(*acctest.Simulation)
	// before and after are the arguments of the resource; empty: it does not
	// exist.
	before, after string
	// spoil happens between the two.
	spoil func(*acctest.Simulation)
	// searches says that a search finds the number that is bought.
	searches bool
	// mayEnd is another end that is as good, if there is one; the argument is the
	// undisturbed one.
	mayEnd func(string) string
}

// chapters are all changes: every creation, every update and every end.
func chapters() map[string]chapter {
	all := map[string]chapter{}
	resource := func(action, block string) string {
		return fmt.Sprintf("phone_number = %q\nrelease_on_destroy = %q\n%s\n", number, action, block)
	}
	purchases := map[origin]string{adopted: "", bought: "purchase {}\n"}
	for name, home := range homes() {
		for _, from := range home.from {
			purchase, ok := purchases[from]
			if !ok {
				continue
			}
			seed := func(sim *acctest.Simulation) { home.seed(sim, from) }
			detached := resource("detach", home.block+"\n"+purchase)
			all[fmt.Sprintf("create/%s/%s", name, from)] = chapter{seed: seed, after: detached, mayEnd: inDoubtBought}
			for action, end := range home.ends {
				if end.refused == "" {
					before := resource(action, home.block+"\n"+purchase)
					all[fmt.Sprintf("end/%s/%s/%s", name, from, action)] = chapter{seed: seed, before: before}
				}
			}
			if from == bought && name != "dialnexa" { // which sells no number that a search has found
				found := home.block + "\npurchase {\n country = \"US\"\n}\n"
				all[fmt.Sprintf("create/%s/by search", name)] = chapter{seed: seed, after: found, searches: true}
			}
		}
	}
	for from, before := range stations() {
		for to, after := range stations() {
			if from != to {
				all[fmt.Sprintf("move/%s to %s", from, to)] = chapter{
					seed: seedStations, before: resource("release", before), after: resource("release", after),
				}
			}
		}
	}
	maps.Copy(all, changes())
	maps.Copy(all, otherDialNexa())
	maps.Copy(all, memberships())
	return all
}

// memberships are the chapters about the sender pools of Messaging Services.
func memberships() map[string]chapter {
	const one, two = "MG0000000000000000000000000000aaaa", "MG0000000000000000000000000000bbbb"
	in := func(service, more string) string {
		return fmt.Sprintf("phone_number = %q\nmessaging_service_sid = %q\n%s\n", number, service, more)
	}
	found := func(service string) func(*acctest.Simulation) {
		return func(sim *acctest.Simulation) {
			for _, sid := range []string{one, two} {
				sim.Twilio().AddService(simulator.TwilioService{SID: sid, InboundRequestURL: theirsURL})
			}
			owned(sim, simulator.TwilioNumber{MessagingServiceSID: service})
		}
	}
	return map[string]chapter{
		"create/out of a pool into another": {seed: found(two), after: in(one, "")},
		"update/out of a pool into another": {seed: found(""), before: in(one, ""), after: in(two, "")},
		"update/out of a pool":              {seed: found(""), before: in(one, ""), after: fmt.Sprintf("phone_number = %q\n", number)},
		"end/in a pool":                     {seed: found(""), before: in(one, "")},
		"end/back into a pool":              {seed: found(two), before: in(one, "restore_on_detach = true")},
		"end/released out of a pool":        {seed: found(""), before: in(one, "release_on_destroy = \"release\"")},
	}
}

// inDoubtBought is the end of a number from another carrier whose import at
// Synthflow nobody remembers: it counts as bought there, since nothing tells.
func inDoubtBought(undisturbed string) string {
	return strings.Replace(undisturbed, "on synthflow of external", "on synthflow of synthflow", 1)
}

// changes are the updates that leave a number where it is.
func changes() map[string]chapter {
	at := func(block string) string { return fmt.Sprintf("phone_number = %q\n%s\n", number, block) }
	return map[string]chapter{
		"update/wiring": {
			seed:   seedStations,
			before: at(stations()["none"]),
			after:  at("voice_url = \"https://example.com/other\"\nsms_url = \"https://example.com/sms\""),
		},
		"update/agent at nixflex": {
			seed:   seedStations,
			before: at("nixflex {\n" + nixflexAgent(nixflexSupport) + "custom_prompt = \"Hello\"\n}"),
			after:  at("nixflex {\n" + nixflexAgent(nixflexSales) + "custom_prompt = \"Hi\"\n}"),
		},
		"update/agent at resemble": {
			seed:   seedStations,
			before: at("resemble {\n" + resembleBlock("Support", resembleSupport) + "}"),
			after:  at("resemble {\n" + resembleBlock("Support", resembleSales) + "}"),
		},
		"update/registration at resemble": {
			seed:   seedStations,
			before: at("resemble {\n" + resembleBlock("Support", resembleSupport) + "}"),
			after:  at("resemble {\n" + resembleBlock("Sales", resembleSales) + "}"),
		},
		"update/agent at synthflow": {
			seed:   seedStations,
			before: at(stations()["synthflow"]),
			after:  at(strings.Replace(stations()["synthflow"], synthflowSupport, synthflowSales, 1)),
		},
		"update/registration at synthflow": {
			seed:   seedStations,
			before: at(stations()["synthflow"]),
			after:  at(strings.Replace(stations()["synthflow"], "example.pstn", "other.pstn", 1)),
		},
		"update/agent at retell": {
			seed: seedStations, before: at(stations()["retell"]),
			after: at(strings.Replace(stations()["retell"], retellSupport, retellSales, 1)),
		},
		"update/agent at vapi": {
			seed: seedStations, before: at(vapiHCL(vapiSupport)), after: at(vapiHCL(vapiSales, `name = "Sales"`)),
		},
		"update/messages at vapi": {
			seed: seedStations, before: at(vapiHCL(vapiSupport)),
			after: at(vapiHCL(vapiSupport, "sms_enabled = false") + "\nsms_url = \"https://example.com/sms\""),
		},
		"update/agent at elevenlabs": {
			seed: seedStations, before: at(stations()["elevenlabs"]),
			after: at(strings.Replace(stations()["elevenlabs"], elevenLabsSupport, elevenLabsSales, 1)),
		},
		"update/messages at elevenlabs": {
			seed: seedStations, before: at(stations()["elevenlabs"]),
			after: at("elevenlabs {\n agent_id = \"" + elevenLabsSupport + "\"\n sms_enabled = false\n}\nsms_url = \"https://example.com/sms\""),
		},
		"update/carrier at nixflex": {
			seed: seedStations, before: at(stations()["nixflex"]), after: at(homes()["nixflex, of Telnyx"].block),
		},
		"update/carrier at retell": {
			seed: seedStations, before: at(stations()["retell"]), after: at(homes()["retell, of another carrier"].block),
		},
		"update/agent at dialnexa A": {
			seed:   func(sim *acctest.Simulation) { seedDialNexa(sim); ownedAtDialNexa(sim, simulator.DialNexaNumber{}) },
			before: at("dialnexa {\n agent_id = \"agt_one\"\n}"),
			after:  at("dialnexa {\n agent_id = \"agt_two\"\n nickname = \"Sales\"\n}"),
		},
		"update/wiring of a number with an emergency address": {
			seed: func(sim *acctest.Simulation) {
				owned(sim, simulator.TwilioNumber{
					FriendlyName: "Front desk", AddressSID: sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US"),
					EmergencyAddressSID: sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US"),
				})
			},
			before: at("voice_url = \"https://example.com\""), after: at("sms_url = \"https://example.com/sms\""),
		},
		"repair/adoption that stopped half-way": {
			seed: func(sim *acctest.Simulation) {
				seedStations(sim)
				sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: http.MethodPost, Status: http.StatusInternalServerError})
			},
			before: at(stations()["nixflex"]), after: at(stations()["nixflex"]), spoil: func(sim *acctest.Simulation) { sim.ClearFaults() },
		},
		"repair/purchase that stopped half-way": {
			seed: func(sim *acctest.Simulation) {
				sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: nixflexSupport})
				sim.Inject(simulator.Fault{Service: simulator.Nixflex, Method: http.MethodPost, Status: http.StatusInternalServerError})
			},
			before: stations()["nixflex"] + "\npurchase {\n country = \"US\"\n}", spoil: func(sim *acctest.Simulation) { sim.ClearFaults() },
			after: stations()["nixflex"] + "\npurchase {\n country = \"US\"\n}",
		},
		"repair/nixflex": {
			seed: seedStations, before: at(stations()["nixflex"]), after: at(stations()["nixflex"]),
			spoil: func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
		},
		"repair/retell": {
			seed: seedStations, before: at(stations()["retell"]), after: at(stations()["retell"]),
			spoil: func(sim *acctest.Simulation) { sim.Retell().RemoveNumber(number) },
		},
		"repair/vapi": {
			seed: seedStations, before: at(stations()["vapi"]), after: at(stations()["vapi"]),
			spoil: func(sim *acctest.Simulation) { sim.Vapi().RemoveNumber(number) },
		},
		"repair/elevenlabs": {
			seed: seedStations, before: at(stations()["elevenlabs"]), after: at(stations()["elevenlabs"]),
			spoil: func(sim *acctest.Simulation) { sim.ElevenLabs().RemoveNumber(number) },
		},
		"repair/resemble": {
			seed: seedStations, before: at(stations()["resemble"]), after: at(stations()["resemble"]),
			spoil: func(sim *acctest.Simulation) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.TrunkSID = "" })
			},
		},
		"repair/synthflow": {
			seed: seedStations, before: at(stations()["synthflow"]), after: at(stations()["synthflow"]),
			spoil: func(sim *acctest.Simulation) { sim.Synthflow().RemoveNumber(number) },
		},
		"end/with an emergency address": {
			seed: func(sim *acctest.Simulation) {
				owned(sim, simulator.TwilioNumber{
					EmergencyAddressSID: sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US"),
				})
			},
			before: at("release_on_destroy = \"release\"\nderegister_emergency_address = true"),
		},
		"end/clean-up that fails": {
			seed: seedStations, before: at("release_on_destroy = \"force_delete\"\n" + stations()["resemble"]),
			spoil: func(sim *acctest.Simulation) { sim.Resemble().FailNextCleanups(100) },
		},
		"end/replacement": {
			seed: func(sim *acctest.Simulation) {
				seedStations(sim)
				owned(sim, simulator.TwilioNumber{PhoneNumber: "+14155550101"})
			},
			before: at(stations()["nixflex"]),
			after:  strings.Replace(at(stations()["nixflex"]), number, "+14155550101", 1),
		},
	}
}

// otherDialNexa are the chapters at DialNexa's other API.
func otherDialNexa() map[string]chapter {
	at := func(agent, more string) string {
		return fmt.Sprintf("phone_number = %q\ndialnexa {\n agent_id = %q\n agent_link = \"agent\"\n agent_version = 1\n "+
			"telephony_provider_id = \"tel_1234567890\"\n}\n%s", number, agent, more)
	}
	rules := []simulator.Option{simulator.WithDialNexa(simulator.DialNexaRules{Generation: simulator.DialNexaB})}
	own := func(sim *acctest.Simulation) {
		seedDialNexa(sim)
		ownedAtDialNexa(sim, simulator.DialNexaNumber{})
	}
	sell := func(sim *acctest.Simulation) {
		seedDialNexa(sim)
		sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number})
	}
	purchase := "purchase {\n country = \"US\"\n}\n"
	return map[string]chapter{
		"create/dialnexa B/adopted":   {rules: rules, seed: own, after: at("agt_one", "")},
		"create/dialnexa B/bought":    {rules: rules, seed: sell, after: at("agt_one", purchase)},
		"update/agent at dialnexa B":  {rules: rules, seed: own, before: at("agt_one", ""), after: at("agt_two", "")},
		"end/dialnexa B/detach":       {rules: rules, seed: own, before: at("agt_one", "")},
		"end/dialnexa B/release":      {rules: rules, seed: own, before: at("agt_one", "release_on_destroy = \"release\"")},
		"end/dialnexa B/force_delete": {rules: rules, seed: own, before: at("agt_one", "release_on_destroy = \"force_delete\"")},
	}
}

func seedDialNexa(sim *acctest.Simulation) { dialNexaAgents(sim, "agt_one", "agt_two") }

// seedStations gives the number to Twilio, and agents to the platforms.
func seedStations(sim *acctest.Simulation) {
	owned(sim, simulator.TwilioNumber{})
	for _, id := range []string{nixflexSupport, nixflexSales} {
		sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
	}
	for _, id := range []string{resembleSupport, resembleSales} {
		sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: id})
	}
	for _, id := range []string{synthflowSupport, synthflowSales} {
		sim.Synthflow().AddAgent(simulator.SynthflowAgent{ID: id, Type: simulator.SynthflowInbound})
	}
	sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
	for _, id := range []string{retellSupport, retellSales} {
		sim.Retell().AddAgent(id)
	}
	for _, id := range []string{vapiSupport, vapiSales} {
		sim.Vapi().AddAssistant(id)
	}
	for _, id := range []string{elevenLabsSupport, elevenLabsSales} {
		sim.ElevenLabs().AddAgent(id)
	}
}

// stage is where a chapter is played, by provider processes of their own as far as
// something can happen to them.
type stage struct {
	chapter

	t    *testing.T
	sim  *acctest.Simulation
	cli  *acctest.CLI
	gate *gate
}

// begin plays what comes before the change, and plans it.
func (c chapter) begin(t *testing.T) *stage {
	t.Helper()
	return c.set(t, false)
}

// undisturbed is the same for a change that nothing cuts short.
func (c chapter) undisturbed(t *testing.T) *stage {
	t.Helper()
	return c.set(t, true)
}

func (c chapter) set(t *testing.T, undisturbed bool) *stage {
	t.Helper()
	s := &stage{chapter: c, t: t, gate: &gate{}}
	s.sim = acctest.Start(t, c.rules...).Behind(t, s.gate.before)
	s.cli = s.sim.Processes(t, time.Millisecond)
	s.cli.Drive(s.sim, undisturbed)
	c.seed(s.sim)
	if c.before != "" {
		s.cli.Configure(everywhere(s.sim, c.before))
		s.cli.Apply()
	}
	if c.spoil != nil {
		c.spoil(s.sim)
	}
	if c.after == "" {
		s.cli.Configure(everyService(s.sim))
	} else {
		s.cli.Configure(everywhere(s.sim, c.after))
	}
	s.cli.Must(0, "plan", "-input=false", "-out=plan.out")
	return s
}

// apply applies the plan. The gate is open to all requests but the one that it
// has been told of.
func (s *stage) apply() acctest.Result {
	s.t.Helper()
	s.gate.watch(true)
	defer s.gate.watch(false)
	return s.cli.Run("apply", "-no-color", "-input=false", "plan.out")
}

// settle runs again until nothing is left to do, at most twice.
func (s *stage) settle() {
	s.t.Helper()
	for range 2 {
		s.cli.Run("apply", "-no-color", "-input=false", "-auto-approve")
		if s.cli.Run("plan", "-input=false", "-detailed-exitcode").Code == 0 {
			return
		}
	}
	last := s.cli.Run("plan", "-no-color", "-input=false", "-detailed-exitcode")
	s.t.Errorf("two more runs do not bring it to its end:\n%s\n%s", last.Stdout, last.Stderr)
}

// finished is the end of a chapter: what Terraform knows, and what the services
// hold, without what is different each time.
func (s *stage) finished() string {
	s.t.Helper()
	var known []string
	for _, r := range s.resources() {
		v := r.AttributeValues
		known = append(known, fmt.Sprintf("%v on %v of %v is %v (%v), tainted %t, ends by %v, irreversible %v", v["phone_number"],
			v["platform"], v["carrier"], v["status"], v["status_reason"], r.Tainted, v["destroy_action"], v["destroy_irreversible"]))
	}
	text, err := json.MarshalIndent(map[string]any{
		"state": known, "held": timeless(s.t, s.sim.State()),
		"bought":   [][]string{s.sim.Twilio().Purchases(), s.sim.DialNexa().Purchases()},
		"given up": givenUp(s.sim),
	}, "", " ")
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// resources are those in state.
func (s *stage) resources() []*tfjson.StateResource {
	s.t.Helper()
	state := s.cli.State()
	if state.Values == nil {
		return nil
	}
	return state.Values.RootModule.Resources
}

// An identifier counts only as one that is there.
var identifier = regexp.MustCompile(`\b([A-Z]{2}|phn_|ST_|SDR_)[0-9a-f]{8,}\b`)

// timeless is a value without dates and with identifiers that are all alike.
func timeless(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(identifier.ReplaceAll(text, []byte("$1*")), &plain); err != nil {
		t.Fatal(err)
	}
	return withoutDates(plain)
}

func withoutDates(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			switch name {
			case "date_created", "date_updated", "created_at", "updated_at", "modified_at", "configured_at", "id", "slug", "key":
				delete(value, name)
			default:
				value[name] = withoutDates(inner)
			}
		}
	case []any:
		for i := range value {
			value[i] = withoutDates(value[i])
		}
	}
	return value
}

// gate stands between the provider and the services. While it watches, it counts
// the requests and strikes at one.
type gate struct {
	// at is the number of the request, from one, and strike what happens to it;
	// effect lets it have its effect.
	at     int
	strike func(w http.ResponseWriter, r *http.Request, effect func())
	only   string // a method and a part of the path that count; empty: all do

	mu       sync.Mutex
	watching bool
	seen     []string // method, service and path
}

func (g *gate) watch(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.watching = on
}

// before is the gate before the services.
func (g *gate) before(services http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.chooses(r) {
			services.ServeHTTP(w, r)
			return
		}
		g.strike(w, r, func() { services.ServeHTTP(httptest.NewRecorder(), r) })
	})
}

func (g *gate) chooses(r *http.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	method, path, _ := strings.Cut(g.only, " ")
	if !g.watching || method != "" && method != r.Method || !strings.Contains(r.URL.Path, path) {
		return false
	}
	g.seen = append(g.seen, r.Method+" "+r.URL.Path)
	return len(g.seen) == g.at
}

// point is a moment at which a chapter is cut short: at a request, before or after
// its effect.
type point struct {
	at     int
	effect bool
}

func (p point) String() string {
	if p.effect {
		return fmt.Sprintf("after %d", p.at)
	}
	return fmt.Sprintf("before %d", p.at)
}

// cutShort plays each chapter undisturbed, and then once for each of the points
// that are chosen, cut short there. In the end all has to be as it would have been.
// Other than in a soak test it takes one point of every third chapter, or of
// fewer, another one of each, and begins with the first or the second.
func cutShort(
	t *testing.T, first int, choose func(c chapter, requests []string) []point, play func(s *stage, at point),
) (tried, failed int64) {
	t.Helper()
	soak, oneOf := cases.Soak(), cases.OneOf(t, 20, 3)
	var points, failures atomic.Int64
	t.Run("in", func(t *testing.T) {
		all := chapters()
		for i, name := range slices.Sorted(maps.Keys(all)) {
			if !soak && i%oneOf != first {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				undisturbed := all[name].undisturbed(t)
				if result := undisturbed.apply(); result.Code != 0 {
					t.Fatalf("undisturbed, it fails:\n%s", result.Stderr)
				}
				undisturbed.cli.Must(0, "plan", "-input=false", "-detailed-exitcode")
				want := undisturbed.finished()
				chosen := choose(all[name], undisturbed.gate.seen)
				if !soak {
					chosen = chosen[i/oneOf%len(chosen):][:1]
				}
				for _, at := range chosen {
					t.Run(at.String(), func(t *testing.T) {
						t.Parallel()
						points.Add(1)
						defer func() {
							if t.Failed() {
								failures.Add(1)
							}
						}()
						s := all[name].begin(t)
						s.gate.at = at.at
						play(s, at)
						s.settle()
						s.judge(at, want)
					})
				}
			})
		}
	})
	return points.Load(), failures.Load()
}

// judge holds the end of a chapter that was cut short against the end of the one
// that was not.
func (s *stage) judge(at point, want string) {
	s.t.Helper()
	got := s.finished()
	if got == want || s.mayEnd != nil && got == s.mayEnd(want) {
		return
	}
	s.t.Errorf("cut short %s, %s, the end is another one (-undisturbed +cut short):\n%s",
		at, s.gate.seen[at.at-1], cmp.Diff(want, got))
}

func TestAccProviderKilledAtAnyCallLosesNothing(t *testing.T) {
	t.Parallel()
	// Between an effect and the next request nothing changes the world, so a
	// kill before that one is the same.
	points := func(c chapter, requests []string) []point {
		chosen, last := []point{{at: 1}}, lastWrite(requests)
		for i := range requests {
			if c.searches && i+1 >= last {
				break // see TestAccTheOneWindowThatStaysOpen
			}
			if cases.Soak() || !isRead(requests[i]) {
				chosen = append(chosen, point{at: i + 1, effect: true})
			}
		}
		return chosen
	}
	tried, failed := cutShort(t, 0, points, func(s *stage, at point) {
		s.gate.strike = func(_ http.ResponseWriter, r *http.Request, effect func()) {
			if at.effect {
				effect()
			}
			acctest.Kill(s.t, r)
			panic(http.ErrAbortHandler)
		}
		if result := s.apply(); result.Code == 0 {
			s.t.Fatal("the provider was not killed")
		}
	})
	t.Logf("the provider was killed at %d points; failures: %d", tried, failed)
}

// Terraform drops private state if the provider is killed during an update. That
// the creation never completed must not be forgotten with it.
func TestAccNumberOfAKilledRepairIsNotReleased(t *testing.T) {
	t.Parallel()
	config := fmt.Sprintf("phone_number = %q\nrelease_on_destroy = \"release\"\nvoice_url = \"https://example.com\"\n", number)
	fault := simulator.Fault{Method: http.MethodPost, Path: "*IncomingPhoneNumbers/PN*", Status: http.StatusInternalServerError}
	s := chapter{
		seed: func(sim *acctest.Simulation) {
			owned(sim, simulator.TwilioNumber{})
			sim.Inject(fault)
		},
		before: config, after: config,
		spoil: func(sim *acctest.Simulation) { sim.ClearFaults() },
	}.begin(t)
	s.gate.at = 1
	s.gate.strike = func(_ http.ResponseWriter, r *http.Request, _ func()) {
		acctest.Kill(t, r)
		panic(http.ErrAbortHandler)
	}
	s.apply()
	s.cli.Apply("-destroy")
	expectOwned(t, s.sim, number)
}

// lastWrite is the number of the last request that changes something.
func lastWrite(requests []string) int {
	for i, request := range slices.Backward(requests) {
		if !isRead(request) {
			return i + 1
		}
	}
	return 0
}

func isRead(request string) bool { return strings.HasPrefix(request, http.MethodGet) }

// Between the answer that completes the purchase of a number that a search found
// and Terraform's write of the state, nothing tells whose it is.
func TestAccTheOneWindowThatStaysOpen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"create/twilio alone/by search", "create/nixflex/by search"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := chapters()[name]
			undisturbed := c.undisturbed(t)
			undisturbed.apply()
			s := c.begin(t)
			s.gate.at = lastWrite(undisturbed.gate.seen)
			s.gate.strike = func(_ http.ResponseWriter, r *http.Request, effect func()) {
				effect()
				acctest.Kill(t, r)
				panic(http.ErrAbortHandler)
			}
			s.apply()
			s.settle()
			bought := s.sim.Twilio().Purchases()
			if len(bought) != 2 {
				t.Fatalf("bought %v: the window is closed, so say so in DESIGN.md", bought)
			}
			expectOwned(t, s.sim, bought...)
			if got := onlyNumber(t, s.cli.State())["id"]; got != bought[1] {
				t.Errorf("state has %v, and the numbers bought are %v", got, bought)
			}
		})
	}
}
