package cli

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("é", 200) + "X" + strings.Repeat("é", 200)
	for name, c := range map[string]struct {
		line        string
		column      int
		shown, lead string
	}{
		"short":          {"\ttype T", 6, "\ttype T", "\t     "},
		"past the end":   {"ab", 9, "ab", "  "},
		"before it":      {"ab", -1, "ab", ""},
		"in a long line": {long, 400, "…" + strings.Repeat("é", 50) + "X" + strings.Repeat("é", 50) + "…", strings.Repeat(" ", 51)},
	} {
		shown, caret := excerpt(c.line, c.column)
		if shown != c.shown || caret != c.lead+"^" {
			t.Errorf("%s: %q\n%q", name, shown, caret)
		}
	}
}
