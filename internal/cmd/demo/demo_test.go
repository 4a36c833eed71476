package main

import "testing"

func TestWithoutOverrideWarning(t *testing.T) {
	output := `
Warning: Provider development overrides are in effect

The following provider development overrides are set in the CLI
configuration:
 - telephony-iac/telephony in bin

The behavior may therefore not match any released version of the provider and
applying changes may cause the state to become incompatible with published
releases.

No changes. Your infrastructure matches the configuration.

Warning: Another one

It stays.
`
	want := "No changes. Your infrastructure matches the configuration.\n\nWarning: Another one\n\nIt stays."
	if got := withoutOverrideWarning(output); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestList(t *testing.T) {
	for _, test := range []struct {
		before, after values
		want          string
	}{
		{nil, values{"b": false, "a": "x"}, `a = "x", b = false`},
		{values{"a": "x"}, nil, `a = "x"`},
		{values{"a": "x"}, values{"a": "y"}, `a = "x" -> "y"`},
	} {
		if got := list(test.before, test.after); got != test.want {
			t.Errorf("list(%v, %v) = %s, want %s", test.before, test.after, got, test.want)
		}
	}
}
