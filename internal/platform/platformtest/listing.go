package platformtest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// lister is the side of the service that lists its numbers; nil: none does.
func (s Subject) lister() platform.Lister {
	for _, side := range []any{s.Carrier, s.Platform} {
		if lister, ok := side.(platform.Lister); ok {
			return lister
		}
	}
	return nil
}

// lists is for cases that need a list.
func lists(s Subject) Hook {
	if s.lister() == nil {
		return Cannot("the service does not list its numbers")
	}
	return Can(func() {})
}

// listsPages is for cases that need a list of more than one page.
func listsPages(s Subject) Hook {
	if hook := lists(s); hook.do == nil {
		return hook
	}
	return s.Crowd
}

// enoughPages is more pages than any list of a test has.
const enoughPages = 50

// listed is a whole list.
type listed struct {
	pages [][]platform.Listed
	last  string // cursor of the last page
}

// list reads the whole list.
func (w *world) list(ctx context.Context) (listed, error) {
	w.t.Helper()
	var all listed
	for cursor := ""; len(all.pages) < enoughPages; {
		page, next, err := w.lister().List(ctx, w.Number, cursor)
		w.inspect(platform.Number{}, nil, err)
		if err != nil {
			return all, err
		}
		all.pages, all.last = append(all.pages, page), cursor
		if cursor = next; next == "" {
			return all, nil
		}
	}
	return all, errors.New("the list does not end")
}

// mustList is list in a world in which nothing is wrong.
func (w *world) mustList() listed {
	w.t.Helper()
	all, err := w.list(w.t.Context())
	if err != nil {
		w.t.Fatalf("list: %v", err)
	}
	for _, page := range all.pages {
		for _, item := range page {
			w.inspect(item.Number, nil, nil)
		}
	}
	return all
}

// find returns the number, and in how many places of the list it is. A page may
// repeat those of the one before it.
func (l listed) find(phoneNumber string) (found platform.Listed, places int) {
	before := -1
	for number, page := range l.pages {
		times := 0
		for _, item := range page {
			if item.Number.PhoneNumber == phoneNumber {
				found = item
				times++
			}
		}
		if times > 0 && before >= 0 && before == number-1 {
			times--
		}
		if times > 0 {
			before = number
		}
		places += times
	}
	return found, places
}

// mustFind is the number, which must be in one place of the list.
func (w *world) mustFind() platform.Listed {
	w.t.Helper()
	found, places := w.mustList().find(w.Number.PhoneNumber)
	if places != 1 {
		w.t.Fatalf("the number is in %d places of the list", places)
	}
	return found
}

func listsNumber(t *testing.T, start starter) {
	w := start(t)
	if _, places := w.mustList().find(w.Number.PhoneNumber); places > 0 && !w.isCarrier() {
		t.Errorf("before it is attached, the number is in %d places of the list", places)
	}
	w.mustCreate()
	number := w.mustFind().Number
	if number.Platform != w.Kind.Name || number.Private.Unfinished != "" {
		t.Errorf("listed as %+v", number)
	}
	if agent, told := number.Block[w.AgentField]; told && agent != w.Agent {
		t.Errorf("listed with agent %v, want %s", agent, w.Agent)
	}
	if _, changes := w.requests(); len(changes) > 0 {
		t.Errorf("the list changed something: %s", changes)
	}
	w.Drop.do()
	if _, places := w.mustList().find(w.Number.PhoneNumber); places > 0 {
		t.Errorf("since it is gone, the number is in %d places of the list", places)
	}
}

func importsListed(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	id := w.Kind.ImportID(w.mustFind().Number)
	if of := w.Kind.ImportID(w.have); of != id {
		t.Errorf("in the list the import ID is %s, in state %s", id, of)
	}
	w.importID(id)
	if err := w.refresh(t.Context()); err != nil || w.have.PhoneNumber != w.Number.PhoneNumber {
		t.Errorf("%s is read as %q: %v", id, w.have.PhoneNumber, err)
	}
	w.expect(w.attached(w.Agent))
}

// view is a number in state before a read.
type view struct {
	name string
	// prepare puts it there.
	prepare func(*world)
	// unsure says that the list may leave it to a read of the number alone.
	unsure bool
}

