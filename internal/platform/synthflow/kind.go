// Package synthflow is the voice platform Synthflow. It answers calls on
// numbers imported from another carrier, and on numbers bought in its own
// dashboard, which it carries itself.
package synthflow

import "github.com/telephony-iac/terraform-provider-telephony/internal/platform"

// Kind describes Synthflow.
var Kind = platform.Kind{
	Name:  "synthflow",
	Title: "Synthflow",

	Arguments: []platform.Argument{
		{
			Name:        "api_key",
			Env:         "SYNTHFLOW_API_KEY",
			Description: "API key of the workspace.",
			Sensitive:   true,
		},
		{
			Name: "region",
			Env:  "SYNTHFLOW_REGION",
			Description: "Cluster that the workspace was created in. It has no default, since another cluster does " +
				"not know the workspace; needed unless `base_url` is set.",
			OneOf: regions,
		},
		{
			Name:        "workspace_id",
			Env:         "SYNTHFLOW_WORKSPACE_ID",
			Description: "Workspace of numbers that do not name their own.",
		},
		{
			Name:        "base_url",
			Env:         "SYNTHFLOW_BASE_URL",
			Description: "Root of the API, with `/v2`. Defaults to the region's, such as `https://api.us.synthflow.ai/v2`.",
		},
	},
}
