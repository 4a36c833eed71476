package dialnexa

import (
	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultBaseURL is the only host that DialNexa documents.
const defaultBaseURL = "https://api.dialnexa.com/v1"

// Connect says where DialNexa is and how a request to it is authenticated: by
// the API key as bearer token, which DialNexa shows as one string with a colon
// and takes whole.
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	return httpapi.BearerEndpoint(a, defaultBaseURL)
}
