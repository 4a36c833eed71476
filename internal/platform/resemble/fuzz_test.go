package resemble_test

import (
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/resemble"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, resemble.Describe,
		`{"success": false, "message": "Failed to create", "errors": {"label": ["can't be blank"]}}`,
		`{"success": false, "message": "\u001b[31m", "errors": {"\u202e": [""]}}`)
}

func FuzzAnswers(f *testing.F) {
	const number = `{"id": 7, "phone_number": "+14155550100", "label": "Support", "supports_inbound": true, "status": "active",
		"agent_uuid": "u1", "inbound_trunk": {"twilio_trunk_sid": "TK/../x", "livekit_trunk_id": "\u001b[31m"}}`
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: resemble.Kind, Describe: resemble.Describe, Identifier: "u1",
		Number: func(identifier string) platform.Number {
			return platform.Number{
				PhoneNumber: "+14155550100", AccountSID: "AC00000000000000000000000000000001", Carrier: "twilio",
				Platform: "resemble", Status: platform.Active,
				Block: platform.Values{
					"id": int64(7), "label": "Support", "agent_uuid": identifier, "supports_inbound": true, "supports_outbound": false,
				},
			}
		},
		Open: func(c *httpapi.Client) []any {
			return []any{resemble.New(c, platform.Arguments{"account_sid": "AC1", "auth_token": "token"}, time.Nanosecond)}
		},
		Seeds: []string{
			`{"success": true, "item": ` + number + `}`,
			`{"success": true, "items": [` + number + `], "count": 1}`,
			`{"success": true, "items": [{"id": 8, "phone_number": "../x", "status": "new word"}], "count": 2000000000}`,
			`{"success": true, "item": {"agent": {"uuid": "u1", "name": "\u202e"}, "phone_numbers": [` + number + `]}}`,
			`{"success": true, "item": {"id": 7, "phone_number": "+14155550100", "status": "deleting"}}`,
			`{"success": true, "item": {"id": 7, "phone_number": "+14155550100", "status": "corrupted"}}`,
			`{"success": true}`,
			`{"success": false, "message": "x", "errors": {"agent": []}}`,
		},
	})
}
