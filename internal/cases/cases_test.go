package cases

import "testing"

func TestCasesAreAFewUnlessMoreIsAskedFor(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]int{"": 512, "sample": 64, "full": 8, "1": 1, "10": 10} {
		if got, err := oneOf(asked, 64, 8); err != nil || got != want {
			t.Errorf("%q: one of %d, %v", asked, got, err)
		}
	}
	for _, asked := range []string{"0", "-1", "all", "1.5"} {
		if _, err := oneOf(asked, 64, 8); err == nil {
			t.Errorf("%q is accepted", asked)
		}
	}
}
