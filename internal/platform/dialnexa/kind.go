// Package dialnexa is the voice platform DialNexa. It sells the numbers that
// it answers calls on and is their carrier.
package dialnexa

import "github.com/telephony-iac/terraform-provider-telephony/internal/platform"

// Kind describes DialNexa.
var Kind = platform.Kind{
	Name:  "dialnexa",
	Title: "DialNexa",

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "DIALNEXA_API_KEY",
			Description: "API key of the workspace, whole.",
			Sensitive:   true,
		},
		{
			Name:        "base_url",
			Env:         "DIALNEXA_BASE_URL",
			Description: "Root of the API, with `/v1`. Defaults to `" + defaultBaseURL + "`.",
		},
	},
}
