package nixflex_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/nixflex"
)

func TestSteps(t *testing.T) {
	for _, action := range []platform.Action{platform.Detach, platform.Release, platform.ForceDelete} {
		steps := nixflex.Kind.Steps(platform.Number{PhoneNumber: phone, Action: action}, action)
		var got []string
		for _, s := range steps {
			got = append(got, s.Service+" "+s.Op)
			if !strings.Contains(s.Sentence, phone) || s.GivesUp || s.BestEffort {
				t.Errorf("%s: %+v", action, s)
			}
		}
		if !slices.Equal(got, []string{"nixflex delete", "twilio " + platform.OpUnwire}) {
			t.Errorf("%s: %v", action, got)
		}
		if stays := strings.Contains(steps[1].Sentence, "stays owned"); stays == (action == platform.Release) {
			t.Errorf("%s: %s", action, steps[1].Sentence)
		}
	}
}

func TestReregisters(t *testing.T) {
	const account = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	have := platform.Number{PhoneNumber: phone, AccountSID: main, Block: platform.Values{
		"agent_id": support, "custom_prompt": "Hello.", "twilio_auth_token_wo_version": int64(1),
	}}
	changed := func(name string, value any) platform.Number {
		want := have
		want.Block = platform.Values{
			"agent_id": support, "custom_prompt": "Hello.", "twilio_auth_token_wo_version": int64(1), name: value,
		}
		return want
	}
	moved, unknown, remembered := have, have, have
	moved.AccountSID, unknown.AccountSID = account, ""
	remembered.Private.Platform = platform.Values{"twilio_account_sid": account}
	for name, test := range map[string]struct {
		have, want platform.Number
		reason     string // empty: it can be edited
	}{
		"nothing":             {have, have, ""},
		"prompt":              {have, changed("custom_prompt", "Be brief."), ""},
		"token alone":         {have, changed("twilio_auth_token_wo", "secret"), ""},
		"agent":               {have, changed("agent_id", sales), "another agent"},
		"agent not known yet": {have, changed("agent_id", nil), "another agent"},
		"version of token":    {have, changed("twilio_auth_token_wo_version", int64(2)), "auth token"},
		"no version":          {have, changed("twilio_auth_token_wo_version", nil), "auth token"},
		"account":             {have, moved, "another account"},
		"account to come":     {have, unknown, ""},
		"account moved since": {remembered, have, "another account"},
	} {
		t.Run(name, func(t *testing.T) {
			got := nixflex.Kind.Reregisters(test.have, test.want)
			if (got == "") != (test.reason == "") || !strings.Contains(got, test.reason) {
				t.Errorf("%q, want %q", got, test.reason)
			}
		})
	}
}

func TestImport(t *testing.T) {
	for _, example := range nixflex.Kind.ImportExamples {
		id := strings.TrimPrefix(example, "nixflex/")
		n, err := nixflex.Kind.Import(id)
		if err != nil || n.PhoneNumber != id || n.Block == nil {
			t.Errorf("%s: %+v, %v", id, n, err)
		}
	}
	for _, id := range []string{"", "4155550100", "+1415555010x", "agent_1", "+14155550100/", "+0155550100", "../agents"} {
		if n, err := nixflex.Kind.Import(id); err == nil {
			t.Errorf("%q was taken for %+v", id, n)
		}
	}
}

func TestTwilioCarriesAndWires(t *testing.T) {
	if nixflex.Kind.Refuse != nil || nixflex.Kind.Billing != nil {
		t.Error("the number's carrier refuses and bills")
	}
	for carrier, block := range map[string]platform.Values{"twilio": {"provider_name": "twilio"}, "external": {"telnyx_connection_id": "1"}} {
		if got := nixflex.Kind.CarrierOf(platform.Number{Block: block}); got != carrier {
			t.Errorf("the carrier of a number with %v is %s", block, got)
		}
	}
	for _, name := range []string{"voice_url", "sms_url", "status_callback"} {
		if !slices.Contains(nixflex.Kind.Wires, name) {
			t.Errorf("%s is not known to be wired", name)
		}
	}
	for _, name := range []string{"trunk_sid", "voice_application_sid", "sms_application_sid"} {
		if !slices.Contains(nixflex.Kind.Displaces, name) {
			t.Errorf("%s would outrank the webhooks", name)
		}
	}
}

func TestTokenIsWriteOnly(t *testing.T) {
	for _, f := range nixflex.Kind.Block {
		if f.Name == "twilio_auth_token_wo" && f.WriteOnly && f.Sensitive {
			return
		}
	}
	t.Error("the token would be in state")
}
