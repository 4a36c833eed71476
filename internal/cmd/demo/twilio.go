package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// The numbers of examples/demo/twilio.
const (
	reception = "+14155550100"                // owned from the start
	found     = "https://old.example.com/sms" // what answers its messages, which no configuration names
	support   = "+14155550101"
	sales     = "+12125550100" // the first in New York that the simulator has on sale
	typo      = "+14155550199"
)

var twilioActs = []act{
	{
		title: "A plan says which numbers are adopted and which are bought",
		text: "Three numbers: the first is owned already, the second is named and may be bought, the third may be any " +
			"number in New York. Look for acquisition, and for the warning of what the adoption overwrites.",
		in: "twilio",
		steps: []step{
			glance("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(
				change{name: "reception", action: "create", after: values{"acquisition": "adopted"}},
				change{name: "support", action: "create", after: values{"acquisition": "purchased"}},
				change{name: "sales", action: "create", after: values{"acquisition": "purchased"}},
			),
			says("Adopting " + reception + " overwrites its wiring"),
			bought(),
		},
	},
	{
		title: "Apply",
		text: "The saved plan runs: one number is adopted and wired as its configuration names it, which leaves its messages " +
			"alone, and two are bought.",
		in: "twilio",
		steps: []step{
			terraform("apply next.tfplan", succeeds),
			bought(support, sales),
			owned(reception, "https://example.com/reception", found),
			owned(support, "https://example.com/support", ""),
			owned(sales, "https://example.com/sales", "https://example.com/sales/sms"),
		},
	},
	{
		title: "Plan again: no changes",
		text:  "After a good apply there is nothing left to do.",
		in:    "twilio",
		steps: []step{
			terraform("plan -detailed-exitcode", noChanges),
			says("No changes."),
		},
	},
	{
		title: "Drift is found and repaired",
		text:  "Somebody points the number elsewhere, in the Twilio Console. The next plan sees it, and the apply puts it back.",
		in:    "twilio",
		steps: []step{
			inConsole(reception, values{"voice_url": "https://elsewhere.example.com/voice"}),
			glance("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(change{
				name: "reception", action: "update",
				before: values{"voice_url": "https://elsewhere.example.com/voice"},
				after:  values{"voice_url": "https://example.com/reception"},
			}),
			terraform("apply next.tfplan", succeeds),
			owned(reception, "https://example.com/reception", found),
		},
	},
	{
		title: "Detach: the number goes out of Terraform and stays owned",
		text: "With release_on_destroy = \"detach\" a destroy clears the wiring that the resource set, and nothing else. The plan lists the steps, " +
			"as destroy_steps and in the warning.",
		in: "twilio",
		steps: []step{
			removeFile("reception.tf"),
			terraform("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(change{
				name: "reception", action: "delete",
				before: values{"destroy_action": "detach", "destroy_irreversible": false},
			}),
			says("1. Clear voice_url of " + reception),
			terraform("apply next.tfplan", succeeds),
			owned(reception, "", found),
		},
	},
	{
		title: "A release can be forbidden for a whole run",
		text: "The support line has release_on_destroy = \"release\". Where the pipeline sets prevent_release, it is not " +
			"given up, whatever the configuration says.",
		in: "twilio",
		steps: []step{
			removeFile("support.tf"),
			glance("TELEPHONY_PREVENT_RELEASE=true plan", fails),
			says("Release of " + support + " is prevented"),
		},
	},
	{
		title: "Release: the number is given up",
		text:  "Without that guard the plan warns: which number goes, in which steps, and until when it can be had back.",
		in:    "twilio",
		steps: []step{
			glance("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(change{
				name: "support", action: "delete",
				before: values{"destroy_action": "release", "destroy_irreversible": true},
			}),
			says("1. Release " + support),
			terraform("apply next.tfplan", succeeds),
			released(support),
		},
	},
	{
		title: "A release that fails is remembered, shown and finished",
		text: "Twilio has an outage in the middle of a destroy. The number stays in state as corrupted, the next plan says " +
			"so, and a second destroy finishes what the first began.",
		in: "twilio",
		steps: []step{
			outage("Twilio answers every release with 500 from now on.",
				"twilio", http.MethodDelete, "/IncomingPhoneNumbers/",
				`{"code": 20500, "message": "An internal server error has occurred", "status": 500}`),
			glance("destroy -auto-approve", fails),
			inState("sales", values{"status": "corrupted"}),
			owned(sales, "https://example.com/sales", "https://example.com/sales/sms"),
			glance("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(change{
				name: "sales", action: "update",
				before: values{"status": "corrupted"},
				after:  values{"status": "active"},
			}),
			recovery("The outage is over."),
			glance("destroy -auto-approve", succeeds),
			released(sales),
			emptyState,
		},
	},
	{
		title: "A number that is not owned is never bought by accident",
		text: "A typing error, and no purchase block: the plan warns, the apply fails and says how to buy the number, and " +
			"nothing is bought.",
		in: "twilio-not-owned",
		steps: []step{
			glance("apply -auto-approve", fails),
			says("To buy it, add a block `purchase {}`", "Nothing was bought."),
			bought(support, sales), // as before
			emptyState,
		},
	},
}

// inConsole changes a number at Twilio behind Terraform's back.
func inConsole(number string, change values) step {
	return func(ctx context.Context, s *stage) error {
		for attribute, value := range change {
			tell("In the Twilio Console, %s of %s becomes %q.", attribute, number, value)
		}
		return s.sim.Control(ctx, http.MethodPatch, "twilio/numbers/"+number, change, nil)
	}
}

// owned checks that Twilio has the number, and what answers its calls and messages; empty: nothing.
func owned(number, voiceURL, smsURL string) step {
	return func(ctx context.Context, s *stage) error {
		held, err := s.sim.holdings(ctx)
		if err != nil {
			return err
		}
		n, ok := numberAt(held.Twilio, number)
		switch {
		case !ok:
			return fmt.Errorf("%s is no longer at Twilio", number)
		case calls(n) != voiceURL || messages(n) != smsURL:
			return fmt.Errorf("at Twilio, %q answers the calls of %s and %q its messages", calls(n), number, messages(n))
		}
		checked("Twilio: %s is owned; calls: %s, messages: %s", number, orNothing(voiceURL), orNothing(smsURL))
		return nil
	}
}

// released checks that Twilio no longer has the number because it was given up.
func released(number string) step {
	return func(ctx context.Context, s *stage) error {
		held, err := s.sim.holdings(ctx)
		if err != nil {
			return err
		}
		if _, ok := numberAt(held.Twilio, number); ok || !slices.Contains(held.Twilio.Released, number) {
			return fmt.Errorf("%s was not released at Twilio", number)
		}
		checked("Twilio: %s is released", number)
		return nil
	}
}

// bought checks what has been paid for so far.
func bought(numbers ...string) step {
	return func(ctx context.Context, s *stage) error {
		held, err := s.sim.holdings(ctx)
		if err != nil {
			return err
		}
		paid := slices.Sorted(slices.Values(held.Twilio.Purchases))
		if !slices.Equal(paid, slices.Sorted(slices.Values(numbers))) {
			return fmt.Errorf("bought so far: %v instead of %v", paid, numbers)
		}
		checked("Twilio: %d numbers bought so far", len(numbers))
		return nil
	}
}
