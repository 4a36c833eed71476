package vapi

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// moves are resources of other providers that hold a number at Vapi. No secret is
// taken from them.
var moves = []platform.MoveSource{
	{Providers: []string{"kirillve/vapi"}, Resource: "vapi_twilio_phone_number", Number: moved},
	{
		Providers: []string{"farukparhat/vapi", "faruk/vapi"}, // its own manual has the second
		Resource:  "vapi_phone_number",
		Number:    moved,
	},
}

var accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)

// moved reads a state that has the number, its account and the UUID of its record:
// how it is wired at Twilio, Vapi keeps to itself. Without the UUID nothing tells
// which record it is, and the number is taken over from Twilio alone.
func moved(state platform.Values) (platform.Number, error) {
	provider := providerTwilio
	for _, field := range []string{"phone_provider", "provider_type"} {
		if carrier := state.String(field); carrier != "" {
			provider = carrier
		}
		// One of the two resources is for numbers of Twilio alone.
		if provider != providerTwilio && (field == "phone_provider" || !uuid.MatchString(state.String("id"))) {
			return platform.Number{}, &platform.Refusal{
				Summary: "Number of another carrier",
				Detail: fmt.Sprintf("Its %s is %q, and it does not say which record of Vapi's that is. Nothing was changed. Remove "+
					"the moved block, and leave the number with its present provider.", field, provider),
			}
		}
	}
	n := platform.Number{PhoneNumber: state.String("number")}
	if account := state.String("twilio_account_sid"); provider == providerTwilio && accountSID.MatchString(account) {
		n.AccountSID = account
	}
	if n.PhoneNumber == "" {
		return n, errors.New("it has no number")
	}
	if id := state.String("id"); uuid.MatchString(id) {
		n.Platform, n.Block = kindName, platform.Values{recordID: id}
		if provider != providerTwilio { // else the record tells
			n.Block[providerName] = provider
		}
	}
	return n, nil
}
