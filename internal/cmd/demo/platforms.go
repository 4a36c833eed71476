package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// The numbers of examples/demo/platforms: one for each way in which a number can be on a platform.
const (
	onNixflex         = "+14155550110"
	onResemble        = "+14155550111"
	importedSynthflow = "+14155550112"
	boughtSynthflow   = "+12025550120"
	onDialNexa        = "+16285550100"
	onRetell          = "+14155550190"
	onVapi            = "+14155550115"
	onElevenLabs      = "+14155550116"

	ourMessages = "https://example.com/sms" // which Vapi leaves to us
)

// The numbers of examples/demo/releases and examples/demo/resemble-cleanup.
const (
	releasedNixflex   = "+14155550113"
	releasedSynthflow = "+12025550121"
	releasedDialNexa  = "+16285550150"
	helpdesk          = "+14155550114"
)

// The agents of examples/demo/seed.json.
const (
	nixflexAgent     = "agent_0000000000000001"
	synthflowAgent   = "00000000-0000-4000-8000-000000000002"
	dialNexaAgent    = "agt_support"
	dialNexaSomebody = "agt_somebody"
	resembleSupport  = "00000000-0000-4000-8000-000000000003"
	resembleHelpdesk = "00000000-0000-4000-8000-000000000004"
	retellAgent      = "agent_0000000000000000000000a5"
	vapiAssistant    = "00000000-0000-4000-8000-000000000006"
	elevenLabsAgent  = "agent_0000000000000000000000a7"
)

