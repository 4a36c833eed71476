package twilio_test

import (
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, twilio.Describe,
		`{"code": 20404, "message": "not found", "more_info": "https://www.twilio.com/docs/errors/20404", "status": 404}`,
		`{"code": "20404", "message": ["\u001b[31m"], "status": "404"}`)
}

func FuzzAnswers(f *testing.F) {
	n := platform.Number{
		PhoneNumber: phone, AccountSID: main, Carrier: "twilio", Platform: platform.None, Status: platform.Active,
		Purchase: &platform.Purchase{Country: "US"}, DeregisterEmergencyAddress: true,
		Settings: platform.Values{"friendly_name": ours, "voice_url": "https://example.com", "emergency_address_sid": address},
	}
	number := item(pn, main, phone)
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: twilio.Kind, Describe: twilio.Describe, Identifier: pn,
		Number: func(identifier string) platform.Number {
			n.SID = identifier
			return n
		},
		Open: func(c *httpapi.Client) []any { return []any{twilio.New(c, main, time.Nanosecond)} },
		Seeds: []string{
			number,
			`{"incoming_phone_numbers": [` + number + `], "next_page_uri": null}`,
			`{"incoming_phone_numbers": [], "next_page_uri": "/x.json?PageSize=50&Page=1&PageToken=PA1"}`,
			`{"incoming_phone_numbers": [], "next_page_uri": "https://elsewhere.example/../?PageToken=%2E%2E/x"}`,
			`{"incoming_phone_numbers": [` + item("PN/../x", main, phone) + `]}`,
			`{"available_phone_numbers": [{"phone_number": "` + phone + `"}, {"phone_number": "../x"}]}`,
			`{"accounts": [{"sid": "` + main + `", "status": "active"}, {"sid": "AC00000000000000000000000000000002"}]}`,
			`{"incoming_phone_numbers": []} and more`,
			`{"code": 21422, "message": "\u001b[31m", "status": 400}`,
		},
	})
}
