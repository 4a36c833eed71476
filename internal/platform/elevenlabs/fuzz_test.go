package elevenlabs_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/elevenlabs"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, elevenlabs.Describe,
		`{"detail": {"status": "phone_number_not_found", "message": "no such number"}}`,
		`{"detail": [{"loc": ["body", 1], "msg": "\u001b[31m", "type": "x"}]}`, `{"detail": "Not Found"}`)
}

func FuzzAnswers(f *testing.F) {
	const number = `{"phone_number_id": "phnum_1", "provider": "twilio", "phone_number": "` + phone + `", "label": "\u202e",
		"assigned_agent": {"agent_id": "` + support + `", "agent_name": "x"}}`
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: elevenlabs.Kind, Describe: elevenlabs.Describe, Identifier: support,
		Number: func(identifier string) platform.Number {
			return platform.Number{
				PhoneNumber: phone, AccountSID: main, Carrier: "twilio", Platform: "elevenlabs", Status: platform.Active,
				Block: platform.Values{"agent_id": identifier, "label": "x", "sms_enabled": true, "id": "phnum_1"}, Settings: platform.Values{},
			}
		},
		Open: func(c *httpapi.Client) []any {
			return []any{elevenlabs.New(c, platform.Arguments{"account_sid": main, "auth_token": "token"})}
		},
		Seeds: []string{
			number, `[` + number + `]`, `[]`,
			`[{"phone_number_id": "../%2e", "provider": "twilio", "phone_number": "x"}]`,
			`{"phone_number_id": "phnum_1"}`,
			`{"agent_id": "` + support + `"}`,
			`{"detail": {"status": "agent_not_found", "message": "x"}}`,
		},
	})
}
