package operation_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

var update = flag.Bool("update", false, "write the goldens")

// TestGoldens reads schema.graphql (a supergraph of one subgraph, without the join enum), operation.graphql and, if there, variables.json and hidden (names
// that suggestions must not tell). It compares whichever of these files the golden has:
//
//	errors.txt     the faults, with suggestions
//	conditions.txt the Boolean variables that decide the selection
//	ir.txt         the normalised operation
//	measures.txt   its measures
//	cost.txt       its cost by @cost and @listSize
//	protected.txt  the protected coordinates it touches
func TestGoldens(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			got := goldenOutputs(t, files)
			for i := range archive.Files {
				f := &archive.Files[i]
				text, ok := got[f.Name]
				if !ok {
					continue
				}
				if *update {
					f.Data = []byte(text)
				}
				if text != string(f.Data) {
					t.Errorf("%s: got\n%swant\n%s", f.Name, text, f.Data)
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func goldenOutputs(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	s := load(t, supergraphHeader+files["schema.graphql"])
	opts := operation.Options{Visible: func(typeName, name string) bool {
		for hidden := range strings.FieldsSeq(files["hidden"]) {
			if hidden == typeName || hidden == typeName+"."+name {
				return false
			}
		}
		return true
	}}
	d, errs := operation.Parse(s, files["operation.graphql"], operation.ParseLimits{})
	var vars *operation.Variables
	if len(errs) == 0 {
		vars, errs = d.CoerceVariables("", []byte(files["variables.json"]))
	}
	if len(errs) > 0 {
		if _, ok := files["errors.txt"]; !ok {
			t.Fatal(errs)
		}
		return map[string]string{"errors.txt": printErrors(errs.Suggest(s, opts))}
	}
	conditions, err := d.Conditions("")
	if err != nil {
		t.Fatal(err)
	}
	op := normalize(t, d, vars.Bool)
	cost, errs := operation.CompileCost(s, op).Evaluate(s, vars, operation.CostOptions{})
	var protected strings.Builder
	for _, p := range operation.Protected(s, op) {
		fmt.Fprintf(&protected, "%s @%s %q\n", p.Coordinate, p.Directive, p.Requirement)
	}
	return map[string]string{
		"errors.txt": "", "conditions.txt": strings.Join(conditions, " ") + "\n",
		"ir.txt": printOperation(s, op), "measures.txt": strings.Trim(fmt.Sprintf("%+v", d.Measure(op)), "{}") + "\n",
		"cost.txt": fmt.Sprintln(cost) + printErrors(errs), "protected.txt": protected.String(),
	}
}

func printErrors(errs operation.ErrorList) string {
	var b strings.Builder
	for _, e := range errs {
		fmt.Fprintf(&b, "%s %v %s\n  failure %d, coordinate %q, type %q, field %q, name %q, path %q, suggestions %q\n",
			e.Code, e.Locations, e.Message, e.Failure, e.Coordinate, e.Type, e.Field, e.Name, e.Path, e.Suggestions)
	}
	return b.String()
}

// printOperation prints each selection set once, under a number.
func printOperation(s *schema.Schema, op *operation.Operation) string {
	p := irPrinter{s: s, ids: map[*operation.SelectionSet]int{}}
	fmt.Fprintf(&p.out, "%s %q", op.Kind, op.Name)
	for _, v := range op.Variables {
		fmt.Fprintf(&p.out, " $%s:%s", v.Name, v.Type)
	}
	p.out.WriteByte('\n')
	p.set(op.Root)
	return p.out.String()
}

type irPrinter struct {
	s   *schema.Schema
	ids map[*operation.SelectionSet]int
	out strings.Builder
}

func (p *irPrinter) set(set *operation.SelectionSet) int {
	if id, ok := p.ids[set]; ok {
		return id
	}
	var text strings.Builder
	for _, g := range set.Groups {
		text.WriteString("  ")
		for _, t := range g.Types {
			text.WriteString(p.s.Type(t).Name + " ")
		}
		text.WriteString("{")
		for i, f := range g.Fields {
			if i > 0 {
				text.WriteString(", ")
			}
			if f.Key != f.Name {
				text.WriteString(f.Key + ": ")
			}
			text.WriteString(f.Name + f.Args.Text + f.Introspection)
			if f.Selection != nil {
				fmt.Fprintf(&text, " #%d", p.set(f.Selection))
			}
			fmt.Fprintf(&text, " @%d:%d", f.Line, f.Column)
		}
		text.WriteString("}\n")
	}
	id := len(p.ids) + 1
	p.ids[set] = id
	fmt.Fprintf(&p.out, "#%d on %s\n%s", id, p.s.Type(set.Type).Name, text.String())
	return id
}
