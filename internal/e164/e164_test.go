package e164_test

import (
	"regexp"
	"strings"
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

func TestParse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ number, region, want string }{
		"national":                            {"(415) 555-0100", "US", "+14155550100"},
		"national with its prefix":            {"020 7946 0000", "GB", "+442079460000"},
		"prefix that is part of the number":   {"06 1234 5678", "IT", "+390612345678"},
		"prefix between brackets":             {"+44 (0)20 7946 0000", "", "+442079460000"},
		"country code without plus":           {"1 415 555 0100", "US", "+14155550100"},
		"international prefix of the region":  {"011 44 20 7946 0000", "US", "+442079460000"},
		"country code beats region":           {"+14155550100", "DE", "+14155550100"},
		"no country of one region":            {"+800 1234 5678", "", "+80012345678"},
		"plus between brackets":               {"(+1) 415-555-0100", "", "+14155550100"},
		"URI":                                 {"tel:+1-415-555-0100", "", "+14155550100"},
		"vanity":                              {"1-800-FLOWERS", "US", "+18003569377"},
		"vanity with country code":            {"+1 800 flowers", "", "+18003569377"},
		"full-width digits":                   {"＋１４１５５５５０１００", "", "+14155550100"},
		"Arabic digits":                       {"٤١٥٥٥٥٠١٠٠", "US", "+14155550100"},
		"spaces around":                       {"\t+14155550100\r\n", "", "+14155550100"},
		"no-break spaces":                     {"415\u00a0555\u00a00100", "US", "+14155550100"},
		"marks of direction, as phones paste": {"\u202a+1 415 555 0100\u202c", "", "+14155550100"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := e164.Parse(test.number, test.region)
			if err != nil || got != test.want {
				t.Errorf("Parse(%q, %q) = %q, %v; want %q", test.number, test.region, got, err, test.want)
			}
		})
	}
}

func TestParse_Refuses(t *testing.T) {
	t.Parallel()
	const (
		noCountryCode = "must begin with + and its country code"
		noSuchCountry = "country code does not exist"
		notANumber    = "not a phone number"
		characters    = "characters that are not part"
		strayLetters  = "letters that are not part"
		extension     = "extension"
		tooShort      = "too short"
		tooLong       = "too long"
		noAreaCode    = "lacks its area code"
	)
	for name, test := range map[string]struct{ number, region, because string }{
		"nothing":                             {"", "US", notANumber},
		"nothing, of no region":               {"", "", noCountryCode},
		"space":                               {" ", "US", notANumber},
		"words":                               {"reception", "US", notANumber},
		"one digit":                           {"0", "US", notANumber},
		"national, of no region":              {"(415) 555-0100", "", noCountryCode},
		"international prefix, of no region":  {"0044 20 7946 0000", "", noCountryCode},
		"country code that does not exist":    {"+999 123456789", "US", noSuchCountry},
		"emergency number":                    {"911", "US", tooShort},
		"too long":                            {"415 555 0100 12", "US", tooLong},
		"too long for any country":            {"+1415555010012345678", "", tooLong},
		"too long to look at":                 {"+1" + strings.Repeat("4", 1_000_000), "", tooLong},
		"too long for E.164":                  {"76770968509431289", "JP", "more than 15 digits"},
		"not the same when read again":        {"002000", "CC", notANumber},
		"number of another region":            {"14155550100", "GB", tooLong},
		"between two lengths":                 {"1234567", "AD", "no number of its country is that long"},
		"without area code":                   {"555-0100", "US", noAreaCode},
		"extension":                           {"415 555 0100 ext. 5", "US", extension},
		"extension, short":                    {"+1 415 555 0100 x5", "", extension},
		"extension, in a URI":                 {"tel:+14155550100;ext=5", "", extension},
		"letter for a digit":                  {"+49 30 12345O6", "", strayLetters},
		"letter after the number":             {"+14155550100a", "", strayLetters},
		"digits that are not told":            {"+1 XXX 555 0100", "", strayLetters},
		"words before the number":             {"phone: +14155550100", "US", characters},
		"words before a number, of no region": {"phone: +14155550100", "", noCountryCode},
		"two numbers":                         {"+14155550100 / x+14155550101", "", strayLetters},
		"prefix that hides the caller":        {"*67 415 555 0100", "US", characters},
		"line break inside":                   {"415\n5550100", "US", notANumber},
		"line break and more":                 {"+14155550100\n*", "", notANumber},
		"escape sequence":                     {"\x1b[31m4155550100", "US", notANumber},
		"NUL at the end":                      {"4155550100\x00", "US", notANumber},
		"not UTF-8":                           {"4155550100\xff", "US", notANumber},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := e164.Parse(test.number, test.region)
			if err == nil || got != "" || !strings.Contains(err.Error(), test.because) {
				t.Errorf("Parse(%.40q, %q) = %q, %v; want an error with %q", test.number, test.region, got, err, test.because)
			}
		})
	}
}

// Whatever is accepted is in E.164 form, and stays what it is.
func FuzzParse(f *testing.F) {
	for _, number := range []string{"(415) 555-0100", "+1 800 FLOWERS", "tel:+14155550100", "7x28387126/36619be", "+62 715994483497881"} {
		for _, region := range []string{"", "US", "JP"} {
			f.Add(number, region)
		}
	}
	form := regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
	f.Fuzz(func(t *testing.T, number, region string) {
		region, err := e164.Region(region)
		if err != nil {
			return
		}
		normal, err := e164.Parse(number, region)
		if err != nil {
			return
		}
		if again, err := e164.Normalize(normal); !form.MatchString(normal) || err != nil || again != normal {
			t.Errorf("Parse(%q, %q) = %q, which is %q, %v", number, region, normal, again, err)
		}
	})
}

func TestRegion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code, want string
		refused    bool
	}{
		{code: "US", want: "US"},
		{code: "gb", want: "GB"},
		{code: "", want: ""},
		{code: "UK", refused: true},
		{code: "USA", refused: true},
		{code: "001", refused: true}, // the library's name for what is of no country
		{code: "ZZ", refused: true},  // and for no region
		{code: "AQ", refused: true},  // Antarctica has no numbers
		{code: " US", refused: true},
		{code: "\x1b[31m", refused: true},
	} {
		got, err := e164.Region(test.code)
		if (err != nil) != test.refused || got != test.want {
			t.Errorf("Region(%q) = %q, %v; want %q, refused %t", test.code, got, err, test.want, test.refused)
		}
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

func TestCountryIsWhatTheNumberTells(t *testing.T) {
	for number, want := range map[string]string{
		"+14155550100":  "US",
		"+16045550100":  "CA", // the same country code
		"+18005550100":  "US",
		"+442079460000": "GB",
		"+493012345678": "DE",
		"+80012345678":  "", // international toll-free
		"4155550100":    "",
		"":              "",
	} {
		if got := e164.Country(number); got != want {
			t.Errorf("%q is in %q, want %q", number, got, want)
		}
	}
}
