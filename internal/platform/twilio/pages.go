package twilio

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// maxPages bounds a list.
const maxPages = 1000

// place is where a page of a list is; the first page's is the zero value. A
// page cannot be computed: each but the first needs a token from the one before
// (Twilio docs: error 21481).
type place struct {
	number int
	token  string
}

// page is the number of the page as it is sent: none for the first.
func (p place) page() string {
	if p.number == 0 {
		return ""
	}
	return strconv.Itoa(p.number)
}

// cursor is the place as text, for parseCursor.
func (p place) cursor() string { return p.page() + ":" + p.token }

// parseCursor reads a cursor; an empty one is the first page's.
func parseCursor(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	page, token, _ := strings.Cut(cursor, ":")
	number, err := strconv.Atoi(page)
	if err != nil || number <= 0 || token == "" {
		return place{}, fmt.Errorf("%q is not a cursor of a list at Twilio", cursor)
	}
	return place{number: number, token: token}, nil
}

// next is the place of the page that next_page_uri leads to, or nil if there is
// none. The address is only asked for page and token, so that no answer can send
// a request elsewhere; and pages only count up, so that none leads in circles.
func (p place) next(nextPageURI *string) (*place, error) {
	if nextPageURI == nil || *nextPageURI == "" {
		return nil, nil
	}
	u, err := url.Parse(*nextPageURI)
	if err != nil {
		return nil, errors.New("its next_page_uri is not a URL")
	}
	query := u.Query()
	next := place{number: p.number + 1, token: query.Get("PageToken")}
	if page := query.Get("Page"); page != "" {
		if next.number, err = strconv.Atoi(page); err != nil {
			return nil, errors.New("its next_page_uri has no valid Page")
		}
	}
	switch {
	case next.token == "" || next.token == p.token || next.number <= p.number:
		return nil, errors.New("its next_page_uri leads nowhere new")
	case next.number >= maxPages:
		return nil, fmt.Errorf("the list has more than %d pages", maxPages)
	}
	return &next, nil
}

// allPages follows a list from its first page to its last.
func allPages[T any](read func(at place) (items []T, next *place, err error)) ([]T, error) {
	var all []T
	for at := (&place{}); at != nil; {
		items, next, err := read(*at)
		if err != nil {
			return nil, err
		}
		all, at = append(all, items...), next
	}
	return all, nil
}
