package oaicheck

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"
)

// TallyEnv names a directory into which each process of a test run writes what it has counted; empty: none does.
const TallyEnv = "SERVICES_OAI_TALLY"

// Tally is what was held against the documents.
type Tally struct {
	Requests map[string]int `json:"requests"` // by the document's file
	Answers  map[string]int `json:"answers"`
	Relaxed  map[string]int `json:"relaxed"` // by the relaxation's name

	mu sync.Mutex
}

// all counts what this process has seen.
var all = newTally()

func newTally() *Tally {
	return &Tally{Requests: map[string]int{}, Answers: map[string]int{}, Relaxed: map[string]int{}}
}

func (t *Tally) request(document string) { t.count(t.Requests, document, 1) }
func (t *Tally) answer(document string)  { t.count(t.Answers, document, 1) }
func (t *Tally) relaxed(name string)     { t.count(t.Relaxed, name, 1) }

func (t *Tally) count(what map[string]int, key string, by int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	what[key] += by
}

// write writes the tally to a file of this process, over what it has written before.
func (t *Tally) write(dir string) error {
	if dir == "" {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%d.json", filepath.Base(os.Args[0]), os.Getpid()))
	return os.WriteFile(file, data, 0o600)
}

// ReadTally adds up what the processes of a run have written to a directory.
func ReadTally(dir string) (*Tally, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no tally: run all tests with %s and %s set", dir, DirEnv, TallyEnv)
	}
	sum := newTally()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		one := newTally()
		if err := json.Unmarshal(data, one); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, pair := range []struct{ to, from map[string]int }{
			{sum.Requests, one.Requests}, {sum.Answers, one.Answers}, {sum.Relaxed, one.Relaxed},
		} {
			for key, n := range pair.from {
				sum.count(pair.to, key, n)
			}
		}
	}
	return sum, nil
}

// Unneeded are the relaxations that nothing in a whole run needed, which have to go.
func (t *Tally) Unneeded() []string {
	var unneeded []string
	for _, r := range relaxations {
		if t.Relaxed[r.name] == 0 {
			unneeded = append(unneeded, r.name)
		}
	}
	return unneeded
}

// Print prints the counts of each document and of each relaxation.
func (t *Tally) Print(out io.Writer) error {
	var w strings.Builder
	fmt.Fprint(&w, "document\trequests\tanswers\n")
	for _, d := range documents {
		fmt.Fprintf(&w, "%s\t%d\t%d\n", d.file, t.Requests[d.file], t.Answers[d.file])
	}
	fmt.Fprint(&w, "\nrelaxation\tneeded\treason, source\n")
	for _, r := range relaxations {
		fmt.Fprintf(&w, "%s\t%d\t%s\n", r.name, t.Relaxed[r.name], strings.Join([]string{r.reason, r.source}, "; "))
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(table, w.String()); err != nil {
		return err
	}
	return table.Flush()
}
