package graphtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/tools/txtar"
)

// Finding is a graph, an operation and the seed of a universe which together show a fault.
type Finding struct {
	Subgraphs []SubgraphSource
	Operation Operation
	Seed      uint64
}

// Shrink makes a finding small: it takes away parts of the operation and of the subgraphs for as long as fails says that the fault is
// still there. fails must refuse what is not valid, such as an operation with an undefined fragment or a graph that does not compose.
func Shrink(f Finding, fails func(Finding) bool) Finding {
	for {
		smaller, ok := shrinkOnce(f, fails)
		if !ok {
			return f
		}
		f = smaller
	}
}

// shrinkOnce tries every reduction once, keeping those that leave the fault. ok is false when none did.
func shrinkOnce(f Finding, fails func(Finding) bool) (out Finding, ok bool) {
	accept := func(candidate Finding) bool {
		if !fails(candidate) {
			return false
		}
		f, ok = candidate, true
		return true
	}
	for i := 0; i < len(f.Subgraphs); {
		candidate := f
		candidate.Subgraphs = slices.Delete(slices.Clone(f.Subgraphs), i, i+1)
		if !accept(candidate) {
			i++
		}
	}
	for i := 0; ; {
		text, more := reduceOperation(f.Operation.Text, i)
		if !more {
			break
		}
		candidate := f
		candidate.Operation = withoutUnused(Operation{Text: text, Variables: f.Operation.Variables})
		if !accept(candidate) {
			i++
		}
	}
	for s := range f.Subgraphs {
		for i := 0; ; {
			sdl, more := reduceSDL(f.Subgraphs[s].SDL, i)
			if !more {
				break
			}
			candidate := f
			candidate.Subgraphs = slices.Clone(f.Subgraphs)
			candidate.Subgraphs[s].SDL = sdl
			if !accept(candidate) {
				i++
			}
		}
	}
	return f, ok
}

// editor counts possible edits and makes the one with the wanted number.
type editor struct {
	wanted int
	seen   int
}

func (e *editor) try(edit func()) {
	if e.seen == e.wanted {
		edit()
	}
	e.seen++
}

// made reports whether there were enough edits.
func (e *editor) made() bool { return e.seen > e.wanted }

// deletions offers to delete each element.
func deletions[T any](e *editor, list *[]T) {
	for i := range *list {
		e.try(func() { *list = slices.Delete(slices.Clone(*list), i, i+1) })
		if e.made() {
			return
		}
	}
}

// reduceOperation makes the i-th reduction of a document; more is false when it has no so many.
func reduceOperation(text string, i int) (reduced string, more bool) {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return "", false
	}
	e := &editor{wanted: i}
	for _, op := range doc.Operations {
		reduceSelections(e, &op.SelectionSet, doc.Fragments)
	}
	for _, f := range doc.Fragments {
		reduceSelections(e, &f.SelectionSet, doc.Fragments)
	}
	if !e.made() {
		return "", false
	}
	return formatQuery(doc), true
}

func reduceSelections(e *editor, set *ast.SelectionSet, fragments ast.FragmentDefinitionList) {
	if len(*set) > 1 {
		deletions(e, (*[]ast.Selection)(set))
	}
	for i, sel := range *set {
		switch s := sel.(type) {
		case *ast.Field:
			deletions(e, (*[]*ast.Directive)(&s.Directives))
			deletions(e, (*[]*ast.Argument)(&s.Arguments))
			if s.Alias != s.Name {
				e.try(func() { s.Alias = s.Name })
			}
			reduceSelections(e, &s.SelectionSet, fragments)
		case *ast.InlineFragment:
			deletions(e, (*[]*ast.Directive)(&s.Directives))
			e.try(func() { *set = slices.Concat((*set)[:i], s.SelectionSet, (*set)[i+1:]) })
			reduceSelections(e, &s.SelectionSet, fragments)
		case *ast.FragmentSpread:
			deletions(e, (*[]*ast.Directive)(&s.Directives))
			if f := fragments.ForName(s.Name); f != nil {
				e.try(func() {
					(*set)[i] = &ast.InlineFragment{TypeCondition: f.TypeCondition, Directives: s.Directives, SelectionSet: f.SelectionSet}
				})
			}
		}
		if e.made() {
			return
		}
	}
}

