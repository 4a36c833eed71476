// Package nixflex is the voice platform Nixflex. It answers calls on numbers
// that stay in the user's own Twilio account.
package nixflex

import "github.com/telephony-iac/terraform-provider-telephony/internal/platform"

// Kind describes Nixflex.
var Kind = platform.Kind{
	Name:  "nixflex",
	Title: "Nixflex",

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "NIXFLEX_API_KEY",
			Description: "API key as `KEY_ID:KEY_SECRET`.",
			Sensitive:   true,
		},
		{
			Name:        "base_url",
			Env:         "NIXFLEX_BASE_URL",
			Description: "Root of the API, without `/v1`. Defaults to `" + defaultBaseURL + "`.",
		},
	},
}
