package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// What a service may answer.
var (
	refusal   = &httpapi.Error{Service: "Acme", Status: http.StatusBadRequest, Message: "no", Own: true}
	absence   = &httpapi.Error{Service: "Acme", Status: http.StatusNotFound, Message: "none", Own: true}
	denial    = &httpapi.Error{Service: "Acme", Status: http.StatusUnauthorized, Own: true}
	fault     = &httpapi.Error{Service: "Acme", Status: http.StatusInternalServerError}
	errUnsent = errors.New("no such identifier")
)

var acme = httpapi.Service{Title: "Acme", Explain: func(doing string, err error) error {
	return httpapi.Explained(doing, err, map[int]string{http.StatusUnauthorized: "check the key"})
}}

func isAbsence(err error) bool { return errors.Is(err, platform.ErrNotFound) }

func TestWriteIsMadeSureOf(t *testing.T) {
	const lost, unknown = "Acme answered 500", "whether it took effect is not known; run it again to make sure"
	for name, tc := range map[string]struct {
		write  httpapi.Write[string]
		sent   string // what the answer reports
		failed error  // what it says instead
		shows  string // what a look finds
		blind  error  // or says instead
		looks  bool   // there is one
		says   []string
		none   bool // nothing was changed, and the error says so
		gets   string
	}{
		"accepted":                        {shows: "new", looks: true, gets: "new"},
		"accepted, and not done":          {shows: "old", looks: true, says: []string{"it was accepted, but it is old; run it again"}, gets: "old"},
		"accepted, and not seen":          {blind: fault, looks: true, says: []string{unknown, lost}},
		"accepted, and denied to look":    {blind: denial, looks: true, says: []string{unknown, "401", "check the key"}},
		"accepted, and absent":            {blind: absence, looks: true, says: []string{"Acme does not have it; run it again", "404"}},
		"accepted, of which a part hides": {write: hiding, shows: "new", looks: true, gets: "new"},

		"answered":                           {write: answering, sent: "new", gets: "new"},
		"answered with a contradiction":      {write: answering, sent: "old", shows: "new", looks: true, gets: "new"},
		"answered, and contradicted":         {write: answering, sent: "old", shows: "old", looks: true, says: []string{"it was accepted, but it is old"}, gets: "old"},
		"answered, and contradicted unseen":  {write: answering, sent: "old", blind: fault, looks: true, says: []string{unknown, lost}},
		"answered, of which nothing is left": {write: bare, sent: "anything", gets: "anything"},

		"refused":           {failed: refusal, says: []string{"400", "no"}, none: true},
		"denied":            {failed: denial, says: []string{"401", "check the key"}, none: true},
		"refused as absent": {failed: absence, says: []string{"404", "none"}, none: true},
		"not sent":          {failed: errUnsent, says: []string{"no such identifier"}},

		"lost, and done":                  {failed: fault, shows: "new", looks: true, gets: "new"},
		"lost, and not done":              {failed: fault, shows: "old", looks: true, says: []string{"it is old; run it again", lost}, gets: "old"},
		"lost, and absent":                {failed: fault, blind: absence, looks: true, says: []string{"Acme does not have it", lost}},
		"lost, and not seen":              {failed: fault, blind: refusal, looks: true, says: []string{unknown, lost, "finding out what became of it failed too", "400"}},
		"lost, of which a part hides":     {write: hiding, failed: fault, shows: "new", looks: true, says: []string{unknown, lost}, gets: "new"},
		"lost, and a part is not done":    {write: hiding, failed: fault, shows: "old", looks: true, says: []string{"it is old", lost}, gets: "old"},
		"lost, though it would answer":    {write: answering, failed: fault, shows: "new", looks: true, gets: "new"},
		"lost, and there is such a thing": {write: bare, failed: fault, shows: "anything", looks: true, gets: "anything"},

		"refused, since it is done":  {write: lenient, failed: refusal, shows: "new", looks: true, gets: "new"},
		"refused, and not done":      {write: lenient, failed: refusal, shows: "old", looks: true, says: []string{"it is old", "400"}, none: true, gets: "old"},
		"refused, and absent":        {write: lenient, failed: refusal, blind: absence, looks: true, says: []string{"400"}, none: true},
		"refused, and not seen":      {write: lenient, failed: refusal, blind: denial, looks: true, says: []string{unknown, "400", "401"}},
		"refused for something else": {write: lenient, failed: denial, says: []string{"401"}, none: true},
	} {
		t.Run(name, func(t *testing.T) {
			w, sends, looked := tc.write, 0, false
			w.Service, w.Doing = acme, "write it"
			w.Send = func(context.Context) (string, error) {
				sends++
				return tc.sent, tc.failed
			}
			w.Look = func(context.Context) (string, error) {
				looked = true
				return tc.shows, tc.blind
			}
			if tc.write.Left == nil && !tc.write.Answers && tc.shows != "anything" {
				w.Left = old
			}
			got, err := w.Do(t.Context())
			if (err == nil) != (tc.says == nil) || got != tc.gets || looked != tc.looks || sends != 1 {
				t.Errorf("%q, %v; looked: %t, sent %d times", got, err, looked, sends)
			}
			checkError(t, err, tc.says, tc.none)
		})
	}
}

