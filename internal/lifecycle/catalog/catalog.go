// Package catalog spares reads of single numbers: a page of an account's list
// answers for all that it has.
package catalog

import (
	"context"
	"maps"
	"sync"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

const (
	// fewReads is how many reads of an account are made one by one before a list
	// is worth its while: a small configuration in a huge account stays cheap.
	fewReads = 3
	// readsPerPage is how many reads must have been asked for each further page:
	// in an account that holds far more than the configuration, most of a list
	// is of no use.
	readsPerPage = 3
)

// Catalog is what the list of one account has told so far. Reads that a page of
// it answers are spared; the account is listed no further than is of use. It is
// safe for concurrent use.
type Catalog struct {
	kind   platform.Kind
	lister platform.Lister
	scope  platform.Number // whose account is listed
	writes int             // that this run had begun by then

	mu       sync.Mutex
	reads    int
	pages    [][]platform.Listed
	cursor   string
	complete bool
	failed   error                       // a page that failed ends the catalog for reads
	numbers  map[string]*platform.Listed // nil: twice on one page, so a list can't tell which is meant
	fetching chan struct{}               // closed when the page that is under way is there
}

func newCatalog(kind platform.Kind, lister platform.Lister, account string) *Catalog {
	return &Catalog{
		kind: kind, lister: lister, scope: platform.Number{AccountSID: account},
		numbers: map[string]*platform.Listed{},
	}
}

// Single is a read of one number by itself.
type Single func(ctx context.Context, have platform.Number) (platform.Number, error)

// Read answers from the list if that is worth its while, else by the single read. A
// number that is missing from the list is confirmed by a single read, too, since a
// list that is read page by page can miss one; unless it is only looked for, for
// which a complete list is enough.
func (c *Catalog) Read(ctx context.Context, have platform.Number, single Single, looks bool) (platform.Number, error) {
	got, ok, err := c.answer(ctx, have)
	switch {
	case ok || err != nil:
		return got, err
	case looks && c.lacks(have.PhoneNumber):
		return have, platform.ErrNotFound
	}
	return single(ctx, have)
}

func (c *Catalog) lacks(phoneNumber string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, found := c.numbers[phoneNumber]
	return c.complete && !found
}

// answer answers from the list; false: the number is to be read by itself, as
// the first few are.
func (c *Catalog) answer(ctx context.Context, have platform.Number) (platform.Number, bool, error) {
	c.mu.Lock()
	c.reads++
	c.mu.Unlock()
	for {
		listed, more := c.look(have.PhoneNumber)
		if listed != nil && listed.Read != nil {
			if got, ok := listed.Read(have); ok {
				return got, true, nil
			}
		}
		if listed != nil || !more {
			return have, false, nil
		}
		if err := c.fetch(ctx); err != nil && ctx.Err() != nil {
			return have, false, err
		}
	}
}

// look returns what the pages say of a number, and whether another page is to be
// read before the number is read by itself.
func (c *Catalog) look(phoneNumber string) (listed *platform.Listed, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	listed, found := c.numbers[phoneNumber]
	switch {
	case found || c.complete || c.failed != nil:
		return listed, false
	case len(c.pages) == 0 && c.kind.ReadsByList:
		return nil, true
	}
	return nil, c.reads > fewReads && len(c.pages)*readsPerPage < c.reads
}

// fetch reads the next page, or waits for whoever is reading it.
func (c *Catalog) fetch(ctx context.Context) error {
	c.mu.Lock()
	if wait := c.fetching; wait != nil {
		c.mu.Unlock()
		select {
		case <-wait:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if c.complete || c.failed != nil {
		defer c.mu.Unlock()
		return c.failed
	}
	done, cursor := make(chan struct{}), c.cursor
	c.fetching = done
	c.mu.Unlock()
	page, next, err := c.lister.List(ctx, c.scope, cursor)

	c.mu.Lock()
	defer c.mu.Unlock()
	c.fetching = nil
	close(done)
	switch {
	case err == nil:
		c.add(page, next)
	case ctx.Err() == nil: // else it was this caller who gave up
		c.failed = err
	}
	return err
}

func (c *Catalog) add(page []platform.Listed, next string) {
	here := map[string]*platform.Listed{}
	for i := range page {
		number := page[i].Number.PhoneNumber
		if _, twice := here[number]; twice {
			here[number] = nil
		} else {
			here[number] = &page[i]
		}
	}
	maps.Copy(c.numbers, here)
	c.pages = append(c.pages, page)
	c.cursor, c.complete = next, next == ""
}

// Page returns the page of that index and whether there is one; it is fetched
// if nobody has done so yet.
func (c *Catalog) Page(ctx context.Context, index int) ([]platform.Listed, bool, error) {
	for {
		c.mu.Lock()
		fetched, complete, failed := c.pages, c.complete, c.failed
		c.mu.Unlock()
		switch {
		case index < len(fetched):
			return fetched[index], true, nil
		case complete:
			return nil, false, nil
		case failed != nil:
			return nil, false, failed
		}
		if err := c.fetch(ctx); err != nil {
			return nil, false, err
		}
	}
}
