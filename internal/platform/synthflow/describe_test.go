package synthflow_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/synthflow"
)

func TestDescribe(t *testing.T) {
	for body, want := range map[string]httpapi.Fault{
		`{}`: {Own: true},
		`{"detail":{"status":"error","description":"no","request_id":"r-1","category":"not_found"}}`: {
			Own: true, Message: "no", RequestID: "r-1", Code: "not_found",
		},
		`{"detail":"no"}`: {Own: true, Message: "no"},
		`{"detail":[{"loc":["query"],"msg":"required"}]}`: {Own: true, Message: `[{"loc":["query"],"msg":"required"}]`},
		`{"error":"not_found","message":"no"}`:            {Own: true, Code: "not_found", Message: "no"},
		`{"status":"error","message":"no"}`:               {Own: true, Message: "no"},
		// Of something on the way.
		``:                      {},
		`<html>`:                {},
		`null`:                  {},
		`[]`:                    {},
		`"no"`:                  {},
		`{"error":"no route"}`:  {Code: "no route"},
		`{"message":"no"}`:      {Message: "no"},
		`{"status":404}`:        {},
		`{"code":1,"reason":2}`: {},
	} {
		if got := synthflow.Describe(400, nil, []byte(body)); got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}
