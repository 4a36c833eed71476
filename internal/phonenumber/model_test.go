package phonenumber

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// testKinds are a carrier and a platform that wires numbers at it.
func testKinds() kinds.Table {
	steps := func(n platform.Number, action platform.Action) []platform.Step {
		return []platform.Step{{Sentence: string(action) + " " + n.Settings.String("voice_url")}}
	}
	return kinds.Table{
		{
			Name: "carrier", Title: "Carrier", Steps: steps,
			Settings: []platform.Field{
				{Name: "name", Presence: platform.OptionalComputed},
				{Name: "voice_url", Wiring: true, URL: true},
				{Name: "voice_method", Wiring: true, Default: "POST"},
				{Name: "lookup", Wiring: true, Type: platform.Bool, Default: false},
			},
		},
		{
			Name: "voice", Title: "Voice", Steps: steps, Wires: []string{"voice_url"},
			Block: []platform.Field{
				{Name: "agent_id", Presence: platform.Required},
				{Name: "secret", WriteOnly: true, Sensitive: true},
				{Name: "id", Type: platform.Int, Presence: platform.Computed},
				{Name: "trunk", Type: platform.Object, Fields: []platform.Field{
					{Name: "addresses", Type: platform.StringList}, {Name: "headers", Type: platform.StringMap},
				}},
			},
		},
	}
}

// newModel is a model of nulls.
func newModel(t *testing.T) *model {
	t.Helper()
	object, ok := newSchema(t.Context(), testKinds()).Type().(types.ObjectType)
	if !ok {
		t.Fatal("the schema's type is not an object")
	}
	m := &model{kinds: testKinds(), types: object.AttrTypes, attrs: map[string]attr.Value{}}
	for name, of := range object.AttrTypes {
		if name != "timeouts" {
			m.set(name, nil)
			continue
		}
		null, err := of.ValueFromTerraform(t.Context(), tftypes.NewValue(of.TerraformType(t.Context()), nil))
		if err != nil {
			t.Fatal(err)
		}
		m.attrs[name] = null
	}
	return m
}

func TestNumberLeavesOutWhatIsUnknown(t *testing.T) {
	t.Parallel()
	m := newModel(t)
	m.set("phone_number", "+1 (415) 555-0100")
	m.set("release_on_destroy", "true")
	m.set("voice_url", "https://example.com")
	m.setUnknown("name", "voice_method")
	n := m.expand()
	if n.PhoneNumber != "+14155550100" || n.Action != platform.Release || n.Platform != platform.None || n.Carrier != "carrier" {
		t.Errorf("number is %+v", n)
	}
	want := platform.Values{"voice_url": "https://example.com"}
	if !reflect.DeepEqual(n.Settings, want) {
		t.Errorf("settings are %v, want %v", n.Settings, want)
	}
}

func TestNumberOnAPlatformLeavesTheWiringToIt(t *testing.T) {
	t.Parallel()
	m := newModel(t)
	m.set("voice_url", "https://example.com")
	m.set("name", "Support")
	m.set("voice", platform.Values{
		"agent_id": "a1", "trunk": platform.Values{"addresses": []string{"10.0.0.1"}, "headers": map[string]string{"X-A": "1"}},
	})
	n := m.expand()
	if want := (platform.Values{"name": "Support"}); !reflect.DeepEqual(n.Settings, want) {
		t.Errorf("settings are %v, want %v", n.Settings, want)
	}
	trunk, _ := n.Block["trunk"].(platform.Values)
	if n.Platform != "voice" || n.Block.String("agent_id") != "a1" || n.Block.Has("id") ||
		!reflect.DeepEqual(trunk["addresses"], []string{"10.0.0.1"}) ||
		!reflect.DeepEqual(trunk["headers"], map[string]string{"X-A": "1"}) {
		t.Errorf("number is %+v", n)
	}
}

