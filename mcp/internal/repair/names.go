package repair

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// unknownType suggests close type names for a type condition or a variable.
func (c *checker) unknownType(p *Problem) {
	name := firstQuoted(p.Message)
	if near := c.nearTypes(name); len(near) > 0 {
		p.Message += didYouMean(near)
		p.Edits = c.text.rename(c.text.offset(p.Line, p.Column), name, near[0])
	}
}

// Nearest returns the names of candidates that are spelt most like name, best
// first.
func Nearest(name string, candidates []string) []string { return nearest(name, candidates) }

func (c *checker) nearTypes(name string) []string {
	var names []string
	for _, d := range c.view.Schema.Types {
		if !strings.HasPrefix(d.Name, "__") && !c.hidden(d.Name, "") {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return nearest(name, names)
}

func (c *checker) unknownDirective(p *Problem, d *ast.Directive) {
	if d == nil || c.view.Schema.Directives[d.Name] != nil {
		return
	}
	var names []string
	for _, def := range c.view.Schema.Directives {
		if slices.Contains(def.Locations, d.Location) {
			names = append(names, def.Name)
		}
	}
	slices.Sort(names)
	if near := nearest(d.Name, names); len(near) > 0 {
		p.Message += didYouMean(near)
		p.Edits = c.text.rename(c.text.offset(p.Line, p.Column), d.Name, near[0])
		return
	}
	p.Hint = "Directives that an operation may use: @" + strings.Join(names, ", @") + "."
}

func (c *checker) unknownFragment(p *Problem) {
	c.unknownFragments = true
	var names []string
	for _, f := range c.doc.Fragments {
		names = append(names, f.Name)
	}
	name := firstQuoted(p.Message)
	if near := nearest(name, names); len(near) > 0 {
		p.Message += didYouMean(near)
		p.Edits = c.text.rename(c.text.offset(p.Line, p.Column), name, near[0])
		return
	}
	p.Hint = "Define the fragment in the same document, or select the fields directly."
}

// nearestMost is how many names a suggestion offers.
const nearestMost = 3

// nearest returns up to three candidates close to name, best first; ties by
// name, so that the answer does not depend on map order.
func nearest(name string, candidates []string) []string {
	sorted := slices.Sorted(slices.Values(candidates))
	out := core.SuggestionList(name, sorted)
	slices.SortStableFunc(out, func(a, b string) int { return distance(name, a) - distance(name, b) })
	for _, cand := range sorted {
		if len(out) < nearestMost && len(name) > 3 && !slices.Contains(out, cand) && shareWord(name, cand) {
			out = append(out, cand)
		}
	}
	return out[:min(len(out), nearestMost)]
}

// shareWord reports whether one name contains the other or they begin alike for
// at least four letters and most of the first, whatever the case.
func shareWord(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	prefix := 0
	for prefix < min(len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	return len(b) > 3 && (strings.Contains(a, b) || strings.Contains(b, a)) || prefix > 3 && 3*prefix > 2*len(a)
}

// distance counts the edits between two names; one for a difference of case only.
func distance(a, b string) int {
	switch {
	case a == b:
		return 0
	case strings.EqualFold(a, b):
		return 1
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" Did you mean %s?", core.QuotedOrList(names...))
}

func quoted(names []string) string { return core.QuotedOrList(names...) }

// firstQuoted is the first text in double quotes of a message.
func firstQuoted(message string) string {
	_, rest, _ := strings.Cut(message, `"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}
