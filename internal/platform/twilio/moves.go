package twilio

import (
	"errors"
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

// accountIn is the account in that field; empty: there is none that could be one.
func accountIn(state platform.Values, field string) string {
	if sid := state.String(field); accountSID.MatchString(sid) {
		return sid
	}
	return ""
}
