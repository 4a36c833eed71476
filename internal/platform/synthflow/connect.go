package synthflow

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// baseURLs are those of Synthflow's clusters by region. The cluster of a
// workspace is fixed when it is created, and Synthflow retires the global one
// in late 2026, so none of them is a default.
var baseURLs = map[string]string{
	"us":     "https://api.us.synthflow.ai/v2",
	"eu":     "https://api.eu.synthflow.ai/v2",
	"global": "https://api.synthflow.ai/v2",
}

var regions = slices.Sorted(maps.Keys(baseURLs))

// Connect says where Synthflow is and how a request to it is authenticated: by
// the API key as bearer token.
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	region := a["region"]
	if region != "" && baseURLs[region] == "" {
		return httpapi.Endpoint{}, &platform.ArgumentError{
			Name: "region", Err: fmt.Errorf("must be one of %s, not %q", strings.Join(regions, ", "), region),
		}
	}
	return httpapi.BearerEndpoint(a, baseURLs[region])
}