var platformActs = []act{
	{
		title: "A number on each voice platform",
		text: "Five numbers are owned at Twilio and go onto Nixflex, Resemble AI, Synthflow, Vapi and ElevenLabs; Vapi leaves the " +
			"messages to us. One goes onto Retell AI from a carrier that the provider cannot talk to. One was bought in " +
			"Synthflow's dashboard, one is bought at DialNexa: those two carry their numbers themselves. Look for platform and carrier.",
		in: "platforms",
		steps: []step{
			glance("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(
				change{name: "nixflex", action: "create", after: values{"platform": "nixflex", "carrier": "twilio"}},
				change{name: "resemble", action: "create", after: values{"platform": "resemble", "carrier": "twilio"}},
				change{name: "synthflow_imported", action: "create", after: values{"platform": "synthflow", "carrier": "twilio"}},
				change{name: "synthflow_bought", action: "create", after: values{"platform": "synthflow", "carrier": "synthflow"}},
				change{name: "dialnexa", action: "create", after: values{"carrier": "dialnexa", "acquisition": "purchased"}},
				change{name: "retell", action: "create", after: values{"platform": "retell", "carrier": "external"}},
				change{name: "vapi", action: "create", after: values{"platform": "vapi", "carrier": "twilio"}},
				change{name: "elevenlabs", action: "create", after: values{"platform": "elevenlabs", "carrier": "twilio"}},
			),
			terraform("apply next.tfplan", succeeds),
			answers("Retell AI", onRetell, retellAgent),
			answers("Vapi", onVapi, vapiAssistant),
			owned(onVapi, simulator.VapiVoiceURL, ourMessages),
			answers("ElevenLabs", onElevenLabs, elevenLabsAgent),
			owned(onElevenLabs, simulator.ElevenLabsVoiceURL, simulator.ElevenLabsSMSURL),
			answers("Nixflex", onNixflex, nixflexAgent),
			owned(onNixflex, simulator.NixflexVoiceURL, simulator.NixflexSMSURL),
			answers("Resemble AI", onResemble, resembleSupport),
			onTrunk(onResemble),
			answers("Synthflow", importedSynthflow, synthflowAgent),
			answers("Synthflow", boughtSynthflow, synthflowAgent),
			answers("DialNexa", onDialNexa, dialNexaAgent),
			boughtAtDialNexa(onDialNexa),
			terraform("plan -detailed-exitcode", noChanges),
		},
	},
	{
		title: "Another agent behind our back is found and put back",
		text:  "Somebody gives DialNexa's number to another agent, in its dashboard.",
		in:    "platforms",
		steps: []step{
			behind("dialnexa", onDialNexa, values{"agent_id": dialNexaSomebody},
				"In DialNexa's dashboard, %s gets another agent.", onDialNexa),
			terraform("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(change{
				name: "dialnexa", action: "update",
				before: values{"dialnexa.agent_id": dialNexaSomebody},
				after:  values{"dialnexa.agent_id": dialNexaAgent},
			}),
			terraform("apply next.tfplan", succeeds),
			answers("DialNexa", onDialNexa, dialNexaAgent),
		},
	},
	{
		title: "Detach means the same on every platform: the number stays owned",
		text: "The services mean different things by \"delete\". So detach deletes a record only where that keeps the number: " +
			"what was imported into Nixflex, Resemble AI, Retell AI, Vapi, ElevenLabs or Synthflow. A number that DialNexa or " +
			"Synthflow sold only loses its agent.",
		in: "platforms",
		steps: []step{
			glance("plan -destroy -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(
				change{name: "nixflex", action: "delete", before: values{"destroy_irreversible": false}},
				change{name: "resemble", action: "delete", before: values{"destroy_irreversible": false}},
				change{name: "synthflow_imported", action: "delete", before: values{"destroy_irreversible": false}},
				change{name: "synthflow_bought", action: "delete", before: values{"destroy_irreversible": false}},
				change{name: "dialnexa", action: "delete", before: values{"destroy_irreversible": false}},
				change{name: "retell", action: "delete", before: values{"destroy_irreversible": false}},
				change{name: "vapi", action: "delete", before: values{"destroy_irreversible": false}},
				change{name: "elevenlabs", action: "delete", before: values{"destroy_irreversible": false}},
			),
			terraform("apply next.tfplan", succeeds),
			notListed("Retell AI", onRetell),
			notListed("Vapi", onVapi),
			owned(onVapi, "", ""),
			notListed("ElevenLabs", onElevenLabs),
			owned(onElevenLabs, "", ""),
			notListed("Nixflex", onNixflex),
			owned(onNixflex, "", ""),
			notListed("Resemble AI", onResemble),
			owned(onResemble, "", ""),
			builtAtTwilio(0, 0, 0),
			notListed("Synthflow", importedSynthflow),
			owned(importedSynthflow, "", ""),
			answers("Synthflow", boughtSynthflow, ""),
			cancelled(),
			answers("DialNexa", onDialNexa, ""),
			givenUpAtDialNexa(),
		},
	},
	{
		title: "DialNexa refuses a release: an error, and nothing is lost",
		text: "Three more numbers, all to be given up in the end. DialNexa releases no number that is part of an active " +
			"campaign. The error says so, and the number stays as it was, in state too.",
		in: "releases",
		steps: []step{
			glance("apply -auto-approve", succeeds),
			behind("dialnexa", releasedDialNexa, values{"active_campaign": true},
				"At DialNexa, a campaign with %s begins.", releasedDialNexa),
			removeFile("dialnexa.tf"),
			glance("apply -auto-approve", fails),
			says("is in use at DialNexa and was not released"),
			inState("dialnexa", values{"status": "active"}),
			answers("DialNexa", releasedDialNexa, dialNexaAgent),
		},
	},
	{
		title: "Release: three ways to give a number up",
		text: "The campaign is over. Nixflex's number is detached first and then released at Twilio, Synthflow's subscription " +
			"is cancelled, DialNexa's number goes back to DialNexa.",
		in: "releases",
		steps: []step{
			behind("dialnexa", releasedDialNexa, values{"active_campaign": false}, "At DialNexa, the campaign ends."),
			glance("plan -destroy -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(
				change{name: "nixflex", action: "delete", before: values{"destroy_irreversible": true}},
				change{name: "synthflow", action: "delete", before: values{"destroy_irreversible": true}},
				change{name: "dialnexa", action: "delete", before: values{"destroy_irreversible": true}},
			),
			terraform("apply next.tfplan", succeeds),
			notListed("Nixflex", releasedNixflex),
			released(releasedNixflex),
			inOrder(
				request{"nixflex", http.MethodDelete, "/v1/phone-numbers/%2B14155550113"},
				request{"twilio", http.MethodDelete, "/IncomingPhoneNumbers/"},
			),
			cancelled(releasedSynthflow),
			givenUpAtDialNexa(releasedDialNexa),
			emptyState,
		},
	},
	{
		title: "A cleanup at Resemble AI fails, and an apply repairs the number",
		text: "Resemble AI builds a SIP trunk, a credential list and a connection policy in the Twilio account. If it cannot " +
			"remove them, it keeps its record as corrupted. The destroy fails, the plan shows it, and the apply finishes the " +
			"cleanup and registers the number anew.",
		in: "resemble-cleanup",
		steps: []step{
			glance("apply -auto-approve", succeeds),
			builtAtTwilio(1, 1, 1),
			failingCleanups(1, "Resemble AI's next cleanup will fail."),
			glance("destroy -auto-approve", fails),
			corruptedAtResemble(helpdesk),
			inState("helpdesk", values{"status": "corrupted"}),
			terraform("plan -detailed-exitcode -out=next.tfplan", hasChanges),
			planned(change{
				name: "helpdesk", action: "update",
				before: values{"status": "corrupted"}, after: values{"status": "active"},
			}),
			terraform("apply next.tfplan", succeeds),
			answers("Resemble AI", helpdesk, resembleHelpdesk),
			onTrunk(helpdesk),
			builtAtTwilio(1, 1, 1),
			terraform("plan -detailed-exitcode", noChanges),
		},
	},
	{
		title: "force_delete: the record goes, and the warning lists what is left behind",
		text: "Now the cleanup fails for good. With release_on_destroy = \"force_delete\" the record is forced out. The number " +
			"stays owned, and the warning lists what Resemble AI left at Twilio.",
		in: "resemble-cleanup",
		steps: []step{
			edit("helpdesk.tf", `"detach"`, `"force_delete"`),
			glance("apply -auto-approve", succeeds),
			says("the change takes effect only once it is applied"),
			failingCleanups(100, "From now on, every cleanup of Resemble AI fails."),
			glance("destroy -auto-approve", succeeds),
			leftBehind(helpdesk),
			notListed("Resemble AI", helpdesk),
			owned(helpdesk, "", ""),
			emptyState,
		},
	},
}

