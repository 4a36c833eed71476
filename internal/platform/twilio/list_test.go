package twilio_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// list reads the whole list of the account of n.
func (w *world) list(n platform.Number) (pages [][]platform.Listed) {
	w.t.Helper()
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := w.List(w.t.Context(), n, cursor)
		if err != nil {
			w.t.Fatal(err)
		}
		pages, cursor = append(pages, page), next
	}
	return pages
}

func TestListHasEachNumberOfTheAccountOnce(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	const many = 2001
	for i := range many {
		w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+44141555%04d", i)})
	}
	sub := w.Twilio().AddSubaccount(main).SID
	w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: phone, AccountSID: sub})
	w.ResetRequests()
	seen := map[string]bool{}
	for _, page := range w.list(platform.Number{}) {
		for _, item := range page {
			seen[item.Number.PhoneNumber] = true
			if item.Number.AccountSID != main || item.Number.Carrier != "twilio" || item.Number.SID == "" {
				t.Errorf("%+v", item.Number)
			}
		}
	}
	if len(seen) != many || seen[phone] {
		t.Errorf("%d numbers, want %d", len(seen), many)
	}
	if sent := w.sent(); len(sent) != 3 || sent[0] != "GET .json?PageSize=1000 -> 200" ||
		!strings.HasPrefix(sent[2], "GET .json?Page=2&PageSize=1000&PageToken=PA") {
		t.Errorf("requests: %s", strings.Join(sent, "\n"))
	}
	of := w.list(platform.Number{AccountSID: sub})
	if len(of) != 1 || len(of[0]) != 1 || of[0][0].Number.PhoneNumber != phone || of[0][0].Number.AccountSID != sub {
		t.Errorf("of the subaccount: %+v", of)
	}
}

func TestListTellsWhatAReadTells(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	sub := w.Twilio().AddSubaccount(main).SID
	for _, number := range []simulator.TwilioNumber{
		{
			PhoneNumber: phone, FriendlyName: "Support", VoiceURL: "https://example.com", Origin: "hosted",
			Capabilities: simulator.TwilioCapabilities{Voice: true, Fax: true},
		},
		{PhoneNumber: "+14155550101", AccountSID: sub, SMSURL: "https://example.com"},
	} {
		have := w.own(number)
		item := w.list(platform.Number{AccountSID: number.AccountSID})[0][0]
		remembering := have
		remembering.Action, remembering.Platform, remembering.Status = platform.Release, "nixflex", platform.Corrupted
		remembering.Private = platform.PrivateState{Detail: "kept", Origin: "twilio"}
		remembering.Settings = platform.Values{"voice_url": "https://other.example"}
		for name, have := range map[string]platform.Number{
			"as it is":           have,
			"with a memory":      remembering,
			"by its SID":         {SID: have.SID, AccountSID: have.AccountSID},
			"by its number":      {PhoneNumber: have.PhoneNumber, AccountSID: have.AccountSID},
			"without an account": {SID: have.SID, PhoneNumber: have.PhoneNumber},
		} {
			if name == "without an account" && number.AccountSID != "" {
				continue // which is the provider's
			}
			read := w.Read
			if have.SID == "" {
				read = w.Find
			}
			want, err := read(t.Context(), have)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := item.Read(have); !ok || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, the list tells (%t)\n%+v, a read\n%+v", name, ok, got, want)
			}
		}
		if !reflect.DeepEqual(item.Number.Settings, have.Settings) || !reflect.DeepEqual(item.Number.Reports, have.Reports) {
			t.Errorf("listed as %+v, found as %+v", item.Number, have)
		}
		account := have.AccountSID
		for name, other := range map[string]platform.Number{
			"another number":       {SID: have.SID, PhoneNumber: "+14155550199", AccountSID: have.AccountSID},
			"another SID":          {SID: strings.Replace(have.SID, "0", "9", 1), PhoneNumber: have.PhoneNumber, AccountSID: account},
			"another account":      {SID: have.SID, AccountSID: "AC00000000000000000000000000000099"},
			"no account":           {SID: have.SID, AccountSID: "AC/.."},
			"no number at all":     {AccountSID: have.AccountSID},
			"another number alone": {PhoneNumber: "+14155550199", AccountSID: have.AccountSID},
		} {
			if got, ok := item.Read(other); ok {
				t.Errorf("%s is read as %+v", name, got)
			}
		}
	}
}

