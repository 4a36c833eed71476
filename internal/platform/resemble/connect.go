package resemble

import (
	"cmp"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultBaseURL is where Resemble AI serves agents and phone numbers. Its
// other host, f.cluster.resemble.ai, is for speech synthesis alone.
const defaultBaseURL = "https://app.resemble.ai/api/v2"

// Connect says where Resemble AI is and how a request to it is authenticated: by
// the API token as bearer token.
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	key := a["api_key"]
	if key == "" {
		return httpapi.Endpoint{}, &platform.MissingArgument{Names: []string{"api_key"}}
	}
	base, err := httpapi.ParseBaseURL(cmp.Or(a["base_url"], defaultBaseURL))
	if err != nil {
		return httpapi.Endpoint{}, &platform.ArgumentError{Name: "base_url", Err: err}
	}
	return httpapi.Endpoint{
		BaseURL:   base,
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+key) },
	}, nil
}
