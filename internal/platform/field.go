package platform

import "regexp"

// Field describes one attribute of the resource or of a platform's block. The
// schema, its validators, its documentation and the conversion to Values are
// all made from it.
type Field struct {
	Name        string
	Description string // Markdown: sentences with format, unit and default
	Type        Type
	Presence    Presence
	// Default of a platform's field stands in for a value that is absent from the
	// configuration; only with Optional. Of a carrier's setting it is what the
	// service reports when nothing was set, and is neither planned nor shown.
	Default any
	// Wiring marks a carrier's setting that says where calls and messages go. Named
	// once and then removed it is cleared. The other settings say who the number
	// is: they stay as they are then. What was never named is left alone.
	Wiring bool
	// Blockers are siblings that would keep this setting from working as it is
	// named: they are managed with it, and cleared unless they are named, too.
	Blockers []string

	// Apart marks a carrier's setting that no record of a number has: a Surveyor
	// tells it.
	Apart bool

	// Clears says of the block, as it is in state and in the configuration that
	// changes it, whether a value that is removed is cleared; nil: it stays. Only
	// with OptionalComputed.
	Clears func(block Values) bool
	// Needs is the capability without which the carrier refuses the setting, such
	// as sms; empty: none.
	Needs string

	Sensitive bool // String
	WriteOnly bool // String

	OneOf         []string       // String: the only values
	Pattern       *regexp.Regexp // String: must match
	PatternHint   string         // what Pattern asks for, after "must be"
	URL           bool           // String: absolute http or https
	MaxLength     int            // String: characters; 0: no bound
	Min, Max      int64          // Int: bounds, if Max is not 0
	ConflictsWith []string       // names of siblings
	Requires      []string       // names of siblings

	Fields []Field // Object: its own fields
}

// Type is the type of a Field and so of its Go value in Values.
type Type int

// The types of a field.
const (
	String     Type = iota // string
	Bool                   // bool
	Int                    // int64
	StringList             // []string
	StringMap              // map[string]string
	Object                 // Values
)

// Presence tells who gives a field its value.
type Presence int

// Who gives a field its value.
const (
	Optional         Presence = iota // configuration may; absent is cleared
	Required                         // configuration must
	OptionalComputed                 // configuration may; absent stays as the service has it
	Computed                         // only the service does
)

// Values are the values of fields by name: string, bool, int64, []string,
// map[string]string, Values, or nil for one that is not set.
type Values map[string]any

// String returns the value of a String field, empty if it is not set.
func (v Values) String(name string) string {
	s, _ := v[name].(string)
	return s
}

// Bool returns the value of a Bool field, false if it is not set.
func (v Values) Bool(name string) bool {
	b, _ := v[name].(bool)
	return b
}

// Has says whether the field is set.
func (v Values) Has(name string) bool {
	return v[name] != nil
}

// Argument describes one argument of a service's block in the provider's
// configuration. All are strings.
type Argument struct {
	Name        string
	Env         string // environment variable that stands in for it
	Description string // Markdown
	Sensitive   bool
	OneOf       []string
}

// Arguments are the values of a service's arguments by name, with environment
// and defaults resolved; an absent one is not set.
type Arguments map[string]string
