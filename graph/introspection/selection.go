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
	key  string
	name string
	// argument is the only argument that the field can have: name of __type, or includeDeprecated. nil when it is not given.
	argument *ast.Value
	children []selection
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
		f, ok := sel.(*ast.Field)
		if !ok {
			return nil, fmt.Errorf("introspection: a fragment at line %d", sel.GetPosition().Line)
		}
		s := selection{key: f.Alias, name: f.Name}
		if len(f.Arguments) > 0 {
			s.argument = f.Arguments[0].Value
		}
		var err error
		if s.children, err = selections(f.SelectionSet); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// flag returns the selection's includeDeprecated, whose default is false.
func (w *writer) flag(s *selection) bool {
	if s.argument == nil {
		return false
	}
	if s.argument.Kind == ast.Variable {
		value, _ := w.variables(s.argument.Raw)
		return string(value) == "true"
	}
	return s.argument.Raw == "true"
}

// typeName returns the selection's name argument; ok is false when it is not a string.
func (w *writer) typeName(s *selection) (name string, ok bool) {
	if s.argument == nil {
		return "", false
	}
	if s.argument.Kind != ast.Variable {
		return s.argument.Raw, true
	}
	value, ok := w.variables(s.argument.Raw)
	return name, ok && json.Unmarshal(value, &name) == nil
}
