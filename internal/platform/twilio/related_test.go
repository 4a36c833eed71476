package twilio_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// Many numbers that are nowhere to be found cost one look at each account.
func TestRelatedAccountsAreAskedOncePerRun(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	const accounts = 30
	for range accounts {
		w.Twilio().AddSubaccount(main)
	}
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			n := platform.Number{PhoneNumber: fmt.Sprintf("+141555502%02d", i)}
			if got, err := w.Elsewhere(t.Context(), n); got != "" || err != nil {
				t.Errorf("%s: %q, %v", n.PhoneNumber, got, err)
			}
		})
	}
	group.Wait()
	asked := map[string]int{}
	for _, r := range w.Requests() {
		asked[r.Path]++
	}
	if len(asked) != accounts+1 || len(w.Requests()) != accounts+1 {
		t.Errorf("%d calls to %d lists, want one to each of %d", len(w.Requests()), len(asked), accounts+1)
	}
}

// What the run has been told must not hide what has happened since: what it
// transfers and buys itself is noted, and a number that an account had is looked
// at again.
func TestRelatedAccountsAreNotBelievedAgainstWhatHappenedSince(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	other := w.Twilio().AddSubaccount(main).SID
	n := w.own(simulator.TwilioNumber{})
	where := func() string {
		t.Helper()
		account, err := w.Elsewhere(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		return account
	}
	if got := where(); got != "" {
		t.Fatalf("it is in %s", got)
	}
	moving := n
	moving.AccountSID = other
	if _, err := w.Configure(t.Context(), n, moving); err != nil {
		t.Fatal(err)
	}
	if got := where(); got != other {
		t.Errorf("after its transfer to %s it is in %q", other, got)
	}
	w.Twilio().RemoveNumber(phone)
	if got := where(); got != "" {
		t.Errorf("it was released meanwhile, and is in %q", got)
	}

	w.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: phone})
	bought := platform.Number{PhoneNumber: phone, AccountSID: other, Purchase: &platform.Purchase{Country: "US"}}
	if _, err := w.Buy(t.Context(), bought, ""); err != nil {
		t.Fatal(err)
	}
	if got := where(); got != other {
		t.Errorf("after its purchase in %s it is in %q", other, got)
	}
}

// A failure is not remembered: the next number asks again.
func TestRelatedAccountsThatDoNotAnswerAreAskedAgain(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	other := w.Twilio().AddSubaccount(main).SID
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone, AccountSID: other})
	w.Inject(simulator.Fault{Path: "*" + other + "*", Status: 503})
	if got, err := w.Elsewhere(t.Context(), platform.Number{PhoneNumber: phone}); err == nil || !strings.Contains(err.Error(), phone) {
		t.Errorf("%q, %v", got, err)
	}
	w.ClearFaults()
	if got, err := w.Elsewhere(t.Context(), platform.Number{PhoneNumber: phone}); got != other || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