// views are the numbers to read, by themselves and in the list.
func views(s Subject) []view {
	all := []view{
		{name: "active", prepare: func(*world) {}},
		{name: "with another memory", prepare: func(w *world) {
			w.have.Private = platform.PrivateState{
				Unfinished: platform.Attach, Detail: "it stopped", Replaced: platform.Values{"voice_url": "https://old.example"}, Origin: "hosted",
				Wiring: platform.Values{"voice_url": "https://other.example"}, Platform: platform.Values{"other": "value"},
			}
		}},
		{name: "before its first read", prepare: func(w *world) { w.have.Block = w.Number.Block }},
	}
	if s.Repoint.do != nil {
		all = append(all, view{name: "re-pointed behind our back", prepare: func(w *world) { w.Repoint.do() }})
	}
	if s.Spoil.do != nil {
		all = append(all, view{name: "corrupted", prepare: func(w *world) {
			w.Spoil.do()
			_ = w.end(w.t.Context(), platform.Detach) // which fails
		}})
	}
	if s.ImportIDs != nil {
		all = append(all, view{name: "imported", unsure: true, prepare: func(w *world) { w.importID(w.ImportIDs()[0]) }})
	}
	return all
}

func listedReads(t *testing.T, start starter) {
	for _, view := range views(start(t).Subject) {
		t.Run(view.name, func(t *testing.T) {
			w := start(t)
			w.mustCreate()
			view.prepare(w)
			item := w.mustFind()
			if (item.Read == nil) != w.BareList {
				t.Fatalf("the list can tell what a read does: %t", item.Read != nil)
			}
			if w.BareList {
				return
			}
			other := platform.Number{PhoneNumber: w.Number.PhoneNumber + "9", Platform: w.Kind.Name, Block: platform.Values{}}
			if got, ok := item.Read(other); ok {
				t.Errorf("another number is read as %+v", got)
			}
			want, err := w.readAlone(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got, ok := item.Read(w.have)
			if !ok && view.unsure {
				return
			}
			if !ok || !reflect.DeepEqual(got, want) {
				t.Errorf("the list tells (%t)\n%+v, a read\n%+v", ok, got, want)
			}
			got.Block["spoilt"] = true
			if again, _ := item.Read(w.have); !reflect.DeepEqual(again, want) {
				t.Errorf("the second time, the list tells %+v", again)
			}
		})
	}
}

// readAlone reads the number without the list's help, on the side of the service
// that lists it.
func (w *world) readAlone(ctx context.Context) (platform.Number, error) {
	if _, ok := w.Carrier.(platform.Lister); !ok {
		return w.Platform.Read(ctx, w.have)
	}
	if w.have.SID == "" {
		return w.Carrier.Find(ctx, w.have)
	}
	return w.Carrier.Read(ctx, w.have)
}

// readListed reads the number from the list, as an operation that faults strike.
func readListed(ctx context.Context, w *world) error {
	all, err := w.list(ctx)
	if err != nil {
		return err
	}
	item, _ := all.find(w.Number.PhoneNumber)
	if item.Read == nil {
		return nil
	}
	if _, ok := item.Read(w.have); !ok {
		return errors.New("only a read of the number can tell")
	}
	return nil
}

func listsBeyondOnePage(t *testing.T, start starter) {
	w := start(t)
	w.mustCreate()
	w.crowd()
	all := w.mustList() // one page, if the service pays no attention to what is asked
	for _, page := range all.pages {
		for _, item := range page {
			if _, places := all.find(item.Number.PhoneNumber); places != 1 {
				t.Errorf("%s is in %d places of the list", item.Number.PhoneNumber, places)
			}
		}
	}
	if _, places := all.find(w.Number.PhoneNumber); places != 1 {
		t.Errorf("the number is in %d places of the list", places)
	}
	for _, answer := range untrustworthy(w.Subject) {
		fault := answer.fault
		fault.Service = w.service()
		w.Inject(fault)
		page, next, err := w.lister().List(t.Context(), w.Number, all.last)
		w.ClearFaults()
		if err == nil || isAbsence(err) || len(page) > 0 || next != "" {
			t.Errorf("%s: %d numbers, cursor %q, error %v", answer.name, len(page), next, err)
		}
	}
	if _, _, err := w.lister().List(t.Context(), w.Number, "no cursor"); err == nil {
		t.Error("what is no cursor is taken for one")
	}
	w.expect(w.attached(w.Agent))
}
