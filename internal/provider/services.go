package provider

import (
	"net/http"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/dialnexa"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/elevenlabs"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/external"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/retell"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/vapi"
)

// service is a row of the table of services.
type service struct {
	kind platform.Kind

	// alternatives are sets of credentials of which one is enough, best first.
	// Empty: there is but one way in.
	alternatives [][]string

	// connect says where the service is and how a request is authenticated.
	connect func(platform.Arguments) (httpapi.Endpoint, error)

	// describe reads the service's own error envelope.
	describe func(status int, header http.Header, body []byte) httpapi.Fault

	// open makes what the service is to a number: its carrier, its platform, or
	// both; nil for what it is not. Without it, only the arguments are checked.
	open func(connection) (platform.Carrier, platform.Platform)
}

// connection is what a service is made from.
type connection struct {
	client       *httpapi.Client
	pollInterval time.Duration // zero: the service's default
	// arguments are those of every service whose arguments are known, and
	// carriers those opened so far, by the name of the Kind: some platforms
	// work on a number with Twilio's credentials, or look at it there.
	arguments map[string]platform.Arguments
	carriers  map[string]platform.Carrier
}

// services is the table of services: the only list of them. Schema,
// documentation, environment and Configure are made from it. A service stands
// below those it needs.
var services = []service{
	{
		kind:         twilio.Kind,
		alternatives: [][]string{{"api_key", "api_secret"}, {"auth_token"}},
		connect:      twilio.Connect,
		describe:     twilio.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			account := c.arguments[twilio.Kind.Name]
			return twilio.New(c.client, account["account_sid"], c.pollInterval).In(account["region"]), nil
		},
	},
	{
		kind:     nixflex.Kind,
		connect:  nixflex.Connect,
		describe: nixflex.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			account := c.arguments[twilio.Kind.Name]
			return nil, nixflex.New(c.client, account["account_sid"], account["auth_token"])
		},
	},
	{
		kind:     synthflow.Kind,
		connect:  synthflow.Connect,
		describe: synthflow.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			return synthflow.New(c.client, c.arguments[synthflow.Kind.Name]["workspace_id"], c.pollInterval)
		},
	},
	{
		kind:     dialnexa.Kind,
		connect:  dialnexa.Connect,
		describe: dialnexa.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			return dialnexa.New(c.client, c.pollInterval)
		},
	},
	{
		kind:     resemble.Kind,
		connect:  resemble.Connect,
		describe: resemble.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			return nil, resemble.New(c.client, c.arguments[twilio.Kind.Name], c.pollInterval)
		},
	},
	{
		kind:     retell.Kind,
		connect:  retell.Connect,
		describe: retell.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			return nil, retell.New(c.client)
		},
	},
	{
		kind:     elevenlabs.Kind,
		connect:  elevenlabs.Connect,
		describe: elevenlabs.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			return nil, elevenlabs.New(c.client, c.arguments[twilio.Kind.Name])
		},
	},
	{
		kind:     vapi.Kind,
		connect:  vapi.Connect,
		describe: vapi.Describe,
		open: func(c connection) (platform.Carrier, platform.Platform) {
			return vapi.New(c.client, c.arguments[vapi.Kind.Name], c.arguments[twilio.Kind.Name])
		},
	},
}

// Service is one that can be asked.
type Service struct {
	Kind platform.Kind

	// Connect says where it is and how a request is authenticated.
	Connect func(platform.Arguments) (httpapi.Endpoint, error)
}

// Services are all that can be asked, in the order of the table.
func Services() []Service {
	all := make([]Service, 0, len(services))
	for _, s := range services {
		all = append(all, Service{s.kind, s.connect})
	}
	return all
}

// table has the Kind of each service, and that of the carrier which is none: nobody
// can be connected to it.
func table() kinds.Table {
	all := make(kinds.Table, 0, len(services)+1)
	for _, s := range services {
		all = append(all, s.kind)
	}
	return append(all, external.Kind)
}
