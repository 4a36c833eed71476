package vapi_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/vapi"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, vapi.Describe,
		`{"message": "Phone number not found.", "error": "Not Found", "statusCode": 404}`,
		`{"message": ["\u001b[31m", "x"], "error": "Bad Request", "statusCode": 400}`,
		`{"error": "assistant_pinned", "message": "x"}`)
}

func FuzzAnswers(f *testing.F) {
	const id = "00000000-0000-4000-8000-000000000001"
	const number = `{"id": "` + id + `", "orgId": "o", "provider": "twilio", "number": "` + phone + `", "name": "\u202e",
		"assistantId": "` + support + `", "twilioAccountSid": "` + main + `", "twilioAuthToken": "token", "smsEnabled": true}`
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: vapi.Kind, Describe: vapi.Describe, Identifier: support,
		Number: func(identifier string) platform.Number {
			return platform.Number{
				PhoneNumber: phone, AccountSID: main, Carrier: "twilio", Platform: "vapi", Status: platform.Active,
				Block: platform.Values{"assistant_id": identifier, "name": "x", "sms_enabled": true, "provider_name": "twilio", "id": id},
			}
		},
		Open: func(c *httpapi.Client) []any {
			carrier, on := vapi.New(c, nil, platform.Arguments{"account_sid": main, "auth_token": "token"})
			return []any{carrier, on}
		},
		Seeds: []string{
			number,
			`{"results": [` + number + `], "metadata": {"itemsPerPage": 100, "totalItems": 1, "currentPage": 1}}`,
			`{"results": [` + number + `], "metadata": {"itemsPerPage": 100, "totalItems": 2000000000, "currentPage": 1}}`,
			`{"results": [{"id": "../%2e", "provider": "vapi"}], "metadata": {"currentPage": 1, "hasNextPage": true}}`,
			`{"id": "` + support + `"}`,
			`{"message": "Phone number not found.", "error": "Not Found", "statusCode": 404}`,
		},
	})
}
