package resemble

import (
	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultBaseURL is where Resemble AI serves agents and phone numbers. Its
// other host, f.cluster.resemble.ai, is for speech synthesis alone.
const defaultBaseURL = "https://app.resemble.ai/api/v2"

// Connect says where Resemble AI is and how a request to it is authenticated: by
// the API token as bearer token.
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	return httpapi.BearerEndpoint(a, defaultBaseURL)
}
