package e164_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
)

func TestTypeSaysOnlyWhatTheNumberTells(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"+14155550100":   "local",
		"+14152000000":   "local",
		"+18005550100":   "toll_free",
		"+441614960500":  "local",
		"+447911123456":  "mobile",
		"+448081570192":  "toll_free",
		"+443069990000":  "", // of the whole country
		"+80012345678":   "toll_free",
		"+5215512345678": "", // no number of Mexico is that long any more
		"+1":             "",
		"support":        "",
	} {
		if got := e164.Type(number); got != want {
			t.Errorf("%s is %q, want %q", number, got, want)
		}
	}
}
