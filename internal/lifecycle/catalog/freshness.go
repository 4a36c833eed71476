package catalog

import (
	"maps"
	"sync"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// Catalogs are the catalogs of one run. It is safe for concurrent use.
type Catalogs struct {
	mu      sync.Mutex
	opened  map[string]*Catalog
	last    map[string]*Catalog // opened at any time, by the same keys
	written map[string]bool     // numbers that this run has written
	writers int                 // that are at work
	writes  int                 // that have begun
}

// ForRead returns the catalog that may answer for a number of the account; nil:
// none may. What this run has written is read by itself ever after, since a page
// may be older than the write.
func (c *Catalogs) ForRead(kind platform.Kind, lister platform.Lister, account, phoneNumber string) *Catalog {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written[phoneNumber] || hangsTogether(kind) && c.writers > 0 {
		return nil
	}
	return c.open(kind, lister, account, func(*Catalog) bool { return true })
}

// ForLook is ForRead for a plan, which may look into a catalog that is older than
// the writes of other numbers: what has come of them, a creation finds out for
// itself.
func (c *Catalogs) ForLook(kind platform.Kind, lister platform.Lister, account, phoneNumber string) *Catalog {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written[phoneNumber] {
		return nil
	}
	if last := c.last[key(kind, account)]; last != nil {
		return last
	}
	return c.open(kind, lister, account, func(*Catalog) bool { return true })
}

// ForList returns a catalog that is not older than any write of this run.
func (c *Catalogs) ForList(kind platform.Kind, lister platform.Lister, account string) *Catalog {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writers > 0 {
		return newCatalog(kind, lister, account)
	}
	return c.open(kind, lister, account, func(opened *Catalog) bool { return opened.writes == c.writes })
}

func (c *Catalogs) open(
	kind platform.Kind, lister platform.Lister, account string, usable func(*Catalog) bool,
) *Catalog {
	key := key(kind, account)
	if opened := c.opened[key]; opened != nil && usable(opened) {
		return opened
	}
	if c.opened == nil {
		c.opened, c.last = map[string]*Catalog{}, map[string]*Catalog{}
	}
	opened := newCatalog(kind, lister, account)
	opened.writes = c.writes
	c.opened[key], c.last[key] = opened, opened
	return opened
}

func key(kind platform.Kind, account string) string { return kind.Name + "/" + account }

// hangsTogether says that a write of one record may change what is told of
// another: on a platform they share agents.
func hangsTogether(kind platform.Kind) bool { return kind.Block != nil }

// Writing is called before anything is written, and done after it.
func (c *Catalogs) Writing() (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writers++
	c.writes++
	maps.DeleteFunc(c.opened, func(_ string, opened *Catalog) bool { return hangsTogether(opened.kind) })
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.writers--
	}
}

// Wrote notes that the number is about to be written.
func (c *Catalogs) Wrote(phoneNumber string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written == nil {
		c.written = map[string]bool{}
	}
	c.written[phoneNumber] = true
}
