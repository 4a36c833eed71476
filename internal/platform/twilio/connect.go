package twilio

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// defaultHost is the host of the paths that begin with the API's version.
const defaultHost = "api.twilio.com"

// routesHost says which Region processes the calls of a number, and is in none.
const routesHost = "routes.twilio.com"

var arguments = []platform.Argument{
	{
		Name: "account_sid", Env: "TWILIO_ACCOUNT_SID",
		Description: "SID of the account, `AC` and 32 hexadecimal digits. It owns the numbers whose resource does not " +
			"name another one.",
	},
	{
		Name: "auth_token", Env: "TWILIO_AUTH_TOKEN", Sensitive: true,
		Description: "Auth token of the account. That of a main account also reaches the numbers of its subaccounts, " +
			"which no API key does.",
	},
	{
		Name: "api_key", Env: "TWILIO_API_KEY",
		Description: "SID of an API key of the account, `SK` and 32 hexadecimal digits; it stands in for `auth_token` " +
			"together with `api_secret`.",
	},
	{
		Name: "api_secret", Env: "TWILIO_API_SECRET", Sensitive: true,
		Description: "Secret of `api_key`.",
	},
	{
		Name: "region", Env: "TWILIO_REGION",
		Description: "Region that processes the requests, for example `ie1`; needs `edge`. Keys, tokens and the " +
			"wiring of a number belong to one region, and a plan warns of a number whose calls are processed in another one. " +
			"Defaults to `us1`.",
	},
	{
		Name: "edge", Env: "TWILIO_EDGE",
		Description: "Edge location that the requests enter by, for example `dublin`.",
	},
	{
		Name: "base_url", Env: "TWILIO_BASE_URL",
		Description: "URL that stands in for all of Twilio's hosts, whatever `region` and `edge` are. Defaults " +
			"to Twilio's hosts for the region and the edge.",
	},
}

var (
	accountSID = sidPattern("AC")
	apiKeySID  = sidPattern("SK")
	numberSID  = sidPattern("PN")
	hostLabel  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
)

// sidPattern matches the identifiers that begin with the two letters.
func sidPattern(prefix string) *regexp.Regexp {
	return regexp.MustCompile("^" + prefix + "[0-9a-fA-F]{32}$")
}

// Connect returns where Twilio answers and how a request is authenticated. It
// calls nobody. An argument that is missing is a *platform.MissingArgument, a
// wrong one a *platform.ArgumentError.
func Connect(a platform.Arguments) (httpapi.Endpoint, error) {
	if err := checkArguments(a); err != nil {
		return httpapi.Endpoint{}, err
	}
	user, password := a["account_sid"], a["auth_token"]
	if a["api_key"] != "" {
		user, password = a["api_key"], a["api_secret"]
	}
	endpoint := httpapi.Endpoint{
		Authorize: func(r *http.Request) { r.SetBasicAuth(user, password) },
	}
	if a["base_url"] != "" {
		base, err := httpapi.ParseBaseURL(a["base_url"])
		if err != nil {
			return httpapi.Endpoint{}, &platform.ArgumentError{Name: "base_url", Err: err}
		}
		endpoint.BaseURL = base
		return endpoint, nil
	}
	region, edge := a["region"], a["edge"]
	endpoint.BaseURLOf = func(host string) *url.URL {
		return &url.URL{Scheme: "https", Host: hostAt(host, edge, region)}
	}
	return endpoint, nil
}

// hostAt places one of Twilio's hosts in a region: api.twilio.com becomes
// api.dublin.ie1.twilio.com. The form without an edge exists no longer.
func hostAt(host, edge, region string) string {
	if host == "" {
		host = defaultHost
	}
	if edge == "" || host == routesHost { // then the region is us1, where the plain hosts are
		return host
	}
	if region == "" {
		region = "us1"
	}
	product, domain, _ := strings.Cut(host, ".")
	return strings.Join([]string{product, edge, region, domain}, ".")
}

func checkArguments(a platform.Arguments) error {
	for _, argument := range arguments {
		if strings.ContainsFunc(a[argument.Name], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return &platform.ArgumentError{
				Name: argument.Name, Err: errors.New("must not contain spaces, line breaks or control characters"),
			}
		}
	}
	invalid := func(name, must string) error {
		return &platform.ArgumentError{Name: name, Err: errors.New(must)}
	}
	switch {
	case a["account_sid"] == "":
		return &platform.MissingArgument{Names: []string{"account_sid"}}
	case !accountSID.MatchString(a["account_sid"]):
		return invalid("account_sid", "must be AC and 32 hexadecimal digits")
	case a["api_key"] == "" && a["api_secret"] != "":
		return &platform.MissingArgument{Names: []string{"api_key"}}
	case a["api_key"] == "" && a["auth_token"] == "":
		return &platform.MissingArgument{Names: []string{"auth_token", "api_key"}}
	case a["api_key"] != "" && !apiKeySID.MatchString(a["api_key"]):
		return invalid("api_key", "must be SK and 32 hexadecimal digits")
	case a["api_key"] != "" && a["api_secret"] == "":
		return &platform.MissingArgument{Names: []string{"api_secret"}}
	case a["base_url"] != "": // it stands in for every region and edge
		return nil
	case a["region"] != "" && !hostLabel.MatchString(a["region"]):
		return invalid("region", "must be the name of a region, for example ie1")
	case a["edge"] != "" && !hostLabel.MatchString(a["edge"]):
		return invalid("edge", "must be the name of an edge location, for example dublin")
	case a["region"] != "" && a["region"] != "us1" && a["edge"] == "":
		return invalid("region", "needs edge too, for example region ie1 with edge dublin: "+
			"Twilio's hosts with a region alone are gone")
	}
	return nil
}
