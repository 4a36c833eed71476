package phonenumber

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// maxPrinted bounds a text for people, in characters.
const maxPrinted = 20_000

// printable makes a text fit for a terminal that quotes what a service or a
// configuration says: characters that would move a cursor, set a colour or turn
// the direction of writing are shown as escapes, but for ends of lines.
func printable(s string) string {
	var b strings.Builder
	for i, r := range []rune(strings.ToValidUTF8(s, "\uFFFD")) {
		switch {
		case i == maxPrinted:
			b.WriteString("…")
			return b.String()
		case r == '\n', !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// makePrintable is for deferring: it makes all that an operation has to say
// printable.
func makePrintable(diags *diag.Diagnostics) {
	for i, d := range *diags {
		summary, detail := printable(d.Summary()), printable(d.Detail())
		if summary == d.Summary() && detail == d.Detail() {
			continue
		}
		clean := diag.Diagnostic(diag.NewWarningDiagnostic(summary, detail))
		if d.Severity() == diag.SeverityError {
			clean = diag.NewErrorDiagnostic(summary, detail)
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			clean = diag.WithPath(at.Path(), clean)
		}
		(*diags)[i] = clean
	}
}
