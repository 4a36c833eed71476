package httpapi_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

func TestErrorHasTheEndOfALongPath(t *testing.T) {
	t.Parallel()
	const account, number = "AC00000000000000000000000000000001", "PN00000000000000000000000000000001"
	for path, want := range map[string]string{
		"/v1/phone-numbers/%2B14155550100":                                              "/v1/phone-numbers/%2B14155550100",
		"/2010-04-01/Accounts/" + account + "/IncomingPhoneNumbers/" + number + ".json": "…/IncomingPhoneNumbers/" + number + ".json",
		"/2010-04-01/Accounts/" + account + "/IncomingPhoneNumbers.json":                "…/" + account + "/IncomingPhoneNumbers.json",
		"/v2/agents-of-some-workspace-with-a-long-name/" + account + "/":                "…/" + account + "/",
		"/" + account + account + account:                                               "/" + account + account + account,
		"":                                                                              "",
	} {
		e := &httpapi.Error{Service: "Acme", Method: "GET", Path: path, Status: 404}
		if got := "Acme answered 404 Not Found [GET " + want + "]"; e.Error() != got {
			t.Errorf("%s, want %s", e.Error(), got)
		}
	}
}
