package acctest

import (
	"regexp"
	"strings"
)

// reasonForm is a sentence of what is wrong and, after a comma, a semicolon or a
// colon, the way out.
var (
	reasonForm = regexp.MustCompile(`^[\p{Lu}+].*[,;:] .*\.$`)
	anotherOne = regexp.MustCompile(`[.!?] ["“(]?\p{Lu}`)
)

// checkStatus holds status and status_reason in state to what is promised of them:
// the reason is empty when all is well, else one sentence. The steps of a destroy
// are sentences, too.
func (r *Resource) checkStatus(call string) {
	d := r.driver
	d.t.Helper()
	state := r.State()
	steps, _ := state["destroy_steps"].([]string)
	for _, step := range steps {
		if ill(step) != "" || strings.Contains(step, "\n") {
			d.t.Errorf("%s: a step of the destroy is no sentence: %q", call, step)
		}
	}
	status, _ := state["status"].(string)
	reason, _ := state["status_reason"].(string)
	switch {
	case status == "": // no number
	case status == "active" && reason != "":
		d.t.Errorf("%s: the number is active, and yet it says %q", call, reason)
	case status != "active" && (!reasonForm.MatchString(reason) || anotherOne.MatchString(reason) || strings.Contains(reason, "\n")):
		d.t.Errorf("%s: of a number that is %s, this is not one sentence with the way out: %q", call, status, reason)
	}
}
