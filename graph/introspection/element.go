package introspection

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// element is one schema element that has a coordinate; one of its members is set.
type element struct {
	typ       *ast.Definition
	field     *ast.FieldDefinition
	input     *inputValue
	value     *ast.EnumValueDefinition
	directive *ast.DirectiveDefinition
}

// element returns what a coordinate stands for (GraphQL September 2025 §3.13 Schema Coordinates), unless it is hidden.
func (s *Schema) element(coordinate string) (element, bool) {
	owner, argumentName, hasArgument := cutArgument(coordinate)
	if name, ok := strings.CutPrefix(owner, "@"); ok {
		d := s.api.Directives[name]
		switch {
		case d == nil:
			return element{}, false
		case hasArgument:
			return s.argument(d.Arguments, argumentName)
		default:
			return element{directive: d}, true
		}
	}
	typeName, name, isMember := strings.Cut(owner, ".")
	if !s.shown[typeName] {
		return element{}, false
	}
	d := s.api.Types[typeName]
	if !isMember {
		return element{typ: d}, !hasArgument
	}
	f := s.fields[d].ForName(name)
	switch {
	case hasArgument:
		if f == nil {
			return element{}, false
		}
		return s.argument(f.Arguments, argumentName)
	case d.Kind == ast.Enum:
		v := s.values[d].ForName(name)
		return element{value: v}, v != nil
	case f == nil:
		return element{}, false
	case d.Kind == ast.InputObject:
		in := inputField(f)
		return element{input: &in}, true
	default:
		return element{field: f}, true
	}
}

func (s *Schema) argument(args ast.ArgumentDefinitionList, name string) (element, bool) {
	a := args.ForName(name)
	if a == nil || !s.shown[a.Type.Name()] {
		return element{}, false
	}
	in := argument(a)
	return element{input: &in}, true
}

// cutArgument splits "Type.field(argument:)" and "@directive(argument:)".
func cutArgument(coordinate string) (owner, argument string, ok bool) {
	head, found := strings.CutSuffix(coordinate, ":)")
	if owner, argument, ok = strings.Cut(head, "("); found && ok {
		return owner, argument, true
	}
	return coordinate, "", false
}

// element writes a member of __SchemaDefinition.
func (w *writer) element(e *element, sels []selection) {
	switch {
	case e.typ != nil:
		w.definition(e.typ, of("__Type", sels))
	case e.field != nil:
		w.field(e.field, of("__Field", sels))
	case e.input != nil:
		w.inputValue(*e.input, of("__InputValue", sels), true)
	case e.value != nil:
		w.enumValue(e.value, of("__EnumValue", sels))
	default:
		w.directive(e.directive, of("__Directive", sels))
	}
}

// of returns what is selected of a union's member.
func of(member string, sels []selection) []selection {
	for i := range sels {
		if sels[i].on == member {
			return sels[i].children
		}
	}
	return nil
}
