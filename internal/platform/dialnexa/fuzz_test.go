package dialnexa_test

import (
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/dialnexa"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, dialnexa.Describe,
		`{"statusCode": 404, "message": "no such number", "error": "Not Found"}`,
		`{"statusCode": 400, "message": ["\u001b[31m", "x"]}`)
}

func FuzzAnswers(f *testing.F) {
	const number = `{"id": "` + numberID + `", "phone_number": "` + phone + `", "agent_id": "agt_one", "created_at": "x"}`
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: dialnexa.Kind, Describe: dialnexa.Describe, Identifier: numberID,
		Number: func(identifier string) platform.Number {
			return platform.Number{
				PhoneNumber: phone, SID: identifier, Carrier: "dialnexa", Platform: "dialnexa", Status: platform.Active,
				Purchase: &platform.Purchase{Country: "US"},
				Block: platform.Values{
					"agent_id": identifier, "agent_link": "agent", "agent_version": int64(1), "telephony_provider_id": identifier,
				},
			}
		},
		Open: func(c *httpapi.Client) []any {
			carrier, on := dialnexa.New(c, time.Nanosecond)
			return []any{carrier, on}
		},
		Seeds: []string{
			number,
			`{"data": [` + number + `], "total": 1}`,
			`{"items": [{"id": "../x", "phone_number": "../y"}], "meta": {"total": 2000000000}}`,
			`{"items": [{"id": "phn_x", "phone_number": "\u001b[31m"}], "total": 2}`,
			`{"id": "agt_one"}`,
			`{"phoneNumber": "` + phone + `", "organizationPhoneNumber": ` + number + `}`,
			`{"statusCode": 404, "message": "Not found"}`,
		},
	})
}
