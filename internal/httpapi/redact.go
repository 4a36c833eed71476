package httpapi

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// secretMember is the name of a member of a JSON body that holds a secret.
var secretMember = regexp.MustCompile(`(?i)token|password|secret`)

// shortestSecret is the least number of bytes that is taken for a secret: to take
// away less would garble a message and hide nothing.
const shortestSecret = 6

// secretsOf are the secrets that a request carries: a service that refuses one
// may quote it.
func secretsOf(header http.Header, body []byte) []string {
	var all []string
	add := func(secret string) {
		if len(secret) >= shortestSecret {
			all = append(all, secret)
		}
	}
	if _, password, ok := (&http.Request{Header: header}).BasicAuth(); ok {
		add(password)
	}
	if _, credentials, ok := strings.Cut(header.Get("Authorization"), " "); ok {
		add(credentials)
		_, secret, _ := strings.Cut(credentials, ":") // of a pair of ID and secret
		add(secret)
	}
	var collect func(name string, value any)
	collect = func(name string, value any) {
		switch value := value.(type) {
		case string:
			if secretMember.MatchString(name) {
				add(value)
			}
		case []any:
			for _, element := range value {
				collect(name, element)
			}
		case map[string]any:
			for member, inner := range value {
				collect(member, inner)
			}
		}
	}
	var members any
	if json.Unmarshal(body, &members) == nil {
		collect("", members)
	}
	return all
}

// redact takes the request's secrets out of what the service says.
func (call *call) redact(s string) string {
	for _, secret := range call.secrets {
		s = strings.ReplaceAll(s, secret, "[redacted]")
	}
	return s
}
