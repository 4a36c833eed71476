package provider

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
)

var _ function.Function = e164Function{}

// e164Function is provider::telephony::e164.
type e164Function struct{}

// Metadata names the function.
func (e164Function) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "e164"
}

// Definition describes the function. The region cannot be null: OpenTofu has
// no way to send a null to a function that allows it.
func (e164Function) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Writes a phone number in E.164 form",
		MarkdownDescription: "Returns the E.164 form of a phone number, which is the form of `phone_number` everywhere in this " +
			"provider: `+`, the country code and the rest of the number, digits only. Spaces, brackets, dots and " +
			"hyphens do not matter, and the letters of a vanity number stand for the keys they are on.\n\n" +
			"The number has to be possible in its numbering plan: the country code exists, and the number of digits is " +
			"right. It need not be assigned to anybody. An extension, a short code or an emergency number has no " +
			"E.164 form and is an error.\n\n" +
			"Functions of providers need Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name: "number",
				MarkdownDescription: "The number as it is spelt in its region, such as `(415) 555-0100`, or with its country " +
					"code, such as `+1 415-555-0100`.",
			},
			function.StringParameter{
				Name: "region",
				MarkdownDescription: "The region that a number without a country code belongs to, as two letters of ISO 3166-1, " +
					"such as `US`; small letters do as well. It does not matter for a number with a country code. " +
					"With `\"\"` each number needs its country code.",
			},
		},
		Return: function.StringReturn{},
	}
}

// Run answers one call.
func (e164Function) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var number, code string
	if resp.Error = req.Arguments.Get(ctx, &number, &code); resp.Error != nil {
		return
	}
	region, err := e164.Region(code)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%s: %v", quoted(code), err))
		return
	}
	normal, err := e164.Parse(number, region)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("%s: %v", quoted(number), err))
		return
	}
	resp.Error = resp.Result.Set(ctx, normal)
}

// quoted is an argument for a message, since Terraform does not show which one
// of a list was refused: on one line, nothing a terminal would obey, not long.
func quoted(argument string) string {
	const most = 40
	if runes := []rune(argument); len(runes) > most {
		argument = string(runes[:most]) + "…"
	}
	return strconv.Quote(argument)
}
