//go:build !linux

package acctest

// RunAt runs a command whose output is a terminal of that many columns, which only
// the tests on Linux know how to open.
func (c *CLI) RunAt(_ uint16, _ ...string) Result {
	c.t.Helper()
	c.t.Skip("there is no terminal of a given width here")
	return Result{}
}
