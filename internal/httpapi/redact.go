package httpapi

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// redacted stands where a secret stood.
const redacted = "[redacted]"

// shortestSecret is the least number of bytes that is taken for a secret: to take
// away less would garble a message and hide nothing.
const shortestSecret = 6

// secretMember is the name of a member of a JSON body that holds a secret. It is
// the second line of defence, behind the values that are known to be secret: a
// service may have one of its own.
var secretMember = regexp.MustCompile(`(?i)token|passw|pwd|secret|api_?key`)

// spellings find a value however it is written. To compile one takes longer than
// all else that is done for a call, so that a process does it once, whatever
// number of clients carry the value.
var spellings sync.Map // value → *spelling

// spelling finds one value. Its expression is so large that a search through one
// line takes longer than the call that the line is about; most lines are seen to
// be without the value by what any line that has it must have.
type spelling struct {
	plain      string
	base64     []string // of which every encoding of the value has one
	expression *regexp.Regexp
}

// plainBase64 is the standard alphabet for the other.
var plainBase64 = strings.NewReplacer("-", "+", "_", "/")

// mayBeIn is false only if the value is not in the text: one without the first
// character of an escape, or what stands for no character, has it as it is or in
// base64.
func (s *spelling) mayBeIn(text string) bool {
	if strings.ContainsAny(text, `\%&+`) || strings.ContainsRune(text, utf8.RuneError) || strings.Contains(text, s.plain) {
		return true
	}
	standard := plainBase64.Replace(text)
	return slices.ContainsFunc(s.base64, func(part string) bool { return strings.Contains(standard, part) })
}

// known are the values that are long enough, each once, the longest first: one
// may be a part of another.
func known(values []string) []string {
	var all []string
	for _, value := range values {
		_, second, _ := strings.Cut(value, ":") // of a pair of ID and secret
		for _, secret := range []string{value, second} {
			if len(secret) >= shortestSecret {
				all = append(all, secret)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	return slices.Compact(all)
}

// credentialsIn are the values of a header that proves who sends a request.
func credentialsIn(header http.Header) []string {
	var all []string
	for name, values := range header {
		for _, value := range values {
			scheme, credentials, schemed := strings.Cut(value, " ")
			if name != "Authorization" || !schemed {
				credentials = value
			}
			all = append(all, credentials)
			if strings.EqualFold(scheme, "Basic") {
				if decoded, err := base64.StdEncoding.DecodeString(credentials); err == nil {
					all = append(all, string(decoded))
				}
			}
		}
	}
	return all
}

// membersIn are the values of a JSON body's members that are named like secrets.
func membersIn(body []byte) []string {
	var all []string
	var collect func(name string, value any)
	collect = func(name string, value any) {
		switch value := value.(type) {
		case string:
			if secretMember.MatchString(name) {
				all = append(all, value)
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

// redact takes the values out of a text.
func redact(text string, values []string) string {
	if text == "" {
		return text
	}
	for _, value := range known(values) {
		if s := spellingOf(value); s.mayBeIn(text) {
			text = s.expression.ReplaceAllLiteralString(text, redacted)
		}
	}
	return text
}

func spellingOf(secret string) *spelling {
	found, ok := spellings.Load(secret)
	if !ok {
		inner := base64Parts(secret)
		found, _ = spellings.LoadOrStore(secret, &spelling{
			plain: secret, base64: inner, expression: regexp.MustCompile(plainSpelling(secret) + "|" + base64Spelling(inner)),
		})
	}
	return found.(*spelling) //nolint:forcetypeassert // nothing else is stored
}

// plainSpelling is an expression for the characters of a text, each as it is or
// escaped as JSON, a URL or HTML does, once or several times over.
func plainSpelling(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "(?:%s)", strings.Join(charSpellings(r), "|"))
	}
	return b.String()
}

// shortEscapes are JSON's, beside those by code.
var shortEscapes = map[rune]string{
	'"': `"`, '\\': `\\`, '/': "/", '\'': "'", '\b': "b", '\f': "f", '\n': "n", '\r': "r", '\t': "t",
}

func charSpellings(r rune) []string {
	char := string(r)
	all := []string{regexp.QuoteMeta(char)}
	if r == '\\' {
		all[0] = `\\+`
	}
	if short, ok := shortEscapes[r]; ok {
		all = append(all, `\\+`+short)
	}
	if r == ' ' {
		all = append(all, `\+`)
	}
	units := `\\+`
	for i, unit := range utf16.Encode([]rune{r}) {
		if i > 0 {
			units += `\\+`
		}
		units += fmt.Sprintf(`u(?i:%04x)`, unit)
	}
	all = append(all, units, fmt.Sprintf(`\\+U(?i:%08x)`, r))
	if r < 0x100 {
		all = append(all, fmt.Sprintf(`\\+x(?i:%02x)`, r))
	}
	var octets strings.Builder
	for _, octet := range []byte(char) {
		fmt.Fprintf(&octets, `%%(?:25)*(?i:%02x)`, octet)
	}
	all = append(all, octets.String())
	if entity := html.EscapeString(char); entity != char {
		all = append(all, regexp.QuoteMeta(entity))
	}
	return append(all, fmt.Sprintf(`&#(?:0*%d|[xX]0*(?i:%x));`, r, r))
}

// base64Parts are what is in base64 of whatever has the text in it, as a user's
// name and password have. How the text comes out depends on where in a group of
// three bytes it begins.
func base64Parts(text string) []string {
	var parts []string
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + text))
		whole := (before + len(text)) * 8 / 6 // characters that depend on nothing behind the text
		parts = append(parts, encoded[(before*8+5)/6:whole])
	}
	return parts
}

// base64Spelling is an expression for all that has one of the parts in it, in
// either alphabet and however it is escaped.
func base64Spelling(parts []string) string {
	const rest = `(?:[A-Za-z0-9+/_-]|%(?:25)*2[BbFf]|\\+/)*`
	spelled := strings.NewReplacer("+", `(?:\+|-|%(?:25)*2[Bb])`, "/", `(?:\\*/|_|%(?:25)*2[Ff])`)
	return rest + "(?:" + spelled.Replace(strings.Join(parts, "|")) + ")" + rest + `(?:=|%(?:25)*3[Dd])*`
}

// redactedError is an error whose text has been redacted.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

// redact takes the secrets that the call carries out of what the service, or
// what carried the request there, says.
func (call *call) redact(text string) string {
	return redact(text, call.secrets)
}

func (call *call) redactError(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := call.redact(text); clean != text {
		return &redactedError{clean, err}
	}
	return err
}
