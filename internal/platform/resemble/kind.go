// Package resemble is the voice platform Resemble AI. It answers calls on
// numbers of the user's own Twilio account, over SIP trunks that it sets up
// there and tears down again.
package resemble

import "github.com/telephony-iac/terraform-provider-telephony/internal/platform"

// Kind describes Resemble AI.
var Kind = platform.Kind{
	Name:  "resemble",
	Title: "Resemble AI",

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "RESEMBLE_API_KEY",
			Description: "API token of the account.",
			Sensitive:   true,
		},
		{
			Name:        "base_url",
			Env:         "RESEMBLE_BASE_URL",
			Description: "Root of the API, with `/api/v2`. Defaults to `" + defaultBaseURL + "`.",
		},
	},
}
