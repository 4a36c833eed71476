package nixflex_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, nixflex.Describe,
		`{"error": {"type": "not_found", "code": "number_not_found", "message": "no such number", "doc_url": "https://x"}}`,
		`{"error": {"type": 1, "code": "\u001b[31m"}}`)
}

func FuzzAnswers(f *testing.F) {
	const number = `{"phone_number": "` + phone + `", "agent_id": "` + support + `", "custom_prompt": null}`
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: nixflex.Kind, Describe: nixflex.Describe, Identifier: support,
		Number: func(identifier string) platform.Number {
			return platform.Number{
				PhoneNumber: phone, AccountSID: main, Carrier: "twilio", Platform: "nixflex", Status: platform.Active,
				Block: platform.Values{"agent_id": identifier, "custom_prompt": "Hello."}, Settings: platform.Values{},
			}
		},
		Open: func(c *httpapi.Client) []any { return []any{nixflex.New(c, main, "token")} },
		Seeds: []string{
			`{"phone_number": ` + number + `}`,
			`{"phone_numbers": [` + number + `], "count": 1}`,
			`{"phone_numbers": [{"phone_number": "../x", "agent_id": "../%2e"}], "count": 2000000000}`,
			`{"agent_id": "` + support + `"}`,
			`{"agents": [{"agent_id": "` + support + `"}]}`,
			`{"error": {"type": "conflict", "code": "number_already_imported", "message": "\u001b[31m"}}`,
			`{"error": {"type": "not_found", "code": "agent_not_found", "message": "x"}}`,
		},
	})
}
