package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
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
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	for _, row := range held.left() {
		if _, err := fmt.Fprintln(table, strings.Join(row[:], "\t")); err != nil {
			return err
		}
	}
	return table.Flush()
}

// row is a row of the table of what is left.
type row [4]string

// left is the table of what is left.
func (h holdings) left() []row {
	rows := []row{{"SERVICE", "WHAT", "STATE", "ANSWERED BY"}}
	for _, n := range h.Twilio.Numbers {
		rows = append(rows, row{"Twilio", n.PhoneNumber, "owned", orNothing(strings.Trim(calls(n)+", "+messages(n), ", "))})
	}
	for _, number := range h.Twilio.Released {
		rows = append(rows, row{"Twilio", number, "released", "-"})
	}
	for _, k := range h.Twilio.Trunks {
		rows = append(rows, row{"Twilio", "SIP trunk " + k.SID, leftByResemble, "-"})
	}
	for _, l := range h.Twilio.CredentialLists {
		rows = append(rows, row{"Twilio", "credential list " + l.SID, leftByResemble, "-"})
	}
	for _, p := range h.Twilio.ConnectionPolicies {
		rows = append(rows, row{"Twilio", "connection policy " + p.SID, leftByResemble, "-"})
	}
	for _, service := range []string{"Nixflex", "Resemble AI", "Retell AI", "Vapi", "ElevenLabs", "Synthflow", "DialNexa"} {
		records := h.records(service)
		for _, r := range records {
			rows = append(rows, row{service, r.number, r.state, orNothing(r.agent)})
		}
		if len(records) == 0 {
			rows = append(rows, row{service, "no number", "-", "-"})
		}
		rows = append(rows, h.gone(service)...)
	}
	return rows
}

// gone are the numbers that a platform carried, and that have been given up there.
func (h holdings) gone(service string) []row {
	var rows []row
	switch service {
	case "Synthflow":
		for _, number := range h.Synthflow.CancelledSubscriptions {
			rows = append(rows, row{service, number, "subscription cancelled", "-"})
		}
	case "DialNexa":
		for _, number := range h.DialNexa.Released {
			rows = append(rows, row{service, number, "given up", "-"})
		}
	}
	return rows
}

// leftByResemble is what the demo's last act leaves at Twilio: the only trunk, list and policy that there are.
const leftByResemble = "left by a forced deletion"

// record is a number at a platform.
type record struct {
	number string
	state  string // what it is to the platform
	agent  string // empty: none
}

// records are the numbers at a platform.
func (h holdings) records(service string) []record {
	var records []record
	switch service {
	case "Nixflex":
		for _, n := range h.Nixflex.Numbers {
			records = append(records, record{n.PhoneNumber, "imported", n.AgentID})
		}
	case "Resemble AI":
		for _, n := range h.Resemble.Numbers {
			records = append(records, record{n.PhoneNumber, n.Status, n.AgentUUID})
		}
	case "Retell AI":
		for _, n := range h.Retell.Numbers {
			r := record{number: n.PhoneNumber, state: "imported"}
			if len(n.InboundAgents) > 0 {
				r.agent = n.InboundAgents[0].AgentID
			}
			records = append(records, r)
		}
	case "Vapi":
		for _, n := range h.Vapi.Numbers {
			records = append(records, record{n.Number, "imported", n.AssistantID})
		}
	case "ElevenLabs":
		for _, n := range h.ElevenLabs.Numbers {
			records = append(records, record{n.PhoneNumber, "imported", n.AgentID})
		}
	case "Synthflow":
		for _, n := range h.Synthflow.Numbers {
			r := record{n.PhoneNumber, "imported", h.synthflowAgent(n.PhoneNumber)}
			if n.Bought {
				r.state = "owned, subscription runs"
			}
			records = append(records, r)
		}
	case "DialNexa":
		for _, n := range h.DialNexa.Numbers {
			records = append(records, record{n.PhoneNumber, "owned", n.AgentID})
		}
	}
	return records
}

func (h holdings) record(service, number string) (record, bool) {
	for _, r := range h.records(service) {
		if r.number == number {
			return r, true
		}
	}
	return record{}, false
}

// synthflowAgent is the agent that has the number in its pool.
func (h holdings) synthflowAgent(number string) string {
	for _, a := range h.Synthflow.Agents {
		if slices.Contains(a.Numbers, number) {
			return a.ID
		}
	}
	return ""
}

// setup is what Resemble AI has built for a number.
func (h holdings) setup(number string) simulator.ResembleSetup {
	for _, n := range h.Resemble.Numbers {
		if n.PhoneNumber == number {
			return n.Setup
		}
	}
	return simulator.ResembleSetup{}
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

// orNone lists numbers.
func orNone(numbers []string) string {
	return cmp.Or(strings.Join(numbers, ", "), "none")
}
