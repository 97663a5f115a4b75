package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// parameterize rewrites one operation of a valid document so that it holds no values: literals become variables, defaults of variables go (the
// variable is required then), and so do descriptions and comments. Enum values stay, because they are words of the schema. The text is in one
// form whatever white space was sent, holds only what the operation uses, and is a valid document again.
func parameterize(s *ast.Schema, text, operationName string) (string, *ast.OperationDefinition, error) {
	doc, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: text})
	if err != nil {
		return "", nil, fmt.Errorf("parameterize: %w", err)
	}
	op := doc.Operations.ForName(operationName)
	if op == nil {
		return "", nil, errors.New("parameterize: no such operation")
	}
	p := parameterizer{schema: s, doc: doc, op: op, taken: map[string]bool{}, made: map[string]string{}, visited: map[string]bool{}}
	op.Description = ""
	for _, v := range op.VariableDefinitions {
		p.taken[v.Variable] = true
		v.Description = ""
		if v.DefaultValue != nil {
			v.DefaultValue, v.Type.NonNull = nil, true
		}
		v.Directives = nil
	}
	root := map[ast.Operation]*ast.Definition{ast.Query: s.Query, ast.Mutation: s.Mutation, ast.Subscription: s.Subscription}[op.Operation]
	p.directives(op.Directives)
	p.selections(op.SelectionSet, root)
	var out bytes.Buffer
	formatter.NewFormatter(&out, formatter.WithIndent("  ")).FormatQueryDocument(&ast.QueryDocument{
		Operations: ast.OperationList{op}, Fragments: p.fragments,
	})
	return out.String(), op, nil
}

type parameterizer struct {
	schema    *ast.Schema
	doc       *ast.QueryDocument
	op        *ast.OperationDefinition
	taken     map[string]bool   // names of variables
	made      map[string]string // variable by name, type and value: equal literals must stay equal, or fields that merge would conflict
	visited   map[string]bool   // fragments
	fragments ast.FragmentDefinitionList
}

func (p *parameterizer) selections(set ast.SelectionSet, parent *ast.Definition) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			p.directives(sel.Directives)
			f := p.field(parent, sel.Name)
			if f == nil {
				p.arguments(sel.Arguments, nil)
				p.selections(sel.SelectionSet, nil)
				continue
			}
			p.arguments(sel.Arguments, f.Arguments)
			p.selections(sel.SelectionSet, p.schema.Types[f.Type.Name()])
		case *ast.InlineFragment:
			p.directives(sel.Directives)
			on := parent
			if sel.TypeCondition != "" {
				on = p.schema.Types[sel.TypeCondition]
			}
			p.selections(sel.SelectionSet, on)
		case *ast.FragmentSpread:
			p.directives(sel.Directives)
			p.fragment(sel.Name)
		}
	}
}

func (p *parameterizer) fragment(name string) {
	def := p.doc.Fragments.ForName(name)
	if p.visited[name] || def == nil {
		return
	}
	p.visited[name] = true
	def.Description = ""
	p.fragments = append(p.fragments, def)
	p.directives(def.Directives)
	p.selections(def.SelectionSet, p.schema.Types[def.TypeCondition])
}

// field finds a field's definition. Those of introspection are in no type.
func (p *parameterizer) field(parent *ast.Definition, name string) *ast.FieldDefinition {
	if name == "__type" {
		return &ast.FieldDefinition{
			Arguments: ast.ArgumentDefinitionList{{Name: "name", Type: ast.NonNullNamedType("String", nil)}},
			Type:      ast.NamedType("__Type", nil),
		}
	}
	if parent == nil {
		return nil
	}
	return parent.Fields.ForName(name)
}

func (p *parameterizer) directives(list ast.DirectiveList) {
	for _, d := range list {
		var defs ast.ArgumentDefinitionList
		switch def := p.schema.Directives[d.Name]; {
		case def != nil:
			defs = def.Arguments
		case d.Name == "skip" || d.Name == "include":
			defs = ast.ArgumentDefinitionList{{Name: "if", Type: ast.NonNullNamedType("Boolean", nil)}}
		}
		p.arguments(d.Arguments, defs)
	}
}

func (p *parameterizer) arguments(args ast.ArgumentList, defs ast.ArgumentDefinitionList) {
	for _, a := range args {
		var t *ast.Type
		if def := defs.ForName(a.Name); def != nil {
			t = def.Type
		}
		a.Value = p.value(a.Value, a.Name, t)
	}
}

// value replaces a value by a variable of the type, or, where it holds variables itself, the parts of it that are none. What has no type is
// left empty.
func (p *parameterizer) value(v *ast.Value, name string, t *ast.Type) *ast.Value {
	switch {
	case v.Kind == ast.Variable:
		return v
	case t == nil:
		return &ast.Value{Kind: ast.NullValue, Raw: "null"}
	case v.Kind == ast.EnumValue && p.kind(t) == ast.Enum:
		return v
	case !holdsVariable(v):
		return p.variable(name, t, v)
	}
	for _, c := range v.Children {
		switch v.Kind {
		case ast.ListValue:
			c.Value = p.value(c.Value, name, orType(t.Elem, t))
		default:
			var inner *ast.Type
			if def := p.schema.Types[t.Name()]; def != nil {
				if f := def.Fields.ForName(c.Name); f != nil {
					inner = f.Type
				}
			}
			c.Value = p.value(c.Value, c.Name, inner)
		}
	}
	return v
}

func (p *parameterizer) kind(t *ast.Type) ast.DefinitionKind {
	if def := p.schema.Types[t.Name()]; def != nil {
		return def.Kind
	}
	return ""
}

func orType(t, fallback *ast.Type) *ast.Type {
	if t != nil {
		return t
	}
	return fallback
}

func holdsVariable(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		return true
	}
	for _, c := range v.Children {
		if holdsVariable(c.Value) {
			return true
		}
	}
	return false
}

// variable declares a variable for the operation, named like what it is for.
func (p *parameterizer) variable(name string, t *ast.Type, v *ast.Value) *ast.Value {
	key := name + "\x00" + t.String() + "\x00" + v.String()
	free, ok := p.made[key]
	if !ok {
		free = name
		for n := 2; p.taken[free]; n++ {
			free = name + strconv.Itoa(n)
		}
		p.taken[free], p.made[key] = true, free
		p.op.VariableDefinitions = append(p.op.VariableDefinitions, &ast.VariableDefinition{Variable: free, Type: t})
	}
	return &ast.Value{Kind: ast.Variable, Raw: free}
}
