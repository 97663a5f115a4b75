package operation_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

const mergeSDL = supergraphHeader + `
type Query { i: I u: U a: A }
interface I { x(n: Int): Int y: String next: I }
type A implements I { x(n: Int): Int y: String next: I own: A z: Int! list: [Int] }
type B implements I { x(n: Int): Int y: String next: A own: B z: Int list: [Int!] }
union U = A | B
`

// mergeDocument writes a random document that is valid but for conflicts.
type mergeDocument struct {
	r         *rand.Rand
	out       strings.Builder
	fragments []string // type conditions by number
	used      map[int]bool
}

var mergeFields = map[string][]string{
	"Query": {"i", "u", "a"}, "I": {"x", "y", "next"}, "U": {"__typename"},
	"A": {"x", "y", "next", "own", "z", "list"}, "B": {"x", "y", "next", "own", "z", "list"},
}

var mergeResults = map[string]string{
	"Query.i": "I", "Query.u": "U", "Query.a": "A", "I.next": "I", "A.next": "I", "A.own": "A", "B.next": "A", "B.own": "B",
}

// set writes a selection set on a type; fragments after number from may be spread, so that there are no cycles.
func (d *mergeDocument) set(on string, depth, from int) {
	d.out.WriteString("{")
	for range 1 + d.r.IntN(4) {
		switch k := d.r.IntN(6); {
		case k == 0 && depth > 0 && on != "Query":
			to := []string{"I", "A", "B", "U"}[d.r.IntN(4)]
			if on == "A" || on == "B" {
				to = on
			}
			fmt.Fprintf(&d.out, "...on %s", to)
			d.set(to, depth-1, from)
		case k == 1 && on != "Query" && from < len(d.fragments):
			f := from + d.r.IntN(len(d.fragments)-from)
			if to := d.fragments[f]; to == on || to == "I" || to == "U" || on == "I" || on == "U" {
				d.used[f] = true
				fmt.Fprintf(&d.out, "...f%d ", f)
			} else {
				d.out.WriteString("__typename ")
			}
		default:
			d.field(on, depth, from)
		}
	}
	d.out.WriteString("}")
}

func (d *mergeDocument) field(on string, depth, from int) {
	name := mergeFields[on][d.r.IntN(len(mergeFields[on]))]
	result := mergeResults[on+"."+name]
	if result != "" && depth == 0 {
		name, result = "__typename", ""
	}
	if d.r.IntN(3) == 0 {
		fmt.Fprintf(&d.out, "%s:", []string{"x", "y", "k"}[d.r.IntN(3)])
	}
	d.out.WriteString(name)
	if name == "x" && d.r.IntN(2) == 0 {
		fmt.Fprintf(&d.out, "(n:%d)", d.r.IntN(2))
	}
	d.out.WriteString(" ")
	if result != "" {
		d.set(result, depth-1, from)
	}
}

func randomMergeDocument(seed uint64) string {
	d := mergeDocument{r: rand.New(rand.NewPCG(seed, 1)), used: map[int]bool{}}
	for range d.r.IntN(4) {
		d.fragments = append(d.fragments, []string{"I", "A", "B", "U"}[d.r.IntN(4)])
	}
	d.set("Query", 4, 0)
	for i, on := range d.fragments {
		if d.used[i] {
			fmt.Fprintf(&d.out, "fragment f%d on %s", i, on)
			d.set(on, 2, i+1)
		}
	}
	return d.out.String()
}

// compareMerge compares the verdicts on a document that is valid but for conflicts and reports whether it has any.
func compareMerge(t *testing.T, s *schema.Schema, text string) (conflict bool) {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return false
	}
	want := validator.ValidateWithRules(s.API, doc, rules.NewRules(rules.OverlappingFieldsCanBeMergedRule))
	_, errs := operation.Parse(s, text, operation.ParseLimits{})
	for _, e := range errs {
		if e.Failure != operation.FailureConflict {
			return false
		}
	}
	if (len(want) > 0) != (len(errs) > 0) {
		t.Fatalf("%s\nours: %v\ngqlparser: %v", text, errs, want)
	}
	return len(want) > 0
}

func TestFieldMergingAgreesWithThePairwiseRule(t *testing.T) {
	s := load(t, mergeSDL)
	conflicts := 0
	const n = 4000
	for seed := range uint64(n) {
		if compareMerge(t, s, randomMergeDocument(seed)) {
			conflicts++
		}
	}
	if conflicts < n/10 || conflicts > n*9/10 {
		t.Errorf("%d of %d documents have conflicts: the generator no longer tests both verdicts", conflicts, n)
	}
}

func FuzzFieldMerging(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed)
	}
	s := load(f, mergeSDL)
	f.Fuzz(func(t *testing.T, seed uint64) { compareMerge(t, s, randomMergeDocument(seed)) })
}

func TestConflictsNameBothPlaces(t *testing.T) {
	s := load(t, mergeSDL)
	tests := []struct{ name, text, want string }{
		{"different fields", "{a{k:x k:y}}", `Fields "k" conflict because "x" and "y" are different fields. Use different aliases on the fields to fetch both if this was intentional. [{1 4} {1 8}]`},
		{"different arguments", "{a{x(n:1) x}}", `Fields "x" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. [{1 4} {1 11}]`},
		{"different types on disjoint objects", "{u{...on A{z} ...on B{z}}}", `Fields "z" conflict because they return conflicting types "Int!" and "Int". Use different aliases on the fields to fetch both if this was intentional. [{1 12} {1 23}]`},
		{"different types two levels below", "{u{...on A{k:own{z}} ...on B{k:own{z}}}}", `Fields "z" conflict because they return conflicting types "Int!" and "Int". Use different aliases on the fields to fetch both if this was intentional. [{1 18} {1 36}]`},
		{"arguments in another order and layout are the same", "{a{x(n:1) x( n : 1 )}}", ""},
		{"different arguments on disjoint objects are fine", "{u{...on A{x(n:1)} ...on B{x(n:2)}}}", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if _, errs := operation.Parse(s, test.text, operation.ParseLimits{}); len(errs) > 0 {
				got = fmt.Sprint(errs[0].Message, " ", errs[0].Locations)
			}
			if got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}
