package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// verdict is what is known of a rule after a run.
type verdict string

const (
	confirmed verdict = "confirmed" // the service does as the simulator does by default
	refuted   verdict = "refuted"   // it does otherwise
	notSeen   verdict = "not seen"
)

// finding is a rule with its verdict.
type finding struct {
	Service  string  `json:"service"`
	Rule     string  `json:"rule"`
	Verdict  verdict `json:"verdict"`
	Evidence string  `json:"evidence"` // or why it was not seen
}

// remark is something seen of a service that is no rule.
type remark struct {
	Service string `json:"service"`
	About   string `json:"about"`
	Text    string `json:"text"`
	Times   int    `json:"times"`
}

type skipped struct {
	Service string `json:"service"`
	Why     string `json:"why"`
}

// report is what a run has seen. All that leaves it is masked.
type report struct {
	mask     *mask
	calls    int
	findings []finding
	remarks  []remark
	skipped  []skipped
}

// pause is how long to wait after a 429 that does not say, and before something is tried again.
var pause = time.Second

func newReport() *report { return &report{mask: &mask{}} }

// see notes a rule. What refutes it outweighs what confirms it.
func (r *report) see(service, rule string, asByDefault bool, evidence string) {
	found := finding{service, rule, confirmed, evidence}
	if !asByDefault {
		found.Verdict = refuted
	}
	for i, f := range r.findings {
		if f.Service != service || f.Rule != rule {
			continue
		}
		if found.Verdict == refuted && f.Verdict != refuted {
			r.findings[i] = found
		}
		return
	}
	r.findings = append(r.findings, found)
}

func (r *report) note(service, about, text string) {
	for i, known := range r.remarks {
		if known.Service == service && known.About == about && known.Text == text {
			r.remarks[i].Times++
			return
		}
	}
	r.remarks = append(r.remarks, remark{service, about, text, 1})
}

// settle brings the findings into the order of the simulator's rules, with a reason for each that was not seen.
func (r *report) settle(sessions []*session, lived, spent bool) {
	asked := map[string]bool{}
	for _, s := range sessions {
		asked[s.svc.Kind.Name] = true
	}
	var all []finding
	for _, rule := range simulator.Rules() {
		found := finding{Service: string(rule.Service), Rule: rule.Name, Verdict: notSeen}
		for _, f := range r.findings {
			if f.Service == found.Service && f.Rule == found.Rule {
				found = f
			}
		}
		if found.Verdict == notSeen {
			found.Evidence = unseen(rule, asked[found.Service], lived, spent)
		}
		all = append(all, found)
	}
	r.findings = all
}

// unseen says why a rule was not seen.
func unseen(rule simulator.Rule, asked, lived, spent bool) string {
	how := ways[rule]
	switch {
	case !asked:
		return "the service was not asked"
	case how.how == byLife && !lived:
		return strings.TrimSuffix("only a life on a number shows it: -number; "+how.needs, "; ")
	case how.how == bySpending && !spent:
		return "only a purchase shows it: -spend"
	}
	return how.needs
}

type document struct {
	Calls    int       `json:"calls"`
	Rules    []finding `json:"rules"`
	Remarks  []remark  `json:"remarks"`
	NotAsked []skipped `json:"not_asked"`
}

func (r *report) masked() document {
	d := document{Calls: r.calls, NotAsked: r.skipped}
	for _, f := range r.findings {
		f.Evidence = r.mask.text(f.Evidence)
		d.Rules = append(d.Rules, f)
	}
	for _, m := range r.remarks {
		m.Text = r.mask.text(m.Text)
		d.Remarks = append(d.Remarks, m)
	}
	slices.SortStableFunc(d.Remarks, func(a, b remark) int {
		return cmp.Or(strings.Compare(a.Service, b.Service), strings.Compare(a.About, b.About))
	})
	return d
}

func (r *report) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return r.json(out)
	}
	return r.text(out)
}

func (r *report) json(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r.masked())
}

func (r *report) text(out io.Writer) error {
	d := r.masked()
	var w strings.Builder
	for _, m := range d.Remarks {
		fmt.Fprintf(&w, "%s\t%s\t%s\t%d×\n", m.Service, m.About, m.Text, m.Times)
	}
	fmt.Fprintln(&w)
	count := map[verdict]int{}
	for _, f := range d.Rules {
		count[f.Verdict]++
		fmt.Fprintf(&w, "%s\t%s\t%s\t%s\n", f.Verdict, f.Service, f.Rule, f.Evidence)
	}
	fmt.Fprintln(&w)
	for _, s := range d.NotAsked {
		fmt.Fprintf(&w, "not asked\t%s\t%s\n", s.Service, s.Why)
	}
	fmt.Fprintf(&w, "%d calls; %d rules confirmed, %d refuted, %d not seen\n", d.Calls, count[confirmed], count[refuted], count[notSeen])
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(table, w.String()); err != nil {
		return err
	}
	return table.Flush()
}

// mask takes secrets and phone numbers out of what is printed.
type mask struct {
	secrets []string
	numbers []string // without the plus sign
}

var (
	e164     = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	anyPhone = regexp.MustCompile(`(?i)(\+|%2B)[1-9]\d{6,14}`)
)

// text keeps the first two digits of a number and its last two.
func (m *mask) text(text string) string {
	for _, secret := range m.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	text = anyPhone.ReplaceAllStringFunc(text, masked)
	for _, number := range m.numbers {
		text = strings.ReplaceAll(text, number, masked(number))
	}
	return text
}

func masked(number string) string {
	digits := strings.TrimLeft(strings.ReplaceAll(strings.ToUpper(number), "%2B", "+"), "+")
	return "+" + digits[:2] + strings.Repeat("*", len(digits)-4) + digits[len(digits)-2:]
}
