package graphtest

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// fieldSet parses the fields argument, which federation 1 also allows to be a list of strings.
func fieldSet(d *ast.Directive) ast.SelectionSet {
	arg := d.Arguments.ForName("fields")
	if arg == nil {
		return nil
	}
	texts := []string{arg.Value.Raw}
	for _, item := range arg.Value.Children {
		texts = append(texts, item.Value.Raw)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + strings.Join(texts, " ") + "}"})
	if err != nil || len(doc.Operations) != 1 {
		return nil
	}
	return doc.Operations[0].SelectionSet
}

// checkFieldSets refuses field sets on what the subgraph does not declare: nothing sensible could be said of an answer then.
func (s *SubgraphSchema) checkFieldSets() error {
	for name, t := range s.types {
		for _, key := range t.keys {
			if err := s.checkFieldSet(name, key.fields); err != nil {
				return fmt.Errorf("key of %s: %w", name, err)
			}
		}
	}
	for at, f := range s.fields {
		typ, field, _ := strings.Cut(at, ".")
		if err := s.checkFieldSet(typ, f.requires); err != nil {
			return fmt.Errorf("requirement of %s: %w", at, err)
		}
		if def := s.Schema.Types[typ].Fields.ForName(field); def != nil {
			if err := s.checkFieldSet(def.Type.Name(), f.provides); err != nil {
				return fmt.Errorf("what %s provides: %w", at, err)
			}
		}
	}
	return nil
}

func (s *SubgraphSchema) checkFieldSet(typ string, set ast.SelectionSet) error {
	for _, sel := range set {
		switch x := sel.(type) {
		case *ast.InlineFragment:
			on := typ
			if x.TypeCondition != "" {
				on = x.TypeCondition
			}
			if err := s.checkFieldSet(on, x.SelectionSet); err != nil {
				return err
			}
		case *ast.Field:
			def := s.Schema.Types[typ]
			if x.Name == "__typename" {
				continue
			}
			if def == nil || def.Fields.ForName(x.Name) == nil {
				return fmt.Errorf("type %s has no field %s", typ, x.Name)
			}
			if err := s.checkFieldSet(def.Fields.ForName(x.Name).Type.Name(), x.SelectionSet); err != nil {
				return err
			}
		}
	}
	return nil
}

// markKeyed walks the keys of extensions.
func (s *SubgraphSchema) markKeyed() {
	var mark func(typ string, set ast.SelectionSet)
	mark = func(typ string, set ast.SelectionSet) {
		for _, f := range fieldsOf(set) {
			def := s.Schema.Types[typ]
			if def == nil {
				return
			}
			s.fieldFacts(typ, f.Name).keyed = true
			if fd := def.Fields.ForName(f.Name); fd != nil {
				mark(fd.Type.Name(), f.SelectionSet)
			}
		}
	}
	for name, t := range s.types {
		if !t.extension {
			continue
		}
		for _, key := range t.keys {
			mark(name, key.fields)
		}
	}
}

// fieldsOf returns the fields of a field set that carries no fragments.
func fieldsOf(set ast.SelectionSet) []*ast.Field {
	var out []*ast.Field
	for _, sel := range set {
		if f, ok := sel.(*ast.Field); ok {
			out = append(out, f)
		}
	}
	return out
}