// behind changes a number at a platform behind Terraform's back.
func behind(service, number string, change values, text string, args ...any) step {
	return func(ctx context.Context, s *stage) error {
		tell(text, args...)
		return s.sim.Control(ctx, http.MethodPatch, service+"/numbers/"+number, change, nil)
	}
}

// failingCleanups makes Resemble AI fail at removing what it built at Twilio.
func failingCleanups(n int, text string) step {
	return func(ctx context.Context, s *stage) error {
		tell("%s", text)
		return s.sim.Control(ctx, http.MethodPut, "resemble/failing", map[string]int{"cleanups": n}, nil)
	}
}

// claim is a step that checks what the services hold. It returns what it has found true.
func claim(check func(holdings) (string, error)) step {
	return func(ctx context.Context, s *stage) error {
		held, err := s.sim.holdings(ctx)
		if err != nil {
			return err
		}
		truth, err := check(held)
		if err != nil {
			return err
		}
		checked("%s", truth)
		return nil
	}
}

// answers checks that a platform has the number, and which agent answers it there; empty: none.
func answers(service, number, agent string) step {
	return claim(func(held holdings) (string, error) {
		r, ok := held.record(service, number)
		switch {
		case !ok:
			return "", fmt.Errorf("%s does not have %s", service, number)
		case r.agent != agent:
			return "", fmt.Errorf("at %s, agent %q has %s", service, r.agent, number)
		case agent == "":
			return fmt.Sprintf("%s: %s is still there; no agent answers it", service, number), nil
		}
		return fmt.Sprintf("%s: %s is answered by %s", service, number, agent), nil
	})
}

// notListed checks that a platform does not have the number.
func notListed(service, number string) step {
	return claim(func(held holdings) (string, error) {
		if _, ok := held.record(service, number); ok {
			return "", fmt.Errorf("%s still has %s", service, number)
		}
		return fmt.Sprintf("%s: %s is not listed any more", service, number), nil
	})
}

