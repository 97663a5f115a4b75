package operation_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// FuzzParse checks that parsing and normalising never panic and stay within bounds, that gqlparser's whole rule set agrees on what is
// valid, and that groups partition the types of their selection set.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"{users{id friends(first:2){name}} node{... on User{id} ...F}} fragment F on Robot{serial peer{id}}",
		"query Q($n:Int=1,$b:Boolean!){users @skip(if:$b){friends(first:$n){id}}} mutation M{a}",
		"{__schema{types{name ...T}} __type(name:\"User\"){...T}} fragment T on __Type{kind}",
		"{user(id:3){x:id x:name}}", "{a(b:{c:[1,$d]})}", "subscription{a}", "{user(id:\"\\u00e9\"\"\"\"block\"\"\")}", "",
	} {
		f.Add(text)
	}
	s := load(f, userSDL)
	f.Fuzz(func(t *testing.T, text string) {
		d, errs := operation.Parse(s, text, operation.ParseLimits{Tokens: 500, Work: 20_000})
		if len(errs) > 0 {
			for _, e := range errs {
				if e.Message == "" || e.Code == "" {
					t.Fatalf("an empty error for %q", text)
				}
			}
			return
		}
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatalf("took %q: %v", text, err)
		}
		if errs := validator.ValidateWithRules(s.API, doc, rules.NewDefaultRules()); len(errs) > 0 && !stricter(errs.Error()) {
			t.Fatalf("took %q: %v", text, errs)
		}
		for _, name := range d.Operations() {
			for _, value := range []bool{false, true} {
				op, err := d.Normalize(name, func(string) bool { return value })
				if err == nil {
					checkGroups(t, op.Root, map[*operation.SelectionSet]bool{})
					d.Measure(op)
					operation.CompileCost(s, op)
					operation.Protected(s, op)
				}
			}
		}
	})
}

// stricter reports whether gqlparser refuses what the specification allows: numbers too large for int64 as ID or Float.
func stricter(message string) bool { return strings.Contains(message, "cannot represent") }

func checkGroups(t *testing.T, set *operation.SelectionSet, seen map[*operation.SelectionSet]bool) {
	t.Helper()
	if set == nil || seen[set] {
		return
	}
	seen[set] = true
	types := map[uint32]bool{}
	for _, g := range set.Groups {
		keys := map[string]bool{}
		for _, id := range g.Types {
			if types[uint32(id)] {
				t.Fatalf("type %d stands in two groups", id)
			}
			types[uint32(id)] = true
		}
		for _, f := range g.Fields {
			if keys[f.Key] {
				t.Fatalf("key %s stands twice", f.Key)
			}
			keys[f.Key] = true
			checkGroups(t, f.Selection, seen)
		}
	}
}
