package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// showLeft prints what each service is left with.
func (s *stage) showLeft(ctx context.Context) error {
	held, err := s.sim.holdings(ctx)
	if err != nil {
		return err
	}
	rows := []string{"SERVICE\tNUMBER\tOWNED\tCALLS GO TO\tMESSAGES GO TO"}
	for _, n := range held.Twilio.Numbers {
		rows = append(rows, fmt.Sprintf("Twilio\t%s\tyes\t%s\t%s", n.PhoneNumber, orNothing(calls(n)), orNothing(messages(n))))
	}
	for _, number := range held.Twilio.Released {
		rows = append(rows, fmt.Sprintf("Twilio\t%s\treleased\t-\t-", number))
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	if _, err := io.WriteString(table, strings.Join(rows, "\n")+"\n"); err != nil {
		return err
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Printf("\nSIP trunks at Twilio: %d\n", len(held.Twilio.Trunks))
	return nil
}

// numberAt is a number that Twilio holds.
func numberAt(held simulator.TwilioHoldings, number string) (simulator.TwilioNumber, bool) {
	for _, n := range held.Numbers {
		if n.PhoneNumber == number {
			return n, true
		}
	}
	return simulator.TwilioNumber{}, false
}

// calls is what answers a number's calls; the first that is set outranks the others.
func calls(n simulator.TwilioNumber) string {
	return cmp.Or(n.TrunkSID, n.VoiceApplicationSID, n.VoiceURL)
}

// messages is what answers a number's messages.
func messages(n simulator.TwilioNumber) string {
	return cmp.Or(n.SMSApplicationSID, n.SMSURL)
}

func orNothing(s string) string {
	return cmp.Or(s, "nothing")
}