// corruptedAtResemble checks that Resemble AI has kept its record as corrupted.
func corruptedAtResemble(number string) step {
	return claim(func(held holdings) (string, error) {
		if r, _ := held.record("Resemble AI", number); r.state != simulator.ResembleCorrupted {
			return "", fmt.Errorf("at Resemble AI, %s is %q", number, r.state)
		}
		return fmt.Sprintf("Resemble AI: %s is corrupted", number), nil
	})
}

// onTrunk checks that calls to the number go to the trunk that Resemble AI set up for it.
func onTrunk(number string) step {
	return claim(func(held holdings) (string, error) {
		trunk := held.setup(number).TrunkSID
		at, _ := numberAt(held.Twilio, number)
		if trunk == "" || calls(at) != trunk {
			return "", fmt.Errorf("at Twilio, %q answers the calls of %s instead of the trunk %q", calls(at), number, trunk)
		}
		return fmt.Sprintf("Twilio: %s is owned; calls: %s, which Resemble AI set up", number, trunk), nil
	})
}

// builtAtTwilio counts what Resemble AI has built at Twilio.
func builtAtTwilio(trunks, lists, policies int) step {
	return claim(func(held holdings) (string, error) {
		built := func(trunks, lists, policies int) string {
			return fmt.Sprintf("SIP trunks: %d, credential lists: %d, connection policies: %d", trunks, lists, policies)
		}
		want := built(trunks, lists, policies)
		got := built(len(held.Twilio.Trunks), len(held.Twilio.CredentialLists), len(held.Twilio.ConnectionPolicies))
		if got != want {
			return "", fmt.Errorf("at Twilio, %s instead of %s", got, want)
		}
		return "Twilio: " + want, nil
	})
}

// leftBehind checks that the last output names the trunk that Resemble AI left at Twilio, and that it is there.
func leftBehind(number string) step {
	return func(ctx context.Context, s *stage) error {
		held, err := s.sim.holdings(ctx)
		if err != nil {
			return err
		}
		if len(held.Twilio.Trunks) != 1 {
			return fmt.Errorf("%d trunks are left at Twilio after %s was forced out", len(held.Twilio.Trunks), number)
		}
		if err := says("which was forced out: SIP trunk "+held.Twilio.Trunks[0].SID)(ctx, s); err != nil {
			return err
		}
		return builtAtTwilio(1, 1, 1)(ctx, s)
	}
}

// cancelled checks which subscriptions at Synthflow have been cancelled so far.
func cancelled(numbers ...string) step {
	return claim(func(held holdings) (string, error) {
		return soFar("Synthflow: subscriptions cancelled", held.Synthflow.CancelledSubscriptions, numbers)
	})
}

// givenUpAtDialNexa checks which numbers have been given up there so far.
func givenUpAtDialNexa(numbers ...string) step {
	return claim(func(held holdings) (string, error) {
		return soFar("DialNexa: numbers given up", held.DialNexa.Released, numbers)
	})
}

// boughtAtDialNexa checks which numbers have been bought there so far.
func boughtAtDialNexa(numbers ...string) step {
	return claim(func(held holdings) (string, error) {
		return soFar("DialNexa: numbers bought", held.DialNexa.Purchases, numbers)
	})
}

func soFar(what string, got, want []string) (string, error) {
	if !slices.Equal(got, want) {
		return "", fmt.Errorf("%s so far: %v instead of %v", what, got, want)
	}
	return fmt.Sprintf("%s so far: %s", what, orNone(want)), nil
}

// request is a request that a service was sent, by a part of its path.
type request struct{ Service, Method, Path string }

// inOrder checks that the services were sent these requests, one after the other.
func inOrder(want ...request) step {
	return func(ctx context.Context, s *stage) error {
		var log []request
		if err := s.sim.Control(ctx, http.MethodGet, "requests", nil, &log); err != nil {
			return err
		}
		for _, w := range want {
			at := slices.IndexFunc(log, func(r request) bool {
				return r.Service == w.Service && r.Method == w.Method && strings.Contains(r.Path, w.Path)
			})
			if at < 0 {
				return fmt.Errorf("%s was not sent %s %s, or too early", w.Service, w.Method, w.Path)
			}
			checked("in this order: %s %s %s", w.Service, w.Method, log[at].Path)
			log = log[at+1:]
		}
		return nil
	}
}