// The kinds of writes.
var (
	answering = httpapi.Write[string]{Answers: true, Left: old}
	hiding    = httpapi.Write[string]{Left: old, Hides: func(string) bool { return true }}
	lenient   = httpapi.Write[string]{Left: old, MayBeDone: func(err error) bool { return errors.Is(err, refusal) }}
	bare      = httpapi.Write[string]{Answers: true}
)

func old(s string) string {
	if s == "old" {
		return "it is old"
	}
	return ""
}

// checkError holds an error against what it says and what it may pass for.
func checkError(t *testing.T, err error, says []string, untouched bool) {
	t.Helper()
	for _, text := range says {
		if err == nil || !strings.Contains(err.Error(), text) || !strings.HasPrefix(err.Error(), "write it") {
			t.Errorf("%v does not say %q", err, text)
		}
	}
	answer, ok := errors.AsType[*httpapi.Error](err)
	if errors.Is(err, platform.ErrUntouched) != untouched || ok && !untouched || ok && !answer.Refused() || errors.Is(err, platform.ErrNotFound) {
		t.Errorf("%v passes for something else: untouched %t, %v", err, errors.Is(err, platform.ErrUntouched), answer)
	}
}

func TestDeletionIsMadeSureOf(t *testing.T) {
	const unknown = "whether it took effect is not known"
	for name, tc := range map[string]struct {
		failed, look error // of the deletion, and of the look for what is left
		says         []string
		none         bool
	}{
		"gone":                     {look: absence},
		"accepted, and there":      {says: []string{"it was accepted, but it is still there; run it again"}},
		"accepted, and not seen":   {look: fault, says: []string{unknown, "500"}},
		"lost, and gone":           {failed: fault, look: absence},
		"lost, and there":          {failed: fault, says: []string{"it is still there; run it again", "500"}},
		"lost, and not seen":       {failed: fault, look: denial, says: []string{unknown, "500", "401"}},
		"refused":                  {failed: refusal, look: absence, says: []string{"400"}, none: true},
		"absent, and gone":         {failed: absence, look: absence},
		"absent, and there":        {failed: absence, says: []string{"it is still there; run it again", "404"}, none: true},
		"absent, and nobody knows": {failed: absence, look: refusal, says: []string{unknown, "404", "400"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := httpapi.Deletion{
				Service: acme, Doing: "write it", IsAbsent: isAbsence,
				Send: func(context.Context) error { return tc.failed },
				Look: func(context.Context) error { return tc.look },
			}.Do(t.Context())
			if (err == nil) != (tc.says == nil) {
				t.Error(err)
			}
			checkError(t, err, tc.says, tc.none)
		})
	}
}

// A look has time of its own, however the operation ended.
func TestWriteThatIsInterruptedIsMadeSureOf(t *testing.T) {
	for name, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"interrupted": context.WithCancel,
		"too late": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Hour)
		},
	} {
		for _, within := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, answered in time: %t", name, within), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := end(t.Context())
					defer cancel()
					took := time.Hour
					if within {
						took = 500 * time.Millisecond
					}
					got, err := httpapi.Write[string]{
						Service: acme, Doing: "write it",
						Send: func(ctx context.Context) (string, error) {
							if name == "interrupted" {
								cancel()
							}
							<-ctx.Done()
							return "", &httpapi.Error{Service: "Acme", Attempts: 1, Err: ctx.Err()}
						},
						Look: func(ctx context.Context) (string, error) {
							select {
							case <-time.After(took):
								return "new", nil
							case <-ctx.Done():
								return "", &httpapi.Error{Service: "Acme", Unsent: true, Err: ctx.Err()}
							}
						},
					}.Do(ctx)
					if (err == nil) != within || (got == "new") != within {
						t.Errorf("%q, %v", got, err)
					}
					if !within {
						checkError(t, err, []string{"whether it took effect is not known", "finding out what became of it failed too"}, false)
					}
				})
			})
		}
	}
}
