package introspection

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/operation"
)

func (w *writer) fields(d *ast.Definition, sel *selection) {
	if d.Kind != ast.Object && d.Kind != ast.Interface {
		w.null()
		return
	}
	all := w.flag(sel)
	list(w, w.s.fields[d], func(f *ast.FieldDefinition) bool {
		if deprecated(f.Directives) && !all {
			return false
		}
		w.field(f, sel.children)
		return true
	})
}

func (w *writer) field(f *ast.FieldDefinition, sels []selection) {
	w.object("__Field", sels, func(sel *selection) {
		switch sel.name {
		case "name":
			w.text(f.Name)
		case "description":
			w.optional(f.Description)
		case "args":
			w.arguments(f.Arguments, sel)
		case "type":
			w.typ(f.Type, sel.children)
		default:
			w.deprecation(f.Directives, sel.name)
		}
	})
}

func (w *writer) interfaces(d *ast.Definition, sel *selection) {
	if d.Kind != ast.Object && d.Kind != ast.Interface {
		w.null()
		return
	}
	list(w, d.Interfaces, func(name string) bool {
		if !w.s.shown[name] {
			return false
		}
		w.definition(w.s.api.Types[name], sel.children)
		return true
	})
}

func (w *writer) enumValues(d *ast.Definition, sel *selection) {
	if d.Kind != ast.Enum {
		w.null()
		return
	}
	all := w.flag(sel)
	list(w, w.s.values[d], func(v *ast.EnumValueDefinition) bool {
		if deprecated(v.Directives) && !all {
			return false
		}
		w.enumValue(v, sel.children)
		return true
	})
}

func (w *writer) enumValue(v *ast.EnumValueDefinition, sels []selection) {
	w.object("__EnumValue", sels, func(sel *selection) {
		switch sel.name {
		case "name":
			w.text(v.Name)
		case "description":
			w.optional(v.Description)
		default:
			w.deprecation(v.Directives, sel.name)
		}
	})
}

// inputValue is what arguments and input fields have in common.
type inputValue struct {
	name, description string
	typ               *ast.Type
	value             *ast.Value
	directives        ast.DirectiveList
}

func inputField(f *ast.FieldDefinition) inputValue {
	return inputValue{f.Name, f.Description, f.Type, f.DefaultValue, f.Directives}
}

func argument(a *ast.ArgumentDefinition) inputValue {
	return inputValue{a.Name, a.Description, a.Type, a.DefaultValue, a.Directives}
}

func (w *writer) inputFields(d *ast.Definition, sel *selection) {
	if d.Kind != ast.InputObject {
		w.null()
		return
	}
	all := w.flag(sel)
	list(w, w.s.fields[d], func(f *ast.FieldDefinition) bool {
		return w.inputValue(inputField(f), sel.children, all)
	})
}

func (w *writer) arguments(args ast.ArgumentDefinitionList, sel *selection) {
	all := w.flag(sel)
	list(w, args, func(a *ast.ArgumentDefinition) bool {
		return w.inputValue(argument(a), sel.children, all)
	})
}

func (w *writer) inputValue(v inputValue, sels []selection, all bool) bool {
	if !w.s.shown[v.typ.Name()] || (deprecated(v.directives) && !all) {
		return false
	}
	w.object("__InputValue", sels, func(sel *selection) {
		switch sel.name {
		case "name":
			w.text(v.name)
		case "description":
			w.optional(v.description)
		case "type":
			w.typ(v.typ, sel.children)
		case "defaultValue":
			if v.value == nil {
				w.null()
			} else {
				w.text(string(appendLiteral(nil, v.value)))
			}
		default:
			w.deprecation(v.directives, sel.name)
		}
	})
	return true
}

func (w *writer) directive(d *ast.DirectiveDefinition, sels []selection) {
	w.object("__Directive", sels, func(sel *selection) {
		switch sel.name {
		case "name":
			w.text(d.Name)
		case "description":
			w.optional(d.Description)
		case "isRepeatable":
			w.boolean(d.IsRepeatable)
		case "locations":
			list(w, d.Locations, func(l ast.DirectiveLocation) bool { w.text(string(l)); return true })
		case "args":
			w.arguments(d.Arguments, sel)
		default:
			w.null()
		}
	})
}

// deprecation writes isDeprecated or deprecationReason (§3.13.3 @deprecated).
func (w *writer) deprecation(list ast.DirectiveList, name string) {
	switch name {
	case "isDeprecated":
		w.boolean(deprecated(list))
	case "deprecationReason":
		if !deprecated(list) {
			w.null()
		} else if d := list.ForName("deprecated"); d.Arguments.ForName("reason") == nil {
			w.text("No longer supported")
		} else {
			w.text(directiveText(list, "deprecated", "reason"))
		}
	default:
		w.null()
	}
}

func deprecated(list ast.DirectiveList) bool { return list.ForName("deprecated") != nil }

// directiveText returns a string argument of a directive, "" without.
func directiveText(list ast.DirectiveList, directive, argument string) string {
	if d := list.ForName(directive); d != nil {
		if a := d.Arguments.ForName(argument); a != nil && a.Value.Kind != ast.NullValue {
			return a.Value.Raw
		}
	}
	return ""
}

// appendLiteral appends a default value as GraphQL source, laid out as graphql-js does.
func appendLiteral(dst []byte, v *ast.Value) []byte {
	switch v.Kind {
	case ast.ListValue:
		dst = append(dst, '[')
		for i, c := range v.Children {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendLiteral(dst, c.Value)
		}
		return append(dst, ']')
	case ast.ObjectValue:
		dst = append(dst, '{')
		for i, c := range v.Children {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(append(dst, c.Name...), ": "...)
			dst = appendLiteral(dst, c.Value)
		}
		return append(dst, '}')
	case ast.StringValue, ast.BlockValue:
		return operation.AppendJSONString(dst, v.Raw) // JSON's escapes are GraphQL's
	case ast.IntValue, ast.FloatValue, ast.BooleanValue, ast.NullValue, ast.EnumValue, ast.Variable:
	}
	return append(dst, v.Raw...)
}
