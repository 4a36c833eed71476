package nixflex

import (
	"errors"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultBaseURL is the only host that Nixflex documents. The version, /v1, is
// part of the paths.
const defaultBaseURL = "https://api.nixflex.com"

// Connect says where Nixflex is and how a request to it is authenticated: by
// the API key as bearer token, its ID and its secret joined by a colon.
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	// The usual mistake is the ID alone, since Nixflex shows the secret only
	// once. Whether ID and secret are well-formed is for Nixflex to say.
	if id, secret, _ := strings.Cut(a["api_key"], ":"); a["api_key"] != "" && (id == "" || secret == "") {
		return httpapi.Endpoint{}, &platform.ArgumentError{
			Name: "api_key", Err: errors.New("must be KEY_ID:KEY_SECRET, joined by a colon"),
		}
	}
	return httpapi.BearerEndpoint(a, defaultBaseURL)
}
