package retell_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/retell"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, retell.Describe,
		`{"status": "error", "message": "no such number"}`, `{"status": "error", "message": "\u001b[31m"}`)
}

func FuzzAnswers(f *testing.F) {
	const number = `{"phone_number": "+14155550100", "phone_number_type": "custom", "nickname": "\u202e",
		"inbound_agents": [{"agent_id": "agent_1", "weight": 1}, {"agent_id": "../x", "weight": 1e300}],
		"sip_outbound_trunk_config": {"termination_uri": "example.pstn.twilio.com", "transport": "TCP"}}`
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: retell.Kind, Describe: retell.Describe, Identifier: "agent_1",
		Number: func(identifier string) platform.Number {
			return platform.Number{
				PhoneNumber: "+14155550100", Carrier: "twilio", Platform: "retell", Status: platform.Active,
				Block: platform.Values{
					"inbound_agent_id": identifier, "termination_uri": "example.pstn.twilio.com", "transport": "TCP",
				},
			}
		},
		Open: func(c *httpapi.Client) []any { return []any{retell.New(c)} },
		Seeds: []string{
			number,
			`{"items": [` + number + `], "has_more": false}`,
			`{"items": [` + number + `], "has_more": true, "pagination_key": "../%2e"}`,
			`{"agent_id": "agent_1"}`,
			`{"status": "error", "message": "not found"}`,
		},
	})
}
