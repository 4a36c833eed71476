package synthflow_test

import (
	"testing"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/platformtest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
)

func FuzzDescribe(f *testing.F) {
	platformtest.FuzzDescribe(f, synthflow.Describe,
		`{"detail": {"status": "error", "description": "no such number", "request_id": "r", "category": "numbers"}}`,
		`{"detail": ["\u001b[31m"]}`, `{"error": "not_found", "message": "x"}`, `{"status": "error"}`)
}

func FuzzAnswers(f *testing.F) {
	const number = `{"slug": "14155550100", "phone_number": "+14155550100", "assistants": ["a1", "../x"], "uac_enabled": false}`
	platformtest.FuzzAnswers(f, platformtest.FuzzTarget{
		Kind: synthflow.Kind, Describe: synthflow.Describe, Identifier: "a1",
		Number: func(identifier string) platform.Number {
			return platform.Number{
				PhoneNumber: "+14155550100", Carrier: "synthflow", Platform: "synthflow", Status: platform.Active,
				Block: platform.Values{"agent_id": identifier, "workspace_id": "w1", "bought_at_synthflow": true},
			}
		},
		Open: func(c *httpapi.Client) []any {
			carrier, on := synthflow.New(c, "w1", time.Nanosecond)
			return []any{carrier, on}
		},
		Seeds: []string{
			number,
			`{"response": {"pagination": {"total_records": 1}, "phone_numbers": [{"number": "+14155550100"}]}}`,
			`{"response": {"pagination": {"total_records": 2000000000}, "phone_numbers": [{"number": "../x"}, {"number": "y"}]}}`,
			`{"response": {"assistants": [{"model_id": "a1"}]}}`,
			`{"detail": "Not found"}`,
		},
	})
}
