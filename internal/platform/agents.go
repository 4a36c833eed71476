package platform

import (
	"fmt"
	"strconv"
)

// Offset reads a cursor of a list that counts what comes before a page: the
// decimal number of that, and the empty one of the first page.
func Offset(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	offset, err := strconv.Atoi(cursor)
	if err != nil || offset <= 0 {
		return 0, fmt.Errorf("%q is not a cursor of this list", cursor)
	}
	return offset, nil
}
