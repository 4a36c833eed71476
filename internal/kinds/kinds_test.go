package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// table has a carrier, a platform on it, and a platform that carries its own
// numbers.
func table() kinds.Table {
	steps := func(name string, givesUp bool) func(platform.Number, platform.Action) []platform.Step {
		return func(_ platform.Number, action platform.Action) []platform.Step {
			return []platform.Step{{
				Service: name, Op: string(action), Sentence: string(action) + " at " + name,
				GivesUp: givesUp && action == platform.Release,
			}}
		}
	}
	return kinds.Table{
		{
			Name: "carrier", Title: "Carrier", Settings: []platform.Field{{Name: "voice_url", Wiring: true}},
			Steps: steps("carrier", true),
			Refuse: func(n platform.Number) *platform.Refusal {
				if n.Private.Origin == "hosted" {
					return &platform.Refusal{Summary: "hosted"}
				}
				return nil
			},
			Billing: func(_ platform.Number, action platform.Action) string { return "billing of " + string(action) },
		},
		{Name: "voice", Title: "Voice", Block: []platform.Field{{Name: "agent_id"}}, Wires: []string{"voice_url"}, Steps: steps("voice", false)},
		{
			Name: "both", Title: "Both", Block: []platform.Field{{Name: "agent_id"}}, Steps: steps("both", true),
			CarrierOf: func(platform.Number) string { return "both" },
		},
	}
}

func TestStepsJoinThePlatformsAndTheCarriers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		n            platform.Number
		want         string
		irreversible bool
	}{
		"carrier alone, detach":  {platform.Number{Platform: platform.None, Action: platform.Detach}, "carrier:detach", false},
		"carrier alone, release": {platform.Number{Platform: platform.None, Action: platform.Release}, "carrier:release", true},
		"carrier alone, force":   {platform.Number{Platform: platform.None, Action: platform.ForceDelete}, "carrier:force_delete", false},
		"platform, detach":       {platform.Number{Platform: "voice", Action: platform.Detach}, "voice:detach carrier:detach", false},
		"platform, release":      {platform.Number{Platform: "voice", Action: platform.Release}, "voice:release carrier:release", true},
		"platform, force":        {platform.Number{Platform: "voice", Action: platform.ForceDelete}, "voice:force_delete carrier:force_delete", false},
		"both, detach":           {platform.Number{Platform: "both", Action: platform.Detach}, "both:detach", false},
		"both, release":          {platform.Number{Platform: "both", Action: platform.Release}, "both:release", true},
		"creation never completed": {
			platform.Number{Platform: platform.None, Action: platform.Release, Private: platform.PrivateState{Unfinished: platform.Creation}},
			"remark carrier:detach", false,
		},
		"destroy stopped half-way": {
			platform.Number{Platform: platform.None, Action: platform.Release, Private: platform.PrivateState{Unfinished: platform.Teardown}},
			"carrier:release", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, step := range table().Steps(test.n) {
				if step.Op == "" {
					got = append(got, "remark")
					continue
				}
				got = append(got, step.Service+":"+step.Op)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("steps are %v, want %s", got, test.want)
			}
			if table().Irreversible(test.n) != test.irreversible {
				t.Errorf("irreversible is %t", !test.irreversible)
			}
		})
	}
}

func TestRefusalsConcernReleasesAlone(t *testing.T) {
	t.Parallel()
	hosted := platform.PrivateState{Origin: "hosted"}
	for name, test := range map[string]struct {
		n       platform.Number
		prevent bool
		refused string
	}{
		"release":                     {n: platform.Number{Platform: platform.None, Action: platform.Release}},
		"release, prevented":          {n: platform.Number{Platform: platform.None, Action: platform.Release}, prevent: true, refused: "prevented"},
		"detach, prevented":           {n: platform.Number{Platform: platform.None, Action: platform.Detach}, prevent: true},
		"force, prevented":            {n: platform.Number{Platform: platform.None, Action: platform.ForceDelete}, prevent: true},
		"release of a hosted number":  {n: platform.Number{Platform: platform.None, Action: platform.Release, Private: hosted}, refused: "hosted"},
		"detach of a hosted number":   {n: platform.Number{Platform: platform.None, Action: platform.Detach, Private: hosted}},
		"hosted, below a platform":    {n: platform.Number{Platform: "voice", Action: platform.Release, Private: hosted}, refused: "hosted"},
		"half-created, prevented too": {n: platform.Number{Platform: platform.None, Action: platform.Release, Private: platform.PrivateState{Unfinished: platform.Creation}}, prevent: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusal := table().Refuse(test.n, test.prevent)
			if (refusal == nil) != (test.refused == "") {
				t.Fatalf("refusal is %v", refusal)
			}
			if refusal != nil && !strings.Contains(refusal.Summary, test.refused) {
				t.Errorf("refused as %q, want %q", refusal.Summary, test.refused)
			}
		})
	}
}

