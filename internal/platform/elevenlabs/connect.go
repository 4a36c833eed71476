package elevenlabs

import (
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultBaseURL is where workspaces are that are not isolated in a region. The
// version, /v1, is part of the paths.
const defaultBaseURL = "https://api.elevenlabs.io"

// Connect says where ElevenLabs is and how a request to it is authenticated: by the
// API key in a header of its own (ElevenLabs Python SDK: client).
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	endpoint, err := httpapi.BearerEndpoint(a, defaultBaseURL)
	key := a["api_key"]
	endpoint.Authorize = func(r *http.Request) { r.Header.Set("Xi-Api-Key", key) }
	return endpoint, err
}
