package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const pageSize = 1000

// account is a carrier's account that counts what is asked of it.
type account struct {
	platform.Carrier // what it does not have is not asked for

	mu             sync.Mutex
	owned          []string
	hidden         map[string]bool // from its list
	name           string          // of all its numbers
	failing        error           // of its list
	list           func()          // called by its list
	singles, pages int
}

func newAccount(size int) *account {
	a := &account{hidden: map[string]bool{}, name: "before", list: func() {}}
	for i := range size {
		a.owned = append(a.owned, phoneNumber(i))
	}
	return a
}

func phoneNumber(i int) string { return fmt.Sprintf("+1415%07d", i) }

func (a *account) reported(n platform.Number) platform.Number {
	n.SID, n.Carrier = "PN"+n.PhoneNumber, "carrier"
	n.Settings = platform.Values{"friendly_name": a.name}
	return n
}

func (a *account) Read(_ context.Context, n platform.Number) (platform.Number, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.singles++
	if !slices.Contains(a.owned, n.PhoneNumber) {
		return n, platform.ErrNotFound
	}
	return a.reported(n), nil
}

func (a *account) Find(ctx context.Context, n platform.Number) (platform.Number, error) {
	return a.Read(ctx, n)
}

func (a *account) Elsewhere(context.Context, platform.Number) (string, error) { return "", nil }

func (a *account) Configure(_ context.Context, _, want platform.Number) (platform.Number, error) {
	return want, nil
}

func (a *account) Do(context.Context, platform.Number, platform.Step) ([]string, error) {
	return nil, nil
}

func (a *account) List(ctx context.Context, _ platform.Number, cursor string) ([]platform.Listed, string, error) {
	a.list()
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages++
	if a.failing != nil {
		return nil, "", a.failing
	}
	start, _ := strconv.Atoi(cursor)
	end := min(start+pageSize, len(a.owned))
	var page []platform.Listed
	for _, number := range a.owned[start:end] {
		if a.hidden[number] {
			continue
		}
		listed := a.reported(platform.Number{PhoneNumber: number, Platform: platform.None})
		page = append(page, platform.Listed{Number: listed, Read: func(have platform.Number) (platform.Number, bool) {
			have.SID, have.Carrier, have.Settings = listed.SID, listed.Carrier, listed.Settings
			return have, true
		}})
	}
	if end == len(a.owned) {
		return page, "", nil
	}
	return page, strconv.Itoa(end), nil
}

func managerOf(a *account) *lifecycle.Manager {
	clear := func(platform.Number, platform.Action) []platform.Step {
		return []platform.Step{{Service: "carrier", Op: "clear"}}
	}
	return lifecycle.New(lifecycle.Services{
		Kinds: kinds.Table{{
			Name: "carrier", Title: "Carrier", Settings: []platform.Field{{Name: "friendly_name"}}, Steps: clear,
		}},
		Carriers: map[string]platform.Carrier{"carrier": a},
	})
}

func number(i int) platform.Number {
	return platform.Number{
		PhoneNumber: phoneNumber(i), SID: "PN" + phoneNumber(i), Platform: platform.None, Carrier: "carrier",
		Status: platform.Active, Action: platform.Detach,
	}
}

