package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/telephony-iac/terraform-provider-telephony/internal/fastpath"
	"github.com/telephony-iac/terraform-provider-telephony/internal/phonenumber"
)

const numberType = typeName + "_phone_number"

// NewServer returns the maker of the provider's server, as Terraform meets it:
// with its fast paths.
func NewServer(version string, options ...Option) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := newProvider(version, options)
		p.direct = phonenumber.New(table())
		direct := func() fastpath.Resource { return phonenumber.NewDirect(context.Background(), p.direct) }
		server := providerserver.NewProtocol6(p)()
		if p.fastPaths != nil {
			return p.fastPaths(server, numberType, direct)
		}
		return fastpath.New(server, numberType, direct)
	}
}