func TestBillingFollowsWhatWillReallyHappen(t *testing.T) {
	t.Parallel()
	released := platform.Number{Platform: platform.None, Action: platform.Release}
	if got := table().Billing(released); got != "billing of release" {
		t.Errorf("of a release: %q", got)
	}
	released.Private.Unfinished = platform.Creation
	if got := table().Billing(released); got != "billing of detach" {
		t.Errorf("of a creation that never completed: %q", got)
	}
}

func TestTheTableKnowsWhoIsWhat(t *testing.T) {
	t.Parallel()
	names := func(all kinds.Table) []string {
		var found []string
		for _, kind := range all {
			found = append(found, kind.Name)
		}
		return found
	}
	if got := names(table().Platforms()); !slices.Equal(got, []string{"voice", "both"}) {
		t.Errorf("platforms are %v", got)
	}
	if got := names(table().Carriers()); !slices.Equal(got, []string{"carrier"}) {
		t.Errorf("carriers are %v", got)
	}
	if table().Owned(platform.Number{Platform: "voice"}) == nil || table().Owned(platform.Number{Platform: "both"}) != nil {
		t.Error("only voice wires the number at its carrier")
	}
	if table().Title("unheard of") != "unheard of" {
		t.Error("a name without a row is its own title")
	}
}

// elsewhere are the kinds with a carrier that nobody can talk to, and a platform
// whose numbers may be there.
func elsewhere() kinds.Table {
	return append(table(),
		kinds.Table{
			{Name: "outside", Title: "a carrier outside"},
			{
				Name: "either", Title: "Either", Block: []platform.Field{{Name: "outside"}}, Steps: table()[1].Steps,
				CarrierOf: func(n platform.Number) string {
					if n.Block.Bool("outside") {
						return "outside"
					}
					return "carrier"
				},
			},
		}...)
}

func TestReleaseIsRefusedWhereTheCarrierCannotBeTalkedTo(t *testing.T) {
	t.Parallel()
	outside := platform.Values{"outside": true}
	for name, test := range map[string]struct {
		n       platform.Number
		refused bool
	}{
		"release":        {platform.Number{Platform: "either", Action: platform.Release, Block: outside}, true},
		"detach":         {platform.Number{Platform: "either", Action: platform.Detach, Block: outside}, false},
		"force":          {platform.Number{Platform: "either", Action: platform.ForceDelete, Block: outside}, false},
		"by the carrier": {platform.Number{Platform: "either", Action: platform.Release}, false},
		"creation never completed": {platform.Number{
			Platform: "either", Action: platform.Release, Block: outside, Private: platform.PrivateState{Unfinished: platform.Creation},
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if refusal := elsewhere().Unreleasable(test.n); (refusal != nil) != test.refused {
				t.Errorf("at plan: %v", refusal)
			}
			if refusal := elsewhere().Refuse(test.n, false); (refusal != nil) != test.refused {
				t.Errorf("at destroy: %v", refusal)
			}
		})
	}
}

func TestNumberNeverLeavesThePlatformThatCarriesIt(t *testing.T) {
	t.Parallel()
	with, outside := platform.Number{Platform: "either"}, platform.Number{
		PhoneNumber: "+14155550100", Platform: "either", Action: platform.Detach, Block: platform.Values{"outside": true},
	}
	none := platform.Number{Platform: platform.None}
	if refusal := elsewhere().Change(with, none).Refusal(); refusal != nil {
		t.Errorf("same carrier, no platform: %v", refusal)
	}
	if refusal := elsewhere().Change(outside, with).Refusal(); refusal != nil {
		t.Errorf("a correction on the same platform: %v", refusal)
	}
	refusal := elsewhere().Change(outside, none).Refusal()
	if refusal == nil || !strings.Contains(refusal.Summary, "+14155550100 cannot leave a carrier outside") ||
		!strings.Contains(refusal.Detail, `now "detach"`) {
		t.Errorf("another carrier: %v", refusal)
	}
}