func TestFlattenKeepsWhatWasPlannedAndFillsTheRest(t *testing.T) {
	t.Parallel()
	m := newModel(t)
	m.set("phone_number", "+1 (415) 555-0100")
	m.set("voice_url", "https://example.com")
	m.set("destroy_irreversible", true)
	m.setUnknown("id", "sid", "status", "status_reason", "destroy_steps")
	m.flattenUnknown(platform.Number{
		PhoneNumber: "+14155550100", SID: "PN1", Carrier: "carrier", Platform: platform.None, Status: platform.Corrupted,
		StatusReason: "half-way", Settings: platform.Values{"name": "Named", "voice_url": nil, "voice_method": nil},
	})
	for name, want := range map[string]any{
		"phone_number": "+1 (415) 555-0100", "id": "+14155550100", "sid": "PN1", "name": nil, "status": "corrupted",
		"status_reason": "half-way", "voice_url": "https://example.com", "voice_method": nil, "destroy_irreversible": true,
		"destroy_steps": []string{"detach https://example.com"},
	} {
		if got := plain(m.attrs[name]); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestFlattenWritesAllThatIsReportedAndManaged(t *testing.T) {
	t.Parallel()
	m := newModel(t)
	m.set("phone_number", "+1 (415) 555-0100")
	m.set("acquisition", "purchased")
	m.set("status", "active")
	m.set("voice_url", "https://old.example.com")
	m.set("lookup", true)
	n := platform.Number{
		PhoneNumber: "+14155550100", SID: "PN2", Carrier: "carrier", Platform: platform.None, Acquisition: platform.Adopted,
		Status: platform.Active, Settings: platform.Values{"voice_url": "https://new.example.com", "name": "Named"},
	}
	m.flatten(n)
	for name, want := range map[string]any{
		"phone_number": "+1 (415) 555-0100", // another spelling of the same number
		"acquisition":  "purchased",         // nobody but state knows it
		"voice_url":    "https://new.example.com",
		"lookup":       true, // not reported, so it stays
		"voice_method": nil,  // at its default, which is not shown
		"name":         nil,  // not managed
		"sid":          "PN2", "status": "active", "status_reason": "", "carrier": "carrier", "destroy_irreversible": false,
	} {
		if got := plain(m.attrs[name]); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestFlattenOfAnotherPlatformTakesTheBlocksAlong(t *testing.T) {
	t.Parallel()
	m := newModel(t)
	m.set("status", "active")
	m.set("voice_url", "https://example.com")
	n := platform.Number{
		PhoneNumber: "+14155550100", Carrier: "carrier", Platform: "voice", Block: platform.Values{"agent_id": "a1", "id": int64(7)},
		Settings: platform.Values{"voice_url": "https://voice.example.com"},
	}
	m.flatten(n)
	block := nested(m.attrs["voice"])
	if plain(block["agent_id"]) != "a1" || plain(block["id"]) != int64(7) || !m.null("voice_url") {
		t.Errorf("block %v, voice_url %v", m.attrs["voice"], m.attrs["voice_url"])
	}
	n.Platform, n.Block, n.Private.Ours = platform.None, nil, platform.Values{"voice_url": "https://voice.example.com"}
	m.flatten(n)
	if !m.null("voice") || m.text("voice_url") != "https://voice.example.com" || m.text("platform") != platform.None {
		t.Errorf("block %v, voice_url %v, platform %v", m.attrs["voice"], m.attrs["voice_url"], m.attrs["platform"])
	}
}

func TestPrivateStateComesBackAsItWasKept(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	kept := newModel(t)
	kept.private = platform.PrivateState{
		Instance: "one", Unfinished: platform.Teardown, Detail: "why", Replaced: platform.Values{"name": "old"}, Origin: "hosted",
		Wiring: platform.Values{"voice_url": "https://example.com", "lookup": true, "trunk_sid": nil},
	}
	store := privateValues{}
	kept.writePrivate(t.Context(), store, &diags)
	read := newModel(t)
	read.readPrivate(t.Context(), store, &diags)
	if diags.HasError() || !reflect.DeepEqual(read.private, kept.private) {
		t.Errorf("kept %+v, read %+v, %v", kept.private, read.private, diags)
	}
	store[privateStateKey] = []byte("{")
	read.readPrivate(t.Context(), store, &diags)
	if !diags.HasError() {
		t.Error("what cannot be read is no error")
	}
}
