package dialnexa

import (
	"cmp"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultBaseURL is the only host that DialNexa documents.
const defaultBaseURL = "https://api.dialnexa.com/v1"

// Connect says where DialNexa is and how a request to it is authenticated: by
// the API key as bearer token, which DialNexa shows as one string with a colon
// and takes whole.
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
