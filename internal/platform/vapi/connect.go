package vapi

import (
	"cmp"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const defaultRegion = "us"

// hosts are the API's by region, and so those of the webhooks (Vapi docs: SIP
// networking). An organization lives in one of them.
var hosts = map[string]string{defaultRegion: "https://api.vapi.ai", "eu": "https://api.eu.vapi.ai"}

// host is where the organization lives.
func host(a platform.Arguments) string { return hosts[cmp.Or(a["region"], defaultRegion)] }

// Connect says where Vapi is and how a request to it is authenticated: by the
// private API key as bearer token (Vapi OpenAPI: security).
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	return httpapi.BearerEndpoint(a, host(a))
}
