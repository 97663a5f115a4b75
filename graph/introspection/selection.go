package introspection

import (
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// selection is one selected field of an introspection type.
type selection struct {
	key      string
	name     string
	args     ast.ArgumentList
	children []selection
	// on is the type of an inline fragment, which only stands below unions; key, name and args are empty then.
	on string
}

// compile reads the text that package operation prints for an introspection field.
func compile(f *operation.Field) (selection, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + f.Name + f.Args.Text + f.Introspection + "}"})
	if err != nil || len(doc.Operations) != 1 {
		return selection{}, fmt.Errorf("introspection: %s: not a selection", f.Name)
	}
	all, err := selections(doc.Operations[0].SelectionSet)
	if err != nil || len(all) != 1 {
		return selection{}, fmt.Errorf("introspection: %s: not a selection of fields", f.Name)
	}
	return all[0], nil
}

func selections(set ast.SelectionSet) ([]selection, error) {
	out := make([]selection, 0, len(set))
	for _, sel := range set {
		var s selection
		var below ast.SelectionSet
		switch sel := sel.(type) {
		case *ast.Field:
			if len(sel.Directives) > 0 {
				continue // stands for a selection of nothing
			}
			s, below = selection{key: sel.Alias, name: sel.Name, args: sel.Arguments}, sel.SelectionSet
		case *ast.InlineFragment:
			s, below = selection{on: sel.TypeCondition}, sel.SelectionSet
		default:
			return nil, fmt.Errorf("introspection: a fragment spread at line %d", sel.GetPosition().Line)
		}
		var err error
		if s.children, err = selections(below); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// flag returns the selection's includeDeprecated, whose default is false.
func (w *writer) flag(s *selection) bool {
	v := w.argument(s, "includeDeprecated")
	return v != nil && v.Raw == "true"
}

// textArgument returns an argument that is a string; ok is false when it is none.
func (w *writer) textArgument(s *selection, name string) (text string, ok bool) {
	v := w.argument(s, name)
	if v == nil || v.Kind != ast.StringValue && v.Kind != ast.BlockValue {
		return "", false
	}
	return v.Raw, true
}

// argument returns the value of an argument, nil where it has none. There are no variables in it.
func (w *writer) argument(s *selection, name string) *ast.Value {
	a := s.args.ForName(name)
	if a == nil {
		return nil
	}
	return w.resolve(a.Value)
}

// resolve replaces a variable by its value, and those in a list.
func (w *writer) resolve(v *ast.Value) *ast.Value {
	switch v.Kind {
	case ast.Variable:
		data, ok := w.variables(v.Raw)
		if !ok {
			return nil
		}
		return literal(data)
	case ast.ListValue:
		list := &ast.Value{Kind: ast.ListValue}
		for _, c := range v.Children {
			if item := w.resolve(c.Value); item != nil {
				list.Children = append(list.Children, &ast.ChildValue{Value: item})
			}
		}
		return list
	default:
		return v
	}
}

// literal makes a value of coerced JSON. Introspection has no arguments of input object types; null stands for what it cannot read.
func literal(data []byte) *ast.Value {
	switch {
	case len(data) == 0:
	case data[0] == '"':
		var text string
		if json.Unmarshal(data, &text) == nil {
			return &ast.Value{Kind: ast.StringValue, Raw: text}
		}
	case data[0] == '[':
		var texts []string
		if json.Unmarshal(data, &texts) == nil {
			list := &ast.Value{Kind: ast.ListValue}
			for _, t := range texts {
				list.Children = append(list.Children, &ast.ChildValue{Value: &ast.Value{Kind: ast.StringValue, Raw: t}})
			}
			return list
		}
	case data[0] == 't' || data[0] == 'f':
		return &ast.Value{Kind: ast.BooleanValue, Raw: string(data)}
	case data[0] != 'n':
		return &ast.Value{Kind: ast.FloatValue, Raw: string(data)}
	}
	return &ast.Value{Kind: ast.NullValue, Raw: "null"}
}
