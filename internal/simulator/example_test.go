package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// A purchase that goes through although its answer is lost: the case in which a client must look before it buys again.
func Example() {
	sim := simulator.New()
	server := httptest.NewServer(sim)
	defer server.Close()
	defer sim.Close()

	sim.Inject(simulator.Fault{Service: simulator.Twilio, Method: http.MethodPost, Cut: simulator.CutAfter, Times: 1})

	address := server.URL + "/twilio/2010-04-01/Accounts/" + simulator.DefaultAccountSID + "/IncomingPhoneNumbers.json"
	form := url.Values{"PhoneNumber": {"+14155550100"}}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		fmt.Println(err)
		return
	}
	req.SetBasicAuth(simulator.DefaultAccountSID, simulator.DefaultAuthToken)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	fmt.Println("answered:", err == nil)
	fmt.Println("bought:", sim.Twilio().Purchases())
	for _, request := range sim.Requests() {
		fmt.Println(request.Method, request.Form.Encode(), request.Status)
	}
	// Output:
	// answered: false
	// bought: [+14155550100]
	// POST PhoneNumber=%2B14155550100 0
}
