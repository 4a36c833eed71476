package retell

import (
	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultBaseURL is the only host that Retell documents.
const defaultBaseURL = "https://api.retellai.com"

// Connect says where Retell is and how a request to it is authenticated: by the
// API key as bearer token (Retell docs: API references).
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	return httpapi.BearerEndpoint(a, defaultBaseURL)
}
