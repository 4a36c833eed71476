package purchase

import (
	"reflect"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Numbers that carry these marks may be out there: a version that made others of
// the same criteria would buy a second number.
func TestMarkOfCriteriaStaysWhatItIs(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, test := range map[string]struct {
		criteria platform.Purchase
		want     string
	}{
		"nothing": {platform.Purchase{}, "tf-telephony-purchase-b6a9560ece9e95e1"},
		"country": {platform.Purchase{Country: "US"}, "tf-telephony-purchase-a3149acb0a171db8"},
		"everything": {platform.Purchase{
			Country: "US", Type: "local", AreaCode: "415", Contains: "555", Capabilities: []string{"sms", "voice"},
			InRegion: "CA", InLocality: "San Francisco", InPostalCode: "94105", NearNumber: "+14155550100",
			NearLatLong: "37.7,-122.4", Distance: 25, ExcludeAllAddressRequired: &yes, ExcludeLocalAddressRequired: &no,
			ExcludeForeignAddressRequired: &yes, Beta: &no,
		}, "tf-telephony-purchase-cd26765beff1efd8"},
	} {
		if got := criteriaMark(&test.criteria); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// A criterion that is added must not change the mark of those that do not name it.
func TestNewCriterionIsLeftOutOfTheMarkWhereItIsNotSet(t *testing.T) {
	t.Parallel()
	always := "Country Type AreaCode Contains Capabilities InRegion InLocality InPostalCode NearNumber NearLatLong Distance " +
		"ExcludeAllAddressRequired ExcludeLocalAddressRequired ExcludeForeignAddressRequired Beta"
	for _, field := range reflect.VisibleFields(reflect.TypeFor[platform.Purchase]()) {
		tag := field.Tag.Get("json")
		switch known := strings.Contains(" "+always+" ", " "+field.Name+" "); {
		case known && tag != "":
			t.Errorf("%s has been in the mark from the first: it must have no json tag, and has %q", field.Name, tag)
		case !known && tag != ",omitempty" && tag != ",omitzero":
			t.Errorf("%s is new: give it the tag `json:\",omitempty\"`, or numbers of earlier purchases are no longer recognized", field.Name)
		}
	}
}
