package httpapi

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Endpoint is where a service answers and how a request proves who sends it.
type Endpoint struct {
	// BaseURL is what the paths of requests are appended to.
	BaseURL *url.URL
	// BaseURLOf stands in for BaseURL at a service that has several hosts. It
	// is given Request.Host.
	BaseURLOf func(host string) *url.URL
	// Authorize puts the credentials into the header of a request.
	Authorize func(*http.Request)
}

// BearerEndpoint is a service that takes the argument api_key as bearer token
// and answers at base_url, or else at its own address; empty: it has no single
// one, and region says which. Errors blame an argument.
func BearerEndpoint(a platform.Arguments, address string) (Endpoint, error) {
	key := a["api_key"]
	if key == "" {
		return Endpoint{}, &platform.MissingArgument{Names: []string{"api_key"}}
	}
	address = cmp.Or(a["base_url"], address)
	if address == "" {
		return Endpoint{}, &platform.MissingArgument{Names: []string{"region", "base_url"}}
	}
	base, err := ParseBaseURL(address)
	if err != nil {
		return Endpoint{}, &platform.ArgumentError{Name: "base_url", Err: err}
	}
	return Endpoint{
		BaseURL:   base,
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+key) },
	}, nil
}

// urlOf returns the whole URL of a request.
func (e Endpoint) urlOf(r Request) (*url.URL, error) {
	if err := checkPath(r.Method, r.Path); err != nil {
		return nil, err
	}
	base := e.BaseURL
	if e.BaseURLOf != nil {
		base = e.BaseURLOf(r.Host)
	}
	u, err := url.Parse(strings.TrimSuffix(base.String(), "/") + r.Path)
	if err != nil {
		return nil, err
	}
	u.RawQuery = r.Query.Encode()
	return u, nil
}

// checkPath refuses a path that an empty or a dotted segment makes the path of
// something else: a DELETE of "/numbers/" is not one of a number. The paths of
// some lists end in a slash, so a GET's may.
func checkPath(method, path string) error {
	rest, rooted := strings.CutPrefix(path, "/")
	if !rooted || strings.ContainsAny(path, "?#") {
		return errors.New("not the path of a request")
	}
	if method == http.MethodGet {
		rest = strings.TrimSuffix(rest, "/")
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return errors.New("a part of the path is missing or empty")
		}
	}
	return nil
}

// Segment escapes one segment of a path, so that it can be neither several
// nor another one: "+1" becomes "%2B1", "a/b" becomes "a%2Fb". It leaves an
// empty string empty, which Do then refuses.
func Segment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	// A plus is legal in a path, but some servers take it for a space.
	return strings.ReplaceAll(url.PathEscape(s), "+", "%2B")
}

// ParseBaseURL reads a base URL from a configuration. It must be https, or http
// to a loopback address, since every request to it carries credentials.
func ParseBaseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("must be a URL") // err quotes s, which may hold a password
	case u.User != nil:
		return nil, errors.New("must not contain a user name or a password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("must not contain a query or a fragment")
	case u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("must be an absolute URL, like https://example.com")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, errors.New("must be https, or http to a loopback address such as http://127.0.0.1:8080")
	}
	return url.Parse(strings.TrimRight(u.String(), "/"))
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