// Twilio promises no field of a number, not even its account.
func TestListedNumberIsInTheAccountThatWasAsked(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	w.spoil("", `{"incoming_phone_numbers": [{"sid": "`+pn+`", "phone_number": "`+phone+`"}]}`)
	item := w.list(platform.Number{})[0][0]
	got, ok := item.Read(platform.Number{SID: pn})
	if !ok || got.AccountSID != main || item.Number.AccountSID != main {
		t.Errorf("listed as %+v, read as %+v (%t)", item.Number, got, ok)
	}
}

func TestSpoiltPageIsAnError(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	for i := range 1001 {
		w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+44141555%04d", i)})
	}
	_, second, err := w.List(t.Context(), platform.Number{}, "")
	if err != nil || second == "" {
		t.Fatalf("%q, %v", second, err)
	}
	faults := map[string]simulator.Fault{
		"unknown account": refusal("", 404, 20404),
		"404 of a proxy":  {Status: 404, Body: "<html>"},
		"wrong token":     refusal("", 400, 21481),
		"401":             refusal("", 401, 20003),
		"503":             {Status: 503},
		"cut":             {Cut: simulator.CutBefore},
		"truncated":       {Truncate: true},
		"garbled":         {Garble: true},
		"empty object":    {Body: `{}`},
		"null list":       {Body: `{"incoming_phone_numbers": null}`},
		"other account": {Body: `{"incoming_phone_numbers": [` +
			item(pn, "AC00000000000000000000000000000099", phone) + `]}`},
		"item without number": {Body: `{"incoming_phone_numbers": [{"sid": "` + pn + `"}]}`},
	}
	for name, next := range map[string]string{
		"page without a token":   "/x.json?Page=2&PageSize=1000",
		"page that is no URL":    "://",
		"page that is no number": "/x.json?Page=x&PageToken=PA9",
		"the same page":          "/x.json?Page=1&PageToken=PA9",
		"the page before":        "/x.json?Page=0&PageToken=PA9",
		"a page too many":        "/x.json?Page=1000&PageToken=PA9",
	} {
		faults[name] = simulator.Fault{Body: `{"incoming_phone_numbers": [], "next_page_uri": "` + next + `"}`}
	}
	for name, fault := range faults {
		w.Inject(fault)
		page, next, err := w.List(t.Context(), platform.Number{}, second)
		w.ClearFaults()
		if err == nil || errors.Is(err, platform.ErrNotFound) || len(page) > 0 || next != "" {
			t.Errorf("%s: %d numbers, %q, %v", name, len(page), next, err)
		}
	}
	w.ResetRequests()
	for _, cursor := range []string{"x", ":", "1:", "0:PA1", "-1:PA1", "x:PA1", "/x.json?Page=1&PageToken=PA1"} {
		if _, _, err := w.List(t.Context(), platform.Number{}, cursor); err == nil {
			t.Errorf("%q is taken for a cursor", cursor)
		}
	}
	if _, _, err := w.List(t.Context(), platform.Number{AccountSID: "AC/.."}, ""); err == nil {
		t.Error("AC/.. is taken for an account")
	}
	w.wantSent()
}

// A list whose next page is always another one must end all the same.
func TestListNeverLeadsElsewhereAndEnds(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	const elsewhere = "https://elsewhere.example/x.json?PageSize=1&FriendlyName=x&PageToken=PA%d"
	w.spoil("", `{"incoming_phone_numbers": [], "next_page_uri": "`+fmt.Sprintf(elsewhere, 1)+`"}`)
	_, cursor, err := w.List(t.Context(), platform.Number{}, "")
	if err != nil {
		t.Fatal(err)
	}
	calls := 1
	for ; err == nil && cursor != "" && calls < 5000; calls++ {
		w.ClearFaults()
		w.spoil("", `{"incoming_phone_numbers": [], "next_page_uri": "`+fmt.Sprintf(elsewhere, calls%2)+`"}`)
		_, cursor, err = w.List(t.Context(), platform.Number{}, cursor)
	}
	if err == nil || calls > 1000 {
		t.Errorf("after %d calls: %v", calls, err)
	}
	if sent := w.sent(); sent[1] != "GET .json?Page=1&PageSize=1000&PageToken=PA1 -> 200" {
		t.Errorf("the second request is %s", sent[1])
	}
}

func TestImportIDIsRead(t *testing.T) {
	w := start(t, simulator.TwilioRules{})
	n := w.own(simulator.TwilioNumber{})
	id := twilio.Kind.ImportID(w.list(platform.Number{})[0][0].Number)
	if of := twilio.Kind.ImportID(n); of != id || id != phone {
		t.Errorf("import IDs %s and %s", id, of)
	}
	imported, err := twilio.Kind.Import(id)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := w.Find(t.Context(), imported); err != nil || found.SID != n.SID {
		t.Errorf("%+v, %v", found, err)
	}
}