// read reads the numbers as Terraform does, ten at a time.
func read(t *testing.T, m *lifecycle.Manager, numbers []int) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(10)
	for _, i := range numbers {
		group.Go(func() error {
			got, err := m.Read(t.Context(), number(i))
			if err == nil && (got.PhoneNumber != phoneNumber(i) || got.Settings.String("friendly_name") == "") {
				err = fmt.Errorf("%s was read as %v", phoneNumber(i), got)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// every returns count numbers, spread over those that are owned.
func every(step, count int) []int {
	var numbers []int
	for i := range count {
		numbers = append(numbers, i*step)
	}
	return numbers
}

func TestReadsCoalesce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		owned          int
		asked          []int
		singles, pages int // at most
	}{
		"a few numbers are read one by one":          {owned: 3, asked: every(1, 3), singles: 3, pages: 0},
		"a few of a huge account, too":               {owned: 50_000, asked: every(16_000, 3), singles: 3, pages: 0},
		"a page serves all the rest":                 {owned: 1000, asked: every(1, 1000), singles: 3, pages: 1},
		"more pages serve more":                      {owned: 5000, asked: every(1, 5000), singles: 13, pages: 5},
		"spread over a huge account they hardly pay": {owned: 50_000, asked: every(2500, 20), singles: 20, pages: 7},
		"half of an account":                         {owned: 10_000, asked: every(2, 5000), singles: 40, pages: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(test.owned)
			read(t, managerOf(a), test.asked)
			if a.singles > test.singles || a.pages > test.pages {
				t.Errorf("%d single reads and %d pages; at most %d and %d", a.singles, a.pages, test.singles, test.pages)
			}
		})
	}
}

func TestNumberMissingFromAListIsReadByItself(t *testing.T) {
	t.Parallel()
	a := newAccount(20)
	a.hidden[phoneNumber(7)] = true
	read(t, managerOf(a), every(1, 20))
	if a.singles > 5 {
		t.Errorf("%d single reads", a.singles)
	}
}

func TestNumberIsGoneOnlyIfItsOwnReadSaysSo(t *testing.T) {
	t.Parallel()
	a := newAccount(20)
	m := managerOf(a)
	read(t, m, every(1, 20))
	before := a.singles
	_, err := m.Read(t.Context(), number(20))
	if gone := (*lifecycle.GoneError)(nil); !errors.As(err, &gone) || a.singles == before {
		t.Errorf("%v after %d single reads", err, a.singles-before)
	}
}

func TestFailedListIsMadeUpForBySingleReads(t *testing.T) {
	t.Parallel()
	a := newAccount(50)
	a.failing = errors.New("down")
	read(t, managerOf(a), every(1, 50))
	if a.pages != 1 || a.singles != 50 {
		t.Errorf("%d pages and %d single reads", a.pages, a.singles)
	}
}

func TestWhatWasWrittenIsReadByItself(t *testing.T) {
	t.Parallel()
	a := newAccount(20)
	m := managerOf(a)
	read(t, m, every(1, 20))
	if _, err := m.Update(t.Context(), number(5), number(5)); err != nil {
		t.Fatal(err)
	}
	a.name = "after"
	for i, want := range map[int]string{5: "after", 6: "before"} { // the other's page is as good as it was
		got, err := m.Read(t.Context(), number(i))
		if err != nil || got.Settings.String("friendly_name") != want {
			t.Errorf("%d: %v, %v; want %q", i, got.Settings, err, want)
		}
	}
}

func TestListIsNotOlderThanAWrite(t *testing.T) {
	t.Parallel()
	a := newAccount(20)
	m := managerOf(a)
	read(t, m, every(1, 20))
	if _, err := m.Update(t.Context(), number(5), number(5)); err != nil {
		t.Fatal(err)
	}
	a.name = "after"
	count := 0
	for n, err := range m.List(t.Context(), "", "") {
		if err != nil || n.Settings.String("friendly_name") != "after" {
			t.Fatal(n, err)
		}
		count++
	}
	if count != 20 {
		t.Errorf("%d numbers", count)
	}
}

func TestListReadsAPageOnlyWhenItIsAskedFor(t *testing.T) {
	t.Parallel()
	a := newAccount(5000)
	count := 0
	for _, err := range managerOf(a).List(t.Context(), "carrier", "") {
		if err != nil {
			t.Fatal(err)
		}
		if count++; count == 1500 {
			break
		}
	}
	if a.pages != 2 {
		t.Errorf("%d pages", a.pages)
	}
}

func TestListSaysWhyItEnds(t *testing.T) {
	t.Parallel()
	a := newAccount(5)
	a.failing = errors.New("down")
	for _, err := range managerOf(a).List(t.Context(), "", "") {
		if err == nil || err.Error() != "list the numbers of Carrier: down" {
			t.Error(err)
		}
	}
	for _, err := range managerOf(a).List(t.Context(), "nobody", "") {
		if err == nil {
			t.Error("a service that there is not has been listed")
		}
	}
}

// A list is older than what somebody else may have done since.
func TestEndsGoByNoList(t *testing.T) {
	t.Parallel()
	a := newAccount(200)
	m := managerOf(a)
	var group errgroup.Group
	group.SetLimit(10)
	for i := range 200 {
		group.Go(func() error {
			_, _, err := m.Delete(t.Context(), number(i))
			return err
		})
	}
	if err := group.Wait(); err != nil || a.pages != 0 {
		t.Errorf("%v; %d pages", err, a.pages)
	}
}

func TestWhoGivesUpAListHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	a := newAccount(20)
	m := managerOf(a)
	read(t, m, every(1, 3))
	impatient, giveUp := context.WithCancel(t.Context())
	var patient sync.WaitGroup
	var once sync.Once
	a.list = func() {
		once.Do(func() {
			patient.Go(func() { read(t, m, every(1, 20)) })
			giveUp()
		})
	}
	if _, err := m.Read(impatient, number(10)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	patient.Wait()
	if a.pages != 1 {
		t.Errorf("%d pages", a.pages)
	}
}
