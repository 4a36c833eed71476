package e164_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		number, want string
		refused      bool
	}{
		"E.164 stays":                  {number: "+14155550100", want: "+14155550100"},
		"punctuation":                  {number: "+1 (415) 555-0100", want: "+14155550100"},
		"dots":                         {number: "+44.20.7946.0000", want: "+442079460000"},
		"magic test number":            {number: "+15005550006", want: "+15005550006"},
		"no country code":              {number: "(415) 555-0100", refused: true},
		"digits alone":                 {number: "14155550100", refused: true},
		"too short":                    {number: "+1415", refused: true},
		"too long":                     {number: "+1415555010012345678", refused: true},
		"country code does not exist":  {number: "+999123456789", refused: true},
		"extension":                    {number: "+14155550100 ext. 7", refused: true},
		"empty":                        {number: "", refused: true},
		"words":                        {number: "+call me", refused: true},
		"path":                         {number: "+1/../415", refused: true},
		"surrounding space is allowed": {number: " +14155550100 ", want: "+14155550100"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := e164.Normalize(test.number)
			if (err != nil) != test.refused || got != test.want {
				t.Errorf("Normalize(%q) = %q, %v; want %q, refused %t", test.number, got, err, test.want, test.refused)
			}
		})
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"+14155550100", "+1 415 555 0100", true},
		{"+14155550100", "+14155550101", false},
		{"nonsense", "nonsense", true},
		{"nonsense", "+14155550100", false},
		{"+14155550100", "nonsense", false},
	} {
		if got := e164.Same(test.a, test.b); got != test.want {
			t.Errorf("Same(%q, %q) = %t, want %t", test.a, test.b, got, test.want)
		}
	}
}
