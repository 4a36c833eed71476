package twilio

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Each row of the table must read and write its own field and no other.
func TestFieldsReadAndWriteTheirOwn(t *testing.T) {
	for _, f := range fields {
		var value any = "value"
		if f.Type == platform.Bool {
			value = true
		}
		answer, _ := json.Marshal(map[string]any{f.Name: value})
		var r record
		if err := json.Unmarshal(answer, &r); err != nil {
			t.Fatal(err)
		}
		for _, other := range fields {
			if got := other.read(&r); (got == value) != (other.Name == f.Name) {
				t.Errorf("an answer with %s alone: %s reads %v", f.Name, other.Name, got)
			}
		}

		var u update
		f.write(&u, value)
		if sent := formOf(t, u); len(sent) != 1 || sent[formName(f.Name)] != value {
			t.Errorf("%s writes %v", f.Name, sent)
		}
		u = update{}
		f.write(&u, nil)
		if _, sent := formOf(t, u)[formName(f.Name)]; !sent {
			t.Errorf("%s is not sent when it is cleared", f.Name)
		}
	}
}

// formOf are the fields that a change sends. The library's names in JSON are
// those of the form.
func formOf(t *testing.T, u update) map[string]any {
	t.Helper()
	text, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	form := map[string]any{}
	if err := json.Unmarshal(text, &form); err != nil {
		t.Fatal(err)
	}
	return form
}

// formName is "VoiceUrl" for "voice_url".
func formName(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func TestNullAndEmptyAreNotSet(t *testing.T) {
	names := map[string]bool{}
	for _, f := range fields {
		names[f.Name] = true
	}
	for _, value := range []any{nil, ""} {
		answer := map[string]any{"sid": "PN1", "account_sid": "AC1", "phone_number": "+14155550100"}
		for name := range names {
			if name != "voice_caller_id_lookup" || value == nil {
				answer[name] = value
			}
		}
		text, _ := json.Marshal(answer)
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		settings := reported(platform.Number{}, &r).Settings
		if _, told := settings["voice_receive_mode"]; told {
			t.Error("voice_receive_mode is shown though the answer does not tell it")
		}
		delete(names, "voice_receive_mode")
		if got, want := slices.Sorted(maps.Keys(settings)), slices.Sorted(maps.Keys(names)); !slices.Equal(got, want) {
			t.Errorf("settings %v, want %v", got, want)
		}
		names["voice_receive_mode"] = true
		for _, f := range fields {
			if got := settings[f.Name]; got != f.Default && f.Name != "voice_receive_mode" {
				t.Errorf("%s is %v, want %v", f.Name, got, f.Default)
			}
		}
	}
}

func TestFieldsAreWellFormed(t *testing.T) {
	known := map[string]field{}
	for _, f := range fields {
		known[f.Name] = f
	}
	for _, f := range fields {
		if f.Description == "" || !strings.HasSuffix(f.Description, ".") {
			t.Errorf("%s: description %q", f.Name, f.Description)
		}
		for _, sibling := range slices.Concat(f.ConflictsWith, f.Requires) {
			if _, ok := known[sibling]; !ok {
				t.Errorf("%s names %s, which does not exist", f.Name, sibling)
			}
		}
		if _, ok := known[f.of]; f.of != "" && !ok {
			t.Errorf("%s belongs to %s, which does not exist", f.Name, f.of)
		}
		if fallback, _ := f.Default.(string); f.OneOf != nil && !slices.Contains(f.OneOf, fallback) {
			t.Errorf("%s: default %q is not one of %v", f.Name, fallback, f.OneOf)
		}
		own := []string{"friendly_name", "address_sid", "bundle_sid", "identity_sid", "emergency_address_sid"}
		if f.Wiring == slices.Contains(own, f.Name) {
			t.Errorf("%s: wiring %v", f.Name, f.Wiring)
		}
	}
}
