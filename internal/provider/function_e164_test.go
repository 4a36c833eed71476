package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
)

func TestAccE164Function(t *testing.T) {
	cli := acctest.Start(t).CLI(t)
	for name, test := range map[string]struct{ arguments, want string }{
		"national":                       {`"(415) 555-0100", "US"`, "+14155550100"},
		"small letters":                  {`"020 7946 0000", "gb"`, "+442079460000"},
		"country code beats region":      {`"+14155550100", "DE"`, "+14155550100"},
		"country code and no region":     {`"+1 415 555 0100", ""`, "+14155550100"},
		"a number instead of its digits": {`4155550100, "US"`, "+14155550100"},
	} {
		t.Run(name, func(t *testing.T) {
			cli.Configure(call(test.arguments))
			diagnostics, plan := cli.Plan()
			if plan == nil {
				t.Fatalf("planning fails: %+v", diagnostics)
			}
			if got := plan.OutputChanges["number"].After; got != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestAccE164FunctionBlamesItsArguments(t *testing.T) {
	cli := acctest.Start(t).CLI(t)
	for name, test := range map[string]struct{ arguments, argument, because string }{
		"not a number":               {`"reception", "US"`, "number", `"reception": this is not a phone number`},
		"national, of no region":     {`"(415) 555-0100", ""`, "number", "must begin with + and its country code"},
		"extension":                  {`"415 555 0100 ext. 5", "US"`, "number", "extension"},
		"no number":                  {`null, "US"`, "number", "must not be null"},
		"no region":                  {`"(415) 555-0100", null`, "region", "must not be null"},
		"unknown region":             {`"(415) 555-0100", "UK"`, "region", `"UK": no region of that code`},
		"unknown region, not needed": {`"+14155550100", "UK"`, "region", `"UK": no region of that code`},
		"escape sequence":            {`"\u001b[31m415", "US"`, "number", `"\x1b[31m415": this`},
		"too long to show":           {`join("", [for i in range(1000) : "4"]), "US"`, "number", strings.Repeat("4", 40) + `…": it is too long`},
	} {
		t.Run(name, func(t *testing.T) {
			cli.Configure(call(test.arguments))
			diagnostics, plan := cli.Plan()
			if plan != nil || len(diagnostics) != 1 {
				t.Fatalf("got %+v, want one error", diagnostics)
			}
			detail := diagnostics[0].Detail
			if blamed := fmt.Sprintf("Invalid value for %q parameter", test.argument); !strings.Contains(detail, blamed) {
				t.Errorf("%q does not say %q", detail, blamed)
			}
			if !strings.Contains(detail, test.because) {
				t.Errorf("%q does not say %q", detail, test.because)
			}
		})
	}
}

// A value that is not known at plan is none of the function's business until it is.
func TestAccE164FunctionOfAnUnknownNumber(t *testing.T) {
	cli := acctest.Start(t).CLI(t)
	cli.Configure(`
resource "terraform_data" "number" {
  input = "(415) 555-0100"
}
` + call(`terraform_data.number.output, "US"`))
	cli.Apply()
	if got := cli.State().Values.Outputs["number"].Value; got != "+14155550100" {
		t.Errorf("got %v, want +14155550100", got)
	}
}

// call is a configuration that calls the function.
func call(arguments string) string {
	return fmt.Sprintf("output \"number\" {\n  value = provider::telephony::e164(%s)\n}\n", arguments)
}
