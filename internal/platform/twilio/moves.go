package twilio

import (
	"errors"
	"fmt"
	"maps"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// moves are resources of other providers that hold a number at Twilio. Only what
// Twilio knows of the number is taken from them, and so no secret.
var moves = []platform.MoveSource{
	{
		Providers: []string{"twilio/twilio"},
		Resource:  "twilio_api_accounts_incoming_phone_numbers",
		Number:    movedFromFlat,
	},
	{
		Providers: []string{"RJPearson94/twilio"},
		Resource:  "twilio_phone_number",
		Number:    movedFromNested,
	},
	{
		Providers: []string{"kirillve/vapi"},
		Resource:  "vapi_twilio_phone_number",
		Number:    movedFromVapi,
	},
	{
		Providers: []string{"farukparhat/vapi", "faruk/vapi"}, // its own manual has the second
		Resource:  "vapi_phone_number",
		Number:    movedFromVapi,
	},
}

// movedFromFlat reads a state with Twilio's own names.
func movedFromFlat(state platform.Values) (platform.Number, error) {
	n := platform.Number{PhoneNumber: state.String("phone_number"), Settings: platform.Values{}}
	for _, name := range []string{"sid", "id"} {
		if id := state.String(name); n.SID == "" && numberSID.MatchString(id) {
			n.SID = id
		}
	}
	if n.PhoneNumber == "" && n.SID == "" {
		return n, errors.New("it has neither a phone_number nor a sid")
	}
	n.AccountSID = accountIn(state, "account_sid")
	for _, f := range fields {
		switch value := state[f.Name].(type) {
		case string:
			if f.Type == platform.String && f.isSet(value) {
				n.Settings[f.Name] = value
			}
		case bool:
			if f.Type == platform.Bool && f.isSet(value) {
				n.Settings[f.Name] = value
			}
		}
	}
	return n, nil
}

// movedFromNested reads a state that has the wiring in blocks, each a list of
// one. A number has a voice block or, if it takes fax, a fax block.
func movedFromNested(state platform.Values) (platform.Number, error) {
	flat := maps.Clone(state)
	flat["status_callback"] = state["status_callback_url"]
	for _, block := range []struct{ name, prefix, receiveMode string }{
		{"messaging", "sms_", ""}, {"voice", "voice_", "voice"}, {"fax", "voice_", "fax"},
	} {
		list, _ := state[block.name].([]any)
		for _, element := range list {
			members, _ := element.(map[string]any)
			for name, value := range members {
				flat[block.prefix+name] = value
			}
			if members != nil && block.receiveMode != "" {
				flat["voice_receive_mode"] = block.receiveMode
			}
		}
	}
	return movedFromFlat(flat)
}

// movedFromVapi reads a state that has but the number and its account: how it is
// wired at Twilio, Vapi keeps to itself.
func movedFromVapi(state platform.Values) (platform.Number, error) {
	for _, name := range []string{"phone_provider", "provider_type"} {
		if carrier := state.String(name); carrier != "" && carrier != kindName {
			return platform.Number{}, &platform.Refusal{
				Summary: "Number of another carrier",
				Detail: fmt.Sprintf("its %s is %q, and only a number that Twilio carries can be moved. Nothing was changed. Remove "+
					"the moved block, and leave the number with its present provider.", name, carrier),
			}
		}
	}
	n := platform.Number{PhoneNumber: state.String("number"), AccountSID: accountIn(state, "twilio_account_sid")}
	if n.PhoneNumber == "" {
		return n, errors.New("it has no number")
	}
	return n, nil
}

// accountIn is the account in that field; empty: there is none that could be one.
func accountIn(state platform.Values, field string) string {
	if sid := state.String(field); accountSID.MatchString(sid) {
		return sid
	}
	return ""
}
