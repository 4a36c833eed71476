package twilio

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Each report must read its own field and no other.
func TestReportsReadTheirOwn(t *testing.T) {
	for _, own := range reports {
		var answered, want any = "value", "value"
		switch {
		case own.Type == platform.Bool:
			answered, want = true, true
		case strings.HasPrefix(own.Name, "date_"):
			answered, want = "Thu, 30 Jul 2015 23:19:04 +0200", "2015-07-30T21:19:04Z"
		}
		wire := own.Name
		if wire == "carrier_status" {
			wire = "status"
		}
		text, _ := json.Marshal(map[string]any{"sid": "PN1", "phone_number": "+14155550100", wire: answered})
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		told := reported(platform.Number{}, &r).Reports
		for _, other := range reports {
			if got, ok := told[other.Name]; !ok || (got == want) != (other.Name == own.Name) {
				t.Errorf("an answer with %s alone: %s reads %v (%t)", wire, other.Name, got, ok)
			}
		}
	}
}

func TestReportsAreWellFormed(t *testing.T) {
	taken := []string{"id", "sid", "status", "status_reason", "carrier", "platform", "phone_number", "capabilities"}
	for _, f := range Kind.Settings {
		taken = append(taken, f.Name)
	}
	for _, f := range Kind.Reports {
		if f.Presence != platform.Computed || !strings.HasSuffix(f.Description, ".") {
			t.Errorf("%s: %q", f.Name, f.Description)
		}
		if slices.Contains(taken, f.Name) {
			t.Errorf("%s is the name of something else", f.Name)
		}
		taken = append(taken, f.Name)
	}
}

func TestWhatIsNoDateIsNotTold(t *testing.T) {
	for _, date := range []string{"", "2015-07-30", "yesterday"} {
		read := readDate(func(r *record) *string { return r.DateCreated })
		if got := read(&record{DateCreated: &date}); got != nil {
			t.Errorf("%q reads %v", date, got)
		}
	}
}