// withoutUnused drops fragments and variables that nothing uses, and puts fragments that are used once in place.
func withoutUnused(op Operation) Operation {
	doc, err := parser.ParseQuery(&ast.Source{Input: op.Text})
	if err != nil {
		return op
	}
	for changed := true; changed; {
		changed = false
		for i, f := range doc.Fragments {
			if strings.Count(formatQuery(doc)+" ", "... "+f.Name+"\n") == 0 && strings.Count(formatQuery(doc), "... "+f.Name+" ") == 0 {
				doc.Fragments = slices.Delete(doc.Fragments, i, i+1)
				changed = true
				break
			}
		}
	}
	out := Operation{Variables: map[string]any{}}
	for _, o := range doc.Operations {
		body := formatQuery(&ast.QueryDocument{
			Operations: ast.OperationList{{Operation: o.Operation, SelectionSet: o.SelectionSet, Directives: o.Directives}}, Fragments: doc.Fragments,
		})
		o.VariableDefinitions = slices.DeleteFunc(o.VariableDefinitions, func(v *ast.VariableDefinition) bool {
			return !usesVariable(body, v.Variable)
		})
		for _, v := range o.VariableDefinitions {
			if value, ok := op.Variables[v.Variable]; ok {
				out.Variables[v.Variable] = value
			}
		}
	}
	out.Text = formatQuery(doc)
	return out
}

func usesVariable(text, name string) bool {
	for {
		i := strings.Index(text, "$"+name)
		if i < 0 {
			return false
		}
		text = text[i+1+len(name):]
		if text == "" || !strings.ContainsAny(text[:1], "abcdefghijklmnopqrstuvwxyz0123456789_") {
			return true
		}
	}
}

func formatQuery(doc *ast.QueryDocument) string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatQueryDocument(doc)
	return b.String()
}

// reduceSDL makes the i-th reduction of a schema document.
func reduceSDL(sdl string, i int) (reduced string, more bool) {
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		return "", false
	}
	e := &editor{wanted: i}
	for _, list := range []*ast.DefinitionList{&doc.Definitions, &doc.Extensions} {
		deletions(e, (*[]*ast.Definition)(list))
		for _, def := range *list {
			reduceDefinition(e, def)
		}
	}
	if !e.made() {
		return "", false
	}
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchemaDocument(doc)
	return b.String(), true
}

func reduceDefinition(e *editor, def *ast.Definition) {
	deletions(e, (*[]*ast.Directive)(&def.Directives))
	deletions(e, &def.Interfaces)
	if len(def.Types) > 1 {
		deletions(e, &def.Types)
	}
	if len(def.Fields) > 1 {
		deletions(e, (*[]*ast.FieldDefinition)(&def.Fields))
	}
	if len(def.EnumValues) > 1 {
		deletions(e, (*[]*ast.EnumValueDefinition)(&def.EnumValues))
	}
	for _, f := range def.Fields {
		deletions(e, (*[]*ast.Directive)(&f.Directives))
		deletions(e, (*[]*ast.ArgumentDefinition)(&f.Arguments))
	}
}

// Archive prints the finding as a txtar archive which [LoadSuiteArchive] reads.
func (f Finding) Archive() []byte {
	archive := &txtar.Archive{}
	add := func(name, text string) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(strings.TrimSpace(text) + "\n")})
	}
	for _, s := range f.Subgraphs {
		add("subgraphs/"+s.Name+".graphql", s.SDL)
	}
	add("universe", strconv.FormatUint(f.Seed, 10))
	add("operation.graphql", f.Operation.Text)
	if len(f.Operation.Variables) > 0 {
		add("variables.json", string(f.Operation.VariablesJSON()))
	}
	return txtar.Format(archive)
}
